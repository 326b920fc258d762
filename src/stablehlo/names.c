/* names.c -- names to pointers with scopes: a chained hash table whose entries are also a stack. */
#include "base/hash.h"
#include "stablehlo/text_impl.h"
#include <string.h>

void names_init(struct names *t, struct job *j)
{
	*t = (struct names){ .j = j, .nbuckets = 64 };
	t->buckets = job_array(j, t->nbuckets, sizeof *t->buckets);
}

/* Oldest first, so that the newest of a name stays first in its chain. */
static void names_grow(struct names *t)
{
	struct name_entry **order = job_array(t->j, t->n, sizeof *order), *e = t->top;

	for (uint32_t i = t->n; i > 0; i--, e = e->below)
		order[i - 1] = e;
	t->nbuckets *= 4;
	t->buckets = job_array(t->j, t->nbuckets, sizeof *t->buckets);
	for (uint32_t i = 0; i < t->n; i++) {
		struct name_entry **b = &t->buckets[order[i]->hash & (t->nbuckets - 1)];
		order[i]->chain = *b;
		*b = order[i];
	}
}

void names_add(struct names *t, const char *name, size_t len, void *value, uint32_t count)
{
	if (t->n >= t->nbuckets && t->nbuckets < 1u << 28)
		names_grow(t);
	struct name_entry *e = job_alloc(t->j, sizeof *e);
	*e = (struct name_entry){ name, len, hash_bytes(name, len, 0), value, count, NULL, t->top };
	struct name_entry **b = &t->buckets[e->hash & (t->nbuckets - 1)];
	e->chain = *b;
	*b = e;
	t->top = e;
	t->n++;
}

struct name_entry *names_find(const struct names *t, const char *name, size_t len)
{
	uint64_t h = hash_bytes(name, len, 0);

	for (struct name_entry *e = t->buckets[h & (t->nbuckets - 1)]; e; e = e->chain)
		if (e->hash == h && e->len == len && !memcmp(e->name, name, len))
			return e;
	return NULL;
}

/* Entries leave in the reverse order of coming, so each is first in its chain. */
void names_pop(struct names *t, struct name_entry *to)
{
	while (t->top != to) {
		struct name_entry *e = t->top;
		t->buckets[e->hash & (t->nbuckets - 1)] = e->chain;
		t->top = e->below;
		t->n--;
	}
}
