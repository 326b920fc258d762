/* narrow.c -- floats narrower than 32 bits, by integer and f32 arithmetic of our own.
 *
 * LLVM would call __truncsfbf2 and the like where the ISA has no instruction; this never does.  All
 * conversions are exact up (every narrow value is an f32) and round to nearest even down.  The
 * method: the narrow exponent and mantissa are shifted to their place in an f32 and scaled by a
 * power of two, which also normalises denormals; down, normal results are rounded as integers and
 * denormal ones by adding a number whose last bit is the narrow type's smallest value.  Needs
 * denormals to be kept, which the runtime sees to.  What can be seen to be rounded is not rounded
 * again. */
#include "gen/gen_impl.h"
#include <string.h>

static LLVMValueRef bits32(struct gen *g, LLVMValueRef f)
{
	return BITCAST(f, like(f, g->i32));
}

static LLVMValueRef float32(struct gen *g, LLVMValueRef i)
{
	return BITCAST(i, like(i, g->f32));
}

/* 2^e as an f32 bit pattern. */
static uint32_t power_bits(int e)
{
	return e >= -126 ? (uint32_t)(e + 127) << 23 : (uint32_t)1 << (e + 149);
}

static LLVMValueRef decode_e8m0(struct gen *g, LLVMValueRef u)
{
	LLVMValueRef v = SHL(u, ci_like(u, 23));

	v = SELECT(ICMP(EQ, u, ci_like(u, 0)), ci_like(u, 0x00400000), v);
	return float32(g, SELECT(ICMP(EQ, u, ci_like(u, 255)), ci_like(u, 0x7fc00000), v));
}

LLVMValueRef narrow_decode(struct gen *g, enum dtype t, LLVMValueRef raw)
{
	const struct dtype_info *d = &dtype_table[t];
	int m = d->man, e = d->exp, top = m + e;

	if (t == DTYPE_f16 && g->isa->instr & ISA_F16C)
		return LLVMBuildFPExt(g->b, BITCAST(raw, like(raw, g->f16)), like(raw, g->f32), "");
	LLVMValueRef u = LLVMBuildZExt(g->b, raw, like(raw, g->i32), "");
	if (t == DTYPE_bf16)
		return float32(g, SHL(u, ci_like(u, 16)));
	if (d->special == DTYPE_E8M0)
		return decode_e8m0(g, u);
	LLVMValueRef sign = SHL(AND(u, ci_like(u, (int64_t)1 << top)), ci_like(u, 31 - top));
	LLVMValueRef mag = AND(u, ci_like(u, ((int64_t)1 << top) - 1));
	LLVMValueRef f = float32(g, SHL(mag, ci_like(u, 23 - m)));
	LLVMValueRef scaled = FMUL(f, float32(g, ci_like(u, power_bits(127 - d->bias))));
	LLVMValueRef out = bits32(g, scaled);
	int64_t special = ((int64_t)1 << top) - ((int64_t)1 << m);
	if (d->special == DTYPE_IEEE) {
		LLVMValueRef payload =
			SHL(AND(mag, ci_like(u, ((int64_t)1 << m) - 1)), ci_like(u, 23 - m));
		out = SELECT(ICMP(UGE, mag, ci_like(u, special)),
			OR(payload, ci_like(u, 0x7f800000)), out);
	} else if (d->special == DTYPE_FN) {
		out = SELECT(ICMP(EQ, mag, ci_like(u, ((int64_t)1 << top) - 1)),
			ci_like(u, 0x7fc00000), out);
	} else if (d->special == DTYPE_FNUZ) {
		LLVMValueRef nan = ICMP(EQ, u, ci_like(u, (int64_t)1 << top));
		return float32(g, SELECT(nan, ci_like(u, 0x7fc00000), OR(out, sign)));
	}
	return float32(g, OR(out, sign));
}

/* A constant, each of whose 32-bit lanes, integer or float, ends in n zeros. */
static bool constant_ends_in_zeros(LLVMValueRef v, int n)
{
	if (LLVMIsNull(v))
		return true;
	LLVMTypeRef t = LLVMTypeOf(v);
	if (LLVMGetTypeKind(t) == LLVMVectorTypeKind) {
		for (unsigned i = 0; i < LLVMGetVectorSize(t); i++) {
			LLVMValueRef lane = LLVMGetAggregateElement(v, i);
			if (!lane || !constant_ends_in_zeros(lane, n))
				return false;
		}
		return true;
	}
	uint32_t bits;
	if (LLVMIsAConstantInt(v)) {
		bits = (uint32_t)LLVMConstIntGetZExtValue(v);
	} else if (LLVMIsAConstantFP(v)) {
		LLVMBool loses;
		float f = (float)LLVMConstRealGetDouble(v, &loses);
		memcpy(&bits, &f, sizeof bits);
	} else {
		return false;
	}
	return !(bits & (((uint32_t)1 << n) - 1));
}

