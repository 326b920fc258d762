/* elementwise.c -- ops that work on elements one by one.
 *
 * Operands and result have one shape, the most precise that any of them tells.  same_<classes> says
 * in its name what elements it takes: b boolean, i integer, s signed only, f float, c complex, q
 * quantised per tensor, x quantised per axis as well. */
#include "ir/infer/infer_impl.h"

#include <stdlib.h>
#include <string.h>

/* The operands' common shape on top of operand `element`; the rule's shape constraint is c. */
static const struct type *join_shapes(struct graph *g, const struct node_spec *s, const char *c,
	uint32_t n, const struct type *const *t, uint32_t element)
{
	const struct type *shape = t[element];
	for (uint32_t i = 0; i < n; i++) {
		if (!shape_compatible(g, shape, t[i]))
			spec_fail(g, s, c, "expected operands of one shape, found %s and %s",
				spec_text(g, t[element]), spec_text(g, t[i]));
		shape = type_join(g, shape, t[i]);
	}
	return shape;
}

/* add_c2 to add_c7: what quantised operands and result have to share. */
static void check_quantised(struct graph *g, const struct node_spec *s, uint32_t n,
	const struct type *const *t, const struct type *result)
{
	bool per_axis = false;
	for (uint32_t i = 0; i < n; i++) {
		if (!t[i]->quant != !result->quant)
			spec_fail(g, s, "c2", "expected operands and result all quantised or none, "
				"found %s and %s", spec_text(g, t[i]), spec_text(g, result));
		if (!t[i]->quant)
			continue;
		if (t[i]->dtype != result->dtype)
			spec_fail(g, s, "c3", "expected one storage type, found %s and %s",
				spec_text(g, t[i]), spec_text(g, result));
		if (t[i]->quant->expressed != result->quant->expressed)
			spec_fail(g, s, "c4", "expected one expressed type, found %s and %s",
				spec_text(g, t[i]), spec_text(g, result));
		if (t[i]->quant->axis < 0)
			continue;
		per_axis = true;
		if (t[i]->quant->axis != result->quant->axis)
			spec_fail(g, s, i ? "c7" : "c6",
				"expected one quantised axis, found %s and "
				"%s",
				spec_text(g, t[i]), spec_text(g, result));
	}
	if (result->quant && per_axis != (result->quant->axis >= 0))
		spec_fail(g, s, "c5", "expected a result quantised per axis where an operand is, "
			"found %s", spec_text(g, result));
}

/* result_accuracy: tolerances, none negative, beside mode TOLERANCE only. */
static void check_accuracy(struct graph *g, const struct node_spec *s)
{
	static const char *const names[] = { "atol = ", "rtol = ", "ulps = " };
	const char *text = spec_str(s, KEY_result_accuracy, NULL);
	if (!text)
		return;
	bool tolerance = strstr(text, "TOLERANCE") != NULL;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *at = strstr(text, names[i]);
		double v = at ? strtod(at + strlen(names[i]), NULL) : 0;
		if (v < 0 || (v > 0 && !tolerance))
			spec_fail(g, s, NULL, "expected a result_accuracy with %s, found %s",
				tolerance ? "tolerances of at least 0" : "no tolerances", text);
	}
}

static const struct type *same(struct graph *g, const struct node_spec *s, unsigned classes)
{
	uint32_t n = s->nin;
	const struct type **t = job_array(graph_job(g), n ? n : 1, sizeof *t);
	check_accuracy(g, s);
	for (uint32_t i = 0; i < n; i++)
		t[i] = spec_tensor(g, s, i, classes);
	const struct type *given = spec_declared(s, 0);
	bool own = classes & ELEM_per_axis && given && given->kind == TYPE_tensor;
	if (own)
		check_quantised(g, s, n, t, given);
	own = own && given->quant;               /* of add_c3's storage type, in another range */
	for (uint32_t i = 0; i < n; i++)
		if (!own && !elem_compatible(t[0], t[i]))
			spec_fail(g, s, "c1", "expected operands of one element type, found %s and "
				"%s", spec_text(g, t[0]), spec_text(g, t[i]));
	const struct type *shape = join_shapes(g, s, "c1", n, t, 0);
	const struct type *result =
		spec_one(g, s, "c1", own ? type_element_of(g, shape, given) : shape);
	if (!(elem_class(result) & classes))
		spec_fail(g, s, "c1", "expected a result of an element type the op gives, found %s",
			spec_text(g, result));
	if (classes & ELEM_per_axis)
		check_quantised(g, s, n, t, result);
	return result;
}

