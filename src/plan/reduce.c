/* reduce.c -- reductions in the forms that kernels are fast at.
 *
 *   rows      over the last dims: CORE_row, a row at a time
 *   columns   over dims before the last: a loop in a map kernel, the lanes along what is kept
 *
 * What is neither is made of both, each part from the shape alone, so the order of the sum is a
 * function of the shape:
 *   over dims of size 1 too:       without these
 *   over the last dims and others:     rows, then columns of what they gave
 *   of few columns, or a single row:   the reduced dim as [parts, rest]; each part, then the parts
 * Small tensors stay as they are, and so do types whose partial results would be rounded to less
 * than a kernel computes in. */
#include "ir/build.h"
#include "plan/plan_impl.h"
#include <string.h>

#define SPLIT_LEAST 65536        /* elements: below, one kernel is faster than two */
#define SPLIT_COLUMNS 512        /* as many columns are pieces enough for the threads */
#define SPLIT_PARTS 16

uint64_t reduce_mask(const struct node *n)
{
	uint32_t count;
	uint64_t mask = 0;
	const int64_t *dims = node_ints(n, KEY_dimensions, &count);

	for (uint32_t i = 0; i < count; i++)
		mask |= (uint64_t)1 << dims[i];
	return mask;
}

/* The op by which n, a reduction of one operand, combines two elements; OP_COUNT: no single one. */
static enum op combining_op(const struct node *n)
{
	if (n->nin != 2 || n->type->kind != TYPE_tensor)
		return OP_COUNT;
	const struct node *body = n->regions[0]->results[0];
	bool simple = (op_table[body->op].flags & OP_ASSOCIATES) && body->nin == 2 &&
		      body->in[0]->op == OP_parameter && body->in[1]->op == OP_parameter &&
		      body->in[0] != body->in[1];
	return simple ? body->op : OP_COUNT;
}

enum op reduce_op(const struct node *n)
{
	return n->op == OP_reduce ? combining_op(n) : OP_COUNT;
}

/* Do partial results in memory keep all that the kernel has in registers? */
static bool keeps_partials(enum dtype t)
{
	return t == DTYPE_f32 || t == DTYPE_f64 || !dtype_is_float(t);
}

static const struct node *reduce_dims(
	struct graph *g, enum op op, const struct node *x, uint64_t mask)
{
	int64_t dims[PLAN_MAX_RANK];
	uint32_t n = 0;

	for (uint32_t d = 0; d < x->type->rank; d++)
		if (mask >> d & 1)
			dims[n++] = d;
	return build_reduce(g, op, x, n, dims);
}

/* The dims of `mask`, none of which is in `first`, in a tensor without those of `first`. */
static uint64_t mask_without(uint64_t mask, uint64_t first, uint32_t rank)
{
	uint64_t out = 0;
	uint32_t k = 0;

	for (uint32_t d = 0; d < rank; d++)
		if (!(first >> d & 1))
			out |= (mask >> d & 1) << k++;
	return out;
}

/* The most parts, at most SPLIT_PARTS, that n elements are cut into evenly. */
static int64_t parts_of(int64_t n)
{
	int64_t parts = SPLIT_PARTS;

	while (n % parts)
		parts /= 2;
	return parts;
}

/* Over dim d as [parts, rest]: over the rest and what else is reduced, then over the parts. */
static const struct node *reduce_parts(
	struct graph *g, enum op op, const struct node *x, uint64_t mask, uint32_t d, int64_t parts)
{
	int64_t dims[PLAN_MAX_RANK];
	uint32_t rank = x->type->rank, kept = 0;
	uint64_t low = mask & (((uint64_t)1 << d) - 1);

	memcpy(dims, x->type->dims, d * sizeof *dims);
	dims[d] = parts;
	dims[d + 1] = x->type->dims[d] / parts;
	memcpy(dims + d + 2, x->type->dims + d + 1, (rank - d - 1) * sizeof *dims);
	const struct node *y = build_reshape(g, x, rank + 1, dims);
	y = reduce_dims(g, op, y, low | (mask & ~low) << 1);
	for (uint32_t i = 0; i < d; i++)
		kept += !(mask >> i & 1);
	return reduce_dims(g, op, y, (uint64_t)1 << kept);
}

/* x reduced over mask in another form; NULL: as it is. */
static const struct node *reduce_split(
	struct graph *g, enum op op, const struct node *x, uint64_t mask)
{
	uint32_t rank = x->type->rank, tail = 0, first = 0;
	int64_t kept = 1;

	while (tail < rank && mask >> (rank - 1 - tail) & 1)
		tail++;
	uint64_t row = tail ? mask & ~(((uint64_t)1 << (rank - tail)) - 1) : 0;
	if (tail && row != mask)
		return reduce_dims(g, op, reduce_dims(g, op, x, row),
			mask_without(mask, row, rank));
	for (uint32_t d = 0; d < rank; d++)
		kept *= mask >> d & 1 ? 1 : x->type->dims[d];
	while (!(mask >> first & 1))
		first++;
	int64_t parts = parts_of(x->type->dims[first]);
	if (kept > (tail ? 1 : SPLIT_COLUMNS) || parts == 1 || rank + 1 > PLAN_MAX_RANK)
		return NULL;
	return reduce_parts(g, op, x, mask, first, parts);
}

