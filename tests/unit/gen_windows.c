/* gen_windows.c -- CORE_contract of convolutions against the interpreter: columns that are windows
 * of planes, rows that are windows of images with their features last. */
#include "gen_util.h"

/* ---- windows of planes ---------------------------------------------------------------------- */

/* `images` images of `features` planes, high x wide, under windows of 3 x 3 and m rows of weights:
 * the planes have places for all that windows read. */
struct window_shape {
	int m, images, features, high, wide;
	enum dtype t;
	int m_block, n_block;
};

static const struct node *convolve(struct graph *g, const struct node *x, const struct node *w,
	const struct type *t)
{
	const int64_t spatial[] = { 2, 3 };
	const struct attr_entry e[] = {
		{ KEY_input_batch_dimension, NULL, attr_int(g, 0) },
		{ KEY_input_feature_dimension, NULL, attr_int(g, 1) },
		{ KEY_input_spatial_dimensions, NULL, attr_ints(g, 2, spatial) },
		{ KEY_kernel_output_feature_dimension, NULL, attr_int(g, 0) },
		{ KEY_kernel_input_feature_dimension, NULL, attr_int(g, 1) },
		{ KEY_kernel_spatial_dimensions, NULL, attr_ints(g, 2, spatial) },
		{ KEY_output_batch_dimension, NULL, attr_int(g, 0) },
		{ KEY_output_feature_dimension, NULL, attr_int(g, 1) },
		{ KEY_output_spatial_dimensions, NULL, attr_ints(g, 2, spatial) },
		{ KEY_feature_group_count, NULL, attr_int(g, 1) },
		{ KEY_batch_group_count, NULL, attr_int(g, 1) },
	};
	struct node_spec s = { .op = OP_convolution,
		.nin = 2,
		.in = (const struct node *[]){ x, w },
		.attrs = attrs_cons(g, sizeof e / sizeof *e, e),
		.type = t };

	return graph_node(g, &s);
}

static void check_windows(struct graph *g, struct job *j, const struct window_shape *s)
{
	int row = s->wide - 2, k = s->features * 9;
	enum dtype acc = s->t == DTYPE_f64 ? DTYPE_f64 : DTYPE_f32;
	const struct type *wt = gen_type(g, s->t, 4, s->m, s->features, 3, 3),
			  *xt = gen_type(g, s->t, 4, s->images, s->features, s->high, s->wide),
			  *ct = gen_type(g, acc, 4, s->images, s->m, s->high - 2, row);
	const struct type *params[] = { wt, xt, ct }, *body_params[] = { ct, ct };
	const struct node *c =
		convolve(g, graph_parameter(g, 1, xt), graph_parameter(g, 0, wt), ct);
	const struct node *whole = build2(g, OP_add, c, graph_parameter(g, 2, ct));
	const struct node *e =
		build2(g, OP_add, graph_parameter(g, 0, ct), graph_parameter(g, 1, ct));
	struct gen_case gc = { .g = g,
		.job = j,
		.core = CORE_contract,
		.tolerance = acc == DTYPE_f64 ? 1e-12 : 2e-5,
		.low = -1,
		.high = 1,
		.region = gen_region(g, 3, params, 1, &whole),
		.body = gen_region(g, 2, body_params, 1, &e),
		.contract = { .left = 1, .right = 2, .rows_are_lhs = true,
			.nbatch = s->images > 1,
			.batch = { s->images },
			.cols_batch = { s->features * s->high * s->wide },
			.m = s->m,
			.n = (s->high - 2) * row,
			.k = k,
			.rows_m = k,
			.rows_k = 1,
			.cols_k = s->high * s->wide,
			.cols_n = 1,
			.rows_type = s->t,
			.cols_type = s->t,
			.acc = acc,
			.m_block = s->m_block,
			.n_block = s->n_block,
			.panel = 32,
			.taps = 9,
			.row = row,
			.row_all = s->wide } };

	for (int tap = 0; tap < 9; tap++)
		gc.contract.tap[tap] = tap / 3 * s->wide + tap % 3;
	gen_check(&gc);
}

