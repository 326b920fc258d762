/* lower_resample.c -- linear maps of one dimension after the other: adaptive averages, upsampling
 * with and without antialiasing, and their gradients; adaptive maxima.
 *
 * A map is a product with a matrix [from, to] whose elements are a function of two indices: they
 * are computed where they are packed, and the gradient is the product with the transpose. */
#include "front/aten/take.h"
#include <math.h>
#include <string.h>

/* One dimension's map. */
struct map {
	struct lower *l;
	enum resample kind;
	int64_t from, to;
	bool align;
	double scale; /* source places a result place; of a padding: how much in front */
	bool symbolic; /* the first is the sizes' quotient, which a call says */
	enum dtype dtype;
	const struct node *i, *o; /* indices of the source and of the result, [from, to] */
};

static const struct node *constant(const struct map *m, double v)
{
	return lower_like(m->l, m->i, v);
}

/* A size as a number of type t, everywhere in m's matrix. */
static const struct node *size(const struct map *m, int64_t dim, enum dtype t)
{
	const struct type *type = type_with_dtype(m->l->g, m->i->type, t);
	const struct arg a = { .kind = dim_is_number(dim) ? ARG_int : ARG_sym, .i = dim };
	return lower_shape(m->l, lower_scalar(m->l, &a, t), type);
}

static const struct node *both(
	const struct map *m, enum op op, const struct node *a, const struct node *b)
{
	return build2(m->l->g, op, a, b);
}

static const struct node *scaled(const struct map *m, const struct node *a, double by, double plus)
{
	a = by == 1 ? a : both(m, OP_multiply, a, constant(m, by));
	return plus == 0 ? a : both(m, OP_add, a, constant(m, plus));
}

/* The last place of the source. */
static const struct node *last_place(const struct map *m)
{
	return scaled(m, size(m, m->from, m->dtype), 1, -1);
}

/* Result places a, counted in places of the source. */
static const struct node *stretched(const struct map *m, const struct node *a)
{
	if (!m->symbolic)
		return scaled(m, a, m->scale, 0);
	const struct node *from = size(m, m->from, m->dtype), *to = size(m, m->to, m->dtype);
	if (m->align) { /* of one place the first */
		from = scaled(m, from, 1, -1);
		to = both(m, OP_maximum, scaled(m, to, 1, -1), constant(m, 1));
	}
	return both(m, OP_multiply, a, both(m, OP_divide, from, to));
}

static const struct node *one_where(const struct map *m, const char *how, const struct node *a,
	const struct node *b)
{
	return build_convert(m->l->g, build_compare(m->l->g, how, a, b), m->dtype);
}

/* 1 / (end - start) where start <= i < end; from o * from / to down, to (o + 1) * from / to up. */
static const struct node *average_weight(const struct map *m)
{
	struct graph *g = m->l->g;
	const struct type *it = type_with_dtype(g, m->i->type, DTYPE_i64);
	const struct node *o = build_iota(g, it, 1), *i = build_iota(g, it, 0);
	const struct node *from = size(m, m->from, DTYPE_i64), *to = size(m, m->to, DTYPE_i64);
	const struct node *at = build2(g, OP_multiply, o, from);
	const struct node *start = build2(g, OP_divide, at, to);
	const struct node *end = build2(g, OP_add, at, from);
	end = build2(g, OP_subtract, build2(g, OP_add, end, to), lower_like(m->l, o, 1));
	end = build2(g, OP_divide, end, to);
	const struct node *in = build2(g, OP_and, build_compare(g, "GE", i, start),
		build_compare(g, "LT", i, end));
	const struct node *n = build_convert(g, build2(g, OP_subtract, end, start), m->dtype);
	return build_select(g, in, both(m, OP_divide, constant(m, 1), n), constant(m, 0));
}

static const struct node *nearest_weight(const struct map *m)
{
	const struct node *at =
		scaled(m, m->o, 1, m->kind == RESAMPLE_nearest_exact ? 0.5 : 0);
	at = build1(m->l->g, OP_floor, stretched(m, at));
	at = both(m, OP_minimum, at, last_place(m));
	return one_where(m, "EQ", m->i, at);
}

