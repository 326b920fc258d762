/* run_build.h -- small artifacts for the tests of run/, written with backend/artifact.h. */
#ifndef UNIT_RUN_BUILD_H
#define UNIT_RUN_BUILD_H
#include "backend/artifact.h"
#include "base/mem.h"
#include "run/run_impl.h"
#include "unit.h"
#include <stdint.h>

typedef void build_fn(struct artifact_writer *w);

struct built {
	build_fn *fn;
	void *bytes;
	size_t size;
};

static inline void build_job(struct job *j, void *arg)
{
	struct built *b = arg;
	struct artifact_writer *w = artifact_new(j, "weft");

	b->fn(w);
	artifact_finish(w, &b->bytes, &b->size);
}

static inline struct built build(build_fn *fn)
{
	struct built b = { fn, NULL, 0 };

	CHECK_OK(job_run(build_job, &b));
	return b;
}

/* Loads what fn builds; kernels are functions of the test. */
static inline struct exe *build_exe(build_fn *fn, abi_kernel_fn *const *kernels,
	const struct run_load *o)
{
	struct built b = build(fn);
	struct exe *x = NULL;

	exe_test_kernels = kernels;
	CHECK_OK(exe_load(b.bytes, b.size, o, &x));
	exe_test_kernels = NULL;
	mem_free(b.bytes);
	return x;
}

/* A kernel whose code is one byte that is never run. */
static inline uint32_t build_kernel(struct artifact_writer *w, const char *name, uint64_t scratch)
{
#if defined(__x86_64__)
	artifact_set_machine(w, 62, 0);
#else
	artifact_set_machine(w, 183, 0);
#endif
	return artifact_add_kernel(w, name, "\xc3", 1, 0, scratch);
}

static inline uint32_t build_buffer(struct artifact_writer *w, enum abi_buffer_kind kind,
	uint32_t index, int64_t bytes, int64_t offset)
{
	return artifact_add_buffer(w, &(struct abi_buffer){ .kind = kind, .index = index,
		.bytes = bytes, .offset = offset });
}

/* A kernel step: args[0 .. nargs), the last noutputs written. */
static inline struct abi_step build_step(struct artifact_writer *w, enum abi_step_kind kind,
	uint32_t index, const uint32_t *args, uint32_t nargs, uint32_t noutputs, int64_t chunks)
{
	return (struct abi_step){ .kind = kind, .index = index,
		.args = artifact_add_indices(w, args, nargs), .nargs = nargs, .noutputs = noutputs,
		.chunks = chunks };
}

/* Adds a step of a kernel, of one argument and one result. */
static inline void build_kernel_step(struct artifact_writer *w, uint32_t kernel, uint32_t from,
	uint32_t to, int64_t chunks)
{
	uint32_t args[2] = { from, to };
	struct abi_step s = build_step(w, ABI_STEP_kernel, kernel, args, 2, 1, chunks);

	artifact_add_step(w, &s);
}

static inline void build_sizes_step(struct artifact_writer *w, uint32_t first, uint32_t count)
{
	artifact_add_step(w, &(struct abi_step){ .kind = ABI_STEP_sizes, .index = first,
		.count = count });
}

static inline struct run_tensor tensor_f32(float *data, uint32_t rank, const int64_t *dims)
{
	return (struct run_tensor){ .dtype = WEFT_F32, .rank = rank, .dims = dims, .data = data };
}
#endif
