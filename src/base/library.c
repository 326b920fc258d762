/* library.c -- dlopen, with a look at the file before.
 *
 * The loader maps the segments that an object's program headers name without asking whether the
 * file is as long: of a file whose end is missing (a copy that was not finished, a full disk) it
 * touches pages behind the end, and the process dies of SIGBUS.  So the headers are read here
 * first (System V ABI, "Program Loading").  What is no object of this machine's is left to the
 * loader, which says so. */
#include "base/library.h"
#include "base/file.h"
#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool within(uint64_t at, uint64_t bytes, size_t size)
{
	return at <= size && bytes <= size - at;
}

/* Does the file hold all that its headers would have mapped? */
static bool is_whole(const struct file_map *m)
{
	static const unsigned char mark[] = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
		sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32 };
	const char *bytes = m->data;
	ElfW(Ehdr) file;
	ElfW(Phdr) part;
	if (m->size < sizeof file || memcmp(bytes, mark, sizeof mark))
		return true;
	memcpy(&file, bytes, sizeof file);
	if (file.e_phentsize != sizeof part)
		return true;
	if (!within(file.e_phoff, (uint64_t)file.e_phnum * sizeof part, m->size))
		return false;
	for (unsigned i = 0; i < file.e_phnum; i++) {
		memcpy(&part, bytes + file.e_phoff + i * sizeof part, sizeof part);
		if (part.p_type == PT_LOAD && !within(part.p_offset, part.p_filesz, m->size))
			return false;
	}
	return true;
}

static struct weft_error *look(const char *what, const char *path)
{
	struct file_map m;
	struct stat st;
	/* to open a pipe would wait for who writes it */
	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		FAIL(WEFT_NOT_FOUND, "%s cannot be loaded: %s: it is no file", what, path);
	struct weft_error *e = file_map(path, &m);
	if (e) {
		struct weft_error *named = error_make(
			WEFT_NOT_FOUND, "%s cannot be loaded: %s", what, weft_error_text(e));
		weft_error_free(e);
		return named;
	}
	bool whole = is_whole(&m);
	file_unmap(&m);
	if (!whole)
		FAIL(WEFT_NOT_FOUND, "%s cannot be loaded: %s: the end of the file is missing",
			what, path);
	return NULL;
}

struct weft_error *library_open(const char *what, const char *path, void **out)
{
	TRY(look(what, path));
	*out = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (*out)
		return NULL;
	const char *why = dlerror();
	if (strstr(why, path))
		FAIL(WEFT_NOT_FOUND, "%s cannot be loaded: %s", what, why);
	FAIL(WEFT_NOT_FOUND, "%s cannot be loaded: %s: %s", what, path, why);
}

/* What a library's segments are looked for by: where it lies. */
static int segments_rest(struct dl_phdr_info *info, size_t size, void *at)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size;
	if (info->dlpi_addr != *(ElfW(Addr) *)at)
		return 0;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		if (part->p_type != PT_LOAD || part->p_flags & PF_W)
			continue;
		uintptr_t first = info->dlpi_addr + part->p_vaddr, last = first + part->p_filesz;
		first = (first + page - 1) / page * page;
		last = last / page * page;
		if (first < last)
			madvise((char *)first, last - first, MADV_DONTNEED);
	}
	return 1;
}

void library_rest(void *library)
{
	struct link_map *map;

	if (library && !dlinfo(library, RTLD_DI_LINKMAP, &map))
		dl_iterate_phdr(segments_rest, &map->l_addr);
}
