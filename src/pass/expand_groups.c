/* expand_groups.c -- chlo.ragged_dot a block of its ragged dimension at a time.
 *
 * The plain expansion (expand_ragged.c) multiplies everything with every group.  Here a loop goes
 * over blocks of `step` places, as many as the groups have when it runs, and multiplies each with
 * its own group alone, whose matrix is all it reads:
 *
 *     group   0 0 0 0 0 1 1 2 2 2      step 4
 *     blocks  |------|                 of group 0; its second one
 *                     |------|         goes on into the groups behind it,
 *                       |------|       whose own blocks are later and write over that.
 *
 * Groups along what is summed have places of other groups as 0, and add to their part of the
 * result. */
#include "ir/build.h"
#include "pass/expand.h"
#include <string.h>

/* Operands of the loop: the state, then what no turn changes. */
enum { TURN, OUT, STATES, LHS = STATES, RHS, LAST, FIRST, END, TOTAL, OPERANDS };

struct blocks {
	struct graph *g;
	const struct node *n;
	int64_t along, other; /* the ragged dimension of lhs; the contracted one of rhs */
	bool summed; /* it is contracted */
	int64_t contracted; /* of lhs */
	int64_t step;
	const struct node *in[OPERANDS];
};

/* A power of two from low to high, near n. */
static int64_t near_power(int64_t n, int64_t low, int64_t high)
{
	int64_t p = low;

	while (p < n && p < high)
		p *= 2;
	return p;
}

/* The groups of b's blocks, of its operands: how many blocks there are at the end of each group,
 * the place where a block 0 of it would be, its end, and how many blocks there are. */
static void count_blocks(struct blocks *b, const struct node *start, const struct node *end)
{
	struct graph *g = b->g;
	const int64_t groups = start->type->dims[0], over = 0;
	const int64_t square[] = { groups, groups };
	const struct node *some = build2(g, OP_subtract, end, start);

	some = build2(g, OP_add, some, build_like(g, start, (double)(b->step - 1)));
	some = build2(g, OP_divide, some, build_like(g, start, (double)b->step));
	const struct node *wide = build_broadcast(g, some, 2, square, &over);  /* [from, to] */
	const struct node *before = build_compare(
		g, "LE", build_iota(g, wide->type, 0), build_iota(g, wide->type, 1));
	wide = build_select(g, before, wide, build_like(g, wide, 0));
	b->in[LAST] = build_reduce(g, OP_add, wide, 1, &over);
	b->in[TOTAL] = build_reduce(g, OP_add, some, 1, &over);
	const struct node *places = build2(g, OP_subtract, b->in[LAST], some);
	places = build2(g, OP_multiply, places, build_like(g, start, (double)b->step));
	b->in[FIRST] = build2(g, OP_subtract, start, places);
	b->in[END] = end;
}

/* Of x, from `at` on along d, n places. */
static const struct node *cut(
	struct graph *g, const struct node *x, int64_t d, const struct node *at, int64_t n)
{
	const struct node *in[4] = { x };
	int64_t dims[3];

	for (uint32_t i = 0; i < x->type->rank; i++) {
		dims[i] = i == d ? n : x->type->dims[i];
		in[1 + i] = i == d ? at : build_scalar_int(g, DTYPE_i64, 0);
	}
	const struct attr_entry e = { KEY_slice_sizes, NULL, attr_ints(g, x->type->rank, dims) };
	return build_op(g, OP_dynamic_slice, x->type->rank + 1, in, 1, &e);
}

/* Element i of a row. */
static const struct node *element(
	struct graph *g, const struct node *row, const struct node *i)
{
	return build_reshape(g, cut(g, row, 0, i, 1), 0, NULL);
}

/* x with y from `at` on along d. */
static const struct node *put(struct graph *g, const struct node *x, const struct node *y,
	int64_t d, const struct node *at)
{
	const struct node *in[5] = { x, y };

	for (uint32_t i = 0; i < x->type->rank; i++)
		in[2 + i] = i == d ? at : build_scalar_int(g, DTYPE_i64, 0);
	return build_op(g, OP_dynamic_update_slice, x->type->rank + 2, in, 0, NULL);
}

