/* attention.c -- CORE_attention: softmax(scores) times the values, for a chunk of queries at once.
 *
 *   a chunk:  Q's panels                                   queries along lanes, as all that follows
 *             for each block of keys
 *               scores = K's rows x Q's panels             first product, into the block of weights
 *               top, weights = exp(scores - top), sum      down the columns: no lane meets another
 *               C = C exp(old top - top) + V's rows x weights   second product
 *             C / sum, then the body over C
 *
 * Scores never leave the core's cache, and the block of weights is just what the second product
 * wants as panels.  (The running maximum and sum are those of Milakov and Gimelshein, Online
 * normalizer calculation for softmax, 2018; the tiling is Dao et al., FlashAttention, 2022.)
 *
 * A query's sums run over the keys in order, rescaled after each block of PLAN_KEYS; the bits
 * depend on nothing else.  Keys that a causal mask hides from all queries of the chunk are left
 * out: their weights are zero. */
#include "gen/contract_impl.h"
#include "gen/math/math_impl.h"

#define MAX_TILES 3

/* A product and the functions that make its rows: the first as often as it fits, then the next. */
struct product {
	struct contraction x;
	uint32_t ntiles;
	struct { uint32_t rows; LLVMValueRef fn; } tile[MAX_TILES];
};
struct attention_core {
	struct product scores, values;
	LLVMValueRef pairs;              /* scratch: weights as words of two; NULL: as they are */
	LLVMValueRef top, sum;           /* scratch: [queries of a chunk] */
	LLVMValueRef key, nkeys;         /* the block of keys */
	bool whole_lanes;                /* a chunk's queries are whole vectors */
};

/* ---- products ------------------------------------------------------------------------------- */

static void add_tile(struct gen *g, struct product *p, uint32_t rows)
{
	p->tile[p->ntiles].rows = rows;
	p->tile[p->ntiles++].fn = p->x.tiles ? square_function(g, &p->x)
					     : tile_function(g, &p->x, rows);
}

/* Of `rows` rows in all, -1 where that is known at the call, `block` at a time, a multiple of a
 * tile's or all. */
static void product_tiles(struct gen *g, struct product *p, int64_t rows, int64_t block)
{
	struct contraction *x = &p->x;
	uint32_t whole = g->isa->rows;

	contract_rows(g, x);
	if (x->tiles) {
		x->rows = CONTRACT_SQUARE;
		add_tile(g, p, CONTRACT_SQUARE);
		return;
	}
	x->rows = whole;
	int64_t left = rows < 0 ? -1 : rows % block % whole;
	if (rows < 0 || rows >= whole)
		add_tile(g, p, whole);
	if (left > 0)
		add_tile(g, p, (uint32_t)left);
	if (left < 0 && whole > 4)
		add_tile(g, p, 4);
	if (left < 0)
		add_tile(g, p, 1);
}

/* All panels of the chunk: o is of the first, and panels are `pitch` elements apart. */
static void product_run(struct gen *g, struct product *p, struct operands o, LLVMTypeRef panel_type,
	int64_t pitch)
{
	struct contraction *x = &p->x;
	struct loop *l = job_alloc(g->job, sizeof *l);
	LLVMValueRef panels = o.panel, out = o.out;

	gen_here(g);
	loop_begin(g, l, c64(g, 0), ceil_div(g, x->nv, x->cols), 1);
	gen_here(g);
	o.panel = gep(g, panel_type, panels, MUL(l->iv, c64(g, pitch)));
	o.out = gep(g, x->acc, out, MUL(l->iv, c64(g, x->pad * x->cols)));
	LLVMValueRef lo = c64(g, 0);
	for (uint32_t i = 0; i < p->ntiles; i++) {
		gen_here(g);
		LLVMValueRef left = SUB(x->mrows, lo), step = c64(g, p->tile[i].rows);
		LLVMValueRef hi = ADD(lo, SUB(left, LLVMBuildURem(g->b, left, step, "")));
		if (i + 1 == p->ntiles)
			hi = x->mrows;
		call_tiles(g, x, p->tile[i].fn, p->tile[i].rows, lo, hi, &o);
		lo = hi;
	}
	loop_end(g, l);
}

/* ---- softmax -------------------------------------------------------------------------------- */

/* One vector of queries: the columns' part of a block's rows. */
struct column {
	struct lanes lanes;
	struct attention_core *a;
};

static LLVMValueRef load_vector(struct gen *g, const struct contraction *x, LLVMValueRef p)
{
	LLVMValueRef v = LLVMBuildLoad2(g->b, x->vec, p, "");

	LLVMSetAlignment(v, 64);
	return v;
}

