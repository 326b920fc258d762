/* read_func.c -- functions and modules, and what may stand beside them.
 *
 * A file is one module or bare functions; a module may hold modules (their functions join the outer
 * ones, as MLIR's symbol tables would not: two of a name are an error).  Declarations without a
 * body and sdy.mesh are kept as text. */
#include "stablehlo/print_impl.h"
#include "stablehlo/text_impl.h"
#include <string.h>

void module_keep(struct parser *p, const char *text)
{
	if (!(p->nkept & (p->nkept - 1)))
		p->kept = job_grow(
			p->j, p->kept, p->nkept, p->nkept ? p->nkept * 2u : 1, sizeof *p->kept);
	p->kept[p->nkept++] = text;
}

struct params {
	uint32_t n, cap;
	const char **names;
	const struct type **types;
	struct t_attr **attrs;
};

/* (%a: t {..}, %b: t) or, of a declaration, (t, t). */
static void read_params(struct parser *p, struct params *a)
{
	expect(p, '(', "before the parameters");
	if (accept(p, ')'))
		return;
	do {
		if (a->n == a->cap) {
			uint32_t to = a->cap ? a->cap * 2 : 4;
			a->names = job_grow(p->j, a->names, a->cap, to, sizeof *a->names);
			a->types = job_grow(p->j, a->types, a->cap, to, sizeof *a->types);
			a->attrs = job_grow(p->j, a->attrs, a->cap, to, sizeof *a->attrs);
			a->cap = to;
		}
		if (p->tok.kind == TOK_value) {
			a->names[a->n] = tok_text(p);
			lex(p);
			expect(p, ':', "before the type of a parameter");
		}
		a->types[a->n] = read_type(p);
		if (tok_is(p, '{'))
			a->attrs[a->n] = read_dict(p);
		if (accept_word(p, "loc"))
			read_loc(p);
		a->n++;
	} while (accept(p, ','));
	expect(p, ')', "after the parameters");
}

/* -> t, -> (t {..}, t) */
static void read_results(struct parser *p, struct t_func *f)
{
	uint32_t cap = 0;

	if (!accept_arrow(p))
		return;
	if (!tok_is(p, '(')) {
		f->result_types = job_array(p->j, 1, sizeof *f->result_types);
		f->result_attrs = job_array(p->j, 1, sizeof *f->result_attrs);
		f->result_types[f->nresults++] = read_type(p);
		return;
	}
	lex(p);
	if (accept(p, ')'))
		return;
	do {
		if (f->nresults == cap) {
			uint32_t to = cap ? cap * 2 : 4;
			f->result_types =
				job_grow(p->j, f->result_types, cap, to, sizeof *f->result_types);
			f->result_attrs =
				job_grow(p->j, f->result_attrs, cap, to, sizeof *f->result_attrs);
			cap = to;
		}
		f->result_types[f->nresults] = read_type(p);
		if (tok_is(p, '{'))
			f->result_attrs[f->nresults] = read_dict(p);
		f->nresults++;
	} while (accept(p, ','));
	expect(p, ')', "after the result types");
}

void check_dialects(
	struct parser *p, const struct t_attr *dict, struct place at, const char *of)
{
	for (uint32_t i = 0; dict && i < dict->n; i++)
		if (!strchr(dict->names[i], '.'))
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at,
				"attribute '%s' of %s needs the prefix of a dialect",
				dict->names[i], of);
}

void func_check(struct parser *p, const struct t_func *f, uint32_t nparams, bool defined)
{
	for (uint32_t i = 0; i < nparams; i++)
		check_dialects(p, f->param_attrs[i], f->at, "an argument");
	for (uint32_t i = 0; i < f->nresults; i++)
		check_dialects(p, f->result_attrs[i], f->at, "a result");
	static const char *const own[] = { "sym_name", "function_type", "sym_visibility",
		"arg_attrs", "res_attrs" };
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (dict_find(f->attrs, own[i]))
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, f->at,
				"attribute '%s' of '@%s' is said by its text", own[i], f->name);
	if (!defined && !f->is_private)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, f->at,
			"'@%s' has no body and is not private", f->name);
}

