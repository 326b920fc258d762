/* equal.c -- weft_program_equal: are two programs the same?  What `weft opt --round-trip` asks.
 *
 * Hashes of nodes are over content, but symbols of sizes and slots are numbered as they come, and
 * the order of captures says nothing; so two regions are walked side by side (region_walk), symbols
 * are matched up, one to one, slots compared by what they are, captures by what they capture. */
#include "api/api_impl.h"
#include <stdlib.h>
#include <string.h>

struct pairing {
	struct job *j;
	const struct graph *a, *b;
	uint32_t n, cap;
	int64_t (*dims)[2];          /* symbolic dimensions that stand for each other */
	uint32_t nfound, found_cap;  /* a table: cap is 0 or a power of two, half is free */
	struct region_pair {
		const struct region *a, *b;
	} *found;                    /* regions without captures, found equal in this function */
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
		a->index != b->index ||
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

static bool slots_equal(const struct slot *s, const struct slot *t)
{
	if (s->kind != t->kind || s->bytes != t->bytes || s->offset != t->offset)
		return false;
	return s->kind == SLOT_data ? !memcmp(s->data, t->data, s->bytes)
				    : texts_equal(s->name, t->name);
}

static bool attrs_equal(struct pairing *p, const struct attrs *a, const struct attrs *b)
{
	if (!a || !b)
		return a == b;
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		const struct attr_entry *x = &a->e[i], *y = &b->e[i];
		if (x->key != y->key || !texts_equal(x->name, y->name))
			return false;
		if (x->key == KEY_slot ? !slots_equal(graph_slot(p->a, (uint32_t)x->value->i),
						graph_slot(p->b, (uint32_t)y->value->i))
				       : x->value->hash != y->value->hash)
			return false;
	}
	return true;
}

/* The nodes of a region as region_walk gives them, and where each is, by id. */
struct walk {
	uint32_t n;
	const struct node *const *order;
	uint32_t (*at)[2];
};

