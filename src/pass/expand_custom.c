/* expand_custom.c -- custom_calls of custom.def as the ops that they are.
 *
 * Sizes that operands hold are numbers or expressions by now, for calls are inlined: a window whose
 * dimension is the whole of a symbolic one is one that reaches over everything (DIM_LONGEST). */
#include "base/linear.h"
#include "base/str.h"
#include "ir/build.h"
#include "ir/custom.h"
#include "pass/expand.h"
#include <stdlib.h>
#include <string.h>

/* ---- values as they are --------------------------------------------------------------------- */

static const struct node *expand_custom_same(
	struct graph *g, const struct node *n, const struct node *const *in, uint32_t which)
{
	(void)g;
	const struct type *t = node_result_type(n, 0);
	if (which)
		return in[n->nin - 1];           /* the effect's token */
	return in[0]->type == t ? in[0] : NULL;
}

static const struct node *expand_custom_sink(
	struct graph *g, const struct node *n, const struct node *const *in, uint32_t which)
{
	(void)g;
	(void)which;
	return node_has_effect(n) ? in[n->nin - 1] : NULL;
}

/* A step of the runtime (plan/library.c). */
static const struct node *expand_custom_assertion(
	struct graph *g, const struct node *n, const struct node *const *in, uint32_t which)
{
	(void)g;
	(void)n;
	(void)in;
	(void)which;
	return NULL;
}

/* ---- exchange of slices --------------------------------------------------------------------- */

/* By row of the result, the row of the operand that it becomes, or -1: of the last slice that has
 * it.  in[]: as the call's. */
static const struct node *ragged_rows(struct graph *g, const struct node *const *in)
{
	int64_t shape[] = { in[1]->type->dims[0], in[2]->type->dims[0] }, to = 1, over = 1;
	const struct type *t = type_tensor(g, DTYPE_i64, 2, shape);
	const struct node *v[3], *slice = build_iota(g, t, 1), *none = build_full(g, t, -1);

	for (uint32_t i = 0; i < 3; i++)         /* input offsets, sizes, output offsets */
		v[i] = build_broadcast(g, build_convert(g, in[2 + i], DTYPE_i64), 2, shape, &to);
	const struct node *at = build2(g, OP_subtract, build_iota(g, t, 0), v[2]);
	const struct node *zero = build_full(g, t, 0);
	const struct node *has = build2(g, OP_and, build_compare(g, "GE", at, zero),
		build_compare(g, "LT", at, v[1]));
	to = 0;
	const struct node *last = build_broadcast(g, build_reduce(g, OP_maximum,
		build_select(g, has, slice, none), 1, &over), 2, shape, &to);
	const struct node *from = build2(g, OP_maximum, build2(g, OP_add, at, v[0]), zero);
	return build_reduce(g, OP_maximum,
		build_select(g, build2(g, OP_and, has, build_compare(g, "EQ", slice, last)), from,
			none), 1, &over);
}

static const struct node *expand_custom_ragged(
	struct graph *g, const struct node *n, const struct node *const *in, uint32_t which)
{
	const struct type *t = in[1]->type;
	const struct attr_entry picks[] = { { KEY_dimension, NULL, attr_int(g, 0) },
		{ KEY_batch_dims, NULL, attr_int(g, 0) } };
	int64_t *none = job_array(graph_job(g), t->rank, sizeof *none), row = 0;
	int64_t *more = job_array(graph_job(g), t->rank, sizeof *more);

	if (which || node_has_effect(n) || t->quant || !custom_is_alone(graph_job(g), n))
		return NULL;
	more[0] = 1;                             /* one to look at where there is none */
	const struct node *rows = ragged_rows(g, in), *zero = build_like(g, rows, 0);
	const struct node *most = build_broadcast_to(g, build2(g, OP_subtract,
		build_size(g, in[0], 0), build_scalar_int(g, DTYPE_i64, 1)), 1, rows->type->dims);
	const struct node *index = build2(g, OP_maximum, build2(g, OP_minimum, rows, most), zero);
	const struct node *all = build_pad(
		g, in[0], build_scalar(g, t->dtype, 0), none, more, none);
	const struct node *y = build_op(g, OP_torch_index_select, 2,
		(const struct node *[]){ all, index }, 2, picks);
	return build_select(g, build_broadcast(g, build_compare(g, "GE", rows, zero), t->rank,
		t->dims, &row), y, in[1]);
}

