/* contract_finish.c -- what is computed on C before it is stored: the body of the kernel, from C's
 * panels in scratch.
 *
 * Lanes run along n, or along m where the result lies that way: then the columns are turned in
 * registers first. */
#include "gen/contract_impl.h"
#include <string.h>

#define NEAR_BYTES (1 << 20)             /* of a result that the second cache may still hold */

/* Elements of turned between columns. */
static int64_t turned_pitch(const struct contraction *x)
{
	return x->strip ? x->strip : x->pad;
}

/* Rows [lo, hi) of the group in panels -> turned. */
static void turn_block(struct gen *g, struct contraction *x, LLVMValueRef lo, LLVMValueRef hi)
{
	struct loop *l = job_alloc(g->job, sizeof *l), *h = job_alloc(g->job, sizeof *h);
	int64_t pitch = turned_pitch(x);

	loop_begin(g, l, lo, hi, LANES);
	loop_begin(g, h, c64(g, 0), x->nv, LANES);
	gen_here(g);
	LLVMValueRef from = gep(g, x->acc, x->block, in_panels(g, x, h->iv, l->iv, x->pad));
	LLVMValueRef at = ADD(MUL(h->iv, c64(g, pitch)), SUB(l->iv, lo));
	turn_call(g, x->bytes, from, x->cols, gep(g, x->acc, x->turned, at), pitch);
	loop_end(g, h);
	loop_end(g, l);
}

static struct val accumulators(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	const struct contraction *x = b->arg;
	struct val v = { .level = g->depth, .lanes = true };

	(void)ix;
	gen_here(g);
	v.v = LLVMBuildLoad2(g->b, x->vec, x->at, "");
	LLVMSetAlignment(v.v, x->at_align);
	if (x->more)
		v.v = ADD(v.v, x->more);
	v.v = narrow_result(g, n->type->dtype, v.v);
	return v;
}

/* C's index in the shape of parameter 0: batch, left free, right free dims. */
static void index_of_acc(struct gen *g, const struct contraction *x, const struct type *t,
	struct ix m, struct ix n, struct ix *out)
{
	const struct contract *c = x->c;
	struct ix left = c->rows_are_lhs ? m : n, right = c->rows_are_lhs ? n : m;
	uint32_t r = t->rank - c->right, l = r - c->left;

	if (!t->rank)
		return;
	ix_delinear(g, right, t->rank - r, t->dims + r, out + r);
	ix_delinear(g, left, r - l, t->dims + l, out + l);
	ix_delinear(g, ix_scalar(x->batch, g->depth, 1, INT64_MAX), l, t->dims, out);
}

static const struct node *through(struct ix **of, const struct node *n)
{
	for (uint32_t k = 0; k < n->nin; k++)
		if (of[n->in[k]->id])
			return n->in[k];
	return NULL;
}

static uint32_t max_id(const struct node *const *nodes, uint32_t n)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < n; i++)
		most = nodes[i]->id > most ? nodes[i]->id : most;
	return most;
}

/* The index of a, which reads `from` at the index in[]. */
static struct ix *index_behind(
	struct gen *g, const struct node *a, const struct node *from, struct ix *in)
{
	struct ix *out = ix_array(g, a->type->rank);
	uint32_t unused;

	if (a->op == OP_reshape) {
		ix_reshape(g, from->type->rank, from->type->dims, in, a->type->rank, a->type->dims,
			out);
	} else if (a->op == OP_transpose) {
		const int64_t *p = node_ints(a, KEY_permutation, &unused);
		for (uint32_t d = 0; d < a->type->rank; d++)
			out[d] = in[p[d]];
	} else {
		memcpy(out, in, a->type->rank * sizeof *in);
	}
	return out;
}

/* The index of every node that C, the body's parameter `param`, reaches from C's: forward through
 * reshapes and transposes. */
static struct ix **forward(
	struct gen *g, const struct contraction *x, uint32_t param, struct ix m, struct ix n)
{
	uint32_t count;
	const struct node **nodes = region_order(g->job, g->k->body, &count);
	struct ix **of = job_array(g->job, max_id(nodes, count) + 1, sizeof *of);

	for (uint32_t i = 0; i < count; i++) {
		const struct node *a = nodes[i], *from;
		if (a->op == OP_parameter && node_int(a, KEY_index, 0) == param) {
			of[a->id] = ix_array(g, a->type->rank);
			index_of_acc(g, x, a->type, m, n, of[a->id]);
		} else if ((from = through(of, a))) {
			of[a->id] = index_behind(g, a, from, of[from->id]);
		}
	}
	return of;
}

