/* equal.c -- weft_program_equal: are two programs the same?  What `weft opt --round-trip` asks. */
#include "api/api_impl.h"
#include <string.h>

static bool attrs_lists_equal(uint32_t n, const struct attrs *const *a, const struct attrs *const *b)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct attrs *x = a ? a[i] : NULL, *y = b ? b[i] : NULL;
		if ((x != NULL) != (y != NULL) || (x && x->hash != y->hash))
			return false;
	}
	return true;
}

static bool attrs_equal(const struct attrs *a, const struct attrs *b)
{
	return attrs_lists_equal(1, &a, &b);
}

/* Hashes are over content (ir/node.c), so they compare across graphs. */
static bool funcs_equal(const struct func *a, const struct func *b)
{
	return !strcmp(a->name, b->name) && a->is_private == b->is_private &&
		a->region->hash == b->region->hash && attrs_equal(a->attrs, b->attrs) &&
		attrs_lists_equal(a->region->nparams, a->param_attrs, b->param_attrs) &&
		attrs_lists_equal(a->region->nresults, a->result_attrs, b->result_attrs);
}

static bool graphs_equal(const struct graph *a, const struct graph *b)
{
	const char *x = graph_module_name(a), *y = graph_module_name(b);

	if ((x != NULL) != (y != NULL) || (x && strcmp(x, y) != 0) || graph_nfuncs(a) != graph_nfuncs(b) ||
		!attrs_equal(graph_module_attrs(a), graph_module_attrs(b)))
		return false;
	for (uint32_t i = 0; i < graph_nfuncs(a); i++)
		if (!funcs_equal(graph_func(a, i), graph_func(b, i)))
			return false;
	return true;
}

bool weft_program_equal(const struct weft_program *a, const struct weft_program *b)
{
	return a == b || graphs_equal(a->graph, b->graph);
}
