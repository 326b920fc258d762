/* fuse_update.c -- which dynamic_update_slices write where their operand lies.
 *
 * A loop that stacks what its turns make updates a little of a large tensor in each.  As a map that
 * makes every element of the result it would cost the whole tensor a turn; as a kernel over the
 * update's elements alone (CORE_update) it costs the update.  That kernel is worth it, and plan.c
 * finds it safe to leave out the copy, where
 *
 * U1  the update is a small part of the operand,
 * U2  the operand is stored anyway and the region's own: a parameter that it may write over, a
 *     result of a branch, loop or scatter, or of another such update; not itself a result,
 * U3  whatever else reads the operand does so before.  Such a reader, or what follows from it alone
 *     and is before the update, too, is made a root, so that no kernel behind the update computes
 *     it again from what then lies there.
 *
 * None of this is needed for a right program: plan.c copies the operand first if some kernel reads
 * it later after all. */
#include "plan/fuse_impl.h"

#define UPDATE_PART 4            /* U1: of the operand, at most one in so many */

static bool is_small(const struct fuse *f, const struct node *n)
{
	return UPDATE_PART * fuse_elements(f->g, n->in[1]->type) <=
	       fuse_elements(f->g, n->type);
}

/* U2 */
static bool is_own(const struct fuse *f, const struct node *x)
{
	const struct node *by = x->op == OP_result ? x->in[0] : x;

	if (x->op == OP_parameter)
		return f->mine && f->mine[node_int(x, KEY_index, 0)];
	return by->op == OP_while || by->op == OP_if || by->op == OP_case ||
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

static bool readers_are_before(const struct fuse *f, const struct node *n)
{
	for (const struct node *const *u = f->users[n->in[0]->id]; *u; u++)
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
		if (n->op != OP_dynamic_update_slice || !is_small(f, n) || !is_own(f, n->in[0]) ||
			result[n->in[0]->id] || !readers_are_before(f, n))
			continue;
		f->updates[n->id] = true;
		for (const struct node *const *u = f->users[n->in[0]->id]; *u; u++)
			if (*u != n)
				read_before(f, *u, n);
	}
}
