/* Unit tests of the cache's directory: what is kept comes back or counts as absent, whatever
 * happens to the files, the processes and the disk. */
#include "base/mem.h"
#include "base/file.h"
#include "base/hash.h"
#include "cache_util.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum { SIZE = 3 << 20 };             /* several chunks of writing */

/* The bytes of artifact i, from n on. */
static void make(int i, size_t n, unsigned char *p)
{
	for (size_t k = 0; k < n; k++)
		p[k] = (unsigned char)((k * 2654435761u + (unsigned)i * 97) >> 13);
}

static void put(const struct cache *c, int i, size_t n)
{
	unsigned char *p = malloc(n);
	struct cache_key key = cache_test_key(i);
	make(i, n, p);
	cache_put(c, &key, "a test", p, n);
	free(p);
}

/* Is artifact i there, whole?  Anything else that comes back fails the test. */
static bool there(const struct cache *c, int i, size_t n)
{
	struct cache_key key = cache_test_key(i);
	void *bytes;
	size_t size;
	if (!cache_get(c, &key, &bytes, &size))
		return false;
	unsigned char *want = malloc(n);
	make(i, n, want);
	CHECK_INT(size, n);
	CHECK(!memcmp(bytes, want, n));
	free(want);
	mem_free(bytes);
	return true;
}

void test_cache__keeps(void)
{
	struct cache c;
	struct stat st;
	char name[256], path[800];
	const char *dir = cache_test_dir();
	cache_test_open(&c, CACHE_ON);
	CHECK(!there(&c, 1, 1000));
	put(&c, 1, 1000);
	put(&c, 2, 1);
	CHECK(there(&c, 1, 1000));
	CHECK(there(&c, 2, 1));
	CHECK(!there(&c, 3, 1000));
	put(&c, 1, 1000);
	CHECK(there(&c, 1, 1000));
	CHECK_INT(cache_test_files("", NULL), 2);
	CHECK_INT(cache_test_files(".kept", name), 2);
	snprintf(path, sizeof path, "%s/%s", dir, name);
	CHECK(!stat(path, &st));
	CHECK_INT(st.st_mode & 0777, 0600);
	CHECK_INT(cache_counted(CACHE_stored), 3);
	cache_close(&c);
}

