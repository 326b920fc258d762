/* contract.c -- gradients of contractions.
 *
 * Of a dot product: the result's gradient contracted with the other operand over the dimensions
 * that only it gave.  Of a convolution: for the input the transposed convolution, with the kernel
 * reversed and strides become dilations; for the kernel a convolution of the input with the
 * gradient as kernel, in which batch and features change places. */
#include "pass/grad/grad_impl.h"
#include "pass/grad/window.h"
#include <string.h>

/* ---- dot products --------------------------------------------------------------------------- */

/* One operand's dimensions: batch and contracted ones pair with the other's, the rest is free. */
struct side {
	const struct node *x;
	uint32_t nbatch, ncontract, nfree;
	const int64_t *batch, *contract;
	int64_t *free;
};

static bool among(int64_t d, uint32_t n, const int64_t *v)
{
	for (uint32_t i = 0; i < n; i++)
		if (v[i] == d)
			return true;
	return false;
}

static void side_finish(struct grad *d, struct side *s)
{
	s->free = job_array(graph_job(d->g), (size_t)s->x->type->rank + 1, sizeof *s->free);
	for (int64_t i = 0; i < s->x->type->rank; i++)
		if (!among(i, s->nbatch, s->batch) && !among(i, s->ncontract, s->contract))
			s->free[s->nfree++] = i;
}

static struct dim_pairs turned(struct dim_pairs p)
{
	return (struct dim_pairs){ p.n, p.rhs, p.lhs };
}

/* The gradient of a, where ct is [batch, free of one, free of the other] and a is the first of them
 * if `first`: ct and b are contracted over b's free dimensions, in the order that gives a's usual
 * one, a weight's [contracted, free], without a transpose. */
static void add_side(struct grad *d, const struct side *a, const struct side *b,
	const struct node *ct, bool first)
{
	struct job *j = graph_job(d->g);
	uint32_t rank = a->x->type->rank, k = 0;
	if (!grad_wants(d, a->x))
		return;
	int64_t *batch = job_array(j, (size_t)a->nbatch + 1, sizeof *batch);
	int64_t *over = job_array(j, (size_t)b->nfree + 1, sizeof *over);
	for (uint32_t i = 0; i < a->nbatch; i++)
		batch[i] = i;
	for (uint32_t i = 0; i < b->nfree; i++)
		over[i] = a->nbatch + (first ? a->nfree : 0) + i;
	enum dtype t = ct->type->dtype;
	const struct node *other = build_convert(d->g, b->x, t);
	struct dim_pairs batches = { a->nbatch, batch, b->batch };
	struct dim_pairs summed = { b->nfree, over, b->free };
	const struct node *v = first
		? build_dot(d->g, ct, other, batches, summed, t)
		: build_dot(d->g, other, ct, turned(batches), turned(summed), t);
	int64_t *place = job_array(j, (size_t)rank + 1, sizeof *place);
	for (uint32_t i = 0; i < a->nbatch; i++)
		place[a->batch[i]] = k++;
	for (uint32_t i = 0; first && i < a->nfree; i++)
		place[a->free[i]] = k++;
	/* b's contracted dimensions come in the order they have in b. */
	for (int64_t at = 0; at < b->x->type->rank; at++)
		for (uint32_t i = 0; i < b->ncontract; i++)
			if (b->contract[i] == at)
				place[a->contract[i]] = k++;
	for (uint32_t i = 0; !first && i < a->nfree; i++)
		place[a->free[i]] = k++;
	v = build_transpose(d->g, v, place);
	grad_flow(d, a->x, build_convert(d->g, v, a->x->type->dtype));
}

void grad_dot_general(struct grad *d, const struct node *n, const struct node *const *ct)
{
	struct side l = { .x = n->in[0] }, r = { .x = n->in[1] };
	l.batch = node_ints(n, KEY_lhs_batching_dimensions, &l.nbatch);
	r.batch = node_ints(n, KEY_rhs_batching_dimensions, &r.nbatch);
	l.contract = node_ints(n, KEY_lhs_contracting_dimensions, &l.ncontract);
	r.contract = node_ints(n, KEY_rhs_contracting_dimensions, &r.ncontract);
	side_finish(d, &l);
	side_finish(d, &r);
	add_side(d, &l, &r, ct[0], true);
	add_side(d, &r, &l, ct[0], false);
}