/* A block with 0 from place `most` on along d. */
static const struct node *own(
	struct graph *g, const struct node *x, int64_t d, const struct node *most)
{
	const struct type *index = type_with_dtype(g, x->type, DTYPE_i64);
	const struct node *limit = build_broadcast(g, most, x->type->rank, x->type->dims, NULL);

	return build_select(g, build_compare(g, "LT", build_iota(g, index, d), limit), x,
		build_like(g, x, 0));
}

/* OUT behind a turn, over the parameters p. */
static const struct node *turn(const struct blocks *b, const struct node *const *p)
{
	struct graph *g = b->g;
	const int64_t zero = 0;
	const struct node *count = build_broadcast(
		g, p[TURN], 1, p[LAST]->type->dims, NULL);
	const struct node *gone = build_compare(g, "LE", p[LAST], count);
	const struct node *group = build_reduce(
		g, OP_add, build_convert(g, gone, DTYPE_i64), 1, &zero);
	const struct node *at = build2(g, OP_add, element(g, p[FIRST], group),
		build2(g, OP_multiply, p[TURN], build_scalar_int(g, DTYPE_i64, b->step)));
	const struct node *x = cut(g, p[LHS], b->along, at, b->step);
	enum dtype t = p[OUT]->type->dtype;

	if (!b->summed) {
		const struct node *w = cut(g, p[RHS], 0, group, 1);
		w = build_reshape(g, w, 2, w->type->dims + 1);
		const struct node *y =
			build_dot_over(g, x, b->contracted, w, b->other - 1, t);
		return put(g, p[OUT], y, 0, at);
	}
	const struct node *most = build2(g, OP_subtract, element(g, p[END], group), at);
	const struct node *y = cut(g, p[RHS], b->other, at, b->step);
	y = build_dot_over(
		g, own(g, x, b->along, most), b->along, own(g, y, b->other, most), b->other, t);
	const int64_t dims[] = { 1, y->type->dims[0], y->type->dims[1] };
	y = build_reshape(g, y, 3, dims);
	return put(g, p[OUT], build2(g, OP_add, cut(g, p[OUT], 0, group, 1), y), 0, group);
}

static const struct node *loop(const struct blocks *b)
{
	struct graph *g = b->g;
	const struct type *types[OPERANDS];
	const struct node *p[OPERANDS], *next[STATES];

	for (uint32_t i = 0; i < OPERANDS; i++) {
		types[i] = b->in[i]->type;
		p[i] = graph_parameter(g, i, types[i]);
	}
	const struct node *more = build_compare(g, "LT", p[TURN], p[TOTAL]);
	next[TURN] = build2(g, OP_add, p[TURN], build_scalar_int(g, DTYPE_i64, 1));
	next[OUT] = turn(b, p);
	const struct region *regions[] = { graph_region(g, OPERANDS, types, 1, &more),
		graph_region(g, OPERANDS, types, STATES, next) };
	const struct attr_entry e = { KEY_ncaptures, NULL, attr_int(g, OPERANDS - STATES) };
	struct node_spec spec = {
		.op = OP_while, .nin = OPERANDS, .in = b->in, .attrs = attrs_cons(g, 1, &e),
		.nregions = 2, .regions = regions,
	};
	return graph_result(g, graph_node(g, &spec), OUT);
}

/* x with `step` places more along d. */
static const struct node *longer(struct graph *g, const struct node *x, int64_t d, int64_t step)
{
	int64_t low[3] = { 0 }, high[3] = { 0 };

	high[d] = step;
	return build_pad(g, x, build_scalar(g, x->type->dtype, 0), low, high, low);
}

