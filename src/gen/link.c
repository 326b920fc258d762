/* link.c -- the smallest linker: one ELF64 relocatable object into one blob that needs nothing.
 *
 *   blob = .text, then each read-only data section, at its alignment (at most 64)
 *
 * Every relocation must be relative to the place it patches and point into the blob; anything else
 * - an undefined symbol, a writable section, an absolute address - is an INTERNAL error naming the
 * kernel, because code must run wherever and how often it is mapped.  The object is LLVM's own, so
 * offsets are trusted after a check against its size. */
#include "base/mem.h"
#include "gen/gen_impl.h"
#include <elf.h>
#include <string.h>

#define LINK_MAX_SECTIONS 256
#define LINK_MAX_ALIGN 64

struct linker {
	struct gen *g;
	const char *elf;
	size_t size;
	const Elf64_Ehdr *head;
	const Elf64_Shdr *sections;
	const Elf64_Sym *symbols;
	size_t nsymbols;
	const char *section_names;
	const char *names;                       /* of symbols */
	size_t at[LINK_MAX_SECTIONS];            /* offset in the blob; SIZE_MAX: not in it */
	unsigned char *blob;
};

static const void *section_data(struct linker *l, const Elf64_Shdr *s)
{
	if (s->sh_offset > l->size || s->sh_size > l->size - s->sh_offset)
		gen_fail(l->g, WEFT_INTERNAL, "a section of LLVM's object lies outside of it");
	return l->elf + s->sh_offset;
}

/* A symbol without a name stands for its section. */
static const char *symbol_name(struct linker *l, const Elf64_Sym *s)
{
	if (!s->st_name && s->st_shndx && s->st_shndx < l->head->e_shnum)
		return l->section_names + l->sections[s->st_shndx].sh_name;
	return s->st_name ? l->names + s->st_name : "?";
}

static void link_open(struct linker *l)
{
	l->head = (const void *)l->elf;
	if (l->size < sizeof *l->head || memcmp(l->head->e_ident, ELFMAG, SELFMAG) != 0 ||
	    l->head->e_type != ET_REL || l->head->e_shnum > LINK_MAX_SECTIONS)
		gen_fail(l->g, WEFT_INTERNAL, "LLVM's object is no ELF file we know");
	l->sections = (const void *)(l->elf + l->head->e_shoff);
	l->section_names = section_data(l, &l->sections[l->head->e_shstrndx]);
	for (unsigned i = 0; i < l->head->e_shnum; i++) {
		const Elf64_Shdr *s = &l->sections[i];
		if (s->sh_type != SHT_SYMTAB)
			continue;
		l->symbols = section_data(l, s);
		l->nsymbols = s->sh_size / sizeof *l->symbols;
		l->names = section_data(l, &l->sections[s->sh_link]);
	}
}

/* Gives each section that is loaded its place; returns the blob's size. */
static size_t link_layout(struct linker *l)
{
	size_t size = 0;

	for (int data = 0; data < 2; data++) {
		for (unsigned i = 0; i < l->head->e_shnum; i++) {
			const Elf64_Shdr *s = &l->sections[i];
			bool code = s->sh_flags & SHF_EXECINSTR;
			if (!data)
				l->at[i] = SIZE_MAX;
			if (!(s->sh_flags & SHF_ALLOC) || code == (data == 1))
				continue;
			if (s->sh_size &&
				(s->sh_flags & (SHF_WRITE | SHF_TLS) || s->sh_type == SHT_NOBITS))
				gen_fail(l->g, WEFT_INTERNAL, "the code has writable data");
			if (s->sh_type != SHT_PROGBITS)
				continue;
			size_t align = s->sh_addralign ? s->sh_addralign : 1;
			if (align > LINK_MAX_ALIGN)
				gen_fail(l->g, WEFT_INTERNAL, "data aligned to %zu bytes", align);
			size = (size + align - 1) / align * align;
			l->at[i] = size;
			size += s->sh_size;
		}
	}
	return size;
}

static bool fits_signed(int64_t v, int bits)
{
	return v >= -((int64_t)1 << (bits - 1)) && v < (int64_t)1 << (bits - 1);
}

static bool patch_x86(uint32_t type, unsigned char *p, int64_t value)
{
	int32_t v32 = (int32_t)value;

	switch (type) {
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		if (!fits_signed(value, 32))
			return false;
		memcpy(p, &v32, 4);
		return true;
	case R_X86_64_PC64:
		memcpy(p, &value, 8);
		return true;
	default:
		return false;
	}
}

