/* aten.c -- fuzzes the text of ATen graphs: any bytes become a program, which prints and reads
 * back, or are refused.
 *
 *   make fuzz && build-fuzz/fuzz_aten -max_total_time=600 corpus tests/fuzz/seeds/aten
 *
 * make check: 5000 runs, seeds tests/fuzz/seeds/aten */
#include "front/aten/aten.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct graph *g = NULL;

	if (fuzz_accepted(aten_read("fuzz", (const char *)data, size, &g)))
		fuzz_round_trip(g);
	return 0;
}
