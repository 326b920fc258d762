/* Unit tests of base/: memory, arenas, jobs, strings, files, hashing, the processor. */
#include "base/claim.h"
#include "base/cpu.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/job.h"
#include "base/mem.h"
#include "base/stop.h"
#include "base/str.h"
#include "unit.h"
#include <sys/stat.h>
#include <unistd.h>


void test_mem__size_overflow(void)
{
	CHECK(mem_size(3, 5) == 15);
	CHECK(mem_size(0, SIZE_MAX) == 0);
	CHECK(mem_size(SIZE_MAX / 2, 3) == SIZE_MAX);
	CHECK(!mem_alloc(mem_size(SIZE_MAX, SIZE_MAX)));
}

void test_arena__aligned_and_zero(void)
{
	struct arena a;

	arena_init(&a);
	for (size_t n = 0; n < 3000; n++) {
		unsigned char *p = arena_try(&a, n);
		CHECK(p && (uintptr_t)p % 16 == 0);
		for (size_t i = 0; i < n; i++)
			CHECK(p[i] == 0);
		memset(p, 0xff, n);
	}
	CHECK(arena_try(&a, (size_t)5 << 20));
	CHECK(!arena_try(&a, SIZE_MAX));
	CHECK(!arena_try(&a, SIZE_MAX - 40));
	CHECK(arena_bytes(&a) > (size_t)5 << 20);
	arena_fini(&a);
	CHECK(arena_bytes(&a) == 0);
	arena_fini(&a);
	arena_fini(NULL);
}

void test_arena__reset_clears(void)
{
	struct arena a;

	arena_init(&a);
	char *kept = arena_try(&a, 8);
	memset(kept, 7, 8);
	struct arena_mark m = arena_mark(&a);
	char *first = arena_try(&a, 100);
	memset(first, 1, 100);
	for (int i = 0; i < 1000; i++)
		CHECK(arena_try(&a, 1000));
	arena_reset(&a, m);
	CHECK(arena_bytes(&a) < 8192);
	char *again = arena_try(&a, 100);
	CHECK(again == first && again[0] == 0 && again[99] == 0 && kept[7] == 7);
	arena_fini(&a);
}

void test_error__place(void)
{
	struct weft_error *e =
		error_make_at(WEFT_NOT_FOUND, (struct place){ "m.mlir", 3, 7 }, "no %s", "x");
	CHECK_INT(weft_error_code(e), WEFT_NOT_FOUND);
	CHECK_STR(weft_error_text(e), "m.mlir:3:7: error: no x");
	weft_error_free(e);
	e = error_make_at(WEFT_INTERNAL, (struct place){ "m.mlir", 3, 0 }, "y");
	CHECK_STR(weft_error_text(e), "m.mlir:3: error: y");
	weft_error_free(e);
	e = error_make_at(WEFT_INTERNAL, (struct place){ "m.mlir", 0, 0 }, "y");
	CHECK_STR(weft_error_text(e), "m.mlir: error: y");
	weft_error_free(e);
	e = error_prefix(error_make(WEFT_NOT_FOUND, "no %s", "x"), "%s %d: ", "file", 7);
	CHECK_INT(weft_error_code(e), WEFT_NOT_FOUND);
	CHECK_STR(weft_error_text(e), "file 7: no x");
	weft_error_free(e);
	e = error_make(WEFT_INTERNAL, "100%%");
	CHECK_STR(weft_error_text(e), "100%");
	weft_error_free(e);
	weft_error_free(NULL);
}

void test_error__without_memory(void)
{
	mem_fail_after = 0;
	struct weft_error *e = error_make(WEFT_INTERNAL, "lost");
	mem_fail_after = -1;
	CHECK_INT(weft_error_code(e), WEFT_RESOURCE_EXHAUSTED);
	CHECK_STR(weft_error_text(e), "out of memory");
	weft_error_free(e);
}

