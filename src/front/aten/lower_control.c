/* lower_control.c -- higher-order operators: calls of subgraphs, which become branches and loops.
 *
 * A region is closed.  Beside what the operator hands to its subgraphs, a region of ours takes as
 * captures a vector of bytes for each symbolic size that no operand has (sizes inside are computed
 * from these: build_at_hand), the seed, and, where something in it has an effect, the token.
 * Whether something has, its first reading shows; then it is read again.
 * scan and map are loops over (index, carries, stacked results), as expand_call.c makes of a
 * scan; so is a layer that recurs over its inputs. */
#include "front/aten/arithmetic.h"
#include <string.h>

struct control;
/* Fills a region: its results, of which there are *n, from its parameters. */
typedef const struct node **control_fn(
	struct control *c, const struct node *const *param, uint32_t *n);
struct control {
	struct lower *l;
	uint32_t nstate, ncaptures;
	const struct node **state; /* operands of a loop; its last is the seed, if there is one */
	const struct node **captures; /* what every region takes behind its own parameters */
	int64_t seed; /* among a region's parameters; -1: none */
	bool effect, found_effect;
	const char *graph[2];
	uint32_t ncarry, nxs; /* of a scan */
	int64_t length; /* what a scan goes over; how many stacks another loop has */
};

static const struct node *node_of(struct lower *l, const struct arg *a)
{
	switch (a->kind) {
	case ARG_tensor: return a->node;
	case ARG_sym: return lower_size_node(l, a->i);
	case ARG_bool: return build_scalar_int(l->g, DTYPE_i1, a->i);
	case ARG_int: return build_scalar_int(l->g, DTYPE_i64, a->i);
	default: job_fail(l->j, WEFT_UNIMPLEMENTED, "%s of a number", l->name);
	}
}

/* Argument i of the call, a list, appended to list[at]. */
static uint32_t add_list(struct lower *l, uint32_t i, const struct node **list, uint32_t at)
{
	for (uint32_t k = 0; k < l->args[i].n; k++)
		list[at++] = node_of(l, &l->args[i].list[k]);
	return at;
}

static bool has_size(uint32_t n, const struct node *const *in, int64_t dim)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < in[i]->type->rank; k++)
			if (in[i]->type->dims[k] == dim)
				return true;
	return false;
}

/* Room for n captures and those of sizes and seed. */
static const struct node **new_captures(struct lower *l, uint32_t n)
{
	return job_array(l->j, n + l->r->nsymbols + 2, sizeof(const struct node *));
}

static void capture_sizes(struct control *c)
{
	struct reader *r = c->l->r;
	for (uint32_t i = 0; i < r->nsymbols; i++) {
		int64_t dim = r->symbols[i].dim;
		if (!r->symbols[i].bound || dim_is_number(dim) ||
			has_size(c->nstate, c->state, dim) ||
			has_size(c->ncaptures, c->captures, dim))
			continue;
		const struct node *zero = build_scalar_int(c->l->g, DTYPE_i8, 0);
		c->captures[c->ncaptures++] = build_broadcast_to(c->l->g, zero, 1, &dim);
	}
}

static const struct region *build_region_of(struct control *c, uint32_t nown, control_fn *fn)
{
	struct lower *l = c->l;
	struct reader *r = l->r;
	uint32_t n = nown + c->ncaptures, nresults;
	const struct type **types = job_array(l->j, n + 1, sizeof *types);
	const struct node **param = job_array(l->j, n + 1, sizeof *param);
	for (uint32_t i = 0; i < n; i++) {
		types[i] = i < nown ? c->state[i]->type : c->captures[i - nown]->type;
		param[i] = graph_parameter(l->g, i, types[i]);
	}
	if (c->effect) {
		types[n] = type_token(l->g);
		param[n] = graph_parameter(l->g, n, types[n]);
	}
	struct build_hand hand = { n, param };
	const struct build_hand *before = build_at_hand(l->g, &hand);
	const struct node *seed = r->seed, *token = r->token;
	uint32_t nplaces = r->nplaces, cap_places = r->cap_places;
	struct known *places = r->places;
	r->places = NULL;
	r->nplaces = r->cap_places = 0;
	r->seed = c->seed < 0 ? NULL : param[c->seed];
	r->token = c->effect ? param[n] : NULL;
	const struct node **results = fn(c, param, &nresults);
	c->found_effect |= r->token != NULL;
	if (c->effect)
		results[nresults++] = r->token;
	build_at_hand(l->g, before);
	r->seed = seed;
	r->token = token;
	r->places = places;
	r->nplaces = nplaces;
	r->cap_places = cap_places;
	return graph_region(l->g, n + c->effect, types, nresults, results);
}

