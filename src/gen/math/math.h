/* math.h -- the elementary functions, for the files of gen/ that compute ops.
 *
 * a, b: f32 or f64, scalars or lanes, of one type, which is the result's.  Errors are those of
 * doc/ulp.md.  Code goes to where the builder is. */
#ifndef GEN_MATH_MATH_H
#define GEN_MATH_MATH_H
#include "gen/gen_impl.h"

/* op, which n is or is made of, of a and, where it has two operands, b.  What is no elementary
 * function fails the job with UNIMPLEMENTED, naming n. */
LLVMValueRef math_call(
	struct gen *g, const struct node *n, enum op op, LLVMValueRef a, LLVMValueRef b);
/* n's op of complex a and *b (NULL: it has one operand); fails likewise. */
struct val math_complex(struct gen *g, const struct node *n, struct val a, const struct val *b);
struct val math_complex_divide(struct gen *g, struct val a, struct val b);
LLVMValueRef math_floor(struct gen *g, LLVMValueRef a);
LLVMValueRef math_ceil(struct gen *g, LLVMValueRef a);
LLVMValueRef math_trunc(struct gen *g, LLVMValueRef a);
LLVMValueRef math_rint(struct gen *g, LLVMValueRef a);       /* to nearest even */
LLVMValueRef math_abs(struct gen *g, LLVMValueRef a);
LLVMValueRef math_copysign(struct gen *g, LLVMValueRef mag, LLVMValueRef sign);
#endif
