/* exe.c -- makes an executable of an artifact and answers questions on its signature.
 *
 * Loading: copy, check (image.c), map the code, resolve steps, find out which buffers wait for
 * which sizes step (a segment each), bind constants, run the load program.  Code is written to
 * fresh pages which are then made executable and never writable again. */
#include "base/mem.h"
#include "run/library.h"
#include "run/run_impl.h"
#include <string.h>
#include <sys/mman.h>

#define BAD(...) FAIL(WEFT_INVALID_ARGUMENT, "artifact: " __VA_ARGS__)

abi_kernel_fn *const *exe_test_kernels;

static struct weft_error *no_memory(void)
{
	return error_make(WEFT_RESOURCE_EXHAUSTED, "no memory to load an artifact");
}

/* ---- code and steps ------------------------------------------------------------------------- */

static struct weft_error *code_map(struct exe *x)
{
	const struct image *m = &x->image;

	if (!m->ncode)
		return NULL;
	void *p = mmap(NULL, m->ncode, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return no_memory();
	x->code = p;
	x->code_bytes = m->ncode;
	memcpy(p, m->code, m->ncode);
	__builtin___clear_cache((char *)p, (char *)p + m->ncode);
	if (mprotect(p, m->ncode, PROT_READ | PROT_EXEC) != 0)
		FAIL(WEFT_PERMISSION_DENIED, "this system does not let code be made executable");
	return NULL;
}

static void kernel_resolve(struct exe *x, struct step *s, uint32_t index)
{
	const struct abi_kernel *k = &x->image.kernels[index];
	void *entry = x->code + k->entry;

	if (exe_test_kernels)
		s->fn = exe_test_kernels[index];
	else
		*(void **)(void *)&s->fn = entry;
	s->scratch = k->scratch;
	s->text = x->image.strings + k->name;
	if (k->scratch > x->max_scratch)
		x->max_scratch = k->scratch;
}

static struct weft_error *step_resolve(struct exe *x, uint32_t i)
{
	const struct image *m = &x->image;
	const struct abi_step *a = &m->steps[i];
	struct step *s = &x->steps[i];

	s->kind = (enum abi_step_kind)a->kind;
	s->small = a->flags & ABI_STEP_SMALL;
	s->nargs = a->nargs;
	s->noutputs = a->noutputs;
	s->nsizes = a->nsizes;
	s->args = x->indices + a->args;
	s->sizes = m->ints + a->sizes;
	s->chunks = a->chunks;
	s->text = m->strings + a->text;
	s->first = a->index;
	s->count = s->kind == ABI_STEP_while ? 2 : a->count;
	if (a->nargs > x->max_args)
		x->max_args = a->nargs;
	if (a->nsizes > x->max_sizes)
		x->max_sizes = a->nsizes;
	switch (s->kind) {
	case ABI_STEP_kernel:
		kernel_resolve(x, s, a->index);
		return NULL;
	case ABI_STEP_if:
	case ABI_STEP_while:
		s->lists = m->ints + a->index;
		return NULL;
	case ABI_STEP_library:
		s->tensors = x->indices + a->index;
		s->library = registry_library(s->text);
		s->claims = library_claims(s->library);
		if (!s->library)
			FAIL(WEFT_FAILED_PRECONDITION, "this runtime has no function '%s'",
				s->text);
		return NULL;
	case ABI_STEP_callback:
		s->tensors = x->indices + a->index;
		return run_resolve(s->text, &s->callback);
	case ABI_STEP_sizes:
	case ABI_STEP_copy:
		return NULL;
	}
	return NULL;
}

static struct weft_error *steps_resolve(struct exe *x)
{
	const struct image *m = &x->image;

