/* text_order.c -- the order of a print follows from structure: the first print reads back and
 * prints the same, whatever order the ops had before. */
#include "stablehlo/stablehlo.h"
#include "unit.h"
#include <string.h>

void test_text__order_is_structural(void);
void test_text__order_of_a_long_chain(void);

static void print_of(const char *text, struct str *out)
{
	struct graph *g = NULL;

	CHECK_OK(stablehlo_read("t.mlir", text, strlen(text), NULL, &g));
	CHECK_OK(stablehlo_print(g, out));
	graph_release(g);
}

static void check_fixed(const char *text)
{
	struct str first, second;

	str_init(&first, NULL);
	str_init(&second, NULL);
	print_of(text, &first);
	print_of(first.text, &second);
	CHECK_STR(second.text, first.text);
	str_fini(&first);
	str_fini(&second);
}

/* Constants of a loop that stand in another order outside, captures in another order than their
 * uses, and calls in another order than the functions. */
void test_text__order_is_structural(void)
{
	check_fixed("func.func @main(%p: tensor<i1>, %x: tensor<i32>) -> tensor<i32> {\n"
		    "  %b = stablehlo.negate %x : tensor<i32>\n"
		    "  %a = stablehlo.abs %x : tensor<i32>\n"
		    "  %0 = \"stablehlo.if\"(%p) ({\n"
		    "    %2 = stablehlo.constant dense<2> : tensor<i32>\n"
		    "    %1 = stablehlo.constant dense<1> : tensor<i32>\n"
		    "    %3 = stablehlo.subtract %a, %b : tensor<i32>\n"
		    "    %4 = stablehlo.subtract %3, %2 : tensor<i32>\n"
		    "    %5 = stablehlo.add %4, %1 : tensor<i32>\n"
		    "    stablehlo.return %5 : tensor<i32>\n"
		    "  }, {\n"
		    "    stablehlo.return %b : tensor<i32>\n"
		    "  }) : (tensor<i1>) -> tensor<i32>\n"
		    "  %6 = stablehlo.constant dense<1> : tensor<i32>\n"
		    "  %7 = stablehlo.multiply %0, %6 : tensor<i32>\n"
		    "  %8 = func.call @f(%7) : (tensor<i32>) -> tensor<i32>\n"
		    "  %9 = func.call @g(%7) : (tensor<i32>) -> tensor<i32>\n"
		    "  %r = stablehlo.add %9, %8 : tensor<i32>\n"
		    "  return %r : tensor<i32>\n}\n"
		    "func.func private @f(%x: tensor<i32>) -> tensor<i32> {\n"
		    "  %0 = stablehlo.constant dense<3> : tensor<i32>\n"
		    "  %1 = stablehlo.constant dense<1> : tensor<i32>\n"
		    "  %2 = stablehlo.add %x, %0 : tensor<i32>\n"
		    "  %3 = stablehlo.add %2, %1 : tensor<i32>\n"
		    "  return %3 : tensor<i32>\n}\n"
		    "func.func private @g(%x: tensor<i32>) -> tensor<i32> {\n"
		    "  %1 = stablehlo.constant dense<1> : tensor<i32>\n"
		    "  %0 = stablehlo.constant dense<3> : tensor<i32>\n"
		    "  %2 = stablehlo.add %x, %1 : tensor<i32>\n"
		    "  %3 = stablehlo.multiply %2, %0 : tensor<i32>\n"
		    "  return %3 : tensor<i32>\n}\n");
}

/* The walk does not recurse. */
void test_text__order_of_a_long_chain(void)
{
	struct str text;

	str_init(&text, NULL);
	str_add(&text, "func.func @main(%v0: tensor<i32>) -> tensor<i32> {\n");
	for (int i = 0; i < 200000; i++)
		str_addf(&text, "  %%v%d = stablehlo.negate %%v%d : tensor<i32>\n", i + 1, i);
	str_add(&text, "  return %v200000 : tensor<i32>\n}\n");
	check_fixed(text.text);
	str_fini(&text);
}
