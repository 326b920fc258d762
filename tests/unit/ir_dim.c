/* Unit tests of dimensions: their algebra, ranges, and what is traced from nodes and built into
 * them. */
#include "ir_test.h"

/* ---- algebra -------------------------------------------------------------------------------- */

static void body_algebra(struct graph *g)
{
	int64_t a = dim_arg(g, 0, 0, 0, INT64_MAX), b = dim_arg(g, 0, 1, 1, 64),
		c = dim_free(g, 2, 9);

	CHECK(a < 0 && b < 0 && a != b);
	CHECK(dim_arg(g, 0, 0, 0, INT64_MAX) == a);
	CHECK(dim_free(g, 2, 9) != c);
	CHECK_INT(dim_add(g, 2, 3), 5);
	CHECK_INT(dim_add(g, a, 0), a);
	CHECK_INT(dim_add(g, a, b), dim_add(g, b, a));
	CHECK_INT(dim_add(g, dim_add(g, a, b), c), dim_add(g, a, dim_add(g, c, b)));
	CHECK_INT(dim_sub(g, dim_add(g, a, b), b), a);
	CHECK_INT(dim_sub(g, a, a), 0);
	CHECK_INT(dim_add(g, dim_sub(g, a, 7), 7), a);
	CHECK_INT(dim_mul(g, dim_add(g, a, 1), 2), dim_add(g, a, dim_add(g, a, 2)));
	CHECK_INT(dim_mul(g, dim_add(g, a, b), dim_sub(g, a, b)),
		dim_sub(g, dim_mul(g, a, a), dim_mul(g, b, b)));
	CHECK_INT(dim_mul(g, a, 0), 0);
	CHECK_INT(dim_product(g, 3, (const int64_t[]){ a, 0, INT64_MAX }), 0);
	CHECK_STR(ir_dim_text(g, dim_sub(g, dim_add(g, dim_mul(g, a, 2), b), 1)), "s0*2 + s1 - 1");
	CHECK_STR(ir_dim_text(g, dim_mul(g, b, a)), "s0*s1");
}

void test_dim__algebra(void)
{
	ir_run(body_algebra);
}

static void body_division(struct graph *g)
{
	int64_t a = dim_arg(g, 0, 0, 0, INT64_MAX), b = dim_arg(g, 0, 1, 1, 64);

	CHECK_INT(dim_floordiv(g, 7, 2), 3);
	CHECK_INT(dim_floordiv(g, dim_mul(g, a, 12), 4), dim_mul(g, a, 3));
	CHECK_INT(dim_floordiv(g, dim_add(g, dim_mul(g, a, 4), 3), 4), a);
	CHECK_INT(dim_floordiv(g, dim_add(g, dim_mul(g, a, 4), 9), 4), dim_add(g, a, 2));
	CHECK_INT(dim_mod(g, dim_add(g, dim_mul(g, a, 4), 9), 4), 1);
	CHECK_INT(dim_mod(g, dim_mul(g, a, b), b), 0);
	CHECK_INT(dim_floordiv(g, dim_mul(g, a, b), b), a);
	CHECK_INT(dim_floordiv(g, b, 100), 0);
	CHECK_INT(dim_mod(g, b, 100), b);
	CHECK_INT(dim_floordiv(g, dim_floordiv(g, a, 2), 3), dim_floordiv(g, a, 6));
	CHECK_INT(dim_ceildiv(g, 9, 4), 3);
	CHECK_INT(dim_ceildiv(g, dim_mul(g, a, 4), 4), a);
	CHECK_STR(ir_dim_text(g, dim_ceildiv(g, a, 32)), "(s0 + 31) floordiv 32");
	CHECK_STR(ir_dim_text(g, dim_mul(g, dim_mod(g, a, 8), 2)), "(s0 mod 8)*2");
	CHECK_INT(dim_floordiv(g, dim_sub(g, 1, 8), 2), dim_sub(g, 0, 4));    /* -7 / 2 is -4 */
	CHECK_INT(dim_mod(g, dim_sub(g, 1, 8), 4), 1);
}

void test_dim__division(void)
{
	ir_run(body_division);
}

