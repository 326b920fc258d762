/* read_attr.c -- attribute values, aliases, locations, resources.
 *
 * Values become trees; an attribute of a dialect (#sdy.sharding<...>) is kept as its text with
 * blanks collapsed, and taken apart later by whoever knows it (attr_keys.c). */
#include "stablehlo/print_impl.h"
#include "stablehlo/text_impl.h"
#include <stdlib.h>
#include <string.h>

#define MOST_VALUES (1 << 22)

struct t_attr *attr_new(struct parser *p, enum t_kind kind)
{
	struct t_attr *a = job_alloc(p->j, sizeof *a);

	a->kind = kind;
	a->at = tok_place(p);
	a->weight = 1;
	return a;
}

/* Adds a part to a list or dictionary.  Aliases of aliases can make little text say much. */
static struct t_attr *add_weight(struct parser *p, struct t_attr *a, struct t_attr *part)
{
	a->weight += part->weight;
	if (a->weight > MOST_VALUES)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, a->at,
			"an attribute of more than %d values", MOST_VALUES);
	return part;
}

/* The type behind `:` of a number: its name, or the text of a tensor type. */
static const char *read_number_type(struct parser *p)
{
	if (p->tok.kind == TOK_word && !tok_word(p, "tensor")) {
		const char *name = tok_text(p);
		if (dtype_find(name) == DTYPE_none && strcmp(name, "index") && !foreign_word(p))
			expected(p, "the type of a number");
		lex(p);
		return name;
	}
	return type_text(p->j, p->g, read_type(p));
}

/* [-]1 or [-]1.0, without a type. */
struct t_attr *read_bare_number(struct parser *p, bool *hex)
{
	struct t_attr *a = attr_new(p, T_int);
	bool minus = tok_is(p, '-');

	if (minus)
		lex(p);
	*hex = p->tok.kind == TOK_hex;
	if (p->tok.kind == TOK_float) {
		a->kind = T_float;
		a->f = tok_double(&p->tok);
		if (minus)
			a->f = -a->f;
		a->tname = "f64";
		lex(p);
	} else if (p->tok.kind == TOK_int || p->tok.kind == TOK_hex) {
		uint64_t v = 0;
		for (size_t i = *hex ? 2 : 0; i < p->tok.len; i++) {
			char c = p->tok.s[i];
			uint64_t d = (uint64_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10),
				 base = *hex ? 16 : 10;
			if (v > (UINT64_MAX - d) / base)
				job_fail_at(
					p->j, WEFT_INVALID_ARGUMENT, a->at, "integer out of range");
			v = v * base + d;
		}
		a->i = minus ? (int64_t)(0 - v) : (int64_t)v;
		a->tname = "i64";
		lex(p);
	} else {
		expected(p, "a number");
	}
	return a;
}

static noreturn void number_fail(struct parser *p, const struct t_attr *a, const char *why)
{
	job_fail_at(p->j, WEFT_INVALID_ARGUMENT, a->at, "%s, found one of type %s", why, a->tname);
}

bool integer_fits(const char *type, uint64_t digits, bool minus, bool either)
{
	char sign = *type == 's' || *type == 'u' ? *type : '\0';
	unsigned long bits =
		!strcmp(type, "index") ? 64 : strtoul(type + (sign ? 2 : 1), NULL, 10);

	if (minus && sign == 'u')
		return digits == 0;
	if (bits < 1 || bits > 64)
		return true;
	either = either && strcmp(type, "index") != 0;  /* its numbers are signed */
	uint64_t half = (uint64_t)1 << (bits - 1);
	if (minus)
		return digits <= half;
	return sign == 's' || (!sign && !either) ? digits < half
						  : bits == 64 || digits >> bits == 0;
}

/* An integer of a type without a sign is a signed one, whichever its digits were (255 of i8 is -1),
 * and one of i1 a truth. */
