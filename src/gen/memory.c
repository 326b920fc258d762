/* memory.c -- elements between buffers and registers.
 *
 * Nothing outside of a buffer is ever touched.  Lanes that do not exist (g->tail) or must not be
 * read (g->pred) are left out by masked instructions where the ISA has them for that size;
 * otherwise by choosing the address of 256 zero bytes, or by a small function of the kernel's own
 * that copies the lanes of a bit mask one by one.  Lanes left out read as zero. */
#include "gen/gen_impl.h"
#include <string.h>

LLVMTypeRef reg_type(struct gen *g, enum dtype t)
{
	const struct dtype_info *d = &dtype_table[dtype_part(t)];

	switch (d->kind) {
	case DTYPE_BOOL: return g->i1;
	case DTYPE_FLOAT: return d->bytes == 8 ? g->f64 : g->f32;
	default: return LLVMIntTypeInContext(g->llvm, 8u * d->bytes);
	}
}

LLVMTypeRef mem_type(struct gen *g, enum dtype t)
{
	const struct dtype_info *d = &dtype_table[dtype_part(t)];

	if (d->kind == DTYPE_FLOAT && d->bytes >= 4)
		return d->bytes == 8 ? g->f64 : g->f32;
	return LLVMIntTypeInContext(g->llvm, 8u * d->bytes);
}

static LLVMValueRef from_memory(struct gen *g, enum dtype t, LLVMValueRef raw)
{
	const struct dtype_info *d = &dtype_table[t];

	if (d->kind == DTYPE_BOOL)
		return ICMP(NE, raw, ci_like(raw, 0));
	if (d->kind == DTYPE_FLOAT && d->bytes < 4)
		return narrow_decode(g, t, raw);
	return raw;
}

static LLVMValueRef to_memory(struct gen *g, enum dtype t, LLVMValueRef v)
{
	const struct dtype_info *d = &dtype_table[t];

	if (d->kind == DTYPE_BOOL)
		return LLVMBuildZExt(g->b, v, like(v, g->i8), "");
	if (d->kind == DTYPE_FLOAT && d->bytes < 4)
		return narrow_encode(g, t, v);
	if (t == DTYPE_tf32)
		return narrow_round(g, t, v);
	return v;
}

LLVMValueRef mask_bits(struct gen *g, LLVMValueRef mask)
{
	return BITCAST(mask, g->i16);
}

/* void some(ptr to, ptr from, i16 bits): of LANES elements, those with a bit are copied; when
 * loading, the others become zero.  Internal; made at the first use. */
static LLVMValueRef some_function(struct gen *g, unsigned bytes, bool load)
{
	LLVMValueRef *slot = load ? &g->load_some[bytes] : &g->store_some[bytes];
	LLVMTypeRef t = LLVMIntTypeInContext(g->llvm, 8 * bytes);

	if (*slot)
		return *slot;
	LLVMTypeRef params[] = { g->ptr, g->ptr, g->i16 };
	LLVMValueRef f = LLVMAddFunction(g->module, load ? "load_some" : "store_some",
		LLVMFunctionType(g->none, params, 3, false));
	LLVMBuilderRef outer = g->b;
	LLVMBasicBlockRef entry = LLVMAppendBasicBlockInContext(g->llvm, f, "");
	LLVMBasicBlockRef loop = LLVMAppendBasicBlockInContext(g->llvm, f, "");
	LLVMBasicBlockRef copy = LLVMAppendBasicBlockInContext(g->llvm, f, "");
	LLVMBasicBlockRef next = LLVMAppendBasicBlockInContext(g->llvm, f, "");
	LLVMBasicBlockRef done = LLVMAppendBasicBlockInContext(g->llvm, f, "");
	LLVMSetLinkage(f, LLVMInternalLinkage);
	for (const char *const *a = (const char *const[]){ "nounwind", "noinline", NULL }; *a; a++)
		LLVMAddAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
			LLVMCreateEnumAttribute(g->llvm,
			LLVMGetEnumAttributeKindForName(*a, strlen(*a)), 0));
	g->b = LLVMCreateBuilderInContext(g->llvm);
	LLVMPositionBuilderAtEnd(g->b, entry);
	LLVMBuildBr(g->b, loop);
	LLVMPositionBuilderAtEnd(g->b, loop);
	LLVMValueRef i = LLVMBuildPhi(g->b, g->i64, "");
	LLVMValueRef to = gep(g, t, LLVMGetParam(f, 0), i), from = gep(g, t, LLVMGetParam(f, 1), i);
	LLVMValueRef shifted = LSHR(LLVMGetParam(f, 2), LLVMBuildTrunc(g->b, i, g->i16, ""));
	if (load)
		LLVMBuildStore(g->b, LLVMConstNull(t), to);
	LLVMBuildCondBr(g->b, LLVMBuildTrunc(g->b, shifted, g->i1, ""), copy, next);
	LLVMPositionBuilderAtEnd(g->b, copy);
	LLVMBuildStore(g->b, LLVMBuildLoad2(g->b, t, from, ""), to);
	LLVMBuildBr(g->b, next);
	LLVMPositionBuilderAtEnd(g->b, next);
	LLVMValueRef zero = c64(g, 0), inext = ADD(i, c64(g, 1));
	LLVMAddIncoming(i, &zero, &entry, 1);
	LLVMAddIncoming(i, &inext, &next, 1);
	LLVMBuildCondBr(g->b, ICMP(ULT, inext, c64(g, LANES)), loop, done);
	LLVMPositionBuilderAtEnd(g->b, done);
	LLVMBuildRetVoid(g->b);
	LLVMDisposeBuilder(g->b);
	g->b = outer;
	return *slot = f;
}

