/* collective.c -- communication between processes, and the asynchronous ops around it.
 *
 * replica_groups is a matrix of process ids, a row a group, -1 where a row is shorter.  How many
 * processes a group has may depend on the grid (cross_replica_and_partition), so the size of a
 * gathered dimension is checked as a multiple, and inferred from a row where none is declared. */
#include "ir/infer/infer_impl.h"

#include <string.h>

/* What replica_groups must hold beside unique ids: any at all, or each of 0 to n - 1, in rows of
 * which some may be shorter (filled up with -1) or none. */
enum group_rule { GROUPS_any, GROUPS_all, GROUPS_even };

/* c[0] unique, c[1] range.  Gives the size of a group, or -1 where the text does not tell. */
static int64_t check_groups(struct graph *g, const struct node_spec *s, const char *const c[2],
	enum group_rule rule)
{
	const struct literal *l = spec_dense(s, KEY_replica_groups);
	if (!l)
		return -1;
	if (l->type->rank != 2 || !dtype_is_int(l->type->dtype))
		spec_fail(g, s, NULL, "expected replica_groups to be a matrix of integers, found "
			"%s", spec_text(g, l->type));
	int64_t n = type_elements(l->type), used = 0;
	if (n <= 0)
		return -1;
	if (n > UINT32_MAX || (l->splat && n > 2))
		spec_fail(g, s, c[0], "expected unique ids in replica_groups");
	if (rule == GROUPS_any) {
		int64_t *ids = job_array(graph_job(g), (size_t)n, sizeof *ids);
		for (int64_t i = 0; i < n; i++)
			ids[i] = dtype_load_i64(l->type->dtype, (const char *)l->data +
				(l->splat ? 0 : (size_t)i * dtype_bytes(l->type->dtype)));
		spec_unique(g, s, c[0], "ids in replica_groups", (uint32_t)n, ids, 0, NULL);
		spec_at_least(g, s, c[1], "ids of replica_groups", (uint32_t)n, ids, 0);
		return l->type->dims[1];
	}
	uint8_t *seen = job_array(graph_job(g), (size_t)n, 1);
	for (int64_t i = 0; i < n; i++) {
		const char *at = (const char *)l->data + (l->splat ? 0 : (size_t)i * dtype_bytes(
			l->type->dtype));
		int64_t id = dtype_load_i64(l->type->dtype, at);
		if (id == -1 && rule != GROUPS_even)
			continue;
		used++;
		if (id < 0 || id >= n)
			spec_fail(g, s, c[1], "expected ids of replica_groups in [0, %lld), found "
				"%lld", (long long)n, (long long)id);
		if (seen[id])
			spec_fail(g, s, c[0], "expected unique ids in replica_groups, found %lld "
				"twice", (long long)id);
		seen[id] = 1;
	}
	for (int64_t i = 0; i < used; i++)
		if (!seen[i])
			spec_fail(g, s, c[1], "expected each id below %lld in replica_groups, %lld "
				"is missing", (long long)used, (long long)i);
	return l->type->dims[1];
}

static void check_channel(struct graph *g, const struct node_spec *s, const char *c)
{
	int64_t id = spec_int(s, KEY_channel_id, 0);
	if (spec_bool(s, KEY_use_global_device_ids, false) && id <= 0)
		spec_fail(g, s, c, "expected a positive channel_id beside use_global_device_ids, "
			"found %lld", (long long)id);
}

/* partition_id, replica_id. */
const struct type *infer_id(struct graph *g, const struct node_spec *s)
{
	return spec_one(g, s, NULL, type_scalar(g, DTYPE_ui32));
}

/* t with dimension d of another size. */
static const struct type *with_dim(struct graph *g, const struct type *t, int64_t d, int64_t size)
{
	int64_t *dims = job_array(graph_job(g), t->rank, sizeof *dims);
	int64_t *bounds = job_array(graph_job(g), t->rank, sizeof *bounds);
	for (uint32_t i = 0; i < t->rank; i++) {
		dims[i] = t->dims[i];
		bounds[i] = type_bound(t, i);
	}
	dims[d] = size;
	bounds[d] = -1;
	return type_shaped(g, t, t->rank, dims, bounds);
}

