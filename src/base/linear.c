/* linear.c -- the rows of linear.def through LAPACK (Anderson et al., "LAPACK Users' Guide").
 *
 * LAPACK's matrices lie by columns, ours by rows, so a matrix is turned on its way in and out.  The
 * routines are called by Fortran's convention: everything by address, the lengths of strings last.
 * Each is asked first how much room it works best in. */
#include "base/linear_impl.h"
#include <limits.h>
#include <math.h>
#include <string.h>

/* n elements of so many bytes; at least one, for LAPACK wants an address. */
struct weft_error *linear_room(struct linear_step *s, int64_t n, size_t size, void *out)
{
	void *p = arena_try(s->room, mem_size(n > 0 ? (size_t)n : 1, size));

	if (!p)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %lld numbers", (long long)n);
	memcpy(out, &p, sizeof p);
	return NULL;
}

struct weft_error *linear_routine(struct linear_step *s, const char *name, lapack_fn **out)
{
	int i = 0;

	while (i < LINEAR_ROUTINES && s->routine[i].fn && s->routine[i].name != name)
		i++;
	if (i == LINEAR_ROUTINES)
		return lapack_find(s->kind, name, out);
	if (!s->routine[i].fn) {
		TRY(lapack_find(s->kind, name, &s->routine[i].fn));
		s->routine[i].name = name;
	}
	*out = s->routine[i].fn;
	return NULL;
}

/* The number of elements that a routine asked for room has put into work[0]. */
struct weft_error *linear_asked(struct linear_step *s, size_t size, const void *first, int *n)
{
	double wide;
	float narrow;

	(void)s;
	if (size % sizeof wide == 0 && (s->kind == 'd' || s->kind == 'z')) {
		memcpy(&wide, first, sizeof wide);
	} else {
		memcpy(&narrow, first, sizeof narrow);
		/* A float may have lost the last of a large number's bits. */
		wide = (double)nextafterf(narrow, INFINITY);
	}
	if (!(wide < (double)INT_MAX))
		FAIL(WEFT_INVALID_ARGUMENT, "a matrix too large for LAPACK");
	*n = wide < 1 ? 1 : (int)ceil(wide);
	return NULL;
}

/* ---- by rows, by columns -------------------------------------------------------------------- */

static inline void turn_of(char *to, const char *from, int64_t rows, int64_t cols, size_t size)
{
	enum { BLOCK = 16 };

	for (int64_t i0 = 0; i0 < rows; i0 += BLOCK)
		for (int64_t j = 0; j < cols; j++)
			for (int64_t i = i0; i < rows && i < i0 + BLOCK; i++)
				memcpy(to + (size_t)(j * rows + i) * size,
					from + (size_t)(i * cols + j) * size, size);
}

/* `to` has at column j, row i what `from`, of rows x cols, has at row i, column j. */
static void turn(char *to, const char *from, int64_t rows, int64_t cols, size_t size)
{
	if (size == 4)
		turn_of(to, from, rows, cols, 4);
	else if (size == 8)
		turn_of(to, from, rows, cols, 8);
	else
		turn_of(to, from, rows, cols, 16);
}

/* Operand i by columns, a copy. */
struct weft_error *linear_columns(struct linear_step *s, int i, char **out)
{
	const struct matrix *a = &s->in[i];

	TRY(linear_room(s, (int64_t)a->rows * a->cols, a->size, out));
	turn(*out, a->data, a->rows, a->cols, a->size);
	return NULL;
}

void linear_rows(const struct matrix *to, const char *columns)
{
	turn(to->data, columns, to->cols, to->rows, to->size);
}

void linear_put(const struct matrix *to, const void *numbers)
{
	memcpy(to->data, numbers, (size_t)to->rows * (size_t)to->cols * to->size);
}

