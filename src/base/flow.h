/* flow.h -- the least cut of a network, between a source and a sink.
 *
 * Vertices are numbers below flow_init's; two are taken.  Everything lives in the job's scratch. */
#ifndef BASE_FLOW_H
#define BASE_FLOW_H
#include "base/job.h"

#define FLOW_ENDLESS (INT64_MAX / 4)         /* a capacity that no cut has */
enum { FLOW_SOURCE = 0, FLOW_SINK = 1, FLOW_VERTICES = 2 };

struct flow_edge;
struct flow {
	struct job *j;
	uint32_t nvertices, nedges, cap;
	struct flow_edge *edges;
	uint32_t *first, *now, *level, *queue, *path;
};
void flow_init(struct flow *n, struct job *j, uint32_t nvertices);
/* Capacities are 0 or more; what all but endless ones add up to is less than FLOW_ENDLESS. */
void flow_edge(struct flow *n, uint32_t from, uint32_t to, int64_t capacity);
/* Finds the least cut; of equal ones that nearest to the sink. */
void flow_cut(struct flow *n);
/* Is the vertex on the sink's side of the cut? */
bool flow_reaches_sink(const struct flow *n, uint32_t vertex);
#endif
