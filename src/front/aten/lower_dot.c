/* lower_dot.c -- contractions: matrix products, attention.
 *
 * Operands reach dot_general as they lie.  torch writes x @ w.T as permute and mm, and attention as
 * view, permute, expand, clone, view and bmm; here transposes in front of a product become
 * dimension numbers, and a batch dimension that merges several is taken apart again, so that no
 * transposed copy is ever made. */
#include "front/aten/lower.h"
#include <math.h>

/* An operand [batch..., rows, columns] of a product, seen through reshape and transpose: node's
 * dimension numbers of each. */
struct operand {
	const struct node *node;
	uint32_t nbatch;
	int64_t batch[8], row, column;
};

static struct operand plain(const struct node *n, uint32_t nbatch)
{
	struct operand o = { .node = n, .nbatch = nbatch, .row = nbatch, .column = nbatch + 1 };
	for (uint32_t i = 0; i < nbatch; i++)
		o.batch[i] = i;
	return o;
}

static struct operand through_transpose(struct operand o)
{
	uint32_t n;
	const int64_t *p;
	while (o.node->op == OP_transpose && (p = node_ints(o.node, KEY_permutation, &n)) != NULL) {
		for (uint32_t i = 0; i < o.nbatch; i++)
			o.batch[i] = p[o.batch[i]];
		o.row = p[o.row];
		o.column = p[o.column];
		o.node = o.node->in[0];
	}
	return o;
}

/* [b1*b2, r, c] that is a reshape of [b1, b2, r, c]: n becomes that, with two batch dimensions. */
static bool split_batch(const struct node **n)
{
	const struct node *x = *n;
	if (x->op != OP_reshape || x->type->rank != 3 || x->in[0]->type->rank != 4)
		return false;
	const int64_t *from = x->in[0]->type->dims, *to = x->type->dims;
	if (from[2] != to[1] || from[3] != to[2] || !dim_is_number(from[0]) ||
		!dim_is_number(from[1]))
		return false;
	*n = x->in[0];
	return true;
}

static const struct node *product(struct lower *l, struct operand a, struct operand b)
{
	bool wide = l->row->fn == lower_attention || l->row->fn == lower_attention_backward;
	a = through_transpose(a);
	b = through_transpose(b);
	return build_dot(l->g, a.node, b.node, (struct dim_pairs){ a.nbatch, a.batch, b.batch },
		(struct dim_pairs){ 1, &a.column, &b.row },
		wide ? lower_compute(lower_dtype(l)) : lower_dtype(l));
}

/* torch's tracing lets a product of different types pass; its kernels refuse it. */
static void same_dtype(struct lower *l, const struct node *a, const struct node *b)
{
	enum dtype t = a->type->dtype, u = b->type->dtype;
	if (t != u)
		lower_fail(l, "expected operands of one dtype, found %s and %s",
			dtype_table[t].text, dtype_table[u].text);
}

static const struct node *matmul(
	struct lower *l, const struct node *a, const struct node *b, uint32_t nbatch)
{
	if (a->type->rank != nbatch + 2 || b->type->rank != nbatch + 2)
		lower_fail(l, "the matrices have not %u dimensions", nbatch + 2);
	same_dtype(l, a, b);
	if (!dim_may_equal(l->g, a->type->dims[nbatch + 1], b->type->dims[nbatch]))
		lower_fail(l, "the inner sizes differ");
	int64_t dims[3] = { a->type->dims[0], a->type->dims[1], b->type->dims[2] };
	const struct node *a4 = a, *b4 = b;
	if (nbatch == 1 && split_batch(&a4) && split_batch(&b4) &&
		a4->type->dims[0] == b4->type->dims[0] && a4->type->dims[1] == b4->type->dims[1])
		return build_reshape(l->g, product(l, plain(a4, 2), plain(b4, 2)), 3, dims);
	return product(l, plain(a, nbatch), plain(b, nbatch));
}

void lower_mm(struct lower *l)
{
	l->out[0] = matmul(l, lower_tensor(l, 0), lower_tensor(l, 1), (uint32_t)l->row->what);
}

