/* exchange.h -- collectives among several processes, for code that each of them runs. */
#ifndef PASS_EXCHANGE_H
#define PASS_EXCHANGE_H
#include "ir/group.h"

/* r for a process of that grid: collectives, ids and what leaves or enters a process become library
 * calls "weft.exchange" and its kin.  Fails the job on groups that the grid does not have, groups
 * of several sizes and operands of unknown size. */
const struct region *pass_exchange(struct graph *g, const struct region *r, struct grid grid);
#endif
