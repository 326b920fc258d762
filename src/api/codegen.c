/* codegen.c -- libweft_codegen, opened from beside libweft at the first compile, never closed. */
#include "api/api_impl.h"
#include "base/clock.h"
#include "base/library.h"
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static const struct codegen_table *table;
static void *library;
static double load_s;

static struct weft_error *open_locked(void)
{
	Dl_info here;
	char path[4096];
	const char *file = "libweft_codegen.so";
	int dir = 0;
	const char *slash = NULL;
	const char *(*const self)(void) = weft_version;
	void *address;
	memcpy(&address, &self, sizeof address);
	if (dladdr(address, &here) && here.dli_fname && (slash = strrchr(here.dli_fname, '/')))
		dir = (int)(slash - here.dli_fname) + 1;
	if (snprintf(path, sizeof path, "%.*s%s", dir, dir ? here.dli_fname : "", file) >=
		(int)sizeof path)
		FAIL(WEFT_NOT_FOUND, "the path of libweft is too long to find %s beside it", file);
	double start = clock_seconds();
	void *opened;
	TRY(library_open("the compiler", path, &opened));
	const struct codegen_table *found = dlsym(opened, "weft_codegen_table");
	if (!found || found->version != CODEGEN_VERSION) {
		dlclose(opened);
		FAIL(WEFT_FAILED_PRECONDITION, "%s is not of this version of Weft", path);
	}
	library_rest(opened);		/* of its relocations, which nobody reads again */
	table = found;
	library = opened;
	load_s = clock_seconds() - start;
	return NULL;
}

struct weft_error *codegen_open(const struct codegen_table **out)
{
	struct weft_error *e = NULL;
	api_lock(LOCK_codegen);
	if (!table)
		e = open_locked();
	*out = table;
	api_unlock(LOCK_codegen);
	return e;
}

void codegen_rest(void)
{
	api_lock(LOCK_codegen);
	void *rests = library;
	api_unlock(LOCK_codegen);
	library_rest(rests);
	mem_trim();
}

double codegen_load_seconds(void)
{
	api_lock(LOCK_codegen);
	double s = load_s;
	api_unlock(LOCK_codegen);
	return s;
}

bool codegen_is_open(void)
{
	api_lock(LOCK_codegen);
	bool open = table != NULL;
	api_unlock(LOCK_codegen);
	return open;
}
