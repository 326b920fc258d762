/* expand_body.c -- map, reduce, reduce_window, scatter, select_and_scatter and sort by bodies that
 * are no code over lanes: with a sort, a scatter, a convolution, a library's function, random
 * numbers or sizes of their own.
 *
 * They become loops over their elements, of which a turn runs the body's ops as the steps that they
 * are anywhere else; the order is the interpreter's. */
#include "ir/build.h"
#include "ir/dim.h"
#include "pass/expand_body.h"
#include <string.h>

enum {
	CARRIED_MOST = 100,          /* numbers that a loop over lanes carries */
	OPERANDS_MOST = 16,          /* that a reduction over lanes has */
	DEPTH_FIRST = 64,            /* of parameters: no loop that was read is so deep */
};

/* ---- which bodies ---------------------------------------------------------------------------- */

static bool type_is_plain(const struct type *t)
{
	if (t->kind == TYPE_results) {
		for (uint32_t i = 0; i < t->n; i++)
			if (!type_is_plain(t->elem[i]))
				return false;
		return true;
	}
	return t->kind == TYPE_tensor && type_is_static(t);
}

static bool loop_is_small(const struct node *n)
{
	int64_t most = CARRIED_MOST;

	for (uint32_t i = 0; i < node_noperands(n); i++) {
		const struct type *t = n->in[i]->type;
		int64_t count = type_is_plain(t) ? type_elements(t) : most + 1;
		if (count > most)
			return false;
		most -= count;
	}
	return true;
}

/* Can n, whose regions are looked at beside, be code over lanes? */
static bool node_has_lanes(const struct node *n)
{
	if (!type_is_plain(n->type) || node_has_effect(n))
		return false;
	switch (op_table[n->op].kind) {
	case OP_LEAF: case OP_MAP: case OP_MOVE: case OP_WINDOW:
		return true;
	case OP_REDUCE:
		return node_noperands(n) <= 2 * OPERANDS_MOST;
	case OP_CONTRACT:
		return n->op == OP_dot_general;
	case OP_CONTROL:
		return n->op == OP_if || n->op == OP_case || n->op == OP_optimization_barrier ||
			(n->op == OP_while && loop_is_small(n));
	default:
		return false;
	}
}

/* known: by id, the regions that have been looked at; NULL: none yet. */
static bool region_has_lanes(struct graph *g, const struct region *r, bool *known)
{
	uint32_t count;
	const struct node **nodes = region_order(graph_job(g), r, &count);

	for (uint32_t i = 0; i < count; i++) {
		const struct node *n = nodes[i];
		if (n->op != OP_parameter && !node_has_lanes(n))
			return false;
		if (n->nregions && !known)       /* those inside were made before */
			known = job_array(graph_job(g), r->id + 1, sizeof *known);
		for (uint32_t k = 0; k < n->nregions; k++) {
			if (!known[n->regions[k]->id] &&
				!region_has_lanes(g, n->regions[k], known))
				return false;
			known[n->regions[k]->id] = true;
		}
	}
	return true;
}

/* ---- sites ---------------------------------------------------------------------------------- */

static uint32_t note_sizes(struct graph *g, const struct type *t, int64_t *dims, uint32_t n)
{
	for (uint32_t d = 0; t->kind == TYPE_tensor && d < t->rank; d++) {
		bool known = dim_is_number(t->dims[d]);
		for (uint32_t i = 0; i < n && !known; i++)
			known = dims[i] == t->dims[d];
		if (!known)
			dims[n++] = t->dims[d];
	}
	int64_t all = t->kind == TYPE_tensor ? elements_of(g, t) : 0;
	bool known = dim_is_number(all);
	for (uint32_t i = 0; i < n && !known; i++)
		known = dims[i] == all;
	if (!known)
		dims[n++] = all;
	return n;
}

struct site site_of(struct graph *g, const struct node *n, uint32_t more,
	const struct type *const *types)
{
	struct job *j = graph_job(g);
	uint32_t most = 0, noperands = node_noperands(n);
	struct site s = { .g = g };

	for (uint32_t i = 0; i < n->nregions; i++) {
		struct region_extent e = region_extent(g, n->regions[i]);
		s.depth = e.depth > s.depth ? e.depth : s.depth;
	}
	s.depth = DEPTH_FIRST + 4 * s.depth;
	for (uint32_t i = 0; i < n->nin; i++)
		most += n->in[i]->type->rank + 1;
	for (uint32_t i = 0; i < more; i++)
		most += types[i]->rank + 1;
	int64_t *dims = job_array(j, most + 1, sizeof *dims);
	for (uint32_t i = 0; i < n->nin; i++)
		s.nsizes = note_sizes(g, n->in[i]->type, dims, s.nsizes);
	for (uint32_t i = 0; i < more; i++)
		s.nsizes = note_sizes(g, types[i], dims, s.nsizes);
	s.dims = dims;
	s.n = n->nin + s.nsizes;
	s.at = job_array(j, s.n + 1, sizeof *s.at);
	for (uint32_t i = 0; i < n->nin; i++)
		s.at[i] = i < noperands ? flat_of(g, n->in[i]) : n->in[i];
	for (uint32_t i = 0; i < s.nsizes; i++)
		s.at[n->nin + i] = build_dim(g, dims[i], n->nin, n->in);
	return s;
}

