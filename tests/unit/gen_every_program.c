/* gen_every_program.c -- the ops that are no function of an element, as programs of one op: of
 * every dtype they take they are planned and compiled for every ISA level, and no undefined symbol
 * and no relocation is left, also for machines this is not.  (gen_every.c has the elementwise
 * ones.) */
#include "gen_util.h"
#include "pass/pass.h"
#include "stablehlo/stablehlo.h"
#include <string.h>

/* $ stands for the dtype.  What one dtype does not take is refused when it is read. */
#define MAIN(args, result) "func.func @main(" args ") -> " result " {\n"
#define RETURN(type) "  return %r : " type "\n}\n"
#define COMBINE(op) \
	"{\n^bb0(%x: tensor<$>, %y: tensor<$>):\n" \
	"  %s = stablehlo." op " %x, %y : tensor<$>\n" \
	"  stablehlo.return %s : tensor<$>\n}"
#define GREATER \
	"{\n^bb0(%x: tensor<$>, %y: tensor<$>):\n" \
	"  %s = stablehlo.compare GE, %x, %y : (tensor<$>, tensor<$>) -> tensor<i1>\n" \
	"  stablehlo.return %s : tensor<i1>\n}"
#define DOT(lhs, rhs, result, numbers) \
	MAIN("%a: tensor<" lhs ">, %b: tensor<" rhs ">", "tensor<" result ">") \
	"  %r = stablehlo.dot_general %a, %b, " numbers " : (tensor<" lhs ">, tensor<" rhs ">) " \
	"-> tensor<" result ">\n" RETURN("tensor<" result ">")
#define SCATTER(op)                                                                                \
	MAIN("%a: tensor<6x4x$>, %i: tensor<3x1xi32>, %u: tensor<3x4x$>", "tensor<6x4x$>")         \
	"  %r = \"stablehlo.scatter\"(%a, %i, %u) <{scatter_dimension_numbers = "                  \
	"#stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], "                \
	"scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> (" COMBINE(                   \
		op) ") "                                                                           \
		    ": (tensor<6x4x$>, tensor<3x1xi32>, tensor<3x4x$>) -> tensor<6x4x$>\n" RETURN( \
			    "tensor<6x4x$>")
#define REDUCE(op, dim, result)                                                                    \
	MAIN("%a: tensor<4x32x$>, %z: tensor<$>", "tensor<" result ">")                            \
	"  %r = stablehlo.reduce(%a init: %z) applies stablehlo." op " across dimensions = [" dim  \
	"] "                                                                                       \
	": (tensor<4x32x$>, tensor<$>) -> tensor<" result ">\n" RETURN("tensor<" result ">")
#define WINDOW(op) \
	MAIN("%a: tensor<4x20x$>, %z: tensor<$>", "tensor<4x9x$>") \
	"  %r = \"stablehlo.reduce_window\"(%a, %z) <{window_dimensions = array<i64: 1, 3>, " \
	"window_strides = array<i64: 1, 2>}> (" COMBINE(op) ") : (tensor<4x20x$>, tensor<$>) " \
	"-> tensor<4x9x$>\n" RETURN("tensor<4x9x$>")
#define CONVOLUTION(filters, result, window, groups)                                               \
	MAIN("%a: tensor<1x9x9x4x$>, %w: tensor<" filters ">", "tensor<" result ">")               \
	"  %r = stablehlo.convolution(%a, %w) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, " \
	"f], "                                                                                     \
	"window = {" window "} {batch_group_count = 1 : i64, feature_group_count = " groups        \
	" : i64} : "                                                                               \
	"(tensor<1x9x9x4x$>, tensor<" filters ">) -> tensor<" result                               \
	">\n" RETURN("tensor<" result ">")

