/* linear_call.c -- the rows of linear.def that JAX's lowerings for processors ask for, a LAPACK
 * routine each (Anderson et al., "LAPACK Users' Guide"), whose info is a result.
 *
 * A routine's options are in the call's dictionary, letters by their codes (uplo = 76 : ui8). */
#include "base/linear_impl.h"
#include "base/str.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- options -------------------------------------------------------------------------------- */

static long option_number(const struct linear_step *s, const char *name, long otherwise)
{
	const char *v = str_option(s->config, name);

	return v ? strtol(v, NULL, 10) : otherwise;
}

static bool option_is_true(const struct linear_step *s, const char *name)
{
	const char *v = str_option(s->config, name);

	return v && !strncmp(v, "true", 4);
}

/* A letter, one of `letters`; otherwise their first. */
static struct weft_error *option_letter(const struct linear_step *s, const char *name,
	const char *letters, char out[2])
{
	long c = option_number(s, name, letters[0]);

	if (c <= 0 || c > 127 || !strchr(letters, (int)c))
		FAIL(WEFT_INVALID_ARGUMENT, "%s = %ld: expected the code of one of %s", name, c,
			letters);
	out[0] = (char)c;
	out[1] = '\0';
	return NULL;
}

static void put_number(struct linear_step *s, int i, int v)
{
	memcpy(s->out[i].data, &v, sizeof v);
}

static int greater(int a, int b)
{
	return a > b ? a : b;
}

/* ---- factors, solves ------------------------------------------------------------------------ */

typedef void getrf_fn(const int *m, const int *n, void *a, const int *lda, int *pivot, int *info);
typedef void potrf_fn(const char *uplo, const int *n, void *a, const int *lda, int *info, size_t);
typedef void trsm_fn(const char *side, const char *uplo, const char *trans, const char *diag,
	const int *m, const int *n, const void *alpha, const void *a, const int *lda, void *b,
	const int *ldb, size_t, size_t, size_t, size_t);
typedef void gtsv_fn(const int *n, const int *nrhs, void *dl, void *d, void *du, void *b,
	const int *ldb, int *info);

struct weft_error *linear_getrf(struct linear_step *s)
{
	const struct matrix *a = &s->in[0];
	int info, *pivot;
	char *lu;
	lapack_fn *fn;

	TRY(linear_routine(s, "getrf", &fn));
	TRY(linear_columns(s, 0, &lu));
	TRY(linear_room(s, s->out[1].rows, sizeof *pivot, &pivot));
	((getrf_fn *)fn)(&a->rows, &a->cols, lu, &a->rows, pivot, &info);
	linear_rows(&s->out[0], lu);
	linear_put(&s->out[1], pivot);
	put_number(s, 2, info);
	return NULL;
}

struct weft_error *linear_potrf(struct linear_step *s)
{
	char *a, uplo[2];
	int info;
	lapack_fn *fn;

	TRY(option_letter(s, "uplo", "LU", uplo));
	TRY(linear_routine(s, "potrf", &fn));
	TRY(linear_columns(s, 0, &a));
	((potrf_fn *)fn)(uplo, &s->in[0].rows, a, &s->in[0].rows, &info, ONE_CHAR);
	linear_rows(&s->out[0], a);
	put_number(s, 1, info);
	return NULL;
}

struct weft_error *linear_trsm(struct linear_step *s)
{
	const struct matrix *b = &s->in[1];
	char side[2], uplo[2], trans[2], diag[2], *a, *x, one[16] = { 0 };
	lapack_fn *fn;

	TRY(option_letter(s, "side", "LR", side));
	TRY(option_letter(s, "uplo", "LU", uplo));
	TRY(option_letter(s, "trans_x", "NTC", trans));
	TRY(option_letter(s, "diag", "NU", diag));
	TRY(linear_routine(s, "trsm", &fn));
	TRY(linear_columns(s, 0, &a));
	TRY(linear_columns(s, 1, &x));
	linear_real_set(s, one, 0, 1);
	if (s->in[0].rows != (side[0] == 'L' ? b->rows : b->cols))
		FAIL(WEFT_INVALID_ARGUMENT, "trsm: sizes do not fit");
	((trsm_fn *)fn)(side, uplo, trans, diag, &b->rows, &b->cols, one, a, &s->in[0].rows, x,
		&b->rows, ONE_CHAR, ONE_CHAR, ONE_CHAR, ONE_CHAR);
	linear_rows(&s->out[0], x);
	return NULL;
}

