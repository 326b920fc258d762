/* text_read.c -- unit tests of StableHLO text: what a graph becomes, and what is printed. */
#include "base/mem.h"
#include "stablehlo/stablehlo.h"
#include "unit.h"

void test_text__captures_become_operands(void);
void test_text__effects_are_threaded(void);
void test_text__called_functions_take_the_token(void);
void test_text__large_constants_are_slots(void);
void test_text__constants_of_one_value_are_splats(void);
void test_text__hex_is_little_endian(void);
void test_text__floats_print_shortest(void);
void test_text__sizes_of_main_are_its_arguments(void);
void test_text__names_locations(void);
void test_text__resources_are_slots(void);
void test_text__index_is_kept(void);
void test_text__sharding_constraint_is_kept(void);
void test_text__checks_are_calls(void);
void test_text__limits_hold(void);
void test_text__truncated_anywhere_is_an_error(void);
void test_text__failing_allocations(void);

static struct graph *read_ok(const char *text)
{
	struct graph *g = NULL;

	CHECK_OK(stablehlo_read("t.mlir", text, strlen(text), NULL, &g));
	return g;
}

static struct weft_error *read_error(const char *text)
{
	struct graph *g = NULL;

	return stablehlo_read("t.mlir", text, strlen(text), NULL, &g);
}

static void check_print(const char *text, const char *part)
{
	struct graph *g = read_ok(text);
	struct str s;

	str_init(&s, NULL);
	CHECK_OK(stablehlo_print(g, &s));
	if (!strstr(s.text, part))
		UNIT_FAIL("\"%s\" is not in\n%s", part, s.text);
	str_fini(&s);
	graph_release(g);
}

static const struct node *result(const struct graph *g, uint32_t i)
{
	return graph_main(g)->region->results[i];
}

void test_text__captures_become_operands(void)
{
	struct graph *g =
		read_ok("func.func @main(%p: tensor<i1>, %x: tensor<f32>, %y: tensor<f32>)"
			" -> tensor<f32> {\n"
			"  %r = \"stablehlo.if\"(%p) ({\n"
			"    stablehlo.return %x : tensor<f32>\n"
			"  }, {\n"
			"    %s = stablehlo.add %x, %y : tensor<f32>\n"
			"    stablehlo.return %s : tensor<f32>\n"
			"  }) : (tensor<i1>) -> tensor<f32>\n"
			"  return %r : tensor<f32>\n}\n");
	const struct node *n = result(g, 0);

	CHECK_INT(n->op, OP_if);
	CHECK_INT(node_ncaptures(n), 2);
	CHECK_INT(node_noperands(n), 1);
	CHECK_INT(n->nin, 3);
	CHECK_INT(n->regions[0]->nparams, 2);
	CHECK_INT(n->regions[1]->nparams, 2);
	CHECK_INT(n->regions[0]->results[0]->op, OP_parameter);
	CHECK_INT(n->regions[1]->results[0]->op, OP_add);
	graph_release(g);
}

void test_text__effects_are_threaded(void)
{
	struct graph *g = read_ok("func.func @main(%x: tensor<f32>) -> tensor<f32> {\n"
		"  stablehlo.custom_call @a(%x) {has_side_effect = true} : (tensor<f32>) -> ()\n"
		"  stablehlo.custom_call @a(%x) {has_side_effect = true} : (tensor<f32>) -> ()\n"
		"  %r = stablehlo.while(%i = %x) : tensor<f32> cond {\n"
		"    %c = stablehlo.custom_call @more(%i) : (tensor<f32>) -> tensor<i1>\n"
		"    stablehlo.return %c : tensor<i1>\n"
		"  } do {\n"
		"    stablehlo.custom_call @b(%i) {has_side_effect = true} : (tensor<f32>) -> ()\n"
		"    stablehlo.return %i : tensor<f32>\n"
		"  }\n"
		"  return %r : tensor<f32>\n}\n");
	const struct region *r = graph_main(g)->region;

	CHECK_INT(r->nparams, 1);
	CHECK_INT(r->nresults, 2);
	CHECK_INT(r->results[1]->type->kind, TYPE_token);
	const struct node *loop = r->results[1]->in[0];
	CHECK_INT(loop->op, OP_while);
	CHECK(node_has_effect(loop));
	CHECK_INT(loop->regions[0]->nparams, 2);
	CHECK_INT(loop->regions[0]->nresults, 2);
	CHECK_INT(loop->regions[1]->nresults, 2);
	const struct node *second = loop->in[loop->nin - 1];
	CHECK_INT(second->op, OP_custom_call);
	const struct node *first = second->in[second->nin - 1];
	CHECK_INT(first->op, OP_custom_call);
	CHECK(first != second);
	CHECK_INT(first->in[first->nin - 1]->op, OP_token);
	graph_release(g);
}

