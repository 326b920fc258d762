/* control.c -- control flow, calls, tuples, tokens, and Weft's own leaves.
 *
 * A size that a region computes is not known outside of it, so a symbolic dimension leaves a region
 * only when it is made of symbols that are everywhere the same, or is a dimension of what the op is
 * given; otherwise the declared one stands, or a free symbol. */
#include "ir/infer/infer_impl.h"

#include <ctype.h>
#include <string.h>

#define DIM_DEPTH 64

/* Is d made of arguments and numbers only? */
static bool dim_is_global(const struct graph *g, int64_t d, int depth)
{
	if (dim_is_number(d))
		return true;
	const struct dim_expr *e = dim_get(g, d);
	switch (e->op) {
	case DIM_arg:
		return true;
	case DIM_value:
	case DIM_free:
		return false;
	default:
		return depth < DIM_DEPTH && dim_is_global(g, e->a, depth + 1)
			&& dim_is_global(g, e->b, depth + 1);
	}
}

/* Can a and b be types of the same value at two moments (branches of an if, turns of a loop)?
 * Sizes that are no numbers may differ, even where they always do: that is what their `?` says. */
static bool type_alternates(struct graph *g, const struct type *a, const struct type *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind || a->kind == TYPE_opaque || a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!type_alternates(g, a->elem[i], b->elem[i]))
			return false;
	if (a->kind != TYPE_tensor)
		return true;
	if (!elem_compatible(a, b) || !type_same_quant(a, b))
		return false;
	if (a->unranked || b->unranked)
		return true;
	for (uint32_t i = 0; a->rank == b->rank && i < a->rank; i++) {
		int64_t x = a->dims[i], y = b->dims[i];
		int64_t most = x >= 0 ? type_bound(b, i) : type_bound(a, i);
		bool number = x >= 0 || y >= 0;
		if (x >= 0 && y >= 0 ? x != y : number && most >= 0 && (x >= 0 ? x : y) > most)
			return false;
	}
	return a->rank == b->rank;
}

/* Is a tensor that d is read from computed in a region of s? */
static bool is_read_within(struct graph *g, const struct node_spec *s, int64_t d, int depth)
{
	if (d >= 0)
		return false;
	const struct dim_expr *e = dim_get(g, d);
	if (e->op > DIM_number)
		return depth >= DIM_DEPTH || is_read_within(g, s, e->a, depth + 1) ||
			is_read_within(g, s, e->b, depth + 1);
	for (uint32_t k = 0; e->op == DIM_value && k < s->nregions; k++) {
		uint32_t n;
		const struct node **order = region_order(graph_job(g), s->regions[k], &n);
		for (uint32_t i = 0; i < n; i++)
			if (order[i] == e->node)
				return true;
	}
	return false;
}

/* Does d mean the same outside of the regions of s: of arguments, or a dimension of what s is
 * given that no region computes? */
static bool is_known_outside(struct graph *g, const struct node_spec *s, int64_t d)
{
	const struct attr *captures = attrs_find(s->attrs, KEY_ncaptures);
	uint32_t n = s->nin + (captures ? (uint32_t)captures->i : 0);

	if (dim_is_global(g, d, 0))
		return true;
	for (uint32_t k = 0; k < n; k++) {
		const struct type *t = s->in[k]->type;
		for (uint32_t i = 0; t->kind == TYPE_tensor && i < t->rank; i++)
			if (t->dims[i] == d)
				return !is_read_within(g, s, d, 0);
	}
	return false;
}

/* Types a and b of the same value at two moments: dimensions that agree stay, numbers that meet a
 * symbol do not, and what is open is the declared result's. */
