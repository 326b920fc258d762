/* fft.h -- discrete Fourier transforms of dense row-major arrays, for the runtime and the
 * interpreter. */
#ifndef BASE_FFT_H
#define BASE_FFT_H
#include "base/error.h"

/* As StableHLO's fft: complex to complex forward and backward, real to half of a spectrum, and
 * back.  Backward ones are divided by the number of elements of a transform, unless `sum`. */
enum fft_kind { FFT_forward, FFT_backward, FFT_real, FFT_half };

/* Who runs chunks [0, chunks) of something on several threads, and returns when they are done. */
typedef void fft_chunks(void *arg, int64_t first, int64_t last, unsigned char *unused);
struct fft_threads {
	void (*each)(unsigned threads, fft_chunks *fn, void *arg, int64_t chunks);
	unsigned threads;
};

/* Transforms the last naxes >= 1 of rank dimensions of `in` into `out`: float numbers, or double
 * where wide; a complex number is two.  sum: as torch defines them, all are bare sums (a product
 * with the number they were divided by would round twice more), and float numbers are summed in
 * double, rounded once a dimension.  The arrays differ in the last dimension only: FFT_real has
 * n real numbers there and n / 2 + 1 complex ones in out, FFT_half the reverse, and may have more
 * than it needs.  Any alignment; in and out may not overlap.  t: lines are shared out, NULL: they
 * are not; their bits are the same.
 * Fails with RESOURCE_EXHAUSTED.  Any thread. */
struct weft_error *fft_run(enum fft_kind kind, bool sum, bool wide, uint32_t rank,
	const int64_t *in_dims, const int64_t *out_dims, uint32_t naxes, const void *in, void *out,
	const struct fft_threads *t);
#endif