void test_text__called_functions_take_the_token(void)
{
	struct graph *g = read_ok("func.func @main() {\n  call @f() : () -> ()\n"
		"  call @f() : () -> ()\n  return\n}\n"
		"func.func private @f() {\n"
		"  stablehlo.custom_call @a() {has_side_effect = true} : () -> ()\n  return\n}\n");
	const struct func *f = graph_find_func(g, "f");

	CHECK_INT(f->region->nparams, 1);
	CHECK_INT(f->region->nresults, 1);
	const struct node *last = result(g, 0), *before = last->in[0];
	CHECK_INT(last->op, OP_call);
	CHECK_INT(before->op, OP_call);
	CHECK_INT(before->in[0]->op, OP_token);
	CHECK(last->regions[0] == f->region);
	graph_release(g);
}

void test_text__large_constants_are_slots(void)
{
	struct str s;

	str_init(&s, NULL);
	str_add(&s, "func.func @main() -> tensor<2000xi32> {\n  %0 = stablehlo.constant dense<[");
	for (int i = 0; i < 2000; i++)
		str_addf(&s, i ? ", %d" : "%d", i);
	str_add(&s, "]> : tensor<2000xi32>\n  return %0 : tensor<2000xi32>\n}\n");
	struct graph *g = read_ok(s.text);
	CHECK_INT(graph_nslots(g), 1);
	CHECK_INT(graph_slot(g, 0)->bytes, 8000);
	CHECK_INT(((const int32_t *)graph_slot(g, 0)->data)[1999], 1999);
	CHECK(!node_literal(result(g, 0)));
	CHECK_INT(node_int(result(g, 0), KEY_slot, -1), 0);
	graph_release(g);
	str_fini(&s);
}

void test_text__constants_of_one_value_are_splats(void)
{
	struct graph *g = read_ok("func.func @main() -> tensor<2x2xi32> {\n"
		"  %0 = stablehlo.constant dense<[[3, 3], [3, 3]]> : tensor<2x2xi32>\n"
		"  return %0 : tensor<2x2xi32>\n}\n");

	CHECK(node_literal(result(g, 0))->splat);
	CHECK_INT(*(const int32_t *)node_literal(result(g, 0))->data, 3);
	graph_release(g);
}

void test_text__hex_is_little_endian(void)
{
	struct graph *g = read_ok("func.func @main() -> (tensor<2xf32>, tensor<3xi1>) {\n"
		"  %0 = stablehlo.constant dense<\"0x0000803F000000C0\"> : tensor<2xf32>\n"
		"  %1 = stablehlo.constant dense<\"0x010001\"> : tensor<3xi1>\n"
		"  return %0, %1 : tensor<2xf32>, tensor<3xi1>\n}\n");
	const float *f = node_literal(result(g, 0))->data;
	const char *b = node_literal(result(g, 1))->data;

	CHECK(f[0] == 1.0f && f[1] == -2.0f);
	CHECK(b[0] == 1 && b[1] == 0 && b[2] == 1);
	graph_release(g);
	CHECK_ERROR(read_error("func.func @main() {\n"
		"  %0 = stablehlo.constant dense<\"0x0000803F00\"> : tensor<2xf32>\n  return\n}\n"),
		WEFT_INVALID_ARGUMENT, "t.mlir:2:33: error: expected 8 bytes of elements");
}

static void check_float(const char *type, const char *in, const char *out)
{
	char text[256], part[128];

	snprintf(text, sizeof text,
		"func.func @main() -> tensor<%s> {\n"
		"  %%0 = stablehlo.constant dense<%s> : tensor<%s>\n  return %%0 : tensor<%s>\n}\n",
		type, in, type, type);
	snprintf(part, sizeof part, "dense<%s> : tensor<%s>", out, type);
	check_print(text, part);
}

