/* step.c -- runs lists of steps: sizes, kernels over the pool, copies, library functions,
 * callbacks, branches, loops.
 *
 * A kernel with one chunk, or marked small, runs on the calling thread.  Branches and loops run
 * lists that lie behind the main program; their depth is bounded, so a damaged artifact cannot
 * exhaust the stack.  Callbacks run on the calling thread with the state it came with. */
#include "base/stop.h"
#include "run/fp.h"
#include "run/run_impl.h"
#include <string.h>
#include <time.h>

#define COPY_CHUNK ((int64_t)256 << 10)

static void call_copy(void *to, const void *from, uint64_t bytes)
{
	memcpy(to, from, bytes);
}

static void call_fill(void *to, int byte, uint64_t bytes)
{
	memset(to, byte, bytes);
}

static struct weft_error *not_placed(const struct step *s, uint32_t buffer)
{
	return error_make(WEFT_INTERNAL, "step '%s': buffer %u is used before it is there", s->text,
		buffer);
}

/* Runs chunks over the pool, or here. */
static void frame_parallel(struct frame *f, pool_fn *fn, void *arg, int64_t chunks, size_t scratch)
{
	struct pool_task t = {
		.fn = fn, .arg = arg, .chunks = chunks,
		.scratch = scratch, .caller_scratch = f->scratch, .seen = &f->seen,
		.who = f->who,
	};

	if (f->gather && chunks >= (int64_t)f->threads) {
		t.all = true;
		f->gather = false;
		f->gathered = true;
	}
	pool_parallel(f->threads, &t);
}

/* ---- kernels and copies --------------------------------------------------------------------- */

struct kernel_run {
	struct abi_call call;
	abi_kernel_fn *fn;
};

static void kernel_chunks(void *arg, int64_t first, int64_t last, unsigned char *scratch)
{
	const struct kernel_run *k = arg;
	struct abi_call call = k->call;

	call.scratch = scratch;
	k->fn(&call, first, last);
}

static struct weft_error *step_kernel(struct frame *f, const struct step *s)
{
	struct kernel_run k = {
		.call = { f->args, f->values, f->scratch, call_copy, call_fill },
		.fn = s->fn,
	};
	int64_t chunks;

	for (uint32_t i = 0; i < s->nargs; i++) {
		f->args[i] = f->buffers[s->args[i]];
		if (!f->args[i])
			return not_placed(s, s->args[i]);
	}
	for (uint32_t i = 0; i < s->nsizes; i++)
		TRY(frame_extent(f, s->sizes[i], "a kernel's size", &f->values[i]));
	TRY(frame_extent(f, s->chunks, "a number of chunks", &chunks));
	f->kernels++;
	if (chunks <= 1 || s->small) {
		if (chunks > 0)
			s->fn(&k.call, 0, chunks);
		f->seen.bits[0] |= 1;
		return NULL;
	}
	frame_parallel(f, kernel_chunks, &k, chunks, s->scratch);
	return NULL;
}

struct copy_run {
	unsigned char *to;
	const unsigned char *from;
	int64_t bytes;
};

static void copy_chunks(void *arg, int64_t first, int64_t last, unsigned char *scratch)
{
	const struct copy_run *c = arg;
	int64_t begin = first * COPY_CHUNK, end = last * COPY_CHUNK;

	(void)scratch;
	if (end > c->bytes)
		end = c->bytes;
	memcpy(c->to + begin, c->from + begin, (size_t)(end - begin));
}

static void bytes_copy(struct frame *f, struct copy_run *c)
{
	if (c->bytes < 4 * COPY_CHUNK)
		memmove(c->to, c->from, (size_t)c->bytes);
	else
		frame_parallel(f, copy_chunks, c, (c->bytes + COPY_CHUNK - 1) / COPY_CHUNK, 0);
}

/* Buffer `to` is owned: it becomes new memory with the bytes of `from`, which may be in the old. */
static struct weft_error *step_copy_new(struct frame *f, const struct step *s)
{
	uint32_t from = s->args[0], to = s->args[1];
	struct storage *made;