/* n without the dims of size 1 that it reduces beside others, reshaped; NULL: it has none. */
static const struct node *reduce_without_ones(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	const struct type *t = in[0]->type;
	uint64_t mask = reduce_mask(n);
	uint32_t nover = 0, nkept = 0;
	int64_t over[PLAN_MAX_RANK], kept[PLAN_MAX_RANK];

	for (uint32_t d = 0; d < t->rank; d++)
		if (mask >> d & 1 && t->dims[d] != 1)
			over[nover++] = d;
		else
			kept[nkept++] = t->dims[d];
	if (!nover || nkept == n->type->rank)
		return NULL;
	const struct attr_entry e = { KEY_dimensions, NULL, attr_ints(g, nover, over) };
	const struct node *y = graph_node(g, &(struct node_spec){
		.op = OP_reduce, .nin = 2, .in = in, .attrs = attrs_cons(g, 1, &e),
		.nregions = 1, .regions = n->regions,
		.type = type_tensor(g, n->type->dtype, nkept, kept) });
	const struct node *split = plan_lower_reduce(g, y, in);
	return build_reshape(g, split ? split : y, n->type->rank, n->type->dims);
}

const struct node *plan_lower_reduce(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	enum op op = reduce_op(n);
	const struct type *t = in[0]->type;
	int64_t all = type_elements(t);

	if (op != OP_COUNT && t->rank <= PLAN_MAX_RANK && !n->type->quant) {
		const struct node *less = reduce_without_ones(g, n, in);
		if (less)
			return less;
	}
	if (op == OP_COUNT || op == OP_xor || all < SPLIT_LEAST || t->rank > PLAN_MAX_RANK ||
		!reduce_mask(n) || !keeps_partials(t->dtype) || n->type->dtype != t->dtype)
		return NULL;
	const struct node *y = reduce_split(g, op, in[0], reduce_mask(n));
	if (!y)
		return NULL;
	const struct node *init =
		build_broadcast_to(g, in[1], n->type->rank, n->type->dims);
	return build2(g, op, init, y);
}

/* ---- scans ---------------------------------------------------------------------------------- */

/* Is a window padded with this initial value the same as one that ends where the tensor does? */
static bool pads_nothing(enum op op, const struct node *init)
{
	const struct literal *l = node_literal(init);
	enum dtype t = init->type->dtype;

	if (op == OP_maximum || op == OP_minimum || op == OP_and || op == OP_or)
		return true;
	if (!l || dtype_is_complex(t) || (op != OP_add && op != OP_multiply))
		return false;
	double v = dtype_is_float(t) ? dtype_load_f64(t, l->data)
				     : (double)dtype_load_i64(t, l->data);
	return v == (op == OP_multiply);
}

/* All entries but at[but] are v, or there are none. */
static bool all_are(const struct node *n, enum key k, uint32_t each, uint32_t but, int64_t v)
{
	uint32_t count;
	const int64_t *at = node_ints(n, k, &count);

	for (uint32_t i = 0; at && i < count; i++)
		if (i / each != but && at[i] != v)
			return false;
	return true;
}

/* Is a window never shorter than its dimension? */
static bool reaches_all(int64_t dim, int64_t window)
{
	return window >= (dim_is_number(dim) ? dim : DIM_LONGEST);
}

/* Is each result of n's body one of its two operands, all by one condition?  Of two equal groups of
 * values it makes the same group: however many initial values a window is padded with. */
static bool chooses(const struct node *n)
{
	const struct region *r = n->regions[0];
	const struct node *first = r->results[0];
	uint32_t count = n->nin / 2;

	for (uint32_t i = 0; i < count; i++) {
		const struct node *x = r->results[i];
		if (x->op != OP_select || x->in[0] != first->in[0])
			return false;
		for (uint32_t k = 1; k <= 2; k++)
			if (x->in[k]->op != OP_parameter ||
				(uint32_t)node_int(x->in[k], KEY_index, 0) % count != i)
				return false;
	}
	return true;
}

/* Does n combine what a scan has a kernel for, padded with what changes nothing? */
static bool scans(const struct node *n)
{
	uint32_t count = n->nin / 2;

	if (n->nin == 2 && n->type->kind == TYPE_tensor && combining_op(n) != OP_COUNT)
		return n->in[0]->type->dtype == n->type->dtype &&
		       pads_nothing(combining_op(n), n->in[1]);
	if (count < 2 || count > PLAN_SCAN_OPERANDS || n->nin != 2 * count)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (dtype_is_complex(n->in[i]->type->dtype) ||
			node_result_type(n, i)->dtype != n->in[i]->type->dtype)
			return false;
	return chooses(n);
}

int32_t scan_axis(const struct node *n)
{
	uint32_t count, axis = 0;

	if (n->op != OP_reduce_window || !scans(n))
		return -1;
	const struct type *t = node_result_type(n, 0), *x = n->in[0]->type;
	const int64_t *window = node_ints(n, KEY_window_dimensions, &count);
	const int64_t *pad = node_ints(n, KEY_padding, &count);
	while (axis < t->rank && window[axis] == 1)
		axis++;
	bool whole = axis < t->rank && pad && reaches_all(x->dims[axis], window[axis]) &&
		     pad[2 * axis] == window[axis] - 1 && pad[2 * axis + 1] == 0;
	const uint32_t none = UINT32_MAX;
	if (!whole || t->rank > PLAN_MAX_RANK ||
		!all_are(n, KEY_window_dimensions, 1, axis, 1) ||
		!all_are(n, KEY_padding, 2, axis, 0) ||
		!all_are(n, KEY_window_strides, 1, none, 1) ||
		!all_are(n, KEY_window_dilations, 1, none, 1) ||
		!all_are(n, KEY_base_dilations, 1, none, 1))
		return -1;
	return (int32_t)axis;
}

bool map_turns(struct job *j, const struct node *n)
{
	uint32_t count;

	if (n->op != OP_map)
		return false;
	const struct node **body = region_order(j, n->regions[0], &count);
	for (uint32_t i = 0; i < count; i++)
		if (body[i]->nregions)
			return true;
	return false;
}
