/* plan_update.c -- what a turn of a loop moves that updates a little of a large tensor. */
#include "plan/plan_impl.h"
#include "stablehlo/stablehlo.h"
#include "unit.h"
#include <string.h>

#define BIG "tensor<1024xf32>"
#define LOOP(body) \
	"func.func @main(%x: " BIG ", %n: tensor<i32>) -> (" BIG ", " BIG ") {\n" \
	"%0 = stablehlo.constant dense<0> : tensor<i32>\n" \
	"%1 = stablehlo.constant dense<1> : tensor<i32>\n" \
	"%f = stablehlo.constant dense<1.0> : tensor<f32>\n" \
	"%r:3 = stablehlo.while(%i = %0, %a = %x, %b = %x) : tensor<i32>, " BIG ", " BIG "\n" \
	"cond {\n%p = stablehlo.compare LT, %i, %n, SIGNED : (tensor<i32>, tensor<i32>) -> " \
	"tensor<i1>\nstablehlo.return %p : tensor<i1>\n} do {\n" \
	"%j = stablehlo.add %i, %1 : tensor<i32>\n" \
	"%one = stablehlo.broadcast_in_dim %f, dims = [] : (tensor<f32>) -> tensor<1xf32>\n" \
	"%at = stablehlo.reshape %i : (tensor<i32>) -> tensor<1xi32>\n" body \
	"}\nreturn %r#1, %r#2 : " BIG ", " BIG "\n}"
#define READ(of, to) to " = stablehlo.dynamic_slice " of ", %i, sizes = [1] : " \
	"(" BIG ", tensor<i32>) -> tensor<1xf32>\n"
#define UPDATE(of, by, to) to " = stablehlo.dynamic_update_slice " of ", " by ", %i : " \
	"(" BIG ", tensor<1xf32>, tensor<i32>) -> " BIG "\n"
#define SCATTER(of, to) to " = \"stablehlo.scatter\"(" of ", %at, %f) " \
	"<{scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], " \
	"scatter_dims_to_operand_dims = [0]>}> ({\n^bb0(%s: tensor<f32>, %t: tensor<f32>):\n" \
	"%z = stablehlo.add %s, %t : tensor<f32>\nstablehlo.return %z : tensor<f32>\n}) : " \
	"(" BIG ", tensor<1xi32>, tensor<f32>) -> " BIG "\n"
#define RETURN(a, b) "stablehlo.return %j, " a ", " b " : tensor<i32>, " BIG ", " BIG "\n"

struct program {
	const char *name;
	const char *text;
	uint32_t large;              /* steps of the loop's body that make a large tensor anew */
};

static const struct program programs[] = {
	{ "an update", LOOP(UPDATE("%a", "%one", "%u") RETURN("%u", "%b")), 0 },
	{ "of what it reads", LOOP(READ("%a", "%e") "%d = stablehlo.add %e, %one : tensor<1xf32>\n"
		UPDATE("%a", "%d", "%u") RETURN("%u", "%b")), 0 },
	{ "read before, used behind", LOOP(READ("%a", "%e") UPDATE("%a", "%one", "%u")
		READ("%u", "%g") "%d = stablehlo.add %e, %g : tensor<1xf32>\n"
		UPDATE("%b", "%d", "%v") RETURN("%u", "%v")), 0 },
	{ "two of one", LOOP(UPDATE("%a", "%one", "%u") READ("%b", "%e") UPDATE("%u", "%e", "%v")
		RETURN("%v", "%b")), 0 },
	{ "a scatter", LOOP(SCATTER("%a", "%u") RETURN("%u", "%b")), 0 },
	{ "in a branch", LOOP("%u = \"stablehlo.case\"(%i) ({\n" UPDATE("%a", "%one", "%v")
		"stablehlo.return %v : " BIG "\n}, {\n" SCATTER("%a", "%v")
		"stablehlo.return %v : " BIG "\n}, {\nstablehlo.return %a : " BIG "\n"
		"}) : (tensor<i32>) -> " BIG "\n" RETURN("%u", "%b")), 0 },
	{ "in a loop in the loop", LOOP("%q:2 = stablehlo.while(%k = %i, %w = %a) : tensor<i32>, "
		BIG "\ncond {\n%c = stablehlo.compare LT, %k, %n, SIGNED : (tensor<i32>, "
		"tensor<i32>) -> tensor<i1>\nstablehlo.return %c : tensor<i1>\n} do {\n"
		"%l = stablehlo.add %k, %1 : tensor<i32>\n" UPDATE("%w", "%one", "%u")
		"stablehlo.return %l, %u : tensor<i32>, " BIG "\n}\n" RETURN("%q#1", "%b")), 0 },
	/* the update's kernel alone makes the other, and it is copied over the first */
	{ "what was before is kept", LOOP(UPDATE("%a", "%one", "%u") RETURN("%u", "%a")), 3 },
};

/* Steps of the list, and of lists in it, that write a whole large tensor. */
static uint32_t large_steps(const struct plan *p, const struct plan_steps *list)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		const struct plan_step *s = &list->at[i];
		const struct kernel *k = s->kind == ABI_STEP_kernel ? p->kernels[s->kernel] : NULL;
		for (uint32_t r = 0; r < s->nregions; r++)
			n += large_steps(p, &s->regions[r]);
		if (s->noutputs && p->buffers[s->args[s->nargs - 1]].bytes >= 4096)
			n += !k || (k->core != CORE_update && !k->in_place);
	}
	return n;
}

struct check {
	const struct program *program;
	struct graph *graph;                 /* made by the check, whoever asked releases it */
};

static void check_program(struct job *j, void *arg)
{
	struct check *c = arg;
	const char *text = c->program->text;
	struct plan_options o = { .narguments = 0 };

	job_try(j, stablehlo_read(c->program->name, text, strlen(text), NULL, &c->graph));
	graph_borrow(c->graph, j);
	struct plan_source s = { .name = "main", .region = graph_main(c->graph)->region };
	const struct plan *p = plan_make(j, c->graph, &s, &o);
	for (uint32_t i = 0; i < p->main.n; i++)
		if (p->main.at[i].kind == ABI_STEP_while) {
			UNIT_NOTE("%s", c->program->name);
			CHECK_INT(large_steps(p, &p->main.at[i].regions[1]), c->program->large);
		}
}

void test_plan_update__moves_no_large_tensor(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		struct check c = { .program = &programs[i] };
		CHECK_OK(job_run(check_program, &c));
		graph_release(c.graph);
	}
}
