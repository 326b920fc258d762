/* options.c -- option.def as struct weft_options: setting by name with checks, the environment,
 * reading with defaults, listing. */
#include "api/api_impl.h"
#include "api/user_pass.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define INT(name, variable, otherwise, least, most, of, doc)                                       \
	int64_t option_##name(const struct weft_options *o)                                        \
	{                                                                                          \
		return o && o->name.set ? o->name.value : otherwise;                               \
	}
#define BOOL(name, variable, otherwise, of, doc)                                                   \
	bool option_##name(const struct weft_options *o)                                           \
	{                                                                                          \
		return o && o->name.set ? o->name.value != 0 : otherwise;                          \
	}
#define STR(name, variable, otherwise, values, of, doc)                                            \
	const char *option_##name(const struct weft_options *o)                                    \
	{                                                                                          \
		return o && o->name ? o->name : otherwise;                                         \
	}
#define TEXT STR
#include "api/option.def"
#undef INT
#undef BOOL
#undef STR
#undef TEXT

struct weft_error *option_check_level(const char *value)
{
	enum isa isa;
	struct weft_error *e = isa_choose(value, &isa);
	return e ? error_prefix(e, "option isa: ") : NULL;
}

struct weft_error *option_check_words(const char *value)
{
	return plant_check(value);
}

