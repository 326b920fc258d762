/* passes.c -- any passes in any order on a program: what `weft opt --passes=` does. */
#include "api/api_impl.h"
#include "pass/pass.h"
#include <stdio.h>
#include <string.h>

struct request {
	struct graph *graph;
	const char *names;
};

static struct weft_error *unknown_pass(const char *option, const char *name, size_t len)
{
	const char *names[(int)PASS_COUNT + (int)PASS_GROUPS];
	char front[64];
	int n = 0;
	for (enum pass i = 0; i < PASS_COUNT; i++)
		names[n++] = pass_table[i].name;
	for (enum pass_group g = 0; g < PASS_GROUPS && *option; g++)      /* `opt` knows none */
		names[n++] = pass_group_names[g];
	snprintf(front, sizeof front, "%sunknown pass", option);
	return str_unknown(front, name, len, names, (size_t)n);
}

struct weft_error *option_check_passes(const char *value)
{
	for (size_t len; *value; value += len + (value[len] == ',')) {
		len = strcspn(value, ",");
		if (len && pass_find(value, len) == PASS_COUNT &&
			pass_group_find(value, len) == PASS_GROUPS)
			return unknown_pass("option passes_off: ", value, len);
	}
	return NULL;
}

static void run_passes(struct job *j, void *arg)
{
	struct request *r = arg;
	struct pass_options o = { .off = NULL, .verify = true };
	graph_borrow(r->graph, j);
	for (const char *s = r->names; *s;) {
		size_t len = strcspn(s, ",");
		enum pass id = pass_find(s, len);
		if (id == PASS_COUNT)
			job_try(j, unknown_pass("", s, len));
		uint32_t n = graph_nfuncs(r->graph);         /* without those a pass adds */
		for (uint32_t i = 0; i < n; i++) {
			struct func f = *graph_func(r->graph, i);
			if (id == PASS_ID_recognise &&
				!strncmp(f.name, GRAPH_PART, strlen(GRAPH_PART)))
				/* the decomposition of what it found before */
				continue;
			const struct region *now = pass_run(r->graph, f.region, id, &o);
			if (now == f.region)
				continue;
			f.region = now;
			graph_add_func(r->graph, &f);
		}
		s += len + (s[len] == ',');
	}
	graph_verify(r->graph);
}

struct weft_error *api_program_passes(struct weft_program *p, const char *names)
{
	struct request r = { p->graph, names };
	pthread_mutex_lock(&p->lock);
	struct weft_error *e = job_run(run_passes, &r);
	pthread_mutex_unlock(&p->lock);
	return e;
}

bool api_rule_fired(uint32_t i, const char **name, uint32_t *times)
{
	if (i >= PASS_RULE_COUNT)
		return false;
	*name = pass_rule_names[i];
	*times = pass_count_fired((enum pass_rule)i);
	return true;
}
