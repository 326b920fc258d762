/* gen_contract.c -- CORE_contract against the interpreter: both sides, packed and not, tails,
 * epilogues. */
#include "gen_util.h"
#include <math.h>

/* rows [m,k], or [k,m] along m, x cols [k,n] + bias, result [m,n] or, with the rows as rhs,
 * [n,m]. */
struct shape {
	int m, n, k;
	bool rows_are_lhs, packed;
	enum dtype t;
	int m_block, n_block;
	bool along_m;
	bool along_k;                    /* the columns lie [n,k] */
};

static const struct node *epilogue(struct graph *g, const struct node *c, const struct node *bias,
	bool rounds)
{
	const struct node *b = build_broadcast(g, bias, 2, c->type->dims, (int64_t[]){ 1 });
	const struct node *x = build2(g, OP_add, c, b);

	if (rounds)
		x = build_convert(g, x, DTYPE_bf16);
	x = build2(g, OP_maximum, x, build_like(g, x, 0.25));
	return rounds ? build2(g, OP_minimum, build_like(g, x, 11), x) : x;
}

/* Rows and columns are whole numbers; a column of the bias is NaN. */
static bool fill_whole(uint32_t input, void *data, const struct tensor *t)
{
	int64_t n = type_elements(t->type);

	for (int64_t i = 0; input < 2 && i < n; i++)
		((uint16_t *)data)[i] = (uint16_t[]){ 0, 0x3f80, 0xbf80, 0x4000 }[i * 7 % 11 % 4];
	for (int64_t i = 0; input == 2 && i < n; i++)
		((float *)data)[i] = i == 5 ? NAN : (float)(i * 37 % 101) / 101 - 0.5f;
	return true;
}

static void check_words(struct graph *g, struct job *j, const struct shape *s, int panel,
	int words, enum dtype cols_type, bool rounds)
{
	const struct type *rt =
		gen_type(g, s->t, 2, s->along_m ? s->k : s->m, s->along_m ? s->m : s->k);
	const struct type *vt =
		words     ? gen_type(g, cols_type, 4, (s->n + panel - 1) / panel, words, panel, 2)
		: s->packed  ? gen_type(g, cols_type, 3, (s->n + panel - 1) / panel, s->k, panel)
		: s->along_k ? gen_type(g, cols_type, 2, s->n, s->k)
			     : gen_type(g, cols_type, 2, s->k, s->n);
	bool integers = !dtype_is_float(s->t) && !dtype_is_float(cols_type);
	bool mixed = !integers && !(dtype_is_float(s->t) && dtype_is_float(cols_type));
	enum dtype acc = integers ? DTYPE_i32 : s->t == DTYPE_f64 ? DTYPE_f64 : DTYPE_f32;
	const struct type *bt = gen_type(g, acc, 1, s->rows_are_lhs ? s->n : s->m);
	const struct type *params[] = { rt, vt, bt };
	const struct node *r = graph_parameter(g, 0, rt), *v = graph_parameter(g, 1, vt);
	const struct node *cols = s->packed    ? gen_unpack(g, v, s->k, s->n)
				  : s->along_k ? build_transpose(g, v, (int64_t[]){ 1, 0 })
					       : v;
	if (cols_type != s->t) {
		r = build_convert(g, r, acc);
		cols = build_convert(g, cols, acc);
	}
	const struct node *c = s->rows_are_lhs ? build_dot_over(g, r, !s->along_m, cols, 0, acc)
					       : build_dot_over(g, cols, 0, r, !s->along_m, acc);
	const struct node *whole = epilogue(g, c, graph_parameter(g, 2, bt), rounds);
	const struct type *body_params[] = { c->type, bt };
	const struct node *e =
		epilogue(g, graph_parameter(g, 0, c->type), graph_parameter(g, 1, bt), rounds);
	struct gen_case gc = { .g = g,
		.job = j,
		.core = CORE_contract,
		.fill = rounds ? fill_whole : NULL,
		.tolerance = integers || rounds ? 0
			     : mixed          ? 2e-3
			     : acc == DTYPE_f64 ? 1e-12
			     : s->k > 1000    ? 2e-4
					      : 2e-5,
		.low = integers ? -128 : mixed ? -9 : -1,
		.high = integers ? 128 : mixed ? 9 : 1,
		.least = words && !integers ? ISA_LEVEL_avx512bf16 : ISA_LEVEL_sse2,
		.region = gen_region(g, 3, params, 1, &whole),
		.body = gen_region(g, 2, body_params, 1, &e),
		.contract = { .left = 1, .right = 1, .rows_are_lhs = s->rows_are_lhs,
			.cols_packed = s->packed,
			.word = words ? 2 : 0,
			.words = words,
			.m = s->m,
			.n = s->n,
			.k = s->k,
			.rows_m = s->along_m ? 1 : s->k,
			.rows_k = s->along_m ? s->m : 1,
			.panel = panel,
			.cols_k = s->packed ? 0 : s->along_k ? 1 : s->n,
			.cols_n = s->along_k ? s->k : 1,
			.rows_type = s->t,
			.cols_type = cols_type,
			.acc = acc,
			.m_block = s->m_block ? s->m_block : (s->m + 11) / 12 * 12,
			.n_block = s->n_block } };

	gen_check(&gc);
}

