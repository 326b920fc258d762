/* contract.c -- CORE_contract: C[b,m,n] = sum over k of R[b,m,k] * V[b,k,n], then the body over C.
 *
 *   a chunk:  for each group of columns, some panels
 *               for each block of DEPTH of k                R's block of rows: second-level cache
 *                 (V as it lies: copy the group's part, converted, into panels in scratch;
 *                 R where it is narrow, or lies along m: copy the block's part, converted)
 *                 for each panel of the group               V's panel, DEPTH rows of it:
 *                 first-level cache
 *                   for each tile of `rows` rows            C's tile: registers
 *                     tile += R's scalars x V's vectors
 *               the body over the group's columns of C, from scratch
 *
 * R is read scalar by scalar, each broadcast to a vector (after the register blocking of
 * BLIS: Van Zee and van de Geijn, 2015).  A sum runs over DEPTH of k in order in one accumulator,
 * by FMA where the machine has it, and the sums of the blocks are added in order: its bits depend
 * on nothing else, and its error grows with DEPTH + k / DEPTH instead of k.  Lanes of the epilogue
 * run along n, or along m where the result lies that way: then the columns are turned in registers
 * first. */
#include "gen/core_impl.h"
#include "gen/gen_impl.h"
#include <string.h>

#define DEPTH 256                        /* of k at a time */
#define GROUP 128                        /* columns of C at a time */
#define AHEAD 12                         /* rows that a copy fetches before it needs them */
#define MAX_HALVES (PLAN_PANEL / LANES)
#define MAX_ROWS 16

struct contraction {
	const struct contract *c;
	LLVMTypeRef acc, vec;
	unsigned bytes;                  /* of an accumulator */
	enum dtype panel_type;           /* of a panel's elements, packed or copied */
	enum dtype rows_type;            /* of R's, as it lies or copied, and its strides */
	int64_t rows_m, rows_k;
	int64_t cols, group;             /* of a panel, and of the tile; of a group of panels */
	uint32_t rows, tail_rows;        /* of the tile; of the one that takes what is left */
	uint32_t halves;                 /* vectors of LANES columns the tile has */
	LLVMValueRef tile, tail_tile;    /* functions; tail_tile NULL: nothing is ever left */
	LLVMValueRef panels;             /* scratch: [panel of the group][DEPTH][cols], V's copy */
	/* scratch: [m][DEPTH] or [DEPTH][m], R's copy; NULL: R as it lies */
	LLVMValueRef rows_copy;
	LLVMValueRef block;              /* scratch: [panel of the group][pad][cols], C */
	LLVMValueRef turned;             /* scratch: [group][pad], C with m along lanes */
	int64_t pad;                     /* rows of block, a multiple of LANES */
	bool along_m;
	/* of the chunk being made */
	LLVMValueRef batch, m0, mrows, n0, nv;   /* nv: columns of the group that exist */
	struct ix batches[PLAN_MAX_BATCH];
	/* of the element being made */
	LLVMValueRef at;                 /* where the accumulators of the lanes lie */
};

/* ---- the tile ------------------------------------------------------------------------------- */

enum { P_ROWS, P_PANEL, P_OUT, P_K, P_FIRST, P_ROWS_M, P_ROWS_K, P_COUNT };

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

/* void tile(rows, panel, out, k, first, rows_m, rows_k): the rows of C at out are, or where !first
 * take more of, the product of `rows` rows and a panel.  Strides that are known are constants in
 * it. */