	x->steps = mem_alloc(mem_size(m->nsteps, sizeof *x->steps));
	x->indices = mem_alloc(mem_size(m->nints, sizeof *x->indices));
	if (!x->steps || !x->indices)
		return no_memory();
	for (uint32_t i = 0; i < m->nints; i++)
		x->indices[i] = m->ints[i] < 0 || m->ints[i] > UINT32_MAX ? RUN_NONE :
			(uint32_t)m->ints[i];
	for (uint32_t i = 0; i < m->nsteps; i++)
		TRY(step_resolve(x, i));
	return NULL;
}

/* ---- segments ------------------------------------------------------------------------------- */

/* Which sizes step makes each entry of the size table known: main steps before bodies, and both
 * before the load program, whose values do not outlive it. */
static void makers_find(const struct exe *x, uint32_t *maker)
{
	const struct image *m = &x->image;

	for (uint32_t i = 0; i < m->nsizes; i++)
		maker[i] = RUN_NONE;
	for (uint32_t i = m->program->load_steps; i < m->nsteps; i++) {
		const struct step *s = &x->steps[i];
		for (uint32_t e = 0; s->kind == ABI_STEP_sizes && e < s->count; e++)
			if (maker[s->first + e] == RUN_NONE)
				maker[s->first + e] = i;
	}
}

/* The later of *step (0: none yet) and the step that makes e known, as 1 + its index. */
static struct weft_error *later(const uint32_t *maker, int64_t e, uint32_t buffer, uint32_t *step)
{
	if (e >= 0)
		return NULL;
	uint32_t at = maker[-1 - e];
	if (at == RUN_NONE)
		BAD("buffer %u: its size or offset is never computed", buffer);
	if (at + 1 > *step)
		*step = at + 1;
	return NULL;
}

/* 1 + the sizes step after which buffer b can be placed; 0: at the beginning. */
static struct weft_error *buffer_step(const struct exe *x, const uint32_t *maker, uint32_t b,
	uint32_t *step)
{
	const struct abi_buffer *r = &x->image.buffers[b];
	bool floats = r->flags & ABI_BUFFER_FLOATS;

	if (r->kind == ABI_BUFFER_owned)
		return NULL;
	TRY(later(maker, r->bytes, b, step));
	if (r->kind == ABI_BUFFER_alias) {
		TRY(later(maker, r->offset, b, step));
		return buffer_step(x, maker, r->index, step);    /* which is no alias */
	}
	if (r->kind == ABI_BUFFER_arena && !floats) {
		TRY(later(maker, r->offset, b, step));
		return later(maker, x->image.program->arena, b, step);
	}
	return NULL;
}

static bool buffer_floats(const struct abi_buffer *b)
{
	return b->kind == ABI_BUFFER_arena && (b->flags & ABI_BUFFER_FLOATS);
}

/* Counts the buffers of segment s, and lists them where there are lists: others before aliases,
 * which look at them. */
static void segment_list(const struct exe *x, struct segment *g, uint32_t s, const uint32_t *where)
{
	uint32_t n = x->image.nbuffers, nfloats = 0, nfixed = 0;

	for (uint32_t k = 0; k < 2 * n; k++) {
		uint32_t b = k % n;
		const struct abi_buffer *r = &x->image.buffers[b];
		if (where[b] != s || (r->kind == ABI_BUFFER_alias) != (k >= n))
			continue;
		x->late[b] = s != 0;
		if (buffer_floats(r)) {
			if (g->floats)
				g->floats[nfloats] = b;
			nfloats++;
		} else {
			if (g->fixed)
				g->fixed[nfixed] = b;
			nfixed++;
		}
	}
	g->nfloats = nfloats;
	g->nfixed = nfixed;
}

static struct weft_error *segment_fill(struct exe *x, uint32_t s, const uint32_t *where)
{
	struct segment *g = &x->segments[s];

	segment_list(x, g, s, where);
	g->floats = mem_alloc(mem_size(g->nfloats, sizeof *g->floats));
	g->fixed = mem_alloc(mem_size(g->nfixed, sizeof *g->fixed));
	if (!g->floats || !g->fixed)
		return no_memory();
	segment_list(x, g, s, where);
	if (g->nfloats > x->max_floats)
		x->max_floats = g->nfloats;
	for (int c = 0; c < RUN_CACHED_PLACEMENTS; c++) {
		g->cache[c].bytes = mem_alloc(mem_size(g->nfloats, sizeof(int64_t)));
		g->cache[c].offsets = mem_alloc(mem_size(g->nfloats, sizeof(int64_t)));
		if (!g->cache[c].bytes || !g->cache[c].offsets)
			return no_memory();
	}
	return NULL;
}

/* where[b]: first 1 + the step buffer b waits for, then the segment of that step. */
static struct weft_error *segments_number(struct exe *x, const uint32_t *maker, uint32_t *where)
{
	const struct image *m = &x->image;
	uint32_t arena = 0;

