/* frame.c -- one call's state: values of sizes, addresses of buffers, memory held for the call.
 *
 * Frames are kept with their executable.  At the beginning of a call everything whose place does
 * not depend on sizes gets its address; after each sizes step what waited for it (a segment).
 * Floating buffers of a segment share a block; where they lie in it is computed when the sizes are
 * new and remembered for the last few.  What a branch has placed goes back to the pool when it has
 * run, all other memory at the end. */
#include "base/mem.h"
#include "run/fp.h"
#include "run/run_impl.h"
#include <string.h>

/* Where buffers without bytes lie. */
static _Alignas(ABI_ALIGN) unsigned char nothing[ABI_ALIGN];

int64_t tensor_bytes(uint32_t dtype, uint32_t rank, const int64_t *dims)
{
	int64_t bytes = (int64_t)dtype_size(dtype);
	bool empty = false, over = false;

	for (uint32_t i = 0; i < rank; i++) {
		empty |= dims[i] == 0;
		over |= __builtin_mul_overflow(bytes, dims[i], &bytes);
	}
	return empty ? 0 : over ? -1 : bytes;
}

/* ---- making --------------------------------------------------------------------------------- */

/* A frame's arrays, each with how many elements it has for image m of executable x. */
#define FRAME_ARRAYS(ARRAY)                                                                        \
	ARRAY(input_bytes, m->program->ninputs)                                                    \
	ARRAY(copies, m->program->ninputs)                                                         \
	ARRAY(sizes, m->nsizes)                                                                    \
	ARRAY(defined, m->nsizes)                                                                  \
	ARRAY(buffers, m->nbuffers)                                                                \
	ARRAY(bytes, m->nbuffers)                                                                  \
	ARRAY(storage, m->nbuffers)                                                                \
	ARRAY(rank, m->nbuffers)                                                                   \
	ARRAY(segments, x->nsegments)                                                              \
	ARRAY(held, x->nsegments)                                                                  \
	ARRAY(float_bytes, x->max_floats)                                                          \
	ARRAY(float_offsets, x->max_floats)                                                        \
	ARRAY(args, x->max_args)                                                                   \
	ARRAY(values, x->max_sizes)                                                                \
	ARRAY(tensors, x->max_args)                                                                \
	ARRAY(dims, mem_size(x->max_args, ABI_RANK_MAX))

static struct weft_error *frame_new(struct exe *x, struct frame **out)
{
	const struct image *m = &x->image;
	struct frame *f = mem_alloc(sizeof *f);

	if (!f)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for a call");
	f->x = x;
	f->scratch = mem_alloc_aligned(ABI_ALIGN, x->max_scratch);
	bool whole = f->scratch != NULL;
#define ARRAY(field, n)                                                                            \
	f->field = mem_alloc(mem_size(n, sizeof *f->field));                                       \
	whole = whole && f->field;
	FRAME_ARRAYS(ARRAY)
#undef ARRAY
	if (!whole) {
		frame_free(f);
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for a call");
	}
	*out = f;
	return NULL;
}

void frame_free(struct frame *f)
{
#define ARRAY(field, n) mem_free(f->field);
	FRAME_ARRAYS(ARRAY)
#undef ARRAY
	mem_free(f->scratch);
	mem_free(f);
}

/* Words of a pool_seen that threads can set bits of. */
static size_t seen_words(unsigned threads)
{
	return (threads + 63) / 64;
}

struct weft_error *frame_get(struct exe *x, unsigned threads, struct frame **out)
{
	if (!threads)
		threads = pool_default_threads();
	if (threads > POOL_THREADS_MAX)
		threads = POOL_THREADS_MAX;
	run_lock();
	struct frame *f = x->frames;
	if (f)
		x->frames = f->next;
	if (x->seen_threads != threads) {
		x->seen_threads = threads;
		x->seen_tries = 0;
		memset(&x->seen, 0, sizeof x->seen);
	}
	bool gather = threads > 1 && x->seen_tries < 3 && pool_seen_count(&x->seen) < threads;
	run_unlock();
	if (!f)
		TRY(frame_new(x, &f));
	f->threads = threads;
	f->who = POOL_own;
	f->gather = gather;
	f->gathered = false;
	f->loading = false;
	f->arena_bytes = 0;
	f->used_bytes = f->most_bytes = 0;
	f->nheld = 0;
	f->asked = 0;
	f->kernels = f->library_calls = f->callbacks = f->placements = 0;
	memset(f->seen.bits, 0, seen_words(threads) * sizeof *f->seen.bits);
	f->fp = fp_enter();
	*out = f;
	return NULL;
}