struct site site_with(const struct site *s, uint32_t k, const struct node *const *front)
{
	struct site to = *s;

	to.n = k + s->n;
	to.at = job_array(graph_job(s->g), to.n + 1, sizeof *to.at);
	for (uint32_t i = 0; i < to.n; i++)
		to.at[i] = i < k ? front[i] : s->at[i - k];
	return to;
}

const struct node *site_extent(const struct site *s, int64_t d)
{
	if (dim_is_number(d))
		return index_const(s->g, d);
	for (uint32_t i = 0; i < s->nsizes; i++)
		if (s->dims[i] == d)
			return s->at[s->n - s->nsizes + i];
	job_fail(graph_job(s->g), WEFT_INTERNAL, "a body's loop does not know a size");
}

/* A region whose parameters are like in[]: they are put into p[]. */
static void parameters(const struct site *s, uint32_t n, const struct node *const *in,
	const struct type **types, const struct node **p)
{
	for (uint32_t i = 0; i < n; i++) {
		types[i] = in[i]->type;
		p[i] = graph_parameter_of(s->g, s->depth, i, types[i]);
	}
}

void site_loop(const struct site *s, const struct node *count, uint32_t nstate,
	const struct node *const *state, turn_fn *fn, void *arg, const struct node **out)
{
	struct graph *g = s->g;
	uint32_t n = nstate + 2 + s->n;
	const struct node **in = job_array(graph_job(g), n, sizeof *in),
			  **p = job_array(graph_job(g), n, sizeof *p),
			  **next = job_array(graph_job(g), nstate + 1, sizeof *next);
	const struct type **types = job_array(graph_job(g), n, sizeof *types);

	memcpy(in, state, nstate * sizeof *in);
	in[nstate] = index_const(g, 0);
	in[nstate + 1] = count;
	memcpy(in + nstate + 2, s->at, s->n * sizeof *in);
	struct site inside = *s;
	inside.depth++;
	inside.at = p + nstate + 2;
	parameters(s, n, in, types, p);
	const struct node *more = build_compare(g, "LT", p[nstate], p[nstate + 1]);
	fn(arg, &inside, p[nstate], p, next);
	next[nstate] = build2(g, OP_add, p[nstate], index_const(g, 1));
	const struct region *regions[] = { graph_region(g, n, types, 1, &more),
		graph_region(g, n, types, nstate + 1, next) };
	const struct attr_entry e = { KEY_ncaptures, NULL, attr_int(g, s->n + 1) };
	const struct node *loop = graph_node(g, &(struct node_spec){ .op = OP_while, .nin = n,
		.in = in, .attrs = attrs_cons(g, 1, &e), .nregions = 2, .regions = regions });
	for (uint32_t i = 0; i < nstate; i++)
		out[i] = graph_result(g, loop, i);
}

void site_if(const struct site *s, const struct node *cond, uint32_t nstate,
	const struct node *const *state, turn_fn *fn, void *arg, const struct node **out)
{
	struct graph *g = s->g;
	uint32_t n = nstate + s->n;
	const struct node **in = job_array(graph_job(g), n + 1, sizeof *in),
			  **p = job_array(graph_job(g), n + 1, sizeof *p),
			  **next = job_array(graph_job(g), nstate, sizeof *next);
	const struct type **types = job_array(graph_job(g), n + 1, sizeof *types);

	in[0] = cond;
	memcpy(in + 1, state, nstate * sizeof *in);
	memcpy(in + 1 + nstate, s->at, s->n * sizeof *in);
	struct site inside = *s;
	inside.depth++;
	inside.at = p + nstate;
	parameters(s, n, in + 1, types, p);
	fn(arg, &inside, NULL, p, next);
	const struct region *regions[] = { graph_region(g, n, types, nstate, next),
		graph_region(g, n, types, nstate, p) };
	const struct attr_entry e = { KEY_ncaptures, NULL, attr_int(g, n) };
	const struct node *branch = graph_node(g, &(struct node_spec){ .op = OP_if, .nin = n + 1,
		.in = in, .attrs = attrs_cons(g, 1, &e), .nregions = 2, .regions = regions });
	for (uint32_t i = 0; i < nstate; i++)
		out[i] = graph_result(g, branch, i);
}

