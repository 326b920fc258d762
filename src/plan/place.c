/* place.c -- offsets of buffers in the arena.
 *
 * Offline: sizes and lifetimes are known.  Largest first, each at the lowest offset where it
 * overlaps no buffer that is alive at the same time (Pisarchyk and Lee, Efficient Memory Management
 * for Deep Neural Net Inference, 2020, "greedy by size"). */
#include "plan/plan_impl.h"
#include <stdlib.h>

static int by_size(const void *a, const void *b)
{
	const struct plan_buffer *x = *(struct plan_buffer *const *)a,
				 *y = *(struct plan_buffer *const *)b;
	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return x < y ? -1 : x > y;
}

int64_t plan_place(struct job *j, uint32_t n, struct plan_buffer *buffers)
{
	struct plan_buffer **order = job_array(j, n, sizeof *order),
			   **placed = job_array(j, n, sizeof *placed);
	uint32_t count = 0, nplaced = 0;
	int64_t top = 0;
	for (uint32_t i = 0; i < n; i++)
		if (buffers[i].kind == ABI_BUFFER_arena && buffers[i].bytes >= 0 &&
			!plan_buffer_is_late(&buffers[i]))
			order[count++] = &buffers[i];
	if (count)
		qsort(order, count, sizeof *order, by_size);
	for (uint32_t i = 0; i < count; i++) {
		struct plan_buffer *b = order[i];
		int64_t at = 0, size = (b->bytes + ABI_ALIGN - 1) / ABI_ALIGN * ABI_ALIGN;
		uint32_t k = 0;
		while (k < nplaced) {            /* placed[] is sorted by offset */
			const struct plan_buffer *p = placed[k++];
			int64_t end =
				p->offset + (p->bytes + ABI_ALIGN - 1) / ABI_ALIGN * ABI_ALIGN;
			if (p->last < b->first || b->last < p->first || end <= at)
				continue;
			if (p->offset >= at + size)
				break;
			at = end;
		}
		b->offset = at;
		top = at + size > top ? at + size : top;
		for (k = nplaced++; k > 0 && placed[k - 1]->offset > at; k--)
			placed[k] = placed[k - 1];
		placed[k] = b;
	}
	return top;
}
