/* util.c -- the ground the shape rules stand on: failing, attributes, and results.
 *
 * Joining an inferred with a declared type is in one place, spec_results: shapes and elements must
 * be able to agree (type_compatible), the more precise dimension wins, and the declared element
 * wins, since only it can say how a result is quantised. */
#include "ir/infer/infer_impl.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static noreturn void fail_at(struct graph *g, enum op op, struct place at, const char *c,
	const char *fmt, va_list ap)
{
	char text[1024];
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (!op_constraints[op])
		c = NULL;
	assert((!c || strtoul(c + 1, NULL, 10) <= op_constraints[op])
		&& "the op has fewer constraints");
	job_fail_at(graph_job(g), WEFT_INVALID_ARGUMENT, at, "%s%s%s: %s", op_table[op].name,
		c ? "_" : "", c ? c : "", text);
}

void spec_fail(struct graph *g, const struct node_spec *s, const char *c, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fail_at(g, s->op, s->at, c, fmt, ap);
}

void spec_fail_attr(struct graph *g, const struct node_spec *s, const char *c, const char *fmt,
	...)
{
	va_list ap;
	va_start(ap, fmt);
	fail_at(g, s->op, s->attrs_at.file ? s->attrs_at : s->at, c, fmt, ap);
}

const char *spec_text(struct graph *g, const struct type *t)
{
	return type_text(graph_job(g), g, t);
}

const char *spec_list(struct graph *g, uint32_t n, const int64_t *v)
{
	struct str out;
	str_init(&out, graph_job(g));
	str_addc(&out, '[');
	for (uint32_t i = 0; i < n; i++)
		str_addf(&out, "%s%lld", i ? ", " : "", (long long)v[i]);
	str_addc(&out, ']');
	return out.text;
}

/* ---- attributes ----------------------------------------------------------------------------- */

bool spec_has(const struct node_spec *s, enum key k)
{
	return attrs_find(s->attrs, k) != NULL;
}

int64_t spec_int(const struct node_spec *s, enum key k, int64_t otherwise)
{
	const struct attr *a = attrs_find(s->attrs, k);
	return a && (a->kind == ATTR_int || a->kind == ATTR_bool) ? a->i : otherwise;
}

bool spec_bool(const struct node_spec *s, enum key k, bool otherwise)
{
	return spec_int(s, k, otherwise) != 0;
}

const char *spec_str(const struct node_spec *s, enum key k, const char *otherwise)
{
	const struct attr *a = attrs_find(s->attrs, k);
	return a && (a->kind == ATTR_str || a->kind == ATTR_raw) ? a->s : otherwise;
}

const int64_t *spec_ints(const struct node_spec *s, enum key k, uint32_t *n)
{
	const struct attr *a = attrs_find(s->attrs, k);
	*n = 0;
	if (!a || a->kind != ATTR_ints)
		return NULL;
	*n = a->n;
	return a->ints;
}

const struct literal *spec_dense(const struct node_spec *s, enum key k)
{
	const struct attr *a = attrs_find(s->attrs, k);
	return a && a->kind == ATTR_dense ? a->dense : NULL;
}

const int64_t *spec_ints_n(struct graph *g, const struct node_spec *s, const char *c, enum key k,
	uint32_t n, int64_t otherwise)
{
	if (!spec_has(s, k)) {
		int64_t *v = job_array(graph_job(g), n ? n : 1, sizeof *v);
		for (uint32_t i = 0; i < n; i++)
			v[i] = otherwise;
		return v;
	}
	uint32_t have;
	const int64_t *v = spec_ints(s, k, &have);
	if (have != n)
		spec_fail(g, s, c, "expected %u entries of %s, found %u", n, key_names[k], have);
	return v;
}

const int64_t *spec_padding(struct graph *g, const struct node_spec *s, const char *c, uint32_t n)
{
	if (!spec_has(s, KEY_padding))
		return job_array(graph_job(g), n ? 2 * (size_t)n : 1, sizeof(int64_t));
	uint32_t have;
	const int64_t *v = spec_ints(s, KEY_padding, &have);
	if (have != 2 * n)
		spec_fail(g, s, c, "expected padding of shape [%u, 2], found %u entries", n, have);
	return v;
}