static void check(struct graph *g, struct job *j, const struct shape *s, int panel)
{
	check_words(g, j, s, panel, 0, s->t, false);
}

/* What is rounded and then bounded is stored with the bits of both, NaN's too. */
static void bounded(struct graph *g, struct job *j)
{
	const struct shape s = { 70, 45, 64, true, false, DTYPE_bf16, 96, 0, false, false };

	check_words(g, j, &s, 32, 0, DTYPE_bf16, true);
}

static void shapes(struct graph *g, struct job *j)
{
	static const struct shape list[] = {
		{ 12, 32, 8, true, true, DTYPE_f32, 0, 0, false, false },
		{ 60, 64, 33, true, true, DTYPE_f32, 0, 0, false, false },
		{ 61, 70, 33, true, true, DTYPE_f32, 0, 0, false, false },
		{ 131, 70, 33, true, true, DTYPE_f32, 48, 32, false, false },
		{ 131, 70, 33, false, true, DTYPE_f32, 48, 32, false, false },
		{ 96, 64, 33, false, true, DTYPE_f32, 48, 0, false, false },
		{ 7, 70, 5, false, true, DTYPE_f32, 0, 0, false, false },
		{ 1, 100, 64, true, false, DTYPE_f32, 0, 0, false, false },
		{ 5, 64, 64, true, false, DTYPE_f32, 0, 0, false, false },
		{ 100, 64, 64, true, false, DTYPE_f32, 48, 0, false, false },
		{ 100, 45, 64, true, false, DTYPE_f32, 48, 0, false, false },
		{ 96, 45, 64, true, false, DTYPE_f32, 32, 32, false, false },
		{ 80, 70, 33, false, true, DTYPE_f32, 40, 0, false, false },
		{ 64, 45, 66, true, false, DTYPE_bf16, 16, 0, false, false },
		{ 100, 45, 64, false, false, DTYPE_f32, 96, 32, false, false },
		{ 100, 45, 7, false, true, DTYPE_f64, 48, 0, false, false },
		{ 100, 45, 7, true, false, DTYPE_f64, 48, 0, false, false },
		{ 50, 45, 40, true, false, DTYPE_bf16, 48, 0, false, false },
		{ 50, 45, 40, false, true, DTYPE_f16, 48, 0, false, false },
		{ 5, 40, 5000, true, false, DTYPE_f32, 0, 0, false, false },
		{ 100, 300, 300, true, false, DTYPE_f32, 48, 160, false, false },
		{ 100, 300, 300, true, true, DTYPE_f32, 48, 160, true, false },
		{ 100, 45, 300, false, false, DTYPE_f32, 48, 0, true, false },
		{ 50, 45, 300, true, false, DTYPE_bf16, 48, 0, true, false },
		{ 100, 45, 300, true, false, DTYPE_f32, 48, 0, false, true },
		{ 33, 300, 17, false, false, DTYPE_f32, 48, 128, true, true },
		/* columns along k that are turned as they lie */
		{ 50, 64, 160, true, false, DTYPE_f32, 48, 0, false, true },
		{ 61, 48, 288, false, false, DTYPE_bf16, 0, 0, false, true },
		{ 40, 32, 48, true, false, DTYPE_f64, 0, 0, false, true },
		/* rows that share a set of the cache, two words of k at a time */
		{ 27, 45, 1024, true, false, DTYPE_f32, 0, 0, false, false },
		{ 13, 45, 2048, true, false, DTYPE_bf16, 0, 0, false, true },
		{ 12, 5, 40, true, false, DTYPE_f64, 0, 0, false, true },
		{ 50, 45, 40, true, false, DTYPE_f16, 48, 0, false, true },
		/* pairs of bf16: whole and not, copied from wherever they lie */
		{ 96, 64, 1200, true, false, DTYPE_bf16, 96, 0, false, false },
		{ 70, 45, 65, true, false, DTYPE_bf16, 96, 0, false, false },
		{ 70, 45, 65, true, false, DTYPE_bf16, 96, 0, false, true },
		{ 70, 45, 65, false, true, DTYPE_bf16, 96, 0, false, false },
		{ 70, 45, 65, false, true, DTYPE_bf16, 96, 0, true, false },
		{ 131, 200, 577, true, false, DTYPE_bf16, 96, 128, true, true },
		{ 131, 200, 544, true, false, DTYPE_bf16, 96, 128, false, true },
		{ 1, 3, 1, true, false, DTYPE_bf16, 0, 0, false, true },
		/* several blocks of k: rows as they lie, copied for their pitch, for the panels */
		{ 96, 64, 800, true, false, DTYPE_bf16, 96, 64, false, false },
		{ 100, 70, 1024, true, false, DTYPE_bf16, 96, 0, false, true },
		{ 64, 170, 1056, false, false, DTYPE_bf16, 64, 170, false, false },
		{ 290, 300, 520, false, true, DTYPE_bf16, 160, 256, true, false },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++)
		for (int panel = 16; panel <= 32; panel += 16) {
			UNIT_NOTE("shape %u, panels of %d", i, panel);
			check(g, j, &list[i], panel);
		}
	CHECK(gen_emulated() || gen_runs(ISA_LEVEL_amx) || !gen_runs(ISA_LEVEL_avx512bf16));
}

