/* fft.c -- discrete Fourier transforms by mixed factors (Cooley and Tukey 1965; Temperton 1983).
 *
 * A length is a product of factors 8, 4, 2 and odd primes; a pass a factor (fft_pass.inc), computed
 * in the precision of the numbers.  Several dimensions are transformed one after the other.  A
 * length with a large prime factor is a convolution (Bluestein 1970), in double.  Sums (fft.h) of
 * float numbers are computed in double, line by line. */
#include "base/fft.h"
#include "base/cpu.h"
#include "base/mem.h"
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#define PI 3.141592653589793238462643383279502884197L

/* How one length is transformed. */
struct plan {
	int64_t n, most;             /* most: the largest factor */
	int64_t factors[64];
	int nfactors;
	int64_t mask;                /* roots are products of two of a table: */
	int shift;                   /* k = (k >> shift << shift) + (k & mask) */
};
/* The lines of a dense array along one dimension of n numbers, `inner` apart. */
struct side {
	char *at;
	int64_t n, inner;
	bool widen;                  /* floats, of lines in double */
};
/* All lines of one dimension; from and to may be one array. */
struct axis {
	enum fft_kind kind;
	bool wide;                   /* lines in double */
	int64_t n, rows;
	struct side from, to;
	double scale;
	const struct fft_threads *threads;
};
struct rows { int64_t from, to; };                           /* of an axis */
/* An axis whose lines are shared out, `each` of them a chunk. */
struct shares {
	const struct axis *a;
	const struct plan *plan;
	int64_t each;
	_Atomic(struct weft_error *) error;          /* of the first chunk that fails */
};

/* exp(2 pi i k / n) by the eighth of the circle it is in. */
static void eighth(int64_t k, int64_t n, double out[2])
{
	double step = (double)(0.25L * PI / (long double)n);
	int64_t x = k * 8;
	bool below = x >= 4 * n;

	x = below ? 8 * n - x : x;
	bool left = x >= 2 * n;
	x = left ? x - 2 * n : x;
	bool steep = x >= n;
	double a = (double)(steep ? 2 * n - x : x) * step, c = cos(a), s = sin(a);
	double re = steep ? s : c, im = steep ? c : s;
	out[0] = left ? -im : re;
	out[1] = left ? re : im;
	out[1] = below ? -out[1] : out[1];
}

/* A table of the roots of n that root_of() multiplies. */
struct table { double (*low)[2], (*high)[2]; };

static struct weft_error *table_open(const struct plan *plan, struct table *t)
{
	int64_t n = plan->n, low = plan->mask + 1, high = (n / 2 >> plan->shift) + 1;

	t->low = mem_alloc(mem_size((size_t)(low + high), sizeof *t->low));
	if (!t->low)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for a transform of %lld", (long long)n);
	t->high = t->low + low;
	for (int64_t k = 0; k < low && k <= n / 2; k++)
		eighth(k, n, t->low[k]);
	for (int64_t k = 0; k < high; k++)
		eighth(k << plan->shift, n, t->high[k]);
	return NULL;
}

/* The same as a product of two of the table's, which is how the libraries round it. */
static void root_of(const struct plan *plan, const struct table *t, int64_t k, double out[2])
{
	int64_t n = plan->n, at = 2 * k <= n ? k : n - k;
	const double one[2] = { 1, 0 };
	const double *a = at & plan->mask ? t->low[at & plan->mask] : one;
	const double *b = at >> plan->shift ? t->high[at >> plan->shift] : one;

	out[0] = a[0] * b[0] - a[1] * b[1];
	out[1] = a[0] * b[1] + a[1] * b[0];
	out[1] = at == k ? out[1] : -out[1];
}

/* Fours (eights where numbers are complex) first, then at most one 2, put in front of them; then
 * odd primes upwards. */
static void plan_length(struct plan *plan, int64_t n, bool complex)
{
	int64_t rest = n, entries = (n + 2) / 2;

	*plan = (struct plan){ .n = n, .most = 4 };
	for (; complex && rest % 8 == 0; rest /= 8)
		plan->factors[plan->nfactors++] = 8;
	for (; rest % 4 == 0; rest /= 4)
		plan->factors[plan->nfactors++] = 4;
	if (rest % 2 == 0) {
		rest /= 2;
		plan->factors[plan->nfactors++] = plan->factors[0];
		plan->factors[0] = 2;
	}
	for (int64_t p = 3; p * p <= rest; p += 2)
		for (; rest % p == 0; rest /= p)
			plan->factors[plan->nfactors++] = p;
	if (rest > 1)
		plan->factors[plan->nfactors++] = rest;
	for (int i = 0; i < plan->nfactors; i++)
		if (plan->factors[i] > plan->most)
			plan->most = plan->factors[i];
	for (plan->shift = 1; ((int64_t)1 << 2 * plan->shift) < entries;)
		plan->shift++;
	plan->mask = ((int64_t)1 << plan->shift) - 1;
}

