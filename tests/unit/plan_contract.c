/* plan_contract.c -- which side of a product is read as rows, and how its work is cut. */
#include "gen_util.h"
#include "plan/plan_impl.h"
#include "stablehlo/stablehlo.h"
#include <string.h>

/* The plan of a product of two parameters, along one dim of each. */
/* Of bytes as integers of 32 bits. */
static const struct plan *product_by(struct graph *g, struct job *j, const struct plan_options *o,
	const struct type *const params[2], int64_t lhs, int64_t rhs)
{
	enum dtype t = params[0]->dtype == DTYPE_i8 ? DTYPE_i32 : params[0]->dtype;
	const struct node *y = build_dot_over(g, graph_parameter(g, 0, params[0]), lhs,
		graph_parameter(g, 1, params[1]), rhs, t);
	struct plan_source s = { .name = "main", .region = gen_region(g, 2, params, 1, &y) };

	return plan_make(j, g, &s, o);
}

static const struct plan *product(struct graph *g, struct job *j, enum isa isa,
	const struct type *const params[2], int64_t lhs, int64_t rhs)
{
	return product_by(g, j, &(struct plan_options){ .isa = isa }, params, lhs, rhs);
}

/* x[tokens, 384] by w[1536, 384] along k, as a linear layer has it. */
static const struct kernel *linear(
	struct graph *g, struct job *j, int64_t tokens, enum isa isa)
{
	const struct type *params[] = { type_tensor(g, DTYPE_f32, 2, (int64_t[]){ tokens, 384 }),
		gen_type(g, DTYPE_f32, 2, 1536, 384) };
	const struct plan *p = product(g, j, isa, params, 1, 1);

	CHECK_INT(p->nkernels, 1);
	CHECK_INT(p->kernels[0]->core, CORE_contract);
	return p->kernels[0];
}

/* Whatever the number of tokens is, the weight is used as it lies: copied to panels, it would be
 * for each block of tokens. */
static void tokens(struct graph *g, struct job *j)
{
	int64_t s = dim_arg(g, 0, 0, 0, INT64_MAX);
	const struct contract *some = &linear(g, j, s, ISA_LEVEL_sse2)->contract;

	CHECK(!linear(g, j, 64, ISA_LEVEL_sse2)->contract.rows_are_lhs);
	/* nor where they fill no panel, whose tile is narrower then */
	CHECK(!linear(g, j, 16, ISA_LEVEL_avx512)->contract.rows_are_lhs);
	CHECK(!linear(g, j, 40, ISA_LEVEL_avx512)->contract.rows_are_lhs);
	CHECK(!some->rows_are_lhs);
	CHECK_INT(some->m, 1536);
	CHECK_INT((some->m + some->m_block - 1) / some->m_block % 2, 0);
}

void test_plan_contract__a_weight_is_not_copied_for_each_block_of_tokens(void)
{
	gen_with_graph(tokens);
}

/* Bytes that are made floats are multiplied from where they lie: one kernel, which reads bytes. */
static void bytes(struct graph *g, struct job *j)
{
	static const int64_t few[] = { 1, 4, 40 };
	static const enum dtype types[] = { DTYPE_f32, DTYPE_bf16 };

	for (int i = 0; i < 6; i++) {
		enum dtype t = types[i / 3];
		const int64_t dims[] = { few[i % 3], 384 };
		const struct type *params[] = { type_tensor(g, t, 2, dims),
			gen_type(g, DTYPE_i8, 2, 1536, 384) };
		const struct node *w = build_convert(g, graph_parameter(g, 1, params[1]), t);
		const struct node *x = graph_parameter(g, 0, params[0]);
		const struct node *y = build_dot_over(g, x, 1, w, 1, t);
		struct plan_source s = { .name = "main",
			.region = gen_region(g, 2, params, 1, &y) };
		const struct plan_options o = { .isa = ISA_LEVEL_avx512bf16 };
		const struct plan *p = plan_make(j, g, &s, &o);
		UNIT_NOTE("product %d", i);
		CHECK_INT(p->nkernels, 1);
		const struct contract *c = &p->kernels[0]->contract;
		CHECK(c->rows_type == DTYPE_i8 || c->cols_type == DTYPE_i8);
	}
}

