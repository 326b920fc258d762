/* lower_scan.c -- cumulative sums, products, extremes.
 *
 * A short scan of one associative op, or one along a symbolic dimension, is a window that ends at
 * each element and reaches back over all before it.  A longer one is made of blocks: each is a scan
 * of its own, what comes before it is a scan over the last elements of blocks, and both are
 * combined (Blelloch, "Prefix sums and their applications", 1990).  How long blocks are, and so the
 * bits, is fixed here.  The others take log2(n) rounds of x = combine(x shifted by 1, 2, 4 ..., x)
 * (Hillis and Steele, "Data parallel algorithms", 1986), with a barrier after each so that they do
 * not fuse into work that doubles. */
#include "front/aten/lower.h"
#include <math.h>
#include <string.h>

enum { LONGEST_WINDOW = 8192, LONGEST_ROW = 1 << 20, BLOCK = 512, MOST = 2, MOST_RANK = 16 };

/* n tensors of one shape that are scanned together along dim. */
struct scan {
	uint32_t n;
	int64_t dim;
	const struct node *x[MOST], *neutral[MOST];
	enum op op;                      /* of both; OP_maximum or OP_minimum when with_index */
	bool with_index;                 /* x[1] says where x[0] is from */
};

/* What comes before and what is there; out may be either. */
static void combine(struct lower *l, const struct scan *s, const struct node *const *before,
	const struct node *const *x, const struct node **out)
{
	struct graph *g = l->g;
	if (!s->with_index) {
		out[0] = build2(g, s->op, before[0], x[0]);
		return;
	}
	/* Of equals the later one; a NaN before stays, unless this is one too. */
	const struct node *later =
		build_compare(g, s->op == OP_maximum ? "GE" : "LE", x[0], before[0]);
	if (dtype_is_float(x[0]->type->dtype))
		later = build2(g, OP_or, later, build_compare(g, "NE", x[0], x[0]));
	const struct node *value = build_select(g, later, x[0], before[0]);
	out[1] = build_select(g, later, x[1], before[1]);
	out[0] = value;
}

static const struct region *body_of(struct lower *l, const struct scan *s)
{
	const struct type *params[2 * MOST];
	const struct node *p[2 * MOST], *both[MOST];
	for (uint32_t i = 0; i < 2 * s->n; i++) {
		params[i] = type_scalar(l->g, s->x[i % s->n]->type->dtype);
		p[i] = graph_parameter(l->g, i, params[i]);
	}
	combine(l, s, p, p + s->n, both);
	return graph_region(l->g, 2 * s->n, params, s->n, both);
}

