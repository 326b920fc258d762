/* dot.c -- contractions: dot, dot_general, einsum, ragged_dot.
 *
 * Operands are spread into arrays of wide numbers (struct wide_array: double, 64-bit integer or
 * complex double).  Sums of f32 and narrower run in double and are rounded once: order does not
 * show in the result.  Sums of f64 and of complex numbers round after every step, in index
 * order. */
#include "ir/eval/eval_impl.h"
#include "ir/eval/sum.h"
#include <math.h>
#include <string.h>

enum dtype wide_as(enum dtype t, enum dtype u, enum dtype out)
{
	if (dtype_is_float(t) && dtype_is_float(u) && dtype_is_float(out))
		return t;
	if (dtype_is_int(t) && dtype_is_int(u) && dtype_is_int(out))
		return t;
	return t == u && t == DTYPE_c128 && out == DTYPE_c64 ? t : out;
}

struct wide_array wide_read(struct call *c, const struct tensor *t, enum dtype as)
{
	enum dtype d = t->type->dtype;
	int64_t n = tensor_elements(t);
	struct wide_array w = { .kind = dtype_table[as].kind, .wide = as == DTYPE_c128 };

	w.kind = w.kind == DTYPE_UINT ? DTYPE_SINT : w.kind;
	w.room = eval_temp(c, w.kind == DTYPE_COMPLEX ? DTYPE_c128 : DTYPE_f64, 1, &n);
	w.f = w.room->data;
	w.i = w.room->data;
	w.z = w.room->data;
	for (int64_t k = 0; k < n; k++) {
		_Alignas(16) unsigned char converted[16];
		const void *at = tensor_at(t, k);
		if (as != d) {
			scalar_convert(d, at, as, converted);
			at = converted;
		}
		if (w.kind == DTYPE_FLOAT)
			w.f[k] = dtype_load_f64(as, at);
		else if (w.kind == DTYPE_COMPLEX)
			w.z[k] = scalar_load_complex(as, at);
		else
			w.i[k] = dtype_load_i64(as, at);
	}
	return w;
}

void wide_free(struct call *c, struct wide_array *w)
{
	eval_drop(c->e, w->room);
}

static void sum_complex(struct sum *s, const struct wide_array *a, int64_t ai, int64_t as,
	const struct wide_array *b, int64_t bi, int64_t bs, int64_t n)
{
	for (int64_t k = 0; k < n; k++, ai += as, bi += bs) {
		double ar = creal(a->z[ai]), am = cimag(a->z[ai]);
		double br = creal(b->z[bi]), bm = cimag(b->z[bi]);
		s->re += ar * br - am * bm;
		s->im += ar * bm + am * br;
	}
}

/* complex<f32>, in float throughout: gcc 12 vectorises a double rounded to float and back without
 * the rounding. */
static void sum_complex_float(struct sum *s, const struct wide_array *a, int64_t ai, int64_t as,
	const struct wide_array *b, int64_t bi, int64_t bs, int64_t n)
{
	float re = (float)s->re, im = (float)s->im;

	for (int64_t k = 0; k < n; k++, ai += as, bi += bs) {
		float ar = (float)creal(a->z[ai]), am = (float)cimag(a->z[ai]);
		float br = (float)creal(b->z[bi]), bm = (float)cimag(b->z[bi]);
		re += ar * br - am * bm;
		im += ar * bm + am * br;
	}
	s->re = (double)re;
	s->im = (double)im;
}

void sum_products(struct sum *s, const struct wide_array *a, int64_t ai, int64_t as,
	const struct wide_array *b, int64_t bi, int64_t bs, int64_t n)
{
	switch (a->kind) {
	case DTYPE_FLOAT: {
		double r = s->re;
		for (int64_t k = 0; k < n; k++)
			r += a->f[ai + k * as] * b->f[bi + k * bs];
		s->re = r;
		break;
	}
	case DTYPE_COMPLEX:
		(s->wide ? sum_complex : sum_complex_float)(s, a, ai, as, b, bi, bs, n);
		break;
	case DTYPE_BOOL:
		for (int64_t k = 0; k < n; k++)
			s->u |= (uint64_t)(a->i[ai + k * as] & b->i[bi + k * bs]);
		break;
	default:
		for (int64_t k = 0; k < n; k++)
			s->u += (uint64_t)a->i[ai + k * as] * (uint64_t)b->i[bi + k * bs];
	}
}

