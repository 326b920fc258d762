/* plan_order.c -- steps come where their operands' memory ends; results lie where they are made. */
#include "plan/plan_impl.h"
#include "stablehlo/stablehlo.h"
#include "unit.h"
#include <string.h>

#define T "tensor<64x64xf32>"
#define DOT(to, of) to " = stablehlo.dot_general " of ", %w, contracting_dims = [1] x [0] : " \
	"(" T ", " T ") -> " T "\n"
#define SUM(to, of) to " = stablehlo.reduce(" of " init: %z) applies stablehlo.add across " \
	"dimensions = [0] : (" T ", tensor<f32>) -> tensor<64xf32>\n"
/* A chain of products, and sums of all of them, written behind it. */
#define CHAIN "func.func @main(%x: " T ", %w: " T ") -> (" T ", tensor<64xf32>, tensor<64xf32>, " \
	"tensor<64xf32>, tensor<64xf32>) {\n" \
	"%z = stablehlo.constant dense<0.0> : tensor<f32>\n" \
	DOT("%a", "%x") DOT("%b", "%a") DOT("%c", "%b") DOT("%d", "%c") DOT("%e", "%d") \
	SUM("%p", "%a") SUM("%q", "%b") SUM("%r", "%c") SUM("%s", "%d") \
	"return %e, %p, %q, %r, %s : " T ", tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, " \
	"tensor<64xf32>\n}"
/* A product that reads an argument in whose memory a result may be put that is ready before. */
#define OVER "func.func @main(%x: " T ", %w: " T " {tf.aliasing_output = 1 : i32}) -> " \
	"(" T ", " T ") {\n" DOT("%a", "%x") DOT("%b", "%a") DOT("%c", "%b") \
	"%u = stablehlo.add %w, %a : " T "\nreturn %c, %u : " T ", " T "\n}"
#define RESHAPED "func.func @main(%x: " T ", %w: " T ") -> (" T ", tensor<4096xf32>) {\n" \
	DOT("%a", "%x") DOT("%b", "%a") \
	"%r = stablehlo.reshape %a : (" T ") -> tensor<4096xf32>\n" \
	"return %b, %r : " T ", tensor<4096xf32>\n}"

#define FULL(to, v) to " = stablehlo.constant dense<" v "> : " T "\n"
#define SCATTER(to, into, by) to " = \"stablehlo.scatter\"(" into ", %i, " by ") " \
	"<{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], " \
	"inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> " \
	"({\n^bb0(%l: tensor<f32>, %m: tensor<f32>):\n" \
	"%n = stablehlo.add %l, %m : tensor<f32>\nstablehlo.return %n : tensor<f32>\n}) : " \
	"(" T ", tensor<64x1xi32>, " T ") -> " T "\n"
/* Three tensors that are there from the beginning on, each changed by what the one before gave. */
#define LATE "func.func @main(%w: " T ", %i: tensor<64x1xi32>) -> (" T ", tensor<64xf32>) {\n" \
	"%z = stablehlo.constant dense<0.0> : tensor<f32>\n" \
	FULL("%x", "1.0") FULL("%y", "2.0") FULL("%v", "3.0") \
	DOT("%a", "%w") SCATTER("%b", "%x", "%a") DOT("%c", "%b") SCATTER("%d", "%y", "%c") \
	DOT("%e", "%d") SCATTER("%f", "%v", "%e") DOT("%g", "%f") SUM("%p", "%w") \
	"return %g, %p : " T ", tensor<64xf32>\n}"

struct planned {
	const char *text;
	void (*check)(const struct plan *p);
	struct graph *graph;
};

static void plan_text(struct job *j, void *arg)
{
	struct planned *c = arg;
	struct plan_options o = { .narguments = 0 };

	job_try(j, stablehlo_read("order", c->text, strlen(c->text), NULL, &c->graph));
	graph_borrow(c->graph, j);
	const struct func *main = graph_main(c->graph);
	struct plan_source s = { .name = "main", .region = main->region,
		.given = func_gives(j, main) };
	c->check(plan_make(j, c->graph, &s, &o));
}

static void check_plan(const char *text, void (*check)(const struct plan *p))
{
	struct planned c = { .text = text, .check = check };

	CHECK_OK(job_run(plan_text, &c));
	graph_release(c.graph);
}

/* Every step comes behind the one that makes what it reads, within the lives buffers are said to
 * have. */
static void check_lives(const struct plan *p)
{
	for (uint32_t i = 0; i < p->main.n; i++) {
		const struct plan_step *s = &p->main.at[i];
		for (uint32_t k = 0; k < s->nargs; k++) {
			const struct plan_buffer *b = &p->buffers[s->args[k]];
			CHECK(b->first <= i && i <= b->last);
			bool made = b->kind == ABI_BUFFER_arena || b->kind == ABI_BUFFER_output;
			CHECK(!made || k >= s->nargs - s->noutputs || b->first < i);
		}
	}
}

static void check_chain(const struct plan *p)
{
	check_lives(p);
	CHECK_INT(p->arena, 2 * 64 * 64 * 4);
}

void test_plan_order__a_sum_comes_behind_what_it_is_of(void)
{
	check_plan(CHAIN, check_chain);
}

/* At a time: a product, and what it goes into. */
static void check_late(const struct plan *p)
{
	check_lives(p);
	CHECK_INT(p->arena, 2 * 64 * 64 * 4);
}

void test_plan_order__what_is_made_of_nothing_waits_for_its_reader(void)
{
	check_plan(LATE, check_late);
}

static void check_over(const struct plan *p)
{
	check_lives(p);
	CHECK(p->over && p->over[1] == 2);
}

void test_plan_order__an_argument_is_written_behind_its_readers(void)
{
	check_plan(OVER, check_over);
}

static void check_reshaped(const struct plan *p)
{
	check_lives(p);
	for (uint32_t i = 0; i < p->main.n; i++)
		CHECK(p->main.at[i].kind != ABI_STEP_copy);
	CHECK_INT(p->buffers[p->outputs[1]].type->rank, 1);
}

void test_plan_order__a_reshaped_result_is_not_copied(void)
{
	check_plan(RESHAPED, check_reshaped);
}
