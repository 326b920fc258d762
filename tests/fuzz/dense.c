/* dense.c -- fuzzes constants: the bytes are what stands between dense< and >, of a type that the
 * first byte picks.
 *
 *   make fuzz && build-fuzz/fuzz_dense -max_total_time=600 corpus tests/fuzz/seeds/dense
 *
 * make check: 20000 runs, seeds tests/fuzz/seeds/dense */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const char *const types[] = { "tensor<f32>", "tensor<4xf32>", "tensor<2x2xf64>",
	"tensor<3xf16>", "tensor<2x3xbf16>", "tensor<4xi8>", "tensor<2xui64>", "tensor<9xi1>",
	"tensor<3xi4>", "tensor<2xcomplex<f32>>", "tensor<0x2xf32>", "tensor<2x0xi32>",
	"tensor<5xf8E4M3FN>", "tensor<3xf4E2M1FN>", "tensor<2xindex>", "tensor<1100xi32>" };

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct stablehlo_limits limits = { .depth = 32, .bytes = 1 << 20 };
	struct graph *g = NULL;
	struct str text;

	if (!size)
		return 0;
	const char *type = types[data[0] % (sizeof types / sizeof *types)];
	str_init(&text, NULL);
	str_addf(&text, "func.func @main() -> %s {\n  %%0 = stablehlo.constant dense<", type);
	str_add_bytes(&text, (const char *)data + 1, size - 1);
	str_addf(&text, "> : %s\n  return %%0 : %s\n}\n", type, type);
	if (fuzz_accepted(stablehlo_read("fuzz", text.text, text.len, &limits, &g)))
		fuzz_round_trip(g);
	str_fini(&text);
	return 0;
}
