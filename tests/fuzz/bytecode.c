/* bytecode.c -- fuzzes the reader and the writer of portable artifacts: any bytes are read or
 * refused; what is read prints to the same, and is written and read again as the same program.
 *
 *   make fuzz && build-fuzz/fuzz_bytecode -max_total_time=600 corpus tests/fuzz/seeds/bytecode
 *
 * make check: 5000 runs, seeds tests/fuzz/seeds/bytecode
 *
 * What is not bytecode is refused at its first bytes, so those are put right. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void print(const struct graph *g, struct str *out)
{
	struct weft_error *e;

	str_init(out, NULL);
	if ((e = stablehlo_print(g, out)))
		fuzz_fail("printing", e, "");
}

/* The marks of symbols and strings taken out: VHLO has strings alone, and an attribute that is not
 * StableHLO's comes back as one. */
static void unmark(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (*from != '@' && *from != '"')
			*to++ = *from;
	*to = '\0';
}

/* What Weft only passes on may be read and not written. */
static void write_and_read(const struct graph *g)
{
	struct graph *again = NULL;
	struct str first, second, bytes;
	struct weft_error *e;

	str_init(&bytes, NULL);
	if (fuzz_accepted(stablehlo_write(g, "1.20.0", &bytes))) {
		print(g, &first);
		if ((e = stablehlo_read("again", bytes.text, bytes.len, NULL, &again)))
			fuzz_fail("reading what was written", e, first.text);
		print(again, &second);
		unmark(first.text);
		unmark(second.text);
		if (strcmp(first.text, second.text) != 0)
			fuzz_fail("another program", NULL, second.text);
		str_fini(&first);
		str_fini(&second);
		graph_release(again);
	}
	str_fini(&bytes);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct stablehlo_limits limits = { .depth = 32, .bytes = 1 << 20 };
	struct graph *g = NULL;
	char *copy = size < 4 ? NULL : malloc(size);

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	memcpy(copy, "ML\xEFR", 4);
	if (fuzz_accepted(stablehlo_read("fuzz", copy, size, &limits, &g))) {
		write_and_read(g);
		fuzz_round_trip(g);
	}
	free(copy);
	return 0;
}
