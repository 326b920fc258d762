/* lower_scan.c -- cumulative sums, products, extremes.
 *
 * A short scan of one associative op, or one along a symbolic dimension, is a window that ends at
 * each element and reaches back over all before it.  The others take log2(n) rounds of
 * x = combine(x shifted by 1, 2, 4 ..., x) (Hillis and Steele, "Data parallel algorithms", 1986),
 * with a barrier after each so that they do not fuse into work that doubles. */
#include "front/aten/aten_impl.h"
#include <math.h>

enum { LONGEST_WINDOW = 8192 };

static const struct region *body_of(struct lower *l, enum op op, enum dtype t)
{
	const struct type *s = type_scalar(l->g, t), *params[2] = { s, s };
	const struct node *both =
		build2(l->g, op, graph_parameter(l->g, 0, s), graph_parameter(l->g, 1, s));
	return graph_region(l->g, 2, params, 1, &both);
}

static const struct node *scan_window(struct lower *l, enum op op, const struct node *neutral,
	const struct node *x, int64_t dim)
{
	int64_t size[ATEN_MAX_RANK], ones[ATEN_MAX_RANK], pad[2 * ATEN_MAX_RANK] = { 0 };
	uint32_t rank = x->type->rank;
	for (uint32_t i = 0; i < rank; i++)
		size[i] = ones[i] = 1;
	size[dim] = dim_is_number(x->type->dims[dim]) ? x->type->dims[dim] : DIM_LONGEST;
	pad[2 * dim] = size[dim] - 1;
	struct attr_entry e[] = {
		lower_attr_ints(l, KEY_window_dimensions, rank, size),
		lower_attr_ints(l, KEY_window_strides, rank, ones),
		lower_attr_ints(l, KEY_base_dilations, rank, ones),
		lower_attr_ints(l, KEY_window_dilations, rank, ones),
		lower_attr_ints(l, KEY_padding, 2 * rank, pad),
	};
	const struct region *body = body_of(l, op, x->type->dtype);
	const struct node *in[2] = { x, neutral };
	struct node_spec s = { .op = OP_reduce_window,
		.nin = 2,
		.in = in,
		.nregions = 1,
		.regions = &body,
		.attrs = attrs_cons(l->g, sizeof e / sizeof e[0], e),
		.at = { l->r->file, l->r->line, 1 } };
	return graph_node(l->g, &s);
}

/* x moved by `by` places along dim; what comes in is `neutral`. */
static const struct node *shifted(struct lower *l, const struct node *x, const struct node *neutral,
	int64_t dim, int64_t by)
{
	int64_t low[ATEN_MAX_RANK] = { 0 }, high[ATEN_MAX_RANK] = { 0 },
		inner[ATEN_MAX_RANK] = { 0 };
	low[dim] = by;
	high[dim] = -by;
	return build_pad(l->g, x, neutral, low, high, inner);
}

static const struct node *scan(struct lower *l, enum op op, const struct node *neutral,
	const struct node *x, int64_t dim)
{
	int64_t n = x->type->dims[dim];
	bool known = dim_is_number(n);
	if (known && n < 2)
		return x;
	if (!known && dtype_is_complex(x->type->dtype))
		lower_bail(l); /* no core of the planner's */
	if (!known || n <= LONGEST_WINDOW)
		return scan_window(l, op, neutral, x, dim);
	for (int64_t by = 1; by < n; by *= 2)
		x = build1(l->g, OP_optimization_barrier,
			build2(l->g, op, x, shifted(l, x, neutral, dim, by)));
	return x;
}

const struct node *lower_prefix_sum(struct lower *l, const struct node *x, int64_t dim)
{
	const struct arg nothing = { .kind = ARG_int };
	return scan(l, OP_add, lower_scalar(l, &nothing, x->type->dtype), x, dim);
}

const struct node *lower_prefix_most(struct lower *l, const struct node *x, int64_t dim)
{
	return scan(l, OP_maximum, lower_extreme_value(l, x->type->dtype, false), x, dim);
}