void grad_dot(struct grad *d, const struct node *n, const struct node *const *ct)
{
	static const int64_t zero = 0, one = 1;
	struct side l = { .x = n->in[0], .ncontract = 1, .batch = &zero };
	struct side r = { .x = n->in[1], .ncontract = 1, .batch = &zero, .contract = &zero };
	l.contract = l.x->type->rank == 2 ? &one : &zero;
	side_finish(d, &l);
	side_finish(d, &r);
	add_side(d, &l, &r, ct[0], true);
	add_side(d, &r, &l, ct[0], false);
}

/* ---- convolutions --------------------------------------------------------------------------- */

const int64_t *window_ints(
	struct grad *d, const struct node *n, enum key k, uint32_t count, int64_t otherwise)
{
	uint32_t have;
	const int64_t *v = node_ints(n, k, &have);
	if (v && have == count)
		return v;
	int64_t *same = job_array(graph_job(d->g), (size_t)count + 1, sizeof *same);
	for (uint32_t i = 0; i < count; i++)
		same[i] = otherwise;
	return same;
}

/* Where batch, feature and space lie; of a kernel output features are the first. */
struct layout {
	int64_t first, second;
	const int64_t *spatial;
};
struct conv {
	const struct node *n, *x, *w;
	struct layout in, kernel, out;
	uint32_t rank;                       /* spatial */
	const int64_t *stride, *pad, *base, *dilation;
	int64_t features, batches;           /* groups */
};

static struct layout layout_of(
	const struct node *n, enum key first, enum key second, enum key spatial)
{
	uint32_t count;
	return (struct layout){ node_int(n, first, 0), node_int(n, second, 0),
		node_ints(n, spatial, &count) };
}

static struct layout swapped(struct layout l)
{
	return (struct layout){ l.second, l.first, l.spatial };
}

static void conv_read(struct grad *d, const struct node *n, struct conv *c)
{
	uint32_t rank = n->type->rank - 2;
	*c = (struct conv){ .n = n, .x = n->in[0], .w = n->in[1], .rank = rank };
	if (!type_is_static(c->x->type) || !type_is_static(c->w->type))
		grad_refuse(d, n, "a size that is not known");
	c->in = layout_of(n, KEY_input_batch_dimension, KEY_input_feature_dimension,
		KEY_input_spatial_dimensions);
	c->kernel = layout_of(n, KEY_kernel_output_feature_dimension,
		KEY_kernel_input_feature_dimension, KEY_kernel_spatial_dimensions);
	c->out = layout_of(n, KEY_output_batch_dimension, KEY_output_feature_dimension,
		KEY_output_spatial_dimensions);
	c->stride = window_ints(d, n, KEY_window_strides, rank, 1);
	c->pad = window_ints(d, n, KEY_padding, 2 * rank, 0);
	c->base = window_ints(d, n, KEY_lhs_dilation, rank, 1);
	c->dilation = window_ints(d, n, KEY_rhs_dilation, rank, 1);
	c->features = node_int(n, KEY_feature_group_count, 1);
	c->batches = node_int(n, KEY_batch_group_count, 1);
	const int64_t *turned = window_ints(d, n, KEY_window_reversal, rank, 0);
	for (uint32_t i = 0; i < rank; i++)
		if (turned[i])
			grad_refuse(d, n, "a reversed window");
}

static struct window conv_window(const struct conv *c, uint32_t i)
{
	return (struct window){ c->x->type->dims[c->in.spatial[i]],
		c->w->type->dims[c->kernel.spatial[i]], c->n->type->dims[c->out.spatial[i]],
		c->stride[i], c->pad[2 * i], c->base[i], c->dilation[i] };
}

struct conv_build {
	const struct node *x, *w;
	struct layout in, kernel, out;
	const int64_t *stride, *pad, *base, *dilation;
	int64_t features, batches;
};

static const struct node *conv_build(
	struct grad *d, const struct conv *c, const struct conv_build *b)
{
	struct graph *g = d->g;
	uint32_t n = c->rank;
#define INTS(key, count, v) { KEY_##key, NULL, attr_ints(g, count, v) }
#define INT(key, v) { KEY_##key, NULL, attr_int(g, v) }
	struct attr_entry e[] = {
		INTS(window_strides, n, b->stride), INTS(padding, 2 * n, b->pad),
		INTS(lhs_dilation, n, b->base), INTS(rhs_dilation, n, b->dilation),
		INT(input_batch_dimension, b->in.first),
		INT(input_feature_dimension, b->in.second),
		INTS(input_spatial_dimensions, n, b->in.spatial),
		INT(kernel_output_feature_dimension, b->kernel.first),
		INT(kernel_input_feature_dimension, b->kernel.second),
		INTS(kernel_spatial_dimensions, n, b->kernel.spatial),
		INT(output_batch_dimension, b->out.first),
		INT(output_feature_dimension, b->out.second),
		INTS(output_spatial_dimensions, n, b->out.spatial),
		INT(feature_group_count, b->features), INT(batch_group_count, b->batches),
	};
#undef INTS
#undef INT
	const struct node *in[] = { b->x, b->w };
	return build_op(g, OP_convolution, 2, in, sizeof e / sizeof *e, e);
}