static void set_integer(struct parser *p, struct t_attr *a, uint64_t digits, bool minus)
{
	enum dtype t = dtype_find(a->tname);
	unsigned long bits = *a->tname == 'i' ? strtoul(a->tname + 1, NULL, 10) : 0;

	if (minus && *a->tname == 'u')
		number_fail(p, a, "expected an integer of at least 0");
	if (!integer_fits(a->tname, digits, minus, true))
		number_fail(p, a, "expected an integer in range");
	if (bits > 1 && bits < 64 && !minus && digits >> (bits - 1))
		a->i = (int64_t)(digits | UINT64_MAX << bits);
	if (t == DTYPE_i1) {
		a->kind = T_bool;
		a->i = digits != 0;
	}
}

/* A float is one of its type: its digits are rounded to it, or hexadecimal ones its bits. */
static void set_float(struct parser *p, struct t_attr *a, uint64_t digits, bool minus, bool hex)
{
	enum dtype t = dtype_find(a->tname);
	uint64_t bits[2] = { digits, 0 };

	if (a->kind == T_int && !hex)
		number_fail(p, a, "expected a number with a point");
	if (a->kind == T_int && minus)
		number_fail(p, a, "expected hexadecimal digits without a minus");
	if (t == DTYPE_none)
		return;                          /* f80, f128 */
	if (a->kind == T_int && dtype_table[t].bits < 64 && digits >> dtype_table[t].bits)
		number_fail(p, a, "expected hexadecimal digits in range");
	if (a->kind == T_float)
		dtype_store_f64(t, bits, a->f);
	a->kind = T_float;
	a->f = dtype_load_f64(t, bits);
}

static struct t_attr *read_number(struct parser *p)
{
	bool minus = tok_is(p, '-'), hex;
	struct t_attr *a = read_bare_number(p, &hex);
	uint64_t digits = minus ? 0 - (uint64_t)a->i : (uint64_t)a->i;

	if (!accept(p, ':')) {
		if (a->kind == T_int)
			set_integer(p, a, digits, minus);
		return a;
	}
	a->tname = read_number_type(p);
	enum dtype t = dtype_find(a->tname);
	if (dtype_is_float(t) || !strcmp(a->tname, "f80") || !strcmp(a->tname, "f128"))
		set_float(p, a, digits, minus, hex);
	else if (a->kind == T_float || (t == DTYPE_none && strchr(a->tname, '<')) ||
		 !strcmp(a->tname, "none"))
		number_fail(p, a, "expected a number's type");
	else
		set_integer(p, a, digits, minus);
	return a;
}

static struct t_attr *read_array(struct parser *p)
{
	struct t_attr *a = attr_new(p, T_array);
	uint32_t cap = 0;

	lex(p);
	if (accept(p, ']'))
		return a;
	do {
		if (a->n == cap) {
			uint32_t to = cap ? cap * 2 : 4;
			a->list = job_grow(p->j, a->list, cap, to, sizeof *a->list);
			cap = to;
		}
		a->list[a->n++] = add_weight(p, a, read_attr(p));
	} while (accept(p, ','));
	expect(p, ']', "after an array");
	return a;
}

struct t_attr *read_dict(struct parser *p)
{
	struct t_attr *a = attr_new(p, T_dict);
	uint32_t cap = 0;

	expect(p, '{', "before attributes");
	if (accept(p, '}'))
		return a;
	do {
		if (a->n == cap) {
			uint32_t to = cap ? cap * 2 : 4;
			a->list = job_grow(p->j, a->list, cap, to, sizeof *a->list);
			a->names = job_grow(p->j, a->names, cap, to, sizeof *a->names);
			cap = to;
		}
		if (p->tok.kind != TOK_word && p->tok.kind != TOK_string)
			expected(p, "the name of an attribute");
		a->names[a->n] = tok_text(p);
		if (!p->tok.len)
			expected(p, "the name of an attribute");
		for (uint32_t i = 0; cap < 256 && i < a->n; i++)
			if (!strcmp(a->names[i], a->names[a->n]))
				expected(p, "an attribute not given before");
		lex(p);
		a->list[a->n] = add_weight(
			p, a, accept(p, '=') ? read_attr(p) : attr_new(p, T_unit));
		a->n++;
	} while (accept(p, ','));
	expect(p, '}', "after attributes");
	return a;
}

