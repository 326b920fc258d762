/* move.c -- gradients of ops that move elements: each is the movement back, a sum where one
 * element went to several places, zeros where none went. */
#include "ir/rewrite.h"
#include "pass/grad/grad_impl.h"

static int64_t *dims_new(struct grad *d, uint32_t n)
{
	return job_array(graph_job(d->g), (size_t)n + 1, sizeof(int64_t));
}

static const struct node *scalar_zero(struct grad *d, const struct node *like)
{
	return build_scalar(d->g, like->type->dtype, 0);
}

/* ---- broadcasts, shapes, order -------------------------------------------------------------- */

/* v, in which x's dimension i lies at at[i], summed over all others and where x has size 1. */
static void add_broadcast(
	struct grad *d, const struct node *x, const struct node *v, const int64_t *at)
{
	const struct type *t = x->type;
	int64_t *summed = dims_new(d, v->type->rank), *turn = dims_new(d, t->rank);
	uint32_t nsummed = 0, nturn = 0;
	for (int64_t i = 0; i < v->type->rank; i++) {
		uint32_t k = 0;
		while (k < t->rank && at[k] != i)
			k++;
		if (k == t->rank || (t->dims[k] == 1 && v->type->dims[i] != 1))
			summed[nsummed++] = i;
	}
	v = build_reduce(d->g, OP_add, v, nsummed, summed);
	/* What is left lies in the order of the result's dimensions. */
	for (uint32_t k = 0; k < t->rank; k++) {
		uint32_t place = 0;
		bool gone = false;
		for (uint32_t s = 0; s < nsummed; s++)
			gone |= summed[s] == at[k];
		for (uint32_t m = 0; m < t->rank; m++) {
			bool other_gone = false;
			for (uint32_t s = 0; s < nsummed; s++)
				other_gone |= summed[s] == at[m];
			place += !other_gone && at[m] < at[k];
		}
		if (!gone)
			turn[nturn++] = place;
	}
	v = build_transpose(d->g, v, turn);
	grad_flow(d, x, build_reshape(d->g, v, t->rank, t->dims));
}

void grad_broadcast_in_dim(struct grad *d, const struct node *n, const struct node *const *ct)
{
	uint32_t count;
	const int64_t *at = node_ints(n, KEY_broadcast_dimensions, &count);
	add_broadcast(d, n->in[0], ct[0], at);
}

void grad_dynamic_broadcast_in_dim(
	struct grad *d, const struct node *n, const struct node *const *ct)
{
	grad_broadcast_in_dim(d, n, ct);
}

void grad_broadcast(struct grad *d, const struct node *n, const struct node *const *ct)
{
	uint32_t rank = n->in[0]->type->rank;
	int64_t *at = dims_new(d, rank);
	for (uint32_t i = 0; i < rank; i++)
		at[i] = n->type->rank - rank + i;
	add_broadcast(d, n->in[0], ct[0], at);
}

void grad_reshape(struct grad *d, const struct node *n, const struct node *const *ct)
{
	grad_flow(d, n->in[0],
		build_reshape(d->g, ct[0], n->in[0]->type->rank, n->in[0]->type->dims));
}

void grad_dynamic_reshape(struct grad *d, const struct node *n, const struct node *const *ct)
{
	grad_reshape(d, n, ct);
}

void grad_transpose(struct grad *d, const struct node *n, const struct node *const *ct)
{
	uint32_t rank;
	const int64_t *p = node_ints(n, KEY_permutation, &rank);
	int64_t *back = dims_new(d, rank);
	for (uint32_t i = 0; i < rank; i++)
		back[p[i]] = i;
	grad_flow(d, n->in[0], build_transpose(d->g, ct[0], back));
}

void grad_reverse(struct grad *d, const struct node *n, const struct node *const *ct)
{
	grad_flow(d, n->in[0], node_with_operands(d->g, n, ct));
}

void grad_optimization_barrier(
	struct grad *d, const struct node *n, const struct node *const *ct)
{
	for (uint32_t i = 0; i < n->nin; i++)
		if (ct[i])
			grad_flow(d, n->in[i], ct[i]);
}

/* ---- slices, pads, concatenation ------------------------------------------------------------ */

static const struct type *static_type(struct grad *d, const struct node *n, const struct node *x)
{
	if (!type_is_static(x->type))
		grad_refuse(d, n, "a size that is not known");
	return x->type;
}

