/* contract_square.c -- many rows by AMX's tiles: C's squares, and beside their products the copies
 * that the next ones are read from.
 *
 * Method: Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008, with the
 * packing cut in shares.  A square of 32 x 32 of C takes SUM words of k in 512 cycles, in which the
 * unit for tiles leaves the others free: between two squares goes a share of R's block behind this
 * one, and of the panel behind this one.  Both have two places, and are read from one while the
 * other is written.  So what comes from memory comes all the time, not in bursts, and not a line of
 * it is asked for long before it is used, when rows far apart would push each other out of a set.
 *
 *   a group:  copy R's first block, the first panel
 *             for each block of SUM words of k            R's block: second-level cache
 *               for each panel of the group               V's panel: first-level cache
 *                 for each square of rows                 C's square: tiles
 *                   square += R's rows x V's panel
 *                   copy: the next block's share, the next panel's share
 *                   behind the last block of k: the body over the square
 *
 * R's copy is a stream of steps of k, 2 KiB each, in the order in which squares read them: no two
 * rows of a tile share a set, a page holds four tiles, and what comes next is asked for two steps
 * before.  A tile of C goes on from block to block of k, so a sum's order is k's, however large
 * blocks are. */
#include "gen/contract_impl.h"

#define GROUP_MOST 512                   /* columns of a group */
#define ROWS_NEAR 1024                   /* bytes between rows: 32 lines take half of their sets */
#define PANELS_FEW 4                     /* that a block of rows meets */

struct squares {
	struct contraction *x;
	LLVMValueRef panels, high;       /* of the group: how many, of how many squares each */
	LLVMValueRef rows_share;         /* of a square: rows of R's next block */
	LLVMValueRef words_share;        /* words of the next panel */
	LLVMValueRef rows_at;            /* R's first element of the chunk */
};

/* Of a square: where it is, and what is multiplied after it. */
struct square {
	LLVMValueRef kb, block, last;    /* element of k, number of the block; are there no more? */
	LLVMValueRef p, number;          /* its panel, and how many there were before */
	LLVMValueRef row;
};

static int64_t squares_depth(const struct contraction *x)
{
	return CONTRACT_SUM * x->unit;
}

bool contract_is_squares(const struct contract *c)
{
	return c->m_block > CONTRACT_FEW_ROWS && c->k > 0 && c->taps <= 1 && !c->runs.run;
}

int64_t squares_group(const struct contraction *x)
{
	int64_t n = x->c->n_block ? x->c->n_block : x->group;

	n = (n + x->cols - 1) / x->cols * x->cols;
	return n < GROUP_MOST ? n : GROUP_MOST;
}

void squares_rows(struct gen *g, struct contraction *x)
{
	const struct contract *c = x->c;
	int64_t pitch = c->rows_m * (int64_t)dtype_bytes(c->rows_type);
	bool near = pitch > 0 && pitch % ROWS_NEAR != 0 &&
		    (pitch < 2 * ROWS_NEAR || x->group <= PANELS_FEW * x->cols);
	bool one_panel_only = c->n > 0 && c->n <= x->cols;

	if (!x->rows_copy && (near || one_panel_only))
		return;
	x->rows_elem = x->word;
	x->rows_m = CONTRACT_SUM;
	x->rows_k = 1;
	x->rows_copy = gen_scratch(g, (size_t)(2 * x->pad * CONTRACT_SUM) * x->bytes);
}

/* x with the place for copies of `number`, as that is even or odd, as its only one. */
static struct contraction at_place(
	struct gen *g, const struct contraction *x, LLVMValueRef number, bool rows)
{
	struct contraction one = *x;
	int64_t words = CONTRACT_SUM * (rows ? x->pad : x->cols);
	LLVMValueRef at = MUL(AND(number, c64(g, 1)), c64(g, words));

	if (rows)
		one.rows_copy = gep(g, x->word, x->rows_copy, at);
	else
		one.panels = gep(g, x->word, x->panels, at);
	return one;
}

/* R's element of the chunk at kb. */
static LLVMValueRef rows_from(struct gen *g, const struct squares *q, LLVMValueRef kb)
{
	LLVMValueRef rows_k = gen_extent(g, q->x->c->rows_k);

	gen_here(g);
	return ADD(q->rows_at, MUL(kb, rows_k));
}

