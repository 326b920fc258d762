/* Unit tests of loading and running: kernels, threads, sizes, branches, loops, callbacks,
 * constants, results, errors. Kernels are functions of this file in place of an artifact's
 * code. */
#include "base/file.h"
#include "run_build.h"
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- kernels -------------------------------------------------------------------------------- */

/* sizes[0] elements in blocks of 64: out = in * 2 */
static void kernel_double(const struct abi_call *c, int64_t first, int64_t last)
{
	const float *in = c->buffers[0];
	float *out = c->buffers[1];

	for (int64_t i = first * 64; i < last * 64 && i < c->sizes[0]; i++)
		out[i] = in[i] * 2;
}

/* i32: out = in + 1; i1: out[1] = in < 10 */
static void kernel_increment(const struct abi_call *c, int64_t first, int64_t last)
{
	int32_t v;

	CHECK(first == 0 && last == 1);
	memcpy(&v, c->buffers[0], 4);
	v++;
	memcpy(c->buffers[1], &v, 4);
}

static void kernel_below_ten(const struct abi_call *c, int64_t first, int64_t last)
{
	int32_t v;

	CHECK(first == 0 && last == 1);
	memcpy(&v, c->buffers[0], 4);
	*(unsigned char *)c->buffers[1] = v < 10;
}

/* Sum through scratch: shows that scratch is of this thread. */
static void kernel_scratch(const struct abi_call *c, int64_t first, int64_t last)
{
	CHECK((uintptr_t)c->scratch % 64 == 0);
	for (int64_t i = first; i < last; i++) {
		c->fill(c->scratch, (int)i, 4096);
		for (volatile int k = 0; k < 1000; k++)
			;
		for (int k = 0; k < 4096; k++)
			if (c->scratch[k] != (unsigned char)i)
				abort();
		c->copy((float *)c->buffers[1] + i, (const float *)c->buffers[0] + i, 4);
	}
}

static abi_kernel_fn *const kernels[] = { kernel_double, kernel_increment, kernel_below_ten,
	kernel_scratch };
enum { DOUBLE, INCREMENT, BELOW_TEN, SCRATCH };

static void add_kernels(struct artifact_writer *w)
{
	build_kernel(w, "double", 0);
	build_kernel(w, "increment", 0);
	build_kernel(w, "below_ten", 0);
	build_kernel(w, "scratch", 4096);
}

static void outputs_release(struct run_tensor *out, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		storage_release(out[i].storage);
}

/* ---- fixed sizes ---------------------------------------------------------------------------- */

enum { N = 64 * 40 };

/* y = x * 4, by way of the arena. */
static void build_flagged(struct artifact_writer *w, uint32_t flags)
{
	int64_t n = N;

	add_kernels(w);
	uint32_t in = build_buffer(w, ABI_BUFFER_input, 0, N * 4, 0);
	uint32_t out = artifact_add_buffer(w, &(struct abi_buffer){
		.kind = ABI_BUFFER_output, .bytes = N * 4, .flags = flags });
	uint32_t temp = build_buffer(w, ABI_BUFFER_arena, 0, N * 4, 64);
	artifact_add_tensor(w, WEFT_F32, 1, &n, "x", in, 0);
	artifact_add_tensor(w, WEFT_F32, 1, &n, "y", out, 1);
	uint32_t args[2] = { in, temp };
	struct abi_step s = build_step(w, ABI_STEP_kernel, DOUBLE, args, 2, 1, N / 64);
	s.sizes = artifact_add_ints(w, &n, 1);
	s.nsizes = 1;
	artifact_add_step(w, &s);
	args[0] = temp;
	args[1] = out;
	s.args = artifact_add_indices(w, args, 2);
	artifact_add_step(w, &s);
	*artifact_program(w) = (struct abi_program){ .ninputs = 1, .noutputs = 1, .main_steps = 2,
		.arena = N * 4 + 64 };
}

static void build_fixed(struct artifact_writer *w)
{
	build_flagged(w, 0);
}

static void build_anywhere(struct artifact_writer *w)
{
	build_flagged(w, ABI_BUFFER_ANYWHERE);
}

static void fixed_check(struct exe *x, unsigned threads)
{
	float data[N];
	int64_t dims[1] = { N };
	struct run_tensor in = tensor_f32(data, 1, dims), out;

	for (int i = 0; i < N; i++)
		data[i] = (float)i;
	CHECK_OK(exe_run(x, &(struct run_options){ .threads = threads }, &in, 1, &out, 1));
	CHECK(out.dtype == WEFT_F32 && out.rank == 1 && out.dims[0] == N && out.bytes == N * 4);
	for (int i = 0; i < N; i++)
		CHECK(((float *)out.data)[i] == (float)i * 4);
	storage_release(out.storage);
}

