/* core.c -- reductions, windows, sorts, gathers, scatters, contractions; see choose.h. */
#include "choose.h"

/* ---- ops with a region ---------------------------------------------------------------------- */

/* What two scalars of that dtype become, in any order of many the same. */
static enum op pick_combine(struct source *s, enum weft_dtype t)
{
	static const enum op ops[] = { OP_maximum, OP_minimum, OP_add, OP_and, OP_xor, OP_or,
		OP_multiply };

	return ops[fuzz_pick(s, dtype_is_int((enum dtype)t) ? 7 : 2)];
}

/* Operand in[0] by small numbers in its place, sometimes; then sums are exact too. */
static bool pick_sums(struct source *s, struct pool *p, struct choice *c)
{
	if (fuzz_pick(s, 3) || !dtype_is_int((enum dtype)p->t[c->in[0]].dtype))
		return false;
	/* Native code sums bf16 and f16 in f32, the interpreter rounds after each step. */
	enum weft_dtype t = fuzz_pick_number(s);
	uint32_t k = pool_small(p, c->in[0], 7, t == WEFT_BF16 || t == WEFT_F16 ? WEFT_F32 : t);
	c->in[0] = k == UINT32_MAX ? c->in[0] : k;
	return k != UINT32_MAX;
}

static void windows(struct source *s, struct choice *c, uint32_t rank, const char *const names[],
	uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		int64_t *v = choice_list(c, names[i], rank);
		for (uint32_t d = 0; d < rank; d++)
			v[d] = 1 + fuzz_pick(s, 3);
	}
}

/* Pairs of low and high, between `least` and `least` + 3. */
static int64_t *pads(struct source *s, struct choice *c, uint32_t rank, int64_t least)
{
	int64_t *v = choice_list(c, "padding", 2 * rank);

	for (uint32_t d = 0; d < 2 * rank; d++)
		v[d] = (int64_t)fuzz_pick(s, 4) + least;
	return v;
}

/* A reduction over (value, index) pairs, the index an iota of its own. */
static bool choose_greatest(struct source *s, struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]], i = { WEFT_I32, t.rank, t.dims };

	c->nin = 4;
	c->over = 2;
	c->body = BODY_greatest;
	c->in[1] = pool_fresh(s, p, i, 127);
	c->in[2] = pool_find_scalar(s, p, t.dtype);
	c->in[3] = pool_find_scalar(s, p, WEFT_I32);
	return dtype_is_int((enum dtype)t.dtype) && c->in[1] != UINT32_MAX &&
		c->in[2] != UINT32_MAX;
}

/* An operand with dimensions, where there is one. */
void choice_prefer_ranked(struct source *s, const struct pool *p, struct choice *c)
{
	for (uint32_t i = 0; i < p->n && !p->t[c->in[0]].rank; i++)
		c->in[0] = fuzz_pick(s, p->n);
}

bool choose_reduce(struct source *s, struct pool *p, struct choice *c)
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
		uint32_t n = 1 + fuzz_pick(s, t.rank);
		int64_t *v = choice_list(c, "dimensions", n), first = fuzz_pick(s, t.rank);
		for (uint32_t i = 0; i < n; i++)
			v[i] = (first + i) % t.rank;
		if (!sums && !fuzz_pick(s, 4))
			return choose_greatest(s, p, c);
	} else {
		windows(s, c, t.rank, names, 4);
		pads(s, c, t.rank, -1);
	}
	c->in[1] = sums ? pool_fresh(s, p, (struct weft_tensor_type){ t.dtype, 0, NULL }, 3)
			: pool_find_scalar(s, p, t.dtype);
	return !dtype_is_complex((enum dtype)t.dtype) && c->in[1] != UINT32_MAX;
}

bool choose_select_and_scatter(struct source *s, struct pool *p, struct choice *c)
{
	static const char *const names[] = { "window_dimensions", "window_strides" };
	bool sums = pick_sums(s, p, c);
	struct weft_tensor_type t = p->t[c->in[0]], source = { t.dtype, t.rank, c->dims };

	c->combine = sums ? OP_add : pick_combine(s, t.dtype);
	c->body = BODY_window;
	c->direction = fuzz_pick(s, 2) ? "GE" : "LE";
	c->nin = 3;
	c->over = 1;
	windows(s, c, t.rank, names, 2);
	const int64_t *pad = pads(s, c, t.rank, 0);
	for (uint32_t d = 0; d < t.rank; d++) {
		int64_t room = t.dims[d] + pad[2 * d] + pad[2 * d + 1] - c->ints[0][d];
		c->dims[d] = room < 0 ? 0 : room / c->ints[1][d] + 1;
	}
	c->in[1] = pool_fresh(s, p, source, 3);
	c->in[2] = pool_find_scalar(s, p, t.dtype);
	if (sums)
		c->in[2] = pool_fresh(s, p, (struct weft_tensor_type){ t.dtype, 0, NULL }, 3);
	return t.rank && !dtype_is_complex((enum dtype)t.dtype) && c->in[1] != UINT32_MAX &&
		c->in[2] != UINT32_MAX;
}

