/* move.c -- constants, indices and ops that move elements: most of them are an affine map from
 * the result's index to the operand's, done by copy_affine.
 *
 * Sizes come from the operands and the values at hand, never from a symbolic type, unless the op
 * has nothing else to go by (reshape and broadcast_in_dim to a symbolic type). */
#include "base/file.h"
#include "ir/eval/eval_impl.h"
#include <string.h>

/* out[i] = in[base + i . step] */
static void copy_affine(
	const struct tensor *in, struct tensor *out, int64_t base, const int64_t *step)
{
	int64_t index[EVAL_MAX_RANK] = { 0 };
	size_t bytes = dtype_bytes(out->type->dtype);

	for (int64_t i = 0, n = tensor_elements(out); i < n; i++) {
		memcpy(tensor_at(out, i), tensor_at(in, base + index_flat(out->rank, index, step)),
			bytes);
		index_next(out->rank, out->dims, index);
	}
}

static void check_rank(const struct call *c, uint32_t rank)
{
	if (rank > EVAL_MAX_RANK)
		eval_fail(c, WEFT_UNIMPLEMENTED, "rank %u is over %d", rank, EVAL_MAX_RANK);
}

/* The entries of a rank 1 integer tensor. */
static uint32_t index_vector(const struct call *c, const struct tensor *t, int64_t *out)
{
	int64_t n = tensor_elements(t);

	if (n > EVAL_MAX_RANK)
		eval_fail(c, WEFT_UNIMPLEMENTED, "rank over %d", EVAL_MAX_RANK);
	for (int64_t i = 0; i < n; i++)
		out[i] = eval_index(t, i);
	return (uint32_t)n;
}

static int64_t clamp_index(int64_t i, int64_t lo, int64_t hi)
{
	return i < lo ? lo : i > hi ? hi : i;
}

/* ---- leaves --------------------------------------------------------------------------------- */

static void unmap(void *map, bool failed)
{
	(void)failed;
	file_unmap(map);
}

static const void *slot_bytes(struct call *c, uint32_t index, size_t want)
{
	const struct slot *s = graph_slot(c->e->g, index);
	const struct eval_options *o = c->e->o;

	if (s->kind == SLOT_data)
		return s->data;
	if (s->kind == SLOT_bound) {
		const void *p = o && o->slot ? o->slot(o->slot_arg, index) : NULL;
		if (!p)
			eval_fail(c, WEFT_FAILED_PRECONDITION, "constant %s is not bound", s->name);
		return p;
	}
	struct file_map *m = job_alloc(c->e->j, sizeof *m);
	job_try(c->e->j, file_map(s->name, m));
	job_defer(c->e->j, unmap, m);
	if (s->offset > m->size || m->size - s->offset < want)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "%s is too short for its constant", s->name);
	return (const char *)m->data + s->offset;
}

void eval_constant(struct call *c)
{
	const struct literal *l = node_literal(c->n);
	const struct attr *a = attrs_find(c->n->attrs, KEY_slot);
	int64_t dims[EVAL_MAX_RANK];

	check_rank(c, c->types[0]->rank);
	if (!eval_static_dims(c, 0, dims))
		eval_fail(c, WEFT_INVALID_ARGUMENT, "a constant of a symbolic type");
	struct tensor *out = eval_new(c, 0, c->types[0]->rank, dims);
	size_t one = dtype_bytes(out->type->dtype), all = (size_t)tensor_elements(out) * one;
	if (!all)
		return;
	if (l && l->splat)
		for (size_t i = 0; i < all; i += one)
			memcpy((char *)out->data + i, l->data, one);
	else
		memcpy(out->data, l ? l->data : slot_bytes(c, (uint32_t)a->i, all), all);
}

static void fill_iota(struct tensor *out, int64_t dimension)
{
	int64_t strides[EVAL_MAX_RANK], n = tensor_elements(out);

	tensor_strides(out, strides);
	for (int64_t i = 0; i < n; i++) {
		int64_t v = i / strides[dimension] % out->dims[dimension];
		scalar_convert(DTYPE_i64, &v, out->type->dtype, tensor_at(out, i));
	}
}