void grad_slice(struct grad *d, const struct node *n, const struct node *const *ct)
{
	uint32_t rank;
	const struct node *x = n->in[0];
	const struct type *t = static_type(d, n, x);
	const int64_t *start = node_ints(n, KEY_start_indices, &rank);
	const int64_t *stride = node_ints(n, KEY_strides, &rank);
	int64_t *high = dims_new(d, rank), *between = dims_new(d, rank);
	for (uint32_t i = 0; i < rank; i++) {
		int64_t m = n->type->dims[i];
		between[i] = stride[i] - 1;
		high[i] = t->dims[i] - start[i] - (m ? (m - 1) * stride[i] + 1 : 0);
	}
	grad_flow(d, x, build_pad(d->g, ct[0], scalar_zero(d, x), start, high, between));
}

/* x's elements taken back out of v, into which they were padded by n. */
static const struct node *unpad(
	struct grad *d, const struct node *n, const struct node *x, const struct node *v)
{
	uint32_t rank;
	const int64_t *low = node_ints(n, KEY_edge_padding_low, &rank);
	const int64_t *high = node_ints(n, KEY_edge_padding_high, &rank);
	const int64_t *interior = node_ints(n, KEY_interior_padding, &rank);
	int64_t *less[4];
	for (int i = 0; i < 4; i++)
		less[i] = dims_new(d, rank);
	for (uint32_t i = 0; i < rank; i++) {
		int64_t m = x->type->dims[i];
		less[0][i] = -low[i];
		less[1][i] = -high[i];
		less[2][i] = m ? (m - 1) * (interior[i] + 1) + 1 : 0;
		less[3][i] = interior[i] + 1;
	}
	int64_t *zeros = dims_new(d, rank);
	v = build_pad(d->g, v, scalar_zero(d, x), less[0], less[1], zeros);
	return build_slice(d->g, v, zeros, less[2], less[3]);
}

static const struct node *sum_all(struct grad *d, const struct node *v)
{
	int64_t *all = dims_new(d, v->type->rank);
	for (uint32_t i = 0; i < v->type->rank; i++)
		all[i] = i;
	return build_reduce(d->g, OP_add, v, v->type->rank, all);
}

void grad_pad(struct grad *d, const struct node *n, const struct node *const *ct)
{
	const struct node *x = n->in[0];
	static_type(d, n, x);
	const struct node *back = unpad(d, n, x, ct[0]);
	grad_flow(d, x, back);
	if (grad_wants(d, n->in[1]))
		grad_flow(d, n->in[1],
			build2(d->g, OP_subtract, sum_all(d, ct[0]), sum_all(d, back)));
}

void grad_concatenate(struct grad *d, const struct node *n, const struct node *const *ct)
{
	int64_t along = node_int(n, KEY_dimension, 0), from = 0;
	uint32_t rank = n->type->rank;
	static_type(d, n, n);
	for (uint32_t k = 0; k < n->nin; k++) {
		const struct node *x = n->in[k];
		int64_t *start = dims_new(d, rank), *limit = dims_new(d, rank),
			*stride = dims_new(d, rank);
		for (uint32_t i = 0; i < rank; i++) {
			limit[i] = x->type->dims[i];
			stride[i] = 1;
		}
		start[along] = from;
		from = limit[along] += from;
		grad_flow(d, x, build_slice(d->g, ct[0], start, limit, stride));
	}
}

/* ---- slices at computed places (starts are clamped alike forwards and backwards) ------------ */

void grad_dynamic_slice(struct grad *d, const struct node *n, const struct node *const *ct)
{
	const struct node **in = job_array(graph_job(d->g), (size_t)n->nin + 1, sizeof *in);
	in[0] = grad_zeros(d, n->in[0]);
	in[1] = ct[0];
	for (uint32_t i = 1; i < n->nin; i++)
		in[i + 1] = n->in[i];
	grad_flow(d, n->in[0],
		build_op(d->g, OP_dynamic_update_slice, n->nin + 1, in, 0, NULL));
}

void grad_dynamic_update_slice(
	struct grad *d, const struct node *n, const struct node *const *ct)
{
	const struct node *x = n->in[0], *update = n->in[1];
	const struct node **in = job_array(graph_job(d->g), n->nin, sizeof *in);
	for (uint32_t i = 0; i < n->nin; i++)
		in[i] = n->in[i];
	in[0] = ct[0];
	if (grad_wants(d, x)) {
		in[1] = grad_zeros(d, update);
		grad_flow(d, x, node_with_operands(d->g, n, in));
	}
	if (!grad_wants(d, update))
		return;
	static_type(d, n, update);
	struct attr_entry sizes = { KEY_slice_sizes, NULL,
		attr_ints(d->g, update->type->rank, update->type->dims) };
	in[1] = ct[0];
	grad_flow(d, update, build_op(d->g, OP_dynamic_slice, n->nin - 1, in + 1, 1, &sizes));
}

/* ---- gather and scatter --------------------------------------------------------------------- */