/* Does the intrinsic give one of its arguments, or one without its sign? */
static bool is_choice(LLVMValueRef callee)
{
	static const char *const names[] = { "llvm.maximum.", "llvm.minimum.", "llvm.fabs." };
	size_t n;
	const char *name = LLVMGetValueName2(callee, &n);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

/* Shifted up by a constant, the same in all lanes: how far. */
static uint64_t shift_of(LLVMValueRef v)
{
	LLVMValueRef by = LLVMGetOperand(v, 1);

	if (LLVMIsConstant(by) && LLVMGetTypeKind(LLVMTypeOf(by)) == LLVMVectorTypeKind)
		by = LLVMGetAggregateElement(by, 0);            /* ci_like: a splat */
	return by && LLVMIsAConstantInt(by) ? LLVMConstIntGetZExtValue(by) : 0;
}

static bool same_lanes(LLVMTypeRef a, LLVMTypeRef b)
{
	bool vectors = LLVMGetTypeKind(a) == LLVMVectorTypeKind;

	return vectors == (LLVMGetTypeKind(b) == LLVMVectorTypeKind) &&
	       (!vectors || LLVMGetVectorSize(a) == LLVMGetVectorSize(b));
}

/* Can it be seen from the instruction that made v, and from those behind it, that v's 32-bit lanes,
 * integer or float, end in n zeros? */
static bool ends_in_zeros(LLVMValueRef v, int n, int depth)
{
	enum { DEEP = 6 };

	if (LLVMIsConstant(v))
		return constant_ends_in_zeros(v, n);
	if (depth == DEEP || !LLVMIsAInstruction(v))
		return false;
	unsigned first = 0, count = (unsigned)LLVMGetNumOperands(v);
	switch (LLVMGetInstructionOpcode(v)) {
	case LLVMShl:
		return shift_of(v) >= (unsigned)n;
	case LLVMAnd:
		return ends_in_zeros(LLVMGetOperand(v, 0), n, depth + 1) ||
		       ends_in_zeros(LLVMGetOperand(v, 1), n, depth + 1);
	case LLVMBitCast:
		if (!same_lanes(LLVMTypeOf(v), LLVMTypeOf(LLVMGetOperand(v, 0))))
			return false;
		break;
	case LLVMCall:
		if (!is_choice(LLVMGetCalledValue(v)))
			return false;
		count = LLVMGetNumArgOperands(v);
		break;
	case LLVMSelect:
		first = 1;
		break;
	case LLVMOr: case LLVMFNeg:
		break;
	default:
		return false;
	}
	while (first < count)
		if (!ends_in_zeros(LLVMGetOperand(v, first++), n, depth + 1))
			return false;
	return true;
}

/* The processor's instruction, which takes denormals for 0, where that is allowed: of whole
 * registers.  NULL: it is not. */
static LLVMValueRef encode_at_once(struct gen *g, LLVMValueRef v)
{
	static const char name[] = "llvm.x86.avx512bf16.cvtneps2bf16.512";

	if (!g->flushes || !is_vector(v) || LLVMGetVectorSize(LLVMTypeOf(v)) != LANES)
		return NULL;
	unsigned id = LLVMLookupIntrinsicID(name, sizeof name - 1);
	LLVMValueRef r = LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, NULL, 0),
		LLVMGetIntrinsicDeclaration(g->module, id, NULL, 0), &v, 1, "");
	return BITCAST(r, like(v, g->i16));
}

/* What encode_at_once made v's bits of; NULL: they come from elsewhere. */
static LLVMValueRef encoded_from(LLVMValueRef v)
{
	static const char name[] = "llvm.x86.avx512bf16.cvtneps2bf16";
	size_t n;

	while (LLVMIsABitCastInst(v) || LLVMIsAZExtInst(v) || (LLVMIsABinaryOperator(v) &&
		LLVMGetInstructionOpcode(v) == LLVMShl && shift_of(v) == 16))
		v = LLVMGetOperand(v, 0);
	if (!LLVMIsACallInst(v))
		return NULL;
	const char *callee = LLVMGetValueName2(LLVMGetCalledValue(v), &n);
	return strncmp(callee, name, sizeof name - 1) ? NULL : LLVMGetOperand(v, 0);
}

/* v, which is a rounded number or a constant that has no bits to round away, whichever is larger or
 * smaller, before it was rounded: rounding keeps the order.  NULL: v is another value. */