static const struct type *type_widen(struct graph *g, const struct node_spec *s,
	const struct type *a, const struct type *b, const struct type *declared)
{
	if (a->kind != TYPE_tensor) {
		const struct type **elem = job_array(graph_job(g), a->n ? a->n : 1, sizeof *elem);
		bool given = declared && declared->kind == a->kind && declared->n == a->n;
		for (uint32_t i = 0; i < a->n; i++)
			elem[i] = type_widen(g, s, a->elem[i], b->elem[i],
				given ? declared->elem[i] : NULL);
		return a->n ? type_list(g, a->kind, a->n, elem) : a;
	}
	if (a->unranked || b->unranked)
		return a->unranked ? a : b;
	if (type_is_static(a) && type_is_static(b))
		return a;
	bool given = declared && declared->kind == TYPE_tensor && !declared->unranked
		&& declared->rank == a->rank;
	int64_t *dims = job_array(graph_job(g), a->rank ? a->rank : 1, sizeof *dims);
	int64_t *bounds = job_array(graph_job(g), a->rank ? a->rank : 1, sizeof *bounds);
	for (uint32_t i = 0; i < a->rank; i++) {
		int64_t x = type_bound(a, i), y = type_bound(b, i);
		dims[i] = a->dims[i];
		if (a->dims[i] != b->dims[i] || !is_known_outside(g, s, a->dims[i]))
			dims[i] = given ? declared->dims[i] : dim_free(g, 0, INT64_MAX);
		bounds[i] = x >= 0 && y >= 0 ? (x > y ? x : y) : -1;
	}
	return type_shaped(g, a, a->rank, dims, bounds);
}

/* Branches without parameters whose results are the op's. */
static const struct type *branches(struct graph *g, const struct node_spec *s, const char *inputs,
	const char *outputs, const char *results)
{
	struct body first = spec_body(g, s, 0, inputs, 0, -1);
	uint32_t n = first.nresults;
	const struct type **t = job_array(graph_job(g), n ? n : 1, sizeof *t);
	for (uint32_t i = 0; i < n; i++)
		t[i] = first.r->results[i]->type;
	for (uint32_t k = 0; k < s->nregions; k++) {
		struct body b = spec_body(g, s, k, inputs, 0, n);
		for (uint32_t i = 0; i < n; i++) {
			const struct type *r = b.r->results[i]->type;
			if (r->kind != TYPE_tensor && r->kind != TYPE_token)
				spec_fail(g, s, NULL, "expected tensors or tokens as results, "
					"found %s", spec_text(g, r));
			if (!type_alternates(g, t[i], r))
				spec_fail(g, s, outputs, "expected branches with results of one "
					"type, found %s and %s", spec_text(g, t[i]), spec_text(g,
					r));
			t[i] = type_widen(g, s, t[i], r, spec_declared(s, i));
		}
	}
	return spec_results(g, s, results, n, t);
}

/* if_c1 to c3. */
const struct type *infer_if(struct graph *g, const struct node_spec *s)
{
	if (spec_tensor(g, s, 0, ELEM_bool)->rank)
		spec_fail(g, s, NULL, "expected a scalar as predicate, found %s",
			spec_text(g, s->in[0]->type));
	return branches(g, s, "c1", "c2", "c3");
}

/* case_c1 to c4. */
const struct type *infer_case(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_sint);
	if (t->rank || t->dtype != DTYPE_i32)
		spec_fail(g, s, NULL, "expected a scalar i32 as index, found %s", spec_text(g, t));
	if (!s->nregions)
		spec_fail(g, s, "c1", "expected a branch, found none");
	return branches(g, s, "c2", "c3", "c4");
}