void func_declare(
	struct parser *p, struct t_func *f, uint32_t n, const struct type *const *types)
{
	struct str s;

	f->nparams = n;
	f->param_types = types;
	p->declared = f;
	str_init(&s, p->j);
	str_addf(&s, "func.func private ");
	print_symbol(f->name, &s);
	str_addc(&s, '(');
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			str_add(&s, ", ");
		print_type(p->g, types[i], &s);
		if (f->param_attrs[i]) {
			str_addc(&s, ' ');
			attr_print(p, f->param_attrs[i], &s);
		}
	}
	str_addc(&s, ')');
	for (uint32_t i = 0; i < f->nresults; i++) {
		str_add(&s, i ? ", " : " -> (");
		print_type(p->g, f->result_types[i], &s);
		if (f->result_attrs[i]) {
			str_addc(&s, ' ');
			attr_print(p, f->result_attrs[i], &s);
		}
	}
	if (f->nresults)
		str_addc(&s, ')');
	if (f->attrs && f->attrs->n) {
		str_add(&s, " attributes ");
		attr_print(p, f->attrs, &s);
	}
	module_keep(p, s.text);
}

void func_add(struct parser *p, struct t_func *f, size_t len, struct place at)
{
	if (names_find(&p->funcs, f->name, len))
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at, "function '@%s' is defined already",
			f->name);
	names_add(&p->funcs, f->name, len, f, 1);
}

void func_link(struct parser *p, struct t_func *f)
{
	if (p->last)
		p->last->next = f;
	else
		p->first = f;
	p->last = f;
}

static void read_func(struct parser *p)
{
	struct t_func *f = job_alloc(p->j, sizeof *f);
	struct params a = { 0 };

	f->at = tok_place(p);
	lex(p);
	if (accept_word(p, "private") || accept_word(p, "nested"))
		f->is_private = true;
	else
		accept_word(p, "public");
	if (p->tok.kind != TOK_symbol)
		expected(p, "the name of a function");
	f->name = tok_text(p);
	func_add(p, f, p->tok.len, tok_place(p));
	lex(p);
	read_params(p, &a);
	read_results(p, f);
	if (accept_word(p, "attributes"))
		f->attrs = read_dict(p);
	f->param_attrs = a.attrs;
	if (!tok_is(p, '{')) {
		func_check(p, f, a.n, f->body);
		func_declare(p, f, a.n, a.types);
	} else {
		for (uint32_t i = 0; i < a.n; i++)
			if (!a.names[i])
				job_fail_at(p->j, WEFT_INVALID_ARGUMENT, f->at,
					"parameter %u of '@%s' has no name", i, f->name);
		f->body = region_begin(p, NULL);
		region_params(p, f->body, a.n, a.names, a.types);
		f->body->at = f->at;
		func_check(p, f, a.n, f->body);
		lex(p);
		region_body(p, f->body);
		func_link(p, f);
	}
	if (accept_word(p, "loc"))
		read_loc(p);
}

/* ---- generic form --------------------------------------------------------------------------- */

/* [{..}, {..}], a dict a parameter. */
static struct t_attr **dicts_of(
	struct parser *p, const struct t_attr *a, uint32_t n, const char *name)
{
	if (!a)
		return job_array(p->j, n + 1u, sizeof(struct t_attr *));
	if (a->kind != T_array || a->n != n)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, a->at, "%s: expected %u entries", name, n);
	for (uint32_t i = 0; i < n; i++)
		if (a->list[i]->kind != T_dict)
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, a->at, "%s: expected dictionaries",
				name);
	return a->list;
}

/* () <{..}>, as far as the region: the properties. */
static struct t_attr *generic_head(struct parser *p)
{
	struct t_attr *a = attr_new(p, T_dict);

	lex(p);
	expect(p, '(', "before no operands");
	expect(p, ')', "after no operands");
	if (accept(p, '<')) {
		a = read_dict(p);
		expect(p, '>', "after the properties");
	}
	expect(p, '(', "before the region");
	expect(p, '{', "before the region");
	return a;
}

/* ) {..} : () -> () */
static struct t_attr *generic_tail(struct parser *p)
{
	struct t_attr *a = NULL;
	const struct type **none;