void eval_iota(struct call *c)
{
	int64_t dims[EVAL_MAX_RANK];

	check_rank(c, c->types[0]->rank);
	if (!eval_static_dims(c, 0, dims))
		eval_fail(c, WEFT_INVALID_ARGUMENT, "a size without a value");
	fill_iota(eval_new(c, 0, c->types[0]->rank, dims), node_int(c->n, KEY_iota_dimension, 0));
}

void eval_dynamic_iota(struct call *c)
{
	int64_t dims[EVAL_MAX_RANK];
	uint32_t rank = index_vector(c, c->in[0], dims);

	fill_iota(eval_new(c, 0, rank, dims), node_int(c->n, KEY_iota_dimension, 0));
}

void eval_parameter(struct call *c)
{
	eval_fail(c, WEFT_INTERNAL, "a parameter outside of its region");
}

void eval_result(struct call *c)
{
	eval_give(c, 0, eval_element(c->in[0], (uint32_t)node_int(c->n, KEY_index, 0)));
}

/* ---- affine --------------------------------------------------------------------------------- */

void eval_broadcast(struct call *c)
{
	struct tensor *a = c->in[0];
	uint32_t n;
	const int64_t *sizes = eval_ints_any(c, KEY_broadcast_sizes, &n);
	int64_t dims[EVAL_MAX_RANK], step[EVAL_MAX_RANK] = { 0 };

	check_rank(c, a->rank + n);
	for (uint32_t d = 0; d < n; d++)
		dims[d] = sizes[d];
	for (uint32_t d = 0; d < a->rank; d++)
		dims[n + d] = a->dims[d];
	tensor_strides(a, step + n);
	copy_affine(a, eval_new(c, 0, a->rank + n, dims), 0, step);
}

static void broadcast_to(struct call *c, uint32_t rank, const int64_t *dims)
{
	const struct tensor *a = c->in[0];
	const int64_t *at = eval_ints(c, KEY_broadcast_dimensions, a->rank);
	int64_t step[EVAL_MAX_RANK] = { 0 }, strides[EVAL_MAX_RANK];

	tensor_strides(a, strides);
	for (uint32_t d = 0; d < a->rank; d++) {
		if (a->dims[d] != 1 && a->dims[d] != dims[at[d]])
			eval_fail(c, WEFT_INVALID_ARGUMENT, "size %lld does not broadcast to %lld",
				(long long)a->dims[d], (long long)dims[at[d]]);
		step[at[d]] = a->dims[d] == 1 ? 0 : strides[d];
	}
	copy_affine(a, eval_new(c, 0, rank, dims), 0, step);
}

void eval_broadcast_in_dim(struct call *c)
{
	int64_t dims[EVAL_MAX_RANK];

	check_rank(c, c->types[0]->rank);
	if (!eval_static_dims(c, 0, dims))
		eval_fail(c, WEFT_INVALID_ARGUMENT, "a size without a value");
	broadcast_to(c, c->types[0]->rank, dims);
}

void eval_dynamic_broadcast_in_dim(struct call *c)
{
	int64_t dims[EVAL_MAX_RANK];
	uint32_t rank = index_vector(c, c->in[1], dims);

	broadcast_to(c, rank, dims);
}

static void reshape_to(struct call *c, uint32_t rank, const int64_t *dims)
{
	int64_t n = 1;

	for (uint32_t d = 0; d < rank; d++)
		if (dims[d] < 0 || __builtin_mul_overflow(n, dims[d], &n))
			eval_fail(c, WEFT_INVALID_ARGUMENT, "size %lld", (long long)dims[d]);
	if (n != tensor_elements(c->in[0]))
		eval_fail(c, WEFT_INVALID_ARGUMENT, "%lld elements do not fit %lld",
			(long long)tensor_elements(c->in[0]), (long long)n);
	eval_view(c, 0, c->in[0], rank, dims);
}

void eval_reshape(struct call *c)
{
	const struct type *t = c->types[0];
	int64_t dims[EVAL_MAX_RANK], known = 1;
	uint32_t open = t->rank;

	check_rank(c, t->rank);
	if (!eval_static_dims(c, 0, dims)) {         /* one open size follows from the others */
		for (uint32_t d = 0; d < t->rank; d++) {
			dims[d] = t->dims[d];
			if (dims[d] >= 0)
				known *= dims[d];
			else if (open == t->rank)
				open = d;
			else
				eval_fail(c, WEFT_INVALID_ARGUMENT, "two sizes without a value");
		}
		dims[open] = known ? tensor_elements(c->in[0]) / known : 0;
	}
	reshape_to(c, t->rank, dims);
}