static void store_vector(struct gen *g, LLVMValueRef v, LLVMValueRef p)
{
	LLVMSetAlignment(LLVMBuildStore(g->b, v, p), 64);
}

/* Row i of the vector of columns that begins at `column` of x's block. */
static LLVMValueRef block_at(
	struct gen *g, const struct contraction *x, LLVMValueRef column, LLVMValueRef i)
{
	return gep(g, x->acc, column, MUL(i, c64(g, x->cols)));
}

static LLVMValueRef column_of(struct gen *g, const struct contraction *x, LLVMValueRef j)
{
	return gep(g, x->acc, x->block, in_panels(g, x, j, c64(g, 0), x->pad));
}

/* The products become scores, as the body says; the largest of them and best. */
static LLVMValueRef column_scores(
	struct gen *g, struct attention_core *a, struct ix j, LLVMValueRef column,
	LLVMValueRef best)
{
	struct contraction *x = &a->scores.x;
	const struct contract *c = x->c;
	struct loop *l = job_alloc(g->job, sizeof *l);
	const struct region *body = g->k->body;

	l->ncarried = 1;
	l->carried[0] = best;
	loop_begin(g, l, c64(g, 0), a->nkeys, 1);
	gen_here(g);
	x->at = block_at(g, x, column, l->iv);
	x->at_align = 64;
	struct ix key = ix_scalar(ADD(a->key, l->iv), g->depth, 1, c->m > 0 ? c->m - 1 : INT64_MAX);
	struct ix query = ix_lanes(
		ADD(x->n0, j.v), g->depth, LANES, c->n > 0 ? c->n - 1 : INT64_MAX);
	struct val s = val_lanes(g,
		contract_value(g, x, 1, body->results[body->nresults - 1], key, query, NULL));
	gen_here(g);
	store_vector(g, s.v, x->at);
	l->carried[0] = SELECT(FCMP(OGT, s.v, l->carried[0]), s.v, l->carried[0]);
	loop_end(g, l);
	return l->carried[0];
}

/* The scores become weights; their sum. */
static LLVMValueRef column_weights(
	struct gen *g, struct attention_core *a, LLVMValueRef column, LLVMValueRef top)
{
	struct contraction *x = &a->scores.x;
	struct loop *l = job_alloc(g->job, sizeof *l);

	l->ncarried = 1;
	l->carried[0] = LLVMConstNull(x->vec);
	loop_begin(g, l, c64(g, 0), a->nkeys, 1);
	gen_here(g);
	LLVMValueRef at = block_at(g, x, column, l->iv);
	LLVMValueRef e = math_exp_below(g, FSUB(load_vector(g, x, at), top));
	store_vector(g, e, at);
	l->carried[0] = FADD(l->carried[0], e);
	loop_end(g, l);
	return l->carried[0];
}

/* Rows [0, rows) of the column times `by`. */
static void column_multiply(struct gen *g, const struct contraction *x, LLVMValueRef column,
	LLVMValueRef by)
{
	struct loop *l = job_alloc(g->job, sizeof *l);

	loop_begin(g, l, c64(g, 0), x->mrows, 1);
	gen_here(g);
	LLVMValueRef at = block_at(g, x, column, l->iv);
	store_vector(g, FMUL(load_vector(g, x, at), by), at);
	loop_end(g, l);
}

static void column_softmax(struct gen *g, struct lanes *s, struct ix j)
{
	struct attention_core *a = ((struct column *)s)->a;
	struct contraction *x = &a->scores.x, *v = &a->values.x;
	struct branch later;

	gen_here(g);
	LLVMValueRef column = column_of(g, x, j.v), top_at = gep(g, x->acc, a->top, j.v),
		     sum_at = gep(g, x->acc, a->sum, j.v), old = load_vector(g, x, top_at);
	LLVMValueRef top = column_scores(g, a, j, column, old);
	gen_here(g);
	store_vector(g, top, top_at);
	/* of -inf alone: exp(-inf - 0), not the NaN of exp(-inf + inf) */
	LLVMValueRef none = cf_like(top, -__builtin_inf());
	top = SELECT(FCMP(OEQ, top, none), LLVMConstNull(x->vec), top);
	LLVMValueRef fade = math_exp_below(g, FSUB(old, top));
	LLVMValueRef sum = column_weights(g, a, column, top);
	gen_here(g);
	store_vector(g, fma3(g, load_vector(g, x, sum_at), fade, sum), sum_at);
	branch_begin(g, &later, ICMP(NE, a->key, c64(g, 0)));
	column_multiply(g, v, column_of(g, v, j.v), fade);
	branch_end(g, &later);
}

