/* sort_first.c -- the first k of a row in the order of a stable sort, without sorting the rest.
 *
 * The k best so far are kept in order.  The first k elements of the row are inserted one by one; of
 * the others LANES at once are held against the last that is kept, and those that come before it
 * are inserted, which drops the last.  The place is behind all that the new one does not come
 * before, found by halving, so equal elements stay in their order.  For a row in no particular
 * order some k * ln(n / k) of n elements are inserted. */
#include "gen/control.h"
#include "gen/core_impl.h"
#include "gen/sort_impl.h"

/* How many of the `kept` in order, one at least, does the row's element i not come before? */
static LLVMValueRef find_place(struct gen *g, struct sort *s, LLVMValueRef i, LLVMValueRef kept)
{
	int64_t most = node_int(s->n, KEY_k, 0), steps = 64 - __builtin_clzll((uint64_t)most);
	struct loop *l = job_alloc(g->job, sizeof *l);

	l->ncarried = 2;                         /* first of those in question, how many */
	l->carried[0] = c64(g, 0);
	l->carried[1] = kept;
	loop_begin(g, l, c64(g, 0), c64(g, steps), 1);
	gen_here(g);
	LLVMValueRef lo = l->carried[0], n = l->carried[1], half = LSHR(n, c64(g, 1));
	LLVMValueRef mid = min_signed(g, ADD(lo, half), SUB(kept, c64(g, 1)));
	LLVMValueRef there = sort_load(g, s, s->order, mid);
	struct val before = sort_before(g, s, sort_index(g, s, i), sort_index(g, s, there));
	gen_here(g);
	LLVMValueRef behind = AND(ICMP(SGT, n, c64(g, 0)), NOT(before.v));
	l->carried[0] = SELECT(behind, ADD(mid, c64(g, 1)), lo);
	l->carried[1] = SELECT(behind, SUB(SUB(n, half), c64(g, 1)), half);
	loop_end(g, l);
	return l->carried[0];
}

/* Indices [to, last) of the order move up by one: from behind, LANES at once, then the rest. */
static void move_up(struct gen *g, struct sort *s, LLVMValueRef to, LLVMValueRef last)
{
	struct loop *blocks = job_alloc(g->job, sizeof *blocks),
		    *rest = job_alloc(g->job, sizeof *rest);
	LLVMValueRef whole = c64(g, 0);

	gen_here(g);
	LLVMValueRef count = SUB(last, to);
	if (node_int(s->n, KEY_k, 0) > LANES) {
		whole = AND(count, c64(g, -LANES));
		loop_begin(g, blocks, c64(g, 0), whole, LANES);
		gen_here(g);
		LLVMValueRef p = gep(g, s->it, s->order, SUB(SUB(last, blocks->iv), c64(g, LANES)));
		LLVMValueRef v = LLVMBuildLoad2(g->b, lanes_of(s->it), p, "");
		LLVMValueRef up = LLVMBuildStore(g->b, v, gep(g, s->it, p, c64(g, 1)));
		unsigned bytes = s->it == g->i64 ? 8 : 4;
		LLVMSetAlignment(v, bytes);
		LLVMSetAlignment(up, bytes);
		loop_end(g, blocks);
	}
	loop_begin(g, rest, whole, count, 1);
	gen_here(g);
	LLVMValueRef at = SUB(last, rest->iv);
	sort_store(g, s, s->order, at, sort_load(g, s, s->order, SUB(at, c64(g, 1))));
	loop_end(g, rest);
}

/* Puts i where it belongs among the `kept`; index `last` is the last that moves up into. */
static void insert(struct gen *g, struct sort *s, LLVMValueRef i, LLVMValueRef kept,
	LLVMValueRef last)
{
	LLVMValueRef to = find_place(g, s, i, kept);

	move_up(g, s, to, last);
	sort_store(g, s, s->order, to, i);
}

/* The row's element i, if it still comes before the last that is kept. */
static void insert_one(struct gen *g, struct sort *s, LLVMValueRef i)
{
	LLVMValueRef end = SUB(s->first, c64(g, 1)), last = sort_load(g, s, s->order, end);
	struct val before = sort_before(g, s, sort_index(g, s, i), sort_index(g, s, last));
	struct branch one;

	branch_begin(g, &one, before.v);
	insert(g, s, i, s->first, end);
	branch_end(g, &one);
}

/* Of LANES elements each that comes before the last that is kept. */
static void insert_lanes(struct gen *g, struct lanes *lanes, struct ix j)
{
	struct sort *s = lanes->arg;
	struct turns *t = job_alloc(g->job, sizeof *t);

	gen_here(g);
	LLVMValueRef last = sort_load(g, s, s->order, SUB(s->first, c64(g, 1))), old = g->tail;
	struct val before = val_lanes(g, sort_before(g, s, j, sort_index(g, s, last)));
	gen_here(g);
	t->ncarried = 1;                         /* a bit for each that is left */
	t->carried[0] = mask_bits(g, old ? AND(before.v, old) : before.v);
	g->tail = NULL;                          /* one at a time from here */
	turns_begin(g, t);
	LLVMValueRef bits = t->carried[0];
	turns_while(g, t, ICMP(NE, bits, ci_like(bits, 0)));
	gen_here(g);
	LLVMValueRef lane = call2(g, "llvm.cttz", bits, LLVMConstInt(g->i1, 1, false));
	insert_one(g, s, ADD(j.v, LLVMBuildZExt(g->b, lane, g->i64, "")));
	gen_here(g);
	t->carried[0] = AND(bits, SUB(bits, ci_like(bits, 1)));
	turns_end(g, t);
	g->tail = old;
}

void sort_first(struct gen *g, struct sort *s)
{
	struct loop *l = job_alloc(g->job, sizeof *l);
	struct lanes lanes = { .lo = s->first, .hi = s->size, .align = 1, .max = INT64_MAX,
		.fn = insert_lanes, .arg = s };

	sort_store(g, s, s->order, c64(g, 0), c64(g, 0));
	loop_begin(g, l, c64(g, 1), s->first, 1);
	insert(g, s, l->iv, l->iv, l->iv);
	loop_end(g, l);
	lanes_loop(g, &lanes);
}
