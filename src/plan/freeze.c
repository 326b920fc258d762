/* freeze.c -- what follows from constants alone is computed once, when they are bound: the load
 * program.
 *
 * Constants are slots and the arguments that the options call constant.  A node is late when it
 * follows from them and from what the text holds itself.  Late nodes that others read are cut off:
 * main reads them as further parameters, the load region makes them.  What costs nothing to read
 * where it lies - a constant itself, a view or broadcast of one - is not cut, nor what would take
 * much more memory than the constants it is made of, nor what the user leaves to the calls.  Packed
 * panels of a contraction are late nodes like any other, so weights are packed by being constant
 * (plan/contract.c asks). */
#include "ir/rewrite.h"
#include "plan/plan_impl.h"

#define LOOK_MOST 64                     /* nodes looked at for one question */
#define GROWTH 2                         /* bytes of what is kept, by bytes of its constants */
#define SPARE 4096

static bool node_is_constant(const struct node *n, const struct plan_options *o)
{
	if (n->op == OP_constant)
		return !attrs_find(n->attrs, KEY_value);
	int64_t i = n->op == OP_parameter ? node_int(n, KEY_index, 0) : -1;
	return i >= 0 && i < (int64_t)o->narguments && o->constant[i];
}

/* May the load program compute n? */
static bool node_may_load(const struct node *n, const struct plan_options *o)
{
	return (!o->in_call || !o->in_call[n->op]) && n->type->kind == TYPE_tensor && n->nin &&
	       !node_is_step(n) && n->op != OP_parameter && n->op != OP_sort &&
	       n->op != OP_scatter && n->op != OP_patches && type_is_static(n->type);
}

static bool late_within(
	const struct node *n, const struct plan_options *o, uint32_t *left, bool *any)
{
	if (node_is_constant(n, o))
		return *any = true;
	if (node_is_leaf(n))
		return true;
	if (!*left || !node_may_load(n, o))
		return false;
	--*left;
	for (uint32_t i = 0; i < n->nin; i++)
		if (!late_within(n->in[i], o, left, any))
			return false;
	return true;
}

bool plan_is_late(const struct node *n, const struct plan_options *o)
{
	uint32_t left = LOOK_MOST;
	bool any = false;
	return late_within(n, o, &left, &any) && any;
}

/* ---- the cut -------------------------------------------------------------------------------- */

enum late { LATE_no, LATE_leaf, LATE_constant, LATE_made };
struct cut {
	struct graph *g;
	const struct plan_options *o;
	enum late *late;                 /* by node id */
	double *bytes;                   /* of the constants it is made of */
	uint32_t *kept;                  /* 1 + its number among those main reads */
	const struct node **made;        /* those */
	uint32_t nmade, nparams;
};

static void cut_classify(struct cut *c, const struct node *n)
{
	uint32_t id = n->id;
	if (node_is_constant(n, c->o)) {
		c->late[id] = LATE_constant;
		c->bytes[id] = (double)type_bytes(n->type);
		return;
	}
	if (node_is_leaf(n)) {
		c->late[id] = LATE_leaf;
		return;
	}
	if (!node_may_load(n, c->o))
		return;
	bool leaves = true;
	for (uint32_t i = 0; i < n->nin; i++) {
		if (c->late[n->in[i]->id] == LATE_no)
			return;
		leaves &= c->late[n->in[i]->id] == LATE_leaf;
		c->bytes[id] += c->bytes[n->in[i]->id];
	}
	c->late[id] = leaves ? LATE_leaf : LATE_made;
}

/* Something that is not late reads n: n is kept, or what it is a cheap function of. */
static void cut_at(struct cut *c, const struct node *n, bool whole)
{
	bool moved = n->op == OP_broadcast_in_dim || n->op == OP_reshape || n->op == OP_slice;
	double bytes = (double)type_bytes(n->type);
	if (c->late[n->id] != LATE_made || c->kept[n->id])
		return;
	if ((moved && !whole) || bytes > GROWTH * c->bytes[n->id] + SPARE) {
		for (uint32_t i = 0; i < n->nin; i++)
			cut_at(c, n->in[i], false);
		return;
	}
	c->made[c->nmade++] = n;
	c->kept[n->id] = c->nmade;
}

static const struct node *replace(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	const struct cut *c = arg;
	(void)in;
	return c->kept[n->id] ? graph_parameter(g, c->nparams + c->kept[n->id] - 1, n->type) : NULL;
}

const struct region *plan_cut(struct graph *g, const struct region *r,
	const struct plan_options *o, const struct region **main)
{
	struct job *j = graph_job(g);
	uint32_t count, ids = graph_nnodes(g);
	const struct node **order = region_order(j, r, &count);
	struct cut c = { .g = g, .o = o, .nparams = r->nparams };
	*main = r;
	c.late = job_array(j, ids, sizeof *c.late);
	c.bytes = job_array(j, ids, sizeof *c.bytes);
	c.kept = job_array(j, ids, sizeof *c.kept);
	c.made = job_array(j, count + 1, sizeof *c.made);
	for (uint32_t i = 0; i < count; i++)
		cut_classify(&c, order[i]);
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; c.late[order[i]->id] == LATE_no && k < order[i]->nin; k++)
			cut_at(&c, order[i]->in[k], order[i]->op == OP_contract);
	for (uint32_t i = 0; i < r->nresults; i++)
		cut_at(&c, r->results[i], false);
	if (!c.nmade)
		return NULL;
	const struct type **params = job_array(j, r->nparams + c.nmade, sizeof *params);
	for (uint32_t i = 0; i < r->nparams; i++)
		params[i] = r->params[i];
	for (uint32_t i = 0; i < c.nmade; i++)
		params[r->nparams + i] = c.made[i]->type;
	*main = region_rewrite_as(g, r, r->nparams + c.nmade, params, replace, &c);
	return graph_region(g, r->nparams, r->params, c.nmade, c.made);
}
