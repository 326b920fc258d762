/* custom_rule.c -- the rules of custom.def's targets, after what JAX and StableHLO's dialect of
 * dynamic custom_calls write of them.
 *
 * A rule gets the declared types of the results and makes the `?` in them precise: sizes that an
 * operand holds are traced to what computes them (dim_of_node). */
#include "base/claim.h"
#include "ir/custom.h"
#include "ir/infer/infer_impl.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct rule {
	struct graph *g;
	const struct node_spec *s;
	const char *target;
	uint32_t nin, n;             /* operands but shapes of results; results */
	const struct type **types;   /* of the results */
};

#define RULE_FAIL(r, ...) spec_fail(r->g, r->s, NULL, "@%s: %s", r->target, \
	job_printf(graph_job(r->g), __VA_ARGS__))

static void expect_counts(const struct rule *r, uint32_t nin, uint32_t n)
{
	if (r->nin != nin || r->n != n)
		RULE_FAIL(r, "expected %u operand%s and %u result%s, found %u and %u", nin,
			nin == 1 ? "" : "s", n, n == 1 ? "" : "s", r->nin, r->n);
}

static const struct type *tensor_in(const struct rule *r, uint32_t i)
{
	const struct type *t = r->s->in[i]->type;

	if (t->kind != TYPE_tensor || t->unranked)
		RULE_FAIL(r, "operand %u: expected a ranked tensor, found %s", i,
			spec_text(r->g, t));
	return t;
}

static void integers_in(const struct rule *r, uint32_t i, uint32_t rank, const int64_t *dims)
{
	const struct type *t = tensor_in(r, i);
	bool fits = (dtype_is_int(t->dtype) || t->index) && !t->quant && t->rank == rank;

	for (uint32_t d = 0; fits && d < rank; d++)
		fits = t->dims[d] == dims[d];
	if (!fits)
		RULE_FAIL(r, "operand %u: expected %s, found %s", i, rank ? job_printf(
			graph_job(r->g), "integers of shape %s", spec_list(r->g, rank, dims)) :
			"an integer", spec_text(r->g, t));
}

static void give(const struct rule *r, uint32_t i, const struct type *t)
{
	const struct type *is = r->types[i];

	if (!type_compatible(r->g, t, is))
		RULE_FAIL(r, "result %u: expected %s, found %s", i, spec_text(r->g, t),
			spec_text(r->g, is));
	r->types[i] = type_join(r->g, is, t);
}

/* t with another size in dimension d. */
static const struct type *resized(const struct rule *r, const struct type *t, uint32_t d,
	int64_t size)
{
	int64_t *dims = job_array(graph_job(r->g), (size_t)t->rank + 1, sizeof *dims);

	memcpy(dims, t->dims, t->rank * sizeof *dims);
	dims[d] = size;
	return type_shaped(r->g, t, t->rank, dims, t->bounds);
}

/* ---- values as they are, assertions --------------------------------------------------------- */

/* A part of a value on several devices has another shape than the whole. */
static void custom_same(const struct rule *r)
{
	expect_counts(r, 1, 1);
	if (type_compatible(r->g, r->s->in[0]->type, r->types[0]))
		give(r, 0, r->s->in[0]->type);
}

static void custom_sink(const struct rule *r)
{
	expect_counts(r, r->nin, 0);
}

static void custom_assertion(const struct rule *r)
{
	const struct attr *message = attrs_other(r->s->attrs, "error_message");

	expect_counts(r, r->nin, 0);
	if (!r->nin || tensor_in(r, 0)->rank || tensor_in(r, 0)->dtype != DTYPE_i1)
		RULE_FAIL(r, "expected tensor<i1> as operand 0");
	if (r->nin > 1 + CLAIM_NUMBERS)
		RULE_FAIL(r, "expected at most %d numbers for its message, found %u", CLAIM_NUMBERS,
			r->nin - 1);
	for (uint32_t i = 1; i < r->nin; i++) {
		integers_in(r, i, 0, NULL);
		enum dtype t = tensor_in(r, i)->dtype;
		if (t != DTYPE_i32 && t != DTYPE_i64)
			RULE_FAIL(r, "operand %u: expected i32 or i64, found %s", i,
				spec_text(r->g, tensor_in(r, i)));
	}
	if (!message || !message->s || message->s[0] != '"')
		RULE_FAIL(r, "expected a string as error_message");
	if (!spec_bool(r->s, KEY_has_side_effect, false))
		RULE_FAIL(r, "expected has_side_effect, without which nobody asserts");
}

