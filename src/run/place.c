/* place.c -- offsets for buffers with known lifetimes: the biggest first, each in the lowest gap
 * among those it shares time with.
 *
 * Known as greedy by size (Pisarchyk and Lee, "Efficient memory management for deep neural net
 * inference", 2020); within a few per cent of the lower bound on real networks.  Quadratic in the
 * number of buffers, so callers keep the result. */
#include "run/run_impl.h"

/* Bigger first; of equal ones the earlier, so that the order is a function of the input. */
static bool goes_before(const struct interval *v, uint32_t a, uint32_t b)
{
	return v[a].bytes != v[b].bytes ? v[a].bytes > v[b].bytes : a < b;
}

static void order_sort(const struct interval *v, uint32_t *order, uint32_t n)
{
	for (uint32_t gap = n / 2; gap; gap /= 2)
		for (uint32_t i = gap; i < n; i++) {
			uint32_t x = order[i], k = i;
			for (; k >= gap && goes_before(v, x, order[k - gap]); k -= gap)
				order[k] = order[k - gap];
			order[k] = x;
		}
}

int64_t place_intervals(struct interval *v, uint32_t n, uint32_t *order)
{
	int64_t total = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (v[i].bytes > INT64_MAX - ABI_ALIGN)
			return -1;
		v[i].bytes = (v[i].bytes + ABI_ALIGN - 1) & ~(int64_t)(ABI_ALIGN - 1);
		order[i] = i;
	}
	order_sort(v, order, n);
	/* order[0, i) is placed, and kept sorted by offset. */
	for (uint32_t i = 0; i < n; i++) {
		struct interval *w = &v[order[i]];
		uint32_t index = order[i];
		int64_t end = 0;

		for (uint32_t k = 0; k < i; k++) {
			const struct interval *u = &v[order[k]];
			if (u->last < w->first || w->last < u->first)
				continue;
			if (u->offset >= end && u->offset - end >= w->bytes)
				break;
			if (u->offset + u->bytes > end)
				end = u->offset + u->bytes;
		}
		if (end > INT64_MAX - w->bytes)
			return -1;
		w->offset = end;
		if (end + w->bytes > total)
			total = end + w->bytes;
		uint32_t k = i;
		for (; k && v[order[k - 1]].offset > end; k--)
			order[k] = order[k - 1];
		order[k] = index;
	}
	return total;
}
