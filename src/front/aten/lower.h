/* lower.h -- a call of ATen to nodes: the state of a lowering, its arguments, and what many
 * lowerings are built of. */
#ifndef FRONT_ATEN_LOWER_H
#define FRONT_ATEN_LOWER_H
#include "front/aten/reader.h"

/* ---- lowering ----------------------------------------------------------------------------- */

struct lower {
	struct graph *g;
	struct job *j;
	struct reader *r;
	const struct aten_row *row; /* NULL: a callback */
	const char *name; /* the overload */
	uint32_t nargs; /* of the schema, defaults filled in */
	struct arg args[ATEN_MAX_ARGS];
	uint64_t used; /* results anyone takes */
	uint32_t nout;
	const struct type **type; /* what the text says of each result; NULL: None */
	const struct node **out; /* to fill; an unused result may stay NULL */
	bool given_up; /* this case has no lowering: it becomes a callback */
	bool native; /* a callback would not mean the same: it fails */
};
static inline void lower_give_up(struct lower *l)
{
	l->given_up = true;
}
/* Calls the row's function with checked arguments and checks what it made. */
void lower_call(struct lower *l, const struct call *c);
void lower_callback(struct lower *l, const struct call *c);

/* This case has no lowering: leaves the row's function, and the call becomes a callback. */
noreturn void lower_bail(struct lower *l);
noreturn void lower_fail(struct lower *l, const char *fmt, ...) BASE_PRINTF(2, 3);

/* Arguments by number; the schema vouches for their kinds. */
static inline const struct node *lower_tensor(const struct lower *l, uint32_t i)
{
	return l->args[i].node; /* NULL: None */
}
static inline bool lower_is_none(const struct lower *l, uint32_t i)
{
	return l->args[i].kind == ARG_none;
}
static inline bool lower_bool(const struct lower *l, uint32_t i)
{
	return l->args[i].kind == ARG_bool && l->args[i].i;
}
static inline enum dtype lower_dtype(const struct lower *l)
{
	return l->type[0]->dtype;
}
static inline bool lower_uses(const struct lower *l, uint32_t i)
{
	return l->used >> i & 1;
}
int64_t lower_int(struct lower *l, uint32_t i); /* a number; a symbol is refused */
double lower_float(struct lower *l, uint32_t i);
int64_t lower_dim(struct lower *l, uint32_t i, uint32_t rank); /* 0 .. rank - 1, negative wrapped */
int64_t lower_wrap_dim(struct lower *l, int64_t d, uint32_t rank);
/* A list of plain integers. */
const int64_t *lower_ints(struct lower *l, uint32_t i, uint32_t *n);
/* The same, n entries: a shorter one of length 1 is repeated, an empty one gives `otherwise`. */
void lower_ints_n(struct lower *l, uint32_t i, uint32_t n, int64_t otherwise, int64_t *out);
/* Dimensions of a reduction as flags; None and an empty list mean all. */
void lower_dims(struct lower *l, uint32_t i, uint32_t rank, bool *in);
/* An argument as a dimension (type.h), which may be symbolic; negative numbers are refused. */
int64_t lower_size(struct lower *l, uint32_t i);

/* A number, or a size, as a rank-0 node of dtype t. */
const struct node *lower_scalar(struct lower *l, const struct arg *a, enum dtype t);
const struct node *lower_size_node(struct lower *l, int64_t dim); /* i64 scalar */
/* dtype by torch's promotion: tensors with dimensions, then those without, then numbers. */
enum dtype lower_promote(struct lower *l, uint32_t n, const struct arg *const *a);
enum dtype lower_compute(enum dtype t); /* f32 for f16 and bf16, else t */
const struct node *lower_shape(struct lower *l, const struct node *n, const struct type *t);
const struct node *lower_full(struct lower *l, enum dtype t, const struct type *like, double v);
const struct node *lower_like(struct lower *l, const struct node *n, double v);
/* The same of a dimension times `by`. */
const struct node *lower_like_size(struct lower *l, const struct node *n, int64_t dim, double by);
/* The largest (most) or the lowest value of t: a scalar. */
const struct node *lower_extreme_value(struct lower *l, enum dtype t, bool most);
const struct node *lower_cast(
	struct lower *l, const struct node *n, enum dtype t); /* to bool: != 0 */
/* The first places of n, as many as t has. */
const struct node *lower_cut(struct lower *l, const struct node *n, const struct type *t);
/* An index behind the end of any dimension, everywhere; t is of i64. */
const struct node *lower_behind(struct lower *l, const struct type *t);
/* Argument i cast to t and broadcast to the first result's shape. */
const struct node *lower_operand(struct lower *l, uint32_t i, enum dtype t);
/* Rounded down as in eager: of floats from the remainder, so exact where a / b is not. */
const struct node *lower_floor_divide(
	struct lower *l, const struct node *a, const struct node *b);
