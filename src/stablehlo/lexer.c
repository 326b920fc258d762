/* lexer.c -- MLIR's tokens, one of lookahead, made on demand.
 *
 * Whoever must read characters (shapes, raw text of attributes, long constants) starts at tok.start
 * and goes on with lex_rewind.  Lines are counted where blanks are skipped: no other token holds a
 * newline.  Columns are bytes from 1.  Method: LLVM's MLIR lexer, Language Reference "Notation". */
#include "stablehlo/decimal.h"
#include "stablehlo/text_impl.h"
#include <string.h>

struct place tok_place(const struct parser *p)
{
	return (struct place){ p->file, p->tok.line, p->tok.column };
}

noreturn void expected(struct parser *p, const char *what)
{
	struct place at = tok_place(p);
	size_t len = (size_t)(p->at - p->tok.start);

	if (p->tok.kind == TOK_end)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at,
			"expected %s, found the end of the text", what);
	job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at, "expected %s, found '%.*s'", what,
		(int)(len < 40 ? len : 40), p->tok.start);
}

static void fail_here(struct parser *p, const char *s, const char *what)
{
	struct place at = { p->file, p->line, (uint32_t)(s - p->line_start) + 1 };

	job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at, "%s", what);
}

void enter(struct parser *p)
{
	if (++p->depth > p->limits.depth)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, tok_place(p),
			"nested deeper than the limit of %u", p->limits.depth);
}

void leave(struct parser *p)
{
	p->depth--;
}

static bool word_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool word_char(char c)
{
	return word_start(c) || digit(c) || c == '$' || c == '.';
}

