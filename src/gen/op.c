/* op.c -- elementwise ops on values in registers.
 *
 * Integers are total as the interpreter's (ir/eval/scalar.c): x / 0 is -1, x % 0 is x, MIN / -1 is
 * MIN, shifts past the width give 0 or the sign, floats convert to integers saturating with NaN as
 * 0.  Integers narrower than a byte lie extended in one and are extended again after each op.
 * Floats narrower than 32 bits are f32 here. */
#include "gen/core_impl.h"
#include "gen/gen_impl.h"
#include "gen/math/math.h"
#include <math.h>
#include <string.h>

static enum dtype operand_type(const struct node *n)
{
	return n->in[0]->type->dtype;
}

/* Wraps an i8 to the type's bits again. */
static LLVMValueRef wrap(struct gen *g, enum dtype t, LLVMValueRef v)
{
	int bits = dtype_table[t].bits;

	if (bits >= 8 || dtype_table[t].kind == DTYPE_BOOL)
		return v;
	if (dtype_is_unsigned(t))
		return AND(v, ci_like(v, (1 << bits) - 1));
	return ASHR(SHL(v, ci_like(v, 8 - bits)), ci_like(v, 8 - bits));
}

/* The low bits only, as an unsigned number. */
static LLVMValueRef low_bits(struct gen *g, enum dtype t, LLVMValueRef v)
{
	int bits = dtype_table[t].bits;

	return bits < 8 ? AND(v, ci_like(v, (1 << bits) - 1)) : v;
}

static int64_t least(enum dtype t)
{
	return (int64_t)(0 - ((uint64_t)1 << (dtype_table[t].bits - 1)));
}

/* ---- conversions ---------------------------------------------------------------------------- */

/* f64 to f32 rounded to odd, so that rounding again to fewer bits is rounding once. */
static LLVMValueRef trunc_to_odd(struct gen *g, LLVMValueRef v)
{
	LLVMValueRef f = LLVMBuildFPTrunc(g->b, v, like(v, g->f32), "");
	LLVMValueRef back = LLVMBuildFPExt(g->b, f, LLVMTypeOf(v), "");
	LLVMValueRef bits = BITCAST(f, like(v, g->i32));
	LLVMValueRef inexact = FCMP(ONE, back, v);
	LLVMValueRef above = FCMP(OGT, math_abs(g, back), math_abs(g, v));
	LLVMValueRef down = SUB(bits, LLVMBuildZExt(g->b, above, like(v, g->i32), ""));
	LLVMValueRef odd = OR(down, ci_like(down, 1));

	return BITCAST(SELECT(inexact, odd, bits), like(v, g->f32));
}

static LLVMValueRef float_to_float(struct gen *g, enum dtype from, enum dtype to, LLVMValueRef v)
{
	bool narrow = dtype_bytes(to) < 4 || to == DTYPE_tf32;

	if (from == DTYPE_f64 && to != DTYPE_f64)
		v = narrow ? trunc_to_odd(g, v) : LLVMBuildFPTrunc(g->b, v, like(v, g->f32), "");
	else if (from != DTYPE_f64 && to == DTYPE_f64)
		return LLVMBuildFPExt(g->b, v, like(v, g->f64), "");
	return narrow && from != to ? narrow_round(g, to, narrow_quiet(g, to, v)) : v;
}

/* Saturating, NaN is 0.  By comparisons with the ends: LLVM's own saturating conversion of vectors
 * goes element by element on x86.  `most` is the last number before the end that the float holds:
 * the end itself where `exact`. */
