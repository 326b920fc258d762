/* fuse_place.c -- where a node's elements lie in the space of the group its users are in.
 *
 * A group's kernel goes over the dims of its root (struct group: its space).  A node's place there
 * is followed from its users' (member_through): which dim of the space each of its dims is, and how
 * often an element of it is asked for while the root's are made.  Users that ask at different
 * places leave it without one: it is then computed at each. */
#include "plan/fuse_impl.h"
#include <string.h>

struct member *member_in(struct fuse *f, const struct node *n, const struct group *group)
{
	struct member *m = f->in[n->id];
	while (m && m->group != group)
		m = m->next;
	return m;
}

bool fuse_type_fits(const struct type *t)
{
	return t->kind == TYPE_tensor && t->rank <= PLAN_MAX_RANK;
}

bool group_stacks(const struct group *group, const struct node *u)
{
	const struct node *root = group->unshaped ? group->root->in[0] : group->root;

	return u->op == OP_concatenate && group->core == CORE_map && node_stacks_have(root, u);
}

bool group_joins(const struct group *group, const struct node *u)
{
	return group->core == CORE_map && node_joined(group->root) == u;
}

/* Is u an update that group's kernel writes in place, n its update or a start? */
static bool is_updated(const struct group *group, const struct node *u, const struct node *n)
{
	return group->core == CORE_update && u == group->root && n != u->in[0];
}

bool fuse_scattered(const struct node *n, const struct node *u)
{
	const struct type *t = n->type;

	if (u->op != OP_scatter || node_noperands(u) != 3 || n != u->in[2] || n == u->in[0] ||
		n == u->in[1] || !node_scatters_rows(u))
		return false;
	return t->rank == u->type->rank && t->dims[t->rank - 1] == u->type->dims[t->rank - 1];
}

/* n's place as the start indices of gather u: each is read at one place for an element of
 * u's. */
static bool member_of_gather(const struct node *n, const struct node *u, const struct member *at,
	struct member *out)
{
	uint32_t count, d = 0, vector = (uint32_t)node_int(u, KEY_index_vector_dim, 0);
	const int64_t *offset = node_ints(u, KEY_offset_dims, &count);

	if (n != u->in[1] || n == u->in[0])
		return false;
	for (uint32_t i = 0; i < n->type->rank; i++) {
		if (i == vector)
			continue;
		for (uint32_t k = 0; k < count; k++)     /* in order */
			d += offset[k] == d;
		out->dim[i] = at->dim[d++];
	}
	return true;
}

/* The same of n, an operand of segment_reduce u: rows of the first go through a segment each. */
static bool member_of_segment(const struct node *n, const struct node *u, const struct member *at,
	struct member *out)
{
	if (n == u->in[0] && (n == u->in[1] || n == u->in[2]))
		return false;
	out->dim[0] = n == u->in[0] ? -1 : at->dim[0];
	if (n->type->rank > 1)
		out->dim[1] = at->dim[1];
	return n != u->in[1] || n != u->in[2];
}

/* The same of n, a piece of concatenation u: one that is made with the others, or is one long and
 * lies at a place that is known. */
static bool member_of_piece(const struct node *n, const struct node *u, const struct member *at,
	struct member *out)
{
	int64_t d = node_int(u, KEY_dimension, 0);

	memcpy(out->dim, at->dim, sizeof out->dim);
	if (group_stacks(at->group, u)) {
		out->dim[d] = -1;
		return true;
	}
	return at->dim[d] < 0 && n->type->dims[d] == 1;
}

/* The same of n, which u reshapes: only dims of size 1 may come and go. */
static bool member_of_reshape(const struct node *n, const struct node *u, const struct member *at,
	struct member *out)
{
	uint32_t k = 0;

	for (uint32_t d = 0; d < n->type->rank; d++) {
		if (n->type->dims[d] == 1)
			continue;
		while (k < u->type->rank && u->type->dims[k] == 1)
			k++;
		if (k == u->type->rank || u->type->dims[k] != n->type->dims[d])
			return false;
		out->dim[d] = at->dim[k++];
	}
	while (k < u->type->rank && u->type->dims[k] == 1)
		k++;
	return k == u->type->rank;
}

