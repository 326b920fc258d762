/* fuse_update.c -- which dynamic_update_slices write where their operand lies.
 *
 * A loop that stacks what its turns make updates a little of a large tensor in each.  As a map that
 * makes every element of the result it would cost the whole tensor a turn; as a kernel over the
 * update's elements alone (CORE_update) it costs the update.  That kernel is worth it, and plan.c
 * finds it safe to leave out the copy, where
 *
 * U1  the update is a small part of the operand,
 * U2  the operand is stored anyway and the region's own: a parameter that it may write over, a
 *     result of a branch, loop or scatter, or of another such update, or a reshape of one; not
 *     itself a result,
 * U3  whatever else reads the operand does so before.  Such a reader, or what follows from it alone
 *     and is before the update, too, is made a root, so that no kernel behind the update computes
 *     it again from what then lies there.
 *
 * An argument of the program that a result may lie over (update.c) is copied to the result by a
 * step of its own, which has nothing to do where the caller gave the argument's memory.  So are
 * operands of scatters, whose kernel would copy by itself; U3 lets the copy be the last that reads
 * the argument.
 *
 * None of this is needed for a right program: plan.c copies the operand first if some kernel reads
 * it later after all. */
#include "plan/fuse_impl.h"

#define UPDATE_PART 4            /* U1: of the operand, at most one in so many */

/* A reshape of something stored is the same memory. */
static const struct node *base_of(const struct node *x)
{
	while (x->op == OP_reshape)
		x = x->in[0];
	return x;
}

/* U1 */
static bool is_small(const struct fuse *f, const struct node *n)
{
	const struct node *part = n->op == OP_scatter ? n->in[2] : n->in[1];

	return UPDATE_PART * fuse_elements(f->g, part->type) <= fuse_elements(f->g, n->type);
}

static bool is_given(const struct fuse *f, const struct node *x)
{
	return x->op == OP_parameter && f->mine && f->mine[node_int(x, KEY_index, 0)];
}

/* U2 */
static bool is_own(const struct fuse *f, const struct node *x)
{
	const struct node *by = x->op == OP_result ? x->in[0] : x;

	return is_given(f, x) || by->op == OP_while || by->op == OP_if || by->op == OP_case ||
	       by->op == OP_scatter || f->updates[x->id];
}

static const struct node *only_user(const struct fuse *f, const struct node *n)
{
	const struct node *const *users = f->users[n->id];

	for (uint32_t i = 1; users[0] && users[i]; i++)
		if (users[i] != users[0])
			return NULL;
	return users[0];
}

static void make_root(struct fuse *f, const struct node *n)
{
	if (n->type->kind == TYPE_results) {
		for (const struct node *const *u = f->users[n->id]; *u; u++)
			make_root(f, *u);
		return;
	}
	if (!f->must[n->id])
		f->must[n->id] = "what it reads is written over";
	f->alone[n->id] = true;
}

/* U3: v, a reader of update n's operand. */
static void read_before(struct fuse *f, const struct node *v, const struct node *n)
{
	while (!f->must[v->id] && !node_is_step(v)) {
		const struct node *next = only_user(f, v);
		if (!next || next == n || next->id > n->id)
			break;
		v = next;
	}
	if (!node_is_step(v))
		make_root(f, v);
}

/* Appends n to a list that NULL ends. */
static void add(struct job *j, const struct node ***list, uint32_t *count, uint32_t *cap,
	const struct node *n)
{
	if (*count + 1 == *cap) {
		*list = job_grow(j, *list, *cap, 2 * *cap, sizeof **list);
		*cap *= 2;
	}
	(*list)[(*count)++] = n;
}

/* What reads base as it is or in another shape, but for n; ended by NULL. */
static const struct node **readers_of(
	const struct fuse *f, const struct node *base, const struct node *n)
{
	uint32_t nshapes = 1, count = 0, cap = 16, cap_shapes = 4;
	const struct node **out = job_array(f->job, cap, sizeof *out);
	const struct node **shapes = job_array(f->job, cap_shapes, sizeof *shapes);

	shapes[0] = base;
	for (uint32_t i = 0; i < nshapes; i++)
		for (const struct node *const *u = f->users[shapes[i]->id]; *u; u++)
			if ((*u)->op == OP_reshape)
				add(f->job, &shapes, &nshapes, &cap_shapes, *u);
			else if (*u != n)
				add(f->job, &out, &count, &cap, *u);
	return out;
}

/* Is n an update that writes where its operand lies, or a scatter that does behind a copy? */
static bool is_update(const struct fuse *f, const struct node *n, const bool *result)
{
	bool scatter = n->op == OP_scatter && node_noperands(n) == 3;

	if ((n->op != OP_dynamic_update_slice && !scatter) || !is_small(f, n))
		return false;
	const struct node *base = base_of(n->in[0]);
	bool own = scatter ? is_given(f, base) : is_own(f, base);
	if (!own || result[base->id] || result[n->in[0]->id])
		return false;
	for (const struct node **u = readers_of(f, base, n); *u; u++)
		if ((*u)->id > n->id)
			return false;
	return true;
}

void fuse_updates(struct fuse *f, const struct region *r)
{
	bool *result = job_array(f->job, graph_nnodes(f->g), sizeof *result);

	for (uint32_t i = 0; i < r->nresults; i++)
		result[r->results[i]->id] = true;
	for (uint32_t i = 0; i < f->f->count; i++) {
		const struct node *n = f->f->order[i];
		if (!is_update(f, n, result))
			continue;
		f->updates[n->id] = n->op == OP_dynamic_update_slice;
		if (n->in[0]->op == OP_reshape)
			make_root(f, n->in[0]);
		for (const struct node **u = readers_of(f, base_of(n->in[0]), n); *u; u++)
			read_before(f, *u, n);
	}
}