static void storage_drop(struct storage **list, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (list[i]) {
			storage_release(list[i]);
			list[i] = NULL;
		}
}

void frame_put(struct frame *f)
{
	struct exe *x = f->x;

	fp_leave(f->fp);
	storage_drop(f->storage, x->image.nbuffers);
	storage_drop(f->segments, x->nsegments);
	storage_drop(f->copies, x->image.program->ninputs);
	storage_release(f->arena);
	f->arena = NULL;
	f->in = NULL;
	run_lock();
	if (!f->loading) {
		x->runs++;
		x->arena = f->most_bytes;
		x->kernels += f->kernels;
		x->library_calls += f->library_calls;
		x->callbacks += f->callbacks;
		x->placements += f->placements;
		x->seen_tries += f->gathered;
		for (size_t i = 0; x->seen_threads == f->threads && i < seen_words(f->threads); i++)
			x->seen.bits[i] |= f->seen.bits[i];
	}
	f->next = x->frames;
	x->frames = f;
	run_unlock();
}

/* ---- extents -------------------------------------------------------------------------------- */

struct weft_error *frame_extent(const struct frame *f, int64_t e, const char *what, int64_t *out)
{
	if (e >= 0) {
		*out = e;
		return NULL;
	}
	e = -1 - e;
	if (!f->defined[e])
		FAIL(WEFT_INTERNAL, "%s is size %lld, which is not known yet", what, (long long)e);
	*out = f->sizes[e];
	if (*out >= 0)
		return NULL;
	const char *text = f->x->image.strings + f->x->image.sizes[e].text;
	if (*text)
		FAIL(WEFT_INVALID_ARGUMENT, "%s: the size is %lld, below 0", text, (long long)*out);
	FAIL(WEFT_INVALID_ARGUMENT, "%s is %lld, below 0", what, (long long)*out);
}

struct weft_error *frame_dims(const struct frame *f, const struct abi_tensor *t, int64_t *dims)
{
	for (uint32_t i = 0; i < t->rank; i++) {
		int64_t e = f->x->image.ints[t->dims + i];
		if (e != ABI_UNKNOWN)
			TRY(frame_extent(f, e, "a dimension", &dims[i]));
		else if (f->storage[t->buffer] && i < f->rank[t->buffer])
			dims[i] = f->storage[t->buffer]->dims[i];
		else
			FAIL(WEFT_INTERNAL, "buffer %u is not made yet", t->buffer);
	}
	return NULL;
}

/* ---- placing -------------------------------------------------------------------------------- */

static void used_add(struct frame *f, size_t bytes)
{
	f->used_bytes += bytes;
	if (f->used_bytes > f->most_bytes)
		f->most_bytes = f->used_bytes;
}

static struct weft_error *arena_get(struct frame *f)
{
	TRY(frame_extent(f, f->x->image.program->arena, "the arena", &f->arena_bytes));
	storage_release(f->arena);
	f->arena = NULL;
	used_add(f, (size_t)f->arena_bytes);
	if (f->arena_bytes)
		TRY(storage_create((size_t)f->arena_bytes, &f->arena));
	return NULL;
}

/* Memory of output b: the donated input's where it fits and is aligned as it has to be, else of the
 * pool. */
static struct weft_error *output_place(struct frame *f, uint32_t b, int64_t bytes)
{
	const struct image *m = &f->x->image;
	const struct abi_tensor *t = &m->tensors[m->program->ninputs + m->buffers[b].index];

	if (f->loading)
		return NULL;
	storage_release(f->storage[b]);
	f->storage[b] = NULL;
	if (t->alias) {
		const struct run_tensor *in = &f->in[t->alias - 1];
		bool anywhere = m->buffers[b].flags & ABI_BUFFER_ANYWHERE;
		if (in->donated && (!in->storage || !storage_shared(in->storage)) &&
		    (anywhere || (uintptr_t)in->data % ABI_ALIGN == 0) &&
		    f->input_bytes[t->alias - 1] == bytes && !f->copies[t->alias - 1]) {
			if (in->storage)
				storage_retain(in->storage);
			f->storage[b] = in->storage;
			f->buffers[b] = in->data;
			return NULL;
		}
	}
	TRY(storage_create((size_t)bytes, &f->storage[b]));
	f->buffers[b] = f->storage[b]->data;
	return NULL;
}

