/* gen_impl.h -- what the files of gen/ share.
 *
 *   map.c row.c contract.c ...          the cores: loops around
 *   value.c move.c op.c math/           the INDEX ENGINE: value_at(node, index) -> LLVM value
 *   index.c                             index components and their arithmetic
 *   memory.c narrow.c                   elements in and out of buffers
 *   loop.c                              loops, scopes, what is already computed
 *   target.c link.c                     LLVM IR -> object -> one blob without relocations
 *
 * A VALUE is either one scalar, the same for all lanes, or ABI_LANES lanes.  Both have a LEVEL: the
 * depth of the loop they depend on.  Code of level l is emitted at the end of scope l, before the
 * loop inside begins, so nothing that does not change in a loop is computed in it and no pass has
 * to move it out. */
#ifndef GEN_GEN_IMPL_H
#define GEN_GEN_IMPL_H
#include "abi/codegen.h"
#include "base/job.h"
#include "gen/short.h"
#include "ir/graph.h"
#include "plan/kernel.h"
#include <llvm-c/Core.h>
#include <llvm-c/TargetMachine.h>

#define LANES ABI_LANES
#define GEN_MAX_RANK 64
#define GEN_STEP_MOST 8                  /* of lanes, whose vectors are read whole */
#define GEN_MAX_DEPTH 144                /* two nests over all dims, and what is around them */

/* One component of an index, over the lanes. */
struct ix {
	LLVMValueRef v;              /* i64: of lane 0; or <LANES x iw> when vec */
	int64_t step;                /* lane l is v + l * step; 0 when vec */
	int64_t align;               /* v is a multiple of it; 0: v is 0 */
	int64_t max;                 /* no lane exceeds it; INT64_MAX: unknown */
	const struct split *split;   /* it is quotient or remainder of this division */
	const struct bend *bend;     /* vec: what its lanes are all the same; NULL: anything */
	int level;
	bool vec;
};
/* x = q * d + r, so that linearising q and r gives x back.  Of a sum: `plus` and the q of `of`. */
struct split {
	struct ix x, plus;
	int64_t d;
	LLVMValueRef q, r;
	const struct split *of;      /* NULL: it is a division; x unused else */
};
/* Lane l is at + l * step, and delta more from lane `first` on, which are those of `beyond`. */
struct bend {
	LLVMValueRef at, delta, first, beyond; /* i64, i64, i64 above 0, <LANES x i1> */
	int64_t step;
};

/* A value in registers: i1, iN, f32 (all floats narrower than f64), f64; im: of a complex one. */
struct val {
	LLVMValueRef v, im;
	int level;
	bool lanes;
};

struct memo;
struct scope {
	/* instruction before which this scope's code goes; NULL: at the end */
	LLVMValueRef before;
	struct memo **memo;          /* buckets */
};

struct gen {
	struct job *job;
	const struct kernel *k;
	const struct isa_info *isa;
	const struct codegen_options *opt;
	struct isa_limits {
		bool masks[17];      /* masked loads and stores of elements of 1, 2, 4, 8 bytes */
		bool gathers;        /* of 4 and 8 bytes */
	} can;

	LLVMContextRef llvm;
	LLVMModuleRef module;
	LLVMMemoryBufferRef object;
	LLVMBuilderRef b;
	LLVMTargetMachineRef tm;
	LLVMTypeRef i1, i8, i16, i32, i64, f32, f64, f16, ptr, none;
	/* element of general index vectors: i32, or i64 when sizes may need it */
	LLVMTypeRef iw;

	LLVMValueRef fn;             /* being built */
	LLVMValueRef call;           /* its struct abi_call * */
	LLVMBasicBlockRef entry, block;
	struct scope scope[GEN_MAX_DEPTH];
	int depth;

	LLVMValueRef *buffers;       /* pointers, loaded at entry; inputs then outputs */
	LLVMValueRef *sizes;
	LLVMValueRef scratch;        /* pointer, loaded at entry */
	size_t scratch_bytes;
	LLVMValueRef zeros;          /* 256 bytes that may always be read */
	LLVMValueRef some_buffer;    /* alloca of 128 bytes for partial vectors */
	/* the kernel's own functions, by bytes of an element; NULL: not used yet */
	LLVMValueRef load_some[9], store_some[9], turn[9], turn_flipped;

