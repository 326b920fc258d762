/* claim.c -- claims of a program: a scan, and a sentence when one does not hold. */
#include "base/claim.h"
#include "base/str.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Appends n characters of s as far as there is room. */
static void add(char *out, size_t room, const char *s, size_t n)
{
	size_t at = strlen(out);

	if (at + n >= room)
		n = room - at - 1;
	memcpy(out + at, s, n);
	out[at + n] = '\0';
}

static struct weft_error *broken(const char *text, uint32_t rank, int64_t i, int32_t number)
{
	char out[1024] = "", word[64];

	while (*text) {
		size_t n = strcspn(text, "{");
		add(out, sizeof out, text, n);
		text += n;
		bool one = !strncmp(text, "{}", 2), which = !strncmp(text, "{batch}", 7);
		if (one)
			snprintf(word, sizeof word, "%d", number);
		else if (which)
			snprintf(word, sizeof word, "(Batch element %lld): ", (long long)i);
		else
			snprintf(word, sizeof word, "%.1s", text);
		if (!which || rank)
			add(out, sizeof out, word, strlen(word));
		text += one ? 2 : which ? 7 : *text != '\0';
	}
	return error_make(WEFT_FAILED_PRECONDITION, "%s", out);
}

struct weft_error *claim_zero(const char *text, uint32_t rank, int64_t n, const void *numbers)
{
	int32_t number;

	for (int64_t i = 0; i < n; i++) {
		memcpy(&number, (const char *)numbers + i * (int64_t)sizeof number, sizeof number);
		if (number)
			return broken(text, rank, i, number);
	}
	return NULL;
}

static int64_t number_at(const char *numbers, unsigned bytes, int64_t i)
{
	int64_t wide;
	int32_t narrow;

	if (bytes == sizeof wide) {
		memcpy(&wide, numbers + i * (int64_t)sizeof wide, sizeof wide);
		return wide;
	}
	memcpy(&narrow, numbers + i * (int64_t)sizeof narrow, sizeof narrow);
	return narrow;
}

enum { BLOCK = 64 };

/* Is one of BLOCK numbers, of which `below` makes what should be 0 .. last, outside?  Then its sign
 * or its distance's from last is set, and so is that of all of these: sums and ors, which compilers
 * make vectors of on any machine. */
static bool block_outside(uint64_t below, uint64_t last, unsigned bytes, const char *numbers)
{
	uint64_t signs = 0;

	if (bytes == sizeof(int64_t)) {
		for (int64_t i = 0; i < BLOCK; i++) {
			uint64_t x = (uint64_t)number_at(numbers, sizeof(int64_t), i) + below;
			signs |= x | (last - x);
		}
	} else {
		for (int64_t i = 0; i < BLOCK; i++) {
			uint64_t x = (uint64_t)number_at(numbers, sizeof(int32_t), i) + below;
			signs |= x | (last - x);
		}
	}
	return signs >> 63;
}

/* How many of numbers[0..n) lie in front of the first outside [-below, size). */
static int64_t indices_inside(
	int64_t below, int64_t size, int64_t n, unsigned bytes, const char *numbers)
{
	uint64_t shift = (uint64_t)below, count = shift + (uint64_t)size;
	int64_t i = 0;

	while (i + BLOCK <= n && !block_outside(shift, count - 1, bytes, numbers + i * bytes))
		i += BLOCK;
	while (i < n && (uint64_t)number_at(numbers, bytes, i) + shift < count)
		i++;
	return i;
}

struct weft_error *claim_indices(
	const char *text, int64_t size, int64_t n, unsigned bytes, const void *numbers)
{
	bool wrap = *text == 'w';
	char *at = (char *)text + strcspn(text, " ");
	long long dim = strtoll(at, &at, 10), known = strtoll(at, &at, 10);
	int64_t all = size < 0 ? known : size;
	int64_t i = indices_inside(wrap ? all : 0, all, n, bytes, numbers);

	if (i == n)
		return NULL;
	long line = strtol(at, &at, 10);
	return error_make(WEFT_OUT_OF_RANGE,
		"%s: index %lld is out of bounds for dimension %lld with size %lld (line %ld)",
		at + (*at == ' '), (long long)number_at(numbers, bytes, i), dim, (long long)all,
		line);
}

struct weft_error *claim_holds(bool holds, const char *text, uint32_t n, const int64_t *numbers)
{
	struct weft_error *e;
	struct str out;

	if (holds)
		return NULL;
	str_init(&out, NULL);
	while (*text) {
		size_t plain = strcspn(text, "{");
		str_add_bytes(&out, text, plain);
		text += plain;
		char *end = NULL;
		unsigned long i = *text ? strtoul(text + 1, &end, 10) : 0;
		if (end && end != text + 1 && *end == '}' && i < n) {
			str_addf(&out, "%lld", (long long)numbers[i]);
			text = end + 1;
		} else if (*text) {
			str_addc(&out, *text++);
		}
	}
	e = out.failed ? error_make(WEFT_RESOURCE_EXHAUSTED, "no memory for a message")
		       : error_make(WEFT_INVALID_ARGUMENT, "%s", out.text);
	str_fini(&out);
	return e;
}
