/* Unit tests of text that claims or nests more than anyone should: refused with a place, before
 * memory is taken for it.  (Bytecode: tests/python/test_bytecode_hostile.py.) */
#include "base/str.h"
#include "stablehlo/stablehlo.h"
#include "unit.h"
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