	for (uint32_t b = 0; b < m->nbuffers; b++)
		TRY(buffer_step(x, maker, b, &where[b]));
	if (m->nbuffers)
		TRY(later(maker, m->program->arena, 0, &arena));
	x->nsegments = 1;
	for (uint32_t i = 0; i < m->nsteps; i++) {
		bool used = arena == i + 1;
		for (uint32_t b = 0; x->steps[i].kind == ABI_STEP_sizes && b < m->nbuffers; b++)
			used |= where[b] == i + 1;
		if (used)
			x->steps[i].segment = x->nsegments++;
	}
	for (uint32_t b = 0; b < m->nbuffers; b++)
		where[b] = where[b] ? x->steps[where[b] - 1].segment : 0;
	x->segments = mem_alloc(mem_size(x->nsegments, sizeof *x->segments));
	if (!x->segments)
		return no_memory();
	x->segments[arena ? x->steps[arena - 1].segment : 0].arena = true;
	x->late = mem_alloc(m->nbuffers);
	x->aliases = mem_alloc(mem_size(m->nbuffers, sizeof *x->aliases));
	if (!x->late || !x->aliases)
		return no_memory();
	for (uint32_t b = 0; b < m->nbuffers; b++)
		if (m->buffers[b].kind == ABI_BUFFER_alias)
			x->aliases[x->naliases++] = b;
	for (uint32_t s = 0; s < x->nsegments; s++)
		TRY(segment_fill(x, s, where));
	return NULL;
}

static struct weft_error *segments_make(struct exe *x)
{
	uint32_t *maker = mem_alloc(mem_size(x->image.nsizes, sizeof *maker));
	uint32_t *where = mem_alloc(mem_size(x->image.nbuffers, sizeof *where));
	struct weft_error *e;

	if (!maker || !where) {
		e = no_memory();
	} else {
		makers_find(x, maker);
		e = segments_number(x, maker, where);
	}
	mem_free(maker);
	mem_free(where);
	return e;
}

/* ---- signature ------------------------------------------------------------------------------ */

/* Bytes of inputs without symbols, and the dimensions to be compared at each call. */
static struct weft_error *inputs_prepare(struct exe *x)
{
	const struct image *m = &x->image;
	uint32_t n = m->program->ninputs, total = 0;

	for (uint32_t i = 0; i < n; i++)
		total += m->tensors[i].rank;
	x->input_bytes = mem_alloc(mem_size(n, sizeof *x->input_bytes));
	x->dim_checks = mem_alloc(mem_size(total, sizeof *x->dim_checks));
	if (!x->input_bytes || !x->dim_checks)
		return no_memory();
	for (uint32_t i = 0; i < n; i++) {
		const struct abi_tensor *t = &m->tensors[i];
		bool symbolic = false;
		for (uint32_t k = 0; k < t->rank; k++) {
			int64_t e = m->ints[t->dims + k];
			if (e >= 0)
				continue;
			symbolic = true;
			const struct abi_size *s = &m->sizes[-1 - e];
			if (s->op != ABI_SIZE_input || s->a != i || s->b != k)
				x->dim_checks[x->ndim_checks++] = (struct dim_check){ i, k, e };
		}
		x->input_bytes[i] = symbolic ? -1 :
			tensor_bytes(t->dtype, t->rank, t->rank ? m->ints + t->dims : NULL);
	}
	return NULL;
}

/* Of several results in one buffer the last takes it, the others are copies. */
static struct weft_error *outputs_prepare(struct exe *x)
{
	const struct image *m = &x->image;
	uint32_t first = m->program->ninputs, n = m->program->noutputs;
	uint32_t *last = mem_alloc(mem_size(m->nbuffers, sizeof *last));

