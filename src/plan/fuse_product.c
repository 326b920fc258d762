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

bool fuse_product_fits(struct fuse *f, const struct group *group, const struct node *n)
{
	if (group->core != CORE_map || group->has_reduce || map_turns(f->job, group->root) ||
		fuse_elements(f->g, group->root->type) != fuse_elements(f->g, n->type))
		return false;
	uint32_t most = n->id;
	for (uint32_t i = 0; i < group->nmembers; i++)
		most = group->members[i]->id > most ? group->members[i]->id : most;
	/* by which way; 0: not at all */
	uint32_t *on = job_array(f->job, most - n->id + 1, sizeof *on);
	struct ways ways = { .n = 2 };
	on[0] = 1;
	for (uint32_t k = n->id + 1; k <= most; k++)
		for (uint32_t i = 0; i < group->nmembers; i++) {
			const struct node *m = group->members[i];
			if (m->id != k)
				continue;
			uint32_t by = 0;
			for (uint32_t x = 0; x < m->nin; x++) {
				uint32_t id = m->in[x]->id,
					 of = id >= n->id && id < k ? on[id - n->id] : 0;
				if (of && by && of != by)
					return false;
				by = of ? of : by;
			}
			if (!by)
				continue;
			if (fuse_elements(f->g, m->type) != fuse_elements(f->g, n->type))
				return false;
			if (m->op == OP_reshape || m->op == OP_transpose)
				by = way_find(&ways, by, m);
			else if (op_table[m->op].kind != OP_MAP)
				return false;
			if (!by)
				return false;
			on[k - n->id] = by;
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
