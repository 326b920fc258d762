/* contract_bytes.c -- words of four bytes: their products, and what makes them of bytes.
 *
 * VPDPBUSD multiplies four bytes without a sign by four that have one, and adds their sum to 32
 * bits, which wraps and is nowhere else cut off.  Where both sides' bytes have a sign, or neither
 * side's, V's have their highest bit changed as they are copied or packed (contract_flips): a byte
 * v is then v + 128 without a sign, or v - 128 with one, and
 *
 *     sum of r * v = sum of r * (v + 128) - 128 * sum of r        both with a sign
 *                  = sum of r * (v - 128) + 128 * sum of r        neither
 *
 * modulo 2^32, so that the result is to the bit that of plain integers.  Beyond k, R's bytes are
 * zero, and V's may be anything.  A row's sum is a hundredth of its products with a group of
 * columns, and is found again for each group: R's block is near then. */
#include "gen/contract_impl.h"
#include <assert.h>
#include <string.h>

#define WORD 4                           /* bytes */
#define CHAINS 4                         /* of sums, that do not wait for each other */

static LLVMTypeRef bytes_of(struct gen *g, unsigned n)
{
	return LLVMVectorType(g->i8, n);
}

LLVMValueRef bytes_multiply(struct gen *g, const struct contraction *x, LLVMValueRef r,
	LLVMValueRef v, LLVMValueRef acc)
{
	bool has_sign = !dtype_is_unsigned(x->c->rows_type);
	const char *name = LLVMGetVectorSize(LLVMTypeOf(acc)) == LANES ?
		"llvm.x86.avx512.vpdpbusd.512" : "llvm.x86.avx512.vpdpbusd.256";
	unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
	LLVMValueRef args[] = { acc, has_sign ? v : r, has_sign ? r : v };

	return LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, NULL, 0),
		LLVMGetIntrinsicDeclaration(g->module, id, NULL, 0), args, 3, "");
}

LLVMValueRef bytes_flipped(struct gen *g, const struct contraction *x, LLVMValueRef words)
{
	return x->flips ? XOR(words, ci_like(words, 0x80808080)) : words;
}

/* LANES words of a line from p on, of whose bytes n exist, and are read; the others are zero. */
static LLVMValueRef line_words(struct gen *g, LLVMValueRef p, LLVMValueRef n)
{
	LLVMTypeRef t = bytes_of(g, LANES * WORD), over[] = { t, g->ptr };
	unsigned id = LLVMLookupIntrinsicID("llvm.masked.load", 16);
	LLVMValueRef order[LANES * WORD], left = c64(g, 0);

	for (int i = 0; i < LANES * WORD; i++)
		order[i] = LLVMConstInt(g->i8, (unsigned)i, false);
	left = SELECT(ICMP(SGT, n, left), n, left);
	left = LLVMBuildTrunc(g->b, min_signed(g, left, c64(g, LANES * WORD)), g->i8, "");
	left = LLVMBuildInsertElement(g->b, LLVMGetPoison(t), left, c32(g, 0), "");
	left = LLVMBuildShuffleVector(g->b, left, left, LLVMConstNull(
		LLVMVectorType(g->i32, LANES * WORD)), "");
	LLVMValueRef mask = ICMP(ULT, LLVMConstVector(order, LANES * WORD), left);
	LLVMValueRef args[] = { p, c32(g, 1), mask, LLVMConstNull(t) };
	LLVMValueRef v = LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, over, 2),
		LLVMGetIntrinsicDeclaration(g->module, id, over, 2), args, 4, "");
	return BITCAST(v, lanes_of(g->i32));
}

LLVMValueRef bytes_along_k(struct gen *g, LLVMValueRef p, LLVMValueRef left)
{
	assert((!g->pred || !is_vector(g->pred)) && "a row is there or is not");
	if (g->pred)
		left = SELECT(g->pred, left ? left : c64(g, LANES * WORD), c64(g, 0));
	if (left)
		return line_words(g, p, left);
	LLVMValueRef v = LLVMBuildLoad2(g->b, lanes_of(g->i32), p, "");
	LLVMSetAlignment(v, 1);
	return v;
}

