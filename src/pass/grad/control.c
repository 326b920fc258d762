/* control.c -- gradients through regions.
 *
 * A branch: the same branch of an op over the branches' gradients.
 *
 * A loop that runs a known number of turns N: forwards it records, for each turn, the carried
 * values that the body's gradient reads, in tensors of N times their size; backwards a loop goes
 * from the last turn to the first, carrying the gradients of the carried values and the sums for
 * captures.
 *
 *   forward   carries, records, captures        ->  carries, records
 *   backward  k, gradients, sums, captures      ->  k - 1, gradients, sums
 *             its captures: forward's captures, records, what no turn changes
 *
 * A carried value that the body hands on is the initial one; the counter is computed from k. */
#include "pass/grad/grad_impl.h"
#include <string.h>

/* ---- branches ------------------------------------------------------------------------------- */

static const struct type *results_type(
	struct graph *g, uint32_t n, const struct node *const *results)
{
	const struct type **t = job_array(graph_job(g), (size_t)n + 1, sizeof *t);
	for (uint32_t i = 0; i < n; i++)
		t[i] = results[i]->type;
	return n == 1 ? t[0] : type_list(g, TYPE_results, n, t);
}

void grad_if(struct grad *d, const struct node *n, const struct node *const *ct)
{
	struct graph *g = d->g;
	struct job *j = graph_job(g);
	uint32_t ncaptures = n->nin - 1, nresults = node_nresults(n), nin = n->nin, got = 0;
	bool *wanted = job_array(j, (size_t)ncaptures + 1, sizeof *wanted);
	bool *seeded = job_array(j, (size_t)nresults + 1, sizeof *seeded);
	const struct node **in = job_array(j, (size_t)n->nin + nresults, sizeof *in);
	const struct region **regions = job_array(j, n->nregions, sizeof *regions);
	for (uint32_t i = 0; i < n->nin; i++)
		in[i] = n->in[i];
	for (uint32_t i = 0; i < ncaptures; i++)
		wanted[i] = grad_wants(d, n->in[1 + i]) &&
			type_has_gradient(n->in[1 + i]->type);
	for (uint32_t i = 0; i < nresults; i++) {
		seeded[i] = ct[i] != NULL;
		if (ct[i])
			in[nin++] = ct[i];
	}
	for (uint32_t i = 0; i < n->nregions; i++)
		regions[i] = region_gradient(g, &(struct grad_request){ n->regions[i], wanted,
							seeded, false });
	struct attr_entry captures = { KEY_ncaptures, NULL, attr_int(g, nin - 1) };
	const struct node *back = graph_node(g, &(struct node_spec){ .op = n->op, .nin = nin,
		.in = in, .nregions = n->nregions, .regions = regions,
		.attrs = attrs_cons(g, 1, &captures),
		.type = results_type(g, regions[0]->nresults, regions[0]->results) });
	for (uint32_t i = 0; i < ncaptures; i++)
		if (wanted[i])
			grad_flow(d, n->in[1 + i], graph_result(g, back, got++));
}

void grad_case(struct grad *d, const struct node *n, const struct node *const *ct)
{
	grad_if(d, n, ct);
}

/* ---- loops: how many turns ------------------------------------------------------------------ */

enum use { USE_none, USE_counter, USE_same, USE_record };

struct loop {
	struct grad *d;
	const struct node *n;
	const struct region *cond, *body;
	uint32_t ncarries, ncaptures;
	uint32_t counter;
	int64_t first, step, turns;
	bool *wanted, *seeded;               /* of body, a parameter and a result each */
	enum use *use;                       /* a parameter of body each: by its gradient */
	const struct region *back;           /* body's gradient */
	uint32_t nrecords;
	const struct node *forward;          /* the loop that records */
};

/* The integer constant x is, a constant capture or carry included. */
static bool loop_integer(const struct loop *l, const struct node *x, int64_t *out)
{
	if (x->op == OP_parameter) {
		int64_t i = node_int(x, KEY_index, 0);
		if (i >= l->ncarries || l->body->results[i] == x)
			x = l->n->in[i];
	}
	return node_integer(x, out);
}