/* Panels of pairs, of as many words as AMX reads. */
static void pairs(struct graph *g, struct job *j)
{
	static const struct shape list[] = {
		{ 96, 64, 1200, true, true, DTYPE_bf16, 96, 0, false, false },
		{ 70, 45, 65, false, true, DTYPE_bf16, 96, 0, false, false },
		{ 70, 145, 1056, true, true, DTYPE_bf16, 96, 64, true, false },
		/* k in longer parts */
		{ 160, 145, 1536, true, true, DTYPE_bf16, 128, 128, false, false },
		{ 5, 33, 2, true, true, DTYPE_bf16, 0, 0, false, false },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++)
		for (int panel = 16; panel <= 32; panel += 16) {
			UNIT_NOTE("shape %u, panels of %d", i, panel);
			check_words(g, j, &list[i], panel, (list[i].k + 31) / 32 * 16, DTYPE_bf16,
				false);
		}
}

void test_gen_contract__packed_pairs(void)
{
	gen_with_graph(pairs);
}

/* Integers, exactly: of bytes with a sign and without, of 16 bits, as they lie and packed. */
static void integers(struct graph *g, struct job *j)
{
	static const struct shape list[] = {
		{ 12, 32, 8, true, false, DTYPE_i8, 0, 0, false, false },
		{ 61, 70, 33, true, false, DTYPE_i8, 0, 0, false, true },
		{ 131, 70, 1033, false, false, DTYPE_i8, 48, 32, true, false },
		{ 131, 200, 577, true, true, DTYPE_i8, 96, 128, false, false },
		{ 3, 45, 64, true, false, DTYPE_i8, 0, 0, false, true },
		{ 50, 45, 65, false, true, DTYPE_ui8, 96, 0, false, false },
		{ 50, 33, 40, true, false, DTYPE_ui8, 48, 0, true, false },
		{ 50, 33, 41, true, false, DTYPE_i16, 48, 0, false, true },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++)
		for (int panel = 16; panel <= 32; panel += 16) {
			const struct shape *s = &list[i];
			UNIT_NOTE("shape %u, panels of %d", i, panel);
			check(g, j, s, panel);
			if (s->t == DTYPE_ui8)
				check_words(g, j, s, panel, 0, DTYPE_i8, false);
			if (s->packed)
				check_words(g, j, s, panel, (s->k + 1) / 2, DTYPE_i16,
					false);
		}
}

void test_gen_contract__integers(void)
{
	gen_with_graph(integers);
}

/* Bytes by floats, read as bytes: from wherever they lie, in lines, in wide tiles, as pairs of
 * bf16; of either side. */
static void bytes(struct graph *g, struct job *j)
{
	static const struct shape list[] = {
		{ 1, 45, 600, true, false, DTYPE_f32, 0, 0, false, true },
		{ 4, 45, 65, true, false, DTYPE_bf16, 0, 0, false, true },
		{ 8, 33, 70, false, false, DTYPE_f16, 0, 0, false, true },
		{ 3, 256, 300, true, false, DTYPE_f32, 0, 128, true, false },
		{ 2, 256, 34, true, false, DTYPE_bf16, 0, 0, false, false },
		{ 61, 70, 33, true, false, DTYPE_f32, 0, 0, false, false },
		{ 131, 70, 1033, false, false, DTYPE_f32, 48, 32, true, false },
		{ 96, 64, 1200, true, false, DTYPE_bf16, 96, 0, false, false },
		{ 70, 45, 65, true, false, DTYPE_bf16, 96, 0, false, true },
		{ 131, 200, 577, false, false, DTYPE_bf16, 96, 128, true, true },
		{ 50, 45, 40, true, false, DTYPE_f16, 48, 0, false, true },
	};
	static const enum dtype types[] = { DTYPE_i8, DTYPE_ui8 };

	for (unsigned i = 0; i < 2 * sizeof list / sizeof *list; i++) {
		struct shape s = list[i / 2];
		int panel = s.m <= 3 && !s.along_k ? 64 : 32;
		enum dtype t = s.t;
		UNIT_NOTE("shape %u, type %u", i / 2, i % 2);
		check_words(g, j, &s, panel, 0, types[i % 2], false);
		s.t = types[i % 2];
		check_words(g, j, &s, panel, 0, t, false);
	}
}

void test_gen_contract__bytes_by_floats(void)
{
	gen_with_graph(bytes);
}

