/* heap.h -- large pieces of memory: best fit, neighbours that are free become one.
 *
 * What one program gives back as many pieces another takes as few.  A heap has no lock: the
 * caller's guards it. */
#ifndef RUN_HEAP_H
#define RUN_HEAP_H
#include <stdbool.h>
#include <stddef.h>

#define HEAP_PAGE ((size_t)4096)        /* pieces are multiples of it, and aligned to it */
#define HEAP_HUGE ((size_t)2 << 20)

struct heap_region;

/* A piece, taken or free. */
struct span {
	char *data;
	size_t size;
	void *owner;                    /* of a taken one: the taker's */
	/* what follows is heap.c's */
	bool taken;
	size_t from, to;                /* free: only bytes [from, to) of it may have pages */
	struct heap_region *region;
	struct span *before, *after;    /* its neighbours in the region */
	struct span *left, *right;      /* free: the tree by size, then address */
	struct span *older, *newer;     /* free, from < to: the list by age */
};
struct heap {
	size_t reserve;                 /* addresses to ask for at once; pages come when used */
	size_t kept;                    /* bytes of free pieces that may have pages */
	struct span *root, *oldest, *newest, *spare;
	struct heap_region *regions;
};

/* size bytes at least, not initialised; the first of the free pieces it fits best, else fresh ones.
 * *fresh (if not NULL): it needed addresses never used before.  NULL: no memory. */
struct span *heap_take(struct heap *h, size_t size, bool *fresh);
/* s is free again. */
void heap_give(struct heap *h, struct span *s);
/* The taken piece that begins at data, anything; NULL: there is none. */
struct span *heap_find(const struct heap *h, const void *data);

/* To give pages back without holding the caller's lock: takes the piece that has been free longest
 * away (NULL: none has pages) and says which n bytes at *at, not much more than `bytes`, to hand to
 * heap_discard; heap_return puts it back. */
struct span *heap_claim(struct heap *h, size_t bytes, char **at, size_t *n);
void heap_discard(char *at, size_t n);
void heap_return(struct heap *h, struct span *s);
/* Gives back the addresses of which nothing is taken, and descriptors that nothing needs. */
void heap_trim(struct heap *h);
#endif
