/* Unit tests of compiling with the cache: what is found is what would have been compiled. */
#include "api/kept.h"
#include "cache_util.h"
#include "base/cpu.h"
#include "base/mem.h"
#include <sys/wait.h>
#include <weft/weft.h>

static const char add[] =
	"func.func @main(%%x: tensor<%dx%s>) -> tensor<%dx%s> {\n"
	"  %%0 = stablehlo.%s %%x, %%x : tensor<%dx%s>\n"
	"  return %%0 : tensor<%dx%s>\n"
	"}\n";

/* One compile: what differs between two of them, and what came of it. */
struct attempt {
	const char *op, *dtype, *option, *value, *backend, *file;
	int n;
	/* 1 + the allocation that fails in weft_compile; 0: none */
	long fails;
	enum kept_state state;
	char key[65];
	double compile_s;
	float out[64];
};

static struct weft_error *compile(
	struct attempt *a, struct weft_client **c, struct weft_executable **x)
{
	char text[1000];
	struct weft_program *p = NULL;
	struct weft_options *o = NULL;
	int n = a->n ? a->n : 16;
	const char *t = a->dtype ? a->dtype : "f32";
	snprintf(text, sizeof text, add, n, t, n, t, a->op ? a->op : "add", n, t, n, t);
	CHECK_OK(weft_client_open(a->backend, c));
	CHECK_OK(weft_options_create(&o));
	if (a->option)
		CHECK_OK(weft_options_set(o, a->option, a->value));
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, a->file, text, strlen(text), &p));
	mem_fail_after = a->fails - 1;
	struct weft_error *e = weft_compile(*c, p, o, x);
	a->fails = mem_fail_after < 0 ? a->fails : -1;   /* -1: there were fewer */
	mem_fail_after = -1;
	weft_program_release(p);
	weft_options_free(o);
	return e;
}

static struct weft_error *attempt(struct attempt *a)
{
	struct weft_client *c = NULL;
	struct weft_executable *x = NULL;
	struct weft_error *e = compile(a, &c, &x);
	if (!e) {
		a->state = x->kept;
		a->compile_s = x->compile_s;
		snprintf(a->key, sizeof a->key, "%s", x->kept_key);
		if (!a->dtype && !a->n) {
			const int64_t dims[] = { 16 };
			struct weft_buffer *in = NULL, *out = NULL;
			float data[16];
			void *result;
			size_t size;
			for (int i = 0; i < 16; i++)
				data[i] = (float)i / 3 - 2;
			e = weft_buffer_wrap(c, (struct weft_tensor_type){ WEFT_F32, 1, dims },
				data, NULL, NULL, &in);
			if (!e)
				e = weft_run(x, 1, &in, 1, &out);
			if (!e)
				e = weft_buffer_data(out, &result, &size);
			if (!e)
				memcpy(a->out, result, 64);
			weft_buffer_release(in);
			weft_buffer_release(out);
		}
	}
	weft_executable_release(x);
	weft_client_release(c);
	return e;
}

static enum kept_state state_of(struct attempt a)
{
	CHECK_OK(attempt(&a));
	return a.state;
}

void test_kept__same_bits(void)
{
	struct attempt off = { 0 }, miss = { 0 }, hit = { 0 };
	char entry[256];
	CHECK_OK(attempt(&off));
	CHECK_INT(off.state, KEPT_disabled);
	cache_test_dir();
	CHECK_OK(attempt(&miss));
	CHECK_OK(attempt(&hit));
	CHECK_INT(miss.state, KEPT_miss);
	CHECK_INT(hit.state, KEPT_hit);
	/* The key is on record, as the entry is named. */
	cache_test_files(".kept", entry);
	CHECK(!*off.key && strlen(miss.key) == 64);
	CHECK_STR(hit.key, miss.key);
	CHECK(!strncmp(entry, miss.key, 64));
	CHECK(miss.compile_s > 0 && hit.compile_s > 0);
	CHECK(off.out[3] != 0 && !memcmp(off.out, miss.out, 64) && !memcmp(off.out, hit.out, 64));
}

