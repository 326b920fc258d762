/* gen_ahead.c -- what CORE_contract asks for before its turn: the code has fetches, or has none. */
#include "gen_util.h"

/* Packed panels come from memory while those before them are multiplied, columns as they lie while
 * a group before them is; not columns that all blocks of rows read.  Rows that few columns meet do
 * where they share a set of the nearest cache. */
static void ahead(struct graph *g, struct job *j)
{
	const struct type *ct = gen_type(g, DTYPE_f32, 2, 24, 256);
	const struct node *a = graph_parameter(g, 0, ct), *twice = build2(g, OP_add, a, a);
	const char *second = "i32 0, i32 2, i32 1)";     /* a fetch into the second-level cache */
	struct kernel k = { .graph = g, .core = CORE_contract, .ninputs = 2, .noutputs = 1,
		.name = "ahead", .body = gen_region(g, 1, &ct, 1, &twice),
		.contract = { .left = 1, .right = 1, .rows_are_lhs = true, .cols_packed = true,
			.m = 24, .n = 256, .k = 8, .rows_m = 8, .rows_k = 1,
			.rows_type = DTYPE_f32, .cols_type = DTYPE_f32, .acc = DTYPE_f32,
			.m_block = 24, .panel = 32 } };

	(void)j;
	CHECK(gen_code_says(&k, ISA_LEVEL_avx512, second));
	k.contract.cols_packed = false;
	k.contract.cols_k = 256;
	k.contract.cols_n = 1;
	CHECK(gen_code_says(&k, ISA_LEVEL_avx512, second));
	k.contract.n = k.contract.cols_k = 128;
	k.contract.m = k.contract.m_block = 48;
	ct = gen_type(g, DTYPE_f32, 2, 48, 128);
	a = graph_parameter(g, 0, ct);
	twice = build2(g, OP_add, a, a);
	k.body = gen_region(g, 1, &ct, 1, &twice);
	CHECK(!gen_code_says(&k, ISA_LEVEL_avx512, second));
	k.contract.rows_m = 1024;
	CHECK(!gen_code_says(&k, ISA_LEVEL_avx512, second));
	k.contract.n = k.contract.cols_k = 64;
	ct = gen_type(g, DTYPE_f32, 2, 48, 64);
	a = graph_parameter(g, 0, ct);
	twice = build2(g, OP_add, a, a);
	k.body = gen_region(g, 1, &ct, 1, &twice);
	CHECK(gen_code_says(&k, ISA_LEVEL_avx512, second));
}

void test_gen_contract__columns_are_fetched_before_their_turn(void)
{
	gen_with_graph(ahead);
}

/* Rows that share a set of the nearest cache are copied where four panels meet them, a strip at a
 * time, and tiles ask for the next one's; those of fewer panels would push each other out. */
static void strips_ahead(struct graph *g, struct job *j)
{
	const char *first = "i32 0, i32 3, i32 1)";
	struct kernel k = { .graph = g, .core = CORE_contract, .ninputs = 2, .noutputs = 1,
		.name = "strips", .contract = { .left = 1, .right = 1, .rows_are_lhs = true,
			.cols_packed = true, .m = 48, .k = 64, .rows_m = 1024, .rows_k = 1,
			.rows_type = DTYPE_f32, .cols_type = DTYPE_f32, .acc = DTYPE_f32,
			.m_block = 48, .panel = 32 } };

	(void)j;
	for (int n = 96; n <= 128; n += 32) {
		const struct type *ct = gen_type(g, DTYPE_f32, 2, 48, n);
		const struct node *a = graph_parameter(g, 0, ct), *twice = build2(g, OP_add, a, a);
		k.body = gen_region(g, 1, &ct, 1, &twice);
		k.contract.n = n;
		CHECK(gen_code_says(&k, ISA_LEVEL_avx512, first) == (n == 128));
	}
}

void test_gen_contract__strips_of_rows_are_copied(void)
{
	gen_with_graph(strips_ahead);
}