/* The results of subgraph `name`, with room for two more. */
static const struct node **read_subgraph(struct control *c, const char *name, uint32_t nargs,
	const struct node *const *args, uint32_t *n)
{
	const struct node **got = reader_graph(c->l->r, name, nargs, args, n);
	for (uint32_t i = 0; i < *n; i++)
		if (!got[i])
			job_fail(c->l->j, WEFT_UNIMPLEMENTED, "%s with a result None", c->l->name);
	return job_grow(c->l->j, got, *n, *n + 2, sizeof *got);
}

/* The op over in[0..nin), captures and token, whose regions fn[0..2) make; its results to out[]. */
static void build_control(struct control *c, enum op op, uint32_t nin, const struct node *const *in,
	control_fn *const fn[2], uint32_t nresults, const struct node **out)
{
	struct lower *l = c->l;
	const struct region *regions[2];
	uint64_t offset = l->r->random_offset;
	for (int turn = 0; turn < 2 && (!turn || c->found_effect); turn++) {
		c->effect = turn;
		l->r->random_offset = offset;
		for (uint32_t i = 0; i < 2; i++)
			regions[i] = build_region_of(c, c->nstate, fn[i]);
	}
	uint32_t n = 0;
	const struct node **all = job_array(l->j, nin + c->ncaptures + 1, sizeof *all);
	for (; n < nin; n++)
		all[n] = in[n];
	for (uint32_t i = 0; i < c->ncaptures; i++)
		all[n++] = c->captures[i];
	if (c->effect && !l->r->token)
		l->r->token = graph_node(l->g, &(struct node_spec){ .op = OP_token });
	if (c->effect)
		all[n++] = l->r->token;
	struct attr_entry e[] = {
		{ .key = KEY_ncaptures, .value = attr_int(l->g, c->ncaptures) },
		{ .key = KEY_effect, .value = attr_bool(l->g, true) },
	};
	struct node_spec s = { .op = op,
		.nin = n,
		.in = all,
		.attrs = attrs_cons(l->g, 1 + c->effect, e),
		.nregions = 2,
		.regions = regions,
		.at = { l->r->file, l->r->line, 1 } };
	const struct node *node = graph_node(l->g, &s);
	for (uint32_t i = 0; i < nresults; i++)
		out[i] = graph_result(l->g, node, i);
	if (c->effect)
		l->r->token = graph_result(l->g, node, node_nresults(node));
}

/* ---- cond ----------------------------------------------------------------------------------- */

static const struct node **first_branch(
	struct control *c, const struct node *const *param, uint32_t *n)
{
	return read_subgraph(c, c->graph[0], c->ncarry, param, n);
}

static const struct node **second_branch(
	struct control *c, const struct node *const *param, uint32_t *n)
{
	return read_subgraph(c, c->graph[1], c->ncarry, param, n);
}

void lower_cond(struct lower *l)
{
	struct control c = { .l = l, .seed = -1, .graph = { l->args[1].s, l->args[2].s } };
	const struct node *p = lower_cast(l, node_of(l, &l->args[0]), DTYPE_i1);
	if (type_elements(p->type) != 1)
		lower_fail(l, "the predicate is not one element");
	p = build_reshape(l->g, p, 0, NULL);
	c.captures = new_captures(l, l->args[3].n);
	c.ncarry = c.ncaptures = add_list(l, 3, c.captures, 0);
	capture_sizes(&c);
	if (l->r->seed) {
		c.seed = c.ncaptures;
		c.captures[c.ncaptures++] = l->r->seed;
	}
	build_control(&c, OP_if, 1, &p, (control_fn *[]){ first_branch, second_branch }, l->nout,
		l->out);
}

/* ---- loops ---------------------------------------------------------------------------------- */

/* The seed is the last of the state: every turn draws other numbers. */
static void carry_seed(struct control *c)
{
	if (!c->l->r->seed)
		return;
	c->seed = c->nstate;
	c->state[c->nstate++] = c->l->r->seed;
}

static uint32_t next_seed(
	struct control *c, const struct node *const *param, const struct node **results, uint32_t n)
{
	if (c->seed < 0)
		return n;
	struct graph *g = c->l->g;
	const struct node *step = build_scalar_int(g, DTYPE_i64, (int64_t)0x9e3779b97f4a7c15);
	results[n] = build2(g, OP_add, param[c->seed], step);
	return n + 1;
}

