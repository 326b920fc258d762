/* check.c -- what the records of an artifact say of each other is true.
 *
 * One function a record kind, each run over all records of the kind, each message naming record
 * and field.  Afterwards the rest of the runtime indexes without looking.  What depends on
 * the values of a call (symbolic extents) is checked at the call: frame.c, size.c, step.c. */
#include "run/image.h"
#include <stdbool.h>

#define BAD(...) FAIL(WEFT_INVALID_ARGUMENT, "artifact: " __VA_ARGS__)
#define SCRATCH_MAX ((uint64_t)1 << 30)

static bool extent_ok(const struct image *m, int64_t e)
{
	return e >= 0 || -1 - e < (int64_t)m->nsizes;
}

/* INTS [first, first + n) exist. */
static bool ints_ok(const struct image *m, uint64_t first, uint64_t n)
{
	return first + n <= m->nints;
}

static bool index_list_ok(const struct image *m, uint32_t first, uint32_t n, uint32_t below)
{
	if (!ints_ok(m, first, n))
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (m->ints[first + i] < 0 || m->ints[first + i] >= (int64_t)below)
			return false;
	return true;
}

/* Bytes of a tensor without symbols; -1 with one; -2 when they overflow. */
static int64_t static_bytes(const struct image *m, const struct abi_tensor *t)
{
	int64_t bytes = (int64_t)dtype_size(t->dtype);
	bool empty = false, over = false;

	for (uint32_t i = 0; i < t->rank; i++) {
		int64_t d = m->ints[t->dims + i];
		if (d < 0)
			return -1;
		empty |= d == 0;
		over |= __builtin_mul_overflow(bytes, d, &bytes);
	}
	return empty ? 0 : over ? -2 : bytes;
}

static struct weft_error *check_program(const struct image *m)
{
	const struct abi_program *p = m->program;

	if (!p)
		return NULL;
	if ((uint64_t)p->ninputs + p->noutputs > m->ntensors)
		BAD("%u inputs and %u outputs, but %u tensors", p->ninputs, p->noutputs,
			m->ntensors);
	if ((uint64_t)p->load_steps + p->main_steps > m->nsteps)
		BAD("%u load steps and %u main steps, but %u steps", p->load_steps, p->main_steps,
			m->nsteps);
	if (!extent_ok(m, p->arena))
		BAD("the size of the arena is no entry of the size table");
	if (p->numerics > 1)
		FAIL(WEFT_UNIMPLEMENTED, "artifact: numerics class %u", p->numerics);
	return NULL;
}

static struct weft_error *check_size(const struct image *m, uint32_t i)
{
	const struct abi_size *s = &m->sizes[i];
	uint32_t ninputs = m->program ? m->program->ninputs : 0;

	if (s->text >= m->nstrings)
		BAD("size %u: text out of range", i);
	switch (s->op) {
	case ABI_SIZE_const:
		return NULL;
	case ABI_SIZE_input:
		if (s->a < 0 || s->a >= (int64_t)ninputs || s->b < 0 ||
		    s->b >= (int64_t)m->tensors[s->a].rank)
			BAD("size %u: no dimension %lld of input %lld", i, (long long)s->b,
				(long long)s->a);
		return NULL;
	case ABI_SIZE_load:
		if (s->a < 0 || s->a >= (int64_t)m->nbuffers || s->b < 0)
			BAD("size %u: buffer or element out of range", i);
		if (s->dtype < WEFT_I1 || s->dtype > WEFT_UI64)
			BAD("size %u: loads a dtype that is no integer", i);
		return NULL;
	case ABI_SIZE_dim:
		if (s->a < 0 || s->a >= (int64_t)m->nbuffers ||
		    m->buffers[s->a].kind != ABI_BUFFER_owned || s->b < 0 || s->b >= ABI_RANK_MAX)
			BAD("size %u: no dimension of an owned buffer", i);
		return NULL;
	case ABI_SIZE_add: case ABI_SIZE_sub: case ABI_SIZE_mul: case ABI_SIZE_floordiv:
	case ABI_SIZE_ceildiv: case ABI_SIZE_mod: case ABI_SIZE_min: case ABI_SIZE_max:
	case ABI_SIZE_check_eq: case ABI_SIZE_check_le: case ABI_SIZE_check_ge:
		if (!extent_ok(m, s->a) || !extent_ok(m, s->b))
			BAD("size %u: operand out of range", i);
		return NULL;
	}
	FAIL(WEFT_UNIMPLEMENTED, "artifact: size %u: unknown operation %u", i, s->op);
}

