/* lower_linalg.c -- linear algebra from Cholesky's, triangular and LU factors.
 *
 * LU is a decomposition that the runtime computes (base/linear.def); what is made of it are kernels
 * and triangular solves.  torch counts pivots from one. */
#include "front/aten/matrix.h"
#include <string.h>

/* ---- matrices ------------------------------------------------------------------------------- */

const struct node *matrix_argument(struct lower *l, uint32_t i)
{
	const struct node *a = lower_tensor(l, i);
	enum dtype t = dtype_part(a->type->dtype);
	if (a->type->rank < 2 || (t != DTYPE_f32 && t != DTYPE_f64))
		lower_bail(l);
	return a;
}

/* Nothing is given, as the sizes say: results are empty, or what an empty sum is. */
static bool nothing(struct lower *l, uint32_t noperands)
{
	bool none = false;
	for (uint32_t i = 0; i < noperands; i++)
		none |= type_elements(matrix_argument(l, i)->type) == 0;
	for (uint32_t i = 0; none && i < l->nout; i++)
		l->out[i] = build_full(l->g, l->type[i], 0);
	return none;
}

const struct node *matrix_turned(struct lower *l, const struct node *a)
{
	int64_t p[ATEN_MAX_RANK];
	uint32_t rank = a->type->rank;
	for (uint32_t i = 0; i < rank; i++)
		p[i] = i + 2 == rank ? rank - 1 : i + 1 == rank ? rank - 2 : (int64_t)i;
	return build_transpose(l->g, a, p);
}

/* The conjugate; of a real tensor it itself. */
const struct node *matrix_conj(struct lower *l, const struct node *a)
{
	struct graph *g = l->g;
	if (!dtype_is_complex(a->type->dtype))
		return a;
	return build2(g, OP_complex, build1(g, OP_real, a),
		build1(g, OP_negate, build1(g, OP_imag, a)));
}

/* Row number compared with column number, of a's shape. */
const struct node *matrix_triangle(struct lower *l, const struct node *a, const char *how)
{
	const struct type *it = type_with_dtype(l->g, a->type, DTYPE_i32);
	uint32_t rank = a->type->rank;
	return build_compare(
		l->g, how, lower_iota(l, it, rank - 2), lower_iota(l, it, rank - 1));
}

const struct node *matrix_masked(
	struct lower *l, const struct node *a, const struct node *mask, double otherwise)
{
	return build_select(l->g, mask, a, lower_like(l, a, otherwise));
}

/* The unit matrix, or a batch of such, like a. */
const struct node *matrix_unit(struct lower *l, const struct node *a)
{
	return build_convert(l->g, matrix_triangle(l, a, "EQ"), a->type->dtype);
}

const struct node *matrix_times(struct lower *l, const struct node *a, const struct node *b)
{
	int64_t batch[ATEN_MAX_RANK], left, right;
	uint32_t n = a->type->rank - 2;
	for (uint32_t i = 0; i < n; i++)
		batch[i] = i;
	left = n + 1;
	right = n;
	return build_dot(l->g, a, b, (struct dim_pairs){ n, batch, batch },
		(struct dim_pairs){ 1, &left, &right }, a->type->dtype);
}

/* Operands behind in[0..nin) that say how large results are, one each, and their attribute. */
static struct attr_entry shape_operands(struct lower *l, uint32_t nin, const struct node **in,
	uint32_t nout, const struct type *const *types)
{
	const char *list = "";
	for (uint32_t i = 0; i < nout; i++) {
		in[nin + i] = build_shape(l->g, types[i]->rank, types[i]->dims, nin, in);
		list = job_printf(l->j, "%s%s%u", list, i ? ", " : "", nin + i);
	}
	const char *text = job_printf(l->j, "dense<[%s]> : tensor<%uxi64>", list, nout);
	const char *name = graph_string(l->g, "indices_of_shape_operands", 25);
	return (struct attr_entry){ KEY_other, name, attr_raw(l->g, text) };
}