/* The diagonal below begins with a number that is none of the matrix. */
struct weft_error *linear_gtsv(struct linear_step *s)
{
	int n = s->in[1].rows, info;
	char *part[4];
	lapack_fn *fn;

	TRY(linear_routine(s, "gtsv", &fn));
	for (int i = 0; i < 4; i++)
		TRY(linear_columns(s, i, &part[i]));
	((gtsv_fn *)fn)(&n, &s->in[3].cols, part[0] + s->size, part[1], part[2], part[3], &n,
		&info);
	for (int i = 0; i < 4; i++)
		linear_rows(&s->out[i], part[i]);
	put_number(s, 4, info);
	return NULL;
}

/* ---- QR ------------------------------------------------------------------------------------- */

typedef void geqp3_real_fn(const int *m, const int *n, void *a, const int *lda, int *jpvt,
	void *tau, void *work, const int *lwork, int *info);
typedef void geqp3_complex_fn(const int *m, const int *n, void *a, const int *lda, int *jpvt,
	void *tau, void *work, const int *lwork, void *rwork, int *info);
typedef void ormqr_fn(const char *side, const char *trans, const int *m, const int *n, const int *k,
	const void *a, const int *lda, const void *tau, void *c, const int *ldc, void *work,
	const int *lwork, int *info, size_t, size_t);

struct weft_error *linear_geqp3(struct linear_step *s)
{
	const struct matrix *a = &s->in[0];
	int info, lwork = -1;
	char *qr, *order, *tau, *rwork, *work = NULL, first[16];
	lapack_fn *fn;

	TRY(linear_routine(s, "geqp3", &fn));
	TRY(linear_columns(s, 0, &qr));
	TRY(linear_columns(s, 1, &order));
	TRY(linear_room(s, s->out[2].rows, s->size, &tau));
	TRY(linear_room(s, 2 * (int64_t)a->cols, s->real, &rwork));
	for (int turn = 0; turn < 2; turn++) {
		char *to = turn ? work : first;
		if (linear_is_complex(s))
			((geqp3_complex_fn *)fn)(&a->rows, &a->cols, qr, &a->rows,
				(int *)(void *)order, tau, to, &lwork, rwork, &info);
		else
			((geqp3_real_fn *)fn)(&a->rows, &a->cols, qr, &a->rows,
				(int *)(void *)order, tau, to, &lwork, &info);
		if (!turn) {
			TRY(linear_asked(s, s->size, first, &lwork));
			TRY(linear_room(s, lwork, s->size, &work));
		}
	}
	linear_rows(&s->out[0], qr);
	linear_put(&s->out[1], order);
	linear_put(&s->out[2], tau);
	return NULL;
}

struct weft_error *linear_ormqr(struct linear_step *s)
{
	const struct matrix *a = &s->in[0], *c = &s->in[2];
	bool left = option_is_true(s, "left"), turned = option_is_true(s, "transpose");
	const char *side = left ? "L" : "R";
	const char *trans = !turned ? "N" : linear_is_complex(s) ? "C" : "T";
	int info, lwork = -1, k = s->in[1].rows;
	char *q, *tau, *to, *work = NULL, first[16];
	lapack_fn *fn;

	if (a->rows != (left ? c->rows : c->cols) || k > a->rows || k > a->cols)
		FAIL(WEFT_INVALID_ARGUMENT, "ormqr: sizes do not fit");
	TRY(linear_routine(s, linear_is_complex(s) ? "unmqr" : "ormqr", &fn));
	TRY(linear_columns(s, 0, &q));
	TRY(linear_columns(s, 1, &tau));
	TRY(linear_columns(s, 2, &to));
	for (int turn = 0; turn < 2; turn++) {
		((ormqr_fn *)fn)(side, trans, &c->rows, &c->cols, &k, q, &a->rows, tau, to,
			&c->rows, turn ? work : first, &lwork, &info, ONE_CHAR, ONE_CHAR);
		if (!turn) {
			TRY(linear_asked(s, s->size, first, &lwork));
			TRY(linear_room(s, lwork, s->size, &work));
		}
	}
	linear_rows(&s->out[0], to);
	return NULL;
}