static LLVMValueRef tile_function(struct gen *g, const struct contraction *x, uint32_t rows)
{
	LLVMTypeRef types[P_COUNT] = { g->ptr, g->ptr, g->ptr, g->i64, g->i1, g->i64, g->i64 };
	LLVMValueRef fn = LLVMAddFunction(
		g->module, "tile", LLVMFunctionType(g->none, types, P_COUNT, false));
	LLVMValueRef param[P_COUNT], phi[MAX_ROWS * MAX_HALVES], acc[MAX_ROWS * MAX_HALVES];
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

/* ---- one group of columns ------------------------------------------------------------------- */

static LLVMValueRef ceil_div(struct gen *g, LLVMValueRef a, int64_t by)
{
	return LLVMBuildUDiv(g->b, ADD(a, c64(g, by - 1)), c64(g, by), "");
}

/* Column j, a multiple of LANES, of row i in panels of `rows` rows each. */
static LLVMValueRef in_panels(
	struct gen *g, const struct contraction *x, LLVMValueRef j, LLVMValueRef i, int64_t rows)
{
	LLVMValueRef cols = c64(g, x->cols), p = LLVMBuildUDiv(g->b, j, cols, "");

	return ADD(MUL(p, c64(g, rows * x->cols)),
		ADD(MUL(i, cols), LLVMBuildURem(g->b, j, cols, "")));
}

/* at + the batch indices by their strides, in elements. */
static LLVMValueRef batch_offset(struct gen *g, const struct contraction *x, const int64_t *strides,
	int64_t at)
{
	LLVMValueRef e = gen_extent(g, at), s;

	for (uint32_t i = 0; i < x->c->nbatch; i++) {
		s = gen_extent(g, strides[i]);
		gen_here(g);
		e = ADD(e, MUL(x->batches[i].v, s));
	}
	gen_here(g);
	return e;
}

struct copy {                            /* of R or V as it lies, a row at a time */
	struct lanes lanes;
	const struct contraction *x;
	uint32_t buffer;
	enum dtype type;
	LLVMValueRef from, row;          /* first element of the row; which one it is */
	LLVMValueRef ahead;              /* elements to the row to be fetched into the cache */
	LLVMValueRef to;
	int64_t stride;                  /* of rows of the copy; 0: panels */
};

static void prefetch(struct gen *g, LLVMValueRef p)
{
	unsigned id = LLVMLookupIntrinsicID("llvm.prefetch", 13);
	/* to be read, kept, data */
	LLVMValueRef args[] = { p, c32(g, 0), c32(g, 3), c32(g, 1) };

	LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, &g->ptr, 1),
		LLVMGetIntrinsicDeclaration(g->module, id, &g->ptr, 1), args, 4, "");
}

static void copy_lanes(struct gen *g, struct lanes *s, struct ix j)
{
	struct copy *c = (struct copy *)s;
	const struct contraction *x = c->x;
	LLVMValueRef p = gen_buffer(g, c->buffer);
	struct ix at = ix_add(g, ix_scalar(c->from, g->depth, 1, INT64_MAX), j);
	struct val v = val_lanes(g, load_at(g, p, g->depth, c->type, at));

	gen_here(g);
	prefetch(g, gep(g, mem_type(g, c->type), p, ADD(at.v, c->ahead)));
	if (x->bytes == 8 && dtype_bytes(c->type) < 8)
		v.v = LLVMBuildFPExt(g->b, v.v, x->vec, "");
	LLVMValueRef i = c->stride ? ADD(MUL(c->row, c64(g, c->stride)), j.v) :
		in_panels(g, x, j.v, c->row, DEPTH);
	LLVMSetAlignment(LLVMBuildStore(g->b, v.v, gep(g, x->acc, c->to, i)), 64);
}

static void copy_run(struct gen *g, struct copy *c, LLVMValueRef base, LLVMValueRef rows,
	LLVMValueRef stride)
{
	struct loop *l = job_alloc(g->job, sizeof *l);

	loop_begin(g, l, c64(g, 0), rows, 1);
	gen_here(g);
	c->row = l->iv;
	c->from = ADD(base, MUL(l->iv, stride));
	c->ahead = MUL(stride, c64(g, AHEAD));
	c->lanes.lo = c64(g, 0);
	c->lanes.level = g->depth;
	c->lanes.align = LANES;
	c->lanes.fn = copy_lanes;
	lanes_loop(g, &c->lanes);
	loop_end(g, l);
}

/* Rows [kb, kb + kn) of the group from V as it lies into scratch; columns beyond n are not stored
 * later. */
static void copy_group(struct gen *g, struct contraction *x, LLVMValueRef kb, LLVMValueRef kn)
{
	const struct contract *c = x->c;
	LLVMValueRef base = batch_offset(g, x, c->cols_batch, c->cols_at),
		     stride = gen_extent(g, c->cols_k);
	struct copy copy = { .x = x, .buffer = 1, .type = c->cols_type, .to = x->panels };

	gen_here(g);
	copy.lanes.hi = x->nv;
	copy.lanes.max = x->group - 1;
	copy.lanes.whole_blocks = c->n >= 0 && c->n % LANES == 0;
	copy_run(g, &copy, ADD(ADD(base, x->n0), MUL(kb, stride)), kn, stride);
}

