/* plan.c -- plan_make: lowered, fused, and put in order; one buffer for each tensor that is stored.
 *
 * Steps come in the order of ids, which is a topological one; order.c then moves some up.  A branch
 * or loop is one step of the region it stands in (control.c).  Reshapes, barriers and tokens cost
 * nothing: they are the operand's buffer.
 *
 * What need not outlive the node at hand is written over (planner_may_write).  An update
 * (CORE_update) or scatter is then written where its operand lies, at any depth of branches and
 * loops, and its result is the same buffer, with nothing to copy back. */
#include "plan/planner.h"
#include <math.h>
#include <string.h>

#define LOAD_TIME (1u << 30)             /* later than every step of main */
#define SMALL_FLOPS 20000
#define BRIEF_BYTES (256 << 10)

static struct place place_of(struct graph *g, const struct node *n)
{
	const struct location *l = graph_location(g, n);
	return l ? (struct place){ l->file, l->line, l->column } : (struct place){ 0 };
}

static noreturn void unimplemented(struct planner *pl, const struct node *n)
{
	const struct type *t = n->type;
	while (t->kind != TYPE_tensor && t->n)
		t = t->elem[0];
	if (t->kind != TYPE_tensor && n->nin && n->in[0]->type->kind == TYPE_tensor)
		t = n->in[0]->type;
	job_fail_at(pl->job, WEFT_UNIMPLEMENTED, place_of(pl->g, n),
		"%s%s%s (%s) has no native code yet%s", op_table[n->op].text,
		n->op == OP_custom_call ? " @" : "",
		n->op == OP_custom_call ? node_str(n, KEY_call_target_name, "") : "",
		t->kind == TYPE_tensor ? dtype_table[t->dtype].text : "no tensor",
		graph_origin(pl->job, pl->g, n));
}

/* ---- kernels -------------------------------------------------------------------------------- */

static bool kernel_equal(const struct kernel *a, const struct kernel *b)
{
	return a->hash == b->hash && a->core == b->core && a->body == b->body &&
	       a->rank == b->rank && a->row == b->row && a->outer_grain == b->outer_grain &&
	       a->inner_grain == b->inner_grain && a->chunks == b->chunks &&
	       a->strict == b->strict && a->streams == b->streams && a->nsizes == b->nsizes &&
	       a->in_place == b->in_place && a->joins == b->joins &&
	       (!a->rank || !memcmp(a->space, b->space, a->rank * sizeof *a->space)) &&
	       (!a->nsizes || !memcmp(a->sizes, b->sizes, a->nsizes * sizeof *a->sizes)) &&
	       ((a->core != CORE_contract && a->core != CORE_attention) ||
		       !memcmp(&a->contract, &b->contract, sizeof a->contract)) &&
	       (a->core != CORE_attention ||
		       !memcmp(&a->attention, &b->attention, sizeof a->attention));
}

static uint32_t add_kernel(struct planner *pl, struct kernel *k)
{
	struct plan *p = pl->p;
	for (uint32_t i = 0; i < p->nkernels; i++)
		if (kernel_equal(p->kernels[i], k))
			return i;
	if (p->nkernels == pl->cap_kernels) {
		uint32_t cap = pl->cap_kernels ? 2 * pl->cap_kernels : 32;
		p->kernels =
			job_grow(pl->job, p->kernels, pl->cap_kernels, cap, sizeof *p->kernels);
		pl->cap_kernels = cap;
	}
	k->number = p->nkernels;
	p->kernels[p->nkernels] = k;
	return p->nkernels++;
}

