/* fuse.c -- which nodes become one kernel.
 *
 * Nodes are visited users first.  Each either joins the one kernel all its users are in, is
 * repeated in several because that is cheaper than a buffer, or gets a buffer and begins a kernel
 * of its own as root.  A kernel has one root, so it only ever holds ancestors of that root and no
 * cycle can arise; results it has beside the root are looked at one by one (F5).
 *
 * F1  What a step, a contraction or the caller reads has a buffer; so has a transpose whose rows
 *     are read one by one (fuse_turned.c).
 * F2  A node is not computed again for each of many readers unless that is cheap (GROUP_SPARE a
 *     kernel).
 * F3  A reduce along the last dims of the space makes the kernel a row kernel: its value is
 *     computed once a row and used by the same row (softmax, norms).  Other reduces are loops
 *     inside a map kernel.
 * F4  A contraction takes what follows it as epilogue as long as that is element by element, with
 *     reshapes and transposes between.
 * F5  What several kernels read, or the caller too, is made by one of its readers where that goes
 *     over the same elements or rows (fuse_share.c).
 * F6  What updates a small part of a tensor that may end there writes over it (fuse_update.c).
 * F7  Which kernels come out depends on the graph alone. */
#include "plan/fuse_impl.h"
#include <string.h>

#define GROUP_SPARE 6.0          /* operations recomputed an element of the root, at most */
#define GROUP_MOST 400           /* members */
#define SCATTERED_WEIGHT 4       /* of an op on what is scattered: there are few chunks */
#define SHARERS 64               /* kernels a cheap node may be repeated in */
#define NESTED_MOST 4096         /* elements: of more, a reduce of a reduce is two kernels */
#define PIECES_INSIDE 4          /* of a concatenation within another kernel, at most */
#define PIECES_SELECTED 32       /* and of one that is smaller than PIECES_ELEMENTS */
#define PIECES_ELEMENTS 4096
#define APART_LOADS 8            /* of what is computed for places that lie apart, at most */
#define APART_SPARE 16.0         /* elements that are made in a row for one that lies apart */
#define ROW_LEAST 8              /* shorter rows are loops in a map kernel */
#define ROW_TAPS 9               /* products of a window, 3 x 3, that no row kernel adds up */

double fuse_elements(const struct graph *g, const struct type *t)
{
	double n = 1;
	for (uint32_t i = 0; i < t->rank; i++)
		n *= dim_typical(g, t->dims[i]);
	return n;
}

static bool node_is_input(const struct node *n)
{
	return n->op == OP_parameter || (n->op == OP_constant && !attrs_find(n->attrs, KEY_value));
}

double node_weight(const struct node *n)
{
	const struct op_info *op = &op_table[n->op];

	if (op->flags & OP_FUNCTION)
		return 12;
	if (op->flags & OP_DIVIDES)
		return 4;
	/* a shift at each use, where a buffer takes a kernel before anything else */
	if (n->op == OP_convert && n->type->dtype == DTYPE_f32 &&
		n->in[0]->type->dtype == DTYPE_bf16 && node_is_input(n->in[0]))
		return 0;
	switch (n->op) {
	case OP_gather: case OP_patches:
		return 3;
	case OP_reduce: case OP_reduce_window: case OP_dot_general: case OP_select_and_scatter:
	case OP_map: case OP_segment_reduce:
		return 100;
	default:
		return n->op != OP_result && op->kind != OP_MOVE && op->kind != OP_LEAF;
	}
}

bool node_is_leaf(const struct node *n)
{
	while ((n->op == OP_broadcast_in_dim || n->op == OP_reshape) && n->in[0]->type->rank == 0)
		n = n->in[0];
	return (n->op == OP_constant && attrs_find(n->attrs, KEY_value)) || n->op == OP_iota;
}

static bool node_is_sort(const struct node *n)
{
	return op_table[n->op].kind == OP_SORT;
}