bool choose_sort(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];

	c->nin = c->over = 1 + fuzz_pick(s, 3);
	for (uint32_t i = 1; i < c->nin; i++)
		c->in[i] = pool_find(s, p, WEFT_INVALID_DTYPE, t, c->in[0]);
	c->body = BODY_order;
	c->direction = fuzz_pick(s, 2) ? "LT" : "GT";
	c->attrs[c->nattrs++] = weft_attr_int("dimension", fuzz_pick(s, t.rank));
	c->attrs[c->nattrs++] = weft_attr_bool("is_stable", c->nin > 1 || fuzz_pick(s, 2));
	return t.rank && !dtype_is_complex((enum dtype)t.dtype);
}

bool choose_apply(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];
	int64_t *v = choice_list(c, "dimensions", t.rank);

	for (uint32_t d = 0; d < t.rank; d++)
		v[d] = d;
	c->nin = 2;
	c->over = 1;
	c->in[1] = pool_find(s, p, t.dtype, t, c->in[0]);
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
	struct weft_tensor_type i = p->t[fuzz_pick(s, p->n)];
	enum weft_dtype to =
		fuzz_pick(s, 2) ? WEFT_I32 : (enum weft_dtype)(WEFT_I2 + (int)fuzz_pick(s, 12));

	*a = (struct addressed){ .vector = fuzz_pick(s, i.rank + 1) };
	i.dtype = to;
	a->indices = pool_fresh(s, p, i, 15);
	a->nmap = a->vector == i.rank ? 1 : (uint32_t)i.dims[a->vector];
	if (!t.rank || a->indices == UINT32_MAX || a->nmap > t.rank)
		return false;
	i = p->t[a->indices];
	int64_t first = fuzz_pick(s, t.rank);
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
		bool batch = a->nbatch && d == last, dropped = !batch && fuzz_pick(s, 2);
		a->sizes[d] = batch || dropped ? 1 : 1 + fuzz_pick(s, (uint32_t)t.dims[d]);
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
	int64_t *to = choice_list(c, name, n);

	if (n)
		memcpy(to, v, n * sizeof *v);
}

/* The window's dimensions begin at a place of the result's; the shape of it all to c->dims. */
static void put_windows(struct source *s, struct choice *c, const char *name,
	const struct addressed *a)
{
	int64_t *v = choice_list(c, name, a->nwindow), at = fuzz_pick(s, a->nbatches + 1);

	for (uint32_t d = 0, b = 0; d < a->nbatches + a->nwindow; d++) {
		bool window = d >= at && d < at + a->nwindow;
		if (window)
			v[d - at] = d;
		c->dims[d] = window ? a->window[d - at] : a->batches[b++];
	}
}

bool choose_gather(struct source *s, struct pool *p, struct choice *c)
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

bool choose_scatter(struct source *s, struct pool *p, struct choice *c)
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
	c->in[2] = pool_fresh(s, p, updates, 3);
	c->body = !sums && !fuzz_pick(s, 4) ? BODY_second : BODY_combine;
	c->combine = sums ? OP_add : pick_combine(s, t.dtype);
	return c->in[2] != UINT32_MAX;
}

bool choose_index_select(struct source *s, struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]], i = p->t[fuzz_pick(s, p->n)];

	i.dtype = fuzz_pick(s, 2) ? WEFT_I32 : WEFT_I64;
	c->nin = 2;
	c->in[1] = pool_fresh(s, p, i, 15);
	c->attrs[c->nattrs++] = weft_attr_int("dimension", fuzz_pick(s, t.rank));
	c->attrs[c->nattrs++] =
		weft_attr_int("batch_dims", fuzz_pick(s, 4) ? 0 : fuzz_pick(s, t.rank));
	return t.rank && t.dims[c->attrs[0].i] && c->in[1] != UINT32_MAX;
}

