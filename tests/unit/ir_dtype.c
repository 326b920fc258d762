/* Unit tests of element types: every conversion against brute force over all codes of a format. */
#include "ir/dtype.h"
#include "unit.h"
#include <math.h>
#include <weft/weft.h>

enum { CODES = 1 << 16 };

struct format {
	enum dtype t;
	const struct dtype_info *f;
	uint32_t ncodes;
	uint32_t n;                     /* finite values, ascending; a zero once, as +0 */
	double *value;
	uint32_t *code;
};

/* What a code means, by the definition and not by the library. */
static double meaning(const struct dtype_info *f, uint32_t code)
{
	uint32_t ones = (1u << (f->exp + f->man)) - 1, m = code & ones;
	bool negative = f->special != DTYPE_E8M0 && code > ones;
	uint32_t e = m >> f->man, frac = m & ((1u << f->man) - 1);
	double v;

	if (f->special == DTYPE_E8M0)
		return m == 255 ? NAN : pow(2, (double)m - 127);
	if (f->special == DTYPE_FNUZ && code == ones + 1)
		return NAN;
	if (f->special == DTYPE_FN && m == ones)
		return NAN;
	if (f->special == DTYPE_IEEE && e == (1u << f->exp) - 1)
		return frac ? NAN : negative ? -INFINITY : INFINITY;
	v = e ? (1 + frac * pow(2, -f->man)) * pow(2, (double)e - f->bias)
		: frac * pow(2, 1.0 - f->bias - f->man);
	return negative ? -v : v;
}

static uint32_t load(enum dtype t, const void *at)
{
	uint16_t h;
	uint8_t b;

	if (dtype_bytes(t) == 2) {
		memcpy(&h, at, 2);
		return h;
	}
	memcpy(&b, at, 1);
	return b;
}

static uint32_t stored(enum dtype t, double v)
{
	unsigned char at[16];

	memset(at, 0xa5, sizeof at);
	dtype_store_f64(t, at, v);
	for (size_t i = dtype_bytes(t); i < sizeof at; i++)
		CHECK_INT(at[i], 0xa5);
	return load(t, at);
}

static double loaded(enum dtype t, uint32_t code)
{
	uint16_t h = (uint16_t)code;
	uint8_t b = (uint8_t)code;

	return dtype_load_f64(t, dtype_bytes(t) == 2 ? (void *)&h : (void *)&b);
}

static void format_init(struct format *x, enum dtype t)
{
	static double value[CODES];
	static uint32_t code[CODES];

	*x = (struct format){ t, &dtype_table[t], 1u << dtype_table[t].bits, 0, value, code };
	/* Magnitudes ascend with their codes: negative ones backwards, then positive ones. */
	uint32_t half = x->f->special == DTYPE_E8M0 ? 0 : x->ncodes / 2;
	for (uint32_t i = 0; i < half; i++) {
		double v = meaning(x->f, x->ncodes - 1 - i);
		if (isfinite(v) && v != 0) {
			value[x->n] = v;
			code[x->n++] = x->ncodes - 1 - i;
		}
	}
	for (uint32_t i = 0; i < (half ? half : x->ncodes); i++) {
		double v = meaning(x->f, i);
		if (isfinite(v)) {
			value[x->n] = v;
			code[x->n++] = i;
		}
	}
	for (uint32_t i = 1; i < x->n; i++)
		CHECK(value[i - 1] < value[i]);
}

static bool is_narrow(enum dtype t)
{
	return dtype_is_float(t) && dtype_table[t].bits <= 16;
}

