/* read_op.c -- one op: results, pretty form by syntax.def or generic form, regions, location.
 *
 * Names are resolved at once: an operand is a value of this region or of one around it, and in the
 * second case the ops between have captured it. */
#include "stablehlo/print_impl.h"
#include "stablehlo/text_impl.h"
#include <string.h>

#define MOST_ATTRS 4096                  /* of an op: they are compared with each other */

const char *const syntax_forms[OP_COUNT] = {
#define SYNTAX(name, form) [OP_##name] = form,
#include "stablehlo/syntax.def"
#undef SYNTAX
};

struct t_op *op_new(struct parser *p, enum op op, const char *name, struct place at)
{
	struct t_op *o = job_alloc(p->j, sizeof *o);

	o->op = op;
	o->name = name;
	o->at = at;
	o->home = p->region;
	o->id = p->nops++;
	return o;
}

void op_link(struct parser *p, struct t_op *op)
{
	struct t_region *r = p->region;

	if (r->terminated)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, op->at, "'%s' behind the end of its block",
			op->name);
	if (r->last)
		r->last->next = op;
	else
		r->first = op;
	r->last = op;
}

/* Ops whose regions see nothing outside. */
static bool is_isolated(enum op op)
{
	return op == OP_chlo_scan || op == OP_manual_computation || op == OP_sdy_named_computation;
}

/* Does region r see values of region `of`? */
static bool sees(const struct t_region *r, const struct t_region *of)
{
	while (r != of && r->owner && !is_isolated(r->owner->op))
		r = r->owner->home;
	return r == of;
}

/* Fails where a value of r may not have that name: MLIR hides none. */
static void check_name(struct parser *p, const struct t_region *r, const char *name, size_t len,
	struct place at)
{
	const struct name_entry *old = names_find(&p->values, name, len);

	if (old && sees(r, ((const struct t_value *)old->value)->region))
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at, "'%%%s' is defined already", name);
}

/* Notes that the regions between v and where it is used capture it, once each. */
static void capture(struct parser *p, struct t_op *op, struct t_value *v)
{
	for (struct t_region *r = op->home; r != v->region; r = r->owner->home) {
		struct t_op *o = r->owner;
		uint32_t key[2] = { o->id, v->id };
		if (is_isolated(o->op))
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, op->at,
				"'%s' uses a value from outside of the region of '%s', which is "
				"closed", op->name, o->name);
		if (names_find(&p->captured, (const char *)key, sizeof key))
			return;                  /* then those around have it too */
		char *copy = job_alloc(p->j, sizeof key);
		memcpy(copy, key, sizeof key);
		names_add(&p->captured, copy, sizeof key, v, 1);
		if (o->ncaptures == o->cap_captures) {
			uint32_t to = o->cap_captures ? o->cap_captures * 2 : 4;
			o->captures =
				job_grow(p->j, o->captures, o->ncaptures, to, sizeof *o->captures);
			o->cap_captures = to;
		}
		o->captures[o->ncaptures++] = v;
	}
}

struct t_value *read_operand(struct parser *p)
{
	if (p->tok.kind != TOK_value)
		expected(p, "an operand");
	struct place at = p->operand_at = tok_place(p);
	struct name_entry *e = names_find(&p->values, p->tok.s, p->tok.len);
	if (!e)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at, "use of undefined value '%%%s'",
			tok_text(p));
	lex(p);
	/* %0#1 lexes as %0 and then #1 */
	int64_t index = 0;
	if (p->tok.kind == TOK_hash && p->tok.s[0] >= '0' && p->tok.s[0] <= '9') {
		for (size_t i = 0; i < p->tok.len && index < 1 << 24; i++)
			index = index * 10 + (p->tok.s[i] - '0');
		lex(p);
	}
	if (index >= e->count)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at, "'%%%s' has %u results, not %lld",
			e->name, e->count, (long long)index + 1);
	return (struct t_value *)e->value + index;
}

