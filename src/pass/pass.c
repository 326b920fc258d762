/* pass.c -- pass_table and the runner. */
#include "pass/pass.h"
#include <string.h>

#define PASS(name, group, doc) [PASS_ID_##name] = { #name, PASS_##group, doc, pass_##name },
const struct pass_info pass_table[PASS_COUNT] = {
#include "pass/pass.def"
};
#undef PASS

enum pass pass_find(const char *name, size_t len)
{
	for (enum pass p = 0; p < PASS_COUNT; p++)
		if (strlen(pass_table[p].name) == len && !memcmp(pass_table[p].name, name, len))
			return p;
	return PASS_COUNT;
}

static bool is_off(const char *list, enum pass id)
{
	while (list && *list) {
		size_t len = strcspn(list, ",");
		if (pass_find(list, len) == id)
			return true;
		list += len + (list[len] == ',');
	}
	return false;
}

const struct region *pass_run(struct graph *g, const struct region *r, enum pass id,
	const struct pass_options *o)
{
	if (is_off(o->off, id))
		return r;
	const struct region *now = pass_table[id].run(g, r);
	if (now != r && o->verify)
		graph_verify(g);
	return now;
}
