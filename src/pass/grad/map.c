/* map.c -- gradients of elementwise ops: the formulas of grad.def, and the ops that need more. */
#include "ir/rewrite.h"
#include "ir/series.h"
#include "pass/grad/grad_impl.h"

#define SQRT_PI 1.7724538509055160273

/* The words of the table. */
#define OP1(op, a) build1(g, OP_##op, a)
#define OP2(op, a, b) build2(g, OP_##op, a, b)
#define K(v) build_like(g, y, v)
#define ADD(a, b) OP2(add, a, b)
#define SUB(a, b) OP2(subtract, a, b)
#define MUL(a, b) OP2(multiply, a, b)
#define DIV(a, b) OP2(divide, a, b)
#define NEG(a) OP1(negate, a)
#define SIGN(a) OP1(sign, a)
#define EXP(a) OP1(exponential, a)
#define LOG(a) OP1(log, a)
#define SIN(a) OP1(sine, a)
#define COS(a) OP1(cosine, a)
#define RSQRT(a) OP1(rsqrt, a)
#define SINH(a) OP1(chlo_sinh, a)
#define COSH(a) OP1(chlo_cosh, a)
#define DIGAMMA(a) OP1(chlo_digamma, a)
#define POLYGAMMA(a, b) OP2(chlo_polygamma, a, b)
#define ZETA(a, b) OP2(chlo_zeta, a, b)
#define CONJ(a) OP1(chlo_conj, a)
#define REAL(a) OP1(real, a)
#define IMAG(a) OP1(imag, a)
#define GT(a, b) build_compare(g, "GT", a, b)
#define LT(a, b) build_compare(g, "LT", a, b)
#define EQ(a, b) build_compare(g, "EQ", a, b)
/* d where `whole`, half of it where `half`, else nothing */
#define SPLIT(whole, half) \
	build_select(g, whole, d, build_select(g, half, MUL(d, K(0.5)), K(0)))
#define NONZERO(a) build_select(g, EQ(a, K(0)), K(1), a)
/* z * x**(z - 1); nothing at z = 0, also where x is 0 */
#define POWER_DX(x, z) \
	build_select(g, EQ(z, K(0)), K(0), MUL(z, OP2(power, x, SUB(NONZERO(z), K(1)))))
#define TRUNCATE(a) MUL(SIGN(a), OP1(floor, OP1(abs, a)))
#define BESSEL_I1E_DX(x, y) bessel_i1e_dx(g, x, y)
#define UNKNOWN(what) (grad_refuse(grad, n, what " has a gradient that is no function here"), d)

/* e^-|x| I0(x) - y (sign(x) + 1 / x), of y = e^-|x| I1(x); a half at 0.  In f64: terms cancel. */
static const struct node *bessel_i1e_dx(
	struct graph *g, const struct node *x, const struct node *out)
{
	enum dtype t = x->type->dtype;
	x = build_convert(g, x, DTYPE_f64);
	const struct node *y = build_convert(g, out, DTYPE_f64), *a = OP1(abs, x);
	const struct node *far = GT(a, K(2.220446049250313e-16));
	const struct node *one = build_select(g, far, x, K(1));
	const struct node *i0 = build_scaled_bessel_i(g, a, 0, t == DTYPE_f64);
	y = SUB(i0, MUL(y, ADD(SIGN(one), DIV(K(1), one))));
	return build_convert(g, build_select(g, far, y, K(0.5)), t);
}

#define MAP1(op, dx)                                                                      \
	void grad_##op(struct grad *grad, const struct node *n, const struct node *const *ct) \
	{                                                                                 \
		struct graph *g = grad->g;                                                \
		const struct node *x = n->in[0], *y = n, *d = ct[0];                      \
		(void)g, (void)y;                                                         \
		grad_flow(grad, x, dx);                                                    \
	}
#define MAP2(op, dx, dz)                                                                  \
	void grad_##op(struct grad *grad, const struct node *n, const struct node *const *ct) \
	{                                                                                 \
		struct graph *g = grad->g;                                                \
		const struct node *x = n->in[0], *z = n->in[1], *y = n, *d = ct[0];       \
		(void)g, (void)y;                                                         \
		if (grad_wants(grad, x))                                                  \
			grad_flow(grad, x, dx);                                            \
		if (grad_wants(grad, z))                                                  \
			grad_flow(grad, z, dz);                                            \
	}