/* Parameters of a loop's regions as the subgraph takes them: ncarry of the state, then captures. */
static const struct node **loop_args(
	struct control *c, const struct node *const *param, uint32_t ncaptures)
{
	const struct node **args = job_array(c->l->j, c->ncarry + ncaptures + 1, sizeof *args);
	for (uint32_t i = 0; i < c->ncarry; i++)
		args[i] = param[i];
	for (uint32_t i = 0; i < ncaptures; i++)
		args[c->ncarry + i] = param[c->nstate + i];
	return args;
}

static const struct node **while_condition(
	struct control *c, const struct node *const *param, uint32_t *n)
{
	const struct node **args = loop_args(c, param, c->nxs);
	const struct node **results = read_subgraph(c, c->graph[0], c->ncarry + c->nxs, args, n);
	if (*n != 1 || type_elements(results[0]->type) != 1)
		lower_fail(c->l, "the condition is not one element");
	results[0] = build_reshape(c->l->g, lower_cast(c->l, results[0], DTYPE_i1), 0, NULL);
	return results;
}

static const struct node **while_body(
	struct control *c, const struct node *const *param, uint32_t *n)
{
	const struct node **args = loop_args(c, param, c->nxs);
	const struct node **results = read_subgraph(c, c->graph[1], c->ncarry + c->nxs, args, n);
	*n = next_seed(c, param, results, *n);
	return results;
}

void lower_while_loop(struct lower *l)
{
	struct control c = { .l = l, .seed = -1, .graph = { l->args[0].s, l->args[1].s } };
	c.state = job_array(l->j, l->args[2].n + 1, sizeof *c.state);
	c.nstate = c.ncarry = add_list(l, 2, c.state, 0);
	carry_seed(&c);
	c.captures = new_captures(l, l->args[3].n);
	c.ncaptures = c.nxs = add_list(l, 3, c.captures, 0);
	capture_sizes(&c);
	if (l->nout != c.ncarry)
		lower_fail(l, "has %u results for %u carried values", l->nout, c.ncarry);
	build_control(&c, OP_while, c.nstate, c.state,
		(control_fn *[]){ while_condition, while_body }, l->nout, l->out);
}

/* What sets y at place `at` of the stack. */
static const struct node *stack_put(
	struct lower *l, const struct node *stack, const struct node *y, const struct node *at)
{
	uint32_t rank = stack->type->rank;
	const struct node **in = job_array(l->j, rank + 2, sizeof *in);
	int64_t dims[ATEN_MAX_RANK] = { 1 };
	if (y->type->rank + 1 != rank || y->type->dtype != stack->type->dtype)
		lower_fail(l, "stacks a result of another type than the text says");
	memcpy(dims + 1, y->type->dims, y->type->rank * sizeof *dims);
	in[0] = stack;
	in[1] = build_reshape(l->g, y, rank, dims);
	for (uint32_t d = 0; d < rank; d++)
		in[2 + d] = d ? build_scalar_int(l->g, DTYPE_i64, 0) : at;
	return build_op(l->g, OP_dynamic_update_slice, rank + 2, in, 0, NULL);
}

/* ---- loops whose values are wanted after every turn ----------------------------------------- */

/* The state is the carried values, the number of turns, and the stacks, if there are any yet. */
static const struct node **stacked_body(
	struct control *c, const struct node *const *param, uint32_t *n)
{
	struct lower *l = c->l;
	const struct node **args = loop_args(c, param, c->nxs), *turn = param[c->ncarry];
	const struct node **y = read_subgraph(c, c->graph[1], c->ncarry + c->nxs, args, n);
	if (*n != c->ncarry)
		lower_fail(l, "has %u results for %u carried values", *n, c->ncarry);
	const struct node **results = job_array(l->j, c->nstate + 1, sizeof *results);
	memcpy(results, y, *n * sizeof *y);
	results[(*n)++] = build2(l->g, OP_add, turn, build_scalar_int(l->g, DTYPE_i64, 1));
	for (uint32_t i = 0; i < c->length; i++, (*n)++)
		results[*n] = stack_put(l, param[*n], y[i], turn);
	*n = next_seed(c, param, results, *n);
	return results;
}

/* One run of the loop, from the carried values in c->state; c->length of them are stacked. */
static const struct node **stacked_run(struct control *c)
{
	const struct node **out = job_array(c->l->j, c->nstate + 1, sizeof *out);
	uint32_t nout = c->nstate;
	c->seed = -1;
	carry_seed(c);
	c->ncaptures = c->nxs;
	capture_sizes(c);
	build_control(c, OP_while, c->nstate, c->state,
		(control_fn *[]){ while_condition, stacked_body }, nout, out);
	if (c->found_effect)
		lower_bail(c->l); /* it would have it twice */
	return out;
}

