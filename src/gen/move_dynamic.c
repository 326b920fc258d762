/* move_dynamic.c -- movement whose places are computed: convolution windows, slices and pads by
 * operands. */
#include "gen/gen_impl.h"

/* Element d of a one-dimensional integer operand, as an index. */
static struct ix element(struct gen *g, const struct node *n, uint32_t d)
{
	struct pred_saved old = { g->pred, g->pred_level };
	struct ix at = ix_const(g, d);

	g->pred = NULL;                          /* it may always be read */
	struct ix r = ix_of_val(g, value_at(g, n, &at), n->type->dtype);
	pred_restore(g, old);
	return r;
}

/* x / by where that leaves no remainder; *exact (NULL: always) says where. */
static struct ix divide_exact(
	struct gen *g, struct ix x, LLVMValueRef by, LLVMValueRef *exact, int *level)
{
	LLVMValueRef v = ix_value(g, x), d;

	gen_at(g, x.level);
	d = is_vector(v) ? splat(g, LLVMBuildIntCast2(g->b, by, g->iw, true, "")) : by;
	LLVMValueRef q = LLVMBuildSDiv(g->b, v, d, "");
	*exact = ICMP(EQ, SUB(v, MUL(q, d)), ci_like(v, 0));
	*level = x.level;
	return (struct ix){
		.v = q, .align = 1, .max = INT64_MAX, .level = x.level, .vec = is_vector(v)
	};
}

static void and_inside(struct gen *g, struct ix x, int64_t extent)
{
	int level = 0;
	LLVMValueRef inside = ix_below(g, x, extent, &level);

	pred_and(g, inside, level);
}

/* The predicate built up since `outer` was saved, apart; g's is outer again. */
static LLVMValueRef take_pred(struct gen *g, struct pred_saved outer, int *level)
{
	LLVMValueRef inside = g->pred;

	*level = g->pred_level;
	pred_restore(g, outer);
	return inside;
}

static struct pred_saved no_pred(struct gen *g)
{
	struct pred_saved outer = { g->pred, g->pred_level };

	g->pred = NULL;
	g->pred_level = 0;
	return outer;
}

struct val value_patches(struct gen *g, const struct node *n, const struct ix *ix)
{
	uint32_t ns, count;
	const struct type *t = n->in[0]->type;
	const int64_t *window = node_ints(n, KEY_window_dimensions, &ns),
		      *sizes = node_ints(n, KEY_dimensions, &count);
	const int64_t *spatial = node_ints(n, KEY_input_spatial_dimensions, &count);
	const int64_t *strides = node_ints(n, KEY_window_strides, &count),
		      *pads = node_ints(n, KEY_padding, &count);
	const int64_t *base = node_ints(n, KEY_lhs_dilation, &count),
		      *dilate = node_ints(n, KEY_rhs_dilation, &count);
	int64_t batch = node_int(n, KEY_input_batch_dimension, 0),
		feature = node_int(n, KEY_input_feature_dimension, 1);
	int64_t each = sizes[ns], kdims[GEN_MAX_RANK], pdims[GEN_MAX_RANK];
	struct ix *k = ix_array(g, ns + 1), *p = ix_array(g, ns + 1), *to = ix_array(g, t->rank);

	kdims[0] = each;
	pdims[0] = t->dims[batch];
	for (uint32_t d = 0; d < ns; d++) {
		kdims[1 + d] = window[d];
		pdims[1 + d] = sizes[d];
	}
	ix_delinear(g, ix[1], ns + 1, kdims, k);
	ix_delinear(g, ix[2], ns + 1, pdims, p);
	to[batch] = p[0];
	to[feature] = ix_add(g, ix_mul(g, ix[0], each), k[0]);
	struct pred_saved outer = no_pred(g);
	for (uint32_t d = 0; d < ns; d++) {
		struct ix x = ix_add(g, ix_mulc(g, p[1 + d], strides ? strides[d] : 1),
			ix_mulc(g, k[1 + d], dilate ? dilate[d] : 1));
		if (pads && pads[2 * d])
			x = ix_addc(g, x, -pads[2 * d]);
		if (base && base[d] != 1) {
			LLVMValueRef exact;
			int level;
			x = divide_exact(g, x, c64(g, base[d]), &exact, &level);
			pred_and(g, exact, level);
		}
		x.max = INT64_MAX;
		and_inside(g, x, t->dims[spatial[d]]);
		to[spatial[d]] = x;
	}
	int level;
	LLVMValueRef inside = take_pred(g, outer, &level);
	struct pred_saved old = pred_and(g, inside, level);
	struct val a = value_at(g, n->in[0], to),
		   zero = { .v = LLVMConstNull(reg_type(g, t->dtype)) };
	pred_restore(g, old);
	if (a.im)
		zero.im = zero.v;
	return choose(g, inside, level, a, zero);
}

struct val value_dynamic_slice(struct gen *g, const struct node *n, const struct ix *ix)
{
	struct ix *to = ix_array(g, n->type->rank);
	struct val part;

	if (value_part(g, n, ix, &part))
		return part;
	for (uint32_t d = 0; d < n->type->rank; d++) {
		struct ix start = element(g, n->in[1], d), stride = element(g, n->in[3], d),
			  i = ix[d];
		int64_t known;
		if (ix_is_const(&stride, &known)) {
			i = ix_mulc(g, i, known);
		} else {
			LLVMValueRef v = ix_value(g, i);
			int level = i.level > stride.level ? i.level : stride.level;
			gen_at(g, level);
			LLVMValueRef s = is_vector(v) ? splat(g,
				LLVMBuildIntCast2(g->b, stride.v, g->iw, true, "")) : stride.v;
			i = (struct ix){ .v = MUL(v, s), .align = 1, .max = INT64_MAX,
				.level = level, .vec = is_vector(v) };
		}
		to[d] = ix_add(g, start, i);
		to[d].max = INT64_MAX;
	}
	return value_at(g, n->in[0], to);
}

struct val value_dynamic_pad(struct gen *g, const struct node *n, const struct ix *ix)
{
	const struct type *t = n->in[0]->type;
	struct ix *to = ix_array(g, t->rank);
	struct pred_saved outer = no_pred(g);

	for (uint32_t d = 0; d < t->rank; d++) {
		struct ix low = element(g, n->in[2], d), interior = element(g, n->in[4], d);
		int64_t known;
		to[d] = ix_rsub(g, low, ix[d]);
		to[d].max = INT64_MAX;
		if (!ix_is_const(&interior, &known) || known) {
			LLVMValueRef exact;
			int level;
			to[d].level = to[d].level > interior.level ? to[d].level : interior.level;
			gen_at(g, interior.level);
			to[d] = divide_exact(g, to[d], ADD(interior.v, c64(g, 1)), &exact, &level);
			pred_and(g, exact, level);
		}
		and_inside(g, to[d], t->dims[d]);
	}
	int level;
	LLVMValueRef inside = take_pred(g, outer, &level);
	struct pred_saved old = pred_and(g, inside, level);
	struct val a = value_at(g, n->in[0], to);
	pred_restore(g, old);
	return choose(g, inside, level, a, value_at(g, n->in[1], NULL));
}
