/* library_linear.c -- cholesky, triangular_solve, decompositions and fft of f32, f64 and complex
 * tensors.
 *
 * Decompositions are base/linear.c, through LAPACK.  So are cholesky and triangular_solve, in
 * doubles rounded once at the end; small matrices (of real numbers base/linear_small.c), and those
 * that the specification leaves undefined (a factor that there is not, a division by zero), are the
 * textbook's loops, as all are where there is no LAPACK.  fft is base/fft.c. */
#include "base/fft.h"
#include "base/linear.h"
#include "base/mem.h"
#include "run/library.h"
#include "run/pool.h"
#include <complex.h>
#include <math.h>
#include <string.h>
#undef complex

typedef double _Complex number;

/* C's CMPLX is not in every compiler's reach; parts lie one after the other by the standard. */
static number number_of(double re, double im)
{
	union { double part[2]; number z; } u = { { re, im } };

	return u.z;
}

/* C's product, an infinity if one of them is, without its checks where no part is a NaN. */
static number times(number a, number b)
{
	number z = number_of(creal(a) * creal(b) - cimag(a) * cimag(b),
		creal(a) * cimag(b) + cimag(a) * creal(b));

	return isnan(creal(z)) && isnan(cimag(z)) ? a * b : z;
}

/* Of real numbers an infinity's imaginary part would be a NaN. */
static number over(bool real, number a, number b)
{
	return real ? number_of(creal(a) / creal(b), 0) : a / b;
}

/* Real number i of a tensor of f32 or f64, or of the parts of a complex one; at any alignment. */
static double part(const struct run_tensor *t, bool wide, int64_t i)
{
	double d;
	float f;

	if (wide) {
		memcpy(&d, (const char *)t->data + i * 8, 8);
		return d;
	}
	memcpy(&f, (const char *)t->data + i * 4, 4);
	return (double)f;
}

static void part_set(const struct run_tensor *t, bool wide, int64_t i, double v)
{
	float f = (float)v;

	if (wide)
		memcpy((char *)t->data + i * 8, &v, 8);
	else
		memcpy((char *)t->data + i * 4, &f, 4);
}

static number load(const struct run_tensor *t, int64_t i)
{
	bool wide = t->dtype == WEFT_F64 || t->dtype == WEFT_C128;

	if (t->dtype == WEFT_F32 || t->dtype == WEFT_F64)
		return number_of(part(t, wide, i), 0);
	return number_of(part(t, wide, 2 * i), part(t, wide, 2 * i + 1));
}

static void store(const struct run_tensor *t, int64_t i, number v)
{
	bool wide = t->dtype == WEFT_F64 || t->dtype == WEFT_C128;
	bool real = t->dtype == WEFT_F32 || t->dtype == WEFT_F64;

	part_set(t, wide, real ? i : 2 * i, creal(v));
	if (!real)
		part_set(t, wide, 2 * i + 1, cimag(v));
}

static struct weft_error *room(int64_t n, number **out)
{
	*out = mem_alloc(mem_size((size_t)n + 1, sizeof **out));
	return *out ? NULL
		    : error_make(
			      WEFT_RESOURCE_EXHAUSTED, "no memory for %lld numbers", (long long)n);
}

/* ---- batches -------------------------------------------------------------------------------- */

enum {
	SMALL = 16,                          /* rows below which a call costs more than it saves */
	PARTS = 64,                          /* of a batch, at most */
	LEAST = 2048                         /* numbers of a part, at least */
};

/* Computes matrices [first, last) of the batch. */
typedef struct weft_error *some_fn(const struct run_library_call *c, int64_t first, int64_t last);
struct batch {
	const struct run_library_call *c;
	some_fn *fn;
	int64_t count, each;                 /* matrices, of a part */
	struct weft_error *failed[PARTS];
};

static void batch_parts(void *arg, int64_t first, int64_t last, unsigned char *scratch)
{
	struct batch *b = arg;

	(void)scratch;
	for (int64_t i = first; i < last; i++) {
		int64_t end = (i + 1) * b->each;
		b->failed[i] = b->fn(b->c, i * b->each, end < b->count ? end : b->count);
	}
}

/* All `count` matrices of n rows; small ones are shared out among the threads, which LAPACK, where
 * it is to be called, may have of its own. */
