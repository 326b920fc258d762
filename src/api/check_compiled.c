/* check_compiled.c -- a program that checks itself, in a backend that compiles: its main gets the
 * compared values as results, they are compared here, and the rest runs as any program does.
 *
 * What is tested is compiled code: main's calls are inlined and its constants become arguments, so
 * that nothing of the program is known when it is compiled but its ops. */
#include "api/api_impl.h"
#include "api/check.h"
#include "base/mem.h"
#include "ir/rewrite.h"
#include "pass/pass.h"
#include <assert.h>
#include <string.h>

struct checks {
	struct graph *g;
	uint32_t n, nvalues, nargs;
	const struct node **nodes;   /* the checks, in program order */
	const struct node **args;    /* the constants, in the order of main's parameters */
	bool runs;                   /* false: main takes arguments, so it can only be compiled */
};

static void *keep(struct job *j, uint32_t n)
{
	void *list = mem_alloc(mem_size((size_t)n + 1, sizeof(void *)));

	if (!list)
		job_fail(j, WEFT_RESOURCE_EXHAUSTED, "no memory for the checks");
	return list;
}

static const struct node *argument_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	const struct checks *c = arg;

	(void)in;
	for (uint32_t i = 0; i < c->nargs; i++)
		if (c->args[i] == n)
			return graph_parameter(g, i, n->type);
	return NULL;
}

/* r with its constants as parameters, in c->args. */
static const struct region *with_arguments(struct job *j, struct checks *c, const struct region *r)
{
	uint32_t n;
	const struct node **order = region_order(j, r, &n);

	c->args = keep(j, n);
	const struct type **types = job_array(j, n, sizeof *types);
	for (uint32_t i = 0; i < n; i++)
		if (order[i]->op == OP_constant && node_literal(order[i])) {
			types[c->nargs] = order[i]->type;
			c->args[c->nargs++] = order[i];
		}
	return region_rewrite_as(c->g, r, c->nargs, types, argument_node, c);
}

/* Takes main's checks out of it and makes what they compare its results. */
static void expose(struct job *j, void *arg)
{
	struct checks *c = arg;
	const struct func *f = graph_main(c->g);
	uint32_t n;

	if (!f)
		job_fail(j, WEFT_INVALID_ARGUMENT, "no function named main");
	c->runs = !f->region->nparams || f->region->params[0]->kind == TYPE_token;
	if (!c->runs)
		return;
	graph_borrow(c->g, j);
	const struct region *body = pass_inline(c->g, f->region);
	const struct node **order = region_order(j, body, &n), **values;
	size_t most = 0;
	for (uint32_t i = 0; i < n; i++)
		most += order[i]->nin;
	values = job_array(j, most, sizeof *values);
	c->nodes = keep(j, n);
	for (uint32_t i = 0; i < n; i++) {
		if (!check_is(order[i]))
			continue;
		c->nodes[c->n++] = order[i];
		for (uint32_t k = 0; k < node_noperands(order[i]); k++)
			values[c->nvalues++] = order[i]->in[k];
	}
	struct func main = { .name = f->name };
	main.region = with_arguments(j, c, graph_region(c->g, 0, NULL, c->nvalues, values));
	graph_add_func(c->g, &main);
}

/* A buffer's type and data as the comparison wants them; type lives as long as *t. */
static struct weft_error *as_tensor(struct weft_buffer *b, struct type *type, struct tensor *t)
{
	struct weft_tensor_type is = weft_buffer_type(b);
	size_t size;

	*type = (struct type){ .kind = TYPE_tensor, .dtype = (enum dtype)is.dtype, .rank = is.rank,
		.dims = is.dims };
	*t = (struct tensor){ .type = type, .rank = is.rank, .dims = is.dims };
	return weft_buffer_data(b, &t->data, &size);
}

static struct weft_error *compare(const struct checks *c, struct weft_buffer **out)
{
	for (uint32_t i = 0, at = 0; i < c->n; i++) {
		struct type types[2];
		struct tensor in[2];
		uint32_t nin = node_noperands(c->nodes[i]);
		if (nin > 2)
			FAIL(WEFT_INVALID_ARGUMENT, "a check of %u values", nin);
		for (uint32_t k = 0; k < nin; k++)
			TRY(as_tensor(out[at++], &types[k], &in[k]));
		TRY(check_values(c->g, c->nodes[i], in, nin));
	}
	return NULL;
}

/* A buffer that holds a constant's value. */
static struct weft_error *constant_buffer(struct weft_client *client, struct weft_executable *x,
	uint32_t i, const struct node *n, struct weft_buffer **out)
{
	const struct literal *l = node_literal(n);
	struct weft_tensor_type t = weft_executable_input(x, i);
	void *data;
	size_t size;

	TRY(weft_buffer_create(client, t, out));
	struct weft_error *e = weft_buffer_data(*out, &data, &size);
	if (e) {
		weft_buffer_release(*out);
		return e;
	}
	size_t step = weft_dtype_size(t.dtype);
	assert((l->splat ? step : size) <= l->bytes && "a constant has the bytes of its type");
	if (!l->splat && size)
		memcpy(data, l->data, size);
	for (size_t at = 0; l->splat && at < size; at += step)
		memcpy((char *)data + at, l->data, step);
	return NULL;
}

static struct weft_error *run(
	const struct checks *c, struct weft_client *client, struct weft_executable *x)
{
	uint32_t n = 0;
	struct weft_buffer **out =
		mem_alloc(mem_size((size_t)c->nvalues + c->nargs + 1, sizeof *out));

	if (!out)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for the results");
	struct weft_buffer **in = out + c->nvalues;
	struct weft_error *e = NULL;
	for (; n < c->nargs && !e; n += !e)
		e = constant_buffer(client, x, n, c->args[n], &in[n]);
	if (!e)
		e = weft_run(x, n, in, c->nvalues, out);
	bool ran = !e;
	if (ran)
		e = compare(c, out);
	for (uint32_t i = 0; ran && i < c->nvalues; i++)
		weft_buffer_release(out[i]);
	for (uint32_t i = 0; i < n; i++)
		weft_buffer_release(in[i]);
	mem_free(out);
	return e;
}

static struct weft_error *compile_and_run(const struct checks *c, struct weft_client *client,
	const struct weft_options *o, struct weft_check_counts *counts)
{
	struct weft_program p = { .graph = c->g };
	struct weft_executable *x;
	uint64_t before = eval_count();

	pthread_mutex_init(&p.lock, NULL);
	struct weft_error *e = weft_compile(client, &p, o, &x);
	pthread_mutex_destroy(&p.lock);
	counts->folded += eval_count() - before;
	if (e)
		return e;
	before = eval_count();
	e = c->runs ? run(c, client, x) : NULL;
	counts->interpreted += eval_count() - before;
	struct exe_stats s = exe_stats_get(x->exe);
	counts->kernels += s.kernels;
	counts->library_calls += s.library_calls;
	weft_executable_release(x);
	return e;
}

struct weft_error *check_compiled(const char *backend, const struct weft_options *o,
	struct graph *g, struct weft_check_counts *counts)
{
	struct checks c = { .g = g };
	struct weft_client *client;

	if (!graph_nfuncs(g))
		return NULL;
	TRY(weft_client_open(backend, &client));
	struct weft_error *e = job_run(expose, &c);
	if (!e)
		e = compile_and_run(&c, client, o, counts);
	mem_free(c.nodes);
	mem_free(c.args);
	weft_client_release(client);
	return e;
}
