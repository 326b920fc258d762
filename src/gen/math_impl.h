/* math_impl.h -- what the files of elementary functions share.  a, b: f32 or f64, scalars or
 * lanes. */
#ifndef GEN_MATH_IMPL_H
#define GEN_MATH_IMPL_H
#include "gen/gen_impl.h"
#include "gen/math_table.h"

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
LLVMValueRef math_erfc(struct gen *g, LLVMValueRef a);       /* f64 */
/* f64; quarter 1: cosine */
LLVMValueRef math_sin_cos(struct gen *g, LLVMValueRef a, int quarter);
LLVMValueRef math_tan(struct gen *g, LLVMValueRef a);        /* f64 */
LLVMValueRef math_atan2(struct gen *g, LLVMValueRef a, LLVMValueRef b);        /* f64 */
LLVMValueRef math_remainder(struct gen *g, LLVMValueRef a, LLVMValueRef b);
LLVMValueRef math_sinh(struct gen *g, LLVMValueRef a);      /* f64 */
LLVMValueRef math_cosh(struct gen *g, LLVMValueRef a);      /* f64 */
/* f64 in two parts: hi is the rounded result, lo what rounding lost. */
struct two { LLVMValueRef hi, lo; };
struct two math_two_product(struct gen *g, LLVMValueRef a, LLVMValueRef b);
struct two math_two_sum(struct gen *g, LLVMValueRef a, LLVMValueRef b);
#endif
