/* hash.h -- xxh3 for tables.  (Keys of caches use a cryptographic hash: cache/.) */
#ifndef BASE_HASH_H
#define BASE_HASH_H
#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(const void *p, size_t n, uint64_t seed);
uint64_t hash_mix(uint64_t h, uint64_t v);          /* order matters */
#endif
