/* build.c -- programs built by calls (weft/build.h): handles over graph nodes.
 *
 * Each call is a small job that borrows the builder's graph, so a failing one leaves the graph
 * as it was and its error in the builder.  A value is a node and the scope it was built in:
 * main, or a region being built.  In the graph regions are closed, so a value used in an inner
 * scope becomes a capture: a trailing parameter of that region and, when the region is given to
 * its op, a trailing operand.  The regions of one op capture the same list, so bodies are
 * rebuilt over the union of theirs.
 *
 * Ops with effects take main's token and leave theirs; the last one is main's last result
 * (graph.h R4). */
#include "api/api_impl.h"
#include <string.h>
#include <weft/build.h>

enum { MAX_SCOPES = 64 };            /* open at once */

struct value {
	const struct node *node;
	uint32_t scope;
};
struct scope {
	uint32_t parent, depth;
	bool ended;
	uint32_t nparams, ncaptures, params_cap, captures_cap;
	const struct type **params;
	const struct node **captures;        /* in the parent's scope */
	const char **names;
	uint32_t names_cap;
};
/* A region that was ended: its scope says parent, own parameters and captures. */
struct body {
	const struct region *region;
	uint32_t scope;
};
struct symbol {
	int64_t number, dim;
};

struct weft_builder {
	struct graph *graph;
	struct weft_error *error;
	struct job *job;                     /* of the call at hand */
	uint32_t scope;                      /* being built; 0 is main */
	const struct node *token;            /* the last effect of main; NULL: none so far */
	struct value *values;                /* id - 1 */
	uint32_t nvalues, values_cap;
	struct scope *scopes;
	uint32_t nscopes, scopes_cap;
	struct body *bodies;                 /* id - 1 */
	uint32_t nbodies, bodies_cap;
	struct symbol *symbols;
	uint32_t nsymbols, symbols_cap;
};

/* Grows a heap array to hold n elements; fails the call's job. */
static void *grown(struct weft_builder *b, void *p, uint32_t *cap, uint32_t n, size_t size)
{
	if (n <= *cap)
		return p;
	uint32_t more = *cap ? *cap * 2 : 16;
	char *q = more > *cap ? mem_resize(p, mem_size(more, size)) : NULL;
	if (!q)
		job_fail(b->job, WEFT_RESOURCE_EXHAUSTED, "no memory for a builder");
	memset(q + *cap * size, 0, (more - *cap) * size);
	*cap = more;
	return q;
}

static uint32_t scope_add(struct weft_builder *b, uint32_t parent)
{
	b->scopes = grown(b, b->scopes, &b->scopes_cap, b->nscopes + 1, sizeof *b->scopes);
	b->scopes[b->nscopes] = (struct scope){ .parent = parent,
		.depth = b->nscopes ? b->scopes[parent].depth + 1 : 0 };
	return b->nscopes++;
}

static uint32_t value_add(struct weft_builder *b, const struct node *n)
{
	b->values = grown(b, b->values, &b->values_cap, b->nvalues + 1, sizeof *b->values);
	b->values[b->nvalues] = (struct value){ n, b->scope };
	return ++b->nvalues;
}

/* ---- one call, one job ---------------------------------------------------------------------- */

struct call {
	struct weft_builder *b;
	void (*body)(struct weft_builder *b, void *arg);
	void *arg;
};

static void call_enter(struct job *j, void *arg)
{
	struct call *c = arg;

	c->b->job = j;
	graph_borrow(c->b->graph, j);
	c->body(c->b, c->arg);
}

static void call_run(
	struct weft_builder *b, void (*body)(struct weft_builder *b, void *arg), void *arg)
{
	struct call c = { b, body, arg };

	if (b->error)
		return;
	b->error = job_run(call_enter, &c);
	b->job = NULL;
}

static void builder_start(struct weft_builder *b, void *arg)
{
	(void)arg;
	scope_add(b, 0);
}

struct weft_error *weft_builder_create(struct weft_builder **out)
{
	struct weft_builder *b = mem_alloc(sizeof *b);

