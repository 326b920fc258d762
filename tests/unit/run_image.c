/* Unit tests of reading artifacts: what is written is read, what is damaged is refused. */
#include "base/hash.h"
#include "ir/dtype.h"
#include "run_build.h"

/* One of everything: symbolic sizes, floating buffers, a slot, a branch, a loop. */
static void build_all(struct artifact_writer *w)
{
	int64_t n = artifact_add_size(w, ABI_SIZE_input, 0, 0, "argument 0 ('x'), dimension 0");
	int64_t bytes = artifact_add_size(w, ABI_SIZE_mul, n, 4, "the size of x");
	artifact_add_size(w, ABI_SIZE_check_le, n, 100, "argument 0 ('x'), dimension 0");
	uint32_t sizes = artifact_sizes(w);
	uint32_t in = build_buffer(w, ABI_BUFFER_input, 0, bytes, 0);
	uint32_t out = build_buffer(w, ABI_BUFFER_output, 0, bytes, 0);
	uint32_t slot = build_buffer(w, ABI_BUFFER_slot, 0, 16, 0);
	uint32_t flag = build_buffer(w, ABI_BUFFER_arena, 0, 1, 64);
	uint32_t part = build_buffer(w, ABI_BUFFER_alias, slot, 4, 8);
	uint32_t lived = build_buffer(w, ABI_BUFFER_persistent, 0, 16, 0);
	uint32_t temp = artifact_add_buffer(w, &(struct abi_buffer){ .kind = ABI_BUFFER_arena,
		.bytes = bytes, .first = 1, .last = 3, .flags = ABI_BUFFER_FLOATS });
	int64_t four = 4;

	artifact_add_tensor(w, WEFT_F32, 1, &n, "x", in, 0);
	artifact_add_tensor(w, WEFT_F32, 1, &n, "", out, 1);
	uint32_t t = artifact_add_tensor(w, WEFT_F32, 1, &four, "c", slot, 0);
	artifact_add_slot_data(w, "c", t, "0123456789abcde", 16);
	uint32_t k = build_kernel(w, "k", 256);
	build_kernel_step(w, k, slot, lived, 1);
	build_sizes_step(w, 0, sizes);
	build_kernel_step(w, k, in, temp, n);
	build_kernel_step(w, k, temp, out, 1);
	int64_t lists[4] = { 5, 1, 6, 1 };
	struct abi_step s = build_step(w, ABI_STEP_if, artifact_add_ints(w, lists, 4), &flag, 1, 0,
		0);
	s.count = 2;
	artifact_add_step(w, &s);
	build_kernel_step(w, k, part, flag, 1);
	build_kernel_step(w, k, lived, flag, 1);
	*artifact_program(w) = (struct abi_program){ .ninputs = 1, .noutputs = 1, .load_steps = 1,
		.main_steps = 4, .arena = 128, .numerics = 1 };
	artifact_set_bytes(w, ABI_EXPLAIN, "{}", 2);
}

static void kernel_nothing(const struct abi_call *c, int64_t first, int64_t last)
{
	(void)c;
	(void)first;
	(void)last;
}

static abi_kernel_fn *const nothing_kernels[8] = { kernel_nothing, kernel_nothing, kernel_nothing,
	kernel_nothing, kernel_nothing, kernel_nothing, kernel_nothing, kernel_nothing };

/* Makes size and checksum right again. */
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

/* Loads bytes; when that works, runs them too. */
static bool try_load(const unsigned char *bytes, size_t size)
{
	struct exe *x = NULL;
	int64_t dims[1] = { 3 };
	float data[3] = { 1, 2, 3 };
	struct run_tensor in[2] = { tensor_f32(data, 1, dims), tensor_f32(data, 1, dims) };
	struct run_tensor out[4];
	unsigned char *copy = malloc(size ? size : 1);      /* its end is the address sanitizer's */

	if (size)
		memcpy(copy, bytes, size);
	struct weft_error *e = exe_load(copy, size, NULL, &x);
	free(copy);
	if (e) {
		CHECK(weft_error_text(e)[0]);
		weft_error_free(e);
		return false;
	}
	if (exe_inputs(x) <= 2 && exe_outputs(x) <= 4) {
		e = exe_run(x, NULL, in, exe_inputs(x), out, exe_outputs(x));
		for (uint32_t i = 0; !e && i < exe_outputs(x); i++)
			storage_release(out[i].storage);
		weft_error_free(e);
	}
	exe_release(x);
	return true;
}

