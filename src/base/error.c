/* error.c -- makes, reads and frees errors.
 *
 * An error is one block: the code and the whole message, position included.  When there is no
 * memory for it a constant stands in; the constant is known by its flag, not by its address,
 * because libweft_codegen holds a copy of this file and its errors are freed by libweft. */
#include "base/error.h"
#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>

struct weft_error {
	enum weft_code code;
	bool constant;
	char text[];
};

/* A flexible array member cannot be initialised in ISO C; this has the same layout up to text. */
static struct {
	enum weft_code code;
	bool constant;
	char text[16];
} no_memory = { WEFT_RESOURCE_EXHAUSTED, true, "out of memory" };

static struct weft_error *error_no_memory(void)
{
	_Static_assert(offsetof(struct weft_error, constant) == sizeof(enum weft_code), "layout");
	return (struct weft_error *)(void *)&no_memory;
}

/* Length of "file:line:column: error: " for at, written to buf when size allows. */
static size_t place_print(struct place at, char *buf, size_t size)
{
	int n;

	if (!at.file)
		return 0;
	if (!at.line)
		n = snprintf(buf, size, "%s: error: ", at.file);
	else if (!at.column)
		n = snprintf(buf, size, "%s:%u: error: ", at.file, at.line);
	else
		n = snprintf(buf, size, "%s:%u:%u: error: ", at.file, at.line, at.column);
	return n > 0 ? (size_t)n : 0;
}

struct weft_error *error_vmake(enum weft_code code, struct place at, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);

	size_t prefix = place_print(at, NULL, 0);
	size_t length = prefix + (n > 0 ? (size_t)n : 0);
	struct weft_error *e = mem_alloc(sizeof *e + length + 1);
	if (!e)
		return error_no_memory();
	e->code = code;
	place_print(at, e->text, prefix + 1);
	if (n > 0)
		vsnprintf(e->text + prefix, (size_t)n + 1, fmt, ap);
	return e;
}

struct weft_error *error_make(enum weft_code code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	struct weft_error *e = error_vmake(code, (struct place){ NULL, 0, 0 }, fmt, ap);
	va_end(ap);
	return e;
}

struct weft_error *error_make_at(enum weft_code code, struct place at, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	struct weft_error *e = error_vmake(code, at, fmt, ap);
	va_end(ap);
	return e;
}

struct weft_error *error_prefix(struct weft_error *e, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	struct weft_error *front = error_vmake(e->code, (struct place){ NULL, 0, 0 }, fmt, ap);
	va_end(ap);
	struct weft_error *whole = error_make(e->code, "%s%s", front->text, e->text);
	weft_error_free(front);
	weft_error_free(e);
	return whole;
}

noreturn void bug(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fputs("BUG: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	abort();
}

enum weft_code weft_error_code(const struct weft_error *e)
{
	return e->code;
}

const char *weft_error_text(const struct weft_error *e)
{
	return e->text;
}

void weft_error_free(struct weft_error *e)
{
	if (e && !e->constant)
		mem_free(e);
}