	expect(p, ')', "after the region");
	if (tok_is(p, '{'))
		a = read_dict(p);
	expect(p, ':', "before the type of the op");
	read_type_parens(p, &none);
	expect_arrow(p);
	read_type_parens(p, &none);
	if (accept_word(p, "loc"))
		read_loc(p);
	return a;
}

static const char *string_of(const struct t_attr *dict, const char *name)
{
	const struct t_attr *a = dict_find(dict, name);

	return a && a->kind == T_string ? a->s : NULL;
}

/* The attributes of a function itself: properties, or among all behind the region, where MLIR had
 * them before there were properties.  What is left there is the function's beside. */
struct func_fields {
	struct t_attr *type, *name, *visibility, *params, *results;
};

static struct t_attr *take_field(struct t_attr *dict, const char *name)
{
	for (uint32_t i = 0; dict && i < dict->n; i++) {
		if (strcmp(dict->names[i], name) != 0)
			continue;
		struct t_attr *a = dict->list[i];
		dict->n--;
		memmove(dict->names + i, dict->names + i + 1, (dict->n - i) * sizeof *dict->names);
		memmove(dict->list + i, dict->list + i + 1, (dict->n - i) * sizeof *dict->list);
		return a;
	}
	return NULL;
}

static void take_fields(struct t_attr *dict, struct func_fields *f)
{
	struct {
		const char *name;
		struct t_attr **to;
	} fields[] = { { "function_type", &f->type }, { "sym_name", &f->name },
		{ "sym_visibility", &f->visibility }, { "arg_attrs", &f->params },
		{ "res_attrs", &f->results } };

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (!*fields[i].to)
			*fields[i].to = take_field(dict, fields[i].name);
}

static const struct t_function *set_fields(
	struct parser *p, struct t_func *f, const struct func_fields *a)
{
	const struct t_function *type = a->type ? a->type->function : NULL;

	if (!a->name || a->name->kind != T_string || !type)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, f->at,
			"expected a sym_name and a function_type");
	f->name = a->name->s;
	f->is_private = a->visibility && a->visibility->kind == T_string &&
			strcmp(a->visibility->s, "public") != 0;
	f->nresults = type->nout;
	f->result_types = type->out;
	f->param_attrs = dicts_of(p, a->params, type->nin, "arg_attrs");
	f->result_attrs = dicts_of(p, a->results, type->nout, "res_attrs");
	func_add(p, f, strlen(f->name), f->at);
	return type;
}

/* "func.func"() <{function_type = .., sym_name = "main", ..}> ({ ^bb0(%a: t): .. }) : () -> () */
static void read_generic_func(struct parser *p)
{
	struct t_func *f = job_alloc(p->j, sizeof *f);
	struct func_fields fields = { 0 };

	f->at = tok_place(p);
	take_fields(generic_head(p), &fields);
	if (!accept(p, '}')) {
		f->body = region_begin(p, NULL);
		region_body(p, f->body);
	}
	f->attrs = generic_tail(p);
	take_fields(f->attrs, &fields);
	const struct t_function *type = set_fields(p, f, &fields);
	func_check(p, f, type->nin, f->body);
	if (!f->body) {
		func_declare(p, f, type->nin, type->in);
		return;
	}
	if (f->body->nparams != type->nin)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, f->at,
			"the body of '@%s' has %u parameters, its type %u", f->name,
			f->body->nparams, type->nin);
	for (uint32_t i = 0; i < type->nin; i++)
		if (f->body->params[i].type != type->in[i])
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, f->at,
				"parameter %u of '@%s' has another type", i, f->name);
	func_link(p, f);
}

/* sdy.mesh @m = <["x"=2]> {..}, kept as text. */
static void read_mesh(struct parser *p)
{
	struct str s;

	str_init(&s, p->j);
	lex(p);
	if (p->tok.kind != TOK_symbol)
		expected(p, "the name of a mesh");
	str_add(&s, "sdy.mesh ");
	print_symbol(tok_text(p), &s);
	lex(p);
	expect(p, '=', "after the name of a mesh");
	str_addf(&s, " = %s", skip_balanced(p));
	if (tok_is(p, '{')) {
		str_addc(&s, ' ');
		attr_print(p, read_dict(p), &s);
	}
	module_keep(p, s.text);
	if (accept_word(p, "loc"))
		read_loc(p);
}