void test_plan_contract__bytes_are_multiplied_where_they_lie(void)
{
	gen_with_graph(bytes);
}

/* Rows that lie along m are copied for each block of columns: the columns' blocks stay wide and the
 * rows' become more, as long as they are alike. */
static void along_m(struct graph *g, struct job *j)
{
	static const struct { int64_t m, n, k, m_blocks, n_block; } list[] = {
		{ 256, 192, 1024, 4, 128 }, { 1024, 192, 256, 4, 128 }, { 512, 64, 2048, 8, 0 },
		{ 147, 64, 12544, 1, 32 },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
		const struct type *params[] = { gen_type(g, DTYPE_f32, 2, list[i].k, list[i].m),
			gen_type(g, DTYPE_f32, 2, list[i].k, list[i].n) };
		const struct plan *p = product(g, j, ISA_LEVEL_avx512, params, 0, 0);
		const struct contract *c = &p->kernels[0]->contract;
		CHECK_INT(c->m, list[i].m);
		CHECK_INT((c->m + c->m_block - 1) / c->m_block, list[i].m_blocks);
		CHECK_INT(c->n_block, list[i].n_block);
	}
}

void test_plan_contract__rows_that_are_copied_meet_wide_blocks(void)
{
	gen_with_graph(along_m);
}

/* Where blocks are many they are higher, as the cache holds: columns are copied once for each. */
static void high(struct graph *g, struct job *j)
{
	static const struct { int m, n; bool rows_along_k; int64_t m_block, n_block; } list[] = {
		{ 1024, 1024, true, 256, 256 }, { 2048, 2048, true, 512, 256 },
		{ 1024, 896, true, 256, 256 }, { 1000, 1024, true, 250, 256 },
		{ 2048, 2048, false, 256, 128 },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
		bool k = list[i].rows_along_k;
		const struct type *params[] = {
			k ? gen_type(g, DTYPE_f32, 2, list[i].m, 1024) :
			    gen_type(g, DTYPE_f32, 2, 1024, list[i].m),
			gen_type(g, DTYPE_f32, 2, 1024, list[i].n) };
		const struct plan_options o = { .isa = ISA_LEVEL_avx512, .l2 = 2 << 20 };
		const struct plan *p = product_by(g, j, &o, params, k, 0);
		UNIT_NOTE("case %u", i);
		CHECK_INT(p->kernels[0]->contract.m_block, list[i].m_block);
		CHECK_INT(p->kernels[0]->contract.n_block, list[i].n_block);
	}
}

void test_plan_contract__many_blocks_of_rows_are_high(void)
{
	gen_with_graph(high);
}

/* Blocks of rows are alike where they can be, whole tiles or not. */
static void alike(struct graph *g, struct job *j)
{
	static const struct { enum isa isa; int64_t m, m_block; } list[] = {
		{ ISA_LEVEL_avx512, 512, 256 }, { ISA_LEVEL_avx512, 2048, 256 },
		{ ISA_LEVEL_avx512, 256, 128 }, { ISA_LEVEL_avx512, 499, 252 },
		{ ISA_LEVEL_avx2, 600, 204 }, { ISA_LEVEL_avx512, 200, 204 },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
		const struct type *params[] = { gen_type(g, DTYPE_f32, 2, list[i].m, 128),
			gen_type(g, DTYPE_f32, 2, 128, 256) };
		const struct plan *p = product(g, j, list[i].isa, params, 1, 0);
		CHECK_INT(p->kernels[0]->contract.m_block, list[i].m_block);
	}
}

void test_plan_contract__blocks_of_rows_are_alike(void)
{
	gen_with_graph(alike);
}

/* AMX multiplies columns that a kernel has packed, unless rows are one block and the columns lie
 * along n; blocks are wide, and those of rows low, of whole squares, where there are few. */
