/* type.h -- types of values, hash-consed in a graph: equal types are one pointer.
 *
 * A DIMENSION is an int64_t: 0 or more is a number; below 0 is expression -1 - d of the graph's
 * table (dim.h).  Each `?` of a program became a symbol when it was read. */
#ifndef IR_TYPE_H
#define IR_TYPE_H
#include "ir/dtype.h"

struct graph;

enum type_kind {
	TYPE_tensor,
	TYPE_token,
	TYPE_tuple,
	TYPE_results,       /* of an op with other than one result; taken apart by OP_result */
	TYPE_future,        /* of the asynchronous ops: elem[] is what it will hold */
	TYPE_opaque,        /* of MLIR, kept as its text (encoding): memref<2xf32>, tensor<3xi10> */
};

/* Quantisation of a tensor whose dtype is the storage type; the expressed type is a float. */
struct quant {
	enum dtype expressed;
	int64_t min, max;            /* of the storage */
	int32_t axis;                /* -1: per tensor */
	uint32_t n;                  /* scales and zero points: 1, or the size of the axis */
	const double *scales;
	const int64_t *zeros;
};

/* Are all scales positive and finite?  Readers let no other into a graph: an infinite one has no
 * text. */
bool quant_scales_valid(const struct quant *q);

struct type {
	enum type_kind kind;
	enum dtype dtype;            /* tensor */
	bool unranked;               /* tensor<*xf32>: rank is 0 and means nothing */
	bool index;                  /* the text says index; the dtype is i64, its size here */
	uint32_t rank;
	const int64_t *dims;
	const int64_t *bounds;       /* NULL, or rank entries of #stablehlo.bounds, -1: none */
	const struct quant *quant;   /* NULL: not quantised */
	const char *encoding;        /* NULL, or the text of what Weft only keeps */
	uint32_t n;                  /* tuple, results, future */
	const struct type *const *elem;
	uint64_t hash;
	uint32_t id;
	uint32_t parts;              /* types it is made of, itself too, written out; saturates */
};

const struct type *type_tensor(struct graph *g, enum dtype t, uint32_t rank, const int64_t *dims);
const struct type *type_scalar(struct graph *g, enum dtype t);
const struct type *type_token(struct graph *g);
const struct type *type_list(struct graph *g, enum type_kind kind, uint32_t n,
	const struct type *const *elem);
/* A type Weft has no values of: functions, calls, tuples and custom calls may pass it on. */
const struct type *type_opaque(struct graph *g, const char *text);
/* The consed twin of *t, whose fields are all set but hash and id; arrays are copied. */
const struct type *type_cons(struct graph *g, const struct type *t);
/* The same tensor with another dtype (drops quant) or other dimensions (drops bounds). */
const struct type *type_with_dtype(struct graph *g, const struct type *t, enum dtype d);
const struct type *type_with_dims(struct graph *g, const struct type *t, uint32_t rank,
	const int64_t *dims);

bool type_is_static(const struct type *t); /* no dimension below 0, not unranked */
bool type_same_dims(const struct type *a, const struct type *b);
/* Does t have a number or a bound where x, of the same kind and rank, has only a symbol, or a
 * greater bound?  In lists, of any element. */
bool type_says_more(const struct type *t, const struct type *x);
/* Elements of a static tensor; -1 when that overflows int64_t or the tensor is not static. */
int64_t type_elements(const struct type *t);
int64_t type_bytes(const struct type *t);                    /* the same in bytes of memory */
/* What a value of t weighs where choices are compared, as a capacity of flow.h: its bytes, symbolic
 * sizes counted as 64, and one; endless of what is no tensor. */
int64_t type_weight(const struct type *t);
/* Row-major strides in elements of a static tensor. */
void type_strides(const struct type *t, int64_t *out);

struct job;
struct str;
/* "tensor<2x?xf32>" for messages and reports: symbols are "?", or their expression when symbols
 * is set. */
void type_print(const struct graph *g, const struct type *t, bool symbols, struct str *out);
const char *type_text(
	struct job *j, const struct graph *g, const struct type *t); /* in j's scratch */
#endif
