/* lower.c -- what was read becomes a graph.
 *
 * 1. Calls find their functions; functions are put in an order in which callees come first;
 *    recursion is refused.
 * 2. Which ops have effects is found, callees first: then which regions and functions carry a token
 *    is known before any node is built.
 * 3. Nodes are built.  t_value.node is the value in the region now being built: entering a region
 *    binds the captured values to its trailing parameters, leaving it puts them back. */
#include "ir/custom.h"
#include "stablehlo/text_impl.h"
#include <stdlib.h>
#include <string.h>

#define CALL_DEPTH 10000

/* ---- calls, order, effects ------------------------------------------------------------------ */

static void note_callee(struct parser *p, struct t_func *f, struct t_op *op, const char *attr,
	const struct t_attr *a)
{
	if (!a || (a->kind != T_symbol && a->kind != T_string))
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, op->at, "'%s' needs the attribute %s",
			op->name, attr);
	struct name_entry *e = names_find(&p->funcs, a->s, strlen(a->s));
	if (!e)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, op->at, "'@%s' is not a function", a->s);
	op->callee = e->value;
	if (!op->callee->body)
		job_fail_at(
			p->j, WEFT_UNIMPLEMENTED, op->at, "'@%s' is declared, not defined", a->s);
	op->callee->called = true;
	if (f->ncallees == f->cap_callees) {
		uint32_t to = f->cap_callees ? f->cap_callees * 2 : 4;
		f->callees = job_grow(p->j, f->callees, f->ncallees, to, sizeof *f->callees);
		f->cap_callees = to;
	}
	f->callees[f->ncallees++] = op->callee;
}

static void note_call(struct parser *p, struct t_func *f, struct t_op *op, const char *attr)
{
	note_callee(p, f, op, attr, op_find_attr(op, attr));
}

/* Of the targets that apply a function; what other targets do with theirs nobody here knows. */
static void note_computation(struct parser *p, struct t_func *f, struct t_op *op)
{
	const struct t_attr *target = op_find_attr(op, "call_target_name");
	const struct t_attr *all = op_find_attr(op, "called_computations");
	int row = target && target->s ? custom_find(target->s) : -1;

	if (op->nregions)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, op->at,
			"custom_call: expected 0 regions, found %u", op->nregions);
	if (row < 0 || !custom_table[row].computations)
		return;
	if (!all || all->kind != T_array || all->n != custom_table[row].computations)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, op->at,
			"custom_call: @%s: expected %u of called_computations", target->s,
			custom_table[row].computations);
	note_callee(p, f, op, "called_computations", all->list[0]);
}

static int definition_order(const void *a, const void *b)
{
	uint32_t x = (*(struct t_value *const *)a)->id, y = (*(struct t_value *const *)b)->id;

	return (x > y) - (x < y);
}

/* Captures get the order of their definitions: that of their uses is not kept by a print. */
static void note_region(struct parser *p, struct t_func *f, struct t_region *r)
{
	if (!r->terminated)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, r->owner ? r->owner->at : f->at,
			"expected a return at the end of a region");
	for (struct t_op *op = r->first; op; op = op->next) {
		if (op->op == OP_call)
			note_call(p, f, op, "callee");
		else if (op->op == OP_composite && !op->nregions)
			note_call(p, f, op, "decomposition");
		else if (op->op == OP_custom_call)
			note_computation(p, f, op);
		if (op->ncaptures)
			qsort(op->captures, op->ncaptures, sizeof(struct t_value *),
				definition_order);
		for (uint32_t i = 0; i < op->nregions; i++)
			note_region(p, f, op->regions[i]);
	}
}

static bool region_effect(const struct t_region *r)
{
	bool any = false;

	for (struct t_op *op = r->first; op; op = op->next) {
		const struct t_attr *side =
			op->op == OP_custom_call ? op_find_attr(op, "has_side_effect") : NULL;
		op->effect = (op_table[op->op].flags & OP_EFFECT) || (side && side->i) ||
			(op->callee && op->callee->effect);
		for (uint32_t i = 0; i < op->nregions; i++)
			op->effect |= region_effect(op->regions[i]);
		any |= op->effect;
	}
	return any;
}

/* ---- what a region needs -------------------------------------------------------------------- */

static void mark_region(struct parser *p, struct t_region *r);

/* What op captures for ops that nothing depends on goes last.  Those are verified as all are, but
 * neither the node nor a print has them, and so has no operand for their sake. */
