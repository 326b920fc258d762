/* lapack.h -- the routines of LAPACK, by name, in whichever library this process has them. */
#ifndef BASE_LAPACK_H
#define BASE_LAPACK_H
#include "base/error.h"

typedef void lapack_fn(void);

/* The routine `name` ("geqrf") of kind s, d (f32, f64), c or z (complex): Fortran's calling
 * convention with 32-bit integers, strings' lengths at the end.  To be cast to its type.
 * Fails with UNIMPLEMENTED, naming the package, where there is no LAPACK.  Any thread. */
struct weft_error *lapack_find(char kind, const char *name, lapack_fn **out);
#endif
