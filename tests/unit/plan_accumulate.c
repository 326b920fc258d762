/* plan_accumulate.c -- a sum into zeros that is added to a tensor is made in that tensor. */
#include "plan/plan_impl.h"
#include "stablehlo/stablehlo.h"
#include "unit.h"
#include <string.h>

#define SCATTER(type, of, by) SCATTER_WITH(type, of, by, "")
#define SCATTER_WITH(type, of, by, more) "\"stablehlo.scatter\"(" of ", %i, %u) " \
	"<{" more "scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], " \
	"inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> " \
	"({\n^bb0(%p: tensor<" type ">, %q: tensor<" type ">):\n" \
	"%t = stablehlo." by " %p, %q : tensor<" type ">\n" \
	"stablehlo.return %t : tensor<" type ">\n}) : (tensor<512x16x" type ">, tensor<4x1xi32>, " \
	"tensor<4x16x" type ">) -> tensor<512x16x" type ">\n"
#define PROGRAM(type, body) \
	"func.func @main(%a: tensor<512x8x" type ">, %b: tensor<8x16x" type ">, " \
	"%i: tensor<4x1xi32>, %u: tensor<4x16x" type ">) -> tensor<512x16x" type "> {\n" \
	"%z = stablehlo.constant dense<0.0> : tensor<512x16x" type ">\n" \
	"%d = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<512x8x" type \
	">, tensor<8x16x" type ">) -> tensor<512x16x" type ">\n" body \
	"return %r : tensor<512x16x" type ">\n}"
#define SUM(type, a, b) "%r = stablehlo.add " a ", " b " : tensor<512x16x" type ">\n"

struct program {
	const char *name;
	const char *text;
	bool strict;
	bool in_place;               /* nothing large is stored but the result */
};

static const struct program programs[] = {
	{ "behind", PROGRAM("f32", "%s = " SCATTER("f32", "%z", "add") SUM("f32", "%d", "%s")),
		false, true },
	{ "before", PROGRAM("f32", "%s = " SCATTER("f32", "%z", "add") SUM("f32", "%s", "%d")),
		false, true },
	{ "strict", PROGRAM("f32", "%s = " SCATTER("f32", "%z", "add") SUM("f32", "%d", "%s")),
		true, false },
	{ "bf16", PROGRAM("bf16", "%s = " SCATTER("bf16", "%z", "add") SUM("bf16", "%d", "%s")),
		false, false },
	{ "not a sum", PROGRAM("f32", "%s = " SCATTER("f32", "%z", "maximum")
		SUM("f32", "%d", "%s")), false, false },
	{ "not zeros", PROGRAM("f32", "%o = stablehlo.cosine %z : tensor<512x16xf32>\n%s = "
		SCATTER("f32", "%o", "add") SUM("f32", "%d", "%s")), false, false },
};

struct check {
	const struct program *program;
	int64_t kernels;                     /* those that there are */
	struct graph *graph;                 /* made by the check, whoever asked releases it */
};

static void check_program(struct job *j, void *arg)
{
	struct check *c = arg;
	const struct program *w = c->program;
	struct plan_options o = { .strict = w->strict };

	job_try(j, stablehlo_read(w->name, w->text, strlen(w->text), NULL, &c->graph));
	graph_borrow(c->graph, j);
	struct plan_source s = { .name = "main", .region = graph_main(c->graph)->region };
	const struct plan *p = plan_make(j, c->graph, &s, &o);
	UNIT_NOTE("%s", w->name);
	CHECK_INT(p->arena < 512 * 16 * 2, w->in_place);
}

void test_plan_accumulate__sums_in_place(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		struct check c = { .program = &programs[i] };
		CHECK_OK(job_run(check_program, &c));
		graph_release(c.graph);
	}
}

/* ---- sums of sorted updates: chunks fill their own rows ------------------------------ */

#define SUM_INTO_ZEROS(more) \
	"func.func @main(%i: tensor<4x1xi32>, %u: tensor<4x16xf32>) -> tensor<512x16xf32> {\n" \
	"%z = stablehlo.constant dense<0.0> : tensor<512x16xf32>\n%r = " \
	SCATTER_WITH("f32", "%z", "add", more) "return %r : tensor<512x16xf32>\n}"

static const struct {
	struct program program;
	int64_t kernels;
} sums[] = {
	{ { "sorted", SUM_INTO_ZEROS("indices_are_sorted = true, "), false, true }, 1 },
	{ { "in any order", SUM_INTO_ZEROS(""), false, true }, 2 },
};

static void count_kernels(struct job *j, void *arg)
{
	struct check *c = arg;
	struct plan_options o = { 0 };

	job_try(j, stablehlo_read(c->program->name, c->program->text, strlen(c->program->text),
		NULL, &c->graph));
	graph_borrow(c->graph, j);
	struct plan_source s = { .name = "main", .region = graph_main(c->graph)->region };
	c->kernels = plan_make(j, c->graph, &s, &o)->nkernels;
}

void test_plan_accumulate__sorted_sums_fill_their_rows(void)
{
	for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
		struct check c = { .program = &sums[i].program };
		CHECK_OK(job_run(count_kernels, &c));
		UNIT_NOTE("%s", sums[i].program.name);
		CHECK_INT(c.kernels, sums[i].kernels);
		graph_release(c.graph);
	}
}
