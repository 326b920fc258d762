/* plan.h -- from the graph to kernels, steps and memory; and what a kernel is to the generator.
 *
 *   graph --lower--> (patches, dot_general, maps ...) --fuse--> kernels --dedupe--> structures
 *         --order--> steps --place--> buffers, arena, size table        = struct plan
 *
 * A KERNEL is a closed region with a core.  Kernels of equal structure are one (regions are
 * consed), so twelve equal layers are compiled once.  All kernels see dense row-major buffers; a
 * transpose or reshape that costs nothing is an alias of a buffer, any other is index arithmetic
 * inside a kernel.
 *
 * An extent is a dimension as in ir/type.h: below 0 it is symbolic, and its value is at the index
 * in call->sizes where kernel->sizes holds that same extent. */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H
#include "abi/abi.h"
#include "abi/isa.h"
#include "ir/graph.h"

enum core {
	/* Element by element.  All results have the dims of the space; nodes of the body are
	 * functions of an index: MAP, LEAF and MOVE ops, OP_patches, and - computed by loops
	 * inside, for the lanes of one vector at a time - reduce, reduce_window, dot_general, map,
	 * select_and_scatter as gathering loops. */
	CORE_map,
	/* Row by row.  The last `row` dims of the space are the row.  Every reduce of the body is
	 * over the row dims of something of the space's shape, or over what results from it; a
	 * result has the dims of the space (stored along the row) or of the outer dims alone (one
	 * value a row; kept dims of size 1 may stand for the row).  A reduce's value is that of the
	 * row at hand, however it is reached. */
	CORE_row,
	/* C[b,m,n] = sum over k of R[b,m,k] * V[b,k,n], then the body over C: its parameter 0 is C
	 * in the shape of the dot_general's result (struct contract); the other inputs and the
	 * results as in CORE_map, reached from C by MAP ops, reshape and transpose only. */
	CORE_contract,
	/* As CORE_contract, with W[b,k,n] in place of V: softmax over k of the scores.  Those are
	 * the body's last result, a function of its parameter 1, which is the product that
	 * `attention.scores` says: its rows are the k's and its columns the n's. */
	CORE_attention,
	/* The one scatter of the body, a chunk outer_grain rows of its results (the last dim is a
	 * row; of rank 0 and 1 all is one): results[0..] start as the inputs (copied, or in_place
	 * the same buffers), then take the updates in row-major order. */
	CORE_scatter,
	/* The one dynamic_update_slice of the body, whose result lies where its first input does: a
	 * map over the update's elements, the space, which go to their places in it. */
	CORE_update,
	/* The one sort or sort_first of the body, a chunk some rows along its dimension: all its
	 * operands are sorted together.  results[] are the sort's results; one output more holds
	 * indices while sorting, of plan_sort_index() and as many as a result has elements, of a
	 * sort twice as many. */
	CORE_sort,
	/* The one reduce_window of the body, its window all that comes before along `axis`, of one
	 * operand or of several by a body that chooses between two groups: an
	 * item is an index before the axis and PLAN_SCAN_COLUMNS places behind it, a chunk
	 * outer_grain items. */
	CORE_scan,
	CORE_COUNT
};

/* R: the rows side, read as scalars as it lies.  V: the columns side, read as vectors of n:
 * packed panels [batch][ceil(n / panel)][k][panel], zero beyond n, in words of several k where the
 * level multiplies such, or as it lies when n or k has stride 1.  Strides are in elements, extents
 * like dims; rows_at and cols_at are first elements.
 * The dot_general's result index is (batch dims, lhs free dims, rhs free dims); rows_are_lhs says
 * which of the two m counts (row-major over that side's free dims), n counts the other's. */
#define PLAN_MAX_BATCH 4
#define PLAN_PANEL 32                        /* columns of a panel, at most */
#define PLAN_NARROW 8                        /* a last panel's tile has a multiple of as many */
#define PLAN_WAY 4096                        /* bytes: rows so far apart share a set of the cache */
#define PLAN_WIDE 256                        /* columns of a tile of few rows, at most */
#define PLAN_MAX_TAPS 49                     /* of a window, 7 x 7 */
struct contract {
	bool rows_are_lhs;
	bool cols_packed;
	uint32_t nbatch;
	int64_t batch[PLAN_MAX_BATCH];             /* extents, outermost first */
	int64_t rows_batch[PLAN_MAX_BATCH];        /* strides */
	/* strides; unused when packed (panels are dense) */
	int64_t cols_batch[PLAN_MAX_BATCH];
	int64_t m, n, k;
	int64_t rows_at, cols_at;                  /* first elements; cols_at: 0 when packed */
	int64_t rows_m, rows_k;                    /* strides */
	/* strides, one of them 1 (n's: or 0); unused when packed */
	int64_t cols_k, cols_n;
	/* of the buffers; converted to the accumulator's */
	enum dtype rows_type, cols_type;
	enum dtype acc;                            /* f32, f64, or i32 */
	/* rows of C a chunk makes: a number, multiple of the tile */
	int64_t m_block;
	/* columns: a number, multiple of panel, or n when 0 */
	int64_t n_block;
	/* columns of a panel and of the tile; 0: PLAN_PANEL.  More than PLAN_PANEL: all rows are
	 * one tile, n is a multiple, and V lies along n and is read without a copy */
	int64_t panel;
	/* Elements of k that lie together in packed panels, [...][words][panel][word], zero beyond
	 * k; 0 and 1: single ones, k of them are the words.  Else it is contract_unit */
	uint32_t word;
	int64_t words;
	/* V's columns are windows over a padded image, along n: number k of one is tap[k % taps] +
	 * k / taps * cols_k behind its first element.  0: one tap, at 0 */
	uint32_t taps;
	int32_t tap[PLAN_MAX_TAPS];
	/* R's rows are windows over a padded image with its features last: `span` of them begin
	 * rows_m apart, then the next ones span_pitch behind those; of k there are `bands`, of
	 * k / bands elements side by side, band_pitch apart.  0: rows step by rows_m, k by
	 * rows_k */
	int64_t span, span_pitch, bands, band_pitch;
	int64_t tile;                              /* rows of the tile; 0: the level's */
	bool cols_shared;                          /* packed panels are the same for all batches */
	/* n counts places in rows of row_all, only the first `row` of which are columns of C; 0:
	 * all are */
	int64_t row, row_all;
	uint32_t left, right;                      /* dims of C: the lhs' free ones, the rhs' */
};

