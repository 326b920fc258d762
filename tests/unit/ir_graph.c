/* Unit tests of graphs: consing, rollback, regions, effects, locations, slots. */
#include "ir_test.h"
#include "ir/graph_impl.h"
#include <math.h>
#include <sys/resource.h>

/* ---- consing -------------------------------------------------------------------------------- */

static void body_cons(struct graph *g)
{
	const struct type *t = ir_type(g, DTYPE_f32, 2, 3);
	const struct node *a = graph_parameter(g, 0, t), *b = graph_parameter(g, 1, t);

	CHECK(t == ir_type(g, DTYPE_f32, 2, 3));
	CHECK(t != ir_type(g, DTYPE_f32, 3, 2) && t != ir_type(g, DTYPE_f64, 2, 3));
	CHECK(a == graph_parameter(g, 0, t) && a != b);
	uint32_t before = graph_nnodes(g);
	const struct node *sum = build2(g, OP_add, a, b);
	CHECK(sum == build2(g, OP_add, a, b));
	CHECK_INT(graph_nnodes(g), before + 1);
	CHECK(sum != build2(g, OP_add, b, a));
	CHECK(sum->id > a->id && sum->id > b->id);
	CHECK(build_scalar(g, DTYPE_f32, 0.0) != build_scalar(g, DTYPE_f32, -0.0));
	CHECK(build_scalar(g, DTYPE_f32, NAN) == build_scalar(g, DTYPE_f32, NAN));
	CHECK(build1(g, OP_negate, a) != build1(g, OP_abs, a));
	CHECK(build_compare(g, "LT", a, b) != build_compare(g, "GT", a, b));
	CHECK_STR(type_text(graph_job(g), g, t), "tensor<2x3xf32>");
}

void test_graph__equal_nodes_are_one(void)
{
	ir_run(body_cons);
}

static void body_attrs(struct graph *g)
{
	static const int64_t v[] = { 1, 2, 3 };
	struct attr_entry e[] = {
		{ KEY_other, "mhlo.sharding", attr_raw(g, "\"{replicated}\"") },
		{ KEY_dimension, NULL, attr_int(g, 4) },
		{ KEY_other, "a.b", attr_raw(g, "1") },
		{ KEY_strides, NULL, attr_ints(g, 3, v) },
	};
	struct attr_entry r[] = { e[3], e[2], e[1], e[0] };
	const struct attrs *a = attrs_cons(g, 4, e);

	CHECK(a == attrs_cons(g, 4, r));
	CHECK(a != attrs_cons(g, 3, e));
	CHECK_INT(attrs_find(a, KEY_dimension)->i, 4);
	CHECK_INT(attrs_find(a, KEY_strides)->ints[2], 3);
	CHECK(!attrs_find(a, KEY_value) && !attrs_find(NULL, KEY_value));
	CHECK_STR(a->e[2].name, "a.b");
	CHECK(attr_float(g, 0.0) != attr_float(g, -0.0));
	CHECK(attr_str(g, "x") != attr_raw(g, "x"));
	for (int k = 1; k < KEY_COUNT; k++)
		CHECK_INT(key_find(key_names[k], strlen(key_names[k])), k);
	CHECK_INT(key_find("dimensio", 8), KEY_none);
}

void test_graph__attribute_sets(void)
{
	ir_run(body_attrs);
}

static void body_twice(struct graph *g)
{
	struct attr_entry e[] = { { KEY_index, NULL, attr_int(g, 1) },
		{ KEY_index, NULL, attr_int(g, 2) } };

	attrs_cons(g, 2, e);
}

void test_graph__an_attribute_given_twice(void)
{
	struct graph *g;

	CHECK_OK(graph_create(&g));
	CHECK_ERROR(ir_try(g, body_twice), WEFT_INVALID_ARGUMENT, "index is given twice");
	graph_release(g);
}

