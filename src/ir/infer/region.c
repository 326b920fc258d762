/* region.c -- regions as the shape rules see them, and the bodies of reductions.
 *
 * A region's parameters are the declared ones, then the captures, then the effect token when it has
 * effects; its results likewise end with the token.  The rules speak of the declared ones only. */
#include "ir/infer/infer_impl.h"

struct body spec_body(struct graph *g, const struct node_spec *s, uint32_t i, const char *c,
	int64_t nparams, int64_t nresults)
{
	if (i >= s->nregions)
		spec_fail(g, s, c, "expected a region %u, found %u regions", i, s->nregions);
	struct body b = { s->regions[i], spec_nparams(s, i), spec_nresults(s, i) };
	if (nparams >= 0 && b.nparams != nparams)
		spec_fail(g, s, c, "region %u: expected %lld parameters, found %u", i,
			(long long)nparams, b.nparams);
	if (nresults >= 0 && b.nresults != nresults)
		spec_fail(g, s, c, "region %u: expected %lld results, found %u", i,
			(long long)nresults, b.nresults);
	return b;
}

/* A scalar, or (in reduce only, as upstream) a tensor of some of the dimensions that stay. */
static void check_scalar(struct graph *g, const struct node_spec *s, const struct reducer *r,
	const char *what, uint32_t i, const struct type *t)
{
	bool fits = t->kind == TYPE_tensor && !t->unranked && t->rank <= r->nkept;
	uint32_t at = 0;
	for (uint32_t k = 0; fits && k < r->nkept && at < t->rank; k++)
		at += dim_may_equal(g, t->dims[at], r->kept[k]);
	if (!fits || at < t->rank)
		spec_fail(g, s, r->c, "expected a scalar tensor as %s %u of the reduction's body, "
			"found %s", what, i, spec_text(g, t));
}

/* Pair i of the body's parameters, its result, and the input and initial value they are for. */
static const struct type *check_reduced(struct graph *g, const struct node_spec *s,
	const struct reducer *r, const struct region *body, uint32_t i)
{
	const struct type *result = body->results[i]->type, *input = r->inputs[i],
			  *init = r->inits[i], *second = body->params[r->n + i];

	check_scalar(g, s, r, "result", i, result);
	for (uint32_t k = 0; k < 2; k++) {
		const struct type *param = body->params[i + k * r->n];
		check_scalar(g, s, r, "parameter", i + k * r->n, param);
		if (!type_compatible(g, param, result))
			spec_fail(g, s, r->c, "expected parameter %u of the reduction's body "
				"to be of its result's type %s, found %s", i + k * r->n,
				spec_text(g, result), spec_text(g, param));
	}
	if (!elem_promotable(init, result))
		spec_fail(g, s, elem_compatible(input, init) ? r->c : r->init,
			"expected a body that gives a type the initial value %s can be promoted "
			"to, found %s", spec_text(g, init), spec_text(g, result));
	if (!elem_promotable(input, second))
		spec_fail(g, s, r->c, "expected parameter %u of the body to be of a type the "
			"input %s can be promoted to, found %s", r->n + i, spec_text(g, input),
			spec_text(g, second));
	return result;
}

void spec_reducer(struct graph *g, const struct node_spec *s, const struct reducer *r,
	const struct type **out)
{
	struct body b = spec_body(g, s, r->region, r->c, 2 * (int64_t)r->n, r->n);

	for (uint32_t i = 0; i < r->n; i++)
		out[i] = check_reduced(g, s, r, b.r, i);
}

void spec_predicate(struct graph *g, const struct node_spec *s, uint32_t region,
	const char *c, uint32_t n, const struct type *const *types)
{
	struct body b = spec_body(g, s, region, c, 2 * (int64_t)n, 1);
	for (uint32_t i = 0; i < 2 * n; i++) {
		const struct type *p = b.r->params[i];
		if (!type_is_scalar(p) || !elem_compatible(p, types[i / 2]))
			spec_fail(g, s, c, "expected a scalar of the element type of %s as "
				"parameter %u, found %s", spec_text(g, types[i / 2]), i,
				spec_text(g, p));
	}
	const struct type *r = b.r->results[0]->type;
	if (!type_is_scalar(r) || r->dtype != DTYPE_i1)
		spec_fail(g, s, c, "expected a body that gives tensor<i1>, found %s", spec_text(g,
			r));
}