/* Few rows: columns as they lie, in wide tiles. */
static void wide(struct graph *g, struct job *j)
{
	static const struct shape list[] = {
		{ 1, 512, 600, true, false, DTYPE_f32, 0, 256, false, false },
		{ 2, 256, 33, false, false, DTYPE_f16, 0, 0, false, false },
		{ 3, 256, 300, true, false, DTYPE_f32, 0, 128, true, false },
		{ 1, 256, 600, true, false, DTYPE_bf16, 0, 0, false, false },
		{ 4, 256, 34, true, false, DTYPE_bf16, 0, 0, false, false },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++)
		for (int panel = 64; panel <= 256 / list[i].m; panel *= 2) {
			UNIT_NOTE("shape %u, panels of %d", i, panel);
			check(g, j, &list[i], panel);
		}
}

/* Few rows by tiles that are wider than registers: V streams by; parts of k are left of the words
 * that are taken at a time, and blocks of it. */
static void stream(struct graph *g, struct job *j)
{
	static const struct shape list[] = {
		{ 1, 576, 600, true, false, DTYPE_f32, 0, 288, false, false },
		{ 1, 528, 7, true, false, DTYPE_f32, 0, 0, false, false },
		{ 3, 576, 129, true, false, DTYPE_f32, 0, 288, true, false },
		{ 5, 272, 130, false, false, DTYPE_f32, 0, 0, false, false },
		{ 8, 304, 33, true, false, DTYPE_f32, 0, 0, false, false },
		{ 7, 320, 140, true, false, DTYPE_f16, 0, 0, false, false },
		{ 2, 272, 33, false, false, DTYPE_f16, 0, 0, false, false },
		{ 1, 320, 600, true, false, DTYPE_bf16, 0, 0, false, false },
		{ 8, 544, 34, true, false, DTYPE_bf16, 0, 272, false, false },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
		UNIT_NOTE("shape %u", i);
		check(g, j, &list[i], list[i].n_block ? list[i].n_block : list[i].n);
	}
}

void test_gen_contract__columns_stream_by_few_rows(void)
{
	gen_with_graph(stream);
}

/* Last panels of every width that a tile can have, and between. */
static void narrow(struct graph *g, struct job *j)
{
	static const int columns[] = { 3, 8, 13, 16, 20, 24, 29, 37, 56 };
	static const enum dtype types[] = { DTYPE_f32, DTYPE_f64, DTYPE_bf16, DTYPE_i8 };

	for (unsigned i = 0; i < sizeof columns / sizeof *columns; i++)
		for (unsigned t = 0; t < sizeof types / sizeof *types; t++) {
			struct shape s = { 27, columns[i], 70, true, false, types[t], 0, 0, false,
				i % 2 == 0 };
			UNIT_NOTE("%d columns, type %u", columns[i], t);
			check(g, j, &s, 32);
			check(g, j, &s, 16);
		}
}

void test_gen_contract__last_panels(void)
{
	gen_with_graph(narrow);
}

/* No more columns are multiplied than eight at a time make. */
static void narrow_code(struct graph *g, struct job *j)
{
	const struct type *ct = gen_type(g, DTYPE_f32, 2, 24, 40);
	const struct node *c = graph_parameter(g, 0, ct);
	struct kernel k = { .graph = g,
		.core = CORE_contract,
		.body = gen_region(g, 1, &ct, 1, &c),
		.ninputs = 2,
		.noutputs = 1,
		.name = "narrow",
		.contract = { .left = 1, .right = 1, .rows_are_lhs = true, .m = 24, .n = 40,
			.k = 8, .rows_m = 8, .rows_k = 1, .cols_k = 40, .cols_n = 1,
			.rows_type = DTYPE_f32, .cols_type = DTYPE_f32, .acc = DTYPE_f32,
			.m_block = 24, .panel = 32 } };

	(void)j;
	for (int isa = ISA_LEVEL_avx2; isa <= ISA_LEVEL_avx512bf16; isa++) {
		k.contract.panel = isa_table[isa].cols;
		CHECK(gen_code_says(&k, (enum isa)isa, "fma.v8f32"));
	}
}

void test_gen_contract__last_panels_are_no_wider_than_they_have_to_be(void)
{
	gen_with_graph(narrow_code);
}

/* Columns as they lie, whole panels, are packed by a panel's first tile; blocks alike and not,
 * results straight and turned, one part of k and several. */
