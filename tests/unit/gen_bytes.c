/* gen_bytes.c -- CORE_contract of bytes, with signs and without, against the interpreter: what
 * wraps as 32 bits do, from wherever the two sides lie. */
#include "gen_util.h"
#include <string.h>

/* WORDS are as VPDPBUSD multiplies them, SQUARES as AMX's tiles do. */
enum lie { ALONG_K, ACROSS_K, PACKED, WORDS, SQUARES };

struct shape {
	int m, n, k;
	enum lie rows, cols;
	int m_block, n_block;
};

static bool all_least, all_most;

/* Every byte the least of its type, or the largest. */
static bool extremes(uint32_t input, void *data, const struct tensor *t)
{
	bool has_sign = t->type->dtype == DTYPE_i8;
	size_t n = (size_t)tensor_elements(t);

	if (input > 1 || !(all_least || all_most))
		return false;
	memset(data, all_least ? has_sign ? 0x80 : 0 : has_sign ? 0x7f : 0xff, n);
	return true;
}

/* Of four bytes, along k: AMX reads 16 at a time. */
static int words_of_k(const struct shape *s)
{
	return s->cols == SQUARES ? (s->k + 63) / 64 * 16 : (s->k + 3) / 4;
}

static int64_t panels_of(const struct shape *s, int panel)
{
	return (s->n + panel - 1) / panel;
}

static const struct type *cols_type(
	struct graph *g, const struct shape *s, enum dtype t, int panel)
{
	int panels = (int)panels_of(s, panel);

	switch (s->cols) {
	case ALONG_K: return gen_type(g, t, 2, s->n, s->k);
	case ACROSS_K: return gen_type(g, t, 2, s->k, s->n);
	case PACKED: return gen_type(g, t, 3, panels, s->k, panel);
	default: return gen_type(g, t, 4, panels, words_of_k(s), panel, 4);
	}
}

static void check(struct graph *g, struct job *j, const struct shape *s, enum dtype r_type,
	enum dtype v_type, int panel)
{
	bool across = s->rows == ACROSS_K, words = s->cols >= WORDS, packed = s->cols >= PACKED;
	const struct type *rt = across ? gen_type(g, r_type, 2, s->k, s->m)
				       : gen_type(g, r_type, 2, s->m, s->k);
	const struct type *vt = cols_type(g, s, v_type, panel);
	const struct type *ct = gen_type(g, DTYPE_i32, 2, s->m, s->n);
	const struct type *params[] = { rt, vt, ct }, *body_params[] = { ct, ct };
	const struct node *v = graph_parameter(g, 1, vt);

	/* of words of four bytes the highest bits are changed where both sides have a sign, or
	 * neither has */
	if (s->cols == WORDS && r_type == v_type)
		v = build2(g, OP_xor, v, build_like(g, v, v_type == DTYPE_i8 ? -128 : 128));
	if (packed)
		v = gen_unpack(g, v, s->k, s->n);
	else if (s->cols == ALONG_K)
		v = build_transpose(g, v, (int64_t[]){ 1, 0 });
	const struct node *c = build_dot_over(g,
		build_convert(g, graph_parameter(g, 0, rt), DTYPE_i32), !across,
		build_convert(g, v, DTYPE_i32), 0, DTYPE_i32);
	const struct node *whole = build2(g, OP_add, c, graph_parameter(g, 2, ct)),
			  *e = build2(g, OP_add, graph_parameter(g, 0, ct),
				graph_parameter(g, 1, ct));
	struct gen_case gc = { .g = g,
		.job = j,
		.core = CORE_contract,
		.fill = extremes,
		.low = -128,
		.high = 128,
		.least = !words ? ISA_LEVEL_sse2
			: s->cols == SQUARES ? ISA_LEVEL_amx : ISA_LEVEL_avx512bf16,
		.most = s->cols == WORDS ? ISA_LEVEL_avx512bf16 : 0,
		.region = gen_region(g, 3, params, 1, &whole),
		.body = gen_region(g, 2, body_params, 1, &e),
		.contract = { .left = 1, .right = 1, .rows_are_lhs = true,
			.cols_packed = packed,
			.word = words ? 4 : 0,
			.words = words ? words_of_k(s) : 0,
			.m = s->m,
			.n = s->n,
			.k = s->k,
			.rows_m = across ? 1 : s->k,
			.rows_k = across ? s->m : 1,
			.panel = panel,
			.cols_k = packed ? 0 : s->cols == ALONG_K ? 1 : s->n,
			.cols_n = s->cols == ALONG_K ? s->k : 1,
			.rows_type = r_type,
			.cols_type = v_type,
			.acc = DTYPE_i32,
			.m_block = s->m_block ? s->m_block : (s->m + 11) / 12 * 12,
			.n_block = s->n_block } };

