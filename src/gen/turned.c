/* turned.c -- CORE_map where operands are transposed: squares turned in registers.
 *
 * Along the lanes of the result such an operand's elements lie apart, a cache line each.  So the
 * space is gone through in squares of LANES rows, along the dimension the operand runs along, by
 * LANES columns: the operand's value is computed with its own lanes, column by column, and stored
 * as a square; the square is turned; then the rows of the result take theirs from it.  The two
 * dimensions are cut into pieces of PIECE by PIECE elements, in which squares side by side along
 * the operand's lines come one after the other: it is read in runs of several cache lines, so its
 * pages are few; a chunk is an equal part of the pieces.  No element's bits depend on this. */
#include "gen/core_impl.h"
#include "gen/gen_impl.h"
#include "ir/node_map.h"

#define MAX_TURNED 4                     /* squares kept at once */
#define LEAST 8                          /* shorter dimensions are not worth squares */
#define PIECE (16 * (int64_t)LANES)      /* of both dimensions, a multiple of LANES */

struct square {
	const struct node *node;         /* the OP_transpose */
	LLVMValueRef filled[2];          /* memory: as computed, and turned; of complex ones, two */
	LLVMValueRef turned[2];
};

struct turned {
	struct ix *ix;                   /* of the space */
	uint32_t along;                  /* the dimension that the operands run along */
	uint32_t n;
	struct square square[MAX_TURNED];
	LLVMValueRef row;                /* of the square, while results are stored */
};

/* What a square keeps of an element, or of a complex one's part: a register's, and its bytes. */
static LLVMTypeRef square_type(struct gen *g, enum dtype t)
{
	LLVMTypeRef reg = reg_type(g, t);

	return reg == g->i1 ? g->i8 : reg;
}

static unsigned square_bytes(struct gen *g, enum dtype t)
{
	LLVMTypeRef type = square_type(g, t);

	return type == g->f32 ? 4 : type == g->f64 ? 8 : LLVMGetIntTypeWidth(type) / 8;
}

static unsigned row_align(struct gen *g, enum dtype t)
{
	return square_bytes(g, t) >= 4 ? 64 : LANES * square_bytes(g, t);
}

/* Which of its dims n's operand runs along; its rank: the last, or n has not the space's shape. */
static uint32_t runs_along(const struct kernel *k, const struct node *n)
{
	uint32_t count;
	const int64_t *p = node_ints(n, KEY_permutation, &count);

	if (count != k->rank || p[k->rank - 1] == (int64_t)k->rank - 1)
		return k->rank;
	for (uint32_t d = 0; d < count; d++)
		if (n->type->dims[d] != k->space[d])
			return k->rank;
	for (uint32_t d = 0; d < count; d++)
		if (p[d] == (int64_t)k->rank - 1)
			return d;
	return k->rank;
}

static bool is_short(int64_t d)
{
	return d >= 0 && d < LEAST;
}

static void add_square(struct gen *g, struct turned *t, const struct node *n)
{
	uint32_t along = runs_along(g->k, n);

	if (along == g->k->rank || is_short(g->k->space[along]) || t->n == MAX_TURNED)
		return;
	if (t->n && t->along != along)
		return;
	t->along = along;
	t->square[t->n++] = (struct square){ .node = n };
}

/* Does memory below nodes[at], a transpose whose index is the space's, run along another dimension
 * than the last?  Another transpose may have turned it back.  p of a node: its dimension d is the
 * space's p[d]. */
static bool turns_memory(struct gen *g, const struct node *const *nodes, uint32_t at)
{
	uint32_t rank = g->k->rank, count;
	int64_t *same = job_array(g->job, rank, sizeof *same);
	struct node_map turned;

	for (uint32_t d = 0; d < rank; d++)
		same[d] = d;
	node_map_init(&turned, g->job);
	node_map_set(&turned, nodes[at], same);
	for (uint32_t i = at + 1; i-- > 0;) {
		const struct node *n = nodes[i];
		const int64_t *p = node_map_get(&turned, n);
		if (!p || n->type->rank != rank)
			continue;
		if (n->op == OP_transpose) {
			const int64_t *by = node_ints(n, KEY_permutation, &count);
			int64_t *below = job_array(g->job, rank, sizeof *below);
			for (uint32_t d = 0; d < rank; d++)
				below[by[d]] = p[d];
			node_map_set(&turned, n->in[0], below);
		} else if (op_table[n->op].kind == OP_MAP && n->op != OP_map) {
			for (uint32_t k = 0; k < node_noperands(n); k++)
				node_map_set(&turned, n->in[k], p);
		} else if (p[rank - 1] != (int64_t)rank - 1 && n->op != OP_constant &&
			   n->op != OP_broadcast_in_dim) {
			return true;
		}
	}
	return false;
}

