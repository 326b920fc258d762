/* Unit tests of events, buffers and the queue: order, the inline path, errors that travel. */
#include "run/buffer.h"
#include "run_build.h"
#include <pthread.h>
#include <unistd.h>

static void kernel_add_one(const struct abi_call *c, int64_t first, int64_t last)
{
	(void)first;
	(void)last;
	*(float *)c->buffers[1] = *(const float *)c->buffers[0] + 1;
}

static abi_kernel_fn *const kernels[] = { kernel_add_one };

static void build_add_one(struct artifact_writer *w)
{
	uint32_t k = build_kernel(w, "add_one", 0);
	uint32_t in = build_buffer(w, ABI_BUFFER_input, 0, 4, 0);
	uint32_t out = build_buffer(w, ABI_BUFFER_output, 0, 4, 0);

	artifact_add_tensor(w, WEFT_F32, 0, NULL, "x", in, 0);
	artifact_add_tensor(w, WEFT_F32, 0, NULL, NULL, out, 0);
	build_kernel_step(w, k, in, out, 1);
	*artifact_program(w) = (struct abi_program){ .ninputs = 1, .noutputs = 1, .main_steps = 1 };
}

static float buffer_value(struct buffer *b)
{
	struct run_tensor t;

	CHECK_OK(buffer_wait(b, &t));
	CHECK(t.dtype == WEFT_F32 && t.rank == 0 && t.bytes == 4);
	return *(float *)t.data;
}

static struct buffer *buffer_of(float v)
{
	struct buffer *b;
	struct run_tensor t;

	CHECK_OK(buffer_create_new(WEFT_F32, 0, NULL, &b));
	CHECK_OK(buffer_wait(b, &t));
	*(float *)t.data = v;
	return b;
}

void test_async__runs_here_when_all_is_ready(void)
{
	struct exe *x = build_exe(build_add_one, kernels, NULL);
	struct buffer *in = buffer_of(1), *out;
	struct event *done;

	CHECK_OK(exe_run_async(x, NULL, &in, 1, &out, 1, &done));
	CHECK(event_ready(done) && buffer_ready(out));
	CHECK_OK(event_wait(done));
	CHECK(buffer_value(out) == 2);
	event_release(done);
	buffer_release(out);
	buffer_release(in);
	exe_release(x);
	CHECK_INT(memory_stats_get().used, 0);
}

/* A chain behind an argument that is made later: nothing waits, all run in order. */
void test_async__chain_behind_a_pending_argument(void)
{
	struct exe *x = build_exe(build_add_one, kernels, NULL);
	struct buffer *b[21];
	struct event *done = NULL;
	struct storage *s;

	CHECK_OK(buffer_create_pending(WEFT_F32, 0, &b[0]));
	for (int i = 0; i < 20; i++) {
		event_release(done);
		CHECK_OK(exe_run_async(x, NULL, &b[i], 1, &b[i + 1], 1, &done));
	}
	exe_release(x);                          /* the queue holds it */
	CHECK(!event_ready(done) && !buffer_ready(b[20]));
	usleep(1000);
	CHECK(!event_ready(done));
	CHECK_OK(storage_create(4, &s));
	*(float *)s->data = 5;
	buffer_fulfil(b[0], &(struct run_tensor){ .dtype = WEFT_F32, .dims = s->dims,
		.data = s->data, .bytes = 4, .storage = s }, NULL);
	CHECK(buffer_value(b[20]) == 25);
	CHECK_OK(event_wait(done));
	event_release(done);
	for (int i = 0; i <= 20; i++)
		buffer_release(b[i]);
}

