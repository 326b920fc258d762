/* Unit tests of compile modes: the same bits in each, and what planted errors of a compiling
 * process come to. */
#include "api/later.h"
#include "api/worker_impl.h"
#include "base/mem.h"
#include "unit.h"
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <weft/weft.h>

static const char program[] =
	"func.func @main(%x: tensor<5x37xf32>, %w: tensor<37x29xf32>) -> "
	"(tensor<5x29xf32>, tensor<5xf32>) {\n"
	"  %0 = stablehlo.dot_general %x, %w, contracting_dims = [1] x [0] : "
	"(tensor<5x37xf32>, tensor<37x29xf32>) -> tensor<5x29xf32>\n"
	"  %1 = stablehlo.tanh %0 : tensor<5x29xf32>\n"
	"  %2 = stablehlo.exponential %1 : tensor<5x29xf32>\n"
	"  %z = stablehlo.constant dense<0.0> : tensor<f32>\n"
	"  %3 = stablehlo.reduce(%2 init: %z) applies stablehlo.add across dimensions = [1] : "
	"(tensor<5x29xf32>, tensor<f32>) -> tensor<5xf32>\n"
	"  return %2, %3 : tensor<5x29xf32>, tensor<5xf32>\n"
	"}\n";
enum { ROWS = 5, MIDDLE = 37, COLUMNS = 29 };
struct results {
	float wide[ROWS * COLUMNS], sums[ROWS];
};

/* Option names and values in pairs, ended by NULL. */
static struct weft_error *compile(
	const char *backend, const char *const *settings, struct weft_executable **out)
{
	struct weft_client *c = NULL;
	struct weft_program *p = NULL;
	struct weft_options *o = NULL;
	struct weft_error *e = NULL;
	CHECK_OK(weft_client_open(backend, &c));
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, NULL, program, sizeof program - 1, &p));
	CHECK_OK(weft_options_create(&o));
	for (; *settings && !e; settings += 2)
		e = weft_options_set(o, settings[0], settings[1]);
	if (!e)
		e = weft_compile(c, p, o, out);
	weft_options_free(o);
	weft_program_release(p);
	weft_client_release(c);
	return e;
}

static void run(struct weft_executable *x, struct results *r)
{
	static _Thread_local float data[2][MIDDLE * COLUMNS];
	const int64_t shapes[2][2] = { { ROWS, MIDDLE }, { MIDDLE, COLUMNS } };
	struct weft_buffer *in[2], *out[2];
	struct weft_client *c = NULL;
	void *at;
	size_t size;
	CHECK_OK(weft_client_open(NULL, &c));
	for (int i = 0; i < 2; i++) {
		for (int k = 0; k < MIDDLE * COLUMNS; k++)
			data[i][k] = (float)((k * 37 + i * 11) % 101) / 97.0f - 0.5f;
		struct weft_tensor_type t = { WEFT_F32, 2, shapes[i] };
		CHECK_OK(weft_buffer_wrap(c, t, data[i], NULL, NULL, &in[i]));
	}
	CHECK_OK(weft_run(x, 2, in, 2, out));
	CHECK_OK(weft_buffer_data(out[0], &at, &size));
	CHECK_INT(size, sizeof r->wide);
	memcpy(r->wide, at, size);
	CHECK_OK(weft_buffer_data(out[1], &at, &size));
	memcpy(r->sums, at, sizeof r->sums);
	for (int i = 0; i < 2; i++) {
		weft_buffer_release(in[i]);
		weft_buffer_release(out[i]);
	}
	weft_client_release(c);
}

