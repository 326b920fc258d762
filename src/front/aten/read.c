/* read.c -- the statements of ATen text (doc/aten_text.md) and the function they become.
 *
 * Two walks over the lines.  The first only notes which results of each statement a getitem takes,
 * so that a lowering builds no more than is used.  The second reads and lowers line by line: inputs
 * first, whose symbolic sizes define the symbols, then nodes, then `return`.
 * An input in an order other than row-major becomes a parameter in its memory order and a
 * transpose; a result is transposed to its memory order: nothing is copied to change a layout at
 * the border. */
#include "front/aten/aten_impl.h"
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
	const char **kinds;
	bool inputs_done, returned;
	uint32_t nresults, cap_results;
	const struct node **results;
};

/* ---- lines ---------------------------------------------------------------------------------- */

/* The next line with something on it; the reader is set to it. */
static bool next_line(struct state *s, const char **at)
{
	struct reader *r = &s->r;
	const char *end = s->text + s->size;
	while (*at < end) {
		const char *nl = memchr(*at, '\n', (size_t)(end - *at));
		r->line_start = r->at = *at;
		r->end = nl ? nl : end;
		r->line++;
		*at = nl ? nl + 1 : end;
		reader_space(r);
		if (r->at < r->end && *r->at != '#')
			return true;
	}
	return false;
}

static void note_uses(struct state *s)
{
	struct reader *r = &s->r;
	const char *at = s->text;
	while (next_line(s, &at)) {
		static const char word[] = "= getitem(%";
		const char *p = memmem(r->at, (size_t)(r->end - r->at), word, sizeof word - 1);
		if (!p)
			continue;
		r->at = p + sizeof word - 1;
		const char *name;
		size_t len;
		if (!reader_word(r, &name, &len) || !reader_accept(r, ','))
			continue;
		reader_space(r);
		if (r->at >= r->end || *r->at < '0' || *r->at > '9')
			continue;
		int64_t i = reader_number(r);
		if (i < 64)
			reader_value(r, name, len, true)->used |= 1ull << i;
	}
	r->line = 0;
}

/* What may follow a statement: @ "location" and a comment. */
static const char *read_location(struct reader *r)
{
	const char *text = NULL;
	if (reader_accept(r, '@')) {
		struct arg a;
		reader_arg(r, 0, &a);
		if (a.kind != ARG_str)
			reader_fail(r, "a location is a string");
		text = a.s;
	}
	reader_space(r);
	if (r->at < r->end && *r->at != '#')
		reader_fail(r, "expected the end of the line, found '%c'", *r->at);
	return text;
}

/* ---- symbols, inputs ------------------------------------------------------------------------ */

static void read_symbol(struct reader *r)
{
	const char *s;
	size_t n;
	if (!reader_word(r, &s, &n))
		reader_fail(r, "expected the name of a symbol");
	if (reader_symbol(r, s, n))
		reader_fail_at(r, s, "symbol %.*s is declared twice", (int)n, s);
	struct symbol sym = { .name = s, .len = n, .min = 0, .max = INT64_MAX };
	if (reader_keyword(r, "in")) {
		sym.min = reader_number(r);
		reader_expect(r, '.');
		reader_expect(r, '.');
		if (!reader_keyword(r, "inf"))
			sym.max = reader_number(r);
		if (sym.min < 0 || sym.min > sym.max)
			reader_fail_at(r, s, "the range of %.*s is empty or below zero", (int)n, s);
	}
	if (reader_keyword(r, "hint"))
		reader_number(r);
	read_location(r);
	if (r->nsymbols == r->cap_symbols) {
		uint32_t cap = r->cap_symbols ? r->cap_symbols * 2 : 8;
		r->symbols = job_grow(r->j, r->symbols, r->cap_symbols, cap, sizeof sym);
		r->cap_symbols = cap;
	}
	r->symbols[r->nsymbols++] = sym;
}

static struct value *read_new_name(struct reader *r)
{
	const char *s;
	size_t n;
	reader_expect(r, '%');
	if (!reader_word(r, &s, &n))
		reader_fail(r, "expected a name");
	struct value *v = reader_value(r, s, n, true);
	if (v->n)
		reader_fail_at(r, s, "%%%.*s is defined twice", (int)n, s);
	return v;
}

