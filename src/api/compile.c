/* compile.c -- the walk through the pipeline: compile(), a line a stage.
 *
 * Compiling always makes an artifact, running always starts from one; which stages run is the
 * backend's row.  A program's graph is lent to the compiling job; what that adds stays, and
 * compiling again finds it consed. */
#include "api/api_impl.h"
#include "api/constant.h"
#include "api/explain.h"
#include "api/kept.h"
#include "api/later.h"
#include "api/tune.h"
#include "api/user_pass.h"
#include "api/worker.h"
#include "base/clock.h"
#include "base/cpu.h"
#include "base/stop.h"
#include "pass/pass.h"
#include "run/pool.h"
#include "stablehlo/stablehlo.h"
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* The code generator rests behind a program of that many kernels, and behind any that does not come
 * right after another.  Its pages are 27 MiB, which cost a millisecond to map again: too much for
 * small programs one after the other. */
#define KERNELS_REST 8
#define RIGHT_AFTER_S 0.02

/* Calls in place may make a program's nodes that many more. */
#define NODES_BY_CALLS (UINT64_C(1) << 22)

struct compile {
	struct graph *graph;
	const struct backend *backend;
	const struct weft_options *options;
	const struct codegen_table *codegen;
	struct plan_source source;
	struct plan *plan;
	struct codegen_code *code;
	uint32_t ncode;
	enum isa isa;
	void *bytes;			 /* the result; mem_free's */
	size_t size;
};

static atomic_int running;
static _Atomic double ended = -RIGHT_AFTER_S;	 /* when the last compile did */
static atomic_bool closed;

void compiles_close(void)
{
	atomic_store(&closed, true);
}

int compiles_running(void)
{
	return atomic_load(&running);
}

static struct pass_options pass_options_of(const struct compile *c)
{
	return (struct pass_options){ option_passes_off(c->options), option_verify(c->options) };
}

/* The region that pass p makes of r: nodes are the graph's, so what the job gave meanwhile is not
 * needed any more, a third of all that a compile takes. */
static const struct region *region_of_pass(
	struct graph *g, const struct region *r, enum pass p, const struct pass_options *po)
{
	struct job_mark before = job_mark(graph_job(g));
	r = pass_run(g, r, p, po);
	job_reset(graph_job(g), before);
	return r;
}

/* Functions that each call the next one twice double with each. */
static void check_calls(struct graph *g, const struct region *r)
{
	struct region_extent e = region_extent(g, r);
	uint64_t most = NODES_BY_CALLS + graph_nnodes(g);

	if (e.depth > ABI_DEPTH_MAX)
		job_fail(graph_job(g), WEFT_RESOURCE_EXHAUSTED,
			"branches and loops are nested more than %d deep, by calls",
			ABI_DEPTH_MAX);
	if (e.nodes > most)
		job_fail(graph_job(g), WEFT_RESOURCE_EXHAUSTED,
			"the program has more than %" PRIu64 " ops with its calls in place", most);
}

/* Main's region, called functions in place; the tensors that sizes are read from as further
 * results. */
static void stage_source(struct compile *c, const struct func *main)
{
	struct pass_options po = pass_options_of(c);
	if (graph_nfuncs(c->graph) > 1)          /* readers and builders bound what one holds */
		check_calls(c->graph, main->region);
	const struct region *r = region_of_pass(c->graph, main->region, PASS_ID_inline, &po);
	c->source.name = main->name;
	c->source.region = r;
	c->source.given = func_gives(graph_job(c->graph), main);
	c->source.equal = region_equalities(c->graph, r, &c->source.nequal);
	plan_track(c->graph, &c->source, true);
}

static void run_pass(struct compile *c, enum pass p, const struct pass_options *po)
{
	double start = clock_seconds();
	c->source.region = region_of_pass(c->graph, c->source.region, p, po);
	report_passes(pass_table[p].group, clock_seconds() - start);
	plan_track(c->graph, &c->source, false);
}

static bool any_branches(struct job *j, const struct region *r)
{
	uint32_t n;
	const struct node **order = region_order(j, r, &n);

	for (uint32_t i = 0; i < n; i++)
		if (op_branches(order[i]->op))
			return true;
	return false;
}

static bool is_among(const struct dim_equality *q, uint32_t n, const struct dim_equality *v)
{
	for (uint32_t i = 0; i < n; i++)
		if (v[i].relation == q->relation && v[i].a == q->a && v[i].b == q->b)
			return true;
	return false;
}

