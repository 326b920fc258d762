/* artifact.c -- the writer of artifacts: growing arrays of records, then one blob.
 *
 * Strings, lists of ints and size entries are hash-consed, so that equal ones are stored once.
 * Sections come in the order of their kinds, each on an ABI_ALIGN boundary, CODE on a page's; what
 * is between them is zero.  Extents of known operands are folded here, by the rules run/size.c
 * evaluates with; run/image.c and run/check.c check what comes out. */
#include "backend/artifact.h"
#include "base/hash.h"
#include <limits.h>
#include <string.h>

#define PAGE 4096u

/* Open hashing over indices of something else; its owner compares. */
struct table {
	uint32_t *slots;             /* index + 1, 0 free */
	uint32_t size, used;         /* size is a power of 2 */
};
struct array {
	void *data;
	size_t count, capacity, record;
};
struct list {
	uint32_t first, count;
	uint64_t hash;
};
struct artifact_writer {
	struct job *job;
	struct array strings, ints, tensors, sizes, buffers, slots, steps, kernels, code, data;
	struct array string_list;    /* struct list: of every string */
	struct array int_lists;      /* struct list: of every list of ints */
	struct table string_table, int_table, size_table;
	struct abi_program program;
	const void *explain, *text;
	size_t nexplain, ntext;
	uint32_t backend, machine;
	uint64_t features;
};

static void *array_add(struct artifact_writer *w, struct array *a, size_t n)
{
	if (n > UINT32_MAX - a->count && a != &w->data && a != &w->code)
		job_fail(w->job, WEFT_RESOURCE_EXHAUSTED, "an artifact of too many records");
	if (a->count + n > a->capacity) {
		size_t more = a->capacity ? a->capacity * 2 : 64;
		if (more < a->count + n)
			more = a->count + n;
		a->data = job_grow(w->job, a->data, a->count, more, a->record);
		a->capacity = more;
	}
	void *at = (char *)a->data + a->count * a->record;
	a->count += n;
	return at;
}

static void table_grow(struct artifact_writer *w, struct table *t, const uint64_t *hashes)
{
	uint32_t size = t->size ? t->size * 2 : 64;
	uint32_t *slots = job_array(w->job, size, sizeof *slots);

	for (uint32_t i = 0; i < t->size; i++) {
		if (!t->slots[i])
			continue;
		uint32_t at = (uint32_t)hashes[t->slots[i] - 1] & (size - 1);
		while (slots[at])
			at = (at + 1) & (size - 1);
		slots[at] = t->slots[i];
	}
	t->slots = slots;
	t->size = size;
}

/* Hashes of what is in a list table, for its growth. */
static const uint64_t *list_hashes(struct artifact_writer *w, const struct array *lists)
{
	const struct list *l = lists->data;
	uint64_t *h = job_array(w->job, lists->count + 1, sizeof *h);

	for (size_t i = 0; i < lists->count; i++)
		h[i] = l[i].hash;
	return h;
}

/* Index in `lists` of count records equal to `records` in `all`; appended when new. */
static struct list list_find(struct artifact_writer *w, struct table *t, struct array *lists,
	struct array *all, const void *records, size_t count)
{
	uint64_t hash = hash_bytes(records, count * all->record, count);

	if (t->used * 2 >= t->size)
		table_grow(w, t, list_hashes(w, lists));
	uint32_t at = (uint32_t)hash & (t->size - 1);
	for (; t->slots[at]; at = (at + 1) & (t->size - 1)) {
		struct list l = ((struct list *)lists->data)[t->slots[at] - 1];
		if (l.hash == hash && l.count == count && memcmp((char *)all->data +
				(size_t)l.first * all->record, records, count * all->record) == 0)
			return l;
	}
	if (count > UINT32_MAX)
		job_fail(w->job, WEFT_RESOURCE_EXHAUSTED, "an artifact of too many records");
	struct list l = { (uint32_t)all->count, (uint32_t)count, hash };
	memcpy(array_add(w, all, count), records, count * all->record);
	*(struct list *)array_add(w, lists, 1) = l;
	t->slots[at] = (uint32_t)lists->count;
	t->used++;
	return l;
}

struct artifact_writer *artifact_new(struct job *j, const char *backend)
{
	struct artifact_writer *w = job_alloc(j, sizeof *w);

	w->job = j;
	w->strings.record = w->code.record = w->data.record = 1;
	w->ints.record = sizeof(int64_t);
	w->tensors.record = sizeof(struct abi_tensor);
	w->sizes.record = sizeof(struct abi_size);
	w->buffers.record = sizeof(struct abi_buffer);
	w->slots.record = sizeof(struct abi_slot);
	w->steps.record = sizeof(struct abi_step);
	w->kernels.record = sizeof(struct abi_kernel);
	w->string_list.record = w->int_lists.record = sizeof(struct list);
	artifact_add_string(w, "");
	w->backend = artifact_add_string(w, backend);
	return w;
}