	if (!f->buffers[from])
		return not_placed(s, from);
	for (uint32_t i = 0; i < s->nsizes; i++)
		TRY(frame_extent(f, s->sizes[i], "a dimension", &f->values[i]));
	TRY(storage_create((size_t)f->bytes[from], &made));
	struct copy_run c = { made->data, f->buffers[from], f->bytes[from] };
	bytes_copy(f, &c);
	if (s->nsizes)
		memcpy(made->dims, f->values, s->nsizes * sizeof *made->dims);
	storage_release(f->storage[to]);
	f->storage[to] = made;
	f->rank[to] = s->nsizes;
	f->buffers[to] = made->data;
	f->bytes[to] = c.bytes;
	return frame_place_aliases(f, to);
}

static struct weft_error *step_copy(struct frame *f, const struct step *s)
{
	uint32_t from = s->args[0], to = s->args[1];
	struct copy_run c = { f->buffers[to], f->buffers[from], f->bytes[from] };

	if (f->x->image.buffers[to].kind == ABI_BUFFER_owned)
		return step_copy_new(f, s);
	if (!c.from || !c.to)
		return not_placed(s, c.from ? to : from);
	if (c.bytes > f->bytes[to])
		FAIL(WEFT_INTERNAL, "buffer %u is copied to a smaller one, %u", from, to);
	if (c.from == c.to)
		return NULL;
	bytes_copy(f, &c);
	return NULL;
}

/* ---- library functions and callbacks -------------------------------------------------------- */

/* The dimension of extent e, where that is known before its callback has run. */
static bool dim_known(const struct frame *f, int64_t e, int64_t *out)
{
	if (e < 0 && (e == ABI_UNKNOWN || !f->defined[-1 - e]))
		return false;
	*out = e >= 0 ? e : f->sizes[-1 - e];
	return true;
}

/* What a callback is to make, of type t: dimensions that only it knows are -1. */
static struct run_tensor tensor_to_make(
	struct frame *f, const struct abi_tensor *t, int64_t *dims)
{
	for (uint32_t k = 0; k < t->rank; k++)
		if (!dim_known(f, f->x->image.ints[t->dims + k], &dims[k]))
			dims[k] = -1;
	return (struct run_tensor){ .dtype = (enum weft_dtype)t->dtype, .rank = t->rank,
		.dims = dims };
}

/* Fills f->tensors from the step's arguments. */
static struct weft_error *tensors_fill(struct frame *f, const struct step *s)
{
	const struct image *m = &f->x->image;

	for (uint32_t i = 0; i < s->nargs; i++) {
		const struct abi_tensor *t = &m->tensors[s->tensors[i]];
		uint32_t b = s->args[i];
		int64_t *dims = f->dims + (size_t)i * ABI_RANK_MAX;
		bool out = i >= s->nargs - s->noutputs;
		bool owned = m->buffers[b].kind == ABI_BUFFER_owned;

		if (owned && out && s->kind == ABI_STEP_callback) {
			f->tensors[i] = tensor_to_make(f, t, dims);
			continue;
		}
		TRY(frame_dims(f, t, dims));
		int64_t bytes = tensor_bytes(t->dtype, t->rank, dims);
		if (!f->buffers[b])
			return not_placed(s, b);
		if (bytes < 0 || bytes > f->bytes[b])
			FAIL(WEFT_INTERNAL, "step '%s': argument %u is larger than its buffer",
				s->text, i);
		f->tensors[i] = (struct run_tensor){ .dtype = (enum weft_dtype)t->dtype,
			.rank = t->rank, .dims = dims, .data = f->buffers[b],
			.bytes = (size_t)bytes };
	}
	return NULL;
}

static struct weft_error *step_library(struct frame *f, struct step *s)
{
	TRY(tensors_fill(f, s));
	for (uint32_t i = 0; i < s->nsizes; i++)
		TRY(frame_extent(f, s->sizes[i], "a library function's size", &f->values[i]));
	const char *bar = strchr(s->text, '|');
	uint32_t nin = s->nargs - s->noutputs;
	struct run_library_call c = {
		.attributes = bar ? bar + 1 : "",
		.in = f->tensors, .nin = nin,
		.out = f->tensors + nin, .nout = s->noutputs,
		.sizes = f->values, .nsizes = s->nsizes,
		.threads = f->threads, .who = f->who,
	};
	f->library_calls += !s->claims;
	atomic_fetch_add_explicit(&s->runs, 1, memory_order_relaxed);
	return s->library(&c);
}

