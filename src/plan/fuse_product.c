/* fuse_product.c -- F4 of fuse.c: what a product's kernel computes behind the product. */
#include "plan/fuse_impl.h"
#include <string.h>

/* The ways from a contraction to what reads it: each a reshape or transpose behind another.  Way 1
 * is none. */
struct ways {
	uint32_t n;
	struct way {
		uint32_t behind;
		const struct node *move;
	} way[64];
};

/* The number of the way that goes on from `behind` by `move`; 0: there are too many. */
static uint32_t way_find(struct ways *w, uint32_t behind, const struct node *move)
{
	const struct type *t = move->type;
	for (uint32_t i = 2; i < w->n; i++) {
		const struct node *m = w->way[i].move;
		if (w->way[i].behind == behind && m->op == move->op && m->attrs == move->attrs &&
			m->type->rank == t->rank &&
			!memcmp(m->type->dims, t->dims, t->rank * sizeof *t->dims))
			return i;
	}
	if (w->n == sizeof w->way / sizeof *w->way)
		return 0;
	w->way[w->n] = (struct way){ behind, move };
	return w->n++;
}

/* By which way m's operands come from n: on[] has it for each node, by how much later than n it was
 * made; 0: by none.  False: by two. */
static bool way_of_operands(
	const struct node *m, const struct node *n, const uint32_t *on, uint32_t *out)
{
	*out = 0;
	for (uint32_t i = 0; i < m->nin; i++) {
		uint32_t id = m->in[i]->id, of = id >= n->id ? on[id - n->id] : 0;
		if (of && *out && of != *out)
			return false;
		*out = of ? of : *out;
	}
	return true;
}

/* The way from n behind m, whose operands come by way `by`; 0: m is nothing that ends a product. */
static uint32_t way_behind(const struct fuse *f, struct ways *ways, const struct node *n,
	const struct node *m, uint32_t by)
{
	if (fuse_elements(f->g, m->type) != fuse_elements(f->g, n->type))
		return 0;
	if (m->op == OP_reshape || m->op == OP_transpose)
		return way_find(ways, by, m);
	return op_table[m->op].kind == OP_MAP ? by : 0;
}

/* The group's members that were made after n, by how much later; *span: of the array. */
static const struct node **members_behind(
	const struct fuse *f, const struct group *group, const struct node *n, uint32_t *span)
{
	uint32_t most = n->id;
	for (uint32_t i = 0; i < group->nmembers; i++)
		most = group->members[i]->id > most ? group->members[i]->id : most;
	*span = most - n->id + 1;
	const struct node **behind = job_array(f->job, *span, sizeof *behind);
	for (uint32_t i = 0; i < group->nmembers; i++)
		if (group->members[i]->id > n->id)
			behind[group->members[i]->id - n->id] = group->members[i];
	return behind;
}

bool fuse_product_fits(struct fuse *f, const struct group *group, const struct node *n)
{
	if (group->core != CORE_map || group->has_reduce || map_turns(f->job, group->root) ||
		fuse_elements(f->g, group->root->type) != fuse_elements(f->g, n->type))
		return false;
	uint32_t span;
	const struct node **behind = members_behind(f, group, n, &span);
	uint32_t *on = job_array(f->job, span, sizeof *on);
	struct ways ways = { .n = 2 };
	on[0] = 1;
	for (uint32_t k = 1; k < span; k++) {
		if (!behind[k])
			continue;
		if (!way_of_operands(behind[k], n, on, &on[k]))
			return false;
		if (on[k] && !(on[k] = way_behind(f, &ways, n, behind[k], on[k])))
			return false;
	}
	for (uint32_t i = 0; i < group->nouts; i++)
		if (group->outs[i]->id < n->id || !on[group->outs[i]->id - n->id])
			return false;
	return true;
}

bool fuse_ends_product(const struct fuse *f, const struct node *n)
{
	const struct type *t = n->type;
	double elements = fuse_elements(f->g, t);

	while (!node_is_product(n)) {
		const struct node *from = NULL;
		bool moves = n->op == OP_reshape || n->op == OP_transpose;
		if (f->must[n->id] || n->nregions || (!moves && op_table[n->op].kind != OP_MAP))
			return false;
		for (uint32_t k = 0; k < n->nin; k++) {
			const struct node *x = n->in[k];
			if (x->op == OP_broadcast_in_dim || node_is_leaf(x))
				continue;
			if (from || f->users[x->id][1] || fuse_elements(f->g, x->type) != elements)
				return false;
			from = x;
		}
		if (!from)
			return false;
		n = from;
	}
	return dtype_bytes(t->dtype) <= dtype_bytes(n->type->dtype);
}
