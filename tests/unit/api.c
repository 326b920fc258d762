/* Unit tests through the public API alone: memory that runs out, fork, sizes, threads. */
#include "abi/abi.h"
#include "base/cpu.h"
#include "base/mem.h"
#include "unit.h"
#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>
#include <weft/weft.h>

/* A contraction, a reduction with a region, maps and a broadcast: a row of most folders. */
static const char *const mlp =
	"func.func @main(%x: tensor<4x8xf32>, %w: tensor<8x16xf32>) -> tensor<4x16xf32> {\n"
	"  %zero = stablehlo.constant dense<0.0> : tensor<f32>\n"
	"  %y = stablehlo.dot_general %x, %w, contracting_dims = [1] x [0]\n"
	"    : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>\n"
	"  %t = stablehlo.tanh %y : tensor<4x16xf32>\n"
	"  %s = stablehlo.reduce(%t init: %zero) applies stablehlo.add across dimensions = [1]\n"
	"    : (tensor<4x16xf32>, tensor<f32>) -> tensor<4xf32>\n"
	"  %b = stablehlo.broadcast_in_dim %s, dims = [0] : (tensor<4xf32>) -> tensor<4x16xf32>\n"
	"  %r = stablehlo.subtract %t, %b : tensor<4x16xf32>\n"
	"  return %r : tensor<4x16xf32>\n"
	"}\n";

struct run {
	const char *backend, *threads;
	float x[32], w[128], out[64];
};

static void run_init(struct run *r, const char *backend, const char *threads)
{
	*r = (struct run){ .backend = backend, .threads = threads };
	for (int i = 0; i < 32; i++)
		r->x[i] = (float)(i % 7 - 3) / 4;
	for (int i = 0; i < 128; i++)
		r->w[i] = (float)(i % 11 - 5) / 8;
}

static struct weft_error *run_once(struct run *r, struct weft_client *c, struct weft_executable *x)
{
	static const int64_t xd[] = { 4, 8 }, wd[] = { 8, 16 };
	struct weft_buffer *in[2] = { NULL, NULL }, *out = NULL;
	void *data;
	size_t size;

	struct weft_error *e = weft_buffer_wrap(c,
		(struct weft_tensor_type){ WEFT_F32, 2, xd }, r->x, NULL, NULL, &in[0]);
	if (!e)
		e = weft_buffer_wrap(
			c, (struct weft_tensor_type){ WEFT_F32, 2, wd }, r->w, NULL, NULL, &in[1]);
	if (!e)
		e = weft_run(x, 2, in, 1, &out);
	if (!e)
		e = weft_buffer_data(out, &data, &size);
	if (!e) {
		CHECK_INT(size, sizeof r->out);
		memcpy(r->out, data, size);
	}
	weft_buffer_release(out);
	weft_buffer_release(in[0]);
	weft_buffer_release(in[1]);
	return e;
}

/* Text to result, every object made and released. */
static struct weft_error *run_all(struct run *r)
{
	struct weft_client *c = NULL;
	struct weft_program *p = NULL;
	struct weft_options *o = NULL;
	struct weft_executable *x = NULL;

	struct weft_error *e = weft_client_open(r->backend, &c);
	if (!e)
		e = weft_program_parse(WEFT_STABLEHLO_TEXT, "mlp", mlp, strlen(mlp), &p);
	if (!e)
		e = weft_options_create(&o);
	if (!e)
		e = weft_options_set(o, "threads", r->threads);
	if (!e)
		e = weft_compile(c, p, o, &x);
	weft_options_free(o);
	weft_program_release(p);
	if (!e)
		e = run_once(r, c, x);
	weft_executable_release(x);
	weft_client_release(c);
	return e;
}

static void check_same(const struct run *a, const struct run *b, double tolerance)
{
	for (int i = 0; i < 64; i++)
		if (!(fabs((double)a->out[i] - (double)b->out[i]) <= tolerance))
			UNIT_FAIL("element %d: %g and %g", i, (double)a->out[i], (double)b->out[i]);
}

void test_api__interpreter_and_native(void)
{
	struct run a, b;

	run_init(&a, "interp", "1");
	run_init(&b, "weft", "2");
	CHECK_OK(run_all(&a));
	CHECK_OK(run_all(&b));
	CHECK(fabsf(a.out[0]) > 0);
	check_same(&a, &b, 1e-5);
}

/* The nth allocation fails, n = 0, 1, 2 ...: then there is no result but an error, nothing leaks
 * (the address sanitizer sees to that) and the next compilation is none the worse. */
static void fail_each(const char *backend, _Atomic long *counter, long least)
{
	struct run want, got;

	run_init(&want, backend, "1");
	CHECK_OK(run_all(&want));
	for (long n = 0;; n += 1 + n / 100) {
		run_init(&got, backend, "1");
		*counter = n;
		struct weft_error *e = run_all(&got);
		bool reached = *counter < 0;
		*counter = -1;
		if (e) {
			CHECK(reached);
			CHECK_INT(weft_error_code(e), WEFT_RESOURCE_EXHAUSTED);
			weft_error_free(e);
		} else {
			check_same(&want, &got, 0);
		}
		if (!reached) {
			if (n < least)
				UNIT_FAIL("only %ld allocations", n);
			break;
		}
	}
	CHECK_OK(run_all(&got));
	check_same(&want, &got, 0);
}

