/* gather.c -- gather and scatter as the specification has them: every element of the result
 * (or of the updates) is sent to its place in the operand by the dimension numbers.
 *
 * An index of the result splits into a batch part, which picks a row of start indices, and an
 * offset part, which walks the slice.  gather clamps the start so that the slice fits; scatter
 * leaves out what does not fit, element by element. */
#include "ir/eval/eval_impl.h"
#include <string.h>

/* Dimension numbers of gather or scatter under gather's names. */
struct numbers {
	uint32_t noffset, ncollapsed, nbatching, nmap;
	const int64_t *offset, *collapsed, *batching, *indices_batching, *map;
	int64_t vector_dim;
};

static bool has(uint32_t n, const int64_t *v, int64_t x)
{
	for (uint32_t i = 0; i < n; i++)
		if (v[i] == x)
			return true;
	return false;
}

/* The start of the slice that belongs to batch index batch[], one entry an operand dimension. */
static void full_start(const struct numbers *d, const struct tensor *indices, uint32_t rank,
	const int64_t *batch, int64_t *start)
{
	int64_t at[EVAL_MAX_RANK], strides[EVAL_MAX_RANK];
	uint32_t b = 0;

	tensor_strides(indices, strides);
	for (uint32_t i = 0; i < indices->rank; i++)
		at[i] = (int64_t)i == d->vector_dim ? 0 : batch[b++];
	for (uint32_t i = 0; i < rank; i++)
		start[i] = 0;
	int64_t flat = index_flat(indices->rank, at, strides);
	for (uint32_t k = 0; k < d->nmap; k++) {
		int64_t step = d->vector_dim < (int64_t)indices->rank ? strides[d->vector_dim] : 0;
		start[d->map[k]] = eval_index(indices, flat + (int64_t)k * step);
	}
	for (uint32_t k = 0; k < d->nbatching; k++)
		start[d->batching[k]] = at[d->indices_batching[k]];
}

/* Splits an index of the result: batch entries, and offsets one an operand dimension. */
static void split_index(const struct numbers *d, uint32_t rank, uint32_t out_rank,
	const int64_t *index, int64_t *batch, int64_t *offset)
{
	uint32_t b = 0, o = 0;

	for (uint32_t i = 0; i < out_rank; i++)
		if (!has(d->noffset, d->offset, i))
			batch[b++] = index[i];
	for (uint32_t i = 0; i < rank; i++) {
		bool walked =
			!has(d->ncollapsed, d->collapsed, i) && !has(d->nbatching, d->batching, i);
		offset[i] = walked ? index[d->offset[o++]] : 0;
	}
}

/* Operand `at` are the indices of operand 0. */
static void check_numbers(struct call *c, const struct numbers *d, uint32_t at, uint32_t out_rank)
{
	const struct tensor *a = c->in[0], *indices = c->in[at];

	if (a->rank > EVAL_MAX_RANK || indices->rank > EVAL_MAX_RANK || out_rank > EVAL_MAX_RANK)
		eval_fail(c, WEFT_UNIMPLEMENTED, "rank over %d", EVAL_MAX_RANK);
	if (d->noffset + d->ncollapsed + d->nbatching != a->rank)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "dimension numbers do not cover the operand");
	if (d->vector_dim < (int64_t)indices->rank)
		eval_check_size(c, at, (uint32_t)d->vector_dim, d->nmap);
	for (uint32_t i = 0; i < d->nbatching; i++)
		eval_check_size(
			c, at, (uint32_t)d->indices_batching[i], a->dims[d->batching[i]]);
}

static void gather_numbers(const struct call *c, struct numbers *d)
{
	uint32_t n;

	d->offset = eval_ints_any(c, KEY_offset_dims, &d->noffset);
	d->collapsed = eval_ints_any(c, KEY_collapsed_slice_dims, &d->ncollapsed);
	d->batching = eval_ints_any(c, KEY_operand_batching_dims, &d->nbatching);
	d->indices_batching = eval_ints_any(c, KEY_start_indices_batching_dims, &n);
	d->map = eval_ints_any(c, KEY_start_index_map, &d->nmap);
	d->vector_dim = node_int(c->n, KEY_index_vector_dim, 0);
}

/* A dimension that the result lacks has slices of 1; of 0, what one of 1 would give, and zeros
 * where there is nothing, if that is known without computing. */
static void check_dropped(struct call *c, int64_t size, int64_t dim)
{
	bool told = dim || c->n->op == OP_gather || c->n->in[2]->op == OP_constant;

	if (size > 1 || (size < 1 && !told))
		eval_fail(c, WEFT_INVALID_ARGUMENT,
			"slice of %lld where a dimension is dropped", (long long)size);
	if (!size && !dim && !type_is_static(c->n->in[0]->type))
		eval_fail(c, WEFT_INVALID_ARGUMENT, "slice of an empty dimension");
}