static struct weft_error *check_tensor(const struct image *m, uint32_t i)
{
	const struct abi_tensor *t = &m->tensors[i];
	const struct abi_program *p = m->program;
	uint32_t nin = p ? p->ninputs : 0, nout = p ? p->noutputs : 0;

	if (!dtype_size(t->dtype))
		BAD("tensor %u: unknown dtype %u", i, t->dtype);
	if (t->rank > ABI_RANK_MAX)
		FAIL(WEFT_UNIMPLEMENTED, "artifact: tensor %u: rank %u, at most %d", i, t->rank,
			ABI_RANK_MAX);
	if (!ints_ok(m, t->dims, t->rank))
		BAD("tensor %u: dimensions out of range", i);
	if (t->name >= m->nstrings)
		BAD("tensor %u: name out of range", i);
	if (p && t->buffer >= m->nbuffers && (t->buffer != UINT32_MAX || i < nin + nout))
		BAD("tensor %u: buffer out of range", i);
	bool owned = t->buffer < m->nbuffers && m->buffers[t->buffer].kind == ABI_BUFFER_owned;
	for (uint32_t k = 0; k < t->rank; k++) {
		int64_t e = m->ints[t->dims + k];
		if (e == ABI_UNKNOWN ? !owned : !extent_ok(m, e))
			BAD("tensor %u: dimension %u is no entry of the size table", i, k);
	}
	if (static_bytes(m, t) == -2)
		BAD("tensor %u: the number of bytes overflows", i);
	if (i < nin) {
		const struct abi_buffer *b = &m->buffers[t->buffer];
		if (b->kind != ABI_BUFFER_input || b->index != i)
			BAD("tensor %u: input whose buffer is another's", i);
		if (t->alias)
			BAD("tensor %u: input with an alias", i);
	}
	if (t->alias && (i >= nin + nout || t->alias > nin))
		BAD("tensor %u: alias of no input", i);
	for (uint32_t k = nin; t->alias && k < i; k++)
		if (m->tensors[k].alias == t->alias)
			BAD("tensor %u: input %u is reused twice", i, t->alias - 1);
	return NULL;
}

/* A place of known size in something of known size. */
static bool fits(int64_t offset, int64_t bytes, int64_t room)
{
	return offset < 0 || bytes < 0 || room < 0 || (offset <= room && bytes <= room - offset);
}

static struct weft_error *check_buffer_place(const struct image *m, uint32_t i)
{
	const struct abi_buffer *b = &m->buffers[i];
	const struct abi_program *p = m->program;

	switch ((enum abi_buffer_kind)b->kind) {
	case ABI_BUFFER_arena:
		if (b->flags & ABI_BUFFER_FLOATS) {
			if (b->first > b->last || b->last > m->nsteps)
				BAD("buffer %u: alive at no step", i);
			return NULL;
		}
		if (b->offset >= 0 && b->offset % ABI_ALIGN)
			BAD("buffer %u: offset is not aligned", i);
		if (!fits(b->offset, b->bytes, p->arena))
			BAD("buffer %u: ends after the arena", i);
		return NULL;
	case ABI_BUFFER_input:
		if (b->index >= p->ninputs)
			BAD("buffer %u: no input %u", i, b->index);
		if (!fits(0, b->bytes, static_bytes(m, &m->tensors[b->index])))
			BAD("buffer %u: larger than input %u", i, b->index);
		return NULL;
	case ABI_BUFFER_output:
		if (b->index >= p->noutputs)
			BAD("buffer %u: no output %u", i, b->index);
		return NULL;
	case ABI_BUFFER_slot:
		if (b->index >= m->nslots)
			BAD("buffer %u: no slot %u", i, b->index);
		if (b->bytes < 0 || (uint64_t)b->bytes > m->slots[b->index].bytes)
			BAD("buffer %u: larger than slot %u", i, b->index);
		return NULL;
	case ABI_BUFFER_owned:
		return NULL;
	case ABI_BUFFER_alias:
		if (b->index >= m->nbuffers || m->buffers[b->index].kind == ABI_BUFFER_alias)
			BAD("buffer %u: an alias of no buffer, or of an alias", i);
		if (!fits(b->offset, b->bytes, m->buffers[b->index].bytes))
			BAD("buffer %u: ends after the buffer it is an alias of", i);
		return NULL;
	case ABI_BUFFER_persistent:
		if (b->bytes < 0)
			BAD("buffer %u: persistent, but of symbolic size", i);
		return NULL;
	}
	FAIL(WEFT_UNIMPLEMENTED, "artifact: buffer %u: unknown kind %u", i, b->kind);
}

static struct weft_error *check_buffer(const struct image *m, uint32_t i)
{
	const struct abi_buffer *b = &m->buffers[i];

