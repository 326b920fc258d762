/* attention_find.c -- the form of attention in a graph: a product, a softmax of what is made of
 * it, a product with that.
 *
 * What may differ between programs is said in the functions' comments: conversions between floats,
 * reshapes, what stands where a row has no score but -inf. */
#include "plan/attention_impl.h"
#include <math.h>
#include <string.h>

static bool take(struct attention_form *f, const struct node *n)
{
	for (uint32_t i = 0; i < f->ninside; i++)
		if (f->inside[i] == n)
			return true;
	if (f->ninside == ATTENTION_NODES)
		return false;
	f->inside[f->ninside++] = n;
	return true;
}

/* Past conversions between floats and, where `shape`, reshapes; all of them taken. */
static const struct node *past(struct attention_form *f, const struct node *n, bool shape)
{
	while ((n->op == OP_convert && attention_float(n->type->dtype) &&
		       attention_float(n->in[0]->type->dtype)) ||
		(shape && n->op == OP_reshape)) {
		if (!take(f, n))
			return n;
		n = n->in[0];
	}
	return n;
}

/* Past what repeats one value along the keys. */
static const struct node *past_spread(struct attention_form *f, const struct node *n)
{
	while (n->op == OP_broadcast_in_dim || n->op == OP_reshape || n->op == OP_convert) {
		if (!take(f, n))
			return n;
		n = n->in[0];
	}
	return n;
}

bool attention_number(const struct node *n, double v)
{
	while (n->op == OP_broadcast_in_dim || n->op == OP_reshape || n->op == OP_convert)
		n = n->in[0];
	const struct literal *l = node_literal(n);
	return l && type_elements(n->type) == 1 && dtype_is_float(n->type->dtype) &&
	       dtype_load_f64(n->type->dtype, l->data) == v;
}

/* n is a reduction by op over its operand's last dim. */
static bool is_along_keys(const struct node *n, enum op op, double init)
{
	return n->op == OP_reduce && reduce_op(n) == op &&
	       reduce_mask(n) == (uint64_t)1 << (n->in[0]->type->rank - 1) &&
	       attention_number(n->in[1], init);
}

/* n is x, or what stands for it where x's row has no score but -inf: select(max == -inf, v, x). */
static const struct node *past_lost(
	struct attention_form *f, const struct node *n, double v, bool *lost)
{
	if (n->op != OP_select || !attention_number(n->in[1], v))
		return n;
	const struct node *c = n->in[0];
	if (c->op != OP_compare || strcmp(node_str(c, KEY_comparison_direction, ""), "EQ") ||
		!attention_number(c->in[1], -INFINITY) || !take(f, c) || !take(f, n))
		return n;
	*lost = is_along_keys(past_spread(f, c->in[0]), OP_maximum, -INFINITY);
	return n->in[2];
}

/* The softmax that gives f->weights: f->score. */
static bool find_softmax(struct attention_form *f)
{
	const struct node *n = f->weights;
	bool lost_sum = false, lost_max = false;

	if (n->op != OP_divide || !take(f, n))
		return false;
	const struct node *e = past(f, n->in[0], false);
	const struct node *sum = past_lost(f, past_spread(f, n->in[1]), 1, &lost_sum);
	if (e->op != OP_exponential || !take(f, e) || !is_along_keys(sum, OP_add, 0) ||
		!take(f, sum) || past(f, sum->in[0], false) != e)
		return false;
	const struct node *less = past(f, e->in[0], false);
	if (less->op != OP_subtract || !take(f, less))
		return false;
	f->score = past(f, less->in[0], false);
	const struct node *max = past_lost(f, past_spread(f, less->in[1]), 0, &lost_max);
	if (max->op == OP_maximum && attention_number(max->in[1], -INFINITY) && take(f, max))
		max = past_spread(f, max->in[0]);
	else if (max->op == OP_maximum && attention_number(max->in[0], -INFINITY) && take(f, max))
		max = past_spread(f, max->in[1]);
	f->lost_is_zero = lost_sum && lost_max;
	return lost_sum == lost_max && is_along_keys(max, OP_maximum, -INFINITY) &&
	       take(f, max) && past(f, max->in[0], false) == f->score;
}

/* The product the scores are made of: down from f->score by ops of one element each (A4). */
static bool find_scores(struct attention_form *f)
{
	const struct node *stack[ATTENTION_NODES];
	uint32_t n = 0;
	int64_t all = type_elements(f->score->type);

	stack[n++] = f->score;
	while (n) {
		const struct node *x = stack[--n];
		if (x->op == OP_dot_general) {
			if (f->scores_dot && f->scores_dot != x)
				return false;
			f->scores_dot = x;
			continue;
		}
		bool same = x->type->kind == TYPE_tensor &&
			    (all < 0 ? x->type->rank == f->score->type->rank &&
						 !memcmp(x->type->dims, f->score->type->dims,
							 x->type->rank * sizeof *x->type->dims)
				     : type_elements(x->type) == all);
		bool goes_on = op_table[x->op].kind == OP_MAP || x->op == OP_reshape;
		if (!goes_on || (!same && x->op != OP_reshape) || x->nregions)
			continue;
		for (uint32_t i = 0; i < x->nin; i++) {
			if (n == ATTENTION_NODES)
				return false;
			stack[n++] = x->in[i];
		}
	}
	return f->scores_dot != NULL;
}

/* Takes the nodes from the product to f->score. */
static bool take_scores(struct attention_finder *w, struct attention_form *f)
{
	uint32_t first = f->scores_dot->id, last = f->score->id;
	bool *on = job_array(w->job, last - first + 1, sizeof *on);

	on[0] = true;
	for (uint32_t i = 0; i < w->count; i++) {
		const struct node *n = w->order[i];
		bool maps = op_table[n->op].kind == OP_MAP || n->op == OP_reshape;
		for (uint32_t k = 0; maps && n->id > first && n->id <= last && k < n->nin; k++)
			on[n->id - first] |= n->in[k]->id >= first && on[n->in[k]->id - first];
	}
	if (!on[last - first] || !take(f, f->score))
		return false;
	/* what is taken is gone through as it comes */
	for (uint32_t i = 0; i < f->ninside; i++) {
		const struct node *n = f->inside[i];
		for (uint32_t k = 0; n->id > first && n->id <= last && k < n->nin; k++) {
			uint32_t id = n->in[k]->id;
			if (id >= first && on[id - first] && !take(f, n->in[k]))
				return false;
		}
	}
	return true;
}

static bool nobody_else_reads(struct attention_finder *w, const struct attention_form *f)
{
	for (uint32_t i = 0; i < f->ninside; i++) {
		const struct node *n = f->inside[i];
		uint32_t here = 0;
		for (uint32_t k = 0; k < f->ninside; k++)
			for (uint32_t x = 0; x < f->inside[k]->nin; x++)
				here += f->inside[k]->in[x] == n;
		for (uint32_t x = 0; x < f->values_dot->nin; x++)
			here += f->values_dot->in[x] == n;
		if (here != w->users[n->id])
			return false;
	}
	return true;
}

bool attention_find(struct attention_finder *w, const struct node *n, struct attention_form *f)
{
	for (uint32_t side = 0; side < 2; side++) {
		*f = (struct attention_form){ .values_dot = n, .weights_are_lhs = side == 0 };
		f->weights = past(f, n->in[side], true);
		if (find_softmax(f) && find_scores(f) && take_scores(w, f) &&
			nobody_else_reads(w, f))
			return true;
	}
	return false;
}