void test_exe__runs_on_any_number_of_threads(void)
{
	struct exe *x = build_exe(build_fixed, kernels, NULL);

	for (unsigned threads = 1; threads <= 3; threads++) {
		for (int i = 0; i < 5; i++)
			fixed_check(x, threads);
		CHECK_INT(exe_stats_get(x).threads, threads);
	}
	fixed_check(x, 1);
	CHECK_INT(exe_stats_get(x).threads, 1);
	CHECK_INT(exe_stats_get(x).runs, 16);
	CHECK_INT(exe_stats_get(x).kernels, 32);
	CHECK_INT(exe_stats_get(x).arena, N * 4 + 64);
	exe_release(x);
	CHECK_INT(memory_stats_get().used, 0);
}

void test_exe__allocates_nothing_when_it_runs_again(void)
{
	struct exe *x = build_exe(build_fixed, kernels, NULL);

	for (int i = 0; i < 3; i++)
		fixed_check(x, 2);
	mem_fail_after = 0;
	fixed_check(x, 2);
	mem_fail_after = -1;
	exe_release(x);
}

void test_exe__signature(void)
{
	struct exe *x = build_exe(build_fixed, kernels, NULL);
	size_t size;

	CHECK(exe_inputs(x) == 1 && exe_outputs(x) == 1);
	CHECK(exe_input(x, 0).dtype == WEFT_F32 && exe_input(x, 0).dims[0] == N);
	CHECK_STR(exe_input(x, 0).name, "x");
	CHECK_STR(exe_output(x, 0).name, "y");
	CHECK_INT(exe_output(x, 0).alias, 1);
	CHECK(exe_input(x, 1).dtype == WEFT_INVALID_DTYPE);
	CHECK_STR(exe_backend(x), "weft");
	CHECK(exe_artifact(x, &size) && size > 1000);
	CHECK(!exe_bytes(x, ABI_TEXT, &size) && size == 0);
	exe_release(x);
}

void test_exe__arguments_are_compared_with_the_signature(void)
{
	struct exe *x = build_exe(build_fixed, kernels, NULL);
	static float data[N];
	int64_t dims[2] = { N, 1 }, wrong[1] = { N - 1 };
	struct run_tensor in = tensor_f32(data, 1, dims), out;

	CHECK_ERROR(exe_run(x, NULL, &in, 0, &out, 1), WEFT_INVALID_ARGUMENT,
		"expected 1 arguments");
	CHECK_ERROR(exe_run(x, NULL, &in, 1, &out, 0), WEFT_INVALID_ARGUMENT, "results");
	in.dtype = WEFT_F64;
	CHECK_ERROR(exe_run(x, NULL, &in, 1, &out, 1), WEFT_INVALID_ARGUMENT,
		"argument 0 ('x'): expected elements of type f32, found f64");
	in = tensor_f32(data, 2, dims);
	CHECK_ERROR(exe_run(x, NULL, &in, 1, &out, 1), WEFT_INVALID_ARGUMENT,
		"argument 0 ('x'): expected rank 1, found 2");
	in = tensor_f32(data, 1, wrong);
	CHECK_ERROR(exe_run(x, NULL, &in, 1, &out, 1), WEFT_INVALID_ARGUMENT,
		"argument 0 ('x'), dimension 0: expected 2560, found 2559");
	in = tensor_f32(NULL, 1, dims);
	CHECK_ERROR(exe_run(x, NULL, &in, 1, &out, 1), WEFT_INVALID_ARGUMENT, "no memory");
	exe_release(x);
	CHECK_INT(memory_stats_get().used, 0);
}

void test_exe__misaligned_arguments(void)
{
	struct exe *x = build_exe(build_fixed, kernels, NULL);
	static unsigned char bytes[N * 4 + 1];
	int64_t dims[1] = { N };
	struct run_tensor in = tensor_f32((float *)(void *)(bytes + 1), 1, dims), out;

	for (int i = 0; i < N; i++) {
		float v = (float)i;
		memcpy(bytes + 1 + i * 4, &v, 4);
	}
	CHECK_OK(exe_run(x, NULL, &in, 1, &out, 1));
	CHECK(((float *)out.data)[7] == 28.0f);
	storage_release(out.storage);
	exe_release(x);
}