void sum_zeros(struct sum *s, const struct wide_array *b, int64_t bi, int64_t bs, int64_t n)
{
	bool finite = true;

	for (int64_t k = 0; k < n && b->kind == DTYPE_FLOAT; k++)
		finite = finite && isfinite(b->f[bi + k * bs]);
	for (int64_t k = 0; k < n && b->kind == DTYPE_COMPLEX; k++)
		finite = finite && isfinite(creal(b->z[bi + k * bs])) &&
			isfinite(cimag(b->z[bi + k * bs]));
	if (!finite)
		s->re = s->im = NAN;
}

void sum_store(const struct sum *s, const struct wide_array *a, enum dtype t, void *out)
{
	int64_t i = (int64_t)s->u;

	if (a->kind == DTYPE_COMPLEX)
		scalar_store_complex(t, out, complex_of(s->re, s->im));
	else if (a->kind == DTYPE_FLOAT)
		scalar_store_complex(t, out, complex_of(s->re, 0));
	else
		scalar_convert(DTYPE_i64, &i, t, out);
}

/* Offsets in t of every index over the listed dimensions, row-major; *count of them. */
static struct tensor *offsets(
	struct call *c, const struct tensor *t, uint32_t n, const int64_t *list, int64_t *count)
{
	int64_t dims[EVAL_MAX_RANK], step[EVAL_MAX_RANK], strides[EVAL_MAX_RANK];
	int64_t index[EVAL_MAX_RANK] = { 0 };

	tensor_strides(t, strides);
	*count = 1;
	for (uint32_t i = 0; i < n; i++) {
		dims[i] = t->dims[list[i]];
		step[i] = strides[list[i]];
		*count *= dims[i];
	}
	struct tensor *out = eval_temp(c, DTYPE_i64, 1, count);
	for (int64_t k = 0; k < *count; k++) {
		((int64_t *)out->data)[k] = index_flat(n, index, step);
		index_next(n, dims, index);
	}
	return out;
}

/* The dimension numbers of a contraction, with free dimensions found. */
struct contraction {
	uint32_t nbatch, ncontract, nlhs, nrhs;
	const int64_t *lhs_batch, *rhs_batch, *lhs_contract, *rhs_contract;
	int64_t lhs_free[EVAL_MAX_RANK], rhs_free[EVAL_MAX_RANK];
};

static uint32_t free_dims(
	uint32_t rank, uint32_t n1, const int64_t *v1, uint32_t n2, const int64_t *v2, int64_t *out)
{
	uint32_t n = 0;

	for (uint32_t d = 0; d < rank; d++) {
		bool taken = false;
		for (uint32_t i = 0; i < n1; i++)
			taken = taken || v1[i] == d;
		for (uint32_t i = 0; i < n2; i++)
			taken = taken || v2[i] == d;
		if (!taken)
			out[n++] = d;
	}
	return n;
}