const struct type *infer_same_all(struct graph *g, const struct node_spec *s)
{
	return same(g, s, ELEM_all);
}
const struct type *infer_same_bifcq(struct graph *g, const struct node_spec *s)
{
	return same(g, s, ELEM_any);
}
const struct type *infer_same_ifcq(struct graph *g, const struct node_spec *s)
{
	return same(g, s, ELEM_int | ELEM_float | ELEM_complex | ELEM_quant);
}
const struct type *infer_same_sfcq(struct graph *g, const struct node_spec *s)
{
	return same(g, s, ELEM_sint | ELEM_float | ELEM_complex | ELEM_quant);
}
const struct type *infer_same_fcq(struct graph *g, const struct node_spec *s)
{
	return same(g, s, ELEM_float | ELEM_complex | ELEM_quant);
}
const struct type *infer_same_fq(struct graph *g, const struct node_spec *s)
{
	return same(g, s, ELEM_float | ELEM_quant);
}
const struct type *infer_same_bi(struct graph *g, const struct node_spec *s)
{
	return same(g, s, ELEM_bool | ELEM_int);
}
const struct type *infer_same_i(struct graph *g, const struct node_spec *s)
{
	return same(g, s, ELEM_int);
}
const struct type *infer_same_f(struct graph *g, const struct node_spec *s)
{
	return same(g, s, ELEM_float);
}
const struct type *infer_same_fc(struct graph *g, const struct node_spec *s)
{
	return same(g, s, ELEM_float | ELEM_complex);
}
const struct type *infer_same_c(struct graph *g, const struct node_spec *s)
{
	return same(g, s, ELEM_complex);
}

/* abs_c1, c2: the magnitude of a complex number is a float. */
const struct type *infer_abs(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0,
		ELEM_sint | ELEM_float | ELEM_complex | ELEM_quant);
	if (dtype_is_complex(t->dtype))
		t = type_element(g, t, dtype_part(t->dtype));
	spec_result_elements(g, s, "c2", 1, &t);
	return spec_one(g, s, "c1", t);
}

/* real_c1, c2, imag_c1, c2. */
const struct type *infer_part(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_float | ELEM_complex);
	t = type_element(g, t, dtype_part(t->dtype));
	spec_result_elements(g, s, "c2", 1, &t);
	return spec_one(g, s, "c1", t);
}

/* complex_c1 to c3. */
const struct type *infer_complex(struct graph *g, const struct node_spec *s)
{
	const struct type *t[2] = { spec_tensor(g, s, 0, ELEM_float),
		spec_tensor(g, s, 1, ELEM_float) };
	if (t[0]->dtype != t[1]->dtype || (t[0]->dtype != DTYPE_f32 && t[0]->dtype != DTYPE_f64))
		spec_fail(g, s, "c1", "expected operands of one type, f32 or f64, found %s and %s",
			spec_text(g, t[0]), spec_text(g, t[1]));
	const struct type *shape = join_shapes(g, s, "c1", 2, t, 0);
	shape = type_element(g, shape, t[0]->dtype == DTYPE_f32 ? DTYPE_c64 : DTYPE_c128);
	spec_result_elements(g, s, "c3", 1, &shape);
	return spec_one(g, s, "c2", shape);
}

/* is_finite_c1, and chlo's is_inf and its like. */
const struct type *infer_is_finite(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_float | ELEM_quant);
	t = type_element(g, t, DTYPE_i1);
	spec_result_elements(g, s, NULL, 1, &t);
	return spec_one(g, s, "c1", t);
}

/* convert_c1: the shape; the element type is what the result says. */
const struct type *infer_convert(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_plain);
	const struct type *declared = spec_declared_tensor(g, s, ELEM_plain);
	return spec_one(g, s, "c1", type_element_of(g, t, declared));
}

/* reduce_precision_c1 to c3. */
const struct type *infer_reduce_precision(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_float | ELEM_quant);
	int64_t exponent = spec_int(s, KEY_exponent_bits, 0), mantissa = spec_int(s,
		KEY_mantissa_bits, -1);
	if (exponent < 1)
		spec_fail(g, s, "c2", "expected exponent_bits of at least 1, found %lld",
			(long long)exponent);
	if (mantissa < 0)
		spec_fail(g, s, "c3", "expected mantissa_bits of at least 0, found %lld",
			(long long)mantissa);
	return spec_one(g, s, "c1", t);
}

static bool one_of(const char *x, const char *const *words)
{
	for (uint32_t i = 0; x && words[i]; i++)
		if (!strcmp(x, words[i]))
			return true;
	return false;
}

/* The spelling of the attributes; the broadcasting twin has them, too.  A compare_type that is not
 * the element's own (compare_c3) passes, as upstream: it says nothing but for TOTALORDER. */
