/* attention_lay.c -- how the operands of an attention lie, as the two contractions of
 * CORE_attention.
 *
 * Queries, keys and values are read where they lie, as strided views.  Batch dims of the three are
 * split until they agree, so heads of keys that are repeated for a group of queries' are read again
 * instead of copied. */
#include "plan/attention_impl.h"

#define QUERIES_LEAST 16         /* a vector; below, the weights are the smaller side */

/* Batch dims of a view, those of size 1 left out. */
struct batch {
	uint32_t n;
	int64_t extent[PLAN_MAX_BATCH + 1], stride[PLAN_MAX_BATCH + 1];
};
/* One operand of a product: a free and a contracted dim, the others batch. */
struct operand {
	struct view view;
	struct batch batch;
	int64_t free, free_stride, contract_stride;
};

static bool batch_add(struct batch *b, int64_t extent, int64_t stride)
{
	if (extent == 1)
		return true;
	if (b->n == PLAN_MAX_BATCH)
		return false;
	b->extent[b->n] = extent;
	b->stride[b->n++] = stride;
	return true;
}

/* Entry i becomes two, the inner one of that extent. */
static bool batch_split(struct graph *g, struct batch *b, uint32_t i, int64_t inner)
{
	if (b->n == PLAN_MAX_BATCH || b->extent[i] < 0 || inner < 1 || b->extent[i] % inner)
		return false;
	for (uint32_t k = b->n; k > i; k--) {
		b->extent[k] = b->extent[k - 1];
		b->stride[k] = b->stride[k - 1];
	}
	b->n++;
	b->extent[i] /= inner;
	b->extent[i + 1] = inner;
	b->stride[i] = dim_mul(g, b->stride[i + 1], inner);
	return true;
}

/* Splits entries of both until extents are equal. */
static bool batch_match(struct graph *g, struct batch *a, struct batch *b)
{
	for (uint32_t i = 0; i < a->n || i < b->n; i++) {
		if (i >= a->n || i >= b->n)
			return false;
		int64_t x = a->extent[i], y = b->extent[i];
		if (x == y)
			continue;
		struct batch *big = x > y ? a : b, *small = x > y ? b : a;
		if (x < 0 || y < 0 || !batch_split(g, big, i, big->extent[i] / small->extent[i]) ||
			big->extent[i] != small->extent[i])
			return false;
	}
	return true;
}

/* Where n merges two dims of what it reshapes into dim d of its own, as repeated heads of keys are:
 * the view of what it reshapes, which may lie where n would have to be copied. */
static bool view_unmerged(struct graph *g, const struct node *n, struct view *v, uint32_t *d)
{
	if (n->op != OP_reshape || n->in[0]->type->rank != n->type->rank + 1)
		return false;
	const int64_t *from = n->in[0]->type->dims, *to = n->type->dims;
	*d = 0;
	while (*d < n->type->rank && from[*d] == to[*d])
		++*d;
	for (uint32_t i = *d + 1; i < n->type->rank; i++)
		if (from[i + 1] != to[i])
			return false;
	view_of(g, n->in[0], v);
	return *d < n->type->rank;
}

static bool operand_of(struct graph *g, const struct node *n, const int64_t *batch, uint32_t nbatch,
	uint32_t contract, struct operand *out)
{
	uint32_t rank = n->type->rank, merged = rank, shift = 0;
	bool is_batch[PLAN_MAX_RANK] = { false };

	*out = (struct operand){ 0 };
	if (rank > PLAN_MAX_RANK - 2 || rank != nbatch + 2)
		return false;
	view_of(g, n, &out->view);
	if (out->view.base == n && view_unmerged(g, n, &out->view, &merged))
		shift = 1;
	for (uint32_t i = 0; i < nbatch; i++) {
		uint32_t d = (uint32_t)batch[i];
		is_batch[d] = true;
		if (d == merged && shift &&
			!batch_add(&out->batch, out->view.dims[d], out->view.strides[d]))
			return false;
		uint32_t at = d + (shift && d >= merged);
		if (!batch_add(&out->batch, out->view.dims[at], out->view.strides[at]))
			return false;
	}
	if (shift && !is_batch[merged])
		return false;
	for (uint32_t d = 0; d < rank; d++) {
		uint32_t at = d + (shift && d >= merged);
		if (d == contract) {
			out->contract_stride = out->view.strides[at];
		} else if (!is_batch[d]) {
			out->free = n->type->dims[d];
			out->free_stride = out->view.strides[at];
		}
	}
	return true;
}

static int64_t queries_of_chunk(int64_t queries, int64_t panel)
{
	int64_t chunks = queries < 0 ? 1 : (queries + PLAN_QUERIES - 1) / PLAN_QUERIES;
	int64_t each = queries < 0 ? PLAN_QUERIES : (queries + chunks - 1) / chunks;

	return (each + panel - 1) / panel * panel;
}

/* Both products from the operands; false: one does not lie as they want it. */
static bool products_lay(struct graph *g, const struct plan_options *o, struct operand *q,
	struct operand *k, struct operand *v, struct contract *values, struct attention *a)
{
	struct contract *s = &a->scores;
	struct batch *all[] = { &q->batch, &k->batch, &v->batch };