void test_modes__same_bits(void)
{
	static const char *const modes[] = { "normal", "serialise", "subprocess", "async+normal",
		"Async+Subprocess", "progressive+normal", "PROGRESSIVE+async+serialise" };
	static const unsigned versions[] = { 0, 0, 0, 1, 1, 1, 2 };
	struct results want, got;
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		const char *const settings[] = { "compile_mode", modes[i], NULL };
		struct weft_executable *x;
		UNIT_NOTE("%s", modes[i]);
		CHECK_OK(compile(NULL, settings, &x));
		run(x, i ? &got : &want);
		CHECK(!i || !memcmp(&got, &want, sizeof want));
		CHECK_OK(weft_executable_settle(x));
		CHECK_INT(x->versions, versions[i]);
		CHECK((executable_now(x) != x) == (versions[i] > 0));
		run(x, &got);
		CHECK(!memcmp(&got, &want, sizeof want));
		weft_executable_release(x);
	}
}

/* The level is that of the compile, whatever a worker was started with. */
void test_modes__workers_know_the_level(void)
{
	static const char *const modes[] = { "normal", "subprocess", "serialise" };
	static const char *const levels[] = { "", "sse2", "" };
	char *text, first[40] = "";
	for (int k = 0; k < 9; k++) {
		const char *const settings[] = { "compile_mode", modes[k % 3], NULL };
		struct weft_executable *x;
		UNIT_NOTE("%s %s", modes[k % 3], levels[k / 3]);
		setenv("WEFT_ISA", levels[k / 3], 1);
		CHECK_OK(compile(NULL, settings, &x));
		CHECK_OK(weft_executable_explain(x, "json", &text));
		const char *isa = strstr(text, "\"isa\": ");
		CHECK(isa);
		if (!k)
			snprintf(first, sizeof first, "%.20s", isa);
		CHECK(strncmp(isa, k / 3 == 1 ? "\"isa\": \"sse2\"" : first, 13) == 0);
		weft_text_free(text);
		weft_executable_release(x);
	}
	CHECK_INT(workers_started(), 1);
}

/* The first version is there while the next is still being compiled. */
void test_modes__async_does_not_wait(void)
{
	static const char *const settings[] = { "compile_mode", "progressive+async+normal",
		"progressive", "max_autotune=1|opt_level=2", "plant", "compile_slow=200", NULL };
	struct weft_executable *x;
	struct results r;
	CHECK_OK(compile("plant", settings, &x));
	CHECK(x->pending > 0);
	run(x, &r);
	CHECK_OK(weft_executable_settle(x));
	CHECK_INT(x->pending, 0);
	CHECK_INT(x->versions, 3);
	run(x, &r);
	weft_executable_release(x);
}

static void hear(void *arg, const char *text)
{
	snprintf(arg, 200, "%s", text);
}

/* A slow compile is planted with a warning. */
void test_modes__slow_on_purpose(void)
{
	static const char *const settings[] = { "plant", "compile_slow=60", NULL };
	struct weft_executable *x;
	char heard[200] = "";
	weft_notice_handler(hear, heard);
	CHECK_OK(compile("plant", settings, &x));
	weft_notice_handler(NULL, NULL);
	CHECK_STR(heard, "the backend plant plants errors: compile_slow=60");
	CHECK(x->compile_s >= 0.06);
	weft_executable_release(x);
}

/* Released while a version is being compiled; and the process ends then. */
void test_modes__nobody_waits(void)
{
	static const char *const settings[] = { "compile_mode", "async+normal", "plant",
		"compile_slow=100", NULL };
	struct weft_executable *x;
	CHECK_OK(compile("plant", settings, &x));
	weft_executable_release(x);
}

void test_modes__forked_child_does_not_wait(void)
{
	static const char *const settings[] = { "compile_mode", "async+normal", "plant",
		"compile_slow=300", NULL };
	struct weft_executable *x;
	struct results r;
	int status;
	/* In a child that hung both threads waited in SizeClassAllocator64::GetFromAllocator, for
	 * the lock of one size class of gcc 12's libsanitizer: the parent's compiling thread held
	 * it at the fork, and no fork handler of that library takes it. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
	UNIT_SKIP("the sanitizer's allocator may be locked where the process forks");
#endif
	CHECK_OK(compile("plant", settings, &x));
	pid_t child = fork();
	if (!child) {
		alarm(20);
		CHECK_OK(weft_executable_settle(x));
		run(x, &r);
		CHECK_OK(compile("plant", settings, &x));
		CHECK_OK(weft_executable_settle(x));
		CHECK_INT(x->versions, 1);
		_exit(0);                    /* what the thread held that is not here is lost */
	}
	CHECK_INT(waitpid(child, &status, 0), child);
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status));
	CHECK_OK(weft_executable_settle(x));
	weft_executable_release(x);
}