/* while (i < limit) i += step, from a constant to a constant. */
static void count_turns(struct loop *l)
{
	const char *unknown = "a loop whose number of turns is not known";
	const struct node *test = l->cond->results[0], *i, *next;
	int64_t limit;
	if (test->op != OP_compare || test->in[0]->op != OP_parameter ||
	    strcmp(node_str(test, KEY_comparison_direction, ""), "LT") != 0)
		grad_refuse(l->d, l->n, unknown);
	i = test->in[0];
	l->counter = (uint32_t)node_int(i, KEY_index, 0);
	if (l->counter >= l->ncarries || !loop_integer(l, test->in[1], &limit) ||
	    !node_integer(l->n->in[l->counter], &l->first))
		grad_refuse(l->d, l->n, unknown);
	next = l->body->results[l->counter];
	bool left = next->op == OP_add && next->in[0] == i;
	if (next->op != OP_add || (!left && next->in[1] != i) ||
	    !loop_integer(l, next->in[left], &l->step) || l->step <= 0)
		grad_refuse(l->d, l->n, unknown);
	l->turns = limit > l->first ? (limit - l->first + l->step - 1) / l->step : 0;
}

/* ---- loops: the body's gradient and what it reads ------------------------------------------- */

static void differentiate_body(struct loop *l)
{
	struct graph *g = l->d->g;
	struct job *j = graph_job(g);
	uint32_t nparams = l->body->nparams, count;
	l->wanted = job_array(j, (size_t)nparams + 1, sizeof *l->wanted);
	l->seeded = job_array(j, (size_t)nparams + 1, sizeof *l->seeded);
	l->use = job_array(j, (size_t)nparams + 1, sizeof *l->use);
	for (uint32_t i = 0; i < nparams; i++) {
		bool has = type_has_gradient(l->body->params[i]);
		l->wanted[i] = has && (i < l->ncarries || grad_wants(l->d, l->n->in[i]));
		l->seeded[i] = has && i < l->ncarries;
	}
	l->back = region_gradient(
		g, &(struct grad_request){ l->body, l->wanted, l->seeded, false });
	const struct node **order = region_order(j, l->back, &count);
	for (uint32_t k = 0; k < count; k++) {
		int64_t i = order[k]->op == OP_parameter ? node_int(order[k], KEY_index, 0)
							 : INT64_MAX;
		if (i >= nparams)
			continue;
		const struct node *after = i < l->ncarries ? l->body->results[i] : NULL;
		if (i == l->counter)
			l->use[i] = USE_counter;
		else if (!after || (after->op == OP_parameter &&
				node_int(after, KEY_index, 0) == i))
			l->use[i] = USE_same;
		else
			l->use[i] = USE_record;
		l->nrecords += l->use[i] == USE_record;
	}
}

/* ---- loops: forwards ------------------------------------------------------------------------ */

static const struct type *record_type(struct loop *l, const struct type *t, int64_t turns)
{
	int64_t *dims = job_array(graph_job(l->d->g), (size_t)t->rank + 1, sizeof *dims);
	if (!type_is_static(t))
		grad_refuse(l->d, l->n, "a size that is not known");
	dims[0] = turns;
	for (uint32_t i = 0; i < t->rank; i++)
		dims[i + 1] = t->dims[i];
	return type_with_dims(l->d->g, t, t->rank + 1, dims);
}

/* The number of the turn, from the counter. */
static const struct node *turn_of(struct loop *l, const struct node *counter)
{
	struct graph *g = l->d->g;
	enum dtype t = counter->type->dtype;
	const struct node *from = build_scalar_int(g, t, l->first);
	const struct node *v = l->first ? build2(g, OP_subtract, counter, from) : counter;
	return l->step == 1 ? v : build2(g, OP_divide, v, build_scalar_int(g, t, l->step));
}