static struct weft_error *each_matrix(
	const struct run_library_call *c, int64_t n, int64_t count, some_fn *fn)
{
	struct batch b = { .c = c, .fn = fn, .count = count, .each = (count + PARTS - 1) / PARTS };
	struct weft_error *e = NULL;

	if (!count || n >= SMALL)
		return count ? fn(c, 0, count) : NULL;
	if (b.each * n * n < LEAST)
		b.each = (LEAST + n * n - 1) / (n * n);
	int64_t parts = (count + b.each - 1) / b.each;
	pool_parallel(c->threads,
		&(struct pool_task){ .fn = batch_parts, .arg = &b, .chunks = parts,
			.who = c->who });
	for (int64_t i = 0; i < parts; i++)
		if (e)
			weft_error_free(b.failed[i]);
		else
			e = b.failed[i];
	return e;
}

/* ---- cholesky ------------------------------------------------------------------------------- */

static bool is_real(const struct run_tensor *t)
{
	return t->dtype == WEFT_F32 || t->dtype == WEFT_F64;
}

/* The parts of n numbers from number `base` on, as doubles. */
static void load_doubles(const struct run_tensor *t, int64_t base, int64_t n, double *to)
{
	int64_t each = is_real(t) ? 1 : 2;

	if (t->dtype == WEFT_F64 || t->dtype == WEFT_C128)
		for (int64_t i = 0; i < each * n; i++)
			to[i] = part(t, true, each * base + i);
	else
		for (int64_t i = 0; i < each * n; i++)
			to[i] = part(t, false, each * base + i);
}

static void store_doubles(const struct run_tensor *t, int64_t base, int64_t n, const double *from)
{
	int64_t each = is_real(t) ? 1 : 2;

	if (t->dtype == WEFT_F64 || t->dtype == WEFT_C128)
		for (int64_t i = 0; i < each * n; i++)
			part_set(t, true, each * base + i, from[i]);
	else
		for (int64_t i = 0; i < each * n; i++)
			part_set(t, false, each * base + i, from[i]);
}

static bool is_finite(const struct run_tensor *t, int64_t n, const double *a)
{
	bool finite = true;

	for (int64_t i = 0; i < (is_real(t) ? n : 2 * n); i++)
		finite &= isfinite(a[i]) != 0;
	return finite;
}

/* Matrix m of the batch by LAPACK, or a small real one without, through `a`; false: the loops of
 * complex numbers are to. */
static bool factor_doubles(const struct run_library_call *c, int64_t m, bool lower, double *a)
{
	const struct run_tensor *t = &c->in[0];
	int64_t n = t->dims[t->rank - 1], each = is_real(t) ? 1 : 2;
	bool small = n < SMALL && is_real(t);

	if (!small && n < SMALL)
		return false;
	load_doubles(t, m * n * n, n * n, a);
	if (small)
		linear_factor_small(lower, n, a);
	else if (!is_finite(t, n * n, a) || !linear_factor(each == 2, lower, n, a))
		return false;
	for (int64_t i = 0; i < n && !small; i++) {
		int64_t from = lower ? i + 1 : 0, to = lower ? n : i;
		memset(a + each * (i * n + from), 0, (size_t)(each * (to - from)) * sizeof *a);
	}
	store_doubles(&c->out[0], m * n * n, n * n, a);
	return true;
}

static void factor_numbers(const struct run_library_call *c, int64_t m, bool lower, number *l)
{
	const struct run_tensor *a = &c->in[0], *out = &c->out[0];
	int64_t n = a->dims[a->rank - 1], base = m * n * n;

	memset(l, 0, (size_t)(n * n) * sizeof *l);
	for (int64_t j = 0; j < n; j++)
		for (int64_t i = j; i < n; i++) {
			number s = lower ? load(a, base + i * n + j)
					 : conj(load(a, base + j * n + i));
			for (int64_t k = 0; k < j; k++)
				s -= times(l[i * n + k], conj(l[j * n + k]));
			l[i * n + j] = i == j ? number_of(sqrt(creal(s)), 0)
					      : s / creal(l[j * n + j]);
		}
	for (int64_t i = 0; i < n; i++)
		for (int64_t j = 0; j < n; j++)
			store(out, base + i * n + j, lower ? l[i * n + j] : conj(l[j * n + i]));
}

static struct weft_error *factor_some(
	const struct run_library_call *c, int64_t first, int64_t last)
{
	const struct run_tensor *a = &c->in[0];
	bool lower = library_word(c, 0, "LOWER");
	int64_t n = a->dims[a->rank - 1];
	number *l;

	TRY(room(n * n, &l));
	/* The same room, in doubles. */
	for (int64_t m = first; m < last; m++)
		if (!factor_doubles(c, m, lower, (double *)l))
			factor_numbers(c, m, lower, l);
	mem_free(l);
	return NULL;
}

