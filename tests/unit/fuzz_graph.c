/* fuzz_graph.c -- a short run of tests/fuzz/graph.c: random bytes, always the same. */
#include "../fuzz/graph.c"
#include "unit.h"

void test_fuzz_graph__short_run(void)
{
	uint64_t state = 1;
	unsigned char bytes[400];

	for (int i = 0; i < 100; i++) {
		for (unsigned k = 0; k < sizeof bytes; k++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			bytes[k] = (unsigned char)(state >> 56);
		}
		LLVMFuzzerTestOneInput(bytes, sizeof bytes);
	}
}