/* numbers[0..n) of i64, and the same as i32, for a dimension of 7 or of `size`. */
static void indices(const char *text, int64_t size, int64_t n, const int64_t *numbers,
	const char *expected)
{
	int32_t narrow[8];

	for (int64_t i = 0; i < n; i++)
		narrow[i] = (int32_t)numbers[i];
	for (int wide = 0; wide < 2; wide++) {
		struct weft_error *e = claim_indices(text, size, n, wide ? 8 : 4,
			wide ? (const void *)numbers : narrow);
		CHECK_STR(e ? weft_error_text(e) : "", expected);
		CHECK_INT(e ? weft_error_code(e) : WEFT_OUT_OF_RANGE, WEFT_OUT_OF_RANGE);
		weft_error_free(e);
	}
}

void test_error__indices(void)
{
	const int64_t v[] = { 0, 6, -1, -7, 5, 7, -8 };

	indices("wrap 1 7 12 f", -1, 5, v, "");
	indices("wrap 1 7 12 f", -1, 0, v, "");
	indices("wrap 1 7 12 f", -1, 6, v,
		"f: index 7 is out of bounds for dimension 1 with size 7 (line 12)");
	indices("wrap 1 -1 12 f", 8, 7, v, "");
	indices("wrap 1 -1 12 f", 0, 1, v,
		"f: index 0 is out of bounds for dimension 1 with size 0 (line 12)");
	indices("plain 0 7 3 aten.g.default", -1, 2, v, "");
	indices("plain 0 7 3 aten.g.default", -1, 4, v,
		"aten.g.default: index -1 is out of bounds for dimension 0 with size 7 (line 3)");
	CHECK(!claim_indices("plain 0 7 3 f", -1, 1, 8, &(int64_t){ 6 }));
	struct weft_error *e = claim_indices("", -1, 1, 8, &(int64_t){ INT64_MIN });
	CHECK(e && weft_error_code(e) == WEFT_OUT_OF_RANGE);
	weft_error_free(e);
}

/* The first that is outside is named, wherever it is among many. */
void test_error__many_indices(void)
{
	enum { MANY = 200 };
	const int64_t outside[] = { 7, -8, INT64_MAX, INT64_MIN };
	int64_t v[MANY];

	for (int64_t i = 0; i < MANY; i++)
		v[i] = i % 14 - 7;
	CHECK(!claim_indices("wrap 0 7 3 f", -1, MANY, 8, v));
	for (int64_t i = 0; i < MANY; i++) {
		const int64_t was = v[i], bad = outside[i % 4];
		v[i] = bad;
		struct weft_error *e = claim_indices("wrap 0 7 3 f", -1, MANY, 8, v);
		char text[100];
		snprintf(text, sizeof text,
			"f: index %lld is out of bounds for dimension 0 with size 7 (line 3)",
			(long long)bad);
		CHECK_STR(e ? weft_error_text(e) : "", text);
		weft_error_free(e);
		v[i] = was;
	}
}

static char trail[16];
static void leave_a(void *obj, bool failed)
{
	(void)obj;
	strncat(trail, failed ? "A" : "a", 2);
}
static void leave_b(void *obj, bool failed)
{
	(void)obj;
	strncat(trail, failed ? "B" : "b", 2);
}
static void job_body(struct job *j, void *arg)
{
	job_defer(j, leave_a, NULL);
	job_defer(j, leave_b, NULL);
	char *text = job_printf(j, "%s %d", "value", 5);
	CHECK_STR(text, "value 5");
	int *grown = job_array(j, 2, sizeof *grown);
	grown[1] = 9;
	grown = job_grow(j, grown, 2, 4, sizeof *grown);
	CHECK(grown[1] == 9 && grown[2] == 0 && grown[3] == 0);
	job_try(j, NULL);
	if (*(bool *)arg)
		job_fail_at(j, WEFT_INVALID_ARGUMENT, (struct place){ "f", 1, 2 }, "bad %s", text);
}

void test_job__undo_last_first(void)
{
	bool fail = true;
	CHECK_ERROR(job_run(job_body, &fail), WEFT_INVALID_ARGUMENT, "f:1:2: error: bad value 5");
	CHECK_STR(trail, "BA");
}

void test_job__commit(void)
{
	bool fail = false;
	CHECK_OK(job_run(job_body, &fail));
	CHECK_STR(trail, "ba");
}

