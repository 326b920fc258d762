/* dim.c -- symbolic dimensions in a canonical form.
 *
 * Every expression knows itself as a polynomial: a sum of terms, each a number times a sorted
 * product of ATOMS.  Atoms are symbols and what a polynomial cannot say (floordiv, mod, min,
 * max, and sums or products too large to multiply out).  Arithmetic works on polynomials, and a
 * polynomial becomes an expression in one way, so equal polynomials are one expression:
 *
 *      2*s0*s1 + 3*s0 - 1  =  DIM_add(DIM_add(DIM_mul(DIM_mul(s0, s1), 2), DIM_mul(s0, 3)), -1)
 *
 * Polynomials have fixed limits (TERMS, FACTORS); what would pass them stays as written and is
 * an atom. Coefficients that overflow fail the job: no tensor has such a size.  Ranges are
 * interval arithmetic with INT64_MIN and INT64_MAX for "no bound". */
#include "base/str.h"
#include "ir/dim_impl.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- intervals ------------------------------------------------------------------------------ */

static int64_t bound_add(int64_t a, int64_t b, int64_t none)
{
	int64_t r;

	if (a == none || b == none || __builtin_add_overflow(a, b, &r))
		return none;
	return r;
}

static bool unbounded(int64_t a)
{
	return a == INT64_MIN || a == INT64_MAX;
}

static int64_t bound_mul(int64_t a, int64_t b)
{
	int64_t r;

	if (a == 0 || b == 0)
		return 0;
	if (unbounded(a) || unbounded(b) || __builtin_mul_overflow(a, b, &r))
		return (a < 0) == (b < 0) ? INT64_MAX : INT64_MIN;
	return r;
}

static struct dim_range range_add(struct dim_range a, struct dim_range b)
{
	return (struct dim_range){ bound_add(a.min, b.min, INT64_MIN),
		bound_add(a.max, b.max, INT64_MAX) };
}

static struct dim_range range_mul(struct dim_range a, struct dim_range b)
{
	int64_t v[4] = { bound_mul(a.min, b.min), bound_mul(a.min, b.max), bound_mul(a.max, b.min),
		bound_mul(a.max, b.max) };
	struct dim_range r = { v[0], v[0] };

	for (int i = 1; i < 4; i++) {
		r.min = v[i] < r.min ? v[i] : r.min;
		r.max = v[i] > r.max ? v[i] : r.max;
	}
	return r;
}

/* ---- entries -------------------------------------------------------------------------------- */

static uint32_t dim_index(int64_t d)
{
	return (uint32_t)(-1 - d);
}

struct dim_entry *dim_entry(const struct graph *g, int64_t d)
{
	if (d >= 0 || dim_index(d) >= g->now.ndims)
		BUG("%" PRId64 " is no symbolic dimension of this graph", d);
	return g->dim_of[dim_index(d)];
}

const struct dim_expr *dim_get(const struct graph *g, int64_t d)
{
	return &dim_entry(g, d)->pub;
}

double dim_typical(const struct graph *g, int64_t d)
{
	return dim_is_number(d) ? (double)d : dim_get(g, d)->typical;
}

static double typical_of(const struct graph *g, enum dim_op op, int64_t a, int64_t b,
	struct dim_range r)
{
	if (op < DIM_number)
		return r.min > DIM_TYPICAL ? (double)r.min :
			r.max < DIM_TYPICAL ? (double)r.max : DIM_TYPICAL;
	if (op == DIM_number)
		return (double)a;
	double x = dim_typical(g, a), y = dim_typical(g, b);
	switch (op) {
	case DIM_add: return x + y;
	case DIM_mul: return x * y;
	case DIM_floordiv: return y > 0 ? floor(x / y) : 0;
	case DIM_mod: return y > 0 ? fmod(x, y) : 0;
	case DIM_min: return x < y ? x : y;
	default: return x > y ? x : y;
	}
}

static struct dim_range dim_range(const struct graph *g, int64_t d)
{
	if (dim_is_number(d))
		return (struct dim_range){ d, d };
	const struct dim_expr *e = dim_get(g, d);
	return (struct dim_range){ e->min, e->max };
}

static bool dim_eq(const void *item, const void *key)
{
	const struct dim_expr *a = item, *b = key;

	return a->op == b->op && a->a == b->a && a->b == b->b && a->node == b->node;
}