/* A size that a loop or branch gives is a symbol of its own in the source, and an operand's once
 * `expand` has found that it keeps it (expand_sizes.c): what is assumed of that is asked again. */
static void stage_equalities(struct compile *c)
{
	struct plan_source *s = &c->source;
	struct job *j = graph_job(c->graph);
	uint32_t n;

	if (!any_branches(j, s->region))
		return;
	const struct dim_equality *now = region_equalities(c->graph, s->region, &n);
	if (!n)
		return;
	struct dim_equality *all = job_array(j, (size_t)s->nequal + n, sizeof *all);
	uint32_t count = s->nequal;
	if (count)
		memcpy(all, s->equal, count * sizeof *all);
	for (uint32_t i = 0; i < n; i++)
		if (!is_among(&now[i], s->nequal, s->equal))
			all[count++] = now[i];
	s->equal = all;
	s->nequal = count;
}

/* Composites go back to their ops, which are located where they were found: the plan knows the
 * forms it has cores for, whatever their names. */
static void stage_passes(struct compile *c)
{
	struct pass_options po = pass_options_of(c);
	for (enum pass p = 0; p < PASS_COUNT; p++)
		if (p != PASS_ID_inline)
			run_pass(c, p, &po);
	run_pass(c, PASS_ID_inline, &po);
	stage_equalities(c);
}

static void stage_plan(struct job *j, struct compile *c)
{
	bool *constant = job_array(j, c->source.region->nparams, sizeof *constant);
	uint32_t n = c->source.region->nparams;
	if (!constants_parse(option_constants(c->options), constant, n))
		job_fail(j, WEFT_INVALID_ARGUMENT,
			"option constants: '%s' names no arguments of the %u there are",
			option_constants(c->options), n);
	bool *in_call = job_array(j, OP_COUNT, sizeof *in_call);
	job_try(j, load_off_parse(option_load_off(c->options), in_call));
	struct plan_options po = {
		.narguments = n,
		.constant = constant,
		.in_call = in_call,
		.strict = !strcmp(option_numerics(c->options), "strict"),
		.isa = c->isa,
		.widest = *option_isa(c->options),
		.l1 = cpu_get()->l1d,
		.l2 = cpu_get()->l2,
		.l3 = cpu_get()->l3,
	};
	c->plan = plan_make(j, c->graph, &c->source, &po);
	c->plan->nequal = c->source.nequal;
	c->plan->equal = c->source.equal;
}

static struct codegen_options codegen_options_of(const struct compile *c)
{
	const char *dump = option_dump(c->options);
	bool most = option_max_autotune(c->options);
	return (struct codegen_options){
		.isa = c->isa,
		.level = most ? 2 : (int)option_opt_level(c->options),
		.dump = *dump ? dump : NULL,
	};
}

static void stage_tune(struct job *j, struct compile *c)
{
	struct codegen_options o = codegen_options_of(c);
	o.dump = NULL;                       /* candidates are no kernels of the program */
	report_tuned(tune(j, &(struct tune){
		.plan = c->plan,
		.codegen = c->codegen,
		.options = &o,
		.threads = (unsigned)option_threads(c->options),
	}));
}

struct generate {
	struct compile *c;
	struct weft_error **errors;
	atomic_bool stopped;
};

static void generate_one(void *arg, int64_t first, int64_t last, unsigned char *scratch)
{
	struct generate *t = arg;
	const struct codegen_options o = codegen_options_of(t->c);
	uint64_t asked = 1;                  /* long ago: a kernel takes as long as asking may */
	(void)scratch;
	for (int64_t i = first; i < last && !atomic_load(&t->stopped); i++) {
		t->errors[i] = stop_asked(&asked);
		if (t->errors[i])
			atomic_store(&t->stopped, true);
		else
			t->errors[i] = t->c->codegen->compile(
				t->c->plan->kernels[i], &o, &t->c->code[i]);
	}
}

static void free_code(void *arg, bool failed)
{
	struct compile *c = arg;
	(void)failed;
	for (uint32_t i = 0; i < c->ncode; i++)
		c->codegen->code_free(&c->code[i]);
}

