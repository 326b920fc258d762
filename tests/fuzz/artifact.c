/* artifact.c -- fuzzes reading and running artifacts: whatever the bytes, no crash and no access
 * outside.
 *
 *   make fuzz && build-fuzz/fuzz_artifact -max_total_time=600 corpus tests/fuzz/seeds/artifact
 *
 * make check: 20000 runs, seeds tests/fuzz/seeds/artifact
 *
 * Size and checksums are made right before each try, so that the checks behind them are reached.
 * Kernels do nothing: machine code is not what is checked.  Artifacts with loops are loaded, not
 * run: a loop whose condition nobody computes would not end. */
#include "base/hash.h"
#include "base/mem.h"
#include "run/run_impl.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void kernel_nothing(const struct abi_call *c, int64_t first, int64_t last)
{
	(void)c;
	(void)first;
	(void)last;
}

static void seal(unsigned char *bytes, size_t size)
{
	struct abi_header h;

	if (size < sizeof h)
		return;
	memcpy(&h, bytes, sizeof h);
	h.size = size;
	h.checksum = hash_bytes(bytes + sizeof h, size - sizeof h, 0);
	h.header_checksum = image_header_checksum(&h);
	memcpy(bytes, &h, sizeof h);
}

static void run(struct exe *x)
{
	enum { MANY = 4 };
	static _Alignas(64) unsigned char data[1 << 16];
	int64_t dims[MANY][ABI_RANK_MAX];
	struct run_tensor in[MANY], out[MANY];

	if (exe_inputs(x) > MANY || exe_outputs(x) > MANY)
		return;
	for (uint32_t i = 0; i < x->image.nsteps; i++)
		if (x->steps[i].kind == ABI_STEP_while)
			return;
	for (uint32_t i = 0; i < exe_inputs(x); i++) {
		struct run_type t = exe_input(x, i);
		int64_t bytes = (int64_t)dtype_size((uint32_t)t.dtype);
		for (uint32_t k = 0; k < t.rank; k++) {
			dims[i][k] = t.dims[k] < 0 ? 3 : t.dims[k];
			if (__builtin_mul_overflow(bytes, dims[i][k], &bytes) ||
				bytes > (int64_t)sizeof data)
				return;
		}
		in[i] = (struct run_tensor){ .dtype = t.dtype, .rank = t.rank, .dims = dims[i],
			.data = data };
	}
	struct weft_error *e = exe_run(x, &(struct run_options){ .threads = 1 }, in, exe_inputs(x),
		out,
		exe_outputs(x));
	for (uint32_t i = 0; !e && i < exe_outputs(x); i++)
		storage_release(out[i].storage);
	weft_error_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static abi_kernel_fn *kernels[1024];
	unsigned char *copy = mem_alloc(size);
	struct exe *x = NULL;

	for (size_t i = 0; i < 1024; i++)
		kernels[i] = kernel_nothing;
	memory_limit((size_t)64 << 20);
	memory_most((size_t)64 << 20);
	exe_test_kernels = kernels;
	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	seal(copy, size);
	/* More kernels than there are stand-ins. */
	bool fits = size / sizeof(struct abi_kernel) < 1024;
	struct weft_error *e = fits ? exe_load(copy, size, NULL, &x) : NULL;
	if (!e && x)
		run(x);
	weft_error_free(e);
	exe_release(x);
	mem_free(copy);
	return 0;
}
