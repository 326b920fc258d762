/* complex.h -- what the files of complex functions share.  All in f64. */
#ifndef GEN_MATH_COMPLEX_H
#define GEN_MATH_COMPLEX_H
#include "gen/math/math_impl.h"

struct z { LLVMValueRef x, y; };

LLVMValueRef math_larger(struct gen *g, struct z z);         /* of |x| and |y| */
LLVMValueRef math_infinite(struct gen *g, struct z z);       /* |x| or |y| is */
LLVMValueRef math_modulus(struct gen *g, struct z z);
/* The parts of asin and acos: chlo._asin_acos_kernel. */
struct z math_complex_arc(struct gen *g, struct z z);
struct z math_complex_asin(struct gen *g, struct z z);
struct z math_complex_acos(struct gen *g, struct z z);
struct z math_complex_acosh(struct gen *g, struct z z);
struct z math_complex_atanh(struct gen *g, struct z z);
#endif
