/* contract.c -- dot products, and the constraints on elements that convolution shares.
 *
 * The shape of a contraction is its batch dimensions, what is left of lhs, what is left of rhs. 
 * The result's element type is free: declared, or
 * lhs's. */
#include "ir/infer/infer_impl.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int64_t *scratch(struct graph *g, uint32_t n)
{
	return job_array(graph_job(g), n ? n : 1, sizeof(int64_t));
}

void spec_precision(struct graph *g, const struct node_spec *s, const char *c)
{
	const struct attr *a = attrs_find(s->attrs, KEY_precision_config);
	if (!a || a->kind != ATTR_list)
		return;
	if (a->n > 2)
		spec_fail(g, s, c, "expected at most two entries of precision_config, found %u",
			a->n);
	for (uint32_t i = 0; i < a->n; i++) {
		const char *p = a->list[i]->kind == ATTR_str ? a->list[i]->s : "";
		if (strcmp(p, "DEFAULT") && strcmp(p, "HIGH") && strcmp(p, "HIGHEST"))
			spec_fail(g, s, c, "expected precision DEFAULT, HIGH or HIGHEST, found %s",
				p);
	}
}

/* The first constraint of the five on quantised operands differs between the two ops. */
static const char *rule(const struct node_spec *s, const char *dot, const char *convolution)
{
	return s->op == OP_convolution || s->op == OP_dynamic_conv ? convolution : dot;
}

/* Elements that differ where dot_general_c13 and convolution_c27 want one type: floats, whose
 * products are exact in the wider one; and in dot products all but complex numbers with another
 * result, which operands are converted to: JAX writes integers beside floats, and XLA does so. */
static bool may_differ(const struct node_spec *s, const struct type *lhs, const struct type *rhs,
	const struct type *result)
{
	if (dtype_is_float(lhs->dtype) && dtype_is_float(rhs->dtype))
		return true;
	bool part = dtype_is_complex(lhs->dtype) || dtype_is_complex(rhs->dtype);
	return s->op != OP_convolution && s->op != OP_dynamic_conv && result &&
	       (!part || dtype_is_complex(result->dtype));
}

void spec_quant_contract(struct graph *g, const struct node_spec *s, const struct type *lhs,
	const struct type *rhs, const struct type *result)
{
	if (!lhs->quant && !rhs->quant && !(result && result->quant)) {
		if (lhs->dtype != rhs->dtype && !may_differ(s, lhs, rhs, result))
			spec_fail(g, s, rule(s, "c13", "c27"), "expected operands of one element "
				"type, found %s and %s", spec_text(g, lhs), spec_text(g, rhs));
		return;
	}
	if (!rhs->quant || (result && !lhs->quant != !result->quant))
		spec_fail(g, s, rule(s, "c14", "c28"), "expected a quantised rhs, and lhs and "
			"result both quantised or none, found %s, %s and %s", spec_text(g, lhs),
			spec_text(g, rhs), result ? spec_text(g, result) : "no result type");
	for (uint32_t i = 0; i < rhs->quant->n && s->op == OP_dot_general; i++)
		if (rhs->quant->zeros[i])
			spec_fail(g, s, "c15", "expected zero points of 0 in rhs, found %s",
				spec_text(g, rhs));
	if (!lhs->quant) {
		if (lhs->dtype != rhs->quant->expressed || (result && result->dtype != lhs->dtype))
			spec_fail(g, s, rule(s, "c20", "c34"),
				"expected lhs and result of the type "
				"that rhs expresses, found %s, %s and %s",
				spec_text(g, lhs), spec_text(g, rhs),
				result ? spec_text(g, result)
				       : "no result "
					 "type");
		return;
	}
	if (lhs->dtype != rhs->dtype)
		spec_fail(g, s, rule(s, "c17", "c31"), "expected one storage type, found %s and %s",
			spec_text(g, lhs), spec_text(g, rhs));
	enum dtype e = lhs->quant->expressed;
	if (rhs->quant->expressed != e || (result && result->quant->expressed != e))
		spec_fail(g, s, rule(s, "c18", "c32"), "expected one expressed type, found %s, %s "
			"and %s", spec_text(g, lhs), spec_text(g, rhs), result ? spec_text(g,
			result) : "none");
	if (result && rhs->quant->axis < 0 && result->quant->axis >= 0)
		spec_fail(g, s, rule(s, "c19", "c33"), "expected a result quantised per tensor as "
			"rhs is, found %s", spec_text(g, result));
}

