/* The directory of a cache test. */
#include "cache_util.h"
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

static char dir[512];
static pid_t owner;

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *f)
{
	(void)st;
	(void)kind;
	(void)f;
	return remove(path);
}

void cache_test_remove(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void remove_dir(void)
{
	if (getpid() == owner)
		cache_test_remove(dir);
}

const char *cache_test_dir(void)
{
	const char *tmp = getenv("TMPDIR");
	snprintf(dir, sizeof dir, "%s/weft-cache-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	CHECK(mkdtemp(dir));
	owner = getpid();
	CHECK(!atexit(remove_dir));
	setenv("WEFT_CACHE_DIR", dir, 1);
	setenv("WEFT_CACHE", "on", 1);
	return dir;
}

struct cache_key cache_test_key(int i)
{
	return cache_key_of(&i, sizeof i);
}

void cache_test_open(struct cache *c, enum cache_mode mode)
{
	const char *why = cache_open(mode, c);
	if (why)
		UNIT_FAIL("the cache is not used: %s", why);
}

unsigned cache_test_files(const char *ending, char name[256])
{
	unsigned n = 0;
	size_t len = strlen(ending);
	DIR *d = opendir(getenv("WEFT_CACHE_DIR"));
	CHECK(d);
	for (struct dirent *e; (e = readdir(d));) {
		size_t have = strlen(e->d_name);
		if (e->d_name[0] == '.' || have < len || strcmp(e->d_name + have - len, ending))
			continue;
		if (name && !n)
			memcpy(name, e->d_name, have + 1);
		n++;
	}
	closedir(d);
	return n;
}