static LLVMValueRef float_to_int(struct gen *g, enum dtype to, LLVMValueRef v)
{
	bool is_signed = dtype_is_signed(to), wide = like(v, g->f64) == LLVMTypeOf(v);
	int bits = dtype_table[to].bits, digits = wide ? 53 : 24, high = bits - is_signed;
	bool exact = high <= digits;
	double least = is_signed ? -ldexp(1, high) : 0, end = ldexp(1, high);
	double most = end - (exact ? 1 : ldexp(1, high - digits));
	LLVMTypeRef t = like(v, LLVMIntTypeInContext(g->llvm, bits > 32 ? 64 : 32));

	LLVMValueRef low = cf_like(v, least), top = cf_like(v, most);
	LLVMValueRef x = SELECT(FCMP(OGT, v, low), v, low);
	x = SELECT(FCMP(OLT, x, top), x, top);
	LLVMValueRef r = is_signed || bits < 32 ? LLVMBuildFPToSI(g->b, x, t, "")
						: LLVMBuildFPToUI(g->b, x, t, "");
	if (!exact)
		r = SELECT(FCMP(OGE, v, cf_like(v, end)),
			ci_like(r, is_signed ? (int64_t)(~UINT64_C(0) >> (65 - bits)) : -1), r);
	if (is_signed)
		r = SELECT(FCMP(UNO, v, v), ci_like(r, 0), r);
	return bits >= 32 ? r : LLVMBuildTrunc(g->b, r, like(v, reg_type(g, to)), "");
}

static LLVMValueRef int_to_float(struct gen *g, enum dtype from, enum dtype to, LLVMValueRef v)
{
	/* Through f64, which holds 32 bits: the one rounding is to the narrow type. */
	bool twice = to != DTYPE_f64 && to != DTYPE_f32 && dtype_bytes(from) >= 4;
	LLVMTypeRef t = like(v, to == DTYPE_f64 || twice ? g->f64 : g->f32);
	LLVMValueRef f = dtype_is_signed(from) ? LLVMBuildSIToFP(g->b, v, t, "") :
		LLVMBuildUIToFP(g->b, v, t, "");

	return float_to_float(g,
		twice             ? DTYPE_f64
		: to == DTYPE_f64 ? DTYPE_f64
				  : DTYPE_f32,
		to, f);
}

static LLVMValueRef int_to_int(struct gen *g, enum dtype from, enum dtype to, LLVMValueRef v)
{
	LLVMTypeRef t = like(v, reg_type(g, to));
	unsigned a = 8u * (unsigned)dtype_bytes(from), b = 8u * (unsigned)dtype_bytes(to);

	if (dtype_table[from].kind == DTYPE_BOOL)
		return LLVMBuildZExt(g->b, v, t, "");
	if (a > b)
		v = LLVMBuildTrunc(g->b, v, t, "");
	else if (a < b)
		v = dtype_is_signed(from) ? LLVMBuildSExt(g->b, v, t, "")
					  : LLVMBuildZExt(g->b, v, t, "");
	return wrap(g, to, v);
}

static LLVMValueRef convert_part(struct gen *g, enum dtype from, enum dtype to, LLVMValueRef v)
{
	enum dtype_class a = dtype_table[from].kind, b = dtype_table[to].kind;

	if (from == to)
		return v;
	if (b == DTYPE_BOOL)
		return a == DTYPE_FLOAT ? FCMP(UNE, v, cf_like(v, 0)) : ICMP(NE, v, ci_like(v, 0));
	if (a == DTYPE_FLOAT)
		return b == DTYPE_FLOAT ? float_to_float(g, from, to, v) : float_to_int(g, to, v);
	if (b != DTYPE_FLOAT)
		return int_to_int(g, from, to, v);
	if (a == DTYPE_BOOL)
		return SELECT(v,
			const_of(like(v, reg_type(g, to)), LLVMConstReal(reg_type(g, to), 1)),
			const_of(like(v, reg_type(g, to)), LLVMConstReal(reg_type(g, to), 0)));
	return int_to_float(g, from, to, v);
}

struct val op_convert(struct gen *g, enum dtype from, enum dtype to, struct val a)
{
	struct val r = { .level = a.level, .lanes = a.lanes };

	r.v = convert_part(g, dtype_part(from), dtype_part(to), a.v);
	if (dtype_is_complex(to))
		r.im = a.im ? convert_part(g, dtype_part(from), dtype_part(to), a.im)
			    : cf_like(r.v, 0);
	return r;
}

/* ---- two operands --------------------------------------------------------------------------- */

static LLVMValueRef int_divide(
	struct gen *g, enum dtype t, LLVMValueRef a, LLVMValueRef b, bool quotient)
{
	LLVMValueRef zero = ICMP(EQ, b, ci_like(b, 0));

