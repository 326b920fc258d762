/* arguments.c -- where the functions are tried.
 *
 *   1  every pair of a list of special values, and of all the operands of narrow floats
 *   2  hard ones: the neighbours of multiples of pi / 2, small and huge, and of the zeros of
 *      lgamma and digamma, where nearly all of a sum cancels
 *   3  multiples of an odd number, taken as bit patterns (Weyl's sequence): evenly over the whole
 *      range, so evenly over the exponents; every second one with an exponent brought near 0 */
#include "ulp.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LIST = 9000 };

struct arguments {
	const struct function *f;
	enum dtype type;
	uint64_t n;
	uint64_t nlist;              /* parts 1 and 2 of one operand, and of pairs their square */
	double list[MAX_LIST];
};

static const double special[] = { 0, 1, 2, 3, 0.5, INFINITY, NAN, 0x1p-1074, 0x1p-1022,
	0x1.fffffffffffffp-1023, 0x1p-149, 0x1p-126, 0x1.fffffcp-127, 1e-30, 1e-8, 0x1.fffffep127,
	0x1.fffffffffffffp1023, 0x1p23, 0x1p24, 0x1.fffffep23, 0x1p52, 0x1p53, 0x1.fffffffffffffp52,
	0.1, 0.25, 0.75, 1.5, 2.5, 7, 10, 40, 88.72283, 89, 103.97, 104, 709.782712893384, 710,
	745.133, 746, 0x1.fffffep-1, 0x1.fffffffffffffp-1, 0x1.000002p0, 0x1.0000000000001p0, 1e5,
	1e10, 1e30, 0x1.921fb54442d18p0, 0x1.921fb6p0, 0x1.921fb54442d18p1 };
enum { NSPECIAL = sizeof special / sizeof *special };

static double rounded(enum dtype t, double v)
{
	unsigned char raw[8];

	dtype_store_f64(t, raw, v);
	return dtype_load_f64(t, raw);
}

static void add(struct arguments *s, double v)
{
	if (s->nlist < MAX_LIST)
		s->list[s->nlist++] = rounded(s->type, v);
}

/* v in s's type, and its neighbours. */
static void add_near(struct arguments *s, mpfr_srcptr v, int neighbours)
{
	bool wide = s->type == DTYPE_f64;
	double at = wide ? mpfr_get_d(v, MPFR_RNDN) : (double)mpfr_get_flt(v, MPFR_RNDN);
	double up = at, down = at;

	add(s, at);
	for (int i = 0; i < neighbours; i++) {
		up = wide ? nextafter(up, INFINITY) : (double)nextafterf((float)up, INFINITY);
		down = wide ? nextafter(down, -INFINITY) :
			      (double)nextafterf((float)down, -INFINITY);
		add(s, up);
		add(s, down);
	}
}

static void add_quarters(struct arguments *s)
{
	mpfr_t half_pi, v;
	uint64_t k = 1;
	int top = s->type == DTYPE_f64 ? 1022 : 126;

	mpfr_inits2(1300, half_pi, v, (mpfr_ptr)0);
	mpfr_const_pi(half_pi, MPFR_RNDN);
	mpfr_div_2ui(half_pi, half_pi, 1, MPFR_RNDN);
	for (int i = 0; i < 1000; i++) {
		if (i < 200) {
			k = (uint64_t)i + 1;
			mpfr_mul_ui(v, half_pi, k, MPFR_RNDN);
		} else {
			k = k * 6364136223846793005u + 1442695040888963407u;
			mpfr_mul_ui(v, half_pi, (k >> 33) | 1u << 30, MPFR_RNDN);
			mpfr_mul_2ui(v, v, (unsigned long)((i - 200) % (top - 31)), MPFR_RNDN);
			/* whole multiples: the low bits of the product as they are */
		}
		add_near(s, v, 1);
	}
	/* the double nearest to a multiple of pi / 2 of all (Muller, Elementary Functions, 11.3) */
	add(s, 6381956970095103.0 * 0x1p797);
	mpfr_clears(half_pi, v, (mpfr_ptr)0);
}

/* The zero of f between lo and hi, by bisection. */
static void add_zero(struct arguments *s, double lo, double hi)
{
	mpfr_t a, b, m, fa, fm;

	mpfr_inits2(ULP_BITS, a, b, m, fa, fm, (mpfr_ptr)0);
	mpfr_set_d(a, lo, MPFR_RNDN);
	mpfr_set_d(b, hi, MPFR_RNDN);
	s->f->exact(fa, a, NULL);
	for (int i = 0; i < 110; i++) {
		mpfr_add(m, a, b, MPFR_RNDN);
		mpfr_div_2ui(m, m, 1, MPFR_RNDN);
		s->f->exact(fm, m, NULL);
		if (mpfr_signbit(fm) == mpfr_signbit(fa))
			mpfr_set(a, m, MPFR_RNDN);
		else
			mpfr_set(b, m, MPFR_RNDN);
	}
	add_near(s, m, 4);
	mpfr_clears(a, b, m, fa, fm, (mpfr_ptr)0);
}

