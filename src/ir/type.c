/* type.c -- types: consed in their graph, so that equal types are one pointer.
 *
 * The hash covers content only (never addresses), so it is the same in every process for the same
 * sequence of calls. */
#include "base/flow.h"
#include "base/str.h"
#include "ir/graph_impl.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

static uint64_t quant_hash(const struct quant *q, uint64_t h)
{
	h = hash_mix(h, (uint64_t)q->expressed);
	h = hash_mix(h, (uint64_t)q->min);
	h = hash_mix(h, (uint64_t)q->max);
	h = hash_mix(h, (uint64_t)(int64_t)q->axis);
	h = hash_bytes(q->scales, q->n * sizeof *q->scales, h);
	return hash_bytes(q->zeros, q->n * sizeof *q->zeros, h);
}

static bool quant_eq(const struct quant *a, const struct quant *b)
{
	if (!a || !b)
		return a == b;
	return a->expressed == b->expressed && a->min == b->min && a->max == b->max &&
		a->axis == b->axis && a->n == b->n &&
		!memcmp(a->scales, b->scales, a->n * sizeof *a->scales) &&
		!memcmp(a->zeros, b->zeros, a->n * sizeof *a->zeros);
}

bool quant_scales_valid(const struct quant *q)
{
	for (uint32_t i = 0; i < q->n; i++)
		if (!(q->scales[i] > 0) || !isfinite(q->scales[i]))
			return false;
	return true;
}

static uint64_t type_hash(const struct type *t)
{
	uint64_t h = (uint64_t)t->kind | (uint64_t)t->dtype << 8 | (uint64_t)t->unranked << 16 |
		(uint64_t)t->index << 17 |
		(uint64_t)t->rank << 32;

	h = hash_bytes(t->dims, t->rank * sizeof *t->dims, h);
	if (t->bounds)
		h = hash_bytes(t->bounds, t->rank * sizeof *t->bounds, ~h);
	if (t->quant)
		h = quant_hash(t->quant, h);
	if (t->encoding)
		h = hash_bytes(t->encoding, strlen(t->encoding), h);
	for (uint32_t i = 0; i < t->n; i++)
		h = hash_mix(h, t->elem[i]->hash);
	return h;
}

static bool ints_eq(const int64_t *a, const int64_t *b, uint32_t n)
{
	if (!a || !b)
		return a == b;
	return !memcmp(a, b, n * sizeof *a);
}

static bool type_eq(const void *item, const void *key)
{
	const struct type *a = item, *b = key;

	if (a->kind != b->kind || a->dtype != b->dtype || a->unranked != b->unranked ||
			a->index != b->index || a->rank != b->rank || a->n != b->n)
		return false;
	if (a->rank &&
		(!ints_eq(a->dims, b->dims, a->rank) || !ints_eq(a->bounds, b->bounds, a->rank)))
		return false;
	if (!quant_eq(a->quant, b->quant))
		return false;
	if (!a->encoding || !b->encoding ? a->encoding != b->encoding
					 : strcmp(a->encoding, b->encoding))
		return false;
	return !a->n || !memcmp(a->elem, b->elem, a->n * sizeof(*a->elem));
}

static void *type_make(struct graph *g, const void *key, uint64_t hash)
{
	const struct type *t = key;
	struct type *c = graph_copy(g, t, 1, sizeof *t);

	c->dims = graph_copy(g, t->dims, t->rank, sizeof *t->dims);
	c->bounds = t->bounds ? graph_copy(g, t->bounds, t->rank, sizeof *t->bounds) : NULL;
	if (t->quant) {
		struct quant *q = graph_copy(g, t->quant, 1, sizeof *q);
		q->scales = graph_copy(g, q->scales, q->n, sizeof *q->scales);
		q->zeros = graph_copy(g, q->zeros, q->n, sizeof *q->zeros);
		c->quant = q;
	}
	if (t->encoding)
		c->encoding = graph_string(g, t->encoding, strlen(t->encoding));
	c->elem = graph_copy(g, t->elem, t->n, sizeof *t->elem);
	c->parts = 1;
	for (uint32_t i = 0; i < t->n; i++)
		if (__builtin_add_overflow(c->parts, t->elem[i]->parts, &c->parts))
			c->parts = UINT32_MAX;
	c->hash = hash;
	c->id = g->now.ntypes++;
	return c;
}

const struct type *type_cons(struct graph *g, const struct type *t)
{
	return graph_cons(g, &g->types, type_hash(t), type_eq, type_make, t);
}

const struct type *type_tensor(struct graph *g, enum dtype t, uint32_t rank, const int64_t *dims)
{
	return type_cons(
		g, &(struct type){ .kind = TYPE_tensor, .dtype = t, .rank = rank, .dims = dims });
}

const struct type *type_scalar(struct graph *g, enum dtype t)
{
	return type_tensor(g, t, 0, NULL);
}

const struct type *type_token(struct graph *g)
{
	return type_cons(g, &(struct type){ .kind = TYPE_token });
}

