/* contract_side.h -- the sides of a product, for contract.c. */
#ifndef PLAN_CONTRACT_SIDE_H
#define PLAN_CONTRACT_SIDE_H
#include "plan/plan_impl.h"

#define SQUARE_ROWS 32                   /* of AMX's tile */
#define SQUARES_WIDE 256                 /* columns of a block of them, at most */

/* One operand of the product, its dims sorted into batch, free and contracted ones. */
struct side {
	const struct node *node;
	uint32_t nbatch, nfree, ncontract;
	uint32_t batch[PLAN_MAX_RANK], free[PLAN_MAX_RANK], contract[PLAN_MAX_RANK];
	struct view view;
	int64_t free_extent, free_stride, k_extent, k_stride;
	/* free and contracted dims each have one stride, which is not that of a broadcast */
	bool collapses;
	bool late;                               /* follows from constants: packed at load */
};

struct side side_of(struct graph *g, const struct node *operand, const int64_t *batch,
	uint32_t nbatch, const int64_t *contract, uint32_t ncontract);
/* Makes the operand a dense tensor in the order batch, free, contract (or contract, free). */
void side_make_dense(struct graph *g, struct side *s, bool contract_first);
/* Panels [batch..., ceil(n / panel), k, panel], zero beyond n; of words of some k, 32 bits,
 * [batch..., ceil(n / panel), words, panel], zero beyond k. */
const struct node *side_pack(struct graph *g, const struct side *s, const struct contract *c);
/* Of a product without batch dims, lhs's free dims up to those that one stride steps through are
 * made batch dims, if it is only them that the operand would have to be copied for. */
void side_leads(struct graph *g, struct side *lhs, const struct side *rhs);

/* How the columns side is read: as it lies, with lanes along n or along k, or packed. */
enum way { WAY_along_n, WAY_along_k, WAY_packed };

/* What an extent that changes is thought of as: 128 of what is 1 a token. */
double side_typical(const struct graph *g, int64_t d);
enum way side_way(const struct side *cols);
/* Are rows few and columns lines along k, as they lie, which go without a copy and without tiles
 * (gen/contract_line.c)? */
bool side_is_lines(
	const struct side *rows, const struct side *cols, const struct plan_options *o);
/* Cycles, roughly, product c costs with rows and cols as they are. */
double side_cost(const struct graph *g, const struct side *rows, const struct side *cols,
	const struct contract *c, const struct plan_options *o);

/* The panel of few rows whose columns lie along n (contract_stream.c), and the part of k, of which
 * it is a multiple, that a chunk has, as a batch of parts; 0: all of it. */
int64_t contract_stream(struct contract *c, const struct plan_options *o);
/* Do such columns stream through these rows? */
bool side_streams(const struct side *rows, const struct side *cols, const struct plan_options *o);
#endif