static void mark_captures(struct parser *p, struct t_op *op, bool live)
{
	bool *before = job_array(p->j, op->ncaptures, sizeof *before);
	struct t_value **dead = job_array(p->j, op->ncaptures, sizeof *dead);
	uint32_t ndead = 0;

	for (uint32_t i = 0; i < op->ncaptures; i++) {
		before[i] = op->captures[i]->live;
		op->captures[i]->live = false;
	}
	for (uint32_t i = 0; i < op->nregions; i++)
		mark_region(p, op->regions[i]);
	for (uint32_t i = 0; i < op->ncaptures; i++) {
		struct t_value *v = op->captures[i];
		if (v->live)
			op->captures[op->nlive++] = v;
		else
			dead[ndead++] = v;
		v->live = before[i] || (live && v->live);
	}
	if (ndead)
		memcpy(op->captures + op->nlive, dead, ndead * sizeof(struct t_value *));
}

static void mark_region(struct parser *p, struct t_region *r)
{
	struct t_op **ops;
	uint32_t n = 0;

	for (struct t_op *op = r->first; op; op = op->next)
		n++;
	ops = job_array(p->j, n, sizeof(struct t_op *));
	n = 0;
	for (struct t_op *op = r->first; op; op = op->next)
		ops[n++] = op;
	for (uint32_t i = 0; i < r->nresults; i++)
		r->results[i]->live = true;
	while (n-- > 0) {
		struct t_op *op = ops[n];
		bool live = op->effect;
		for (uint32_t i = 0; i < op->nresults; i++)
			live |= op->results[i].live;
		for (uint32_t i = 0; live && i < op->nin; i++)
			op->in[i]->live = true;
		mark_captures(p, op, live);
	}
}

struct order {
	uint32_t n;
	struct t_func **list;
};

static void visit(struct parser *p, struct t_func *f, struct order *o, uint32_t depth)
{
	if (f->state == 2)
		return;
	if (f->state == 1)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, f->at,
			"'@%s' calls itself: recursion is not supported", f->name);
	if (depth > CALL_DEPTH)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, f->at, "calls nested deeper than %d",
			CALL_DEPTH);
	f->state = 1;
	for (uint32_t i = 0; i < f->ncallees; i++)
		visit(p, f->callees[i], o, depth + 1);
	f->state = 2;
	f->effect = region_effect(f->body);
	mark_region(p, f->body);
	o->list[o->n++] = f;
}

/* ---- types ---------------------------------------------------------------------------------- */

/* Where the `?` of a type come from. */
enum dim_source { DIMS_fresh, DIMS_argument };
struct dims_from {
	enum dim_source source;
	int64_t arg;
	const struct type *like;     /* its dimensions first, where it has the rank; or NULL */
};

static const struct type *solve(struct parser *p, const struct type *t, struct dims_from from)
{
	bool any = false;

	if (t->kind == TYPE_token || t->kind == TYPE_opaque)
		return t;
	if (t->kind != TYPE_tensor) {
		const struct type **elem = job_array(p->j, t->n, sizeof *elem);
		for (uint32_t i = 0; i < t->n; i++) {
			struct dims_from f = from;
			f.like = f.like && f.like->kind == t->kind && f.like->n == t->n
					 ? f.like->elem[i]
					 : NULL;
			if (f.source == DIMS_argument)
				f.source = DIMS_fresh;
			elem[i] = solve(p, t->elem[i], f);
		}
		return type_list(p->g, t->kind, t->n, elem);
	}
	for (uint32_t i = 0; i < t->rank; i++)
		any |= t->dims[i] < 0;
	if (!any)
		return t;
	bool like = from.like && from.like->kind == TYPE_tensor && !from.like->unranked &&
		from.like->rank == t->rank;
	int64_t *dims = job_array(p->j, t->rank, sizeof *dims);
	for (uint32_t i = 0; i < t->rank; i++) {
		int64_t max = t->bounds && t->bounds[i] >= 0 ? t->bounds[i] : INT64_MAX;
		if (t->dims[i] >= 0)
			dims[i] = t->dims[i];
		else if (like)
			dims[i] = from.like->dims[i];
		else if (from.source == DIMS_argument)
			dims[i] = dim_arg(p->g, from.arg, i, 0, max);
		else
			dims[i] = dim_free(p->g, 0, max);
	}
	struct type copy = *t;
	copy.dims = dims;
	return type_cons(p->g, &copy);
}

