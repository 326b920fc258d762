/* Unit tests of the table of backends, of plug-ins, and of the backends made for testing. */
#include "backend/backend.h"
#include "base/file.h"
#include "base/str.h"
#include "unit.h"
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <weft/backend.h>

static const char add_rank1[] = "func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {\n"
				"  %0 = stablehlo.add %x, %x : tensor<4xf32>\n"
				"  return %0 : tensor<4xf32>\n"
				"}\n";

/* compile and run text on c with an f32 argument of four elements each dimension of which is as
 * given. */
static struct weft_error *run_text(struct weft_client *c, const char *text,
	const struct weft_options *o, uint32_t rank, const int64_t *dims, float in[4], float out[4])
{
	struct weft_program *p = NULL;
	struct weft_executable *x = NULL;
	struct weft_buffer *a = NULL, *r = NULL;
	void *data;
	size_t size;
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, NULL, text, strlen(text), &p));
	struct weft_error *e = weft_compile(c, p, o, &x);
	weft_program_release(p);
	if (!e)
		e = weft_buffer_wrap(
			c, (struct weft_tensor_type){ WEFT_F32, rank, dims }, in, NULL, NULL, &a);
	if (!e)
		e = weft_run(x, 1, &a, 1, &r);
	if (!e)
		e = weft_buffer_data(r, &data, &size);
	if (!e)
		memcpy(out, data, size < 16 ? size : 16);
	weft_buffer_release(r);
	weft_buffer_release(a);
	weft_executable_release(x);
	return e;
}

static struct weft_error *run_on(struct weft_client *c, const struct weft_options *o, float out[4])
{
	static const int64_t dims[] = { 4 };
	float in[4] = { 1, 2, 3, 4 };
	return run_text(c, add_rank1, o, 1, dims, in, out);
}

/* The folder of the plug-ins that the build made. */
static void use_plugins(void)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 20);
	CHECK(n > 0);
	path[n] = '\0';
	memcpy(strrchr(path, 0x2f), "/plugins", 9);
	setenv("WEFT_PLUGIN_PATH", path, 1);
}

static bool listed(const char *name, const char *exclude)
{
	char *text, find[80];
	CHECK_OK(weft_backend_list(exclude, &text));
	snprintf(find, sizeof find, "\n%s\n", name);
	bool there = strstr(text, find) || !strncmp(text, find + 1, strlen(find + 1));
	weft_text_free(text);
	return there;
}

/* ---- registering ---------------------------------------------------------------------------- */

static struct weft_error *zero_run(const struct weft_host *host, void *state, uint32_t nin,
	const struct weft_tensor *in, uint32_t nout, struct weft_results *out)
{
	void *data;
	(void)state, (void)nin, (void)nout;
	TRY(host->result(out, 0, in[0].type, &data));
	for (int i = 0; i < 4; i++)
		((float *)data)[i] = 7;
	return NULL;
}
static const struct weft_backend zero = {
	.version = WEFT_BACKEND_VERSION, .name = "zero", .run = zero_run
};
static const struct weft_backend nameless = { .version = WEFT_BACKEND_VERSION, .run = zero_run };

void test_registry__own_name(void)
{
	struct weft_client *c;
	float out[4];
	CHECK_OK(weft_backend_register(&zero, NULL, NULL));
	CHECK_OK(weft_client_open("zero", &c));
	CHECK_STR(weft_client_backend(c), "zero");
	CHECK_OK(run_on(c, NULL, out));
	CHECK(out[3] == 7);
	weft_client_release(c);
}

void test_registry__given_name(void)
{
	CHECK_OK(weft_backend_register(&zero, "other-name", NULL));
	CHECK_OK(weft_backend_lookup("other_name"));
	CHECK_ERROR(weft_backend_lookup("zero"), WEFT_NOT_FOUND, "zero");
	CHECK(listed("other-name", NULL) && !listed("zero", NULL));
}

