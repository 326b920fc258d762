/* buffer.h -- a tensor in the device's memory that may not be there yet.
 *
 * A buffer is (type, dimensions, storage, ready event).  Until the event has fired only dtype and
 * rank may be read; when it carries an error there is no storage.  Counted.  Any thread. */
#ifndef RUN_BUFFER_H
#define RUN_BUFFER_H
#include "run/event.h"
#include "run/run.h"

struct buffer;

/* A ready buffer over storage (retained) that begins at data; dims are copied. */
struct weft_error *buffer_create(enum weft_dtype dtype, uint32_t rank, const int64_t *dims,
	void *data, struct storage *storage, struct buffer **out) BASE_MUST_USE;
/* The same over new memory of the pool, not initialised. */
struct weft_error *buffer_create_new(enum weft_dtype dtype, uint32_t rank, const int64_t *dims,
	struct buffer **out) BASE_MUST_USE;
/* A buffer somebody will make: buffer_fulfil, once. */
struct weft_error *buffer_create_pending(enum weft_dtype dtype, uint32_t rank, struct buffer **out)
	BASE_MUST_USE;
/* Takes the storage of t (owned) or the error, and fires the ready event. */
void buffer_fulfil(struct buffer *b, const struct run_tensor *t, struct weft_error *error);
void buffer_retain(struct buffer *b);
void buffer_release(struct buffer *b);               /* NULL is fine */

bool buffer_ready(const struct buffer *b);
/* Waits; *out is borrowed from b.  A copy of the error it carries. */
struct weft_error *buffer_wait(struct buffer *b, struct run_tensor *out) BASE_MUST_USE;

/* Runs x on its device's queue, in order.  in[] is retained as long as needed; out[] are new
 * buffers, the caller's, and *done (may be NULL) a new event, the caller's.  When every input is
 * ready and the queue is empty, and whenever x has callbacks, it runs here and now, on the calling
 * thread; the error is then in the buffers and the event too. Fails itself only without memory or
 * with a wrong number of arguments. */
struct weft_error *exe_run_async(struct exe *x, const struct run_options *o,
	struct buffer *const *in, uint32_t nin, struct buffer **out, uint32_t nout,
	struct event **done) BASE_MUST_USE;
#endif
