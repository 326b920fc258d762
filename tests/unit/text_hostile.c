/* Unit tests of text that claims or nests more than anyone should: refused with a place, before
 * memory is taken for it.  (Bytecode: tests/python/test_bytecode_hostile.py.) */
#include "base/str.h"
#include "stablehlo/stablehlo.h"
#include "unit.h"
#include <stdlib.h>
#include <string.h>

/* before, then `middle` n times, then after: refused, saying `expected`. */
static void refused(const char *before, const char *middle, int n, const char *after,
	const char *expected)
{
	struct graph *g = NULL;
	struct str s;

	str_init(&s, NULL);
	str_add(&s, before);
	for (int i = 0; i < n; i++)
		str_add(&s, middle);
	str_add(&s, after);
	struct weft_error *e = stablehlo_read("t.mlir", s.text, s.len, NULL, &g);
	UNIT_NOTE("%s: %s", expected, e ? weft_error_text(e) : "accepted");
	CHECK(e && strstr(weft_error_text(e), expected) && strstr(weft_error_text(e), "t.mlir:"));
	weft_error_free(e);
	graph_release(g);
	str_fini(&s);
}

#define BODY(op) "func.func @main(%a: tensor<i32>) -> tensor<i32> {\n  " op "\n" \
	"  return %a : tensor<i32>\n}\n"

void test_hostile_text__claims(void)
{
	refused("", "", 0, BODY("%0 = stablehlo.constant dense<1> :"
		" tensor<4611686018427387904xi8>"),
		"a constant of 4611686018427387904 bytes");
	refused("", "", 0, BODY("%0 = stablehlo.iota dim = 0 :"
		" tensor<9223372036854775807x9223372036854775807xf64>"), "out of range");
	refused("", "", 0, BODY("%0 = stablehlo.iota dim = 0 : tensor<99999999999999999999xf64>"),
		"out of range");
	refused("", "", 0, BODY("%0:2147483648 = \"stablehlo.optimization_barrier\"(%a) :"
		" (tensor<i32>) -> tensor<i32>"), "a number of results");
}

void test_hostile_text__nesting(void)
{
	refused("func.func @main(%a: tensor<i1>) -> tensor<f32> {\n",
		"%r = \"stablehlo.if\"(%a) ({", 100000, "", "nested deeper than");
	refused("func.func @main() { %0 = stablehlo.constant dense<", "[", 1000000,
		"> : tensor<f32> return }", "nested deeper than");
	refused("func.func @main(%a: ", "tuple<", 1000000, "", "nested deeper than");
	refused("func.func @main() attributes {x = ", "[", 1000000, "} { return }",
		"nested deeper than");
	refused("func.func @main() { return loc(", "fused[", 1000000, ") }", "nested deeper than");
}

void test_hostile_text__cycles(void)
{
	refused("", "", 0, "func.func @main(%a: tensor<i32>) -> tensor<i32> {\n"
		"  %0 = call @main(%a) : (tensor<i32>) -> tensor<i32>\n"
		"  return %0 : tensor<i32>\n}\n",
		"calls itself");
	refused("", "", 0, "#a = #b\n#b = #a\n"
		"func.func @main() attributes {x = #a} { return }\n",
		"undefined attribute alias");
	refused("", "", 0, "!a = tuple<!b>\n!b = tuple<!a>\n"
		"func.func @main(%x: !a) { return }\n",
		"unknown type");
	refused("", "", 0, BODY("%0 = stablehlo.add %1, %a : tensor<i32>\n"
		"  %1 = stablehlo.add %0, %a : tensor<i32>"), "undefined value");
}

/* Text that is kept ends at its end, so it may hold no zero byte, not even behind a backslash. */
void test_hostile_text__zero_bytes(void)
{
	static const char *const kept[] = { "tensor<2xi33 \"\\\0\" >", "tensor<2xi33 \"\0\" >",
		"tensor<2xi33 \0 >" };
	static const size_t sizes[] = { 19, 18, 16 };

	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		struct graph *g = NULL;
		struct str s;
		str_init(&s, NULL);
		str_add(&s, "func.func private @f(");
		for (size_t k = 0; k < sizes[i]; k++)
			str_addc(&s, kept[i][k]);
		str_add(&s, ")");
		struct weft_error *e = stablehlo_read("t.mlir", s.text, s.len, NULL, &g);
		UNIT_NOTE("%zu: %s", i, e ? weft_error_text(e) : "accepted");
		CHECK(e && strstr(weft_error_text(e), "may not hold a zero byte"));
		weft_error_free(e);
		graph_release(g);
		str_fini(&s);
	}
}

/* Text that stops anywhere is refused or read, and nothing behind its end is looked at: the address
 * sanitizer sees to that. */
void test_hostile_text__stops_anywhere(void)
{
	static const char *const texts[] = {
		"// a\nfunc.func @f(%a: tensor<2x?x!quant.uniform<u8<1:9>:f32:1, {0.5:3, 2.5e-1}>>",
		"func.func private @f(tensor<?xf32, #stablehlo.bounds<8>>, "
		"tuple<tensor<*xcomplex<f64>>, !stablehlo.token>, memref<2xf32, \"s\\\"\">) -> "
		"(!x.y<z>, tensor<2xui4>)",
		"module @m attributes {a.b = [1 : i8, -1.5e3, \"s\\22\", unit, @x::@y, "
		"array<i64: 1>]} { sdy.mesh @mesh = <[\"x\"=2, \"y\"=1]>",
		"func.func @f(%a: tensor<2xf32> {jax.arg = \"a\"}) -> tensor<2xf32> {\n"
		"  %0:2 = \"stablehlo.custom_call\"(%a) <{call_target_name = \"t\"}> ({\n"
		"  ^bb0(%d: tensor<i1>):\n    stablehlo.return %d : tensor<i1>\n"
		"  }) : (tensor<2xf32>) -> (tensor<2xf32>, tensor<f32>) loc(\"f.py\":1:2)",
		"func.func @f() { %1 = stablehlo.constant dense<[[1, 0xFF], [-4, 2]]> : "
		"tensor<2x2xi16>\n %2 = stablehlo.constant dense<\"0x00FF\"> : tensor<2xi8>",
		"func.func @f(%x: tensor<1x8x1xf32>) { %2 = stablehlo.convolution(%x, %x) "
		"dim_numbers = [b, 0, f]x[0, i, o]->[b, 0, f], window = {stride = [1], "
		"pad = [[0, 1]]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} :",
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (size_t n = 0; n <= strlen(texts[i]); n++) {
			struct graph *g = NULL;
			char *part = malloc(n ? n : 1);
			memcpy(part, texts[i], n);
			weft_error_free(stablehlo_read("t.mlir", part, n, NULL, &g));
			graph_release(g);
			free(part);
		}
}
