/* movement.c -- constants, and ops that move elements without looking at them.
 *
 * Bounds follow their dimension.  A quantised operand keeps its quantisation (the axis moves
 * along), which is what constraint 1 of reshape, transpose and broadcast_in_dim says. */
#include "ir/infer/infer_impl.h"

#include <string.h>

static int64_t *scratch(struct graph *g, uint32_t n)
{
	return job_array(graph_job(g), n ? n : 1, sizeof(int64_t));
}

/* The bounds of t, or -1 for each dimension. */
static int64_t *bounds_of(struct graph *g, const struct type *t)
{
	int64_t *b = scratch(g, t->rank);
	for (uint32_t i = 0; i < t->rank; i++)
		b[i] = t->bounds ? t->bounds[i] : -1;
	return b;
}

/* constant_c1: the content has the type of the result, a quantised one that of its storage. */
const struct type *infer_constant(struct graph *g, const struct node_spec *s)
{
	const struct literal *l = spec_dense(s, KEY_value);
	const struct type *declared = spec_declared(s, 0);
	if (!l) {
		if (!spec_has(s, KEY_slot))
			spec_fail(g, s, "c1", "expected a value, found none");
		declared = spec_declared_tensor(g, s, ELEM_all);
	} else if (!declared) {
		declared = l->type;
	}
	if (declared->kind != TYPE_tensor || !type_is_static(declared))
		spec_fail(g, s, "c1", "expected a result of static shape, found %s", spec_text(g,
			declared));
	if (l && (l->type->dtype != declared->dtype || l->type->rank != declared->rank
		|| !shape_compatible(g, l->type, declared)))
		spec_fail(g, s, "c1", "expected result type %s, found %s", spec_text(g, l->type),
			spec_text(g, declared));
	return spec_one(g, s, "c1", declared);
}

/* iota_c1. */
const struct type *infer_iota(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_declared_tensor(g, s, ELEM_int | ELEM_float | ELEM_complex |
		ELEM_quant);
	int64_t d = spec_int(s, KEY_iota_dimension, -1);
	if (d < 0 || d >= t->rank)
		spec_fail(g, s, "c1", "expected iota_dimension in [0, %u), found %lld", t->rank,
			(long long)d);
	if (!type_is_static(t))
		spec_fail(g, s, NULL, "expected a result of static shape, found %s", spec_text(g,
			t));
	return spec_one(g, s, "c1", t);
}

/* broadcast: new dimensions in front. */
const struct type *infer_broadcast(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_any);
	uint32_t n;
	const int64_t *sizes = spec_ints(s, KEY_broadcast_sizes, &n);
	spec_at_least(g, s, NULL, "broadcast_sizes", n, sizes, 0);
	int64_t *dims = scratch(g, n + t->rank), *bounds = scratch(g, n + t->rank);
	for (uint32_t i = 0; i < n + t->rank; i++) {
		dims[i] = i < n ? sizes[i] : t->dims[i - n];
		bounds[i] = i < n ? -1 : type_bound(t, i - n);
	}
	return spec_one(g, s, NULL, type_shaped(g, t, n + t->rank, dims, bounds));
}

/* c1 of what moves elements: r's are t's, quantised along an axis, in one way, or not at all. */
static void check_elements_stay(
	struct graph *g, const struct node_spec *s, const struct type *t, const struct type *r)
{
	const struct quant *a = t->quant, *b = r->quant;
	if (!elem_compatible(t, r) || !a != !b || (a && (a->axis < 0) != (b->axis < 0)))
		spec_fail(g, s, "c1", "expected a result of the operand's element type, found %s "
			"and %s", spec_text(g, t), spec_text(g, r));
}