void test_text__floats_print_shortest(void)
{
	check_float("f32", "1.0", "1.000000e+00");
	check_float("f32", "0.1", "1.000000e-01");
	check_float("f32", "0x3DCCCCCE", "1.0000001e-01");
	check_float("f32", "-0.0", "-0.000000e+00");
	check_float("f32", "0x7F800000", "0x7F800000");
	check_float("f32", "0xFFC00001", "0xFFC00001");
	check_float("f64", "0.1", "1.000000e-01");
	check_float("f64", "0.3333333333333333", "3.333333333333333e-01");
	check_float("bf16", "3.14", "3.140625e+00");
	check_float("f16", "65504.0", "6.550400e+04");
	check_float("f8E4M3FN", "0x7F", "0x7F");
	check_float("complex<f32>", "(1.0, -2.5)", "(1.000000e+00,-2.500000e+00)");
	check_float("ui64", "18446744073709551615", "18446744073709551615");
	check_float("i8", "-128", "-128");
	check_float("i1", "true", "true");
}

void test_text__sizes_of_main_are_its_arguments(void)
{
	struct graph *g = read_ok("func.func @main(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>)"
				  " -> tensor<?x4xf32> {\n"
				  "  %0 = stablehlo.add %x, %y : tensor<?x4xf32>\n  return %0 : "
				  "tensor<?x4xf32>\n}\n");
	const struct region *r = graph_main(g)->region;
	int64_t d = r->params[1]->dims[0];

	CHECK(d < 0);
	CHECK_INT(dim_get(g, d)->op, DIM_arg);
	CHECK_INT(dim_get(g, d)->a, 1);
	CHECK_INT(dim_get(g, d)->b, 0);
	CHECK(r->params[0]->dims[0] != d);
	graph_release(g);
}

void test_text__names_locations(void)
{
	struct graph *g = read_ok("#loc1 = loc(\"model.py\":12:5)\n"
		"func.func @main(%x: tensor<f32>) -> tensor<f32> {\n"
		"  %0 = stablehlo.add %x, %x : tensor<f32> loc(#loc2)\n"
		"  return %0 : tensor<f32> loc(#loc)\n} loc(#loc)\n"
		"#loc = loc(unknown)\n#loc2 = loc(\"layer/add\"(#loc1))\n");
	bool found = false;

	for (const struct location *l = graph_location(g, result(g, 0)); l; l = l->next)
		found |= l->text && !strcmp(l->text, "layer/add") && !strcmp(l->file, "model.py") &&
			l->line == 12;
	CHECK(found);
	graph_release(g);
}

void test_text__resources_are_slots(void)
{
	const char *text = "func.func @main() -> (tensor<2xi32>, tensor<4xf32>) {\n"
		"  %0 = stablehlo.constant dense_resource<small> : tensor<2xi32>\n"
		"  %1 = stablehlo.constant dense_resource<late> : tensor<4xf32>\n"
		"  return %0, %1 : tensor<2xi32>, tensor<4xf32>\n}\n"
		"{-#\n  dialect_resources: {\n    builtin: {\n"
		"      small: \"0x040000000700000008000000\"\n    }\n  }\n#-}\n";
	struct graph *g = read_ok(text);

	CHECK_INT(((const int32_t *)node_literal(result(g, 0))->data)[1], 8);
	CHECK_INT(graph_nslots(g), 1);
	CHECK_INT(graph_slot(g, 0)->kind, SLOT_bound);
	CHECK_STR(graph_slot(g, 0)->name, "late");
	graph_release(g);
	check_print(text, "dense_resource<late> : tensor<4xf32>");
}

void test_text__index_is_kept(void)
{
	check_print("func.func @main(%x: tensor<2xindex>) -> tensor<2xindex> {\n"
		"  return %x : tensor<2xindex>\n}\n", "%x: tensor<2xindex>");
}

void test_text__sharding_constraint_is_kept(void)
{
	const char *text = "module {\n  sdy.mesh @mesh = <[\"x\"=2]>\n"
			   "  func.func @main(%x: tensor<8xf32> {sdy.sharding = "
			   "#sdy.sharding<@mesh, [{\"x\"}]>})"
			   " -> tensor<8xf32> {\n"
			   "    %0 = sdy.sharding_constraint %x <@mesh, [{}]> : tensor<8xf32>\n"
			   "    return %0 : tensor<8xf32>\n  }\n}\n";
	struct graph *g = read_ok(text);

	CHECK_INT(result(g, 0)->op, OP_sdy_sharding_constraint);
	graph_release(g);
	check_print(text, "{sharding = #sdy.sharding<@mesh, [{}]>}");
	check_print(text, "sdy.mesh @mesh = <[\"x\"=2]>");
	check_print(text, "{sdy.sharding = #sdy.sharding<@mesh, [{\"x\"}]>}");
}

