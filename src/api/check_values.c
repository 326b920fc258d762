/* check_values.c -- do two tensors agree?  The rules of StableHLO's check dialect:
 *
 *   expect_eq           integers and booleans the same; floats equal (+0 is -0), or both NaN
 *   expect_close        ULP distance from min_ulp_difference to max_ulp_difference
 *   expect_almost_eq    equal, both NaN, or finite and no further apart than `tolerance`
 *   eq                  integers the same, others almost equal within 1e-4; expected comes first
 *
 * ..._const compares with the attribute `value` where it is no operand.  As custom calls, without
 * attributes, expect_close allows 3 ULP and expect_almost_eq 1e-3; the reader of the dialect's own
 * form adds its defaults.  The parts of a complex number are compared each. */
#include "api/check_impl.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum rule { RULE_EQ, RULE_CLOSE, RULE_ALMOST };
struct check {
	enum rule rule;
	uint64_t min, max;           /* ULP */
	double tolerance;
};

static const char *check_name(const struct node *n)
{
	const char *name = n->op == OP_custom_call ? node_str(n, KEY_call_target_name, "") : "";

	return strncmp(name, "check.", 6) ? NULL : name + 6;
}

bool check_is(const struct node *n)
{
	const char *name = check_name(n);

	return name && (!strcmp(name, "eq") || (!strncmp(name, "expect_", 7) &&
		strcmp(name, "expect_serialized_eq") != 0));
}

void check_refuse(struct job *j, const struct graph *g, const struct region *r, const char *top,
	const char *nested)
{
	uint32_t n;
	const struct node *const *order = region_order(j, r, &n);

	for (uint32_t i = 0; i < n; i++) {
		const struct location *l = graph_location(g, order[i]);
		struct place at = { l ? l->file : NULL, l ? l->line : 0, l ? l->column : 0 };
		if (top && check_is(order[i]))
			job_fail_at(j, WEFT_UNIMPLEMENTED, at, "%s", top);
		if (order[i]->op == OP_call || order[i]->op == OP_composite)
			continue;                /* functions */
		for (uint32_t k = 0; k < order[i]->nregions; k++)
			check_refuse(j, g, order[i]->regions[k], nested, nested);
	}
}

void check_refuse_arguments(struct job *j, const struct graph *g)
{
	static const char why[] = "a check is not run where main takes arguments";

	for (uint32_t i = 0; i < graph_nfuncs(g); i++)
		check_refuse(j, g, graph_func(g, i)->region, why, why);
}

/* Numbers come as they were read, or as the text of "3 : ui64" or "0.1 : f64". */
static uint64_t attr_u64(const struct attr *a, uint64_t otherwise)
{
	if (!a)
		return otherwise;
	return a->kind == ATTR_raw || a->kind == ATTR_str ? strtoull(a->s, NULL, 0)
							  : (uint64_t)a->i;
}

static double attr_f64(const struct attr *a, double otherwise)
{
	if (!a)
		return otherwise;
	return a->kind == ATTR_raw || a->kind == ATTR_str ? strtod(a->s, NULL) :
		a->kind == ATTR_float ? a->f : (double)a->i;
}

static struct check check_read(const struct node *n, enum dtype t)
{
	const char *name = check_name(n);
	struct check c = { RULE_EQ, 0, 0, 0 };

	if (!strncmp(name, "expect_close", 12)) {
		c.rule = RULE_CLOSE;
		c.min = attr_u64(node_other(n, "min_ulp_difference"), 0);
		c.max = attr_u64(node_other(n, "max_ulp_difference"), 3);
	} else if (!strncmp(name, "expect_almost_eq", 16)) {
		c.rule = RULE_ALMOST;
		c.tolerance = attr_f64(node_other(n, "tolerance"), 1e-3);
	} else if (!strcmp(name, "eq") && !dtype_is_int(t) && t != DTYPE_i1) {
		c.rule = RULE_ALMOST;
		c.tolerance = 1e-4;
	}
	return c;
}