void test_op__texts(void)
{
	for (enum op op = 0; op < OP_COUNT; op++)
		CHECK_INT(op_find(op_table[op].text, strlen(op_table[op].text)), op);
	CHECK_STR(op_table[OP_chlo_erf].text, "chlo.erf");
	CHECK_STR(op_table[OP_chlo_erf].name, "chlo_erf");
	CHECK_STR(op_table[OP_add].text, "stablehlo.add");
	CHECK_STR(op_table[OP_call].text, "call");
	CHECK_INT(op_find("stablehlo.ad", 12), OP_COUNT);
	CHECK_INT(op_find("chlo.add", 8), OP_COUNT);
}

/* ---- rollback ------------------------------------------------------------------------------- */

static const struct node *kept;

static void body_first(struct graph *g)
{
	const struct type *t = ir_type(g, DTYPE_f32, 4, dim_arg(g, 0, 1, 0, 64));

	kept = build1(g, OP_negate, graph_parameter(g, 0, t));
	graph_locate(g, kept, (struct place){ "a.mlir", 3, 5 }, NULL);
	const struct region *r = graph_region(g, 1, &t, 1, &kept);
	graph_add_func(g, &(struct func){ .name = "main", .region = r });
	graph_set_module(g, "m", NULL);
}

static void body_fails(struct graph *g)
{
	const struct node *n = kept;

	for (int i = 0; i < 5000; i++)
		n = build2(g, OP_add, n, build_full(g, ir_type(g, DTYPE_f32, 4, 4), i));
	graph_locate(g, kept, (struct place){ "b.mlir", 9, 9 }, "module.path");
	dim_free(g, 0, 9);
	graph_add_slot(g, &(struct slot){ .kind = SLOT_bound, .name = "w", .type = n->type });
	graph_add_func(
		g, &(struct func){ .name = "main", .region = graph_region(g, 0, NULL, 1, &n) });
	graph_add_func(
		g, &(struct func){ .name = "other", .region = graph_region(g, 0, NULL, 1, &n) });
	graph_set_module(g, "broken", NULL);
	job_fail(graph_job(g), WEFT_CANCELLED, "enough");
}

static void body_after(struct graph *g)
{
	CHECK(graph_main(g)->region->results[0] == kept);
	const struct type *t = kept->type;
	CHECK(build1(g, OP_negate, graph_parameter(g, 0, t)) == kept);
	CHECK(dim_arg(g, 0, 1, 0, 64) == t->dims[1]);
	const struct node *n = build1(g, OP_abs, kept);
	CHECK_INT(n->id, kept->id + 1);
}

void test_graph__a_failed_job_leaves_nothing(void)
{
	struct graph *g;

	CHECK_OK(graph_create(&g));
	CHECK_OK(ir_try(g, body_first));
	uint32_t nodes = graph_nnodes(g);
	size_t bytes = arena_bytes(graph_arena(g));
	for (int i = 0; i < 3; i++) {
		CHECK_ERROR(ir_try(g, body_fails), WEFT_CANCELLED, "enough");
		CHECK_INT(graph_nnodes(g), nodes);
		CHECK_INT(arena_bytes(graph_arena(g)), bytes);
		CHECK_INT(graph_nfuncs(g), 1);
		CHECK_INT(graph_nslots(g), 0);
		CHECK_STR(graph_module_name(g), "m");
		const struct location *l = graph_location(g, kept);
		CHECK(l && !l->next && l->line == 3);
	}
	CHECK_OK(ir_try(g, body_after));
	graph_release(g);
}

/* Every allocation of a job fails once: each time the graph is as it was. */
static void body_add(struct graph *g)
{
	const struct node *n = kept;

	for (int i = 0; i < 40; i++)
		n = build2(g, OP_multiply, n, build1(g, OP_sine, n));
	graph_locate(g, n, (struct place){ "c.mlir", 1, 1 }, NULL);
	graph_add_func(
		g, &(struct func){ .name = "f", .region = graph_region(g, 1, &kept->type, 1, &n) });
	graph_verify(g);
}

