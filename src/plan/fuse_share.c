/* fuse_share.c -- results a kernel has beside its root (F5 of fuse.c).
 *
 * What several kernels read, or the caller reads too - a sum that a gradient and a norm need, the
 * statistics and states that a training step returns - is computed by the kernel that needs it
 * anyway and stored on the way: its inputs are read once, not once for each.
 *
 * S1  The kernel goes over the node's elements: its space, or, of a row kernel, its rows.
 * S2  No other kernel stands between: none that reads the node, or what is made of it, is read by
 *     this one, or the two would wait for each other.  Kernels behind the node are all known, since
 *     the walk meets users first.
 * S3  A node that a contraction can take as its epilogue stays with that, unless the kernel can
 *     too. */
#include "plan/fuse_impl.h"
#include <string.h>

#define LOOK_MOST 64             /* nodes above one that are looked at */

bool group_makes(const struct group *group, const struct node *n)
{
	bool makes = n == group->root;

	for (uint32_t i = 0; i < group->nouts; i++)
		makes |= n == group->outs[i];
	return makes;
}

/* ---- S1 ------------------------------------------------------------------------------------- */

static bool dims_equal(const struct type *t, const struct group *group)
{
	return t->rank == group->rank &&
	       (!t->rank || !memcmp(t->dims, group->space, t->rank * sizeof *t->dims));
}

static bool place_is_space(const struct group *group, const struct node *n, const struct member *m)
{
	if (!m->mapped || !dims_equal(n->type, group))
		return false;
	for (uint32_t d = 0; d < n->type->rank; d++)
		if (n->type->dims[d] != 1 && m->dim[d] != (int8_t)d)
			return false;
	return true;
}

/* Is n one value a row, rows being all dims of the space but the last `row`, in order? */
static bool place_is_rows(const struct group *group, const struct node *n, const struct member *m,
	uint32_t row)
{
	uint32_t k = 0;

	if (!m->mapped)
		return false;
	for (uint32_t d = 0; d + row < group->rank; d++) {
		if (group->space[d] == 1)
			continue;
		while (k < n->type->rank && n->type->dims[k] == 1)
			k++;
		if (k == n->type->rank || m->dim[k] != (int8_t)d ||
			n->type->dims[k++] != group->space[d])
			return false;
	}
	while (k < n->type->rank && n->type->dims[k] == 1)
		k++;
	return k == n->type->rank;
}

/* What n is made of, element by element: above[0..n). */
struct above {
	uint32_t n;
	const struct node *at[LOOK_MOST];
};

static void look_at(struct above *a, const struct node *n)
{
	for (uint32_t i = 0; i < a->n; i++)
		if (a->at[i] == n)
			return;
	if (a->n < LOOK_MOST)
		a->at[a->n++] = n;
}

static void look_above(const struct node *n, struct above *a)
{
	a->n = 0;
	a->at[a->n++] = n;
	for (uint32_t i = 0; i < a->n; i++) {
		const struct node *x = a->at[i];
		bool goes_on = op_table[x->op].kind == OP_MAP || x->op == OP_reshape ||
			       x->op == OP_transpose || x->op == OP_broadcast_in_dim;
		for (uint32_t k = 0; goes_on && k < x->nin; k++)
			look_at(a, x->in[k]);
	}
}

static bool is_epilogue(const struct fuse *f, const struct node *n)
{
	struct above a;

	look_above(n, &a);
	for (uint32_t i = 0; i < a.n; i++)
		if (node_is_product(a.at[i]) &&
			fuse_elements(f->g, a.at[i]->type) == fuse_elements(f->g, n->type))
			return true;
	return false;
}

uint32_t fuse_rows(const struct group *group, const struct node *root)
{
	struct above a;

	look_above(root, &a);
	for (uint32_t i = 0; i < a.n; i++) {
		uint32_t row = reduce_row(a.at[i]);
		if (row && dims_equal(a.at[i]->in[0]->type, group))
			return row;
	}
	return 0;
}

static bool place_fits(const struct fuse *f, const struct group *group, const struct node *n,
	const struct member *m)
{
	if (group->core != CORE_map && group->core != CORE_row)
		return false;
	if (place_is_space(group, n, m))
		return (group->core == CORE_map && !group->has_reduce) || !is_epilogue(f, n);
	uint32_t row = group->core == CORE_row ? group->row : group->hint;
	return row && row <= group->rank && place_is_rows(group, n, m, row);
}

/* ---- S2 ------------------------------------------------------------------------------------- */

