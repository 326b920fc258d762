/* read_node.c -- statements that make nodes, in main and in subgraphs alike: constants, calls,
 * getitem, and the words statements share: names, orders, locations.
 *
 * What a call makes is compared with the types the text gives it; sizes the text names for the
 * first time get their values there. */
#include "front/aten/lower.h"
#include <string.h>

/* The next line with something on it; the reader is set to it. */
bool reader_line(struct reader *r, const char **at, const char *end)
{
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

void reader_note_uses(struct reader *r, const char *at, const char *end)
{
	uint32_t line = r->line;
	while (reader_line(r, &at, end)) {
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
	r->line = line;
}

const char *reader_location(struct reader *r)
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

struct value *reader_new_name(struct reader *r)
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

bool reader_order(struct reader *r, uint32_t rank, int64_t *order)
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

struct symbol *reader_open_symbol(struct reader *r, const char *s, size_t n)
{
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	struct symbol *sym = reader_symbol(r, s, n);
	return sym && !sym->bound ? sym : NULL;
}

void reader_bind(struct symbol *sym, int64_t dim)
{
	sym->bound = true;
	sym->dim = dim;
}

void reader_bind_value(struct reader *r, struct symbol *sym, const struct node *n)
{
	reader_bind(sym, dim_value_in(r->g, n, 0, sym->min, sym->max));
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

void reader_constant(struct reader *r)
{
	struct tensor_decl d;
	struct value *v = reader_new_name(r);
	reader_expect(r, ':');
	reader_type(r, &d);
	for (uint32_t k = 0; k < d.rank; k++)
		if (d.open[k] || !dim_is_number(d.dims[k]))
			reader_fail(r, "a constant has no symbolic size");
	reader_expect(r, '=');
	reader_space(r);
	const struct type *t = type_tensor(r->g, d.dtype, d.rank, d.dims);
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
	const char *where = reader_location(r);
	v->n = 1;
	v->node = job_array(r->j, 1, sizeof *v->node);
	v->node[0] = build_constant(r->g, t, false, data);
	graph_locate(r->g, v->node[0], (struct place){ r->file, r->line, 1 }, where);
}

/* ---- nodes ---------------------------------------------------------------------------------- */

struct result_decl {
	bool none, sym, open;
	const char *sym_text;
	size_t sym_len;
	struct tensor_decl tensor;
};

static void read_result_type(struct reader *r, struct result_decl *d)
{
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

static uint32_t read_result_types(struct reader *r, bool *multi, struct result_decl **out)
{
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
			read_result_type(r, &d[n++]);
		} while (*multi && reader_accept(r, ','));
		if (*multi)
			reader_expect(r, ')');
	}
	*out = d;
	return n;
}

static void read_call(struct reader *r, struct call *c)
{
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
static const struct node *read_getitem(struct reader *r)
{
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

void reader_check(
	struct reader *r, const char *target, const struct tensor_decl *t, const struct node *n)
{
	if (n->type->kind != TYPE_tensor || n->type->dtype != t->dtype || n->type->rank != t->rank)
		reader_fail(r, "%s gives %s of rank %u, the text says %s of rank %u", target,
			dtype_table[n->type->dtype].text, n->type->rank, dtype_table[t->dtype].text,
			t->rank);
	for (uint32_t k = 0; k < t->rank; k++) {
		if (t->open[k]) {
			struct symbol *sym = reader_open_symbol(r, t->text[k], t->len[k]);
			if (sym)
				reader_bind(sym, n->type->dims[k]);
		} else if (!dim_may_equal(r->g, n->type->dims[k], t->dims[k])) {
			struct str made;
			str_init(&made, r->j);
			dim_print(r->g, n->type->dims[k], &made);
			reader_fail(r, "dimension %u of %s is %s, the text says %.*s", k, target,
				made.text ? made.text : "", (int)t->len[k], t->text[k]);
		}
	}
}

static void lower_statement(struct reader *r, struct value *v, const char *target, size_t len,
	uint32_t n, const struct result_decl *decl)
{
	struct call c;
	read_call(r, &c);
	struct lower l = { .g = r->g,
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
			l.type[i] = type_scalar(r->g, DTYPE_i64);
		else if (!decl[i].none)
			l.type[i] = type_tensor(r->g, decl[i].tensor.dtype,
				decl[i].open ? 0 : decl[i].tensor.rank, decl[i].tensor.dims);
	bool open = false;
	for (uint32_t i = 0; i < n; i++)
		open |= decl[i].open;
	l.native = open; /* a callback's results have the types of the text */
	lower_call(&l, &c);
	for (uint32_t i = 0; i < n; i++)
		if (v->node[i] && decl[i].sym) {
			struct symbol *sym =
				reader_open_symbol(r, decl[i].sym_text, decl[i].sym_len);
			if (sym)
				reader_bind_value(r, sym, v->node[i]);
		} else if (v->node[i] && !decl[i].none) {
			reader_check(r, l.name, &decl[i].tensor, v->node[i]);
		}
}

void reader_node(struct reader *r)
{
	struct value *v = reader_new_name(r);
	struct result_decl *decl;
	bool multi;
	reader_expect(r, ':');
	uint32_t n = read_result_types(r, &multi, &decl);
	reader_expect(r, '=');
	const char *target;
	size_t len;
	if (!reader_word(r, &target, &len))
		reader_fail(r, "expected an overload");
	v->node = job_array(r->j, n ? n : 1, sizeof *v->node);
	v->multi = multi;
	if (len == 7 && !memcmp(target, "getitem", 7)) {
		v->node[0] = read_getitem(r);
		if (n != 1 || multi || decl->none || decl->sym)
			reader_fail(r, "getitem gives one tensor");
		reader_check(r, "getitem", &decl->tensor, v->node[0]);
	} else {
		lower_statement(r, v, target, len, n, decl);
	}
	v->n = n ? n : 1;
	const char *where = reader_location(r);
	for (uint32_t i = 0; i < n; i++)
		if (v->node[i])
			graph_locate(
				r->g, v->node[i], (struct place){ r->file, r->line, 1 }, where);
}
