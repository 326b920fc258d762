/* contract_cut.h -- how a product's work is cut, for contract.c. */
#ifndef PLAN_CONTRACT_CUT_H
#define PLAN_CONTRACT_CUT_H
#include "plan/plan_impl.h"

#define CONTRACT_BLOCK 256               /* rows of one; of sizes in use many are a multiple */

/* Blocks by shape and cache alone: DEPTH (256) of k of a block of rows take a quarter of the
 * second-level cache, its group of columns another.  Few blocks of columns become more, for the
 * sake of threads. */
void contract_block(struct contract *c, const struct plan_options *o);
/* The same of a product that may be in groups, of about so many places each, or on AMX have any
 * number of rows or columns. */
void contract_cut(struct contract *c, int64_t group, const struct plan_options *o);
#endif
