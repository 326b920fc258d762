/* str.c -- growing texts.
 *
 * text is never NULL: an empty or failed string points at a constant, and cap 0 says that nothing
 * is owned.  A job's string is never freed piecewise; doubling bounds what old copies waste. */
#include "base/str.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

static char str_empty[1];       /* never written: cap is 0 */

void str_init(struct str *s, struct job *j)
{
	*s = (struct str){ .job = j, .text = str_empty };
}

void str_fini(struct str *s)
{
	if (!s)
		return;
	if (!s->job && s->cap)
		mem_free(s->text);
	str_init(s, s->job);
}

/* Room for more bytes and the terminator; false without memory (heap strings only). */
static bool str_room(struct str *s, size_t more)
{
	if (s->failed)
		return false;
	if (s->cap > s->len && s->cap - s->len > more)
		return true;
	size_t cap = s->cap < 64 ? 64 : s->cap * 2;
	if (more >= SIZE_MAX / 2 - s->len || cap >= SIZE_MAX / 2)
		cap = SIZE_MAX;
	else if (cap <= s->len + more)
		cap = s->len + more + 1;
	if (s->job) {
		char *text = job_alloc(s->job, cap);
		memcpy(text, s->text, s->len);
		s->text = text;
	} else {
		char *text = mem_resize(s->cap ? s->text : NULL, cap);
		if (!text) {
			s->failed = true;
			return false;
		}
		s->text = text;
	}
	s->cap = cap;
	s->text[s->len] = '\0';
	return true;
}

void str_add_bytes(struct str *s, const void *bytes, size_t n)
{
	if (!n || !str_room(s, n))
		return;
	memcpy(s->text + s->len, bytes, n);
	s->len += n;
	s->text[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
	str_add_bytes(s, text, strlen(text));
}

void str_addc(struct str *s, char c)
{
	str_add_bytes(s, &c, 1);
}

void str_addf(struct str *s, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n > 0 && str_room(s, (size_t)n)) {
		vsnprintf(s->text + s->len, (size_t)n + 1, fmt, again);
		s->len += (size_t)n;
	}
	va_end(again);
}

void str_add_json(struct str *s, const char *text)
{
	str_addc(s, '"');
	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;
		switch (c) {
		case '"':  str_add(s, "\\\""); break;
		case '\\': str_add(s, "\\\\"); break;
		case '\n': str_add(s, "\\n"); break;
		case '\r': str_add(s, "\\r"); break;
		case '\t': str_add(s, "\\t"); break;
		default:
			if (c < 0x20)
				str_addf(s, "\\u%04x", c);
			else
				str_addc(s, *p);
		}
	}
	str_addc(s, '"');
}

const char *str_option(const char *dictionary, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = dictionary; (at = strstr(at, name)) != NULL; at += n) {
		char before = at == dictionary ? ' ' : at[-1];
		const char *value = at + n + strspn(at + n, " ");
		if (strchr(" ,{", before) && *value == '=')
			return value + 1 + strspn(value + 1, " ");
	}
	return NULL;
}

/* Edits from a to b (Levenshtein), at most 63 characters of each. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[64];
	size_t na = strnlen(a, 63), nb = strnlen(b, 63);
	for (size_t k = 0; k <= nb; k++)
		row[k] = (unsigned)k;
	for (size_t i = 1; i <= na; i++) {
		unsigned diagonal = row[0];
		row[0] = (unsigned)i;
		for (size_t k = 1; k <= nb; k++) {
			unsigned swap = diagonal + (a[i - 1] != b[k - 1]);
			diagonal = row[k];
			unsigned best = row[k] + 1 < row[k - 1] + 1 ? row[k] + 1 : row[k - 1] + 1;
			row[k] = swap < best ? swap : best;
		}
	}
	return row[nb];
}

const char *str_nearest(const char *name, const char *const *names, size_t n)
{
	const char *nearest = NULL;
	unsigned least = ~0u;
	for (size_t i = 0; i < n; i++) {
		unsigned d = distance(name, names[i]);
		if (d < least) {
			least = d;
			nearest = names[i];
		}
	}
	return nearest;
}

struct weft_error *str_unknown(
	const char *front, const char *name, size_t len, const char *const *names, size_t n)
{
	struct str all;
	char copy[64];

	str_init(&all, NULL);
	for (size_t i = 0; i < n; i++)
		str_addf(&all, "%s%s", i ? ", " : "", names[i]);
	snprintf(copy, sizeof copy, "%.*s", (int)len, name);
	struct weft_error *e = error_make(WEFT_INVALID_ARGUMENT,
		"%s '%s'; the nearest is '%s', of %s", front, copy, str_nearest(copy, names, n),
		all.failed ? "" : all.text);
	str_fini(&all);
	return e;
}