struct weft_error *library_cholesky(const struct run_library_call *c)
{
	const struct run_tensor *a = &c->in[0];
	int64_t n = a->dims[a->rank - 1];

	return each_matrix(c, n, n ? run_elements(a) / (n * n) : 0, factor_some);
}

/* ---- triangular_solve ----------------------------------------------------------------------- */

struct triangle {
	const struct run_tensor *a;
	int64_t base, n;
	bool transpose, adjoint, unit, real;
};

/* Element i, j of op(a). */
static number triangle_at(const struct triangle *t, int64_t i, int64_t j)
{
	number v = load(t->a, t->base + (t->transpose ? j * t->n + i : i * t->n + j));
	return t->adjoint ? conj(v) : v;
}

/* Solves op(a) x = b in place, x of n elements `step` apart; forward when op(a) is lower. */
static void solve(const struct triangle *t, bool forward, number *x, int64_t step)
{
	for (int64_t k = 0; k < t->n; k++) {
		int64_t i = forward ? k : t->n - 1 - k;
		number s = x[i * step];
		for (int64_t l = 0; l < k; l++) {
			int64_t j = forward ? l : t->n - 1 - l;
			s -= times(triangle_at(t, i, j), x[j * step]);
		}
		s = t->real ? number_of(creal(s), 0) : s;
		x[i * step] = t->unit ? s : over(t->real, s, triangle_at(t, i, i));
	}
}

/* LAPACK divides by no diagonal with a zero on it as the loops do. */
static bool solve_large(const struct linear_triangle *t, int64_t rows, int64_t cols, double *x)
{
	int64_t n = t->left ? rows : cols, each = t->is_complex ? 2 : 1;

	for (int64_t i = 0; i < n && !t->unit; i++) {
		const double *d = t->a + each * i * (n + 1);
		if (d[0] == 0 && (each == 1 || d[1] == 0))
			return false;
	}
	return linear_solve(t, rows, cols, x);
}

/* Solves for matrix m of the batch in the rooms how->a and x, by LAPACK, or without where it is a
 * small real one; false: the loops of complex numbers are to. */
static bool solve_doubles(const struct run_library_call *c, const struct linear_triangle *how,
	int64_t m, double *a, double *x)
{
	const struct run_tensor *t = &c->in[0], *b = &c->in[1];
	int64_t rows = b->dims[b->rank - 2], cols = b->dims[b->rank - 1], size = rows * cols;
	int64_t n = t->dims[t->rank - 1];
	bool small = n < SMALL && !how->is_complex;

	if (!small && n < SMALL)
		return false;
	load_doubles(t, m * n * n, n * n, a);
	load_doubles(b, m * size, size, x);
	if (small)
		linear_solve_small(how, rows, cols, x);
	else if (!is_finite(t, n * n, a) || !is_finite(b, size, x) ||
		!solve_large(how, rows, cols, x))
		return false;
	store_doubles(&c->out[0], m * size, size, x);
	return true;
}

static void solve_numbers(const struct run_library_call *c, int64_t m, number *x)
{
	const struct run_tensor *a = &c->in[0], *b = &c->in[1], *out = &c->out[0];
	bool left = library_word(c, 0, "LEFT"), adjoint = library_word(c, 3, "ADJOINT");
	bool transpose = adjoint || library_word(c, 3, "TRANSPOSE");
	bool forward = library_word(c, 1, "LOWER") != transpose;
	int64_t rows = b->dims[b->rank - 2], cols = b->dims[b->rank - 1], size = rows * cols;
	/* x op(a) = b is op(a)^T x^T = b^T */
	struct triangle t = { .a = a, .n = a->dims[a->rank - 1], .adjoint = adjoint,
		.transpose = left ? transpose : !transpose, .unit = library_word(c, 2, "UNIT"),
		.real = is_real(a) };

	t.base = m * t.n * t.n;
	for (int64_t i = 0; i < size; i++)
		x[i] = load(b, m * size + i);
	for (int64_t k = 0; k < (left ? cols : rows); k++)
		solve(&t, left ? forward : !forward, left ? x + k : x + k * cols, left ? cols : 1);
	for (int64_t i = 0; i < size; i++)
		store(out, m * size + i, x[i]);
}

