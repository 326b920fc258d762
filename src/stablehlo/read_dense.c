/* read_dense.c -- dense<...> : tensor<...>, the constants of a program.
 *
 * The type stands behind the content, so the content is skipped first and read when the type is
 * known, by characters and straight into its place: weights come through here.  A row, the
 * innermost list, is read in one loop with the function of its element type.  A decimal literal is
 * rounded to double first (decimal.c), then to the type, as MLIR does. */
#include "stablehlo/decimal.h"
#include "stablehlo/print_impl.h"
#include "stablehlo/text_impl.h"
#include <string.h>

struct dense {
	struct parser *p;
	const char *s, *from, *to;
	struct place start;
	const struct type *type;
	enum dtype elem;             /* part, of a complex one */
	size_t size;                 /* of an element, or of a part */
	char *out;
};

/* The place of d->s: newlines are counted only here. */
static struct place dense_place(const struct dense *d)
{
	struct place at = d->start;

	for (const char *s = d->from; s < d->s; s++) {
		at.column++;
		if (*s == '\n') {
			at.line++;
			at.column = 1;
		}
	}
	return at;
}

static noreturn void dense_fail(struct dense *d, const char *what)
{
	job_fail_at(d->p->j, WEFT_INVALID_ARGUMENT, dense_place(d), "%s", what);
}

