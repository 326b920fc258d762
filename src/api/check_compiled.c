/* check_compiled.c -- a program that checks itself, in a backend that compiles: its main gets the
 * compared values as results, they are compared here, and the rest runs as any program does. */
#include "api/api_impl.h"
#include "api/check.h"
#include "base/mem.h"

struct checks {
	struct graph *g;
	uint32_t n, nvalues;
	const struct node **nodes;   /* the checks, in program order */
};

/* Takes main's checks out of it and makes what they compare its results. */
static void expose(struct job *j, void *arg)
{
	struct checks *c = arg;
	const struct func *f = graph_main(c->g);
	uint32_t n;

	if (!f)
		job_fail(j, WEFT_INVALID_ARGUMENT, "no function named main");
	if (f->region->nparams && f->region->params[0]->kind != TYPE_token)
		job_fail(j, WEFT_INVALID_ARGUMENT, "main takes arguments");
	graph_borrow(c->g, j);
	const struct node **order = region_order(j, f->region, &n), **values;
	size_t most = 0;
	for (uint32_t i = 0; i < n; i++)
		most += order[i]->nin;
	values = job_array(j, most, sizeof *values);
	c->nodes = mem_alloc(mem_size(n, sizeof *c->nodes));
	if (!c->nodes)
		job_fail(j, WEFT_RESOURCE_EXHAUSTED, "no memory for the checks");
	for (uint32_t i = 0; i < n; i++) {
		if (!check_is(order[i]))
			continue;
		c->nodes[c->n++] = order[i];
		for (uint32_t k = 0; k < node_noperands(order[i]); k++)
			values[c->nvalues++] = order[i]->in[k];
	}
	struct func main = { .name = f->name };
	main.region = graph_region(c->g, 0, NULL, c->nvalues, values);
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

static struct weft_error *run(const struct checks *c, struct weft_executable *x)
{
	struct weft_buffer **out = mem_alloc(mem_size((size_t)c->nvalues + 1, sizeof *out));

	if (!out)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for the results");
	struct weft_error *e = weft_run(x, 0, NULL, c->nvalues, out);
	if (!e)
		e = compare(c, out);
	for (uint32_t i = 0; i < c->nvalues; i++)
		weft_buffer_release(out[i]);
	mem_free(out);
	return e;
}

struct weft_error *check_compiled(const char *backend, const struct weft_options *o, struct graph *g)
{
	struct checks c = { .g = g };
	struct weft_program p = { .graph = g };
	struct weft_client *client;
	struct weft_executable *x;

	if (!graph_nfuncs(g))
		return NULL;
	TRY(weft_client_open(backend, &client));
	struct weft_error *e = job_run(expose, &c);
	if (!e) {
		pthread_mutex_init(&p.lock, NULL);
		e = weft_compile(client, &p, o, &x);
		pthread_mutex_destroy(&p.lock);
	}
	if (!e) {
		e = run(&c, x);
		weft_executable_release(x);
	}
	mem_free(c.nodes);
	weft_client_release(client);
	return e;
}
