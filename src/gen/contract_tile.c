/* contract_tile.c -- the tile of a contraction: a function that keeps its rows of C in registers.
 *
 * R is read scalar by scalar, each broadcast to a vector (after the register blocking of BLIS: Van
 * Zee and van de Geijn, 2015); a panel of V has the tile's columns.  A sum over one call's k is one
 * accumulator's, in order. */
#include "gen/contract_impl.h"
#include <string.h>

#define MAX_WORDS 2                      /* of k at a time */
#define TURN 4                           /* words of k of a turn of the loop */
#define TURNS 4                          /* of those of a line of R */
#define SHARERS_TYPICAL 4                /* panels of 128 columns */
#define ROWS_AHEAD_MOST (256 << 10)      /* elements of both sides that the second cache keeps */
#define AHEAD 16                         /* rows of V that a tile fetches before it needs them */
#define AHEAD_PACKS 8                    /* that packs them: all may share a set of 12 lines */

/* Vectors a row of the tile has; the last may be narrower than LANES. */
static uint32_t tile_vectors(const struct contraction *x)
{
	return (x->width + LANES - 1) / LANES;
}

static unsigned vector_lanes(const struct contraction *x, uint32_t h)
{
	uint32_t left = x->width - h * LANES;

	return left < LANES ? left : LANES;
}

LLVMValueRef tile_load(
	struct gen *g, const struct contraction *x, enum dtype t, LLVMValueRef p, unsigned lanes)
{
	LLVMTypeRef m = x->unit == 1 ? mem_type(g, t) : x->word;
	LLVMValueRef v = LLVMBuildLoad2(g->b, lanes > 1 ? LLVMVectorType(m, lanes) : m, p, "");

	LLVMSetAlignment(v, (unsigned)dtype_bytes(t));
	if (x->unit > 1)
		return v;
	if (dtype_is_byte(t))
		return contract_floats(g, x, t, v);
	if (dtype_bytes(t) < 4)
		v = narrow_decode(g, t, v);
	if (x->bytes == 8 && dtype_bytes(t) < 8)
		v = LLVMBuildFPExt(g->b, v, like(v, g->f64), "");
	return v;
}

/* Part i of v, of `lanes` lanes. */
static LLVMValueRef part_of(struct gen *g, LLVMValueRef v, unsigned i, unsigned lanes)
{
	LLVMValueRef at[LANES];

	for (unsigned k = 0; k < lanes; k++)
		at[k] = c32(g, (int32_t)(i * lanes + k));
	return LLVMBuildShuffleVector(g->b, v, LLVMGetUndef(LLVMTypeOf(v)),
		LLVMConstVector(at, lanes), "");
}

/* Two values' lanes one behind the other. */
static LLVMValueRef both_of(struct gen *g, LLVMValueRef a, LLVMValueRef b, unsigned lanes)
{
	LLVMValueRef at[LANES];

	for (unsigned k = 0; k < 2 * lanes; k++)
		at[k] = c32(g, (int32_t)k);
	return LLVMBuildShuffleVector(g->b, a, b, LLVMConstVector(at, 2 * lanes), "");
}

/* The two products of each lane's pair of 16-bit integers, added, of a register's lanes: PMADDWD,
 * whose one sum that is too large, of -2^15 alone, wraps as 32 bits do. */
static LLVMValueRef multiply_register(
	struct gen *g, LLVMValueRef a, LLVMValueRef b, unsigned lanes)
{
	const char *name = lanes == 16 ? "llvm.x86.avx512.pmaddw.d.512" :
		lanes == 8 ? "llvm.x86.avx2.pmadd.wd" : "llvm.x86.sse2.pmadd.wd";
	LLVMTypeRef halves = LLVMVectorType(g->i16, 2 * lanes);
	unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
	LLVMValueRef args[] = { BITCAST(a, halves), BITCAST(b, halves) };

	return LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, NULL, 0),
		LLVMGetIntrinsicDeclaration(g->module, id, NULL, 0), args, 2, "");
}

/* The same by plain arithmetic. */
static LLVMValueRef multiply_plain(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef half = ci_like(a, 16), low[2], high[2], in[2] = { a, b };

	for (int i = 0; i < 2; i++) {
		high[i] = LLVMBuildAShr(g->b, in[i], half, "");
		low[i] = LLVMBuildAShr(g->b, SHL(in[i], half), half, "");
	}
	return ADD(MUL(low[0], low[1]), MUL(high[0], high[1]));
}

