/* merge.c -- products of one operand by several constant weights are one product: q, k and v of an
 * attention.
 *
 *   dot(x, v) [+ a], dot(x, w) [+ b]  =  slices of dot(x, [v w]) [+ [a b]]
 *
 * where the sum may be in a wider dtype, converted to and back.
 *
 * x is packed and read once, and one wide product shares its work better than several narrow ones.
 * The weights side by side are a late node: the load program makes it (freeze.c).  Only where all
 * that reads a product moves its elements, so that it reads the slice where it lies (view.c);
 * arithmetic behind a product is done before that is stored, and would not be behind a slice. */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "plan/plan_impl.h"

#define MERGE_MOST 8                     /* products that become one */

/* A product that may be one of several: with what is added to it, when that is constant. */
struct product {
	/* sum: with what is added, NULL: nothing is; root: all of it, what others read */
	const struct node *dot, *sum, *root;
	const struct node *added;                /* a late vector along the last dim */
	int32_t first;                           /* of its group; -1: none */
	uint32_t next;                           /* in its group; itself: the last */
};
struct merge {
	const struct plan_options *o;
	uint32_t n, ids, *by_node;               /* 1 + the product a node is the root of */
	struct product *at;
	/* by node id: how many read it, the one that does, whether any does more than move it */
	uint32_t *users;
	const struct node **user;
	bool *used;
};

static bool op_moves(enum op op)
{
	return op == OP_reshape || op == OP_transpose || op == OP_slice;
}

/* x[.., k] by a matrix? */
static bool dot_fits(const struct node *n, const struct plan_options *o)
{
	uint32_t nb, nl, nr;
	if (n->op != OP_dot_general)
		return false;
	node_ints(n, KEY_lhs_batching_dimensions, &nb);
	const int64_t *lc = node_ints(n, KEY_lhs_contracting_dimensions, &nl);
	node_ints(n, KEY_rhs_contracting_dimensions, &nr);
	return nb == 0 && nl == 1 && nr == 1 && lc[0] == n->in[0]->type->rank - 1 &&
	       n->in[1]->type->rank == 2 && !n->in[0]->type->quant && !n->in[1]->type->quant &&
	       type_is_static(n->type) && type_elements(n->type) > 0 &&
	       !plan_is_late(n->in[0], o) && plan_is_late(n->in[1], o);
}

/* The late vector that n repeats along its last dim; NULL: n is another node. */
static const struct node *added_of(const struct node *n, const struct plan_options *o)
{
	uint32_t count;
	if (n->op != OP_broadcast_in_dim)
		return NULL;
	const int64_t *at = node_ints(n, KEY_broadcast_dimensions, &count);
	bool fits = count == 1 && at[0] == n->type->rank - 1 &&
		    n->in[0]->type->dims[0] == n->type->dims[at[0]];
	return fits && plan_is_late(n->in[0], o) ? n->in[0] : NULL;
}

/* Which operand of sum repeats v. */
static uint32_t added_term(const struct node *sum, const struct node *v)
{
	return sum->in[1]->op == OP_broadcast_in_dim && sum->in[1]->in[0] == v;
}

/* The one node that reads n; NULL: there are more, or it is a result. */
static const struct node *only_user(const struct merge *m, const struct node *n)
{
	return m->users[n->id] == 1 ? m->user[n->id] : NULL;
}

static void add_product(struct merge *m, const struct node *dot)
{
	struct product p = { dot, NULL, dot, NULL, -1, m->n };
	const struct node *below = dot, *sum = only_user(m, dot), *over;
	if (sum && sum->op == OP_convert) {
		below = sum;
		sum = only_user(m, sum);
	}
	if (sum && sum->op == OP_add &&
		(p.added = added_of(sum->in[sum->in[0] == below], m->o))) {
		over = only_user(m, sum);
		p.sum = sum;
		p.root = over && over->op == OP_convert ? over : sum;
	}
	if (!m->used[p.root->id])
		m->at[m->n++] = p;
}

static bool products_match(const struct product *a, const struct product *b)
{
	return a->dot->in[0] == b->dot->in[0] && a->dot->attrs == b->dot->attrs &&
	       a->dot->in[1]->type->dtype == b->dot->in[1]->type->dtype &&
	       a->dot->type->dtype == b->dot->type->dtype &&
	       a->root->type->dtype == b->root->type->dtype && !a->sum == !b->sum &&
	       (!a->sum || a->sum->type->dtype == b->sum->type->dtype);
}

