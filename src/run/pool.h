/* pool.h -- the threads that run chunks.
 *
 * One pool a process, made at first use, made again in a forked child.  Chunks are fixed by the
 * shape and claimed as threads get to them, so who runs what never shows in the bits.  A worker is
 * pinned to a processor of its own as long as there are no more threads than processors.  Regions
 * may run on libgomp's threads instead, as torch's do. */
#ifndef RUN_POOL_H
#define RUN_POOL_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POOL_THREADS_MAX 1024u
#define POOL_CHUNKS_MAX ((int64_t)1 << 62)

/* Does chunks [first, last) with scratch of the calling thread (64-byte aligned). */
typedef void pool_fn(void *arg, int64_t first, int64_t last, unsigned char *scratch);

/* Which threads ran chunks: bit 0 the caller, bit i worker i. */
struct pool_seen {
	uint64_t bits[POOL_THREADS_MAX / 64];
};
unsigned pool_seen_count(const struct pool_seen *s);

/* Whose threads run a region: our workers; the host's, which are those of the process's libgomp,
 * where it has one that can be used; or whose seem to get done first (pool_choice.h). */
enum pool_who { POOL_own, POOL_auto, POOL_host };

struct pool_task {
	pool_fn *fn;
	void *arg;
	int64_t chunks;
	size_t scratch;                /* bytes each thread needs; workers have their own */
	unsigned char *caller_scratch; /* as many bytes, for the calling thread */
	struct pool_seen *seen;        /* who ran chunks is added here; may be NULL */
	/* wait a little for threads that have not had a chunk yet, so that each runs one: for
	 * whoever reports how many threads there are */
	bool all;
	enum pool_who who;
};

/* Runs all chunks on at most `threads` threads, the caller being one, and returns when they are
 * done.  On the caller alone when threads or chunks are at most 1 or while another thread has the
 * pool.  threads may differ from call to call.  Never fails: fewer threads run where the system
 * gives no more.  The floating-point state of workers is fp_enter's (fp.h); the caller's is its
 * own affair.  Any thread. */
void pool_parallel(unsigned threads, const struct pool_task *t);

/* Threads of the processors this process may use: cpu_allowed(), at most POOL_THREADS_MAX. */
unsigned pool_default_threads(void);

struct pool_stats {
	unsigned workers;              /* threads made, the callers not counted */
	uint64_t regions;              /* calls that went to more than one thread */
	uint64_t alone;                /* calls that could have, but found the pool taken */
};
struct pool_stats pool_stats_get(void);

/* Looks whether the process has loaded libgomp by now, where `who` may want its threads; regions
 * do not look.  Those threads spin for some ten milliseconds after a region of the host's own, on
 * the processors of our workers, which meanwhile get none: then they run ours faster.  But libgomp
 * waits for each of them, also for one that another process keeps from running, which POOL_auto
 * sees and goes back.  libgomp has threads for each thread that calls it: where one that never did
 * finds its workers starved by threads of the process, POOL_auto makes it some, once, to know them.
 * FAILED_PRECONDITION: it has not, and POOL_host needs it.  Any thread. */
struct weft_error *pool_host_find(enum pool_who who) BASE_MUST_USE;
#endif