/* NaN: what an iteration gives that did not converge. */
static void lost(struct linear_step *s, int nout)
{
	for (int i = 0; i < nout; i++) {
		size_t bytes = (size_t)s->out[i].rows * (size_t)s->out[i].cols * s->out[i].size;
		for (size_t at = 0; at < bytes; at += s->real)
			if (s->real == sizeof(double))
				memcpy(s->out[i].data + at, &(double){ NAN }, sizeof(double));
			else
				memcpy(s->out[i].data + at, &(float){ NAN }, sizeof(float));
	}
}

/* ---- QR and LU ------------------------------------------------------------------------------ */

typedef void geqrf_fn(const int *m, const int *n, void *a, const int *lda, void *tau, void *work,
	const int *lwork, int *info);
typedef void orgqr_fn(const int *m, const int *n, const int *k, void *a, const int *lda,
	const void *tau, void *work, const int *lwork, int *info);
typedef void getrf_fn(const int *m, const int *n, void *a, const int *lda, int *pivot, int *info);

struct weft_error *linear_qr(struct linear_step *s)
{
	const struct matrix *a = &s->in[0];
	int info, lwork = -1;
	char *q, *tau, *work, first[16];
	lapack_fn *fn;

	TRY(linear_routine(s, "geqrf", &fn));
	TRY(linear_columns(s, 0, &q));
	TRY(linear_room(s, s->out[1].rows, s->size, &tau));
	geqrf_fn *geqrf = (geqrf_fn *)fn;
	geqrf(&a->rows, &a->cols, q, &a->rows, tau, first, &lwork, &info);
	TRY(linear_asked(s, s->size, first, &lwork));
	TRY(linear_room(s, lwork, s->size, &work));
	geqrf(&a->rows, &a->cols, q, &a->rows, tau, work, &lwork, &info);
	linear_rows(&s->out[0], q);
	linear_put(&s->out[1], tau);
	return NULL;
}

struct weft_error *linear_householder(struct linear_step *s)
{
	const struct matrix *a = &s->in[0];
	int info, lwork = -1, k = s->in[1].rows;
	char *q, *work, first[16], *tau;
	lapack_fn *fn;

	TRY(linear_routine(s, linear_is_complex(s) ? "ungqr" : "orgqr", &fn));
	TRY(linear_columns(s, 0, &q));
	TRY(linear_columns(s, 1, &tau));
	orgqr_fn *orgqr = (orgqr_fn *)fn;
	orgqr(&a->rows, &a->cols, &k, q, &a->rows, tau, first, &lwork, &info);
	TRY(linear_asked(s, s->size, first, &lwork));
	TRY(linear_room(s, lwork, s->size, &work));
	orgqr(&a->rows, &a->cols, &k, q, &a->rows, tau, work, &lwork, &info);
	linear_rows(&s->out[0], q);
	return NULL;
}

struct weft_error *linear_lu(struct linear_step *s)
{
	const struct matrix *a = &s->in[0];
	int info, k = s->out[1].rows, *pivot, *order;
	char *lu;
	lapack_fn *fn;

	TRY(linear_routine(s, "getrf", &fn));
	TRY(linear_columns(s, 0, &lu));
	TRY(linear_room(s, k, sizeof *pivot, &pivot));
	TRY(linear_room(s, a->rows, sizeof *order, &order));
	((getrf_fn *)fn)(&a->rows, &a->cols, lu, &a->rows, pivot, &info);
	for (int i = 0; i < a->rows; i++)
		order[i] = i;
	for (int i = 0; i < k; i++) {
		int was = order[i], with = --pivot[i];
		order[i] = order[with];
		order[with] = was;
	}
	linear_rows(&s->out[0], lu);
	linear_put(&s->out[1], pivot);
	linear_put(&s->out[2], order);
	return NULL;
}

/* ---- eigenvalues ---------------------------------------------------------------------------- */

typedef void syevd_fn(const char *jobz, const char *uplo, const int *n, void *a, const int *lda,
	void *w, void *work, const int *lwork, int *iwork, const int *liwork, int *info, size_t,
	size_t);
