/* reduce.c -- reductions, windows, map and sort: ops whose regions work on scalars. */
#include "ir/infer/infer_impl.h"

static int64_t *scratch(struct graph *g, uint32_t n)
{
	return job_array(graph_job(g), n ? n : 1, sizeof(int64_t));
}

/* n inputs of one shape (constraint `shape`) and as many initial values behind them (`count`). */
struct reduction {
	uint32_t n;
	const struct type **in, **init, **out;
};

static struct reduction read_reduction(struct graph *g, const struct node_spec *s,
	const char *count, const char *shape)
{
	struct reduction x = { .n = s->nin / 2 };
	if (!x.n || s->nin % 2)
		spec_fail(g, s, count, "expected inputs and as many initial values, found %u "
			"operands", s->nin);
	x.in = job_array(graph_job(g), x.n, sizeof *x.in);
	x.init = job_array(graph_job(g), x.n, sizeof *x.init);
	x.out = job_array(graph_job(g), x.n, sizeof *x.out);
	for (uint32_t i = 0; i < x.n; i++) {
		x.in[i] = spec_tensor(g, s, i, ELEM_any);
		x.init[i] = spec_tensor(g, s, x.n + i, ELEM_any);
		if (!shape_compatible(g, x.in[0], x.in[i]))
			spec_fail(g, s, shape, "expected inputs of one shape, found %s and %s",
				spec_text(g, x.in[0]), spec_text(g, x.in[i]));
		if (x.init[i]->rank && s->op != OP_reduce)
			spec_fail(g, s, NULL, "expected scalar initial values, found %s",
				spec_text(g, x.init[i]));
	}
	return x;
}

/* reduce_c1 to c8. */
const struct type *infer_reduce(struct graph *g, const struct node_spec *s)
{
	struct reduction x = read_reduction(g, s, "c3", "c1");
	uint32_t n;
	const int64_t *d = spec_ints(s, KEY_dimensions, &n);
	const struct type *t = x.in[0];
	for (uint32_t i = 1; i < x.n; i++)
		t = type_join(g, t, x.in[i]);
	spec_range(g, s, "c4", "dimensions", n, d, t->rank);
	spec_unique(g, s, "c5", "dimensions", n, d, 0, NULL);
	uint32_t rank = 0;
	int64_t *dims = scratch(g, t->rank), *bounds = scratch(g, t->rank);
	for (uint32_t i = 0; i < t->rank; i++) {
		if (list_has(n, d, i))
			continue;
		bounds[rank] = type_bound(t, i);
		dims[rank++] = t->dims[i];
	}
	const struct reducer body = { .c = "c6", .init = "c2", .n = x.n, .inputs = x.in,
		.inits = x.init, .nkept = rank, .kept = dims };
	spec_reducer(g, s, &body, x.out);
	for (uint32_t i = 0; i < x.n; i++)
		if (!shape_compatible(g, s->regions[0]->results[i]->type, x.init[i]))
			spec_fail(g, s, "c6",
				"expected a body whose results have the shapes of the initial "
				"values, found %s and %s",
				spec_text(g, s->regions[0]->results[i]->type),
				spec_text(g, x.init[i]));
	for (uint32_t i = 0; i < x.n; i++)
		x.out[i] = type_shaped(g, x.out[i], rank, dims, bounds);
	spec_result_count(g, s, "c3", x.n);
	spec_result_elements(g, s, "c8", x.n, x.out);
	return spec_results(g, s, "c7", x.n, x.out);
}

/* Window attributes with the numbers of reduce_window_c4 to c12. */
static const int64_t *window_sizes(struct graph *g, const struct node_spec *s, const struct type *t,
	const char *count, const char *positive)
{
	uint32_t n;
	const int64_t *w = spec_ints(s, KEY_window_dimensions, &n);
	if (n != t->rank)
		spec_fail(g, s, count, "expected %u entries of window_dimensions, found %u",
			t->rank, n);
	spec_at_least(g, s, positive, "window_dimensions", n, w, 1);
	return w;
}

static int64_t window_bound(struct graph *g, const struct node_spec *s, const char *c,
	const struct type *t, uint32_t i, const struct window *w)
{
	int64_t b = type_bound(t, i);
	return b < 0 ? -1 : spec_windows(g, s, c, b, w);
}

/* reduce_window_c1 to c16. */
const struct type *infer_reduce_window(struct graph *g, const struct node_spec *s)
{
	struct reduction x = read_reduction(g, s, "c1", "c2");
	const struct type *t = x.in[0];
	for (uint32_t i = 1; i < x.n; i++)
		t = type_join(g, t, x.in[i]);
	const int64_t *size = window_sizes(g, s, t, "c4", "c5");
	const int64_t *stride = spec_ints_n(g, s, "c6", KEY_window_strides, t->rank, 1);
	spec_at_least(g, s, "c7", "window_strides", t->rank, stride, 1);
	const int64_t *base = spec_ints_n(g, s, "c8", KEY_base_dilations, t->rank, 1);
	spec_at_least(g, s, "c9", "base_dilations", t->rank, base, 1);
	const int64_t *dilation = spec_ints_n(g, s, "c10", KEY_window_dilations, t->rank, 1);
	spec_at_least(g, s, "c11", "window_dilations", t->rank, dilation, 1);
	const int64_t *pad = spec_padding(g, s, "c12", t->rank);
	const struct reducer body = {
		.c = "c13", .init = "c3", .n = x.n, .inputs = x.in, .inits = x.init };
	spec_reducer(g, s, &body, x.out);
	int64_t *dims = scratch(g, t->rank), *bounds = scratch(g, t->rank);
	for (uint32_t i = 0; i < t->rank; i++) {
		struct window w = { size[i], stride[i], pad[2 * i], pad[2 * i + 1], base[i],
			dilation[i] };
		dims[i] = spec_windows(g, s, "c15", t->dims[i], &w);
		bounds[i] = window_bound(g, s, "c15", t, i, &w);
	}
	for (uint32_t i = 0; i < x.n; i++)
		x.out[i] = type_shaped(g, x.out[i], t->rank, dims, bounds);
	spec_result_count(g, s, "c1", x.n);
	spec_result_elements(g, s, "c16", x.n, x.out);
	spec_result_shape(g, s, "c15", 0, x.out[0]);
	return spec_results(g, s, "c14", x.n, x.out);
}

