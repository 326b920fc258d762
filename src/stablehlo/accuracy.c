/* accuracy.c -- #stablehlo.result_accuracy<...>, a structured attribute that a graph has as text:
 * read, and written in one form, so that equal ones are equal. */
#include "stablehlo/print_impl.h"
#include "stablehlo/text_impl.h"
#include <string.h>

static bool field(struct parser *p, const char *name)
{
	if (!accept_word(p, name))
		return false;
	expect(p, '=', "after the name of a field");
	return true;
}

/* #stablehlo.result_accuracy_mode<WORD>: the word. */
static const char *read_mode(struct parser *p)
{
	static const char prefix[] = "#stablehlo.result_accuracy_mode<";
	const struct t_attr *a = read_attr(p);
	size_t n = a->kind == T_raw ? strlen(a->s) : 0;

	if (n < sizeof prefix || strncmp(a->s, prefix, sizeof prefix - 1) != 0)
		expected(p, "a mode of result accuracy before this");
	return job_printf(p->j, "%.*s", (int)(n - sizeof prefix), a->s + sizeof prefix - 1);
}

/* A number with a point, or hexadecimal digits, its bits, as MLIR prints those of infinity. */
static double read_tolerance(struct parser *p)
{
	bool hex, minus = tok_is(p, '-');
	const struct t_attr *a = read_bare_number(p, &hex);

	if (a->kind == T_int && hex && !minus)
		return dtype_load_f64(DTYPE_f64, &a->i);
	if (a->kind != T_float)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, a->at, "expected a number with a point");
	return a->f;
}

void accuracy_read(struct parser *p, struct accuracy *out)
{
	*out = (struct accuracy){ 0 };
	while (!tok_is(p, '>')) {
		if (field(p, "atol"))
			out->atol = read_tolerance(p);
		else if (field(p, "rtol"))
			out->rtol = read_tolerance(p);
		else if (field(p, "ulps"))
			out->ulps = tok_int(p);
		else if (field(p, "mode"))
			out->mode = read_mode(p);
		else
			expected(p, "a field of a result accuracy");
		if (!accept(p, ','))
			break;
	}
	if (!tok_is(p, '>'))
		expected(p, "'>'");
	if (!out->mode)
		expected(p, "a mode before this");
}

/* Tolerances are written where they are not 0, as MLIR does. */
void accuracy_print(const struct accuracy *a, struct str *out)
{
	str_add(out, "#stablehlo.result_accuracy<");
	if (a->atol != 0) {
		str_add(out, "atol = ");
		print_float(DTYPE_f64, &a->atol, out);
		str_add(out, ", ");
	}
	if (a->rtol != 0) {
		str_add(out, "rtol = ");
		print_float(DTYPE_f64, &a->rtol, out);
		str_add(out, ", ");
	}
	if (a->ulps)
		str_addf(out, "ulps = %lld, ", (long long)a->ulps);
	str_addf(out, "mode = #stablehlo.result_accuracy_mode<%s>>", a->mode);
}
