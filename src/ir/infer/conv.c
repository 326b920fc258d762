/* conv.c -- convolution and dynamic_conv.
 *
 * The two differ in the padding: an attribute, or a matrix the program computes. */
#include "ir/infer/infer_impl.h"

/* Dimension numbers of one of input, kernel and output: two special ones and the spatial. */
struct layout {
	int64_t first, second;       /* batch and feature; of the kernel input and output feature */
	const int64_t *spatial;
	uint32_t nspatial;
};
struct conv {
	const struct type *lhs, *rhs;
	struct layout input, kernel, output;
	uint32_t rank, n;            /* n: spatial dimensions */
	const int64_t *strides, *lhs_dilation, *rhs_dilation;
	int64_t groups, batches;     /* feature_group_count, batch_group_count */
};

static struct layout read_layout(struct graph *g, const struct node_spec *s, const char *count,
	const char *range, uint32_t rank, enum key first, enum key second, enum key spatial)
{
	struct layout l = { .first = spec_int(s, first, -1), .second = spec_int(s, second, -1) };
	l.spatial = spec_ints(s, spatial, &l.nspatial);
	if (l.nspatial != rank - 2)
		spec_fail(g, s, count, "expected %u entries of %s, found %u", rank - 2,
			key_names[spatial], l.nspatial);
	int64_t two[2] = { l.first, l.second };
	spec_range(g, s, range, "dimension numbers", 2, two, rank);
	spec_range(g, s, range, key_names[spatial], l.nspatial, l.spatial, rank);
	spec_unique(g, s, range, "dimension numbers", 2, two, l.nspatial, l.spatial);
	return l;
}

/* c2, c3, c5 to c9: what is given for each spatial dimension. */
static void read_window(struct graph *g, const struct node_spec *s, struct conv *x)
{
	x->strides = spec_ints_n(g, s, "c2", KEY_window_strides, x->n, 1);
	spec_at_least(g, s, "c3", "window_strides", x->n, x->strides, 1);
	x->lhs_dilation = spec_ints_n(g, s, "c5", KEY_lhs_dilation, x->n, 1);
	spec_at_least(g, s, "c6", "lhs_dilation", x->n, x->lhs_dilation, 1);
	x->rhs_dilation = spec_ints_n(g, s, "c7", KEY_rhs_dilation, x->n, 1);
	spec_at_least(g, s, "c8", "rhs_dilation", x->n, x->rhs_dilation, 1);
	spec_ints_n(g, s, "c9", KEY_window_reversal, x->n, 0);
}

static bool divides(struct graph *g, int64_t d, int64_t by)
{
	return dims_agree(g, dim_mod(g, d, by), 0);
}

/* c10, c11, c14 to c16, c21 to c23: groups. */
static void check_groups(struct graph *g, const struct node_spec *s, struct conv *x)
{
	x->groups = spec_int(s, KEY_feature_group_count, 1);
	x->batches = spec_int(s, KEY_batch_group_count, 1);
	if (x->groups < 1)
		spec_fail_attr(g, s, "c21", "expected a positive feature_group_count, found %lld",
			(long long)x->groups);
	if (x->batches < 1)
		spec_fail_attr(g, s, "c22", "expected a positive batch_group_count, found %lld",
			(long long)x->batches);
	if (x->groups > 1 && x->batches > 1)
		spec_fail(g, s, "c23", "expected one of feature_group_count and batch_group_count "
			"to be 1, found %lld and %lld", (long long)x->groups,
			(long long)x->batches);
	int64_t batch = x->lhs->dims[x->input.first], feature = x->lhs->dims[x->input.second];
	int64_t in = x->rhs->dims[x->kernel.first], out = x->rhs->dims[x->kernel.second];
	if (!divides(g, batch, x->batches))
		spec_fail(g, s, "c10", "expected a batch of a multiple of batch_group_count %lld, "
			"found %lld", (long long)x->batches, (long long)batch);
	if (!divides(g, feature, x->groups))
		spec_fail(g, s, "c11", "expected input features of a multiple of "
			"feature_group_count %lld, found %lld", (long long)x->groups,
			(long long)feature);
	if (!dims_agree(g, in, dim_floordiv(g, feature, x->groups)))
		spec_fail(g, s, "c14", "expected %lld input features of the kernel, found %lld",
			(long long)(feature / x->groups), (long long)in);
	if (!divides(g, out, x->batches))
		spec_fail(g, s, "c15",
			"expected output features of a multiple of batch_group_count "
			"%lld, found %lld",
			(long long)x->batches, (long long)out);
	if (!divides(g, out, x->groups))
		spec_fail(g, s, "c16", "expected output features of a multiple of "
			"feature_group_count %lld, found %lld", (long long)x->groups,
			(long long)out);
}

static void read_conv(struct graph *g, const struct node_spec *s, struct conv *x)
{
	x->lhs = spec_tensor(g, s, 0, ELEM_all);
	x->rhs = spec_tensor(g, s, 1, ELEM_all);
	x->rank = x->lhs->rank;
	if (x->rank < 2 || x->rank != x->rhs->rank)
		spec_fail(g, s, "c1", "expected operands of one rank of at least 2, found %s and "
			"%s", spec_text(g, x->lhs), spec_text(g, x->rhs));
	x->n = x->rank - 2;
	x->input = read_layout(g, s, "c12", "c13", x->rank, KEY_input_batch_dimension,
		KEY_input_feature_dimension, KEY_input_spatial_dimensions);
	x->kernel = read_layout(g, s, "c17", "c18", x->rank, KEY_kernel_input_feature_dimension,
		KEY_kernel_output_feature_dimension, KEY_kernel_spatial_dimensions);
	x->output = read_layout(g, s, "c19", "c20", x->rank, KEY_output_batch_dimension,
		KEY_output_feature_dimension, KEY_output_spatial_dimensions);
	read_window(g, s, x);
	check_groups(g, s, x);
	spec_precision(g, s, "c24");
	for (uint32_t i = 0; i < x->n; i++)
		if (x->rhs->dims[x->kernel.spatial[i]] == 0)
			spec_fail(g, s, "c25", "expected a kernel of positive size, found %s",
				spec_text(g, x->rhs));
}