/* Is [data, data + bytes) inside of storage? */
static bool storage_holds(const struct storage *g, const void *data, int64_t bytes)
{
	uintptr_t at = (uintptr_t)data, first = (uintptr_t)g->data;

	return bytes == 0 || (at >= first && at - first <= g->size &&
		(uint64_t)bytes <= g->size - (at - first));
}

/* A callback gave memory `out` for buffer b: that becomes the buffer, or its bytes are copied. */
static struct weft_error *made_take(struct frame *f, const struct step *s, uint32_t i,
	const struct run_tensor *out)
{
	const struct image *m = &f->x->image;
	const struct abi_tensor *t = &m->tensors[s->tensors[i]];
	uint32_t b = s->args[i];
	bool owned = m->buffers[b].kind == ABI_BUFFER_owned;

	if (owned && (!out->storage || out->rank != t->rank || !out->dims))
		FAIL(WEFT_INTERNAL, "callback '%s': result %u has no memory or another rank",
			s->text,
			i - (s->nargs - s->noutputs));
	int64_t bytes = tensor_bytes(t->dtype, t->rank, owned ? out->dims : f->tensors[i].dims);
	for (uint32_t k = 0; owned && k < t->rank; k++) {
		int64_t want;
		bool known = dim_known(f, m->ints[t->dims + k], &want);
		if (out->dims[k] < 0 || (known && out->dims[k] != want))
			FAIL(WEFT_INTERNAL,
				"callback '%s': dimension %u of result %u is wrong: %lld",
				s->text, k, i - (s->nargs - s->noutputs), (long long)out->dims[k]);
	}
	if (bytes < 0 || (bytes && !out->data) || !storage_holds(out->storage, out->data, bytes))
		FAIL(WEFT_INTERNAL, "callback '%s': result %u does not lie in its memory", s->text,
			i - (s->nargs - s->noutputs));
	if (!owned && m->buffers[b].kind != ABI_BUFFER_output) {
		if (bytes)
			memcpy(f->buffers[b], out->data, (size_t)bytes);
		return NULL;
	}
	/* Dimensions are kept with the storage, so that must be nobody else's. */
	struct storage *mine;
	TRY(storage_wrap(out->data, (size_t)bytes, (void (*)(void *))storage_release, out->storage,
		&mine));
	storage_retain(out->storage);
	storage_release(f->storage[b]);
	f->storage[b] = mine;
	if (t->rank)
		memcpy(mine->dims, out->dims, t->rank * sizeof *mine->dims);
	f->rank[b] = t->rank;
	f->buffers[b] = out->data;
	f->bytes[b] = bytes;
	return frame_place_aliases(f, b);
}

static struct weft_error *step_callback(struct frame *f, struct step *s)
{
	uint32_t nin = s->nargs - s->noutputs;
	struct run_tensor *out = f->tensors + nin;

	TRY(tensors_fill(f, s));
	f->callbacks++;
	atomic_fetch_add_explicit(&s->runs, 1, memory_order_relaxed);
	fp_leave(f->fp);
	struct weft_error *e = s->callback.run(s->callback.arg, f->tensors, nin, out, s->noutputs);
	f->fp = fp_enter();
	for (uint32_t i = 0; i < s->noutputs; i++) {
		uint32_t b = s->args[nin + i];
		bool fresh = out[i].storage || out[i].data != f->buffers[b] ||
			f->x->image.buffers[b].kind == ABI_BUFFER_owned;
		if (!e && fresh && !out[i].storage)
			e = error_make(WEFT_INTERNAL, "callback '%s': result %u has no memory",
				s->text, i);
		if (!e && fresh)
			e = made_take(f, s, nin + i, &out[i]);
		storage_release(out[i].storage);
	}
	return e;
}

/* ---- lists ---------------------------------------------------------------------------------- */