/* The transposes that results reach by elementwise ops alone. */
static void find_squares(struct gen *g, struct turned *t)
{
	const struct region *body = g->k->body;
	uint32_t n;
	const struct node **nodes = region_order(g->job, body, &n);
	struct node_map reached;

	node_map_init(&reached, g->job);
	for (uint32_t i = 0; i < g->k->noutputs; i++)
		node_map_set(&reached, body->results[i], body);
	for (uint32_t i = n; i-- > 0;) {            /* users first */
		const struct node *at = nodes[i];
		if (!node_map_get(&reached, at))
			continue;
		if (at->op == OP_transpose) {
			if (turns_memory(g, nodes, i))
				add_square(g, t, at);
		} else if (op_table[at->op].kind == OP_MAP && at->op != OP_map) {
			for (uint32_t k = 0; k < node_noperands(at); k++)
				node_map_set(&reached, at->in[k], body);
		}
	}
}

/* ---- one square ----------------------------------------------------------------------------- */

/* The part of the space at hand: [e, e + rows) of the dimension squares run along, [j, j + columns)
 * of the last. */
struct part {
	LLVMValueRef e, j, rows, columns;
	int level;
};

static LLVMValueRef at_row(struct gen *g, LLVMTypeRef t, LLVMValueRef square, LLVMValueRef row)
{
	return gep(g, t, square, MUL(row, c64(g, LANES)));
}

static void tail_of(struct gen *g, LLVMValueRef count)
{
	gen_here(g);
	g->tail = NULL;
	if (!count)
		return;
	g->tail_count = LLVMBuildTrunc(g->b, count, g->i32, "");
	g->tail = ICMP(ULT, lane_iota(g, g->i32), splat(g, g->tail_count));
	g->tail_level = g->depth;
}

/* The operands' values column by column, their lanes along the rows. */
static void fill_squares(struct gen *g, struct turned *t, const struct part *at, bool whole)
{
	uint32_t last = g->k->rank - 1;
	struct loop *l = job_alloc(g->job, sizeof *l);

	loop_begin(g, l, c64(g, 0), whole ? c64(g, LANES) : at->columns, 1);
	tail_of(g, whole ? NULL : at->rows);
	t->ix[t->along] = ix_lanes(at->e, at->level, LANES, INT64_MAX);
	t->ix[last] = ix_scalar(ADD(at->j, l->iv), g->depth, 1, INT64_MAX);
	for (uint32_t i = 0; i < t->n; i++) {
		struct square *s = &t->square[i];
		LLVMTypeRef type = square_type(g, s->node->type->dtype);
		unsigned align = row_align(g, s->node->type->dtype);
		struct val v = val_lanes(g, value_compute(g, s->node, t->ix));
		LLVMValueRef part[2] = { v.v, v.im };
		for (int p = 0; p < 2 && part[p]; p++) {
			gen_here(g);
			if (type == g->i8)
				part[p] = LLVMBuildZExtOrBitCast(
					g->b, part[p], lanes_of(g->i8), "");
			LLVMSetAlignment(LLVMBuildStore(g->b, part[p],
				at_row(g, type, s->filled[p], l->iv)), align);
		}
	}
	tail_of(g, NULL);
	loop_end(g, l);
}

static void turn_squares(struct gen *g, struct turned *t)
{
	gen_here(g);
	for (uint32_t i = 0; i < t->n; i++) {
		unsigned bytes = square_bytes(g, t->square[i].node->type->dtype);
		for (int p = 0; p < 2 && t->square[i].filled[p]; p++)
			turn_call(g, bytes, t->square[i].filled[p], LANES,
				t->square[i].turned[p], LANES);
	}
}

