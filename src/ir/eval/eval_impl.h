/* eval_impl.h -- what the files of the interpreter share: values, calls, scalar meanings.
 *
 *   struct eval   one eval_region() of the outside: options, live values, prepared regions
 *   struct value  a counted tensor; dims and data lie behind it, or are another value's
 *   struct call   one node at work: operands in, results out; what an op function sees
 *
 * An op function reads c->in[i], makes its results with eval_new() and fails with eval_fail(). */
#ifndef IR_EVAL_EVAL_IMPL_H
#define IR_EVAL_EVAL_IMPL_H
#include "ir/eval.h"
#include <complex.h>
#undef complex                        /* an op has that name */

enum { EVAL_MAX_RANK = 64 };

struct plan;
struct frame;
struct value {
	struct tensor t;             /* first: an op's struct tensor * is the value itself */
	struct value *prev, *next;
	struct value *base;          /* whose data t.data is; NULL: own or the caller's */
	struct value **kids;         /* t.n of them: elements of a tuple or of results */
	uint32_t refs;
	uint64_t bytes;
	struct type own;             /* a temporary's, which the graph does not have */
};
struct eval {
	struct job *j;
	const struct graph *g;
	const struct eval_options *o;
	struct value *live;          /* every value not yet freed */
	struct plan *plans[64];      /* prepared regions by id, in the job's scratch */
	uint32_t nplans;
	struct frame *top;           /* innermost region at work */
	uint64_t ran;                /* ops, for eval_count */
};
struct call {
	struct eval *e;
	const struct node *n;
	uint32_t nin, nout;          /* operands with captures, without the effect's token */
	struct tensor **in;
	struct tensor **out;         /* what eval_new and eval_give set */
	const struct type **types;   /* of the results; dtypes hold, dims may be symbolic */
	bool scratch;                /* out[] are kept scalars: eval_new gives them again */
};
typedef void eval_fn(struct call *c);
/* An op's function has the name of its shape rule; those of kind MAP share eval_map. */
eval_fn eval_map;
#define OP(name, d, lo, hi, nr, kind, infer, flags, meaning) eval_fn eval_##infer;
#include "ir/op.def"
#undef OP

noreturn void eval_fail(const struct call *c, enum weft_code code, const char *fmt, ...)
	BASE_PRINTF(3, 4);
/* Sizes that types leave open may still differ: operands i.. of n must have the sizes of operand i,
 * and dimension d of operand i that size. */
void eval_check_same(const struct call *c, uint32_t i, uint32_t n);
void eval_check_size(const struct call *c, uint32_t i, uint32_t d, int64_t size);
/* Are the sizes of v, `what` in the message, those that type t says?  In lists, of each element. */
void eval_check_type(
	const struct call *c, const char *what, const struct type *t, const struct tensor *v);
/* Result i: a zeroed tensor of the result's dtype.  Fails over max_bytes or on overflow. */
struct tensor *eval_new(struct call *c, uint32_t i, uint32_t rank, const int64_t *dims);
struct tensor *eval_new_like(struct call *c, uint32_t i, const struct tensor *t);
/* Result i is t (of a value) with other dims, sharing its data. */
void eval_view(struct call *c, uint32_t i, struct tensor *t, uint32_t rank, const int64_t *dims);
void eval_give(struct call *c, uint32_t i, struct tensor *t);       /* result i is t itself */
/* A temporary of that dtype that is no result; freed by eval_drop, or when the evaluation ends. */
struct tensor *eval_temp(struct call *c, enum dtype t, uint32_t rank, const int64_t *dims);
struct tensor *eval_temp_of(
	struct call *c, const struct type *t, uint32_t rank, const int64_t *dims);
void eval_drop(struct eval *e, struct tensor *t);
struct tensor *eval_keep(struct tensor *t);                         /* one more reference */
struct tensor *eval_pack(struct eval *e, const struct type *type, uint32_t n, struct tensor **elem);
struct tensor *eval_element(struct tensor *tuple, uint32_t i);

/* Runs region r on args (borrowed); results[] are references the caller drops, unless the region is
 * made of scalars only: those are kept and good until its next run, and dropping them is
 * harmless. */
void eval_run(struct call *c, const struct region *r, uint32_t nargs, struct tensor **args,
	struct tensor **results);

/* Results of an rng_bit_generator whose bits have these dims. */
void eval_random_bits(struct call *c, const int64_t *dims);
/* Computes c where it is a call of base/linear.def; false: it is none. */
bool eval_linear(struct call *c);
void eval_fft_last(struct call *c); /* custom_call @weft.fft */
/* The dims of result i: its type's, evaluated; false where the type leaves one open. */
bool eval_static_dims(const struct call *c, uint32_t i, int64_t *dims);
/* Element i of an integer tensor. */
int64_t eval_index(const struct tensor *t, int64_t i);
/* Attribute k, which the op's rule wants present with n entries (fails otherwise). */
const int64_t *eval_ints(const struct call *c, enum key k, uint32_t n);
const int64_t *eval_ints_any(const struct call *c, enum key k, uint32_t *n);