void test_exe__donated_argument_becomes_the_result(void)
{
	struct exe *x = build_exe(build_fixed, kernels, NULL);
	struct storage *s;
	int64_t dims[1] = { N };
	struct run_tensor out;

	CHECK_OK(storage_create(N * 4, &s));
	for (int i = 0; i < N; i++)
		((float *)s->data)[i] = 1;
	struct run_tensor in = tensor_f32(s->data, 1, dims);
	in.storage = s;
	in.donated = true;
	CHECK_OK(exe_run(x, NULL, &in, 1, &out, 1));
	CHECK(out.data == s->data && ((float *)out.data)[9] == 4.0f);
	storage_release(s);
	CHECK(((float *)out.data)[9] == 4.0f && out.dims[0] == N);
	storage_release(out.storage);
	CHECK_INT(memory_stats_get().used, 0);
	exe_release(x);
}

/* Without storage the memory stays the caller's, and no other is taken. */
void test_exe__a_donated_argument_may_be_the_callers_memory(void)
{
	struct exe *x = build_exe(build_fixed, kernels, NULL);
	static _Alignas(ABI_ALIGN) float data[N];
	int64_t dims[1] = { N };
	struct run_tensor out, in = tensor_f32(data, 1, dims);

	for (int i = 0; i < N; i++)
		data[i] = 1;
	in.donated = true;
	CHECK_OK(exe_run(x, NULL, &in, 1, &out, 1));
	CHECK(out.data == data && !out.storage && data[9] == 4.0f);
	CHECK_INT(out.bytes, sizeof data);
	CHECK_INT(memory_stats_get().used, 0);
	exe_release(x);
}

/* Gives the argument `bytes` behind where it would be aligned: is the result there? */
static bool is_taken(void (*fill)(struct artifact_writer *w), size_t bytes)
{
	struct exe *x = build_exe(fill, kernels, NULL);
	struct storage *s;
	int64_t dims[1] = { N };
	float one = 1, ninth;
	struct run_tensor out;

	CHECK_OK(storage_create((N + 1) * 4, &s));
	unsigned char *data = (unsigned char *)s->data + bytes;
	for (size_t i = 0; i < N; i++)
		memcpy(data + 4 * i, &one, 4);
	struct run_tensor in = tensor_f32((float *)(void *)data, 1, dims);
	in.storage = s;
	in.donated = true;
	CHECK_OK(exe_run(x, NULL, &in, 1, &out, 1));
	bool taken = out.data == data;
	CHECK(taken || (uintptr_t)out.data % ABI_ALIGN == 0);
	memcpy(&ninth, (unsigned char *)out.data + 9 * 4, 4);
	CHECK(ninth == 4.0f);
	storage_release(s);
	storage_release(out.storage);
	exe_release(x);
	return taken;
}

/* Kernels may count on where results begin, where it is not said that they do not. */
void test_exe__a_donated_argument_that_is_not_aligned(void)
{
	CHECK(is_taken(build_fixed, 0) && is_taken(build_anywhere, 0));
	CHECK(!is_taken(build_fixed, 4) && is_taken(build_anywhere, 4));
	CHECK(!is_taken(build_fixed, 2) && !is_taken(build_anywhere, 2));
}

static void *many_runs(void *arg)
{
	for (int i = 0; i < 50; i++)
		fixed_check(arg, 2);
	return NULL;
}

void test_exe__many_callers_at_once(void)
{
	struct exe *x = build_exe(build_fixed, kernels, NULL);
	pthread_t t[3];

	for (int i = 0; i < 3; i++)
		CHECK(pthread_create(&t[i], NULL, many_runs, x) == 0);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	CHECK_INT(exe_stats_get(x).runs, 150);
	exe_release(x);
}