static LLVMValueRef chosen_before(struct gen *g, LLVMValueRef v)
{
	LLVMValueRef y, x, c, by;

	if (!LLVMIsASelectInst(v))
		return NULL;
	by = LLVMGetOperand(v, 0);
	x = LLVMGetOperand(v, 1);
	c = LLVMGetOperand(v, 2);
	if (!LLVMIsAFCmpInst(by) || LLVMGetOperand(by, 0) != x || LLVMGetOperand(by, 1) != c ||
		!LLVMIsConstant(c) || !constant_ends_in_zeros(c, 16))
		return NULL;
	y = LLVMIsASelectInst(x) ? chosen_before(g, x) : encoded_from(x);
	if (!y || LLVMTypeOf(y) != LLVMTypeOf(c))
		return NULL;
	return SELECT(LLVMBuildFCmp(g->b, LLVMGetFCmpPredicate(by), y, c, ""), y, c);
}

/* bf16 and tf32: an f32 with its last `drop` bits rounded away.  One that has none of them, as the
 * larger of two rounded ones, is itself. */
static LLVMValueRef round_bits(struct gen *g, LLVMValueRef v, int drop)
{
	LLVMValueRef u = bits32(g, v);

	if (ends_in_zeros(v, drop, 0))
		return u;
	LLVMValueRef code = drop == 16 ? encode_at_once(g, v) : NULL;
	if (code)
		return SHL(LLVMBuildZExt(g->b, code, LLVMTypeOf(u), ""), ci_like(u, drop));
	LLVMValueRef odd = AND(LSHR(u, ci_like(u, drop)), ci_like(u, 1));
	LLVMValueRef r = ADD(ADD(u, odd), ci_like(u, ((int64_t)1 << (drop - 1)) - 1));
	r = SELECT(FCMP(UNO, v, v), OR(u, ci_like(u, 0x7fc00000)), r);
	return AND(r, ci_like(u, -((int64_t)1 << drop)));
}

static LLVMValueRef encode_e8m0(struct gen *g, LLVMValueRef v)
{
	LLVMValueRef u = bits32(g, v), abs = AND(u, ci_like(u, 0x7fffffff));
	/* The nearest power of two, a tie to the larger; 0 and negative numbers are NaN. */
	LLVMValueRef code = LSHR(ADD(abs, ci_like(u, 0x400000)), ci_like(u, 23));
	LLVMValueRef least =
		SELECT(ICMP(UGE, abs, ci_like(u, 0x600000)), ci_like(u, 1), ci_like(u, 0));
	code = SELECT(ICMP(ULT, abs, ci_like(u, 0x800000)), least, code);
	LLVMValueRef bad = OR(FCMP(UNO, v, v), ICMP(SLE, u, ci_like(u, 0)));
	code = SELECT(OR(bad, ICMP(UGT, code, ci_like(u, 254))), ci_like(u, 255), code);
	return LLVMBuildTrunc(g->b, code, like(v, g->i8), "");
}

/* The magnitude's code, rounded, overflow not yet looked at; abs is an f32's magnitude. */
static LLVMValueRef round_magnitude(struct gen *g, const struct dtype_info *d, LLVMValueRef abs)
{
	int m = d->man, s = 23 - m;
	int64_t rebias = (int64_t)(127 - d->bias) << 23;
	LLVMValueRef odd = AND(LSHR(abs, ci_like(abs, s)), ci_like(abs, 1));
	LLVMValueRef normal =
		ADD(ADD(abs, odd), ci_like(abs, ((int64_t)1 << (s - 1)) - 1 - rebias));
	normal = LSHR(normal, ci_like(abs, s));
	/* The sum's last bit is 2^(1 - bias - m), the smallest denormal. */
	int64_t magic = power_bits(23 - m + 1 - d->bias);
	LLVMValueRef sum = FADD(float32(g, abs), float32(g, ci_like(abs, magic)));
	LLVMValueRef denormal = SUB(bits32(g, sum), ci_like(abs, magic));
	return SELECT(ICMP(ULT, abs, ci_like(abs, power_bits(1 - d->bias))), denormal, normal);
}

/* A NaN keeps what fits of its payload, so that one that is only moved keeps its bits. */
static LLVMValueRef nan_code(struct gen *g, const struct dtype_info *d, LLVMValueRef abs)
{
	int64_t mantissa = ((int64_t)1 << d->man) - 1, inf = ((int64_t)1 << (d->man + d->exp)) - 1 -
		mantissa;
	LLVMValueRef payload = AND(LSHR(abs, ci_like(abs, 23 - d->man)), ci_like(abs, mantissa));
	LLVMValueRef none = ICMP(EQ, payload, ci_like(abs, 0));

	payload = SELECT(none, ci_like(abs, (int64_t)1 << (d->man - 1)), payload);
	return OR(payload, ci_like(abs, inf));
}