static void *dim_make(struct graph *g, const void *key, uint64_t hash)
{
	const struct dim_entry *k = key;
	struct dim_entry *e = graph_copy(g, k, 1, sizeof *e);
	uint32_t i = g->now.ndims;

	(void)hash;
	e->pub.name = "";
	g->dim_of = graph_heap_grow(g, g->dim_of, &g->dims_cap, i, sizeof *g->dim_of);
	g->dim_of[i] = e;
	e->self = -1 - (int64_t)i;
	g->now.ndims++;
	return e;
}

/* The expression of these parts, which is an atom unless sum says what it is made of. */
static int64_t dim_cons(struct graph *g, enum dim_op op, int64_t a, int64_t b,
	const struct node *node, struct dim_range r, const struct poly *sum)
{
	struct dim_entry key = { .pub = { op, a, b, node, r.min, r.max, NULL, 0 } };
	uint64_t h = hash_mix(hash_mix((uint64_t)op, (uint64_t)a), (uint64_t)b);

	if (node)
		h = hash_mix(h, node->id);
	const struct dim_entry *e = table_find(&g->dims, h, dim_eq, &key);
	if (e)
		return e->self;
	key.of_value = op == DIM_value;
	key.of_free = op == DIM_free;
	key.pub.typical = typical_of(g, op, a, b, r);
	if (op > DIM_number) {
		key.of_value = (a < 0 && dim_entry(g, a)->of_value) ||
			       (b < 0 && dim_entry(g, b)->of_value);
		key.of_free = (a < 0 && dim_entry(g, a)->of_free) ||
			      (b < 0 && dim_entry(g, b)->of_free);
	}
	if (sum) {
		struct poly *copy = graph_alloc(g, sizeof *copy);
		*copy = *sum;
		key.sum = copy;
	}
	e = graph_cons(g, &g->dims, h, dim_eq, dim_make, &key);
	return e->self;
}

static int64_t dim_symbol(struct graph *g, enum dim_op op, int64_t a, int64_t b,
	const struct node *n, struct dim_range r)
{
	uint32_t before = g->now.ndims;
	int64_t d = dim_cons(g, op, a, b, n, r, NULL);

	if (g->now.ndims != before) {
		char name[16];
		int len = snprintf(name, sizeof name, "s%u", g->now.nsymbols++);
		dim_entry(g, d)->pub.name = graph_string(g, name, (size_t)len);
	}
	return d;
}

int64_t dim_arg(struct graph *g, int64_t arg, int64_t dim, int64_t min, int64_t max)
{
	return dim_symbol(g, DIM_arg, arg, dim, NULL, (struct dim_range){ min, max });
}

int64_t dim_free(struct graph *g, int64_t min, int64_t max)
{
	return dim_symbol(g, DIM_free, g->now.nsymbols, 0, NULL, (struct dim_range){ min, max });
}

int64_t dim_value_in(
	struct graph *g, const struct node *n, int64_t element, int64_t min, int64_t max)
{
	return dim_symbol(g, DIM_value, element, 0, n, (struct dim_range){ min, max });
}

int64_t dim_value(struct graph *g, const struct node *n, int64_t element)
{
	const struct dtype_info *f = &dtype_table[n->type->dtype];
	struct dim_range r = { INT64_MIN, INT64_MAX };

	if (f->kind == DTYPE_BOOL || f->kind == DTYPE_UINT)
		r.min = 0;
	if (f->bits < 64) {
		r.max = ((int64_t)1 << (f->bits - (f->kind == DTYPE_SINT))) - 1;
		r.min = f->kind == DTYPE_SINT ? -r.max - 1 : 0;
	}
	return dim_value_in(g, n, element, r.min, r.max);
}

/* ---- polynomials ---------------------------------------------------------------------------- */

static void poly_of(const struct graph *g, int64_t d, struct poly *out)
{
	out->n = 0;
	if (dim_is_number(d)) {
		if (d)
			out->t[out->n++] = (struct term){ .coef = d };
		return;
	}
	const struct dim_entry *e = dim_entry(g, d);
	if (e->sum)
		*out = *e->sum;
	else if (e->pub.op == DIM_number)
		out->t[out->n++] = (struct term){ .coef = e->pub.a };
	else
		out->t[out->n++] = (struct term){ .coef = 1, .n = 1, .atom = { e->self } };
}