static void contraction_read(struct call *c, struct contraction *d)
{
	const struct tensor *a = c->in[0], *b = c->in[1];

	if (a->rank > EVAL_MAX_RANK || b->rank > EVAL_MAX_RANK ||
		c->types[0]->rank > EVAL_MAX_RANK)
		eval_fail(c, WEFT_UNIMPLEMENTED, "rank over %d", EVAL_MAX_RANK);
	d->lhs_batch = eval_ints_any(c, KEY_lhs_batching_dimensions, &d->nbatch);
	d->rhs_batch = eval_ints(c, KEY_rhs_batching_dimensions, d->nbatch);
	d->lhs_contract = eval_ints_any(c, KEY_lhs_contracting_dimensions, &d->ncontract);
	d->rhs_contract = eval_ints(c, KEY_rhs_contracting_dimensions, d->ncontract);
	d->nlhs = free_dims(
		a->rank, d->nbatch, d->lhs_batch, d->ncontract, d->lhs_contract, d->lhs_free);
	d->nrhs = free_dims(
		b->rank, d->nbatch, d->rhs_batch, d->ncontract, d->rhs_contract, d->rhs_free);
	for (uint32_t i = 0; i < d->nbatch; i++)
		if (a->dims[d->lhs_batch[i]] != b->dims[d->rhs_batch[i]])
			eval_fail(c, WEFT_INVALID_ARGUMENT, "batching sizes differ");
	for (uint32_t i = 0; i < d->ncontract; i++)
		if (a->dims[d->lhs_contract[i]] != b->dims[d->rhs_contract[i]])
			eval_fail(c, WEFT_INVALID_ARGUMENT, "contracting sizes differ");
}

/* t transposed to [batch, free, contract] and spread. */
static struct wide_array pack(struct call *c, const struct tensor *t, enum dtype as, uint32_t nb,
	const int64_t *batch, uint32_t nf, const int64_t *rest, uint32_t nc,
	const int64_t *contract)
{
	int64_t b, f, k, at = 0;
	struct tensor *bt = offsets(c, t, nb, batch, &b), *ft = offsets(c, t, nf, rest, &f);
	struct tensor *kt = offsets(c, t, nc, contract, &k);
	const int64_t *bo = bt->data, *fo = ft->data, *ko = kt->data, n = tensor_elements(t);
	struct tensor *moved = eval_temp(c, t->type->dtype, 1, &n);
	size_t bytes = dtype_bytes(t->type->dtype);

	for (int64_t i = 0; i < b; i++)
		for (int64_t j = 0; j < f; j++)
			for (int64_t l = 0; l < k; l++)
				memcpy(tensor_at(moved, at++), tensor_at(t, bo[i] + fo[j] + ko[l]),
					bytes);
	struct wide_array w = wide_read(c, moved, as);
	eval_drop(c->e, moved);
	eval_drop(c->e, bt);
	eval_drop(c->e, ft);
	eval_drop(c->e, kt);
	return w;
}

static void contract(struct call *c, const struct contraction *d)
{
	const struct tensor *a = c->in[0], *b = c->in[1];
	int64_t dims[EVAL_MAX_RANK], nb = 1, nm = 1, nn = 1, nk = 1;
	uint32_t rank = 0;

	for (uint32_t i = 0; i < d->nbatch; i++)
		nb *= dims[rank++] = a->dims[d->lhs_batch[i]];
	for (uint32_t i = 0; i < d->nlhs; i++)
		nm *= dims[rank++] = a->dims[d->lhs_free[i]];
	for (uint32_t i = 0; i < d->nrhs; i++)
		nn *= dims[rank++] = b->dims[d->rhs_free[i]];
	for (uint32_t i = 0; i < d->ncontract; i++)
		nk *= a->dims[d->lhs_contract[i]];
	struct tensor *out = eval_new(c, 0, rank, dims);
	enum dtype ta = a->type->dtype, tb = b->type->dtype, to = out->type->dtype;
	struct wide_array l = pack(c, a, wide_as(ta, tb, to), d->nbatch,
		d->lhs_batch, d->nlhs, d->lhs_free, d->ncontract, d->lhs_contract);
	struct wide_array r = pack(c, b, wide_as(tb, ta, to), d->nbatch,
		d->rhs_batch, d->nrhs, d->rhs_free, d->ncontract, d->rhs_contract);
	int64_t at = 0;
	for (int64_t i = 0; i < nb; i++)
		for (int64_t m = 0; m < nm; m++)
			for (int64_t n = 0; n < nn; n++) {
				struct sum s = { .wide = l.wide };
				sum_products(
					&s, &l, (i * nm + m) * nk, 1, &r, (i * nn + n) * nk, 1, nk);
				sum_store(&s, &l, out->type->dtype, tensor_at(out, at++));
			}
	wide_free(c, &l);
	wide_free(c, &r);
}