void test_registry__empty_name(void)
{
	CHECK_OK(weft_backend_register(&zero, "", NULL));
	CHECK_OK(weft_backend_lookup("zero"));
	CHECK_ERROR(weft_backend_register(&nameless, "", NULL), WEFT_INVALID_ARGUMENT,
		"without a name");
	CHECK_ERROR(weft_backend_register(&nameless, NULL, NULL), WEFT_INVALID_ARGUMENT,
		"without a name");
	CHECK_OK(weft_backend_register(&nameless, "named", NULL));
}

static struct weft_error *copy_text(
	const struct weft_host *host, const char *text, size_t size, void **bytes, size_t *nbytes)
{
	(void)text, (void)size, (void)bytes, (void)nbytes;
	return host->fail(WEFT_UNIMPLEMENTED, "nothing of the kind");
}

void test_registry__not_callable(void)
{
	struct weft_backend none = { .version = WEFT_BACKEND_VERSION, .name = "none" };
	struct weft_backend half = { .version = WEFT_BACKEND_VERSION,
		.name = "half",
		.run = zero_run,
		.compile = copy_text };
	CHECK_ERROR(weft_backend_register(&none, NULL, NULL), WEFT_INVALID_ARGUMENT, "run");
	CHECK_ERROR(
		weft_backend_register(&half, NULL, NULL), WEFT_INVALID_ARGUMENT, "compiled_free");
	CHECK_ERROR(weft_backend_register(NULL, "x", NULL), WEFT_INVALID_ARGUMENT, "needed");
	CHECK(!listed("none", NULL) && !listed("half", NULL) && !listed("x", NULL));
}

