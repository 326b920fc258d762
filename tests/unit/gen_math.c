/* gen_math.c -- elementary functions against libm in a wider type, in units in the last place. */
#include "gen_util.h"

struct fn {
	enum op op;
	double limit32, limit64;     /* ULP */
	double low, high;            /* of arguments */
	double (*want64)(double);
	long double (*want)(long double);
};

static long double logistic(long double x)
{
	return x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x));
}

static long double rsqrt_of(long double x)
{
	return 1 / sqrtl(x);
}

static const struct fn functions[] = {
	{ OP_exponential, 1.1, 1.1, -110, 95, NULL, expl },
	{ OP_exponential, 1.1, 1.1, -750, 712, NULL, expl },
	{ OP_exponential_minus_one, 1, 1.25, -5, 5, NULL, expm1l },
	{ OP_exponential_minus_one, 1, 1.25, -1e-3, 1e-3, NULL, expm1l },
	{ OP_tanh, 2, 2, -5, 5, NULL, tanhl },
	{ OP_tanh, 2, 2, -1e-4, 1e-4, NULL, tanhl },
	{ OP_logistic, 2.25, 2.25, -100, 100, NULL, logistic },
	{ OP_logistic, 2.25, 2.25, -3, 3, NULL, logistic },
	{ OP_log, 1, 1, 0, 4, NULL, logl },
	{ OP_log, 1.5, 1, 0.5, 2, NULL, logl },
	{ OP_log, 1, 1, 0, 1e-38, NULL, logl },
	{ OP_log, 1, 1, 0, 1e38, NULL, logl },
	{ OP_log_plus_one, 1, 2, -1, 4, NULL, log1pl },
	{ OP_log_plus_one, 1, 2, -1e-5, 1e-5, NULL, log1pl },
	{ OP_sqrt, 0.5, 0.5, 0, 1e5, NULL, sqrtl },
	{ OP_rsqrt, 1.5, 1.5, 0, 1e5, NULL, rsqrt_of },
	{ OP_cbrt, 1, 1, -1e5, 1e5, NULL, cbrtl },
	{ OP_sine, 1, 2.5, -10, 10, NULL, sinl },
	{ OP_sine, 1, 2.5, -1e5, 1e5, NULL, sinl },
	{ OP_cosine, 1, 2.5, -10, 10, NULL, cosl },
	{ OP_cosine, 1, 2.5, -1e5, 1e5, NULL, cosl },
	{ OP_tan, 1, 3, -10, 10, NULL, tanl },
	{ OP_chlo_erf, 1.5, 1.5, -5, 5, NULL, erfl },
	{ OP_chlo_erf, 1.5, 1.5, -1e-4, 1e-4, NULL, erfl },
	{ OP_chlo_erfc, 4, 16, -5, 9, NULL, erfcl },
	{ OP_chlo_erfc, 4, 16, 0, 26, NULL, erfcl },
	{ OP_chlo_atan, 1, 2, -10, 10, NULL, atanl },
	{ OP_chlo_asin, 1, 4, -1, 1, NULL, asinl },
	{ OP_chlo_acos, 1, 4, -1, 1, NULL, acosl },
	{ OP_chlo_sinh, 6, 4, -5, 5, NULL, sinhl },
	{ OP_chlo_cosh, 6, 4, -5, 5, NULL, coshl },
	{ OP_chlo_asinh, 1, 4, -5, 5, NULL, asinhl },
	{ OP_chlo_acosh, 1, 4, 1, 50, NULL, acoshl },
	{ OP_chlo_atanh, 1, 4, -1, 1, NULL, atanhl },
};

static double ulp_of(long double v, bool wide)
{
	int e;

	frexpl(v, &e);
	int least = wide ? -1074 : -149;
	e -= wide ? 53 : 24;
	return ldexp(1, e < least ? least : e);
}

static bool same_special(double got, long double want, bool wide)
{
	if (isnan(want))
		return isnan(got);
	long double top = wide ? 0x1.fffffffffffff8p1023L : 0x1.ffffffp127L;
	if (want >= top)
		return got == INFINITY || (double)want == got;
	if (want <= -top)
		return got == -INFINITY;
	return false;
}

#define COUNT 20000

