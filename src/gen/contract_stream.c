/* contract_stream.c -- a tile of few rows whose columns lie along n, wider than registers are.
 *
 * Its sums are in the nearest cache, a row of C each.  Some words of k at a time, of which R's
 * scalars are in registers, V's rows go by from one end to the other: as many streams, each as long
 * as the tile is wide, which a processor follows from page to page.  A vector of sums is loaded and
 * stored once for all of those words.  A sum takes k in order, as in registers. */
#include "gen/contract_impl.h"

#define WORDS_MOST 8                     /* of k, at a time */
#define VECTORS 2                        /* of a row at a time */

/* Vectors of a row at a time. */
static uint32_t stream_vectors(const struct gen *g, const struct contraction *x)
{
	uint32_t registers = LANES * x->bytes / g->isa->bytes, vectors = VECTORS;

	while (vectors > 1 && vectors * registers * (uint32_t)x->c->m > g->isa->regs / 2)
		vectors /= 2;
	return x->cols % (vectors * LANES) ? 1 : vectors;
}

/* Words of k at a time: as many as leave registers for sums and V's. */
static uint32_t stream_words(const struct gen *g, const struct contraction *x)
{
	uint32_t words = WORDS_MOST;

	while (words > 1 && words * (uint32_t)x->c->m > g->isa->regs)
		words /= 2;
	return words;
}

/* Words [k, k + n) of k, whose scalars are in r[row * n + word], by vectors from column j on. */
static void stream_step(struct gen *g, const struct contraction *x, const LLVMValueRef *param,
	const LLVMValueRef *r, LLVMValueRef k, uint32_t n, LLVMValueRef to, LLVMValueRef j,
	uint32_t vectors)
{
	LLVMTypeRef t = mem_type(g, x->c->cols_type);
	LLVMValueRef acc[PLAN_STREAM_ROWS][VECTORS], at[PLAN_STREAM_ROWS][VECTORS];
	uint32_t m = (uint32_t)x->c->m;

	for (uint32_t i = 0; i < m; i++)
		for (uint32_t h = 0; h < vectors; h++) {
			LLVMValueRef column = ADD(j, c64(g, i * x->cols + h * LANES));
			at[i][h] = gep(g, x->acc, to, column);
			acc[i][h] = LLVMBuildLoad2(g->b, x->vec, at[i][h], "");
			LLVMSetAlignment(acc[i][h], 64);
		}
	for (uint32_t w = 0; w < n; w++) {
		LLVMValueRef row = MUL(ADD(k, c64(g, w)), c64(g, x->c->cols_k * x->unit));
		for (uint32_t h = 0; h < vectors; h++) {
			LLVMValueRef p = ADD(ADD(row, j), c64(g, h * LANES));
			LLVMValueRef v = tile_direct(g, x, gep(g, t, param[P_PANEL], p));
			for (uint32_t i = 0; i < m; i++)
				acc[i][h] = tile_multiply(g, x, r[i * n + w], v, acc[i][h]);
		}
	}
	for (uint32_t i = 0; i < m; i++)
		for (uint32_t h = 0; h < vectors; h++)
			LLVMSetAlignment(LLVMBuildStore(g->b, acc[i][h], at[i][h]), 64);
}

/* k's words from `from` on, n at a time while there are as many; what is left begins there. */
static LLVMValueRef stream_words_by(struct gen *g, const struct contraction *x,
	const LLVMValueRef *param, LLVMValueRef from, uint32_t n, LLVMValueRef to)
{
	uint32_t m = (uint32_t)x->c->m, vectors = stream_vectors(g, x);
	LLVMValueRef r[PLAN_STREAM_ROWS * WORDS_MOST];
	struct tile_loop words, columns;

	LLVMValueRef end = SUB(param[P_K], c64(g, n - 1));
	tile_loop_begin(g, x, &words, from, end, 0, NULL, false);
	for (uint32_t i = 0; i < m * n; i++) {
		LLVMValueRef k = MUL(ADD(words.i, c64(g, i % n)), param[P_ROWS_K]);
		LLVMValueRef at = ADD(k, MUL(param[P_ROWS_M], c64(g, i / n)));
		LLVMValueRef p = gep(g, x->rows_elem, param[P_ROWS], at);
		r[i] = splat(g, tile_load(g, x, x->rows_type, p, 1));
	}
	tile_loop_begin(g, x, &columns, c64(g, 0), c64(g, x->cols), 0, NULL, false);
	stream_step(g, x, param, r, words.i, n, to, columns.i, vectors);
	tile_loop_end(g, &columns, vectors * LANES, 0, NULL);
	tile_loop_end(g, &words, n, 0, NULL);
	return words.i;
}

/* The tile's sums at `to`: zero, or with those at `more` added. */
static void stream_sums(struct gen *g, const struct contraction *x, LLVMValueRef to,
	LLVMValueRef more)
{
	struct tile_loop l;

	tile_loop_begin(g, x, &l, c64(g, 0), c64(g, x->c->m * x->cols), 0, NULL, false);
	LLVMValueRef at = gep(g, x->acc, to, l.i), v = LLVMConstNull(x->vec);
	if (more) {
		v = LLVMBuildLoad2(g->b, x->vec, gep(g, x->acc, more, l.i), "");
		LLVMSetAlignment(v, 64);
		LLVMValueRef old = LLVMBuildLoad2(g->b, x->vec, at, "");
		LLVMSetAlignment(old, 64);
		v = FADD(old, v);
	}
	LLVMSetAlignment(LLVMBuildStore(g->b, v, at), 64);
	tile_loop_end(g, &l, LANES, 0, NULL);
}

LLVMValueRef stream_function(struct gen *g, const struct contraction *x)
{
	LLVMValueRef param[P_COUNT];
	LLVMBuilderRef outer = g->b;
	LLVMValueRef fn = tile_begin(g, x, "stream", param);
	LLVMValueRef to = SELECT(param[P_FIRST], param[P_OUT], param[P_NEXT]), from = c64(g, 0);
	uint32_t n = stream_words(g, x);

	stream_sums(g, x, to, NULL);
	from = stream_words_by(g, x, param, from, n, to);
	if (n > 1)
		stream_words_by(g, x, param, from, 1, to);
	LLVMBasicBlockRef more = LLVMAppendBasicBlockInContext(g->llvm, fn, ""),
			  done = LLVMAppendBasicBlockInContext(g->llvm, fn, "");
	LLVMBuildCondBr(g->b, param[P_FIRST], done, more);
	LLVMPositionBuilderAtEnd(g->b, more);
	stream_sums(g, x, param[P_OUT], to);
	LLVMBuildBr(g->b, done);
	LLVMPositionBuilderAtEnd(g->b, done);
	LLVMBuildRetVoid(g->b);
	LLVMDisposeBuilder(g->b);
	g->b = outer;
	return fn;
}
