/* contract_tile.c -- the tile of a contraction: a function that keeps its rows of C in registers.
 *
 * R is read scalar by scalar, each broadcast to a vector (after the register blocking of BLIS: Van
 * Zee and van de Geijn, 2015); a panel of V has the tile's columns.  A sum over one call's k is one
 * accumulator's, in order. */
#include "gen/contract_impl.h"
#include <string.h>

#define MAX_HALVES (PLAN_PANEL / LANES)

static LLVMValueRef tile_load(
	struct gen *g, const struct contraction *x, enum dtype t, LLVMValueRef p, bool vector)
{
	LLVMTypeRef m = mem_type(g, t);
	LLVMValueRef v = LLVMBuildLoad2(g->b, vector ? lanes_of(m) : m, p, "");

	LLVMSetAlignment(v, (unsigned)dtype_bytes(t));
	if (dtype_bytes(t) < 4)
		v = narrow_decode(g, t, v);
	if (x->bytes == 8 && dtype_bytes(t) < 8)
		v = LLVMBuildFPExt(g->b, v, like(v, g->f64), "");
	return v;
}

/* One step of k: every accumulator takes its product. */
static void tile_step(struct gen *g, const struct contraction *x, uint32_t rows,
	const LLVMValueRef *param, LLVMValueRef k, LLVMValueRef *acc)
{
	LLVMTypeRef rt = mem_type(g, x->rows_type), vt = mem_type(g, x->panel_type);
	LLVMValueRef v[MAX_HALVES], from = gep(g, vt, param[P_PANEL], MUL(k, c64(g, x->cols)));
	LLVMValueRef row = gep(g, rt, param[P_ROWS], MUL(k, param[P_ROWS_K]));

	for (unsigned h = 0; h < x->halves; h++)
		v[h] = tile_load(g, x, x->panel_type, gep(g, vt, from, c64(g, h * LANES)), true);
	for (uint32_t i = 0; i < rows; i++) {
		LLVMValueRef p = gep(g, rt, row, MUL(param[P_ROWS_M], c64(g, i)));
		LLVMValueRef r = splat(g, tile_load(g, x, x->rows_type, p, false));
		for (unsigned h = 0; h < x->halves; h++)
			acc[i * x->halves + h] = fma3(g, r, v[h], acc[i * x->halves + h]);
	}
}

/* Where accumulator i of the tile lies in C's block. */
static int64_t out_at(const struct contraction *x, uint32_t i)
{
	return (int64_t)(i / x->halves) * x->cols + (int64_t)(i % x->halves) * LANES;
}

/* The accumulators to out, or added to what is there. */
static void tile_store(struct gen *g, const struct contraction *x, LLVMBasicBlockRef in, uint32_t n,
	LLVMValueRef out, const LLVMValueRef *acc, bool add)
{
	LLVMPositionBuilderAtEnd(g->b, in);
	for (uint32_t i = 0; i < n; i++) {
		LLVMValueRef p = gep(g, x->acc, out, c64(g, out_at(x, i))), v = acc[i];
		if (add) {
			LLVMValueRef old = LLVMBuildLoad2(g->b, x->vec, p, "");
			LLVMSetAlignment(old, 64);
			v = FADD(old, v);
		}
		LLVMSetAlignment(LLVMBuildStore(g->b, v, p), 64);
	}
	LLVMBuildRetVoid(g->b);
}

LLVMValueRef tile_function(struct gen *g, const struct contraction *x, uint32_t rows)
{
	LLVMTypeRef types[P_COUNT] = { g->ptr, g->ptr, g->ptr, g->i64, g->i1, g->i64, g->i64 };
	LLVMValueRef fn = LLVMAddFunction(
		g->module, "tile", LLVMFunctionType(g->none, types, P_COUNT, false));
	LLVMValueRef param[P_COUNT], phi[CONTRACT_MAX_ROWS * MAX_HALVES], acc[CONTRACT_MAX_ROWS * MAX_HALVES];
	LLVMValueRef none = LLVMConstNull(x->vec);
	LLVMBasicBlockRef entry = LLVMAppendBasicBlockInContext(g->llvm, fn, "entry");
	LLVMBasicBlockRef loop = LLVMAppendBasicBlockInContext(g->llvm, fn, "loop");
	LLVMBasicBlockRef done = LLVMAppendBasicBlockInContext(g->llvm, fn, "done");
	LLVMBasicBlockRef first = LLVMAppendBasicBlockInContext(g->llvm, fn, "first");
	LLVMBasicBlockRef more = LLVMAppendBasicBlockInContext(g->llvm, fn, "more");
	LLVMBuilderRef outer = g->b;
	uint32_t n = rows * x->halves;

	LLVMSetLinkage(fn, LLVMInternalLinkage);
	for (const char *const *a = (const char *const[]){ "nounwind", "noinline", NULL }; *a; a++)
		LLVMAddAttributeAtIndex(fn, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
			LLVMCreateEnumAttribute(
				g->llvm, LLVMGetEnumAttributeKindForName(*a, strlen(*a)), 0));
	g->b = LLVMCreateBuilderInContext(g->llvm);
	for (unsigned i = 0; i < P_COUNT; i++)
		param[i] = LLVMGetParam(fn, i);
	if (x->rows_m >= 0)
		param[P_ROWS_M] = c64(g, x->rows_m);
	if (x->rows_k >= 0)
		param[P_ROWS_K] = c64(g, x->rows_k);
	LLVMPositionBuilderAtEnd(g->b, entry);
	LLVMBuildBr(g->b, loop);
	LLVMPositionBuilderAtEnd(g->b, loop);
	LLVMValueRef k = LLVMBuildPhi(g->b, g->i64, "k"), zero = c64(g, 0);
	for (uint32_t i = 0; i < n; i++)
		acc[i] = phi[i] = LLVMBuildPhi(g->b, x->vec, "");
	tile_step(g, x, rows, param, k, acc);
	LLVMValueRef next = ADD(k, c64(g, 1));
	LLVMBuildCondBr(g->b, ICMP(SLT, next, param[P_K]), loop, done);
	LLVMAddIncoming(k, (LLVMValueRef[]){ zero, next }, (LLVMBasicBlockRef[]){ entry, loop }, 2);
	for (uint32_t i = 0; i < n; i++)
		LLVMAddIncoming(phi[i], (LLVMValueRef[]){ none, acc[i] },
			(LLVMBasicBlockRef[]){ entry, loop }, 2);
	LLVMPositionBuilderAtEnd(g->b, done);
	LLVMBuildCondBr(g->b, param[P_FIRST], first, more);
	tile_store(g, x, first, n, param[P_OUT], acc, false);
	tile_store(g, x, more, n, param[P_OUT], acc, true);
	LLVMDisposeBuilder(g->b);
	g->b = outer;
	return fn;
}
