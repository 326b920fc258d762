/* choose.c -- maps, movement and what has no core of its own; see choose.h. */
#include "choose.h"

bool choice_is_exact(enum op op, enum dtype t)
{
	if (dtype_is_int(t) || t == DTYPE_i1)
		return true;
	switch (op) {
	case OP_add: case OP_subtract: case OP_negate: case OP_compare: case OP_select:
	case OP_real: case OP_imag: case OP_complex: case OP_is_finite: case OP_chlo_conj:
	case OP_convert:
		return true;
	case OP_multiply: case OP_divide: case OP_chlo_square:
		/* the last one's products leave the range of f32, in which native code computes */
		return dtype_is_float(t) && t != DTYPE_f8E8M0FNU;
	case OP_sqrt: case OP_abs: case OP_ceil: case OP_floor:
	case OP_sign: case OP_round_nearest_even: case OP_round_nearest_afz: case OP_clamp:
	case OP_maximum: case OP_minimum: case OP_reduce_precision:
	case OP_chlo_is_inf: case OP_chlo_is_pos_inf: case OP_chlo_is_neg_inf:
	case OP_chlo_next_after:
		return dtype_is_float(t);
	default: return false;
	}
}

/* ---- what an op needs ----------------------------------------------------------------------- */

int64_t *choice_list(struct choice *c, const char *name, uint32_t n)
{
	int64_t *v = c->ints[c->nattrs];

	c->attrs[c->nattrs++] = weft_attr_ints(name, n, v);
	return v;
}

void choice_result(struct choice *c, enum weft_dtype t, uint32_t rank)
{
	c->typed = true;
	c->result = (struct weft_tensor_type){ t, rank, c->dims };
}

enum op choice_narrow(enum op op)
{
	static const char prefix[] = "chlo.broadcast_";
	char text[64];

	if (strncmp(op_table[op].text, prefix, sizeof prefix - 1) != 0)
		return op;
	snprintf(text, sizeof text, "stablehlo.%s", op_table[op].text + sizeof prefix - 1);
	enum op narrow = op_find(text, strlen(text));
	return narrow == OP_COUNT ? op : narrow;
}

static bool choose_convert(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];

	for (uint32_t d = 0; d < t.rank; d++)
		c->dims[d] = t.dims[d];
	choice_result(c, (enum weft_dtype)(1 + fuzz_pick(s, DTYPE_COUNT - 1)), t.rank);
	return true;
}

static bool choose_map(struct source *s, const struct pool *p, struct choice *c)
{
	static const char *const directions[] = { "EQ", "NE", "LT", "LE", "GT", "GE" };
	struct weft_tensor_type t = p->t[c->in[0]];
	enum op op = choice_narrow(c->op);
	uint32_t one = op == c->op ? UINT32_MAX : pool_find_scalar(s, p, t.dtype);

	c->nin = (uint32_t)op_table[c->op].lo;
	for (uint32_t i = 1; i < c->nin; i++) {
		bool scalar = one != UINT32_MAX && fuzz_pick(s, 2);
		c->in[i] = scalar ? one : pool_find(s, p, t.dtype, t, c->in[0]);
	}
	switch (op) {
	case OP_compare:
		c->attrs[c->nattrs++] =
			weft_attr_text("comparison_direction", directions[fuzz_pick(s, 6)]);
		return true;
	case OP_clamp:
		one = pool_find_scalar(s, p, t.dtype);
		for (uint32_t i = 0; i < 3 && one != UINT32_MAX; i += 2)
			if (fuzz_pick(s, 2))
				c->in[i] = one;
		c->in[1] = c->in[0] == one ? pool_find(s, p, t.dtype, t, c->in[1]) : c->in[1];
		return true;
	case OP_select:
		c->in[0] = fuzz_pick(s, 3) ? pool_find(s, p, WEFT_I1, t, UINT32_MAX)
				      : pool_find_scalar(s, p, WEFT_I1);
		c->in[1] = pool_find(s, p, t.dtype, t, 0);
		return c->in[0] != UINT32_MAX;
	case OP_reduce_precision:
		c->attrs[c->nattrs++] = weft_attr_int("exponent_bits", 1 + fuzz_pick(s, 11));
		c->attrs[c->nattrs++] = weft_attr_int("mantissa_bits", fuzz_pick(s, 52));
		return true;
	case OP_convert: return choose_convert(s, p, c);
	default: return c->op != OP_map;
	}
}