/* Longer products first, then by their atoms, oldest first: numbers come last. */
static int term_compare(const struct term *a, const struct term *b)
{
	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	for (uint32_t i = 0; i < a->n; i++)
		if (a->atom[i] != b->atom[i])
			return a->atom[i] > b->atom[i] ? -1 : 1;
	return 0;
}

enum poly_end { POLY_ok, POLY_large, POLY_overflow };

/* p += t, in order. */
static enum poly_end poly_add_term(struct poly *p, const struct term *t)
{
	uint32_t i = 0;

	while (i < p->n && term_compare(&p->t[i], t) < 0)
		i++;
	if (i < p->n && !term_compare(&p->t[i], t)) {
		if (__builtin_add_overflow(p->t[i].coef, t->coef, &p->t[i].coef))
			return POLY_overflow;
		if (!p->t[i].coef) {
			memmove(&p->t[i], &p->t[i + 1], (p->n - i - 1) * sizeof *t);
			p->n--;
		}
		return POLY_ok;
	}
	if (p->n == DIM_TERMS)
		return POLY_large;
	memmove(&p->t[i + 1], &p->t[i], (p->n - i) * sizeof *t);
	p->t[i] = *t;
	p->n++;
	return POLY_ok;
}

/* p += scale * q */
static enum poly_end poly_add(struct poly *p, const struct poly *q, int64_t scale)
{
	for (uint32_t i = 0; i < q->n; i++) {
		struct term t = q->t[i];
		if (__builtin_mul_overflow(t.coef, scale, &t.coef))
			return POLY_overflow;
		enum poly_end end = poly_add_term(p, &t);
		if (end != POLY_ok)
			return end;
	}
	return POLY_ok;
}

static enum poly_end term_mul(const struct term *a, const struct term *b, struct term *out)
{
	uint32_t i = 0, k = 0;

	*out = (struct term){ .n = a->n + b->n };
	if (__builtin_mul_overflow(a->coef, b->coef, &out->coef))
		return POLY_overflow;
	if (out->n > DIM_FACTORS)
		return POLY_large;
	for (uint32_t at = 0; at < out->n; at++)
		out->atom[at] = k == b->n || (i < a->n && a->atom[i] > b->atom[k]) ? a->atom[i++]
			: b->atom[k++];
	return POLY_ok;
}

static enum poly_end poly_mul(const struct poly *a, const struct poly *b, struct poly *out)
{
	out->n = 0;
	for (uint32_t i = 0; i < a->n; i++)
		for (uint32_t k = 0; k < b->n; k++) {
			struct term t;
			enum poly_end end = term_mul(&a->t[i], &b->t[k], &t);
			if (end == POLY_ok)
				end = poly_add_term(out, &t);
			if (end != POLY_ok)
				return end;
		}
	return POLY_ok;
}

static struct dim_range term_range(const struct graph *g, const struct term *t)
{
	struct dim_range r = { t->coef, t->coef };

	for (uint32_t i = 0; i < t->n; i++)
		r = range_mul(r, dim_range(g, t->atom[i]));
	return r;
}

static struct dim_range poly_range(const struct graph *g, const struct poly *p)
{
	struct dim_range r = { 0, 0 };

	for (uint32_t i = 0; i < p->n; i++)
		r = range_add(r, term_range(g, &p->t[i]));
	return r;
}

static noreturn void dim_overflow(struct graph *g)
{
	job_fail(graph_job(g), WEFT_INVALID_ARGUMENT, "the size of a dimension overflows 64 bits");
}

static int64_t dim_number(struct graph *g, int64_t v)
{
	return v >= 0 ? v : dim_cons(g, DIM_number, v, 0, NULL, (struct dim_range){ v, v }, NULL);
}

static int64_t term_dim(struct graph *g, const struct term *t)
{
	if (!t->n)
		return dim_number(g, t->coef);
	struct poly p = { .n = 1, .t = { *t } };
	int64_t d = t->atom[0];
	for (uint32_t i = 1; i < t->n; i++) {
		p.t[0].n = i + 1;
		p.t[0].coef = 1;
		d = dim_cons(g, DIM_mul, d, t->atom[i], NULL, poly_range(g, &p), &p);
	}
	if (t->coef == 1)
		return d;
	p.t[0] = *t;
	return dim_cons(g, DIM_mul, d, dim_number(g, t->coef), NULL, poly_range(g, &p), &p);
}

