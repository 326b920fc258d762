/* lower_decompose.c -- linear algebra from QR, eigenvalues and singular values (base/linear.def).
 *
 * What LAPACK leaves to do are kernels: triangles, products, cut-offs.  The exponential of a matrix
 * is scaling and squaring of a Taylor polynomial (Higham, "Functions of matrices", 10.3; Paterson
 * and Stockmeyer 1973 for the order of products). */
#include "front/aten/matrix.h"
#include <float.h>
#include <string.h>

/* a's batch with `count` other last dimensions, of which there are two at most. */
static const struct type *like_batch(struct lower *l, const struct node *a, enum dtype t,
	uint32_t count, int64_t rows, int64_t cols)
{
	int64_t dims[ATEN_MAX_RANK];
	uint32_t n = a->type->rank - 2;
	memcpy(dims, a->type->dims, n * sizeof *dims);
	dims[n] = rows;
	dims[n + 1] = cols;
	return type_tensor(l->g, t, n + count, dims);
}

static const struct type *like_vector(
	struct lower *l, const struct node *a, enum dtype t, int64_t size)
{
	return like_batch(l, a, t, 1, size, 0);
}

static const struct type *like_matrix(
	struct lower *l, const struct node *a, enum dtype t, int64_t rows, int64_t cols)
{
	return like_batch(l, a, t, 2, rows, cols);
}

static int64_t rows_of(const struct node *a)
{
	return a->type->dims[a->type->rank - 2];
}

static int64_t cols_of(const struct node *a)
{
	return a->type->dims[a->type->rank - 1];
}

/* The lesser side. */
static int64_t least_of(struct lower *l, const struct node *a)
{
	return dim_min(l->g, rows_of(a), cols_of(a));
}

static const struct node *adjoint(struct lower *l, const struct node *a)
{
	return matrix_conj(l, matrix_turned(l, a));
}

/* A vector for each matrix of a, along its columns: element j at every row of column j. */
static const struct node *along_columns(struct lower *l, const struct node *v, const struct node *a)
{
	int64_t at[ATEN_MAX_RANK];
	uint32_t rank = a->type->rank;
	for (uint32_t i = 0; i + 1 < rank; i++)
		at[i] = i + 2 == rank ? rank - 1 : i;
	return build_broadcast(l->g, lower_cast(l, v, a->type->dtype), rank, a->type->dims, at);
}

/* ---- L D L^T -------------------------------------------------------------------------------- */

static const char *ldl_config(bool hermitian)
{
	return hermitian ? "{hermitian = true}" : "{}";
}

/* LD, pivots, info; errors are another operator's to check.  Above the diagonal are zeros. */
void lower_ldl_factor(struct lower *l)
{
	const struct node *a = matrix_argument(l, 0);
	if (rows_of(a) != cols_of(a) || lower_bool(l, 2))
		lower_bail(l);
	const struct type *types[3] = { a->type, l->type[1], l->type[2] };
	matrix_decomposed(l, "weft.ldl", ldl_config(lower_bool(l, 1)), 1, &a, 3, types, l->out);
	l->out[0] = matrix_masked(l, l->out[0], matrix_triangle(l, a, "GE"), 0);
}

/* LD, pivots, B; batches broadcast. */
void lower_ldl_solve(struct lower *l)
{
	const struct node *a = matrix_argument(l, 0), *b = matrix_argument(l, 2);
	const struct node *p = lower_tensor(l, 1);
	const struct type *t = l->type[0];
	int64_t n = rows_of(a), dims[ATEN_MAX_RANK];
	if (n != cols_of(a) || p->type->dtype != DTYPE_i32 || b->type->dtype != t->dtype)
		lower_bail(l);
	memcpy(dims, t->dims, t->rank * sizeof *dims);
	dims[t->rank - 2] = dims[t->rank - 1] = n;
	a = lower_shape(l, a, type_tensor(l->g, t->dtype, t->rank, dims));
	p = lower_shape(l, p, type_tensor(l->g, DTYPE_i32, t->rank - 1, dims));
	const struct node *in[3] = { a, p, lower_shape(l, b, t) };
	matrix_decomposed(l, "weft.ldl_solve", ldl_config(lower_bool(l, 3)), 3, in, 1, &t, l->out);
}

