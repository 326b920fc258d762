/* index.c -- ops that move elements to and from places that tensors of indices tell.
 *
 * gather and scatter share their arithmetic: the indices tensor without its index vector dimension
 * gives the batch dimensions, slices of the operand without collapsed (inserted) and batching
 * dimensions the window dimensions; offset_dims (update_window_dims) says where windows go. */
#include "ir/infer/infer_impl.h"

static int64_t *scratch(struct graph *g, uint32_t n)
{
	return job_array(graph_job(g), n ? n : 1, sizeof(int64_t));
}

/* The scalar start indices of dynamic_slice and dynamic_update_slice, from operand `first` on. */
static void check_starts(struct graph *g, const struct node_spec *s, const char *count,
	const char *types, uint32_t first, uint32_t rank)
{
	uint32_t n = s->nin - first;
	if (n != rank)
		spec_fail(g, s, count, "expected %u start indices, found %u", rank, n);
	for (uint32_t i = 0; i < n; i++) {
		const struct type *t = spec_tensor(g, s, first + i, ELEM_int);
		if (t->rank || t->dtype != s->in[first]->type->dtype)
			spec_fail(g, s, types,
				"expected scalar start indices of one type, found %s "
				"and %s",
				spec_text(g, s->in[first]->type), spec_text(g, t));
	}
}

/* dynamic_slice_c1 to c5. */
const struct type *infer_dynamic_slice(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_any);
	check_starts(g, s, "c2", "c3", 1, t->rank);
	uint32_t n;
	const int64_t *sizes = spec_ints(s, KEY_slice_sizes, &n);
	if (n != t->rank)
		spec_fail(g, s, "c2", "expected %u slice_sizes, found %u", t->rank, n);
	for (uint32_t i = 0; i < n; i++) {
		int64_t size = type_bound(t, i);
		if (sizes[i] < 0 || (size >= 0 && sizes[i] > size))
			spec_fail(g, s, "c4", "expected slice_sizes in the operand %s, found %lld "
				"in dimension %u", spec_text(g, t), (long long)sizes[i], i);
		dim_reaches(g, t->dims[i], sizes[i]);
	}
	spec_same_elements(g, s, "c1", 1, &t);
	return spec_one(g, s, "c5", type_shaped(g, t, n, sizes, NULL));
}

/* dynamic_update_slice_c1 to c6. */
const struct type *infer_dynamic_update_slice(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_any), *u = spec_tensor(g, s, 1, ELEM_any);
	if (!elem_same(t, u))
		spec_fail(g, s, "c2", "expected an update of the operand's element type, found %s "
			"and %s", spec_text(g, t), spec_text(g, u));
	if (u->rank != t->rank)
		spec_fail(g, s, "c3", "expected an update of rank %u, found %s", t->rank,
			spec_text(g, u));
	check_starts(g, s, "c4", "c5", 2, t->rank);
	for (uint32_t i = 0; i < t->rank; i++) {
		if (type_bound(t, i) >= 0 && u->dims[i] > type_bound(t, i))
			spec_fail(g, s, "c6", "expected an update within the operand %s, found %s",
				spec_text(g, t), spec_text(g, u));
		dim_reaches(g, t->dims[i], u->dims[i]);
	}
	return spec_one(g, s, "c1", t);
}

