/* expand_groups.c -- chlo.ragged_dot of matrices as grouped_dot, which multiplies each group's rows
 * with its own matrix alone, or sums its own places; the plain expansion (expand_ragged.c)
 * multiplies everything with every group. */
#include "ir/build.h"
#include "pass/expand.h"

struct groups {
	struct graph *g;
	const struct node *n;
	int64_t along, other; /* the ragged dimension of lhs; the contracted one of rhs */
	bool summed; /* it is contracted */
};

/* Operands and result of the form this knows, and enough to multiply that it is worth it. */
static bool worth(const struct groups *b, const struct node *lhs, const struct node *rhs)
{
	const double least = 1 << 20;
	const int64_t *l = lhs->type->dims, *r = rhs->type->dims;
	enum dtype t = b->n->type->dtype;
	uint32_t rank = b->summed ? 2 : 3;

	if (lhs->type->rank != 2 || rhs->type->rank != rank || !dtype_is_float(t) ||
		dtype_bytes(t) < 2 || lhs->type->dtype != t || rhs->type->dtype != t ||
		b->n->type->quant)
		return false;
	for (uint32_t i = 0; i < rank; i++)
		if (!dim_is_number(r[i]) && !(b->summed && i == b->other))
			return false;
	int64_t kept = l[1 - b->along], columns = b->summed ? r[1 - b->other] : r[3 - b->other];
	int64_t groups = b->summed ? b->n->type->dims[0] : r[0];
	if (!dim_is_number(kept) || !dim_is_number(groups) || groups < 2)
		return false;
	int64_t places = dim_is_number(l[b->along]) ? l[b->along] : 64;
	return (double)(groups - 1) * (double)kept * (double)columns * (double)places >= least;
}

/* Where the last group ends, [1]. */
static const struct node *last_end(struct graph *g, const struct node *end)
{
	static const int64_t stride = 1;
	const int64_t last = end->type->dims[0] - 1, behind = last + 1;

	return build_slice(g, end, &last, &behind, &stride);
}

/* Where groups begin and the last ends; rows behind that are taken as the last one's, and are 0 in
 * the end. */
static const struct node *places_of(const struct groups *b, const struct node *start,
	const struct node *end, const struct node *lhs)
{
	static const int64_t one = 1;
	struct graph *g = b->g;
	const struct node *all = b->summed ? last_end(g, end)
		: build_reshape(g, build_dim(g, lhs->type->dims[b->along], 1, &lhs), 1, &one);

	return build_concat(g, 2, (const struct node *[]){ start, all }, 0);
}

/* x's rows that groups have; 0 behind them. */
static const struct node *rows_of_groups(
	struct graph *g, const struct node *x, const struct node *end)
{
	const struct type *index = type_with_dtype(g, x->type, DTYPE_i64);
	const struct node *most = build_reshape(g, last_end(g, end), 0, NULL);

	most = build_broadcast(g, most, 2, x->type->dims, NULL);
	return build_select(g, build_compare(g, "LT", build_iota(g, index, 0), most), x,
		build_like(g, x, 0));
}

const struct node *expand_groups(struct graph *g, const struct node *n, const struct node *lhs,
	const struct node *rhs, const struct node *start, const struct node *end)
{
	uint32_t nb, nc, count;
	const int64_t *contracted = node_ints(n, KEY_lhs_contracting_dimensions, &nc);
	const int64_t *group = node_ints(n, KEY_group_dims, &count);
	struct groups b = { .g = g, .n = n };

	node_ints(n, KEY_lhs_batching_dimensions, &nb);
	if (nb || nc != 1 || start->type->rank != 1 || (count && group[0]))
		return NULL;
	b.other = node_ints(n, KEY_rhs_contracting_dimensions, &nc)[0];
	b.along = node_ints(n, KEY_ragged_dims, &nc)[0];
	b.summed = b.along == contracted[0];
	if (!worth(&b, lhs, rhs))
		return NULL;
	const struct node *in[] = { lhs, rhs, places_of(&b, start, end, lhs) };
	const struct node *y = graph_node(g, &(struct node_spec){ .op = OP_grouped_dot, .nin = 3,
		.in = in, .attrs = n->attrs, .type = n->type });
	return b.summed ? y : rows_of_groups(g, y, end);
}