/* The block of R, whose first element is number `first`, likewise. */
static void copy_rows(struct gen *g, struct contraction *x, LLVMValueRef first, LLVMValueRef kn)
{
	const struct contract *c = x->c;
	bool along_k = x->rows_k == 1;
	LLVMValueRef stride = gen_extent(g, along_k ? c->rows_m : c->rows_k);
	struct copy copy = { .x = x, .buffer = 0, .type = c->rows_type, .to = x->rows_copy };

	copy.stride = along_k ? x->rows_m : x->rows_k;
	copy.lanes.hi = along_k ? kn : x->mrows;
	copy.lanes.max = copy.stride - 1;
	copy.lanes.whole_blocks = along_k ? c->k >= 0 && c->k % LANES == 0 :
		c->m >= 0 && c->m % LANES == 0 && c->m_block % LANES == 0;
	copy_run(g, &copy, first, along_k ? x->mrows : kn, stride);
}

static void call_tiles(struct gen *g, struct contraction *x, LLVMValueRef fn, uint32_t step,
	LLVMValueRef lo, LLVMValueRef hi, LLVMValueRef rows, LLVMValueRef panel, LLVMValueRef out,
	LLVMValueRef kn, LLVMValueRef first)
{
	LLVMValueRef rows_m = gen_extent(g, x->rows_m), rows_k = gen_extent(g, x->rows_k);
	struct loop *l = job_alloc(g->job, sizeof *l);

	loop_begin(g, l, lo, hi, step);
	gen_here(g);
	LLVMValueRef args[P_COUNT] = {
		[P_ROWS] = gep(g, mem_type(g, x->rows_type), rows, MUL(l->iv, rows_m)),
		[P_PANEL] = panel,
		[P_OUT] = gep(g, x->acc, out, MUL(l->iv, c64(g, x->cols))),
		[P_K] = kn,
		[P_FIRST] = first,
		[P_ROWS_M] = rows_m,
		[P_ROWS_K] = rows_k,
	};
	LLVMBuildCall2(g->b, LLVMGlobalGetValueType(fn), fn, args, P_COUNT, "");
	loop_end(g, l);
}

/* C's rows of the chunk in the group's columns, into x->block. */
static void multiply(struct gen *g, struct contraction *x)
{
	const struct contract *c = x->c;
	LLVMValueRef k = gen_extent(g, c->k), rows_k = gen_extent(g, c->rows_k),
		     rows_m = gen_extent(g, c->rows_m);
	LLVMValueRef rows = gen_buffer(g, 0), cols = gen_buffer(g, 1), n = gen_extent(g, c->n),
		     panel;
	LLVMValueRef rows_at = batch_offset(g, x, c->rows_batch, c->rows_at);
	struct loop *l = job_alloc(g->job, sizeof *l), *p = job_alloc(g->job, sizeof *p);

	loop_begin(g, l, c64(g, 0), k, DEPTH);
	gen_here(g);
	LLVMValueRef kb = l->iv, kn = min_signed(g, SUB(k, kb), c64(g, DEPTH));
	LLVMValueRef at = ADD(rows_at, ADD(MUL(x->m0, rows_m), MUL(kb, rows_k)));
	LLVMValueRef from = gep(g, mem_type(g, c->rows_type), rows, at);
	if (!c->cols_packed)
		copy_group(g, x, kb, kn);
	if (x->rows_copy) {
		copy_rows(g, x, at, kn);
		from = x->rows_copy;
	}
	gen_here(g);
	LLVMValueRef first = ICMP(EQ, kb, c64(g, 0));
	LLVMValueRef whole = SUB(x->mrows, LLVMBuildURem(g->b, x->mrows, c64(g, x->rows), ""));
	loop_begin(g, p, c64(g, 0), ceil_div(g, x->nv, x->cols), 1);
	gen_here(g);
	if (c->cols_packed) {
		LLVMValueRef i = ADD(MUL(x->batch, ceil_div(g, n, x->cols)),
			ADD(LLVMBuildUDiv(g->b, x->n0, c64(g, x->cols), ""), p->iv));
		i = MUL(ADD(MUL(i, k), kb), c64(g, x->cols));
		panel = gep(g, mem_type(g, c->cols_type), cols, i);
	} else {
		panel = gep(g, x->acc, x->panels, MUL(p->iv, c64(g, DEPTH * x->cols)));
	}
	LLVMValueRef out = gep(g, x->acc, x->block, MUL(p->iv, c64(g, x->pad * x->cols)));
	call_tiles(g, x, x->tile, x->rows, c64(g, 0), whole, from, panel, out, kn, first);
	if (x->tail_tile)
		call_tiles(g, x, x->tail_tile, x->tail_rows, whole, x->mrows, from, panel, out, kn,
			first);
	loop_end(g, p);
	loop_end(g, l);
}