const struct type *spec_tensor(struct graph *g, const struct node_spec *s, uint32_t i,
	unsigned classes)
{
	if (i >= s->nin)
		spec_fail(g, s, NULL, "expected an operand %u, found %u operands", i, s->nin);
	const struct type *t = s->in[i]->type;
	if (t->kind != TYPE_tensor || t->unranked || !(elem_class(t) & classes))
		spec_fail(g, s, NULL, "operand %u: expected a ranked tensor of an element type the "
			"op takes, found %s", i, spec_text(g, t));
	spec_check_type(g, s, t);
	return t;
}

/* ---- lists of dimension numbers ------------------------------------------------------------- */

void spec_range(struct graph *g, const struct node_spec *s, const char *c, const char *what,
	uint32_t n, const int64_t *v, int64_t limit)
{
	for (uint32_t i = 0; i < n; i++)
		if (v[i] < 0 || v[i] >= limit)
			spec_fail(g, s, c, "expected each of %s in [0, %lld), found %lld", what,
				(long long)limit, (long long)v[i]);
}

void spec_at_least(struct graph *g, const struct node_spec *s, const char *c, const char *what,
	uint32_t n, const int64_t *v, int64_t least)
{
	for (uint32_t i = 0; i < n; i++)
		if (v[i] < least)
			spec_fail(g, s, c, "expected each of %s to be at least %lld, found %lld",
				what, (long long)least, (long long)v[i]);
}

bool list_has(uint32_t n, const int64_t *v, int64_t x)
{
	for (uint32_t i = 0; i < n; i++)
		if (v[i] == x)
			return true;
	return false;
}

/* Lists are ranks long, so quadratic is fine up to a point; a hostile list is refused by its length
 * against the rank before or after, whichever the op checks, and long ones are sorted here. */
static int compare_int64(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}


void spec_unique(struct graph *g, const struct node_spec *s, const char *c, const char *what,
	uint32_t n, const int64_t *v, uint32_t m, const int64_t *w)
{
	uint64_t all = (uint64_t)n + m;
	if (all < 2)
		return;
	int64_t *x = job_array(graph_job(g), (size_t)all, sizeof *x);
	if (n)
		memcpy(x, v, n * sizeof *x);
	if (m)
		memcpy(x + n, w, m * sizeof *x);
	qsort(x, (size_t)all, sizeof *x, compare_int64);
	for (uint64_t i = 1; i < all; i++)
		if (x[i] == x[i - 1])
			spec_fail(g, s, c, "expected unique %s, found %lld twice", what,
				(long long)x[i]);
}

void spec_sorted(struct graph *g, const struct node_spec *s, const char *c, const char *what,
	uint32_t n, const int64_t *v)
{
	for (uint32_t i = 1; i < n; i++)
		if (v[i] < v[i - 1])
			spec_fail(g, s, c, "expected sorted %s, found %s", what, spec_list(g, n,
				v));
}

bool node_constant_int(const struct node *n, uint32_t i, int64_t *out)
{
	if (n->op != OP_constant || n->type->kind != TYPE_tensor || n->type->quant)
		return false;
	const struct literal *l = node_literal(n);
	if (!l || !(dtype_is_int(l->type->dtype) || l->type->dtype == DTYPE_i1))
		return false;
	int64_t count = type_elements(l->type);
	if (count < 0 || (int64_t)i >= count)
		return false;
	size_t at = l->splat ? 0 : (size_t)i * dtype_bytes(l->type->dtype);
	*out = dtype_load_i64(l->type->dtype, (const char *)l->data + at);
	return true;
}

/* ---- dimensions ----------------------------------------------------------------------------- */

int64_t spec_dim_plus(struct graph *g, const struct node_spec *s, const char *c, int64_t d,
	int64_t n)
{
	if (!dim_is_number(d))
		return n >= 0 ? dim_add(g, d, n) : dim_sub(g, d, n == INT64_MIN ? INT64_MAX : -n);
	int64_t sum;
	if (__builtin_add_overflow(d, n, &sum))
		spec_fail(g, s, c, "the size of a dimension overflows");
	if (sum < 0)
		spec_fail(g, s, c, "expected a size of at least 0, found %lld", (long long)sum);
	return sum;
}

