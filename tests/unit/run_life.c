/* Unit tests of when results get memory and arguments lose theirs.  Kernels look at what is there
 * while they run. */
#include "run_build.h"

enum { N = 3 << 20, FLOATS = N / 4 };

/* What is given away, and what each kernel saw. */
static struct storage *given[2];
static struct {
	bool there[2];
	size_t used;
	void *out;
} seen[3];
static bool forbid;                     /* the first kernel forbids more memory */

static void look(int i, const struct abi_call *c)
{
	seen[i].there[0] = given[0];
	seen[i].there[1] = given[1];
	seen[i].used = memory_stats_get().used;
	seen[i].out = c->buffers[1];
	*(float *)c->buffers[1] = *(const float *)c->buffers[0] + 1;
	if (forbid)
		memory_most(1 << 20);
}

static void kernel_0(const struct abi_call *c, int64_t first, int64_t last)
{
	(void)first, (void)last;
	look(0, c);
}

static void kernel_1(const struct abi_call *c, int64_t first, int64_t last)
{
	(void)first, (void)last;
	look(1, c);
}

static void kernel_2(const struct abi_call *c, int64_t first, int64_t last)
{
	(void)first, (void)last;
	look(2, c);
}

static abi_kernel_fn *const kernels[] = { kernel_0, kernel_1, kernel_2 };
enum how { PLAIN, BRANCH, RETURNED, TWICE, LOADED, AGAIN, AGAIN_ALIAS };
static enum how how;

/* in 0 -> arena, arena -> out 0, in 1 -> out 1; the last may be within a branch, out 1 may be in 1,
 * in 1 may have a second buffer, a size may be read from it at last; out 0 may be made of in 0. */
static void build_chain(struct artifact_writer *w)
{
	int64_t n = FLOATS;
	uint32_t in[2], out[2];

	for (int i = 0; i < 3; i++)
		build_kernel(w, "look", 0);
	for (uint32_t i = 0; i < 2; i++) {
		in[i] = build_buffer(w, ABI_BUFFER_input, i, N, 0);
		out[i] = build_buffer(w, ABI_BUFFER_output, i, N, 0);
	}
	uint32_t temp = build_buffer(w, ABI_BUFFER_arena, 0, N, 0);
	uint32_t again = how == TWICE ? build_buffer(w, ABI_BUFFER_input, 1, N, 0) : in[1];
	uint32_t alias = build_buffer(w, ABI_BUFFER_alias, in[0], N, 0);
	uint32_t index = build_buffer(w, ABI_BUFFER_alias, temp, 4, 4);
	artifact_add_tensor(w, WEFT_F32, 1, &n, "a", in[0], 0);
	artifact_add_tensor(w, WEFT_F32, 1, &n, "b", in[1], 0);
	artifact_add_tensor(w, WEFT_F32, 1, &n, "x", out[0], 0);
	artifact_add_tensor(w, WEFT_F32, 1, &n, "y", how == RETURNED ? in[1] : out[1], 0);
	build_kernel_step(w, 0, how == AGAIN_ALIAS ? in[0] : alias, temp, 1);
	build_kernel_step(w, 1, how == AGAIN ? in[0] : how == AGAIN_ALIAS ? alias : temp, out[0],
		1);
	if (how == BRANCH) {
		int64_t lists[2] = { 3, 1 };
		struct abi_step s = build_step(w, ABI_STEP_if, artifact_add_ints(w, lists, 2),
			&index, 1, 0, 0);
		s.count = 1;
		artifact_add_step(w, &s);
	}
	build_kernel_step(w, 2, again, out[1], 1);
	if (how == LOADED) {
		uint32_t part = build_buffer(w, ABI_BUFFER_alias, in[1], 4, 0);
		int64_t size = artifact_add_size_load(w, part, 0, WEFT_I32, "");
		build_sizes_step(w, (uint32_t)(-1 - size), 1);
	}
	*artifact_program(w) = (struct abi_program){ .ninputs = 2, .noutputs = 2,
		.main_steps = how == LOADED ? 4 : 3, .arena = N };
}

