/* live.c -- until when the buffers of a region are read.
 *
 * A node with a buffer is made where its kernel runs; any other inside the kernels of its users,
 * the last of them last.  So users are looked at first. */
#include "plan/plan_impl.h"

const uint32_t *plan_last_reads(struct job *j, const struct region *r, const struct fusion *f)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < f->count; i++)
		most = f->order[i]->id > most ? f->order[i]->id : most;
	/* by node id: its place in the order; where it is computed last; where it is read last */
	uint32_t *place = job_array(j, most + 1, sizeof *place),
		 *made = job_array(j, most + 1, sizeof *made),
		 *last = job_array(j, most + 1, sizeof *last);
	for (uint32_t i = 0; i < f->count; i++)
		place[f->order[i]->id] = i;
	for (uint32_t i = 0; i < r->nresults; i++)
		last[r->results[i]->id] = UINT32_MAX;
	for (uint32_t i = f->count; i-- > 0;) {
		const struct node *n = f->order[i];
		if (f->root_of[n->id])
			made[n->id] = place[f->root_of[n->id]->root->id];
		else if (f->buffer[n->id] || node_is_step(n))
			made[n->id] = i;
		else
			made[n->id] = last[n->id];
		for (uint32_t k = 0; k < n->nin; k++)
			if (made[n->id] > last[n->in[k]->id])
				last[n->in[k]->id] = made[n->id];
	}
	return last;
}