/* ---- exchange of slices --------------------------------------------------------------------- */

/* Rows of the operand, in slices, over rows of the output. */
static void custom_ragged(const struct rule *r)
{
	expect_counts(r, 6, 1);
	const struct type *from = tensor_in(r, 0), *to = tensor_in(r, 1), *at = tensor_in(r, 2);
	bool fits = elem_same(from, to) && from->rank == to->rank && from->rank > 0;
	for (uint32_t d = 1; fits && d < to->rank; d++)
		fits = dims_agree(r->g, from->dims[d], to->dims[d]);
	if (!fits)
		RULE_FAIL(r, "expected rows of one type, found %s and %s", spec_text(r->g, from),
			spec_text(r->g, to));
	for (uint32_t i = 2; i < 6; i++)
		integers_in(r, i, 1, at->dims);
	give(r, 0, to);
}

/* ---- the first of rows ---------------------------------------------------------------------- */

static int64_t option_int(const struct rule *r, const char *config, const char *name, int64_t least,
	int64_t most)
{
	const char *text = str_option(config, name);
	char *end;
	int64_t v = text ? strtoll(text, &end, 10) : 0;

	if (!text || end == text || v < least || v > most)
		RULE_FAIL(r, "expected %s in [%" PRId64 ", %" PRId64 "] in its configuration", name,
			least, most);
	return v;
}

/* The inputs of a search in rows and their initial values. */
static const struct type *check_inputs(const struct rule *r, uint32_t n)
{
	const struct type *first = tensor_in(r, 0);

	for (uint32_t i = 0; i < n; i++) {
		const struct type *t = tensor_in(r, i), *init = tensor_in(r, n + i);
		if (!shape_compatible(r->g, first, t))
			RULE_FAIL(r, "expected inputs of one shape, found %s and %s",
				spec_text(r->g, first), spec_text(r->g, t));
		if (init->rank || !elem_same(init, t))
			RULE_FAIL(r, "operand %u: expected a scalar of the element of %s, found %s",
				n + i, spec_text(r->g, t), spec_text(r->g, init));
	}
	return first;
}

static void check_comparator(const struct rule *r, uint32_t n)
{
	const struct type **t = job_array(graph_job(r->g), n, sizeof *t);

	for (uint32_t i = 0; i < n; i++)
		t[i] = r->s->in[i]->type;
	spec_predicate(r->g, r->s, 0, NULL, n, t);
	if (r->s->regions[0]->nparams != 2 * n)
		RULE_FAIL(r, "expected a comparator without effects");
}

/* Exact where its target is approximate: every recall is met. */
static void custom_approx_top_k(const struct rule *r)
{
	const char *config = attrs_config(graph_job(r->g), r->s->attrs);
	bool dynamic = !strncmp(r->target, "stablehlo.", 10);
	uint32_t n = (r->nin - dynamic) / 2;

	if (!n || r->nin != 2 * n + dynamic || r->n != n)
		RULE_FAIL(r, "expected inputs, as many initial values%s and results, found %u "
			"operands and %u results", dynamic ? ", k" : "", r->nin, r->n);
	const struct type *t = check_inputs(r, n);
	check_comparator(r, n);
	int64_t d = option_int(r, config, "reduction_dim", 0, (int64_t)t->rank - 1);
	int64_t most = type_bound(t, (uint32_t)d), k = 0;
	const char *recall = str_option(config, "recall_target");
	double target = recall ? strtod(recall, NULL) : 0;
	if (!(target > 0 && target <= 1))
		RULE_FAIL(r, "expected recall_target in (0, 1] in its configuration");
	const char *all = str_option(config, "aggregate_to_topk");
	if (!all || (strncmp(all, "true", 4) && strncmp(all, "false", 5)))
		RULE_FAIL(r, "expected aggregate_to_topk in its configuration");
	if (dynamic) {
		integers_in(r, r->nin - 1, 0, NULL);
		k = spec_size_of(r->g, r->s, NULL, r->nin - 1, 0);
		dim_reaches(r->g, t->dims[d], k);
	} else {
		k = option_int(r, config, "top_k", 1, most >= 0 ? most : INT64_MAX);
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct type *is = r->types[i];
		bool open = *all == 'f' && is->kind == TYPE_tensor && !is->unranked &&
			is->rank == t->rank;
		int64_t size = open ? is->dims[d] : k;
		if (open && size >= 0 && ((k >= 0 && size < k) || (most >= 0 && size > most)))
			RULE_FAIL(r, "result %u: expected a size between top_k and that of the "
				"input, found %s", i, spec_text(r->g, is));
		if (open && size < 0)
			RULE_FAIL(r, "result %u: without aggregation its size is to be a number, "
				"found %s", i, spec_text(r->g, is));
		dim_reaches(r->g, t->dims[d], size);
		give(r, i, resized(r, r->s->in[i]->type, (uint32_t)d, size));
	}
}

