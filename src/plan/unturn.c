/* unturn.c -- reductions of what is transposed reduce it as it lies.
 *
 *     reduce(f(transpose(x)), dims)  becomes  transpose(reduce(f(x), dims of x))
 *
 * f being maps, such as a conversion.  Row by row a transposed value is read element by element, a
 * cache line each: the sums of the columns of 16 MiB took sixty times as long as those of the
 * rows.  Only where nothing but reductions comes of what is transposed: a norm and what is
 * normalised are one kernel, which takes rows side by side (fuse_turned.c). */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "plan/plan_impl.h"

#define LOOK_MOST 8                          /* maps between a reduction and a transpose */

struct turn {
	struct graph *g;
	const bool *reduced;                 /* by node id: nothing but reductions comes of it */
	const int64_t *perm;
	uint32_t rank;
};

bool plan_is_plain_map(const struct node *n)
{
	return op_table[n->op].kind == OP_MAP && !n->nregions && n->nin && !n->type->quant;
}

/* The transpose that the first operands from n on, maps, come of; NULL: there is none. */
static const struct node *transpose_under(const struct node *n)
{
	for (uint32_t i = 0; i < LOOK_MOST && plan_is_plain_map(n); i++) {
		uint32_t k = 0;
		while (k + 1 < n->nin && (n->in[k]->type->rank != n->type->rank ||
						 n->in[k]->op == OP_broadcast_in_dim))
			k++;
		n = n->in[k];
	}
	return n->op == OP_transpose ? n : NULL;
}

/* The type of x, of which a value of type t is the transpose. */
static const struct type *type_unturned(const struct turn *t, const struct type *of)
{
	int64_t dims[PLAN_MAX_RANK];

	for (uint32_t d = 0; d < t->rank; d++)
		dims[t->perm[d]] = of->dims[d];
	return type_tensor(t->g, of->dtype, t->rank, dims);
}

bool plan_permutes(const struct node *n, uint32_t rank, const int64_t *perm)
{
	uint32_t count;
	const int64_t *p = n->op == OP_transpose ? node_ints(n, KEY_permutation, &count) : NULL;
	bool same = p && count == rank;

	for (uint32_t d = 0; same && d < count; d++)
		same = p[d] == perm[d];
	return same;
}

bool plan_is_splat(const struct node *n)
{
	return n->op == OP_constant && node_literal(n) && node_literal(n)->splat;
}

/* x, of which n is the transpose; NULL: it is none, or others read it.  was: n before anything was
 * rewritten. */
static const struct node *unturned(
	const struct turn *t, const struct node *was, const struct node *n, uint32_t depth)
{
	uint32_t count;
	int64_t at;

	if (n->type->rank != t->rank || was->op != n->op || was->nin != n->nin || n->type->quant ||
		n->type->bounds || n->type->encoding)
		return NULL;
	const struct type *type = type_unturned(t, n->type);
	if (n->op == OP_iota)
		return build_iota(t->g, type, t->perm[node_int(n, KEY_iota_dimension, 0)]);
	if (n->op == OP_broadcast_in_dim && n->in[0]->type->rank <= 1) {
		const int64_t *to = node_ints(n, KEY_broadcast_dimensions, &count);
		at = count ? t->perm[to[0]] : 0;
		return build_broadcast(t->g, n->in[0], t->rank, type->dims, &at);
	}
	if (plan_is_splat(n))
		return build_constant(t->g, type, true, node_literal(n)->data);
	if (!t->reduced[was->id])
		return NULL;
	if (n->op == OP_transpose)
		return plan_permutes(n, t->rank, t->perm) ? n->in[0] : NULL;
	if (!plan_is_plain_map(n) || depth == LOOK_MOST)
		return NULL;
	const struct node **in = job_array(graph_job(t->g), n->nin, sizeof *in);
	for (uint32_t i = 0; i < n->nin; i++)
		if (!(in[i] = unturned(t, was->in[i], n->in[i], depth + 1)))
			return NULL;
	return graph_node(t->g, &(struct node_spec){ .op = n->op, .nin = n->nin, .in = in,
		.attrs = n->attrs, .type = type });
}

