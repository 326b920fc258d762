/* interp.c -- the backend that keeps the graph's text and runs the reference interpreter on it. */
#include "backend/backend.h"
#include "ir/eval.h"
#include "stablehlo/stablehlo.h"
#include <string.h>

static struct weft_error *interp_prepare(const struct backend *b, struct exe *x, void **state)
{
	size_t size;
	(void)b;
	const char *text = exe_bytes(x, ABI_TEXT, &size);
	struct graph *g;
	if (!text)
		FAIL(WEFT_INVALID_ARGUMENT, "an artifact of the interpreter without a program");
	TRY(stablehlo_read("<artifact>", text, size, NULL, &g));
	*state = g;
	return NULL;
}

static void interp_unprepare(void *state)
{
	graph_release(state);
}

struct call {
	const struct graph *graph;
	const struct run_tensor *in;
	struct run_tensor *out;
	uint32_t nin, nout, made;
};

static void give(struct job *j, struct run_tensor *out, const struct tensor *t)
{
	size_t bytes = (size_t)tensor_elements(t) * dtype_bytes(t->type->dtype);
	struct storage *s;
	if (t->rank > ABI_RANK_MAX)
		job_fail(j, WEFT_UNIMPLEMENTED, "a result of rank %u", t->rank);
	job_try(j, storage_create(bytes, &s));
	memcpy(s->data, t->data, bytes);
	memcpy(s->dims, t->dims, t->rank * sizeof *t->dims);
	*out = (struct run_tensor){
		.dtype = (enum weft_dtype)t->type->dtype, .rank = t->rank, .dims = s->dims,
		.data = s->data, .bytes = bytes, .storage = s,
	};
}

static struct run_tensor as_run_tensor(const struct tensor *t)
{
	return (struct run_tensor){
		.dtype = (enum weft_dtype)t->type->dtype,
		.rank = t->rank,
		.dims = t->dims,
		.data = t->data,
	};
}

/* A host callback, resolved at each call: "ns.op(arguments)" to "ns.op|(arguments)", as the planner
 * does. */
static struct weft_error *custom(void *arg, const struct node *n, const struct tensor *in,
	uint32_t nin, struct tensor *out, uint32_t nout)
{
	struct job *j = arg;
	const char *text = node_text(j, n, KEY_backend_config), *paren = strchr(text, '(');
	struct run_callback callback;
	struct run_tensor *args = job_array(j, nin + 1, sizeof *args);
	struct run_tensor *results = job_array(j, nout + 1, sizeof *results);
	if (strcmp(node_str(n, KEY_call_target_name, ""), "weft.callback") || !paren)
		FAIL(WEFT_UNIMPLEMENTED, "no target @%s", node_str(n, KEY_call_target_name, ""));
	TRY(run_resolve(job_printf(j, "%.*s|%s", (int)(paren - text), text, paren), &callback));
	for (uint32_t i = 0; i < nin; i++)
		args[i] = as_run_tensor(&in[i]);
	for (uint32_t i = 0; i < nout; i++)
		results[i] = as_run_tensor(&out[i]);
	struct weft_error *e = callback.run(callback.arg, args, nin, results, nout);
	for (uint32_t i = 0; i < nout; i++)
		if (results[i].storage) {
			if (!e)
				memcpy(out[i].data, results[i].data,
					(size_t)tensor_elements(&out[i]) *
						dtype_bytes(out[i].type->dtype));
			storage_release(results[i].storage);
		}
	if (callback.free)
		callback.free(callback.arg);
	return e;
}

static void check_bounds(
	struct job *j, const struct type *t, uint32_t argument, const struct run_tensor *x)
{
	for (uint32_t d = 0; t->bounds && d < t->rank; d++)
		if (t->bounds[d] >= 0 && x->dims[d] > t->bounds[d])
			job_fail(j, WEFT_INVALID_ARGUMENT,
				"argument %u, dimension %u: expected at most %lld, found %lld",
				argument, d, (long long)t->bounds[d], (long long)x->dims[d]);
}

static void run(struct job *j, void *arg)
{
	struct call *c = arg;
	const struct func *f = graph_main(c->graph);
	const struct region *r = f ? f->region : NULL;
	if (!r)
		job_fail(j, WEFT_INVALID_ARGUMENT, "a program without a main function");
	struct tensor *args = job_array(j, r->nparams + 1, sizeof *args);
	struct tensor *results = job_array(j, r->nresults + 1, sizeof *results);
	uint32_t used = 0;
	for (uint32_t i = 0; i < r->nparams; i++) {
		args[i].type = r->params[i];
		if (r->params[i]->kind != TYPE_tensor)
			continue;
		const struct run_tensor *t = used < c->nin ? &c->in[used] : NULL;
		if (!t || (enum dtype)t->dtype != r->params[i]->dtype ||
			t->rank != r->params[i]->rank)
			job_fail(j, WEFT_INVALID_ARGUMENT,
				"argument %u is not of the program's type", used);
		for (uint32_t d = 0; d < t->rank; d++)
			if (r->params[i]->dims[d] >= 0 && r->params[i]->dims[d] != t->dims[d])
				job_fail(j, WEFT_INVALID_ARGUMENT,
					"argument %u, dimension %u: expected %lld, found %lld",
					used, d, (long long)r->params[i]->dims[d],
					(long long)t->dims[d]);
		check_bounds(j, r->params[i], used, t);
		args[i].rank = t->rank;
		args[i].dims = t->dims;
		args[i].data = t->data;
		used++;
	}
	struct eval_options options = { .custom = custom, .custom_arg = j };
	eval_region(j, c->graph, r, &options, args, results);
	for (uint32_t i = 0; i < r->nresults; i++)
		if (results[i].type->kind == TYPE_tensor && c->made < c->nout)
			give(j, &c->out[c->made++], &results[i]);
}

static struct weft_error *interp_run(struct exe *x, void *state, const struct run_options *o,
	const struct run_tensor *in, uint32_t nin, struct run_tensor *out, uint32_t nout)
{
	struct call c = { .graph = state, .in = in, .out = out, .nin = nin, .nout = nout };
	(void)o;
	if (nin != exe_inputs(x) || nout != exe_outputs(x))
		FAIL(WEFT_INVALID_ARGUMENT, "expected %u arguments and %u results, found %u and %u",
			exe_inputs(x), exe_outputs(x), nin, nout);
	struct weft_error *e = job_run(run, &c);
	for (uint32_t i = 0; e && i < c.made; i++)
		storage_release(c.out[i].storage);
	return e;
}

const struct backend backend_interp = {
	.size = sizeof(struct backend), .name = "interp",
	.doc = "the reference interpreter: what correct means, slowly",
	.stages = BACKEND_KEEP,
	.prepare = interp_prepare, .unprepare = interp_unprepare, .run = interp_run,
};