	if (!dtype_is_signed(t)) {
		LLVMValueRef safe = SELECT(zero, ci_like(b, 1), b);
		if (quotient)
			return SELECT(zero,
				ci_like(b, dtype_table[t].bits < 8 ? (1 << dtype_table[t].bits) - 1
								   : -1),
				LLVMBuildUDiv(g->b, a, safe, ""));
		return SELECT(zero, a, LLVMBuildURem(g->b, a, safe, ""));
	}
	LLVMValueRef over = AND(ICMP(EQ, b, ci_like(b, -1)), ICMP(EQ, a, ci_like(a, least(t))));
	LLVMValueRef safe = SELECT(OR(zero, over), ci_like(b, 1), b);
	if (quotient)
		return SELECT(zero, ci_like(b, -1), LLVMBuildSDiv(g->b, a, safe, ""));
	return SELECT(zero, a, LLVMBuildSRem(g->b, a, safe, ""));
}

static LLVMValueRef shift(struct gen *g, enum op op, enum dtype t, LLVMValueRef a, LLVMValueRef b)
{
	int bits = dtype_table[t].bits;
	LLVMValueRef amount = low_bits(g, t, b), far = ICMP(UGE, amount, ci_like(b, bits));

	if (op == OP_shift_right_arithmetic) {
		amount = SELECT(far, ci_like(b, bits - 1), amount);
		/* The sign is the top bit, of unsigned types too. */
		if (bits < 8 && dtype_is_unsigned(t))
			a = ASHR(SHL(a, ci_like(a, 8 - bits)), ci_like(a, 8 - bits));
		return wrap(g, t, ASHR(a, amount));
	}
	amount = SELECT(far, ci_like(b, 0), amount);
	LLVMValueRef r = op == OP_shift_left ? SHL(a, amount) : LSHR(low_bits(g, t, a), amount);
	return SELECT(far, ci_like(a, 0), wrap(g, t, r));
}

/* a to the power b by squaring; of negative b what a truncated 1 / a^-b is. */
static LLVMValueRef int_power(struct gen *g, enum dtype t, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef r = ci_like(a, 1), base = a, one = ci_like(a, 1), zero = ci_like(a, 0);
	int bits = dtype_table[t].bits;

	for (int i = 0; i < bits; i++) {
		LLVMValueRef bit = AND(LSHR(b, ci_like(b, i)), one);
		r = SELECT(ICMP(NE, bit, zero), wrap(g, t, MUL(r, base)), r);
		base = wrap(g, t, MUL(base, base));
	}
	if (!dtype_is_signed(t))
		return r;
	LLVMValueRef odd = ICMP(NE, AND(b, one), zero), minus = ci_like(a, -1);
	LLVMValueRef inverse = SELECT(ICMP(EQ, a, one), one,
		SELECT(ICMP(EQ, a, minus), SELECT(odd, minus, one), zero));
	return SELECT(ICMP(SLT, b, zero), inverse, r);
}

/* The high half of the product of 64-bit numbers, by four products of halves. */
static LLVMValueRef multiply_high_64(struct gen *g, bool sign, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef half = ci_like(a, 32), low = ci_like(a, UINT32_MAX), zero = ci_like(a, 0);
	LLVMValueRef al = AND(a, low), ah = LSHR(a, half), bl = AND(b, low), bh = LSHR(b, half);
	LLVMValueRef mid = ADD(MUL(ah, bl), LSHR(MUL(al, bl), half));
	LLVMValueRef rest = ADD(AND(mid, low), MUL(al, bh));
	LLVMValueRef r = ADD(ADD(MUL(ah, bh), LSHR(mid, half)), LSHR(rest, half));

	if (!sign)
		return r;
	r = SUB(r, SELECT(ICMP(SLT, a, zero), b, zero));
	return SUB(r, SELECT(ICMP(SLT, b, zero), a, zero));
}