/* One LLVM module a kernel, spread over the pool. */
static void stage_generate(struct job *j, struct compile *c)
{
	uint32_t n = c->plan->nkernels;
	struct generate t = { c, job_array(j, n + 1, sizeof *t.errors), false };
	c->code = job_array(j, n + 1, sizeof *c->code);
	c->ncode = n;
	job_defer(j, free_code, c);
	struct pool_task task = { .fn = generate_one, .arg = &t, .chunks = n };
	pool_parallel(pool_default_threads(), &task);
	struct weft_error *first = NULL;
	for (uint32_t i = 0; i < n; i++)
		if (first)
			weft_error_free(t.errors[i]);
		else
			first = t.errors[i];
	job_try(j, first);
	report_kernels(n);
}

/* All that is done for a backend that keeps the program. */
static void stage_keep(struct job *j, struct compile *c, const struct func *main)
{
	struct backend_text_emission out = { .name = c->backend->name, .main = main };
	struct str text;

	str_init(&text, j);
	job_try(j, stablehlo_print(c->graph, &text));
	out.text = backend_kept_text(j, c->backend, text.text, &out.size);
	backend_emit_text(j, &out, &c->bytes, &c->size);
}

static void compile(struct job *j, void *arg)
{
	struct compile *c = arg;
	unsigned stages = c->backend->stages;
	graph_borrow(c->graph, j);
	const struct func *main = graph_main(c->graph);
	if (!main)
		job_fail(j, WEFT_INVALID_ARGUMENT, "a program without a function named main");
	if (stages & BACKEND_KEEP) {
		stage_keep(j, c, main);
		return;
	}
	stage_source(c, main);
	if (stages & BACKEND_PASSES)
		stage_passes(c);
	stage_plan(j, c);
	struct backend_emission out = { .name = c->backend->name, .plan = c->plan, .isa = c->isa };
	if (c->backend->plant)
		out.text = c->backend->plant(j, c->graph, option_plant(c->options));
	if (option_max_autotune(c->options))
		stage_tune(j, c);
	stage_generate(j, c);
	out.code = c->code;
	out.explain = explain(j, c->plan, &out.explain_size);
	backend_emit_plan(j, &out, &c->bytes, &c->size);
}

static struct weft_error *compile_anew(struct compile *c, const struct weft_program *p)
{
	if (c->backend->stages & BACKEND_GEN) {
		if (!codegen_is_open())
			api_warm_up();       /* they start while LLVM is loaded */
		TRY(codegen_open(&c->codegen));
	}
	/* the graph's, not the handle's, state */
	pthread_mutex_t *lock = (pthread_mutex_t *)&p->lock;
	pthread_mutex_lock(lock);
	atomic_fetch_add(&running, 1);
	bool alone = clock_seconds() - atomic_load(&ended) >= RIGHT_AFTER_S;
	struct weft_error *e = atomic_load(&closed)
		? error_make(WEFT_CANCELLED, "the process is ending") : job_run(compile, c);
	bool last = atomic_fetch_sub(&running, 1) == 1;
	pthread_mutex_unlock(lock);
	if (last && (alone || c->ncode >= KERNELS_REST))
		codegen_rest();
	atomic_store(&ended, clock_seconds());
	return e;
}

/* The program's text, to be compiled elsewhere. */
static struct weft_error *compile_by_text(
	struct compile *c, struct weft_program *p, enum compile_how how)
{
	struct worker_job w = { .backend = c->backend->name, .options = c->options };
	char *text;
	TRY(weft_program_print(p, &text));
	w.text = text;
	w.text_size = strlen(text);
	struct weft_error *e =
		how == HOW_subprocess ? worker_compile(&w) : worker_compile_here(&w);
	weft_text_free(text);
	c->bytes = w.bytes;
	c->size = w.size;
	return e;
}

static struct weft_error *compile_how(
	struct compile *c, struct weft_program *p, enum compile_how how)
{
	struct weft_program *changed;
	TRY(user_passes_run(p, c->options, &changed));
	if (changed)
		p = changed;
	c->graph = p->graph;
	struct weft_error *e = how == HOW_normal || !(c->backend->stages & BACKEND_GEN)
		? compile_anew(c, p) : compile_by_text(c, p, how);
	if (!e)
		report_how(c->backend->stages & BACKEND_GEN ? how : HOW_normal);
	weft_program_release(changed);
	return e;
}

static struct weft_error *compile_begin(struct compile *c, const struct backend *b,
	const struct weft_program *p, const struct weft_options *o)
{
	*c = (struct compile){ .graph = p->graph, .backend = b, .options = o, .isa = ISA_COUNT };
	return b->stages & BACKEND_GEN ? isa_choose(option_isa(o), &c->isa) : NULL;
}