	if (!m->program)
		BAD("buffers without a program");
	if (!extent_ok(m, b->bytes) || !extent_ok(m, b->offset))
		BAD("buffer %u: size or offset is no entry of the size table", i);
	if (b->flags & ~(ABI_BUFFER_FLOATS | ABI_BUFFER_ANYWHERE))
		FAIL(WEFT_UNIMPLEMENTED, "artifact: buffer %u: unknown flags %x", i, b->flags);
	if ((b->flags & ABI_BUFFER_ANYWHERE) && b->kind != ABI_BUFFER_output)
		BAD("buffer %u: no output, and anywhere", i);
	return check_buffer_place(m, i);
}

static struct weft_error *check_slot(const struct image *m, uint32_t i)
{
	const struct abi_slot *s = &m->slots[i];

	if (s->name >= m->nstrings)
		BAD("slot %u: name out of range", i);
	if (s->tensor >= m->ntensors)
		BAD("slot %u: tensor out of range", i);
	int64_t bytes = static_bytes(m, &m->tensors[s->tensor]);
	if (bytes < 0 || (uint64_t)bytes != s->bytes)
		BAD("slot %u: %llu bytes are not its tensor's", i, (unsigned long long)s->bytes);
	switch ((enum abi_slot_kind)s->kind) {
	case ABI_SLOT_data:
		if (s->offset > m->ndata || s->bytes > m->ndata - s->offset)
			BAD("slot %u: ends after DATA", i);
		if (s->offset % ABI_ALIGN)
			BAD("slot %u: offset is not aligned", i);
		return NULL;
	case ABI_SLOT_file:
	case ABI_SLOT_bound:
		return NULL;
	}
	FAIL(WEFT_UNIMPLEMENTED, "artifact: slot %u: unknown kind %u", i, s->kind);
}

/* The last noutputs of a step's buffers may be written. */
static struct weft_error *check_written(const struct image *m, uint32_t i)
{
	const struct abi_step *s = &m->steps[i];

	for (uint32_t k = s->nargs - s->noutputs; k < s->nargs; k++) {
		const struct abi_buffer *b = &m->buffers[m->ints[s->args + k]];
		if (b->kind == ABI_BUFFER_alias)
			b = &m->buffers[b->index];
		if (b->kind == ABI_BUFFER_input || b->kind == ABI_BUFFER_slot)
			BAD("step %u: writes an input or a constant", i);
		/* which other executables may share */
		if (b->kind == ABI_BUFFER_persistent && i >= m->program->load_steps)
			BAD("step %u: writes what only the load program may", i);
	}
	return NULL;
}

/* INTS at index: n pairs (first step, count), all behind the main program. */
static bool lists_ok(const struct image *m, uint32_t index, uint64_t n)
{
	const struct abi_program *p = m->program;

	if (!ints_ok(m, index, n * 2))
		return false;
	for (uint64_t k = 0; k < n; k++) {
		int64_t first = m->ints[index + k * 2], count = m->ints[index + k * 2 + 1];
		if (first < (int64_t)p->load_steps + p->main_steps || first > (int64_t)m->nsteps ||
		    count < 0 || count > (int64_t)m->nsteps - first)
			return false;
	}
	return true;
}

/* Library and callback steps: a tensor for every argument, over the same buffer. */
static struct weft_error *check_tensors(const struct image *m, uint32_t i)
{
	const struct abi_step *s = &m->steps[i];

	if (!index_list_ok(m, s->index, s->nargs, m->ntensors))
		BAD("step %u: tensors of its arguments out of range", i);
	for (uint32_t k = 0; k < s->nargs; k++)
		if (m->tensors[m->ints[s->index + k]].buffer != m->ints[s->args + k])
			BAD("step %u: tensor of argument %u lies in another buffer", i, k);
	return NULL;
}

static struct weft_error *check_copy(const struct image *m, uint32_t i)
{
	const struct abi_step *s = &m->steps[i];
	const struct abi_buffer *from = &m->buffers[m->ints[s->args]],
				*to = &m->buffers[m->ints[s->args + 1]];

	if (to->kind == ABI_BUFFER_owned && s->nsizes > ABI_RANK_MAX)
		BAD("step %u: copies to a buffer of too many dimensions", i);
	if (to->kind != ABI_BUFFER_owned && !fits(0, from->bytes, to->bytes))
		BAD("step %u: copies to a smaller buffer", i);
	return NULL;
}

static struct weft_error *check_step_kind(const struct image *m, uint32_t i)
{
	const struct abi_step *s = &m->steps[i];