void test_graph__every_allocation_fails(void)
{
	struct graph *g;
	struct weft_error *e = NULL;
	long n = 0;

	CHECK_OK(graph_create(&g));
	CHECK_OK(ir_try(g, body_first));
	uint32_t nodes = graph_nnodes(g);
	for (;; n++) {
		mem_fail_after = n;
		e = ir_try(g, body_add);
		mem_fail_after = -1;
		if (!e)
			break;
		CHECK_INT(weft_error_code(e), WEFT_RESOURCE_EXHAUSTED);
		weft_error_free(e);
		CHECK_INT(graph_nnodes(g), nodes);
		CHECK_INT(graph_nfuncs(g), 1);
	}
	CHECK(n >= 5);
	CHECK_INT(graph_nnodes(g), nodes + 80);
	graph_release(g);
}

/* ---- depth ---------------------------------------------------------------------------------- */

enum { LONG = 100000 };

static void body_chain(struct graph *g)
{
	struct job *j = graph_job(g);
	const struct type *t = type_scalar(g, DTYPE_f32);
	const struct node *first = graph_parameter(g, 0, t), *n = first, *copy;
	uint32_t count;

	for (int i = 0; i < LONG; i++)
		n = build2(g, OP_add, n, i % 2 ? first : n);
	const struct region *r = graph_region(g, 1, &t, 1, &n);
	const struct node **order = region_order(j, r, &count);
	CHECK_INT(count, LONG + 1);
	for (uint32_t i = 1; i < count; i++)
		CHECK(order[i - 1]->id < order[i]->id);
	const struct node *arg = build_scalar(g, DTYPE_f32, 1);
	region_inline(g, r, &arg, &copy);
	CHECK(copy != n && copy->op == OP_add);
	region_inline(g, r, &first, &copy);
	CHECK(copy == n);
	graph_add_func(g, &(struct func){ .name = "main", .region = r });
	graph_verify(g);
}

/* In 256 KiB of stack: nothing recurses on depth. */
void test_graph__a_long_chain_needs_no_stack(void)
{
	struct rlimit limit = { 256 << 10, 256 << 10 };

	CHECK(!setrlimit(RLIMIT_STACK, &limit));
	ir_run(body_chain);
}

/* ---- regions -------------------------------------------------------------------------------- */

static const struct region *adder(struct graph *g, enum op op)
{
	const struct type *s = type_scalar(g, DTYPE_f32), *params[] = { s, s };
	const struct node *body = build2(g, op, graph_parameter(g, 0, s), graph_parameter(g, 1, s));

	return graph_region(g, 2, params, 1, &body);
}

static void body_regions(struct graph *g)
{
	static const int64_t zero = 0;
	const struct node *a = graph_parameter(g, 0, ir_type(g, DTYPE_f32, 4, 5));
	const struct node *sum = build_reduce(g, OP_add, a, 1, &zero);

	CHECK(adder(g, OP_add) == adder(g, OP_add));
	CHECK(adder(g, OP_add) != adder(g, OP_multiply));
	CHECK(sum == build_reduce(g, OP_add, a, 1, &zero));
	CHECK(sum->regions[0] == adder(g, OP_add));
	CHECK(sum != build_reduce(g, OP_maximum, a, 1, &zero));
	CHECK_STR(type_text(graph_job(g), g, sum->type), "tensor<5xf32>");
	/* The body of a region is no part of the region around it. */
	uint32_t count;
	region_order(graph_job(g), graph_region(g, 1, &a->type, 1, &sum), &count);
	CHECK_INT(count, 3);
}

void test_region__equal_regions_are_one(void)
{
	ir_run(body_regions);
}

static void body_inline(struct graph *g)
{
	int64_t s = dim_free(g, 0, INT64_MAX), n = dim_arg(g, 0, 0, 0, INT64_MAX);
	const struct type *t = type_tensor(g, DTYPE_f32, 1, &s),
			  *arg = type_tensor(g, DTYPE_f32, 1, &n);
	const struct node *p = graph_parameter(g, 0, t), *pair[] = { p, p };
	const struct node *body = build_concat(g, 2, pair, 0), *out;
	const struct region *r = graph_region(g, 1, &t, 1, &body);
	const struct node *a = graph_parameter(g, 0, arg);

	CHECK_INT(body->type->dims[0], dim_mul(g, s, 2));
	region_inline(g, r, &a, &out);
	CHECK_INT(out->type->dims[0], dim_mul(g, n, 2));
	int64_t four = 4;
	const struct node *b = graph_parameter(g, 1, type_tensor(g, DTYPE_f32, 1, &four));
	region_inline(g, r, &b, &out);
	CHECK_INT(out->type->dims[0], 8);
}