typedef void heevd_fn(const char *jobz, const char *uplo, const int *n, void *a, const int *lda,
	void *w, void *work, const int *lwork, void *rwork, const int *lrwork, int *iwork,
	const int *liwork, int *info, size_t, size_t);

struct weft_error *linear_symmetric(struct linear_step *s, const char *uplo, bool vectors, char *a,
	char *w, int *info)
{
	const char *jobz = vectors ? "V" : "N";
	int n = s->in[0].rows, lwork = -1, lrwork = -1, liwork = -1, *iwork, ifirst;
	char *work, *rwork, first[16], rfirst[8];
	lapack_fn *fn;

	TRY(linear_routine(s, linear_is_complex(s) ? "heevd" : "syevd", &fn));
	syevd_fn *syevd = (syevd_fn *)fn;
	heevd_fn *heevd = (heevd_fn *)fn;
	if (linear_is_complex(s))
		heevd(jobz, uplo, &n, a, &n, w, first, &lwork, rfirst, &lrwork, &ifirst, &liwork,
			info, ONE_CHAR, ONE_CHAR);
	else
		syevd(jobz, uplo, &n, a, &n, w, first, &lwork, &ifirst, &liwork, info, ONE_CHAR,
			ONE_CHAR);
	TRY(linear_asked(s, s->size, first, &lwork));
	liwork = ifirst;
	TRY(linear_room(s, lwork, s->size, &work));
	TRY(linear_room(s, liwork, sizeof *iwork, &iwork));
	if (!linear_is_complex(s)) {
		syevd(jobz, uplo, &n, a, &n, w, work, &lwork, iwork, &liwork, info, ONE_CHAR,
			ONE_CHAR);
		return NULL;
	}
	TRY(linear_asked(s, s->real, rfirst, &lrwork));
	TRY(linear_room(s, lrwork, s->real, &rwork));
	heevd(jobz, uplo, &n, a, &n, w, work, &lwork, rwork, &lrwork, iwork, &liwork, info,
		ONE_CHAR, ONE_CHAR);
	return NULL;
}

/* Which triangle Eigh's config says. */
static const char *half(const struct linear_step *s)
{
	return s->config[0] == '0' ? "U" : "L";
}

struct weft_error *linear_eigh(struct linear_step *s)
{
	char *a, *w;
	int info;

	TRY(linear_columns(s, 0, &a));
	TRY(linear_room(s, s->in[0].rows, s->real, &w));
	TRY(linear_symmetric(s, half(s), true, a, w, &info));
	linear_rows(&s->out[0], a);
	linear_put(&s->out[1], w);
	if (info)
		lost(s, 2);
	return NULL;
}

struct weft_error *linear_eigvalsh(struct linear_step *s)
{
	char *a, *w;
	int info;

	TRY(linear_columns(s, 0, &a));
	TRY(linear_room(s, s->in[0].rows, s->real, &w));
	TRY(linear_symmetric(s, half(s), false, a, w, &info));
	linear_put(&s->out[0], w);
	if (info)
		lost(s, 1);
	return NULL;
}

typedef void geev_real_fn(const char *jobvl, const char *jobvr, const int *n, void *a,
	const int *lda, void *wr, void *wi, void *vl, const int *ldvl, void *vr, const int *ldvr,
	void *work, const int *lwork, int *info, size_t, size_t);
typedef void geev_complex_fn(const char *jobvl, const char *jobvr, const int *n, void *a,
	const int *lda, void *w, void *vl, const int *ldvl, void *vr, const int *ldvr, void *work,
	const int *lwork, void *rwork, int *info, size_t, size_t);

struct weft_error *linear_general(struct linear_step *s, const char *left, const char *right,
	struct eigen *e)
{
	int n = s->in[0].rows, lwork = -1;
	char *work = NULL, *rwork, first[16];
	lapack_fn *fn;

