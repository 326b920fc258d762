/* linear.c -- gradients of Fourier transforms, triangular solves and Cholesky's decomposition.
 *
 * The rules are JAX's (jax/_src/lax/linalg.py and fft.py): transposes without a conjugate, since
 * the gradient of a complex number is the one that Re(gradient * step) tells the change by.  A
 * solve is linear in its right side and like a division in its matrix; Cholesky's is that of
 * Murray, Differentiation of the Cholesky decomposition, 2016, for changes that keep the matrix
 * symmetric. */
#include "pass/grad/grad_impl.h"
#include <string.h>

static const struct node *conjugate(struct graph *g, const struct node *x)
{
	return dtype_is_complex(x->type->dtype) ? build1(g, OP_chlo_conj, x) : x;
}

/* ---- fft ------------------------------------------------------------------------------------ */

static const struct node *transform(struct graph *g, const struct node *n, const struct node *x,
	const char *how)
{
	uint32_t count;
	const int64_t *lengths = node_ints(n, KEY_fft_length, &count);
	const struct attr *sum = node_other(n, "weft.sum");
	struct attr_entry e[] = {
		{ KEY_fft_type, NULL, attr_str(g, how) },
		{ KEY_fft_length, NULL, attr_ints(g, count, lengths) },
		{ KEY_other, graph_string(g, "weft.sum", 8), sum },
	};
	return build_op(g, OP_fft, 1, &x, sum ? 3 : 2, e);
}

/* x, the half of a transform of reals, times `once` where an element stands for itself - the first
 * of the last dimension, and the middle of an even length - and times `twice` where it stands for
 * its mirror image too. */
static const struct node *weigh(struct graph *g, const struct node *x, int64_t length,
	double once, double twice)
{
	struct job *j = graph_job(g);
	uint32_t rank = x->type->rank;
	int64_t *dims = job_array(j, (size_t)rank + 1, sizeof *dims);
	for (uint32_t i = 0; i < rank; i++)
		dims[i] = x->type->dims[i];
	const struct type *row = type_tensor(g, DTYPE_i64, 1, &dims[rank - 1]);
	const struct node *at = build_iota(g, row, 0);
	const struct node *alone = build_compare(g, "EQ", at, build_like(g, at, 0));
	if (length % 2 == 0)
		alone = build2(g, OP_or, alone, build_compare(g, "EQ", at,
			build_constant(g, row, true, &(int64_t){ length / 2 })));
	const struct type *weights = type_with_dtype(g, row, x->type->dtype);
	const struct node *w = build_select(
		g, alone, build_full(g, weights, once), build_full(g, weights, twice));
	return build2(g, OP_multiply, x, build_broadcast_to(g, w, rank, dims));
}

void grad_fft(struct grad *d, const struct node *n, const struct node *const *ct)
{
	struct graph *g = d->g;
	uint32_t count;
	const int64_t *lengths = node_ints(n, KEY_fft_length, &count);
	const char *how = node_str(n, KEY_fft_type, "FFT");
	bool sum = node_other(n, "weft.sum") != NULL;     /* as front/aten's are: not divided */
	double all = 1;
	for (uint32_t i = 0; i < count; i++)
		all *= sum ? 1 : (double)lengths[i];
	if (!strcmp(how, "RFFT"))
		grad_flow(d, n->in[0], transform(g, n, weigh(g, conjugate(g, ct[0]),
			lengths[count - 1], all, all / 2), "IRFFT"));
	else if (!strcmp(how, "IRFFT"))
		grad_flow(d, n->in[0], conjugate(g, weigh(g, transform(g, n, ct[0], "RFFT"),
			lengths[count - 1], 1 / all, 2 / all)));
	else
		grad_flow(d, n->in[0], transform(g, n, ct[0], how));
}

/* ---- matrices ------------------------------------------------------------------------------- */