	x->takes = mem_alloc(n);
	if (last && x->takes) {
		for (uint32_t i = 0; i < n; i++)
			last[m->tensors[first + i].buffer] = i;
		for (uint32_t i = 0; i < n; i++)
			x->takes[i] = last[m->tensors[first + i].buffer] == i;
	}
	mem_free(last);
	return last && x->takes ? NULL : no_memory();
}

static struct run_type type_of(const struct exe *x, uint32_t index)
{
	const struct abi_tensor *t = &x->image.tensors[index];

	return (struct run_type){
		.dtype = (enum weft_dtype)t->dtype,
		.rank = t->rank,
		.dims = t->rank ? x->image.ints + t->dims : NULL,
		.name = x->image.strings + t->name,
		.alias = t->alias,
	};
}

uint32_t exe_inputs(const struct exe *x)
{
	return x->image.program->ninputs;
}

uint32_t exe_outputs(const struct exe *x)
{
	return x->image.program->noutputs;
}

struct run_type exe_input(const struct exe *x, uint32_t i)
{
	if (i >= exe_inputs(x))
		return (struct run_type){ .name = "" };
	return type_of(x, i);
}

struct run_type exe_output(const struct exe *x, uint32_t i)
{
	if (i >= exe_outputs(x))
		return (struct run_type){ .name = "" };
	return type_of(x, exe_inputs(x) + i);
}

uint32_t exe_constants(const struct exe *x)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < x->image.nslots; i++)
		n += x->image.slots[i].kind == ABI_SLOT_bound;
	return n;
}

struct run_type exe_constant(const struct exe *x, uint32_t i)
{
	for (uint32_t k = 0; k < x->image.nslots; k++)
		if (x->image.slots[k].kind == ABI_SLOT_bound && !i--) {
			struct run_type t = type_of(x, x->image.slots[k].tensor);
			t.name = x->image.strings + x->image.slots[k].name;
			return t;
		}
	return (struct run_type){ .name = "" };
}

const char *exe_backend(const struct exe *x)
{
	return x->image.strings + x->image.header->backend;
}

uint32_t exe_kernels(const struct exe *x)
{
	return x->image.nkernels;
}

uint32_t exe_launches(const struct exe *x)
{
	const struct abi_program *p = x->image.program;
	uint32_t n = 0;

	for (uint32_t i = 0; p && i < p->main_steps; i++)
		n += x->image.steps[p->load_steps + i].kind != ABI_STEP_sizes;
	return n;
}

bool exe_small(const struct exe *x)
{
	const struct abi_program *p = x->image.program;

	for (uint32_t i = 0; i < p->main_steps; i++) {
		const struct step *s = &x->steps[p->load_steps + i];
		if (s->kind != ABI_STEP_sizes && (s->kind != ABI_STEP_kernel || !s->small))
			return false;
	}
	return p->main_steps && p->main_steps <= RUN_SMALL_STEPS;
}

const void *exe_artifact(const struct exe *x, size_t *size)
{
	*size = x->image.header->size;
	return x->bytes;
}

const void *exe_bytes(const struct exe *x, enum abi_section_kind kind, size_t *size)
{
	if (kind == ABI_EXPLAIN) {
		*size = x->image.nexplain;
		return x->image.explain;
	}
	*size = kind == ABI_TEXT ? x->image.ntext : 0;
	return kind == ABI_TEXT ? x->image.text : NULL;
}

/* ---- life ----------------------------------------------------------------------------------- */

static struct weft_error *exe_make(struct exe *x, const void *bytes, size_t size,
	const struct run_load *o)
{
	x->bytes = mem_alloc_aligned(ABI_ALIGN, size);
	if (!x->bytes)
		return no_memory();
	if (size)
		memcpy(x->bytes, bytes, size);
	TRY(image_open(x->bytes, size, &x->image));
	if (!x->image.program)
		BAD("it holds no program to run (backend '%s')", exe_backend(x));
	TRY(image_check_machine(&x->image));
	TRY(code_map(x));
	TRY(steps_resolve(x));
	TRY(segments_make(x));
	TRY(lives_make(x));
	TRY(inputs_prepare(x));
	TRY(outputs_prepare(x));
	TRY(exe_bind(x, o));
	return load_program_run(x, o);
}

