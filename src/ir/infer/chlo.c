/* chlo.c -- CHLO: broadcasting twins of StableHLO's ops, and what has no place there. */
#include "ir/infer/infer_impl.h"

#include <string.h>

static int64_t *scratch(struct graph *g, uint32_t n)
{
	return job_array(graph_job(g), n ? n : 1, sizeof(int64_t));
}

/* The size two dimensions broadcast to; where only a run can tell, the number that is declared, or
 * the larger one, and 0 where either is. */
static bool broadcast_dim(struct graph *g, int64_t a, int64_t b, int64_t declared, int64_t *out)
{
	if (a == b || b == 1) {
		*out = a;
	} else if (a == 1) {
		*out = b;
	} else if (a >= 0 && b >= 0) {
		return false;
	} else if (a >= 0 || b >= 0) {
		*out = a >= 0 ? a : b;               /* the other one is it or 1 */
	} else {
		*out = declared >= 0 ? declared : dim_mul(g, dim_max(g, a, b),
			dim_min(g, 1, dim_min(g, a, b)));
	}
	return true;
}

/* Where dimension i of an operand is in the result. */
static uint32_t place_of(
	const struct type *t, uint32_t i, uint32_t rank, uint32_t nat, const int64_t *at)
{
	return at && t->rank == nat ? (uint32_t)at[i] : rank - t->rank + i;
}

/* The broadcast shape of n operands, aligned at the right, or as broadcast_dimensions says for the
 * one of lower rank; with the element of operand `element`. */
static const struct type *broadcast_shape(struct graph *g, const struct node_spec *s, uint32_t n,
	const struct type *const *t, uint32_t element)
{
	uint32_t rank = 0, nat, which = 0;
	const int64_t *at = spec_ints(s, KEY_broadcast_dimensions, &nat);
	for (uint32_t i = 0; i < n; i++)
		if (t[i]->rank > rank)
			rank = t[i]->rank, which = i;
	if (n == 2 && t[0]->rank == t[1]->rank)
		at = NULL;                           /* said, but there is nothing to align */
	if (at) {
		/* The dimensions are those of the operand of lower rank. */
		uint32_t low = n == 2 ? 1 - which : 0;
		if (n != 2 || nat != t[low]->rank)
			spec_fail(g, s, NULL, "expected broadcast_dimensions of the operand of "
				"lower rank, found %s", spec_list(g, nat, at));
		spec_range(g, s, NULL, "broadcast_dimensions", nat, at, rank);
		spec_unique(g, s, NULL, "broadcast_dimensions", nat, at, 0, NULL);
		spec_sorted(g, s, NULL, "broadcast_dimensions", nat, at);
	}
	const struct type *r = spec_declared(s, 0);
	bool given = r && r->kind == TYPE_tensor && !r->unranked && r->rank == rank;
	int64_t *dims = scratch(g, rank);
	for (uint32_t i = 0; i < rank; i++)
		dims[i] = t[which]->dims[i];
	for (uint32_t k = 0; k < n; k++)
		for (uint32_t i = 0; i < t[k]->rank && k != which; i++) {
			uint32_t to = place_of(t[k], i, rank, nat, at);
			if (!broadcast_dim(g, dims[to], t[k]->dims[i], given ? r->dims[to] : -1,
				    &dims[to]))
				spec_fail(g, s, NULL, "expected operands whose shapes broadcast, "
					"found %s and %s", spec_text(g, t[which]), spec_text(g,
					t[k]));
		}
	for (uint32_t k = 0; k < n; k++)
		for (uint32_t i = 0; i < t[k]->rank; i++)
			dim_broadcasts(g, t[k]->dims[i], dims[place_of(t[k], i, rank, nat, at)]);
	return type_shaped(g, t[element], rank, dims, NULL);
}

/* Operands first to s->nin - 1 of one element type; false when one is unranked. */
static bool read_operands(struct graph *g, const struct node_spec *s, uint32_t first,
	const struct type **t)
{
	bool ranked = true;
	for (uint32_t i = 0; i < s->nin; i++) {
		t[i] = s->in[i]->type;
		if (t[i]->kind != TYPE_tensor)
			spec_fail(g, s, NULL, "operand %u: expected a tensor, found %s", i,
				spec_text(g, t[i]));
		ranked = ranked && !t[i]->unranked;
		if (i >= first && !elem_compatible(t[first], t[i]))
			spec_fail(g, s, NULL, "expected operands of one element type, found %s and "
				"%s", spec_text(g, t[first]), spec_text(g, t[i]));
	}
	return ranked;
}

