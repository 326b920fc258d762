/* parse.c -- the words of ATen text: names, numbers, symbolic sizes, types, arguments.
 *
 * A hand-written reader over one statement at a time (a statement is a line).  Recursion is bounded
 * by ATEN_MAX_DEPTH and ATEN_MAX_EXPRESSION; every number is checked for overflow; nothing is read
 * behind `end`.  Errors leave through the job with file, line and column. */
#include "base/hash.h"
#include "front/aten/reader.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void reader_fail_at(struct reader *r, const char *at, const char *fmt, ...)
{
	struct place p = { r->file, r->line, (uint32_t)(at - r->line_start) + 1 };
	va_list ap;
	va_start(ap, fmt);
	struct weft_error *e = error_vmake(WEFT_INVALID_ARGUMENT, p, fmt, ap);
	va_end(ap);
	job_throw(r->j, e);
}

void reader_fail(struct reader *r, const char *fmt, ...)
{
	struct place p = { r->file, r->line, (uint32_t)(r->at - r->line_start) + 1 };
	va_list ap;
	va_start(ap, fmt);
	struct weft_error *e = error_vmake(WEFT_INVALID_ARGUMENT, p, fmt, ap);
	va_end(ap);
	job_throw(r->j, e);
}

/* ---- characters, words, numbers ------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}
static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static char peek(const struct reader *r)
{
	return r->at < r->end ? *r->at : '\0';
}

void reader_space(struct reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\r'))
		r->at++;
}

bool reader_accept(struct reader *r, char c)
{
	reader_space(r);
	if (peek(r) != c || r->at >= r->end)
		return false;
	r->at++;
	return true;
}

static noreturn void fail_expected(struct reader *r, const char *what)
{
	if (r->at >= r->end)
		reader_fail(r, "expected %s, found the end of the line", what);
	unsigned char c = (unsigned char)*r->at;
	if (c < 32 || c > 126)
		reader_fail(r, "expected %s, found byte %u", what, c);
	reader_fail(r, "expected %s, found '%c'", what, c);
}

void reader_expect(struct reader *r, char c)
{
	if (!reader_accept(r, c)) {
		char what[4] = { '\'', c, '\'', 0 };
		fail_expected(r, what);
	}
}

bool reader_word(struct reader *r, const char **s, size_t *len)
{
	reader_space(r);
	const char *p = r->at;
	if (p >= r->end || !is_letter(*p))
		return false;
	while (p < r->end && (is_letter(*p) || is_digit(*p) || *p == '.'))
		p++;
	*s = r->at;
	*len = (size_t)(p - r->at);
	r->at = p;
	return true;
}

bool reader_keyword(struct reader *r, const char *word)
{
	reader_space(r);
	size_t n = strlen(word);
	if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n))
		return false;
	if (r->at + n < r->end && (is_letter(r->at[n]) || is_digit(r->at[n]) || r->at[n] == '.'))
		return false;
	r->at += n;
	return true;
}

int64_t reader_number(struct reader *r)
{
	bool negative = reader_accept(r, '-');
	reader_space(r);
	if (!is_digit(peek(r)))
		fail_expected(r, "a number");
	uint64_t v = 0;
	const char *start = r->at;
	for (; is_digit(peek(r)); r->at++)
		if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
			__builtin_add_overflow(v, (uint64_t)(*r->at - '0'), &v))
			reader_fail_at(r, start, "the number does not fit in 64 bits");
	if (v > (uint64_t)INT64_MAX + negative)
		reader_fail_at(r, start, "the number does not fit in 64 bits");
	return negative ? (int64_t)(0 - v) : (int64_t)v;
}

/* ---- names ---------------------------------------------------------------------------------- */

static struct value *value_slot(struct value *table, uint32_t cap, const char *name, size_t len)
{
	uint32_t i = (uint32_t)hash_bytes(name, len, 0) & (cap - 1);
	while (table[i].name && (table[i].len != len || memcmp(table[i].name, name, len)))
		i = (i + 1) & (cap - 1);
	return &table[i];
}

