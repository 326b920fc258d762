/* report.c -- what this process compiled and ran: weft_report, weft_executable_explain.
 * doc/report.md. */
#include "api/api_impl.h"
#include "api/kept.h"
#include "api/later.h"
#include "api/worker.h"
#include "base/str.h"
#include <string.h>

static struct weft_executable *list;
static uint64_t ncompiles, ngraphs, nkernels, ntuned;
static const char *const hows[] = {
#define COMPILE_MODE(name, doc) #name,
#include "api/compile_mode.def"
#undef COMPILE_MODE
};
static uint64_t nhow[sizeof hows / sizeof *hows];
static double in_passes[PASS_GROUPS];       /* seconds */
static struct {
	const char *why;
	uint64_t n;
} bypasses[32];                              /* reasons are literals, a dozen of them */

/* ---- counts by name -------------------------------------------------------------------------- */

struct count {
	char name[120];
	uint64_t n;
};
struct counts {
	struct count at[128];                    /* the last takes what finds no room */
	uint32_t n;
	enum abi_step_kind kind;
};

static void count_one(void *arg, enum abi_step_kind kind, const char *name, uint64_t n)
{
	struct counts *c = arg;
	const uint32_t room = sizeof c->at / sizeof *c->at;
	const size_t size = sizeof c->at[0].name - 1;
	uint32_t i = 0;
	if (kind != c->kind)
		return;
	while (i < c->n && strncmp(c->at[i].name, name, size))
		i++;
	if (i == c->n && i < room) {
		strncpy(c->at[i].name, i == room - 1 ? "others" : name, size);
		c->n++;
	}
	c->at[i < room ? i : room - 1].n += n;
}

/* Under the lock. */
static void count_steps(struct weft_executable *x, enum abi_step_kind kind, struct counts *c)
{
	c->kind = kind;
	exe_counts_each(x->exe, count_one, c);
}

static struct counts gone_callbacks, gone_library;  /* of executables freed; under the lock */

/* ---- what happened -------------------------------------------------------------------------- */

void report_add(struct weft_executable *x, bool compiled)
{
	api_lock(LOCK_report);
	x->next = list;
	if (list)
		list->previous = x;
	list = x;
	ngraphs++;
	ncompiles += compiled;
	api_unlock(LOCK_report);
}

void report_how(enum compile_how how)
{
	api_lock(LOCK_report);
	nhow[how]++;
	api_unlock(LOCK_report);
}

void report_passes(enum pass_group g, double seconds)
{
	api_lock(LOCK_report);
	in_passes[g] += seconds;
	api_unlock(LOCK_report);
}

void weft_report_reset(void)
{
	api_lock(LOCK_report);
	memset(nhow, 0, sizeof nhow);
	memset(in_passes, 0, sizeof in_passes);
	api_unlock(LOCK_report);
}

void report_kernels(uint32_t n)
{
	api_lock(LOCK_report);
	nkernels += n;
	api_unlock(LOCK_report);
}

uint64_t report_kernels_so_far(void)
{
	api_lock(LOCK_report);
	uint64_t n = nkernels;
	api_unlock(LOCK_report);
	return n;
}

void report_tuned(uint32_t n)
{
	api_lock(LOCK_report);
	ntuned += n;
	api_unlock(LOCK_report);
}

void report_bypass(const char *why)
{
	size_t i = 0, n = sizeof bypasses / sizeof *bypasses;
	api_lock(LOCK_report);
	while (i < n && bypasses[i].why && strcmp(bypasses[i].why, why))
		i++;
	if (i < n) {
		bypasses[i].why = why;
		bypasses[i].n++;
	}
	api_unlock(LOCK_report);
}

void report_remove(struct weft_executable *x)
{
	api_lock(LOCK_report);
	if (x->previous)
		x->previous->next = x->next;
	else if (list == x)
		list = x->next;
	if (x->next)
		x->next->previous = x->previous;
	count_steps(x, ABI_STEP_callback, &gone_callbacks);
	count_steps(x, ABI_STEP_library, &gone_library);
	api_unlock(LOCK_report);
}