/* Is n the root of its kernel, whatever reads its results? */
static bool node_is_root(const struct node *n)
{
	return node_is_sort(n) || n->op == OP_scatter || n->op == OP_window_sums ||
	       scan_axis(n) >= 0;
}

bool node_is_step(const struct node *n)
{
	if (n->op == OP_result)          /* of a root: set by its kernel */
		return node_is_root(n->in[0]) || node_is_step(n->in[0]);
	if (node_has_effect(n) || n->type->kind == TYPE_token)
		return true;
	switch (op_table[n->op].kind) {
	case OP_LIBRARY: case OP_RANDOM: case OP_CONTROL: case OP_CUSTOM: case OP_TUPLE:
	case OP_TOKEN: case OP_COLLECTIVE: case OP_EXPAND:
		return true;
	default:
		return false;
	}
}

static void group_add(
	struct fuse *f, struct group *group, const struct node *n, const struct member *m)
{
	if (group->nmembers == group->cap) {
		uint32_t cap = group->cap ? 2 * group->cap : 8;
		group->members =
			job_grow(f->job, group->members, group->cap, cap, sizeof *group->members);
		group->cap = cap;
	}
	group->members[group->nmembers++] = n;
	struct member *copy = job_alloc(f->job, sizeof *copy);
	*copy = *m;
	copy->next = f->in[n->id];
	f->in[n->id] = copy;
}

/* Is n a reshape of what is made element by element, or turned, and has longer rows?  Those are
 * made in the shape that it is reduced, scaled or read in, or turned in squares; dense buffers have
 * none.  Or of stacks, the innermost in the last dim, which is no other shape's? */
static bool reshapes_made(const struct fuse *f, const struct node *n)
{
	const struct type *to = n->type, *t;

	if (n->op == OP_reshape && fuse_type_fits(n->in[0]->type) && node_interleaves(n->in[0]))
		return true;
	if (n->op != OP_reshape || n->in[0]->nregions ||
		(op_table[n->in[0]->op].kind != OP_MAP && !node_turns_rows(n->in[0])))
		return false;
	t = n->in[0]->type;
	return fuse_type_fits(t) && t->rank && to->rank &&
	       dim_typical(f->g, t->dims[t->rank - 1]) >=
		       dim_typical(f->g, to->dims[to->rank - 1]);
}

static struct group *group_new(struct fuse *f, const struct node *root)
{
	struct group *group = job_alloc(f->job, sizeof *group);
	bool updates = f->updates[root->id];
	bool unshaped = !updates && reshapes_made(f, root);
	const struct type *space = updates ? root->in[1]->type
		: unshaped                 ? root->in[0]->type
		: scan_axis(root) >= 0     ? node_result_type(root, 0) : root->type;
	group->root = root;
	group->core = updates ? CORE_update : CORE_map;
	group->rank = space->rank;
	group->unshaped = unshaped;
	if (group->rank > PLAN_MAX_RANK)
		job_fail(f->job, WEFT_UNIMPLEMENTED, "%s of rank %u: native code ends at rank %d",
			op_table[root->op].text, group->rank, PLAN_MAX_RANK);
	if (group->rank)
		memcpy(group->space, space->dims, group->rank * sizeof *group->space);
	struct member m = { .group = group, .mapped = true,
		.visits = fuse_elements(f->g, space) };
	for (uint32_t d = 0; d < PLAN_MAX_RANK; d++)
		m.dim[d] = d < group->rank && space->dims[d] != 1 ? (int8_t)d : -1;
	group_add(f, group, root, &m);
	f->f->buffer[root->id] = true;
	f->f->root_of[root->id] = group;
	if (f->f->ngroups == f->f->cap) {
		uint32_t cap = f->f->cap ? 2 * f->f->cap : 64;
		f->f->groups = job_grow(f->job, f->f->groups, f->f->cap, cap, sizeof *f->f->groups);
		f->f->cap = cap;
	}
	f->f->groups[f->f->ngroups++] = group;
	return group;
}

/* ---- reduces -------------------------------------------------------------------------------- */

/* A reduce of one operand over its last dims by one associative op: how many dims; 0: another
 * kind. */