void test_exe__runs_in_a_forked_child(void)
{
	struct exe *x = build_exe(build_fixed, kernels, NULL);
	int status;

	fixed_check(x, 2);
	pid_t child = fork();
	if (child == 0) {
		fixed_check(x, 2);
		_exit(exe_stats_get(x).threads == 2 ? 0 : 1);
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK_INT(status, 0);
	fixed_check(x, 2);
	exe_release(x);
}

/* Fails the nth allocation of loading and running, n = 0, 1, 2 ..., until none is left to fail. */
static void failing_allocations(build_fn *fn, uint32_t nin)
{
	struct built b = build(fn);
	static float data[N];
	int64_t dims[1] = { N };
	struct run_tensor in[2] = { tensor_f32(data, 1, dims), tensor_f32(data, 1, dims) }, out;
	long n = 0;
	bool failed = true;

	for (; failed; n++) {
		struct exe *x = NULL;
		memory_trim();
		exe_test_kernels = kernels;
		mem_fail_after = n;
		struct weft_error *e = exe_load(b.bytes, b.size, NULL, &x);
		if (!e)
			e = exe_run(x, &(struct run_options){ .threads = 2 }, in, nin, &out, 1);
		failed = mem_fail_after < 0;
		mem_fail_after = -1;
		if (e)
			weft_error_free(e);
		else
			storage_release(out.storage);
		exe_release(x);
		CHECK_INT(memory_stats_get().used, 0);
	}
	CHECK(n > 20);
	mem_free(b.bytes);
}

/* Scratch belongs to a thread. */
static void build_scratch(struct artifact_writer *w)
{
	int64_t n = 500;

	add_kernels(w);
	uint32_t in = build_buffer(w, ABI_BUFFER_input, 0, 2000, 0);
	uint32_t out = build_buffer(w, ABI_BUFFER_output, 0, 2000, 0);
	artifact_add_tensor(w, WEFT_F32, 1, &n, NULL, in, 0);
	artifact_add_tensor(w, WEFT_F32, 1, &n, NULL, out, 0);
	build_kernel_step(w, SCRATCH, in, out, 500);
	*artifact_program(w) = (struct abi_program){ .ninputs = 1, .noutputs = 1, .main_steps = 1 };
}

void test_exe__scratch_of_each_thread(void)
{
	struct exe *x = build_exe(build_scratch, kernels, NULL);
	float data[500];
	int64_t dims[1] = { 500 };
	struct run_tensor in = tensor_f32(data, 1, dims), out;

	for (int i = 0; i < 500; i++)
		data[i] = (float)i;
	for (unsigned threads = 1; threads < 4; threads++) {
		CHECK_OK(exe_run(x, &(struct run_options){ .threads = threads }, &in, 1, &out, 1));
		CHECK(memcmp(out.data, data, sizeof data) == 0);
		storage_release(out.storage);
	}
	exe_release(x);
}

/* ---- code ----------------------------------------------------------------------------------- */

#if defined(__x86_64__)
/* Real machine code from CODE: mov rax,[rdi]; mov rcx,[rax]; mov rdx,[rax+8]; mov esi,[rcx];
 * add esi,esi; mov [rdx],esi; ret */
static void build_code(struct artifact_writer *w)
{
	static const unsigned char code[] = { 0x90, 0x48, 0x8b, 0x07, 0x48, 0x8b, 0x08, 0x48, 0x8b,
		0x50, 0x08, 0x8b, 0x31, 0x01, 0xf6, 0x89, 0x32, 0xc3 };

	artifact_set_machine(w, 62, 0);
	artifact_add_kernel(w, "other", "\xc3", 1, 0, 0);
	uint32_t k = artifact_add_kernel(w, "twice", code, sizeof code, 1, 0);
	uint32_t in = build_buffer(w, ABI_BUFFER_input, 0, 4, 0);
	uint32_t out = build_buffer(w, ABI_BUFFER_output, 0, 4, 0);
	artifact_add_tensor(w, WEFT_I32, 0, NULL, NULL, in, 0);
	artifact_add_tensor(w, WEFT_I32, 0, NULL, NULL, out, 0);
	build_kernel_step(w, k, in, out, 1);
	*artifact_program(w) = (struct abi_program){ .ninputs = 1, .noutputs = 1, .main_steps = 1 };
}

/* Permissions of the mapping that holds p, "r-xp". */
static void permissions(const void *p, char *out)
{
	char line[512];
	FILE *f = fopen("/proc/self/maps", "r");

	CHECK(f);
	out[0] = 0;
	while (fgets(line, sizeof line, f)) {
		unsigned long first, last;
		char what[5];
		if (sscanf(line, "%lx-%lx %4s", &first, &last, what) == 3 &&
		    (uintptr_t)p >= first && (uintptr_t)p < last)
			memcpy(out, what, 5);
	}
	fclose(f);
}

void test_exe__machine_code(void)
{
	struct exe *x = build_exe(build_code, NULL, NULL);
	int32_t v = 21;
	struct run_tensor in = { .dtype = WEFT_I32, .data = &v }, out;
	char what[8];

	CHECK_OK(exe_run(x, NULL, &in, 1, &out, 1));
	CHECK_INT(*(int32_t *)out.data, 42);
	storage_release(out.storage);
	permissions(x->code, what);
	CHECK_STR(what, "r-xp");
	exe_release(x);
}
#endif

/* ---- symbolic sizes ------------------------------------------------------------------------- */

/* y = x * 8 for x of any length, with two floating buffers; a second argument of equal length. */
static void build_symbolic(struct artifact_writer *w)
{
	add_kernels(w);
	int64_t n = artifact_add_size(w, ABI_SIZE_input, 0, 0, "argument 0 ('x'), dimension 0");
	int64_t bytes = artifact_add_size(w, ABI_SIZE_mul, n, 4, "argument 0 ('x')");
	int64_t chunks = artifact_add_size(w, ABI_SIZE_ceildiv, n, 64, NULL);
	int64_t huge = artifact_add_size(w, ABI_SIZE_mul, n, (int64_t)1 << 50, "the square of x");
	artifact_add_size(w, ABI_SIZE_check_le, n, 5000, "argument 0 ('x'), dimension 0");
	(void)huge;
	uint32_t in = build_buffer(w, ABI_BUFFER_input, 0, bytes, 0);
	uint32_t in2 = build_buffer(w, ABI_BUFFER_input, 1, bytes, 0);
	uint32_t out = build_buffer(w, ABI_BUFFER_output, 0, bytes, 0);
	uint32_t t[2];
	for (uint32_t i = 0; i < 2; i++)
		t[i] = artifact_add_buffer(w, &(struct abi_buffer){ .kind = ABI_BUFFER_arena,
			.bytes = bytes, .first = 1 + i, .last = 2 + i,
			.flags = ABI_BUFFER_FLOATS });
	artifact_add_tensor(w, WEFT_F32, 1, &n, "x", in, 0);
	artifact_add_tensor(w, WEFT_F32, 1, &n, "z", in2, 0);
	artifact_add_tensor(w, WEFT_F32, 1, &n, "y", out, 0);
	build_sizes_step(w, 0, artifact_sizes(w));
	uint32_t args[3][2] = { { in, t[0] }, { t[0], t[1] }, { t[1], out } };
	for (int i = 0; i < 3; i++) {
		struct abi_step s = build_step(w, ABI_STEP_kernel, DOUBLE, args[i], 2, 1, chunks);
		s.sizes = artifact_add_ints(w, &n, 1);
		s.nsizes = 1;
		artifact_add_step(w, &s);
	}
	*artifact_program(w) = (struct abi_program){ .ninputs = 2, .noutputs = 1, .main_steps = 4 };
}

static struct weft_error *symbolic_run(struct exe *x, int64_t n, int64_t n2, struct run_tensor *out)
{
	static float data[10000];
	int64_t dims[1] = { n }, dims2[1] = { n2 };
	struct run_tensor in[2] = { tensor_f32(data, 1, dims), tensor_f32(data, 1, dims2) };

	for (int i = 0; i < 10000; i++)
		data[i] = (float)i;
	return exe_run(x, &(struct run_options){ .threads = 2 }, in, 2, out, 1);
}

void test_exe__one_artifact_at_several_sizes(void)
{
	struct exe *x = build_exe(build_symbolic, kernels, NULL);
	static const int64_t sizes[] = { 5, 1000, 5, 0, 1000, 4999, 1, 5 };
	struct run_tensor out;

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		CHECK_OK(symbolic_run(x, sizes[i], sizes[i], &out));
		CHECK_INT(out.dims[0], sizes[i]);
		CHECK_INT(out.bytes, sizes[i] * 4);
		for (int64_t k = 0; k < sizes[i]; k++)
			CHECK(((float *)out.data)[k] == (float)k * 8);
		storage_release(out.storage);
	}
	CHECK_INT(exe_stats_get(x).placements, 6);
	for (int i = 0; i < 3; i++) {
		mem_fail_after = i ? 0 : -1;
		CHECK_OK(symbolic_run(x, 1000, 1000, &out));
		mem_fail_after = -1;
		storage_release(out.storage);
	}
	CHECK_INT(exe_input(x, 0).dims[0], -1);
	exe_release(x);
	CHECK_INT(memory_stats_get().used, 0);
}

