/* key.c -- keys: BLAKE2b-256 (RFC 7693) of libsodium, and their spelling as names of files. */
#include "cache/cache_impl.h"
#include <sodium.h>
#include <string.h>

struct cache_key cache_key_of(const void *material, size_t size)
{
	struct cache_key k;
	static const unsigned char nothing[1];
	/* Picks the vector code of this processor; the hash is right without it. */
	(void)!sodium_init();
	crypto_generichash(k.bytes, sizeof k.bytes, size ? material : nothing, size, NULL, 0);
	return k;
}

void cache_key_text(const struct cache_key *key, char out[65])
{
	sodium_bin2hex(out, 2 * sizeof key->bytes + 1, key->bytes, sizeof key->bytes);
}

void key_name(const struct cache_key *key, char out[CACHE_NAME_LEN + 1])
{
	cache_key_text(key, out);
	memcpy(out + 2 * sizeof key->bytes, CACHE_SUFFIX, sizeof CACHE_SUFFIX);
}

bool name_key(const char *name, struct cache_key *out)
{
	char again[CACHE_NAME_LEN + 1];
	size_t n;

	if (strlen(name) != CACHE_NAME_LEN ||
		sodium_hex2bin(out->bytes, sizeof out->bytes, name, 2 * sizeof out->bytes, NULL, &n,
			NULL) ||
		n != sizeof out->bytes)
		return false;
	key_name(out, again);                    /* capitals and other suffixes are not ours */
	return !strcmp(name, again);
}