/* What is left to say of a result of element e when an operand is unranked: its declared shape. */
static const struct type *unranked(struct graph *g, const struct node_spec *s, const struct type *e)
{
	const struct type *r = spec_declared(s, 0);
	if (!r || r->kind != TYPE_tensor) {
		struct type t = *e;
		t.unranked = true;
		t.rank = 0;
		t.dims = NULL;
		t.bounds = NULL;
		r = type_cons(g, &t);
	}
	return spec_one(g, s, NULL, type_element_of(g, r, e));
}

static unsigned broadcast_classes(enum op op)
{
	switch (op) {
	case OP_chlo_broadcast_and:
	case OP_chlo_broadcast_or:
	case OP_chlo_broadcast_xor:
		return ELEM_bool | ELEM_int;
	case OP_chlo_broadcast_zeta:
		return ELEM_float;
	default:
		return ELEM_all;
	}
}

const struct type *infer_chlo_broadcast(struct graph *g, const struct node_spec *s)
{
	const struct type *t[2];
	bool ranked = read_operands(g, s, 0, t);
	if (!(elem_class(t[0]) & broadcast_classes(s->op)))
		spec_fail(g, s, NULL, "operand 0: expected an element type the op takes, found %s",
			spec_text(g, t[0]));
	struct type e = *t[0];
	if (s->op == OP_chlo_broadcast_complex) {
		if (e.dtype != DTYPE_f32 && e.dtype != DTYPE_f64)
			spec_fail(g, s, NULL, "expected operands of f32 or f64, found %s",
				spec_text(g, t[0]));
		e.dtype = e.dtype == DTYPE_f32 ? DTYPE_c64 : DTYPE_c128;
	}
	const struct type *elem = type_cons(g, &e);
	if (!ranked)
		return unranked(g, s, elem);
	return spec_one(g, s, NULL, type_element_of(g, broadcast_shape(g, s, 2, t, 0), elem));
}

const struct type *infer_chlo_broadcast_compare(struct graph *g, const struct node_spec *s)
{
	const struct type *t[2];
	bool ranked = read_operands(g, s, 0, t);
	spec_compare(g, s, t[0]);
	if (!ranked)
		return unranked(g, s, type_element(g, t[0], DTYPE_i1));
	return spec_one(g, s, NULL, type_element(g, broadcast_shape(g, s, 2, t, 0), DTYPE_i1));
}

const struct type *infer_chlo_broadcast_select(struct graph *g, const struct node_spec *s)
{
	const struct type *t[3];
	bool ranked = read_operands(g, s, 1, t);
	if (t[0]->dtype != DTYPE_i1)
		spec_fail(g, s, NULL, "expected a predicate of i1, found %s", spec_text(g, t[0]));
	if (!ranked)
		return unranked(g, s, t[1]);
	return spec_one(g, s, NULL, broadcast_shape(g, s, 3, t, 1));
}

/* constant_like: a scalar, and the shape of the operand. */
const struct type *infer_chlo_constant_like(struct graph *g, const struct node_spec *s)
{
	const struct type *t = s->in[0]->type, *r = spec_declared(s, 0);
	const struct literal *l = spec_dense(s, KEY_value);
	if (t->kind != TYPE_tensor)
		spec_fail(g, s, NULL, "expected a tensor, found %s", spec_text(g, t));
	if (!l && (!r || r->kind != TYPE_tensor))
		spec_fail(g, s, NULL, "expected a value or a declared result type");
	return spec_one(g, s, NULL, type_element(g, t, l ? l->type->dtype : r->dtype));
}

/* top_k: the k largest of the last dimension and where they were. */
const struct type *infer_chlo_top_k(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_bool | ELEM_int | ELEM_float);
	int64_t k = spec_int(s, KEY_k, -1);
	if (!t->rank)
		spec_fail(g, s, NULL, "expected a rank of at least 1, found %s", spec_text(g, t));
	int64_t size = type_bound(t, t->rank - 1);
	if (k < 0 || (size >= 0 && k > size))
		spec_fail(g, s, NULL, "expected k in the last dimension of %s, found %lld",
			spec_text(g, t), (long long)k);
	dim_reaches(g, t->dims[t->rank - 1], k);
	int64_t *dims = scratch(g, t->rank);
	memcpy(dims, t->dims, t->rank * sizeof *dims);
	dims[t->rank - 1] = k;
	const struct type *v = type_shaped(g, t, t->rank, dims, t->bounds);
	const struct type *all[2] = { v, type_element(g, v, DTYPE_i32) };
	return spec_results(g, s, NULL, 2, all);
}