void spec_compare(struct graph *g, const struct node_spec *s, const struct type *t)
{
	static const char *const directions[] = { "EQ", "NE", "GE", "GT", "LE", "LT", NULL };
	static const char *const types[] = { "FLOAT", "TOTALORDER", "SIGNED", "UNSIGNED", NULL };
	const char *direction = spec_str(s, KEY_comparison_direction, NULL);
	if (!one_of(direction, directions))
		spec_fail(g, s, NULL, "expected comparison_direction EQ, NE, GE, GT, LE or LT, "
			"found %s", direction ? direction : "none");
	const char *how = spec_str(s, KEY_compare_type, NULL);
	if (!how || !strcmp(how, "NOTYPE"))
		return;
	if (!one_of(how, types))
		spec_fail(g, s, NULL,
			"expected compare_type FLOAT, TOTALORDER, SIGNED or UNSIGNED, "
			"found %s",
			how);
	if (!strcmp(how, "TOTALORDER") && !dtype_is_float(elem_expressed(t)))
		spec_fail(g, s, "c3", "expected floats to compare in total order, found %s",
			spec_text(g, t));
}

/* compare_c1 to c3. */
const struct type *infer_compare(struct graph *g, const struct node_spec *s)
{
	const struct type *t[2] = { spec_tensor(g, s, 0, ELEM_any),
		spec_tensor(g, s, 1, ELEM_any) };
	if (!elem_compatible(t[0], t[1]))
		spec_fail(g, s, "c1", "expected operands of one element type, found %s and %s",
			spec_text(g, t[0]), spec_text(g, t[1]));
	const struct type *shape = join_shapes(g, s, "c2", 2, t, 0);
	spec_compare(g, s, t[0]);
	shape = type_element(g, shape, DTYPE_i1);
	spec_result_elements(g, s, NULL, 1, &shape);
	return spec_one(g, s, "c2", shape);
}

/* select_c1, c2. */
const struct type *infer_select(struct graph *g, const struct node_spec *s)
{
	const struct type *p = spec_tensor(g, s, 0, ELEM_bool);
	const struct type *t[3] = { spec_tensor(g, s, 1, ELEM_any), spec_tensor(g, s, 2, ELEM_any),
		p };
	if (!type_compatible(g, t[0], t[1]))
		spec_fail(g, s, "c2", "expected values of one type, found %s and %s", spec_text(g,
			t[0]), spec_text(g, t[1]));
	if (p->rank && !shape_compatible(g, p, t[0]))
		spec_fail(g, s, "c1",
			"expected a scalar or the values' shape %s as predicate, found %s",
			spec_text(g, t[0]), spec_text(g, p));
	/* The predicate adds what it knows, unless the second value contradicts: then no run is
	 * valid. */
	const struct type *r = join_shapes(g, s, "c2", 2, t, 0);
	return spec_one(g, s, "c2", p->rank && shape_compatible(g, r, p) ? type_join(g, r, p) : r);
}

/* clamp_c1 to c4. */
const struct type *infer_clamp(struct graph *g, const struct node_spec *s)
{
	const struct type *low = spec_tensor(g, s, 0, ELEM_any), *x = spec_tensor(g, s, 1,
		ELEM_any);
	const struct type *high = spec_tensor(g, s, 2, ELEM_any);
	if (!elem_compatible(low, x) || !elem_compatible(high, x))
		spec_fail(g, s, "c3", "expected bounds of the operand's element type %s, found %s "
			"and %s", spec_text(g, x), spec_text(g, low), spec_text(g, high));
	if (low->rank && !shape_compatible(g, low, x))
		spec_fail(g, s, "c1", "expected a scalar or the operand's shape %s as min, found "
			"%s", spec_text(g, x), spec_text(g, low));
	if (high->rank && !shape_compatible(g, high, x))
		spec_fail(g, s, "c2", "expected a scalar or the operand's shape %s as max, found "
			"%s", spec_text(g, x), spec_text(g, high));
	return spec_one(g, s, "c4", x);
}

/* uniform_quantize_c1, c2. */
const struct type *infer_quantize(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_float | ELEM_quant | ELEM_per_axis);
	const struct type *declared = spec_declared_tensor(g, s, ELEM_quant | ELEM_per_axis);
	if (elem_expressed(t) != declared->quant->expressed)
		spec_fail(g, s, "c2", "expected a result that expresses %s, found %s",
			dtype_table[elem_expressed(t)].text, spec_text(g, declared));
	return spec_one(g, s, "c1", type_element_of(g, t, declared));
}

/* uniform_dequantize_c1, c2. */
const struct type *infer_dequantize(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_quant | ELEM_per_axis);
	t = type_element(g, t, t->quant->expressed);
	spec_result_elements(g, s, "c2", 1, &t);
	return spec_one(g, s, "c1", t);
}