static void call_some(struct gen *g, unsigned bytes, bool load, LLVMValueRef to, LLVMValueRef from,
	LLVMValueRef mask)
{
	LLVMValueRef f = some_function(g, bytes, load);
	LLVMValueRef args[] = { to, from, mask_bits(g, mask) };

	LLVMBuildCall2(g->b, LLVMGlobalGetValueType(f), f, args, 3, "");
}

static LLVMValueRef some_buffer(struct gen *g, int level)
{
	if (!g->some_buffer) {
		gen_at(g, 0);
		g->some_buffer = LLVMBuildAlloca(g->b, LLVMArrayType2(g->i64, LANES), "some");
		LLVMSetAlignment(g->some_buffer, 64);
	}
	gen_at(g, level);
	return g->some_buffer;
}

static LLVMValueRef masked_load(struct gen *g, LLVMTypeRef t, unsigned bytes, LLVMValueRef p,
	LLVMValueRef mask, int level)
{
	LLVMTypeRef vt = lanes_of(t), over[] = { vt, g->ptr };

	if (!g->can.masks[bytes]) {
		LLVMValueRef buffer = some_buffer(g, level);
		call_some(g, bytes, true, buffer, p, mask);
		return LLVMBuildLoad2(g->b, vt, buffer, "");
	}
	unsigned id = LLVMLookupIntrinsicID("llvm.masked.load", 16);
	LLVMValueRef args[] = { p, c32(g, (int32_t)bytes), mask, LLVMConstNull(vt) };
	return LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, over, 2),
		LLVMGetIntrinsicDeclaration(g->module, id, over, 2), args, 4, "");
}

static void masked_store(struct gen *g, LLVMTypeRef t, unsigned bytes, LLVMValueRef p,
	LLVMValueRef mask, LLVMValueRef v)
{
	LLVMTypeRef vt = lanes_of(t), over[] = { vt, g->ptr };

	if (!g->can.masks[bytes]) {
		LLVMValueRef buffer = some_buffer(g, g->depth);
		LLVMBuildStore(g->b, v, buffer);
		call_some(g, bytes, false, p, buffer, mask);
		return;
	}
	unsigned id = LLVMLookupIntrinsicID("llvm.masked.store", 17);
	LLVMValueRef args[] = { v, p, c32(g, (int32_t)bytes), mask };
	LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, over, 2),
		LLVMGetIntrinsicDeclaration(g->module, id, over, 2), args, 4, "");
}

/* The lanes to leave out: NULL when none. */
static LLVMValueRef lane_mask(struct gen *g)
{
	LLVMValueRef p = g->pred && is_vector(g->pred) ? g->pred : NULL;

	if (g->tail && p)
		return AND(g->tail, p);
	return p ? p : g->tail;
}

/* p, or zeros where a predicate for all lanes forbids reading. */
static LLVMValueRef allowed(struct gen *g, LLVMValueRef p)
{
	return g->pred && !is_vector(g->pred) ? SELECT(g->pred, p, gen_zeros(g)) : p;
}