/* while_c1 to c3. */
const struct type *infer_while(struct graph *g, const struct node_spec *s)
{
	struct body cond = spec_body(g, s, 0, "c1", s->nin, 1);
	struct body body = spec_body(g, s, 1, "c2", s->nin, s->nin);
	const struct type *p = cond.r->results[0]->type;
	if (!type_is_scalar(p) || p->dtype != DTYPE_i1)
		spec_fail(g, s, "c1", "expected a condition that gives tensor<i1>, found %s",
			spec_text(g, p));
	const struct type **t = job_array(graph_job(g), s->nin ? s->nin : 1, sizeof *t);
	for (uint32_t i = 0; i < s->nin; i++) {
		const struct type *in = s->in[i]->type, *turn = body.r->results[i]->type;
		if (in->kind == TYPE_tuple)
			spec_fail(g, s, NULL, "expected tensors or tokens as operands, found %s",
				spec_text(g, in));
		if (!type_same_quant(in, cond.r->params[i]) ||
			!type_compatible(g, in, cond.r->params[i]))
			spec_fail(g, s, "c1",
				"expected parameter %u of the condition to be of type "
				"%s, found %s",
				i, spec_text(g, in), spec_text(g, cond.r->params[i]));
		if (!type_same_quant(in, body.r->params[i]) ||
			!type_compatible(g, in, body.r->params[i]))
			spec_fail(g, s, "c2", "expected parameter %u of the body to be of type %s, "
				"found %s", i, spec_text(g, in), spec_text(g, body.r->params[i]));
		if (!type_alternates(g, in, turn))
			spec_fail(g, s, "c2", "expected result %u of the body to be of type %s, "
				"found %s", i, spec_text(g, in), spec_text(g, turn));
		t[i] = type_widen(g, s, in, body.r->params[i], spec_declared(s, i));
		t[i] = type_widen(g, s, t[i], turn, spec_declared(s, i));
	}
	return spec_results(g, s, "c3", s->nin, t);
}

/* What type r of a callee's result is for the caller: its parameters' dimensions are the
 * operands'. */
static const struct type *type_of_call(struct graph *g, const struct node_spec *s,
	const struct region *r, const struct type *t, const struct type *declared)
{
	if (t->kind != TYPE_tensor || t->unranked || type_is_static(t))
		return t;
	bool given = declared && declared->kind == TYPE_tensor && !declared->unranked
		&& declared->rank == t->rank;
	int64_t *dims = job_array(graph_job(g), t->rank, sizeof *dims);
	int64_t *bounds = job_array(graph_job(g), t->rank, sizeof *bounds);
	for (uint32_t i = 0; i < t->rank; i++) {
		bounds[i] = type_bound(t, i);
		dims[i] = t->dims[i];
		bool found = dim_is_number(dims[i]);
		for (uint32_t k = 0; k < r->nparams && k < s->nin && !found; k++) {
			const struct type *p = r->params[k], *in = s->in[k]->type;
			if (p->kind != TYPE_tensor || in->kind != TYPE_tensor
				|| p->rank != in->rank)
				continue;
			for (uint32_t m = 0; m < p->rank && !found; m++) {
				found = p->dims[m] == t->dims[i];
				dims[i] = found ? in->dims[m] : dims[i];
			}
		}
		if (!found)
			dims[i] = given ? declared->dims[i] : dim_free(g, 0, INT64_MAX);
	}
	return type_shaped(g, t, t->rank, dims, bounds);
}

/* call and composite: the region is the function called. */
static const struct type *call(struct graph *g, const struct node_spec *s, const char *inputs,
	const char *outputs)
{
	struct body b = spec_body(g, s, 0, inputs, s->nin, -1);
	for (uint32_t i = 0; i < s->nin; i++)
		if (!type_same_quant(s->in[i]->type, b.r->params[i]) ||
			!type_compatible(g, s->in[i]->type, b.r->params[i]))
			spec_fail(g, s, inputs, "expected operand %u of type %s, found %s", i,
				spec_text(g, b.r->params[i]), spec_text(g, s->in[i]->type));
	const struct type **t = job_array(graph_job(g), b.nresults ? b.nresults : 1, sizeof *t);
	for (uint32_t i = 0; i < b.nresults; i++)
		t[i] = type_of_call(g, s, b.r, b.r->results[i]->type, spec_declared(s, i));
	return spec_results(g, s, outputs, b.nresults, t);
}