/* Of one run, a function of an element (tanh) counting as so many. */
static double kernel_flops(struct planner *pl, const struct kernel *k, double function)
{
	const struct graph *g = pl->g;
	double flops = 0, space = 1;

	if (k->core == CORE_contract || k->core == CORE_attention) {
		double more = k->core == CORE_attention ? dim_typical(g, k->attention.scores.k) : 0;
		flops = 2 * (dim_typical(g, k->contract.m) + more) *
			dim_typical(g, k->contract.k) *
			dim_typical(g, k->contract.n);
		for (uint32_t i = k->contract.groups != GROUPS_none; i < k->contract.nbatch; i++)
			flops *= dim_typical(g, k->contract.batch[i]);
		return flops;
	}
	uint32_t count;
	const struct node **order = region_order(pl->job, k->body, &count);
	for (uint32_t d = 0; d < k->rank; d++)
		space *= dim_typical(g, k->space[d]);
	for (uint32_t i = 0; i < count; i++) {
		const struct op_info *op = &op_table[order[i]->op];
		if (op->kind == OP_MAP || order[i]->op == OP_reduce)
			flops += op->flags & OP_FUNCTION ? function * space : space;
	}
	return flops;
}

/* Not so where little is computed of much that is read. */
static bool kernel_is_brief(struct planner *pl, const struct kernel *k)
{
	const struct region *r = k->body;
	double bytes = 0;

	for (uint32_t i = 0; i < r->nparams && !k->nsizes; i++)
		bytes += dim_typical(pl->g, planner_bytes(pl, r->params[i]));
	return !k->nsizes && bytes < BRIEF_BYTES && kernel_flops(pl, k, 12) < SMALL_FLOPS;
}

static void step_cost(struct planner *pl, struct plan_step *step, const struct kernel *k)
{
	const struct graph *g = pl->g;
	double bytes = 0, flops = kernel_flops(pl, k, 1);
	/* what an update goes into is neither read nor written but for as much as it has itself */
	uint32_t into = k->core == CORE_update ? step->args[step->nargs - 1] : NO_BUFFER;
	for (uint32_t i = 0; i < step->nargs; i++)
		if (step->args[i] != into)
			bytes += dim_typical(g, pl->p->buffers[step->args[i]].bytes);
	if (into != NO_BUFFER)
		bytes += dim_typical(g, planner_bytes(pl, k->body->results[0]->in[1]->type));
	step->flops = (int64_t)fmin(flops, 1e18);
	step->bytes = (int64_t)fmin(bytes, 1e18);
	/* Of sizes known only at the call, the number of chunks decides there. */
	step->small = !k->nsizes && flops < SMALL_FLOPS && bytes < 32768;
}

static const struct node *const *source_nodes(struct planner *pl, const struct fusion *f,
	const struct group *group)
{
	const struct node **nodes = job_array(pl->job, group->nmembers + 1, sizeof *nodes);
	uint32_t n = 0;
	for (uint32_t i = group->nmembers; i-- > 0;)
		if (group_makes(group, group->members[i]) || !f->buffer[group->members[i]->id])
			nodes[n++] = group->members[i];
	return nodes;
}

/* Where a sort keeps indices (CORE_sort). */
static uint32_t sort_room(struct planner *pl, const struct node *n)
{
	const struct type *t = n->in[0]->type, *made = node_result_type(n, 0);
	int64_t axis = node_int(n, KEY_dimension, -1);
	int64_t count = dim_product(pl->g, t->rank, made->dims);
	if (n->op == OP_sort)
		count = dim_mul(pl->g, 2, count);
	enum dtype index = plan_sort_index(t->dims[axis < 0 ? axis + t->rank : axis]);
	return planner_add_buffer(pl, ABI_BUFFER_arena, 0, type_tensor(pl->g, index, 1, &count));
}

/* ---- groups ---------------------------------------------------------------------------------- */

/* Does m read what is in that buffer? */
static bool member_reads(const struct scope *s, const struct node *m, uint32_t buffer)
{
	for (uint32_t x = 0; x < m->nin; x++)
		if (s->buffer[m->in[x]->id] == buffer)
			return true;
	return false;
}