void op_operand(struct parser *p, struct t_op *op, struct t_value *v)
{
	if (!op->nin)
		op->in_at = p->operand_at;
	if (!(op->nin & (op->nin - 1)))
		op->in =
			job_grow(p->j, op->in, op->nin, op->nin ? op->nin * 2u : 1, sizeof *op->in);
	op->in[op->nin++] = v;
	capture(p, op, v);
}

uint32_t read_operands(struct parser *p, struct t_op *op)
{
	uint32_t n = 0;

	while (p->tok.kind == TOK_value) {
		op_operand(p, op, read_operand(p));
		n++;
		if (!tok_is(p, ','))
			break;
		struct parser ahead = *p;        /* a comma may also belong to what follows */
		lex(&ahead);
		if (ahead.tok.kind != TOK_value)
			break;
		lex(p);
	}
	return n;
}

void op_attr(struct parser *p, struct t_op *op, const char *name, struct t_attr *value)
{
	if (op->nentries == op->cap_entries) {
		uint32_t to = op->cap_entries ? op->cap_entries * 2 : 1;
		op->entries = job_grow(p->j, op->entries, op->nentries, to, sizeof *op->entries);
		op->cap_entries = to;
	}
	if (op->nentries == MOST_ATTRS)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, value->at, "more than %d attributes",
			MOST_ATTRS);
	if (op_find_attr(op, name))
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, value->at, "attribute '%s' is given twice",
			name);
	op->entries[op->nentries++] = (struct t_entry){ name, value };
}

void op_attrs(struct parser *p, struct t_op *op, const struct t_attr *dict)
{
	for (uint32_t i = 0; i < dict->n; i++)
		op_attr(p, op, dict->names[i], dict->list[i]);
}

struct t_attr *op_find_attr(const struct t_op *op, const char *name)
{
	for (uint32_t i = 0; i < op->nentries; i++)
		if (!strcmp(op->entries[i].name, name))
			return op->entries[i].value;
	return NULL;
}

void op_result_types(struct parser *p, struct t_op *op, uint32_t n, const struct type *const *types)
{
	op->nresults = n;
	op->types = job_array(p->j, n, sizeof *op->types);
	if (n)
		memcpy(op->types, types, n * sizeof *types);
}

void op_check_operands(struct parser *p, struct t_op *op, uint32_t n,
	const struct type *const *types, struct place at)
{
	if (n != op->nin)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at,
			"'%s' has %u operands, the types are of %u", op->name, op->nin, n);
	for (uint32_t i = 0; i < n; i++)
		if (op->in[i]->type != types[i])
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, op->in_at,
				"operand '%%%s' of '%s' has another type: expected %s, found %s",
				op->in[i]->name, op->name, type_text(p->j, p->g, types[i]),
				type_text(p->j, p->g, op->in[i]->type));
}

void op_function_type(struct parser *p, struct t_op *op)
{
	const struct type **in, **out;
	struct place at = tok_place(p);
	uint32_t n = read_type_parens(p, &in);

	op_check_operands(p, op, n, in, at);
	expect_arrow(p);
	n = read_result_types(p, &out);
	op_result_types(p, op, n, out);
}

/* ---- regions -------------------------------------------------------------------------------- */

struct t_region *region_begin(struct parser *p, struct t_op *op)
{
	struct t_region *r = job_alloc(p->j, sizeof *r);

	r->owner = op;
	if (op) {
		op->regions = job_grow(
			p->j, op->regions, op->nregions, op->nregions + 1u, sizeof *op->regions);
		op->regions[op->nregions++] = r;
	}
	return r;
}

void region_params(struct parser *p, struct t_region *r, uint32_t n, const char *const *names,
	const struct type *const *types)
{
	r->nparams = n;
	r->params = job_array(p->j, n, sizeof *r->params);
	for (uint32_t i = 0; i < n; i++)
		r->params[i] = (struct t_value){ names[i], types[i], r, NULL, p->nvalues++, false };
}