/* Operands and result of the form this knows, and enough to multiply that a loop is worth it. */
static bool worth(const struct blocks *b, const struct node *lhs, const struct node *rhs)
{
	const double least = 1 << 20;
	const int64_t *l = lhs->type->dims, *r = rhs->type->dims;
	enum dtype t = b->n->type->dtype;
	uint32_t rank = b->summed ? 2 : 3;

	if (lhs->type->rank != 2 || rhs->type->rank != rank || !dtype_is_float(t) ||
		dtype_bytes(t) < 2 || lhs->type->dtype != t || rhs->type->dtype != t ||
		b->n->type->quant)
		return false;
	for (uint32_t i = 0; i < rank; i++)
		if (!dim_is_number(r[i]) && !(b->summed && i == b->other))
			return false;
	int64_t kept = l[1 - b->along], columns = b->summed ? r[1 - b->other] : r[3 - b->other];
	int64_t groups = b->summed ? b->n->type->dims[0] : r[0];
	if (!dim_is_number(kept) || !dim_is_number(groups) || groups < 2)
		return false;
	int64_t places = dim_is_number(l[b->along]) ? l[b->along] : 64;
	if (b->summed && dim_is_number(l[b->along]) && places < 16 * groups)
		return false; /* each sum would be read and written for a few products */
	return (double)(groups - 1) * (double)kept * (double)columns * (double)places >= least;
}

/* The rows that groups have; 0 behind them. */
static const struct node *rows_of_groups(
	const struct blocks *b, const struct node *all, const struct node *end)
{
	static const int64_t start[2] = { 0 }, stride[2] = { 1, 1 };
	struct graph *g = b->g;
	const int64_t last = end->type->dims[0] - 1, behind = last + 1;
	const struct node *y = build_slice(g, all, start, b->n->type->dims, stride);
	const struct node *most = build_slice(g, end, &last, &behind, stride);

	return own(g, y, 0, build_reshape(g, most, 0, NULL));
}

const struct node *expand_groups(struct graph *g, const struct node *n, const struct node *lhs,
	const struct node *rhs, const struct node *start, const struct node *end)
{
	uint32_t nb, nc, count;
	const int64_t *contracted = node_ints(n, KEY_lhs_contracting_dimensions, &nc);
	const int64_t *group = node_ints(n, KEY_group_dims, &count);
	struct blocks b = { .g = g, .n = n };

	node_ints(n, KEY_lhs_batching_dimensions, &nb);
	if (nb || nc != 1 || start->type->rank != 1 || (count && group[0]))
		return NULL;
	b.contracted = contracted[0];
	b.other = node_ints(n, KEY_rhs_contracting_dimensions, &nc)[0];
	b.along = node_ints(n, KEY_ragged_dims, &nc)[0];
	b.summed = b.along == b.contracted;
	if (!worth(&b, lhs, rhs))
		return NULL;
	const int64_t places = lhs->type->dims[b.along], groups = start->type->dims[0];
	const int64_t mean = dim_is_number(places) ? places / groups : 64;
	b.step = b.summed ? near_power(mean, 16, 256) : near_power(mean, 8, 128);
	count_blocks(&b, start, end);
	b.in[TURN] = build_scalar_int(g, DTYPE_i64, 0);
	b.in[LHS] = longer(g, lhs, b.along, b.step);
	b.in[RHS] = b.summed ? longer(g, rhs, b.other, b.step) : rhs;
	if (!b.summed) {
		const int64_t dims[] = { b.in[LHS]->type->dims[b.along], n->type->dims[1] };
		const struct node *zero = build_scalar(g, n->type->dtype, 0);
		b.in[OUT] = build_broadcast(g, zero, 2, dims, NULL);
		return rows_of_groups(&b, loop(&b), end);
	}
	enum dtype wide = dtype_bytes(n->type->dtype) == 2 ? DTYPE_f32 : n->type->dtype;
	b.in[OUT] = build_full(g, type_with_dtype(g, n->type, wide), 0);
	return build_convert(g, loop(&b), n->type->dtype);
}