void test_image__reads_what_is_written(void)
{
	struct built b = build(build_all);
	struct image m;

	CHECK_OK(image_open(b.bytes, b.size, &m));
	CHECK_OK(image_check_machine(&m));
	CHECK_INT(m.program->ninputs, 1);
	CHECK_INT(m.nsizes, 3);
	CHECK_INT(m.nbuffers, 7);
	CHECK_INT(m.nsteps, 7);
	CHECK_INT(m.nkernels, 1);
	CHECK_INT(m.nslots, 1);
	CHECK_STR(m.strings + m.tensors[0].name, "x");
	CHECK_STR(m.strings + m.header->backend, "weft");
	CHECK(m.nexplain == 2 && memcmp(m.explain, "{}", 2) == 0);
	CHECK((size_t)(m.code - (const unsigned char *)b.bytes) % 4096 == 0);
	struct built again = build(build_all);
	CHECK(again.size == b.size && memcmp(again.bytes, b.bytes, b.size) == 0);
	exe_test_kernels = nothing_kernels;
	CHECK(try_load(b.bytes, b.size));
	mem_free(b.bytes);
	mem_free(again.bytes);
}

void test_image__every_prefix_is_refused(void)
{
	struct built b = build(build_all);
	unsigned char *copy = mem_alloc_aligned(ABI_ALIGN, b.size);

	exe_test_kernels = nothing_kernels;
	for (size_t n = 0; n < b.size; n++) {
		CHECK(!try_load(b.bytes, n));
		if (n > 4096 && n % 37)
			continue;
		memcpy(copy, b.bytes, n);
		seal(copy, n);
		CHECK(!try_load(copy, n));
	}
	mem_free(copy);
	mem_free(b.bytes);
}

/* With the checksum: every flip is seen.  Without it: whatever loads, runs without harm. */
void test_image__flipped_bytes(void)
{
	struct built b = build(build_all);
	unsigned char *bytes = b.bytes;
	size_t loaded = 0;
	const struct abi_section *code = NULL;

	for (uint32_t i = 0; i < ((struct abi_header *)b.bytes)->nsections; i++)
		if (((struct abi_section *)(bytes + sizeof(struct abi_header)))[i].kind == ABI_CODE)
			code = &((struct abi_section *)(bytes + sizeof(struct abi_header)))[i];
	CHECK(code);
	memory_limit((size_t)1 << 20);
	exe_test_kernels = nothing_kernels;
	for (size_t at = 0; at < b.size; at++) {
		static const unsigned char flips[] = { 1, 0x80, 0xff, 0x10 };
		/* What lies between sections is long and says nothing. */
		if (at > 4096 - 512 && at < code->offset)
			continue;
		for (size_t k = 0; k < sizeof flips; k++) {
			unsigned char was = bytes[at];
			bytes[at] = was ^ flips[k];
			if (at >= 24 && at < 32) {       /* the checksum itself */
				CHECK(!try_load(bytes, b.size));
			} else {
				if (k == 0)
					CHECK(!try_load(bytes, b.size));
				seal(bytes, b.size);
				loaded += try_load(bytes, b.size);
			}
			bytes[at] = was;
		}
		seal(bytes, b.size);
	}
	CHECK(loaded > 100);
	CHECK(try_load(bytes, b.size));
	mem_free(b.bytes);
}

static void header_wrong(void (*change)(struct abi_header *h), enum weft_code code,
	const char *text)
{
	struct built b = build(build_all);
	struct exe *x;

	change(b.bytes);
	CHECK_ERROR(exe_load(b.bytes, b.size, NULL, &x), code, text);
	mem_free(b.bytes);
}

static void set_magic(struct abi_header *h) { h->magic[0] = 'w'; }
static void set_version(struct abi_header *h) { h->version = 99; }
static void set_machine(struct abi_header *h) { h->machine = 40; }
static void set_features(struct abi_header *h) { h->features = (uint64_t)1 << 63; }
static void set_size(struct abi_header *h) { h->size++; }
static void set_sections(struct abi_header *h) { h->nsections = UINT32_MAX; }
static void set_checksum(struct abi_header *h) { h->checksum ^= 1; }