static void blanks(struct dense *d)
{
	while (d->s < d->to) {
		if (*d->s == ' ' || *d->s == '\n' || *d->s == '\t' || *d->s == '\r')
			d->s++;
		else if (*d->s == '/' && d->s + 1 < d->to && d->s[1] == '/')
			while (d->s < d->to && *d->s != '\n')
				d->s++;
		else
			return;
	}
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static uint64_t read_hex(struct dense *d)
{
	uint64_t v = 0;
	const char *from = d->s += 2;

	for (; d->s < d->to; d->s++) {
		char c = *d->s;
		int h = is_digit(c)                          ? c - '0'
			: (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
							     : -1;
		if (h < 0)
			break;
		if (v >> 60)
			dense_fail(d, "integer out of range");
		v = v << 4 | (uint64_t)h;
	}
	if (d->s == from)
		dense_fail(d, "expected hexadecimal digits");
	return v;
}

static bool take_word(struct dense *d, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(d->to - d->s) < n || memcmp(d->s, word, n))
		return false;
	d->s += n;
	return true;
}

static void read_bool(struct dense *d, char *out)
{
	if (take_word(d, "true") || take_word(d, "1") || take_word(d, "-1"))
		*out = 1;
	else if (take_word(d, "false") || take_word(d, "0"))
		*out = 0;
	else
		dense_fail(d, "expected true or false");
}

static void read_integer(struct dense *d, char *out)
{
	bool minus = *d->s == '-';
	uint64_t v = 0;
	unsigned bits = dtype_table[d->elem].bits;

	d->s += minus;
	if (d->s + 1 < d->to && d->s[0] == '0' && d->s[1] == 'x') {
		v = read_hex(d);
	} else {
		const char *from = d->s;
		for (; d->s < d->to && is_digit(*d->s); d->s++) {
			uint64_t digit = (uint64_t)(*d->s - '0');
			if (v > (UINT64_MAX - digit) / 10)
				dense_fail(d, "integer out of range");
			v = v * 10 + digit;
		}
		if (d->s == from || (d->s < d->to && *d->s == '.'))
			dense_fail(d, "expected an integer");
	}
	if (bits < 64 ? v >> bits != 0 : false)
		dense_fail(d, "integer out of range of the element type");
	if (minus && dtype_is_unsigned(d->elem))
		dense_fail(d, "a negative integer for an unsigned element type");
	if (minus && v > (uint64_t)1 << (bits - 1))
		dense_fail(d, "integer out of range of the element type");
	if (minus)
		v = 0 - v;
	if (bits == 32) {
		uint32_t w = (uint32_t)v;
		memcpy(out, &w, 4);
	} else if (bits == 64) {
		memcpy(out, &v, 8);
	} else {
		dtype_store_i64(d->elem, out, (int64_t)v);
	}
}

static void read_float(struct dense *d, char *out)
{
	bool minus = *d->s == '-';
	double v;

	d->s += minus;
	if (d->s + 1 < d->to && d->s[0] == '0' && d->s[1] == 'x') {
		uint64_t bits = read_hex(d);
		unsigned n = dtype_table[d->elem].bits;
		if (minus || (n < 64 && bits >> n))
			dense_fail(
				d, "hexadecimal float literal out of range for the element type");
		memcpy(out, &bits, d->size);
		return;
	}
	const char *behind = decimal_read(d->s, d->to, &v);
	if (behind == d->s) {
		while (d->s < d->to && is_digit(*d->s))
			d->s++;
		dense_fail(d, "expected a floating-point literal");
	}
	d->s = behind;
	if (d->s < d->to && (*d->s | 32) == 'e')
		dense_fail(d, "expected digits of an exponent");
	if (minus)
		v = -v;
	if (d->elem == DTYPE_f32) {
		float f = (float)v;
		memcpy(out, &f, 4);
	} else if (d->elem == DTYPE_f64) {
		memcpy(out, &v, 8);
	} else {
		dtype_store_f64(d->elem, out, v);
	}
}

static void read_complex(struct dense *d, char *out)
{
	if (*d->s != '(')
		dense_fail(d, "expected '(' before a complex element");
	d->s++;
	for (int part = 0; part < 2; part++) {
		blanks(d);
		if (d->s >= d->to)
			dense_fail(d, "expected a complex element");
		read_float(d, out + (size_t)part * d->size);
		blanks(d);
		if (d->s >= d->to || *d->s != (part ? ')' : ','))
			dense_fail(d, part ? "expected ')' after a complex element" :
				"expected ',' in a complex element");
		d->s++;
	}
}

/* Reads the element that begins at d->s, which is before d->to. */
typedef void element_fn(struct dense *d, char *out);

static element_fn *element_reader(enum dtype t)
{
	switch (dtype_table[t].kind) {
	case DTYPE_BOOL:
		return read_bool;
	case DTYPE_FLOAT:
		return read_float;
	case DTYPE_COMPLEX:
		return read_complex;
	default:
		return read_integer;
	}
}

/* The rest of a row behind one of its elements, at most `most` more: as long as only a comma
 * stands between. */
static int64_t read_row(struct dense *d, element_fn *read, char *out, int64_t most)
{
	size_t size = dtype_bytes(d->type->dtype);
	int64_t n = 0;

	while (n < most && d->s < d->to && *d->s == ',') {
		const char *s = d->s + 1;
		s += s < d->to && *s == ' ';
		if (s >= d->to || *s == '[' || *s == ']' || *s == '/' || (unsigned char)*s <= ' ')
			break;
		d->s = s;
		read(d, out);
		out += size;
		n++;
	}
	return n;
}

/* [[1, 2], [3, 4]] into out; every list has as many entries as its dimension says. */
static void read_lists(struct dense *d, size_t bytes)
{
	const struct type *t = d->type;
	int64_t count[65] = { 0 };
	uint32_t depth = 0;
	size_t size = dtype_bytes(t->dtype);
	char *out = d->out, *end = d->out + bytes;
	element_fn *read = element_reader(t->dtype);
	bool item = false;               /* behind an item: a comma or ] must follow */

	for (;;) {
		blanks(d);
		if (d->s >= d->to)
			dense_fail(d, "expected ']' in a list of elements");
		if (*d->s == ']' && depth && (item || count[depth] == 0)) {
			if (count[depth] != t->dims[depth - 1])
				dense_fail(d,
					job_printf(d->p->j,
						"expected %lld entries in dimension %u, found %lld",
						(long long)t->dims[depth - 1], depth - 1,
						(long long)count[depth]));
			d->s++;
			count[--depth]++;
			item = true;
			if (!depth)
				return;
		} else if (item) {
			if (*d->s != ',')
				dense_fail(d, "expected ',' or ']' in a list of elements");
			d->s++;
			item = false;
		} else if (*d->s == '[') {
			if (depth == t->rank)
				dense_fail(d, "lists nested deeper than the rank of the type");
			d->s++;
			count[++depth] = 0;
		} else {
			if (depth != t->rank || out >= end)
				dense_fail(d, "the shape of the elements is not that of the type");
			read(d, out);
			out += size;
			int64_t left = (end - out) / (int64_t)size;
			int64_t more = read_row(d, read, out, left);
			out += (size_t)more * size;
			count[depth] += more + 1;
			item = true;
		}
	}
}

/* Elements below 8 bits may carry anything above theirs. */
static void normalise(const struct type *t, char *data, size_t n)
{
	if (dtype_table[t->dtype].kind == DTYPE_BOOL) {
		for (size_t i = 0; i < n; i++)
			data[i] = data[i] != 0;
	} else if (dtype_table[t->dtype].bits < 8 && dtype_is_int(t->dtype)) {
		for (size_t i = 0; i < n; i++)
			dtype_store_i64(t->dtype, data + i, data[i]);
	} else if (dtype_table[t->dtype].bits < 8) {
		for (size_t i = 0; i < n; i++)
			data[i] &= (char)((1 << dtype_table[t->dtype].bits) - 1);
	}
}

static uint64_t checked_bytes(struct parser *p, const struct type *t, struct place at)
{
	int64_t n = type_elements(t);

	if (n < 0)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at, "a constant needs a static shape");
	uint64_t bytes = (uint64_t)n * dtype_bytes(t->dtype);
	if (bytes > p->limits.bytes)
		job_fail_at(p->j, WEFT_RESOURCE_EXHAUSTED, at,
			"a constant of %llu bytes, the limit is %llu", (unsigned long long)bytes,
			(unsigned long long)p->limits.bytes);
	return bytes;
}