void test_registry__bad_names(void)
{
	char lengthy[100];
	memset(lengthy, 'a', sizeof lengthy);
	lengthy[64] = '\0';
	static const char *const bad[] = { "a b", "a,b", "a\nb", "a/b", "\xc3\xa9", "a'" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_ERROR(weft_backend_register(&zero, bad[i], NULL), WEFT_INVALID_ARGUMENT,
			"no name");
	CHECK_ERROR(weft_backend_register(&zero, lengthy, NULL), WEFT_INVALID_ARGUMENT, "no name");
	lengthy[63] = '\0';
	CHECK_OK(weft_backend_register(&zero, lengthy, NULL));
	CHECK(listed(lengthy, NULL));
}

void test_registry__duplicate_name(void)
{
	struct weft_client *c;
	float out[4];
	CHECK_OK(weft_backend_register(&zero, NULL, "a"));
	CHECK_ERROR(weft_backend_register(&nameless, "zero", "debug"), WEFT_ALREADY_EXISTS,
		"duplicate name: zero");
	CHECK_ERROR(weft_backend_register(&zero, NULL, NULL), WEFT_ALREADY_EXISTS,
		"duplicate name: zero");
	CHECK_ERROR(weft_backend_register(&zero, "weft", NULL), WEFT_ALREADY_EXISTS,
		"duplicate name: weft");
	CHECK(listed("zero", "debug") && !listed("zero", "a"));
	CHECK_OK(weft_client_open("zero", &c));
	CHECK_OK(run_on(c, NULL, out));
	weft_client_release(c);
}

void test_registry__tags_of_each_name(void)
{
	CHECK_OK(weft_backend_register(&zero, "one", NULL));
	CHECK_OK(weft_backend_register(&zero, "two", "slow,debug"));
	CHECK_OK(weft_backend_register_debug(&zero, "three"));
	CHECK_OK(weft_backend_register_experimental(&zero, NULL));
	CHECK(listed("one", WEFT_BACKEND_EXCLUDED) && !listed("two", WEFT_BACKEND_EXCLUDED));
	CHECK(!listed("three", WEFT_BACKEND_EXCLUDED) && !listed("zero", WEFT_BACKEND_EXCLUDED));
	CHECK(listed("two", "experimental") && listed("three", "slow") && listed("zero", "debug"));
	CHECK(!listed("two", "x,slow,y") && listed("two", "slo") && listed("two", "slower"));
	CHECK(listed("two", NULL) && listed("two", "") && listed("zero", ",,") &&
		listed("three", NULL));
	CHECK_OK(weft_backend_lookup("three"));
}

void test_registry__list_is_sorted(void)
{
	char *text;
	CHECK_OK(weft_backend_list("debug,experimental", &text));
	CHECK_STR(text, "interp\nweft\n");
	weft_text_free(text);
	CHECK_OK(weft_backend_register(&zero, "abc", NULL));
	CHECK_OK(weft_backend_list(NULL, &text));
	CHECK_STR(text, "abc\ninterp\nnull\npass_through\nplant\nweft\n");
	weft_text_free(text);
}

void test_registry__table_without_a_name(void)
{
	struct weft_client *c;
	float out[4];
	CHECK_OK(weft_client_open_backend(&nameless, &c));
	CHECK_OK(run_on(c, NULL, out));
	CHECK(out[0] == 7);
	weft_client_release(c);
	CHECK_ERROR(weft_client_open_backend(NULL, &c), WEFT_INVALID_ARGUMENT, "needed");
	char *text;
	CHECK_OK(weft_backend_list(NULL, &text));
	CHECK(!strstr(text, "unnamed")); /* no name was taken */
	weft_text_free(text);
}

void test_registry__unknown_name(void)
{
	struct weft_client *c = NULL;
	CHECK_ERROR(weft_client_open("interpp", &c), WEFT_NOT_FOUND,
		"no backend 'interpp'; the nearest is 'interp'");
	setenv("WEFT_PLUGIN_PATH", "/there/is/none", 1);
	CHECK_ERROR(weft_backend_lookup("x"), WEFT_NOT_FOUND, "no backend 'x'");
	CHECK(!c);
}

void test_registry__unreadable_path_is_named(void)
{
	setenv("WEFT_PLUGIN_PATH", "::/there/is/none:", 1);
	CHECK_ERROR(weft_backend_lookup("x"), WEFT_NOT_FOUND, "'/there/is/none' cannot be read");
}

static struct weft_error *load_zero(void *arg, const char *name, struct backend_found *out)
{
	if (++*(int *)arg == 1)
		FAIL(WEFT_UNAVAILABLE, "%s: not today", name);
	return backend_of_plugin(&zero, name, &out->backend);
}

void test_registry__announced_is_loaded_at_lookup(void)
{
	int loads = 0;
	CHECK_OK(backend_announce("later", load_zero, &loads));
	CHECK(listed("later", WEFT_BACKEND_EXCLUDED));
	CHECK_INT(loads, 0);
	CHECK_ERROR(weft_backend_lookup("later"), WEFT_UNAVAILABLE, "not today");
	CHECK(listed("later", WEFT_BACKEND_EXCLUDED));
	CHECK_OK(weft_backend_lookup("later")); /* tried again */
	CHECK_OK(weft_backend_lookup("later"));
	CHECK_INT(loads, 2); /* and no more */
	CHECK_ERROR(weft_backend_register(&zero, "later", NULL), WEFT_ALREADY_EXISTS, "later");
}

void test_registry__registered_wins_over_announced(void)
{
	int loads = 0;
	CHECK_OK(backend_announce("later", load_zero, &loads));
	CHECK_OK(backend_announce("weft", load_zero, &loads));
	CHECK_OK(weft_backend_register(&zero, "later", "debug"));
	CHECK_OK(backend_announce("later", load_zero, &loads));
	CHECK_OK(weft_backend_lookup("later"));
	CHECK_OK(weft_backend_lookup("weft"));
	CHECK_INT(loads, 0);
	CHECK(!listed("later", "debug"));
}

static struct weft_error *load_and_register(void *arg, const char *name, struct backend_found *out)
{
	CHECK_OK(weft_backend_register(&zero, name, "debug"));
	++*(int *)arg;
	return backend_of_plugin(&nameless, name, &out->backend);
}

/* torch fails the first lookup of such a one with "duplicate name". */
void test_registry__loading_may_register(void)
{
	int loads = 0;
	struct backend_found found;
	CHECK_OK(backend_announce("both", load_and_register, &loads));
	CHECK_OK(backend_lookup("both", &found));
	CHECK(found.backend->plugin == &zero);
	CHECK_OK(weft_backend_lookup("both"));
	CHECK_INT(loads, 1);
}

void test_registry__foreign_functions(void)
{
	int function;
	struct backend_found found = { NULL, &function }, got;
	struct weft_client *c;
	CHECK_OK(backend_register("py", NULL, found));
	CHECK_OK(backend_lookup("py", &got));
	CHECK(got.foreign == &function && !got.backend);
	CHECK_ERROR(weft_client_open("py", &c), WEFT_FAILED_PRECONDITION,
		"'py' is a function of another language");
}

static void *register_many(void *arg)
{
	char name[32];
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof name, "t%d_%d", *(int *)arg, i);
		CHECK_OK(weft_backend_register(&zero, name, NULL));
		CHECK_OK(weft_backend_lookup(name));
		snprintf(name, sizeof name, "shared%d", i);
		struct weft_error *e = weft_backend_register(&zero, name, NULL);
		if (e)
			CHECK_INT(weft_error_code(e), WEFT_ALREADY_EXISTS);
		weft_error_free(e);
	}
	return NULL;
}

