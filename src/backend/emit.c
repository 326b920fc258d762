/* emit.c -- a plan and its machine code as an artifact.
 *
 * Extents become entries of the size table when they are first needed: what follows from the
 * inputs' dimensions in the prologue, what is read from a buffer in a sizes step before the step
 * that needs it.  Main's steps come first, then the bodies of branches and loops, outermost
 * first.
 *
 * A body's own sizes - those of what a loop carries and changes, of results of branches inside of
 * it - are entries of its own, computed each time it runs; all that a loop's steps need and that is
 * known in front of it is computed there.  A branch computes what it needs itself, since it may
 * never run, and be too large to.  So an entry is either of the list that uses it or of one around
 * that, from before. */
#include "backend/artifact.h"
#include "backend/backend.h"
#include "base/cpu.h"
#include "base/str.h"
#include <string.h>

/* The extents that a list of steps has computed; those of the lists around it hold, too. */
struct known {
	const struct known *outer;
	const struct plan_steps *list;       /* NULL: main's, or what is loaded */
	bool *ready;                         /* by value of the list: a step has computed it */
	int64_t *extent;                     /* by dimension expression: its extent, 0: none yet */
	uint32_t n;
};
struct pending {                             /* what is to be written behind main */
	const struct plan_step *step;
	uint32_t at;                         /* its record */
	const struct known *known;
	const int64_t **dims;                /* library, callback: by argument, its extents */
};
struct emit {
	struct job *job;
	const struct plan *p;
	struct artifact_writer *w;
	struct known *known;                 /* of the list being written */
	int64_t *bytes;                      /* by buffer: its extent, once that is known */
	bool *has_bytes;
	const char **origin;                 /* by dimension expression: where a symbol came from */
	uint32_t norigins;
	uint32_t sizes_done;                 /* entries covered by sizes steps so far */
	struct pending *pending;
	uint32_t npending, cap;
	uint32_t *main_at;                   /* by step of main: its record */
	uint32_t tensors;                    /* records so far */
	/* by value of the plan: a step of main has computed it */
	bool *ready;
	bool *checked;                       /* by equality of the plan */
};

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

static struct known *known_new(
	struct emit *e, const struct known *outer, const struct plan_steps *list)
{
	struct known *k = job_alloc(e->job, sizeof *k);
	k->outer = outer;
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
	for (const struct known *k = e->known; k; k = k->outer)
		if (id < k->n && k->extent[id])
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
static const char *argument_name(const struct graph *g, int64_t i)
{
	const struct func *f = graph_main(g);
	const char *name = f && f->param_names && i < f->region->nparams ? f->param_names[i] : NULL;
	return name && (name[0] < '0' || name[0] > '9') ? name : NULL;
}

/* As the runtime names inputs. */
static void argument_text(const struct graph *g, int64_t i, struct str *out)
{
	const char *name = argument_name(g, i);
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
		argument_text(p->graph, node_int(n, KEY_index, 0), out);
		return;
	}
	for (uint32_t i = 0; value_find(e, n, &buffer, &ready) && i < p->ninputs; i++)
		if (p->inputs[i] == buffer) {
			argument_text(p->graph, p->input_args[i], out);
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
		argument_text(g, x->a, out);
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

static int64_t extent(struct emit *e, int64_t d)
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
		at = artifact_add_size(e->w, ops[x->op], extent(e, x->a), extent(e, x->b),
			x->op == DIM_mul ? product_text(e, d) : NULL);
	known_set(e, d, at);
	return at;
}

static uint32_t extents(struct emit *e, uint32_t n, const int64_t *dims)
{
	int64_t *v = job_array(e->job, n, sizeof *v);
	for (uint32_t i = 0; i < n; i++)
		v[i] = extent(e, dims[i]);
	return artifact_add_ints(e->w, v, n);
}

/* Size table entries made since the last time are evaluated here. */
static void sizes_step(struct emit *e)
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
static bool is_known(const struct emit *e, int64_t d)
{
	if (d >= 0 || known_extent(e, d))
		return true;
	const struct dim_expr *x = dim_get(e->p->graph, d);
	if (x->op == DIM_arg || x->op == DIM_free || x->op == DIM_number)
		return x->op != DIM_free;
	if (x->op != DIM_value)
		return is_known(e, x->a) && is_known(e, x->b);
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
	if (is_known(e, d)) {
		extent(e, d);
	} else if (x->op > DIM_number) {
		hoist(e, x->a);
		hoist(e, x->b);
	}
}

/* Which extents are computed in front of a step. */
enum wanted {
	WANT_all,
	WANT_known,                          /* those made of what is known by now */
	WANT_memory,                         /* of these, bytes of buffers */
};

static void want(struct emit *e, int64_t d, enum wanted how)
{
	if (how == WANT_all)
		extent(e, d);
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
	if (!e->has_bytes[i] && is_known(e, b->bytes)) {
		e->bytes[i] = extent(e, b->bytes);
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
static void step_extents(struct emit *e, const struct plan_step *s, enum wanted how)
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
			step_extents(e, &list->at[i], inner);
	}
}

/* The branch being written begins: the memory that it alone uses is asked for here, as far as its
 * size is known.  That is by entries of the branch's own, which nobody computes before. */
static void own_extents(struct emit *e, const struct plan_steps *branch)
{
	uint32_t before = e->sizes_done;

	for (uint32_t i = 0; i < e->p->nbuffers; i++) {
		const struct plan_buffer *b = &e->p->buffers[i];
		if (b->home != branch || b->kind != ABI_BUFFER_arena || !plan_buffer_is_late(b) ||
			e->has_bytes[i] || !is_known(e, b->bytes))
			continue;
		int64_t at = extent(e, b->bytes);
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
	int64_t to = extent(e,
		q->relation == DIMS_broadcast ? broadcast_dim(e->p->graph, q->a, q->b) : second);
	enum abi_size_op op = least ? ABI_SIZE_check_ge :
		turned ? ABI_SIZE_check_le : ABI_SIZE_check_eq;
	artifact_add_size(e->w, op, extent(e, first), to, text.text);
}

/* Checks what a list of steps assumes of its sizes, as soon as they are known. */
static void check_equal(
	struct emit *e, uint32_t n, const struct dim_equality *equal, bool *checked)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct dim_equality *q = &equal[i];
		if (checked[i] || !is_known(e, q->a) || !is_known(e, q->b))
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
static void note_made(struct emit *e, uint32_t n, const struct plan_made *made)
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
			} else if (is_known(e, dim)) {
				artifact_add_size(e->w, ABI_SIZE_check_eq, own, extent(e, dim),
					text.text);
			}
		}
}