/* (%a: tensor<f32>, %b: tensor<f32>) */
void region_arguments(struct parser *p, struct t_region *r)
{
	uint32_t n = 0, cap = 0;
	const char **names = NULL;
	const struct type **types = NULL;

	if (accept(p, '(') && !accept(p, ')')) {
		do {
			if (n == cap) {
				uint32_t to = cap ? cap * 2 : 4;
				names = job_grow(p->j, names, cap, to, sizeof *names);
				types = job_grow(p->j, types, cap, to, sizeof *types);
				cap = to;
			}
			if (p->tok.kind != TOK_value)
				expected(p, "a block argument");
			names[n] = tok_text(p);
			lex(p);
			expect(p, ':', "before the type of a block argument");
			types[n++] = read_type(p);
			if (accept_word(p, "loc"))
				read_loc(p);
		} while (accept(p, ','));
		expect(p, ')', "after the block arguments");
	}
	region_params(p, r, n, names, types);
}

/* ^bb0(%a: tensor<f32>): */
void region_label(struct parser *p, struct t_region *r)
{
	lex(p);
	region_arguments(p, r);
	expect(p, ':', "after the name of a block");
}

/* Behind '{'; the parameters are known, or a label says them. */
void region_body(struct parser *p, struct t_region *r)
{
	struct t_region *around = p->region;
	struct name_entry *mark = p->values.top;

	enter(p);
	p->region = r;
	struct place at = p->tok.kind == TOK_caret ? tok_place(p) : r->owner ? r->owner->at : r->at;
	if (p->tok.kind == TOK_caret && !r->nparams)
		region_label(p, r);
	for (uint32_t i = 0; i < r->nparams; i++) {
		const char *name = r->params[i].name;
		check_name(p, r, name, strlen(name), at);
		names_add(&p->values, name, strlen(name), &r->params[i], 1);
	}
	while (!tok_is(p, '}')) {
		if (p->tok.kind == TOK_caret)
			job_fail_at(p->j, WEFT_UNIMPLEMENTED, tok_place(p),
				"a region of more than one block");
		if (p->tok.kind == TOK_end)
			expected(p, "'}' after a region");
		read_op(p);
	}
	lex(p);
	names_pop(&p->values, mark);
	p->region = around;
	leave(p);
}

void read_region(struct parser *p, struct t_op *op)
{
	struct t_region *r = region_begin(p, op);

	expect(p, '{', "before a region");
	region_body(p, r);
}

/* ---- the forms of syntax.def ---------------------------------------------------------------- */

/* p, t for (p, t, t) -> t */
static void types_of_select(struct parser *p, struct t_op *op)
{
	const struct type **two;
	struct place at = tok_place(p);

	if (tok_is(p, '(')) {
		op_function_type(p, op);
		return;
	}
	uint32_t n = read_types(p, &two);
	if (n != 2)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at,
			"expected the types of the predicate and the branches");
	const struct type *all[3] = { two[0], two[1], two[1] };
	op_check_operands(p, op, 3, all, at);
	op_result_types(p, op, 1, &two[1]);
}

static void types_of_one(struct parser *p, struct t_op *op, char kind)
{
	struct place at = tok_place(p);

	if (tok_is(p, '(')) {
		op_function_type(p, op);
		return;
	}
	const struct type *t = read_type(p), *operand = t;
	if (kind == 'C') {
		if (t->kind != TYPE_tensor || !dtype_is_complex(t->dtype))
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at, "expected a complex type");
		operand = type_with_dtype(p->g, t, dtype_part(t->dtype));
	}
	if (kind == 'U') {
		if (t->kind != TYPE_tuple)
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at, "expected a tuple type");
		op_check_operands(p, op, t->n, t->elem, at);
	} else if (kind != 'R') {
		const struct type **all = job_array(p->j, op->nin + 1u, sizeof *all);
		for (uint32_t i = 0; i < op->nin; i++)
			all[i] = operand;
		op_check_operands(p, op, op->nin, all, at);
	}
	op_result_types(p, op, 1, &t);
}

