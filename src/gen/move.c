/* move.c -- movement ops: the same elements at another index.
 *
 * Each case turns the result's index into an operand's.  Where elements come from two places (pad,
 * concatenate, dynamic_update_slice) each is asked for with a predicate that keeps loads in range,
 * and a select takes the right one. */
#include "gen/core_impl.h"
#include "gen/gen_impl.h"
#include <math.h>

#define FAR_LEAST (1 << 18)      /* bytes of a table whose rows are asked for */
#define GATHERS_LOOKED_AT 16     /* nodes that a row is made of */

/* cond: i1 or lanes, of that level; NULL: always. */
struct pred_saved pred_and(struct gen *g, LLVMValueRef cond, int level)
{
	struct pred_saved old = { g->pred, g->pred_level };

	if (!cond)
		return old;
	if (!g->pred) {
		g->pred = cond;
		g->pred_level = level;
		return old;
	}
	int at = level > old.level ? level : old.level;
	uint64_t key[3] = { 200, (uint64_t)(uintptr_t)old.pred, (uint64_t)(uintptr_t)cond };
	LLVMValueRef both = memo_find(g, 3, key);
	if (!both) {
		LLVMValueRef a = old.pred;
		gen_at(g, at);
		if (is_vector(a) && !is_vector(cond))
			cond = splat(g, cond);
		else if (!is_vector(a) && is_vector(cond))
			a = splat(g, a);
		both = AND(a, cond);
		memo_put(g, at, 3, key, both);
	}
	g->pred = both;
	g->pred_level = at;
	return old;
}

void pred_restore(struct gen *g, struct pred_saved old)
{
	g->pred = old.pred;
	g->pred_level = old.level;
}

static bool never(LLVMValueRef cond)
{
	return cond && LLVMIsConstant(cond) && LLVMIsNull(cond);
}

/* cond ? a : b, with cond NULL: a */
struct val choose(struct gen *g, LLVMValueRef cond, int level, struct val a, struct val b)
{
	if (!cond)
		return a;
	if (never(cond))
		return b;
	struct val r = { .lanes = a.lanes || b.lanes || is_vector(cond) };
	r.level = a.level > b.level ? a.level : b.level;
	r.level = level > r.level ? level : r.level;
	if (r.lanes) {
		a = val_lanes(g, a);
		b = val_lanes(g, b);
	}
	gen_at(g, r.level);
	r.v = SELECT(cond, a.v, b.v);
	if (a.im)
		r.im = SELECT(cond, a.im, b.im);
	return r;
}

static struct val broadcast_in_dim(struct gen *g, const struct node *n, const struct ix *ix)
{
	uint32_t count;
	const struct type *t = n->in[0]->type;
	const int64_t *at = node_ints(n, KEY_broadcast_dimensions, &count);
	struct ix *to = ix_array(g, t->rank);

	for (uint32_t i = 0; i < t->rank; i++) {
		int64_t d = t->dims[i], r = n->type->dims[at[i]];
		to[i] = d == 1 ? ix_const(g, 0) : ix[at[i]];
		if (d >= 0 || d == r)
			continue;
		/* A symbolic size that may be one: then it stretches. */
		if (to[i].step)
			to[i] = ix_vec(g, to[i]);
		struct ix zero = ix_const(g, 0);
		if (to[i].vec)
			zero = ix_vec(g, zero);
		LLVMValueRef extent = gen_extent(g, d);
		gen_at(g, 0);
		LLVMValueRef one = ICMP(EQ, extent, c64(g, 1));
		gen_at(g, to[i].level);
		to[i].v = SELECT(one, zero.v, to[i].v);
		to[i].align = 1;
		to[i].split = NULL;
		to[i].bend = NULL;
	}
	return value_at(g, n->in[0], to);
}

/* XLA's old broadcast: new dimensions in front. */
static struct val broadcast_front(struct gen *g, const struct node *n, const struct ix *ix)
{
	return value_at(g, n->in[0], ix + (n->type->rank - n->in[0]->type->rank));
}

static struct val transpose(struct gen *g, const struct node *n, const struct ix *ix)
{
	uint32_t count;
	const int64_t *p = node_ints(n, KEY_permutation, &count);
	struct ix *to = ix_array(g, count);

	if (!p)
		gen_fail(g, WEFT_INTERNAL, "transpose without permutation");
	for (uint32_t i = 0; i < count; i++)
		to[p[i]] = ix[i];
	return value_at(g, n->in[0], to);
}