/* ---- the epilogue --------------------------------------------------------------------------- */

/* A square of LANES vectors, lane l of vector r to lane r of vector l, by log2(LANES) rounds of
 * swaps. */
static void turn(struct gen *g, LLVMValueRef *v)
{
	for (unsigned d = LANES / 2; d; d /= 2) {
		LLVMValueRef low[LANES], high[LANES];
		for (unsigned l = 0; l < LANES; l++) {
			low[l] = c32(g, (int32_t)(l & d ? LANES + l - d : l));
			high[l] = c32(g, (int32_t)(l & d ? LANES + l : l + d));
		}
		for (unsigned r = 0; r < LANES; r++) {
			if (r & d)
				continue;
			LLVMValueRef a = v[r], b = v[r + d];
			v[r] = LLVMBuildShuffleVector(g->b, a, b, LLVMConstVector(low, LANES), "");
			v[r + d] = LLVMBuildShuffleVector(
				g->b, a, b, LLVMConstVector(high, LANES), "");
		}
	}
}

/* The group in panels -> turned[group][pad]. */
static void turn_block(struct gen *g, struct contraction *x)
{
	struct loop *l = job_alloc(g->job, sizeof *l), *h = job_alloc(g->job, sizeof *h);
	LLVMValueRef v[LANES];

	loop_begin(g, l, c64(g, 0), x->mrows, LANES);
	loop_begin(g, h, c64(g, 0), x->nv, LANES);
	gen_here(g);
	for (unsigned i = 0; i < LANES; i++) {
		LLVMValueRef at = in_panels(g, x, h->iv, ADD(l->iv, c64(g, i)), x->pad);
		v[i] = LLVMBuildLoad2(g->b, x->vec, gep(g, x->acc, x->block, at), "");
		LLVMSetAlignment(v[i], 64);
	}
	turn(g, v);
	for (unsigned i = 0; i < LANES; i++) {
		LLVMValueRef at = ADD(MUL(ADD(h->iv, c64(g, i)), c64(g, x->pad)), l->iv);
		LLVMSetAlignment(LLVMBuildStore(g->b, v[i], gep(g, x->acc, x->turned, at)), 64);
	}
	loop_end(g, h);
	loop_end(g, l);
}

static struct val accumulators(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	const struct contraction *x = b->arg;
	struct val v = { .level = g->depth, .lanes = true };

	(void)ix;
	gen_here(g);
	v.v = LLVMBuildLoad2(g->b, x->vec, x->at, "");
	LLVMSetAlignment(v.v, 64);
	if (g->k->strict && dtype_bytes(n->type->dtype) < 4)
		v.v = narrow_round(g, n->type->dtype, v.v);
	return v;
}

/* From dims[..end) on, how many trailing ones make up `extent`. */
static uint32_t trailing(const int64_t *dims, uint32_t end, int64_t extent)
{
	int64_t product = 1;
	uint32_t first = end;

	while (first && product != extent) {
		int64_t d = dims[--first];
		product = d == extent ? extent : d >= 0 && product >= 0 ? product * d : -1;
	}
	return product == extent ? first : end;
}

/* C's index in the shape of parameter 0: batch, left free, right free dims. */
static void index_of_acc(struct gen *g, const struct contraction *x, const struct type *t,
	struct ix m, struct ix n, struct ix *out)
{
	const struct contract *c = x->c;
	struct ix left = c->rows_are_lhs ? m : n, right = c->rows_are_lhs ? n : m;
	uint32_t r = trailing(t->dims, t->rank, c->rows_are_lhs ? c->n : c->m);
	uint32_t l = trailing(t->dims, r, c->rows_are_lhs ? c->m : c->n);

