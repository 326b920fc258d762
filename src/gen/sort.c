/* sort.c -- CORE_sort: each row along the sort's dimension by the digits of its elements
 * (sort_digits.c), or with any comparator by a merge sort from below of its indices, or its first
 * few by insertion (sort_first.c).
 *
 * The indices of a row lie twice in the kernel's last buffer, 2 * n of them a row, and every pass
 * merges runs of `width` from one half into the other.  A step of a merge has no branch: it looks
 * at the heads of both runs (clamped to the row), asks the comparator whether the second comes
 * first, and selects; so the sort is stable and ends with any comparator.  Then the operands'
 * elements are taken in that order. */
#include "gen/core_impl.h"
#include "gen/gen_impl.h"
#include "gen/sort_impl.h"

LLVMValueRef sort_load(struct gen *g, const struct sort *s, LLVMValueRef p, LLVMValueRef i)
{
	LLVMValueRef v = LLVMBuildLoad2(g->b, s->it, gep(g, s->it, p, i), "");

	return s->it == g->i64 ? v : LLVMBuildZExt(g->b, v, g->i64, "");
}

void sort_store(
	struct gen *g, const struct sort *s, LLVMValueRef p, LLVMValueRef i, LLVMValueRef v)
{
	gen_here(g);
	LLVMBuildStore(g->b, s->it == g->i64 ? v : LLVMBuildTrunc(g->b, v, s->it, ""),
		gep(g, s->it, p, i));
}

struct ix sort_index(struct gen *g, const struct sort *s, LLVMValueRef i)
{
	int64_t d = s->dims[s->axis];

	return ix_scalar(i, g->depth, 1, d > 0 ? d - 1 : INT64_MAX);
}

struct val sort_element(struct gen *g, struct sort *s, uint32_t k, LLVMValueRef i)
{
	s->at[s->axis] = sort_index(g, s, i);
	return value_at(g, s->n->in[k], s->at);
}

struct val sort_before(struct gen *g, struct sort *s, struct ix a, struct ix b)
{
	struct val *args = job_array(g->job, 2 * s->count, sizeof *args), before;

	for (uint32_t k = 0; k < s->count; k++) {
		s->at[s->axis] = a;
		args[2 * k] = value_at(g, s->n->in[k], s->at);
		s->at[s->axis] = b;
		args[2 * k + 1] = value_at(g, s->n->in[k], s->at);
	}
	region_at(g, s->n, 0, 2 * s->count, args, &before);
	return before;
}

/* One element of a merge: of the runs [.., mid) and [.., hi) whose heads are carried. */
static void merge_step(struct gen *g, struct sort *s, struct loop *l, LLVMValueRef mid,
	LLVMValueRef hi, LLVMValueRef from, LLVMValueRef to)
{
	LLVMValueRef i = l->carried[0], j = l->carried[1], last = SUB(s->size, c64(g, 1));

	LLVMValueRef a = sort_load(g, s, from, min_signed(g, i, last));
	LLVMValueRef b = sort_load(g, s, from, min_signed(g, j, last));
	LLVMValueRef left = ICMP(SLT, i, mid), right = ICMP(SLT, j, hi);
	struct val before = sort_before(g, s, sort_index(g, s, b), sort_index(g, s, a));
	gen_here(g);
	LLVMValueRef take = AND(right, OR(NOT(left), before.v));
	LLVMValueRef one = LLVMBuildZExt(g->b, take, g->i64, "");
	sort_store(g, s, to, l->iv, SELECT(take, b, a));
	l->carried[0] = ADD(i, SUB(c64(g, 1), one));
	l->carried[1] = ADD(j, one);
}

static void merge_runs(struct gen *g, struct sort *s, LLVMValueRef lo, LLVMValueRef width,
	LLVMValueRef from, LLVMValueRef to)
{
	struct loop *l = job_alloc(g->job, sizeof *l);

	gen_here(g);
	LLVMValueRef mid = min_signed(g, ADD(lo, width), s->size);
	LLVMValueRef hi = min_signed(g, ADD(mid, width), s->size);
	l->ncarried = 2;
	l->carried[0] = lo;
	l->carried[1] = mid;
	loop_begin(g, l, lo, hi, 1);
	gen_here(g);
	merge_step(g, s, l, mid, hi, from, to);
	loop_end(g, l);
}