static void form_types(struct parser *p, struct t_op *op, char kind)
{
	const struct type **list;
	uint32_t n;

	expect(p, ':', "before the types");
	struct place at = tok_place(p);
	switch (kind) {
	case 'F':
		op_function_type(p, op);
		return;
	case 'S':
		types_of_select(p, op);
		return;
	case 'P':
		n = read_types(p, &list);
		op_check_operands(p, op, n, list, at);
		expect_arrow(p);
		n = read_result_types(p, &list);
		op_result_types(p, op, n, list);
		return;
	default:
		types_of_one(p, op, kind);
	}
}

static void form_attribute(struct parser *p, struct t_op *op, char kind, const char *name)
{
	struct t_attr *a;
	int64_t *v;

	switch (kind) {
	case 'n':
		a = int_attr(p, tok_int(p));
		break;
	case 'I': {
		uint32_t n = read_int_list(p, &v);
		a = ints_attr(p, n, v);
		break;
	}
	case 'e':
		if (p->tok.kind != TOK_word)
			expected(p, job_printf(p->j, "a value of %s", name));
		check_enum(p, key_enum(key_of(op->op, name)), tok_text(p), tok_place(p));
		a = str_attr(p, tok_text(p));
		lex(p);
		break;
	case '@':
		if (p->tok.kind != TOK_symbol)
			expected(p, "a symbol");
		a = str_attr(p, tok_text(p));
		lex(p);
		break;
	default:                                 /* s, b */
		a = read_attr(p);
		if (a->kind != (kind == 's' ? T_string : T_bool))
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, a->at, "expected a %s",
				kind == 's' ? "string" : "boolean");
	}
	op_attr(p, op, name, a);
}

static void form_part(struct parser *p, struct t_op *op, const char *name)
{
	static const struct {
		const char *name;
		form_fn *fn;
	} parts[] = {
		{ "constant", form_constant },
		{ "reduce", form_reduce },
		{ "while", form_while },
		{ "convolution", form_convolution },
		{ "scan", form_scan },
		{ "manual", form_manual },
		{ "sdy", form_sdy },
		{ "barrier", form_barrier },
		{ "slice", form_slice },
		{ "dot_dims", form_dot_dims },
		{ "precision", form_precision },
		{ "algorithm", form_algorithm },
		{ "precision_format", form_precision_format },
	};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (!strcmp(parts[i].name, name)) {
			parts[i].fn(p, op);
			return;
		}
	BUG("syntax.def names no part '%s'", name);
}

static void form_literal(struct parser *p, const char *word)
{
	if ((word[0] >= 'a' && word[0] <= 'z'))
		expect_word(p, word);
	else
		expect(p, word[0], "in this form");
}

static void read_form(struct parser *p, struct t_op *op, const char *form)
{
	char w[48];
	bool skip = false;

	while (*form) {
		size_t n = strcspn(form, " ");
		memcpy(w, form, n);
		w[n] = '\0';
		form += n;
		form += *form == ' ';
		if (!strcmp(w, ")?")) {
			skip = false;
		} else if (skip) {
			continue;
		} else if (!strcmp(w, "(?")) {
			skip = !tok_is(p, form[0]);      /* a group begins with a literal */
		} else if (!strcmp(w, "%*")) {
			read_operands(p, op);
		} else if (w[0] == '%') {
			op_operand(p, op, read_operand(p));
		} else if (!strcmp(w, "{}")) {
			op->attrs_at = tok_place(p);
			if (tok_is(p, '{'))
				op_attrs(p, op, read_dict(p));
		} else if (w[0] == ':' && w[1]) {
			form_types(p, op, w[1]);
		} else if (w[0] == '$') {
			form_part(p, op, w + 1);
		} else if (n > 2 && w[1] == '.') {
			form_attribute(p, op, w[0], job_printf(p->j, "%s", w + 2));
		} else {
			form_literal(p, w);
		}
	}
}