void eval_dynamic_reshape(struct call *c)
{
	int64_t dims[EVAL_MAX_RANK], known = 1;
	uint32_t rank = index_vector(c, c->in[1], dims), open = rank;

	for (uint32_t d = 0; d < rank; d++)
		if (dims[d] == -1 && c->n->op == OP_chlo_dynamic_reshape)
			open = d;
		else
			known *= dims[d];
	if (open < rank)
		dims[open] = known ? tensor_elements(c->in[0]) / known : 0;
	reshape_to(c, rank, dims);
}

void eval_transpose(struct call *c)
{
	const struct tensor *a = c->in[0];
	const int64_t *p = eval_ints(c, KEY_permutation, a->rank);
	int64_t dims[EVAL_MAX_RANK], step[EVAL_MAX_RANK], strides[EVAL_MAX_RANK];

	check_rank(c, a->rank);
	tensor_strides(a, strides);
	for (uint32_t d = 0; d < a->rank; d++) {
		dims[d] = a->dims[p[d]];
		step[d] = strides[p[d]];
	}
	copy_affine(a, eval_new(c, 0, a->rank, dims), 0, step);
}

void eval_reverse(struct call *c)
{
	const struct tensor *a = c->in[0];
	uint32_t n;
	const int64_t *which = eval_ints_any(c, KEY_dimensions, &n);
	int64_t step[EVAL_MAX_RANK], base = 0;

	check_rank(c, a->rank);
	tensor_strides(a, step);
	for (uint32_t i = 0; i < n; i++) {
		base += (a->dims[which[i]] - 1) * step[which[i]];
		step[which[i]] = -step[which[i]];
	}
	copy_affine(a, eval_new_like(c, 0, a), base, step);
}

/* ---- slices --------------------------------------------------------------------------------- */

static void slice_by(
	struct call *c, const int64_t *start, const int64_t *limit, const int64_t *stride)
{
	const struct tensor *a = c->in[0];
	int64_t dims[EVAL_MAX_RANK], step[EVAL_MAX_RANK], base = 0;

	check_rank(c, a->rank);
	tensor_strides(a, step);
	for (uint32_t d = 0; d < a->rank; d++) {
		int64_t s = stride ? stride[d] : 1;
		if (s <= 0 || start[d] < 0 || limit[d] < start[d] || limit[d] > a->dims[d])
			eval_fail(c, WEFT_INVALID_ARGUMENT, "slice %lld:%lld:%lld of size %lld",
				(long long)start[d], (long long)limit[d], (long long)s,
				(long long)a->dims[d]);
		dims[d] = limit[d] > start[d] ? (limit[d] - start[d] - 1) / s + 1 : 0;
		base += start[d] * step[d];
		if (dims[d] > 1)
			step[d] *= s;
	}
	copy_affine(a, eval_new(c, 0, a->rank, dims), base, step);
}

void eval_slice(struct call *c)
{
	uint32_t n, rank = c->in[0]->rank;
	const int64_t *stride = eval_ints_any(c, KEY_strides, &n);

	slice_by(c, eval_ints(c, KEY_start_indices, rank), eval_ints(c, KEY_limit_indices, rank),
		n == rank ? stride : NULL);
}

void eval_real_dynamic_slice(struct call *c)
{
	int64_t v[3][EVAL_MAX_RANK];

	for (uint32_t i = 0; i < 3; i++)
		index_vector(c, c->in[1 + i], v[i]);
	slice_by(c, v[0], v[1], v[2]);
}

void eval_dynamic_slice(struct call *c)
{
	const struct tensor *a = c->in[0];
	const int64_t *sizes = eval_ints(c, KEY_slice_sizes, a->rank);
	int64_t step[EVAL_MAX_RANK], base = 0;

	check_rank(c, a->rank);
	tensor_strides(a, step);
	for (uint32_t d = 0; d < a->rank; d++) {
		if (sizes[d] > a->dims[d])
			eval_fail(c, WEFT_INVALID_ARGUMENT, "slice of %lld of size %lld",
				(long long)sizes[d], (long long)a->dims[d]);
		base += clamp_index(eval_index(c->in[1 + d], 0), 0, a->dims[d] - sizes[d]) *
			step[d];
	}
	copy_affine(a, eval_new(c, 0, a->rank, sizes), base, step);
}

