/* read.c -- the statements of ATen text (doc/aten_text.md) and the function they become.
 *
 * Two walks over the lines.  The first only notes which results of each statement a getitem takes,
 * so that a lowering builds no more than is used.  The second reads and lowers line by line:
 * subgraphs, which are only noted (read_graph.c), inputs, whose symbolic sizes define the symbols,
 * then nodes (read_node.c), then `return`.
 * An input in an order other than row-major becomes a parameter in its memory order and a
 * transpose; a result is transposed to its memory order: nothing is copied to change a layout at
 * the border. */
#include "front/aten/lower.h"
#include <string.h>

struct input {
	struct value *value;
	struct tensor_decl decl;
	bool sym, conj, neg, seed;
	const char *sym_text;
	size_t sym_len;
	int64_t order[ATEN_MAX_RANK]; /* memory dimension k is logical dimension order[k] */
	uint32_t line;
	const char *line_start;
};
struct state {
	struct reader r;
	const char *text;
	size_t size;
	struct graph *g;
	uint32_t ninputs, cap_inputs;
	struct input *inputs;
	const struct type **params;
	const char **param_names;
	const struct attrs **param_attrs;        /* of inputs that are written */
	const char **kinds;
	bool inputs_done, returned;
	uint32_t nresults, cap_results;
	const struct node **results;
};

/* ---- symbols, inputs ------------------------------------------------------------------------ */

static void read_symbol(struct reader *r)
{
	const char *s;
	size_t n;
	if (!reader_word(r, &s, &n))
		reader_fail(r, "expected the name of a symbol");
	if (reader_symbol(r, s, n))
		reader_fail_at(r, s, "symbol %.*s is declared twice", (int)n, s);
	struct symbol sym = { .name = s, .len = n, .min = INT64_MIN, .max = INT64_MAX };
	if (reader_keyword(r, "in")) {
		sym.min = reader_number(r);
		reader_expect(r, '.');
		reader_expect(r, '.');
		if (!reader_keyword(r, "inf"))
			sym.max = reader_number(r);
		if (sym.min > sym.max)
			reader_fail_at(r, s, "the range of %.*s is empty", (int)n, s);
	}
	if (reader_keyword(r, "hint"))
		reader_number(r);
	reader_location(r);
	if (r->nsymbols == r->cap_symbols) {
		uint32_t cap = r->cap_symbols ? r->cap_symbols * 2 : 8;
		r->symbols = job_grow(r->j, r->symbols, r->cap_symbols, cap, sizeof sym);
		r->cap_symbols = cap;
	}
	r->symbols[r->nsymbols++] = sym;
}

static void read_input(struct state *s)
{
	struct reader *r = &s->r;
	if (s->ninputs == s->cap_inputs) {
		uint32_t cap = s->cap_inputs ? s->cap_inputs * 2 : 16;
		s->inputs = job_grow(r->j, s->inputs, s->cap_inputs, cap, sizeof *s->inputs);
		s->cap_inputs = cap;
	}
	struct input *in = &s->inputs[s->ninputs++];
	in->line = r->line;
	in->line_start = r->line_start;
	struct value *v = reader_new_name(r);
	v->n = 1;
	v->node = job_array(r->j, 1, sizeof *v->node);
	v->input = s->ninputs - 1;
	in->value = v;
	reader_expect(r, ':');
	if (reader_keyword(r, "sym")) {
		reader_space(r);
		in->sym = true;
		in->sym_text = r->at;
		const char *w;
		size_t n;
		if (reader_word(r, &w, &n) && r->at == r->end) /* not the first of an expression */
			in->sym_len = n;
		r->at = r->end;
		return;
	}
	reader_type(r, &in->decl);
	reader_order(r, in->decl.rank, in->order);
	static const char *const kinds[] = { "user", "param", "buffer" };
	for (;;) {
		uint32_t k = 0;
		while (k < 3 && !reader_keyword(r, kinds[k]))
			k++;
		if (k < 3)
			continue;
		if (reader_keyword(r, "conj"))
			in->conj = true;
		else if (reader_keyword(r, "neg"))
			in->neg = true;
		else if (reader_keyword(r, "seed"))
			in->seed = true;
		else
			break;
	}
	reader_location(r);
}

/* A size whose symbols got their values after it was read; unknown to the end: a symbol of its
 * own. */