static void body_ranges(struct graph *g)
{
	int64_t a = dim_arg(g, 0, 0, 0, INT64_MAX), b = dim_arg(g, 0, 1, 1, 64);

	const struct dim_expr *e = dim_get(g, dim_add(g, dim_mul(g, b, 2), 1));
	CHECK(e->min == 3 && e->max == 129);
	e = dim_get(g, dim_sub(g, 10, b));
	CHECK(e->min == -54 && e->max == 9);
	e = dim_get(g, dim_mul(g, a, b));
	CHECK(e->min == 0 && e->max == INT64_MAX);
	e = dim_get(g, dim_floordiv(g, b, 5));
	CHECK(e->min == 0 && e->max == 12);
	CHECK_INT(dim_max(g, a, 0), a);
	CHECK_INT(dim_max(g, b, 64), 64);
	CHECK_INT(dim_min(g, b, 1), 1);
	CHECK_INT(dim_max(g, a, dim_add(g, a, b)), dim_add(g, a, b));
	CHECK_INT(dim_min(g, a, b), dim_min(g, b, a));
	CHECK(dim_may_equal(g, a, 100) && !dim_may_equal(g, b, 100) && !dim_may_equal(g, 3, 4));
	CHECK(!dim_may_equal(g, a, dim_add(g, a, 1)));
	CHECK(dim_may_equal(g, a, dim_mul(g, a, 2)));
}

void test_dim__ranges(void)
{
	ir_run(body_ranges);
}

/* Random expressions against their value: whatever is folded, the number stays. */
static uint32_t rnd(uint64_t *s)
{
	*s = *s * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*s >> 33);
}

static int64_t value_of(struct graph *g, int64_t d, const int64_t *v)
{
	if (dim_is_number(d))
		return d;
	const struct dim_expr e = *dim_get(g, d);
	if (e.op == DIM_number)
		return e.a;
	if (e.op == DIM_arg)
		return v[e.a];
	int64_t a = value_of(g, e.a, v), b = value_of(g, e.b, v);
	switch (e.op) {
	case DIM_add: return a + b;
	case DIM_mul: return a * b;
	case DIM_min: return a < b ? a : b;
	case DIM_max: return a > b ? a : b;
	case DIM_floordiv: return a / b - (a % b < 0);
	case DIM_mod: return a % b + (a % b < 0 ? b : 0);
	default: UNIT_FAIL("a symbol of another kind");
	}
}

static void body_random(struct graph *g)
{
	uint64_t seed = 7;
	int64_t v[3], sym[3];

	for (int i = 0; i < 3; i++)
		sym[i] = dim_arg(g, i, 0, 1, 20);
	for (int round = 0; round < 20000; round++) {
		int64_t d[8], x[8];
		for (int i = 0; i < 3; i++) {
			v[i] = 1 + rnd(&seed) % 20;
			d[i] = sym[i];
			x[i] = v[i];
		}
		for (int i = 3; i < 8; i++) {
			uint32_t p = rnd(&seed) % (uint32_t)i, q = rnd(&seed) % (uint32_t)i,
				 by = 1 + rnd(&seed) % 9;
			switch (rnd(&seed) % 8) {
			case 0: d[i] = dim_add(g, d[p], d[q]); x[i] = x[p] + x[q]; break;
			case 1: d[i] = dim_sub(g, d[p], d[q]); x[i] = x[p] - x[q]; break;
			case 2: d[i] = dim_add(g, d[p], by); x[i] = x[p] + by; break;
			case 3: d[i] = dim_mul(g, d[p], by); x[i] = x[p] * by; break;
			case 4: d[i] = dim_floordiv(g, d[p], by); x[i] = x[p] / (int64_t)by -
				(x[p] % (int64_t)by < 0); break;
			case 5:
				d[i] = dim_mod(g, d[p], by);
				x[i] = (x[p] % (int64_t)by + by) % by;
				break;
			case 6:
				d[i] = dim_max(g, d[p], d[q]);
				x[i] = x[p] > x[q] ? x[p] : x[q];
				break;
			default:
				d[i] = dim_min(g, d[p], d[q]);
				x[i] = x[p] < x[q] ? x[p] : x[q];
				break;
			}
			if (value_of(g, d[i], v) != x[i])
				UNIT_FAIL("round %d: %s is %lld, expected %lld", round,
					ir_dim_text(g, d[i]), (long long)value_of(g, d[i], v),
					(long long)x[i]);
			if (!dim_is_number(d[i]))
				CHECK(dim_get(g, d[i])->min <= x[i] &&
					x[i] <= dim_get(g, d[i])->max);
			for (int k = 0; k < i; k++)
				CHECK(x[k] != x[i] || dim_may_equal(g, d[k], d[i]));
		}
	}
}