static struct val reverse(struct gen *g, const struct node *n, const struct ix *ix)
{
	uint32_t count;
	const int64_t *dims = node_ints(n, KEY_dimensions, &count);
	struct ix *to = ix_array(g, n->type->rank);

	for (uint32_t i = 0; i < n->type->rank; i++)
		to[i] = ix[i];
	for (uint32_t i = 0; i < count; i++) {
		int64_t d = n->type->dims[dims[i]];
		struct ix last = ix_scalar(gen_extent(g, d), 0, 1, d < 0 ? INT64_MAX : d);
		to[dims[i]] = ix_rsub(g, ix[dims[i]], ix_addc(g, last, -1));
		to[dims[i]].max = d < 0 ? INT64_MAX : d - 1;
	}
	return value_at(g, n->in[0], to);
}

static struct val slice(struct gen *g, const struct node *n, const struct ix *ix)
{
	uint32_t count;
	const int64_t *start = node_ints(n, KEY_start_indices, &count);
	const int64_t *stride = node_ints(n, KEY_strides, &count);
	struct ix *to = ix_array(g, n->type->rank);
	struct val part;

	if (value_part(g, n, ix, &part))
		return part;
	for (uint32_t i = 0; i < n->type->rank; i++)
		to[i] = ix_addc(g, ix_mulc(g, ix[i], stride ? stride[i] : 1), start[i]);
	return value_at(g, n->in[0], to);
}

/* Is what is read of n where nothing may be read what n, a pad, has there: zero? */
static bool pads_as_loads(const struct node *n, LLVMValueRef there)
{
	const struct literal *l = node_literal(n->in[1]);

	return n->in[0]->op == OP_parameter && l && there && !is_vector(there) &&
	       !dtype_is_complex(n->type->dtype) && dtype_load_f64(n->type->dtype, l->data) == 0 &&
	       !signbit(dtype_load_f64(n->type->dtype, l->data));
}

struct val value_pad(struct gen *g, const struct node *n, const struct ix *ix, uint32_t inside,
	bool loads)
{
	uint32_t count;
	const int64_t *low = node_ints(n, KEY_edge_padding_low, &count);
	const int64_t *high = node_ints(n, KEY_edge_padding_high, &count);
	const int64_t *interior = node_ints(n, KEY_interior_padding, &count);
	const struct type *t = n->in[0]->type;
	struct ix *to = ix_array(g, t->rank);
	struct pred_saved outer = { g->pred, g->pred_level };

	g->pred = NULL;
	g->pred_level = 0;
	for (uint32_t i = 0; i < t->rank; i++) {
		int level;
		to[i] = ix_addc(g, ix[i], -low[i]);
		if (interior && interior[i]) {
			struct ix r;
			to[i].max = INT64_MAX;
			ix_divmod_from(g, to[i], -low[i], interior[i] + 1, &to[i], &r);
			LLVMValueRef v = ix_value(g, r);
			gen_at(g, r.level);
			pred_and(g, ICMP(EQ, v, ci_like(v, 0)), r.level);
		}
		if (!(inside >> i & 1) && (low[i] || high[i] || (interior && interior[i]))) {
			LLVMValueRef below = ix_below(g, to[i], t->dims[i], &level);
			pred_and(g, below, level);
		}
	}
	LLVMValueRef there = g->pred;
	int level = g->pred_level;
	g->pred = outer.pred;
	g->pred_level = outer.level;
	if (never(there))
		return value_at(g, n->in[1], NULL);
	struct pred_saved old = pred_and(g, there, level);
	struct val a = value_at(g, n->in[0], to);
	pred_restore(g, old);
	if (loads && pads_as_loads(n, there))
		return a;
	return choose(g, there, level, a, value_at(g, n->in[1], NULL));
}

static struct val concatenate(struct gen *g, const struct node *n, const struct ix *ix)
{
	int64_t d = node_int(n, KEY_dimension, 0);
	uint32_t nin = node_noperands(n);
	struct ix *to = ix_array(g, n->type->rank);
	struct ix left = ix[d];
	struct val r = { .v = NULL };