static const struct type *fresh(struct parser *p, const struct type *t)
{
	return solve(p, t, (struct dims_from){ DIMS_fresh, 0, NULL });
}

/* ---- constants ------------------------------------------------------------------------------ */

/* "file:OFFSET:PATH": a constant in a file, which is not opened here. */
static const struct attr *constant_file(struct parser *p, const struct t_attr *text,
	const struct type *t)
{
	char *end;
	struct slot s = { .kind = SLOT_file, .type = fresh(p, t) };

	s.offset = strtoull(text->s + 5, &end, 10);
	int64_t bytes = type_bytes(s.type);
	if (end == text->s + 5 || *end != ':' || !end[1])
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, text->at, "expected \"file:OFFSET:PATH\"");
	if (bytes < 0)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, text->at,
			"a constant in a file needs a shape of known size");
	s.name = end + 1;
	s.bytes = (uint64_t)bytes;
	return attr_int(p->g, graph_add_slot(p->g, &s));
}

/* The value of a constant is content, or a slot: gives the slot's attribute, or NULL. */
static const struct attr *constant_slot(struct parser *p, struct t_op *op)
{
	struct t_attr *a = op_find_attr(op, "value");
	struct slot s = { .kind = SLOT_data };

	if (!a)
		return NULL;
	if (a->kind == T_resource) {
		struct name_entry *e = names_find(&p->resources, a->s, strlen(a->s));
		s.name = a->s;
		if (!e) {
			s.kind = SLOT_bound;
			s.type = fresh(p, a->type);
			return attr_int(p->g, graph_add_slot(p->g, &s));
		}
		/* "0x", four bytes of alignment, content */
		const struct t_attr *text = e->value;
		size_t len = strlen(text->s);
		if (strncmp(text->s, "file:", 5) == 0)
			return constant_file(p, text, a->type);
		if (len < 10 || strncmp(text->s, "0x", 2) != 0)
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, text->at,
				"expected \"0x\" and an alignment");
		a->kind = T_dense;
		dense_from_hex(p, text->s + 10, len - 10, a->type, text->at, &a->dense);
	}
	if (a->kind != T_dense || a->dense.splat ||
		type_bytes(a->dense.type) <= GRAPH_SMALL_CONSTANT)
		return NULL;
	if (!s.name)
		s.name = job_printf(p->j, "constant%u", graph_nslots(p->g));
	s.type = a->dense.type;
	s.data = a->dense.data;
	s.bytes = (uint64_t)type_bytes(s.type);
	return attr_int(p->g, graph_add_slot(p->g, &s));
}

/* ---- nodes ---------------------------------------------------------------------------------- */

struct builder {
	struct parser *p;
	const struct node *token;        /* of the region being built */
	uint32_t depth;                  /* branches and loops that it lies in */
	bool trusted;                    /* types as declared, nothing checked (see check_first) */
};

static const struct region *build_region(struct builder *b, struct t_op *op, struct t_region *r);

/* The declared type: one result's, or a list, with the effect's token last. */
static const struct type *declared(struct parser *p, const struct t_op *op)
{
	uint32_t n = op->nresults + op->effect;
	const struct type **elem = job_array(p->j, n, sizeof *elem);

	for (uint32_t i = 0; i < op->nresults; i++)
		elem[i] = fresh(p, op->types[i]);
	if (op->effect)
		elem[op->nresults] = type_token(p->g);
	return n == 1 ? elem[0] : type_list(p->g, TYPE_results, n, elem);
}

/* The op alone, with its regions unchecked.  An op is built after its regions, but MLIR reports its
 * faults before theirs: a program known to be wrong is built a second time with this in front. */
static void check_first(struct builder *b, struct t_op *op, const struct node_spec *s)
{
	struct builder outside = *b;
	const struct region **regions = job_array(b->p->j, s->nregions, sizeof *regions);
	struct node_spec alone = *s;

	outside.trusted = true;
	for (uint32_t i = 0; i < s->nregions; i++)
		regions[i] = build_region(&outside, op, op->regions[i]);
	alone.regions = regions;
	graph_node(b->p->g, &alone);
}

