/* graph_choose.h -- what tests/fuzz/graph.c does to an op before it is built: operands, attributes
 * and regions by the fuzzer's bytes.  What an op refuses is found out later, so a choice need only
 * be likely. */
#ifndef TESTS_FUZZ_GRAPH_CHOOSE_H
#define TESTS_FUZZ_GRAPH_CHOOSE_H
#include "graph_pool.h"

/* Is every result of op over t the one right value? */
static bool is_exact(enum op op, enum dtype t)
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

static int64_t *list(struct choice *c, const char *name, uint32_t n)
{
	int64_t *v = c->ints[c->nattrs];

	c->attrs[c->nattrs++] = weft_attr_ints(name, n, v);
	return v;
}

static void result(struct choice *c, enum weft_dtype t, uint32_t rank)
{
	c->typed = true;
	c->result = (struct weft_tensor_type){ t, rank, c->dims };
}

/* The op whose operands chlo.broadcast_X widens, else op itself. */
static enum op narrow_op(enum op op)
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
	result(c, (enum weft_dtype)(1 + pick(s, DTYPE_COUNT - 1)), t.rank);
	return true;
}

static bool choose_map(struct source *s, const struct pool *p, struct choice *c)
{
	static const char *const directions[] = { "EQ", "NE", "LT", "LE", "GT", "GE" };
	struct weft_tensor_type t = p->t[c->in[0]];
	enum op op = narrow_op(c->op);
	uint32_t one = op == c->op ? UINT32_MAX : find_scalar(s, p, t.dtype);

	c->nin = (uint32_t)op_table[c->op].lo;
	for (uint32_t i = 1; i < c->nin; i++) {
		bool scalar = one != UINT32_MAX && pick(s, 2);
		c->in[i] = scalar ? one : find(s, p, t.dtype, t, c->in[0]);
	}
	switch (op) {
	case OP_compare:
		c->attrs[c->nattrs++] =
			weft_attr_text("comparison_direction", directions[pick(s, 6)]);
		return true;
	case OP_clamp:
		one = find_scalar(s, p, t.dtype);
		for (uint32_t i = 0; i < 3 && one != UINT32_MAX; i += 2)
			if (pick(s, 2))
				c->in[i] = one;
		c->in[1] = c->in[0] == one ? find(s, p, t.dtype, t, c->in[1]) : c->in[1];
		return true;
	case OP_select:
		c->in[0] = pick(s, 3) ? find(s, p, WEFT_I1, t, UINT32_MAX)
				      : find_scalar(s, p, WEFT_I1);
		c->in[1] = find(s, p, t.dtype, t, 0);
		return c->in[0] != UINT32_MAX;
	case OP_reduce_precision:
		c->attrs[c->nattrs++] = weft_attr_int("exponent_bits", 1 + pick(s, 11));
		c->attrs[c->nattrs++] = weft_attr_int("mantissa_bits", pick(s, 52));
		return true;
	case OP_convert: return choose_convert(s, p, c);
	default: return c->op != OP_map;
	}
}

static bool choose_slice(struct source *s, struct weft_tensor_type t, struct choice *c)
{
	int64_t *start = list(c, "start_indices", t.rank);
	int64_t *limit = list(c, "limit_indices", t.rank);
	int64_t *step = list(c, "strides", t.rank);

	for (uint32_t d = 0; d < t.rank; d++) {
		start[d] = pick(s, (uint32_t)t.dims[d] + 1);
		limit[d] = start[d] + pick(s, (uint32_t)(t.dims[d] - start[d]) + 1);
		step[d] = 1 + pick(s, 3);
	}
	return true;
}

static bool choose_pad(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];
	int64_t *low = list(c, "edge_padding_low", t.rank);
	int64_t *high = list(c, "edge_padding_high", t.rank);
	int64_t *inside = list(c, "interior_padding", t.rank);

	c->nin = 2;
	c->in[1] = find_scalar(s, p, t.dtype);
	for (uint32_t d = 0; d < t.rank; d++) {
		low[d] = (int64_t)pick(s, 6) - 2;
		high[d] = (int64_t)pick(s, 6) - 2;
		inside[d] = pick(s, 3);
	}
	return c->in[1] != UINT32_MAX;
}