/* What the loop carries after every turn, stacked; of one that takes no turn, what it begins with.
 * How many turns there are is a size that the program computes: a first run counts them. */
void lower_while_loop_stacked(struct lower *l)
{
	struct control c = { .l = l, .graph = { l->args[0].s, l->args[1].s } };
	uint64_t offset = l->r->random_offset;
	if (l->nout != l->args[2].n)
		lower_fail(l, "has %u results for %u carried values", l->nout, l->args[2].n);
	c.state = job_array(l->j, 2 * l->nout + 2, sizeof *c.state);
	c.ncarry = c.nstate = add_list(l, 2, c.state, 0);
	c.captures = new_captures(l, l->args[3].n);
	c.nxs = add_list(l, 3, c.captures, 0);
	c.state[c.nstate++] = build_scalar_int(l->g, DTYPE_i64, 0);
	const struct node *turns = stacked_run(&c)[c.ncarry];
	turns = build2(l->g, OP_maximum, turns, build_scalar_int(l->g, DTYPE_i64, 1));
	int64_t dims[ATEN_MAX_RANK] = { dim_value(l->g, turns, 0) }, at[ATEN_MAX_RANK];
	for (int64_t i = 0; i < ATEN_MAX_RANK; i++)
		at[i] = i + 1;
	c.nstate = c.ncarry + 1;
	for (uint32_t i = 0; i < c.ncarry; i++) {
		const struct type *t = c.state[i]->type;
		if (t->rank + 1 > ATEN_MAX_RANK)
			lower_fail(l, "more than %d dimensions", ATEN_MAX_RANK);
		memcpy(dims + 1, t->dims, t->rank * sizeof *dims);
		c.state[c.nstate++] = build_broadcast(l->g, c.state[i], t->rank + 1, dims, at);
	}
	c.length = c.ncarry;
	l->r->random_offset = offset; /* the same numbers again */
	memcpy(l->out, stacked_run(&c) + c.ncarry + 1, l->nout * sizeof *l->out);
}

/* ---- loops over slices ---------------------------------------------------------------------- */

/* State of a scan: index, carries, stacked results, seed; its captures: xs, additional, sizes. */

static const struct node **scan_condition(
	struct control *c, const struct node *const *param, uint32_t *n)
{
	const struct node **results = job_array(c->l->j, 2, sizeof *results);
	results[0] = build_compare(c->l->g, "LT", param[0], lower_size_node(c->l, c->length));
	*n = 1;
	return results;
}

/* x[at] */
static const struct node *stack_take(
	struct lower *l, const struct node *x, const struct node *at)
{
	struct attr_entry e[] = { lower_attr_int(l, KEY_dimension, 0),
		lower_attr_int(l, KEY_batch_dims, 0) };
	return build_op(l->g, OP_torch_index_select, 2, (const struct node *[]){ x, at }, 2, e);
}

static const struct node **scan_body(
	struct control *c, const struct node *const *param, uint32_t *n)
{
	struct lower *l = c->l;
	uint32_t first = c->ncarry + c->nxs, nargs = first + l->args[l->nargs - 1].n, got;
	const struct node **args = job_array(l->j, nargs + 1, sizeof *args);
	for (uint32_t i = 0; i < nargs; i++) {
		args[i] = i < c->ncarry ? param[1 + i] : param[c->nstate + i - c->ncarry];
		if (i >= c->ncarry && i < first)
			args[i] = stack_take(l, args[i], param[0]);
	}
	const struct node **y = read_subgraph(c, c->graph[0], nargs, args, &got);
	if (got != l->nout)
		lower_fail(l, "has %u results, the text says %u", got, l->nout);
	const struct node **results = job_array(l->j, got + 3, sizeof *results);
	results[0] = build2(l->g, OP_add, param[0], build_scalar_int(l->g, DTYPE_i64, 1));
	for (uint32_t i = 0; i < got; i++)
		results[1 + i] = i < c->ncarry ? y[i] : stack_put(l, param[1 + i], y[i], param[0]);
	*n = next_seed(c, param, results, 1 + got);
	return results;
}

