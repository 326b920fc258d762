/* random.c -- random numbers by the published counter generators (base/random.h), bit for bit.
 *
 *   THREE_FRY  state: 64-bit key, 64-bit counter
 *   PHILOX     state: 64-bit key, 128-bit counter, whose upper half is the key where the state has
 *   two
 *              words only
 *   DEFAULT    PHILOX
 *
 * rng without a state is not deterministic by its specification: here it draws from Threefry with
 * key 0 and the elements' indices, so that runs repeat. */
#include "base/random.h"
#include "ir/eval/eval_impl.h"
#include <math.h>
#include <string.h>

void eval_random_bits(struct call *c, const int64_t *dims)
{
	struct tensor *state = c->in[0];
	const char *algorithm = node_str(c->n, KEY_rng_algorithm, "DEFAULT");
	int64_t words = tensor_elements(state);
	uint64_t raw[3] = { 0 };

	size_t bytes = (size_t)words * dtype_bytes(state->type->dtype);
	if (bytes != 16 && bytes != 24)
		eval_fail(c, WEFT_UNIMPLEMENTED, "a state of %zu bytes", bytes);
	memcpy(raw, state->data, bytes);
	bool is_philox = strcmp(algorithm, "THREE_FRY") != 0;
	if (!is_philox && bytes != 16)
		eval_fail(c, WEFT_UNIMPLEMENTED, "a state of %zu bytes", bytes);
	struct tensor *next = eval_new_like(c, 0, state);
	struct tensor *out = eval_new(c, 1, c->types[1]->rank, dims);
	unsigned bits = dtype_table[out->type->dtype].bits;
	int64_t n = tensor_elements(out);
	struct random_stream s =
		random_open(is_philox, raw, (unsigned)bytes, bits, out->rank, out->dims);
	for (int64_t i = 0; i < n; i++) {
		uint64_t v = random_element(&s, bits, i);
		memcpy(tensor_at(out, i), &v, dtype_bytes(out->type->dtype));
	}
	uint64_t step = random_advance(&s, bits, n);
	raw[1] += step;
	raw[2] += raw[1] < step;
	memcpy(next->data, raw, bytes);
}

void eval_rng_bit_generator(struct call *c)
{
	int64_t dims[EVAL_MAX_RANK];

	if (!eval_static_dims(c, 1, dims))
		eval_fail(c, WEFT_INVALID_ARGUMENT, "a size without a value");
	eval_random_bits(c, dims);
}

void eval_rng(struct call *c)
{
	const struct tensor *a = c->in[0], *b = c->in[1];
	bool normal = !strcmp(node_str(c->n, KEY_rng_distribution, "UNIFORM"), "NORMAL");
	int64_t dims[EVAL_MAX_RANK], rank = tensor_elements(c->in[2]);

	if (rank > EVAL_MAX_RANK)
		eval_fail(c, WEFT_UNIMPLEMENTED, "rank over %d", EVAL_MAX_RANK);
	for (int64_t d = 0; d < rank; d++)
		dims[d] = eval_index(c->in[2], d);
	struct tensor *out = eval_new(c, 0, (uint32_t)rank, dims);
	double lo = dtype_load_f64(a->type->dtype, a->data),
	       hi = dtype_load_f64(b->type->dtype, b->data);
	for (int64_t i = 0, n = tensor_elements(out); i < n; i++) {
		double u = random_uniform(2 * i), v = lo + (hi - lo) * u;
		if (normal)
			v = lo + hi * sqrt(-2 * log1p(-u)) *
					 cos(2 * acos(-1) * random_uniform(2 * i + 1));
		if (dtype_is_float(out->type->dtype))
			dtype_store_f64(out->type->dtype, tensor_at(out, i), v);
		else
			dtype_store_i64(out->type->dtype, tensor_at(out, i), (int64_t)floor(v));
	}
}