struct value *reader_value(struct reader *r, const char *name, size_t len, bool make)
{
	if (make && (r->nvalues + 1) * 2 > r->cap_values) {
		uint32_t cap = r->cap_values ? r->cap_values * 2 : 256;
		struct value *table = job_array(r->j, cap, sizeof *table);
		for (uint32_t i = 0; i < r->cap_values; i++)
			if (r->values[i].name)
				*value_slot(table, cap, r->values[i].name, r->values[i].len) =
					r->values[i];
		r->values = table;
		r->cap_values = cap;
	}
	if (!r->cap_values)
		return NULL;
	struct value *v = value_slot(r->values, r->cap_values, name, len);
	if (v->name)
		return v;
	if (!make)
		return NULL;
	*v = (struct value){ .name = name, .len = len, .input = -1 };
	r->nvalues++;
	return v;
}

struct value *reader_use(struct reader *r)
{
	reader_expect(r, '%');
	const char *s;
	size_t n;
	const char *at = r->at;
	if (!reader_word(r, &s, &n))
		fail_expected(r, "a name");
	struct value *v = reader_value(r, s, n, false);
	if (!v || !v->n)
		reader_fail_at(r, at, "%%%.*s is not defined", (int)n, s);
	return v;
}

struct symbol *reader_symbol(struct reader *r, const char *s, size_t len)
{
	for (uint32_t i = 0; i < r->nsymbols; i++)
		if (r->symbols[i].len == len && !memcmp(r->symbols[i].name, s, len))
			return &r->symbols[i];
	return NULL;
}

/* ---- symbolic sizes ------------------------------------------------------------------------- */

/* pos - neg, each a dimension. */
struct linear {
	int64_t pos, neg;
};
static struct linear read_sum(struct reader *r, uint32_t depth);

static bool linear_number(struct linear a, int64_t *v)
{
	if (!dim_is_number(a.pos) || !dim_is_number(a.neg))
		return false;
	*v = a.pos - a.neg;
	return true;
}

static int64_t linear_dim(struct reader *r, struct linear a)
{
	int64_t v;
	if (linear_number(a, &v)) {
		if (v < 0)
			reader_fail(r, "a size below zero");
		return v;
	}
	return a.neg == 0 ? a.pos : dim_sub(r->g, a.pos, a.neg);
}

static int64_t checked_mul(struct reader *r, int64_t a, int64_t b)
{
	int64_t v;
	if (dim_is_number(a) && dim_is_number(b)) {
		if (__builtin_mul_overflow(a, b, &v))
			reader_fail(r, "the product does not fit in 64 bits");
		return v;
	}
	return dim_mul(r->g, a, b);
}

static int64_t checked_add(struct reader *r, int64_t a, int64_t b)
{
	int64_t v;
	if (dim_is_number(a) && dim_is_number(b)) {
		if (__builtin_add_overflow(a, b, &v))
			reader_fail(r, "the sum does not fit in 64 bits");
		return v;
	}
	return dim_add(r->g, a, b);
}

static struct linear linear_mul(struct reader *r, struct linear a, struct linear b)
{
	return (struct linear){ checked_add(r, checked_mul(r, a.pos, b.pos),
					checked_mul(r, a.neg, b.neg)),
		checked_add(r, checked_mul(r, a.pos, b.neg), checked_mul(r, a.neg, b.pos)) };
}

static struct linear read_function(struct reader *r, const char *s, size_t len, uint32_t depth)
{
	static const struct {
		const char *name;
		int64_t (*fn)(struct graph *, int64_t, int64_t);
	} fns[] = { { "Mod", dim_mod }, { "PythonMod", dim_mod }, { "Max", dim_max },
		{ "Min", dim_min }, { "FloorDiv", dim_floordiv }, { "CeilDiv", dim_ceildiv },
		{ "CleanDiv", dim_floordiv } };
	for (uint32_t i = 0; i < sizeof fns / sizeof fns[0]; i++) {
		if (strlen(fns[i].name) != len || memcmp(fns[i].name, s, len))
			continue;
		bool many = fns[i].fn == dim_max || fns[i].fn == dim_min;
		reader_expect(r, '(');
		int64_t v = linear_dim(r, read_sum(r, depth + 1));
		reader_expect(r, ',');
		do {
			int64_t w = linear_dim(r, read_sum(r, depth + 1));
			if (!many && w == 0)
				reader_fail(r, "division by zero");
			v = fns[i].fn(r->g, v, w);
		} while (many && reader_accept(r, ','));
		reader_expect(r, ')');
		return (struct linear){ v, 0 };
	}
	reader_fail_at(
		r, s, "%.*s is neither a symbol nor Mod, Max, Min, FloorDiv, CeilDiv", (int)len, s);
}

