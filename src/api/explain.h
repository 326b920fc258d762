/* explain.h -- a plan as JSON (the artifact's ABI_EXPLAIN section), and that JSON as text. */
#ifndef API_EXPLAIN_H
#define API_EXPLAIN_H
#include "plan/plan.h"

/* In j's scratch.  Schema: doc/report.md. */
char *explain_json(struct job *j, const struct plan *p);
#endif