/* ---- eigenvalues and forms on the way to them ----------------------------------------------- */

typedef void gees_real_fn(const char *jobvs, const char *sort, void (*select)(void), const int *n,
	void *a, const int *lda, int *sdim, void *wr, void *wi, void *vs, const int *ldvs,
	void *work, const int *lwork, int *bwork, int *info, size_t, size_t);
typedef void gees_complex_fn(const char *jobvs, const char *sort, void (*select)(void),
	const int *n, void *a, const int *lda, int *sdim, void *w, void *vs, const int *ldvs,
	void *work, const int *lwork, void *rwork, int *bwork, int *info, size_t, size_t);
typedef void gehrd_fn(const int *n, const int *ilo, const int *ihi, void *a, const int *lda,
	void *tau, void *work, const int *lwork, int *info);
typedef void sytrd_fn(const char *uplo, const int *n, void *a, const int *lda, void *d, void *e,
	void *tau, void *work, const int *lwork, int *info, size_t);

struct weft_error *linear_syevd(struct linear_step *s)
{
	char *a, *w, uplo[2], mode[2];
	int info;

	TRY(option_letter(s, "uplo", "LU", uplo));
	TRY(option_letter(s, "mode", "VN", mode));
	TRY(linear_columns(s, 0, &a));
	TRY(linear_room(s, s->in[0].rows, s->real, &w));
	TRY(linear_symmetric(s, uplo, mode[0] == 'V', a, w, &info));
	linear_rows(&s->out[0], a);
	linear_put(&s->out[1], w);
	put_number(s, 2, info);
	return NULL;
}

/* Vectors that are not asked for are zeros. */
static void put_vectors(struct linear_step *s, int i, const char *mode, const char *wi,
	const char *v)
{
	const struct matrix *to = &s->out[i];

	if (mode[0] == 'V')
		linear_vectors(s, to, wi, v);
	else
		memset(to->data, 0, (size_t)to->rows * (size_t)to->cols * to->size);
}

struct weft_error *linear_geev(struct linear_step *s)
{
	char left[2], right[2];
	int at = 0;
	struct eigen e;

	TRY(option_letter(s, "compute_left", "NV", left));
	TRY(option_letter(s, "compute_right", "NV", right));
	TRY(linear_general(s, left, right, &e));
	linear_put(&s->out[at++], e.w);
	if (!linear_is_complex(s))
		linear_put(&s->out[at++], e.wi);
	put_vectors(s, at++, left, e.wi, e.left);
	put_vectors(s, at++, right, e.wi, e.right);
	put_number(s, at, e.info);
	return NULL;
}

/* Without an order of the eigenvalues. */
struct weft_error *linear_gees(struct linear_step *s)
{
	int n = s->in[0].rows, lwork = -1, chosen = 0, info, at = 2;
	char *a, *vs, *w, *wi, *rwork, *work = NULL, first[16], mode[2], sort[2];
	lapack_fn *fn;

	TRY(option_letter(s, "mode", "VN", mode));
	TRY(option_letter(s, "sort", "N", sort));
	TRY(linear_routine(s, "gees", &fn));
	TRY(linear_columns(s, 0, &a));
	TRY(linear_room(s, (int64_t)n * n, s->size, &vs));
	TRY(linear_room(s, n, s->size, &w));
	TRY(linear_room(s, n, s->size, &wi));
	TRY(linear_room(s, n, s->real, &rwork));
	memset(vs, 0, (size_t)n * (size_t)n * s->size);
	for (int turn = 0; turn < 2; turn++) {
		char *to = turn ? work : first;
		if (linear_is_complex(s))
			((gees_complex_fn *)fn)(mode, sort, NULL, &n, a, &n, &chosen, w, vs, &n, to,
				&lwork, rwork, NULL, &info, ONE_CHAR, ONE_CHAR);
		else
			((gees_real_fn *)fn)(mode, sort, NULL, &n, a, &n, &chosen, w, wi, vs, &n,
				to, &lwork, NULL, &info, ONE_CHAR, ONE_CHAR);
		if (!turn) {
			TRY(linear_asked(s, s->size, first, &lwork));
			TRY(linear_room(s, lwork, s->size, &work));
		}
	}
	linear_rows(&s->out[0], a);
	linear_rows(&s->out[1], vs);
	linear_put(&s->out[at++], w);
	if (!linear_is_complex(s))
		linear_put(&s->out[at++], wi);
	put_number(s, at++, chosen);
	put_number(s, at, info);
	return NULL;
}

