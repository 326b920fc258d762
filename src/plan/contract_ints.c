/* contract_ints.c -- a contraction as the numbers of an op's attribute, and back. */
#include "plan/plan_impl.h"
#include <string.h>

uint32_t contract_ints(const struct contract *c, int64_t out[CONTRACT_INTS])
{
	uint32_t n = 0;
	out[n++] = c->rows_are_lhs;
	out[n++] = c->cols_packed;
	out[n++] = c->nbatch;
	for (uint32_t i = 0; i < PLAN_MAX_BATCH; i++) {
		out[n++] = c->batch[i];
		out[n++] = c->rows_batch[i];
		out[n++] = c->cols_batch[i];
	}
	const int64_t rest[] = { c->m, c->n, c->k, c->rows_at, c->cols_at, c->rows_m, c->rows_k,
		c->cols_k, c->cols_n, c->rows_type, c->cols_type, c->acc, c->m_block, c->n_block,
		c->panel, c->word, c->words, c->span, c->span_pitch, c->bands, c->pieces,
		c->piece_pitch, c->band_pitch,
		c->tile, c->cols_shared, c->row, c->row_all, c->left, c->right, c->groups,
		c->runs.run, c->taps };
	const struct contract_runs *r = &c->runs;
	for (unsigned i = 0; i < sizeof rest / sizeof *rest; i++)
		out[n++] = rest[i];
	for (uint32_t i = 0; i < c->taps; i++)
		out[n++] = c->tap[i];
	if (!r->run)
		return n;
	for (uint32_t i = 0; i < PLAN_RUNS; i++) {
		out[n++] = r->runs[i];
		out[n++] = r->pitch[i];
		out[n++] = r->places[i];
		out[n++] = r->step[i];
	}
	out[n++] = r->planes;
	out[n++] = r->plane;
	out[n++] = r->by_k;
	return n;
}

void contract_load(const struct node *n, struct contract *c)
{
	uint32_t count;

	contract_of_ints(node_ints(n, KEY_contract, &count), c);
}

static void runs_of_ints(const int64_t *in, struct contract_runs *r)
{
	for (uint32_t i = 0; i < PLAN_RUNS; i++) {
		r->runs[i] = *in++;
		r->pitch[i] = *in++;
		r->places[i] = *in++;
		r->step[i] = *in++;
	}
	r->planes = *in++;
	r->plane = *in++;
	r->by_k = *in++ != 0;
}

void contract_of_ints(const int64_t *in, struct contract *c)
{
	memset(c, 0, sizeof *c);
	c->rows_are_lhs = *in++ != 0;
	c->cols_packed = *in++ != 0;
	c->nbatch = (uint32_t)*in++;
	for (uint32_t i = 0; i < PLAN_MAX_BATCH; i++) {
		c->batch[i] = *in++;
		c->rows_batch[i] = *in++;
		c->cols_batch[i] = *in++;
	}
	int64_t *const numbers[] = { &c->m, &c->n, &c->k, &c->rows_at, &c->cols_at, &c->rows_m,
		&c->rows_k, &c->cols_k, &c->cols_n };
	for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
		*numbers[i] = *in++;
	c->rows_type = (enum dtype)*in++;
	c->cols_type = (enum dtype)*in++;
	c->acc = (enum dtype)*in++;
	c->m_block = *in++;
	c->n_block = *in++;
	c->panel = *in++;
	c->word = (uint32_t)*in++;
	c->words = *in++;
	c->span = *in++;
	c->span_pitch = *in++;
	c->bands = *in++;
	c->pieces = *in++;
	c->piece_pitch = *in++;
	c->band_pitch = *in++;
	c->tile = *in++;
	c->cols_shared = (uint32_t)*in++;
	c->row = *in++;
	c->row_all = *in++;
	c->left = (uint32_t)*in++;
	c->right = (uint32_t)*in++;
	c->groups = (enum contract_groups)*in++;
	c->runs.run = *in++;
	c->taps = (uint32_t)*in++;
	for (uint32_t i = 0; i < c->taps; i++)
		c->tap[i] = (int32_t)*in++;
	if (c->runs.run)
		runs_of_ints(in, &c->runs);
}
