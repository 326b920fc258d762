/* emit_size.c -- a plan's sizes as entries of the artifact's table of sizes.
 *
 * Extents become entries when they are first needed: what follows from the inputs' dimensions in
 * the prologue, what is read from a buffer in a sizes step before the step that needs it.
 *
 * A body's own sizes - those of what a loop carries and changes, of results of branches inside of
 * it - are entries of its own, computed each time it runs; all that a loop's steps need and that is
 * known in front of it is computed there.  A branch computes what it needs itself, since it may
 * never run, and be too large to.  So an entry is either of the list that uses it or of one around
 * that, from before. */
#include "backend/emit_impl.h"
#include <string.h>

/* The buffer of n, and whether a step has written it: a value of main's, or of the innermost branch
 * or loop that has it; false: nobody stores it. */
static bool value_find(const struct emit *e, const struct node *n, uint32_t *buffer, bool *ready)
{
	for (uint32_t i = 0; i < e->p->nvalues; i++)
		if (e->p->values[i] == n) {
			*buffer = e->p->value_buffers[i];
			*ready = e->ready && e->ready[i];
			return true;
		}
	for (const struct known *k = e->known; k && k->list; k = k->outer)
		for (uint32_t i = 0; i < k->list->nvalues; i++)
			if (k->list->values[i] == n) {
				*buffer = k->list->value_buffers[i];
				*ready = k->ready[i];
				return true;
			}
	return false;
}

static uint32_t value_buffer(const struct emit *e, const struct node *n)
{
	uint32_t buffer;
	bool ready;
	if (value_find(e, n, &buffer, &ready))
		return buffer;
	job_fail(e->job, WEFT_INTERNAL,
		"a size is read from a tensor that the plan does not store (%s, node %u)",
		op_table[n->op].text, n->id);
}

struct known *emit_known(struct emit *e, const struct known *outer, uint32_t before,
	const struct plan_steps *list)
{
	struct known *k = job_alloc(e->job, sizeof *k);
	k->outer = outer;
	k->before = before;
	k->list = list;
	k->ready = job_array(e->job, (list ? (size_t)list->nvalues : 0) + 1, sizeof *k->ready);
	for (uint32_t i = 0; list && i < list->nvalues; i++)
		k->ready[i] = list->values[i]->op == OP_parameter;
	return k;
}

/* The extent of symbolic d in the list being written; 0: none yet. */
static int64_t known_extent(const struct emit *e, int64_t d)
{
	uint64_t id = (uint64_t)(-1 - d);
	int64_t before = INT64_MAX;
	for (const struct known *k = e->known; k; before = k->before, k = k->outer)
		if (id < k->n && k->extent[id] && -1 - k->extent[id] < before)
			return k->extent[id];
	return 0;
}

static void known_set(struct emit *e, int64_t d, int64_t at)
{
	struct known *k = e->known;
	uint64_t id = (uint64_t)(-1 - d);
	if (id >= k->n) {
		uint32_t n = (uint32_t)id * 2 + 64;
		k->extent = job_grow(e->job, k->extent, k->n, n, sizeof *k->extent);
		k->n = n;
	}
	k->extent[id] = at;
}

/* Argument a of the program, which is no constant, as an input. */
static uint32_t input_of(const struct emit *e, int64_t a)
{
	for (uint32_t i = 0; i < e->p->ninputs; i++)
		if (e->p->input_args[i] == a)
			return i;
	job_fail(e->job, WEFT_INTERNAL, "a size of argument %lld, which is no input", (long long)a);
}

/* The name that the text gives parameter i of main; NULL: none, or a number. */
const char *emit_argument_name(const struct graph *g, int64_t i)
{
	const struct func *f = graph_main(g);
	const char *name = f && f->param_names && i < f->region->nparams ? f->param_names[i] : NULL;
	return name && (name[0] < '0' || name[0] > '9') ? name : NULL;
}

/* As the runtime names inputs. */
static void emit_argument_text(const struct graph *g, int64_t i, struct str *out)
{
	const char *name = emit_argument_name(g, i);
	str_addf(out, "argument %lld", (long long)i);
	if (name)
		str_addf(out, " ('%.80s')", name);
}

/* "at file:line", where that is known. */
static void place_text(const struct graph *g, const struct node *n, struct str *out)
{
	const struct location *at = graph_location(g, n);
	if (at && at->file)
		str_addf(out, " at %s:%u", at->file, at->line);
}

