/* run_impl.h -- what the files of run/ share: the loaded executable and the frame of one call.
 *
 *   exe    what exe_load made of an artifact: checked image, mapped code, bound constants, steps
 *          with their indices resolved.  Read by any number of threads.
 *   frame  what one call needs besides buffers: values of sizes, addresses, room for arguments.
 *          Frames are kept and used again; a call allocates nothing when its sizes repeat. */
#ifndef RUN_RUN_IMPL_H
#define RUN_RUN_IMPL_H
#include "base/file.h"
#include "run/buffer.h"
#include "run/image.h"
#include "run/pool.h"
#include "run/run.h"
#include <stdatomic.h>
#include <stdio.h>

#define RUN_NONE UINT32_MAX
#define RUN_CACHED_PLACEMENTS 4
#define RUN_SMALL_STEPS 8

/* ---- locks.c: one short lock for lists and counters, held over fork ------------------------- */
void run_lock(void);
void run_unlock(void);
/* The pool's and the queue's own locks, taken by locks.c before a fork. */
void pool_fork_prepare(void);
void pool_fork_parent(void);
void pool_fork_child(void);
/* Tests: how the calling thread's regions of POOL_auto are run. */
struct pool_choice *pool_choice_here(void);
void queue_fork_prepare(void);
void queue_fork_parent(void);
void queue_fork_child(void);

/* ---- registry.c ----------------------------------------------------------------------------- */
/* name: "function|attributes"; NULL where it is unknown. */
run_library_fn *registry_library(const char *name);

/* ---- exe.c ---------------------------------------------------------------------------------- */

struct step {
	enum abi_step_kind kind;
	bool small;
	bool claims;                  /* library: a check (library_claims) */
	uint32_t nargs, noutputs, nsizes;
	const uint32_t *args;         /* buffers */
	const int64_t *sizes;         /* extents */
	int64_t chunks;
	const uint32_t *tensors;      /* library, callback: one an arg */
	abi_kernel_fn *fn;            /* kernel */
	uint64_t scratch;
	run_library_fn *library;
	struct run_callback callback;
	const char *text;             /* "name|attributes" or a kernel's name */
	uint32_t first, count;        /* sizes: entries; if, while: count lists */
	const int64_t *lists;         /* pairs (first step, count) */
	uint32_t segment;             /* sizes: what it makes placeable; 0: nothing */
	uint32_t nbegins, nends;
	const uint32_t *begins, *ends; /* buffers placed before it; given inputs gone behind it */
	_Atomic(uint64_t) runs;       /* library, callback */
};

/* Where a segment's floating buffers went when they had these sizes. */
struct placement {
	uint64_t stamp;               /* of its last use; 0: empty */
	size_t total;
	int64_t *bytes, *offsets;     /* of each floating buffer */
};
/* Buffers that can be placed once a sizes step has run; segment 0: at the beginning of a call. */
struct segment {
	bool arena;                   /* the size of the arena is known from here on */
	uint32_t nfloats, nfixed;
	uint32_t *floats;             /* buffers the runtime places */
	uint32_t *fixed;              /* others; aliases last */
	struct placement cache[RUN_CACHED_PLACEMENTS];
};
/* A dimension of an input that must equal a value of the size table. */
struct dim_check {
	uint32_t input, dim;
	int64_t extent;
};

struct exe {
	_Atomic(uint32_t) refs;
	void *bytes;                  /* the artifact, ours */
	struct image image;
	unsigned char *code;          /* mapped; NULL: none */
	size_t code_bytes;
	struct step *steps;           /* the image's, resolved */
	uint32_t *indices;            /* INTS as indices, clamped */
	struct segment *segments;
	uint32_t nsegments;
	struct dim_check *dim_checks;
	uint32_t ndim_checks;
	uint32_t *aliases, naliases;  /* buffers that are */
	unsigned char *late;          /* by buffer: a segment other than 0 places it */
	uint32_t *lives;              /* the steps' begins and ends */
	unsigned char *delayed;       /* by buffer: an output, or its alias, that a step begins */
	unsigned char *takes;         /* by output: the last one in its buffer, which it may take */
	int64_t *input_bytes;         /* of inputs without symbols; -1: computed at the call */
	/* constants */
	void **slots;                 /* address of each */
	struct storage **slot_storage;
	struct file_map *maps;
	const char **map_paths;
	uint32_t nmaps;
	bool unbound;                 /* a constant is missing */
	struct storage **persistent;  /* by buffer; NULL elsewhere */
	uint64_t *shared;             /* by buffer: the key it is shared by; 0: it is not */
	/* room a frame needs */
	uint32_t max_args, max_sizes, max_floats;
	size_t max_scratch;
	/* under run_lock */
	struct frame *frames;
	uint64_t stamp, placements, runs, kernels, library_calls, callbacks;
	size_t arena;
	unsigned seen_threads, seen_tries;
	struct pool_seen seen;
	struct step_time *times;      /* by step; NULL: not timed */
};
struct step_time {
	uint64_t runs, total, least, cpu;     /* ns; cpu: least */
};