static void squares(struct graph *g, struct job *j)
{
	static const struct {
		int m, k, n;
		bool along_k, packed;
		int64_t m_block, n_block;
	} list[] = {
		{ 1024, 1024, 1024, false, true, 256, 256 },
		{ 1024, 1024, 1024, true, true, 256, 256 },
		{ 512, 512, 512, false, true, 256, 64 },
		{ 4096, 512, 4096, false, true, 256, 256 },
		/* a block of rows is read once for columns in a row; ways of the second cache */
		{ 768, 3072, 512, true, true, 256, 64 },
		{ 1024, 4096, 1024, true, true, 128, 256 },
		{ 768, 768, 128, true, true, 32, 0 },
		{ 400, 128, 256, false, true, 32, 0 },
		{ 128, 768, 768, false, false, 128, 64 },
		{ 100, 64, 100, true, true, 128, 0 },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
		bool along_k = list[i].along_k;
		const struct type *params[] = { gen_type(g, DTYPE_bf16, 2, list[i].m, list[i].k),
			along_k ? gen_type(g, DTYPE_bf16, 2, list[i].n, list[i].k) :
				gen_type(g, DTYPE_bf16, 2, list[i].k, list[i].n) };
		const struct plan *p = product(g, j, ISA_LEVEL_amx, params, 1, along_k);
		const struct contract *c = &p->kernels[p->nkernels - 1]->contract;
		UNIT_NOTE("case %u", i);
		CHECK_INT(p->nkernels, list[i].packed ? 2 : 1);
		CHECK_INT(c->cols_packed, list[i].packed);
		CHECK_INT(c->word, list[i].packed ? 2 : 0);
		CHECK_INT(c->m_block, list[i].m_block);
		CHECK_INT(c->n_block, list[i].n_block);
	}
}

void test_plan_contract__columns_of_squares_are_packed_once(void)
{
	gen_with_graph(squares);
}

/* The same whatever the number of columns is, or of k; of rows, where the columns lie along k. */
static void any_squares(struct graph *g, struct job *j)
{
	int64_t any = dim_arg(g, 0, 0, 2, INT64_MAX);
	const struct {
		int64_t m, k, n;
		bool m_first, packed;
		int64_t m_block, n_block;
	} list[] = {
		{ 3072, 768, any, true, true, 64, 256 },
		{ 384, 384, any, true, true, 32, 256 },
		{ 768, any, 3072, false, true, 256, 256 },
		{ any, 768, 3072, true, false, 256, 256 },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
		const int64_t m[] = { list[i].m, list[i].k }, n[] = { list[i].n, list[i].k },
			     k_m[] = { list[i].k, list[i].m }, k_n[] = { list[i].k, list[i].n };
		bool first = list[i].m_first, last = list[i].n == any;
		const struct type *params[] = { type_tensor(g, DTYPE_bf16, 2, first ? m : k_m),
			type_tensor(g, DTYPE_bf16, 2, last ? n : k_n) };
		const struct plan *p = product(g, j, ISA_LEVEL_amx, params, first, last);
		const struct contract *c = &p->kernels[p->nkernels - 1]->contract;
		UNIT_NOTE("case %u", i);
		CHECK_INT(p->nkernels, list[i].packed ? 2 : 1);
		CHECK_INT(c->cols_packed, list[i].packed);
		CHECK_INT(c->m_block, list[i].m_block);
		CHECK_INT(c->n_block, list[i].n_block);
	}
}

void test_plan_contract__columns_of_squares_of_any_number_are_packed_once(void)
{
	gen_with_graph(any_squares);
}

/* AMX's products take so little time that what is packed, or copied for each block, is the smaller
 * side, however many columns its last panel lacks. */
static void smaller(struct graph *g, struct job *j)
{
	static const struct { int m, k, n; bool m_first, n_first, rows_are_lhs; } list[] = {
		{ 16, 768, 3072, true, true, false }, { 100, 768, 768, true, true, false },
		{ 500, 128, 72, true, true, true }, { 500, 128, 72, true, false, true },
		{ 40, 768, 768, false, true, false }, { 12, 256, 256, false, false, true },
		{ 100, 64, 1000, true, true, true },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
		int m = list[i].m, k = list[i].k, n = list[i].n;
		bool first = list[i].m_first, last = list[i].n_first;
		const struct type *params[] = {
			gen_type(g, DTYPE_bf16, 2, first ? m : k, first ? k : m),
			gen_type(g, DTYPE_bf16, 2, last ? n : k, last ? k : n) };
		const struct plan *p = product(g, j, ISA_LEVEL_amx, params, first, last);
		UNIT_NOTE("case %u", i);
		CHECK_INT(p->kernels[p->nkernels - 1]->contract.rows_are_lhs, list[i].rows_are_lhs);
	}
}