/* Which constraints of gather, dynamic_gather and scatter are meant; NULL: none. */
struct index_rules {
	const char *cover, *single, *single_batch, *count, *within, *shape, *element;
	const char *window, *window_range, *dropped_unique, *dropped_sorted, *dropped_range,
		*batch_sorted, *batch_range, *indices_unique, *indices_range, *indices_vector,
		*batch_count, *batch_size, *map_count, *map_unique, *map_range, *vector_range;
	enum key window_key, dropped_key, batch_key, indices_key, map_key;
	const char *window_name, *dropped_name, *batch_name, *indices_name, *map_name;
};
static const struct index_rules gather_rules = {
	"c1", "c9", "c12", "c20", "c21", "c22", "c23",
	"c4", "c5", "c6", "c7", "c8", "c10", "c11", "c13", "c14", "c15", "c16", "c17", "c3", "c18",
	"c19", "c2",
	KEY_offset_dims, KEY_collapsed_slice_dims, KEY_operand_batching_dims,
	KEY_start_indices_batching_dims, KEY_start_index_map,
	"offset_dims", "collapsed_slice_dims", "operand_batching_dims",
	"start_indices_batching_dims", "start_index_map",
};
/* The section of dynamic_gather knows no batching dimensions; the op has them. */
static const struct index_rules dynamic_gather_rules = {
	"c1", "c8", NULL, "c11", "c12", "c13", "c14",
	"c4", "c5", "c6", "c6", "c7", NULL, NULL, NULL, NULL, NULL, NULL, NULL, "c3", "c9", "c10",
	"c2",
	KEY_offset_dims, KEY_collapsed_slice_dims, KEY_operand_batching_dims,
	KEY_start_indices_batching_dims, KEY_start_index_map,
	"offset_dims", "collapsed_slice_dims", "operand_batching_dims",
	"start_indices_batching_dims", "start_index_map",
};
static const struct index_rules scatter_rules = {
	"c2", NULL, NULL, NULL, "c4", "c24", "c25",
	"c7", "c8", "c9", "c10", "c11", "c12", "c13", "c14", "c15", "c16", "c17", "c18", "c19",
	"c20", "c21", "c22",
	KEY_update_window_dims, KEY_inserted_window_dims, KEY_input_batching_dims,
	KEY_scatter_indices_batching_dims, KEY_scatter_dims_to_operand_dims,
	"update_window_dims", "inserted_window_dims", "input_batching_dims",
	"scatter_indices_batching_dims", "scatter_dims_to_operand_dims",
};
/* The dimension numbers of one gather or scatter. */
struct indexing {
	const int64_t *window, *dropped, *batch, *indices, *map;
	uint32_t nwindow, ndropped, nbatch, nindices, nmap;
	int64_t vector;              /* index_vector_dim */
	uint32_t nouter;             /* dimensions the indices give to the result */
};

/* Does dimension d of the operand have no place in a window? */
static bool is_dropped(const struct indexing *x, int64_t d)
{
	return list_has(x->ndropped, x->dropped, d) || list_has(x->nbatch, x->batch, d);
}

/* What the constraints say of the dimension numbers; window: what they count in result or
 * updates. */
static void read_indexing(struct graph *g, const struct node_spec *s, const struct index_rules *r,
	const struct type *t, const struct type *at, struct indexing *x)
{
	x->window = spec_ints(s, r->window_key, &x->nwindow);
	x->dropped = spec_ints(s, r->dropped_key, &x->ndropped);
	x->batch = spec_ints(s, r->batch_key, &x->nbatch);
	x->indices = spec_ints(s, r->indices_key, &x->nindices);
	x->map = spec_ints(s, r->map_key, &x->nmap);
	x->vector = spec_int(s, KEY_index_vector_dim, 0);
	if (x->vector < 0 || x->vector > at->rank)
		spec_fail(g, s, r->vector_range, "expected index_vector_dim in [0, %u], found %lld",
			at->rank, (long long)x->vector);
	int64_t size = x->vector < at->rank ? at->dims[x->vector] : 1;
	if (!dims_agree(g, size, x->nmap))
		spec_fail(g, s, r->map_count, "expected %u indices in a vector, as %s has entries, "
			"found %s", x->nmap, r->map_name, spec_text(g, at));
	x->nouter = at->rank - (x->vector < at->rank);
	spec_unique(g, s, r->window, r->window_name, x->nwindow, x->window, 0, NULL);
	spec_sorted(g, s, r->window, r->window_name, x->nwindow, x->window);
	spec_range(g, s, r->window_range, r->window_name, x->nwindow, x->window,
		(int64_t)x->nouter + x->nwindow);
	spec_unique(g, s, r->dropped_unique, r->dropped_name, x->ndropped, x->dropped, x->nbatch,
		x->batch);
	spec_sorted(g, s, r->dropped_sorted, r->dropped_name, x->ndropped, x->dropped);
	spec_range(g, s, r->dropped_range, r->dropped_name, x->ndropped, x->dropped, t->rank);
	spec_sorted(g, s, r->batch_sorted, r->batch_name, x->nbatch, x->batch);
	spec_range(g, s, r->batch_range, r->batch_name, x->nbatch, x->batch, t->rank);
	spec_unique(g, s, r->indices_unique, r->indices_name, x->nindices, x->indices, 0, NULL);
	spec_range(g, s, r->indices_range, r->indices_name, x->nindices, x->indices, at->rank);
	if (list_has(x->nindices, x->indices, x->vector))
		spec_fail(g, s, r->indices_vector, "expected %s without index_vector_dim %lld, "
			"found %s", r->indices_name, (long long)x->vector, spec_list(g, x->nindices,
			x->indices));
	if (x->nbatch != x->nindices)
		spec_fail(g, s, r->batch_count, "expected as many %s as %s, found %u and %u",
			r->batch_name, r->indices_name, x->nbatch, x->nindices);
	for (uint32_t i = 0; i < x->nbatch; i++)
		if (!dims_agree(g, t->dims[x->batch[i]], at->dims[x->indices[i]]))
			spec_fail(g, s, r->batch_size, "expected batching dimensions of one size, "
				"found %s and %s", spec_text(g, t), spec_text(g, at));
	spec_unique(g, s, r->map_unique, r->map_name, x->nmap, x->map, x->nbatch, x->batch);
	spec_range(g, s, r->map_range, r->map_name, x->nmap, x->map, t->rank);
}