struct weft_error *exe_load(const void *bytes, size_t size, const struct run_load *o,
	struct exe **out)
{
	struct exe *x = mem_alloc(sizeof *x);

	if (!x)
		return no_memory();
	atomic_init(&x->refs, 1);
	struct weft_error *e = exe_make(x, bytes, size, o);
	if (e) {
		exe_release(x);
		return e;
	}
	*out = x;
	return NULL;
}

void exe_retain(struct exe *x)
{
	atomic_fetch_add_explicit(&x->refs, 1, memory_order_relaxed);
}

static void segments_free(struct exe *x)
{
	for (uint32_t s = 0; x->segments && s < x->nsegments; s++) {
		for (int c = 0; c < RUN_CACHED_PLACEMENTS; c++) {
			mem_free(x->segments[s].cache[c].bytes);
			mem_free(x->segments[s].cache[c].offsets);
		}
		mem_free(x->segments[s].floats);
		mem_free(x->segments[s].fixed);
	}
	mem_free(x->segments);
}

void exe_release(struct exe *x)
{
	if (!x || atomic_fetch_sub_explicit(&x->refs, 1, memory_order_acq_rel) != 1)
		return;
	while (x->frames) {
		struct frame *f = x->frames;
		x->frames = f->next;
		frame_free(f);
	}
	for (uint32_t i = 0; x->steps && i < x->image.nsteps; i++)
		if (x->steps[i].callback.free)
			x->steps[i].callback.free(x->steps[i].callback.arg);
	load_free(x);
	exe_unbind(x);
	segments_free(x);
	mem_free(x->late);
	mem_free(x->lives);
	mem_free(x->delayed);
	mem_free(x->aliases);
	mem_free(x->times);
	mem_free(x->takes);
	mem_free(x->dim_checks);
	mem_free(x->input_bytes);
	mem_free(x->steps);
	mem_free(x->indices);
	if (x->code)
		munmap(x->code, x->code_bytes);
	mem_free(x->bytes);
	mem_free(x);
}

struct exe_stats exe_stats_get(const struct exe *x)
{
	run_lock();
	struct exe_stats s = {
		.runs = x->runs,
		.kernels = x->kernels,
		.library_calls = x->library_calls,
		.callbacks = x->callbacks,
		.threads = pool_seen_count(&x->seen),
		.arena = x->arena,
		.placements = x->placements,
	};
	run_unlock();
	return s;
}

void exe_counts_each(const struct exe *x,
	void (*fn)(void *arg, enum abi_step_kind kind, const char *name, uint64_t count), void *arg)
{
	char name[256];

	for (uint32_t i = 0; i < x->image.nsteps; i++) {
		const struct step *s = &x->steps[i];
		if ((s->kind != ABI_STEP_library && s->kind != ABI_STEP_callback) || s->claims)
			continue;
		snprintf(name, sizeof name, "%.*s", (int)strcspn(s->text, "|"), s->text);
		fn(arg, s->kind, name, atomic_load_explicit(&s->runs, memory_order_relaxed));
	}
}

struct weft_error *exe_times_start(struct exe *x)
{
	struct step_time *times = mem_alloc(mem_size(x->image.nsteps + 1, sizeof *times));

	if (!times)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for times of steps");
	run_lock();
	mem_free(x->times);
	x->times = times;
	run_unlock();
	return NULL;
}

void exe_times_each(
	const struct exe *x, void (*fn)(void *arg, const struct exe_time *t), void *arg)
{
	for (uint32_t i = 0; x->times && i < x->image.nsteps; i++) {
		const struct step *s = &x->steps[i];
		run_lock();
		struct step_time t = x->times[i];
		run_unlock();
		if (!t.runs)
			continue;
		fn(arg, &(struct exe_time){
			.kind = s->kind,
			.name = s->text ? s->text : "",
			.kernel = s->kind == ABI_STEP_kernel ? x->image.steps[i].index : 0,
			.runs = t.runs,
			.total_ns = t.total,
			.least_ns = t.least,
			.cpu_ns = t.cpu,
		});
	}
}