static LLVMValueRef multiply_integers(
	struct gen *g, LLVMValueRef a, LLVMValueRef b, LLVMValueRef acc)
{
	unsigned all = LLVMGetVectorSize(LLVMTypeOf(acc)), lanes = g->isa->bytes / 4;
	LLVMValueRef sums[LANES];

	if (g->isa->instr & ISA_PAIRS) {
		const char *name = all == LANES ? "llvm.x86.avx512.vpdpwssd.512" :
			"llvm.x86.avx512.vpdpwssd.256";
		unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
		LLVMValueRef args[] = { acc, a, b };
		return LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, NULL, 0),
			LLVMGetIntrinsicDeclaration(g->module, id, NULL, 0), args, 3, "");
	}
	if (g->isa->machine != ISA_x86_64)
		return ADD(acc, multiply_plain(g, a, b));
	lanes = lanes < all ? lanes : all;
	unsigned n = all / lanes;
	for (unsigned i = 0; i < n; i++)
		sums[i] = multiply_register(
			g, part_of(g, a, i, lanes), part_of(g, b, i, lanes), lanes);
	for (; n > 1; n /= 2, lanes *= 2)
		for (unsigned i = 0; i < n / 2; i++)
			sums[i] = both_of(g, sums[2 * i], sums[2 * i + 1], lanes);
	return ADD(acc, sums[0]);
}

LLVMValueRef tile_multiply(struct gen *g, const struct contraction *x, LLVMValueRef a,
	LLVMValueRef b, LLVMValueRef acc)
{
	if (x->unit == 1)
		return fma3(g, a, b, acc);
	if (x->unit == CONTRACT_WORD)
		return bytes_multiply(g, x, a, b, acc);
	if (x->c->acc == DTYPE_i32)
		return multiply_integers(g, a, b, acc);
	unsigned lanes = LLVMGetVectorSize(LLVMTypeOf(acc));
	const char *name = lanes == LANES ? "llvm.x86.avx512bf16.dpbf16ps.512" :
		"llvm.x86.avx512bf16.dpbf16ps.256";
	LLVMTypeRef pairs = LLVMVectorType(LLVMBFloatTypeInContext(g->llvm), 2 * lanes);
	unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
	LLVMValueRef args[] = { acc, BITCAST(a, pairs), BITCAST(b, pairs) };
	return LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, NULL, 0),
		LLVMGetIntrinsicDeclaration(g->module, id, NULL, 0), args, 3, "");
}

LLVMValueRef tile_direct(struct gen *g, const struct contraction *x, LLVMValueRef p)
{
	LLVMTypeRef t = mem_type(g, x->c->cols_type);
	LLVMValueRef part[2];

	if (x->unit == 1)
		return tile_load(g, x, x->c->cols_type, p, LANES);
	for (unsigned u = 0; u < 2; u++) {
		LLVMValueRef at = gep(g, t, p, c64(g, u * x->c->cols_k));
		part[u] = LLVMBuildLoad2(g->b, lanes_of(t), at, "");
		LLVMSetAlignment(part[u], 2);
		part[u] = LLVMBuildZExt(g->b, part[u], lanes_of(x->word), "");
	}
	return OR(SHL(part[1], ci_like(part[1], 16)), part[0]);
}

/* The words of the tile's columns at word k, of V as it lies. */
static void direct_columns(struct gen *g, const struct contraction *x, LLVMValueRef panel,
	LLVMValueRef k, LLVMValueRef *v)
{
	LLVMTypeRef t = mem_type(g, x->c->cols_type);
	int64_t stride = x->c->cols_k * x->unit, ahead = x->packs ? AHEAD_PACKS : AHEAD;
	LLVMValueRef row = gep(g, t, panel, MUL(k, c64(g, stride)));

	for (unsigned h = 0; h < tile_vectors(x); h++) {
		LLVMValueRef p = gep(g, t, row, c64(g, h * LANES));
		/* of columns that do not begin with a line, the last one's */
		int64_t into = x->packs && h + 1 == tile_vectors(x) ? LANES - 1 : 0;
		for (unsigned u = 0; u < x->unit; u++)
			fetch(g, gep(g, t, p, c64(g, ahead * stride + u * x->c->cols_k + into)),
				x->packs ? FETCH_FIRST : FETCH_SECOND);
		v[h] = tile_direct(g, x, p);
	}
}

