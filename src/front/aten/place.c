/* place.c -- which tensors hold nothing but places of a dimension, so that nobody has to look.
 *
 * The interval of a tensor's numbers is found from what it is made of (interval arithmetic; Cousot
 * and Cousot, 1977): constants, ranges, clamps, remainders, choices and whatever moves elements
 * without making any.  After some looks it gives up: what is read twice is looked at twice.  Beside
 * it stands a list of the tensors of this region that an operator made as places (argmax, sort) or
 * that a claim has looked through already. */
#include "front/aten/lower.h"
#include <string.h>

enum { PLACE_LOOKS = 256 };
struct interval {
	int64_t low, high;
	int64_t below; /* a symbolic dimension that all are below; 0: none */
};

void place_note(struct reader *r, const struct node *n, int64_t size, bool wraps)
{
	if (r->nplaces == r->cap_places) {
		uint32_t cap = r->cap_places ? 2 * r->cap_places : 16;
		r->places = job_grow(r->j, r->places, r->nplaces, cap, sizeof *r->places);
		r->cap_places = cap;
	}
	r->places[r->nplaces++] = (struct known){ n, size, wraps };
}

/* ---- intervals ------------------------------------------------------------------------------ */

static int64_t least_size(const struct reader *r, int64_t d)
{
	return dim_is_number(d) ? d : dim_get(r->g, d)->min;
}

static int64_t most_size(const struct reader *r, int64_t d)
{
	return dim_is_number(d) ? d : dim_get(r->g, d)->max;
}

static struct interval whole(enum dtype t)
{
	if (t == DTYPE_i1)
		return (struct interval){ 0, 1, 0 };
	unsigned bits = (unsigned)dtype_table[t].bits;
	if (!dtype_is_int(t) || bits >= 64)
		return (struct interval){ dtype_is_unsigned(t) ? 0 : INT64_MIN, INT64_MAX, 0 };
	int64_t half = INT64_C(1) << (bits - 1);
	return dtype_is_unsigned(t) ? (struct interval){ 0, 2 * half - 1, 0 }
				    : (struct interval){ -half, half - 1, 0 };
}

/* Numbers of [0, size). */
static struct interval places_below(const struct reader *r, int64_t size)
{
	int64_t most = most_size(r, size);
	return (struct interval){ 0, most == INT64_MAX ? most : most - 1,
		dim_is_number(size) ? 0 : size };
}

static struct interval either(struct interval a, struct interval b)
{
	return (struct interval){ a.low < b.low ? a.low : b.low, a.high > b.high ? a.high : b.high,
		a.below == b.below ? a.below : 0 };
}

static struct interval of_literal(const struct literal *c)
{
	enum dtype t = c->type->dtype;
	struct interval v = { INT64_MAX, INT64_MIN, 0 };
	if (t != DTYPE_i64 && t != DTYPE_i32)
		return whole(t);
	for (size_t at = 0; at < c->bytes; at += dtype_bytes(t)) {
		const char *p = (const char *)c->data + at;
		int64_t wide;
		int32_t narrow;
		memcpy(&narrow, p, sizeof narrow);
		if (t == DTYPE_i64)
			memcpy(&wide, p, sizeof wide);
		else
			wide = narrow;
		v.low = wide < v.low ? wide : v.low;
		v.high = wide > v.high ? wide : v.high;
	}
	return v;
}

static struct interval interval_of(const struct reader *r, const struct node *n, unsigned *looks);

static bool product(struct interval a, struct interval b, struct interval *out)
{
	const int64_t left[2] = { a.low, a.high }, right[2] = { b.low, b.high };
	*out = (struct interval){ INT64_MAX, INT64_MIN, 0 };
	for (unsigned i = 0; i < 4; i++) {
		int64_t v;
		if (__builtin_mul_overflow(left[i & 1], right[i >> 1], &v))
			return false;
		out->low = v < out->low ? v : out->low;
		out->high = v > out->high ? v : out->high;
	}
	return true;
}

