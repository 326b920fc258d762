/* build_shape.c -- nodes that compute dimensions: what the dynamic_* ops take as their shapes.
 *
 * The arithmetic is the one dim_of_node() follows back, so a tensor built with symbolic
 * dimensions has exactly these in its type. */
#include "ir/build.h"
#include "ir/build_impl.h"
#include "ir/dim_impl.h"

enum { DEPTH = 1000, STEPS = 100000 };

struct sizes {
	struct graph *g;
	uint32_t nhints;
	const struct node *const *hints;
	int steps;
};

static const struct node *i64(struct graph *g, int64_t v)
{
	return build_scalar_int(g, DTYPE_i64, v);
}

const struct node *build_size(struct graph *g, const struct node *tensor, uint32_t dimension)
{
	const struct type *t = tensor->type;

	if (t->unranked || dimension >= t->rank)
		job_fail(graph_job(g), WEFT_INVALID_ARGUMENT,
			"a tensor of rank %u has no dimension %u", t->rank, dimension);
	if (t->dims[dimension] >= 0)
		return i64(g, t->dims[dimension]);
	struct attr_entry at = { KEY_dimension, NULL, attr_int(g, dimension) };
	return build_convert(g, build_op(g, OP_get_dimension_size, 1, &tensor, 1, &at), DTYPE_i64);
}

/* An element of an integer tensor as an i64 scalar. */
static const struct node *build_element(struct graph *g, const struct node *n, int64_t element)
{
	const struct type *t = n->type;
	uint32_t rank = t->rank;

	if (rank) {
		struct job *j = graph_job(g);
		int64_t *start = job_array(j, rank, sizeof *start),
			*limit = job_array(j, rank, sizeof *limit);
		int64_t *stride = job_array(j, rank, sizeof *stride);
		if (!type_is_static(t))
			job_fail(j, WEFT_UNIMPLEMENTED,
				"a size taken from a tensor of unknown shape");
		type_strides(t, stride);
		for (uint32_t i = 0; i < rank; i++) {
			start[i] = element / stride[i] % t->dims[i];
			limit[i] = start[i] + 1;
			stride[i] = 1;
		}
		n = build_reshape(g, build_slice(g, n, start, limit, stride), 0, NULL);
	}
	return build_convert(g, n, DTYPE_i64);
}

const struct build_hand *build_at_hand(struct graph *g, const struct build_hand *hand)
{
	const struct build_hand *before = g->hand;

	g->hand = hand;
	return before;
}

static const struct node *size_of_any(
	struct graph *g, int64_t d, uint32_t n, const struct node *const *in)
{
	for (uint32_t k = 0; k < n; k++)
		for (uint32_t i = 0; in[k]->type->kind == TYPE_tensor && i < in[k]->type->rank; i++)
			if (in[k]->type->dims[i] == d)
				return build_size(g, in[k], i);
	return NULL;
}

/* d as a dimension of a hint, or of the parameter it came with. */
static const struct node *size_found(struct sizes *s, int64_t d)
{
	const struct build_hand *hand = s->g->hand;
	const struct node *found = size_of_any(s->g, d, s->nhints, s->hints);
	if (!found && hand)
		found = size_of_any(s->g, d, hand->n, hand->in);
	if (found)
		return found;
	const struct dim_entry *e = dim_entry(s->g, d);
	if (e->source && !hand)
		return build_size(s->g, e->source, e->source_dim);
	if (e->pub.op == DIM_value)
		return build_element(s->g, e->pub.node, e->pub.a);
	if (e->pub.op < DIM_number)
		job_fail(graph_job(s->g), WEFT_UNIMPLEMENTED,
			"dimension %s is of no tensor at hand", e->pub.name);
	return NULL;
}

/* Division towards negative infinity, for a divisor above zero. */
static const struct node *build_floordiv(
	struct graph *g, const struct node *a, const struct node *b, bool may_be_negative)
{
	const struct node *q = build2(g, OP_divide, a, b);