/* The elements of a and b in turn, from number `first` of each on, `n` of both together. */
static LLVMValueRef in_turn(
	struct gen *g, LLVMValueRef a, LLVMValueRef b, unsigned first, unsigned n)
{
	LLVMValueRef at[2 * LINE];
	unsigned all = LLVMGetVectorSize(LLVMTypeOf(a));

	for (unsigned i = 0; i < n; i++)
		at[i] = c32(g, (int32_t)(first + i / 2 + i % 2 * all));
	return LLVMBuildShuffleVector(g->b, a, b, LLVMConstVector(at, n), "");
}

void bytes_across_k(struct gen *g, const LLVMValueRef *part, unsigned vectors, LLVMValueRef *out)
{
	unsigned n = vectors * LANES;
	LLVMTypeRef halves = LLVMVectorType(g->i16, n);
	LLVMValueRef low = BITCAST(in_turn(g, part[0], part[1], 0, 2 * n), halves);
	LLVMValueRef high = BITCAST(in_turn(g, part[2], part[3], 0, 2 * n), halves);

	for (unsigned h = 0; h < vectors; h++) {
		LLVMValueRef v = in_turn(g, low, high, h * LANES, 2 * LANES);
		out[h] = BITCAST(v, lanes_of(g->i32));
	}
}

/* ---- rows' sums ----------------------------------------------------------------------------- */

void bytes_sums_begin(struct gen *g, struct contraction *x)
{
	if (!x->flips)
		return;
	assert(!x->c->span && "rows in bands have no bytes");
	x->sums = gen_scratch(g, (size_t)x->pad * x->bytes);
	x->sum_parts = gen_scratch(g, (size_t)(x->pad * LANES) * x->bytes);
}

static LLVMValueRef ones(const struct contraction *x)
{
	return ci_like(LLVMConstNull(x->vec), 0x01010101);
}

static void sum_store(struct gen *g, LLVMValueRef v, LLVMValueRef to)
{
	LLVMSetAlignment(LLVMBuildStore(g->b, v, to), 64);
}

static LLVMValueRef sum_load(struct gen *g, const struct contraction *x, LLVMValueRef from)
{
	LLVMValueRef v = LLVMBuildLoad2(g->b, x->vec, from, "");

	LLVMSetAlignment(v, 64);
	return v;
}

/* sums[0..n) and those of as many vectors of bytes from p on. */
static void sum_vectors(struct gen *g, const struct contraction *x, LLVMValueRef p,
	LLVMValueRef *sums, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		LLVMValueRef v = bytes_along_k(g, gep_bytes(g, p, i * LANES * WORD), NULL);
		sums[i] = bytes_multiply(g, x, v, ones(x), sums[i]);
	}
}

/* sums[0..n) and those of the bytes [lo, hi) behind p, whole steps of n vectors. */
static void sum_steps(struct gen *g, const struct contraction *x, LLVMValueRef p, LLVMValueRef lo,
	LLVMValueRef hi, LLVMValueRef *sums)
{
	struct loop *l = job_alloc(g->job, sizeof *l);

	l->ncarried = CHAINS;
	memcpy(l->carried, sums, CHAINS * sizeof *sums);
	bool all = lo == NULL;
	loop_begin(g, l, all ? c64(g, 0) : lo, hi, (all ? CHAINS : 1) * LANES * WORD);
	gen_here(g);
	sum_vectors(g, x, gep(g, g->i8, p, l->iv), l->carried, all ? CHAINS : 1);
	loop_end(g, l);
	memcpy(sums, l->carried, CHAINS * sizeof *sums);
	gen_here(g);
}

/* The sums at `to` and those of n bytes from p on, which lie in a line, in parts. */
static void sum_line(struct gen *g, const struct contraction *x, LLVMValueRef p, LLVMValueRef n,
	LLVMValueRef first, LLVMValueRef to)
{
	LLVMValueRef sums[CHAINS], many, whole;
	int64_t vector = LANES * WORD;

	gen_here(g);
	many = AND(n, c64(g, -CHAINS * vector));
	whole = AND(n, c64(g, -vector));
	LLVMValueRef left = SUB(n, whole);
	for (int i = 0; i < CHAINS; i++)
		sums[i] = LLVMConstNull(x->vec);
	sums[0] = SELECT(first, sums[0], sum_load(g, x, to));
	sum_steps(g, x, p, NULL, many, sums);
	sum_steps(g, x, p, many, whole, sums);
	bool none = LLVMIsAConstantInt(left) && LLVMConstIntGetZExtValue(left) == 0;
	if (!none) {
		LLVMValueRef v = line_words(g, gep(g, g->i8, p, whole), left);
		sums[0] = bytes_multiply(g, x, v, ones(x), sums[0]);
	}
	sums[0] = ADD(ADD(sums[0], sums[1]), ADD(sums[2], sums[3]));
	sum_store(g, sums[0], to);
}

