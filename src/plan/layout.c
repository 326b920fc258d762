/* layout.c -- which tensors of a program have their features behind the batch and which last,
 * chosen over all of it.
 *
 * Programs write convolutions with features first, [batch, features, space], as torch does, or
 * last, [batch, space, features], as JAX and TensorFlow do; kernels have wishes of their own:
 *
 *      a contraction over windows (window.c)     features first: each one's image in one piece
 *      Winograd's squares (winograd.c)           features last: lanes run along them
 *      windows by packed weights (window_last.c) the same; packed in the call, either
 *      one place, or one feature, at a time,
 *      an image of few features                  either, and so have elementwise ops, pads, slices,
 *                                                concatenations, pools
 *
 * Where one layout ends and another begins is a transpose.  The choice is made twice, for what
 * should be turned to features first and then for what to features last.  A value is a vertex of a
 * network, its side of the least cut whether it is turned (flow.h):
 *
 *      source  as it is    arguments, results, what any other op reads or gives, convolutions that
 *                          lie as their kernels wish
 *      sink    turned      what the others read and give
 *      v -> a -> u         u, or what reads v, is turned and v is not: v's bytes move, once
 *      u -> b -> v         the other way
 *
 *      t -> sink       v's bytes move where t, a transpose of v such as torch's channels_last has,
 *                      is not turned: then it is v; the same where t is what reads v
 *
 * so the fewest bytes move.  What says by which dimensions it reads or gives costs nothing either
 * way and has no vertex: broadcasts, constants and iotas give, reductions over space and other
 * kinds of convolutions (gradients by weights) read, any other transposes do both.
 *
 * Values do not change but by the order in which reductions add. */
#include "base/flow.h"
#include "ir/build.h"
#include "ir/rewrite.h"
#include "plan/conv.h"
#include <string.h>

#define LEAST_RANK 3
#define MOST_RANK 5

enum role {
	ROLE_fixed,                          /* as it is */
	ROLE_turned,
	ROLE_either,                         /* operands of its rank and result alike */
	ROLE_free,                           /* gives what is asked for, reads what there is */
	ROLE_moved,                          /* the same, a transpose of what lies turned */
};

struct choice {
	struct graph *g;
	const struct plan_options *o;
	bool to_first;                       /* turned is features first; else last */
	const struct node **order;
	uint32_t n, limit;
	enum role *role;                     /* by id */
	bool *chosen;                        /* by id: to be turned */
	/* by id: the value turned, and as it is; NULL: not made */
	const struct node **turned, **plain;
};

static bool may_turn(const struct type *t)
{
	return t->kind == TYPE_tensor && t->rank >= LEAST_RANK && t->rank <= MOST_RANK &&
	       !t->unranked && !t->quant && !t->bounds && !t->encoding;
}

/* Where dimension d is when features are first and were last, or the other way. */
static int64_t place(const struct choice *c, uint32_t rank, int64_t d)
{
	int64_t last = (int64_t)rank - 1;

	if (d == 0)
		return 0;
	return c->to_first ? d == last ? 1 : d + 1 : d == 1 ? last : d - 1;
}

static const struct type *turned_type(const struct choice *c, const struct type *t)
{
	int64_t dims[MOST_RANK];

	for (uint32_t d = 0; d < t->rank; d++)
		dims[place(c, t->rank, d)] = t->dims[d];
	return type_tensor(c->g, t->dtype, t->rank, dims);
}

/* x transposed, or where dims of size 1 alone move, as it lies. */
static const struct node *transposed(
	const struct choice *c, const struct node *x, const int64_t *perm)
{
	uint32_t rank = x->type->rank;
	int64_t dims[MOST_RANK], last = -1;
	bool moves = false;

	for (uint32_t d = 0; d < rank; d++) {
		dims[d] = x->type->dims[perm[d]];
		if (dims[d] != 1) {
			moves |= perm[d] < last;
			last = perm[d];
		}
	}
	return moves ? build_transpose(c->g, x, perm) : build_reshape(c->g, x, rank, dims);
}

/* x turned, or back; of what is a transpose already one is left. */
static const struct node *turn(const struct choice *c, const struct node *x, bool back)
{
	int64_t perm[MOST_RANK], both[MOST_RANK];
	uint32_t count, rank = x->type->rank;
	bool same = true;

	for (uint32_t d = 0; d < rank; d++)
		if (back)
			perm[d] = place(c, rank, d);
		else
			perm[place(c, rank, d)] = d;
	if (x->op != OP_transpose)
		return transposed(c, x, perm);
	const int64_t *before = node_ints(x, KEY_permutation, &count);
	for (uint32_t d = 0; d < rank; d++) {
		both[d] = before[perm[d]];
		same &= both[d] == d;
	}
	return same ? x->in[0] : transposed(c, x->in[0], both);
}

