/* planner.h -- a plan being made: what plan.c (kernels, calls, the program) and control.c (branches
 * and loops) share of step.c.  A job's; one thread. */
#ifndef PLAN_PLANNER_H
#define PLAN_PLANNER_H
#include "plan/plan_impl.h"

#define NO_BUFFER UINT32_MAX

/* The branch being made, NULL: none; and its step being made. */
struct home {
	struct plan_steps *list;
	uint32_t now;
};
struct planner {
	struct graph *g;
	struct job *job;
	const struct plan_options *o;
	struct plan *p;
	uint32_t cap_kernels, cap_buffers;
	const struct plan_steps *top;    /* the list being made: load's, then main's */
	uint32_t now;                    /* its step being made */
	struct home home;
};
/* One region being planned: where each of its nodes' values is. */
struct scope {
	const struct region *region;
	uint32_t *buffer;                /* by node id; NO_BUFFER: none, or not yet */
	struct plan_steps *steps;
	const struct fusion *f;
	const uint32_t *last;            /* plan_last_reads */
	uint32_t at;                     /* place in f->order of the node being planned */
	uint32_t first;                  /* buffers from this one on are made by the region */
	/* by parameter: its buffer, and may it be written over? */
	const uint32_t *params;
	const bool *mine;
};

/* Bytes of a dense tensor of type t; may be symbolic. */
int64_t planner_bytes(struct planner *pl, const struct type *t);
/* A new buffer; its number in plan.buffers. */
uint32_t planner_add_buffer(struct planner *pl, enum abi_buffer_kind kind, uint32_t index,
	const struct type *t);
/* The step being made reads or writes it. */
uint32_t planner_use(struct planner *pl, uint32_t buffer);

/* The next step of s, to be filled in and ended. */
struct plan_step *planner_add_step(struct planner *pl, struct scope *s, enum abi_step_kind kind);
/* Called after a step is complete: in load and main the next one has the next number. */
void planner_end_step(struct planner *pl, const struct scope *s);
/* args[0..n): inputs, then noutputs outputs; copied. */
void planner_set_args(struct planner *pl, struct plan_step *step, uint32_t n,
	const uint32_t *args, uint32_t noutputs);
/* A step that copies; none where both are one buffer. */
void planner_add_copy(struct planner *pl, struct scope *s, uint32_t from, uint32_t to);
/* Where the values of n are: one of buffers[0..count) a result. */
void planner_set_results(struct planner *pl, struct scope *s, const struct node *n,
	uint32_t count, const uint32_t *buffers);
/* A new buffer for each result of n, NO_BUFFER for a token; how many results there are. */
uint32_t planner_result_buffers(struct planner *pl, const struct node *n, uint32_t *out);

/* May the node at hand, which reads in[0..nin), write over what in[i] holds?  Not if it reads that
 * twice, or if somebody reads it later. */
bool planner_may_write(const struct planner *pl, const struct scope *s, uint32_t nin,
	const struct node *const *in, uint32_t i);

/* The steps of r, appended to steps.  params[], by parameter: its buffer; mine[] (NULL: none): may
 * the region write over it?  results[]: the buffers of its results. */
void planner_region(struct planner *pl, const struct region *r, struct plan_steps *steps,
	const uint32_t *params, const bool *mine, uint32_t *results);
/* n, an `if` or `case`; a `while`: a step of s. */
void planner_if(struct planner *pl, struct scope *s, const struct node *n);
void planner_while(struct planner *pl, struct scope *s, const struct node *n);
#endif
