/* What the libraries link to, read from their dynamic sections: the runtime to libc alone, libweft
 * to no compiler. */
#include "base/file.h"
#include "unit.h"
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <unistd.h>

/* What a sanitizer build links to besides. */
static const char *const always[] = { "libc.so", "libm.so", "libpthread.so", "libdl.so", "ld-linux",
	"libasan.so", "libubsan.so", "libtsan.so", "libgcc_s.so", NULL };

static const char *elf_at(const struct file_map *m, uint64_t address)
{
	const ElfW(Ehdr) *h = m->data;
	const ElfW(Phdr) *p = (const void *)((const char *)m->data + h->e_phoff);

	for (int i = 0; i < h->e_phnum; i++)
		if (p[i].p_type == PT_LOAD && address >= p[i].p_vaddr &&
		    address < p[i].p_vaddr + p[i].p_filesz)
			return (const char *)m->data + p[i].p_offset + (address - p[i].p_vaddr);
	UNIT_FAIL("no segment holds address %llx", (unsigned long long)address);
}

static void needed_check(const char *library, const char *extra)
{
	char path[4096];
	struct file_map m;
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 64);

	CHECK(n > 0);
	path[n] = 0;
	char *slash = strrchr(path, '/');
	snprintf(slash, sizeof path - (size_t)(slash - path), "/%s", library);
	if (access(path, R_OK) != 0)
		UNIT_SKIP("%s is not built", path);
	CHECK_OK(file_map(path, &m));
	const ElfW(Ehdr) *h = m.data;
	const ElfW(Phdr) *p = (const void *)((const char *)m.data + h->e_phoff);
	const ElfW(Dyn) *d = NULL;
	for (int i = 0; i < h->e_phnum; i++)
		if (p[i].p_type == PT_DYNAMIC)
			d = (const void *)((const char *)m.data + p[i].p_offset);
	CHECK(d);
	const char *strings = NULL;
	for (const ElfW(Dyn) *e = d; e->d_tag != DT_NULL; e++)
		if (e->d_tag == DT_STRTAB)
			strings = elf_at(&m, e->d_un.d_ptr);
	CHECK(strings);
	unsigned found = 0;
	for (const ElfW(Dyn) *e = d; e->d_tag != DT_NULL; e++) {
		if (e->d_tag != DT_NEEDED)
			continue;
		const char *name = strings + e->d_un.d_val;
		int known = extra && strncmp(name, extra, strlen(extra)) == 0;
		for (int i = 0; always[i]; i++)
			known |= strncmp(name, always[i], strlen(always[i])) == 0;
		if (!known)
			UNIT_FAIL("%s needs %s", library, name);
		found++;
	}
	CHECK(found > 0);
	file_unmap(&m);
}

void test_links__runtime_needs_libc_alone(void)
{
	needed_check("libweftrt.so", NULL);
}

void test_links__library_needs_no_compiler(void)
{
	needed_check("libweft.so", NULL);
}