static void custom_top_k(const struct rule *r)
{
	expect_counts(r, 2, 2);
	const struct type *t = tensor_in(r, 0);
	if (!t->rank || t->quant || dtype_is_complex(t->dtype))
		RULE_FAIL(r, "expected rows of numbers, found %s", spec_text(r->g, t));
	integers_in(r, 1, 0, NULL);
	int64_t k = spec_size_of(r->g, r->s, NULL, 1, 0), size = type_bound(t, t->rank - 1);
	if (k >= 0 && size >= 0 && k > size)
		RULE_FAIL(r, "expected k in the last dimension of %s, found %" PRId64,
			spec_text(r->g, t), k);
	dim_reaches(r->g, t->dims[t->rank - 1], k);
	const struct type *values = resized(r, t, t->rank - 1, k);
	give(r, 0, values);
	give(r, 1, type_element(r->g, values, DTYPE_i32));
}

/* ---- ops of MHLO, their attributes in mhlo.attributes --------------------------------------- */

static void custom_mhlo_map(const struct rule *r)
{
	expect_counts(r, 1, 1);
	const struct type *t = tensor_in(r, 0);
	if (t->quant || (!dtype_is_float(t->dtype) && !dtype_is_complex(t->dtype)) ||
		(!strcmp(r->target, "mhlo.erf") && dtype_is_complex(t->dtype)))
		RULE_FAIL(r, "expected floating-point numbers, found %s", spec_text(r->g, t));
	give(r, 0, t);
}

static void custom_mhlo_top_k(const struct rule *r)
{
	const struct attr *a = attrs_other(r->s->attrs, "mhlo.attributes");
	const char *config = a && a->s ? a->s : "", *largest = str_option(config, "largest");

	expect_counts(r, 1, 2);
	const struct type *t = tensor_in(r, 0);
	if (!t->rank || t->quant || dtype_is_complex(t->dtype))
		RULE_FAIL(r, "expected rows of numbers, found %s", spec_text(r->g, t));
	if (largest && strncmp(largest, "true", 4) != 0)
		RULE_FAIL(r, "expected largest = true");
	int64_t size = type_bound(t, t->rank - 1);
	int64_t k = option_int(r, config, "k", 0, size >= 0 ? size : INT64_MAX);
	dim_reaches(r->g, t->dims[t->rank - 1], k);
	const struct type *values = resized(r, t, t->rank - 1, k);
	give(r, 0, values);
	give(r, 1, type_element(r->g, values, DTYPE_i32));
}

/* ---- random bits ---------------------------------------------------------------------------- */

/* As rng_bit_generator, of a shape that operand 1 holds. */
static void custom_random_bits(const struct rule *r)
{
	expect_counts(r, 2, 2);
	const struct type *state = tensor_in(r, 0), *t = r->types[1];
	if (state->rank != 1 || state->dtype != DTYPE_ui64 || (state->dims[0] != 2 &&
		state->dims[0] != 3))
		RULE_FAIL(r, "expected tensor<2xui64> or tensor<3xui64> as state, found %s",
			spec_text(r->g, state));
	if (t->kind != TYPE_tensor || t->unranked || !(elem_class(t) & (ELEM_int | ELEM_float)))
		RULE_FAIL(r, "result 1: expected a ranked tensor of integers or floats, found %s",
			spec_text(r->g, t));
	int64_t rank = t->rank, *dims = job_array(graph_job(r->g), t->rank + 1u, sizeof *dims);
	integers_in(r, 1, 1, &rank);
	for (uint32_t d = 0; d < t->rank; d++)
		dims[d] = spec_size_of(r->g, r->s, NULL, 1, d);
	give(r, 0, state);
	give(r, 1, type_shaped(r->g, t, t->rank, dims, t->bounds));
}

/* ---- windows -------------------------------------------------------------------------------- */