/* The columns' words at word k, of the panel that they are in. */
static void tile_columns(struct gen *g, const struct contraction *x, const LLVMValueRef *param,
	LLVMValueRef k, LLVMValueRef *v)
{
	LLVMTypeRef t = x->unit == 1 ? mem_type(g, x->panel_type) : x->word;
	LLVMValueRef from = gep(g, t, param[P_PANEL], MUL(k, c64(g, x->cols)));

	if (x->direct || x->packs)
		direct_columns(g, x, param[x->packs ? P_FROM : P_PANEL], k, v);
	for (unsigned h = 0; x->packs && h < tile_vectors(x); h++)
		LLVMSetAlignment(
			LLVMBuildStore(g->b, v[h], gep(g, t, from, c64(g, h * LANES))), 64);
	if (x->direct || x->packs)
		return;
	for (unsigned h = 0; h < tile_vectors(x); h++)
		v[h] = tile_load(g, x, x->panel_type, gep(g, t, from, c64(g, h * LANES)),
			vector_lanes(x, h));
}

/* Words of k that a line of a row of R has. */
static uint32_t line_words(const struct contraction *x)
{
	return LINE / ((uint32_t)dtype_bytes(x->c->rows_type) * x->unit);
}

static int64_t rows_pitch(const struct contraction *x)
{
	return x->c->rows_m * (int64_t)dtype_bytes(x->c->rows_type);
}

/* Do rows that lie along k, and are read as they lie, all share a set of the cache? */
static bool rows_share_sets(const struct contraction *x)
{
	return !x->rows_copy && x->c->rows_k == 1 && x->c->rows_m > 0 &&
	       rows_pitch(x) % PLAN_WAY == 0;
}

/* Are the next tile's rows fetched by this one?  Rows that lie along k are as many streams as the
 * tile has rows, too short for the processor to guess where the next ones begin.  Where all share
 * a set of the nearest cache, they would push this tile's rows out of it. */
static bool tile_fetches(const struct contraction *x)
{
	if (x->strips_copied)
		return true;
	return !x->rows_copy && x->c->rows_k == 1 && rows_pitch(x) >= LINE && !rows_share_sets(x);
}

/* The word of k that a tile takes: number `in` of the turn that begins with `from`.  quad: which
 * turn that is of a line's, the words from `line` on; NULL: the loop has none. */
struct turn {
	LLVMValueRef line, quad, from;
	uint32_t in;
};

/* The row, of so many, and the line of its words that are asked for at a word: over the words of a
 * line, one of each row.  False: none is. */
static bool turn_row(struct gen *g, const struct contraction *x, uint32_t rows,
	const struct turn *t, LLVMValueRef *row, LLVMValueRef *line)
{
	uint32_t words = line_words(x), share = (rows + TURNS - 1) / TURNS;
	LLVMValueRef k = ADD(t->from, c64(g, t->in));

	if (t->quad && t->in >= share)
		return false;
	*row = AND(k, c64(g, words - 1));
	*line = AND(k, c64(g, -(int64_t)words));
	if (t->quad) {
		*row = ADD(MUL(t->quad, c64(g, share)), c64(g, t->in));
		*line = t->line;
	}
	return true;
}

/* At a word, a line of a row behind the tile's. */
static void tile_fetch(struct gen *g, const struct contraction *x, uint32_t rows,
	const LLVMValueRef *param, const struct turn *t)
{
	LLVMValueRef i, line;

	/* a small tile is done before they come */
	if (!tile_fetches(x) || rows < line_words(x) / 2 || !turn_row(g, x, rows, t, &i, &line))
		return;
	LLVMValueRef at = ADD(MUL(i, param[P_AHEAD_M]), MUL(line, param[P_ROWS_K]));
	fetch(g, gep(g, x->rows_elem, param[P_AHEAD], at), FETCH_FIRST);
}

bool tile_rows_ahead(const struct contraction *x)
{
	return !x->rows_copy && x->c->rows_k == 1 && x->c->n <= CONTRACT_GROUP &&
	       x->c->rows_m > 0 && rows_pitch(x) >= LINE;
}

int64_t square_sharers(const struct contraction *x)
{
	int64_t panels = x->group / x->cols;

	return x->c->n < 0 && panels > SHARERS_TYPICAL ? SHARERS_TYPICAL : panels;
}

bool square_rows_ahead(const struct contraction *x)
{
	const struct contract *c = x->c;
	bool lie = !x->rows_copy && !x->panels && c->rows_k == 1 && c->k > 0 && c->rows_m == c->k;
	bool one = c->n > 0 ? c->n <= x->group : c->n_block == x->group;

	return lie && one && !c->nbatch && CONTRACT_SQUARE % square_sharers(x) == 0 &&
	       c->m > c->m_block && (c->m_block + x->group) * c->k <= ROWS_AHEAD_MOST;
}