static bool may_be_zero(const struct graph *g, int64_t d)
{
	return dim_is_number(d) ? d == 0 : dim_get(g, d)->min <= 0;
}

/* Size d with factor - 1 holes between any two: 0 stays 0. */
static int64_t dilated(struct graph *g, int64_t d, int64_t factor)
{
	if (factor == 1)
		return d;
	return dim_max(g, 0, dim_add(g, dim_mul(g, dim_sub(g, d, 1), factor), 1));
}

/* As the specification's reduce_window: dilate, pad, count the positions of the dilated window.
 * A window of nothing has a position beside each place and one more, but none in nothing. */
int64_t spec_places(struct graph *g, int64_t d, const struct window *w)
{
	int64_t size = dim_add(g, dilated(g, d, w->base), dim_add(g, w->low, w->high));
	int64_t room = dim_sub(g, size, dilated(g, w->size, w->dilation));
	int64_t n = dim_add(g, dim_floordiv(g, room, w->stride), 1);

	if (may_be_zero(g, w->size))
		n = dim_min(g, n, dim_mul(g, size, 2));
	return dim_max(g, 0, n);
}

int64_t spec_windows(struct graph *g, const struct node_spec *s, const char *c, int64_t d,
	const struct window *w)
{
	int64_t window, pad, size = 0;
	bool over = __builtin_mul_overflow(w->size - 1, w->dilation, &window)
		|| __builtin_add_overflow(window, 1, &window)
		|| __builtin_add_overflow(w->low, w->high, &pad);
	if (over)
		spec_fail(g, s, c, "the size of a window overflows");
	if (!dim_is_number(d)) {
		int64_t diff = pad - window, x = dilated(g, d, w->base);
		x = diff >= 0 ? dim_add(g, x, diff) : dim_sub(g, x, -diff);
		return dim_max(g, 0, dim_add(g, dim_floordiv(g, x, w->stride), 1));
	}
	if (d > 0)
		over = __builtin_mul_overflow(d - 1, w->base, &size)
			|| __builtin_add_overflow(size, 1, &size);
	if (over || __builtin_add_overflow(size, pad, &size))
		spec_fail(g, s, c, "the size of a padded dimension overflows");
	if (size <= 0 || window > size)
		return 0;
	return (size - window) / w->stride + 1;
}

/* ---- results -------------------------------------------------------------------------------- */

const struct type *spec_declared(const struct node_spec *s, uint32_t i)
{
	if (!s->type)
		return NULL;
	if (s->type->kind != TYPE_results)
		return i == 0 ? s->type : NULL;
	return i < s->type->n ? s->type->elem[i] : NULL;
}

const struct type *spec_declared_tensor(struct graph *g, const struct node_spec *s,
	unsigned classes)
{
	const struct type *t = spec_declared(s, 0);
	if (!t)
		spec_fail(g, s, NULL, "expected a declared result type, found none");
	if (t->kind != TYPE_tensor || t->unranked || !(elem_class(t) & classes))
		spec_fail(g, s, NULL,
			"expected a result that is a ranked tensor of an element type "
			"the op gives, found %s",
			spec_text(g, t));
	return t;
}

/* What is moved or given on keeps its integers, so their scale and zero point too. */
static bool keeps_elements(enum op op)
{
	enum op_kind k = op_table[op].kind;
	return (k == OP_MOVE && op != OP_bitcast_convert) || k == OP_CONTROL || k == OP_TUPLE ||
	       op == OP_all_gather || op == OP_all_to_all || op == OP_collective_permute ||
	       op == OP_collective_broadcast;
}

bool type_same_quant(const struct type *a, const struct type *b)
{
	for (uint32_t i = 0; a != b && i < a->n && i < b->n; i++)
		if (!type_same_quant(a->elem[i], b->elem[i]))
			return false;
	return a->kind != TYPE_tensor || b->kind != TYPE_tensor || (!a->quant && !b->quant) ||
		elem_same(a, b);
}

static bool element_fits(enum op op, const struct type *t, const struct type *given)
{
	if (keeps_elements(op) && !type_same_quant(t, given))
		return false;
	if (t->kind != TYPE_tensor || given->kind != TYPE_tensor)
		return true;                 /* or not: type_compatible() */
	return elem_compatible(t, given);
}

