/* check_compiled.c -- a program that checks itself, in a backend that compiles: its main gets the
 * compared values as results, they are compared here, and the rest runs as any program does.
 *
 * What is tested is compiled code: main's calls are inlined and its constants become arguments, so
 * that nothing of the program is known when it is compiled but its ops.  Where main runs several
 * processes it is cut: a part gives their operands, each program is compiled and run by a thread
 * for each process, and the next part has their results as arguments. */
#include "api/api_impl.h"
#include "api/check_impl.h"
#include "base/mem.h"
#include "ir/build.h"
#include "ir/rewrite.h"
#include "pass/exchange.h"
#include <assert.h>
#include <string.h>

struct checks {
	struct graph *g;
	struct weft_client *client;
	const struct weft_options *options;
	struct weft_check_counts *counts;
	struct arena arena;
	struct probes *probes;
	uint32_t n, nruns;
	const struct node **nodes;   /* the checks, in program order */
	const struct node **runs;    /* interpreter.run_parallel, in program order */
	bool runs_main;              /* false: main takes arguments, so it can only be compiled */
	/* results of those that ran, and where they are */
	uint32_t ngiven;
	const struct node **given;
	struct weft_buffer **given_buffers;
};

/* Something compiled: arguments are those it is called with, then constants and what is given. */
struct part {
	struct checks *c;
	uint32_t ncalled, nargs, nresults;
	const struct node **args;
	struct weft_buffer **in;     /* from ncalled on; the others are the caller's */
	struct weft_executable *x;
};

static void *keep(struct job *j, struct checks *c, size_t n)
{
	return job_alloc_in(j, &c->arena, mem_size(n + 1, sizeof(void *)));
}

static const struct node *argument_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	const struct part *p = arg;

	(void)in;
	for (uint32_t i = 0; i < p->nargs; i++)
		if (p->args[i] == n)
			return graph_parameter(g, i, n->type);
	if (n->op == OP_parameter && n->type->kind == TYPE_token)
		return build_op(g, OP_create_token, 0, NULL, 0, NULL);
	return NULL;
}

static bool is_given(const struct checks *c, const struct node *n)
{
	for (uint32_t i = 0; i < c->ngiven; i++)
		if (c->given[i] == n)
			return true;
	return false;
}

/* r with its constants, and what is given, as further parameters; tokens begin in it. */
static const struct region *with_arguments(struct job *j, struct part *p, const struct region *r)
{
	struct checks *c = p->c;
	uint32_t n;
	const struct node **order = region_order(j, r, &n);

	for (uint32_t i = 0; i < r->nresults; i++)       /* a token keeps its effects alive */
		p->nresults += r->results[i]->type->kind != TYPE_token;
	p->args = keep(j, c, n);
	const struct type **types = job_array(j, n, sizeof *types);
	for (uint32_t i = 0; i < r->nparams; i++)
		if (r->params[i]->kind != TYPE_token)
			p->args[p->nargs++] = graph_parameter(c->g, i, r->params[i]);
	p->ncalled = p->nargs;
	for (uint32_t i = 0; i < n; i++)
		if ((order[i]->op == OP_constant && node_literal(order[i])) || is_given(c,
			order[i]))
			p->args[p->nargs++] = order[i];
	for (uint32_t i = 0; i < p->nargs; i++)
		types[i] = p->args[i]->type;
	p->in = keep(j, c, p->nargs);
	return region_rewrite_as(c->g, r, p->nargs, types, argument_node, p);
}

/* ---- compiling ------------------------------------------------------------------------------ */

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
		*out = NULL;
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

static struct weft_error *part_arguments(struct part *p)
{
	struct checks *c = p->c;

	for (uint32_t i = p->ncalled; i < p->nargs; i++) {
		if (p->args[i]->op == OP_constant) {
			TRY(constant_buffer(c->client, p->x, i, p->args[i], &p->in[i]));
			continue;
		}
		for (uint32_t k = 0; k < c->ngiven; k++)
			if (c->given[k] == p->args[i])
				p->in[i] = c->given_buffers[k];
		weft_buffer_retain(p->in[i]);
	}
	return NULL;
}

/* Compiles the graph's main, which is p's region with_arguments. */
static struct weft_error *part_compile(struct part *p)
{
	struct checks *c = p->c;
	struct weft_program program = { .graph = c->g };
	uint64_t before = eval_count();

	pthread_mutex_init(&program.lock, NULL);
	struct weft_error *e = weft_compile(c->client, &program, c->options, &p->x);
	pthread_mutex_destroy(&program.lock);
	c->counts->folded += eval_count() - before;
	return e ? e : part_arguments(p);
}