/* The declared result where it is a ranked tensor, or NULL. */
static const struct type *declared_tensor(const struct node_spec *s)
{
	const struct type *t = spec_declared(s, 0);
	return t && t->kind == TYPE_tensor && !t->unranked ? t : NULL;
}

/* dot: vectors and matrices, the last dimension of lhs with the first of rhs. */
const struct type *infer_dot(struct graph *g, const struct node_spec *s)
{
	const struct type *a = spec_tensor(g, s, 0, ELEM_all), *b = spec_tensor(g, s, 1, ELEM_all);
	const struct type *r = declared_tensor(s);
	spec_precision(g, s, NULL);
	if (a->rank < 1 || a->rank > 2 || b->rank < 1 || b->rank > 2)
		spec_fail(g, s, NULL, "expected vectors or matrices, found %s and %s", spec_text(g,
			a), spec_text(g, b));
	if (!dims_agree(g, a->dims[a->rank - 1], b->dims[0]))
		spec_fail(g, s, NULL, "expected contracting dimensions of one size, found %s and "
			"%s", spec_text(g, a), spec_text(g, b));
	if (!a->quant && !b->quant)
		spec_quant_contract(g, s, a, b, r && !r->quant ? r : NULL);
	int64_t dims[2];
	uint32_t n = 0;
	if (a->rank == 2)
		dims[n++] = a->dims[0];
	if (b->rank == 2)
		dims[n++] = b->dims[1];
	return spec_one(g, s, NULL, type_shaped(g, r ? r : a, n, dims, NULL));
}

/* The seven numbers of #stablehlo.dot_algorithm<...>. */
struct algorithm {
	char lhs[16], rhs[16], sum[16];
	long lhs_parts, rhs_parts, products;
	bool imprecise;
};

static void read_word(const char *text, const char *name, char out[16])
{
	const char *at = strstr(text, name);
	out[0] = 0;
	if (!at)
		return;
	at += strlen(name);
	while (isspace((unsigned char)*at) || *at == '=')
		at++;
	for (size_t i = 0; i < 15 && isalnum((unsigned char)at[i]); i++) {
		out[i] = at[i];
		out[i + 1] = 0;
	}
}

static long read_number(const char *text, const char *name)
{
	char word[16];
	read_word(text, name, word);
	return strtol(word, NULL, 10);
}

/* dot_general_c22 to c24 and the combinations some hardware is known to have. */
const char *dot_algorithm_fault(struct job *j, const char *text)
{
	static const struct {
		const char *in, *sum;
		long products;
	} known[] = {
		{ "f16", "f16", 1 },
		{ "f16", "f32", 1 },
		{ "bf16", "bf16", 1 },
		{ "bf16", "f32", 1 },
		{ "bf16", "f32", 3 },
		{ "bf16", "f32", 6 },
		{ "bf16", "f32", 9 },
		{ "tf32", "f32", 1 },
		{ "tf32", "f32", 3 },
		{ "f32", "f32", 1 },
		{ "f64", "f64", 1 },
	};
	struct algorithm a;
	char word[16];
	read_word(text, "lhs_precision_type", a.lhs);
	read_word(text, "rhs_precision_type", a.rhs);
	read_word(text, "accumulation_type", a.sum);
	a.lhs_parts = read_number(text, "lhs_component_count");
	a.rhs_parts = read_number(text, "rhs_component_count");
	a.products = read_number(text, "num_primitive_operations");
	read_word(text, "allow_imprecise_accumulation", word);
	a.imprecise = !strcmp(word, "true");
	if (a.lhs_parts < 1)
		return "dot_general_c22: expected a positive lhs_component_count";
	if (a.rhs_parts < 1)
		return "dot_general_c23: expected a positive rhs_component_count";
	if (a.products < 1)
		return "dot_general_c24: expected a positive num_primitive_operations";
	bool one = a.lhs_parts == 1 && a.rhs_parts == 1;
	if (one && !strncmp(a.lhs, "f8", 2) && !strncmp(a.rhs, "f8", 2) && !strcmp(a.sum, "f32")
		&& a.products == 1)
		return NULL;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (one && !a.imprecise && !strcmp(a.lhs, known[i].in) && !strcmp(a.rhs,
			known[i].in) && !strcmp(a.sum, known[i].sum)
			&& a.products == known[i].products)
			return NULL;
	return job_printf(j, "dot_general: no hardware is known for the algorithm %s x %s in %s, "
		"%ld and %ld parts, %ld products%s", a.lhs, a.rhs, a.sum, a.lhs_parts,
		a.rhs_parts, a.products, a.imprecise ? ", imprecise" : "");
}