/* broadcast_in_dim_c1 and c6: quantisation stays; an axis of size 1 repeats its parameters. */
static void check_broadcast_quant(struct graph *g, const struct node_spec *s, const struct type *t,
	const struct type *r, const int64_t *at)
{
	const struct quant *a = t->quant, *b = r->quant;
	check_elements_stay(g, s, t, r);
	if (!a)
		return;
	if (a->axis < 0) {
		if (!quant_same(a, b))
			spec_fail(g, s, "c1", "expected the operand's scale and zero point, found "
				"%s and %s", spec_text(g, t), spec_text(g, r));
		return;
	}
	if (at[a->axis] != b->axis)
		spec_fail(g, s, "c6", "expected quantised axis %lld of the result, found %d",
			(long long)at[a->axis], (int)b->axis);
	for (uint32_t i = 0; i < b->n; i++) {
		uint32_t k = a->n == 1 ? 0 : i;
		if (k >= a->n || a->scales[k] != b->scales[i] || a->zeros[k] != b->zeros[i])
			spec_fail(g, s, "c6",
				"expected the operand's scales and zero points, found "
				"%s and %s",
				spec_text(g, t), spec_text(g, r));
	}
}

/* broadcast_in_dim_c2 to c5 against a result type; dynamic_broadcast_in_dim has the same
 * numbers. */
static void check_broadcast(struct graph *g, const struct node_spec *s, const struct type *t,
	const struct type *r)
{
	uint32_t n;
	const int64_t *at = spec_ints(s, KEY_broadcast_dimensions, &n);
	if (n != t->rank)
		spec_fail(g, s, "c2", "expected %u broadcast_dimensions, found %u", t->rank, n);
	spec_range(g, s, "c3", "broadcast_dimensions", n, at, r->rank);
	spec_unique(g, s, "c4", "broadcast_dimensions", n, at, 0, NULL);
	for (uint32_t i = 0; i < n; i++) {
		dim_broadcasts(g, t->dims[i], r->dims[at[i]]);
		if (t->dims[i] == 1 || dim_may_equal(g, t->dims[i], r->dims[at[i]])
			|| (t->dims[i] < 0 && dim_may_equal(g, t->dims[i], 1)))
			continue;
		spec_fail(g, s, "c5", "expected dimension %u of the operand to be 1 or the size of "
			"result dimension %lld, found %s and %s", i, (long long)at[i], spec_text(g,
			t), spec_text(g, r));
	}
	check_broadcast_quant(g, s, t, r, at);
}

/* A declared result that nothing computes the size of: static, but for one bounded dimension. */
static const struct type *sized_result(struct graph *g, const struct node_spec *s)
{
	const struct type *r = spec_declared_tensor(g, s, ELEM_all);
	uint32_t unknown = 0, unbounded = 0;
	for (uint32_t i = 0; i < r->rank; i++) {
		unknown += r->dims[i] < 0;
		unbounded += type_bound(r, i) < 0;
	}
	if (unbounded || unknown > 1)
		spec_fail(g, s, NULL, "expected a result of static shape but for one bounded "
			"dimension, found %s; dynamic_%s takes others", spec_text(g, r),
			op_table[s->op].name);
	return r;
}

/* r, whose dimension k is `size` long; as it is if k is its rank. */
static const struct type *with_size(
	struct graph *g, const struct type *r, uint32_t k, int64_t size)
{
	if (k == r->rank)
		return r;
	int64_t *dims = scratch(g, r->rank);
	for (uint32_t i = 0; i < r->rank; i++)
		dims[i] = i == k ? size : r->dims[i];
	return type_shaped(g, r, r->rank, dims, bounds_of(g, r));
}

/* The dimension of r that has no number; its rank: none. */
static uint32_t open_dim(const struct type *r)
{
	uint32_t k = 0;
	while (k < r->rank && r->dims[k] >= 0)
		k++;
	return k;
}

