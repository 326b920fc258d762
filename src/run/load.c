/* load.c -- the load program: what follows from constants, made once, and shared between
 * executables.
 *
 * What a step makes is known by its code and by what its inputs are known by, constants by their
 * contents: two executables that fold or pack equal constants in the same way keep one copy of the
 * result, whatever else they are.  Steps whose results are all there already are not run.  A result
 * stays as long as an executable has it. */
#include "base/hash.h"
#include "base/mem.h"
#include "run/run_impl.h"
#include <string.h>

/* ---- what is shared ------------------------------------------------------------------------- */

struct share {
	uint64_t key;
	struct storage *storage;
	uint64_t users;
	struct share *next;
};
static struct share *shares;             /* under run_lock */

static struct share **share_at(uint64_t key, const struct storage *s, size_t size)
{
	struct share **at = &shares;

	while (*at && ((*at)->key != key || (s && (*at)->storage != s) ||
			      (!s && (*at)->storage->size != size)))
		at = &(*at)->next;
	return at;
}

/* The storage of that key with a reference, or NULL. */
static struct storage *share_find(uint64_t key, size_t size)
{
	run_lock();
	struct share *s = *share_at(key, NULL, size);
	if (s) {
		s->users++;
		storage_retain(s->storage);
	}
	run_unlock();
	return s ? s->storage : NULL;
}

/* Others may have mine (taken) from now on; the one to use, of somebody who was faster.  Without
 * memory it is not shared. */
static struct storage *share_add(uint64_t key, struct storage *mine)
{
	struct storage *theirs = share_find(key, mine->size);
	struct share *s = theirs ? NULL : mem_alloc(sizeof *s);

	if (theirs) {
		storage_release(mine);
		return theirs;
	}
	if (!s)
		return mine;
	*s = (struct share){ .key = key, .storage = mine, .users = 1 };
	run_lock();
	s->next = shares;
	shares = s;
	run_unlock();
	return mine;
}

static void share_drop(uint64_t key, const struct storage *storage)
{
	struct share *gone = NULL;

	run_lock();
	struct share **at = share_at(key, storage, 0);
	if (*at && --(*at)->users == 0) {
		gone = *at;
		*at = gone->next;
	}
	run_unlock();
	mem_free(gone);
}

/* ---- keys ----------------------------------------------------------------------------------- */

struct load {
	struct exe *x;
	uint64_t *keys;                  /* by buffer; 0: of nobody else's concern */
	unsigned char *needed;           /* by buffer: a step has to make it */
	unsigned char *runs;             /* by step */
};

static void slot_key(void *arg, int64_t first, int64_t last, unsigned char *scratch)
{
	const struct load *l = arg;
	const struct image *m = &l->x->image;

	(void)scratch;
	for (int64_t b = first; b < last; b++) {
		const struct abi_buffer *r = &m->buffers[b];
		if (r->kind == ABI_BUFFER_slot && l->needed[b])
			l->keys[b] = hash_bytes(l->x->slots[r->index],
				(size_t)m->slots[r->index].bytes, m->slots[r->index].bytes) | 1;
	}
}

/* Constants that steps of the load program read. */
static void slots_key(struct load *l, const struct run_load *o)
{
	const struct image *m = &l->x->image;

	for (uint32_t i = 0; i < m->program->load_steps; i++)
		for (uint32_t k = 0; k < l->x->steps[i].nargs; k++)
			l->needed[l->x->steps[i].args[k]] = 1;
	struct pool_task t = { .fn = slot_key, .arg = l, .chunks = m->nbuffers };
	pool_parallel(o && o->threads ? o->threads : pool_default_threads(), &t);
	memset(l->needed, 0, m->nbuffers);
}

static uint64_t step_key(const struct load *l, uint32_t i)
{
	const struct image *m = &l->x->image;
	const struct step *s = &l->x->steps[i];
	uint64_t h = hash_mix(s->kind, (uint64_t)s->chunks);

	if (s->kind == ABI_STEP_kernel) {
		const struct abi_kernel *k = &m->kernels[m->steps[i].index];
		h = hash_bytes(m->code + k->begin, (size_t)k->bytes, h);
	} else if (s->kind != ABI_STEP_copy) {
		return 0;
	}
	for (uint32_t k = 0; k < s->nsizes; k++)
		h = s->sizes[k] < 0 ? 0 : hash_mix(h, (uint64_t)s->sizes[k]);
	for (uint32_t k = 0; k < s->nargs - s->noutputs; k++) {
		if (!h || !l->keys[s->args[k]])
			return 0;
		h = hash_mix(h, l->keys[s->args[k]]);
	}
	return h | 1;
}

