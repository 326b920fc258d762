/* print_op.c -- one op, by its form in syntax.def or in generic form. */
#include "stablehlo/print_impl.h"
#include <inttypes.h>
#include <string.h>

void print_operands(struct printer *p, const struct scope *s, const struct node *n, uint32_t from,
	uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		if (i > from)
			str_add(p->out, ", ");
		print_value_name(p, s, n->in[i]);
	}
}

static void operand_types(struct printer *p, const struct scope *s, const struct node *n)
{
	for (uint32_t i = 0; i < node_noperands(n); i++) {
		if (i)
			str_add(p->out, ", ");
		print_type(p->g, shown_type(p, s, n->in[i]), p->out);
	}
}

static void result_types(struct printer *p, const struct scope *s, const struct node *n)
{
	uint32_t count = node_nresults(n);

	if (count != 1)
		str_addc(p->out, '(');
	for (uint32_t i = 0; i < count; i++) {
		if (i)
			str_add(p->out, ", ");
		print_type(p->g, shown_result(p, s, n, i), p->out);
	}
	if (count != 1)
		str_addc(p->out, ')');
}

void print_function_type(struct printer *p, const struct scope *s, const struct node *n)
{
	str_addc(p->out, '(');
	operand_types(p, s, n);
	str_add(p->out, ") -> ");
	result_types(p, s, n);
}

/* ^bb0(%a: t): is the label's line; regions of loops have theirs in the op's header. */
void print_region(
	struct printer *p, const struct scope *s, const struct node *n, uint32_t r, bool label)
{
	struct scope *inner = scope_of(p, s, n, r);
	uint32_t own = inner->region->nparams - node_ncaptures(n) - node_has_effect(n);

	str_addc(p->out, '{');
	if (label && own) {
		print_newline(p);
		str_add(p->out, "^bb0(");
		for (uint32_t i = 0; i < own; i++) {
			str_addf(p->out, "%s%%%s: ", i ? ", " : "", inner->params[i]);
			print_type(p->g, inner->region->params[i], p->out);
		}
		str_add(p->out, "):");
	}
	print_body(p, inner, inner->region->nresults - node_has_effect(n), region_end(n->op));
	print_newline(p);
	str_addc(p->out, '}');
}

/* As the text writes it: no row of op.def can hold a dash, or "call" its dialect. */
static const char *op_text(enum op op)
{
	return op == OP_call ? "func.call" :
		op == OP_cross_replica_sum ? "stablehlo.cross-replica-sum" : op_table[op].text;
}

static void print_generic(struct printer *p, const struct scope *s, const struct node *n)
{
	struct key_set none = { { 0 } };

	str_addf(p->out, "\"%s\"(", op_text(n->op));
	print_operands(p, s, n, 0, node_noperands(n));
	str_addc(p->out, ')');
	if (n->op == OP_chlo_scan)
		key_add(&none, KEY_ninputs);
	print_attr_dict(p->j, p->g, n->op, n->attrs, &none, ATTR_INHERENT, " <", ">", p->out);
	bool regions = n->nregions && !op_names_regions(n->op);
	for (uint32_t i = 0; regions && i < n->nregions; i++) {
		str_add(p->out, i ? ", " : " (");
		print_region(p, s, n, i, true);
	}
	if (regions)
		str_addc(p->out, ')');
	print_attr_dict(p->j, p->g, n->op, n->attrs, &none, ATTR_DISCARDABLE, " ", "", p->out);
	str_add(p->out, " : ");
	print_function_type(p, s, n);
}

/* ---- forms ---------------------------------------------------------------------------------- */

static bool all_operands(const struct printer *p, const struct scope *s, const struct node *n,
	uint32_t from, const struct type *t)
{
	for (uint32_t i = from; i < node_noperands(n); i++)
		if (shown_type(p, s, n->in[i]) != t)
			return false;
	return true;
}

static void form_types(struct printer *p, const struct scope *s, const struct node *n, char kind)
{
	const struct type *t = node_nresults(n) == 1 ? shown_result(p, s, n, 0) : NULL;
	uint32_t nin = node_noperands(n);

	str_add(p->out, " : ");
	switch (kind) {
	case 'P':
		operand_types(p, s, n);
		str_add(p->out, " -> ");
		result_types(p, s, n);
		return;
	case 'S':
		if (nin == 3 && all_operands(p, s, n, 1, t)) {
			print_type(p->g, shown_type(p, s, n->in[0]), p->out);
			str_add(p->out, ", ");
			print_type(p->g, t, p->out);
			return;
		}
		break;
	case 'T':
		if (t && all_operands(p, s, n, 0, t)) {
			print_type(p->g, t, p->out);
			return;
		}
		break;
	case 'C': {
		bool parts = t && t->kind == TYPE_tensor && dtype_is_complex(t->dtype);
		for (uint32_t i = 0; parts && i < nin; i++) {
			const struct type *o = shown_type(p, s, n->in[i]);
			parts = o->kind == TYPE_tensor && o->dtype == dtype_part(t->dtype) &&
				o->rank == t->rank && !o->encoding && !o->bounds && !t->encoding &&
				!t->bounds &&
				(!t->rank || !memcmp(o->dims, t->dims, t->rank * sizeof *t->dims));
		}
		if (parts) {
			print_type(p->g, t, p->out);
			return;
		}
		break;
	}
	case 'R':
	case 'U':
		print_type(p->g, t, p->out);
		return;
	default:
		break;
	}
	print_function_type(p, s, n);
}

