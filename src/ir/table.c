/* table.c -- open addressing with linear probing.
 *
 * Items are only removed by a rollback, which leaves a grave in place of each, so that it needs
 * no memory and cannot fail; graves are swept when the table grows.  A lookup compares hashes
 * first and asks the caller only about equal ones. */
#include "ir/table.h"
#include "base/mem.h"

static const char grave;

const void *table_find(const struct table *t, uint64_t hash, table_eq_fn *eq, const void *key)
{
	if (!t->cap)
		return NULL;
	for (uint32_t i = (uint32_t)hash & (t->cap - 1);; i = (i + 1) & (t->cap - 1)) {
		const struct table_entry *e = &t->e[i];
		if (!e->item)
			return NULL;
		if (e->hash == (uint32_t)hash && e->item != &grave && eq(e->item, key))
			return e->item;
	}
}

static void table_place(struct table *t, struct table_entry e)
{
	uint32_t i = e.hash & (t->cap - 1);

	while (t->e[i].item)
		i = (i + 1) & (t->cap - 1);
	t->e[i] = e;
	t->used++;
}

/* Room for one more at a load of at most two thirds; sweeps graves. */
static bool table_grow(struct table *t)
{
	uint32_t live = 0;

	for (uint32_t i = 0; i < t->cap; i++)
		live += t->e[i].item && t->e[i].item != &grave;
	uint32_t cap = 64;
	while (cap / 2 <= live) {
		if (cap > UINT32_MAX / 2)
			return false;
		cap *= 2;
	}
	struct table bigger = { mem_alloc(mem_size(cap, sizeof *t->e)), cap, 0 };
	if (!bigger.e)
		return false;
	for (uint32_t i = 0; i < t->cap; i++)
		if (t->e[i].item && t->e[i].item != &grave)
			table_place(&bigger, t->e[i]);
	mem_free(t->e);
	*t = bigger;
	return true;
}

bool table_add(struct table *t, uint64_t hash, const void *item, uint32_t seq)
{
	if ((uint64_t)t->used * 3 >= (uint64_t)t->cap * 2 && !table_grow(t))
		return false;
	table_place(t, (struct table_entry){ item, (uint32_t)hash, seq });
	return true;
}

void table_rollback(struct table *t, uint32_t seq)
{
	for (uint32_t i = 0; i < t->cap; i++)
		if (t->e[i].item && t->e[i].seq >= seq)
			t->e[i].item = &grave;
}

void table_fini(struct table *t)
{
	mem_free(t->e);
	*t = (struct table){ NULL, 0, 0 };
}
