/* Unit tests of the remote store, with a redis-server of their own. */
#include "cache/remote.h"
#include "base/mem.h"
#include "cache_util.h"
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

static pid_t server;
static char where[300];
static const char *more[5] = { NULL };       /* options of the server */

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void write_secret(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");
	CHECK(f && fputs(text, f) >= 0 && !fclose(f) && !chmod(path, mode));
	setenv("WEFT_CACHE_KEY_FILE", path, 1);
}

static void server_end(void)
{
	if (server > 0) {
		kill(server, SIGCONT);
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
	server = 0;
}

static void server_start(void)
{
	fflush(NULL);
	server = fork();
	if (!server) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		int null = open("/dev/null", O_WRONLY);
		dup2(null, 1);
		dup2(null, 2);
		execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", where,
			"--save", "", "--appendonly", "no", more[0], more[1], more[2],
			more[3], (char *)NULL);
		_exit(127);
	}
	struct timespec wait = { 0, 10000000 };
	redisContext *c = NULL;
	for (int i = 0; i < 1000 && (!c || c->err); i++) {
		if (c)
			redisFree(c);
		nanosleep(&wait, NULL);
		c = redisConnectUnix(where);
	}
	CHECK(c && !c->err);
	redisFree(c);
}

/* A server, a secret, and a directory for both. */
static void begin(void)
{
	char path[400], url[400];
	bool there;
	const char *dir = cache_test_dir();
	snprintf(where, sizeof where, "%s/redis", dir);
	snprintf(path, sizeof path, "%s/secret", dir);
	snprintf(url, sizeof url, "unix:%s", where);
	write_secret(path, "0123456789abcdef-secret", 0600);
	setenv("WEFT_CACHE_REMOTE", url, 1);
	server_start();
	atexit(server_end);
	CHECK_OK(remote_open(&there));
	CHECK(there);
	remote_wait_ms = 20000;                      /* a busy machine is no slow server */
}

static void put(int i, const char *text)
{
	struct cache_key key = cache_test_key(i);
	uint64_t before = cache_counted(CACHE_remote_stored);
	remote_put(&key, text, strlen(text) + 1);
	CHECK_INT(cache_counted(CACHE_remote_stored), before + 1);
}

static bool get(int i, const char *text)
{
	struct cache_key key = cache_test_key(i);
	void *bytes;
	size_t size;
	if (!remote_get(&key, &bytes, &size))
		return false;
	CHECK_INT(size, strlen(text) + 1);
	CHECK_STR(bytes, text);
	mem_free(bytes);
	return true;
}

void test_cache_remote__keeps(void)
{
	begin();
	put(1, "one");
	put(2, "two");
	CHECK(get(1, "one") && get(2, "two") && !get(3, ""));
	CHECK_INT(cache_counted(CACHE_remote_hits), 2);
	CHECK_INT(cache_counted(CACHE_remote_misses), 1);
	CHECK_INT(cache_counted(CACHE_remote_failed), 0);
}

static void replace(int i, const char *bytes, size_t size)
{
	struct cache_key key = cache_test_key(i);
	redisContext *c = redisConnectUnix(where);
	redisReply *r = redisCommand(
		c, "SET weft:%b %b", key.bytes, sizeof key.bytes, bytes, size);
	CHECK(r && r->type == REDIS_REPLY_STATUS);
	freeReplyObject(r);
	redisFree(c);
}

/* Every bit of an entry, entries cut short, another's entry, another secret. */
void test_cache_remote__lies_are_seen(void)
{
	char entry[200], path[400];
	struct cache_key key = cache_test_key(1);
	uint64_t forged = 0;
	bool there;
	begin();
	put(1, "one");
	redisContext *c = redisConnectUnix(where);
	redisReply *r = redisCommand(c, "GET weft:%b", key.bytes, sizeof key.bytes);
	CHECK(r && r->type == REDIS_REPLY_STRING && r->len < sizeof entry);
	size_t size = r->len;
	memcpy(entry, r->str, size);
	freeReplyObject(r);
	redisFree(c);
	for (size_t i = 0; i < size; i++) {
		entry[i] ^= (char)(1 << i % 8);
		replace(1, entry, size);
		entry[i] ^= (char)(1 << i % 8);
		CHECK(!get(1, "one"));
		replace(1, entry, i);
		CHECK(!get(1, "one"));
		forged += 2;
	}
	replace(2, entry, size);
	CHECK(!get(2, "one"));
	CHECK_INT(cache_counted(CACHE_remote_forged), forged + 1);
	CHECK(remote_trouble(path, sizeof path) &&
		strstr(path, "an entry is not signed with this secret"));
	replace(1, entry, size);
	CHECK(get(1, "one"));
	snprintf(path, sizeof path, "%s", getenv("WEFT_CACHE_KEY_FILE"));
	write_secret(path, "another secret of someone else", 0600);
	CHECK_OK(remote_open(&there));
	CHECK(!get(1, "one"));
	CHECK_INT(cache_counted(CACHE_remote_forged), forged + 2);
	CHECK_INT(cache_counted(CACHE_remote_failed), 0);
}

