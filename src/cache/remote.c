/* remote.c -- the remote store: configuration, signatures, and the thread that talks to Redis. */
#include "cache/remote.h"
#include "base/clock.h"
#include "base/fork.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char magic[8] = "WEFTRMT1";
enum { SECRET = 32, MAC = 32, LEAST_SECRET = 16, MOST_SECRET = 4096, WIRE_MS = 2000 };

/* A request.  Caller and thread hold it; the last one frees it. */
struct request {
	struct cache_key key;
	bool put, done, found, failed;
	unsigned holders;
	unsigned char *bytes;                /* with magic and signature in front */
	size_t size;
	struct request *next;
};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static struct remote_address address;
static char url[800];                        /* what address was read from */
static unsigned char secret[SECRET];
static struct request *first, **last = &first;
static pid_t owner;                          /* the process whose thread it is; 0: none */
int remote_wait_ms = REMOTE_MS;
static double paused_until;
static char trouble[400];                    /* nobody asked for yet; "": none */

/* ---- configuration -------------------------------------------------------------------------- */

/* text up to end, copied; false: too long. */
static bool copy_part(char *to, size_t size, const char *text, size_t len)
{
	if (len >= size)
		return false;
	memcpy(to, text, len);
	to[len] = '\0';
	return true;
}

/* A number up to the end or `until`; -1: there is none. */
static int read_number(const char **text, char until, long most)
{
	char *end;
	errno = 0;
	long v = strtol(*text, &end, 10);
	if (errno || end == *text || v < 0 || v > most || (*end && *end != until))
		return -1;
	*text = end;
	return (int)v;
}

bool remote_address_read(const char *text, struct remote_address *out)
{
	*out = (struct remote_address){ .port = 6379 };
	if (!strncmp(text, "unix:", 5))
		return text[5] &&
		       copy_part(out->path, sizeof out->path, text + 5, strlen(text + 5));
	if (strncmp(text, "redis://", 8))
		return false;
	text += 8;
	const char *at = strrchr(text, '@');
	if (at && (*text != ':' || !copy_part(out->password, sizeof out->password, text + 1,
				     (size_t)(at - text) - 1)))
		return false;
	text = at ? at + 1 : text;
	size_t host = *text == '[' ? strcspn(text, "]") + 1 : strcspn(text, ":/");
	bool brackets = *text == '[';
	if (host <= 2u * brackets || strlen(text) < host ||
	    !copy_part(out->host, sizeof out->host, text + brackets, host - 2u * brackets))
		return false;
	text += host;
	if (*text == ':') {
		text++;
		out->port = read_number(&text, '/', 65535);
	}
	if (*text == '/' && text[1]) {
		text++;
		out->db = read_number(&text, '\0', 1 << 20);
	} else if (*text == '/') {
		text++;
	}
	return out->port > 0 && out->db >= 0 && !*text;
}

static struct weft_error *read_secret(unsigned char out[SECRET])
{
	const char *path = getenv("WEFT_CACHE_KEY_FILE");
	unsigned char bytes[MOST_SECRET + 1];
	struct stat st;
	if (!path || !*path)
		FAIL(WEFT_FAILED_PRECONDITION,
			"WEFT_CACHE_KEY_FILE names no file: entries of a remote store are signed");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		FAIL(WEFT_FAILED_PRECONDITION, "WEFT_CACHE_KEY_FILE: %s cannot be read", path);
	bool private = !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
		!(st.st_mode & (S_IRWXG | S_IRWXO));
	ssize_t n = read(fd, bytes, sizeof bytes);
	close(fd);
	if (!private)
		FAIL(WEFT_FAILED_PRECONDITION,
			"WEFT_CACHE_KEY_FILE: %s is not a file that only its owner can read", path);
	if (n < LEAST_SECRET || n > MOST_SECRET)
		FAIL(WEFT_FAILED_PRECONDITION, "WEFT_CACHE_KEY_FILE: %s is to hold %d to %d bytes",
			path, LEAST_SECRET, MOST_SECRET);
	crypto_generichash(out, SECRET, bytes, (size_t)n, NULL, 0);
	return NULL;
}

/* text with stars for the password there may be. */
static struct weft_error *malformed(const char *text)
{
	const char *scheme = strstr(text, "://"), *at = strrchr(text, '@');
	size_t start = scheme ? (size_t)(scheme - text) + 3 : 0;
	if (!at || (size_t)(at - text) <= start)
		at = text, start = 0;
	FAIL(WEFT_INVALID_ARGUMENT, "WEFT_CACHE_REMOTE is not used: expected "
		"redis://[:PASSWORD@]HOST[:PORT][/DB] or unix:PATH, found '%.*s%s%.200s'",
		(int)start, text, at > text ? "***" : "", at);
}