void test_plan_contract__squares_copy_the_smaller_side(void)
{
	gen_with_graph(smaller);
}

/* One row reads its columns as they lie: AMX would copy them for 31 rows that are not there. */
static void row_alone(struct graph *g, struct job *j)
{
	const struct type *params[] = { gen_type(g, DTYPE_bf16, 2, 1, 512),
		gen_type(g, DTYPE_bf16, 2, 512, 1024) };

	for (int isa = ISA_LEVEL_avx512bf16; isa <= ISA_LEVEL_amx; isa++) {
		const struct plan *p = product(g, j, (enum isa)isa, params, 1, 0);
		CHECK_INT(p->kernels[0]->contract.panel, 1024);
	}
}

void test_plan_contract__a_row_alone_reads_columns_as_they_lie(void)
{
	gen_with_graph(row_alone);
}

/* Few rows by columns that lie along n: a tile has whole rows of those, or as many columns as the
 * nearest cache has sums of, and a chunk a part of k; what k is no multiple of, and what is too
 * little for several chunks, goes through registers. */
static void streams(struct graph *g, struct job *j)
{
	static const struct { enum isa isa; int m, k, n; int64_t panel, part; } list[] = {
		{ ISA_LEVEL_amx, 1, 4096, 4096, 4096, 128 },
		{ ISA_LEVEL_avx512, 1, 3072, 768, 768, 96 },
		{ ISA_LEVEL_avx512, 1, 768, 2304, 2304, 64 },
		{ ISA_LEVEL_avx512, 8, 4096, 4096, 1024, 512 },
		{ ISA_LEVEL_avx512, 1, 1021, 4096, PLAN_WIDE, 1021 },
		{ ISA_LEVEL_avx512, 1, 64, 1024, PLAN_WIDE, 64 },
		{ ISA_LEVEL_avx2, 4, 4096, 4096, 2048, 256 },
		{ ISA_LEVEL_sse2, 2, 4096, 4096, 4096, 128 },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
		const struct type *params[] = {
			gen_type(g, DTYPE_f32, 2, list[i].m, list[i].k),
			gen_type(g, DTYPE_f32, 2, list[i].k, list[i].n) };
		const struct plan *p = product(g, j, list[i].isa, params, 1, 0);
		const struct contract *c = &p->kernels[0]->contract;
		UNIT_NOTE("product %u", i);
		CHECK(c->rows_are_lhs);
		CHECK_INT(c->panel, list[i].panel);
		CHECK_INT(c->k, list[i].part);
		CHECK_INT(p->nkernels, c->k == list[i].k ? 1 : 2);
	}
}

void test_plan_contract__columns_stream_by_few_rows(void)
{
	gen_with_graph(streams);
}

/* Some tokens by a weight [k,n] are the rows: the weight's, which lie along m, would be copied. */
static void tokens_along_k(struct graph *g, struct job *j)
{
	for (int m = 8; m <= 64; m += 8) {
		const struct type *params[] = { gen_type(g, DTYPE_f32, 2, m, 784),
			gen_type(g, DTYPE_f32, 2, 784, 512) };
		const struct plan *p = product(g, j, ISA_LEVEL_avx512, params, 1, 0);
		UNIT_NOTE("%d tokens", m);
		CHECK(p->kernels[0]->contract.rows_are_lhs);
	}
}

void test_plan_contract__tokens_by_a_weight_along_n_are_rows(void)
{
	gen_with_graph(tokens_along_k);
}

/* Few rows of bytes by a weight [k,n] are multiplied as rows: were it the weight's that are rows,
 * their bytes would be made words a quarter of a line at a time. */
static void few_bytes(struct graph *g, struct job *j)
{
	for (int m = 2; m <= 64; m *= 2) {
		const struct type *params[] = { gen_type(g, DTYPE_i8, 2, m, 512),
			gen_type(g, DTYPE_i8, 2, 512, 768) };
		const struct plan *p = product(g, j, ISA_LEVEL_avx512bf16, params, 1, 0);
		UNIT_NOTE("%d rows", m);
		CHECK(p->kernels[0]->contract.rows_are_lhs);
	}
}

void test_plan_contract__few_rows_of_bytes_are_rows(void)
{
	gen_with_graph(few_bytes);
}

