/* math_impl.h -- what the files of elementary functions share.  a, b: f32 or f64, scalars or
 * lanes; f64 where it says so. */
#ifndef GEN_MATH_MATH_IMPL_H
#define GEN_MATH_MATH_IMPL_H
#include "gen/gen_impl.h"
#include "gen/math/math.h"
#include "gen/math/table.h"

#define POLY(x_, table_) math_poly(g, x_, table_, (int)(sizeof table_ / sizeof *table_))
#define K(c_) cf_like(a, c_)             /* a constant of a's type */

bool math_wide(struct gen *g, LLVMValueRef a);               /* is it f64? */
/* integers of its width, with its lanes */
LLVMTypeRef math_int(struct gen *g, LLVMValueRef a);
LLVMValueRef math_poly(struct gen *g, LLVMValueRef x, const double *table, int n);
/* a * 2^k, k integers */
LLVMValueRef math_scale(struct gen *g, LLVMValueRef a, LLVMValueRef k);
/* e^(a + low); low may be NULL */
LLVMValueRef math_exp(struct gen *g, LLVMValueRef a, LLVMValueRef low);
/* the same times 2^shift, without overflow or underflow on the way */
LLVMValueRef math_exp_scaled(struct gen *g, LLVMValueRef a, LLVMValueRef low, int shift);
/* e^a, a 0 or less or NaN; what is 0, as of what a mask leaves out, is not computed: some
 * processors take a hundred cycles for a number that becomes so small */
LLVMValueRef math_exp_below(struct gen *g, LLVMValueRef a);
/* e^(a + low), a 0 or less or NaN, for what makes its error larger; low may be NULL */
LLVMValueRef math_exp_fine(struct gen *g, LLVMValueRef a, LLVMValueRef low);
LLVMValueRef math_expm1(struct gen *g, LLVMValueRef a);      /* f64 */
LLVMValueRef math_tanh(struct gen *g, LLVMValueRef a);
LLVMValueRef math_logistic(struct gen *g, LLVMValueRef a);
LLVMValueRef math_log(struct gen *g, LLVMValueRef a);
LLVMValueRef math_log1p(struct gen *g, LLVMValueRef a);      /* f64 */
LLVMValueRef math_power(struct gen *g, LLVMValueRef a, LLVMValueRef b);        /* f64 */
/* f64, as exact as f32 needs */
LLVMValueRef math_power_f32(struct gen *g, LLVMValueRef a, LLVMValueRef b);
LLVMValueRef math_cbrt(struct gen *g, LLVMValueRef a);       /* f64 */
LLVMValueRef math_erf(struct gen *g, LLVMValueRef a);
/* quarter 1: cosine */
LLVMValueRef math_sin_cos(struct gen *g, LLVMValueRef a, int quarter);
LLVMValueRef math_atan2(struct gen *g, LLVMValueRef a, LLVMValueRef b);
LLVMValueRef math_sinh(struct gen *g, LLVMValueRef a);
LLVMValueRef math_cosh(struct gen *g, LLVMValueRef a);

/* ---- apart.c: functions of the kernel's own; their code is made once ---- */
/* Of f64, of any number of lanes or none; b NULL when there is one operand. */
typedef LLVMValueRef math_body(struct gen *g, LLVMValueRef a, LLVMValueRef b);
/* body(a, b) by a call; a, b f64 or f32, which are widened on the way if `widen` says so. */
LLVMValueRef math_apart(struct gen *g, const char *name, math_body *body, bool widen,
	LLVMValueRef a, LLVMValueRef b);
/* memory of the current function for a t */
LLVMValueRef math_buffer(struct gen *g, LLVMTypeRef t);
/* Inside a body: v[0 .. n) where cond is false, and what rare() makes of them where it is true;
 * rare's code is jumped over when no lane needs it. */
#define MATH_MAX_RARE 4
typedef void math_rare(struct gen *g, LLVMValueRef *v, void *arg);
void math_if_any(struct gen *g, LLVMValueRef cond, int n, LLVMValueRef *v, math_rare *rare,
	void *arg);
/* i1: whether any lane of cond is true */
LLVMValueRef math_any_lane(struct gen *g, LLVMValueRef cond);
/* each(v) of type elem, lane by lane. */
typedef LLVMValueRef math_lane(struct gen *g, LLVMValueRef v, void *arg);
LLVMValueRef math_by_lane(
	struct gen *g, LLVMValueRef v, LLVMTypeRef elem, math_lane *each, void *arg);
/* The bodies with a file of their own. */
math_body math_body_sine, math_body_cosine, math_body_tan, math_body_atan2, math_body_atan,
	math_body_asin, math_body_acos, math_body_sinh, math_body_cosh, math_body_asinh,
	math_body_acosh, math_body_atanh, math_body_erfc, math_body_erf_inv, math_body_lgamma,
	math_body_digamma, math_body_bessel_i1e, math_body_zeta, math_body_polygamma,
	math_body_lgamma_f32, math_body_digamma_f32, math_body_sine_f32, math_body_cosine_f32,
	math_body_tan_f32, math_body_atan_f32, math_body_atan2_f32, math_body_remainder;

/* ---- two.c: a number in two parts, of f64, sums and products of f32 too; operands of
 * moderate size ---- */
struct two { LLVMValueRef hi, lo; };
struct two two_of(struct gen *g, LLVMValueRef a);
struct two two_const(struct gen *g, LLVMValueRef like_a, const double c[2]);
struct two two_neg(struct gen *g, struct two a);
struct two two_select(struct gen *g, LLVMValueRef cond, struct two a, struct two b);
struct two two_fast_sum(struct gen *g, LLVMValueRef a, LLVMValueRef b);        /* |a| >= |b| or 0 */
struct two two_sum(struct gen *g, LLVMValueRef a, LLVMValueRef b);
struct two two_product(struct gen *g, LLVMValueRef a, LLVMValueRef b);
struct two two_add(struct gen *g, struct two a, struct two b);
struct two two_add_one(struct gen *g, struct two a, LLVMValueRef b);
struct two two_mul(struct gen *g, struct two a, struct two b);
struct two two_mul_one(struct gen *g, struct two a, LLVMValueRef b);
struct two two_div(struct gen *g, struct two a, struct two b);
struct two two_sqrt(struct gen *g, struct two a);
/* The polynomial whose first `exact` coefficients count in both parts. */
struct two two_poly(struct gen *g, struct two x, const double (*table)[2], int n, int exact);
#define TWO_POLY(x_, table_, exact_) \
	two_poly(g, x_, table_, (int)(sizeof table_ / sizeof *table_), exact_)
/* exp.c: e^(a + low) is *e times 2 to the power of what is returned. */
LLVMValueRef math_exp_parts(struct gen *g, LLVMValueRef a, LLVMValueRef low, struct two *e);
/* log.c: log x for normalised positive x, to some 66 bits, or 100 if `full`. */
struct two two_log(struct gen *g, struct two x, bool full);
/* gamma.c: log gamma x, x from 1/2 on and far from overflow. */
struct two math_lgamma_positive(struct gen *g, LLVMValueRef x);
#endif