struct weft_error *remote_open(bool *out)
{
	const char *text = getenv("WEFT_CACHE_REMOTE");
	struct remote_address a;
	unsigned char s[SECRET];
	*out = false;
	if (!text || !*text)
		return NULL;
	if (strlen(text) >= sizeof url || !remote_address_read(text, &a))
		return malformed(text);
	TRY(read_secret(s));
	pthread_mutex_lock(&lock);
	if (strcmp(url, text)) {
		memcpy(url, text, strlen(text) + 1);
		address = a;
		paused_until = 0;
	}
	memcpy(secret, s, SECRET);
	pthread_mutex_unlock(&lock);
	*out = true;
	return NULL;
}

/* ---- signatures ----------------------------------------------------------------------------- */

static void sign(const struct cache_key *key, const void *bytes, size_t size,
	const unsigned char with[SECRET], unsigned char out[MAC])
{
	crypto_generichash_state s;
	crypto_generichash_init(&s, with, SECRET, MAC);
	crypto_generichash_update(&s, (const unsigned char *)magic, sizeof magic);
	crypto_generichash_update(&s, key->bytes, sizeof key->bytes);
	crypto_generichash_update(&s, bytes, size);
	crypto_generichash_final(&s, out, MAC);
}

/* ---- what went wrong ------------------------------------------------------------------------ */

/* The server by its place: no password. */
static void trouble_set_locked(const struct remote_address *a, const char *fmt, ...)
	BASE_PRINTF(2, 3);
static void trouble_set_locked(const struct remote_address *a, const char *fmt, ...)
{
	char why[200];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	if (*a->path)
		snprintf(trouble, sizeof trouble, "unix:%.180s: %s", a->path, why);
	else
		snprintf(trouble, sizeof trouble, "%.180s:%d: %s", a->host, a->port, why);
}

bool remote_trouble(char *out, size_t size)
{
	pthread_mutex_lock(&lock);
	bool any = *trouble != '\0';
	snprintf(out, size, "%s", trouble);
	*trouble = '\0';
	pthread_mutex_unlock(&lock);
	return any;
}

/* ---- the thread ----------------------------------------------------------------------------- */

static struct timeval milliseconds(long ms)
{
	return (struct timeval){ ms / 1000, ms % 1000 * 1000 };
}

/* Why a request failed; "": it did not, or was only late, which who waits says. */
struct failure {
	char why[160];
};

static bool is_good(const redisContext *c, const redisReply *r, struct failure *f)
{
	bool late = !r && c->err == REDIS_ERR_IO && (errno == EAGAIN || errno == ETIMEDOUT);
	bool good = r && r->type != REDIS_REPLY_ERROR;
	if (!good && !late)
		snprintf(f->why, sizeof f->why, "%s", r ? r->str : c->errstr);
	return good;
}

/* Whether the server did what r answers. */
static bool did(const redisContext *c, redisReply *r, struct failure *f)
{
	bool good = is_good(c, r, f);
	if (r)
		freeReplyObject(r);
	return good;
}

static redisContext *dial(const struct remote_address *a, struct failure *f)
{
	struct timeval t = milliseconds(WIRE_MS);
	redisContext *c = *a->path ? redisConnectUnixWithTimeout(a->path, t)
				   : redisConnectWithTimeout(a->host, a->port, t);
	bool good = c && !c->err && redisSetTimeout(c, t) == REDIS_OK;
	if (!good && c)
		is_good(c, NULL, f);
	if (good && *a->password)
		good = did(c, redisCommand(c, "AUTH %s", a->password), f);
	if (good && a->db)
		good = did(c, redisCommand(c, "SELECT %d", a->db), f);
	if (!good && c)
		redisFree(c);
	return good ? c : NULL;
}

/* false: the server failed. */
static bool ask(redisContext *c, struct request *q, struct failure *f)
{
	redisReply *r = q->put
		? redisCommand(c, "SET weft:%b %b", q->key.bytes, sizeof q->key.bytes, q->bytes,
			  q->size)
		: redisCommand(c, "GET weft:%b", q->key.bytes, sizeof q->key.bytes);
	bool good = is_good(c, r, f);
	if (good && !q->put && r->type == REDIS_REPLY_STRING) {
		q->bytes = mem_alloc(r->len + 1);
		q->found = q->bytes != NULL;
		if (q->found)
			memcpy(q->bytes, r->str, r->len);
		q->size = r->len;
	}
	if (r)
		freeReplyObject(r);
	return good;
}

static void request_drop_locked(struct request *q)
{
	if (--q->holders)
		return;
	mem_free(q->bytes);
	mem_free(q);
}

