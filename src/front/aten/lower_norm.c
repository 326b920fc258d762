/* lower_norm.c -- softmax, gelu and the normalisations, as composites: the name for who knows a
 * kernel for it, the decomposition for everyone else.  Computed in f32 for f16 and bf16. */
#include "front/aten/lower.h"
#include <math.h>
#include <string.h>

/* ---- softmax -------------------------------------------------------------------------------- */

/* what 0: softmax, 1: its logarithm.  A row of -inf gives NaN, as eager's does. */
void lower_softmax(struct lower *l)
{
	struct graph *g = l->g;
	struct composite c = { .nin = 1, .in = { lower_tensor(l, 0) } };
	enum dtype t = lower_dtype(l), ct = lower_compute(t);
	if (c.in[0]->type->rank == 0) {
		l->out[0] = lower_full(l, t, c.in[0]->type, l->row->what ? 0 : 1);
		return;
	}
	int64_t dim = lower_dim(l, 1, c.in[0]->type->rank);
	composite_begin(l, &c);
	const struct node *x = lower_cast(l, c.param[0], ct);
	bool in[ATEN_MAX_RANK] = { 0 };
	in[dim] = true;
	const struct node *m = lower_reduce(l, OP_maximum, x, in, false);
	const struct node *d = build2(g, OP_subtract, x, lower_unreduce(l, m, in, x));
	const struct node *e = build1(g, OP_exponential, d);
	const struct node *sum = lower_reduce(l, OP_add, e, in, false), *y;
	if (l->row->what)
		y = build2(g, OP_subtract, d, lower_unreduce(l, build1(g, OP_log, sum), in, x));
	else
		y = build2(g, OP_divide, e, lower_unreduce(l, sum, in, x));
	y = lower_cast(l, y, t);
	composite_end(l, &c, l->row->what ? "weft.log_softmax" : "weft.softmax",
		job_printf(l->j, "{dimension = %lld : i64}", (long long)dim), 1, &y, l->out);
}

/* ---- gelu ----------------------------------------------------------------------------------- */

void lower_gelu(struct lower *l)
{
	struct graph *g = l->g;
	struct composite c = { .nin = 1, .in = { lower_tensor(l, 0) } };
	enum dtype t = lower_dtype(l);
	bool tangent = !strcmp(l->args[1].s, "tanh");
	composite_begin(l, &c);
	const struct node *x = lower_cast(l, c.param[0], lower_compute(t)), *inner, *y;
	if (tangent) {
		const struct node *cube = build2(g, OP_multiply, build2(g, OP_multiply, x, x), x);
		inner = build2(
			g, OP_add, x, build2(g, OP_multiply, cube, lower_like(l, x, 0.044715)));
		inner = build2(g, OP_multiply, inner, lower_like(l, x, sqrt(2 / M_PI)));
		inner = build1(g, OP_tanh, inner);
	} else {
		inner = build1(
			g, OP_chlo_erf, build2(g, OP_multiply, x, lower_like(l, x, sqrt(0.5))));
	}
	y = build2(g, OP_add, inner, lower_like(l, x, 1));
	y = build2(g, OP_multiply, build2(g, OP_multiply, x, lower_like(l, x, 0.5)), y);
	y = lower_cast(l, y, t);
	composite_end(l, &c, "weft.gelu",
		tangent ? "{approximate = \"tanh\"}" : "{approximate = \"none\"}", 1, &y, l->out);
}

/* ---- normalisation -------------------------------------------------------------------------- */

struct norm {
	const struct node *mean, *rstd, *centred; /* mean, rstd: reduced */
};

static struct norm normalise(struct lower *l, const struct node *x, const bool *in, double eps)
{
	struct graph *g = l->g;
	enum dtype c = x->type->dtype;
	const struct node *count = lower_count(l, x, in, c);
	const struct node *sum = lower_reduce(l, OP_add, x, in, false);
	count = lower_shape(l, count, sum->type);
	struct norm n = { .mean = build2(g, OP_divide, sum, count) };
	n.centred = build2(g, OP_subtract, x, lower_unreduce(l, n.mean, in, x));
	const struct node *squares =
		lower_reduce(l, OP_add, build2(g, OP_multiply, n.centred, n.centred), in, false);
	const struct node *var = build2(g, OP_divide, squares, count);
	n.rstd = build1(g, OP_rsqrt, build2(g, OP_add, var, lower_like(l, var, eps)));
	return n;
}

/* y * weight + bias, each broadcast from the dimension numbers `at`. */
static const struct node *affine(struct lower *l, const struct node *y, const struct node *w,
	const struct node *b, const int64_t *at)
{
	struct graph *g = l->g;
	uint32_t rank = y->type->rank;
	enum dtype c = y->type->dtype;
	if (w)
		y = build2(g, OP_multiply, y,
			build_broadcast(g, lower_cast(l, w, c), rank, y->type->dims, at));
	if (b)
		y = build2(g, OP_add, y,
			build_broadcast(g, lower_cast(l, b, c), rank, y->type->dims, at));
	return y;
}

