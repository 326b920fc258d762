/* kept.c -- what the key of a compile is made of, and the way of a compile through the cache.
 *
 * The key covers everything the bytes of an artifact depend on and nothing else: the graph as it
 * was given, options that say CODE in option.def, backend, ISA level, the processor's cache sizes
 * (the plan reads them), and the sources this library was built from.  Neither the program's
 * locations nor the contents of weights that are mapped or bound later enter: doc/cache.md. */
#include "api/kept.h"
#include "api/user_pass.h"
#include "abi/abi.h"
#include "base/cpu.h"
#include "base/str.h"
#include "cache/build_id.h"
#include "cache/remote.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct key_job {
	const struct graph *graph;
	const struct backend *backend;
	const struct weft_options *options;
	enum isa isa;
	struct cache_key *out;
};

/* A text and its end: no text holds a NUL. */
static void add_text(struct str *s, const char *name, const char *text)
{
	str_add(s, name);
	str_addc(s, '=');
	str_add(s, text);
	str_addc(s, '\0');
}

static void add_number(struct str *s, const char *name, uint64_t v)
{
	str_addf(s, "%s=%llu", name, (unsigned long long)v);
	str_addc(s, '\0');
}

static void add_option(void *arg, const char *name, const char *value)
{
	add_text(arg, name, value);
}

static void make_key(struct job *j, void *arg)
{
	const struct key_job *k = arg;
	const struct isa_info *isa = &isa_table[k->isa];
	const struct func *main = graph_main(k->graph);
	struct str s;
	if (!main)
		job_fail(j, WEFT_INVALID_ARGUMENT, "a program without a function named main");
	str_init(&s, j);
	add_text(&s, "weft", weft_version());
	add_text(&s, "build", CACHE_BUILD_ID);
	add_number(&s, "abi", ABI_VERSION);
	add_number(&s, "codegen", CODEGEN_VERSION);
	add_text(&s, "backend", k->backend->name);
	add_text(&s, "isa", isa->name);
	add_number(&s, "needs", isa->needs);
	add_text(&s, "triple", isa->triple);
	add_text(&s, "features", isa->features);
	add_number(&s, "l1", cpu_get()->l1d);
	add_number(&s, "l2", cpu_get()->l2);
	add_number(&s, "l3", cpu_get()->l3);
	options_key(k->options, add_option, &s);
	add_text(&s, "graph", main->name);
	graph_key(j, k->graph, main, &s);
	*k->out = cache_key_of(s.text, s.len);
}

/* Why this compile has no business with the cache, or NULL. */
static const char *reason(const struct backend *b, const struct weft_options *o)
{
	if (!(b->stages & BACKEND_GEN))
		return "the backend generates no code";
	if (b->plant)
		return "the backend plants errors";
	if (user_passes_anonymous(o))
		return "a user's pass has no identity";
	if (*option_dump(o))
		return "the stages are to be dumped";
	if (option_verify(o))
		return "the graph is to be verified";
	return NULL;
}

/* The remote store, where one is asked for and the local cache is used. */
static bool open_remote(void)
{
	bool there;
	struct weft_error *e = remote_open(&there);
	if (e)
		notice("%s", weft_error_text(e));
	weft_error_free(e);
	return there;
}

void kept_tell(void)
{
	char trouble[400];
	if (remote_trouble(trouble, sizeof trouble))
		notice("the remote cache fails: %s", trouble);
}

static const char *open_all(struct kept *k, const struct weft_program *p, const struct backend *b,
	const struct weft_options *o, enum isa isa, enum cache_mode mode)
{
	/* the graph's, not the handle's, state */
	pthread_mutex_t *lock = (pthread_mutex_t *)&p->lock;
	struct key_job key = { p->graph, b, o, isa, &k->key };
	const char *why = reason(b, o);
	if (why)
		return why;
	if ((why = cache_open(mode, &k->cache))) {
		notice("the cache is not used: %s%s%s", k->cache.path, *k->cache.path ? ": " : "",
			why);
		return why;
	}
	pthread_mutex_lock(lock);
	struct weft_error *e = job_run(make_key, &key);
	pthread_mutex_unlock(lock);
	weft_error_free(e);
	return e ? "the key cannot be computed" : NULL;
}

void kept_open(struct kept *k, const struct weft_program *p, const struct backend *b,
	const struct weft_options *o, enum isa isa)
{
	enum cache_mode mode;
	*k = (struct kept){ .state = KEPT_bypassed, .cache.fd = -1 };
	if (!cache_mode_of(option_cache(o), &mode)) {
		k->why = "WEFT_CACHE is not on, read or off";
		notice("the cache is not used: WEFT_CACHE: expected on, read or off, found '%s'",
			getenv("WEFT_CACHE"));
	} else if (mode == CACHE_OFF)
		k->state = KEPT_disabled;
	else
		k->why = open_all(k, p, b, o, isa, mode);
	if (k->why)
		report_bypass(k->why);
	else if (k->state == KEPT_disabled)
		cache_count(CACHE_disabled);
	else {
		k->state = KEPT_miss;
		k->remote = open_remote();
	}
	snprintf(k->about, sizeof k->about, "%s %s %s", b->name,
		isa < ISA_COUNT ? isa_table[isa].name : "", option_numerics(o));
}

/* Takes bytes. */
static bool load(struct kept *k, const struct backend *b, const struct weft_options *o, void *bytes,
	size_t size, struct weft_executable **out)
{
	struct weft_error *e = executable_create(b, bytes, size, o, out);
	if (!e) {
		cache_count(CACHE_hits);
		k->state = KEPT_hit;
		return true;
	}
	/* Not an artifact after all; other failures (memory, a missing weight) are no fault of
	 * it. */
	if (weft_error_code(e) == WEFT_INVALID_ARGUMENT || weft_error_code(e) == WEFT_UNIMPLEMENTED)
		cache_drop(&k->cache, &k->key);
	weft_error_free(e);
	return false;
}

bool kept_find(struct kept *k, const struct backend *b, const struct weft_options *o,
	struct weft_executable **out)
{
	void *bytes;
	size_t size;
	if (k->state != KEPT_miss)
		return false;
	if (cache_get(&k->cache, &k->key, &bytes, &size) && load(k, b, o, bytes, size, out))
		return true;
	if (k->remote && remote_get(&k->key, &bytes, &size)) {
		cache_put(&k->cache, &k->key, k->about, bytes, size);
		if (load(k, b, o, bytes, size, out))
			return true;
	}
	cache_count(CACHE_misses);
	return false;
}

void kept_keep(const struct kept *k, const void *bytes, size_t size)
{
	if (k->state != KEPT_miss)
		return;
	cache_put(&k->cache, &k->key, k->about, bytes, size);
	if (k->remote && k->cache.mode == CACHE_ON)
		remote_put(&k->key, bytes, size);
}

void kept_close(struct kept *k)
{
	kept_tell();
	cache_close(&k->cache);
}