const struct type *type_list(struct graph *g, enum type_kind kind, uint32_t n,
	const struct type *const *elem)
{
	return type_cons(g, &(struct type){ .kind = kind, .n = n, .elem = elem });
}

const struct type *type_opaque(struct graph *g, const char *text)
{
	return type_cons(g, &(struct type){ .kind = TYPE_opaque, .encoding = text });
}

const struct type *type_with_dtype(struct graph *g, const struct type *t, enum dtype d)
{
	struct type c = *t;

	c.dtype = d;
	c.index = false;
	c.quant = NULL;
	return type_cons(g, &c);
}

const struct type *type_with_dims(struct graph *g, const struct type *t, uint32_t rank,
	const int64_t *dims)
{
	struct type c = *t;

	c.rank = rank;
	c.dims = dims;
	c.bounds = NULL;
	c.unranked = false;
	return type_cons(g, &c);
}

/* ---- what two descriptions of one value say together ---------------------------------------- */

/* How much a dimension says (where two say as much, what was declared stays: a pass that writes a
 * node anew has its sizes named as before): a number most, a bare symbol that nothing else is known
 * of least, more what is computed from such, the value of some node less than what is known from
 * arguments. */
static int dim_precision(const struct graph *g, int64_t d)
{
	if (dim_is_number(d))
		return 4;
	if (dim_is_of_free(g, d))
		return dim_get(g, d)->op == DIM_free ? 0 : 1;
	return dim_is_of_value(g, d) ? 2 : 3;
}

static bool dim_merge(const struct graph *g, int64_t declared, int64_t inferred, int64_t *out)
{
	if (!dim_may_equal(g, declared, inferred))
		return false;
	int more = dim_precision(g, inferred) - dim_precision(g, declared);
	bool bare = !more && !dim_precision(g, declared);
	/* of two bare symbols the older: a parameter's is made before those declared behind it */
	*out = bare ? (inferred > declared ? inferred : declared) : more > 0 ? inferred : declared;
	return true;
}

/* Bounds of the dimensions that are not numbers; NULL: none. */
static const int64_t *bounds_left(
	struct graph *g, uint32_t rank, const int64_t *dims, const int64_t *bounds)
{
	bool any = false;

	if (!bounds)
		return NULL;
	int64_t *left = job_array(graph_job(g), rank, sizeof *left);
	for (uint32_t i = 0; i < rank; i++) {
		left[i] = dim_is_number(dims[i]) ? -1 : bounds[i];
		any |= left[i] >= 0;
	}
	return any ? left : NULL;
}

static const struct type *tensor_merge(struct graph *g, const struct type *a, const struct type *b)
{
	if (a->dtype != b->dtype || a->index != b->index || !quant_eq(a->quant, b->quant))
		return NULL;
	if (a->unranked || b->unranked)
		return a->unranked ? b : a;
	if (a->rank != b->rank)
		return NULL;
	struct type t = *a;
	int64_t *dims = job_array(graph_job(g), a->rank, sizeof *dims);
	for (uint32_t i = 0; i < a->rank; i++)
		if (!dim_merge(g, a->dims[i], b->dims[i], &dims[i]))
			return NULL;
	t.dims = dims;
	t.bounds = bounds_left(g, a->rank, dims, a->bounds ? a->bounds : b->bounds);
	if (!t.encoding)
		t.encoding = b->encoding;
	return type_cons(g, &t);
}

const struct type *type_merge(
	struct graph *g, const struct type *declared, const struct type *inferred)
{
	if (declared == inferred || !inferred)
		return declared;
	if (!declared)
		return inferred;
	if (declared->kind != inferred->kind || declared->n != inferred->n ||
		declared->kind == TYPE_opaque)
		return NULL;
	if (declared->kind == TYPE_tensor)
		return tensor_merge(g, declared, inferred);
	const struct type **elem = job_array(graph_job(g), declared->n, sizeof *elem);
	for (uint32_t i = 0; i < declared->n; i++) {
		elem[i] = type_merge(g, declared->elem[i], inferred->elem[i]);
		if (!elem[i])
			return NULL;
	}
	return type_list(g, declared->kind, declared->n, elem);
}

/* ---- sizes ---------------------------------------------------------------------------------- */

bool type_is_static(const struct type *t)
{
	if (t->unranked)
		return false;
	for (uint32_t i = 0; i < t->rank; i++)
		if (t->dims[i] < 0)
			return false;
	return true;
}

bool type_same_dims(const struct type *a, const struct type *b)
{
	return a->rank == b->rank && a->unranked == b->unranked &&
	       (!a->rank || !memcmp(a->dims, b->dims, a->rank * sizeof *a->dims));
}

bool type_says_more(const struct type *t, const struct type *x)
{
	if (t == x || t->kind != x->kind)
		return false;
	for (uint32_t i = 0; i < t->n && i < x->n; i++)
		if (type_says_more(t->elem[i], x->elem[i]))
			return true;
	if (t->kind != TYPE_tensor || t->unranked || x->unranked || t->rank != x->rank)
		return false;
	for (uint32_t d = 0; d < t->rank; d++) {
		if (x->dims[d] >= 0)
			continue;
		int64_t most = x->bounds ? x->bounds[d] : -1;
		int64_t says = t->bounds ? t->bounds[d] : -1;
		if (t->dims[d] >= 0 || (says >= 0 && (most < 0 || says < most)))
			return true;
	}
	return false;
}