/* `init` is argument 1, or there is none; what is sliced is argument xs, the last what is not. */
static void lower_loop_over(struct lower *l, bool has_init, uint32_t xs)
{
	struct control c = { .l = l, .seed = -1, .graph = { l->args[0].s } };
	c.ncarry = has_init ? l->args[1].n : 0;
	c.nxs = l->args[xs].n;
	if (!c.nxs || l->nout < c.ncarry)
		lower_fail(l, "has nothing to go over, or fewer results than carries");
	c.state = job_array(l->j, l->nout + 2, sizeof *c.state);
	c.state[0] = build_scalar_int(l->g, DTYPE_i64, 0);
	c.nstate = has_init ? add_list(l, 1, c.state, 1) : 1;
	for (uint32_t i = c.ncarry; i < l->nout; i++) {
		if (!l->type[i]->rank)
			lower_fail(l, "stacks a result without dimensions");
		c.state[c.nstate++] = lower_full(l, l->type[i]->dtype, l->type[i], 0);
	}
	carry_seed(&c);
	c.captures = new_captures(l, c.nxs + l->args[xs + 1].n);
	c.ncaptures = add_list(l, xs, c.captures, 0);
	for (uint32_t i = 0; i < c.nxs; i++)
		if (!c.captures[i]->type->rank)
			lower_fail(l, "goes over a tensor without dimensions");
	c.length = c.captures[0]->type->dims[0];
	c.ncaptures = add_list(l, xs + 1, c.captures, c.ncaptures);
	capture_sizes(&c);
	const struct node **out = job_array(l->j, l->nout + 1, sizeof *out);
	build_control(&c, OP_while, c.nstate, c.state,
		(control_fn *[]){ scan_condition, scan_body }, l->nout + 1, out);
	memcpy(l->out, out + 1, l->nout * sizeof *out);
}

void lower_scan(struct lower *l)
{
	lower_loop_over(l, true, 2);
}

void lower_map(struct lower *l)
{
	lower_loop_over(l, false, 1);
}

/* ---- a recurrent layer ---------------------------------------------------------------------- */

/* An LSTM's layer in one direction: the products with the inputs of all times are one, before the
 * loop over (index, hidden state, cell, stacked results); its captures: these products, and the
 * weights of the hidden state.  Gates are computed in f32, as eager does for bf16. */
enum { LSTM_index, LSTM_hidden, LSTM_cell, LSTM_results };
enum { LSTM_gate_in, LSTM_gate_forget, LSTM_gate_cell, LSTM_gate_out };
enum { LSTM_MODE = 2 }; /* of oneDNN's recurrent layers */

static const struct node *lstm_gate(
	struct control *c, const struct node *gates, int64_t which, enum op op)
{
	int64_t n = c->state[LSTM_hidden]->type->dims[1];
	return build1(c->l->g, op, lower_clip(c->l, gates, 1, which * n, which * n + n, 1));
}

/* The time of turn number `turn`, over all of them backwards or not. */
static const struct node *lstm_time(struct control *c, const struct node *turn, bool backwards)
{
	struct graph *g = c->l->g;
	const struct node *last = build2(g, OP_subtract, lower_size_node(c->l, c->length),
		build_scalar_int(g, DTYPE_i64, 1));
	return backwards ? build2(g, OP_subtract, last, turn) : turn;
}

static const struct node **lstm_body(
	struct control *c, const struct node *const *param, uint32_t *n)
{
	struct lower *l = c->l;
	struct graph *g = l->g;
	const struct node *hidden = param[LSTM_hidden];
	const struct node *at = lstm_time(c, param[LSTM_index], lower_bool(l, 7));
	const struct node *gates = build2(g, OP_add, stack_take(l, param[c->nstate], at),
		build_dot_over(g, hidden, 1, param[c->nstate + 1], 1, DTYPE_f32));
	const struct node *cell = build2(g, OP_multiply,
		lstm_gate(c, gates, LSTM_gate_in, OP_logistic),
		lstm_gate(c, gates, LSTM_gate_cell, OP_tanh));
	cell = build2(g, OP_add, cell,
		build2(g, OP_multiply, lstm_gate(c, gates, LSTM_gate_forget, OP_logistic),
			build_convert(g, param[LSTM_cell], DTYPE_f32)));
	hidden = build2(g, OP_multiply, lstm_gate(c, gates, LSTM_gate_out, OP_logistic),
		build1(g, OP_tanh, cell));
	hidden = build_convert(g, hidden, param[LSTM_hidden]->type->dtype);
	const struct node **results = job_array(l->j, 6, sizeof *results);
	results[LSTM_index] = build2(
		g, OP_add, param[LSTM_index], build_scalar_int(g, DTYPE_i64, 1));
	results[LSTM_hidden] = hidden;
	results[LSTM_cell] = build_convert(g, cell, param[LSTM_cell]->type->dtype);
	results[LSTM_results] = stack_put(l, param[LSTM_results], hidden, at);
	*n = 4;
	return results;
}