/* Tests: functions that stand for the code of kernels 0, 1, ... of what is loaded from now on. */
extern abi_kernel_fn *const *exe_test_kernels;

/* ---- frame.c -------------------------------------------------------------------------------- */

struct frame {
	struct frame *next;
	struct exe *x;
	unsigned threads;
	enum pool_who who;            /* they are */
	unsigned fp;                  /* the caller's floating-point state */
	bool loading;                 /* runs the load program: no inputs, no outputs */
	const struct run_tensor *in;
	int64_t *input_bytes;
	int64_t *sizes;
	unsigned char *defined;       /* of each size */
	void **buffers;               /* address; NULL: not placed yet */
	int64_t *bytes;
	/* by buffer: outputs and owned ones; ours until handed over */
	struct storage **storage;
	/* by buffer: owned ones, as their callback gave them; dims in storage */
	uint32_t *rank;
	struct storage *arena;
	int64_t arena_bytes;
	size_t used_bytes, most_bytes; /* of the arena and of floating buffers: now, at most */
	struct storage **segments;    /* block of each segment's floats */
	uint32_t *held, nheld;        /* segments that have a block, the one placed last last */
	struct storage **copies;      /* by input: aligned copy of a misaligned one */
	int64_t *float_bytes, *float_offsets;
	unsigned char *scratch;
	void **args;
	int64_t *values;
	struct run_tensor *tensors;
	int64_t *dims;                /* ABI_RANK_MAX for each of tensors */
	int64_t out_dims[ABI_RANK_MAX];
	uint64_t kernels, library_calls, callbacks, placements;
	uint64_t asked;               /* base/stop.h */
	/* the next wide region waits until every thread has had a chunk */
	bool gather;
	bool gathered;
	struct pool_seen seen;
};
/* A frame for a call on that many threads. */
struct weft_error *frame_get(struct exe *x, unsigned threads, struct frame **out) BASE_MUST_USE;
void frame_put(struct frame *f);                 /* gives all memory of the call back */
void frame_free(struct frame *f);
/* Places what needs no sizes. */
struct weft_error *frame_begin(struct frame *f) BASE_MUST_USE;
/* Places what a sizes step has made known. */
struct weft_error *frame_place(struct frame *f, struct segment *s) BASE_MUST_USE;
/* A branch has run, before which nheld segments had memory: the others' goes back. */
void frame_leave(struct frame *f, uint32_t nheld);
/* Buffer b has moved: places its aliases whose extents are known. */
struct weft_error *frame_place_aliases(struct frame *f, uint32_t b) BASE_MUST_USE;
/* Places buffer b, which is delayed, or its alias, if its size is known. */
struct weft_error *frame_place_delayed(struct frame *f, uint32_t b) BASE_MUST_USE;
/* The value of extent e, as a size: at least 0. */
struct weft_error *frame_extent(const struct frame *f, int64_t e, const char *what, int64_t *out)
	BASE_MUST_USE;
/* Dimensions of t into dims; fails where one is not known or below 0. */
struct weft_error *frame_dims(const struct frame *f, const struct abi_tensor *t, int64_t *dims)
	BASE_MUST_USE;
/* Bytes of a tensor of those dimensions; -1 on overflow. */
int64_t tensor_bytes(uint32_t dtype, uint32_t rank, const int64_t *dims);

/* ---- bind.c --------------------------------------------------------------------------------- */
/* Gives every slot its bytes. */
struct weft_error *exe_bind(struct exe *x, const struct run_load *o) BASE_MUST_USE;
void exe_unbind(struct exe *x);

/* ---- load.c --------------------------------------------------------------------------------- */
/* Gives every persistent buffer its bytes. */
struct weft_error *load_program_run(struct exe *x, const struct run_load *o) BASE_MUST_USE;
void load_free(struct exe *x);

/* ---- life.c --------------------------------------------------------------------------------- */
struct weft_error *lives_make(struct exe *x) BASE_MUST_USE;
/* Before and behind a step of main. */
struct weft_error *lives_begin(struct frame *f, const struct step *s) BASE_MUST_USE;
void lives_end(struct frame *f, const struct step *s);

/* ---- size.c, place.c, step.c ---------------------------------------------------------------- */
struct weft_error *size_eval(struct frame *f, uint32_t first, uint32_t count) BASE_MUST_USE;
/* Dimensions of inputs that are said to be equal to other sizes are. */
struct weft_error *size_check_inputs(const struct frame *f) BASE_MUST_USE;

/* An interval of time [first, last] and how many bytes it needs; gets an offset. */
struct interval {
	uint32_t first, last;
	int64_t bytes, offset;
};
/* Offsets, multiples of ABI_ALIGN, such that what lives at once does not overlap; the total, or
 * -1 on overflow. order: room for n indices. The offsets are a function of the intervals alone. */
int64_t place_intervals(struct interval *v, uint32_t n, uint32_t *order);

/* "argument 3 ('x')" */
void input_name(const struct exe *x, uint32_t i, char *out, size_t size);
struct weft_error *steps_run(struct frame *f, uint32_t first, uint32_t count, unsigned depth)
	BASE_MUST_USE;
#endif