/* At a word, a line of the tile's rows in the block after theirs. */
static void block_fetch(struct gen *g, const struct contraction *x, uint32_t rows,
	const LLVMValueRef *param, const struct turn *t)
{
	LLVMValueRef i, line;

	if (!turn_row(g, x, rows, t, &i, &line))
		return;
	LLVMValueRef at = ADD(MUL(i, param[P_ROWS_M]), MUL(line, param[P_ROWS_K]));
	LLVMValueRef behind = gep(g, x->rows_elem, param[P_ROWS], param[P_BEHIND]);
	fetch(g, gep(g, x->rows_elem, behind, at), FETCH_SECOND);
}

/* At word k, where the loop takes so many at a time, of what is multiplied after the panel.  Of
 * runs that do not begin with a line, as an argument's need not, all lines but the first, which is
 * the last one of the panel beside it: that the last panel's was asked for by nobody cost a tenth
 * of a product's time. */
static void next_fetch(struct gen *g, const struct contraction *x, const LLVMValueRef *param,
	LLVMValueRef k, uint32_t taken)
{
	const struct ahead *a = &x->ahead;
	int64_t words = contract_depth(x), times = (a->lines * taken + words - 1) / words;
	LLVMValueRef line = LLVMBuildUDiv(g->b, MUL(k, c64(g, a->lines)), c64(g, words), "");

	for (int64_t i = 0; i < times && a->lines; i++) {
		LLVMValueRef at = ADD(ADD(param[P_PART], line), c64(g, i)), run = c64(g, a->run);
		LLVMValueRef in = LLVMBuildURem(g->b, at, run, "");
		at = MUL(LLVMBuildUDiv(g->b, at, run, ""), c64(g, a->stride));
		at = ADD(at, ADD(MUL(in, c64(g, LINE)), c64(g, LINE - 1)));
		fetch(g, gep(g, g->i8, param[P_NEXT], at), FETCH_SECOND);
	}
}

/* Where row i of the tile lies behind its first one. */
static LLVMValueRef tile_row(
	struct gen *g, const struct contraction *x, const LLVMValueRef *param, uint32_t i)
{
	int64_t span = x->c->span;
	LLVMValueRef place = MUL(param[P_ROWS_M], c64(g, span ? i % span : i));

	return span ? ADD(c64(g, i / span * x->c->span_pitch), place) : place;
}

/* `words` words of k from k on: every accumulator takes its products, in order.  A row gives all of
 * its words before the next one does: rows that share a set of the cache push each other out. */
static void tile_step(struct gen *g, const struct contraction *x, uint32_t rows, uint32_t words,
	const LLVMValueRef *param, const struct turn *t, LLVMValueRef *acc)
{
	uint32_t n = tile_vectors(x);
	LLVMValueRef v[MAX_WORDS][TILE_VECTORS], row[MAX_WORDS];

	for (uint32_t w = 0; w < words; w++) {
		struct turn one = { t->line, t->quad, t->from, t->in + w };
		LLVMValueRef at = ADD(t->from, c64(g, t->in + w));
		row[w] = gep(g, x->rows_elem, param[P_ROWS], MUL(at, param[P_ROWS_K]));
		tile_columns(g, x, param, at, v[w]);
		tile_fetch(g, x, rows, param, &one);
		if (x->rows_ahead)
			block_fetch(g, x, rows, param, &one);
	}
	for (uint32_t i = 0; i < rows * words; i++) {
		uint32_t w = i % words;
		LLVMValueRef p = gep(g, x->rows_elem, row[w], tile_row(g, x, param, i / words));
		LLVMValueRef r = splat(g, tile_load(g, x, x->rows_type, p, 1));
		for (unsigned h = 0; h < n; h++) {
			LLVMValueRef *a = &acc[i / words * n + h];
			unsigned lanes = vector_lanes(x, h);
			LLVMValueRef some = lanes < LANES ? part_of(g, r, 0, lanes) : r;
			*a = tile_multiply(g, x, some, v[w][h], *a);
		}
	}
}

/* Where accumulator i of the tile lies in C's block. */
static int64_t out_at(const struct contraction *x, uint32_t i)
{
	uint32_t n = tile_vectors(x);

	return (int64_t)(i / n) * x->cols + (int64_t)(i % n) * LANES;
}