static bool choose_dynamic(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];
	uint32_t at = 1;

	if (c->op == OP_dynamic_update_slice) {
		c->in[at++] = find(s, p, t.dtype, t, c->in[0]);
	} else {
		int64_t *sizes = list(c, "slice_sizes", t.rank);
		for (uint32_t d = 0; d < t.rank; d++)
			sizes[d] = pick(s, (uint32_t)t.dims[d] + 1);
	}
	for (uint32_t d = 0; d < t.rank; d++) {
		c->in[at] = find_scalar(s, p, WEFT_I32);
		if (c->in[at++] == UINT32_MAX)
			return false;
	}
	c->nin = at;
	return true;
}

/* NaNs have many bits, so none are looked at. */
static bool choose_bitcast(struct source *s, struct weft_tensor_type t, struct choice *c)
{
	enum dtype to = (enum dtype)(1 + pick(s, DTYPE_COUNT - 1));
	unsigned from = dtype_table[t.dtype].bits, bits = dtype_table[to].bits;
	uint32_t rank = t.rank;

	for (uint32_t d = 0; d < t.rank; d++)
		c->dims[d] = t.dims[d];
	if (bits < from)
		c->dims[rank++] = from / bits;
	if (bits > from && rank)
		rank--;
	result(c, (enum weft_dtype)to, rank);
	return dtype_is_int((enum dtype)t.dtype) && rank <= RANK;
}

static bool choose_move(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];
	int64_t *v;

	c->nin = 1;
	switch (c->op) {
	case OP_broadcast_in_dim:
		v = list(c, "broadcast_dimensions", t.rank);
		for (uint32_t d = 0; d < t.rank; d++) {
			v[d] = d + 1;
			c->dims[d + 1] = t.dims[d] == 1 ? 1 + pick(s, 3) : t.dims[d];
		}
		c->dims[0] = 1 + pick(s, 3);
		result(c, t.dtype, t.rank + 1);
		return t.rank < RANK;
	case OP_reshape:
		c->dims[0] = 1 + pick(s, 4);
		c->dims[1] = elements(t) / c->dims[0];
		result(c, t.dtype, 2);
		return elements(t) == c->dims[0] * c->dims[1];
	case OP_transpose:
		v = list(c, "permutation", t.rank);
		for (uint32_t d = 0; d < t.rank; d++)
			v[d] = (d + 1) % t.rank;
		return t.rank > 1;
	case OP_reverse:
		list(c, "dimensions", t.rank > 0)[0] = pick(s, t.rank);
		return t.rank > 0;
	case OP_slice: return choose_slice(s, t, c);
	case OP_pad: return choose_pad(s, p, c);
	case OP_concatenate:
		c->nin = 2;
		c->in[1] = find(s, p, t.dtype, t, c->in[0]);
		c->attrs[c->nattrs++] = weft_attr_int("dimension", pick(s, t.rank));
		return t.rank > 0;
	case OP_dynamic_slice: case OP_dynamic_update_slice: return choose_dynamic(s, p, c);
	case OP_bitcast_convert: return choose_bitcast(s, t, c);
	case OP_get_dimension_size:
		c->attrs[c->nattrs++] = weft_attr_int("dimension", pick(s, t.rank));
		return t.rank > 0;
	default: return false;
	}
}

/* ---- ops with a region ---------------------------------------------------------------------- */

/* What two scalars of that dtype become, in any order of many the same. */
static enum op pick_combine(struct source *s, enum weft_dtype t)
{
	static const enum op ops[] = { OP_maximum, OP_minimum, OP_add, OP_and, OP_xor, OP_or,
		OP_multiply };

	return ops[pick(s, dtype_is_int((enum dtype)t) ? 7 : 2)];
}

/* Operand in[0] by small numbers in its place, sometimes; then sums are exact too. */
static bool pick_sums(struct source *s, struct pool *p, struct choice *c)
{
	if (pick(s, 3) || !dtype_is_int((enum dtype)p->t[c->in[0]].dtype))
		return false;
	/* Native code sums bf16 and f16 in f32, the interpreter rounds after each step. */
	enum weft_dtype t = pick_number(s);
	uint32_t k = small(p, c->in[0], 7, t == WEFT_BF16 || t == WEFT_F16 ? WEFT_F32 : t);
	c->in[0] = k == UINT32_MAX ? c->in[0] : k;
	return k != UINT32_MAX;
}

static void windows(struct source *s, struct choice *c, uint32_t rank, const char *const names[],
	uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		int64_t *v = list(c, names[i], rank);
		for (uint32_t d = 0; d < rank; d++)
			v[d] = 1 + pick(s, 3);
	}
}

