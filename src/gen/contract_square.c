/* contract_square.c -- many rows by AMX's tiles: C's squares, and beside their products the copies
 * that the next ones are read from.
 *
 * Method: Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008, with the
 * packing cut in shares.  LANES words of k of a square of 32 x 32 of C take 64 cycles, in which the
 * unit for tiles leaves the others free: behind each goes a share of R's block behind this one, and
 * of the panel behind this one, small enough that what is multiplied next has begun in between.
 * Both have two places, and are read from one while the other is written.  So what comes from
 * memory comes all the time, not in bursts, and not a line of it is asked for long before it is
 * used, when rows far apart would push each other out of a set.
 *
 *   a group:  copy R's first block, the first panel
 *             for each block of SUM words of k            R's block: second-level cache
 *               for each panel of the group               V's panel: first-level cache
 *                 for each square of rows                 C's square: tiles
 *                   for each LANES words                  a step
 *                     square += R's rows x V's panel
 *                     copy: the next block's share, the next panel's share
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
	LLVMValueRef panels;             /* of the group */
	LLVMValueRef high;               /* squares of a panel, one below the other */
	LLVMValueRef rows_at;            /* R's first element of the chunk */
	bool rows_turned, words_turned;  /* copied LANES of them at a time */
};

/* Of C: where it is. */
struct square {
	LLVMValueRef kb, block, last;    /* element of k, number of the block; are there no more? */
	LLVMValueRef p, number;          /* its panel, and how many there were before */
	LLVMValueRef steps;              /* of k, LANES words each */
	LLVMValueRef row;                /* of the block */
};

static int64_t squares_depth(const struct contraction *x)
{
	return CONTRACT_SUM * x->unit;
}