const struct type *infer_broadcast_in_dim(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_all);
	const struct type *r = sized_result(g, s);
	check_broadcast(g, s, t, r);
	uint32_t n, i = 0, k = open_dim(r);
	const int64_t *at = spec_ints(s, KEY_broadcast_dimensions, &n);
	while (i < n && at[i] != k)
		i++;
	if (i < n && t->dims[i] != 1)              /* a 1 would go with any size: it says none */
		r = with_size(g, r, k, t->dims[i]);
	return spec_one(g, s, "c1", r);
}

/* The rank of the shape that operand 1 says, which is the declared result's (c); *like: what the
 * result is but for its shape, the declared type or t. */
static uint32_t said_rank(struct graph *g, const struct node_spec *s, const char *c,
	const struct type *t, const struct type **like)
{
	const struct type *declared = spec_declared(s, 0);
	bool given = declared && declared->kind == TYPE_tensor;

	*like = given ? declared : t;
	return spec_shape_operand(g, s, c, 1,
		given && !declared->unranked ? (int64_t)declared->rank : -1);
}

static void said_sizes(struct graph *g, const struct node_spec *s, uint32_t rank, int64_t *dims)
{
	for (uint32_t i = 0; i < rank; i++)
		dims[i] = spec_size_of(g, s, NULL, 1, i);
}

const struct type *infer_dynamic_broadcast_in_dim(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_all), *like;
	uint32_t rank = said_rank(g, s, "c7", t, &like);
	int64_t *dims = scratch(g, rank);
	said_sizes(g, s, rank, dims);
	const struct type *r = spec_one(g, s, NULL, type_shaped(g, like, rank, dims, NULL));
	check_broadcast(g, s, t, r);
	uint32_t n, m;
	const int64_t *grow = spec_ints(s, KEY_known_expanding_dimensions, &n);
	const int64_t *keep = spec_ints(s, KEY_known_nonexpanding_dimensions, &m);
	spec_unique(g, s, "c8", "known expanding and nonexpanding dimensions", n, grow, m, keep);
	spec_range(g, s, "c9", "known_expanding_dimensions", n, grow, t->rank);
	spec_range(g, s, "c10", "known_nonexpanding_dimensions", m, keep, t->rank);
	return r;
}

static bool product_of(const struct type *t, uint32_t from, uint32_t to, int64_t *out)
{
	*out = 1;
	for (uint32_t i = from; i < to; i++)
		if (t->dims[i] < 0 || __builtin_mul_overflow(*out, t->dims[i], out))
			return false;
	return true;
}

/* reshape_c1, c3; dynamic_reshape too. */
static void check_reshape_quant(struct graph *g, const struct node_spec *s, const struct type *t,
	const struct type *r)
{
	const struct quant *a = t->quant, *b = r->quant;
	check_elements_stay(g, s, t, r);
	if (!a)
		return;
	struct quant moved = *b;
	moved.axis = a->axis;
	if (!quant_same(a, &moved))
		spec_fail(g, s, "c1", "expected the operand's scales and zero points, found %s and "
			"%s", spec_text(g, t), spec_text(g, r));
	if (a->axis < 0)
		return;
	uint32_t i = (uint32_t)a->axis, k = (uint32_t)b->axis;
	int64_t x, y;
	bool before = product_of(t, 0, i, &x) && product_of(r, 0, k, &y) && x != y;
	bool after = product_of(t, i + 1, t->rank, &x) && product_of(r, k + 1, r->rank, &y)
		&& x != y;
	if (before || after || !dims_agree(g, t->dims[i], r->dims[k]))
		spec_fail(g, s, "c3", "expected the quantised axis to keep its place, found %s and "
			"%s", spec_text(g, t), spec_text(g, r));
}

/* reshape_c2: nothing gets lost. */
static void check_count(struct graph *g, const struct node_spec *s, const struct type *t,
	const struct type *r)
{
	int64_t x, y;
	if (product_of(t, 0, t->rank, &x) && product_of(r, 0, r->rank, &y) && x != y)
		spec_fail(g, s, "c2", "expected a result of %lld elements, found %s of %lld",
			(long long)x, spec_text(g, r), (long long)y);
	if (!type_is_static(t) || !type_is_static(r))
		dims_agree(g, dim_product(g, r->rank, r->dims), dim_product(g, t->rank, t->dims));
}

