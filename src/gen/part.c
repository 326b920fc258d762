/* part.c -- parts of a tensor that are read where they lie.
 *
 * A program sees an argument that is a part of a tensor, rows of a wider one say, as its memory
 * from the first element to the last (python/weft/_lies.py):
 *
 *     memory [(n-1) w + m] -> pad [n w] -> reshape [n, w] -> slice [n, m] ...
 *
 * The padding makes the last row as long as the others and is cut off again.  A slice that no
 * padding is left in is read from the memory by strides, without asking where that ends; only n may
 * be unknown. */
#include "gen/gen_impl.h"

#define PART_OPS_MOST 8

struct part {
	uint32_t rank;
	/* dims may be unknown; most: how large they are at most, unknown for the first alone */
	int64_t dims[GEN_MAX_RANK], most[GEN_MAX_RANK], stride[GEN_MAX_RANK];
	int64_t rows, at; /* the first element seen: so many rows on, and so many elements */
};

/* Splits the last dimension into numbers, but for what becomes the first. */
static bool part_split(struct part *p, const struct type *t)
{
	uint32_t kept = p->rank - 1, i = t->rank;
	int64_t step = p->stride[kept];

	if (t->rank < p->rank || t->rank > GEN_MAX_RANK)
		return false;
	for (uint32_t k = 0; k < kept; k++)
		if (p->dims[k] != t->dims[k])
			return false;
	while (i-- > kept) {
		p->dims[i] = p->most[i] = t->dims[i];
		p->stride[i] = step;
		if (i && (t->dims[i] < 0 || __builtin_mul_overflow(step, t->dims[i], &step)))
			return false;
	}
	p->rank = t->rank;
	return true;
}

/* Of dimension k of n, a slice of any kind, where it begins and its stride, if they are numbers. */
static bool cut_of(const struct node *n, uint32_t k, int64_t *start, int64_t *by)
{
	uint32_t count;

	if (n->op == OP_real_dynamic_slice)
		return node_shape_number(n->in[1], k, start) && node_shape_number(n->in[3], k, by);
	const int64_t *strides = node_ints(n, KEY_strides, &count);
	*start = node_ints(n, KEY_start_indices, &count)[k];
	*by = strides ? strides[k] : 1;
	return true;
}

static bool part_cut(struct part *p, const struct node *n)
{
	int64_t start, by;

	for (uint32_t k = 0; k < p->rank; k++) {
		if (!cut_of(n, k, &start, &by) || (by != 1 && !k))
			return false;
		p->dims[k] = n->type->dims[k];
		p->most[k] = p->dims[k] >= 0 ? p->dims[k] : (p->most[k] - start + by - 1) / by;
		p->at += k ? start * p->stride[k] : 0;
		p->rows = k ? p->rows : start;
		if (start < 0 || __builtin_mul_overflow(p->stride[k], by, &p->stride[k]))
			return false;
	}
	return true;
}

static bool is_cut(const struct node *n)
{
	return n->op == OP_slice || n->op == OP_real_dynamic_slice;
}

/* Of a slice: the padding below it that fills a row, none of which it shows; NULL: there is none.
 * *p: where its elements are in what is padded. */
static const struct node *part_of(const struct node *slice, struct part *p)
{
	const struct node *chain[PART_OPS_MOST], *n = slice;
	uint32_t depth = 0, count;

	for (; is_cut(n) || n->op == OP_reshape || n->op == OP_dynamic_reshape; n = n->in[0]) {
		if (depth == PART_OPS_MOST)
			return NULL;
		chain[depth++] = n;
	}
	if (!node_fills_row(n) || is_cut(chain[depth - 1]))
		return NULL;
	*p = (struct part){ .rank = 1, .dims = { n->type->dims[0] }, .stride = { 1 } };
	int64_t row = 0;
	while (depth-- > 0) {
		const struct node *c = chain[depth];
		if (!(is_cut(c) ? part_cut(p, c) : part_split(p, c->type)))
			return NULL;
		row = row ? row : p->stride[0];
	}
	int64_t last = p->at;
	for (uint32_t k = 1; k < p->rank; k++)
		last += (p->most[k] - 1) * p->stride[k];
	if (last >= row - node_ints(n, KEY_edge_padding_high, &count)[0])
		return NULL;
	p->at += p->rows * row;
	return n;
}

bool value_part(struct gen *g, const struct node *slice, const struct ix *ix, struct val *out)
{
	struct part p;
	const struct node *n = part_of(slice, &p);

	if (!n)
		return false;
	struct ix at = ix_const(g, p.at);
	for (uint32_t k = 0; k < p.rank; k++)
		at = ix_add(g, at, ix_mulc(g, ix[k], p.stride[k]));
	*out = value_at(g, n->in[0], &at);
	return true;
}