static int64_t late_size(struct state *s, struct input *in, uint32_t k, int64_t otherwise)
{
	struct reader *r = &s->r;
	struct tensor_decl *d = &in->decl;
	r->line = in->line;
	r->line_start = in->line_start;
	r->at = d->text[k];
	r->end = d->text[k] + d->len[k];
	for (uint32_t i = 0; i < r->nsymbols; i++)
		if (!r->symbols[i].bound &&
			memmem(r->at, d->len[k], r->symbols[i].name, r->symbols[i].len))
			return otherwise;
	bool number;
	int64_t v = reader_expr(r, &number);
	if (number && v < 0)
		reader_fail_at(r, d->text[k], "a size below zero");
	return v;
}

static void make_parameter(struct state *s, uint32_t i)
{
	struct reader *r = &s->r;
	struct input *in = &s->inputs[i];
	struct tensor_decl *d = &in->decl;
	int64_t dims[ATEN_MAX_RANK] = { 0 }, inverse[ATEN_MAX_RANK] = { 0 };
	bool moved = false;
	for (uint32_t k = 0; k < d->rank; k++) {
		int64_t o = in->order[k];
		if (d->open[o])
			d->dims[o] =
				late_size(s, in, (uint32_t)o, dim_arg(s->g, i, k, 0, INT64_MAX));
		dims[k] = d->dims[o];
		inverse[o] = k;
		moved |= o != k;
	}
	s->params[i] = type_tensor(s->g, d->dtype, d->rank, dims);
	const struct node *n = graph_parameter(s->g, i, s->params[i]);
	if (moved)
		n = build_transpose(s->g, n, inverse);
	if (in->conj && dtype_is_complex(d->dtype))
		n = build1(s->g, OP_chlo_conj, n);
	if (in->neg)
		n = build1(s->g, OP_negate, n);
	if (in->seed) {
		if (d->dtype != DTYPE_i64 || d->rank)
			reader_fail(r, "the seed is i64[]");
		r->seed = n;
	}
	in->value->node[0] = n;
}

static void bind_inputs(struct state *s)
{
	struct reader saved = s->r, *r = &s->r;
	s->inputs_done = true;
	s->params = job_array(r->j, s->ninputs, sizeof *s->params);
	s->param_names = job_array(r->j, s->ninputs, sizeof *s->param_names);
	s->param_attrs = job_array(r->j, s->ninputs, sizeof *s->param_attrs);
	for (uint32_t i = 0; i < s->ninputs; i++) {
		struct input *in = &s->inputs[i];
		s->param_names[i] = graph_string(s->g, in->value->name, in->value->len);
		for (uint32_t k = 0; k < in->decl.rank; k++) {
			uint32_t o = (uint32_t)in->order[k];
			struct symbol *sym = NULL;
			if (in->decl.open[o])
				sym = reader_open_symbol(r, in->decl.text[o], in->decl.len[o]);
			if (sym && sym->max < 0)
				reader_fail_at(r, in->decl.text[o], "a size below zero");
			if (sym)
				reader_bind(sym,
					dim_arg(s->g, i, k, sym->min < 0 ? 0 : sym->min, sym->max));
		}
	}
	for (uint32_t i = 0; i < s->ninputs; i++) {
		struct input *in = &s->inputs[i];
		if (!in->sym)
			continue;
		s->params[i] = type_scalar(s->g, DTYPE_i64);
		in->value->node[0] = graph_parameter(s->g, i, s->params[i]);
		struct symbol *sym = reader_open_symbol(r, in->sym_text, in->sym_len);
		if (sym)
			reader_bind_value(r, sym, in->value->node[0]);
	}
	for (uint32_t i = 0; i < s->ninputs; i++)
		if (!s->inputs[i].sym)
			make_parameter(s, i);
	saved.seed = r->seed;
	s->r = saved;
}

/* ---- results -------------------------------------------------------------------------------- */

static void add_result(struct state *s, const struct node *n)
{
	if (s->nresults == s->cap_results) {
		uint32_t cap = s->cap_results ? s->cap_results * 2 : 16;
		s->results = job_grow(s->r.j, s->results, s->cap_results, cap, sizeof *s->results);
		s->cap_results = cap;
	}
	s->results[s->nresults++] = n;
}