int64_t type_elements(const struct type *t)
{
	int64_t n = 1;
	bool over = false;

	if (!type_is_static(t))
		return -1;
	for (uint32_t i = 0; i < t->rank; i++) {
		if (t->dims[i] == 0)
			return 0;
		over = __builtin_mul_overflow(n, t->dims[i], &n) || over;
	}
	return over ? -1 : n;
}

int64_t type_bytes(const struct type *t)
{
	int64_t n = type_elements(t);

	if (n < 0 || __builtin_mul_overflow(n, (int64_t)dtype_bytes(t->dtype), &n))
		return -1;
	return n;
}

int64_t type_weight(const struct type *t)
{
	int64_t n = (int64_t)dtype_bytes(t->dtype);
	if (t->kind != TYPE_tensor)
		return FLOW_ENDLESS;
	for (uint32_t i = 0; i < t->rank; i++) {
		int64_t d = t->dims[i] < 0 ? 64 : t->dims[i];
		if (d && n > FLOW_ENDLESS / 1024 / d)
			return FLOW_ENDLESS / 1024;
		n *= d;
	}
	return n + 1;
}

void type_strides(const struct type *t, int64_t *out)
{
	int64_t n = 1;

	for (uint32_t i = t->rank; i-- > 0;) {
		out[i] = n;
		/* A tensor without elements may have sizes whose product overflows; nobody steps
		 * there. */
		if (__builtin_mul_overflow(n, t->dims[i], &n))
			n = 0;
	}
}

/* ---- text ----------------------------------------------------------------------------------- */

static void quant_print(const struct quant *q, enum dtype storage, struct str *out)
{
	int bits = dtype_table[storage].bits;
	bool negative = dtype_is_signed(storage);
	int64_t high = INT64_MAX >> (bits < 64 ? (negative ? 64 : 63) - bits : 0);
	int64_t low = negative ? -high - 1 : 0;
	str_addf(out, "!quant.uniform<%s", dtype_table[storage].text);
	if (q->min != low || q->max != high)
		str_addf(out, "<%" PRId64 ":%" PRId64 ">", q->min, q->max);
	str_addf(out, ":%s", dtype_table[q->expressed].text);
	if (q->axis >= 0)
		str_addf(out, ":%d", (int)q->axis);
	for (uint32_t i = 0; i < q->n; i++)
		str_addf(out, "%s%.17g:%" PRId64,
			i             ? ","
			: q->axis < 0 ? ", "
				      : ", {",
			q->scales[i], q->zeros[i]);
	str_add(out, q->axis < 0 ? ">" : "}>");
}

static void tensor_print(const struct graph *g, const struct type *t, bool symbols, struct str *out)
{
	str_add(out, t->unranked ? "tensor<*x" : "tensor<");
	for (uint32_t i = 0; i < t->rank; i++) {
		if (dim_is_number(t->dims[i]))
			str_addf(out, "%" PRId64, t->dims[i]);
		else if (symbols)
			dim_print(g, t->dims[i], out);
		else
			str_addc(out, '?');
		str_addc(out, 'x');
	}
	if (t->quant)
		quant_print(t->quant, t->dtype, out);
	else
		str_add(out, t->index ? "index" : dtype_table[t->dtype].text);
	if (t->bounds) {
		str_add(out, ", #stablehlo.bounds<");
		for (uint32_t i = 0; i < t->rank; i++)
			if (t->bounds[i] < 0)
				str_addf(out, "%s?", i ? ", " : "");
			else
				str_addf(out, "%s%" PRId64, i ? ", " : "", t->bounds[i]);
		str_addc(out, '>');
	}
	if (t->encoding)
		str_addf(out, ", %s", t->encoding);
	str_addc(out, '>');
}

/* Recurses on the nesting of tuples, which the readers limit. */
void type_print(const struct graph *g, const struct type *t, bool symbols, struct str *out)
{
	static const char *const open[] = {
		[TYPE_tuple] = "tuple<", [TYPE_results] = "(", [TYPE_future] = "!stablehlo.future<",
	};

	switch (t->kind) {
	case TYPE_tensor:
		tensor_print(g, t, symbols, out);
		return;
	case TYPE_token:
		str_add(out, "!stablehlo.token");
		return;
	case TYPE_opaque:
		str_add(out, t->encoding);
		return;
	case TYPE_tuple: case TYPE_results: case TYPE_future:
		break;
	}
	str_add(out, open[t->kind]);
	for (uint32_t i = 0; i < t->n; i++) {
		str_add(out, i ? ", " : "");
		type_print(g, t->elem[i], symbols, out);
	}
	str_addc(out, t->kind == TYPE_results ? ')' : '>');
}

const char *type_text(struct job *j, const struct graph *g, const struct type *t)
{
	struct str s;

	str_init(&s, j);
	type_print(g, t, false, &s);
	return s.text;
}