/* "sdy.mesh"() <{mesh = .., sym_name = ".."}> {..} : () -> () */
static void read_generic_mesh(struct parser *p)
{
	const struct type **none;
	struct str s;

	str_init(&s, p->j);
	str_add(&s, "\"sdy.mesh\"()");
	lex(p);
	expect(p, '(', "before no operands");
	expect(p, ')', "after no operands");
	if (accept(p, '<')) {
		str_add(&s, " <");
		attr_print(p, read_dict(p), &s);
		str_addc(&s, '>');
		expect(p, '>', "after the properties");
	}
	if (tok_is(p, '{')) {
		str_addc(&s, ' ');
		attr_print(p, read_dict(p), &s);
	}
	expect(p, ':', "before the type of the op");
	read_type_parens(p, &none);
	expect_arrow(p);
	read_type_parens(p, &none);
	str_add(&s, " : () -> ()");
	module_keep(p, s.text);
	if (accept_word(p, "loc"))
		read_loc(p);
}

static void read_top(struct parser *p, bool nested);

static void read_module(struct parser *p)
{
	bool outer = !p->module_attrs && !p->module_name;
	struct place at = tok_place(p);

	enter(p);
	lex(p);
	if (p->tok.kind == TOK_symbol) {
		if (outer)
			p->module_name = tok_text(p);
		lex(p);
	}
	if (accept_word(p, "attributes")) {
		struct t_attr *a = read_dict(p);
		check_dialects(p, a, at, "a module");
		if (outer)
			p->module_attrs = a;
	}
	expect(p, '{', "before the functions of a module");
	read_top(p, true);
	expect(p, '}', "after the functions of a module");
	if (accept_word(p, "loc"))
		read_loc(p);
	leave(p);
}

/* "builtin.module"() <{sym_name = "m"}> ({ .. }) {..} : () -> () */
static void read_generic_module(struct parser *p)
{
	bool outer = !p->module_attrs && !p->module_name;

	enter(p);
	struct place at = tok_place(p);
	struct t_attr *d = generic_head(p);
	if (outer)
		p->module_name = string_of(d, "sym_name");
	if (p->tok.kind == TOK_caret)
		region_label(p, region_begin(p, NULL));
	read_top(p, true);
	expect(p, '}', "after the functions of a module");
	d = generic_tail(p);
	const struct t_attr *name = take_field(d, "sym_name");
	take_field(d, "sym_visibility");
	check_dialects(p, d, at, "a module");
	if (outer && name && name->kind == T_string)
		p->module_name = name->s;
	if (outer)
		p->module_attrs = d;
	leave(p);
}

static bool tok_string(const struct parser *p, const char *s)
{
	return p->tok.kind == TOK_string && p->tok.len == strlen(s) &&
	       !memcmp(p->tok.s, s, p->tok.len);
}

static void read_top(struct parser *p, bool nested)
{
	for (;;) {
		if (p->tok.kind == TOK_end || (nested && tok_is(p, '}')))
			return;
		if (tok_word(p, "func.func") || tok_word(p, "func"))
			read_func(p);
		else if (tok_word(p, "module") || tok_word(p, "builtin.module"))
			read_module(p);
		else if (tok_string(p, "func.func"))
			read_generic_func(p);
		else if (tok_string(p, "builtin.module"))
			read_generic_module(p);
		else if (tok_word(p, "sdy.mesh"))
			read_mesh(p);
		else if (tok_string(p, "sdy.mesh"))
			read_generic_mesh(p);
		else if ((p->tok.kind == TOK_hash || p->tok.kind == TOK_bang) && !nested)
			read_alias(p);
		else if (tok_is(p, '{') && !nested && p->at < p->end && *p->at == '-')
			read_resources(p);
		else
			expected(p, "a function, a module or an alias");
	}
}

/* #loc = loc("x") may stand behind its first use: read ahead of everything else. */
void read_file(struct parser *p)
{
	lex(p);
	read_top(p, false);
}
