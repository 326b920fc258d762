/* check_parallel.c -- interpreter.run_parallel: reads which functions are to run as which
 * processes, and runs them, a thread each, in a world of their own (base/world.h). */
#include "api/check_impl.h"
#include "base/mem.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

bool parallel_is(const struct node *n)
{
	return n->op == OP_custom_call &&
	       !strcmp(node_str(n, KEY_call_target_name, ""), "interpreter.run_parallel");
}

/* ---- which functions ------------------------------------------------------------------------ */

/* The functions "@a, @b" of text, in j's scratch; *rows: how many lists they stand in. */
static const struct func **functions(struct job *j, const struct graph *g, const char *text,
	uint32_t *count, uint32_t *rows)
{
	size_t most = text ? strlen(text) : 0;
	const struct func **list = job_array(j, most + 1, sizeof *list);

	*count = *rows = 0;
	for (const char *at = text; at && *at; at++) {
		*rows += *at == '[';
		if (*at != '@')
			continue;
		bool quoted = at[1] == '"';
		size_t n = quoted ? strcspn(at + 2, "\"") : strcspn(at + 1, ",] \t\n");
		const char *name = job_printf(j, "%.*s", (int)n, at + 1 + quoted);
		list[*count] = graph_find_func(g, name);
		if (!list[(*count)++])
			job_fail(j, WEFT_INVALID_ARGUMENT,
				"interpreter.run_parallel: no function @%s", name);
		at += n;
	}
	return list;
}

/* Parameters and results of f without the effects' token, which begins in f unless f is called. */
static struct parallel_counts count(struct job *j, const struct func *f)
{
	struct parallel_counts c = { f->region->nparams, f->region->nresults };
	uint32_t n;
	const struct node **order = region_order(j, f->region, &n), *first = NULL;

	for (uint32_t i = 0; i < n && !first; i++)
		first = node_has_effect(order[i]) ? order[i] : NULL;
	if (!first)
		return c;
	c.nout--;
	c.nin -= first->in[first->nin - 1]->op == OP_parameter;
	return c;
}

uint32_t parallel_first(const struct parallel *p, uint32_t i, bool results)
{
	uint32_t n = 0;

	for (uint32_t k = 0; k < i; k++)
		n += results ? p->counts[k].nout : p->counts[k].nin;
	return n;
}

struct parallel parallel_read(struct job *j, const struct graph *g, const struct node *n)
{
	struct parallel p = { 0 };
	uint32_t rows;

	p.infeed = functions(j, g, check_text(n, "infeed"), &p.ninfeed, &rows);
	p.programs = functions(j, g, check_text(n, "programs"), &p.n, &rows);
	rows = rows ? rows - 1 : 0;      /* the list of lists */
	if (!p.n || !rows || p.n % rows)
		job_fail(j, WEFT_INVALID_ARGUMENT,
			"interpreter.run_parallel: programs are no grid of functions");
	p.grid = (struct grid){ rows, p.n / rows };
	p.counts = job_array(j, p.n, sizeof *p.counts);
	for (uint32_t i = 0; i < p.n; i++)
		p.counts[i] = count(j, p.programs[i]);
	for (uint32_t i = 0; i < p.ninfeed; i++)
		if (p.infeed[i]->region->nparams)
			job_fail(j, WEFT_INVALID_ARGUMENT,
				"interpreter.run_parallel: @%s takes arguments", p.infeed[i]->name);
	if (parallel_first(&p, p.n, false) != node_noperands(n) ||
		parallel_first(&p, p.n, true) != node_nresults(n))
		job_fail(j, WEFT_INVALID_ARGUMENT,
			"interpreter.run_parallel: %u operands and %u results, the programs "
			"have %u "
			"and %u", node_noperands(n), node_nresults(n), parallel_first(&p, p.n,
				false),
			parallel_first(&p, p.n, true));
	return p;
}

/* ---- running -------------------------------------------------------------------------------- */

struct thread {
	pthread_t id;
	struct process process;
	parallel_fn *fn;
	void *arg;
	struct weft_error *error;
};

static void *run_process(void *arg)
{
	struct thread *t = arg;

	process_enter(&t->process);
	t->error = t->fn(t->arg, t->process.id);
	process_enter(NULL);
	world_leave(t->process.world);
	return NULL;
}

/* Of two errors the one that is not the other's consequence: waiting for one that failed. */
static struct weft_error *cause(struct weft_error *a, struct weft_error *b)
{
	if (!a || !b)
		return a ? a : b;
	bool second = weft_error_code(a) == WEFT_FAILED_PRECONDITION;
	weft_error_free(second ? a : b);
	return second ? b : a;
}

static struct weft_error *run_threads(const struct parallel *p, struct world *w, struct thread *t,
	parallel_fn *fn, void *arg)
{
	struct weft_error *e = NULL;
	uint32_t started = 0;

	for (; started < p->n && !e; started += !e) {
		struct thread *at = &t[started];
		*at = (struct thread){ .process = { w, p->grid.replicas, p->grid.partitions,
			started }, .fn = fn, .arg = arg };
		if (pthread_create(&at->id, NULL, run_process, at))
			e = error_make(WEFT_RESOURCE_EXHAUSTED, "no thread for process %u",
				started);
	}
	for (uint32_t i = started; i < p->n; i++)
		world_leave(w);
	for (uint32_t i = 0; i < started; i++) {
		pthread_join(t[i].id, NULL);
		e = cause(e, t[i].error);
	}
	return e;
}

struct weft_error *parallel_run(const struct parallel *p, parallel_feed_fn *feed, parallel_fn *fn,
	void *arg)
{
	struct world *w;
	struct thread *t = mem_alloc(mem_size(p->n, sizeof *t));

	if (!t)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %u processes", p->n);
	struct weft_error *e = world_create(p->n, &w);
	if (!e) {
		for (uint32_t i = 0; i < p->ninfeed && !e; i++)
			e = feed(arg, i, w);
		if (!e)
			e = run_threads(p, w, t, fn, arg);
		world_free(w);
	}
	mem_free(t);
	return e;
}
