/* print_value.c -- types, numbers, strings and constants as MLIR writes them.
 *
 * A float is printed with six digits behind the point where that reads back as the same bits, else
 * with the fewest digits that do; infinities and NaNs by their bits.  A constant of more than 100
 * elements is one hexadecimal string. */
#include "stablehlo/print_impl.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define HEX_ABOVE 100

void print_string(const char *s, struct str *out)
{
	print_bytes(s, strlen(s), out);
}

void print_bytes(const char *s, size_t n, struct str *out)
{
	str_addc(out, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c == '"' || c == '\\')
			str_addf(out, "\\%c", c);
		else if (c < 32 || c >= 127)
			str_addf(out, "\\%02X", c);
		else
			str_addc(out, (char)c);
	}
	str_addc(out, '"');
}

void print_symbol(const char *s, struct str *out)
{
	bool plain = s[0] == '_' || (s[0] >= 'a' && s[0] <= 'z') || (s[0] >= 'A' && s[0] <= 'Z');

	for (const char *c = s; *c && plain; c++)
		plain = *c == '_' || *c == '.' || *c == '$' || (*c >= '0' && *c <= '9') ||
			(*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
	str_addc(out, '@');
	if (plain)
		str_add(out, s);
	else
		print_string(s, out);
}

void print_name(const char *name, struct str *out)
{
	bool plain = name[0] == '_' || (name[0] >= 'a' && name[0] <= 'z') ||
		     (name[0] >= 'A' && name[0] <= 'Z');

	for (const char *s = name; *s && plain; s++)
		plain = *s == '_' || *s == '.' || *s == '$' || (*s >= '0' && *s <= '9') ||
			(*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z');
	if (plain)
		str_add(out, name);
	else
		print_string(name, out);
}

/* Does the decimal text of v read back as the element at? */
static bool reads_back(enum dtype t, const void *at, const char *text)
{
	char bits[16];
	double v;

	memset(bits, 0, sizeof bits);
	if (sscanf(text, "%lf", &v) != 1)
		return false;
	dtype_store_f64(t, bits, v);
	return !memcmp(bits, at, dtype_bytes(t));
}

void print_float(enum dtype t, const void *at, struct str *out)
{
	double v = dtype_load_f64(t, at);
	char text[64];

	for (int digits = 6; isfinite(v) && digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*e", digits, v);
		if (reads_back(t, at, text)) {
			str_add(out, text);
			return;
		}
	}
	uint64_t bits = 0;
	memcpy(&bits, at, dtype_bytes(t));
	str_addf(out, "0x%0*" PRIX64, (dtype_table[t].bits + 3) / 4, bits);
}

/* ---- types ---------------------------------------------------------------------------------- */

static void print_quant(const struct type *t, struct str *out)
{
	const struct quant *q = t->quant;
	int bits = dtype_table[t->dtype].bits;
	bool is_signed = dtype_is_signed(t->dtype);
	int64_t low = is_signed ? -((int64_t)1 << (bits - 1)) : 0;
	int64_t high = is_signed ? ((int64_t)1 << (bits - 1)) - 1 : ((int64_t)1 << bits) - 1;

	str_addf(out, "!quant.uniform<%s%d", is_signed ? "i" : "u", bits);
	if (q->min != low || q->max != high)
		str_addf(out, "<%" PRId64 ":%" PRId64 ">", q->min, q->max);
	str_addf(out, ":%s", dtype_table[q->expressed].text);
	if (q->axis >= 0)
		str_addf(out, ":%d", q->axis);
	str_add(out, q->axis >= 0 ? ", {" : ", ");
	for (uint32_t i = 0; i < q->n; i++) {
		if (i)
			str_addc(out, ',');
		print_float(DTYPE_f64, &q->scales[i], out);
		if (q->zeros[i])
			str_addf(out, ":%" PRId64, q->zeros[i]);
	}
	str_add(out, q->axis >= 0 ? "}>" : ">");
}

static void print_tensor(const struct type *t, struct str *out)
{
	str_add(out, "tensor<");
	if (t->unranked)
		str_add(out, "*x");
	for (uint32_t i = 0; i < t->rank; i++) {
		if (t->dims[i] < 0)
			str_add(out, "?x");
		else
			str_addf(out, "%" PRId64 "x", t->dims[i]);
	}
	if (t->quant)
		print_quant(t, out);
	else
		str_add(out, t->index ? "index" : dtype_table[t->dtype].text);
	if (t->bounds) {
		str_add(out, ", #stablehlo.bounds<");
		for (uint32_t i = 0; i < t->rank; i++) {
			if (t->bounds[i] < 0)
				str_add(out, i ? ", ?" : "?");
			else
				str_addf(out, i ? ", %" PRId64 : "%" PRId64, t->bounds[i]);
		}
		str_addc(out, '>');
	}
	if (t->encoding)
		str_addf(out, ", %s", t->encoding);
	str_addc(out, '>');
}

void print_type(const struct graph *g, const struct type *t, struct str *out)
{
	switch (t->kind) {
	case TYPE_tensor:
		print_tensor(t, out);
		return;
	case TYPE_token:
		str_add(out, "!stablehlo.token");
		return;
	case TYPE_opaque:
		str_add(out, t->encoding);
		return;
	case TYPE_tuple:
	case TYPE_results:
		str_add(out, "tuple<");
		break;
	case TYPE_future:
		str_add(out, "!stablehlo.future<");
		break;
	}
	print_types(g, t->n, t->elem, out);
	str_addc(out, '>');
}

void print_types(const struct graph *g, uint32_t n, const struct type *const *t, struct str *out)
{
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			str_add(out, ", ");
		print_type(g, t[i], out);
	}
}

/* ---- constants ------------------------------------------------------------------------------ */

void print_number(enum dtype t, const void *at, struct str *out)
{
	const struct dtype_info *d = &dtype_table[t];

	switch (d->kind) {
	case DTYPE_BOOL:
		str_add(out, *(const char *)at ? "true" : "false");
		return;
	case DTYPE_FLOAT:
		print_float(t, at, out);
		return;
	case DTYPE_COMPLEX:
		str_addc(out, '(');
		print_float(dtype_part(t), at, out);
		str_addc(out, ',');
		print_float(dtype_part(t), (const char *)at + d->bytes / 2, out);
		str_addc(out, ')');
		return;
	case DTYPE_UINT:
		str_addf(out, "%" PRIu64, (uint64_t)dtype_load_i64(t, at));
		return;
	default:
		str_addf(out, "%" PRId64, dtype_load_i64(t, at));
	}
}

static void print_hex(const char *data, size_t n, struct str *out)
{
	static const char digits[] = "0123456789ABCDEF";
	char chunk[1024];

	str_add(out, "\"0x");
	for (size_t i = 0; i < n;) {
		size_t k = 0;
		for (; k < sizeof chunk && i < n; i++) {
			chunk[k++] = digits[(unsigned char)data[i] >> 4];
			chunk[k++] = digits[(unsigned char)data[i] & 15];
		}
		str_add_bytes(out, chunk, k);
	}
	str_addc(out, '"');
}

/* Brackets open where an index becomes 0 and close where it was the last. */
static void print_lists(const struct type *t, const char *data, int64_t n, struct str *out)
{
	int64_t index[64] = { 0 };
	size_t size = dtype_bytes(t->dtype);

	for (int64_t i = 0; i < n; i++) {
		uint32_t open = 0;
		while (open < t->rank && index[t->rank - 1 - open] == 0)
			open++;
		if (i)
			str_add(out, ", ");
		for (uint32_t k = 0; k < open; k++)
			str_addc(out, '[');
		print_number(t->dtype, data + (size_t)i * size, out);
		for (uint32_t k = t->rank; k-- > 0;) {
			if (++index[k] < t->dims[k])
				break;
			index[k] = 0;
			str_addc(out, ']');
		}
	}
}

void print_dense(const struct graph *g, const struct type *t, bool splat, const void *data,
	struct str *out)
{
	int64_t n = type_elements(t);
	bool bytes = dtype_table[t->dtype].bits % 8 == 0;

	str_add(out, "dense<");
	if (n > 0 && (splat || n == 1))
		print_number(t->dtype, data, out);
	else if (n > HEX_ABOVE && bytes)
		print_hex(data, (size_t)n * dtype_bytes(t->dtype), out);
	else if (n > 0)
		print_lists(t, data, n, out);
	str_add(out, "> : ");
	print_type(g, t, out);
}
