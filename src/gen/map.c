/* map.c -- CORE_map: every element of the results by itself, LANES at a time; and CORE_update,
 * where the elements go to a window of a tensor that is there.
 *
 *   rows   lanes run along the last dimension; the indices before it are counters
 *   taps   several rows at once, where a window is written out: taps.c
 *   turned squares, where operands are transposed: turned.c
 *   joined piece by piece, where the result is a concatenation: join.c
 *   stacked all pieces of concatenations at one index, stored together where they lie in turn
 *   flat   lanes run over all elements in row-major order: for short last dimensions, and where
 *          everything is elementwise, so that only one tail is left
 *
 * Bits are the same either way: no element depends on its lane. */
#include "gen/gen_impl.h"
#include "gen/core_impl.h"

#define TAPS_LEAST 9                     /* slices of rows are a window that is written out */
#define ROW_LEAST 5                      /* shorter rows of windows are not worth a vector each */
#define APART_MOST (16 * LANES)          /* longer rows with edges are a loop */
#define PANELS_MOST 1024                 /* that are written in turn, a page each */

LLVMValueRef min_signed(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	if (LLVMIsAConstantInt(a) && LLVMIsAConstantInt(b))
		return LLVMConstIntGetSExtValue(a) < LLVMConstIntGetSExtValue(b) ? a : b;
	return call2(g, "llvm.smin", a, b);
}

/* The product of extents, at level 0. */
LLVMValueRef extent_product(struct gen *g, uint32_t n, const int64_t *dims)
{
	LLVMValueRef p = c64(g, 1);

	for (uint32_t i = 0; i < n; i++) {
		LLVMValueRef e = gen_extent(g, dims[i]);
		gen_at(g, 0);
		p = MUL(p, e);
	}
	return p;
}

int64_t static_product(uint32_t n, const int64_t *dims)
{
	int64_t p = 1;

	for (uint32_t i = 0; i < n; i++)
		if (dims[i] < 0 || __builtin_mul_overflow(p, dims[i], &p))
			return -1;
	return p;
}

static void lanes_run(struct gen *g, struct lanes *s, struct loop *l, LLVMValueRef lo,
	LLVMValueRef hi, int64_t step)
{
	l->ncarried = s->ncarried;
	for (uint32_t i = 0; i < s->ncarried; i++)
		l->carried[i] = s->carried[i];
	loop_begin(g, l, lo, hi, step);
}

static void lanes_body(struct gen *g, struct lanes *s, struct loop *l)
{
	struct ix j = ix_lanes(l->iv, l->level > s->level ? l->level : s->level, s->align, s->max);

	if (LLVMIsAConstantInt(l->iv) && LLVMConstIntGetSExtValue(l->iv) == 0)
		j.align = 0;
	for (uint32_t i = 0; i < s->ncarried; i++)
		s->carried[i] = l->carried[i];
	s->fn(g, s, j);
	if (l->step == 2 * LANES) {
		s->second = true;
		s->fn(g, s, ix_addc(g, j, LANES));
		s->second = false;
	}
	for (uint32_t i = 0; i < s->ncarried; i++)
		l->carried[i] = s->carried[i];
	loop_end(g, l);
	for (uint32_t i = 0; i < s->ncarried; i++)
		s->carried[i] = l->carried[i];
}

/* Is there nothing in [lo, hi), both known? */
static bool known_empty(LLVMValueRef lo, LLVMValueRef hi)
{
	return LLVMIsAConstantInt(lo) && LLVMIsAConstantInt(hi) &&
	       LLVMConstIntGetSExtValue(lo) >= LLVMConstIntGetSExtValue(hi);
}

/* The blocks of [lo, hi), which are whole steps. */
static void lanes_steps(
	struct gen *g, struct lanes *s, LLVMValueRef lo, LLVMValueRef hi, int64_t step)
{
	struct loop *l = job_alloc(g->job, sizeof *l);

	if (known_empty(lo, hi))
		return;
	lanes_run(g, s, l, lo, hi, step);
	lanes_body(g, s, l);
}

/* The whole blocks one by one. */
static void lanes_apart(struct gen *g, struct lanes *s, int64_t lo, int64_t whole)
{
	for (; lo < whole; lo += LANES)
		lanes_steps(g, s, c64(g, lo), c64(g, lo + LANES), LANES);
}