void test_region__inlining_takes_the_sizes_of_the_arguments(void)
{
	ir_run(body_inline);
}

/* ---- random numbers, effects ---------------------------------------------------------------- */

static const struct node *dropout_bits(struct graph *g, uint64_t counter)
{
	int64_t two = 2;
	uint64_t state[2] = { 42, counter };
	const struct node *in =
		build_constant(g, type_tensor(g, DTYPE_ui64, 1, &two), false, state);
	const struct type *types[] = { in->type, ir_type(g, DTYPE_ui32, 8, 8) };
	struct attr_entry at = { KEY_rng_algorithm, NULL, attr_str(g, "THREE_FRY") };

	return graph_node(g, &(struct node_spec){ .op = OP_rng_bit_generator, .nin = 1, .in = &in,
		.attrs = attrs_cons(g, 1, &at), .type = type_list(g, TYPE_results, 2, types) });
}

static void body_random(struct graph *g)
{
	const struct node *a = dropout_bits(g, 0), *b = dropout_bits(g, 64);

	CHECK(a != b);
	CHECK(a == dropout_bits(g, 0));
	CHECK(graph_result(g, a, 1) != graph_result(g, b, 1));
	CHECK_INT(node_nresults(a), 2);
}

void test_graph__two_dropouts_stay_two(void)
{
	ir_run(body_random);
}

/* A call into the world: takes x and a token, gives nothing but a token. */
static const struct node *print_call(
	struct graph *g, const struct node *x, const struct node *token)
{
	const struct node *in[] = { x, token };
	struct attr_entry at[] = {
		{ KEY_call_target_name, NULL, attr_str(g, "print") },
		{ KEY_has_side_effect, NULL, attr_bool(g, true) },
		{ KEY_effect, NULL, attr_bool(g, true) },
	};

	return graph_node(g, &(struct node_spec){ .op = OP_custom_call, .nin = 2, .in = in,
		.attrs = attrs_cons(g, 3, at), .type = type_token(g) });
}

static void body_effects(struct graph *g)
{
	const struct node *x = graph_parameter(g, 0, type_scalar(g, DTYPE_f32));
	const struct node *start = graph_parameter(g, 1, type_token(g));
	const struct node *a = print_call(g, x, start), *b = print_call(g, x, a);

	CHECK(a != b && b->in[1] == a);
	CHECK(node_has_effect(a));
	CHECK_INT(node_nresults(a), 0);
	CHECK_INT(node_noperands(a), 1);
	CHECK(graph_result(g, a, 0) == a && a->type == type_token(g));
	const struct type *params[] = { x->type, start->type };
	const struct node *results[] = { x, b };
	graph_add_func(g, &(struct func){ .name = "main",
		.region = graph_region(g, 2, params, 2, results) });
	graph_verify(g);
}

void test_graph__an_effect_is_an_operand(void)
{
	ir_run(body_effects);
}

static void body_no_token(struct graph *g)
{
	print_call(g, build_scalar(g, DTYPE_f32, 1), build_scalar(g, DTYPE_f32, 2));
}

void test_graph__an_effect_needs_a_token(void)
{
	struct graph *g;

	CHECK_OK(graph_create(&g));
	CHECK_ERROR(ir_try(g, body_no_token), WEFT_INVALID_ARGUMENT,
		"stablehlo.custom_call: an op with an effect takes a token");
	graph_release(g);
}

/* ---- captures ------------------------------------------------------------------------------- */