static bool any_symbolic(uint32_t n, const struct type *const *types)
{
	bool any = false;
	for (uint32_t i = 0; i < n; i++)
		any |= !type_is_static(types[i]);
	return any;
}

void matrix_decomposed(struct lower *l, const char *target, const char *config, uint32_t nin,
	const struct node *const *in, uint32_t nout, const struct type *const *types,
	const struct node **out)
{
	const struct node **all = job_array(l->j, nin + nout, sizeof *all);
	struct attr_entry e[3] = { { .key = KEY_call_target_name,
		.value = attr_str(l->g, target) } };
	uint32_t n = 1, nall = nin;
	memcpy(all, in, nin * sizeof *all);
	if (config)
		e[n++] = (struct attr_entry){ .key = KEY_backend_config,
			.value = attr_str(l->g, config) };
	/* An order's sizes are its operand's. */
	if (strcmp(target, "weft.order") != 0 && any_symbolic(nout, types)) {
		e[n++] = shape_operands(l, nin, all, nout, types);
		nall += nout;
	}
	struct node_spec s = { .op = OP_custom_call,
		.nin = nall,
		.in = all,
		.attrs = attrs_cons(l->g, n, e),
		.type = nout == 1 ? types[0] : type_list(l->g, TYPE_results, nout, types),
		.at = { l->r->file, l->r->line, 1 } };
	const struct node *call = graph_node(l->g, &s);
	for (uint32_t i = 0; i < nout; i++)
		out[i] = nout == 1 ? call : graph_result(l->g, call, i);
}

struct solve {
	bool right, upper, transpose, unit;
	bool adjoint; /* a transpose that conjugates */
};
static const struct node *solved(
	struct lower *l, const struct node *a, const struct node *b, struct solve how)
{
	struct graph *g = l->g;
	const struct node *in[2] = { a, b };
	struct attr_entry e[] = {
		{ .key = KEY_left_side, .value = attr_bool(g, !how.right) },
		{ .key = KEY_lower, .value = attr_bool(g, !how.upper) },
		{ .key = KEY_unit_diagonal, .value = attr_bool(g, how.unit) },
		{ .key = KEY_transpose_a,
			.value = attr_str(g, how.adjoint     ? "ADJOINT"
					     : how.transpose ? "TRANSPOSE"
							     : "NO_TRANSPOSE") },
	};
	return build_op(g, OP_triangular_solve, 2, in, 4, e);
}

/* b with a's batch; torch broadcasts either. */
static const struct node *with_batch(
	struct lower *l, const struct node *n, const struct type *batch, uint32_t nbatch)
{
	int64_t dims[ATEN_MAX_RANK];
	for (uint32_t i = 0; i < nbatch; i++)
		dims[i] = batch->dims[i];
	for (uint32_t i = 0; i < 2; i++)
		dims[nbatch + i] = n->type->dims[n->type->rank - 2 + i];
	return lower_shape(l, n, type_tensor(l->g, n->type->dtype, nbatch + 2, dims));
}

/* ---- Cholesky, triangles -------------------------------------------------------------------- */

/* More than the number of any row or column; `it` is of i32. */
static const struct node *no_place(struct lower *l, const struct type *it)
{
	if (type_is_static(it))
		return build_constant(l->g, it, true, &(int32_t){ INT32_MAX });
	return lower_shape(l, build_scalar_int(l->g, DTYPE_i32, INT32_MAX), it);
}

static const struct node *cholesky(struct lower *l, const struct node *a, bool upper)
{
	struct attr_entry e = { .key = KEY_lower, .value = attr_bool(l->g, !upper) };
	const struct node *y = build_op(l->g, OP_cholesky, 1, &a, 1, &e);
	return matrix_masked(l, y, matrix_triangle(l, y, upper ? "LE" : "GE"), 0);
}

