/* gen_math.c -- functions of two operands on a grid of special values (tests/ulp has the errors of
 * elementary functions). */
#include "gen_util.h"

static bool fill_grid(uint32_t input, void *data, const struct tensor *t)
{
	static const double list[] = { 0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 0.3, 2.5, -2.5,
		1e10, -1e10, 7, -7, 1e-3,
		INFINITY, -INFINITY, NAN, 5.5, 40, -40, 1e-30 };
	int64_t n = sizeof list / sizeof *list;

	for (int64_t i = 0; i < tensor_elements(t); i++) {
		double v = list[input ? i / n % n : i % n];
		if (t->type->dtype == DTYPE_f64)
			((double *)data)[i] = v;
		else
			((float *)data)[i] = (float)v;
	}
	return true;
}

static void two_operands(struct graph *g, struct job *j)
{
	static const enum op ops[] = { OP_power, OP_atan2, OP_remainder, OP_maximum, OP_minimum };

	for (unsigned i = 0; i < sizeof ops / sizeof *ops; i++)
		for (int wide = 0; wide < 2; wide++) {
			const struct type *t =
				gen_type(g, wide ? DTYPE_f64 : DTYPE_f32, 1, 25 * 25);
			const struct type *types[] = { t, t };
			const struct node *r = build2(
				g, ops[i], graph_parameter(g, 0, t), graph_parameter(g, 1, t));
			struct gen_case c = { .g = g, .job = j, .core = CORE_map,
				.region = gen_region(g, 2, types, 1, &r),
				.tolerance = wide ? 2e-15 : 3e-7, .fill = fill_grid };
			UNIT_NOTE("%s", op_table[ops[i]].name);
			gen_check(&c);
			c.fill = NULL;
			gen_check(&c);
		}
}

void test_gen_math__two_operands(void)
{
	gen_with_graph(two_operands);
}

/* Any bits, and what lies within 2^60 of one another, denormal or not. */
static bool fill_bits(uint32_t input, void *data, const struct tensor *t)
{
	uint64_t state = 88172645463325252u + input * 977u;
	bool wide = t->type->dtype == DTYPE_f64;
	int64_t n = tensor_elements(t);

	for (int64_t i = 0; i < n; i++) {
		state ^= state << 13, state ^= state >> 7, state ^= state << 17;
		uint64_t near = i % 4 ? state : (state >> 12) | (uint64_t)(i % 60) << 52;
		uint32_t half = (uint32_t)(state >> 32);
		if (i % 4 == 0)
			half = half >> 9 | (uint32_t)(i % 50) << 23;
		if (wide)
			memcpy((char *)data + 8 * i, &near, 8);
		else
			memcpy((char *)data + 4 * i, &half, 4);
	}
	return true;
}

static void remainders(struct graph *g, struct job *j)
{
	for (int wide = 0; wide < 2; wide++) {
		const struct type *t = gen_type(g, wide ? DTYPE_f64 : DTYPE_f32, 1, 4111);
		const struct type *types[] = { t, t };
		const struct node *r = build2(
			g, OP_remainder, graph_parameter(g, 0, t), graph_parameter(g, 1, t));
		struct gen_case c = { .g = g, .job = j, .core = CORE_map,
			.region = gen_region(g, 2, types, 1, &r), .fill = fill_bits };
		gen_check(&c);
		c.fill = fill_grid;
		gen_check(&c);
	}
}

/* Quotients of any size, of a few digits and of two thousand. */
void test_gen_math__remainder_is_exact(void)
{
	gen_with_graph(remainders);
}