/* The key is BLAKE2b-256: the digest of "abc" as b2sum -l 256 prints it. */
void test_cache__key_is_blake2b(void)
{
	char name[CACHE_NAME_LEN + 1];
	struct cache_key key = cache_key_of("abc", 3), again;
	key_name(&key, name);
	CHECK_STR(name, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319.kept");
	CHECK(name_key(name, &again) && !memcmp(&key, &again, sizeof key));
	name[0] = 'B';
	CHECK(!name_key(name, &again));
	CHECK(!name_key("../../etc/passwd", &again));
}

void test_cache__modes(void)
{
	enum cache_mode m;
	setenv("WEFT_CACHE", "read", 1);
	CHECK(cache_mode_of(NULL, &m) && m == CACHE_READ);
	CHECK(cache_mode_of("off", &m) && m == CACHE_OFF);
	CHECK(cache_mode_of("", &m) && m == CACHE_READ);
	setenv("WEFT_CACHE", "maybe", 1);
	CHECK(!cache_mode_of("", &m) && m == CACHE_OFF);
	unsetenv("WEFT_CACHE");
	CHECK(cache_mode_of("", &m) && m == CACHE_ON);
}

/* Mode read makes, writes, touches and removes nothing. */
void test_cache__read_only_mode(void)
{
	struct cache c, r;
	char name[256], path[800], away[600];
	struct stat before, after;
	const char *dir = cache_test_dir();
	snprintf(away, sizeof away, "%s/not/there", dir);
	setenv("WEFT_CACHE_DIR", away, 1);
	cache_test_open(&r, CACHE_READ);
	CHECK(!there(&r, 1, 10));
	put(&r, 1, 10);
	cache_close(&r);
	CHECK(access(away, F_OK));
	setenv("WEFT_CACHE_DIR", dir, 1);
	cache_test_open(&c, CACHE_ON);
	put(&c, 1, 10);
	cache_test_open(&r, CACHE_READ);
	cache_test_files(".kept", name);
	snprintf(path, sizeof path, "%s/%s", dir, name);
	struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
	CHECK(!utimensat(AT_FDCWD, path, old, 0) && !stat(path, &before));
	CHECK(there(&r, 1, 10));
	put(&r, 2, 10);
	CHECK(!stat(path, &after) && before.st_mtime == after.st_mtime);
	CHECK(!truncate(path, 100));
	CHECK(!there(&r, 1, 10));
	CHECK_INT(cache_test_files("", NULL), 1);
	CHECK(!there(&c, 1, 10));
	CHECK_INT(cache_test_files("", NULL), 0);
	cache_close(&c);
	cache_close(&r);
}

static const char *why_not(void)
{
	struct cache c;
	const char *why = cache_open(CACHE_ON, &c);
	cache_close(&c);
	return why;
}

void test_cache__directory(void)
{
	const char *dir = cache_test_dir();
	char path[700];
	struct stat st;
	CHECK(!why_not());
	CHECK(!chmod(dir, 0770));
	CHECK_STR(why_not(), "the directory can be written by others");
	CHECK(!chmod(dir, 0707));
	CHECK_STR(why_not(), "the directory can be written by others");
	CHECK(!chmod(dir, 0755));
	CHECK(!why_not());
	snprintf(path, sizeof path, "%s/a/b/c", dir);
	setenv("WEFT_CACHE_DIR", path, 1);
	CHECK(!why_not());
	CHECK(!stat(path, &st) && (st.st_mode & 0777) == 0700);
	snprintf(path, sizeof path, "%s/file", dir);
	int fd = open(path, O_CREAT | O_WRONLY, 0600);
	CHECK(fd >= 0 && !close(fd));
	setenv("WEFT_CACHE_DIR", path, 1);
	CHECK_STR(why_not(), "the directory is not a directory");
	snprintf(path, sizeof path, "%s/file/below", dir);
	setenv("WEFT_CACHE_DIR", path, 1);
	CHECK(why_not());
	unsetenv("WEFT_CACHE_DIR");
	setenv("XDG_CACHE_HOME", dir, 1);
	CHECK(!why_not());
	snprintf(path, sizeof path, "%s/weft", dir);
	CHECK(!access(path, F_OK));
	setenv("XDG_CACHE_HOME", "relative", 1);
	setenv("HOME", dir, 1);
	CHECK(!why_not());
	snprintf(path, sizeof path, "%s/.cache/weft", dir);
	CHECK(!access(path, F_OK));
	unsetenv("HOME");
	CHECK_STR(why_not(), "no home directory");
	setenv("WEFT_CACHE_DIR", dir, 1);
	setenv("WEFT_CACHE_SIZE", "lots", 1);
	CHECK_STR(why_not(), "the size is not bytes, with K, M or G behind");
	setenv("WEFT_CACHE_SIZE", "99999999999G", 1);
	CHECK_STR(why_not(), "the size is not bytes, with K, M or G behind");
	setenv("WEFT_CACHE_SIZE", "3M", 1);
	struct cache c;
	cache_test_open(&c, CACHE_ON);
	CHECK_INT(c.limit, 3 << 20);
	cache_close(&c);
}

/* Runs fn in a child as a user without rights; its exit status must be 0. */
static void as_nobody(void (*fn)(void))
{
	int status;
	fflush(NULL);
	pid_t pid = fork();
	if (!pid) {
		CHECK(!setgid(65534) && !setuid(65534));
		fn();
		fflush(NULL);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

static void expect_stranger(void)
{
	CHECK_STR(why_not(), "the directory is another user's");
}

static void expect_cannot_write(void)
{
	struct cache c;
	cache_test_open(&c, CACHE_ON);
	CHECK(there(&c, 1, 10));
	put(&c, 2, 10);
	CHECK(!there(&c, 2, 10));
	CHECK_INT(cache_counted(CACHE_store_failed), 1);
	cache_close(&c);
}

static void expect_cannot_make(void)
{
	CHECK_STR(why_not(), "the directory cannot be made");
}

void test_cache__other_users(void)
{
	if (geteuid())
		UNIT_SKIP("needs root, to be two users");
	const char *dir = cache_test_dir();
	char path[700], name[256];
	struct cache c;
	CHECK(!chmod(dir, 0700));
	as_nobody(expect_stranger);                  /* who may not even open it */
	CHECK(!chmod(dir, 0755));
	as_nobody(expect_stranger);
	snprintf(path, sizeof path, "%s/new", dir);
	setenv("WEFT_CACHE_DIR", path, 1);
	as_nobody(expect_cannot_make);
	/* An own directory that cannot be written: entries are read, and none is added. */
	cache_test_open(&c, CACHE_ON);
	put(&c, 1, 10);
	cache_test_files(".kept", name);
	CHECK(!fchownat(c.fd, name, 65534, 65534, 0) && !fchown(c.fd, 65534, 65534) &&
		!fchmod(c.fd, 0500));
	CHECK_STR(why_not(), "the directory is another user's");
	as_nobody(expect_cannot_write);
	cache_close(&c);
}

/* Every bit of the header, and samples of the rest; then every length. */
void test_cache__damage(void)
{
	struct cache c;
	char name[256];
	enum { N = 5000 };
	size_t whole = N + sizeof(struct entry_header);
	cache_test_dir();
	cache_test_open(&c, CACHE_ON);
	uint64_t damaged = 0;
	for (size_t at = 0; at < whole; at += at < sizeof(struct entry_header) ? 1 : 37) {
		unsigned char b;
		UNIT_NOTE("byte %zu", at);
		put(&c, 1, N);
		CHECK_INT(cache_test_files(".kept", name), 1);
		int fd = openat(c.fd, name, O_RDWR);
		CHECK(fd >= 0 && pread(fd, &b, 1, (off_t)at) == 1);
		b ^= (unsigned char)(1u << at % 8);
		CHECK(pwrite(fd, &b, 1, (off_t)at) == 1 && !close(fd));
		CHECK(!there(&c, 1, N));
		CHECK_INT(cache_counted(CACHE_damaged), ++damaged);
		CHECK_INT(cache_test_files("", NULL), 0);
	}
	for (size_t n = 0; n < whole + 20; n += n < 200 ? 1 : 97) {
		UNIT_NOTE("length %zu", n);
		put(&c, 1, N);
		int fd = openat(c.fd, name, O_RDWR);
		CHECK(fd >= 0 && !ftruncate(fd, (off_t)n) && !close(fd));
		CHECK(there(&c, 1, N) == (n == whole));
	}
	cache_close(&c);
}

/* Turns the entry of that name into one of a version to come. */
static void age(const struct cache *c, const char *name)
{
	struct entry_header h;
	int fd = openat(c->fd, name, O_RDWR);
	CHECK(fd >= 0 && pread(fd, &h, sizeof h, 0) == sizeof h);
	h.version++;
	h.header_hash = hash_bytes(&h, offsetof(struct entry_header, header_hash), 0);
	CHECK(pwrite(fd, &h, sizeof h, 0) == sizeof h && !close(fd));
}

static void note_other(void *arg, const struct cache_entry *e)
{
	CHECK(e->other && !e->damaged);
	++*(unsigned *)arg;
}

/* Nothing of it is used, and it stays whose it is: for looking, verifying, carrying. */
void test_cache__another_version(void)
{
	struct cache c;
	char name[256], path[700];
	unsigned n = 0;
	uint64_t entries;
	const char *dir = cache_test_dir();
	snprintf(path, sizeof path, "%s/export", dir);
	cache_test_open(&c, CACHE_ON);
	put(&c, 1, 10);
	cache_test_files(".kept", name);
	CHECK_OK(cache_export(&c, path, &entries));
	age(&c, name);
	CHECK(!there(&c, 1, 10));
	CHECK_OK(cache_each(&c, true, note_other, &n));
	CHECK_INT(n, 1);
	CHECK_INT(cache_counted(CACHE_damaged), 0);
	CHECK_INT(cache_test_files(".kept", NULL), 1);
	CHECK_OK(cache_export(&c, path, &entries));
	CHECK_INT(entries, 0);
	cache_close(&c);
}

/* Things of an entry's name that are no entries; none may block or be followed. */
void test_cache__strange_files(void)
{
	struct cache c;
	char name[256];
	cache_test_dir();
	cache_test_open(&c, CACHE_ON);
	put(&c, 1, 10);
	cache_test_files(".kept", name);
	CHECK(!renameat(c.fd, name, c.fd, "elsewhere"));
	CHECK(!mkfifoat(c.fd, name, 0600));
	CHECK(!there(&c, 1, 10));
	CHECK(!symlinkat("elsewhere", c.fd, name));
	CHECK(!there(&c, 1, 10));
	CHECK(!mkdirat(c.fd, name, 0700));
	CHECK(!there(&c, 1, 10));
	put(&c, 1, 10);
	CHECK(there(&c, 1, 10));
	CHECK(!unlinkat(c.fd, name, 0));
	/* a directory with something in it is not lost, but no longer in the way */
	char inside[512];
	CHECK(!mkdirat(c.fd, name, 0700));
	snprintf(inside, sizeof inside, "%s/inside", name);
	CHECK(!mkdirat(c.fd, inside, 0700));
	put(&c, 1, 10);                          /* in the way of a store that did not look */
	CHECK_INT(cache_counted(CACHE_store_failed), 1);
	CHECK(!there(&c, 1, 10));
	put(&c, 1, 10);
	CHECK(there(&c, 1, 10));
	CHECK_INT(cache_counted(CACHE_store_failed), 1);
	char moved[256];
	CHECK_INT(cache_test_files(".dir", moved), 1);
	snprintf(inside, sizeof inside, "%s/inside", moved);
	CHECK(!faccessat(c.fd, inside, F_OK, 0));
	CHECK(!unlinkat(c.fd, name, 0));
	/* another entry's file, or one that others may write */
	put(&c, 2, 10);
	char other[256];
	cache_test_files(".kept", other);
	CHECK(!renameat(c.fd, other, c.fd, name));
	CHECK(!there(&c, 1, 10));
	put(&c, 1, 10);
	CHECK(!fchmodat(c.fd, name, 0622, 0));
	CHECK(!there(&c, 1, 10));
	CHECK_INT(cache_test_files(".kept", NULL), 0);
	cache_close(&c);
}

static _Atomic int countdown;        /* calls until something happens; shared by nobody */
static int happens;                  /* an errno, or -1: the process is killed */

static int at_point(enum cache_point p)
{
	(void)p;
	if (countdown-- != 0)
		return 0;
	if (happens < 0)
		raise(SIGKILL);
	return happens;
}

/* The nth call that changes the directory fails, n = 0, 1 ...: the artifact is there, whole, or
 * absent, and no file is left over. */
void test_cache__every_call_fails(void)
{
	static const int codes[] = { ENOSPC, EIO, EROFS };
	struct cache c;
	cache_test_dir();
	cache_test_open(&c, CACHE_ON);
	cache_test_point = at_point;
	for (int k = 0; k < 3; k++)
		for (int n = 0, reached = 1; reached; n++) {
			UNIT_NOTE("call %d fails", n);
			countdown = n;
			happens = codes[k];
			uint64_t failed = cache_counted(CACHE_store_failed);
			put(&c, 1, SIZE);
			reached = countdown < 0;
			countdown = -1;
			CHECK(there(&c, 1, SIZE) == (cache_counted(CACHE_store_failed) == failed));
			CHECK_INT(cache_test_files(".tmp", NULL), 0);
			cache_test_files("", NULL);
			struct cache_key key = cache_test_key(1);
			cache_drop(&c, &key);
			CHECK(!there(&c, 1, SIZE));
			CHECK(reached || n >= 7);
		}
	cache_close(&c);
}

/* The writer is killed before its nth such call: readers see all or nothing, and the next writer
 * works. */
void test_cache__killed_at_every_call(void)
{
	struct cache c;
	int status;
	cache_test_dir();
	cache_test_open(&c, CACHE_ON);
	for (int n = 0, killed = 1; killed; n++) {
		UNIT_NOTE("killed at call %d", n);
		fflush(NULL);
		pid_t pid = fork();
		if (!pid) {
			cache_test_point = at_point;
			countdown = n;
			happens = -1;
			put(&c, 1, SIZE);
			_exit(0);
		}
		CHECK(waitpid(pid, &status, 0) == pid);
		killed = WIFSIGNALED(status);
		there(&c, 1, SIZE);
		CHECK(killed || there(&c, 1, SIZE));
		CHECK(killed || n >= 7);
	}
	/* What they left goes when it is old. */
	char name[256];
	CHECK(cache_test_files(".tmp", NULL) > 0);
	struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
	struct cache_pruned pruned;
	CHECK_OK(cache_prune(&c, UINT64_MAX, &pruned));
	while (cache_test_files(".tmp", name)) {
		unsigned before = cache_test_files(".tmp", NULL);
		CHECK(!utimensat(c.fd, name, old, 0));
		CHECK_OK(cache_prune(&c, UINT64_MAX, &pruned));
		CHECK(cache_test_files(".tmp", NULL) < before);
	}
	CHECK(there(&c, 1, SIZE));
	CHECK_INT(pruned.left, 1);
	cache_close(&c);
}

/* Writers killed at random moments: a hundred, or as many as WEFT_TEST_KILLS says. */
void test_cache__killed_at_random(void)
{
	struct cache c;
	int status;
	unsigned seed = 7, whole = 0;
	const char *many = getenv("WEFT_TEST_KILLS");
	long kills = many ? strtol(many, NULL, 10) : 100;
	cache_test_dir();
	cache_test_open(&c, CACHE_ON);
	for (long i = 0; i < kills; i++) {
		fflush(NULL);
		pid_t pid = fork();
		if (!pid)
			for (int k = 0;; k++)
				put(&c, k % 3, 200000);
		struct timespec t = { 0, (seed = seed * 1103515245u + 12345u) % 3000000u };
		nanosleep(&t, NULL);
		/* The last one gets as long as it needs to leave a whole entry, however slow the
		 * machine is. */
		for (int k = 0; i == kills - 1 && k < 60000 && !there(&c, 0, 200000); k++)
			nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
		kill(pid, SIGKILL);
		CHECK(waitpid(pid, &status, 0) == pid);
		for (int k = 0; k < 3; k++)
			whole += there(&c, k, 200000);
	}
	CHECK(whole > 0);
	CHECK_INT(cache_counted(CACHE_damaged), 0);
	cache_close(&c);
}

/* Eight processes write, read and prune the same entries. */
void test_cache__eight_writers(void)
{
	struct cache c;
	pid_t pids[8];
	int status;
	cache_test_dir();
	setenv("WEFT_CACHE_SIZE", "600K", 1);
	cache_test_open(&c, CACHE_ON);
	fflush(NULL);
	for (int p = 0; p < 8; p++)
		if (!(pids[p] = fork())) {
			for (int k = 0; k < 40; k++) {
				put(&c, k % 10, 70000 + (size_t)(k % 10));
				there(&c, (k + p) % 10, 70000 + (size_t)((k + p) % 10));
			}
			CHECK_INT(cache_counted(CACHE_damaged), 0);
			CHECK_INT(cache_counted(CACHE_store_failed), 0);
			CHECK_INT(cache_counted(CACHE_read_failed), 0);
			_exit(0);
		}
	for (int p = 0; p < 8; p++)
		CHECK(waitpid(pids[p], &status, 0) == pids[p] && status == 0);
	CHECK_INT(cache_test_files(".tmp", NULL), 0);
	struct cache_pruned pruned;
	CHECK_OK(cache_prune(&c, c.limit, &pruned));
	CHECK(pruned.left > 0 && pruned.left_bytes <= 600 << 10);
	cache_close(&c);
}

/* Within the limit, those used last stay. */
void test_cache__bounded(void)
{
	struct cache c;
	const char *dir = cache_test_dir();
	char path[800];
	setenv("WEFT_CACHE_SIZE", "100K", 1);
	cache_test_open(&c, CACHE_ON);
	snprintf(path, sizeof path, "%s/somebody's", dir);
	int fd = open(path, O_CREAT | O_WRONLY, 0600);
	CHECK(fd >= 0 && !ftruncate(fd, 1 << 20) && !close(fd));
	for (int i = 0; i < 40; i++) {
		put(&c, i, 9000);                /* 12 KiB each on disk */
		CHECK(there(&c, 0, 9000));       /* used again and again */
		struct timespec t = { 0, 5000000 };
		nanosleep(&t, NULL);
	}
	unsigned n = cache_test_files(".kept", NULL);
	CHECK(n >= 5 && n <= 8);
	CHECK(there(&c, 39, 9000) && there(&c, 38, 9000) && there(&c, 0, 9000));
	CHECK(!there(&c, 1, 9000));
	CHECK_INT(cache_counted(CACHE_pruned), 40 - n);
	put(&c, 50, 200000);
	CHECK_INT(cache_counted(CACHE_too_large), 1);
	CHECK(!access(path, F_OK));
	cache_close(&c);
}

/* A limit on the size of files raises no signal. */
void test_cache__file_size_limit(void)
{
	struct cache c;
	struct rlimit r = { 100000, 100000 };
	cache_test_dir();
	cache_test_open(&c, CACHE_ON);
	CHECK(!setrlimit(RLIMIT_FSIZE, &r));
	put(&c, 1, 200000);
	CHECK(!there(&c, 1, 200000));
	CHECK_INT(cache_counted(CACHE_too_large), 1);
	put(&c, 2, 2000);
	CHECK(there(&c, 2, 2000));
	cache_close(&c);
}

/* A real disk that is full. */
void test_cache__full_disk(void)
{
	struct cache c;
	const char *dir = cache_test_dir();
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
			mount("weft", dir, "tmpfs", 0, "size=256k,mode=0700"))
		UNIT_SKIP("needs the right to mount");
	cache_test_open(&c, CACHE_ON);
	put(&c, 1, 100000);
	put(&c, 2, 100000);
	put(&c, 3, 100000);
	CHECK_INT(cache_counted(CACHE_store_failed), 1);
	CHECK(there(&c, 1, 100000) && there(&c, 2, 100000) && !there(&c, 3, 100000));
	CHECK_INT(cache_test_files(".tmp", NULL), 0);
	/* and one that became read only */
	CHECK(!mount(NULL, dir, NULL, MS_REMOUNT | MS_RDONLY, NULL));
	CHECK(there(&c, 1, 100000));
	put(&c, 1, 100000);
	CHECK_INT(cache_counted(CACHE_store_failed), 2);
	CHECK(there(&c, 1, 100000));
	cache_close(&c);
	CHECK(!umount(dir));
}

static void note_entry(void *arg, const struct cache_entry *e)
{
	unsigned *n = arg;
	n[0]++;
	n[1] += e->damaged;
	CHECK_INT(strlen(e->key), 64);
	CHECK(e->damaged || !strcmp(e->about, "a test"));
}

void test_cache__lists_and_verifies(void)
{
	struct cache c;
	char name[256];
	unsigned n[2] = { 0, 0 };
	cache_test_dir();
	cache_test_open(&c, CACHE_ON);
	for (int i = 0; i < 5; i++)
		put(&c, i, 3000);
	cache_test_files(".kept", name);
	int fd = openat(c.fd, name, O_WRONLY);
	CHECK(fd >= 0 && pwrite(fd, "??", 2, 1000) == 2 && !close(fd));
	CHECK_OK(cache_each(&c, false, note_entry, n));
	CHECK_INT(n[0], 5);
	CHECK_INT(n[1], 0);
	n[0] = 0;
	CHECK_OK(cache_each(&c, true, note_entry, n));
	CHECK_INT(n[0], 5);
	CHECK_INT(n[1], 1);
	CHECK_INT(cache_test_files("", NULL), 4);
	struct cache_pruned pruned;
	CHECK_OK(cache_prune(&c, 0, &pruned));
	CHECK_INT(pruned.entries, 4);
	CHECK_INT(cache_test_files("", NULL), 0);
	cache_close(&c);
}

/* The nth allocation fails: absent, never wrong. */
void test_cache__no_memory(void)
{
	struct cache c;
	struct cache_pruned pruned;
	cache_test_dir();
	cache_test_open(&c, CACHE_ON);
	put(&c, 1, 1000);
	for (long n = 0;; n++) {
		mem_fail_after = n;
		bool got = there(&c, 1, 1000);
		struct weft_error *e = cache_prune(&c, 1 << 20, &pruned);
		bool reached = mem_fail_after < 0;
		mem_fail_after = -1;
		CHECK(reached == (!got || e));
		weft_error_free(e);
		if (!reached)
			break;
	}
	CHECK_INT(cache_counted(CACHE_damaged), 0);
	cache_close(&c);
}

void test_cache__export_and_import(void)
{
	struct cache c;
	char path[600], other[600], damaged[600];
	uint64_t n;
	void *bytes;
	size_t size;
	const char *dir = cache_test_dir();
	snprintf(path, sizeof path, "%s/export", dir);
	snprintf(damaged, sizeof damaged, "%s/damaged", dir);
	snprintf(other, sizeof other, "%s/other", dir);
	cache_test_open(&c, CACHE_ON);
	for (int i = 0; i < 3; i++) {
		struct cache_key key = cache_test_key(i);
		cache_put(&c, &key, "a test", "artifact", (size_t)i + 5);
	}
	CHECK_OK(cache_export(&c, path, &n));
	CHECK_INT(n, 3);
	CHECK_ERROR(cache_export(&c, "/no such/folder/x", &n), WEFT_PERMISSION_DENIED,
		"/no such/folder/x: error: cannot be written: No such file");
	cache_close(&c);
	setenv("WEFT_CACHE_DIR", other, 1);
	cache_test_open(&c, CACHE_ON);
	CHECK_OK(cache_import(&c, path, &n));
	CHECK_INT(n, 3);
	for (int i = 0; i < 3; i++) {
		struct cache_key key = cache_test_key(i);
		CHECK(cache_get(&c, &key, &bytes, &size));
		CHECK_INT(size, i + 5);
		mem_free(bytes);
	}
	/* Entries that the directory does not take are not counted as taken in. */
	uint64_t limit = c.limit;
	c.limit = sizeof(struct entry_header) + 6;
	CHECK_ERROR(cache_import(&c, path, &n), WEFT_FAILED_PRECONDITION,
		"2 entries were taken in, and 1 left");
	c.limit = limit;
	/* Every byte turned over, and every length: never a wrong entry, never a crash. */
	struct file_map m;
	CHECK_OK(file_map(path, &m));
	unsigned char *copy = mem_alloc(m.size);
	memcpy(copy, m.data, m.size);
	for (size_t i = 0; i < m.size; i += 7) {
		copy[i] ^= 1;
		CHECK_OK(file_write_atomic(damaged, copy, m.size));
		copy[i] ^= 1;
		struct weft_error *e = cache_import(&c, damaged, &n);
		CHECK(e && n < 3);
		weft_error_free(e);
		CHECK_OK(file_write_atomic(damaged, copy, i));
		e = cache_import(&c, damaged, &n);
		CHECK(e || i == 16 || n < 3);
		weft_error_free(e);
	}
	CHECK_ERROR(cache_import(&c, dir, &n), WEFT_INVALID_ARGUMENT, "directory");
	mem_free(copy);
	file_unmap(&m);
	cache_close(&c);
}