/* C / sum; where there is no weight at all, NaN or zero. */
static void column_finish(struct gen *g, struct lanes *s, struct ix j)
{
	struct attention_core *a = ((struct column *)s)->a;
	struct contraction *x = &a->values.x;
	LLVMValueRef keys = gen_extent(g, x->c->k);

	gen_here(g);
	LLVMValueRef sum = load_vector(g, x, gep(g, x->acc, a->sum, j.v)), zero = cf_like(sum, 0);
	LLVMValueRef over = FDIV(cf_like(sum, 1), sum), lost = FCMP(OEQ, sum, zero);
	if (!g->k->attention.lost_is_zero)
		lost = AND(lost, splat(g, ICMP(EQ, keys, c64(g, 0))));
	column_multiply(g, x, column_of(g, x, j.v), SELECT(lost, zero, over));
}

/* fn for each vector of the chunk's queries. */
static void columns_run(struct gen *g, struct attention_core *a,
	void (*fn)(struct gen *g, struct lanes *s, struct ix j))
{
	struct contraction *x = &a->scores.x;
	struct column c = { .a = a };

	c.lanes = (struct lanes){ .lo = c64(g, 0), .hi = x->nv, .level = g->depth, .align = LANES,
		.max = x->group - 1, .fn = fn, .whole_blocks = a->whole_lanes };
	lanes_loop(g, &c.lanes);
}

/* ---- words of two weights ------------------------------------------------------------------- */

/* Rows [nkeys, up to whole words, of AMX whole tiles) are zero. */
static void pad_weights(struct gen *g, struct attention_core *a, LLVMValueRef panel)
{
	struct contraction *x = &a->scores.x;
	struct loop *l = job_alloc(g->job, sizeof *l), *h = job_alloc(g->job, sizeof *h);
	int64_t step = a->values.x.tiles ? 2 * LANES : 2;

	gen_here(g);
	LLVMValueRef end = AND(ADD(a->nkeys, c64(g, step - 1)), c64(g, -step));
	loop_begin(g, l, a->nkeys, end, 1);
	loop_begin(g, h, c64(g, 0), c64(g, x->cols), LANES);
	gen_here(g);
	store_vector(g, LLVMConstNull(x->vec),
		gep(g, x->acc, panel, ADD(MUL(l->iv, c64(g, x->cols)), h->iv)));
	loop_end(g, h);
	loop_end(g, l);
}

static LLVMValueRef bf16_bits(struct gen *g, const struct contraction *x, LLVMValueRef at)
{
	LLVMValueRef v = narrow_encode(g, DTYPE_bf16, load_vector(g, x, at));

	return LLVMBuildZExt(g->b, v, lanes_of(g->i32), "");
}

static void pair_weights(struct gen *g, struct attention_core *a)
{
	struct contraction *x = &a->scores.x;
	struct loop *p = job_alloc(g->job, sizeof *p), *l = job_alloc(g->job, sizeof *l),
		    *h = job_alloc(g->job, sizeof *h);
	int64_t step = a->values.x.tiles ? LANES : 1;

	loop_begin(g, p, c64(g, 0), ceil_div(g, x->nv, x->cols), 1);
	gen_here(g);
	LLVMValueRef from = gep(g, x->acc, x->block, MUL(p->iv, c64(g, x->pad * x->cols)));
	LLVMValueRef to = gep(g, g->i32, a->pairs, MUL(p->iv, c64(g, PLAN_KEYS / 2 * x->cols)));
	pad_weights(g, a, from);
	gen_here(g);
	LLVMValueRef words = ceil_div(g, a->nkeys, 2);
	words = AND(ADD(words, c64(g, step - 1)), c64(g, -step));
	loop_begin(g, l, c64(g, 0), words, 1);
	loop_begin(g, h, c64(g, 0), c64(g, x->cols), LANES);
	gen_here(g);
	LLVMValueRef cols = c64(g, x->cols), row = MUL(l->iv, c64(g, 2 * x->cols));
	LLVMValueRef low = bf16_bits(g, x, gep(g, x->acc, from, ADD(row, h->iv)));
	LLVMValueRef high =
		bf16_bits(g, x, gep(g, x->acc, from, ADD(ADD(row, cols), h->iv)));
	store_vector(g, OR(SHL(high, ci_like(high, 16)), low),
		gep(g, g->i32, to, ADD(MUL(l->iv, cols), h->iv)));
	loop_end(g, h);
	loop_end(g, l);
	loop_end(g, p);
}