/* Distance on the line of floats of dtype t, signs and magnitudes apart; UINT64_MAX: none. */
static uint64_t ulp_distance(enum dtype t, const void *a, const void *b)
{
	uint64_t x = 0, y = 0;
	double f = dtype_load_f64(t, a), g = dtype_load_f64(t, b);
	size_t bytes = dtype_bytes(t);

	memcpy(&x, a, bytes);
	memcpy(&y, b, bytes);
	if (x == y || (isnan(f) && isnan(g)))
		return 0;
	if (!isfinite(f) || !isfinite(g))
		return UINT64_MAX;
	uint64_t sign = (uint64_t)1 << (dtype_table[t].bits - 1), mx = x & ~sign, my = y & ~sign;
	if ((x ^ y) & sign)
		return mx + my;
	return mx > my ? mx - my : my - mx;
}

static bool part_agrees(const struct check *c, enum dtype t, const void *a, const void *b)
{
	if (!dtype_is_float(t))
		return dtype_load_i64(t, a) == dtype_load_i64(t, b);
	if (c->rule == RULE_CLOSE) {
		uint64_t d = ulp_distance(t, a, b);
		return d >= c->min && d <= c->max;
	}
	double x = dtype_load_f64(t, a), y = dtype_load_f64(t, b);
	if (x == y || (isnan(x) && isnan(y)))
		return true;
	return c->rule == RULE_ALMOST && isfinite(x) && isfinite(y) && fabs(x - y) <= c->tolerance;
}

static bool element_agrees(const struct check *c, enum dtype t, const char *a, const char *b)
{
	enum dtype part = dtype_part(t);

	if (!part_agrees(c, part, a, b))
		return false;
	return !dtype_is_complex(t) ||
	       part_agrees(c, part, a + dtype_bytes(part), b + dtype_bytes(part));
}

static void element_text(enum dtype t, const char *at, char *out, size_t size)
{
	enum dtype part = dtype_part(t);
	size_t bytes = dtype_bytes(part);

	if (dtype_is_complex(t))
		snprintf(out, size, "(%.17g, %.17g)", dtype_load_f64(part, at),
			dtype_load_f64(part, at + bytes));
	else if (dtype_is_float(t))
		snprintf(out, size, "%.17g", dtype_load_f64(t, at));
	else
		snprintf(out, size, "%lld", (long long)dtype_load_i64(t, at));
}

static struct weft_error *disagree(const struct graph *g, const struct node *n, enum dtype t,
	int64_t i, int64_t count, const char *a, const char *b)
{
	char x[96], y[96];
	const struct location *l = graph_location(g, n);
	struct place at = { l ? l->file : NULL, l ? l->line : 0, l ? l->column : 0 };

	element_text(t, a, x, sizeof x);
	element_text(t, b, y, sizeof y);
	return error_make_at(WEFT_INVALID_ARGUMENT, at,
		"check.%s: element %lld is %s and %s (%lld differ)", check_name(n), (long long)i, x,
		y, (long long)count);
}

struct weft_error *check_values(
	const struct graph *g, const struct node *n, const struct tensor *in, uint32_t nin)
{
	const struct attr *v = attrs_find(n->attrs, KEY_value);
	const struct literal *l = nin == 1 && v ? v->dense : NULL;

	if (nin < 1 || (nin < 2 && !l))
		FAIL(WEFT_INVALID_ARGUMENT, "a check without two values");
	enum dtype t = in[0].type->dtype;
	enum dtype other = l ? l->type->dtype : in[1].type->dtype;
	int64_t size = tensor_elements(&in[0]), bad = 0, first = 0;
	if (other != t || size != (l ? type_elements(l->type) : tensor_elements(&in[1])))
		FAIL(WEFT_INVALID_ARGUMENT, "a check of values of two types");
	struct check c = check_read(n, t);
	const char *a = in[0].data, *b = l ? l->data : in[1].data;
	size_t step = dtype_bytes(t), step_b = l && l->splat ? 0 : step;
	for (int64_t i = size - 1; i >= 0; i--)
		if (!element_agrees(&c, t, a + (size_t)i * step, b + (size_t)i * step_b)) {
			bad++;
			first = i;
		}
	if (!bad)
		return NULL;
	return disagree(g, n, t, first, bad, a + (size_t)first * step, b + (size_t)first * step_b);
}