/* x * y^T, or x^T * y where `rows`: of the last two dimensions, the others being batches. */
static const struct node *product(
	struct grad *d, const struct node *x, const struct node *y, bool rows)
{
	uint32_t rank = x->type->rank, n = rank - 2;
	int64_t *batch = job_array(graph_job(d->g), (size_t)n + 1, sizeof *batch);
	int64_t over = rank - (rows ? 2 : 1);
	for (uint32_t i = 0; i < n; i++)
		batch[i] = i;
	return build_dot(d->g, x, y, (struct dim_pairs){ n, batch, batch },
		(struct dim_pairs){ 1, &over, &over }, x->type->dtype);
}

static const struct node *turned(struct grad *d, const struct node *x)
{
	uint32_t rank = x->type->rank;
	int64_t *p = job_array(graph_job(d->g), (size_t)rank + 1, sizeof *p);
	for (uint32_t i = 0; i < rank; i++)
		p[i] = i;
	p[rank - 1] = rank - 2;
	p[rank - 2] = rank - 1;
	return build_transpose(d->g, x, p);
}

/* x where its row stands in relation `how` to its column, zeros elsewhere. */
static const struct node *part(struct grad *d, const struct node *x, const char *how)
{
	struct graph *g = d->g;
	uint32_t rank = x->type->rank;
	const struct type *t = type_with_dtype(g, x->type, DTYPE_i64);
	const struct node *there = build_compare(
		g, how, build_iota(g, t, rank - 2), build_iota(g, t, rank - 1));
	return build_select(g, there, x, grad_zeros(d, x));
}

struct solve {
	bool left, lower, unit;
	const char *how;                     /* transpose_a */
};

static const struct node *solve(
	struct graph *g, const struct node *a, const struct node *b, struct solve s)
{
	const struct node *in[] = { a, b };
	struct attr_entry e[] = {
		{ KEY_left_side, NULL, attr_bool(g, s.left) },
		{ KEY_lower, NULL, attr_bool(g, s.lower) },
		{ KEY_unit_diagonal, NULL, attr_bool(g, s.unit) },
		{ KEY_transpose_a, NULL, attr_str(g, s.how) },
	};
	return build_op(g, OP_triangular_solve, 2, in, 4, e);
}

void grad_triangular_solve(struct grad *d, const struct node *n, const struct node *const *ct)
{
	struct graph *g = d->g;
	struct solve s = { node_bool(n, KEY_left_side, true), node_bool(n, KEY_lower, false),
		node_bool(n, KEY_unit_diagonal, false), "NO_TRANSPOSE" };
	const char *how = node_str(n, KEY_transpose_a, "NO_TRANSPOSE");
	const struct node *a = n->in[0];
	bool plain = !strcmp(how, "NO_TRANSPOSE"), adjoint = !strcmp(how, "ADJOINT");
	s.how = plain ? "TRANSPOSE" : "NO_TRANSPOSE";
	const struct node *b = solve(g, adjoint ? conjugate(g, a) : a, ct[0], s);
	grad_flow(d, n->in[1], b);
	if (!grad_wants(d, a))
		return;
	/* Of op(a): -b y^T on the left, -y^T b on the right. */
	bool order = s.left == plain;
	const struct node *v = product(d, order ? b : n, order ? n : b, !s.left);
	v = build1(g, OP_negate, adjoint ? conjugate(g, v) : v);
	grad_flow(d, a, part(d, v, s.lower ? s.unit ? "GT" : "GE" : s.unit ? "LT" : "LE"));
}

void grad_cholesky(struct grad *d, const struct node *n, const struct node *const *ct)
{
	struct graph *g = d->g;
	bool lower = node_bool(n, KEY_lower, false);
	const struct node *l = lower ? n : conjugate(g, turned(d, n));
	const struct node *c = lower ? ct[0] : conjugate(g, turned(d, ct[0]));
	l = part(d, l, "GE");
	const struct node *m = product(d, l, part(d, c, "GE"), true);
	m = build2(g, OP_add, part(d, m, "GT"),
		build2(g, OP_multiply, part(d, m, "EQ"), build_like(g, m, 0.5)));
	m = solve(g, l, m, (struct solve){ true, true, false, "TRANSPOSE" });
	grad_flow(d, n->in[0], solve(g, conjugate(g, l), m,
		(struct solve){ false, true, false, "NO_TRANSPOSE" }));
}
