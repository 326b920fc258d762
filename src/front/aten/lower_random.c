/* lower_random.c -- random overloads: pure functions of the seed and a counter.
 *
 * The text hands the seed in as an input (`seed`); each random op takes the next offset in source
 * order, so two equal dropouts of one tensor stay two, and recomputing one gives the same bits.
 * Element i of op k is word 0 of Threefry-2x32 (Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3", 2011; 20 rounds) with the seed as key and (i, k) as counter: adds, rotations and xors
 * on u32, which fuse like any map.  Of a tensor of any size i may be beyond 32 bits: what is above
 * them is in k's first byte. */
#include "front/aten/lower.h"
#include <math.h>
#include <string.h>

static const struct node *u32(struct lower *l, const struct node *like, uint32_t v)
{
	return lower_shape(l, build_scalar_int(l->g, DTYPE_ui32, v), like->type);
}

static const struct node *rotate(struct lower *l, const struct node *x, uint32_t by)
{
	return build2(l->g, OP_or, build2(l->g, OP_shift_left, x, u32(l, x, by)),
		build2(l->g, OP_shift_right_logical, x, u32(l, x, 32 - by)));
}

struct words {
	const struct node *x, *y; /* u32 */
};

/* The counter: which element, and which op. */
static struct words counter(struct lower *l, const struct type *t)
{
	struct graph *g = l->g;
	int64_t n = dim_product(g, t->rank, t->dims);
	bool any = !dim_is_number(n);
	const struct type *line = type_tensor(g, any ? DTYPE_ui64 : DTYPE_ui32, 1, &n);
	const struct node *x = build_reshape(g, build_iota(g, line, 0), t->rank, t->dims), *y;
	const struct node *op = lower_shape(
		l, build_scalar_int(g, DTYPE_ui32, (uint32_t)l->r->random_offset++), t);
	if (!any)
		return (struct words){ x, op };
	y = build2(g, OP_shift_right_logical, x, lower_like(l, x, 32));
	y = build_convert(g, y, DTYPE_ui32);
	y = build2(g, OP_shift_left, y, lower_like(l, y, 24));
	return (struct words){ build_convert(g, x, DTYPE_ui32), build2(g, OP_xor, op, y) };
}

/* 64 random bits for each element of a tensor of these dims, in two words. */
static struct words bits(struct lower *l, const struct type *like)
{
	static const uint32_t by[8] = { 13, 15, 26, 6, 17, 29, 16, 24 };
	struct graph *g = l->g;
	const struct type *t = type_with_dtype(g, like, DTYPE_ui32);
	const struct node *seed = l->r->seed;
	const struct node *half = build_scalar_int(g, DTYPE_i64, 32);
	const struct node *key[3] = {
		lower_shape(l, build_convert(g, seed, DTYPE_ui32), t),
		lower_shape(l,
			build_convert(g, build2(g, OP_shift_right_logical, seed, half), DTYPE_ui32),
			t),
	};
	key[2] = build2(g, OP_xor, build2(g, OP_xor, key[0], key[1]), u32(l, key[0], 0x1BD11BDA));
	const struct words at = counter(l, t);
	const struct node *x = build2(g, OP_add, at.x, key[0]);
	const struct node *y = build2(g, OP_add, at.y, key[1]);
	for (uint32_t round = 0; round < 20; round++) {
		x = build2(g, OP_add, x, y);
		y = build2(g, OP_xor, rotate(l, y, by[round % 8]), x);
		if (round % 4 == 3) {
			uint32_t k = round / 4 + 1;
			x = build2(g, OP_add, x, key[k % 3]);
			y = build2(g, OP_add, y, build2(g, OP_add, key[(k + 1) % 3], u32(l, y, k)));
		}
	}
	return (struct words){ x, y };
}

static const struct node *word_uniform(struct lower *l, const struct node *word)
{
	word = build2(l->g, OP_shift_right_logical, word, u32(l, word, 8));
	word = build_convert(l->g, word, DTYPE_f32);
	return build2(l->g, OP_multiply, word, lower_like(l, word, 0x1p-24));
}

/* Both words as one u64. */
static const struct node *wide(struct lower *l, struct words w)
{
	struct graph *g = l->g;
	const struct node *x = build_convert(g, w.x, DTYPE_ui64);
	x = build2(g, OP_shift_left, x, lower_like(l, x, 32));
	return build2(g, OP_or, x, build_convert(g, w.y, DTYPE_ui64));
}