uint32_t reduce_row(const struct node *n)
{
	if (reduce_op(n) == OP_COUNT)
		return 0;
	uint32_t count, rank = n->in[0]->type->rank;
	const uint64_t mask = reduce_mask(n);
	node_ints(n, KEY_dimensions, &count);
	double length = 1;
	for (uint32_t i = 0; i < count; i++) {
		if (!(mask >> (rank - 1 - i) & 1))
			return 0;
		int64_t d = n->in[0]->type->dims[rank - 1 - i];
		length *= dim_is_number(d) ? (double)d : DIM_TYPICAL;
	}
	return rank <= PLAN_MAX_RANK && length >= ROW_LEAST ? count : 0;
}

/* Is n, a reduce over the last `row` dims, reached at the row at hand?  Case A: the space is its
 * operand's. */
static bool reduce_fits(
	const struct group *group, const struct node *n, const struct member *m, uint32_t row)
{
	const struct type *x = n->in[0]->type;
	if (group->core == CORE_map ? group->has_reduce
				    : group->core != CORE_row || group->row != row)
		return false;
	if (!m->mapped || x->rank != group->rank ||
		memcmp(x->dims, group->space, x->rank * sizeof *x->dims))
		return false;
	for (uint32_t d = 0; d < n->type->rank; d++)
		if (n->type->dims[d] != 1 && m->dim[d] != (int8_t)d)
			return false;
	return true;
}

/* Case B: the group so far is over the reduce's own result; its space grows by the row. */
static bool reduce_extends(const struct group *group, const struct node *n, const struct member *m)
{
	if (group->core != CORE_map || group->has_reduce || !m->mapped)
		return false;
	uint32_t k = 0;
	for (uint32_t d = 0; d < group->rank; d++) {
		if (group->space[d] == 1)
			continue;
		while (k < n->type->rank && n->type->dims[k] == 1)
			k++;
		if (k == n->type->rank || n->type->dims[k] != group->space[d] ||
			m->dim[k] != (int8_t)d)
			return false;
		k++;
	}
	while (k < n->type->rank && n->type->dims[k] == 1)
		k++;
	return k == n->type->rank;
}

/* Renames dims of all places in the group from the old space to that of x, whose outer dims they
 * are. */
static void group_extend(struct fuse *f, struct group *group, const struct type *x, uint32_t row)
{
	int8_t to[PLAN_MAX_RANK];
	uint32_t k = 0;
	memset(to, -1, sizeof to);
	for (uint32_t d = 0; d < group->rank; d++) {
		if (group->space[d] == 1)
			continue;
		while (x->dims[k] == 1)
			k++;
		to[d] = (int8_t)k++;
	}
	for (uint32_t i = 0; i < group->nmembers; i++) {
		struct member *m = member_in(f, group->members[i], group);
		for (uint32_t d = 0; d < PLAN_MAX_RANK; d++)
			m->dim[d] = m->dim[d] < 0 ? -1 : to[m->dim[d]];
	}
	group->core = CORE_row;
	group->row = row;
	group->rank = x->rank;
	memcpy(group->space, x->dims, x->rank * sizeof *x->dims);
}

static bool join_reduce(struct fuse *f, struct group *group, const struct node *n, struct member *m)
{
	uint32_t row = reduce_row(n);
	if (row && reduce_fits(group, n, m, row)) {
		group->core = CORE_row;
		group->row = row;
		group->has_reduce = true;
		m->visits = fuse_elements(f->g, n->type);
	} else if (row && reduce_extends(group, n, m)) {
		group_extend(f, group, n->in[0]->type, row);
		member_of_users(f, n, group, m);
		m->mapped = true;
		group->has_reduce = true;
		m->visits = fuse_elements(f->g, n->type);
	} else if (group->core == CORE_map && !row &&
		   (!m->apart || !type_is_static(n->in[0]->type) ||
			   fuse_elements(f->g, n->in[0]->type) < NESTED_MOST) &&
		   m->visits <= 1.5 * fuse_elements(f->g, n->type) + 16 &&
		   (!group->has_reduce || fuse_elements(f->g, n->in[0]->type) < NESTED_MOST)) {
		group->has_reduce = true;        /* a loop inside */
	} else {
		return false;
	}
	group_add(f, group, n, m);
	return true;
}