/* The accumulators to out, or added to what is there. */
static void tile_store(struct gen *g, const struct contraction *x, LLVMBasicBlockRef in, uint32_t n,
	LLVMValueRef out, const LLVMValueRef *acc, bool add)
{
	LLVMPositionBuilderAtEnd(g->b, in);
	for (uint32_t i = 0; i < n; i++) {
		LLVMValueRef p = gep(g, x->acc, out, c64(g, out_at(x, i))), v = acc[i];
		if (add) {
			LLVMValueRef old = LLVMBuildLoad2(g->b, LLVMTypeOf(v), p, "");
			LLVMSetAlignment(old, 64);
			v = x->c->acc == DTYPE_i32 ? ADD(old, v) : FADD(old, v);
		}
		LLVMSetAlignment(LLVMBuildStore(g->b, v, p), 64);
	}
	LLVMBuildRetVoid(g->b);
}

LLVMTypeRef tile_type(struct gen *g)
{
	LLVMTypeRef types[P_COUNT] = { g->ptr, g->ptr, g->ptr, g->i64, g->ptr, g->i64, g->i1,
		g->i64, g->i64, g->ptr, g->i64, g->ptr, g->i64 };

	return LLVMFunctionType(g->none, types, P_COUNT, false);
}

/* The function is internal to the kernel, with a builder of its own.  Strides that are known are
 * constants in it. */
LLVMValueRef tile_begin(struct gen *g, const struct contraction *x, const char *name,
	LLVMValueRef *param)
{
	LLVMValueRef fn = gen_internal(g, name, tile_type(g));

	g->b = LLVMCreateBuilderInContext(g->llvm);
	LLVMPositionBuilderAtEnd(g->b, LLVMAppendBasicBlockInContext(g->llvm, fn, ""));
	for (unsigned i = 0; i < P_COUNT; i++)
		param[i] = LLVMGetParam(fn, i);
	if (x->rows_m >= 0)
		param[P_ROWS_M] = c64(g, x->rows_m);
	if (x->rows_k >= 0)
		param[P_ROWS_K] = c64(g, x->rows_k);
	return fn;
}

void tile_loop_begin(struct gen *g, const struct contraction *x, struct tile_loop *l,
	LLVMValueRef start, LLVMValueRef end, uint32_t n, LLVMValueRef *acc, bool zero)
{
	LLVMBasicBlockRef from = LLVMGetInsertBlock(g->b), body;
	LLVMValueRef fn = LLVMGetBasicBlockParent(from);

	l->head = LLVMAppendBasicBlockInContext(g->llvm, fn, "");
	body = LLVMAppendBasicBlockInContext(g->llvm, fn, "");
	l->done = LLVMAppendBasicBlockInContext(g->llvm, fn, "");
	LLVMBuildBr(g->b, l->head);
	LLVMPositionBuilderAtEnd(g->b, l->head);
	l->i = LLVMBuildPhi(g->b, g->i64, "k");
	LLVMAddIncoming(l->i, &start, &from, 1);
	for (uint32_t i = 0; i < n; i++) {
		LLVMTypeRef t = LLVMVectorType(x->acc, vector_lanes(x, i % tile_vectors(x)));
		LLVMValueRef none = LLVMConstNull(t);
		l->sums[i] = LLVMBuildPhi(g->b, t, "");
		LLVMAddIncoming(l->sums[i], zero ? &none : &acc[i], &from, 1);
		acc[i] = l->sums[i];
	}
	LLVMBuildCondBr(g->b, ICMP(SLT, l->i, end), body, l->done);
	LLVMPositionBuilderAtEnd(g->b, body);
}

void tile_loop_end(
	struct gen *g, struct tile_loop *l, uint32_t step, uint32_t n, LLVMValueRef *acc)
{
	LLVMBasicBlockRef at = LLVMGetInsertBlock(g->b);
	LLVMValueRef next = ADD(l->i, c64(g, step));

	LLVMBuildBr(g->b, l->head);
	LLVMAddIncoming(l->i, &next, &at, 1);
	for (uint32_t i = 0; i < n; i++) {
		LLVMAddIncoming(l->sums[i], &acc[i], &at, 1);
		acc[i] = l->sums[i];
	}
	LLVMPositionBuilderAtEnd(g->b, l->done);
}

