/* plan_past.c -- which results go past the caches (plan/kernel.c). */
#include "plan/plan.h"
#include "stablehlo/stablehlo.h"
#include "unit.h"
#include <string.h>

#define IN "tensor<8x1024xf32>"
#define C "tensor<1024x1024xf32>"
#define V "tensor<1024xf32>"
#define DOT(to, a, b) to " = stablehlo.dot_general " a ", " b ", contracting_dims = [0] x [0] : " \
	"(" IN ", " IN ") -> " C "\n"
#define TWO "func.func @main(%a: " IN ", %b: " IN ") -> (" C ", " C ") {\n"
#define DOT1(to, a) to " = stablehlo.dot_general " a ", " a ", contracting_dims = [0] x [0] : " \
	"(" C ", " C ") -> " C "\n"
#define SUM "%z = stablehlo.constant dense<0.0> : tensor<f32>\n" \
	"%s = stablehlo.reduce(%p init: %z) applies stablehlo.add across dimensions = [0] : " \
	"(" C ", tensor<f32>) -> " V "\n"

static const struct {
	const char *name, *text;
	size_t l2;
	bool past, near;                     /* do kernels store so, and do others not? */
} programs[] = {
	{ "results that nothing reads",
		TWO DOT("%p", "%a", "%b") DOT("%q", "%a", "%a") "return %p, %q : " C ", " C "\n}",
		512 << 10, true, false },
	{ "of as much as is near",
		TWO DOT("%p", "%a", "%b") DOT("%q", "%a", "%a") "return %p, %q : " C ", " C "\n}",
		1 << 20, false, true },
	{ "one alone", "func.func @main(%a: " IN ", %b: " IN ") -> " C " {\n" DOT("%p", "%a", "%b")
		"return %p : " C "\n}", 512 << 10, false, true },
	{ "of which one is read",
		"func.func @main(%a: " IN ", %b: " IN ") -> (" C ", " C ", " C ", " V ") {\n"
		DOT("%p", "%a", "%b") DOT("%q", "%a", "%a") DOT("%r", "%b", "%b") SUM
		"return %p, %q, %r, %s : " C ", " C ", " C ", " V "\n}", 512 << 10, true, true },
	{ "one number", "func.func @main() -> " C " {\n%z = stablehlo.constant dense<0.0> : " C "\n"
		"return %z : " C "\n}", 512 << 10, true, false },
	{ "one number, near",
		"func.func @main() -> " C " {\n%z = stablehlo.constant dense<0.0> : " C "\n"
		"return %z : " C "\n}", 1 << 20, false, true },
};

#define BOTH "func.func @main(%a: " C ", %b: " C ") -> (" C ", " C ") {\n"
#define MAPS BOTH "%p = stablehlo.add %a, %b : " C "\n" \
	"%q = stablehlo.multiply %b, %b : " C "\n return %p, %q : " C ", " C "\n}"

/* Results in an argument's memory, 1 + its number or 0 */
static const struct {
	const char *name, *text;
	uint32_t given[2];
	bool past;                           /* does the first kernel store so? */
	bool anywhere[2];                    /* may results be at any address? */
} places[] = {
	{ "a map in place", MAPS, { 1, 2 }, false, { true, true } },
	{ "with a result beside it", MAPS, { 1, 0 }, false, { true, false } },
	{ "a map", MAPS, { 0, 0 }, true, { false, false } },
	{ "products", BOTH DOT1("%p", "%a") DOT1("%q", "%b") "return %p, %q : " C ", " C "\n}",
		{ 0, 2 }, true, { false, false } },
};

struct reading {
	size_t program;
	struct graph *graph;                 /* made by the job, whoever asked releases it */
};

static const struct plan *plan_of(struct job *j, struct reading *r, const char *text,
	const uint32_t *given, const struct plan_options *o)
{
	job_try(j, stablehlo_read("past", text, strlen(text), NULL, &r->graph));
	graph_borrow(r->graph, j);
	struct plan_source s = { .name = "main", .region = graph_main(r->graph)->region,
		.given = given };
	return plan_make(j, r->graph, &s, o);
}

static void placed(struct job *j, void *arg)
{
	struct reading *r = arg;
	struct plan_options o = { .l2 = 64 << 10, .l3 = 1 << 20 };
	const struct plan *p = plan_of(j, r, places[r->program].text, places[r->program].given, &o);

	CHECK_INT(p->kernels[0]->streams, places[r->program].past);
	for (uint32_t i = 0; i < 2; i++)
		CHECK_INT(p->buffers[p->outputs[i]].anywhere, places[r->program].anywhere[i]);
}

void test_plan_past__results_in_an_arguments_memory(void)
{
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		struct reading r = { .program = i };
		UNIT_NOTE("%s", places[i].name);
		CHECK_OK(job_run(placed, &r));
		graph_release(r.graph);
	}
}

static void past(struct job *j, void *arg)
{
	struct reading *r = arg;
	struct plan_options o = { .l2 = programs[r->program].l2 };
	const struct plan *p = plan_of(j, r, programs[r->program].text, NULL, &o);
	bool is[2] = { false, false };
	for (uint32_t k = 0; k < p->nkernels; k++)
		if (p->kernels[k]->core != CORE_map || !p->kernels[k]->ninputs)
			is[p->kernels[k]->streams] = true;
	CHECK_INT(is[true], programs[r->program].past);
	CHECK_INT(is[false], programs[r->program].near);
}

void test_plan_past__results_that_no_cache_would_hold(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		struct reading r = { .program = i };
		UNIT_NOTE("%s", programs[i].name);
		CHECK_OK(job_run(past, &r));
		graph_release(r.graph);
	}
}
