/* table.h -- the consing tables of a graph: open addressing, in the heap; items lie in its
 * arena. */
#ifndef IR_TABLE_H
#define IR_TABLE_H
#include <stdbool.h>
#include <stdint.h>

struct table_entry {
	const void *item;            /* NULL: free */
	uint32_t hash;               /* the lower half */
	uint32_t seq;                /* when it came: a rollback takes back what is new */
};
struct table {
	struct table_entry *e;
	uint32_t cap, used; /* cap is a power of two or 0; used counts the removed ones too */
};
typedef bool table_eq_fn(const void *item, const void *key);

/* The item equal to key, or NULL. */
const void *table_find(const struct table *t, uint64_t hash, table_eq_fn *eq, const void *key);
/* Adds an item that is not there; false without memory. */
bool table_add(struct table *t, uint64_t hash, const void *item, uint32_t seq);
void table_rollback(struct table *t, uint32_t seq);     /* removes what came at seq or later */
void table_fini(struct table *t);
#endif
