/* inplace.c -- maps that write over an operand that dies in them.
 *
 * A map makes every element of a result once, from the elements of its operands at the places the
 * ops on the way ask for.  Where all of them ask for an operand at the result's own place, reading
 * an element and writing it are one after the other in the same lanes, whichever chunk and thread
 * has them: the result may have the operand's memory.  It then is an alias of the operand's buffer,
 * which lives as long as both; the artifact, and who places it, need to know no more.
 *
 * P1  The operand is a buffer of the arena that no later step uses, of as many bytes.  In a branch
 *     or loop it is one that only steps of that same list use: each turn makes it anew.  So the
 *     two have the same home, too.
 * P2  Of the step's arguments it is one (a reshape of it would be the same buffer once more).
 * P3  Between result and operand are elementwise ops of as many elements, and reshapes: the place
 *     in memory stays the same.  That holds for every way to it, from every result.
 * P4  No result that is stored later reads it.
 *
 * An output may be written over an input that the caller gives for it (an optimizer's state) where
 * all steps that read the input come before those that write the output, or the last one is also
 * the first and P2 to P4 hold, or is the copy of it that updates then go to.  That memory may be at
 * any address, as the parameters are that torch maps from a file, where only maps and copies write
 * the output, and no map past the caches: a line that was just read is in them, and a store past
 * them first has it written back (.7 of the speed), so that maps in place have plain stores. */
#include "plan/plan_impl.h"

static bool same_count(struct graph *g, const struct type *a, const struct type *b)
{
	return a->kind == TYPE_tensor && b->kind == TYPE_tensor &&
	       dim_product(g, a->rank, a->dims) == dim_product(g, b->rank, b->dims);
}

/* Reads of a kernel's body, by id. */
struct reads {
	bool *away;                          /* at another place than the result's */
	uint32_t *last;                      /* 1 + the last result that reads it; 0: none */
};

static struct reads reads_of(struct job *j, struct graph *g, const struct region *r)
{
	uint32_t n;
	const struct node **order = region_order(j, r, &n);
	uint32_t most = n ? order[n - 1]->id + 1 : 1;
	struct reads s = { job_array(j, most, sizeof *s.away), job_array(j, most, sizeof *s.last) };
	for (uint32_t i = 0; i < r->nresults; i++)
		s.last[r->results[i]->id] = i + 1;
	for (uint32_t i = n; i-- > 0;) {     /* users come before what they use */
		const struct node *x = order[i];
		bool keeps = !s.away[x->id] &&
			(op_table[x->op].kind == OP_MAP || x->op == OP_reshape);
		for (uint32_t k = 0; k < x->nin; k++) {
			uint32_t id = x->in[k]->id;
			s.away[id] |= !keeps || !same_count(g, x->type, x->in[k]->type);
			s.last[id] = s.last[x->id] > s.last[id] ? s.last[x->id] : s.last[id];
		}
	}
	return s;
}

static uint32_t base_of(const struct plan *p, uint32_t b)
{
	return p->buffers[b].kind == ABI_BUFFER_alias ? p->buffers[b].index : b;
}

/* The parameters of a region by their number, NULL where one is not used. */
static const struct node **parameters(struct job *j, const struct region *r)
{
	uint32_t n;
	const struct node **order = region_order(j, r, &n);
	const struct node **at = job_array(j, (size_t)r->nparams + 1, sizeof *at);
	for (uint32_t i = 0; i < n; i++)
		if (order[i]->op == OP_parameter)
			at[node_int(order[i], KEY_index, 0)] = order[i];
	return at;
}

/* Which steps use a buffer, or an alias of it. */
struct uses {
	const struct plan_steps **list;      /* by buffer: this list's; NULL: none yet */
	uint32_t *last;                      /* the last of them */
	bool *many;                          /* several lists' */
};