struct t_attr *dict_find(const struct t_attr *dict, const char *name)
{
	for (uint32_t i = 0; dict && i < dict->n; i++)
		if (!strcmp(dict->names[i], name))
			return dict->list[i];
	return NULL;
}

/* An element of array<i1: true>, array<i8: 1>. */
static int64_t read_small_element(struct parser *p, const char *type)
{
	bool truth = !strcmp(type, "i1"), minus = tok_is(p, '-'), hex;

	if (truth && (tok_word(p, "true") || tok_word(p, "false"))) {
		bool v = tok_word(p, "true");
		lex(p);
		return v;
	}
	if (truth)
		expected(p, "true or false");
	struct t_attr *a = read_bare_number(p, &hex);
	a->tname = type;
	if (a->kind != T_int)
		number_fail(p, a, "expected an integer");
	set_integer(p, a, minus ? 0 - (uint64_t)a->i : (uint64_t)a->i, minus);
	return a->i;
}

/* array<f32: 1.0>, kept as text; tok is its '<'. */
static void read_small_floats(struct parser *p, struct t_attr *a)
{
	struct parser q = *p;
	bool hex;

	lex(&q);
	lex(&q);
	if (accept(&q, ':')) {
		do {
			bool minus = tok_is(&q, '-');
			struct t_attr *v = read_bare_number(&q, &hex);
			v->tname = a->tname;
			set_float(&q, v, (uint64_t)(v->kind == T_int ? v->i : 0), minus, hex);
		} while (accept(&q, ','));
	}
	if (!tok_is(&q, '>'))
		expected(&q, "'>' after an array");
	a->kind = T_raw;
	a->s = job_printf(p->j, "array%s", skip_balanced(p));
}

/* array<i64: 1, 2>, array<i1: true>, array<i64>. */
static struct t_attr *read_small_array(struct parser *p)
{
	static const char types[] = " i1 i8 i16 i32 i64 f32 f64 ";
	struct t_attr *a = attr_new(p, T_ints);
	uint32_t cap = 0;
	int64_t *v = NULL;

	lex(p);
	const char *from = p->tok.start;
	expect(p, '<', "after array");
	if (p->tok.kind != TOK_word)
		expected(p, "an element type");
	a->tname = tok_text(p);
	if (!strstr(types, job_printf(p->j, " %s ", a->tname)))
		expected(p, "an element type of arrays: i1 i8 i16 i32 i64 f32 f64");
	if (a->tname[0] == 'f') {
		lex_rewind(p, from);
		read_small_floats(p, a);
		return a;
	}
	lex(p);
	if (accept(p, ':')) {
		do {
			if (a->n == cap) {
				uint32_t to = cap ? cap * 2 : 8;
				v = job_grow(p->j, v, cap, to, sizeof *v);
				cap = to;
			}
			v[a->n++] = read_small_element(p, a->tname);
		} while (accept(p, ','));
	}
	a->ints = v;
	expect(p, '>', "after an array");
	return a;
}

/* From tok '<' (or [ or {) to its '>', as text with blanks collapsed; goes on behind it. */
const char *skip_balanced(struct parser *p)
{
	struct str out;
	const char *s = p->tok.start;
	uint32_t depth = 0;
	bool blank = false, quoted = false;

	str_init(&out, p->j);
	if (!tok_is(p, '<') && !tok_is(p, '[') && !tok_is(p, '{'))
		expected(p, "'<'");
	for (; s < p->end; s++) {
		char c = *s;
		if (c == '\n' && !quoted) {
			p->line++;
			p->line_start = s + 1;
		}
		bool escape = quoted && c == '\\' && s + 1 < p->end;
		if (!c || (escape && !s[1]))
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, tok_place(p),
				"an attribute may not hold a zero byte");
		if (!quoted && c == '/' && s + 1 < p->end && s[1] == '/') {
			const char *nl = memchr(s, '\n', (size_t)(p->end - s));
			s = nl ? nl - 1 : p->end - 1;
			blank = true;
			continue;
		}
		if (!quoted && (c == ' ' || c == '\n' || c == '\t' || c == '\r')) {
			blank = true;
			continue;
		}
		char last = out.len ? out.text[out.len - 1] : '<';
		if (blank && !strchr("<([{", last) &&
			(!strchr(">)]}", c) || (last == '-' && c == '>')))
			str_addc(&out, ' ');
		blank = false;
		str_addc(&out, c);
		if (escape)
			str_addc(&out, *++s);
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '<' || c == '(' || c == '[' || c == '{'))
			depth++;
		else if (!quoted &&
			 ((c == '>' && s[-1] != '-') || c == ')' || c == ']' || c == '}'))
			depth--;
		if (!depth)
			break;
	}
	if (s >= p->end)
		expected(p, "a matching '>'");
	p->at = s + 1;
	lex(p);
	return out.text;
}

