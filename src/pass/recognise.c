/* recognise.c -- softmax, norms, gelu and attention where a program spells them out.
 *
 * What a form of recognise.def matches becomes a composite of that name, whose decomposition is the
 * very ops that were there.
 * R1  Same bits: inlining the composite gives back the nodes it was made of, whatever a pattern
 *     says.  So a pattern too wide gives a wrong name and never a wrong result.
 * R2  Users before operands, the largest form first: layer_norm takes its scale and offset along,
 *     attention its softmax, which is named inside of it.
 * R3  Operands of the composite are the nodes a pattern did not speak of; what is computed from
 *     constants alone goes inside.  An op inside that others read too stays where it was for
 *     them. */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "pass/match.h"
#include "pass/pass.h"
#include <string.h>

static const struct form {
	const char *name, *composite;
	enum op root;
	const char *pattern;
} forms[] = {
#define PART(...)
#define FORM(name, composite, root, pattern) { #name, #composite, OP_##root, pattern },
#include "pass/recognise.def"
#undef FORM
#undef PART
};
enum {
#define PART(...)
#define FORM(name, ...) FORM_##name,
#include "pass/recognise.def"
#undef FORM
#undef PART
	FORMS
};

struct found {
	unsigned form;
	struct match_state state;
	const struct node *const *seen;
};
struct recognise {
	struct job *job;
	struct found **found;            /* by node id: the form that ends there */
	bool *inside, *constant;         /* by node id */
	const struct node **now;         /* by node id: what it became */
};

/* ---- finding -------------------------------------------------------------------------------- */

static void find_constants(struct recognise *r, uint32_t count, const struct node *const *order)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct node *n = order[i];
		enum op_kind kind = op_table[n->op].kind;
		bool all = n->op == OP_constant
				   ? node_literal(n) != NULL
				   : n->op == OP_iota || ((kind == OP_MAP || kind == OP_MOVE) &&
								 n->nin && !n->nregions);
		for (uint32_t k = 0; k < n->nin && all; k++)
			all = r->constant[n->in[k]->id];
		r->constant[n->id] = all && n->type->kind == TYPE_tensor;
	}
}

static void find_at(struct recognise *r, struct graph *g, const struct node *n, unsigned first)
{
	struct match m = { .g = g };
	for (unsigned f = first; f < FORMS; f++) {
		if (forms[f].root != n->op || !match_node(&m, forms[f].pattern, n))
			continue;
		struct found *found = job_alloc(r->job, sizeof *found);
		const struct node **seen = job_array(r->job, m.now.nseen, sizeof *seen);
		for (uint32_t i = 0; i < m.now.nseen; i++) {
			seen[i] = m.seen[i];
			r->inside[seen[i]->id] = true;
		}
		*found = (struct found){ f, m.now, seen };
		r->found[n->id] = found;
		return;
	}
}

/* ---- wrapping ------------------------------------------------------------------------------- */

static bool among(const struct node *n, uint32_t count, const struct node *const *v)
{
	for (uint32_t i = 0; i < count; i++)
		if (v[i] == n)
			return true;
	return false;
}

static const struct region *recognise_below(
	struct graph *g, const struct region *r, unsigned first);

/* The order of a composite's operands, by their letters in patterns; *: the rest, as they were
 * made. */
#define OPERANDS "xqkvwbo*"

/* The composite's attributes: over which dimensions it is; and its decomposition's name in the text
 * form. */
static const struct attrs *attributes_of(
	struct graph *g, const struct found *f, const struct region *body)
{
	struct job *j = graph_job(g);
	const char *dims = "";
	for (uint32_t d = 0; f->state.reduced >> d; d++)
		if (f->state.reduced >> d & 1)
			dims = job_printf(j, "%s%s%u", dims, *dims ? ", " : "", d);
	const char *name =
		job_printf(j, GRAPH_PART "%s.impl_%u", forms[f->form].composite, body->id);
	struct func func = {
		.name = graph_string(g, name, strlen(name)), .is_private = true, .region = body,
	};
	if (!graph_find_func(g, func.name))
		graph_add_func(g, &func);
	struct attr_entry e[] = {
		{ KEY_decomposition, NULL, attr_str(g, func.name) },
		{ KEY_composite_attributes, NULL,
			attr_raw(g, job_printf(j, "{dimensions = array<i64: %s>}", dims)) },
	};
	return attrs_cons(g, *dims ? 2 : 1, e);
}