uint32_t artifact_add_string(struct artifact_writer *w, const char *text)
{
	if (!text)
		text = "";
	return list_find(w, &w->string_table, &w->string_list, &w->strings, text,
		strlen(text) + 1).first;
}

uint32_t artifact_add_ints(struct artifact_writer *w, const int64_t *values, size_t n)
{
	if (!n)
		return 0;
	return list_find(w, &w->int_table, &w->int_lists, &w->ints, values, n).first;
}

uint32_t artifact_add_indices(struct artifact_writer *w, const uint32_t *values, size_t n)
{
	int64_t *wide = job_array(w->job, n + 1, sizeof *wide);

	for (size_t i = 0; i < n; i++)
		wide[i] = values[i];
	return artifact_add_ints(w, wide, n);
}

/* ---- sizes ---------------------------------------------------------------------------------- */

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* What op gives for known operands, which are not below 0; fails the job where it has no value. */
static int64_t fold(struct artifact_writer *w, enum abi_size_op op, int64_t a, int64_t b,
	const char *text)
{
	const char *name = text && *text ? text : "size";
	int64_t v = 0;

	switch (op) {
	case ABI_SIZE_add:
		if (__builtin_add_overflow(a, b, &v))
			job_fail(w->job, WEFT_INVALID_ARGUMENT, "%s: the size overflows", name);
		return v;
	case ABI_SIZE_mul:
		if (__builtin_mul_overflow(a, b, &v))
			job_fail(w->job, WEFT_INVALID_ARGUMENT, "%s: the size overflows", name);
		return v;
	case ABI_SIZE_sub: return a - b;
	case ABI_SIZE_min: return a < b ? a : b;
	case ABI_SIZE_max: return a > b ? a : b;
	case ABI_SIZE_floordiv: case ABI_SIZE_ceildiv: case ABI_SIZE_mod:
		if (!b)
			job_fail(w->job, WEFT_INVALID_ARGUMENT, "%s: division by 0", name);
		v = floor_div(a, b);
		return op == ABI_SIZE_floordiv ? v : op == ABI_SIZE_mod ? a - v * b :
			v + (v * b != a);
	case ABI_SIZE_check_eq: case ABI_SIZE_check_le: case ABI_SIZE_check_ge:
		if (op == ABI_SIZE_check_eq ? a != b : op == ABI_SIZE_check_le ? a > b : a < b)
			job_fail(w->job, WEFT_INVALID_ARGUMENT, "%s: expected %s%lld, found %lld",
				name,
				op == ABI_SIZE_check_eq   ? ""
				: op == ABI_SIZE_check_le ? "at most "
							  : "at least ",
				(long long)b, (long long)a);
		return a;
	case ABI_SIZE_const: case ABI_SIZE_input: case ABI_SIZE_load: case ABI_SIZE_dim:
		break;
	}
	return a;
}

/* The entry equal to s; appended when new. */
static int64_t size_find(struct artifact_writer *w, const struct abi_size *s)
{
	struct table *t = &w->size_table;
	const struct abi_size *all = w->sizes.data;
	uint64_t hash = hash_bytes(s, sizeof *s, 0);

	if (t->used * 2 >= t->size) {
		uint64_t *h = job_array(w->job, w->sizes.count + 1, sizeof *h);
		for (size_t i = 0; i < w->sizes.count; i++)
			h[i] = hash_bytes(&all[i], sizeof *all, 0);
		table_grow(w, t, h);
	}
	uint32_t at = (uint32_t)hash & (t->size - 1);
	for (; t->slots[at]; at = (at + 1) & (t->size - 1))
		if (memcmp(&all[t->slots[at] - 1], s, sizeof *s) == 0)
			return -(int64_t)t->slots[at];
	*(struct abi_size *)array_add(w, &w->sizes, 1) = *s;
	t->slots[at] = (uint32_t)w->sizes.count;
	t->used++;
	return -(int64_t)w->sizes.count;
}

static int64_t size_add(struct artifact_writer *w, const struct abi_size *s)
{
	*(struct abi_size *)array_add(w, &w->sizes, 1) = *s;
	return -(int64_t)w->sizes.count;
}