struct behind {
	struct fuse *f;
	const struct node **at;          /* nodes that have values from n on, to be followed */
	uint32_t n, cap;
};

static void follow(struct behind *b, const struct node *n)
{
	if (b->f->seen[n->id] == b->f->looks)
		return;
	b->f->seen[n->id] = b->f->looks;
	if (b->n == b->cap) {
		uint32_t cap = b->cap ? 2 * b->cap : 32;
		b->at = job_grow(b->f->job, b->at, b->cap, cap, sizeof *b->at);
		b->cap = cap;
	}
	b->at[b->n++] = n;
}

/* Follows what the kernels, but group, and the step that read b->at[i], if by says so for its size,
 * make.  True: group is one of them, and does not make it. */
static bool follow_readers(struct behind *b, const struct group *group, uint32_t i,
	const struct node *const *readers)
{
	struct fuse *f = b->f;

	for (; readers && *readers; readers++) {
		if (!f->in[(*readers)->id])
			follow(b, *readers);     /* a step */
		for (const struct member *m = f->in[(*readers)->id]; m; m = m->next) {
			if (m->group == group && i > 0)
				return true;
			if (m->group == group)
				continue;
			follow(b, m->group->root);
			for (uint32_t k = 0; k < m->group->nouts; k++)
				follow(b, m->group->outs[k]);
		}
	}
	return false;
}

/* Would group, if it made n, wait for a kernel that reads it?  Nodes read only what is before them,
 * so what is behind the root counts as far as a kernel's results reach back over it; but of sizes
 * that are read from tensors. */
static bool would_wait(struct fuse *f, const struct group *group, const struct node *n)
{
	struct behind b = { .f = f };

	f->looks++;
	follow(&b, n);
	for (uint32_t i = 0; i < b.n; i++) {
		uint32_t id = b.at[i]->id;
		if (!f->sized && id > group->root->id && !f->covered[id])
			continue;
		if (follow_readers(&b, group, i, f->users[id]) ||
			(f->sized && follow_readers(&b, group, i, f->sized[id])))
			return true;
	}
	return false;
}

/* --------------------------------------------------------------------------------------------- */

/* May group's kernel have n beside its root, for all that these are?  What a root only reshapes is
 * a buffer that the root is, too. */
static bool takes_more(const struct group *group, const struct node *n)
{
	const struct node *root = group->root;

	if (root->op == OP_reshape && (!group->unshaped || n == root->in[0]))
		return false;
	return group->nouts < GROUP_OUTS && root->op != OP_result;
}

static bool share_with(struct fuse *f, struct group *group, const struct node *n)
{
	struct member m;
	const struct node *root = group->root;

	if (!takes_more(group, n) ||
		root->type->kind != TYPE_tensor || !member_of_users(f, n, group, &m) ||
		!place_fits(f, group, n, &m) || would_wait(f, group, n) || !fuse_join(f, group, n))
		return false;
	group->outs[group->nouts++] = n;
	memset(f->covered + n->id, true, root->id - n->id + 1);
	f->f->buffer[n->id] = true;
	f->f->root_of[n->id] = group;
	return true;
}

bool fuse_share(struct fuse *f, const struct node *n, uint32_t ngroups,
	struct group *const *groups)
{
	bool plain = (op_table[n->op].kind == OP_MAP && !n->nregions) || reduce_row(n);

	if (!plain || f->banned[n->id] || f->alone[n->id])
		return false;
	if (n->type->kind != TYPE_tensor || n->type->quant)
		return false;
	for (uint32_t i = 0; i < ngroups; i++)
		if (share_with(f, groups[i], n))
			return true;
	return false;
}

/* Can group's kernel, as it became, store n?  A product's could when it joined. */
static bool still_fits(
	const struct fuse *f, const struct group *group, const struct node *n)
{
	double rows = 1;

	if (group->contract || dims_equal(n->type, group))
		return true;
	for (uint32_t d = 0; d + group->row < group->rank; d++)
		rows *= dim_typical(f->g, group->space[d]);
	return group->core == CORE_row && rows == fuse_elements(f->g, n->type);
}

bool fuse_ban(const struct fuse *f, bool *banned)
{
	bool any = false;

	for (uint32_t i = 0; i < f->f->ngroups; i++) {
		const struct group *group = f->f->groups[i];
		for (uint32_t k = 0; k < group->nouts; k++) {
			bool fits = still_fits(f, group, group->outs[k]);
			banned[group->outs[k]->id] |= !fits;
			any |= !fits;
		}
	}
	return any;
}