void test_dtype__every_code_comes_back(void)
{
	int formats = 0;

	for (enum dtype t = 1; t < DTYPE_COUNT; t++) {
		const struct dtype_info *f = &dtype_table[t];
		if (!is_narrow(t))
			continue;
		formats++;
		for (uint32_t c = 0; c < 1u << f->bits; c++) {
			double v = loaded(t, c), want = meaning(f, c);
			if (isnan(want)) {
				CHECK(isnan(v));
				CHECK(f->special == DTYPE_FINITE || isnan(loaded(t, stored(t, v))));
				continue;
			}
			CHECK(v == want && signbit(v) == signbit(want));
			CHECK_INT(stored(t, v), c);
		}
	}
	CHECK_INT(formats, 13);
}

/* Where v must go: the nearest value, at a tie the one whose code is even. */
static void check_between(const struct format *x, double v, uint32_t i)
{
	double low = x->value[i], high = x->value[i + 1];
	double below = v - low, above = high - v; /* exact: the formats are far narrower than f64 */
	/* An exponent without mantissa is one significant bit: the even neighbour is the upper
	 * one. */
	bool tie_up = x->f->special == DTYPE_E8M0 || x->code[i] & 1;
	uint32_t want = below < above ? x->code[i] : above < below ? x->code[i + 1]
		: tie_up ? x->code[i + 1] : x->code[i];
	uint32_t got = stored(x->t, v);

	if (meaning(x->f, want) == 0) /* the sign of a zero is that of v, where there is one */
		CHECK(loaded(x->t, got) == 0 && (x->f->special == DTYPE_FNUZ ? got == 0
			: !signbit(v) == !signbit(loaded(x->t, got))));
	else
		CHECK_INT(got, want);
}

void test_dtype__rounds_to_nearest_even(void)
{
	static const double parts[] = { 0.25, 0.5, 0.75 };

	for (enum dtype t = 1; t < DTYPE_COUNT; t++) {
		struct format x;
		if (!is_narrow(t))
			continue;
		format_init(&x, t);
		for (uint32_t i = 0; i + 1 < x.n; i++) {
			double gap = x.value[i + 1] - x.value[i];
			for (int p = 0; p < 3; p++) {
				double v = x.value[i] + gap * parts[p];
				check_between(&x, v, i);
				/* One step of f64 beside the middle: an intermediate f32 would
				 * hide it. */
				check_between(&x, nextafter(v, INFINITY), i);
				check_between(&x, nextafter(v, -INFINITY), i);
			}
			check_between(&x, nextafter(x.value[i], INFINITY), i);
		}
	}
}

/* What is beyond the largest number, by the table at the head of dtype.c. */
void test_dtype__overflow_is_the_formats(void)
{
	for (enum dtype t = 1; t < DTYPE_COUNT; t++) {
		struct format x;
		if (!is_narrow(t))
			continue;
		format_init(&x, t);
		double top = x.value[x.n - 1];
		double half = x.f->special == DTYPE_E8M0 ? top / 2 : (top - x.value[x.n - 2]) / 2;
		/* The tie goes beyond, but where the largest code is even. */
		double edge =
			x.f->special == DTYPE_FN ? nextafter(top + half, INFINITY) : top + half;
		double beyond[] = { edge, top * 2, 1e300, INFINITY };
		CHECK_INT(stored(t, nextafter(top + half, 0)), x.code[x.n - 1]);
		for (int i = 0; i < 4; i++) {
			double v = loaded(t, stored(t, beyond[i]));
			switch (x.f->special) {
			case DTYPE_IEEE:
				CHECK(isinf(v) && v > 0 &&
					loaded(t, stored(t, -beyond[i])) == -INFINITY);
				break;
			case DTYPE_FINITE:
				CHECK(v == top && loaded(t, stored(t, -beyond[i])) == -top);
				break;
			default:
				CHECK(isnan(v));
			}
		}
	}
}

