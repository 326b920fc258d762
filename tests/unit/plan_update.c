/* plan_update.c -- what a turn of a loop, or a call whose result lies over an argument, moves that
 * updates a little of a large tensor. */
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

/* ---- arguments whose memory is given for the result ----------------------------------------- */

#define ROWS "tensor<8x128xf32>"
#define PIECE(from, to, n, out) \
	out " = stablehlo.slice %x [" #from ":" #to "] : (" BIG ") -> tensor<" #n "xf32>\n"
#define MAIN(body) "func.func @main(%x: " BIG ", %u: tensor<4xf32>) -> " BIG " {\n" body "}"
#define JOIN(of, types) "%r = stablehlo.concatenate " of ", dim = 0 : (" types ") -> " BIG "\n"
#define T(n) "tensor<" #n "xf32>"

static const struct program arguments[] = {
	{ "a part in the middle", MAIN(PIECE(0, 8, 8, "%a") PIECE(12, 1024, 1012, "%b")
		JOIN("%a, %u, %b", T(8) ", " T(4) ", " T(1012)) "return %r : " BIG "\n"), 1 },
	{ "the last part, by what is there", MAIN(PIECE(0, 1020, 1020, "%a")
		PIECE(1020, 1024, 4, "%b") "%d = stablehlo.add %b, %u : tensor<4xf32>\n"
		JOIN("%a, %d", T(1020) ", " T(4)) "return %r : " BIG "\n"), 1 },
	{ "two parts, one by what is at the other", MAIN(PIECE(0, 8, 8, "%a")
		PIECE(12, 20, 8, "%b") PIECE(16, 20, 4, "%e") PIECE(24, 1024, 1000, "%c")
		JOIN("%a, %u, %b, %e, %c", T(8) ", " T(4) ", " T(8) ", " T(4) ", " T(1000))
		"return %r : " BIG "\n"), 1 },
	{ "a part of a row", MAIN("%m = stablehlo.reshape %x : (" BIG ") -> " ROWS "\n"
		"%a = stablehlo.slice %m [0:3, 0:128] : (" ROWS ") -> tensor<3x128xf32>\n"
		"%b = stablehlo.slice %m [3:4, 0:128] : (" ROWS ") -> tensor<1x128xf32>\n"
		"%c = stablehlo.slice %m [4:8, 0:128] : (" ROWS ") -> tensor<4x128xf32>\n"
		"%d = stablehlo.reshape %b : (tensor<1x128xf32>) -> tensor<128xf32>\n"
		"%e = stablehlo.slice %d [0:124] : (tensor<128xf32>) -> tensor<124xf32>\n"
		"%f = stablehlo.concatenate %e, %u, dim = 0 : (tensor<124xf32>, tensor<4xf32>) -> "
		"tensor<128xf32>\n"
		"%g = stablehlo.reshape %f : (tensor<128xf32>) -> tensor<1x128xf32>\n"
		"%h = stablehlo.concatenate %a, %g, %c, dim = 0 : (tensor<3x128xf32>, "
		"tensor<1x128xf32>, tensor<4x128xf32>) -> " ROWS "\n"
		"%r = stablehlo.reshape %h : (" ROWS ") -> " BIG "\nreturn %r : " BIG "\n"), 1 },
	{ "a scatter", MAIN("%f = stablehlo.constant dense<1.0> : tensor<f32>\n"
		"%at = stablehlo.constant dense<5> : tensor<1xi32>\n" SCATTER("%x", "%r")
		"return %r : " BIG "\n"), 1 },
	/* half of it: made anew, over what it is made of */
	{ "a large part", MAIN(PIECE(0, 512, 512, "%a")
		"%d = stablehlo.add %a, %a : tensor<512xf32>\n"
		JOIN("%a, %d", T(512) ", " T(512)) "return %r : " BIG "\n"), 1 },
};

static void check_argument(struct job *j, void *arg)
{
	struct check *c = arg;
	const char *text = c->program->text;
	struct plan_options o = { .narguments = 0 };
	const uint32_t given[] = { 1 };

	job_try(j, stablehlo_read(c->program->name, text, strlen(text), NULL, &c->graph));
	graph_borrow(c->graph, j);
	struct plan_source s = { .name = "main", .region = graph_main(c->graph)->region,
		.given = given };
	const struct plan *p = plan_make(j, c->graph, &s, &o);
	bool half = c->program == &arguments[sizeof arguments / sizeof *arguments - 1];
	UNIT_NOTE("%s", c->program->name);
	CHECK_INT(p->over[0], half ? 0 : 1);
	CHECK_INT(large_steps(p, &p->main), c->program->large);
	CHECK_INT(p->main.at[p->main.n - 1].kind, ABI_STEP_kernel);
}

/* The one large step is the copy, which is none where the result lies over the argument. */
void test_plan_update__arguments_take_parts_in_place(void)
{
	for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
		struct check c = { .program = &arguments[i] };
		CHECK_OK(job_run(check_argument, &c));
		graph_release(c.graph);
	}
}