/* ---- QR ------------------------------------------------------------------------------------- */

static void qr(struct lower *l, const struct node *a, const struct node **out)
{
	const struct type *types[2] = { a->type,
		like_vector(l, a, a->type->dtype, least_of(l, a)) };
	matrix_decomposed(l, "Qr", NULL, 1, &a, 2, types, out);
}

/* The first `cols` columns of the product of the reflectors below a's diagonal. */
static const struct node *reflected(
	struct lower *l, const struct node *a, const struct node *tau, int64_t cols)
{
	uint32_t last = a->type->rank - 1;
	int64_t common = dim_min(l->g, cols, cols_of(a));
	if (!dim_same(common, cols_of(a)))
		a = lower_clip(l, a, last, 0, common, 1);
	if (!dim_same(common, cols)) {
		const struct type *more = like_matrix(l, a, a->type->dtype, rows_of(a),
			dim_sub(l->g, cols, common));
		const struct node *both[2] = { a, build_full(l->g, more, 0) };
		a = build_concat(l->g, 2, both, last);
	}
	const struct node *in[2] = { a, tau }, *out;
	matrix_decomposed(l, "ProductOfElementaryHouseholderReflectors", NULL, 2, in, 1, &a->type,
		&out);
	return out;
}

void lower_geqrf(struct lower *l)
{
	qr(l, matrix_argument(l, 0), l->out);
}

/* Q of m columns (complete), of the lesser side (reduced), or none (r); and R that fits. */
void lower_qr(struct lower *l)
{
	const struct node *a = matrix_argument(l, 0), *f[2];
	const char *mode = l->args[1].s;
	int64_t most = !strcmp(mode, "complete") ? rows_of(a) : least_of(l, a);
	qr(l, a, f);
	if (!strcmp(mode, "r"))
		l->out[0] = build_full(l->g, l->type[0], 0);
	else
		l->out[0] = reflected(l, f[0], f[1], most);
	l->out[1] = matrix_upper(l, f[0], most);
}

void lower_householder_product(struct lower *l)
{
	const struct node *a = matrix_argument(l, 0), *tau = lower_tensor(l, 1);
	l->out[0] = reflected(l, a, tau, cols_of(a));
}

/* Q of the reflectors in arguments 0 and 1, whole, times argument 2. */
void lower_ormqr(struct lower *l)
{
	const struct node *a = matrix_argument(l, 0), *tau = lower_tensor(l, 1);
	const struct node *c = matrix_argument(l, 2);
	bool left = lower_bool(l, 3), turned = lower_bool(l, 4);
	const struct node *q = reflected(l, a, tau, rows_of(a));
	q = turned ? adjoint(l, q) : q;
	l->out[0] = left ? matrix_times(l, q, c) : matrix_times(l, c, q);
}

/* ---- eigenvalues ---------------------------------------------------------------------------- */

/* Values to out[0], vectors to out[1]. */
static void eigh(struct lower *l, const struct node *a, bool upper, const struct node **out)
{
	const struct type *types[2] = { a->type,
		like_vector(l, a, dtype_part(a->type->dtype), cols_of(a)) };
	const struct node *f[2];
	matrix_decomposed(l, "Eigh", upper ? "0,1" : "1,1", 1, &a, 2, types, f);
	out[0] = f[1];
	out[1] = f[0];
}

void lower_eigh(struct lower *l)
{
	const struct node *a = matrix_argument(l, 0);
	bool upper = l->args[1].s[0] == 'U' || l->args[1].s[0] == 'u';
	if (lower_bool(l, 2)) {
		eigh(l, a, upper, l->out);
		return;
	}
	matrix_decomposed(l, "weft.eigvalsh", upper ? "0,1" : "1,1", 1, &a, 1, l->type, l->out);
	l->out[1] = build_full(l->g, l->type[1], 0);
}

/* what 1: the values alone. */
void lower_eig(struct lower *l)
{
	const struct node *a = matrix_argument(l, 0);
	matrix_decomposed(l, l->row->what ? "weft.eigvals" : "weft.eig", NULL, 1, &a, l->nout,
		l->type, l->out);
}

/* ---- singular values ------------------------------------------------------------------------ */