static void gather_slices(struct call *c, const int64_t *sizes)
{
	const struct tensor *a = c->in[0], *indices = c->in[1];
	struct numbers d;
	int64_t dims[EVAL_MAX_RANK], index[EVAL_MAX_RANK] = { 0 }, batch[EVAL_MAX_RANK];
	int64_t offset[EVAL_MAX_RANK], start[EVAL_MAX_RANK], strides[EVAL_MAX_RANK];
	uint32_t b = 0, o = 0;

	gather_numbers(c, &d);
	uint32_t rank = indices->rank - (d.vector_dim < (int64_t)indices->rank) + d.noffset;
	check_numbers(c, &d, 1, rank);
	for (uint32_t i = 0; i < rank; i++) {
		if (!has(d.noffset, d.offset, i)) {
			b += (int64_t)b == d.vector_dim;
			dims[i] = indices->dims[b++];
			continue;
		}
		while (has(d.ncollapsed, d.collapsed, o) || has(d.nbatching, d.batching, o))
			o++;
		dims[i] = sizes[o++];
	}
	for (uint32_t i = 0; i < a->rank; i++) {
		if (sizes[i] < 0 || sizes[i] > a->dims[i])
			eval_fail(c, WEFT_INVALID_ARGUMENT, "slice of %lld of size %lld",
				(long long)sizes[i], (long long)a->dims[i]);
		if (has(d.ncollapsed, d.collapsed, i) || has(d.nbatching, d.batching, i))
			check_dropped(c, sizes[i], a->dims[i]);
	}
	struct tensor *out = eval_new(c, 0, rank, dims);
	size_t bytes = dtype_bytes(a->type->dtype);
	tensor_strides(a, strides);
	for (int64_t i = 0, n = tensor_elements(a) ? tensor_elements(out) : 0; i < n; i++) {
		int64_t from = 0;
		split_index(&d, a->rank, rank, index, batch, offset);
		full_start(&d, indices, a->rank, batch, start);
		for (uint32_t k = 0; k < a->rank; k++) {
			int64_t last = a->dims[k] - sizes[k] - !sizes[k], s = start[k];
			from += ((s < 0 ? 0 : s > last ? last : s) + offset[k]) * strides[k];
		}
		memcpy(tensor_at(out, i), tensor_at(a, from), bytes);
		index_next(rank, dims, index);
	}
}

void eval_gather(struct call *c)
{
	gather_slices(c, eval_ints(c, KEY_slice_sizes, c->in[0]->rank));
}

void eval_dynamic_gather(struct call *c)
{
	int64_t sizes[EVAL_MAX_RANK];

	if (tensor_elements(c->in[2]) != c->in[0]->rank || c->in[0]->rank > EVAL_MAX_RANK)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "slice sizes do not fit the operand's rank");
	for (uint32_t d = 0; d < c->in[0]->rank; d++)
		sizes[d] = eval_index(c->in[2], d);
	gather_slices(c, sizes);
}

static void scatter_numbers(const struct call *c, struct numbers *d)
{
	uint32_t n;

	d->offset = eval_ints_any(c, KEY_update_window_dims, &d->noffset);
	d->collapsed = eval_ints_any(c, KEY_inserted_window_dims, &d->ncollapsed);
	d->batching = eval_ints_any(c, KEY_input_batching_dims, &d->nbatching);
	d->indices_batching = eval_ints_any(c, KEY_scatter_indices_batching_dims, &n);
	d->map = eval_ints_any(c, KEY_scatter_dims_to_operand_dims, &d->nmap);
	d->vector_dim = node_int(c->n, KEY_index_vector_dim, 0);
}

/* One update: results at `to` become region(results at `to`, updates at i). */
static void scatter_one(struct call *c, struct body *b, uint32_t n, int64_t to, int64_t i)
{
	for (uint32_t k = 0; k < n; k++) {
		body_set(b, k, c->out[k]->type->dtype, tensor_at(c->out[k], to));
		body_set(b, n + k, c->in[n + 1 + k]->type->dtype, tensor_at(c->in[n + 1 + k], i));
	}
	body_run(c, b);
	for (uint32_t k = 0; k < n; k++)
		body_get(c, b, k, c->out[k]->type->dtype, tensor_at(c->out[k], to));
}

/* scatter_c4: no window is larger than the operand. */
static void check_windows(
	struct call *c, const struct numbers *d, const struct tensor *a, const struct tensor *u)
{
	for (uint32_t i = 0, o = 0; i < a->rank; i++) {
		if (has(d->ncollapsed, d->collapsed, i) || has(d->nbatching, d->batching, i))
			continue;
		int64_t size = u->dims[d->offset[o++]];
		if (size > a->dims[i])
			eval_fail(c, WEFT_INVALID_ARGUMENT,
				"a window of %lld in a dimension of %lld", (long long)size,
				(long long)a->dims[i]);
	}
}