static void windows(struct graph *g, struct job *j)
{
	static const struct window_shape list[] = {
		{ 12, 1, 4, 6, 7, DTYPE_f32, 24, 0 },
		{ 30, 1, 33, 9, 9, DTYPE_f32, 24, 32 },
		/* the second group of columns begins between two rows */
		{ 5, 2, 7, 6, 43, DTYPE_f32, 24, 0 },
		{ 26, 1, 3, 5, 150, DTYPE_f32, 24, 64 },
		{ 14, 3, 5, 9, 18, DTYPE_f64, 24, 0 },
		/* a row is a vector */
		{ 13, 2, 3, 9, 18, DTYPE_f32, 24, 64 },
		{ 40, 1, 64, 9, 9, DTYPE_bf16, 32, 0 },
		{ 33, 2, 61, 8, 35, DTYPE_bf16, 32, 128 },
		{ 8, 1, 3, 7, 9, DTYPE_f16, 24, 0 },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
		UNIT_NOTE("windows %u", i);
		check_windows(g, j, &list[i]);
	}
}

void test_gen_windows__of_planes(void)
{
	gen_with_graph(windows);
}

/* ---- windows as rows ------------------------------------------------------------------------ */

/* `images` images, high x wide, of `features`, under windows of `lines` x `across` a `step` apart,
 * by weights for n features: rows of windows of `tile` a tile.  A window's places are `holes`
 * apart, 0: side by side, and a line of it is one run. */
struct place_shape {
	int images, high, wide, features, lines, across, step, n, tile;
	enum dtype t;
	int m_block, n_block, holes;
};

/* x, features last, by w [lines, across, features, n]. */
static const struct node *convolve_last(struct graph *g, const struct node *x,
	const struct node *w, int step, int holes, const struct type *t)
{
	const int64_t spatial[] = { 1, 2 }, window[] = { 0, 1 }, steps[] = { step, step },
		      apart[] = { 1, holes };
	const struct attr_entry e[] = {
		{ KEY_window_strides, NULL, attr_ints(g, 2, steps) },
		{ KEY_rhs_dilation, NULL, attr_ints(g, 2, apart) },
		{ KEY_input_batch_dimension, NULL, attr_int(g, 0) },
		{ KEY_input_feature_dimension, NULL, attr_int(g, 3) },
		{ KEY_input_spatial_dimensions, NULL, attr_ints(g, 2, spatial) },
		{ KEY_kernel_input_feature_dimension, NULL, attr_int(g, 2) },
		{ KEY_kernel_output_feature_dimension, NULL, attr_int(g, 3) },
		{ KEY_kernel_spatial_dimensions, NULL, attr_ints(g, 2, window) },
		{ KEY_output_batch_dimension, NULL, attr_int(g, 0) },
		{ KEY_output_feature_dimension, NULL, attr_int(g, 3) },
		{ KEY_output_spatial_dimensions, NULL, attr_ints(g, 2, spatial) },
		{ KEY_feature_group_count, NULL, attr_int(g, 1) },
		{ KEY_batch_group_count, NULL, attr_int(g, 1) },
	};
	struct node_spec s = { .op = OP_convolution, .nin = 2,
		.in = (const struct node *[]){ x, w },
		.attrs = attrs_cons(g, sizeof e / sizeof *e, e), .type = t };

	return graph_node(g, &s);
}

