/* print_type_of.c -- the type that is printed for a value.
 *
 * It is the value's own, with one exception.  The reader takes the more precise of the declared and
 * the inferred type, but MLIR wants the operands of a call to have exactly the types of the
 * function's parameters.  So what is passed where `?` stands is printed with that `?` where it is
 * made, as it was in the text; and a call's results have the types of the function's results.
 * Constants, and ops whose forms do not say a type of their own for the result, stay as they
 * are. */
#include "base/hash.h"
#include "stablehlo/print_impl.h"
#include <string.h>

struct shown_entry {
	const struct region *region;
	const struct node *node;
	uint32_t index;
	const struct type *type;
	struct shown_entry *chain;
};
#define BUCKETS 1024
struct shown {
	uint32_t n;
	struct shown_entry *buckets[BUCKETS];
};

static uint32_t bucket(const struct region *r, const struct node *n, uint32_t index)
{
	return (uint32_t)(hash_mix(hash_mix(r->id, n->id), index) % BUCKETS);
}

static struct shown_entry *find(const struct shown *t, const struct region *r, const struct node *n,
	uint32_t index)
{
	for (struct shown_entry *e = t->buckets[bucket(r, n, index)]; e; e = e->chain)
		if (e->region == r && e->node == n && e->index == index)
			return e;
	return NULL;
}

static const struct type *type_in(
	const struct shown *t, const struct region *r, const struct node *n, uint32_t i)
{
	const struct type *own = node_result_type(n, i);

	for (int depth = 0; n->op == OP_call && depth < 64; depth++) {
		r = n->regions[0];
		if (i >= r->nresults)
			break;
		const struct node *v = r->results[i];
		i = v->op == OP_result ? (uint32_t)node_int(v, KEY_index, 0) : 0;
		n = v->op == OP_result ? v->in[0] : v;
		own = node_result_type(n, i);
	}
	const struct shown_entry *e = t->n ? find(t, r, n, i) : NULL;
	return e ? e->type : own;
}

const struct type *shown_result(
	const struct printer *p, const struct scope *s, const struct node *n, uint32_t i)
{
	return type_in(p->shown, s->region, n, i);
}

const struct type *shown_type(const struct printer *p, const struct scope *s, const struct node *v)
{
	if (v->op == OP_result)
		return type_in(p->shown, s->region, v->in[0], (uint32_t)node_int(v, KEY_index, 0));
	return type_in(p->shown, s->region, v, 0);
}

/* ---- finding them --------------------------------------------------------------------------- */

struct level {
	const struct level *outer;
	const struct region *region;
	const struct node *owner;
};

/* Does t, printed, say less than own: the same but for `?`? */
static bool is_weaker(const struct type *t, const struct type *own)
{
	bool weaker = false;

	if (t->kind != TYPE_tensor || own->kind != TYPE_tensor || t->unranked || own->unranked ||
		t->rank != own->rank)
		return false;
	for (uint32_t i = 0; i < t->rank; i++) {
		if (t->dims[i] >= 0 && t->dims[i] != own->dims[i])
			return false;
		weaker |= t->dims[i] < 0 && own->dims[i] >= 0;
	}
	return weaker;
}

static void weaken(
	struct printer *p, const struct level *l, const struct node *v, const struct type *t)
{
	const struct node *n = v->op == OP_result ? v->in[0] : v;
	uint32_t i = v->op == OP_result ? (uint32_t)node_int(v, KEY_index, 0) : 0;
	const char *form = syntax_forms[n->op];

	if (find(p->shown, l->region, n, i))
		return;
	if (n->op == OP_parameter) {
		if (!l->owner)
			return;
		uint32_t own =
			l->region->nparams - node_ncaptures(l->owner) - node_has_effect(l->owner);
		uint32_t at = (uint32_t)node_int(n, KEY_index, 0);
		if (at < own)
			return;
		weaken(p, l->outer, l->owner->in[node_noperands(l->owner) + at - own], t);
	} else if (!form || form[0] == '$' || n->op == OP_call || op_table[n->op].kind == OP_LEAF) {
		return;
	}
	struct shown_entry *e = job_alloc(p->j, sizeof *e);
	struct shown_entry **b = &p->shown->buckets[bucket(l->region, n, i)];
	*e = (struct shown_entry){ l->region, n, i, t, *b };
	*b = e;
	p->shown->n++;
}

static void find_in(struct printer *p, const struct level *l)
{
	uint32_t n;
	const struct node *const *order = region_order(p->j, l->region, &n);

	for (uint32_t i = 0; i < n; i++) {
		const struct node *c = order[i];
		if (c->op != OP_call && c->op != OP_composite) {
			for (uint32_t k = 0; k < c->nregions; k++)
				find_in(p, &(struct level){ l, c->regions[k], c });
			continue;
		}
		for (uint32_t k = 0; k < node_noperands(c); k++)
			if (is_weaker(c->regions[0]->params[k], c->in[k]->type))
				weaken(p, l, c->in[k], c->regions[0]->params[k]);
	}
}

void shown_find(struct printer *p)
{
	p->shown = job_alloc(p->j, sizeof *p->shown);
	for (uint32_t i = 0; i < printer_nfuncs(p); i++)
		find_in(p, &(struct level){ NULL, printer_func(p, i)->region, NULL });
}
