/* read_type.c -- types: tensor<...>, tuple<...>, token, future, quantised elements.
 *
 * `?` is read as one symbol of the reader's own (any_dim), so types as written are equal exactly
 * when they are one pointer; lower.c puts the right symbols in.  tensor<...xindex> has the
 * dtype i64: on every machine Weft knows an index has 64 bits. */
#include "stablehlo/text_impl.h"
#include <string.h>

#define MAX_RANK 64
#define MOST_PARTS (1 << 16)         /* of a type: aliases of aliases can make it huge */

bool at_type(const struct parser *p)
{
	return p->tok.kind == TOK_bang || tok_word(p, "tensor") || tok_word(p, "tuple");
}

static enum dtype dtype_word(const char *s, size_t len)
{
	char name[32];

	if (len >= sizeof name)
		return DTYPE_none;
	memcpy(name, s, len);
	name[len] = '\0';
	if (!strcmp(name, "index"))
		return DTYPE_i64;
	return dtype_find(name);
}

enum dtype read_dtype(struct parser *p)
{
	enum dtype t = DTYPE_none;

	if (tok_word(p, "complex")) {
		lex(p);
		expect(p, '<', "after complex");
		if (tok_word(p, "f32"))
			t = DTYPE_c64;
		else if (tok_word(p, "f64"))
			t = DTYPE_c128;
		else
			expected(p, "f32 or f64");
		lex(p);
		expect(p, '>', "after the element type of complex");
		return t;
	}
	if (p->tok.kind == TOK_word)
		t = dtype_word(p->tok.s, p->tok.len);
	if (t == DTYPE_none)
		expected(p, "an element type");
	lex(p);
	return t;
}

/* A scale: a float literal. */
static double read_scale(struct parser *p)
{
	bool minus = accept(p, '-');

	if (p->tok.kind != TOK_float)
		expected(p, "a scale");
	double v = tok_double(&p->tok);
	lex(p);
	return minus ? -v : v;
}

static void storage_range(struct parser *p, struct quant *q, enum dtype storage)
{
	int bits = dtype_table[storage].bits;
	bool is_signed = dtype_is_signed(storage);
	int64_t low = is_signed ? -((int64_t)1 << (bits - 1)) : 0;
	int64_t high = is_signed ? ((int64_t)1 << (bits - 1)) - 1 : ((int64_t)1 << bits) - 1;

	q->min = low;
	q->max = high;
	if (!accept(p, '<'))
		return;
	struct place at = tok_place(p);
	q->min = tok_int(p);
	expect(p, ':', "between the storage minimum and maximum");
	q->max = tok_int(p);
	expect(p, '>', "after the storage range");
	if (q->min < low || q->max > high || q->min >= q->max)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at, "a storage range outside of %s",
			dtype_table[storage].text);
}

static enum dtype storage_type(struct parser *p)
{
	char name[16];
	enum dtype t = DTYPE_none;

	if (p->tok.kind == TOK_word && p->tok.len < 8) {
		bool u = p->tok.len > 1 && p->tok.s[0] == 'u' && p->tok.s[1] != 'i';
		size_t n = u ? 1 : 0;
		memcpy(name, "ui", 2);
		memcpy(u ? name + 2 : name, p->tok.s + n, p->tok.len - n);
		name[p->tok.len + n] = '\0';
		t = dtype_find(name);
	}
	if (!dtype_is_int(t) || dtype_table[t].bits > 32)
		expected(p, "a storage type of at most 32 bits");
	lex(p);
	return t;
}

/* !quant.uniform<i8<-127:127>:f32:1, {0.5:3, 0.25}>; tok is '<'. */
static enum dtype read_quant(struct parser *p, struct quant **out)
{
	struct quant *q = job_alloc(p->j, sizeof *q);
	struct place at = tok_place(p);

