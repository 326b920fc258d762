/* column.c -- reductions over dims before the last, several vectors of columns at a time.
 *
 * A map kernel reduces by a loop for the lanes of one vector: 64 bytes of every row, and one chain
 * of dependent additions.  Here the same loop is for COLUMN_VECTORS vectors side by side, so it
 * reads whole lines of many and has as many chains.  Every lane does what it does in map.c, in the
 * same order: the bits are the same, and what is left over of a row is done there.
 *
 * Rows of a segment are such a reduction, of as many as there are (segment.c).
 *
 *   for block of COLUMN_VECTORS * LANES columns, and one of those left
 *       for reduced index: acc[u] = op(acc[u], x[index, block + u]) for every u
 *       for u: the results, in which the reduction is acc[u] */
#include "gen/core_impl.h"
#include "gen/reduce_impl.h"
#include <string.h>

#define REDUCED_MOST 64          /* rows of a reduction: of more the next one is far */

struct columns {
	const struct node *reduce;
	struct ix *ix;                         /* of the space; the last component is u's */
	struct ix last[COLUMN_VECTORS];
	struct val acc[COLUMN_VECTORS];
	uint32_t *place;                       /* dim of the operand of each reduced one */
	uint32_t *kept;                        /* and of each kept one */
	uint32_t nkept, u, vectors;            /* of a block */
	uint32_t some;                         /* columns of its last vector; 0: all */
	bool ready;
};

static bool is_along_rows(const struct node *n)
{
	uint32_t nred;
	const int64_t *red = node_ints(n, KEY_dimensions, &nred);

	if (n->op == OP_segment_reduce)
		return true;
	for (uint32_t d = 0; d < nred; d++)
		if (red[d] == n->in[0]->type->rank - 1)
			return false;
	return n->nin == 2;
}

/* The one reduction over the space, of one operand and not along its last dim; NULL: there is none,
 * or another loop. */
const struct node *columns_find(struct gen *g)
{
	const struct kernel *k = g->k;
	const struct node *found = NULL;
	uint32_t n;
	const struct node **nodes = region_order(g->job, k->body, &n);

	for (uint32_t i = 0; i < n; i++) {
		const struct node *x = nodes[i];
		enum op_kind kind = op_table[x->op].kind;
		if (kind == OP_WINDOW || kind == OP_CONTRACT || x->op == OP_map)
			return NULL;
		if (x->op != OP_reduce && x->op != OP_segment_reduce)
			continue;
		if (found || x->type->kind != TYPE_tensor ||
			x->type->rank != k->rank || dtype_is_complex(x->type->dtype) ||
			memcmp(x->type->dims, k->space, k->rank * sizeof *k->space) != 0 ||
			!is_along_rows(x))
			return NULL;
		found = x;
	}
	return found;
}

static struct val columns_at(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	const struct columns *c = b->arg;
	bool here = c->ready;

	for (uint32_t i = 0; here && i < n->type->rank; i++) {
		const struct ix *want = i + 1 < n->type->rank ? &c->ix[i] : &c->last[c->u];
		here = n->type->dims[i] == 1 ||
		       (ix[i].v == want->v && ix[i].step == want->step && ix[i].vec == want->vec);
	}
	return here ? c->acc[c->u] : value_compute(g, n, ix);
}

/* Before what is made for vector u of a block, and behind it (LANES). */
static void columns_tail(struct gen *g, const struct columns *s, uint32_t u)
{
	bool some = s->some && u + 1 == s->vectors;

	g->tail = some ? ICMP(ULT, lane_iota(g, g->i32), splat(g, c32(g, (int)s->some))) : NULL;
	g->tail_count = some ? c32(g, (int)s->some) : NULL;
	g->tail_level = 0;
}

/* Asks for what a row some way behind the one at hand gathers: of a segment, or of as many rows in
 * one of the next reductions as are ROWS_AHEAD. */
static void columns_ahead(struct gen *g, const struct nest *n, const struct columns *s)
{
	const struct type *t = n->op->in[0]->type;
	int64_t rows = n->rank == 1 ? n->dims[0] : 0;
	struct ix *at = ix_array(g, t->rank);

	for (uint32_t u = 0; u < s->vectors && n->hi; u++)
		segment_ahead(g, n->op, n->at[0], s->last[u]);
	if (n->hi || s->nkept < 2 || rows < 1 || rows > REDUCED_MOST)
		return;
	uint32_t d = s->kept[s->nkept - 2];
	if (!dim_is_number(t->dims[d]) || t->dims[d] < 2)
		return;
	memcpy(at, n->operand, t->rank * sizeof *at);
	at[d] = ix_clamp(g, ix_addc(g, at[d], (ROWS_AHEAD + rows - 1) / rows), ix_const(g, 0),
		ix_const(g, t->dims[d] - 1));
	for (uint32_t u = 0; u < s->vectors; u++) {
		at[s->kept[s->nkept - 1]] = s->last[u];
		fetch_gathered(g, n->op->in[0], at);
	}
	gen_here(g);
}

