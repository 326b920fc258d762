/* bytecode.c -- libFuzzer target: any bytes are read or refused; what is read is written and read
 * again as the same program.
 *
 *   make fuzz && build-fuzz/fuzz_bytecode -max_total_time=60 tests/fuzz/seeds/bytecode
 *
 * What is not bytecode is refused at its first bytes, so those are put right.  No crash, no leak,
 * no internal error. */
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

static void print(const struct graph *g, struct str *out)
{
	struct weft_error *e;

	str_init(out, NULL);
	if ((e = stablehlo_print(g, out)))
		fail("printing", e, "");
}

/* Types that Weft only passes on, CHLO and attributes of no op can be read and not written. */
static void round_trip(const struct graph *g)
{
	struct graph *again = NULL;
	struct str first, second, bytes;
	struct weft_error *e;

	print(g, &first);
	str_init(&bytes, NULL);
	e = stablehlo_write(g, "1.20.0", &bytes);
	if (e && weft_error_code(e) == WEFT_INTERNAL)
		fail("writing", e, first.text);
	if (!e) {
		if ((e = stablehlo_read("again", bytes.text, bytes.len, NULL, &again)))
			fail("reading what was written", e, first.text);
		print(again, &second);
		if (strcmp(first.text, second.text) != 0)
			fail("another print", NULL, second.text);
		str_fini(&second);
		graph_release(again);
	}
	weft_error_free(e);
	str_fini(&bytes);
	str_fini(&first);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct stablehlo_limits limits = { .depth = 32, .bytes = 1 << 20 };
	struct graph *g = NULL;
	char *copy = malloc(size + 1);

	if (!copy || size < 4) {
		free(copy);
		return 0;
	}
	memcpy(copy, data, size);
	memcpy(copy, "ML\xEFR", 4);
	struct weft_error *e = stablehlo_read("fuzz", copy, size, &limits, &g);
	free(copy);
	if (e && weft_error_code(e) == WEFT_INTERNAL)
		fail("an internal error", e, "");
	weft_error_free(e);
	if (g) {
		round_trip(g);
		graph_release(g);
	}
	return 0;
}