void test_registry__many_threads(void)
{
	pthread_t threads[4];
	int numbers[4] = { 0, 1, 2, 3 };
	for (int i = 0; i < 4; i++)
		CHECK(!pthread_create(&threads[i], NULL, register_many, &numbers[i]));
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	char *text;
	size_t n = 0;
	CHECK_OK(weft_backend_list("debug", &text));
	for (const char *p = text; *p; p++)
		n += *p == '\n';
	CHECK_INT(n, 4 * 200 + 200 + 2);
	weft_text_free(text);
}

/* ---- plug-ins ------------------------------------------------------------------------------- */

static bool mapped(const char *part)
{
	char line[1000];
	bool found = false;
	FILE *f = fopen("/proc/self/maps", "r");
	CHECK(f);
	while (fgets(line, sizeof line, f))
		found |= strstr(line, part) != NULL;
	fclose(f);
	return found;
}

void test_plugin__found_on_the_path(void)
{
	struct weft_client *c;
	float out[4];
	use_plugins();
	CHECK(listed("echo", WEFT_BACKEND_EXCLUDED) && listed("nosymbol", NULL));
	CHECK(!mapped("weft_backend_echo")); /* listing loads nothing */
	CHECK_OK(weft_client_open("echo", &c));
	CHECK(mapped("weft_backend_echo") && !mapped("weft_backend_old"));
	CHECK_STR(weft_client_backend(c), "echo");
	CHECK_OK(run_on(c, NULL, out));
	CHECK(out[0] == 1 && out[3] == 4);
	weft_client_release(c);
}

void test_plugin__known_names_need_no_path(void)
{
	use_plugins();
	CHECK_OK(weft_backend_lookup("interp"));
	struct backend_found found;
	CHECK(!backend_loaded("echo", &found));
	CHECK_ERROR(backend_announce("a b", NULL, NULL), WEFT_INVALID_ARGUMENT, "no name");
	CHECK_OK(weft_backend_register(&zero, "echo", NULL)); /* wins over the file */
	CHECK(listed("careless", NULL));
	CHECK_OK(weft_backend_lookup("echo"));
	CHECK(!mapped("weft_backend_echo"));
}

void test_plugin__those_with_faults(void)
{
	use_plugins();
	for (int i = 0; i < 2; i++) {
		CHECK_ERROR(weft_backend_lookup("nosymbol"), WEFT_FAILED_PRECONDITION,
			"weft_backend_nosymbol.so has no function weft_backend_plugin");
		CHECK_ERROR(weft_backend_lookup("old"), WEFT_FAILED_PRECONDITION, "version 2");
		CHECK_ERROR(weft_backend_lookup("old"), WEFT_FAILED_PRECONDITION,
			"/weft_backend_old.so: backend 'old'");
	}
	CHECK(listed("nosymbol", NULL) && listed("old", NULL));
}

