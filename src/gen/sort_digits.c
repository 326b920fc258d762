/* sort_digits.c -- a row sorted by digits of a number, from the lowest on (LSD radix sort; Knuth,
 * The Art of Computer Programming 3, 5.2.5).
 *
 * Where the comparator says no more than key(a) < key(b), an element's key is an unsigned number in
 * that order, and DIGIT bits of it at a time are sorted by counting: stable, and in the order a
 * merge would give.  All digits are counted in one walk; one that all elements share is left out,
 * so small numbers in wide types cost what they need.
 *
 *   D1  integers as they are, floats by TOTALORDER, and what is computed of them first: both sides
 *       of the comparison are the same expression of a's and b's elements
 *   D2  floats by < with NaN behind all others: zeros are one key, NaN another, the largest
 *   D3  the same by >: every bit of the key is turned over
 *
 * < of floats alone is no order where there are NaN: that is left to the merge. */
#include "gen/core_impl.h"
#include "gen/sort_impl.h"
#include <string.h>

enum { DIGIT = 8, DIGITS = 1 << DIGIT };
#define DEEPEST 16                       /* of an expression that is looked at */
#define LEAST 96                         /* elements of a row: fewer are merged faster */

static bool element_of(const struct sort *s, const struct node *n, bool second, uint32_t *k)
{
	uint32_t i = (uint32_t)node_int(n, KEY_index, 0);

	*k = i / 2;
	return n->op == OP_parameter && i < 2 * s->count && i % 2 == second;
}

/* Are a, of the first elements, and b, of the second ones, the same expression? */
static bool twins(const struct sort *s, const struct node *a, const struct node *b, unsigned deep)
{
	uint32_t i, k;

	if (element_of(s, a, false, &i))
		return element_of(s, b, true, &k) && i == k;
	if (a->op == OP_parameter || a->op == OP_constant)
		return a == b && node_int(a, KEY_index, UINT32_MAX) >= 2 * (int64_t)s->count;
	if (a->op != b->op || a->nin != b->nin || a->attrs != b->attrs || a->nregions ||
		a->type != b->type || op_table[a->op].kind != OP_MAP || deep == DEEPEST)
		return false;
	for (uint32_t n = 0; n < a->nin; n++)
		if (!twins(s, a->in[n], b->in[n], deep + 1))
			return false;
	return true;
}

static bool compares(const struct node *n, const char *direction)
{
	return n->op == OP_compare && !strcmp(node_str(n, KEY_comparison_direction, ""), direction);
}

/* Is n: x is NaN? */
static bool says_nan(const struct node *n, const struct node *x)
{
	return compares(n, "NE") && n->in[0] == x && n->in[1] == x;
}

static bool says_number(const struct node *n, const struct node *x)
{
	return (n->op == OP_not && says_nan(n->in[0], x)) ||
	       (compares(n, "EQ") && n->in[0] == x && n->in[1] == x);
}

/* Is n: y is NaN and x is not? */
static bool says_nan_behind(const struct node *n, const struct node *x, const struct node *y)
{
	if (n->op != OP_and)
		return false;
	return (says_nan(n->in[0], y) && says_number(n->in[1], x)) ||
	       (says_nan(n->in[1], y) && says_number(n->in[0], x));
}

/* The comparison of r by < or > and the key of its first side; false: it is something else. */
static bool key_of_compare(const struct sort *s, const struct node *r, struct sort_key *key)
{
	bool greater = compares(r, "GT");

	if (!greater && !compares(r, "LT"))
		return false;
	if (twins(s, r->in[0], r->in[1], 0)) {
		*key = (struct sort_key){ r->in[0], greater, false };
		return true;
	}
	*key = (struct sort_key){ r->in[1], !greater, false };
	return twins(s, r->in[1], r->in[0], 0);
}

static bool sort_key_of(const struct sort *s, struct sort_key *key)
{
	const struct node *r = s->n->regions[0]->results[0];

	if (r->op == OP_or) {                    /* D2, D3 */
		uint32_t first = compares(r->in[1], "LT") || compares(r->in[1], "GT");
		const struct node *c = r->in[first];
		if (!key_of_compare(s, c, key) || !dtype_is_float(c->in[0]->type->dtype))
			return false;
		bool greater = compares(c, "GT");
		key->nan_last = true;
		return says_nan_behind(
			r->in[1 - first], c->in[greater ? 1 : 0], c->in[greater ? 0 : 1]);
	}
	if (!key_of_compare(s, r, key))
		return false;
	bool total = !strcmp(node_str(r, KEY_compare_type, ""), "TOTALORDER");
	return total || !dtype_is_float(dtype_part(key->node->type->dtype));
}

bool sort_digits_can(const struct sort *s, struct sort_key *key)
{
	int64_t d = s->dims[s->axis];

	return (d < 0 || d >= LEAST) && sort_key_of(s, key) &&
	       !dtype_is_complex(key->node->type->dtype);
}

