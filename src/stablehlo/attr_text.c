/* attr_text.c -- attributes as read to canonical text, and text that stands within another back to
 * attributes, locations and types. */
#include "stablehlo/print_impl.h"
#include "stablehlo/text_impl.h"
#include <stdlib.h>
#include <string.h>

/* ---- values as text ------------------------------------------------------------------------- */

static void print_typed(const struct t_attr *a, struct str *out)
{
	enum dtype t = dtype_find(a->tname);
	char bits[16] = { 0 };

	if (a->kind == T_float) {
		t = dtype_is_float(t) ? t : DTYPE_f64;
		dtype_store_f64(t, bits, a->f);
		print_float(t, bits, out);
	} else if (!strcmp(a->tname, "ui64")) {
		str_addf(out, "%llu", (unsigned long long)a->i);
	} else {
		str_addf(out, "%lld", (long long)a->i);
	}
	str_addf(out, " : %s", a->tname);
}

static void print_small_array(const struct t_attr *a, struct str *out)
{
	bool truth = !strcmp(a->tname, "i1");

	str_addf(out, "array<%s", a->tname);
	for (uint32_t i = 0; i < a->n; i++) {
		str_add(out, i ? ", " : ": ");
		if (truth)
			str_add(out, a->ints[i] ? "true" : "false");
		else
			str_addf(out, "%lld", (long long)a->ints[i]);
	}
	str_addc(out, '>');
}

static int name_order(const void *a, const void *b)
{
	return strcmp(((const struct t_entry *)a)->name, ((const struct t_entry *)b)->name);
}

/* Sorted by name, as MLIR has dictionaries. */
static void print_dict(struct parser *p, const struct t_attr *a, struct str *out)
{
	struct t_entry *e = job_array(p->j, a->n, sizeof *e);

	for (uint32_t i = 0; i < a->n; i++)
		e[i] = (struct t_entry){ a->names[i], a->list[i] };
	if (a->n)
		qsort(e, a->n, sizeof *e, name_order);
	str_addc(out, '{');
	for (uint32_t i = 0; i < a->n; i++) {
		if (i)
			str_add(out, ", ");
		print_name(e[i].name, out);
		if (e[i].value->kind == T_unit)
			continue;
		str_add(out, " = ");
		attr_print(p, e[i].value, out);
	}
	str_addc(out, '}');
}

void attr_print(struct parser *p, const struct t_attr *a, struct str *out)
{
	switch (a->kind) {
	case T_int:
	case T_float:
		print_typed(a, out);
		return;
	case T_bool:
		str_add(out, a->i ? "true" : "false");
		return;
	case T_unit:
		str_add(out, "unit");
		return;
	case T_string:
		print_string(a->s, out);
		return;
	case T_symbol:
		print_symbol(a->s, out);
		return;
	case T_type:
		print_type(p->g, a->type, out);
		return;
	case T_array:
		str_addc(out, '[');
		for (uint32_t i = 0; i < a->n; i++) {
			if (i)
				str_add(out, ", ");
			attr_print(p, a->list[i], out);
		}
		str_addc(out, ']');
		return;
	case T_dict:
		print_dict(p, a, out);
		return;
	case T_ints:
		print_small_array(a, out);
		return;
	case T_dense:
		print_dense(p->g, a->dense.type, a->dense.splat, a->dense.data, out);
		return;
	case T_resource:
		str_addf(out, "dense_resource<%s> : ", a->s);
		print_type(p->g, a->type, out);
		return;
	case T_raw:
		str_add(out, a->s);
		return;
	}
}

const char *attr_raw_text(struct parser *p, const struct t_attr *a)
{
	struct str s;

	str_init(&s, p->j);
	attr_print(p, a, &s);
	return s.text;
}

/* ---- text as values ------------------------------------------------------------------------- */

/* A parser over the text of an attribute, its messages where they belong. */
struct parser parser_of(struct parser *p, const struct t_attr *a, const char *text)
{
	struct parser q = *p;

	q.text = q.at = text;
	if (a->kind == T_raw && a->source.text) {
		q.at = a->source.text;
		q.line = a->source.line;
		q.line_start = a->source.line_start;
	} else {
		q.end = text + strlen(text);
		q.line = a->at.line;
		q.line_start = text - (a->at.column ? a->at.column - 1 : 0);
	}
	lex(&q);
	return q;
}

struct t_attr *attr_from_text(struct parser *p, struct place at, const char *text)
{
	struct t_attr here = { .at = at };
	struct parser q = parser_of(p, &here, text);
	struct t_attr *a = read_attr(&q);

	if (q.tok.kind != TOK_end)
		expected(&q, "the end of an attribute");
	return a;
}

struct t_attr *loc_from_text(struct parser *p, struct place at, const char *text)
{
	struct t_attr here = { .at = at };
	struct parser q = parser_of(p, &here, job_printf(p->j, "(%s)", text));

	return read_loc(&q);
}

const struct type *type_from_text(struct parser *p, struct place at, const char *text)
{
	struct t_attr here = { .at = at };
	struct parser q = parser_of(p, &here, text);
	const struct type *t = read_type(&q);

	if (q.tok.kind != TOK_end)
		expected(&q, "the end of a type");
	return t;
}