/* Dimension d of declared result i, or dim_free: the size the grid decides. */
static int64_t declared_dim(struct graph *g, const struct node_spec *s, uint32_t i,
	const struct type *t, int64_t d, const char *c)
{
	const struct type *r = spec_declared(s, i);
	if (!r || r->kind != TYPE_tensor || r->unranked)
		return dim_free(g, 0, INT64_MAX);
	if (r->rank != t->rank)
		spec_fail(g, s, c, "expected a result of rank %u, found %s", t->rank, spec_text(g,
			r));
	return r->dims[d];
}

/* Dimension d of result i: as declared, or where that leaves it open `whole`, what groups of
 * `group` processes make of the operand's.  Of ids of replicas beside a channel each stands for
 * all its partitions, so that their number says nothing. */
static int64_t grid_dim(struct graph *g, const struct node_spec *s, uint32_t i,
	const struct type *t, int64_t d, const char *c, int64_t group, int64_t whole)
{
	int64_t size = declared_dim(g, s, i, t, d, c);
	bool told = !spec_declared(s, i) || spec_int(s, KEY_channel_id, 0) <= 0 ||
		    spec_bool(s, KEY_use_global_device_ids, false);

	return size < 0 && group > 0 && told ? whole : size;
}

/* all_gather_c1 to c6. */
const struct type *infer_all_gather(struct graph *g, const struct node_spec *s)
{
	static const char *const c[2] = { "c2", "c4" };
	int64_t d = spec_int(s, KEY_all_gather_dim, -1), group = check_groups(g, s, c, GROUPS_even);
	if (spec_has(s, KEY_channel_id))      /* upstream is as lenient */
		check_channel(g, s, "c5");
	const struct type **t = job_array(graph_job(g), s->nin, sizeof *t);
	for (uint32_t i = 0; i < s->nin; i++) {
		t[i] = spec_tensor(g, s, i, ELEM_any);
		if (d < 0 || d >= t[i]->rank)
			spec_fail(g, s, "c1", "expected all_gather_dim in [0, %u), found %lld",
				t[i]->rank, (long long)d);
		int64_t size = t[i]->dims[d];
		if (size == 0)
			spec_fail(g, s, "c6", "expected a gathered dimension that is not empty, "
				"found %s", spec_text(g, t[i]));
		int64_t whole = grid_dim(g, s, i, t[i], d, "c6", group,
			group > 0 ? dim_mul(g, size, group) : size);
		if (whole == 0)
			spec_fail(g, s, "c6", "expected a gathered dimension that is not empty, "
				"found a result %s", spec_text(g, spec_declared(s, i)));
		if (size > 0 && whole >= 0 && whole % size)
			spec_fail(g, s, "c6", "expected a result dimension of a multiple of %lld, "
				"found %lld", (long long)size, (long long)whole);
		t[i] = with_dim(g, t[i], d, whole);
	}
	return spec_results(g, s, "c6", s->nin, t);
}

/* The body of a reduction without initial values, one for all operands. */
static const struct type *reduced(struct graph *g, const struct node_spec *s, uint32_t i,
	const char *c)
{
	const struct type *t = spec_tensor(g, s, i, ELEM_any), *out;
	const struct reducer body = { .c = c, .init = c, .n = 1, .inputs = &t, .inits = &t };

	spec_reducer(g, s, &body, &out);
	return type_element_of(g, t, out);
}

/* all_reduce_c1 to c7. */
const struct type *infer_all_reduce(struct graph *g, const struct node_spec *s)
{
	static const char *const c[2] = { "c1", "c3" };
	check_groups(g, s, c, GROUPS_all);
	check_channel(g, s, "c4");
	const struct type **t = job_array(graph_job(g), s->nin, sizeof *t);
	for (uint32_t i = 0; i < s->nin; i++)
		t[i] = reduced(g, s, i, "c5");
	spec_result_elements(g, s, "c7", s->nin, t);
	return spec_results(g, s, "c6", s->nin, t);
}

const struct type *infer_cross_replica_sum(struct graph *g, const struct node_spec *s)
{
	return spec_one(g, s, NULL, spec_tensor(g, s, 0, ELEM_any));
}