/* The nodes of a composite to be and, marked false in own[], its operands; by id. */
static const struct node **gather(struct recognise *r, const struct node *root,
	const struct found *f, uint32_t *count, bool **own)
{
	uint32_t n = 1, cap = 32;
	const struct node **v = job_array(r->job, cap, sizeof *v);
	v[0] = root;
	for (uint32_t i = 0; i < n; i++) {
		const struct node *x = v[i];
		if (!r->constant[x->id] && !among(x, f->state.nseen, f->seen))
			continue;
		for (uint32_t k = 0; k < x->nin; k++) {
			if (among(x->in[k], n, v))
				continue;
			if (n == cap) {
				v = job_grow(r->job, v, cap, 2 * cap, sizeof *v);
				cap *= 2;
			}
			v[n++] = x->in[k];
		}
	}
	for (uint32_t a = 1; a < n; a++)
		for (uint32_t b = a; b > 0 && v[b - 1]->id > v[b]->id; b--) {
			const struct node *t = v[b];
			v[b] = v[b - 1];
			v[b - 1] = t;
		}
	*own = job_array(r->job, n, sizeof **own);
	for (uint32_t i = 0; i < n; i++)
		(*own)[i] = r->constant[v[i]->id] || among(v[i], f->state.nseen, f->seen);
	*count = n;
	return v;
}

static const struct node *copy_of(const struct node *x, uint32_t count, const struct node *const *v,
	const struct node *const *copies)
{
	uint32_t i = 0;
	while (i < count && v[i] != x)
		i++;
	return copies[i];
}

/* The composite for found f with root n, over what its operands became. */
static const struct node *wrap(
	struct recognise *r, struct graph *g, const struct node *n, const struct found *f)
{
	struct job *j = r->job;
	uint32_t count, nin = 0;
	bool *own;
	const struct node **v = gather(r, n, f, &count, &own);
	const struct node **copies = job_array(j, count, sizeof *copies),
			  **in = job_array(j, count, sizeof *in);
	const struct type **types = job_array(j, count, sizeof *types);
	for (const char *letter = OPERANDS; *letter; letter++)
		for (uint32_t i = 0; i < count; i++)
			if (!own[i] && !copies[i] &&
				(*letter == '*' || v[i] == f->state.named[*letter - 'a'])) {
				copies[i] = graph_parameter(g, nin, v[i]->type);
				types[nin] = v[i]->type;
				in[nin++] = r->now[v[i]->id];
			}
	for (uint32_t i = 0; i < count; i++) {
		if (!own[i])
			continue;
		const struct node **args = job_array(j, v[i]->nin + 1, sizeof *args);
		for (uint32_t k = 0; k < v[i]->nin; k++)
			args[k] = copy_of(v[i]->in[k], i, v, copies);
		copies[i] = node_with_operands(g, v[i], args);
	}
	const struct region *body = graph_region(g, nin, types, 1, &copies[count - 1]);
	if (f->form == FORM_attention)
		body = recognise_below(g, body, FORM_softmax);
	const char *name = job_printf(j, GRAPH_PART "%s", forms[f->form].composite);
	return build_composite(g, name, nin, in, attributes_of(g, f, body), body);
}

static const struct node *recognise_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	struct recognise *r = arg;
	const struct node *now;
	if (r->found[n->id]) {
		now = wrap(r, g, n, r->found[n->id]);
		pass_fired((enum pass_rule)(PASS_RULE_COUNT - FORMS + r->found[n->id]->form));
	} else {
		now = region_rewrite_nested(g, n, in, pass_recognise);
		if (!now)
			now = node_with_operands(g, n, in);
	}
	r->now[n->id] = now;
	return now;
}

static const struct region *recognise_below(
	struct graph *g, const struct region *region, unsigned first)
{
	struct job *j = graph_job(g);
	uint32_t count, ids = graph_nnodes(g);
	const struct node **order = region_order(j, region, &count);
	struct recognise r = {
		.job = j,
		.found = job_array(j, ids, sizeof *r.found),
		.now = job_array(j, ids, sizeof *r.now),
		.inside = job_array(j, ids, sizeof *r.inside),
		.constant = job_array(j, ids, sizeof *r.constant),
	};
	bool any = false;
	find_constants(&r, count, order);
	for (uint32_t i = count; i-- > 0;) {
		const struct node *n = order[i];
		if (!r.inside[n->id] && !r.constant[n->id])
			find_at(&r, g, n, first);
		any |= r.found[n->id] || n->nregions;
	}
	return any ? region_rewrite(g, region, recognise_node, &r) : region;
}

const struct region *pass_recognise(struct graph *g, const struct region *r)
{
	return recognise_below(g, r, 0);
}
