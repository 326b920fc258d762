/* expand_call.c -- ops that are a use of another: top_k a sort, a scan a loop, random numbers and
 * linear algebra of narrow dtypes those of wide ones. */
#include "ir/build.h"
#include "pass/expand.h"
#include <string.h>

/* ---- top_k: sorted from the largest by total order, indices beside; cut to k ---------------- */

static const struct region *larger_first(struct graph *g, enum dtype t, enum dtype index)
{
	const struct type *x = type_scalar(g, t), *i = type_scalar(g, index);
	const struct type *params[] = { x, x, i, i };
	const struct node *in[] = { graph_parameter(g, 0, x), graph_parameter(g, 1, x) };
	const char *order = dtype_is_float(t)    ? "TOTALORDER"
			    : dtype_is_signed(t) ? "SIGNED"
						 : "UNSIGNED";
	const struct attr_entry e[] = {
		{ KEY_comparison_direction, NULL, attr_str(g, "GT") },
		{ KEY_compare_type, NULL, attr_str(g, order) },
	};
	const struct node *result = build_op(g, OP_compare, 2, in, 2, e);
	return graph_region(g, 4, params, 1, &result);
}

const struct node *expand_first(
	struct graph *g, const struct node *x, uint32_t d, int64_t count)
{
	uint32_t rank = x->type->rank;
	int64_t *start = job_array(graph_job(g), rank, sizeof *start);
	int64_t *limit = job_array(graph_job(g), rank, sizeof *limit);
	int64_t *stride = job_array(graph_job(g), rank, sizeof *stride);

	for (uint32_t i = 0; i < rank; i++) {
		limit[i] = i == d ? count : x->type->dims[i];
		stride[i] = 1;
	}
	return build_slice(g, x, start, limit, stride);
}

const struct node *expand_largest(struct graph *g, const struct node *x, int64_t k,
	enum dtype index, uint32_t which)
{
	const struct type *t = x->type;
	uint32_t last = t->rank - 1;
	const struct node *in[] = { x, build_iota(g, type_with_dtype(g, t, index), last) };
	const struct attr_entry e[] = {
		{ KEY_dimension, NULL, attr_int(g, last) },
		{ KEY_is_stable, NULL, attr_bool(g, true) },
	};
	const struct region *r = larger_first(g, t->dtype, index);
	struct node_spec s = {
		.op = OP_sort,
		.nin = 2,
		.in = in,
		.attrs = attrs_cons(g, 2, e),
		.nregions = 1,
		.regions = &r,
	};
	return expand_first(g, graph_result(g, graph_node(g, &s), which), last, k);
}

const struct node *expand_top_k(struct graph *g, const struct node *n, uint32_t which)
{
	return expand_largest(g, n->in[0], node_int(n, KEY_k, 0), node_result_type(n, 1)->dtype,
		which);
}

/* ---- scan: a loop over (index, carries, outputs); inputs are captured ----------------------- */

struct scan {
	const struct node *n;
	uint32_t nin, ncarry, nouts, ncaptures, nstate;
	int64_t dim, size;
	uint32_t nall;               /* state, inputs, captures: operands of the loop */
	const struct node **init;
	const struct type **types;
};

static bool scan_of(struct graph *g, const struct node *n, struct scan *s)
{
	struct job *j = graph_job(g);
	*s = (struct scan){ .n = n, .nin = (uint32_t)node_int(n, KEY_ninputs, 0) };
	s->ncarry = node_noperands(n) - s->nin;
	s->nouts = node_nresults(n) - s->ncarry;
	s->ncaptures = node_ncaptures(n);
	s->nstate = 1 + s->ncarry + s->nouts;
	s->nall = s->nstate + s->nin + s->ncaptures;
	s->dim = node_int(n, KEY_dimension, 0);
	if (!s->nin || node_has_effect(n))
		return false;
	s->size = n->in[0]->type->dims[s->dim];
	s->init = job_array(j, s->nall, sizeof *s->init);
	s->types = job_array(j, s->nall, sizeof *s->types);
	uint32_t k = 0;
	s->init[k++] = build_scalar_int(g, DTYPE_i64, 0);
	for (uint32_t i = 0; i < s->ncarry; i++)
		s->init[k++] = n->in[s->nin + i];
	for (uint32_t i = 0; i < s->nouts; i++)
		s->init[k++] = build_full(g, node_result_type(n, i), 0);
	for (uint32_t i = 0; i < s->nin; i++)
		s->init[k++] = n->in[i];
	for (uint32_t i = 0; i < s->ncaptures; i++)
		s->init[k++] = n->in[node_noperands(n) + i];
	bool fixed = s->size >= 0;
	for (uint32_t i = 0; i < s->nall; i++) {
		s->types[i] = s->init[i]->type;
		fixed &= type_is_static(s->types[i]);
	}
	return fixed;
}

/* The starts of slice `at` along the scan's dimension. */
static void scan_starts(struct graph *g, const struct scan *s, uint32_t rank, const struct node *at,
	const struct node **starts)
{
	for (uint32_t d = 0; d < rank; d++)
		starts[d] = d == s->dim ? at : build_scalar_int(g, DTYPE_i64, 0);
}

