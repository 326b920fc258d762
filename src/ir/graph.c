/* graph.c -- the graph: its life, the loan to a job, and what is not a node: strings, functions,
 * slots.
 *
 * Everything that is added lies in the graph's arena and, when it is consed, in a table of the
 * graph; each addition has a number (seq).  A job that fails takes its additions back: the
 * tables drop what is newer than the loan, the counters and lists are those of before, and the
 * arena is cut back.  What a job does to older things (adding a location to an old node) is
 * looked for and undone as well. */
#include "ir/graph_impl.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct weft_error *graph_create(struct graph **out)
{
	struct graph *g = mem_alloc(sizeof *g);

	*out = NULL;
	if (!g)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for a graph");
	atomic_init(&g->refs, 1);
	arena_init(&g->arena);
	*out = g;
	return NULL;
}

void graph_retain(struct graph *g)
{
	atomic_fetch_add_explicit(&g->refs, 1, memory_order_relaxed);
}

void graph_release(struct graph *g)
{
	if (!g || atomic_fetch_sub_explicit(&g->refs, 1, memory_order_acq_rel) != 1)
		return;
	struct table *tables[] = { &g->strings, &g->types, &g->attrs, &g->attr_sets, &g->dims,
		&g->nodes, &g->regions };
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		table_fini(tables[i]);
	mem_free(g->slots);
	mem_free(g->dim_of);
	mem_free(g->located);
	arena_fini(&g->arena);
	mem_free(g);
}

/* Cuts location lists back to what they were; their entries are in the order they came. */
static void locations_rollback(struct graph *g, uint32_t seq, uint32_t nnodes)
{
	for (uint32_t i = 0; i < g->located_cap; i++) {
		struct location_list *l = &g->located[i];
		if (i >= nnodes || (l->first && l->first->seq >= seq)) {
			*l = (struct location_list){ NULL, NULL };
			continue;
		}
		if (!l->first || l->last->seq < seq)
			continue;
		struct location_entry *e = l->first;
		/* An entry is a struct location first: next leads to the next entry. */
		for (const struct location *next = e->pub.next; next; next = e->pub.next) {
			struct location_entry *later = (struct location_entry *)(uintptr_t)next;
			if (later->seq >= seq)
				break;
			e = later;
		}
		e->pub.next = NULL;
		l->last = e;
	}
}

static void graph_return(void *obj, bool failed)
{
	struct graph *g = obj;

	if (failed) {
		uint32_t seq = g->before.seq;
		struct table *tables[] = { &g->strings, &g->types, &g->attrs, &g->attr_sets,
			&g->dims, &g->nodes, &g->regions };
		for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
			table_rollback(tables[i], seq);
		locations_rollback(g, seq, g->before.nnodes);
		g->now = g->before;
		dim_rollback(g);
		arena_reset(&g->arena, g->before.arena);
	}
	g->job = NULL;
	graph_release(g);
}

void graph_borrow(struct graph *g, struct job *j)
{
	if (g->job == j)
		return;
	if (g->job)
		BUG("a graph is borrowed by two jobs");
	graph_retain(g);
	g->job = j;
	g->before = g->now;
	g->before.arena = arena_mark(&g->arena);
	job_defer(j, graph_return, g);
}

struct job *graph_job(const struct graph *g)
{
	if (!g->job)
		BUG("a graph is built without a job that borrows it");
	return g->job;
}

struct arena *graph_arena(struct graph *g)
{
	return &g->arena;
}

void *graph_alloc(struct graph *g, size_t size)
{
	return job_alloc_in(graph_job(g), &g->arena, size);
}

void *graph_copy(struct graph *g, const void *from, size_t n, size_t size)
{
	if (!n)
		return NULL;
	void *to = graph_alloc(g, mem_size(n, size));
	memcpy(to, from, n * size);
	return to;
}

void *graph_heap_grow(struct graph *g, void *p, uint32_t *cap, uint32_t at, size_t size)
{
	if (at < *cap)
		return p;
	size_t n = *cap ? (size_t)*cap * 2 : 64;
	while (n <= at)
		n *= 2;
	char *q = n <= UINT32_MAX ? mem_resize(p, mem_size(n, size)) : NULL;
	if (!q)
		job_fail(graph_job(g), WEFT_RESOURCE_EXHAUSTED, "no memory for a table of a graph");
	memset(q + *cap * size, 0, (n - *cap) * size);
	*cap = (uint32_t)n;
	return q;
}