static bool choose_slice(struct source *s, struct weft_tensor_type t, struct choice *c)
{
	int64_t *start = choice_list(c, "start_indices", t.rank);
	int64_t *limit = choice_list(c, "limit_indices", t.rank);
	int64_t *step = choice_list(c, "strides", t.rank);

	for (uint32_t d = 0; d < t.rank; d++) {
		start[d] = fuzz_pick(s, (uint32_t)t.dims[d] + 1);
		limit[d] = start[d] + fuzz_pick(s, (uint32_t)(t.dims[d] - start[d]) + 1);
		step[d] = 1 + fuzz_pick(s, 3);
	}
	return true;
}

static bool choose_pad(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];
	int64_t *low = choice_list(c, "edge_padding_low", t.rank);
	int64_t *high = choice_list(c, "edge_padding_high", t.rank);
	int64_t *inside = choice_list(c, "interior_padding", t.rank);

	c->nin = 2;
	c->in[1] = pool_find_scalar(s, p, t.dtype);
	for (uint32_t d = 0; d < t.rank; d++) {
		low[d] = (int64_t)fuzz_pick(s, 6) - 2;
		high[d] = (int64_t)fuzz_pick(s, 6) - 2;
		inside[d] = fuzz_pick(s, 3);
	}
	return c->in[1] != UINT32_MAX;
}

static bool choose_dynamic(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];
	uint32_t at = 1;

	if (c->op == OP_dynamic_update_slice) {
		c->in[at++] = pool_find(s, p, t.dtype, t, c->in[0]);
	} else {
		int64_t *sizes = choice_list(c, "slice_sizes", t.rank);
		for (uint32_t d = 0; d < t.rank; d++)
			sizes[d] = fuzz_pick(s, (uint32_t)t.dims[d] + 1);
	}
	for (uint32_t d = 0; d < t.rank; d++) {
		c->in[at] = pool_find_scalar(s, p, WEFT_I32);
		if (c->in[at++] == UINT32_MAX)
			return false;
	}
	c->nin = at;
	return true;
}

/* NaNs have many bits, so none are looked at. */
static bool choose_bitcast(struct source *s, struct weft_tensor_type t, struct choice *c)
{
	enum dtype to = (enum dtype)(1 + fuzz_pick(s, DTYPE_COUNT - 1));
	unsigned from = dtype_table[t.dtype].bits, bits = dtype_table[to].bits;
	uint32_t rank = t.rank;

	for (uint32_t d = 0; d < t.rank; d++)
		c->dims[d] = t.dims[d];
	if (bits < from)
		c->dims[rank++] = from / bits;
	if (bits > from && rank)
		rank--;
	choice_result(c, (enum weft_dtype)to, rank);
	return dtype_is_int((enum dtype)t.dtype) && rank <= RANK;
}

static bool choose_move(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];
	int64_t *v;

	c->nin = 1;
	switch (c->op) {
	case OP_broadcast_in_dim:
		v = choice_list(c, "broadcast_dimensions", t.rank);
		for (uint32_t d = 0; d < t.rank; d++) {
			v[d] = d + 1;
			c->dims[d + 1] = t.dims[d] == 1 ? 1 + fuzz_pick(s, 3) : t.dims[d];
		}
		c->dims[0] = 1 + fuzz_pick(s, 3);
		choice_result(c, t.dtype, t.rank + 1);
		return t.rank < RANK;
	case OP_reshape:
		c->dims[0] = 1 + fuzz_pick(s, 4);
		c->dims[1] = fuzz_elements(t) / c->dims[0];
		choice_result(c, t.dtype, 2);
		return fuzz_elements(t) == c->dims[0] * c->dims[1];
	case OP_transpose:
		v = choice_list(c, "permutation", t.rank);
		for (uint32_t d = 0; d < t.rank; d++)
			v[d] = (d + 1) % t.rank;
		return t.rank > 1;
	case OP_reverse:
		choice_list(c, "dimensions", t.rank > 0)[0] = fuzz_pick(s, t.rank);
		return t.rank > 0;
	case OP_slice: return choose_slice(s, t, c);
	case OP_pad: return choose_pad(s, p, c);
	case OP_concatenate:
		c->nin = 2;
		c->in[1] = pool_find(s, p, t.dtype, t, c->in[0]);
		c->attrs[c->nattrs++] = weft_attr_int("dimension", fuzz_pick(s, t.rank));
		return t.rank > 0;
	case OP_dynamic_slice: case OP_dynamic_update_slice: return choose_dynamic(s, p, c);
	case OP_bitcast_convert: return choose_bitcast(s, t, c);
	case OP_get_dimension_size:
		c->attrs[c->nattrs++] = weft_attr_int("dimension", fuzz_pick(s, t.rank));
		return t.rank > 0;
	default: return false;
	}
}