/* What a tile adds to is asked for while it multiplies, where there are several blocks of k. */
static void sums_ahead(struct graph *g, struct job *j)
{
	const char *first = "i32 0, i32 3, i32 1)";
	const struct type *ct = gen_type(g, DTYPE_f32, 2, 48, 96);
	const struct node *a = graph_parameter(g, 0, ct), *twice = build2(g, OP_add, a, a);
	struct kernel k = { .graph = g, .core = CORE_contract, .ninputs = 2, .noutputs = 1,
		.name = "sums", .body = gen_region(g, 1, &ct, 1, &twice),
		.contract = { .left = 1, .right = 1, .rows_are_lhs = true, .cols_packed = true,
			.m = 48, .n = 96, .rows_m = 1024, .rows_k = 1, .rows_type = DTYPE_f32,
			.cols_type = DTYPE_f32, .acc = DTYPE_f32, .m_block = 48, .panel = 32 } };

	(void)j;
	for (int blocks = 1; blocks <= 2; blocks++) {
		k.contract.k = 128 * blocks;
		CHECK(gen_code_says(&k, ISA_LEVEL_avx512, first) == (blocks == 2));
	}
}

void test_gen_contract__sums_are_fetched_before_they_are_added_to(void)
{
	gen_with_graph(sums_ahead);
}

/* Where a large result goes is asked for while it is multiplied: stores waited for every line. */
static void results_ahead(struct graph *g, struct job *j)
{
	const char *first = "i32 0, i32 3, i32 1)";      /* a fetch into the first-level cache */
	struct kernel k = { .graph = g, .core = CORE_contract, .ninputs = 2, .noutputs = 1,
		.name = "results", .contract = { .left = 1, .right = 1, .rows_are_lhs = true,
			.cols_packed = true, .n = 512, .k = 64, .rows_m = 1, .rows_k = 2064,
			.rows_type = DTYPE_f32, .cols_type = DTYPE_f32, .acc = DTYPE_f32,
			.m_block = 128, .panel = 32 } };

	(void)j;
	for (int m = 512; m <= 1024; m *= 2) {
		const struct type *ct = gen_type(g, DTYPE_f32, 2, m, 512);
		const struct node *a = graph_parameter(g, 0, ct), *twice = build2(g, OP_add, a, a);
		k.body = gen_region(g, 1, &ct, 1, &twice);
		k.contract.m = m;
		CHECK(gen_code_says(&k, ISA_LEVEL_avx512, first) == (m > 512));
	}
	k.streams = true;                /* past the caches: none is waited for */
	CHECK(!gen_code_says(&k, ISA_LEVEL_avx512, first));
	CHECK(gen_code_says(&k, ISA_LEVEL_avx512, "nontemporal"));
	CHECK(gen_code_says(&k, ISA_LEVEL_avx512, "sfence"));
}

void test_gen_contract__large_results_are_fetched_before_their_turn(void)
{
	gen_with_graph(results_ahead);
}

/* Rows that lie along m, a multiple of 4 KiB apart, are copied, the next ones asked for. */
static void far_rows(struct graph *g, struct job *j)
{
	const char *first = "i32 0, i32 3, i32 1)";
	const struct type *ct = gen_type(g, DTYPE_f32, 2, 512, 512);
	const struct node *a = graph_parameter(g, 0, ct), *twice = build2(g, OP_add, a, a);
	struct kernel k = { .graph = g, .core = CORE_contract, .ninputs = 2, .noutputs = 1,
		.name = "far", .body = gen_region(g, 1, &ct, 1, &twice),
		.contract = { .left = 1, .right = 1, .rows_are_lhs = true, .cols_packed = true,
			.m = 512, .n = 512, .rows_m = 1, .rows_type = DTYPE_f32,
			.cols_type = DTYPE_f32, .acc = DTYPE_f32, .m_block = 128, .panel = 32 } };

	(void)j;
	for (int pitch = 2048; pitch <= 2064; pitch += 16)
		for (int words = 16; words <= 256; words *= 4) {
			bool copied = words > 128 || (words > 16 && pitch == 2048);
			k.contract.rows_k = pitch;
			k.contract.k = words;
			CHECK(gen_code_says(&k, ISA_LEVEL_avx512, first) == copied);
		}
}

void test_gen_contract__rows_that_share_a_set_are_copied(void)
{
	gen_with_graph(far_rows);
}