/* ---- the core ------------------------------------------------------------------------------- */

/* R's rows from `at` on, where they lie or copied; kn: elements of its k. */
static LLVMValueRef product_rows(
	struct gen *g, struct product *p, LLVMValueRef at, LLVMValueRef kn)
{
	if (!p->x.rows_copy) {
		LLVMValueRef rows = gen_buffer(g, p->x.rows_buffer);
		gen_here(g);
		return gep(g, mem_type(g, p->x.c->rows_type), rows, at);
	}
	copy_rows(g, &p->x, at, kn);
	return p->x.rows_copy;
}

static void keys_block(struct gen *g, struct attention_core *a, LLVMValueRef end)
{
	struct contraction *s = &a->scores.x, *v = &a->values.x;
	LLVMValueRef key_step = gen_extent(g, s->c->rows_m),
		     value_step = gen_extent(g, v->c->rows_k);
	LLVMValueRef scores_at = batch_offset(g, s, s->c->rows_batch, s->c->rows_at);
	LLVMValueRef values_at = batch_offset(g, v, v->c->rows_batch, v->c->rows_at);
	struct operands o = { 0 };

	gen_here(g);
	a->nkeys = s->mrows = min_signed(g, SUB(end, a->key), c64(g, PLAN_KEYS));
	o.rows = product_rows(
		g, &a->scores, ADD(scores_at, MUL(a->key, key_step)), c64(g, s->c->k));
	gen_here(g);
	o.panel = s->panels;
	o.out = s->block;
	o.k = c64(g, (s->c->k + s->unit - 1) / s->unit);
	o.first = LLVMConstInt(g->i1, 1, false);
	product_run(g, &a->scores, o, s->word, CONTRACT_DEPTH * s->cols);
	columns_run(g, a, column_softmax);
	if (a->pairs)
		pair_weights(g, a);
	gen_here(g);
	o.rows = product_rows(g, &a->values, ADD(values_at, MUL(a->key, value_step)), a->nkeys);
	gen_here(g);
	o.panel = a->pairs ? a->pairs : s->block;
	o.out = v->block;
	o.k = v->unit == 1 ? a->nkeys : ceil_div(g, a->nkeys, v->unit);
	o.first = ICMP(EQ, a->key, c64(g, 0));
	product_run(g, &a->values, o, v->word,
		a->pairs ? PLAN_KEYS / 2 * s->cols : s->pad * s->cols);
}

/* top, sum and - for when there is no key - C before the first block. */
static void chunk_begin(struct gen *g, struct attention_core *a, LLVMValueRef keys)
{
	struct contraction *x = &a->scores.x, *v = &a->values.x;
	struct loop *l = job_alloc(g->job, sizeof *l);
	struct branch none;
	LLVMValueRef low = const_of(x->vec, LLVMConstReal(x->acc, -__builtin_inf()));

	loop_begin(g, l, c64(g, 0), c64(g, x->group), LANES);
	gen_here(g);
	store_vector(g, low, gep(g, x->acc, a->top, l->iv));
	store_vector(g, LLVMConstNull(x->vec), gep(g, x->acc, a->sum, l->iv));
	loop_end(g, l);
	if (x->c->m > 0)
		return;
	gen_here(g);
	branch_begin(g, &none, ICMP(EQ, keys, c64(g, 0)));
	l = job_alloc(g->job, sizeof *l);
	loop_begin(g, l, c64(g, 0), c64(g, v->pad * v->group), LANES);
	gen_here(g);
	store_vector(g, LLVMConstNull(x->vec), gep(g, x->acc, v->block, l->iv));
	loop_end(g, l);
	branch_end(g, &none);
}

/* The keys that some query of the chunk may see, and some more: all keys, or what leaves whole
 * words and tiles whole. */
static LLVMValueRef keys_end(struct gen *g, const struct contraction *x, LLVMValueRef keys)
{
	const struct attention *t = &g->k->attention;

	gen_here(g);
	if (!t->causal)
		return keys;
	LLVMValueRef end = ADD(ADD(x->n0, x->nv), c64(g, t->ahead + 2 * LANES - 1));
	return min_signed(g, keys, AND(end, c64(g, -2 * LANES)));
}