static LLVMValueRef load_uniform(struct gen *g, LLVMTypeRef t, LLVMValueRef p, LLVMValueRef i)
{
	p = allowed(g, gep(g, t, p, i));
	if (g->pred && is_vector(g->pred)) {
		LLVMValueRef bits = mask_bits(g, g->pred);
		p = SELECT(ICMP(NE, bits, ci_like(bits, 0)), p, gen_zeros(g));
	}
	return LLVMBuildLoad2(g->b, t, p, "");
}

static LLVMValueRef gather(struct gen *g, LLVMTypeRef t, unsigned bytes, LLVMValueRef p,
	const struct ix *at, LLVMValueRef mask)
{
	LLVMTypeRef vt = lanes_of(t);
	bool scalar_pred = g->pred && !is_vector(g->pred);

	if (g->can.gathers && bytes >= 4 && at->vec) {
		LLVMTypeRef over[] = { vt, lanes_of(g->ptr) };
		struct ix v = *at;
		unsigned id = LLVMLookupIntrinsicID("llvm.masked.gather", 18);
		if (scalar_pred)
			mask = mask ? AND(mask, splat(g, g->pred)) : splat(g, g->pred);
		if (!mask)
			mask = LLVMConstAllOnes(lanes_of(g->i1));
		LLVMValueRef args[] = { gep(g, t, p, v.v), c32(g, (int32_t)bytes), mask,
			LLVMConstNull(vt) };
		return LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, over, 2),
			LLVMGetIntrinsicDeclaration(g->module, id, over, 2), args, 4, "");
	}
	LLVMValueRef out = LLVMGetPoison(vt);
	for (int lane = 0; lane < LANES; lane++) {
		LLVMValueRef l = c32(g, lane), i;
		if (at->vec)
			i = LLVMBuildSExt(
				g->b, LLVMBuildExtractElement(g->b, at->v, l, ""), g->i64, "");
		else
			i = ADD(at->v, c64(g, lane * at->step));
		LLVMValueRef q = allowed(g, gep(g, t, p, i));
		if (mask)
			q = SELECT(LLVMBuildExtractElement(g->b, mask, l, ""), q, gen_zeros(g));
		out = LLVMBuildInsertElement(g->b, out, LLVMBuildLoad2(g->b, t, q, ""), l, "");
	}
	return out;
}

static LLVMValueRef reversed(struct gen *g, LLVMValueRef v)
{
	LLVMValueRef order[LANES];

	for (int i = 0; i < LANES; i++)
		order[i] = c32(g, LANES - 1 - i);
	return LLVMBuildShuffleVector(g->b, v, v, LLVMConstVector(order, LANES), "");
}

static void align_to(LLVMValueRef memory, unsigned bytes)
{
	LLVMSetAlignment(memory, bytes);
}

static LLVMValueRef vector_load(struct gen *g, LLVMTypeRef t, unsigned bytes, LLVMValueRef p)
{
	LLVMValueRef v = LLVMBuildLoad2(g->b, lanes_of(t), p, "");

	align_to(v, bytes);
	return v;
}

/* Lanes that are every nth element from p on, of vector number h there. */
static LLVMValueRef nth_part(struct gen *g, LLVMTypeRef t, unsigned bytes, LLVMValueRef p, int n,
	int h, LLVMValueRef mask, int level)
{
	LLVMValueRef order[LANES], none = LLVMConstNull(lanes_of(g->i1));

	p = gep(g, t, p, c64(g, h * LANES));
	if (!mask && h + 1 < n)                  /* the last has elements behind the last lane's */
		return vector_load(g, t, bytes, p);
	if (!mask)
		mask = LLVMConstAllOnes(lanes_of(g->i1));
	for (int e = 0; e < LANES; e++)          /* lanes between are none's */
		order[e] = c32(g, (h * LANES + e) % n ? LANES : (h * LANES + e) / n);
	mask = LLVMBuildShuffleVector(g->b, mask, none, LLVMConstVector(order, LANES), "");
	return masked_load(g, t, bytes, p, mask, level);
}

/* Every nth element from p on, of the n vectors there. */
static LLVMValueRef every_nth(struct gen *g, LLVMTypeRef t, unsigned bytes, LLVMValueRef p, int n,
	LLVMValueRef mask, int level)
{
	LLVMValueRef all = nth_part(g, t, bytes, p, n, 0, mask, level), order[LANES];

	for (int h = 1; h < n; h++) {
		LLVMValueRef v = nth_part(g, t, bytes, p, n, h, mask, level);
		for (int l = 0; l < LANES; l++) {
			int from = n * l / LANES, at = n * l % LANES;
			order[l] = c32(g, from == h ? LANES + at : h == 1 && !from ? at : l);
		}
		all = LLVMBuildShuffleVector(g->b, all, v, LLVMConstVector(order, LANES), "");
	}
	return all;
}