/* Entry d of window attribute k: its dimension, stride, base dilation, dilation, padding. */
static int64_t window_entry(const struct rule *r, uint32_t first, uint32_t k, uint32_t d)
{
	uint32_t operand = first + (k < 4 ? k : 4), at = k < 4 ? d : 2 * d + k - 4;
	const struct node *n = r->s->in[operand];
	int64_t v = dim_of_node(r->g, n, at);

	if (k < 4 && (v == 0 || (v < 0 && dim_get(r->g, v)->max < 1)))
		RULE_FAIL(r, "operand %u: expected numbers of at least 1", operand);
	if (k < 4)
		dim_reaches(r->g, v, 1);
	return v;
}

static void custom_reduce_window(const struct rule *r)
{
	uint32_t n = r->nin < 7 ? 0 : (r->nin - 5) / 2;

	if (!n || r->nin != 2 * n + 5 || r->n != n)
		RULE_FAIL(r, "expected inputs, as many initial values and results, and 5 more "
			"operands, found %u operands and %u results", r->nin, r->n);
	const struct type *t = tensor_in(r, 0), **in = job_array(graph_job(r->g), n, sizeof *in);
	const struct type **init = job_array(graph_job(r->g), n, sizeof *init);
	const struct type **out = job_array(graph_job(r->g), n, sizeof *out);
	for (uint32_t i = 0; i < n; i++) {
		in[i] = tensor_in(r, i);
		init[i] = tensor_in(r, n + i);
		if (!shape_compatible(r->g, t, in[i]) || init[i]->rank)
			RULE_FAIL(r, "expected inputs of one shape and scalar initial values, "
				"found %s and %s", spec_text(r->g, in[i]),
				spec_text(r->g, init[i]));
	}
	spec_reducer(r->g, r->s, &(struct reducer){ .n = n, .inputs = in, .inits = init }, out);
	if (r->s->regions[0]->nparams != 2 * n)
		RULE_FAIL(r, "expected a reduction without effects");
	int64_t pair[2] = { t->rank, 2 }, w[6];
	for (uint32_t k = 0; k < 5; k++)
		integers_in(r, 2 * n + k, k == 4 ? 2 : 1, pair);
	int64_t *dims = job_array(graph_job(r->g), t->rank + 1u, sizeof *dims);
	for (uint32_t d = 0; d < t->rank; d++) {
		for (uint32_t k = 0; k < 6; k++)
			w[k] = window_entry(r, 2 * n, k, d);
		struct window window = { .size = w[0], .stride = w[1], .base = w[2],
			.dilation = w[3], .low = w[4], .high = w[5] };
		dims[d] = spec_places(r->g, t->dims[d], &window);
	}
	for (uint32_t i = 0; i < n; i++)
		give(r, i, type_shaped(r->g, out[i], t->rank, dims, NULL));
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* Shapes of results among the operands: each the vector of its result's sizes. */
static void check_shapes(const struct rule *r, uint32_t nshapes)
{
	if (nshapes != r->n)
		RULE_FAIL(r, "expected a shape of each of %u results among its operands, found %u",
			r->n, nshapes);
	for (uint32_t i = 0; i < nshapes; i++) {
		const struct type *t = r->types[i];
		if (t->kind != TYPE_tensor || t->unranked)
			continue;
		int64_t rank = t->rank;
		int64_t *dims = job_array(graph_job(r->g), t->rank + 1u, sizeof *dims);
		integers_in(r, r->nin + i, 1, &rank);
		for (uint32_t d = 0; d < t->rank; d++)
			dims[d] = spec_size_of(r->g, r->s, NULL, r->nin + i, d);
		give(r, i, type_shaped(r->g, t, t->rank, dims, t->bounds));
	}
}

void spec_custom(struct graph *g, const struct node_spec *s, const char *target, uint32_t n,
	const struct type **types)
{
	static void (*const rules[])(const struct rule *r) = {
#define CUSTOM(meaning, t, computations) custom_##meaning,
#include "ir/custom.def"
#undef CUSTOM
	};
	uint32_t nshapes = custom_nshapes(s->attrs, s->nin);
	struct rule r = { g, s, target, s->nin - nshapes, n, types };
	int row = custom_find(target);

	if (nshapes)
		check_shapes(&r, nshapes);
	uint32_t regions = row < 0 ? 0 : custom_table[row].computations;
	if (s->nregions != regions)
		RULE_FAIL((&r), "expected %u regions, found %u", regions, s->nregions);
	if (row >= 0)
		rules[row](&r);
}