/* Where o lies among the sources. */
static const struct node *source_of(const struct map *m)
{
	if (m->align)
		return stretched(m, m->o);
	return scaled(m, stretched(m, scaled(m, m->o, 1, 0.5)), 1, -0.5);
}

/* max(0, 1 - |x|) */
static const struct node *hat(const struct map *m, const struct node *x)
{
	const struct node *y = scaled(m, build1(m->l->g, OP_abs, x), -1, 1);
	return both(m, OP_maximum, y, constant(m, 0));
}

static const struct node *linear_weight(const struct map *m)
{
	const struct node *at = both(m, OP_maximum, source_of(m), constant(m, 0));
	at = both(m, OP_minimum, at, last_place(m));
	return hat(m, both(m, OP_subtract, m->i, at));
}

/* Keys' cubic convolution kernel with parameter a, zero from 2 on. */
static const struct node *cubic(const struct map *m, const struct node *x, double a)
{
	struct graph *g = m->l->g;
	x = build1(g, OP_abs, x);
	const struct node *near = scaled(m, x, a + 2, -(a + 3));
	near = scaled(m, both(m, OP_multiply, both(m, OP_multiply, near, x), x), 1, 1);
	const struct node *far = scaled(m, x, a, -5 * a);
	far = scaled(m, both(m, OP_multiply, far, x), 1, 8 * a);
	far = scaled(m, both(m, OP_multiply, far, x), 1, -4 * a);
	far = build_select(g, build_compare(g, "LT", x, constant(m, 2)), far, constant(m, 0));
	return build_select(g, build_compare(g, "LE", x, constant(m, 1)), near, far);
}

/* Four neighbours; those outside are the border's. */
static const struct node *cubic_weight(const struct map *m)
{
	const struct node *at = source_of(m), *below = build1(m->l->g, OP_floor, at), *sum = NULL;
	for (int k = -1; k <= 2; k++) {
		const struct node *place = scaled(m, below, 1, k);
		const struct node *w = cubic(m, both(m, OP_subtract, at, place), -0.75);
		place = both(m, OP_maximum, place, constant(m, 0));
		place = both(m, OP_minimum, place, last_place(m));
		w = both(m, OP_multiply, w, one_where(m, "EQ", m->i, place));
		sum = sum ? both(m, OP_add, sum, w) : w;
	}
	return sum;
}

/* A filter as wide as the places a result covers, its weights made to sum to one. */
static const struct node *smooth_weight(const struct map *m)
{
	struct graph *g = m->l->g;
	bool wide = m->kind == RESAMPLE_cubic_smooth;
	double stretch = m->scale > 1 ? m->scale : 1, reach = (wide ? 2 : 1) * stretch;
	const struct node *centre = scaled(m, scaled(m, m->o, 1, 0.5), m->scale, 0);
	const struct node *first = build1(g, OP_floor, both(m, OP_maximum,
		scaled(m, centre, 1, 0.5 - reach), constant(m, 0)));
	const struct node *last = build1(g, OP_floor, scaled(m, centre, 1, 0.5 + reach));
	const struct node *x = both(m, OP_subtract, scaled(m, m->i, 1, 0.5), centre);
	x = scaled(m, x, 1 / stretch, 0);
	const struct node *w = wide ? cubic(m, x, -0.5) : hat(m, x);
	w = both(m, OP_multiply, w, one_where(m, "GE", m->i, first));
	w = both(m, OP_multiply, w, one_where(m, "LT", m->i, last));
	const bool in[ATEN_MAX_RANK] = { true };
	const struct node *sum = lower_reduce(m->l, OP_add, w, in, false);
	return both(m, OP_divide, w, lower_unreduce(m->l, sum, in, w));
}

static const struct node *replicate_weight(const struct map *m)
{
	const struct node *at = scaled(m, m->o, 1, -m->scale);
	at = both(m, OP_maximum, at, constant(m, 0));
	at = both(m, OP_minimum, at, last_place(m));
	return one_where(m, "EQ", m->i, at);
}