/* select_and_scatter_c1 to c12. */
const struct type *infer_select_and_scatter(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_any), *from = spec_tensor(g, s, 1,
		ELEM_any);
	const struct type *init = spec_tensor(g, s, 2, ELEM_any), *out;
	if (!elem_compatible(t, from))
		spec_fail(g, s, "c1", "expected a source of the operand's element type, found %s "
			"and %s", spec_text(g, t), spec_text(g, from));
	if (init->rank)
		spec_fail(g, s, NULL, "expected a scalar initial value, found %s", spec_text(g,
			init));
	const int64_t *size = window_sizes(g, s, t, "c4", "c5");
	const int64_t *stride = spec_ints_n(g, s, "c6", KEY_window_strides, t->rank, 1);
	spec_at_least(g, s, "c7", "window_strides", t->rank, stride, 1);
	const int64_t *pad = spec_padding(g, s, "c8", t->rank);
	int64_t *dims = scratch(g, t->rank);
	for (uint32_t i = 0; i < t->rank; i++) {
		struct window w = { size[i], stride[i], pad[2 * i], pad[2 * i + 1], 1, 1 };
		dims[i] = spec_windows(g, s, "c2", t->dims[i], &w);
	}
	const struct type *want = type_shaped(g, t, t->rank, dims, NULL);
	if (!shape_compatible(g, want, from))
		spec_fail(g, s, "c2", "expected a source for each window, %s, found %s",
			spec_text(g, want), spec_text(g, from));
	spec_predicate(g, s, 0, "c9", 1, &t);
	const struct reducer body = { .region = 1, .c = "c10", .init = "c3", .n = 1,
		.inputs = &t, .inits = &init };
	spec_reducer(g, s, &body, &out);
	out = type_element_of(g, t, out);
	spec_result_elements(g, s, "c12", 1, &out);
	return spec_one(g, s, "c11", out);
}

/* map_c1 to c4. */
const struct type *infer_map(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_any);
	struct body b = spec_body(g, s, 0, "c4", s->nin, 1);
	for (uint32_t i = 0; i < s->nin; i++) {
		const struct type *in = spec_tensor(g, s, i, ELEM_any), *p = b.r->params[i];
		if (!shape_compatible(g, t, in))
			spec_fail(g, s, "c1", "expected inputs of one shape, found %s and %s",
				spec_text(g, t), spec_text(g, in));
		t = type_join(g, t, in);
		if (!type_is_scalar(p) || !elem_compatible(in, p))
			spec_fail(g, s, "c4", "expected a scalar of the element type of %s as "
				"parameter %u, found %s", spec_text(g, in), i, spec_text(g, p));
	}
	uint32_t n;
	const int64_t *d = spec_ints(s, KEY_dimensions, &n);
	bool all = n == t->rank;
	for (uint32_t i = 0; all && i < n; i++)
		all = d[i] == i;
	if (!all)
		spec_fail(g, s, "c3", "expected dimensions [0, .., %u), found %s", t->rank,
			spec_list(g, n, d));
	const struct type *r = b.r->results[0]->type;
	if (!type_is_scalar(r))
		spec_fail(g, s, "c4", "expected a body that gives a scalar tensor, found %s",
			spec_text(g, r));
	t = type_element_of(g, t, r);
	spec_result_elements(g, s, "c4", 1, &t);
	return spec_one(g, s, "c1", t);
}

/* sort_c1 to c5. */
const struct type *infer_sort(struct graph *g, const struct node_spec *s)
{
	const struct type **t = job_array(graph_job(g), s->nin, sizeof *t);
	for (uint32_t i = 0; i < s->nin; i++) {
		t[i] = spec_tensor(g, s, i, ELEM_any);
		if (!shape_compatible(g, t[0], t[i]))
			spec_fail(g, s, "c3", "expected inputs of one shape, found %s and %s",
				spec_text(g, t[0]), spec_text(g, t[i]));
	}
	int64_t rank = t[0]->rank, d = spec_int(s, KEY_dimension, -1);
	if (d < -rank || d >= rank)
		spec_fail(g, s, "c4", "expected dimension in [%lld, %lld), found %lld",
			(long long)-rank, (long long)rank, (long long)d);
	spec_predicate(g, s, 0, "c5", s->nin, t);
	return spec_results(g, s, "c2", s->nin, t);
}