static void packing(struct graph *g, struct job *j)
{
	static const struct shape list[] = {
		{ 100, 64, 300, true, false, DTYPE_f32, 0, 0, false, false },
		{ 150, 96, 300, true, false, DTYPE_f32, 50, 32, false, false },
		{ 129, 160, 40, false, false, DTYPE_f32, 0, 0, false, false },
		{ 112, 256, 270, false, false, DTYPE_f32, 48, 128, true, false },
		{ 61, 64, 600, true, false, DTYPE_bf16, 0, 0, false, false },
		{ 50, 64, 33, true, false, DTYPE_bf16, 0, 0, false, false },
		{ 75, 96, 300, false, false, DTYPE_f16, 0, 32, false, false },
		{ 50, 64, 130, true, false, DTYPE_f64, 0, 0, false, false },
	};
	const struct type *ct = gen_type(g, DTYPE_f32, 2, 1024, 512);
	const struct node *a = graph_parameter(g, 0, ct), *twice = build2(g, OP_add, a, a);
	struct kernel k = { .graph = g, .core = CORE_contract, .ninputs = 2, .noutputs = 1,
		.name = "packing", .body = gen_region(g, 1, &ct, 1, &twice),
		.contract = { .left = 1, .right = 1, .rows_are_lhs = true, .m = 1024, .n = 512,
			.k = 64, .rows_m = 64, .rows_k = 1, .cols_k = 512, .cols_n = 1,
			.rows_type = DTYPE_f32, .cols_type = DTYPE_f32, .acc = DTYPE_f32,
			.m_block = 256, .n_block = 128, .panel = 32 } };

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
		UNIT_NOTE("shape %u", i);
		check(g, j, &list[i], 32);
	}
	CHECK(gen_code_says(&k, ISA_LEVEL_avx512, "@packing("));
	k.contract.m_block = 32;                 /* few rows have the panels copied before */
	CHECK(!gen_code_says(&k, ISA_LEVEL_avx512, "@packing("));
}

void test_gen_contract__a_panel_is_packed_by_its_first_tile(void)
{
	gen_with_graph(packing);
}

/* Are elements (token, feature) of C [64, 48] = x [64, k] times weights [48, k], in blocks of 32
 * and 24, made by the first two of its four chunks? */
static void half_is_made(struct graph *g, struct job *j, int k, bool by_tokens)
{
	const struct type *ct = gen_type(g, DTYPE_f32, 2, 64, 48);
	const struct node *a = graph_parameter(g, 0, ct), *twice = build2(g, OP_add, a, a);
	struct kernel kernel = { .graph = g, .core = CORE_contract, .ninputs = 2, .noutputs = 1,
		.name = "half", .body = gen_region(g, 1, &ct, 1, &twice),
		.contract = { .left = 1, .right = 1, .m = 48, .n = 64, .k = k, .rows_m = k,
			.rows_k = 1, .cols_k = 1, .cols_n = k, .rows_type = DTYPE_f32,
			.cols_type = DTYPE_f32, .acc = DTYPE_f32, .m_block = 24, .n_block = 32,
			.panel = 32 } };
	float *weights = job_array(j, 48 * (size_t)k, sizeof *weights);
	float *x = job_array(j, 64 * (size_t)k, sizeof *x), *c = job_array(j, 64 * 48, sizeof *c);
	void *buffers[] = { weights, x, c };
	struct codegen_options o = { .isa = ISA_LEVEL_sse2, .level = 1 };
	struct codegen_code code;
	abi_kernel_fn *fn;

	CHECK_OK(gen_table()->compile(&kernel, &o, &code));
	void *entry = gen_map_code(&code);
	memcpy(&fn, &entry, sizeof fn);
	unsigned char *scratch = aligned_alloc(64, code.scratch + 64);
	struct abi_call call = { buffers, NULL, scratch, NULL, NULL };
	for (int i = 0; i < 64 * 48; i++)
		c[i] = -1;
	fn(&call, 0, 2);
	for (int i = 0; i < 64 * 48; i++) {
		bool made = by_tokens ? i / 48 < 32 : i % 48 < 24;
		CHECK(c[i] == (made ? 0 : -1));
	}
	free(scratch);
	gen_table()->code_free(&code);
}

static void chunk_order(struct graph *g, struct job *j)
{
	half_is_made(g, j, 70, true);
	half_is_made(g, j, 22000, false);        /* weights of 4,224,000 bytes */
}

void test_gen_contract__chunks_of_one_token_lie_in_a_row(void)
{
	gen_with_graph(chunk_order);
}

/* C [48, 320] of rows of 22000 elements, 4 MiB, in chunks of 64 columns: chunks in a row are
 * made as one, but no others, and with the same bits as by themselves. */