static const struct node *record(
	struct loop *l, const struct node *into, const struct node *turn, const struct node *x)
{
	struct graph *g = l->d->g;
	const struct type *one = record_type(l, x->type, 1);
	const struct node **in =
		job_array(graph_job(g), (size_t)x->type->rank + 3, sizeof *in);
	in[0] = into;
	in[1] = build_reshape(g, x, one->rank, one->dims);
	in[2] = turn;
	for (uint32_t i = 0; i < x->type->rank; i++)
		in[3 + i] = build_scalar_int(g, turn->type->dtype, 0);
	return build_op(g, OP_dynamic_update_slice, x->type->rank + 3, in, 0, NULL);
}

static const struct node *recorded(
	struct loop *l, const struct node *from, const struct node *turn, const struct type *t)
{
	struct graph *g = l->d->g;
	const struct type *one = record_type(l, t, 1);
	const struct node **in = job_array(graph_job(g), (size_t)t->rank + 2, sizeof *in);
	struct attr_entry sizes = { KEY_slice_sizes, NULL, attr_ints(g, one->rank, one->dims) };
	in[0] = from;
	in[1] = turn;
	for (uint32_t i = 0; i < t->rank; i++)
		in[2 + i] = build_scalar_int(g, turn->type->dtype, 0);
	const struct node *x = build_op(g, OP_dynamic_slice, t->rank + 2, in, 1, &sizes);
	return build_reshape(g, x, t->rank, t->dims);
}

/* A while of those carries, then captures. */
static const struct node *build_while(struct loop *l, uint32_t ncarries, uint32_t nin,
	const struct node *const *in, const struct region *cond, const struct region *body)
{
	struct graph *g = l->d->g;
	const struct region *regions[] = { cond, body };
	struct attr_entry captures = { KEY_ncaptures, NULL, attr_int(g, nin - ncarries) };
	return graph_node(g, &(struct node_spec){ .op = OP_while, .nin = nin, .in = in,
		.nregions = 2, .regions = regions,
		.attrs = nin > ncarries ? attrs_cons(g, 1, &captures) : NULL,
		.type = results_type(g, ncarries, in) });
}

static void loop_forwards(struct loop *l)
{
	struct graph *g = l->d->g;
	struct job *j = graph_job(g);
	uint32_t nc = l->ncarries, nr = l->nrecords, nin = l->n->nin + nr, k = nc;
	const struct node **in = job_array(j, (size_t)nin + 1, sizeof *in);
	const struct node **args = job_array(j, (size_t)nin + 1, sizeof *args);
	const struct node **results = job_array(j, (size_t)nin + 1, sizeof *results);
	const struct type **params = job_array(j, (size_t)nin + 1, sizeof *params);
	for (uint32_t i = 0; i < l->n->nin; i++) {
		uint32_t at = i < nc ? i : i + nr;
		in[at] = l->n->in[i];
		params[at] = l->body->params[i];
		args[i] = graph_parameter(g, at, params[at]);
	}
	const struct node *turn = turn_of(l, args[l->counter]);
	region_inline(g, l->body, args, results);
	for (uint32_t i = 0; i < nc; i++) {
		if (l->use[i] != USE_record)
			continue;
		params[k] = record_type(l, params[i], l->turns);
		in[k] = build_full(g, params[k], 0);
		results[k] = record(l, graph_parameter(g, k, params[k]), turn, args[i]);
		k++;
	}
	const struct region *body = graph_region(g, nin, params, nc + nr, results);
	const struct node *test;
	region_inline(g, l->cond, args, &test);
	l->forward = build_while(
		l, nc + nr, nin, in, graph_region(g, nin, params, 1, &test), body);
	struct grad_swap *s = job_alloc(j, sizeof *s);
	*s = (struct grad_swap){ l->n, l->forward, l->d->swaps };
	l->d->swaps = s;
}

/* ---- loops: backwards ----------------------------------------------------------------------- */