void test_exe__sizes_that_do_not_fit(void)
{
	struct exe *x = build_exe(build_symbolic, kernels, NULL);
	struct run_tensor out;

	CHECK_ERROR(symbolic_run(x, 10, 11, &out), WEFT_INVALID_ARGUMENT,
		"argument 1 ('z'), dimension 0: expected 10, found 11");
	CHECK_ERROR(symbolic_run(x, 5001, 5001, &out), WEFT_INVALID_ARGUMENT,
		"argument 0 ('x'), dimension 0: expected at most 5000, found 5001");
	CHECK_ERROR(symbolic_run(x, 8192, 8192, &out), WEFT_INVALID_ARGUMENT,
		"the square of x: the size overflows");
	CHECK_ERROR(symbolic_run(x, -1, -1, &out), WEFT_INVALID_ARGUMENT,
		"argument 0 ('x'), dimension 0: expected at least 0, found -1");
	CHECK_ERROR(symbolic_run(x, INT64_MAX, INT64_MAX, &out), WEFT_INVALID_ARGUMENT,
		"argument 0 ('x')");
	CHECK_INT(memory_stats_get().used, 0);
	exe_release(x);
}

void test_exe__every_failing_allocation(void)
{
	failing_allocations(build_fixed, 1);
	failing_allocations(build_symbolic, 2);
}