static enum core product_core(const struct node *n)
{
	return n->op == OP_attention ? CORE_attention : CORE_contract;
}

/* ---- the walk ------------------------------------------------------------------------------- */

/* Can n be computed while group's update is written?  Not what reads the tensor written to. */
static bool update_takes(const struct group *group, const struct node *n)
{
	if (n->op == OP_dot_general || n->op == OP_map)
		return false;
	for (uint32_t k = 0; k < n->nin; k++)
		if (n->in[k] == group->root->in[0])
			return false;
	return true;
}

/* Is n a map that loads many elements for one of its own, a window of a few taps that is written
 * out?  Each operand is a load, once for all its uses at one place. */
static bool map_loads_many(const struct node *n)
{
	const struct node *seen[4 * APART_LOADS] = { n };
	uint32_t most = sizeof seen / sizeof *seen, nseen = 1, loads = 0;

	for (uint32_t i = 0; i < nseen; i++) {
		const struct node *at = seen[i];
		bool deeper = op_table[at->op].kind == OP_MAP && at->op != OP_map;
		loads += !deeper && !node_is_leaf(at) && at->type->rank;
		for (uint32_t k = 0; deeper && k < at->nin; k++) {
			bool known = false;
			for (uint32_t j = 0; j < nseen && !known; j++)
				known = seen[j] == at->in[k];
			if (!known && nseen == most)
				return true;
			if (!known)
				seen[nseen++] = at->in[k];
		}
	}
	return loads > APART_LOADS;
}

/* What a term of a window that is written out is a slice of; NULL: it is no such term. */
static const struct node *tap_operand(const struct node *term)
{
	if (term->op != OP_multiply)
		return NULL;
	const struct node *x = term->in[0];
	while (x->op == OP_convert)
		x = x->in[0];
	return x->op == OP_slice ? x->in[0] : NULL;
}

/* Is n the sum of so many products of a window that is written out that it is a kernel of its own?
 * A map reads a vector once for several places (gen/taps.c), and what lies otherwise is turned
 * before it; row by row each product would read its own. */
static bool sums_taps(const struct node *n)
{
	const struct node *of = n->op == OP_add ? tap_operand(n->in[1]) : NULL;
	uint32_t taps = 0;

	for (; of && n->op == OP_add && tap_operand(n->in[1]) == of; n = n->in[0])
		taps++;
	return of && tap_operand(n) == of && taps + 1 >= ROW_TAPS;
}

/* May n be computed inside group as often as its users there want it (F2)? */
static bool join_map(struct fuse *f, struct group *group, const struct node *n, struct member *m)
{
	if (group->core == CORE_sort || group->nmembers >= GROUP_MOST)
		return false;
	if (group->core == CORE_scatter && node_weight(n) > SCATTERED_WEIGHT)
		return false;
	if (op_table[n->op].kind == OP_WINDOW && group->core != CORE_map)
		return false;
	if (group->contract && map_turns(f->job, n))
		return false;
	if (group->core == CORE_row && sums_taps(n))
		return false;
	if (group->core == CORE_update && !update_takes(group, n))
		return false;
	double elements = fuse_elements(f->g, n->type), weight = node_weight(n);
	double each = m->visits / (elements > 0 ? elements : 1);
	/* what a map kernel turns goes in squares, whose lines are read as they lie */
	bool squares = m->mapped && group->core == CORE_map;
	if (m->apart && !squares && each * APART_SPARE >= 1 && map_loads_many(n))
		return false;
	/* the same value along the row, or the last dim: computed once */
	uint32_t row = group->core == CORE_row ? group->row : group->hint ? group->hint : 1;
	bool along = m->mapped && group->rank >= row;
	for (uint32_t d = 0; d < n->type->rank && along; d++)
		along = m->dim[d] < (int8_t)(group->rank - row);
	for (uint32_t d = 0; d < row && along; d++) {
		double length = dim_typical(f->g, group->space[group->rank - 1 - d]);
		each /= length > 0 ? length : DIM_TYPICAL;
	}
	if (each > 1.5) {
		double cost = weight * (each > 8 ? 8 : each - 1);
		if (group->weight + cost > GROUP_SPARE || (cost > 0 && fuse_ends_product(f, n)))
			return false;
		group->weight += cost;
	}
	if (op_table[n->op].kind == OP_WINDOW || n->op == OP_dot_general || n->op == OP_map)
		group->has_reduce = true;
	group_add(f, group, n, m);
	return true;
}