	*out = NULL;
	if (!b)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for a builder");
	struct weft_error *e = graph_create(&b->graph);
	if (!e) {
		call_run(b, builder_start, NULL);
		e = b->error;
		b->error = NULL;
	}
	if (e) {
		weft_builder_free(b);
		return e;
	}
	*out = b;
	return NULL;
}

void weft_builder_free(struct weft_builder *b)
{
	if (!b)
		return;
	for (uint32_t i = 0; i < b->nscopes; i++) {
		mem_free(b->scopes[i].params);
		mem_free(b->scopes[i].captures);
		mem_free(b->scopes[i].names);
	}
	mem_free(b->values);
	mem_free(b->scopes);
	mem_free(b->bodies);
	mem_free(b->symbols);
	weft_error_free(b->error);
	graph_release(b->graph);
	mem_free(b);
}

const struct weft_error *weft_builder_error(const struct weft_builder *b)
{
	return b->error;
}

/* ---- values across scopes ------------------------------------------------------------------- */

/* n, a value of scope `of`, as a value of scope s: a captured one for every region in between. */
static const struct node *scope_capture(
	struct weft_builder *b, const struct node *n, uint32_t of, uint32_t s)
{
	if (of == s || (!n->nin && n->op != OP_parameter))      /* a constant is everywhere */
		return n;
	const struct node *outer = scope_capture(b, n, of, b->scopes[s].parent);
	struct scope *sc = &b->scopes[s];
	uint32_t i = 0;
	while (i < sc->ncaptures && sc->captures[i] != outer)
		i++;
	if (i == sc->ncaptures) {
		sc->captures =
			grown(b, sc->captures, &sc->captures_cap, i + 1, sizeof *sc->captures);
		sc->captures[sc->ncaptures++] = outer;
	}
	return graph_parameter_of(b->graph, sc->depth, sc->nparams + i, outer->type);
}

static const struct node *value_node(
	struct weft_builder *b, weft_value v, const char *what, uint32_t i)
{
	if (!v.id || v.id > b->nvalues)
		job_fail(b->job, WEFT_INVALID_ARGUMENT,
			"%s: operand %u is no value of this builder", what, i);
	const struct value *x = &b->values[v.id - 1];
	uint32_t s = b->scope;
	while (s && s != x->scope)
		s = b->scopes[s].parent;
	if (s != x->scope)
		job_fail(b->job, WEFT_INVALID_ARGUMENT,
			"%s: operand %u is of a region that has ended", what, i);
	return scope_capture(b, x->node, x->scope, b->scope);
}

/* ---- types, attributes ---------------------------------------------------------------------- */

/* arg, dim: the parameter of main it is a dimension of; arg -1: of none. */
static int64_t symbol_dim(struct weft_builder *b, int64_t number, int64_t arg, uint32_t dim)
{
	for (uint32_t i = 0; number < -1 && i < b->nsymbols; i++)
		if (b->symbols[i].number == number)
			return b->symbols[i].dim;
	int64_t d = arg < 0 ? dim_free(b->graph, 0, INT64_MAX)
		: dim_arg(b->graph, arg, dim, 0, INT64_MAX);
	if (number < -1) {
		b->symbols =
			grown(b, b->symbols, &b->symbols_cap, b->nsymbols + 1, sizeof *b->symbols);
		b->symbols[b->nsymbols++] = (struct symbol){ number, d };
	}
	return d;
}

static const struct type *type_make(struct weft_builder *b, struct weft_tensor_type t, int64_t arg)
{
	if (t.dtype == WEFT_INVALID_DTYPE)
		return type_token(b->graph);
	if ((unsigned)t.dtype >= DTYPE_COUNT)
		job_fail(b->job, WEFT_INVALID_ARGUMENT, "%d is no element type", (int)t.dtype);
	int64_t *dims = job_array(b->job, t.rank, sizeof *dims);
	for (uint32_t i = 0; i < t.rank; i++)
		dims[i] = t.dims[i] >= 0 ? t.dims[i] : symbol_dim(b, t.dims[i], arg, i);
	return type_tensor(b->graph, (enum dtype)t.dtype, t.rank, dims);
}