static void attention_chunk(struct gen *g, struct attention_core *a, LLVMValueRef chunk)
{
	struct contraction *s = &a->scores.x, *v = &a->values.x;
	const struct contract *c = s->c;
	LLVMValueRef n = gen_extent(g, c->n), keys = gen_extent(g, c->m);
	struct loop *l = job_alloc(g->job, sizeof *l);

	gen_here(g);
	LLVMValueRef blocks = ceil_div(g, n, c->n_block);
	s->n0 = MUL(LLVMBuildURem(g->b, chunk, blocks, ""), c64(g, c->n_block));
	s->nv = min_signed(g, SUB(n, s->n0), c64(g, c->n_block));
	if (c->n >= 0 && c->n % c->n_block == 0)
		s->nv = c64(g, c->n_block);
	s->batch = LLVMBuildUDiv(g->b, chunk, blocks, "");
	ix_delinear(
		g, ix_scalar(s->batch, g->depth, 1, INT64_MAX), c->nbatch, c->batch, s->batches);
	gen_here(g);
	s->m0 = v->m0 = c64(g, 0);
	v->n0 = s->n0;
	v->nv = s->nv;
	v->batch = s->batch;
	v->mrows = c64(g, v->c->m);
	for (uint32_t i = 0; i < c->nbatch; i++)
		v->batches[i] = s->batches[i];
	chunk_begin(g, a, keys);
	copy_group(g, s, c64(g, 0), c64(g, c->k));
	LLVMValueRef end = keys_end(g, s, keys);
	loop_begin(g, l, c64(g, 0), end, PLAN_KEYS);
	a->key = l->iv;
	keys_block(g, a, end);
	loop_end(g, l);
	columns_run(g, a, column_finish);
	contract_finish(g, v, c64(g, 0), v->mrows);
}

static void product_begin(
	struct gen *g, struct contraction *x, const struct contract *c, int64_t rows)
{
	x->c = c;
	x->cols = c->panel;
	x->group = c->n_block;
	x->width = (uint32_t)x->cols;
	contract_words(g, x);
	x->pad = (rows + CONTRACT_SQUARE - 1) / CONTRACT_SQUARE * CONTRACT_SQUARE;
	x->panel_type = c->acc;
	x->block = gen_scratch(g, (size_t)(x->pad * x->group) * x->bytes);
}

/* Whether the processor takes what is denormal for 0, in operands and results, where it has such a
 * state (Intel SDM, MXCSR).  A peaked softmax has weights that are, and each product of one may
 * take a hundred cycles and more: a layer took up to five times as long. */
static void flush_denormals(struct gen *g, bool on)
{
	static const char name[] = "llvm.x86.sse.ldmxcsr";
	const uint32_t state = on ? 0x9fc0 : 0x1f80;     /* kernels run in the other: run/fp.h */
	unsigned id = LLVMLookupIntrinsicID(name, sizeof name - 1);

	if (g->k->strict || g->isa->machine != ISA_x86_64)
		return;
	LLVMValueRef data = gen_data(g, &state, sizeof state, sizeof state);
	gen_here(g);
	LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, NULL, 0),
		LLVMGetIntrinsicDeclaration(g->module, id, NULL, 0), &data, 1, "");
}

void core_attention(struct gen *g)
{
	struct attention_core *a = job_alloc(g->job, sizeof *a);
	struct contraction *s = &a->scores.x, *v = &a->values.x;
	const struct contract *values = &g->k->contract, *scores = &g->k->attention.scores;
	struct loop *l = job_alloc(g->job, sizeof *l);

	s->rows_buffer = 1;
	s->cols_buffer = 2;
	product_begin(g, s, scores, PLAN_KEYS);
	product_begin(g, v, values, values->m);
	size_t group = (size_t)s->group * s->bytes;
	s->panels = gen_scratch(g, CONTRACT_DEPTH * group);
	a->top = gen_scratch(g, group);
	a->sum = gen_scratch(g, group);
	v->along_m = lanes_along_m(g, values);
	if (v->along_m)
		v->turned = gen_scratch(g, (size_t)v->pad * group);
	if (v->unit == 2)
		a->pairs = gen_scratch(g, PLAN_KEYS / 2 * group);
	a->whole_lanes = scores->n >= 0 && scores->n % LANES == 0 && scores->n_block % LANES == 0;
	product_tiles(g, &a->scores, g->k->attention.causal ? -1 : scores->m, PLAN_KEYS);
	product_tiles(g, &a->values, values->m, INT64_MAX);
	if (s->tiles || v->tiles)
		square_begin(g);
	flush_denormals(g, true);
	loop_begin(g, l, LLVMGetParam(g->fn, 1), LLVMGetParam(g->fn, 2), 1);
	attention_chunk(g, a, l->iv);
	loop_end(g, l);
	flush_denormals(g, false);
	if (s->tiles || v->tiles)
		square_end(g);
	gen_end_function(g);
}