static const struct node *weight(struct map *m)
{
	const int64_t dims[2] = { m->from, m->to };
	const struct type *t = type_tensor(m->l->g, m->dtype, 2, dims);
	m->i = build_iota(m->l->g, t, 0);
	m->o = build_iota(m->l->g, t, 1);
	switch (m->kind) {
	case RESAMPLE_average: return average_weight(m);
	case RESAMPLE_nearest:
	case RESAMPLE_nearest_exact: return nearest_weight(m);
	case RESAMPLE_linear: return linear_weight(m);
	case RESAMPLE_cubic: return cubic_weight(m);
	case RESAMPLE_replicate: return replicate_weight(m);
	default: return smooth_weight(m);
	}
}

/* x's dimension `dim` replaced by its product with the map, or with its transpose. */
static const struct node *apply(
	struct lower *l, const struct node *x, int64_t dim, struct map *m, bool backward)
{
	int64_t p[ATEN_MAX_RANK];
	uint32_t rank = x->type->rank;
	const struct node *y =
		build_dot_over(l->g, x, dim, weight(m), backward ? 1 : 0, x->type->dtype);
	for (uint32_t i = 0; i < rank; i++)
		p[i] = i < dim ? (int64_t)i : i == dim ? (int64_t)rank - 1 : (int64_t)i - 1;
	return dim + 1 == rank ? y : build_transpose(l->g, y, p);
}

static bool some_everywhere(const struct type *t, uint32_t first)
{
	for (uint32_t i = first; i < t->rank; i++)
		if (t->dims[i] == 0)
			return false;
	return true;
}

static bool all_static(const struct type *t, uint32_t first)
{
	for (uint32_t i = first; i < t->rank; i++)
		if (!dim_is_number(t->dims[i]))
			return false;
	return some_everywhere(t, first);
}

/* The sources a result place covers: by the sizes' ends, a given factor, or the sizes. */
static void read_scale(struct lower *l, struct map *m, uint32_t arg)
{
	m->symbolic = false;
	if (!m->align && arg < l->nargs && !lower_is_none(l, arg) && lower_float(l, arg) > 0)
		m->scale = 1 / lower_float(l, arg);
	else if (!dim_is_number(m->from) || !dim_is_number(m->to))
		m->symbolic = true;
	else if (m->align)
		m->scale = m->to > 1 ? (double)(m->from - 1) / (double)(m->to - 1) : 0;
	else
		m->scale = (double)m->from / (double)m->to;
}

/* what: a kind, and RESAMPLE_backward.  Sizes are the types'; then come align_corners, where the
 * kind has it, and a scale for each dimension. */
void lower_resample(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	enum dtype c = lower_compute(lower_dtype(l));
	bool backward = l->row->what & RESAMPLE_backward;
	struct map m = {
		.l = l, .kind = (enum resample)(l->row->what & RESAMPLE_kinds), .dtype = c
	};
	uint32_t rank = x->type->rank, arg = backward ? 3 : 2;
	bool smooth = m.kind == RESAMPLE_linear_smooth || m.kind == RESAMPLE_cubic_smooth;
	bool known = all_static(x->type, 2) && all_static(l->type[0], 2);
	if (rank < 3 || l->type[0]->rank != rank || !dtype_is_float(c) ||
		!some_everywhere(x->type, 2) || !some_everywhere(l->type[0], 2) ||
		(smooth && !known))
		lower_bail(l);
	if (m.kind >= RESAMPLE_linear)
		m.align = lower_bool(l, arg++);
	x = lower_cast(l, x, c);
	for (uint32_t i = 2; i < rank; i++) {
		m.from = backward ? l->type[0]->dims[i] : x->type->dims[i];
		m.to = backward ? x->type->dims[i] : l->type[0]->dims[i];
		read_scale(l, &m, arg + i - 2);
		x = apply(l, x, i, &m, backward);
	}
	lower_finish(l, x);
}