/* Numbers any table of these formats has. */
void test_dtype__known_values(void)
{
	CHECK_INT(stored(DTYPE_bf16, 1.0), 0x3f80);
	CHECK_INT(stored(DTYPE_bf16, 3.3895313892515355e38), 0x7f7f);
	CHECK_INT(stored(DTYPE_f16, 65504), 0x7bff);
	CHECK_INT(stored(DTYPE_f16, 65520), 0x7c00);
	CHECK_INT(stored(DTYPE_f16, 5.960464477539063e-8), 1);
	CHECK_INT(stored(DTYPE_f16, NAN), 0x7e00);
	CHECK_INT(stored(DTYPE_f8E4M3FN, 448), 0x7e);
	CHECK_INT(stored(DTYPE_f8E4M3FN, 464), 0x7e);
	CHECK_INT(stored(DTYPE_f8E4M3FN, 465), 0x7f);
	CHECK_INT(stored(DTYPE_f8E4M3, 240), 0x77);
	CHECK_INT(stored(DTYPE_f8E5M2, 57344), 0x7b);
	CHECK_INT(stored(DTYPE_f8E5M2FNUZ, -0.0), 0);
	CHECK_INT(stored(DTYPE_f8E4M3FNUZ, INFINITY), 0x80);
	CHECK_INT(stored(DTYPE_f8E4M3B11FNUZ, 30), 0x7f);
	CHECK_INT(stored(DTYPE_f8E8M0FNU, 1), 127);
	CHECK_INT(stored(DTYPE_f8E8M0FNU, 0), 255);
	CHECK_INT(stored(DTYPE_f8E8M0FNU, -1), 255);
	CHECK_INT(stored(DTYPE_f4E2M1FN, 6), 7);
	CHECK_INT(stored(DTYPE_f4E2M1FN, NAN), 8);
	CHECK_INT(stored(DTYPE_f6E3M2FN, 28), 0x1f);
	CHECK_INT(stored(DTYPE_f6E2M3FN, 7.5), 0x1f);
}

void test_dtype__wide_floats(void)
{
	static const double v[] = { 1, -0.0, 0.1, 1e-40, 1e-45, 1e39, 3.5, INFINITY, 16777217,
		1 + 0x1p-24, 1 + 0x1p-24 + 0x1p-52, 0x1.fffffffp127 };

	for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
		float f, want = (float)v[i];
		double d;
		dtype_store_f64(DTYPE_f32, &f, v[i]);
		CHECK(!memcmp(&f, &want, sizeof f));
		dtype_store_f64(DTYPE_f64, &d, v[i]);
		CHECK(!memcmp(&d, &v[i], sizeof d));
		/* tf32 lies as an f32 without its 13 lowest bits, rounded from f64 at once. */
		dtype_store_f64(DTYPE_tf32, &f, v[i]);
		uint32_t bits;
		memcpy(&bits, &f, sizeof bits);
		CHECK_INT(bits & 0x1fff, 0);
		CHECK(isinf(v[i]) || fabs(v[i]) > 3e38 ||
			fabs(f - v[i]) <= fabs(v[i]) * 0x1p-11 + 0x1p-137);
	}
	float f;
	dtype_store_f64(DTYPE_tf32, &f, 1 + 0x1p-11);
	CHECK(f == 1);
	dtype_store_f64(DTYPE_tf32, &f, 1 + 0x1p-11 + 0x1p-40);
	CHECK(f == 1 + 0x1p-10f);
}

/* An i64 goes into a float in one rounding: through f64 these would be wrong. */
void test_dtype__integers_to_floats_round_once(void)
{
	float f;
	int64_t v = (1ll << 60) + (1ll << 36) + 1; /* just above a tie of f32; f64 drops the 1 */

	dtype_store_i64(DTYPE_f32, &f, v);
	CHECK(f == 0x1p60f + 0x1p37f);
	dtype_store_i64(DTYPE_f32, &f, -v);
	CHECK(f == -(0x1p60f + 0x1p37f));
	dtype_store_i64(DTYPE_f32, &f, INT64_MIN);
	CHECK(f == -0x1p63f);
	uint64_t u = UINT64_MAX;
	dtype_convert(DTYPE_f32, &f, DTYPE_ui64, &u);
	CHECK(f == 0x1p64f);
	double d;
	dtype_convert(DTYPE_f64, &d, DTYPE_ui64, &u);
	CHECK(d == 0x1p64);
	for (int64_t i = -70000; i < 70000; i += 7) {
		float want = (float)i;
		dtype_store_i64(DTYPE_f32, &f, i);
		CHECK(f == want);
		uint16_t a, b;
		dtype_store_i64(DTYPE_f16, &a, i);
		dtype_store_f64(DTYPE_f16, &b, (double)i);
		CHECK_INT(a, b);
	}
}