	expect(p, '<', "after !quant.uniform");
	enum dtype storage = storage_type(p);
	storage_range(p, q, storage);
	expect(p, ':', "after the storage type");
	q->expressed = read_dtype(p);
	if (!dtype_is_float(q->expressed))
		expected(p, "a floating-point expressed type before this");
	q->axis = -1;
	if (accept(p, ':')) {
		if (tok_is(p, '{'))
			job_fail_at(p->j, WEFT_UNIMPLEMENTED, tok_place(p),
				"quantisation by blocks is not supported");
		int64_t axis = tok_int(p);
		if (axis < 0 || axis >= MAX_RANK)
			expected(p, "a quantised dimension in range before this");
		q->axis = (int32_t)axis;
	}
	expect(p, ',', "before the scales");
	bool braces = q->axis >= 0;
	uint32_t cap = 0;
	double *scales = NULL;
	int64_t *zeros = NULL;
	if (braces)
		expect(p, '{', "before the scales of each slice");
	do {
		if (q->n == cap) {
			uint32_t to = cap ? cap * 2 : 4;
			scales = job_grow(p->j, scales, cap, to, sizeof *scales);
			zeros = job_grow(p->j, zeros, cap, to, sizeof *zeros);
			cap = to;
		}
		scales[q->n] = read_scale(p);
		if (accept(p, ':'))
			zeros[q->n] = tok_int(p);
		q->n++;
	} while (braces && accept(p, ','));
	if (braces)
		expect(p, '}', "after the scales");
	q->scales = scales;
	q->zeros = zeros;
	if (!quant_scales_valid(q))
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at,
			"quantised type c6: scales are positive and finite");
	expect(p, '>', "after the quantised type");
	*out = q;
	return storage;
}

/* #stablehlo.bounds<?, 5> or #stablehlo.type_extensions<bounds = [?, 5]>, or any other, as text. */
static void read_encoding(struct parser *p, struct type *t)
{
	bool bounds = p->tok.kind == TOK_hash && p->tok.len == 16 &&
		      !memcmp(p->tok.s, "stablehlo.bounds", 16);
	bool extensions = p->tok.kind == TOK_hash && p->tok.len == 25 &&
		!memcmp(p->tok.s, "stablehlo.type_extensions", 25);

	if (!bounds && !extensions) {
		t->encoding = attr_raw_text(p, read_attr(p));
		return;
	}
	struct place at = tok_place(p);
	lex(p);
	expect(p, '<', "after the name of the encoding");
	if (extensions) {
		expect_word(p, "bounds");
		expect(p, '=', "after bounds");
		expect(p, '[', "before the bounds");
	}
	int64_t *b = job_array(p->j, t->rank + 1u, sizeof *b);
	uint32_t n = 0;
	if (!tok_is(p, extensions ? ']' : '>')) {
		do {
			int64_t v = accept(p, '?') ? -1 : tok_int(p);
			if (n < t->rank)
				b[n] = v;
			n++;
		} while (accept(p, ','));
	}
	if (extensions)
		expect(p, ']', "after the bounds");
	expect(p, '>', "after the encoding");
	if (n != t->rank)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at,
			"bounds: expected one a dimension, %u, found %u", t->rank, n);
	for (uint32_t i = 0; i < n; i++)
		if (b[i] >= 0 && t->dims[i] >= 0)
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at,
				"dimension %u is static and has a bound", i);
	for (uint32_t i = 0; i < n; i++)
		if (b[i] >= 0)
			t->bounds = b;
}

static int64_t read_dimension(struct parser *p, const char **s)
{
	const char *q = *s;
	int64_t v = 0;

	if (*q == '?') {
		*s = q + 1;
		return p->any_dim;
	}
	for (; q < p->end && *q >= '0' && *q <= '9'; q++) {
		if (v > (INT64_MAX - 9) / 10)
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, tok_place(p),
				"a dimension out of range");
		v = v * 10 + (*q - '0');
	}
	*s = q;
	return v;
}