	LLVMValueRef tail;           /* <LANES x i1> of lanes that exist, or NULL: all */
	LLVMValueRef tail_count;     /* i32: how many */
	/* i1 or <LANES x i1>: lanes whose loads may happen, or NULL: all */
	LLVMValueRef pred;
	int tail_level, pred_level;

	const struct bind *binds;    /* nodes of the body with values of their own */
	const struct frame *frame;   /* the region being inlined, NULL: the body */
	uint32_t nframes;
	int nesting;                 /* of value_at */
	/* the kernel multiplies bf16 by an instruction that takes denormals for 0: so may its
	 * roundings to bf16 */
	bool flushes;
	bool leaked;                 /* LLVM failed: what it owns must not be touched */
};

/* Says what a node of the body is: the accumulator of a contraction, the reduce of a row. */
struct bind {
	const struct bind *up;
	const struct node *node;
	struct val (*at)(
		struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix);
	void *arg;
};
struct pred_saved { LLVMValueRef pred; int level; };
/* A region inlined over the lanes: its first parameters are values, the others captures of `op`. */
struct frame {
	const struct frame *up;
	uint32_t id, nvals;
	const struct val *vals;
	/* where the elements of parameter i begin in vals, and the end; NULL: it is vals[i] */
	const uint32_t *place;
	const struct node *op;
	struct pred_saved outer;     /* what was asked for where the region begins */
};

/* ---- gen.c; its short hands: gen/short.h ---- */
noreturn void gen_fail(struct gen *g, enum weft_code code, const char *fmt, ...) BASE_PRINTF(3, 4);
noreturn void gen_unsupported(struct gen *g, const struct node *n, const char *what);
void gen_end_function(struct gen *g);
/* A function of the kernel's own, empty; the kernel's entry stays the one being built. */
LLVMValueRef gen_internal(struct gen *g, const char *name, LLVMTypeRef type);
LLVMValueRef gen_extent(struct gen *g, int64_t d);
LLVMValueRef gen_buffer(struct gen *g, uint32_t i);
/* pointer to a new part of the scratch */
LLVMValueRef gen_scratch(struct gen *g, size_t bytes);
LLVMValueRef gen_zeros(struct gen *g);
void gen_attribute(struct gen *g, LLVMValueRef fn, const char *name);
/* private constant */
LLVMValueRef gen_data(struct gen *g, const void *bytes, size_t n, size_t align);

/* ---- loop.c ---- */
/* the builder goes to that scope's end */
void gen_at(struct gen *g, int level);
static inline void gen_here(struct gen *g) { gen_at(g, g->depth); }
/* same block, values made here end with it */
void scope_push(struct gen *g);
void scope_pop(struct gen *g);
void *memo_find(struct gen *g, uint32_t n, const uint64_t *key);
void memo_put(struct gen *g, int level, uint32_t n, const uint64_t *key, void *what);

#define LOOP_MAX_CARRIED 64
struct loop {
	LLVMValueRef iv;             /* i64 */
	int level;                   /* of iv */
	uint32_t ncarried;
	/* in: initial values; inside: current; at end: next; after: final */
	LLVMValueRef carried[LOOP_MAX_CARRIED];
	bool once;                   /* no loop was needed */
	LLVMBasicBlockRef before, body;
	LLVMValueRef lo, hi, phi[LOOP_MAX_CARRIED], init[LOOP_MAX_CARRIED];
	int64_t step;
	bool guarded;
};
/* for (iv = lo; iv < hi; iv += step): l->ncarried and l->carried set before. */
void loop_begin(struct gen *g, struct loop *l, LLVMValueRef lo, LLVMValueRef hi, int64_t step);
void loop_end(struct gen *g, struct loop *l);
/* if (cond) { ... } without values coming out. */
struct branch { LLVMBasicBlockRef join; bool always; };
void branch_begin(struct gen *g, struct branch *br, LLVMValueRef cond);
void branch_end(struct gen *g, struct branch *br);