static struct linear read_factor(struct reader *r, uint32_t depth)
{
	if (depth > ATEN_MAX_EXPRESSION)
		reader_fail(r, "expressions nest deeper than %d", ATEN_MAX_EXPRESSION);
	if (reader_accept(r, '-')) {
		struct linear a = read_factor(r, depth + 1);
		return (struct linear){ a.neg, a.pos };
	}
	if (reader_accept(r, '(')) {
		struct linear a = read_sum(r, depth + 1);
		reader_expect(r, ')');
		return a;
	}
	reader_space(r);
	if (is_digit(peek(r)))
		return (struct linear){ reader_number(r), 0 };
	const char *s;
	size_t n;
	if (!reader_word(r, &s, &n))
		fail_expected(r, "a size");
	if (peek(r) == '(')
		return read_function(r, s, n, depth);
	struct symbol *sym = reader_symbol(r, s, n);
	if (!sym)
		reader_fail_at(r, s, "symbol %.*s is not declared", (int)n, s);
	if (!sym->bound)
		reader_fail_at(r, s, "symbol %.*s has no value here", (int)n, s);
	return (struct linear){ sym->dim, 0 };
}

/* A power binds before a product: 8*s**2. */
static struct linear read_power(struct reader *r, uint32_t depth)
{
	struct linear base = read_factor(r, depth), a = { 1, 0 };

	reader_space(r);
	if (peek(r) != '*' || r->end - r->at < 2 || r->at[1] != '*')
		return base;
	r->at += 2;
	int64_t n = reader_number(r);
	if (n < 0 || n > 8)
		reader_fail(r, "the exponent is not in 0 .. 8");
	while (n-- > 0)
		a = linear_mul(r, a, base);
	return a;
}

static struct linear read_term(struct reader *r, uint32_t depth)
{
	struct linear a = read_power(r, depth);
	for (;;) {
		reader_space(r);
		if (peek(r) == '*') {
			r->at++;
			a = linear_mul(r, a, read_power(r, depth));
		} else if (peek(r) == '/' && r->end - r->at > 1 && r->at[1] == '/') {
			r->at += 2;
			int64_t d = linear_dim(r, read_power(r, depth));
			if (d == 0)
				reader_fail(r, "division by zero");
			a = (struct linear){ dim_floordiv(r->g, linear_dim(r, a), d), 0 };
		} else {
			return a;
		}
	}
}

static struct linear read_sum(struct reader *r, uint32_t depth)
{
	struct linear a = read_term(r, depth);
	for (;;) {
		bool minus;
		if (reader_accept(r, '+'))
			minus = false;
		else if (reader_accept(r, '-'))
			minus = true;
		else
			return a;
		struct linear b = read_term(r, depth);
		a.pos = checked_add(r, a.pos, minus ? b.neg : b.pos);
		a.neg = checked_add(r, a.neg, minus ? b.pos : b.neg);
	}
}

int64_t reader_expr(struct reader *r, bool *number)
{
	struct linear a = read_sum(r, 0);
	int64_t v;
	*number = linear_number(a, &v);
	if (*number)
		return v;
	v = linear_dim(r, a);
	*number = dim_is_number(v);
	return v;
}

/* ---- types ---------------------------------------------------------------------------------- */

static enum dtype find_dtype(const char *s, size_t n)
{
	char name[16];
	if (n >= sizeof name)
		return DTYPE_none;
	memcpy(name, s, n);
	name[n] = '\0';
	if (!strcmp(name, "c64"))
		return DTYPE_c64;
	if (!strcmp(name, "c128"))
		return DTYPE_c128;
	return dtype_find(name);
}

