/* meet.c -- transposes go past reshapes to the convolutions that they lay values out for.
 *
 * Tokens, [images, places, features], are turned and then made an image for a convolution, and what
 * that gives is made tokens again:
 *
 *     convolution(reshape(transpose(x)))  becomes  convolution(transpose(reshape(x)))
 *     transpose(reshape(f(convolution)))           reshape(transpose(f(convolution)))
 *
 * so that layout.c, which looks no further than a transpose, sees that features lie last.  It can
 * be where the reshape splits and joins dims that lie side by side on both sides of the
 * transpose. */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "plan/plan_impl.h"

#define LOOK_MOST 8                          /* maps between a convolution and a reshape */

/* Dims [from, from_end) of a reshape's operand and [to, to_end) of its result have as many
 * elements. */
struct part {
	uint32_t from, from_end, to, to_end;
};
struct parts {
	uint32_t n;
	struct part part[PLAN_MAX_RANK];
};

/* The least such parts of a reshape, in order; false: there are none to be told. */
static bool parts_of(const struct node *reshape, struct parts *out)
{
	const struct type *from = reshape->in[0]->type, *to = reshape->type;
	uint32_t i = 0, k = 0;

	out->n = 0;
	if (!type_is_static(from) || !type_is_static(to) || !type_elements(to) || !from->rank ||
		!to->rank || from->rank > PLAN_MAX_RANK || to->rank > PLAN_MAX_RANK)
		return false;
	while (i < from->rank && k < to->rank) {
		struct part *p = &out->part[out->n++];
		*p = (struct part){ i, i + 1, k, k + 1 };
		int64_t a = from->dims[i++], b = to->dims[k++];
		while (a != b)
			if (a < b)
				a *= from->dims[i++];
			else
				b *= to->dims[k++];
		p->from_end = i;
		p->to_end = k;
	}
	/* what is left are dims of 1 */
	out->part[out->n - 1].from_end = from->rank;
	out->part[out->n - 1].to_end = to->rank;
	return true;
}

/* Do dims [first, end) lie side by side in at, where each is said to be? */
static bool side_by_side(const int64_t *at, uint32_t first, uint32_t end)
{
	for (uint32_t k = first; k < end; k++)
		if (at[k] != at[first] + k - first)
			return false;
	return true;
}

/* The part whose first dim, of a reshape's operand or of its result, is said to be d; NULL: there
 * is none. */
static const struct part *part_at(
	const struct parts *parts, const int64_t *at, uint32_t d, bool of_result)
{
	for (uint32_t i = 0; i < parts->n; i++) {
		const struct part *p = &parts->part[i];
		if (at[of_result ? p->to : p->from] == d)
			return p;
	}
	return NULL;
}

/* transpose(reshape(x)) for n = reshape(transpose(x)); NULL: its parts' dims lie apart in x. */
static const struct node *transpose_after(struct graph *g, const struct node *n)
{
	const struct node *t = n->in[0];
	int64_t dims[PLAN_MAX_RANK], perm[PLAN_MAX_RANK];
	uint32_t count, rank = 0;
	const int64_t *p = node_ints(t, KEY_permutation, &count);
	struct parts parts;

	if (!parts_of(n, &parts))
		return NULL;
	for (uint32_t i = 0; i < parts.n; i++)
		if (!side_by_side(p, parts.part[i].from, parts.part[i].from_end))
			return NULL;
	for (uint32_t d = 0; d < count; d++) {   /* dims of x, in order */
		const struct part *part = part_at(&parts, p, d, false);
		for (uint32_t k = part ? part->to : 0; part && k < part->to_end; k++) {
			perm[k] = rank;
			dims[rank++] = n->type->dims[k];
		}
	}
	return build_transpose(g, build_reshape(g, t->in[0], rank, dims), perm);
}

/* reshape(transpose(x)) for n = transpose(reshape(x)); NULL: its parts' dims lie apart in n. */
static const struct node *transpose_before(
	struct graph *g, const struct node *n, const struct node *reshape)
{
	int64_t perm[PLAN_MAX_RANK], at[PLAN_MAX_RANK] = { 0 };
	uint32_t count, rank = 0;
	const int64_t *p = node_ints(n, KEY_permutation, &count);
	struct parts parts;

	if (!parts_of(reshape, &parts))
		return NULL;
	for (uint32_t d = 0; d < count; d++)
		at[p[d]] = d;
	for (uint32_t i = 0; i < parts.n; i++)
		if (!side_by_side(at, parts.part[i].to, parts.part[i].to_end))
			return NULL;
	for (uint32_t d = 0; d < count; d++) {   /* dims of n, in order */
		const struct part *part = part_at(&parts, at, d, true);
		for (uint32_t k = part ? part->from : 0; part && k < part->from_end; k++)
			perm[rank++] = k;
	}
	return build_reshape(g, build_transpose(g, reshape->in[0], perm), n->type->rank,
		n->type->dims);
}

/* Is n a convolution's result, or what maps make of one? */
static bool is_of_convolution(const struct node *n)
{
	for (uint32_t i = 0; i < LOOK_MOST && op_table[n->op].kind == OP_MAP && n->nin; i++) {
		uint32_t k = 0;
		while (k + 1 < n->nin && (n->in[k]->op == OP_broadcast_in_dim ||
						 !type_same_dims(n->in[k]->type, n->type)))
			k++;
		n = n->in[k];
	}
	return n->op == OP_convolution;
}

static const struct node *meet(
	void *arg, struct graph *g, const struct node *n, const struct node *const *in)
{
	const struct node *moved = NULL, *with[2];

	(void)arg;
	if (n->op == OP_transpose && in[0]->op == OP_reshape && is_of_convolution(in[0]->in[0]))
		return transpose_before(g, n, in[0]);
	if (n->op != OP_convolution || in[0]->op != OP_reshape || in[0]->in[0]->op != OP_transpose)
		return NULL;
	moved = transpose_after(g, in[0]);
	with[0] = moved;
	with[1] = in[1];
	return moved ? node_with_operands(g, n, with) : NULL;
}

const struct region *plan_meet(struct graph *g, const struct region *r)
{
	return region_rewrite(g, r, meet, NULL);
}