static struct weft_error *solve_some(
	const struct run_library_call *c, int64_t first, int64_t last)
{
	const struct run_tensor *a = &c->in[0], *b = &c->in[1];
	int64_t n = a->dims[a->rank - 1];
	int64_t size = b->dims[b->rank - 2] * b->dims[b->rank - 1];
	number *x, *copy;

	TRY(room(size, &x));
	struct weft_error *e = room(n * n, &copy);
	if (e) {
		mem_free(x);
		return e;
	}
	const struct linear_triangle how = { .is_complex = !is_real(a), .a = (double *)copy,
		.left = library_word(c, 0, "LEFT"), .lower = library_word(c, 1, "LOWER"),
		.unit = library_word(c, 2, "UNIT"),
		.trans = library_word(c, 3, "ADJOINT") ? 'C'
			: library_word(c, 3, "TRANSPOSE") ? 'T' : 'N' };
	for (int64_t m = first; m < last; m++)
		if (!solve_doubles(c, &how, m, (double *)copy, (double *)x))
			solve_numbers(c, m, x);
	mem_free(copy);
	mem_free(x);
	return NULL;
}

struct weft_error *library_triangular_solve(const struct run_library_call *c)
{
	const struct run_tensor *a = &c->in[0], *b = &c->in[1];
	int64_t size = b->dims[b->rank - 2] * b->dims[b->rank - 1];

	return each_matrix(c, a->dims[a->rank - 1], size ? run_elements(b) / size : 0, solve_some);
}

/* ---- decompositions ------------------------------------------------------------------------- */

/* The target, a space, its backend_config. */
struct weft_error *library_linear(const struct run_library_call *c)
{
	size_t n = strcspn(c->attributes, " ");
	const struct linear_row *row = linear_find(c->attributes, n, NULL);
	const char *config = c->attributes + n + (c->attributes[n] == ' ');
	struct linear_array in[LINEAR_MOST], out[LINEAR_MOST];

	if (!row || c->nin > LINEAR_MOST || c->nout > LINEAR_MOST)
		FAIL(WEFT_INVALID_ARGUMENT, "no decomposition %s", c->attributes);
	for (uint32_t i = 0; i < c->nin; i++)
		in[i] = (struct linear_array){ c->in[i].data, c->in[i].rank, c->in[i].dims };
	for (uint32_t i = 0; i < c->nout; i++)
		out[i] = (struct linear_array){ c->out[i].data, c->out[i].rank, c->out[i].dims };
	enum weft_dtype t = c->in[0].dtype;
	char kind = t == WEFT_F32 ? 's' : t == WEFT_F64 ? 'd' : t == WEFT_C64 ? 'c' : 'z';
	return linear_run(row, kind, config, in, out);
}

/* ---- fft ------------------------------------------------------------------------------------ */

#define SHARE(by)                                                                                  \
	static void share_##by(unsigned threads, fft_chunks *fn, void *arg, int64_t chunks)        \
	{                                                                                          \
		pool_parallel(threads, &(struct pool_task){ .fn = fn, .arg = arg,                  \
			.chunks = chunks, .who = POOL_##by });                                     \
	}
SHARE(own)
SHARE(auto)
SHARE(host)
#undef SHARE

struct weft_error *library_fft(const struct run_library_call *c)
{
	static const char *const words[] = { "FFT", "IFFT", "RFFT", "IRFFT" };
	const struct run_tensor *a = &c->in[0], *out = &c->out[0];
	bool wide = a->dtype == WEFT_F64 || a->dtype == WEFT_C128;
	int kind = FFT_forward;
	uint32_t naxes = 0;

	while (kind < FFT_half && !library_word(c, 0, words[kind]))
		kind++;
	bool sum = library_word(c, 1, "SUM");
	for (const char *at = strchr(c->attributes, ' '); at; at = strchr(at + 1, ' '))
		naxes++;
	naxes -= sum;
	if (kind == FFT_half && run_elements(a) &&
		a->dims[a->rank - 1] < out->dims[a->rank - 1] / 2 + 1)
		return error_make(
			WEFT_INVALID_ARGUMENT, "fft: the input is too short for fft_length");
	const struct fft_threads threads = { c->who == POOL_own ? share_own
		: c->who == POOL_auto ? share_auto : share_host, c->threads };
	struct fft f = { .kind = (enum fft_kind)kind, .sum = sum, .wide = wide, .rank = a->rank,
		.naxes = naxes, .in_dims = a->dims, .out_dims = out->dims, .threads = &threads };
	return fft_run(&f, a->data, out->data);
}