static void body_captures(struct graph *g)
{
	const struct type *t = type_scalar(g, DTYPE_f32);
	const struct node *p =
		build_compare(g, "LT", graph_parameter(g, 0, t), graph_parameter(g, 1, t));
	const struct node *x = graph_parameter(g, 0, t);
	const struct node *yes = build1(g, OP_sine, graph_parameter(g, 0, t)),
			  *no = graph_parameter(g, 0, t);
	const struct region *r[] = { graph_region(g, 1, &t, 1, &yes),
		graph_region(g, 1, &t, 1, &no) };
	const struct node *in[] = { p, x };
	struct attr_entry at = { KEY_ncaptures, NULL, attr_int(g, 1) };
	const struct node *n = graph_node(g, &(struct node_spec){ .op = OP_if, .nin = 2, .in = in,
		.nregions = 2, .regions = r, .attrs = attrs_cons(g, 1, &at) });

	CHECK_INT(node_ncaptures(n), 1);
	CHECK_INT(node_noperands(n), 1);
	CHECK_INT(node_nparams(n, 0), 0);
	CHECK(n->type == t);
	const struct type *params[] = { t, t };
	graph_add_func(
		g, &(struct func){ .name = "main", .region = graph_region(g, 2, params, 1, &n) });
	graph_verify(g);
}

void test_graph__captures_are_operands(void)
{
	ir_run(body_captures);
}

/* ---- checking ------------------------------------------------------------------------------- */

static void body_arity(struct graph *g)
{
	const struct node *a = build_scalar(g, DTYPE_f32, 1);

	graph_node(g,
		&(struct node_spec){ .op = OP_add, .nin = 1, .in = &a, .at = { "x.mlir", 7, 2 } });
}

static void body_kind(struct graph *g)
{
	const struct node *a = build_scalar(g, DTYPE_f32, 1);
	struct attr_entry at = { KEY_permutation, NULL, attr_int(g, 0) };

	build_op(g, OP_transpose, 1, &a, 1, &at);
}

static void body_type(struct graph *g)
{
	const struct node *a = graph_parameter(g, 0, ir_type(g, DTYPE_f32, 2, 3)), *in[] = { a, a };

	graph_node(g, &(struct node_spec){ .op = OP_add, .nin = 2, .in = in,
		.type = ir_type(g, DTYPE_f32, 2, 4) });
}

void test_graph__invalid_nodes_fail_the_job(void)
{
	struct graph *g;

	CHECK_OK(graph_create(&g));
	CHECK_ERROR(ir_try(g, body_arity), WEFT_INVALID_ARGUMENT,
		"x.mlir:7:2: error: stablehlo.add: expected 2 operands, found 1");
	CHECK_ERROR(ir_try(g, body_kind), WEFT_INVALID_ARGUMENT,
		"stablehlo.transpose: attribute permutation must be an array of integers, found an "
		"integer");
	CHECK_ERROR(ir_try(g, body_type), WEFT_INVALID_ARGUMENT, "tensor<2x4xf32>");
	graph_release(g);
}

static void body_precise(struct graph *g)
{
	int64_t s = dim_arg(g, 0, 0, 0, INT64_MAX), free = dim_free(g, 0, INT64_MAX);
	const struct node *a = graph_parameter(g, 0, ir_type(g, DTYPE_f32, s, 3)), *in[] = { a, a };
	const struct node *n = graph_node(g, &(struct node_spec){ .op = OP_add, .nin = 2, .in = in,
		.type = ir_type(g, DTYPE_f32, free, 3) });

	CHECK(n->type == a->type);
	n = graph_node(g, &(struct node_spec){ .op = OP_add, .nin = 2, .in = in,
		.type = ir_type(g, DTYPE_f32, 8, 3) });
	CHECK(n->type == ir_type(g, DTYPE_f32, 8, 3));
}

void test_graph__the_more_precise_size_is_taken(void)
{
	ir_run(body_precise);
}

/* ---- locations, slots, the public count ----------------------------------------------------- */

