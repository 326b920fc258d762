/* text.c -- fuzzes the reader and the printer of StableHLO text: any bytes are read or refused, and
 * what is read prints to the same.
 *
 *   make fuzz && build-fuzz/fuzz_text -max_total_time=600 corpus tests/conformance/roundtrip
 *
 * make check: 3000 runs, seeds tests/conformance/roundtrip */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct stablehlo_limits limits = { .depth = 32, .bytes = 1 << 20 };
	struct graph *g = NULL;

	if (fuzz_accepted(stablehlo_read("fuzz", (const char *)data, size, &limits, &g)))
		fuzz_round_trip(g);
	return 0;
}
