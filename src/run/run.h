/* run.h -- artifact -> results: executables, their signature, and calling them.
 *
 * This folder and what it needs of base/ is libweftrt: it knows neither graphs nor LLVM.  Bytes in
 * the form of abi/abi.h are checked, their code is mapped, constants are bound, the load program
 * is run; then the executable may be called from any number of threads at once. */
#ifndef RUN_RUN_H
#define RUN_RUN_H
#include "abi/abi.h"
#include "base/error.h"
#include "run/memory.h"
#include "run/pool.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <weft/weft.h>

struct exe;

/* A dense row-major tensor.  As an argument everything is borrowed and storage is NULL.  Of one
 * that is `donated` an output may be written over the bytes, which are undefined after the call.
 * They are storage's, or without storage stay the caller's: an output that lies there has no
 * storage either, and the argument's data.  As a result, storage has one reference, the receiver's:
 * release it with storage_release when data and dims are done with.
 * given (NULL: it is not): where the caller keeps its reference to an argument's bytes.  Who runs
 * may release it as soon as no step reads them any more, and then sets it to NULL; dims stay the
 * caller's. */
struct run_tensor {
	enum weft_dtype dtype;
	uint32_t rank;
	const int64_t *dims;
	void *data;                   /* NULL only without elements; any alignment */
	size_t bytes;                 /* of a result; not read for an argument */
	struct storage *storage;
	bool donated;
	struct storage **given;
};

/* ---- loading -------------------------------------------------------------------------------- */

/* A constant that the loader's caller binds to the slot of that name.  data is borrowed as long as
 * the executable lives, unless storage is set: then that is retained instead. */
struct run_slot {
	const char *name;
	const void *data;
	size_t bytes;
	struct storage *storage;
};
struct run_load {
	const struct run_slot *slots;
	uint32_t nslots;
	/* where relative file names of slots begin; NULL: as they are */
	const char *dir;
	unsigned threads;             /* of the load program; 0: pool_default_threads() */
	/* constants that nobody binds are not an error yet: the executable has its signature, runs
	 * fail with FAILED_PRECONDITION */
	bool later;
};

/* Checks size bytes, copies what is needed of them and makes an executable with one reference.
 * o may be NULL.  INVALID_ARGUMENT when damaged, of another version or not understood;
 * FAILED_PRECONDITION for a processor without the features, a slot that nobody bound, a callback
 * nobody resolves; NOT_FOUND for a missing file of a slot.  Any thread. */
struct weft_error *exe_load(const void *bytes, size_t size, const struct run_load *o,
	struct exe **out) BASE_MUST_USE;
void exe_retain(struct exe *x);
void exe_release(struct exe *x);                     /* NULL is fine */

/* ---- signature ------------------------------------------------------------------------------ */

/* dims: a dimension below 0 is symbolic (-1 - entry of the size table). */
struct run_type {
	enum weft_dtype dtype;
	uint32_t rank;
	const int64_t *dims;
	const char *name;             /* "" where it has none */
	uint32_t alias;               /* output: 1 + the input it may reuse; else 0 */
};
uint32_t exe_inputs(const struct exe *x);
uint32_t exe_outputs(const struct exe *x);
/* Borrowed from x; dtype WEFT_INVALID_DTYPE when i is out of range. */
struct run_type exe_input(const struct exe *x, uint32_t i);
struct run_type exe_output(const struct exe *x, uint32_t i);
/* Constants that the loader's caller binds, in the order of their slots. */
uint32_t exe_constants(const struct exe *x);
struct run_type exe_constant(const struct exe *x, uint32_t i);
const char *exe_backend(const struct exe *x);
uint32_t exe_kernels(const struct exe *x);           /* kernel structures */
uint32_t exe_launches(const struct exe *x);          /* steps of a call that do something */
/* Every step of a call is so small that it runs on the calling thread, and there are few but some:
 * a few microseconds, with no call out. */
bool exe_small(const struct exe *x);
/* The artifact itself, and a section of bytes (ABI_EXPLAIN, ABI_TEXT); NULL and 0: none. */
const void *exe_artifact(const struct exe *x, size_t *size);
const void *exe_bytes(const struct exe *x, enum abi_section_kind kind, size_t *size);

/* ---- running -------------------------------------------------------------------------------- */

struct run_options {
	/* 0: pool_default_threads(); more than processors is honoured */
	unsigned threads;
	enum pool_who who;            /* run kernels (pool.h) */
};