static bool is_return(const char *name)
{
	return !strcmp(name, "stablehlo.return") || !strcmp(name, "func.return") ||
	       !strcmp(name, "return") || !strcmp(name, "sdy.return");
}

/* "op"(%a) <{...}> ({...}) {...} : (a) -> b, behind the name. */
static void read_generic(struct parser *p, struct t_op *op)
{
	op->generic = true;
	expect(p, '(', "before the operands");
	read_operands(p, op);
	expect(p, ')', "after the operands");
	if (tok_is(p, '['))
		job_fail_at(p->j, WEFT_UNIMPLEMENTED, tok_place(p), "successors of a block");
	if (accept(p, '<')) {
		op_attrs(p, op, read_dict(p));
		expect(p, '>', "after the properties");
	}
	if (is_return(op->name) && tok_is(p, '('))
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, tok_place(p), "'%s' has no regions",
			op->name);
	if (accept(p, '(')) {
		do
			read_region(p, op);
		while (accept(p, ','));
		expect(p, ')', "after the regions");
	}
	if (tok_is(p, '{'))
		op_attrs(p, op, read_dict(p));
	expect(p, ':', "before the type of the op");
	op_function_type(p, op);
}

/* ---- terminators, kept dialects ------------------------------------------------------------- */

const char *region_end(enum op op)
{
	return op_table[op].dialect == OP_Y ? "sdy.return" : "stablehlo.return";
}

void region_return(struct parser *p, struct t_op *op)
{
	struct t_region *r = p->region;

	if (r->terminated)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, op->at, "'%s' behind the end of its block",
			op->name);
	r->terminated = true;
	r->end = op->at;
	r->nresults = op->nin;
	r->results = op->in;
}

static void read_return(struct parser *p, struct t_op *op)
{
	struct t_region *r = p->region;
	const struct type **types = NULL;
	uint32_t n = 0;
	struct place at = op->at;

	if (op->generic) {
		read_generic(p, op);
		if (op->nresults)
			job_fail_at(
				p->j, WEFT_INVALID_ARGUMENT, at, "'%s' has no results", op->name);
	} else {
		read_operands(p, op);
		if (tok_is(p, '{'))
			read_dict(p);
		if (op->nin || tok_is(p, ':')) {
			expect(p, ':', "before the types");
			n = read_types(p, &types);
		}
		op_check_operands(p, op, n, types, at);
	}
	if (r->owner && strcmp(op->name, region_end(r->owner->op)) != 0)
		job_fail_at(
			p->j, WEFT_INVALID_ARGUMENT, at, "'%s' does not end this region", op->name);
	region_return(p, op);
	if (accept_word(p, "loc"))
		read_loc(p);
}

/* ---- results -------------------------------------------------------------------------------- */

struct result_name {
	const char *name;
	size_t len;
	uint32_t count;
	struct place at;
};

/* *out: room for one, or more in scratch. */
static uint32_t read_result_names(struct parser *p, struct result_name **out)
{
	uint32_t n = 0, cap = 1;
	struct result_name *names = *out;

	if (p->tok.kind != TOK_value)
		return 0;
	do {
		if (n == cap) {
			names = job_grow(p->j, names, cap, (size_t)cap * 2, sizeof *names);
			cap *= 2;
		}
		if (p->tok.kind != TOK_value)
			expected(p, "the name of a result");
		names[n] = (struct result_name){ tok_text(p), p->tok.len, 1, tok_place(p) };
		lex(p);
		if (accept(p, ':')) {
			int64_t count = tok_int(p);
			if (count < 1 || count > 1 << 24)
				job_fail_at(p->j, WEFT_INVALID_ARGUMENT, names[n].at,
					"expected a number of results");
			names[n].count = (uint32_t)count;
		}
		n++;
	} while (accept(p, ','));
	expect(p, '=', "after the results");
	*out = names;
	return n;
}