void test_async__errors_travel(void)
{
	struct exe *x = build_exe(build_add_one, kernels, NULL);
	struct buffer *b[4];
	struct event *done;
	struct run_tensor t;

	CHECK_OK(buffer_create_pending(WEFT_F32, 0, &b[0]));
	for (int i = 0; i < 3; i++)
		CHECK_OK(exe_run_async(x, NULL, &b[i], 1, &b[i + 1], 1, i == 2 ? &done : NULL));
	buffer_fulfil(b[0], NULL, error_make(WEFT_DATA_LOSS, "the disk is gone"));
	CHECK_ERROR(event_wait(done), WEFT_DATA_LOSS, "the disk is gone");
	CHECK_ERROR(buffer_wait(b[3], &t), WEFT_DATA_LOSS, "the disk is gone");
	CHECK_ERROR(buffer_wait(b[1], &t), WEFT_DATA_LOSS, "the disk is gone");
	event_release(done);
	for (int i = 0; i < 4; i++)
		buffer_release(b[i]);
	exe_release(x);
}

void test_async__wrong_arguments(void)
{
	struct exe *x = build_exe(build_add_one, kernels, NULL);
	struct buffer *wrong, *out, *next;
	struct event *done;
	struct run_tensor t;
	int64_t dims[1] = { 3 }, below[1] = { -3 };

	CHECK_ERROR(exe_run_async(x, NULL, NULL, 0, &out, 1, &done), WEFT_INVALID_ARGUMENT,
		"expected 1 arguments");
	CHECK_ERROR(buffer_create_new(WEFT_F32, 1, below, &wrong), WEFT_INVALID_ARGUMENT,
		"below 0");
	CHECK_ERROR(buffer_create_new((enum weft_dtype)99, 1, dims, &wrong), WEFT_INVALID_ARGUMENT,
		"dtype");
	CHECK_OK(buffer_create_new(WEFT_F32, 1, dims, &wrong));
	CHECK_OK(exe_run_async(x, NULL, &wrong, 1, &out, 1, &done));
	CHECK_OK(exe_run_async(x, NULL, &out, 1, &next, 1, NULL));
	CHECK_ERROR(event_wait(done), WEFT_INVALID_ARGUMENT, "argument 0 ('x'): expected rank 0");
	CHECK_ERROR(buffer_wait(out, &t), WEFT_INVALID_ARGUMENT, "rank");
	CHECK_ERROR(buffer_wait(next, &t), WEFT_INVALID_ARGUMENT, "rank");
	event_release(done);
	buffer_release(wrong);
	buffer_release(out);
	buffer_release(next);
	exe_release(x);
	CHECK_INT(memory_stats_get().used, 0);
}

static void done_with(void *arg)
{
	++*(_Atomic(int) *)arg;
}

void test_buffer__keeps_its_memory(void)
{
	static _Atomic(int) done;
	float data[6] = { 1, 2, 3, 4, 5, 6 };
	int64_t dims[2] = { 2, 3 };
	struct storage *s;
	struct buffer *b;
	struct run_tensor t;

	CHECK_OK(storage_wrap(data, sizeof data, done_with, (void *)&done, &s));
	CHECK_OK(buffer_create(WEFT_F32, 2, dims, data, s, &b));
	storage_release(s);
	dims[0] = 9;
	CHECK_OK(buffer_wait(b, &t));
	CHECK(t.data == data && t.dims[0] == 2 && t.dims[1] == 3 && t.bytes == 24);
	buffer_retain(b);
	buffer_release(b);
	CHECK_INT(done, 0);
	buffer_release(b);
	CHECK_INT(done, 1);
	buffer_release(NULL);
}

static void *waiter(void *arg)
{
	struct weft_error *e = event_wait(arg);

	bool right = e && weft_error_code(e) == WEFT_CANCELLED;
	weft_error_free(e);
	return right ? NULL : "no error, or another";
}

void test_event__wakes_everyone(void)
{
	struct event *e;
	pthread_t t[3];

	CHECK_OK(event_create(&e));
	for (int i = 0; i < 3; i++)
		CHECK(pthread_create(&t[i], NULL, waiter, e) == 0);
	usleep(2000);
	CHECK(!event_ready(e));
	event_fire(e, error_make(WEFT_CANCELLED, "stop"));
	for (int i = 0; i < 3; i++) {
		void *bad;
		pthread_join(t[i], &bad);
		CHECK(!bad);
	}
	event_retain(e);
	event_release(e);
	CHECK_ERROR(event_wait(e), WEFT_CANCELLED, "stop");
	event_release(e);
}