/* Elements of k of the block at kb; none where k ends before. */
static LLVMValueRef depth_at(struct gen *g, const struct squares *q, LLVMValueRef kb)
{
	LLVMValueRef left = SUB(c64(g, q->x->c->k), kb), none = c64(g, 0);

	left = min_signed(g, left, c64(g, squares_depth(q->x)));
	return SELECT(ICMP(SGT, left, none), left, none);
}

/* Asks for `lines` lines from p on. */
static void fetch_lines(struct gen *g, LLVMValueRef p, unsigned lines)
{
	for (unsigned i = 0; i < lines; i++)
		fetch(g, gep(g, g->i8, p, c64(g, i * LINE)), FETCH_SECOND);
}

/* Rows [lo, hi) of R as it lies, from element `at` on. */
static void fetch_rows(
	struct gen *g, const struct squares *q, LLVMValueRef at, const struct share *share)
{
	const struct contraction *x = q->x;
	struct loop *l = job_alloc(g->job, sizeof *l);
	LLVMValueRef p = gen_buffer(g, x->rows_buffer), rows_m = gen_extent(g, x->c->rows_m);

	loop_begin(g, l, share->lo, share->hi, 1);
	gen_here(g);
	p = gep(g, mem_type(g, x->c->rows_type), p, ADD(at, MUL(l->iv, rows_m)));
	fetch_lines(g, p, CONTRACT_SUM * x->bytes / LINE);
	loop_end(g, l);
}

/* The share of R's next block that is the square's. */
static void next_rows(struct gen *g, const struct squares *q, const struct square *s)
{
	struct contraction *x = q->x;
	LLVMValueRef kb = ADD(s->kb, c64(g, squares_depth(x)));
	LLVMValueRef high = LLVMBuildUDiv(g->b, s->row, c64(g, CONTRACT_SQUARE), "");
	LLVMValueRef lo = MUL(ADD(MUL(s->p, q->high), high), q->rows_share);
	LLVMValueRef hi = min_signed(g, ADD(lo, q->rows_share), x->mrows);

	hi = SELECT(s->last, lo, hi);
	struct share share = { lo, hi };
	LLVMValueRef at = rows_from(g, q, kb);
	if (!x->rows_copy) {
		fetch_rows(g, q, at, &share);
		return;
	}
	struct contraction next = at_place(g, x, ADD(s->block, c64(g, 1)), true);
	copy_rows_share(g, &next, at, depth_at(g, q, kb), &share);
}

/* The share of the next panel, the group's next one or the first one's next words, that is the
 * square's. */
static void next_panel(struct gen *g, const struct squares *q, const struct square *s)
{
	struct contraction *x = q->x;
	LLVMValueRef p = ADD(s->p, c64(g, 1)), wraps = ICMP(SGE, p, q->panels);
	LLVMValueRef kb = ADD(s->kb, SELECT(wraps, c64(g, squares_depth(x)), c64(g, 0)));
	LLVMValueRef high = LLVMBuildUDiv(g->b, s->row, c64(g, CONTRACT_SQUARE), "");
	LLVMValueRef lo = MUL(high, q->words_share);
	LLVMValueRef hi = min_signed(g, ADD(lo, q->words_share), c64(g, CONTRACT_SUM));

	p = SELECT(wraps, c64(g, 0), p);
	hi = SELECT(ICMP(SLT, kb, c64(g, x->c->k)), hi, lo);
	if (!x->panels) {
		struct loop *l = job_alloc(g->job, sizeof *l);
		LLVMValueRef panel = panel_at(g, x, p, kb);
		loop_begin(g, l, lo, hi, 1);
		gen_here(g);
		int64_t row = x->cols * x->bytes;
		fetch_lines(g, gep(g, g->i8, panel, MUL(l->iv, c64(g, row))),
			(unsigned)(row / LINE));
		loop_end(g, l);
		return;
	}
	struct contraction one = one_panel(g, x, p);
	one = at_place(g, &one, ADD(s->number, c64(g, 1)), false);
	copy_group_share(g, &one, kb, depth_at(g, q, kb), &(struct share){ lo, hi });
}

