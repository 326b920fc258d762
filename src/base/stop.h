/* stop.h -- may what takes long go on?  A binding whose user can interrupt it is asked. */
#ifndef BASE_STOP_H
#define BASE_STOP_H
#include "base/error.h"
#include <stdint.h>

/* NULL: go on.  An error ends what was asked for.  Called on threads of all kinds. */
typedef struct weft_error *stop_fn(void);

/* Who is asked, in this process; NULL: nobody.  Any thread. */
void stop_set(stop_fn *fn);
/* Asks, where nobody was in the last quarter of a second; *last is that time, 0 at first: then
 * nobody is asked yet.  A few nanoseconds otherwise. */
struct weft_error *stop_asked(uint64_t *last) BASE_MUST_USE;
#endif
