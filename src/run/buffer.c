/* buffer.c -- counted tensors with a ready event, and the device's queue.
 *
 * The queue is one thread, made at the first run that has to wait.  A run is put there when an
 * argument is not ready or runs are queued before it; otherwise it runs on the calling thread,
 * which spares two wake-ups. An argument that carries an error gives that error to all results. */
#include "run/buffer.h"
#include "base/mem.h"
#include "run/run_impl.h"
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

struct buffer {
	_Atomic(uint32_t) refs;
	uint32_t rank;
	enum weft_dtype dtype;
	struct event *ready;
	/* written before ready fires, read after */
	void *data;
	size_t bytes;
	struct storage *storage;
	int64_t dims[];
};

static struct weft_error *buffer_new(enum weft_dtype dtype, uint32_t rank, struct buffer **out)
{
	if (!dtype_size((uint32_t)dtype))
		FAIL(WEFT_INVALID_ARGUMENT, "a buffer of unknown dtype %d", (int)dtype);
	if (rank > ABI_RANK_MAX)
		FAIL(WEFT_INVALID_ARGUMENT, "a buffer of rank %u, at most %d", rank, ABI_RANK_MAX);
	struct buffer *b = mem_alloc(sizeof *b + rank * sizeof *b->dims);
	if (!b)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for a buffer");
	atomic_init(&b->refs, 1);
	b->dtype = dtype;
	b->rank = rank;
	struct weft_error *e = event_create(&b->ready);
	if (e) {
		mem_free(b);
		return e;
	}
	*out = b;
	return NULL;
}

/* The number of bytes, checked. */
static struct weft_error *dims_check(enum weft_dtype dtype, uint32_t rank, const int64_t *dims,
	size_t *bytes)
{
	for (uint32_t i = 0; i < rank; i++)
		if (dims[i] < 0)
			FAIL(WEFT_INVALID_ARGUMENT, "dimension %u of a buffer is %lld, below 0", i,
				(long long)dims[i]);
	int64_t n = tensor_bytes((uint32_t)dtype, rank, dims);
	if (n < 0)
		FAIL(WEFT_INVALID_ARGUMENT, "the number of bytes of a buffer overflows");
	*bytes = (size_t)n;
	return NULL;
}

struct weft_error *buffer_create(enum weft_dtype dtype, uint32_t rank, const int64_t *dims,
	void *data, struct storage *storage, struct buffer **out)
{
	size_t bytes;

	struct buffer *b;
	TRY(buffer_new(dtype, rank, &b));
	struct weft_error *e = dims_check(dtype, rank, dims, &bytes);
	if (e) {
		buffer_release(b);
		return e;
	}
	if (rank)
		memcpy(b->dims, dims, rank * sizeof *dims);
	b->data = data;
	b->bytes = bytes;
	b->storage = storage;
	storage_retain(storage);
	event_fire(b->ready, NULL);
	*out = b;
	return NULL;
}

struct weft_error *buffer_create_new(enum weft_dtype dtype, uint32_t rank, const int64_t *dims,
	struct buffer **out)
{
	struct storage *s;
	size_t bytes;

	if (!dtype_size((uint32_t)dtype))
		FAIL(WEFT_INVALID_ARGUMENT, "a buffer of unknown dtype %d", (int)dtype);
	TRY(dims_check(dtype, rank, dims, &bytes));
	TRY(storage_create(bytes, &s));
	struct weft_error *e = buffer_create(dtype, rank, dims, s->data, s, out);
	storage_release(s);
	return e;
}

struct weft_error *buffer_create_pending(enum weft_dtype dtype, uint32_t rank, struct buffer **out)
{
	return buffer_new(dtype, rank, out);
}

void buffer_fulfil(struct buffer *b, const struct run_tensor *t, struct weft_error *error)
{
	if (!error) {
		assert(t->dtype == b->dtype && t->rank == b->rank && "the type it was made with");
		if (b->rank)
			memcpy(b->dims, t->dims, b->rank * sizeof *b->dims);
		b->data = t->data;
		b->bytes = t->bytes;
		b->storage = t->storage;
	}
	event_fire(b->ready, error);
}

void buffer_retain(struct buffer *b)
{
	atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
}

void buffer_release(struct buffer *b)
{
	if (!b || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) != 1)
		return;
	event_release(b->ready);
	storage_release(b->storage);
	mem_free(b);
}

bool buffer_ready(const struct buffer *b)
{
	return event_ready(b->ready);
}

struct weft_error *buffer_wait(struct buffer *b, struct run_tensor *out)
{
	TRY(event_wait(b->ready));
	*out = (struct run_tensor){ .dtype = b->dtype, .rank = b->rank, .dims = b->dims,
		.data = b->data, .bytes = b->bytes };
	return NULL;
}

/* ---- the queue ------------------------------------------------------------------------------ */

/* One run.  Everything in it is a reference of its own. */
struct job_run {
	struct job_run *next;
	struct exe *exe;
	struct run_options options;
	struct event *done;
	uint32_t nin, nout;
	struct buffer **in, **out;
	struct run_tensor *tensors;             /* nin arguments, nout results */
};

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t more;
	struct job_run *first, *last;
	uint32_t unfinished;                    /* queued or running */
	bool started;
} queue = { .mutex = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER };

static void job_free(struct job_run *j)
{
	for (uint32_t i = 0; i < j->nin; i++)
		buffer_release(j->in[i]);
	for (uint32_t i = 0; i < j->nout; i++)
		buffer_release(j->out[i]);
	event_release(j->done);
	exe_release(j->exe);
	mem_free(j);
}