static void merged(struct graph *g, struct job *j)
{
	enum { M = 48, N = 320, K = 22000, WIDE = 64, CHUNKS = N / WIDE };
	const struct type *ct = gen_type(g, DTYPE_f32, 2, M, N);
	const struct node *a = graph_parameter(g, 0, ct), *twice = build2(g, OP_add, a, a);
	struct kernel kernel = { .graph = g, .core = CORE_contract, .ninputs = 2, .noutputs = 1,
		.name = "merged", .body = gen_region(g, 1, &ct, 1, &twice),
		.contract = { .left = 1, .right = 1, .rows_are_lhs = true, .m = M, .n = N, .k = K,
			.rows_m = K, .rows_k = 1, .cols_k = N, .cols_n = 1, .rows_type = DTYPE_f32,
			.cols_type = DTYPE_f32, .acc = DTYPE_f32, .m_block = M, .n_block = WIDE,
			.panel = 32 } };
	float *rows = job_array(j, M * (size_t)K, sizeof *rows);
	float *cols = job_array(j, N * (size_t)K, sizeof *cols);
	float *c = job_array(j, M * N, sizeof *c), *one = job_array(j, M * N, sizeof *one);
	void *buffers[] = { rows, cols, one }, *ranges[] = { rows, cols, c };
	struct codegen_options o = { .isa = ISA_LEVEL_sse2, .level = 1 };
	struct codegen_code code;
	abi_kernel_fn *fn;

	for (size_t i = 0; i < M * (size_t)K; i++)
		rows[i] = (float)(i * 37 % 101) / 101;
	for (size_t i = 0; i < N * (size_t)K; i++)
		cols[i] = (float)(i * 53 % 89) / 89 - 0.5f;
	CHECK_OK(gen_table()->compile(&kernel, &o, &code));
	void *entry = gen_map_code(&code);
	memcpy(&fn, &entry, sizeof fn);
	unsigned char *scratch = aligned_alloc(64, code.scratch + 64);
	struct abi_call call = { buffers, NULL, scratch, NULL, NULL };
	for (int64_t i = 0; i < CHUNKS; i++)
		fn(&call, i, i + 1);
	call.buffers = ranges;
	for (int64_t from = 0; from < CHUNKS; from++) {
		for (int i = 0; i < M * N; i++)
			c[i] = -1;
		fn(&call, from, from < 3 ? 3 : CHUNKS);
		for (int i = 0; i < M * N; i++) {
			int64_t chunk = i % N / WIDE;
			bool made = chunk >= from && (from >= 3 || chunk < 3);
			CHECK(c[i] == (made ? one[i] : -1));
		}
	}
	free(scratch);
	gen_table()->code_free(&code);
}

void test_gen_contract__chunks_in_a_row_are_made_as_one(void)
{
	gen_with_graph(merged);
}

/* C in bf16, rounded by the instruction where pairs of bf16 are multiplied by one. */
static void rounded(struct graph *g, struct job *j)
{
	const struct type *rt = gen_type(g, DTYPE_bf16, 2, 24, 64),
			  *vt = gen_type(g, DTYPE_bf16, 2, 64, 40),
			  *ct = gen_type(g, DTYPE_bf16, 2, 24, 40);
	const struct type *params[] = { rt, vt };
	const struct node *c = build_dot_over(
		g, graph_parameter(g, 0, rt), 1, graph_parameter(g, 1, vt), 0, DTYPE_bf16);
	const struct node *a = graph_parameter(g, 0, ct), *twice = build2(g, OP_add, a, a),
			  *whole = build2(g, OP_add, c, c);
	struct gen_case gc = { .g = g, .job = j, .core = CORE_contract, .tolerance = 1e-2,
		.low = -1, .high = 1, .region = gen_region(g, 2, params, 1, &whole),
		.body = gen_region(g, 1, &ct, 1, &twice),
		.contract = { .left = 1, .right = 1, .rows_are_lhs = true, .m = 24, .n = 40,
			.k = 64, .rows_m = 64, .rows_k = 1, .cols_k = 40, .cols_n = 1,
			.rows_type = DTYPE_bf16, .cols_type = DTYPE_bf16, .acc = DTYPE_f32,
			.m_block = 24, .panel = 32 } };
	struct kernel k = { .graph = g, .core = CORE_contract, .body = gc.body, .ninputs = 2,
		.noutputs = 1, .name = "rounded", .contract = gc.contract };

	gen_check(&gc);
	CHECK(gen_code_says(&k, ISA_LEVEL_avx512bf16, "cvtneps2bf16"));
	CHECK(!gen_code_says(&k, ISA_LEVEL_avx512, "cvtneps2bf16"));
	k.strict = true;                         /* denormals are kept */
	CHECK(!gen_code_says(&k, ISA_LEVEL_avx512bf16, "cvtneps2bf16"));
}

void test_gen_contract__rounds_at_once(void)
{
	gen_with_graph(rounded);
}

void test_gen_contract__few_rows(void)
{
	gen_with_graph(wide);
}

void test_gen_contract__shapes(void)
{
	gen_with_graph(shapes);
}

/* Few rows, columns along k: dot products of lines, of one column at a time or two, with all kinds
 * of ends. */
static void lines(struct graph *g, struct job *j)
{
	static const struct shape list[] = {
		{ 1, 45, 64, true, false, DTYPE_f32, 0, 0, false, true },
		{ 1, 300, 77, true, false, DTYPE_f32, 0, 128, false, true },
		{ 2, 45, 7, true, false, DTYPE_f32, 0, 0, false, true },
		{ 3, 33, 290, false, false, DTYPE_f32, 0, 0, false, true },
		{ 8, 45, 1100, true, false, DTYPE_f32, 0, 0, false, true },
		{ 4, 1, 40, true, false, DTYPE_f32, 0, 0, false, true },
		{ 2, 21, 50, true, false, DTYPE_f64, 0, 0, false, true },
		{ 3, 45, 67, true, false, DTYPE_f16, 0, 0, false, true },
		{ 1, 45, 97, true, false, DTYPE_bf16, 0, 0, false, true },
		{ 7, 45, 130, false, false, DTYPE_bf16, 0, 0, false, true },
		{ 5, 3, 4000, true, false, DTYPE_bf16, 0, 0, false, true },
		{ 1, 45, 97, true, false, DTYPE_i8, 0, 0, false, true },
		{ 8, 33, 1026, false, false, DTYPE_i8, 0, 0, false, true },
		{ 2, 45, 64, true, false, DTYPE_ui8, 0, 0, false, true },
		{ 3, 7, 65, true, false, DTYPE_i16, 0, 0, false, true },
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
		UNIT_NOTE("shape %u", i);
		check(g, j, &list[i], 32);
	}
}