/* bind->at of a transpose: its row of the square; anywhere else it is computed. */
static struct val value_turned(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	const struct turned *t = b->arg;
	const struct square *s = t->square;
	struct val v = { .lanes = true, .level = g->depth };
	bool here = true;

	for (uint32_t d = 0; d < g->k->rank; d++)
		here &= n->type->dims[d] == 1 ||
			(ix[d].v == t->ix[d].v && ix[d].step == t->ix[d].step);
	if (!here)
		return value_compute(g, n, ix);
	while (s->node != n)
		s++;
	LLVMTypeRef reg = reg_type(g, n->type->dtype), type = square_type(g, n->type->dtype);
	LLVMValueRef *parts[] = { &v.v, &v.im };
	gen_here(g);
	for (int p = 0; p < 2 && s->turned[p]; p++) {
		*parts[p] = LLVMBuildLoad2(
			g->b, lanes_of(type), at_row(g, type, s->turned[p], t->row), "");
		LLVMSetAlignment(*parts[p], row_align(g, n->type->dtype));
		if (reg != type)
			*parts[p] = LLVMBuildTrunc(g->b, *parts[p], lanes_of(reg), "");
	}
	return v;
}

static void store_rows(struct gen *g, struct turned *t, const struct part *at, bool whole)
{
	uint32_t last = g->k->rank - 1;
	struct bind bind[MAX_TURNED];
	const struct bind *old = g->binds;
	struct loop *l = job_alloc(g->job, sizeof *l);

	loop_begin(g, l, c64(g, 0), whole ? c64(g, LANES) : at->rows, 1);
	tail_of(g, whole ? NULL : at->columns);
	t->row = l->iv;
	t->ix[t->along] = ix_scalar(ADD(at->e, l->iv), g->depth, 1, INT64_MAX);
	t->ix[last] = ix_lanes(at->j, at->level, LANES, INT64_MAX);
	for (uint32_t i = 0; i < t->n; i++) {
		bind[i] = (struct bind){ g->binds, t->square[i].node, value_turned, t };
		g->binds = &bind[i];
	}
	store_results(g, t->ix);
	g->binds = old;
	tail_of(g, NULL);
	loop_end(g, l);
}

static void square_if(struct gen *g, struct turned *t, const struct part *at, LLVMValueRef cond,
	bool whole)
{
	struct branch br;

	if (LLVMIsAConstantInt(cond) && !LLVMConstIntGetZExtValue(cond))
		return;
	branch_begin(g, &br, cond);
	fill_squares(g, t, at, whole);
	turn_squares(g, t);
	store_rows(g, t, at, whole);
	branch_end(g, &br);
}

/* ---- the loops around ----------------------------------------------------------------------- */

static void make_squares(struct gen *g, struct turned *t)
{
	gen_at(g, 0);
	for (uint32_t i = 0; i < t->n; i++) {
		struct square *s = &t->square[i];
		enum dtype dtype = s->node->type->dtype;
		LLVMTypeRef type = LLVMArrayType2(square_type(g, dtype), LANES * LANES);
		for (int p = 0; p <= (dtype_part(dtype) != dtype); p++) {
			s->filled[p] = LLVMBuildAlloca(g->b, type, "square");
			s->turned[p] = LLVMBuildAlloca(g->b, type, "turned");
			LLVMSetAlignment(s->filled[p], 64);
			LLVMSetAlignment(s->turned[p], 64);
		}
	}
}

/* i1: of extent d, where `left` remains, LANES are left. */
static LLVMValueRef all_there(struct gen *g, int64_t d, LLVMValueRef left)
{
	if (d >= 0 && d % LANES == 0)
		return LLVMConstInt(g->i1, 1, false);
	return ICMP(SGE, left, c64(g, LANES));
}

/* The squares of [e0, e1) by [j0, j1): those an operand's lines run through one after the other. */
static void piece(struct gen *g, struct turned *t, LLVMValueRef e0, LLVMValueRef e1,
	LLVMValueRef j0, LLVMValueRef j1)
{
	const struct kernel *k = g->k;
	struct loop *columns = job_alloc(g->job, sizeof *columns);
	struct loop *rows = job_alloc(g->job, sizeof *rows);

	loop_begin(g, columns, j0, j1, LANES);
	loop_begin(g, rows, e0, e1, LANES);
	gen_here(g);
	struct part at = { .e = rows->iv, .j = columns->iv, .level = g->depth };
	LLVMValueRef left = SUB(e1, rows->iv), right = SUB(j1, columns->iv);
	at.rows = min_signed(g, left, c64(g, LANES));
	at.columns = min_signed(g, right, c64(g, LANES));
	LLVMValueRef whole = AND(all_there(g, k->space[t->along], left),
		all_there(g, k->space[k->rank - 1], right));
	square_if(g, t, &at, whole, true);
	square_if(g, t, &at, NOT(whole), false);
	loop_end(g, rows);
	loop_end(g, columns);
}