/* ---- branches and loops --------------------------------------------------------------------- */

/* while (i < 10) i++;  case (i given as index): 0: +1, 1: +1 +1, otherwise +1 +1 +1 */
static void build_loop(struct artifact_writer *w)
{
	add_kernels(w);
	uint32_t in = build_buffer(w, ABI_BUFFER_input, 0, 4, 0);
	uint32_t index = build_buffer(w, ABI_BUFFER_input, 1, 4, 0);
	uint32_t out = build_buffer(w, ABI_BUFFER_output, 0, 4, 0);
	uint32_t go = build_buffer(w, ABI_BUFFER_arena, 0, 1, 0);
	uint32_t i = build_buffer(w, ABI_BUFFER_arena, 0, 4, 64);
	artifact_add_tensor(w, WEFT_I32, 0, NULL, "i", in, 0);
	artifact_add_tensor(w, WEFT_I32, 0, NULL, "case", index, 0);
	artifact_add_tensor(w, WEFT_I32, 0, NULL, NULL, out, 0);
	uint32_t copy[2] = { in, i }, back[2] = { i, out };
	struct abi_step s = build_step(w, ABI_STEP_copy, 0, copy, 2, 1, 0);
	artifact_add_step(w, &s);
	int64_t loop[4] = { 4, 1, 5, 1 };
	s = build_step(w, ABI_STEP_while, artifact_add_ints(w, loop, 4), &go, 1, 0, 0);
	artifact_add_step(w, &s);
	int64_t cases[6] = { 5, 1, 5, 2, 5, 3 };
	s = build_step(w, ABI_STEP_if, artifact_add_ints(w, cases, 6), &index, 1, 0, 0);
	s.count = 3;
	artifact_add_step(w, &s);
	s = build_step(w, ABI_STEP_copy, 0, back, 2, 1, 0);
	artifact_add_step(w, &s);
	build_kernel_step(w, BELOW_TEN, i, go, 1);
	for (int k = 0; k < 3; k++)
		build_kernel_step(w, INCREMENT, i, i, 1);
	*artifact_program(w) = (struct abi_program){ .ninputs = 2, .noutputs = 1, .main_steps = 4,
		.arena = 128 };
}

void test_exe__branches_and_loops(void)
{
	struct exe *x = build_exe(build_loop, kernels, NULL);
	static const int32_t cases[][3] = { { 3, 0, 11 }, { 3, 1, 12 }, { 3, 2, 13 }, { 3, 3, 13 },
		{ 3, -1, 13 }, { 20, 0, 21 }, { INT32_MIN / 1000000, 1, 12 } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int32_t v = cases[i][0], k = cases[i][1];
		struct run_tensor in[2] = { { .dtype = WEFT_I32, .data = &v },
			{ .dtype = WEFT_I32, .data = &k } }, out;
		CHECK_OK(exe_run(x, NULL, in, 2, &out, 1));
		CHECK_INT(*(int32_t *)out.data, cases[i][2]);
		storage_release(out.storage);
	}
	exe_release(x);
}

/* A branch that contains itself. */
static void build_endless(struct artifact_writer *w)
{
	uint32_t in = build_buffer(w, ABI_BUFFER_input, 0, 4, 0);
	artifact_add_tensor(w, WEFT_I32, 0, NULL, NULL, in, 0);
	int64_t list[2] = { 1, 1 };
	struct abi_step s = build_step(w, ABI_STEP_if, artifact_add_ints(w, list, 2), &in, 1, 0, 0);
	s.count = 1;
	artifact_add_step(w, &s);
	artifact_add_step(w, &s);
	*artifact_program(w) = (struct abi_program){ .ninputs = 1, .main_steps = 1 };
}

void test_exe__endless_nesting_is_an_error(void)
{
	struct exe *x = build_exe(build_endless, kernels, NULL);
	int32_t v = 0;
	struct run_tensor in = { .dtype = WEFT_I32, .data = &v };

	CHECK_ERROR(exe_run(x, NULL, &in, 1, NULL, 0), WEFT_RESOURCE_EXHAUSTED, "nested");
	exe_release(x);
}

/* ---- results that lie elsewhere ------------------------------------------------------------- */