	if (!may_be_negative)
		return q;
	const struct node *rest = build2(g, OP_remainder, a, b);
	return build_select(g, build_compare(g, "LT", rest, i64(g, 0)),
		build2(g, OP_subtract, q, i64(g, 1)), q);
}

static const struct node *build_mod(struct graph *g, const struct node *a, const struct node *b,
	bool may_be_negative)
{
	const struct node *rest = build2(g, OP_remainder, a, b);

	if (!may_be_negative)
		return rest;
	return build_select(
		g, build_compare(g, "LT", rest, i64(g, 0)), build2(g, OP_add, rest, b), rest);
}

static const struct node *size_node(struct sizes *s, int64_t d, int depth)
{
	struct graph *g = s->g;

	if (dim_is_number(d))
		return i64(g, d);
	if (depth > DEPTH || s->steps++ > STEPS)
		job_fail(graph_job(g), WEFT_RESOURCE_EXHAUSTED,
			"the size of a dimension is too complicated");
	const struct dim_expr *e = dim_get(g, d);
	if (e->op == DIM_number)
		return i64(g, e->a);
	const struct node *found = size_found(s, d);
	if (found)
		return found;
	const struct node *a = size_node(s, e->a, depth + 1), *b = size_node(s, e->b, depth + 1);
	bool negative = e->a < 0 && dim_get(g, e->a)->min < 0;
	switch (e->op) {
	case DIM_add: return build2(g, OP_add, a, b);
	case DIM_mul: return build2(g, OP_multiply, a, b);
	case DIM_min: return build2(g, OP_minimum, a, b);
	case DIM_max: return build2(g, OP_maximum, a, b);
	case DIM_floordiv: return build_floordiv(g, a, b, negative);
	case DIM_mod: return build_mod(g, a, b, negative);
	default: BUG("a symbol has no parts");
	}
}

const struct node *build_dim(
	struct graph *g, int64_t d, uint32_t nhints, const struct node *const *hints)
{
	struct sizes s = { g, nhints, hints, 0 };

	return size_node(&s, d, 0);
}

const struct node *build_shape(struct graph *g, uint32_t rank, const int64_t *dims, uint32_t nhints,
	const struct node *const *hints)
{
	static const int64_t one = 1;
	int64_t r = rank;
	const struct type *t = type_tensor(g, DTYPE_i64, 1, &r);
	bool numbers = true;

	for (uint32_t i = 0; i < rank; i++)
		numbers = numbers && dim_is_number(dims[i]);
	if (numbers)
		return build_constant(g, t, false, dims);
	const struct node **in = job_array(graph_job(g), rank, sizeof *in);
	for (uint32_t i = 0; i < rank; i++)
		in[i] = build_reshape(g, build_dim(g, dims[i], nhints, hints), 1, &one);
	return build_concat(g, rank, in, 0);
}

/* ---- declared types ------------------------------------------------------------------------- */

const struct node *build_declared(
	struct graph *g, const struct node *x, const struct type *t, enum op by)
{
	struct job *j = graph_job(g);

	if (!type_says_more(t, x->type))
		return x;
	if (t->kind == TYPE_tuple) {             /* types nest as deep as readers allow */
		const struct node **in = job_array(j, t->n, sizeof *in);
		for (uint32_t i = 0; i < t->n; i++) {
			struct attr_entry at = { KEY_index, NULL, attr_int(g, i) };
			in[i] = build_op(g, OP_get_tuple_element, 1, &x, 1, &at);
			in[i] = build_declared(g, in[i], t->elem[i], by);
		}
		return build_op(g, OP_tuple, t->n, in, 0, NULL);
	}
	int64_t *p = job_array(j, t->rank, sizeof *p);
	for (uint32_t d = 0; d < t->rank; d++)
		p[d] = d;
	struct attr_entry at[] = { { KEY_permutation, NULL, attr_ints(g, t->rank, p) },
		{ KEY_callee, NULL, attr_str(g, op_table[by].text) } };
	struct node_spec s = { .op = OP_transpose, .nin = 1, .in = &x, .type = t,
		.attrs = attrs_cons(g, 2, at) };
	return graph_node(g, &s);
}
