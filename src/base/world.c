/* world.c -- world.h: a list of messages under one lock, and a count of who waits.
 *
 * Who waits is counted before it sleeps and is taken out of the count by the put that brings its
 * message, not when it wakes: so "all wait" is exact. */
#include "base/world.h"
#include "base/mem.h"
#include <pthread.h>
#include <string.h>

struct key {
	enum world_kind kind;
	int64_t channel;
	uint32_t from, to;
};
struct message {
	struct message *next;
	struct key key;
	size_t bytes;
	unsigned char data[];
};
struct waiter {
	struct waiter *next;
	struct key key;
	bool served;                 /* its message is in the list */
};
struct world {
	pthread_mutex_t lock;
	pthread_cond_t change;
	struct message *first, **last;
	struct waiter *waiters;
	uint32_t here, waiting;      /* processes that have not left; of them, those not served */
	bool stuck;
};

static _Thread_local const struct process *current;

const struct process *process_current(void)
{
	return current;
}

void process_enter(const struct process *p)
{
	current = p;
}

struct weft_error *world_create(uint32_t n, struct world **out)
{
	struct world *w = mem_alloc(sizeof *w);

	if (!w)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %u processes", n);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->change, NULL);
	w->last = &w->first;
	w->here = n;
	*out = w;
	return NULL;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	for (struct message *m = w->first, *next; m; m = next) {
		next = m->next;
		mem_free(m);
	}
	pthread_cond_destroy(&w->change);
	pthread_mutex_destroy(&w->lock);
	mem_free(w);
}

/* With the lock held. */
static void look_for_stuck(struct world *w)
{
	if (w->here && w->waiting == w->here) {
		w->stuck = true;
		pthread_cond_broadcast(&w->change);
	}
}

void world_leave(struct world *w)
{
	pthread_mutex_lock(&w->lock);
	w->here--;
	look_for_stuck(w);
	pthread_mutex_unlock(&w->lock);
}

static bool same_key(const struct key *a, const struct key *b)
{
	return a->kind == b->kind && a->channel == b->channel && a->from == b->from &&
	       a->to == b->to;
}

struct weft_error *world_put(struct world *w, enum world_kind kind, int64_t channel, uint32_t from,
	uint32_t to, const void *data, size_t bytes)
{
	struct message *m = bytes > SIZE_MAX / 2 ? NULL : mem_alloc(sizeof *m + bytes);

	if (!m)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for a message of %zu bytes", bytes);
	m->key = (struct key){ kind, channel, from, to };
	m->bytes = bytes;
	if (bytes)
		memcpy(m->data, data, bytes);
	pthread_mutex_lock(&w->lock);
	*w->last = m;
	w->last = &m->next;
	struct waiter *who = w->waiters;
	while (who && (who->served || !same_key(&who->key, &m->key)))
		who = who->next;
	if (who) {
		who->served = true;
		w->waiting--;
		pthread_cond_broadcast(&w->change);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* The oldest message of that key, out of the list; NULL: none.  With the lock held. */
static struct message *find(struct world *w, const struct key *k)
{
	for (struct message **at = &w->first; *at; at = &(*at)->next) {
		struct message *m = *at;
		if (!same_key(&m->key, k))
			continue;
		*at = m->next;
		if (w->last == &m->next)
			w->last = at;
		return m;
	}
	return NULL;
}

static void wait_for(struct world *w, const struct key *k)
{
	struct waiter self = { NULL, *k, false }, **at = &w->waiters;

	while (*at)                  /* who came first is served first */
		at = &(*at)->next;
	*at = &self;
	w->waiting++;
	look_for_stuck(w);
	while (!self.served && !w->stuck)
		pthread_cond_wait(&w->change, &w->lock);
	if (!self.served)
		w->waiting--;
	for (at = &w->waiters; *at != &self;)
		at = &(*at)->next;
	*at = self.next;
}

struct weft_error *world_take(struct world *w, enum world_kind kind, int64_t channel, uint32_t from,
	uint32_t to, void *data, size_t bytes)
{
	struct key k = { kind, channel, from, to };

	pthread_mutex_lock(&w->lock);
	struct message *m = find(w, &k);
	if (!m) {
		wait_for(w, &k);
		m = find(w, &k);
	}
	pthread_mutex_unlock(&w->lock);
	if (!m)
		FAIL(WEFT_FAILED_PRECONDITION,
			"what is waited for on channel %lld never comes: every process waits or "
			"has ended", (long long)channel);
	bool fits = m->bytes == bytes;
	size_t found = m->bytes;
	if (fits && bytes)
		memcpy(data, m->data, bytes);
	mem_free(m);
	if (!fits)
		FAIL(WEFT_INVALID_ARGUMENT, "%zu bytes came on channel %lld where %zu are expected",
			found, (long long)channel, bytes);
	return NULL;
}

struct weft_error *world_gather(const struct process *p, int64_t channel, uint32_t n,
	const uint32_t *members, const void *data, size_t bytes, void *out)
{
	for (uint32_t i = 0; i < n; i++)
		if (members[i] != p->id)
			TRY(world_put(p->world, WORLD_collective, channel, p->id, members[i], data,
				bytes));
	for (uint32_t i = 0; i < n; i++) {
		char *at = (char *)out + i * bytes;
		if (members[i] != p->id)
			TRY(world_take(p->world, WORLD_collective, channel, members[i], p->id, at,
				bytes));
		else if (bytes)
			memcpy(at, data, bytes);
	}
	return NULL;
}