void test_image__header(void)
{
	header_wrong(set_magic, WEFT_INVALID_ARGUMENT, "begin");
	header_wrong(set_version, WEFT_UNIMPLEMENTED, "version 99");
	header_wrong(set_machine, WEFT_UNIMPLEMENTED, "machine 40");
	header_wrong(set_features, WEFT_UNIMPLEMENTED, "feature");
	header_wrong(set_size, WEFT_INVALID_ARGUMENT, "bytes");
	header_wrong(set_sections, WEFT_INVALID_ARGUMENT, "sections");
	header_wrong(set_checksum, WEFT_INVALID_ARGUMENT, "checksum");
}

/* A feature of the other architecture is never there. */
static void set_missing_feature(struct abi_header *h)
{
#if defined(__x86_64__)
	h->features = (uint64_t)1 << 17;                /* CPU_neon */
#else
	h->features = 1;                                /* CPU_sse42 */
#endif
}

void test_image__missing_processor_feature_is_named(void)
{
#if defined(__x86_64__)
	header_wrong(set_missing_feature, WEFT_FAILED_PRECONDITION, "neon");
#else
	header_wrong(set_missing_feature, WEFT_FAILED_PRECONDITION, "sse");
#endif
}

/* Changes one record of section kind and expects a refusal that says text. */
static void record_wrong(enum abi_section_kind kind, size_t index, size_t field, size_t width,
	int64_t value, const char *text)
{
	struct built b = build(build_all);
	struct abi_header *h = b.bytes;
	const struct abi_section *s = (const void *)(h + 1);
	struct exe *x;

	while (s->kind != kind)
		s++;
	memcpy((char *)b.bytes + s->offset + index * s->record + field, &value, width);
	seal(b.bytes, b.size);
	struct weft_error *e = exe_load(b.bytes, b.size, NULL, &x);
	if (!e)
		UNIT_FAIL("section %d, record %zu: expected \"%s\"", kind, index, text);
	if (!strstr(weft_error_text(e), text))
		UNIT_FAIL("expected \"%s\", got \"%s\"", text, weft_error_text(e));
	weft_error_free(e);
	mem_free(b.bytes);
}

#define WRONG(kind, index, type, field, value, text)                                           \
	record_wrong(kind, index, offsetof(struct type, field), sizeof((struct type *)0)->field, \
		value, text)

void test_image__records(void)
{
	WRONG(ABI_SIZES, 0, abi_size, op, 99, "unknown operation");
	WRONG(ABI_SIZES, 0, abi_size, a, 1, "size 0");
	WRONG(ABI_SIZES, 0, abi_size, b, 1, "size 0");
	WRONG(ABI_SIZES, 1, abi_size, a, -9, "size 1");
	WRONG(ABI_SIZES, 1, abi_size, text, 1 << 30, "size 1");
	WRONG(ABI_TENSORS, 0, abi_tensor, dtype, 77, "tensor 0");
	WRONG(ABI_TENSORS, 0, abi_tensor, rank, 65, "rank 65");
	WRONG(ABI_TENSORS, 0, abi_tensor, dims, 1 << 20, "tensor 0");
	WRONG(ABI_TENSORS, 0, abi_tensor, buffer, 1, "tensor 0");
	WRONG(ABI_TENSORS, 1, abi_tensor, alias, 2, "tensor 1");
	WRONG(ABI_BUFFERS, 1, abi_buffer, kind, 50, "buffer 1");
	WRONG(ABI_BUFFERS, 1, abi_buffer, index, 3, "no output");
	WRONG(ABI_BUFFERS, 2, abi_buffer, bytes, 17, "buffer 2");
	WRONG(ABI_BUFFERS, 3, abi_buffer, offset, 65, "not aligned");
	WRONG(ABI_BUFFERS, 3, abi_buffer, flags, ABI_BUFFER_ANYWHERE, "no output");
	WRONG(ABI_BUFFERS, 3, abi_buffer, flags, 4, "unknown flags");
	WRONG(ABI_BUFFERS, 3, abi_buffer, offset, 128, "after the arena");
	WRONG(ABI_BUFFERS, 4, abi_buffer, offset, 13, "alias");
	WRONG(ABI_BUFFERS, 4, abi_buffer, index, 4, "alias");
	WRONG(ABI_BUFFERS, 6, abi_buffer, last, 100, "no step");
	WRONG(ABI_SLOTS, 0, abi_slot, bytes, 17, "slot 0");
	WRONG(ABI_SLOTS, 0, abi_slot, offset, 1, "slot 0");
	WRONG(ABI_SLOTS, 0, abi_slot, kind, 8, "slot 0");
	WRONG(ABI_STEPS, 2, abi_step, kind, 70, "step 2");
	WRONG(ABI_STEPS, 2, abi_step, index, 1, "no kernel");
	WRONG(ABI_STEPS, 2, abi_step, nargs, 1 << 20, "step 2");
	WRONG(ABI_STEPS, 2, abi_step, noutputs, 3, "step 2");
	WRONG(ABI_STEPS, 2, abi_step, chunks, -40, "chunks");
	WRONG(ABI_STEPS, 2, abi_step, flags, 2, "flags");
	WRONG(ABI_STEPS, 1, abi_step, count, 4, "sizes out of range");
	WRONG(ABI_STEPS, 4, abi_step, count, 3, "branches");
	WRONG(ABI_KERNELS, 0, abi_kernel, entry, 1, "outside of CODE");
	WRONG(ABI_KERNELS, 0, abi_kernel, scratch, (int64_t)1 << 40, "scratch");
	WRONG(ABI_PROGRAM, 0, abi_program, ninputs, 100, "inputs");
	WRONG(ABI_PROGRAM, 0, abi_program, main_steps, 100, "main steps");
	WRONG(ABI_PROGRAM, 0, abi_program, arena, -100, "arena");
	WRONG(ABI_PROGRAM, 0, abi_program, arena, (int64_t)1 << 45, "its buffers end at");
	WRONG(ABI_PROGRAM, 0, abi_program, numerics, 3, "numerics");
}

