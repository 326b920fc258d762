/* series.c -- Chebyshev series, summed by Clenshaw's recurrence (1955).
 *
 * Bessel's I is split at 8: a series in the argument, and beyond it one in the reciprocal times
 * what the function tends to (Abramowitz and Stegun, 9.7). */
#include "ir/series.h"
#include "ir/build.h"
#include <math.h>

enum { MOST_TERMS = 36 };
static const double table[SERIES_COUNT][MOST_TERMS] = {
#define SERIES(name, ...) { __VA_ARGS__ },
#include "ir/series.def"
#undef SERIES
};

static const struct node *add(struct graph *g, const struct node *a, const struct node *b)
{
	return build2(g, OP_add, a, b);
}

static const struct node *multiply(struct graph *g, const struct node *a, const struct node *b)
{
	return build2(g, OP_multiply, a, b);
}

const struct node *build_series(
	struct graph *g, enum series which, const struct node *t, bool all)
{
	const double *c = table[which];
	double least = all ? 0 : 1e-10, most = 0;
	int n = 0;
	for (int i = 0; i < MOST_TERMS; i++)
		most = fabs(c[i]) > most ? fabs(c[i]) : most;
	for (int i = 0; i < MOST_TERMS; i++)
		n = fabs(c[i]) > least * most ? i + 1 : n;
	const struct node *twice = add(g, t, t), *b = build_like(g, t, c[n - 1]),
			  *before = build_like(g, t, 0);
	for (int i = n - 2; i > 0; i--) {
		const struct node *next = build2(g, OP_subtract, multiply(g, twice, b), before);
		before = b;
		b = add(g, next, build_like(g, t, c[i]));
	}
	return add(g, build2(g, OP_subtract, multiply(g, t, b), before), build_like(g, t, c[0]));
}

const struct node *build_scaled_bessel_i(
	struct graph *g, const struct node *a, int n, bool all)
{
	const struct node *low = add(g, multiply(g, a, build_like(g, a, 0.25)),
		build_like(g, a, -1));
	const struct node *high = build2(g, OP_divide, build_like(g, a, 16), a);
	high = add(g, multiply(g, high, build_like(g, high, 1)), build_like(g, high, -1));
	low = build_series(g, n ? SERIES_i1_low : SERIES_i0_low, low, all);
	high = build_series(g, n ? SERIES_i1_high : SERIES_i0_high, high, all);
	high = build2(g, OP_divide, high, build1(g, OP_sqrt, a));
	return build_select(g, build_compare(g, "LE", a, build_like(g, a, 8)),
		n ? multiply(g, a, low) : low, high);
}