/* The dimension numbers of a ragged_dot. */
struct ragged {
	const int64_t *ab, *bb, *ac, *bc, *ragged, *group;
	uint32_t nb, mb, nc, mc, nragged, ngroup;
};

static void check_ragged(struct graph *g, const struct node_spec *s, const struct ragged *x,
	const struct type *a, const struct type *b)
{
	if (x->nb != x->mb || x->nc != x->mc || x->nragged != 1)
		spec_fail(g, s, NULL, "expected as many dimensions of lhs as of rhs, and one "
			"ragged");
	spec_range(g, s, NULL, "batching dimensions of lhs", x->nb, x->ab, a->rank);
	spec_range(g, s, NULL, "contracting dimensions of lhs", x->nc, x->ac, a->rank);
	spec_range(g, s, NULL, "batching dimensions of rhs", x->mb, x->bb, b->rank);
	spec_range(g, s, NULL, "contracting dimensions of rhs", x->mc, x->bc, b->rank);
	spec_range(g, s, NULL, "ragged dimensions", x->nragged, x->ragged, a->rank);
	spec_range(g, s, NULL, "group dimensions", x->ngroup, x->group, b->rank);
	spec_unique(g, s, NULL, "dimensions of lhs", x->nb, x->ab, x->nc, x->ac);
	spec_unique(g, s, NULL, "dimensions of rhs", x->mb, x->bb, x->mc, x->bc);
	for (uint32_t i = 0; i < x->ngroup; i++)
		if (list_has(x->mb, x->bb, x->group[i]) || list_has(x->mc, x->bc, x->group[i]))
			spec_fail(g, s, NULL, "expected a group dimension that is neither batching "
				"nor contracting, found %lld", (long long)x->group[i]);
	for (uint32_t i = 0; i < x->nb + x->nc; i++) {
		int64_t p = a->dims[i < x->nb ? x->ab[i] : x->ac[i - x->nb]];
		int64_t q = b->dims[i < x->nb ? x->bb[i] : x->bc[i - x->nb]];
		if (!dims_agree(g, p, q))
			spec_fail(g, s, NULL, "expected %s dimensions of one size, found %s and %s",
				i < x->nb ? "batching" : "contracting", spec_text(g, a),
				spec_text(g, b));
	}
}

/* ragged_dot: groups along a free dimension of lhs (rhs has one for each), along the contracted one
 * (the result has one for each), or along a batch. */
const struct type *infer_chlo_ragged_dot(struct graph *g, const struct node_spec *s)
{
	const struct type *a = spec_tensor(g, s, 0, ELEM_any), *b = spec_tensor(g, s, 1, ELEM_any);
	const struct type *sizes = spec_tensor(g, s, 2, ELEM_int), *r = spec_declared(s, 0);
	struct ragged x;
	x.ab = spec_ints(s, KEY_lhs_batching_dimensions, &x.nb);
	x.bb = spec_ints(s, KEY_rhs_batching_dimensions, &x.mb);
	x.ac = spec_ints(s, KEY_lhs_contracting_dimensions, &x.nc);
	x.bc = spec_ints(s, KEY_rhs_contracting_dimensions, &x.mc);
	x.ragged = spec_ints(s, KEY_ragged_dims, &x.nragged);
	x.group = spec_ints(s, KEY_group_dims, &x.ngroup);
	check_ragged(g, s, &x, a, b);
	spec_precision(g, s, NULL);
	bool batch = list_has(x.nb, x.ab, x.ragged[0]), contract = list_has(x.nc, x.ac,
		x.ragged[0]);
	bool fits = sizes->rank == 1 || (!batch && sizes->rank == x.nb + 1);
	for (uint32_t i = 0; fits && i + 1 < sizes->rank; i++)
		fits = dims_agree(g, sizes->dims[i], a->dims[x.ab[i]]);
	if (!fits)
		spec_fail(g, s, NULL, "expected group_sizes of rank 1, for each batch or for all, "
			"found %s", spec_text(g, sizes));
	int64_t groups = sizes->dims[sizes->rank - 1];
	if (x.ngroup != (batch || contract ? 0 : 1))
		spec_fail(g, s, NULL, "expected %d group dimensions of rhs, found %u", !batch
			&& !contract, x.ngroup);
	if (x.ngroup && !dims_agree(g, b->dims[x.group[0]], groups))
		spec_fail(g, s, NULL, "expected a group dimension of rhs of the size of "
			"group_sizes, found %s and %s", spec_text(g, b), spec_text(g, sizes));
	uint32_t n = 0;
	int64_t *dims = scratch(g, a->rank + b->rank + 1);
	if (contract)
		dims[n++] = groups;
	for (uint32_t i = 0; i < x.nb; i++)
		dims[n++] = a->dims[x.ab[i]];
	for (uint32_t i = 0; i < a->rank; i++)
		if (!list_has(x.nb, x.ab, i) && !list_has(x.nc, x.ac, i))
			dims[n++] = a->dims[i];
	for (uint32_t i = 0; i < b->rank; i++)
		if (!list_has(x.mb, x.bb, i) && !list_has(x.mc, x.bc, i) && !list_has(x.ngroup,
			x.group, i))
			dims[n++] = b->dims[i];
	bool given = r && r->kind == TYPE_tensor && !r->unranked;
	return spec_one(g, s, NULL, type_shaped(g, given ? r : a, n, dims, NULL));
}

