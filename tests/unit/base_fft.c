/* base_fft.c -- transforms of many lengths against the definition as sums in long double. */
#include "base/fft.h"
#include "unit.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 2, MOST = 400 };

static double part(const void *a, bool wide, int64_t i)
{
	return wide ? ((const double *)a)[i] : (double)((const float *)a)[i];
}

/* Part 0 or 1 of result k of the n complex numbers at x (re, im), sign -1 forward. */
static long double wanted(const double *x, int64_t n, int64_t k, int sign, int which)
{
	long double re = 0, im = 0;

	for (int64_t j = 0; j < n; j++) {
		long double turn = (long double)(j * k % n) / (long double)n;
		long double angle = sign * 2 * acosl(-1) * turn, c = cosl(angle), s = sinl(angle);
		re += x[2 * j] * c - x[2 * j + 1] * s;
		im += x[2 * j] * s + x[2 * j + 1] * c;
	}
	return which ? im : re;
}

static void check_length(enum fft_kind kind, bool sum, bool wide, int64_t n)
{
	static double in64[2 * ROWS * MOST], out64[2 * ROWS * MOST];
	static float in32[2 * ROWS * MOST], out32[2 * ROWS * MOST];
	int64_t half = n / 2 + 1, nin = kind == FFT_half ? half : n;
	int64_t nout = kind == FFT_real ? half : n, dims[2] = { ROWS, nin }, to[2] = { ROWS, nout };
	int in_parts = kind == FFT_real ? 1 : 2, out_parts = kind == FFT_half ? 1 : 2;
	const void *in = wide ? (const void *)in64 : in32;
	void *out = wide ? (void *)out64 : out32;
	double worst = 0, x[2 * MOST];

	for (int64_t i = 0; i < ROWS * nin * in_parts; i++) {
		in64[i] = (double)rand() / RAND_MAX - 0.5;
		in32[i] = (float)in64[i];
	}
	struct fft f = { .kind = kind, .sum = sum, .wide = wide, .rank = 2, .naxes = 1,
		.in_dims = dims, .out_dims = to };
	CHECK_OK(fft_run(&f, in, out));
	for (int64_t row = 0; row < ROWS; row++) {
		for (int64_t k = 0; k < n; k++) {
			int64_t m = kind == FFT_half && k >= half ? n - k : k, at = row * nin + m;
			x[2 * k] = part(in, wide, at * in_parts);
			x[2 * k + 1] = in_parts == 1 ? 0 : part(in, wide, 2 * at + 1);
			if (kind == FFT_half && (!k || 2 * k == n))
				x[2 * k + 1] = 0;
			if (m != k)
				x[2 * k + 1] = -x[2 * k + 1];
		}
		bool back = kind == FFT_backward || kind == FFT_half;
		for (int64_t k = 0; k < nout * out_parts; k++) {
			long double want = wanted(
				x, n, k / out_parts, back ? 1 : -1, (int)(k % out_parts));
			double got = part(out, wide, row * nout * out_parts + k);
			if (back && !sum)
				got *= (double)n;
			/* sums of floats are in double, and rounded once */
			double off = fabs(got - (double)want);
			if (sum && !wide && off <= 0x1.00001p-24 * fabs(got) + 0x1p-45)
				off = 0;
			worst = fmax(worst, off);
		}
	}
	double limit = sum && !wide ? 0 : (wide ? 0x1p-52 : 0x1p-23) * (8 + 2 * sqrt((double)n));
	if (!(worst <= limit))
		UNIT_FAIL("kind %d%s of %lld %s: off by %g, more than %g", (int)kind,
			sum ? ", sums," : "", (long long)n, wide ? "f64" : "f32", worst, limit);
}

void test_base_fft__definition(void)
{
	static const int64_t more[] = { 49, 64, 77, 97, 101, 121, 128, 169, 202, 211, 256, 360 };

	for (int kind = FFT_forward; kind <= FFT_half; kind++)
		for (int way = 0; way < 4; way++) {
			for (int64_t n = 1; n < 40; n++)
				check_length((enum fft_kind)kind, way & 2, way & 1, n);
			for (unsigned i = 0; i < sizeof more / sizeof *more; i++)
				check_length((enum fft_kind)kind, way & 2, way & 1, more[i]);
		}
}

/* A line has the same bits by itself and among others, whole vectors of them or not. */
static void check_together(enum fft_kind kind, bool sum, bool wide, int64_t n)
{
	enum { LINES = 21, WIDEST = 2 * 61 };
	static double in[LINES * WIDEST], all[LINES * WIDEST], one[WIDEST];
	bool to_real = kind == FFT_half, from_real = kind == FFT_real;
	int64_t half = n / 2 + 1, bytes = wide ? 8 : 4;
	int64_t in_row = (from_real ? n : 2 * (to_real ? half : n)) * bytes;
	int64_t out_row = (to_real ? n : 2 * (from_real ? half : n)) * bytes;
	int64_t in_dims[2] = { LINES, to_real ? half : n };
	int64_t out_dims[2] = { LINES, from_real ? half : n };

	for (int64_t i = 0; i < LINES * WIDEST; i++) {
		double x = sin((double)(i * i % 1009));
		if (wide)
			in[i] = x;
		else
			((float *)in)[i] = (float)x;
	}
	struct fft f = { .kind = kind, .sum = sum, .wide = wide, .rank = 2, .naxes = 1,
		.in_dims = in_dims, .out_dims = out_dims };
	CHECK_OK(fft_run(&f, in, all));
	in_dims[0] = out_dims[0] = 1;
	for (int64_t row = 0; row < LINES; row++) {
		CHECK_OK(fft_run(&f, (char *)in + row * in_row, one));
		CHECK(!memcmp(one, (char *)all + row * out_row, (size_t)out_row));
	}
}

void test_base_fft__lines_together(void)
{
	static const int64_t lengths[] = { 1, 2, 16, 30, 49, 60, 61 };

	for (int kind = FFT_forward; kind <= FFT_half; kind++)
		for (int way = 0; way < 4; way++)
			for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++)
				check_together(
					(enum fft_kind)kind, way & 2, way & 1, lengths[i]);
}

static int64_t backwards;

static void each_backwards(unsigned threads, fft_chunks *fn, void *arg, int64_t chunks)
{
	backwards += threads == 2 ? chunks : 0;
	while (chunks-- > 0)
		fn(arg, chunks, chunks + 1, NULL);
}

/* Lines that are shared out, in any order, have the bits of those that are not. */
void test_base_fft__shares(void)
{
	enum { LINES = 2221, N = 60 };
	static float in[LINES * N * 2], all[LINES * N * 2], shared[LINES * N * 2];
	const struct fft_threads t = { each_backwards, 2 };
	const int64_t dims[2] = { LINES, N };

	for (int i = 0; i < LINES * N * 2; i++)
		in[i] = (float)sin((double)(i % 1009 * i));
	for (uint32_t naxes = 1; naxes < 3; naxes++) {
		backwards = 0;
		struct fft f = { .kind = FFT_forward, .sum = true, .rank = 2, .naxes = naxes,
			.in_dims = dims, .out_dims = dims };
		CHECK_OK(fft_run(&f, in, all));
		f.threads = &t;
		CHECK_OK(fft_run(&f, in, shared));
		CHECK(backwards > 1);
		CHECK(!memcmp(all, shared, sizeof all));
	}
}