	ix_delinear(g, right, t->rank - r, t->dims + r, out + r);
	ix_delinear(g, left, r - l, t->dims + l, out + l);
	ix_delinear(g, ix_scalar(x->batch, g->depth, 1, INT64_MAX), l, t->dims, out);
}

static const struct node *through(struct ix **of, const struct node *n)
{
	for (uint32_t k = 0; k < n->nin; k++)
		if (of[n->in[k]->id])
			return n->in[k];
	return NULL;
}

static uint32_t max_id(const struct node *const *nodes, uint32_t n)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < n; i++)
		most = nodes[i]->id > most ? nodes[i]->id : most;
	return most;
}

/* The index of every node that C reaches, from C's: forward through reshapes and transposes. */
static struct ix **forward(struct gen *g, const struct contraction *x, struct ix m, struct ix n)
{
	uint32_t count, unused;
	const struct node **nodes = region_order(g->job, g->k->body, &count);
	struct ix **of = job_array(g->job, max_id(nodes, count) + 1, sizeof *of);

	for (uint32_t i = 0; i < count; i++) {
		const struct node *a = nodes[i], *from;
		if (a->op == OP_parameter && node_int(a, KEY_index, 0) == 0) {
			of[a->id] = ix_array(g, a->type->rank);
			index_of_acc(g, x, a->type, m, n, of[a->id]);
		} else if ((from = through(of, a))) {
			struct ix *in = of[from->id];
			of[a->id] = ix_array(g, a->type->rank);
			if (a->op == OP_reshape) {
				ix_reshape(g, from->type->rank, from->type->dims, in, a->type->rank,
					a->type->dims, of[a->id]);
			} else if (a->op == OP_transpose) {
				const int64_t *p = node_ints(a, KEY_permutation, &unused);
				for (uint32_t d = 0; d < a->type->rank; d++)
					of[a->id][d] = in[p[d]];
			} else {
				memcpy(of[a->id], in, a->type->rank * sizeof *in);
			}
		}
	}
	return of;
}

static void finish_element(struct gen *g, struct contraction *x, struct ix m, struct ix n)
{
	const struct region *r = g->k->body;
	struct ix **of = forward(g, x, m, n);
	const struct node *c = NULL;
	uint32_t count;
	const struct node **nodes = region_order(g->job, r, &count);

	for (uint32_t i = 0; i < count; i++)
		if (nodes[i]->op == OP_parameter && node_int(nodes[i], KEY_index, 0) == 0)
			c = nodes[i];
	struct bind b = { g->binds, c, accumulators, x };
	g->binds = &b;
	for (uint32_t i = 0; i < r->nresults; i++) {
		const struct node *res = r->results[i];
		struct val v = value_at(g, res, of[res->id]);
		struct ix at = ix_linear(g, res->type->rank, res->type->dims, of[res->id]);
		LLVMValueRef p = gen_buffer(g, g->k->ninputs + i);
		gen_here(g);
		/* the side lanes run along has one element: lane 0 */
		if (ix_uniform(&at) && v.lanes) {
			v.v = LLVMBuildExtractElement(g->b, v.v, c32(g, 0), "");
			v.lanes = false;
		}
		store_at(g, p, res->type->dtype, at, v);
	}
	g->binds = b.up;
}

struct finish {
	struct lanes lanes;
	struct contraction *x;
	/* the counter beside the lanes: m, or n when lanes run along m */
	LLVMValueRef other;
};

static void finish_lanes(struct gen *g, struct lanes *s, struct ix j)
{
	struct finish *f = (struct finish *)s;
	struct contraction *x = f->x;
	int64_t m_align = x->c->m_block % LANES ? 1 : LANES;
	int64_t m_max = x->c->m > 0 ? x->c->m - 1 : INT64_MAX,
		n_max = x->c->n > 0 ? x->c->n - 1 : INT64_MAX;

	gen_here(g);
	LLVMValueRef at = x->along_m ? ADD(MUL(f->other, c64(g, x->pad)), j.v) :
		in_panels(g, x, j.v, f->other, x->pad);
	x->at = gep(g, x->acc, x->along_m ? x->turned : x->block, at);
	struct ix m, n;
	if (x->along_m) {
		m = ix_lanes(ADD(x->m0, j.v), g->depth, m_align, m_max);
		n = ix_scalar(ADD(x->n0, f->other), g->depth, 1, n_max);
	} else {
		m = ix_scalar(ADD(x->m0, f->other), g->depth, 1, m_max);
		n = ix_lanes(ADD(x->n0, j.v), g->depth, LANES, n_max);
	}
	finish_element(g, x, m, n);
}