static void *serve(void *unused)
{
	redisContext *c = NULL;
	char connected[sizeof url] = "";
	sigset_t all;
	(void)unused;
	/* Writing to a server that went is SIGPIPE for the thread that writes. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	pthread_mutex_lock(&lock);
	for (;;) {
		while (!first)
			pthread_cond_wait(&changed, &lock);
		struct request *q = first;
		struct remote_address a = address;
		first = q->next;
		last = first ? last : &first;
		bool other = strcmp(connected, url) != 0;
		memcpy(connected, url, sizeof url);
		pthread_mutex_unlock(&lock);
		if (c && other) {
			redisFree(c);
			c = NULL;
		}
		struct failure f = { "" };
		c = c ? c : dial(&a, &f);
		bool good = c && ask(c, q, &f);
		if (c && !good) {
			redisFree(c);
			c = NULL;
		}
		pthread_mutex_lock(&lock);
		q->done = true;
		q->failed = !good;
		if (*f.why)
			trouble_set_locked(&a, "%s", f.why);
		request_drop_locked(q);
		pthread_cond_broadcast(&changed);
	}
	return NULL;
}

FORK_KEEPS_LOCK(FORK_remote, lock)

/* A child of fork has no thread; what was asked before is nobody's. */
static bool begin_locked(void)
{
	pthread_condattr_t attr;
	pthread_t t;
	if (owner == getpid())
		return true;
	first = NULL;
	last = &first;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&changed, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&t, NULL, serve, NULL))
		return false;
	pthread_detach(t);
	owner = getpid();
	return true;
}

/* Asks and waits REMOTE_MS; true: q->done, and it did not fail.  Takes q's second holder. */
static bool request_run(struct request *q)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += remote_wait_ms % 1000 * 1000000L;
	until.tv_sec += remote_wait_ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&lock);
	if (clock_seconds() < paused_until || !begin_locked()) {
		pthread_mutex_unlock(&lock);
		return false;
	}
	q->holders = 2;
	*last = q;
	last = &q->next;
	pthread_cond_broadcast(&changed);
	while (!q->done && pthread_cond_timedwait(&changed, &lock, &until) != ETIMEDOUT)
		;
	bool good = q->done && !q->failed;
	if (!good)
		paused_until = clock_seconds() + (double)REMOTE_PAUSE_S;
	if (!q->done)
		trouble_set_locked(&address, "no answer within %d ms", remote_wait_ms);
	pthread_mutex_unlock(&lock);
	if (!good)
		cache_count(CACHE_remote_failed);
	return good;
}

static void request_drop(struct request *q)
{
	pthread_mutex_lock(&lock);
	q->holders = q->holders ? q->holders : 1;
	request_drop_locked(q);
	pthread_mutex_unlock(&lock);
}

/* ---- entries -------------------------------------------------------------------------------- */

/* q's bytes without what is in front, if the signature is right. */
static bool take_entry(struct request *q, void **bytes, size_t *size)
{
	unsigned char mac[MAC], with[SECRET];
	size_t front = sizeof magic + MAC;
	pthread_mutex_lock(&lock);
	memcpy(with, secret, SECRET);
	pthread_mutex_unlock(&lock);
	bool right = q->size > front && !memcmp(q->bytes, magic, sizeof magic);
	if (right) {
		sign(&q->key, q->bytes + front, q->size - front, with, mac);
		right = !sodium_memcmp(mac, q->bytes + sizeof magic, MAC);
	}
	if (!right) {
		cache_count(CACHE_remote_forged);
		pthread_mutex_lock(&lock);
		trouble_set_locked(&address, "an entry is not signed with this secret");
		pthread_mutex_unlock(&lock);
		return false;
	}
	*size = q->size - front;
	*bytes = mem_alloc_aligned(64, *size);
	if (*bytes)
		memcpy(*bytes, q->bytes + front, *size);
	return *bytes != NULL;
}

bool remote_get(const struct cache_key *key, void **bytes, size_t *size)
{
	struct request *q = mem_alloc(sizeof *q);
	if (!q)
		return false;
	q->key = *key;
	bool good = request_run(q);
	bool found = good && q->found && take_entry(q, bytes, size);
	if (found)
		cache_count(CACHE_remote_hits);
	else if (good && !q->found)
		cache_count(CACHE_remote_misses);
	request_drop(q);
	return found;
}

void remote_put(const struct cache_key *key, const void *bytes, size_t size)
{
	size_t front = sizeof magic + MAC;
	unsigned char with[SECRET];
	struct request *q = mem_alloc(sizeof *q);
	if (!q)
		return;
	q->key = *key;
	q->put = true;
	q->size = size + front;
	q->bytes = mem_alloc(q->size);
	if (q->bytes) {
		pthread_mutex_lock(&lock);
		memcpy(with, secret, SECRET);
		pthread_mutex_unlock(&lock);
		memcpy(q->bytes, magic, sizeof magic);
		memcpy(q->bytes + front, bytes, size);
		sign(key, bytes, size, with, q->bytes + sizeof magic);
		if (request_run(q))
			cache_count(CACHE_remote_stored);
	}
	request_drop(q);
}