void test_gen_contract__lines(void)
{
	gen_with_graph(lines);
}

/* Scores of attention: [b,h,s,d] x [b,h,t,d] with heads taken from [b,s,h*d], result transposed
 * back. */
static void attention(struct graph *g, struct job *j)
{
	const struct type *qt = gen_type(g, DTYPE_f32, 3, 2, 20, 64),
			  *vt = gen_type(g, DTYPE_f32, 4, 2, 4, 16, 20);
	const struct type *params[] = { qt, vt };
	const struct node *q = graph_parameter(g, 0, qt), *v = graph_parameter(g, 1, vt);
	const struct node *heads = build_transpose(
		g, build_reshape(g, q, 4, (int64_t[]){ 2, 20, 4, 16 }), (int64_t[]){ 0, 2, 1, 3 });
	const struct node *c = build_dot(g, heads, v,
		(struct dim_pairs){ 2, (int64_t[]){ 0, 1 }, (int64_t[]){ 0, 1 } },
		(struct dim_pairs){ 1, (int64_t[]){ 3 }, (int64_t[]){ 2 } }, DTYPE_f32);
	const struct node *results[2], *from[2] = { c, graph_parameter(g, 0, c->type) };

	for (int i = 0; i < 2; i++) {
		const struct node *x = build2(g, OP_multiply, from[i], build_like(g, from[i], 0.5));
		x = build_transpose(g, x, (int64_t[]){ 0, 2, 1, 3 });
		x = build_reshape(g, x, 3, (int64_t[]){ 2, 20, 80 });
		results[i] = build1(g, OP_negate, x);
	}
	struct gen_case gc = { .g = g,
		.job = j,
		.core = CORE_contract,
		.tolerance = 2e-5,
		.region = gen_region(g, 2, params, 1, &results[0]),
		.body = gen_region(g, 1, &c->type, 1, &results[1]),
		.contract = { .left = 1, .right = 1, .rows_are_lhs = true,
			.nbatch = 2,
			.batch = { 2, 4 },
			.rows_batch = { 20 * 64, 16 },
			.cols_batch = { 4 * 16 * 20, 16 * 20 },
			.m = 20,
			.n = 20,
			.k = 16,
			.rows_m = 64,
			.rows_k = 1,
			.cols_k = 20,
			.rows_type = DTYPE_f32,
			.cols_type = DTYPE_f32,
			.acc = DTYPE_f32,
			.m_block = 24 } };

	gen_check(&gc);
}

void test_gen_contract__batches_and_moves(void)
{
	gen_with_graph(attention);
}

/* ---- what the code says ---------------------------------------------------------------------- */

/* What is added to a product in the shape of an image, whose rows no vector divides, is read and
 * stored by vectors all the same. */
static void image(struct graph *g, struct job *j)
{
	const struct type *ct = gen_type(g, DTYPE_f32, 2, 24, 49),
			  *it = gen_type(g, DTYPE_f32, 4, 1, 24, 7, 7);
	const struct type *params[] = { ct, it };
	const struct node *c = build_reshape(g, graph_parameter(g, 0, ct), 4, it->dims),
			  *sum = build2(g, OP_add, c, graph_parameter(g, 1, it));
	struct kernel k = { .graph = g,
		.core = CORE_contract,
		.body = gen_region(g, 2, params, 1, &sum),
		.ninputs = 3,
		.noutputs = 1,
		.name = "image",
		.contract = { .left = 1, .right = 1, .rows_are_lhs = true, .m = 24, .n = 49,
			.k = 8, .rows_m = 8, .rows_k = 1, .cols_k = 49, .cols_n = 1,
			.rows_type = DTYPE_f32,
			.cols_type = DTYPE_f32, .acc = DTYPE_f32, .m_block = 24, .panel = 32 } };

	(void)j;
	for (int isa = ISA_LEVEL_avx512; isa <= ISA_LEVEL_amx; isa++) {
		CHECK(!gen_code_says(&k, (enum isa)isa, "masked.gather"));
		CHECK(!gen_code_says(&k, (enum isa)isa, "masked.scatter"));
		CHECK(gen_code_says(&k, (enum isa)isa, "masked.store"));
	}
}

void test_gen_contract__adds_images_by_vectors(void)
{
	gen_with_graph(image);
}

/* Rows a multiple of 1 KiB apart pass the nearest cache by, where it holds neither C's squares nor
 * the block's rows, and the second one does, or blocks of columns in a row are made as one. */
