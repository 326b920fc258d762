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