/* n is the first result, cast to its dtype. */
void lower_finish(struct lower *l, const struct node *n);
/* n without (or with size 1 at) the reduced dimensions, back to the shape of `like`. */
const struct node *lower_unreduce(
	struct lower *l, const struct node *n, const bool *in, const struct node *like);
const struct node *lower_reduce(
	struct lower *l, enum op op, const struct node *n, const bool *in, bool keepdim);
/* How many elements are reduced, as a scalar of dtype t. */
const struct node *lower_count(struct lower *l, const struct node *n, const bool *in, enum dtype t);
const struct node *lower_clip(struct lower *l, const struct node *n, int64_t dim, int64_t start,
	int64_t limit, int64_t stride); /* slice of one dimension */
const struct node *lower_iota(struct lower *l, const struct type *t, int64_t dim);
/* n's bits as t: of another width, t has a dimension more or less (bitcast_convert). */
const struct node *lower_bits(struct lower *l, const struct node *n, const struct type *t);
/* Indices made non-negative by adding size. */
const struct node *lower_wrap_index(
	struct lower *l, const struct node *index, const struct node *of, int64_t dim);

/* ---- claims about indices: lower_claim.c, place.c ------------------------------------------- */

/* Fails the call at run time where a number of index is outside [0, size), or [-size, size) where
 * it wraps; does nothing where none can be. */
void lower_check_index(
	struct lower *l, const struct node *index, uint32_t dim, int64_t size, bool wraps);
/* Fails the call where argument i is zero or has one: a divisor of integers, of dtype t. */
void lower_check_divisor(struct lower *l, uint32_t i, enum dtype t);
/* Fails the call where x has no elements. */
void lower_check_some(struct lower *l, const struct node *x);
/* Notes that all numbers of n are in [0, size), or [-size, size); that they must be. */
void place_note(struct reader *r, const struct node *n, int64_t size, bool wraps);
bool place_is_known(struct reader *r, const struct node *n, int64_t size, bool wraps);

/* Of lower_polynomial.c. */
enum polynomial {
	POLYNOMIAL_chebyshev_t,
	POLYNOMIAL_chebyshev_u,
	POLYNOMIAL_chebyshev_v,
	POLYNOMIAL_chebyshev_w,
	POLYNOMIAL_hermite_h,
	POLYNOMIAL_hermite_he,
	POLYNOMIAL_laguerre_l,
	POLYNOMIAL_legendre_p,
	POLYNOMIAL_shifted = 16, /* a flag */
};
/* Maps of lower_resample.c: how a dimension's places become others. */
enum resample {
	RESAMPLE_average,
	RESAMPLE_nearest,
	RESAMPLE_nearest_exact,
	RESAMPLE_linear,
	RESAMPLE_cubic,
	RESAMPLE_linear_smooth, /* antialiased */
	RESAMPLE_cubic_smooth,
	RESAMPLE_replicate, /* padding by the border */
	RESAMPLE_kinds = 15,
	RESAMPLE_backward = 16, /* a flag: the gradient */
};

const struct node *lower_prefix_sum(struct lower *l, const struct node *x, int64_t dim);
/* The same as one window, however long: a scan by one thread, or what the planner makes of it. */
const struct node *lower_prefix_window(struct lower *l, const struct node *x, int64_t dim);
const struct node *lower_prefix_most(struct lower *l, const struct node *x, int64_t dim);
/* n, or a scalar as a row of one. */
const struct node *lower_as_row(struct lower *l, const struct node *n);
/* All elements of n as one row. */
const struct node *lower_flat(struct lower *l, const struct node *n);
/* The indices (i64) that sort x along dim. */
const struct node *lower_argsort(struct lower *l, const struct node *x, int64_t dim);

static inline struct attr_entry lower_attr_ints(
	struct lower *l, enum key k, uint32_t n, const int64_t *v)
{
	return (struct attr_entry){ .key = k, .value = attr_ints(l->g, n, v) };
}
static inline struct attr_entry lower_attr_int(struct lower *l, enum key k, int64_t v)
{
	return (struct attr_entry){ .key = k, .value = attr_int(l->g, v) };
}

/* A composite under construction: in[] are its operands, the body is built over param[], and out[]
 * of composite_end are its results.  With symbolic sizes there is none, and param[] is in[]: a
 * closed body has no way to the sizes of main's parameters. */
struct composite {
	uint32_t nin;
	bool inlined;
	const struct node *in[16];
	const struct node *param[16];
};
void composite_begin(struct lower *l, struct composite *c);
void composite_end(struct lower *l, struct composite *c, const char *name, const char *attributes,
	uint32_t nresults, const struct node *const *results, const struct node **out);

#define ATEN(name, schema, nout, fn, what) lower_fn lower_##fn;
#include "front/aten/aten.def"
#undef ATEN
#endif