/* Sorts the row's indices; returns the half they end in. */
static LLVMValueRef sort_indices(struct gen *g, struct sort *s)
{
	struct loop *fill = job_alloc(g->job, sizeof *fill),
		    *pass = job_alloc(g->job, sizeof *pass);
	struct loop *runs = job_alloc(g->job, sizeof *runs);

	loop_begin(g, fill, c64(g, 0), s->size, 1);
	sort_store(g, s, s->order, fill->iv, fill->iv);
	loop_end(g, fill);

	LLVMValueRef most = call2(g, "llvm.smax", SUB(s->size, c64(g, 1)), c64(g, 0));
	LLVMValueRef passes =
		SUB(c64(g, 64), call2(g, "llvm.ctlz", most, LLVMConstInt(g->i1, 0, false)));
	pass->ncarried = 2;
	pass->carried[0] = s->order;
	pass->carried[1] = s->other;
	loop_begin(g, pass, c64(g, 0), passes, 1);
	gen_here(g);
	LLVMValueRef width = SHL(c64(g, 1), pass->iv), pair = SHL(width, c64(g, 1));
	LLVMValueRef count = LSHR(SUB(ADD(s->size, pair), c64(g, 1)), ADD(pass->iv, c64(g, 1)));
	LLVMValueRef from = pass->carried[0], to = pass->carried[1];
	loop_begin(g, runs, c64(g, 0), count, 1);
	gen_here(g);
	merge_runs(g, s, MUL(runs->iv, pair), width, from, to);
	loop_end(g, runs);
	pass->carried[0] = to;
	pass->carried[1] = from;
	loop_end(g, pass);
	return pass->carried[0];
}

static void take_row(struct gen *g, struct sort *s, LLVMValueRef order, LLVMValueRef size)
{
	struct loop *l = job_alloc(g->job, sizeof *l);
	const int64_t *dims = node_result_type(s->n, 0)->dims;

	loop_begin(g, l, c64(g, 0), size, 1);
	gen_here(g);
	LLVMValueRef from = sort_load(g, s, order, l->iv);
	for (uint32_t k = 0; k < s->count; k++) {
		enum dtype t = s->n->in[k]->type->dtype;
		struct val v = sort_element(g, s, k, from);
		s->at[s->axis] = ix_scalar(l->iv, g->depth, 1, INT64_MAX);
		store_at(g, gen_buffer(g, g->k->ninputs + k), t,
			ix_linear(g, s->rank, dims, s->at), v);
	}
	loop_end(g, l);
}

/* Row r: the other dims' indices, without the sorted one. */
static void place_row(struct gen *g, struct sort *s, LLVMValueRef r)
{
	int64_t *dims = job_array(g->job, s->rank + 1, sizeof *dims);
	struct ix *at = ix_array(g, s->rank);
	uint32_t n = 0;

	for (uint32_t d = 0; d < s->rank; d++)
		if (d != s->axis)
			dims[n++] = s->dims[d];
	ix_delinear(g, ix_scalar(r, g->depth, 1, INT64_MAX), n, dims, at);
	for (uint32_t d = 0, k = 0; d < s->rank; d++)
		if (d != s->axis)
			s->at[d] = at[k++];
	LLVMValueRef room = gen_buffer(g, g->k->ninputs + s->count);
	gen_here(g);
	LLVMValueRef each = s->first ? s->first : MUL(c64(g, 2), s->size);
	s->order = gep(g, s->it, room, MUL(r, each));
	s->other = gep(g, s->it, s->order, s->size);
}

void core_sort(struct gen *g)
{
	const struct node *n = g->k->body->results[0];
	struct loop *l = job_alloc(g->job, sizeof *l);
	struct sort s = { .n = n->op == OP_result ? n->in[0] : n };

	s.count = node_noperands(s.n);
	s.rank = s.n->in[0]->type->rank;
	s.dims = s.n->in[0]->type->dims;
	int64_t axis = node_int(s.n, KEY_dimension, -1);
	s.axis = (uint32_t)(axis < 0 ? axis + s.rank : axis);
	s.it = plan_sort_index(s.dims[s.axis]) == DTYPE_i32 ? g->i32 : g->i64;
	s.at = ix_array(g, s.rank);
	LLVMValueRef rows = MUL(extent_product(g, s.axis, s.dims),
		extent_product(g, s.rank - s.axis - 1, s.dims + s.axis + 1));
	s.size = gen_extent(g, s.dims[s.axis]);
	if (s.n->op == OP_sort_first)
		s.first = c64(g, node_int(s.n, KEY_k, 0));
	bool by_digits = !s.first && sort_digits_can(&s, &s.key);
	LLVMValueRef grain = gen_extent(g, g->k->outer_grain);
	gen_here(g);
	LLVMValueRef lo = MUL(LLVMGetParam(g->fn, 1), grain);
	LLVMValueRef hi = min_signed(g, MUL(LLVMGetParam(g->fn, 2), grain), rows);
	loop_begin(g, l, lo, hi, 1);
	gen_here(g);
	place_row(g, &s, l->iv);
	if (s.first) {
		sort_first(g, &s);
		take_row(g, &s, s.order, s.first);
	} else {
		take_row(g, &s, by_digits ? sort_digits(g, &s) : sort_indices(g, &s), s.size);
	}
	loop_end(g, l);
	gen_end_function(g);
}