/* Updates have the sizes of the indices where no windows are. */
static void check_places(struct call *c, const struct numbers *d, uint32_t n)
{
	const struct tensor *indices = c->in[n], *u = c->in[n + 1];

	for (uint32_t i = 0, o = 0; i < u->rank; i++) {
		if (has(d->noffset, d->offset, i))
			continue;
		o += o == d->vector_dim;
		eval_check_size(c, n + 1, i, indices->dims[o++]);
	}
}

void eval_scatter(struct call *c)
{
	uint32_t n = node_noperands(c->n) / 2;
	const struct tensor *a = c->in[0], *indices = c->in[n], *u = c->in[n + 1];
	struct numbers d;
	struct body body;
	int64_t index[EVAL_MAX_RANK] = { 0 }, batch[EVAL_MAX_RANK], offset[EVAL_MAX_RANK];
	int64_t start[EVAL_MAX_RANK], strides[EVAL_MAX_RANK];

	scatter_numbers(c, &d);
	check_numbers(c, &d, n, u->rank);
	check_windows(c, &d, a, u);
	check_places(c, &d, n);
	eval_check_same(c, 0, n);
	eval_check_same(c, n + 1, n);
	for (uint32_t k = 0; k < n; k++) {
		struct tensor *out = eval_new_like(c, k, c->in[k]);
		for (int64_t i = 0, size = tensor_elements(out); i < size; i++)
			scalar_convert(c->in[k]->type->dtype, tensor_at(c->in[k], i),
				out->type->dtype, tensor_at(out, i));
	}
	body_init(c, 0, 2 * n, &body);
	tensor_strides(a, strides);
	for (int64_t i = 0, size = tensor_elements(u); i < size; i++) {
		int64_t to = 0;
		bool inside = true;
		split_index(&d, a->rank, u->rank, index, batch, offset);
		full_start(&d, indices, a->rank, batch, start);
		for (uint32_t k = 0; k < a->rank; k++) {
			int64_t at = start[k];
			inside = inside && !__builtin_add_overflow(at, offset[k], &at) && at >= 0 &&
				at < a->dims[k];
			to += inside ? at * strides[k] : 0;
		}
		if (inside)
			scatter_one(c, &body, n, to, i);
		index_next(u->rank, u->dims, index);
	}
	body_fini(c, &body);
}

/* How torch_index_select's operand is walked: index i of batch b takes element `at` of the axis,
 * `inner` elements of it, from each of `outer` lines. */
struct selection {
	int64_t batch, outer, inner, axis, per;      /* per: indices of a batch */
};

static void select_line(const struct selection *s, const struct tensor *a,
	const struct tensor *indices, int64_t b, int64_t line, struct tensor *out)
{
	size_t bytes = dtype_bytes(a->type->dtype) * (size_t)s->inner;
	char *to = (char *)out->data + (size_t)(line * s->per) * bytes;

	for (int64_t k = 0; k < s->per && bytes && s->axis; k++, to += bytes) {
		int64_t i = eval_index(indices, b * s->per + k);
		i = i >= s->axis ? s->axis - 1 : i < 0 ? 0 : i;
		memcpy(to, tensor_at(a, (line * s->axis + i) * s->inner), bytes);
	}
}

/* result[batch.., indices.., rest..] = operand[batch.., index, rest..] along `dimension`.  An index
 * beyond it is the nearest one within, as in gather; of nothing zeros are taken. */
void eval_torch_index_select(struct call *c)
{
	const struct tensor *a = c->in[0], *indices = c->in[1];
	int64_t axis = node_int(c->n, KEY_dimension, 0), dims[EVAL_MAX_RANK];
	int64_t nbatch = node_int(c->n, KEY_batch_dims, 0);
	struct selection s = { .batch = 1, .outer = 1, .inner = 1, .axis = 1, .per = 1 };
	uint32_t rank = 0;

	axis += axis < 0 ? (int64_t)a->rank : 0;
	nbatch += nbatch < 0 ? (int64_t)indices->rank : 0;
	if (a->rank + indices->rank > EVAL_MAX_RANK)
		eval_fail(c, WEFT_UNIMPLEMENTED, "rank over %d", EVAL_MAX_RANK);
	for (uint32_t d = 0; d < nbatch; d++)
		eval_check_size(c, 1, d, a->dims[d]);
	for (uint32_t d = 0; d < a->rank; d++) {
		if (d == axis)
			for (uint32_t i = (uint32_t)nbatch; i < indices->rank; i++) {
				dims[rank++] = indices->dims[i];
				s.per *= indices->dims[i];
			}
		else
			dims[rank++] = a->dims[d];
		*(d == axis ? &s.axis : d < nbatch ? &s.batch : d < axis ? &s.outer : &s.inner) *=
			a->dims[d];
	}
	struct tensor *out = eval_new(c, 0, rank, dims);
	for (int64_t b = 0; b < s.batch; b++)
		for (int64_t o = 0; o < s.outer; o++)
			select_line(&s, a, indices, b, b * s.outer + o, out);
}
