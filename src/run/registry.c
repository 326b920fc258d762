/* registry.c -- who answers to the names in artifacts: resolvers of callbacks by namespace, library
 * functions by name.  Filled by the binding at start-up, read when an artifact is loaded. */
#include "base/mem.h"
#include "run/library.h"
#include "run/run_impl.h"
#include <string.h>

struct resolver {
	struct resolver *next;
	run_resolver_fn *fn;
	void *arg;
	char space[];
};
struct library {
	struct library *next;
	run_library_fn *fn;
	const char *name;
};
static struct resolver *resolvers;      /* never freed: a namespace stays */
static struct library *libraries;

struct weft_error *run_resolver_set(const char *space, run_resolver_fn *fn, void *arg)
{
	size_t n = strlen(space) + 1;
	struct resolver *fresh = mem_alloc(sizeof *fresh + n);

	if (!fresh)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for a resolver");
	memcpy(fresh->space, space, n);
	run_lock();
	struct resolver *r = resolvers;
	while (r && strcmp(r->space, space) != 0)
		r = r->next;
	if (!r) {
		r = fresh;
		fresh = NULL;
		r->next = resolvers;
		resolvers = r;
	}
	r->fn = fn;
	r->arg = arg;
	run_unlock();
	mem_free(fresh);
	return NULL;
}

/* The resolver of a namespace of n bytes; false without one. */
static bool resolver_find(const char *space, size_t n, run_resolver_fn **fn, void **arg)
{
	bool found = false;

	run_lock();
	for (struct resolver *r = resolvers; r && !found; r = r->next)
		if (r->fn && strlen(r->space) == n && memcmp(r->space, space, n) == 0) {
			*fn = r->fn;
			*arg = r->arg;
			found = true;
		}
	run_unlock();
	return found;
}

/* "space.op|attributes" in a copy: NULs in place of the first '.' and the first '|' after it. */
static struct weft_error *name_split(char *copy, const char **op, const char **attributes)
{
	char *dot = strchr(copy, '.');

	if (!dot)
		FAIL(WEFT_INVALID_ARGUMENT, "artifact: the callback '%s' has no namespace", copy);
	*dot = 0;
	*op = dot + 1;
	char *bar = strchr(dot + 1, '|');
	*attributes = "";
	if (bar) {
		*bar = 0;
		*attributes = bar + 1;
	}
	return NULL;
}

struct weft_error *run_resolve(const char *name, struct run_callback *out)
{
	const char *op, *attributes;
	run_resolver_fn *fn;
	void *arg;
	char *copy = mem_strdup(name);

	if (!copy)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for a callback's name");
	struct weft_error *e = name_split(copy, &op, &attributes);
	if (!e) {
		bool asked = false;
		if (resolver_find(copy, strlen(copy), &fn, &arg)) {
			e = fn(arg, copy, op, attributes, out);
			asked = true;
		}
		if ((!asked || (e && weft_error_code(e) == WEFT_NOT_FOUND)) &&
		    resolver_find("", 0, &fn, &arg)) {
			weft_error_free(e);
			e = fn(arg, copy, op, attributes, out);
			asked = true;
		}
		if (!asked)
			e = error_make(WEFT_FAILED_PRECONDITION,
				"nobody resolves the callback '%s.%s' in this process", copy, op);
	}
	mem_free(copy);
	return e;
}

struct weft_error *run_library_set(const char *name, run_library_fn *fn)
{
	struct library *fresh = mem_alloc(sizeof *fresh);

	if (!fresh)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for a library function");
	run_lock();
	struct library *l = libraries;
	while (l && strcmp(l->name, name) != 0)
		l = l->next;
	if (!l) {
		l = fresh;
		fresh = NULL;
		l->name = name;
		l->next = libraries;
		libraries = l;
	}
	l->fn = fn;
	run_unlock();
	mem_free(fresh);
	return NULL;
}

run_library_fn *registry_library(const char *name)
{
	const char *bar = strchr(name, '|');
	size_t n = bar ? (size_t)(bar - name) : strlen(name);
	run_library_fn *fn = NULL;

	run_lock();
	for (struct library *l = libraries; l; l = l->next)
		if (strlen(l->name) == n && memcmp(l->name, name, n) == 0)
			fn = l->fn;
	run_unlock();
	return fn ? fn : library_find(name, n);
}