/* Is operand i of scatter n an argument that one of its results may lie over? */
static bool is_given(
	const struct planner *pl, const struct scope *s, const struct node *n, uint32_t i)
{
	uint32_t buffer = s->buffer[n->in[i]->id];

	if (!s->mine || buffer == NO_BUFFER || pl->p->buffers[buffer].kind != ABI_BUFFER_input)
		return false;
	for (uint32_t k = 0; k < n->nin; k++)
		if (k != i && s->buffer[n->in[k]->id] == buffer)
			return false;
	return s->mine[pl->p->input_args[pl->p->buffers[buffer].index]];
}

/* Not where updates that are made on the way come from the tensor that is written over. */
static bool scatters_in_place(
	const struct planner *pl, const struct scope *s, const struct group *group)
{
	const struct node *n = group->root;
	if (n->op != OP_scatter)
		return false;
	for (uint32_t i = 0; i < node_nresults(n); i++) {
		if (!s->f->buffer[n->in[i]->id] ||
			!(planner_may_write(pl, s, n->nin, n->in, i) || is_given(pl, s, n, i)))
			return false;
		for (uint32_t k = 1; k < group->nmembers; k++)
			if (member_reads(s, group->members[k], s->buffer[n->in[i]->id]))
				return false;
	}
	return true;
}

/* Where scatter n, which reads in[0..nin) from args[], writes in place: where its operands lie, or,
 * of an argument, a copy does, which is none where the result lies over it. */
static void scatter_results(struct planner *pl, struct scope *s, const struct node *n, uint32_t nin,
	const struct node *const *in, uint32_t *args)
{
	for (uint32_t i = 0; i < node_nresults(n); i++) {
		uint32_t to = s->buffer[n->in[i]->id];
		if (pl->p->buffers[to].kind == ABI_BUFFER_input) {
			to = planner_add_buffer(pl, ABI_BUFFER_arena, 0, n->in[i]->type);
			planner_add_copy(pl, s, s->buffer[n->in[i]->id], to);
		}
		for (uint32_t k = 0; k < nin; k++)
			args[k] = in[k] == n->in[i] ? to : args[k];
		args[nin + i] = to;
	}
}

/* Where the kernel of update n, which reads in[0..nin) from args[], writes: where its operand lies,
 * or, if that has to stay, a copy does. */
static void update_result(struct planner *pl, struct scope *s, const struct node *n, uint32_t nin,
	const struct node *const *in, uint32_t *args, uint32_t *out)
{
	uint32_t i = 0;

	while (in[i] != n->in[0])
		i++;
	if (!planner_may_write(pl, s, nin, in, i)) {
		uint32_t from = args[i];
		args[i] = planner_add_buffer(pl, ABI_BUFFER_arena, 0, n->type);
		planner_add_copy(pl, s, from, args[i]);
	}
	*out = args[i];
}

/* A reshape of something that has a buffer is that buffer. */
static bool group_is_alias(const struct fusion *f, const struct group *group)
{
	const struct node *n = group->root;
	return n->op == OP_reshape && f->buffer[n->in[0]->id] && group->core == CORE_map;
}

