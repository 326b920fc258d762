/* dim_node.c -- which size an element of an integer tensor computes.
 *
 * Programs with sizes unknown compute shapes with ops: get_dimension_size, arithmetic, reshape,
 * concatenate.  Tracing an element back through them gives an expression over the sizes it came
 * from; where the trace ends (a parameter, an op not followed, too many steps) it gives the
 * symbol of that very element.  So equal shapes computed apart are seen to be equal, and nothing
 * is lost otherwise.
 *
 * Sizes of 32 bits and more are followed as integers that do not wrap: one that overflowed such a
 * type is no size.  Arithmetic that sizes of any memory can make wrap - of 8 and 16 bits, below 0
 * without a sign - is not followed, unless ranges tell that it does not.
 * The trace recurses, to a fixed depth and with a fixed number of steps in all, after which it
 * gives up in the same way every time. */
#include "ir/graph_impl.h"
#include "ir/node_map.h"

enum { DEPTH = 64, STEPS = 2000 };

struct trace {
	struct graph *g;
	int steps;
};

static int64_t trace_node(struct trace *t, const struct node *n, int64_t element, int depth);

static int64_t size_of_number(struct graph *g, int64_t v)
{
	return v >= 0 ? v : dim_sub(g, 0, v == INT64_MIN ? INT64_MAX : -v);
}

static bool trace_literal(struct trace *t, const struct node *n, int64_t element, int64_t *out)
{
	const struct literal *l = node_literal(n);

	if (!l)
		return false;
	size_t bytes = dtype_bytes(l->type->dtype);
	const char *at = (const char *)l->data + (l->splat ? 0 : (size_t)element * bytes);
	int64_t v = dtype_load_i64(l->type->dtype, at);
	if (v == INT64_MIN || (l->type->dtype == DTYPE_ui64 && v < 0))
		return false;
	*out = size_of_number(t->g, v);
	return true;
}

static struct dim_expr range_of(const struct graph *g, int64_t d)
{
	return dim_is_number(d) ? (struct dim_expr){ .min = d, .max = d } : *dim_get(g, d);
}

/* Is d a value of integer type t, as far as it is not too large for 32 bits? */
static bool is_of(const struct graph *g, int64_t d, enum dtype t)
{
	const struct dtype_info *f = &dtype_table[t];
	const struct dim_expr r = range_of(g, d);

	if (!dtype_is_signed(t) && r.min < 0)
		return false;
	if (f->bits >= 32)
		return true;
	int64_t max = ((int64_t)1 << (f->bits - dtype_is_signed(t))) - 1;
	return r.max <= max && (!dtype_is_signed(t) || r.min >= -max - 1);
}

static bool trace_arithmetic(struct trace *t, const struct node *n, int64_t element, int depth,
	int64_t *out)
{
	struct graph *g = t->g;
	int64_t a = trace_node(t, n->in[0], element, depth),
		b = trace_node(t, n->in[1], element, depth);

	switch (n->op) {
	case OP_add: *out = dim_add(g, a, b); return is_of(g, *out, n->type->dtype);
	case OP_subtract: *out = dim_sub(g, a, b); return is_of(g, *out, n->type->dtype);
	case OP_multiply: *out = dim_mul(g, a, b); return is_of(g, *out, n->type->dtype);
	case OP_maximum: *out = dim_max(g, a, b); return true;
	case OP_minimum: *out = dim_min(g, a, b); return true;
	default: break;
	}
	/* divide and remainder go towards zero: the same as ours where nothing is negative. */
	if (range_of(g, a).min < 0 || range_of(g, b).min < 1)
		return false;
	*out = n->op == OP_divide ? dim_floordiv(g, a, b) : dim_mod(g, a, b);
	return true;
}

static bool trace_concatenate(struct trace *t, const struct node *n, int64_t element, int depth,
	int64_t *out)
{
	/* along the first dimension the parts lie one after another */
	if (node_int(n, KEY_dimension, 0))
		return false;
	for (uint32_t i = 0; i < n->nin; i++) {
		int64_t size = type_elements(n->in[i]->type);
		if (size < 0)
			return false;
		if (element < size) {
			*out = trace_node(t, n->in[i], element, depth);
			return true;
		}
		element -= size;
	}
	return false;
}

static bool trace_slice(
	struct trace *t, const struct node *n, int64_t element, int depth, int64_t *out)
{
	uint32_t count;
	const int64_t *start = node_ints(n, KEY_start_indices, &count);

	if (n->type->rank != 1 || count != 1)
		return false;
	const int64_t *stride = node_ints(n, KEY_strides, &count);
	*out = trace_node(t, n->in[0], start[0] + element * (count == 1 ? stride[0] : 1), depth);
	return true;
}

