/* registry.c -- the one table of backends: names with tags, what stands under them, or how to
 * load it.
 *
 * Names are never taken out, so that what was found stays.  Tags belong to the name, not to the
 * backend. Nothing is loaded under the lock: a plug-in's initialiser may register, and a
 * binding's loader may wait for a lock of its own.  Two threads that look up one plug-in at once
 * may load it twice; the first result stays. */
#include "backend/backend.h"
#include "base/fork.h"
#include "base/str.h"
#include <string.h>

enum { NAME_MAX_LEN = 63 };

struct entry {
	struct entry *next;
	char name[NAME_MAX_LEN + 1];
	char *tags; /* words with commas; NULL: none */
	struct backend_found found;
	backend_load_fn *load; /* while nothing is found yet */
	void *arg;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *table;

static void table_lock(void)
{
	pthread_mutex_lock(&lock);
}
static void table_unlock(void)
{
	pthread_mutex_unlock(&lock);
}
FORK_KEEPS(FORK_registry, table_lock, table_unlock, table_unlock)

static bool is_loaded(const struct entry *e)
{
	return e->found.backend || e->found.foreign;
}

static char plain(char c)
{
	return c == '-' ? '_' : c;
}

static bool same_name(const char *a, const char *b)
{
	while (*a && plain(*a) == plain(*b)) {
		a++;
		b++;
	}
	return !*a && !*b;
}

static bool valid_name(const char *name)
{
	size_t n =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.+");
	return n && !name[n] && n <= NAME_MAX_LEN;
}

/* ---- built in: entries of their own, before anything else is there -------------------------- */

static struct entry built_in[] = {
#define BACKEND(text, words, stages, doc) { .name = #text, .found.backend = &backend_##text },
#include "backend/backend.def"
#undef BACKEND
};

static void fill_locked(void)
{
	static char tags[][16] = {
#define BACKEND(text, words, stages, doc) words,
#include "backend/backend.def"
#undef BACKEND
	};
	if (table)
		return;
	for (size_t i = sizeof built_in / sizeof *built_in; i--;) {
		built_in[i].tags = tags[i];
		built_in[i].next = table;
		table = &built_in[i];
	}
}

static struct entry *find_locked(const char *name)
{
	fill_locked();
	for (struct entry *e = table; e; e = e->next)
		if (same_name(e->name, name))
			return e;
	return NULL;
}

/* ---- putting in ----------------------------------------------------------------------------- */

static void entry_free(struct entry *e)
{
	if (e)
		mem_free(e->tags);
	mem_free(e);
}

static struct weft_error *entry_create(const char *name, const char *tags, struct entry **out)
{
	if (!valid_name(name))
		FAIL(WEFT_INVALID_ARGUMENT,
			"'%.80s' is no name of a backend: letters, digits and _-.+, at most %d",
			name, NAME_MAX_LEN);
	struct entry *e = mem_alloc(sizeof *e);
	if (e) {
		memcpy(e->name, name, strlen(name));
		e->tags = mem_strdup(tags ? tags : "");
	}
	if (!e || !e->tags) {
		entry_free(e);
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for backend '%s'", name);
	}
	*out = e;
	return NULL;
}

struct weft_error *backend_register(const char *name, const char *tags, struct backend_found what)
{
	struct entry *fresh;
	TRY(entry_create(name, tags, &fresh));
	fresh->found = what;
	table_lock();
	struct entry *there = find_locked(name);
	bool duplicate = there && is_loaded(there);
	if (there && !duplicate) { /* only announced: what is registered wins */
		char *swap = there->tags;
		there->tags = fresh->tags;
		fresh->tags = swap;
		there->found = what;
	} else if (!there) {
		fresh->next = table;
		table = fresh;
		fresh = NULL;
	}
	table_unlock();
	entry_free(fresh);
	if (duplicate)
		FAIL(WEFT_ALREADY_EXISTS, "duplicate name: %s", name);
	return NULL;
}

struct weft_error *backend_announce(const char *name, backend_load_fn *load, void *arg)
{
	struct entry *fresh;
	TRY(entry_create(name, NULL, &fresh));
	fresh->load = load;
	fresh->arg = arg;
	table_lock();
	if (!find_locked(name)) {
		fresh->next = table;
		table = fresh;
		fresh = NULL;
	}
	table_unlock();
	entry_free(fresh);
	return NULL;
}

/* ---- looking up ----------------------------------------------------------------------------- */

bool backend_loaded(const char *name, struct backend_found *out)
{
	table_lock();
	const struct entry *e = find_locked(name);
	bool loaded = e && is_loaded(e);
	if (loaded)
		*out = e->found;
	table_unlock();
	return loaded;
}

/* A copy of the entry, or false. */
static bool look(const char *name, struct entry *out)
{
	table_lock();
	const struct entry *e = find_locked(name);
	if (e)
		*out = *e;
	table_unlock();
	return e != NULL;
}

static struct weft_error *not_found(const char *name)
{
	const char *names[256], *nearest, *bad = backend_unreadable();
	size_t n = 0;
	table_lock();
	for (const struct entry *e = table; e && n < sizeof names / sizeof *names; e = e->next)
		names[n++] = e->name; /* entries stay, so their names do */
	table_unlock();
	nearest = str_nearest(name, names, n);
	return error_make(WEFT_NOT_FOUND,
		"no backend '%.80s'; the nearest is '%s', `weft backends` lists them%s%s%s", name,
		nearest, *bad ? " (WEFT_PLUGIN_PATH: the directory '" : "", bad,
		*bad ? "' cannot be read)" : "");
}

struct weft_error *backend_lookup(const char *name, struct backend_found *out)
{
	struct entry e;
	bool there = look(name, &e);
	if (!there) {
		backend_discover();
		there = look(name, &e);
	}
	if (!there)
		return not_found(name);
	if (!is_loaded(&e)) {
		struct backend_found found = { NULL, NULL };
		TRY(e.load(e.arg, e.name, &found));
		table_lock();
		struct entry *now = find_locked(name);
		if (!is_loaded(now))
			now->found = found;
		e.found = now->found;
		table_unlock();
	}
	*out = e.found;
	return NULL;
}

struct weft_error *backend_open(const char *name, const struct backend **out)
{
	struct backend_found found;
	TRY(backend_lookup(name, &found));
	if (!found.backend)
		FAIL(WEFT_FAILED_PRECONDITION,
			"backend '%s' is a function of another language and compiles graphs of "
			"that language's frameworks alone",
			name);
	*out = found.backend;
	return NULL;
}

/* ---- listing -------------------------------------------------------------------------------- */

/* Do two lists of words with commas meet? */
static bool meet(const char *a, const char *b)
{
	for (size_t n; *a; a += n + (a[n] == ',')) {
		n = strcspn(a, ",");
		for (const char *p = b; n && *p;) {
			size_t m = strcspn(p, ",");
			if (m == n && !memcmp(a, p, n))
				return true;
			p += m + (p[m] == ',');
		}
	}
	return false;
}

/* The smallest listed name above after; NULL: no more. */
static const char *next_locked(const char *after, const char *exclude)
{
	const char *next = NULL;
	for (const struct entry *e = table; e; e = e->next)
		if (strcmp(e->name, after) > 0 && (!next || strcmp(e->name, next) < 0) &&
			!(e->tags && meet(e->tags, exclude)))
			next = e->name;
	return next;
}

struct weft_error *weft_backend_list(const char *exclude, char **out)
{
	struct str s;
	str_init(&s, NULL);
	backend_discover();
	str_add(&s, "");
	table_lock();
	fill_locked();
	for (const char *name = ""; (name = next_locked(name, exclude ? exclude : ""));) {
		str_add(&s, name);
		str_addc(&s, '\n');
	}
	table_unlock();
	if (s.failed || !s.text) {
		str_fini(&s);
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for the list of backends");
	}
	*out = s.text;
	return NULL;
}

/* ---- the public calls ----------------------------------------------------------------------- */

struct weft_error *weft_backend_register(
	const struct weft_backend *b, const char *name, const char *tags)
{
	struct backend_found found = { NULL, NULL };
	if (!b)
		FAIL(WEFT_INVALID_ARGUMENT, "a backend is needed");
	if (!name || !*name)
		name = b->name;
	if (!name || !*name)
		FAIL(WEFT_INVALID_ARGUMENT, "a backend without a name");
	TRY(backend_of_plugin(b, name, &found.backend));
	return backend_register(name, tags, found);
}

struct weft_error *weft_backend_register_debug(const struct weft_backend *b, const char *name)
{
	return weft_backend_register(b, name, "debug");
}

struct weft_error *weft_backend_register_experimental(
	const struct weft_backend *b, const char *name)
{
	return weft_backend_register(b, name, "experimental");
}

struct weft_error *weft_backend_lookup(const char *name)
{
	struct backend_found found;
	if (!name)
		FAIL(WEFT_INVALID_ARGUMENT, "a name is needed");
	return backend_lookup(name, &found);
}
