/* fuzz_graph.c -- a short run of tests/fuzz/graph.c: random bytes, always the same. */
#include "../fuzz/graph.c"
#include "unit.h"

/* Each of these cores of kernels and forms of control is in some of the graphs. */
static const enum op reached[] = { OP_gather, OP_scatter, OP_torch_index_select, OP_sort,
	OP_convolution, OP_dot_general, OP_reduce, OP_reduce_window, OP_select_and_scatter,
	OP_map, OP_dynamic_slice, OP_dynamic_update_slice, OP_pad, OP_convert, OP_bitcast_convert,
	OP_chlo_top_k, OP_if, OP_case, OP_while };

void test_fuzz_graph__short_run(void)
{
	uint64_t state = 1;
	unsigned char bytes[600];

	for (int i = 0; i < 100; i++) {
		for (unsigned k = 0; k < sizeof bytes; k++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			bytes[k] = (unsigned char)(state >> 56);
		}
		LLVMFuzzerTestOneInput(bytes, sizeof bytes);
	}
	for (size_t i = 0; i < sizeof reached / sizeof *reached; i++)
		if (!built[reached[i]])
			UNIT_FAIL("no graph has a %s", op_table[reached[i]].text);
}