/* Parameter n of main, or of a branch or loop: what that is given, where it is an argument. */
static void parameter_text(const struct emit *e, const struct node *n, struct str *out)
{
	const struct plan *p = e->p;
	uint32_t buffer;
	bool ready;

	if (!attrs_find(n->attrs, KEY_region_depth)) {
		emit_argument_text(p->graph, node_int(n, KEY_index, 0), out);
		return;
	}
	for (uint32_t i = 0; value_find(e, n, &buffer, &ready) && i < p->ninputs; i++)
		if (p->inputs[i] == buffer) {
			emit_argument_text(p->graph, p->input_args[i], out);
			return;
		}
	str_addf(out, "value %lld of a branch or loop", (long long)node_int(n, KEY_index, 0));
}

/* How messages name a symbol: by argument and dimension, or by what computes it. */
static void symbol_text(void *emit, const struct dim_expr *x, struct str *out)
{
	const struct emit *e = emit;
	const struct graph *g = e->p->graph;
	const struct node *n = x->node;
	if (x->op == DIM_arg) {
		str_addf(out, "dimension %lld of ", (long long)x->b);
		emit_argument_text(g, x->a, out);
		return;
	}
	if (x->op == DIM_free) {
		str_add(out, x->a < e->norigins && e->origin[x->a] ? e->origin[x->a] : x->name);
		return;
	}
	if (n->type->rank)
		str_addf(out, "element %lld of ", (long long)x->a);
	if (n->op == OP_parameter) {
		parameter_text(e, n, out);
		return;
	}
	str_addf(out, "what %s computes", op_table[n->op].text);
	place_text(g, n, out);
}

static void size_text(const struct emit *e, int64_t d, struct str *out)
{
	dim_print_as(e->p->graph, d, symbol_text, (void *)(uintptr_t)e, out);
}

/* For the message where a product overflows. */
static const char *product_text(const struct emit *e, int64_t d)
{
	struct str text;
	str_init(&text, e->job);
	size_text(e, d, &text);
	return text.text;
}

int64_t emit_extent(struct emit *e, int64_t d)
{
	static const enum abi_size_op ops[] = {
		[DIM_add] = ABI_SIZE_add,
		[DIM_mul] = ABI_SIZE_mul,
		[DIM_floordiv] = ABI_SIZE_floordiv,
		[DIM_mod] = ABI_SIZE_mod,
		[DIM_min] = ABI_SIZE_min,
		[DIM_max] = ABI_SIZE_max,
	};
	if (d >= 0)
		return d;
	int64_t at = known_extent(e, d);
	if (at)
		return at;
	const struct dim_expr *x = dim_get(e->p->graph, d);
	if (x->op == DIM_number)                 /* below zero: a term of a difference */
		at = artifact_add_size(e->w, ABI_SIZE_const, x->a, 0, NULL);
	else if (x->op == DIM_arg)
		at = artifact_add_size(e->w, ABI_SIZE_input, input_of(e, x->a), x->b, NULL);
	else if (x->op == DIM_value)
		at = artifact_add_size_load(e->w, value_buffer(e, x->node), x->a,
			x->node->type->dtype, "a size the program computes");
	else if (x->op == DIM_free)
		job_fail(e->job, WEFT_UNIMPLEMENTED,
			"a size that no argument of @main and no op defines");
	else
		at = artifact_add_size(e->w, ops[x->op], emit_extent(e, x->a), emit_extent(e, x->b),
			x->op == DIM_mul ? product_text(e, d) : NULL);
	known_set(e, d, at);
	return at;
}

uint32_t emit_extents(struct emit *e, uint32_t n, const int64_t *dims)
{
	int64_t *v = job_array(e->job, n, sizeof *v);
	for (uint32_t i = 0; i < n; i++)
		v[i] = emit_extent(e, dims[i]);
	return artifact_add_ints(e->w, v, n);
}

/* Size table entries made since the last time are evaluated here. */
void emit_sizes_step(struct emit *e)
{
	uint32_t now = artifact_sizes(e->w);
	if (now == e->sizes_done)
		return;
	struct abi_step s = {
		.kind = ABI_STEP_sizes, .index = e->sizes_done, .count = now - e->sizes_done
	};
	artifact_add_step(e->w, &s);
	e->sizes_done = now;
}

/* Is d made of inputs' dimensions and of what steps have computed by now? */
bool emit_is_known(const struct emit *e, int64_t d)
{
	if (d >= 0 || known_extent(e, d))
		return true;
	const struct dim_expr *x = dim_get(e->p->graph, d);
	if (x->op == DIM_arg || x->op == DIM_free || x->op == DIM_number)
		return x->op != DIM_free;
	if (x->op != DIM_value)
		return emit_is_known(e, x->a) && emit_is_known(e, x->b);
	uint32_t buffer;
	bool ready;
	return value_find(e, x->node, &buffer, &ready) && ready;
}

