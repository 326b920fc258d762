/* dynamic.c -- graphs whose sizes only the call knows: what was chosen for the sizes of the first
 * run becomes an op that takes `?`, told its numbers by operands.  See choose.h. */
#include "choose.h"

/* Takes the attribute of that name out of c: its integers. */
static struct weft_attr taken(struct choice *c, const char *name)
{
	struct weft_attr a = weft_attr_none_(name, WEFT_ATTR_INTS);

	for (uint32_t i = 0; i < c->nattrs; i++)
		if (!strcmp(c->attrs[i].name, name)) {
			a = c->attrs[i];
			memmove(c->attrs + i, c->attrs + i + 1,
				(--c->nattrs - i) * sizeof *c->attrs);
		}
	return a;
}

/* Lists of c become its last operands. */
static bool by_operands(struct source *s, struct pool *p, struct choice *c, enum op op, uint32_t n,
	const char *const names[])
{
	enum weft_dtype t = fuzz_pick(s, 2) ? WEFT_I64 : WEFT_I32;

	c->op = op;
	for (uint32_t i = 0; i < n; i++) {
		struct weft_attr a = taken(c, names[i]);
		c->in[c->nin] = pool_vector(s, p, t, a.n, a.data);
		if (c->in[c->nin++] == UINT32_MAX)
			return false;
	}
	return true;
}

/* The shape of c's result becomes its last operand. */
static bool by_shape(struct source *s, struct pool *p, struct choice *c, enum op op)
{
	c->op = op;
	c->in[c->nin] = pool_vector(s, p, fuzz_pick(s, 2) ? WEFT_I64 : WEFT_I32, c->result.rank,
		c->result.dims);
	return c->in[c->nin++] != UINT32_MAX;
}

static bool by_padding(struct source *s, struct pool *p, struct choice *c)
{
	int64_t dims[2] = { 0, 2 };
	struct weft_tensor_type t = { WEFT_I64, 2, dims };
	struct weft_more more = { .nresults = 1, .results = &t };
	struct weft_attr a = taken(c, "padding");
	uint32_t k = pool_vector(s, p, WEFT_I64, a.n, a.data);

	c->op = OP_dynamic_conv;
	dims[0] = a.n / 2;
	if (k == UINT32_MAX)
		return false;
	c->in[2] = pool_add(p, weft_build_reshape(p->b, p->v[k], &more), t);
	c->nin = 3;
	return c->in[2] != UINT32_MAX;
}

/* Dimensions of the result that only the call knows, or those that in has. */
static void loosen(struct source *s, struct choice *c, struct weft_tensor_type made)
{
	choice_result(c, made.dtype, made.rank);
	for (uint32_t d = 0; d < made.rank; d++)
		c->dims[d] = fuzz_pick(s, 3) ? -1 : made.dims[d];
}

bool choice_make_dynamic(
	struct source *s, struct pool *p, struct choice *c, struct weft_tensor_type made)
{
	static const char *const slice[] = { "start_indices", "limit_indices", "strides" };
	static const char *const pad[] = { "edge_padding_low", "edge_padding_high",
		"interior_padding" };
	static const char *const gather[] = { "slice_sizes" };
	struct weft_tensor_type known = pool_known(p, c->in[0]);
	bool must = fuzz_is_symbolic(known), may = fuzz_pick(s, 2);

	switch (c->op) {
	case OP_convert: case OP_bitcast_convert:
		for (uint32_t d = 0; d < c->result.rank && d < known.rank; d++)
			c->dims[d] = known.dims[d] < 0 ? known.dims[d] : c->dims[d];
		return true;
	case OP_iota:
		c->nin = 0;
		if (may && !by_shape(s, p, c, OP_dynamic_iota))
			return false;
		break;
	case OP_broadcast_in_dim:
		if ((must || may) && !by_shape(s, p, c, OP_dynamic_broadcast_in_dim))
			return false;
		break;
	case OP_reshape:
		if ((must || may) && !by_shape(s, p, c, OP_dynamic_reshape))
			return false;
		break;
	case OP_slice:
		if (may && !by_operands(s, p, c, OP_real_dynamic_slice, 3, slice))
			return false;
		break;
	case OP_pad:
		if (may && !by_operands(s, p, c, OP_dynamic_pad, 3, pad))
			return false;
		break;
	case OP_gather:
		if (may && !by_operands(s, p, c, OP_dynamic_gather, 1, gather))
			return false;
		break;
	case OP_convolution:
		if (may && !by_padding(s, p, c))
			return false;
		break;
	default: return true;
	}
	if (c->op == OP_dynamic_iota || c->op == OP_dynamic_broadcast_in_dim ||
		c->op == OP_dynamic_reshape || c->op == OP_real_dynamic_slice ||
		c->op == OP_dynamic_pad || c->op == OP_dynamic_gather || c->op == OP_dynamic_conv)
		loosen(s, c, made);
	return true;
}