const struct type *infer_reshape(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_all);
	const struct type *r = sized_result(g, s);
	check_reshape_quant(g, s, t, r);
	check_count(g, s, t, r);
	uint32_t k = open_dim(r);
	int64_t others = 1;
	for (uint32_t i = 0; i < r->rank; i++)
		others = i == k ? others : dim_mul(g, others, r->dims[i]);
	int64_t size = others ? dim_floordiv(g, dim_product(g, t->rank, t->dims), others) : 0;
	return spec_one(g, s, "c1", with_size(g, r, k, size));
}

/* Is d known to be 0 or more? */
static bool is_count(const struct graph *g, int64_t d)
{
	return dim_is_number(d) || dim_get(g, d)->min >= 0;
}

/* CHLO's sizes, where one -1 stands for what the others leave: of a size s that may be -1 this is
 * s + max(0, -s) * (1 + all / -(product of them)). */
static void rest_sizes(struct graph *g, const struct node_spec *s, uint32_t n, int64_t *dims)
{
	const struct type *t = s->in[0]->type;
	int64_t product = 1;

	for (uint32_t i = 0; i < n; i++) {
		dims[i] = dim_of_node(g, s->in[1], i);
		dim_reaches(g, dims[i], dim_sub(g, 0, 1));
		product = dim_mul(g, product, dims[i]);
	}
	int64_t others = dim_max(g, 1, dim_sub(g, 0, product));
	int64_t rest = dim_floordiv(g, dim_product(g, t->rank, t->dims), others);
	for (uint32_t i = 0; i < n; i++) {
		int64_t open = is_count(g, dims[i]) ? 0 : dim_max(g, 0, dim_sub(g, 0, dims[i]));
		dims[i] = dim_add(g, dims[i], dim_mul(g, open, dim_add(g, rest, 1)));
	}
}

/* dynamic_reshape_c1 to c4. */
const struct type *infer_dynamic_reshape(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_all), *like;
	uint32_t rank = said_rank(g, s, "c4", t, &like);
	int64_t *dims = scratch(g, rank);
	if (s->op == OP_chlo_dynamic_reshape && !t->unranked)
		rest_sizes(g, s, rank, dims);
	else
		said_sizes(g, s, rank, dims);
	const struct type *r = type_shaped(g, like, rank, dims, NULL);
	check_reshape_quant(g, s, t, r);
	r = spec_one(g, s, NULL, r);
	check_count(g, s, t, r);
	return r;
}

/* transpose_c1 to c4. */
const struct type *infer_transpose(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_all);
	uint32_t n;
	const int64_t *p = spec_ints(s, KEY_permutation, &n);
	if (n != t->rank)
		spec_fail(g, s, "c2", "expected a permutation of %u dimensions, found %s", t->rank,
			spec_list(g, n, p));
	spec_range(g, s, "c2", "permutation", n, p, t->rank);
	spec_unique(g, s, "c2", "permutation", n, p, 0, NULL);
	int64_t *dims = scratch(g, n), *bounds = scratch(g, n);
	struct type like = *t;
	struct quant moved;
	for (uint32_t i = 0; i < n; i++) {
		dims[i] = t->dims[p[i]];
		bounds[i] = type_bound(t, (uint32_t)p[i]);
		if (t->quant && t->quant->axis == p[i]) {
			moved = *t->quant;
			moved.axis = (int32_t)i;
			like.quant = &moved;
		}
	}
	const struct type *r = type_shaped(g, &like, n, dims, bounds);
	const struct type *declared = spec_declared(s, 0);
	if (declared && declared->kind == TYPE_tensor && t->quant && declared->quant
		&& r->quant->axis != declared->quant->axis)
		spec_fail(g, s, "c4", "expected the operand's quantisation on the axis moved "
			"along, found %s", spec_text(g, declared));
	spec_result_elements(g, s, "c1", 1, &r);
	return spec_one(g, s, "c3", r);
}