/* Bytes, the second ones with a sign, as integers of 32 bits. */
void lower_int_mm(struct lower *l)
{
	const struct node *a = lower_tensor(l, 0), *b = lower_tensor(l, 1);
	enum dtype t = a->type->dtype, u = b->type->dtype;

	if ((t != DTYPE_i8 && t != DTYPE_ui8) || u != DTYPE_i8)
		lower_fail(l, "expected bytes by bytes with a sign, found %s and %s",
			dtype_table[t].text, dtype_table[u].text);
	if (t != u) {
		a = lower_cast(l, a, DTYPE_i32);
		b = lower_cast(l, b, DTYPE_i32);
	}
	l->out[0] = matmul(l, a, b, 0);
}

/* x [m, k] by bytes [n, k], which are numbers of any float's, and those of row n by its scale. */
void lower_weight_int8(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *x = lower_tensor(l, 0), *w = lower_tensor(l, 1);
	const struct node *scale = lower_tensor(l, 2);
	static const int64_t one[] = { 1 };
	enum dtype t = lower_dtype(l), c = lower_compute(t);

	if (x->type->rank != 2 || w->type->rank != 2 || scale->type->rank != 1)
		lower_fail(l, "matrices and a vector of scales are expected");
	if (!dim_may_equal(g, x->type->dims[1], w->type->dims[1]))
		lower_fail(l, "the inner sizes differ");
	struct operand of = through_transpose(plain(x, 0));
	const struct node *y = build_dot(g, of.node, lower_cast(l, w, t), (struct dim_pairs){ 0 },
		(struct dim_pairs){ 1, &of.column, one }, c);
	y = build2(g, OP_multiply, y,
		build_broadcast(g, lower_cast(l, scale, c), 2, y->type->dims, one));
	lower_finish(l, y);
}

/* n times argument i, a number. */
static const struct node *times(struct lower *l, const struct node *n, uint32_t i)
{
	const struct arg *a = &l->args[i];
	if (a->kind == ARG_complex)
		return build2(l->g, OP_multiply, n,
			lower_shape(l, lower_scalar(l, a, n->type->dtype), n->type));
	double k = lower_float(l, i);
	return k == 1 ? n : build2(l->g, OP_multiply, n, lower_like(l, n, k));
}

static bool is_zero(struct lower *l, uint32_t i)
{
	const struct arg *a = &l->args[i];
	return a->kind == ARG_complex ? a->f == 0 && a->im == 0 : lower_float(l, i) == 0;
}

/* beta * self + alpha * (a @ b); self is not read when beta is 0. */
void lower_addmm(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	const struct node *y =
		matmul(l, lower_tensor(l, 1), lower_tensor(l, 2), (uint32_t)l->row->what);
	y = times(l, lower_cast(l, y, c), 4);
	if (!is_zero(l, 3)) {
		const struct node *s = lower_tensor(l, 0);
		same_dtype(l, s, lower_tensor(l, 2));
		s = lower_shape(l, lower_cast(l, s, c), y->type);
		y = build2(g, OP_add, y, times(l, s, 3));
	}
	l->out[0] = lower_cast(l, y, t);
}

/* ---- attention ------------------------------------------------------------------------------ */

/* n by the scale, argument i, which is by default 1 over the root of a head's size. */
static const struct node *by_scale(
	struct lower *l, const struct node *n, uint32_t i, const struct node *q)
{
	struct graph *g = l->g;
	int64_t size = q->type->dims[3];
	if (!lower_is_none(l, i))
		return build2(g, OP_multiply, n, lower_like(l, n, lower_float(l, i)));
	if (dim_is_number(size))
		return build2(g, OP_multiply, n, lower_like(l, n, 1.0 / sqrt((double)size)));
	const struct node *by = build_convert(g, lower_size_node(l, size), DTYPE_f64);
	by = build2(g, OP_divide, build_scalar(g, DTYPE_f64, 1), build1(g, OP_sqrt, by));
	by = lower_shape(l, lower_cast(l, by, n->type->dtype), n->type);
	return build2(g, OP_multiply, n, by);
}

/* scores = scale * q k^T + mask; a row of -inf gives zeros, as eager's kernel does.  scale: which
 * argument it is. */