void lanes_loop(struct gen *g, struct lanes *s)
{
	LLVMValueRef whole, lo = s->lo;

	gen_here(g);
	whole = ADD(lo, AND(SUB(s->hi, lo), c64(g, -LANES)));
	if (s->whole_blocks)
		whole = s->hi;
	if (s->pairs) {
		LLVMValueRef pairs = ADD(lo, AND(SUB(s->hi, lo), c64(g, -2 * LANES)));
		lanes_steps(g, s, lo, pairs, 2 * LANES);
		lo = pairs;
	}
	bool known = LLVMIsAConstantInt(lo) && LLVMIsAConstantInt(whole);
	int64_t from = known ? LLVMConstIntGetSExtValue(lo) : 0;
	int64_t to = known ? LLVMConstIntGetSExtValue(whole) : 0;
	if (s->apart && known && to - from <= APART_MOST)
		lanes_apart(g, s, from, to);
	else
		lanes_steps(g, s, lo, whole, LANES);
	if (s->whole_blocks || known_empty(whole, s->hi))
		return;
	struct loop *l = job_alloc(g->job, sizeof *l);
	lanes_run(g, s, l, whole, s->hi, LANES);
	LLVMValueRef old = g->tail;
	int old_level = g->tail_level;
	gen_here(g);
	LLVMValueRef left = LLVMBuildTrunc(g->b, SUB(s->hi, l->iv), g->i32, "");
	g->tail = ICMP(ULT, lane_iota(g, g->i32), splat(g, left));
	g->tail_level = LLVMIsConstant(g->tail) ? 0 : g->depth;
	g->tail_count = left;
	lanes_body(g, s, l);
	g->tail = old;
	g->tail_level = old_level;
}

/* ---- the core ------------------------------------------------------------------------------- */

struct map {
	struct lanes lanes;
	struct ix *ix;               /* of the space */
	bool flat;
	const struct node *columns;  /* columns_find */
	uint32_t *order;             /* of the space's dims before its last; NULL: as they are */
};

void store_results(struct gen *g, const struct ix *ix)
{
	const struct region *r = g->k->body;

	for (uint32_t i = 0; i < g->k->noutputs; i++) {
		const struct type *t = r->results[i]->type;
		struct val v = value_at(g, r->results[i], ix);
		LLVMValueRef p = gen_buffer(g, g->k->ninputs + i);
		store_at(g, p, t->dtype, ix_linear(g, t->rank, t->dims, ix), v);
	}
}

/* The update's element at ix, to its place. */
static void store_update(struct gen *g, const struct ix *ix)
{
	const struct node *n = g->k->body->results[0];
	const struct type *t = n->type;
	struct ix *to = ix_array(g, t->rank);

	update_start(g, n, to);
	struct val v = value_at(g, n->in[1], ix);
	for (uint32_t d = 0; d < t->rank; d++) {
		to[d] = ix_add(g, to[d], ix[d]);
		to[d].max = t->dims[d] > 0 ? t->dims[d] - 1 : INT64_MAX;
	}
	store_at(g, gen_buffer(g, g->k->ninputs), t->dtype, ix_linear(g, t->rank, t->dims, to), v);
}

/* The elements of the pieces of a stack at one index. */
struct pieces {
	uint32_t n;
	struct val v[PLAN_MAX_PIECES];
};

/* Lanes 0 to LANES - 1 of a, each behind its own of b, of which `high` are the latter half. */
static LLVMValueRef zip(struct gen *g, LLVMValueRef a, LLVMValueRef b, bool high)
{
	LLVMValueRef at[LANES];

	for (int i = 0; i < LANES; i++)
		at[i] = c32(g, i / 2 + high * LANES / 2 + i % 2 * LANES);
	return LLVMBuildShuffleVector(g->b, a, b, LLVMConstVector(at, LANES), "");
}

/* The n vectors v, `step` apart, lane by lane in turn: n vectors out. */
static void interleave(
	struct gen *g, const LLVMValueRef *v, uint32_t step, uint32_t n, LLVMValueRef *out)
{
	LLVMValueRef half[2][PLAN_MAX_PIECES], at[LANES];

