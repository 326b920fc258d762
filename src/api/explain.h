/* explain.h -- a plan as JSON and as text: the artifact's ABI_EXPLAIN section. */
#ifndef API_EXPLAIN_H
#define API_EXPLAIN_H
#include "plan/plan.h"

/* JSON (schema: doc/report.md), a NUL, text, a NUL: *size bytes without the last, in j's
 * scratch. */
char *explain(struct job *j, const struct plan *p, size_t *size);
#endif
