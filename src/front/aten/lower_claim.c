/* lower_claim.c -- checks a program makes of itself: a step that fails the call (base/claim.h).
 *
 * Their sentences are eager's.  A claim has an effect, so it stays, and stays in its place. */
#include "front/aten/aten_impl.h"
#include <string.h>

static void claim(struct lower *l, const struct node *zero, const char *text)
{
	struct graph *g = l->g;
	if (!l->r->token)
		l->r->token = graph_node(g, &(struct node_spec){ .op = OP_token });
	const struct node *in[2] = { zero, l->r->token };
	struct attr_entry e[] = {
		{ .key = KEY_call_target_name, .value = attr_str(g, "weft.claim") },
		{ .key = KEY_backend_config, .value = attr_str(g, text) },
		{ .key = KEY_has_side_effect, .value = attr_bool(g, true) },
		{ .key = KEY_effect, .value = attr_bool(g, true) },
	};
	struct node_spec s = { .op = OP_custom_call,
		.nin = 2,
		.in = in,
		.attrs = attrs_cons(g, 4, e),
		.type = type_token(g),
		.at = { l->r->file, l->r->line, 1 } };
	l->r->token = graph_node(g, &s);
}

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