/* reduce_scatter_c1 to c9. */
const struct type *infer_reduce_scatter(struct graph *g, const struct node_spec *s)
{
	static const char *const c[2] = { "c3", "c5" };
	int64_t d = spec_int(s, KEY_scatter_dimension, -1);
	int64_t group = check_groups(g, s, c, GROUPS_even);
	check_channel(g, s, "c6");
	const struct type *t = reduced(g, s, 0, "c7");
	if (d < 0 || d >= t->rank)
		spec_fail(g, s, "c2", "expected scatter_dimension in [0, %u), found %lld", t->rank,
			(long long)d);
	int64_t size = t->dims[d], part = grid_dim(g, s, 0, t, d, "c8", group,
		group > 0 ? dim_floordiv(g, size, group) : size);
	if (size == 0 || part == 0)
		spec_fail(g, s, "c1", "expected a scattered dimension that is not empty, found %s",
			spec_text(g, t));
	if (size > 0 && part > 0 && size % part)
		spec_fail(g, s, "c1", "expected a scattered dimension of a multiple of %lld, found "
			"%lld", (long long)part, (long long)size);
	spec_result_elements(g, s, "c9", 1, &t);
	return spec_one(g, s, "c8", with_dim(g, t, d, part));
}

/* all_to_all_c1 to c9. */
const struct type *infer_all_to_all(struct graph *g, const struct node_spec *s)
{
	static const char *const c[2] = { "c5", "c7" };
	int64_t split = spec_int(s, KEY_split_dimension, -1), concat = spec_int(s,
		KEY_concat_dimension, -1);
	int64_t count = spec_int(s, KEY_split_count, 0), group;
	if (count < 1)
		spec_fail(g, s, "c4", "expected a positive split_count, found %lld",
			(long long)count);
	const struct literal *l = spec_dense(s, KEY_replica_groups);
	group = check_groups(g, s, c, GROUPS_even);
	if (l && group != count)
		spec_fail(g, s, "c8", "expected groups of split_count %lld processes, found %s",
			(long long)count, spec_text(g, l->type));
	const struct type **t = job_array(graph_job(g), s->nin, sizeof *t);
	for (uint32_t i = 0; i < s->nin; i++) {
		t[i] = spec_tensor(g, s, i, ELEM_any);
		if (split < 0 || split >= t[i]->rank)
			spec_fail(g, s, "c1", "expected split_dimension in [0, %u), found %lld",
				t[i]->rank, (long long)split);
		if (concat < 0 || concat >= t[i]->rank)
			spec_fail(g, s, "c3", "expected concat_dimension in [0, %u), found %lld",
				t[i]->rank, (long long)concat);
		if (t[i]->dims[split] >= 0 && t[i]->dims[split] % count)
			spec_fail(g, s, "c2", "expected split_dimension to be of a multiple of "
				"split_count %lld, found %s", (long long)count, spec_text(g, t[i]));
		if (split == concat)
			continue;
		t[i] = with_dim(g, t[i], split, dim_floordiv(g, t[i]->dims[split], count));
		t[i] = with_dim(g, t[i], concat, dim_mul(g, t[i]->dims[concat], count));
	}
	return spec_results(g, s, "c9", s->nin, t);
}

/* How many of the operands are data: the last one may say which process is the root. */
static uint32_t data_operands(struct graph *g, const struct node_spec *s)
{
	bool root = spec_bool(s, KEY_has_dynamic_root, false);
	if (s->nin < 1 + (uint32_t)root)
		spec_fail(g, s, NULL, "expected %s, found %u operands", root ? "data and a root" :
			"an operand", s->nin);
	if (!root)
		return s->nin;
	const struct type *t = s->in[s->nin - 1]->type;
	if (t->kind != TYPE_tensor || t->unranked || t->rank != 1 || t->dtype != DTYPE_i32
		|| t->quant)
		spec_fail(g, s, NULL, "expected a vector of i32 as root, found %s", spec_text(g,
			t));
	if (!dims_agree(g, t->dims[0], s->nin - 1))
		spec_fail(g, s, NULL, "expected a root for each of %u operands, found %s",
			s->nin - 1, spec_text(g, t));
	return s->nin - 1;
}

/* collective_broadcast_c1 to c3. */
const struct type *infer_collective_broadcast(struct graph *g, const struct node_spec *s)
{
	static const char *const c[2] = { "c1", "c2" };
	check_groups(g, s, c, GROUPS_any);
	uint32_t n = data_operands(g, s);
	const struct type **t = job_array(graph_job(g), n, sizeof *t);
	for (uint32_t i = 0; i < n; i++)
		t[i] = spec_tensor(g, s, i, ELEM_any);
	return spec_results(g, s, "c3", n, t);
}

