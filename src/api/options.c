/* options.c -- option.def as struct weft_options: setting by name with checks, reading with
 * defaults. */
#include "api/api_impl.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define INT(name, otherwise, least, most, of, doc)                                                 \
	int64_t option_##name(const struct weft_options *o)                                        \
	{                                                                                          \
		return o ? o->name : otherwise;                                                    \
	}
#define STR(name, otherwise, values, of, doc)                                                      \
	const char *option_##name(const struct weft_options *o)                                    \
	{                                                                                          \
		return o && o->name ? o->name : otherwise;                                         \
	}
#include "api/option.def"
#undef INT
#undef STR

struct weft_error *weft_options_create(struct weft_options **out)
{
	struct weft_options *o = mem_alloc(sizeof *o);
	if (!o)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for options");
#define INT(name, otherwise, least, most, of, doc) o->name = otherwise;
#define STR(name, otherwise, values, of, doc)
#include "api/option.def"
#undef INT
#undef STR
	*out = o;
	return NULL;
}

void weft_options_free(struct weft_options *o)
{
	if (!o)
		return;
#define INT(name, otherwise, least, most, of, doc)
#define STR(name, otherwise, values, of, doc) mem_free(o->name);
#include "api/option.def"
#undef INT
#undef STR
	mem_free(o);
}

static struct weft_error *set_int(int64_t *at, const char *name, const char *value, int64_t least,
	int64_t most)
{
	char *end;
	errno = 0;
	long long v = strtoll(value, &end, 10);
	if (errno || end == value || *end || v < least || v > most)
		FAIL(WEFT_INVALID_ARGUMENT,
			"option %s: expected a number from %lld to %lld, found '%s'", name,
			(long long)least, (long long)most, value);
	*at = v;
	return NULL;
}

static struct weft_error *set_str(
	char **at, const char *name, const char *value, const char *values)
{
	bool known = !values;
	for (const char *v = values; v && !known; v = strchr(v, '|') ? strchr(v, '|') + 1 : NULL) {
		size_t len = strcspn(v, "|");
		known = strlen(value) == len && !memcmp(v, value, len);
	}
	if (!known)
		FAIL(WEFT_INVALID_ARGUMENT, "option %s: expected %s, found '%s'", name, values,
			value);
	char *copy = mem_strdup(value);
	if (!copy)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for an option");
	mem_free(*at);
	*at = copy;
	return NULL;
}

struct weft_error *weft_options_set(struct weft_options *o, const char *name, const char *value)
{
	if (!o || !name || !value)
		FAIL(WEFT_INVALID_ARGUMENT, "options, name and value are needed");
#define INT(field, otherwise, least, most, of, doc)                                                \
	if (!strcmp(name, #field))                                                                 \
		return set_int(&o->field, name, value, least, most);
#define STR(field, otherwise, values, of, doc)                                                     \
	if (!strcmp(name, #field))                                                                 \
		return set_str(&o->field, name, value, values);
#include "api/option.def"
#undef INT
#undef STR
	static const char *const names[] = {
#define INT(field, otherwise, least, most, of, doc) #field,
#define STR(field, otherwise, values, of, doc) #field,
#include "api/option.def"
#undef INT
#undef STR
	};
	const char *near = str_nearest(name, names, sizeof names / sizeof *names);
	FAIL(WEFT_INVALID_ARGUMENT, "unknown option '%s'; the nearest is '%s'", name, near);
}