static void build_writes_input(struct artifact_writer *w)
{
	int64_t four = 4;
	uint32_t in = build_buffer(w, ABI_BUFFER_input, 0, 16, 0);
	uint32_t part = build_buffer(w, ABI_BUFFER_alias, in, 4, 0);
	artifact_add_tensor(w, WEFT_F32, 1, &four, "x", in, 0);
	build_kernel_step(w, build_kernel(w, "k", 0), in, part, 1);
	*artifact_program(w) = (struct abi_program){ .ninputs = 1, .main_steps = 1 };
}

void test_image__a_step_writes_no_input(void)
{
	struct built b = build(build_writes_input);
	struct exe *x;

	CHECK_ERROR(exe_load(b.bytes, b.size, NULL, &x), WEFT_INVALID_ARGUMENT, "writes an input");
	mem_free(b.bytes);
}

void test_image__dtypes_are_those_of_the_table(void)
{
	for (uint32_t d = 0; d < DTYPE_COUNT; d++) {
		CHECK_INT(dtype_size(d), dtype_table[d].bytes);
		if (d)
			CHECK_STR(dtype_name(d), dtype_table[d].text);
	}
	CHECK_INT(dtype_size(DTYPE_COUNT), 0);
}

static void fold_job(struct job *j, void *arg)
{
	struct artifact_writer *w = artifact_new(j, "weft");
	int64_t n = artifact_add_size(w, ABI_SIZE_input, 0, 0, "n");

	(void)arg;
	CHECK_INT(n, -1);
	CHECK_INT(artifact_add_size(w, ABI_SIZE_input, 0, 0, "n"), -1);
	CHECK_INT(artifact_add_size(w, ABI_SIZE_mul, 6, 7, NULL), 42);
	CHECK_INT(artifact_add_size(w, ABI_SIZE_ceildiv, 7, 2, NULL), 4);
	CHECK_INT(artifact_add_size(w, ABI_SIZE_mod, 7, 2, NULL), 1);
	CHECK_INT(artifact_add_size(w, ABI_SIZE_const, 5, 0, NULL), 5);
	int64_t below = artifact_add_size(w, ABI_SIZE_sub, 2, 7, NULL);
	CHECK_INT(below, -2);
	CHECK_INT(artifact_add_size(w, ABI_SIZE_const, -5, 0, NULL), below);
	CHECK_INT(artifact_add_size(w, ABI_SIZE_mul, n, 4, NULL), -3);
	CHECK_INT(artifact_add_size(w, ABI_SIZE_mul, n, 4, NULL), -3);
	CHECK_INT(artifact_add_size(w, ABI_SIZE_check_eq, 4, 4, NULL), 4);
	CHECK_INT(artifact_sizes(w), 3);
	artifact_add_size(w, ABI_SIZE_check_eq, 4, 5, "argument 1, dimension 0");
}

void test_artifact__folds_and_conses_sizes(void)
{
	CHECK_ERROR(job_run(fold_job, NULL), WEFT_INVALID_ARGUMENT,
		"argument 1, dimension 0: expected 5, found 4");
}
