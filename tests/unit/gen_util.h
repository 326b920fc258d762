/* gen_util.h -- tests of the code generator: a region is compiled as a kernel for every ISA level
 * this machine runs, run on random inputs that end where memory ends, and compared with the
 * interpreter. */
#ifndef UNIT_GEN_UTIL_H
#define UNIT_GEN_UTIL_H
#include "abi/codegen.h"
#include "ir/build.h"
#include "ir/eval.h"
#include "plan/plan.h"
#include "unit.h"
#include <math.h>
#include <stdbool.h>

struct gen_case {
	struct graph *g;
	struct job *job;
	const struct region *region;
	enum core core;
	uint32_t row;                /* CORE_row */
	int64_t outer_grain, inner_grain;
	bool strict, streams;
	enum isa least;              /* the lowest level there is such a kernel for */
	enum isa most;               /* the highest; 0: all are */
	/* relative to the largest of value and 1; 0: exact, NaN equals NaN */
	double tolerance;
	double low, high;            /* of random inputs; both 0: -4 .. 4 */
	int64_t sizes[8];            /* values of symbolic extents, by size index */
	int64_t dims[8];             /* the extents themselves */
	uint32_t nsizes;
	struct contract contract;
	struct attention attention;
	/* CORE_contract, CORE_attention: the kernel's body; region then says what the whole
	 * computes */
	const struct region *body;
	bool (*fill)(uint32_t input, void *data, const struct tensor *t);      /* true: filled */
};
/* Runs build(g, job) in a job over a new graph; it ends in gen_check. */
void gen_with_graph(void (*build)(struct graph *g, struct job *j));
void gen_check(const struct gen_case *c);
/* The columns [k, n] of what lies in panels: [panels, k, panel], or in words of neighbours along k,
 * [panels, words, panel, of a word]; the last panel and the last word may reach beyond. */
const struct node *gen_unpack(struct graph *g, const struct node *p, int64_t k, int64_t n);
const struct codegen_table *gen_table(void);
bool gen_runs(enum isa isa);
/* Instructions of AMX that were emulated so far: kernels for it run on any machine that could run
 * the rest of them. */
unsigned long gen_emulated(void);
/* Skips a test that compiles a thousand kernels for isa where that shows nothing: on one thread
 * under the thread sanitizer, and under the address sanitizer, which looks at the generator and not
 * at the code, for levels between the lowest and the highest of a machine. */
void gen_every_begin(enum isa isa);
/* Does the LLVM IR of k for isa say `word`? */
bool gen_code_says(const struct kernel *k, enum isa isa, const char *word);
/* executable copy; the entry's address */
void *gen_map_code(const struct codegen_code *code);
const struct region *gen_region(struct graph *g, uint32_t nparams, const struct type *const *params,
	uint32_t nresults, const struct node *const *results);
const struct type *gen_type(struct graph *g, enum dtype t, uint32_t rank, ...);     /* int dims */
#endif
