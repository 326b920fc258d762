/* type.c -- comparing, joining and making types for the shape rules.
 *
 * Two types are compatible when some size of the symbolic dimensions makes them one; a bounded
 * dimension is compatible with a number that its bound admits.  Elements are compared by what they
 * express: a quantised element and the float it stands for are compatible, as they are upstream. */
#include "ir/infer/infer_impl.h"

#include <string.h>

unsigned elem_class(const struct type *t)
{
	if (t->kind != TYPE_tensor)
		return 0;
	if (t->quant)
		return t->quant->axis < 0 ? ELEM_quant : ELEM_per_axis;
	if (t->index)
		return ELEM_index;
	switch (dtype_table[t->dtype].kind) {
	case DTYPE_BOOL:
		return ELEM_bool;
	case DTYPE_SINT:
		return ELEM_sint;
	case DTYPE_UINT:
		return ELEM_uint;
	case DTYPE_FLOAT:
		return ELEM_float;
	case DTYPE_COMPLEX:
		return ELEM_complex;
	case DTYPE_NOCLASS:
		break;
	}
	return 0;
}

enum dtype elem_expressed(const struct type *t)
{
	return t->quant ? t->quant->expressed : t->dtype;
}

bool quant_same(const struct quant *a, const struct quant *b)
{
	if (a == b)
		return true;
	if (!a || !b || a->expressed != b->expressed || a->min != b->min || a->max != b->max
		|| a->axis != b->axis || a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (a->scales[i] != b->scales[i] || a->zeros[i] != b->zeros[i])
			return false;
	return true;
}

bool elem_same(const struct type *a, const struct type *b)
{
	return a->dtype == b->dtype && a->index == b->index && quant_same(a->quant, b->quant);
}

bool elem_compatible(const struct type *a, const struct type *b)
{
	if (a->quant && b->quant && (a->dtype != b->dtype || a->quant->min != b->quant->min
		|| a->quant->max != b->quant->max))
		return false;
	return elem_expressed(a) == elem_expressed(b) && a->index == b->index;
}

/* The specification's is_promotable. */
bool elem_promotable(const struct type *from, const struct type *to)
{
	const struct dtype_info *a = &dtype_table[from->dtype], *b = &dtype_table[to->dtype];
	if (!from->quant != !to->quant)
		return false;
	if (from->quant && from->quant->expressed != to->quant->expressed)
		return false;
	bool ints = dtype_is_int(from->dtype) && dtype_is_int(to->dtype);
	return (ints || a->kind == b->kind) && a->bits <= b->bits;
}

bool type_is_scalar(const struct type *t)
{
	return t->kind == TYPE_tensor && !t->unranked && t->rank == 0;
}

int64_t type_bound(const struct type *t, uint32_t i)
{
	if (t->dims[i] >= 0)
		return t->dims[i];
	return t->bounds ? t->bounds[i] : -1;
}

bool shape_compatible(struct graph *g, const struct type *a, const struct type *b)
{
	if (a->unranked || b->unranked)
		return true;
	if (a->rank != b->rank)
		return false;
	for (uint32_t i = 0; i < a->rank; i++) {
		int64_t x = a->dims[i], y = b->dims[i];
		if (!dims_agree(g, x, y))
			return false;
		if (x >= 0 && y < 0 && type_bound(b, i) >= 0 && x > type_bound(b, i))
			return false;
		if (y >= 0 && x < 0 && type_bound(a, i) >= 0 && y > type_bound(a, i))
			return false;
	}
	return true;
}

bool type_compatible(struct graph *g, const struct type *a, const struct type *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind || a->kind == TYPE_opaque)
		return false;
	if (a->kind == TYPE_tensor)
		return elem_compatible(a, b) && shape_compatible(g, a, b);
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!type_compatible(g, a->elem[i], b->elem[i]))
			return false;
	return true;
}

const struct type *type_shaped(struct graph *g, const struct type *like, uint32_t rank,
	const int64_t *dims, const int64_t *bounds)
{
	struct type t = *like;
	int64_t *kept = job_array(graph_job(g), rank ? rank : 1, sizeof *kept);
	bool any = false;
	for (uint32_t i = 0; i < rank; i++) {
		kept[i] = bounds && dims[i] < 0 ? bounds[i] : -1;
		any = any || kept[i] >= 0;
	}
	t.unranked = false;
	t.rank = rank;
	t.dims = dims;
	t.bounds = any ? kept : NULL;
	return type_cons(g, &t);
}

