/* gen_complex.c -- elementary functions of complex numbers against libm in long double, each part
 * in units in the last place.  complex<f32> is as good as rounding; complex<f64> as the table
 * says.  Edge cases are those of StableHLO's files (tests/conformance/stablehlo/math). */
#include "gen_util.h"
#include <complex.h>

typedef long double _Complex wide;

struct fn {
	enum op op;
	double limit64;              /* ULP */
	double low, high;            /* 10 to that: magnitudes of parts */
	wide (*want)(wide);
};

/* C's CMPLXL is not in every compiler's reach; there are no zeros here whose signs could suffer. */
static wide number(long double x, long double y)
{
	return x + y * _Complex_I;
}

static wide rsqrt_of(wide z)
{
	return 1 / csqrtl(z);
}

static wide log1p_of(wide z)
{
	long double x = creall(z), y = cimagl(z);

	if (fabsl(x) + fabsl(y) < 0.5L)
		return number(log1pl(fmal(x, 2 + x, y * y)) / 2, atan2l(y, 1 + x));
	return clogl(1 + z);
}

/* asin z = atan2(x, t) + i v for x, y >= 0, t = re(sqrt(1 - z) sqrt(1 + z)) */
static wide arc_of(wide z)
{
	wide a = number(fabsl(creall(z)), fabsl(cimagl(z)));

	return number(creall(csqrtl(1 - a) * csqrtl(1 + a)), cimagl(casinl(a)));
}

static const struct fn functions[] = {
	{ OP_exponential, 3, -8, 2, cexpl },
	{ OP_log, 3, -8, 8, clogl },
	{ OP_log, 3, -300, 300, clogl },
	{ OP_log_plus_one, 4, -8, 8, log1p_of },
	{ OP_sqrt, 2, -300, 300, csqrtl },
	{ OP_rsqrt, 5, -300, 300, rsqrt_of },
	{ OP_sine, 5, -8, 2, csinl },
	{ OP_cosine, 5, -8, 2, ccosl },
	{ OP_tanh, 7, -8, 2, ctanhl },
	{ OP_chlo_tan, 7, -8, 2, ctanl },
	{ OP_chlo_sinh, 4, -8, 1, csinhl },
	{ OP_chlo_cosh, 4, -8, 1, ccoshl },
	{ OP_chlo_asin, 4, -8, 8, casinl },
	{ OP_chlo_asin, 4, -300, 300, casinl },
	{ OP_chlo__asin_acos_kernel, 4, -8, 8, arc_of },
	{ OP_chlo_acos, 4, -8, 8, cacosl },
	{ OP_chlo_asinh, 4, -8, 8, casinhl },
	{ OP_chlo_acosh, 4, -8, 8, cacoshl },
	{ OP_chlo_acosh, 4, -300, 300, cacoshl },
	{ OP_chlo_atan, 4, -8, 8, catanl },
	{ OP_chlo_atanh, 4, -8, 8, catanhl },
	{ OP_chlo_atanh, 4, -300, 300, catanhl },
};

#define COUNT 2000

/* Of got, in units of the last place want has room for. */
static double ulps(double got, long double want, bool narrow)
{
	double near = narrow ? (double)(float)want : (double)want;
	int e;

	if (near == got || (isnan(near) && isnan(got)))
		return 0;
	frexpl(want, &e);
	int least = narrow ? -149 : -1074;
	e -= narrow ? 24 : 53;
	return (double)(fabsl(got - want) / ldexpl(1, e < least ? least : e));
}

static double random_part(const struct fn *f, bool narrow)
{
	double u = (double)rand() / RAND_MAX, low = f->low, high = f->high;

	if (narrow) {
		low = low < -30 ? -30 : low;
		high = high > 30 ? 30 : high;
	}
	return (rand() & 1 ? 1 : -1) * pow(10, low + (high - low) * u);
}

static void check_function(struct graph *g, const struct fn *f, bool narrow, enum isa isa)
{
	enum dtype t = narrow ? DTYPE_c64 : DTYPE_c128;
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
		.name = "complex" };
	struct codegen_options o = { .isa = isa, .level = 1 };
	struct codegen_code code;
	static double in[2 * COUNT], out[2 * COUNT];
	static float in32[2 * COUNT], out32[2 * COUNT];

	CHECK_OK(gen_table()->compile(&k, &o, &code));
	for (int i = 0; i < 2 * COUNT; i++) {
		in32[i] = (float)random_part(f, narrow);
		in[i] = narrow ? (double)in32[i] : random_part(f, false);
	}
	void *buffers[2] = { narrow ? (void *)in32 : in, narrow ? (void *)out32 : out };
	struct abi_call call = { buffers, NULL, NULL, NULL, NULL };
	void *entry = gen_map_code(&code);
	abi_kernel_fn *fn;
	memcpy(&fn, &entry, sizeof fn);
	fn(&call, 0, 1);
	gen_table()->code_free(&code);
	double worst = 0;
	int at = 0;
	for (int i = 0; i < COUNT; i++) {
		wide want = f->want(number((long double)in[2 * i], (long double)in[2 * i + 1]));
		double re = narrow ? (double)out32[2 * i] : out[2 * i];
		double im = narrow ? (double)out32[2 * i + 1] : out[2 * i + 1];
		double e = fmax(ulps(re, creall(want), narrow), ulps(im, cimagl(want), narrow));
		if (!(e <= worst)) {
			worst = isnan(e) ? INFINITY : e;
			at = i;
		}
	}
	fprintf(stderr, "%s %s %s 1e%g..1e%g: %.3f ULP at (%.17g, %.17g)\n", isa_table[isa].name,
		op_table[f->op].name, narrow ? "c64" : "c128", f->low, f->high, worst, in[2 * at],
		in[2 * at + 1]);
	if (worst > (narrow ? 0.51 : f->limit64))
		UNIT_FAIL("%s of %s: %.3f ULP at (%.17g, %.17g)", op_table[f->op].name,
			narrow ? "c64" : "c128", worst, in[2 * at], in[2 * at + 1]);
}

static void all_functions(struct graph *g, struct job *j)
{
	(void)j;
	for (int isa = 0; isa < ISA_COUNT; isa++)
		for (unsigned i = 0;
			gen_runs((enum isa)isa) && i < sizeof functions / sizeof *functions; i++)
			for (int narrow = 0; narrow < 2; narrow++)
				check_function(g, &functions[i], narrow != 0, (enum isa)isa);
}

void test_gen_complex__ulp(void)
{
	gen_with_graph(all_functions);
}