void eval_dot_general(struct call *c)
{
	struct contraction d;

	contraction_read(c, &d);
	contract(c, &d);
}

void eval_dot(struct call *c)
{
	static const int64_t first[1] = { 0 };
	int64_t last[1] = { (int64_t)c->in[0]->rank - 1 };
	struct contraction d = { .ncontract = 1, .lhs_contract = last, .rhs_contract = first };

	if (c->in[0]->rank < 1 || c->in[0]->rank > 2 || c->in[1]->rank < 1 || c->in[1]->rank > 2)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "operands of rank 1 or 2 are wanted");
	if (c->in[0]->dims[last[0]] != c->in[1]->dims[0])
		eval_fail(c, WEFT_INVALID_ARGUMENT, "contracting sizes differ");
	d.nlhs = free_dims(c->in[0]->rank, 0, NULL, 1, last, d.lhs_free);
	d.nrhs = free_dims(c->in[1]->rank, 0, NULL, 1, first, d.rhs_free);
	contract(c, &d);
}

/* ---- einsum --------------------------------------------------------------------------------- */

struct label {
	char name;
	int64_t size, step[2];       /* in the operands */
};

static uint32_t label_find(struct call *c, struct label *l, uint32_t *n, char name)
{
	for (uint32_t i = 0; i < *n; i++)
		if (l[i].name == name)
			return i;
	if (*n == EVAL_MAX_RANK || name == '.')
		eval_fail(c, WEFT_UNIMPLEMENTED, "this equation");
	l[*n] = (struct label){ .name = name, .size = -1 };
	return (*n)++;
}

/* Reads "ab,bc->ac": labels of the result first, in its order; *nout of them. */
static uint32_t labels_read(struct call *c, const char *config, struct label *l, uint32_t *nout)
{
	const char *arrow = strstr(config, "->");
	uint32_t n = 0, operand = 0, d = 0;
	int64_t strides[EVAL_MAX_RANK];

	if (!arrow)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "no -> in the equation");
	for (const char *p = arrow + 2; *p; p++)
		if (*p != ' ')
			label_find(c, l, &n, *p);
	*nout = n;
	for (const char *p = config; p < arrow; p++) {
		if (*p == ' ')
			continue;
		if (*p == ',') {
			operand++;
			d = 0;
			continue;
		}
		if (operand >= c->nin || d >= c->in[operand]->rank)
			eval_fail(
				c, WEFT_INVALID_ARGUMENT, "the equation does not fit the operands");
		struct label *x = &l[label_find(c, l, &n, *p)];
		tensor_strides(c->in[operand], strides);
		if (x->size >= 0 && x->size != c->in[operand]->dims[d])
			eval_fail(c, WEFT_INVALID_ARGUMENT, "sizes of %c differ", *p);
		x->size = c->in[operand]->dims[d];
		x->step[operand] += strides[d++];
	}
	for (uint32_t i = 0; i < n; i++)
		if (l[i].size < 0)
			eval_fail(c, WEFT_INVALID_ARGUMENT, "%c is of no operand", l[i].name);
	return n;
}

static int64_t label_offset(
	uint32_t n, const struct label *l, const int64_t *index, uint32_t operand)
{
	int64_t o = 0;

	for (uint32_t i = 0; i < n; i++)
		o += index[i] * l[i].step[operand];
	return o;
}