static const struct node *shaped(struct lower *l, const struct node *n, uint32_t i)
{
	return lower_cast(
		l, build_reshape(l->g, n, l->type[i]->rank, l->type[i]->dims), l->type[i]->dtype);
}

void lower_layer_norm(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *x = lower_tensor(l, 0), *w = lower_tensor(l, 2), *b = lower_tensor(l, 3);
	uint32_t n = l->args[1].n, rank = x->type->rank;
	double eps = lower_float(l, 4);
	if (n == 0 || n > rank || (w && w->type->rank != n) || (b && b->type->rank != n))
		lower_fail(l, "the normalised shape does not fit");
	struct composite c = { .nin = 1, .in = { x } };
	if (w)
		c.in[c.nin++] = w;
	if (b)
		c.in[c.nin++] = b;
	composite_begin(l, &c);
	const struct node *pw = w ? c.param[1] : NULL, *pb = b ? c.param[c.nin - 1] : NULL;
	enum dtype t = lower_dtype(l), ct = lower_compute(t);
	bool in[ATEN_MAX_RANK] = { 0 };
	int64_t at[ATEN_MAX_RANK];
	for (uint32_t i = 0; i < n; i++) {
		in[rank - n + i] = true;
		at[i] = rank - n + i;
	}
	const struct node *px = lower_cast(l, c.param[0], ct);
	struct norm m = normalise(l, px, in, eps);
	const struct node *y = build2(g, OP_multiply, m.centred, lower_unreduce(l, m.rstd, in, px));
	y = lower_cast(l, affine(l, y, pw, pb, at), t);
	/* Who takes only the first result gets a composite of one. */
	bool more = lower_uses(l, 1) || lower_uses(l, 2);
	const struct node *results[3] = { y };
	if (more) {
		results[1] = shaped(l, m.mean, 1);
		results[2] = shaped(l, m.rstd, 2);
	}
	composite_end(l, &c, "weft.layer_norm",
		job_printf(l->j,
			"{dimensions = %u : i64, epsilon = %.17e : f64, weight = %s, bias = %s}", n,
			eps, w ? "true" : "false", b ? "true" : "false"),
		more ? 3 : 1, results, l->out);
}

/* w of channels as one of groups, broadcast to t: groups, their channels, places. */
static const struct node *of_groups(struct lower *l, const struct node *w, const struct type *t)
{
	const int64_t at[] = { 1, 2 };

	return build_broadcast(l->g, build_reshape(l->g, w, 2, t->dims + 1), 4, t->dims, at);
}

/* [N, C, ...] in groups of channels: N, C, HxW, group in arguments 3 to 6.  A group's channels are
 * a dimension of their own, which weights are broadcast from: the kernel that normalises a row
 * scales it, too. */
void lower_group_norm(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *x = lower_tensor(l, 0), *w = lower_tensor(l, 1), *b = lower_tensor(l, 2);
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	int64_t channels = lower_int(l, 4), groups = lower_int(l, 6);
	if (x->type->rank < 2 || groups < 1 || channels % groups || x->type->dims[1] != channels) {
		lower_fail(l, "the channels are no multiple of the groups");
	}
	int64_t rest = dim_product(g, x->type->rank - 2, x->type->dims + 2);
	int64_t dims[4] = { x->type->dims[0], groups, channels / groups, rest };
	bool in[ATEN_MAX_RANK] = { [2] = true, [3] = true };
	const struct node *px = build_reshape(g, lower_cast(l, x, c), 4, dims);
	struct norm m = normalise(l, px, in, lower_float(l, 7));
	const struct node *y = build2(g, OP_multiply, m.centred, lower_unreduce(l, m.rstd, in, px));
	if (w)
		y = build2(g, OP_multiply, y, of_groups(l, lower_cast(l, w, c), px->type));
	if (b)
		y = build2(g, OP_add, y, of_groups(l, lower_cast(l, b, c), px->type));
	l->out[0] = lower_cast(l, build_reshape(g, y, x->type->rank, x->type->dims), t);
	l->out[1] = shaped(l, m.mean, 1);
	l->out[2] = shaped(l, m.rstd, 2);
}

