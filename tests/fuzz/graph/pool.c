/* pool.c -- see pool.h. */
#include "pool.h"

uint32_t fuzz_pick(struct source *s, uint32_t n)
{
	if (!s->left || !n)
		return 0;
	s->left--;
	return *s->at++ % n;
}

noreturn void fuzz_fail(const char *what, const struct weft_error *e, const char *text)
{
	fprintf(stderr, "%s: %s\n%s\n", what, e ? weft_error_text(e) : "", text ? text : "");
	abort();
}

int64_t fuzz_elements(struct weft_tensor_type t)
{
	int64_t n = 1;

	for (uint32_t d = 0; d < t.rank; d++)
		n *= t.dims[d];
	return n;
}

bool fuzz_same_shape(struct weft_tensor_type a, struct weft_tensor_type b)
{
	bool same = a.rank == b.rank;

	for (uint32_t d = 0; same && d < a.rank; d++)
		same = a.dims[d] == b.dims[d];
	return same;
}

uint32_t pool_find(struct source *s, const struct pool *p, enum weft_dtype t,
	struct weft_tensor_type shape, uint32_t otherwise)
{
	uint32_t from = fuzz_pick(s, p->n);

	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t k = (from + i) % p->n;
		if ((t == WEFT_INVALID_DTYPE || p->t[k].dtype == t) &&
		    fuzz_same_shape(p->t[k], shape))
			return k;
	}
	return otherwise;
}

uint32_t pool_find_scalar(struct source *s, const struct pool *p, enum weft_dtype t)
{
	return pool_find(s, p, t, (struct weft_tensor_type){ t, 0, NULL }, UINT32_MAX);
}

uint32_t pool_add(struct pool *p, weft_value v, struct weft_tensor_type t)
{
	if (p->n == VALUES || t.rank > RANK)
		return UINT32_MAX;
	for (uint32_t d = 0; d < t.rank; d++)
		p->dims[p->n][d] = t.dims[d];
	p->t[p->n] = (struct weft_tensor_type){ t.dtype, t.rank, p->dims[p->n] };
	p->v[p->n] = v;
	return p->n++;
}

struct weft_tensor_type pool_known(const struct pool *p, uint32_t k)
{
	return weft_build_type(p->b, p->v[k]);
}

bool fuzz_is_symbolic(struct weft_tensor_type t)
{
	bool symbolic = false;

	for (uint32_t d = 0; d < t.rank; d++)
		symbolic |= t.dims[d] < 0;
	return symbolic;
}

/* ---- values made for an operand ------------------------------------------------------------- */

weft_value pool_spread(struct pool *p, weft_value scalar, struct weft_tensor_type t)
{
	struct weft_attr none = weft_attr_ints("broadcast_dimensions", 0, NULL);
	struct weft_more more = { .nattrs = 1, .attrs = &none, .nresults = 1, .results = &t };

	return weft_build_broadcast_in_dim(p->b, scalar, &more);
}

weft_value pool_number(struct pool *p, enum weft_dtype t, int64_t v)
{
	unsigned char at[16] = { 0 };

	dtype_store_i64((enum dtype)t, at, v);
	return weft_build_constant(p->b, (struct weft_tensor_type){ t, 0, NULL }, at);
}

static weft_value convert(struct pool *p, weft_value v, enum weft_dtype t)
{
	struct weft_tensor_type to = weft_build_type(p->b, v);
	struct weft_more more = { .nresults = 1, .results = &to };

	if (to.dtype == t)
		return v;
	to.dtype = t;
	return weft_build_convert(p->b, v, &more);
}

uint32_t pool_small(struct pool *p, uint32_t k, int64_t mask, enum weft_dtype t)
{
	struct weft_tensor_type from = p->t[k], to = from;

	if (!dtype_is_int((enum dtype)from.dtype))
		return UINT32_MAX;
	weft_value in[] = { p->v[k], pool_number(p, from.dtype, mask) };
	weft_value low = fuzz_is_symbolic(pool_known(p, k))
		? weft_build(p->b, "chlo.broadcast_and", 2, in, NULL)
		: weft_build_and(p->b, in[0], pool_spread(p, in[1], from));
	to.dtype = t;
	return pool_add(p, convert(p, low, t), to);
}

/* A tensor<1xT> of number v: a constant, or the size of what has it. */
static weft_value piece(struct source *s, struct pool *p, enum weft_dtype t, int64_t v)
{
	int64_t one = 1;
	struct weft_tensor_type alone = { t, 1, &one };
	struct weft_more more = { .nresults = 1, .results = &alone };
	uint32_t from = fuzz_pick(s, p->n);

	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t k = (from + i) % p->n;
		struct weft_tensor_type known = pool_known(p, k);
		for (uint32_t d = 0; d < known.rank; d++) {
			struct weft_attr at = weft_attr_int("dimension", d);
			struct weft_more which = { .nattrs = 1, .attrs = &at };
			if (known.dims[d] >= 0 || p->dims[k][d] != v)
				continue;
			weft_value size = weft_build_get_dimension_size(p->b, p->v[k], &which);
			return weft_build_reshape(p->b, convert(p, size, t), &more);
		}
	}
	return weft_build_reshape(p->b, pool_number(p, t, v), &more);
}

