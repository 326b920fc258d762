/* pass.c -- pass_table and the runner. */
#include "pass/pass.h"
#include <stdatomic.h>
#include <string.h>

#define PASS(name, group, doc) [PASS_ID_##name] = { #name, PASS_##group, doc, pass_##name },
const struct pass_info pass_table[PASS_COUNT] = {
#include "pass/pass.def"
};
#undef PASS

#define RULE(name, ...) [PASS_RULE_##name] = #name,
#define PART(...)
#define FORM(name, ...) [PASS_FORM_##name] = #name,
const char *const pass_rule_names[PASS_RULE_COUNT] = {
#include "pass/rule.def"
#include "pass/recognise.def"
};
#undef RULE
#undef FORM
#undef PART

static atomic_uint fired[PASS_RULE_COUNT];

void pass_fired(enum pass_rule r)
{
	atomic_fetch_add_explicit(&fired[r], 1, memory_order_relaxed);
}

uint32_t pass_count_fired(enum pass_rule r)
{
	return atomic_load_explicit(&fired[r], memory_order_relaxed);
}

enum pass pass_find(const char *name, size_t len)
{
	for (enum pass p = 0; p < PASS_COUNT; p++)
		if (strlen(pass_table[p].name) == len && !memcmp(pass_table[p].name, name, len))
			return p;
	return PASS_COUNT;
}

const char *const pass_group_names[PASS_GROUPS] = { "pre", "joint", "post" };

enum pass_group pass_group_find(const char *name, size_t len)
{
	enum pass_group g = 0;
	while (g < PASS_GROUPS &&
		(strlen(pass_group_names[g]) != len || memcmp(pass_group_names[g], name, len)))
		g++;
	return g;
}

/* Is id or g in list?  PASS_COUNT and PASS_GROUPS never are. */
static bool pass_listed(const char *list, enum pass id, enum pass_group g)
{
	while (list && *list) {
		size_t len = strcspn(list, ",");
		if ((id != PASS_COUNT && pass_find(list, len) == id) ||
			(g != PASS_GROUPS && pass_group_find(list, len) == g))
			return true;
		list += len + (list[len] == ',');
	}
	return false;
}

/* Weft's own before differentiation write what nothing behind them could compile in other ops:
 * they are left out by name alone. */
bool pass_is_off(const char *list, enum pass id)
{
	enum pass_group g = pass_table[id].group;
	return pass_listed(list, id, g == PASS_PRE ? PASS_GROUPS : g);
}

bool pass_group_is_off(const char *list, enum pass_group g)
{
	return pass_listed(list, PASS_COUNT, g);
}

const struct region *pass_run(struct graph *g, const struct region *r, enum pass id,
	const struct pass_options *o)
{
	if (pass_is_off(o->off, id))
		return r;
	const struct region *now = pass_table[id].run(g, r);
	if (now != r && o->verify)
		graph_verify(g);
	return now;
}