/* The result of a gather of these slices; sizes may be symbolic. */
static const struct type *gather(struct graph *g, const struct node_spec *s,
	const struct index_rules *r, uint32_t nsizes, const int64_t *sizes)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_any), *at = spec_tensor(g, s, 1, ELEM_int);
	struct indexing x;
	read_indexing(g, s, r, t, at, &x);
	if (nsizes != t->rank)
		spec_fail(g, s, r->count, "expected %u slice_sizes, found %u", t->rank, nsizes);
	if (t->rank != x.nwindow + x.ndropped + x.nbatch)
		spec_fail(g, s, r->cover, "expected offset_dims, collapsed_slice_dims and "
			"operand_batching_dims to cover rank %u, found %u, %u and %u", t->rank,
			x.nwindow, x.ndropped, x.nbatch);
	for (uint32_t i = 0; i < nsizes; i++) {
		bool dropped = list_has(x.ndropped, x.dropped, i);
		bool single = dropped || list_has(x.nbatch, x.batch, i);
		if (single && sizes[i] > 1)
			spec_fail(g, s, dropped ? r->single : r->single_batch,
				"expected slice_sizes of at most 1 where a dimension is dropped, "
				"found %lld in dimension %u", (long long)sizes[i], i);
		if (sizes[i] >= 0 && type_bound(t, i) >= 0 && sizes[i] > type_bound(t, i))
			spec_fail(g, s, r->within, "expected slice_sizes within %s, found %lld in "
				"dimension %u", spec_text(g, t), (long long)sizes[i], i);
		dim_reaches(g, t->dims[i], sizes[i]);
		if (single)
			dim_reaches(g, 1, sizes[i]);
		/* Of a slice of 0, what one of 1 would give; no computed one of no elements. */
		if (single && sizes[i] < 0)
			dim_reaches(g, sizes[i], t->dims[i] == 0);
		if (single && sizes[i] <= 0 && (!sizes[i] || t->dims[i] != 0))
			dim_reaches(g, t->dims[i], 1);
	}
	uint32_t rank = x.nouter + x.nwindow;
	int64_t *dims = scratch(g, rank), *bounds = scratch(g, rank);
	uint32_t from = 0, of = 0;
	for (uint32_t i = 0; i < rank; i++) {
		if (list_has(x.nwindow, x.window, i)) {
			while (is_dropped(&x, of))
				of++;
			bounds[i] = -1;
			dims[i] = sizes[of++];
			continue;
		}
		if (from == x.vector)
			from++;
		bounds[i] = type_bound(at, from);
		dims[i] = at->dims[from++];
	}
	spec_same_elements(g, s, r->element, 1, &t);
	return spec_one(g, s, r->shape, type_shaped(g, t, rank, dims, bounds));
}

const struct type *infer_gather(struct graph *g, const struct node_spec *s)
{
	uint32_t n;
	const int64_t *sizes = spec_ints(s, KEY_slice_sizes, &n);
	for (uint32_t i = 0; i < n; i++)
		if (sizes[i] < 0)
			spec_fail(g, s, "c21", "expected slice_sizes of at least 0, found %lld",
				(long long)sizes[i]);
	return gather(g, s, &gather_rules, n, sizes);
}

const struct type *infer_dynamic_gather(struct graph *g, const struct node_spec *s)
{
	uint32_t n = spec_shape_operand(g, s, "c11", 2, -1);
	int64_t *sizes = scratch(g, n);
	for (uint32_t i = 0; i < n; i++)
		sizes[i] = spec_size_of(g, s, "c12", 2, i);
	return gather(g, s, &dynamic_gather_rules, n, sizes);
}

/* scatter_c4: an update is a batch of windows, none larger than the operand. */
static void check_updates(struct graph *g, const struct node_spec *s, const struct indexing *x,
	const struct type *t, const struct type *at, const struct type *u)
{
	if (u->rank != x->nouter + x->nwindow)
		spec_fail(g, s, "c4", "expected updates of rank %u, found %s",
			x->nouter + x->nwindow, spec_text(g, u));
	uint32_t from = 0, of = 0;
	for (uint32_t i = 0; i < u->rank; i++) {
		if (list_has(x->nwindow, x->window, i)) {
			while (is_dropped(x, of))
				of++;
			int64_t size = type_bound(t, of);
			if (size >= 0 && u->dims[i] > size)
				spec_fail(g, s, "c4", "expected windows within %s, found updates "
					"%s", spec_text(g, t), spec_text(g, u));
			dim_reaches(g, t->dims[of++], u->dims[i]);
			continue;
		}
		if (from == x->vector)
			from++;
		if (!dims_agree(g, u->dims[i], at->dims[from]))
			spec_fail(g, s, "c4", "expected a window for each index of %s, found "
				"updates %s", spec_text(g, at), spec_text(g, u));
		from++;
	}
}