/* The gradient x of a padded tensor, of that before; pad[0..n) from the last dimension on. */
static const struct node *unpadded(
	struct lower *l, const struct node *x, const int64_t *pad, uint32_t n)
{
	uint32_t rank = x->type->rank;
	for (uint32_t i = 0; i < n / 2; i++) {
		int64_t dim = (int64_t)rank - 1 - i;
		struct map m = { .l = l,
			.kind = RESAMPLE_replicate,
			.from = l->type[0]->dims[dim],
			.to = x->type->dims[dim],
			.scale = (double)pad[2 * i],
			.dtype = x->type->dtype };
		x = apply(l, x, dim, &m, true);
	}
	return x;
}

/* Of grad_output, self and the padding; of complex numbers part by part. */
void lower_replication_pad_backward(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	enum dtype c = lower_compute(lower_dtype(l));
	uint32_t n, rank = x->type->rank;
	const int64_t *pad = lower_ints(l, 2, &n);
	if (n % 2 || n / 2 > rank || l->type[0]->rank != rank ||
		(!dtype_is_float(c) && !dtype_is_complex(c)) ||
		!some_everywhere(x->type, rank - n / 2) ||
		!some_everywhere(l->type[0], rank - n / 2))
		lower_bail(l);
	x = lower_cast(l, x, c);
	if (dtype_is_complex(c))
		x = build2(l->g, OP_complex, unpadded(l, build1(l->g, OP_real, x), pad, n),
			unpadded(l, build1(l->g, OP_imag, x), pad, n));
	else
		x = unpadded(l, x, pad, n);
	lower_finish(l, x);
}

/* ---- adaptive averages ---------------------------------------------------------------------- */

/* Sums of equal pieces of each dimension: a reshape and a reduction. */
static const struct node *pieces(struct lower *l, const struct node *x, const struct type *t)
{
	int64_t dims[2 * ATEN_MAX_RANK];
	bool in[ATEN_MAX_RANK] = { 0 };
	for (uint32_t i = 0; i < t->rank; i++) {
		int64_t from = x->type->dims[i], to = t->dims[i];
		dims[2 * i] = to;
		dims[2 * i + 1] = from == to ? 1 : from / to;
		in[2 * i + 1] = true;
	}
	return lower_reduce(l, OP_add, build_reshape(l->g, x, 2 * t->rank, dims), in, false);
}

/* The reverse: each element over its piece. */
static const struct node *spread(struct lower *l, const struct node *y, const struct type *t)
{
	int64_t dims[2 * ATEN_MAX_RANK], at[ATEN_MAX_RANK];
	for (uint32_t i = 0; i < t->rank; i++) {
		int64_t from = y->type->dims[i], to = t->dims[i];
		at[i] = 2 * i;
		dims[2 * i] = from;
		dims[2 * i + 1] = from == to ? 1 : to / from;
	}
	y = build_broadcast(l->g, y, 2 * t->rank, dims, at);
	return build_reshape(l->g, y, t->rank, t->dims);
}

/* Averages over the last `what` dimensions, or with RESAMPLE_backward their gradient. */
void lower_adaptive_average(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	enum dtype c = lower_compute(lower_dtype(l));
	bool backward = l->row->what & RESAMPLE_backward;
	uint32_t rank = x->type->rank, n = (uint32_t)(l->row->what & RESAMPLE_kinds);
	double area = 1;
	if (rank < n || l->type[0]->rank != rank || 2 * rank > ATEN_MAX_RANK)
		lower_fail(l, "takes %u or %u dimensions", n + 1, n + 2);
	bool even = all_static(x->type, rank - n) && all_static(l->type[0], rank - n);
	if (!dtype_is_float(c) || !some_everywhere(x->type, rank - n) ||
		!some_everywhere(l->type[0], rank - n))
		lower_bail(l);
	const struct type *large = backward ? l->type[0] : x->type;
	const struct type *small = backward ? x->type : l->type[0];
	for (uint32_t i = rank - n; even && i < rank; i++) {
		even = large->dims[i] % small->dims[i] == 0;
		area *= (double)large->dims[i] / (double)small->dims[i];
	}
	x = lower_cast(l, x, c);
	if (even) {
		const struct node *y = backward ? x : pieces(l, x, small);
		y = build2(l->g, OP_divide, y, lower_like(l, y, area));
		lower_finish(l, backward ? spread(l, y, large) : y);
		return;
	}
	for (uint32_t i = rank - n; i < rank; i++) {
		struct map m = { .l = l,
			.kind = RESAMPLE_average,
			.from = large->dims[i],
			.to = small->dims[i],
			.dtype = c };
		x = apply(l, x, i, &m, backward);
	}
	lower_finish(l, x);
}