static noreturn void attr_fail(struct weft_builder *b, const struct weft_attr *a)
{
	job_fail(b->job, WEFT_INVALID_ARGUMENT, "attribute %s is not given as its kind asks",
		a->name);
}

/* "HIGHEST, DEFAULT" as a list of texts. */
static const struct attr *attr_words(struct weft_builder *b, const char *text)
{
	const struct attr *words[8];
	uint32_t n = 0;

	while (*text && n < 8) {
		size_t len = strcspn(text, ", ");
		if (len)
			words[n++] = attr_str(b->graph, job_printf(b->job, "%.*s", (int)len, text));
		text += len + (text[len] != '\0');
	}
	return attr_list(b->graph, n, words);
}

static const struct attr *attr_make(
	struct weft_builder *b, const struct weft_attr *a, enum attr_kind want)
{
	struct graph *g = b->graph;

	if (want == ATTR_raw && a->kind != WEFT_ATTR_TEXT)
		want = a->kind == WEFT_ATTR_INT     ? ATTR_int
		       : a->kind == WEFT_ATTR_BOOL  ? ATTR_bool
		       : a->kind == WEFT_ATTR_FLOAT ? ATTR_float
		       : a->kind == WEFT_ATTR_INTS  ? ATTR_ints
						    : ATTR_dense;
	if ((a->kind == WEFT_ATTR_TEXT || a->kind == WEFT_ATTR_DENSE) && !a->data)
		attr_fail(b, a);
	switch (a->kind) {
	case WEFT_ATTR_INT:
		return want == ATTR_int     ? attr_int(g, a->i)
		       : want == ATTR_float ? attr_float(g, (double)a->i)
					    : (attr_fail(b, a), NULL);
	case WEFT_ATTR_BOOL:
		return want == ATTR_bool ? attr_bool(g, a->i != 0) : (attr_fail(b, a), NULL);
	case WEFT_ATTR_FLOAT:
		return want == ATTR_float ? attr_float(g, a->f) : (attr_fail(b, a), NULL);
	case WEFT_ATTR_INTS:
		return want == ATTR_ints ? attr_ints(g, a->n, a->data) : (attr_fail(b, a), NULL);
	case WEFT_ATTR_DENSE:
		if (want != ATTR_dense)
			attr_fail(b, a);
		return attr_dense(g, type_make(b, a->type, -1), false, a->data);
	case WEFT_ATTR_TEXT:
		break;
	}
	if (a->kind != WEFT_ATTR_TEXT ||
		(want != ATTR_str && want != ATTR_raw && want != ATTR_list))
		attr_fail(b, a);
	return want == ATTR_str ? attr_str(g, a->data) : want == ATTR_raw ? attr_raw(g, a->data)
		: attr_words(b, a->data);
}

static struct attr_entry entry_make(struct weft_builder *b, const struct weft_attr *a)
{
	if (!a->name)
		job_fail(b->job, WEFT_INVALID_ARGUMENT, "an attribute without a name");
	enum key k = key_find(a->name, strlen(a->name));
	if (k != KEY_none && k != KEY_other && k != KEY_effect && k != KEY_ncaptures &&
		k != KEY_slot && k != KEY_region_depth)
		return (struct attr_entry){ k, NULL, attr_make(b, a, key_kinds[k]) };
	if (!strchr(a->name, '.'))      /* "mhlo.sharding" and the like are kept */
		job_fail(b->job, WEFT_INVALID_ARGUMENT, "no attribute is named %s", a->name);
	return (struct attr_entry){ KEY_other, a->name, attr_make(b, a, ATTR_raw) };
}

/* ---- ops ------------------------------------------------------------------------------------ */

/* The graph's op and what goes into it, while it is put together. */
struct parts {
	struct node_spec spec;
	const struct node **in;
	struct attr_entry *attrs;
	uint32_t nattrs;
	bool effect;
};