struct weft_error *linear_gehrd(struct linear_step *s)
{
	int n = s->in[0].rows, lwork = -1, info;
	int low = (int)option_number(s, "low", 1), high = (int)option_number(s, "high", n);
	char *a, *tau, *work = NULL, first[16];
	lapack_fn *fn;

	if (low < 1 || high > n || low > high)
		FAIL(WEFT_INVALID_ARGUMENT, "gehrd: expected 1 <= low <= high <= %d, found %d, %d",
			n, low, high);
	TRY(linear_routine(s, "gehrd", &fn));
	TRY(linear_columns(s, 0, &a));
	TRY(linear_room(s, n, s->size, &tau));
	for (int turn = 0; turn < 2; turn++) {
		((gehrd_fn *)fn)(&n, &low, &high, a, &n, tau, turn ? work : first, &lwork, &info);
		if (!turn) {
			TRY(linear_asked(s, s->size, first, &lwork));
			TRY(linear_room(s, lwork, s->size, &work));
		}
	}
	linear_rows(&s->out[0], a);
	linear_put(&s->out[1], tau);
	put_number(s, 2, info);
	return NULL;
}

struct weft_error *linear_sytrd(struct linear_step *s)
{
	int n = s->in[0].rows, lwork = -1, info;
	char *a, *d, *e, *tau, *work = NULL, first[16], uplo[2];
	lapack_fn *fn;

	TRY(option_letter(s, "uplo", "LU", uplo));
	TRY(linear_routine(s, linear_is_complex(s) ? "hetrd" : "sytrd", &fn));
	TRY(linear_columns(s, 0, &a));
	TRY(linear_room(s, n, s->real, &d));
	TRY(linear_room(s, n, s->real, &e));
	TRY(linear_room(s, n, s->size, &tau));
	for (int turn = 0; turn < 2; turn++) {
		((sytrd_fn *)fn)(uplo, &n, a, &n, d, e, tau, turn ? work : first, &lwork, &info,
			ONE_CHAR);
		if (!turn) {
			TRY(linear_asked(s, s->size, first, &lwork));
			TRY(linear_room(s, lwork, s->size, &work));
		}
	}
	linear_rows(&s->out[0], a);
	linear_put(&s->out[1], d);
	linear_put(&s->out[2], e);
	linear_put(&s->out[3], tau);
	put_number(s, 4, info);
	return NULL;
}

/* ---- singular values ------------------------------------------------------------------------ */

typedef void gesvd_real_fn(const char *jobu, const char *jobvt, const int *m, const int *n, void *a,
	const int *lda, void *s, void *u, const int *ldu, void *vt, const int *ldvt, void *work,
	const int *lwork, int *info, size_t, size_t);
typedef void gesvd_complex_fn(const char *jobu, const char *jobvt, const int *m, const int *n,
	void *a, const int *lda, void *s, void *u, const int *ldu, void *vt, const int *ldvt,
	void *work, const int *lwork, void *rwork, int *info, size_t, size_t);