/* ---- contractions --------------------------------------------------------------------------- */

bool choose_dot(struct source *s, struct pool *p, struct choice *c)
{
	enum weft_dtype t = fuzz_pick_number(s);
	int64_t dims[RANK];

	c->in[0] = pool_some_small(s, p, 1, t);
	if (c->in[0] == UINT32_MAX)
		return false;
	struct weft_tensor_type a = p->t[c->in[0]], b = { t, 1 + fuzz_pick(s, 3), dims };
	int64_t axis = fuzz_pick(s, a.rank), batch = (axis + 1) % a.rank;
	int64_t with = fuzz_pick(s, b.rank), other = (with + 1) % b.rank;
	bool batches = a.rank > 1 && b.rank > 1 && fuzz_pick(s, 2);
	for (uint32_t d = 0; d < b.rank; d++)
		dims[d] = 1 + fuzz_pick(s, 40);
	dims[with] = a.dims[axis];
	if (batches)
		dims[other] = a.dims[batch];
	c->nin = 2;
	c->in[1] = pool_fresh(s, p, b, 7);
	choice_list(c, "lhs_contracting_dimensions", 1)[0] = axis;
	choice_list(c, "rhs_contracting_dimensions", 1)[0] = with;
	choice_list(c, "lhs_batching_dimensions", batches)[0] = batch;
	choice_list(c, "rhs_batching_dimensions", batches)[0] = other;
	return c->in[1] != UINT32_MAX;
}

/* Batch, feature and spatial dimensions of one operand, in any order. */
static void put_order(struct source *s, struct choice *c, uint32_t rank, const char *const names[],
	int64_t place[])
{
	int64_t from = fuzz_pick(s, rank), step = fuzz_pick(s, 2) ? 1 : rank - 1;

	for (uint32_t i = 0; i < rank; i++)
		place[i] = (from + i * step) % rank;
	c->attrs[c->nattrs++] = weft_attr_int(names[0], place[0]);
	c->attrs[c->nattrs++] = weft_attr_int(names[1], place[1]);
	put_list(c, names[2], rank - 2, place + 2);
}

bool choose_convolution(struct source *s, struct pool *p, struct choice *c)
{
	static const char *const input[] = { "input_batch_dimension", "input_feature_dimension",
		"input_spatial_dimensions" };
	static const char *const kernel[] = { "kernel_output_feature_dimension",
		"kernel_input_feature_dimension", "kernel_spatial_dimensions" };
	static const char *const output[] = { "output_batch_dimension",
		"output_feature_dimension", "output_spatial_dimensions" };
	static const char *const names[] = { "window_strides", "lhs_dilation", "rhs_dilation" };
	int64_t at[RANK], with[RANK], to[RANK], dims[RANK];
	enum weft_dtype t = fuzz_pick_number(s);

	c->in[0] = pool_some_small(s, p, 2, t);
	if (c->in[0] == UINT32_MAX)
		return false;
	struct weft_tensor_type a = p->t[c->in[0]], k = { t, a.rank, dims };
	put_order(s, c, a.rank, input, at);
	put_order(s, c, a.rank, kernel, with);
	put_order(s, c, a.rank, output, to);
	int64_t features = a.dims[at[1]], batches = a.dims[at[0]];
	int64_t groups = fuzz_pick(s, 3) ? 1 : features % 2 ? features : 2;
	int64_t batch_groups = groups > 1 || fuzz_pick(s, 4) ? 1 : batches % 2 ? batches : 2;
	for (uint32_t d = 0; d < a.rank; d++)
		dims[with[d]] = 1 + fuzz_pick(s, 3);
	dims[with[0]] *= groups * batch_groups;
	dims[with[1]] = features / groups;
	windows(s, c, a.rank - 2, names, 3);
	pads(s, c, a.rank - 2, -1);
	int64_t *v = choice_list(c, "window_reversal", a.rank - 2);
	for (uint32_t d = 0; d + 2 < a.rank; d++)
		v[d] = fuzz_pick(s, 2);
	c->attrs[c->nattrs++] = weft_attr_int("feature_group_count", groups);
	c->attrs[c->nattrs++] = weft_attr_int("batch_group_count", batch_groups);
	c->nin = 2;
	c->in[1] = pool_fresh(s, p, k, 7);
	return c->in[1] != UINT32_MAX;
}
