/* fuzz.h -- what the fuzzers of programs share: reading says yes or no, never "internal"; what is
 * read prints, and the print reads back and prints the same. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H
#include "stablehlo/stablehlo.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static noreturn void fuzz_fail(const char *what, struct weft_error *e, const char *text)
{
	fprintf(stderr, "%s: %s\n%s\n", what, e ? weft_error_text(e) : "", text);
	abort();
}

/* Frees e.  True: nothing was wrong. */
static inline bool fuzz_accepted(struct weft_error *e)
{
	if (e && weft_error_code(e) == WEFT_INTERNAL)
		fuzz_fail("an internal error", e, "");
	weft_error_free(e);
	return !e;
}

/* Releases g. */
static inline void fuzz_round_trip(struct graph *g)
{
	struct graph *again = NULL;
	struct str first, second;
	struct weft_error *e;

	str_init(&first, NULL);
	str_init(&second, NULL);
	if ((e = stablehlo_print(g, &first)))
		fuzz_fail("printing", e, "");
	if ((e = stablehlo_read("print", first.text, first.len, NULL, &again)))
		fuzz_fail("reading the print", e, first.text);
	if ((e = stablehlo_print(again, &second)))
		fuzz_fail("printing again", e, first.text);
	if (strcmp(first.text, second.text) != 0) {
		fprintf(stderr, "%s\n", first.text);
		fuzz_fail("another print", NULL, second.text);
	}
	str_fini(&first);
	str_fini(&second);
	graph_release(g);
	graph_release(again);
}
#endif