/* dot_general_c21 to c24. */
static void check_algorithm(struct graph *g, const struct node_spec *s)
{
	const char *text = spec_str(s, KEY_algorithm, NULL);
	if (!text)
		return;
	const char *fault = dot_algorithm_fault(graph_job(g), text);
	if (fault)
		job_fail_at(graph_job(g), WEFT_INVALID_ARGUMENT, s->at, "%s", fault);
	const struct attr *p = attrs_find(s->attrs, KEY_precision_config);
	for (uint32_t i = 0; p && p->kind == ATTR_list && i < p->n; i++)
		if (p->list[i]->kind == ATTR_str && strcmp(p->list[i]->s, "DEFAULT"))
			spec_fail(g, s, "c21", "expected precision DEFAULT beside an algorithm, "
				"found %s", p->list[i]->s);
}

/* One side's dimension numbers: unique (c3, c4) and in range (c5 to c8). */
static void check_side(struct graph *g, const struct node_spec *s, const struct type *t,
	const char *const c[3], const char *what, uint32_t nb, const int64_t *batch, uint32_t nc,
	const int64_t *contract)
{
	spec_unique(g, s, c[0], what, nb, batch, nc, contract);
	spec_range(g, s, c[1], what, nb, batch, t->rank);
	spec_range(g, s, c[2], what, nc, contract, t->rank);
}

/* dot_general_c1 to c24. */
const struct type *infer_dot_general(struct graph *g, const struct node_spec *s)
{
	static const char *const lhs_rules[3] = { "c3", "c5", "c6" };
	static const char *const rhs_rules[3] = { "c4", "c7", "c8" };
	const struct type *a = spec_tensor(g, s, 0, ELEM_all), *b = spec_tensor(g, s, 1, ELEM_all);
	const struct type *r = declared_tensor(s);
	uint32_t nb, mb, nc, mc;
	const int64_t *ab = spec_ints(s, KEY_lhs_batching_dimensions, &nb);
	const int64_t *bb = spec_ints(s, KEY_rhs_batching_dimensions, &mb);
	const int64_t *ac = spec_ints(s, KEY_lhs_contracting_dimensions, &nc);
	const int64_t *bc = spec_ints(s, KEY_rhs_contracting_dimensions, &mc);
	if (nb != mb)
		spec_fail(g, s, "c1",
			"expected as many batching dimensions of lhs as of rhs, found "
			"%u and %u",
			nb, mb);
	if (nc != mc)
		spec_fail(g, s, "c2", "expected as many contracting dimensions of lhs as of rhs, "
			"found %u and %u", nc, mc);
	check_side(g, s, a, lhs_rules, "batching and contracting dimensions of lhs", nb, ab, nc,
		ac);
	check_side(g, s, b, rhs_rules, "batching and contracting dimensions of rhs", mb, bb, mc,
		bc);
	for (uint32_t i = 0; i < nb + nc; i++) {
		int64_t x = a->dims[i < nb ? ab[i] : ac[i - nb]], y = b->dims[i < nb ? bb[i] :
			bc[i - nb]];
		if (!dims_agree(g, x, y))
			spec_fail(g, s, i < nb ? "c9" : "c10",
				"expected %s dimensions of one size, "
				"found %s and %s",
				i < nb ? "batching" : "contracting", spec_text(g, a),
				spec_text(g, b));
	}
	spec_precision(g, s, "c11");
	check_algorithm(g, s);
	spec_quant_contract(g, s, a, b, r);
	if (b->quant && b->quant->axis >= 0 && list_has(mc, bc, b->quant->axis))
		spec_fail(g, s, "c16", "expected a quantised axis of rhs that is not contracted, "
			"found %s", spec_text(g, b));
	uint32_t n = 0, rank = a->rank + b->rank - nb - 2 * nc;
	int64_t *dims = scratch(g, rank), *bounds = scratch(g, rank);
	for (uint32_t i = 0; i < nb; i++) {
		int64_t x = a->dims[ab[i]], y = b->dims[bb[i]];
		bounds[n] = type_bound(a, (uint32_t)ab[i]);
		dims[n++] = x < 0 && y >= 0 ? y : x;
	}
	for (uint32_t k = 0; k < 2; k++) {
		const struct type *t = k ? b : a;
		for (uint32_t i = 0; i < t->rank; i++) {
			if (list_has(nb, k ? bb : ab, i) || list_has(nc, k ? bc : ac, i))
				continue;
			bounds[n] = type_bound(t, i);
			dims[n++] = t->dims[i];
		}
	}
	return spec_one(g, s, "c12", type_shaped(g, r ? r : a, rank, dims, bounds));
}