void eval_dynamic_update_slice(struct call *c)
{
	const struct tensor *a = c->in[0], *u = c->in[1];
	struct tensor *out = eval_new_like(c, 0, a);
	int64_t strides[EVAL_MAX_RANK], index[EVAL_MAX_RANK] = { 0 }, base = 0;
	size_t bytes = dtype_bytes(a->type->dtype);

	check_rank(c, a->rank);
	memcpy(out->data, a->data, (size_t)tensor_elements(a) * bytes);
	tensor_strides(a, strides);
	for (uint32_t d = 0; d < a->rank; d++) {
		if (u->dims[d] > a->dims[d])
			eval_fail(c, WEFT_INVALID_ARGUMENT, "update of %lld of size %lld",
				(long long)u->dims[d], (long long)a->dims[d]);
		base += clamp_index(eval_index(c->in[2 + d], 0), 0, a->dims[d] - u->dims[d]) *
			strides[d];
	}
	for (int64_t i = 0, n = tensor_elements(u); i < n; i++) {
		memcpy(tensor_at(out, base + index_flat(a->rank, index, strides)), tensor_at(u, i),
			bytes);
		index_next(u->rank, u->dims, index);
	}
}

/* ---- pad, concatenate ----------------------------------------------------------------------- */

static void pad_by(struct call *c, const int64_t *low, const int64_t *high, const int64_t *inside)
{
	const struct tensor *a = c->in[0], *v = c->in[1];
	int64_t dims[EVAL_MAX_RANK], strides[EVAL_MAX_RANK], index[EVAL_MAX_RANK] = { 0 };
	size_t bytes = dtype_bytes(a->type->dtype);

	check_rank(c, a->rank);
	for (uint32_t d = 0; d < a->rank; d++) {
		int64_t gaps;
		if (inside[d] < 0 ||
		    __builtin_mul_overflow(a->dims[d] ? a->dims[d] - 1 : 0, inside[d], &gaps) ||
		    __builtin_add_overflow(a->dims[d], gaps, &dims[d]) ||
		    __builtin_add_overflow(dims[d], low[d], &dims[d]) ||
		    __builtin_add_overflow(dims[d], high[d], &dims[d]) || dims[d] < 0)
			eval_fail(c, WEFT_INVALID_ARGUMENT, "padding of dimension %u", d);
	}
	struct tensor *out = eval_new(c, 0, a->rank, dims);
	for (int64_t i = 0, n = tensor_elements(out); i < n; i++)
		memcpy(tensor_at(out, i), v->data, bytes);
	tensor_strides(out, strides);
	for (int64_t i = 0, n = tensor_elements(a); i < n; i++) {
		int64_t to = 0;
		bool in = true;
		for (uint32_t d = 0; d < a->rank; d++) {
			int64_t at = low[d] + index[d] * (inside[d] + 1);
			in = in && at >= 0 && at < dims[d];
			to += at * strides[d];
		}
		if (in)
			memcpy(tensor_at(out, to), tensor_at(a, i), bytes);
		index_next(a->rank, a->dims, index);
	}
}

void eval_pad(struct call *c)
{
	uint32_t n = c->in[0]->rank;

	pad_by(c, eval_ints(c, KEY_edge_padding_low, n), eval_ints(c, KEY_edge_padding_high, n),
		eval_ints(c, KEY_interior_padding, n));
}

void eval_dynamic_pad(struct call *c)
{
	int64_t v[3][EVAL_MAX_RANK];

	for (uint32_t i = 0; i < 3; i++)
		index_vector(c, c->in[2 + i], v[i]);
	pad_by(c, v[0], v[1], v[2]);
}

