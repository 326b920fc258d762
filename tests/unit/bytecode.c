/* bytecode.c -- portable artifacts through the library: every version comes back, every allocation
 * may fail. */
#include "base/mem.h"
#include "stablehlo/bytecode/vhlo.h"
#include "stablehlo/stablehlo.h"
#include "unit.h"

static const char program[] =
	"func.func public @main(%arg0: tensor<4xf32>, %arg1: tensor<?x2xi32>) -> tensor<f32> {\n"
	"  %c = stablehlo.constant dense<[true, false, true]> : tensor<3xi1>\n"
	"  %0 = stablehlo.constant dense<0.0> : tensor<f32>\n"
	"  %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.add across dimensions = [0] :"
	" (tensor<4xf32>, tensor<f32>) -> tensor<f32>\n"
	"  %2 = stablehlo.custom_call @f(%1, %c) {backend_config = \"x\", has_side_effect = true} :"
	" (tensor<f32>, tensor<3xi1>) -> tensor<f32>\n"
	"  return %2 : tensor<f32>\n"
	"}\n";

static void print(const char *data, size_t size, struct str *out)
{
	struct graph *g;
	struct weft_error *e = stablehlo_read("test", data, size, NULL, &g);

	if (e)
		UNIT_FAIL("%s", weft_error_text(e));
	str_init(out, NULL);
	CHECK(!stablehlo_print(g, out));
	graph_release(g);
}

void test_bytecode__every_version_comes_back(void)
{
	struct str text, again, bytes;
	struct graph *g;

	print(program, strlen(program), &text);
	CHECK(!stablehlo_read("test", program, strlen(program), NULL, &g));
	for (int minor = 9; minor <= 41; minor++) {
		char version[24];
		snprintf(version, sizeof version, "%d.%d.%d", minor > 20,
			minor > 20 ? minor - 21 : minor, minor % 3);
		UNIT_NOTE("%s", version);
		str_init(&bytes, NULL);
		CHECK(!stablehlo_write(g, version, &bytes));
		CHECK(stablehlo_is_bytecode(bytes.text, bytes.len));
		print(bytes.text, bytes.len, &again);
		CHECK(!strcmp(text.text, again.text));
		str_fini(&again);
		str_fini(&bytes);
	}
	str_fini(&text);
	graph_release(g);
}

void test_bytecode__versions_that_are_none(void)
{
	static const char *const versions[] = { "", "1", "1.", "1.21.0", "0.8.9", "1.2.3.4",
		"-1.2.0", "1.17.0 ", "1.99999999999.0", "2.0.0" };
	struct graph *g;
	struct str bytes;

	CHECK(!stablehlo_read("test", program, strlen(program), NULL, &g));
	str_init(&bytes, NULL);
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		UNIT_NOTE("%s", versions[i]);
		struct weft_error *e = stablehlo_write(g, versions[i], &bytes);
		CHECK(e && weft_error_code(e) == WEFT_INVALID_ARGUMENT);
		weft_error_free(e);
		CHECK_INT(bytes.len, 0);
	}
	graph_release(g);
}

/* The nth allocation fails, n = 0, 1, 2 ..., until all go well. */
void test_bytecode__without_memory(void)
{
	struct graph *g, *again;
	struct str bytes;
	struct weft_error *e;
	long n = 0;

	CHECK(!stablehlo_read("test", program, strlen(program), NULL, &g));
	for (;; n++) {
		str_init(&bytes, NULL);
		mem_fail_after = n;
		e = stablehlo_write(g, "1.17.0", &bytes);
		mem_fail_after = -1;
		if (!e)
			break;
		CHECK_INT(weft_error_code(e), WEFT_RESOURCE_EXHAUSTED);
		weft_error_free(e);
		str_fini(&bytes);
	}
	CHECK(n > 3);
	for (n = 0;; n++) {
		mem_fail_after = n;
		e = stablehlo_read("test", bytes.text, bytes.len, NULL, &again);
		mem_fail_after = -1;
		if (!e)
			break;
		CHECK_INT(weft_error_code(e), WEFT_RESOURCE_EXHAUSTED);
		weft_error_free(e);
	}
	CHECK(n > 3);
	graph_release(again);
	graph_release(g);
	str_fini(&bytes);
}

/* Rows name slots that there are, in ranges that follow each other; every op of StableHLO has
 * one. */
void test_bytecode__rows(void)
{
	struct vhlo_field f;

	for (enum op op = 0; op < OP_COUNT; op++) {
		const struct vhlo_row *newest = vhlo_newest(op);
		enum op same;
		UNIT_NOTE("%s", op_table[op].text);
		if (op_table[op].dialect == OP_C)
			for (const char *at = beside_attrs("chlo", op_table[op].text + 5, &same);
				at && *at;)
				CHECK(vhlo_next(&at, &f));
		if (op_table[op].dialect != OP_S && op_table[op].dialect != OP_F)
			continue;
		CHECK(newest);
		CHECK_INT(newest->until, NOW);
		CHECK(vhlo_find(newest->name) == newest);
		for (const struct vhlo_row *r = newest; r->op == op; r--) {
			for (const char *at = r->attrs; *at;)
				CHECK(vhlo_next(&at, &f));
			CHECK(vhlo_row_at(op, r->since) == r);
			CHECK(r->since <= r->until);
			if (r->since == VHLO_OLDEST || r[-1].op != op)
				break;
		}
	}
}
