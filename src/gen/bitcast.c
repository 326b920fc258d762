/* bitcast.c -- bitcast_convert: the bits of elements as elements of another dtype.
 *
 * An element's bits are one word, an integer of its bytes with nothing above its bits, or two words
 * for complex<f64>.  Where the widths differ the result has, or the operand had, a last dimension
 * that counts the narrow elements of a wide one, those of the low bits first
 * (StableHLO, bitcast_convert). */
#include "gen/gen_impl.h"

struct words {
	LLVMValueRef w[2];               /* w[1]: of complex<f64> alone */
};

static unsigned bits_of(enum dtype t)
{
	return dtype_table[t].bits;
}

static LLVMTypeRef word_type(struct gen *g, enum dtype t)
{
	unsigned bytes = t == DTYPE_c128 ? 8 : (unsigned)dtype_bytes(t);

	return LLVMIntTypeInContext(g->llvm, 8 * bytes);
}

static LLVMValueRef word_of_part(struct gen *g, enum dtype t, LLVMValueRef v)
{
	const struct dtype_info *d = &dtype_table[t];

	if (d->kind == DTYPE_BOOL)
		return LLVMBuildZExt(g->b, v, like(v, g->i8), "");
	if (d->kind == DTYPE_FLOAT && d->bytes < 4)
		return narrow_encode(g, t, v);
	if (d->kind == DTYPE_FLOAT)
		return BITCAST(v, like(v, d->bytes == 8 ? g->i64 : g->i32));
	return d->bits < 8 ? AND(v, ci_like(v, (1 << d->bits) - 1)) : v;
}

static struct words words_of(struct gen *g, enum dtype t, struct val v)
{
	enum dtype part = dtype_part(t);
	struct words r = { { word_of_part(g, part, v.v), NULL } };

	if (part == t)
		return r;
	LLVMValueRef im = word_of_part(g, part, v.im);
	if (t == DTYPE_c128) {
		r.w[1] = im;
		return r;
	}
	LLVMTypeRef wide = like(im, g->i64);
	im = LLVMBuildZExt(g->b, im, wide, "");
	r.w[0] = OR(LLVMBuildZExt(g->b, r.w[0], wide, ""), SHL(im, ci_like(im, 32)));
	return r;
}

static LLVMValueRef part_of_word(struct gen *g, enum dtype t, LLVMValueRef w)
{
	const struct dtype_info *d = &dtype_table[t];

	if (d->kind == DTYPE_BOOL)
		return ICMP(NE, w, ci_like(w, 0));
	if (d->kind == DTYPE_FLOAT && d->bytes < 4)
		return narrow_decode(g, t, w);
	if (d->kind == DTYPE_FLOAT)
		return BITCAST(w, like(w, reg_type(g, t)));
	if (d->bits < 8 && dtype_is_signed(t))
		return ASHR(SHL(w, ci_like(w, 8 - d->bits)), ci_like(w, 8 - d->bits));
	return w;
}

static void value_of_words(struct gen *g, enum dtype t, struct words w, struct val *r)
{
	enum dtype part = dtype_part(t);

	r->im = NULL;
	if (t == DTYPE_c64) {
		LLVMTypeRef half = like(w.w[0], g->i32);
		r->im = part_of_word(g, part,
			LLVMBuildTrunc(g->b, LSHR(w.w[0], ci_like(w.w[0], 32)), half, ""));
		w.w[0] = LLVMBuildTrunc(g->b, w.w[0], half, "");
	} else if (t == DTYPE_c128) {
		r->im = part_of_word(g, part, w.w[1]);
	}
	r->v = part_of_word(g, part, w.w[0]);
}

/* The operand's words; a NaN of a buffer keeps bits that the dtype's arithmetic would not. */
static struct words operand_words(
	struct gen *g, const struct node *x, const struct ix *ix, struct val *v)
{
	const struct type *t = x->type;
	bool narrow = dtype_is_narrow(t->dtype);

	bool product = g->k->core == CORE_contract || g->k->core == CORE_attention;

