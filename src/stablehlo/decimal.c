/* decimal.c -- decimal literals to the nearest double, ties to even.
 *
 * A literal is m 10^q with at most 19 digits in m, or lies between two such numbers.  m 5^q is a
 * product of 64 by 128 bits, of which the second half is needed only when the first leaves the
 * rounding open: Eisel and Lemire, "Number parsing at a gigabyte per second" (2021); that no other
 * case is left open is shown by Mushtak and Lemire, "Fast number parsing without fallback" (2022).
 * Where the digits behind the 19th decide, the literal is compared with the middle of two doubles,
 * in whole numbers of any length. Eight digits are read at once: the sums of pairs, of those, and
 * of those. */
#include "stablehlo/decimal.h"
#include <assert.h>
#include <stdbool.h>
#include <string.h>

#define LEAST_POWER (-342)
#define GREATEST_POWER 308

static const uint64_t powers[][2] = {
#define POWER(high, low) { high, low },
#include "stablehlo/power.def"
#undef POWER
};

static double from_bits(uint64_t bits)
{
	double v;

	memcpy(&v, &bits, sizeof v);
	return v;
}

struct wide {
	uint64_t high, low;
};

static struct wide multiply(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 v = (unsigned __int128)a * b;

	return (struct wide){ (uint64_t)(v >> 64), (uint64_t)v };
}

/* m's leading bit is set: the first 128 bits of m 5^q, as many as decide. */
static struct wide product(uint64_t m, int64_t q)
{
	const uint64_t *power = powers[q - LEAST_POWER];
	struct wide v = multiply(m, power[0]);

	if ((v.high & 0x1FF) == 0x1FF) {
		uint64_t more = multiply(m, power[1]).high;
		v.low += more;
		v.high += v.low < more;
	}
	return v;
}