/* The factor and, for linalg_cholesky_ex, the first column that is no longer positive definite. */
void lower_cholesky(struct lower *l)
{
	struct graph *g = l->g;
	bool upper = lower_bool(l, 1);
	if (nothing(l, 1))
		return;
	const struct node *a = matrix_argument(l, 0), *y = cholesky(l, a, upper);
	l->out[0] = y;
	if (l->nout < 2)
		return;
	bool in[ATEN_MAX_RANK] = { 0 };
	uint32_t rank = a->type->rank;
	in[rank - 1] = in[rank - 2] = true;
	const struct type *it = type_with_dtype(g, a->type, DTYPE_i32);
	const struct node *column = lower_iota(l, it, upper ? rank - 1 : rank - 2);
	const struct node *none = no_place(l, it);
	const struct node *size = dtype_is_complex(y->type->dtype) ? build1(g, OP_real, y) : y;
	const struct node *bad = build2(g, OP_and, matrix_triangle(l, y, "EQ"),
		build1(g, OP_not, build_compare(g, "GT", size, lower_like(l, size, 0))));
	column = build2(g, OP_add, column, lower_like(l, column, 1));
	const struct node *first =
		lower_reduce(l, OP_minimum, build_select(g, bad, column, none), in, false);
	const struct node *fine =
		build_compare(g, "EQ", first, lower_reduce(l, OP_minimum, none, in, false));
	l->out[1] = build_select(g, fine, lower_like(l, first, 0), first);
}

/* (L L^T) x = self, the factor being argument 1. */
void lower_cholesky_solve(struct lower *l)
{
	const struct node *b = matrix_argument(l, 0), *a = matrix_argument(l, 1);
	uint32_t n = l->type[0]->rank - 2;
	if (nothing(l, 2))
		return;
	struct solve how = { .upper = lower_bool(l, 2) };
	a = with_batch(l, a, l->type[0], n);
	b = with_batch(l, b, l->type[0], n);
	how.adjoint = how.upper;
	b = solved(l, a, b, how);
	how.adjoint = !how.upper;
	l->out[0] = solved(l, a, b, how);
}

void lower_cholesky_inverse(struct lower *l)
{
	const struct node *a = matrix_argument(l, 0), *y;
	if (nothing(l, 1))
		return;
	struct solve how = { .upper = lower_bool(l, 1) };
	how.adjoint = how.upper;
	y = solved(l, a, matrix_unit(l, a), how);
	how.adjoint = !how.upper;
	l->out[0] = solved(l, a, y, how);
}

/* A x = B: upper, left, unitriangular in arguments 2 to 4. */
void lower_solve_triangular(struct lower *l)
{
	const struct node *a = matrix_argument(l, 0), *b = matrix_argument(l, 1);
	uint32_t n = l->type[0]->rank - 2;
	if (nothing(l, 2))
		return;
	struct solve how = {
		.upper = lower_bool(l, 2), .right = !lower_bool(l, 3), .unit = lower_bool(l, 4)
	};
	a = with_batch(l, a, l->type[0], n);
	l->out[0] = solved(l, a, with_batch(l, b, l->type[0], n), how);
}

/* The older form: b first; upper, transpose, unitriangular. */
void lower_triangular_solve(struct lower *l)
{
	const struct node *b = matrix_argument(l, 0), *a = matrix_argument(l, 1);
	uint32_t n = l->type[0]->rank - 2;
	if (nothing(l, 2))
		return;
	struct solve how = {
		.upper = lower_bool(l, 2), .transpose = lower_bool(l, 3), .unit = lower_bool(l, 4)
	};
	l->out[1] = with_batch(l, a, l->type[1], l->type[1]->rank - 2);
	a = with_batch(l, a, l->type[0], n);
	l->out[0] = solved(l, a, with_batch(l, b, l->type[0], n), how);
}

/* ---- LU ------------------------------------------------------------------------------------- */

struct lu {
	const struct node *a;     /* L below the diagonal, U on and above it */
	const struct node *pivot; /* i32 [batch, min(m, n)], from 0 */
	const struct node *order; /* i32 [batch, m]: row i of the product is row order[i] of A */
};

