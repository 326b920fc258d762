/* scatter.c -- CORE_scatter: the inputs are copied, then the updates are taken one by one, in
 * row-major order, by one thread: the specification leaves the order open, here it is fixed
 * (StableHLO, scatter). */
#include "gen/core_impl.h"
#include "gen/gen_impl.h"

struct scatter {
	const struct node *n;
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

/* Where the update at u goes in the operand. */
static void place(struct gen *g, const struct scatter *s, const struct ix *u, struct ix *to)
{
	const struct node *indices = s->n->in[1];
	const struct type *t = s->n->in[0]->type, *it = indices->type, *ut = s->n->in[2]->type;
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
	const struct node *n = g->k->body->results[0];
	struct ix *at = ix_array(g, n->type->rank);

	(void)l;
	ix_delinear(g, j, n->type->rank, n->type->dims, at);
	store_at(g, gen_buffer(g, g->k->ninputs), n->type->dtype, j, value_at(g, n->in[0], at));
}

static void take_update(struct gen *g, const struct scatter *s, LLVMValueRef i)
{
	const struct type *t = s->n->in[0]->type, *ut = s->n->in[2]->type;
	struct ix *u = ix_array(g, ut->rank), *to = ix_array(g, t->rank);
	LLVMValueRef inside = NULL, out = gen_buffer(g, g->k->ninputs);
	struct branch br;

	ix_delinear(g, ix_scalar(i, g->depth, 1, INT64_MAX), ut->rank, ut->dims, u);
	place(g, s, u, to);
	for (uint32_t d = 0; d < t->rank; d++) {
		int level;
		LLVMValueRef test = ix_below(g, to[d], t->dims[d], &level);
		gen_here(g);
		inside = inside && test ? AND(inside, test) : test ? test : inside;
	}
	struct val args[2];
	args[1] = value_at(g, s->n->in[2], u);
	branch_begin(g, &br, inside ? inside : LLVMConstInt(g->i1, 1, false));
	struct ix at = ix_linear(g, t->rank, t->dims, to);
	args[0] = load_at(g, out, g->depth, t->dtype, at);
	struct val next;
	region_at(g, s->n, 0, 2, args, &next);
	store_at(g, out, t->dtype, at, next);
	branch_end(g, &br);
}

void core_scatter(struct gen *g)
{
	struct scatter s = { .n = g->k->body->results[0] };
	struct loop *l = job_alloc(g->job, sizeof *l);

	if (s.n->op != OP_scatter || node_noperands(s.n) != 3)
		gen_unsupported(g, s.n, "scatter of several tensors at once");
	s.window = node_ints(s.n, KEY_update_window_dims, &s.nwindow);
	s.inserted = node_ints(s.n, KEY_inserted_window_dims, &s.ninserted);
	s.ib = node_ints(s.n, KEY_input_batching_dims, &s.nib);
	s.sb = node_ints(s.n, KEY_scatter_indices_batching_dims, &s.nsb);
	s.map = node_ints(s.n, KEY_scatter_dims_to_operand_dims, &s.nmap);
	s.vector = node_int(s.n, KEY_index_vector_dim, 0);
	LLVMValueRef total = extent_product(g, s.n->type->rank, s.n->type->dims);
	int64_t known = static_product(s.n->type->rank, s.n->type->dims);
	struct lanes lanes = { .lo = c64(g, 0),
		.hi = total,
		.align = LANES,
		.fn = copy_block,
		.max = known > 0 ? known - 1 : INT64_MAX,
		.whole_blocks = known > 0 && known % LANES == 0 };
	gen_here(g);
	lanes_loop(g, &lanes);
	const struct type *ut = s.n->in[2]->type;
	LLVMValueRef updates = extent_product(g, ut->rank, ut->dims);
	gen_here(g);
	loop_begin(g, l, c64(g, 0), updates, 1);
	gen_here(g);
	take_update(g, &s, l->iv);
	loop_end(g, l);
	gen_end_function(g);
}
