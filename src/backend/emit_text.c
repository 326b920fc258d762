/* emit_text.c -- the artifact of a backend that keeps a program whole: its signature, and the text
 * or whatever else the backend made of it.  No kernels, no steps, no memory plan. */
#include "backend/artifact.h"
#include "backend/backend.h"

struct text_emit {
	struct job *job;
	struct artifact_writer *w;
	const struct type **types;           /* tensors: the inputs', then the outputs' */
	uint32_t ninputs, noutputs;
	int64_t any;                         /* the newest size entry of an input */
};

/* Adds a tensor of the signature to `count` of them; tokens are none. */
static void take_type(struct text_emit *e, const struct func *main, uint32_t i,
	const struct type *t, uint32_t *count)
{
	if (t->kind == TYPE_token)
		return;
	if (t->kind != TYPE_tensor)
		job_fail(e->job, WEFT_UNIMPLEMENTED, "argument or result %u of @%s is no tensor",
			i, main->name);
	e->types[e->ninputs + e->noutputs] = t;
	++*count;
}

/* A dimension that changes is any size: the backend checks what there is to check.  Only inputs
 * have size entries of their own; an output takes one that is there. */
static void emit_tensor(struct text_emit *e, uint32_t i)
{
	const struct type *t = e->types[i];
	int64_t *dims = job_array(e->job, t->rank, sizeof *dims);
	for (uint32_t d = 0; d < t->rank; d++) {
		dims[d] = t->dims[d];
		if (dims[d] >= 0)
			continue;
		if (i < e->ninputs)
			e->any = artifact_add_size(e->w, ABI_SIZE_input, i, d, NULL);
		dims[d] = e->any;
	}
	artifact_add_tensor(e->w, t->dtype, t->rank, dims, NULL, i, 0);
}

static void emit_buffer(struct text_emit *e, uint32_t i)
{
	bool input = i < e->ninputs;
	int64_t bytes = type_bytes(e->types[i]);
	struct abi_buffer rec = { .kind = input ? ABI_BUFFER_input : ABI_BUFFER_output,
		.index = input ? i : i - e->ninputs, .bytes = bytes < 0 ? 0 : bytes };
	artifact_add_buffer(e->w, &rec);
}

void backend_emit_text(
	struct job *j, const struct backend_text_emission *o, void **bytes, size_t *size)
{
	const struct region *r = o->main->region;
	struct text_emit e = { .job = j, .w = artifact_new(j, o->name),
		.types = job_array(j, (size_t)r->nparams + r->nresults, sizeof *e.types) };
	for (uint32_t i = 0; i < r->nparams; i++)
		take_type(&e, o->main, i, r->params[i], &e.ninputs);
	for (uint32_t i = 0; i < r->nresults; i++)
		take_type(&e, o->main, r->nparams + i, r->results[i]->type, &e.noutputs);
	for (uint32_t i = 0; i < e.ninputs + e.noutputs; i++)
		emit_tensor(&e, i);
	for (uint32_t i = 0; i < e.ninputs + e.noutputs; i++)
		emit_buffer(&e, i);
	artifact_program(e.w)->ninputs = e.ninputs;
	artifact_program(e.w)->noutputs = e.noutputs;
	artifact_set_bytes(e.w, ABI_TEXT, o->text, o->size);
	artifact_finish(e.w, bytes, size);
}