static void check_places(struct graph *g, struct job *j, const struct place_shape *s)
{
	int run = s->across * s->features, k = s->lines * run, panel = 32;
	int words = s->t == DTYPE_bf16 ? k / 2 : 0, line = s->wide * s->features;
	int holes = s->holes ? s->holes : 1, pieces = s->holes ? s->across : 1;
	int high = (s->high - s->lines) / s->step + 1;
	int wide = (s->wide - (s->across - 1) * holes - 1) / s->step + 1;
	int panels = (s->n + panel - 1) / panel;
	const struct type *xt = gen_type(g, s->t, 4, s->images, s->high, s->wide, s->features),
			  *wt = words ? gen_type(g, s->t, 4, panels, words, panel, 2)
				      : gen_type(g, s->t, 3, panels, k, panel),
			  *ct = gen_type(g, DTYPE_f32, 4, s->images, high, wide, s->n);
	const struct type *params[] = { xt, wt, ct }, *body_params[] = { ct, ct };
	const struct node *weights = build_reshape(g,
		gen_unpack(g, graph_parameter(g, 1, wt), k, s->n), 4,
		(int64_t[]){ s->lines, s->across, s->features, s->n });
	const struct node *c =
		convolve_last(g, graph_parameter(g, 0, xt), weights, s->step, holes, ct);
	const struct node *whole = build2(g, OP_add, c, graph_parameter(g, 2, ct));
	const struct node *e =
		build2(g, OP_add, graph_parameter(g, 0, ct), graph_parameter(g, 1, ct));
	struct gen_case gc = { .g = g,
		.job = j,
		.core = CORE_contract,
		.tolerance = 2e-5,
		.low = -1,
		.high = 1,
		.least = words ? ISA_LEVEL_avx512bf16 : ISA_LEVEL_sse2,
		.region = gen_region(g, 3, params, 1, &whole),
		.body = gen_region(g, 2, body_params, 1, &e),
		.contract = { .left = 2, .right = 1, .rows_are_lhs = true, .cols_packed = true,
			.cols_shared = s->images > 1, .word = words ? 2 : 0, .words = words,
			.nbatch = s->images > 1, .batch = { s->images },
			.rows_batch = { s->high * line }, .m = high * wide, .n = s->n, .k = k,
			.rows_m = s->step * s->features, .rows_k = 1, .span = wide,
			.span_pitch = s->step * line, .bands = s->lines * pieces, .pieces = pieces,
			.piece_pitch = holes * s->features, .band_pitch = line,
			.tile = s->tile, .rows_type = s->t, .cols_type = s->t, .acc = DTYPE_f32,
			.m_block = s->m_block, .n_block = s->n_block, .panel = panel } };

	gen_check(&gc);
}

static void places(struct graph *g, struct job *j)
{
	static const struct place_shape list[] = {
		/* spans of two tiles and what is left; three bands in a tile */
		{ 1, 6, 19, 4, 3, 3, 1, 32, 7, DTYPE_f32, 34, 0, 0 },
		/* two spans in a tile, three images, half a panel left */
		{ 3, 7, 9, 8, 3, 3, 1, 80, 14, DTYPE_f32, 28, 32, 0 },
		/* every other place, bands one after the other in parts */
		{ 1, 11, 9, 200, 3, 3, 2, 45, 4, DTYPE_f32, 8, 0, 0 },
		{ 2, 9, 9, 40, 1, 1, 2, 33, 5, DTYPE_f32, 25, 0, 0 },
		/* two bands, each of two parts, and of one */
		{ 1, 5, 8, 50, 2, 3, 1, 20, 6, DTYPE_f32, 24, 0, 0 },
		{ 1, 5, 8, 32, 2, 4, 1, 20, 5, DTYPE_f32, 24, 0, 0 },
		/* pairs */
		{ 2, 6, 19, 4, 3, 3, 1, 32, 7, DTYPE_bf16, 34, 0, 0 },
		{ 1, 7, 9, 300, 3, 3, 1, 145, 14, DTYPE_bf16, 28, 64, 0 },
		{ 1, 5, 30, 2, 5, 7, 2, 64, 12, DTYPE_bf16, 12, 0, 0 },
		{ 1, 5, 8, 100, 2, 3, 1, 20, 6, DTYPE_bf16, 24, 0, 0 },
		/* holes: all bands in a tile, those of a line, one after the other, and in parts */
		{ 2, 7, 19, 8, 3, 3, 1, 32, 15, DTYPE_f32, 30, 0, 2 },
		{ 1, 7, 12, 64, 3, 3, 2, 16, 4, DTYPE_f32, 8, 0, 2 },
		{ 1, 5, 9, 128, 2, 4, 1, 8, 6, DTYPE_f32, 12, 0, 1 },
		{ 1, 5, 9, 200, 2, 2, 1, 40, 6, DTYPE_f32, 12, 0, 3 },
		{ 2, 6, 13, 48, 4, 5, 1, 24, 9, DTYPE_bf16, 18, 0, 1 },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
		UNIT_NOTE("places %u", i);
		check_places(g, j, &list[i]);
	}
}

void test_gen_windows__as_rows(void)
{
	gen_with_graph(places);
}