/* A dead or stopped server: one request pays REMOTE_MS at most, the next nothing. */
static void check_costs(void)
{
	remote_wait_ms = REMOTE_MS;
	double start = seconds();
	CHECK(!get(1, "one"));
	double first = seconds() - start;
	CHECK_INT(cache_counted(CACHE_remote_failed), 1);
	start = seconds();
	for (int i = 0; i < 100; i++)
		CHECK(!get(1, "one"));
	double rest = seconds() - start;
	CHECK_INT(cache_counted(CACHE_remote_failed), 1);
	if (first > 0.05 + 0.25 || rest > 0.25)      /* what a busy machine adds */
		UNIT_FAIL("%.3f s, then %.3f s", first, rest);
}

void test_cache_remote__killed(void)
{
	begin();
	put(1, "one");
	server_end();
	check_costs();
}

void test_cache_remote__slow(void)
{
	begin();
	put(1, "one");
	kill(server, SIGSTOP);
	check_costs();
}

void test_cache_remote__child(void)
{
	int status;
	begin();
	put(1, "one");
	fflush(NULL);
	pid_t child = fork();
	if (!child) {
		server = 0;
		alarm(20);
		_exit(get(1, "one") ? 0 : 1);
	}
	CHECK_INT(waitpid(child, &status, 0), child);
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status));
	CHECK(get(1, "one"));
}

/* What went wrong is told once it is known, and once. */
static void check_trouble(const char *want)
{
	char text[400];
	UNIT_NOTE("%s", want);
	CHECK(!get(1, "one"));
	CHECK(remote_trouble(text, sizeof text));
	CHECK(strstr(text, want) && !strstr(text, "hunter2"));
	CHECK(!remote_trouble(text, sizeof text));
}

static void use_url(const char *url)
{
	bool there;
	setenv("WEFT_CACHE_REMOTE", url, 1);
	CHECK_OK(remote_open(&there));
	CHECK(there);
}

/* A port nobody listens at just now. */
static int free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof a;
	int s = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(s >= 0 && !bind(s, (struct sockaddr *)&a, n) &&
		!getsockname(s, (struct sockaddr *)&a, &n));
	close(s);
	return ntohs(a.sin_port);
}

void test_cache_remote__trouble_is_told(void)
{
	char url[400], port[20], text[400];
	more[0] = "--requirepass";
	more[1] = "right";
	begin();
	CHECK(!remote_trouble(text, sizeof text));
	check_trouble("/redis: NOAUTH ");
	server_end();
	snprintf(port, sizeof port, "%d", free_port());
	more[2] = "--port";
	more[3] = port;
	server_start();
	snprintf(url, sizeof url, "redis://:hunter2@127.0.0.1:%s", port);
	use_url(url);
	check_trouble(": WRONGPASS ");
	server_end();
	snprintf(url, sizeof url, "redis://127.0.0.1:%s/1", port);
	use_url(url);
	check_trouble(": Connection refused");
	more[0] = "--port";
	more[1] = port;
	more[2] = NULL;
	server_start();
	snprintf(url, sizeof url, "redis://127.0.0.1:%s/99", port);
	use_url(url);
	check_trouble("ERR DB index");
	snprintf(url, sizeof url, "redis://localhost:%s", port);
	use_url(url);
	put(1, "one");
	kill(server, SIGSTOP);
	remote_wait_ms = REMOTE_MS;
	check_trouble(": no answer within 50 ms");
}

static struct weft_executable *compiled(void)
{
	static const char text[] = "func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {\n"
				   "  %0 = stablehlo.tanh %x : tensor<4xf32>\n"
				   "  return %0 : tensor<4xf32>\n}\n";
	struct weft_client *c = NULL;
	struct weft_program *p = NULL;
	struct weft_executable *x = NULL;
	CHECK_OK(weft_client_open(NULL, &c));
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, NULL, text, sizeof text - 1, &p));
	CHECK_OK(weft_compile(c, p, NULL, &x));
	weft_program_release(p);
	weft_client_release(c);
	return x;
}