static const struct type *without_dim(struct graph *g, const struct type *t, uint32_t d)
{
	int64_t *dims = scratch(g, t->rank);
	for (uint32_t i = 0, k = 0; i < t->rank; i++)
		if (i != d)
			dims[k++] = t->dims[i];
	return type_shaped(g, t, t->rank - 1, dims, NULL);
}

/* scan: KEY_ninputs operands are cut along dimension, the others are carried; the body takes slices
 * and carries and gives slices of the outputs and the next carries. */
const struct type *infer_chlo_scan(struct graph *g, const struct node_spec *s)
{
	int64_t d = spec_int(s, KEY_dimension, -1);
	struct body b = spec_body(g, s, 0, NULL, s->nin, -1);
	int64_t n = spec_int(s, KEY_ninputs, -1);
	if (n < 0 || n > s->nin)
		spec_fail(g, s, NULL, "expected inputs and initial values, as operandSegmentSizes "
			"says how many");
	uint32_t carries = s->nin - (uint32_t)n;
	if (b.nresults < carries)
		spec_fail(g, s, NULL, "expected a body that gives the next %u carries, found %u "
			"results", carries, b.nresults);
	int64_t size = spec_int(s, KEY_scan_dim_size, -1);
	for (uint32_t i = 0; i < s->nin; i++) {
		const struct type *t = spec_tensor(g, s, i, ELEM_all), *want = t;
		if (i < n) {
			if (d < 0 || d >= t->rank)
				spec_fail(g, s, NULL, "operand %u: the scan dimension %lld is not "
					"one of %s", i, (long long)d, spec_text(g, t));
			if (size < 0)
				size = t->dims[d];
			if (!dims_agree(g, size, t->dims[d]))
				spec_fail(g, s, NULL, "operand %u: expected a scan dimension of "
					"%lld, found %s", i, (long long)size, spec_text(g, t));
			want = without_dim(g, t, (uint32_t)d);
		}
		if (!type_compatible(g, want, b.r->params[i]))
			spec_fail(g, s, NULL, "expected parameter %u of the body of type %s, found "
				"%s", i, spec_text(g, want), spec_text(g, b.r->params[i]));
	}
	uint32_t outputs = b.nresults - carries;
	const struct type **all = job_array(graph_job(g), b.nresults ? b.nresults : 1, sizeof *all);
	for (uint32_t i = 0; i < b.nresults; i++) {
		const struct type *t = b.r->results[i]->type;
		all[i] = t;
		if (i >= outputs) {
			const struct type *carry = s->in[(uint32_t)n + i - outputs]->type;
			if (!type_compatible(g, t, carry))
				spec_fail(g, s, NULL, "expected result %u of the body of type %s, "
					"found %s", i, spec_text(g, carry), spec_text(g, t));
			all[i] = carry;
			continue;
		}
		if (t->kind != TYPE_tensor || t->unranked || d < 0 || d > t->rank)
			spec_fail(g, s, NULL, "result %u of the body: the scan dimension %lld does "
				"not fit %s", i, (long long)d, spec_text(g, t));
		const struct type *declared = spec_declared(s, i);
		bool given = declared && declared->kind == TYPE_tensor
			&& declared->rank == t->rank + 1;
		int64_t *dims = scratch(g, t->rank + 1);
		for (uint32_t k = 0, m = 0; k <= t->rank; k++)
			dims[k] = k != d ? t->dims[m++] : n ? size : given ? declared->dims[k] :
				size >= 0 ? size : dim_free(g, 0, INT64_MAX);
		all[i] = type_shaped(g, t, t->rank + 1, dims, NULL);
	}
	return spec_results(g, s, NULL, b.nresults, all);
}