static void use_note(
	struct uses *u, uint32_t b, const struct plan_steps *list, uint32_t at)
{
	u->many[b] |= u->list[b] && u->list[b] != list;
	u->list[b] = list;
	u->last[b] = at > u->last[b] ? at : u->last[b];
}

static void use_list(struct uses *u, const struct plan *p, const struct plan_steps *list)
{
	for (uint32_t i = 0; i < list->n; i++) {
		const struct plan_step *s = &list->at[i];
		for (uint32_t k = 0; k < s->nargs; k++)
			use_note(u, base_of(p, s->args[k]), list, i);
		for (uint32_t k = 0; k < s->nregions; k++)
			use_list(u, p, &s->regions[k]);
	}
}

struct try {
	struct plan *p;
	struct uses *uses;
	const struct plan_steps *list;
	const struct plan_step *step;
	uint32_t now;                        /* the step's number in its list */
	const struct kernel *k;
	const struct node **params;
	struct reads reads;
};

/* Does no step use buffer b after this one?  Of main's, steps within later ones count, too. */
static bool dies(const struct try *t, uint32_t b)
{
	if (t->list == &t->p->main)
		return t->p->buffers[b].last == t->now;
	return !t->uses->many[b] && t->uses->last[b] == t->now;
}

/* Is argument `in` read where, and before, result `out` is written? */
static bool reads_in_place(const struct try *t, uint32_t in, uint32_t out)
{
	const struct plan *p = t->p;
	const struct node *x = t->params[in];
	uint32_t base = base_of(p, t->step->args[in]);
	for (uint32_t i = 0; i < t->k->ninputs; i++)
		if (i != in && base_of(p, t->step->args[i]) == base)
			return false;                                    /* P2 */
	return x && !t->reads.away[x->id] &&
	       same_count(p->graph, x->type, t->k->body->results[out]->type) &&
	       t->reads.last[x->id] <= out + 1;                          /* P3, P4 */
}

/* May result `out` lie where argument `in` does? */
static bool may_overwrite(const struct try *t, uint32_t in, uint32_t out)
{
	const struct plan *p = t->p;
	uint32_t base = base_of(p, t->step->args[in]);
	const struct plan_buffer *a = &p->buffers[base];
	const struct plan_buffer *b = &p->buffers[t->step->args[t->k->ninputs + out]];
	return a->kind == ABI_BUFFER_arena && b->kind == ABI_BUFFER_arena && dies(t, base) &&
	       a->bytes == b->bytes && reads_in_place(t, in, out);       /* P1 */
}

static void overwrite(struct try *t, uint32_t in, uint32_t out)
{
	struct plan *p = t->p;
	struct plan_buffer *a = &p->buffers[base_of(p, in)], *b = &p->buffers[out];
	uint32_t base = (uint32_t)(a - p->buffers);

	b->kind = ABI_BUFFER_alias;
	b->index = base;
	b->offset = 0;
	a->last = b->last > a->last ? b->last : a->last;
	a->home_last = b->home_last > a->home_last ? b->home_last : a->home_last;
	use_note(t->uses, base, t->uses->list[out], t->uses->last[out]);
	t->uses->many[base] |= t->uses->many[out];
}

static struct try try_of(struct job *j, struct plan *p, struct uses *u,
	const struct plan_steps *list, uint32_t now)
{
	const struct plan_step *s = &list->at[now];
	const struct kernel *k = p->kernels[s->kernel];

	return (struct try){ p, u, list, s, now, k, parameters(j, k->body),
		reads_of(j, p->graph, k->body) };
}

static bool step_is_map(const struct plan *p, const struct plan_step *s)
{
	return s->kind == ABI_STEP_kernel && p->kernels[s->kernel]->core == CORE_map;
}

/* A result of the map at hand is written over the first operand that may be. */
static void result_in_place(struct try *t, uint32_t out)
{
	for (uint32_t in = 0; in < t->k->ninputs; in++)
		if (may_overwrite(t, in, out)) {
			overwrite(t, t->step->args[in], t->step->args[t->k->ninputs + out]);
			return;
		}
}

