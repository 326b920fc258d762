/* node_map.h -- what a pass knows of each node: a table from nodes to pointers, in a job's
 * scratch. */
#ifndef IR_NODE_MAP_H
#define IR_NODE_MAP_H
#include "ir/graph.h"

struct node_map {
	struct job *job;
	struct node_map_entry {
		const struct node *n;        /* NULL: free */
		const void *value;
	} *e;
	uint32_t cap, used;
};
void node_map_init(struct node_map *m, struct job *j);
void node_map_set(struct node_map *m, const struct node *n, const void *value);
const void *node_map_get(const struct node_map *m, const struct node *n); /* NULL: not there */
bool node_map_add(
	struct node_map *m, const struct node *n); /* a set: false when it is there already */
#endif
