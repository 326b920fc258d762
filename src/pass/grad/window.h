/* window.h -- arithmetic of windows, for the gradients of window sums and convolutions. */
#ifndef PASS_GRAD_WINDOW_H
#define PASS_GRAD_WINDOW_H
#include "pass/grad/grad_impl.h"

/* One dimension of a window op. */
struct window {
	int64_t in, size, out;       /* elements of operand, window, result */
	int64_t stride, low;         /* low: padding in front */
	int64_t base, dilation;      /* of operand and window */
};
/* n elements with `dilation` - 1 between. */
static inline int64_t window_dilated(int64_t n, int64_t dilation)
{
	return n ? (n - 1) * dilation + 1 : 0;
}
/* The padding of the result's gradient (dilated by the stride) that makes the same window over it,
 * by steps of `base`, give the operand's. */
static inline void window_back(const struct window *w, int64_t *low, int64_t *high)
{
	int64_t in = window_dilated(w->in, w->base), size = window_dilated(w->size, w->dilation);
	*low = size - w->low - 1;
	*high = in + size - 1 - window_dilated(w->out, w->stride) - *low;
}
/* n's integers under k: `count` of them, or `otherwise` that often. */
const int64_t *window_ints(
	struct grad *d, const struct node *n, enum key k, uint32_t count, int64_t otherwise);
#endif
