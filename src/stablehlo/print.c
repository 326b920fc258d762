/* print.c -- stablehlo_print: module, functions, regions, names of values.
 *
 * Nodes are shared between regions, so names belong to a scope: a region's nodes in the order of a
 * walk from its results, numbered through the function.  The order follows from structure alone, so
 * that what is read back prints the same.  A captured parameter has the name of what it captures,
 * outside.  The implicit effect token (R4) is nowhere printed: in a function with effects it is the
 * last result, and the last parameter when the first op with an effect takes that. */
#include "stablehlo/print_impl.h"
#include <stdlib.h>
#include <string.h>

void print_newline(struct printer *p)
{
	str_addc(p->out, '\n');
	for (uint32_t i = 0; i < p->depth; i++)
		str_add(p->out, "  ");
}

uint32_t scope_find(const struct scope *s, const struct node *n)
{
	uint32_t low = 0, high = s->n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (s->sorted[mid].id < n->id)
			low = mid + 1;
		else
			high = mid;
	}
	if (low >= s->n || s->order[s->sorted[low].at] != n)
		BUG("a value of no region that is being printed");
	return s->sorted[low].at;
}

static int place_order(const void *a, const void *b)
{
	uint32_t x = ((const struct scope_place *)a)->id, y = ((const struct scope_place *)b)->id;

	return (x > y) - (x < y);
}

void print_value_name(struct printer *p, const struct scope *s, const struct node *n)
{
	if (n->op == OP_parameter) {
		str_addf(p->out, "%%%s", s->params[node_int(n, KEY_index, 0)]);
		return;
	}
	const struct node *base = n->op == OP_result ? n->in[0] : n;
	str_addf(p->out, "%%%u", s->number[scope_find(s, base)]);
	if (n->op == OP_result && node_nresults(base) > 1)
		str_addf(p->out, "#%u", (unsigned)node_int(n, KEY_index, 0));
}

/* %argN that no parameter of the function has. */
const char *new_param(struct printer *p)
{
	for (;;) {
		char *name = job_printf(p->j, "arg%u", p->args++);
		const struct func *f = p->func;
		uint32_t i = 0, n = f->param_names ? f->region->nparams : 0;
		while (i < n && !(f->param_names[i] && !strcmp(f->param_names[i], name)))
			i++;
		if (i == n)
			return name;
	}
}

struct scope *scope_new(struct printer *p, const struct scope *outer, const struct region *r)
{
	struct scope *s = job_alloc(p->j, sizeof *s);

	s->outer = outer;
	s->region = r;
	s->order = region_walk(p->j, r, &s->n);
	s->sorted = job_array(p->j, s->n, sizeof *s->sorted);
	for (uint32_t i = 0; i < s->n; i++)
		s->sorted[i] = (struct scope_place){ s->order[i]->id, i };
	qsort(s->sorted, s->n, sizeof *s->sorted, place_order);
	s->number = job_array(p->j, s->n, sizeof *s->number);
	s->params = job_array(p->j, r->nparams, sizeof *s->params);
	return s;
}

/* The name of an operand of n, without %. */
static const char *name_of(struct printer *p, const struct scope *s, const struct node *n)
{
	struct str text, *out = p->out;

	str_init(&text, p->j);
	p->out = &text;
	print_value_name(p, s, n);
	p->out = out;
	return text.text + 1;
}

struct scope *scope_of(struct printer *p, const struct scope *s, const struct node *n, uint32_t r)
{
	struct scope *inner = scope_new(p, s, n->regions[r]);
	uint32_t ncaptures = node_ncaptures(n), nin = node_noperands(n);
	uint32_t own = inner->region->nparams - ncaptures - node_has_effect(n);

	for (uint32_t i = 0; i < own; i++)
		inner->params[i] = new_param(p);
	for (uint32_t i = 0; i < ncaptures; i++)
		inner->params[own + i] = name_of(p, s, n->in[nin + i]);
	return inner;
}

void print_body(struct printer *p, struct scope *s, uint32_t nresults, const char *end)
{
	p->depth++;
	for (uint32_t i = 0; i < s->n; i++) {
		const struct node *n = s->order[i];
		if (n->op == OP_parameter || n->op == OP_result || n->op == OP_token)
			continue;
		uint32_t count = node_nresults(n);
		print_newline(p);
		if (count) {
			s->number[i] = p->values++;
			str_addf(p->out, count > 1 ? "%%%u:%u = " : "%%%u = ", s->number[i], count);
		}
		print_op(p, s, n);
	}
	print_newline(p);
	str_add(p->out, end);
	for (uint32_t i = 0; i < nresults; i++) {
		str_add(p->out, i ? ", " : " ");
		print_value_name(p, s, s->region->results[i]);
	}
	for (uint32_t i = 0; i < nresults; i++) {
		str_add(p->out, i ? ", " : " : ");
		print_type(p->g, shown_type(p, s, s->region->results[i]), p->out);
	}
	p->depth--;
}

/* ---- functions ------------------------------------------------------------------------------ */

struct func_shape func_shape(const struct scope *s)
{
	struct func_shape f = { s->region->nparams, s->region->nresults };
	bool effect = false, given = false;

	for (uint32_t i = 0; i < s->n; i++) {
		const struct node *n = s->order[i];
		if (!node_has_effect(n))
			continue;
		effect = true;
		const struct node *token = n->in[n->nin - 1];
		given |= token->op == OP_parameter && f.nparams &&
			node_int(token, KEY_index, -1) == (int64_t)f.nparams - 1;
	}
	f.nresults -= effect && f.nresults;
	f.nparams -= given;
	return f;
}

