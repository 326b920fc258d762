/* lower_claim.c -- checks a program makes of itself: a step that fails the call (base/claim.h).
 *
 * Their sentences are eager's.  A claim has an effect, so it stays, and stays in its place. */
#include "front/aten/lower.h"
#include <string.h>

/* Of one or two operands. */
static void claim_of(struct lower *l, const char *target, const struct node *a,
	const struct node *b, const char *text)
{
	struct graph *g = l->g;
	if (!l->r->token)
		l->r->token = graph_node(g, &(struct node_spec){ .op = OP_token });
	const struct node *in[3] = { a, b ? b : l->r->token, l->r->token };
	struct attr_entry e[] = {
		{ .key = KEY_call_target_name, .value = attr_str(g, target) },
		{ .key = KEY_backend_config, .value = attr_str(g, text) },
		{ .key = KEY_has_side_effect, .value = attr_bool(g, true) },
		{ .key = KEY_effect, .value = attr_bool(g, true) },
	};
	struct node_spec s = { .op = OP_custom_call,
		.nin = b ? 3 : 2,
		.in = in,
		.attrs = attrs_cons(g, 4, e),
		.type = type_token(g),
		.at = { l->r->file, l->r->line, 1 } };
	l->r->token = graph_node(g, &s);
}

static void claim(struct lower *l, const struct node *zero, const char *text)
{
	claim_of(l, "weft.claim", zero, NULL,
		job_printf(l->j, "%s (line %u)", text, l->r->line));
}

/* ---- indices -------------------------------------------------------------------------------- */

enum { FEW_INDICES = 1 << 16 };

/* The tensor in memory that has n's numbers in another order or shape; NULL: they are computed. */
static const struct node *in_memory(const struct node *n)
{
	for (unsigned depth = 0; depth < 8; depth++) {
		enum dtype t = n->type->dtype;
		switch (n->op) {
		case OP_parameter:
			return t == DTYPE_i64 || t == DTYPE_i32 ? n : NULL;
		case OP_reshape: case OP_dynamic_reshape: case OP_transpose:
			n = n->in[0];
			break;
		case OP_convert:
			if (t != DTYPE_i64 || n->in[0]->type->dtype != DTYPE_i32)
				return NULL;
			n = n->in[0];
			break;
		default:
			return NULL;
		}
	}
	return NULL;
}

/* One of index's numbers, i64[]: one outside [low, low + size) if there is any.  Counted from low
 * on without a sign, those are the largest. */
static const struct node *most_outside(
	struct lower *l, const struct node *index, const struct node *size, bool wraps)
{
	struct graph *g = l->g;
	int64_t all = 0;
	index = lower_flat(l, lower_cast(l, index, DTYPE_i64));
	const struct node *sign = build_scalar_int(g, DTYPE_i64, INT64_MIN);
	const struct node *shift = wraps ? build2(g, OP_add, size, sign) : sign;
	index = build2(g, OP_add, index, lower_shape(l, shift, index->type));
	return build2(g, OP_subtract, build_reduce(g, OP_maximum, index, 1, &all), shift);
}

void lower_check_index(
	struct lower *l, const struct node *index, uint32_t dim, int64_t size, bool wraps)
{
	int64_t n = type_elements(index->type);
	if (n == 0 || place_is_known(l->r, index, size, wraps))
		return;
	const struct node *stored = in_memory(index);
	if (stored && place_is_known(l->r, stored, size, wraps))
		return;
	const struct node *count = lower_size_node(l, size);
	const struct node *numbers = stored;
	if (n < 0 && !stored) /* perhaps none, which has no largest */
		numbers = lower_cast(l, index, DTYPE_i64);
	else if (!stored || n > FEW_INDICES)
		numbers = most_outside(l, index, count, wraps);
	claim_of(l, "weft.indices", numbers, dim_is_number(size) ? NULL : count,
		job_printf(l->j, "%s %u %lld %u %s", wraps ? "wrap" : "plain", dim,
			dim_is_number(size) ? (long long)size : -1LL, l->r->line, l->name));
	place_note(l->r, stored ? stored : index, size, wraps);
}

/* ---- sizes and divisors --------------------------------------------------------------------- */

void lower_check_divisor(struct lower *l, uint32_t i, enum dtype t)
{
	const struct arg *a = &l->args[i];
	const struct type *out = l->type[0];
	if (!dtype_is_int(t) || type_elements(out) == 0 || (a->kind == ARG_int && a->i))
		return;
	const struct node *by = lower_scalar(l, a, t);
	by = lower_flat(l, build_compare(l->g, "EQ", by, lower_like(l, by, 0)));
	const struct node *none = build_reduce(l->g, OP_or, by, 1, &(int64_t){ 0 });
	claim(l, lower_cast(l, none, DTYPE_i32),
		job_printf(l->j, "ZeroDivisionError: an integer divided by zero in %s", l->name));
}

void lower_check_some(struct lower *l, const struct node *x)
{
	int64_t n = dim_product(l->g, x->type->rank, x->type->dims);
	if (n == 0)
		lower_bail(l);                        /* eager has the words for it */
	if (dim_is_number(n))
		return;
	const struct node *count = lower_size_node(l, n);
	const struct node *none = build_compare(l->g, "EQ", count, lower_like(l, count, 0));
	claim(l, lower_cast(l, none, DTYPE_i32),
		job_printf(l->j,
			"Expected reduction dim to be specified for an input without elements "
			"in %s",
			l->name));
}

/* ---- what eager claims ---------------------------------------------------------------------- */

#define NO_CONVERGENCE "The algorithm failed to converge because the input matrix is " \
	"ill-conditioned or has too many repeated "
/* What eager says of LAPACK's info, by a part of the function's name; the first that fits. */
static const struct {
	const char *part, *text;
} sentences[] = {
	{ "svd", NO_CONVERGENCE "singular values (error code: {})." },
	{ "eig", NO_CONVERGENCE "eigenvalues (error code: {})." },
	{ "inv", "The diagonal element {} is zero, the inversion could not be completed because "
		 "the input matrix is singular." },
	{ "solve", "The solver failed because the input matrix is singular." },
	{ "cholesky", "The factorization could not be completed because the input is not "
		      "positive-definite (the leading minor of order {} is not "
		      "positive-definite)." },
	{ "lstsq", "The least squares solution could not be computed because the input matrix "
		   "does not have full rank (error code: {})." },
	{ "lu_factor", "U[{},{}] is zero and using it on lu_solve would result in a division by "
		       "zero. If you still want to perform the factorization, consider calling "
		       "linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)" },
	{ "", "The algorithm failed (error code: {})." },
};

/* info, the function's name, and whether info is of one matrix. */
void lower_check_errors(struct lower *l)
{
	const struct node *info = lower_tensor(l, 0);
	const char *name = l->args[1].s;
	uint32_t i = 0;
	while (!strstr(name, sentences[i].part))
		i++;
	claim(l, lower_cast(l, info, DTYPE_i32),
		job_printf(l->j, "%s: {batch}%s", name, sentences[i].text));
}

/* A tensor that is true, and what to say otherwise. */
void lower_assert_async(struct lower *l)
{
	const struct node *t = lower_tensor(l, 0);
	if (t->type->rank)
		lower_bail(l);
	t = build1(l->g, OP_not, lower_cast(l, t, DTYPE_i1));
	claim(l, lower_cast(l, t, DTYPE_i32), l->args[1].s);
}