static noreturn void fail_result(struct graph *g, const struct node_spec *s, const char *c,
	const struct type *t, const struct type *given)
{
	spec_fail(g, s, c, "expected result type %s, found %s", spec_text(g, t),
		spec_text(g, given));
}

void spec_result_count(struct graph *g, const struct node_spec *s, const char *c, uint32_t n)
{
	uint32_t given = !s->type ? n : s->type->kind == TYPE_results ? s->type->n : 1;
	if (given != n)
		spec_fail(g, s, c, "expected %u results, found the declared type %s", n,
			spec_text(g, s->type));
}

void spec_result_elements(struct graph *g, const struct node_spec *s, const char *c, uint32_t n,
	const struct type *const *types)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct type *given = spec_declared(s, i);
		if (given && !element_fits(s->op, types[i], given))
			fail_result(g, s, c, types[i], given);
	}
}

void spec_result_shape(struct graph *g, const struct node_spec *s, const char *c, uint32_t i,
	const struct type *t)
{
	const struct type *given = spec_declared(s, i);
	if (given && given->kind == TYPE_tensor && !shape_compatible(g, t, given))
		fail_result(g, s, c, t, given);
}

void type_reaches(struct graph *g, const struct type *t, const struct type *value)
{
	if (t->kind != TYPE_tensor) {
		for (uint32_t i = 0; i < t->n && i < value->n; i++)
			type_reaches(g, t->elem[i], value->elem[i]);
		return;
	}
	for (uint32_t d = 0; t->bounds && d < t->rank && d < value->rank; d++)
		if (t->bounds[d] >= 0)
			dim_reaches(g, t->bounds[d], value->dims[d]);
}

const struct type *spec_results(struct graph *g, const struct node_spec *s, const char *c,
	uint32_t n, const struct type *const *types)
{
	const struct type *const *given = NULL;
	if (s->type && s->type->kind == TYPE_results && s->type->n == n)
		given = s->type->elem;
	else if (s->type && s->type->kind != TYPE_results && n == 1)
		given = &s->type;
	else if (s->type)
		spec_fail(g, s, c, "expected %u results%s%s, found the declared type %s", n,
			n == 1 ? " of type " : "", n == 1 ? spec_text(g, types[0]) : "",
			spec_text(g, s->type));
	const struct type **all = job_array(graph_job(g), n ? n : 1, sizeof *all);
	for (uint32_t i = 0; i < n; i++) {
		all[i] = types[i];
		if (given) {
			if (!element_fits(s->op, types[i], given[i]) ||
				!type_compatible(g, types[i], given[i]))
				fail_result(g, s, c, types[i], given[i]);
			all[i] = type_join(g, given[i], types[i]);
		}
		spec_check_type(g, s, all[i]);
		type_reaches(g, all[i], all[i]);
	}
	return n == 1 ? all[0] : type_list(g, TYPE_results, n, all);
}

const struct type *spec_one(struct graph *g, const struct node_spec *s, const char *c,
	const struct type *t)
{
	return spec_results(g, s, c, 1, &t);
}

void spec_same_elements(struct graph *g, const struct node_spec *s, const char *c, uint32_t n,
	const struct type *const *types)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct type *r = spec_declared(s, i), *t = types[i];
		if (r && r->kind == TYPE_tensor && t->kind == TYPE_tensor && !elem_same(r, t))
			spec_fail(g, s, c, "expected a result of element type as in %s, found %s",
				spec_text(g, t), spec_text(g, r));
	}
}

bool is_buffer(const struct type *t)
{
	return t->kind == TYPE_opaque && !strncmp(t->encoding, "memref<", 7);
}

void spec_values(struct graph *g, const struct node_spec *s, bool tuples, bool buffers)
{
	for (uint32_t i = 0; i < s->nin; i++) {
		const struct type *t = s->in[i]->type;
		if (t->kind != TYPE_tensor && t->kind != TYPE_token &&
			!(tuples && t->kind == TYPE_tuple) && !(buffers && is_buffer(t)))
			spec_fail(g, s, NULL,
				"operand %u: expected a tensor%s%s or a token, found %s", i,
				buffers ? ", a buffer" : "", tuples ? ", a tuple" : "",
				spec_text(g, t));
	}
}