/* What progressive+ tries where nothing is said: one set, with max_autotune. */
void test_modes__progressive_default(void)
{
	struct weft_options *o;
	struct later_list l;
	CHECK_OK(weft_options_create(&o));
	CHECK(!option_max_autotune(o));
	CHECK_OK(later_list_make(o, false, true, &l));
	CHECK_INT(l.n, 1);
	CHECK(option_max_autotune(l.options[0]));
	later_list_free(&l);
	CHECK_OK(weft_options_set(o, "progressive", "opt_level=2|opt_level=0;max_autotune=1"));
	CHECK_OK(later_list_make(o, false, true, &l));
	CHECK_INT(l.n, 2);
	CHECK(option_opt_level(l.options[0]) == 2 && !option_max_autotune(l.options[0]));
	CHECK(option_opt_level(l.options[1]) == 0 && option_max_autotune(l.options[1]));
	later_list_free(&l);
	weft_options_free(o);
}

void test_modes__progressive_keeps_bits(void)
{
	static const char *const bad[] = { "numerics=strict", "opt_level", "passes_off=fold",
		"opt_level=1|", "max_autotune=1|verify=1" };
	for (size_t i = 0; i < 5; i++) {
		const char *const settings[] = { "compile_mode", "progressive+normal",
			"progressive", bad[i], NULL };
		struct weft_executable *x = NULL;
		if (i == 3) {                        /* an empty end is no version */
			CHECK_OK(compile(NULL, settings, &x));
			CHECK_OK(weft_executable_settle(x));
			CHECK_INT(x->versions, 1);
			weft_executable_release(x);
			continue;
		}
		CHECK_ERROR(compile(NULL, settings, &x), WEFT_INVALID_ARGUMENT,
			"is no setting of opt_level or max_autotune");
	}
}

/* ---- errors of a compiling process ---------------------------------------------------------- */

static void check_next_is_fine(void)
{
	static const char *const settings[] = { "compile_mode", "subprocess", NULL };
	struct weft_executable *x;
	struct results r;
	CHECK_OK(compile("plant", settings, &x));
	run(x, &r);
	weft_executable_release(x);
}

void test_modes__crash(void)
{
	static const char *const settings[] = { "compile_mode", "subprocess", "plant",
		"compile_crash", NULL };
	struct weft_executable *x;
	check_next_is_fine();
	CHECK_ERROR(compile("plant", settings, &x), WEFT_INTERNAL, "crashed (signal");
	check_next_is_fine();
	CHECK_INT(workers_started(), 2);
}

void test_modes__hang(void)
{
	static const char *const settings[] = { "compile_mode", "subprocess", "plant",
		"compile_hang", "worker_seconds", "1", NULL };
	struct weft_executable *x;
	CHECK_ERROR(compile("plant", settings, &x), WEFT_DEADLINE_EXCEEDED,
		"longer than 1 seconds");
	check_next_is_fine();
}

/* A limit on address space is nothing that sanitizers live with: there the plant refuses. */
void test_modes__memory_explosion(void)
{
	static const char *const settings[] = { "compile_mode", "subprocess", "plant",
		"compile_memory", "worker_memory", "640", NULL };
	struct weft_executable *x;
	struct weft_error *e = compile("plant", settings, &x);
	CHECK(e);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	CHECK_INT(weft_error_code(e), WEFT_FAILED_PRECONDITION);
#else
	CHECK_INT(weft_error_code(e), WEFT_RESOURCE_EXHAUSTED);
	CHECK(strstr(weft_error_text(e), "may use 640 MiB (option worker_memory)"));
#endif
	weft_error_free(e);
	check_next_is_fine();
}

