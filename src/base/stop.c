/* stop.c -- one function of the process is asked now and then (stop.h).
 *
 * Asking costs what a clock costs that counts the scheduler's ticks; the function itself, which
 * may have to wait for a lock of its language, is called four times a second. */
#include "base/stop.h"
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

#define PAUSE_NS 250000000u

static _Atomic(stop_fn *) asked;

void stop_set(stop_fn *fn)
{
	atomic_store(&asked, fn);
}

struct weft_error *stop_asked(uint64_t *last)
{
	stop_fn *fn = atomic_load_explicit(&asked, memory_order_relaxed);
	struct timespec t;

	if (!fn)
		return NULL;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	uint64_t now = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
	if (!*last)
		*last = now;
	if (now - *last < PAUSE_NS)
		return NULL;
	*last = now;
	return fn();
}