double decimal_value(uint64_t m, int64_t q)
{
	if (!m || q < LEAST_POWER)
		return 0;
	if (q > GREATEST_POWER)
		return from_bits((uint64_t)0x7FF << 52);
	int zeros = __builtin_clzll(m);
	struct wide v = product(m << zeros, q);
	int top = (int)(v.high >> 63), shift = top + 9;
	uint64_t bits = v.high >> shift; /* 54 of them, one more than a double has */
	/* (log2(10) q, rounded down) + 63, the place of the leading bit, biased */
	int exponent = (int)((217706 * q) >> 16) + 63 + top - zeros + 1023;

	if (exponent <= 0) {                             /* a denormal, or 0 */
		if (exponent <= -63)
			return 0;
		bits >>= 1 - exponent;
		return from_bits((bits + (bits & 1)) >> 1);
	}
	/* Half way between two doubles, exactly: to even.  Only few powers can be. */
	if (v.low <= 1 && q >= -4 && q <= 23 && (bits & 3) == 1 && bits << shift == v.high)
		bits &= ~(uint64_t)1;
	bits = (bits + (bits & 1)) >> 1;
	if (bits >> 53) {
		bits >>= 1;
		exponent++;
	}
	if (exponent >= 0x7FF)
		return from_bits((uint64_t)0x7FF << 52);
	return from_bits((bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)exponent << 52);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static bool eight_digits(const char *s, uint64_t *m)
{
	uint64_t v;

	memcpy(&v, s, sizeof v);
	if (((v & 0xF0F0F0F0F0F0F0F0) | ((v + 0x0606060606060606) & 0xF0F0F0F0F0F0F0F0) >> 4) !=
		0x3333333333333333)
		return false;
	v -= 0x3030303030303030;
	v = v * 10 + (v >> 8);
	v = ((v & 0x000000FF000000FF) * 0x000F424000000064 +
		    (v >> 16 & 0x000000FF000000FF) * 0x0000271000000001) >> 32;
	*m = *m * 100000000 + (uint32_t)v;
	return true;
}
#else
static bool eight_digits(const char *s, uint64_t *m)
{
	(void)s;
	(void)m;
	return false;
}
#endif

static const char *digits(const char *s, const char *end, uint64_t *m)
{
	while (end - s >= 8 && eight_digits(s, m))
		s += 8;
	for (; s < end && is_digit(*s); s++)
		*m = *m * 10 + (uint64_t)(*s - '0');
	return s;
}

/* ---- more than 19 digits -------------------------------------------------------------------- */

#define MOST_DIGITS 770                  /* a double's middle to the next has at most 768 */

/* A whole number, lowest part first.  The largest is 5^1112 times 2^54, or 770 digits. */
struct big {
	int n;
	uint32_t w[192];
};

static void big_multiply(struct big *b, uint32_t by, uint32_t plus)
{
	uint64_t carry = plus;

	for (int i = 0; i < b->n; i++) {
		carry += (uint64_t)b->w[i] * by;
		b->w[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry) {
		assert(b->n < 192 && "no literal needs more");
		b->w[b->n++] = (uint32_t)carry;
	}
}

static void big_power(struct big *b, uint32_t base, int64_t n)
{
	for (; n > 0; n--)
		big_multiply(b, base, 0);
}

static int big_compare(const struct big *a, const struct big *b)
{
	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	for (int i = a->n - 1; i >= 0; i--)
		if (a->w[i] != b->w[i])
			return a->w[i] < b->w[i] ? -1 : 1;
	return 0;
}

/* The digits of s to end, and q lowered to the place of the last; of those that would be too many
 * only that there are some. */
static void big_digits(const char *s, const char *end, struct big *out, int64_t *q)
{
	int n = 0;
	bool more = false;

	*out = (struct big){ 0 };
	for (bool point = false; s < end; s++) {
		if (*s == '.') {
			point = true;
		} else if (n < MOST_DIGITS) {
			big_multiply(out, 10, (uint32_t)(*s - '0'));
			n += out->n != 0;
			*q -= point;
		} else {
			*q += !point;
			more |= *s != '0';
		}
	}
	if (more) {
		big_multiply(out, 10, 1);
		*q -= 1;
	}
}

/* Whether low or the double above it is nearer to the literal of digits s to end, exponent q. */
static double nearer(double low, const char *s, const char *end, int64_t q)
{
	struct big literal, middle = { 0 };
	uint64_t bits;

	big_digits(s, end, &literal, &q);
	memcpy(&bits, &low, sizeof bits);
	int64_t exponent = (int64_t)(bits >> 52);
	uint64_t m = (bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)(exponent != 0) << 52;
	/* the middle is (2 m + 1) 2^two, the literal digits 5^q 2^q */
	int64_t two = (exponent ? exponent : 1) - 1076 - q;
	m = 2 * m + 1;
	middle = (struct big){ 2, { (uint32_t)m, (uint32_t)(m >> 32) } };
	middle.n = middle.w[1] ? 2 : 1;
	big_power(q < 0 ? &middle : &literal, 5, q < 0 ? -q : q);
	big_power(two < 0 ? &literal : &middle, 2, two < 0 ? -two : two);
	int order = big_compare(&literal, &middle);
	bits += order > 0 || (order == 0 && (bits & 1));
	return from_bits(bits);
}

/* More than 19 digits may stand from s to end. */
static double long_literal(const char *s, const char *end, int64_t exponent)
{
	uint64_t m = 0;
	int64_t q = exponent;
	int n = 0;
	bool point = false, cut = false;

	for (const char *d = s; d < end; d++) {
		if (*d == '.') {
			point = true;
		} else if (n < 19) {
			m = m * 10 + (uint64_t)(*d - '0');
			n += m != 0;
			q -= point;
		} else {
			q += !point;
			cut |= *d != '0';
		}
	}
	double low = decimal_value(m, q);
	if (!cut || low == decimal_value(m + 1, q))
		return low;
	return nearer(low, s, end, exponent);
}

/* ---- literals ------------------------------------------------------------------------------- */

/* Behind the letter of an exponent, into *v; s where no digits are. */
static const char *read_exponent(const char *s, const char *end, int64_t *v)
{
	const char *from = s;
	bool minus = s < end && *s == '-';
	int64_t n = 0;

	s += s < end && (*s == '-' || *s == '+');
	if (s >= end || !is_digit(*s))
		return from;
	for (; s < end && is_digit(*s); s++)
		if (n < (int64_t)1 << 50)
			n = n * 10 + (*s - '0');
	*v = minus ? -n : n;
	return s;
}

const char *decimal_read(const char *from, const char *end, double *out)
{
	uint64_t m = 0;
	int64_t exponent = 0;
	const char *s = digits(from, end, &m), *point = s;

	if (s == from || s >= end || *s != '.')
		return from;
	const char *last = s = digits(s + 1, end, &m);
	if (s < end && (*s | 32) == 'e') {
		const char *behind = read_exponent(s + 1, end, &exponent);
		s = behind > s + 1 ? behind : s;
	}
	if (last - from > 20)
		*out = long_literal(from, last, exponent);
	else
		*out = decimal_value(m, exponent - (last - point - 1));
	return s;
}
