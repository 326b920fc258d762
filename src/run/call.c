/* call.c -- exe_run: compares arguments with the signature, runs the main steps, hands over
 * results.
 *
 * An argument whose address is no multiple of its element's size is copied first, so kernels may
 * rely on it.  A result that lies in memory of its own is handed over as it is; one that is also
 * something else (an argument, a constant, part of the arena, the same buffer twice) is copied. */
#include "run/fp.h"
#include "run/run_impl.h"
#include <string.h>

void input_name(const struct exe *x, uint32_t i, char *out, size_t size)
{
	const char *name = x->image.strings + x->image.tensors[i].name;

	if (*name)
		snprintf(out, size, "argument %u ('%.80s')", i, name);
	else
		snprintf(out, size, "argument %u", i);
}

static struct weft_error *input_check_dims(const struct exe *x, uint32_t i,
	const struct run_tensor *in)
{
	const struct abi_tensor *t = &x->image.tensors[i];
	const int64_t *dims = t->rank ? x->image.ints + t->dims : NULL;
	char name[128];

	for (uint32_t k = 0; k < t->rank; k++) {
		if (dims[k] < 0 ? in->dims[k] >= 0 : in->dims[k] == dims[k])
			continue;
		input_name(x, i, name, sizeof name);
		if (dims[k] < 0)
			FAIL(WEFT_INVALID_ARGUMENT,
				"%s, dimension %u: expected at least 0, found %lld",
				name, k, (long long)in->dims[k]);
		FAIL(WEFT_INVALID_ARGUMENT, "%s, dimension %u: expected %lld, found %lld", name, k,
			(long long)dims[k], (long long)in->dims[k]);
	}
	return NULL;
}

static struct weft_error *input_check(struct frame *f, uint32_t i, const struct run_tensor *in)
{
	const struct exe *x = f->x;
	const struct abi_tensor *t = &x->image.tensors[i];
	char name[128];

	if (in->dtype != (enum weft_dtype)t->dtype) {
		const char *found = dtype_name((uint32_t)in->dtype);
		input_name(x, i, name, sizeof name);
		FAIL(WEFT_INVALID_ARGUMENT, "%s: expected elements of type %s, found %s", name,
			dtype_name(t->dtype), found ? found : "an unknown type");
	}
	if (in->rank != t->rank) {
		input_name(x, i, name, sizeof name);
		FAIL(WEFT_INVALID_ARGUMENT, "%s: expected rank %u, found %u", name, t->rank,
			in->rank);
	}
	TRY(input_check_dims(x, i, in));
	int64_t bytes = x->input_bytes[i];
	if (bytes < 0)
		bytes = tensor_bytes(t->dtype, t->rank, in->dims);
	if (bytes < 0 || (bytes && !in->data)) {
		input_name(x, i, name, sizeof name);
		FAIL(WEFT_INVALID_ARGUMENT, "%s: %s", name,
			bytes < 0 ? "the number of bytes overflows" :
			"has elements, but no memory");
	}
	f->input_bytes[i] = bytes;
	size_t align = dtype_size(t->dtype);
	if ((uintptr_t)in->data % (align < 8 ? align : 8) == 0)
		return NULL;
	TRY(storage_create((size_t)bytes, &f->copies[i]));
	if (bytes)
		memcpy(f->copies[i]->data, in->data, (size_t)bytes);
	return NULL;
}

/* ---- results -------------------------------------------------------------------------------- */

/* Storage for output i, ours: the buffer's own where it can be had, else a copy. */
static struct weft_error *output_storage(struct frame *f, uint32_t i, size_t bytes,
	struct storage **out, void **data)
{
	uint32_t b = f->x->image.tensors[f->x->image.program->ninputs + i].buffer;
	struct storage *s = NULL;

