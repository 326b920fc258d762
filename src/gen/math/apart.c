/* apart.c -- elementary functions as functions of the kernel's own, beside its loops.
 *
 * What is long, or has a case of its own that is rare, is emitted once a kernel and called: the
 * caller leaves its lanes in memory, the function takes as many at a time as one register holds, so
 * nothing is spilled however long it is, and it may branch, which code of the index engine may
 * not. */
#include "gen/math/math_impl.h"
#include <stdio.h>
#include <string.h>

struct apart {
	const char *name;
	math_body *body;
	bool widen;                  /* f32, since body takes f64 */
};

static LLVMValueRef current_function(struct gen *g)
{
	return LLVMGetBasicBlockParent(LLVMGetInsertBlock(g->b));
}

static LLVMBasicBlockRef new_block(struct gen *g, const char *name)
{
	return LLVMAppendBasicBlockInContext(g->llvm, current_function(g), name);
}

LLVMValueRef math_buffer(struct gen *g, LLVMTypeRef t)
{
	LLVMBasicBlockRef here = LLVMGetInsertBlock(g->b), entry;
	LLVMBuilderRef b = LLVMCreateBuilderInContext(g->llvm);

	entry = LLVMGetEntryBasicBlock(LLVMGetBasicBlockParent(here));
	LLVMValueRef first = LLVMGetFirstInstruction(entry);
	if (first)
		LLVMPositionBuilderBefore(b, first);
	else
		LLVMPositionBuilderAtEnd(b, entry);
	LLVMValueRef p = LLVMBuildAlloca(b, t, "lanes");
	LLVMSetAlignment(p, 64);
	LLVMDisposeBuilder(b);
	return p;
}

static LLVMValueRef load_lanes(struct gen *g, LLVMTypeRef t, LLVMValueRef p)
{
	LLVMValueRef v = LLVMBuildLoad2(g->b, t, p, "");

	LLVMSetAlignment(v, 8);
	return v;
}

/* for (i = 0; i < LANES; i += width) out[i..] = body(a[i..], b[i..]), from the entry block on. */
static void emit_lanes(struct gen *g, LLVMValueRef f, LLVMTypeRef elem, int n,
	const struct apart *what)
{
	bool wide = elem == g->f64 || !what->widen;
	unsigned width = g->isa->bytes / 4;
	LLVMTypeRef t = LLVMVectorType(elem, width);
	LLVMBasicBlockRef entry = LLVMGetInsertBlock(g->b), loop = new_block(g, "lanes"),
			  done = new_block(g, "done");
	LLVMValueRef zero = c64(g, 0), in[2] = { NULL, NULL };

	LLVMBuildBr(g->b, loop);
	LLVMPositionBuilderAtEnd(g->b, loop);
	LLVMValueRef i = LLVMBuildPhi(g->b, g->i64, "i");
	LLVMAddIncoming(i, &zero, &entry, 1);
	for (int k = 0; k < n; k++) {
		LLVMValueRef p = gep(g, elem, LLVMGetParam(f, (unsigned)k + 1), i);
		in[k] = load_lanes(g, t, p);
		if (!wide)
			in[k] = LLVMBuildFPExt(g->b, in[k], like(in[k], g->f64), "");
	}
	LLVMValueRef r = what->body(g, in[0], in[1]);
	if (!wide)
		r = LLVMBuildFPTrunc(g->b, r, t, "");
	LLVMSetAlignment(LLVMBuildStore(g->b, r, gep(g, elem, LLVMGetParam(f, 0), i)), 8);
	LLVMValueRef next = ADD(i, c64(g, width));
	LLVMBasicBlockRef latch = LLVMGetInsertBlock(g->b);
	LLVMAddIncoming(i, &next, &latch, 1);
	LLVMBuildCondBr(g->b, ICMP(SLT, next, c64(g, LANES)), loop, done);
	LLVMPositionBuilderAtEnd(g->b, done);
	LLVMBuildRetVoid(g->b);
}

static void emit_one(struct gen *g, LLVMValueRef f, LLVMTypeRef elem, int n,
	const struct apart *what)
{
	bool wide = elem == g->f64 || !what->widen;
	LLVMValueRef in[2] = { NULL, NULL };

	for (int k = 0; k < n; k++) {
		in[k] = LLVMGetParam(f, (unsigned)k);
		if (!wide)
			in[k] = LLVMBuildFPExt(g->b, in[k], g->f64, "");
	}
	LLVMValueRef r = what->body(g, in[0], in[1]);
	LLVMBuildRet(g->b, wide ? r : LLVMBuildFPTrunc(g->b, r, g->f32, ""));
}