#define RULE(op)
#define ZERO(op)
#include "pass/grad.def"
#undef MAP1
#undef MAP2
#undef RULE
#undef ZERO

/* d times conj(x) / |x|; nothing where x is 0. */
void grad_abs(struct grad *grad, const struct node *n, const struct node *const *ct)
{
	struct graph *g = grad->g;
	const struct node *x = n->in[0], *y = n, *d = ct[0];
	if (!dtype_is_complex(x->type->dtype)) {
		grad_flow(grad, x, MUL(d, SIGN(x)));
		return;
	}
	d = DIV(d, NONZERO(y));
	grad_flow(grad, x, OP2(complex, MUL(d, REAL(x)), NEG(MUL(d, IMAG(x)))));
}

/* Both ops take real numbers too. */
void grad_real(struct grad *grad, const struct node *n, const struct node *const *ct)
{
	struct graph *g = grad->g;
	bool complex = dtype_is_complex(n->in[0]->type->dtype);
	grad_flow(grad, n->in[0], complex ? OP2(complex, ct[0], grad_zeros(grad, n)) : ct[0]);
}

void grad_imag(struct grad *grad, const struct node *n, const struct node *const *ct)
{
	struct graph *g = grad->g;
	if (dtype_is_complex(n->in[0]->type->dtype))
		grad_flow(grad, n->in[0], OP2(complex, grad_zeros(grad, n), NEG(ct[0])));
}

void grad_convert(struct grad *d, const struct node *n, const struct node *const *ct)
{
	const struct node *v = ct[0];
	enum dtype to = n->in[0]->type->dtype;
	if (dtype_is_complex(v->type->dtype) && !dtype_is_complex(to))
		v = build1(d->g, OP_real, v);
	grad_flow(d, n->in[0], build_convert(d->g, v, to));
}

void grad_reduce_precision(struct grad *d, const struct node *n, const struct node *const *ct)
{
	grad_flow(d, n->in[0], node_with_operands(d->g, n, ct));
}

/* v summed to a scalar where x is one. */
static const struct node *like_scalar(struct grad *d, const struct node *x, const struct node *v)
{
	int64_t dims[64];
	uint32_t rank = v->type->rank;
	if (x->type->rank || !rank)
		return v;
	for (uint32_t i = 0; i < rank && i < 64; i++)
		dims[i] = i;
	return build_reduce(d->g, OP_add, v, rank, dims);
}

void grad_select(struct grad *d, const struct node *n, const struct node *const *ct)
{
	const struct node *zeros = grad_zeros(d, n);
	if (grad_wants(d, n->in[1]))
		grad_flow(d, n->in[1], build_select(d->g, n->in[0], ct[0], zeros));
	if (grad_wants(d, n->in[2]))
		grad_flow(d, n->in[2], build_select(d->g, n->in[0], zeros, ct[0]));
}

void grad_clamp(struct grad *d, const struct node *n, const struct node *const *ct)
{
	struct graph *g = d->g;
	const struct node *x = n->in[1], *zeros = grad_zeros(d, n);
	const struct node *low = build_broadcast_to(g, n->in[0], x->type->rank, x->type->dims);
	const struct node *high = build_broadcast_to(g, n->in[2], x->type->rank, x->type->dims);
	const struct node *above = build_compare(g, "GT", x, low);
	const struct node *below = build_compare(g, "LT", x, high);
	grad_flow(d, x, build_select(g, build2(g, OP_and, above, below), ct[0], zeros));
	if (grad_wants(d, n->in[0]))
		grad_flow(d, n->in[0], like_scalar(d, n->in[0], build_select(g,
			build2(g, OP_and, build_compare(g, "LT", x, low),
				build_compare(g, "LT", low, high)), ct[0], zeros)));
	if (grad_wants(d, n->in[2]))
		grad_flow(d, n->in[2], like_scalar(d, n->in[2],
			build_select(g, build_compare(g, "GT", build2(g, OP_maximum, x, low),
				high), ct[0], zeros)));
}