/* The key of the row's element i, i64. */
static LLVMValueRef key_at(struct gen *g, struct sort *s, LLVMValueRef i)
{
	const struct sort_key *key = &s->key;
	enum dtype t = key->node->type->dtype;
	struct val *args = job_array(g->job, 2 * s->count, sizeof *args);
	struct frame f = { .up = g->frame, .id = ++g->nframes, .nvals = 2 * s->count,
		.vals = args, .op = s->n, .outer = { g->pred, g->pred_level } };

	for (uint32_t k = 0; k < s->count; k++)
		args[2 * k] = sort_element(g, s, k, i);
	g->frame = &f;
	LLVMValueRef v = value_at(g, key->node, NULL).v;
	g->frame = f.up;
	gen_here(g);
	if (key->nan_last) {
		v = SELECT(FCMP(OEQ, v, cf_like(v, 0)), cf_like(v, 0), v);
		v = SELECT(FCMP(UNO, v, v), cf_like(v, __builtin_nan("")), v);
	}
	if (dtype_is_float(t))
		v = op_total_order(g, t, v);
	if (dtype_is_float(t) || dtype_is_signed(t)) {
		unsigned bits = LLVMGetIntTypeWidth(LLVMTypeOf(v));
		v = XOR(v, ci_like(v, (int64_t)((uint64_t)1 << (bits - 1))));
	}
	if (key->greater)
		v = NOT(v);
	return LLVMBuildZExtOrBitCast(g->b, v, g->i64, "");
}

/* Where number `digit` of a key is counted. */
static LLVMValueRef digit_at(struct gen *g, LLVMValueRef key, LLVMValueRef digit)
{
	LLVMValueRef value = AND(LSHR(key, MUL(digit, c64(g, DIGIT))), c64(g, DIGITS - 1));

	return ADD(MUL(digit, c64(g, DIGITS)), value);
}

/* Counts all digits, and puts the indices down in order; the last element's key. */
static LLVMValueRef count_digits(
	struct gen *g, struct sort *s, LLVMValueRef counts, unsigned digits)
{
	struct loop *zero = job_alloc(g->job, sizeof *zero), *l = job_alloc(g->job, sizeof *l);

	loop_begin(g, zero, c64(g, 0), c64(g, (int64_t)digits * DIGITS), LANES);
	gen_here(g);
	LLVMSetAlignment(LLVMBuildStore(g->b, LLVMConstNull(lanes_of(s->it)),
		gep(g, s->it, counts, zero->iv)), 8);
	loop_end(g, zero);
	l->ncarried = 1;
	l->carried[0] = c64(g, 0);
	loop_begin(g, l, c64(g, 0), s->size, 1);
	LLVMValueRef key = key_at(g, s, l->iv);
	for (unsigned d = 0; d < digits; d++) {
		LLVMValueRef at = digit_at(g, key, c64(g, d));
		sort_store(g, s, counts, at, ADD(sort_load(g, s, counts, at), c64(g, 1)));
	}
	sort_store(g, s, s->order, l->iv, l->iv);
	l->carried[0] = key;
	loop_end(g, l);
	return l->carried[0];
}

/* Counts become places: how many come before. */
static void count_before(
	struct gen *g, struct sort *s, LLVMValueRef counts, LLVMValueRef lo, LLVMValueRef hi)
{
	struct loop *l = job_alloc(g->job, sizeof *l);

	l->ncarried = 1;
	l->carried[0] = c64(g, 0);
	loop_begin(g, l, lo, hi, 1);
	gen_here(g);
	LLVMValueRef n = sort_load(g, s, counts, l->iv);
	sort_store(g, s, counts, l->iv, l->carried[0]);
	l->carried[0] = ADD(l->carried[0], n);
	loop_end(g, l);
}

/* The first n indices of `from`, by that digit, to `to`. */
static void place_by_digit(struct gen *g, struct sort *s, LLVMValueRef counts, LLVMValueRef digit,
	LLVMValueRef n, LLVMValueRef from, LLVMValueRef to)
{
	struct loop *l = job_alloc(g->job, sizeof *l);

	l->ncarried = 0;
	loop_begin(g, l, c64(g, 0), n, 1);
	gen_here(g);
	LLVMValueRef i = sort_load(g, s, from, l->iv);
	LLVMValueRef at = digit_at(g, key_at(g, s, i), digit);
	LLVMValueRef place = sort_load(g, s, counts, at);
	sort_store(g, s, counts, at, ADD(place, c64(g, 1)));
	sort_store(g, s, to, place, i);
	loop_end(g, l);
}

LLVMValueRef sort_digits(struct gen *g, struct sort *s)
{
	LLVMTypeRef t = reg_type(g, s->key.node->type->dtype);
	unsigned bits = t == g->f32 ? 32 : t == g->f64 ? 64 : LLVMGetIntTypeWidth(t);
	unsigned digits = (bits + DIGIT - 1) / DIGIT;
	LLVMValueRef counts = gen_scratch(g, (size_t)digits * DIGITS * 8);
	struct loop *pass = job_alloc(g->job, sizeof *pass);

	LLVMValueRef last = count_digits(g, s, counts, digits);
	pass->ncarried = 2;
	pass->carried[0] = s->order;
	pass->carried[1] = s->other;
	loop_begin(g, pass, c64(g, 0), c64(g, digits), 1);
	gen_here(g);
	LLVMValueRef from = pass->carried[0], to = pass->carried[1], digit = pass->iv;
	LLVMValueRef of_last = sort_load(g, s, counts, digit_at(g, last, digit));
	LLVMValueRef shared = ICMP(EQ, of_last, s->size);
	LLVMValueRef lo = MUL(digit, c64(g, DIGITS)), hi = ADD(lo, c64(g, DIGITS));
	LLVMValueRef n = SELECT(shared, c64(g, 0), s->size);
	count_before(g, s, counts, lo, SELECT(shared, lo, hi));
	place_by_digit(g, s, counts, digit, n, from, to);
	gen_here(g);
	pass->carried[0] = SELECT(shared, from, to);
	pass->carried[1] = SELECT(shared, to, from);
	loop_end(g, pass);
	return pass->carried[0];
}