/* x [times, batch, n] by weights [4 hidden, n], and both biases if there are any, in f32. */
static const struct node *lstm_products(struct lower *l, const struct node *x, bool biases)
{
	struct graph *g = l->g;
	const struct node *y = build_dot_over(g, x, 2, lower_tensor(l, 1), 1, DTYPE_f32);
	for (uint32_t i = 3; i < 5 && biases; i++)
		y = build2(g, OP_add, y,
			build_broadcast_to(g, build_convert(g, lower_tensor(l, i), DTYPE_f32), 3,
				y->type->dims));
	return y;
}

/* input, weights of input and hidden state, biases of both, hidden state and cell before, reverse,
 * batch_sizes, mode, hidden_size, num_layers, has_biases, bidirectional, batch_first, train. */
void lower_mkldnn_rnn_layer(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	enum dtype t = x->type->dtype;
	if (lower_int(l, 9) != LSTM_MODE || l->args[8].n || lower_int(l, 11) != 1 ||
		lower_bool(l, 13) || lower_bool(l, 14) || lower_bool(l, 15) || x->type->rank != 3 ||
		(t != DTYPE_f32 && t != DTYPE_bf16 && t != DTYPE_f16)) {
		lower_give_up(l);
		return;
	}
	struct control c = { .l = l, .seed = -1, .length = x->type->dims[0], .nstate = 4 };
	const struct node *state[4] = { build_scalar_int(l->g, DTYPE_i64, 0) };
	for (uint32_t i = LSTM_hidden; i <= LSTM_cell; i++) {
		const struct node *before = lower_tensor(l, 4 + i);
		state[i] = build_reshape(l->g, before, 2,
			before->type->dims + before->type->rank - 2);
	}
	state[LSTM_results] = lower_full(l, t, l->type[0], 0);
	c.state = state;
	c.captures = new_captures(l, 2);
	c.captures[c.ncaptures++] = lstm_products(l, x, lower_bool(l, 12));
	c.captures[c.ncaptures++] = lower_tensor(l, 2);
	capture_sizes(&c);
	const struct node *out[4];
	build_control(&c, OP_while, c.nstate, state, (control_fn *[]){ scan_condition, lstm_body },
		4, out);
	l->out[0] = out[LSTM_results];
	for (uint32_t i = LSTM_hidden; i <= LSTM_cell && i < l->nout; i++)
		l->out[i] = build_reshape(l->g, out[i], l->type[i]->rank, l->type[i]->dims);
	if (l->nout > 3) /* what a backward would read */
		l->out[3] = lower_full(l, l->type[3]->dtype, l->type[3], 0);
}

/* The backward of the layer: its loop again, which keeps the gates, and the cell and the hidden
 * state before each time; then one from the last time to the first for the gradients of what the
 * gates are of.  All others are products of these. */
enum { AGAIN_gates = LSTM_results, AGAIN_cells, AGAIN_hiddens, AGAIN_STATES };
enum { BACK_index, BACK_hidden, BACK_cell, BACK_results, BACK_STATES };
enum { BACK_gates = BACK_STATES, BACK_cells, BACK_grad, BACK_weights };
enum { LSTM_reverse = 13, LSTM_has_biases = 17 }; /* arguments of the backward */

static const struct node *next_turn(struct control *c, const struct node *turn)
{
	return build2(c->l->g, OP_add, turn, build_scalar_int(c->l->g, DTYPE_i64, 1));
}

static const struct node **lstm_again(
	struct control *c, const struct node *const *param, uint32_t *n)
{
	struct lower *l = c->l;
	struct graph *g = l->g;
	const struct node *hidden = param[LSTM_hidden], *cell = param[LSTM_cell], *part[4];
	const struct node *at = lstm_time(c, param[LSTM_index], lower_bool(l, LSTM_reverse));
	const struct node *gates = add(l, stack_take(l, param[AGAIN_STATES], at),
		build_dot_over(g, hidden, 1, param[AGAIN_STATES + 1], 1, DTYPE_f32));
	for (int64_t i = 0; i < 4; i++)
		part[i] = lstm_gate(c, gates, i, i == LSTM_gate_cell ? OP_tanh : OP_logistic);
	const struct node **results = job_array(l->j, AGAIN_STATES + 2, sizeof *results);
	results[LSTM_index] = next_turn(c, param[LSTM_index]);
	results[AGAIN_gates] = stack_put(l, param[AGAIN_gates], build_concat(g, 4, part, 1), at);
	results[AGAIN_cells] = stack_put(l, param[AGAIN_cells], cell, at);
	results[AGAIN_hiddens] = stack_put(l, param[AGAIN_hiddens], hidden, at);
	cell = add(l, mul(l, part[LSTM_gate_in], part[LSTM_gate_cell]),
		mul(l, part[LSTM_gate_forget], build_convert(g, cell, DTYPE_f32)));
	hidden = mul(l, part[LSTM_gate_out], build1(g, OP_tanh, cell));
	results[LSTM_cell] = build_convert(g, cell, param[LSTM_cell]->type->dtype);
	results[LSTM_hidden] = build_convert(g, hidden, param[LSTM_hidden]->type->dtype);
	*n = AGAIN_STATES;
	return results;
}