static void add_zeros(struct arguments *s)
{
	/* lgamma is infinite at whole numbers and has a negative minimum near the middle, or none
	 * there of its own for 0 .. -2. */
	for (int n = 0; n < 30; n++) {
		if (s->f->op == OP_chlo_digamma) {
			add_zero(s, -n - 0x1.fffffp-1, -n - 0x1p-20);
		} else if (n >= 2) {
			double pole = ldexp(1, -45), middle = n == 2 ? 0.6 : 0.5;
			add_zero(s, -n - 1 + pole, -n - middle);
			add_zero(s, -n - middle, -n - pole);
		}
	}
	if (s->f->op == OP_chlo_digamma)
		add_zero(s, 1, 2);
}

struct arguments *arguments_new(const struct function *f, enum dtype t, uint64_t n)
{
	struct arguments *s = calloc(1, sizeof *s);

	if (!s)
		abort();
	*s = (struct arguments){ .f = f, .type = t, .n = n };
	for (int i = 0; i < NSPECIAL; i++) {
		add(s, special[i]);
		add(s, -special[i]);
	}
	if (f->operands == 1 && dtype_bytes(t) > 2) {
		if (f->exact == exact_sin || f->exact == exact_cos || f->exact == exact_tan)
			add_quarters(s);
		if (f->op == OP_chlo_lgamma || f->op == OP_chlo_digamma)
			add_zeros(s);
	}
	if (f->operands == 1 && dtype_bytes(t) == 2)
		s->n = n < 65536 ? n : 65536;
	/* their sums cancel left of 0, and orders beyond 64 are not met */
	else if (f->op == OP_chlo_zeta || f->op == OP_chlo_polygamma)
		s->nlist = 0;
	else
		s->n += f->operands == 2 ? s->nlist * s->nlist : s->nlist;
	return s;
}

void arguments_free(struct arguments *s)
{
	free(s);
}

uint64_t arguments_count(const struct arguments *s)
{
	return s->n;
}

/* The i-th bit pattern of t; every second one with an exponent in -span .. span - 1. */
static double pattern(enum dtype t, uint64_t i, uint64_t odd, int span)
{
	const struct dtype_info *d = &dtype_table[t];
	uint64_t bits = (i * odd) >> (64 - d->bits);
	unsigned char raw[8];

	if (i & 1) {
		uint64_t e = bits >> d->man & ((1u << d->exp) - 1);
		uint64_t near = (uint64_t)(d->bias - span) + e % (2u * (unsigned)span);
		bits ^= (e ^ near) << d->man;
	}
	memcpy(raw, &bits, sizeof raw);
	return dtype_load_f64(t, raw);
}

void arguments_at(const struct arguments *s, uint64_t i, double *a, double *b)
{
	bool two = s->f->operands == 2;

	*b = 0;
	if (dtype_bytes(s->type) == 2 && !two) {
		uint16_t bits = (uint16_t)(i * 40503);   /* odd: all of them, in another order */
		*a = dtype_load_f64(s->type, &bits);
		return;
	}
	uint64_t n = two ? s->nlist * s->nlist : s->nlist;
	if (i < n) {
		*a = s->list[two ? i / s->nlist : i];
		*b = s->list[i % s->nlist];
		return;
	}
	i -= n;
	*a = pattern(s->type, i, 0x9e3779b97f4a7c15u, 9);
	if (!two)
		return;
	*b = pattern(s->type, i, 0xc2b2ae3d27d4eb4fu, 9);
	/* sums without cancellation, of orders that are met */
	if (s->f->op == OP_chlo_zeta || s->f->op == OP_chlo_polygamma) {
		double order = fmod(fabs(*a), 64);
		*a = rounded(s->type, s->f->op == OP_chlo_zeta ? 1 + order : floor(order));
		*b = fabs(*b);
	}
	/* a^b where the result is in range: b so that |b log2 a| is below the largest exponent */
	if (s->f->exact == exact_pow && i % 4 != 0) {
		double most = s->type == DTYPE_f64 ? 1074 : 149, x = fabs(*a);
		double limit = most / fabs(log2(x));
		double part = remainder(*b, 1) * 2;
		if (isfinite(limit) && isfinite(part))
			*b = rounded(s->type, part * limit);
		if (i % 4 == 1)
			*a = x;
	}
}