/* The dimension in argument 1; false: a scalar, which is its own scan. */
static bool scanned_along(struct lower *l, int64_t *dim)
{
	uint32_t rank = lower_tensor(l, 0)->type->rank;
	if (rank)
		*dim = lower_dim(l, 1, rank);
	return rank != 0;
}

/* The same, with a size that is a number. */
static bool scanned(struct lower *l, int64_t *dim, int64_t *n)
{
	if (!scanned_along(l, dim))
		return false;
	*n = lower_tensor(l, 0)->type->dims[*dim];
	if (!dim_is_number(*n))
		lower_bail(l);
	return true;
}

/* what: OP_add, OP_multiply. */
void lower_cumulate(struct lower *l)
{
	int64_t dim;
	enum op op = (enum op)l->row->what;
	enum dtype c = lower_compute(lower_dtype(l));
	const struct node *x = lower_cast(l, lower_tensor(l, 0), c);
	if (scanned_along(l, &dim)) {
		const struct arg neutral = { .kind = ARG_int, .i = op == OP_multiply };
		x = scan(l, op, lower_scalar(l, &neutral, c), x, dim);
	}
	lower_finish(l, x);
}

/* log(exp a + exp b) without overflow. */
static const struct node *log_add(struct lower *l, const struct node *a, const struct node *b)
{
	struct graph *g = l->g;
	const struct node *m = build2(g, OP_maximum, a, b);
	const struct node *gap = build1(g, OP_abs, build2(g, OP_subtract, a, b));
	const struct node *y = build2(g, OP_add, m,
		build1(g, OP_log_plus_one, build1(g, OP_exponential, build1(g, OP_negate, gap))));
	const struct node *infinite =
		build_compare(g, "EQ", build1(g, OP_abs, m), lower_like(l, m, INFINITY));
	return build_select(g, infinite, m, y);
}

void lower_logcumsumexp(struct lower *l)
{
	int64_t dim, n;
	/* As eager: its gradient takes differences of these. */
	const enum dtype c = DTYPE_f64;
	const struct node *x = lower_cast(l, lower_tensor(l, 0), c);
	if (!dtype_is_float(lower_dtype(l)))
		lower_bail(l);
	if (scanned(l, &dim, &n))
		for (int64_t by = 1; by < n; by *= 2) {
			const struct node *none = build_scalar(l->g, c, -(double)INFINITY);
			x = build1(l->g, OP_optimization_barrier,
				log_add(l, shifted(l, x, none, dim, by), x));
		}
	lower_finish(l, x);
}

/* cummax, cummin with indices: of equals the later one, and a NaN stays.  what: OP_maximum ... */
void lower_cumulate_extreme(struct lower *l)
{
	struct graph *g = l->g;
	int64_t dim, n;
	const struct node *x = lower_tensor(l, 0), *index;
	enum dtype t = x->type->dtype;
	bool most = l->row->what == OP_maximum;
	if (dtype_is_complex(t))
		lower_bail(l);
	const struct type *it = type_with_dtype(g, x->type, DTYPE_i64);
	if (!scanned(l, &dim, &n)) {
		l->out[0] = x;
		l->out[1] = build_full(g, it, 0);
		return;
	}
	x = t == DTYPE_i1 ? lower_cast(l, x, DTYPE_i8) : x;
	index = lower_iota(l, it, dim);
	const struct node *worst = lower_extreme_value(l, x->type->dtype, !most);
	for (int64_t by = 1; by < n; by *= 2) {
		const struct node *a = shifted(l, x, worst, dim, by);
		const struct node *ia =
			shifted(l, index, build_scalar_int(g, DTYPE_i64, 0), dim, by);
		const struct node *later = build_compare(g, most ? "GE" : "LE", x, a);
		if (dtype_is_float(t)) /* a NaN before stays, unless this is one too */
			later = build2(g, OP_or, later, build_compare(g, "NE", x, x));
		const struct node *both[2] = { build_select(g, later, x, a),
			build_select(g, later, index, ia) };
		const struct node *barrier = build_op(g, OP_optimization_barrier, 2, both, 0, NULL);
		x = graph_result(g, barrier, 0);
		index = graph_result(g, barrier, 1);
	}
	l->out[0] = lower_cast(l, x, t);
	l->out[1] = index;
}
