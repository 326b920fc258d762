/* plan.h -- from the graph to kernels, steps and memory.
 *
 *   graph --lower--> (patches, dot_general, maps ...) --fuse--> kernels --dedupe--> structures
 *         --order--> steps --place--> buffers, arena, size table        = struct plan */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H
#include "abi/abi.h"
#include "abi/isa.h"
#include "ir/graph.h"
#include "plan/kernel.h"

struct plan_buffer {
	enum abi_buffer_kind kind;
	uint32_t index;              /* input, output, slot; alias: the buffer it lies in */
	const struct type *type;
	int64_t bytes;               /* extent */
	int64_t offset;              /* in the arena, or of the alias; a number */
	uint32_t first, last;        /* steps that use it */
	/* the innermost branch all of whose uses are within it, and the steps of it that use it;
	 * NULL: none */
	struct plan_steps *home;
	uint32_t home_first, home_last;
	bool anywhere;               /* ABI_BUFFER_ANYWHERE */
};
/* A buffer whose size only the steps decide that write it (ABI_BUFFER_owned): a result of branches
 * that differ in size, what a loop carries that changes it.  The symbols of its type that nothing
 * else defines are what it is found to be; its other dimensions are checked. */
struct plan_made {
	uint32_t buffer;
	const struct type *type;
	const struct node *node;     /* of which it is result `result`, for messages */
	uint32_t result;
};
struct plan_step {
	enum abi_step_kind kind;
	uint32_t kernel;             /* index into kernels */
	uint32_t nargs, noutputs;
	const uint32_t *args;        /* buffers; inputs first */
	/* of args, library and callback: a buffer may be a reshape's */
	const struct type *const *types;
	uint32_t nsizes;
	/* extents, in the order of the kernel's sizes; of a copy to an owned buffer: dimensions */
	const int64_t *sizes;
	int64_t chunks;
	bool small;                  /* not worth another thread */
	const char *text;            /* library, callback */
	uint32_t nregions;           /* if, while: lists of steps */
	struct plan_steps *regions;
	/* what it computes, for explain; NULL-terminated */
	const struct node *const *nodes;
	/* kernel: why it ends where it ends, for explain; may be NULL */
	const char *ends;
	int64_t flops, bytes;        /* of one run, -1: unknown */
	uint32_t nmade;              /* if, while: what is known behind it */
	const struct plan_made *made;
};
struct plan_steps {
	uint32_t n, cap;
	struct plan_step *at;
	/* of a branch or loop: what is known where it begins, and what its ops assume of sizes */
	uint32_t nmade, nequal, nvalues;
	const struct plan_made *made;
	const struct dim_equality *equal;
	/* of a branch or loop: nodes of its own that sizes are read from, and where they are */
	const struct node *const *values;
	const uint32_t *value_buffers;
	int64_t own_bytes;           /* of the buffers of known size whose home it is */
};
struct plan {
	struct graph *graph;
	uint32_t nkernels;
	struct kernel **kernels;     /* structures: each compiled once */
	uint32_t nbuffers;
	struct plan_buffer *buffers;
	struct plan_steps main, load;
	uint32_t ninputs, noutputs, nconstants;
	const uint32_t *inputs, *outputs;          /* buffers */
	/* of the source's parameters: by input, and by constant (in order); the slots of these are
	 * numbered behind those of the graph */
	const uint32_t *input_args, *constant_args;
	/* by output: 1 + the input it may be written over (inplace.c), or 0; NULL: all are 0 */
	const uint32_t *over;
	int64_t arena;               /* bytes of what has a known size */
	uint32_t nvalues;            /* nodes that sizes are read from, and where they are */
	const struct node *const *values;
	const uint32_t *value_buffers;
	uint32_t nequal;             /* sizes that have to be equal, for the program to be valid */
	const struct dim_equality *equal;
	/* some arena buffer has a symbolic size: the runtime places them */
	bool symbolic;
	bool strict;
	enum isa isa;
};
struct plan_options {
	bool strict;
	enum isa isa;
	bool widest;                 /* vectors in every kernel, also where halves are faster */
	size_t l1, l2;               /* bytes of cache a core has */
	size_t l3;                   /* bytes of the cache that cores share; 0: unknown */
	/* by parameter of the source: it is a constant, bound before the first call */
	uint32_t narguments;
	const bool *constant;
	const bool *in_call;         /* by op: not computed when constants are bound; NULL: none */
};
/* What is planned: a region whose last nvalues results are the nodes that sizes are read from (each
 * DIM_value of the region's types; values[i] is the node the types name, results follow it through
 * rewriting).  They are no outputs. */
struct plan_source {
	const char *name;
	const struct region *region;
	uint32_t nvalues;
	const struct node *const *values;
	/* by result: 1 + the parameter in whose memory it may be put, or 0; NULL: all are 0 */
	const uint32_t *given;
	/* what the source assumes of its sizes; to the plan as it is */
	uint32_t nequal;
	const struct dim_equality *equal;
};
/* Is b, an arena buffer, given memory when its branch begins, not when the call does?  Memory that
 * is small is not worth asking for each time. */
#define PLAN_LATE_BYTES (256 << 10)
static inline bool plan_buffer_is_late(const struct plan_buffer *b)
{
	return b->home && (b->bytes < 0 || b->home->own_bytes >= PLAN_LATE_BYTES);
}

/* Plans what s says, in g (borrowed by j).  Everything lives in j's scratch.  UNIMPLEMENTED names
 * op, dtype, place; INVALID_ARGUMENT a constant of symbolic size. */
struct plan *plan_make(struct job *j, struct graph *g, const struct plan_source *s,
	const struct plan_options *o);
/* Makes every node that a DIM_value dimension of s->region's types or of s->equal names one of
 * s->values and a result: all of them at first; later, when the region was rewritten, those that it
 * computes, since types may then name new nodes, while the ones named before are followed as
 * results. */
void plan_track(struct graph *g, struct plan_source *s, bool all);

/* Ways to cut k's work into chunks, its own first, all with the same bits; 0: it has no other. */
#define PLAN_WAYS 8
uint32_t plan_ways(const struct plan *p, const struct kernel *k, struct contract out[PLAN_WAYS]);
/* Cuts k, a kernel of p, that way from now on. */
void plan_take_way(struct plan *p, struct kernel *k, const struct contract *way);
/* k cut that way as a program of its own, by a step of p that runs it: its inputs are inputs, its
 * outputs outputs.  In j's scratch.  NULL: their sizes are not known. */
struct plan *plan_alone(struct job *j, const struct plan *p, const struct kernel *k,
	const struct contract *way);

/* The highest level this machine can run, or the one named: "" none.
 * UNIMPLEMENTED: there is none; INVALID_ARGUMENT: level is none that this machine can run. */
struct weft_error *isa_choose(const char *level, enum isa *out) BASE_MUST_USE;
#endif