static bool has_numbers(const struct region *r)
{
	for (uint32_t i = 0; i < r->nparams; i++) {
		const struct type *t = r->params[i];
		if (t->kind == TYPE_tensor && (dtype_is_int(t->dtype) || t->dtype == DTYPE_i1))
			return true;
	}
	return false;
}

/* Region body over its own parameters and all of the op's captures.  control: of a branch or loop;
 * parameters of others are as if it lay in none (graph_parameter_of). */
static const struct region *body_over(struct weft_builder *b, const struct body *body, bool control,
	uint32_t ncaptures, const struct node *const *captures)
{
	const struct scope *sc = &b->scopes[body->scope];
	const struct region *r = body->region;
	bool same = sc->ncaptures == ncaptures && (control || !has_numbers(r));
	struct job *j = b->job;

	for (uint32_t i = 0; same && i < ncaptures; i++)
		same = sc->captures[i] == captures[i];
	if (same)
		return r;
	uint32_t n = sc->nparams + ncaptures;
	const struct type **types = job_array(j, n, sizeof *types);
	const struct node **args = job_array(j, r->nparams, sizeof *args);
	const struct node **results = job_array(j, r->nresults, sizeof *results);
	for (uint32_t i = 0; i < n; i++)
		types[i] = i < sc->nparams ? sc->params[i] : captures[i - sc->nparams]->type;
	for (uint32_t i = 0; i < r->nparams; i++) {
		uint32_t at = i;
		if (i >= sc->nparams)
			for (at = sc->nparams;
				captures[at - sc->nparams] != sc->captures[i - sc->nparams];)
				at++;
		args[i] = graph_parameter_of(b->graph, control ? sc->depth : 0, at, types[at]);
	}
	region_inline(b->graph, r, args, results);
	return graph_region(b->graph, n, types, r->nresults, results);
}

/* Takes the regions, closed over the union of their captures, which become operands. */
static void parts_regions(struct weft_builder *b, struct parts *p, const struct weft_more *more)
{
	const struct region **regions = job_array(b->job, more->nregions, sizeof *regions);
	uint32_t n = 0, most = 0;

	for (uint32_t i = 0; i < more->nregions; i++) {
		uint32_t id = more->regions[i].id;
		if (!id || id > b->nbodies || b->scopes[b->bodies[id - 1].scope].parent != b->scope)
			job_fail(b->job, WEFT_INVALID_ARGUMENT,
				"region %u was not built beside its op", i);
		most += b->scopes[b->bodies[id - 1].scope].ncaptures;
	}
	const struct node **captures = job_array(b->job, most, sizeof *captures);
	for (uint32_t i = 0; i < more->nregions; i++) {
		const struct scope *sc = &b->scopes[b->bodies[more->regions[i].id - 1].scope];
		for (uint32_t k = 0; k < sc->ncaptures; k++) {
			uint32_t at = 0;
			while (at < n && captures[at] != sc->captures[k])
				at++;
			if (at == n)
				captures[n++] = sc->captures[k];
		}
	}
	for (uint32_t i = 0; i < more->nregions; i++)
		regions[i] = body_over(b, &b->bodies[more->regions[i].id - 1],
			p->spec.op == OP_if || p->spec.op == OP_case || p->spec.op == OP_while, n,
			captures);
	p->spec.nregions = more->nregions;
	p->spec.regions = regions;
	p->in = job_grow(b->job, p->in, p->spec.nin, (size_t)p->spec.nin + n + 1, sizeof *p->in);
	for (uint32_t i = 0; i < n; i++)
		p->in[p->spec.nin++] = captures[i];
	if (n)
		p->attrs[p->nattrs++] =
			(struct attr_entry){ KEY_ncaptures, NULL, attr_int(b->graph, n) };
}

static bool parts_has_effect(const struct parts *p)
{
	if (op_table[p->spec.op].flags & OP_EFFECT)
		return true;
	for (uint32_t i = 0; i < p->nattrs; i++)
		if (p->attrs[i].key == KEY_has_side_effect && p->attrs[i].value->i)
			return true;
	return false;
}

