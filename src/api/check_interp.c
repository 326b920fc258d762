/* check_interp.c -- programs that check themselves, in the interpreter: the checks are custom calls
 * that run where they stand. */
#include "api/check_impl.h"
#include <string.h>

struct interpretation {
	const struct graph *g;
	struct probes *probes;
};

static size_t bytes_of(const struct tensor *t)
{
	return (size_t)tensor_elements(t) * dtype_bytes(t->type->dtype);
}

static struct weft_error *custom(void *arg, const struct node *n, const struct tensor *in,
	uint32_t nin, struct tensor *out, uint32_t nout);

/* ---- run_parallel --------------------------------------------------------------------------- */

struct run_parallel {
	struct interpretation *r;
	const struct node *n;
	struct parallel p;
	const struct tensor *in;
	struct tensor *out;
	uint32_t nout, feed;
	struct world *world;
};
/* One process. */
struct run_one {
	struct run_parallel *all;
	uint32_t i;
};

static void interpret_process(struct job *j, void *arg)
{
	const struct run_one *one = arg;
	struct run_parallel *all = one->all;
	const struct region *r = all->p.programs[one->i]->region;
	uint32_t first_in = parallel_first(&all->p, one->i, false);
	uint32_t first_out = parallel_first(&all->p, one->i, true);
	struct eval_options o = { .custom = custom, .custom_arg = all->r };
	struct tensor *results = job_array(j, r->nresults, sizeof *results);
	struct tensor *args = job_array(j, r->nparams, sizeof *args);

	for (uint32_t i = 0; i < r->nparams; i++)
		args[i] = i < all->p.counts[one->i].nin ? all->in[first_in + i] :
			(struct tensor){ .type = r->params[i] };
	eval_region(j, all->r->g, r, &o, args, results);
	for (uint32_t i = 0; i < all->p.counts[one->i].nout; i++) {
		struct tensor *out = &all->out[first_out + i];
		if (out->type->kind != TYPE_tensor || results[i].type->kind != TYPE_tensor)
			continue;
		if (bytes_of(out) != bytes_of(&results[i]))
			job_fail(j, WEFT_INVALID_ARGUMENT,
				"interpreter.run_parallel: result %u has another size",
					first_out + i);
		if (bytes_of(out))
			memcpy(out->data, results[i].data, bytes_of(out));
	}
}

static struct weft_error *run_process(void *arg, uint32_t i)
{
	struct run_one one = { arg, i };

	return job_run(interpret_process, &one);
}

static void interpret_feed(struct job *j, void *arg)
{
	struct run_parallel *all = arg;
	const struct region *r = all->p.infeed[all->feed]->region;
	struct eval_options o = { .custom = custom, .custom_arg = all->r };
	struct tensor *results = job_array(j, r->nresults, sizeof *results);

	eval_region(j, all->r->g, r, &o, NULL, results);
	for (uint32_t i = 0; i < r->nresults; i++)
		if (results[i].type->kind == TYPE_tensor)
			job_try(j, world_put(all->world, WORLD_feed, 0, WORLD_ANYONE, WORLD_ANYONE,
				results[i].data, bytes_of(&results[i])));
}

static struct weft_error *feed(void *arg, uint32_t i, struct world *w)
{
	struct run_parallel *all = arg;

	all->feed = i;
	all->world = w;
	return job_run(interpret_feed, all);
}

static void run_grid(struct job *j, void *arg)
{
	struct run_parallel *all = arg;

	all->p = parallel_read(j, all->r->g, all->n);
	job_try(j, parallel_run(&all->p, feed, run_process, all));
}

/* ---- custom calls --------------------------------------------------------------------------- */

static struct weft_error *custom(void *arg, const struct node *n, const struct tensor *in,
	uint32_t nin, struct tensor *out, uint32_t nout)
{
	struct interpretation *r = arg;
	const char *name = node_str(n, KEY_call_target_name, "");

	if (parallel_is(n)) {
		struct run_parallel all = { .r = r, .n = n, .in = in, .out = out, .nout = nout };
		return job_run(run_grid, &all);
	}
	if ((probe_is(n) || !strcmp(name, "interpreter.print")) && nin == 1 && nout == 1) {
		memcpy(out[0].data, in[0].data, bytes_of(in));
		return probe_is(n) ? probes_add(r->probes, check_text(n, "probe_id"), in->data,
			bytes_of(in)) : NULL;
	}
	if (!strcmp(name, "check.expect_serialized_eq") && nin == 1)
		return probes_check(r->probes, n, in->data, bytes_of(in));
	if (!check_is(n))
		FAIL(WEFT_UNIMPLEMENTED, "no custom call @%s", name);
	TRY(check_values(r->g, n, in, nin));
	for (uint32_t i = 0; i < nout; i++)
		if (out[i].type->kind == TYPE_tensor && out[i].type->dtype == DTYPE_i1)
			memset(out[i].data, 1, (size_t)tensor_elements(&out[i]));
	return NULL;
}

/* Has it parameters beside tokens, which interpret() makes? */
static bool wants_arguments(const struct region *r)
{
	for (uint32_t i = 0; i < r->nparams; i++)
		if (r->params[i]->kind != TYPE_token)
			return true;
	return false;
}

static void interpret(struct job *j, void *arg)
{
	struct interpretation *r = arg;
	const struct graph *g = r->g;
	const struct func *f = graph_main(g);

	if (!graph_nfuncs(g))
		return;
	if (!f)
		job_fail(j, WEFT_INVALID_ARGUMENT, "no function named main");
	if (wants_arguments(f->region)) {
		check_refuse_arguments(j, g);
		return;              /* nothing to run it on: it was read and verified */
	}
	struct eval_options o = { .custom = custom, .custom_arg = r };
	struct tensor *results = job_array(j, f->region->nresults, sizeof *results);
	struct tensor *tokens = job_array(j, f->region->nparams, sizeof *tokens);
	for (uint32_t i = 0; i < f->region->nparams; i++)
		tokens[i].type = f->region->params[i];
	eval_region(j, g, f->region, &o, tokens, results);
}

struct weft_error *check_interpreted(const struct graph *g)
{
	struct interpretation r = { .g = g };
	struct weft_error *e;

	TRY(probes_create(&r.probes));
	e = job_run(interpret, &r);
	probes_free(r.probes);
	return e;
}