static LLVMValueRef multiply_high(struct gen *g, enum dtype t, LLVMValueRef a, LLVMValueRef b)
{
	bool sign = dtype_is_signed(t);
	int bits = dtype_table[t].bits;
	LLVMTypeRef narrow = LLVMTypeOf(a), wide = like(a, g->i64);

	if (bits == 64)
		return multiply_high_64(g, sign, a, b);
	a = sign ? LLVMBuildSExt(g->b, a, wide, "") : LLVMBuildZExt(g->b, a, wide, "");
	b = sign ? LLVMBuildSExt(g->b, b, wide, "") : LLVMBuildZExt(g->b, b, wide, "");
	return LLVMBuildTrunc(g->b, ASHR(MUL(a, b), ci_like(a, bits)), narrow, "");
}

static LLVMValueRef bool_binary(struct gen *g, enum op op, LLVMValueRef a, LLVMValueRef b)
{
	switch (op) {
	case OP_add: case OP_or: case OP_maximum: return OR(a, b);
	case OP_multiply: case OP_chlo_square: case OP_and: case OP_minimum: return AND(a, b);
	case OP_xor: case OP_subtract: return XOR(a, b);
	default: return NULL;
	}
}

static LLVMValueRef int_binary(
	struct gen *g, enum op op, enum dtype t, LLVMValueRef a, LLVMValueRef b)
{
	bool sign = dtype_is_signed(t);

	switch (op) {
	case OP_add: return wrap(g, t, ADD(a, b));
	case OP_subtract: return wrap(g, t, SUB(a, b));
	case OP_multiply: return wrap(g, t, MUL(a, b));
	case OP_divide: return wrap(g, t, int_divide(g, t, a, b, true));
	case OP_remainder: return wrap(g, t, int_divide(g, t, a, b, false));
	case OP_maximum: return call2(g, sign ? "llvm.smax" : "llvm.umax", a, b);
	case OP_minimum: return call2(g, sign ? "llvm.smin" : "llvm.umin", a, b);
	case OP_and: return AND(a, b);
	case OP_or: return OR(a, b);
	case OP_xor: return XOR(a, b);
	case OP_shift_left:
	case OP_shift_right_arithmetic:
	case OP_shift_right_logical: return shift(g, op, t, a, b);
	case OP_power: return int_power(g, t, a, b);
	case OP_chlo_mulhi: return wrap(g, t, multiply_high(g, t, a, b));
	default: return NULL;
	}
}

/* A product or quotient.  One of f8E8M0FNU that is too small for f32 is not 0, which that dtype
 * lacks, but its least number. */
static LLVMValueRef not_zero(struct gen *g, enum dtype t, LLVMValueRef r)
{
	if (dtype_table[t].special != DTYPE_E8M0)
		return r;
	return SELECT(FCMP(OEQ, r, cf_like(r, 0)), cf_like(r, 0x1p-149), r);
}

static LLVMValueRef float_binary(
	struct gen *g, enum op op, enum dtype t, LLVMValueRef a, LLVMValueRef b)
{
	switch (op) {
	case OP_add: return FADD(a, b);
	case OP_subtract: return FSUB(a, b);
	case OP_multiply: return not_zero(g, t, FMUL(a, b));
	case OP_divide: return not_zero(g, t, FDIV(a, b));
	case OP_maximum: return extreme_of_two(g, a, b, true);
	case OP_minimum: return extreme_of_two(g, a, b, false);
	default: return NULL;
	}
}

/* By the real parts, then the imaginary ones; the first that is no number wins. */
static struct val complex_extreme(struct gen *g, struct val a, struct val b, bool maximum)
{
	struct val r = a;
	LLVMValueRef above =
		OR(FCMP(OGT, a.v, b.v), AND(FCMP(OEQ, a.v, b.v), FCMP(OGT, a.im, b.im)));
	LLVMValueRef a_nan = OR(FCMP(UNO, a.v, a.v), FCMP(UNO, a.im, a.im));
	LLVMValueRef b_nan = OR(FCMP(UNO, b.v, b.v), FCMP(UNO, b.im, b.im));
	LLVMValueRef first = OR(a_nan, AND(NOT(b_nan), maximum ? above : NOT(above)));

	r.v = SELECT(first, a.v, b.v);
	r.im = SELECT(first, a.im, b.im);
	return r;
}

static struct val complex_binary(struct gen *g, enum op op, struct val a, struct val b)
{
	struct val r = { .level = a.level, .lanes = a.lanes };