/* reverse_c1 to c3. */
const struct type *infer_reverse(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_any);
	uint32_t n;
	const int64_t *d = spec_ints(s, KEY_dimensions, &n);
	spec_unique(g, s, "c2", "dimensions", n, d, 0, NULL);
	spec_range(g, s, "c3", "dimensions", n, d, t->rank);
	return spec_one(g, s, "c1", t);
}

/* slice_c1 to c5. */
const struct type *infer_slice(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_any);
	uint32_t n, m;
	const int64_t *start = spec_ints(s, KEY_start_indices, &n);
	const int64_t *limit = spec_ints(s, KEY_limit_indices, &m);
	const int64_t *stride = spec_ints_n(g, s, "c2", KEY_strides, t->rank, 1);
	if (n != t->rank || m != t->rank)
		spec_fail(g, s, "c2", "expected %u start_indices and limit_indices, found %u and "
			"%u", t->rank, n, m);
	int64_t *dims = scratch(g, n);
	for (uint32_t i = 0; i < n; i++) {
		int64_t size = type_bound(t, i);
		if (start[i] < 0 || start[i] > limit[i] || (size >= 0 && limit[i] > size))
			spec_fail(g, s, "c3", "expected 0 <= start <= limit <= size in dimension "
				"%u, found start %lld, limit %lld in %s", i, (long long)start[i],
				(long long)limit[i], spec_text(g, t));
		dim_reaches(g, t->dims[i], limit[i]);
		if (stride[i] < 1)
			spec_fail(g, s, "c4", "expected positive strides, found %s", spec_list(g, n,
				stride));
		int64_t length = limit[i] - start[i];
		dims[i] = length / stride[i] + (length % stride[i] != 0);
	}
	spec_same_elements(g, s, "c1", 1, &t);
	return spec_one(g, s, "c5", type_shaped(g, t, n, dims, NULL));
}

/* pad_c1 to c4. */
const struct type *infer_pad(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_any), *value = spec_tensor(g, s, 1,
		ELEM_any);
	if (value->rank || !elem_same(t, value))
		spec_fail(g, s, "c1", "expected a scalar of the operand's element type as padding, "
			"found %s", spec_text(g, value));
	const int64_t *low = spec_ints_n(g, s, "c2", KEY_edge_padding_low, t->rank, 0);
	const int64_t *high = spec_ints_n(g, s, "c2", KEY_edge_padding_high, t->rank, 0);
	const int64_t *interior = spec_ints_n(g, s, "c2", KEY_interior_padding, t->rank, 0);
	spec_at_least(g, s, "c3", "interior_padding", t->rank, interior, 0);
	int64_t *dims = scratch(g, t->rank), *bounds = bounds_of(g, t);
	for (uint32_t i = 0; i < t->rank; i++) {
		int64_t edges, known = type_bound(t, i), inner = 0;
		bool over = __builtin_add_overflow(low[i], high[i], &edges);
		if (known > 0)
			over |= __builtin_mul_overflow(known - 1, interior[i], &inner);
		if (over)
			spec_fail(g, s, "c4", "the size of dimension %u overflows", i);
		if (known >= 0) {
			known = spec_dim_plus(g, s, "c4", known, inner);
			known = spec_dim_plus(g, s, "c4", known, edges);
		}
		dims[i] = t->dims[i];
		if (dims[i] < 0 && interior[i])
			dims[i] = dim_add(g, dims[i], dim_mul(g, dim_max(g, 0, dim_sub(g, dims[i],
				1)), interior[i]));
		dims[i] = dims[i] < 0 ? spec_dim_plus(g, s, "c4", dims[i], edges) : known;
		bounds[i] = known;
	}
	spec_result_elements(g, s, "c1", 1, &t);
	return spec_one(g, s, "c4", type_shaped(g, t, t->rank, dims, bounds));
}