/* collective_reduce: an all_reduce whose result one process gets. */
const struct type *infer_collective_reduce(struct graph *g, const struct node_spec *s)
{
	static const char *const c[2] = { "c1", "c3" };
	check_groups(g, s, c, GROUPS_all);
	check_channel(g, s, "c4");
	uint32_t n = data_operands(g, s);
	const struct type **t = job_array(graph_job(g), n, sizeof *t);
	for (uint32_t i = 0; i < n; i++)
		t[i] = reduced(g, s, i, "c5");
	return spec_results(g, s, "c6", n, t);
}

/* collective_permute_c1 to c5. */
const struct type *infer_collective_permute(struct graph *g, const struct node_spec *s)
{
	uint32_t n;
	const int64_t *pairs = spec_ints(s, KEY_source_target_pairs, &n);
	if (n % 2)
		spec_fail(g, s, "c1", "expected source_target_pairs of shape [N, 2], found %u "
			"entries", n);
	int64_t *side = job_array(graph_job(g), n ? n : 1, sizeof *side);
	for (uint32_t k = 0; k < 2; k++) {
		for (uint32_t i = 0; i < n / 2; i++)
			side[i] = pairs[2 * i + k];
		const char *what = k ? "targets" : "sources";
		spec_unique(g, s, k ? "c3" : "c2", what, n / 2, side, 0, NULL);
		spec_at_least(g, s, "c4", what, n / 2, side, 0);
	}
	const struct type **t = job_array(graph_job(g), s->nin ? s->nin : 1, sizeof *t);
	for (uint32_t i = 0; i < s->nin; i++)
		t[i] = spec_tensor(g, s, i, ELEM_any);
	return spec_results(g, s, "c5", s->nin, t);
}

/* ---- host and point to point ---------------------------------------------------------------- */

/* Results of infeed and recv: tensors and a token. */
static const struct type *tensors_and_token(struct graph *g, const struct node_spec *s,
	const char *count, const char *tensors, const char *token)
{
	uint32_t n = s->type && s->type->kind == TYPE_results ? s->type->n : s->type ? 1 : 0;
	if (!n)
		spec_fail(g, s, count, "expected a result, found none");
	const struct type **t = job_array(graph_job(g), n, sizeof *t);
	for (uint32_t i = 0; i < n; i++) {
		t[i] = spec_declared(s, i);
		if (i + 1 < n && t[i]->kind != TYPE_tensor)
			spec_fail(g, s, tensors, "result %u: expected a tensor, found %s", i,
				spec_text(g, t[i]));
		if (i + 1 == n && t[i]->kind != TYPE_token)
			spec_fail(g, s, token, "expected a token as last result, found %s",
				spec_text(g, t[i]));
	}
	return spec_results(g, s, tensors, n, t);
}

static void check_tokens(struct graph *g, const struct node_spec *s)
{
	for (uint32_t i = 0; i < s->nin; i++)
		if (s->in[i]->type->kind != (i + 1 == s->nin ? TYPE_token : TYPE_tensor))
			spec_fail(g, s, NULL, "operand %u: expected %s, found %s", i,
				i + 1 == s->nin ? "a token" : "a tensor", spec_text(g,
				s->in[i]->type));
}

/* The layout of infeed: a list of lists of integers, one for each result but the token. */
static void check_infeed_layout(struct graph *g, const struct node_spec *s, uint32_t n)
{
	const char *p = spec_str(s, KEY_layout, NULL);
	if (!p)
		return;
	uint32_t depth = 0, count = 0;
	bool number = false;                          /* an integer since the last separator */
	for (; *p; p++) {
		if (*p == '[') {
			if (++depth > 2)
				spec_fail(g, s, NULL, "expected a layout of lists of integers");
			count += depth == 2;
		} else if (*p == ']' && depth) {
			depth--;
		} else if ((*p >= '0' && *p <= '9') || *p == '-') {
			if (depth != 2 && !number)
				spec_fail(g, s, NULL,
					"expected a list of integers as each entry of "
					"the layout");
			number = depth == 2;
		} else if (*p == ',') {
			number = false;
		} else if (*p == ':') {                   /* the type of an integer */
			while (p[1] && p[1] != ',' && p[1] != ']')
				p++;
		} else if (*p != ' ') {
			spec_fail(g, s, NULL, "expected a layout of lists of integers");
		}
	}
	if (count != n)
		spec_fail(g, s, NULL, "expected a layout for each of %u results, found %u", n,
			count);
}

