/* text.c -- libFuzzer target: any bytes are read or refused, and what is read prints to the same.
 *
 *   make fuzz && build-fuzz/fuzz_text -max_total_time=60 corpus/
 *
 * Seeds: tests/conformance/roundtrip.  No crash, no leak; the print reads back and prints the
 * same. */
#include "stablehlo/stablehlo.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static noreturn void fail(const char *what, struct weft_error *e, const char *text)
{
	fprintf(stderr, "%s: %s\n%s\n", what, e ? weft_error_text(e) : "", text);
	abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct stablehlo_limits limits = { .depth = 32, .bytes = 1 << 20 };
	struct graph *g = NULL, *again = NULL;
	struct str first, second;
	struct weft_error *e = stablehlo_read("fuzz", (const char *)data, size, &limits, &g);

	if (e) {
		if (weft_error_code(e) == WEFT_INTERNAL)
			fail("an internal error", e, "");
		weft_error_free(e);
		return 0;
	}
	str_init(&first, NULL);
	str_init(&second, NULL);
	if ((e = stablehlo_print(g, &first)))
		fail("printing", e, "");
	if ((e = stablehlo_read("print", first.text, first.len, NULL, &again)))
		fail("reading the print", e, first.text);
	if ((e = stablehlo_print(again, &second)))
		fail("printing again", e, first.text);
	if (strcmp(first.text, second.text) != 0)
		fail("another print", NULL, second.text);
	str_fini(&first);
	str_fini(&second);
	graph_release(g);
	graph_release(again);
	return 0;
}