/* d y (1 - y), of a logistic function's value. */
static const struct node *logistic_slope(
	struct lower *l, const struct node *d, const struct node *y)
{
	return mul(l, d, mul(l, y, sub(l, lower_like(l, y, 1), y)));
}

/* d (1 - y^2), of a hyperbolic tangent's value. */
static const struct node *tanh_slope(struct lower *l, const struct node *d, const struct node *y)
{
	return mul(l, d, sub(l, lower_like(l, y, 1), mul(l, y, y)));
}

static const struct node **lstm_back(
	struct control *c, const struct node *const *param, uint32_t *n)
{
	struct lower *l = c->l;
	struct graph *g = l->g;
	const struct node *at = lstm_time(c, param[BACK_index], !lower_bool(l, LSTM_reverse));
	const struct node *gates = stack_take(l, param[BACK_gates], at), *y[4], *d[4];
	int64_t width = param[BACK_hidden]->type->dims[1];
	for (int64_t i = 0; i < 4; i++)
		y[i] = lower_clip(l, gates, 1, i * width, i * width + width, 1);
	const struct node *before =
		build_convert(g, stack_take(l, param[BACK_cells], at), DTYPE_f32);
	const struct node *out = build1(g, OP_tanh,
		add(l, mul(l, y[LSTM_gate_in], y[LSTM_gate_cell]),
			mul(l, y[LSTM_gate_forget], before)));
	const struct node *hidden = add(l, param[BACK_hidden],
		build_convert(g, stack_take(l, param[BACK_grad], at), DTYPE_f32));
	const struct node *cell = add(l, param[BACK_cell],
		tanh_slope(l, mul(l, hidden, y[LSTM_gate_out]), out));
	d[LSTM_gate_in] = logistic_slope(l, mul(l, cell, y[LSTM_gate_cell]), y[LSTM_gate_in]);
	d[LSTM_gate_forget] = logistic_slope(l, mul(l, cell, before), y[LSTM_gate_forget]);
	d[LSTM_gate_cell] = tanh_slope(l, mul(l, cell, y[LSTM_gate_in]), y[LSTM_gate_cell]);
	d[LSTM_gate_out] = logistic_slope(l, mul(l, hidden, out), y[LSTM_gate_out]);
	const struct node *all = build_concat(g, 4, d, 1);
	const struct node *weights = param[BACK_weights];
	all = build_convert(g, all, weights->type->dtype);
	const struct node **results = job_array(l->j, BACK_STATES + 2, sizeof *results);
	results[BACK_index] = next_turn(c, param[BACK_index]);
	results[BACK_hidden] = build_dot_over(g, all, 1, weights, 0, DTYPE_f32);
	results[BACK_cell] = mul(l, cell, y[LSTM_gate_forget]);
	results[BACK_results] = stack_put(l, param[BACK_results], all, at);
	*n = BACK_STATES;
	return results;
}

/* Argument i, [1, batch, hidden] or None, as [batch, hidden] of dtype t. */
static const struct node *lstm_state(struct lower *l, uint32_t i, enum dtype t)
{
	const struct type *like = lower_tensor(l, 5)->type;
	const int64_t *dims = like->dims + like->rank - 2;
	if (lower_is_none(l, i)) {
		const struct type *flat = type_tensor(l->g, t, 2, dims);
		return lower_full(l, t, flat, 0);
	}
	return build_reshape(l->g, build_convert(l->g, lower_tensor(l, i), t), 2, dims);
}

/* [times, batch, n] zeros. */
static const struct node *lstm_stack(struct lower *l, enum dtype t, int64_t n)
{
	const struct type *x = lower_tensor(l, 0)->type;
	int64_t dims[3] = { x->dims[0], x->dims[1], n };
	return lower_full(l, t, type_tensor(l->g, t, 3, dims), 0);
}

/* Result i is n, in its dtype and shape. */
static void lstm_give(struct lower *l, uint32_t i, const struct node *n)
{
	if (!lower_uses(l, i) || !l->type[i])
		return;
	n = build_convert(l->g, n, l->type[i]->dtype);
	l->out[i] = build_reshape(l->g, n, l->type[i]->rank, l->type[i]->dims);
}