static LLVMValueRef function_of(struct gen *g, LLVMTypeRef type, bool lanes,
	LLVMTypeRef elem, int n, const struct apart *what)
{
	char full[80];

	snprintf(full, sizeof full, "math.%s.%s.%s", what->name, elem == g->f64 ? "f64" : "f32",
		lanes ? "lanes" : "one");
	LLVMValueRef f = LLVMGetNamedFunction(g->module, full);
	if (f)
		return f;
	f = LLVMAddFunction(g->module, full, type);
	LLVMSetLinkage(f, LLVMInternalLinkage);
	gen_attribute(g, f, "nounwind");
	gen_attribute(g, f, "noinline");
	LLVMBuilderRef outer = g->b;
	g->b = LLVMCreateBuilderInContext(g->llvm);
	LLVMPositionBuilderAtEnd(g->b, LLVMAppendBasicBlockInContext(g->llvm, f, "entry"));
	(lanes ? emit_lanes : emit_one)(g, f, elem, n, what);
	LLVMDisposeBuilder(g->b);
	g->b = outer;
	return f;
}

LLVMValueRef math_apart(struct gen *g, const char *name, math_body *body, bool widen,
	LLVMValueRef a, LLVMValueRef b)
{
	struct apart what = { name, body, widen };
	bool lanes = is_vector(a);
	LLVMTypeRef t = LLVMTypeOf(a), elem = lanes ? LLVMGetElementType(t) : t;
	LLVMValueRef in[] = { a, b }, args[3];
	int n = b ? 2 : 1;

	if (!lanes) {
		LLVMTypeRef params[] = { elem, elem };
		LLVMTypeRef type = LLVMFunctionType(elem, params, (unsigned)n, false);
		LLVMValueRef f = function_of(g, type, false, elem, n, &what);
		return LLVMBuildCall2(g->b, type, f, in, (unsigned)n, "");
	}
	LLVMTypeRef params[] = { g->ptr, g->ptr, g->ptr };
	LLVMTypeRef type = LLVMFunctionType(g->none, params, (unsigned)n + 1, false);
	LLVMValueRef f = function_of(g, type, true, elem, n, &what);
	args[0] = math_buffer(g, lanes_of(elem));
	for (int k = 0; k < n; k++) {
		args[k + 1] = math_buffer(g, lanes_of(elem));
		LLVMSetAlignment(LLVMBuildStore(g->b, in[k], args[k + 1]), 64);
	}
	LLVMBuildCall2(g->b, type, f, args, (unsigned)n + 1, "");
	return load_lanes(g, t, args[0]);
}

LLVMValueRef math_any_lane(struct gen *g, LLVMValueRef cond)
{
	if (!is_vector(cond))
		return cond;
	LLVMTypeRef bits =
		LLVMIntTypeInContext(g->llvm, LLVMGetVectorSize(LLVMTypeOf(cond)));
	return ICMP(NE, BITCAST(cond, bits), LLVMConstNull(bits));
}

void math_if_any(struct gen *g, LLVMValueRef cond, int n, LLVMValueRef *v, math_rare *rare,
	void *arg)
{
	LLVMBasicBlockRef before = LLVMGetInsertBlock(g->b), then = new_block(g, "rare"),
			  join = new_block(g, "join");
	LLVMValueRef usual[MATH_MAX_RARE];

	memcpy(usual, v, (size_t)n * sizeof *v);
	LLVMBuildCondBr(g->b, math_any_lane(g, cond), then, join);
	LLVMPositionBuilderAtEnd(g->b, then);
	rare(g, v, arg);
	for (int i = 0; i < n; i++)
		v[i] = SELECT(cond, v[i], usual[i]);
	then = LLVMGetInsertBlock(g->b);
	LLVMBuildBr(g->b, join);
	LLVMPositionBuilderAtEnd(g->b, join);
	for (int i = 0; i < n; i++) {
		LLVMValueRef phi = LLVMBuildPhi(g->b, LLVMTypeOf(v[i]), "");
		LLVMAddIncoming(phi, &usual[i], &before, 1);
		LLVMAddIncoming(phi, &v[i], &then, 1);
		v[i] = phi;
	}
}

LLVMValueRef math_by_lane(
	struct gen *g, LLVMValueRef v, LLVMTypeRef elem, math_lane *each, void *arg)
{
	if (!is_vector(v))
		return each(g, v, arg);
	LLVMValueRef r = LLVMGetPoison(like(v, elem));
	unsigned n = LLVMGetVectorSize(LLVMTypeOf(v));
	for (unsigned lane = 0; lane < n; lane++) {
		LLVMValueRef l = c32(g, (int32_t)lane);
		LLVMValueRef x = LLVMBuildExtractElement(g->b, v, l, "");
		r = LLVMBuildInsertElement(g->b, r, each(g, x, arg), l, "");
	}
	return r;
}