static void plan_group(struct planner *pl, struct scope *s, const struct fusion *f,
	const struct group *group)
{
	if (group_is_alias(f, group)) {
		s->buffer[group->root->id] = s->buffer[group->root->in[0]->id];
		return;
	}
	uint32_t nin;
	const struct node **in;
	bool in_place = scatters_in_place(pl, s, group);
	struct kernel *k = plan_kernel(pl->g, f, group, pl->o, in_place, &nin, &in);
	uint32_t *args = job_array(pl->job, nin + k->noutputs, sizeof *args);
	for (uint32_t i = 0; i < nin; i++)
		args[i] = s->buffer[in[i]->id];
	uint32_t count = node_nresults(group->root);
	if (group->core == CORE_update)
		update_result(pl, s, group->root, nin, in, args, args + nin);
	else if (in_place)
		scatter_results(pl, s, group->root, nin, in, args);
	else
		planner_result_buffers(pl, group->root, args + nin);
	if (group->core == CORE_sort)
		args[nin + count] = sort_room(pl, group->root);
	planner_set_results(pl, s, group->root, count, args + nin);
	for (uint32_t i = 0; i < group->nouts; i++)
		planner_result_buffers(pl, group->outs[i], &args[nin + count + i]);
	for (uint32_t i = 0; i < group->nouts; i++)
		s->buffer[group->outs[i]->id] = args[nin + count + i];
	struct plan_step *step = planner_add_step(pl, s, ABI_STEP_kernel);
	planner_set_args(pl, step, nin + k->noutputs, args, k->noutputs);
	k->brief = !pl->o->widest && kernel_is_brief(pl, k);
	step->kernel = add_kernel(pl, k);
	step->sizes = k->sizes;
	step->nsizes = k->nsizes;
	step->chunks = k->chunks;
	step->nodes = source_nodes(pl, f, group);
	step->ends = group->ends;
	step_cost(pl, step, k);
	planner_end_step(pl, s);
}

/* What a library function or callback is told of its operands and results. */
static void set_types(struct planner *pl, struct plan_step *step, const struct node *n)
{
	uint32_t nin = node_noperands(n), count = node_nresults(n);
	const struct type **types = job_array(pl->job, nin + count, sizeof *types);
	for (uint32_t i = 0; i < nin; i++)
		types[i] = n->in[i]->type;
	for (uint32_t i = 0; i < count; i++)
		types[nin + i] = node_result_type(n, i);
	step->types = types;
}

static void plan_callback(struct planner *pl, struct scope *s, const struct node *n)
{
	uint32_t nin = node_noperands(n), count = node_nresults(n);
	uint32_t *args = job_array(pl->job, nin + count, sizeof *args);
	for (uint32_t i = 0; i < nin; i++)
		args[i] = s->buffer[n->in[i]->id];
	for (uint32_t i = 0; i < count; i++) {
		const struct type *t = node_result_type(n, i);
		args[nin + i] = planner_add_buffer(
			pl, type_is_static(t) ? ABI_BUFFER_arena : ABI_BUFFER_owned, 0, t);
	}
	struct plan_step *step = planner_add_step(pl, s, ABI_STEP_callback);
	planner_set_args(pl, step, nin + count, args, count);
	set_types(pl, step, n);
	/* "ns.op(arguments)" becomes the runtime's "ns.op|(arguments)" */
	const char *text = node_text(pl->job, n, KEY_backend_config), *paren = strchr(text, '(');
	step->text =
		paren ? job_printf(pl->job, "%.*s|%s", (int)(paren - text), text, paren) : text;
	const struct node **nodes = job_array(pl->job, 2, sizeof *nodes);
	nodes[0] = n;
	step->nodes = nodes;
	planner_end_step(pl, s);
	planner_set_results(pl, s, n, count, args + nin);
}

static bool type_is_library(const struct type *t)
{
	return t->dtype == DTYPE_f32 || t->dtype == DTYPE_f64 || dtype_is_complex(t->dtype);
}

/* A function of the runtime: every operand and result is a tensor. */
static void plan_library_step(
	struct planner *pl, struct scope *s, const struct node *n, const char *text)
{
	uint32_t nin = node_noperands(n), count = node_nresults(n);
	uint32_t *args = job_array(pl->job, nin + count, sizeof *args);
	if (op_table[n->op].kind == OP_LIBRARY && !type_is_library(n->in[0]->type))
		unimplemented(pl, n);
	for (uint32_t i = 0; i < nin; i++)
		args[i] = s->buffer[n->in[i]->id];
	planner_result_buffers(pl, n, args + nin);
	struct plan_step *step = planner_add_step(pl, s, ABI_STEP_library);
	planner_set_args(pl, step, nin + count, args, count);
	set_types(pl, step, n);
	step->text = text;
	const struct node **nodes = job_array(pl->job, 2, sizeof *nodes);
	nodes[0] = n;
	step->nodes = nodes;
	planner_end_step(pl, s);
	planner_set_results(pl, s, n, count, args + nin);
}