	switch (op) {
	case OP_add: r.v = FADD(a.v, b.v), r.im = FADD(a.im, b.im); break;
	case OP_subtract: r.v = FSUB(a.v, b.v), r.im = FSUB(a.im, b.im); break;
	case OP_multiply: /* each part fused once, as the interpreter */
		r.v = fma3(g, a.v, b.v, FNEG(FMUL(a.im, b.im)));
		r.im = fma3(g, a.im, b.v, FMUL(a.v, b.im));
		break;
	case OP_divide: return math_complex_divide(g, a, b);
	case OP_maximum: return complex_extreme(g, a, b, true);
	case OP_minimum: return complex_extreme(g, a, b, false);
	default: break;
	}
	return r;
}

/* v NULL: there is no such op for the type. */
struct val op_binary(struct gen *g, enum op op, enum dtype t, struct val a, struct val b)
{
	struct val r = { .level = a.level, .lanes = a.lanes };

	switch (dtype_table[t].kind) {
	case DTYPE_BOOL: r.v = bool_binary(g, op, a.v, b.v); return r;
	case DTYPE_FLOAT: r.v = float_binary(g, op, t, a.v, b.v); return r;
	case DTYPE_COMPLEX: return complex_binary(g, op, a, b);
	default: r.v = int_binary(g, op, t, a.v, b.v); return r;
	}
}

struct val op_select(struct gen *g, struct val p, struct val a, struct val b)
{
	struct val r = a;

	r.v = SELECT(p.v, a.v, b.v);
	if (a.im)
		r.im = SELECT(p.v, a.im, b.im);
	return r;
}

/* The neighbour of a towards b in dtype t: a step of the sign-magnitude integer. */
/* tf32 is an f32 whose lowest bits are zero (ir/dtype.c). */
enum { TF32_BELOW = 13 };

/* The bits of a number of dtype t as dtype.def counts them, in an integer that may be wider; and
 * back. */
static LLVMValueRef code_of(struct gen *g, enum dtype t, LLVMValueRef a)
{
	if (dtype_bytes(t) < 4)
		return narrow_encode(g, t, a);
	LLVMValueRef u = BITCAST(a, like(a, t == DTYPE_f64 ? g->i64 : g->i32));
	return t == DTYPE_tf32 ? LSHR(u, ci_like(u, TF32_BELOW)) : u;
}

static LLVMValueRef of_code(struct gen *g, enum dtype t, LLVMValueRef u)
{
	if (dtype_bytes(t) < 4)
		return narrow_decode(g, t, u);
	if (t == DTYPE_tf32)
		u = SHL(u, ci_like(u, TF32_BELOW));
	return BITCAST(u, like(u, t == DTYPE_f64 ? g->f64 : g->f32));
}

static LLVMValueRef next_after(struct gen *g, enum dtype t, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef bits = code_of(g, t, a), one = ci_like(bits, 1);
	LLVMValueRef sign = ci_like(bits, (int64_t)((uint64_t)1 << (dtype_table[t].bits - 1)));
	LLVMValueRef zero = cf_like(a, 0), away = XOR(FCMP(OLT, a, b), FCMP(OLT, a, zero));
	LLVMValueRef moved = SELECT(away, ADD(bits, one), SUB(bits, one));
	LLVMValueRef least = SELECT(FCMP(OLT, b, zero), OR(sign, one), one);

	moved = SELECT(FCMP(OEQ, a, zero), least, moved);
	LLVMValueRef r = SELECT(FCMP(OEQ, a, b), b, of_code(g, t, moved));
	return SELECT(FCMP(UNO, a, b), cf_like(a, __builtin_nan("")), r);
}

/* ---- compare -------------------------------------------------------------------------------- */

LLVMValueRef op_total_order(struct gen *g, enum dtype t, LLVMValueRef v)
{
	bool wide = t == DTYPE_f64;

	if (dtype_table[t].special == DTYPE_FNUZ)        /* its NaN has no sign */
		v = SELECT(FCMP(UNO, v, v), cf_like(v, __builtin_nan("")), v);
	LLVMValueRef i = BITCAST(v, like(v, wide ? g->i64 : g->i32));
	LLVMValueRef sign = ASHR(i, ci_like(i, wide ? 63 : 31));

	return XOR(i, AND(sign, ci_like(i, wide ? INT64_MAX : INT32_MAX)));
}