/* A call's operands and results are the function's; those of a composite may know other sizes (c3,
 * c4). */
const struct type *infer_call(struct graph *g, const struct node_spec *s)
{
	for (uint32_t i = 0; i < s->nin && i < s->regions[0]->nparams; i++)
		if (type_says_more(s->regions[0]->params[i], s->in[i]->type))
			spec_fail(g, s, NULL, "expected operand %u of type %s, found %s", i,
				spec_text(g, s->regions[0]->params[i]),
				spec_text(g, s->in[i]->type));
	const struct type *t = call(g, s, NULL, NULL);
	for (uint32_t i = 0; i < spec_nresults(s, 0); i++) {
		const struct type *r = s->regions[0]->results[i]->type;
		const struct type *given = spec_declared(s, i);
		if (given && type_says_more(given, r) &&
			type_says_more(given, type_of_call(g, s, s->regions[0], r, NULL)))
			spec_fail(g, s, NULL, "expected result type %s, found %s", spec_text(g, r),
				spec_text(g, given));
	}
	return t;
}

/* manual_computation: what each device does with its part; element types and ranks agree. */
const struct type *infer_manual_computation(struct graph *g, const struct node_spec *s)
{
	struct body b = spec_body(g, s, 0, NULL, s->nin, -1);
	const struct type **t = job_array(graph_job(g), b.nresults ? b.nresults : 1, sizeof *t);
	for (uint32_t i = 0; i < s->nin + b.nresults; i++) {
		uint32_t k = i < s->nin ? i : i - s->nin;
		const struct type *inside = i < s->nin ? b.r->params[k] : b.r->results[k]->type;
		const struct type *whole = i < s->nin ? s->in[k]->type : spec_declared(s, k);
		if (!whole)
			whole = inside;
		if (i >= s->nin)
			t[k] = whole;
		if (inside->kind != TYPE_tensor || whole->kind != TYPE_tensor ||
			inside->rank != whole->rank || !elem_same(inside, whole))
			spec_fail(g, s, NULL, "%s %u: expected a part of %s, found %s",
				i < s->nin ? "parameter" : "result", k, spec_text(g, whole),
				spec_text(g, inside));
	}
	return spec_results(g, s, NULL, b.nresults, t);
}

/* What says only where a tensor is to lie. */
const struct type *infer_sdy_same(struct graph *g, const struct node_spec *s)
{
	return spec_one(g, s, NULL, spec_tensor(g, s, 0, ELEM_all));
}

const struct type *infer_sdy_group(struct graph *g, const struct node_spec *s)
{
	spec_tensor(g, s, 0, ELEM_all);
	return spec_results(g, s, NULL, 0, NULL);
}

/* composite_c1: a namespace, a dot, a name. */
static bool is_namespaced(const char *name)
{
	if (!name || !isalpha((unsigned char)*name))
		return false;
	bool dot = false;
	for (const char *p = name; *p; p++) {
		if (*p != '.') {
			if (!isalnum((unsigned char)*p) && *p != '_' && (*p != '$' || !dot))
				return false;
			continue;
		}
		dot = true;
		if (!isalpha((unsigned char)p[1]) && p[1] != '_')
			return false;
	}
	return dot;
}

/* composite_c1 to c4. */
const struct type *infer_composite(struct graph *g, const struct node_spec *s)
{
	const char *name = spec_str(s, KEY_callee, NULL);
	if (!is_namespaced(name))
		spec_fail(g, s, "c1", "expected a name like namespace.op, found %s", name ? name :
			"none");
	const char *attributes = spec_str(s, KEY_composite_attributes, "{");
	if (attributes[0] != '{')
		spec_fail(g, s, NULL, "expected a dictionary of composite_attributes, found %.60s",
			attributes);
	spec_values(g, s, true, false);
	return call(g, s, "c3", "c4");
}