static void build_op(struct builder *b, struct t_op *op)
{
	struct parser *p = b->p;
	struct attr_entry more[3];
	uint32_t nmore = 0, nin = op->nin + op->nlive + op->effect;
	uint32_t nregions = op->callee ? 1 : op->nregions;
	const struct node **in = job_array(p->j, nin, sizeof *in);
	const struct region **regions = job_array(p->j, nregions, sizeof *regions);

	for (uint32_t i = 0; i < op->nin; i++)
		in[i] = op->in[i]->node;
	for (uint32_t i = 0; i < op->nlive; i++)
		in[op->nin + i] = op->captures[i]->node;
	if (op->effect)
		in[nin - 1] = b->token;
	if (op->callee)
		regions[0] = op->callee->region;
	if (op->nlive)
		more[nmore++] =
			(struct attr_entry){ KEY_ncaptures, NULL, attr_int(p->g, op->nlive) };
	if (op->effect)
		more[nmore++] = (struct attr_entry){ KEY_effect, NULL, attr_bool(p->g, true) };
	const struct attr *slot = op->op == OP_constant ? constant_slot(p, op) : NULL;
	if (slot)
		more[nmore++] = (struct attr_entry){ KEY_slot, NULL, slot };
	struct node_spec s = { .op = op->op,
		.nin = nin,
		.in = in,
		.nregions = nregions,
		.regions = regions,
		.attrs = keys_from(p, op, nmore, more),
		.type = declared(p, op),
		.at = op->at,
		.attrs_at = op->attrs_at,
		.trusted = b->trusted };
	if (p->outer_first && nregions && !op->callee && !b->trusted)
		check_first(b, op, &s);
	for (uint32_t i = 0; !op->callee && i < nregions; i++)
		regions[i] = build_region(b, op, op->regions[i]);
	const struct node *n = graph_node(p->g, &s);
	if (op->loc)
		locate_node(p, n, op->loc);
	for (uint32_t i = 0; i < op->nresults; i++)
		op->results[i].node = graph_result(p->g, n, i);
	if (op->effect)
		b->token = graph_result(p->g, n, op->nresults);
}

/* The nodes of r's body and its results, b->token last when the region has one. */
static const struct region *finish_region(struct builder *b, struct t_region *r, uint32_t nparams,
	const struct type *const *params, bool token)
{
	for (struct t_op *op = r->first; op; op = op->next)
		build_op(b, op);
	uint32_t n = r->nresults + token;
	const struct node **results = job_array(b->p->j, n, sizeof *results);
	for (uint32_t i = 0; i < r->nresults; i++)
		results[i] = r->results[i]->node;
	if (token)
		results[r->nresults] = b->token;
	return graph_region(b->p->g, nparams, params, n, results);
}

static const struct region *build_region(struct builder *b, struct t_op *op, struct t_region *r)
{
	struct parser *p = b->p;
	uint32_t n = r->nparams + op->nlive + op->effect, at = r->nparams;
	const struct type **params = job_array(p->j, n, sizeof *params);
	const struct node **outside = job_array(p->j, op->ncaptures, sizeof *outside);
	bool control = op->op == OP_if || op->op == OP_case || op->op == OP_while;
	struct builder inner = {
		.p = p, .trusted = b->trusted, .depth = control ? b->depth + 1 : 0
	};

	for (uint32_t i = 0; i < r->nparams; i++) {
		/* a loop's turns may change the sizes it began with */
		bool same = i < op->nin && op->op != OP_while;
		const struct type *like = same ? op->in[i]->node->type : NULL;
		params[i] = solve(p, r->params[i].type, (struct dims_from){ DIMS_fresh, 0, like });
		r->params[i].node = graph_parameter_of(p->g, inner.depth, i, params[i]);
	}
	/* Captures of dead ops stand for parameters behind the last. */
	for (uint32_t i = 0; i < op->ncaptures; i++) {
		outside[i] = op->captures[i]->node;
		if (i < op->nlive)
			params[at++] = outside[i]->type;
		op->captures[i]->node = graph_parameter_of(p->g, inner.depth,
			r->nparams + i + (i < op->nlive ? 0 : op->effect), outside[i]->type);
	}
	if (op->effect) {
		params[at] = type_token(p->g);
		inner.token = graph_parameter(p->g, at, params[at]);
	}
	const struct region *region = finish_region(&inner, r, n, params, op->effect);
	for (uint32_t i = 0; i < op->ncaptures; i++)
		op->captures[i]->node = outside[i];
	return region;
}

/* ---- functions ------------------------------------------------------------------------------ */