/* order(1,0): false when absent. */
static bool read_order(struct reader *r, uint32_t rank, int64_t *order)
{
	for (uint32_t i = 0; i < rank; i++)
		order[i] = i;
	if (!reader_keyword(r, "order"))
		return false;
	bool seen[ATEN_MAX_RANK] = { 0 };
	const char *at = r->at;
	reader_expect(r, '(');
	for (uint32_t i = 0; i < rank; i++) {
		if (i)
			reader_expect(r, ',');
		int64_t v = reader_number(r);
		if (v < 0 || v >= rank || seen[v])
			reader_fail_at(r, at, "the order is no permutation of %u dimensions", rank);
		seen[v] = true;
		order[i] = v;
	}
	reader_expect(r, ')');
	return true;
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
	struct value *v = read_new_name(r);
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
		if (reader_word(r, &w, &n))
			in->sym_len = n;
		r->at = r->end;
		return;
	}
	reader_type(r, &in->decl);
	read_order(r, in->decl.rank, in->order);
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
	read_location(r);
}

static struct symbol *open_symbol(struct reader *r, const char *s, size_t n)
{
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	struct symbol *sym = reader_symbol(r, s, n);
	return sym && !sym->bound ? sym : NULL;
}

static void bind_symbol(struct symbol *sym, int64_t dim)
{
	sym->bound = true;
	sym->dim = dim;
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
	for (uint32_t i = 0; i < s->ninputs; i++) {
		struct input *in = &s->inputs[i];
		s->param_names[i] = graph_string(s->g, in->value->name, in->value->len);
		for (uint32_t k = 0; k < in->decl.rank; k++) {
			uint32_t o = (uint32_t)in->order[k];
			struct symbol *sym =
				in->decl.open[o] ? open_symbol(r, in->decl.text[o], in->decl.len[o])
						 : NULL;
			if (sym)
				bind_symbol(sym, dim_arg(s->g, i, k, sym->min, sym->max));
		}
	}
	for (uint32_t i = 0; i < s->ninputs; i++) {
		struct input *in = &s->inputs[i];
		if (!in->sym)
			continue;
		s->params[i] = type_scalar(s->g, DTYPE_i64);
		in->value->node[0] = graph_parameter(s->g, i, s->params[i]);
		struct symbol *sym = open_symbol(r, in->sym_text, in->sym_len);
		if (sym)
			bind_symbol(sym, dim_value(s->g, in->value->node[0], 0));
	}
	for (uint32_t i = 0; i < s->ninputs; i++)
		if (!s->inputs[i].sym)
			make_parameter(s, i);
	saved.seed = r->seed;
	s->r = saved;
}

/* ---- constants ------------------------------------------------------------------------------ */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static void read_constant(struct state *s)
{
	struct reader *r = &s->r;
	struct tensor_decl d;
	struct value *v = read_new_name(r);
	reader_expect(r, ':');
	reader_type(r, &d);
	for (uint32_t k = 0; k < d.rank; k++)
		if (d.open[k] || !dim_is_number(d.dims[k]))
			reader_fail(r, "a constant has no symbolic size");
	reader_expect(r, '=');
	reader_space(r);
	const struct type *t = type_tensor(s->g, d.dtype, d.rank, d.dims);
	int64_t bytes = type_bytes(t);
	if (bytes < 0 || bytes > (r->end - r->at) / 2)
		reader_fail(r, "fewer bytes than the type has");
	unsigned char *data = job_alloc(r->j, bytes ? (size_t)bytes : 1);
	for (int64_t i = 0; i < bytes; i++, r->at += 2) {
		int hi = hex_digit(r->at[0]), lo = hex_digit(r->at[1]);
		if (hi < 0 || lo < 0)
			reader_fail(r, "expected two hexadecimal digits");
		data[i] = (unsigned char)(hi << 4 | lo);
	}
	const char *where = read_location(r);
	v->n = 1;
	v->node = job_array(r->j, 1, sizeof *v->node);
	v->node[0] = build_constant(s->g, t, false, data);
	graph_locate(s->g, v->node[0], (struct place){ r->file, r->line, 1 }, where);
}

/* ---- nodes ---------------------------------------------------------------------------------- */

struct result_decl {
	bool none, sym, open;
	const char *sym_text;
	size_t sym_len;
	struct tensor_decl tensor;
};

static void read_result_type(struct state *s, struct result_decl *d)
{
	struct reader *r = &s->r;
	memset(d, 0, sizeof *d);
	if (reader_keyword(r, "None")) {
		d->none = true;
		return;
	}
	if (reader_keyword(r, "sym")) {
		d->sym = true;
		reader_space(r);
		d->sym_text = r->at;
		if (!reader_word(r, &d->sym_text, &d->sym_len))
			reader_fail(r, "expected the name of a symbol");
		return;
	}
	reader_type(r, &d->tensor);
	for (uint32_t k = 0; k < d->tensor.rank; k++)
		d->open |= d->tensor.open[k];
}