static void job_outer(struct job *j, void *arg)
{
	struct weft_error *e = job_run(job_body, arg);
	CHECK(e != NULL);
	job_defer(j, leave_a, NULL);
	job_try(j, e);
}
void test_job__nested(void)
{
	bool fail = true;
	CHECK_ERROR(job_run(job_outer, &fail), WEFT_INVALID_ARGUMENT, "bad");
	CHECK_STR(trail, "BAA");
}

static void undo_count(void *obj, bool failed)
{
	(void)failed;
	--*(int *)obj;
}

static void job_marked(struct job *j, void *arg)
{
	unsigned char *kept = job_alloc(j, 32);
	memset(kept, 7, 32);
	struct job_mark before = job_mark(j);
	unsigned char *given = job_alloc(j, 16);
	memset(given, 8, 16);
	job_array(j, 3, (size_t)1 << 20);
	job_reset(j, before);
	CHECK_INT(kept[31], 7);
	CHECK(job_alloc(j, 16) == given && !given[0]);   /* its place again, zeroed */
	before = job_mark(j);
	given = job_alloc(j, 16);
	job_defer(j, undo_count, arg);
	job_reset(j, before);
	CHECK(job_alloc(j, 16) != given);
}

void test_job__reset_frees_but_what_was_deferred(void)
{
	int undone = 1;
	CHECK_OK(job_run(job_marked, &undone));
	CHECK_INT(undone, 0);
}

static void job_many(struct job *j, void *arg)
{
	for (int i = 0; i < 40; i++) {
		++*(int *)arg;
		job_defer(j, undo_count, arg);
		job_alloc(j, 3000);
	}
	struct str s;
	str_init(&s, j);
	for (int i = 0; i < 4000; i++)
		str_addf(&s, "%d,", i);
	CHECK(s.len > 4000);
	job_alloc(j, (size_t)1 << 21);
}
void test_job__every_allocation_may_fail(void)
{
	long n = 0;
	int open = 0;

	for (;; n++) {
		mem_fail_after = n;
		struct weft_error *e = job_run(job_many, &open);
		bool used = mem_fail_after < 0;
		mem_fail_after = -1;
		CHECK_INT(open, 0);
		if (!used) {
			CHECK_OK(e);
			break;
		}
		CHECK_ERROR(e, WEFT_RESOURCE_EXHAUSTED, "memory");
	}
	CHECK(n >= 5);
}

void test_str__grows(void)
{
	struct str s;

	str_init(&s, NULL);
	CHECK_STR(s.text, "");
	for (int i = 0; i < 1000; i++)
		str_addc(&s, (char)('a' + i % 26));
	CHECK(s.len == 1000 && s.text[1000] == '\0' && s.text[999] == 'a' + 999 % 26);
	str_addf(&s, "%0500d", 1);
	CHECK(s.len == 1500 && strlen(s.text) == 1500);
	str_add_bytes(&s, "x\0y", 3);
	CHECK(s.len == 1503 && s.text[1502] == 'y');
	str_fini(&s);
	CHECK_STR(s.text, "");
	str_fini(&s);
	str_fini(NULL);
}

void test_str__json(void)
{
	struct str s;

	str_init(&s, NULL);
	str_add_json(&s, "a\"b\\c\n\t\r\x01\xc3\xa9");
	CHECK_STR(s.text, "\"a\\\"b\\\\c\\n\\t\\r\\u0001\xc3\xa9\"");
	str_fini(&s);
}

void test_str__heap_failure(void)
{
	struct str s;

	str_init(&s, NULL);
	mem_fail_after = 1;
	for (int i = 0; i < 100; i++)
		str_add(&s, "0123456789");
	mem_fail_after = -1;
	CHECK(s.failed && strlen(s.text) == s.len && s.len < 1000);
	str_fini(&s);
}

static void path_in(char *path, size_t size, const char *dir, const char *name)
{
	snprintf(path, size, "%s/%s", dir, name);
}