/* ---- the first of rows ---------------------------------------------------------------------- */

/* Result `which`: the first of all rows, by the region's order, along dimension d. */
static const struct node *expand_custom_approx_top_k(
	struct graph *g, const struct node *n, const struct node *const *in, uint32_t which)
{
	const char *text = str_option(node_config(graph_job(g), n), "reduction_dim");
	int64_t d = text ? strtoll(text, NULL, 10) : 0;
	const struct attr_entry e[] = {
		{ KEY_dimension, NULL, attr_int(g, d) },
		{ KEY_is_stable, NULL, attr_bool(g, true) },
	};
	struct node_spec s = {
		.op = OP_sort,
		.nin = node_nresults(n),
		.in = in,
		.attrs = attrs_cons(g, 2, e),
		.nregions = 1,
		.regions = n->regions,
	};
	if (node_has_effect(n))
		return NULL;
	return expand_first(g, graph_result(g, graph_node(g, &s), which), (uint32_t)d,
		node_result_type(n, which)->dims[d]);
}

static const struct node *expand_custom_top_k(
	struct graph *g, const struct node *n, const struct node *const *in, uint32_t which)
{
	if (node_has_effect(n))
		return NULL;
	return expand_largest(g, in[0], node_result_type(n, 0)->dims[in[0]->type->rank - 1],
		DTYPE_i32, which);
}

/* ---- ops of MHLO ---------------------------------------------------------------------------- */

static const struct node *expand_custom_mhlo_map(
	struct graph *g, const struct node *n, const struct node *const *in, uint32_t which)
{
	if (which)
		return in[n->nin - 1];           /* the effect's token */
	return graph_node(g, &(struct node_spec){
		.op = custom_map_op(node_str(n, KEY_call_target_name, "")), .nin = 1, .in = in,
		.type = node_result_type(n, 0) });
}

static const struct node *expand_custom_mhlo_top_k(
	struct graph *g, const struct node *n, const struct node *const *in, uint32_t which)
{
	return expand_custom_top_k(g, n, in, which);
}

/* ---- random bits ---------------------------------------------------------------------------- */

static const struct node *expand_custom_random_bits(
	struct graph *g, const struct node *n, const struct node *const *in, uint32_t which)
{
	const struct attr_entry e = { KEY_rng_algorithm, NULL,
		attr_str(g, node_str(n, KEY_rng_algorithm, "DEFAULT")) };
	struct node_spec s = {
		.op = OP_rng_bit_generator, .nin = 1, .in = in, .attrs = attrs_cons(g, 1, &e),
		.type = n->type,
	};
	if (node_has_effect(n))
		return NULL;
	return graph_result(g, graph_node(g, &s), which);
}

/* ---- windows -------------------------------------------------------------------------------- */

enum { WINDOWS_MOST = 8 };               /* inputs reduced together by windows of symbolic size */

/* A call's inputs, and its window attributes as numbers where they are. */
struct windows {
	const struct node *n;
	const struct node *const *in;        /* inputs, initial values, attributes */
	uint32_t count, rank;
	int64_t *size, *stride, *base, *dilation, *padding;
	bool pads;                           /* padding is symbolic: it is done in front */
	int64_t whole;                       /* a dimension whose window reaches over all; -1 */
	bool behind;                         /* ... that is behind a place, not before it */
};

static const struct node *attribute(const struct windows *w, uint32_t k)
{
	return w->in[2 * w->count + k];
}

static bool number_of(struct graph *g, const struct node *n, uint32_t i, int64_t *out)
{
	int64_t d = dim_of_node(g, n, i);

	if (dim_is_number(d))
		*out = d;
	else if (dim_get(g, d)->op == DIM_number)
		*out = dim_get(g, d)->a;
	else
		return false;
	return true;
}