	for (uint32_t i = 0; i < n->type->rank; i++)
		to[i] = ix[i];
	for (uint32_t i = 0; i < nin; i++) {
		int64_t size = n->in[i]->type->dims[d];
		int level = 0;
		/* Of nothing but nothing the last is taken, though nobody asks for an element. */
		if (size == 0 && (r.v || i + 1 < nin))
			continue;
		to[d] = left;
		LLVMValueRef mine = i + 1 < nin || r.v ? ix_below(g, left, size, &level) : NULL;
		if (!never(mine) || (!r.v && i + 1 == nin)) {
			struct pred_saved old = pred_and(g, mine, level);
			struct val v = value_at(g, n->in[i], to);
			pred_restore(g, old);
			r = r.v ? choose(g, mine, level, v, r) : v;
		}
		struct ix e = ix_scalar(gen_extent(g, size), 0, size > 0 ? size : 1, INT64_MAX);
		left = ix_rsub(g, e, left);
	}
	return r;
}

/* Start index i of a dynamic slice of window size over an operand of size dim. */
static struct ix clamped_start(struct gen *g, const struct node *start, int64_t dim, int64_t size)
{
	struct pred_saved old = { g->pred, g->pred_level };
	g->pred = NULL;                         /* a scalar may always be read */
	struct ix s = ix_of_val(g, value_at(g, start, NULL), start->type->dtype);
	pred_restore(g, old);
	struct ix hi = dim >= 0 && size >= 0 ? ix_const(g, dim - size) :
		ix_rsub(g, ix_scalar(gen_extent(g, size), 0, 1, INT64_MAX),
			ix_scalar(gen_extent(g, dim), 0, 1, INT64_MAX));

	return ix_clamp(g, s, ix_const(g, 0), hi);
}

static struct val dynamic_slice(struct gen *g, const struct node *n, const struct ix *ix)
{
	const struct type *t = n->in[0]->type;
	struct ix *to = ix_array(g, t->rank);

	for (uint32_t i = 0; i < t->rank; i++)
		to[i] = ix_add(
			g, clamped_start(g, n->in[1 + i], t->dims[i], n->type->dims[i]), ix[i]);
	return value_at(g, n->in[0], to);
}

static struct val dynamic_update_slice(struct gen *g, const struct node *n, const struct ix *ix)
{
	const struct type *t = n->in[1]->type;
	struct ix *to = ix_array(g, t->rank);
	struct pred_saved outer = { g->pred, g->pred_level };

	g->pred = NULL;
	g->pred_level = 0;
	for (uint32_t i = 0; i < t->rank; i++) {
		int level = 0;
		if (t->dims[i] == n->type->dims[i]) {    /* the window covers it: it starts at 0 */
			to[i] = ix[i];
			continue;
		}
		to[i] = ix_rsub(
			g, clamped_start(g, n->in[2 + i], n->type->dims[i], t->dims[i]), ix[i]);
		LLVMValueRef within = ix_below(g, to[i], t->dims[i], &level);
		pred_and(g, within, level);
	}
	LLVMValueRef inside = g->pred;
	int level = g->pred_level;
	g->pred = outer.pred;
	g->pred_level = outer.level;
	struct pred_saved old = pred_and(g, inside, level);
	struct val update = value_at(g, n->in[1], to);
	pred_restore(g, old);
	return inside ? choose(g, inside, level, update, value_at(g, n->in[0], ix)) : update;
}

void update_start(struct gen *g, const struct node *n, struct ix *to)
{
	const struct type *t = n->in[1]->type;

	for (uint32_t i = 0; i < t->rank; i++)
		to[i] = t->dims[i] == n->type->dims[i] ? ix_const(g, 0)
			: clamped_start(g, n->in[2 + i], n->type->dims[i], t->dims[i]);
}

static bool among(const int64_t *list, uint32_t n, int64_t v)
{
	for (uint32_t i = 0; i < n; i++)
		if (list[i] == v)
			return true;
	return false;
}