/* c25 to c34: sizes[] of the spatial dimensions and what the operands tell give the result. */
static const struct type *conv_result(struct graph *g, const struct node_spec *s, struct conv *x,
	const int64_t *sizes)
{
	const struct type *r = spec_declared(s, 0);
	if (r && (r->kind != TYPE_tensor || r->unranked))
		r = NULL;
	if (r && r->rank != x->rank)
		spec_fail(g, s, "c26", "expected a result of rank %u, found %s", x->rank,
			spec_text(g, r));
	spec_quant_contract(g, s, x->lhs, x->rhs, r);
	if (x->rhs->quant && x->rhs->quant->axis >= 0 && x->rhs->quant->axis != x->kernel.second)
		spec_fail(g, s, "c29", "expected a kernel quantised along its output features, "
			"found %s", spec_text(g, x->rhs));
	if (r && r->quant && r->quant->axis >= 0 && r->quant->axis != x->output.second)
		spec_fail(g, s, "c30", "expected a result quantised along its features, found %s",
			spec_text(g, r));
	int64_t *dims = job_array(graph_job(g), x->rank, sizeof *dims);
	int64_t batch = x->lhs->dims[x->input.first];
	dims[x->output.first] = x->batches == 1 ? batch : batch >= 0 ? batch / x->batches :
		dim_floordiv(g, batch, x->batches);
	dims[x->output.second] = x->rhs->dims[x->kernel.second];
	for (uint32_t i = 0; i < x->n; i++)
		dims[x->output.spatial[i]] = sizes[i];
	int64_t *bounds = job_array(graph_job(g), x->rank, sizeof *bounds);
	for (uint32_t i = 0; i < x->rank; i++)
		bounds[i] = -1;
	int64_t most = type_bound(x->lhs, (uint32_t)x->input.first);
	bounds[x->output.first] = most < 0 ? -1 : most / x->batches;
	bounds[x->output.second] = type_bound(x->rhs, (uint32_t)x->kernel.second);
	return spec_one(g, s, "c25", type_shaped(g, r ? r : x->lhs, x->rank, dims, bounds));
}

/* v as a term of a size. */
static int64_t term(struct graph *g, int64_t v)
{
	return v >= 0 ? v : dim_sub(g, 0, -v);
}

static struct window spatial_window(const struct conv *x, uint32_t i)
{
	return (struct window){ .size = x->rhs->dims[x->kernel.spatial[i]], .stride = x->strides[i],
		.base = x->lhs_dilation[i], .dilation = x->rhs_dilation[i] };
}

const struct type *infer_convolution(struct graph *g, const struct node_spec *s)
{
	struct conv x;
	read_conv(g, s, &x);
	const int64_t *pad = spec_padding(g, s, "c4", x.n);
	int64_t *sizes = job_array(graph_job(g), x.rank, sizeof *sizes);
	for (uint32_t i = 0; i < x.n; i++) {
		struct window w = spatial_window(&x, i);
		w.low = pad[2 * i];
		w.high = pad[2 * i + 1];
		int64_t d = x.lhs->dims[x.input.spatial[i]];
		if (w.size >= 0) {
			sizes[i] = spec_windows(g, s, "c25", d, &w);
			continue;
		}
		w.low = term(g, w.low);
		w.high = term(g, w.high);
		sizes[i] = spec_places(g, d, &w);
	}
	return conv_result(g, s, &x, sizes);
}

const struct type *infer_dynamic_conv(struct graph *g, const struct node_spec *s)
{
	struct conv x;
	read_conv(g, s, &x);
	const struct type *pad = spec_tensor(g, s, 2, ELEM_size);
	if (pad->rank != 2 || !dims_agree(g, pad->dims[0], x.n) || !dims_agree(g,
		pad->dims[1], 2))
		spec_fail(g, s, "c4", "expected padding of shape [%u, 2], found %s", x.n,
			spec_text(g, pad));
	int64_t *sizes = job_array(graph_job(g), x.rank, sizeof *sizes);
	for (uint32_t i = 0; i < x.n; i++) {
		struct window w = spatial_window(&x, i);
		int64_t d = x.lhs->dims[x.input.spatial[i]];
		bool known = node_constant_int(s->in[2], 2 * i, &w.low)
			&& node_constant_int(s->in[2], 2 * i + 1, &w.high);
		if (w.size < 0) {
			w.low = dim_of_node(g, s->in[2], 2 * i);
			w.high = dim_of_node(g, s->in[2], 2 * (int64_t)i + 1);
			sizes[i] = spec_places(g, d, &w);
			continue;
		}
		if (!known) {
			/* The padding becomes part of a size that is then dilated no more. */
			int64_t base = w.base == 1 ? d : dim_max(g, 0, dim_add(g, dim_mul(g,
				dim_sub(g, d, 1), w.base), 1));
			d = dim_add(g, base, dim_add(g, dim_of_node(g, s->in[2], 2 * i),
				dim_of_node(g, s->in[2], 2 * (int64_t)i + 1)));
			w.base = 1;
			w.low = w.high = 0;
		}
		sizes[i] = spec_windows(g, s, "c25", d, &w);
	}
	return conv_result(g, s, &x, sizes);
}