/* The columns C has: n, less the places between rows. */
static inline int64_t contract_columns(const struct contract *c)
{
	return c->row_all ? ((c->n - c->row) / c->row_all + 1) * c->row : c->n;
}

static inline bool dtype_is_short(enum dtype t)
{
	return (dtype_table[t].kind == DTYPE_SINT && dtype_bytes(t) <= 2) || t == DTYPE_ui8;
}

/* Neighbours along k that a level multiplies at once: pairs of bf16 where there is an instruction,
 * unless every product has to be rounded as f32's would be; pairs of integers of 16 bits or that
 * are made such. */
static inline uint32_t contract_unit(
	const struct contract *c, const struct isa_info *isa, bool strict)
{
	bool bf16 = c->rows_type == DTYPE_bf16 && c->cols_type == DTYPE_bf16;

	if (c->acc == DTYPE_i32)
		return 2;
	return bf16 && c->acc == DTYPE_f32 && !strict && isa->instr & ISA_BF16 ? 2 : 1;
}

/* Are c's tiles AMX's? */
static inline bool contract_has_squares(
	const struct contract *c, const struct isa_info *isa, bool strict)
{
	return isa->instr & ISA_TILES && c->acc == DTYPE_f32 && contract_unit(c, isa, strict) > 1;
}

/* Keys are the k's of CORE_attention, queries its n's. */
#define PLAN_KEYS 192                        /* at a time: a multiple of every level's tile rows */
#define PLAN_QUERIES 128                     /* of a chunk, at most */
#define PLAN_HEAD 256                        /* elements of a key, query or value, at most */
struct attention {
	struct contract scores;      /* m_block PLAN_KEYS, n_block the chunk's queries */
	bool lost_is_zero;           /* where all scores of a query are -inf: 0 instead of NaN */
	bool causal;                 /* scores of keys beyond query + ahead are -inf */
	int64_t ahead;
};

#define PLAN_SCAN_COLUMNS 128
#define PLAN_SCAN_OPERANDS 4                 /* scanned together, at most */

/* The dtype of indices along a sorted dimension of that extent. */
static inline enum dtype plan_sort_index(int64_t extent)
{
	return extent >= 0 && extent <= INT32_MAX ? DTYPE_i32 : DTYPE_i64;
}

#define PLAN_MAX_STACKS 2
#define PLAN_MAX_PIECES 16                   /* of a stack, or of a stack of stacks */

struct kernel {
	const struct graph *graph;
	enum core core;
	const struct region *body;
	struct contract contract;
	struct attention attention;
	/* round to the dtype after every op; else f16 and bf16 stay f32 within the kernel */
	bool strict;
	/* CORE_map, CORE_row: results go past the caches, which cannot hold what the kernel moves;
	 * their buffers are ABI_ALIGN-aligned */
	bool streams;

	/* the iteration space: dims of the results (CORE_contract, CORE_attention: unused) */
	uint32_t rank;
	const int64_t *space;
	bool in_place;               /* CORE_scatter: its results are where its inputs are */
	uint32_t axis;               /* CORE_scan: along which dim */
	uint32_t row;                /* CORE_row: how many trailing dims are the row */
	/* CORE_map: its result is a stack (node_is_stack) along dim stack[0], or a stack of nstacks
	 * - 1 levels of others.  The space is 1 long in these dims: an index of it stands for the
	 * elements of all pieces, which have much to read in common. */
	uint32_t nstacks, stack[PLAN_MAX_STACKS];

	/* CORE_map: its result is this concatenation of the body, reshaped or not, made piece by
	 * piece; NULL: it is not.  Its chunks are as those of a space of the dims before the
	 * concatenation's, and one more: all units of one index of these.  A unit is a row, or an
	 * element where the last dim is the concatenation's. */
	const struct node *joins;

	/* A chunk is outer_grain consecutive indices of the space without its last dim (CORE_row:
	 * without the row dims) in row-major order; when inner_grain is not 0, outer_grain is 1 and
	 * the last dim is cut into pieces of inner_grain, the innermost counter of chunks.
	 * outer_grain is an extent, inner_grain a number.
	 * CORE_contract: chunk = ((batch * blocks of m) + block of m) * blocks of n + block of
	 * n. */
	int64_t outer_grain, inner_grain;
	int64_t chunks;              /* extent; a number where the space is known */

	/* Buffers: inputs, then outputs.  CORE_contract: rows, cols, then the body's parameters 1
	 * and on; CORE_attention: rows, the scores' rows and cols, then the body's parameters 2 and
	 * on; others: the body's parameters. */
	uint32_t ninputs, noutputs;
	uint32_t nsizes;
	const int64_t *sizes;        /* symbolic extents, each once */
	uint64_t hash;
	uint32_t number;             /* its place in the plan: two may have one name */
	char name[64];               /* "map_add_tanh": for messages, dumps, profiles */
};

/* ---- the whole ------------------------------------------------------------------------------ */

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
enum isa isa_find(const char *name);         /* ISA_COUNT: no such */
#endif