static int id_order(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static struct walk walk_region(struct pairing *p, const struct region *r)
{
	struct walk w;

	w.order = region_walk(p->j, r, &w.n);
	w.at = job_array(p->j, w.n, sizeof *w.at);
	for (uint32_t i = 0; i < w.n; i++) {
		w.at[i][0] = w.order[i]->id;
		w.at[i][1] = i;
	}
	qsort(w.at, w.n, sizeof *w.at, id_order);
	return w;
}

/* The partner of key in n pairs sorted by their first; UINT32_MAX: none. */
static uint32_t partner(uint32_t n, uint32_t (*const pairs)[2], uint32_t key)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (pairs[mid][0] < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && pairs[low][0] == key ? pairs[low][1] : UINT32_MAX;
}

static uint32_t position(const struct walk *w, const struct node *of)
{
	return partner(w->n, w->at, of->id);
}

/* Parameters from `first` on are captures: the one numbered i here is to[i - first] there. */
struct captures {
	uint32_t first, n, *to;
};

/* Pairs the captures of s with those of t by where they are outside; false: other ones. */
static bool captures_match(struct pairing *p, const struct walk *x, const struct walk *y,
	const struct node *s, const struct node *t, struct captures *out)
{
	uint32_t from = node_noperands(s), n = node_ncaptures(s);

	*out = (struct captures){ from, n, job_array(p->j, n, sizeof *out->to) };
	if (n != node_ncaptures(t))
		return false;
	uint32_t(*there)[2] = job_array(p->j, n, sizeof *there);
	for (uint32_t i = 0; i < n; i++) {
		there[i][0] = position(y, t->in[from + i]);
		there[i][1] = i;
	}
	qsort(there, n, sizeof *there, id_order);
	for (uint32_t i = 0; i < n; i++) {
		out->to[i] = partner(n, there, position(x, s->in[from + i]));
		if (out->to[i] == UINT32_MAX)
			return false;
	}
	return true;
}

static bool parameters_equal(const struct node *a, const struct node *b, const struct captures *c)
{
	uint32_t i = (uint32_t)node_int(a, KEY_index, 0), k = (uint32_t)node_int(b, KEY_index, 0);

	return i < c->first || i >= c->first + c->n ? i == k : c->first + c->to[i - c->first] == k;
}

static bool regions_equal(struct pairing *p, const struct region *a, const struct region *b,
	const struct captures *outside);

static bool nodes_equal(struct pairing *p, const struct walk *x, const struct walk *y,
	const struct node *s, const struct node *t, const struct captures *outside)
{
	struct captures c;

	if (s->op != t->op || s->nin != t->nin || s->nregions != t->nregions ||
		!types_equal(p, s->type, t->type))
		return false;
	if (s->op == OP_parameter)
		return parameters_equal(s, t, outside);
	if (!attrs_equal(p, s->attrs, t->attrs) || !captures_match(p, x, y, s, t, &c))
		return false;
	for (uint32_t k = 0; k < s->nin; k++)
		if ((k < c.first || k >= c.first + c.n) &&
			position(x, s->in[k]) != position(y, t->in[k]))
			return false;
	for (uint32_t k = 0; k < s->nregions; k++) {
		c.first = node_nparams(s, k);
		if (!regions_equal(p, s->regions[k], t->regions[k], &c))
			return false;
	}
	return true;
}

static struct region_pair *found_at(
	const struct pairing *p, const struct region *a, const struct region *b)
{
	uint32_t i = (a->id * 0x9e3779b1u ^ b->id) & (p->found_cap - 1);

	while (p->found[i].a && (p->found[i].a != a || p->found[i].b != b))
		i = (i + 1) & (p->found_cap - 1);
	return &p->found[i];
}

static void found_add(struct pairing *p, const struct region *a, const struct region *b)
{
	if (2 * p->nfound >= p->found_cap) {
		struct region_pair *old = p->found;
		uint32_t n = p->found_cap;
		p->found_cap = n ? 2 * n : 16;
		p->found = job_array(p->j, p->found_cap, sizeof *p->found);
		for (uint32_t i = 0; i < n; i++)
			if (old[i].a)
				*found_at(p, old[i].a, old[i].b) = old[i];
	}
	*found_at(p, a, b) = (struct region_pair){ a, b };
	p->nfound++;
}

static bool bodies_equal(struct pairing *p, const struct region *a, const struct region *b,
	const struct captures *outside);

/* A function is called at many places, and so are those that it calls: each is compared once. */
static bool regions_equal(struct pairing *p, const struct region *a, const struct region *b,
	const struct captures *outside)
{
	if (!outside->n && p->nfound && found_at(p, a, b)->a)
		return true;
	if (!bodies_equal(p, a, b, outside))
		return false;
	if (!outside->n)
		found_add(p, a, b);
	return true;
}

/* Recurses on the nesting of regions, which readers limit. */
static bool bodies_equal(struct pairing *p, const struct region *a, const struct region *b,
	const struct captures *outside)
{
	struct walk x = walk_region(p, a), y = walk_region(p, b);

	if (x.n != y.n || a->nparams != b->nparams || a->nresults != b->nresults)
		return false;
	for (uint32_t i = 0; i < a->nparams; i++) {
		bool captured = i >= outside->first && i < outside->first + outside->n;
		uint32_t k = captured ? outside->first + outside->to[i - outside->first] : i;
		if (!types_equal(p, a->params[i], b->params[k]))
			return false;
	}
	for (uint32_t i = 0; i < x.n; i++)
		if (!nodes_equal(p, &x, &y, x.order[i], y.order[i], outside))
			return false;
	for (uint32_t i = 0; i < a->nresults; i++)
		if (position(&x, a->results[i]) != position(&y, b->results[i]))
			return false;
	return true;
}

static bool lists_equal(struct pairing *p, uint32_t n, const struct attrs *const *a,
	const struct attrs *const *b)
{
	for (uint32_t i = 0; i < n; i++)
		if (!attrs_equal(p, a ? a[i] : NULL, b ? b[i] : NULL))
			return false;
	return true;
}

static bool funcs_equal(struct pairing *p, const struct func *a, const struct func *b)
{
	static const struct captures none = { UINT32_MAX, 0, NULL };

	p->n = 0;                        /* a function's symbols are its own */
	p->nfound = p->found_cap = 0;
	return !strcmp(a->name, b->name) && a->is_private == b->is_private &&
		attrs_equal(p, a->attrs, b->attrs) &&
		regions_equal(p, a->region, b->region, &none) &&
		lists_equal(p, a->region->nparams, a->param_attrs, b->param_attrs) &&
		lists_equal(p, a->region->nresults, a->result_attrs, b->result_attrs);
}

static void equal_job(struct job *j, void *arg)
{
	struct pairing *p = arg;

	p->j = j;
	p->equal = texts_equal(graph_module_name(p->a), graph_module_name(p->b)) &&
		graph_nfuncs(p->a) == graph_nfuncs(p->b) &&
		attrs_equal(p, graph_module_attrs(p->a), graph_module_attrs(p->b));
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