/* x * (weight * rstd) + (bias - mean * weight * rstd): two numbers a channel, as eager does it. */
static const struct node *by_channel(struct lower *l, const struct node *x, const struct node *mean,
	const struct node *rstd, const struct node *w, const struct node *b)
{
	struct graph *g = l->g;
	enum dtype c = x->type->dtype;
	int64_t at = 1;
	const struct node *scale = w ? build2(g, OP_multiply, rstd, lower_cast(l, w, c)) : rstd;
	const struct node *shift = build1(g, OP_negate, build2(g, OP_multiply, mean, scale));
	if (b)
		shift = build2(g, OP_add, shift, lower_cast(l, b, c));
	scale = build_broadcast(g, scale, x->type->rank, x->type->dims, &at);
	shift = build_broadcast(g, shift, x->type->rank, x->type->dims, &at);
	return build2(g, OP_add, build2(g, OP_multiply, x, scale), shift);
}

static const struct node *rsqrt_of(struct lower *l, const struct node *var, double eps)
{
	return build1(l->g, OP_rsqrt, build2(l->g, OP_add, var, lower_like(l, var, eps)));
}

static void need_channels(struct lower *l, const struct node *x)
{
	if (x->type->rank < 2)
		lower_fail(l, "the input has no channels");
}

void lower_batch_norm(struct lower *l)
{
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	need_channels(l, lower_tensor(l, 0));
	const struct node *x = lower_cast(l, lower_tensor(l, 0), c);
	const struct node *mean = lower_cast(l, lower_tensor(l, 3), c);
	const struct node *rstd =
		rsqrt_of(l, lower_cast(l, lower_tensor(l, 4), c), lower_float(l, 6));
	l->out[0] = lower_cast(
		l, by_channel(l, x, mean, rstd, lower_tensor(l, 1), lower_tensor(l, 2)), t);
	for (uint32_t i = 1; i < 3; i++) /* what eager saves for backward: empty */
		l->out[i] = build_full(l->g, l->type[i], 0);
}

/* The running statistics are used, and stay. */
static void batch_norm_eval(struct lower *l, const struct node *x, double eps)
{
	enum dtype c = x->type->dtype;
	const struct node *mean = lower_cast(l, lower_tensor(l, 3), c);
	const struct node *rstd = rsqrt_of(l, lower_cast(l, lower_tensor(l, 4), c), eps);
	lower_finish(l, by_channel(l, x, mean, rstd, lower_tensor(l, 1), lower_tensor(l, 2)));
	for (uint32_t i = 1; i < 3; i++)
		l->out[i] = build_full(l->g, l->type[i], 0);
	for (uint32_t i = 3; i < 5; i++) /* of halves torch's own results are of f32 */
		l->out[i] = l->type[i] ? lower_cast(l, lower_tensor(l, i), l->type[i]->dtype)
				       : lower_tensor(l, i);
}

/* Batch statistics.  what 1: with running statistics, whose new values are results 3 and 4. */
void lower_batch_norm_train(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	uint32_t first = l->row->what ? 5 : 3;
	need_channels(l, lower_tensor(l, 0));
	const struct node *x = lower_cast(l, lower_tensor(l, 0), c);
	double momentum = lower_float(l, first + 1), eps = lower_float(l, first + 2);
	if (!lower_bool(l, first)) {
		if (!l->row->what)
			lower_bail(l);
		batch_norm_eval(l, x, eps);
		return;
	}
	bool in[ATEN_MAX_RANK] = { 0 };
	for (uint32_t i = 0; i < x->type->rank; i++)
		in[i] = i != 1;
	const struct node *count = lower_count(l, x, in, c);
	const struct node *sum = lower_reduce(l, OP_add, x, in, false);
	count = lower_shape(l, count, sum->type);
	const struct node *mean = build2(g, OP_divide, sum, count);
	const struct node *d = build2(g, OP_subtract, x, lower_unreduce(l, mean, in, x));
	const struct node *squares =
		lower_reduce(l, OP_add, build2(g, OP_multiply, d, d), in, false);
	const struct node *rstd = rsqrt_of(l, build2(g, OP_divide, squares, count), eps);
	const struct node *y = build2(g, OP_multiply, d, lower_unreduce(l, rstd, in, x));
	int64_t at = 1;
	l->out[0] = lower_cast(l, affine(l, y, lower_tensor(l, 1), lower_tensor(l, 2), &at), t);
	l->out[1] = lower_cast(l, mean, l->type[1]->dtype);
	l->out[2] = lower_cast(l, rstd, l->type[2]->dtype);
	if (!l->row->what)
		return;
	const struct node *unbiased = build2(
		g, OP_divide, squares, build2(g, OP_subtract, count, lower_like(l, count, 1)));
	const struct node *now[2] = { mean, unbiased };
	for (uint32_t i = 0; i < 2; i++) {
		const struct node *old = lower_cast(l, lower_tensor(l, 3 + i), c);
		const struct node *v = build2(g, OP_add,
			build2(g, OP_multiply, old, lower_like(l, old, 1 - momentum)),
			build2(g, OP_multiply, now[i], lower_like(l, old, momentum)));
		l->out[3 + i] = lower_cast(l, v, l->type[3 + i]->dtype);
	}
}