/* A compile finds what another directory's process put there, with the same bits. */
void test_cache_remote__compiles(void)
{
	const void *bytes;
	void *first = NULL;
	size_t size, first_size = 0;
	char name[256], path[800];
	begin();
	for (int i = 0; i < 2; i++) {
		struct weft_executable *x = compiled();
		CHECK_OK(weft_executable_artifact(x, &bytes, &size));
		if (!i) {
			first = mem_alloc(first_size = size);
			memcpy(first, bytes, size);
		}
		CHECK(size == first_size && !memcmp(first, bytes, size));
		CHECK_INT(cache_counted(CACHE_remote_hits), i);
		CHECK_INT(cache_counted(CACHE_remote_stored), 1);
		CHECK_INT(cache_test_files(".kept", name), 1);
		snprintf(path, sizeof path, "%s/%s", getenv("WEFT_CACHE_DIR"), name);
		CHECK(!unlink(path));
		weft_executable_release(x);
	}
	mem_free(first);
}

/* ... in a notice, and in the report. */
void test_cache_remote__trouble_is_a_notice(void)
{
	char *text, url[400];
	begin();
	snprintf(url, sizeof url, "redis://:hunter2@127.0.0.1:%d", free_port());
	use_url(url);
	weft_executable_release(compiled());
	CHECK_OK(weft_report("json", &text));
	CHECK(strstr(text, "\"notices\": [\"the remote cache fails: 127.0.0.1:"));
	CHECK(strstr(text, "Connection refused") && !strstr(text, "hunter2"));
	weft_text_free(text);
	CHECK_OK(weft_report("text", &text));
	CHECK(strstr(text, "the remote cache fails: 127.0.0.1:"));
	weft_text_free(text);
}

void test_cache_remote__addresses(void)
{
	static const char *const bad[] = { "redis:/host", "http://host", "redis://", "unix:",
		"redis://host:", "redis://host:0", "redis://host:65536", "redis://host:6379x",
		"redis://host/x", "redis://host/-1", "redis://user@host", "redis://[::1",
		"redis://[]", "redis://:pw@", "redis://host/1/2" };
	struct remote_address a;
	bool there = true;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		UNIT_NOTE("%s", bad[i]);
		CHECK(!remote_address_read(bad[i], &a));
	}
	CHECK(remote_address_read("redis://:p@ss:w/d@cache.example:7000/3", &a));
	CHECK_STR(a.host, "cache.example");
	CHECK_STR(a.password, "p@ss:w/d");
	CHECK_INT(a.port, 7000);
	CHECK_INT(a.db, 3);
	CHECK(remote_address_read("redis://[::1]:1/", &a));
	CHECK_STR(a.host, "::1");
	CHECK(remote_address_read("redis://host", &a) && a.port == 6379 && !a.db && !*a.password);
	CHECK(remote_address_read("unix:/run/redis", &a));
	CHECK_STR(a.path, "/run/redis");
	setenv("WEFT_CACHE_REMOTE", "redis:/host", 1);
	CHECK_ERROR(remote_open(&there), WEFT_INVALID_ARGUMENT,
		"WEFT_CACHE_REMOTE is not used: expected redis://[:PASSWORD@]HOST[:PORT][/DB] or "
		"unix:PATH, found 'redis:/host'");
	setenv("WEFT_CACHE_REMOTE", "redis://:secret@host:x", 1);
	CHECK_ERROR(remote_open(&there), WEFT_INVALID_ARGUMENT, "found 'redis://***@host:x'");
	CHECK(!there);
	setenv("WEFT_CACHE_REMOTE", "", 1);
	CHECK_OK(remote_open(&there));
	CHECK(!there);
}

void test_cache_remote__secrets(void)
{
	char path[400];
	bool there;
	snprintf(path, sizeof path, "%s/secret", cache_test_dir());
	setenv("WEFT_CACHE_REMOTE", "redis://localhost", 1);
	unsetenv("WEFT_CACHE_KEY_FILE");
	CHECK_ERROR(remote_open(&there), WEFT_FAILED_PRECONDITION, "names no file");
	setenv("WEFT_CACHE_KEY_FILE", path, 1);
	CHECK_ERROR(remote_open(&there), WEFT_FAILED_PRECONDITION, "cannot be read");
	write_secret(path, "0123456789abcde", 0600);
	CHECK_ERROR(remote_open(&there), WEFT_FAILED_PRECONDITION, "16 to 4096 bytes");
	write_secret(path, "0123456789abcdef", 0640);
	CHECK_ERROR(remote_open(&there), WEFT_FAILED_PRECONDITION, "only its owner can read");
	write_secret(path, "0123456789abcdef", 0600);
	CHECK_OK(remote_open(&there));
	CHECK(there);
}
