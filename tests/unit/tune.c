/* tune.c -- unit tests of max_autotune: all ways to cut a contraction give the same bits, and the
 * cache remembers what was chosen. */
#include "api/tune.h"
#include "backend/backend.h"
#include "base/mem.h"
#include "cache_util.h"
#include "gen_util.h"
#include "run/run.h"
#include <weft/weft.h>

enum { M = 150, N = 330, K = 300 };

static float operand[2][K * N];

static void fill(void)
{
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < K * N; k++)
			operand[i][k] = (float)((k * 37 + i * 11) % 101) / 97.0f - 0.5f;
}

/* tanh of a product, on rows of both operands' last dim. */
static struct plan *product(struct graph *g, struct job *j, enum isa isa)
{
	const struct type *types[] = { gen_type(g, DTYPE_f32, 2, M, K),
		gen_type(g, DTYPE_f32, 2, N, K) };
	const struct node *x = graph_parameter(g, 0, types[0]);
	const struct node *w = graph_parameter(g, 1, types[1]);
	const struct node *y = build1(g, OP_tanh, build_dot_over(g, x, 1, w, 1, DTYPE_f32));
	struct plan_source s = { .name = "main", .region = gen_region(g, 2, types, 1, &y) };

	plan_track(g, &s, true);
	return plan_make(j, g, &s, &(struct plan_options){ .isa = isa });
}

/* The memory that the next run's result is given holds no result of the last. */
static void spoil(size_t bytes)
{
	struct storage *s;

	CHECK_OK(storage_create(bytes, &s));
	memset(s->data, 0xff, bytes);
	storage_release(s);
}

/* y = the program of p, which has one kernel; its operands are in any order. */
static void run_plan(struct job *j, const struct plan *p, float *y)
{
	struct codegen_code code;
	struct run_tensor in[2], out;
	struct exe *x;
	void *bytes;
	size_t size;

	CHECK_INT(p->nkernels, 1);
	CHECK_OK(gen_table()->compile(
		p->kernels[0], &(struct codegen_options){ .isa = p->isa, .level = 1 }, &code));
	backend_emit_plan(j, &(struct backend_emission){ .name = "weft", .plan = p, .code = &code,
		.isa = p->isa }, &bytes, &size);
	CHECK_OK(exe_load(bytes, size, NULL, &x));
	for (int i = 0; i < 2; i++) {
		const int64_t *dims = p->buffers[p->inputs[i]].type->dims;
		in[i] = (struct run_tensor){ .dtype = WEFT_F32, .rank = 2, .dims = dims,
			.data = operand[dims[0] != M] };
	}
	spoil(sizeof(float) * M * N);
	CHECK_OK(exe_run(x, &(struct run_options){ .threads = 3 }, in, 2, &out, 1));
	memcpy(y, out.data, sizeof(float) * M * N);
	storage_release(out.storage);
	exe_release(x);
	mem_free(bytes);
	gen_table()->code_free(&code);
}

static void same_bits(struct graph *g, struct job *j)
{
	static float want[M * N], got[M * N];

	fill();
	for (enum isa isa = 0; isa < ISA_COUNT; isa++) {
		if (!gen_runs(isa))
			continue;
		struct plan *p = product(g, j, isa);
		struct contract ways[PLAN_WAYS];
		uint32_t n = plan_ways(p, p->kernels[0], ways);
		int64_t chunks = p->kernels[0]->chunks;
		bool other = false;
		CHECK(n >= 4);
		run_plan(j, p, want);
		for (uint32_t i = 0; i < n; i++) {
			UNIT_NOTE("%s, way %u", isa_table[isa].name, i);
			run_plan(j, plan_alone(j, p, p->kernels[0], &ways[i]), got);
			CHECK(!memcmp(got, want, sizeof want));
			plan_take_way(p, p->kernels[0], &ways[i]);
			CHECK_INT(p->main.at[0].chunks, p->kernels[0]->chunks);
			other |= p->kernels[0]->chunks != chunks;
			run_plan(j, p, got);
			CHECK(!memcmp(got, want, sizeof want));
		}
		CHECK(other);
	}
}

void test_tune__same_bits(void)
{
	gen_with_graph(same_bits);
}

/* Whatever is chosen. */
static void chosen(struct graph *g, struct job *j)
{
	static float want[M * N], got[M * N];
	enum isa isa;

	fill();
	CHECK_OK(isa_choose("", &isa));
	struct plan *p = product(g, j, isa);
	struct contract ways[PLAN_WAYS];
	const struct codegen_options o = { .isa = isa, .level = 2 };
	run_plan(j, p, want);
	uint32_t n = plan_ways(p, p->kernels[0], ways);
	CHECK_INT(tune(j, &(struct tune){ .plan = p, .codegen = gen_table(), .options = &o }), n);
	run_plan(j, p, got);
	CHECK(!memcmp(got, want, sizeof want));
}

void test_tune__chosen(void)
{
	gen_with_graph(chosen);
}

/* Sizes that are not known, and what is no contraction, have one way. */
static void no_ways(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 2, 300, 300);
	const struct node *y = build1(g, OP_tanh, graph_parameter(g, 0, t));
	struct plan_source s = { .name = "main", .region = gen_region(g, 1, &t, 1, &y) };
	struct contract ways[PLAN_WAYS];

	plan_track(g, &s, true);
	struct plan *p = plan_make(j, g, &s, &(struct plan_options){ .isa = 0 });
	CHECK_INT(plan_ways(p, p->kernels[0], ways), 0);
}

void test_tune__no_ways(void)
{
	gen_with_graph(no_ways);
}

static uint64_t timed(void)
{
	char *text;
	CHECK_OK(weft_report("json", &text));
	uint64_t n = strtoull(strstr(text, "\"candidates_timed\": ") + 20, NULL, 10);
	weft_text_free(text);
	return n;
}

static void compile(const char *autotune)
{
	static const char program[] =
		"func.func @main(%x: tensor<64x96xf32>, %w: tensor<200x96xf32>) -> "
		"tensor<64x200xf32> {\n"
		"  %0 = stablehlo.dot_general %x, %w, contracting_dims = [1] x [1] : "
		"(tensor<64x96xf32>, tensor<200x96xf32>) -> tensor<64x200xf32>\n"
		"  return %0 : tensor<64x200xf32>\n"
		"}\n";
	struct weft_client *c = NULL;
	struct weft_program *p = NULL;
	struct weft_options *o = NULL;
	struct weft_executable *x;

	CHECK_OK(weft_client_open(NULL, &c));
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, NULL, program, sizeof program - 1, &p));
	CHECK_OK(weft_options_create(&o));
	CHECK_OK(weft_options_set(o, "cache", "on"));
	CHECK_OK(weft_options_set(o, "max_autotune", autotune));
	CHECK_OK(weft_compile(c, p, o, &x));
	weft_executable_release(x);
	weft_options_free(o);
	weft_program_release(p);
	weft_client_release(c);
}

void test_tune__is_remembered(void)
{
	cache_test_dir();
	compile("0");
	CHECK_INT(timed(), 0);
	compile("1");
	uint64_t n = timed();
	CHECK(n > 1);
	compile("1");
	CHECK_INT(timed(), n);
}