/* The product of known dimensions and the element's size must be countable. */
void type_check_size(struct parser *p, const struct type *t, struct place at)
{
	uint64_t n = dtype_bytes(t->dtype);

	for (uint32_t i = 0; i < t->rank; i++)
		if (t->dims[i] == 0)
			return;
	for (uint32_t i = 0; i < t->rank; i++)
		if (t->dims[i] > 0 && __builtin_mul_overflow(n, (uint64_t)t->dims[i], &n))
			n = UINT64_MAX;
	if (n > INT64_MAX)
		job_fail_at(
			p->j, WEFT_INVALID_ARGUMENT, at, "the size of this type overflows 64 bits");
}

/* A word of MLIR's builtin types that no element of Weft has: i10, si8, f80, none. */
bool foreign_word(const struct parser *p)
{
	const char *s = p->tok.s;
	size_t len = p->tok.len, n = 0;

	if (p->tok.kind != TOK_word)
		return false;
	if (tok_word(p, "f80") || tok_word(p, "f128") || tok_word(p, "none") ||
		tok_word(p, "vector") || tok_word(p, "memref"))
		return true;
	n = len > 2 && (s[0] == 's' || s[0] == 'u') && s[1] == 'i' ? 2 : s[0] == 'i' ? 1 : 0;
	if (!n || n == len || len - n > 7 || s[n] == '0')
		return false;
	for (size_t i = n; i < len; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return dtype_word(s, len) == DTYPE_none;
}

/* Is <...> behind !quant.uniform one that Weft does not compute with: of another storage than its
 * integers, or quantised by blocks?  tok is '<'. */
static bool foreign_quant(struct parser *p)
{
	struct parser q = *p;

	lex(&q);
	if (foreign_word(&q) || tok_word(&q, "f8E4M3FN") || tok_word(&q, "f8E5M2"))
		return true;
	for (int i = 0; i < 12 && q.tok.kind != TOK_end && !tok_is(&q, ','); i++) {
		bool colon = tok_is(&q, ':');
		lex(&q);
		if (colon && tok_is(&q, '{'))
			return true;
	}
	return false;
}

/* The whole of a type whose head is `head`, tok behind it, as text. */
static const struct type *read_opaque(struct parser *p, const char *head)
{
	return type_opaque(p->g, tok_is(p, '<') ?
		job_printf(p->j, "%s%s", head, skip_balanced(p)) : head);
}

/* The element type of a tensor into t; false: none of Weft's. */
static bool read_element(struct parser *p, struct type *t)
{
	struct quant *q;

	if (tok_word(p, "none") || tok_word(p, "memref"))
		expected(p, "an element type");
	if (foreign_word(p))
		return false;
	if (p->tok.kind != TOK_bang) {
		t->index = tok_word(p, "index");
		t->dtype = read_dtype(p);
		return true;
	}
	struct name_entry *e = names_find(&p->type_aliases, p->tok.s, p->tok.len);
	if (p->tok.len == 13 && !memcmp(p->tok.s, "quant.uniform", 13)) {
		lex(p);
		if (tok_is(p, '<') && foreign_quant(p))
			return false;
		t->dtype = read_quant(p, &q);
		t->quant = q;
	} else if (e && !((const struct type *)e->value)->rank) {
		const struct type *a = e->value;
		t->dtype = a->dtype;
		t->quant = a->quant;
		lex(p);
	} else {
		expected(p, "an element type");
	}
	return true;
}

/* 2x?xf32: characters, because 2xf32 is one word or a number and a word to the lexer. */
static const struct type *read_tensor(struct parser *p)
{
	struct place at = tok_place(p);
	int64_t dims[MAX_RANK];
	struct type t = { .kind = TYPE_tensor, .dims = dims };
	const char *s;

	lex(p);
	if (!tok_is(p, '<'))
		expected(p, "'<' after tensor");
	struct parser open = *p;
	s = p->tok.start + 1;
	while (s < p->end && (*s == ' ' || *s == '\t'))
		s++;
	if (s < p->end && *s == '*') {
		t.unranked = true;
		if (++s >= p->end || *s != 'x')
			expected(p, "tensor<*x...>");
		s++;
	} else {
		while (s < p->end && (*s == '?' || (*s >= '0' && *s <= '9'))) {
			if (t.rank == MAX_RANK)
				job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at,
					"more than %d dimensions", MAX_RANK);
			dims[t.rank++] = read_dimension(p, &s);
			if (s >= p->end || *s != 'x') {
				lex_rewind(p, s);
				expected(p, "'x' after a dimension");
			}
			s++;
		}
	}
	lex_rewind(p, s);
	if (!read_element(p, &t)) {
		*p = open;
		return read_opaque(p, "tensor");
	}
	if (accept(p, ','))
		read_encoding(p, &t);
	expect(p, '>', "after the type of a tensor");
	type_check_size(p, &t, at);
	return type_cons(p->g, &t);
}