	if (narrow && x->op == OP_parameter && !g->frame && !product) {
		struct type raw = *t;
		raw.dtype = dtype_bytes(t->dtype) == 2 ? DTYPE_ui16 : DTYPE_ui8;
		struct ix *at = ix_array(g, t->rank);
		for (uint32_t d = 0; d < t->rank; d++)
			at[d] = t->dims[d] == 1 ? ix_const(g, 0) : ix[d];
		*v = value_reads(g, (uint32_t)node_int(x, KEY_index, 0), &raw, at);
		return (struct words){ { v->v, NULL } };
	}
	*v = value_at(g, x, ix);
	gen_at(g, v->level);
	return words_of(g, t->dtype, *v);
}

static struct words words_lanes(struct gen *g, struct words w, const struct val *v)
{
	for (int i = 0; i < 2; i++)
		if (w.w[i])
			w.w[i] = val_lanes(g, (struct val){ w.w[i], NULL, v->level, v->lanes }).v;
	return w;
}

/* Element ix[last] of the narrow ones in a wide one. */
static struct val narrower(struct gen *g, const struct node *n, const struct ix *ix)
{
	enum dtype from = n->in[0]->type->dtype, to = n->type->dtype;
	struct ix which = ix[n->type->rank - 1];
	struct val v;
	struct words w = operand_words(g, n->in[0], ix, &v);
	LLVMValueRef j = ix_value(g, which);

	v.level = which.level > v.level ? which.level : v.level;
	if (is_vector(j) && !v.lanes) {
		w = words_lanes(g, w, &v);
		v.lanes = true;
	}
	gen_at(g, v.level);
	if (v.lanes && !is_vector(j))
		j = splat(g, j);
	j = LLVMBuildIntCast2(g->b, j, like(j, word_type(g, from)), false, "");
	LLVMValueRef at = MUL(j, ci_like(j, bits_of(to))), word = w.w[0];
	if (w.w[1]) {
		word = SELECT(ICMP(UGE, at, ci_like(at, 64)), w.w[1], word);
		at = AND(at, ci_like(at, 63));
	}
	if (to != DTYPE_c64 || from != DTYPE_c128)
		word = LSHR(word, at);
	word = LLVMBuildIntCast2(g->b, word, like(word, word_type(g, to)), false, "");
	if (bits_of(to) < 8)
		word = AND(word, ci_like(word, (1 << bits_of(to)) - 1));
	value_of_words(g, to, (struct words){ { word, NULL } }, &v);
	return v;
}

/* The narrow elements of the operand's last dimension as one. */
static struct val wider(struct gen *g, const struct node *n, const struct ix *ix)
{
	enum dtype from = n->in[0]->type->dtype, to = n->type->dtype;
	unsigned each = bits_of(from), count = bits_of(to) / each;
	struct ix *at = ix_array(g, n->type->rank + 1);
	struct words sum = { { NULL, NULL } };
	struct val r = { .level = 0 };

	for (uint32_t d = 0; d < n->type->rank; d++)
		at[d] = ix[d];
	for (unsigned i = 0; i < count; i++) {
		struct val v;
		at[n->type->rank] = ix_const(g, i);
		struct words w = operand_words(g, n->in[0], at, &v);
		r.level = v.level > r.level ? v.level : r.level;
		if (r.lanes && !v.lanes)
			w = words_lanes(g, w, &v);
		gen_at(g, r.level);
		LLVMTypeRef wide = like(w.w[0], word_type(g, to));
		LLVMValueRef x = LLVMBuildIntCast2(g->b, w.w[0], wide, false, "");
		unsigned shift = i * each % 64, half = i * each / 64;
		x = shift ? SHL(x, ci_like(x, shift)) : x;
		if (sum.w[half] && v.lanes && !r.lanes)
			sum = words_lanes(g, sum, &r);
		r.lanes |= v.lanes;
		gen_at(g, r.level);
		sum.w[half] = sum.w[half] ? OR(sum.w[half], x) : x;
	}
	value_of_words(g, to, sum, &r);
	return r;
}

struct val value_bitcast(struct gen *g, const struct node *n, const struct ix *ix)
{
	enum dtype from = n->in[0]->type->dtype, to = n->type->dtype;
	struct val v;

	if (from == to)
		return value_at(g, n->in[0], ix);
	if (bits_of(from) > bits_of(to))
		return narrower(g, n, ix);
	if (bits_of(from) < bits_of(to))
		return wider(g, n, ix);
	struct words w = operand_words(g, n->in[0], ix, &v);
	gen_at(g, v.level);
	value_of_words(g, to, w, &v);
	return v;
}