static void *place_for(struct parser *p, uint64_t bytes)
{
	if (bytes > GRAPH_SMALL_CONSTANT)
		return graph_alloc(p->g, (size_t)bytes);     /* is to be a slot */
	return job_alloc(p->j, (size_t)bytes + 1);
}

static void decode_hex(struct parser *p, const char *hex, size_t n, char *out, struct place at)
{
	static const signed char table[256] = {
		['0'] = 1,
		['1'] = 2,
		['2'] = 3,
		['3'] = 4,
		['4'] = 5,
		['5'] = 6,
		['6'] = 7,
		['7'] = 8,
		['8'] = 9,
		['9'] = 10,
		['a'] = 11,
		['b'] = 12,
		['c'] = 13,
		['d'] = 14,
		['e'] = 15,
		['f'] = 16,
		['A'] = 11,
		['B'] = 12,
		['C'] = 13,
		['D'] = 14,
		['E'] = 15,
		['F'] = 16,
	};
	int bad = 0;

	for (size_t i = 0; i < n; i++) {
		int high = table[(unsigned char)hex[2 * i]] - 1,
		    low = table[(unsigned char)hex[2 * i + 1]] - 1;
		bad |= high | low;
		out[i] = (char)((high & 15) << 4 | (low & 15));
	}
	if (bad < 0)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at,
			"expected hexadecimal digits in the elements");
}

/* n booleans, lowest bit first, to a byte each: a byte is copied eight times, and each copy masked
 * to a bit of its own, which a carry takes to the top. */
static void unpack_bits(const uint8_t *from, uint64_t n, char *to)
{
	uint64_t i = 0;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	for (; i + 8 <= n; i += 8) {
		uint64_t v = from[i / 8] * (uint64_t)0x0101010101010101 & 0x8040201008040201;
		v = (v + 0x7F7F7F7F7F7F7F7F) >> 7 & 0x0101010101010101;
		memcpy(to + i, &v, sizeof v);
	}
#endif
	for (; i < n; i++)
		to[i] = (char)(from[i / 8] >> (i % 8) & 1);
}

/* hex: the digits behind 0x.  As many bytes as all elements, or as one; booleans may be packed. */
void dense_from_hex(struct parser *p, const char *hex, size_t len, const struct type *t,
	struct place at, struct t_dense *out)
{
	uint64_t bytes = checked_bytes(p, t, at), have = len / 2;
	size_t size = dtype_bytes(t->dtype);

	if (t->dtype == DTYPE_tf32)
		job_fail_at(p->j, WEFT_UNIMPLEMENTED, at, "tf32 elements in hexadecimal");
	out->type = t;
	if (t->dtype == DTYPE_i1 && have != bytes && have == (bytes + 7) / 8) {
		char *packed = job_alloc(p->j, have + 1), *bits = place_for(p, bytes);
		decode_hex(p, hex, have, packed, at);
		unpack_bits((const uint8_t *)packed, bytes, bits);
		out->data = bits;
	} else if (len % 2 == 0 && (have == bytes || have == size)) {
		out->splat = have != bytes;
		out->data = place_for(p, have);
		decode_hex(p, hex, have, out->data, at);
		normalise(t, out->data, have / size);
	} else {
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at,
			"expected %llu bytes of elements, found %llu hexadecimal digits",
			(unsigned long long)bytes, (unsigned long long)len);
	}
	dense_splat(p, out);
}

/* Booleans: a byte each, or packed, lowest bit first, where one byte may stand for all. */
static void booleans_from_bytes(
	struct parser *p, const uint8_t *from, size_t have, uint64_t n, struct t_dense *out)
{
	bool packed = have == (n + 7) / 8;
	char *bits;

	out->splat = have == 1 && n != 1 && (from[0] == 0xFF || n == 0 || n > 8);
	if (out->splat)
		n = 1;
	out->data = bits = place_for(p, n);
	if (packed || out->splat)
		unpack_bits(from, n, bits);
	else
		for (uint64_t i = 0; i < n; i++)
			bits[i] = from[i] != 0;
}