/* n's place as the operand of user u, whose place is known: dims followed through u. */
static bool member_through(const struct node *n, const struct node *u, const struct member *at,
	struct member *out)
{
	uint32_t count;
	if (!at->mapped || !fuse_type_fits(n->type) || !fuse_type_fits(u->type))
		return false;
	memset(out->dim, -1, sizeof out->dim);
	if (at->group->unshaped && u == at->group->root) {
		memcpy(out->dim, at->dim, sizeof out->dim);
		return true;
	}
	if (is_updated(at->group, u, n)) {
		if (n == u->in[1])
			memcpy(out->dim, at->dim, sizeof out->dim);
		return true;
	}
	if (u->op == OP_broadcast_in_dim) {
		const int64_t *to = node_ints(u, KEY_broadcast_dimensions, &count);
		for (uint32_t d = 0; d < n->type->rank; d++)
			out->dim[d] = n->type->dims[d] == 1 ? -1 : at->dim[to[d]];
		return true;
	}
	if (u->op == OP_gather)
		return member_of_gather(n, u, at, out);
	if (fuse_scattered(n, u)) {              /* places are those of the updates */
		memcpy(out->dim, at->dim, sizeof out->dim);
		return true;
	}
	if (u->op == OP_segment_reduce)
		return member_of_segment(n, u, at, out);
	if (u->op == OP_concatenate)
		return member_of_piece(n, u, at, out);
	if (u->op == OP_transpose) {
		const int64_t *p = node_ints(u, KEY_permutation, &count);
		for (uint32_t d = 0; d < n->type->rank; d++)
			out->dim[p[d]] = at->dim[d];
		return true;
	}
	if (u->op == OP_reshape)
		return member_of_reshape(n, u, at, out);
	if (op_table[u->op].kind == OP_MAP && u->op != OP_map) {
		if (n->type->rank != u->type->rank)
			return n->type->rank == 0;       /* select's predicate, clamp's bounds */
		memcpy(out->dim, at->dim, sizeof out->dim);
		return true;
	}
	return false;
}

/* Does u ask for n's neighbours in a row one by one, where it gathers elements or turns rows? */
static bool takes_apart(const struct node *u, const struct node *n)
{
	uint32_t count, last = n->type->rank - 1;

	if (u->op != OP_gather || n != u->in[0])
		return node_turns_rows(u);
	return n->type->rank && n->type->dims[last] != 1 &&
	       node_ints(u, KEY_slice_sizes, &count)[last] == 1;
}

/* How often u's evaluation at one element evaluates its operand n. */
static double fan(const struct fuse *f, const struct group *group, const struct node *u,
	const struct node *n)
{
	double d = fuse_elements(f->g, u->type->kind == TYPE_tensor ? u->type : n->type);
	switch (u->op) {
	case OP_reduce:
		return n->type->rank ? fuse_elements(f->g, n->type) / (d > 0 ? d : 1) : 1;
	case OP_concatenate:
		if (group_stacks(group, u))
			return 1.0 / u->nin;
		return group_joins(group, u) && d > 0 ? fuse_elements(f->g, n->type) / d : 1;
	case OP_scatter: case OP_segment_reduce:
		return d > 0 ? fuse_elements(f->g, n->type) / d : 1;
	case OP_dynamic_update_slice:            /* a start is read once */
		return is_updated(group, u, n) && n != u->in[1]
			       ? 1 / fuse_elements(f->g, u->in[1]->type) : 1;
	case OP_reduce_window: case OP_select_and_scatter: case OP_map: case OP_dot_general:
		if (scan_axis(u) >= 0)
			return 1;
		/* many: keeps all but the cheapest producers out */
		return 16;
	default:
		return 1;
	}
}

bool member_of_users(
	struct fuse *f, const struct node *n, struct group *group, struct member *out)
{
	bool any = false;
	double most = 0;                 /* asked for twice at one index, it is computed once */
	*out = (struct member){ .group = group, .mapped = true };
	for (const struct node *const *u = f->users[n->id]; *u; u++) {
		const struct member *at = member_in(f, *u, group);
		struct member m = { 0 };
		if (!at)
			continue;
		double visits = at->visits * fan(f, group, *u, n);
		out->visits += visits;
		out->apart |= at->apart || takes_apart(*u, n);
		most = visits > most ? visits : most;
		bool known = member_through(n, *u, at, &m);
		if ((*u)->op == OP_reduce && group->core == CORE_row && at->mapped &&
		    n->type->rank == group->rank) {
			/* the row reduce reads its operand where the space is */
			known = true;
			memset(m.dim, -1, sizeof m.dim);
			for (uint32_t d = 0; d < group->rank; d++)
				m.dim[d] = n->type->dims[d] == 1 ? -1 : (int8_t)d;
		}
		if (!known || (any && memcmp(out->dim, m.dim, sizeof m.dim)))
			out->mapped = false;
		memcpy(out->dim, m.dim, sizeof m.dim);
		any = true;
	}
	if (out->mapped)
		out->visits = most;
	return any;
}