static bool patch_aarch64(uint32_t type, unsigned char *p, int64_t value)
{
	uint32_t insn, v = (uint32_t)value;

	memcpy(&insn, p, 4);
	switch (type) {
	case R_AARCH64_PREL32:
		if (!fits_signed(value, 32))
			return false;
		insn = v;
		break;
	case R_AARCH64_ADR_PREL_LO21:
		if (!fits_signed(value, 21))
			return false;
		insn = (insn & ~0x60ffffe0u) | (v & 3) << 29 | (v >> 2 & 0x7ffff) << 5;
		break;
	case R_AARCH64_LD_PREL_LO19:
	case R_AARCH64_CONDBR19:
		if (!fits_signed(value, 21) || value & 3)
			return false;
		insn = (insn & ~0x00ffffe0u) | (v >> 2 & 0x7ffff) << 5;
		break;
	case R_AARCH64_TSTBR14:
		if (!fits_signed(value, 16) || value & 3)
			return false;
		insn = (insn & ~0x0007ffe0u) | (v >> 2 & 0x3fff) << 5;
		break;
	case R_AARCH64_CALL26:
	case R_AARCH64_JUMP26:
		if (!fits_signed(value, 28) || value & 3)
			return false;
		insn = (insn & ~0x03ffffffu) | (v >> 2 & 0x3ffffff);
		break;
	default:
		return false;
	}
	memcpy(p, &insn, 4);
	return true;
}

static void link_relocate(struct linker *l, const Elf64_Shdr *s)
{
	size_t to = s->sh_info < l->head->e_shnum ? l->at[s->sh_info] : SIZE_MAX;
	const Elf64_Rela *r = section_data(l, s);

	if (to == SIZE_MAX)
		return;
	for (size_t n = s->sh_size / sizeof *r; n--; r++) {
		size_t which = ELF64_R_SYM(r->r_info);
		uint32_t type = (uint32_t)ELF64_R_TYPE(r->r_info);
		if (which >= l->nsymbols || r->r_offset + 4 > l->sections[s->sh_info].sh_size)
			gen_fail(l->g, WEFT_INTERNAL,
				"a relocation of LLVM's object is out of range");
		const Elf64_Sym *y = &l->symbols[which];
		if (y->st_shndx == SHN_UNDEF)
			gen_fail(l->g, WEFT_INTERNAL, "undefined symbol %s", symbol_name(l, y));
		if (y->st_shndx >= l->head->e_shnum || l->at[y->st_shndx] == SIZE_MAX)
			gen_fail(l->g, WEFT_INTERNAL, "symbol %s is in no section of the code",
				symbol_name(l, y));
		size_t from = to + r->r_offset;
		int64_t value =
			(int64_t)(l->at[y->st_shndx] + y->st_value) + r->r_addend - (int64_t)from;
		bool x86 = l->head->e_machine == EM_X86_64;
		if (!(x86 ? patch_x86 : patch_aarch64)(type, l->blob + from, value))
			gen_fail(l->g, WEFT_INTERNAL, "relocation %u to %s cannot be applied", type,
				symbol_name(l, y));
	}
}

void link_object(struct gen *g, const char *elf, size_t size, const char *entry,
	struct codegen_code *out)
{
	struct linker *l = job_alloc(g->job, sizeof *l);

	*l = (struct linker){ .g = g, .elf = elf, .size = size };
	link_open(l);
	out->size = link_layout(l);
	l->blob = out->bytes = mem_alloc(out->size);
	if (!l->blob)
		gen_fail(g, WEFT_RESOURCE_EXHAUSTED, "no memory for %zu bytes of code", out->size);
	for (unsigned i = 0; i < l->head->e_shnum; i++)
		if (l->at[i] != SIZE_MAX)
			memcpy(l->blob + l->at[i], section_data(l, &l->sections[i]),
				l->sections[i].sh_size);
	for (unsigned i = 0; i < l->head->e_shnum; i++) {
		if (l->sections[i].sh_type == SHT_RELA)
			link_relocate(l, &l->sections[i]);
		else if (l->sections[i].sh_type == SHT_REL)
			gen_fail(g, WEFT_INTERNAL, "a relocation section without addends");
	}
	for (size_t i = 1; i < l->nsymbols; i++) {
		const Elf64_Sym *y = &l->symbols[i];
		if (y->st_shndx == SHN_UNDEF)
			gen_fail(g, WEFT_INTERNAL, "undefined symbol %s", symbol_name(l, y));
		if (strcmp(symbol_name(l, y), entry) == 0) {
			out->entry = l->at[y->st_shndx] + y->st_value;
			return;
		}
	}
	gen_fail(g, WEFT_INTERNAL, "no function %s in the object", entry);
}