static void list_in_place(struct job *j, struct plan *p, struct uses *u, struct plan_steps *list)
{
	for (uint32_t now = 0; now < list->n; now++) {
		const struct plan_step *s = &list->at[now];
		for (uint32_t i = 0; i < s->nregions; i++)
			list_in_place(j, p, u, &s->regions[i]);
		if (!step_is_map(p, s))
			continue;
		struct job_mark before = job_mark(j);
		struct try t = try_of(j, p, u, list, now);
		for (uint32_t out = 0; out < t.k->noutputs; out++)
			result_in_place(&t, out);
		job_reset(j, before);
	}
}

void plan_in_place(struct job *j, struct plan *p)
{
	struct uses u = { job_array(j, p->nbuffers + 1, sizeof *u.list),
		job_array(j, p->nbuffers + 1, sizeof *u.last),
		job_array(j, p->nbuffers + 1, sizeof *u.many) };

	use_list(&u, p, &p->main);
	for (uint32_t i = 0; i < p->nvalues; i++)
		u.many[base_of(p, p->value_buffers[i])] = true;
	list_in_place(j, p, &u, &p->main);
}

/* Does the step, the last that reads input `in`, write output `out` over it in place? */
static bool step_writes_over(struct job *j, struct plan *p, uint32_t now, uint32_t in, uint32_t out)
{
	const struct plan_step *s = &p->main.at[now];
	if (s->kind == ABI_STEP_copy)                 /* of what lies there: nothing to do */
		return s->args[0] == in && s->args[1] == out;
	if (!step_is_map(p, s))
		return false;
	struct try t = try_of(j, p, NULL, &p->main, now);
	for (uint32_t i = 0; i < t.k->ninputs; i++)
		for (uint32_t o = 0; o < t.k->noutputs; o++)
			if (s->args[i] == in && s->args[t.k->ninputs + o] == out)
				return reads_in_place(&t, i, o);
	return false;
}

/* Marks the buffers, no aliases, that steps of the list want aligned. */
static void note_aligned(const struct plan *p, const struct plan_steps *list, bool *aligned)
{
	for (uint32_t i = 0; i < list->n; i++) {
		const struct plan_step *s = &list->at[i];
		bool plain = s->kind == ABI_STEP_copy || (step_is_map(p, s) &&
			!p->kernels[s->kernel]->streams);
		uint32_t first = s->kind == ABI_STEP_kernel ? s->nargs - s->noutputs : 0;
		for (uint32_t k = first; k < s->nargs; k++)
			aligned[base_of(p, s->args[k])] |= !plain;
		for (uint32_t k = 0; k < s->nregions; k++)
			note_aligned(p, &s->regions[k], aligned);
	}
}

const uint32_t *plan_over(struct job *j, struct plan *p, const uint32_t *wish)
{
	uint32_t *over = job_array(j, p->noutputs + 1, sizeof *over);

	for (uint32_t i = 0; i < p->noutputs; i++) {
		if (!wish[i])
			continue;
		uint32_t in = p->inputs[wish[i] - 1], out = p->outputs[i];
		const struct plan_buffer *a = &p->buffers[in], *b = &p->buffers[out];
		if (b->kind != ABI_BUFFER_output || a->type != b->type || a->last > b->first)
			continue;
		bool at_once = a->last == b->first;
		if (at_once && !step_writes_over(j, p, a->last, in, out))
			continue;
		over[i] = wish[i];
		if (at_once && step_is_map(p, &p->main.at[a->last]))
			p->kernels[p->main.at[a->last].kernel]->streams = false;
	}
	bool *aligned = job_array(j, p->nbuffers + 1, sizeof *aligned);
	note_aligned(p, &p->main, aligned);
	for (uint32_t i = 0; i < p->noutputs; i++)
		p->buffers[p->outputs[i]].anywhere = over[i] && !aligned[p->outputs[i]];
	return over;
}
