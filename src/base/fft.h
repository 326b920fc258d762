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

/* The last naxes >= 1 of rank dimensions are transformed.  The arrays differ in the last only:
 * FFT_real has n real numbers there and n / 2 + 1 complex ones in its result, FFT_half the reverse,
 * and may have more than it needs. */
struct fft {
	enum fft_kind kind;
	/* As torch defines them, all are bare sums (a product with the number they were divided by
	 * would round twice more), and float numbers are summed in double, rounded once a
	 * dimension. */
	bool sum;
	bool wide;                   /* double numbers, else float; a complex number is two */
	uint32_t rank, naxes;
	const int64_t *in_dims, *out_dims;
	const struct fft_threads *threads;   /* share out lines; NULL: nobody. The same bits */
};

/* Transforms `in` into `out`, both of any alignment; they may not overlap.
 * Fails with RESOURCE_EXHAUSTED.  Any thread. */
struct weft_error *fft_run(const struct fft *f, const void *in, void *out);
#endif
