/* order.c -- the order of main's steps: what ends a buffer's life comes early.
 *
 * Steps are planned in the order of nodes, in which what only the caller reads may come last: the
 * gradients of biases, statistics, copies of results, each with an operand of the arena that has
 * waited since.  So behind each step those that wait for nothing more, read what lies in the arena
 * and leave no more in it than before are taken first, while what they read is in the caches, the
 * one that frees most before others; else the next one comes, as planned.  (A list schedule, its
 * priority the change of memory in use; after Sethi and Ullman, 1970, who do so for registers.)
 *
 * What is made of arguments and constants alone waits until somebody wants it: a gradient's padded
 * images and turned weights would all lie in the arena from the beginning of the program.
 *
 * O1  A step stays behind those that wrote what it reads, and a writer behind the readers of what
 *     was there before.
 * O2  What is no kernel or copy keeps its order among its like: callbacks may have effects.
 * O3  The writer of an output that may lie over an input (plan_over) stays behind that input's
 *     readers.
 *
 * Programs with branches, loops or sizes that steps define keep the order they have. */
#include "plan/plan_impl.h"

#define NO_STEP UINT32_MAX
#define USERS_MOST 64                    /* of a buffer, to be looked at when one of them is done */

/* Step `to` comes later than the one whose list this is of, or in lists of late steps before it. */
struct edge {
	uint32_t to, next;
};
struct order {
	struct job *job;
	const struct plan *p;
	uint32_t n;                      /* steps */
	uint32_t *after;                 /* by step: the first of its edges */
	struct edge *edges;
	uint32_t nedges, cap_edges;
	uint32_t *waits;                 /* by step: for how many others */
	/* by step: it comes when it is wanted; of how many such it waits for, and the first of the
	 * edges that name them */
	bool *late;
	uint32_t *wants, *first_late;
	bool *done;                      /* by step */
	uint32_t **users, *nusers;       /* by buffer: steps, each once */
	uint32_t *left;                  /* by buffer: users that are not done */
	bool *made;                      /* by buffer: one is */
	uint32_t *list, nlist;           /* steps in their new order */
};

static const struct plan_step *step_at(const struct order *o, uint32_t s)
{
	return &o->p->main.at[s];
}

static bool step_moves(const struct plan_step *s)
{
	return s->kind == ABI_STEP_kernel || s->kind == ABI_STEP_copy;
}

/* Was argument i among those before it? */
static bool is_again(const struct plan_step *s, uint32_t i)
{
	uint32_t k = 0;
	while (s->args[k] != s->args[i])
		k++;
	return k < i;
}

/* ---- what waits for what -------------------------------------------------------------------- */

/* One more edge in the list that begins at *first. */
static void list_edge(struct order *o, uint32_t *first, uint32_t to)
{
	if (o->nedges == o->cap_edges) {
		uint32_t cap = o->cap_edges ? 2 * o->cap_edges : 256;
		o->edges = job_grow(o->job, o->edges, o->cap_edges, cap, sizeof *o->edges);
		o->cap_edges = cap;
	}
	o->edges[o->nedges] = (struct edge){ to, *first };
	*first = o->nedges++;
}

static void add_edge(struct order *o, uint32_t from, uint32_t to)
{
	if (from == NO_STEP || from == to)
		return;
	list_edge(o, &o->after[from], to);
	o->waits[to]++;
}

static void count_users(struct order *o)
{
	uint32_t most = o->p->nbuffers + 1;

	o->users = job_array(o->job, most, sizeof *o->users);
	o->nusers = job_array(o->job, most, sizeof *o->nusers);
	o->left = job_array(o->job, most, sizeof *o->left);
	o->made = job_array(o->job, most, sizeof *o->made);
	for (uint32_t s = 0; s < o->n; s++)
		for (uint32_t i = 0; i < step_at(o, s)->nargs; i++)
			o->left[step_at(o, s)->args[i]] += !is_again(step_at(o, s), i);
	for (uint32_t b = 0; b < o->p->nbuffers; b++)
		o->users[b] = job_array(o->job, (size_t)o->left[b] + 1, sizeof **o->users);
	for (uint32_t s = 0; s < o->n; s++)
		for (uint32_t i = 0; i < step_at(o, s)->nargs; i++) {
			uint32_t b = step_at(o, s)->args[i];
			if (!is_again(step_at(o, s), i))
				o->users[b][o->nusers[b]++] = s;
		}
}