static struct weft_error *too_large(uint32_t b, const char *where)
{
	return error_make(WEFT_INTERNAL, "buffer %u ends after %s", b, where);
}

static struct weft_error *arena_place(struct frame *f, uint32_t b, int64_t bytes)
{
	int64_t offset;

	TRY(frame_extent(f, f->x->image.buffers[b].offset, "an offset", &offset));
	if (offset % ABI_ALIGN)
		FAIL(WEFT_INTERNAL, "buffer %u: offset %lld is not aligned", b, (long long)offset);
	if (offset > f->arena_bytes || bytes > f->arena_bytes - offset)
		return too_large(b, "the arena");
	f->buffers[b] = bytes ? (unsigned char *)f->arena->data + offset : nothing;
	return NULL;
}

static struct weft_error *alias_place(struct frame *f, uint32_t b, int64_t bytes)
{
	const struct abi_buffer *r = &f->x->image.buffers[b];
	int64_t offset;

	TRY(frame_extent(f, r->offset, "an offset", &offset));
	if (!f->buffers[r->index])
		/* of an input or output, in the load program; or not made yet */
		return NULL;
	if (offset > f->bytes[r->index] || bytes > f->bytes[r->index] - offset)
		return too_large(b, "the buffer it is part of");
	f->buffers[b] = bytes ? (unsigned char *)f->buffers[r->index] + offset : nothing;
	return NULL;
}

static struct weft_error *buffer_place(struct frame *f, uint32_t b)
{
	const struct exe *x = f->x;
	const struct abi_buffer *r = &x->image.buffers[b];
	int64_t bytes;

	if (r->kind == ABI_BUFFER_owned) {      /* placed when its callback has made it */
		f->buffers[b] = NULL;
		return NULL;
	}
	TRY(frame_extent(f, r->bytes, "a buffer's size", &bytes));
	f->buffers[b] = NULL;
	f->bytes[b] = bytes;
	switch ((enum abi_buffer_kind)r->kind) {
	case ABI_BUFFER_arena:
		return arena_place(f, b, bytes);
	case ABI_BUFFER_input:
		if (f->loading)
			return NULL;
		if (bytes > f->input_bytes[r->index])
			return too_large(b, "the argument");
		f->buffers[b] = f->copies[r->index] ? f->copies[r->index]->data :
			bytes ? f->in[r->index].data : nothing;
		return NULL;
	case ABI_BUFFER_output:
		return x->delayed[b] ? NULL : output_place(f, b, bytes);
	case ABI_BUFFER_slot:
		f->buffers[b] = bytes ? x->slots[r->index] : nothing;
		return NULL;
	case ABI_BUFFER_persistent:
		f->buffers[b] = x->persistent[b]->data;
		return NULL;
	case ABI_BUFFER_alias:
		return alias_place(f, b, bytes);
	case ABI_BUFFER_owned:
		break;
	}
	return NULL;
}

static bool extent_known(const struct frame *f, int64_t e)
{
	return e >= 0 || f->defined[-1 - e];
}

struct weft_error *frame_place_aliases(struct frame *f, uint32_t b)
{
	const struct image *m = &f->x->image;

	for (uint32_t i = 0; i < m->nbuffers; i++) {
		const struct abi_buffer *r = &m->buffers[i];
		if (r->kind == ABI_BUFFER_alias && r->index == b && extent_known(f, r->bytes) &&
		    extent_known(f, r->offset))
			TRY(buffer_place(f, i));
	}
	return NULL;
}

struct weft_error *frame_place_delayed(struct frame *f, uint32_t b)
{
	const struct abi_buffer *r = &f->x->image.buffers[b];

	if (r->kind == ABI_BUFFER_output)
		return f->bytes[b] < 0 ? NULL : output_place(f, b, f->bytes[b]);
	return extent_known(f, r->bytes) && extent_known(f, r->offset) ? buffer_place(f, b) : NULL;
}

/* Offsets for f->float_bytes: remembered ones, or new ones, which are then remembered. */
static bool placement_find(struct frame *f, struct segment *s, size_t *total)
{
	size_t n = s->nfloats * sizeof *f->float_bytes;
	bool found = false;

	run_lock();
	for (int c = 0; c < RUN_CACHED_PLACEMENTS && !found; c++) {
		struct placement *p = &s->cache[c];
		if (!p->stamp || memcmp(p->bytes, f->float_bytes, n) != 0)
			continue;
		memcpy(f->float_offsets, p->offsets, n);
		*total = p->total;
		p->stamp = ++f->x->stamp;
		found = true;
	}
	run_unlock();
	return found;
}

