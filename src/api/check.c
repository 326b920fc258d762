/* check.c -- weft_check: runs programs that check themselves, chunk by chunk of their file.
 *
 * In the interpreter the checks run where they stand (check_interp.c).  Another backend is given
 * the program with the compared values as its results (check_compiled.c): what runs is compiled
 * code alone. */
#include "api/check_impl.h"
#include "base/str.h"
#include "stablehlo/stablehlo.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool only_comments(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (isspace((unsigned char)text[i]))
			continue;
		if (i + 1 >= size || text[i] != '/' || text[i + 1] != '/')
			return false;
		while (i < size && text[i] != '\n')
			i++;
	}
	return true;
}

struct check_request {
	const char *backend;
	const struct weft_options *options;
	const char *name;                    /* of the file */
	struct weft_check_counts *counts;
};

/* One module; line is the number of lines before it in the file, kept so that places are the
 * file's. */
static struct weft_error *check_chunk(const struct check_request *r, const char *text, size_t size,
	size_t line)
{
	struct str padded;
	struct graph *g;

	if (only_comments(text, size))
		return NULL;
	str_init(&padded, NULL);
	for (size_t i = 0; i < line; i++)
		str_addc(&padded, '\n');
	str_add_bytes(&padded, text, size);
	if (padded.failed) {
		str_fini(&padded);
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %zu bytes", size);
	}
	struct weft_error *e = stablehlo_read(r->name, padded.text, padded.len, NULL, &g);
	str_fini(&padded);
	if (e)
		return e;
	uint64_t before = eval_count();
	if (strcmp(r->backend, "interp")) {
		e = check_compiled(r->backend, r->options, g, r->counts);
	} else {
		e = check_interpreted(g);
		r->counts->interpreted += eval_count() - before;
	}
	graph_release(g);
	return e;
}

struct weft_error *weft_check(const char *backend, const struct weft_options *o, const char *name,
	const char *text, size_t size, struct weft_check_counts *counts)
{
	size_t start = 0, line = 0, start_line = 0;
	struct weft_check_counts own = { 0 };
	struct check_request r = { backend ? backend : "weft", o, name, counts ? counts : &own };

	for (size_t at = 0; at < size; line++) {
		const char *end = memchr(text + at, '\n', size - at);
		size_t next = end ? (size_t)(end - text) + 1 : size;
		if (memmem(text + at, next - at, "// -----", 8)) {
			TRY(check_chunk(&r, text + start, at - start, start_line));
			start = next;
			start_line = line + 1;
		}
		at = next;
	}
	return check_chunk(&r, text + start, size - start, start_line);
}