int64_t artifact_add_size(struct artifact_writer *w, enum abi_size_op op, int64_t a, int64_t b,
	const char *text)
{
	struct abi_size s = { (uint16_t)op, 0, artifact_add_string(w, text), a, b };

	if (op == ABI_SIZE_const) {
		if (a >= 0)
			return a;
		s.b = 0;
		return size_find(w, &s);
	}
	if (op == ABI_SIZE_input)
		return size_find(w, &s);
	if (op == ABI_SIZE_load)
		job_fail(w->job, WEFT_INTERNAL, "a load needs a dtype: artifact_add_size_load");
	if (op == ABI_SIZE_dim)
		return size_add(w, &s);
	if (a >= 0 && b >= 0) {
		int64_t v = fold(w, op, a, b, text);
		if (v >= 0)
			return v;
		return artifact_add_size(w, ABI_SIZE_const, v, 0, text);
	}
	if (op == ABI_SIZE_check_eq || op == ABI_SIZE_check_le || op == ABI_SIZE_check_ge)
		return size_add(w, &s);
	return size_find(w, &s);
}

int64_t artifact_add_size_load(struct artifact_writer *w, uint32_t buffer, int64_t element,
	uint32_t dtype, const char *text)
{
	struct abi_size s = { ABI_SIZE_load, (uint16_t)dtype, artifact_add_string(w, text), buffer,
		element };

	return size_add(w, &s);
}

int64_t artifact_add_size_own(struct artifact_writer *w, int64_t e)
{
	struct abi_size s = { e < 0 ? ABI_SIZE_add : ABI_SIZE_const, 0,
		artifact_add_string(w, NULL), e, 0 };

	return size_add(w, &s);
}

void artifact_sizes_apart(struct artifact_writer *w)
{
	struct table *t = &w->size_table;

	if (t->size)
		memset(t->slots, 0, t->size * sizeof *t->slots);
	t->used = 0;
}

uint32_t artifact_sizes(const struct artifact_writer *w)
{
	return (uint32_t)w->sizes.count;
}

/* ---- records -------------------------------------------------------------------------------- */

uint32_t artifact_add_tensor(struct artifact_writer *w, uint32_t dtype, uint32_t rank,
	const int64_t *dims, const char *name, uint32_t buffer, uint32_t alias)
{
	struct abi_tensor t = { dtype, rank, artifact_add_ints(w, dims, rank),
		artifact_add_string(w, name), alias, buffer };

	*(struct abi_tensor *)array_add(w, &w->tensors, 1) = t;
	return (uint32_t)w->tensors.count - 1;
}

uint32_t artifact_add_buffer(struct artifact_writer *w, const struct abi_buffer *b)
{
	struct abi_buffer *at = array_add(w, &w->buffers, 1);

	*at = *b;
	at->reserved = 0;
	return (uint32_t)w->buffers.count - 1;
}

struct abi_buffer *artifact_buffer(struct artifact_writer *w, uint32_t index)
{
	return (struct abi_buffer *)w->buffers.data + index;
}

uint32_t artifact_add_step(struct artifact_writer *w, const struct abi_step *s)
{
	*(struct abi_step *)array_add(w, &w->steps, 1) = *s;
	return (uint32_t)w->steps.count - 1;
}

struct abi_step *artifact_step(struct artifact_writer *w, uint32_t index)
{
	return (struct abi_step *)w->steps.data + index;
}

uint32_t artifact_steps(const struct artifact_writer *w)
{
	return (uint32_t)w->steps.count;
}

/* ---- slots, kernels, bytes ------------------------------------------------------------------ */

static uint32_t slot_add(struct artifact_writer *w, enum abi_slot_kind kind, const char *name,
	uint32_t tensor, uint64_t offset, uint64_t bytes)
{
	struct abi_slot s = { kind, artifact_add_string(w, name), offset, bytes, tensor, 0 };

	*(struct abi_slot *)array_add(w, &w->slots, 1) = s;
	return (uint32_t)w->slots.count - 1;
}

/* Zeroes up to the next boundary, then room for n bytes. */
static unsigned char *bytes_add(struct artifact_writer *w, struct array *a, size_t n,
	uint64_t *offset)
{
	size_t gap = (ABI_ALIGN - a->count % ABI_ALIGN) % ABI_ALIGN;

	if (gap)
		memset(array_add(w, a, gap), 0, gap);
	*offset = a->count;
	return n ? array_add(w, a, n) : NULL;
}

uint32_t artifact_add_slot_data(struct artifact_writer *w, const char *name, uint32_t tensor,
	const void *data, uint64_t bytes)
{
	uint64_t offset;
	unsigned char *at = bytes_add(w, &w->data, bytes, &offset);

	if (bytes)
		memcpy(at, data, bytes);
	return slot_add(w, ABI_SLOT_data, name, tensor, offset, bytes);
}

uint32_t artifact_add_slot_file(struct artifact_writer *w, const char *path, uint32_t tensor,
	uint64_t offset, uint64_t bytes)
{
	return slot_add(w, ABI_SLOT_file, path, tensor, offset, bytes);
}

