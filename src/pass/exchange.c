/* exchange.c -- collectives among the processes of a grid, as exchanges and work of each process.
 *
 *   the op             becomes a library call of the runtime (run/library_world.c), and
 *   all_gather         an exchange: operands with a dimension of members in front; that dimension
 *                      moved before the gathered one, both joined
 *   all_reduce         an exchange, and the members' parts combined in their order
 *   reduce_scatter     the same, and the slice of the member this process is
 *   all_to_all         an exchange, that slice of all, joined along the other dimension
 *   collective_broadcast, collective_reduce    an exchange and one member's part
 *   collective_permute, send, recv, infeed, outfeed, ids    the library call alone
 *
 * So what is computed is fused as anything else, and only bytes pass between processes. */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "pass/exchange.h"
#include <string.h>

struct spread {
	struct graph *g;
	struct grid grid;
};

/* ---- library calls -------------------------------------------------------------------------- */

static const struct node *library(struct graph *g, const char *text, uint32_t nin,
	const struct node *const *in, uint32_t ntypes, const struct type *const *types, bool effect)
{
	struct attr_entry e[] = {
		{ KEY_call_target_name, NULL, attr_str(g, "weft.library") },
		{ KEY_backend_config, NULL, attr_str(g, text) },
		{ KEY_has_side_effect, NULL, attr_bool(g, true) },
		{ KEY_effect, NULL, attr_bool(g, true) },
	};

	return graph_node(g, &(struct node_spec){ .op = OP_custom_call, .nin = nin, .in = in,
		.attrs = attrs_cons(g, effect ? 4 : 2, e),
		.type = ntypes == 1 ? types[0] : type_list(g, TYPE_results, ntypes, types) });
}

/* The groups of n as "a b;c d"; *size: members of the largest, *even: of all. */
static const char *groups_text(struct spread *s, const struct node *n, uint32_t *size, bool *even)
{
	struct job *j = graph_job(s->g);
	uint32_t all = s->grid.replicas * s->grid.partitions;
	const char *text = "";

	*size = 0;
	*even = true;
	for (uint32_t id = 0; id < all; id++) {
		uint32_t count;
		const uint32_t *members = group_members(j, n, s->grid, id, &count);
		if (!count || members[0] != id)
			continue;                /* the first of each group speaks for it */
		*even = *even && (!*size || *size == count);
		text = *size ? job_printf(j, "%s;", text) : text;
		for (uint32_t i = 0; i < count; i++)
			text = job_printf(j, "%s%s%u", text, i ? " " : "", members[i]);
		*size = count > *size ? count : *size;
	}
	return text;
}

/* Results: each data operand of all members, one after the other (and zeros for those that the
 * largest group has more), which member this is, and how many there are. */
static const struct node *exchange(struct spread *s, const struct node *n, uint32_t *size,
	bool *even)
{
	struct graph *g = s->g;
	struct job *j = graph_job(g);
	uint32_t count = group_operands(n);
	const char *groups = groups_text(s, n, size, even);
	const struct type **types = job_array(j, count + 2, sizeof *types);

	if (!*size)
		job_fail(j, WEFT_INVALID_ARGUMENT, "%s: no group", op_table[n->op].text);
	for (uint32_t i = 0; i < count; i++) {
		const struct type *t = n->in[i]->type;
		int64_t *dims = job_array(j, t->rank + 1, sizeof *dims);
		if (!type_is_static(t) || t->quant)
			job_fail(j, WEFT_UNIMPLEMENTED, "%s of %s among several processes",
				op_table[n->op].text, t->quant ? "quantized values" :
					"unknown sizes");
		dims[0] = *size;
		for (uint32_t d = 0; d < t->rank; d++)
			dims[d + 1] = t->dims[d];
		types[i] = type_tensor(g, t->dtype, t->rank + 1, dims);
	}
	types[count] = types[count + 1] = type_scalar(g, DTYPE_i32);
	return library(g, job_printf(j, "weft.exchange|%lld %s",
		(long long)node_int(n, KEY_channel_id, 0), groups), count, n->in, count + 2, types,
		false);
}

/* ---- pieces --------------------------------------------------------------------------------- */

/* x[start : start + size] along dimension d; start is an i32 scalar. */
static const struct node *piece(struct graph *g, const struct node *x, int64_t d,
	const struct node *start, int64_t size)
{
	struct job *j = graph_job(g);
	uint32_t rank = x->type->rank;
	const struct node **in = job_array(j, rank + 1, sizeof *in);
	int64_t *sizes = job_array(j, rank, sizeof *sizes);

	in[0] = x;
	for (uint32_t i = 0; i < rank; i++) {
		in[i + 1] = i == d ? start : build_scalar_int(g, DTYPE_i32, 0);
		sizes[i] = i == d ? size : x->type->dims[i];
	}
	return build_op(g, OP_dynamic_slice, rank + 1, in, 1,
		&(struct attr_entry){ KEY_slice_sizes, NULL, attr_ints(g, rank, sizes) });
}

