/* bind.c -- the table of bind.h. */
#include "api/bind.h"
#include "backend/backend.h"
#include "base/mem.h"

static struct weft_error *fail(enum weft_code code, const char *text)
{
	FAIL(code, "%s", text);
}

/* ---- backends that are functions of the binding's language -------------------------------- */

static struct weft_error *register_function(const char *name, const char *tags, void *function)
{
	return backend_register(name, tags, (struct backend_found){ NULL, function });
}

/* What was announced; it stays with the table's entry. */
struct announced {
	bind_load_fn *load;
	void *arg;
};

static struct weft_error *load_announced(void *arg, const char *name, struct backend_found *out)
{
	const struct announced *a = arg;
	char *path = NULL;
	TRY(a->load(a->arg, &out->foreign, &path));
	if (out->foreign)
		return NULL;
	struct weft_error *e = backend_load_library(path, name, out);
	mem_free(path);
	return e;
}

static struct weft_error *announce_function(const char *name, bind_load_fn *load, void *arg)
{
	struct announced *a = mem_alloc(sizeof *a);
	if (!a)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for backend '%s'", name);
	*a = (struct announced){ load, arg };
	struct weft_error *e = backend_announce(name, load_announced, a);
	if (e)
		mem_free(a);
	return e;
}

static struct weft_error *lookup_function(const char *name, void **function)
{
	struct backend_found found;
	TRY(backend_lookup(name, &found));
	*function = found.foreign;
	return NULL;
}

const struct bind_table weft_bind_table = {
	.version = BIND_VERSION,
	.run = api_run,
	.small = api_small,
	.bind = api_bind,
	.resolver_set = run_resolver_set,
	.storage_create = storage_create,
	.storage_release = storage_release,
	.storage_find = storage_find,
	.memory_scrub = memory_scrub,
	.fail = fail,
	.backend_register = register_function,
	.backend_announce = announce_function,
	.backend_lookup = lookup_function,
	.text_copy = mem_strdup,
	.stop_set = stop_set,
	.warm_up = api_warm_up,
	.parallel = api_parallel,
};