void lower_svd(struct lower *l)
{
	const struct node *a = matrix_argument(l, 0);
	if (lower_bool(l, 2)) {
		matrix_decomposed(l, "weft.svd", NULL, 1, &a, 3, l->type, l->out);
		return;
	}
	matrix_decomposed(l, "weft.svdvals", NULL, 1, &a, 1, &l->type[1], &l->out[1]);
	l->out[0] = build_full(l->g, l->type[0], 0);
	l->out[2] = build_full(l->g, l->type[2], 0);
}

/* An argument of tolerance for each matrix, as like; NULL where it is not given. */
static const struct node *tolerance(struct lower *l, uint32_t i, const struct type *like)
{
	const struct node *t = lower_is_none(l, i) ? NULL : lower_tensor(l, i);
	return t ? lower_shape(l, lower_cast(l, t, like->dtype), like) : NULL;
}

/* Which of the values, all >= 0, are more than atol and rtol times the largest: eager's rule for
 * what is not given is rtol of a rounding times the longer side, none beside an atol. */
static const struct node *above(
	struct lower *l, const struct node *values, const struct node *a)
{
	struct graph *g = l->g;
	uint32_t last = values->type->rank - 1;
	bool in[ATEN_MAX_RANK] = { 0 };
	in[last] = true;
	const struct node *most = lower_reduce(l, OP_maximum, values, in, false);
	const struct node *atol = tolerance(l, 1, most->type), *rtol = tolerance(l, 2, most->type);
	if (!rtol) {
		double eps = values->type->dtype == DTYPE_f64 ? DBL_EPSILON : (double)FLT_EPSILON;
		const struct node *zero = lower_like(l, most, 0);
		rtol = lower_like_size(l, most, dim_max(g, rows_of(a), cols_of(a)), eps);
		if (atol)
			rtol = build_select(g, build_compare(g, "GT", atol, zero), zero, rtol);
	}
	const struct node *least = build2(g, OP_multiply, rtol, most);
	if (atol)
		least = build2(g, OP_maximum, atol, least);
	return build_compare(g, "GT", values, lower_unreduce(l, least, in, values));
}

/* V 1/S U^H over the values that count. */
void lower_pinv(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *a = matrix_argument(l, 0), *u, *s, *v, *f[3];
	enum dtype t = a->type->dtype;
	int64_t k = least_of(l, a);
	if (type_elements(a->type) == 0) {
		l->out[0] = build_full(g, l->type[0], 0);
		return;
	}
	if (lower_bool(l, 3)) {
		eigh(l, a, false, f);
		s = f[0];
		u = v = f[1];
	} else {
		const struct type *types[3] = { like_matrix(l, a, t, rows_of(a), k),
			like_vector(l, a, dtype_part(t), k),
			like_matrix(l, a, t, k, cols_of(a)) };
		matrix_decomposed(l, "weft.svd", NULL, 1, &a, 3, types, f);
		u = f[0];
		s = f[1];
		v = adjoint(l, f[2]);
	}
	const struct node *counts = above(l, build1(g, OP_abs, s), a);
	s = build_select(g, counts, build2(g, OP_divide, lower_like(l, s, 1), s),
		lower_like(l, s, 0));
	v = build2(g, OP_multiply, v, along_columns(l, s, v));
	l->out[0] = matrix_times(l, v, adjoint(l, u));
}

/* ---- the exponential ------------------------------------------------------------------------ */

static const struct node *scaled(struct lower *l, const struct node *a, double by)
{
	return build2(l->g, OP_multiply, a, lower_like(l, a, by));
}

/* The Taylor polynomial of degree 16 in powers up to the fourth, by Horner. */
static const struct node *taylor(struct lower *l, const struct node *a)
{
	enum { step = 4 };
	const struct node *power[5] = { matrix_unit(l, a), a }, *sum = NULL;
	double factorial[17] = { 1 };
	for (int i = 1; i <= 16; i++)
		factorial[i] = factorial[i - 1] * i;
	for (int i = 2; i <= step; i++)
		power[i] = matrix_times(l, power[i - 1], a);
	for (int block = step - 1; block >= 0; block--) {
		const struct node *part = NULL;
		for (int i = 0; i <= (block == step - 1 ? step : step - 1); i++) {
			const struct node *term =
				scaled(l, power[i], 1 / factorial[block * step + i]);
			part = part ? build2(l->g, OP_add, part, term) : term;
		}
		sum = sum ? build2(l->g, OP_add, matrix_times(l, sum, power[step]), part) : part;
	}
	return sum;
}