/* The declared type, with the effect's token when there is one; NULL: to be inferred. */
static const struct type *parts_type(struct weft_builder *b, const struct parts *p,
	const struct weft_more *more)
{
	uint32_t n = more ? more->nresults : 0;

	if (!n && !p->effect && p->spec.op != OP_custom_call)
		return NULL;
	if (!n && p->effect && p->spec.op != OP_custom_call)
		return NULL;
	const struct type **types = job_array(b->job, (size_t)n + 1, sizeof *types);
	for (uint32_t i = 0; i < n; i++)
		types[i] = type_make(b, more->results[i], -1);
	if (p->effect)
		types[n++] = type_token(b->graph);
	return n == 1 ? types[0] : type_list(b->graph, TYPE_results, n, types);
}

static void parts_effect(struct weft_builder *b, struct parts *p)
{
	if (b->scope)
		job_fail(b->job, WEFT_UNIMPLEMENTED, "%s: an op with an effect inside of a region",
			op_table[p->spec.op].text);
	if (!b->token)
		b->token = graph_node(b->graph, &(struct node_spec){ .op = OP_token });
	p->in[p->spec.nin++] = b->token;
	p->attrs[p->nattrs++] = (struct attr_entry){ KEY_effect, NULL, attr_bool(b->graph, true) };
}

struct build_call {
	const char *op;
	uint32_t nin;
	const weft_value *in;
	const struct weft_more *more;
	uint32_t id;
};

static enum op op_named(struct weft_builder *b, const char *name)
{
	enum op op = op_find(name, strlen(name));

	if (op == OP_COUNT) {
		const char *full = job_printf(b->job, "stablehlo.%s", name);
		op = op_find(full, strlen(full));
	}
	if (op == OP_COUNT || op_table[op].dialect == OP_W ||
		op_table[op].dialect == OP_Y || op_table[op].dialect == OP_F)
		job_fail(b->job, WEFT_INVALID_ARGUMENT, "no op is named %s", name);
	return op;
}

static void build_body(struct weft_builder *b, void *arg)
{
	struct build_call *c = arg;
	const struct weft_more *more = c->more;
	struct parts p = { .spec.op = op_named(b, c->op), .spec.nin = c->nin };

	p.in = job_array(b->job, (size_t)c->nin + 1, sizeof *p.in);
	p.attrs = job_array(b->job, (size_t)(more ? more->nattrs : 0) + 2, sizeof *p.attrs);
	for (uint32_t i = 0; i < c->nin; i++)
		p.in[i] = value_node(b, c->in[i], op_table[p.spec.op].text, i);
	for (uint32_t i = 0; more && i < more->nattrs; i++)
		p.attrs[p.nattrs++] = entry_make(b, &more->attrs[i]);
	if (more && more->nregions)
		parts_regions(b, &p, more);
	p.effect = parts_has_effect(&p);
	p.spec.type = parts_type(b, &p, more);
	if (p.effect)
		parts_effect(b, &p);
	p.spec.in = p.in;
	p.spec.attrs = p.nattrs ? attrs_cons(b->graph, p.nattrs, p.attrs) : NULL;
	const struct node *n = graph_node(b->graph, &p.spec);
	if (p.effect)
		b->token = graph_result(b->graph, n, node_nresults(n));
	c->id = value_add(b, n);
}

weft_value weft_build(struct weft_builder *b, const char *op, uint32_t nin, const weft_value *in,
	const struct weft_more *more)
{
	struct build_call c = { op, nin, in, more, 0 };

	call_run(b, build_body, &c);
	return (weft_value){ b->error ? 0 : c.id };
}

static void result_body(struct weft_builder *b, void *arg)
{
	struct build_call *c = arg;
	const struct node *n = value_node(b, c->in[0], "result", 0);

	if (c->nin >= node_nresults(n))
		job_fail(b->job, WEFT_INVALID_ARGUMENT, "%s has %u results, so no result %u",
			op_table[n->op].text, node_nresults(n), c->nin);
	c->id = value_add(b, graph_result(b->graph, n, c->nin));
}