/* Results: the argument, a part of it, the constant, the same output twice. */
static void build_passed_on(struct artifact_writer *w)
{
	int64_t four = 4, two = 2;

	add_kernels(w);
	uint32_t in = build_buffer(w, ABI_BUFFER_input, 0, 16, 0);
	uint32_t part = build_buffer(w, ABI_BUFFER_alias, in, 8, 8);
	uint32_t slot = build_buffer(w, ABI_BUFFER_slot, 0, 8, 0);
	uint32_t out = build_buffer(w, ABI_BUFFER_output, 3, 16, 0);
	artifact_add_tensor(w, WEFT_F32, 1, &four, NULL, in, 0);
	artifact_add_tensor(w, WEFT_F32, 1, &four, NULL, in, 0);
	artifact_add_tensor(w, WEFT_F32, 1, &two, NULL, part, 0);
	artifact_add_tensor(w, WEFT_F32, 1, &two, NULL, slot, 0);
	artifact_add_tensor(w, WEFT_F32, 1, &four, NULL, out, 0);
	artifact_add_tensor(w, WEFT_F32, 1, &four, NULL, out, 0);
	uint32_t t = artifact_add_tensor(w, WEFT_F32, 1, &two, NULL, slot, 0);
	artifact_add_slot_data(w, "c", t, (float[2]){ 5, 6 }, 8);
	uint32_t args[2] = { in, out };
	struct abi_step s = build_step(w, ABI_STEP_kernel, DOUBLE, args, 2, 1, 1);
	s.sizes = artifact_add_ints(w, &four, 1);
	s.nsizes = 1;
	artifact_add_step(w, &s);
	*artifact_program(w) = (struct abi_program){ .ninputs = 1, .noutputs = 5, .main_steps = 1 };
}

void test_exe__results_that_are_something_else(void)
{
	struct exe *x = build_exe(build_passed_on, kernels, NULL);
	float data[4] = { 1, 2, 3, 4 };
	int64_t dims[1] = { 4 };
	struct run_tensor in = tensor_f32(data, 1, dims), out[5];
	static const float want[5][4] = { { 1, 2, 3, 4 }, { 3, 4 }, { 5, 6 }, { 2, 4, 6, 8 },
		{ 2, 4, 6, 8 } };

	CHECK_OK(exe_run(x, NULL, &in, 1, out, 5));
	for (int i = 0; i < 5; i++) {
		CHECK(memcmp(out[i].data, want[i], out[i].bytes) == 0);
		CHECK_INT(out[i].bytes, i == 1 || i == 2 ? 8 : 16);
		for (int k = 0; k < i; k++)
			CHECK(out[i].data != out[k].data && out[i].dims != out[k].dims);
	}
	CHECK(out[0].data != data);
	exe_release(x);
	CHECK(((float *)out[2].data)[1] == 6);
	outputs_release(out, 5);
	CHECK_INT(memory_stats_get().used, 0);
}

/* ---- constants ------------------------------------------------------------------------------ */

/* y = x + constants, of which the first doubles at load: slots bound, file, data. */
static void build_constants(struct artifact_writer *w)
{
	int64_t four = 4;

	add_kernels(w);
	uint32_t b[3], t[3];
	for (uint32_t i = 0; i < 3; i++)
		b[i] = build_buffer(w, ABI_BUFFER_slot, i, 16, 0);
	uint32_t kept = build_buffer(w, ABI_BUFFER_persistent, 0, 16, 0);
	uint32_t last = build_buffer(w, ABI_BUFFER_output, 0, 16, 0);
	artifact_add_tensor(w, WEFT_F32, 1, &four, NULL, last, 0);
	artifact_add_tensor(w, WEFT_F32, 1, &four, NULL, b[1], 0);
	artifact_add_tensor(w, WEFT_F32, 1, &four, NULL, b[2], 0);
	for (uint32_t i = 0; i < 3; i++)
		t[i] = artifact_add_tensor(w, WEFT_F32, 1, &four, NULL, b[i], 0);
	artifact_add_slot_bound(w, "weight", t[0], 16);
	artifact_add_slot_file(w, "weights.bin", t[1], 3, 16);
	artifact_add_slot_data(w, "small", t[2], (float[4]){ 9, 8, 7, 6 }, 16);
	uint32_t args[2][2] = { { b[0], kept }, { kept, last } };
	for (int i = 0; i < 2; i++) {
		struct abi_step s = build_step(w, ABI_STEP_kernel, DOUBLE, args[i], 2, 1, 1);
		s.sizes = artifact_add_ints(w, &four, 1);
		s.nsizes = 1;
		artifact_add_step(w, &s);
	}
	*artifact_program(w) = (struct abi_program){ .noutputs = 3, .load_steps = 1,
		.main_steps = 1 };
}