struct t_attr *read_structured(struct parser *p, const char *name, struct place at)
{
	struct t_attr *a = attr_new(p, T_raw);

	a->at = at;
	a->source = (struct t_source){ p->tok.start + 1, p->tok.line_start, p->tok.line };
	a->s = job_printf(p->j, "%s%s", name, skip_balanced(p));
	check_structured(p, a);
	return a;
}

/* `:` or `.` belong to the word; a following <...> too. */
static struct t_attr *read_hash(struct parser *p)
{
	struct name_entry *e = names_find(&p->attr_aliases, p->tok.s, p->tok.len);

	if (e) {
		lex(p);
		return e->value;
	}
	struct t_attr *a = attr_new(p, T_raw);
	char *name = tok_text(p);
	const char *behind = p->at;
	lex(p);
	if (tok_is(p, '<') && p->tok.start == behind)
		return read_structured(p, job_printf(p->j, "#%s", name), a->at);
	if (strchr(name, '.'))
		a->s = job_printf(p->j, "#%s", name);
	else
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, a->at, "undefined attribute alias '#%s'",
			name);
	return a;
}

static struct t_attr *read_symbol(struct parser *p)
{
	struct t_attr *a = attr_new(p, T_symbol);

	a->s = tok_text(p);
	lex(p);
	while (tok_is(p, ':') && p->at < p->end && *p->at == ':') {       /* @a::@b */
		lex(p);
		lex(p);
		if (p->tok.kind != TOK_symbol)
			expected(p, "a symbol");
		a->kind = T_raw;
		a->s = job_printf(p->j, "%s%s::@%s", a->s[0] == '@' ? "" : "@", a->s, tok_text(p));
		lex(p);
	}
	return a;
}

static struct t_attr *read_resource(struct parser *p)
{
	struct t_attr *a = attr_new(p, T_resource);

	lex(p);
	expect(p, '<', "after dense_resource");
	if (p->tok.kind != TOK_word && p->tok.kind != TOK_string)
		expected(p, "the name of a resource");
	a->s = tok_text(p);
	lex(p);
	expect(p, '>', "after the name of a resource");
	expect(p, ':', "before the type of a resource");
	a->type = read_type(p);
	return a;
}

void function_type_attr(struct parser *p, struct t_attr *a, uint32_t nin, const struct type **in,
	uint32_t nout, const struct type **out)
{
	struct str s;

	str_init(&s, p->j);
	str_addc(&s, '(');
	print_types(p->g, nin, in, &s);
	str_add(&s, ") -> ");
	if (nout != 1)
		str_addc(&s, '(');
	print_types(p->g, nout, out, &s);
	if (nout != 1)
		str_addc(&s, ')');
	a->kind = T_raw;
	a->s = s.text;
	struct t_function *f = job_alloc(p->j, sizeof *f);
	*f = (struct t_function){ nin, nout, in, out };
	a->function = f;
}

/* A type as an attribute: tensor<...>, (a) -> b, or the name of an element type. */
static struct t_attr *read_type_attr(struct parser *p)
{
	struct t_attr *a = attr_new(p, T_type);
	const struct type **in, **out;

	if (tok_is(p, '(')) {
		uint32_t nin = read_type_parens(p, &in);
		expect_arrow(p);
		uint32_t nout = read_result_types(p, &out);
		function_type_attr(p, a, nin, in, nout, out);
		return a;
	}
	a->type = read_type(p);
	return a;
}

static struct t_attr *read_word(struct parser *p)
{
	struct t_attr *a;