/* Splits dimension `from` in `groups`, whose number goes in front of dimension `into`. */
static const struct node *move_groups(
	struct grad *d, const struct node *x, int64_t from, int64_t into, int64_t groups)
{
	uint32_t rank = x->type->rank, k = 0;
	struct job *j = graph_job(d->g);
	int64_t *dims = job_array(j, (size_t)rank + 2, sizeof *dims);
	int64_t *turn = job_array(j, (size_t)rank + 2, sizeof *turn);
	for (uint32_t i = 0; i < rank; i++) {
		if (i == from) {
			dims[k++] = groups;
			dims[k++] = x->type->dims[i] / groups;
		} else {
			dims[k++] = x->type->dims[i];
		}
	}
	x = build_reshape(d->g, x, rank + 1, dims);
	k = 0;
	for (uint32_t i = 0; i < rank; i++) {
		if (i == into)
			turn[k++] = from;
		turn[k++] = i + (i >= from);
	}
	x = build_transpose(d->g, x, turn);
	k = 0;
	for (uint32_t i = 0; i < rank; i++, k++) {
		dims[i] = x->type->dims[k];
		if (i == into)
			dims[i] *= x->type->dims[++k];
	}
	return build_reshape(d->g, x, rank, dims);
}

static void add_input(struct grad *d, const struct conv *c, const struct node *ct)
{
	struct graph *g = d->g;
	int64_t *pad = job_array(graph_job(g), 2 * (size_t)c->rank + 1, sizeof *pad);
	const struct node *w = c->w;
	int64_t groups = c->features > 1 ? c->features : c->batches;
	for (uint32_t i = 0; i < c->rank; i++) {
		struct window win = conv_window(c, i);
		window_back(&win, &pad[2 * i], &pad[2 * i + 1]);
	}
	if (groups > 1)
		w = move_groups(d, w, c->kernel.first, c->kernel.second, groups);
	struct attr_entry spatial = { KEY_dimensions, NULL,
		attr_ints(g, c->rank, c->kernel.spatial) };
	w = c->rank ? build_op(g, OP_reverse, 1, &w, 1, &spatial) : w;
	struct conv_build b = { .x = ct, .w = w, .in = c->out, .kernel = swapped(c->kernel),
		.out = c->in, .stride = c->base, .pad = pad, .base = c->stride,
		.dilation = c->dilation, .features = groups, .batches = 1 };
	const struct node *v = conv_build(d, c, &b);
	if (c->batches > 1)
		v = move_groups(d, v, c->in.second, c->in.first, c->batches);
	grad_flow(d, c->x, v);
}

static void add_kernel(struct grad *d, const struct conv *c, const struct node *ct)
{
	int64_t *pad = job_array(graph_job(d->g), 2 * (size_t)c->rank + 1, sizeof *pad);
	for (uint32_t i = 0; i < c->rank; i++) {
		struct window w = conv_window(c, i);
		pad[2 * i] = w.low;
		pad[2 * i + 1] = window_dilated(w.out, w.stride) - window_dilated(w.in, w.base) +
			window_dilated(w.size, w.dilation) - w.low - 1;
	}
	struct conv_build b = { .x = c->x, .w = ct, .in = swapped(c->in),
		.kernel = swapped(c->out), .out = swapped(c->kernel), .stride = c->dilation,
		.pad = pad, .base = c->base, .dilation = c->stride, .features = c->batches,
		.batches = c->features };
	grad_flow(d, c->w, conv_build(d, c, &b));
}

void grad_convolution(struct grad *d, const struct node *n, const struct node *const *ct)
{
	struct conv c;
	conv_read(d, n, &c);
	if (grad_wants(d, c.x))
		add_input(d, &c, ct[0]);
	if (grad_wants(d, c.w))
		add_kernel(d, &c, ct[0]);
}