/* optimization_barrier_c1. */
const struct type *infer_optimization_barrier(struct graph *g, const struct node_spec *s)
{
	const struct type **t = job_array(graph_job(g), s->nin ? s->nin : 1, sizeof *t);
	spec_values(g, s, false, false);
	for (uint32_t i = 0; i < s->nin; i++)
		t[i] = s->in[i]->type;
	for (uint32_t i = 0; i < s->nin; i++) {
		const struct type *r = spec_declared(s, i);
		bool same = !r || r->kind != TYPE_tensor || r->rank != t[i]->rank;
		for (uint32_t k = 0; !same && k < r->rank; k++)
			if (t[i]->dims[k] < 0 && type_says_more(r, t[i])) /* `?` may be known */
				spec_fail(g, s, "c1", "expected result type %s, found %s",
					spec_text(g, t[i]), spec_text(g, r));
	}
	return spec_results(g, s, "c1", s->nin, t);
}

/* ---- tuples and tokens ---------------------------------------------------------------------- */

/* tuple_c1. */
const struct type *infer_tuple(struct graph *g, const struct node_spec *s)
{
	const struct type **t = job_array(graph_job(g), s->nin ? s->nin : 1, sizeof *t);
	spec_values(g, s, true, true);
	for (uint32_t i = 0; i < s->nin; i++)
		t[i] = s->in[i]->type;
	return spec_one(g, s, "c1", type_list(g, TYPE_tuple, s->nin, t));
}

/* get_tuple_element_c1, c2. */
const struct type *infer_get_tuple_element(struct graph *g, const struct node_spec *s)
{
	const struct type *t = s->in[0]->type;
	int64_t i = spec_int(s, KEY_index, -1);
	if (t->kind != TYPE_tuple)
		spec_fail(g, s, NULL, "expected a tuple, found %s", spec_text(g, t));
	if (i < 0 || i >= t->n)
		spec_fail(g, s, "c1", "expected an index in [0, %u), found %lld", t->n,
			(long long)i);
	return spec_one(g, s, "c2", t->elem[i]);
}

const struct type *infer_after_all(struct graph *g, const struct node_spec *s)
{
	for (uint32_t i = 0; i < s->nin; i++)
		if (s->in[i]->type->kind != TYPE_token)
			spec_fail(g, s, NULL, "operand %u: expected a token, found %s", i,
				spec_text(g, s->in[i]->type));
	return spec_one(g, s, NULL, type_token(g));
}

const struct type *infer_create_token(struct graph *g, const struct node_spec *s)
{
	return spec_one(g, s, NULL, type_token(g));
}

/* ---- Weft's own ----------------------------------------------------------------------------- */

const struct type *infer_parameter(struct graph *g, const struct node_spec *s)
{
	if (!s->type || s->type->kind == TYPE_results)
		spec_fail(g, s, NULL, "expected a type, found none");
	if (spec_int(s, KEY_index, -1) < 0)
		spec_fail(g, s, NULL, "expected an index");
	return spec_one(g, s, NULL, s->type);
}

const struct type *infer_result(struct graph *g, const struct node_spec *s)
{
	const struct type *t = s->in[0]->type;
	int64_t i = spec_int(s, KEY_index, -1);
	if (t->kind != TYPE_results || i < 0 || i >= t->n)
		spec_fail(g, s, NULL, "expected an op with a result %lld, found %s", (long long)i,
			spec_text(g, t));
	return spec_one(g, s, NULL, t->elem[i]);
}

const struct type *infer_token(struct graph *g, const struct node_spec *s)
{
	return spec_one(g, s, NULL, type_token(g));
}

const struct type *infer_unsupported(struct graph *g, const struct node_spec *s)
{
	job_fail_at(graph_job(g), WEFT_UNIMPLEMENTED, s->at, "%s is not supported",
		op_table[s->op].text);
}