static void check_function(struct graph *g, const struct fn *f, bool wide, enum isa isa)
{
	enum dtype t = wide ? DTYPE_f64 : DTYPE_f32;
	const struct type *type = gen_type(g, t, 1, COUNT);
	const struct node *r = build1(g, f->op, graph_parameter(g, 0, type));
	struct kernel k = { .graph = g,
		.core = CORE_map,
		.body = gen_region(g, 1, &type, 1, &r),
		.rank = 1,
		.space = type->dims,
		.outer_grain = 1,
		.chunks = 1,
		.ninputs = 1,
		.noutputs = 1,
		.name = "math" };
	struct codegen_options o = { .isa = isa, .level = 1, .dump = getenv("WEFT_DUMP") };
	struct codegen_code code;
	static double in[COUNT], out[COUNT];
	static float in32[COUNT], out32[COUNT];
	static const double special[] = { 0, -0.0, INFINITY, -INFINITY, NAN, 1, -1, 5e-324, -5e-324,
		1e-310, 1e-45, -1e-40, 1e30, -1e30, 0.5, -0.5, 2 };
	int nspecial = (int)(sizeof special / sizeof *special);

	CHECK_OK(gen_table()->compile(&k, &o, &code));
	for (int i = 0; i < COUNT; i++) {
		in[i] = i < nspecial
				? special[i]
				: f->low + (f->high - f->low) *
						   ((double)rand() + (double)rand() / RAND_MAX) /
						   RAND_MAX;
		in32[i] = (float)in[i];
	}
	void *buffers[2] = { wide ? (void *)in : in32, wide ? (void *)out : out32 };
	struct abi_call call = { buffers, NULL, NULL, NULL, NULL };
	void *entry = gen_map_code(&code);
	abi_kernel_fn *fn;
	memcpy(&fn, &entry, sizeof fn);
	fn(&call, 0, 1);
	gen_table()->code_free(&code);
	double worst = 0, at = 0, got_at = 0;
	for (int i = 0; i < COUNT; i++) {
		double x = wide ? in[i] : (double)in32[i], got = wide ? out[i] : (double)out32[i];
		long double want = f->want((long double)x);
		if (same_special(got, want, wide))
			continue;
		if ((f->op == OP_sine || f->op == OP_cosine || f->op == OP_tan) && fabs(x) > 1e6)
			continue;
		double e = (double)fabsl((long double)got - want) / ulp_of(want, wide);
		if (!(e <= worst)) {
			worst = isnan(e) ? INFINITY : e;
			at = x;
			got_at = got;
		}
	}
	fprintf(stderr, "%s %s %s %g..%g: %.3f ULP at %.17g\n", isa_table[isa].name,
		op_table[f->op].name, wide ? "f64" : "f32", f->low, f->high, worst, at);
	/* A limit counts from the exact value, so half a unit is the rounding alone. */
	if (worst > (wide ? f->limit64 : f->limit32) + 0.01)
		UNIT_FAIL("%s of %s: %.3f ULP at %.17g: got %.17g, exact %.17Lg",
			op_table[f->op].name, wide ? "f64" : "f32", worst, at, got_at,
			f->want((long double)at));
}

static void all_functions(struct graph *g, struct job *j)
{
	(void)j;
	for (int isa = 0; isa < ISA_COUNT; isa++)
		for (unsigned i = 0;
			gen_runs((enum isa)isa) && i < sizeof functions / sizeof *functions; i++)
			for (int wide = 0; wide < 2; wide++)
				check_function(g, &functions[i], wide != 0, (enum isa)isa);
}

void test_gen_math__ulp(void)
{
	gen_with_graph(all_functions);
}

static bool fill_grid(uint32_t input, void *data, const struct tensor *t)
{
	static const double list[] = { 0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 0.3, 2.5, -2.5,
		1e10, -1e10, 7, -7, 1e-3,
		INFINITY, -INFINITY, NAN, 5.5, 40, -40, 1e-30 };
	int64_t n = sizeof list / sizeof *list;

	for (int64_t i = 0; i < tensor_elements(t); i++) {
		double v = list[input ? i / n % n : i % n];
		if (t->type->dtype == DTYPE_f64)
			((double *)data)[i] = v;
		else
			((float *)data)[i] = (float)v;
	}
	return true;
}

static void two_operands(struct graph *g, struct job *j)
{
	static const enum op ops[] = { OP_power, OP_atan2, OP_remainder, OP_maximum, OP_minimum };

	for (unsigned i = 0; i < sizeof ops / sizeof *ops; i++)
		for (int wide = 0; wide < 2; wide++) {
			const struct type *t =
				gen_type(g, wide ? DTYPE_f64 : DTYPE_f32, 1, 25 * 25);
			const struct type *types[] = { t, t };
			const struct node *r = build2(
				g, ops[i], graph_parameter(g, 0, t), graph_parameter(g, 1, t));
			struct gen_case c = { .g = g, .job = j, .core = CORE_map,
				.region = gen_region(g, 2, types, 1, &r),
				.tolerance = wide ? 2e-15 : 3e-7, .fill = fill_grid };
			UNIT_NOTE("%s", op_table[ops[i]].name);
			gen_check(&c);
			c.fill = NULL;
			gen_check(&c);
		}
}

void test_gen_math__two_operands(void)
{
	gen_with_graph(two_operands);
}
