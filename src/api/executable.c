/* executable.c -- executables: made from artifacts, queried, run; threads. */
#include "api/api_impl.h"
#include "api/later.h"
#include "run/buffer.h"
#include "run/pool.h"
#include <stdlib.h>
#include <string.h>

/* Constants come by weft_executable_bind. */
static const struct run_load later = { .later = true };

static void executable_free(struct weft_executable *x)
{
	later_free(x);
	weft_error_free(x->later_error);
	if (x->state && x->backend->unprepare)
		x->backend->unprepare(x->state);
	exe_release(x->exe);
	mem_free(x);
}

struct weft_error *executable_open(const struct backend *b, const void *bytes, size_t size,
	const struct run_load *load, struct weft_executable **out)
{
	struct weft_executable *x = mem_alloc(sizeof *x);
	if (!x)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for an executable");
	atomic_init(&x->refs, 1);
	x->backend = b;
	struct weft_error *e = exe_load(bytes, size, load, &x->exe);
	if (!e && strcmp(exe_backend(x->exe), b->name))
		e = error_make(WEFT_INVALID_ARGUMENT,
			"an artifact of backend '%s' given to backend '%s'", exe_backend(x->exe),
			b->name);
	if (!e && b->prepare)
		e = b->prepare(b, x->exe, &x->state);
	if (e) {
		executable_free(x);
		return e;
	}
	*out = x;
	return NULL;
}

struct weft_error *option_who(const struct weft_options *o, enum pool_who *out)
{
	const char *word = option_pool(o);

	*out = !strcmp(word, "host") ? POOL_host : !strcmp(word, "own") ? POOL_own : POOL_auto;
	struct weft_error *e = pool_host_find(*out);
	return e ? error_prefix(e, "option pool=host: ") : NULL;
}

struct weft_error *executable_create(const struct backend *b, void *bytes, size_t size,
	const struct weft_options *o, struct weft_executable **out)
{
	enum pool_who who;
	struct weft_error *e = option_who(o, &who);
	if (!e)
		e = executable_open(b, bytes, size, &later, out);
	mem_free(bytes);
	if (e)
		return e;
	(*out)->threads = (unsigned)option_threads(o);
	(*out)->who = who;
	return NULL;
}

struct weft_error *weft_executable_load(
	struct weft_client *c, const void *bytes, size_t size, struct weft_executable **out)
{
	enum pool_who who;
	struct weft_options *o;
	TRY(options_resolve(NULL, &o));
	struct weft_error *e = option_who(o, &who);
	weft_options_free(o);
	if (e)
		return e;
	TRY(executable_open(c->backend, bytes, size, &later, out));
	(*out)->who = who;
	report_add(*out, false);
	return NULL;
}

void weft_executable_retain(struct weft_executable *x)
{
	atomic_fetch_add(&x->refs, 1);
}

void weft_executable_release(struct weft_executable *x)
{
	if (!x || atomic_fetch_sub(&x->refs, 1) != 1)
		return;
	report_remove(x);
	executable_free(x);
}

struct weft_error *weft_executable_artifact(
	const struct weft_executable *x, const void **bytes, size_t *size)
{
	struct weft_executable *now = executable_now((struct weft_executable *)(uintptr_t)x);
	*bytes = exe_artifact(now->exe, size);
	return NULL;
}

uint32_t weft_executable_inputs(const struct weft_executable *x)
{
	return exe_inputs(x->exe);
}

uint32_t weft_executable_outputs(const struct weft_executable *x)
{
	return exe_outputs(x->exe);
}

struct weft_tensor_type weft_executable_input(const struct weft_executable *x, uint32_t i)
{
	struct run_type t = exe_input(x->exe, i);
	return (struct weft_tensor_type){ t.dtype, t.rank, t.dims };
}

struct weft_tensor_type weft_executable_output(const struct weft_executable *x, uint32_t i)
{
	struct run_type t = exe_output(x->exe, i);
	return (struct weft_tensor_type){ t.dtype, t.rank, t.dims };
}

uint32_t weft_executable_constants(const struct weft_executable *x)
{
	return exe_constants(x->exe);
}

struct weft_tensor_type weft_executable_constant(const struct weft_executable *x, uint32_t i)
{
	struct run_type t = exe_constant(x->exe, i);
	return (struct weft_tensor_type){ t.dtype, t.rank, t.dims };
}

static unsigned number_of(const char *variable)
{
	const char *text = getenv(variable);
	char *end;
	unsigned long v = text ? strtoul(text, &end, 10) : 0;
	return text && end != text && (!*end || *end == ',') && v && v <= POOL_THREADS_MAX
		       ? (unsigned)v
		       : 0;
}

unsigned threads_default(void)
{
	unsigned n = number_of("WEFT_THREADS");
	if (!n)
		n = number_of("OMP_NUM_THREADS");
	return n ? n : pool_default_threads();
}

static void nothing(void *arg, int64_t first, int64_t last, unsigned char *scratch)
{
	(void)arg, (void)first, (void)last, (void)scratch;
}

void api_warm_up(void)
{
	unsigned n = threads_default();
	struct pool_task task = { .fn = nothing, .chunks = n };
	pool_parallel(n, &task);
}

static unsigned threads_of(const struct weft_executable *x, unsigned threads)
{
	return x->threads ? x->threads : threads ? threads : threads_default();
}

void api_parallel(const struct weft_executable *x, unsigned threads, pool_fn *fn, void *arg,
	int64_t chunks)
{
	struct pool_task task = { .fn = fn, .arg = arg, .chunks = chunks };
	pool_parallel(threads_of(x, threads), &task);
}

