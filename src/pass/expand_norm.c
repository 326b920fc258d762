/* expand_norm.c -- batch norms as reductions and arithmetic, by the text of the specification
 * (batch_norm_inference, _training, _grad).  Counts of sizes that change are computed. */
#include "ir/build.h"
#include "pass/expand.h"

static const struct node *along(
	struct graph *g, const struct node *v, const struct type *t, int64_t feature)
{
	return build_broadcast(g, v, t->rank, t->dims, &feature);
}

static const struct node *normalise(struct graph *g, const struct node *n, const struct node *x,
	const struct node *scale, const struct node *offset, const struct node *mean,
	const struct node *variance)
{
	int64_t f = node_int(n, KEY_feature_index, 0);
	const struct node *epsilon = build_like(g, variance, node_float(n, KEY_epsilon, 0));
	const struct node *deviation = build1(g, OP_sqrt, build2(g, OP_add, variance, epsilon));
	const struct node *centred = build2(g, OP_subtract, x, along(g, mean, x->type, f));
	const struct node *unit = build2(g, OP_divide, centred, along(g, deviation, x->type, f));
	return build2(g, OP_add, build2(g, OP_multiply, along(g, scale, x->type, f), unit),
		along(g, offset, x->type, f));
}

/* How many elements of x a feature has, as each element of `like`. */
static const struct node *count_of(struct graph *g, const struct node *x, int64_t feature,
	const struct node *like)
{
	const struct type *t = like->type;
	const struct node *changes = NULL;
	double count = 1;

	for (uint32_t d = 0; d < x->type->rank; d++) {
		if (d == feature)
			continue;
		if (dim_is_number(x->type->dims[d])) {
			count *= (double)x->type->dims[d];
			continue;
		}
		const struct node *size = build_size(g, x, d);
		changes = changes ? build2(g, OP_multiply, changes, size) : size;
	}
	if (!changes)
		return build_like(g, like, count);
	changes = build2(g, OP_multiply, changes, build_like(g, changes, count));
	return build_broadcast_to(g, build_convert(g, changes, t->dtype), t->rank, t->dims);
}

/* Sum over all dims but the feature's. */
static const struct node *sum_of(struct graph *g, const struct node *x, int64_t feature)
{
	int64_t dims[64];
	uint32_t n = 0;
	for (uint32_t d = 0; d < x->type->rank && n < 64; d++)
		if (d != feature)
			dims[n++] = d;
	return build_reduce(g, OP_add, x, n, dims);
}

static const struct node *mean_of(struct graph *g, const struct node *x, int64_t feature)
{
	const struct node *sum = sum_of(g, x, feature);
	return build2(g, OP_divide, sum, count_of(g, x, feature, sum));
}

static void statistics(struct graph *g, const struct node *x, int64_t feature,
	const struct node **mean, const struct node **variance)
{
	*mean = mean_of(g, x, feature);
	const struct node *centred = build2(g, OP_subtract, x, along(g, *mean, x->type, feature));
	*variance = mean_of(g, build2(g, OP_multiply, centred, centred), feature);
}

/* Gradients of x, scale, offset from that of the result. */
static void batch_norm_grad(struct graph *g, const struct node *n, const struct node *const *in,
	const struct node **out)
{
	int64_t f = node_int(n, KEY_feature_index, 0);
	const struct node *x = in[0], *scale = in[1], *mean = in[2], *variance = in[3],
			  *grad = in[4];
	const struct node *epsilon = build_like(g, variance, node_float(n, KEY_epsilon, 0));
	const struct node *deviation = build1(g, OP_sqrt, build2(g, OP_add, variance, epsilon));
	const struct node *wide = along(g, deviation, x->type, f);
	const struct node *unit =
		build2(g, OP_divide, build2(g, OP_subtract, x, along(g, mean, x->type, f)), wide);
	out[2] = sum_of(g, grad, f);
	out[1] = sum_of(g, build2(g, OP_multiply, grad, unit), f);
	const struct node *count = count_of(g, x, f, out[2]);
	const struct node *mean_grad = build2(g, OP_divide, out[2], count);
	const struct node *mean_unit = build2(g, OP_divide, out[1], count);
	const struct node *left = build2(g, OP_subtract, grad, along(g, mean_grad, x->type, f));
	left = build2(g, OP_subtract, left,
		build2(g, OP_multiply, unit, along(g, mean_unit, x->type, f)));
	out[0] = build2(
		g, OP_multiply, build2(g, OP_divide, along(g, scale, x->type, f), wide), left);
}

const struct node *expand_batch_norm(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	return n->type->quant ? NULL : normalise(g, n, in[0], in[1], in[2], in[3], in[4]);
}

const struct node *expand_statistics(struct graph *g, const struct node *of, uint32_t which)
{
	const struct node *out[3];
	if (of->in[0]->type->quant)
		return NULL;
	if (of->op == OP_batch_norm_grad) {
		batch_norm_grad(g, of, of->in, out);
		return out[which];
	}
	statistics(g, of->in[0], node_int(of, KEY_feature_index, 0), &out[1], &out[2]);
	out[0] = normalise(g, of, of->in[0], of->in[1], of->in[2], out[1], out[2]);
	return out[which];
}