/* Pairs of low and high, between `least` and `least` + 3. */
static int64_t *pads(struct source *s, struct choice *c, uint32_t rank, int64_t least)
{
	int64_t *v = list(c, "padding", 2 * rank);

	for (uint32_t d = 0; d < 2 * rank; d++)
		v[d] = (int64_t)pick(s, 4) + least;
	return v;
}

/* A reduction over (value, index) pairs, the index an iota of its own. */
static bool choose_greatest(struct source *s, struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]], i = { WEFT_I32, t.rank, t.dims };

	c->nin = 4;
	c->over = 2;
	c->body = BODY_greatest;
	c->in[1] = fresh(s, p, i, 127);
	c->in[2] = find_scalar(s, p, t.dtype);
	c->in[3] = find_scalar(s, p, WEFT_I32);
	return dtype_is_int((enum dtype)t.dtype) && c->in[1] != UINT32_MAX &&
		c->in[2] != UINT32_MAX;
}

/* An operand with dimensions, where there is one. */
static void prefer_ranked(struct source *s, const struct pool *p, struct choice *c)
{
	for (uint32_t i = 0; i < p->n && !p->t[c->in[0]].rank; i++)
		c->in[0] = pick(s, p->n);
}

static bool choose_reduce(struct source *s, struct pool *p, struct choice *c)
{
	static const char *const names[] = { "window_dimensions", "window_strides",
		"base_dilations", "window_dilations" };
	bool sums = pick_sums(s, p, c);
	struct weft_tensor_type t = p->t[c->in[0]];

	c->combine = sums ? OP_add : pick_combine(s, t.dtype);
	c->body = BODY_combine;
	c->nin = 2;
	c->over = 1;
	if (!t.rank)
		return false;
	if (c->op == OP_reduce) {
		uint32_t n = 1 + pick(s, t.rank);
		int64_t *v = list(c, "dimensions", n), first = pick(s, t.rank);
		for (uint32_t i = 0; i < n; i++)
			v[i] = (first + i) % t.rank;
		if (!sums && !pick(s, 4))
			return choose_greatest(s, p, c);
	} else {
		windows(s, c, t.rank, names, 4);
		pads(s, c, t.rank, -1);
	}
	c->in[1] = sums ? fresh(s, p, (struct weft_tensor_type){ t.dtype, 0, NULL }, 3)
			: find_scalar(s, p, t.dtype);
	return !dtype_is_complex((enum dtype)t.dtype) && c->in[1] != UINT32_MAX;
}

static bool choose_select_and_scatter(struct source *s, struct pool *p, struct choice *c)
{
	static const char *const names[] = { "window_dimensions", "window_strides" };
	bool sums = pick_sums(s, p, c);
	struct weft_tensor_type t = p->t[c->in[0]], source = { t.dtype, t.rank, c->dims };

	c->combine = sums ? OP_add : pick_combine(s, t.dtype);
	c->body = BODY_window;
	c->direction = pick(s, 2) ? "GE" : "LE";
	c->nin = 3;
	c->over = 1;
	windows(s, c, t.rank, names, 2);
	const int64_t *pad = pads(s, c, t.rank, 0);
	for (uint32_t d = 0; d < t.rank; d++) {
		int64_t room = t.dims[d] + pad[2 * d] + pad[2 * d + 1] - c->ints[0][d];
		c->dims[d] = room < 0 ? 0 : room / c->ints[1][d] + 1;
	}
	c->in[1] = fresh(s, p, source, 3);
	c->in[2] = find_scalar(s, p, t.dtype);
	if (sums)
		c->in[2] = fresh(s, p, (struct weft_tensor_type){ t.dtype, 0, NULL }, 3);
	return t.rank && !dtype_is_complex((enum dtype)t.dtype) && c->in[1] != UINT32_MAX &&
		c->in[2] != UINT32_MAX;
}

static bool choose_sort(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];

	c->nin = c->over = 1 + pick(s, 3);
	for (uint32_t i = 1; i < c->nin; i++)
		c->in[i] = find(s, p, WEFT_INVALID_DTYPE, t, c->in[0]);
	c->body = BODY_order;
	c->direction = pick(s, 2) ? "LT" : "GT";
	c->attrs[c->nattrs++] = weft_attr_int("dimension", pick(s, t.rank));
	c->attrs[c->nattrs++] = weft_attr_bool("is_stable", c->nin > 1 || pick(s, 2));
	return t.rank && !dtype_is_complex((enum dtype)t.dtype);
}