static struct lu factor(struct lower *l, const struct node *a)
{
	struct graph *g = l->g;
	uint32_t rank = a->type->rank;
	const int64_t *d = a->type->dims;
	int64_t dims[ATEN_MAX_RANK];
	const struct type *types[3] = { a->type };
	memcpy(dims, d, (rank - 1) * sizeof *dims);
	types[2] = type_tensor(g, DTYPE_i32, rank - 1, dims);
	dims[rank - 2] = dim_min(g, d[rank - 2], d[rank - 1]);
	types[1] = type_tensor(g, DTYPE_i32, rank - 1, dims);
	const struct node *out[3];
	matrix_decomposed(l, "LuDecomposition", NULL, 1, &a, 3, types, out);
	return (struct lu){ out[0], out[1], out[2] };
}

/* Pivots as torch has them, from one. */
static const struct node *from_one(struct lower *l, const struct node *pivot)
{
	return build2(l->g, OP_add, pivot, lower_like(l, pivot, 1));
}

/* The diagonal of the last two dimensions, by a mask and a sum. */
static const struct node *diagonal_of(struct lower *l, const struct node *a)
{
	bool in[ATEN_MAX_RANK] = { 0 };
	in[a->type->rank - 2] = true;
	a = matrix_masked(l, a, matrix_triangle(l, a, "EQ"), 0);
	return lower_reduce(l, OP_add, a, in, false);
}

/* P of A = P L U as a matrix: column i has its one in row order[i]. */
static const struct node *permutation(struct lower *l, const struct node *order, enum dtype t)
{
	struct graph *g = l->g;
	int64_t dims[ATEN_MAX_RANK], at[ATEN_MAX_RANK];
	uint32_t rank = order->type->rank + 1;
	for (uint32_t i = 0; i + 1 < rank; i++) {
		dims[i] = order->type->dims[i];
		at[i] = i + 2 == rank ? i + 1 : i;
	}
	dims[rank - 1] = dims[rank - 2];
	const struct type *it = type_tensor(g, DTYPE_i32, rank, dims);
	return build_convert(g,
		build_compare(g, "EQ", lower_iota(l, it, rank - 2),
			build_broadcast(g, order, rank, dims, at)),
		t);
}

/* x of A x = b: P L U x = b. */
static const struct node *lu_solved(
	struct lower *l, struct lu f, const struct node *p, const struct node *b)
{
	b = matrix_times(l, matrix_turned(l, p), b);
	b = solved(l, f.a, b, (struct solve){ .unit = true });
	return solved(l, f.a, b, (struct solve){ .upper = true });
}

static void need_square(struct lower *l, const struct node *a)
{
	if (a->type->dims[a->type->rank - 1] != a->type->dims[a->type->rank - 2])
		lower_bail(l);
}

/* The first column whose pivot is zero, from one; 0: none. */
static const struct node *lu_info(struct lower *l, struct lu f)
{
	struct graph *g = l->g;
	const struct node *d = diagonal_of(l, f.a);
	/* Beyond a square the sum over a longer side has no entry of its own. */
	uint32_t last = d->type->rank - 1;
	int64_t n = f.pivot->type->dims[last];
	if (d->type->dims[last] != n)
		d = lower_clip(l, d, last, 0, n, 1);
	const struct type *it = type_with_dtype(g, d->type, DTYPE_i32);
	const struct node *none = no_place(l, it);
	bool in[ATEN_MAX_RANK] = { 0 };
	in[last] = true;
	const struct node *at = lower_iota(l, it, last);
	at = build2(g, OP_add, at, lower_like(l, at, 1));
	at = build_select(g, build_compare(g, "EQ", d, lower_like(l, d, 0)), at, none);
	at = lower_reduce(l, OP_minimum, at, in, false);
	const struct node *most = lower_reduce(l, OP_minimum, none, in, false);
	return build_select(g, build_compare(g, "EQ", at, most), lower_like(l, at, 0), at);
}

/* LU, pivots, info.  Without pivots eager has none on a CPU. */
void lower_lu_factor(struct lower *l)
{
	if (!lower_bool(l, 1))
		lower_bail(l);
	if (nothing(l, 1))
		return;
	struct lu f = factor(l, matrix_argument(l, 0));
	l->out[0] = f.a;
	l->out[1] = from_one(l, f.pivot);
	l->out[2] = lu_info(l, f);
}