static struct weft_error *run(struct exe *x, bool give, struct run_tensor out[2])
{
	static const int64_t dims[1] = { FLOATS };
	struct run_tensor in[2];

	memory_scrub(true);                     /* what ends too early is another value */
	for (int i = 0; i < 2; i++) {
		CHECK_OK(storage_create(N, &given[i]));
		*(float *)given[i]->data = (float)(10 * i);
		in[i] = tensor_f32(given[i]->data, 1, dims);
		in[i].given = give ? &given[i] : NULL;
	}
	return exe_run(x, NULL, in, 2, out, 2);
}

static void finish(struct exe *x, struct run_tensor *out, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		storage_release(out[i].storage);
	for (int i = 0; i < 2; i++)
		storage_release(given[i]);
	exe_release(x);
	CHECK_INT(memory_stats_get().used, 0);
	memory_scrub(false);
}

static float value(const struct run_tensor *t)
{
	return *(const float *)t->data;
}

void test_life__given_arguments_end_behind_their_last_reader(void)
{
	how = PLAIN;
	struct exe *x = build_exe(build_chain, kernels, NULL);
	struct run_tensor out[2];

	CHECK_OK(run(x, true, out));
	CHECK(seen[0].there[0] && seen[0].there[1]);
	CHECK(!seen[1].there[0] && seen[1].there[1]);
	CHECK(!seen[2].there[0] && seen[2].there[1]);
	CHECK(!given[0] && !given[1]);
	CHECK_INT(seen[0].used, 3 * N);          /* no result yet */
	CHECK_INT(seen[1].used, 3 * N);
	CHECK_INT(seen[2].used, 4 * N);
	CHECK(value(&out[0]) == 2 && value(&out[1]) == 11);
	finish(x, out, 2);
}

/* Directly or by a part of it: behind the last, not the first. */
void test_life__given_arguments_that_two_steps_read(void)
{
	for (how = AGAIN; how <= AGAIN_ALIAS; how++) {
		struct exe *x = build_exe(build_chain, kernels, NULL);
		struct run_tensor out[2];
		CHECK_OK(run(x, true, out));
		CHECK(seen[0].there[0] && seen[1].there[0] && !seen[2].there[0]);
		CHECK_INT(seen[1].used, 4 * N);
		CHECK(value(&out[0]) == 1 && value(&out[1]) == 11);
		finish(x, out, 2);
	}
}

void test_life__others_are_left_alone(void)
{
	how = PLAIN;
	struct exe *x = build_exe(build_chain, kernels, NULL);
	struct run_tensor out[2];

	CHECK_OK(run(x, false, out));
	CHECK(seen[2].there[0] && given[0] && given[1]);
	CHECK(*(float *)given[0]->data == 0 && *(float *)given[1]->data == 10);
	CHECK(value(&out[0]) == 2 && value(&out[1]) == 11);
	finish(x, out, 2);
}

void test_life__whole_calls(void)
{
	static const enum how all[] = { BRANCH, RETURNED, TWICE, LOADED };

	for (int i = 0; i < 4; i++) {
		how = all[i];
		struct exe *x = build_exe(build_chain, kernels, NULL);
		struct run_tensor out[2];
		CHECK_OK(run(x, true, out));
		CHECK(!given[0] && given[1] && *(float *)given[1]->data == 10);
		CHECK(value(&out[0]) == 2 && value(&out[1]) == (how == RETURNED ? 10 : 11));
		finish(x, out, 2);
	}
}

void test_life__without_memory_in_mid_call(void)
{
	how = PLAIN;
	forbid = true;
	struct exe *x = build_exe(build_chain, kernels, NULL);
	struct run_tensor out[2];

	CHECK_ERROR(run(x, true, out), WEFT_RESOURCE_EXHAUSTED, "no memory");
	CHECK(!given[0] && given[1]);
	finish(x, out, 0);
}