/* Number `of` of extent d's pieces: from *lo on, to below *hi. */
static void piece_bounds(
	struct gen *g, LLVMValueRef of, LLVMValueRef d, LLVMValueRef *lo, LLVMValueRef *hi)
{
	*lo = MUL(of, c64(g, PIECE));
	*hi = min_signed(g, ADD(*lo, c64(g, PIECE)), d);
}

static LLVMValueRef count_pieces(struct gen *g, LLVMValueRef d)
{
	return LLVMBuildUDiv(g->b, ADD(d, c64(g, PIECE - 1)), c64(g, PIECE), "");
}

/* Piece number `of`: the last dim's is counted innermost, the dims outside of squares, `outer`,
 * outermost. */
static void numbered_piece(struct gen *g, struct turned *t, LLVMValueRef of, uint32_t n,
	const int64_t *outer)
{
	const struct kernel *k = g->k;
	LLVMValueRef rows = gen_extent(g, k->space[t->along]);
	LLVMValueRef columns = gen_extent(g, k->space[k->rank - 1]), e0, e1, j0, j1;
	struct ix *at = ix_array(g, k->rank);

	gen_here(g);
	LLVMValueRef down = count_pieces(g, rows), across = count_pieces(g, columns);
	LLVMValueRef line = LLVMBuildUDiv(g->b, of, across, "");
	LLVMValueRef o = LLVMBuildUDiv(g->b, line, down, "");
	piece_bounds(g, SUB(of, MUL(line, across)), columns, &j0, &j1);
	piece_bounds(g, SUB(line, MUL(o, down)), rows, &e0, &e1);
	ix_delinear(g, ix_scalar(o, g->depth, 1, INT64_MAX), n, outer, at);
	for (uint32_t d = 0, i = 0; d + 1 < k->rank; d++)
		if (d != t->along)
			t->ix[d] = at[i++];
	piece(g, t, e0, e1, j0, j1);
}

/* The pieces of chunks [first, last), an equal share each. */
static void all_pieces(struct gen *g, struct turned *t, LLVMValueRef first, LLVMValueRef last)
{
	const struct kernel *k = g->k;
	int64_t *outer = job_array(g->job, k->rank + 1, sizeof *outer);
	struct loop *l = job_alloc(g->job, sizeof *l);
	uint32_t n = 0;

	for (uint32_t d = 0; d + 1 < k->rank; d++)
		if (d != t->along)
			outer[n++] = k->space[d];
	LLVMValueRef total = extent_product(g, k->rank - 1, k->space);
	LLVMValueRef grain = gen_extent(g, k->outer_grain);
	LLVMValueRef rows = gen_extent(g, k->space[t->along]);
	LLVMValueRef columns = gen_extent(g, k->space[k->rank - 1]);
	LLVMValueRef others = extent_product(g, n, outer);
	gen_here(g);
	LLVMValueRef pieces = MUL(others, MUL(count_pieces(g, rows), count_pieces(g, columns)));
	LLVMValueRef chunks =
		LLVMBuildUDiv(g->b, SUB(ADD(total, grain), c64(g, 1)), grain, "");
	LLVMValueRef each = LLVMBuildUDiv(g->b, SUB(ADD(pieces, chunks), c64(g, 1)), chunks, "");
	loop_begin(g, l, MUL(first, each), min_signed(g, MUL(last, each), pieces), 1);
	numbered_piece(g, t, l->iv, n, outer);
	loop_end(g, l);
}

bool map_turned(struct gen *g, LLVMValueRef first, LLVMValueRef last)
{
	struct turned t = { .ix = ix_array(g, g->k->rank) };

	if (g->k->rank < 2 || g->k->inner_grain || is_short(g->k->space[g->k->rank - 1]))
		return false;
	find_squares(g, &t);
	if (!t.n)
		return false;
	make_squares(g, &t);
	all_pieces(g, &t, first, last);
	return true;
}
