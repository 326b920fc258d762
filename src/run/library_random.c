/* library_random.c -- rng_bit_generator and rng as the interpreter has them (base/random.h). */
#include "base/random.h"
#include "run/image.h"
#include "run/library.h"
#include <math.h>
#include <string.h>

struct weft_error *library_rng_bit_generator(const struct run_library_call *c)
{
	const struct run_tensor *state = &c->in[0], *next = &c->out[0], *out = &c->out[1];
	bool is_philox = !library_word(c, 0, "THREE_FRY");
	size_t each = dtype_size(out->dtype);
	uint64_t raw[3] = { 0 };

	if (state->bytes != 16 && (state->bytes != 24 || !is_philox))
		return error_make(WEFT_UNIMPLEMENTED, "rng_bit_generator: a state of %zu bytes",
			state->bytes);
	memcpy(raw, state->data, state->bytes);
	struct random_stream s = random_open(
		is_philox, raw, (unsigned)state->bytes, (unsigned)each * 8, out->rank, out->dims);
	int64_t n = run_elements(out);
	for (int64_t i = 0; i < n; i++) {
		uint64_t v = random_element(&s, (unsigned)each * 8, i);
		memcpy((char *)out->data + (size_t)i * each, &v, each);
	}
	uint64_t step = random_advance(&s, (unsigned)each * 8, n);
	raw[1] += step;
	raw[2] += raw[1] < step;
	memcpy(next->data, raw, state->bytes);
	return NULL;
}

/* Of f64: other dtypes convert (pass/expand.c). */
struct weft_error *library_rng(const struct run_library_call *c)
{
	bool normal = library_word(c, 0, "NORMAL");
	double lo, hi, *out = c->out[0].data;

	memcpy(&lo, c->in[0].data, sizeof lo);
	memcpy(&hi, c->in[1].data, sizeof hi);
	for (int64_t i = 0, n = run_elements(&c->out[0]); i < n; i++) {
		double u = random_uniform(2 * i);
		out[i] = lo + (hi - lo) * u;
		if (normal)
			out[i] = lo + hi * sqrt(-2 * log1p(-u)) *
					      cos(2 * acos(-1) * random_uniform(2 * i + 1));
	}
	return NULL;
}
