/* group.c -- group.h, by the table of strategies in each collective's section:
 *
 *   channel  global ids  all_gather, all_reduce, reduce_scatter  others
 *   no       no          cross_replica                           cross_replica
 *   yes      no          cross_replica_and_partition             cross_partition
 *   yes      yes         flattened_ids
 *
 * (channel: channel_id is positive; global ids: use_global_device_ids.)
 * No groups at all: everyone in one. */
#include "ir/group.h"

enum strategy { CROSS_REPLICA, CROSS_PARTITION, CROSS_BOTH, FLATTENED };

static enum strategy strategy_of(const struct node *n)
{
	if (node_int(n, KEY_channel_id, 0) <= 0)
		return CROSS_REPLICA;
	if (n->op == OP_all_to_all || n->op == OP_collective_broadcast ||
		n->op == OP_collective_permute)
		return CROSS_PARTITION;
	return node_bool(n, KEY_use_global_device_ids, false) ? FLATTENED : CROSS_BOTH;
}

static noreturn void no_such(struct job *j, const struct node *n, struct grid grid, int64_t id)
{
	job_fail(j, WEFT_INVALID_ARGUMENT,
		"%s: process %lld is not in a grid of %u replicas and %u partitions",
		op_table[n->op].text, (long long)id, grid.replicas, grid.partitions);
}

/* The process that id of a group stands for, seen from process `self`, in partition p. */
static uint32_t process_of(struct job *j, const struct node *n, struct grid grid,
	enum strategy how, uint32_t self, uint32_t p, int64_t id)
{
	int64_t least = how == CROSS_PARTITION ? grid.partitions :
		how == FLATTENED ? (int64_t)grid.replicas * grid.partitions : grid.replicas;

	if (id < 0 || id >= least)
		no_such(j, n, grid, id);
	if (how == FLATTENED)
		return (uint32_t)id;
	if (how == CROSS_PARTITION)
		return self / grid.partitions * grid.partitions + (uint32_t)id;
	return (uint32_t)id * grid.partitions + p;
}

/* The ids of row g of the matrix, without the -1 that fill it. */
static uint32_t row_ids(const struct literal *l, int64_t g, int64_t *out)
{
	int64_t size = l->type->dims[1];
	uint32_t n = 0;

	for (int64_t i = 0; i < size; i++) {
		size_t at = l->splat ? 0 : (size_t)(g * size + i) * dtype_bytes(l->type->dtype);
		int64_t id = dtype_load_i64(l->type->dtype, (const char *)l->data + at);
		if (id != -1)
			out[n++] = id;
	}
	return n;
}

/* The processes that a row of ids stands for, seen from self. */
static uint32_t row_members(struct job *j, const struct node *n, struct grid grid, uint32_t self,
	uint32_t nids, const int64_t *ids, uint32_t *out)
{
	enum strategy how = strategy_of(n);
	uint32_t count = 0, own = self % grid.partitions;
	uint32_t first = how == CROSS_BOTH ? 0 : own;
	uint32_t last = how == CROSS_BOTH ? grid.partitions - 1 : own;

	for (uint32_t p = first; p <= last; p++)
		for (uint32_t i = 0; i < nids; i++)
			out[count++] = process_of(j, n, grid, how, self, p, ids[i]);
	return count;
}

static bool has(uint32_t n, const uint32_t *members, uint32_t id)
{
	for (uint32_t i = 0; i < n; i++)
		if (members[i] == id)
			return true;
	return false;
}

/* The constraint by which every process is in a group; NULL: there is none, others get zeros. */
static const char *covers(enum op op)
{
	return op == OP_all_gather ? "c3" : op == OP_all_reduce ? "c2" : op == OP_all_to_all ?
		"c6" : op == OP_reduce_scatter ? "c4" : NULL;
}

const uint32_t *group_members(struct job *j, const struct node *n, struct grid grid, uint32_t id,
	uint32_t *count)
{
	const struct attr *a = attrs_find(n->attrs, KEY_replica_groups);
	const struct literal *l = a ? a->dense : NULL;
	uint32_t all = grid.replicas * grid.partitions, most = all;
	int64_t groups = l && l->type->rank == 2 && l->type->dims[1] ? l->type->dims[0] : 0;

	if (a && !l)
		job_fail(j, WEFT_UNIMPLEMENTED, "%s: groups of mesh axes", op_table[n->op].text);
	if (groups && l->type->dims[1] > (int64_t)most)
		most = (uint32_t)l->type->dims[1];
	int64_t *ids = job_array(j, most, sizeof *ids);
	uint32_t *members = job_array(j, (size_t)most * grid.partitions, sizeof *members);
	for (int64_t g = 0; g < groups; g++) {
		*count = row_members(j, n, grid, id, row_ids(l, g, ids), ids, members);
		if (has(*count, members, id))
			return members;
	}
	*count = 0;
	if (groups) {
		const char *c = covers(n->op);
		if (c)
			job_fail(j, WEFT_INVALID_ARGUMENT,
				"%s_%s: process %u is in no group of replica_groups",
				op_table[n->op].name, c, id);
		return members;
	}
	uint32_t nids = strategy_of(n) == CROSS_PARTITION ? grid.partitions :
		strategy_of(n) == FLATTENED ? all : grid.replicas;
	for (uint32_t i = 0; i < nids; i++)
		ids[i] = i;
	*count = row_members(j, n, grid, id, nids, ids, members);
	return members;
}

void group_pair(struct job *j, const struct node *n, struct grid grid, uint32_t id, uint32_t *to,
	uint32_t *from)
{
	uint32_t count;
	const int64_t *pairs = node_ints(n, KEY_source_target_pairs, &count);
	enum strategy how = strategy_of(n);

	*to = *from = GROUP_NOBODY;
	for (uint32_t i = 0; i + 1 < count; i += 2) {
		uint32_t own = id % grid.partitions;
		uint32_t source = process_of(j, n, grid, how, id, own, pairs[i]);
		uint32_t target = process_of(j, n, grid, how, id, own, pairs[i + 1]);
		if (source == id)
			*to = target;
		if (target == id)
			*from = source;
	}
}

uint32_t group_operands(const struct node *n)
{
	uint32_t count = node_noperands(n);

	return count && node_bool(n, KEY_has_dynamic_root, false) ? count - 1 : count;
}
