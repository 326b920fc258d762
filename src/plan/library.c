/* library.c -- ops the runtime computes by a named function (run/library.c): what the step's text
 * says.
 *
 * The text is "weft.<op>|<attributes>", attributes being words with a space between; the function
 * reads them in the order written here. */
#include "base/linear.h"
#include "plan/plan_impl.h"
#include <string.h>

static const char *fft_text(struct job *j, const struct node *n)
{
	uint32_t count;
	const int64_t *length = node_ints(n, KEY_fft_length, &count);
	const char *text = job_printf(j, "weft.fft|%s%s", node_str(n, KEY_fft_type, "FFT"),
		node_other(n, "weft.sum") ? " SUM" : "");
	for (uint32_t i = 0; i < count; i++)
		text = job_printf(j, "%s %lld", text, (long long)length[i]);
	return text;
}

/* Target and config of what pass/exchange.c has written, a claim, an assertion (base/claim.h), a
 * transform, an order (base/order.h) or a decomposition (base/linear.def); NULL: it is none of
 * these. */
static const char *call_text(struct job *j, const struct node *n)
{
	const char *target = node_str(n, KEY_call_target_name, "");
	const char *config = node_config(j, n);
	if (!strcmp(target, "weft.library"))
		return config;
	if (!strcmp(target, "shape_assertion"))
		return job_printf(j, "weft.assert|%s",
			attr_unquoted(j, node_other(n, "error_message")));
	if (!strcmp(target, "weft.claim"))
		return job_printf(j, "weft.claim|%s", config);
	if (!strcmp(target, "weft.indices"))
		return job_printf(j, "weft.indices|%s", config);
	if (!strcmp(target, "weft.fft"))
		return job_printf(j, "weft.fft|%s", config);
	if (!strcmp(target, "weft.order"))
		return job_printf(j, "weft.order|%s", config);
	bool linear = linear_find(target, strlen(target), NULL) != NULL;
	return linear ? job_printf(j, "weft.linear|%s %s", target, config) : NULL;
}

const char *plan_library(struct job *j, const struct node *n)
{
	switch (n->op) {
	case OP_fft:
		return fft_text(j, n);
	case OP_custom_call:
		return call_text(j, n);
	case OP_cholesky:
		return job_printf(
			j, "weft.cholesky|%s", node_bool(n, KEY_lower, false) ? "LOWER" : "UPPER");
	case OP_triangular_solve:
		return job_printf(j, "weft.triangular_solve|%s %s %s %s",
			node_bool(n, KEY_left_side, true) ? "LEFT" : "RIGHT",
			node_bool(n, KEY_lower, false) ? "LOWER" : "UPPER",
			node_bool(n, KEY_unit_diagonal, false) ? "UNIT" : "ANY",
			node_str(n, KEY_transpose_a, "NO_TRANSPOSE"));
	case OP_rng_bit_generator:
		return job_printf(
			j, "weft.rng_bit_generator|%s", node_str(n, KEY_rng_algorithm, "DEFAULT"));
	case OP_rng:
		return job_printf(j, "weft.rng|%s", node_str(n, KEY_rng_distribution, "UNIFORM"));
	default:
		return NULL;
	}
}