/* p, or zeros where none of the lanes is to be read. */
static LLVMValueRef if_any(struct gen *g, LLVMValueRef lanes, LLVMValueRef p)
{
	LLVMValueRef bits = mask_bits(g, lanes);

	return SELECT(ICMP(NE, bits, ci_like(bits, 0)), p, gen_zeros(g));
}

/* Lanes that are bent: two numbers, or two runs of memory side by side. */
static LLVMValueRef bent_load(struct gen *g, LLVMTypeRef t, unsigned bytes, LLVMValueRef p,
	const struct bend *x, LLVMValueRef mask, int level)
{
	LLVMValueRef low = gep(g, t, p, x->at), high = gep(g, t, low, x->delta);
	LLVMValueRef before = NOT(x->beyond), beyond = x->beyond;

	if (mask) {
		before = AND(before, mask);
		beyond = AND(beyond, mask);
	}
	if (x->step) {
		LLVMValueRef a = masked_load(g, t, bytes, allowed(g, low), before, level);
		LLVMValueRef b = masked_load(g, t, bytes, allowed(g, high), beyond, level);
		return SELECT(x->beyond, b, a);
	}
	low = allowed(g, mask ? if_any(g, before, low) : low);
	high = mask ? if_any(g, beyond, high)
		: SELECT(ICMP(ULT, x->first, c64(g, LANES)), high, low);
	LLVMValueRef a = LLVMBuildLoad2(g->b, t, low, "");
	LLVMValueRef b = LLVMBuildLoad2(g->b, t, allowed(g, high), "");
	return SELECT(x->beyond, splat(g, b), splat(g, a));
}

void fetch(struct gen *g, LLVMValueRef p, enum fetch_to to)
{
	unsigned id = LLVMLookupIntrinsicID("llvm.prefetch", 13);
	/* to be read, how near, data */
	LLVMValueRef args[] = { p, c32(g, 0), c32(g, (int32_t)to), c32(g, 1) };

	LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, &g->ptr, 1),
		LLVMGetIntrinsicDeclaration(g->module, id, &g->ptr, 1), args, 4, "");
}

static LLVMValueRef load_part(
	struct gen *g, LLVMValueRef p, int level, enum dtype part, struct ix at)
{
	LLVMTypeRef t = mem_type(g, part);
	unsigned bytes = (unsigned)dtype_bytes(part);
	LLVMValueRef raw;

	/* where masks are registers of their own: elsewhere LLVM 19 splits them, takes a part that
	 * is zero for one that does not matter, and reads it whole */
	bool nth = at.step > 1 && at.step <= GEN_STEP_MOST && g->can.masks[bytes] && g->can.gathers;
	if (at.step && at.step != 1 && at.step != -1 && !nth && g->can.gathers)
		at = ix_vec(g, at);
	bool bent = at.vec && at.bend && (!at.bend->step ||
		(at.bend->step == 1 && g->can.masks[bytes] && g->can.gathers));
	gen_at(g, level);
	if (ix_uniform(&at)) {
		raw = load_uniform(g, t, p, at.v);
	} else {
		LLVMValueRef mask = lane_mask(g);
		if (at.step == 1 && mask) {
			raw = masked_load(g, t, bytes, allowed(g, gep(g, t, p, at.v)), mask, level);
		} else if (at.step == 1) {
			raw = vector_load(g, t, bytes, allowed(g, gep(g, t, p, at.v)));
		} else if (nth) {
			p = allowed(g, gep(g, t, p, at.v));
			raw = every_nth(g, t, bytes, p, (int)at.step, mask, level);
		} else if (at.step == -1 && (!mask || g->can.masks[bytes])) {
			p = allowed(g, gep(g, t, p, SUB(at.v, c64(g, LANES - 1))));
			raw = mask ? masked_load(g, t, bytes, p, reversed(g, mask), level)
				   : vector_load(g, t, bytes, p);
			raw = reversed(g, raw);
		} else if (bent) {
			raw = bent_load(g, t, bytes, p, at.bend, mask, level);
		} else {
			raw = gather(g, t, bytes, p, &at, mask);
		}
	}
	return from_memory(g, part, raw);
}