/* The rows, for everything that goes by name. */
enum of { OF_CODE, OF_HOW, OF_RUN };
enum kind { KIND_int, KIND_bool, KIND_str };
struct row {
	const char *name, *variable, *otherwise, *values, *doc;
	struct weft_error *(*check)(const char *value); /* of a text; NULL: any */
	int64_t least, most;
	size_t at; /* in struct weft_options */
	enum kind kind;
	enum of of;
};
#define AT(name) offsetof(struct weft_options, name)
static const struct row rows[] = {
#define INT(name, variable, otherwise, least, most, of, doc)                                       \
	{ #name, variable, #otherwise, NULL, doc, NULL, least, most, AT(name), KIND_int, OF_##of },
#define BOOL(name, variable, otherwise, of, doc)                                                   \
	{ #name, variable, #otherwise, NULL, doc, NULL, 0, 1, AT(name), KIND_bool, OF_##of },
#define STR(name, variable, otherwise, values, of, doc)                                            \
	{ #name, variable, otherwise, values, doc, NULL, 0, 0, AT(name), KIND_str, OF_##of },
#define TEXT(name, variable, otherwise, check, of, doc)                                            \
	{ #name, variable, otherwise, NULL, doc, option_check_##check, 0, 0, AT(name), KIND_str,   \
		OF_##of },
#include "api/option.def"
#undef INT
#undef BOOL
#undef STR
#undef TEXT
};
#undef AT
#define NROWS (sizeof rows / sizeof *rows)

static const struct mode {
	const char *name, *settings, *doc;
} modes[] = {
#define MODE(name, settings, doc) { name, settings, doc },
#include "api/mode.def"
#undef MODE
};
#define NMODES (sizeof modes / sizeof *modes)

static struct option_number *number_at(struct weft_options *o, const struct row *r)
{
	return (struct option_number *)(void *)((char *)o + r->at);
}

static char **text_at(struct weft_options *o, const struct row *r)
{
	return (char **)(void *)((char *)o + r->at);
}

struct weft_error *weft_options_create(struct weft_options **out)
{
	struct weft_options *o = mem_alloc(sizeof *o);
	if (!o)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for options");
	*out = o;
	return NULL;
}

void weft_options_free(struct weft_options *o)
{
	for (size_t i = 0; o && i < NROWS; i++)
		if (rows[i].kind == KIND_str)
			mem_free(*text_at(o, &rows[i]));
	if (o)
		user_passes_free(o);
	mem_free(o);
}

/* ---- setting ------------------------------------------------------------------------------- */

static struct weft_error *set_int(struct option_number *at, const struct row *r, const char *value)
{
	char *end;
	errno = 0;
	long long v = strtoll(value, &end, 10);
	if (errno || end == value || *end || v < r->least || v > r->most)
		FAIL(WEFT_INVALID_ARGUMENT,
			"option %s: expected a number from %lld to %lld, found '%s'", r->name,
			(long long)r->least, (long long)r->most, value);
	*at = (struct option_number){ v, true };
	return NULL;
}

static struct weft_error *set_bool(struct option_number *at, const struct row *r, const char *value)
{
	bool yes = !strcmp(value, "1") || !strcmp(value, "true");
	if (!yes && strcmp(value, "0") && strcmp(value, "false"))
		FAIL(WEFT_INVALID_ARGUMENT, "option %s: expected 1, true, 0 or false, found '%s'",
			r->name, value);
	*at = (struct option_number){ yes, true };
	return NULL;
}

/* "a|b", or "[p+][q+]a|b": there p+ and q+ may stand in front, in this order, and case does not
 * count. */
static bool is_value(const char *values, const char *value)
{
	int (*differ)(const char *, const char *, size_t) =
		*values == '[' ? strncasecmp : strncmp;
	while (*values == '[') {
		size_t len = strcspn(values, "]") - 1;
		value += differ(values + 1, value, len) ? 0 : len;
		values += len + 2;
	}
	for (const char *v = values; v; v = strchr(v, '|') ? strchr(v, '|') + 1 : NULL) {
		size_t len = strcspn(v, "|");
		if (strlen(value) == len && !differ(v, value, len))
			return true;
	}
	return false;
}

static struct weft_error *set_str(char **at, const struct row *r, const char *value)
{
	if (r->values && !is_value(r->values, value))
		FAIL(WEFT_INVALID_ARGUMENT, "option %s: expected %s, found '%s'", r->name,
			r->values, value);
	if (r->check)
		TRY(r->check(value));
	char *copy = mem_strdup(value);
	if (!copy)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for an option");
	for (char *c = copy; r->values && *r->values == '[' && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	mem_free(*at);
	*at = copy;
	return NULL;
}

static struct weft_error *set_row(struct weft_options *o, const struct row *r, const char *value)
{
	switch (r->kind) {
	case KIND_int: return set_int(number_at(o, r), r, value);
	case KIND_bool: return set_bool(number_at(o, r), r, value);
	case KIND_str: break;
	}
	return set_str(text_at(o, r), r, value);
}

/* Names of options are the same with '-' for '_'. */
static const struct row *row_find(const char *name, size_t len)
{
	for (size_t i = 0; i < NROWS; i++) {
		size_t k = 0;
		while (k < len && rows[i].name[k] &&
			(name[k] == '-' ? '_' : name[k]) == rows[i].name[k])
			k++;
		if (k == len && !rows[i].name[k])
			return &rows[i];
	}
	return NULL;
}

/* "a=1;b=2", of mode.def. */
static struct weft_error *set_all(struct weft_options *o, const char *settings)
{
	char value[200];
	for (size_t n; *settings; settings += n + (settings[n] == ';')) {
		n = strcspn(settings, ";");
		size_t len = strcspn(settings, "=");
		size_t size = n - len - 1;
		if (len >= n || size >= sizeof value)
			BUG("mode.def: %s", settings);
		memcpy(value, settings + len + 1, size);
		value[size] = '\0';
		TRY(set_row(o, row_find(settings, len), value));
	}
	return NULL;
}

static struct weft_error *set_mode(struct weft_options *o, const char *name)
{
	struct str s;
	for (size_t i = 0; i < NMODES; i++)
		if (!strcmp(modes[i].name, name))
			return set_all(o, modes[i].settings);
	str_init(&s, NULL);
	for (size_t i = 0; i < NMODES; i++)
		str_addf(&s, "%s%s", i ? ", " : "", modes[i].name);
	struct weft_error *e = error_make(WEFT_INVALID_ARGUMENT,
		"Unrecognized mode=%s, should be one of: %s", name, s.failed ? "" : s.text);
	str_fini(&s);
	return e;
}

static struct weft_error *unknown(const char *name)
{
	const char *names[NROWS + 1];
	for (size_t i = 0; i < NROWS; i++)
		names[i] = rows[i].name;
	names[NROWS] = "mode";
	return error_make(WEFT_INVALID_ARGUMENT, "unknown option '%s'; the nearest is '%s'", name,
		str_nearest(name, names, NROWS + 1));
}

struct weft_error *weft_options_set(struct weft_options *o, const char *name, const char *value)
{
	if (!o || !name || !value)
		FAIL(WEFT_INVALID_ARGUMENT, "options, name and value are needed");
	const struct row *r = row_find(name, strlen(name));
	if (r)
		return set_row(o, r, value);
	return strcmp(name, "mode") ? unknown(name) : set_mode(o, value);
}

/* ---- the environment ------------------------------------------------------------------------ */

/* A bad value is said once: it is taken out of the environment, so that no child says it again.
 * A number that is read where it is used is only looked at here. */
static struct weft_error *from_variable(struct weft_options *o, const struct row *r)
{
	bool used_elsewhere = r->of == OF_RUN;
	struct option_number looked_at;
	const char *value = *r->variable && !(used_elsewhere && r->kind != KIND_int)
				    ? getenv(r->variable) : NULL;
	if (!value || !*value)
		return NULL;
	struct weft_error *e = used_elsewhere ? set_int(&looked_at, r, value)
					      : set_row(o, r, value);
	if (e && weft_error_code(e) == WEFT_INVALID_ARGUMENT) {
		notice("%s is not used: %s", r->variable, weft_error_text(e));
		weft_error_free(e);
		unsetenv(r->variable);
		return NULL;
	}
	return e;
}

struct weft_error *options_resolve(const struct weft_options *given, struct weft_options **out)
{
	struct weft_options *o;
	struct weft_error *e = NULL;
	TRY(weft_options_create(&o));
	for (size_t i = 0; i < NROWS && !e; i++) {
		const struct row *r = &rows[i];
		struct weft_options *from = (struct weft_options *)(uintptr_t)given;
		if (r->kind != KIND_str && given && number_at(from, r)->set)
			*number_at(o, r) = *number_at(from, r);
		else if (r->kind == KIND_str && given && *text_at(from, r))
			e = set_str(text_at(o, r), r, *text_at(from, r));
		else
			e = from_variable(o, r);
	}
	if (!e)
		e = user_passes_copy(o, given);
	if (e)
		weft_options_free(o);
	else
		*out = o;
	return e;
}

void options_each(
	const struct weft_options *o, void (*add)(void *arg, const char *, const char *), void *arg)
{
	struct weft_options *from = (struct weft_options *)(uintptr_t)o;
	for (size_t i = 0; i < NROWS; i++) {
		const struct row *r = &rows[i];
		char number[24];
		const char *text = NULL;
		if (r->kind == KIND_str)
			text = *text_at(from, r);
		else if (number_at(from, r)->set)
			text = number;
		if (text == number)
			snprintf(number, sizeof number, "%lld",
				(long long)number_at(from, r)->value);
		if (text)
			add(arg, r->name, text);
	}
}

void options_key(
	const struct weft_options *o, void (*add)(void *arg, const char *, const char *), void *arg)
{
	struct weft_options *from = (struct weft_options *)(uintptr_t)o;
	for (size_t i = 0; i < NROWS; i++) {
		const struct row *r = &rows[i];
		char number[24];
		if (r->of != OF_CODE)
			continue;
		const char *text = o && r->kind == KIND_str ? *text_at(from, r) : NULL;
		if (o && r->kind != KIND_str && number_at(from, r)->set) {
			snprintf(number, sizeof number, "%lld",
				(long long)number_at(from, r)->value);
			text = number;
		}
		add(arg, r->name, text ? text : r->otherwise);
	}
	for (const struct user_pass *u = o ? o->passes : NULL; u; u = u->next) {
		static const char *const groups[] = { "pre", "joint", "post" };
		if (!user_pass_runs(u, o))
			continue;
		add(arg, groups[u->pass.group - WEFT_PASS_PRE], u->pass.name);
		add(arg, "identity", u->pass.identity ? u->pass.identity : "");
	}
}

/* ---- listing -------------------------------------------------------------------------------- */

static void list_json(struct str *s)
{
	static const char *const kinds[] = { "int", "bool", "str" }, *const ofs[] = { "code", "how",
		"run" };
	str_add(s, "{\"options\": [");
	for (size_t i = 0; i < NROWS; i++) {
		const struct row *r = &rows[i];
		str_addf(s,
			"%s{\"name\": \"%s\", \"type\": \"%s\", \"variable\": \"%s\", \"of\": "
			"\"%s\", ",
			i ? ", " : "", r->name, kinds[r->kind], r->variable, ofs[r->of]);
		str_add(s, "\"default\": ");
		if (r->kind == KIND_str)
			str_add_json(s, r->otherwise);
		else if (r->kind == KIND_bool)
			str_add(s, *r->otherwise == '1' ? "true" : "false");
		else
			str_add(s, r->otherwise);
		if (r->kind == KIND_int)
			str_addf(s, ", \"least\": %lld, \"most\": %lld", (long long)r->least,
				(long long)r->most);
		if (r->values)
			str_addf(s, ", \"values\": \"%s\"", r->values);
		str_add(s, ", \"doc\": ");
		str_add_json(s, r->doc);
		str_addc(s, '}');
	}
	str_add(s, "], \"modes\": [");
	for (size_t i = 0; i < NMODES; i++) {
		str_addf(s, "%s{\"name\": \"%s\", \"settings\": \"%s\", \"doc\": ", i ? ", " : "",
			modes[i].name, modes[i].settings);
		str_add_json(s, modes[i].doc);
		str_addc(s, '}');
	}
	str_add(s, "]}\n");
}

static void list_text(struct str *s)
{
	for (size_t i = 0; i < NROWS; i++) {
		const struct row *r = &rows[i];
		str_addf(s, "%-16s %-20s %s\n", r->name, r->variable, r->doc);
	}
	for (size_t i = 0; i < NMODES; i++)
		str_addf(s, "mode=%-32s %s\n", modes[i].name, modes[i].doc);
}

struct weft_error *weft_options_list(const char *format, char **out)
{
	struct str s;
	bool json = format && !strcmp(format, "json");
	if (!json && format && strcmp(format, "text"))
		FAIL(WEFT_INVALID_ARGUMENT, "options: expected format text or json, found '%s'",
			format);
	str_init(&s, NULL);
	if (json)
		list_json(&s);
	else
		list_text(&s);
	return text_give(&s, NULL, out);
}
