/* graph_impl.h -- what a graph is made of, for the files of ir/ that make its parts. */
#ifndef IR_GRAPH_IMPL_H
#define IR_GRAPH_IMPL_H
#include "base/hash.h"
#include "ir/graph.h"
#include "ir/table.h"
#include <stdatomic.h>

/* Functions, oldest first.  The array lies in the arena; the first change of a job copies it, so
 * that taking the job back is restoring this struct. */
struct func_list {
	const struct func **v;
	uint32_t n, cap;
};
struct location_entry {
	struct location pub;
	uint32_t seq;
};
struct location_list {
	struct location_entry *first, *last;
};
struct dim_entry;
struct equalities;

struct graph_state {                /* what a rollback restores */
	struct arena_mark arena;
	uint32_t seq, nnodes, nregions, ntypes, nslots, ndims, nsymbols;
	struct func_list funcs;
	const char *module_name;
	const struct attrs *module_attrs;
};

struct graph {
	atomic_uint refs;
	struct arena arena;
	struct job *job;                /* NULL: nobody borrows it */
	struct graph_state now, before; /* arena of `now` is not used */
	struct table strings, types, attrs, attr_sets, dims, nodes, regions;
	const struct slot **slots;      /* in the heap, by index */
	uint32_t slots_cap;
	struct dim_entry **dim_of;      /* in the heap, by index */
	uint32_t dims_cap;
	struct location_list *located;  /* in the heap, by node id */
	uint32_t located_cap;
	/* where shape rules note them; NULL: nowhere (infer/equal.c) */
	struct equalities *equalities;
	/* what sizes are computed from while a region is built; NULL: main's parameters */
	const struct build_hand *hand;
};

/* The consed twin of *key: an equal item of t, or what make() copies into the arena. */
typedef void *graph_make_fn(struct graph *g, const void *key, uint64_t hash);
const void *graph_cons(struct graph *g, struct table *t, uint64_t hash, table_eq_fn *eq,
	graph_make_fn *make, const void *key);

/* A copy of n elements in the graph's arena; NULL when n is 0. */
void *graph_copy(struct graph *g, const void *from, size_t n, size_t size);
/* Grows a heap array to hold index at; new elements are zeroed. */
void *graph_heap_grow(struct graph *g, void *p, uint32_t *cap, uint32_t at, size_t size);

/* The node of these parts, without any check. */
const struct node *node_cons(struct graph *g, const struct node *key);
/* What declared and inferred say together; NULL when they contradict. */
const struct type *type_merge(
	struct graph *g, const struct type *declared, const struct type *inferred);
/* Checks s like graph_node does and gives the type of its node. */
const struct type *node_infer(struct graph *g, const struct node_spec *s);

bool dim_is_of_value(const struct graph *g, int64_t d);     /* d < 0; a DIM_value is in it */
bool dim_is_of_free(const struct graph *g, int64_t d);      /* likewise, a DIM_free */
/* What symbols and computing nodes become where a region's body is copied. */
struct node_map;
struct dim_swap {
	uint32_t n;
	const int64_t *from, *to;                /* symbols, dimensions */
	const struct node_map *nodes;            /* old to new */
};
const struct type *type_replace(struct graph *g, const struct type *t, const struct dim_swap *s);
void dim_rollback(struct graph *g);          /* forgets what entries know of nodes that went */
void dim_note_parameter(struct graph *g, const struct node *n);
#endif