/* The same list of dimensions under gather's name and under scatter's. */
static const struct {
	enum key gather, scatter;
} names[] = {
	{ KEY_offset_dims, KEY_update_window_dims },
	{ KEY_collapsed_slice_dims, KEY_inserted_window_dims },
	{ KEY_operand_batching_dims, KEY_input_batching_dims },
	{ KEY_start_indices_batching_dims, KEY_scatter_indices_batching_dims },
	{ KEY_start_index_map, KEY_scatter_dims_to_operand_dims },
};
enum { NNAMES = sizeof names / sizeof *names };

/* Dimension numbers of n under the other op's names; room for two more. */
static uint32_t dimension_numbers(
	struct grad *d, const struct node *n, bool to_scatter, struct attr_entry *e)
{
	uint32_t k = 0, count;
	for (uint32_t i = 0; i < NNAMES; i++) {
		enum key from = to_scatter ? names[i].gather : names[i].scatter;
		const int64_t *v = node_ints(n, from, &count);
		if (v)
			e[k++] = (struct attr_entry){ to_scatter ? names[i].scatter
								 : names[i].gather,
				NULL, attr_ints(d->g, count, v) };
	}
	e[k++] = (struct attr_entry){ KEY_index_vector_dim, NULL,
		attr_int(d->g, node_int(n, KEY_index_vector_dim, 0)) };
	e[k++] = (struct attr_entry){ KEY_indices_are_sorted, NULL,
		attr_bool(d->g, node_bool(n, KEY_indices_are_sorted, false)) };
	return k;
}

/* One number a component of an index vector, of the indices' shape. */
static const struct node *along_vector(struct grad *d, const struct node *n,
	const struct node *indices, const int64_t *v, uint32_t count)
{
	const struct type *t = indices->type;
	int64_t at = node_int(n, KEY_index_vector_dim, 0), rank = count;
	const struct node *row = build_constant(
		d->g, type_tensor(d->g, DTYPE_i64, 1, &rank), false, v);
	if (at == t->rank)
		row = build_reshape(d->g, row, 0, NULL);
	return build_broadcast(
		d->g, build_convert(d->g, row, t->dtype), t->rank, t->dims, &at);
}

/* The last place a window may begin at, a number for each component of an index vector. */
static const struct node *last_starts(struct grad *d, const struct node *n,
	const struct node *operand, const struct node *indices, const int64_t *sizes)
{
	uint32_t count;
	enum key k = n->op == OP_gather ? KEY_start_index_map : KEY_scatter_dims_to_operand_dims;
	const int64_t *map = node_ints(n, k, &count);
	const struct type *t = static_type(d, n, operand);
	int64_t *last = dims_new(d, count);
	for (uint32_t i = 0; i < count; i++)
		last[i] = t->dims[map[i]] - sizes[map[i]];
	return along_vector(d, n, indices, last, count);
}

static const struct node *scatter_of(struct grad *d, const struct node *into,
	const struct node *indices, const struct node *updates, const struct region *how,
	uint32_t nattrs, const struct attr_entry *e)
{
	const struct node *in[] = { into, indices, updates };
	return graph_node(d->g, &(struct node_spec){ .op = OP_scatter, .nin = 3, .in = in,
		.nregions = 1, .regions = &how, .attrs = attrs_cons(d->g, nattrs, e) });
}

/* A region of two scalars: their sum, or the second. */
static const struct region *combiner(struct grad *d, const struct type *t, bool sum)
{
	const struct type *scalar = type_scalar(d->g, t->dtype);
	const struct type *params[] = { scalar, scalar };
	const struct node *b = graph_parameter(d->g, 1, scalar);
	if (sum)
		b = build2(d->g, OP_add, graph_parameter(d->g, 0, scalar), b);
	return graph_region(d->g, 2, params, 1, &b);
}

/* Gather clamps where a window begins, scatter drops what is outside: so clamped ones are
 * scattered. */
void grad_gather(struct grad *d, const struct node *n, const struct node *const *ct)
{
	struct attr_entry e[NNAMES + 3];
	const struct node *x = n->in[0], *indices = n->in[1];
	uint32_t count, k = dimension_numbers(d, n, true, e);
	const int64_t *sizes = node_ints(n, KEY_slice_sizes, &count);
	static_type(d, n, indices);
	const struct node *last = last_starts(d, n, x, indices, sizes);
	indices = build3(d->g, OP_clamp, build_like(d->g, indices, 0), indices, last);
	e[k++] = (struct attr_entry){ KEY_unique_indices, NULL, attr_bool(d->g, false) };
	grad_flow(d, x, scatter_of(d, grad_zeros(d, x), indices, ct[0],
			       combiner(d, x->type, true), k, e));
}

