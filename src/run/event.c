/* event.c -- a word that goes from 0 to 1, and who sleeps on it.  No lock: a fork may happen at any
 * time. */
#include "run/event.h"
#include "base/mem.h"
#include "run/futex.h"
#include <assert.h>
#include <limits.h>

struct event {
	_Atomic(uint32_t) refs;
	_Atomic(uint32_t) fired;
	struct weft_error *error;        /* written before fired */
};

struct weft_error *event_create(struct event **out)
{
	struct event *e = mem_alloc(sizeof *e);

	if (!e)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for an event");
	atomic_init(&e->refs, 1);
	*out = e;
	return NULL;
}

void event_retain(struct event *e)
{
	atomic_fetch_add_explicit(&e->refs, 1, memory_order_relaxed);
}

void event_release(struct event *e)
{
	if (!e || atomic_fetch_sub_explicit(&e->refs, 1, memory_order_acq_rel) != 1)
		return;
	weft_error_free(e->error);
	mem_free(e);
}

void event_fire(struct event *e, struct weft_error *error)
{
	assert(!atomic_load(&e->fired) && "an event happens once");
	e->error = error;
	atomic_store_explicit(&e->fired, 1, memory_order_release);
	futex_wake(&e->fired, INT_MAX);
}

bool event_ready(const struct event *e)
{
	return atomic_load_explicit(&e->fired, memory_order_acquire);
}

struct weft_error *event_wait(struct event *e)
{
	while (!event_ready(e))
		futex_wait(&e->fired, 0);
	return event_error_copy(e->error);
}

struct weft_error *event_error_copy(const struct weft_error *e)
{
	return e ? error_make(weft_error_code(e), "%s", weft_error_text(e)) : NULL;
}