weft_value weft_build_result(struct weft_builder *b, weft_value v, uint32_t i)
{
	struct build_call c = { NULL, i, &v, NULL, 0 };

	call_run(b, result_body, &c);
	return (weft_value){ b->error ? 0 : c.id };
}

struct weft_tensor_type weft_build_type(const struct weft_builder *b, weft_value v)
{
	const struct type *t = v.id && v.id <= b->nvalues ? b->values[v.id - 1].node->type : NULL;

	if (!t || t->kind != TYPE_tensor || t->unranked)
		return (struct weft_tensor_type){ WEFT_INVALID_DTYPE, 0, NULL };
	return (struct weft_tensor_type){ (enum weft_dtype)t->dtype, t->rank, t->dims };
}

/* ---- leaves --------------------------------------------------------------------------------- */

struct leaf_call {
	struct weft_tensor_type type;
	const char *name;
	const void *data;
	uint64_t offset;
	uint32_t id;
};

static void parameter_body(struct weft_builder *b, void *arg)
{
	struct leaf_call *c = arg;
	uint32_t i = b->scopes[b->scope].nparams;

	if (b->scopes[b->scope].ncaptures)
		job_fail(b->job, WEFT_INVALID_ARGUMENT,
			"the parameters of a region come before what uses values from outside of "
			"it");
	const struct type *t = type_make(b, c->type, b->scope ? -1 : (int64_t)i);
	struct scope *sc = &b->scopes[b->scope];
	sc->params = grown(b, sc->params, &sc->params_cap, i + 1, sizeof *sc->params);
	sc->names = grown(b, sc->names, &sc->names_cap, i + 1, sizeof *sc->names);
	sc->params[i] = t;
	sc->names[i] = c->name ? graph_string(b->graph, c->name, strlen(c->name)) : NULL;
	c->id = value_add(b, graph_parameter_of(b->graph, sc->depth, i, t));
	sc->nparams++;
}

weft_value weft_build_parameter(
	struct weft_builder *b, struct weft_tensor_type type, const char *name)
{
	struct leaf_call c = { .type = type, .name = name };

	call_run(b, parameter_body, &c);
	return (weft_value){ b->error ? 0 : c.id };
}

static const struct node *slot_node(struct weft_builder *b, const struct slot *s)
{
	struct attr_entry at = { KEY_slot, NULL, attr_int(b->graph, graph_add_slot(b->graph, s)) };

	return graph_node(b->graph, &(struct node_spec){ .op = OP_constant, .type = s->type,
		.attrs = attrs_cons(b->graph, 1, &at) });
}

static void constant_body(struct weft_builder *b, void *arg)
{
	struct leaf_call *c = arg;
	struct graph *g = b->graph;
	const struct type *t = type_make(b, c->type, -1);
	int64_t bytes = t->kind == TYPE_tensor ? type_bytes(t) : -1;

	if (bytes < 0)
		job_fail(b->job, WEFT_INVALID_ARGUMENT, "a constant needs a shape of known size");
	struct slot s = { .type = t, .bytes = (uint64_t)bytes, .offset = c->offset };
	const struct node *n;
	if (c->name) {
		s.kind = SLOT_file;
		s.name = c->name;
		n = slot_node(b, &s);
	} else if (bytes > GRAPH_SMALL_CONSTANT) {
		void *copy = graph_alloc(g, (size_t)bytes);
		memcpy(copy, c->data, (size_t)bytes);
		s.kind = SLOT_data;
		s.name = job_printf(b->job, "constant%u", graph_nslots(g));
		s.data = copy;
		n = slot_node(b, &s);
	} else {
		struct attr_entry at = { KEY_value, NULL, attr_dense(g, t, false, c->data) };
		n = graph_node(g, &(struct node_spec){ .op = OP_constant, .type = t,
			.attrs = attrs_cons(g, 1, &at) });
	}
	c->id = value_add(b, n);
}

