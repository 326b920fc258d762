/* Unit tests of what branches have for themselves: memory while they run, and no longer. */
#include "run_build.h"
#include <string.h>

#define SMALLER ((int64_t)1 << 20)
#define LARGER ((int64_t)3 << 20)

static struct artifact_writer *writer;   /* of the artifact being built */

/* A buffer of so many bytes that the sizes step of the entries made here makes known. */
static uint32_t own_buffer(int64_t bytes)
{
	return artifact_add_buffer(writer, &(struct abi_buffer){ .kind = ABI_BUFFER_arena,
		.bytes = artifact_add_size_own(writer, bytes), .flags = ABI_BUFFER_FLOATS });
}

static void copy_step(uint32_t from, uint32_t to)
{
	uint32_t args[2] = { from, to };
	struct abi_step s = build_step(writer, ABI_STEP_copy, 0, args, 2, 1, 0);

	artifact_add_step(writer, &s);
}

/* if (*index) steps [first, first + 3) */
static void if_step(uint32_t index, int64_t first)
{
	int64_t lists[4] = { first, 0, first, 3 };
	struct abi_step s = build_step(
		writer, ABI_STEP_if, artifact_add_ints(writer, lists, 4), &index, 1, 0, 0);

	s.count = 2;
	artifact_add_step(writer, &s);
}

/* Two branches after each other that are taken if the index says so, each with memory of its own
 * through which the argument goes to the result; then, if `leak`, a copy of what the first one had,
 * by its other name. */
static void build_branches(struct artifact_writer *w, bool leak)
{
	writer = w;
	uint32_t in = build_buffer(w, ABI_BUFFER_input, 0, 4, 0);
	uint32_t index = build_buffer(w, ABI_BUFFER_input, 1, 4, 0);
	uint32_t out = build_buffer(w, ABI_BUFFER_output, 0, 4, 0);
	artifact_add_tensor(w, WEFT_I32, 0, NULL, NULL, in, 0);
	artifact_add_tensor(w, WEFT_I32, 0, NULL, NULL, index, 0);
	artifact_add_tensor(w, WEFT_I32, 0, NULL, NULL, out, 0);
	uint32_t mine[2] = { own_buffer(SMALLER), own_buffer(LARGER) };
	uint32_t part = build_buffer(w, ABI_BUFFER_alias, mine[0], 4, 0);
	copy_step(in, out);
	if_step(index, 4);
	if_step(index, 7);
	copy_step(leak ? part : in, out);
	for (uint32_t i = 0; i < 2; i++) {
		build_sizes_step(w, i, 1);
		copy_step(in, mine[i]);
		copy_step(in, i ? mine[i] : part);
	}
	*artifact_program(w) = (struct abi_program){ .ninputs = 2, .noutputs = 1, .main_steps = 4 };
}

static void build_sound(struct artifact_writer *w)
{
	build_branches(w, false);
}

static void build_leaking(struct artifact_writer *w)
{
	build_branches(w, true);
}

static struct weft_error *branches_run(struct exe *x, int32_t index)
{
	int32_t v = 7;
	struct run_tensor in[2] = { { .dtype = WEFT_I32, .data = &v },
		{ .dtype = WEFT_I32, .data = &index } }, out;
	struct weft_error *e = exe_run(x, NULL, in, 2, &out, 1);

	if (!e) {
		CHECK_INT(*(int32_t *)out.data, 7);
		storage_release(out.storage);
	}
	return e;
}

void test_branch__has_memory_while_it_runs(void)
{
	struct exe *x = build_exe(build_sound, NULL, NULL);

	CHECK_OK(branches_run(x, 1));
	CHECK_INT(exe_stats_get(x).arena, LARGER);
	CHECK_OK(branches_run(x, 0));
	CHECK_INT(exe_stats_get(x).arena, 0);
	exe_release(x);
}

/* Neither the buffer nor an alias of it is there behind the branch. */
void test_branch__what_it_had_is_gone(void)
{
	struct exe *x = build_exe(build_leaking, NULL, NULL);

	CHECK_ERROR(branches_run(x, 1), WEFT_INTERNAL, "before it is there");
	CHECK_ERROR(branches_run(x, 0), WEFT_INTERNAL, "before it is there");
	exe_release(x);
}
