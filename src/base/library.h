/* library.h -- shared objects opened while the program runs.  Any thread. */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H
#include "base/error.h"

/* Opens the shared object at path, with its symbols its own; whoever closes it calls dlclose.
 * NOT_FOUND "WHAT cannot be loaded: why" names path: there is none, it is none, it lacks what it
 * needs, or its end is missing, which would kill the process later. */
struct weft_error *library_open(const char *what, const char *path, void **out) BASE_MUST_USE;
/* Gives the pages of an open library's code and read-only data back to the system: where it is used
 * again they are mapped again, from the file or its cache.  What it wrote stays. */
void library_rest(void *library);
#endif
