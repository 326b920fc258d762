/* ir_infer.c -- shape rules: what they assume of symbolic sizes, and that they agree with
 * themselves. */
#include "stablehlo/stablehlo.h"
#include "unit.h"

struct asked {
	const char *text;
	uint32_t count;
	const char *op;              /* of the first equality */
};

static void ask(struct job *j, void *arg)
{
	struct asked *x = arg;
	struct graph *g;
	job_try(j, stablehlo_read(NULL, x->text, strlen(x->text), NULL, &g));
	graph_borrow(g, j);
	graph_release(g);
	const struct dim_equality *v = region_equalities(g, graph_main(g)->region, &x->count);
	x->op = x->count ? op_table[v[0].node->op].name : NULL;
	graph_verify(g);
}

static struct asked equalities(const char *text)
{
	struct asked x = { .text = text };
	CHECK_OK(job_run(ask, &x));
	return x;
}

void test_infer__notes_sizes_taken_as_equal(void)
{
	struct asked x = equalities(
		"func.func @main(%a: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {\n"
		"  %0 = stablehlo.add %a, %b : tensor<?xf32>\n"
		"  %1 = stablehlo.multiply %0, %b : tensor<?xf32>\n"
		"  return %1 : tensor<?xf32>\n}\n");
	CHECK_INT(x.count, 1);
	CHECK_STR(x.op, "add");
}

void test_infer__notes_nothing_that_is_known(void)
{
	CHECK_INT(equalities("func.func @main(%a: tensor<?xf32>) -> tensor<?xf32> {\n"
		"  %0 = stablehlo.add %a, %a : tensor<?xf32>\n"
		"  return %0 : tensor<?xf32>\n}\n").count, 0);
	CHECK_INT(equalities("func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {\n"
		"  %0 = stablehlo.add %a, %a : tensor<2xf32>\n"
		"  return %0 : tensor<2xf32>\n}\n").count, 0);
}

/* A branch may give any size: its `?` is not what another branch gives. */
void test_infer__lets_branches_differ(void)
{
	CHECK_INT(equalities("func.func @main(%p: tensor<i1>, %a: tensor<?xf32>, %b: tensor<?xf32>)"
		" -> tensor<?xf32> {\n"
		"  %0 = \"stablehlo.if\"(%p) ({\n    stablehlo.return %a : tensor<?xf32>\n  }, {\n"
		"    stablehlo.return %b : tensor<?xf32>\n  }) : (tensor<i1>) -> tensor<?xf32>\n"
		"  return %0 : tensor<?xf32>\n}\n").count, 0);
}