/* Member `which` (an i32 scalar) of a stack. */
static const struct node *member(struct graph *g, const struct node *stack,
	const struct node *which)
{
	return build_reshape(g, piece(g, stack, 0, which, 1), stack->type->rank - 1,
		stack->type->dims + 1);
}

/* A stack's members side by side along dimension d of each. */
static const struct node *side_by_side(struct graph *g, const struct node *stack, int64_t d)
{
	struct job *j = graph_job(g);
	uint32_t rank = stack->type->rank;
	int64_t *order = job_array(j, rank, sizeof *order);
	int64_t *dims = job_array(j, rank, sizeof *dims);

	for (uint32_t i = 0; i < rank; i++) {
		order[i] = i < d ? i + 1 : i == d ? 0 : i;
		if (i + 1 < rank)
			dims[i] = stack->type->dims[i + 1];
	}
	dims[d] *= stack->type->dims[0];
	return build_reshape(g, build_transpose(g, stack, order), rank - 1, dims);
}

/* region(a, b) element by element. */
static const struct node *combine(struct graph *g, const struct node *n, const struct node *a,
	const struct node *b)
{
	if (n->op == OP_cross_replica_sum)
		return build2(g, OP_add, a, b);
	struct job *j = graph_job(g);
	uint32_t rank = a->type->rank, ncaptures = node_ncaptures(n);
	int64_t *dims = job_array(j, rank, sizeof *dims);
	const struct node **in = job_array(j, 2 + ncaptures, sizeof *in);
	for (uint32_t i = 0; i < rank; i++)
		dims[i] = i;
	in[0] = a;
	in[1] = b;
	for (uint32_t i = 0; i < ncaptures; i++)
		in[2 + i] = n->in[node_noperands(n) + i];
	struct attr_entry e[] = {
		{ KEY_dimensions, NULL, attr_ints(g, rank, dims) },
		{ KEY_ncaptures, NULL, attr_int(g, ncaptures) },
	};
	return graph_node(g, &(struct node_spec){ .op = OP_map, .nin = 2 + ncaptures, .in = in,
		.nregions = 1, .regions = n->regions, .attrs = attrs_cons(g, ncaptures ? 2 : 1, e),
		.type = type_with_dtype(g, a->type, n->regions[0]->results[0]->type->dtype) });
}

/* A stack's members combined in their order, of dtype t, the result's; members: how many of them
 * there are (NULL: all). */
static const struct node *reduced(struct graph *g, const struct node *n, const struct node *stack,
	const struct node *members, enum dtype t)
{
	int64_t size = stack->type->dims[0];
	const struct node *all = NULL, *wide = build_convert(g, stack, t);

	for (int64_t i = 0; i < size; i++) {
		const struct node *at = build_scalar_int(g, DTYPE_i32, i);
		const struct node *next = member(g, wide, at);
		const struct node *both = all ? combine(g, n, all, next) : next;
		if (all && members) {
			const struct node *is = build_compare(g, "LT", at, members);
			both = build_select(g, build_broadcast_to(g, is, both->type->rank,
				both->type->dims), both, all);
		}
		all = both;
	}
	return all;
}

/* Times a number known when compiling. */
static const struct node *times(struct graph *g, const struct node *a, int64_t by)
{
	return build2(g, OP_multiply, a, build_scalar_int(g, DTYPE_i32, by));
}

/* Which member is the root for operand i: an i32 scalar. */
static const struct node *root_of(struct graph *g, const struct node *n, uint32_t i)
{
	uint32_t count = group_operands(n);
	int64_t start = i, limit = (int64_t)i + 1, one = 1;

	if (count == node_noperands(n))
		return build_scalar_int(g, DTYPE_i32, 0);
	return build_reshape(g, build_slice(g, n->in[count], &start, &limit, &one), 0, NULL);
}

/* ---- the ops -------------------------------------------------------------------------------- */