static void body_located(struct graph *g)
{
	const struct node *a = graph_parameter(g, 0, ir_type(g, DTYPE_f32, 2, 2)), *in[] = { a, a };
	const struct node *n = NULL;

	for (uint32_t line = 1; line <= 3; line++) {
		const struct node *m = graph_node(
			g, &(struct node_spec){
				   .op = OP_add, .nin = 2, .in = in, .at = { "f.mlir", line, 4 } });
		CHECK(!n || m == n);            /* where it stands does not make it another */
		n = m;
	}
	graph_locate(g, n, (struct place){ NULL, 0, 0 }, "encoder.layer.0");
	const struct location *l = graph_location(g, n);
	for (uint32_t line = 1; line <= 3; line++, l = l->next)
		CHECK(l->line == line && !strcmp(l->file, "f.mlir"));
	CHECK(!l->next);
	CHECK_STR(l->text, "encoder.layer.0");
	CHECK(!graph_location(g, a));
}

void test_graph__locations_are_outside_of_hash(void)
{
	ir_run(body_located);
}

static void body_slots(struct graph *g)
{
	const struct type *t = ir_type(g, DTYPE_f32, 1 << 15, 1 << 14);
	uint32_t a = graph_add_slot(
		g, &(struct slot){
			   .kind = SLOT_file, .name = "w.bin", .type = t, .bytes = 1ull << 31 });
	uint32_t b = graph_add_slot(g, &(struct slot){ .kind = SLOT_file,
					       .name = "w.bin",
					       .type = t,
					       .offset = 1ull << 31,
					       .bytes = 1ull << 31 });
	struct attr_entry ea = { KEY_slot, NULL, attr_int(g, a) },
			  eb = { KEY_slot, NULL, attr_int(g, b) };
	const struct node *na = graph_node(g, &(struct node_spec){ .op = OP_constant, .type = t,
		.attrs = attrs_cons(g, 1, &ea) });
	const struct node *nb = graph_node(g, &(struct node_spec){ .op = OP_constant, .type = t,
		.attrs = attrs_cons(g, 1, &eb) });

	CHECK(na != nb && !node_literal(na));
	CHECK_STR(graph_slot(g, b)->name, "w.bin");
	CHECK_INT(graph_slot(g, b)->offset, 1ll << 31);
	CHECK_INT(type_bytes(t), 1ll << 31);
}

void test_graph__late_bound_constants_are_slots(void)
{
	ir_run(body_slots);
}

static void body_sizes(struct graph *g)
{
	int64_t big[] = { INT64_MAX / 4, 8 }, none[] = { INT64_MAX, 0, INT64_MAX }, strides[3];

	CHECK_INT(type_elements(type_tensor(g, DTYPE_f32, 2, big)), -1);
	CHECK_INT(type_bytes(type_tensor(g, DTYPE_f64, 1, big)), -1);
	CHECK_INT(type_elements(type_tensor(g, DTYPE_f32, 3, none)), 0);
	type_strides(type_tensor(g, DTYPE_f32, 3, (const int64_t[]){ 2, 3, 4 }), strides);
	CHECK(strides[0] == 12 && strides[1] == 4 && strides[2] == 1);
	CHECK(!type_is_static(ir_type(g, DTYPE_f32, dim_arg(g, 0, 0, 0, 1), 1)));
}

void test_type__sizes(void)
{
	ir_run(body_sizes);
}

static void body_map(struct graph *g)
{
	struct node_map m;

	node_map_init(&m, graph_job(g));
	for (int i = 0; i < 1000; i++)
		node_map_set(&m, build_scalar_int(g, DTYPE_i64, i), &"x"[i % 2]);
	for (int i = 0; i < 1000; i++)
		CHECK(*(const char *)node_map_get(&m, build_scalar_int(g, DTYPE_i64, i)) ==
			(i % 2 ? 0 : 'x'));
	CHECK(!node_map_get(&m, build_scalar_int(g, DTYPE_i64, 1000)));
	CHECK(!node_map_add(&m, build_scalar_int(g, DTYPE_i64, 5)));
	CHECK(node_map_add(&m, build_scalar_int(g, DTYPE_i64, 1001)));
}

void test_node_map__gives_back(void)
{
	ir_run(body_map);
}