struct weft_error *compile_bytes(const struct backend *b, const struct weft_program *p,
	const struct weft_options *o, void **bytes, size_t *size)
{
	struct compile c;
	TRY(compile_begin(&c, b, p, o));
	TRY(compile_anew(&c, p));
	*bytes = c.bytes;
	*size = c.size;
	return NULL;
}

/* The first version under async+: quickly made, not kept. */
static struct weft_error *compile_quickly(struct compile *c, struct weft_program *p,
	enum compile_how how, struct weft_executable **out)
{
	struct weft_options *quick;
	TRY(options_resolve(c->options, &quick));
	struct weft_error *e = weft_options_set(quick, "opt_level", "0");
	if (!e)
		e = weft_options_set(quick, "max_autotune", "0");
	c->options = quick;
	if (!e)
		e = compile_how(c, p, how);
	if (!e)
		e = executable_create(c->backend, c->bytes, c->size, quick, out);
	weft_options_free(quick);
	return e;
}

/* quick: may be the first of several versions. */
static struct weft_error *compile_kept(struct compile *c, struct kept *k, struct weft_program *p,
	bool *quick, struct weft_executable **out)
{
	const struct weft_options *o = c->options;
	struct compile_mode m = compile_mode_of(o);
	if (kept_find(k, c->backend, o, out)) {
		*quick = false;
		return NULL;
	}
	if (*quick)
		return compile_quickly(c, p, m.how, out);
	TRY(compile_how(c, p, m.how));
	kept_keep(k, c->bytes, c->size);
	return executable_create(c->backend, c->bytes, c->size, o, out);
}

static struct weft_error *compile_one(const struct backend *b, struct weft_program *p,
	const struct weft_options *o, bool *quick, struct weft_executable **out)
{
	double start = clock_seconds();
	struct kept k;
	struct compile c;
	TRY(compile_begin(&c, b, p, o));
	if (b->plant && *option_plant(o))
		notice("the backend %s plants errors: %s", b->name, option_plant(o));
	kept_open(&k, p, b, o, c.isa);
	struct weft_error *e = compile_kept(&c, &k, p, quick, out);
	kept_close(&k);
	if (e)
		return e;
	(*out)->compile_s = clock_seconds() - start;
	unsigned bit;
	(*out)->role = role_of(o, &bit);
	(*out)->kept = k.state;
	(*out)->kept_why = k.why;
	if (k.state == KEPT_hit || k.state == KEPT_miss)
		cache_key_text(&k.key, (*out)->kept_key);
	return NULL;
}

struct weft_error *compile_version(const struct backend *b, struct weft_program *p,
	const struct weft_options *o, struct weft_executable **out)
{
	return compile_one(b, p, o, &(bool){ false }, out);
}

static struct weft_error *compile_resolved(struct weft_client *client, struct weft_program *p,
	const struct weft_options *options, struct weft_executable **out)
{
	struct compile_mode m = compile_mode_of(options);
	const struct backend *b = client->backend;
	struct later_list later;
	bool constants = *option_constants(options);
	/* of a bound executable there is one version */
	bool several = b->stages & BACKEND_GEN && !constants, quick = several && m.async;
	if (constants && !(b->stages & BACKEND_GEN))
		FAIL(WEFT_UNIMPLEMENTED, "backend '%s' knows no constants", b->name);
	TRY(option_who(options, &(enum pool_who){ POOL_own }));
	TRY(later_list_make(options, false, several && m.progressive, &later));
	later_list_free(&later);                     /* a bad one is said before work begins */
	TRY(compile_one(b, p, options, &quick, out));
	report_add(*out, (*out)->kept != KEPT_hit);
	struct weft_error *e = later_list_make(options, quick, several && m.progressive, &later);
	if (!e && later.n)
		e = later_start(*out, p, b, &later);
	if (e)
		weft_executable_release(*out);
	return e;
}

struct weft_error *weft_compile(struct weft_client *client, const struct weft_program *p,
	const struct weft_options *options, struct weft_executable **out)
{
	struct weft_options *resolved;
	TRY(options_resolve(options, &resolved));
	/* The program does not change, but later versions keep it. */
	struct weft_error *e =
		compile_resolved(client, (struct weft_program *)(uintptr_t)p, resolved, out);
	weft_options_free(resolved);
	return e;
}