void test_modes__errors_come_through(void)
{
	static const char *const settings[] = { "compile_mode", "subprocess", "plant",
		"compile_error", NULL };
	static const char *const here[] = { "compile_mode", "serialise", "plant", "compile_error",
		NULL };
	struct weft_executable *x;
	CHECK_ERROR(compile("plant", settings, &x), WEFT_INTERNAL, "plant: compile_error");
	CHECK_ERROR(compile("plant", here, &x), WEFT_INTERNAL, "plant: compile_error");
	CHECK_INT(workers_started(), 1);
}

/* One worker serves compile after compile; one that went meanwhile is replaced, unseen. */
void test_modes__worker_stays_and_goes(void)
{
	check_next_is_fine();
	check_next_is_fine();
	CHECK_INT(workers_started(), 1);
	workers_dismiss();
	check_next_is_fine();
	CHECK_INT(workers_started(), 2);
	char path[64], children[64];
	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	FILE *f = fopen(path, "r");
	CHECK(f && fgets(children, sizeof children, f));
	fclose(f);
	pid_t worker = (pid_t)strtol(children, NULL, 10);
	siginfo_t how;
	CHECK(!kill(worker, SIGKILL));
	CHECK(!waitid(P_PID, (id_t)worker, &how, WEXITED | WNOWAIT));
	check_next_is_fine();
	CHECK_INT(workers_started(), 3);
}

static void *compile_some(void *arg)
{
	(void)arg;
	for (int i = 0; i < 3; i++)
		check_next_is_fine();
	return NULL;
}

/* Of the report, or -1. */
static long counted(const char *how)
{
	char *text, key[64];
	CHECK_OK(weft_report("json", &text));
	const char *at = strstr(text, "\"compiled_how\": {");
	snprintf(key, sizeof key, "\"%s\": ", how);
	at = at ? strstr(at, key) : NULL;
	long n = at ? strtol(at + strlen(key), NULL, 10) : -1;
	weft_text_free(text);
	return n;
}

void test_modes__are_counted(void)
{
	static const char *const modes[] = { "normal", "serialise", "subprocess" };
	for (int i = 0; i < 3; i++) {
		const char *const settings[] = { "compile_mode", modes[i], NULL };
		struct weft_executable *x;
		CHECK_INT(counted(modes[i]), 0);
		CHECK_OK(compile("weft", settings, &x));
		CHECK_INT(counted(modes[i]), 1);
		weft_executable_release(x);
	}
	char *text;
	CHECK_OK(weft_report("text", &text));
	CHECK(strstr(text, "compiled how: 1 normal, 1 serialise, 1 subprocess\n"));
	weft_text_free(text);
	static const char *const fails[] = { "plant", "compile_error", NULL };
	struct weft_executable *x;
	struct weft_error *e = compile("plant", fails, &x);
	CHECK(e);
	weft_error_free(e);
	CHECK_INT(counted("normal"), 1);
	weft_report_reset();
	for (int i = 0; i < 3; i++)
		CHECK_INT(counted(modes[i]), 0);
}

void test_modes__several_at_once(void)
{
	pthread_t t[4];
	for (int i = 0; i < 4; i++)
		CHECK(!pthread_create(&t[i], NULL, compile_some, NULL));
	for (int i = 0; i < 4; i++)
		CHECK(!pthread_join(t[i], NULL));
	CHECK(workers_started() <= 4);
}

void test_modes__damaged_requests(void)
{
	static const char bytes[] = "opt_level\0" "1\0" "\0" "weft\0" "nonsense";
	for (size_t n = 0; n < sizeof bytes; n++) {
		struct str reply;
		struct worker_job w = { 0 };
		str_init(&reply, NULL);
		request_serve(bytes, n, &reply);
		struct weft_error *e = reply_read(reply.text, reply.len, &w);
		CHECK(e);
		weft_error_free(e);
		str_fini(&reply);
	}
}