/* The values body's gradient is computed at, in turn k; tells records, what stays and captures from
 * parameter `from` on, and what they are outside. */
static void values_of_turn(struct loop *l, const struct node *k, uint32_t from,
	const struct node **args, const struct node **outside, uint32_t *noutside)
{
	struct graph *g = l->d->g;
	uint32_t at = l->ncarries;
	for (uint32_t i = 0; i < l->body->nparams; i++) {
		const struct type *t = l->body->params[i];
		enum dtype e = t->dtype;
		args[i] = graph_parameter(g, i, t);  /* of those it does not read */
		if (l->use[i] == USE_counter)
			args[i] = build2(g, OP_add, build_scalar_int(g, e, l->first),
				build2(g, OP_multiply, k, build_scalar_int(g, e, l->step)));
		if (l->use[i] != USE_same && l->use[i] != USE_record)
			continue;
		bool same = l->use[i] == USE_same;
		const struct node *x = same ? l->n->in[i] : graph_result(g, l->forward, at++);
		const struct node *p = graph_parameter(g, from + *noutside, x->type);
		outside[(*noutside)++] = x;
		args[i] = same ? p : recorded(l, p, k, t);
	}
}

static void loop_backwards(struct loop *l, const struct node *const *ct)
{
	struct graph *g = l->d->g;
	struct job *j = graph_job(g);
	uint32_t nparams = l->body->nparams, nc = 1, noutside = 0, at = nparams, most;
	most = 3 * nparams + 2;
	const struct node **in = job_array(j, most, sizeof *in);
	const struct node **outside = job_array(j, most, sizeof *outside);
	const struct node **args = job_array(j, most, sizeof *args);
	const struct node **results = job_array(j, most, sizeof *results);
	const struct type **params = job_array(j, most, sizeof *params);
	enum dtype e = l->body->params[l->counter]->dtype;
	in[0] = build_scalar_int(g, e, l->turns - 1);
	/* A gradient for each carry, then a sum for each capture. */
	for (uint32_t i = 0; i < nparams; i++)
		if (l->wanted[i])
			in[nc++] = i < l->ncarries && ct[i] ? ct[i] : grad_zeros(l->d, l->n->in[i]);
	const struct node *k = graph_parameter(g, 0, in[0]->type);
	values_of_turn(l, k, nc, args, outside, &noutside);
	for (uint32_t i = 0; i < noutside; i++)
		in[nc + i] = outside[i];
	for (uint32_t i = 0; i < nc + noutside; i++)
		params[i] = in[i]->type;
	uint32_t p = 1;
	for (uint32_t i = 0; i < nparams; i++)
		if (l->seeded[i])
			args[at++] = graph_parameter(g, p++, l->body->params[i]);
	region_inline(g, l->back, args, results + 1);
	results[0] = build2(g, OP_subtract, k, build_scalar_int(g, e, 1));
	for (; p < nc; p++)
		results[p] = build2(
			g, OP_add, graph_parameter(g, p, params[p]), results[p]);
	const struct node *test = build_compare(g, "GE", k, build_scalar_int(g, e, 0));
	const struct node *loop = build_while(l, nc, nc + noutside, in,
		graph_region(g, nc + noutside, params, 1, &test),
		graph_region(g, nc + noutside, params, nc, results));
	p = 1;
	for (uint32_t i = 0; i < nparams; i++)
		if (l->wanted[i])
			grad_flow(l->d, l->n->in[i], graph_result(g, loop, p++));
}

void grad_while(struct grad *d, const struct node *n, const struct node *const *ct)
{
	struct loop l = { .d = d, .n = n, .cond = n->regions[0], .body = n->regions[1],
		.ncaptures = node_ncaptures(n), .ncarries = node_noperands(n) };
	count_turns(&l);
	if (dtype_is_unsigned(l.body->params[l.counter]->dtype))
		grad_refuse(d, n, "an unsigned counter");
	differentiate_body(&l);
	loop_forwards(&l);
	loop_backwards(&l, ct);
}