const void *graph_cons(struct graph *g, struct table *t, uint64_t hash, table_eq_fn *eq,
	graph_make_fn *make, const void *key)
{
	const void *item = table_find(t, hash, eq, key);

	if (item)
		return item;
	item = make(g, key, hash);
	if (g->now.seq == UINT32_MAX || !table_add(t, hash, item, g->now.seq))
		job_fail(graph_job(g), WEFT_RESOURCE_EXHAUSTED, "no memory for a table of a graph");
	g->now.seq++;
	return item;
}

/* ---- strings -------------------------------------------------------------------------------- */

struct chars {
	const char *s;
	size_t len;
};
struct interned {
	size_t len;
	char s[];
};

static bool interned_eq(const void *item, const void *key)
{
	const struct interned *a = item;
	const struct chars *b = key;

	return a->len == b->len && !memcmp(a->s, b->s, b->len);
}

static void *interned_make(struct graph *g, const void *key, uint64_t hash)
{
	const struct chars *c = key;
	struct interned *s = graph_alloc(g, sizeof *s + c->len + 1);

	(void)hash;
	s->len = c->len;
	memcpy(s->s, c->s, c->len);
	return s;
}

const char *graph_string(struct graph *g, const char *s, size_t len)
{
	if (!s)
		return NULL;
	struct chars key = { s, len };
	const struct interned *i = graph_cons(g, &g->strings, hash_bytes(s, len, 0), interned_eq,
		interned_make, &key);
	return i->s;
}

/* ---- functions ------------------------------------------------------------------------------ */

static const struct func *func_copy(struct graph *g, const struct func *f)
{
	struct func *c = graph_copy(g, f, 1, sizeof *f);
	uint32_t np = f->region ? f->region->nparams : 0, nr = f->region ? f->region->nresults : 0;

	c->name = graph_string(g, f->name, strlen(f->name));
	if (f->param_attrs)
		c->param_attrs = graph_copy(g, f->param_attrs, np, sizeof *f->param_attrs);
	if (f->result_attrs)
		c->result_attrs = graph_copy(g, f->result_attrs, nr, sizeof *f->result_attrs);
	if (f->param_names && np) {
		const char **names = graph_alloc(g, mem_size(np, sizeof *names));
		for (uint32_t i = 0; i < np; i++)
			if (f->param_names[i])
				names[i] = graph_string(
					g, f->param_names[i], strlen(f->param_names[i]));
		c->param_names = names;
	}
	return c;
}

static void func_put(struct graph *g, uint32_t at, const struct func *f)
{
	struct func_list *l = &g->now.funcs;
	const struct func *copy = func_copy(g, f);

	if (at == l->cap || l->v == g->before.funcs.v) {
		uint32_t cap = l->cap < 4 ? 4 : at == l->cap ? l->cap * 2 : l->cap;
		const struct func **v = graph_alloc(g, mem_size(cap, sizeof *v));
		if (l->n)
			memcpy(v, l->v, l->n * sizeof *v);
		l->v = v;
		l->cap = cap;
	}
	l->v[at] = copy;
	if (at == l->n)
		l->n++;
}

void graph_add_func(struct graph *g, const struct func *f)
{
	uint32_t at = 0;

	while (at < g->now.funcs.n && strcmp(g->now.funcs.v[at]->name, f->name))
		at++;
	func_put(g, at, f);
}

void graph_append_func(struct graph *g, const struct func *f)
{
	func_put(g, g->now.funcs.n, f);
}

uint32_t graph_nfuncs(const struct graph *g)
{
	return g->now.funcs.n;
}

const struct func *graph_func(const struct graph *g, uint32_t i)
{
	assert(i < g->now.funcs.n && "no such function");
	return g->now.funcs.v[i];
}

const struct func *graph_find_func(const struct graph *g, const char *name)
{
	for (uint32_t i = 0; i < g->now.funcs.n; i++)
		if (!strcmp(g->now.funcs.v[i]->name, name))
			return g->now.funcs.v[i];
	return NULL;
}

const struct func *graph_main(const struct graph *g)
{
	const struct func *f = graph_find_func(g, "main");

	return f ? f : g->now.funcs.n == 1 ? g->now.funcs.v[0] : NULL;
}

#define GIVES "tf.aliasing_output"

const struct attrs *attrs_gives(struct graph *g, uint32_t i)
{
	const char *text = job_printf(g->job, "%u : i32", i);
	struct attr_entry e = { KEY_other, graph_string(g, GIVES, strlen(GIVES)),
		attr_raw(g, text) };

	return attrs_cons(g, 1, &e);
}