static struct val compare(struct gen *g, const struct node *n, const struct val *in)
{
	static const LLVMRealPredicate real[] = { LLVMRealOEQ, LLVMRealUNE, LLVMRealOLT,
		LLVMRealOLE, LLVMRealOGT, LLVMRealOGE };
	static const LLVMIntPredicate sign[] = { LLVMIntEQ, LLVMIntNE, LLVMIntSLT, LLVMIntSLE,
		LLVMIntSGT, LLVMIntSGE };
	static const LLVMIntPredicate unsign[] = { LLVMIntEQ, LLVMIntNE, LLVMIntULT, LLVMIntULE,
		LLVMIntUGT, LLVMIntUGE };
	static const char *const names[] = { "EQ", "NE", "LT", "LE", "GT", "GE" };
	const char *direction = node_str(n, KEY_comparison_direction, "");
	const char *how = node_str(n, KEY_compare_type, "");
	enum dtype t = operand_type(n);
	struct val r = in[0];
	int d = 0;

	while (d < 5 && strcmp(names[d], direction) != 0)
		d++;
	r.im = NULL;
	if (dtype_is_complex(t)) {       /* real parts first, imaginary ones where they are equal */
		static const LLVMRealPredicate strict[] = { LLVMRealOEQ, LLVMRealUNE, LLVMRealOLT,
			LLVMRealOLT, LLVMRealOGT, LLVMRealOGT };
		LLVMValueRef re = LLVMBuildFCmp(g->b, strict[d], in[0].v, in[1].v, "");
		LLVMValueRef im = LLVMBuildFCmp(g->b, real[d], in[0].im, in[1].im, "");
		r.v = d == 0 ? AND(re, im)
		      : d == 1 ? OR(re, im)
			       : OR(re, AND(FCMP(OEQ, in[0].v, in[1].v), im));
	} else if (dtype_is_float(t) && strcmp(how, "TOTALORDER") == 0) {
		r.v = LLVMBuildICmp(g->b, sign[d], op_total_order(g, t, in[0].v),
			op_total_order(g, t, in[1].v), "");
	} else if (dtype_is_float(t)) {
		r.v = LLVMBuildFCmp(g->b, real[d], in[0].v, in[1].v, "");
	} else {
		r.v = LLVMBuildICmp(
			g->b, (dtype_is_signed(t) ? sign : unsign)[d], in[0].v, in[1].v, "");
	}
	return r;
}

/* ---- one operand ---------------------------------------------------------------------------- */

static LLVMValueRef count_bits(struct gen *g, enum op op, enum dtype t, LLVMValueRef v)
{
	int extra = 8 * (int)dtype_bytes(t) - dtype_table[t].bits;

	v = low_bits(g, t, v);
	if (op == OP_popcnt)
		return wrap(g, t, call1(g, "llvm.ctpop", v));
	LLVMTypeRef over = LLVMTypeOf(v);
	unsigned id = LLVMLookupIntrinsicID("llvm.ctlz", 9);
	LLVMValueRef args[] = { v, LLVMConstInt(g->i1, 0, false) };
	LLVMValueRef r = LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, &over, 1),
		LLVMGetIntrinsicDeclaration(g->module, id, &over, 1), args, 2, "");
	return wrap(g, t, SUB(r, ci_like(r, extra)));
}

static LLVMValueRef int_unary(struct gen *g, enum op op, enum dtype t, LLVMValueRef a)
{
	LLVMValueRef zero = ci_like(a, 0);

	switch (op) {
	case OP_abs:
		return dtype_is_signed(t) ? wrap(g, t, call2(g, "llvm.smax", a, SUB(zero, a))) : a;
	case OP_negate: return wrap(g, t, SUB(zero, a));
	case OP_not: return wrap(g, t, NOT(a));
	case OP_popcnt:
	case OP_count_leading_zeros: return count_bits(g, op, t, a);
	case OP_sign:
		if (dtype_is_unsigned(t))
			return SELECT(ICMP(EQ, a, zero), zero, ci_like(a, 1));
		return call2(
			g, "llvm.smax", call2(g, "llvm.smin", a, ci_like(a, 1)), ci_like(a, -1));
	case OP_chlo_square: return wrap(g, t, MUL(a, a));
	case OP_chlo_conj: return a;
	default: return NULL;
	}
}