void eval_concatenate(struct call *c)
{
	int64_t dims[EVAL_MAX_RANK], axis = node_int(c->n, KEY_dimension, 0), outer = 1, inner = 1;
	const struct tensor *a = c->in[0];

	check_rank(c, a->rank);
	for (uint32_t d = 0; d < a->rank; d++) {
		dims[d] = a->dims[d];
		outer *= d < axis ? dims[d] : 1;
		inner *= d > axis ? dims[d] : 1;
	}
	dims[axis] = 0;
	for (uint32_t i = 0; i < c->nin; i++) {
		for (uint32_t d = 0; d < a->rank; d++)
			if (d != axis && c->in[i]->dims[d] != dims[d])
				eval_fail(c, WEFT_INVALID_ARGUMENT,
					"operands differ in dimension %u", d);
		dims[axis] += c->in[i]->dims[axis];
	}
	struct tensor *out = eval_new(c, 0, a->rank, dims);
	int64_t at = 0;
	for (uint32_t i = 0; i < c->nin; i++) {
		int64_t block = c->in[i]->dims[axis] * inner;
		for (int64_t o = 0; o < outer && block; o++)
			memcpy(tensor_at(out, o * dims[axis] * inner + at),
				tensor_at(c->in[i], o * block),
				(size_t)block * dtype_bytes(a->type->dtype));
		at += block;
	}
}

/* ---- bits, sizes ---------------------------------------------------------------------------- */

static bool bit_get(const struct tensor *t, unsigned bits, int64_t i)
{
	const unsigned char *p = tensor_at(t, i / bits);
	unsigned b = (unsigned)(i % bits);

	return p[b / 8] >> b % 8 & 1;
}

/* Elements as a row of bits, least first; sub-byte elements lie in a byte each. */
static void copy_bits(const struct tensor *a, struct tensor *out)
{
	unsigned ab = dtype_table[a->type->dtype].bits, ob = dtype_table[out->type->dtype].bits;

	for (int64_t i = 0, n = tensor_elements(out); i < n; i++) {
		unsigned char *p = tensor_at(out, i);
		for (unsigned b = 0; b < ob; b++)
			p[b / 8] |= (unsigned char)(bit_get(a, ab, i * ob + b) << b % 8);
		if (dtype_is_signed(out->type->dtype) && ob < 8)
			dtype_store_i64(out->type->dtype, p, (int64_t)p[0]);
	}
}

void eval_bitcast_convert(struct call *c)
{
	struct tensor *a = c->in[0];
	int64_t dims[EVAL_MAX_RANK];
	unsigned from = dtype_table[a->type->dtype].bits, to = dtype_table[c->types[0]->dtype].bits;
	uint32_t rank = a->rank;

	check_rank(c, rank + 1);
	for (uint32_t d = 0; d < rank; d++)
		dims[d] = a->dims[d];
	if (to < from)
		dims[rank++] = from / to;
	else if (to > from)
		rank--;
	if (to > from && (rank >= a->rank || a->dims[rank] != to / from))
		eval_fail(c, WEFT_INVALID_ARGUMENT, "the last dimension is not %u", to / from);
	struct tensor *out = eval_new(c, 0, rank, dims);
	if (from % 8 || to % 8)
		copy_bits(a, out);
	else
		memcpy(out->data, a->data,
			(size_t)tensor_elements(a) * dtype_bytes(a->type->dtype));
}

void eval_get_dimension_size(struct call *c)
{
	struct tensor *out = eval_new(c, 0, 0, NULL);

	dtype_store_i64(out->type->dtype, out->data,
		c->in[0]->dims[node_int(c->n, KEY_dimension, 0)]);
}

void eval_set_dimension_size(struct call *c)
{
	const struct tensor *a = c->in[0];
	int64_t dims[EVAL_MAX_RANK], step[EVAL_MAX_RANK], axis = node_int(c->n, KEY_dimension, 0);
	int64_t size = eval_index(c->in[1], 0);

	check_rank(c, a->rank);
	if (size < 0 || size > a->dims[axis])
		eval_fail(c, WEFT_INVALID_ARGUMENT, "size %lld of a dimension of %lld",
			(long long)size, (long long)a->dims[axis]);
	for (uint32_t d = 0; d < a->rank; d++)
		dims[d] = d == axis ? size : a->dims[d];
	tensor_strides(a, step);
	copy_affine(a, eval_new(c, 0, a->rank, dims), 0, step);
}