static void check_results(struct parser *p, const struct t_func *f)
{
	const struct t_region *r = f->body;

	if (r->nresults != f->nresults)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, r->end,
			"'@%s' has %u results, %u are returned", f->name, f->nresults, r->nresults);
	for (uint32_t i = 0; i < f->nresults; i++)
		if (r->results[i]->type != f->result_types[i])
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, r->end,
				"result %u of '@%s': expected %s, found %s", i, f->name,
				type_text(p->j, p->g, f->result_types[i]),
				type_text(p->j, p->g, r->results[i]->type));
}

static const struct attrs **each_attrs(struct parser *p, uint32_t n, struct t_attr *const *dicts)
{
	const struct attrs **out = job_array(p->j, n + 1u, sizeof *out);

	for (uint32_t i = 0; i < n; i++)
		out[i] = keys_discardable(p, dicts[i]);
	return out;
}

/* A function that nobody calls begins its effects; one that is called is handed the token. */
static void build_func(struct parser *p, struct t_func *f, bool is_main)
{
	struct t_region *r = f->body;
	uint32_t token = f->effect && f->called, n = r->nparams + token;
	const struct type **params = job_array(p->j, n, sizeof *params);
	const char **names = job_array(p->j, n + 1u, sizeof *names);
	struct builder b = { .p = p };

	for (uint32_t i = 0; i < r->nparams; i++) {
		params[i] = solve(p, r->params[i].type,
			(struct dims_from){ is_main ? DIMS_argument : DIMS_fresh, i, NULL });
		r->params[i].node = graph_parameter(p->g, i, params[i]);
		names[i] = r->params[i].name;
	}
	if (token) {
		params[r->nparams] = type_token(p->g);
		b.token = graph_parameter(p->g, r->nparams, params[r->nparams]);
	} else if (f->effect) {
		b.token = graph_node(p->g, &(struct node_spec){ .op = OP_token, .at = f->at });
	}
	f->region = finish_region(&b, r, n, params, f->effect);
	check_results(p, f);
	const struct attrs **result_attrs = each_attrs(p, f->nresults, f->result_attrs);
	const struct attrs **param_attrs = each_attrs(p, r->nparams, f->param_attrs);
	if (token) {
		const struct attrs **longer = job_array(p->j, n, sizeof *longer);
		memcpy(longer, param_attrs, r->nparams * sizeof *longer);
		param_attrs = longer;
	}
	if (f->effect) {
		const struct attrs **longer = job_array(p->j, f->nresults + 1u, sizeof *longer);
		memcpy(longer, result_attrs, f->nresults * sizeof *longer);
		result_attrs = longer;
	}
	struct func func = { .name = f->name, .is_private = f->is_private, .region = f->region,
		.param_attrs = param_attrs, .result_attrs = result_attrs,
		.attrs = keys_discardable(p, f->attrs), .param_names = names };
	f->built = job_alloc(p->j, sizeof *f->built);
	*f->built = func;
}

static void set_module(struct parser *p)
{
	const struct attrs *a = keys_discardable(p, p->module_attrs);

	if (p->nkept) {
		const struct attr **list = job_array(p->j, p->nkept, sizeof *list);
		uint32_t n = a ? a->n : 0;
		struct attr_entry *e = job_array(p->j, n + 1u, sizeof *e);
		for (uint32_t i = 0; i < p->nkept; i++)
			list[i] = attr_raw(p->g, p->kept[i]);
		if (n)
			memcpy(e, a->e, n * sizeof *e);
		e[n] = (struct attr_entry){ KEY_module_text, NULL,
			attr_list(p->g, p->nkept, list) };
		a = attrs_cons(p->g, n + 1, e);
	}
	graph_set_module(p->g, p->module_name, a);
}

void lower_all(struct parser *p)
{
	struct order o = { 0 };
	uint32_t n = 0;

	for (struct t_func *f = p->first; f; f = f->next, n++)
		note_region(p, f, f->body);
	o.list = job_array(p->j, n, sizeof *o.list);
	for (struct t_func *f = p->first; f; f = f->next)
		visit(p, f, &o, 0);
	struct name_entry *e = names_find(&p->funcs, "main", 4);
	const struct t_func *entry = e ? e->value : n == 1 ? p->first : NULL;
	for (uint32_t i = 0; i < o.n; i++)
		build_func(p, o.list[i], o.list[i] == entry);
	for (struct t_func *f = p->first; f; f = f->next)
		graph_append_func(p->g, f->built);
	set_module(p);
}