static void finish(struct gen *g, struct contraction *x)
{
	const struct contract *c = x->c;
	struct loop *l = job_alloc(g->job, sizeof *l);
	struct finish f = { .x = x };

	if (x->along_m)
		turn_block(g, x);
	loop_begin(g, l, c64(g, 0), x->along_m ? x->nv : x->mrows, 1);
	gen_here(g);
	f.other = l->iv;
	f.lanes = (struct lanes){ .lo = c64(g, 0),
		.hi = x->along_m ? x->mrows : x->nv,
		.level = g->depth,
		.align = LANES,
		.max = (x->along_m ? x->pad : x->group) - 1,
		.fn = finish_lanes };
	f.lanes.whole_blocks = x->along_m
				       ? c->m >= 0 && c->m % LANES == 0 && c->m_block % LANES == 0
				       : c->n >= 0 && c->n % LANES == 0;
	lanes_loop(g, &f.lanes);
	loop_end(g, l);
}

/* ---- which way lanes run -------------------------------------------------------------------- */

/* The result's linear index at C's linear index, by numbers; every dim known. */
static int64_t place_of(struct gen *g, int64_t linear)
{
	uint32_t count, unused;
	const struct node **nodes = region_order(g->job, g->k->body, &count);
	int64_t *of = job_array(g->job, max_id(nodes, count) + 1, sizeof *of);

	for (uint32_t i = 0; i < count; i++) {
		const struct node *a = nodes[i], *from = NULL;
		of[a->id] = -1;
		if (a->op == OP_parameter && node_int(a, KEY_index, 0) == 0)
			of[a->id] = linear;
		for (uint32_t k = 0; k < a->nin; k++)
			if (of[a->in[k]->id] >= 0)
				from = a->in[k];
		if (!from)
			continue;
		of[a->id] = of[from->id];
		if (a->op != OP_transpose)
			continue;
		int64_t index[GEN_MAX_RANK], rest = of[from->id], out = 0;
		const int64_t *p = node_ints(a, KEY_permutation, &unused);
		for (uint32_t d = from->type->rank; d-- > 0;) {
			index[d] = rest % from->type->dims[d];
			rest /= from->type->dims[d];
		}
		for (uint32_t d = 0; d < a->type->rank; d++)
			out = out * a->type->dims[d] + index[p[d]];
		of[a->id] = out;
	}
	return of[g->k->body->results[0]->id];
}

static bool lanes_along_m(struct gen *g, const struct contract *c)
{
	uint32_t count;
	const struct node **nodes = region_order(g->job, g->k->body, &count);

	for (uint32_t i = 0; i < count; i++)
		if (!type_is_static(nodes[i]->type))
			return !c->rows_are_lhs;
	if (c->m < 2 || c->n < 2)
		return c->n < 2;
	int64_t m_step = c->rows_are_lhs ? c->n : 1, n_step = c->rows_are_lhs ? 1 : c->m;
	int64_t at = place_of(g, 0);
	if (place_of(g, n_step) - at == 1)
		return false;
	return place_of(g, m_step) - at == 1;
}

/* ---- the core ------------------------------------------------------------------------------- */