/* Uniform in [0, 1): 24 bits of f32, or 53 of f64. */
static const struct node *uniform(struct lower *l, const struct type *like, enum dtype t)
{
	struct words w = bits(l, like);
	if (t != DTYPE_f64)
		return word_uniform(l, w.x);
	const struct node *v = wide(l, w);
	v = build2(l->g, OP_shift_right_logical, v, lower_like(l, v, 11));
	v = build_convert(l->g, v, DTYPE_f64);
	return build2(l->g, OP_multiply, v, lower_like(l, v, 0x1p-53));
}

/* Standard normal, by Box and Muller, "A note on the generation of random normal deviates",
 * 1958. */
static const struct node *normal(struct lower *l, const struct type *like, enum dtype t)
{
	struct graph *g = l->g;
	struct words w = bits(l, like);
	const struct node *a = lower_cast(l, word_uniform(l, w.x), t);
	const struct node *angle = lower_cast(l, word_uniform(l, w.y), t);
	a = build1(g, OP_log, build2(g, OP_subtract, lower_like(l, a, 1), a));
	a = build1(g, OP_sqrt, build2(g, OP_multiply, a, lower_like(l, a, -2)));
	angle = build2(g, OP_multiply, angle, lower_like(l, angle, 2 * M_PI));
	return build2(g, OP_multiply, a, build1(g, OP_cosine, angle));
}

/* Without a seed torch draws; and for so many elements. */
static void need_seed(struct lower *l, const struct type *t)
{
	if (!l->r->seed || (type_is_static(t) && type_elements(t) < 0) ||
		type_elements(t) >= UINT32_MAX)
		lower_bail(l);
}

/* x / (1 - p) where kept, and the mask. */
void lower_dropout(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *x = lower_tensor(l, 0);
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	double p = lower_float(l, 1);
	bool train = lower_is_none(l, 2) || lower_bool(l, 2);
	if (!train || p == 0) {
		l->out[0] = x;
		l->out[1] = lower_full(l, DTYPE_i1, x->type, 1);
		return;
	}
	need_seed(l, x->type);
	const struct node *u = uniform(l, x->type, DTYPE_f32);
	const struct node *kept = build_compare(g, "GE", u, lower_like(l, u, p));
	const struct node *scaled = lower_cast(l, x, c);
	scaled = build2(g, OP_multiply, scaled, lower_like(l, scaled, p < 1 ? 1 / (1 - p) : 0));
	/* Times the mask, not a choice: a NaN that is dropped stays NaN, as in eager. */
	l->out[0] = lower_cast(l, build2(g, OP_multiply, scaled, build_convert(g, kept, c)), t);
	l->out[1] = kept;
}

/* Where x is not above 0 times a slope: in training one between `lower` and `upper` that is drawn
 * for each element and kept as noise (1 elsewhere), else the middle of both, and the noise as it
 * was. */
void lower_rrelu(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *x = lower_tensor(l, 0), *slope;
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	double from = lower_float(l, 2), to = lower_float(l, 3);
	bool train = lower_bool(l, 4);
	x = lower_cast(l, x, c);
	const struct node *low = build_compare(g, "LE", x, lower_like(l, x, 0));
	if (train) {
		need_seed(l, x->type);
		slope = uniform(l, x->type, c);
		slope = build2(g, OP_multiply, slope, lower_like(l, slope, to - from));
		slope = build2(g, OP_add, slope, lower_like(l, slope, from));
		slope = build_select(g, low, slope, lower_like(l, slope, 1));
		l->out[1] = lower_cast(l, slope, t);
		slope = lower_cast(l, l->out[1], c);
	} else {
		slope = lower_like(l, x, (from + to) / 2);
		slope = build_select(g, low, slope, lower_like(l, x, 1));
		l->out[1] = lower_tensor(l, 1);
	}
	l->out[0] = lower_cast(l, build2(g, OP_multiply, x, slope), t);
}

/* Argument i; a number is that of both parts of complex ones, as in eager. */
static const struct node *place(struct lower *l, uint32_t i, enum dtype c)
{
	const struct node *n = lower_operand(l, i, c);
	if (!dtype_is_complex(c) || l->args[i].kind == ARG_tensor)
		return n;
	n = build1(l->g, OP_real, n);
	return build2(l->g, OP_complex, n, n);
}

/* a + b * z, a and b being arguments i and i + 1 where there are such. */
static void place_scale(struct lower *l, const struct node *z, uint32_t i)
{
	enum dtype c = z->type->dtype;
	if (i + 1 < l->nargs) {
		z = build2(l->g, OP_multiply, z, lower_operand(l, i + 1, c));
		z = build2(l->g, OP_add, z, place(l, i, c));
	}
	lower_finish(l, z);
}

