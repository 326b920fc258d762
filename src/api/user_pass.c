/* user_pass.c -- passes of the user's, text to text between Weft's own. */
#include "api/user_pass.h"
#include "base/clock.h"
#include "base/str.h"
#include "pass/pass.h"
#include <stdio.h>
#include <string.h>

struct weft_error *weft_error_create(enum weft_code code, const char *text)
{
	return error_make(code, "%s", text ? text : "");
}

/* ---- in options ----------------------------------------------------------------------------- */

static void pass_free(struct user_pass *u)
{
	if (!u)
		return;
	mem_free((char *)(uintptr_t)u->pass.name);
	mem_free((char *)(uintptr_t)u->pass.identity);
	mem_free(u);
}

struct weft_error *weft_options_add_pass(struct weft_options *o, const struct weft_pass *pass)
{
	if (!o || !pass || !pass->name || !*pass->name || !pass->run ||
		pass->group < WEFT_PASS_PRE || pass->group > WEFT_PASS_POST)
		FAIL(WEFT_INVALID_ARGUMENT, "a pass needs a name, a function and a group");
	if (pass->roles >= 2 * WEFT_ROLE_BACKWARD)
		FAIL(WEFT_INVALID_ARGUMENT, "pass '%s': roles %u are none of enum weft_role",
			pass->name, pass->roles);
	struct user_pass *u = mem_alloc(sizeof *u);
	struct user_pass **last = &o->passes;
	if (u) {
		u->pass = *pass;
		u->pass.name = mem_strdup(pass->name);
		u->pass.identity = pass->identity ? mem_strdup(pass->identity) : NULL;
	}
	if (!u || !u->pass.name || (pass->identity && !u->pass.identity)) {
		pass_free(u);
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for pass '%s'", pass->name);
	}
	while (*last)
		last = &(*last)->next;
	*last = u;
	return NULL;
}

struct weft_error *user_passes_copy(struct weft_options *to, const struct weft_options *from)
{
	for (const struct user_pass *u = from ? from->passes : NULL; u; u = u->next)
		TRY(weft_options_add_pass(to, &u->pass));
	return NULL;
}

void user_passes_free(struct weft_options *o)
{
	while (o->passes) {
		struct user_pass *u = o->passes;
		o->passes = u->next;
		pass_free(u);
	}
}

const char *role_of(const struct weft_options *o, unsigned *bit)
{
	static const char *const names[] = { "inference", "forward", "backward" };
	unsigned i = 0;
	while (i < 2 && strcmp(names[i], option_role(o)) != 0)
		i++;
	*bit = 1u << i;
	return names[i];
}

bool user_pass_runs(const struct user_pass *u, const struct weft_options *o)
{
	unsigned bit;
	role_of(o, &bit);
	return !u->pass.roles || (u->pass.roles & bit);
}

bool user_passes_anonymous(const struct weft_options *o)
{
	for (const struct user_pass *u = o->passes; u; u = u->next)
		if (!u->pass.identity && user_pass_runs(u, o))
			return true;
	return false;
}

/* ---- running -------------------------------------------------------------------------------- */

struct signature {
	struct graph *graph;
	struct str *out;
};

/* The types of main's arguments and results, as text. */
static void write_signature(struct job *j, void *arg)
{
	struct signature *s = arg;
	graph_borrow(s->graph, j);
	const struct func *main = graph_main(s->graph);
	if (!main) {
		str_add(s->out, "no function main");
		return;
	}
	str_addc(s->out, '(');
	for (uint32_t i = 0; i < main->region->nparams; i++) {
		str_add(s->out, i ? ", " : "");
		type_print(s->graph, main->region->params[i], false, s->out);
	}
	str_add(s->out, main->region->nresults ? ") -> " : ") -> ()");
	for (uint32_t i = 0; i < main->region->nresults; i++) {
		str_add(s->out, i ? ", " : "");
		if (main->region->results[i]->type->kind == TYPE_tensor)
			type_print(s->graph, main->region->results[i]->type, false, s->out);
	}
}