static void part_fini(struct part *p)
{
	for (uint32_t i = p->ncalled; i < p->nargs; i++)
		weft_buffer_release(p->in[i]);
	if (p->x) {
		struct exe_stats s = exe_stats_get(p->x->exe);
		p->c->counts->kernels += s.kernels;
		p->c->counts->library_calls += s.library_calls;
	}
	weft_executable_release(p->x);
}

/* Any thread; in[0..ncalled). */
static struct weft_error *part_run(const struct part *p, struct weft_buffer *const *in,
	struct weft_buffer **out)
{
	struct weft_buffer **all = mem_alloc(mem_size((size_t)p->nargs + 1, sizeof *all));

	if (!all)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for the arguments");
	for (uint32_t i = 0; i < p->nargs; i++)
		all[i] = i < p->ncalled ? in[i] : p->in[i];
	probes_enter(p->c->probes);
	struct weft_error *e = weft_run(p->x, p->nargs, all, p->nresults, out);
	probes_enter(NULL);
	mem_free(all);
	return e;
}

/* ---- parts of main -------------------------------------------------------------------------- */

struct values {
	struct part part;
	uint32_t n;
	const struct node **nodes;
};

static void set_main(struct checks *c, const struct region *r)
{
	struct func main = { .name = "main", .region = r };

	graph_add_func(c->g, &main);
}

static void values_region(struct job *j, void *arg)
{
	struct values *v = arg;
	struct checks *c = v->part.c;

	graph_borrow(c->g, j);
	set_main(c, with_arguments(j, &v->part, graph_region(c->g, 0, NULL, v->n, v->nodes)));
}

/* Computes the values nodes[0..n) of main; out[0..n) are buffers, the caller's. */
static struct weft_error *compute(struct checks *c, uint32_t n, const struct node **nodes,
	struct weft_buffer **out)
{
	struct values v = { .part = { .c = c }, .n = n, .nodes = nodes };
	struct weft_error *e = job_run(values_region, &v);

	if (!e)
		e = part_compile(&v.part);
	uint64_t before = eval_count();
	if (!e)
		e = part_run(&v.part, NULL, out);
	c->counts->interpreted += eval_count() - before;
	part_fini(&v.part);
	return e;
}

/* ---- several processes ---------------------------------------------------------------------- */

struct grid_run {
	struct checks *c;
	const struct node *n;
	struct parallel p;
	struct part *parts;          /* a function of p each;
		those of equal functions are used once */
	uint32_t now;                /* the part at work, of programs, then infeed */
	uint32_t nin, nout;          /* tensors, all processes together */
	const struct node **operands;
	struct weft_buffer **in, **out;
};

static const struct func *grid_func(const struct grid_run *r, uint32_t i)
{
	return i < r->p.n ? r->p.programs[i] : r->p.infeed[i - r->p.n];
}

/* The first part with the same function. */
static struct part *grid_part(const struct grid_run *r, uint32_t i)
{
	uint32_t k = 0;

	while (grid_func(r, k) != grid_func(r, i))
		k++;
	return &r->parts[k];
}

static void grid_read(struct job *j, void *arg)
{
	struct grid_run *r = arg;
	struct checks *c = r->c;
	struct parallel p = parallel_read(j, c->g, r->n);
	uint32_t all = p.n + p.ninfeed, nin = node_noperands(r->n), nout = node_nresults(r->n);

	r->p = p;
	r->p.programs = keep(j, c, p.n);
	memcpy(r->p.programs, p.programs, p.n * sizeof *p.programs);
	r->p.counts = NULL;              /* parts have their own, of tensors alone */
	r->p.infeed = keep(j, c, p.ninfeed);
	memcpy(r->p.infeed, p.infeed, p.ninfeed * sizeof *p.infeed);
	r->parts = job_alloc_in(j, &c->arena, mem_size(all, sizeof *r->parts));
	for (uint32_t i = 0; i < all; i++)
		r->parts[i].c = c;
	r->operands = keep(j, c, nin);
	r->in = keep(j, c, nin);
	r->out = keep(j, c, nout);
	for (uint32_t i = 0; i < nin; i++)
		if (r->n->in[i]->type->kind == TYPE_tensor)
			r->operands[r->nin++] = r->n->in[i];
	for (uint32_t i = 0; i < nout; i++)
		r->nout += node_result_type(r->n, i)->kind == TYPE_tensor;
}

static const struct node *probe_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in);