/* The rows and the panel of band `b`. */
static void tile_band(struct gen *g, const struct contraction *x, LLVMValueRef *param,
	LLVMValueRef b)
{
	LLVMTypeRef t = x->unit == 1 ? mem_type(g, x->panel_type) : x->word;
	LLVMValueRef words = MUL(MUL(b, param[P_K]), c64(g, x->cols));

	param[P_ROWS] = gep(g, x->rows_elem, param[P_ROWS], contract_band_at(g, x->c, b));
	param[P_PANEL] = gep(g, t, param[P_PANEL], words);
	words = MUL(MUL(b, param[P_K]), c64(g, x->ahead.lines));
	words = LLVMBuildUDiv(g->b, words, c64(g, contract_depth(x)), "");
	param[P_PART] = ADD(param[P_PART], words);
}

/* Words of k that a tile takes at a time: more than one where its rows all share a set of the cache
 * and each would push the others out of it at every word, if registers hold the columns' too. */
static uint32_t tile_words(struct gen *g, const struct contraction *x, uint32_t rows)
{
	const struct contract *c = x->c;
	bool whole = c->k >= 0 && !c->span && c->k % (MAX_WORDS * x->unit) == 0;
	uint32_t registers = LANES * x->bytes / g->isa->bytes;   /* of a vector */

	registers = registers ? registers : 1;
	registers *= tile_vectors(x) * (rows + MAX_WORDS);
	return whole && rows_share_sets(x) && registers < g->isa->regs ? MAX_WORDS : 1;
}

/* Asks for the turn's share of the tile's sums, which lie in lines one behind the other, where more
 * than one block of k adds to them: they come from the second cache, and were waited for when all
 * products were there, for 1 to 2 % of the time of a product of 1024 x 1024 matrices. */
static void sums_fetch(struct gen *g, const struct contraction *x, uint32_t rows,
	const LLVMValueRef *param, LLVMValueRef k)
{
	int64_t depth = contract_depth(x), turns = depth / (TURN * TURNS);
	int64_t lines = rows * x->cols * x->bytes / LINE;
	bool adds = x->c->k < 0 || x->c->k > depth * x->unit;
	int64_t each = adds && turns ? (lines + turns - 1) / turns : 0;
	LLVMValueRef at = LLVMBuildUDiv(g->b, k, c64(g, TURN * TURNS), "");

	at = gep(g, g->i8, param[P_OUT], MUL(at, c64(g, each * LINE)));
	for (int64_t i = 0; i < each; i++)
		fetch(g, gep(g, g->i8, at, c64(g, i * LINE)), FETCH_FIRST);
}

/* Words of k in whole lines of R's, some turns a line: what is asked for then costs a few
 * instructions a line, not some at every word.  The number of words. */
static LLVMValueRef tile_lines(struct gen *g, const struct contraction *x, uint32_t rows,
	const LLVMValueRef *param, LLVMValueRef *acc, bool zero)
{
	uint32_t n = rows * tile_vectors(x), step = tile_words(g, x, rows);
	LLVMValueRef none = c64(g, 0), end = AND(param[P_K], c64(g, -TURN * TURNS));
	struct tile_loop lines, quads;

	if (line_words(x) != TURN * TURNS)
		return none;
	tile_loop_begin(g, x, &lines, none, end, n, acc, zero);
	next_fetch(g, x, param, lines.i, TURN * TURNS);
	sums_fetch(g, x, rows, param, lines.i);
	tile_loop_begin(g, x, &quads, none, c64(g, TURNS), n, acc, false);
	struct turn turn = { .line = lines.i, .quad = quads.i };
	turn.from = ADD(lines.i, MUL(quads.i, c64(g, TURN)));
	for (; turn.in < TURN; turn.in += step)
		tile_step(g, x, rows, step, param, &turn, acc);
	tile_loop_end(g, &quads, 1, n, acc);
	tile_loop_end(g, &lines, TURN * TURNS, n, acc);
	return lines.i;
}

/* The tile's words of k, all of them, or those of a band: the accumulators' products. */
static void tile_loops(struct gen *g, const struct contraction *x, uint32_t rows,
	const LLVMValueRef *param, LLVMValueRef *acc, bool zero)
{
	const struct contract *c = x->c;
	bool plain = c->k >= 0 && !c->span && !x->row_at && !c->runs.by_k;
	uint32_t n = rows * tile_vectors(x), step = tile_words(g, x, rows);
	LLVMValueRef from = tile_lines(g, x, rows, param, acc, zero);
	struct tile_loop rest;

	if (!LLVMIsAConstantInt(from)) {
		zero = false;
		if (plain && c->k % (TURN * TURNS * x->unit) == 0)
			return;
	}
	tile_loop_begin(g, x, &rest, from, param[P_K], n, acc, zero);
	next_fetch(g, x, param, rest.i, step);
	struct turn turn = { .from = rest.i };
	tile_step(g, x, rows, step, param, &turn, acc);
	tile_loop_end(g, &rest, step, n, acc);
}