	gen_check(&gc);
}

static void check_types(struct graph *g, struct job *j, const struct shape *s, int panel)
{
	static const enum dtype types[] = { DTYPE_i8, DTYPE_ui8 };

	for (int i = 0; i < 4; i++)
		check(g, j, s, types[i / 2], types[i % 2], panel);
}

static void shapes(struct graph *g, struct job *j)
{
	static const struct shape list[] = {
		{ 12, 32, 8, ALONG_K, ACROSS_K, 0, 0 },
		{ 61, 70, 33, ALONG_K, ALONG_K, 0, 0 },
		{ 61, 70, 128, ALONG_K, ALONG_K, 0, 0 },
		{ 131, 200, 1033, ALONG_K, ACROSS_K, 48, 128 },
		{ 70, 161, 1034, ALONG_K, PACKED, 48, 64 },
		{ 70, 161, 1035, ALONG_K, WORDS, 48, 64 },
		{ 37, 45, 64, ACROSS_K, ACROSS_K, 0, 0 },
		{ 50, 65, 577, ACROSS_K, ALONG_K, 0, 0 },
		{ 50, 40, 30, ACROSS_K, WORDS, 0, 0 },
		{ 40, 96, 4096, ALONG_K, ALONG_K, 0, 0 },
		{ 40, 128, 4096, ALONG_K, ACROSS_K, 0, 0 },
		{ 9, 1, 3, ALONG_K, ACROSS_K, 0, 0 },
		{ 1, 1, 1, ALONG_K, ACROSS_K, 0, 0 },
		/* many rows, by squares: several blocks of k, rows copied and as they lie */
		{ 96, 64, 1200, ALONG_K, ACROSS_K, 96, 64 },
		{ 100, 70, 1024, ALONG_K, ALONG_K, 96, 0 },
		{ 64, 170, 1088, ALONG_K, ACROSS_K, 64, 170 },
		{ 131, 200, 577, ACROSS_K, ALONG_K, 96, 128 },
		{ 64, 161, 1035, ALONG_K, SQUARES, 64, 64 },
		{ 128, 64, 640, ALONG_K, SQUARES, 128, 0 },
		{ 50, 40, 30, ACROSS_K, SQUARES, 0, 0 },
		{ 70, 161, 1034, ALONG_K, PACKED, 64, 64 },
	};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		UNIT_NOTE("shape %zu", i);
		check_types(g, j, &list[i], 32);
	}
	CHECK(gen_emulated() || gen_runs(ISA_LEVEL_amx) || !gen_runs(ISA_LEVEL_avx512bf16));
}

void test_gen_bytes__both_sides(void)
{
	gen_with_graph(shapes);
}

static void lines(struct graph *g, struct job *j)
{
	static const struct shape list[] = {
		{ 1, 45, 97, ALONG_K, ALONG_K, 12, 0 },
		{ 1, 150, 128, ALONG_K, ALONG_K, 12, 0 },
		{ 8, 33, 1026, ALONG_K, ALONG_K, 12, 0 },
		{ 5, 33, 9000, ALONG_K, ALONG_K, 12, 16 },
		{ 3, 7, 2, ALONG_K, ALONG_K, 12, 0 },
	};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		UNIT_NOTE("shape %zu", i);
		check_types(g, j, &list[i], 32);
	}
}

void test_gen_bytes__few_rows(void)
{
	gen_with_graph(lines);
}

static void ends(struct graph *g, struct job *j)
{
	const struct shape list[] = {
		{ 25, 40, 260, ALONG_K, ALONG_K, 0, 0 },
		{ 25, 40, 260, ALONG_K, ACROSS_K, 0, 0 },
		{ 2, 40, 260, ALONG_K, ALONG_K, 0, 0 },
	};

	for (int i = 0; i < 6; i++) {
		all_least = i % 2 == 0;
		all_most = !all_least;
		check_types(g, j, &list[i / 2], 32);
	}
	all_least = all_most = false;
}