static const struct program { const char *name, *text;
} programs[] = {
	{ "dot_general", DOT("16x24x$", "24x40x$", "16x40x$", "contracting_dims = [1] x [0]") },
	{ "dot_general_transposed",
		DOT("16x24x$", "40x24x$", "16x40x$", "contracting_dims = [1] x [1]") },
	{ "dot_general_batch", DOT("3x5x7x$", "3x7x9x$", "3x5x9x$",
				       "batching_dims = [0] x [0], contracting_dims = [2] x [1]") },
	{ "dot_general_vector",
		DOT("1x64x$", "64x48x$", "1x48x$", "contracting_dims = [1] x [0]") },
	{ "convolution", CONVOLUTION("3x3x4x8x$", "1x7x7x8x$", "", "1") },
	{ "convolution_depthwise", CONVOLUTION("3x3x1x4x$", "1x4x4x4x$", "stride = [2, 2]", "4") },
	{ "gather",
		MAIN("%a: tensor<6x20x$>, %i: tensor<5x1xi64>",
			"tensor<5x20x$>") "  %r = \"stablehlo.gather\"(%a, %i) <{dimension_numbers "
					  "= #stablehlo.gather<"
					  "offset_dims = [1], collapsed_slice_dims = [0], "
					  "start_index_map = [0], index_vector_dim = 1>, "
					  "slice_sizes = array<i64: 1, 20>}> : (tensor<6x20x$>, "
					  "tensor<5x1xi64>) -> tensor<5x20x$>\n" RETURN(
						  "tensor<5x20x$>") },
	{ "scatter_add", SCATTER("add") },
	{ "scatter_multiply", SCATTER("multiply") },
	{ "scatter_maximum", SCATTER("maximum") },
	{ "reduce_add_row", REDUCE("add", "1", "4x$") },
	{ "reduce_add_column", REDUCE("add", "0", "32x$") },
	{ "reduce_multiply", REDUCE("multiply", "1", "4x$") },
	{ "reduce_minimum", REDUCE("minimum", "1", "4x$") },
	{ "reduce_or", REDUCE("or", "1", "4x$") },
	{ "reduce_window_add", WINDOW("add") },
	{ "reduce_window_maximum", WINDOW("maximum") },
	{ "select_and_scatter",
		MAIN("%a: tensor<4x20x$>, %u: tensor<4x10x$>, %z: tensor<$>",
			"tensor<4x20x$>") "  %r = \"stablehlo.select_and_scatter\"(%a, %u, %z) "
					  "<{window_dimensions = array<i64: 1, 2>, "
					  "window_strides = array<i64: 1, 2>}> (" GREATER
					  ", " COMBINE(
						  "add") ") "
							 ": (tensor<4x20x$>, tensor<4x10x$>, "
							 "tensor<$>) -> tensor<4x20x$>\n" RETURN(
								 "tensor<4x20x$>") },
	{ "sort", MAIN("%a: tensor<4x20x$>",
			  "tensor<4x20x$>") "  %r = \"stablehlo.sort\"(%a) <{dimension = 1 : i64, "
					    "is_stable = true}> (" GREATER ") "
					    ": (tensor<4x20x$>) -> tensor<4x20x$>\n" RETURN(
						    "tensor<4x20x$>") },
	{ "moves",
		MAIN("%a: tensor<4x20x$>, %b: tensor<2x3x$>, %i: tensor<i32>, %z: tensor<$>",
			"tensor<5x9x$>") "  %0 = stablehlo.dynamic_slice %a, %i, %i, sizes = [3, "
					 "4] "
					 ": (tensor<4x20x$>, tensor<i32>, tensor<i32>) -> "
					 "tensor<3x4x$>\n"
					 "  %1 = stablehlo.dynamic_update_slice %0, %b, %i, %i "
					 ": (tensor<3x4x$>, tensor<2x3x$>, tensor<i32>, "
					 "tensor<i32>) -> tensor<3x4x$>\n"
					 "  %2 = stablehlo.reverse %1, dims = [1] : tensor<3x4x$>\n"
					 "  %r = stablehlo.pad %2, %z, low = [1, 1], high = [1, "
					 "1], interior = [0, 1] "
					 ": (tensor<3x4x$>, tensor<$>) -> tensor<5x9x$>\n" RETURN(
						 "tensor<5x9x$>") },
	{ "iota",
		MAIN("%a: tensor<4x20x$>", "tensor<4x20x$>") "  %0 = stablehlo.iota dim = 1 : "
							     "tensor<4x20x$>\n  %r = stablehlo.add "
							     "%0, %a : tensor<4x20x$>\n" RETURN(
								     "tensor<4x20x$>") },
	{ "while", MAIN("%a: tensor<20x$>, %n: tensor<i32>",
			   "tensor<20x$>") "  %z = stablehlo.constant dense<0> : tensor<i32>\n"
					   "  %o = stablehlo.constant dense<1> : tensor<i32>\n"
					   "  %r, %e = stablehlo.while(%x = %a, %i = %z) : "
					   "tensor<20x$>, tensor<i32> cond {\n"
					   "    %c = stablehlo.compare LT, %i, %n : (tensor<i32>, "
					   "tensor<i32>) -> tensor<i1>\n"
					   "    stablehlo.return %c : tensor<i1>\n  } do {\n"
					   "    %y = stablehlo.add %x, %x : tensor<20x$>\n    %j = "
					   "stablehlo.add %i, %o : tensor<i32>\n"
					   "    stablehlo.return %y, %j : tensor<20x$>, "
					   "tensor<i32>\n  }\n" RETURN("tensor<20x$>") },
};

