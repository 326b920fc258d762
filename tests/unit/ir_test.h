/* ir_test.h -- what the unit tests of ir/ share: a graph borrowed by a job, in one line. */
#ifndef UNIT_IR_TEST_H
#define UNIT_IR_TEST_H
#include "base/str.h"
#include "ir/build.h"
#include "ir/graph.h"
#include "ir/node_map.h"
#include "unit.h"

typedef void ir_body(struct graph *g);
struct ir_run {
	struct graph *g;
	ir_body *body;
};
static inline void ir_enter(struct job *j, void *arg)
{
	struct ir_run *r = arg;

	graph_borrow(r->g, j);
	r->body(r->g);
}
/* Runs body over g in a job; its error, which the caller frees. */
static inline struct weft_error *ir_try(struct graph *g, ir_body *body)
{
	struct ir_run r = { g, body };

	return job_run(ir_enter, &r);
}
/* Runs body over a fresh graph and expects no error. */
static inline void ir_run(ir_body *body)
{
	struct graph *g;

	CHECK_OK(graph_create(&g));
	CHECK_OK(ir_try(g, body));
	graph_release(g);
}
static inline const struct type *ir_type(struct graph *g, enum dtype t, int64_t a, int64_t b)
{
	return type_tensor(g, t, 2, (const int64_t[]){ a, b });
}
static inline const char *ir_dim_text(struct graph *g, int64_t d)
{
	struct str s;

	str_init(&s, graph_job(g));
	dim_print(g, d, &s);
	return s.text;
}
#endif
