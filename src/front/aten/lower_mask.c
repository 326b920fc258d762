/* lower_mask.c -- what a mask picks: nonzero, masks as indices, masked_select.
 *
 * How many elements are true is a size that the program computes (dim_value). */
#include "front/aten/take.h"

/* Dimension i of n, everywhere in `like`. */
static const struct node *size_like(
	struct lower *l, const struct node *n, uint32_t i, const struct node *like)
{
	int64_t d = n->type->dims[i];
	if (dim_is_number(d))
		return lower_like(l, like, (double)d);
	return lower_shape(l, lower_size_node(l, d), like->type);
}

/* The places of x's true elements by dimension, in `rows` rows: element i of the flat mask goes to
 * row (number of true elements before it), and is dropped when it is false.  A row that none comes
 * to holds `fill`, or where that is NULL, there is none. */
static void true_places(struct lower *l, const struct node *x, int64_t rows, const double *fill,
	const struct node **columns)
{
	struct graph *g = l->g;
	const struct node *mask = lower_flat(l, x);
	const struct node *ones = build_convert(g, mask, DTYPE_i64);
	const struct node *before =
		build2(g, OP_subtract, lower_prefix_sum(l, ones, 0), lower_like(l, ones, 1));
	/* A false element is sent behind the end, where scatter drops it. */
	const struct node *to = build_select(g, mask, before, lower_behind(l, ones->type));
	struct take k = { .x = build_full(g, type_tensor(g, DTYPE_i64, 1, &rows), -1),
		.m = 1,
		.at = { 0 },
		.starts = to,
		.batch = 1 };
	const struct node *at =
		take_scatter(l, &k, lower_iota(l, ones->type, 0), TAKE_REPLACES);
	const struct node *none = build_compare(g, "LT", at, lower_like(l, at, 0)), *rest = at;
	for (uint32_t i = x->type->rank; i-- > 0;) {
		const struct node *size = size_like(l, x, i, at), *c = rest;
		if (i)
			c = build2(g, OP_remainder, rest, size);
		rest = i ? build2(g, OP_divide, rest, size) : rest;
		columns[i] = fill ? build_select(g, none, lower_like(l, c, *fill), c) : c;
	}
}

static int64_t count_true(struct lower *l, const struct node *x)
{
	const struct node *ones = build_convert(l->g, lower_flat(l, x), DTYPE_i64);
	return dim_value(l->g, build_reduce(l->g, OP_add, ones, 1, &(int64_t){ 0 }), 0);
}

void mask_indices(struct lower *l, const struct node *mask, const struct node *x, uint32_t at,
	const struct node **index)
{
	for (uint32_t i = 0; i < mask->type->rank; i++)
		if (!dim_may_equal(l->g, mask->type->dims[i], x->type->dims[at + i]))
			lower_fail(l, "a mask of another size than dimension %u", at + i);
	if (type_elements(mask->type) == 0)
		lower_bail(l);
	true_places(l, mask, count_true(l, mask), NULL, index);
	for (uint32_t i = 0; i < mask->type->rank; i++)
		place_note(l->r, index[i], x->type->dims[at + i], false);
}

static const struct node *as_columns(
	struct lower *l, uint32_t n, const struct node **columns, int64_t rows)
{
	int64_t column[2] = { rows, 1 };
	for (uint32_t i = 0; i < n; i++)
		columns[i] = build_reshape(l->g, columns[i], 2, column);
	return n == 1 ? columns[0] : build_concat(l->g, n, columns, 1);
}

void lower_nonzero(struct lower *l)
{
	const struct node *x = lower_cast(l, lower_tensor(l, 0), DTYPE_i1);
	const struct node *columns[ATEN_MAX_RANK];
	if (x->type->rank == 0)
		lower_bail(l); /* a callback counts what is true */
	int64_t rows = count_true(l, x);
	true_places(l, x, rows, NULL, columns);
	l->out[0] = as_columns(l, x->type->rank, columns, rows);
}

/* As many rows as argument 1 says, those left over of argument 2. */
void lower_nonzero_static(struct lower *l)
{
	const struct node *x = lower_cast(l, lower_tensor(l, 0), DTYPE_i1);
	const struct node *columns[ATEN_MAX_RANK];
	int64_t n = type_elements(x->type), rows = lower_int(l, 1);
	double fill = lower_float(l, 2);
	if (n < 0)
		lower_bail(l);
	if (!n || !rows || !x->type->rank) {
		l->out[0] = build_full(l->g, l->type[0], fill);
		return;
	}
	true_places(l, x, rows, &fill, columns);
	l->out[0] = as_columns(l, x->type->rank, columns, rows);
}

/* A number that a size may be, or a factor: i64[] or f64[], as the text says. */
void lower_local_scalar(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	enum dtype t = x->type->dtype;
	if (type_elements(x->type) != 1 || dtype_is_complex(t) || t == DTYPE_ui64)
		lower_bail(l);
	l->out[0] = build_reshape(l->g, lower_cast(l, x, lower_dtype(l)), 0, NULL);
}

void lower_masked_select(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0), *mask = lower_tensor(l, 1), *index;
	uint32_t rank = x->type->rank > mask->type->rank ? x->type->rank : mask->type->rank;
	int64_t dims[ATEN_MAX_RANK];
	for (uint32_t i = 0; i < rank; i++) {
		uint32_t dx = rank - x->type->rank, dm = rank - mask->type->rank;
		int64_t a = i < dx ? 1 : x->type->dims[i - dx];
		dims[i] = a != 1 ? a : i < dm ? 1 : mask->type->dims[i - dm];
	}
	const struct type *t = type_tensor(l->g, x->type->dtype, rank, dims);
	x = lower_flat(l, lower_shape(l, x, t));
	mask = lower_flat(l, lower_shape(l, mask, type_with_dtype(l->g, t, DTYPE_i1)));
	mask_indices(l, mask, x, 0, &index);
	l->out[0] = take_one(l, x, 0, index, 0);
}