static int64_t poly_dim(struct graph *g, const struct poly *p)
{
	if (!p->n)
		return 0;
	int64_t d = term_dim(g, &p->t[0]);
	struct poly part = { .n = 1, .t = { p->t[0] } };
	for (uint32_t i = 1; i < p->n; i++) {
		part.t[part.n++] = p->t[i];
		d = dim_cons(
			g, DIM_add, d, term_dim(g, &p->t[i]), NULL, poly_range(g, &part), &part);
	}
	return d;
}

/* ---- arithmetic ----------------------------------------------------------------------------- */

/* a and b in an order of their own, numbers last. */
static void dim_order(int64_t *a, int64_t *b)
{
	if (dim_is_number(*a) ? !dim_is_number(*b) || *b < *a : !dim_is_number(*b) && *b > *a) {
		int64_t t = *a;
		*a = *b;
		*b = t;
	}
}

static int64_t dim_add_scaled(struct graph *g, int64_t a, int64_t b, int64_t scale)
{
	struct poly p, q;

	poly_of(g, a, &p);
	poly_of(g, b, &q);
	switch (poly_add(&p, &q, scale)) {
	case POLY_overflow: dim_overflow(g);
	case POLY_ok: return poly_dim(g, &p);
	case POLY_large: break;
	}
	if (scale != 1)
		b = dim_mul(g, b, dim_number(g, scale));
	dim_order(&a, &b);
	return dim_cons(g, DIM_add, a, b, NULL, range_add(dim_range(g, a), dim_range(g, b)), NULL);
}

int64_t dim_add(struct graph *g, int64_t a, int64_t b)
{
	return dim_add_scaled(g, a, b, 1);
}

int64_t dim_sub(struct graph *g, int64_t a, int64_t b)
{
	return dim_add_scaled(g, a, b, -1);
}

int64_t dim_mul(struct graph *g, int64_t a, int64_t b)
{
	struct poly p, q, r;

	poly_of(g, a, &p);
	poly_of(g, b, &q);
	switch (poly_mul(&p, &q, &r)) {
	case POLY_overflow: dim_overflow(g);
	case POLY_ok: return poly_dim(g, &r);
	case POLY_large: break;
	}
	dim_order(&a, &b);
	return dim_cons(g, DIM_mul, a, b, NULL, range_mul(dim_range(g, a), dim_range(g, b)), NULL);
}