static uint32_t read_result_types(struct state *s, bool *multi, struct result_decl **out)
{
	struct reader *r = &s->r;
	uint32_t n = 0, cap = 1;
	struct result_decl *d = job_array(r->j, cap, sizeof *d);
	*multi = reader_accept(r, '(');
	if (!*multi || !reader_accept(r, ')')) {
		do {
			if (n == cap) {
				d = job_grow(r->j, d, cap, cap * 2, sizeof *d);
				cap *= 2;
			}
			if (n == 64)
				reader_fail(r, "more than 64 results");
			read_result_type(s, &d[n++]);
		} while (*multi && reader_accept(r, ','));
		if (*multi)
			reader_expect(r, ')');
	}
	*out = d;
	return n;
}

static void read_call(struct state *s, struct call *c)
{
	struct reader *r = &s->r;
	c->n = 0;
	reader_expect(r, '(');
	if (reader_accept(r, ')'))
		return;
	do {
		if (c->n == ATEN_MAX_ARGS)
			reader_fail(r, "more than %d arguments", ATEN_MAX_ARGS);
		reader_space(r);
		const char *at = r->at, *w;
		size_t n;
		c->names[c->n] = NULL;
		if (reader_word(r, &w, &n) && reader_accept(r, '='))
			c->names[c->n] = job_printf(r->j, "%.*s", (int)n, w);
		else
			r->at = at;
		if (c->n && c->names[c->n - 1] && !c->names[c->n])
			reader_fail(r, "a positional argument after a named one");
		reader_arg(r, 0, &c->args[c->n++]);
	} while (reader_accept(r, ','));
	reader_expect(r, ')');
}

/* getitem(%x, i) */
static const struct node *read_getitem(struct state *s)
{
	struct reader *r = &s->r;
	reader_expect(r, '(');
	struct value *v = reader_use(r);
	reader_expect(r, ',');
	int64_t i = reader_number(r);
	reader_expect(r, ')');
	if (!v->multi || i < 0 || i >= v->n)
		reader_fail(r, "%%%.*s has no result %lld", (int)v->len, v->name, (long long)i);
	if (!v->node[i])
		reader_fail(r, "result %lld of %%%.*s is not available", (long long)i, (int)v->len,
			v->name);
	return v->node[i];
}

/* Is what was made what the text says?  Sizes the text names for the first time get their value. */
static void check_result(
	struct state *s, const char *target, const struct result_decl *d, const struct node *n)
{
	struct reader *r = &s->r;
	const struct tensor_decl *t = &d->tensor;
	if (n->type->kind != TYPE_tensor || n->type->dtype != t->dtype || n->type->rank != t->rank)
		reader_fail(r, "%s gives %s of rank %u, the text says %s of rank %u", target,
			dtype_table[n->type->dtype].text, n->type->rank, dtype_table[t->dtype].text,
			t->rank);
	for (uint32_t k = 0; k < t->rank; k++) {
		if (t->open[k]) {
			struct symbol *sym = open_symbol(r, t->text[k], t->len[k]);
			if (sym)
				bind_symbol(sym, n->type->dims[k]);
		} else if (!dim_may_equal(s->g, n->type->dims[k], t->dims[k])) {
			struct str made;
			str_init(&made, r->j);
			dim_print(s->g, n->type->dims[k], &made);
			reader_fail(r, "dimension %u of %s is %s, the text says %.*s", k, target,
				made.text ? made.text : "", (int)t->len[k], t->text[k]);
		}
	}
}

