/* lower_random.c -- random overloads: pure functions of the seed and a counter.
 *
 * The text hands the seed in as an input (`seed`); each random op takes the next offset in source
 * order, so two equal dropouts of one tensor stay two, and recomputing one gives the same bits.
 * Element i of op k is word 0 of Threefry-2x32 (Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3", 2011; 20 rounds) with the seed as key and (i, k) as counter: adds, rotations and xors
 * on u32, which fuse like any map. */
#include "front/aten/aten_impl.h"

static const struct node *u32(struct lower *l, const struct node *like, uint32_t v)
{
	return lower_shape(l, build_scalar_int(l->g, DTYPE_ui32, v), like->type);
}

static const struct node *rotate(struct lower *l, const struct node *x, uint32_t by)
{
	return build2(l->g, OP_or, build2(l->g, OP_shift_left, x, u32(l, x, by)),
		build2(l->g, OP_shift_right_logical, x, u32(l, x, 32 - by)));
}

/* 32 random bits for each element of a tensor of these dims. */
static const struct node *bits(struct lower *l, const struct type *like)
{
	static const uint32_t by[8] = { 13, 15, 26, 6, 17, 29, 16, 24 };
	struct graph *g = l->g;
	const struct type *t = type_with_dtype(g, like, DTYPE_ui32);
	int64_t n = type_elements(t);
	const struct node *seed = l->r->seed;
	const struct node *half = build_scalar_int(g, DTYPE_i64, 32);
	const struct node *key[3] = {
		lower_shape(l, build_convert(g, seed, DTYPE_ui32), t),
		lower_shape(l,
			build_convert(g, build2(g, OP_shift_right_logical, seed, half), DTYPE_ui32),
			t),
	};
	key[2] = build2(g, OP_xor, build2(g, OP_xor, key[0], key[1]), u32(l, key[0], 0x1BD11BDA));
	const struct node *x = build_reshape(
		g, build_iota(g, type_tensor(g, DTYPE_ui32, 1, &n), 0), t->rank, t->dims);
	const struct node *y = u32(l, x, (uint32_t)l->r->random_offset++);
	x = build2(g, OP_add, x, key[0]);
	y = build2(g, OP_add, y, key[1]);
	for (uint32_t round = 0; round < 20; round++) {
		x = build2(g, OP_add, x, y);
		y = build2(g, OP_xor, rotate(l, y, by[round % 8]), x);
		if (round % 4 == 3) {
			uint32_t k = round / 4 + 1;
			x = build2(g, OP_add, x, key[k % 3]);
			y = build2(g, OP_add, y, build2(g, OP_add, key[(k + 1) % 3], u32(l, y, k)));
		}
	}
	return x;
}

/* Uniform f32 in [0, 1): 24 bits. */
static const struct node *uniform(struct lower *l, const struct type *like)
{
	const struct node *b = bits(l, like);
	b = build_convert(l->g, build2(l->g, OP_shift_right_logical, b, u32(l, b, 8)), DTYPE_f32);
	return build2(l->g, OP_multiply, b, lower_like(l, b, 0x1p-24));
}

static bool possible(struct lower *l, const struct type *t)
{
	return l->r->seed && type_elements(t) >= 0 && type_elements(t) < UINT32_MAX;
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
	if (!possible(l, x->type)) {
		lower_give_up(l);
		return;
	}
	const struct node *u = uniform(l, x->type);
	const struct node *kept = build_compare(g, "GE", u, lower_like(l, u, p));
	const struct node *scaled = lower_cast(l, x, c);
	scaled = build2(g, OP_multiply, scaled, lower_like(l, scaled, p < 1 ? 1 / (1 - p) : 0));
	/* Times the mask, not a choice: a NaN that is dropped stays NaN, as in eager. */
	l->out[0] = lower_cast(l, build2(g, OP_multiply, scaled, build_convert(g, kept, c)), t);
	l->out[1] = kept;
}

/* rand; what 1: bernoulli with probability p. */
void lower_rand(struct lower *l)
{
	enum dtype t = lower_dtype(l);
	if (!possible(l, l->type[0]) || !(dtype_is_float(t) || l->row->what)) {
		lower_give_up(l);
		return;
	}
	const struct node *u = uniform(l, l->type[0]);
	if (l->row->what)
		u = build_compare(l->g, "LT", u, lower_like(l, u, lower_float(l, 1)));
	l->out[0] = lower_cast(l, u, t);
}
