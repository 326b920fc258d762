/* linear_small.c -- the factor of a small real matrix, and triangular systems of one: the
 * textbook's loops (Golub, Van Loan, "Matrix Computations", 3.1 and 4.2), for a routine of LAPACK
 * takes longer to be called than they take.  Terms are subtracted one by one, in order. */
#include "base/linear.h"
#include <math.h>

void linear_factor_small(bool lower, int64_t n, double *a)
{
	/* Element i, j of the factor is a[i * down + j * along]. */
	int64_t down = lower ? n : 1, along = lower ? 1 : n;

	for (int64_t j = 0; j < n; j++)
		for (int64_t i = j; i < n; i++) {
			double s = a[i * down + j * along];
			for (int64_t k = 0; k < j; k++)
				s -= a[i * down + k * along] * a[j * down + k * along];
			a[i * down + j * along] = i == j ? sqrt(s) : s / a[j * (n + 1)];
		}
	for (int64_t i = 0; i < n; i++)
		for (int64_t j = i + 1; j < n; j++)
			a[i * down + j * along] = 0;
}

/* How op(a), of n rows, lies, and where its system begins. */
struct system {
	const double *a;
	int64_t n, down, along;
	bool forward, unit;
};

/* Equation k in order: number i, and number j of the l-th before it. */
static inline int64_t place(const struct system *s, int64_t k)
{
	return s->forward ? k : s->n - 1 - k;
}

/* One system, whose numbers lie `next` apart. */
static void solve_line(const struct system *s, double *x, int64_t next)
{
	for (int64_t k = 0; k < s->n; k++) {
		int64_t i = place(s, k);
		double v = x[i * next];
		for (int64_t l = 0; l < k; l++) {
			int64_t j = place(s, l);
			v -= s->a[i * s->down + j * s->along] * x[j * next];
		}
		x[i * next] = s->unit ? v : v / s->a[i * (s->n + 1)];
	}
}

/* As many systems as `lines`, side by side. */
static void solve_lines(const struct system *s, double *x, int64_t lines)
{
	for (int64_t k = 0; k < s->n; k++) {
		double *to = x + place(s, k) * lines;
		const double *row = s->a + place(s, k) * s->down;
		for (int64_t l = 0; l < k; l++) {
			const double *from = x + place(s, l) * lines;
			double f = row[place(s, l) * s->along];
			for (int64_t c = 0; c < lines; c++)
				to[c] -= f * from[c];
		}
		double f = s->a[place(s, k) * (s->n + 1)];
		for (int64_t c = 0; c < lines && !s->unit; c++)
			to[c] /= f;
	}
}

void linear_solve_small(const struct linear_triangle *t, int64_t rows, int64_t cols, double *x)
{
	/* x op(a) = b is op(a)^T x^T = b^T: what is solved for is each column of x, or each row. */
	bool turned = (t->trans == 'N') != t->left;
	int64_t n = t->left ? rows : cols;
	const struct system s = { .a = t->a, .n = n, .down = turned ? 1 : n,
		.along = turned ? n : 1, .forward = t->lower != turned, .unit = t->unit };

	if (t->left && cols > 4)
		solve_lines(&s, x, cols);
	for (int64_t i = 0; t->left && cols <= 4 && i < cols; i++)
		solve_line(&s, x + i, cols);
	for (int64_t i = 0; !t->left && i < rows; i++)
		solve_line(&s, x + i * cols, 1);
}
