/* plugin.c -- backends of others: shared objects found on WEFT_PLUGIN_PATH, and a table of
 * theirs (weft/backend.h) as a backend of ours.
 *
 * Such a backend keeps the program's text, or what it makes of it, in the artifact, and runs it
 * itself. */
#include "backend/backend.h"
#include "base/fork.h"
#include "base/library.h"
#include "base/str.h"
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- their table as our backend ------------------------------------------------------------- */

struct weft_results {
	struct exe *exe;
	struct run_tensor *out;
	uint32_t nout;
	const char *backend;
};

struct state {
	const char *name;
	const struct weft_backend *table;
	void *theirs;
};

static struct weft_error *host_fail(enum weft_code code, const char *text)
{
	return error_make(code, "%s", text ? text : "");
}

static struct weft_error *host_result(
	struct weft_results *r, uint32_t i, struct weft_tensor_type type, void **data)
{
	struct storage *s;
	size_t bytes = weft_dtype_size(type.dtype);
	if (i >= r->nout || r->out[i].storage)
		FAIL(WEFT_INVALID_ARGUMENT,
			"backend '%s': result %u of %u is not there, or made already", r->backend,
			i, r->nout);
	struct run_type t = exe_output(r->exe, i);
	if (type.dtype != t.dtype || type.rank != t.rank || type.rank > ABI_RANK_MAX)
		FAIL(WEFT_INVALID_ARGUMENT,
			"backend '%s': result %u: expected %s of rank %u, found %s of rank %u",
			r->backend, i, weft_dtype_name(t.dtype), t.rank,
			weft_dtype_name(type.dtype), type.rank);
	for (uint32_t d = 0; d < type.rank; d++) {
		if (type.dims[d] < 0 || (t.dims[d] >= 0 && t.dims[d] != type.dims[d]))
			FAIL(WEFT_INVALID_ARGUMENT,
				"backend '%s': result %u, dimension %u: found %lld", r->backend, i,
				d, (long long)type.dims[d]);
		if (__builtin_mul_overflow(bytes, (size_t)type.dims[d], &bytes))
			FAIL(WEFT_RESOURCE_EXHAUSTED, "backend '%s': result %u is too large",
				r->backend, i);
	}
	TRY(storage_create(bytes, &s));
	if (type.rank)
		memcpy(s->dims, type.dims, type.rank * sizeof *s->dims);
	r->out[i] = (struct run_tensor){
		.dtype = type.dtype,
		.rank = type.rank,
		.dims = s->dims,
		.data = s->data,
		.bytes = bytes,
		.storage = s,
	};
	*data = s->data;
	return NULL;
}

static const struct weft_host host = { WEFT_BACKEND_VERSION, host_fail, host_result };

static struct weft_error *plugin_prepare(const struct backend *b, struct exe *x, void **out)
{
	size_t size;
	const void *bytes = exe_bytes(x, ABI_TEXT, &size);
	struct state *s = mem_alloc(sizeof *s);
	if (!s)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for backend '%s'", b->name);
	s->name = b->name;
	s->table = b->plugin;
	struct weft_error *e =
		b->plugin->load ? b->plugin->load(&host, bytes, size, &s->theirs) : NULL;
	if (e) {
		mem_free(s);
		return e;
	}
	*out = s;
	return NULL;
}

static void plugin_unprepare(void *state)
{
	struct state *s = state;
	if (s->table->unload)
		s->table->unload(s->theirs);
	mem_free(s);
}

static struct weft_error *call(
	const struct state *s, const struct run_tensor *in, uint32_t nin, struct weft_results *r)
{
	struct weft_tensor *args = mem_alloc(mem_size((size_t)nin + 1, sizeof *args));
	if (!args)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %u arguments", nin);
	for (uint32_t i = 0; i < nin; i++)
		args[i] =
			(struct weft_tensor){ { in[i].dtype, in[i].rank, in[i].dims }, in[i].data };
	struct weft_error *e = s->table->run(&host, s->theirs, nin, args, r->nout, r);
	mem_free(args);
	for (uint32_t i = 0; i < r->nout && !e; i++)
		if (!r->out[i].storage)
			e = error_make(WEFT_INTERNAL, "backend '%s' did not make result %u of %u",
				s->name, i, r->nout);
	return e;
}

static struct weft_error *plugin_run(struct exe *x, void *state, const struct run_options *o,
	const struct run_tensor *in, uint32_t nin, struct run_tensor *out, uint32_t nout)
{
	struct weft_results r = { x, out, nout, ((const struct state *)state)->name };
	(void)o;
	TRY(backend_check_call(x, in, nin, nout));
	memset(out, 0, nout * sizeof *out);
	struct weft_error *e = call(state, in, nin, &r);
	for (uint32_t i = 0; e && i < nout; i++) {
		storage_release(out[i].storage);
		out[i].storage = NULL;
	}
	return e;
}

/* Tables already taken in: one backend for a table and a name, so that clients of one compare
 * equal. */
struct taken {
	struct taken *next;
	struct backend backend;
	char name[64];
};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct taken *taken;

FORK_KEEPS_LOCK(FORK_plugin, lock)

