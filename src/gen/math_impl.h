/* math_impl.h -- what the files of elementary functions share.  a, b: f32 or f64, scalars or lanes. */
#ifndef GEN_MATH_IMPL_H
#define GEN_MATH_IMPL_H
#include "gen/gen_impl.h"

bool math_wide(struct gen *g, LLVMValueRef a);               /* is it f64? */
LLVMTypeRef math_int(struct gen *g, LLVMValueRef a);         /* integers of its width, with its lanes */
#endif
