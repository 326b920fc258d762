/* pool.h -- the values of a random graph (tests/fuzz/graph.c): what there is to choose from,
 * and values made for an op that needs a shape of its own. */
#ifndef FUZZ_GRAPH_POOL_H
#define FUZZ_GRAPH_POOL_H
#include "ir/dtype.h"
#include "ir/op.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <weft/build.h>

enum { VALUES = 96, RANK = 4, PARAMS = 3, RESULTS = 6, OPERANDS = 8, SIZES = 64 };

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
/* Types are those of the first run: what the builder knows of a value's sizes may be less. */
struct pool {
	struct weft_builder *b;
	weft_value v[VALUES];
	struct weft_tensor_type t[VALUES];
	int64_t dims[VALUES][RANK];
	uint32_t n, nparams, depth, controls;
	struct weft_tensor_type known[2 * PARAMS + 2];       /* of the parameters */
	int64_t known_dims[2 * PARAMS + 2][RANK];
	bool symbolic;               /* some sizes only the call knows */
	bool wide;                   /* rows are long, and most values have one shape */
	int64_t most;                /* elements that a value may have */
	uint32_t sizes;              /* the parameter that holds sizes, its place */
	uint32_t nsizes;
	int64_t size[SIZES];
};

/* One of n by the next byte; 0 when there is none. */
uint32_t fuzz_pick(struct source *s, uint32_t n);
/* An element type in which products of small numbers are exact. */
enum weft_dtype fuzz_pick_number(struct source *s);
/* Ends the process: the fuzzer's way to say that something is wrong. */
noreturn void fuzz_fail(const char *what, const struct weft_error *e, const char *text);
int64_t fuzz_elements(struct weft_tensor_type t);
bool fuzz_same_shape(struct weft_tensor_type a, struct weft_tensor_type b);

/* A value of that dtype (WEFT_INVALID_DTYPE: any) and shape; `otherwise` where there is none. */
uint32_t pool_find(struct source *s, const struct pool *p, enum weft_dtype t,
	struct weft_tensor_type shape, uint32_t otherwise);
uint32_t pool_find_scalar(struct source *s, const struct pool *p, enum weft_dtype t);
/* Takes v, in the first run of type t, into the pool: its place there, UINT32_MAX when there is no
 * more room or it has too many dimensions. */
uint32_t pool_add(struct pool *p, weft_value v, struct weft_tensor_type t);
/* Value k's type as the builder knows it: symbolic dimensions are below 0. */
struct weft_tensor_type pool_known(const struct pool *p, uint32_t k);
bool fuzz_is_symbolic(struct weft_tensor_type t);
/* n numbers as an operand of dtype t, which is I32 or I64: a constant, computed from sizes of other
 * values, or the call's. */
uint32_t pool_vector(struct source *s, struct pool *p, enum weft_dtype t, uint32_t n,
	const int64_t *v);

/* Values made for an operand; those that give a place in the pool, UINT32_MAX when there is
 * none. */
weft_value pool_spread(struct pool *p, weft_value scalar, struct weft_tensor_type t);
weft_value pool_number(struct pool *p, enum weft_dtype t, int64_t v);
/* Integer k of the pool with its lowest bits only, as numbers of dtype t: so few that sums of their
 * products are exact. */
uint32_t pool_small(struct pool *p, uint32_t k, int64_t mask, enum weft_dtype t);
/* Numbers below `mask` + 1 in that shape, from an argument. */
uint32_t pool_fresh(struct source *s, struct pool *p, struct weft_tensor_type t, int64_t mask);
/* An integer of the pool of at least that rank made small, or a fresh one. */
uint32_t pool_some_small(struct source *s, struct pool *p, uint32_t rank, enum weft_dtype t);
#endif