/* No sum of some products is cut off at 16 bits or at 32. */
void test_gen_bytes__the_least_and_the_largest(void)
{
	gen_with_graph(ends);
}

static void symbolic(struct graph *g, struct job *j)
{
	int64_t m = dim_arg(g, 0, 0, 0, 1000), k = dim_arg(g, 0, 1, 0, 2000),
		n = dim_arg(g, 1, 1, 0, 1000);
	const struct type *rt = type_tensor(g, DTYPE_i8, 2, (int64_t[]){ m, k }),
			  *vt = type_tensor(g, DTYPE_i8, 2, (int64_t[]){ k, n });
	const struct type *params[] = { rt, vt };
	const struct node *c = build_dot_over(g,
		build_convert(g, graph_parameter(g, 0, rt), DTYPE_i32), 1,
		build_convert(g, graph_parameter(g, 1, vt), DTYPE_i32), 0, DTYPE_i32);
	const struct node *whole = build1(g, OP_negate, c),
			  *e = build1(g, OP_negate, graph_parameter(g, 0, c->type));
	static const int64_t sizes[][3] = { { 1, 1, 7 }, { 60, 301, 39 }, { 119, 1200, 71 },
		{ 13, 0, 33 } };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		UNIT_NOTE("sizes %zu", i);
		struct gen_case gc = { .g = g,
			.job = j,
			.core = CORE_contract,
			.low = -128,
			.high = 128,
			.region = gen_region(g, 2, params, 1, &whole),
			.body = gen_region(g, 1, &c->type, 1, &e),
			.nsizes = 3,
			.dims = { m, k, n },
			.sizes = { sizes[i][0], sizes[i][1], sizes[i][2] },
			.contract = { .left = 1, .right = 1, .rows_are_lhs = true,
				.m = m,
				.n = n,
				.k = k,
				.rows_m = k,
				.rows_k = 1,
				.cols_k = n,
				.rows_type = DTYPE_i8,
				.cols_type = DTYPE_i8,
				.acc = DTYPE_i32,
				.m_block = 48 } };
		gen_check(&gc);
	}
}

void test_gen_bytes__symbolic_sizes(void)
{
	gen_with_graph(symbolic);
}

/* Four bytes at once where the level has that, by tiles that have signs or none; pairs of 16 bits
 * elsewhere. */
static void instructions(struct graph *g, struct job *j)
{
	const struct type *ct = gen_type(g, DTYPE_i32, 2, 24, 32);
	const struct node *e = build1(g, OP_negate, graph_parameter(g, 0, ct));
	struct kernel k = { .graph = g, .core = CORE_contract,
		.body = gen_region(g, 1, &ct, 1, &e), .ninputs = 2, .noutputs = 1, .name = "bytes",
		.contract = { .left = 1, .right = 1, .rows_are_lhs = true, .m = 24, .n = 32,
			.k = 64, .rows_m = 64, .rows_k = 1, .cols_k = 32, .cols_n = 1,
			.rows_type = DTYPE_i8, .cols_type = DTYPE_i8, .acc = DTYPE_i32,
			.m_block = 24, .panel = 32 } };

	(void)j;
	CHECK(gen_code_says(&k, ISA_LEVEL_avx512bf16, "vpdpbusd"));
	for (int i = 0; i < 4; i++) {
		static const char *const names[] = { "tdpbssd", "tdpbsud", "tdpbusd", "tdpbuud" };
		k.contract.rows_type = i / 2 ? DTYPE_ui8 : DTYPE_i8;
		k.contract.cols_type = i % 2 ? DTYPE_ui8 : DTYPE_i8;
		CHECK(gen_code_says(&k, ISA_LEVEL_amx, names[i]));
	}
	CHECK(!gen_code_says(&k, ISA_LEVEL_amx, "vpdpbusd"));
	k.contract.rows_type = k.contract.cols_type = DTYPE_i8;
	CHECK(!gen_code_says(&k, ISA_LEVEL_avx512, "vpdpbusd"));
	CHECK(gen_code_says(&k, ISA_LEVEL_avx2, "pmadd.wd"));
	k.contract.rows_type = DTYPE_i16;
	CHECK(gen_code_says(&k, ISA_LEVEL_avx512bf16, "vpdpwssd"));
}

void test_gen_bytes__four_at_once(void)
{
	gen_with_graph(instructions);
}