void test_plugin__a_file_that_is_none(void)
{
	char dir[] = "/tmp/weft-plugin-XXXXXX", path[100];
	CHECK(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/weft_backend_text.so", dir);
	FILE *f = fopen(path, "w");
	CHECK(f && fputs("not a library", f) >= 0 && !fclose(f));
	setenv("WEFT_PLUGIN_PATH", dir, 1);
	CHECK_ERROR(weft_backend_lookup("text"), WEFT_NOT_FOUND, path);
	CHECK_ERROR(weft_backend_lookup("text"), WEFT_NOT_FOUND, "cannot be loaded");
	CHECK(listed("text", NULL));
	remove(path);
	CHECK_ERROR(weft_backend_lookup("text"), WEFT_NOT_FOUND, path);
	rmdir(dir);
}

/* Of a copy that was not finished: the loader would map what is not there. */
void test_plugin__a_file_whose_end_is_missing(void)
{
	char dir[] = "/tmp/weft-plugin-XXXXXX", path[100];
	use_plugins();
	struct str from;
	str_init(&from, NULL);
	str_addf(&from, "%s/weft_backend_echo.so", getenv("WEFT_PLUGIN_PATH"));
	struct file_map whole;
	CHECK_OK(file_map(from.text, &whole));
	str_fini(&from);
	CHECK(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/weft_backend_cut.so", dir);
	setenv("WEFT_PLUGIN_PATH", dir, 1);
	for (size_t part = 1; part <= 4; part++) {
		CHECK_OK(file_write_atomic(path, whole.data, whole.size * part / 8));
		CHECK_ERROR(weft_backend_lookup("cut"), WEFT_NOT_FOUND, path);
	}
	CHECK_ERROR(weft_backend_lookup("cut"), WEFT_NOT_FOUND, "the end of the file is missing");
	CHECK_OK(file_write_atomic(path, whole.data, whole.size));
	CHECK_OK(weft_backend_lookup("cut"));
	file_unmap(&whole);
	remove(path);
	rmdir(dir);
}

/* A pipe is not waited for. */
void test_plugin__what_is_no_file(void)
{
	char dir[] = "/tmp/weft-plugin-XXXXXX", path[2][100];
	CHECK(mkdtemp(dir));
	setenv("WEFT_PLUGIN_PATH", dir, 1);
	for (int i = 0; i < 2; i++)
		snprintf(path[i], sizeof path[i], "%s/weft_backend_%s.so", dir, i ? "pipe" : "dir");
	CHECK(!mkdir(path[0], 0700) && !mkfifo(path[1], 0600));
	CHECK_ERROR(weft_backend_lookup("dir"), WEFT_NOT_FOUND, path[0]);
	CHECK_ERROR(weft_backend_lookup("pipe"), WEFT_NOT_FOUND, path[1]);
	rmdir(path[0]);
	remove(path[1]);
	rmdir(dir);
}

void test_plugin__careless_results(void)
{
	static const char *const want[] = { "backend 'careless' did not make result 0",
		"backend 'careless': result 0: expected f32 of rank 2, found f32 of rank 1",
		"expected f32 of rank 3, found f64",
		"made already", "result 7 of 1" };
	static const int64_t dims[] = { 1, 1, 1, 1, 4 };
	struct weft_client *c;
	float data[4] = { 0 }, out[4];
	use_plugins();
	CHECK_OK(weft_client_open("careless", &c));
	for (uint32_t rank = 1; rank <= 5; rank++) {
		char text[300], t[40];
		snprintf(t, sizeof t, "tensor<%s4xf32>", &"1x1x1x1x"[10 - 2 * rank]);
		snprintf(text, sizeof text,
			"func.func @main(%%x: %s) -> %s {\n  %%0 = stablehlo.add %%x, %%x : %s\n"
			"  return %%0 : %s\n}\n",
			t, t, t, t);
		struct weft_error *e = run_text(c, text, NULL, rank, dims + 5 - rank, data, out);
		CHECK(e);
		CHECK(strstr(weft_error_text(e), want[rank - 1]));
		weft_error_free(e);
	}
	weft_client_release(c);
}

void test_plugin__arguments_are_checked(void)
{
	static const int64_t dims[] = { 3 };
	struct weft_client *c;
	float data[4] = { 0 }, out[4];
	CHECK_OK(weft_client_open_backend(&zero, &c));
	CHECK_ERROR(run_text(c, add_rank1, NULL, 1, dims, data, out), WEFT_INVALID_ARGUMENT,
		"argument 0, dimension 0: expected 4, found 3");
	CHECK_ERROR(
		run_text(c, add_rank1, NULL, 0, dims, data, out), WEFT_INVALID_ARGUMENT, "rank");
	weft_client_release(c);
}

/* The artifact of a plug-in keeps what its compile made, and is refused by another backend. */
void test_plugin__artifact(void)
{
	struct weft_client *c, *other;
	struct weft_program *p;
	struct weft_executable *x, *y;
	const void *bytes;
	size_t size;
	use_plugins();
	CHECK_OK(weft_client_open("echo", &c));
	CHECK_OK(weft_client_open("interp", &other));
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, NULL, add_rank1, strlen(add_rank1), &p));
	CHECK_OK(weft_compile(c, p, NULL, &x));
	CHECK_OK(weft_executable_artifact(x, &bytes, &size));
	CHECK_OK(weft_executable_load(c, bytes, size, &y));
	weft_executable_release(y);
	CHECK_ERROR(weft_executable_load(other, bytes, size, &y), WEFT_INVALID_ARGUMENT, "echo");
	weft_executable_release(x);
	weft_program_release(p);
	weft_client_release(c);
	weft_client_release(other);
}