/* Is dimension d's window as long as it, so that a place sees all before it, or behind it? */
static bool read_whole(struct graph *g, struct windows *w, uint32_t d)
{
	int64_t size = dim_of_node(g, attribute(w, 0), d), rest = dim_sub(g, size, 1);
	int64_t low = dim_of_node(g, attribute(w, 4), 2 * d);
	int64_t high = dim_of_node(g, attribute(w, 4), 2 * d + 1);

	w->behind = high == rest && low == 0;
	if (!dim_same(size, w->in[0]->type->dims[d]) || w->stride[d] != 1 || w->base[d] != 1 ||
		w->dilation[d] != 1 || (!w->behind && (low != rest || high)) || w->whole >= 0)
		return false;
	w->whole = d;
	return true;
}

static bool read_windows(struct graph *g, struct windows *w)
{
	int64_t *const to[4] = { w->size, w->stride, w->base, w->dilation };

	for (uint32_t d = 0; d < w->rank; d++) {
		for (uint32_t k = 1; k < 4; k++)
			if (!number_of(g, attribute(w, k), d, &to[k][d]))
				return false;
		bool sized = number_of(g, attribute(w, 0), d, &w->size[d]);
		bool padded = number_of(g, attribute(w, 4), 2 * d, &w->padding[2 * d]) &&
			number_of(g, attribute(w, 4), 2 * d + 1, &w->padding[2 * d + 1]);
		if (!sized && !read_whole(g, w, d))
			return false;
		w->pads |= sized && !padded;
	}
	return w->whole < 0 || !w->pads;
}

static const struct node *reduce_windows(
	struct graph *g, const struct windows *w, const struct node *const *in, uint32_t which)
{
	const struct attr_entry e[] = {
		{ KEY_window_dimensions, NULL, attr_ints(g, w->rank, w->size) },
		{ KEY_window_strides, NULL, attr_ints(g, w->rank, w->stride) },
		{ KEY_base_dilations, NULL, attr_ints(g, w->rank, w->base) },
		{ KEY_window_dilations, NULL, attr_ints(g, w->rank, w->dilation) },
		{ KEY_padding, NULL, attr_ints(g, 2 * w->rank, w->padding) },
	};

	return graph_result(g, graph_node(g, &(struct node_spec){ .op = OP_reduce_window,
		.nin = 2 * w->count, .in = in, .attrs = attrs_cons(g, 5, e), .nregions = 1,
		.regions = w->n->regions }), which);
}

/* Every second of the padding's numbers, from `first` on. */
static const struct node *paddings(struct graph *g, const struct windows *w, int64_t first)
{
	int64_t all = 2 * (int64_t)w->rank, two = 2;

	return build_slice(g, build_reshape(g, attribute(w, 4), 1, &all), &first, &all, &two);
}

/* Inputs are padded by ops, windows of numbers then pad nothing. */
static const struct node *pad_first(struct graph *g, struct windows *w, uint32_t which)
{
	const struct node **in = job_array(graph_job(g), 2u * w->count, sizeof *in);
	int64_t *holes = job_array(graph_job(g), w->rank + 1u, sizeof *holes), rank = w->rank;

	for (uint32_t d = 0; d < w->rank; d++) {
		holes[d] = w->base[d] - 1;
		w->base[d] = 1;
	}
	memset(w->padding, 0, 2 * w->rank * sizeof *w->padding);
	const struct type *t = type_tensor(g, DTYPE_i64, 1, &rank);
	const struct node *interior = build_convert(g, build_constant(g, t, false, holes),
		attribute(w, 4)->type->dtype);
	for (uint32_t i = 0; i < w->count; i++) {
		const struct node *pad[] = { w->in[i], w->in[w->count + i], paddings(g, w, 0),
			paddings(g, w, 1), interior };
		in[i] = build_op(g, OP_dynamic_pad, 5, pad, 0, NULL);
		in[w->count + i] = w->in[w->count + i];
	}
	return reduce_windows(g, w, in, which);
}

