/* pass.h -- graph -> graph, knowing no machine.
 *
 * A pass gives the region that another becomes, the same pointer when nothing changed: nodes are
 * consed, so the runner needs no other word.  Passes add to the graph and fail through its job;
 * they never recurse on graph depth.  The runner verifies what changed and can leave any pass out
 * by name. */
#ifndef PASS_PASS_H
#define PASS_PASS_H
#include "ir/graph.h"

typedef const struct region *pass_fn(struct graph *g, const struct region *r);

enum pass_group { PASS_PRE, PASS_JOINT, PASS_POST, PASS_GROUPS };
extern const char *const pass_group_names[PASS_GROUPS];      /* "pre", "joint", "post" */
enum pass {
#define PASS(name, ...) PASS_ID_##name,
#include "pass/pass.def"
#undef PASS
	PASS_COUNT
};
struct pass_info {
	const char *name;
	enum pass_group group;
	const char *doc;
	pass_fn *run;
};
#define PASS(name, ...) pass_fn pass_##name;
#include "pass/pass.def"
#undef PASS
extern const struct pass_info pass_table[PASS_COUNT];

struct pass_options {
	const char *off;             /* passes and groups to leave out, with commas; NULL: none */
	bool verify;                 /* after every pass that changed something */
};
bool pass_is_off(const char *list, enum pass id);     /* in such a list, itself or by its group? */
bool pass_group_is_off(const char *list, enum pass_group g);
/* Runs one pass on r as the region of a function. */
const struct region *pass_run(struct graph *g, const struct region *r, enum pass id,
	const struct pass_options *o);

/* Every rewrite rule and every form that is recognised, and how often it was applied in this
 * process. */
enum pass_rule {
#define RULE(name, ...) PASS_RULE_##name,
#include "pass/rule.def"
#undef RULE
#define PART(...)
#define FORM(name, ...) PASS_FORM_##name,
#include "pass/recognise.def"
#undef FORM
#undef PART
	PASS_RULE_COUNT
};
extern const char *const pass_rule_names[PASS_RULE_COUNT];
void pass_fired(enum pass_rule r);
uint32_t pass_count_fired(enum pass_rule r);

enum pass pass_find(const char *name, size_t len);           /* PASS_COUNT: no such */
enum pass_group pass_group_find(const char *name, size_t len);       /* PASS_GROUPS: no such */
#endif
