/* Unit tests of interpreter.run_parallel and probes where they fail: a process that waits for what
 * never comes, programs that do not fit. (What they compute: tests/op/collectives_several.mlir.)
 * */
#include "base/error.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>
#include <weft/weft.h>

static const char *const backends[] = { "interp", "weft" };

/* Checks text in both backends; each must say `expected`, NULL: hold. */
static void check(const char *text, const char *expected)
{
	for (unsigned i = 0; i < 2; i++) {
		struct weft_error *e = weft_check(backends[i], NULL, "x", text, strlen(text), NULL);
		if (expected ? !e || !strstr(weft_error_text(e), expected) : e != NULL)
			printf("%s: %s\n", backends[i], e ? weft_error_text(e) : "no error");
		CHECK(expected ? e && strstr(weft_error_text(e), expected) : !e);
		weft_error_free(e);
	}
}

#define RECV "  func.func @recv(%t: !stablehlo.token) -> (tensor<i32>, !stablehlo.token) {\n" \
	"    %0:2 = \"stablehlo.recv\"(%t) {channel_handle = #stablehlo.channel_handle<handle = " \
	"7, type = 3>, is_host_transfer = true} : (!stablehlo.token) -> (tensor<i32>," \
	" !stablehlo.token)\n" \
	"    return %0#0, %0#1 : tensor<i32>, !stablehlo.token\n  }\n"
#define MAIN(body) "module {\n" RECV "  func.func @nothing() {\n    return\n  }\n" \
	"  func.func @main() {\n    %t = stablehlo.after_all : !stablehlo.token\n" body \
	"    return\n  }\n}\n"

void test_run_parallel__a_message_that_never_comes(void)
{
	check(MAIN("    %r:2 = \"interpreter.run_parallel\"(%t) {programs = [[@nothing], "
	"[@recv]]} :"
		" (!stablehlo.token) -> (tensor<i32>, !stablehlo.token)\n"
		"    check.expect_eq_const %r#0, dense<0> : tensor<i32>\n"),
		"on channel 7 never comes");
	check(MAIN("    %r:4 = \"interpreter.run_parallel\"(%t, %t) {programs = [[@recv, @recv]]} :"
		" (!stablehlo.token, !stablehlo.token) -> (tensor<i32>, !stablehlo.token,"
		" tensor<i32>, !stablehlo.token)\n"
		"    check.expect_eq_const %r#0, dense<0> : tensor<i32>\n"),
		"on channel 7 never comes");
}

void test_run_parallel__programs_that_do_not_fit(void)
{
	check(MAIN("    \"interpreter.run_parallel\"() {programs = [[@none]]} : () -> ()\n"),
		"no function @none");
	check(MAIN("    \"interpreter.run_parallel\"() {programs = []} : () -> ()\n"),
		"no grid of functions");
	check(MAIN("    \"interpreter.run_parallel\"() {programs = [[@nothing, @nothing],"
		" [@nothing]]} : () -> ()\n"), "no grid of functions");
	check(MAIN("    \"interpreter.run_parallel\"() {programs = [[@recv]]} : () -> ()\n"),
		"0 operands and 0 results, the programs have 1 and 2");
}

void test_run_parallel__a_process_that_is_not_there(void)
{
	check("module {\n  func.func @f(%a: tensor<i32>) -> tensor<i32> {\n"
		"    %0 = \"stablehlo.collective_broadcast\"(%a) {replica_groups = dense<[[0, "
		"5]]> :"
		" tensor<1x2xi64>} : (tensor<i32>) -> tensor<i32>\n"
		"    return %0 : tensor<i32>\n  }\n"
		"  func.func @main() {\n    %0 = stablehlo.constant dense<1> : tensor<i32>\n"
		"    %r = \"interpreter.run_parallel\"(%0) {programs = [[@f]]} : (tensor<i32>) ->"
		" tensor<i32>\n    check.expect_eq_const %r, dense<1> : tensor<i32>\n"
		"    return\n  }\n}\n",
			"process 5 is not in a grid of 1 replicas and 1 partitions");
}

#define SUM "({^bb0(%x: tensor<i32>, %y: tensor<i32>): %s = stablehlo.add %x, %y : tensor<i32> " \
	"stablehlo.return %s : tensor<i32>})"

void test_run_parallel__a_process_in_no_group(void)
{
	static const struct {
		const char *op, *text, *attributes, *message;
	} rows[] = {
		{ "all_reduce", SUM, "", "all_reduce_c2" },
		{ "all_gather", "", "all_gather_dim = 0 : i64, ", "all_gather_c3" },
		{ "all_to_all", "",
			"split_dimension = 0 : i64, concat_dimension = 0 : i64, split_count = 1 : "
			"i64, ",
			"all_to_all_c6" },
		{ "reduce_scatter", SUM, "scatter_dimension = 0 : i64, ", "reduce_scatter_c4" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[2048];
		snprintf(text, sizeof text,
			"module {\n  func.func @f(%%a: tensor<1xi32>) -> tensor<1xi32> {\n"
			"    %%0 = \"stablehlo.%s\"(%%a) %s {%sreplica_groups = dense<[[0]]> :"
			" tensor<1x1xi64>} : (tensor<1xi32>) -> tensor<1xi32>\n"
			"    return %%0 : tensor<1xi32>\n  }\n"
			"  func.func @main() {\n    %%0 = stablehlo.constant dense<1> :"
			" tensor<1xi32>\n"
			"    %%r:2 = \"interpreter.run_parallel\"(%%0, %%0) {programs = "
			"[[@f], [@f]]} : (tensor<1xi32>, "
			"tensor<1xi32>) -> (tensor<1xi32>, tensor<1xi32>)\n"
			"    return\n  }\n}\n",
			rows[i].op, rows[i].text, rows[i].attributes);
		check(text, rows[i].message);
	}
}

void test_probe__another_value(void)
{
	check("func.func @main() {\n  %0 = stablehlo.constant dense<1> : tensor<i32>\n"
		"  %1 = stablehlo.constant dense<2> : tensor<i32>\n"
		"  %2 = interpreter.probe %0, probe_id = \"p\" : tensor<i32>\n"
		"  check.expect_serialized_eq %2, probe_id = \"p\" : tensor<i32>\n"
		"  return\n}\n", NULL);
	check("func.func @main() {\n  %0 = stablehlo.constant dense<1> : tensor<i32>\n"
		"  %1 = stablehlo.constant dense<2> : tensor<i32>\n"
		"  %2 = interpreter.probe %0, probe_id = \"p\" : tensor<i32>\n"
		"  %3 = stablehlo.add %2, %1 : tensor<i32>\n"
		"  check.expect_serialized_eq %3, probe_id = \"p\" : tensor<i32>\n"
		"  return\n}\n", "no such value of probe");
}
