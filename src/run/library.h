/* library.h -- the runtime's own library functions: ops that are no kernels (plan/library.c names
 * them). */
#ifndef RUN_LIBRARY_H
#define RUN_LIBRARY_H
#include "run/run.h"

run_library_fn library_fft, library_cholesky, library_triangular_solve, library_linear;
run_library_fn library_assert, library_claim, library_indices, library_order;
run_library_fn library_rng, library_rng_bit_generator;
run_library_fn library_exchange, library_permute, library_send, library_recv, library_infeed;
run_library_fn library_outfeed, library_replica_id, library_partition_id;
/* The function of that name of n characters; NULL: none. */
run_library_fn *library_find(const char *name, size_t n);
/* Does fn compute nothing, but fail a call whose numbers are not what they should be? */
bool library_claims(run_library_fn *fn);
/* Is word `i` (from 0) of the attributes w? */
bool library_word(const struct run_library_call *c, unsigned i, const char *w);
int64_t run_elements(const struct run_tensor *t);
#endif