void body_at(const struct site *s, const struct node *n, uint32_t r, uint32_t captures,
	uint32_t nargs, const struct node *const *args, const struct node **out)
{
	uint32_t count = node_ncaptures(n);
	const struct node **all = job_array(graph_job(s->g), nargs + count + 1, sizeof *all);

	for (uint32_t i = 0; i < nargs + count; i++)
		all[i] = i < nargs ? args[i] : s->at[captures + i - nargs];
	region_inline(s->g, n->regions[r], all, out);
}

const struct node *body_with(
	struct graph *g, const struct node *n, uint32_t count, const struct node **front)
{
	const struct node **in = job_array(graph_job(g), n->nin, sizeof *in);
	struct node *copy = job_alloc(graph_job(g), sizeof *copy);

	memcpy(in, n->in, n->nin * sizeof *in);
	memcpy(in, front, count * sizeof *in);
	*copy = *n;
	copy->in = in;
	return copy;
}

/* ---- indices, flat tensors ------------------------------------------------------------------- */

const struct node *index_const(struct graph *g, int64_t v)
{
	return build_scalar_int(g, DTYPE_i64, v);
}

void index_split(const struct site *s, const struct node *i, uint32_t rank, const int64_t *dims,
	const struct node **out)
{
	for (uint32_t d = rank; d-- > 0;) {
		const struct node *extent = site_extent(s, dims[d]);
		out[d] = d ? build2(s->g, OP_remainder, i, extent) : i;
		i = build2(s->g, OP_divide, i, extent);
	}
}

const struct node *index_join(
	const struct site *s, uint32_t rank, const int64_t *dims, const struct node *const *ix)
{
	const struct node *i = rank ? ix[0] : index_const(s->g, 0);

	for (uint32_t d = 1; d < rank; d++)
		i = build2(s->g, OP_add, build2(s->g, OP_multiply, i, site_extent(s, dims[d])),
			ix[d]);
	return i;
}

const struct node *index_within(
	const struct site *s, uint32_t rank, const int64_t *dims, const struct node *const *ix)
{
	struct graph *g = s->g;
	const struct node *all = build_scalar_int(g, DTYPE_i1, 1), *zero = index_const(g, 0);

	for (uint32_t d = 0; d < rank; d++) {
		all = build2(g, OP_and, all, build_compare(g, "GE", ix[d], zero));
		all = build2(g, OP_and, all,
			build_compare(g, "LT", ix[d], site_extent(s, dims[d])));
	}
	return all;
}

int64_t elements_of(struct graph *g, const struct type *t)
{
	int64_t n = 1;

	for (uint32_t d = 0; d < t->rank; d++)
		n = dim_mul(g, n, t->dims[d]);
	return n;
}

const struct node *flat_of(struct graph *g, const struct node *x)
{
	int64_t n = elements_of(g, x->type);

	return build_reshape(g, x, 1, &n);
}

const struct node *flat_take(struct graph *g, const struct node *x, const struct node *i)
{
	const struct node *in[] = { x, i };
	const int64_t one = 1;
	const struct attr_entry e = { KEY_slice_sizes, NULL, attr_ints(g, 1, &one) };

	if (!x->type->dims[0])                   /* no turn will ask */
		return build_scalar(g, x->type->dtype, 0);
	return build_reshape(g, build_op(g, OP_dynamic_slice, 2, in, 1, &e), 0, NULL);
}

const struct node *flat_put(
	struct graph *g, const struct node *x, const struct node *i, const struct node *v)
{
	const int64_t one = 1;
	const struct node *in[] = { x, build_reshape(g, v, 1, &one), i };

	if (!x->type->dims[0])
		return x;
	return build_op(g, OP_dynamic_update_slice, 3, in, 0, NULL);
}

const struct node *flat_full(const struct site *s, const struct node *v, const struct type *t)
{
	struct graph *g = s->g;
	int64_t n = elements_of(g, t);

	if (dim_is_number(n))
		return build_broadcast(g, v, 1, &n, NULL);
	const int64_t one = 1;
	const struct node *in[] = { v, build_reshape(g, site_extent(s, n), 1, &one) };
	const struct attr_entry e = { KEY_broadcast_dimensions, NULL, attr_ints(g, 0, NULL) };
	return graph_node(g, &(struct node_spec){ .op = OP_dynamic_broadcast_in_dim, .nin = 2,
		.in = in, .attrs = attrs_cons(g, 1, &e),
		.type = type_with_dims(g, v->type, 1, &n) });
}