static void passing(struct graph *g, struct job *j)
{
	static const struct { int k, m_block, n_block; bool pass; } list[] = {
		{ 512, 256, 256, true }, { 1024, 256, 64, true }, { 2048, 256, 256, true },
		{ 768, 256, 256, false }, { 3072, 256, 512, false }, { 3072, 256, 256, true },
		{ 1024, 64, 256, false }, { 1024, 256, 32, false },
	};
	const struct type *ct = gen_type(g, DTYPE_f32, 2, 512, 512);
	const struct node *sum = build1(g, OP_negate, graph_parameter(g, 0, ct));

	(void)j;
	for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
		int k = list[i].k;
		struct kernel kernel = { .graph = g,
			.core = CORE_contract,
			.body = gen_region(g, 1, &ct, 1, &sum),
			.ninputs = 2,
			.noutputs = 1,
			.name = "passing",
			.contract = { .left = 1, .right = 1, .rows_are_lhs = true, .m = 512,
				.n = 512, .k = k, .rows_m = k, .rows_k = 1,
				.cols_packed = true, .word = 2, .words = k / 2,
				.rows_type = DTYPE_bf16, .cols_type = DTYPE_bf16,
				.acc = DTYPE_f32, .m_block = list[i].m_block,
				.n_block = list[i].n_block, .panel = 32 } };
		UNIT_NOTE("case %u", i);
		CHECK(gen_code_says(&kernel, ISA_LEVEL_amx, "tileloaddt1") == list[i].pass);
	}
}

void test_gen_contract__rows_that_share_sets_pass_the_cache_by(void)
{
	gen_with_graph(passing);
}

/* Scratch of a product of m rows by AMX. */
static uint64_t squares_scratch(struct graph *g, int m)
{
	const struct type *ct = gen_type(g, DTYPE_f32, 2, m, 64);
	const struct node *sum = build1(g, OP_negate, graph_parameter(g, 0, ct));
	struct kernel kernel = { .graph = g, .core = CORE_contract, .ninputs = 2, .noutputs = 1,
		.name = "rest", .body = gen_region(g, 1, &ct, 1, &sum),
		.contract = { .left = 1, .right = 1, .rows_are_lhs = true, .m = m, .n = 64,
			.k = 256, .rows_m = 256, .rows_k = 1, .cols_packed = true, .word = 2,
			.words = 128, .rows_type = DTYPE_bf16, .cols_type = DTYPE_bf16,
			.acc = DTYPE_f32, .m_block = 256, .panel = 32 } };
	struct codegen_options o = { .isa = ISA_LEVEL_amx, .level = 1 };
	struct codegen_code code;

	CHECK_OK(gen_table()->compile(&kernel, &o, &code));
	uint64_t scratch = code.scratch;
	gen_table()->code_free(&code);
	return scratch;
}

/* Of rows that are no whole squares it is the last ones alone that are copied: for 32 of them there
 * is room. */
static void left_rows(struct graph *g, struct job *j)
{
	uint64_t whole = squares_scratch(g, 256), rest = squares_scratch(g, 250);

	(void)j;
	CHECK(rest > whole);
	CHECK(rest - whole <= 32 * 288 * 4);
}

void test_gen_contract__rows_left_of_squares_are_copied_alone(void)
{
	gen_with_graph(left_rows);
}

static void symbolic_of(struct graph *g, struct job *j, enum dtype t)
{
	int64_t m = dim_arg(g, 0, 0, 1, 1000), k = dim_arg(g, 0, 1, 1, 1000),
		n = dim_arg(g, 1, 1, 1, 1000);
	const struct type *rt = type_tensor(g, t, 2, (int64_t[]){ m, k });
	const struct type *vt = type_tensor(g, t, 2, (int64_t[]){ k, n });
	const struct type *params[] = { rt, vt };
	const struct node *c = build_dot_over(
		g, graph_parameter(g, 0, rt), 1, graph_parameter(g, 1, vt), 0, DTYPE_f32);
	const struct node *whole = build1(g, OP_negate, c),
			  *e = build1(g, OP_negate, graph_parameter(g, 0, c->type));

	for (int i = 0; i < 4; i++) {
		struct gen_case gc = { .g = g,
			.job = j,
			.core = CORE_contract,
			.tolerance = 1e-4,
			.low = -1,
			.high = 1,
			.region = gen_region(g, 2, params, 1, &whole),
			.body = gen_region(g, 1, &c->type, 1, &e),
			.nsizes = 3,
			.dims = { m, k, n },
			.sizes = { 1 + 59 * i, 1 + 300 * i, 7 + 32 * i },
			.contract = { .left = 1, .right = 1, .rows_are_lhs = true,
				.m = m,
				.n = n,
				.k = k,
				.rows_m = k,
				.rows_k = 1,
				.cols_k = n,
				.rows_type = t,
				.cols_type = t,
				.acc = DTYPE_f32,
				.m_block = 48 } };
		gen_check(&gc);
	}
}

static void symbolic(struct graph *g, struct job *j)
{
	symbolic_of(g, j, DTYPE_f32);
	symbolic_of(g, j, DTYPE_bf16);
}

void test_gen_contract__symbolic_sizes(void)
{
	gen_with_graph(symbolic);
}

void test_gen_contract__bounds_what_is_rounded(void)
{
	gen_with_graph(bounded);
}