static enum dtype float_only(struct lower *l)
{
	if (!dtype_is_float(lower_dtype(l)))
		lower_bail(l);
	need_seed(l, l->type[0]);
	return lower_compute(lower_dtype(l));
}

typedef const struct node *draw_fn(struct lower *l, const struct type *like, enum dtype t);

/* What fn draws; of complex numbers both parts apart. */
static const struct node *draw(struct lower *l, draw_fn *fn)
{
	enum dtype t = lower_dtype(l), c = lower_compute(dtype_part(t));
	if (!dtype_is_complex(t)) {
		c = float_only(l);
		return fn(l, l->type[0], c);
	}
	const struct type *part = type_with_dtype(l->g, l->type[0], c);
	need_seed(l, l->type[0]);
	const struct node *re = fn(l, part, c);
	return build2(l->g, OP_complex, re, fn(l, part, c));
}

/* In [from, to), arguments 1 and 2, or in [0, 1): what 0. */
void lower_uniform(struct lower *l)
{
	const struct node *u = draw(l, uniform);
	enum dtype c = u->type->dtype;
	if (l->row->what) {
		const struct node *from = lower_operand(l, 1, c), *to = lower_operand(l, 2, c);
		u = build2(l->g, OP_multiply, u, build2(l->g, OP_subtract, to, from));
		u = build2(l->g, OP_add, u, place(l, 1, c));
	}
	lower_finish(l, u);
}

/* what: mean and deviation are in this argument and the next; below 0: the standard ones. */
void lower_normal(struct lower *l)
{
	const struct node *z = draw(l, normal);
	if (dtype_is_complex(z->type->dtype)) /* the parts' variances are those of one number */
		z = build2(l->g, OP_multiply, z, lower_like(l, z, M_SQRT1_2));
	if (l->row->what < 0)
		lower_finish(l, z);
	else
		place_scale(l, z, (uint32_t)l->row->what);
}

/* One with the probability argument `what`. */
void lower_bernoulli(struct lower *l)
{
	need_seed(l, l->type[0]);
	const struct node *p = lower_operand(l, (uint32_t)l->row->what, DTYPE_f32);
	const struct node *u = uniform(l, l->type[0], DTYPE_f32);
	lower_finish(l, build_compare(l->g, "LT", u, p));
}

/* By the inverse of the distribution function at a uniform number. */
enum { INVERSE_exponential, INVERSE_geometric, INVERSE_cauchy };
void lower_inverse(struct lower *l)
{
	struct graph *g = l->g;
	need_seed(l, l->type[0]);
	enum dtype t = lower_dtype(l), c = dtype_is_float(t) ? lower_compute(t) : DTYPE_f64;
	const struct node *u = uniform(l, l->type[0], c), *one = lower_like(l, u, 1), *y;
	if (l->row->what == INVERSE_cauchy) {
		u = build2(g, OP_subtract, u, lower_like(l, u, 0.5));
		y = build1(g, OP_tan, build2(g, OP_multiply, u, lower_like(l, u, M_PI)));
		place_scale(l, y, 1);
		return;
	}
	double p = lower_float(l, 1);
	y = build1(g, OP_log, build2(g, OP_subtract, one, u));
	if (l->row->what == INVERSE_exponential) {
		y = build2(g, OP_divide, y, lower_like(l, y, -p));
	} else {
		y = build1(g, OP_ceil, build2(g, OP_divide, y, lower_like(l, y, log1p(-p))));
		y = build2(g, OP_maximum, y, one);
	}
	lower_finish(l, y);
}

void lower_log_normal(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype c = float_only(l);
	const struct node *z = normal(l, l->type[0], c);
	z = build2(g, OP_multiply, z, lower_operand(l, 2, c));
	lower_finish(l, build1(g, OP_exponential, build2(g, OP_add, z, lower_operand(l, 1, c))));
}

/* Integers from argument `what` up to and without the next argument; below 0: from 0 up to and
 * without argument -1 - what. */