	for (uint32_t pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < 3; i++)
			if (!batch_match(g, all[i], all[(i + 1) % 3]))
				return false;
	s->acc = values->acc = DTYPE_f32;
	s->nbatch = values->nbatch = q->batch.n;
	s->left = s->right = values->left = values->right = 1;
	for (uint32_t i = 0; i < q->batch.n; i++) {
		s->batch[i] = values->batch[i] = q->batch.extent[i];
		s->rows_batch[i] = k->batch.stride[i];
		s->cols_batch[i] = q->batch.stride[i];
		values->rows_batch[i] = v->batch.stride[i];
	}
	s->m = values->k = k->free;
	s->n = values->n = q->free;
	values->m = v->free;
	s->rows_at = k->view.at;
	s->cols_at = q->view.at;
	values->rows_at = v->view.at;
	s->rows_m = k->free_stride;
	s->rows_k = k->contract_stride;
	s->cols_n = q->free_stride == 0 ? 1 : q->free_stride;
	s->cols_k = q->contract_stride;
	values->rows_m = v->free_stride;
	values->rows_k = v->contract_stride;
	s->rows_type = k->view.base->type->dtype;
	s->cols_type = q->view.base->type->dtype;
	values->rows_type = v->view.base->type->dtype;
	values->cols_type = values->rows_type == DTYPE_bf16 ? DTYPE_bf16 : DTYPE_f32;
	s->panel = values->panel = isa_table[o->isa].cols;
	s->n_block = values->n_block = queries_of_chunk(s->n, s->panel);
	s->m_block = PLAN_KEYS;
	values->m_block = values->m;
	return true;
}

static bool is_size(int64_t d)
{
	return d >= 1 && d <= PLAN_HEAD;
}

/* The operands of f's products, whose dims are where A4 wants them. */
static bool attention_operands(struct attention_finder *w, const struct attention_form *f,
	struct operand *q, struct operand *k, struct operand *v)
{
	const struct node *s = f->scores_dot, *r = f->values_dot;
	const struct node *weights = r->in[!f->weights_are_lhs],
			  *values = r->in[f->weights_are_lhs];
	uint32_t nb, nc, vb, vc, rank = weights->type->rank;
	const int64_t *lb = node_ints(s, KEY_lhs_batching_dimensions, &nb);
	const int64_t *rb = node_ints(s, KEY_rhs_batching_dimensions, &nb);
	const int64_t *lc = node_ints(s, KEY_lhs_contracting_dimensions, &nc);
	const int64_t *rc = node_ints(s, KEY_rhs_contracting_dimensions, &nc);
	bool lhs = f->weights_are_lhs;
	const int64_t *wb = node_ints(r, lhs ? KEY_lhs_batching_dimensions
					     : KEY_rhs_batching_dimensions, &vb);
	const int64_t *bb = node_ints(r, lhs ? KEY_rhs_batching_dimensions
					     : KEY_lhs_batching_dimensions, &vb);
	const int64_t *wc = node_ints(r, lhs ? KEY_lhs_contracting_dimensions
					     : KEY_rhs_contracting_dimensions, &vc);
	const int64_t *bc = node_ints(r, lhs ? KEY_rhs_contracting_dimensions
					     : KEY_lhs_contracting_dimensions, &vc);

	if (nc != 1 || vc != 1 || rank != vb + 2 || wc[0] != (int64_t)rank - 1)
		return false;
	for (uint32_t i = 0; i < vb; i++)
		if (wb[i] != (int64_t)i)
			return false;
	const struct node *qn = w->now[s->in[0]->id], *kn = w->now[s->in[1]->id];
	return operand_of(w->g, qn, lb, nb, (uint32_t)lc[0], q) &&
	       operand_of(w->g, kn, rb, nb, (uint32_t)rc[0], k) &&
	       operand_of(w->g, w->now[values->id], bb, vb, (uint32_t)bc[0], v) &&
	       q->free == weights->type->dims[rank - 2] &&
	       k->free == weights->type->dims[rank - 1] &&
	       f->score->type->dims[f->score->type->rank - 1] == k->free;
}

bool attention_lay(struct attention_finder *w, const struct attention_form *f,
	struct contract *values, struct attention *a, const struct node *buffers[3])
{
	struct operand q, k, v;
	uint32_t unused;

	if (!attention_operands(w, f, &q, &k, &v))
		return false;
	const int64_t *contracted =
		node_ints(f->scores_dot, KEY_lhs_contracting_dimensions, &unused);
	a->scores.k = f->scores_dot->in[0]->type->dims[contracted[0]];
	buffers[0] = v.view.base;
	buffers[1] = k.view.base;
	buffers[2] = q.view.base;
	for (uint32_t i = 0; i < 3; i++)
		if (!attention_float(buffers[i]->type->dtype))
			return false;
	values->rows_are_lhs = !f->weights_are_lhs;
	return is_size(a->scores.k) && is_size(v.free) &&
	       (q.free < 0 || q.free >= QUERIES_LEAST) && k.free != 0 &&
	       products_lay(w->g, w->o, &q, &k, &v, values, a);
}