/* Is n a concatenation better made by a kernel of its own, piece by piece?  Asked for by element it
 * looks at every piece. */
static bool wants_kernel(const struct fuse *f, const struct group *group, const struct node *n)
{
	return n->op == OP_concatenate && n->nin > PIECES_INSIDE && !group_joins(group, n) &&
	       !group_stacks(group, n) &&
	       (n->nin > PIECES_SELECTED || fuse_elements(f->g, n->type) >= PIECES_ELEMENTS);
}

bool fuse_join(struct fuse *f, struct group *group, const struct node *n)
{
	struct member m;
	if (!member_of_users(f, n, group, &m))
		return false;
	if (node_is_product(n)) {
		if (!fuse_product_fits(f, group, n))
			return false;
		group->core = product_core(n);
		group->contract = n;
		group_add(f, group, n, &m);
		return true;
	}
	if (n->op == OP_reduce || n->op == OP_segment_reduce)
		return join_reduce(f, group, n, &m);
	if (node_is_root(n) || wants_kernel(f, group, n))
		return false;
	return join_map(f, group, n, &m);
}

/* Cheap enough to be computed in each of several kernels rather than stored. */
static bool node_is_free(const struct fuse *f, const struct node *n)
{
	if (n->op == OP_result)
		return false;
	switch (n->op) {
	case OP_broadcast_in_dim: case OP_reshape: case OP_transpose: case OP_slice:
	case OP_convert:
	case OP_negate: case OP_compare: case OP_not: case OP_reverse:
		return true;
	case OP_pad:             /* stored, it would be a copy of the whole memory */
		return node_fills_row(n);
	default:
		return fuse_elements(f->g, n->type) <= 1 && node_weight(n) <= 4;
	}
}

static void start(struct fuse *f, const struct node *n, const char *why)
{
	struct group *group = group_new(f, n);
	group->ends = why;
	uint32_t row = reduce_row(n);
	if (node_is_product(n)) {
		group->core = product_core(n);
		group->contract = n;
	} else if (n->op == OP_scatter) {
		group->core = CORE_scatter;
	} else if (f->updates[n->id]) {
		return;
	} else if (node_is_sort(n)) {
		group->core = CORE_sort;
	} else if (scan_axis(n) >= 0) {
		group->core = CORE_scan;
	} else if (n->op == OP_window_sums) {
		group->core = CORE_sums;
	} else if (row) {
		group_extend(f, group, n->in[0]->type, row);
		group->has_reduce = true;
	} else if (op_table[n->op].kind == OP_WINDOW || n->op == OP_reduce ||
		   n->op == OP_segment_reduce || n->op == OP_dot_general) {
		group->has_reduce = true;
	} else {
		group->hint = fuse_rows(group, n);
	}
}

/* Why n, which no kernel took in, has a buffer: where the kernel it is the root of ends. */
static const char *why_start(struct fuse *f, const struct node *n, uint32_t readers)
{
	if (f->updates[n->id])
		return "it is written in place";
	if (f->must[n->id])
		return f->must[n->id];
	if (readers > 1)
		return job_printf(f->job, "%u kernels read it", readers);
	if (node_is_product(n))
		return "what follows the contraction is not element by element over its result";
	if (n->op == OP_reduce)
		return "what reads the reduction is not along the same rows";
	if (scan_axis(n) >= 0)
		return "a scan is made in order along its dim";
	if (n->op == OP_window_sums)
		return "a window's sums are of memory";
	if (n->op == OP_scatter)
		return "it is written in place";
	return "its reader would compute it more than once an element";
}