/* ---- map ------------------------------------------------------------------------------------- */

/* A turn's op: its operands are the site's first nodes, its captures those behind. */
struct element {
	const struct node *n;
	uint32_t count;              /* of operands, or of tensors reduced together */
	const struct type *of;       /* windows: the padded operand's, */
	const struct type *to;       /* the result's */
	const int64_t *window, *strides, *dilations;
	int64_t length;              /* reduce: of what makes one element */
};

static void map_turn(void *arg, const struct site *s, const struct node *i,
	const struct node *const *state, const struct node **next)
{
	const struct element *e = arg;
	const struct node **args = job_array(graph_job(s->g), e->count, sizeof *args), *v;

	for (uint32_t k = 0; k < e->count; k++)
		args[k] = flat_take(s->g, s->at[k], i);
	body_at(s, e->n, 0, e->count, e->count, args, &v);
	next[0] = flat_put(s->g, state[0], i, v);
}

static const struct node *body_map(struct graph *g, const struct node *n)
{
	struct site s = site_of(g, n, 1, &n->type);
	struct element e = { .n = n, .count = node_noperands(n) };
	const struct node *zero = build_full(g, type_scalar(g, n->type->dtype), 0), *out;
	const struct node *state = flat_full(&s, zero, n->type);

	site_loop(&s, site_extent(&s, elements_of(g, n->type)), 1, &state, map_turn, &e, &out);
	return out;
}

/* ---- reduce ---------------------------------------------------------------------------------- */

/* state[] with element `to` combined with element `from` of the operands. */
static void combine(const struct element *e, const struct site *s, const struct node *to,
	const struct node *from, const struct node *const *state, const struct node **next)
{
	const struct node **args = job_array(graph_job(s->g), 2 * e->count, sizeof *args);

	for (uint32_t k = 0; k < e->count; k++) {
		args[k] = flat_take(s->g, state[k], to);
		args[e->count + k] = flat_take(s->g, s->at[k], from);
	}
	body_at(s, e->n, 0, 2 * e->count, 2 * e->count, args, next);
	for (uint32_t k = 0; k < e->count; k++)
		next[k] = flat_put(s->g, state[k], to, next[k]);
}

static void reduce_turn(void *arg, const struct site *s, const struct node *i,
	const struct node *const *state, const struct node **next)
{
	const struct element *e = arg;
	const struct node *to = build2(s->g, OP_divide, i, site_extent(s, e->length));

	combine(e, s, to, i, state, next);
}

/* The operands with what is reduced behind the rest; *length: its elements. */
static const struct node *reduced_last(
	struct graph *g, const struct node *n, uint32_t count, int64_t *length)
{
	const struct type *x = n->in[0]->type;
	int64_t *perm = job_array(graph_job(g), x->rank + 1, sizeof *perm);
	const struct node **front = job_array(graph_job(g), count, sizeof *front);
	uint32_t k = 0, ndims;
	const int64_t *dims = node_ints(n, KEY_dimensions, &ndims);

	*length = 1;
	for (uint32_t last = 0; last < 2; last++)
		for (uint32_t d = 0; d < x->rank; d++) {
			uint32_t in = 0;
			for (uint32_t i = 0; i < ndims; i++)
				in |= dims[i] == d;
			if (in != last)
				continue;
			perm[k++] = d;
			*length = last ? dim_mul(g, *length, x->dims[d]) : *length;
		}
	for (uint32_t i = 0; i < count; i++)
		front[i] = build_transpose(g, n->in[i], perm);
	return body_with(g, n, count, front);
}

static const struct node *body_reduce(struct graph *g, const struct node *n, uint32_t which)
{
	struct element e = { .count = node_noperands(n) / 2, .to = node_result_type(n, 0) };
	const struct node **out = job_array(graph_job(g), e.count, sizeof *out),
			  **state = job_array(graph_job(g), e.count, sizeof *state);

	e.n = reduced_last(g, n, e.count, &e.length);
	const struct type *more[] = { e.to, type_with_dims(g, e.to, 1, &e.length) };
	struct site s = site_of(g, e.n, 2, more);
	for (uint32_t i = 0; i < e.count; i++)
		state[i] = flat_full(&s, n->in[e.count + i], e.to);
	site_loop(&s, site_extent(&s, elements_of(g, e.n->in[0]->type)), e.count, state,
		reduce_turn, &e, out);
	return out[which];
}