/* Is t a transpose that turns what it reads: the way to the program's own layout (back), or to the
 * turned one?  Where dims of size 1 lie does not matter. */
static bool turns(const struct choice *c, const struct node *t, bool back)
{
	uint32_t count, rank = t->type->rank;
	const int64_t *perm = t->op == OP_transpose ? node_ints(t, KEY_permutation, &count) : NULL;

	if (!perm || !may_turn(t->type))
		return false;
	for (uint32_t i = 0; i < rank * rank; i++) {
		int64_t a = i / rank, b = i % rank, x = place(c, rank, a), y = place(c, rank, b);
		bool so = back ? (perm[a] < perm[b]) == (x < y) :
			(perm[x] < perm[y]) == (a < b);
		bool moves = t->type->dims[back ? a : x] != 1 && t->type->dims[back ? b : y] != 1;
		if (a != b && moves && !so)
			return false;
	}
	return true;
}

/* ---- what an op can do ---------------------------------------------------------------------- */

static bool counts_from(const struct node *n, enum key k, int64_t from)
{
	uint32_t count;
	const int64_t *v = node_ints(n, k, &count);

	for (uint32_t i = 0; i < count; i++)
		if (v[i] != from + i)
			return false;
	return true;
}

/* Do batch, features (first or last) and space of what n reads and gives lie in that order? */
static bool lies(const struct node *n, bool first)
{
	int64_t features = first ? 1 : (int64_t)n->type->rank - 1;

	return node_int(n, KEY_input_batch_dimension, -1) == 0 &&
	       node_int(n, KEY_output_batch_dimension, -1) == 0 &&
	       node_int(n, KEY_input_feature_dimension, -1) == features &&
	       node_int(n, KEY_output_feature_dimension, -1) == features &&
	       counts_from(n, KEY_input_spatial_dimensions, first ? 2 : 1) &&
	       counts_from(n, KEY_output_spatial_dimensions, first ? 2 : 1) &&
	       node_int(n, KEY_batch_group_count, 1) == 1;
}

static enum role convolution_role(const struct choice *c, const struct node *n)
{
	if (!lies(n, !c->to_first))
		return ROLE_fixed;
	enum conv_wish wish = plan_convolution_wish(c->g, n, c->o);
	if (wish == CONV_either)
		return ROLE_either;
	return (wish == CONV_first) == c->to_first ? ROLE_turned : ROLE_fixed;
}

static enum role role_of(const struct choice *c, const struct node *n)
{
	if (!may_turn(n->type) || node_has_effect(n) || node_ncaptures(n))
		return ROLE_fixed;
	for (uint32_t i = 0; i < n->nin; i++)
		if (n->in[i]->type->kind != TYPE_tensor || (n->in[i]->type->rank &&
			n->in[i]->type->rank == n->type->rank && !may_turn(n->in[i]->type)))
			return ROLE_fixed;
	switch (n->op) {
	case OP_transpose:
		return turns(c, n, true) ? ROLE_moved : ROLE_free;
	case OP_constant: case OP_iota:
		return ROLE_free;
	case OP_broadcast_in_dim:
		return n->in[0]->type->rank == n->type->rank ? ROLE_either : ROLE_free;
	case OP_convolution:
		return convolution_role(c, n);
	case OP_pad: case OP_slice: case OP_reverse: case OP_concatenate:
		return ROLE_either;
	case OP_reduce_window:
		return n->nin == 2 ? ROLE_either : ROLE_fixed;
	case OP_select_and_scatter:
		return ROLE_either;
	case OP_map:
		return ROLE_fixed;
	default:
		return op_table[n->op].kind == OP_MAP ? ROLE_either : ROLE_fixed;
	}
}

/* Does n, a reduce, take all of space, or features that are to be last, so that what is left is in
 * one order? */
static bool reduce_reads_either(const struct choice *c, const struct node *n)
{
	uint32_t count, rank = n->in[0]->type->rank, space = 0;
	const int64_t *dims = node_ints(n, KEY_dimensions, &count);
	int64_t features = c->to_first ? (int64_t)rank - 1 : 1;
	bool rows = false;

	for (uint32_t i = 0; i < count; i++) {
		space += dims[i] != 0 && dims[i] != features;
		rows |= !c->to_first && dims[i] == features;
	}
	return n->nin == 2 && may_turn(n->in[0]->type) && (rows || space == rank - 2);
}