static const struct region *with_probes(struct graph *g, const struct region *r)
{
	return region_rewrite(g, r, probe_node, NULL);
}

static const struct node *probe_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	(void)arg;
	if (probe_is(n))
		return probes_callback(g, n, in);
	if (n->op == OP_result && in[0]->op == OP_custom_call &&
		!strcmp(node_str(in[0], KEY_call_target_name, ""), "interpreter.print"))
		return in[0]->in[node_int(n, KEY_index, 0)];
	return region_rewrite_nested(g, n, in, with_probes);
}

static void program_region(struct job *j, void *arg)
{
	struct grid_run *r = arg;
	struct checks *c = r->c;

	graph_borrow(c->g, j);
	const struct region *body = with_probes(c->g, pass_inline(c->g, grid_func(r,
		r->now)->region));
	body = with_arguments(j, &r->parts[r->now], body);
	set_main(c, pass_exchange(c->g, body, r->p.grid));
}

static struct weft_error *grid_compile(struct grid_run *r)
{
	for (r->now = 0; r->now < r->p.n + r->p.ninfeed; r->now++) {
		if (grid_part(r, r->now) != &r->parts[r->now])
			continue;
		TRY(job_run(program_region, r));
		TRY(part_compile(&r->parts[r->now]));
	}
	return NULL;
}

/* Tensors of the processes before i; parts have them without tokens. */
static uint32_t first_tensor(const struct grid_run *r, uint32_t i, bool results)
{
	uint32_t n = 0;

	for (uint32_t k = 0; k < i; k++)
		n += results ? grid_part(r, k)->nresults : grid_part(r, k)->ncalled;
	return n;
}

static struct weft_error *grid_process(void *arg, uint32_t i)
{
	const struct grid_run *r = arg;

	return part_run(grid_part(r, i), r->in + first_tensor(r, i, false),
		r->out + first_tensor(r, i, true));
}

static struct weft_error *grid_feed(void *arg, uint32_t i, struct world *w)
{
	const struct grid_run *r = arg;
	const struct part *p = grid_part(r, r->p.n + i);
	struct weft_buffer **out = mem_alloc(mem_size((size_t)p->nresults + 1, sizeof *out));

	if (!out)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for the results");
	struct weft_error *e = part_run(p, NULL, out);
	bool ran = !e;
	for (uint32_t k = 0; ran && k < p->nresults; k++) {
		void *data;
		size_t size;
		if (!e)
			e = weft_buffer_data(out[k], &data, &size);
		if (!e)
			e = world_put(w, WORLD_feed, 0, WORLD_ANYONE, WORLD_ANYONE, data, size);
		weft_buffer_release(out[k]);
	}
	mem_free(out);
	return e;
}

static void grid_give(struct job *j, void *arg)
{
	struct grid_run *r = arg;
	struct checks *c = r->c;
	uint32_t at = 0, nout = node_nresults(r->n);

	graph_borrow(c->g, j);
	for (uint32_t i = 0; i < nout; i++)
		if (node_result_type(r->n, i)->kind == TYPE_tensor) {
			c->given[c->ngiven] = graph_result(c->g, r->n, i);
			c->given_buffers[c->ngiven++] = r->out[at];
			r->out[at++] = NULL;
		}
}

static struct weft_error *run_grid(struct checks *c, const struct node *n)
{
	struct grid_run r = { .c = c, .n = n };

	TRY(job_run(grid_read, &r));
	struct weft_error *e = r.nin ? compute(c, r.nin, r.operands, r.in) : NULL;
	if (!e)
		e = grid_compile(&r);
	uint64_t before = eval_count();
	if (!e)
		e = parallel_run(&r.p, grid_feed, grid_process, &r);
	c->counts->interpreted += eval_count() - before;
	if (!e)
		e = job_run(grid_give, &r);
	for (uint32_t i = 0; i < r.p.n + r.p.ninfeed; i++)
		part_fini(&r.parts[i]);
	for (uint32_t i = 0; i < r.nin; i++)
		weft_buffer_release(r.in[i]);
	for (uint32_t i = 0; i < r.nout; i++)
		weft_buffer_release(r.out[i]);
	return e;
}

/* ---- the checks ----------------------------------------------------------------------------- */

static bool compares(const struct node *n)
{
	return check_is(n) || (n->op == OP_custom_call && !strcmp(node_str(n,
		KEY_call_target_name, ""), "check.expect_serialized_eq"));
}

