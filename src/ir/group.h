/* group.h -- which processes of a grid take part in a collective together (specification:
 * Execution, collectives: cross_replica, cross_partition, cross_replica_and_partition,
 * flattened_ids). */
#ifndef IR_GROUP_H
#define IR_GROUP_H
#include "ir/graph.h"

#define GROUP_NOBODY UINT32_MAX

/* Processes have ids replica * partitions + partition. */
struct grid {
	uint32_t replicas, partitions;
};
/* The group of process id in collective n: ids in the order of the group, in j's scratch; *count 0:
 * it is in none, which an op has to allow.  Fails j where a group names a process that is not
 * there. */
const uint32_t *group_members(struct job *j, const struct node *n, struct grid grid, uint32_t id,
	uint32_t *count);
/* Whom a collective_permute sends the value of process id, and whose it gets; or GROUP_NOBODY. */
void group_pair(struct job *j, const struct node *n, struct grid grid, uint32_t id, uint32_t *to,
	uint32_t *from);
/* How many operands of collective n are data: the last one may say who is the root. */
uint32_t group_operands(const struct node *n);
#endif