static LLVMValueRef round_away(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef r = math_trunc(g, a), rest = math_abs(g, FSUB(a, r));
	LLVMValueRef up = FADD(r, math_copysign(g, cf_like(a, 1), a));

	return math_copysign(g, SELECT(FCMP(OGE, rest, cf_like(a, 0.5)), up, r), a);
}

/* On the dtype's own bits, as the interpreter (ir/eval/convert.c); what overflows is what the dtype
 * has for infinity. */
static LLVMValueRef reduce_precision(
	struct gen *g, const struct node *n, enum dtype t, LLVMValueRef a)
{
	const struct dtype_info *d = &dtype_table[t];
	int64_t e = node_int(n, KEY_exponent_bits, 8), m = node_int(n, KEY_mantissa_bits, 23);
	bool narrow = d->bytes < 4;
	LLVMTypeRef small = like(a, d->bytes == 2 ? g->i16 : g->i8);
	LLVMValueRef u = code_of(g, t, a);
	if (narrow)
		u = LLVMBuildZExt(g->b, u, like(a, g->i32), "");
	int64_t sign_bit = d->special == DTYPE_E8M0 ? 0 : (int64_t)((uint64_t)1 << (d->bits - 1));
	int64_t most = (((int64_t)1 << d->exp) - 1) << d->man | (((int64_t)1 << d->man) - 1);
	LLVMValueRef sign = AND(u, ci_like(u, sign_bit)), r = AND(u, ci_like(u, ~sign_bit));

	if (m < d->man) {
		int drop = (int)(d->man - m);
		LLVMValueRef odd = AND(LSHR(r, ci_like(u, drop)), ci_like(u, 1));
		r = ADD(ADD(r, odd), ci_like(u, ((int64_t)1 << (drop - 1)) - 1));
		r = AND(r, ci_like(u, -((int64_t)1 << drop)));
	}
	LLVMValueRef over = ICMP(UGT, r, ci_like(u, most));
	if (e < d->exp) {
		int64_t bias = ((int64_t)1 << (e - 1)) - 1;
		LLVMValueRef have = LSHR(r, ci_like(u, d->man));
		over = OR(over, ICMP(SGT, have, ci_like(u, bias + d->bias)));
		r = SELECT(ICMP(SLE, have, ci_like(u, d->bias - bias)), ci_like(u, 0), r);
	}
	r = OR(r, sign);
	r = of_code(g, t, narrow ? LLVMBuildTrunc(g->b, r, small, "") : r);
	LLVMValueRef inf = math_copysign(g, cf_like(a, __builtin_inf()), a);
	r = SELECT(over, narrow ? narrow_round(g, t, inf) : inf, r);
	return SELECT(FCMP(UNO, a, a), a, r);
}

static LLVMValueRef float_unary(
	struct gen *g, const struct node *n, enum op op, enum dtype t, LLVMValueRef a)
{
	LLVMValueRef inf = cf_like(a, __builtin_inf());

	switch (op) {
	case OP_abs: return math_abs(g, a);
	case OP_negate: return FNEG(a);
	case OP_ceil: return math_ceil(g, a);
	case OP_floor: return math_floor(g, a);
	case OP_round_nearest_even: return math_rint(g, a);
	case OP_round_nearest_afz: return round_away(g, a);
	case OP_chlo_square: return not_zero(g, t, FMUL(a, a));
	case OP_sign: {
		LLVMValueRef one = math_copysign(g, cf_like(a, 1), a);
		/* NaN and zeros are their own */
		return SELECT(FCMP(UEQ, a, cf_like(a, 0)), a, one);
	}
	case OP_real: case OP_chlo_conj: return a;
	case OP_imag: return cf_like(a, 0);
	case OP_is_finite: return FCMP(OLT, math_abs(g, a), inf);
	case OP_chlo_is_inf: return FCMP(OEQ, math_abs(g, a), inf);
	case OP_chlo_is_pos_inf: return FCMP(OEQ, a, inf);
	case OP_chlo_is_neg_inf: return FCMP(OEQ, a, cf_like(a, -__builtin_inf()));
	case OP_reduce_precision: return reduce_precision(g, n, t, a);
	default: return math_call(g, n, op, a, NULL);
	}
}