void test_dim__random_expressions_keep_their_value(void)
{
	ir_run(body_random);
}

static void body_large(struct graph *g)
{
	int64_t sum = 0, product = 1;

	for (int i = 0; i < 200; i++) {
		int64_t s = dim_arg(g, i, 0, 0, 3);
		sum = dim_add(g, sum, s);
		product = dim_mul(g, product, s);
	}
	CHECK(dim_get(g, sum)->max == 600 && dim_get(g, sum)->min == 0);
	CHECK(dim_get(g, product)->max == INT64_MAX);
	CHECK_INT(dim_sub(g, sum, sum), 0);
	CHECK_INT(dim_sub(g, dim_add(g, sum, 5), sum), 5);
}

void test_dim__large_sums_stay_correct(void)
{
	ir_run(body_large);
}

static void body_overflow(struct graph *g)
{
	dim_mul(g, dim_mul(g, dim_arg(g, 0, 0, 0, 1), INT64_MAX / 2), 4);
}

void test_dim__overflow_is_an_error(void)
{
	struct graph *g;

	CHECK_OK(graph_create(&g));
	CHECK_ERROR(ir_try(g, body_overflow), WEFT_INVALID_ARGUMENT, "overflows");
	graph_release(g);
}

/* ---- nodes ---------------------------------------------------------------------------------- */

static const struct node *i64(struct graph *g, int64_t v)
{
	return build_scalar_int(g, DTYPE_i64, v);
}

static void body_trace(struct graph *g)
{
	int64_t s = dim_arg(g, 0, 0, 1, INT64_MAX);
	const struct node *x = graph_parameter(g, 0, ir_type(g, DTYPE_f32, s, 6));
	const struct node *size = build_size(g, x, 0), *six = build_size(g, x, 1);

	CHECK_INT(dim_of_node(g, size, 0), s);
	CHECK(node_literal(six) && dim_of_node(g, six, 0) == 6);
	const struct node *m =
		build2(g, OP_subtract, build2(g, OP_multiply, size, i64(g, 4)), i64(g, 1));
	CHECK_INT(dim_of_node(g, m, 0), dim_sub(g, dim_mul(g, s, 4), 1));
	CHECK_INT(dim_of_node(g, build2(g, OP_divide, size, i64(g, 2)), 0), dim_floordiv(g, s, 2));
	CHECK_INT(dim_of_node(g, build2(g, OP_remainder, size, i64(g, 2)), 0), dim_mod(g, s, 2));
	CHECK_INT(dim_of_node(g, build2(g, OP_maximum, size, i64(g, 0)), 0), s);
	int64_t dims[] = { dim_mul(g, s, 2), 3, s };
	const struct node *shape = build_shape(g, 3, dims, 1, &x);
	for (int i = 0; i < 3; i++)
		CHECK_INT(dim_of_node(g, shape, i), dims[i]);
	/* What is not followed is the value itself, once. */
	const struct node *y = graph_parameter(g, 1, type_scalar(g, DTYPE_i64));
	int64_t d = dim_of_node(g, y, 0);
	CHECK(dim_get(g, d)->op == DIM_value && dim_get(g, d)->node == y &&
		dim_of_node(g, y, 0) == d);
	CHECK_INT(dim_of_node(g, build2(g, OP_add, y, size), 0), dim_add(g, d, s));
	/* Division of what may be negative is not ours. */
	const struct node *half = build2(g, OP_divide, y, i64(g, 2));
	CHECK(dim_get(g, dim_of_node(g, half, 0))->node == half);
}

void test_dim__traced_from_nodes(void)
{
	ir_run(body_trace);
}

static void body_trace_limits(struct graph *g)
{
	const struct node *y = graph_parameter(g, 0, type_scalar(g, DTYPE_i64)), *n = y;

	for (int i = 0; i < 5000; i++)          /* 2^5000 paths, were they all walked */
		n = build2(g, OP_maximum, n, build2(g, OP_add, n, i64(g, i)));
	int64_t d = dim_of_node(g, n, 0);
	CHECK_INT(dim_of_node(g, n, 0), d);
}

void test_dim__tracing_is_bounded(void)
{
	ir_run(body_trace_limits);
}