	if (tok_word(p, "true") || tok_word(p, "false")) {
		a = attr_new(p, T_bool);
		a->i = tok_word(p, "true");
		lex(p);
		return a;
	}
	if (tok_word(p, "dense")) {
		a = attr_new(p, T_dense);
		read_dense(p, a);
		return a;
	}
	if (tok_word(p, "array"))
		return read_small_array(p);
	if (tok_word(p, "dense_resource"))
		return read_resource(p);
	if (tok_word(p, "unit")) {
		a = attr_new(p, T_unit);
		lex(p);
		return a;
	}
	if (at_type(p))
		return read_type_attr(p);
	a = attr_new(p, T_raw);
	bool type = foreign_word(p) || tok_word(p, "index");
	a->s = tok_text(p);
	lex(p);
	if (tok_is(p, '<'))                      /* affine_map<...>, complex<f32>, memref<...> */
		a->s = job_printf(p->j, "%s%s", a->s, skip_balanced(p));
	else if (!type && dtype_find(a->s) == DTYPE_none)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, a->at, "expected an attribute, found '%s'",
			a->s);
	return a;
}

struct t_attr *read_attr(struct parser *p)
{
	struct t_attr *a;

	enter(p);
	switch (p->tok.kind) {
	case TOK_string:
		a = attr_new(p, T_string);
		if (memchr(p->tok.s, '\0', p->tok.len)) {       /* kept as it would be written */
			struct str text;
			str_init(&text, p->j);
			print_bytes(p->tok.s, p->tok.len, &text);
			a->kind = T_raw;
			a->s = text.text;
		} else {
			a->s = tok_text(p);
		}
		lex(p);
		break;
	case TOK_int:
	case TOK_hex:
	case TOK_float:
		a = read_number(p);
		break;
	case TOK_symbol:
		a = read_symbol(p);
		break;
	case TOK_hash:
		a = read_hash(p);
		break;
	case TOK_word:
		a = read_word(p);
		break;
	case TOK_bang:
		a = read_type_attr(p);
		break;
	case TOK_punct:
		if (tok_is(p, '[')) {
			a = read_array(p);
			break;
		}
		if (tok_is(p, '{')) {
			a = read_dict(p);
			break;
		}
		if (tok_is(p, '-')) {
			a = read_number(p);
			break;
		}
		if (tok_is(p, '(')) {
			a = read_type_attr(p);
			break;
		}
		expected(p, "an attribute");
	default:
		expected(p, "an attribute");
	}
	leave(p);
	return a;
}

static struct t_attr *read_loc_inner(struct parser *p);

/* "name", "name"(child), "file":1:2, or a range from there, 1:2 to 3:4 or to :4. */
static void read_loc_named(struct parser *p, struct t_attr *a)
{
	a->s = tok_text(p);
	lex(p);
	if (accept(p, ':')) {
		int64_t line = tok_int(p);
		expect(p, ':', "between line and column");
		int64_t column = tok_int(p);
		if (accept_word(p, "to")) {
			int64_t last = tok_is(p, ':') ? line : tok_int(p);
			expect(p, ':', "before a column");
			a->tname = last == line
				? job_printf(p->j, " to :%lld", (long long)tok_int(p))
				: job_printf(p->j, " to %lld:%lld", (long long)last,
					(long long)tok_int(p));
		}
		a->kind = T_raw;
		a->at = (struct place){ a->s, (uint32_t)line, (uint32_t)column };
	} else if (accept(p, '(')) {
		struct t_attr *child = read_loc_inner(p);
		expect(p, ')', "after a location");
		a->list = job_array(p->j, 1, sizeof *a->list);
		a->list[0] = child;
		a->n = 1;
	}
}

static void read_loc_callsite(struct parser *p, struct t_attr *a)
{
	expect(p, '(', "after callsite");
	a->kind = T_array;
	a->s = "callsite";
	a->list = job_array(p->j, 2, sizeof *a->list);
	a->list[a->n++] = read_loc_inner(p);
	expect_word(p, "at");
	a->list[a->n++] = read_loc_inner(p);
	expect(p, ')', "after a call site");
}

