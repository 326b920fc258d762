/* control.h -- branches and loops in the regions that are inlined over the lanes (control.c). */
#ifndef GEN_CONTROL_H
#define GEN_CONTROL_H
#include "gen/gen_impl.h"

/* ---- loop.c ---- */
#define TURNS_MAX_CARRIED 256
/* while (test) { ... }: what is carried as in struct loop; after turns_begin it is current, and the
 * final values are those when the test failed. */
struct turns {
	uint32_t ncarried;
	LLVMValueRef carried[TURNS_MAX_CARRIED], phi[TURNS_MAX_CARRIED];
	LLVMBasicBlockRef head, exit;
};
void turns_begin(struct gen *g, struct turns *t);
void turns_while(struct gen *g, struct turns *t, LLVMValueRef test);     /* the body follows */
void turns_end(struct gen *g, struct turns *t);

/* ---- control.c: what regions have of branches and loops ---- */
struct val value_branch(
	struct gen *g, const struct node *op, uint32_t which, const struct ix *ix);
struct val value_while(
	struct gen *g, const struct node *op, uint32_t which, const struct ix *ix);
/* Has r a loop that might not end for lanes that nobody asks for? */
bool region_turns(struct gen *g, const struct region *r);
/* May values differ between lanes although their indices do not? */
bool frame_lanes(const struct gen *g);
/* Element at ix of the tensor of type t whose elements are v. */
struct val carried_element(
	struct gen *g, const struct type *t, const struct val *v, const struct ix *ix);
#endif
