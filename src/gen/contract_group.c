/* contract_group.c -- products of groups (enum contract_groups): which of them a chunk is of.
 *
 *   places   0     5 5   9        rows of group 0, none of 1, 4 of 2
 *   blocks   |---|-|     |---|    of 4 rows: 0 and 1 of group 0, 2 of group 2; there may be as many
 *                                 as rows / 4 and groups, and those there are not have no rows;
 *                                 of one row, as many as rows
 *
 * What is cut has no size that is known here, so tiles are those of sizes known at the call. */
#include "gen/contract_impl.h"

const struct contract *contract_of_groups(struct gen *g, const struct contract *c)
{
	struct contract *own = job_alloc(g->job, sizeof *own);

	if (!c->groups)
		return c;
	*own = *c;
	*(c->groups == GROUPS_rows ? &own->m : c->groups == GROUPS_cols ? &own->n : &own->k) =
		CONTRACT_CUT;
	if (c->groups == GROUPS_rows && c->m_block == 1)
		own->m = 1;
	return own;
}

/* Where group i begins. */
static LLVMValueRef place_at(struct gen *g, const struct contraction *x, LLVMValueRef i)
{
	LLVMValueRef places = gen_buffer(g, x->cols_buffer + 1);

	gen_here(g);
	return LLVMBuildLoad2(g->b, g->i64, gep(g, g->i64, places, i), "");
}

/* Of block number `number` of those of all groups, `block` places each: its group, and from where
 * to where it is; nowhere, if there are not as many. */
static void find_block(struct gen *g, struct contraction *x, LLVMValueRef number, int64_t block,
	LLVMValueRef *lo, LLVMValueRef *hi)
{
	enum { LEFT, GROUP, FROM, TO };
	struct loop *l = job_alloc(g->job, sizeof *l);
	LLVMValueRef groups = gen_extent(g, x->c->batch[0]), zero = c64(g, 0);

	gen_here(g);
	l->ncarried = 4;
	l->carried[LEFT] = number;
	l->carried[GROUP] = l->carried[FROM] = l->carried[TO] = zero;
	loop_begin(g, l, zero, groups, 1);
	LLVMValueRef begin = place_at(g, x, l->iv),
		     end = place_at(g, x, ADD(l->iv, c64(g, 1))),
		     blocks = ceil_div(g, SUB(end, begin), block), left = l->carried[LEFT];
	LLVMValueRef here = ICMP(ULT, left, blocks);     /* what is below 0 is large */
	LLVMValueRef from = ADD(begin, MUL(left, c64(g, block)));
	LLVMValueRef to = min_signed(g, end, ADD(from, c64(g, block)));
	l->carried[LEFT] = SUB(left, blocks);
	l->carried[GROUP] = SELECT(here, l->iv, l->carried[GROUP]);
	l->carried[FROM] = SELECT(here, from, l->carried[FROM]);
	l->carried[TO] = SELECT(here, to, l->carried[TO]);
	loop_end(g, l);
	x->batch = l->carried[GROUP];
	*lo = l->carried[FROM];
	*hi = l->carried[TO];
}

void group_place(struct gen *g, struct contraction *x, LLVMValueRef chunk, LLVMValueRef *first,
	LLVMValueRef *end)
{
	const struct contract *c = &g->k->contract;
	bool rows = c->groups == GROUPS_rows;
	int64_t block = rows ? c->m_block : c->n_block;
	LLVMValueRef all = gen_extent(g, rows ? c->m : c->n),
		     other = gen_extent(g, rows ? c->n : c->m),
		     groups = gen_extent(g, c->batch[0]), lo, hi;

	gen_here(g);
	LLVMValueRef blocks = LLVMBuildUDiv(g->b, all, c64(g, block), "");
	if (block > 1)
		blocks = ADD(blocks, min_signed(g, all, groups));
	LLVMValueRef across = LLVMBuildUDiv(g->b, chunk, blocks, "");
	find_block(g, x, SUB(chunk, MUL(across, blocks)), block, &lo, &hi);
	if (!rows) {
		x->m0 = MUL(across, c64(g, c->m_block));
		x->mrows = min_signed(g, SUB(other, x->m0), c64(g, c->m_block));
		*first = lo;
		*end = hi;
		return;
	}
	x->m0 = lo;
	x->mrows = block > 1 ? SUB(hi, lo) : c64(g, 1);
	*first = c->n_block ? MUL(across, c64(g, c->n_block)) : c64(g, 0);
	*end = c->n_block ? min_signed(g, other, ADD(*first, c64(g, c->n_block))) : other;
	if (block > 1)
		*end = SELECT(ICMP(EQ, x->mrows, c64(g, 0)), *first, *end);
}

void group_k(struct gen *g, struct contraction *x)
{
	x->k_lo = place_at(g, x, x->batch);
	x->k_hi = place_at(g, x, ADD(x->batch, c64(g, 1)));
}