/* A panel's squares. */
static void panel_multiply(struct gen *g, const struct squares *q, struct square *s)
{
	struct contraction *x = q->x;
	LLVMValueRef buffer = gen_buffer(g, x->rows_buffer);
	struct loop *l = job_alloc(g->job, sizeof *l);
	struct operands o = { 0 };
	struct branch b;

	gen_here(g);
	struct contraction one = one_panel(g, x, s->p);
	o.first = ICMP(EQ, s->kb, c64(g, 0));
	o.k = ceil_div(g, depth_at(g, q, s->kb), x->unit);
	o.out = one.block;
	o.panel = x->panels ? at_place(g, x, s->number, false).panels : panel_at(g, x, s->p, s->kb);
	o.rows = x->rows_copy ? at_place(g, x, s->block, true).rows_copy :
		gep(g, mem_type(g, x->c->rows_type), buffer, rows_from(g, q, s->kb));
	loop_begin(g, l, c64(g, 0), x->mrows, CONTRACT_SQUARE);
	gen_here(g);
	s->row = l->iv;
	LLVMValueRef hi = ADD(l->iv, c64(g, CONTRACT_SQUARE)), end = min_signed(g, hi, x->mrows);
	branch_begin(g, &b, s->last);
	contract_finish_ahead(g, &one, l->iv, end);
	branch_end(g, &b);
	gen_here(g);
	call_tiles(g, x, x->tile, CONTRACT_SQUARE, l->iv, hi, &o);
	gen_here(g);
	next_rows(g, q, s);
	gen_here(g);
	next_panel(g, q, s);
	branch_begin(g, &b, s->last);
	contract_finish(g, &one, l->iv, end);
	branch_end(g, &b);
	loop_end(g, l);
}

static LLVMValueRef whole_lanes(struct gen *g, LLVMValueRef v)
{
	return AND(ADD(v, c64(g, LANES - 1)), c64(g, -LANES));
}

/* How much of the copies is each square's; whole lanes of what is turned. */
static void squares_shares(struct gen *g, struct squares *q)
{
	const struct contraction *x = q->x;
	const struct contract *c = x->c;
	bool rows_turned = c->rows_m == 1 && c->rows_k != 1;
	bool words_turned = !c->cols_packed && c->cols_n != 1 && c->cols_n;

	q->panels = ceil_div(g, x->nv, x->cols);
	q->high = ceil_div(g, x->mrows, CONTRACT_SQUARE);
	LLVMValueRef all = MUL(q->panels, q->high), one = c64(g, 1);
	LLVMValueRef rows = ADD(x->mrows, SUB(all, one));
	q->rows_share = LLVMBuildUDiv(g->b, rows, all, "");
	LLVMValueRef words = ADD(c64(g, CONTRACT_SUM), SUB(q->high, one));
	q->words_share = LLVMBuildUDiv(g->b, words, q->high, "");
	if (rows_turned)
		q->rows_share = whole_lanes(g, q->rows_share);
	if (words_turned)
		q->words_share = whole_lanes(g, q->words_share);
}

/* What the group's first square reads. */
static void first_copies(struct gen *g, struct squares *q)
{
	struct contraction *x = q->x;
	LLVMValueRef zero = c64(g, 0);

	if (x->rows_copy)
		copy_rows(g, x, q->rows_at, depth_at(g, q, zero));
	gen_here(g);
	if (!x->panels)
		return;
	struct contraction one = one_panel(g, x, zero);
	copy_group(g, &one, zero, depth_at(g, q, zero));
}

void squares_multiply(struct gen *g, struct contraction *x)
{
	const struct contract *c = x->c;
	struct loop *l = job_alloc(g->job, sizeof *l), *p = job_alloc(g->job, sizeof *p);
	LLVMValueRef rows_m = gen_extent(g, c->rows_m);
	LLVMValueRef rows_at = batch_offset(g, x, c->rows_batch, c->rows_at);
	int64_t depth = squares_depth(x);
	struct squares q = { .x = x };
	struct square s;

	gen_here(g);
	q.rows_at = ADD(rows_at, MUL(x->m0, rows_m));
	squares_shares(g, &q);
	first_copies(g, &q);
	loop_begin(g, l, c64(g, 0), c64(g, c->k), depth);
	gen_here(g);
	s.kb = l->iv;
	s.block = LLVMBuildUDiv(g->b, l->iv, c64(g, depth), "");
	s.last = ICMP(SGE, ADD(l->iv, c64(g, depth)), c64(g, c->k));
	loop_begin(g, p, c64(g, 0), q.panels, 1);
	gen_here(g);
	s.p = p->iv;
	s.number = ADD(MUL(s.block, q.panels), p->iv);
	panel_multiply(g, &q, &s);
	loop_end(g, p);
	loop_end(g, l);
}