	*data = f->buffers[b];
	if (f->x->takes[i]) {
		s = f->storage[b];
		f->storage[b] = NULL;
	}
	/* a donated argument's: its dimensions are not ours */
	if (s && storage_shared(s)) {
		struct weft_error *e = storage_wrap(f->buffers[b], bytes,
			(void (*)(void *))storage_release, s, out);
		if (e)
			storage_release(s);
		return e;
	}
	if (s) {
		*out = s;
		return NULL;
	}
	TRY(storage_create(bytes, out));
	if (bytes)
		memcpy((*out)->data, f->buffers[b], bytes);
	*data = (*out)->data;
	return NULL;
}

/* Does output i lie in memory of the caller's, given for it? */
static bool output_is_given(const struct frame *f, uint32_t i)
{
	const struct abi_tensor *t = &f->x->image.tensors[f->x->image.program->ninputs + i];
	const struct run_tensor *in = t->alias ? &f->in[t->alias - 1] : NULL;

	return in && in->donated && !in->storage && in->data == f->buffers[t->buffer] &&
	       f->x->image.buffers[t->buffer].kind == ABI_BUFFER_output;
}

static struct weft_error *output_take(struct frame *f, uint32_t i, struct run_tensor *out)
{
	const struct image *m = &f->x->image;
	const struct abi_tensor *t = &m->tensors[m->program->ninputs + i];
	uint32_t b = t->buffer;
	struct storage *s;
	void *data;

	TRY(frame_dims(f, t, f->out_dims));
	int64_t bytes = tensor_bytes(t->dtype, t->rank, f->out_dims);
	if (!f->buffers[b] || bytes < 0 || bytes > f->bytes[b])
		FAIL(WEFT_INTERNAL, "result %u is %s", i,
			f->buffers[b] ? "larger than its buffer" : "not made");
	if (output_is_given(f, i)) {
		*out = f->in[t->alias - 1];
		out->bytes = (size_t)bytes;
		return NULL;
	}
	TRY(output_storage(f, i, (size_t)bytes, &s, &data));
	memcpy(s->dims, f->out_dims, t->rank * sizeof *s->dims);
	*out = (struct run_tensor){
		.dtype = (enum weft_dtype)t->dtype,
		.rank = t->rank,
		.dims = s->dims,
		.data = data,
		.bytes = (size_t)bytes,
		.storage = s,
	};
	return NULL;
}

static struct weft_error *outputs_take(struct frame *f, struct run_tensor *out)
{
	uint32_t n = f->x->image.program->noutputs;

	for (uint32_t i = 0; i < n; i++) {
		struct weft_error *e = output_take(f, i, &out[i]);
		if (!e)
			continue;
		while (i--)
			storage_release(out[i].storage);
		return e;
	}
	return NULL;
}

static struct weft_error *frame_run(struct frame *f, const struct run_tensor *in,
	struct run_tensor *out)
{
	const struct abi_program *p = f->x->image.program;

	f->in = in;
	for (uint32_t i = 0; i < p->ninputs; i++)
		TRY(input_check(f, i, &in[i]));
	TRY(frame_begin(f));
	TRY(steps_run(f, p->load_steps, p->main_steps, 0));
	return outputs_take(f, out);
}

struct weft_error *exe_run(struct exe *x, const struct run_options *o, const struct run_tensor *in,
	uint32_t nin, struct run_tensor *out, uint32_t nout)
{
	const struct abi_program *p = x->image.program;
	struct frame *f;

	if (x->unbound)
		FAIL(WEFT_FAILED_PRECONDITION, "the constants are not bound");
	if (nin != p->ninputs)
		FAIL(WEFT_INVALID_ARGUMENT, "expected %u arguments, found %u", p->ninputs, nin);
	if (nout != p->noutputs)
		FAIL(WEFT_INVALID_ARGUMENT, "expected room for %u results, found %u", p->noutputs,
			nout);
	TRY(frame_get(x, o ? o->threads : 0, &f));
	f->who = o ? o->who : POOL_own;
	struct weft_error *e = frame_run(f, in, out);
	frame_put(f);
	return e;
}