/* ---- adaptive maxima ------------------------------------------------------------------------ */

/* The places [to, longest] of each piece of a dimension; a shorter piece repeats its last. */
static const struct node *piece_places(struct lower *l, int64_t from, int64_t to)
{
	struct graph *g = l->g;
	int64_t dims[2] = { to, 1 };
	bool known = dim_is_number(from) && dim_is_number(to);
	for (int64_t o = 0; known && o < to; o++) {
		int64_t n = ((o + 1) * from + to - 1) / to - o * from / to;
		dims[1] = n > dims[1] ? n : dims[1];
	}
	if (!known)
		dims[1] = dim_add(g, dim_ceildiv(g, from, to), 1); /* or one less */
	const struct type *t = type_tensor(g, DTYPE_i64, 2, dims);
	const struct node *o = build_iota(g, t, 0), *k = build_iota(g, t, 1);
	const struct node *sizes[2] = { lower_shape(l, lower_size_node(l, from), t),
		lower_shape(l, lower_size_node(l, to), t) };
	const struct node *one = lower_like(l, o, 1);
	const struct node *at = build2(g, OP_multiply, o, sizes[0]);
	const struct node *start = build2(g, OP_divide, at, sizes[1]);
	const struct node *last =
		build2(g, OP_add, at, build2(g, OP_subtract, sizes[0], one));
	last = build2(g, OP_divide, build2(g, OP_add, last, sizes[1]), sizes[1]);
	last = build2(g, OP_subtract, last, one);
	return build2(g, OP_minimum, build2(g, OP_add, start, k), last);
}

/* Maxima over the last `what` dimensions and their places in the plane: of equals the first. */
void lower_adaptive_max(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *x = lower_tensor(l, 0);
	const struct type *t = l->type[0];
	uint32_t n = (uint32_t)l->row->what, rank = x->type->rank, first = rank - n;
	bool in[ATEN_MAX_RANK] = { 0 };
	if (rank < n || t->rank != rank)
		lower_fail(l, "takes %u or %u dimensions", n + 1, n + 2);
	if (!some_everywhere(x->type, first) || !some_everywhere(t, first))
		lower_bail(l);
	const struct node *index = NULL;
	for (uint32_t i = first; i < rank; i++) {
		const struct type *it = type_with_dtype(g, x->type, DTYPE_i64);
		const struct node *along = build_iota(g, it, i);
		if (index)
			index = build2(g, OP_multiply, index,
				lower_shape(l, lower_size_node(l, x->type->dims[i]), it));
		index = index ? build2(g, OP_add, index, along) : along;
	}
	for (uint32_t i = first, at = first; i < rank; i++, at += 2) {
		const struct node *places = piece_places(l, x->type->dims[at], t->dims[i]);
		x = take_one(l, x, at, places, at);
		index = take_one(l, index, at, places, at);
		in[at + 1] = true;
	}
	l->out[0] = lower_reduce(l, OP_maximum, x, in, false);
	const struct node *hit =
		build_compare(g, "EQ", x, lower_unreduce(l, l->out[0], in, x));
	if (dtype_is_float(t->dtype))
		hit = build2(g, OP_or, hit, build_compare(g, "NE", x, x));
	const struct node *none = lower_behind(l, index->type);
	l->out[1] = lower_reduce(l, OP_minimum, build_select(g, hit, index, none), in, false);
}
