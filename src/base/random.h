/* random.h -- the published counter generators, bit for bit, and the order in which XLA makes a
 * tensor of their words.
 *
 *   Threefry-2x32, 20 rounds, and Philox-4x32, 10 rounds (Salmon, Moraes, Dror, Shaw: Parallel
 *   Random Numbers: As Easy as 1, 2, 3; 2011) */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H
#include <stdbool.h>
#include <stdint.h>

/* Word i of 32 bits is a function of (key, counter, i).  Threefry's 32-bit results pair up along
 * one dimension: of each pair one is the first word, one the second of a block, and blocks are
 * counted over the shape with that dimension halved. */
struct random_stream {
	bool is_philox;
	uint64_t key, low, high;     /* low, high: the counter */
	bool paired;
	/* of the dimension that pairs; elements behind one of its indices */
	int64_t size, inner;
};
/* The stream of a state of 16 or 24 bytes (as words of 64 bits) for results of those dims of
 * elements of that many bits. */
struct random_stream random_open(bool is_philox, const uint64_t *state, unsigned bytes,
	unsigned bits, uint32_t rank, const int64_t *dims);
/* Element i of the result, in its low bits. */
uint64_t random_element(const struct random_stream *s, unsigned bits, int64_t i);
/* How many counters a result of n elements takes. */
uint64_t random_advance(const struct random_stream *s, unsigned bits, int64_t n);
/* Uniform in [0, 1) with 53 bits: number i of the stream that rng without a state draws from
 * (Threefry with key 0). */
double random_uniform(int64_t i);
#endif