void test_memory__fails_in_interp(void)
{
	fail_each("interp", &mem_fail_after, 11);
}

void test_memory__fails_in_weft(void)
{
	fail_each("weft", &mem_fail_after, 11);
}

/* The code generator has its own copy of base/, and its own counter where a test build exports it.
 * It allocates by arenas of a kernel each, so few times. */
void test_memory__fails_in_codegen(void)
{
	struct run r;
	char path[4096];

	run_init(&r, "weft", "1");
	CHECK_OK(run_all(&r));
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 40);
	CHECK(n > 0);
	path[n] = '\0';
	snprintf(strrchr(path, 0x2f) + 1, 32, "libweft_codegen.so");
	void *library = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
	if (!library)
		UNIT_FAIL("%s was not loaded", path);
	_Atomic long *counter = dlsym(library, "mem_fail_after");
	if (!counter)
		UNIT_SKIP("built without WEFT_TEST_HOOKS (the sanitizer builds have them)");
	fail_each("weft", counter, 4);
}

/* DataLoader forks after the first call: the child must still compile and run. */
void test_fork__child_compiles_and_runs(void)
{
	struct run want, got;
	struct weft_client *c = NULL;
	struct weft_program *p = NULL;
	struct weft_executable *x = NULL;
	int status;

	run_init(&want, "weft", "2");
	CHECK_OK(run_all(&want));
	CHECK_OK(weft_client_open("weft", &c));
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, NULL, mlp, strlen(mlp), &p));
	CHECK_OK(weft_compile(c, p, NULL, &x));
	run_init(&got, "weft", "2");
	CHECK_OK(run_once(&got, c, x));
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		run_init(&got, "weft", "2");
		CHECK_OK(run_once(&got, c, x));         /* the parent's executable */
		check_same(&want, &got, 0);
		run_init(&got, "weft", "3");
		CHECK_OK(run_all(&got));                /* one of its own */
		check_same(&want, &got, 0);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	run_init(&got, "weft", "2");
	CHECK_OK(run_once(&got, c, x));
	check_same(&want, &got, 0);
	weft_executable_release(x);
	weft_program_release(p);
	weft_client_release(c);
}

static void *report_until(void *stop)
{
	while (!atomic_load((atomic_bool *)stop)) {
		char *text;
		CHECK_OK(weft_report("json", &text));
		weft_text_free(text);
	}
	return NULL;
}

/* No lock of the library is held in a child: another thread takes the report's all the time. */
void test_fork__child_reports(void)
{
	atomic_bool stop = false;
	pthread_t t;
	int status;
	char *text;
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
	UNIT_SKIP("the sanitizer's allocator may be locked where the process forks");
#endif
	CHECK(!pthread_create(&t, NULL, report_until, &stop));
	for (int i = 0; i < 50; i++) {
		pid_t child = fork();
		if (!child) {
			alarm(10);
			CHECK_OK(weft_report("text", &text));
			_exit(0);
		}
		CHECK(waitpid(child, &status, 0) == child && status == 0);
	}
	atomic_store(&stop, true);
	CHECK(!pthread_join(t, NULL));
}

static void *thread_run(void *arg)
{
	struct run *r = arg;

	for (int i = 0; i < 5; i++)
		CHECK_OK(run_all(r));
	return NULL;
}
/* Four threads compile and run at once. */
void test_api__many_threads(void)
{
	struct run runs[4];
	pthread_t threads[4];

	for (int i = 0; i < 4; i++) {
		run_init(&runs[i], i == 3 ? "interp" : "weft", "2");
		CHECK(!pthread_create(&threads[i], NULL, thread_run, &runs[i]));
	}
	for (int i = 0; i < 4; i++)
		CHECK(!pthread_join(threads[i], NULL));
	check_same(&runs[0], &runs[1], 0);
	check_same(&runs[0], &runs[2], 0);
	check_same(&runs[0], &runs[3], 1e-5);
}

/* One executable, made for any number of rows, run at several. */
void test_api__symbolic_sizes(void)
{
	static const char text[] =
		"func.func @main(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {\n"
		"  %0 = stablehlo.add %x, %x : tensor<?x3xf32>\n"
		"  return %0 : tensor<?x3xf32>\n"
		"}\n";
	struct weft_client *c = NULL;
	struct weft_program *p = NULL;
	struct weft_executable *x = NULL;

	CHECK_OK(weft_client_open("weft", &c));
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, NULL, text, strlen(text), &p));
	CHECK_OK(weft_compile(c, p, NULL, &x));
	CHECK(weft_executable_input(x, 0).dims[0] < 0);
	for (int64_t rows = 0; rows < 200; rows = rows * 2 + 1) {
		const int64_t dims[] = { rows, 3 };
		struct weft_buffer *in = NULL, *out = NULL;
		float data[600];
		void *result;
		size_t size;
		for (int i = 0; i < 600; i++)
			data[i] = (float)i;
		CHECK_OK(weft_buffer_wrap(
			c, (struct weft_tensor_type){ WEFT_F32, 2, dims }, data, NULL, NULL, &in));
		CHECK_OK(weft_run(x, 1, &in, 1, &out));
		CHECK_INT(weft_buffer_type(out).dims[0], rows);
		CHECK_OK(weft_buffer_data(out, &result, &size));
		CHECK_INT(size, (size_t)rows * 12);
		for (int64_t i = 0; i < rows * 3; i++)
			CHECK(((float *)result)[i] == (float)(2 * i));
		weft_buffer_release(in);
		weft_buffer_release(out);
	}
	weft_executable_release(x);
	weft_program_release(p);
	weft_client_release(c);
}