static struct weft_error *take_locked(
	const struct weft_backend *table, const char *name, const struct backend **out)
{
	for (struct taken *t = taken; t; t = t->next)
		if (t->backend.plugin == table && !strcmp(t->name, name)) {
			*out = &t->backend;
			return NULL;
		}
	struct taken *t = mem_alloc(sizeof *t);
	if (!t)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for backend '%s'", name);
	memcpy(t->name, name, strnlen(name, sizeof t->name - 1));
	t->backend = (struct backend){
		.size = sizeof(struct backend),
		.name = t->name,
		.doc = table->doc ? table->doc : "",
		.stages = BACKEND_KEEP,
		.plugin = table,
		.prepare = plugin_prepare,
		.unprepare = plugin_unprepare,
		.run = plugin_run,
	};
	t->next = taken;
	taken = t;
	*out = &t->backend;
	return NULL;
}

struct weft_error *backend_of_plugin(
	const struct weft_backend *table, const char *name, const struct backend **out)
{
	if (table->version != WEFT_BACKEND_VERSION)
		FAIL(WEFT_FAILED_PRECONDITION,
			"backend '%s' is written for version %u of weft/backend.h, this is %u",
			name, table->version, WEFT_BACKEND_VERSION);
	if (!table->run || (table->compile && !table->compiled_free))
		FAIL(WEFT_INVALID_ARGUMENT, "backend '%s' lacks the function %s", name,
			table->run ? "compiled_free" : "run");
	pthread_mutex_lock(&lock);
	struct weft_error *e = take_locked(table, name, out);
	pthread_mutex_unlock(&lock);
	return e;
}

const void *backend_kept_text(
	struct job *j, const struct backend *b, const char *text, size_t *size)
{
	void *bytes, *copy;
	*size = strlen(text);
	if (!b->plugin || !b->plugin->compile)
		return text;
	job_try(j, b->plugin->compile(&host, text, *size, &bytes, size));
	copy = job_alloc(j, *size + 1);
	memcpy(copy, bytes, *size);
	b->plugin->compiled_free(bytes);
	return copy;
}

/* ---- shared objects ------------------------------------------------------------------------- */

struct weft_error *backend_load_library(
	const char *path, const char *name, struct backend_found *out)
{
	weft_backend_plugin_fn *plugin;
	char what[100];
	void *library; /* never closed: what it registered stays */
	snprintf(what, sizeof what, "the plug-in of backend '%s'", name);
	TRY(library_open(what, path, &library));
	void *symbol = dlsym(library, WEFT_BACKEND_SYMBOL);
	if (!symbol) {
		if (backend_loaded(name, out)) /* its initialiser did it */
			return NULL;
		FAIL(WEFT_FAILED_PRECONDITION, "the plug-in %s has no function %s", path,
			WEFT_BACKEND_SYMBOL);
	}
	memcpy(&plugin, &symbol, sizeof plugin);
	const struct weft_backend *table = plugin(&host);
	if (backend_loaded(name, out))
		return NULL;
	if (!table)
		FAIL(WEFT_FAILED_PRECONDITION, "the plug-in %s gave no backend", path);
	struct weft_error *e = backend_of_plugin(table, name, &out->backend);
	return e ? error_prefix(e, "the plug-in %s: ", path) : NULL;
}

static struct weft_error *load_path(void *arg, const char *name, struct backend_found *out)
{
	return backend_load_library(arg, name, out);
}

/* Announces directory/file where file is weft_backend_NAME.so. */
static void announce(const char *directory, const char *file)
{
	static const char front[] = "weft_backend_", back[] = ".so";
	size_t n = strlen(file), f = sizeof front - 1, b = sizeof back - 1;
	struct str path, name;
	if (n <= f + b || memcmp(file, front, f) || strcmp(file + n - b, back))
		return;
	str_init(&path, NULL);
	str_init(&name, NULL);
	str_addf(&path, "%s/%s", directory, file);
	str_add_bytes(&name, file + f, n - f - b);
	/* The path stays with the entry; a name that is there, or is none, takes nothing. */
	struct backend_found found;
	struct weft_error *e = NULL;
	if (path.failed || name.failed || backend_loaded(name.text, &found) ||
		(e = backend_announce(name.text, load_path, path.text)))
		str_fini(&path);
	weft_error_free(e);
	str_fini(&name);
}

static char unreadable[512];

static void discover_in(const char *directory)
{
	DIR *d = opendir(directory);
	if (!d) {
		if (!*unreadable)
			snprintf(unreadable, sizeof unreadable, "%.*s", (int)sizeof unreadable - 1,
				directory);
		return;
	}
	for (struct dirent *e; (e = readdir(d));)
		announce(directory, e->d_name);
	closedir(d);
}

static void discover(void)
{
	const char *path = secure_getenv("WEFT_PLUGIN_PATH");
	for (size_t n; path && *path; path += n + (path[n] == ':')) {
		n = strcspn(path, ":");
		char directory[4096];
		if (!n || n >= sizeof directory)
			continue;
		memcpy(directory, path, n);
		directory[n] = '\0';
		discover_in(directory);
	}
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

void backend_discover(void)
{
	pthread_once(&once, discover);
}

const char *backend_unreadable(void)
{
	return unreadable;
}