static const struct node *lower_unit_part(struct lower *l, const struct node *a, int64_t n)
{
	uint32_t last = a->type->rank - 1;
	a = a->type->dims[last] == n ? a : lower_clip(l, a, last, 0, n, 1);
	a = matrix_masked(l, a, matrix_triangle(l, a, "GT"), 0);
	return build2(l->g, OP_add, a, matrix_unit(l, a));
}

const struct node *matrix_upper(struct lower *l, const struct node *a, int64_t n)
{
	uint32_t rows = a->type->rank - 2;
	a = a->type->dims[rows] == n ? a : lower_clip(l, a, rows, 0, n, 1);
	return matrix_masked(l, a, matrix_triangle(l, a, "LE"), 0);
}

/* P, L, U. */
void lower_lu(struct lower *l)
{
	if (!lower_bool(l, 1))
		lower_bail(l);
	struct lu f = factor(l, matrix_argument(l, 0));
	int64_t n = f.pivot->type->dims[f.pivot->type->rank - 1];
	l->out[0] = permutation(l, f.order, f.a->type->dtype);
	l->out[1] = lower_unit_part(l, f.a, n);
	l->out[2] = matrix_upper(l, f.a, n);
}

/* The inverse; or with a right-hand side the solution, LU and pivots too; and info. */
void lower_inverse_matrix(struct lower *l)
{
	const struct node *a = matrix_argument(l, 0);
	need_square(l, a);
	if (nothing(l, 1))
		return;
	struct lu f = factor(l, a);
	l->out[0] = lu_solved(l, f, permutation(l, f.order, a->type->dtype), matrix_unit(l, a));
	l->out[1] = lu_info(l, f);
}

/* A vector, or a batch of such, as matrices of one column. */
static const struct node *as_column(struct lower *l, const struct node *b)
{
	int64_t dims[ATEN_MAX_RANK];
	uint32_t rank = b->type->rank;
	for (uint32_t i = 0; i < rank; i++)
		dims[i] = b->type->dims[i];
	dims[rank] = 1;
	return build_reshape(l->g, b, rank + 1, dims);
}

/* A x = B, or x A = B where argument 2 is false; B may be a batch of vectors. */
void lower_solve_matrix(struct lower *l)
{
	const struct node *a = matrix_argument(l, 0), *b = lower_tensor(l, 1), *x;
	need_square(l, a);
	uint32_t n = a->type->rank - 2, batch;
	bool left = lower_bool(l, 2), vectors = b->type->rank == 1;
	if (type_elements(a->type) == 0) {
		nothing(l, 1);
		return;
	}
	if (b->type->rank == n + 1 && l->type[0]->rank == n + 1)
		vectors = true;
	if (type_elements(b->type) == 0 || !b->type->rank || (vectors && !left))
		lower_bail(l);
	if (vectors)
		b = as_column(l, b);
	struct lu f = factor(l, a), whole = f;
	batch = l->type[0]->rank - (vectors ? 1 : 2);
	const struct type *t = vectors ? a->type : l->type[0];
	const struct node *p = permutation(l, f.order, a->type->dtype);
	b = with_batch(l, b, t, batch);
	whole.a = with_batch(l, f.a, t, batch);
	p = with_batch(l, p, t, batch);
	if (left) {
		x = lu_solved(l, whole, p, b);
	} else {
		x = solved(l, whole.a, b, (struct solve){ .upper = true, .right = true });
		x = solved(l, whole.a, x, (struct solve){ .unit = true, .right = true });
		x = matrix_times(l, x, matrix_turned(l, p));
	}
	l->out[0] = build_reshape(l->g, x, l->type[0]->rank, l->type[0]->dims);
	l->out[1] = f.a;
	l->out[2] = from_one(l, f.pivot);
	l->out[3] = lu_info(l, f);
}

