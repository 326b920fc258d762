/* row_impl.h -- what the files of CORE_row share: row_plan.c says before any code is made what each
 * pass computes and keeps, row_acc.c holds the accumulators, row.c has the loops. */
#ifndef GEN_ROW_IMPL_H
#define GEN_ROW_IMPL_H
#include "gen/core_impl.h"

#define ROW_MAX_REDUCES 24
#define ROW_MAX_PAIRED 12        /* accumulators of both sets: as many as there are registers for */
#define ROW_MAX_KEPT 16
#define ROW_MAX_PIPED 4          /* passes but one */

struct row_reduce {
	const struct node *op;
	uint32_t stage, n;           /* operands */
	struct val acc[8];           /* while its pass runs */
	struct val total[8];         /* afterwards */
	/* in a pipeline: [i] of the row i + 1 before the one whose pass runs now */
	struct val before[ROW_MAX_PIPED];
	bool done, neutral, extreme;
	bool quiet;                  /* a maximum that need not see NaN (row_plan.c) */
	bool paired;
	struct extreme parts;        /* in place of acc, where it is one */
	uint32_t first[2];           /* of its values in the carried list, of each set */
};
struct kept {
	const struct node *node;
	uint32_t pass;
	LLVMValueRef at;             /* scratch: `rows` of them, of `bytes` */
	int64_t rows, bytes;
	LLVMValueRef row[ROW_MAX_PIPED + 1];           /* in a pipeline: of each pass */
};
struct row {
	struct lanes lanes;
	const struct node **nodes;
	uint32_t count, npasses;
	uint32_t first, last, pass;  /* of the loop at hand, and the one of these at hand */
	uint32_t *stage, *seen;      /* by position in nodes; seen: 1 + pass */
	double *cost;
	uint32_t nreduces, nkept;
	struct row_reduce reduces[ROW_MAX_REDUCES];
	struct kept kept[ROW_MAX_KEPT];
	struct ix *ix;               /* of the space, the row's components of this block */
	int64_t length;              /* -1: symbolic */
	int level;                   /* inside of the loop over rows */
	bool piped;
	struct ix *at[ROW_MAX_PIPED + 1];              /* each pass's ix, in a pipeline */
	LLVMValueRef carried[LOOP_MAX_CARRIED];        /* accumulators: each pass's sets */
	uint32_t set;                /* at hand */
	struct ix block;             /* linear index within the row */
};

/* ---- row_plan.c ---- */
void row_analyse(struct gen *g, struct row *w);
void row_plan_kept(struct gen *g, struct row *w);
/* Is n's type the space's? */
bool row_of_the_space(const struct gen *g, const struct node *n);
bool row_pass_has_work(const struct gen *g, const struct row *w, uint32_t pass);
/* Is n e / sum(e) with e = exponential(x - max(x)) (R4)? */
bool row_is_weight(const struct node *n);
/* Is n exponential(x - max(x)) in f32? */
bool row_is_below(const struct node *n);

/* ---- row_acc.c ---- */
/* The accumulators of the reduces of a pass are added to those carried. */
void row_acc_begin(struct gen *g, struct row *w, uint32_t pass);
void row_acc_step(struct gen *g, struct row *w, struct row_reduce *r);
void row_acc_end(struct gen *g, struct row *w, struct row_reduce *r);
#endif