static struct val complex_unary(struct gen *g, const struct node *n, struct val a)
{
	struct val r = a;

	switch (n->op) {
	case OP_negate: r.v = FNEG(a.v), r.im = FNEG(a.im); break;
	case OP_chlo_conj: r.im = FNEG(a.im); break;
	case OP_real: r.im = NULL; break;
	case OP_imag: r.v = a.im, r.im = NULL; break;
	case OP_chlo_square: /* as (x - y) (x + y), which does not overflow before the result */
		r.v = FMUL(FSUB(a.v, a.im), FADD(a.v, a.im));
		r.im = math_abs(g, a.v);
		r.im = AND(FCMP(OEQ, r.im, math_abs(g, a.im)),
			FCMP(OLT, r.im, cf_like(a.v, __builtin_inf())));
		r.v = SELECT(r.im, cf_like(a.v, 0), r.v);
		r.im = FMUL(a.v, a.im);
		r.im = FADD(r.im, r.im);
		break;
	case OP_is_finite: {
		LLVMValueRef inf = cf_like(a.v, __builtin_inf());
		r.v = AND(FCMP(OLT, math_abs(g, a.v), inf), FCMP(OLT, math_abs(g, a.im), inf));
		r.im = NULL;
		break;
	}
	default: return math_complex(g, n, a, NULL);
	}
	return r;
}

/* ---- all of them ---------------------------------------------------------------------------- */

static struct val unary(struct gen *g, const struct node *n, struct val a)
{
	enum dtype t = operand_type(n);
	struct val r = a;

	switch (dtype_table[t].kind) {
	case DTYPE_COMPLEX: return complex_unary(g, n, a);
	case DTYPE_FLOAT: r.v = float_unary(g, n, n->op, t, a.v); break;
	case DTYPE_BOOL: r.v = n->op == OP_not ? NOT(a.v) : n->op == OP_abs ? a.v : NULL; break;
	default: r.v = int_unary(g, n->op, t, a.v); break;
	}
	if (!r.v)
		gen_unsupported(g, n, NULL);
	return r;
}

static struct val binary(struct gen *g, const struct node *n, const struct val *in)
{
	enum dtype t = operand_type(n);
	struct val r = op_binary(g, n->op, t, in[0], in[1]);

	if (n->op == OP_chlo_next_after)
		r.v = next_after(g, t, in[0].v, in[1].v);
	else if (!r.v && dtype_is_float(t))
		r.v = math_call(g, n, n->op, in[0].v, in[1].v);
	if (!r.v && dtype_is_complex(t))
		return math_complex(g, n, in[0], &in[1]);
	if (!r.v)
		gen_unsupported(g, n, NULL);
	return r;
}

struct val op_map(struct gen *g, const struct node *n, const struct val *in)
{
	enum dtype t = operand_type(n);
	struct val r = in[0];

	if (n->type->quant || n->in[0]->type->quant)
		gen_unsupported(g, n, "quantised");
	switch (n->op) {
	case OP_convert:
		return t == DTYPE_f32 && node_is_unrounded(n)
			? in[0] : op_convert(g, t, n->type->dtype, in[0]);
	case OP_compare: return compare(g, n, in);
	case OP_select: return op_select(g, in[0], in[1], in[2]);
	case OP_complex:
		r.im = in[1].v;
		return r;
	case OP_clamp:
		t = n->type->dtype;
		r = op_binary(g, OP_maximum, t, in[1], in[0]);
		if (!r.v)
			gen_unsupported(g, n, NULL);
		return op_binary(g, OP_minimum, t, r, in[2]);
	default:
		return node_noperands(n) == 1 ? unary(g, n, in[0]) : binary(g, n, in);
	}
}
