/* bind.c -- gives slots their bytes: from the artifact's DATA, from mapped files, from the caller.
 *
 * Bytes are used where they lie.  Only a tensor whose address is no multiple of its element's size
 * (safetensors files allow it) is copied. */
#include "base/mem.h"
#include "run/run_impl.h"
#include <string.h>

#define BAD(...) FAIL(WEFT_INVALID_ARGUMENT, "artifact: " __VA_ARGS__)

/* The mapping of a file, made once an executable. */
static struct weft_error *map_find(struct exe *x, const char *path, const struct run_load *o,
	struct file_map **out)
{
	char whole[4096];

	for (uint32_t i = 0; i < x->nmaps; i++)
		if (strcmp(x->map_paths[i], path) == 0) {
			*out = &x->maps[i];
			return NULL;
		}
	bool relative = o && o->dir && path[0] != '/';
	int n = snprintf(whole, sizeof whole, "%s%s%s", relative ? o->dir : "",
		relative ? "/" : "", path);
	if (n < 0 || (size_t)n >= sizeof whole)
		BAD("the path of a constant's file is too long: %.100s...", path);
	TRY(file_map(whole, &x->maps[x->nmaps]));
	x->map_paths[x->nmaps] = path;
	*out = &x->maps[x->nmaps++];
	return NULL;
}

static struct weft_error *slot_file(struct exe *x, uint32_t i, const struct run_load *o)
{
	const struct abi_slot *s = &x->image.slots[i];
	const char *path = x->image.strings + s->name;
	struct file_map *m;

	TRY(map_find(x, path, o, &m));
	if (s->offset > m->size || s->bytes > m->size - s->offset)
		FAIL(WEFT_INVALID_ARGUMENT,
			"%s: error: a constant lies at bytes %llu to %llu, the file has %zu", path,
			(unsigned long long)s->offset, (unsigned long long)(s->offset + s->bytes),
			m->size);
	x->slots[i] = (char *)(uintptr_t)m->data + s->offset;
	return NULL;
}

static struct weft_error *slot_bound(struct exe *x, uint32_t i, const struct run_load *o)
{
	const struct abi_slot *s = &x->image.slots[i];
	const char *name = x->image.strings + s->name;
	const struct run_slot *found = NULL;

	for (uint32_t k = 0; o && k < o->nslots && !found; k++)
		if (strcmp(o->slots[k].name, name) == 0)
			found = &o->slots[k];
	if (!found && o && o->later) {
		x->unbound = true;
		return NULL;
	}
	if (!found)
		FAIL(WEFT_FAILED_PRECONDITION, "the constant '%s' is not bound", name);
	if (found->bytes != s->bytes || (s->bytes && !found->data))
		FAIL(WEFT_INVALID_ARGUMENT, "the constant '%s': expected %llu bytes, found %zu",
			name,
			(unsigned long long)s->bytes, found->bytes);
	if (found->storage) {
		storage_retain(found->storage);
		x->slot_storage[i] = found->storage;
	}
	x->slots[i] = (void *)(uintptr_t)found->data;
	return NULL;
}

static struct weft_error *slot_bind(struct exe *x, uint32_t i, const struct run_load *o)
{
	const struct abi_slot *s = &x->image.slots[i];
	size_t align = dtype_size(x->image.tensors[s->tensor].dtype);
	struct storage *copy;

	switch ((enum abi_slot_kind)s->kind) {
	case ABI_SLOT_data:
		x->slots[i] = (char *)(uintptr_t)x->image.data + s->offset;
		break;
	case ABI_SLOT_file:
		TRY(slot_file(x, i, o));
		break;
	case ABI_SLOT_bound:
		TRY(slot_bound(x, i, o));
		break;
	}
	if (!s->bytes || !x->slots[i] || (uintptr_t)x->slots[i] % align == 0)
		return NULL;
	TRY(storage_create(s->bytes, &copy));
	memcpy(copy->data, x->slots[i], s->bytes);
	storage_release(x->slot_storage[i]);
	x->slot_storage[i] = copy;
	x->slots[i] = copy->data;
	return NULL;
}

struct weft_error *exe_bind(struct exe *x, const struct run_load *o)
{
	const struct image *m = &x->image;

	x->slots = mem_alloc(mem_size(m->nslots, sizeof *x->slots));
	x->slot_storage = mem_alloc(mem_size(m->nslots, sizeof *x->slot_storage));
	x->maps = mem_alloc(mem_size(m->nslots, sizeof *x->maps));
	x->map_paths = mem_alloc(mem_size(m->nslots, sizeof *x->map_paths));
	if (!x->slots || !x->slot_storage || !x->maps || !x->map_paths)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %u constants", m->nslots);
	for (uint32_t i = 0; i < m->nslots; i++)
		TRY(slot_bind(x, i, o));
	return NULL;
}

void exe_unbind(struct exe *x)
{
	for (uint32_t i = 0; x->slot_storage && i < x->image.nslots; i++)
		storage_release(x->slot_storage[i]);
	for (uint32_t i = 0; i < x->nmaps; i++)
		file_unmap(&x->maps[i]);
	mem_free(x->map_paths);
	mem_free(x->maps);
	mem_free(x->slot_storage);
	mem_free(x->slots);
}