/* Waits for the arguments, runs, and fires what waits for the results. */
static void job_finish(struct job_run *j)
{
	struct run_tensor *out = j->tensors + j->nin;
	struct weft_error *e = NULL;

	for (uint32_t i = 0; i < j->nin && !e; i++)
		e = buffer_wait(j->in[i], &j->tensors[i]);
	if (!e)
		e = exe_run(j->exe, &j->options, j->tensors, j->nin, out, j->nout);
	for (uint32_t i = 0; i < j->nout; i++)
		buffer_fulfil(j->out[i], &out[i], event_error_copy(e));
	event_fire(j->done, e);
}

static void *queue_main(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&queue.mutex);
	for (;;) {
		while (!queue.first)
			pthread_cond_wait(&queue.more, &queue.mutex);
		struct job_run *j = queue.first;
		queue.first = j->next;
		if (!queue.first)
			queue.last = NULL;
		pthread_mutex_unlock(&queue.mutex);
		job_finish(j);
		job_free(j);
		pthread_mutex_lock(&queue.mutex);
		queue.unfinished--;
	}
	return NULL;
}

/* Under the mutex. */
static struct weft_error *queue_start(void)
{
	pthread_t thread;
	sigset_t all, was;

	if (queue.started)
		return NULL;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	int code = pthread_create(&thread, NULL, queue_main, NULL);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	if (code)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no thread for the device's queue");
	pthread_detach(thread);
	queue.started = true;
	return NULL;
}

void queue_fork_prepare(void)
{
	pthread_mutex_lock(&queue.mutex);
}

void queue_fork_parent(void)
{
	pthread_mutex_unlock(&queue.mutex);
}

/* Runs that were queued belong to the parent: in the child they never happen. */
void queue_fork_child(void)
{
	queue.started = false;
	queue.first = queue.last = NULL;
	queue.unfinished = 0;
	pthread_cond_init(&queue.more, NULL);
	pthread_mutex_unlock(&queue.mutex);
}

/* ---- running -------------------------------------------------------------------------------- */

static struct weft_error *job_make(struct exe *x, const struct run_options *o,
	struct buffer *const *in, uint32_t nin, uint32_t nout, struct job_run **out)
{
	size_t lists = mem_size((size_t)nin + nout, sizeof(struct buffer *));
	size_t size = sizeof(struct job_run) + mem_size((size_t)nin + nout,
		sizeof(struct run_tensor));
	struct job_run *j = mem_alloc(size + lists);
	struct weft_error *e = NULL;

	if (!j)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for a run");
	j->tensors = (struct run_tensor *)(void *)(j + 1);
	j->in = (struct buffer **)(void *)((char *)j + size);
	j->out = j->in + nin;
	j->exe = x;
	exe_retain(x);
	if (o)
		j->options = *o;
	e = event_create(&j->done);
	for (uint32_t i = 0; i < nin && !e; i++) {
		buffer_retain(in[i]);
		j->in[j->nin++] = in[i];
	}
	for (uint32_t i = 0; i < nout && !e; i++) {
		struct run_type t = exe_output(x, i);
		e = buffer_create_pending(t.dtype, t.rank, &j->out[i]);
		j->nout += !e;
	}
	if (e) {
		job_free(j);
		return e;
	}
	*out = j;
	return NULL;
}

/* Queues j and takes it, unless it may run at once. */
static struct weft_error *job_queue(struct job_run *j, bool ready, bool *queued)
{
	struct weft_error *e = NULL;

	*queued = false;
	pthread_mutex_lock(&queue.mutex);
	if (!ready || queue.unfinished) {
		e = queue_start();
		if (!e) {
			if (queue.last)
				queue.last->next = j;
			else
				queue.first = j;
			queue.last = j;
			queue.unfinished++;
			*queued = true;
			pthread_cond_signal(&queue.more);
		}
	}
	pthread_mutex_unlock(&queue.mutex);
	return e;
}

static bool has_callbacks(const struct exe *x)
{
	for (uint32_t i = 0; i < x->image.nsteps; i++)
		if (x->steps[i].kind == ABI_STEP_callback)
			return true;
	return false;
}

struct weft_error *exe_run_async(struct exe *x, const struct run_options *o,
	struct buffer *const *in, uint32_t nin, struct buffer **out, uint32_t nout,
	struct event **done)
{
	struct job_run *j = NULL;
	bool ready = true, queued = false;

	if (nin != exe_inputs(x))
		FAIL(WEFT_INVALID_ARGUMENT, "expected %u arguments, found %u", exe_inputs(x), nin);
	if (nout != exe_outputs(x))
		FAIL(WEFT_INVALID_ARGUMENT, "expected room for %u results, found %u",
			exe_outputs(x),
			nout);
	TRY(job_make(x, o, in, nin, nout, &j));
	for (uint32_t i = 0; i < nin; i++)
		ready = ready && buffer_ready(in[i]);
	/* Given out before anyone can free j. */
	for (uint32_t i = 0; i < nout; i++) {
		out[i] = j->out[i];
		buffer_retain(out[i]);
	}
	struct event *fired = j->done;
	event_retain(fired);
	struct weft_error *e = has_callbacks(x) ? NULL : job_queue(j, ready, &queued);
	if (e) {
		for (uint32_t i = 0; i < nout; i++)
			buffer_release(out[i]);
		event_release(fired);
		job_free(j);
		return e;
	}
	if (!queued) {
		job_finish(j);
		job_free(j);
	}
	if (done)
		*done = fired;
	else
		event_release(fired);
	return NULL;
}