/* Finds main's checks and where it is cut. */
static void expose(struct job *j, void *arg)
{
	struct checks *c = arg;
	const struct func *f = graph_main(c->g);
	uint32_t n;
	size_t given = 0;

	if (!f)
		job_fail(j, WEFT_INVALID_ARGUMENT, "no function named main");
	c->runs_main = !f->region->nparams || f->region->params[0]->kind == TYPE_token;
	if (!c->runs_main) {
		check_refuse_arguments(j, c->g);
		return;
	}
	graph_borrow(c->g, j);
	const struct region *body = with_probes(c->g, pass_inline(c->g, f->region));
	const struct node **order = region_order(j, body, &n);
	check_refuse(j, c->g, body, NULL,
		"a check in a branch or loop is not run in compiled code");
	c->nodes = keep(j, c, n);
	c->runs = keep(j, c, n);
	for (uint32_t i = 0; i < n; i++) {
		if (compares(order[i]))
			c->nodes[c->n++] = order[i];
		if (parallel_is(order[i])) {
			c->runs[c->nruns++] = order[i];
			given += node_nresults(order[i]);
		}
	}
	c->given = keep(j, c, given);
	c->given_buffers = keep(j, c, given);
}

/* A buffer's type and data as the comparison wants them; type lives as long as *t. */
static struct weft_error *as_tensor(struct weft_buffer *b, struct type *type, struct tensor *t,
	size_t *size)
{
	struct weft_tensor_type is = weft_buffer_type(b);

	*type = (struct type){ .kind = TYPE_tensor, .dtype = (enum dtype)is.dtype, .rank = is.rank,
		.dims = is.dims };
	*t = (struct tensor){ .type = type, .rank = is.rank, .dims = is.dims };
	return weft_buffer_data(b, &t->data, size);
}

static struct weft_error *compare(const struct checks *c, struct weft_buffer **out)
{
	for (uint32_t i = 0, at = 0; i < c->n; i++) {
		struct type types[2];
		struct tensor in[2];
		size_t size = 0;
		uint32_t nin = node_noperands(c->nodes[i]);
		if (nin > 2)
			FAIL(WEFT_INVALID_ARGUMENT, "a check of %u values", nin);
		for (uint32_t k = 0; k < nin; k++)
			TRY(as_tensor(out[at++], &types[k], &in[k], &size));
		if (check_is(c->nodes[i]))
			TRY(check_values(c->g, c->nodes[i], in, nin));
		else if (nin == 1)
			TRY(probes_check(c->probes, c->nodes[i], in[0].data, size));
	}
	return NULL;
}

static struct weft_error *run_checks(struct checks *c)
{
	uint32_t n = 0;
	size_t most = 0;

	for (uint32_t i = 0; i < c->n; i++)
		most += node_noperands(c->nodes[i]);
	const struct node **values = mem_alloc(mem_size(most + 1, sizeof *values));
	struct weft_buffer **out = mem_alloc(mem_size(most + 1, sizeof *out));
	struct weft_error *e = values && out ? NULL :
		error_make(WEFT_RESOURCE_EXHAUSTED, "no memory for the results");
	for (uint32_t i = 0; i < c->nruns && !e; i++)
		e = run_grid(c, c->runs[i]);
	for (uint32_t i = 0; i < c->n && !e; i++)
		for (uint32_t k = 0; k < node_noperands(c->nodes[i]); k++)
			values[n++] = c->nodes[i]->in[k];
	if (!e)
		e = compute(c, n, values, out);
	if (!e) {
		e = compare(c, out);
		for (uint32_t i = 0; i < n; i++)
			weft_buffer_release(out[i]);
	}
	mem_free(values);
	mem_free(out);
	return e;
}

/* A main with arguments. */
static struct weft_error *compile_main(struct checks *c)
{
	struct part p = { .c = c };
	struct weft_error *e = part_compile(&p);

	part_fini(&p);
	return e;
}

struct weft_error *check_compiled(const char *backend, const struct weft_options *o,
	struct graph *g, struct weft_check_counts *counts)
{
	struct checks c = { .g = g, .options = o, .counts = counts };

	if (!graph_nfuncs(g))
		return NULL;
	TRY(weft_client_open(backend, &c.client));
	arena_init(&c.arena);
	struct weft_error *e = probes_create(&c.probes);
	if (!e)
		e = job_run(expose, &c);
	if (!e)
		e = c.runs_main ? run_checks(&c) : compile_main(&c);
	for (uint32_t i = 0; i < c.ngiven; i++)
		weft_buffer_release(c.given_buffers[i]);
	probes_free(c.probes);
	arena_fini(&c.arena);
	weft_client_release(c.client);
	return e;
}
