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

uint32_t pool_add(struct pool *p, weft_value v)
{
	struct weft_tensor_type t = weft_build_type(p->b, v);

	if (t.dtype == WEFT_INVALID_DTYPE || p->n == VALUES || t.rank > RANK)
		return UINT32_MAX;
	for (uint32_t d = 0; d < t.rank; d++)
		p->dims[p->n][d] = t.dims[d];
	p->t[p->n] = (struct weft_tensor_type){ t.dtype, t.rank, p->dims[p->n] };
	p->v[p->n] = v;
	return p->n++;
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

uint32_t pool_small(struct pool *p, uint32_t k, int64_t mask, enum weft_dtype t)
{
	struct weft_tensor_type from = p->t[k], to = from;

	if (!dtype_is_int((enum dtype)from.dtype))
		return UINT32_MAX;
	weft_value low = weft_build_and(
		p->b, p->v[k], pool_spread(p, pool_number(p, from.dtype, mask), from));
	to.dtype = t;
	struct weft_more more = { .nresults = 1, .results = &to };
	return pool_add(p, t == from.dtype ? low : weft_build_convert(p->b, low, &more));
}

uint32_t pool_fresh(struct source *s, struct pool *p, struct weft_tensor_type t, int64_t mask)
{
	struct weft_tensor_type i = { WEFT_I32, t.rank, t.dims };
	struct weft_attr at = weft_attr_int("iota_dimension", fuzz_pick(s, t.rank));
	struct weft_more iota = { .nattrs = 1, .attrs = &at, .nresults = 1, .results = &i };
	uint32_t k = pool_find_scalar(s, p, WEFT_I32);

	if (fuzz_elements(t) > MOST || k == UINT32_MAX)
		return UINT32_MAX;
	weft_value v = pool_spread(p, p->v[k], i);
	if (t.rank)
		v = weft_build_add(p->b, weft_build_iota(p->b, &iota), v);
	k = pool_add(p, v);
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