static struct weft_error *step_sizes(struct frame *f, const struct step *s)
{
	struct exe *x = f->x;

	TRY(size_eval(f, s->first, s->count));
	if (x->ndim_checks && s == &x->steps[x->image.program->load_steps])
		TRY(size_check_inputs(f));
	return s->segment ? frame_place(f, &x->segments[s->segment]) : NULL;
}

/* The value of a branch's index or a loop's condition. */
static struct weft_error *index_read(const struct frame *f, const struct step *s, int32_t *out)
{
	uint32_t b = s->args[0];

	if (!f->buffers[b])
		return not_placed(s, b);
	if (f->bytes[b] == 1) {
		*out = *(const unsigned char *)f->buffers[b] != 0;
		return NULL;
	}
	if (f->bytes[b] != 4)
		FAIL(WEFT_INTERNAL, "an index of %lld bytes, expected 1 or 4",
			(long long)f->bytes[b]);
	memcpy(out, f->buffers[b], sizeof *out);
	return NULL;
}

static struct weft_error *list_run(struct frame *f, const struct step *s, uint32_t list,
	unsigned depth)
{
	return steps_run(f, (uint32_t)s->lists[2 * list], (uint32_t)s->lists[2 * list + 1], depth);
}

static struct weft_error *step_if(struct frame *f, const struct step *s, unsigned depth)
{
	int32_t index;

	TRY(index_read(f, s, &index));
	if (index < 0 || (uint32_t)index >= s->count)
		index = (int32_t)s->count - 1;
	uint32_t held = f->nheld;
	struct weft_error *e = list_run(f, s, (uint32_t)index, depth);
	frame_leave(f, held);
	return e;
}

static struct weft_error *step_while(struct frame *f, const struct step *s, unsigned depth)
{
	int32_t go;

	for (;;) {
		TRY(list_run(f, s, 0, depth));
		TRY(index_read(f, s, &go));
		if (!go)
			return NULL;
		TRY(list_run(f, s, 1, depth));
	}
}

struct now {
	uint64_t wall, cpu;           /* ns */
};

static uint64_t clock_ns(clockid_t which)
{
	struct timespec t;

	clock_gettime(which, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static struct now now(void)
{
	return (struct now){ clock_ns(CLOCK_MONOTONIC), clock_ns(CLOCK_PROCESS_CPUTIME_ID) };
}

static void step_timed(const struct exe *x, uint32_t step, struct now start)
{
	struct now end = now();
	uint64_t ns = end.wall - start.wall, cpu = end.cpu - start.cpu;

	run_lock();
	struct step_time *t = &x->times[step];
	t->least = t->runs && t->least < ns ? t->least : ns;
	t->cpu = t->runs && t->cpu < cpu ? t->cpu : cpu;
	t->total += ns;
	t->runs++;
	run_unlock();
}

struct weft_error *steps_run(struct frame *f, uint32_t first, uint32_t count, unsigned depth)
{
	if (depth > ABI_DEPTH_MAX)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "branches and loops are nested more than %d deep",
			ABI_DEPTH_MAX);
	for (uint32_t i = first; i < first + count; i++) {
		struct step *s = &f->x->steps[i];
		bool timed = f->x->times != NULL;
		struct now start = timed ? now() : (struct now){ 0, 0 };
		if (s->nbegins)
			TRY(lives_begin(f, s));
		TRY(stop_asked(&f->asked));
		switch (s->kind) {
		case ABI_STEP_sizes: TRY(step_sizes(f, s)); break;
		case ABI_STEP_kernel: TRY(step_kernel(f, s)); break;
		case ABI_STEP_copy: TRY(step_copy(f, s)); break;
		case ABI_STEP_library: TRY(step_library(f, s)); break;
		case ABI_STEP_callback: TRY(step_callback(f, s)); break;
		case ABI_STEP_if: TRY(step_if(f, s, depth + 1)); break;
		case ABI_STEP_while: TRY(step_while(f, s, depth + 1)); break;
		}
		if (s->nends)
			lives_end(f, s);
		if (timed)
			step_timed(f->x, i, start);
	}
	return NULL;
}
