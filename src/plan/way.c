/* way.c -- other ways to cut a contraction into chunks, for whoever times them.
 *
 * A sum runs over k in the same order however C's rows and columns are blocked (gen/contract.c), so
 * all ways of a kernel give the same bits; how long they take depends on caches and threads. */
#include "plan/plan_impl.h"
#include <string.h>

#define MOST_ROWS 480                        /* of a block: scratch holds it */

static void way_add(struct contract *out, uint32_t *n, const struct contract *c, int64_t m_block,
	int64_t n_block)
{
	struct contract way = *c;

	way.m_block = m_block;
	way.n_block = n_block < c->n ? n_block : 0;
	for (uint32_t i = 0; i < *n; i++)
		if (out[i].m_block == way.m_block && out[i].n_block == way.n_block)
			return;
	out[(*n)++] = way;
}

uint32_t plan_ways(const struct plan *p, const struct kernel *k, struct contract out[PLAN_WAYS])
{
	const struct contract *c = &k->contract;
	uint32_t n = 0;

	if (k->core != CORE_contract || k->nsizes || c->m < 0 || c->n < 0 || c->k < 0 ||
		c->panel > PLAN_PANEL || c->groups)
		return 0;
	int64_t tile = contract_tile_rows(c, p->isa, p->strict), panel = c->panel;
	int64_t columns = (c->n + panel - 1) / panel * panel;
	int64_t wide = c->n_block ? c->n_block : columns, rows = c->m_block;
	int64_t half = (rows / 2 + tile - 1) / tile * tile;
	int64_t narrow = (wide / 2 + panel - 1) / panel * panel;
	bool more = rows < c->m && 2 * rows <= MOST_ROWS;
	way_add(out, &n, c, rows, c->n_block ? wide : c->n);
	way_add(out, &n, c, rows, narrow);
	way_add(out, &n, c, rows, 2 * wide);
	way_add(out, &n, c, half, wide);
	way_add(out, &n, c, half, 2 * wide);
	if (more) {
		way_add(out, &n, c, 2 * rows, wide);
		way_add(out, &n, c, 2 * rows, narrow);
	}
	return n > 1 ? n : 0;
}

static void cut_steps(struct plan_steps *steps, const struct kernel *k)
{
	for (uint32_t i = 0; i < steps->n; i++) {
		struct plan_step *s = &steps->at[i];
		if (s->kind == ABI_STEP_kernel && s->kernel == k->number)
			s->chunks = k->chunks;
		for (uint32_t r = 0; r < s->nregions; r++)
			cut_steps(&s->regions[r], k);
	}
}

void plan_take_way(struct plan *p, struct kernel *k, const struct contract *way)
{
	k->contract = *way;
	k->chunks = contract_chunks(p->graph, way);
	cut_steps(&p->main, k);
	cut_steps(&p->load, k);
}

static const struct plan_step *step_of(const struct plan_steps *steps, const struct kernel *k)
{
	for (uint32_t i = 0; i < steps->n; i++) {
		const struct plan_step *s = &steps->at[i], *inner = NULL;
		if (s->kind == ABI_STEP_kernel && s->kernel == k->number)
			return s;
		for (uint32_t r = 0; r < s->nregions && !inner; r++)
			inner = step_of(&s->regions[r], k);
		if (inner)
			return inner;
	}
	return NULL;
}

/* The arguments of s as a program's: inputs, then outputs. */
static bool alone_buffers(struct job *j, const struct plan *p, const struct plan_step *s,
	struct plan *alone)
{
	uint32_t *at = job_array(j, s->nargs, sizeof *at);

	alone->buffers = job_array(j, s->nargs, sizeof *alone->buffers);
	alone->nbuffers = s->nargs;
	alone->noutputs = s->noutputs;
	alone->ninputs = s->nargs - s->noutputs;
	for (uint32_t i = 0; i < s->nargs; i++) {
		const struct plan_buffer *b = &p->buffers[s->args[i]];
		bool in = i < alone->ninputs;
		if (b->kind == ABI_BUFFER_owned || b->bytes < 0 || !type_is_static(b->type))
			return false;
		at[i] = i;
		alone->buffers[i] = (struct plan_buffer){
			.kind = in ? ABI_BUFFER_input : ABI_BUFFER_output,
			.index = in ? i : i - alone->ninputs,
			.type = b->type,
			.bytes = b->bytes,
		};
	}
	alone->inputs = alone->input_args = at;
	alone->outputs = at + alone->ninputs;
	return true;
}

struct plan *plan_alone(struct job *j, const struct plan *p, const struct kernel *k,
	const struct contract *way)
{
	const struct plan_step *s = step_of(&p->main, k);
	struct plan *alone = job_alloc(j, sizeof *alone);
	struct plan_step *step = job_alloc(j, sizeof *step);
	struct kernel *kernel = job_alloc(j, sizeof *kernel);

	if (!s)
		s = step_of(&p->load, k);
	if (!s || !alone_buffers(j, p, s, alone))
		return NULL;
	*kernel = *k;
	kernel->number = 0;
	kernel->contract = *way;
	kernel->chunks = contract_chunks(p->graph, way);
	*step = *s;
	step->kernel = 0;
	step->chunks = kernel->chunks;
	step->args = alone->inputs;
	alone->graph = p->graph;
	alone->nkernels = 1;
	alone->kernels = job_alloc(j, sizeof *alone->kernels);
	alone->kernels[0] = kernel;
	alone->main = (struct plan_steps){ .n = 1, .cap = 1, .at = step };
	alone->strict = p->strict;
	alone->isa = p->isa;
	return alone;
}