/* -1 for an odd number of exchanges, else 1. */
static const struct node *sign_of(struct lower *l, struct lu f, enum dtype t)
{
	struct graph *g = l->g;
	bool in[ATEN_MAX_RANK] = { 0 };
	uint32_t last = f.pivot->type->rank - 1;
	in[last] = true;
	const struct node *moved =
		build_compare(g, "NE", f.pivot, lower_iota(l, f.pivot->type, last));
	const struct node *sign = build_select(g, moved,
		lower_full(l, t, f.pivot->type, -1), lower_full(l, t, f.pivot->type, 1));
	return lower_reduce(l, OP_multiply, sign, in, false);
}

/* what 0: det, LU, pivots; 1: sign, log |det|, LU, pivots. */
void lower_determinant(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *a = matrix_argument(l, 0);
	need_square(l, a);
	if (nothing(l, 1)) { /* the empty product */
		l->out[0] = build_full(g, l->type[0], 1);
		return;
	}
	struct lu f = factor(l, a);
	const struct node *d = diagonal_of(l, f.a), *sign = sign_of(l, f, a->type->dtype);
	bool in[ATEN_MAX_RANK] = { 0 };
	in[d->type->rank - 1] = true;
	uint32_t i = 0;
	if (!l->row->what) {
		d = lower_reduce(l, OP_multiply, d, in, false);
		l->out[i++] = build2(g, OP_multiply, d, sign);
	} else {
		const struct node *s = build1(g, OP_sign, d);
		s = lower_reduce(l, OP_multiply, s, in, false);
		l->out[i++] = build2(g, OP_multiply, s, sign);
		d = build1(g, OP_log, build1(g, OP_abs, d));
		l->out[i++] = lower_reduce(l, OP_add, d, in, false);
	}
	l->out[i++] = f.a;
	l->out[i] = from_one(l, f.pivot);
}

/* ---- from given factors --------------------------------------------------------------------- */

/* Of a [..., m, n] matrix or an [..., m] order: element or row `at` ([...], i32) by a mask. */
static const struct node *row_at(struct lower *l, const struct node *a, uint32_t dim,
	const struct node *at)
{
	struct graph *g = l->g;
	bool in[ATEN_MAX_RANK] = { 0 };
	int64_t where[ATEN_MAX_RANK];
	in[dim] = true;
	for (uint32_t i = 0; i < at->type->rank; i++)
		where[i] = i;
	const struct type *it = type_with_dtype(g, a->type, DTYPE_i32);
	const struct node *here = build_compare(g, "EQ", lower_iota(l, it, dim),
		build_broadcast(g, at, it->rank, it->dims, where));
	const struct node *value = build_select(g, here, a, lower_like(l, a, 0));
	return lower_reduce(l, OP_add, value, in, true);
}

/* Rows `p` and `q` ([...], i32) of dimension dim change places. */
static const struct node *swapped(struct lower *l, const struct node *a, uint32_t dim,
	const struct node *p, const struct node *q)
{
	struct graph *g = l->g;
	int64_t where[ATEN_MAX_RANK];
	for (uint32_t i = 0; i < p->type->rank; i++)
		where[i] = i;
	const struct type *it = type_with_dtype(g, a->type, DTYPE_i32);
	const struct node *row = lower_iota(l, it, dim), *both[2] = { p, q }, *y = a;
	for (uint32_t i = 0; i < 2; i++) {
		const struct node *to = build_broadcast(g, both[i], it->rank, it->dims, where);
		const struct node *from = row_at(l, a, dim, both[1 - i]);
		y = build_select(g, build_compare(g, "EQ", row, to),
			lower_shape(l, from, a->type), y);
	}
	return y;
}