/* The groups the users of n are in, each once: the first SHARERS of them go to groups[], their
 * number is given. */
static uint32_t groups_of_users(
	const struct fuse *f, const struct node *n, struct group *groups[static SHARERS])
{
	uint32_t count = 0;

	for (const struct node *const *u = f->users[n->id]; *u; u++)
		for (const struct member *m = f->in[(*u)->id]; m; m = m->next) {
			bool seen = false;
			for (uint32_t i = 0; i < count && i < SHARERS; i++)
				seen |= groups[i] == m->group;
			if (seen)
				continue;
			if (count < SHARERS)
				groups[count] = m->group;
			count++;
		}
	return count;
}

/* n, of several results, goes into every kernel that reads one. */
static void join_readers(
	struct fuse *f, const struct node *n, uint32_t ngroups, struct group *const *groups)
{
	for (uint32_t i = 0; i < ngroups && i < SHARERS; i++) {
		struct member m;
		if (!member_of_users(f, n, groups[i], &m))
			continue;
		groups[i]->has_reduce = true;
		group_add(f, groups[i], n, &m);
	}
}

/* Takes n into all of its users' groups, one or, where it is cheap, several; false: some kernel
 * cannot, so it needs a buffer, and those it was taken into compute it anyway. */
static bool join_all(
	struct fuse *f, const struct node *n, uint32_t ngroups, struct group *const *groups)
{
	if (!ngroups || ngroups > SHARERS || (ngroups > 1 && !node_is_free(f, n)))
		return false;
	for (uint32_t i = 0; i < ngroups; i++)
		if (!fuse_join(f, groups[i], n))
			return false;
	return true;
}

static void visit(struct fuse *f, const struct node *n)
{
	if (node_is_step(n) || node_is_input(n) || node_is_leaf(n)) {
		f->f->buffer[n->id] = !node_is_leaf(n) || f->must[n->id];
		if (node_is_leaf(n) && f->must[n->id])
			start(f, n, f->must[n->id]);
		return;
	}
	struct group *groups[SHARERS];
	uint32_t ngroups = groups_of_users(f, n, groups);
	if (n->type->kind == TYPE_results && !node_is_root(n)) {
		join_readers(f, n, ngroups, groups);
		return;
	}
	bool root = node_is_root(n) || f->updates[n->id];
	if (!f->must[n->id] && n->op != OP_result && !root && join_all(f, n, ngroups, groups))
		return;
	if (!root && fuse_share(f, n, ngroups < SHARERS ? ngroups : SHARERS, groups))
		return;
	start(f, n, why_start(f, n, ngroups));
}

static void list_users(struct fuse *f)
{
	uint32_t *count = job_array(f->job, graph_nnodes(f->g), sizeof *count);
	for (uint32_t i = 0; i < f->f->count; i++)
		for (uint32_t k = 0; k < f->f->order[i]->nin; k++)
			count[f->f->order[i]->in[k]->id]++;
	for (uint32_t i = 0; i < f->f->count; i++) {
		uint32_t id = f->f->order[i]->id;
		f->users[id] = job_array(f->job, count[id] + 1, sizeof **f->users);
		count[id] = 0;
	}
	for (uint32_t i = 0; i < f->f->count; i++)
		for (uint32_t k = 0; k < f->f->order[i]->nin; k++) {
			uint32_t id = f->f->order[i]->in[k]->id;
			f->users[id][count[id]++] = f->f->order[i];
		}
}

/* Is n a constant that each chunk of scatter u fills its own rows with, before it adds to them? */
static bool fills_rows(const struct node *n, const struct node *u)
{
	return u->op == OP_scatter && node_scatters_sorted(u) && n == u->in[0] && n != u->in[2] &&
	       node_is_leaf(n);
}