void op_results(struct parser *p, struct t_op *op)
{
	op->results = job_array(p->j, op->nresults, sizeof *op->results);
	for (uint32_t i = 0; i < op->nresults; i++)
		op->results[i] =
			(struct t_value){ "", op->types[i], p->region, NULL, p->nvalues++, false };
}

static void name_results(
	struct parser *p, struct t_op *op, uint32_t n, const struct result_name *names)
{
	uint64_t total = 0;
	uint32_t at = 0;

	op_results(p, op);
	for (uint32_t i = 0; i < n; i++)
		total += names[i].count;
	if (n && total != op->nresults)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, op->at,
			"'%s' has %u results, %llu are named", op->name, op->nresults,
			(unsigned long long)total);
	for (uint32_t i = 0; i < n; i++) {
		check_name(p, p->region, names[i].name, names[i].len, names[i].at);
		for (uint32_t k = 0; k < names[i].count; k++)
			op->results[at + k].name = names[i].name;
		names_add(
			&p->values, names[i].name, names[i].len, &op->results[at], names[i].count);
		at += names[i].count;
	}
}

static enum op find_op(const char *name)
{
	if (!strcmp(name, "call") || !strcmp(name, "func.call"))
		return OP_call;
	if (!strcmp(name, "arith.constant") || !strcmp(name, "sdy.constant"))
		return OP_constant;
	if (!strcmp(name, "stablehlo.cross-replica-sum"))
		return OP_cross_replica_sum;
	enum op op = op_find(name, strlen(name));
	return op != OP_COUNT && (op_table[op].dialect == OP_S || op_table[op].dialect == OP_C ||
				     op_table[op].dialect == OP_Y)
		       ? op
		       : OP_COUNT;
}

/* Ops of the check and interpreter dialects are custom calls of their name, with an effect. */
static bool is_host_op(const char *name)
{
	return !strncmp(name, "check.", 6) || !strncmp(name, "interpreter.", 12);
}

/* tok's text: programs are made of few ops, so a copy is made only when the last one of as long a
 * name had another. */
static const char *op_name(struct parser *p)
{
	const char **last = &p->op_names[p->tok.len % OP_NAMES];

	if (!*last || strlen(*last) != p->tok.len || memcmp(*last, p->tok.s, p->tok.len) != 0)
		*last = tok_text(p);
	return *last;
}

static void read_body(struct parser *p, struct t_op *op)
{
	if (op->op == OP_COUNT) {
		op->op = OP_custom_call;
		if (op->generic)
			read_generic(p, op);
		else
			form_check(p, op);
		check_complete(p, op);
		op_attr(p, op, "call_target_name", str_attr(p, op->name));
		struct t_attr *yes = attr_new(p, T_bool);
		yes->i = 1;
		op_attr(p, op, "has_side_effect", yes);
	} else if (op->generic) {
		read_generic(p, op);
	} else if (syntax_forms[op->op]) {
		read_form(p, op, syntax_forms[op->op]);
	} else {
		expected(p, job_printf(p->j, "the generic form of '%s'", op->name));
	}
}

void read_op(struct parser *p)
{
	struct result_name one, *names = &one;
	uint32_t n = read_result_names(p, &names);
	struct place at = tok_place(p);

	if (p->tok.kind != TOK_word && p->tok.kind != TOK_string)
		expected(p, "an operation");
	bool generic = p->tok.kind == TOK_string;
	const char *name = op_name(p);
	struct t_op *op = op_new(p, find_op(name), name, at);
	op->generic = generic;
	lex(p);
	if (is_return(name)) {
		if (n)
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at, "'%s' has no results", name);
		read_return(p, op);
		return;
	}
	if (op->op == OP_COUNT && !is_host_op(name))
		job_fail_at(p->j, WEFT_UNIMPLEMENTED, at, "unknown operation '%s'", name);
	read_body(p, op);
	if (accept_word(p, "loc"))
		op->loc = read_loc(p);
	op_link(p, op);
	name_results(p, op, n, names);
}