/* Does the region combine its two parameters by an op that a scan has a kernel for? */
static bool is_scan(const struct windows *w)
{
	const struct region *r = w->n->regions[0];
	const struct node *f = r->results[0];
	enum dtype t = w->in[0]->type->dtype;

	return w->count == 1 && !dtype_is_complex(t) && t == r->params[0]->dtype && f->nin == 2 &&
		(f->op == OP_add || f->op == OP_multiply || f->op == OP_maximum ||
			f->op == OP_minimum || f->op == OP_and || f->op == OP_or) &&
		f->in[0]->op == OP_parameter && f->in[1]->op == OP_parameter &&
		f->in[0] != f->in[1];
}

static const struct node *turned(struct graph *g, const struct node *x, int64_t d)
{
	const struct attr_entry e = { KEY_dimensions, NULL, attr_ints(g, 1, &d) };

	return build_op(g, OP_reverse, 1, &x, 1, &e);
}

static const struct node *scan_all(struct graph *g, struct windows *w, uint32_t which)
{
	const struct node *in[] = { w->in[0], w->in[1] };

	w->size[w->whole] = DIM_LONGEST;
	w->padding[2 * w->whole] = DIM_LONGEST - 1;
	w->padding[2 * w->whole + 1] = 0;
	if (!w->behind)
		return reduce_windows(g, w, in, which);
	in[0] = turned(g, in[0], w->whole);
	return turned(g, reduce_windows(g, w, in, which), w->whole);
}

/* Each place reduces all of its row, where what it does not see is the initial value. */
static const struct node *reduce_all(struct graph *g, const struct windows *w, uint32_t which)
{
	uint32_t rank = w->rank + 1, d = (uint32_t)w->whole;
	int64_t *dims = job_array(graph_job(g), rank, sizeof *dims), over = d + 1;
	int64_t *at = job_array(graph_job(g), rank, sizeof *at);
	const struct node **in = job_array(graph_job(g), 2u * w->count, sizeof *in);

	for (uint32_t i = 0; i < w->rank; i++) {
		if (i != d && (w->size[i] != 1 || w->stride[i] != 1 || w->base[i] != 1 ||
			w->padding[2 * i] || w->padding[2 * i + 1]))
			return NULL;
		at[i] = i < d ? i : i + 1;
		dims[at[i]] = w->in[0]->type->dims[i];
	}
	dims[d] = dims[d + 1];
	const struct type *t = type_tensor(g, DTYPE_i64, rank, dims);
	const struct node *seen = build_compare(g, w->behind ? "GE" : "LE",
		build_iota(g, t, d + 1), build_iota(g, t, d));
	for (uint32_t i = 0; i < w->count; i++) {
		const struct node *init = w->in[w->count + i];
		in[i] = build_select(g, seen, build_broadcast(g, w->in[i], rank, dims, at),
			build_broadcast_to(g, init, rank, dims));
		in[w->count + i] = init;
	}
	const struct attr_entry e = { KEY_dimensions, NULL, attr_ints(g, 1, &over) };
	return graph_result(g, graph_node(g, &(struct node_spec){ .op = OP_reduce,
		.nin = 2 * w->count, .in = in, .attrs = attrs_cons(g, 1, &e), .nregions = 1,
		.regions = w->n->regions }), which);
}

/* Element i of attribute k everywhere in t, of i64. */
static const struct node *spread(
	struct graph *g, const struct windows *w, uint32_t k, int64_t i, const struct type *t)
{
	const struct node *a = attribute(w, k);
	int64_t all = type_elements(a->type), limit = i + 1, one = 1;
	const struct node *v = build_slice(g, build_reshape(g, a, 1, &all), &i, &limit, &one);

	return build_broadcast_to(
		g, build_convert(g, build_reshape(g, v, 0, NULL), t->dtype), t->rank, t->dims);
}

/* Inputs x reduced along d by windows of symbolic size: by indices of a place and in its window,
 * which element that is, the initial value where it is none. */
