/* infer_weft.c -- OP_contract: its type is given by the plan, which made it from a verified dot_general. */
#include "ir/graph.h"

const struct type *infer_contract(struct graph *g, const struct node_spec *s)
{
	if (!s->type || s->type->kind != TYPE_tensor || !attrs_find(s->attrs, KEY_contract))
		job_fail_at(graph_job(g), WEFT_INTERNAL, s->at, "contract: made without type or layout");
	return s->type;
}