/* May operand i of n be in either layout, whatever n's is? */
static bool reads_either(const struct choice *c, const struct node *n, uint32_t i)
{
	if (n->op == OP_transpose)
		return true;
	if (n->op == OP_convolution)
		return i == 1 || (!lies(n, true) && !lies(n, false));
	return n->op == OP_reduce && i == 0 && reduce_reads_either(c, n);
}

/* Is operand i of n in the layout of its result? */
static bool goes_along(const struct node *n, uint32_t i)
{
	return may_turn(n->in[i]->type) && n->in[i]->type->rank == n->type->rank &&
	       !(n->op == OP_convolution && i == 1);
}

/* ---- the choice ----------------------------------------------------------------------------- */

/* Vertices of a value: itself, and one for each way it may be turned. */
static uint32_t vertex(const struct node *n)
{
	return FLOW_VERTICES + 3 * n->id;
}

static void network_add(struct choice *c, struct flow *net, const struct node *n)
{
	enum role role = c->role[n->id];

	if (role == ROLE_fixed)
		flow_edge(net, FLOW_SOURCE, vertex(n), FLOW_ENDLESS);
	if (role == ROLE_turned)
		flow_edge(net, vertex(n), FLOW_SINK, FLOW_ENDLESS);
	if (role == ROLE_moved)
		flow_edge(net, vertex(n), FLOW_SINK, type_weight(n->type));
	if (turns(c, n, false) && c->role[n->in[0]->id] != ROLE_free)
		flow_edge(net, vertex(n->in[0]), FLOW_SINK, type_weight(n->type));
	if (role != ROLE_free && may_turn(n->type)) {
		flow_edge(net, vertex(n), vertex(n) + 1, type_weight(n->type));
		flow_edge(net, vertex(n) + 2, vertex(n), type_weight(n->type));
	}
	for (uint32_t i = 0; i < n->nin; i++) {
		const struct node *v = n->in[i];
		if (!may_turn(v->type) || c->role[v->id] == ROLE_free || reads_either(c, n, i))
			continue;
		uint32_t reader = role != ROLE_fixed && goes_along(n, i) ? vertex(n) : FLOW_SOURCE;
		if (reader != FLOW_SOURCE)
			flow_edge(net, vertex(v) + 1, reader, FLOW_ENDLESS);
		flow_edge(net, reader, vertex(v) + 2, FLOW_ENDLESS);
	}
}

static bool choose(struct choice *c, const struct region *r)
{
	struct job *j = graph_job(c->g);
	struct flow net;
	bool any = false;

	for (uint32_t i = 0; i < c->n; i++) {
		const struct node *n = c->order[i];
		enum role role = c->role[n->id] = role_of(c, n);
		bool windows = n->op == OP_convolution || n->op == OP_reduce_window ||
			n->op == OP_select_and_scatter;
		any |= role == ROLE_turned || (windows && role == ROLE_either);
	}
	if (!any)
		return false;
	flow_init(&net, j, FLOW_VERTICES + 3 * c->limit);
	for (uint32_t i = 0; i < c->n; i++)
		network_add(c, &net, c->order[i]);
	for (uint32_t i = 0; i < r->nresults; i++)
		if (may_turn(r->results[i]->type))
			flow_edge(&net, FLOW_SOURCE, vertex(r->results[i]) + 2, FLOW_ENDLESS);
	flow_cut(&net);
	for (uint32_t i = 0; i < c->n; i++) {
		const struct node *n = c->order[i];
		c->chosen[n->id] = c->role[n->id] != ROLE_free && may_turn(n->type) &&
			flow_reaches_sink(&net, vertex(n));
	}
	return true;
}

/* ---- attributes of dimensions --------------------------------------------------------------- */

/* v, of which each dimension has `each`, or which are dimensions. */
static const struct attr *turned_ints(const struct choice *c, uint32_t rank, const struct attr *v,
	uint32_t each)
{
	int64_t *out = job_array(graph_job(c->g), v->n + 1, sizeof *out);

	for (uint32_t d = 0; each && d < rank; d++)
		memcpy(out + place(c, rank, d) * each, v->ints + d * each, each * sizeof *out);
	for (uint32_t i = 0; !each && i < v->n; i++)
		out[i] = place(c, rank, v->ints[i]);
	return attr_ints(c->g, v->n, out);
}

/* Which operands and results of a convolution are turned. */
enum { CONV_input = 1, CONV_kernel = 2, CONV_output = 4 };