static const struct node *scores(struct lower *l, const struct node *q, const struct node *k,
	const struct node *mask, uint32_t scale, bool causal)
{
	struct graph *g = l->g;
	uint32_t nb = q->type->rank - 2;
	struct operand kt = plain(k, nb);
	kt.row = nb + 1; /* contracted */
	kt.column = nb;
	const struct node *s = product(l, plain(q, nb), kt);
	s = by_scale(l, s, scale, q);
	if (causal) {
		const struct type *it = type_with_dtype(g, s->type, DTYPE_i64);
		const struct node *seen =
			build_compare(g, "GE", lower_iota(l, it, nb), lower_iota(l, it, nb + 1));
		s = build_select(g, seen, s, lower_like(l, s, -(double)INFINITY));
	}
	if (mask)
		s = build2(g, OP_add, s,
			lower_shape(l, lower_cast(l, mask, s->type->dtype), s->type));
	return s;
}

/* Keys or values with each head for as many of the queries' as there are for one (grouped-query
 * attention); NULL: heads cannot be shared out evenly. */
static const struct node *grouped(struct lower *l, const struct node *x, const struct node *q)
{
	const int64_t *d = x->type->dims, heads = q->type->dims[1];
	static const int64_t at[] = { 0, 1, 3, 4 };

	if (d[1] == heads)
		return x;
	/* Sizes that are not known are looked at by torch, which guards them. */
	int64_t rest = d[1] ? dim_mod(l->g, heads, d[1]) : 1;
	if (!heads || (dim_is_number(rest) && rest))
		return NULL;
	const int64_t wide[] = { d[0], d[1], dim_floordiv(l->g, heads, d[1]), d[2], d[3] };
	const int64_t dims[] = { d[0], heads, d[2], d[3] };
	return build_reshape(l->g, build_broadcast(l->g, x, 5, wide, at), 4, dims);
}

/* The reverse, of a gradient: what each head of x's was given is summed. */
static const struct node *gathered(struct lower *l, const struct node *n, const struct node *x)
{
	const int64_t *d = x->type->dims, *from = n->type->dims;
	static const bool in[ATEN_MAX_RANK] = { [2] = true };

	if (d[1] == from[1])
		return n;
	int64_t each = dim_floordiv(l->g, from[1], d[1]);
	const int64_t wide[] = { from[0], d[1], each, from[2], from[3] };
	return lower_reduce(l, OP_add, build_reshape(l->g, n, 5, wide), in, false);
}

/* What weights are multiplied in: rounded to what is multiplied, t, except where that would save
 * nothing. */
#define FEW_PRODUCTS 0x10000
static enum dtype weights_type(enum dtype t, const struct node *q, const struct node *k)
{
	bool few = type_is_static(q->type) && type_is_static(k->type) &&
		   type_elements(q->type) * k->type->dims[2] <= FEW_PRODUCTS;

	return few ? lower_compute(t) : t;
}

void lower_attention(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *q = lower_tensor(l, 0), *k = lower_tensor(l, 1), *v = lower_tensor(l, 2);
	const struct node *mask = lower_tensor(l, 5);
	enum dtype t = lower_dtype(l);
	uint32_t rank = q->type->rank;
	if (rank != 4 || k->type->rank != 4 || v->type->rank != 4 || lower_float(l, 3) != 0) {
		lower_give_up(l);
		return;
	}
	k = grouped(l, k, q);
	v = grouped(l, v, q);
	if (!k || !v) {
		lower_give_up(l);
		return;
	}
	const struct node *s = scores(l, q, k, mask, 6, lower_bool(l, 4));
	bool in[ATEN_MAX_RANK] = { [3] = true };
	const struct node *m = lower_reduce(l, OP_maximum, s, in, false);
	const struct node *lost = build_compare(g, "EQ", m, lower_like(l, m, -(double)INFINITY));
	const struct node *safe = build_select(g, lost, lower_like(l, m, 0), m);
	const struct node *e = build1(
		g, OP_exponential, build2(g, OP_subtract, s, lower_unreduce(l, safe, in, s)));
	const struct node *sum = lower_reduce(l, OP_add, e, in, false);
	const struct node *divisor = build_select(g, lost, lower_like(l, sum, 1), sum);
	const struct node *p = build2(g, OP_divide, e, lower_unreduce(l, divisor, in, s));
	enum dtype w = weights_type(v->type->dtype, q, k);
	l->out[0] = lower_cast(l,
		product(l, plain(lower_cast(l, p, w), 2), plain(lower_cast(l, v, w), 2)), t);
	if (lower_uses(l, 1) && l->nout > 1)
		l->out[1] = build2(g, OP_add, m, build1(g, OP_log, sum));
}