static void form_attribute(struct printer *p, const struct node *n, char kind, enum key k)
{
	const struct attr *a = attrs_find(n->attrs, k);

	if (!a)
		return;
	switch (kind) {
	case 'n':
		str_addf(p->out, "%" PRId64, a->i);
		return;
	case 'I':
		print_int_list(a->n, a->ints, p->out);
		return;
	case 'e':
		str_add(p->out, a->s);
		return;
	case 's':
		print_string(a->s, p->out);
		return;
	case '@':
		print_symbol(a->s, p->out);
		return;
	default:
		str_add(p->out, a->i ? "true" : "false");
	}
}

/* Is every attribute that the form must show there?  (Groups are optional.) */
static bool form_fits(const struct node *n, const char *form)
{
	const struct literal *l = node_literal(n);
	bool optional = false;

	if (l && l->type != n->type)             /* a quantised constant */
		return false;
	for (const char *s = form; *s; s += strcspn(s, " "), s += *s == ' ') {
		char name[48];
		size_t len = strcspn(s, " ");
		memcpy(name, s, len);
		name[len] = '\0';
		optional = !strcmp(name, "(?") || (optional && strcmp(name, ")?") != 0);
		if (len > 2 && name[1] == '.' && !optional &&
			!attrs_find(n->attrs, key_of(n->op, name + 2)))
			return false;
	}
	return true;
}

static bool group_wanted(const struct node *n, const char *form)
{
	for (const char *s = form; *s && *s != ')'; s += strcspn(s, " "), s += *s == ' ') {
		char name[48];
		size_t len = strcspn(s, " ");
		memcpy(name, s, len);
		name[len] = '\0';
		if (len > 2 && name[1] == '.')
			return attrs_find(n->attrs, key_of(n->op, name + 2)) != NULL;
	}
	return false;
}

static void print_form(
	struct printer *p, const struct scope *s, const struct node *n, const char *form)
{
	struct key_set done = { { 0 } };
	uint32_t next = 0, nin = node_noperands(n);
	bool skip = false, space = true;         /* before the next word */

	str_add(p->out, op_text(n->op));
	for (; *form; form += *form == ' ') {
		char w[48];
		size_t len = strcspn(form, " ");
		memcpy(w, form, len);
		w[len] = '\0';
		form += len;
		if (!strcmp(w, "(?")) {
			skip = !group_wanted(n, form + 1);
			continue;
		}
		if (!strcmp(w, ")?")) {
			skip = false;
			continue;
		}
		if (skip)
			continue;
		bool tight = !strcmp(w, ",") || !strcmp(w, ")") || !strcmp(w, "(") ||
			     !strcmp(w, "[") || !strcmp(w, "]") || w[0] == '{' ||
			     (w[0] == ':' && w[1]) || w[0] == '$' ||
			     (!strcmp(w, "%*") && next >= nin);
		if (space && !tight)
			str_addc(p->out, ' ');
		space = strcmp(w, "(") != 0 && strcmp(w, "[") != 0 &&
			strcmp(w, "$precision_format") != 0;
		if (!strcmp(w, "%*")) {
			print_operands(p, s, n, next, nin);
		} else if (w[0] == '%') {
			next = (uint32_t)(w[1] - '0') + 1;
			print_value_name(p, s, n->in[next - 1]);
		} else if (!strcmp(w, "{}")) {
			print_attr_dict(
				p->j, p->g, n->op, n->attrs, &done, ATTR_ALL, " ", "", p->out);
		} else if (w[0] == ':' && w[1]) {
			form_types(p, s, n, w[1]);
		} else if (w[0] == '$') {
			print_part(p, s, n, w + 1, &done);
			space = true;
		} else if (len > 2 && w[1] == '.') {
			enum key k = key_of(n->op, w + 2);
			form_attribute(p, n, w[0], k);
			key_add(&done, k);
		} else {
			str_add(p->out, w);
		}
	}
}

/* All the program gave of the ops that are one node now; without any where it was read. */
static void print_locations(struct printer *p, const struct node *n)
{
	const struct location *first = graph_location(p->g, n);
	uint32_t count = 0, i = 0;

	for (const struct location *l = first; l; l = l->next)
		count += l->given != NULL;
	str_add(p->out, count > 1 ? " loc(fused[" : " loc(");
	for (const struct location *l = first; l; l = l->next)
		if (l->given)
			str_addf(p->out, "%s%s", i++ ? ", " : "", l->given);
	if (!count && first && first->file) {
		print_string(first->file, p->out);
		str_addf(p->out, ":%u:%u", first->line, first->column);
	} else if (!count) {
		str_add(p->out, "unknown");
	}
	str_add(p->out, count > 1 ? "])" : ")");
}

/* The form of a loop has one type for what it begins with, carries and gives. */
static bool loop_fits(struct printer *p, const struct scope *s, const struct node *n)
{
	for (uint32_t i = 0; n->op == OP_while && i < node_noperands(n); i++) {
		const char *text = type_text(p->j, p->g, shown_type(p, s, n->in[i]));
		for (uint32_t r = 0; r < 3; r++) {
			const struct type *t =
				r < 2 ? n->regions[r]->params[i] : node_result_type(n, i);
			if (strcmp(type_text(p->j, p->g, t), text) != 0)
				return false;
		}
	}
	return true;
}

void print_op(struct printer *p, const struct scope *s, const struct node *n)
{
	const char *form = syntax_forms[n->op];

	if (form && op_table[n->op].dialect != OP_Y && form_fits(n, form) && loop_fits(p, s, n))
		print_form(p, s, n, form);
	else
		print_generic(p, s, n);
	if (p->locations)
		print_locations(p, n);
}
