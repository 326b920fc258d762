/* Unit tests of products of groups (pass/expand_groups.c): chlo.ragged_dot in all layouts, beside
 * the interpreter.  All numbers are small integers: any order of the sums gives the same. */
#include "beside.h"
#include "unit.h"

struct groups {
	bool summed;                     /* the groups cut what is summed; else the rows of lhs */
	bool lhs_turned, rhs_turned;     /* [k, m] instead of [m, k], [n, k] instead of [k, n] */
	bool symbolic;                   /* the ragged size is one of the call */
	int ragged, kept, columns;       /* sizes; kept: lhs's other one */
	const char *type, *sizes;        /* of 4 groups */
};

static void pair(char *to, size_t size, const char *before, int a, int b, bool turned, bool any,
	const char *type)
{
	char first[16];

	snprintf(first, sizeof first, any ? "?" : "%d", a);
	if (turned)
		snprintf(to, size, "tensor<%s%dx%sx%s>", before, b, first, type);
	else
		snprintf(to, size, "tensor<%s%sx%dx%s>", before, first, b, type);
}

static void groups_text(const struct groups *c, char *text, size_t size)
{
	char x[2][64], w[2][64], y[2][64];

	for (int i = 0; i < 2; i++) {
		const char *t = i ? c->type : "f32";
		pair(x[i], sizeof x[i], "", c->ragged, c->kept, c->lhs_turned, c->symbolic, t);
		if (c->summed)
			pair(w[i], sizeof w[i], "", c->ragged, c->columns, c->rhs_turned,
				c->symbolic, t);
		else
			pair(w[i], sizeof w[i], "4x", c->kept, c->columns, c->rhs_turned, false,
				t);
		pair(y[i], sizeof y[i], c->summed ? "4x" : "", c->summed ? c->kept : c->ragged,
			c->columns, false, c->symbolic && !c->summed, t);
	}
	int along = c->summed ? c->lhs_turned : !c->lhs_turned;
	snprintf(text, size,
		"func.func @main(%%a: %s, %%b: %s) -> %s {\n"
		"  %%x = stablehlo.convert %%a : (%s) -> %s\n"
		"  %%w = stablehlo.convert %%b : (%s) -> %s\n"
		"  %%s = stablehlo.constant dense<%s> : tensor<4xi32>\n"
		"  %%s1 = stablehlo.optimization_barrier %%s : tensor<4xi32>\n"
		"  %%y = \"chlo.ragged_dot\"(%%x, %%w, %%s1) {ragged_dot_dimension_numbers =\n"
		"    #chlo.ragged_dot<lhs_contracting_dimensions = [%d],\n"
		"    rhs_contracting_dimensions = [%d], lhs_ragged_dimensions = [%d],\n"
		"    rhs_group_dimensions = [%s]>} : (%s, %s, tensor<4xi32>) -> %s\n"
		"  %%z = stablehlo.convert %%y : (%s) -> %s\n"
		"  return %%z : %s\n}\n", x[0], w[0], y[0], x[0], x[1], w[0], w[1], c->sizes,
		along, c->summed ? c->rhs_turned : 1 + c->rhs_turned,
		c->lhs_turned ? 1 : 0, c->summed ? "" : "0", x[1], w[1], y[1], y[1], y[0], y[0]);
}

/* Native code has no loop over groups. */
static void check_groups(const struct groups *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct groups *c = &cases[i];
		int64_t lhs[] = { c->ragged, c->kept }, rhs[] = { 4, c->kept, c->columns };
		char text[2048];
		if (c->lhs_turned)
			lhs[0] = c->kept, lhs[1] = c->ragged;
		if (c->summed)
			rhs[1] = c->ragged;
		if (c->rhs_turned)
			rhs[2] = rhs[1], rhs[1] = c->columns;
		groups_text(c, text, sizeof text);
		UNIT_NOTE("case %zu", i);
		check_beside(text,
			(struct weft_tensor_type[]){ { WEFT_F32, 2, lhs },
				{ WEFT_F32, c->summed ? 2 : 3, rhs + c->summed } },
			2, "while", false);
	}
}

void test_groups__of_rows(void)
{
	static const struct groups cases[] = {
		{ false, false, false, false, 100, 64, 70, "f32", "[30, 0, 50, 20]" },
		{ false, false, true, false, 100, 65, 70, "f32", "[30, 1, 50, 19]" },
		{ false, true, false, true, 140, 70, 64, "f32", "[3, 130, -4, 2]" },
		{ false, true, true, true, 150, 70, 64, "f64", "[0, 0, 0, 150]" },
		/* rows of no group are 0; sizes end where the rows do */
		{ false, false, true, false, 90, 96, 80, "bf16", "[10, 20, 0, 5]" },
		{ false, false, false, true, 90, 97, 80, "bf16", "[10, 20, 99, 5]" },
		{ false, false, true, false, 90, 96, 80, "f16", "[1, 2, 3, 84]" },
		{ false, false, false, false, 90, 96, 80, "f32", "[0, 0, 0, 0]" },
		/* no more rows than groups: a row each */
		{ false, false, true, false, 3, 512, 512, "f32", "[0, 2, 0, 1]" },
		{ false, false, false, false, 4, 512, 512, "f32", "[1, 1, 1, 1]" },
		{ false, false, true, false, 2, 700, 512, "bf16", "[0, 1, 0, 0]" },
	};

	check_groups(cases, sizeof cases / sizeof *cases);
}

void test_groups__of_what_is_summed(void)
{
	static const struct groups cases[] = {
		{ true, false, false, false, 100, 64, 70, "f32", "[30, 0, 50, 20]" },
		{ true, true, false, false, 300, 65, 70, "f32", "[131, 129, 1, 39]" },
		{ true, false, true, true, 140, 70, 64, "f64", "[3, 130, -4, 2]" },
		{ true, true, true, true, 150, 70, 64, "bf16", "[7, 0, 141, 2]" },
		{ true, false, false, false, 151, 70, 64, "bf16", "[10, 21, 0, 5]" },
		{ true, true, false, true, 90, 96, 80, "f16", "[1, 2, 3, 84]" },
	};

	check_groups(cases, sizeof cases / sizeof *cases);
}
