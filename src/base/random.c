/* random.c -- counter generators: Threefry and Philox, and XLA's order of their words. */
#include "base/random.h"

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

static uint32_t stream_word(const struct random_stream *s, int64_t i)
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
		block = (i / s->inner / s->size * ((s->size + 1) / 2) + at / 2) * s->inner +
			i % s->inner;
	}
	uint64_t x = s->low + (uint64_t)block;
	threefry((uint32_t)s->key, (uint32_t)(s->key >> 32), (uint32_t)x, (uint32_t)(x >> 32), w);
	return w[word];
}

/* Along the first even dimension, else the first of the longest. */
static void stream_pair(struct random_stream *s, uint32_t rank, const int64_t *dims)
{
	uint32_t split = rank;

	for (uint32_t d = 0; d < rank && split == rank; d++)
		split = dims[d] % 2 == 0 ? d : rank;
	for (uint32_t d = 0, odd = split == rank; odd && d < rank; d++)
		split = split == rank || dims[d] > dims[split] ? d : split;
	s->paired = true;
	s->size = split < rank ? dims[split] : 1;
	s->inner = 1;
	for (uint32_t d = split + 1; d < rank; d++)
		s->inner *= dims[d];
}

struct random_stream random_open(bool is_philox, const uint64_t *state, unsigned bytes,
	unsigned bits, uint32_t rank, const int64_t *dims)
{
	struct random_stream s = {
		.is_philox = is_philox, .key = state[0], .low = state[1],
		.high = bytes == 24 ? state[2] : state[0],
	};

	if (bits <= 32 && !is_philox)
		stream_pair(&s, rank, dims);
	return s;
}

uint64_t random_element(const struct random_stream *s, unsigned bits, int64_t i)
{
	if (bits == 64)
		return stream_word(s, 2 * i) | (uint64_t)stream_word(s, 2 * i + 1) << 32;
	return stream_word(s, i);
}

uint64_t random_advance(const struct random_stream *s, unsigned bits, int64_t n)
{
	uint64_t words = (uint64_t)n * (bits == 64 ? 2 : 1);

	if (s->paired && s->size)
		return (uint64_t)(n / s->size * ((s->size + 1) / 2));
	return s->is_philox ? (words + 3) / 4 : (words + 1) / 2;
}

double random_uniform(int64_t i)
{
	uint32_t w[2];

	threefry(0, 0, (uint32_t)i, (uint32_t)(i >> 32), w);
	return ((double)(w[0] >> 5) * 67108864 + (double)(w[1] >> 6)) / 9007199254740992.0;
}