bool contract_is_squares(const struct contract *c)
{
	return c->m_block > CONTRACT_FEW_ROWS && c->k > 0 && c->taps <= 1 && !c->runs.run &&
	       !c->groups;
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

/* A part of a packed panel. */
static void fetch_panel(struct gen *g, const struct contraction *x, LLVMValueRef panel,
	const struct share *share)
{
	struct loop *l = job_alloc(g->job, sizeof *l);
	int64_t row = x->cols * x->bytes;

	loop_begin(g, l, share->lo, share->hi, 1);
	gen_here(g);
	fetch_lines(g, gep(g, g->i8, panel, MUL(l->iv, c64(g, row))), (unsigned)(row / LINE));
	loop_end(g, l);
}

/* Square number t of `of` in all has a share of [0, all), as near to an equal one as can be. */
static struct share share_of(
	struct gen *g, LLVMValueRef t, LLVMValueRef of, LLVMValueRef all, bool lanes)
{
	LLVMValueRef bound[2];

	if (lanes)
		all = AND(ADD(all, c64(g, LANES - 1)), c64(g, -LANES));
	for (int i = 0; i < 2; i++) {
		bound[i] = LLVMBuildUDiv(g->b, MUL(ADD(t, c64(g, i)), all), of, "");
		if (lanes)
			bound[i] = AND(bound[i], c64(g, -LANES));
	}
	return (struct share){ bound[0], bound[1] };
}

/* What a square copies beside its products: R's next block, or the next panel. */
struct next {
	struct contraction x;            /* with the place it goes to */
	struct share share;
	LLVMValueRef part;               /* of it that a step takes */
	LLVMValueRef p, kb, kn;
};

static void next_part(struct gen *g, struct next *n, const struct square *s, bool lanes)
{
	LLVMValueRef one = c64(g, 1), all = SUB(n->share.hi, n->share.lo);

	n->part = LLVMBuildUDiv(g->b, ADD(all, SUB(s->steps, one)), s->steps, "");
	if (lanes)
		n->part = AND(ADD(n->part, c64(g, LANES - 1)), c64(g, -LANES));
}

/* That of the step at word k. */
static struct share step_share(struct gen *g, const struct next *n, LLVMValueRef k)
{
	LLVMValueRef i = LLVMBuildUDiv(g->b, k, c64(g, LANES), "");
	LLVMValueRef lo = min_signed(g, ADD(n->share.lo, MUL(i, n->part)), n->share.hi);

	return (struct share){ lo, min_signed(g, ADD(lo, n->part), n->share.hi) };
}

static struct next next_rows(struct gen *g, const struct squares *q, const struct square *s)
{
	struct next n = { .x = *q->x, .kb = ADD(s->kb, c64(g, squares_depth(q->x))) };
	LLVMValueRef high = LLVMBuildUDiv(g->b, s->row, c64(g, CONTRACT_SQUARE), "");
	LLVMValueRef t = ADD(MUL(s->p, q->high), high), all = MUL(q->panels, q->high);

	n.share = share_of(g, t, all, q->x->mrows, q->rows_turned);
	n.share.hi = SELECT(s->last, n.share.lo, n.share.hi);
	next_part(g, &n, s, q->rows_turned);
	n.kn = depth_at(g, q, n.kb);
	if (q->x->rows_copy)
		n.x = at_place(g, q->x, ADD(s->block, c64(g, 1)), true);
	return n;
}

static void copy_next_rows(
	struct gen *g, const struct squares *q, struct next *n, LLVMValueRef k)
{
	struct share share = step_share(g, n, k);
	LLVMValueRef at = rows_from(g, q, n->kb);

	if (q->x->rows_copy)
		copy_rows_share(g, &n->x, at, n->kn, &share);
	else
		fetch_rows(g, q, at, &share);
}

/* The group's next panel, or the first one's next words. */
static struct next next_panel(struct gen *g, const struct squares *q, const struct square *s)
{
	struct contraction *x = q->x;
	LLVMValueRef p = ADD(s->p, c64(g, 1)), wraps = ICMP(SGE, p, q->panels);
	struct next n = { .x = *x, .p = SELECT(wraps, c64(g, 0), p) };
	int64_t words = (contract_depth(x) + LANES - 1) / LANES * LANES; /* zeros too */
	LLVMValueRef high = LLVMBuildUDiv(g->b, s->row, c64(g, CONTRACT_SQUARE), "");

	n.kb = ADD(s->kb, SELECT(wraps, c64(g, squares_depth(x)), c64(g, 0)));
	n.kn = depth_at(g, q, n.kb);
	n.share = share_of(g, high, q->high, c64(g, words), q->words_turned);
	n.share.hi = SELECT(ICMP(SLT, n.kb, c64(g, x->c->k)), n.share.hi, n.share.lo);
	next_part(g, &n, s, q->words_turned);
	if (!x->panels)
		return n;
	n.x = one_panel(g, x, n.p);
	n.x = at_place(g, &n.x, ADD(s->number, c64(g, 1)), false);
	return n;
}

static void copy_next_panel(struct gen *g, struct next *n, LLVMValueRef k)
{
	struct share share = step_share(g, n, k);

	if (n->x.panels)
		copy_group_share(g, &n->x, n->kb, n->kn, &share);
	else
		fetch_panel(g, &n->x, panel_at(g, &n->x, n->p, n->kb), &share);
}

/* A square's products; param: what square_step takes, of its rows. */
static void square_multiply(struct gen *g, const struct squares *q, const struct square *s,
	const LLVMValueRef *param, LLVMValueRef out)
{
	struct contraction *x = q->x;
	struct loop *l = job_alloc(g->job, sizeof *l);

	gen_here(g);
	struct next rows = next_rows(g, q, s), panel = next_panel(g, q, s);
	square_open(g, x, out, ICMP(NE, s->kb, c64(g, 0)));
	loop_begin(g, l, c64(g, 0), param[P_K], LANES);
	gen_here(g);
	square_step(g, x, param, l->iv);
	if (x->c->k > squares_depth(x))
		copy_next_rows(g, q, &rows, l->iv);
	gen_here(g);
	copy_next_panel(g, &panel, l->iv);
	loop_end(g, l);
	gen_here(g);
	square_close(g, x, out);
}

/* A panel's squares. */
static void panel_multiply(struct gen *g, const struct squares *q, struct square *s)
{
	struct contraction *x = q->x;
	LLVMValueRef buffer = gen_buffer(g, x->rows_buffer), rows, param[P_COUNT] = { NULL };
	struct loop *l = job_alloc(g->job, sizeof *l);
	struct branch b;

	param[P_ROWS_M] = gen_extent(g, x->rows_m);
	param[P_ROWS_K] = gen_extent(g, x->rows_k);
	gen_here(g);
	struct contraction one = one_panel(g, x, s->p);
	param[P_K] = ceil_div(g, depth_at(g, q, s->kb), x->unit);
	s->steps = ceil_div(g, param[P_K], LANES);
	param[P_PANEL] = x->panels ? at_place(g, x, s->number, false).panels
				   : panel_at(g, x, s->p, s->kb);
	rows = x->rows_copy ? at_place(g, x, s->block, true).rows_copy :
		gep(g, mem_type(g, x->c->rows_type), buffer, rows_from(g, q, s->kb));
	loop_begin(g, l, c64(g, 0), x->mrows, CONTRACT_SQUARE);
	gen_here(g);
	s->row = l->iv;
	LLVMValueRef end = min_signed(g, ADD(l->iv, c64(g, CONTRACT_SQUARE)), x->mrows);
	branch_begin(g, &b, s->last);
	contract_finish_ahead(g, &one, l->iv, end);
	branch_end(g, &b);
	gen_here(g);
	param[P_ROWS] = gep(g, x->rows_elem, rows, MUL(l->iv, param[P_ROWS_M]));
	square_multiply(g, q, s, param,
		gep(g, x->acc, one.block, MUL(l->iv, c64(g, x->cols))));
	branch_begin(g, &b, s->last);
	contract_finish(g, &one, l->iv, end);
	branch_end(g, &b);
	loop_end(g, l);
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
	struct squares q = {
		.x = x,
		.rows_turned = c->rows_m == 1 && c->rows_k != 1,
		.words_turned = !c->cols_packed && c->cols_n != 1 && c->cols_n,
	};
	struct square s;

	gen_here(g);
	q.rows_at = ADD(rows_at, MUL(x->m0, rows_m));
	q.panels = ceil_div(g, x->nv, x->cols);
	q.high = ceil_div(g, x->mrows, CONTRACT_SQUARE);
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