/* How often each matrix is halved, as a number of a's real type: until its norm (the largest sum
 * of a column) is at most `least`. */
static const struct node *halvings(struct lower *l, const struct node *a, double least)
{
	struct graph *g = l->g;
	bool rows[ATEN_MAX_RANK] = { 0 }, columns[ATEN_MAX_RANK] = { 0 };
	uint32_t rank = a->type->rank;
	rows[rank - 2] = columns[rank - 2] = true;
	const struct node *norm = lower_reduce(l, OP_add, build1(g, OP_abs, a), rows, false);
	norm = lower_reduce(l, OP_maximum, norm, columns, false);
	const struct node *n = build2(g, OP_divide, norm, lower_like(l, norm, least));
	n = build1(g, OP_log, n);
	n = build1(g, OP_ceil, scaled(l, n, 1.4426950408889634));
	/* An infinite or undefined norm: the values are too, however often it is halved. */
	n = build3(g, OP_clamp, build_scalar(g, n->type->dtype, 0), n,
		build_scalar(g, n->type->dtype, 1100));
	return build_select(g, build_compare(g, "EQ", n, n), n, lower_like(l, n, 0));
}

/* For each matrix of a its number n, at every element. */
static const struct node *everywhere(struct lower *l, const struct node *n, const struct node *a)
{
	int64_t at[ATEN_MAX_RANK];
	for (uint32_t i = 0; i < n->type->rank; i++)
		at[i] = i;
	return build_broadcast(l->g, n, a->type->rank, a->type->dims, at);
}

/* Squares each matrix n times: a loop to the largest n. */
static const struct node *squared(struct lower *l, const struct node *a, const struct node *n)
{
	struct graph *g = l->g;
	bool all[ATEN_MAX_RANK];
	memset(all, true, sizeof all);
	enum dtype t = n->type->dtype;
	const struct node *in[4] = { build_scalar(g, t, 0), a, n,
		n->type->rank ? lower_reduce(l, OP_maximum, n, all, false) : n };
	const struct type *types[4];
	const struct node *state[4];
	for (uint32_t i = 0; i < 4; i++) {
		types[i] = in[i]->type;
		state[i] = graph_parameter(g, i, types[i]);
	}
	const struct build_hand hand = { 2, (const struct node *[]){ state[1], state[2] } };
	const struct build_hand *before = build_at_hand(g, &hand);
	const struct node *more = build_compare(g, "LT", state[0], state[3]);
	const struct region *regions[2];
	regions[0] = graph_region(g, 4, types, 1, &more);
	const struct node *now =
		build_compare(g, "LT", lower_shape(l, state[0], n->type), state[2]);
	state[1] = build_select(g, everywhere(l, now, a), matrix_times(l, state[1], state[1]),
		state[1]);
	state[0] = build2(g, OP_add, state[0], build_scalar(g, t, 1));
	regions[1] = graph_region(g, 4, types, 4, state);
	build_at_hand(g, before);
	struct node_spec s = { .op = OP_while,
		.nin = 4,
		.in = in,
		.nregions = 2,
		.regions = regions,
		.at = { l->r->file, l->r->line, 1 } };
	return graph_result(g, graph_node(g, &s), 1);
}

/* In f64 whatever the type: squaring doubles what is off. */
void lower_matrix_exp(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *a = matrix_argument(l, 0);
	enum dtype t = a->type->dtype;
	if (type_elements(a->type) == 0) {
		l->out[0] = a;
		return;
	}
	a = lower_cast(l, a, dtype_is_complex(t) ? DTYPE_c128 : DTYPE_f64);
	/* Half a rounding is what is left of the series: 0.78^17 / 17!. */
	const struct node *n = halvings(l, a, 0.78);
	const struct node *by = build2(g, OP_power, lower_like(l, n, 2), build1(g, OP_negate, n));
	by = lower_cast(l, by, a->type->dtype);
	a = build2(g, OP_multiply, a, everywhere(l, by, a));
	l->out[0] = lower_cast(l, squared(l, taylor(l, a), n), t);
}
