/* host.h -- the threads of the process's OpenMP, as torch has: libgomp, or one with its entry.
 *
 * What they do shows in their processor clocks, which the system keeps exact while they run. */
#ifndef RUN_HOST_H
#define RUN_HOST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Looks for it, unless it was found; true: it is there.  Any thread. */
bool host_find(void);
/* May this thread start a region of its?  Not inside of one, which would get a single thread, and
 * not in a child forked since it was there: its threads, for whom a region would wait, are not. */
bool host_usable(void);
/* Runs fn on `threads` threads, the caller one of them, and waits for all; 0: on as many as regions
 * that this thread starts have by default.  Only where it is usable. */
void host_parallel(void (*fn)(void *), void *arg, unsigned threads);
/* How many those are; 0: unknown. */
unsigned host_threads(void);
/* Of the calling thread in a region, from 0, the one that started it; `otherwise` where the host
 * cannot say. */
unsigned host_index(unsigned otherwise);

/* Around a fork. */
void host_fork_prepare(void);
void host_fork_child(void);

/* Threads whose processor clocks are read. */
enum { HOST_WATCHED_MAX = 128 };
struct host_watch {
	uint32_t n;
	pid_t tid[HOST_WATCHED_MAX];
	int64_t ns[HOST_WATCHED_MAX];
};
/* Threads of this process that are neither the caller nor mine[0..n), at most HOST_WATCHED_MAX. */
void host_watch_others(struct host_watch *w, const pid_t *mine, size_t n);
void host_watch_begin(struct host_watch *w);
/* The most that one of them has worked since; who: *tid.  -1: they do not all exist any more. */
int64_t host_watch_end(const struct host_watch *w, pid_t *tid);
/* Does one of them work now? */
bool host_watch_busy(struct host_watch *w);
#endif