	TRY(linear_routine(s, "geev", &fn));
	geev_real_fn *real = (geev_real_fn *)fn;
	geev_complex_fn *complex = (geev_complex_fn *)fn;
	TRY(linear_columns(s, 0, &e->a));
	TRY(linear_room(s, n, s->size, &e->w));
	TRY(linear_room(s, n, s->size, &e->wi));
	TRY(linear_room(s, *left == 'V' ? (int64_t)n * n : 1, s->size, &e->left));
	TRY(linear_room(s, *right == 'V' ? (int64_t)n * n : 1, s->size, &e->right));
	TRY(linear_room(s, 2 * (int64_t)n, s->real, &rwork));
	for (int turn = 0; turn < 2; turn++) {
		if (linear_is_complex(s))
			complex(left, right, &n, e->a, &n, e->w, e->left, &n, e->right, &n,
				turn ? work : first, &lwork, rwork, &e->info, ONE_CHAR, ONE_CHAR);
		else
			real(left, right, &n, e->a, &n, e->w, e->wi, e->left, &n, e->right, &n,
				turn ? work : first, &lwork, &e->info, ONE_CHAR, ONE_CHAR);
		if (!turn) {
			TRY(linear_asked(s, s->size, first, &lwork));
			TRY(linear_room(s, lwork, s->size, &work));
		}
	}
	return NULL;
}

/* Real number i of an array. */
double linear_real(const struct linear_step *s, const char *a, int64_t i)
{
	float narrow;
	double wide;

	if (s->real == sizeof wide) {
		memcpy(&wide, a + i * (int64_t)sizeof wide, sizeof wide);
		return wide;
	}
	memcpy(&narrow, a + i * (int64_t)sizeof narrow, sizeof narrow);
	return (double)narrow;
}

void linear_real_set(const struct linear_step *s, char *a, int64_t i, double v)
{
	if (s->real == sizeof v)
		memcpy(a + i * (int64_t)sizeof v, &v, sizeof v);
	else
		memcpy(a + i * (int64_t)sizeof(float), &(float){ (float)v }, sizeof(float));
}

static void put_values(struct linear_step *s, const struct eigen *e)
{
	if (linear_is_complex(s)) {
		linear_put(&s->out[0], e->w);
		return;
	}
	for (int i = 0; i < s->in[0].rows; i++) {
		linear_real_set(s, s->out[0].data, 2 * i, linear_real(s, e->w, i));
		linear_real_set(s, s->out[0].data, 2 * i + 1, linear_real(s, e->wi, i));
	}
}

struct weft_error *linear_eigvals(struct linear_step *s)
{
	struct eigen e;

	TRY(linear_general(s, "N", "N", &e));
	put_values(s, &e);
	if (e.info)
		lost(s, 1);
	return NULL;
}

void linear_vectors(const struct linear_step *s, const struct matrix *to, const char *wi,
	const char *v)
{
	int64_t n = to->rows;

	if (linear_is_complex(s))
		linear_rows(to, v);
	for (int64_t j = 0; j < n && !linear_is_complex(s); j++) {
		double side = linear_real(s, wi, j);
		int64_t re = side < 0 ? j - 1 : j, im = side < 0 ? j : j + 1;
		for (int64_t i = 0; i < n; i++) {
			double part = side == 0 ? 0 : linear_real(s, v, im * n + i);
			int64_t at = 2 * (i * n + j);
			linear_real_set(s, to->data, at, linear_real(s, v, re * n + i));
			linear_real_set(s, to->data, at + 1, side < 0 ? -part : part);
		}
	}
}

struct weft_error *linear_eig(struct linear_step *s)
{
	struct eigen e;

	TRY(linear_general(s, "N", "V", &e));
	put_values(s, &e);
	linear_vectors(s, &s->out[1], e.wi, e.right);
	if (e.info)
		lost(s, 2);
	return NULL;
}

/* ---- singular values ------------------------------------------------------------------------ */

typedef void gesdd_real_fn(const char *jobz, const int *m, const int *n, void *a, const int *lda,
	void *s, void *u, const int *ldu, void *vt, const int *ldvt, void *work, const int *lwork,
	int *iwork, int *info, size_t);