/* Of add, subtract or multiply. */
static struct interval of_sum(const struct node *n, struct interval a, struct interval b)
{
	struct interval v = { 0, 0, 0 }, all = whole(n->type->dtype);
	bool over;
	if (n->op == OP_add)
		over = __builtin_add_overflow(a.low, b.low, &v.low) ||
		       __builtin_add_overflow(a.high, b.high, &v.high);
	else if (n->op == OP_subtract)
		over = __builtin_sub_overflow(a.low, b.high, &v.low) ||
		       __builtin_sub_overflow(a.high, b.low, &v.high);
	else
		over = !product(a, b, &v);
	return over || v.low < all.low || v.high > all.high ? all : v;
}

static struct interval of_least(struct interval a, struct interval b)
{
	return (struct interval){ a.low < b.low ? a.low : b.low, a.high < b.high ? a.high : b.high,
		a.below ? a.below : b.below };
}

static struct interval of_most(struct interval a, struct interval b)
{
	return (struct interval){ a.low > b.low ? a.low : b.low, a.high > b.high ? a.high : b.high,
		a.below == b.below ? a.below : 0 };
}

/* The sign is the dividend's. */
static struct interval of_remainder(const struct node *n, struct interval a, struct interval b)
{
	if (b.low <= 0)
		return whole(n->type->dtype);
	return (struct interval){ a.low < 0 ? 1 - b.high : 0, b.high - 1, 0 };
}

static struct interval of_node(const struct reader *r, const struct node *n, unsigned *looks)
{
	struct interval a, b;
	switch (n->op) {
	case OP_constant:
		return node_literal(n) ? of_literal(node_literal(n)) : whole(n->type->dtype);
	case OP_iota: case OP_dynamic_iota:
		return places_below(r, n->type->dims[node_int(n, KEY_iota_dimension, 0)]);
	case OP_reshape: case OP_dynamic_reshape: case OP_broadcast_in_dim:
	case OP_dynamic_broadcast_in_dim: case OP_transpose: case OP_slice:
	case OP_real_dynamic_slice: case OP_reverse: case OP_gather: case OP_torch_index_select:
		return interval_of(r, n->in[0], looks);
	case OP_convert:
		a = interval_of(r, n->in[0], looks);
		b = whole(n->type->dtype);
		return a.low >= b.low && a.high <= b.high && n->type->dtype != DTYPE_i1 ? a : b;
	case OP_concatenate:
		a = interval_of(r, n->in[0], looks);
		for (uint32_t i = 1; i < n->nin; i++)
			a = either(a, interval_of(r, n->in[i], looks));
		return a;
	case OP_select:
		return either(interval_of(r, n->in[1], looks), interval_of(r, n->in[2], looks));
	case OP_clamp:
		return of_least(of_most(interval_of(r, n->in[0], looks),
			interval_of(r, n->in[1], looks)), interval_of(r, n->in[2], looks));
	case OP_minimum:
		return of_least(interval_of(r, n->in[0], looks), interval_of(r, n->in[1], looks));
	case OP_maximum:
		return of_most(interval_of(r, n->in[0], looks), interval_of(r, n->in[1], looks));
	case OP_add: case OP_subtract: case OP_multiply:
		return of_sum(n, interval_of(r, n->in[0], looks), interval_of(r, n->in[1], looks));
	case OP_remainder:
		return of_remainder(
			n, interval_of(r, n->in[0], looks), interval_of(r, n->in[1], looks));
	default:
		return whole(n->type->dtype);
	}
}

static struct interval interval_of(const struct reader *r, const struct node *n, unsigned *looks)
{
	struct interval none = whole(n->type->dtype);
	for (uint32_t i = 0; i < r->nplaces; i++)
		if (r->places[i].node == n && !r->places[i].wraps)
			return places_below(r, r->places[i].size);
	if (!*looks || n->type->kind != TYPE_tensor || n->type->unranked ||
		(!dtype_is_int(n->type->dtype) && n->type->dtype != DTYPE_i1))
		return none;
	--*looks;
	return of_node(r, n, looks);
}

bool place_is_known(struct reader *r, const struct node *n, int64_t size, bool wraps)
{
	for (uint32_t i = 0; i < r->nplaces; i++) {
		const struct known *p = &r->places[i];
		if (p->node == n && p->size == size && (wraps || !p->wraps))
			return true;
	}
	unsigned looks = PLACE_LOOKS;
	struct interval v = interval_of(r, n, &looks);
	int64_t least = least_size(r, size);
	return v.low >= (wraps ? -least : 0) && (v.high < least || v.below == size);
}