LLVMValueRef tile_function(struct gen *g, const struct contraction *x, uint32_t rows)
{
	LLVMValueRef param[P_COUNT], acc[CONTRACT_MAX_ROWS * TILE_VECTORS];
	struct tile_loop bands;
	uint32_t n = rows * tile_vectors(x);
	LLVMBuilderRef outer = g->b;
	LLVMValueRef fn = tile_begin(g, x, x->packs ? "packing" : "tile", param);

	if (x->bands > 1) {
		tile_loop_begin(g, x, &bands, c64(g, 0), c64(g, x->bands), n, acc, true);
		tile_band(g, x, param, bands.i);
	}
	tile_loops(g, x, rows, param, acc, x->bands <= 1);
	if (x->bands > 1)
		tile_loop_end(g, &bands, 1, n, acc);
	LLVMBasicBlockRef first = LLVMAppendBasicBlockInContext(g->llvm, fn, ""),
			  more = LLVMAppendBasicBlockInContext(g->llvm, fn, "");
	LLVMBuildCondBr(g->b, param[P_FIRST], first, more);
	tile_store(g, x, first, n, param[P_OUT], acc, false);
	tile_store(g, x, more, n, param[P_OUT], acc, true);
	LLVMDisposeBuilder(g->b);
	g->b = outer;
	return fn;
}

/* ---- AMX ------------------------------------------------------------------------------------ */

/* A square is 2 x 2 tiles of 16 rows of 64 bytes: of C in 0 to 3, of R (16 rows, as they lie) in 4
 * and 5, of the panel (16 words of k) in 6 and 7.  Tiles are named by number, so LLVM has none to
 * allocate and needs no pass of its own for them. */
enum { TILE_C, TILE_R = 4, TILE_V = 6, TILES = 8, TILE_ROWS = 16, TILE_BYTES = 64 };

static void tile_call(struct gen *g, const char *name, unsigned n, LLVMValueRef *args)
{
	unsigned id = LLVMLookupIntrinsicID(name, strlen(name));

	LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, NULL, 0),
		LLVMGetIntrinsicDeclaration(g->module, id, NULL, 0), args, n, "");
}

static LLVMValueRef tile_name(struct gen *g, unsigned i)
{
	return LLVMConstInt(g->i8, i, false);
}

/* Tile i from or to memory, rows `stride` bytes apart. */
static void tile_move(
	struct gen *g, const char *name, unsigned i, LLVMValueRef p, LLVMValueRef stride)
{
	LLVMValueRef args[] = { tile_name(g, i), p, stride };

	tile_call(g, name, 3, args);
}

/* The four tiles of C: zero, or moved from or to out. */
static void square_results(
	struct gen *g, const struct contraction *x, const char *move, LLVMValueRef out)
{
	int64_t row = x->cols * 4;

	for (unsigned i = 0; i < 4; i++) {
		LLVMValueRef name = tile_name(g, TILE_C + i);
		int64_t at = i / 2 * TILE_ROWS * row + i % 2 * TILE_BYTES;
		if (move)
			tile_move(g, move, TILE_C + i, gep_bytes(g, out, at), c64(g, row));
		else
			tile_call(g, "llvm.x86.tilezero", 1, &name);
	}
}

/* What multiplies R's and V's words: pairs of bf16; bytes with a sign or without, of either. */
static const char *square_multiply(const struct contraction *x)
{
	static const char *const bytes[2][2] = { { "llvm.x86.tdpbssd", "llvm.x86.tdpbsud" },
		{ "llvm.x86.tdpbusd", "llvm.x86.tdpbuud" } };

	if (x->unit == 2)
		return "llvm.x86.tdpbf16ps";
	return bytes[dtype_is_unsigned(x->c->rows_type)][dtype_is_unsigned(x->c->cols_type)];
}

/* A tile is loaded right before the first product that takes it: neither the load ports nor the
 * unit for tiles then waits for the other (Intel's optimisation manual, on AMX).  Rows come from
 * the second cache, as they lie, while products wait for nothing: asking for them before took
 * longer. */