/* Each product joins the first one it matches. */
static void group_products(struct merge *m)
{
	for (uint32_t i = 0; i < m->n; i++) {
		struct product *p = &m->at[i];
		if (p->first >= 0)
			continue;
		uint32_t last = i, count = 1;
		for (uint32_t k = i + 1; k < m->n && count < MERGE_MOST; k++) {
			if (m->at[k].first >= 0 || !products_match(p, &m->at[k]))
				continue;
			m->at[k].first = p->first = (int32_t)i;
			m->at[last].next = k;
			last = k;
			count++;
		}
	}
}

/* All of the group's product, of x. */
static const struct node *merged(struct graph *g, const struct merge *m, const struct product *p,
	const struct node *x)
{
	const struct node *weights[MERGE_MOST], *added[MERGE_MOST];
	uint32_t n = 0, ncontract;
	const int64_t *rc = node_ints(p->dot, KEY_rhs_contracting_dimensions, &ncontract);
	for (uint32_t i = (uint32_t)p->first;; i = m->at[i].next) {
		weights[n] = m->at[i].dot->in[1];
		added[n++] = m->at[i].added;
		if (m->at[i].next == i)
			break;
	}
	const struct node *w = build_concat(g, n, weights, 1 - rc[0]);
	int64_t last = x->type->rank - 1;
	const struct node *y = build_dot_over(g, x, last, w, rc[0], p->dot->type->dtype);
	if (!p->sum)
		return y;
	const struct node *all = build_broadcast(g, build_concat(g, n, added, 0), y->type->rank,
		y->type->dims, &last);
	y = build2(g, OP_add, build_convert(g, y, p->sum->type->dtype), all);
	return build_convert(g, y, p->root->type->dtype);
}

/* What p's dot multiplies now: n is p's root, in[] its operands as they became. */
static const struct node *multiplied(
	const struct product *p, const struct node *n, const struct node *const *in)
{
	if (!p->sum)
		return in[0];
	const struct node *const *terms = n == p->sum ? in : in[0]->in;
	const struct node *below = terms[added_term(p->sum, p->added) == 0];
	return below->op == OP_convert ? below->in[0]->in[0] : below->in[0];
}

static const struct node *merge_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	const struct merge *m = arg;
	const struct product *p = n->id < m->ids && m->by_node[n->id]
		? &m->at[m->by_node[n->id] - 1] : NULL;
	if (!p || p->first < 0)
		return NULL;
	const struct node *y = merged(g, m, p, multiplied(p, n, in));
	int64_t start[PLAN_MAX_RANK] = { 0 }, limit[PLAN_MAX_RANK], stride[PLAN_MAX_RANK];
	uint32_t last = y->type->rank - 1;
	for (uint32_t d = 0; d <= last; d++) {
		limit[d] = y->type->dims[d];
		stride[d] = 1;
	}
	for (uint32_t i = (uint32_t)p->first; &m->at[i] != p; i = m->at[i].next)
		start[last] += m->at[i].dot->type->dims[last];
	limit[last] = start[last] + n->type->dims[last];
	return build_slice(g, y, start, limit, stride);
}

const struct region *plan_merge(
	struct graph *g, const struct region *r, const struct plan_options *o)
{
	struct job *j = graph_job(g);
	uint32_t count, ids = graph_nnodes(g);
	struct merge m = { .o = o, .ids = ids };
	const struct node **order = region_order(j, r, &count);
	m.users = job_array(j, ids, sizeof *m.users);
	m.user = job_array(j, ids, sizeof *m.user);
	m.used = job_array(j, ids, sizeof *m.used);
	m.by_node = job_array(j, ids, sizeof *m.by_node);
	m.at = job_array(j, count + 1, sizeof *m.at);
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < order[i]->nin; k++) {
			const struct node *x = order[i]->in[k];
			m.users[x->id]++;
			m.user[x->id] = order[i];
			m.used[x->id] |= !op_moves(order[i]->op);
		}
	for (uint32_t i = 0; i < r->nresults; i++) {
		m.users[r->results[i]->id]++;
		m.used[r->results[i]->id] = true;
	}
	for (uint32_t i = 0; i < count; i++)
		if (order[i]->type->kind == TYPE_tensor && order[i]->type->rank < PLAN_MAX_RANK &&
		    dot_fits(order[i], o))
			add_product(&m, order[i]);
	group_products(&m);
	for (uint32_t i = 0; i < m.n; i++)
		m.by_node[m.at[i].root->id] = 1 + i;
	return m.n > 1 ? region_rewrite(g, r, merge_node, &m) : r;
}