static void plan_step_node(struct planner *pl, struct scope *s, const struct node *n)
{
	switch (n->op) {
	case OP_result: {                        /* set by the node it is of */
		uint32_t *own = &s->buffer[n->id];
		/* which may know less of a size than this result was given */
		if (*own == NO_BUFFER)
			*own = s->buffer[graph_result(
				pl->g, n->in[0], (uint32_t)node_int(n, KEY_index, 0))->id];
		return;
	}
	case OP_token: case OP_after_all: case OP_create_token:
		s->buffer[n->id] = NO_BUFFER;
		return;
	case OP_optimization_barrier: {
		uint32_t count = node_nresults(n);
		uint32_t *out = job_array(pl->job, count, sizeof *out);
		for (uint32_t i = 0; i < count; i++)
			out[i] = s->buffer[n->in[i]->id];
		planner_set_results(pl, s, n, count, out);
		return;
	}
	case OP_if: case OP_case:
		planner_if(pl, s, n);
		return;
	case OP_while:
		planner_while(pl, s, n);
		return;
	case OP_custom_call:
		if (!strcmp(node_str(n, KEY_call_target_name, ""), "weft.callback")) {
			plan_callback(pl, s, n);
			return;
		}
		/* fall through */
	default: {
		const char *text = plan_library(pl->job, n);
		if (!text)
			unimplemented(pl, n);
		plan_library_step(pl, s, n, text);
	}
	}
}

/* ---- regions -------------------------------------------------------------------------------- */

void planner_region(struct planner *pl, const struct region *r, struct plan_steps *steps,
	const uint32_t *params, const bool *mine, uint32_t *results)
{
	struct plan_options inner = *pl->o;
	inner.narguments = 0;            /* parameters of a branch or loop are no arguments */
	const struct plan_options *o = steps == pl->top ? pl->o : &inner;
	struct plan_source src = { .region = r, .nequal = steps->nequal, .equal = steps->equal };
	if (steps != pl->top)            /* of main plan_make did */
		plan_track(pl->g, &src, false);
	src.region = plan_lower(pl->g, src.region, o);
	if (steps != pl->top)
		plan_track(pl->g, &src, false);
	const struct region *lowered = src.region;
	struct plan_source sizes = src;
	if (steps == &pl->p->main) {
		sizes.nvalues = pl->p->nvalues;
		sizes.values = pl->p->values;
	}
	struct fusion *f = plan_fuse(pl->g, &sizes, mine);
	struct scope s = { .region = lowered, .steps = steps, .f = f, .params = params,
		.mine = mine, .first = pl->p->nbuffers };
	s.last = plan_last_reads(pl->job, lowered, f);
	/* results of steps may be made while planning: room for those ids too */
	size_t ids = graph_nnodes(pl->g) + 4096;
	s.buffer = job_array(pl->job, ids, sizeof *s.buffer);
	memset(s.buffer, 0xff, ids * sizeof *s.buffer);  /* NO_BUFFER */
	for (uint32_t i = 0; i < f->count; i++) {
		const struct node *n = f->order[i];
		s.at = i;
		if (n->op == OP_parameter) {
			s.buffer[n->id] = params[node_int(n, KEY_index, 0)];
		} else if (n->op == OP_constant && !attrs_find(n->attrs, KEY_value)) {
			s.buffer[n->id] = planner_add_buffer(
				pl, ABI_BUFFER_slot, (uint32_t)node_int(n, KEY_slot, 0), n->type);
		} else if (f->root_of[n->id]) {
			if (f->root_of[n->id]->root == n)
				plan_group(pl, &s, f, f->root_of[n->id]);
		} else if (node_is_step(n)) {
			plan_step_node(pl, &s, n);
		}
	}
	uint32_t n = lowered->nresults - src.nvalues;
	uint32_t *values = job_array(pl->job, (size_t)src.nvalues + 1, sizeof *values);
	for (uint32_t i = 0; i < lowered->nresults; i++) {
		bool token = lowered->results[i]->type->kind == TYPE_token;
		*(i < n ? &results[i] : &values[i - n]) = token ? NO_BUFFER :
			planner_use(pl, s.buffer[lowered->results[i]->id]);
	}
	steps->nvalues = src.nvalues;
	steps->values = src.values;
	steps->value_buffers = values;
}

