/* random.c -- random numbers by the published counter generators, bit for bit.
 *
 *   THREE_FRY  Threefry-2x32, 20 rounds (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy
 *              as 1, 2, 3; 2011); state: 64-bit key, 64-bit counter
 *   PHILOX     Philox-4x32, 10 rounds (the same paper); state: 64-bit key, 128-bit counter, whose upper
 *              half is the key where the state has two words only
 *   DEFAULT    PHILOX
 *
 * The order in which a generator's words become the result is XLA's.  rng without a state is not
 * deterministic by its specification: here it draws from THREE_FRY with key 0 and the elements'
 * indices, so that runs repeat. */
#include "ir/eval/eval_impl.h"
#include <math.h>
#include <string.h>

static uint32_t rotate(uint32_t x, int r)
{
	return x << r | x >> (32 - r);
}

static void threefry(uint32_t k0, uint32_t k1, uint32_t x0, uint32_t x1, uint32_t out[2])
{
	static const int r[2][4] = { { 13, 15, 26, 6 }, { 17, 29, 16, 24 } };
	uint32_t ks[3] = { k0, k1, 0x1bd11bda ^ k0 ^ k1 };

	x0 += ks[0];
	x1 += ks[1];
	for (uint32_t i = 0; i < 5; i++) {
		for (int j = 0; j < 4; j++) {
			x0 += x1;
			x1 = rotate(x1, r[i % 2][j]) ^ x0;
		}
		x0 += ks[(i + 1) % 3];
		x1 += ks[(i + 2) % 3] + i + 1;
	}
	out[0] = x0;
	out[1] = x1;
}

static void philox(uint64_t key, uint64_t low, uint64_t high, uint32_t out[4])
{
	uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);

	out[0] = (uint32_t)low;
	out[1] = (uint32_t)(low >> 32);
	out[2] = (uint32_t)high;
	out[3] = (uint32_t)(high >> 32);
	for (int i = 0; i < 10; i++) {
		uint64_t a = (uint64_t)out[0] * 0xd2511f53, b = (uint64_t)out[2] * 0xcd9e8d57;
		uint32_t x1 = out[1], x3 = out[3];
		out[0] = (uint32_t)(b >> 32) ^ x1 ^ k0;
		out[1] = (uint32_t)b;
		out[2] = (uint32_t)(a >> 32) ^ x3 ^ k1;
		out[3] = (uint32_t)a;
		k0 += 0x9e3779b9;
		k1 += 0xbb67ae85;
	}
}

/* A stream of bits: word i of 32 bits is a function of (key, counter, i).  THREE_FRY's 32-bit results
 * pair up along the first even dimension (else the first over 1): of each pair one is the first word, one
 * the second of a block, and blocks are counted over the shape with that dimension halved. */
struct stream {
	bool is_philox;
	uint64_t key, low, high;
	bool paired;
	int64_t size, inner;         /* of the dimension that pairs; elements behind one of its indices */
};

static uint32_t stream_word(const struct stream *s, int64_t i)
{
	uint32_t w[4];

	if (s->is_philox) {
		uint64_t low = s->low + (uint64_t)i / 4;
		philox(s->key, low, s->high + (low < s->low), w);
		return w[i % 4];
	}
	int64_t block = i / 2, word = i % 2;
	if (s->paired) {
		int64_t at = i / s->inner % s->size;
		word = at % 2;
		block = (i / s->inner / s->size * ((s->size + 1) / 2) + at / 2) * s->inner + i % s->inner;
	}
	uint64_t x = s->low + (uint64_t)block;
	threefry((uint32_t)s->key, (uint32_t)(s->key >> 32), (uint32_t)x, (uint32_t)(x >> 32), w);
	return w[word];
}

static void stream_pair(struct stream *s, uint32_t rank, const int64_t *dims)
{
	uint32_t split = rank;

	for (uint32_t d = 0; d < rank && split == rank; d++)
		split = dims[d] % 2 == 0 ? d : rank;
	for (uint32_t d = 0; d < rank && split == rank; d++)
		split = dims[d] > 1 ? d : rank;
	s->paired = true;
	s->size = split < rank ? dims[split] : 1;
	s->inner = 1;
	for (uint32_t d = split + 1; d < rank; d++)
		s->inner *= dims[d];
}

/* How many counters a result of n elements takes. */
static uint64_t stream_advance(const struct stream *s, unsigned bits, int64_t n)
{
	uint64_t words = (uint64_t)n * (bits == 64 ? 2 : 1);

	if (s->paired && s->size)
		return (uint64_t)(n / s->size * ((s->size + 1) / 2));
	return s->is_philox ? (words + 3) / 4 : (words + 1) / 2;
}

void eval_rng_bit_generator(struct call *c)
{
	struct tensor *state = c->in[0];
	const char *algorithm = node_str(c->n, KEY_rng_algorithm, "DEFAULT");
	int64_t words = tensor_elements(state), dims[EVAL_MAX_RANK];
	uint64_t raw[3] = { 0 };
	struct stream s = { 0 };

	if (!eval_static_dims(c, 1, dims))
		eval_fail(c, WEFT_INVALID_ARGUMENT, "a size without a value");
	size_t bytes = (size_t)words * dtype_bytes(state->type->dtype);
	if (bytes != 16 && bytes != 24)
		eval_fail(c, WEFT_UNIMPLEMENTED, "a state of %zu bytes", bytes);
	memcpy(raw, state->data, bytes);
	s.is_philox = strcmp(algorithm, "THREE_FRY") != 0;
	if (!s.is_philox && bytes != 16)
		eval_fail(c, WEFT_UNIMPLEMENTED, "a state of %zu bytes", bytes);
	s.key = raw[0];
	s.low = raw[1];
	s.high = bytes == 24 ? raw[2] : raw[0];
	struct tensor *next = eval_new_like(c, 0, state);
	struct tensor *out = eval_new(c, 1, c->types[1]->rank, dims);
	unsigned bits = dtype_table[out->type->dtype].bits;
	int64_t n = tensor_elements(out);
	if (bits <= 32 && !s.is_philox)
		stream_pair(&s, out->rank, out->dims);
	for (int64_t i = 0; i < n; i++) {
		uint64_t v = bits == 64 ? stream_word(&s, 2 * i) | (uint64_t)stream_word(&s, 2 * i + 1) << 32 :
			stream_word(&s, i);
		memcpy(tensor_at(out, i), &v, dtype_bytes(out->type->dtype));
	}
	uint64_t step = stream_advance(&s, bits, n);
	raw[1] += step;
	raw[2] += raw[1] < step;
	memcpy(next->data, raw, bytes);
}

static double uniform01(int64_t i)
{
	uint32_t w[2];

	threefry(0, 0, (uint32_t)i, (uint32_t)(i >> 32), w);
	return ((double)(w[0] >> 5) * 67108864 + (double)(w[1] >> 6)) / 9007199254740992.0;
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
	double lo = dtype_load_f64(a->type->dtype, a->data), hi = dtype_load_f64(b->type->dtype, b->data);
	for (int64_t i = 0, n = tensor_elements(out); i < n; i++) {
		double u = uniform01(2 * i), v = lo + (hi - lo) * u;
		if (normal)
			v = lo + hi * sqrt(-2 * log1p(-u)) * cos(2 * acos(-1) * uniform01(2 * i + 1));
		if (dtype_is_float(out->type->dtype))
			dtype_store_f64(out->type->dtype, tensor_at(out, i), v);
		else
			dtype_store_i64(out->type->dtype, tensor_at(out, i), (int64_t)floor(v));
	}
}
