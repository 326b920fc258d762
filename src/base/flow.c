/* flow.c -- Dinic's algorithm: levels by breadth, then blocking flows by depth, both without
 * recursion. */
#include "base/flow.h"
#include <string.h>

#define NONE UINT32_MAX

struct flow_edge {
	uint32_t to;
	uint32_t next;                       /* of the same vertex; NONE: the last */
	int64_t left;                        /* capacity not used; its pair is at index ^ 1 */
};

static void edge_half(struct flow *n, uint32_t from, uint32_t to, int64_t capacity)
{
	if (n->nedges == n->cap) {
		uint32_t cap = 2 * n->cap + 64;
		n->edges = job_grow(n->j, n->edges, n->cap, cap, sizeof *n->edges);
		n->cap = cap;
	}
	n->edges[n->nedges] = (struct flow_edge){ to, n->first[from], capacity };
	n->first[from] = n->nedges++;
}

void flow_edge(struct flow *n, uint32_t from, uint32_t to, int64_t capacity)
{
	edge_half(n, from, to, capacity);
	edge_half(n, to, from, 0);
}

void flow_init(struct flow *n, struct job *j, uint32_t nvertices)
{
	*n = (struct flow){ .j = j, .nvertices = nvertices };
	n->first = job_array(j, nvertices, sizeof *n->first);
	n->now = job_array(j, nvertices, sizeof *n->now);
	n->level = job_array(j, nvertices, sizeof *n->level);
	n->queue = job_array(j, nvertices, sizeof *n->queue);
	n->path = job_array(j, nvertices, sizeof *n->path);
	memset(n->first, 0xff, nvertices * sizeof *n->first);
}

/* Levels from `from` over edges with capacity left; against them when back. */
static bool find_levels(struct flow *n, uint32_t from, uint32_t to, bool back)
{
	uint32_t nqueue = 0;
	memset(n->level, 0xff, n->nvertices * sizeof *n->level);
	n->level[from] = 0;
	n->queue[nqueue++] = from;
	for (uint32_t i = 0; i < nqueue; i++) {
		uint32_t v = n->queue[i];
		for (uint32_t e = n->first[v]; e != NONE; e = n->edges[e].next) {
			uint32_t w = n->edges[e].to;
			if (n->level[w] != NONE || n->edges[back ? e ^ 1 : e].left <= 0)
				continue;
			n->level[w] = n->level[v] + 1;
			n->queue[nqueue++] = w;
		}
	}
	return n->level[to] != NONE;
}

/* One path from the source to the sink down the levels, as edges in path[]; its length, 0: none. */
static uint32_t find_path(struct flow *n)
{
	uint32_t length = 0, v = FLOW_SOURCE;
	while (v != FLOW_SINK) {
		uint32_t e = n->now[v];
		if (e == NONE) {                     /* a dead end: back, past the edge to it */
			if (!length)
				return 0;
			v = n->edges[n->path[--length] ^ 1].to;
			n->now[v] = n->edges[n->now[v]].next;
			continue;
		}
		if (n->edges[e].left > 0 && n->level[n->edges[e].to] == n->level[v] + 1) {
			n->path[length++] = e;
			v = n->edges[e].to;
		} else {
			n->now[v] = n->edges[e].next;
		}
	}
	return length;
}

/* Sends as much along the path as its narrowest edge takes. */
static void path_fill(struct flow *n, uint32_t length)
{
	int64_t least = FLOW_ENDLESS;

	for (uint32_t i = 0; i < length; i++)
		if (n->edges[n->path[i]].left < least)
			least = n->edges[n->path[i]].left;
	for (uint32_t i = 0; i < length; i++) {
		n->edges[n->path[i]].left -= least;
		n->edges[n->path[i] ^ 1].left += least;
	}
}

void flow_cut(struct flow *n)
{
	while (find_levels(n, FLOW_SOURCE, FLOW_SINK, false)) {
		uint32_t length;
		memcpy(n->now, n->first, n->nvertices * sizeof *n->now);
		while ((length = find_path(n)) > 0)
			path_fill(n, length);
	}
	find_levels(n, FLOW_SINK, FLOW_SOURCE, true);
}

bool flow_reaches_sink(const struct flow *n, uint32_t vertex)
{
	return n->level[vertex] != NONE;
}