/* Does a tensor of type t fill a buffer of type b as it lies there, as a reshape of it does? */
static bool type_fills(const struct type *t, const struct type *b)
{
	return t == b || (t->dtype == b->dtype && type_is_static(t) && type_is_static(b) &&
		type_bytes(t) == type_bytes(b));
}

/* Results are written where the caller gets them, unless that is an argument, a constant, one
 * already, or a reshape of a buffer of symbolic size.  Of a reshape's buffer the caller gets the
 * result's dimensions; its steps know their own (struct kernel, plan_step.types). */
static void plan_outputs(struct planner *pl, const struct region *r, uint32_t n, uint32_t *results)
{
	struct plan *p = pl->p;
	uint32_t *outputs = job_array(pl->job, n, sizeof *outputs), count = 0;
	struct scope s = { .steps = &p->main };
	for (uint32_t i = 0; i < n; i++) {
		if (results[i] == NO_BUFFER)
			continue;
		struct plan_buffer *b = &p->buffers[results[i]];
		const struct type *type = r->results[i]->type;
		if (b->kind == ABI_BUFFER_arena && type_fills(type, b->type)) {
			b->kind = ABI_BUFFER_output;
			b->type = type;
			b->index = count;
			outputs[count++] = results[i];
			continue;
		}
		uint32_t to = planner_add_buffer(pl, ABI_BUFFER_output, count, type);
		planner_add_copy(pl, &s, results[i], to);
		outputs[count++] = to;
	}
	p->outputs = outputs;
	p->noutputs = count;
}

/* By output: 1 + the input in whose memory the source says it may be put, or 0. */
static uint32_t *wished_inputs(struct planner *pl, const struct plan_source *src,
	const uint32_t *results)
{
	const struct plan *p = pl->p;
	uint32_t *out = job_array(pl->job, p->noutputs + 1, sizeof *out), count = 0;
	for (uint32_t i = 0; i < src->region->nresults - src->nvalues; i++) {
		if (results[i] == NO_BUFFER)
			continue;
		for (uint32_t k = 0; src->given && k < p->ninputs; k++)
			if (p->input_args[k] + 1 == src->given[i])
				out[count] = 1 + k;
		count++;
	}
	return out;
}

/* Adds the tensors that dimension d is read from. */
static void add_values_of(struct graph *g, int64_t d, uint32_t *n, const struct node **out)
{
	int64_t stack[64];
	uint32_t depth = 0;

	stack[depth++] = d;
	while (depth) {
		int64_t x = stack[--depth];
		if (x >= 0)
			continue;
		const struct dim_expr *e = dim_get(g, x);
		if (e->op == DIM_value) {
			uint32_t k = 0;
			while (k < *n && out[k] != e->node)
				k++;
			if (k == *n)
				out[(*n)++] = e->node;
		} else if (e->op != DIM_arg && e->op != DIM_free && e->op != DIM_number &&
			depth + 2 <= 64) {
			stack[depth++] = e->a;
			stack[depth++] = e->b;
		}
	}
}