static void contract_chunk(struct gen *g, struct contraction *x, LLVMValueRef chunk)
{
	const struct contract *c = x->c;
	LLVMValueRef m = gen_extent(g, c->m), n = gen_extent(g, c->n);
	struct loop *l = job_alloc(g->job, sizeof *l);

	gen_here(g);
	LLVMValueRef blocks_m = ceil_div(g, m, c->m_block), end = n, block = c64(g, 0);
	if (c->n_block) {
		LLVMValueRef blocks_n = ceil_div(g, n, c->n_block);
		block = MUL(LLVMBuildURem(g->b, chunk, blocks_n, ""), c64(g, c->n_block));
		chunk = LLVMBuildUDiv(g->b, chunk, blocks_n, "");
		end = min_signed(g, n, ADD(block, c64(g, c->n_block)));
	}
	x->m0 = MUL(LLVMBuildURem(g->b, chunk, blocks_m, ""), c64(g, c->m_block));
	x->batch = LLVMBuildUDiv(g->b, chunk, blocks_m, "");
	x->mrows = min_signed(g, SUB(m, x->m0), c64(g, c->m_block));
	ix_delinear(
		g, ix_scalar(x->batch, g->depth, 1, INT64_MAX), c->nbatch, c->batch, x->batches);
	gen_here(g);
	loop_begin(g, l, block, end, x->group);
	gen_here(g);
	x->n0 = l->iv;
	x->nv = min_signed(g, SUB(end, x->n0), c64(g, x->group));
	if (c->n >= 0 && c->n % x->group == 0 && c->n_block % x->group == 0)
		x->nv = c64(g, x->group);
	multiply(g, x);
	finish(g, x);
	loop_end(g, l);
}

/* Columns of a group: GROUP, or what a chunk has where that is less. */
static int64_t group_of(const struct contract *c, int64_t cols)
{
	int64_t n = c->n >= 0 && c->n < GROUP ? c->n : GROUP;

	n = c->n_block && c->n_block < n ? c->n_block : n;
	return (n + cols - 1) / cols * cols;
}

/* R is copied where a tile would read it slowly: elements to be converted one by one, or far
 * apart. */
static void contract_rows(struct gen *g, struct contraction *x)
{
	const struct contract *c = x->c;
	bool narrow = dtype_bytes(c->rows_type) < x->bytes;
	bool along_m = c->rows_m == 1 && c->rows_k != 1 && (narrow || c->k < 0 || c->k > DEPTH / 2);

	x->rows_type = c->rows_type;
	x->rows_m = c->rows_m;
	x->rows_k = c->rows_k;
	if (!along_m && !(narrow && c->rows_k == 1))
		return;
	x->rows_type = c->acc;
	x->rows_m = along_m ? 1 : DEPTH + LANES; /* no power of two: rows would share cache sets */
	x->rows_k = along_m ? x->pad : 1;
	x->rows_copy = gen_scratch(
		g, (size_t)(along_m ? DEPTH * x->rows_k : x->pad * x->rows_m) * x->bytes);
}

void core_contract(struct gen *g)
{
	const struct contract *c = &g->k->contract;
	struct contraction *x = job_alloc(g->job, sizeof *x);

	x->c = c;
	x->panel_type = c->cols_packed ? c->cols_type : c->acc;
	x->cols = c->panel ? c->panel : PLAN_PANEL;
	x->group = group_of(c, x->cols);
	x->halves = (uint32_t)x->cols / LANES;
	x->bytes = (unsigned)dtype_bytes(c->acc);
	x->acc = reg_type(g, c->acc);
	x->vec = lanes_of(x->acc);
	x->rows = g->isa->rows * g->isa->cols / (uint32_t)x->cols * 4 / x->bytes;
	x->rows = x->rows < 1 ? 1 : x->rows > MAX_ROWS ? MAX_ROWS : x->rows;
	x->tail_rows = c->m < 0 || c->m_block % x->rows ? 1 : (uint32_t)(c->m % x->rows);
	x->pad = (c->m_block + LANES - 1) / LANES * LANES;
	x->along_m = lanes_along_m(g, c);
	contract_rows(g, x);
	x->tile = tile_function(g, x, x->rows);
	if (x->tail_rows)
		x->tail_tile = tile_function(g, x, x->tail_rows);
	size_t group = (size_t)x->group * x->bytes;
	x->block = gen_scratch(g, (size_t)x->pad * group);
	if (x->along_m)
		x->turned = gen_scratch(g, (size_t)x->pad * group);
	if (!c->cols_packed)
		x->panels = gen_scratch(g, DEPTH * group);
	struct loop *l = job_alloc(g->job, sizeof *l);
	loop_begin(g, l, LLVMGetParam(g->fn, 1), LLVMGetParam(g->fn, 2), 1);
	contract_chunk(g, x, l->iv);
	loop_end(g, l);
	gen_end_function(g);
}