struct val load_at(struct gen *g, LLVMValueRef p, int level, enum dtype t, struct ix at)
{
	enum dtype part = dtype_part(t);
	struct val r = { .lanes = !ix_uniform(&at), .level = level > at.level ? level : at.level };

	if (g->pred && g->pred_level > r.level)
		r.level = g->pred_level;
	if (r.lanes && g->tail && g->tail_level > r.level)
		r.level = g->tail_level;
	if (part == t) {
		r.v = load_part(g, p, r.level, t, at);
		return r;
	}
	at = ix_mulc(g, at, 2);
	r.v = load_part(g, p, r.level, part, at);
	r.im = load_part(g, p, r.level, part, ix_addc(g, at, 1));
	return r;
}

static void scatter(struct gen *g, LLVMTypeRef t, unsigned bytes, LLVMValueRef p,
	const struct ix *at, LLVMValueRef v)
{
	if (!g->tail) {
		for (int lane = 0; lane < LANES; lane++) {
			LLVMValueRef l = c32(g, lane), i;
			if (at->vec)
				i = LLVMBuildSExt(g->b, LLVMBuildExtractElement(g->b, at->v, l, ""),
					g->i64, "");
			else
				i = ADD(at->v, c64(g, lane * at->step));
			LLVMBuildStore(
				g->b, LLVMBuildExtractElement(g->b, v, l, ""), gep(g, t, p, i));
		}
		return;
	}
	LLVMTypeRef over[] = { lanes_of(t), lanes_of(g->ptr) };
	struct ix x = ix_vec(g, *at);
	gen_here(g);
	unsigned id = LLVMLookupIntrinsicID("llvm.masked.scatter", 19);
	LLVMValueRef args[] = { v, gep(g, t, p, x.v), c32(g, (int32_t)bytes), g->tail };
	LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, over, 2),
		LLVMGetIntrinsicDeclaration(g->module, id, over, 2), args, 4, "");
}

/* A vector of a result, past the caches where the kernel wants that and the vector lies whole. */
static void store_vector(struct gen *g, LLVMTypeRef t, unsigned bytes, LLVMValueRef p,
	const struct ix *at, LLVMValueRef v)
{
	LLVMValueRef store = LLVMBuildStore(g->b, v, gep(g, t, p, at->v));

	align_to(store, bytes);
	if (!g->k->streams || at->align % LANES)
		return;
	LLVMValueRef one = c32(g, 1);
	align_to(store, LANES * bytes < ABI_ALIGN ? LANES * bytes : ABI_ALIGN);
	LLVMSetMetadata(store, LLVMGetMDKindIDInContext(g->llvm, "nontemporal", 11),
		LLVMMDNodeInContext(g->llvm, &one, 1));
}

void store_fence(struct gen *g)
{
	static const char name[] = "llvm.x86.sse.sfence";

	if (!g->k->streams || g->isa->machine != ISA_x86_64)
		return;
	unsigned id = LLVMLookupIntrinsicID(name, sizeof name - 1);
	LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, NULL, 0),
		LLVMGetIntrinsicDeclaration(g->module, id, NULL, 0), NULL, 0, "");
}

static void store_part(struct gen *g, LLVMValueRef p, enum dtype part, struct ix at, LLVMValueRef v)
{
	LLVMTypeRef t = mem_type(g, part);
	unsigned bytes = (unsigned)dtype_bytes(part);

	gen_here(g);
	LLVMValueRef raw = to_memory(g, part, v);
	if (ix_uniform(&at)) {
		LLVMBuildStore(g->b, raw, gep(g, t, p, at.v));
		return;
	}
	if (!is_vector(raw))
		raw = splat(g, raw);
	if (at.step != 1)
		scatter(g, t, bytes, p, &at, raw);
	else if (g->tail)
		masked_store(g, t, bytes, gep(g, t, p, at.v), g->tail, raw);
	else
		store_vector(g, t, bytes, p, &at, raw);
}

void store_at(struct gen *g, LLVMValueRef p, enum dtype t, struct ix at, struct val v)
{
	enum dtype part = dtype_part(t);

	if (part == t) {
		store_part(g, p, t, at, v.v);
		return;
	}
	at = ix_mulc(g, at, 2);
	store_part(g, p, part, at, v.v);
	store_part(g, p, part, ix_addc(g, at, 1), v.im);
}