void plan_values(struct graph *g, const struct type *t, uint32_t *n, const struct node **out)
{
	for (uint32_t i = 0; i < t->n; i++)
		plan_values(g, t->elem[i], n, out);
	for (uint32_t d = 0; t->kind == TYPE_tensor && d < t->rank; d++)
		add_values_of(g, t->dims[d], n, out);
}

void plan_track(struct graph *g, struct plan_source *s, bool all)
{
	struct job *j = graph_job(g);
	const struct region *r = s->region;
	uint32_t n, found = 0, fresh = 0;
	const struct node **order = region_order(j, r, &n);
	uint32_t nodes = graph_nnodes(g);
	const struct node **named = job_array(j, nodes + 1, sizeof *named);
	bool *here = job_array(j, nodes, sizeof *here);
	const struct node **values = job_array(j, nodes + s->nvalues + 1, sizeof *values);
	const struct node **results = job_array(j, r->nresults + nodes + 1, sizeof *results);
	for (uint32_t i = 0; i < n; i++) {
		here[order[i]->id] = true;
		plan_values(g, order[i]->type, &found, named);
	}
	for (uint32_t i = 0; all && i < r->nparams; i++) /* sizes of those that nothing reads too */
		plan_values(g, r->params[i], &found, named);
	for (uint32_t i = 0; i < s->nequal; i++) { /* a known size may be contradicted by a value */
		add_values_of(g, s->equal[i].a, &found, named);
		add_values_of(g, s->equal[i].b, &found, named);
	}
	for (uint32_t i = 0; i < s->nvalues; i++)
		values[i] = s->values[i];
	for (uint32_t i = 0; i < r->nresults; i++)
		results[i] = r->results[i];
	for (uint32_t i = 0; i < found; i++) {
		bool known = !all && !here[named[i]->id];
		for (uint32_t k = 0; k < s->nvalues; k++)
			known |= s->values[k] == named[i];
		if (known)
			continue;
		values[s->nvalues + fresh] = named[i];
		results[r->nresults + fresh++] = named[i];
	}
	if (!fresh)
		return;
	s->region = graph_region(g, r->nparams, r->params, r->nresults + fresh, results);
	s->values = values;
	s->nvalues += fresh;
}

/* A buffer for every parameter: the caller's, or of arguments that are constants a slot. */
static void plan_arguments(struct planner *pl, const struct plan_source *src, uint32_t *params)
{
	struct plan *p = pl->p;
	const struct region *r = src->region;
	uint32_t *inputs = job_array(pl->job, r->nparams, sizeof *inputs),
		 *input_args = job_array(pl->job, r->nparams, sizeof *input_args),
		 *constant_args = job_array(pl->job, r->nparams, sizeof *constant_args);
	for (uint32_t i = 0; i < r->nparams; i++) {
		const struct type *t = r->params[i];
		if (t->kind == TYPE_token) {
			params[i] = NO_BUFFER;
			continue;
		}
		if (t->kind != TYPE_tensor || t->unranked || t->quant)
			job_fail(pl->job, WEFT_UNIMPLEMENTED,
				"argument %u of @%s is no plain tensor: native code takes none", i,
				src->name);
		if (i < pl->o->narguments && pl->o->constant[i]) {
			if (!type_is_static(t))
				job_fail(pl->job, WEFT_INVALID_ARGUMENT,
					"argument %u of @%s is a constant of symbolic size", i,
					src->name);
			params[i] = planner_add_buffer(pl, ABI_BUFFER_slot,
				graph_nslots(pl->g) + p->nconstants, t);
			constant_args[p->nconstants++] = i;
			continue;
		}
		input_args[p->ninputs] = i;
		params[i] = planner_add_buffer(pl, ABI_BUFFER_input, p->ninputs, t);
		inputs[p->ninputs] = params[i];
		p->ninputs++;
	}
	p->inputs = inputs;
	p->input_args = input_args;
	p->constant_args = constant_args;
}

/* The load program: what it makes lives as long as the executable; what it needs meanwhile is in
 * the arena, at no time of main's. */