void test_api__report_formats(void)
{
	char *all, *part;
	CHECK_OK(weft_report("json", &all));
	CHECK_OK(weft_report("fallbacks", &part));
	part[strcspn(part, "\n")] = '\0';
	const char *at = strstr(all, "\"fallbacks\": ");
	CHECK(at && *part == '{' && !strncmp(at + strlen("\"fallbacks\": "), part, strlen(part)));
	weft_text_free(all);
	weft_text_free(part);
	CHECK_ERROR(weft_report("xml", &all), WEFT_INVALID_ARGUMENT, "fallbacks, found 'xml'");
}

void test_api__signature_is_checked(void)
{
	static const int64_t xd[] = { 4, 8 }, wd[] = { 16, 8 };
	struct weft_client *c = NULL;
	struct weft_program *p = NULL;
	struct weft_executable *x = NULL;
	struct weft_buffer *in[2] = { NULL, NULL }, *out = NULL;
	float data[128] = { 0 };

	CHECK_ERROR(weft_client_open("wefd", &c), WEFT_NOT_FOUND, "weft");
	CHECK_OK(weft_client_open(NULL, &c));
	CHECK_STR(weft_client_backend(c), "weft");
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, NULL, mlp, strlen(mlp), &p));
	CHECK_OK(weft_compile(c, p, NULL, &x));
	CHECK_OK(weft_buffer_wrap(
		c, (struct weft_tensor_type){ WEFT_F32, 2, xd }, data, NULL, NULL, &in[0]));
	CHECK_OK(weft_buffer_wrap(
		c, (struct weft_tensor_type){ WEFT_F32, 2, wd }, data, NULL, NULL, &in[1]));
	CHECK_ERROR(weft_run(x, 2, in, 1, &out), WEFT_INVALID_ARGUMENT, "");
	CHECK(!out);
	CHECK_ERROR(weft_run(x, 1, in, 1, &out), WEFT_INVALID_ARGUMENT, "");
	CHECK(!out);
	weft_buffer_release(in[0]);
	weft_buffer_release(in[1]);
	weft_executable_release(x);
	weft_program_release(p);
	weft_client_release(c);
}

/* An artifact with a bit changed is damaged; with one of its header it may seem to be of another
 * version, or for another machine, which is said first. */
static void changed_byte(struct weft_client *c, char *copy, size_t size, size_t at)
{
	struct weft_executable *y = NULL;

	copy[at] ^= 0x10;
	struct weft_error *e = weft_executable_load(c, copy, size, &y);
	copy[at] ^= 0x10;
	if (!e)
		UNIT_FAIL("byte %zu of %zu changed: no error", at, size);
	enum weft_code code = weft_error_code(e);
	UNIT_NOTE("byte %zu of %zu: %s", at, size, weft_error_text(e));
	bool header = at < sizeof(struct abi_header);
	CHECK(code == WEFT_INVALID_ARGUMENT ||
		(header && (code == WEFT_UNIMPLEMENTED || code == WEFT_FAILED_PRECONDITION)));
	weft_error_free(e);
}

void test_api__artifact(void)
{
	struct weft_client *c = NULL;
	struct weft_program *p = NULL;
	struct weft_executable *x = NULL, *y = NULL;
	const void *bytes;
	size_t size;
	struct run a, b;

	CHECK_OK(weft_client_open("weft", &c));
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, NULL, mlp, strlen(mlp), &p));
	CHECK_OK(weft_compile(c, p, NULL, &x));
	CHECK_OK(weft_executable_artifact(x, &bytes, &size));
	char *copy = malloc(size);
	memcpy(copy, bytes, size);
	CHECK_OK(weft_executable_load(c, copy, size, &y));
	run_init(&a, "weft", "1");
	run_init(&b, "weft", "1");
	CHECK_OK(run_once(&a, c, x));
	CHECK_OK(run_once(&b, c, y));
	check_same(&a, &b, 0);
	weft_executable_release(y);
	y = NULL;
	for (size_t n = 0; n < size; n += 1 + size / 50)
		CHECK_ERROR(weft_executable_load(c, copy, n, &y), WEFT_INVALID_ARGUMENT, "");
	for (size_t at = 0; at < size; at += at < sizeof(struct abi_header) ? 1 : 1 + size / 300)
		changed_byte(c, copy, size, at);
	free(copy);
	weft_executable_release(x);
	weft_program_release(p);
	weft_client_release(c);
}
