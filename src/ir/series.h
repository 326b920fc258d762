/* series.h -- special functions in plain ops: Chebyshev series (series.def, made by
 * scripts/fit_series.py) of arguments in f64. */
#ifndef IR_SERIES_H
#define IR_SERIES_H
#include "ir/graph.h"

enum series {
#define SERIES(name, ...) SERIES_##name,
#include "ir/series.def"
#undef SERIES
	SERIES_COUNT
};
/* The series at t in [-1, 1]; all: every term there is, else as far as f32 can tell. */
const struct node *build_series(
	struct graph *g, enum series which, const struct node *t, bool all);
/* e^-a I_n(a), the modified Bessel function, of a >= 0; n is 0 or 1. */
const struct node *build_scaled_bessel_i(
	struct graph *g, const struct node *a, int n, bool all);
#endif