typedef void gesdd_complex_fn(const char *jobz, const int *m, const int *n, void *a,
	const int *lda, void *s, void *u, const int *ldu, void *vt, const int *ldvt, void *work,
	const int *lwork, void *rwork, int *iwork, int *info, size_t);

struct weft_error *linear_singular(struct linear_step *s, const char *jobz, char *a, char *values,
	char *u, char *vt, int vrows, int *info)
{
	int m = s->in[0].rows, n = s->in[0].cols, lwork = -1, *iwork;
	int64_t least = m < n ? m : n, most = m < n ? n : m;
	int64_t parts = 5 * least + 7 > 2 * most + 2 * least + 1 ? 5 * least + 7
								 : 2 * most + 2 * least + 1;
	char *work = NULL, *rwork, first[16];
	lapack_fn *fn;

	TRY(linear_routine(s, "gesdd", &fn));
	gesdd_real_fn *real = (gesdd_real_fn *)fn;
	gesdd_complex_fn *complex = (gesdd_complex_fn *)fn;
	TRY(linear_room(s, 8 * least, sizeof *iwork, &iwork));
	TRY(linear_room(s, linear_is_complex(s) ? least * parts : 1, s->real, &rwork));
	for (int turn = 0; turn < 2; turn++) {
		if (linear_is_complex(s))
			complex(jobz, &m, &n, a, &m, values, u, &m, vt, &vrows,
				turn ? work : first, &lwork, rwork, iwork, info, ONE_CHAR);
		else
			real(jobz, &m, &n, a, &m, values, u, &m, vt, &vrows, turn ? work : first,
				&lwork, iwork, info, ONE_CHAR);
		if (!turn) {
			TRY(linear_asked(s, s->size, first, &lwork));
			TRY(linear_room(s, lwork, s->size, &work));
		}
	}
	return NULL;
}

struct weft_error *linear_svd(struct linear_step *s)
{
	const struct matrix *u = &s->out[0], *v = &s->out[2];
	bool whole = u->rows == u->cols && v->rows == v->cols;
	char *a, *left, *values, *right;
	int info;

	TRY(linear_columns(s, 0, &a));
	TRY(linear_room(s, (int64_t)u->rows * u->cols, s->size, &left));
	TRY(linear_room(s, s->out[1].rows, s->real, &values));
	TRY(linear_room(s, (int64_t)v->rows * v->cols, s->size, &right));
	TRY(linear_singular(s, whole ? "A" : "S", a, values, left, right, v->rows, &info));
	linear_rows(u, left);
	linear_put(&s->out[1], values);
	linear_rows(v, right);
	if (info)
		lost(s, 3);
	return NULL;
}

struct weft_error *linear_svdvals(struct linear_step *s)
{
	char *a, *values, *none;
	int info;

	TRY(linear_room(s, s->out[0].rows, s->real, &values));
	TRY(linear_columns(s, 0, &a));
	TRY(linear_room(s, 1, s->size, &none));
	TRY(linear_singular(s, "N", a, values, none, none, s->out[0].rows, &info));
	linear_put(&s->out[0], values);
	if (info)
		lost(s, 1);
	return NULL;
}

/* ---- the table ------------------------------------------------------------------------------ */

static const struct linear_row rows[] = {
#define LINEAR(fn, target, operands, results) { target, operands, results, linear_##fn },
#include "base/linear.def"
#undef LINEAR
};

/* Is target, of n characters, that of a row?  ? stands for LAPACK's letter of any element type, R
 * for one of real numbers, Z of complex ones; the letter goes to *kind. */
