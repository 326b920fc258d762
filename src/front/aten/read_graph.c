/* read_graph.c -- subgraphs of the text: what cond, while_loop, scan and invoke_subgraph call.
 *
 * A subgraph is kept as text and read anew where it is used, over the arguments given there: nodes
 * are consed, so a second reading over equal arguments makes nothing new.  It has names of its own;
 * symbols it shares with the text around it. */
#include "front/aten/lower.h"
#include <string.h>

void reader_add_graph(struct reader *r, const char **at, const char *end)
{
	struct subgraph s = { .name = NULL };
	if (!reader_word(r, &s.name, &s.len))
		reader_fail(r, "expected the name of a graph");
	for (uint32_t i = 0; i < r->ngraphs; i++)
		if (r->graphs[i].len == s.len && !memcmp(r->graphs[i].name, s.name, s.len))
			reader_fail_at(r, s.name, "graph %.*s is defined twice", (int)s.len,
				s.name);
	reader_location(r);
	s.at = *at;
	s.line = r->line;
	do
		if (!reader_line(r, at, end))
			reader_fail(r, "graph %.*s ends without 'return'", (int)s.len, s.name);
	while (!reader_keyword(r, "return"));
	s.end = *at;
	if (r->ngraphs == r->cap_graphs) {
		uint32_t cap = r->cap_graphs ? r->cap_graphs * 2 : 8;
		r->graphs = job_grow(r->j, r->graphs, r->cap_graphs, cap, sizeof s);
		r->cap_graphs = cap;
	}
	r->graphs[r->ngraphs++] = s;
}

/* input %name : TYPE, or : sym SIZE */
static void read_argument(struct reader *r, const struct node *arg)
{
	struct value *v = reader_new_name(r);
	v->n = 1;
	v->node = job_array(r->j, 1, sizeof *v->node);
	v->node[0] = arg;
	reader_expect(r, ':');
	if (reader_keyword(r, "sym")) {
		const char *s;
		size_t n;
		if (reader_word(r, &s, &n) && r->at == r->end) {
			struct symbol *sym = reader_open_symbol(r, s, n);
			if (sym)
				reader_bind_value(r, sym, arg);
		}
		r->at = r->end;
		return;
	}
	struct tensor_decl d;
	reader_type(r, &d);
	reader_check(r, "an argument", &d, arg);
	reader_location(r);
}

static const struct node *read_result(struct reader *r)
{
	struct arg a;
	reader_arg(r, 0, &a);
	struct lower l = { .g = r->g, .j = r->j, .r = r, .name = "return" };
	switch (a.kind) {
	case ARG_none: return NULL;
	case ARG_tensor: return a.node;
	case ARG_sym: return lower_size_node(&l, a.i);
	case ARG_int: return build_scalar_int(r->g, DTYPE_i64, a.i);
	case ARG_bool: return build_scalar_int(r->g, DTYPE_i1, a.i);
	case ARG_float: return build_scalar(r->g, DTYPE_f32, a.f);
	default: reader_fail(r, "expected a tensor, a number or None");
	}
}

static const struct node **read_results(struct reader *r, uint32_t *n)
{
	uint32_t cap = 8;
	const struct node **out = job_array(r->j, cap, sizeof *out);
	*n = 0;
	reader_space(r);
	if (r->at < r->end && *r->at != '#')
		do {
			if (*n == cap) {
				out = job_grow(r->j, out, cap, cap * 2, sizeof *out);
				cap *= 2;
			}
			out[(*n)++] = read_result(r);
		} while (reader_accept(r, ','));
	reader_location(r);
	return out;
}

static const struct node **read_lines(struct reader *r, const struct subgraph *s, uint32_t nargs,
	const struct node *const *args, uint32_t *nresults)
{
	const char *at = s->at;
	uint32_t taken = 0;
	reader_note_uses(r, at, s->end);
	while (reader_line(r, &at, s->end)) {
		if (reader_keyword(r, "input")) {
			if (taken == nargs)
				reader_fail(r, "graph %.*s is given %u arguments", (int)s->len,
					s->name, nargs);
			read_argument(r, args[taken++]);
		} else if (reader_keyword(r, "constant")) {
			reader_constant(r);
		} else if (!reader_keyword(r, "return")) {
			reader_node(r);
		} else if (taken == nargs) {
			return read_results(r, nresults);
		} else {
			break;
		}
	}
	reader_fail(r, "graph %.*s is given %u arguments and takes %u", (int)s->len, s->name, nargs,
		taken);
}

const struct node **reader_graph(struct reader *r, const char *name, uint32_t nargs,
	const struct node *const *args, uint32_t *nresults)
{
	const struct subgraph *s = NULL;
	size_t len = strlen(name);
	for (uint32_t i = 0; i < r->ngraphs && !s; i++)
		if (r->graphs[i].len == len && !memcmp(r->graphs[i].name, name, len))
			s = &r->graphs[i];
	if (!s)
		reader_fail(r, "there is no graph %s", name);
	if (r->depth == ATEN_MAX_DEPTH)
		reader_fail(r, "graphs nest deeper than %d", ATEN_MAX_DEPTH);
	struct reader inner = *r;
	inner.depth++;
	inner.values = NULL;
	inner.nvalues = inner.cap_values = 0;
	inner.line = s->line;
	/* What it binds is its own. */
	inner.symbols = job_grow(r->j, r->symbols, r->nsymbols, r->cap_symbols, sizeof *r->symbols);
	const struct node **results = read_lines(&inner, s, nargs, args, nresults);
	r->random_offset = inner.random_offset;
	r->token = inner.token;
	r->places = inner.places;
	r->nplaces = inner.nplaces;
	r->cap_places = inner.cap_places;
	return results;
}