	if (n % 2 == 0) {
		interleave(g, v, 2 * step, n / 2, half[0]);
		interleave(g, v + step, 2 * step, n / 2, half[1]);
		for (uint32_t i = 0; i < n; i++)
			out[i] = zip(g, half[0][i / 2], half[1][i / 2], i % 2);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		out[i] = v[0];
		for (uint32_t p = 0; p < n; p++) {
			for (uint32_t l = 0; l < LANES; l++) {
				uint32_t e = i * LANES + l;
				at[l] = c32(g, (int)(e % n == p ? LANES + e / n : l));
			}
			out[i] = LLVMBuildShuffleVector(
				g->b, out[i], v[p * step], LLVMConstVector(at, LANES), "");
		}
	}
}

/* The lanes of n pieces, which lie in turn from `at` on. */
static void store_between(
	struct gen *g, const struct type *t, uint32_t n, const struct val *piece, struct ix at)
{
	LLVMValueRef v[PLAN_MAX_PIECES], out[PLAN_MAX_PIECES], tail = g->tail;

	for (uint32_t i = 0; i < n; i++)
		v[i] = val_lanes(g, piece[i]).v;
	gen_here(g);
	interleave(g, v, 1, n, out);
	for (uint32_t i = 0; i < n; i++) {
		int64_t align = at.align % LANES ? 1 : LANES;
		struct ix to = ix_lanes(ADD(at.v, c64(g, i * LANES)), g->depth, align, at.max);
		if (tail) {
			LLVMValueRef left = SUB(MUL(g->tail_count, c32(g, (int)n)),
				c32(g, (int)i * LANES));
			g->tail = ICMP(SLT, lane_iota(g, g->i32), splat(g, left));
		}
		store_at(g, gen_buffer(g, g->k->ninputs), t->dtype, to,
			(struct val){ .v = out[i], .lanes = true, .level = g->depth });
		gen_here(g);
	}
	g->tail = tail;
}

/* Are the pieces of n, a stack in the last dim of a result of type t, stored together? */
static bool pieces_between(
	struct gen *g, struct pieces *p, const struct node *n, const struct type *t, struct ix *ix)
{
	uint32_t last = t->rank - 1;

	if (node_int(n, KEY_dimension, 0) != last)
		return false;
	ix[last] = ix_const(g, 0);
	struct ix at = ix_linear(g, t->rank, t->dims, ix);
	if (at.vec || at.step != n->nin)
		return false;
	store_between(g, t, n->nin, p->v + p->n, at);
	p->n += n->nin;
	return true;
}

/* n's pieces, in order, n being `level` stacks in: made, or stored. */
static void pieces_each(struct gen *g, struct pieces *p, const struct node *n, uint32_t level,
	struct ix *ix, bool store)
{
	const struct kernel *k = g->k;
	const struct type *t = k->body->results[0]->type;

	if (store && level + 1 == k->nstacks && pieces_between(g, p, n, t, ix))
		return;
	if (level < k->nstacks) {
		for (uint32_t i = 0; i < n->nin; i++) {
			ix[k->stack[level]] = ix_const(g, store ? i : 0);
			pieces_each(g, p, n->in[i], level + 1, ix, store);
		}
	} else if (store) {
		store_at(g, gen_buffer(g, k->ninputs), t->dtype,
			ix_linear(g, t->rank, t->dims, ix), p->v[p->n++]);
	} else {
		p->v[p->n++] = value_at(g, n, ix);
	}
}

/* All are made before the first is stored: a store keeps what they read in common from being read
 * once. */
static void store_pieces(struct gen *g, struct ix *ix)
{
	const struct node *n = g->k->body->results[0];
	struct pieces p = { 0 };

	pieces_each(g, &p, n, 0, ix, false);
	p.n = 0;
	pieces_each(g, &p, n, 0, ix, true);
	for (uint32_t i = 0; i < g->k->nstacks; i++)
		ix[g->k->stack[i]] = ix_const(g, 0);
}

void store_elements(struct gen *g, struct ix *ix)
{
	if (g->k->nstacks)
		store_pieces(g, ix);
	else if (g->k->core == CORE_update)
		store_update(g, ix);
	else
		store_results(g, ix);
}

