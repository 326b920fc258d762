/* size.c -- evaluates the size table: sizes of a call from the dimensions of its arguments and
 * from what its steps computed.
 *
 * Every operation is checked for overflow.  An entry is usable once it has been evaluated in this
 * call; an artifact that uses one earlier gets an error, not an old value. */
#include "run/run_impl.h"
#include <string.h>

static struct weft_error *operand(const struct frame *f, uint32_t entry, int64_t e, int64_t *out)
{
	if (e >= 0) {
		*out = e;
		return NULL;
	}
	if (!f->defined[-1 - e])
		FAIL(WEFT_INTERNAL, "size %u is computed from size %lld, which is not known yet",
			entry,
			(long long)(-1 - e));
	*out = f->sizes[-1 - e];
	return NULL;
}

/* "(text): " or "size 3: " */
static struct weft_error *size_error(const struct frame *f, uint32_t entry, enum weft_code code,
	const char *what)
{
	const char *text = f->x->image.strings + f->x->image.sizes[entry].text;

	if (*text)
		return error_make(code, "%s: %s", text, what);
	return error_make(code, "size %u: %s", entry, what);
}

/* Rounds towards minus infinity; b is not 0 and the quotient fits. */
static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static struct weft_error *size_divide(const struct frame *f, uint32_t entry, enum abi_size_op op,
	int64_t a, int64_t b, int64_t *out)
{
	if (b == 0)
		return size_error(f, entry, WEFT_INVALID_ARGUMENT, "division by 0");
	if (a == INT64_MIN && b == -1)
		return size_error(f, entry, WEFT_INVALID_ARGUMENT, "the size overflows");
	int64_t q = floor_div(a, b);
	if (op == ABI_SIZE_floordiv)
		*out = q;
	else if (op == ABI_SIZE_ceildiv)
		*out = q + (q * b != a);
	else
		*out = a - q * b;
	return NULL;
}

static struct weft_error *size_binary(const struct frame *f, uint32_t entry, int64_t *out)
{
	const struct abi_size *s = &f->x->image.sizes[entry];
	bool over = false;
	int64_t a, b;

	TRY(operand(f, entry, s->a, &a));
	TRY(operand(f, entry, s->b, &b));
	switch ((enum abi_size_op)s->op) {
	case ABI_SIZE_add: over = __builtin_add_overflow(a, b, out); break;
	case ABI_SIZE_sub: over = __builtin_sub_overflow(a, b, out); break;
	case ABI_SIZE_mul: over = __builtin_mul_overflow(a, b, out); break;
	case ABI_SIZE_min: *out = a < b ? a : b; break;
	case ABI_SIZE_max: *out = a > b ? a : b; break;
	default: return size_divide(f, entry, (enum abi_size_op)s->op, a, b, out);
	}
	return over ? size_error(f, entry, WEFT_INVALID_ARGUMENT, "the size overflows") : NULL;
}

static struct weft_error *size_check(const struct frame *f, uint32_t entry, int64_t *out)
{
	const struct abi_size *s = &f->x->image.sizes[entry];
	char text[96];
	int64_t a, b;

	TRY(operand(f, entry, s->a, &a));
	TRY(operand(f, entry, s->b, &b));
	*out = a;
	if (s->op == ABI_SIZE_check_eq ? a == b : s->op == ABI_SIZE_check_le ? a <= b : a >= b)
		return NULL;
	snprintf(text, sizeof text, "expected %s%lld, found %lld",
		s->op == ABI_SIZE_check_eq   ? ""
		: s->op == ABI_SIZE_check_le ? "at most "
					     : "at least ",
		(long long)b, (long long)a);
	return size_error(f, entry, WEFT_INVALID_ARGUMENT, text);
}

static struct weft_error *size_load(const struct frame *f, uint32_t entry, int64_t *out)
{
	const struct abi_size *s = &f->x->image.sizes[entry];
	const unsigned char *p = f->buffers[s->a];
	int64_t width = (int64_t)dtype_size(s->dtype);

	if (!p || s->b >= f->bytes[s->a] / width)
		FAIL(WEFT_INTERNAL, "size %u is element %lld of buffer %lld, which is not there",
			entry,
			(long long)s->b, (long long)s->a);
	p += s->b * width;
	bool plain = s->dtype >= WEFT_UI2 && s->dtype <= WEFT_UI64;
	int8_t i8;
	int16_t i16;
	int32_t i32;
	switch (width) {
	case 1: memcpy(&i8, p, 1); *out = plain || s->dtype == WEFT_I1 ? (uint8_t)i8 : i8; break;
	case 2: memcpy(&i16, p, 2); *out = plain ? (uint16_t)i16 : i16; break;
	case 4: memcpy(&i32, p, 4); *out = plain ? (int64_t)(uint32_t)i32 : i32; break;
	default: memcpy(out, p, 8); break;
	}
	if (plain && width == 8 && *out < 0)
		return size_error(f, entry, WEFT_INVALID_ARGUMENT, "the size overflows");
	return NULL;
}

static struct weft_error *size_one(const struct frame *f, uint32_t entry, int64_t *out)
{
	const struct abi_size *s = &f->x->image.sizes[entry];

	switch ((enum abi_size_op)s->op) {
	case ABI_SIZE_const:
		*out = s->a;
		return NULL;
	case ABI_SIZE_input:
		if (f->loading)
			FAIL(WEFT_INTERNAL, "size %u: the load program has no inputs", entry);
		*out = f->in[s->a].dims[s->b];
		return NULL;
	case ABI_SIZE_load:
		return size_load(f, entry, out);
	case ABI_SIZE_dim:
		if (!f->storage[s->a] || s->b >= f->rank[s->a])
			FAIL(WEFT_INTERNAL, "size %u: buffer %lld is not made yet", entry,
				(long long)s->a);
		*out = f->storage[s->a]->dims[s->b];
		return NULL;
	case ABI_SIZE_check_eq:
	case ABI_SIZE_check_le:
	case ABI_SIZE_check_ge:
		return size_check(f, entry, out);
	default:
		return size_binary(f, entry, out);
	}
}

struct weft_error *size_eval(struct frame *f, uint32_t first, uint32_t count)
{
	for (uint32_t i = first; i < first + count; i++) {
		TRY(size_one(f, i, &f->sizes[i]));
		f->defined[i] = 1;
	}
	return NULL;
}

struct weft_error *size_check_inputs(const struct frame *f)
{
	const struct exe *x = f->x;
	char name[128];

	for (uint32_t i = 0; i < x->ndim_checks; i++) {
		const struct dim_check *c = &x->dim_checks[i];
		int64_t found = f->in[c->input].dims[c->dim];
		if (!f->defined[-1 - c->extent] || f->sizes[-1 - c->extent] == found)
			continue;
		input_name(x, c->input, name, sizeof name);
		FAIL(WEFT_INVALID_ARGUMENT, "%s, dimension %u: expected %lld, found %lld", name,
			c->dim,
			(long long)f->sizes[-1 - c->extent], (long long)found);
	}
	return NULL;
}