/* Result `which` of a collective that begins with an exchange. */
static const struct node *of_exchange(struct spread *s, const struct node *n, uint32_t which)
{
	struct graph *g = s->g;
	uint32_t size, count = group_operands(n);
	bool even;
	const struct node *all = exchange(s, n, &size, &even);
	const struct node *stack = graph_result(g, all, which), *me = graph_result(g, all, count);
	const struct node *members = even ? NULL : graph_result(g, all, count + 1);
	const struct type *t = node_result_type(n, which);

	switch (n->op) {
	case OP_all_gather:
		return side_by_side(g, stack, node_int(n, KEY_all_gather_dim, 0));
	case OP_all_to_all: {
		int64_t d = node_int(n, KEY_split_dimension, 0);
		int64_t part = n->in[which]->type->dims[d] / size;
		return side_by_side(g, piece(g, stack, d + 1, times(g, me, part), part),
			node_int(n, KEY_concat_dimension, 0));
	}
	case OP_collective_broadcast:
		return member(g, stack, root_of(g, n, which));
	case OP_collective_reduce: {
		const struct node *r = reduced(g, n, stack, members, t->dtype);
		const struct node *mine = build_compare(g, "EQ", me, root_of(g, n, which));
		return build_select(g, build_broadcast_to(g, mine, t->rank, t->dims), r,
			build_like(g, r, 0));
	}
	case OP_reduce_scatter: {
		int64_t d = node_int(n, KEY_scatter_dimension, 0);
		return piece(g, reduced(g, n, stack, members, t->dtype), d, times(g, me,
			t->dims[d]),
			t->dims[d]);
	}
	default:
		return reduced(g, n, stack, members, t->dtype);
	}
}

/* "from>to" of every process that sends. */
static const struct node *permute(struct spread *s, const struct node *n, uint32_t which)
{
	struct job *j = graph_job(s->g);
	uint32_t all = s->grid.replicas * s->grid.partitions, count = node_noperands(n);
	const char *text = job_printf(j, "weft.permute|%lld",
		(long long)node_int(n, KEY_channel_id, 0));
	const struct type **types = job_array(j, count, sizeof *types);

	for (uint32_t id = 0; id < all; id++) {
		uint32_t to, from;
		group_pair(j, n, s->grid, id, &to, &from);
		if (to != GROUP_NOBODY)
			text = job_printf(j, "%s %u>%u", text, id, to);
	}
	for (uint32_t i = 0; i < count; i++)
		types[i] = node_result_type(n, i);
	return graph_result(s->g, library(s->g, text, count, n->in, count, types, false), which);
}

/* infeed, outfeed, send, recv: the tensors and the effect's token go through the call, tokens of
 * the program need not. */
static const struct node *outside(struct spread *s, const struct node *n, uint32_t which)
{
	struct graph *g = s->g;
	struct job *j = graph_job(g);
	uint32_t nin = 0, nout = 0, results = node_nresults(n), at = 0;
	const struct node **in = job_array(j, n->nin, sizeof *in);
	const struct type **types = job_array(j, results + 1, sizeof *types);

	if (which < results && node_result_type(n, which)->kind == TYPE_token)
		return build_op(g, OP_create_token, 0, NULL, 0, NULL);
	for (uint32_t i = 0; i + 1 < n->nin; i++)
		if (n->in[i]->type->kind == TYPE_tensor)
			in[nin++] = n->in[i];
	in[nin++] = n->in[n->nin - 1];
	for (uint32_t i = 0; i < results; i++) {
		at += i < which && node_result_type(n, i)->kind == TYPE_tensor;
		if (node_result_type(n, i)->kind == TYPE_tensor)
			types[nout++] = node_result_type(n, i);
	}
	types[nout++] = type_token(g);
	const struct node *call = library(g, job_printf(j, "weft.%s|%lld", op_table[n->op].text +
		strlen("stablehlo."), (long long)node_int(n, KEY_channel_id, 0)), nin, in, nout,
			types,
		true);
	return graph_result(g, call, at);
}

static const struct node *result_of(struct spread *s, const struct node *n, uint32_t which)
{
	switch (n->op) {
	case OP_replica_id: case OP_partition_id:
		return library(s->g, n->op == OP_replica_id ? "weft.replica_id|" :
			"weft.partition_id|", 0, NULL, 1, &n->type, false);
	case OP_collective_permute:
		return permute(s, n, which);
	case OP_infeed: case OP_outfeed: case OP_send: case OP_recv:
		return outside(s, n, which);
	default:
		return of_exchange(s, n, which);
	}
}

static const struct node *spread_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	struct spread *s = arg;

	if (n->op == OP_result && op_table[in[0]->op].kind == OP_COLLECTIVE)
		return result_of(s, in[0], (uint32_t)node_int(n, KEY_index, 0));
	if (op_table[n->op].kind == OP_COLLECTIVE)
		return n->type->kind == TYPE_results ? NULL :
			result_of(s, node_with_operands(g, n, in), 0);
	if (!n->nregions)
		return NULL;
	const struct region **regions = job_array(graph_job(g), n->nregions, sizeof *regions);
	for (uint32_t i = 0; i < n->nregions; i++)
		regions[i] = pass_exchange(g, n->regions[i], s->grid);
	return graph_node(g, &(struct node_spec){ .op = n->op, .nin = n->nin, .in = in,
		.attrs = n->attrs, .nregions = n->nregions, .regions = regions, .type = n->type });
}

const struct region *pass_exchange(struct graph *g, const struct region *r, struct grid grid)
{
	struct spread s = { g, grid };

	return region_rewrite(g, r, spread_node, &s);
}
