/* location.c -- what loc(...) said of an op, as an entry of the graph's side table: a name, the
 * first place in a file, and the whole of it in MLIR's syntax, aliases written out. */
#include "base/str.h"
#include "stablehlo/print_impl.h"
#include "stablehlo/text_impl.h"
#include <string.h>

/* Characters of a location, levels of it and of aliases: beyond them it is its name and place. */
enum { LONGEST = 4096, DEEPEST = 64 };

static const struct t_attr *resolved(struct parser *p, const struct t_attr *a)
{
	for (int i = 0; i < 16 && a && a->kind == T_symbol; i++) {
		struct name_entry *e = names_find(&p->attr_aliases, a->s, strlen(a->s));
		a = e ? e->value : NULL;
	}
	return a && a->kind != T_symbol ? a : NULL;
}

/* False: it is too long or too deep, or an alias means nothing. */
static bool spell(struct parser *p, const struct t_attr *a, int depth, struct str *out)
{
	a = resolved(p, a);
	if (!a || depth > DEEPEST || out->len > LONGEST)
		return false;
	switch (a->kind) {
	case T_unit:
		str_add(out, "unknown");
		return true;
	case T_raw:
		print_string(a->at.file, out);
		str_addf(out, ":%u:%u%s", a->at.line, a->at.column, a->tname ? a->tname : "");
		return true;
	case T_string:
		print_string(a->s, out);
		if (!a->n)
			return true;
		str_addc(out, '(');
		if (!spell(p, a->list[0], depth + 1, out))
			return false;
		str_addc(out, ')');
		return true;
	case T_array: break;
	default: return false;
	}
	bool site = !strcmp(a->s, "callsite");
	str_addf(out, "%s%s%s", a->s, a->tname ? a->tname : "", site ? "(" : "[");
	for (uint32_t i = 0; i < a->n; i++) {
		str_add(out, !i ? "" : site ? " at " : ", ");
		if (!spell(p, a->list[i], depth + 1, out))
			return false;
	}
	str_addc(out, site ? ')' : ']');
	return out->len <= LONGEST;
}

void locate_node(struct parser *p, const struct node *n, const struct t_attr *loc)
{
	struct location l = { 0 };
	struct str whole;

	str_init(&whole, p->j);
	loc = resolved(p, loc);
	if (!loc || loc->kind == T_unit)
		return;
	bool spelled = spell(p, loc, 0, &whole);
	for (int i = 0; i < DEEPEST && loc && loc->kind != T_raw; i++) {
		if (loc->kind == T_string && !l.text)
			l.text = loc->s;
		loc = loc->n ? resolved(p, loc->list[0]) : NULL;
	}
	if (loc && loc->kind == T_raw) {
		l.file = loc->at.file;
		l.line = loc->at.line;
		l.column = loc->at.column;
	}
	if (!spelled) {
		str_init(&whole, p->j);
		if (l.text)
			print_string(l.text, &whole);
		if (l.file) {
			str_add(&whole, l.text ? "(" : "");
			print_string(l.file, &whole);
			str_addf(&whole, ":%u:%u%s", l.line, l.column, l.text ? ")" : "");
		}
	}
	if (whole.len)
		l.given = whole.text;
	graph_locate_as(p->g, n, &l);
}