void test_exe__constants_and_the_load_program(void)
{
	struct built b = build(build_constants);
	float weight[4] = { 1, 2, 3, 4 }, file[4] = { 10, 20, 30, 40 };
	struct run_slot slot = { "weight", weight, sizeof weight, NULL };
	struct run_load o = { .slots = &slot, .nslots = 1 };
	struct exe *x = NULL;
	struct run_tensor out[3];
	char dir[] = "/tmp/weft-run-XXXXXX", path[64], bytes[19] = "abc";

	exe_test_kernels = kernels;
	CHECK_ERROR(exe_load(b.bytes, b.size, NULL, &x), WEFT_FAILED_PRECONDITION,
		"the constant 'weight' is not bound");
	CHECK(mkdtemp(dir));
	o.dir = dir;
	CHECK_ERROR(exe_load(b.bytes, b.size, &o, &x), WEFT_NOT_FOUND, "weights.bin");
	snprintf(path, sizeof path, "%s/weights.bin", dir);
	memcpy(bytes + 3, file, 16);
	CHECK_OK(file_write_atomic(path, bytes, 18));
	CHECK_ERROR(exe_load(b.bytes, b.size, &o, &x), WEFT_INVALID_ARGUMENT, "the file has 18");
	CHECK_OK(file_write_atomic(path, bytes, 19));
	slot.bytes = 12;
	CHECK_ERROR(exe_load(b.bytes, b.size, &o, &x), WEFT_INVALID_ARGUMENT,
		"expected 16 bytes, found 12");
	slot.bytes = 16;
	CHECK_OK(exe_load(b.bytes, b.size, &o, &x));
	weight[0] = 100;                         /* the load program has run */
	CHECK_OK(exe_run(x, NULL, NULL, 0, out, 3));
	CHECK(((float *)out[0].data)[0] == 4 && ((float *)out[0].data)[3] == 16);
	CHECK(memcmp(out[1].data, file, 16) == 0);
	CHECK(((float *)out[2].data)[1] == 8);
	outputs_release(out, 3);
	exe_release(x);
	CHECK_INT(memory_stats_get().used, 0);
	unlink(path);
	rmdir(dir);
	mem_free(b.bytes);
}

/* A mapped file's constant is used where it lies: no page of it is read to load. */
static void build_big(struct artifact_writer *w)
{
	int64_t n = (int64_t)256 << 20, four = 4;

	uint32_t b = build_buffer(w, ABI_BUFFER_slot, 0, n * 4, 0);
	uint32_t part = build_buffer(w, ABI_BUFFER_alias, b, 16, 512);
	artifact_add_tensor(w, WEFT_F32, 1, &four, NULL, part, 0);
	uint32_t t = artifact_add_tensor(w, WEFT_F32, 1, &n, NULL, b, 0);
	artifact_add_slot_file(w, "big.bin", t, 0, (uint64_t)n * 4);
	*artifact_program(w) = (struct abi_program){ .noutputs = 1 };
}

void test_exe__big_mapped_constant_is_not_read(void)
{
	struct built b = build(build_big);
	char dir[] = "/tmp/weft-run-XXXXXX", path[64];
	struct run_tensor out;
	struct exe *x;
	static unsigned char resident[((size_t)1 << 30) / 4096];
	size_t pages = 0;

	CHECK(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/big.bin", dir);
	FILE *f = fopen(path, "w");
	CHECK(f && ftruncate(fileno(f), (off_t)1 << 30) == 0);
	fclose(f);
	CHECK_OK(exe_load(b.bytes, b.size, &(struct run_load){ .dir = dir }, &x));
	CHECK_OK(exe_run(x, NULL, NULL, 0, &out, 1));
	CHECK(((float *)out.data)[3] == 0);
	CHECK(mincore(x->slots[0], (size_t)1 << 30, resident) == 0);
	for (size_t i = 0; i < sizeof resident; i++)
		pages += resident[i] & 1;
	if (pages > 2048)
		UNIT_FAIL("%zu pages were read", pages);
	storage_release(out.storage);
	exe_release(x);
	unlink(path);
	rmdir(dir);
	mem_free(b.bytes);
}

void test_exe__needs_a_program(void)
{
	struct built b = build(build_fixed);
	struct exe *x;

	exe_test_kernels = NULL;
	CHECK_ERROR(exe_load("hello", 5, NULL, &x), WEFT_INVALID_ARGUMENT, "too few");
	CHECK_ERROR(exe_load(NULL, 0, NULL, &x), WEFT_INVALID_ARGUMENT, "too few");
	mem_free(b.bytes);
}
