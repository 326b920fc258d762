/* expand_ragged.c -- chlo.ragged_dot as a dot_general; large plain ones: expand_groups.c.
 *
 * Groups along a free dimension of lhs: the product with every group of rhs, of which the own one
 * is kept.  Along a contracted dimension: group_sizes becomes a batch dimension, operands outside
 * of the group are 0.  Along a batch dimension the groups say nothing about the result.  Selecting
 * (not multiplying by 0) keeps infinities of other groups out. */
#include "ir/build.h"
#include "pass/expand.h"
#include <string.h>

#define MOST 64                          /* dimensions */

struct ragged {
	struct graph *g;
	const struct node *n, *lhs, *rhs;
	uint32_t nb, nc;
	const int64_t *lb, *rb, *lc, *rc;
	int64_t dim, group;          /* of lhs, of rhs; group -1: none */
	const struct node *start, *end;      /* i64, of group_sizes' shape */
};

static bool has(uint32_t n, const int64_t *list, int64_t d)
{
	for (uint32_t i = 0; i < n; i++)
		if (list[i] == d)
			return true;
	return false;
}

/* Dimensions of an operand that are neither batching nor contracting, before d. */
static uint32_t free_before(
	const struct ragged *r, int64_t d, const int64_t *batch, const int64_t *contract)
{
	uint32_t n = 0;

	for (int64_t i = 0; i < d; i++)
		n += !has(r->nb, batch, i) && !has(r->nc, contract, i);
	return n;
}

/* Where groups begin and end, within the places that there are: sums over the sizes before, those
 * below 0 as 0. */
static void find_ends(struct ragged *r, const struct node *sizes)
{
	struct graph *g = r->g;
	uint32_t rank = sizes->type->rank, last = rank - 1;
	int64_t dims[MOST], at[MOST], over = rank;

	sizes = build_convert(g, sizes, DTYPE_i64);
	const struct node *all = build_dim(g, r->lhs->type->dims[r->dim], 1, &r->lhs);
	all = build_broadcast(g, all, rank, sizes->type->dims, NULL);
	sizes = build2(g, OP_maximum, sizes, build_like(g, sizes, 0));
	sizes = build2(g, OP_minimum, sizes, all);
	memcpy(dims, sizes->type->dims, rank * sizeof *dims);
	dims[rank] = dims[last];
	for (uint32_t d = 0; d < rank; d++)
		at[d] = d == last ? rank : d;
	const struct node *wide = build_broadcast(g, sizes, rank + 1, dims, at);
	const struct node *before = build_compare(
		g, "LE", build_iota(g, wide->type, over), build_iota(g, wide->type, last));
	wide = build_select(g, before, wide, build_like(g, wide, 0));
	const struct node *end = build_reduce(g, OP_add, wide, 1, &over);
	r->start = build2(g, OP_minimum, build2(g, OP_subtract, end, sizes), all);
	r->end = build2(g, OP_minimum, end, all);
}

/* x where its index along `along` is of the group of its index along `group`, else 0; batch[i]:
 * where x has batch dimension i. */
static const struct node *own_group(const struct ragged *r, const struct node *x, int64_t along,
	int64_t group, const int64_t *batch)
{
	struct graph *g = r->g;
	uint32_t rank = x->type->rank, nsizes = r->start->type->rank;
	const struct type *index = type_with_dtype(g, x->type, DTYPE_i64);
	int64_t at[MOST];

	memcpy(at, batch, (nsizes - 1) * sizeof *at);
	at[nsizes - 1] = group;
	const struct node *i = build_iota(g, index, along);
	const struct node *low = build_broadcast(g, r->start, rank, x->type->dims, at);
	const struct node *high = build_broadcast(g, r->end, rank, x->type->dims, at);
	const struct node *in = build2(
		g, OP_and, build_compare(g, "LE", low, i), build_compare(g, "LT", i, high));
	return build_select(g, in, x, build_like(g, x, 0));
}

/* The product as if there were one group. */
static const struct node *ragged_dot(const struct ragged *r)
{
	return build_dot(r->g, r->lhs, r->rhs, (struct dim_pairs){ r->nb, r->lb, r->rb },
		(struct dim_pairs){ r->nc, r->lc, r->rc }, r->n->type->dtype);
}

static const struct node *expand_free(const struct ragged *r)
{
	int64_t batch[MOST];
	const struct node *all = ragged_dot(r);
	int64_t along = r->nb + free_before(r, r->dim, r->lb, r->lc);
	int64_t group = r->nb + free_before(r, r->lhs->type->rank, r->lb, r->lc) +
			free_before(r, r->group, r->rb, r->rc);

	for (uint32_t i = 0; i < r->nb; i++)
		batch[i] = i;
	return build_reduce(r->g, OP_add, own_group(r, all, along, group, batch), 1, &group);
}

/* An operand with the groups as dimension 0 in front of its own. */
static const struct node *of_groups(const struct ragged *r, const struct node *x, int64_t along,
	const int64_t *batch, int64_t *batch_out)
{
	uint32_t rank = x->type->rank;
	int64_t dims[MOST], at[MOST];

	dims[0] = r->start->type->dims[r->start->type->rank - 1];
	for (uint32_t d = 0; d < rank; d++) {
		dims[d + 1] = x->type->dims[d];
		at[d] = d + 1;
	}
	batch_out[0] = 0;
	for (uint32_t i = 0; i < r->nb; i++)
		batch_out[i + 1] = batch[i] + 1;
	x = build_broadcast(r->g, x, rank + 1, dims, at);
	return own_group(r, x, along + 1, 0, batch_out + 1);
}

static const struct node *expand_contract(const struct ragged *r, uint32_t which)
{
	int64_t lb[MOST], rb[MOST], lc[MOST], rc[MOST];
	const struct node *lhs = of_groups(r, r->lhs, r->dim, r->lb, lb);
	const struct node *rhs = of_groups(r, r->rhs, r->rc[which], r->rb, rb);

	for (uint32_t i = 0; i < r->nc; i++) {
		lc[i] = r->lc[i] + 1;
		rc[i] = r->rc[i] + 1;
	}
	return build_dot(r->g, lhs, rhs, (struct dim_pairs){ r->nb + 1, lb, rb },
		(struct dim_pairs){ r->nc, lc, rc }, r->n->type->dtype);
}

const struct node *expand_ragged_dot(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	struct ragged r = { .g = g, .n = n, .lhs = in[0], .rhs = in[1], .group = -1 };
	uint32_t count;

	if (in[0]->type->rank >= MOST - 2 || in[1]->type->rank >= MOST - 2)
		return NULL;
	r.lb = node_ints(n, KEY_lhs_batching_dimensions, &r.nb);
	r.rb = node_ints(n, KEY_rhs_batching_dimensions, &r.nb);
	r.lc = node_ints(n, KEY_lhs_contracting_dimensions, &r.nc);
	r.rc = node_ints(n, KEY_rhs_contracting_dimensions, &r.nc);
	r.dim = node_ints(n, KEY_ragged_dims, &count)[0];
	const int64_t *group = node_ints(n, KEY_group_dims, &count);
	if (has(r.nb, r.lb, r.dim))
		return ragged_dot(&r);
	find_ends(&r, in[2]);
	const struct node *loop = expand_groups(g, n, r.lhs, r.rhs, r.start, r.end);
	if (loop)
		return loop;
	for (uint32_t i = 0; i < r.nc; i++)
		if (r.lc[i] == r.dim)
			return expand_contract(&r, i);
	r.group = group[0];
	return expand_free(&r);
}