static inline void *tensor_at(const struct tensor *t, int64_t i)
{
	return (char *)t->data + (size_t)i * dtype_bytes(t->type->dtype);
}
/* Row-major strides in elements.  Of a tensor without elements they may overflow: nobody steps. */
static inline void tensor_strides(const struct tensor *t, int64_t *out)
{
	uint64_t s = 1;

	for (uint32_t d = t->rank; d-- > 0; s *= (uint64_t)t->dims[d])
		out[d] = (int64_t)s;
}
/* Steps a row-major index over dims; false past the last. */
static inline bool index_next(uint32_t rank, const int64_t *dims, int64_t *at)
{
	for (uint32_t d = rank; d-- > 0; at[d] = 0)
		if (++at[d] < dims[d])
			return true;
	return false;
}
static inline int64_t index_flat(uint32_t rank, const int64_t *at, const int64_t *strides)
{
	int64_t o = 0;

	for (uint32_t d = 0; d < rank; d++)
		o += at[d] * strides[d];
	return o;
}

/* ---- scalars: scalar.c ----------------------------------------------------------------------- */

typedef double _Complex complex_double;
typedef long double _Complex complex_wide;

/* C's CMPLX is not in every compiler's reach; parts lie one after the other by the standard. */
static inline complex_double complex_of(double re, double im)
{
	union { double part[2]; complex_double z; } u = { { re, im } };

	return u.z;
}
static inline complex_wide wide_of(long double re, long double im)
{
	union { long double part[2]; complex_wide z; } u = { { re, im } };

	return u.z;
}

/* What a meaning may need beside its operands. */
struct scalar {
	const struct call *c;
	enum dtype dtype;            /* of the operands */
	unsigned bits;
};
typedef double scalar_float_fn(const struct scalar *s, double a, double b);
typedef int64_t scalar_sint_fn(const struct scalar *s, int64_t a, int64_t b);
typedef uint64_t scalar_uint_fn(const struct scalar *s, uint64_t a, uint64_t b);
typedef bool scalar_bool_fn(const struct scalar *s, bool a, bool b);
typedef complex_double scalar_complex_fn(
	const struct scalar *s, complex_double a, complex_double b);
struct scalar_row {
	scalar_float_fn *of_float;
	scalar_sint_fn *of_sint;
	scalar_uint_fn *of_uint;
	scalar_bool_fn *of_bool;
	scalar_complex_fn *of_complex;
};
/* Applies op's meaning to n elements; out may be an operand. b may be NULL. */
void scalar_map(const struct call *c, enum op op, const struct tensor *a, const struct tensor *b,
	struct tensor *out);

static inline uint64_t low_bits(uint64_t a, unsigned bits)
{
	return bits == 64 ? a : a & (((uint64_t)1 << bits) - 1);
}
static inline complex_double scalar_load_complex(enum dtype t, const void *at)
{
	if (t == DTYPE_c64)
		return complex_of(((const float *)at)[0], ((const float *)at)[1]);
	if (t == DTYPE_c128)
		return complex_of(((const double *)at)[0], ((const double *)at)[1]);
	return complex_of(dtype_load_f64(t, at), 0);
}
static inline void scalar_store_complex(enum dtype t, void *at, complex_double v)
{
	if (t == DTYPE_c64) {
		((float *)at)[0] = (float)creal(v);
		((float *)at)[1] = (float)cimag(v);
	} else if (t == DTYPE_c128) {
		((double *)at)[0] = creal(v);
		((double *)at)[1] = cimag(v);
	} else {
		dtype_store_f64(t, at, creal(v));
	}
}
/* convert.c: float, integer or bool `at` as another of them, as convert does. */
void scalar_convert(enum dtype from, const void *at, enum dtype to, void *out);
/* -1, 0, 1, or 2 when a NaN is among them; total order: NaNs have a place. */
int scalar_compare(enum dtype t, const void *a, const void *b, bool total);
/* The float `at` to the nearest with e exponent and m mantissa bits, as reduce_precision does. */
void scalar_reduce_precision(enum dtype t, const void *at, void *out, int64_t e, int64_t m);

/* ---- a region over scalars, run many times: reduce.c ---------------------------------------- */

/* args: one scalar for each of the region's first nscalars parameters, then the node's captures. */
struct body {
	const struct region *r;
	uint32_t nscalars;
	struct tensor **args, **results;
	struct tensor *room[16];     /* of both, where they are few */
};
void body_init(struct call *c, uint32_t region, uint32_t nscalars, struct body *b);
void body_set(struct body *b, uint32_t arg, enum dtype t, const void *at);      /* converts */
void body_run(struct call *c, struct body *b);
void body_get(struct call *c, struct body *b, uint32_t result, enum dtype t, void *out);
void body_fini(struct call *c, struct body *b);

/* ---- special functions: special.c ------------------------------------------------------------ */
long double special_lgamma(long double x);
long double special_digamma(long double x);
long double special_zeta(long double s, long double q);      /* Hurwitz */
long double special_polygamma(long double n, long double x);
long double special_erf_inv(long double x);
long double special_bessel_i1e(long double x);

/* ---- quantised: quant.c ---------------------------------------------------------------------- */
bool quant_is(const struct type *t);
/* The float tensor of a quantised one, and back; types without quant are made in the scratch. */
struct tensor *quant_load(struct call *c, const struct tensor *t);
void quant_store(struct call *c, const struct tensor *t, struct tensor *out);
const struct type *quant_float_type(const struct call *c, const struct type *t);
#endif