/* Runs x on in[0..nin) and waits.  out[0..nout) need not be initialised; on success each is a new
 * tensor, the caller's; on error none is set.  in[] is borrowed (see run_tensor for donated ones).
 * INVALID_ARGUMENT names the argument, and the dimension, that is not the signature's;
 * RESOURCE_EXHAUSTED; whatever a callback returns.  o may be NULL.  Any thread. */
struct weft_error *exe_run(struct exe *x, const struct run_options *o, const struct run_tensor *in,
	uint32_t nin, struct run_tensor *out, uint32_t nout) BASE_MUST_USE;

/* What happened so far. */
struct exe_stats {
	uint64_t runs;
	uint64_t kernels, library_calls, callbacks;   /* steps run */
	/* distinct threads that ran steps of x at its last thread count */
	unsigned threads;
	size_t arena;                 /* bytes of the arena of the last run */
	uint64_t placements;          /* times symbolic buffers were placed anew */
};
struct exe_stats exe_stats_get(const struct exe *x);
/* Times every step of every run from now on; off until then. */
WEFT_API struct weft_error *exe_times_start(struct exe *x) BASE_MUST_USE;
/* What was measured of one step. */
struct exe_time {
	enum abi_step_kind kind;
	const char *name;             /* its text: a kernel's name; "" where it has none */
	uint32_t kernel;              /* the number of its kernel; 0 for others */
	uint64_t runs;
	uint64_t total_ns, least_ns;  /* of all runs, of the fastest */
	/* the least the processors worked on one run, all threads together: on a machine that does
	 * other things too, the figure to compare */
	uint64_t cpu_ns;
};
/* Calls fn for every step that ran since exe_times_start; *t is borrowed for the call.  Branches
 * and loops include what they run. */
WEFT_API void exe_times_each(
	const struct exe *x, void (*fn)(void *arg, const struct exe_time *t), void *arg);
/* Calls fn for every callback and library step's name ("namespace.op" or "name") with its count. */
void exe_counts_each(const struct exe *x,
	void (*fn)(void *arg, enum abi_step_kind kind, const char *name, uint64_t count),
	void *arg);

/* ---- callbacks ------------------------------------------------------------------------------ */

/* Runs a host callback on the thread that called exe_run, outside of any parallel region, with the
 * caller's floating-point state.  in[] is borrowed.  Each out[i] comes with its dtype and rank:
 *   data set       write dims' elements there; or put other memory with its storage in its place,
 *                  which is taken (and copied where the plan wants the bytes elsewhere)
 *   data NULL      give memory: set data, storage (taken) and, where dims[k] is below 0, dims to
 *                  an array that lives as long as storage (storage->dims has room)
 * Anything but NULL ends the call with that error (taken). */
typedef struct weft_error *run_callback_fn(void *arg, const struct run_tensor *in, uint32_t nin,
	struct run_tensor *out, uint32_t nout);
struct run_callback {
	run_callback_fn *run;
	void (*free)(void *arg);      /* when the executable goes; may be NULL */
	void *arg;
};
/* Finds who runs namespace.op with attributes (text, "" for none).  NOT_FOUND: try the next. */
typedef struct weft_error *run_resolver_fn(void *arg, const char *space, const char *op,
	const char *attributes, struct run_callback *out);
/* The resolver of a namespace ("": of every namespace that has none).  Replaces; NULL removes. */
struct weft_error *run_resolver_set(const char *space, run_resolver_fn *fn,
	void *arg) BASE_MUST_USE;
/* Asks them for "namespace.op|attributes"; the receiver calls out->free.  NOT_FOUND: who was asked
 * does not know it; FAILED_PRECONDITION: there is nobody to ask; INVALID_ARGUMENT: no namespace. */
struct weft_error *run_resolve(const char *name, struct run_callback *out) BASE_MUST_USE;

/* ---- library functions ---------------------------------------------------------------------- */

struct run_library_call {
	const char *attributes;       /* text after '|', "" for none */
	const struct run_tensor *in;
	uint32_t nin;
	const struct run_tensor *out; /* data and dims set: to be written */
	uint32_t nout;
	const int64_t *sizes;         /* of the step */
	uint32_t nsizes;
	unsigned threads;
	enum pool_who who;
};
typedef struct weft_error *run_library_fn(const struct run_library_call *c);
/* Adds or replaces a function of that name (borrowed for good: a literal). */
struct weft_error *run_library_set(const char *name, run_library_fn *fn) BASE_MUST_USE;
#endif