static void add_counts(struct str *s, enum abi_step_kind kind, const struct counts *gone)
{
	static struct counts c;                  /* under the lock */
	c = *gone;
	for (struct weft_executable *x = list; x; x = x->next)
		count_steps(x, kind, &c);
	str_addc(s, '{');
	for (uint32_t i = 0; i < c.n; i++) {
		str_add(s, i ? ", " : "");
		str_add_json(s, c.at[i].name);
		str_addf(s, ": %llu", (unsigned long long)c.at[i].n);
	}
	str_addc(s, '}');
}

static void add_cache(struct str *s)
{
	str_addc(s, '{');
	for (enum cache_count i = 0; i < CACHE_COUNTS; i++)
		str_addf(s, "\"%s\": %llu, ", cache_count_name(i),
			(unsigned long long)cache_counted(i));
	str_add(s, "\"bypassed\": {");
	for (size_t i = 0; i < sizeof bypasses / sizeof *bypasses && bypasses[i].why; i++) {
		str_add(s, i ? ", " : "");
		str_add_json(s, bypasses[i].why);
		str_addf(s, ": %llu", (unsigned long long)bypasses[i].n);
	}
	str_add(s, "}}");
}

/* ---- the report ----------------------------------------------------------------------------- */

static void add_executable(struct str *s, const struct weft_executable *x)
{
	static const char *const kept[] = { "loaded", "disabled", "bypassed", "hit", "miss" };
	const struct weft_executable *now =
		executable_now((struct weft_executable *)(uintptr_t)x);
	struct exe_stats st = exe_stats_get(now->exe);
	str_addf(s,
		"{\"backend\": \"%s\", \"kernels\": %u, \"launches\": %u, \"compile_s\": %.6f, "
		"\"runs\": %llu, "
		"\"threads\": %u, \"arena_bytes\": %zu, \"cache\": \"%s\"",
		x->backend->name, exe_kernels(x->exe), exe_launches(x->exe), x->compile_s,
		(unsigned long long)st.runs, st.threads, st.arena, kept[x->kept]);
	if (x->role)
		str_addf(s, ", \"role\": \"%s\"", x->role);
	if (x->kept_why) {
		str_add(s, ", \"cache_why\": ");
		str_add_json(s, x->kept_why);
	}
	if (*x->kept_key)
		str_addf(s, ", \"cache_key\": \"%s\"", x->kept_key);
	if (x->pending || x->versions)
		str_addf(s, ", \"versions\": %u, \"pending\": %u", x->versions, x->pending);
	str_addc(s, '}');
}

static void report_json(struct str *s)
{
	uint64_t kernels = 0;
	unsigned threads = 0;
	double compile_s = 0;
	for (const struct weft_executable *x = list; x; x = x->next) {
		struct exe_stats st = exe_stats_get(x->exe);
		threads = st.threads > threads ? st.threads : threads;
		kernels += exe_kernels(x->exe);
		compile_s += x->compile_s;
	}
	str_add(s, "{\"version\": ");
	str_add_json(s, weft_version());
	str_add(s, ", \"fallbacks\": ");
	add_counts(s, ABI_STEP_callback, &gone_callbacks);
	str_add(s, ", \"library_calls\": ");
	add_counts(s, ABI_STEP_library, &gone_library);
	str_addf(s,
		", \"threads\": %u, \"graphs\": %llu, \"compiles\": %llu, \"compile_s\": %.6f, "
		"\"kernels\": %llu, "
		"\"kernels_compiled\": %llu, \"candidates_timed\": %llu, \"cache\": ",
		threads, (unsigned long long)ngraphs, (unsigned long long)ncompiles, compile_s,
		(unsigned long long)kernels, (unsigned long long)nkernels,
		(unsigned long long)ntuned);
	add_cache(s);
	str_add(s, ", \"compiled_how\": {");
	for (size_t i = 0; i < sizeof hows / sizeof *hows; i++)
		str_addf(s, "%s\"%s\": %llu", i ? ", " : "", hows[i],
			(unsigned long long)nhow[i]);
	str_addc(s, '}');
	str_add(s, ", \"passes_s\": {");
	for (enum pass_group g = 0; g < PASS_GROUPS; g++)
		str_addf(s, "%s\"%s\": %.6f", g ? ", " : "", pass_group_names[g], in_passes[g]);
	str_addc(s, '}');
	str_addf(s, ", \"workers_started\": %llu", (unsigned long long)workers_started());
	str_add(s, ", \"notices\": ");
	notices_add(s);
	str_addf(s, ", \"compiler_loaded\": %s, \"compiler_load_s\": %.6f, \"executables\": [",
		codegen_is_open() ? "true" : "false", codegen_load_seconds());
	for (const struct weft_executable *x = list; x; x = x->next) {
		str_add(s, x == list ? "" : ", ");
		add_executable(s, x);
	}
	str_add(s, "]}\n");
}