static struct weft_error *same_signature(
	const struct weft_program *a, const struct weft_program *b, const char *name)
{
	struct str s[2];
	struct weft_error *e = NULL;
	for (int i = 0; i < 2; i++) {
		struct signature g = { i ? b->graph : a->graph, &s[i] };
		str_init(&s[i], NULL);
		str_add(&s[i], "");
		e = e ? e : job_run(write_signature, &g);
	}
	if (!e && (s[0].failed || s[1].failed))
		e = error_make(WEFT_RESOURCE_EXHAUSTED, "no memory for a signature");
	if (!e && strcmp(s[0].text, s[1].text))
		e = error_make(WEFT_INVALID_ARGUMENT,
			"pass '%s' gives a program of another signature: expected %s, found %s",
			name, s[0].text, s[1].text);
	str_fini(&s[0]);
	str_fini(&s[1]);
	return e;
}

/* The program a pass gave.  Whatever is wrong with its text is the pass's mistake, also an op
 * that is not known: nobody is to go on without it. */
static struct weft_error *read_changed(
	const char *name, const char *text, struct weft_program **out)
{
	char place[120];
	snprintf(place, sizeof place, "<pass %s>", name);
	struct weft_error *e =
		weft_program_parse(WEFT_STABLEHLO_TEXT, place, text, strlen(text), out);
	if (!e || weft_error_code(e) != WEFT_UNIMPLEMENTED)
		return e;
	struct weft_error *mistake = error_make(WEFT_INVALID_ARGUMENT, "%s", weft_error_text(e));
	weft_error_free(e);
	return mistake;
}

/* *p after the pass, in place. */
static struct weft_error *run_one(struct weft_program **p, const struct weft_pass *pass)
{
	char *text, *changed = NULL;
	struct weft_program *now = NULL;
	TRY(weft_program_print(*p, &text));
	struct weft_error *e = pass->run(pass->arg, text, strlen(text), &changed);
	/* one that names the pass stays as it is: a binding knows its own by address */
	if (e && !strstr(weft_error_text(e), pass->name))
		e = error_prefix(e, "pass '%s': ", pass->name);
	if (!e && changed) {
		e = read_changed(pass->name, changed, &now);
		if (!e)
			e = same_signature(*p, now, pass->name);
	}
	if (changed && pass->free_text)
		pass->free_text(changed);
	weft_text_free(text);
	if (e || !now) {
		weft_program_release(now);
		return e;
	}
	weft_program_release(*p);
	*p = now;
	return NULL;
}

/* Weft's own passes that come before those of a group, with commas, those left out left out. */
static struct weft_error *run_own(
	struct weft_program *p, enum weft_pass_group group, const struct weft_options *o)
{
	struct str names;
	struct weft_error *e = NULL;
	if (group == WEFT_PASS_PRE)
		return NULL;
	str_init(&names, NULL);
	for (enum pass i = 0; i < PASS_COUNT; i++)
		if ((group == WEFT_PASS_POST || pass_table[i].group == PASS_PRE) &&
			!pass_is_off(option_passes_off(o), i))
			str_addf(&names, "%s%s", names.len ? "," : "", pass_table[i].name);
	if (names.failed)
		e = error_make(WEFT_RESOURCE_EXHAUSTED, "no memory for names of passes");
	else if (names.len)
		e = api_program_passes(p, names.text);
	str_fini(&names);
	return e;
}

struct weft_error *user_passes_run(const struct weft_program *p, const struct weft_options *o,
	struct weft_program **out)
{
	char *text;
	*out = NULL;
	if (!o->passes)
		return NULL;
	TRY(weft_program_print(p, &text));
	struct weft_error *e =
		weft_program_parse(WEFT_STABLEHLO_TEXT, "<program>", text, strlen(text), out);
	weft_text_free(text);
	for (enum weft_pass_group g = WEFT_PASS_PRE; g <= WEFT_PASS_POST && !e; g++) {
		bool any = false;
		enum pass_group group = (enum pass_group)(g - WEFT_PASS_PRE);
		if (pass_group_is_off(option_passes_off(o), group))
			continue;
		double start = clock_seconds();
		for (const struct user_pass *u = o->passes; u; u = u->next)
			any |= u->pass.group == g && user_pass_runs(u, o);
		if (any)
			e = run_own(*out, g, o);
		for (const struct user_pass *u = o->passes; u && !e; u = u->next)
			if (u->pass.group == g && user_pass_runs(u, o))
				e = run_one(out, &u->pass);
		if (any)
			report_passes(group, clock_seconds() - start);
	}
	if (e) {
		weft_program_release(*out);
		*out = NULL;
	}
	return e;
}