LLVMValueRef narrow_encode(struct gen *g, enum dtype t, LLVMValueRef v)
{
	const struct dtype_info *d = &dtype_table[t];
	int top = d->man + d->exp;
	LLVMTypeRef to = like(v, d->bytes == 2 ? g->i16 : g->i8);

	if (t == DTYPE_f16 && g->isa->instr & ISA_F16C)
		return BITCAST(LLVMBuildFPTrunc(g->b, v, like(v, g->f16), ""), to);
	LLVMValueRef before = t == DTYPE_bf16 ? chosen_before(g, v) : NULL;
	if (before)
		v = before;
	LLVMValueRef u = bits32(g, v);
	if (t == DTYPE_bf16)
		return LLVMBuildTrunc(g->b, LSHR(round_bits(g, v, 16), ci_like(u, 16)), to, "");
	if (d->special == DTYPE_E8M0)
		return encode_e8m0(g, v);
	LLVMValueRef abs = AND(u, ci_like(u, 0x7fffffff));
	LLVMValueRef sign = AND(LSHR(u, ci_like(u, 31 - top)), ci_like(u, (int64_t)1 << top));
	LLVMValueRef nan = FCMP(UNO, v, v);
	LLVMValueRef code = round_magnitude(g, d, abs);
	int64_t all = ((int64_t)1 << top) - 1, inf = all - (((int64_t)1 << d->man) - 1);
	LLVMValueRef c;
	switch (d->special) {
	case DTYPE_IEEE:
		c = SELECT(ICMP(UGT, code, ci_like(u, inf)), ci_like(u, inf), code);
		c = SELECT(ICMP(UGE, abs, ci_like(u, 0x7f800000)), ci_like(u, inf), c);
		c = OR(SELECT(nan, nan_code(g, d, abs), c), sign);
		break;
	case DTYPE_FN:
		c = SELECT(ICMP(UGE, code, ci_like(u, all)), ci_like(u, all), code);
		c = SELECT(ICMP(UGE, abs, ci_like(u, 0x7f800000)), ci_like(u, all), c);
		c = OR(c, sign);
		break;
	case DTYPE_FNUZ: {
		LLVMValueRef bad = OR(
			ICMP(UGT, code, ci_like(u, all)), ICMP(UGE, abs, ci_like(u, 0x7f800000)));
		c = SELECT(ICMP(EQ, code, ci_like(u, 0)), ci_like(u, 0), OR(code, sign));
		c = SELECT(bad, ci_like(u, (int64_t)1 << top), c);
		break;
	}
	default:                        /* FINITE: saturates; NaN is a zero of the other sign */
		c = SELECT(ICMP(UGT, code, ci_like(u, all)), ci_like(u, all), code);
		c = SELECT(ICMP(UGE, abs, ci_like(u, 0x7f800000)), ci_like(u, all), c);
		c = SELECT(nan, XOR(sign, ci_like(u, (int64_t)1 << top)), OR(c, sign));
		break;
	}
	return LLVMBuildTrunc(g->b, c, to, "");
}

/* The sign stays, and the rest is what the interpreter gives (ir/dtype.c). */
LLVMValueRef narrow_quiet(struct gen *g, enum dtype t, LLVMValueRef v)
{
	if (dtype_table[t].special != DTYPE_IEEE || dtype_table[t].bits > 8)
		return v;
	LLVMValueRef u = bits32(g, v), sign = AND(u, ci_like(u, INT64_C(0x80000000)));
	return SELECT(FCMP(UNO, v, v), float32(g, OR(sign, ci_like(u, 0x7fc00000))), v);
}

LLVMValueRef narrow_round(struct gen *g, enum dtype t, LLVMValueRef v)
{
	const struct dtype_info *d = &dtype_table[t];

	if (t == DTYPE_bf16 || t == DTYPE_tf32)
		return float32(g, round_bits(g, v, t == DTYPE_bf16 ? 16 : 13));
	if (d->kind != DTYPE_FLOAT || d->bytes >= 4)
		return v;
	return narrow_decode(g, t, narrow_encode(g, t, v));
}

LLVMValueRef narrow_result(struct gen *g, enum dtype t, LLVMValueRef v)
{
	const struct dtype_info *d = &dtype_table[t];

	if (d->kind != DTYPE_FLOAT || (!g->k->strict && d->bits > 8))
		return v;
	return narrow_round(g, t, narrow_quiet(g, t, v));
}