static bool step_writes(const struct plan_step *s, uint32_t buffer)
{
	for (uint32_t i = s->nargs - s->noutputs; i < s->nargs; i++)
		if (s->args[i] == buffer)
			return true;
	return false;
}

/* O1 of one buffer. */
static void buffer_edges(struct order *o, uint32_t b)
{
	uint32_t writer = NO_STEP, reads = 0;    /* users[reads..]: readers since the last writer */

	for (uint32_t i = 0; i < o->nusers[b]; i++) {
		uint32_t s = o->users[b][i];
		add_edge(o, writer, s);
		if (!step_writes(step_at(o, s), b))
			continue;
		for (uint32_t k = reads; k < i; k++)
			add_edge(o, o->users[b][k], s);
		writer = s;
		reads = i + 1;
	}
}

/* O2 */
static void effect_edges(struct order *o)
{
	uint32_t before = NO_STEP;

	for (uint32_t s = 0; s < o->n; s++)
		if (!step_moves(step_at(o, s))) {
			add_edge(o, before, s);
			before = s;
		}
}

/* O3 */
static void wish_edges(struct order *o, const uint32_t *wish)
{
	for (uint32_t i = 0; i < o->p->noutputs; i++) {
		uint32_t out = o->p->outputs[i];
		if (!wish[i] || !o->nusers[out])
			continue;
		uint32_t in = o->p->inputs[wish[i] - 1], writer = o->users[out][0];
		for (uint32_t k = 0; k < o->nusers[in] && o->users[in][k] < writer; k++)
			add_edge(o, o->users[in][k], writer);
	}
}

/* ---- scheduling ----------------------------------------------------------------------------- */

/* Bytes of the arena that step s makes less to be in use; reads: it finds some there. */
static double step_frees(const struct order *o, uint32_t s, bool *reads)
{
	const struct plan_step *step = step_at(o, s);
	double frees = 0;

	*reads = false;
	for (uint32_t i = 0; i < step->nargs; i++) {
		uint32_t b = step->args[i];
		if (o->p->buffers[b].kind != ABI_BUFFER_arena || is_again(step, i))
			continue;
		double bytes = dim_typical(o->p->graph, o->p->buffers[b].bytes);
		*reads |= o->made[b];
		frees += (o->left[b] == 1 ? bytes : 0) - (o->made[b] ? 0 : bytes);
	}
	return frees;
}

/* Does s read nothing and overwrite nothing that steps make, and make what only steps read? */
static bool step_is_late(const struct order *o, uint32_t s)
{
	const struct plan_step *step = step_at(o, s);
	bool late = step_moves(step) && !o->waits[s] && o->after[s] != NO_STEP;

	for (uint32_t i = 0; i < step->nargs; i++) {
		enum abi_buffer_kind kind = o->p->buffers[step->args[i]].kind;
		bool made = kind == ABI_BUFFER_arena;
		late &= i < step->nargs - step->noutputs
			? kind == ABI_BUFFER_input || kind == ABI_BUFFER_slot ||
				kind == ABI_BUFFER_persistent
			: made;
	}
	return late;
}

static void find_late(struct order *o)
{
	for (uint32_t s = o->n; s-- > 0;) {      /* so that each list is in the steps' order */
		o->late[s] = step_is_late(o, s);
		for (uint32_t e = o->after[s]; o->late[s] && e != NO_STEP; e = o->edges[e].next) {
			uint32_t to = o->edges[e].to;
			list_edge(o, &o->first_late[to], s);
			o->wants[to]++;
		}
	}
}