static bool name_is_number(const char *s)
{
	return s[strspn(s, "0123456789")] == '\0';
}

static void print_attrs_of(struct printer *p, const struct attrs *a)
{
	print_attr_dict(p->j, p->g, OP_COUNT, a, NULL, ATTR_ALL, " ", "", p->out);
}

static void print_func(struct printer *p, const struct func *f)
{
	p->func = f;
	p->values = p->args = 0;
	struct scope *s = scope_new(p, NULL, f->region);
	struct func_shape shape = func_shape(s);

	for (uint32_t i = 0; i < s->region->nparams; i++) {
		const char *name = f->param_names ? f->param_names[i] : NULL;
		s->params[i] = name && !name_is_number(name) ? name : new_param(p);
	}
	print_newline(p);
	str_addf(p->out, "func.func %s ", f->is_private ? "private" : "public");
	print_symbol(f->name, p->out);
	str_addc(p->out, '(');
	for (uint32_t i = 0; i < shape.nparams; i++) {
		str_addf(p->out, "%s%%%s: ", i ? ", " : "", s->params[i]);
		print_type(p->g, s->region->params[i], p->out);
		if (f->param_attrs)
			print_attrs_of(p, f->param_attrs[i]);
	}
	str_addc(p->out, ')');
	bool parens = shape.nresults != 1 || (f->result_attrs && f->result_attrs[0]);
	if (shape.nresults)
		str_add(p->out, parens ? " -> (" : " -> ");
	for (uint32_t i = 0; i < shape.nresults; i++) {
		if (i)
			str_add(p->out, ", ");
		print_type(p->g, shown_type(p, s, s->region->results[i]), p->out);
		if (f->result_attrs)
			print_attrs_of(p, f->result_attrs[i]);
	}
	if (shape.nresults && parens)
		str_addc(p->out, ')');
	print_attr_dict(p->j, p->g, OP_COUNT, f->attrs, NULL, ATTR_ALL, " attributes ", "", p->out);
	str_add(p->out, " {");
	print_body(p, s, shape.nresults, "return");
	print_newline(p);
	str_addc(p->out, '}');
}

/* Where the constants are that lie in files: what MLIR has as bytes in hexadecimal. */
static void print_files(struct printer *p)
{
	for (uint32_t i = 0; i < p->nfiles; i++) {
		const struct slot *s = graph_slot(p->g, p->files[i]);
		str_add(p->out, i ? ",\n      "
				  : "\n{-#\n  dialect_resources: {\n    builtin: {\n      ");
		str_addf(p->out, "slot%u: ", i);
		print_string(
			job_printf(p->j, "file:%llu:%s", (unsigned long long)s->offset, s->name),
			p->out);
	}
	if (p->nfiles)
		str_add(p->out, "\n    }\n  }\n#-}\n");
}

static void print_module(struct printer *p)
{
	const char *name = graph_module_name(p->g);
	const struct attrs *a = graph_module_attrs(p->g);
	const struct attr *kept = attrs_find(a, KEY_module_text);

	str_add(p->out, "module");
	if (name) {
		str_addc(p->out, ' ');
		print_symbol(name, p->out);
	}
	print_attr_dict(p->j, p->g, OP_COUNT, a, NULL, ATTR_ALL, " attributes ", "", p->out);
	str_add(p->out, " {");
	p->depth++;
	for (uint32_t i = 0; kept && i < kept->n; i++) {
		print_newline(p);
		str_add(p->out, kept->list[i]->s);
	}
	for (uint32_t i = 0; i < printer_nfuncs(p); i++)
		print_func(p, printer_func(p, i));
	p->depth--;
	str_add(p->out, "\n}\n");
	print_files(p);
}

uint32_t printer_nfuncs(const struct printer *p)
{
	return p->only ? 1 : graph_nfuncs(p->g);
}

const struct func *printer_func(const struct printer *p, uint32_t i)
{
	return p->only ? p->only : graph_func(p->g, i);
}

struct print_args {
	const struct graph *g;
	const struct func *only;
	struct str *out;
	bool locations;
};

static void print_job(struct job *j, void *arg)
{
	struct print_args *a = arg;
	struct printer p = { .j = j, .g = a->g, .out = a->out, .only = a->only,
		.locations = a->locations };

	shown_find(&p);
	print_module(&p);
}

static struct weft_error *print_as(
	const struct graph *g, const struct func *f, bool locations, struct str *out)
{
	struct str text;
	struct print_args a = { g, f, &text, locations };

	str_init(&text, NULL);
	struct weft_error *e = job_run(print_job, &a);
	if (!e && text.failed)
		e = error_make(WEFT_RESOURCE_EXHAUSTED, "no memory to print the program");
	if (!e)
		str_add_bytes(out, text.text, text.len);
	str_fini(&text);
	if (!e && out->failed)
		e = error_make(WEFT_RESOURCE_EXHAUSTED, "no memory to print the program");
	return e;
}

struct weft_error *stablehlo_print_func(
	const struct graph *g, const struct func *f, struct str *out)
{
	return print_as(g, f, false, out);
}

struct weft_error *stablehlo_print(const struct graph *g, struct str *out)
{
	return print_as(g, NULL, false, out);
}

struct weft_error *stablehlo_print_locations(const struct graph *g, struct str *out)
{
	return print_as(g, NULL, true, out);
}