static const struct node *body_parameter(struct gen *g, uint32_t index)
{
	uint32_t count;
	const struct node **nodes = region_order(g->job, g->k->body, &count), *found = NULL;

	for (uint32_t i = 0; i < count; i++)
		if (nodes[i]->op == OP_parameter && node_int(nodes[i], KEY_index, 0) == index)
			found = nodes[i];
	return found;
}

struct val contract_value(struct gen *g, struct contraction *x, uint32_t param,
	const struct node *n, struct ix row, struct ix col, struct ix **at)
{
	struct ix **of = forward(g, x, param, row, col);
	struct bind b = { g->binds, body_parameter(g, param), accumulators, x };

	g->binds = &b;
	struct val v = value_at(g, n, of[n->id]);
	g->binds = b.up;
	if (at)
		*at = of[n->id];
	return v;
}

static void finish_element(struct gen *g, struct contraction *x, struct ix m, struct ix n)
{
	for (uint32_t i = 0; i < g->k->noutputs; i++) {
		const struct node *res = g->k->body->results[i];
		struct ix *of;
		struct val v = contract_value(g, x, 0, res, m, n, &of);
		struct ix at = ix_linear(g, res->type->rank, res->type->dims, of);
		LLVMValueRef p = gen_buffer(g, g->k->ninputs + i);
		gen_here(g);
		/* the side lanes run along has one element: lane 0 */
		if (ix_uniform(&at) && v.lanes) {
			v.v = LLVMBuildExtractElement(g->b, v.v, c32(g, 0), "");
			if (v.im && is_vector(v.im))
				v.im = LLVMBuildExtractElement(g->b, v.im, c32(g, 0), "");
			v.lanes = false;
		}
		store_at(g, p, res->type->dtype, at, v);
	}
}

struct finish {
	struct lanes lanes;
	struct contraction *x;
	/* the counter beside the lanes: m, or n when lanes run along m */
	LLVMValueRef other;
	LLVMValueRef first;              /* row */
};

static void finish_lanes(struct gen *g, struct lanes *s, struct ix j)
{
	struct finish *f = (struct finish *)s;
	struct contraction *x = f->x;
	int64_t m_align = x->c->m_block % LANES || x->c->m == CONTRACT_CUT ? 1 : LANES,
		n_align = x->c->n == CONTRACT_CUT ? 1 : LANES;
	int64_t m_max = x->c->m > 0 && !x->c->groups ? x->c->m - 1 : INT64_MAX,
		n_max = x->c->n > 0 ? x->c->n - 1 : INT64_MAX;

	gen_here(g);
	LLVMValueRef at = x->along_m ?
		ADD(MUL(f->other, c64(g, turned_pitch(x))), SUB(j.v, f->first)) :
		in_panels(g, x, j.v, f->other, x->pad);
	x->at = gep(g, x->acc, x->along_m ? x->turned : x->block, at);
	x->at_align = 64;
	if (x->along_m)
		x->more = bytes_sums_at(g, x, j.v, true);
	struct ix m, n;
	if (x->along_m) {
		m = ix_lanes(ADD(x->m0, j.v), g->depth, m_align, m_max);
		n = ix_scalar(ADD(x->n0, f->other), g->depth, 1, n_max);
	} else {
		m = ix_scalar(ADD(x->m0, f->other), g->depth, 1, m_max);
		n = ix_lanes(ADD(x->n0, j.v), g->depth, n_align, n_max);
	}
	finish_element(g, x, m, n);
}

/* Asks for the lines of result i that row m has in column n and the `columns` behind it. */
static void fetch_result(struct gen *g, struct contraction *x, uint32_t i, struct ix m, struct ix n)
{
	const struct node *res = g->k->body->results[i];
	struct ix **of = forward(g, x, 0, m, n);
	struct ix at = ix_linear(g, res->type->rank, res->type->dims, of[res->id]);
	LLVMValueRef p = gen_buffer(g, g->k->ninputs + i);

	gen_here(g);
	fetch(g, gep(g, mem_type(g, res->type->dtype), p, at.v), FETCH_FIRST);
}