/* b, or where a is 1 that: what a has to be to broadcast to b. */
static int64_t broadcast_dim(struct graph *g, int64_t a, int64_t b)
{
	int64_t one = dim_mod(g, dim_floordiv(g, 2, dim_add(g, a, 1)), 2);
	return dim_add(g, b, dim_mul(g, one, dim_sub(g, 1, b)));
}

/* Computes here what of d is known by now. */
static void hoist(struct emit *e, int64_t d)
{
	if (d >= 0 || known_extent(e, d))
		return;
	const struct dim_expr *x = dim_get(e->p->graph, d);
	if (emit_is_known(e, d)) {
		emit_extent(e, d);
	} else if (x->op > DIM_number) {
		hoist(e, x->a);
		hoist(e, x->b);
	}
}

static void want(struct emit *e, int64_t d, enum wanted how)
{
	if (how == WANT_all)
		emit_extent(e, d);
	else if (how == WANT_known)
		hoist(e, d);
}

/* Is the list being written of main, or within branch `home`? */
static bool is_within(const struct emit *e, const struct plan_steps *home)
{
	for (const struct known *k = e->known; k && home; k = k->outer)
		if (k->list == home)
			return true;
	return !home;
}

/* What of s is written as it begins: of its own arguments, and of what branches and loops have from
 * outside. */
static void buffer_extents(struct emit *e, uint32_t i, enum wanted how)
{
	const struct plan_buffer *b = &e->p->buffers[i];

	if (b->kind == ABI_BUFFER_owned || !is_within(e, b->home))
		return;
	for (uint32_t d = 0; d < b->type->rank; d++)
		want(e, b->type->dims[d], how);
	want(e, b->bytes, how == WANT_memory ? WANT_known : how);
	if (!e->has_bytes[i] && emit_is_known(e, b->bytes)) {
		e->bytes[i] = emit_extent(e, b->bytes);
		e->has_bytes[i] = true;
	}
}

static void equal_extents(struct emit *e, const struct plan_steps *list)
{
	for (uint32_t i = 0; i < list->nequal; i++) {
		const struct dim_equality *q = &list->equal[i];
		hoist(e, q->a);
		hoist(e, q->b);
		if (q->relation == DIMS_broadcast)
			hoist(e, broadcast_dim(e->p->graph, q->a, q->b));
	}
}

/* Computes the extents that s, and what it writes, needs.  Of what is within a loop, all that is
 * known by now; of what is within a branch, which may never run, the memory of what it has from
 * outside. */
void emit_step_extents(struct emit *e, const struct plan_step *s, enum wanted how)
{
	enum wanted inner = s->kind == ABI_STEP_if || how == WANT_memory ? WANT_memory : WANT_known;

	for (uint32_t i = 0; i < s->nsizes; i++)
		want(e, s->sizes[i], how);
	want(e, s->chunks, how);
	for (uint32_t i = 0; i < s->nargs; i++)
		buffer_extents(e, s->args[i], how);
	for (uint32_t r = 0; r < s->nregions; r++) {
		const struct plan_steps *list = &s->regions[r];
		if (inner == WANT_known)
			equal_extents(e, list);
		for (uint32_t i = 0; i < list->n; i++)
			emit_step_extents(e, &list->at[i], inner);
	}
}

/* The branch being written begins: the memory that it alone uses is asked for here, as far as its
 * size is known.  That is by entries of the branch's own, which nobody computes before. */
void emit_own_extents(struct emit *e, const struct plan_steps *branch)
{
	uint32_t before = e->sizes_done;

	for (uint32_t i = 0; i < e->p->nbuffers; i++) {
		const struct plan_buffer *b = &e->p->buffers[i];
		if (b->home != branch || b->kind != ABI_BUFFER_arena || !plan_buffer_is_late(b) ||
			e->has_bytes[i] || !emit_is_known(e, b->bytes))
			continue;
		int64_t at = emit_extent(e, b->bytes);
		bool fresh = at < 0 && -1 - at >= (int64_t)before;
		e->bytes[i] = fresh ? at : artifact_add_size_own(e->w, at);
		e->has_bytes[i] = true;
	}
}