/* ---- any op --------------------------------------------------------------------------------- */

static bool choose_leaf(struct source *s, struct choice *c)
{
	uint32_t rank = 1 + fuzz_pick(s, RANK - 1);

	for (uint32_t d = 0; d < rank; d++)
		c->dims[d] = 1 + fuzz_pick(s, 7);
	choice_result(c, (enum weft_dtype)(1 + fuzz_pick(s, DTYPE_COUNT - 1)), rank);
	c->attrs[c->nattrs++] = weft_attr_int("iota_dimension", fuzz_pick(s, rank));
	return c->op == OP_iota;
}

static bool choose_other(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];

	switch (c->op) {
	case OP_chlo_top_k:
		c->nin = 1;
		c->attrs[c->nattrs++] = weft_attr_int(
			"k", t.rank ? 1 + fuzz_pick(s, (uint32_t)t.dims[t.rank - 1]) : 0);
		return t.rank && !dtype_is_complex((enum dtype)t.dtype);
	case OP_optimization_barrier:
		c->nin = 2;
		c->in[1] = fuzz_pick(s, p->n);
		return true;
	default:
		return choice_narrow(c->op) != c->op &&
		       choice_is_exact(choice_narrow(c->op), (enum dtype)t.dtype) &&
		       choose_map(s, p, c);
	}
}

/* Any of op.def's, and more often one that makes a kernel of its own kind. */
static enum op pick_op(struct source *s)
{
	static const enum op cores[] = { OP_gather, OP_scatter, OP_sort, OP_convolution,
		OP_dot_general, OP_reduce, OP_reduce_window, OP_select_and_scatter, OP_convert,
		OP_dynamic_slice, OP_dynamic_update_slice, OP_pad, OP_bitcast_convert };
	uint32_t n = fuzz_pick(s, 256);

	if (n % 3 == 0)
		return cores[n / 3 % (sizeof cores / sizeof *cores)];
	return (enum op)((n * 256 + fuzz_pick(s, 256)) % OP_COUNT);
}

bool choose_op(struct source *s, struct pool *p, struct choice *c)
{
	*c = (struct choice){ .op = pick_op(s), .combine = OP_COUNT };
	if (p->wide && !fuzz_pick(s, 4))
		c->op = OP_reduce;
	c->in[0] = fuzz_pick(s, p->n);
	if (op_table[c->op].kind != OP_MAP)
		choice_prefer_ranked(s, p, c);
	enum dtype t = (enum dtype)p->t[c->in[0]].dtype;
	switch (c->op) {
	case OP_gather: return choose_gather(s, p, c);
	case OP_scatter: return choose_scatter(s, p, c);
	case OP_torch_index_select: return choose_index_select(s, p, c);
	case OP_sort: return choose_sort(s, p, c);
	case OP_map: return choose_apply(s, p, c);
	case OP_reduce: case OP_reduce_window: return choose_reduce(s, p, c);
	case OP_select_and_scatter: return choose_select_and_scatter(s, p, c);
	case OP_dot_general: return choose_dot(s, p, c);
	case OP_convolution: return choose_convolution(s, p, c);
	default: break;
	}
	switch (op_table[c->op].kind) {
	case OP_MAP: return choice_is_exact(c->op, t) && choose_map(s, p, c);
	case OP_MOVE: return choose_move(s, p, c);
	case OP_LEAF: return choose_leaf(s, c);
	default: return choose_other(s, p, c);
	}
}