void test_dtype__integers(void)
{
	for (enum dtype t = 1; t < DTYPE_COUNT; t++) {
		const struct dtype_info *f = &dtype_table[t];
		int64_t at;
		if (!dtype_is_int(t) || f->bits == 64)
			continue;
		int64_t range = (int64_t)1 << f->bits, low = dtype_is_signed(t) ? -range / 2 : 0;
		for (int64_t v = low; v < low + range; v += f->bits > 16 ? range / 1000 : 1) {
			dtype_store_i64(t, &at, v);
			CHECK_INT(dtype_load_i64(t, &at), v);
			CHECK(dtype_load_f64(t, &at) == (double)v);
			dtype_store_i64(t, &at, v + 3 * range);         /* wraps */
			CHECK_INT(dtype_load_i64(t, &at), v);
			dtype_store_f64(
				t, &at, (double)v + (v < 0 ? -0.5 : 0.5)); /* towards zero */
			CHECK_INT(dtype_load_i64(t, &at), v);
		}
		dtype_store_f64(t, &at, 1e30);                          /* saturates */
		CHECK_INT(dtype_load_i64(t, &at), low + range - 1);
		dtype_store_f64(t, &at, -INFINITY);
		CHECK_INT(dtype_load_i64(t, &at), low);
		dtype_store_f64(t, &at, NAN);
		CHECK_INT(dtype_load_i64(t, &at), 0);
	}
	uint64_t u;
	dtype_store_f64(DTYPE_ui64, &u, 0x1p63);
	CHECK(u == 1ull << 63);
	dtype_store_f64(DTYPE_ui64, &u, 1e30);
	CHECK(u == UINT64_MAX);
	int64_t i;
	dtype_store_f64(DTYPE_i64, &i, -1e30);
	CHECK(i == INT64_MIN);
	dtype_store_f64(DTYPE_i64, &i, 0x1p63);
	CHECK(i == INT64_MAX);
	uint8_t b;
	dtype_store_i64(DTYPE_i1, &b, 256);
	CHECK_INT(b, 1);
	dtype_store_f64(DTYPE_i1, &b, 0.25);
	CHECK_INT(b, 1);
	dtype_store_f64(DTYPE_i1, &b, -0.0);
	CHECK_INT(b, 0);
}

void test_dtype__complex(void)
{
	float a[2] = { 1.5f, -2 }, real;
	double b[2];

	dtype_convert(DTYPE_c128, b, DTYPE_c64, a);
	CHECK(b[0] == 1.5 && b[1] == -2);
	dtype_convert(DTYPE_f32, &real, DTYPE_c64, a);
	CHECK(real == 1.5f);
	dtype_convert(DTYPE_c64, a, DTYPE_f32, &real);
	CHECK(a[0] == 1.5f && a[1] == 0);
	CHECK_INT(dtype_part(DTYPE_c128), DTYPE_f64);
}

void test_dtype__numbers_are_public(void)
{
#define DTYPE(name, public, ...) CHECK_INT(DTYPE_##name, WEFT_##public);
#include "ir/dtype.def"
#undef DTYPE
	for (enum dtype t = 1; t < DTYPE_COUNT; t++)
		CHECK_INT(dtype_find(dtype_table[t].text), t);
	CHECK_INT(dtype_find("f33"), DTYPE_none);
}
