/* emit.c -- a plan and its machine code as an artifact.
 *
 * Main's steps come first, then the bodies of branches and loops, outermost first.  What they need
 * of sizes is computed in front of them (emit_size.c). */
#include "backend/backend.h"
#include "backend/emit_impl.h"
#include <string.h>

/* Notes values in buffers that s has written. */
static void note_ready(
	const struct plan_step *s, uint32_t n, const uint32_t *buffers, bool *ready)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < s->nargs; k++)
			ready[i] = ready[i] || s->args[k] == buffers[i];
}

/* Dimensions of argument i of a library or callback step. */
static const int64_t *call_dims(struct emit *e, const struct plan_step *s, uint32_t i)
{
	const struct type *t = s->types[i];
	bool owned = e->p->buffers[s->args[i]].kind == ABI_BUFFER_owned;
	bool made = owned && s->kind == ABI_STEP_callback && i >= s->nargs - s->noutputs;
	int64_t *dims = job_array(e->job, t->rank, sizeof *dims);
	for (uint32_t d = 0; d < t->rank; d++)
		dims[d] = t->dims[d] < 0 && (made || (owned && !emit_is_known(e, t->dims[d])))
			? ABI_UNKNOWN : emit_extent(e, t->dims[d]);
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
	*p = (struct pending){ .step = s, .at = at, .sizes = artifact_sizes(e->w),
		.known = e->known };
	if (!call)
		return;
	p->dims = job_array(e->job, s->nargs, sizeof *p->dims);
	for (uint32_t i = 0; i < s->nargs; i++)
		p->dims[i] = call_dims(e, s, i);
}

static void emit_step(struct emit *e, const struct plan_step *s)
{
	emit_step_extents(e, s, WANT_all);
	emit_sizes_step(e);
	struct abi_step r = {
		.kind = s->kind, .nargs = s->nargs, .noutputs = s->noutputs,
		.args = artifact_add_indices(e->w, s->args, s->nargs),
		.sizes = emit_extents(e, s->nsizes, s->sizes), .nsizes = s->nsizes,
		.chunks = emit_extent(e, s->chunks), .flags = s->small ? ABI_STEP_SMALL : 0,
	};
	if (s->kind == ABI_STEP_kernel)
		r.index = s->kernel;
	if (s->text)
		r.text = artifact_add_string(e->w, s->text);
	add_pending(e, s, artifact_add_step(e->w, &r));
	emit_made(e, s->nmade, s->made);
}

/* A branch, a loop's condition or its body. */
static void emit_list(struct emit *e, const struct plan_steps *list)
{
	bool *checked = job_array(e->job, (size_t)list->nequal + 1, sizeof *checked);
	artifact_sizes_apart(e->w);
	emit_made(e, list->nmade, list->made);
	emit_own_extents(e, list);
	for (uint32_t i = 0; i < list->n; i++) {
		emit_check_equal(e, list->nequal, list->equal, checked);
		emit_step(e, &list->at[i]);
		note_ready(&list->at[i], list->nvalues, list->value_buffers, e->known->ready);
	}
	emit_check_equal(e, list->nequal, list->equal, checked);
	emit_sizes_step(e);
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
			e->known = emit_known(e, p.known, p.sizes, &p.step->regions[k]);
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
				e->has_bytes[i] ? e->bytes[i] : emit_extent(e, b->bytes),
			.offset = floats ? 0 : b->offset,
			.first = late ? b->home_first : main_step(e, b->first),
			.last = late ? b->home_last : main_step(e, b->last),
			.flags = floats ? ABI_BUFFER_FLOATS
			       : b->anywhere ? ABI_BUFFER_ANYWHERE : 0,
		};
		artifact_add_buffer(e->w, &r);
	}
}


static void add_tensor(struct emit *e, uint32_t buffer, const struct type *t, const char *name,
	uint32_t over)
{
	int64_t *dims = job_array(e->job, t->rank, sizeof *dims);
	for (uint32_t d = 0; d < t->rank; d++)
		dims[d] = emit_extent(e, t->dims[d]);
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

static void emit_kernels(struct emit *e, const struct codegen_code *code, enum isa isa)
{
	for (uint32_t i = 0; i < e->p->nkernels; i++)
		artifact_add_kernel(e->w, e->p->kernels[i]->name, code[i].bytes, code[i].size,
			code[i].entry, code[i].scratch);
	artifact_set_machine(e->w, isa_table[isa].machine, isa_table[isa].needs);
}

/* Main's steps, behind the `load_steps` that are there, and last the sizes that no step needed:
 * dims of outputs, bytes of inputs. */
static void emit_main(struct emit *e, uint32_t load_steps)
{
	const struct plan *p = e->p;
	emit_prologue(e);
	for (uint32_t i = 0; i < p->nvalues; i++)
		e->ready[i] = p->values[i]->op == OP_parameter;
	for (uint32_t i = 0; i < p->main.n; i++) {
		emit_check_equal(e, p->nequal, p->equal, e->checked);
		emit_step(e, &p->main.at[i]);
		note_ready(&p->main.at[i], p->nvalues, p->value_buffers, e->ready);
		e->main_at[i] = artifact_steps(e->w) - 1 - load_steps;
	}
	emit_check_equal(e, p->nequal, p->equal, e->checked);
	for (uint32_t i = 0; i < p->noutputs; i++) {
		const struct type *t = p->buffers[p->outputs[i]].type;
		for (uint32_t d = 0; d < t->rank; d++)
			emit_extent(e, t->dims[d]);
	}
	for (uint32_t i = 0; i < p->nbuffers; i++)
		if (p->buffers[i].kind == ABI_BUFFER_input ||
			p->buffers[i].kind == ABI_BUFFER_output)
			emit_extent(e, p->buffers[i].bytes);
	emit_sizes_step(e);
}

static void emit_signature(struct emit *e)
{
	const struct plan *p = e->p;
	for (uint32_t i = 0; i < p->ninputs; i++)
		add_tensor(e, p->inputs[i], p->buffers[p->inputs[i]].type,
			emit_argument_name(p->graph, p->input_args[i]), 0);
	for (uint32_t i = 0; i < p->noutputs; i++)
		add_tensor(e, p->outputs[i], p->buffers[p->outputs[i]].type, NULL,
			p->over ? p->over[i] : 0);
}

void backend_emit_plan(struct job *j, const struct backend_emission *o, void **bytes, size_t *size)
{
	const struct plan *p = o->plan;
	struct emit e = { .job = j, .p = p, .w = artifact_new(j, o->name) };
	struct known *outermost = e.known = emit_known(&e, NULL, 0, NULL);
	e.main_at = job_array(j, p->main.n + 1, sizeof *e.main_at);
	e.bytes = job_array(j, (size_t)p->nbuffers + 1, sizeof *e.bytes);
	e.has_bytes = job_array(j, (size_t)p->nbuffers + 1, sizeof *e.has_bytes);
	emit_kernels(&e, o->code, o->isa);
	for (uint32_t i = 0; i < p->load.n; i++)
		emit_step(&e, &p->load.at[i]);
	uint32_t load_steps = artifact_steps(e.w);
	emit_main(&e, load_steps);
	uint32_t main_steps = artifact_steps(e.w) - load_steps;
	emit_bodies(&e);
	e.known = outermost;
	emit_buffers(&e);
	emit_signature(&e);
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