/* The order of m rows that pivots (from one) make of the first one: one exchange a turn. */
static const struct node *order_of(struct lower *l, const struct node *pivots, int64_t m)
{
	struct graph *g = l->g;
	uint32_t last = pivots->type->rank - 1;
	int64_t dims[ATEN_MAX_RANK], turns = pivots->type->dims[last];
	for (uint32_t i = 0; i < last; i++)
		dims[i] = pivots->type->dims[i];
	dims[last] = m;
	const struct type *ot = type_tensor(g, DTYPE_i32, last + 1, dims);
	const struct node *in[3] = { build_scalar_int(g, DTYPE_i32, 0),
		lower_cast(l, pivots, DTYPE_i32), lower_iota(l, ot, last) };
	const struct type *types[3];
	const struct node *state[3];
	for (uint32_t i = 0; i < 3; i++) {
		types[i] = in[i]->type;
		state[i] = graph_parameter(g, i, types[i]);
	}
	const struct build_hand hand = {
		3, (const struct node *[]){ state[0], state[1], state[2] }
	};
	const struct build_hand *before = build_at_hand(g, &hand);
	const struct node *more = build_compare(
		g, "LT", state[0], lower_cast(l, lower_size_node(l, turns), DTYPE_i32));
	const struct region *regions[2] = { graph_region(g, 3, types, 1, &more), NULL };
	const struct type *batch = type_tensor(g, DTYPE_i32, last, dims);
	const struct node *k = lower_shape(l, state[0], batch);
	const struct node *p = build_reshape(g, row_at(l, state[1], last, k), last, dims);
	p = build2(g, OP_subtract, p, lower_like(l, p, 1));
	state[2] = swapped(l, state[2], last, p, k);
	state[0] = build2(g, OP_add, state[0], build_scalar_int(g, DTYPE_i32, 1));
	regions[1] = graph_region(g, 3, types, 3, state);
	build_at_hand(g, before);
	struct node_spec s = { .op = OP_while,
		.nin = 3,
		.in = in,
		.nregions = 2,
		.regions = regions,
		.at = { l->r->file, l->r->line, 1 } };
	return graph_result(g, graph_node(g, &s), 2);
}

/* LU, pivots, B: left and adjoint in arguments 3 and 4. */
void lower_lu_solve(struct lower *l)
{
	const struct node *a = matrix_argument(l, 0), *b = matrix_argument(l, 2);
	if (type_elements(a->type) == 0 || type_elements(b->type) == 0) {
		l->out[0] = build_full(l->g, l->type[0], 0);
		return;
	}
	bool left = lower_bool(l, 3), adjoint = lower_bool(l, 4);
	const struct type *t = l->type[0];
	uint32_t n = t->rank - 2;
	need_square(l, a);
	const struct node *order =
		order_of(l, lower_tensor(l, 1), a->type->dims[a->type->rank - 1]);
	const struct node *p = permutation(l, order, a->type->dtype);
	a = with_batch(l, a, t, n);
	p = with_batch(l, p, t, n);
	b = with_batch(l, b, t, n);
	/* x A = B is A^T x^T = B^T; of the adjoint of A it is conj(A) x^T = B^T. */
	b = left ? b : matrix_turned(l, b);
	if (!left && adjoint)
		a = matrix_conj(l, a);
	if (adjoint == left) {
		b = solved(l, a, b, (struct solve){ .upper = true, .transpose = true,
			.adjoint = left });
		b = solved(l, a, b, (struct solve){ .unit = true, .transpose = true,
			.adjoint = left });
		b = matrix_times(l, p, b);
	} else {
		b = lu_solved(l, (struct lu){ .a = a }, p, b);
	}
	l->out[0] = left ? b : matrix_turned(l, b);
}

/* P, L, U of LU and pivots; arguments 2 and 3 say which are wanted, the others are empty. */
void lower_lu_unpack(struct lower *l)
{
	const struct node *a = matrix_argument(l, 0);
	uint32_t rank = a->type->rank;
	int64_t m = a->type->dims[rank - 2], least;
	least = dim_min(l->g, m, a->type->dims[rank - 1]);
	for (uint32_t i = 0; i < 3; i++)
		l->out[i] = build_full(l->g, l->type[i], 0);
	if (lower_bool(l, 3))
		l->out[0] = permutation(
			l, order_of(l, lower_tensor(l, 1), m), a->type->dtype);
	if (lower_bool(l, 2)) {
		l->out[1] = lower_unit_part(l, a, least);
		l->out[2] = matrix_upper(l, a, least);
	}
}
