/* graph_pool.h -- the values of a random graph (tests/fuzz/graph.c): what there is to choose from,
 * and values made for an op that needs a shape of its own. */
#ifndef TESTS_FUZZ_GRAPH_POOL_H
#define TESTS_FUZZ_GRAPH_POOL_H
#include "ir/dtype.h"
#include "ir/op.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <weft/build.h>

enum { VALUES = 64, RANK = 4, PARAMS = 3, RESULTS = 6, MOST = 2000, OPERANDS = 8 };

struct source { const unsigned char *at; size_t left; };
/* What the regions of an op compute, over scalars of its operands. */
enum body {
	BODY_none,
	BODY_combine,                /* combine(a, b) of two scalars */
	BODY_second,                 /* b of (a, b): an update that replaces */
	BODY_order,                  /* a before b, of the first operand's */
	BODY_greatest,               /* the greater of (value, index) pairs, of two operands */
	BODY_window,                 /* two regions: select (greatest), then combine */
};
/* One op to be tried: its operands' places in the pool and all it needs beside. */
struct choice {
	enum op op, combine;
	enum body body;
	const char *direction;       /* of BODY_order, BODY_window */
	uint32_t over;               /* so many operands the regions compute with */
	uint32_t nin, in[OPERANDS], nattrs;
	bool typed;                  /* the result's type is given */
	struct weft_tensor_type result;
	int64_t dims[RANK + 1], ints[20][2 * RANK];
	struct weft_attr attrs[20];
};
struct pool {
	struct weft_builder *b;
	weft_value v[VALUES];
	struct weft_tensor_type t[VALUES];
	int64_t dims[VALUES][RANK];
	uint32_t n, nparams, depth;
};

static uint32_t pick(struct source *s, uint32_t n)
{
	if (!s->left || !n)
		return 0;
	s->left--;
	return *s->at++ % n;
}

static noreturn void fail(const char *what, const struct weft_error *e, const char *text)
{
	fprintf(stderr, "%s: %s\n%s\n", what, e ? weft_error_text(e) : "", text ? text : "");
	abort();
}

static int64_t elements(struct weft_tensor_type t)
{
	int64_t n = 1;

	for (uint32_t d = 0; d < t.rank; d++)
		n *= t.dims[d];
	return n;
}

static bool same_shape(struct weft_tensor_type a, struct weft_tensor_type b)
{
	bool same = a.rank == b.rank;

	for (uint32_t d = 0; same && d < a.rank; d++)
		same = a.dims[d] == b.dims[d];
	return same;
}

/* A value of that dtype (WEFT_INVALID_DTYPE: any) and shape; `otherwise` where there is none. */
static uint32_t find(struct source *s, const struct pool *p, enum weft_dtype t,
	struct weft_tensor_type shape, uint32_t otherwise)
{
	uint32_t from = pick(s, p->n);

	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t k = (from + i) % p->n;
		if ((t == WEFT_INVALID_DTYPE || p->t[k].dtype == t) && same_shape(p->t[k], shape))
			return k;
	}
	return otherwise;
}

static uint32_t find_scalar(struct source *s, const struct pool *p, enum weft_dtype t)
{
	return find(s, p, t, (struct weft_tensor_type){ t, 0, NULL }, UINT32_MAX);
}

/* Takes v into the pool: its place there, UINT32_MAX when it is no tensor or the pool is full. */
static uint32_t add_value(struct pool *p, weft_value v)
{
	struct weft_tensor_type t = weft_build_type(p->b, v);

	if (t.dtype == WEFT_INVALID_DTYPE || p->n == VALUES || t.rank > RANK)
		return UINT32_MAX;
	for (uint32_t d = 0; d < t.rank; d++)
		p->dims[p->n][d] = t.dims[d];
	p->t[p->n] = (struct weft_tensor_type){ t.dtype, t.rank, p->dims[p->n] };
	p->v[p->n] = v;
	return p->n++;
}

/* ---- values made for an operand ------------------------------------------------------------- */

static weft_value spread(struct pool *p, weft_value scalar, struct weft_tensor_type t)
{
	struct weft_attr none = weft_attr_ints("broadcast_dimensions", 0, NULL);
	struct weft_more more = { .nattrs = 1, .attrs = &none, .nresults = 1, .results = &t };

	return weft_build_broadcast_in_dim(p->b, scalar, &more);
}

static weft_value number(struct pool *p, enum weft_dtype t, int64_t v)
{
	unsigned char at[16] = { 0 };

	dtype_store_i64((enum dtype)t, at, v);
	return weft_build_constant(p->b, (struct weft_tensor_type){ t, 0, NULL }, at);
}

/* Integer k of the pool with its lowest bits only, as numbers of dtype t: so few that sums of their
 * products are exact. */
static uint32_t small(struct pool *p, uint32_t k, int64_t mask, enum weft_dtype t)
{
	struct weft_tensor_type from = p->t[k], to = from;

	if (!dtype_is_int((enum dtype)from.dtype))
		return UINT32_MAX;
	weft_value low = weft_build_and(
		p->b, p->v[k], spread(p, number(p, from.dtype, mask), from));
	to.dtype = t;
	struct weft_more more = { .nresults = 1, .results = &to };
	return add_value(p, t == from.dtype ? low : weft_build_convert(p->b, low, &more));
}

/* Numbers below `mask` + 1 in that shape, from an argument. */
static uint32_t fresh(struct source *s, struct pool *p, struct weft_tensor_type t, int64_t mask)
{
	struct weft_tensor_type i = { WEFT_I32, t.rank, t.dims };
	struct weft_attr at = weft_attr_int("iota_dimension", pick(s, t.rank));
	struct weft_more iota = { .nattrs = 1, .attrs = &at, .nresults = 1, .results = &i };
	uint32_t k = find_scalar(s, p, WEFT_I32);

	if (elements(t) > MOST || k == UINT32_MAX)
		return UINT32_MAX;
	weft_value v = spread(p, p->v[k], i);
	if (t.rank)
		v = weft_build_add(p->b, weft_build_iota(p->b, &iota), v);
	k = add_value(p, v);
	return k == UINT32_MAX ? k : small(p, k, mask, t.dtype);
}

/* An integer of the pool of at least that rank made small, or a fresh one. */
static uint32_t some_small(struct source *s, struct pool *p, uint32_t rank, enum weft_dtype t)
{
	int64_t dims[RANK];
	uint32_t from = pick(s, p->n);

	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t k = (from + i) % p->n;
		if (dtype_is_int((enum dtype)p->t[k].dtype) && p->t[k].rank >= rank)
			return small(p, k, 7, t);
	}
	rank += pick(s, RANK - rank + 1);
	for (uint32_t d = 0; d < rank; d++)
		dims[d] = 1 + pick(s, 7);
	return fresh(s, p, (struct weft_tensor_type){ t, rank, dims }, 7);
}

/* Element types in which products of small numbers are exact. */
static enum weft_dtype pick_number(struct source *s)
{
	static const enum weft_dtype t[] = { WEFT_I8, WEFT_I32, WEFT_UI8, WEFT_I64, WEFT_F32,
		WEFT_F64, WEFT_BF16, WEFT_F16, WEFT_C64, WEFT_UI16 };

	return t[pick(s, sizeof t / sizeof *t)];
}
#endif