/* So are few rows of floats, as many as registers hold sums of, however far apart a weight's rows
 * are; more are columns, one panel of them. */
static void few_floats(struct graph *g, struct job *j)
{
	static const struct { enum dtype t; enum isa isa; int64_t most; } list[] = {
		{ DTYPE_f32, ISA_LEVEL_avx512, 7 }, { DTYPE_f32, ISA_LEVEL_avx2, 3 },
		{ DTYPE_bf16, ISA_LEVEL_avx512bf16, 8 }, { DTYPE_f64, ISA_LEVEL_avx512, 3 },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++)
		for (int64_t rows = 1; rows <= 9; rows++) {
			const struct type *params[] = { gen_type(g, list[i].t, 2, (int)rows, 1000),
				gen_type(g, list[i].t, 2, 2048, 1000) };
			const struct plan *p = product(g, j, list[i].isa, params, 1, 1);
			UNIT_NOTE("level %u, %d rows", i, (int)rows);
			CHECK_INT(p->nkernels, 1);
			CHECK_INT(p->kernels[0]->contract.m, rows <= list[i].most ? rows : 2048);
		}
}

void test_plan_contract__few_rows_of_floats_are_rows(void)
{
	gen_with_graph(few_floats);
}

static bool follows_from(const struct node *n, enum op op)
{
	bool any = n->op == op;

	for (uint32_t i = 0; i < n->nin; i++)
		any |= follows_from(n->in[i], op);
	return any;
}

/* A constant weight of bytes is packed once, with its highest bits changed where one side's bytes
 * must have no sign: not for AMX's tiles. */
static void packed_bytes(struct graph *g, struct job *j)
{
	static const bool constant[] = { false, true };
	const struct type *params[] = { gen_type(g, DTYPE_i8, 2, 64, 512),
		gen_type(g, DTYPE_i8, 2, 512, 96) };

	for (int isa = ISA_LEVEL_avx512bf16; isa <= ISA_LEVEL_amx; isa++) {
		const struct plan_options o = { .isa = (enum isa)isa, .narguments = 2,
			.constant = constant };
		const struct plan *p = product_by(g, j, &o, params, 1, 0);
		bool changed = false;
		for (uint32_t i = 0; i < p->nkernels; i++)
			changed |= follows_from(p->kernels[i]->body->results[0], OP_xor);
		CHECK_INT(p->nkernels, 2);
		CHECK_INT(p->load.n, 1);
		CHECK(changed == (isa != ISA_LEVEL_amx));
	}
}

/* One row of bytes reads a constant weight [n,k] as it lies; more read panels of it. */
static void one_row(struct graph *g, struct job *j)
{
	static const bool constant[] = { false, true };
	const struct plan_options o = { .isa = ISA_LEVEL_avx512bf16, .narguments = 2,
		.constant = constant };

	for (int m = 1; m <= 4; m++) {
		const struct type *params[] = { gen_type(g, DTYPE_i8, 2, m, 512),
			gen_type(g, DTYPE_i8, 2, 96, 512) };
		UNIT_NOTE("%d rows", m);
		CHECK_INT(product_by(g, j, &o, params, 1, 1)->load.n, m > 1);
	}
}

void test_plan_contract__one_row_of_bytes_reads_a_constant_as_it_lies(void)
{
	gen_with_graph(one_row);
}

void test_plan_contract__bytes_are_packed_as_a_level_multiplies_them(void)
{
	gen_with_graph(packed_bytes);
}

/* An image that is multiplied along its height is read as it lies, each channel on its own; by a
 * larger matrix, which would be read for each, it is copied. */
static void along_height(struct graph *g, struct job *j)
{
	static const struct { int64_t n; uint32_t nkernels, nbatch; } list[] = {
		{ 5, 1, 1 }, { 64, 1, 1 }, { 128, 2, 0 },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
		const struct type *params[] = { gen_type(g, DTYPE_f32, 4, 3, 7, 30, 40),
			type_tensor(g, DTYPE_f32, 2, (int64_t[]){ 30, list[i].n }) };
		const struct plan *p = product(g, j, ISA_LEVEL_avx512, params, 2, 0);
		UNIT_NOTE("%d columns", (int)list[i].n);
		CHECK_INT(p->nkernels, list[i].nkernels);
		if (list[i].nkernels == 1)
			CHECK_INT(p->kernels[0]->contract.nbatch, list[i].nbatch);
	}
}

