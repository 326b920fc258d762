/* check_impl.h -- for the files of check.c, programs that check themselves: the custom calls
 * check.expect_eq and its kin, whose meanings are those of StableHLO's own test files, and the
 * interpreter dialect's run_parallel, probe and print. */
#ifndef API_CHECK_IMPL_H
#define API_CHECK_IMPL_H
#include "base/world.h"
#include "ir/eval.h"
#include "ir/group.h"

/* An attribute that key.def does not know: its text; NULL: absent. */
static inline const char *check_text(const struct node *n, const char *name)
{
	const struct attr *a = node_other(n, name);

	return a ? a->s : NULL;
}

/* Is n a check?  Its operands are what is compared, or one value and the attribute `value`. */
bool check_is(const struct node *n);
/* Fails with UNIMPLEMENTED at the first check of r where `top` says why it cannot be run (NULL: it
 * can), or of a branch or loop in it where `nested` says so. */
void check_refuse(struct job *j, const struct graph *g, const struct region *r, const char *top,
	const char *nested);
/* The same of g's functions where main takes arguments: a check that is not run must not pass. */
void check_refuse_arguments(struct job *j, const struct graph *g);
/* Compares the operands in[0..nin) of check n of g.  INVALID_ARGUMENT at n's place says where they
 * differ. */
struct weft_error *check_values(const struct graph *g, const struct node *n,
	const struct tensor *in, uint32_t nin) BASE_MUST_USE;
/* Runs g, which it changes, in a backend that compiles, and compares; adds to *counts.  A main with
 * arguments is compiled only. */
struct weft_error *check_compiled(const char *backend, const struct weft_options *o,
	struct graph *g, struct weft_check_counts *counts) BASE_MUST_USE;
/* Runs main of g in the interpreter, checks where they stand; nothing where main has arguments. */
struct weft_error *check_interpreted(const struct graph *g) BASE_MUST_USE;

/* ---- probes --------------------------------------------------------------------------------- */

/* What interpreter.probe saw, by its id and how often it was there before.  Any thread. */
struct probes;
struct weft_error *probes_create(struct probes **out) BASE_MUST_USE;
void probes_free(struct probes *p);                  /* NULL is fine */
struct weft_error *probes_add(struct probes *p, const char *id, const void *data,
	size_t bytes) BASE_MUST_USE;
/* check.expect_serialized_eq n: did its probe see these bytes? */
struct weft_error *probes_check(struct probes *p, const struct node *n, const void *data,
	size_t bytes) BASE_MUST_USE;
/* Where this thread's compiled code puts what probes_callback made of a probe; borrowed. */
void probes_enter(struct probes *p);
/* What the custom call n, a probe, is to be for compiled code: a callback that the host runs. */
const struct node *probes_callback(struct graph *g, const struct node *n,
	const struct node *const *in);
bool probe_is(const struct node *n);

/* ---- several processes ---------------------------------------------------------------------- */

/* interpreter.run_parallel: a program for each process of a grid, in the order of their ids, and
 * the functions whose results come in by infeed, in their order.  Inputs and results of all
 * processes lie one after the other. */
struct parallel_counts {
	uint32_t nin, nout;
};
struct parallel {
	struct grid grid;
	uint32_t n, ninfeed;
	struct parallel_counts *counts;      /* of operands and results, a process each */
	const struct func **programs, **infeed;
};
bool parallel_is(const struct node *n);
/* In j's scratch; fails j on names that are not functions of g, and where operands and results are
 * not those of the programs. */
struct parallel parallel_read(struct job *j, const struct graph *g, const struct node *n);
/* Operands (results) of the processes before process i. */
uint32_t parallel_first(const struct parallel *p, uint32_t i, bool results);

typedef struct weft_error *parallel_fn(void *arg, uint32_t i);
typedef struct weft_error *parallel_feed_fn(void *arg, uint32_t i, struct world *w);
/* Puts what feed(arg, i, world) has of each infeed function into a new world, then runs
 * fn(arg, i) for process i of p, each in a thread of its own.  Waits for all. */
struct weft_error *parallel_run(const struct parallel *p, parallel_feed_fn *feed, parallel_fn *fn,
	void *arg) BASE_MUST_USE;
#endif
