/* plan_text.c -- what a program, given as text, is planned as. */
#include "plan_text.h"
#include "plan/plan_impl.h"
#include "stablehlo/stablehlo.h"
#include "unit.h"
#include <string.h>

struct reading {
	const char *text;
	struct plan_text is;
	struct graph *graph;                 /* made by the job, whoever asked releases it */
};

/* Elements of r's transposes. */
static int64_t turned(struct job *j, const struct region *r)
{
	uint32_t n;
	const struct node **order = region_order(j, r, &n);
	int64_t all = 0;

	for (uint32_t i = 0; i < n; i++)
		if (order[i]->op == OP_transpose && type_is_static(order[i]->type))
			all += type_elements(order[i]->type);
	return all;
}

static void read_and_plan(struct job *j, void *arg)
{
	struct reading *r = arg;
	struct plan_options o = { 0 };

	job_try(j, stablehlo_read("text", r->text, strlen(r->text), NULL, &r->graph));
	graph_borrow(r->graph, j);
	struct plan_source s = { .name = "main", .region = graph_main(r->graph)->region };
	const struct plan *p = plan_make(j, r->graph, &s, &o);
	const struct kernel *last = p->kernels[p->nkernels - 1];
	r->is = (struct plan_text){ .kernels = p->nkernels, .chunks = last->chunks,
		.brief = last->brief, .turned = turned(j, plan_lower(r->graph, s.region, &o)) };
}

struct plan_text plan_text(const char *text)
{
	struct reading r = { .text = text };

	CHECK_OK(job_run(read_and_plan, &r));
	graph_release(r.graph);
	return r.is;
}