/* The same of LANES rows, which lie along lanes, `words` words of each: lane by lane. */
static void sum_lanes(struct gen *g, const struct contraction *x, LLVMValueRef p,
	LLVMValueRef words, LLVMValueRef first, LLVMValueRef to)
{
	struct loop *l = job_alloc(g->job, sizeof *l);
	LLVMValueRef one = ones(x);

	gen_here(g);
	l->ncarried = 1;
	l->carried[0] = SELECT(first, LLVMConstNull(x->vec), sum_load(g, x, to));
	loop_begin(g, l, c64(g, 0), words, 1);
	gen_here(g);
	LLVMValueRef v = sum_load(g, x, gep(g, x->word, p, MUL(l->iv, c64(g, x->rows_k))));
	l->carried[0] = bytes_multiply(g, x, v, one, l->carried[0]);
	loop_end(g, l);
	gen_here(g);
	sum_store(g, l->carried[0], to);
}

/* Do the rows that tiles read lie along lanes? */
static bool sums_lie_along_m(const struct contraction *x)
{
	return x->rows_copy && x->rows_k != 1;
}

void bytes_sum_rows(struct gen *g, const struct contraction *x, LLVMValueRef rows, LLVMValueRef kn,
	LLVMValueRef first)
{
	struct loop *l = job_alloc(g->job, sizeof *l);
	LLVMValueRef pitch = gen_extent(g, x->rows_m);
	bool along_m = sums_lie_along_m(x);

	if (!x->flips)
		return;
	gen_here(g);
	LLVMValueRef words = ceil_div(g, kn, WORD);
	loop_begin(g, l, c64(g, 0), x->mrows, along_m ? LANES : 1);
	gen_here(g);
	LLVMValueRef p = gep(g, x->rows_elem, rows, MUL(l->iv, pitch));
	if (along_m)
		sum_lanes(g, x, p, words, first, gep(g, x->acc, x->sum_parts, l->iv));
	else
		sum_line(g, x, p, x->rows_copy ? MUL(words, c64(g, WORD)) : kn, first,
			gep(g, x->acc, x->sum_parts, MUL(l->iv, c64(g, LANES))));
	loop_end(g, l);
}

void bytes_sums_end(struct gen *g, const struct contraction *x)
{
	struct loop *l = job_alloc(g->job, sizeof *l);
	int64_t by = dtype_is_unsigned(x->c->rows_type) ? 128 : -128;
	bool along_m = sums_lie_along_m(x);

	if (!x->flips)
		return;
	loop_begin(g, l, c64(g, 0), x->mrows, along_m ? LANES : 1);
	gen_here(g);
	LLVMValueRef to = gep(g, x->acc, x->sums, l->iv);
	if (along_m) {
		LLVMValueRef v = sum_load(g, x, gep(g, x->acc, x->sum_parts, l->iv));
		sum_store(g, MUL(v, ci_like(v, by)), to);
	} else {
		LLVMValueRef at = MUL(l->iv, c64(g, LANES));
		LLVMValueRef v = sum_load(g, x, gep(g, x->acc, x->sum_parts, at));
		for (int i = LANES / 2; i; i /= 2)
			v = ADD(v, lanes_rotated(g, v, i));
		v = LLVMBuildExtractElement(g->b, v, c32(g, 0), "");
		LLVMBuildStore(g->b, MUL(v, ci_like(v, by)), to);
	}
	loop_end(g, l);
}

LLVMValueRef bytes_sums_at(struct gen *g, const struct contraction *x, LLVMValueRef row, bool lanes)
{
	if (!x->flips)
		return NULL;
	LLVMValueRef p = gep(g, x->acc, x->sums, row);
	LLVMValueRef v = LLVMBuildLoad2(g->b, lanes ? x->vec : x->acc, p, "");
	LLVMSetAlignment(v, x->bytes);
	return lanes ? v : splat(g, v);
}