void contract_finish_ahead(struct gen *g, struct contraction *x, LLVMValueRef lo, LLVMValueRef hi)
{
	struct loop *l = job_alloc(g->job, sizeof *l), *h = job_alloc(g->job, sizeof *h);

	for (uint32_t i = 0; i < g->k->noutputs; i++) {
		const struct type *t = g->k->body->results[i]->type;
		int64_t bytes = (int64_t)dtype_bytes(t->dtype), all = type_elements(t);
		int64_t step = LINE / (bytes ? bytes : 1);
		if (g->k->streams || (all > 0 && all * bytes <= NEAR_BYTES))
			continue;
		loop_begin(g, l, x->along_m ? c64(g, 0) : lo, x->along_m ? x->nv : hi, 1);
		loop_begin(g, h, x->along_m ? lo : c64(g, 0), x->along_m ? hi : x->nv, step);
		gen_here(g);
		LLVMValueRef row = x->along_m ? h->iv : l->iv, col = x->along_m ? l->iv : h->iv;
		fetch_result(g, x, i, ix_scalar(ADD(x->m0, row), g->depth, 1, INT64_MAX),
			ix_scalar(ADD(x->n0, col), g->depth, 1, INT64_MAX));
		loop_end(g, h);
		loop_end(g, l);
	}
}

void contract_finish(struct gen *g, struct contraction *x, LLVMValueRef lo, LLVMValueRef hi)
{
	const struct contract *c = x->c;
	struct loop *l = job_alloc(g->job, sizeof *l);
	struct finish f = { .x = x, .first = lo };

	if (x->along_m)
		turn_block(g, x, lo, hi);
	loop_begin(g, l, x->along_m ? c64(g, 0) : lo, x->along_m ? x->nv : hi, 1);
	gen_here(g);
	f.other = l->iv;
	if (!x->along_m)
		x->more = bytes_sums_at(g, x, l->iv, false);
	f.lanes = (struct lanes){ .lo = x->along_m ? lo : c64(g, 0),
		.hi = x->along_m ? hi : x->nv,
		.level = g->depth,
		.align = LANES,
		.max = (x->along_m ? x->pad : x->group) - 1,
		.fn = finish_lanes };
	f.lanes.whole_blocks = x->along_m
				       ? c->m >= 0 && c->m % LANES == 0 && c->m_block % LANES == 0
				       : c->n >= 0 && c->n % LANES == 0;
	lanes_loop(g, &f.lanes);
	loop_end(g, l);
}

/* The result's linear index at C's linear index, by numbers; every dim known. */
static int64_t place_of(struct gen *g, int64_t linear)
{
	uint32_t count, unused;
	const struct node **nodes = region_order(g->job, g->k->body, &count);
	int64_t *of = job_array(g->job, max_id(nodes, count) + 1, sizeof *of);

	for (uint32_t i = 0; i < count; i++) {
		const struct node *a = nodes[i], *from = NULL;
		of[a->id] = -1;
		if (a->op == OP_parameter && node_int(a, KEY_index, 0) == 0)
			of[a->id] = linear;
		for (uint32_t k = 0; k < a->nin; k++)
			if (of[a->in[k]->id] >= 0)
				from = a->in[k];
		if (!from)
			continue;
		of[a->id] = of[from->id];
		if (a->op != OP_transpose)
			continue;
		int64_t index[GEN_MAX_RANK], rest = of[from->id], out = 0;
		const int64_t *p = node_ints(a, KEY_permutation, &unused);
		for (uint32_t d = from->type->rank; d-- > 0;) {
			index[d] = rest % from->type->dims[d];
			rest /= from->type->dims[d];
		}
		for (uint32_t d = 0; d < a->type->rank; d++)
			out = out * a->type->dims[d] + index[p[d]];
		of[a->id] = out;
	}
	return of[g->k->body->results[0]->id];
}

bool lanes_along_m(struct gen *g, const struct contract *c)
{
	uint32_t count;
	const struct node **nodes = region_order(g->job, g->k->body, &count);

	for (uint32_t i = 0; i < count; i++)
		if (type_elements(nodes[i]->type) <= 0) /* unknown, or nothing to lay out */
			return !c->rows_are_lhs;
	if (c->m < 2 || c->n < 2)
		return c->n < 2;
	int64_t m_step = c->rows_are_lhs ? c->n : 1, n_step = c->rows_are_lhs ? 1 : c->m;
	int64_t at = place_of(g, 0);
	if (place_of(g, n_step) - at == 1)
		return false;
	return place_of(g, m_step) - at == 1;
}
