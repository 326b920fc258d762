/* lapack.c -- finds LAPACK at the first decomposition: no program that has none pays for it.
 *
 * A process that has torch has torch's: the same routines eager calls, so the same bits.  Others
 * take what the system calls liblapack.so.3 (reference LAPACK, or OpenBLAS in its place). */
#include "base/lapack.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int flags;
} libraries[] = {
	{ "libtorch_cpu.so", RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD },
	{ "liblapack.so.3", RTLD_NOW | RTLD_LOCAL },
	{ "libopenblas.so.0", RTLD_NOW | RTLD_LOCAL },
};
enum { LIBRARIES = sizeof libraries / sizeof *libraries };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void *opened[LIBRARIES];

static void open_all(void)
{
	for (int i = 0; i < LIBRARIES; i++)
		opened[i] = dlopen(libraries[i].name, libraries[i].flags);
}

struct weft_error *lapack_find(char kind, const char *name, lapack_fn **out)
{
	char symbol[32];
	void *found = NULL;

	pthread_once(&once, open_all);
	snprintf(symbol, sizeof symbol, "%c%s_", kind, name);
	for (int i = 0; i < LIBRARIES && !found; i++)
		found = opened[i] ? dlsym(opened[i], symbol) : NULL;
	if (!found)
		FAIL(WEFT_UNIMPLEMENTED, "LAPACK's %.*s is not on this machine: install liblapack3 "
			"(Debian), or what it is called here", (int)strlen(symbol) - 1, symbol);
	memcpy(out, &found, sizeof found);
	return NULL;
}
