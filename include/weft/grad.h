/* grad.h -- gradients of programs: training from C.
 *
 * 	uint32_t wrt[] = { 0, 1 };
 * 	weft_program_gradient(loss, 2, wrt, &step);
 * 	... compile step; run it on loss's arguments and a 1.0: the loss and two gradients
 *
 * Gradients are those of reverse mode (vector-Jacobian products).  How they flow through an op is a
 * row of src/pass/grad.def; an op without one is UNIMPLEMENTED, named with its place.  Through
 * `while` they flow when the number of turns is known.  Sizes may be symbolic where movement does
 * not need them. */
#ifndef WEFT_GRAD_H
#define WEFT_GRAD_H

#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The program that computes p's results and gradients.  Its arguments are p's, then for each result
 * of a floating-point or complex dtype the gradient of whatever is minimised with respect to it, of
 * its type; its results are p's, then the gradients with respect to arguments wrt[0..nwrt), of
 * their types (zeros where a result does not depend on one).  nwrt 0: every argument of such a
 * dtype.  The gradient g of a complex number is the one whose Re(g * step) is the change, as JAX
 * has it; torch has its conjugate.  p stays as it is.  INVALID_ARGUMENT: wrt names no such argument
 * or one without gradients, or no result has any; UNIMPLEMENTED as above. */
WEFT_API struct weft_error *weft_program_gradient(const struct weft_program *p, uint32_t nwrt,
	const uint32_t *wrt, struct weft_program **out);

/* The same in two programs, to be run one after the other. */
struct weft_training {
	/* p's arguments -> p's results, then what is kept for backward */
	struct weft_program *forward;
	/* what is kept, then the gradients of p's results -> the gradients of arguments */
	struct weft_program *backward;
	/* Where backward's first nkept arguments come from: argument kept[i] of forward, or, where
	 * kept[i] is below 0, result -1 - kept[i] of forward. */
	uint32_t nkept;
	int32_t *kept;
	/* Bytes of kept results that are not p's own; a symbolic size counts as 64. */
	uint64_t bytes;
};
/* Divides the gradient program where the bytes kept are fewest: a minimum cut, in which
 * contractions, reductions, loops and random numbers are computed once, elementwise ops and
 * movement again where that keeps less.  budget: bytes that may be kept; where the fewest are more,
 * contractions and reductions are computed again too, as few operations as it takes, and when that
 * is not enough as many as may be (out->bytes says what is kept); UINT64_MAX: never.  Effects,
 * checks of indices among them, are forward's.  Fails as weft_program_gradient does, and with
 * UNIMPLEMENTED where a gradient takes an effect, as that of a loop which computes its effects
 * again.  *out is the caller's to weft_training_fini. */
WEFT_API struct weft_error *weft_program_training(const struct weft_program *p, uint32_t nwrt,
	const uint32_t *wrt, uint64_t budget, struct weft_training *out);
WEFT_API void weft_training_fini(struct weft_training *t);

#ifdef __cplusplus
}
#endif
#endif
