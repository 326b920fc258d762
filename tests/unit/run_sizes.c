/* Unit tests of what a call computes before its first step: the size table, by itself, and where
 * buffers lie. */
#include "run_build.h"

/* ---- the size table by itself --------------------------------------------------------------- */

struct size_case {
	enum abi_size_op op;
	int64_t a, b, want;
	const char *error;
};
static const struct size_case size_cases[] = {
	{ ABI_SIZE_add, 3, -4, -1, NULL },
	{ ABI_SIZE_add, INT64_MAX, 1, 0, "overflows" },
	{ ABI_SIZE_sub, INT64_MIN, 1, 0, "overflows" },
	{ ABI_SIZE_mul, INT64_MAX / 2, 3, 0, "overflows" },
	{ ABI_SIZE_mul, -3, 4, -12, NULL },
	{ ABI_SIZE_floordiv, 7, 2, 3, NULL }, { ABI_SIZE_floordiv, -7, 2, -4, NULL },
	{ ABI_SIZE_floordiv, 7, -2, -4, NULL }, { ABI_SIZE_floordiv, -8, 2, -4, NULL },
	{ ABI_SIZE_ceildiv, 7, 2, 4, NULL }, { ABI_SIZE_ceildiv, -7, 2, -3, NULL },
	{ ABI_SIZE_ceildiv, 8, 2, 4, NULL },
	{ ABI_SIZE_mod, 7, 3, 1, NULL }, { ABI_SIZE_mod, -7, 3, 2, NULL },
	{ ABI_SIZE_floordiv, 7, 0, 0, "division by 0" }, { ABI_SIZE_mod, 7, 0, 0, "division by 0" },
	{ ABI_SIZE_floordiv, INT64_MIN, -1, 0, "overflows" },
	{ ABI_SIZE_min, -2, 9, -2, NULL }, { ABI_SIZE_max, -2, 9, 9, NULL },
	{ ABI_SIZE_check_eq, 4, 4, 4, NULL }, { ABI_SIZE_check_eq, 4, 5, 0, "expected 5, found 4" },
	{ ABI_SIZE_check_le, 5, 4, 0, "expected at most 4, found 5" },
};

void test_size__operations(void)
{
	for (size_t i = 0; i < sizeof size_cases / sizeof *size_cases; i++) {
		const struct size_case *c = &size_cases[i];
		struct abi_size table[3] = { { .op = ABI_SIZE_const, .a = c->a },
			{ .op = ABI_SIZE_const, .a = c->b },
			{ .op = (uint16_t)c->op, .a = -1, .b = -2, .text = 1 } };
		struct exe x = { .image = { .sizes = table, .nsizes = 3, .strings = "\0what" } };
		int64_t values[3];
		unsigned char defined[3] = { 0 };
		struct frame f = { .x = &x, .sizes = values, .defined = defined };
		if (c->error) {
			CHECK_ERROR(size_eval(&f, 0, 3), WEFT_INVALID_ARGUMENT, c->error);
		} else {
			CHECK_OK(size_eval(&f, 0, 3));
			CHECK_INT(values[2], c->want);
		}
		memset(defined, 0, sizeof defined);
		CHECK_ERROR(size_eval(&f, 2, 1), WEFT_INTERNAL, "not known yet");
	}
}

/* ---- placement ------------------------------------------------------------------------------ */

static void placement_check(struct interval *v, uint32_t n, int64_t most)
{
	uint32_t order[64];
	int64_t total = place_intervals(v, n, order);

	CHECK(total >= 0 && total <= most);
	for (uint32_t i = 0; i < n; i++) {
		CHECK(v[i].offset % ABI_ALIGN == 0 && v[i].offset + v[i].bytes <= total);
		for (uint32_t k = 0; k < i; k++)
			CHECK(v[k].last < v[i].first || v[i].last < v[k].first ||
				v[k].offset + v[k].bytes <= v[i].offset ||
				v[i].offset + v[i].bytes <= v[k].offset);
	}
}

void test_place__intervals(void)
{
	struct interval chain[] = { { 0, 1, 640, 0 }, { 1, 2, 640, 0 }, { 2, 3, 640, 0 },
		{ 3, 4, 640, 0 } };
	placement_check(chain, 4, 1280);
	struct interval gap[] = { { 0, 9, 64, 0 }, { 0, 3, 128, 0 }, { 5, 9, 128, 0 }, { 0, 9, 64,
		0 } };
	placement_check(gap, 4, 256);
	struct interval odd[] = { { 0, 0, 1, 0 }, { 0, 0, 65, 0 }, { 0, 0, 0, 0 } };
	placement_check(odd, 3, 192);
	struct interval over[] = { { 0, 1, INT64_MAX - 100, 0 }, { 0, 1, INT64_MAX - 100, 0 } };
	uint32_t order[2];
	CHECK_INT(place_intervals(over, 2, order), -1);
	unsigned seed = 7;
	for (int round = 0; round < 300; round++) {
		struct interval v[40];
		for (int i = 0; i < 40; i++) {
			seed = seed * 1664525u + 1013904223u;
			v[i] = (struct interval){ seed >> 20 & 63, 0, seed >> 8 & 0xfff, 0 };
			v[i].last = v[i].first + (seed >> 28);
		}
		placement_check(v, 40, INT64_MAX);
	}
}