/* The text of one size: up to a comma or the closing bracket outside parentheses. */
static void skip_expr(struct reader *r, char close)
{
	int depth = 0;
	while (r->at < r->end && (depth || (*r->at != ',' && *r->at != close))) {
		depth += (*r->at == '(') - (*r->at == ')');
		r->at++;
	}
}

static bool has_open_symbol(struct reader *r, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		if (!is_letter(s[i])) {
			i++;
			continue;
		}
		size_t k = i;
		while (k < n && (is_letter(s[k]) || is_digit(s[k])))
			k++;
		struct symbol *sym = reader_symbol(r, s + i, k - i);
		if (sym && !sym->bound)
			return true;
		i = k;
	}
	return false;
}

static void read_sizes(struct reader *r, struct tensor_decl *d)
{
	reader_expect(r, '[');
	if (reader_accept(r, ']'))
		return;
	do {
		if (d->rank == ATEN_MAX_RANK)
			reader_fail(r, "more than %d dimensions", ATEN_MAX_RANK);
		reader_space(r);
		uint32_t k = d->rank++;
		d->text[k] = r->at;
		skip_expr(r, ']');
		d->len[k] = (size_t)(r->at - d->text[k]);
		d->open[k] = has_open_symbol(r, d->text[k], d->len[k]);
		if (d->open[k])
			continue;
		bool number;
		r->at = d->text[k];
		d->dims[k] = reader_expr(r, &number);
		if (number && d->dims[k] < 0)
			reader_fail_at(r, d->text[k], "a size below zero");
	} while (reader_accept(r, ','));
	reader_expect(r, ']');
}

void reader_type(struct reader *r, struct tensor_decl *d)
{
	const char *s;
	size_t n;
	memset(d, 0, sizeof *d);
	if (!reader_word(r, &s, &n))
		fail_expected(r, "a type");
	d->dtype = find_dtype(s, n);
	if (d->dtype == DTYPE_none)
		reader_fail_at(r, s, "%.*s is no element type", (int)n, s);
	read_sizes(r, d);
	if (!reader_accept(r, '{'))
		return;
	uint32_t strides = 0;
	if (!reader_accept(r, '}')) {
		do {
			skip_expr(r, '}');
			strides++;
		} while (reader_accept(r, ','));
		reader_expect(r, '}');
	}
	if (strides != d->rank)
		reader_fail(r, "%u strides for %u sizes", strides, d->rank);
}

/* ---- arguments ------------------------------------------------------------------------------ */

static const char *read_string(struct reader *r)
{
	reader_expect(r, '"');
	struct str s;
	str_init(&s, r->j);
	for (;;) {
		if (r->at >= r->end)
			reader_fail(r, "the string has no end");
		char c = *r->at++;
		if (c == '"')
			return s.text ? s.text : "";
		if (c == '\\') {
			if (r->at >= r->end)
				reader_fail(r, "the string has no end");
			c = *r->at++;
			if (c == 'n')
				c = '\n';
			else if (c == 't')
				c = '\t';
			else if (c != '"' && c != '\\')
				reader_fail(r, "the escape \\%c is not known", c);
		}
		if (c == '\0')
			reader_fail(r, "a string holds no NUL");
		str_addc(&s, c);
	}
}

static bool starts_number(const struct reader *r)
{
	const char *p = r->at;
	if (p < r->end && *p == '-')
		p++;
	return p < r->end && (is_digit(*p) || (r->end - p >= 3 && !memcmp(p, "inf", 3)));
}

/* An integer or a float, as Python's repr writes them, or a hexadecimal float. */
static void read_numeric(struct reader *r, struct arg *out)
{
	char buf[64];
	size_t n = 0;
	const char *p = r->at;
	bool real = false;
	if (*p == '-')
		buf[n++] = *p++;
	bool hex = r->end - p > 1 && p[0] == '0' && p[1] == 'x';
	while (p < r->end && n < sizeof buf - 1) {
		char c = *p;
		bool sign = (c == '+' || c == '-') && n &&
			    (buf[n - 1] == 'p' || (buf[n - 1] == 'e' && !hex));
		if (!is_digit(c) && !is_letter(c) && c != '.' && !sign)
			break;
		real |= !is_digit(c);
		buf[n++] = c;
		p++;
	}
	buf[n] = '\0';
	if (!real) {
		out->kind = ARG_int;
		out->i = reader_number(r);
		out->f = (double)out->i;
		return;
	}
	char *stop;
	out->kind = ARG_float;
	out->f = strtod(buf, &stop);
	if (*stop || n == sizeof buf - 1)
		reader_fail(r, "'%s' is no number", buf);
	r->at = p;
}