/* dV = P^T dO;  dS = P (dO V^T - sum(dO O)) scale;  dQ = dS K;  dK = dS^T Q, with P from the scores
 * and the logarithm of their sum that the forward call gave (Dao et al., "FlashAttention",
 * 2022). */
void lower_attention_backward(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *grad = lower_tensor(l, 0), *q = lower_tensor(l, 1),
			  *k = lower_tensor(l, 2), *v = lower_tensor(l, 3),
			  *out = lower_tensor(l, 4), *lse = lower_tensor(l, 5);
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	if (q->type->rank != 4 || k->type->rank != 4 || v->type->rank != 4 ||
		lse->type->rank != 3 || lower_float(l, 6) != 0)
		lower_bail(l);
	const struct node *few[2] = { k, v };
	k = grouped(l, k, q);
	v = grouped(l, v, q);
	if (!k || !v)
		lower_bail(l);
	const struct node *s = scores(l, q, k, lower_tensor(l, 8), 9, lower_bool(l, 7));
	const bool in[ATEN_MAX_RANK] = { [3] = true };
	lse = lower_cast(l, lse, c);
	/* A row without anything to see has no weights. */
	const struct node *lost =
		build_compare(g, "EQ", lse, lower_like(l, lse, -(double)INFINITY));
	lse = build_select(g, lost, lower_like(l, lse, INFINITY), lse);
	const struct node *p = build1(
		g, OP_exponential, build2(g, OP_subtract, s, lower_unreduce(l, lse, in, s)));
	enum dtype w = weights_type(t, q, k);
	struct operand vt = plain(v, 2), pt, st;
	vt.row = 3;
	vt.column = 2;
	const struct node *ds = product(l, plain(grad, 2), vt);
	/* The sums of dO O are those of P dO V^T, of which O was not rounded: few are summed. */
	const struct node *both = w != t ?
		build2(g, OP_multiply, p, ds) :
		build2(g, OP_multiply, lower_cast(l, grad, c), lower_cast(l, out, c));
	const struct node *sum = lower_reduce(l, OP_add, both, in, false);
	ds = build2(g, OP_subtract, ds, lower_unreduce(l, sum, in, ds));
	ds = build2(g, OP_multiply, p, by_scale(l, ds, 9, q));
	pt = plain(lower_cast(l, p, w), 2);
	st = plain(lower_cast(l, ds, w), 2);
	q = lower_cast(l, q, w);
	k = lower_cast(l, k, w);
	grad = lower_cast(l, grad, w);
	l->out[0] = lower_cast(l, product(l, st, plain(k, 2)), t);
	pt.row = st.row = 3;
	pt.column = st.column = 2;
	l->out[1] = lower_cast(l, gathered(l, product(l, st, plain(q, 2)), few[0]), t);
	l->out[2] = lower_cast(l, gathered(l, product(l, pt, plain(grad, 2)), few[1]), t);
}

/* ---- sums of products ----------------------------------------------------------------------- */

/* Three tensors with dimensions of size 1 put in (arguments 3 to 5), their product summed over
 * those of argument 6. */
void lower_trilinear(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype c = lower_compute(lower_dtype(l));
	const struct node *in[3], *y = NULL;
	int64_t all[ATEN_MAX_RANK];
	uint32_t rank = 0;
	for (uint32_t i = 0; i < 3; i++) {
		int64_t dims[ATEN_MAX_RANK];
		bool fresh[ATEN_MAX_RANK] = { 0 };
		uint32_t n, k = 0;
		const int64_t *put = lower_ints(l, 3 + i, &n);
		in[i] = lower_cast(l, lower_tensor(l, i), c);
		rank = in[i]->type->rank + n;
		for (uint32_t d = 0; d < n; d++)
			fresh[lower_wrap_dim(l, put[d], rank)] = true;
		for (uint32_t d = 0; d < rank; d++) {
			dims[d] = fresh[d] ? 1 : in[i]->type->dims[k++];
			all[d] = i && (dims[d] == 1 || all[d] != 1) ? all[d] : dims[d];
		}
		in[i] = build_reshape(g, in[i], rank, dims);
	}
	for (uint32_t i = 0; i < 3; i++) {
		const struct node *wide = lower_shape(l, in[i], type_tensor(g, c, rank, all));
		y = y ? build2(g, OP_multiply, y, wide) : wide;
	}
	bool sum[ATEN_MAX_RANK];
	lower_dims(l, 6, rank, sum);
	lower_finish(l, lower_reduce(l, OP_add, y, sum, false));
}

