/* op.c -- the table of op.def, and its rows by their text. */
#include "ir/op.h"
#include <pthread.h>
#include <string.h>

#define S_PREFIX "stablehlo."
#define F_PREFIX ""
#define Y_PREFIX "sdy."
#define W_PREFIX "weft."
enum {
	S = OP_S, C = OP_C, F = OP_F, Y = OP_Y, W = OP_W,
	MAP = OP_MAP, LEAF = OP_LEAF, MOVE = OP_MOVE, REDUCE = OP_REDUCE, WINDOW = OP_WINDOW,
	SCATTER = OP_SCATTER, SORT = OP_SORT, CONTRACT = OP_CONTRACT, EXPAND = OP_EXPAND,
	LIBRARY = OP_LIBRARY, RANDOM = OP_RANDOM, CONTROL = OP_CONTROL, CUSTOM = OP_CUSTOM,
	TUPLE = OP_TUPLE, TOKEN = OP_TOKEN, COLLECTIVE = OP_COLLECTIVE,
	COMMUTES = OP_COMMUTES, ASSOCIATES = OP_ASSOCIATES, IDEMPOTENT = OP_IDEMPOTENT,
	EFFECT = OP_EFFECT, FUNCTION = OP_FUNCTION, DIVIDES = OP_DIVIDES,
};

#define ROW(name, text, d, lo, hi, nr, kind, infer, flags) \
	{ name, text, (enum op_dialect)(d), lo, hi, nr, (enum op_kind)(kind), flags, infer_##infer }

const struct op_info op_table[OP_COUNT] = {
#define OP(name, d, lo, hi, nr, kind, infer, flags, meaning) \
	[OP_##name] = ROW(#name, d##_PREFIX #name, d, lo, hi, nr, kind, infer, flags),
#define CHLO(name, lo, hi, nr, kind, infer, flags, meaning) \
	[OP_chlo_##name] = ROW("chlo_" #name, "chlo." #name, C, lo, hi, nr, kind, infer, flags),
#define SDY(name, lo, hi, nr, kind, infer, flags, meaning) \
	[OP_sdy_##name] = ROW("sdy_" #name, "sdy." #name, Y, lo, hi, nr, kind, infer, flags),
#include "ir/op.def"
#undef OP
};

#define CONSTRAINTS(name, n, least, unbroken) [OP_##name] = n,
const uint8_t op_constraints[OP_COUNT] = {
#include "ir/constraint.def"
};
#undef CONSTRAINTS
#define CONSTRAINTS(name, n, least, unbroken) [OP_##name] = least,
const char *const op_least[OP_COUNT] = {
#include "ir/constraint.def"
};
#undef CONSTRAINTS

/* Rows by the hash of their text, plus one. */
enum { SLOTS = 1024 };
static uint16_t by_text[SLOTS];

static uint32_t text_hash(const char *text, size_t len)
{
	uint32_t h = 2166136261u;       /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)(text[i])) * 16777619u;
	return h;
}

static void by_text_fill(void)
{
	_Static_assert(OP_COUNT < SLOTS / 2, "the table of op texts is too full");
	for (uint16_t op = 0; op < OP_COUNT; op++) {
		uint32_t at = text_hash(op_table[op].text, strlen(op_table[op].text));
		while (by_text[at % SLOTS])
			at++;
		by_text[at % SLOTS] = (uint16_t)(op + 1);
	}
}

enum op op_find(const char *text, size_t len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, by_text_fill);
	for (uint32_t at = text_hash(text, len); by_text[at % SLOTS]; at++) {
		enum op op = (enum op)(by_text[at % SLOTS] - 1);
		if (strlen(op_table[op].text) == len && !memcmp(op_table[op].text, text, len))
			return op;
	}
	return OP_COUNT;
}

bool quant_moves(enum op op)
{
	enum op_kind k = op_table[op].kind;

	return k == OP_MOVE || k == OP_LEAF || k == OP_CONTROL || k == OP_TUPLE || k == OP_TOKEN ||
	       k == OP_REDUCE || k == OP_WINDOW || k == OP_SCATTER || k == OP_SORT ||
	       k == OP_CUSTOM || k == OP_COLLECTIVE || op == OP_map;
}