int64_t dim_product(struct graph *g, uint32_t n, const int64_t *d)
{
	int64_t r = 1;

	for (uint32_t i = 0; i < n; i++)
		if (d[i] == 0)
			return 0;       /* also where the others overflow */
	for (uint32_t i = 0; i < n; i++)
		r = dim_mul(g, r, d[i]);
	return r;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* t / by, where by divides it exactly as a term. */
static bool term_divide(const struct term *t, const struct term *by, struct term *out)
{
	*out = (struct term){ .n = 0 };
	if (t->coef % by->coef || (t->coef == INT64_MIN && by->coef == -1))
		return false;
	out->coef = t->coef / by->coef;
	uint32_t k = 0;
	for (uint32_t i = 0; i < t->n; i++)
		if (k < by->n && t->atom[i] == by->atom[k])
			k++;
		else
			out->atom[out->n++] = t->atom[i];
	return k == by->n;
}

/* a = b * quotient + rest, taking from a the terms that b divides.  False: b has several terms. */
static bool poly_split(
	const struct poly *a, const struct poly *b, struct poly *quotient, struct poly *rest)
{
	struct term t;

	quotient->n = rest->n = 0;
	if (b->n != 1)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (term_divide(&a->t[i], &b->t[0], &t))
			(void)poly_add_term(quotient, &t);      /* fewer terms than a has */
		else
			rest->t[rest->n++] = a->t[i];
	return true;
}

/* What is left of a once multiples of b are taken out of it: 0 <= result < b where that can be
 * seen. */
static bool rest_is_small(struct graph *g, int64_t rest, int64_t b)
{
	return dim_range(g, rest).min >= 0 &&
	       dim_range(g, dim_sub(g, dim_sub(g, b, 1), rest)).min >= 0;
}

/* The range of floor(a / b) for b of at least 1. */
static struct dim_range floordiv_range(struct dim_range a, struct dim_range b)
{
	struct dim_range r = { INT64_MIN, INT64_MAX };
	int64_t low = b.min < 1 ? 1 : b.min;

	if (a.min >= 0)
		r.min = unbounded(b.max) ? 0 : floor_div(a.min, b.max < 1 ? 1 : b.max);
	else if (a.min != INT64_MIN)
		r.min = floor_div(a.min, low);
	if (a.max != INT64_MAX)
		r.max = a.max < 0 ? -1 : a.max / low;
	return r;
}

static void polys_of_division(
	struct graph *g, int64_t a, int64_t b, struct poly *p, struct poly *q)
{
	poly_of(g, a, p);
	poly_of(g, b, q);
	if (!q->n)
		job_fail(graph_job(g), WEFT_INVALID_ARGUMENT,
			"the size of a dimension is divided by zero");
}

/* p / q is one number by another. */
static bool divides_numbers(const struct poly *p, const struct poly *q)
{
	return p->n <= 1 && q->n == 1 && (!p->n || !p->t[0].n) && !q->t[0].n;
}

int64_t dim_floordiv(struct graph *g, int64_t a, int64_t b)
{
	struct poly p, q, quotient, rest;

	polys_of_division(g, a, b, &p, &q);
	if (divides_numbers(&p, &q))
		return dim_number(g, p.n ? floor_div(p.t[0].coef, q.t[0].coef) : 0);
	if (b == 1 || !p.n)
		return a;
	if (a == b)
		return 1;
	if (poly_split(&p, &q, &quotient, &rest) && (quotient.n || rest.n < p.n)) {
		int64_t more = poly_dim(g, &rest);
		return dim_add(g, poly_dim(g, &quotient),
			rest_is_small(g, more, b) ? 0 : dim_floordiv(g, more, b));
	}
	if (rest_is_small(g, a, b))
		return 0;
	if (a < 0 && dim_get(g, a)->op == DIM_floordiv && dim_is_number(b) &&
			dim_is_number(dim_get(g, a)->b))        /* x / 2 / 3 is x / 6 */
		return dim_floordiv(g, dim_get(g, a)->a, dim_mul(g, dim_get(g, a)->b, b));
	return dim_cons(g, DIM_floordiv, a, b, NULL,
		floordiv_range(dim_range(g, a), dim_range(g, b)), NULL);
}

int64_t dim_ceildiv(struct graph *g, int64_t a, int64_t b)
{
	return dim_floordiv(g, dim_sub(g, dim_add(g, a, b), 1), b);
}

int64_t dim_mod(struct graph *g, int64_t a, int64_t b)
{
	struct poly p, q, quotient, rest;

	polys_of_division(g, a, b, &p, &q);
	if (a == b || b == 1)
		return 0;
	if (poly_split(&p, &q, &quotient, &rest))
		a = poly_dim(g, &rest);
	poly_of(g, a, &p);
	if (divides_numbers(&p, &q)) {
		int64_t x = p.n ? p.t[0].coef : 0, y = q.t[0].coef;
		return dim_number(g, y == -1 ? 0 : x - floor_div(x, y) * y);
	}
	if (rest_is_small(g, a, b))
		return a;
	struct dim_range r = dim_range(g, b);
	r = (struct dim_range){ r.min < 0 ? INT64_MIN : 0,
		r.max == INT64_MAX || r.max < 1 ? INT64_MAX : r.max - 1 };
	return dim_cons(g, DIM_mod, a, b, NULL, r, NULL);
}

static int64_t dim_extreme(struct graph *g, enum dim_op op, int64_t a, int64_t b)
{
	struct dim_range ra = dim_range(g, a), rb = dim_range(g, b);
	struct poly p, q;

	if (a == b)
		return a;
	poly_of(g, a, &p);
	poly_of(g, b, &q);
	if (poly_add(&p, &q, -1) == POLY_ok) {
		struct dim_range less = poly_range(g, &p);      /* of a - b */
		if (less.min >= 0)
			return op == DIM_max ? a : b;
		if (less.max <= 0)
			return op == DIM_max ? b : a;
	}
	dim_order(&a, &b);
	struct dim_range r = op == DIM_min ? (struct dim_range){ ra.min < rb.min ? ra.min : rb.min,
		ra.max < rb.max ? ra.max : rb.max }
					   : (struct dim_range){ ra.min > rb.min ? ra.min : rb.min,
						     ra.max > rb.max ? ra.max : rb.max };
	return dim_cons(g, op, a, b, NULL, r, NULL);
}

int64_t dim_min(struct graph *g, int64_t a, int64_t b)
{
	return dim_extreme(g, DIM_min, a, b);
}

int64_t dim_max(struct graph *g, int64_t a, int64_t b)
{
	return dim_extreme(g, DIM_max, a, b);
}

/* ---- questions ------------------------------------------------------------------------------ */

bool dim_may_equal(const struct graph *g, int64_t a, int64_t b)
{
	struct poly p, q;

	if (a == b)
		return true;
	if (dim_is_number(a) && dim_is_number(b))
		return false;
	poly_of(g, a, &p);
	poly_of(g, b, &q);
	if (poly_add(&p, &q, -1) != POLY_ok)
		return true;
	struct dim_range less = poly_range(g, &p);
	return less.min <= 0 && less.max >= 0;
}

bool dim_is_of_value(const struct graph *g, int64_t d)
{
	return dim_entry(g, d)->of_value;
}

bool dim_is_of_free(const struct graph *g, int64_t d)
{
	return dim_entry(g, d)->of_free;
}

void dim_note_parameter(struct graph *g, const struct node *n)
{
	const struct type *t = n->type;

	for (uint32_t i = 0; i < t->rank; i++) {
		if (t->dims[i] >= 0)
			continue;
		struct dim_entry *e = dim_entry(g, t->dims[i]);
		if (e->source || e->pub.op > DIM_free)
			continue;
		if (e->pub.op == DIM_arg && (e->pub.b != i ||
				e->pub.a != attrs_find(n->attrs, KEY_index)->i))
			continue;
		e->source = n;
		e->source_dim = i;
	}
}

void dim_rollback(struct graph *g)
{
	for (uint32_t i = 0; i < g->now.ndims; i++)
		if (g->dim_of[i]->source && g->dim_of[i]->source->id >= g->now.nnodes)
			g->dim_of[i]->source = NULL;
}

/* ---- text ----------------------------------------------------------------------------------- */

struct naming {
	dim_name_fn *fn;
	void *arg;
};

/* Recurses on the depth of an expression, which a sum of many atoms would make deep: cut off
 * there. */
static void dim_print_in(const struct graph *g, int64_t d, const struct naming *names, int outer,
	int depth, struct str *out)
{
	static const char *const words[] = { [DIM_floordiv] = " floordiv ", [DIM_mod] = " mod ",
		[DIM_add] = " + ", [DIM_mul] = "*" };
	static const int binds[] = {
		[DIM_add] = 1, [DIM_mul] = 3, [DIM_floordiv] = 2, [DIM_mod] = 2
	};

	if (dim_is_number(d)) {
		str_addf(out, "%" PRId64, d);
		return;
	}
	const struct dim_expr *e = dim_get(g, d);
	if (depth > 100) {
		str_add(out, "...");
	} else if (e->op <= DIM_free) {
		if (names->fn)
			names->fn(names->arg, e, out);
		else
			str_add(out, e->name);
	} else if (e->op == DIM_number) {
		str_addf(out, outer > 1 ? "(%" PRId64 ")" : "%" PRId64, e->a);
	} else if (e->op == DIM_min || e->op == DIM_max) {
		str_add(out, e->op == DIM_min ? "min(" : "max(");
		dim_print_in(g, e->a, names, 0, depth + 1, out);
		str_add(out, ", ");
		dim_print_in(g, e->b, names, 0, depth + 1, out);
		str_addc(out, ')');
	} else {
		int bind = binds[e->op];
		bool inner = bind < outer || (bind == 2 && outer == 2);
		str_add(out, inner ? "(" : "");
		dim_print_in(g, e->a, names, bind, depth + 1, out);
		bool minus = e->op == DIM_add && e->b < 0 && dim_get(g, e->b)->op == DIM_number &&
			dim_get(g, e->b)->a != INT64_MIN;
		if (minus) {
			str_addf(out, " - %" PRId64, -dim_get(g, e->b)->a);
		} else {
			str_add(out, words[e->op]);
			dim_print_in(g, e->b, names, bind, depth + 1, out);
		}
		str_add(out, inner ? ")" : "");
	}
}

void dim_print(const struct graph *g, int64_t d, struct str *out)
{
	dim_print_as(g, d, NULL, NULL, out);
}

void dim_print_as(const struct graph *g, int64_t d, dim_name_fn *fn, void *arg, struct str *out)
{
	const struct naming names = { fn, arg };

	dim_print_in(g, d, &names, 0, 0, out);
}