static bool hex_digit(char c)
{
	return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static int hex_value(char c)
{
	return digit(c) ? c - '0' : (c | 32) - 'a' + 10;
}

static const char *skip_blanks(struct parser *p, const char *s)
{
	while (s < p->end) {
		if (*s == '\n') {
			p->line++;
			p->line_start = ++s;
		} else if (*s == ' ' || *s == '\t' || *s == '\r') {
			s++;
		} else if (*s == '/' && s + 1 < p->end && s[1] == '/') {
			const char *nl = memchr(s, '\n', (size_t)(p->end - s));
			s = nl ? nl : p->end;
		} else {
			break;
		}
	}
	return s;
}

/* The characters between quotes, unescaped when there is anything to unescape. */
static const char *lex_string(struct parser *p, const char *s, const char **out, size_t *len)
{
	const char *from = ++s;
	bool plain = true;

	while (s < p->end && *s != '"') {
		if (*s == '\n')
			fail_here(p, s, "a string may not run over the end of its line");
		if (*s == '\\') {
			plain = false;
			s++;
		}
		if (s < p->end)
			s++;
	}
	if (s >= p->end)
		fail_here(p, from - 1, "a string without its closing quote");
	*out = from;
	*len = (size_t)(s - from);
	if (plain)
		return s + 1;
	char *text = job_alloc(p->j, *len + 1);
	size_t n = 0;
	for (const char *q = from; q < s; q++) {
		if (*q != '\\') {
			text[n++] = *q;
			continue;
		}
		q++;
		if (q + 1 < s && hex_digit(q[0]) && hex_digit(q[1])) {
			text[n++] = (char)(hex_value(q[0]) * 16 + hex_value(q[1]));
			q++;
		} else if (*q == 'n' || *q == 't') {
			text[n++] = *q == 'n' ? '\n' : '\t';
		} else if (*q == '"' || *q == '\\') {
			text[n++] = *q;
		} else {
			fail_here(p, q, "unknown escape in a string");
		}
	}
	*out = text;
	*len = n;
	return s + 1;
}

static const char *lex_number(struct parser *p, const char *s)
{
	if (*s == '0' && s + 2 < p->end && s[1] == 'x' && hex_digit(s[2])) {
		p->tok.kind = TOK_hex;
		for (s += 2; s < p->end && hex_digit(*s); s++)
			;
		return s;
	}
	p->tok.kind = TOK_int;
	while (s < p->end && digit(*s))
		s++;
	if (s >= p->end || *s != '.')
		return s;
	p->tok.kind = TOK_float;
	for (s++; s < p->end && digit(*s); s++)
		;
	if (s < p->end && (*s == 'e' || *s == 'E')) {
		const char *e = s + 1;
		if (e < p->end && (*e == '+' || *e == '-'))
			e++;
		if (e < p->end && digit(*e)) {
			for (s = e; s < p->end && digit(*s); s++)
				;
		}
	}
	return s;
}

/* A name after % @ # ! ^: digits alone, or a word that may hold dashes after %. */
static const char *lex_name(struct parser *p, const char *s, enum tok kind)
{
	const char *from = s;

	p->tok.kind = kind;
	if (s < p->end && digit(*s)) {
		while (s < p->end && digit(*s))
			s++;
	} else {
		while (s < p->end && (word_char(*s) || (*s == '-' && kind == TOK_value)))
			s++;
	}
	p->tok.s = from;
	p->tok.len = (size_t)(s - from);
	if (!p->tok.len)
		fail_here(p, from, "expected a name here");
	return s;
}

void lex(struct parser *p)
{
	const char *s = skip_blanks(p, p->at);
	struct token *t = &p->tok;

	t->start = s;
	t->line = p->line;
	t->line_start = p->line_start;
	t->column = (uint32_t)(s - p->line_start) + 1;
	t->c = 0;
	t->s = s;
	if (s >= p->end) {
		t->kind = TOK_end;
		t->len = 0;
		p->at = p->end;
		return;
	}
	if (word_start(*s)) {
		t->kind = TOK_word;
		while (s < p->end && word_char(*s))
			s++;
		t->len = (size_t)(s - t->s);
	} else if (digit(*s)) {
		s = lex_number(p, s);
		t->len = (size_t)(s - t->s);
	} else if (*s == '"') {
		t->kind = TOK_string;
		s = lex_string(p, s, &t->s, &t->len);
	} else if (*s == '%') {
		s = lex_name(p, s + 1, TOK_value);
	} else if (*s == '@') {
		t->kind = TOK_symbol;
		if (s + 1 < p->end && s[1] == '"')
			s = lex_string(p, s + 1, &t->s, &t->len);
		else
			s = lex_name(p, s + 1, TOK_symbol);
	} else if (*s == '#' && s + 1 < p->end && (word_start(s[1]) || digit(s[1]))) {
		s = lex_name(p, s + 1, TOK_hash);
	} else if (*s == '!' && s + 1 < p->end && word_start(s[1])) {
		s = lex_name(p, s + 1, TOK_bang);
	} else if (*s == '^') {
		s = lex_name(p, s + 1, TOK_caret);
	} else if (*s == '-' && s + 1 < p->end && s[1] == '>') {
		t->kind = TOK_arrow;
		s += 2;
	} else {
		t->kind = TOK_punct;
		t->c = *s++;
	}
	p->at = s;
}

void lex_rewind(struct parser *p, const char *to)
{
	if (to == p->tok.start) {
		p->line = p->tok.line;
		p->line_start = p->tok.line_start;
	}
	p->at = to;
	lex(p);
}

bool tok_is(const struct parser *p, char c)
{
	return p->tok.kind == TOK_punct && p->tok.c == c;
}

bool tok_word(const struct parser *p, const char *word)
{
	return p->tok.kind == TOK_word && strlen(word) == p->tok.len &&
		!memcmp(word, p->tok.s, p->tok.len);
}

bool accept(struct parser *p, char c)
{
	if (!tok_is(p, c))
		return false;
	lex(p);
	return true;
}

bool accept_word(struct parser *p, const char *word)
{
	if (!tok_word(p, word))
		return false;
	lex(p);
	return true;
}

bool accept_arrow(struct parser *p)
{
	if (p->tok.kind != TOK_arrow)
		return false;
	lex(p);
	return true;
}

void expect(struct parser *p, char c, const char *where)
{
	if (!tok_is(p, c))
		expected(p, job_printf(p->j, "'%c' %s", c, where));
	lex(p);
}

void expect_word(struct parser *p, const char *word)
{
	if (!accept_word(p, word))
		expected(p, job_printf(p->j, "'%s'", word));
}

void expect_arrow(struct parser *p)
{
	if (!accept_arrow(p))
		expected(p, "'->'");
}

char *tok_text(struct parser *p)
{
	char *s = job_alloc(p->j, p->tok.len + 1);

	if (memchr(p->tok.s, '\0', p->tok.len))
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, tok_place(p),
			"a name may not hold a zero byte");
	memcpy(s, p->tok.s, p->tok.len);
	return s;
}

int64_t tok_int(struct parser *p)
{
	bool minus = accept(p, '-');
	uint64_t v = 0;

	if (p->tok.kind != TOK_int && p->tok.kind != TOK_hex)
		expected(p, "an integer");
	bool hex = p->tok.kind == TOK_hex;
	for (size_t i = hex ? 2 : 0; i < p->tok.len; i++) {
		uint64_t base = hex ? 16 : 10, d = (uint64_t)hex_value(p->tok.s[i]);
		if (v > (UINT64_MAX - d) / base)
			job_fail_at(
				p->j, WEFT_INVALID_ARGUMENT, tok_place(p), "integer out of range");
		v = v * base + d;
	}
	if (minus ? v > (uint64_t)INT64_MAX + 1 : (v > INT64_MAX && !hex))
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, tok_place(p), "integer out of range");
	lex(p);
	return minus ? (int64_t)(0 - v) : (int64_t)v;
}

double tok_double(const struct token *t)
{
	double v = 0;

	decimal_read(t->start, t->start + t->len, &v);
	return v;
}