/* scatter_c1 to c25. */
const struct type *infer_scatter(struct graph *g, const struct node_spec *s)
{
	uint32_t nin = s->nin, n = nin / 2;
	if (nin < 3 || nin % 2 == 0)
		spec_fail(g, s, "c5",
			"expected as many updates as inputs and indices between them, "
			"found %u operands",
			nin);
	const struct type *at = spec_tensor(g, s, n, ELEM_int);
	const struct type **in = job_array(graph_job(g), n, sizeof *in);
	const struct type **up = job_array(graph_job(g), n, sizeof *up);
	const struct type **out = job_array(graph_job(g), n, sizeof *out);
	for (uint32_t i = 0; i < n; i++) {
		in[i] = spec_tensor(g, s, i, ELEM_any);
		up[i] = spec_tensor(g, s, n + 1 + i, ELEM_any);
		if (!shape_compatible(g, in[0], in[i]))
			spec_fail(g, s, "c1", "expected inputs of one shape, found %s and %s",
				spec_text(g, in[0]), spec_text(g, in[i]));
		if (!shape_compatible(g, up[0], up[i]))
			spec_fail(g, s, "c3", "expected updates of one shape, found %s and %s",
				spec_text(g, up[0]), spec_text(g, up[i]));
		if (!elem_promotable(up[i], in[i]) && !elem_promotable(in[i], up[i]))
			spec_fail(g, s, "c6", "expected updates of the inputs' element type, found "
				"%s and %s", spec_text(g, in[i]), spec_text(g, up[i]));
	}
	struct indexing x;
	read_indexing(g, s, &scatter_rules, in[0], at, &x);
	if (in[0]->rank != x.nwindow + x.ndropped + x.nbatch)
		spec_fail(g, s, scatter_rules.cover,
			"expected update_window_dims, inserted_window_dims and "
			"input_batching_dims to cover rank %u, found %u, %u and %u", in[0]->rank,
			x.nwindow, x.ndropped, x.nbatch);
	for (uint32_t i = 0; i < n; i++)         /* one may know a size that others have as `?` */
		check_updates(g, s, &x, in[i], at, up[i]);
	const struct reducer body = {
		.c = "c23", .init = "c23", .n = n, .inputs = in, .inits = up };
	spec_reducer(g, s, &body, out);
	for (uint32_t i = 0; i < n; i++)
		out[i] = type_element_of(g, in[i], out[i]);
	spec_result_elements(g, s, scatter_rules.element, n, out);
	return spec_results(g, s, scatter_rules.shape, n, out);
}

/* torch_index_select: rows of dimension dim picked by an index tensor, batch_dims shared. */
const struct type *infer_torch_index_select(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_any), *at = spec_tensor(g, s, 1, ELEM_int);
	int64_t d = spec_int(s, KEY_dimension, 0), batch = spec_int(s, KEY_batch_dims, 0);
	int64_t rank = t->rank, inner = at->rank;
	if (d < 0)
		d += rank;
	if (batch < 0)
		batch += inner;
	if (d < 0 || d >= rank || batch < 0 || batch > inner || batch > d)
		spec_fail(g, s, NULL, "expected dim in [0, %lld) and batch_dims of at most it and "
			"rank %lld, found %lld and %lld", (long long)rank, (long long)inner,
			(long long)d, (long long)batch);
	for (int64_t i = 0; i < batch; i++)
		if (!dims_agree(g, t->dims[i], at->dims[i]))
			spec_fail(g, s, NULL, "expected batch dimensions of one size, found %s and "
				"%s", spec_text(g, t), spec_text(g, at));
	uint32_t n = (uint32_t)(rank - 1 + inner - batch), k = 0;
	int64_t *dims = scratch(g, n);
	for (int64_t i = 0; i < d; i++)
		dims[k++] = t->dims[i];
	for (int64_t i = batch; i < inner; i++)
		dims[k++] = at->dims[i];
	for (int64_t i = d + 1; i < rank; i++)
		dims[k++] = t->dims[i];
	return spec_one(g, s, NULL, type_shaped(g, t, n, dims, NULL));
}