/* concatenate_c1 to c6. */
const struct type *infer_concatenate(struct graph *g, const struct node_spec *s)
{
	uint32_t n = s->nin;
	const struct type *first = spec_tensor(g, s, 0, ELEM_any);
	int64_t d = spec_int(s, KEY_dimension, -1);
	if (d < 0 || d >= first->rank)
		spec_fail(g, s, "c4", "expected dimension in [0, %u), found %lld", first->rank,
			(long long)d);
	int64_t *dims = scratch(g, first->rank), *bounds = bounds_of(g, first);
	memcpy(dims, first->dims, first->rank * sizeof *dims);
	bounds[d] = type_bound(first, (uint32_t)d);
	for (uint32_t i = 1; i < n; i++) {
		const struct type *t = spec_tensor(g, s, i, ELEM_any);
		if (!elem_same(first, t))
			spec_fail(g, s, "c1", "expected operands of one element type, found %s and "
				"%s", spec_text(g, first), spec_text(g, t));
		for (uint32_t k = 0; k < first->rank; k++) {
			if (t->rank != first->rank || (k != d && !dims_agree(g, dims[k],
				t->dims[k])))
				spec_fail(g, s, "c2", "expected operands of one shape but for "
					"dimension %lld, found %s and %s", (long long)d,
					spec_text(g, first), spec_text(g, t));
			int64_t b = type_bound(t, k);
			if (k != d) {
				dims[k] = dims[k] < 0 && t->dims[k] >= 0 ? t->dims[k] : dims[k];
				bounds[k] = b >= 0 && (bounds[k] < 0 || b < bounds[k]) ? b :
					bounds[k];
				continue;
			}
			if (dims[k] >= 0 && t->dims[k] >= 0)
				dims[k] = spec_dim_plus(g, s, "c6", dims[k], t->dims[k]);
			else
				dims[k] = dim_add(g, dims[k], t->dims[k]);
			bounds[k] = b >= 0 && bounds[k] >= 0 && b <= INT64_MAX - bounds[k] ?
				b + bounds[k] : -1;
		}
	}
	spec_same_elements(g, s, "c5", 1, &first);
	return spec_one(g, s, "c6", type_shaped(g, first, first->rank, dims, bounds));
}

/* bitcast_convert_c1, c2: bits stay, a last dimension comes or goes where the widths differ. */
const struct type *infer_bitcast_convert(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_all);
	const struct type *r = spec_declared_tensor(g, s, ELEM_all);
	if (dtype_is_complex(t->dtype) != dtype_is_complex(r->dtype))
		spec_fail(g, s, "c2", "expected complex types on both sides or none, found %s and "
			"%s", spec_text(g, t), spec_text(g, r));
	uint32_t a = dtype_table[t->dtype].bits, b = dtype_table[r->dtype].bits, rank = t->rank;
	int64_t ratio = a > b ? a / b : b / a;
	if (a % b && b % a)
		spec_fail(g, s, "c1",
			"expected widths of which one divides the other, found %s and "
			"%s",
			spec_text(g, t), spec_text(g, r));
	int64_t *dims = scratch(g, rank + 1), *bounds = scratch(g, rank + 1);
	for (uint32_t i = 0; i < rank; i++) {
		dims[i] = t->dims[i];
		bounds[i] = type_bound(t, i);
	}
	if (a > b) {
		dims[rank] = ratio;
		bounds[rank++] = -1;
	} else if (a < b) {
		if (!rank || !dims_agree(g, dims[rank - 1], ratio))
			spec_fail(g, s, "c1", "expected a last dimension of size %lld, found %s",
				(long long)ratio, spec_text(g, t));
		rank--;
	}
	return spec_one(g, s, "c1", type_shaped(g, r, rank, dims, bounds));
}
