/* npy.c -- numpy's .npy files, by the description of numpy.lib.format: magic, version, a Python
 * literal with descr, fortran_order and shape, then the elements.  bfloat16 has no descr of its own
 * in numpy: such arrays are read from and written as '<V2' (what ml_dtypes' arrays are saved
 * as). */
#include "base/str.h"
#include "cli/cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	enum weft_dtype dtype;
	const char *descr;
} kinds[] = {
	{ WEFT_I1, "|b1" },
	{ WEFT_I8, "|i1" },
	{ WEFT_UI8, "|u1" },
	{ WEFT_I16, "<i2" },
	{ WEFT_UI16, "<u2" },
	{ WEFT_I32, "<i4" },
	{ WEFT_UI32, "<u4" },
	{ WEFT_I64, "<i8" },
	{ WEFT_UI64, "<u8" },
	{ WEFT_F16, "<f2" },
	{ WEFT_F32, "<f4" },
	{ WEFT_F64, "<f8" },
	{ WEFT_C64, "<c8" },
	{ WEFT_C128, "<c16" },
	{ WEFT_BF16, "<V2" },
};

struct npy {
	enum weft_dtype dtype;
	uint32_t rank;
	int64_t dims[64];
	size_t at;                   /* where the elements begin */
};

static struct weft_error *bad(const char *path, const char *what)
{
	return error_make_at(WEFT_INVALID_ARGUMENT, (struct place){ path, 1, 1 }, "%s", what);
}

/* The value of 'key' in the header's dictionary; NULL: absent. */
static const char *value_of(const char *header, const char *key)
{
	const char *at = strstr(header, key);
	at = at ? strchr(at + strlen(key), ':') : NULL;
	return at ? at + 1 + strspn(at + 1, " ") : NULL;
}

static struct weft_error *parse_shape(const char *path, const char *s, struct npy *out)
{
	if (!s || *s++ != '(')
		return bad(path, "the header of the .npy file has no shape");
	for (;;) {
		s += strspn(s, " ,");
		if (*s == ')')
			return NULL;
		char *end;
		long long d = strtoll(s, &end, 10);
		if (end == s || d < 0 || out->rank == 64)
			return bad(path, "the shape in the header of the .npy file is damaged");
		out->dims[out->rank++] = d;
		s = end;
	}
}

static struct weft_error *parse(const char *path, const unsigned char *data, size_t size,
	enum weft_dtype want, struct npy *out)
{
	char header[4096];
	if (size < 10 || memcmp(data, "\x93NUMPY", 6) || data[6] < 1 || data[6] > 3)
		return bad(path, "expected a .npy file of version 1 to 3, found something else");
	size_t first = data[6] == 1 ? 10 : 12, len = (size_t)data[8] | (size_t)data[9] << 8;
	if (data[6] > 1 && size >= 12)
		len |= (size_t)data[10] << 16 | (size_t)data[11] << 24;
	if (size < first || len > size - first || len >= sizeof header)
		return bad(path, "the header of the .npy file is truncated or too long");
	memcpy(header, data + first, len);
	header[len] = 0;
	out->at = first + len;
	const char *descr = value_of(header, "'descr'"),
		   *fortran = value_of(header, "'fortran_order'");
	if (!descr || !fortran)
		return bad(path, "the header of the .npy file lacks descr or fortran_order");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		size_t n = strlen(kinds[i].descr);
		if (*descr == '\'' && !strncmp(descr + 1, kinds[i].descr, n) &&
			descr[1 + n] == '\'')
			out->dtype = kinds[i].dtype;
	}
	if (!strncmp(descr, "'|V2'", 5))
		out->dtype = WEFT_BF16;
	if (!strncmp(descr, "'|V1'", 5) && weft_dtype_size(want) == 1)
		out->dtype = want;
	if (out->dtype == WEFT_INVALID_DTYPE)
		return bad(path, "the element type of the .npy file is none Weft knows");
	TRY(parse_shape(path, value_of(header, "'shape'"), out));
	if (!strncmp(fortran, "True", 4) && out->rank > 1)
		return bad(path, "expected C order in the .npy file, found Fortran order");
	return NULL;
}