/* ---- reduce_window --------------------------------------------------------------------------- */

static void window_turn(void *arg, const struct site *s, const struct node *i,
	const struct node *const *state, const struct node **next)
{
	const struct element *e = arg;
	struct graph *g = s->g;
	uint32_t rank = e->to->rank;
	const struct node **to = job_array(graph_job(g), 2 * rank + 1, sizeof *to);
	const struct node **w = to + rank, *length = index_const(g, e->length);
	const struct node *at = build2(g, OP_divide, i, length);

	index_split(s, at, rank, e->to->dims, to);
	index_split(s, build2(g, OP_remainder, i, length), rank, e->window, w);
	for (uint32_t d = 0; d < rank; d++)
		to[d] = build2(g, OP_add,
			build2(g, OP_multiply, to[d], index_const(g, e->strides[d])),
			build2(g, OP_multiply, w[d], index_const(g, e->dilations[d])));
	combine(e, s, at, index_join(s, rank, e->of->dims, to), state, next);
}

/* Attribute k of n, of rank numbers a dimension; where it is absent each is `otherwise`. */
static const int64_t *numbers(struct graph *g, const struct node *n, enum key k, uint32_t rank,
	int64_t otherwise)
{
	uint32_t count;
	const int64_t *v = node_ints(n, k, &count);
	int64_t *all = job_array(graph_job(g), rank + 1, sizeof *all);

	for (uint32_t d = 0; d < rank; d++)
		all[d] = v ? v[d] : otherwise;
	return all;
}

static const struct node *body_reduce_window(struct graph *g, const struct node *n, uint32_t which)
{
	struct element e = { .count = node_noperands(n) / 2, .to = node_result_type(n, 0),
		.length = 1 };
	uint32_t rank = e.to->rank;
	const struct node **out = job_array(graph_job(g), e.count, sizeof *out),
			  **state = job_array(graph_job(g), e.count, sizeof *state);
	const int64_t *pad = numbers(g, n, KEY_padding, 2 * rank, 0),
		*base = numbers(g, n, KEY_base_dilations, rank, 1);
	int64_t *low = job_array(graph_job(g), 3 * rank + 1, sizeof *low);
	int64_t *high = low + rank, *holes = high + rank;

	e.window = numbers(g, n, KEY_window_dimensions, rank, 1);
	e.strides = numbers(g, n, KEY_window_strides, rank, 1);
	e.dilations = numbers(g, n, KEY_window_dilations, rank, 1);
	for (uint32_t d = 0; d < rank; d++) {
		e.length *= e.window[d];
		low[d] = pad[2 * d];
		high[d] = pad[2 * d + 1];
		holes[d] = base[d] - 1;
	}
	for (uint32_t i = 0; i < e.count; i++)
		out[i] = build_pad(g, n->in[i], n->in[e.count + i], low, high, holes);
	e.of = out[0]->type;
	e.n = body_with(g, n, e.count, out);
	struct site s = site_of(g, e.n, 1, &e.to);
	for (uint32_t i = 0; i < e.count; i++)
		state[i] = flat_full(&s, n->in[e.count + i], e.to);
	const struct node *count = build2(g, OP_multiply, index_const(g, e.length),
		site_extent(&s, elements_of(g, e.to)));
	site_loop(&s, count, e.count, state, window_turn, &e, out);
	return out[which];
}

/* ---- the op ---------------------------------------------------------------------------------- */

static bool is_over_lanes(struct graph *g, const struct node *n)
{
	if (n->op == OP_reduce || n->op == OP_reduce_window)
		if (node_noperands(n) > 2 * OPERANDS_MOST)
			return false;
	for (uint32_t i = 0; i < n->nregions; i++)
		if (!region_has_lanes(g, n->regions[i], NULL))
			return false;
	return true;
}

const struct node *expand_body(struct graph *g, const struct node *n, uint32_t which)
{
	const struct node *flat;

	if (!n->nregions || node_has_effect(n) || is_over_lanes(g, n))
		return NULL;
	switch (n->op) {
	case OP_map: flat = body_map(g, n); break;
	case OP_reduce: flat = body_reduce(g, n, which); break;
	case OP_reduce_window: flat = body_reduce_window(g, n, which); break;
	case OP_scatter: flat = body_scatter(g, n, which); break;
	case OP_select_and_scatter: flat = body_select_and_scatter(g, n); break;
	case OP_sort: flat = body_sort(g, n, which); break;
	default: return NULL;
	}
	const struct type *t = node_result_type(n, which);
	return build_reshape(g, flat, t->rank, t->dims);
}