static bool choose_apply(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];
	int64_t *v = list(c, "dimensions", t.rank);

	for (uint32_t d = 0; d < t.rank; d++)
		v[d] = d;
	c->nin = 2;
	c->over = 1;
	c->in[1] = find(s, p, t.dtype, t, c->in[0]);
	c->body = BODY_combine;
	c->combine = pick_combine(s, t.dtype);
	return !dtype_is_complex((enum dtype)t.dtype);
}

/* ---- gather and scatter --------------------------------------------------------------------- */

/* How indices address an operand: which dimensions of the pool's values do what. */
struct addressed {
	uint32_t indices, vector;            /* place in the pool, index_vector_dim */
	uint32_t nmap, nbatch, ndropped, nwindow, nbatches;
	int64_t map[RANK], batch[RANK], index_batch[RANK], dropped[RANK];
	int64_t window[RANK], batches[RANK]; /* sizes: of the slice's dimensions, of the indices' */
	int64_t sizes[RANK];                 /* of the slice */
};

/* Indices in i of the pool, made small, that address t. */
static bool address(struct source *s, struct pool *p, struct weft_tensor_type t,
	struct addressed *a)
{
	struct weft_tensor_type i = p->t[pick(s, p->n)];
	enum weft_dtype to =
		pick(s, 2) ? WEFT_I32 : (enum weft_dtype)(WEFT_I2 + (int)pick(s, 12));

	*a = (struct addressed){ .vector = pick(s, i.rank + 1) };
	i.dtype = to;
	a->indices = fresh(s, p, i, 15);
	a->nmap = a->vector == i.rank ? 1 : (uint32_t)i.dims[a->vector];
	if (!t.rank || a->indices == UINT32_MAX || a->nmap > t.rank)
		return false;
	i = p->t[a->indices];
	int64_t first = pick(s, t.rank);
	for (uint32_t d = 0; d < a->nmap; d++)
		a->map[d] = (first + d) % t.rank;
	/* One batching dimension, the last that no index says, where sizes agree. */
	int64_t last = (first + t.rank - 1) % t.rank;
	for (uint32_t d = 0; d < i.rank && a->nmap < t.rank && !a->nbatch; d++)
		if (d != a->vector && i.dims[d] == t.dims[last]) {
			a->batch[a->nbatch] = last;
			a->index_batch[a->nbatch++] = d;
		}
	for (uint32_t d = 0; d < t.rank; d++) {
		bool batch = a->nbatch && d == last, dropped = !batch && pick(s, 2);
		a->sizes[d] = batch || dropped ? 1 : 1 + pick(s, (uint32_t)t.dims[d]);
		if (dropped)
			a->dropped[a->ndropped++] = d;
		if (!batch && !dropped)
			a->window[a->nwindow++] = a->sizes[d];
	}
	for (uint32_t d = 0; d < i.rank; d++)
		if (d != a->vector)
			a->batches[a->nbatches++] = i.dims[d];
	return a->nwindow + a->nbatches <= RANK;
}

static void put_list(struct choice *c, const char *name, uint32_t n, const int64_t *v)
{
	int64_t *to = list(c, name, n);

	if (n)
		memcpy(to, v, n * sizeof *v);
}

/* The window's dimensions begin at a place of the result's; the shape of it all to c->dims. */
static void put_windows(struct source *s, struct choice *c, const char *name,
	const struct addressed *a)
{
	int64_t *v = list(c, name, a->nwindow), at = pick(s, a->nbatches + 1);

	for (uint32_t d = 0, b = 0; d < a->nbatches + a->nwindow; d++) {
		bool window = d >= at && d < at + a->nwindow;
		if (window)
			v[d - at] = d;
		c->dims[d] = window ? a->window[d - at] : a->batches[b++];
	}
}

static bool choose_gather(struct source *s, struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];
	struct addressed a;

	if (!address(s, p, t, &a))
		return false;
	c->nin = 2;
	c->in[1] = a.indices;
	put_windows(s, c, "offset_dims", &a);
	put_list(c, "collapsed_slice_dims", a.ndropped, a.dropped);
	put_list(c, "operand_batching_dims", a.nbatch, a.batch);
	put_list(c, "start_indices_batching_dims", a.nbatch, a.index_batch);
	put_list(c, "start_index_map", a.nmap, a.map);
	put_list(c, "slice_sizes", t.rank, a.sizes);
	c->attrs[c->nattrs++] = weft_attr_int("index_vector_dim", a.vector);
	return true;
}