static void plan_load(
	struct planner *pl, const struct region *r, const uint32_t *params, uint32_t *results)
{
	struct plan *p = pl->p;
	uint32_t before = p->nbuffers;
	pl->top = &p->load;
	planner_region(pl, r, &p->load, params, NULL, results);
	for (uint32_t i = 0; i < r->nresults; i++)
		if (p->buffers[results[i]].kind == ABI_BUFFER_arena)
			p->buffers[results[i]].kind = ABI_BUFFER_persistent;
	for (uint32_t i = before; i < p->nbuffers; i++) {
		p->buffers[i].first += LOAD_TIME;
		p->buffers[i].last += LOAD_TIME;
	}
	pl->now = 0;
}

/* By parameter of main: is a result that may lie over it the argument with updates? */
static const bool *updated_arguments(
	struct job *j, const struct plan_source *src, const struct region *main)
{
	bool *out = job_array(j, main->nparams, sizeof *out);

	for (uint32_t i = 0; src->given && i < src->region->nresults - src->nvalues; i++) {
		const struct node *x = main->results[i];
		uint32_t to = src->given[i];
		bool updated = false;
		while (x->op == OP_reshape || plan_updated(x)) {
			updated |= x->op != OP_reshape;
			x = x->in[0];
		}
		if (updated && x->op == OP_parameter && node_int(x, KEY_index, 0) + 1 == to)
			out[to - 1] = true;
	}
	return out;
}

/* After all is planned: how much of known size each branch has of its own. */
static void count_own(struct plan *p)
{
	for (uint32_t i = 0; i < p->nbuffers; i++) {
		const struct plan_buffer *b = &p->buffers[i];
		if (b->kind == ABI_BUFFER_arena && b->home && b->bytes >= 0 &&
			__builtin_add_overflow(
				b->home->own_bytes, b->bytes, &b->home->own_bytes))
			b->home->own_bytes = INT64_MAX;
	}
}

struct plan *plan_make(struct job *j, struct graph *g, const struct plan_source *src,
	const struct plan_options *o)
{
	struct planner pl = { .g = g, .job = j, .o = o, .p = job_alloc(j, sizeof *pl.p) };
	struct plan *p = pl.p;
	struct plan_source lowered = *src;
	lowered.region = plan_updates(
		g, src->region, src->region->nresults - src->nvalues, src->given);
	lowered.region = plan_lower(g, lowered.region, o);
	plan_track(g, &lowered, false);
	src = &lowered;
	const struct region *r = src->region;
	p->graph = g;
	p->strict = o->strict;
	p->isa = o->isa;
	const struct region *main, *load = plan_cut(g, r, o, &main);
	uint32_t *params = job_array(j, main->nparams, sizeof *params),
		 *results = job_array(j, r->nresults, sizeof *results);
	plan_arguments(&pl, src, params);
	if (load)
		plan_load(&pl, load, params, params + r->nparams);
	pl.top = &p->main;
	p->nvalues = src->nvalues;
	p->values = src->values;
	planner_region(&pl, main, &p->main, params, updated_arguments(j, src, main), results);
	plan_outputs(&pl, r, r->nresults - src->nvalues, results);
	p->value_buffers = results + (r->nresults - src->nvalues);
	for (uint32_t i = 0; i < p->nvalues; i++)
		p->buffers[p->value_buffers[i]].last = p->main.n;
	for (uint32_t i = 0; i < p->nbuffers; i++)
		p->symbolic |= p->buffers[i].kind == ABI_BUFFER_arena && p->buffers[i].bytes < 0;
	const uint32_t *wish = wished_inputs(&pl, src, results);
	plan_order(j, p, wish);
	plan_in_place(j, p);
	p->over = plan_over(j, p, wish);
	count_own(p);
	p->arena = plan_place(j, p->nbuffers, p->buffers);
	return p;
}
