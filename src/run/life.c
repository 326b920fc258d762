/* life.c -- from when results have memory, until when arguments keep theirs.
 *
 * A result's memory is taken when the first main step comes that uses it, and an argument that the
 * caller gives away goes back to the pool after the last: a gradient may lie where the activations
 * lay that were read before it.  Which step that is follows from the artifact alone.
 *
 * L1  What a step within a branch or loop uses, and what sizes are read from, lives through the
 *     whole call, as does an argument that is also a result, and a result that may lie over an
 *     argument.
 * L2  So does what is small: the pool has its memory by size class.
 * L3  A buffer's aliases come and go with it. */
#include "base/mem.h"
#include "run/run_impl.h"

#define LEAST ((int64_t)64 << 10)

struct life {
	uint32_t first, last;           /* main steps; RUN_NONE: none */
	bool whole;                     /* L1, L2 */
};

static uint32_t base_of(const struct image *m, uint32_t b)
{
	return m->buffers[b].kind == ABI_BUFFER_alias ? m->buffers[b].index : b;
}

static void life_use(struct life *l, uint32_t step, bool main)
{
	l->first = l->first == RUN_NONE ? step : l->first;
	l->last = step;
	l->whole |= !main;
}

static void lives_find(const struct exe *x, struct life *lives)
{
	const struct image *m = &x->image;
	const struct abi_program *p = m->program;

	for (uint32_t b = 0; b < m->nbuffers; b++)
		lives[b] = (struct life){ RUN_NONE, RUN_NONE,
			m->buffers[b].bytes >= 0 && m->buffers[b].bytes < LEAST };
	for (uint32_t i = 0; i < m->nsteps; i++)
		for (uint32_t k = 0; k < x->steps[i].nargs; k++)
			life_use(&lives[base_of(m, x->steps[i].args[k])], i,
				i >= p->load_steps && i - p->load_steps < p->main_steps);
	for (uint32_t b = 0; b < m->nbuffers; b++) {      /* an input that has several */
		uint32_t of = m->buffers[b].index;
		if (m->buffers[b].kind == ABI_BUFFER_input && m->tensors[of].buffer != b)
			lives[b].whole = lives[m->tensors[of].buffer].whole = true;
	}
	for (uint32_t i = 0; i < m->nsizes; i++)
		if (m->sizes[i].op == ABI_SIZE_load)
			lives[base_of(m, (uint32_t)m->sizes[i].a)].whole = true;
	for (uint32_t i = p->ninputs; i < p->ninputs + p->noutputs; i++) {
		struct life *l = &lives[base_of(m, m->tensors[i].buffer)];
		bool own = m->buffers[base_of(m, m->tensors[i].buffer)].kind == ABI_BUFFER_output;
		l->whole |= !own || m->tensors[i].alias;
	}
}

/* The step that buffer b waits for; RUN_NONE: none. */
static uint32_t begin_of(const struct image *m, const struct life *lives, uint32_t b)
{
	b = base_of(m, b);
	return m->buffers[b].kind == ABI_BUFFER_output && !lives[b].whole ? lives[b].first
									  : RUN_NONE;
}

/* The step behind which buffer b is gone, if it is given away; RUN_NONE: none. */
static uint32_t end_of(const struct image *m, const struct life *lives, uint32_t b)
{
	b = base_of(m, b);
	return m->buffers[b].kind == ABI_BUFFER_input && !lives[b].whole ? lives[b].last : RUN_NONE;
}

/* Counts the buffers of each step's lists and puts them there: others before aliases. */
static void lists_make(struct exe *x, const struct life *lives)
{
	const struct image *m = &x->image;
	uint32_t at = 0, n = m->nbuffers;

	for (uint32_t b = 0; b < n; b++) {
		uint32_t begin = begin_of(m, lives, b), end = end_of(m, lives, b);
		x->delayed[b] = begin != RUN_NONE;
		if (begin != RUN_NONE)
			x->steps[begin].nbegins++;
		if (end != RUN_NONE)
			x->steps[end].nends++;
	}
	for (uint32_t i = 0; i < m->nsteps; i++) {
		struct step *s = &x->steps[i];
		s->begins = x->lives + at;
		s->ends = x->lives + at + s->nbegins;
		at += s->nbegins + s->nends;
		s->nbegins = s->nends = 0;
	}
	for (uint32_t k = 0; k < 2 * n; k++) {
		uint32_t b = k % n, begin = begin_of(m, lives, b), end = end_of(m, lives, b);
		if ((m->buffers[b].kind == ABI_BUFFER_alias) != (k >= n))
			continue;
		if (begin != RUN_NONE)
			x->lives[x->steps[begin].begins - x->lives + x->steps[begin].nbegins++] = b;
		if (end != RUN_NONE)
			x->lives[x->steps[end].ends - x->lives + x->steps[end].nends++] = b;
	}
}

struct weft_error *lives_make(struct exe *x)
{
	uint32_t n = x->image.nbuffers;
	struct life *lives = mem_alloc(mem_size(n, sizeof *lives));

	x->lives = mem_alloc(mem_size(n, sizeof *x->lives));
	x->delayed = mem_alloc(n);
	bool ok = lives && x->lives && x->delayed;
	if (ok) {
		lives_find(x, lives);
		lists_make(x, lives);
	}
	mem_free(lives);
	if (!ok)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory to load an artifact");
	return NULL;
}

struct weft_error *lives_begin(struct frame *f, const struct step *s)
{
	for (uint32_t i = 0; i < s->nbegins; i++)
		TRY(frame_place_delayed(f, s->begins[i]));
	return NULL;
}

void lives_end(struct frame *f, const struct step *s)
{
	for (uint32_t i = 0; i < s->nends; i++) {
		uint32_t b = s->ends[i];
		const struct abi_buffer *r = &f->x->image.buffers[base_of(&f->x->image, b)];
		struct storage **given = f->in[r->index].given;
		if (!given)
			continue;
		storage_release(*given);
		*given = NULL;
		f->buffers[b] = NULL;
	}
}