const struct type *unfit_for_future(uint32_t n, const struct type *const *t)
{
	for (uint32_t i = 0; i < n; i++)
		if (t[i]->kind != TYPE_tensor || t[i]->unranked)
			return t[i];
	return NULL;
}

static const struct type *read_bang(struct parser *p)
{
	struct name_entry *e = names_find(&p->type_aliases, p->tok.s, p->tok.len);
	const struct type **elem;
	char *name = tok_text(p);
	struct place at = tok_place(p);

	lex(p);
	if (e)
		return e->value;
	if (!strcmp(name, "stablehlo.token"))
		return type_token(p->g);
	if (!strcmp(name, "stablehlo.future")) {
		expect(p, '<', "after !stablehlo.future");
		uint32_t n = read_types(p, &elem);
		expect(p, '>', "after the types of a future");
		const struct type *odd = unfit_for_future(n, elem);
		if (odd)
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at,
				"a future holds ranked tensors, not %s",
				type_text(p->j, p->g, odd));
		return type_list(p->g, TYPE_future, n, elem);
	}
	if (!strcmp(name, "quant.uniform")) {
		struct quant *q;
		struct type t = { .kind = TYPE_tensor };
		t.dtype = read_quant(p, &q);
		t.quant = q;
		return type_cons(p->g, &t);      /* what an alias of an element type stands for */
	}
	job_fail_at(p->j, WEFT_UNIMPLEMENTED, at, "unknown type '!%s'", name);
}

const struct type *read_type(struct parser *p)
{
	const struct type **elem, *t;
	uint32_t n = 0;

	enter(p);
	if (tok_word(p, "tensor")) {
		t = read_tensor(p);
	} else if (tok_word(p, "tuple")) {
		lex(p);
		expect(p, '<', "after tuple");
		elem = NULL;
		if (!tok_is(p, '>'))
			n = read_types(p, &elem);
		expect(p, '>', "after the types of a tuple");
		t = type_list(p->g, TYPE_tuple, n, elem);
	} else if (p->tok.kind == TOK_bang) {
		t = read_bang(p);
	} else if (foreign_word(p) || (p->tok.kind == TOK_word &&
		dtype_word(p->tok.s, p->tok.len) != DTYPE_none)) {
		const char *head = tok_text(p);
		lex(p);
		t = read_opaque(p, head);
	} else {
		expected(p, "a type");
	}
	leave(p);
	if (t->parts > MOST_PARTS)
		expected(p, "a type of fewer parts before this");
	return t;
}

uint32_t read_types(struct parser *p, const struct type ***out)
{
	uint32_t n = 0, cap = 0;
	const struct type **list = NULL;

	do {
		if (n == cap) {
			uint32_t to = cap ? cap * 2 : 4;
			list = job_grow(p->j, list, cap, to, sizeof *list);
			cap = to;
		}
		list[n++] = read_type(p);
	} while (accept(p, ','));
	*out = list;
	return n;
}

uint32_t read_type_parens(struct parser *p, const struct type ***out)
{
	uint32_t n = 0;

	*out = NULL;
	expect(p, '(', "before a list of types");
	if (!tok_is(p, ')'))
		n = read_types(p, out);
	expect(p, ')', "after a list of types");
	return n;
}

uint32_t read_result_types(struct parser *p, const struct type ***out)
{
	if (tok_is(p, '('))
		return read_type_parens(p, out);
	*out = job_array(p->j, 1, sizeof **out);
	(*out)[0] = read_type(p);
	return 1;
}