/* beta * self + alpha * the product; what 0: matrix and vector, 1: summed over a batch. */
void lower_addmv(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	const struct node *a = lower_tensor(l, 1), *b = lower_tensor(l, 2);
	const int64_t left[2] = { 0, l->row->what ? 2 : 1 }, right[2] = { 0, l->row->what ? 1 : 0 };
	uint32_t n = l->row->what ? 2 : 1, skip = n == 1;
	const struct node *y = build_dot(g, a, b, (struct dim_pairs){ 0 },
		(struct dim_pairs){ n, left + skip, right + skip }, t);
	y = times(l, lower_cast(l, y, c), 4);
	if (!is_zero(l, 3))
		y = build2(g, OP_add, y, times(l, lower_operand(l, 0, c), 3));
	lower_finish(l, y);
}

/* ---- products of groups --------------------------------------------------------------------- */

/* How many places each group has, of where they end. */
static const struct node *group_sizes(struct lower *l, const struct node *ends)
{
	static const int64_t one[] = { 1 }, zero[] = { 0 }, behind[] = { -1 };
	struct graph *g = l->g;

	if (!ends || ends->type->rank != 1)
		lower_fail(l, "groups without ends");
	const struct node *starts = build_pad(
		g, ends, build_scalar_int(g, ends->type->dtype, 0), one, behind, zero);
	return build2(g, OP_subtract, ends, starts);
}

/* a [m, k] by b over a's dimension da and b's db: the groups cut a's rows, and b has a matrix for
 * each; or cut both along k, and each is a product of its own. */
static const struct node *product_of_groups(struct lower *l, const struct node *a, int64_t da,
	const struct node *b, int64_t db, const struct node *sizes)
{
	const int64_t zero = 0, rows = b->type->rank == 3 ? 1 - da : da;
	const struct attr_entry attrs[] = {
		lower_attr_ints(l, KEY_lhs_contracting_dimensions, 1, &da),
		lower_attr_ints(l, KEY_rhs_contracting_dimensions, 1, &db),
		lower_attr_ints(l, KEY_ragged_dims, 1, &rows),
		lower_attr_ints(l, KEY_group_dims, b->type->rank == 3, &zero),
	};

	return build_op(
		l->g, OP_chlo_ragged_dot, 3, (const struct node *[]){ a, b, sizes }, 4, attrs);
}

/* a [m, k] or [group, m, k], b [k, n] or [group, k, n], and where along the dimension that one of
 * them has no group for a group ends: a ragged_dot, along b's columns one with sides changed.  What
 * is behind the last end is 0, which eager leaves as it was. */
void lower_grouped_mm(struct lower *l)
{
	static const int64_t turned[] = { 1, 0 };
	const struct node *a = lower_tensor(l, 0), *b = lower_tensor(l, 1);
	const struct node *ends = lower_tensor(l, 2);

	if (!l->row->what && !lower_is_none(l, 3))
		lower_bail(l);
	if (a->type->rank == 3 && b->type->rank == 3) {
		l->out[0] = matmul(l, a, b, 1);
		return;
	}
	const struct node *sizes = group_sizes(l, ends);
	if (a->type->rank == 2) {
		lower_finish(l, product_of_groups(l, a, 1, b, b->type->rank - 2, sizes));
		return;
	}
	lower_finish(l,
		build_transpose(l->g, product_of_groups(l, b, 0, a, 2, sizes), turned));
}

/* The gradients of rows [m, k] by a matrix [k, n] each group. */
void lower_grouped_mm_backward(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0), *w = lower_tensor(l, 1);
	const struct node *dy = lower_tensor(l, 3);
	const struct node *sizes = group_sizes(l, lower_tensor(l, 2));

	l->out[0] = product_of_groups(l, dy, 1, w, 2, sizes);
	l->out[1] = product_of_groups(l, x, 0, dy, 0, sizes);
}