weft_value weft_build_constant(
	struct weft_builder *b, struct weft_tensor_type type, const void *data)
{
	struct leaf_call c = { .type = type, .data = data };

	call_run(b, constant_body, &c);
	return (weft_value){ b->error ? 0 : c.id };
}

weft_value weft_build_constant_file(struct weft_builder *b, struct weft_tensor_type type,
	const char *path, uint64_t offset)
{
	struct leaf_call c = { .type = type, .name = path, .offset = offset };

	call_run(b, constant_body, &c);
	return (weft_value){ b->error ? 0 : c.id };
}

/* ---- regions, main -------------------------------------------------------------------------- */

static void begin_body(struct weft_builder *b, void *arg)
{
	(void)arg;
	if (b->scopes[b->scope].depth >= MAX_SCOPES)
		job_fail(b->job, WEFT_RESOURCE_EXHAUSTED, "regions are nested more than %d deep",
			MAX_SCOPES);
	b->scope = scope_add(b, b->scope);
}

void weft_build_region_begin(struct weft_builder *b)
{
	call_run(b, begin_body, NULL);
}

struct end_call {
	uint32_t nresults;
	const weft_value *results;
	uint32_t id;
};

/* The region of the scope at hand, with these results and after them more. */
static const struct region *scope_region(struct weft_builder *b, const struct end_call *c,
	const struct node *more)
{
	uint32_t n = c->nresults;
	const struct node **results = job_array(b->job, (size_t)n + 1, sizeof *results);

	for (uint32_t i = 0; i < n; i++)
		results[i] = value_node(b, c->results[i], "results", i);
	if (more)
		results[n++] = more;
	const struct scope *sc = &b->scopes[b->scope];
	const struct type **types =
		job_array(b->job, (size_t)sc->nparams + sc->ncaptures, sizeof *types);
	for (uint32_t i = 0; i < sc->nparams; i++)
		types[i] = sc->params[i];
	for (uint32_t i = 0; i < sc->ncaptures; i++)
		types[sc->nparams + i] = sc->captures[i]->type;
	return graph_region(b->graph, sc->nparams + sc->ncaptures, types, n, results);
}

static void end_body(struct weft_builder *b, void *arg)
{
	struct end_call *c = arg;

	if (!b->scope)
		job_fail(b->job, WEFT_INVALID_ARGUMENT, "a region is ended that was not begun");
	const struct region *r = scope_region(b, c, NULL);
	b->bodies = grown(b, b->bodies, &b->bodies_cap, b->nbodies + 1, sizeof *b->bodies);
	b->bodies[b->nbodies] = (struct body){ r, b->scope };
	c->id = ++b->nbodies;
	b->scope = b->scopes[b->scope].parent;
}

weft_region weft_build_region_end(
	struct weft_builder *b, uint32_t nresults, const weft_value *results)
{
	struct end_call c = { nresults, results, 0 };

	call_run(b, end_body, &c);
	return (weft_region){ b->error ? 0 : c.id };
}

static void finish_body(struct weft_builder *b, void *arg)
{
	struct end_call *c = arg;

	if (b->scope)
		job_fail(b->job, WEFT_INVALID_ARGUMENT, "a region was begun and not ended");
	if (!c->nresults)
		job_fail(b->job, WEFT_INVALID_ARGUMENT, "a program without results");
	graph_add_func(b->graph, &(struct func){ .name = "main",
					 .region = scope_region(b, c, b->token),
					 .param_names = b->scopes[0].names });
}

struct weft_error *weft_builder_finish(struct weft_builder *b, uint32_t nresults,
	const weft_value *results, struct weft_program **out)
{
	struct end_call c = { nresults, results, 0 };

	*out = NULL;
	call_run(b, finish_body, &c);
	struct weft_error *e = b->error;
	b->error = NULL;
	if (!e) {
		graph_retain(b->graph);
		e = program_create(b->graph, out);
	}
	weft_builder_free(b);
	return e;
}