static void square_step(
	struct gen *g, const struct contraction *x, const LLVMValueRef *param, LLVMValueRef k)
{
	static const char plain[] = "llvm.x86.tileloadd64", passing[] = "llvm.x86.tileloaddt164";
	LLVMValueRef pitch = MUL(param[P_ROWS_M], LLVMSizeOf(x->rows_elem));
	LLVMValueRef rows = gep(g, x->rows_elem, param[P_ROWS], MUL(k, param[P_ROWS_K]));
	LLVMValueRef panel = gep(g, x->word, param[P_PANEL], MUL(k, c64(g, x->cols)));

	for (unsigned i = 0; i < 4; i++) {
		unsigned r = i / 2, v = i % 2;
		LLVMValueRef below = gep(g, g->i8, rows, MUL(pitch, c64(g, r * TILE_ROWS)));
		if (v == 0)
			tile_move(g, x->deep ? passing : plain, TILE_R + r, below, pitch);
		if (r == 0)
			tile_move(g, plain, TILE_V + v,
				gep_bytes(g, panel, v * TILE_BYTES), c64(g, x->cols * 4));
		LLVMValueRef args[] = { tile_name(g, TILE_C + i), tile_name(g, TILE_R + r),
			tile_name(g, TILE_V + v) };
		tile_call(g, square_multiply(x), 3, args);
	}
}

/* The step's share of the rows of the block behind the square's. */
static void square_rows_fetch(struct gen *g, const struct contraction *x,
	const LLVMValueRef *param, LLVMValueRef k)
{
	int64_t lines = CONTRACT_SQUARE / square_sharers(x);
	LLVMValueRef at = ADD(param[P_BEHIND], MUL(k, c64(g, x->unit * lines)));
	LLVMValueRef p = gep(g, x->rows_elem, param[P_ROWS], at);

	for (int64_t i = 0; i < lines; i++)
		fetch(g, gep(g, g->i8, p, c64(g, i * LINE)), FETCH_SECOND);
}

LLVMValueRef square_function(struct gen *g, const struct contraction *x)
{
	LLVMBasicBlockRef first, more, loop, body, done,
		*blocks[] = { &first, &more, &loop, &body, &done };
	LLVMBuilderRef outer = g->b;
	LLVMValueRef param[P_COUNT], fn = tile_begin(g, x, "square", param);

	for (unsigned i = 0; i < sizeof blocks / sizeof *blocks; i++)
		*blocks[i] = LLVMAppendBasicBlockInContext(g->llvm, fn, "");
	LLVMBuildCondBr(g->b, param[P_FIRST], first, more);
	LLVMPositionBuilderAtEnd(g->b, first);
	square_results(g, x, NULL, param[P_OUT]);
	LLVMBuildBr(g->b, loop);
	LLVMPositionBuilderAtEnd(g->b, more);
	square_results(g, x, "llvm.x86.tileloadd64", param[P_OUT]);
	LLVMBuildBr(g->b, loop);
	LLVMPositionBuilderAtEnd(g->b, loop);
	LLVMValueRef k = LLVMBuildPhi(g->b, g->i64, "k"), zero = c64(g, 0);
	LLVMBuildCondBr(g->b, ICMP(SLT, k, param[P_K]), body, done);
	LLVMPositionBuilderAtEnd(g->b, body);
	square_step(g, x, param, k);
	next_fetch(g, x, param, k, LANES);
	if (x->rows_ahead)
		square_rows_fetch(g, x, param, k);
	LLVMValueRef next = ADD(k, c64(g, LANES));
	LLVMBuildBr(g->b, loop);
	LLVMAddIncoming(k, (LLVMValueRef[]){ zero, zero, next },
		(LLVMBasicBlockRef[]){ first, more, body }, 3);
	LLVMPositionBuilderAtEnd(g->b, done);
	square_results(g, x, "llvm.x86.tilestored64", param[P_OUT]);
	LLVMBuildRetVoid(g->b);
	LLVMDisposeBuilder(g->b);
	g->b = outer;
	return fn;
}

void square_begin(struct gen *g)
{
	/* palette 1; bytes of a row of each tile from byte 16 on, rows from byte 48 on (Intel SDM,
	 * LDTILECFG) */
	unsigned char config[64] = { 1 };

	for (unsigned i = 0; i < TILES; i++) {
		config[16 + 2 * i] = TILE_BYTES;
		config[48 + i] = TILE_ROWS;
	}
	LLVMValueRef data = gen_data(g, config, sizeof config, 64);
	gen_here(g);
	tile_call(g, "llvm.x86.ldtilecfg", 1, &data);
}

void square_end(struct gen *g)
{
	gen_here(g);
	tile_call(g, "llvm.x86.tilerelease", 0, NULL);
}
