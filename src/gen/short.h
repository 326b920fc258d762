/* short.h -- short hands for LLVM's builder: constants, lanes, arithmetic.  They act on a `g`, the
 * struct gen in scope. */
#ifndef GEN_SHORT_H
#define GEN_SHORT_H
#include <llvm-c/Core.h>
#include <stdbool.h>
#include <stdint.h>

struct gen;
LLVMValueRef c64(struct gen *g, int64_t v);
LLVMValueRef c32(struct gen *g, int32_t v);
LLVMTypeRef lanes_of(LLVMTypeRef t);                         /* <LANES x t> */
LLVMTypeRef like(LLVMValueRef v, LLVMTypeRef elem);          /* elem, with lanes if v has */
bool is_vector(LLVMValueRef v);
LLVMValueRef ci_like(LLVMValueRef v, int64_t c);             /* constants of v's type */
LLVMValueRef cf_like(LLVMValueRef v, double c);
LLVMValueRef const_of(LLVMTypeRef t, LLVMValueRef scalar);   /* scalar, splat if t is a vector */
LLVMValueRef splat(struct gen *g, LLVMValueRef scalar);
LLVMValueRef lane_iota(struct gen *g, LLVMTypeRef elem);
LLVMValueRef call1(struct gen *g, const char *intrinsic, LLVMValueRef a);
LLVMValueRef call2(struct gen *g, const char *intrinsic, LLVMValueRef a, LLVMValueRef b);
LLVMValueRef call3(
	struct gen *g, const char *intrinsic, LLVMValueRef a, LLVMValueRef b, LLVMValueRef c);
LLVMValueRef gep(struct gen *g, LLVMTypeRef t, LLVMValueRef p, LLVMValueRef i);
LLVMValueRef gep_bytes(struct gen *g, LLVMValueRef p, int64_t bytes);
/* a*b+c, one rounding where the ISA can */
LLVMValueRef fma3(struct gen *g, LLVMValueRef a, LLVMValueRef b, LLVMValueRef c);

#define ADD(a_, b_) LLVMBuildAdd(g->b, a_, b_, "")
#define SUB(a_, b_) LLVMBuildSub(g->b, a_, b_, "")
#define MUL(a_, b_) LLVMBuildMul(g->b, a_, b_, "")
#define AND(a_, b_) LLVMBuildAnd(g->b, a_, b_, "")
#define OR(a_, b_) LLVMBuildOr(g->b, a_, b_, "")
#define XOR(a_, b_) LLVMBuildXor(g->b, a_, b_, "")
#define SHL(a_, b_) LLVMBuildShl(g->b, a_, b_, "")
#define LSHR(a_, b_) LLVMBuildLShr(g->b, a_, b_, "")
#define ASHR(a_, b_) LLVMBuildAShr(g->b, a_, b_, "")
#define NOT(a_) LLVMBuildNot(g->b, a_, "")
#define FADD(a_, b_) LLVMBuildFAdd(g->b, a_, b_, "")
#define FSUB(a_, b_) LLVMBuildFSub(g->b, a_, b_, "")
#define FMUL(a_, b_) LLVMBuildFMul(g->b, a_, b_, "")
#define FDIV(a_, b_) LLVMBuildFDiv(g->b, a_, b_, "")
#define FNEG(a_) LLVMBuildFNeg(g->b, a_, "")
#define SELECT(c_, a_, b_) LLVMBuildSelect(g->b, c_, a_, b_, "")
#define BITCAST(a_, t_) LLVMBuildBitCast(g->b, a_, t_, "")
#define ICMP(p_, a_, b_) LLVMBuildICmp(g->b, LLVMInt##p_, a_, b_, "")
#define FCMP(p_, a_, b_) LLVMBuildFCmp(g->b, LLVMReal##p_, a_, b_, "")
#endif
