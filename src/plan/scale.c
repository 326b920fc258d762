/* scale.c -- a convolution by constant weights, scaled by a constant for each feature, is one by
 * scaled weights: so the norm behind a convolution becomes part of it when both are frozen.
 *
 *   s * conv(x, w)        =  conv(x, s * w)
 *   s * (conv(x, w) + b)  =  conv(x, s * w) + s * b
 *
 * Algebraic: not under numerics=strict.  The products are late nodes: the load program makes them
 * (freeze.c). */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "plan/plan_impl.h"

struct scales {
	const struct plan_options *o;
	uint32_t *users;                 /* by node id, results counted */
};

/* The vector that n repeats along all dims but `feature`, when it is late; else NULL. */
static const struct node *by_feature(const struct node *n, int64_t feature, const struct scales *s)
{
	uint32_t count;
	const int64_t *at = n->op == OP_broadcast_in_dim
				    ? node_ints(n, KEY_broadcast_dimensions, &count) : NULL;
	return at && count == 1 && at[0] == feature && plan_is_late(n->in[0], s->o) ? n->in[0]
										    : NULL;
}

/* The convolution with its weights times v. */
static const struct node *conv_scaled(
	struct graph *g, const struct node *conv, const struct node *v)
{
	const struct node *w = conv->in[1];
	int64_t at = node_int(conv, KEY_kernel_output_feature_dimension, 0);
	const struct node *wide = build_broadcast(g, v, w->type->rank, w->type->dims, &at);
	const struct node *in[2] = { conv->in[0], build2(g, OP_multiply, w, wide) };
	return node_with_operands(g, conv, in);
}

/* Is n, which became `now`, a convolution by late weights that nothing else reads? */
static bool conv_fits(const struct node *n, const struct node *now, const struct scales *s)
{
	return now->op == OP_convolution && n->op == OP_convolution && s->users[n->id] == 1 &&
	       now->in[1]->type->dtype == now->type->dtype && plan_is_late(now->in[1], s->o);
}

/* n times scale, which became x and v. */
static const struct node *scaled(struct graph *g, const struct node *n, const struct node *x,
	const struct node *scale, const struct scales *s)
{
	if (conv_fits(n, x, s)) {
		int64_t f = node_int(x, KEY_output_feature_dimension, 1);
		const struct node *v = by_feature(scale, f, s);
		return v ? conv_scaled(g, x, v) : NULL;
	}
	for (uint32_t i = 0; n->op == OP_add && x->op == OP_add && i < 2; i++) {
		if (s->users[n->id] != 1 || !conv_fits(n->in[i], x->in[i], s))
			continue;
		int64_t f = node_int(x->in[i], KEY_output_feature_dimension, 1);
		const struct node *v = by_feature(scale, f, s), *b = by_feature(x->in[1 - i], f, s);
		if (!v || !b)
			return NULL;
		b = build2(g, OP_multiply, b, v);
		return build2(g, OP_add, conv_scaled(g, x->in[i], v),
			build_broadcast(g, b, x->type->rank, x->type->dims, &f));
	}
	return NULL;
}

static const struct node *scale_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	const struct scales *s = arg;
	if (n->op != OP_multiply)
		return NULL;
	const struct node *y = scaled(g, n->in[0], in[0], in[1], s);
	return y ? y : scaled(g, n->in[1], in[1], in[0], s);
}

const struct region *plan_scale(
	struct graph *g, const struct region *r, const struct plan_options *o)
{
	struct job *j = graph_job(g);
	struct scales s = { .o = o };
	uint32_t count;
	const struct node **order = region_order(j, r, &count);
	s.users = job_array(j, graph_nnodes(g), sizeof *s.users);
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < order[i]->nin; k++)
			s.users[order[i]->in[k]->id]++;
	for (uint32_t i = 0; i < r->nresults; i++)
		s.users[r->results[i]->id]++;
	return region_rewrite(g, r, scale_node, &s);
}