/* Where the element at ix of gather n lies in its operand. */
static void gather_place(struct gen *g, const struct node *n, const struct ix *ix, struct ix *to)
{
	uint32_t noff, ncoll, nob, nsb, nmap, nsizes;
	const int64_t *off = node_ints(n, KEY_offset_dims, &noff);
	const int64_t *coll = node_ints(n, KEY_collapsed_slice_dims, &ncoll);
	const int64_t *ob = node_ints(n, KEY_operand_batching_dims, &nob);
	const int64_t *sb = node_ints(n, KEY_start_indices_batching_dims, &nsb);
	const int64_t *map = node_ints(n, KEY_start_index_map, &nmap);
	const int64_t *sizes = node_ints(n, KEY_slice_sizes, &nsizes);
	const struct type *t = n->in[0]->type, *st = n->in[1]->type;
	int64_t vector = node_int(n, KEY_index_vector_dim, 0);
	struct ix *at = ix_array(g, st->rank), *batch = ix_array(g, n->type->rank);
	uint32_t nbatch = 0;

	int64_t *given = job_array(g->job, t->rank + 1, sizeof *given);
	/* dynamic: those of the result, ones elsewhere */
	for (uint32_t d = 0, o = 0; !sizes && d < t->rank; d++)
		given[d] = among(coll, ncoll, d) || among(ob, nob, d) ? 1 : n->type->dims[off[o++]];
	if (!sizes)
		sizes = given;
	for (uint32_t i = 0; i < n->type->rank; i++)
		if (!among(off, noff, i))
			batch[nbatch++] = ix[i];
	for (uint32_t i = 0, b = 0; i < st->rank; i++)
		at[i] = i == vector ? ix_const(g, 0) : batch[b++];
	for (uint32_t d = 0, o = 0; d < t->rank; d++) {
		to[d] = ix_const(g, 0);
		for (uint32_t k = 0; k < nmap; k++) {
			if (map[k] != d)
				continue;
			if (vector < st->rank)
				at[vector] = ix_const(g, k);
			struct ix s = ix_of_val(g, value_at(g, n->in[1], at), st->dtype);
			struct ix hi =
				ix_rsub(g, ix_scalar(gen_extent(g, sizes[d]), 0, 1, INT64_MAX),
					ix_scalar(gen_extent(g, t->dims[d]), 0, 1, INT64_MAX));
			hi.max = t->dims[d] >= 0 && sizes[d] >= 0 ? t->dims[d] - sizes[d]
								  : INT64_MAX;
			to[d] = ix_clamp(g, s, ix_const(g, 0), hi);
		}
		/* batch component of that start index dimension */
		for (uint32_t k = 0; k < nob; k++)
			if (ob[k] == d)
				to[d] = at[sb[k]];
		if (!among(coll, ncoll, d) && !among(ob, nob, d))
			to[d] = ix_add(g, to[d], ix[off[o++]]);
	}
}

static struct val gather(struct gen *g, const struct node *n, const struct ix *ix)
{
	struct ix *to = ix_array(g, n->in[0]->type->rank);

	gather_place(g, n, ix, to);
	return value_at(g, n->in[0], to);
}

static struct val dimension_size(struct gen *g, const struct node *n)
{
	struct val v = { .v = gen_extent(g, n->in[0]->type->dims[node_int(n, KEY_dimension, 0)]) };

	gen_at(g, 0);
	return op_convert(g, DTYPE_i64, n->type->dtype, v);
}

/* Where the element at ix of torch_index_select n lies in its operand; the dim it takes from. */
static int64_t select_place(
	struct gen *g, const struct node *n, const struct ix *ix, struct ix *to)
{
	const struct type *t = n->in[0]->type, *it = n->in[1]->type;
	int64_t dim = node_int(n, KEY_dimension, 0), batch = node_int(n, KEY_batch_dims, 0);
	struct ix *at = ix_array(g, it->rank);

	dim += dim < 0 ? t->rank : 0;
	batch += batch < 0 ? it->rank : 0;
	for (uint32_t i = 0; i < it->rank; i++)
		at[i] = i < batch ? ix[i] : ix[(int64_t)i - batch + dim];
	for (uint32_t i = 0; i < t->rank; i++)
		if (i != dim)
			to[i] = i < dim ? ix[i] : ix[(int64_t)i + it->rank - batch - 1];
	struct ix s = ix_of_val(g, value_at(g, n->in[1], at), it->dtype);
	struct ix hi = ix_addc(g, ix_scalar(gen_extent(g, t->dims[dim]), 0, 1, t->dims[dim]), -1);
	to[dim] = ix_clamp(g, s, ix_const(g, 0), hi);
	return dim;
}

static struct val index_select(struct gen *g, const struct node *n, const struct ix *ix)
{
	const struct type *t = n->in[0]->type;
	struct ix *to = ix_array(g, t->rank);
	int64_t dim = select_place(g, n, ix, to);