void eval_einsum(struct call *c)
{
	struct label l[EVAL_MAX_RANK];
	int64_t dims[EVAL_MAX_RANK], index[EVAL_MAX_RANK] = { 0 }, inner = 1;
	uint32_t nout, n = labels_read(c, node_str(c->n, KEY_einsum_config, ""), l, &nout);
	bool unary = c->nin == 1;

	for (uint32_t i = 0; i < n; i++) {
		dims[i] = l[i].size;
		inner *= i < nout ? 1 : dims[i];
	}
	struct tensor *out = eval_new(c, 0, nout, dims), *one = NULL;
	const struct tensor *other = c->in[c->nin - 1];
	enum dtype ta = c->in[0]->type->dtype, tb = other->type->dtype, to = out->type->dtype;
	struct wide_array a = wide_read(c, c->in[0], wide_as(ta, tb, to)), b;
	if (unary) {
		one = eval_temp(c, c->in[0]->type->dtype, 0, NULL);
		int64_t v = 1;
		scalar_convert(DTYPE_i64, &v, one->type->dtype, one->data);
	}
	b = wide_read(c, unary ? one : other, wide_as(tb, ta, to));
	for (int64_t i = 0, size = tensor_elements(out); i < size; i++) {
		struct sum s = { .wide = a.wide };
		for (int64_t k = 0; k < inner; k++) {
			sum_products(&s, &a, label_offset(n, l, index, 0), 0, &b,
				unary ? 0 : label_offset(n, l, index, 1), 0, 1);
			index_next(n - nout, dims + nout, index + nout);
		}
		sum_store(&s, &a, out->type->dtype, tensor_at(out, i));
		index_next(nout, dims, index);
	}
	wide_free(c, &a);
	wide_free(c, &b);
	eval_drop(c->e, one);
}

void eval_unary_einsum(struct call *c)
{
	eval_einsum(c);
}

/* ---- ragged dot ----------------------------------------------------------------------------- */

/* Which group index i of the ragged dimension is in, in that batch (all have the same where sizes
 * is a vector); the number of groups: beyond them all.  Sizes below 0 are as 0. */
static int64_t group_of(const struct tensor *sizes, int64_t batch, int64_t i)
{
	int64_t n = sizes->dims[sizes->rank - 1], g = 0, first = sizes->rank > 1 ? batch * n : 0;

	for (; g < n; g++) {
		int64_t size = eval_index(sizes, first + g);
		if (i < size)
			break;
		i -= size < 0 ? 0 : size;
	}
	return g;
}

/* Index along dimension `dim` of t of the element at `offset`. */
static int64_t coordinate(const struct tensor *t, int64_t dim, int64_t offset)
{
	int64_t strides[EVAL_MAX_RANK];

	tensor_strides(t, strides);
	return offset / strides[dim] % t->dims[dim];
}

struct ragged {
	enum { RAGGED_FREE, RAGGED_CONTRACT, RAGGED_BATCH } mode;
	int64_t dim, group_stride, groups;
	int64_t nb, nm, nn, nk, *lb, *rb, *lm, *rn, *lk, *rk;
};

static void ragged_read(struct call *c, struct contraction *d, struct ragged *r)
{
	uint32_t nr, ng;
	const int64_t *ragged = eval_ints_any(c, KEY_ragged_dims, &nr);
	const int64_t *group = eval_ints_any(c, KEY_group_dims, &ng);
	int64_t strides[EVAL_MAX_RANK], count;

	contraction_read(c, d);
	if (nr != 1 || ng > 1)
		eval_fail(c, WEFT_UNIMPLEMENTED, "more than one ragged or group dimension");
	r->dim = ragged[0];
	r->groups = c->in[2]->dims[c->in[2]->rank - 1];
	r->mode = RAGGED_FREE;
	for (uint32_t i = 0; i < d->ncontract; i++)
		r->mode = d->lhs_contract[i] == r->dim ? RAGGED_CONTRACT : r->mode;
	for (uint32_t i = 0; i < d->nbatch; i++)
		r->mode = d->lhs_batch[i] == r->dim ? RAGGED_BATCH : r->mode;
	r->group_stride = 0;
	if (ng) {
		uint32_t n = 0;
		tensor_strides(c->in[1], strides);
		r->group_stride = strides[group[0]];
		for (uint32_t i = 0; i < d->nrhs; i++)
			if (d->rhs_free[i] != group[0])
				d->rhs_free[n++] = d->rhs_free[i];
		d->nrhs = n;
	}
	r->lb = offsets(c, c->in[0], d->nbatch, d->lhs_batch, &r->nb)->data;
	r->rb = offsets(c, c->in[1], d->nbatch, d->rhs_batch, &count)->data;
	r->lm = offsets(c, c->in[0], d->nlhs, d->lhs_free, &r->nm)->data;
	r->rn = offsets(c, c->in[1], d->nrhs, d->rhs_free, &r->nn)->data;
	r->lk = offsets(c, c->in[0], d->ncontract, d->lhs_contract, &r->nk)->data;
	r->rk = offsets(c, c->in[1], d->ncontract, d->rhs_contract, &count)->data;
}