void dense_from_bytes(struct parser *p, const uint8_t *from, size_t have, const struct type *t,
	struct place at, struct t_dense *out)
{
	uint64_t bytes = checked_bytes(p, t, at);
	size_t size = dtype_bytes(t->dtype);
	bool boolean = t->dtype == DTYPE_i1;

	if (have != bytes && have != size && !(boolean && have == (bytes + 7) / 8))
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at,
			"expected %llu bytes of elements, found %llu", (unsigned long long)bytes,
			(unsigned long long)have);
	out->type = t;
	if (boolean) {
		booleans_from_bytes(p, from, have, bytes, out);
	} else {
		out->splat = have != bytes;
		out->data = place_for(p, have);
		memcpy(out->data, from, have);
		normalise(t, out->data, have / size);
	}
	dense_splat(p, out);
}

void dense_splat(struct parser *p, struct t_dense *d)
{
	size_t size = dtype_bytes(d->type->dtype);
	int64_t n = type_elements(d->type);
	const char *data = d->data;

	if (n == 0)
		d->splat = false;
	if (d->splat || n <= 0)
		return;
	if (n == 1 || !memcmp(data, data + size, (size_t)(n - 1) * size)) {
		char *one = job_alloc(p->j, size);
		memcpy(one, data, size);
		d->data = one;
		d->splat = true;
	}
}

#define BLOCK 64

/* Whether the content may go on behind the next BLOCK characters, with nothing to see to among
 * them. */
static bool plain_block(const char *s)
{
	unsigned char any = 0;

	for (int i = 0; i < BLOCK; i++)
		any |= (unsigned char)((s[i] == '>') | (s[i] == '"') | (s[i] == '/') |
			(s[i] == '\n'));
	return !any;
}

/* Over the content up to '>': strings and comments may hold one. */
static const char *skip_content(struct parser *p, const char *s)
{
	while (s < p->end && *s != '>') {
		if (p->end - s > BLOCK && plain_block(s)) {
			s += BLOCK;
			continue;
		}
		if (*s == '"') {
			const char *q = memchr(s + 1, '"', (size_t)(p->end - s - 1));
			s = q ? q : p->end - 1;
		} else if (*s == '/' && s + 1 < p->end && s[1] == '/') {
			const char *nl = memchr(s, '\n', (size_t)(p->end - s));
			s = nl ? nl - 1 : p->end - 1;
		} else if (*s == '\n') {
			p->line++;
			p->line_start = s + 1;
		}
		s++;
	}
	if (s >= p->end)
		expected(p, "'>' after the elements");
	return s;
}

void read_dense(struct parser *p, struct t_attr *a)
{
	struct dense d = { .p = p };

	lex(p);
	if (!tok_is(p, '<'))
		expected(p, "'<' after dense");
	d.from = d.s = p->tok.start + 1;
	d.start = tok_place(p);
	d.start.column++;
	p->at = d.to = skip_content(p, d.from);
	lex(p);
	expect(p, '>', "after the elements");
	expect(p, ':', "before the type of the elements");
	struct place type_at = tok_place(p);
	d.type = a->type = read_type(p);
	if (d.type->kind != TYPE_tensor || d.type->unranked)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, type_at,
			"a constant needs the type of a ranked tensor");
	d.elem = dtype_part(d.type->dtype);
	d.size = dtype_bytes(d.elem);
	uint64_t bytes = checked_bytes(p, d.type, type_at);
	a->dense.type = d.type;
	blanks(&d);
	if (d.s < d.to && *d.s == '"') {
		const char *q = memchr(d.s + 1, '"', (size_t)(d.to - d.s - 1));
		if (!q || q - d.s < 3 || d.s[1] != '0' || d.s[2] != 'x')
			dense_fail(&d, "expected \"0x...\"");
		dense_from_hex(
			p, d.s + 3, (size_t)(q - d.s - 3), d.type, dense_place(&d), &a->dense);
		d.s = q + 1;
	} else if (d.s == d.to) {
		if (bytes)
			dense_fail(&d, "expected elements");
		a->dense.data = job_alloc(p->j, 1);
	} else if (*d.s == '[') {
		if (bytes / dtype_bytes(d.type->dtype) > (uint64_t)(d.to - d.s))
			dense_fail(&d, "fewer elements than the type has");
		a->dense.data = d.out = place_for(p, bytes);
		read_lists(&d, (size_t)bytes);
		dense_splat(p, &a->dense);
	} else {
		char *one = job_alloc(p->j, 16);
		a->dense.data = one;
		a->dense.splat = true;
		element_reader(d.type->dtype)(&d, one);
		dense_splat(p, &a->dense);
	}
	blanks(&d);
	if (d.s < d.to)
		dense_fail(&d, "expected '>' after the elements");
}