	if (dim_is_number(t->dims[dim]))
		return value_at(g, n->in[0], to);
	/* Of nothing zeros are taken. */
	int level;
	LLVMValueRef any = ix_below(g, ix_const(g, 0), t->dims[dim], &level);
	struct pred_saved old = pred_and(g, any, level);
	struct val a = value_at(g, n->in[0], to);
	pred_restore(g, old);
	return choose(g, any, level, a, zero_of(g, n->type->dtype));
}

/* Is n a gather from memory that no near cache holds, of elements that lie there as they are? */
static bool gathers_far(const struct gen *g, const struct node *n)
{
	bool takes = n->op == OP_gather || n->op == OP_torch_index_select;
	if (!takes || n->in[0]->op != OP_parameter || g->frame)
		return false;
	const struct type *t = n->in[0]->type;
	int64_t count = type_elements(t), bytes = (int64_t)dtype_bytes(t->dtype);

	return !dtype_is_complex(t->dtype) && (count < 0 || count >= FAR_LEAST / bytes);
}

static void fetch_from(struct gen *g, const struct node *n, const struct ix *ix)
{
	const struct type *t = n->in[0]->type;
	struct ix *to = ix_array(g, t->rank);

	if (n->op == OP_gather)
		gather_place(g, n, ix, to);
	else
		select_place(g, n, ix, to);
	struct ix at = ix_linear(g, t->rank, t->dims, to);
	LLVMValueRef p = gen_buffer(g, (uint32_t)node_int(n->in[0], KEY_index, 0));
	gen_here(g);
	if (!at.vec)
		fetch(g, gep(g, mem_type(g, t->dtype), p, at.v), FETCH_FIRST);
}

void fetch_gathered(struct gen *g, const struct node *n, const struct ix *ix)
{
	const struct node *of[GATHERS_LOOKED_AT] = { n };

	if (n->op == OP_reshape) {
		const struct type *t = n->in[0]->type;
		struct ix *to = ix_array(g, t->rank);
		ix_reshape(g, n->type->rank, n->type->dims, ix, t->rank, t->dims, to);
		fetch_gathered(g, n->in[0], to);
		return;
	}
	/* of[i]: what all before it are made of, element by element */
	for (uint32_t i = 0, count = 1; i < count; i++) {
		const struct node *x = of[i];
		if (gathers_far(g, x))
			fetch_from(g, x, ix);
		for (uint32_t k = 0; op_table[x->op].kind == OP_MAP && k < x->nin; k++)
			if (x->in[k]->type->rank == n->type->rank && count < GATHERS_LOOKED_AT)
				of[count++] = x->in[k];
	}
}

struct val value_move(struct gen *g, const struct node *n, const struct ix *ix)
{
	switch (n->op) {
	case OP_broadcast: return broadcast_front(g, n, ix);
	case OP_broadcast_in_dim:
	case OP_dynamic_broadcast_in_dim: return broadcast_in_dim(g, n, ix);
	case OP_reshape:
	case OP_dynamic_reshape:
	case OP_chlo_dynamic_reshape: {
		const struct type *t = n->in[0]->type;
		struct ix *to = ix_array(g, t->rank);
		ix_reshape(g, n->type->rank, n->type->dims, ix, t->rank, t->dims, to);
		return value_at(g, n->in[0], to);
	}
	case OP_transpose: return transpose(g, n, ix);
	case OP_reverse: return reverse(g, n, ix);
	case OP_slice: return slice(g, n, ix);
	case OP_pad: return value_pad(g, n, ix, 0, false);
	case OP_concatenate: return concatenate(g, n, ix);
	case OP_dynamic_slice: return dynamic_slice(g, n, ix);
	case OP_dynamic_update_slice: return dynamic_update_slice(g, n, ix);
	case OP_gather:
	case OP_dynamic_gather: return gather(g, n, ix);
	case OP_bitcast_convert: return value_bitcast(g, n, ix);
	case OP_get_dimension_size: return dimension_size(g, n);
	case OP_set_dimension_size: return value_at(g, n->in[0], ix);
	case OP_patches: return value_patches(g, n, ix);
	case OP_real_dynamic_slice: return value_dynamic_slice(g, n, ix);
	case OP_dynamic_pad: return value_dynamic_pad(g, n, ix);
	case OP_torch_index_select: return index_select(g, n, ix);
	default: gen_unsupported(g, n, NULL);
	}
}