	switch ((enum abi_step_kind)s->kind) {
	case ABI_STEP_sizes:
		if ((uint64_t)s->index + s->count > m->nsizes)
			BAD("step %u: sizes out of range", i);
		return NULL;
	case ABI_STEP_kernel:
		if (s->index >= m->nkernels)
			BAD("step %u: no kernel %u", i, s->index);
		return NULL;
	case ABI_STEP_copy:
		if (s->nargs != 2 || s->noutputs != 1)
			BAD("step %u: a copy has one input and one output", i);
		return check_copy(m, i);
	case ABI_STEP_library:
	case ABI_STEP_callback:
		return check_tensors(m, i);
	case ABI_STEP_if:
		if (s->nargs < 1 || s->count < 1 || !lists_ok(m, s->index, s->count))
			BAD("step %u: branches out of range", i);
		return NULL;
	case ABI_STEP_while:
		if (s->nargs < 1 || !lists_ok(m, s->index, 2))
			BAD("step %u: bodies out of range", i);
		return NULL;
	}
	FAIL(WEFT_UNIMPLEMENTED, "artifact: step %u: unknown kind %u", i, s->kind);
}

static struct weft_error *check_step(const struct image *m, uint32_t i)
{
	const struct abi_step *s = &m->steps[i];

	if (!m->program)
		BAD("steps without a program");
	if (!index_list_ok(m, s->args, s->nargs, m->nbuffers) || s->noutputs > s->nargs)
		BAD("step %u: arguments out of range", i);
	if (!ints_ok(m, s->sizes, s->nsizes))
		BAD("step %u: sizes out of range", i);
	for (uint32_t k = 0; k < s->nsizes; k++)
		if (!extent_ok(m, m->ints[s->sizes + k]))
			BAD("step %u: size %u is no entry of the size table", i, k);
	if (!extent_ok(m, s->chunks))
		BAD("step %u: chunks are no entry of the size table", i);
	if (s->text >= m->nstrings)
		BAD("step %u: text out of range", i);
	if (s->flags & ~ABI_STEP_SMALL)
		FAIL(WEFT_UNIMPLEMENTED, "artifact: step %u: unknown flags %x", i, s->flags);
	TRY(check_written(m, i));
	return check_step_kind(m, i);
}

static struct weft_error *check_kernel(const struct image *m, uint32_t i)
{
	const struct abi_kernel *k = &m->kernels[i];

	if (k->entry >= m->ncode || k->begin > m->ncode || k->bytes > m->ncode - k->begin)
		BAD("kernel %u: lies outside of CODE", i);
	if (k->scratch > SCRATCH_MAX)
		BAD("kernel %u: wants %llu bytes of scratch", i, (unsigned long long)k->scratch);
	if (k->name >= m->nstrings)
		BAD("kernel %u: name out of range", i);
	if (k->flags)
		FAIL(WEFT_UNIMPLEMENTED, "artifact: kernel %u: unknown flags %x", i, k->flags);
	if (!m->header->machine)
		BAD("kernels for no machine");
	return NULL;
}

/* An arena is as large as its buffers need: nobody takes memory for a claim. */
static struct weft_error *check_arena(const struct image *m)
{
	int64_t end = 0;

	if (!m->program || m->program->arena < 0)
		return NULL;
	for (uint32_t i = 0; i < m->nbuffers; i++) {
		const struct abi_buffer *b = &m->buffers[i];
		if (b->kind != ABI_BUFFER_arena || (b->flags & ABI_BUFFER_FLOATS))
			continue;
		if (b->offset < 0 || b->bytes < 0)
			return NULL;             /* known at the call, and checked there */
		end = b->offset + b->bytes > end ? b->offset + b->bytes : end;
	}
	if (m->program->arena > (end + ABI_ALIGN - 1) / ABI_ALIGN * ABI_ALIGN)
		BAD("an arena of %lld bytes, its buffers end at %lld",
			(long long)m->program->arena, (long long)end);
	return NULL;
}

struct weft_error *image_check(const struct image *m)
{
	TRY(check_program(m));
	for (uint32_t i = 0; i < m->ntensors; i++)
		TRY(check_tensor(m, i));
	for (uint32_t i = 0; i < m->nslots; i++)
		TRY(check_slot(m, i));
	for (uint32_t i = 0; i < m->nbuffers; i++)
		TRY(check_buffer(m, i));
	TRY(check_arena(m));
	for (uint32_t i = 0; i < m->nsizes; i++)
		TRY(check_size(m, i));
	for (uint32_t i = 0; i < m->nsteps; i++)
		TRY(check_step(m, i));
	for (uint32_t i = 0; i < m->nkernels; i++)
		TRY(check_kernel(m, i));
	return NULL;
}