static void report_text(struct str *s)
{
	str_addf(s, "weft %s: %llu graphs, %llu compiled\n", weft_version(),
		(unsigned long long)ngraphs, (unsigned long long)ncompiles);
	str_add(s, "compiled how: ");
	for (size_t i = 0; i < sizeof hows / sizeof *hows; i++)
		str_addf(s, "%s%llu %s", i ? ", " : "", (unsigned long long)nhow[i], hows[i]);
	str_add(s, "\nfallbacks: ");
	add_counts(s, ABI_STEP_callback, &gone_callbacks);
	str_add(s, "\nlibrary calls: ");
	add_counts(s, ABI_STEP_library, &gone_library);
	str_add(s, "\ncache: ");
	add_cache(s);
	str_add(s, "\nnotices: ");
	notices_add(s);
	str_add(s, "\n backend  kernels  launches  compile ms      runs  threads  arena KiB\n");
	for (const struct weft_executable *x = list; x; x = x->next) {
		struct exe_stats st = exe_stats_get(x->exe);
		str_addf(s, " %-8s %7u  %8u  %10.1f  %8llu  %7u  %9zu\n", x->backend->name,
			exe_kernels(x->exe), exe_launches(x->exe), 1e3 * x->compile_s,
			(unsigned long long)st.runs, st.threads, st.arena / 1024);
	}
}

static void report_fallbacks(struct str *s)
{
	add_counts(s, ABI_STEP_callback, &gone_callbacks);
	str_addc(s, '\n');
}

struct weft_error *weft_report(const char *format, char **out)
{
	static const struct {
		const char *name;
		void (*write)(struct str *s);
	} formats[] = {
		{ "text", report_text },
		{ "json", report_json },
		{ "fallbacks", report_fallbacks },
	};
	const size_t n = sizeof formats / sizeof *formats;
	struct str s;
	size_t i = 0;
	while (format && i < n && strcmp(formats[i].name, format))
		i++;
	if (i == n)
		FAIL(WEFT_INVALID_ARGUMENT,
			"report: expected format text, json or fallbacks, found '%s'", format);
	str_init(&s, NULL);
	kept_tell();
	api_lock(LOCK_report);
	formats[i].write(&s);
	api_unlock(LOCK_report);
	return text_give(&s, NULL, out);
}

struct weft_error *weft_executable_explain(
	const struct weft_executable *x, const char *format, char **out)
{
	struct str s;
	size_t size;
	const char *json = exe_bytes(x->exe, ABI_EXPLAIN, &size);
	if (!json)
		FAIL(WEFT_UNIMPLEMENTED, "backend '%s' has nothing to explain", x->backend->name);
	if (format && strcmp(format, "json") && strcmp(format, "text"))
		FAIL(WEFT_INVALID_ARGUMENT, "explain: expected format text or json, found '%s'",
			format);
	size_t length = strnlen(json, size);
	bool text = (!format || !strcmp(format, "text")) && length < size;
	str_init(&s, NULL);
	if (text)
		str_add_bytes(&s, json + length + 1, size - length - 1);
	else
		str_add_bytes(&s, json, length);
	return text_give(&s, NULL, out);
}