/* The lanes of one row of the space: by blocks of columns first, where it reduces along those. */
static void map_row(struct gen *g, struct map *m)
{
	struct lanes *s = &m->lanes;

	if (m->columns) {
		s->lo = columns_loop(g, m->columns, s, m->ix);
		s->level = g->depth;
	}
	lanes_loop(g, s);
}

static void map_block(struct gen *g, struct lanes *s, struct ix j)
{
	struct map *m = (struct map *)s;
	uint32_t rank = g->k->rank;

	if (m->flat)
		ix_delinear(g, j, rank, g->k->space, m->ix);
	else
		m->ix[rank - 1] = j;
	store_elements(g, m->ix);
}

static bool all_elementwise(struct gen *g)
{
	uint32_t n;
	const struct node **nodes = region_order(g->job, g->k->body, &n);

	for (uint32_t i = 0; i < n; i++) {
		const struct type *t = nodes[i]->type;
		enum op_kind kind = op_table[nodes[i]->op].kind;
		bool same = t->kind == TYPE_tensor && t->rank == g->k->rank;
		for (uint32_t d = 0; same && d < t->rank; d++)
			same = t->dims[d] == g->k->space[d];
		bool scalar = t->kind == TYPE_tensor && t->rank == 0;
		bool broadcast =
			nodes[i]->op == OP_broadcast_in_dim && nodes[i]->in[0]->type->rank == 0;
		if (!(same || scalar) || nodes[i]->op == OP_iota || nodes[i]->op == OP_map)
			return false;
		if (kind != OP_MAP && nodes[i]->op != OP_parameter && !broadcast &&
		    !(nodes[i]->op == OP_constant && node_literal(nodes[i])))
			return false;
	}
	return true;
}

/* Is n, in a map over so many dimensions, a concatenation along the last dimension, or padded
 * there? */
static bool has_edges(const struct node *n, uint32_t rank)
{
	uint32_t count, last = n->type->rank - 1;

	if (n->op == OP_concatenate)
		return node_int(n, KEY_dimension, 0) == (int64_t)last;
	if (n->op != OP_pad || !n->type->rank || (rank > 1 && node_fills_row(n)))
		return false;
	return node_ints(n, KEY_edge_padding_low, &count)[last] ||
	       node_ints(n, KEY_edge_padding_high, &count)[last];
}

bool rows_have_edges(struct gen *g)
{
	uint32_t n;
	const struct node **nodes = region_order(g->job, g->k->body, &n);

	for (uint32_t i = 0; i < n; i++)
		if (nodes[i]->type->kind == TYPE_tensor && has_edges(nodes[i], g->k->rank))
			return true;
	return false;
}

/* Does n, a transpose, leave the last dimension where it is, or make it of the one before a few?
 * Rows are then read in steps. */
static bool keeps_rows(const struct node *n)
{
	uint32_t count;
	const int64_t *p = node_ints(n, KEY_permutation, &count);
	int64_t last = count ? n->in[0]->type->dims[count - 1] : 0;

	return count && (p[count - 1] == (int64_t)count - 1 ||
		(p[count - 1] == (int64_t)count - 2 && last > 0 && last <= GEN_STEP_MOST));
}

/* Does n, a gather, take rows of its operand, as far as the last dimension goes? */
static bool takes_rows(const struct node *n)
{
	uint32_t count;
	const int64_t *offset = node_ints(n, KEY_offset_dims, &count);

	return count && offset[count - 1] == (int64_t)n->type->rank - 1;
}

/* Is n a sum that leaves the last dimension where it is?  What takes longer than the addition of an
 * element is better off with all its lanes. */
static bool folds_rows(const struct node *n)
{
	uint32_t count;
	const int64_t *dims = node_ints(n, KEY_dimensions, &count);

	if (n->op == OP_segment_reduce)
		return true;
	for (uint32_t i = 0; i < count; i++)
		if (dims[i] == (int64_t)n->in[0]->type->rank - 1)
			return false;
	return count && n->regions[0]->results[0]->op == OP_add;
}