/* All results, from the loop back and the hidden states before each time. */
static void lstm_gradients(
	struct lower *l, const struct node *const *back, const struct node *hiddens)
{
	struct graph *g = l->g;
	static const int64_t dims[] = { 0, 1 };
	const struct dim_pairs none = { 0 }, both = { 2, dims, dims };
	const struct node *gates = back[BACK_results], *x = lower_tensor(l, 0);
	lstm_give(l, 0, build_dot_over(g, gates, 2, lower_tensor(l, 1), 0, DTYPE_f32));
	lstm_give(l, 1, build_dot(g, gates, x, none, both, DTYPE_f32));
	lstm_give(l, 2, build_dot(g, gates, hiddens, none, both, DTYPE_f32));
	gates = build_convert(g, gates, DTYPE_f32);
	for (uint32_t i = 3; i < 5 && lower_bool(l, LSTM_has_biases); i++)
		lstm_give(l, i, build_reduce(g, OP_add, gates, both.n, both.lhs));
	lstm_give(l, 5, back[BACK_hidden]);
	lstm_give(l, 6, back[BACK_cell]);
	for (uint32_t i = 3; i < 5 && !lower_bool(l, LSTM_has_biases); i++)
		if (lower_uses(l, i) && l->type[i])
			l->out[i] = lower_full(l, l->type[i]->dtype, l->type[i], 0);
}

/* Input, weights of input and hidden state, both biases, hidden state and cell before, all hidden
 * states, the last hidden state and cell, gradients of these three, reverse, mode, hidden_size,
 * num_layers, has_biases, train, bidirectional, batch_sizes, batch_first, workspace. */
void lower_mkldnn_rnn_layer_backward(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *x = lower_tensor(l, 0), *weights = lower_tensor(l, 2);
	enum dtype t = x->type->dtype;
	l->native = true; /* oneDNN's own reads a workspace that our forward does not make */
	if (lower_int(l, 14) != LSTM_MODE || l->args[20].n || lower_int(l, 16) != 1 ||
		lower_bool(l, 19) || lower_bool(l, 21) || x->type->rank != 3 ||
		(t != DTYPE_f32 && t != DTYPE_bf16 && t != DTYPE_f16))
		lower_bail(l);
	int64_t width = weights->type->dims[1];
	const struct node *zero = build_scalar_int(g, DTYPE_i64, 0);
	const struct node *first[AGAIN_STATES] = { zero, lstm_state(l, 5, t), lstm_state(l, 6, t),
		lstm_stack(l, DTYPE_f32, 4 * width), lstm_stack(l, t, width),
		lstm_stack(l, t, width) };
	struct control c = { .l = l, .seed = -1, .length = x->type->dims[0] };
	const struct node *again[AGAIN_STATES], *back[BACK_STATES];
	c.state = first;
	c.nstate = AGAIN_STATES;
	c.captures = new_captures(l, 4);
	c.captures[c.ncaptures++] = lstm_products(l, x, lower_bool(l, LSTM_has_biases));
	c.captures[c.ncaptures++] = weights;
	capture_sizes(&c);
	build_control(&c, OP_while, c.nstate, first,
		(control_fn *[]){ scan_condition, lstm_again }, AGAIN_STATES, again);
	const struct node *last[BACK_STATES] = { zero, lstm_state(l, 11, DTYPE_f32),
		lstm_state(l, 12, DTYPE_f32), lstm_stack(l, t, 4 * width) };
	c.state = last;
	c.nstate = BACK_STATES;
	c.ncaptures = 0;
	c.captures[c.ncaptures++] = again[AGAIN_gates];
	c.captures[c.ncaptures++] = again[AGAIN_cells];
	c.captures[c.ncaptures++] =
		lower_is_none(l, 10) ? lstm_stack(l, t, width) : lower_tensor(l, 10);
	c.captures[c.ncaptures++] = weights;
	capture_sizes(&c);
	build_control(&c, OP_while, c.nstate, last,
		(control_fn *[]){ scan_condition, lstm_back }, BACK_STATES, back);
	lstm_gradients(l, back, again[AGAIN_hiddens]);
}

/* ---- invoke_subgraph ------------------------------------------------------------------------ */

/* The subgraph's nodes where it is called: equal ones are compiled once anyway. */
void lower_invoke_subgraph(struct lower *l)
{
	uint32_t n;
	const struct node **args = job_array(l->j, l->args[2].n + 1, sizeof *args);
	uint32_t nargs = add_list(l, 2, args, 0);
	const struct node **got = reader_graph(l->r, l->args[0].s, nargs, args, &n);
	if (n != l->nout)
		lower_fail(l, "has %u results, the text says %u", n, l->nout);
	memcpy(l->out, got, n * sizeof *got);
}