static const struct attr *turned_numbers(const struct choice *c, const struct node *n, enum key k,
	const struct attr *v, uint32_t sides)
{
	bool input = k == KEY_input_batch_dimension || k == KEY_input_feature_dimension ||
		     k == KEY_input_spatial_dimensions;
	bool kernel = k == KEY_kernel_input_feature_dimension ||
		      k == KEY_kernel_output_feature_dimension ||
		      k == KEY_kernel_spatial_dimensions;
	bool output = k == KEY_output_batch_dimension || k == KEY_output_feature_dimension ||
		      k == KEY_output_spatial_dimensions;

	if (!((input && sides & CONV_input) || (kernel && sides & CONV_kernel) ||
		(output && sides & CONV_output)))
		return v;
	return v->kind == ATTR_int ? attr_int(c->g, place(c, n->type->rank, v->i)) :
		turned_ints(c, n->type->rank, v, 0);
}

/* An attribute of an op that works on either layout, when it is turned. */
static const struct attr *turned_attr(const struct choice *c, const struct node *n, enum key k,
	const struct attr *v)
{
	uint32_t rank = n->type->rank;

	switch (k) {
	case KEY_padding:
		return turned_ints(c, rank, v, 2);
	case KEY_start_indices: case KEY_limit_indices: case KEY_strides:
	case KEY_edge_padding_low: case KEY_edge_padding_high: case KEY_interior_padding:
	case KEY_window_dimensions: case KEY_window_strides: case KEY_base_dilations:
	case KEY_window_dilations:
		return turned_ints(c, rank, v, 1);
	case KEY_dimensions:
		return turned_ints(c, rank, v, 0);
	case KEY_dimension: case KEY_iota_dimension:
		return attr_int(c->g, place(c, rank, v->i));
	default:
		return v;
	}
}

/* Operand dimension i went to at[i]; the operand's own dimensions are turned too when along. */
static const struct attr *turned_broadcast(const struct choice *c, const struct node *n,
	const struct attr *v, bool along)
{
	uint32_t rank = n->type->rank;
	int64_t at[MOST_RANK];

	for (uint32_t i = 0; i < v->n; i++)
		at[along ? place(c, rank, i) : i] = place(c, rank, v->ints[i]);
	return attr_ints(c->g, v->n, at);
}

static const struct attrs *turned_attrs(const struct choice *c, const struct node *n,
	uint32_t sides)
{
	uint32_t count = n->attrs ? n->attrs->n : 0;
	struct attr_entry *e = job_array(graph_job(c->g), count + 1, sizeof *e);

	for (uint32_t i = 0; i < count; i++) {
		e[i] = n->attrs->e[i];
		if (n->op == OP_convolution)
			e[i].value = turned_numbers(c, n, e[i].key, e[i].value, sides);
		else if (e[i].key == KEY_broadcast_dimensions)
			e[i].value = turned_broadcast(c, n, e[i].value, goes_along(n, 0));
		else
			e[i].value = turned_attr(c, n, e[i].key, e[i].value);
	}
	return attrs_cons(c->g, count, e);
}

/* ---- the program in its layouts ------------------------------------------------------------- */

static const struct node *as_it_is(struct choice *c, const struct node *n);

/* n, an op of ROLE_free, turned. */
static const struct node *free_turned(struct choice *c, const struct node *n)
{
	struct graph *g = c->g;
	const struct literal *l = node_literal(n);
	const struct type *t = turned_type(c, n->type);

	if (n->op == OP_constant && l && l->splat)
		return build_constant(g, t, true, l->data);
	if (n->op == OP_constant || n->op == OP_transpose)
		return turn(c, as_it_is(c, n), false);
	const struct node *in[1] = { n->nin ? as_it_is(c, n->in[0]) : NULL };
	return graph_node(g, &(struct node_spec){ .op = n->op, .nin = n->nin, .in = in,
		.attrs = turned_attrs(c, n, 0), .type = t, .trusted = !type_is_static(t) });
}

static bool is_free(const struct choice *c, const struct node *n)
{
	return c->role[n->id] == ROLE_free || c->role[n->id] == ROLE_moved;
}

static const struct node *turned(struct choice *c, const struct node *n)
{
	if (!c->turned[n->id])
		c->turned[n->id] = is_free(c, n) ? free_turned(c, n) :
			turn(c, c->plain[n->id], false);
	return c->turned[n->id];
}

static const struct node *as_it_is(struct choice *c, const struct node *n)
{
	if (!c->plain[n->id])
		c->plain[n->id] = turn(c, c->turned[n->id], true);
	return c->plain[n->id];
}

