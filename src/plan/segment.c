/* segment.c -- rows that are summed by bag, as an embedding_bag's, in one loop over each bag's.
 *
 * A bag's rows lie side by side, from its start up to the next bag's.  A program says so by the bag
 * of each row, which is the number of starts up to its place, less one:
 *
 *   scatter(init, prefix sum of scatter(-1 0 0 ..., starts, 1), x)
 *     =  segment_reduce(x, init, starts)
 *
 * where both scatters claim that their indices are sorted and no start is below 0.  No bag of a row
 * is stored then, a row of the result is kept in registers and stored once, and what is done with
 * it is part of the kernel (gen/segment.c).  Every sum has the order it had. */
#include "ir/build.h"
#include "plan/plan_impl.h"
#include <string.h>

/* Is every element of n the number v? */
static bool is_all(const struct node *n, int64_t v)
{
	while (n->op == OP_broadcast_in_dim || n->op == OP_reshape)
		n = n->in[0];
	const struct literal *l = n->op == OP_constant ? node_literal(n) : NULL;
	bool one = l && dtype_is_int(n->type->dtype) && (l->splat || type_elements(l->type) == 1);
	return one && dtype_load_i64(n->type->dtype, l->data) == v;
}

/* Is n -1, then zeros? */
static bool is_before_first(const struct node *n)
{
	const struct node *first = n->op == OP_select ? n->in[0] : n;

	return first->op == OP_compare && is_all(n->in[1], -1) && is_all(n->in[2], 0) &&
	       !strcmp(node_str(first, KEY_comparison_direction, ""), "EQ") &&
	       first->in[0]->op == OP_iota && is_all(first->in[1], 0);
}

/* Does n add its updates, one for each of its sorted indices, to what there is of rank 1? */
static bool counts_sorted(const struct node *n)
{
	uint32_t nmap;
	const int64_t *map = node_ints(n, KEY_scatter_dims_to_operand_dims, &nmap);
	const struct node *sum = n->op == OP_scatter ? n->regions[0]->results[0] : n;

	return sum->op == OP_add && sum->in[0] != sum->in[1] && n->nin == 3 && nmap == 1 &&
	       sum->in[0]->op == OP_parameter && sum->in[1]->op == OP_parameter && map[0] == 0 &&
	       n->in[0]->type->rank == 1 && n->in[2]->type->rank == 1 &&
	       node_bool(n, KEY_indices_are_sorted, false);
}

static bool is_prefix_sum(const struct node *n)
{
	const struct node *sum =
		scan_axis(n) == 0 && n->nin == 2 ? n->regions[0]->results[0] : NULL;

	return sum && sum->op == OP_add && sum->in[0] != sum->in[1] &&
	       sum->in[0]->op == OP_parameter && sum->in[1]->op == OP_parameter &&
	       is_all(n->in[1], 0);
}

/* The starts that `bag`, of each row, follows from; NULL: it is something else. */
static const struct node *starts_of(const struct node *bag)
{
	if (bag->type->kind != TYPE_tensor || bag->type->rank != 1 || !is_prefix_sum(bag))
		return NULL;
	const struct node *begins = bag->in[0];
	uint32_t count;
	if (begins->op == OP_slice && node_ints(begins, KEY_start_indices, &count)[0] == 0 &&
		node_ints(begins, KEY_strides, &count)[0] == 1)
		begins = begins->in[0];
	if (!counts_sorted(begins) || !is_before_first(begins->in[0]) || !is_all(begins->in[2], 1))
		return NULL;
	const struct node *starts = begins->in[1];
	while (starts->op == OP_reshape)
		starts = starts->in[0];
	bool known = starts->type->rank == 1 && dtype_is_int(starts->type->dtype) &&
		     starts->op == OP_maximum && is_all(starts->in[1], 0);
	return known ? starts : NULL;
}

const struct node *plan_lower_segments(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	if (n->nin != 3 || n->type->kind != TYPE_tensor || !node_scatters_sorted(n))
		return NULL;
	const struct node *bag = in[1], *x = in[2];
	while (bag->op == OP_reshape)
		bag = bag->in[0];
	const struct node *starts = starts_of(bag);
	const int64_t *count = n->type->dims;
	bool each = starts && (starts->type->dims[0] == count[0] ||
			       starts->type->dims[0] == dim_add(g, count[0], 1));
	if (!each || x->type->dims[1] != count[1])
		return NULL;
	const struct node *operands[3] = { x, in[0], starts };
	return graph_node(g, &(struct node_spec){ .op = OP_segment_reduce, .nin = 3,
		.in = operands, .nregions = 1, .regions = n->regions, .type = n->type });
}