struct attempt {
	const struct program *program;
	enum dtype t;
	enum isa isa;
	struct graph *g;
	unsigned done, missing, refused;
};

/* What api/compile.c does from main to kernels. */
static void plan_and_compile(struct job *j, void *arg)
{
	struct attempt *a = arg;
	struct graph *g = a->g;
	const struct pass_options none = { 0 };
	const struct plan_options po = { .isa = a->isa, .l1 = 32 << 10, .l2 = 1 << 20 };
	struct plan_source source = { .name = "main" };

	graph_borrow(g, j);
	source.region = pass_run(g, graph_main(g)->region, PASS_ID_inline, &none);
	plan_track(g, &source, true);
	for (enum pass p = 0; p < PASS_COUNT; p++) {
		source.region = pass_run(g, source.region, p, &none);
		plan_track(g, &source, false);
	}
	const struct plan *plan = plan_make(j, g, &source, &po);
	for (uint32_t i = 0; i < plan->nkernels; i++) {
		struct codegen_options o = { .isa = a->isa, .level = 1 };
		struct codegen_code code;
		/* these programs are all brief: at one level with whole vectors */
		plan->kernels[i]->brief &= a->isa != ISA_LEVEL_avx512;
		job_try(j, gen_table()->compile(plan->kernels[i], &o, &code));
		gen_table()->code_free(&code);
	}
}

static char *program_text(const struct attempt *a, char *out, size_t size)
{
	const char *t = dtype_table[a->t].text;
	size_t n = 0;

	for (const char *s = a->program->text; *s; s++) {
		const char *piece = *s == '$' ? t : s;
		size_t len = *s == '$' ? strlen(t) : 1;
		CHECK(n + len < size);
		memcpy(out + n, piece, len);
		n += len;
	}
	out[n] = '\0';
	return out;
}

static void try_program(struct attempt *a)
{
	char text[4096];

	program_text(a, text, sizeof text);
	struct weft_error *e = stablehlo_read(a->program->name, text, strlen(text), NULL, &a->g);
	if (e) {
		a->refused++;
		if (a->t == DTYPE_f32 && strcmp(a->program->name, "reduce_or") != 0)
			UNIT_FAIL("%s: %s", a->program->name, weft_error_text(e));
		weft_error_free(e);
		return;
	}
	e = job_run(plan_and_compile, a);
	graph_release(a->g);
	a->done += !e;
	a->missing += e != NULL;
	if (e && weft_error_code(e) != WEFT_UNIMPLEMENTED)
		UNIT_FAIL("%s of %s for %s: %s", a->program->name, dtype_table[a->t].text,
			isa_table[a->isa].name, weft_error_text(e));
	if (e)
		fprintf(stderr, "%s of %s: %s\n", a->program->name, dtype_table[a->t].text,
			weft_error_text(e));
	weft_error_free(e);
}

static void programs_for(enum isa isa)
{
	struct attempt a = { .isa = isa };

	gen_every_begin(isa);
	for (int t = 1; t < DTYPE_COUNT; t++)
		for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
			a.t = (enum dtype)t;
			a.program = &programs[i];
			try_program(&a);
		}
	fprintf(stderr, "%s: %u compiled, %u not lowered, %u not of a type the op takes\n",
		isa_table[isa].name, a.done, a.missing, a.refused);
	CHECK(a.done > 400);
}

void test_gen_every__program_for_sse2(void)
{
	programs_for(ISA_LEVEL_sse2);
}

void test_gen_every__program_for_avx2(void)
{
	programs_for(ISA_LEVEL_avx2);
}

void test_gen_every__program_for_avx512(void)
{
	programs_for(ISA_LEVEL_avx512);
}

void test_gen_every__program_for_avx512bf16(void)
{
	programs_for(ISA_LEVEL_avx512bf16);
}

void test_gen_every__program_for_amx(void)
{
	programs_for(ISA_LEVEL_amx);
}

void test_gen_every__program_for_neon(void)
{
	programs_for(ISA_LEVEL_neon);
}