static void steps_key(struct load *l)
{
	for (uint32_t i = 0; i < l->x->image.program->load_steps; i++) {
		const struct step *s = &l->x->steps[i];
		uint64_t h = step_key(l, i);
		for (uint32_t k = s->nargs - s->noutputs; k < s->nargs; k++)
			l->keys[s->args[k]] = h ? hash_mix(h, k) | 1 : 0;
	}
}

/* ---- running -------------------------------------------------------------------------------- */

/* Persistent buffers: somebody else's where it can be, else memory of their own. */
static struct weft_error *persistent_find(struct load *l)
{
	struct exe *x = l->x;

	for (uint32_t b = 0; b < x->image.nbuffers; b++) {
		size_t bytes = (size_t)x->image.buffers[b].bytes;
		if (x->image.buffers[b].kind != ABI_BUFFER_persistent)
			continue;
		if (l->keys[b])
			x->persistent[b] = share_find(l->keys[b], bytes);
		if (x->persistent[b]) {
			x->shared[b] = l->keys[b];
			continue;
		}
		l->needed[b] = 1;
		TRY(storage_create(bytes, &x->persistent[b]));
	}
	return NULL;
}

static uint32_t base_of(const struct image *m, uint32_t b)
{
	return m->buffers[b].kind == ABI_BUFFER_alias ? m->buffers[b].index : b;
}

/* Backwards: steps that make what is needed, and what they need for it. */
static void steps_choose(struct load *l)
{
	const struct image *m = &l->x->image;

	for (uint32_t i = m->program->load_steps; i-- > 0;) {
		const struct step *s = &l->x->steps[i];
		bool runs = s->kind != ABI_STEP_kernel && s->kind != ABI_STEP_copy;
		for (uint32_t k = s->nargs - s->noutputs; k < s->nargs; k++)
			runs |= l->needed[base_of(m, s->args[k])];
		l->runs[i] = runs;
		for (uint32_t k = 0; runs && k < s->nargs - s->noutputs; k++)
			l->needed[base_of(m, s->args[k])] = 1;
	}
}

static struct weft_error *steps_chosen_run(const struct load *l, const struct run_load *o)
{
	struct frame *f;

	TRY(frame_get(l->x, o ? o->threads : 0, &f));
	f->loading = true;
	struct weft_error *e = frame_begin(f);
	for (uint32_t i = 0; !e && i < l->x->image.program->load_steps; i++)
		if (l->runs[i])
			e = steps_run(f, i, 1, 0);
	frame_put(f);
	return e;
}

static struct weft_error *load_run(struct load *l, const struct run_load *o)
{
	struct exe *x = l->x;
	const struct image *m = &x->image;

	if (m->program->load_steps)
		slots_key(l, o);
	steps_key(l);
	TRY(persistent_find(l));
	steps_choose(l);
	if (m->program->load_steps)
		TRY(steps_chosen_run(l, o));
	for (uint32_t b = 0; b < m->nbuffers; b++)
		if (m->buffers[b].kind == ABI_BUFFER_persistent && l->keys[b] && !x->shared[b]) {
			x->persistent[b] = share_add(l->keys[b], x->persistent[b]);
			x->shared[b] = l->keys[b];
		}
	return NULL;
}

struct weft_error *load_program_run(struct exe *x, const struct run_load *o)
{
	uint32_t n = x->image.nbuffers;
	struct load l = { .x = x };
	struct weft_error *e = NULL;

	x->persistent = mem_alloc(mem_size(n, sizeof *x->persistent));
	x->shared = mem_alloc(mem_size(n, sizeof *x->shared));
	l.keys = mem_alloc(mem_size(n, sizeof *l.keys));
	l.needed = mem_alloc(n);
	l.runs = mem_alloc(x->image.program->load_steps);
	if (!x->persistent || !x->shared || !l.keys || !l.needed || !l.runs)
		e = error_make(WEFT_RESOURCE_EXHAUSTED, "no memory to load constants");
	else if (!x->unbound)
		e = load_run(&l, o);
	mem_free(l.keys);
	mem_free(l.needed);
	mem_free(l.runs);
	return e;
}

void load_free(struct exe *x)
{
	for (uint32_t i = 0; x->persistent && i < x->image.nbuffers; i++) {
		if (x->shared && x->shared[i])
			share_drop(x->shared[i], x->persistent[i]);
		storage_release(x->persistent[i]);
	}
	mem_free(x->shared);
	mem_free(x->persistent);
}