static void columns_step(struct gen *g, struct nest *n, struct carry *c)
{
	const struct columns *s = n->arg;
	struct val args[2], next;

	for (uint32_t i = 0; i < n->rank; i++)
		n->operand[s->place[i]] = n->at[i];
	columns_ahead(g, n, s);
	for (uint32_t u = 0; u < s->vectors; u++) {
		columns_tail(g, s, u);
		n->operand[s->kept[s->nkept - 1]] = s->last[u];
		args[0] = c->v[u];
		args[1] = value_at(g, n->op->in[0], n->operand);
		region_at(g, n->op, 0, 2, args, &next);
		c->v[u] = next;
	}
	columns_tail(g, s, LANES);
}

static void columns_reduce(struct gen *g, struct columns *s)
{
	const struct node *n = s->reduce;
	const struct type *t = n->in[0]->type;
	struct carry c = { .n = s->vectors, .lanes = true };
	const struct ix *init = n->op == OP_segment_reduce ? s->ix : NULL;
	int64_t *dims = job_array(g->job, t->rank + 1, sizeof *dims);
	struct nest nest = { .rank = t->rank - s->nkept, .dims = dims, .fn = columns_step, .op = n,
		.ix = s->ix, .arg = s, .at = ix_array(g, t->rank),
		.operand = ix_array(g, t->rank) };

	if (init) {
		struct segment rows = segment_at(g, n, s->ix[0]);
		nest.lo = ix_value(g, rows.lo);
		nest.hi = ix_value(g, rows.hi);
	} else {
		nest.sums = reduce_sums(g, n, &nest.zero);
	}
	for (uint32_t i = 0; i < nest.rank; i++)
		dims[i] = t->dims[s->place[i]];
	for (uint32_t i = 0; i + 1 < s->nkept; i++)
		nest.operand[s->kept[i]] = s->ix[i];
	for (uint32_t u = 0; u < s->vectors; u++) {
		columns_tail(g, s, u);
		s->ix[g->k->rank - 1] = s->last[u];
		c.v[u] = value_at(g, n->in[1], init);
	}
	columns_tail(g, s, LANES);
	nest_run(g, &nest, 0, &c);
	memcpy(s->acc, c.v, sizeof s->acc);
}

static void columns_block(struct gen *g, struct columns *s, struct ix j)
{
	uint32_t rank = g->k->rank;

	for (uint32_t u = 0; u < s->vectors; u++)
		s->last[u] = ix_addc(g, j, (int64_t)u * LANES);
	columns_reduce(g, s);
	s->ready = true;
	for (s->u = 0; s->u < s->vectors; s->u++) {
		columns_tail(g, s, s->u);
		s->ix[rank - 1] = s->last[s->u];
		store_elements(g, s->ix);
	}
	columns_tail(g, s, LANES);
	s->ready = false;
}

static struct columns *columns_new(struct gen *g, const struct node *n, struct ix *ix)
{
	struct columns *s = job_alloc(g->job, sizeof *s);
	uint32_t rank = n->in[0]->type->rank, nred, r = 0;
	const int64_t *red = node_ints(n, KEY_dimensions, &nred);
	struct bind *b = job_alloc(g->job, sizeof *b);

	s->reduce = n;
	s->ix = ix;
	s->place = job_array(g->job, rank + 1, sizeof *s->place);
	s->kept = job_array(g->job, rank + 1, sizeof *s->kept);
	for (uint32_t d = 0; d < rank; d++) {
		bool reduced = n->op == OP_segment_reduce && d == 0;
		for (uint32_t i = 0; i < nred; i++)
			reduced |= red[i] == d;
		if (reduced)
			s->place[r++] = d;
		else
			s->kept[s->nkept++] = d;
	}
	*b = (struct bind){ g->binds, n, columns_at, s };
	g->binds = b;
	return s;
}

/* [lo, hi), whole blocks of s->vectors. */
static void columns_blocks(struct gen *g, struct columns *s, const struct lanes *lanes,
	LLVMValueRef lo, LLVMValueRef hi)
{
	struct loop *l = job_alloc(g->job, sizeof *l);

	if (LLVMIsAConstantInt(lo) && lo == hi)
		return;
	l->ncarried = 0;
	loop_begin(g, l, lo, hi, (int64_t)s->vectors * LANES);
	columns_block(g, s,
		ix_lanes(l->iv, l->level > lanes->level ? l->level : lanes->level, lanes->align,
			lanes->max));
	loop_end(g, l);
}

LLVMValueRef columns_loop(struct gen *g, const struct node *n, struct lanes *lanes, struct ix *ix)
{
	struct columns *s = columns_new(g, n, ix);

	gen_here(g);
	LLVMValueRef whole = ADD(lanes->lo,
		AND(SUB(lanes->hi, lanes->lo), c64(g, -(int64_t)COLUMN_VECTORS * LANES)));
	s->vectors = COLUMN_VECTORS;
	columns_blocks(g, s, lanes, lanes->lo, whole);
	gen_here(g);
	LLVMValueRef left = SUB(lanes->hi, whole);
	if (LLVMIsAConstantInt(left) && LLVMIsAConstantInt(whole)) {
		uint32_t columns = (uint32_t)LLVMConstIntGetSExtValue(left);
		s->vectors = (columns + LANES - 1) / LANES;
		s->some = columns % LANES;
		columns_blocks(g, s, lanes, whole, lanes->hi);
		whole = lanes->hi;
	}
	g->binds = g->binds->up;
	return whole;
}
