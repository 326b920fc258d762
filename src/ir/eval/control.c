/* control.c -- regions as control flow, calls, tuples, tokens. */
#include "ir/eval/eval_impl.h"
#include <string.h>

/* Results of r on args become the call's; a token of effects that r gives last is dropped. */
static void run_to_results(
	struct call *c, const struct region *r, uint32_t nargs, struct tensor **args)
{
	struct tensor **results = job_array(c->e->j, r->nresults, sizeof *results);

	if (r->nresults < c->nout)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "the region gives too few results");
	eval_run(c, r, nargs, args, results);
	for (uint32_t i = 0; i < r->nresults; i++) {
		if (i < c->nout)
			eval_give(c, i, results[i]);
		eval_drop(c->e, results[i]);
	}
}

/* Scalars a region keeps change with its next run: what is to stay is copied. */
static struct tensor *settle(struct call *c, struct tensor *t)
{
	if (t->type->kind != TYPE_tensor || t->rank)
		return t;
	struct tensor *copy = eval_temp_of(c, t->type, 0, NULL);
	memcpy(copy->data, t->data, dtype_bytes(t->type->dtype));
	eval_drop(c->e, t);
	return copy;
}

void eval_if(struct call *c)
{
	bool yes = *(const unsigned char *)c->in[0]->data != 0;

	run_to_results(c, c->n->regions[yes ? 0 : 1], c->nin - 1, c->in + 1);
	for (uint32_t i = 0; i < c->nout; i++)
		c->out[i] = settle(c, c->out[i]);
}

void eval_case(struct call *c)
{
	int64_t i = eval_index(c->in[0], 0), n = c->n->nregions;

	run_to_results(c, c->n->regions[i >= 0 && i < n ? i : n - 1], c->nin - 1, c->in + 1);
	for (uint32_t k = 0; k < c->nout; k++)
		c->out[k] = settle(c, c->out[k]);
}

/* Do the values a loop carries have the sizes that its region says? */
static void check_state(const struct call *c, const struct region *r, struct tensor **now)
{
	for (uint32_t i = 0; i < node_noperands(c->n); i++)
		eval_check_type(c, "what the loop carries", r->params[i], now[i]);
}

void eval_while(struct call *c)
{
	const struct region *cond = c->n->regions[0], *body = c->n->regions[1];
	uint32_t carried = node_noperands(c->n), most = cond->nresults > body->nresults ?
		cond->nresults : body->nresults;
	struct tensor **now = job_array(c->e->j, (size_t)c->nin + most, sizeof *now);
	struct tensor **next = now + c->nin;

	if (body->nresults < carried || c->nout != carried)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "the body gives another number of values");
	for (uint32_t i = 0; i < c->nin; i++)
		now[i] = i < carried ? eval_keep(c->in[i]) : c->in[i];
	check_state(c, body, now);
	for (;;) {
		check_state(c, cond, now);
		eval_run(c, cond, c->nin, now, next);
		bool go = *(const unsigned char *)next[0]->data != 0;
		for (uint32_t i = 0; i < cond->nresults; i++)
			eval_drop(c->e, next[i]);
		if (!go)
			break;
		check_state(c, body, now);
		eval_run(c, body, c->nin, now, next);
		for (uint32_t i = 0; i < body->nresults; i++) {
			if (i >= carried) {
				eval_drop(c->e, next[i]);
				continue;
			}
			eval_drop(c->e, now[i]);
			now[i] = settle(c, next[i]);
		}
	}
	for (uint32_t i = 0; i < carried; i++)
		c->out[i] = now[i];
}

void eval_call(struct call *c)
{
	run_to_results(c, c->n->regions[0], c->nin, c->in);
	for (uint32_t i = 0; i < c->nout; i++)
		c->out[i] = settle(c, c->out[i]);
}

void eval_composite(struct call *c)
{
	eval_call(c);
}

void eval_manual_computation(struct call *c)
{
	const struct region *body = c->n->regions[0];

	for (uint32_t i = 0; i < c->nin && i < body->nparams; i++)
		for (uint32_t k = 0; k < c->in[i]->rank; k++)
			if (body->params[i]->dims[k] >= 0 &&
				body->params[i]->dims[k] != c->in[i]->dims[k])
				eval_fail(c, WEFT_UNIMPLEMENTED,
					"there is one device; the computation is for parts");
	eval_call(c);
}

void eval_sdy_same(struct call *c)
{
	eval_give(c, 0, c->in[0]);
}

void eval_sdy_group(struct call *c)
{
	(void)c;
}

void eval_async_start(struct call *c)
{
	struct tensor **results = job_array(c->e->j, c->n->regions[0]->nresults, sizeof *results);

	eval_run(c, c->n->regions[0], c->nin, c->in, results);
	for (uint32_t i = 0; i < c->n->regions[0]->nresults; i++)
		results[i] = settle(c, results[i]);
	c->out[0] = eval_pack(c->e, c->types[0], c->types[0]->n, results);
	for (uint32_t i = 0; i < c->n->regions[0]->nresults; i++)
		eval_drop(c->e, results[i]);
}

void eval_async_done(struct call *c)
{
	for (uint32_t i = 0; i < c->nout; i++)
		eval_give(c, i, eval_element(c->in[0], i));
}

void eval_unsupported(struct call *c)
{
	eval_fail(c, WEFT_UNIMPLEMENTED, "not supported");
}

/* The planner's own; its graphs are compared by the code made from them. */
void eval_contract(struct call *c)
{
	eval_unsupported(c);
}

void eval_grouped_dot(struct call *c)
{
	eval_unsupported(c);
}

void eval_window_sums(struct call *c)
{
	eval_unsupported(c);
}

void eval_segment_reduce(struct call *c)
{
	eval_unsupported(c);
}

void eval_optimization_barrier(struct call *c)
{
	for (uint32_t i = 0; i < c->nout; i++)
		eval_give(c, i, c->in[i]);
}

/* ---- tuples, tokens ------------------------------------------------------------------------- */

void eval_tuple(struct call *c)
{
	c->out[0] = eval_pack(c->e, c->types[0], c->nin, c->in);
}

void eval_get_tuple_element(struct call *c)
{
	eval_give(c, 0, eval_element(c->in[0], (uint32_t)node_int(c->n, KEY_index, 0)));
}

void eval_token(struct call *c)
{
	c->out[0] = eval_pack(c->e, c->types[0], 0, NULL);
}

void eval_after_all(struct call *c)
{
	eval_token(c);
}

void eval_create_token(struct call *c)
{
	eval_token(c);
}