static void check_relation(struct emit *e, const struct dim_equality *q)
{
	static const char *const words[] = { [DIMS_equal] = " must equal ",
		[DIMS_reach] = " must be at most ", [DIMS_broadcast] = " must be 1 or equal " };
	bool number = q->b >= 0 || dim_get(e->p->graph, q->b)->op == DIM_number;
	bool reach = q->relation == DIMS_reach, least = reach && number;
	bool turned = reach && !least;           /* the smaller one is named first */
	int64_t first = turned ? q->b : q->a, second = turned ? q->a : q->b;
	struct str text;
	str_init(&text, e->job);
	/* of an op that went: build_declared */
	str_addf(&text, "%s: ", node_str(q->node, KEY_callee, op_table[q->node->op].text));
	size_text(e, first, &text);
	str_add(&text, least ? " must be at least " : words[q->relation]);
	size_text(e, second, &text);
	place_text(e->p->graph, q->node, &text);
	int64_t to = emit_extent(e,
		q->relation == DIMS_broadcast ? broadcast_dim(e->p->graph, q->a, q->b) : second);
	enum abi_size_op op = least ? ABI_SIZE_check_ge :
		turned ? ABI_SIZE_check_le : ABI_SIZE_check_eq;
	artifact_add_size(e->w, op, emit_extent(e, first), to, text.text);
}

/* Checks what a list of steps assumes of its sizes, as soon as they are known. */
void emit_check_equal(
	struct emit *e, uint32_t n, const struct dim_equality *equal, bool *checked)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct dim_equality *q = &equal[i];
		if (checked[i] || !emit_is_known(e, q->a) || !emit_is_known(e, q->b))
			continue;
		checked[i] = true;
		check_relation(e, q);
	}
}

/* How messages name symbol d from now on. */
static void name_symbol(struct emit *e, int64_t d, const char *text)
{
	int64_t id = dim_get(e->p->graph, d)->a;
	if (id >= e->norigins) {
		uint32_t n = (uint32_t)id * 2 + 64;
		e->origin = job_grow(e->job, e->origin, e->norigins, n, sizeof *e->origin);
		e->norigins = n;
	}
	e->origin[id] = text;
}

/* Sizes of buffers that a step has made: symbols that nothing else defines are these. */
void emit_made(struct emit *e, uint32_t n, const struct plan_made *made)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t d = 0; d < made[i].type->rank; d++) {
			const struct plan_made *m = &made[i];
			int64_t dim = m->type->dims[d];
			bool symbol = dim < 0 && dim_get(e->p->graph, dim)->op == DIM_free;
			struct str text;
			str_init(&text, e->job);
			str_addf(&text, "dimension %u of result %u of %s", d, m->result,
				op_table[m->node->op].text);
			place_text(e->p->graph, m->node, &text);
			int64_t own = artifact_add_size(
				e->w, ABI_SIZE_dim, m->buffer, d, text.text);
			if (m->type->bounds && m->type->bounds[d] >= 0)
				artifact_add_size(e->w, ABI_SIZE_check_le, own, m->type->bounds[d],
					text.text);
			if (symbol && !known_extent(e, dim)) {
				known_set(e, dim, own);
				name_symbol(e, dim, text.text);
			} else if (emit_is_known(e, dim)) {
				artifact_add_size(e->w, ABI_SIZE_check_eq, own, emit_extent(e, dim),
					text.text);
			}
		}
}

/* The inputs' own dimensions first: each symbol is defined by one, every other place is checked. */
void emit_prologue(struct emit *e)
{
	const struct plan *p = e->p;
	for (uint32_t i = 0; i < p->ninputs; i++) {
		const struct type *t = p->buffers[p->inputs[i]].type;
		for (uint32_t d = 0; d < t->rank; d++) {
			if (t->dims[d] >= 0)
				continue;
			int64_t own = artifact_add_size(e->w, ABI_SIZE_input, i, d, NULL);
			int64_t want = emit_extent(e, t->dims[d]);
			struct str text;
			str_init(&text, e->job);
			emit_argument_text(p->graph, p->input_args[i], &text);
			str_addf(&text, ", dimension %u", d);
			if (own != want)
				artifact_add_size(e->w, ABI_SIZE_check_eq, own, want, text.text);
			if (t->bounds && t->bounds[d] >= 0)
				artifact_add_size(
					e->w, ABI_SIZE_check_le, own, t->bounds[d], text.text);
		}
	}
	e->ready = job_array(e->job, (size_t)p->nvalues + 1, sizeof *e->ready);
	e->checked = job_array(e->job, (size_t)p->nequal + 1, sizeof *e->checked);
	emit_check_equal(e, p->nequal, p->equal, e->checked);
	for (uint32_t i = 0; i < p->main.n; i++)
		emit_step_extents(e, &p->main.at[i], WANT_known);
	emit_sizes_step(e);
}
