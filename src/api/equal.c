/* equal.c -- weft_program_equal: are two programs the same?  What `weft opt --round-trip` asks.
 *
 * Hashes of nodes are over content, but symbols of sizes are numbered as they come; so two regions
 * are walked side by side in the order of their ids, and symbols are matched up, one to one. */
#include "api/api_impl.h"
#include <string.h>

struct pairing {
	struct job *j;
	const struct graph *a, *b;
	uint32_t n, cap;
	int64_t (*dims)[2];          /* symbolic dimensions that stand for each other */
	bool equal;
};

static bool dims_equal(struct pairing *p, int64_t a, int64_t b)
{
	if (a >= 0 || b >= 0)
		return a == b;
	for (uint32_t i = 0; i < p->n; i++)
		if (p->dims[i][0] == a || p->dims[i][1] == b)
			return p->dims[i][0] == a && p->dims[i][1] == b;
	if (p->n == p->cap) {
		uint32_t to = p->cap ? p->cap * 2 : 16;
		p->dims = job_grow(p->j, p->dims, p->cap, to, sizeof *p->dims);
		p->cap = to;
	}
	p->dims[p->n][0] = a;
	p->dims[p->n++][1] = b;
	return true;
}

static bool texts_equal(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool quants_equal(const struct quant *a, const struct quant *b)
{
	return a == b || (a && b && a->expressed == b->expressed && a->min == b->min &&
				 a->max == b->max && a->axis == b->axis && a->n == b->n &&
				 !memcmp(a->scales, b->scales, a->n * sizeof *a->scales) &&
				 !memcmp(a->zeros, b->zeros, a->n * sizeof *a->zeros));
}

static bool types_equal(struct pairing *p, const struct type *a, const struct type *b)
{
	if (a->kind != b->kind || a->dtype != b->dtype || a->unranked != b->unranked ||
		a->rank != b->rank || a->n != b->n || (a->bounds != NULL) != (b->bounds != NULL) ||
		!texts_equal(a->encoding, b->encoding) || !quants_equal(a->quant, b->quant))
		return false;
	for (uint32_t i = 0; i < a->rank; i++)
		if (!dims_equal(p, a->dims[i], b->dims[i]) ||
			(a->bounds && a->bounds[i] != b->bounds[i]))
			return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!types_equal(p, a->elem[i], b->elem[i]))
			return false;
	return true;
}

static bool attrs_equal(const struct attrs *a, const struct attrs *b)
{
	return (a != NULL) == (b != NULL) && (!a || a->hash == b->hash);
}

static uint32_t position(const struct node *const *order, uint32_t n, const struct node *of)
{
	uint32_t low = 0;

	while (low < n) {
		uint32_t mid = low + (n - low) / 2;
		if (order[mid]->id < of->id)
			low = mid + 1;
		else
			n = mid;
	}
	return low;
}

/* Recurses on the nesting of regions, which readers limit. */
static bool regions_equal(struct pairing *p, const struct region *a, const struct region *b)
{
	uint32_t n, m;
	const struct node *const *x = region_order(p->j, a, &n), *const *y =
									 region_order(p->j, b, &m);

	if (n != m || a->nparams != b->nparams || a->nresults != b->nresults)
		return false;
	for (uint32_t i = 0; i < a->nparams; i++)
		if (!types_equal(p, a->params[i], b->params[i]))
			return false;
	for (uint32_t i = 0; i < n; i++) {
		const struct node *s = x[i], *t = y[i];
		if (s->op != t->op || s->nin != t->nin || s->nregions != t->nregions ||
			!attrs_equal(s->attrs, t->attrs) || !types_equal(p, s->type, t->type))
			return false;
		for (uint32_t k = 0; k < s->nin; k++)
			if (position(x, n, s->in[k]) != position(y, n, t->in[k]))
				return false;
		for (uint32_t k = 0; k < s->nregions; k++)
			if (!regions_equal(p, s->regions[k], t->regions[k]))
				return false;
	}
	for (uint32_t i = 0; i < a->nresults; i++)
		if (position(x, n, a->results[i]) != position(y, n, b->results[i]))
			return false;
	return true;
}

static bool lists_equal(uint32_t n, const struct attrs *const *a, const struct attrs *const *b)
{
	for (uint32_t i = 0; i < n; i++)
		if (!attrs_equal(a ? a[i] : NULL, b ? b[i] : NULL))
			return false;
	return true;
}

static bool funcs_equal(struct pairing *p, const struct func *a, const struct func *b)
{
	p->n = 0;                        /* a function's symbols are its own */
	return !strcmp(a->name, b->name) && a->is_private == b->is_private &&
		attrs_equal(a->attrs, b->attrs) && regions_equal(p, a->region, b->region) &&
		lists_equal(a->region->nparams, a->param_attrs, b->param_attrs) &&
		lists_equal(a->region->nresults, a->result_attrs, b->result_attrs);
}

static bool slots_equal(const struct graph *a, const struct graph *b)
{
	if (graph_nslots(a) != graph_nslots(b))
		return false;
	for (uint32_t i = 0; i < graph_nslots(a); i++) {
		const struct slot *s = graph_slot(a, i), *t = graph_slot(b, i);
		if (s->kind != t->kind || s->bytes != t->bytes)
			return false;
		if (s->kind == SLOT_data ? memcmp(s->data, t->data, s->bytes) != 0
					 : !texts_equal(s->name, t->name))
			return false;
	}
	return true;
}

static void equal_job(struct job *j, void *arg)
{
	struct pairing *p = arg;

	p->j = j;
	p->equal = texts_equal(graph_module_name(p->a), graph_module_name(p->b)) &&
		graph_nfuncs(p->a) == graph_nfuncs(p->b) && slots_equal(p->a, p->b) &&
		attrs_equal(graph_module_attrs(p->a), graph_module_attrs(p->b));
	for (uint32_t i = 0; p->equal && i < graph_nfuncs(p->a); i++)
		p->equal = funcs_equal(p, graph_func(p->a, i), graph_func(p->b, i));
}

struct weft_error *weft_program_equal(const struct weft_program *a, const struct weft_program *b,
	bool *out)
{
	struct pairing p = { .a = a->graph, .b = b->graph };

	TRY(job_run(equal_job, &p));
	*out = p.equal;
	return NULL;
}