static void read_list(struct reader *r, char close, uint32_t depth, struct arg *out)
{
	uint32_t n = 0, cap = 0;
	struct arg *list = NULL;
	out->kind = ARG_list;
	if (!reader_accept(r, close)) {
		do {
			reader_space(r);
			if (peek(r) == close) /* (1,) */
				break;
			if (n == cap) {
				uint32_t more = cap ? cap * 2 : 8;
				list = job_grow(r->j, list, cap, more, sizeof *list);
				cap = more;
			}
			reader_arg(r, depth + 1, &list[n++]);
		} while (reader_accept(r, ','));
		reader_expect(r, close);
	}
	out->n = n;
	out->list = list;
}

/* A number as part of a complex one; the reader is at it. */
static void read_part(struct reader *r, struct arg *out)
{
	if (reader_keyword(r, "nan"))
		out->f = (double)NAN;
	else if (starts_number(r))
		read_numeric(r, out);
	else
		fail_expected(r, "a number");
}

static void read_word_arg(struct reader *r, struct arg *out)
{
	const char *s;
	size_t n;
	if (!reader_word(r, &s, &n))
		fail_expected(r, "an argument");
	if (n == 4 && !memcmp(s, "None", 4)) {
		out->kind = ARG_none;
	} else if (n == 4 && !memcmp(s, "True", 4)) {
		*out = (struct arg){ .kind = ARG_bool, .i = 1, .f = 1, .column = out->column };
	} else if (n == 5 && !memcmp(s, "False", 5)) {
		out->kind = ARG_bool;
	} else if (n == 3 && !memcmp(s, "nan", 3)) {
		out->kind = ARG_float;
		out->f = (double)NAN;
	} else if (n == 7 && !memcmp(s, "complex", 7) && reader_accept(r, '(')) {
		struct arg im;
		reader_space(r);
		read_part(r, out);
		reader_expect(r, ',');
		reader_space(r);
		read_part(r, &im);
		reader_expect(r, ')');
		out->kind = ARG_complex;
		out->im = im.f;
	} else if ((out->dtype = find_dtype(s, n)) != DTYPE_none) {
		out->kind = ARG_dtype;
	} else {
		out->kind = ARG_word;
		out->s = job_printf(r->j, "%.*s", (int)n, s);
	}
}

void reader_arg(struct reader *r, uint32_t depth, struct arg *out)
{
	if (depth > ATEN_MAX_DEPTH)
		reader_fail(r, "lists nest deeper than %d", ATEN_MAX_DEPTH);
	reader_space(r);
	memset(out, 0, sizeof *out);
	out->column = (uint32_t)(r->at - r->line_start) + 1;
	char c = peek(r);
	if (c == '%') {
		struct value *v = reader_use(r);
		if (v->multi)
			reader_fail(r, "%%%.*s is a list of tensors; take one with getitem",
				(int)v->len, v->name);
		if (!v->node[0])
			reader_fail(r, "%%%.*s is None", (int)v->len, v->name);
		out->kind = ARG_tensor;
		out->node = v->node[0];
	} else if (c == '[' || c == '(') {
		r->at++;
		read_list(r, c == '[' ? ']' : ')', depth, out);
	} else if (c == '<') {
		r->at++;
		bool number;
		out->i = reader_expr(r, &number);
		out->kind = number ? ARG_int : ARG_sym;
		out->f = (double)out->i;
		reader_expect(r, '>');
	} else if (c == '"') {
		out->kind = ARG_str;
		out->s = read_string(r);
	} else if (starts_number(r)) {
		read_numeric(r, out);
	} else {
		read_word_arg(r, out);
	}
}
