/* fuse_order.c -- the order of a region's nodes in which its kernels can be run.
 *
 * Q1  A kernel comes behind the makers of what its members read.
 * Q2  It comes behind the makers of the numbers that its members' sizes are read from: a type names
 *     them and they are no operands.  Where such a number was made anew, by lowering, its id is no
 *     sign of its place.
 *
 * Without either, the order of ids is one. */
#include "plan/fuse_impl.h"

/* ---- Q2 ------------------------------------------------------------------------------------- */

/* What computes node x of a type in this region: the result that follows it, or x; NULL: nothing,
 * the number comes from around it. */
static const struct node *computes_now(
	const struct fuse *f, const struct plan_source *s, const struct node *x)
{
	const struct region *r = s->region;

	for (uint32_t i = 0; i < s->nvalues; i++)
		if (s->values[i] == x)
			return r->results[r->nresults - s->nvalues + i];
	return f->users[x->id] ? x : NULL;
}

void fuse_sizes(struct fuse *f, const struct plan_source *s)
{
	if (!s->nvalues)
		return;
	uint32_t ids = graph_nnodes(f->g);
	const struct node **named = job_array(f->job, ids + 1, sizeof *named);
	uint32_t *count = job_array(f->job, ids, sizeof *count);

	f->sizes = job_array(f->job, ids, sizeof *f->sizes);
	f->sized = job_array(f->job, ids, sizeof *f->sized);
	for (uint32_t i = 0; i < f->f->count; i++) {
		const struct node *x = f->f->order[i];
		uint32_t n = 0, here = 0;
		plan_values(f->g, x->type, &n, named);
		f->sizes[x->id] = job_array(f->job, (size_t)n + 1, sizeof *named);
		for (uint32_t k = 0; k < n; k++) {
			const struct node *v = computes_now(f, s, named[k]);
			if (!v)
				continue;
			f->sizes[x->id][here++] = v;
			count[v->id]++;
		}
	}
	for (uint32_t i = 0; i < f->f->count; i++) {
		uint32_t id = f->f->order[i]->id;
		f->sized[id] = job_array(f->job, (size_t)count[id] + 1, sizeof *named);
		count[id] = 0;
	}
	for (uint32_t i = 0; i < f->f->count; i++)
		for (const struct node **v = f->sizes[f->f->order[i]->id]; *v; v++)
			f->sized[(*v)->id][count[(*v)->id]++] = f->f->order[i];
}

/* ---- the order ------------------------------------------------------------------------------ */

/* Of each node: not met, on the stack, placed. */
enum { NEW, OPEN, PLACED };

struct ordering {
	const struct fuse *f;
	unsigned char *state;            /* by node id */
	const struct node **stack, **order;
	uint32_t *next;                  /* by place on the stack: the operand looked at next */
	uint32_t top, placed;
};

/* Has n no place of its own, but is computed by each kernel that reads it? */
static bool is_passed(const struct fuse *f, const struct node *n)
{
	return f->in[n->id] && !f->f->root_of[n->id];
}

/* Goes to x before what is on the stack. */
static void order_open(struct ordering *o, const struct node *x)
{
	o->state[x->id] = OPEN;
	o->next[o->top] = 0;
	o->stack[o->top++] = x;
}

/* Takes from the stack's end what is no kernel's own: the kernel to be gone to may be made of it,
 * too.  It is met again, by who reads it. */
static void order_back(struct ordering *o)
{
	while (o->top && is_passed(o->f, o->stack[o->top - 1]))
		o->state[o->stack[--o->top]->id] = NEW;
	if (o->top)
		o->next[o->top - 1]--;
}

/* The next that the top of the stack reads, or has a size from; NULL: there is no more. */
static const struct node *order_next(struct ordering *o)
{
	const struct node *n = o->stack[o->top - 1];
	uint32_t k = o->next[o->top - 1]++;

	if (k < n->nin)
		return n->in[k];
	return o->f->sizes ? o->f->sizes[n->id][k - n->nin] : NULL;
}

static void order_from(struct ordering *o, const struct node *x)
{
	for (;;) {
		/* what a group makes waits for its root, unless that waits for it */
		const struct group *by = o->f->f->root_of[x->id];
		if (by && by->root != x && o->state[by->root->id] == NEW) {
			order_back(o);
			x = by->root;
		}
		if (o->state[x->id] == NEW)
			order_open(o, x);
		x = NULL;
		while (o->top && !(x = order_next(o))) {
			o->state[o->stack[--o->top]->id] = PLACED;
			o->order[o->placed++] = o->stack[o->top];
		}
		if (!x)
			return;
	}
}

void fuse_order(struct fuse *f)
{
	struct fusion *all = f->f;
	uint32_t ids = all->count ? all->order[all->count - 1]->id + 1 : 0;
	struct ordering o = { .f = f, .state = job_array(f->job, ids, sizeof *o.state),
		.order = job_array(f->job, all->count, sizeof *o.order),
		.stack = job_array(f->job, 2 * all->count + 1, sizeof *o.stack),
		.next = job_array(f->job, 2 * all->count + 1, sizeof *o.next) };
	bool any = f->sizes != NULL;

	for (uint32_t i = 0; i < all->ngroups; i++)
		any |= all->groups[i]->nouts != 0;
	for (uint32_t i = 0; any && i < all->count; i++)
		while (o.state[all->order[i]->id] != PLACED)
			order_from(&o, all->order[i]);
	if (any)
		all->order = o.order;
}