uint32_t artifact_add_slot_bound(struct artifact_writer *w, const char *name, uint32_t tensor,
	uint64_t bytes)
{
	return slot_add(w, ABI_SLOT_bound, name, tensor, 0, bytes);
}

uint32_t artifact_add_kernel(struct artifact_writer *w, const char *name, const void *code,
	uint64_t size, uint64_t entry, uint64_t scratch)
{
	struct abi_kernel k = { .bytes = size, .scratch = scratch };
	uint64_t offset;

	k.name = artifact_add_string(w, name);
	unsigned char *at = bytes_add(w, &w->code, size, &offset);
	if (size)
		memcpy(at, code, size);
	k.begin = offset;
	k.entry = offset + entry;
	*(struct abi_kernel *)array_add(w, &w->kernels, 1) = k;
	return (uint32_t)w->kernels.count - 1;
}

void artifact_set_machine(struct artifact_writer *w, uint32_t machine, uint64_t features)
{
	w->machine = machine;
	w->features = features;
}

struct abi_program *artifact_program(struct artifact_writer *w)
{
	return &w->program;
}

void artifact_set_bytes(struct artifact_writer *w, enum abi_section_kind kind, const void *bytes,
	size_t size)
{
	unsigned char *copy = job_alloc(w->job, size + 1);

	if (size)
		memcpy(copy, bytes, size);
	if (kind == ABI_EXPLAIN) {
		w->explain = copy;
		w->nexplain = size;
	} else {
		w->text = copy;
		w->ntext = size;
	}
}

/* ---- sealing -------------------------------------------------------------------------------- */

struct part {
	enum abi_section_kind kind;
	const void *data;
	size_t record, count;
};
enum { PARTS = 13 };

static void parts_list(const struct artifact_writer *w, struct part *out)
{
	const struct part all[PARTS] = {
		{ ABI_STRINGS, w->strings.data, 1, w->strings.count },
		{ ABI_INTS, w->ints.data, sizeof(int64_t), w->ints.count },
		{ ABI_TENSORS, w->tensors.data, w->tensors.record, w->tensors.count },
		{ ABI_SIZES, w->sizes.data, w->sizes.record, w->sizes.count },
		{ ABI_BUFFERS, w->buffers.data, w->buffers.record, w->buffers.count },
		{ ABI_SLOTS, w->slots.data, w->slots.record, w->slots.count },
		{ ABI_STEPS, w->steps.data, w->steps.record, w->steps.count },
		{ ABI_KERNELS, w->kernels.data, w->kernels.record, w->kernels.count },
		{ ABI_PROGRAM, &w->program, sizeof w->program, 1 },
		{ ABI_CODE, w->code.data, 1, w->code.count },
		{ ABI_DATA, w->data.data, 1, w->data.count },
		{ ABI_EXPLAIN, w->explain, 1, w->nexplain },
		{ ABI_TEXT, w->text, 1, w->ntext },
	};
	memcpy(out, all, sizeof all);
}

static size_t round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

void artifact_finish(struct artifact_writer *w, void **bytes, size_t *size)
{
	struct part parts[PARTS];
	struct abi_section sections[PARTS] = { 0 };
	uint32_t n = 0;

	parts_list(w, parts);
	size_t at = sizeof(struct abi_header);
	for (int i = 0; i < PARTS; i++)
		at += parts[i].count ? sizeof(struct abi_section) : 0;
	for (int i = 0; i < PARTS; i++) {
		if (!parts[i].count)
			continue;
		at = round_up(at, parts[i].kind == ABI_CODE ? PAGE : ABI_ALIGN);
		sections[n++] = (struct abi_section){ parts[i].kind, (uint32_t)parts[i].record, at,
			parts[i].count };
		at += parts[i].count * parts[i].record;
	}
	unsigned char *blob = mem_alloc_aligned(ABI_ALIGN, at);
	if (!blob)
		job_fail(w->job, WEFT_RESOURCE_EXHAUSTED, "no memory for an artifact of %zu bytes",
			at);
	memset(blob, 0, at);
	memcpy(blob + sizeof(struct abi_header), sections, n * sizeof *sections);
	n = 0;
	for (int i = 0; i < PARTS; i++)
		if (parts[i].count)
			memcpy(blob + sections[n++].offset, parts[i].data,
				parts[i].count * parts[i].record);
	struct abi_header h = {
		.magic = ABI_MAGIC, .version = ABI_VERSION, .nsections = n, .size = at,
		.features = w->features, .machine = w->machine, .backend = w->backend,
	};
	h.checksum = hash_bytes(blob + sizeof h, at - sizeof h, 0);
	h.header_checksum = hash_bytes(&h, sizeof h, 0);
	memcpy(blob, &h, sizeof h);
	*bytes = blob;
	*size = at;
}
