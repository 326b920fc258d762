/* expand_body_sort.c -- sort as loops: the merge sort of the interpreter, stable and safe with any
 * comparator.  An outer turn merges neighbouring runs of one length into runs of twice it, an inner
 * one puts the next number of a merge. */
#include "ir/build.h"
#include "ir/dim.h"
#include "pass/expand_body.h"

/* The site's first nodes are n's operands, the sorted dim their last. */
struct sorting {
	const struct node *n;
	uint32_t count;
	int64_t extent, all;
};

/* The site has the two places in front: is the second's to come first? */
static void compare_two(void *arg, const struct site *s, const struct node *i,
	const struct node *const *state, const struct node **next)
{
	const struct sorting *x = arg;
	const struct node **args = job_array(graph_job(s->g), 2 * x->count, sizeof *args);

	(void)i, (void)state;
	for (uint32_t k = 0; k < x->count; k++) {
		args[2 * k] = flat_take(s->g, s->at[2 + k], s->at[1]);
		args[2 * k + 1] = flat_take(s->g, s->at[2 + k], s->at[0]);
	}
	body_at(s, x->n, 0, 2 + x->count, 2 * x->count, args, next);
}

enum { MERGED, LEFT, RIGHT, MERGING };

/* In front of the site: the length of runs, and their order. */
static void merge_turn(void *arg, const struct site *s, const struct node *i,
	const struct node *const *state, const struct node **next)
{
	const struct sorting *x = arg;
	struct graph *g = s->g;
	const struct node *n = site_extent(s, x->extent), *width = s->at[0], *from = s->at[1];
	const struct node *pos = build2(g, OP_remainder, i, n);
	const struct node *row = build2(g, OP_subtract, i, pos);
	const struct node *two = build2(g, OP_add, width, width);
	const struct node *in = build2(g, OP_remainder, pos, two);
	const struct node *lo = build2(g, OP_subtract, pos, in);
	const struct node *mid = build2(g, OP_minimum, build2(g, OP_add, lo, width), n);
	const struct node *hi = build2(g, OP_minimum, build2(g, OP_add, lo, two), n);
	const struct node *begins = build_compare(g, "EQ", in, index_const(g, 0));
	const struct node *left = build_select(g, begins, lo, state[LEFT]);
	const struct node *right = build_select(g, begins, mid, state[RIGHT]);
	const struct node *has_left = build_compare(g, "LT", left, mid);
	const struct node *has_right = build_compare(g, "LT", right, hi);
	const struct node *const places[] = {
		flat_take(g, from, build2(g, OP_add, row, left)),
		flat_take(g, from, build2(g, OP_add, row, right)),
	};
	const struct node *takes = build2(g, OP_and, has_right, build1(g, OP_not, has_left));
	struct site inside = *s;
	inside.n -= 2;                           /* the places stand where these stood */
	inside.at += 2;
	inside = site_with(&inside, 2, places);
	site_if(&inside, build2(g, OP_and, has_left, has_right), 1, &takes, compare_two, arg,
		&takes);
	next[MERGED] = flat_put(
		g, state[MERGED], i, build_select(g, takes, places[1], places[0]));
	const struct node *step = build_convert(g, takes, DTYPE_i64);
	next[RIGHT] = build2(g, OP_add, right, step);
	next[LEFT] = build2(g, OP_add, left, build2(g, OP_subtract, index_const(g, 1), step));
}

static void level_turn(void *arg, const struct site *s, const struct node *i,
	const struct node *const *state, const struct node **next)
{
	const struct sorting *x = arg;
	struct graph *g = s->g;
	const struct node *const front[] = {
		build2(g, OP_shift_left, index_const(g, 1), i), state[0],
	};
	struct site inside = site_with(s, 2, front);
	const struct node *merging[MERGING] = { state[0], index_const(g, 0), index_const(g, 0) };

	site_loop(&inside, site_extent(s, x->all), MERGING, merging, merge_turn, arg, merging);
	next[0] = merging[MERGED];
}

/* x with dims d and the last one changed for each other. */
static const struct node *swapped(struct graph *g, const struct node *x, int64_t d)
{
	uint32_t rank = x->type->rank;
	int64_t *perm = job_array(graph_job(g), rank, sizeof *perm);

	for (uint32_t i = 0; i < rank; i++)
		perm[i] = i == d ? rank - 1 : i + 1 == rank ? d : i;
	return build_transpose(g, x, perm);
}

static const struct node *flat_select(
	struct graph *g, const struct node *x, const struct node *order)
{
	const struct node *in[] = { x, order };
	const struct attr_entry e[] = { { KEY_dimension, NULL, attr_int(g, 0) },
		{ KEY_batch_dims, NULL, attr_int(g, 0) } };

	return build_op(g, OP_torch_index_select, 2, in, 2, e);
}

const struct node *body_sort(struct graph *g, const struct node *n, uint32_t which)
{
	uint32_t rank = n->in[0]->type->rank;
	int64_t dim = node_int(n, KEY_dimension, -1);
	struct sorting x = { .count = node_noperands(n) };
	const struct node **in = job_array(graph_job(g), x.count, sizeof *in), *order;

	if (!rank)
		return flat_of(g, n->in[which]);
	dim += dim < 0 ? rank : 0;
	for (uint32_t i = 0; i < x.count; i++)
		in[i] = swapped(g, n->in[i], dim);
	x.n = body_with(g, n, x.count, in);
	const struct type *t = in[0]->type;
	x.extent = t->dims[rank - 1];
	x.all = elements_of(g, t);
	struct site s = site_of(g, x.n, 0, NULL);
	/* as many doublings as reach the extent */
	const struct node *levels = build2(g, OP_subtract, index_const(g, 64),
		build1(g, OP_count_leading_zeros,
			build2(g, OP_subtract,
				build2(g, OP_maximum, site_extent(&s, x.extent), index_const(g, 1)),
				index_const(g, 1))));
	order = build_iota(g, type_with_dims(g, type_scalar(g, DTYPE_i64), 1, &x.all), 0);
	site_loop(&s, levels, 1, &order, level_turn, &x, &order);
	const struct node *sorted = flat_select(g, s.at[which], order);
	return flat_of(g, swapped(g, build_reshape(g, sorted, rank, t->dims), dim));
}