/* ---- index.c ---- */
struct ix ix_const(struct gen *g, int64_t c);
struct ix ix_scalar(LLVMValueRef v, int level, int64_t align, int64_t max);
struct ix ix_lanes(LLVMValueRef v, int level, int64_t align, int64_t max);     /* step 1 */
bool ix_is_const(const struct ix *a, int64_t *out);
static inline bool ix_uniform(const struct ix *a) { return !a->vec && a->step == 0; }
struct ix ix_vec(struct gen *g, struct ix a);
struct ix ix_add(struct gen *g, struct ix a, struct ix b);
struct ix ix_addc(struct gen *g, struct ix a, int64_t c);
struct ix ix_rsub(struct gen *g, struct ix a, struct ix b);  /* b - a */
struct ix ix_mulc(struct gen *g, struct ix a, int64_t c);
struct ix ix_mul(struct gen *g, struct ix a, int64_t extent);
void ix_divmod(struct gen *g, struct ix a, int64_t extent, struct ix *q, struct ix *r);
/* The same of a >= least, which may be below 0: q rounds down, r is in [0, d). */
void ix_divmod_from(
	struct gen *g, struct ix a, int64_t least, int64_t d, struct ix *q, struct ix *r);
struct ix ix_linear(struct gen *g, uint32_t rank, const int64_t *dims, const struct ix *ix);
void ix_delinear(struct gen *g, struct ix x, uint32_t rank, const int64_t *dims, struct ix *out);
void ix_reshape(struct gen *g, uint32_t rank, const int64_t *dims, const struct ix *ix,
	uint32_t to_rank, const int64_t *to_dims, struct ix *out);
struct ix ix_of_val(struct gen *g, struct val v, enum dtype t);
struct ix ix_clamp(struct gen *g, struct ix a, struct ix lo, struct ix hi);
/* 0 <= a < extent; NULL: always */
LLVMValueRef ix_below(struct gen *g, struct ix a, int64_t extent, int *level);
LLVMValueRef ix_value(struct gen *g, struct ix a);           /* i64 or <LANES x iw> */

/* ---- memory.c, narrow.c ---- */
LLVMTypeRef reg_type(struct gen *g, enum dtype t);           /* of a part, without lanes */
LLVMTypeRef mem_type(struct gen *g, enum dtype t);
struct val load_at(struct gen *g, LLVMValueRef p, int level, enum dtype t, struct ix linear);
void store_at(struct gen *g, LLVMValueRef p, enum dtype t, struct ix linear, struct val v);
/* Asks for the cache line at p, which need not exist, into the first- or second-level cache.  For
 * the first a core waits for fewer lines at a time than keep memory busy. */
enum fetch_to { FETCH_SECOND = 2, FETCH_FIRST };
void fetch(struct gen *g, LLVMValueRef p, enum fetch_to to);
/* At the kernel's end: who is told that it has ended sees its stores past the caches. */
void store_fence(struct gen *g);
LLVMValueRef mask_bits(struct gen *g, LLVMValueRef mask);
/* memory -> register */
LLVMValueRef narrow_decode(struct gen *g, enum dtype t, LLVMValueRef bits);
LLVMValueRef narrow_encode(struct gen *g, enum dtype t, LLVMValueRef v);
/* f32 to t's values; quiet: a computed NaN, where t has several of 8 bits */
LLVMValueRef narrow_quiet(struct gen *g, enum dtype t, LLVMValueRef v);
LLVMValueRef narrow_round(struct gen *g, enum dtype t, LLVMValueRef v);
/* v, an op's result of type t, as the numerics say: floats of 8 bits and fewer are rounded after
 * every op, f16, bf16 and tf32 under numerics=strict, else when they are stored. */
LLVMValueRef narrow_result(struct gen *g, enum dtype t, LLVMValueRef v);