static void windows_along(struct graph *g, const struct windows *w, uint32_t d, int64_t places,
	const struct node **x)
{
	const struct node *init[WINDOWS_MOST], *in[2 * WINDOWS_MOST];
	int64_t shape[] = { places, dim_of_node(g, attribute(w, 0), d) }, over = d + 1, at[2];
	const struct type *t = type_tensor(g, DTYPE_i64, 2, shape);
	const struct node *base = spread(g, w, 2, d, t), *zero = build_full(g, t, 0);
	const struct node *p = build2(g, OP_subtract,
		build2(g, OP_add,
			build2(g, OP_multiply, build_iota(g, t, 0), spread(g, w, 1, d, t)),
			build2(g, OP_multiply, build_iota(g, t, 1), spread(g, w, 3, d, t))),
		spread(g, w, 4, 2 * (int64_t)d, t));
	const struct node *element = build2(g, OP_divide, p, base);
	const struct node *end = build_broadcast_to(
		g, build_convert(g, build_size(g, x[0], d), DTYPE_i64), 2, shape);
	const struct node *seen = build2(g, OP_and,
		build2(g, OP_and, build_compare(g, "GE", p, zero),
			build_compare(g, "LT", element, end)),
		build_compare(g, "EQ", build2(g, OP_remainder, p, base), zero));
	const struct attr_entry picks[] = { { KEY_dimension, NULL, attr_int(g, d) },
		{ KEY_batch_dims, NULL, attr_int(g, 0) } };
	const struct attr_entry e = { KEY_dimensions, NULL, attr_ints(g, 1, &over) };

	at[0] = d;
	at[1] = d + 1;
	for (uint32_t i = 0; i < w->count; i++) {
		int64_t *none = job_array(graph_job(g), w->rank + 1u, sizeof *none);
		int64_t *more = job_array(graph_job(g), w->rank + 1u, sizeof *more);
		more[d] = 1;                     /* one to look at where there is none */
		init[i] = w->in[w->count + i];
		const struct node *all = build_pad(g, x[i], init[i], none, more, none);
		const struct node *y = build_op(g, OP_torch_index_select, 2,
			(const struct node *[]){ all, element }, 2, picks);
		const struct type *u = y->type;
		in[i] = build_select(g, build_broadcast(g, seen, u->rank, u->dims, at), y,
			build_broadcast_to(g, init[i], u->rank, u->dims));
		in[w->count + i] = init[i];
	}
	const struct node *r = graph_node(g, &(struct node_spec){ .op = OP_reduce,
		.nin = 2 * w->count, .in = in, .attrs = attrs_cons(g, 1, &e), .nregions = 1,
		.regions = w->n->regions });
	for (uint32_t i = 0; i < w->count; i++)
		x[i] = graph_result(g, r, i);
}

/* Windows whose sizes only a call knows: one dimension after the other. */
static const struct node *windows_by_index(
	struct graph *g, const struct windows *w, uint32_t which)
{
	const struct node *x[WINDOWS_MOST];
	const struct type *t = node_result_type(w->n, which);

	if (w->count > WINDOWS_MOST)
		return NULL;
	for (uint32_t i = 0; i < w->count; i++) {
		x[i] = w->in[i];
		if (x[i]->type->dtype != w->n->regions[0]->params[i]->dtype)
			return NULL;
	}
	for (uint32_t d = 0; d < w->rank; d++) {
		int64_t one;
		bool alone = true;
		for (uint32_t k = 0; k < 4; k++)
			alone &= number_of(g, attribute(w, k), d, &one) && one == 1;
		for (uint32_t k = 0; k < 2; k++)
			alone &= number_of(g, attribute(w, 4), 2 * d + k, &one) && one == 0;
		if (!alone || !dim_same(t->dims[d], x[0]->type->dims[d]))
			windows_along(g, w, d, t->dims[d], x);
	}
	return x[which];
}

static const struct node *expand_custom_reduce_window(
	struct graph *g, const struct node *n, const struct node *const *in, uint32_t which)
{
	uint32_t rank = in[0]->type->rank;
	int64_t *v = job_array(graph_job(g), 6u * rank + 1, sizeof *v);
	struct windows w = { n, in, node_nresults(n), rank, v, v + rank, v + 2 * rank,
		v + 3 * rank, v + 4 * rank, false, -1, false };

