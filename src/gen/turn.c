/* turn.c -- a square of LANES rows of LANES elements turned in registers: element i of row r to
 * element r of row i.
 *
 * Of four and eight bytes: squares of 4 lanes are turned within groups, then the groups change
 * places; each step is one instruction of every x86 level (unpack, shuffle of 128 bits).  Narrower:
 * rows r and r + LANES / 2 are interleaved, and that log2(LANES) times (a perfect shuffle of the
 * square's index bits moves each row bit to where a column bit was). */
#include "gen/gen_impl.h"
#include <string.h>

/* Lane l of the result is lane order[l % 4] of a group of 4 lanes of a, or of b from 4 on; a group
 * is l / 4's own. */
static LLVMValueRef in_groups(
	struct gen *g, LLVMValueRef a, LLVMValueRef b, const unsigned order[4])
{
	LLVMValueRef lanes[LANES];

	for (unsigned l = 0; l < LANES; l++) {
		unsigned from = order[l % 4], base = l / 4 * 4;
		lanes[l] = c32(g, (int32_t)(from < 4 ? base + from : LANES + base + from - 4));
	}
	return LLVMBuildShuffleVector(g->b, a, b, LLVMConstVector(lanes, LANES), "");
}

/* Groups `first` and first + 2 of a, then of b. */
static LLVMValueRef of_groups(struct gen *g, LLVMValueRef a, LLVMValueRef b, unsigned first)
{
	LLVMValueRef lanes[LANES];

	for (unsigned l = 0; l < LANES; l++)
		lanes[l] = c32(g, (int32_t)(l / 8 * LANES + (l / 4 % 2 * 2 + first) * 4 + l % 4));
	return LLVMBuildShuffleVector(g->b, a, b, LLVMConstVector(lanes, LANES), "");
}

static void turn_by_groups(struct gen *g, LLVMValueRef *v)
{
	static const unsigned low[] = { 0, 4, 1, 5 }, high[] = { 2, 6, 3, 7 };
	static const unsigned low_pair[] = { 0, 1, 4, 5 }, high_pair[] = { 2, 3, 6, 7 };
	LLVMValueRef t[LANES], u[LANES];

	for (unsigned r = 0; r < LANES; r += 2) {
		t[r] = in_groups(g, v[r], v[r + 1], low);
		t[r + 1] = in_groups(g, v[r], v[r + 1], high);
	}
	for (unsigned r = 0; r < LANES; r += 4)
		for (unsigned h = 0; h < 2; h++) {
			u[r + 2 * h] = in_groups(g, t[r + h], t[r + 2 + h], low_pair);
			u[r + 2 * h + 1] = in_groups(g, t[r + h], t[r + 2 + h], high_pair);
		}
	for (unsigned c = 0; c < 4; c++)
		for (unsigned odd = 0; odd < 2; odd++) {
			LLVMValueRef p = of_groups(g, u[c], u[4 + c], odd);
			LLVMValueRef q = of_groups(g, u[8 + c], u[12 + c], odd);
			v[4 * odd + c] = of_groups(g, p, q, 0);
			v[4 * odd + c + 8] = of_groups(g, p, q, 1);
		}
}

/* Lanes from `first` on of a and b, in turn. */
static LLVMValueRef interleaved(struct gen *g, LLVMValueRef a, LLVMValueRef b, unsigned first)
{
	LLVMValueRef lanes[LANES];

	for (unsigned l = 0; l < LANES; l++)
		lanes[l] = c32(g, (int32_t)(l % 2 * LANES + first + l / 2));
	return LLVMBuildShuffleVector(g->b, a, b, LLVMConstVector(lanes, LANES), "");
}

static void turn_by_bits(struct gen *g, LLVMValueRef *v)
{
	LLVMValueRef t[LANES];

	for (unsigned times = 1; times < LANES; times *= 2) {
		for (unsigned r = 0; r < LANES / 2; r++) {
			t[2 * r] = interleaved(g, v[r], v[r + LANES / 2], 0);
			t[2 * r + 1] = interleaved(g, v[r], v[r + LANES / 2], LANES / 2);
		}
		memcpy(v, t, sizeof t);
	}
}

/* void turn(from, pitch, to, pitch): bits of `flips` are changed in each element.  One function,
 * since its shuffles are what takes longest to compile. */
static LLVMValueRef turn_function(struct gen *g, unsigned bytes, int64_t flips)
{
	LLVMTypeRef t = LLVMIntTypeInContext(g->llvm, 8 * bytes);
	LLVMTypeRef types[] = { g->ptr, g->i64, g->ptr, g->i64 };
	LLVMValueRef fn = gen_internal(g, "turn", LLVMFunctionType(g->none, types, 4, false));
	unsigned align = LANES * bytes < 64 ? LANES * bytes : 64;
	LLVMValueRef v[LANES];
	LLVMBuilderRef outer = g->b;

	g->b = LLVMCreateBuilderInContext(g->llvm);
	LLVMPositionBuilderAtEnd(g->b, LLVMAppendBasicBlockInContext(g->llvm, fn, ""));
	for (int i = 0; i < LANES; i++) {
		LLVMValueRef at = MUL(LLVMGetParam(fn, 1), c64(g, i));
		v[i] = LLVMBuildLoad2(g->b, lanes_of(t), gep(g, t, LLVMGetParam(fn, 0), at), "");
		LLVMSetAlignment(v[i], 1);       /* may be words of bytes */
		if (flips)
			v[i] = XOR(v[i], ci_like(v[i], flips));
	}
	if (bytes >= 4)
		turn_by_groups(g, v);
	else
		turn_by_bits(g, v);
	for (int i = 0; i < LANES; i++) {
		LLVMValueRef at = MUL(LLVMGetParam(fn, 3), c64(g, i));
		LLVMValueRef to = gep(g, t, LLVMGetParam(fn, 2), at);
		LLVMSetAlignment(LLVMBuildStore(g->b, v[i], to), align);
	}
	LLVMBuildRetVoid(g->b);
	LLVMDisposeBuilder(g->b);
	g->b = outer;
	return fn;
}

static void call(struct gen *g, LLVMValueRef fn, LLVMValueRef *args)
{
	LLVMBuildCall2(g->b, LLVMGlobalGetValueType(fn), fn, args, 4, "");
}

void turn_call(struct gen *g, unsigned bytes, LLVMValueRef from, int64_t from_pitch,
	LLVMValueRef to, int64_t to_pitch)
{
	LLVMValueRef args[] = { from, c64(g, from_pitch), to, c64(g, to_pitch) };

	if (!g->turn[bytes])
		g->turn[bytes] = turn_function(g, bytes, 0);
	call(g, g->turn[bytes], args);
}

void turn_flipped_call(struct gen *g, LLVMValueRef from, int64_t from_pitch, LLVMValueRef to,
	int64_t to_pitch)
{
	LLVMValueRef args[] = { from, c64(g, from_pitch), to, c64(g, to_pitch) };

	if (!g->turn_flipped)
		g->turn_flipped = turn_function(g, 4, 0x80808080);
	call(g, g->turn_flipped, args);
}