struct weft_error *api_run(struct weft_executable *x, unsigned threads, const struct run_tensor *in,
	uint32_t nin, struct run_tensor *out, uint32_t nout)
{
	struct run_options o = { .threads = threads_of(x, threads), .who = x->who };
	x = executable_now(x);
	return x->backend->run(x->exe, x->state, &o, in, nin, out, nout);
}

double api_compile_seconds(const struct weft_executable *x)
{
	return x->compile_s;
}

bool api_small(const struct weft_executable *x)
{
	return exe_small(x->exe);
}

struct exe *api_exe(struct weft_executable *x)
{
	return executable_now(x)->exe;
}

/* ---- buffers: the handle is run's -------------------------------------------------------- */

static struct buffer *inner(struct weft_buffer *b)
{
	return (struct buffer *)b;
}

struct weft_error *weft_buffer_create(
	struct weft_client *c, struct weft_tensor_type type, struct weft_buffer **out)
{
	(void)c;
	return buffer_create_new(type.dtype, type.rank, type.dims, (struct buffer **)out);
}

struct weft_error *weft_buffer_wrap(struct weft_client *c, struct weft_tensor_type type, void *data,
	void (*done)(void *arg), void *arg, struct weft_buffer **out)
{
	size_t bytes = weft_dtype_size(type.dtype);
	struct storage *s;
	(void)c;
	for (uint32_t d = 0; d < type.rank; d++)
		if (type.dims[d] < 0 || __builtin_mul_overflow(bytes, (size_t)type.dims[d], &bytes))
			FAIL(WEFT_INVALID_ARGUMENT,
				"dimension %u of a buffer is negative or too large", d);
	if (!data && bytes)
		FAIL(WEFT_INVALID_ARGUMENT, "a buffer of %zu bytes over no memory", bytes);
	TRY(storage_wrap(data, bytes, done, arg, &s));
	struct weft_error *e =
		buffer_create(type.dtype, type.rank, type.dims, data, s, (struct buffer **)out);
	storage_release(s);
	return e;
}

void weft_buffer_retain(struct weft_buffer *b)
{
	buffer_retain(inner(b));
}

void weft_buffer_release(struct weft_buffer *b)
{
	buffer_release(inner(b));
}

struct weft_tensor_type weft_buffer_type(const struct weft_buffer *b)
{
	struct run_tensor t;
	struct weft_error *e = buffer_wait(inner((struct weft_buffer *)(uintptr_t)b), &t);
	if (e) {
		weft_error_free(e);
		return (struct weft_tensor_type){ 0 };
	}
	return (struct weft_tensor_type){ t.dtype, t.rank, t.dims };
}

struct weft_error *weft_buffer_data(struct weft_buffer *b, void **data, size_t *size)
{
	struct run_tensor t;
	TRY(buffer_wait(inner(b), &t));
	*data = t.data;
	*size = weft_dtype_size(t.dtype);
	for (uint32_t d = 0; d < t.rank; d++)
		*size *= (size_t)t.dims[d];
	return NULL;
}

/* ---- running ------------------------------------------------------------------------------ */

static struct weft_error *run_now(struct weft_executable *x, uint32_t nin,
	struct weft_buffer *const *in, uint32_t nout, struct weft_buffer **out,
	struct run_tensor *args, struct run_tensor *results)
{
	for (uint32_t i = 0; i < nin; i++)
		TRY(buffer_wait(inner(in[i]), &args[i]));
	TRY(api_run(x, 0, args, nin, results, nout));
	struct weft_error *e = NULL;
	for (uint32_t i = 0; i < nout; i++) {
		if (!e)
			e = buffer_create(results[i].dtype, results[i].rank, results[i].dims,
				results[i].data, results[i].storage, (struct buffer **)&out[i]);
		if (e)
			for (uint32_t k = 0; k < i; k++) {
				weft_buffer_release(out[k]);
				out[k] = NULL;
			}
	}
	for (uint32_t i = 0; i < nout; i++)
		storage_release(results[i].storage);
	return e;
}

struct weft_error *weft_run(struct weft_executable *x, uint32_t nin, struct weft_buffer *const *in,
	uint32_t nout, struct weft_buffer **out)
{
	struct run_tensor *t = mem_alloc(mem_size((size_t)nin + nout + 1, sizeof *t));
	if (!t)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %u arguments", nin);
	struct weft_error *e = run_now(x, nin, in, nout, out, t, t + nin);
	mem_free(t);
	return e;
}

struct weft_error *weft_run_async(struct weft_executable *x, uint32_t nin,
	struct weft_buffer *const *in, uint32_t nout, struct weft_buffer **out,
	struct weft_event **done)
{
	if (x->backend->stages & BACKEND_KEEP) {         /* these only run here and now */
		TRY(event_create((struct event **)done));
		struct weft_error *e = weft_run(x, nin, in, nout, out);
		if (e) {
			event_release((struct event *)*done);
			return e;
		}
		event_fire((struct event *)*done, NULL);
		return NULL;
	}
	/* torch runs nothing on the thread of the queue, so it has no threads of libgomp's */
	enum pool_who who = x->who == POOL_auto ? POOL_own : x->who;
	struct run_options o = { .threads = threads_of(x, 0), .who = who };
	return exe_run_async(executable_now(x)->exe, &o, (struct buffer *const *)in, nin,
		(struct buffer **)out, nout, (struct event **)done);
}

struct weft_error *weft_event_wait(struct weft_event *e)
{
	return event_wait((struct event *)e);
}

bool weft_event_ready(const struct weft_event *e)
{
	return event_ready((struct event *)(uintptr_t)e);
}

void weft_event_release(struct weft_event *e)
{
	event_release((struct event *)e);
}