/* Is n a slice that leaves a part of each row of its operand? */
static bool cuts_rows(const struct node *n)
{
	uint32_t last = n->type->rank - 1;

	return n->op == OP_slice && n->type->rank &&
	       n->type->dims[last] != n->in[0]->type->dims[last];
}

/* Are there windows, written out too, a padded tensor, or one whose rows are in another order,
 * chosen or combined?  Their elements lie side by side along the last dimension alone. */
static bool any_rows(struct gen *g)
{
	uint32_t n, cut = 0;
	const struct node **nodes = region_order(g->job, g->k->body, &n);

	for (uint32_t i = 0; i < n; i++)
		if ((cut += cuts_rows(nodes[i])) >= TAPS_LEAST ||
		    (nodes[i]->op == OP_pad && !node_fills_row(nodes[i])) ||
		    nodes[i]->op == OP_reduce_window ||
		    (nodes[i]->op == OP_concatenate && has_edges(nodes[i], g->k->rank)) ||
		    (nodes[i]->op == OP_gather && takes_rows(nodes[i])) ||
		    (op_table[nodes[i]->op].kind == OP_REDUCE && folds_rows(nodes[i])) ||
		    (nodes[i]->op == OP_transpose && keeps_rows(nodes[i])))
			return true;
	return false;
}

static bool wants_flat(struct gen *g)
{
	const struct kernel *k = g->k;
	int64_t last = k->space[k->rank - 1];

	if (k->inner_grain || (last > 0 && last % LANES == 0) || k->core == CORE_update)
		return false;
	if (last >= ROW_LEAST && (any_rows(g) || k->nstacks > 1))
		return false;
	return all_elementwise(g) || (last >= 0 && last < 4 * LANES);
}

/* Chunks are pieces of the last dimension. */
static void map_pieces(struct gen *g, struct map *m, LLVMValueRef first, LLVMValueRef last)
{
	const struct kernel *k = g->k;
	struct loop *l = job_alloc(g->job, sizeof *l);
	int64_t d = k->space[k->rank - 1];

	gen_here(g);
	LLVMValueRef n = gen_extent(g, d);
	gen_here(g);
	LLVMValueRef pieces =
		LLVMBuildUDiv(g->b, ADD(n, c64(g, k->inner_grain - 1)), c64(g, k->inner_grain), "");
	loop_begin(g, l, first, last, 1);
	gen_here(g);
	LLVMValueRef o = LLVMBuildUDiv(g->b, l->iv, pieces, "");
	LLVMValueRef lo = MUL(SUB(l->iv, MUL(o, pieces)), c64(g, k->inner_grain));
	ix_delinear(g, ix_scalar(o, g->depth, 1, INT64_MAX), k->rank - 1, k->space, m->ix);
	gen_here(g);
	m->lanes.lo = lo;
	m->lanes.hi = min_signed(g, ADD(lo, c64(g, k->inner_grain)), n);
	m->lanes.level = g->depth;
	m->lanes.align = k->inner_grain % LANES ? 1 : LANES;
	m->lanes.whole_blocks = d >= 0 && d % LANES == 0 && k->inner_grain % LANES == 0;
	map_row(g, m);
	loop_end(g, l);
}

/* Of words that are put together of rows one below the other and lie in panels, as
 * plan/contract_side.c has them, rows are counted as they are read: each reads of two rows or four,
 * a page each.  Matrices of 1024 x 1024 bf16 took .25 ms panel by panel, and take .14.  What is
 * moved as it lies reads one row for each it writes, and was slower so, as were 1571 panels. */
static uint32_t *reading_order(struct gen *g)
{
	const struct kernel *k = g->k;
	const struct node *n = k->body->results[0], *words;
	uint32_t count, last = k->rank - 1;

	if (k->core != CORE_map || k->noutputs != 1 || n->op != OP_transpose)
		return NULL;
	const int64_t *p = node_ints(n, KEY_permutation, &count);
	words = n->in[0]->op == OP_reshape ? n->in[0]->in[0] : n->in[0];
	if (count != k->rank || p[last] != last || words->op != OP_or)
		return NULL;
	for (uint32_t d = 0; d < last; d++)
		if (p[d] == (int64_t)last - 1 && k->space[d] > PANELS_MOST)
			return NULL;
	uint32_t *order = job_array(g->job, k->rank, sizeof *order);
	for (uint32_t d = 0; d < last; d++)
		order[p[d]] = d;
	return order;
}