void lower_randint(struct lower *l)
{
	struct graph *g = l->g;
	int32_t i = l->row->what;
	need_seed(l, l->type[0]);
	uint32_t end = (uint32_t)(i < 0 ? -1 - i : i + 1);
	struct arg from = i < 0 ? (struct arg){ .kind = ARG_int } : l->args[i];
	bool any = l->args[end].kind == ARG_sym || from.kind == ARG_sym;
	int64_t low = any ? 0 : from.i, range = 1;
	if (!any && (__builtin_sub_overflow(lower_int(l, end), low, &range) || range < 1))
		lower_bail(l);
	struct words w = bits(l, l->type[0]);
	const struct node *v, *span = build_scalar_int(g, DTYPE_ui64, range);
	if (any) { /* no range that torch takes is empty */
		span = build2(g, OP_subtract, lower_scalar(l, &l->args[end], DTYPE_i64),
			lower_scalar(l, &from, DTYPE_i64));
		span = build_convert(g, span, DTYPE_ui64);
	}
	if (!any && range <= UINT32_MAX) {
		v = build_convert(g, w.x, DTYPE_ui64);
		v = build2(g, OP_multiply, v, lower_shape(l, span, v->type));
		v = build2(g, OP_shift_right_logical, v, lower_like(l, v, 32));
	} else {
		v = wide(l, w);
		v = build2(g, OP_remainder, v, lower_shape(l, span, v->type));
	}
	v = build_convert(g, v, DTYPE_i64);
	const struct node *first = lower_scalar(l, &from, DTYPE_i64);
	lower_finish(l, build2(g, OP_add, v, lower_shape(l, first, v->type)));
}

/* The order of random keys of 64 bits; equal ones are too rare to matter. */
void lower_randperm(struct lower *l)
{
	struct graph *g = l->g;
	need_seed(l, l->type[0]);
	const struct node *key = build_convert(g, wide(l, bits(l, l->type[0])), DTYPE_i64);
	lower_finish(l, lower_argsort(l, key, 0));
}

/* ---- what is drawn twice: run_and_save_rng_state and run_with_rng_state ---------------------- */

/* A seed of its own, which takes the place of the next offset. */
void lower_fork_seed(struct lower *l)
{
	if (!l->r->seed)
		lower_fail(l, "needs a seed");
	uint64_t place = (l->r->random_offset++ + 1) * 0x9e3779b97f4a7c15;
	const struct node *other = build_scalar_int(l->g, DTYPE_i64, (int64_t)place);
	l->out[0] = build2(l->g, OP_xor, l->r->seed, other);
}

/* A seed as the state of a generator: its first bytes. */
void lower_seed_state(struct lower *l)
{
	static const int64_t eight[] = { 8 }, none[] = { 0 };
	const struct type *t = l->type[0];
	if (t->rank != 1 || t->dtype != DTYPE_ui8 || t->dims[0] < 8)
		lower_fail(l, "gives ui8[8] or more");
	const struct node *bytes =
		lower_bits(l, lower_tensor(l, 0), type_tensor(l->g, DTYPE_ui8, 1, eight));
	const int64_t high = t->dims[0] - 8;
	l->out[0] = build_pad(
		l->g, bytes, build_scalar_int(l->g, DTYPE_ui8, 0), none, &high, none);
}

void lower_state_seed(struct lower *l)
{
	static const int64_t start[] = { 0 }, limit[] = { 8 }, stride[] = { 1 };
	const struct node *state = lower_tensor(l, 0);
	if (state->type->rank != 1 || state->type->dtype != DTYPE_ui8)
		lower_fail(l, "takes ui8[8] or more");
	l->out[0] = lower_bits(l, build_slice(l->g, state, start, limit, stride),
		type_scalar(l->g, DTYPE_i64));
}

/* The overload with these arguments, the last of which have names, drawing from that seed. */
void lower_with_seed(struct lower *l)
{
	const struct arg *args = &l->args[2], *names = &l->args[3];
	struct reader *r = l->r;
	struct call c = { .n = args->n };
	if (args->n > ATEN_MAX_ARGS || names->n > args->n)
		lower_fail(l, "has too many arguments, or names");
	memcpy(c.args, args->list, args->n * sizeof *c.args);
	for (uint32_t i = 0; i < names->n; i++)
		c.names[args->n - names->n + i] = names->list[i].s;
	struct lower inner = *l;
	inner.name = l->args[1].s;
	inner.row = aten_row_find(inner.name, strlen(inner.name));
	inner.native = true;
	memset(inner.args, 0, sizeof inner.args);
	const struct node *seed = r->seed;
	uint64_t offset = r->random_offset;
	r->seed = lower_tensor(l, 0);
	r->random_offset = 0;
	lower_call(&inner, &c);
	r->seed = seed;
	r->random_offset = offset;
}
