/* tune.h -- how a plan's contractions are cut into chunks, chosen by running them. */
#ifndef API_TUNE_H
#define API_TUNE_H
#include "abi/codegen.h"
#include "plan/plan.h"

struct tune {
	struct plan *plan;
	const struct codegen_table *codegen;
	const struct codegen_options *options;
	unsigned threads;            /* 0: pool_default_threads() */
};
/* Times every way (plan_ways) of t->plan's kernels and has the plan take the fastest where it is
 * clearly faster than the plan's own.  What cannot be compiled or run alone is left as it is.  The
 * bits of results do not change.  Returns how many ways ran. */
uint32_t tune(struct job *j, const struct tune *t);
#endif