static void placement_keep(struct frame *f, struct segment *s, size_t total)
{
	size_t n = s->nfloats * sizeof *f->float_bytes;

	run_lock();
	struct placement *p = &s->cache[0];
	for (int c = 1; c < RUN_CACHED_PLACEMENTS; c++)
		if (s->cache[c].stamp < p->stamp)
			p = &s->cache[c];
	memcpy(p->bytes, f->float_bytes, n);
	memcpy(p->offsets, f->float_offsets, n);
	p->total = total;
	p->stamp = ++f->x->stamp;
	run_unlock();
}

static struct weft_error *placement_make(struct frame *f, struct segment *s, size_t *total)
{
	struct interval *v = mem_alloc(mem_size(s->nfloats, sizeof *v));
	uint32_t *order = mem_alloc(mem_size(s->nfloats, sizeof *order));
	int64_t all = -1;

	if (v && order) {
		for (uint32_t i = 0; i < s->nfloats; i++) {
			const struct abi_buffer *r = &f->x->image.buffers[s->floats[i]];
			v[i] = (struct interval){ r->first, r->last, f->float_bytes[i], 0 };
		}
		all = place_intervals(v, s->nfloats, order);
		for (uint32_t i = 0; i < s->nfloats; i++)
			f->float_offsets[i] = v[i].offset;
	}
	mem_free(v);
	mem_free(order);
	if (all < 0)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for buffers of these sizes");
	*total = (size_t)all;
	f->placements++;
	placement_keep(f, s, *total);
	return NULL;
}

/* Its block, if it has one, goes back: the one placed last is that most often. */
static void segment_release(struct frame *f, uint32_t index)
{
	uint32_t at = f->nheld;

	if (!f->segments[index])
		return;
	while (f->held[--at] != index)
		;
	f->nheld--;
	memmove(f->held + at, f->held + at + 1, (f->nheld - at) * sizeof *f->held);
	f->used_bytes -= f->segments[index]->size;
	storage_release(f->segments[index]);
	f->segments[index] = NULL;
}

void frame_leave(struct frame *f, uint32_t nheld)
{
	const struct exe *x = f->x;

	if (f->nheld <= nheld)
		return;
	while (f->nheld > nheld) {
		const struct segment *s = &x->segments[f->held[f->nheld - 1]];
		for (uint32_t i = 0; i < s->nfloats; i++)
			f->buffers[s->floats[i]] = NULL;
		segment_release(f, f->held[f->nheld - 1]);
	}
	for (uint32_t i = 0; i < x->naliases; i++)
		if (!f->buffers[x->image.buffers[x->aliases[i]].index])
			f->buffers[x->aliases[i]] = NULL;
}

static struct weft_error *floats_place(struct frame *f, struct segment *s)
{
	uint32_t index = (uint32_t)(s - f->x->segments);
	size_t total = 0;

	for (uint32_t i = 0; i < s->nfloats; i++)
		TRY(frame_extent(f, f->x->image.buffers[s->floats[i]].bytes, "a buffer's size",
			&f->float_bytes[i]));
	if (!placement_find(f, s, &total))
		TRY(placement_make(f, s, &total));
	segment_release(f, index);
	TRY(storage_create(total, &f->segments[index]));
	f->held[f->nheld++] = index;
	used_add(f, total);
	for (uint32_t i = 0; i < s->nfloats; i++) {
		uint32_t b = s->floats[i];
		f->bytes[b] = f->float_bytes[i];
		f->buffers[b] = (unsigned char *)f->segments[index]->data + f->float_offsets[i];
	}
	return NULL;
}

struct weft_error *frame_place(struct frame *f, struct segment *s)
{
	if (s->arena)
		TRY(arena_get(f));
	if (s->nfloats)
		TRY(floats_place(f, s));
	for (uint32_t i = 0; i < s->nfixed; i++)
		TRY(buffer_place(f, s->fixed[i]));
	return NULL;
}

struct weft_error *frame_begin(struct frame *f)
{
	const struct exe *x = f->x;

	memset(f->defined, 0, x->image.nsizes);
	for (uint32_t b = 0; x->nsegments > 1 && b < x->image.nbuffers; b++)
		if (x->late[b]) {
			f->buffers[b] = NULL;
			f->bytes[b] = -1;
		}
	return frame_place(f, &x->segments[0]);
}
