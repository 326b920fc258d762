/* order.c -- unstable orders of rows, equal keys included.
 *
 * Introsort and introselect (Musser, "Introspective Sorting and Selection Algorithms", 1997) with
 * the median of three at the front as pivot, rows of up to 16 left to insertion at the end, and
 * heaps (Williams and Floyd, 1964) where recursion is too deep; the steps are those of GNU's C++
 * library, as they decide where equal keys go.  kthvalue's is the quickselect of Numerical
 * Recipes, 8.5.  Pairs of key and place are moved; only keys are compared. */
#include "base/order.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

enum { SMALL = 16 };
struct entry {
	int64_t key, place;
};

static bool less(const struct entry *a, const struct entry *b)
{
	return a->key < b->key;
}

static void swap(struct entry *a, struct entry *b)
{
	struct entry t = *a;

	*a = *b;
	*b = t;
}

static int depth_of(int64_t n)
{
	return 2 * (63 - __builtin_clzll((uint64_t)n | 1));
}

/* ---- insertion ------------------------------------------------------------------------------ */

/* *at goes to its place among those before it, of which one is not greater. */
static void sift_back(struct entry *at)
{
	struct entry v = *at;

	for (; less(&v, at - 1); at--)
		*at = at[-1];
	*at = v;
}

static void insertion(struct entry *first, struct entry *last)
{
	for (struct entry *i = first + 1; i < last; i++) {
		if (!less(i, first)) {
			sift_back(i);
			continue;
		}
		struct entry v = *i;
		memmove(first + 1, first, (size_t)(i - first) * sizeof *first);
		*first = v;
	}
}

/* ---- heaps: the greatest in front ----------------------------------------------------------- */

/* v comes into a heap of n: the hole sinks to a leaf by the greater children, and v rises. */
static void heap_adjust(struct entry *heap, int64_t hole, int64_t n, struct entry v)
{
	int64_t top = hole, child = hole;

	while (child < (n - 1) / 2) {
		child = 2 * (child + 1);
		if (less(&heap[child], &heap[child - 1]))
			child--;
		heap[hole] = heap[child];
		hole = child;
	}
	if (!(n & 1) && child == (n - 2) / 2) {
		child = 2 * (child + 1);
		heap[hole] = heap[child - 1];
		hole = child - 1;
	}
	for (int64_t up = (hole - 1) / 2; hole > top && less(&heap[up], &v); up = (hole - 1) / 2) {
		heap[hole] = heap[up];
		hole = up;
	}
	heap[hole] = v;
}

/* The front goes to *to, and what was there into the heap of n. */
static void heap_pop(struct entry *heap, int64_t n, struct entry *to)
{
	struct entry v = *to;

	*to = *heap;
	heap_adjust(heap, 0, n, v);
}

/* The least `middle - first` in a heap. */
static void heap_select(struct entry *first, struct entry *middle, struct entry *last)
{
	int64_t n = middle - first;

	for (int64_t parent = (n - 2) / 2; n > 1 && parent >= 0; parent--)
		heap_adjust(first, parent, n, first[parent]);
	for (struct entry *i = middle; i < last; i++)
		if (less(i, first))
			heap_pop(first, n, i);
}

static void sort_first(struct entry *first, struct entry *middle, struct entry *last)
{
	heap_select(first, middle, last);
	for (int64_t n = middle - first - 1; n > 0; n--)
		heap_pop(first, n, first + n);
}

/* ---- introsort, introselect ----------------------------------------------------------------- */

/* The median of a, b, c changes places with *to. */
static void median_to(struct entry *to, struct entry *a, struct entry *b, struct entry *c)
{
	if (less(a, b))
		swap(to, less(b, c) ? b : less(a, c) ? c : a);
	else
		swap(to, less(a, c) ? a : less(b, c) ? c : b);
}

/* Where the upper part begins; the pivot, in front, stays in the lower. */
static struct entry *partition(struct entry *first, struct entry *last)
{
	const struct entry *pivot = first;
	struct entry *lo = first + 1, *hi = last;

	median_to(first, first + 1, first + (last - first) / 2, last - 1);
	for (;; lo++) {
		while (less(lo, pivot))
			lo++;
		hi--;
		while (less(pivot, hi))
			hi--;
		if (lo >= hi)
			return lo;
		swap(lo, hi);
	}
}