static bool is_target(const char *row, const char *target, size_t n, char *kind)
{
	*kind = 0;
	if (strlen(row) != n)
		return false;
	bool lapack = !strncmp(row, "lapack_", 7);
	for (size_t i = 0; i < n; i++) {
		const char *letters = !lapack ? NULL : row[i] == '?' ? "sdcz" : row[i] == 'R' ? "sd"
			: row[i] == 'Z' ? "cz" : NULL;
		if (letters ? !strchr(letters, target[i]) : row[i] != target[i])
			return false;
		if (letters)
			*kind = target[i];
	}
	return true;
}

const struct linear_row *linear_find(const char *target, size_t n, char *kind)
{
	char k;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (is_target(rows[i].target, target, n, &k)) {
			if (kind)
				*kind = k;
			return &rows[i];
		}
	return NULL;
}

/* The first matrix of each array whose words are given; false when one is none for LAPACK. */
static bool matrices(const struct linear_step *s, const char *words,
	const struct linear_array *a, struct matrix *out)
{
	for (const char *w = words; *w; out++, a++) {
		size_t letters = strcspn(w, " ") - 1;
		if (a->rank < letters)
			return false;
		int64_t cols = letters == 2 ? a->dims[a->rank - 1] : 1;
		int64_t nrows = letters ? a->dims[a->rank - letters] : 1;
		if (nrows > INT_MAX / 16 || cols > INT_MAX / 16)
			return false;
		size_t size = *w == 'a' ? s->size : *w == 'r' ? s->real : 2 * s->real;
		*out = (struct matrix){ .data = a->data,
			.rows = (int)nrows,
			.cols = (int)cols,
			.size = *w == 'i' ? sizeof(int32_t) : size };
		w += letters + 1;
		w += *w == ' ';
	}
	return true;
}

static void next_matrices(struct matrix *m)
{
	for (int i = 0; i < LINEAR_MOST; i++)
		m[i].data += (size_t)m[i].rows * (size_t)m[i].cols * m[i].size;
}

/* m is a unit matrix, or, an order of rows, leaves them where they are. */
static void set_unit(const struct linear_step *s, struct matrix *m)
{
	bool is_order = m->size == sizeof(int32_t) && m->cols == 1 && m->rows;

	if (!m->rows || !m->cols)
		return;
	memset(m->data, 0, (size_t)m->rows * (size_t)m->cols * m->size);
	for (int i = 0; i < m->rows; i++) {
		char *row = m->data + (size_t)i * (size_t)m->cols * m->size;
		if (is_order)
			memcpy(row, &i, sizeof i);
		else if (i < m->cols)
			linear_real_set(s, row + (size_t)i * m->size, 0, 1);
	}
}

/* What a matrix without elements is taken apart into. */
static struct weft_error *nothing(struct linear_step *s)
{
	for (struct matrix *m = s->out; m < s->out + LINEAR_MOST; m++)
		set_unit(s, m);
	return NULL;
}

struct weft_error *linear_run(const struct linear_row *row, char kind, const char *config,
	const struct linear_array *in, const struct linear_array *out)
{
	struct arena arena;
	struct linear_step s = { .room = &arena, .kind = kind, .config = config };
	struct weft_error *e = NULL;
	int64_t batch = 1;

	s.real = kind == 's' || kind == 'c' ? sizeof(float) : sizeof(double);
	s.size = linear_is_complex(&s) ? 2 * s.real : s.real;
	if (!matrices(&s, row->operands, in, s.in) || !matrices(&s, row->results, out, s.out))
		FAIL(WEFT_INVALID_ARGUMENT, "%s: no matrix, or too large a one for LAPACK",
			row->target);
	for (uint32_t i = 0; i < in->rank - (uint32_t)strcspn(row->operands, " ") + 1; i++)
		batch *= in->dims[i];
	arena_init(&arena);
	bool any = s.in[0].rows && s.in[0].cols;
	for (int64_t i = 0; i < batch && !e; i++) {
		struct arena_mark mark = arena_mark(&arena);
		e = any ? row->one(&s) : nothing(&s);
		arena_reset(&arena, mark);
		next_matrices(s.in);
		next_matrices(s.out);
	}
	arena_fini(&arena);
	return e;
}