static bool choose_scatter(struct source *s, struct pool *p, struct choice *c)
{
	bool sums = pick_sums(s, p, c);
	struct weft_tensor_type t = p->t[c->in[0]], updates = { t.dtype, 0, c->dims };
	struct addressed a;

	if (!address(s, p, t, &a) || dtype_is_complex((enum dtype)t.dtype))
		return false;
	c->nin = 3;
	c->over = 1;
	c->in[1] = a.indices;
	put_windows(s, c, "update_window_dims", &a);
	put_list(c, "inserted_window_dims", a.ndropped, a.dropped);
	put_list(c, "input_batching_dims", a.nbatch, a.batch);
	put_list(c, "scatter_indices_batching_dims", a.nbatch, a.index_batch);
	put_list(c, "scatter_dims_to_operand_dims", a.nmap, a.map);
	c->attrs[c->nattrs++] = weft_attr_int("index_vector_dim", a.vector);
	updates.rank = a.nwindow + a.nbatches;
	c->in[2] = fresh(s, p, updates, 3);
	c->body = !sums && !pick(s, 4) ? BODY_second : BODY_combine;
	c->combine = sums ? OP_add : pick_combine(s, t.dtype);
	return c->in[2] != UINT32_MAX;
}

static bool choose_index_select(struct source *s, struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]], i = p->t[pick(s, p->n)];

	i.dtype = pick(s, 2) ? WEFT_I32 : WEFT_I64;
	c->nin = 2;
	c->in[1] = fresh(s, p, i, 15);
	c->attrs[c->nattrs++] = weft_attr_int("dimension", pick(s, t.rank));
	c->attrs[c->nattrs++] = weft_attr_int("batch_dims", pick(s, 4) ? 0 : pick(s, t.rank));
	return t.rank && t.dims[c->attrs[0].i] && c->in[1] != UINT32_MAX;
}

/* ---- contractions --------------------------------------------------------------------------- */

static bool choose_dot(struct source *s, struct pool *p, struct choice *c)
{
	enum weft_dtype t = pick_number(s);
	int64_t dims[RANK];

	c->in[0] = some_small(s, p, 1, t);
	if (c->in[0] == UINT32_MAX)
		return false;
	struct weft_tensor_type a = p->t[c->in[0]], b = { t, 1 + pick(s, 3), dims };
	int64_t axis = pick(s, a.rank), batch = (axis + 1) % a.rank;
	int64_t with = pick(s, b.rank), other = (with + 1) % b.rank;
	bool batches = a.rank > 1 && b.rank > 1 && pick(s, 2);
	for (uint32_t d = 0; d < b.rank; d++)
		dims[d] = 1 + pick(s, 40);
	dims[with] = a.dims[axis];
	if (batches)
		dims[other] = a.dims[batch];
	c->nin = 2;
	c->in[1] = fresh(s, p, b, 7);
	list(c, "lhs_contracting_dimensions", 1)[0] = axis;
	list(c, "rhs_contracting_dimensions", 1)[0] = with;
	list(c, "lhs_batching_dimensions", batches)[0] = batch;
	list(c, "rhs_batching_dimensions", batches)[0] = other;
	return c->in[1] != UINT32_MAX;
}

/* Batch, feature and spatial dimensions of one operand, in any order. */
static void put_order(struct source *s, struct choice *c, uint32_t rank, const char *const names[],
	int64_t place[])
{
	int64_t from = pick(s, rank), step = pick(s, 2) ? 1 : rank - 1;

	for (uint32_t i = 0; i < rank; i++)
		place[i] = (from + i * step) % rank;
	c->attrs[c->nattrs++] = weft_attr_int(names[0], place[0]);
	c->attrs[c->nattrs++] = weft_attr_int(names[1], place[1]);
	put_list(c, names[2], rank - 2, place + 2);
}