static void place_one(struct order *o, uint32_t s)
{
	const struct plan_step *step = step_at(o, s);

	o->done[s] = true;
	o->list[o->nlist++] = s;
	for (uint32_t e = o->after[s]; e != NO_STEP; e = o->edges[e].next) {
		o->waits[o->edges[e].to]--;
		o->wants[o->edges[e].to] -= o->late[s];
	}
	for (uint32_t i = 0; i < step->nargs; i++)
		if (!is_again(step, i)) {
			o->left[step->args[i]]--;
			o->made[step->args[i]] = true;
		}
}

/* s, behind what it wants. */
static void place(struct order *o, uint32_t s)
{
	for (uint32_t e = o->first_late[s]; e != NO_STEP; e = o->edges[e].next)
		if (!o->done[o->edges[e].to])
			place_one(o, o->edges[e].to);
	place_one(o, s);
}

/* The step to be taken behind s before others; NO_STEP: none. */
static uint32_t next_of(const struct order *o, uint32_t s)
{
	const struct plan_step *step = step_at(o, s);
	uint32_t best = NO_STEP;
	double most = 0;

	for (uint32_t i = 0; i < step->nargs; i++) {
		uint32_t b = step->args[i];
		if (o->p->buffers[b].kind != ABI_BUFFER_arena || o->nusers[b] > USERS_MOST)
			continue;
		for (uint32_t k = 0; k < o->nusers[b]; k++) {
			uint32_t x = o->users[b][k];
			bool reads;
			if (o->done[x] || o->waits[x] > o->wants[x] || !step_moves(step_at(o, x)))
				continue;
			double frees = step_frees(o, x, &reads);
			if (!reads || frees < 0)
				continue;
			if (best == NO_STEP || frees > most || (frees == most && x < best)) {
				best = x;
				most = frees;
			}
		}
	}
	return best;
}

static void schedule(struct order *o)
{
	for (uint32_t s = 0; s < o->n; s++) {
		if (o->done[s] || o->late[s])
			continue;
		uint32_t x = s;
		do {
			place(o, x);
			x = next_of(o, x);
		} while (x != NO_STEP);
	}
}

/* ---- the plan ------------------------------------------------------------------------------- */

static bool may_order(const struct plan *p)
{
	bool may = !p->nvalues && p->main.n > 2;

	for (uint32_t i = 0; may && i < p->main.n; i++)
		may = !p->main.at[i].nregions && !p->main.at[i].nmade;
	return may;
}

/* Steps in their new order, and the buffers' lives by it. */
static void take(struct order *o, struct plan *p)
{
	struct plan_step *steps = job_array(o->job, p->main.cap, sizeof *steps);

	for (uint32_t i = 0; i < o->n; i++)
		steps[i] = p->main.at[o->list[i]];
	p->main.at = steps;
	for (uint32_t i = 0; i < o->n; i++)
		for (uint32_t k = 0; k < steps[i].nargs; k++) {
			uint32_t b = steps[i].args[k];
			if (o->left[b] == 0)
				p->buffers[b].first = i;
			o->left[b] = 1;
			p->buffers[b].last = i;
		}
}

void plan_order(struct job *j, struct plan *p, const uint32_t *wish)
{
	if (!may_order(p))
		return;
	size_t n = p->main.n;
	struct order o = { .job = j, .p = p, .n = p->main.n,
		.after = job_array(j, n, sizeof *o.after),
		.waits = job_array(j, n, sizeof *o.waits),
		.late = job_array(j, n, sizeof *o.late),
		.wants = job_array(j, n, sizeof *o.wants),
		.first_late = job_array(j, n, sizeof *o.first_late),
		.done = job_array(j, n, sizeof *o.done),
		.list = job_array(j, n, sizeof *o.list) };
	for (uint32_t s = 0; s < o.n; s++)
		o.after[s] = o.first_late[s] = NO_STEP;
	count_users(&o);
	for (uint32_t b = 0; b < p->nbuffers; b++)
		buffer_edges(&o, b);
	effect_edges(&o);
	wish_edges(&o, wish);
	find_late(&o);
	schedule(&o);
	take(&o, p);
}
