/* contract_copy.c -- parts of R and V from where they lie into scratch, converted, in the order in
 * which tiles read them. */
#include "gen/contract_impl.h"

#define AHEAD 12                         /* rows that a copy fetches before it needs them */

/* A square of LANES vectors, lane l of vector r to lane r of vector l, by log2(LANES) rounds of
 * swaps. */
void turn(struct gen *g, LLVMValueRef *v)
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
		in_panels(g, x, j.v, c->row, CONTRACT_DEPTH);
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

void copy_group(struct gen *g, struct contraction *x, LLVMValueRef kb, LLVMValueRef kn)
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

void copy_rows(struct gen *g, struct contraction *x, LLVMValueRef first, LLVMValueRef kn)
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