static bool choose_convolution(struct source *s, struct pool *p, struct choice *c)
{
	static const char *const input[] = { "input_batch_dimension", "input_feature_dimension",
		"input_spatial_dimensions" };
	static const char *const kernel[] = { "kernel_output_feature_dimension",
		"kernel_input_feature_dimension", "kernel_spatial_dimensions" };
	static const char *const output[] = { "output_batch_dimension",
		"output_feature_dimension", "output_spatial_dimensions" };
	static const char *const names[] = { "window_strides", "lhs_dilation", "rhs_dilation" };
	int64_t at[RANK], with[RANK], to[RANK], dims[RANK];
	enum weft_dtype t = pick_number(s);

	c->in[0] = some_small(s, p, 2, t);
	if (c->in[0] == UINT32_MAX)
		return false;
	struct weft_tensor_type a = p->t[c->in[0]], k = { t, a.rank, dims };
	put_order(s, c, a.rank, input, at);
	put_order(s, c, a.rank, kernel, with);
	put_order(s, c, a.rank, output, to);
	int64_t features = a.dims[at[1]], batches = a.dims[at[0]];
	int64_t groups = pick(s, 3) ? 1 : features % 2 ? features : 2;
	int64_t batch_groups = groups > 1 || pick(s, 4) ? 1 : batches % 2 ? batches : 2;
	for (uint32_t d = 0; d < a.rank; d++)
		dims[with[d]] = 1 + pick(s, 3);
	dims[with[0]] *= groups * batch_groups;
	dims[with[1]] = features / groups;
	windows(s, c, a.rank - 2, names, 3);
	pads(s, c, a.rank - 2, -1);
	int64_t *v = list(c, "window_reversal", a.rank - 2);
	for (uint32_t d = 0; d + 2 < a.rank; d++)
		v[d] = pick(s, 2);
	c->attrs[c->nattrs++] = weft_attr_int("feature_group_count", groups);
	c->attrs[c->nattrs++] = weft_attr_int("batch_group_count", batch_groups);
	c->nin = 2;
	c->in[1] = fresh(s, p, k, 7);
	return c->in[1] != UINT32_MAX;
}

/* ---- any op --------------------------------------------------------------------------------- */

static bool choose_leaf(struct source *s, struct choice *c)
{
	uint32_t rank = 1 + pick(s, RANK - 1);

	for (uint32_t d = 0; d < rank; d++)
		c->dims[d] = 1 + pick(s, 7);
	result(c, (enum weft_dtype)(1 + pick(s, DTYPE_COUNT - 1)), rank);
	c->attrs[c->nattrs++] = weft_attr_int("iota_dimension", pick(s, rank));
	return c->op == OP_iota;
}

static bool choose_other(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];

	switch (c->op) {
	case OP_chlo_top_k:
		c->nin = 1;
		c->attrs[c->nattrs++] = weft_attr_int(
			"k", t.rank ? 1 + pick(s, (uint32_t)t.dims[t.rank - 1]) : 0);
		return t.rank && !dtype_is_complex((enum dtype)t.dtype);
	case OP_optimization_barrier:
		c->nin = 2;
		c->in[1] = pick(s, p->n);
		return true;
	default:
		return narrow_op(c->op) != c->op && is_exact(narrow_op(c->op), (enum dtype)t.dtype)
			&& choose_map(s, p, c);
	}
}

/* Any of op.def's, and more often one that makes a kernel of its own kind. */
static enum op pick_op(struct source *s)
{
	static const enum op cores[] = { OP_gather, OP_scatter, OP_sort, OP_convolution,
		OP_dot_general, OP_reduce, OP_reduce_window, OP_select_and_scatter, OP_convert,
		OP_dynamic_slice, OP_dynamic_update_slice, OP_pad, OP_bitcast_convert };
	uint32_t n = pick(s, 256);

	if (n % 3 == 0)
		return cores[n / 3 % (sizeof cores / sizeof *cores)];
	return (enum op)((n * 256 + pick(s, 256)) % OP_COUNT);
}

static bool choose(struct source *s, struct pool *p, struct choice *c)
{
	*c = (struct choice){ .op = pick_op(s), .combine = OP_COUNT };
	c->in[0] = pick(s, p->n);
	if (op_table[c->op].kind != OP_MAP)
		prefer_ranked(s, p, c);
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
	case OP_MAP: return is_exact(c->op, t) && choose_map(s, p, c);
	case OP_MOVE: return choose_move(s, p, c);
	case OP_LEAF: return choose_leaf(s, c);
	default: return choose_other(s, p, c);
	}
}
#endif