void test_text__checks_are_calls(void)
{
	struct graph *g = read_ok("func.func @main(%x: tensor<2xi64>) {\n"
		"  check.expect_eq_const %x, dense<[1, 2]> : tensor<2xi64>\n  return\n}\n");
	const struct node *n = result(g, 0);

	CHECK_INT(n->op, OP_custom_call);
	CHECK_STR(node_str(n, KEY_call_target_name, ""), "check.expect_eq_const");
	CHECK_INT(node_noperands(n), 2);
	CHECK_INT(n->in[1]->op, OP_constant);
	CHECK(node_has_effect(n));
	graph_release(g);
}

void test_text__limits_hold(void)
{
	struct stablehlo_limits limits = { .depth = 3, .bytes = 16 };
	const char *big =
		"func.func @main() {\n  %0 = stablehlo.constant dense<0.0> : tensor<8xf32>\n"
		"  return\n}\n";
	const char *deep = "func.func @main(%x: tuple<tuple<tuple<tensor<f32>>>>) {\n  return\n}\n";
	struct graph *g;

	CHECK_ERROR(stablehlo_read("t", big, strlen(big), &limits, &g), WEFT_RESOURCE_EXHAUSTED,
		"t:2:40: error: a constant of 32 bytes");
	CHECK_ERROR(stablehlo_read("t", deep, strlen(deep), &limits, &g), WEFT_INVALID_ARGUMENT,
		"nested deeper");
}

static const char *const program =
	"module @m attributes {t.a = [1, \"x\\22\", unit]} {\n"
	"  func.func @main(%p: tensor<i1>, %x: tensor<2x3xf32> {t.j = 1 : i32}) -> (tensor<2xf32> "
	"{t.k}) {\n"
	"    %z = stablehlo.constant dense<0.0> : tensor<f32>\n"
	"    %w = stablehlo.constant dense<\"0x0000803F000000C0\"> : tensor<2xf32>\n"
	"    %r = stablehlo.reduce(%x init: %z) applies stablehlo.add across dimensions = [1]"
	" : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>\n"
	"    %s = \"stablehlo.case\"(%i) ({\n      stablehlo.return %r : tensor<2xf32>\n    }, {\n"
	"      %t = stablehlo.multiply %r, %w : tensor<2xf32>\n      stablehlo.return %t : "
	"tensor<2xf32>\n"
	"    }) {l = #stablehlo<precision HIGH>} : (tensor<i32>) -> tensor<2xf32>\n"
	"    stablehlo.custom_call @f(%s) {has_side_effect = true} : (tensor<2xf32>) -> ()\n"
	"    return %s : tensor<2xf32>\n  }\n}\n";

static char *program_text(void)
{
	const char *use = strstr(program, "%i)");
	char *text = malloc(strlen(program) + 100);

	sprintf(text, "%.*s%%i = stablehlo.constant dense<1> : tensor<i32>\n    %s",
		(int)(strstr(program, "%s = \"stablehlo.case") - program), program,
		strstr(program, "%s = \"stablehlo.case"));
	CHECK(use);
	return text;
}

void test_text__truncated_anywhere_is_an_error(void)
{
	char *text = program_text();
	struct graph *g = read_ok(text);

	graph_release(g);
	size_t end = strlen(text) - 2;           /* the last brace */
	for (size_t i = 1; i < end; i++) {
		char *copy = malloc(i);          /* exactly so long, for the sanitizer */
		memcpy(copy, text, i);
		struct weft_error *e = stablehlo_read("t.mlir", copy, i, NULL, &g);
		if (!e)
			UNIT_FAIL("%zu bytes were accepted:\n%.*s", i, (int)i, copy);
		if (strncmp(weft_error_text(e), "t.mlir:", 7) != 0)
			UNIT_FAIL("no place: %s", weft_error_text(e));
		weft_error_free(e);
		free(copy);
	}
	free(text);
}

void test_text__failing_allocations(void)
{
	char *text = program_text();
	struct graph *g = NULL;
	long n = 0;

	for (; n < 100000; n++) {
		struct str s;
		str_init(&s, NULL);
		mem_fail_after = n;
		struct weft_error *e = stablehlo_read("t.mlir", text, strlen(text), NULL, &g);
		if (!e) {
			e = stablehlo_print(g, &s);
			graph_release(g);
		}
		bool done = mem_fail_after >= 0;
		mem_fail_after = -1;
		str_fini(&s);
		if (!e && done)
			break;
		if (!e)
			continue;
		CHECK_INT(weft_error_code(e), WEFT_RESOURCE_EXHAUSTED);
		weft_error_free(e);
	}
	CHECK(n > 10);
	free(text);
}