static void sort_roughly(struct entry *first, struct entry *last, int depth)
{
	while (last - first > SMALL) {
		if (!depth--) {
			sort_first(first, last, last);
			return;
		}
		struct entry *cut = partition(first, last);
		sort_roughly(cut, last, depth);
		last = cut;
	}
}

static void sort(struct entry *first, struct entry *last)
{
	struct entry *small = last - first > SMALL ? first + SMALL : last;

	sort_roughly(first, last, depth_of(last - first));
	insertion(first, small);
	for (struct entry *i = small; i < last; i++)
		sift_back(i);
}

static void select_nth(struct entry *first, struct entry *nth, struct entry *last)
{
	int depth = depth_of(last - first);

	while (last - first > 3) {
		if (!depth--) {
			heap_select(first, nth + 1, last);
			swap(first, nth);
			return;
		}
		struct entry *cut = partition(first, last);
		if (cut <= nth)
			first = cut;
		else
			last = cut;
	}
	insertion(first, last);
}

/* ---- quickselect ---------------------------------------------------------------------------- */

static void order_pair(struct entry *a, struct entry *b)
{
	if (less(b, a))
		swap(a, b);
}

static void quickselect(struct entry *e, int64_t k, int64_t n)
{
	int64_t lo = 0, hi = n - 1;

	while (hi > lo + 1) {
		swap(&e[lo + (hi - lo) / 2], &e[lo + 1]);
		order_pair(&e[lo + 1], &e[hi]);
		order_pair(&e[lo], &e[hi]);
		order_pair(&e[lo + 1], &e[lo]);
		int64_t i = lo + 1, j = hi;
		struct entry pivot = e[lo];
		for (;;) {
			do
				i++;
			while (less(&e[i], &pivot));
			do
				j--;
			while (less(&pivot, &e[j]));
			if (j < i)
				break;
			swap(&e[i], &e[j]);
		}
		swap(&e[lo], &e[j]);
		if (j <= k)
			lo = i;
		if (j >= k)
			hi = j - 1;
	}
	if (hi == lo + 1)
		order_pair(&e[lo], &e[hi]);
}

/* ---- rows ----------------------------------------------------------------------------------- */

bool order_read(const char *config, struct order *out)
{
	static const char *const words[] = { "sort", "first", "any", "kth" };
	size_t n = strcspn(config, " ");
	char *end;

	for (int i = 0; i < 4; i++) {
		if (strlen(words[i]) != n || memcmp(words[i], config, n))
			continue;
		out->how = (enum order_how)i;
		out->k = strtoll(config + n, &end, 10);
		return !*end && (end != config + n) == (i != ORDER_sort) && out->k >= 0;
	}
	return false;
}

int64_t order_count(const struct order *o, int64_t n)
{
	bool one = o->how == ORDER_kth;

	if (o->how == ORDER_sort)
		return n;
	return o->k > n - one ? -1 : one ? 1 : o->k;
}

static void order_row(const struct order *o, struct entry *e, int64_t n)
{
	int64_t k = o->k;

	if (o->how == ORDER_sort) {
		sort(e, e + n);
	} else if (o->how == ORDER_kth) {
		quickselect(e, k, n);
	} else if (k && k * 64 <= n) {
		sort_first(e, e + k, e + n);
	} else if (k) {
		select_nth(e, e + k - 1, e + n);
		if (o->how == ORDER_first)
			sort(e, e + k - 1);
	}
}

struct weft_error *order_run(
	const struct order *o, int64_t rows, int64_t n, const void *keys, void *places)
{
	int64_t count = order_count(o, n), from = o->how == ORDER_kth ? o->k : 0;
	struct entry *e = mem_alloc(mem_size((size_t)n + 1, sizeof *e));

	if (!e)
		return error_make(
			WEFT_RESOURCE_EXHAUSTED, "no memory for a row of %lld", (long long)n);
	if (count < 0) {
		mem_free(e);
		FAIL(WEFT_INVALID_ARGUMENT, "element %lld of %lld in order", (long long)o->k,
			(long long)n);
	}
	for (int64_t r = 0; r < rows; r++) {
		for (int64_t i = 0; i < n; i++) {
			memcpy(&e[i].key, (const char *)keys + (r * n + i) * 8, 8);
			e[i].place = i;
		}
		order_row(o, e, n);
		for (int64_t i = 0; i < count; i++)
			memcpy((char *)places + (r * count + i) * 8, &e[from + i].place, 8);
	}
	mem_free(e);
	return NULL;
}