static void scan_window(struct lower *l, const struct scan *s, const struct node **out)
{
	int64_t size[ATEN_MAX_RANK], ones[ATEN_MAX_RANK], pad[2 * ATEN_MAX_RANK] = { 0 };
	const struct type *t = s->x[0]->type;
	int64_t n = t->dims[s->dim];
	for (uint32_t i = 0; i < t->rank; i++)
		size[i] = ones[i] = 1;
	size[s->dim] = dim_is_number(n) ? n : DIM_LONGEST;
	pad[2 * s->dim] = size[s->dim] - 1;
	struct attr_entry e[] = {
		lower_attr_ints(l, KEY_window_dimensions, t->rank, size),
		lower_attr_ints(l, KEY_window_strides, t->rank, ones),
		lower_attr_ints(l, KEY_base_dilations, t->rank, ones),
		lower_attr_ints(l, KEY_window_dilations, t->rank, ones),
		lower_attr_ints(l, KEY_padding, 2 * t->rank, pad),
	};
	const struct region *body = body_of(l, s);
	const struct node *in[2 * MOST];
	for (uint32_t i = 0; i < s->n; i++) {
		in[i] = s->x[i];
		in[s->n + i] = s->neutral[i];
	}
	struct node_spec spec = { .op = OP_reduce_window,
		.nin = 2 * s->n,
		.in = in,
		.nregions = 1,
		.regions = &body,
		.attrs = attrs_cons(l->g, sizeof e / sizeof e[0], e),
		.at = { l->r->file, l->r->line, 1 } };
	const struct node *n2 = graph_node(l->g, &spec);
	for (uint32_t i = 0; i < s->n; i++)
		out[i] = s->n > 1 ? graph_result(l->g, n2, i) : n2;
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

static void scan(struct lower *l, const struct scan *s, const struct node **out);

/* Of x, cut into blocks along dim, what comes before each block, everywhere in it. */
static void scan_before(struct lower *l, const struct scan *s, const struct node **out)
{
	struct graph *g = l->g;
	const struct type *t = s->x[0]->type;
	struct scan last = *s;
	int64_t at[ATEN_MAX_RANK], dims[ATEN_MAX_RANK];
	uint32_t rank = t->rank - 1;
	last.dim = s->dim - 1;
	for (uint32_t i = 0; i < rank; i++) {
		at[i] = i < s->dim ? i : i + 1;
		dims[i] = t->dims[at[i]];
	}
	for (uint32_t i = 0; i < s->n; i++)
		last.x[i] = build_reshape(
			g, lower_clip(l, s->x[i], s->dim, BLOCK - 1, BLOCK, 1), rank, dims);
	scan(l, &last, out);
	for (uint32_t i = 0; i < s->n; i++)
		out[i] = build_broadcast(g, shifted(l, out[i], s->neutral[i], last.dim, 1), t->rank,
			t->dims, at);
}

static void scan_blocks(struct lower *l, const struct scan *s, const struct node **out)
{
	struct graph *g = l->g;
	const struct type *t = s->x[0]->type;
	int64_t n = t->dims[s->dim], blocks = (n + BLOCK - 1) / BLOCK, dims[ATEN_MAX_RANK];
	int64_t low[ATEN_MAX_RANK] = { 0 }, high[ATEN_MAX_RANK] = { 0 },
		inner[ATEN_MAX_RANK] = { 0 };
	struct scan rows = *s;
	const struct node *before[MOST];
	high[s->dim] = blocks * BLOCK - n;
	for (uint32_t i = 0; i <= t->rank; i++)
		dims[i] = t->dims[i > s->dim ? i - 1 : i];
	dims[s->dim] = blocks;
	dims[s->dim + 1] = BLOCK;
	rows.dim = s->dim + 1;
	for (uint32_t i = 0; i < s->n; i++)
		rows.x[i] = build_reshape(g,
			build_pad(g, s->x[i], s->neutral[i], low, high, inner), t->rank + 1, dims);
	scan_window(l, &rows, rows.x);
	scan_before(l, &rows, before);
	memcpy(dims, t->dims, t->rank * sizeof *dims);
	dims[s->dim] = blocks * BLOCK;
	for (uint32_t i = 0; i < s->n; i++) {
		rows.x[i] = lower_clip(
			l, build_reshape(g, rows.x[i], t->rank, dims), s->dim, 0, n, 1);
		before[i] = lower_clip(
			l, build_reshape(g, before[i], t->rank, dims), s->dim, 0, n, 1);
	}
	combine(l, s, before, rows.x, out);
}

static void scan_rounds(struct lower *l, const struct scan *s, const struct node **out)
{
	const struct node *x = s->x[0];
	for (int64_t by = 1; by < x->type->dims[s->dim]; by *= 2)
		x = build1(l->g, OP_optimization_barrier,
			build2(l->g, s->op, x, shifted(l, x, s->neutral[0], s->dim, by)));
	out[0] = x;
}

/* Up to which length a scan is a window.  Where neither the order shows in the result nor anything
 * lies behind the dimension, native code goes along it by lanes: rows are cut only to share one out
 * among threads. */
static int64_t longest_window(const struct scan *s)
{
	const struct type *t = s->x[0]->type;
	bool ordered = dtype_is_float(t->dtype) && s->op != OP_maximum && s->op != OP_minimum;
	for (uint32_t i = (uint32_t)s->dim + 1; i < t->rank; i++)
		ordered |= t->dims[i] != 1;
	return ordered || dtype_is_complex(t->dtype) ? LONGEST_WINDOW : LONGEST_ROW;
}

static void scan(struct lower *l, const struct scan *s, const struct node **out)
{
	const struct type *t = s->x[0]->type;
	int64_t n = t->dims[s->dim];
	bool known = dim_is_number(n), complex = dtype_is_complex(t->dtype);
	if (!known && complex)
		lower_bail(l); /* no core of the planner's */
	if (known && n < 2)
		memcpy(out, s->x, s->n * sizeof *out);
	else if (!known || n <= longest_window(s))
		scan_window(l, s, out);
	else if (complex || t->rank + 1 > MOST_RANK)
		scan_rounds(l, s, out);
	else
		scan_blocks(l, s, out);
}

static const struct node *scan_one(struct lower *l, enum op op, const struct node *neutral,
	const struct node *x, int64_t dim)
{
	struct scan s = { .n = 1, .dim = dim, .x = { x }, .neutral = { neutral }, .op = op };
	const struct node *out;
	scan(l, &s, &out);
	return out;
}

const struct node *lower_prefix_sum(struct lower *l, const struct node *x, int64_t dim)
{
	const struct arg nothing = { .kind = ARG_int };
	return scan_one(l, OP_add, lower_scalar(l, &nothing, x->type->dtype), x, dim);
}

const struct node *lower_prefix_window(struct lower *l, const struct node *x, int64_t dim)
{
	const struct arg nothing = { .kind = ARG_int };
	struct scan s = { .n = 1, .dim = dim, .x = { x }, .op = OP_add,
		.neutral = { lower_scalar(l, &nothing, x->type->dtype) } };
	const struct node *out;
	scan_window(l, &s, &out);
	return out;
}

const struct node *lower_prefix_most(struct lower *l, const struct node *x, int64_t dim)
{
	return scan_one(l, OP_maximum, lower_extreme_value(l, x->type->dtype, false), x, dim);
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
		x = scan_one(l, op, lower_scalar(l, &neutral, c), x, dim);
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

/* The same of complex numbers: the one with the larger real part, and the logarithm of 1 + z, where
 * |z| is at most 1. */
static const struct node *log_add_complex(
	struct lower *l, const struct node *a, const struct node *b)
{
	struct graph *g = l->g;
	const struct node *first =
		build_compare(g, "GE", build1(g, OP_real, a), build1(g, OP_real, b));
	const struct node *m = build_select(g, first, a, b), *least = build_select(g, first, b, a);
	const struct node *apart = build2(g, OP_subtract, least, m);
	const struct node *size = build1(g, OP_exponential, build1(g, OP_real, apart)),
			  *angle = build1(g, OP_imag, apart);
	const struct node *x = build2(g, OP_multiply, size, build1(g, OP_cosine, angle));
	const struct node *y = build2(g, OP_multiply, size, build1(g, OP_sine, angle));
	const struct node *square = build2(g, OP_add,
		build2(g, OP_multiply, x, build2(g, OP_add, x, lower_like(l, x, 2))),
		build2(g, OP_multiply, y, y));
	const struct node *by = build2(g, OP_complex,
		build2(g, OP_multiply, build1(g, OP_log_plus_one, square), lower_like(l, x, 0.5)),
		build2(g, OP_atan2, y, build2(g, OP_add, x, lower_like(l, x, 1))));
	const struct node *infinite = build_compare(g, "EQ",
		build1(g, OP_abs, build1(g, OP_real, m)), lower_like(l, x, INFINITY));
	return build_select(g, infinite, m, build2(g, OP_add, m, by));
}

/* One after the other: what multiple of 2 pi an angle has is of the order of the sums.  Longer ones
 * would be a long program. */
#define IN_ORDER 16
static const struct node *log_sums_complex(struct lower *l, const struct node *x, int64_t dim)
{
	int64_t n = x->type->dims[dim];
	const struct node *y[IN_ORDER];

	if (n < 1 || n > IN_ORDER)
		lower_bail(l);
	for (int64_t i = 0; i < n; i++) {
		y[i] = lower_clip(l, x, dim, i, i + 1, 1);
		if (i)
			y[i] = build1(l->g, OP_optimization_barrier,
				log_add_complex(l, y[i - 1], y[i]));
	}
	return n == 1 ? x : build_concat(l->g, (uint32_t)n, y, (uint32_t)dim);
}

void lower_logcumsumexp(struct lower *l)
{
	int64_t dim, n;
	bool complex = dtype_is_complex(lower_dtype(l));
	/* As eager: its gradient takes differences of these. */
	const enum dtype c = complex ? DTYPE_c128 : DTYPE_f64;
	const struct node *x = lower_cast(l, lower_tensor(l, 0), c);
	if (!dtype_is_float(lower_dtype(l)) && !complex)
		lower_bail(l);
	bool more = scanned(l, &dim, &n);
	if (more && complex)
		x = log_sums_complex(l, x, dim);
	for (int64_t by = 1; more && !complex && by < n; by *= 2) {
		const struct node *none = build_scalar(l->g, c, -(double)INFINITY);
		x = build1(l->g, OP_optimization_barrier,
			log_add(l, shifted(l, x, none, dim, by), x));
	}
	lower_finish(l, x);
}

/* cummax, cummin with indices.  what: OP_maximum ... */
void lower_cumulate_extreme(struct lower *l)
{
	struct graph *g = l->g;
	struct scan s = { .n = 2, .op = (enum op)l->row->what, .with_index = true };
	const struct node *x = lower_tensor(l, 0), *out[MOST];
	enum dtype t = x->type->dtype;
	const struct type *it = type_with_dtype(g, x->type, DTYPE_i64);
	if (dtype_is_complex(t))
		lower_bail(l);
	if (!scanned_along(l, &s.dim)) {
		l->out[0] = x;
		l->out[1] = build_full(g, it, 0);
		return;
	}
	s.x[0] = t == DTYPE_i1 ? lower_cast(l, x, DTYPE_i8) : x;
	s.x[1] = lower_iota(l, it, s.dim);
	s.neutral[0] = lower_extreme_value(l, s.x[0]->type->dtype, s.op == OP_minimum);
	s.neutral[1] = build_scalar_int(g, DTYPE_i64, 0);
	scan(l, &s, out);
	l->out[0] = lower_cast(l, out[0], t);
	l->out[1] = out[1];
}
