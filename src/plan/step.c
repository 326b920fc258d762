/* step.c -- buffers and steps of a plan being made, and what a step may write over: a buffer that
 * the region made, or may write over (struct scope), and that nothing behind the node reads. */
#include "plan/planner.h"
#include <string.h>

/* ---- buffers -------------------------------------------------------------------------------- */

int64_t planner_bytes(struct planner *pl, const struct type *t)
{
	int64_t n = dim_product(pl->g, t->rank, t->dims);
	return dim_mul(pl->g, n, (int64_t)dtype_bytes(t->dtype));
}

uint32_t planner_add_buffer(struct planner *pl, enum abi_buffer_kind kind, uint32_t index,
	const struct type *t)
{
	struct plan *p = pl->p;
	if (p->nbuffers == pl->cap_buffers) {
		uint32_t cap = pl->cap_buffers ? 2 * pl->cap_buffers : 64;
		p->buffers =
			job_grow(pl->job, p->buffers, pl->cap_buffers, cap, sizeof *p->buffers);
		pl->cap_buffers = cap;
	}
	p->buffers[p->nbuffers] = (struct plan_buffer){
		.kind = kind, .index = index, .type = t, .bytes = planner_bytes(pl, t),
		.first = pl->now, .last = pl->now,
		.home = pl->home.list, .home_first = pl->home.now, .home_last = pl->home.now,
	};
	return p->nbuffers++;
}

uint32_t planner_use(struct planner *pl, uint32_t buffer)
{
	struct plan_buffer *b = &pl->p->buffers[buffer];
	b->last = pl->now;
	if (b->home == pl->home.list)
		b->home_last = pl->home.now;
	return buffer;
}

/* ---- steps ---------------------------------------------------------------------------------- */

struct plan_step *planner_add_step(struct planner *pl, struct scope *s, enum abi_step_kind kind)
{
	struct plan_steps *v = s->steps;
	if (v->n == v->cap) {
		uint32_t cap = v->cap ? 2 * v->cap : 32;
		v->at = job_grow(pl->job, v->at, v->cap, cap, sizeof *v->at);
		v->cap = cap;
	}
	struct plan_step *step = &v->at[v->n++];
	step->kind = kind;
	step->chunks = 1;
	step->flops = step->bytes = -1;
	return step;
}

void planner_end_step(struct planner *pl, const struct scope *s)
{
	if (s->steps == pl->top)
		pl->now = s->steps->n;
	if (s->steps == pl->home.list)
		pl->home.now = s->steps->n;
}

void planner_set_args(struct planner *pl, struct plan_step *step, uint32_t n, const uint32_t *args,
	uint32_t noutputs)
{
	uint32_t *copy = job_array(pl->job, n, sizeof *copy);
	for (uint32_t i = 0; i < n; i++)
		copy[i] = planner_use(pl, args[i]);
	step->args = copy;
	step->nargs = n;
	step->noutputs = noutputs;
}

void planner_add_copy(struct planner *pl, struct scope *s, uint32_t from, uint32_t to)
{
	if (from == to)
		return;
	const uint32_t args[] = { from, to };
	planner_set_args(pl, planner_add_step(pl, s, ABI_STEP_copy), 2, args, 1);
	planner_end_step(pl, s);
}

/* Result i of a step that has several is the node OP_result; of one result, the node itself. */
void planner_set_results(struct planner *pl, struct scope *s, const struct node *n, uint32_t count,
	const uint32_t *buffers)
{
	if (n->type->kind != TYPE_results) {
		s->buffer[n->id] = buffers[0];
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct node *r = graph_result(pl->g, n, i);
		if (r->id < graph_nnodes(pl->g))
			s->buffer[r->id] = buffers[i];
	}
}

uint32_t planner_result_buffers(struct planner *pl, const struct node *n, uint32_t *out)
{
	uint32_t count = node_nresults(n);
	for (uint32_t i = 0; i < count; i++) {
		const struct type *t = node_result_type(n, i);
		out[i] = NO_BUFFER;
		if (t->kind == TYPE_tensor)
			out[i] = planner_add_buffer(pl, ABI_BUFFER_arena, 0, t);
	}
	return count;
}

/* ---- what may be written over ---------------------------------------------------------------- */

static bool is_mine(const struct planner *pl, const struct scope *s, uint32_t buffer)
{
	bool mine = buffer >= s->first;

	for (uint32_t i = 0; i < s->region->nparams; i++)
		if (s->params[i] == buffer) {
			if (!s->mine || !s->mine[i])
				return false;
			mine = true;
		}
	return mine && pl->p->buffers[buffer].kind == ABI_BUFFER_arena;
}

bool planner_may_write(const struct planner *pl, const struct scope *s, uint32_t nin,
	const struct node *const *in, uint32_t i)
{
	uint32_t buffer = s->buffer[in[i]->id];

	if (buffer == NO_BUFFER || !is_mine(pl, s, buffer))
		return false;
	for (uint32_t k = 0; k < nin; k++)
		if (k != i && s->buffer[in[k]->id] == buffer)
			return false;
	for (uint32_t k = 0; k < s->f->count; k++) {
		uint32_t id = s->f->order[k]->id;
		if (s->buffer[id] == buffer && s->last[id] > s->at)
			return false;
	}
	return true;
}