/* Notes values in buffers that s has written. */
static void note_ready(
	const struct plan_step *s, uint32_t n, const uint32_t *buffers, bool *ready)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < s->nargs; k++)
			ready[i] = ready[i] || s->args[k] == buffers[i];
}

/* The inputs' own dimensions first: each symbol is defined by one, every other place is checked. */
static void prologue(struct emit *e)
{
	const struct plan *p = e->p;
	for (uint32_t i = 0; i < p->ninputs; i++) {
		const struct type *t = p->buffers[p->inputs[i]].type;
		for (uint32_t d = 0; d < t->rank; d++) {
			if (t->dims[d] >= 0)
				continue;
			int64_t own = artifact_add_size(e->w, ABI_SIZE_input, i, d, NULL);
			int64_t want = extent(e, t->dims[d]);
			struct str text;
			str_init(&text, e->job);
			argument_text(p->graph, p->input_args[i], &text);
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
	check_equal(e, p->nequal, p->equal, e->checked);
	for (uint32_t i = 0; i < p->main.n; i++)
		step_extents(e, &p->main.at[i], WANT_known);
	sizes_step(e);
}

/* Dimensions of argument i of a library or callback step. */
static const int64_t *call_dims(struct emit *e, const struct plan_step *s, uint32_t i)
{
	const struct type *t = s->types[i];
	bool owned = e->p->buffers[s->args[i]].kind == ABI_BUFFER_owned;
	bool made = owned && s->kind == ABI_STEP_callback && i >= s->nargs - s->noutputs;
	int64_t *dims = job_array(e->job, t->rank, sizeof *dims);
	for (uint32_t d = 0; d < t->rank; d++)
		dims[d] = t->dims[d] < 0 && (made || (owned && !is_known(e, t->dims[d])))
			? ABI_UNKNOWN : extent(e, t->dims[d]);
	return dims;
}

static void add_pending(struct emit *e, const struct plan_step *s, uint32_t at)
{
	bool call = s->kind == ABI_STEP_callback || s->kind == ABI_STEP_library;
	if (!s->nregions && !call)
		return;
	if (e->npending == e->cap) {
		uint32_t cap = e->cap ? 2 * e->cap : 16;
		e->pending = job_grow(e->job, e->pending, e->cap, cap, sizeof *e->pending);
		e->cap = cap;
	}
	struct pending *p = &e->pending[e->npending++];
	*p = (struct pending){ .step = s, .at = at, .known = e->known };
	if (!call)
		return;
	p->dims = job_array(e->job, s->nargs, sizeof *p->dims);
	for (uint32_t i = 0; i < s->nargs; i++)
		p->dims[i] = call_dims(e, s, i);
}

static void emit_step(struct emit *e, const struct plan_step *s)
{
	step_extents(e, s, WANT_all);
	sizes_step(e);
	struct abi_step r = {
		.kind = s->kind, .nargs = s->nargs, .noutputs = s->noutputs,
		.args = artifact_add_indices(e->w, s->args, s->nargs),
		.sizes = extents(e, s->nsizes, s->sizes), .nsizes = s->nsizes,
		.chunks = extent(e, s->chunks), .flags = s->small ? ABI_STEP_SMALL : 0,
	};
	if (s->kind == ABI_STEP_kernel)
		r.index = s->kernel;
	if (s->text)
		r.text = artifact_add_string(e->w, s->text);
	add_pending(e, s, artifact_add_step(e->w, &r));
	note_made(e, s->nmade, s->made);
}

/* A branch, a loop's condition or its body. */
static void emit_list(struct emit *e, const struct plan_steps *list)
{
	bool *checked = job_array(e->job, (size_t)list->nequal + 1, sizeof *checked);
	artifact_sizes_apart(e->w);
	note_made(e, list->nmade, list->made);
	own_extents(e, list);
	for (uint32_t i = 0; i < list->n; i++) {
		check_equal(e, list->nequal, list->equal, checked);
		emit_step(e, &list->at[i]);
		note_ready(&list->at[i], list->nvalues, list->value_buffers, e->known->ready);
	}
	check_equal(e, list->nequal, list->equal, checked);
	sizes_step(e);
}

/* Bodies of branches and loops; a body that is empty is a count of 0. */
static void emit_bodies(struct emit *e)
{
	for (uint32_t i = 0; i < e->npending; i++) {
		struct pending p = e->pending[i];
		int64_t *pairs = job_array(e->job, 2 * p.step->nregions, sizeof *pairs);
		if (!p.step->nregions)
			continue;
		for (uint32_t k = 0; k < p.step->nregions; k++) {
			pairs[2 * k] = artifact_steps(e->w);
			e->known = known_new(e, p.known, &p.step->regions[k]);
			emit_list(e, &p.step->regions[k]);
			pairs[2 * k + 1] = artifact_steps(e->w) - pairs[2 * k];
		}
		uint32_t at = artifact_add_ints(e->w, pairs, 2 * p.step->nregions);
		artifact_step(e->w, p.at)->index = at;
		artifact_step(e->w, p.at)->count = p.step->nregions;
	}
}

static uint32_t main_step(const struct emit *e, uint32_t step)
{
	return step < e->p->main.n ? e->main_at[step]
	       : e->p->main.n      ? e->main_at[e->p->main.n - 1]
				   : 0;
}

static void emit_buffers(struct emit *e)
{
	const struct plan *p = e->p;
	for (uint32_t i = 0; i < p->nbuffers; i++) {
		const struct plan_buffer *b = &p->buffers[i];
		bool late = plan_buffer_is_late(b);
		bool floats = b->kind == ABI_BUFFER_arena && (b->bytes < 0 || late);
		struct abi_buffer r = {
			.kind = b->kind, .index = b->index,
			.bytes = b->kind == ABI_BUFFER_owned ? 0 :
				e->has_bytes[i] ? e->bytes[i] : extent(e, b->bytes),
			.offset = floats ? 0 : b->offset,
			.first = late ? b->home_first : main_step(e, b->first),
			.last = late ? b->home_last : main_step(e, b->last),
			.flags = floats ? ABI_BUFFER_FLOATS : 0,
		};
		artifact_add_buffer(e->w, &r);
	}
}


static void add_tensor(struct emit *e, uint32_t buffer, const struct type *t, const char *name,
	uint32_t over)
{
	int64_t *dims = job_array(e->job, t->rank, sizeof *dims);
	for (uint32_t d = 0; d < t->rank; d++)
		dims[d] = extent(e, t->dims[d]);
	artifact_add_tensor(e->w, t->dtype, t->rank, dims, name, buffer, over);
	e->tensors++;
}

/* Constant i of the arguments, in the buffer, bound by whoever loads. */
static void emit_constant(struct emit *e, uint32_t i, uint32_t buffer)
{
	const struct type *t = e->p->buffers[buffer].type;
	const char *name = job_printf(e->job, "argument %u", e->p->constant_args[i]);
	artifact_add_tensor(e->w, t->dtype, t->rank, t->dims, name, buffer, 0);
	artifact_add_slot_bound(e->w, name, e->tensors++, (uint64_t)type_bytes(t));
}

/* Slots: the arguments that are constants, all of them in order; then those that a buffer reads,
 * each once. Buffers name the graph's, the artifact numbers its own. */
static void emit_slots(struct emit *e)
{
	const struct graph *g = e->p->graph;
	uint32_t n = 0, first = graph_nslots(g), *used = job_array(e->job, first, sizeof *used);
	for (uint32_t i = 0; i < e->p->nbuffers; i++)
		if (e->p->buffers[i].kind == ABI_BUFFER_slot && e->p->buffers[i].index >= first) {
			emit_constant(e, e->p->buffers[i].index - first, i);
			artifact_buffer(e->w, i)->index = n++;
		}
	for (uint32_t i = 0; i < e->p->nbuffers; i++) {
		const struct plan_buffer *b = &e->p->buffers[i];
		if (b->kind != ABI_BUFFER_slot || b->index >= first)
			continue;
		if (!used[b->index]) {
			const struct slot *s = graph_slot(g, b->index);
			artifact_add_tensor(
				e->w, s->type->dtype, s->type->rank, s->type->dims, s->name, i, 0);
			uint32_t tensor = e->tensors++;
			uint64_t bytes = (uint64_t)type_bytes(s->type);
			if (s->kind == SLOT_data)
				artifact_add_slot_data(e->w, s->name, tensor, s->data, bytes);
			else if (s->kind == SLOT_file)
				artifact_add_slot_file(e->w, s->name, tensor, s->offset, bytes);
			else
				artifact_add_slot_bound(e->w, s->name, tensor, bytes);
			used[b->index] = ++n;
		}
		artifact_buffer(e->w, i)->index = used[b->index] - 1;
	}
}

/* Tensors of callbacks and library calls: their steps list one an arg. */
static void emit_call_tensors(struct emit *e)
{
	for (uint32_t i = 0; i < e->npending; i++) {
		const struct plan_step *s = e->pending[i].step;
		if (s->kind != ABI_STEP_callback && s->kind != ABI_STEP_library)
			continue;
		uint32_t *list = job_array(e->job, s->nargs, sizeof *list);
		for (uint32_t k = 0; k < s->nargs; k++) {
			const struct type *t = s->types[k];
			list[k] = e->tensors++;
			artifact_add_tensor(e->w, t->dtype, t->rank, e->pending[i].dims[k], NULL,
				s->args[k], 0);
		}
		uint32_t at = artifact_add_indices(e->w, list, s->nargs);
		artifact_step(e->w, e->pending[i].at)->index = at;
	}
}

void backend_emit_plan(struct job *j, const struct backend_emission *o, void **bytes, size_t *size)
{
	const struct plan *p = o->plan;
	const struct codegen_code *code = o->code;
	struct emit e = { .job = j, .p = p, .w = artifact_new(j, o->name) };
	struct known *outermost = e.known = known_new(&e, NULL, NULL);
	e.main_at = job_array(j, p->main.n + 1, sizeof *e.main_at);
	e.bytes = job_array(j, (size_t)p->nbuffers + 1, sizeof *e.bytes);
	e.has_bytes = job_array(j, (size_t)p->nbuffers + 1, sizeof *e.has_bytes);
	for (uint32_t i = 0; i < p->nkernels; i++)
		artifact_add_kernel(e.w, p->kernels[i]->name, code[i].bytes, code[i].size,
			code[i].entry, code[i].scratch);
	artifact_set_machine(e.w, isa_table[o->isa].machine, isa_table[o->isa].needs);
	for (uint32_t i = 0; i < p->load.n; i++)
		emit_step(&e, &p->load.at[i]);
	uint32_t load_steps = artifact_steps(e.w);
	prologue(&e);
	for (uint32_t i = 0; i < p->nvalues; i++)
		e.ready[i] = p->values[i]->op == OP_parameter;
	for (uint32_t i = 0; i < p->main.n; i++) {
		check_equal(&e, p->nequal, p->equal, e.checked);
		emit_step(&e, &p->main.at[i]);
		note_ready(&p->main.at[i], p->nvalues, p->value_buffers, e.ready);
		e.main_at[i] = artifact_steps(e.w) - 1 - load_steps;
	}
	check_equal(&e, p->nequal, p->equal, e.checked);
	/* dims of outputs and sizes of inputs that no step needed */
	for (uint32_t i = 0; i < p->noutputs; i++) {
		const struct type *t = p->buffers[p->outputs[i]].type;
		for (uint32_t d = 0; d < t->rank; d++)
			extent(&e, t->dims[d]);
	}
	for (uint32_t i = 0; i < p->nbuffers; i++)
		if (p->buffers[i].kind == ABI_BUFFER_input ||
			p->buffers[i].kind == ABI_BUFFER_output)
			extent(&e, p->buffers[i].bytes);
	sizes_step(&e);
	uint32_t main_steps = artifact_steps(e.w) - load_steps;
	emit_bodies(&e);
	e.known = outermost;
	emit_buffers(&e);
	for (uint32_t i = 0; i < p->ninputs; i++)
		add_tensor(&e, p->inputs[i], p->buffers[p->inputs[i]].type,
			argument_name(p->graph, p->input_args[i]), 0);
	for (uint32_t i = 0; i < p->noutputs; i++)
		add_tensor(&e, p->outputs[i], p->buffers[p->outputs[i]].type, NULL,
			p->over ? p->over[i] : 0);
	emit_slots(&e);
	emit_call_tensors(&e);
	struct abi_program *program = artifact_program(e.w);
	program->ninputs = p->ninputs;
	program->noutputs = p->noutputs;
	program->load_steps = load_steps;
	program->main_steps = main_steps;
	program->arena = p->arena;
	program->numerics = p->strict ? 0 : 1;
	artifact_set_bytes(e.w, ABI_EXPLAIN, o->explain, o->explain_size);
	if (o->text)
		artifact_set_bytes(e.w, ABI_TEXT, o->text, strlen(o->text));
	artifact_finish(e.w, bytes, size);
}

void backend_emit_text(struct job *j, const struct backend *b, struct graph *g,
	const struct func *main, const void *text, size_t text_size, void **bytes, size_t *size)
{
	struct plan p = { .graph = g };
	const struct region *r = main->region;
	struct plan_buffer *buffers = job_array(j, r->nparams + r->nresults, sizeof *buffers);
	uint32_t *io = job_array(j, r->nparams + r->nresults, sizeof *io);
	for (uint32_t i = 0; i < r->nparams + r->nresults; i++) {
		const struct type *t =
			i < r->nparams ? r->params[i] : r->results[i - r->nparams]->type;
		if (t->kind == TYPE_token)
			continue;
		if (t->kind != TYPE_tensor)
			job_fail(j, WEFT_UNIMPLEMENTED, "argument or result %u of @%s is no tensor",
				i, main->name);
		io[p.nbuffers] = p.nbuffers;
		buffers[p.nbuffers] = (struct plan_buffer){ .type = t };
		buffers[p.nbuffers].kind = i < r->nparams ? ABI_BUFFER_input : ABI_BUFFER_output;
		buffers[p.nbuffers].index = i < r->nparams ? p.ninputs++ : p.noutputs++;
		p.nbuffers++;
	}
	p.buffers = buffers;
	p.inputs = io;
	p.outputs = io + p.ninputs;
	struct emit e = { .job = j, .p = &p, .w = artifact_new(j, b->name) };
	e.known = known_new(&e, NULL, NULL);
	int64_t any = 0;
	for (uint32_t i = 0; i < p.nbuffers; i++) {
		int64_t *dims = job_array(j, buffers[i].type->rank, sizeof *dims);
		for (uint32_t d = 0; d < buffers[i].type->rank; d++) {
			dims[d] = buffers[i].type->dims[d];
			if (dims[d] >= 0)
				continue;
			/* any size: the interpreter checks what there is to check */
			if (i < r->nparams)
				any = artifact_add_size(e.w, ABI_SIZE_input, i, d, NULL);
			dims[d] = any;
		}
		artifact_add_tensor(
			e.w, buffers[i].type->dtype, buffers[i].type->rank, dims, NULL, i, 0);
	}
	for (uint32_t i = 0; i < p.nbuffers; i++) {
		int64_t n = type_bytes(buffers[i].type);
		struct abi_buffer rec = {
			.kind = buffers[i].kind, .index = buffers[i].index, .bytes = n < 0 ? 0 : n
		};
		artifact_add_buffer(e.w, &rec);
	}
	artifact_program(e.w)->ninputs = p.ninputs;
	artifact_program(e.w)->noutputs = p.noutputs;
	artifact_set_bytes(e.w, ABI_TEXT, text, text_size);
	artifact_finish(e.w, bytes, size);
}