/* The result that parameter attributes name; of n, n: none. */
static uint32_t given_result(const struct attrs *a, uint32_t n)
{
	for (uint32_t i = 0; a && i < a->n; i++) {
		if (a->e[i].key != KEY_other || a->e[i].value->kind != ATTR_raw ||
			strcmp(a->e[i].name, GIVES))
			continue;
		char *end;
		unsigned long k = strtoul(a->e[i].value->s, &end, 10);
		return end != a->e[i].value->s && k < n ? (uint32_t)k : n;
	}
	return n;
}

const uint32_t *func_gives(struct job *j, const struct func *f)
{
	uint32_t n = f->region->nresults, *out = job_array(j, n + 1, sizeof *out);

	for (uint32_t i = f->region->nparams; f->param_attrs && i-- > 0;)
		out[given_result(f->param_attrs[i], n)] = 1 + i;
	out[n] = 0;
	return out;
}

void graph_set_module(struct graph *g, const char *name, const struct attrs *attrs)
{
	g->now.module_name = name ? graph_string(g, name, strlen(name)) : NULL;
	g->now.module_attrs = attrs;
}

const char *graph_module_name(const struct graph *g)
{
	return g->now.module_name;
}

const struct attrs *graph_module_attrs(const struct graph *g)
{
	return g->now.module_attrs;
}

uint32_t graph_nnodes(const struct graph *g)
{
	return g->now.nnodes;
}

/* ---- slots, locations ----------------------------------------------------------------------- */

uint32_t graph_add_slot(struct graph *g, const struct slot *s)
{
	uint32_t i = g->now.nslots;
	struct slot *copy = graph_copy(g, s, 1, sizeof *s);

	if (s->name)
		copy->name = graph_string(g, s->name, strlen(s->name));
	g->slots = graph_heap_grow(g, g->slots, &g->slots_cap, i, sizeof *g->slots);
	g->slots[i] = copy;
	g->now.nslots++;
	return i;
}

const struct slot *graph_slot(const struct graph *g, uint32_t i)
{
	assert(i < g->now.nslots && "no such slot");
	return g->slots[i];
}

uint32_t graph_nslots(const struct graph *g)
{
	return g->now.nslots;
}

static const char *own_string(struct graph *g, const char *s)
{
	return s ? graph_string(g, s, strlen(s)) : NULL;
}

void graph_locate_as(struct graph *g, const struct node *n, const struct location *at)
{
	if (!at->file && !at->line && !at->text && !at->given)
		return;
	const char *file = own_string(g, at->file), *text = own_string(g, at->text);
	const char *given = own_string(g, at->given);

	g->located = graph_heap_grow(g, g->located, &g->located_cap, n->id, sizeof *g->located);
	struct location_list *l = &g->located[n->id];
	if (l->last && l->last->pub.file == file && l->last->pub.text == text &&
			l->last->pub.line == at->line && l->last->pub.column == at->column &&
			l->last->pub.given == given)
		return;
	struct location_entry *e = graph_alloc(g, sizeof *e);
	e->pub = (struct location){ file, text, given, at->line, at->column, NULL };
	e->seq = g->now.seq++;
	if (l->last)
		l->last->pub.next = &e->pub;
	else
		l->first = e;
	l->last = e;
}

void graph_locate(struct graph *g, const struct node *n, struct place at, const char *text)
{
	graph_locate_as(g, n, &(struct location){ .file = at.file, .text = text, .line = at.line,
		.column = at.column });
}

const struct location *graph_location(const struct graph *g, const struct node *n)
{
	if (n->id >= g->located_cap || !g->located[n->id].first)
		return NULL;
	return &g->located[n->id].first->pub;
}

const char *graph_origin(struct job *j, const struct graph *g, const struct node *n)
{
	const struct location *l = graph_location(g, n);

	while (l && !l->given)
		l = l->next;
	return l ? job_printf(j, " loc(%.400s)", l->given) : "";
}

bool location_is_part(const struct location *l)
{
	return !l->file && l->text && !strncmp(l->text, GRAPH_PART, strlen(GRAPH_PART));
}

void graph_add_part(struct graph *g, const struct node *n, const char *part)
{
	for (const struct location *l = graph_location(g, n); l; l = l->next)
		if (!l->file && l->text && !strcmp(l->text, part))
			return;
	graph_locate(g, n, (struct place){ 0 }, part);
}