/* One element of the result, of group g in mode RAGGED_CONTRACT. */
static void ragged_element(struct call *c, const struct ragged *r, const struct wide_array *a,
	const struct wide_array *b, int64_t g, const int64_t *at, void *out)
{
	struct sum s = { .wide = a->wide };
	int64_t l = r->lb[at[0]] + r->lm[at[1]], o = r->rb[at[0]] + r->rn[at[2]];

	if (r->mode == RAGGED_FREE && r->nk) {
		g = group_of(c->in[2], at[0], coordinate(c->in[0], r->dim, l));
		o += g * r->group_stride;
	}
	for (int64_t k = 0; k < r->nk && (g < r->groups || r->mode == RAGGED_BATCH); k++)
		if (r->mode != RAGGED_CONTRACT ||
		    group_of(c->in[2], at[0], coordinate(c->in[0], r->dim, r->lk[k])) == g)
			sum_products(&s, a, l + r->lk[k], 0, b, o + r->rk[k], 0, 1);
	sum_store(&s, a, c->out[0]->type->dtype, out);
}

/* Of group g and batch i: the elements of all free dims, from at on. */
static void ragged_matrix(struct call *c, const struct ragged *r, const struct wide_array *a,
	const struct wide_array *b, int64_t g, int64_t i, int64_t at)
{
	for (int64_t m = 0; m < r->nm; m++)
		for (int64_t n = 0; n < r->nn; n++)
			ragged_element(c, r, a, b, g, (int64_t[]){ i, m, n },
				tensor_at(c->out[0], at++));
}

void eval_chlo_ragged_dot(struct call *c)
{
	struct contraction d;
	struct ragged r;
	int64_t dims[EVAL_MAX_RANK], turns = 1;
	uint32_t rank = 0;

	ragged_read(c, &d, &r);
	if (r.mode == RAGGED_CONTRACT)
		turns = dims[rank++] = r.groups;
	for (uint32_t i = 0; i < d.nbatch; i++)
		dims[rank++] = c->in[0]->dims[d.lhs_batch[i]];
	for (uint32_t i = 0; i < d.nlhs; i++)
		dims[rank++] = c->in[0]->dims[d.lhs_free[i]];
	for (uint32_t i = 0; i < d.nrhs; i++)
		dims[rank++] = c->in[1]->dims[d.rhs_free[i]];
	struct tensor *out = eval_new(c, 0, rank, dims);
	enum dtype ta = c->in[0]->type->dtype, tb = c->in[1]->type->dtype, to = out->type->dtype;
	struct wide_array a = wide_read(c, c->in[0], wide_as(ta, tb, to));
	struct wide_array b = wide_read(c, c->in[1], wide_as(tb, ta, to));
	for (int64_t g = 0; g < turns; g++)
		for (int64_t i = 0; i < r.nb; i++)
			ragged_matrix(c, &r, &a, &b, g, i, (g * r.nb + i) * r.nm * r.nn);
	wide_free(c, &a);
	wide_free(c, &b);
}