/* F1: fills f->must. */
static void need_buffers(struct fuse *f, const struct region *r)
{
	for (uint32_t i = 0; i < r->nresults; i++)
		f->must[r->results[i]->id] = "it is a result";
	for (uint32_t i = 0; i < f->f->count; i++) {
		const struct node *n = f->f->order[i];
		bool reads_buffers = node_is_step(n) || node_is_product(n) ||
			n->op == OP_scatter || n->op == OP_window_sums;
		const char *why = node_is_product(n)    ? "a contraction reads it from memory"
				  : n->op == OP_scatter ? "a scatter reads it from memory"
				  : n->op == OP_window_sums ? "a window's sums read it from memory"
				  : node_is_sort(n)     ? "a sort reads it from memory"
							: "a step that is no kernel reads it";
		for (uint32_t k = 0; k < n->nin; k++)
			if (!f->must[n->in[k]->id] &&
			    !fuse_scattered(n->in[k], n) && !fills_rows(n->in[k], n) &&
			    (reads_buffers || (node_is_sort(n) && !node_is_leaf(n->in[k]))))
				f->must[n->in[k]->id] = why;
	}
}

static struct fuse fuse_new(
	struct graph *g, const struct region *r, const bool *mine, const bool *banned)
{
	struct job *j = graph_job(g);
	uint32_t ids = graph_nnodes(g);
	struct fuse f = { .g = g, .job = j, .f = job_alloc(j, sizeof *f.f), .banned = banned,
		.mine = mine };

	f.f->order = region_order(j, r, &f.f->count);
	f.f->buffer = job_array(j, ids, sizeof *f.f->buffer);
	f.f->unread = job_array(j, ids, sizeof *f.f->unread);
	f.f->root_of = job_array(j, ids, sizeof *f.f->root_of);
	f.f->twin = job_array(j, ids, sizeof *f.f->twin);
	f.f->seen = job_array(j, ids, sizeof *f.f->seen);
	f.in = job_array(j, ids, sizeof *f.in);
	f.users = job_array(j, ids, sizeof *f.users);
	f.must = job_array(j, ids, sizeof *f.must);
	f.covered = job_array(j, ids, sizeof *f.covered);
	f.seen = job_array(j, ids, sizeof *f.seen);
	f.updates = job_array(j, ids, sizeof *f.updates);
	f.alone = job_array(j, ids, sizeof *f.alone);
	return f;
}

/* The walk, with nothing shared that banned[] names. */
static struct fuse fuse_walk(
	struct graph *g, const struct plan_source *s, const bool *mine, const bool *banned)
{
	struct fuse f = fuse_new(g, s->region, mine, banned);

	list_users(&f);
	fuse_sizes(&f, s);
	need_buffers(&f, s->region);
	fuse_turned(&f);
	fuse_updates(&f, s->region);
	for (uint32_t i = f.f->count; i-- > 0;)
		visit(&f, f.f->order[i]);
	return f;
}

/* Which results no kernel or step reads, by the walk's last list of users. */
static void list_unread(const struct fuse *f, const struct region *r)
{
	for (uint32_t i = 0; i < r->nresults; i++) {
		const struct node *n = r->results[i];
		int64_t bytes = n->type->kind == TYPE_tensor ? type_bytes(n->type) : 0;
		if (f->users[n->id][0] || f->f->unread[n->id])
			continue;
		f->f->unread[n->id] = true;
		f->f->unread_bytes += bytes > 0 ? (double)bytes : 0;
	}
}

struct fusion *plan_fuse(struct graph *g, const struct plan_source *s, const bool *mine)
{
	bool *banned = job_array(graph_job(g), graph_nnodes(g), sizeof *banned);
	struct fuse f = fuse_walk(g, s, mine, banned);
	while (fuse_ban(&f, banned))
		f = fuse_walk(g, s, mine, banned);
	list_unread(&f, s->region);
	fuse_order(&f);
	return f.f;
}