static void read_loc_fused(struct parser *p, struct t_attr *a)
{
	a->kind = T_array;
	a->s = "fused";
	if (tok_is(p, '<'))
		a->tname = skip_balanced(p);
	expect(p, '[', "after fused");
	while (!tok_is(p, ']')) {
		a->list = job_grow(p->j, a->list, a->n, (size_t)a->n + 1, sizeof *a->list);
		a->list[a->n++] = read_loc_inner(p);
		if (!accept(p, ','))
			break;
	}
	expect(p, ']', "after fused locations");
}

/* A name is a string, with one attribute where it has a child; a place raw, behind it " to 3:4" its
 * tname; the rest arrays, fused ones' tname their metadata; unknown a unit.
 * loc("name"), loc("file":1:2), loc(callsite(a at b)), loc(fused[...]), loc(unknown), loc(#loc1):
 * a name, a file position, or text.  Where it is an alias not yet defined it stays a symbol. */
static struct t_attr *read_loc_inner(struct parser *p)
{
	struct t_attr *a = attr_new(p, T_string);

	enter(p);
	if (p->tok.kind == TOK_string) {
		read_loc_named(p, a);
	} else if (p->tok.kind == TOK_hash) {
		a->kind = T_symbol;
		a->s = tok_text(p);
		lex(p);
	} else if (accept_word(p, "callsite")) {
		read_loc_callsite(p, a);
	} else if (accept_word(p, "fused")) {
		read_loc_fused(p, a);
	} else if (accept_word(p, "unknown")) {
		a->kind = T_unit;
	} else {
		expected(p, "a location");
	}
	leave(p);
	return a;
}

struct t_attr *read_loc(struct parser *p)
{
	expect(p, '(', "after loc");
	struct t_attr *a = read_loc_inner(p);
	expect(p, ')', "after a location");
	return a;
}

/* #name = attribute, #name = loc(...), !name = type. */
void read_alias(struct parser *p)
{
	bool type = p->tok.kind == TOK_bang;
	size_t len = p->tok.len;
	const char *name = tok_text(p);
	struct names *t = type ? &p->type_aliases : &p->attr_aliases;

	if (memchr(name, '.', len))
		expected(p, "an alias without '.' in its name");
	if (names_find(t, name, len))
		expected(p, "an alias not defined before");
	lex(p);
	expect(p, '=', "after the name of an alias");
	void *value;
	if (type)
		value = (void *)(uintptr_t)read_type(p);
	else if (accept_word(p, "loc"))
		value = read_loc(p);
	else
		value = read_attr(p);
	names_add(t, name, len, value, 1);
}

/* {-# dialect_resources: { builtin: { name: "0x...", ... } }, ... #-} */
static void resource_group(struct parser *p, bool builtin)
{
	expect(p, '{', "before resources");
	while (!tok_is(p, '}')) {
		if (p->tok.kind != TOK_word && p->tok.kind != TOK_string)
			expected(p, "the name of a resource");
		size_t len = p->tok.len;
		const char *name = tok_text(p);
		bool inside = builtin || (p->tok.kind == TOK_word && tok_word(p, "builtin"));
		lex(p);
		expect(p, ':', "after the name of a resource");
		if (tok_is(p, '{')) {
			enter(p);
			resource_group(p, inside);
			leave(p);
		} else {
			struct t_attr *a = read_attr(p);
			if (a->kind == T_string && builtin)
				names_add(&p->resources, name, len, a, 1);
		}
		if (!accept(p, ','))
			break;
	}
	expect(p, '}', "after resources");
}

void read_resources(struct parser *p)
{
	expect(p, '{', "before metadata");
	expect(p, '-', "before metadata");
	expect(p, '#', "before metadata");
	while (p->tok.kind == TOK_word) {
		bool ours = tok_word(p, "dialect_resources");
		lex(p);
		expect(p, ':', "after the kind of metadata");
		(void)ours;
		resource_group(p, false);
		if (!accept(p, ','))
			break;
	}
	if (!tok_is(p, '#'))
		expected(p, "'#-}'");
	lex(p);
	expect(p, '-', "after metadata");
	expect(p, '}', "after metadata");
}