/* By QR iteration, as linear_singular by divide and conquer. */
static struct weft_error *by_iteration(struct linear_step *s, const char *job, char *a,
	char *values, char *u, char *vt, int vrows, int *info)
{
	int m = s->in[0].rows, n = s->in[0].cols, lwork = -1;
	char *rwork, *work = NULL, first[16];
	lapack_fn *fn;

	TRY(linear_routine(s, "gesvd", &fn));
	TRY(linear_room(s, 5 * (int64_t)(m < n ? m : n), s->real, &rwork));
	for (int turn = 0; turn < 2; turn++) {
		char *to = turn ? work : first;
		if (linear_is_complex(s))
			((gesvd_complex_fn *)fn)(job, job, &m, &n, a, &m, values, u, &m, vt, &vrows,
				to, &lwork, rwork, info, ONE_CHAR, ONE_CHAR);
		else
			((gesvd_real_fn *)fn)(job, job, &m, &n, a, &m, values, u, &m, vt, &vrows,
				to, &lwork, info, ONE_CHAR, ONE_CHAR);
		if (!turn) {
			TRY(linear_asked(s, s->size, first, &lwork));
			TRY(linear_room(s, lwork, s->size, &work));
		}
	}
	return NULL;
}

/* Vectors that are not asked for are zeros. */
static struct weft_error *all_singular(struct linear_step *s, bool iterate)
{
	const struct matrix *u = &s->out[2], *v = &s->out[3];
	int info, k = s->out[1].rows;
	char *a, *values, *left, *right, mode[2];
	bool fits = true;

	TRY(option_letter(s, "mode", "ASN", mode));
	if (mode[0] == 'A')
		fits = u->cols == u->rows && v->rows == v->cols;
	if (mode[0] == 'S')
		fits = u->cols == k && v->rows == k;
	if (!fits)
		FAIL(WEFT_INVALID_ARGUMENT, "singular vectors: sizes do not fit mode %s", mode);
	TRY(linear_columns(s, 0, &a));
	TRY(linear_room(s, k, s->real, &values));
	TRY(linear_room(s, (int64_t)u->rows * u->cols, s->size, &left));
	TRY(linear_room(s, (int64_t)v->rows * v->cols, s->size, &right));
	memset(left, 0, (size_t)u->rows * (size_t)u->cols * s->size);
	memset(right, 0, (size_t)v->rows * (size_t)v->cols * s->size);
	int vrows = mode[0] == 'N' ? 1 : greater(v->rows, 1);
	TRY((iterate ? by_iteration : linear_singular)(
		s, mode, a, values, left, right, vrows, &info));
	linear_rows(&s->out[0], a);
	linear_put(&s->out[1], values);
	linear_rows(u, left);
	linear_rows(v, right);
	put_number(s, 4, info);
	return NULL;
}

struct weft_error *linear_gesdd(struct linear_step *s)
{
	return all_singular(s, false);
}

struct weft_error *linear_gesvd(struct linear_step *s)
{
	return all_singular(s, true);
}

/* ---- in place, by rows ---------------------------------------------------------------------- */

static lapack_fn *find_double(bool is_complex, const char *name)
{
	lapack_fn *fn = NULL;

	weft_error_free(lapack_find(is_complex ? 'z' : 'd', name, &fn));
	return fn;
}

/* The matrix by columns is its transpose, that is of a Hermitian one its conjugate: L's transpose
 * is the factor of that in the upper triangle. */
bool linear_factor(bool is_complex, bool lower, int64_t n, double *a)
{
	lapack_fn *fn = find_double(is_complex, "potrf");
	int size = (int)n, info;

	if (!fn || n > INT_MAX / 16)
		return false;
	((potrf_fn *)fn)(lower ? "U" : "L", &size, a, &size, &info, ONE_CHAR);
	return !info;
}

/* op(A) X = B is X^T op(A)^T = B^T, and the transposes are what lies there by columns. */
bool linear_solve(const struct linear_triangle *t, int64_t rows, int64_t cols, double *x)
{
	lapack_fn *fn = find_double(t->is_complex, "trsm");
	int64_t order = t->left ? rows : cols;
	int m = (int)cols, n = (int)rows, lda = (int)order;
	const char trans[2] = { t->trans, '\0' };
	const double one[2] = { 1, 0 };

	if (!fn || rows > INT_MAX / 16 || cols > INT_MAX / 16)
		return false;
	((trsm_fn *)fn)(t->left ? "R" : "L", t->lower ? "U" : "L", trans, t->unit ? "U" : "N", &m,
		&n, one, t->a, &lda, x, &m, ONE_CHAR, ONE_CHAR, ONE_CHAR, ONE_CHAR);
	return true;
}