static bool trace_convert(
	struct trace *t, const struct node *n, int64_t element, int depth, int64_t *out)
{
	enum dtype from = n->in[0]->type->dtype, to = n->type->dtype;

	if (!dtype_is_int(from) || !dtype_is_int(to))
		return false;
	*out = trace_node(t, n->in[0], element, depth);
	return is_of(t->g, *out, to);
}

/* False: this op is not followed. */
static bool trace_op(
	struct trace *t, const struct node *n, int64_t element, int depth, int64_t *out)
{
	switch (n->op) {
	case OP_constant:
		return trace_literal(t, n, element, out);
	case OP_get_dimension_size: {
		int64_t d = node_int(n, KEY_dimension, 0);
		if (n->in[0]->type->unranked || d < 0 || d >= n->in[0]->type->rank)
			return false;
		*out = n->in[0]->type->dims[d];
		return true;
	}
	case OP_convert:
		return trace_convert(t, n, element, depth, out);
	case OP_reshape:        /* keeps elements where they are */
		*out = trace_node(t, n->in[0], element, depth);
		return true;
	case OP_broadcast_in_dim: case OP_broadcast: {
		if (n->in[0]->type->rank == 0 || type_elements(n->in[0]->type) == 1)
			*out = trace_node(t, n->in[0], 0, depth);
		else if (n->type == n->in[0]->type && n->type->rank == 1)
			*out = trace_node(t, n->in[0], element, depth);
		else
			return false;
		return true;
	}
	case OP_iota:
		*out = element;
		return n->type->rank == 1;
	case OP_concatenate:
		return trace_concatenate(t, n, element, depth, out);
	case OP_slice:
		return trace_slice(t, n, element, depth, out);
	case OP_add: case OP_subtract: case OP_multiply: case OP_divide: case OP_remainder:
	case OP_maximum: case OP_minimum:
		return n->in[0]->type == n->type && n->in[1]->type == n->type &&
			trace_arithmetic(t, n, element, depth, out);
	default:
		return false;
	}
}

static int64_t trace_node(struct trace *t, const struct node *n, int64_t element, int depth)
{
	int64_t d;

	if (depth < DEPTH && t->steps++ < STEPS && trace_op(t, n, element, depth + 1, &d))
		return d;
	return dim_value(t->g, n, element);
}

int64_t dim_of_node(struct graph *g, const struct node *n, int64_t element)
{
	struct trace t = { .g = g };

	return trace_node(&t, n, element, 0);
}

/* ---- dimensions where a region's body is copied --------------------------------------------- */

static int64_t dim_replace(struct graph *g, int64_t d, const struct dim_swap *s, int depth)
{
	if (dim_is_number(d))
		return d;
	for (uint32_t i = 0; i < s->n; i++)
		if (s->from[i] == d)
			return s->to[i];
	if (depth > 1000)
		job_fail(graph_job(g), WEFT_RESOURCE_EXHAUSTED,
			"the size of a dimension is too complicated");
	const struct dim_expr e = *dim_get(g, d);
	if (e.op == DIM_value) {
		const struct node *n = node_map_get(s->nodes, e.node);
		return n && n != e.node ? dim_of_node(g, n, e.a) : d;
	}
	if (e.op <= DIM_number)
		return d;
	int64_t a = dim_replace(g, e.a, s, depth + 1), b = dim_replace(g, e.b, s, depth + 1);
	switch (e.op) {
	case DIM_add: return dim_add(g, a, b);
	case DIM_mul: return dim_mul(g, a, b);
	case DIM_floordiv: return dim_floordiv(g, a, b);
	case DIM_mod: return dim_mod(g, a, b);
	case DIM_min: return dim_min(g, a, b);
	case DIM_max: return dim_max(g, a, b);
	default: return d;
	}
}

const struct type *type_replace(struct graph *g, const struct type *t, const struct dim_swap *s)
{
	struct type c = *t;
	struct job *j = graph_job(g);

	if (t->kind == TYPE_tensor ? type_is_static(t) : !t->n)
		return t;
	int64_t *dims = job_array(j, t->rank, sizeof *dims);
	const struct type **elem = job_array(j, t->n, sizeof *elem);
	for (uint32_t i = 0; i < t->rank; i++)
		dims[i] = dim_replace(g, t->dims[i], s, 0);
	for (uint32_t i = 0; i < t->n; i++)
		elem[i] = type_replace(g, t->elem[i], s);
	c.dims = dims;
	c.elem = elem;
	return type_cons(g, &c);
}
