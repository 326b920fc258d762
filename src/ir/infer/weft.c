/* weft.c -- ops of the plan: their types are given by it, made from verified convolutions, dots and
 * sorts. */
#include "ir/graph.h"

const struct type *infer_contract(struct graph *g, const struct node_spec *s)
{
	if (!s->type || s->type->kind != TYPE_tensor || !attrs_find(s->attrs, KEY_contract))
		job_fail_at(graph_job(g), WEFT_INTERNAL, s->at,
			"contract: made without type or layout");
	return s->type;
}

const struct type *infer_grouped_dot(struct graph *g, const struct node_spec *s)
{
	if (!s->type || s->type->kind != TYPE_tensor || s->in[2]->type->rank != 1)
		job_fail_at(graph_job(g), WEFT_INTERNAL, s->at,
			"grouped_dot: made without a type or places");
	return s->type;
}

const struct type *infer_patches(struct graph *g, const struct node_spec *s)
{
	if (!s->type || s->type->kind != TYPE_tensor || s->type->rank != 3)
		job_fail_at(graph_job(g), WEFT_INTERNAL, s->at,
			"patches: made without a type of rank 3");
	return s->type;
}

const struct type *infer_window_sums(struct graph *g, const struct node_spec *s)
{
	if (!s->type || s->type->kind != TYPE_tensor || s->type->rank != 3)
		job_fail_at(graph_job(g), WEFT_INTERNAL, s->at,
			"window_sums: made without a type of rank 3");
	return s->type;
}

const struct type *infer_segment_reduce(struct graph *g, const struct node_spec *s)
{
	if (!s->type || s->type->kind != TYPE_tensor || s->in[2]->type->rank != 1)
		job_fail_at(graph_job(g), WEFT_INTERNAL, s->at,
			"segment_reduce: made without type or starts");
	return s->type;
}

const struct type *infer_sort_first(struct graph *g, const struct node_spec *s)
{
	if (!s->type || !s->nin || !attrs_find(s->attrs, KEY_k))
		job_fail_at(graph_job(g), WEFT_INTERNAL, s->at,
			"sort_first: made without types or how many");
	return s->type;
}