static void body_symbolic(struct graph *g)
{
	int64_t s = dim_arg(g, 0, 0, 1, INT64_MAX), t = dim_arg(g, 0, 1, 1, INT64_MAX);
	const struct node *x = graph_parameter(g, 0, ir_type(g, DTYPE_f32, s, t));

	int64_t flat = dim_mul(g, s, t);
	const struct node *y = build_reshape(g, x, 1, &flat);
	CHECK(y->op == OP_dynamic_reshape && y->type->dims[0] == flat);
	CHECK(build_reshape(g, x, 2, (const int64_t[]){ s, t }) == x);
	int64_t wide[] = { 4, s, t };
	y = build_broadcast_to(g, x, 3, wide);
	CHECK(y->op == OP_dynamic_broadcast_in_dim && y->type->dims[1] == s &&
		y->type->dims[0] == 4);
	y = build_like(g, x, 1);
	CHECK(y->type == x->type);
	y = build_full(g, x->type, 2);          /* sizes found through the parameter */
	CHECK(y->type == x->type);
	y = build_transpose(g, x, (const int64_t[]){ 1, 0 });
	CHECK(y->type->dims[0] == t && y->type->dims[1] == s);
	int64_t zero[] = { 0, 0 }, one[] = { 1, 1 }, most[] = { s, 3 };
	y = build_slice(g, x, zero, most, one);
	CHECK(y->type->dims[0] == s && y->type->dims[1] == 3);
	const struct node *pair[] = { x, x };
	CHECK_INT(build_concat(g, 2, pair, 0)->type->dims[0], dim_mul(g, s, 2));
	const struct node *odd = build_dim(g, dim_mod(g, dim_sub(g, s, 5), 3), 1, &x);
	CHECK(odd->op == OP_select && odd->type == type_scalar(g, DTYPE_i64));
	const struct type *params[] = { x->type };
	graph_add_func(
		g, &(struct func){ .name = "main", .region = graph_region(g, 1, params, 1, &y) });
	graph_verify(g);
}

void test_build__symbolic_sizes(void)
{
	ir_run(body_symbolic);
}

static void body_build(struct graph *g)
{
	const struct type *t = ir_type(g, DTYPE_f32, 8, 16);
	const struct node *x = graph_parameter(g, 0, t),
			  *w = graph_parameter(g, 1, ir_type(g, DTYPE_f32, 4, 16));
	int64_t one = 1, zero = 0;

	const struct node *y = build_dot_over(g, x, 1, w, 1, DTYPE_f32);
	CHECK(y->type == ir_type(g, DTYPE_f32, 8, 4));
	y = build_convert(g, y, DTYPE_bf16);
	CHECK(y->type == ir_type(g, DTYPE_bf16, 8, 4) && build_convert(g, y, DTYPE_bf16) == y);
	y = build_select(g, build_compare(g, "GT", x, build_like(g, x, 0)), x, build_like(g, x, 1));
	CHECK(y->type == t);
	y = build_broadcast(g, build_scalar(g, DTYPE_f32, 3), 2, t->dims, NULL);
	CHECK(y->type == t && y == build_full(g, t, 3));
	y = build_pad(g, x, build_scalar(g, DTYPE_f32, 0), (const int64_t[]){ 1, 0 },
		(const int64_t[]){ -2, 3 }, (const int64_t[]){ 0, 1 });
	CHECK(y->type == ir_type(g, DTYPE_f32, 7, 34));
	CHECK(build_iota(g, t, 1)->type == t);
	static const enum op ops[] = { OP_add, OP_multiply, OP_maximum, OP_minimum };
	for (int i = 0; i < 4; i++)
		CHECK_INT(build_reduce(g, ops[i], x, 1, &zero)->type->dims[0], 16);
	const struct node *p = build_convert(g, x, DTYPE_i1);
	CHECK_INT(build_reduce(g, OP_and, p, 1, &one)->type->dims[0], 8);
	const struct node *body = build1(g, OP_tanh, x);
	const struct region *r = graph_region(g, 1, &t, 1, &body);
	struct attr_entry eps = { KEY_epsilon, NULL, attr_float(g, 1e-5) };
	y = build_composite(g, "weft.gelu", 1, &x, attrs_cons(g, 1, &eps), r);
	CHECK(y->type == t && node_float(y, KEY_epsilon, 0) == 1e-5);
	CHECK_STR(node_str(y, KEY_callee, ""), "weft.gelu");
}

void test_build__static_sizes(void)
{
	ir_run(body_build);
}