/* ---- the backends for testing --------------------------------------------------------------- */

static struct weft_error *planted(const char *words, float out[4])
{
	struct weft_client *c;
	struct weft_options *o;
	CHECK_OK(weft_client_open("plant", &c));
	CHECK_OK(weft_options_create(&o));
	struct weft_error *e = weft_options_set(o, "plant", words);
	if (!e)
		e = run_on(c, o, out);
	weft_options_free(o);
	weft_client_release(c);
	return e;
}

void test_backend__pass_through(void)
{
	struct weft_client *c;
	float out[4];
	CHECK_OK(weft_client_open("pass-through", &c));
	CHECK_OK(run_on(c, NULL, out));
	CHECK(out[0] == 2 && out[3] == 8);
	weft_client_release(c);
}

void test_plant__values_and_errors(void)
{
	float out[4];
	CHECK_OK(planted("", out));
	CHECK(out[0] == 2 && out[3] == 8);
	CHECK_OK(planted("wrong", out));
	CHECK(out[0] != 2 && out[1] == 4 && out[3] == 8);
	CHECK_OK(planted("wrong@multiply,compile_error@tanh", out));
	CHECK(out[0] == 2);
	CHECK_OK(planted("compile_slow=1,wrong@add", out));
	CHECK(out[0] != 2);
	CHECK_ERROR(planted("error", out), WEFT_INTERNAL, "plant: error");
	CHECK_ERROR(planted("compile_error", out), WEFT_INTERNAL, "plant: compile_error");
	CHECK_ERROR(planted("wrog", out), WEFT_INVALID_ARGUMENT,
		"option plant: unknown word 'wrog'; the nearest is 'wrong', of wrong, error, ");
	CHECK_ERROR(planted("error,wrong@tahn", out), WEFT_INVALID_ARGUMENT,
		"option plant: 'wrong@tahn' names no operation");
	CHECK_ERROR(planted("compile_slow=x", out), WEFT_INVALID_ARGUMENT, "number");
	CHECK_ERROR(planted("compile_slow=-1", out), WEFT_INVALID_ARGUMENT, "number");
	CHECK_ERROR(planted("compile_memory", out), WEFT_FAILED_PRECONDITION, "limit");
}

/* In a child: how it ends within a second. */
static int ending(const char *words)
{
	int status;
	fflush(NULL);
	pid_t pid = fork();
	if (!pid) {
		float out[4];
		alarm(1);
		CHECK_OK(planted(words, out));
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

void test_plant__crash_and_hang(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	UNIT_SKIP("sanitizers take signals for themselves");
#endif
	int crash = ending("crash"), hang = ending("hang");
	CHECK(crash && crash != 14);
	CHECK_INT(hang, 14);
	CHECK_INT(ending("compile_crash"), crash);
	CHECK_INT(ending("compile_hang"), 14);
	CHECK_INT(ending("wrong"), 0);
}