/* The window n's updates have in the operand. */
static int64_t *window_sizes(struct grad *d, const struct node *n)
{
	uint32_t rank = n->in[0]->type->rank, nwindow, ninserted, nbatch, at = 0;
	const int64_t *window = node_ints(n, KEY_update_window_dims, &nwindow);
	const int64_t *inserted = node_ints(n, KEY_inserted_window_dims, &ninserted);
	const int64_t *batch = node_ints(n, KEY_input_batching_dims, &nbatch);
	int64_t *sizes = dims_new(d, rank);
	for (uint32_t i = 0; i < rank; i++) {
		bool one = false;
		for (uint32_t k = 0; k < ninserted; k++)
			one |= inserted[k] == i;
		for (uint32_t k = 0; k < nbatch; k++)
			one |= batch[k] == i;
		sizes[i] = one ? 1 : n->in[2]->type->dims[window[at++]];
	}
	return sizes;
}

static const struct node *gather_of(struct grad *d, const struct node *n, const struct node *from,
	const int64_t *sizes)
{
	struct attr_entry e[NNAMES + 3];
	uint32_t k = dimension_numbers(d, n, false, e);
	e[k++] = (struct attr_entry){ KEY_slice_sizes, NULL,
		attr_ints(d->g, from->type->rank, sizes) };
	const struct node *in[] = { from, n->in[1] };
	return build_op(d->g, OP_gather, 2, in, k, e);
}

/* Which updates were not dropped: all components of their index are in range. */
static const struct node *updates_inside(
	struct grad *d, const struct node *n, const int64_t *sizes)
{
	struct graph *g = d->g;
	const struct node *indices = n->in[1], *last = last_starts(d, n, n->in[0], indices, sizes);
	const struct type *t = n->in[2]->type;
	const struct node *inside = build2(g, OP_and,
		build_compare(g, "GE", indices, build_like(g, indices, 0)),
		build_compare(g, "LE", indices, last));
	int64_t vector = node_int(n, KEY_index_vector_dim, 0), *at = dims_new(d, t->rank);
	if (vector < indices->type->rank)
		inside = build_reduce(g, OP_and, inside, 1, &vector);
	uint32_t nwindow, outer = 0;
	const int64_t *window = node_ints(n, KEY_update_window_dims, &nwindow);
	for (uint32_t i = 0; i < t->rank; i++) {
		bool in_window = false;
		for (uint32_t k = 0; k < nwindow; k++)
			in_window |= window[k] == i;
		if (!in_window)
			at[outer++] = i;
	}
	return build_broadcast(g, inside, t->rank, t->dims, at);
}

/* Of updates that write one element the last stays: the one whose number is found there. */
static const struct node *updates_that_stay(
	struct grad *d, const struct node *n, const int64_t *sizes)
{
	struct graph *g = d->g;
	const struct type *t = type_with_dtype(g, n->in[2]->type, DTYPE_i64);
	int64_t all = type_elements(t);
	const struct node *id = build_reshape(g,
		build_iota(g, type_tensor(g, DTYPE_i64, 1, &all), 0), t->rank, t->dims);
	const struct type *into = type_with_dtype(g, n->in[0]->type, DTYPE_i64);
	const struct node *written = scatter_of(d, build_full(g, into, -1), n->in[1], id,
		combiner(d, t, false), n->attrs->n, n->attrs->e);
	return build_compare(g, "EQ", gather_of(d, n, written, sizes), id);
}

void grad_scatter(struct grad *d, const struct node *n, const struct node *const *ct)
{
	enum op how = region_binary_op(n->regions[0]);
	const struct node *x = n->in[0], *updates = n->in[2];
	if (node_noperands(n) != 3)
		grad_refuse(d, n, "several tensors at once");
	if (how != OP_add && how != OP_parameter)
		grad_refuse(d, n, "a combination other than the sum or the update");
	static_type(d, n, updates);
	if (grad_wants(d, x) && how == OP_add)
		grad_flow(d, x, ct[0]);
	else if (grad_wants(d, x))
		grad_flow(d, x, scatter_of(d, ct[0], n->in[1], grad_zeros(d, updates),
				       combiner(d, x->type, false), n->attrs->n, n->attrs->e));
	if (!grad_wants(d, updates))
		return;
	int64_t *sizes = window_sizes(d, n);
	const struct node *keep = updates_inside(d, n, sizes);
	if (how == OP_parameter && !node_bool(n, KEY_unique_indices, false))
		keep = build2(d->g, OP_and, keep, updates_that_stay(d, n, sizes));
	grad_flow(d, updates, build_select(d->g, keep, gather_of(d, n, ct[0], sizes),
				     grad_zeros(d, updates)));
}