void test_file__atomic(void)
{
	char dir[] = "/tmp/weft-unit-XXXXXX", path[64], link_path[64];
	struct file_map m;
	struct stat st;

	CHECK(mkdtemp(dir));
	path_in(path, sizeof path, dir, "f");
	path_in(link_path, sizeof link_path, dir, "link");
	CHECK_OK(file_write_atomic(path, "hello", 5));
	CHECK_OK(file_map(path, &m));
	CHECK(m.size == 5 && !memcmp(m.data, "hello", 5));
	CHECK_OK(file_write_atomic(path, "", 0));
	CHECK(!memcmp(m.data, "hello", 5));     /* the old file lives as long as its map */
	file_unmap(&m);
	CHECK_OK(file_map(path, &m));
	CHECK(m.size == 0 && m.data);
	file_unmap(&m);
	file_unmap(&m);

	CHECK(!symlink("f", link_path));
	CHECK_OK(file_write_atomic(link_path, "through", 7));
	CHECK(!lstat(link_path, &st) && S_ISLNK(st.st_mode));
	CHECK(!stat(path, &st) && st.st_size == 7);
	CHECK_OK(file_write_atomic("/dev/null", "x", 1));
	CHECK(!stat("/dev/null", &st) && S_ISCHR(st.st_mode));
	CHECK(!unlink(path) && !unlink(link_path) && !rmdir(dir));      /* nothing left aside */
}

void test_file__errors(void)
{
	struct file_map m;

	CHECK_ERROR(file_map("/nowhere/all", &m), WEFT_NOT_FOUND, "/nowhere/all: error: cannot");
	CHECK(!m.data);
	CHECK_ERROR(file_map("/", &m), WEFT_INVALID_ARGUMENT, "directory");
	CHECK_ERROR(file_write_atomic("/nowhere/at/all", "", 0), WEFT_NOT_FOUND, "cannot write");
	CHECK_ERROR(file_write_atomic("/dev/full", "x", 1), WEFT_RESOURCE_EXHAUSTED, "space");
}

void test_file__pipe(void)
{
	struct file_map m;
	char path[32], chunk[1000];
	int fds[2];

	CHECK(!pipe(fds));
	memset(chunk, 'p', sizeof chunk);
	CHECK(write(fds[1], chunk, sizeof chunk) == (ssize_t)sizeof chunk);
	close(fds[1]);
	snprintf(path, sizeof path, "/dev/fd/%d", fds[0]);
	CHECK_OK(file_map(path, &m));
	CHECK(m.size == sizeof chunk && ((const char *)m.data)[999] == 'p');
	file_unmap(&m);
	CHECK_OK(file_map("/proc/self/maps", &m));
	CHECK(m.size > 0);
	file_unmap(&m);
}

void test_hash__order(void)
{
	CHECK(hash_bytes("abc", 3, 0) == 0x78af5f94892f3950u);  /* XXH3's published value */
	CHECK(hash_bytes("abc", 3, 0) != hash_bytes("abc", 3, 1));
	CHECK(hash_mix(hash_mix(0, 1), 2) != hash_mix(hash_mix(0, 2), 1));
}

void test_cpu__features(void)
{
	const struct cpu *c = cpu_get();

	CHECK(c == cpu_get());
	CHECK(cpu_allowed() >= 1);
	for (int f = 0; f < CPU_FEATURE_COUNT; f++) {
		const char *name = cpu_feature_name((enum cpu_feature)f);
		const char *at = strstr(c->features, name);
		CHECK(name[0] != '?');
		CHECK(c->has[f] == (at != NULL && at > c->features && at[-1] == '+') ||
			strstr(name, "avx") || strstr(name, "amx"));
	}
	CHECK(!c->has[CPU_avx512vl] || c->has[CPU_avx512f]);
	CHECK(!c->has[CPU_avx512f] || c->has[CPU_avx2]);
	CHECK(!c->has[CPU_amx_bf16] || c->has[CPU_amx_tile]);
}

static unsigned times_asked;

static struct weft_error *refuse(void)
{
	times_asked++;
	return error_make(WEFT_CANCELLED, "enough");
}

void test_stop__asks_seldom(void)
{
	uint64_t fresh = 0, old = 1;

	CHECK_OK(stop_asked(&old));          /* nobody is there to be asked */
	CHECK(old == 1);
	stop_set(refuse);
	CHECK_OK(stop_asked(&fresh));
	CHECK(fresh && !times_asked);
	struct weft_error *e = stop_asked(&old);
	CHECK(e && weft_error_code(e) == WEFT_CANCELLED && times_asked == 1 && old >= fresh);
	weft_error_free(e);
	stop_set(NULL);
}