/* The reduction of x over dims perm[dims of n]; kept[i]: which of its dims is n's dim i. */
static const struct node *reduce_as_it_lies(const struct turn *t, const struct node *n,
	const struct node *const *in, int64_t *kept)
{
	bool reduced[PLAN_MAX_RANK] = { false };
	int64_t dims[PLAN_MAX_RANK], place[PLAN_MAX_RANK];
	uint32_t count, ndims = 0, nkept = 0, k = 0;
	const int64_t *of = node_ints(n, KEY_dimensions, &count);

	for (uint32_t i = 0; i < count; i++)
		reduced[t->perm[of[i]]] = true;
	for (uint32_t d = 0; d < t->rank; d++)
		if (reduced[d])
			dims[ndims++] = d;
		else
			place[d] = nkept++;
	for (uint32_t d = 0; d < t->rank; d++)
		if (!reduced[t->perm[d]])
			kept[k++] = place[t->perm[d]];
	const struct attr_entry e = { KEY_dimensions, NULL, attr_ints(t->g, ndims, dims) };
	return graph_node(t->g, &(struct node_spec){ .op = OP_reduce, .nin = n->nin, .in = in,
		.nregions = n->nregions, .regions = n->regions, .attrs = attrs_cons(t->g, 1, &e) });
}

static const struct node *unturn(
	void *arg, struct graph *g, const struct node *n, const struct node *const *in)
{
	const struct node *turned = n->op == OP_reduce ? transpose_under(n->in[0]) : NULL;
	struct turn t = { .g = g, .reduced = arg };
	int64_t kept[PLAN_MAX_RANK];
	bool in_order = true;

	if (!turned || turned->type->rank > PLAN_MAX_RANK || !n->attrs || n->attrs->n != 1)
		return NULL;
	t.perm = node_ints(turned, KEY_permutation, &t.rank);
	if (!t.rank || t.perm[t.rank - 1] == (int64_t)t.rank - 1)        /* rows stay rows */
		return NULL;
	const struct node **x = job_array(graph_job(g), n->nin, sizeof *x);
	for (uint32_t i = 0; i < n->nin; i++) {
		x[i] = i < n->nin / 2 ? unturned(&t, n->in[i], in[i], 0) : in[i];
		if (!x[i])
			return NULL;
	}
	const struct node *r = reduce_as_it_lies(&t, n, x, kept);
	for (uint32_t i = 1; r->type->kind == TYPE_tensor && i < r->type->rank; i++)
		in_order &= kept[i - 1] < kept[i];
	if (n->nin == 2 && !in_order)
		r = build_transpose(g, r, kept);
	return r->type == rewrite_type(g, n, in) ? r : NULL;
}

bool *plan_reduced(struct graph *g, const struct region *r)
{
	struct job *j = graph_job(g);
	bool *reduced = job_array(j, graph_nnodes(g), sizeof *reduced);
	uint32_t count;
	const struct node **order = region_order(j, r, &count);

	for (uint32_t i = 0; i < count; i++)
		reduced[order[i]->id] = true;
	for (uint32_t i = 0; i < r->nresults; i++)
		reduced[r->results[i]->id] = false;
	for (uint32_t i = count; i-- > 0;) {     /* users come before what they use */
		const struct node *n = order[i];
		bool only = n->op == OP_reduce || (plan_is_plain_map(n) && reduced[n->id]);
		for (uint32_t k = 0; k < n->nin && !only; k++)
			reduced[n->in[k]->id] = false;
	}
	return reduced;
}

const struct region *plan_unturn(struct graph *g, const struct region *r)
{
	return region_rewrite(g, r, unturn, plan_reduced(g, r));
}