struct weft_error *npy_read(struct weft_client *client, const char *path, enum weft_dtype want,
	struct weft_buffer **out)
{
	struct file_map m = { 0 };
	struct npy h = { 0 };
	size_t bytes;
	void *to;
	TRY(file_map(path, &m));
	struct weft_error *e = parse(path, m.data, m.size, want, &h);
	if (!e) {
		bytes = weft_dtype_size(h.dtype);
		for (uint32_t d = 0; d < h.rank; d++)
			if (__builtin_mul_overflow(bytes, (size_t)h.dims[d], &bytes))
				bytes = SIZE_MAX;
		if (bytes > m.size - h.at)
			e = bad(path, "the .npy file ends before its last element");
	}
	if (!e)
		e = weft_buffer_create(
			client, (struct weft_tensor_type){ h.dtype, h.rank, h.dims }, out);
	if (!e)
		e = weft_buffer_data(*out, &to, &bytes);
	if (!e && bytes)
		memcpy(to, (const char *)m.data + h.at, bytes);
	file_unmap(&m);
	return e;
}

struct weft_error *npy_write(const char *path, struct weft_buffer *b)
{
	struct weft_tensor_type t = weft_buffer_type(b);
	const char *descr = NULL;
	struct str s;
	size_t bytes;
	void *data;
	TRY(weft_buffer_data(b, &data, &bytes));
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].dtype == t.dtype)
			descr = kinds[i].descr;
	if (!descr)
		FAIL(WEFT_UNIMPLEMENTED, "%s: numpy has no element type for %s", path,
			weft_dtype_name(t.dtype));
	str_init(&s, NULL);
	str_addf(&s, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
	for (uint32_t d = 0; d < t.rank; d++)
		str_addf(&s, "%lld,", (long long)t.dims[d]);
	str_add(&s, "), }");
	while ((10 + s.len + 1) % 64 && !s.failed)
		str_addc(&s, ' ');
	str_addc(&s, '\n');
	struct str file;
	str_init(&file, NULL);
	str_add_bytes(&file, "\x93NUMPY\x01\x00", 8);
	str_addc(&file, (char)(s.len & 255));
	str_addc(&file, (char)(s.len >> 8));
	str_add_bytes(&file, s.text, s.len);
	str_add_bytes(&file, data, bytes);
	struct weft_error *e =
		file.failed || s.failed
			? error_make(WEFT_RESOURCE_EXHAUSTED, "no memory for %s", path)
			: file_write_atomic(path, file.text, file.len);
	str_fini(&s);
	str_fini(&file);
	return e;
}

/* ---- printing ------------------------------------------------------------------------------- */

static float wide(uint16_t half)
{
	__extension__ _Float16 h;
	memcpy(&h, &half, sizeof h);
	return (float)h;
}

static void print_one(enum weft_dtype t, const unsigned char *at)
{
	union {
		float f;
		double d;
		int64_t i;
		uint64_t u;
		uint16_t h;
		uint32_t w;
		float c[2];
		double z[2];
	} v = { 0 };
	memcpy(&v, at, weft_dtype_size(t));
	switch (t) {
	case WEFT_I1: printf("%s", v.u & 1 ? "true" : "false"); break;
	case WEFT_F32: printf("%.9g", (double)v.f); break;
	case WEFT_F64: printf("%.17g", v.d); break;
	case WEFT_C64: printf("(%.9g,%.9g)", (double)v.c[0], (double)v.c[1]); break;
	case WEFT_C128: printf("(%.17g,%.17g)", v.z[0], v.z[1]); break;
	case WEFT_F16: printf("%.5g", (double)wide(v.h)); break;
	case WEFT_BF16: v.w = (uint32_t)v.h << 16; printf("%.4g", (double)v.f); break;
	case WEFT_I2: case WEFT_I4: case WEFT_I8: printf("%d", (int8_t)v.u); break;
	case WEFT_I16: printf("%d", (int16_t)v.u); break;
	case WEFT_I32: printf("%d", (int32_t)v.u); break;
	case WEFT_I64: printf("%lld", (long long)v.i); break;
	default: printf("%llu", (unsigned long long)v.u); break;
	}
}

void array_print(struct weft_buffer *b, uint64_t most)
{
	struct weft_tensor_type t = weft_buffer_type(b);
	size_t bytes, size = weft_dtype_size(t.dtype);
	void *data;
	struct weft_error *e = weft_buffer_data(b, &data, &bytes);
	if (e) {
		cli_fault(e);
		return;
	}
	for (uint32_t d = 0; d < t.rank; d++)
		printf("%lldx", (long long)t.dims[d]);
	printf("%s [", weft_dtype_name(t.dtype));
	uint64_t n = size ? bytes / size : 0;
	for (uint64_t i = 0; i < n && i < most; i++) {
		printf(i ? ", " : "");
		print_one(t.dtype, (const unsigned char *)data + size * i);
	}
	printf(n > most ? ", ... %llu in all]\n" : "]\n", (unsigned long long)n);
}