static void read_result(struct state *s)
{
	struct reader *r = &s->r;
	if (reader_keyword(r, "alias")) { /* the input itself: the caller's affair */
		struct value *v = reader_use(r);
		if (v->input < 0)
			reader_fail(r, "%%%.*s is no input", (int)v->len, v->name);
		return;
	}
	struct arg a;
	int64_t order[ATEN_MAX_RANK];
	reader_arg(r, 0, &a);
	if (a.kind == ARG_sym) {
		struct lower l = { .g = s->g, .j = r->j, .r = r, .name = "return" };
		add_result(s, lower_size_node(&l, a.i));
	} else if (a.kind == ARG_tensor) {
		const struct node *n = a.node;
		if (reader_order(r, n->type->rank, order))
			n = build_transpose(s->g, n, order);
		add_result(s, n);
	} else if (a.kind == ARG_list || a.kind == ARG_word) {
		reader_fail(r, "expected a tensor, a number or None");
	}
}

/* mutate %input = %value order(...): a further result, which the caller writes into the input.
 * Where it lies as the input does the program may do that. */
static void read_mutate(struct state *s)
{
	struct reader *r = &s->r;
	struct value *v = reader_use(r);
	uint32_t at = s->nresults;
	if (v->input < 0)
		reader_fail(r, "%%%.*s is no input", (int)v->len, v->name);
	reader_expect(r, '=');
	read_result(s);
	if (s->nresults > at && s->results[at]->type == s->params[v->input])
		s->param_attrs[v->input] = attrs_gives(s->g, at);
}

static void read_statement(struct state *s, const char **at)
{
	struct reader *r = &s->r;
	if (s->returned && !reader_keyword(r, "mutate"))
		reader_fail(r, "a statement after return");
	if (s->returned) {
		read_mutate(s);
	} else if (reader_keyword(r, "symbol")) {
		read_symbol(r);
		return;
	} else if (reader_keyword(r, "graph")) {
		reader_add_graph(r, at, s->text + s->size);
		return;
	} else if (reader_keyword(r, "input")) {
		if (s->inputs_done)
			reader_fail(r, "an input after other statements");
		read_input(s);
		return;
	} else {
		if (!s->inputs_done)
			bind_inputs(s);
		if (reader_keyword(r, "constant")) {
			reader_constant(r);
			return;
		}
		if (!reader_keyword(r, "return")) {
			reader_node(r);
			return;
		}
		s->returned = true;
		reader_space(r);
		if (r->at < r->end && *r->at != '#' && *r->at != '@')
			do
				read_result(s);
			while (reader_accept(r, ','));
	}
	reader_location(r);
}

static void read_job(struct job *j, void *arg)
{
	struct state *s = arg;
	struct reader *r = &s->r;
	r->j = j;
	r->g = s->g;
	graph_borrow(s->g, j);
	const char *at = s->text, *end = s->text + s->size;
	reader_note_uses(r, at, end);
	if (!reader_line(r, &at, end) || !reader_keyword(r, "aten") || reader_number(r) != 1) {
		r->at = r->line_start;
		reader_fail(r, "expected 'aten 1'");
	}
	reader_location(r);
	while (reader_line(r, &at, end))
		read_statement(s, &at);
	if (!s->returned)
		reader_fail(r, "the text ends without 'return'");
	for (uint32_t i = 0; i < s->nresults; i++)
		if (s->results[i]->type->kind != TYPE_tensor)
			BUG("a result that is no tensor");
	if (s->r.token)
		add_result(s, s->r.token);
	const struct region *region =
		graph_region(s->g, s->ninputs, s->params, s->nresults, s->results);
	struct func f = { .name = "main", .region = region, .param_names = s->param_names,
		.param_attrs = s->param_attrs };
	graph_add_func(s->g, &f);
}

/* Errors of the graph's own checks carry no place: the statement's is put in front. */
static struct weft_error *with_place(struct weft_error *e, const struct reader *r)
{
	const char *text = weft_error_text(e);
	size_t n = strlen(r->file);
	if (!strncmp(text, r->file, n) && text[n] == ':')
		return e;
	struct weft_error *out = error_make_at(
		weft_error_code(e), (struct place){ r->file, r->line, 1 }, "%s", text);
	weft_error_free(e);
	return out;
}

struct weft_error *aten_read(const char *name, const char *text, size_t size, struct graph **out)
{
	struct state s = { .text = text, .size = size };
	s.r.file = name ? name : "<text>";
	TRY(graph_create(&s.g));
	struct weft_error *e = job_run(read_job, &s);
	if (e) {
		graph_release(s.g);
		return with_place(e, &s.r);
	}
	*out = s.g;
	return NULL;
}
