/* memory.h -- the device's memory: blocks that are used again, so that pages are not faulted in at
 * every call.
 *
 * A storage is a counted piece of memory: a block of the pool, or the caller's own bytes with a
 * function to call when the last reference goes.  Freed blocks are kept up to a bound, the newest
 * given first.  Big blocks come from the system in huge pages where it has them.  Any thread. */
#ifndef RUN_MEMORY_H
#define RUN_MEMORY_H
#include "abi/abi.h"
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct storage {
	void *data;                   /* at least ABI_ALIGN-aligned when from the pool */
	size_t size;                  /* as asked for */
	int64_t dims[ABI_RANK_MAX];   /* room for the dimensions of the tensor that lies here */
	/* what follows is memory.c's */
	struct span *span;            /* of the heap; else not set */
	struct storage *next, *previous;
	size_t capacity;
	uint64_t stamp;
	uint32_t class;
	_Atomic(uint32_t) refs;
	void (*done)(void *arg);
	void *arg;
};

/* size bytes, not initialised, with one reference; never NULL data, also for size 0.
 * RESOURCE_EXHAUSTED, for more than the machine has without a try.
 * No call to the system where a kept block fits. */
struct weft_error *storage_create(size_t size, struct storage **out) BASE_MUST_USE;
/* The storage whose memory begins at data, with one more reference; NULL: data is none's, or it is
 * smaller than 64 KiB.  data must not be given back meanwhile. */
struct storage *storage_find(const void *data);
/* Memory of somebody else; done(arg) (NULL: nothing) is called when the last reference goes. */
struct weft_error *storage_wrap(void *data, size_t size, void (*done)(void *arg), void *arg,
	struct storage **out) BASE_MUST_USE;
void storage_retain(struct storage *s);
void storage_release(struct storage *s);              /* NULL is fine */
bool storage_shared(const struct storage *s);         /* has more than one reference */

struct memory_stats {
	size_t used, kept;            /* bytes in use, bytes kept for use */
	uint64_t blocks;              /* blocks asked of the system so far */
	uint64_t reused;              /* requests served from kept blocks so far */
};
struct memory_stats memory_stats_get(void);
/* At most so many bytes are kept (default: a quarter of the machine's memory, at most 4 GiB). */
void memory_limit(size_t bytes);
/* A block of more bytes is refused before it is asked for (default: the machine's memory). */
void memory_most(size_t bytes);
/* For tests: from now on (until on is false) blocks are filled with bytes 0xff - NaN, and -1 - when
 * they are made and when their last reference goes, so that a read outside of that time shows. */
void memory_scrub(bool on);
/* Gives everything kept back to the system. */
void memory_trim(void);
#endif
