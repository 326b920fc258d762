/* kept_tend.c -- api_cache: what `weft cache` shows and does, as text for people and as JSON. */
#include "api/api_impl.h"
#include "cache/cache.h"
#include <string.h>
#include <time.h>

struct tend {
	struct str *out;
	bool json, list;
	uint64_t entries, damaged, other, bytes;
};

static void add_entry(void *arg, const struct cache_entry *e)
{
	struct tend *t = arg;
	bool first = !t->entries++;
	t->damaged += e->damaged;
	t->other += e->other;
	t->bytes += e->bytes;
	if (!t->list)
		return;
	if (t->json) {
		str_addf(t->out, "%s{\"key\": \"%s\", \"about\": ", first ? "" : ", ", e->key);
		str_add_json(t->out, e->about);
		str_addf(t->out, ", \"bytes\": %llu, \"used\": %lld, \"damaged\": %s, "
			"\"other_version\": %s}",
			(unsigned long long)e->bytes, (long long)e->used,
			e->damaged ? "true" : "false", e->other ? "true" : "false");
		return;
	}
	char when[32] = "?";
	struct tm tm;
	time_t used = (time_t)e->used;
	if (localtime_r(&used, &tm))
		strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm);
	str_addf(t->out, "%.16s  %s  %10llu  %s\n", e->key, when, (unsigned long long)e->bytes,
		e->damaged ? "damaged" : e->other ? "(another version's)" : e->about);
}

static struct weft_error *look(const struct cache *c, struct tend *t, bool verify)
{
	if (t->json) {
		str_add(t->out, "{\"directory\": ");
		str_add_json(t->out, c->path);
		str_addf(t->out, ", \"limit\": %llu, ", (unsigned long long)c->limit);
		str_add(t->out, t->list ? "\"entries\": [" : "");
	}
	else if (t->list)
		str_add(t->out, "key               used last                 bytes  of what\n");
	TRY(cache_each(c, verify, add_entry, t));
	if (t->json && t->list)
		str_add(t->out, "]}\n");
	else if (t->json)
		str_addf(t->out, "\"entries\": %llu, \"bytes\": %llu, \"damaged\": %llu, "
			"\"other_version\": %llu}\n",
			(unsigned long long)t->entries, (unsigned long long)t->bytes,
			(unsigned long long)t->damaged, (unsigned long long)t->other);
	else if (!t->list)
		str_addf(t->out, "%s: %llu entries, %llu KiB of at most %llu KiB, %llu damaged%s, "
			"%llu of another version\n",
			c->path, (unsigned long long)t->entries, (unsigned long long)t->bytes >> 10,
			(unsigned long long)c->limit >> 10, (unsigned long long)t->damaged,
			verify && t->damaged ? " and removed" : "",
			(unsigned long long)t->other);
	return NULL;
}

static struct weft_error *prune(const struct cache *c, uint64_t limit, struct tend *t)
{
	struct cache_pruned p;
	TRY(cache_prune(c, limit, &p));
	str_addf(t->out,
		t->json ? "{\"removed\": %llu, \"removed_bytes\": %llu, \"entries\": %llu, "
			  "\"bytes\": %llu}\n"
			: "removed %llu entries of %llu bytes; %llu entries of %llu bytes are "
			  "left\n",
		(unsigned long long)p.entries, (unsigned long long)p.bytes,
		(unsigned long long)p.left, (unsigned long long)p.left_bytes);
	return NULL;
}

static struct weft_error *carry(
	const struct cache *c, const char *file, bool to_file, struct tend *t)
{
	uint64_t n;
	if (!file)
		FAIL(WEFT_INVALID_ARGUMENT, "%s", to_file ? "-o: the file to export to is needed"
							  : "--from: the file to import is needed");
	TRY(to_file ? cache_export(c, file, &n) : cache_import(c, file, &n));
	str_addf(t->out, t->json ? "{\"entries\": %llu}\n" : "%llu entries\n",
		(unsigned long long)n);
	return NULL;
}

static struct weft_error *tend(struct cache *c, const char *action, uint64_t limit,
	const char *file, struct tend *t)
{
	if (!strcmp(action, "stats") || !strcmp(action, "list"))
		return look(c, t, false);
	if (!strcmp(action, "export"))
		return carry(c, file, true, t);
	c->mode = CACHE_ON;                      /* opened for reading, so that nothing was made */
	if (!strcmp(action, "verify"))
		return look(c, t, true);
	if (!strcmp(action, "import"))
		return carry(c, file, false, t);
	return prune(c, strcmp(action, "clear") ? limit : 0, t);
}

struct weft_error *api_cache(
	const char *action, const char *size, const char *file, bool json, char **out)
{
	struct cache c;
	struct str s;
	uint64_t limit;
	struct tend t = { .out = &s, .json = json, .list = !strcmp(action, "list") };
	if (!cache_size_of(size, &limit))
		FAIL(WEFT_INVALID_ARGUMENT, "--size: expected bytes, with K, M or G, found '%s'",
			size);
	const char *why =
		cache_open(strcmp(action, "import") ? CACHE_READ : CACHE_ON, &c);
	if (why)
		FAIL(WEFT_FAILED_PRECONDITION, "%s%serror: %s", c.path, *c.path ? ": " : "", why);
	str_init(&s, NULL);
	struct weft_error *e = tend(&c, action, size ? limit : c.limit, file, &t);
	cache_close(&c);
	return text_give(&s, e, out);
}
