/* scatter.c -- CORE_scatter: the inputs are copied, then the updates are taken one by one, those of
 * several inputs together, in row-major order, by one thread: the specification leaves the order
 * open, here it is fixed (StableHLO, scatter). */
#include "gen/core_impl.h"
#include "gen/gen_impl.h"

struct scatter {
	const struct node *n;
	uint32_t count;                  /* of tensors that are updated together */
	const int64_t *window, *inserted, *ib, *sb, *map;
	uint32_t nwindow, ninserted, nib, nsb, nmap;
	/* the dim of indices that holds an index; its rank: none, scalars */
	int64_t vector;
};

static bool among(const int64_t *list, uint32_t n, int64_t v)
{
	for (uint32_t i = 0; i < n; i++)
		if (list[i] == v)
			return true;
	return false;
}

/* Where the updates at u go in the operand. */
static void place(struct gen *g, const struct scatter *s, const struct ix *u, struct ix *to)
{
	const struct node *indices = s->n->in[s->count];
	const struct type *t = s->n->in[0]->type, *it = indices->type,
		*ut = s->n->in[s->count + 1]->type;
	struct ix *at = ix_array(g, it->rank), *batch = ix_array(g, ut->rank);
	uint32_t nbatch = 0, w = 0;

	for (uint32_t d = 0; d < ut->rank; d++)
		if (!among(s->window, s->nwindow, d))
			batch[nbatch++] = u[d];
	for (uint32_t d = 0, b = 0; d < it->rank; d++)
		at[d] = d == s->vector ? ix_const(g, 0) : batch[b++];
	for (uint32_t d = 0; d < t->rank; d++) {
		to[d] = ix_const(g, 0);
		for (uint32_t k = 0; k < s->nmap; k++) {
			if (s->map[k] != d)
				continue;
			if (s->vector < it->rank)
				at[s->vector] = ix_const(g, k);
			to[d] = ix_of_val(g, value_at(g, indices, at), it->dtype);
		}
		for (uint32_t k = 0; k < s->nib; k++)
			if (s->ib[k] == d)
				to[d] = at[s->sb[k]];
		if (!among(s->inserted, s->ninserted, d) && !among(s->ib, s->nib, d))
			to[d] = ix_add(g, to[d], u[s->window[w++]]);
		to[d].max = INT64_MAX;           /* an index may be anything */
	}
}

static void copy_block(struct gen *g, struct lanes *l, struct ix j)
{
	const struct scatter *s = l->arg;
	const struct type *t = s->n->in[0]->type;
	struct ix *at = ix_array(g, t->rank);

	ix_delinear(g, j, t->rank, t->dims, at);
	for (uint32_t i = 0; i < s->count; i++)
		store_at(g, gen_buffer(g, g->k->ninputs + i), s->n->in[i]->type->dtype, j,
			value_at(g, s->n->in[i], at));
}

static void take_update(struct gen *g, const struct scatter *s, LLVMValueRef i)
{
	const struct node *update = s->n->in[s->count + 1];
	const struct type *t = s->n->in[0]->type, *ut = update->type;
	struct ix *u = ix_array(g, ut->rank), *to = ix_array(g, t->rank);
	struct val *args = job_array(g->job, 2 * s->count, sizeof *args);
	struct val *next = job_array(g->job, s->count, sizeof *next);
	LLVMValueRef inside = NULL;
	struct branch br;

	ix_delinear(g, ix_scalar(i, g->depth, 1, INT64_MAX), ut->rank, ut->dims, u);
	place(g, s, u, to);
	for (uint32_t d = 0; d < t->rank; d++) {
		int level;
		LLVMValueRef test = ix_below(g, to[d], t->dims[d], &level);
		gen_here(g);
		inside = inside && test ? AND(inside, test) : test ? test : inside;
	}
	for (uint32_t k = 0; k < s->count; k++)
		args[s->count + k] = value_at(g, s->n->in[s->count + 1 + k], u);
	branch_begin(g, &br, inside ? inside : LLVMConstInt(g->i1, 1, false));
	struct ix at = ix_linear(g, t->rank, t->dims, to);
	for (uint32_t k = 0; k < s->count; k++)
		args[k] = load_at(g, gen_buffer(g, g->k->ninputs + k), g->depth,
			s->n->in[k]->type->dtype, at);
	region_at(g, s->n, 0, 2 * s->count, args, next);
	for (uint32_t k = 0; k < s->count; k++)
		store_at(g, gen_buffer(g, g->k->ninputs + k), s->n->in[k]->type->dtype, at,
			next[k]);
	branch_end(g, &br);
}

void core_scatter(struct gen *g)
{
	const struct node *first = g->k->body->results[0];
	struct scatter s = { .n = first->op == OP_result ? first->in[0] : first };
	struct loop *l = job_alloc(g->job, sizeof *l);

	if (s.n->op != OP_scatter)
		gen_unsupported(g, s.n, NULL);
	s.count = (node_noperands(s.n) - 1) / 2;
	s.window = node_ints(s.n, KEY_update_window_dims, &s.nwindow);
	s.inserted = node_ints(s.n, KEY_inserted_window_dims, &s.ninserted);
	s.ib = node_ints(s.n, KEY_input_batching_dims, &s.nib);
	s.sb = node_ints(s.n, KEY_scatter_indices_batching_dims, &s.nsb);
	s.map = node_ints(s.n, KEY_scatter_dims_to_operand_dims, &s.nmap);
	s.vector = node_int(s.n, KEY_index_vector_dim, 0);
	const struct type *t = s.n->in[0]->type, *ut = s.n->in[s.count + 1]->type;
	LLVMValueRef total = extent_product(g, t->rank, t->dims);
	int64_t known = static_product(t->rank, t->dims);
	struct lanes lanes = { .lo = c64(g, 0),
		.hi = total,
		.align = LANES,
		.fn = copy_block,
		.arg = &s,
		.max = known > 0 ? known - 1 : INT64_MAX,
		.whole_blocks = known > 0 && known % LANES == 0 };
	gen_here(g);
	lanes_loop(g, &lanes);
	LLVMValueRef updates = extent_product(g, ut->rank, ut->dims);
	gen_here(g);
	loop_begin(g, l, c64(g, 0), updates, 1);
	gen_here(g);
	take_update(g, &s, l->iv);
	loop_end(g, l);
	gen_end_function(g);
}