/* ---- lengths with a large prime factor ------------------------------------------------------ */

#define LARGE 100                        /* beyond, p^2 products cost more than three transforms */

struct chirp;
static struct weft_error *chirp_open(int64_t n, struct chirp **out);
static void chirp_close(struct chirp *c);                    /* NULL is fine */
static double *chirp_parts(struct chirp *c);                 /* of the n numbers it transforms */
static void chirp_transform(struct chirp *c, bool forward);

/* Of several lines at a time: the same in each. */
#define LINES_F64 8
#define LINES_F32 16
typedef double doubles __attribute__((vector_size(8 * LINES_F64), aligned(8)));
typedef float floats __attribute__((vector_size(4 * LINES_F32), aligned(4)));
/* The address sanitizer's own frames are of 32 bytes, not what 64 byte registers are spilled to
 * (GCC's bug 110027). */
#ifdef __SANITIZE_ADDRESS__
#define FRAMES_OF_64 false
#else
#define FRAMES_OF_64 true
#endif
#define TOGETHER 8192                    /* longer ones, several at a time, leave the caches */
#define SHARE 0x8000                     /* numbers of a chunk, at least */

#define PART double
#define REAL double
#define WIDTH 1
#define ROOT number_f64
#define NUMBER number_f64
#define LINE line_f64
#define FN(name) name##_f64
#include "base/fft_pass.inc"
#define PART float
#define REAL float
#define WIDTH 1
#define ROOT number_f32
#define NUMBER number_f32
#define LINE line_f32
#define FN(name) name##_f32
#include "base/fft_pass.inc"
#define PART double
#define REAL doubles
#define WIDTH LINES_F64
#define ROOT number_f64
#define NUMBER number_f64s
#define LINE line_f64s
#define FN(name) name##_f64s
#include "base/fft_pass.inc"
#define PART float
#define REAL floats
#define WIDTH LINES_F32
#define ROOT number_f32
#define NUMBER number_f32s
#define LINE line_f32s
#define FN(name) name##_f32s
#include "base/fft_pass.inc"
/* With b[k] = exp(i pi k^2 / n), result k is conj(b[k]) times the sum over j of
 * x[j] conj(b[j]) b[k - j]: a cyclic convolution of any length m >= 2 n - 1, here a power of 2. */
struct chirp {
	struct plan plan;            /* of m */
	struct line_f64 line;
	int64_t n;
	struct number_f64 *b, *spectrum, *x;
};

static struct weft_error *chirp_open(int64_t n, struct chirp **out)
{
	int64_t m = 1;

	while (m < 2 * n - 1)
		m *= 2;
	struct chirp *c = mem_alloc(sizeof *c + mem_size((size_t)(2 * n + m), sizeof *c->b));
	if (!c)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for a transform of %lld", (long long)n);
	c->n = n;
	c->b = (struct number_f64 *)(c + 1);
	c->x = c->b + n;
	c->spectrum = c->x + n;
	plan_length(&c->plan, m, true);
	struct weft_error *e = open_f64(&c->plan, &c->line);
	if (e) {
		mem_free(c);
		return e;
	}
	memset(c->line.at, 0, (size_t)m * sizeof *c->line.at);
	for (int64_t k = 0, square = 0; k < n; k++) {
		double at[2];
		eighth(square, 2 * n, at);
		c->b[k] = (struct number_f64){ at[0], at[1] };
		c->line.at[k] = c->line.at[(m - k) % m] = c->b[k];
		square = (square + 2 * k + 1) % (2 * n);
	}
	complex_f64(&c->line, true);
	memcpy(c->spectrum, c->line.at, (size_t)m * sizeof *c->spectrum);
	*out = c;
	return NULL;
}

static void chirp_close(struct chirp *c)
{
	if (c)
		close_f64(&c->line);
	mem_free(c);
}

static double *chirp_parts(struct chirp *c)
{
	return &c->x->re;
}

static void chirp_transform(struct chirp *c, bool forward)
{
	int64_t n = c->n, m = c->plan.n;
	struct number_f64 *at = c->line.at;

	memset(at, 0, (size_t)m * sizeof *at);
	for (int64_t k = 0; k < n; k++) {
		struct number_f64 x = c->x[k];
		x.im = forward ? x.im : -x.im;
		at[k] = turn_f64(x, c->b[k], true);
	}
	complex_f64(&c->line, true);
	for (int64_t k = 0; k < m; k++)
		at[k] = turn_f64(at[k], c->spectrum[k], false);
	complex_f64(&c->line, false);
	for (int64_t k = 0; k < n; k++) {
		struct number_f64 x = turn_f64(at[k], c->b[k], true);
		c->x[k].re = x.re / (double)m;
		c->x[k].im = (forward ? x.im : -x.im) / (double)m;
	}
}