/* infeed_c1 to c3. */
const struct type *infer_infeed(struct graph *g, const struct node_spec *s)
{
	check_tokens(g, s);
	const struct type *t = tensors_and_token(g, s, "c1", "c2", "c3");
	check_infeed_layout(g, s, t->kind == TYPE_results ? t->n - 1 : 0);
	return t;
}

const struct type *infer_outfeed(struct graph *g, const struct node_spec *s)
{
	check_tokens(g, s);
	return spec_one(g, s, NULL, type_token(g));
}

/* send_c1, recv_c1: the type of a channel follows from whom it connects. */
static void check_channel_type(struct graph *g, const struct node_spec *s, int64_t host)
{
	int64_t want = spec_bool(s, KEY_is_host_transfer, false) ? host : 1;
	int64_t have = spec_int(s, KEY_channel_type, want);
	if (have != want)
		spec_fail(g, s, "c1", "expected a channel of type %lld, found %lld",
			(long long)want, (long long)have);
}

const struct type *infer_send(struct graph *g, const struct node_spec *s)
{
	check_tokens(g, s);
	check_channel_type(g, s, 2);
	return spec_one(g, s, NULL, type_token(g));
}

/* recv_c1 to c4. */
const struct type *infer_recv(struct graph *g, const struct node_spec *s)
{
	check_tokens(g, s);
	check_channel_type(g, s, 3);
	return tensors_and_token(g, s, "c2", "c3", "c4");
}

/* ---- asynchronous ops ----------------------------------------------------------------------- */

static bool may_be_async(enum op op)
{
	switch (op) {
	case OP_all_gather:
	case OP_all_reduce:
	case OP_all_to_all:
	case OP_collective_broadcast:
	case OP_collective_permute:
	case OP_collective_reduce:
	case OP_reduce_scatter:
	case OP_slice:
	case OP_dynamic_slice:
	case OP_dynamic_update_slice:
		return true;
	default:
		return false;
	}
}

/* async_start: one collective or slice of the operands. */
const struct type *infer_async_start(struct graph *g, const struct node_spec *s)
{
	struct body b = spec_body(g, s, 0, "c1", s->nin, -1);
	for (uint32_t i = 0; i < s->nin; i++)
		if (!type_compatible(g, s->in[i]->type, b.r->params[i]))
			spec_fail(g, s, "c1", "expected parameter %u of type %s, found %s", i,
				spec_text(g, s->in[i]->type), spec_text(g, b.r->params[i]));
	const struct type **t = job_array(graph_job(g), b.nresults ? b.nresults : 1, sizeof *t);
	const struct node *inner = NULL;
	for (uint32_t i = 0; i < b.nresults; i++) {
		const struct node *n = b.r->results[i];
		t[i] = n->type;
		if (n->op == OP_result)
			n = n->in[0];
		if (!may_be_async(n->op) || (inner && inner != n))
			spec_fail(g, s, NULL, "expected a region of one collective or slice, found "
				"%s", op_table[n->op].text);
		inner = n;
	}
	if (!inner)
		spec_fail(g, s, NULL, "expected a region of one collective or slice, found no "
			"result");
	for (uint32_t i = 0; i < inner->nin; i++)
		if (inner->in[i]->op != OP_parameter && inner->in[i]->op != OP_constant)
			spec_fail(g, s, NULL, "expected a region of one collective or slice, found "
				"%s, too", op_table[inner->in[i]->op].text);
	return spec_one(g, s, "c2", type_list(g, TYPE_future, b.nresults, t));
}

const struct type *infer_async_done(struct graph *g, const struct node_spec *s)
{
	const struct type *t = s->in[0]->type;
	if (t->kind != TYPE_future)
		spec_fail(g, s, NULL, "expected a future, found %s", spec_text(g, t));
	return spec_results(g, s, "c1", t->n, t->elem);
}
