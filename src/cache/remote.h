/* remote.h -- the cache's second store: a Redis server several machines share.
 *
 * What comes from there is code that will run, so every entry is signed: BLAKE2b keyed with a
 * secret that only those have who may put entries, over the entry's key and bytes.  A server that
 * is down, slow or lying costs a compile at most REMOTE_MS, and is counted: requests are made by a
 * thread of the store's own, callers wait that long and go on, and after a failure nobody asks for
 * REMOTE_PAUSE_S.  doc/cache.md.  Any thread. */
#ifndef CACHE_REMOTE_H
#define CACHE_REMOTE_H
#include "cache/cache.h"

enum { REMOTE_MS = 50, REMOTE_PAUSE_S = 30 };

/* Reads WEFT_CACHE_REMOTE, redis://[:PASSWORD@]HOST[:PORT][/DB] or unix:PATH, and the secret in
 * the file WEFT_CACHE_KEY_FILE.  *out: is there such a store?  INVALID_ARGUMENT for a malformed
 * address; FAILED_PRECONDITION for a secret that is missing, short, or that others can read. */
struct weft_error *remote_open(bool *out) BASE_MUST_USE;
/* After a remote_open that found one.  The signed artifact under key, mem_free's, or false. */
bool remote_get(const struct cache_key *key, void **bytes, size_t *size);
void remote_put(const struct cache_key *key, const void *bytes, size_t size);
/* What went wrong since it was asked last, with the server's place: an outage, what the server
 * refused, a wrong signature.  false: nothing did. */
bool remote_trouble(char *out, size_t size);

/* How long callers wait; tests change it. */
extern int remote_wait_ms;

/* The parts of an address. */
struct remote_address {
	char host[256], path[256], password[256];    /* path: of a socket; then host is "" */
	int port, db;
};
bool remote_address_read(const char *text, struct remote_address *out);
#endif