static void lower_statement(struct state *s, struct value *v, const char *target, size_t len,
	uint32_t n, const struct result_decl *decl)
{
	struct reader *r = &s->r;
	struct call c;
	read_call(s, &c);
	struct lower l = { .g = s->g,
		.j = r->j,
		.r = r,
		.name = job_printf(r->j, "%.*s", (int)len, target),
		.nout = n,
		.used = v->multi ? v->used : ~0ull };
	l.row = aten_row_find(target, len);
	l.type = job_array(r->j, n ? n : 1, sizeof *l.type);
	l.out = v->node;
	for (uint32_t i = 0; i < n; i++)
		if (decl[i].sym)
			l.type[i] = type_scalar(s->g, DTYPE_i64);
		else if (!decl[i].none)
			l.type[i] = type_tensor(s->g, decl[i].tensor.dtype,
				decl[i].open ? 0 : decl[i].tensor.rank, decl[i].tensor.dims);
	bool open = false;
	for (uint32_t i = 0; i < n; i++)
		open |= decl[i].open;
	if (!l.row && open)
		reader_fail(r, "%s defines a size and has no lowering", l.name);
	lower_call(&l, &c);
	if (l.given_up && open)
		reader_fail(r, "%s defines a size and has no lowering", l.name);
	for (uint32_t i = 0; i < n; i++)
		if (v->node[i] && decl[i].sym) {
			struct symbol *sym = open_symbol(r, decl[i].sym_text, decl[i].sym_len);
			if (sym)
				bind_symbol(sym, dim_value(s->g, v->node[i], 0));
		} else if (v->node[i] && !decl[i].none) {
			check_result(s, l.name, &decl[i], v->node[i]);
		}
}

static void read_node(struct state *s)
{
	struct reader *r = &s->r;
	struct value *v = read_new_name(r);
	struct result_decl *decl;
	bool multi;
	reader_expect(r, ':');
	uint32_t n = read_result_types(s, &multi, &decl);
	reader_expect(r, '=');
	const char *target;
	size_t len;
	if (!reader_word(r, &target, &len))
		reader_fail(r, "expected an overload");
	v->node = job_array(r->j, n ? n : 1, sizeof *v->node);
	v->multi = multi;
	if (len == 7 && !memcmp(target, "getitem", 7)) {
		v->node[0] = read_getitem(s);
		if (n != 1 || multi || decl->none || decl->sym)
			reader_fail(r, "getitem gives one tensor");
		check_result(s, "getitem", &decl[0], v->node[0]);
	} else {
		lower_statement(s, v, target, len, n, decl);
	}
	v->n = n ? n : 1;
	const char *where = read_location(r);
	for (uint32_t i = 0; i < n; i++)
		if (v->node[i])
			graph_locate(
				s->g, v->node[i], (struct place){ r->file, r->line, 1 }, where);
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
		if (read_order(r, n->type->rank, order))
			n = build_transpose(s->g, n, order);
		add_result(s, n);
	} else if (a.kind == ARG_list || a.kind == ARG_word) {
		reader_fail(r, "expected a tensor, a number or None");
	}
}

/* mutate %input = %value order(...): a further result, which the caller writes into the input. */
static void read_mutate(struct state *s)
{
	struct reader *r = &s->r;
	struct value *v = reader_use(r);
	if (v->input < 0)
		reader_fail(r, "%%%.*s is no input", (int)v->len, v->name);
	reader_expect(r, '=');
	read_result(s);
}

static void read_statement(struct state *s)
{
	struct reader *r = &s->r;
	if (s->returned && !reader_keyword(r, "mutate"))
		reader_fail(r, "a statement after return");
	if (s->returned) {
		read_mutate(s);
	} else if (reader_keyword(r, "symbol")) {
		read_symbol(r);
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
			read_constant(s);
			return;
		}
		if (!reader_keyword(r, "return")) {
			read_node(s);
			return;
		}
		s->returned = true;
		reader_space(r);
		if (r->at < r->end && *r->at != '#' && *r->at != '@')
			do
				read_result(s);
			while (reader_accept(r, ','));
	}
	read_location(r);
}

static void read_job(struct job *j, void *arg)
{
	struct state *s = arg;
	struct reader *r = &s->r;
	r->j = j;
	r->g = s->g;
	graph_borrow(s->g, j);
	note_uses(s);
	const char *at = s->text;
	if (!next_line(s, &at) || !reader_keyword(r, "aten") || reader_number(r) != 1) {
		r->at = r->line_start;
		reader_fail(r, "expected 'aten 1'");
	}
	read_location(r);
	while (next_line(s, &at))
		read_statement(s);
	if (!s->returned)
		reader_fail(r, "the text ends without 'return'");
	for (uint32_t i = 0; i < s->nresults; i++)
		if (s->results[i]->type->kind != TYPE_tensor)
			BUG("a result that is no tensor");
	if (s->r.token)
		add_result(s, s->r.token);
	const struct region *region =
		graph_region(s->g, s->ninputs, s->params, s->nresults, s->results);
	struct func f = { .name = "main", .region = region, .param_names = s->param_names };
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