/* einsum, unary_einsum: labels of operands and result; sizes follow the labels. */
static const struct type *einsum(struct graph *g, const struct node_spec *s, uint32_t nin)
{
	const struct type *t = NULL, *r = declared_tensor(s);
	const char *config = spec_str(s, KEY_einsum_config, NULL);
	int64_t size[256];
	bool known[256] = { false };
	if (!config)
		spec_fail(g, s, NULL, "expected an einsum_config, found none");
	const char *at = config;
	/* then only the declared type can tell */
	bool dots = strstr(config, "...") != NULL;
	for (uint32_t i = 0; i < nin; i++) {
		uint32_t k = 0;
		t = spec_tensor(g, s, i, ELEM_any);
		if (i && *at++ != ',')
			spec_fail(g, s, NULL, "expected %u operands in the einsum_config, found %s",
				nin, config);
		for (; *at && *at != ',' && *at != '-'; at++) {
			unsigned char label = (unsigned char)*at;
			if (dots)
				continue;
			if (!isalpha(label) || k >= t->rank || (known[label]
				&& !dims_agree(g, size[label], t->dims[k])))
				spec_fail(g, s, NULL, "the einsum_config %s does not fit operand "
					"%u, %s", config, i, spec_text(g, t));
			if (!known[label] || size[label] < 0)
				size[label] = t->dims[k];
			known[label] = true;
			k++;
		}
		if (!dots && k != t->rank)
			spec_fail(g, s, NULL, "the einsum_config %s does not fit operand %u, %s",
				config, i, spec_text(g, t));
	}
	if (strncmp(at, "->", 2))
		spec_fail(g, s, NULL,
			"expected an einsum_config of %u operands and a result, found "
			"%s",
			nin, config);
	if (dots)
		return spec_one(g, s, NULL, spec_declared_tensor(g, s, ELEM_any));
	at += 2;
	uint32_t rank = (uint32_t)strlen(at);
	int64_t *dims = scratch(g, rank);
	for (uint32_t i = 0; i < rank; i++) {
		if (!known[(unsigned char)at[i]])
			spec_fail(g, s, NULL, "the einsum_config %s has an unknown label in its "
				"result", config);
		dims[i] = size[(unsigned char)at[i]];
	}
	return spec_one(g, s, NULL, type_shaped(g, r ? r : s->in[0]->type, rank, dims, NULL));
}

const struct type *infer_einsum(struct graph *g, const struct node_spec *s)
{
	return einsum(g, s, 2);
}

const struct type *infer_unary_einsum(struct graph *g, const struct node_spec *s)
{
	return einsum(g, s, 1);
}