/* ---- arrays --------------------------------------------------------------------------------- */

/* What numbers are, and what they are computed in. */
struct width {
	bool doubles, lines;
	const struct fft_threads *threads;
};

static struct weft_error *axis_run(const struct axis *a)
{
	struct plan plan;

	plan_length(&plan, a->n, a->kind == FFT_forward || a->kind == FFT_backward);
	bool together = plan.most <= LARGE && a->n <= TOGETHER && a->rows >= LINES_F64 / 2;
	if (a->wide)
		return (together ? axis_f64s : axis_f64)(a, &plan);
	return (together ? axis_f32s : axis_f32)(a, &plan);
}

static int64_t product(const int64_t *dims, uint32_t from, uint32_t to)
{
	int64_t n = 1;

	for (uint32_t d = from; d < to; d++)
		n *= dims[d];
	return n;
}

static struct side side_of(struct width w, char *at, int64_t n, int64_t inner)
{
	return (struct side){ at, n, inner, w.lines && !w.doubles };
}

/* Complex numbers along dimension d of an array, from `from` to `to`. */
static struct weft_error *axis_complex(struct width w, bool forward, const int64_t *dims,
	uint32_t rank, uint32_t d, char *from, char *to, double scale)
{
	int64_t inner = product(dims, d + 1, rank), n = dims[d];
	struct axis a = { forward ? FFT_forward : FFT_backward, w.lines, n,
		product(dims, 0, rank) / n, side_of(w, from, n, inner), side_of(w, to, n, inner),
		scale, w.threads };

	return axis_run(&a);
}

/* All but the last of the axes of the half of a spectrum, then the last. */
static struct weft_error *run_half(
	const struct fft *f, struct width w, const char *in, char *out, double scale)
{
	uint32_t rank = f->rank;
	size_t size = w.doubles ? 16 : 8;
	int64_t n = product(f->in_dims, 0, rank), last = f->in_dims[rank - 1];
	char *room = mem_alloc(mem_size((size_t)n, size));
	struct weft_error *e = NULL;

	if (!room)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %lld numbers", (long long)n);
	memcpy(room, in, (size_t)n * size);
	for (uint32_t d = rank - f->naxes; d + 1 < rank && !e; d++)
		e = axis_complex(w, false, f->in_dims, rank, d, room, room, 1);
	int64_t length = f->out_dims[rank - 1];
	struct axis a = { FFT_half, w.lines, length, n / last, side_of(w, room, last, 1),
		side_of(w, out, length, 1), scale, w.threads };
	if (!e)
		e = axis_run(&a);
	mem_free(room);
	return e;
}

static struct weft_error *run_real(const struct fft *f, struct width w, char *in, char *out)
{
	uint32_t rank = f->rank;
	int64_t length = f->in_dims[rank - 1], half = f->out_dims[rank - 1];
	struct axis a = { FFT_real, w.lines, length, product(f->in_dims, 0, rank - 1),
		side_of(w, in, length, 1), side_of(w, out, half, 1), 1, w.threads };

	TRY(axis_run(&a));
	for (uint32_t d = rank - f->naxes; d + 1 < rank; d++)
		TRY(axis_complex(w, true, f->out_dims, rank, d, out, out, 1));
	return NULL;
}

struct weft_error *fft_run(const struct fft *f, const void *in, void *out)
{
	struct width w = { f->wide, f->wide || f->sum, f->threads };
	int64_t all = product(f->kind == FFT_half ? f->out_dims : f->in_dims, f->rank - f->naxes,
		f->rank);
	bool divides = !f->sum && (f->kind == FFT_backward || f->kind == FFT_half);
	double scale = divides ? 1 / (double)all : 1;
	char *from = (char *)(uintptr_t)in;

	if (!product(f->in_dims, 0, f->rank) || !product(f->out_dims, 0, f->rank))
		return NULL;
	if (f->kind == FFT_half)
		return run_half(f, w, from, out, scale);
	if (f->kind == FFT_real)
		return run_real(f, w, from, out);
	for (uint32_t d = f->rank - f->naxes; d < f->rank; d++) {
		TRY(axis_complex(
			w, f->kind == FFT_forward, f->in_dims, f->rank, d, from, out, scale));
		from = out;
		scale = 1;
	}
	return NULL;
}