uint32_t pool_vector(struct source *s, struct pool *p, enum weft_dtype t, uint32_t n,
	const int64_t *v)
{
	int64_t dims[] = { n }, from = p->nsizes, to = from + n, step = 1;
	struct weft_tensor_type type = { t, 1, dims };
	uint32_t how = fuzz_pick(s, 4);
	weft_value out, parts[2 * RANK];

	if (n && how < 2 && p->nsizes + n <= SIZES) {
		struct weft_attr a[] = { weft_attr_ints("start_indices", 1, &from),
			weft_attr_ints("limit_indices", 1, &to),
			weft_attr_ints("strides", 1, &step) };
		struct weft_more more = { .nattrs = 3, .attrs = a };
		memcpy(p->size + p->nsizes, v, n * sizeof *v);
		p->nsizes += n;
		out = convert(p, weft_build_slice(p->b, p->v[p->sizes], &more), t);
	} else if (n && how < 3) {
		struct weft_attr a = weft_attr_int("dimension", 0);
		struct weft_more more = { .nattrs = 1, .attrs = &a };
		for (uint32_t i = 0; i < n; i++)
			parts[i] = piece(s, p, t, v[i]);
		out = weft_build(p->b, "stablehlo.concatenate", n, parts, &more);
	} else {
		int32_t narrow[2 * RANK];
		for (uint32_t i = 0; i < n; i++)
			narrow[i] = (int32_t)v[i];
		out = weft_build_constant(p->b, type,
			t == WEFT_I64 ? (const void *)v : (const void *)narrow);
	}
	return pool_add(p, out, type);
}

/* 0, 1, 2 ... along dimension at, of sizes that the call may say. */
static weft_value count_along(
	struct source *s, struct pool *p, struct weft_tensor_type t, uint32_t at)
{
	struct weft_attr a = weft_attr_int("iota_dimension", at);
	struct weft_more iota = { .nattrs = 1, .attrs = &a, .nresults = 1, .results = &t };
	int64_t dims[RANK];

	uint32_t shape = p->symbolic && fuzz_pick(s, 2)
		? pool_vector(s, p, WEFT_I64, t.rank, t.dims) : UINT32_MAX;
	if (shape == UINT32_MAX)
		return weft_build_iota(p->b, &iota);
	for (uint32_t d = 0; d < t.rank; d++)
		dims[d] = fuzz_pick(s, 3) ? -1 : t.dims[d];
	t.dims = dims;
	return weft_build_dynamic_iota(p->b, p->v[shape], &iota);
}

uint32_t pool_fresh(struct source *s, struct pool *p, struct weft_tensor_type t, int64_t mask)
{
	struct weft_tensor_type i = { WEFT_I32, t.rank, t.dims };
	uint32_t at = fuzz_pick(s, t.rank), k = pool_find_scalar(s, p, WEFT_I32);

	if (fuzz_elements(t) > p->most || k == UINT32_MAX)
		return UINT32_MAX;
	weft_value in[] = { { 0 }, p->v[k] }, v = in[1];
	if (t.rank) {
		in[0] = count_along(s, p, i, at);
		v = p->symbolic ? weft_build(p->b, "chlo.broadcast_add", 2, in, NULL)
				: weft_build_add(p->b, in[0], pool_spread(p, in[1], i));
	}
	k = pool_add(p, v, i);
	return k == UINT32_MAX ? k : pool_small(p, k, mask, t.dtype);
}

uint32_t pool_some_small(struct source *s, struct pool *p, uint32_t rank, enum weft_dtype t)
{
	int64_t dims[RANK];
	uint32_t from = fuzz_pick(s, p->n);

	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t k = (from + i) % p->n;
		if (dtype_is_int((enum dtype)p->t[k].dtype) && p->t[k].rank >= rank)
			return pool_small(p, k, 7, t);
	}
	rank += fuzz_pick(s, RANK - rank + 1);
	for (uint32_t d = 0; d < rank; d++)
		dims[d] = 1 + fuzz_pick(s, 7);
	return pool_fresh(s, p, (struct weft_tensor_type){ t, rank, dims }, 7);
}

enum weft_dtype fuzz_pick_number(struct source *s)
{
	static const enum weft_dtype t[] = { WEFT_I8, WEFT_I32, WEFT_UI8, WEFT_I64, WEFT_F32,
		WEFT_F64, WEFT_BF16, WEFT_F16, WEFT_C64, WEFT_UI16 };

	return t[fuzz_pick(s, sizeof t / sizeof *t)];
}