/* What a process compiled, one that never did finds, without the code generator. */
void test_kept__never_opens_the_generator(void)
{
	int status;
	cache_test_dir();
	fflush(NULL);
	pid_t pid = fork();
	if (!pid) {
		CHECK_INT(state_of((struct attempt){ 0 }), KEPT_miss);
		CHECK(codegen_is_open());
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK_INT(state_of((struct attempt){ 0 }), KEPT_hit);
	CHECK(!codegen_is_open());
}

/* Each change of what code depends on is another key; others are the same one. */
void test_kept__key(void)
{
	cache_test_dir();
	CHECK_INT(state_of((struct attempt){ 0 }), KEPT_miss);
	CHECK_INT(state_of((struct attempt){ .op = "multiply" }), KEPT_miss);
	CHECK_INT(state_of((struct attempt){ .dtype = "f64" }), KEPT_miss);
	CHECK_INT(state_of((struct attempt){ .n = 17 }), KEPT_miss);
	CHECK_INT(state_of((struct attempt){ .option = "opt_level", .value = "0" }), KEPT_miss);
	CHECK_INT(state_of((struct attempt){ .option = "numerics", .value = "strict" }), KEPT_miss);
	CHECK_INT(state_of((struct attempt){ .option = "passes_off", .value = "simplify" }),
		KEPT_miss);
	CHECK_INT(state_of((struct attempt){ .option = "threads", .value = "2" }), KEPT_hit);
	CHECK_INT(state_of((struct attempt){ .option = "cache", .value = "read" }), KEPT_hit);
	CHECK_INT(state_of((struct attempt){ .option = "cache", .value = "off" }), KEPT_disabled);
	CHECK_INT(state_of((struct attempt){ .file = "elsewhere.mlir" }), KEPT_hit);
	CHECK_INT(state_of((struct attempt){ .backend = "interp" }), KEPT_bypassed);
	if (cpu_get()->has[CPU_avx2]) {
		setenv("WEFT_ISA", "sse2", 1);
		CHECK_INT(state_of((struct attempt){ 0 }), KEPT_miss);
		CHECK_INT(state_of((struct attempt){ 0 }), KEPT_hit);
		unsetenv("WEFT_ISA");
	}
	CHECK_INT(state_of((struct attempt){ 0 }), KEPT_hit);
	setenv("WEFT_VERIFY", "1", 1);
	CHECK_INT(state_of((struct attempt){ 0 }), KEPT_bypassed);
}

/* An entry that is whole and holds no artifact, as if a writer had been at fault: compiled
 * again. */
void test_kept__no_artifact(void)
{
	struct cache c;
	struct cache_key key;
	char name[256];
	struct attempt a = { 0 }, b = { 0 };
	cache_test_dir();
	CHECK_OK(attempt(&a));
	cache_test_files(".kept", name);
	CHECK(name_key(name, &key));
	cache_test_open(&c, CACHE_ON);
	cache_put(&c, &key, "lies", "this is no artifact", 19);
	cache_close(&c);
	CHECK_OK(attempt(&b));
	CHECK_INT(b.state, KEPT_miss);
	CHECK(!memcmp(a.out, b.out, 64));
	CHECK_INT(cache_counted(CACHE_damaged), 1);
	CHECK_INT(state_of((struct attempt){ 0 }), KEPT_hit);
}

/* Memory runs out at the nth allocation of a compile that would hit: an error, or the right
 * bits. */
void test_kept__no_memory(void)
{
	struct attempt want = { 0 };
	cache_test_dir();
	CHECK_OK(attempt(&want));
	for (long n = 1;; n++) {
		struct attempt got = { .fails = n };
		UNIT_NOTE("allocation %ld", n);
		struct weft_error *e = attempt(&got);
		if (e)
			CHECK_INT(weft_error_code(e), WEFT_RESOURCE_EXHAUSTED);
		else
			CHECK(!memcmp(want.out, got.out, 64));
		weft_error_free(e);
		CHECK_INT(cache_counted(CACHE_damaged), 0);
		if (got.fails < 0) {
			CHECK(n > 5 && got.state == KEPT_hit);
			break;
		}
	}
}