static const struct type *merge_tensor(struct graph *g, const struct type *a, const struct type *b)
{
	if (b->unranked)
		return a;
	const struct type *shape = a->unranked ? b : a;
	int64_t *dims = job_array(graph_job(g), shape->rank ? shape->rank : 1, sizeof *dims);
	int64_t *bounds = job_array(graph_job(g), shape->rank ? shape->rank : 1, sizeof *bounds);
	for (uint32_t i = 0; i < shape->rank; i++) {
		/* b is what a rule inferred: its expressions know where a symbol comes from. */
		dims[i] = a->unranked || a->dims[i] < 0 ? b->dims[i] : a->dims[i];
		int64_t x = a->unranked ? -1 : type_bound(a, i), y = type_bound(b, i);
		bounds[i] = x >= 0 && (y < 0 || x < y) ? x : y;
	}
	struct type like = *a;
	if (!like.encoding)
		like.encoding = b->encoding;
	return type_shaped(g, &like, shape->rank, dims, bounds);
}

const struct type *type_join(struct graph *g, const struct type *a, const struct type *b)
{
	if (a == b || a->kind == TYPE_token || a->kind == TYPE_opaque)
		return a;
	if (a->kind == TYPE_tensor)
		return merge_tensor(g, a, b);
	const struct type **elem = job_array(graph_job(g), a->n ? a->n : 1, sizeof *elem);
	for (uint32_t i = 0; i < a->n; i++)
		elem[i] = type_join(g, a->elem[i], b->elem[i]);
	return type_list(g, a->kind, a->n, elem);
}

const struct type *type_element(struct graph *g, const struct type *shape, enum dtype d)
{
	struct type t = *shape;
	t.dtype = d;
	t.index = false;
	t.quant = NULL;
	return type_cons(g, &t);
}

const struct type *type_element_of(struct graph *g, const struct type *shape,
	const struct type *elem)
{
	struct type t = *shape;
	t.dtype = elem->dtype;
	t.index = elem->index;
	t.quant = elem->quant;
	return type_cons(g, &t);
}

/* Quantised element types, c1 to c13 of the specification's section on types; c1, c2, c4, c8 and c9
 * hold of any struct quant. */
static void check_quant(struct graph *g, const struct node_spec *s, const struct type *t)
{
	const struct quant *q = t->quant;
	const char *text = spec_text(g, t);
	const struct dtype_info *d = &dtype_table[t->dtype];
	if (!dtype_is_int(t->dtype) || !dtype_is_float(q->expressed))
		spec_fail(g, s, NULL, "quantised types need an integer storage and a float, found "
			"%s", text);
	/* Earlier texts asked for fewer bits than the float has. */
	if (d->bits > 32)
		spec_fail(g, s, NULL, "expected a quantised type with a storage of at most 32 "
			"bits, found %s", text);
	int64_t low = dtype_is_signed(t->dtype) ? -(INT64_C(1) << (d->bits - 1)) : 0;
	int64_t high = (INT64_C(1) << (d->bits - dtype_is_signed(t->dtype))) - 1;
	if (q->min < low || q->min >= q->max || q->max > high)
		spec_fail(g, s, NULL, "quantised type c3: the storage's range is not one of its "
			"type in %s", text);
	if (!quant_scales_valid(q))
		spec_fail(g, s, NULL, "quantised type c5, c6: scales are positive and finite, "
			"found %s", text);
	for (uint32_t i = 0; i < q->n; i++)
		if (q->zeros[i] < q->min || q->zeros[i] > q->max)
			spec_fail(g, s, NULL, "quantised type c7: zero points lie in the storage's "
				"range, found %s", text);
	if (q->axis < 0 && q->n != 1)
		spec_fail(g, s, NULL, "quantised type c10: expected one scale for the whole of %s",
			text);
	if (q->axis >= 0 && (t->unranked || (uint32_t)q->axis >= t->rank))
		spec_fail(g, s, NULL, "quantised type c12: the axis is not a dimension of %s",
			text);
	if (q->axis >= 0 && !dims_agree(g, t->dims[q->axis], q->n))
		spec_fail(g, s, NULL, "quantised type c13: expected a scale for each index of the "
			"axis, found %u in %s", q->n, text);
}

void spec_check_type(struct graph *g, const struct node_spec *s, const struct type *t)
{
	if (t->kind != TYPE_tensor) {
		for (uint32_t i = 0; i < t->n; i++)
			spec_check_type(g, s, t->elem[i]);
		return;
	}
	if (t->quant)
		check_quant(g, s, t);
	if (type_is_static(t) && type_bytes(t) < 0)
		spec_fail(g, s, NULL, "the size of %s in bytes overflows", spec_text(g, t));
	for (uint32_t i = 0; t->bounds && !t->unranked && i < t->rank; i++)
		if (t->bounds[i] >= 0 && t->dims[i] >= 0)
			spec_fail(g, s, NULL, "expected bounds of dimensions of unknown size only, "
				"found one for dimension %u of %s", i, spec_text(g, t));
}
