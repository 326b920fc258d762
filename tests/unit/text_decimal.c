/* text_decimal.c -- decimal literals against strtod, to the last bit: of random digits and
 * exponents, of random doubles as they are printed, and of middles between two doubles, exact and
 * a little off. */
#include "base/hash.h"
#include "stablehlo/decimal.h"
#include "unit.h"
#include <math.h>
#include <stdbool.h>

static void hold(const char *text)
{
	double got = 0, want = strtod(text, NULL);
	size_t n = strlen(text);
	const char *behind = decimal_read(text, text + n, &got);

	if (behind != text + n)
		UNIT_FAIL("%s: read to %d of %zu", text, (int)(behind - text), n);
	if (memcmp(&got, &want, sizeof got) != 0)
		UNIT_FAIL("%s: expected %a, got %a", text, want, got);
}

static uint64_t state = 1;

static uint64_t any(void)
{
	return state = hash_mix(state, 1);
}

static double any_double(void)
{
	uint64_t bits = any() & INT64_MAX;
	double v;

	memcpy(&v, &bits, sizeof v);
	return isfinite(v) ? v : 1;
}

void test_decimal__as_printed(void)
{
	char text[64];

	for (int i = 0; i < 100000; i++) {
		snprintf(text, sizeof text, "%.*e", 1 + i % 24, i % 2 ? any_double() :
			ldexp((double)(any() >> 11), -53));
		hold(text);
	}
}

void test_decimal__any_digits(void)
{
	char text[128];

	for (int i = 0; i < 200000; i++) {
		int n = 0, digits = 1 + (int)(any() % 45);
		int point = 1 + (int)(any() % (uint64_t)digits);
		for (int d = 0; d < digits; d++) {
			bool zero = i % 3 == 0 && d < 20;
			n += snprintf(text + n, sizeof text - (size_t)n, "%s%d",
				d == point ? "." : "", zero ? 0 : (int)(any() % 10));
		}
		if (point == digits)
			text[n++] = '.';
		snprintf(text + n, sizeof text - (size_t)n, "%c%s%d", "eE"[i & 1], i % 5 ? "" : "+",
			i % 5 ? (int)(any() % 720) - 380 : (int)(any() % 20));
		hold(text);
	}
}

/* A middle has up to 768 digits; the last one and what is behind it decide. */
void test_decimal__middles(void)
{
	char text[2000];

	for (int i = 0; i < 3000; i++) {
		double small = ldexp((double)(any() >> 12), i % 2 ? -1074 : -52);
		double low = i % 3 ? any_double() : small;
		double high = nextafter(low, INFINITY);
		if (!isfinite(high))
			continue;
		long double middle = ((long double)low + high) / 2;
		int n = snprintf(text, sizeof text, "%.*Le", i % 7 ? 780 : 18 + i % 40, middle);
		char exponent[16], *e = memchr(text, 'e', (size_t)n);
		hold(text);
		snprintf(exponent, sizeof exponent, "%s", e);
		for (int more = 0; more < 3; more++) {
			snprintf(e, 40, "%s%s", more == 0 ? "1" : more == 1 ? "0000000001" : "0",
				exponent);
			hold(text);
		}
		while (e[-1] == '0')
			e--;
		if (e[-1] != '.') {
			e[-1]--;
			snprintf(e, 20, "9%s", exponent);
			hold(text);
		}
	}
}

void test_decimal__limits(void)
{
	static const char *const texts[] = { "0.0", "0.", "00.000", "0.0e999999999999999999999",
		"1.0e-999999999999999999999", "1.0e999999999999999999999",
		"4.9406564584124654e-324", "2.4703282292062327e-324",
		"2.4703282292062328e-324", "2.2250738585072011e-308",
		"2.2250738585072014e-308", "1.7976931348623157e308", "1.7976931348623158e308",
		"1.7976931348623159e308", "9007199254740993.0",
		"9007199254740992.99999999999999999999",
		"9007199254740993.00000000000000000000000000000000000000001",
		"18446744073709551615.0", "18446744073709551616.0", "99999999999999999999.0e-20",
		"8.5e22", "1.0e23", "123456789012345678901234567890.0e-345" };
	double v = 7;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		hold(texts[i]);
	char *zeros = malloc(3000100);
	memcpy(zeros, "0.", 2);
	memset(zeros + 2, '0', 3000000);
	snprintf(zeros + 3000002, 90, "9007199254740993000000000000001e3000017");
	hold(zeros);
	zeros[0] = '1';
	memset(zeros + 1, '0', 3000000);
	snprintf(zeros + 3000001, 90, "1.5e-3000001");
	hold(zeros);
	free(zeros);
	static const char *const none[] = { "", ".5", "1", "1e5", "e5", "-1.0" };
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		CHECK(decimal_read(none[i], none[i] + strlen(none[i]), &v) == none[i]);
	const char *no_exponent = "1.5e+";
	CHECK(decimal_read(no_exponent, no_exponent + 5, &v) == no_exponent + 3 && v == 1.5);
}
