/* gen_every.c -- every op that is lowered, of every dtype it takes, compiles for every ISA level:
 * no undefined symbol and no relocation is left (src/gen/link.c refuses both), also for machines
 * this is not. */
#include "gen_util.h"

struct every {
	enum isa isa;
	enum op op;
	enum dtype t, to;
	const struct node *(*build)(
		struct graph *g, const struct every *e, const struct node *const *in);
	enum core core;
	unsigned done, missing, refused;
	struct graph *g;
};

static const struct node *build_map(
	struct graph *g, const struct every *e, const struct node *const *in)
{
	struct node_spec s = { .op = e->op, .nin = (uint32_t)op_table[e->op].lo, .in = in };
	struct attr_entry a[2];
	uint32_t n = 0;

	if (e->op == OP_compare)
		a[n++] = (struct attr_entry){ KEY_comparison_direction, NULL, attr_str(g, "LT") };
	if (e->op == OP_reduce_precision) {
		a[n++] = (struct attr_entry){ KEY_exponent_bits, NULL, attr_int(g, 5) };
		a[n++] = (struct attr_entry){ KEY_mantissa_bits, NULL, attr_int(g, 4) };
	}
	s.attrs = n ? attrs_cons(g, n, a) : NULL;
	return graph_node(g, &s);
}

static const struct node *build_to(
	struct graph *g, const struct every *e, const struct node *const *in)
{
	return build_convert(g, in[0], e->to);
}

static const struct node *build_sum(
	struct graph *g, const struct every *e, const struct node *const *in)
{
	return build_reduce(g, e->op, in[0], 1, (int64_t[]){ e->core == CORE_row });
}

static const struct node *build_moves(
	struct graph *g, const struct every *e, const struct node *const *in)
{
	const struct node *x = build_transpose(g, in[0], (int64_t[]){ 1, 0 });

	(void)e;
	x = build_slice(g, x, (int64_t[]){ 1, 0 }, (int64_t[]){ 15, 3 }, (int64_t[]){ 2, 1 });
	x = build_concat(g, 2, (const struct node *[]){ x, x }, 1);
	return build_reshape(g, x, 2, (int64_t[]){ 6, 7 });
}

static void compile_one(struct job *j, void *arg)
{
	struct every *e = arg;
	struct graph *g = e->g;
	enum dtype first = e->op == OP_select && e->build == build_map ? DTYPE_i1 : e->t;

	graph_borrow(g, j);
	const struct type *t = gen_type(g, e->t, 2, 3, 16);
	const struct type *params[] = { gen_type(g, first, 2, 3, 16), t, t };
	const struct node *in[3];
	for (uint32_t i = 0; i < 3; i++)
		in[i] = graph_parameter(g, i, params[i]);
	const struct node *r = e->build(g, e, in);
	struct kernel k = { .graph = g,
		.core = e->core,
		.body = gen_region(g, 3, params, 1, &r),
		.rank = r->type->rank,
		.space = r->type->dims,
		.row = 1,
		.outer_grain = 1,
		.chunks = 1,
		.ninputs = 3,
		.noutputs = 1,
		/* what is no contraction is avx512bf16's there: halves of vectors instead */
		.brief = e->isa == ISA_LEVEL_amx,
		.name = "every" };
	struct codegen_options o = { .isa = e->isa, .level = 1 };
	struct codegen_code code;

	if (e->core == CORE_row) {
		k.rank = 2;
		k.space = t->dims;
	}
	struct weft_error *error = gen_table()->compile(&k, &o, &code);
	if (!error) {
		e->done++;
		CHECK(code.size && code.entry < code.size);
		gen_table()->code_free(&code);
		return;
	}
	if (weft_error_code(error) != WEFT_UNIMPLEMENTED)
		UNIT_FAIL("%s of %s for %s: %s", op_table[e->op].name, dtype_table[e->t].text,
			isa_table[e->isa].name, weft_error_text(error));
	e->missing++;
	weft_error_free(error);
}

/* A job that fails is an op that does not take this dtype. */
static void try_one(struct every *e)
{
	CHECK_OK(graph_create(&e->g));
	struct weft_error *error = job_run(compile_one, e);
	if (error) {
		e->refused++;
		weft_error_free(error);
	}
	graph_release(e->g);
}

static void every_for(enum isa isa)
{
	static const enum op sums[] = { OP_add, OP_maximum };
	struct every e = { .isa = isa };

	gen_every_begin(isa);
	for (int t = 1; t < DTYPE_COUNT; t++) {
		e.t = (enum dtype)t;
		e.core = CORE_map;
		e.build = build_map;
		for (int op = 0; op < OP_COUNT; op++)
			if (op_table[op].kind == OP_MAP && op_table[op].lo > 0 &&
				op != OP_convert && op != OP_map) {
				e.op = (enum op)op;
				try_one(&e);
			}
		e.op = OP_convert;
		e.build = build_to;
		for (int to = 1; to < DTYPE_COUNT; to++) {
			e.to = (enum dtype)to;
			try_one(&e);
		}
		e.op = OP_transpose;
		e.build = build_moves;
		try_one(&e);
		e.build = build_sum;
		for (int i = 0; i < 4; i++) {
			e.op = sums[i / 2];
			e.core = i % 2 ? CORE_row : CORE_map;
			try_one(&e);
		}
	}
	fprintf(stderr, "%s: %u compiled, %u not lowered, %u not of a type the op takes\n",
		isa_table[isa].name, e.done, e.missing, e.refused);
	CHECK(e.done > 1500);
}

void test_gen_every__op_for_sse2(void)
{
	every_for(ISA_LEVEL_sse2);
}

void test_gen_every__op_for_avx2(void)
{
	every_for(ISA_LEVEL_avx2);
}

void test_gen_every__op_for_avx512(void)
{
	every_for(ISA_LEVEL_avx512);
}

void test_gen_every__op_for_avx512bf16(void)
{
	every_for(ISA_LEVEL_avx512bf16);
}

void test_gen_every__op_for_amx(void)
{
	every_for(ISA_LEVEL_amx);
}

void test_gen_every__op_for_neon(void)
{
	every_for(ISA_LEVEL_neon);
}