void test_plan_contract__each_channel_is_multiplied_where_it_lies(void)
{
	gen_with_graph(along_height);
}

/* One place at a time, features last: its columns would lie apart in memory if C were features by
 * places. */
static const char pointwise[] =
	"func.func @main(%x: tensor<2x6x5x8xf32>, %w: tensor<1x1x8x48xf32>) -> "
	"tensor<2x8x7x48xf32> {\n"
	"%c = stablehlo.convolution(%x, %w) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->"
	"[b, 0, 1, f], window = {} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} "
	": (tensor<2x6x5x8xf32>, tensor<1x1x8x48xf32>) -> tensor<2x6x5x48xf32>\n"
	"%z = stablehlo.constant dense<0.0> : tensor<f32>\n"
	"%p = stablehlo.pad %c, %z, low = [0, 1, 1, 0], high = [0, 1, 1, 0], interior = "
	"[0, 0, 0, 0] : (tensor<2x6x5x48xf32>, tensor<f32>) -> tensor<2x8x7x48xf32>\n"
	"return %p : tensor<2x8x7x48xf32>\n}";

static void places(struct job *j, void *arg)
{
	struct graph **g = arg;

	job_try(j, stablehlo_read("pointwise", pointwise, strlen(pointwise), NULL, g));
	graph_borrow(*g, j);
	struct plan_source s = { .name = "main", .region = graph_main(*g)->region };
	const struct plan *p = plan_make(j, *g, &s, &(struct plan_options){ .isa = 0 });
	CHECK_INT(p->nkernels, 2);
	CHECK_INT(p->kernels[0]->core, CORE_contract);
	const struct type *c = p->kernels[0]->body->params[0];
	CHECK_INT(c->rank, 2);
	CHECK_INT(c->dims[0], 2 * 6 * 5);
	CHECK_INT(c->dims[1], 48);
}

void test_plan_contract__a_place_at_a_time_is_places_by_features(void)
{
	struct graph *g = NULL;

	CHECK_OK(job_run(places, &g));
	graph_release(g);
}

/* Groups, features last: windows are read as they lie, in parts of an image that go through all
 * groups while they are near. */
static const char grouped[] =
	"func.func @main(%x: tensor<2x16x16x64xf32>, %w: tensor<3x3x8x64xf32>) -> "
	"tensor<2x14x14x64xf32> {\n"
	"%c = stablehlo.convolution(%x, %w) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->"
	"[b, 0, 1, f], window = {} {batch_group_count = 1 : i64, feature_group_count = 8 : i64} "
	": (tensor<2x16x16x64xf32>, tensor<3x3x8x64xf32>) -> tensor<2x14x14x64xf32>\n"
	"return %c : tensor<2x14x14x64xf32>\n}";

static void groups_last(struct job *j, void *arg)
{
	struct graph **g = arg;

	job_try(j, stablehlo_read("grouped", grouped, strlen(grouped), NULL, g));
	graph_borrow(*g, j);
	struct plan_source s = { .name = "main", .region = graph_main(*g)->region };
	const struct plan *p = plan_make(
		j, *g, &s, &(struct plan_options){ .isa = 0, .l2 = 4 * 9 * 16 * 64 * 4 });
	const struct kernel *k = p->kernels[p->nkernels - 1];
	CHECK_INT(p->nkernels, 2);       /* the weights are packed, the image is not moved */
	CHECK_INT(k->core, CORE_contract);
	CHECK_INT(k->contract.span, 14);
	CHECK_INT(k->contract.bands, 9);
	CHECK_INT(k->contract.pieces, 3);
	CHECK_INT(k->contract.nbatch, 3);
	CHECK_INT(k->contract.batch[1], 2);
	CHECK_INT(k->contract.batch[2], 8);
	CHECK_INT(k->contract.cols_shared, 2);
	CHECK_INT(k->contract.m, 7 * 14);
}

void test_plan_contract__groups_of_features_that_are_last_are_windows_as_they_lie(void)
{
	struct graph *g = NULL;

	CHECK_OK(job_run(groups_last, &g));
	graph_release(g);
}