/* A reduce or transpose as it is, of an operand turned. */
static const struct node *read_turned(struct choice *c, const struct node *n)
{
	struct graph *g = c->g;
	uint32_t rank = n->in[0]->type->rank, count = n->attrs->n;
	const struct node *x = c->turned[n->in[0]->id];
	struct attr_entry *e = job_array(graph_job(g), count, sizeof *e);

	if (n->op == OP_transpose)
		return transposed(c, x, turned_ints(c, rank,
			attrs_find(n->attrs, KEY_permutation), 0)->ints);
	for (uint32_t i = 0; i < count; i++) {
		e[i] = n->attrs->e[i];
		if (e[i].key == KEY_dimensions)
			e[i].value = turned_ints(c, rank, e[i].value, 0);
	}
	return graph_node(g, &(struct node_spec){ .op = n->op, .nin = 2,
		.in = (const struct node *[]){ x, as_it_is(c, n->in[1]) },
		.attrs = attrs_cons(g, count, e), .nregions = n->nregions, .regions = n->regions,
		.type = n->type });
}

/* A convolution as it is, of what was chosen for its operands. */
static const struct node *convolve(struct choice *c, const struct node *n)
{
	const struct node *in[2];
	uint32_t sides = 0;

	for (uint32_t i = 0; i < 2; i++) {
		bool so = c->chosen[n->in[i]->id] && reads_either(c, n, i);
		sides |= so ? i ? CONV_kernel : CONV_input : 0;
		in[i] = so ? c->turned[n->in[i]->id] : as_it_is(c, n->in[i]);
	}
	return graph_node(c->g, &(struct node_spec){ .op = n->op, .nin = 2, .in = in,
		.attrs = turned_attrs(c, n, sides), .type = n->type });
}

/* n, not chosen to be. */
static const struct node *make_plain(struct choice *c, const struct node *n)
{
	if (n->op == OP_convolution)
		return convolve(c, n);
	if ((n->op == OP_transpose || n->op == OP_reduce) && c->chosen[n->in[0]->id] &&
		reads_either(c, n, 0))
		return read_turned(c, n);
	const struct node **in = job_array(graph_job(c->g), n->nin + 1, sizeof *in);
	for (uint32_t i = 0; i < n->nin; i++)
		in[i] = as_it_is(c, n->in[i]);
	return node_with_operands(c->g, n, in);
}

/* n, chosen to be turned. */
static const struct node *make_turned(struct choice *c, const struct node *n)
{
	struct graph *g = c->g;
	const struct node **in = job_array(graph_job(g), n->nin + 1, sizeof *in);
	uint32_t sides = CONV_input | CONV_output;

	if (is_free(c, n)) {
		c->plain[n->id] = make_plain(c, n);
		return free_turned(c, n);
	}
	for (uint32_t i = 0; i < n->nin; i++) {
		bool kernel = n->op == OP_convolution && i == 1 && c->chosen[n->in[i]->id];
		sides |= kernel ? CONV_kernel : 0;
		in[i] = kernel || goes_along(n, i) ? turned(c, n->in[i]) :
			as_it_is(c, n->in[i]);
	}
	const struct type *t = turned_type(c, n->type);
	return graph_node(g, &(struct node_spec){ .op = n->op, .nin = n->nin, .in = in,
		.attrs = turned_attrs(c, n, sides), .nregions = n->nregions,
		.regions = n->regions, .type = t, .trusted = !type_is_static(t) });
}

static const struct region *turn_region(struct graph *g, const struct region *r,
	const struct plan_options *o, bool to_first)
{
	struct job *j = graph_job(g);
	struct choice c = { .g = g, .o = o, .to_first = to_first };

	c.order = region_order(j, r, &c.n);
	c.limit = c.n ? c.order[c.n - 1]->id + 1 : 0;
	c.role = job_array(j, c.limit + 1, sizeof *c.role);
	c.chosen = job_array(j, c.limit + 1, sizeof *c.chosen);
	if (!choose(&c, r))
		return r;
	c.turned = job_array(j, c.limit, sizeof *c.turned);
	c.plain = job_array(j, c.limit, sizeof *c.plain);
	for (uint32_t i = 0; i < c.n; i++) {
		const struct node *n = c.order[i], **to = c.chosen[n->id] ? c.turned : c.plain;
		to[n->id] = c.chosen[n->id] ? make_turned(&c, n) : make_plain(&c, n);
		rewrite_locate(g, to[n->id], n);
	}
	const struct node **results = job_array(j, r->nresults + 1, sizeof *results);
	for (uint32_t i = 0; i < r->nresults; i++)
		results[i] = as_it_is(&c, r->results[i]);
	return graph_region(g, r->nparams, r->params, r->nresults, results);
}

const struct region *plan_layout(
	struct graph *g, const struct region *r, const struct plan_options *o)
{
	return turn_region(g, turn_region(g, r, o, true), o, false);
}
