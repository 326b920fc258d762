/* file.h -- whole files, mapped files, files that appear whole or not at all.  Any thread. */
#ifndef BASE_FILE_H
#define BASE_FILE_H
#include "base/error.h"
#include <stddef.h>

/* A file's bytes, read only.  fini unmaps; a zeroed one is fine. */
struct file_map {
	const void *data;
	size_t size;
};
struct weft_error *file_map(const char *path, struct file_map *out) BASE_MUST_USE;
void file_unmap(struct file_map *m);

/* Writes aside, syncs and renames: path holds all of data or what it held before. */
struct weft_error *file_write_atomic(const char *path, const void *data, size_t size) BASE_MUST_USE;
#endif