static const struct node *scan_take(struct graph *g, const struct scan *s, const struct node *x,
	const struct node *at, const struct type *to)
{
	const struct node **in = job_array(graph_job(g), x->type->rank + 1, sizeof *in);
	int64_t *sizes = job_array(graph_job(g), x->type->rank, sizeof *sizes);
	memcpy(sizes, x->type->dims, x->type->rank * sizeof *sizes);
	sizes[s->dim] = 1;
	in[0] = x;
	scan_starts(g, s, x->type->rank, at, in + 1);
	const struct attr_entry e = { KEY_slice_sizes, NULL, attr_ints(g, x->type->rank, sizes) };
	const struct node *slice = build_op(g, OP_dynamic_slice, x->type->rank + 1, in, 1, &e);
	return build_reshape(g, slice, to->rank, to->dims);
}

static const struct node *scan_put(struct graph *g, const struct scan *s, const struct node *out,
	const struct node *at, const struct node *slice)
{
	const struct node **in = job_array(graph_job(g), out->type->rank + 2, sizeof *in);
	int64_t *dims = job_array(graph_job(g), out->type->rank, sizeof *dims);
	memcpy(dims, out->type->dims, out->type->rank * sizeof *dims);
	dims[s->dim] = 1;
	in[0] = out;
	in[1] = build_reshape(g, slice, out->type->rank, dims);
	scan_starts(g, s, out->type->rank, at, in + 2);
	return build_op(g, OP_dynamic_update_slice, out->type->rank + 2, in, 0, NULL);
}

static const struct region *scan_body(struct graph *g, const struct scan *s)
{
	struct job *j = graph_job(g);
	const struct region *r = s->n->regions[0];
	const struct node **p = job_array(j, s->nall, sizeof *p),
			  **next = job_array(j, s->nstate, sizeof *next);
	const struct node **args = job_array(j, s->n->nin, sizeof *args);
	const struct node **results = job_array(j, r->nresults, sizeof *results);
	for (uint32_t i = 0; i < s->nall; i++)
		p[i] = graph_parameter(g, i, s->types[i]);
	const struct node *at = p[0];
	if (node_bool(s->n, KEY_is_reverse, false))
		at = build2(g, OP_subtract, build_scalar_int(g, DTYPE_i64, s->size - 1), at);
	for (uint32_t i = 0; i < s->nin; i++)
		args[i] = scan_take(g, s, p[s->nstate + i], at, r->params[i]);
	for (uint32_t i = 0; i < s->ncarry; i++)
		args[s->nin + i] = p[1 + i];
	for (uint32_t i = 0; i < s->ncaptures; i++)
		args[s->nin + s->ncarry + i] = p[s->nstate + s->nin + i];
	region_inline(g, r, args, results);
	next[0] = build2(g, OP_add, p[0], build_scalar_int(g, DTYPE_i64, 1));
	for (uint32_t i = 0; i < s->ncarry; i++)
		next[1 + i] = results[s->nouts + i];
	for (uint32_t i = 0; i < s->nouts; i++)
		next[1 + s->ncarry + i] = scan_put(g, s, p[1 + s->ncarry + i], at, results[i]);
	return graph_region(g, s->nall, s->types, s->nstate, next);
}

const struct node *expand_scan(struct graph *g, const struct node *n, uint32_t which)
{
	struct scan s;
	if (!scan_of(g, n, &s))
		return NULL;
	const struct node *more = build_compare(g, "LT", graph_parameter(g, 0, s.types[0]),
		build_scalar_int(g, DTYPE_i64, s.size));
	const struct region *regions[] = { graph_region(g, s.nall, s.types, 1, &more),
		scan_body(g, &s) };
	const struct attr_entry e = { KEY_ncaptures, NULL, attr_int(g, s.nin + s.ncaptures) };
	struct node_spec spec = {
		.op = OP_while, .nin = s.nall, .in = s.init, .attrs = attrs_cons(g, 1, &e),
		.nregions = 2, .regions = regions,
	};
	which = which < s.nouts ? s.ncarry + which : which - s.nouts;
	return graph_result(g, graph_node(g, &spec), 1 + which);
}

/* ---- the runtime's functions know f32, f64 and complex -------------------------------------- */

const struct node *expand_linear(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	enum dtype t = n->type->dtype;
	const struct node *wide[2];
	if (n->type->quant || !dtype_is_float(t) || dtype_bytes(t) > 2)
		return NULL;
	for (uint32_t i = 0; i < n->nin; i++)
		wide[i] = build_convert(g, in[i], DTYPE_f32);
	struct node_spec s = {
		.op = n->op, .nin = n->nin, .in = wide, .attrs = n->attrs,
		.type = type_with_dtype(g, n->type, DTYPE_f32),
	};
	return build_convert(g, graph_node(g, &s), t);
}

const struct node *expand_rng(struct graph *g, const struct node *n, const struct node *const *in)
{
	enum dtype t = n->type->dtype;
	if (t == DTYPE_f64)
		return NULL;
	const struct node *wide[] = { build_convert(g, in[0], DTYPE_f64),
		build_convert(g, in[1], DTYPE_f64), in[2] };
	struct node_spec s = {
		.op = OP_rng,
		.nin = 3,
		.in = wide,
		.attrs = n->attrs,
		.type = type_with_dtype(g, n->type, DTYPE_f64),
	};
	const struct node *x = graph_node(g, &s);
	return build_convert(g, dtype_is_float(t) ? x : build1(g, OP_floor, x), t);
}