/* ---- turn.c ---- */
/* Turns a square of LANES rows of LANES elements of 1, 2, 4 or 8 bytes: element i of row r to
 * element r of row i.  Pitches are in elements; rows are aligned to their size, 64 at most. */
void turn_call(struct gen *g, unsigned bytes, LLVMValueRef from, int64_t from_pitch,
	LLVMValueRef to, int64_t to_pitch);
/* The same of words of four bytes, each byte's highest bit being changed. */
void turn_flipped_call(struct gen *g, LLVMValueRef from, int64_t from_pitch, LLVMValueRef to,
	int64_t to_pitch);

/* ---- value.c, move.c, bitcast.c, op.c, reduce.c ---- */
struct val value_at(struct gen *g, const struct node *n, const struct ix *ix);
/* past binds */
struct val value_compute(struct gen *g, const struct node *n, const struct ix *ix);
struct val value_move(struct gen *g, const struct node *n, const struct ix *ix);
/* Predicates while asking for operands: lanes whose loads may happen. */
struct val zero_of(struct gen *g, enum dtype t);                       /* uniform */
struct pred_saved pred_and(struct gen *g, LLVMValueRef cond, int level);       /* NULL: always */
void pred_restore(struct gen *g, struct pred_saved old);
struct val choose(struct gen *g, LLVMValueRef cond, int level, struct val a, struct val b);
/* A pad at ix, which along the dims `inside` (bits) lies within its operand.  loads: nothing is
 * bound to a parameter that it pads. */
struct val value_pad(struct gen *g, const struct node *n, const struct ix *ix, uint32_t inside,
	bool loads);
struct val value_patches(struct gen *g, const struct node *n, const struct ix *ix);
/* part.c: of a slice that cuts off the padding of a memory's last row, read from that; false: it is
 * none. */
bool value_part(struct gen *g, const struct node *slice, const struct ix *ix, struct val *out);
/* Element i of to[]: where a dynamic_update_slice's update has its first element. */
void update_start(struct gen *g, const struct node *n, struct ix *to);
struct val value_dynamic_slice(struct gen *g, const struct node *n, const struct ix *ix);
struct val value_dynamic_pad(struct gen *g, const struct node *n, const struct ix *ix);
struct val value_bitcast(struct gen *g, const struct node *n, const struct ix *ix);
struct val value_loop(struct gen *g, const struct node *n, uint32_t which, const struct ix *ix);
struct val val_lanes(struct gen *g, struct val v);
struct val op_map(struct gen *g, const struct node *n, const struct val *in);
struct val op_convert(struct gen *g, enum dtype from, enum dtype to, struct val a);
struct val op_binary(struct gen *g, enum op op, enum dtype t, struct val a, struct val b);
struct val op_select(struct gen *g, struct val p, struct val a, struct val b);
/* Integers that are ordered as TOTALORDER says of the floats v, of dtype t. */
LLVMValueRef op_total_order(struct gen *g, enum dtype t, LLVMValueRef v);
/* The values of the results of region r of op: its first parameters are args. */
void region_at(struct gen *g, const struct node *op, uint32_t r, uint32_t nargs,
	const struct val *args, struct val *results);
struct val value_reads(struct gen *g, uint32_t buffer, const struct type *t, const struct ix *ix);
struct ix *ix_array(struct gen *g, uint32_t n);

/* ---- cores ---- */
void core_map(struct gen *g);
void core_row(struct gen *g);
void core_contract(struct gen *g);
void core_attention(struct gen *g);
void core_scatter(struct gen *g);
void core_sort(struct gen *g);
void core_scan(struct gen *g);
void core_sums(struct gen *g);

/* ---- target.c, link.c ---- */
/* target machine, module's triple and layout */
void target_open(struct gen *g);
/* Of a kernel that is done: 64-byte vectors are to be two, where that can be. */
void target_halve_vectors(struct gen *g);
LLVMMemoryBufferRef target_emit(struct gen *g);
void link_object(struct gen *g, const char *elf, size_t size, const char *entry,
	struct codegen_code *out);
#endif