	if (node_has_effect(n))
		return NULL;
	if (!read_windows(g, &w))
		return windows_by_index(g, &w, which);
	if (w.whole >= 0) {
		const struct node *all =
			is_scan(&w) ? scan_all(g, &w, which) : reduce_all(g, &w, which);
		return all ? all : windows_by_index(g, &w, which);
	}
	return w.pads ? pad_first(g, &w, which) : reduce_windows(g, &w, in, which);
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* Of a decomposition: without the operands that only say how large its results are. */
static const struct node *without_shapes(
	struct graph *g, const struct node *n, const struct node *const *in, uint32_t nshapes)
{
	uint32_t nin = node_noperands(n) - nshapes, kept = 0;
	const struct node **fewer = job_array(graph_job(g), nin + 2u, sizeof *fewer);
	struct attr_entry *e = job_array(graph_job(g), n->attrs->n, sizeof *e);

	memcpy(fewer, in, nin * sizeof *fewer);
	if (node_has_effect(n))
		fewer[nin] = in[n->nin - 1];
	for (uint32_t i = 0; i < n->attrs->n; i++) {
		const struct attr_entry *a = &n->attrs->e[i];
		bool shapes = a->name && !strcmp(a->name, "indices_of_shape_operands");
		if (!shapes && a->key != KEY_operand_layouts && a->key != KEY_result_layouts)
			e[kept++] = *a;
	}
	return graph_node(g, &(struct node_spec){ .op = n->op, .nin = nin + node_has_effect(n),
				     .in = fewer, .attrs = attrs_cons(g, kept, e),
				     .type = n->type });
}

/* ---- decompositions of narrow floats -------------------------------------------------------- */

static bool is_narrow(const struct type *t)
{
	return t->kind == TYPE_tensor && dtype_is_narrow(t->dtype);
}

static const struct type *widened(struct graph *g, const struct type *t)
{
	if (t->kind != TYPE_results)
		return is_narrow(t) ? type_with_dtype(g, t, DTYPE_f32) : t;
	const struct type **elem = job_array(graph_job(g), t->n, sizeof *elem);
	for (uint32_t i = 0; i < t->n; i++)
		elem[i] = widened(g, t->elem[i]);
	return type_list(g, TYPE_results, t->n, elem);
}

/* Result `which` of what LAPACK makes of f32, rounded; NULL: n is no such call. */
static const struct node *linear_wide(
	struct graph *g, const struct node *n, const struct node *const *in, uint32_t which)
{
	const char *target = node_str(n, KEY_call_target_name, "");
	const struct node *wide[LINEAR_MOST + 1];

	if (!n->nin || n->nin > LINEAR_MOST || !is_narrow(in[0]->type) ||
		!linear_find(target, strlen(target), NULL))
		return NULL;
	for (uint32_t i = 0; i < n->nin; i++)
		wide[i] = is_narrow(in[i]->type) ? build_convert(g, in[i], DTYPE_f32) : in[i];
	const struct node *call = graph_node(g, &(struct node_spec){ .op = n->op, .nin = n->nin,
		.in = wide, .attrs = n->attrs, .type = widened(g, n->type) });
	const struct type *t = n->type->kind == TYPE_results ? n->type->elem[which] : n->type;
	const struct node *r = graph_result(g, call, which);
	return is_narrow(t) ? build_convert(g, r, t->dtype) : r;
}

const struct node *expand_custom(
	struct graph *g, const struct node *n, const struct node *const *in, uint32_t which)
{
	static const struct node *(*const rows[])(struct graph *g, const struct node *n,
		const struct node *const *in, uint32_t which) = {
#define CUSTOM(meaning, target, computations) expand_custom_##meaning,
#include "ir/custom.def"
#undef CUSTOM
	};
	int row = custom_of(n);

	if (row >= 0)
		return rows[row](g, n, in, which);
	uint32_t nshapes = custom_nshapes(n->attrs, node_noperands(n));
	const struct node *m = nshapes ? without_shapes(g, n, in, nshapes) : n;
	const struct node *wide = linear_wide(g, m, nshapes ? m->in : in, which);
	return wide ? wide : nshapes ? graph_result(g, m, which) : NULL;
}