/* The index before the last dimension, of row number o. */
static void row_index(struct gen *g, struct map *m, struct ix o)
{
	const struct kernel *k = g->k;
	int64_t dims[GEN_MAX_RANK];
	struct ix *at = ix_array(g, k->rank);

	for (uint32_t i = 0; i + 1 < k->rank; i++)
		dims[i] = k->space[m->order ? m->order[i] : i];
	ix_delinear(g, o, k->rank - 1, dims, at);
	for (uint32_t i = 0; i + 1 < k->rank; i++)
		m->ix[m->order ? m->order[i] : i] = at[i];
}

static void map_rows(struct gen *g, struct map *m, LLVMValueRef lo, LLVMValueRef hi)
{
	const struct kernel *k = g->k;
	struct loop *l = job_alloc(g->job, sizeof *l);
	int64_t total = static_product(k->rank - 1, k->space), d = k->space[k->rank - 1];

	m->order = reading_order(g);
	loop_begin(g, l, lo, hi, 1);
	row_index(g, m, ix_scalar(l->iv, g->depth, 1, total > 0 ? total - 1 : INT64_MAX));
	m->lanes.lo = c64(g, 0);
	m->lanes.hi = gen_extent(g, d);
	m->lanes.level = 0;
	m->lanes.align = LANES;
	m->lanes.apart = m->order || rows_have_edges(g);
	map_row(g, m);
	loop_end(g, l);
}

void core_map(struct gen *g)
{
	const struct kernel *k = g->k;
	LLVMValueRef first = LLVMGetParam(g->fn, 1), last = LLVMGetParam(g->fn, 2);
	/* of a result that is stacked along its last dim, too */
	struct map m = { .lanes = { .fn = map_block }, .ix = ix_array(g, k->rank + 1) };
	int64_t elements = static_product(k->rank, k->space);

	if (elements == 1 && !k->nstacks) {                   /* one element: plain scalar code */
		for (uint32_t i = 0; i < k->rank; i++)
			m.ix[i] = ix_const(g, 0);
		store_elements(g, m.ix);
		gen_end_function(g);
		return;
	}
	if (k->joins) {
		map_joined(g, first, last);
		gen_end_function(g);
		return;
	}
	int64_t d = k->space[k->rank - 1];
	bool plain = k->core == CORE_map && !k->nstacks;
	m.columns = k->core == CORE_map ? columns_find(g) : NULL;
	m.lanes.max = d > 0 ? d - 1 : INT64_MAX;
	if (k->inner_grain) {
		map_pieces(g, &m, first, last);
		gen_end_function(g);
		return;
	}
	if (!m.columns && plain && map_turned(g, first, last)) {
		gen_end_function(g);
		return;
	}
	LLVMValueRef total = extent_product(g, k->rank - 1, k->space);
	LLVMValueRef grain = gen_extent(g, k->outer_grain);
	gen_here(g);
	LLVMValueRef lo = MUL(first, grain);
	LLVMValueRef hi = min_signed(g, MUL(last, grain), total);
	struct taps *taps = plain && !m.columns ? taps_find(g) : NULL;
	bool lines = taps && taps_are_lines(taps) && d >= ROW_LEAST;
	if (!lines && wants_flat(g)) {
		LLVMValueRef n = gen_extent(g, d);
		gen_here(g);
		m.flat = true;
		m.lanes.lo = MUL(lo, n);
		m.lanes.hi = MUL(hi, n);
		m.lanes.level = g->depth;
		bool aligned =
			d > 0 && k->outer_grain >= 0 && (d * k->outer_grain) % LANES == 0;
		m.lanes.align = aligned ? LANES : 1;
		m.lanes.max = elements > 0 ? elements - 1 : INT64_MAX;
		m.lanes.whole_blocks =
			m.lanes.align == LANES && elements > 0 && elements % LANES == 0;
		lanes_loop(g, &m.lanes);
	} else if (taps) {
		taps_rows(g, taps, lo, hi);
	} else {
		map_rows(g, &m, lo, hi);
	}
	gen_end_function(g);
}
