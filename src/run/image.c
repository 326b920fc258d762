/* image.c -- reads an artifact's header and section directory; check.c reads the records.
 *
 * Nothing is trusted: sizes are compared before they are added, a section of unknown kind or with
 * records of another size is refused, and a text section ends in a NUL.  The checksum finds
 * damage, not malice; that every index is in range is checked all the same. */
#include "run/image.h"
#include "base/cpu.h"
#include "base/hash.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define BAD(...) FAIL(WEFT_INVALID_ARGUMENT, "artifact: " __VA_ARGS__)

enum { SECTION_KINDS = 14 };

#if defined(__x86_64__)
enum { THIS_MACHINE = 62 };
#elif defined(__aarch64__)
enum { THIS_MACHINE = 183 };
#else
enum { THIS_MACHINE = -1 };
#endif

/* Bytes of a record of each kind, its name. */
static const struct {
	const char *name;
	uint32_t record;
} kinds[SECTION_KINDS] = {
	[ABI_STRINGS] = { "STRINGS", 1 },
	[ABI_INTS] = { "INTS", sizeof(int64_t) },
	[ABI_TENSORS] = { "TENSORS", sizeof(struct abi_tensor) },
	[ABI_SIZES] = { "SIZES", sizeof(struct abi_size) },
	[ABI_BUFFERS] = { "BUFFERS", sizeof(struct abi_buffer) },
	[ABI_SLOTS] = { "SLOTS", sizeof(struct abi_slot) },
	[ABI_STEPS] = { "STEPS", sizeof(struct abi_step) },
	[ABI_KERNELS] = { "KERNELS", sizeof(struct abi_kernel) },
	[ABI_PROGRAM] = { "PROGRAM", sizeof(struct abi_program) },
	[ABI_CODE] = { "CODE", 1 },
	[ABI_DATA] = { "DATA", 1 },
	[ABI_EXPLAIN] = { "EXPLAIN", 1 },
	[ABI_TEXT] = { "TEXT", 1 },
};

static struct weft_error *header_check(const void *bytes, size_t size)
{
	const struct abi_header *h = bytes;

	if (size < sizeof *h)
		BAD("%zu bytes are too few for a header", size);
	if (memcmp(h->magic, ABI_MAGIC, sizeof h->magic) != 0)
		BAD("it does not begin with \"WEFTART\"");
	if (h->version != ABI_VERSION)
		FAIL(WEFT_UNIMPLEMENTED, "artifact: version %u, this runtime reads version %u",
			h->version, (unsigned)ABI_VERSION);
	if (h->size != size)
		BAD("it says it has %llu bytes, but has %zu", (unsigned long long)h->size, size);
	if (h->checksum != hash_bytes(h + 1, size - sizeof *h, 0))
		BAD("the checksum is wrong, the file is damaged");
	if (h->nsections > (size - sizeof *h) / sizeof(struct abi_section))
		BAD("%u sections do not fit in %zu bytes", h->nsections, size);
	return NULL;
}

/* Hands out the place of one section. */
static struct weft_error *section_read(struct image *m, const struct abi_section *s,
	const unsigned char *bytes, size_t size)
{
	if (s->kind == 0 || s->kind >= SECTION_KINDS)
		FAIL(WEFT_UNIMPLEMENTED, "artifact: section of unknown kind %u", s->kind);
	const char *name = kinds[s->kind].name;
	if (s->record != kinds[s->kind].record)
		BAD("section %s: records of %u bytes, expected %u", name, s->record,
			kinds[s->kind].record);
	if (s->offset % ABI_ALIGN)
		BAD("section %s: offset %llu is not aligned", name, (unsigned long long)s->offset);
	if (s->offset > size || s->count > (size - s->offset) / s->record)
		BAD("section %s: ends after the file", name);
	bool text = s->kind == ABI_CODE || s->kind == ABI_DATA || s->kind == ABI_EXPLAIN ||
		s->kind == ABI_TEXT;
	if (!text && s->count > INT32_MAX)
		BAD("section %s: too many records", name);

	const void *p = bytes + s->offset;
	uint32_t n = (uint32_t)s->count;
	switch ((enum abi_section_kind)s->kind) {
	case ABI_STRINGS: m->strings = p; m->nstrings = n; break;
	case ABI_INTS: m->ints = p; m->nints = n; break;
	case ABI_TENSORS: m->tensors = p; m->ntensors = n; break;
	case ABI_SIZES: m->sizes = p; m->nsizes = n; break;
	case ABI_BUFFERS: m->buffers = p; m->nbuffers = n; break;
	case ABI_SLOTS: m->slots = p; m->nslots = n; break;
	case ABI_STEPS: m->steps = p; m->nsteps = n; break;
	case ABI_KERNELS: m->kernels = p; m->nkernels = n; break;
	case ABI_PROGRAM:
		if (n != 1)
			BAD("section PROGRAM: expected 1 record, found %u", n);
		m->program = p;
		break;
	case ABI_CODE: m->code = p; m->ncode = s->count; break;
	case ABI_DATA: m->data = p; m->ndata = s->count; break;
	case ABI_EXPLAIN: m->explain = p; m->nexplain = s->count; break;
	case ABI_TEXT: m->text = p; m->ntext = s->count; break;
	}
	return NULL;
}

struct weft_error *image_open(const void *bytes, size_t size, struct image *out)
{
	struct image m = { 0 };
	uint32_t seen = 0;

	TRY(header_check(bytes, size));
	m.header = bytes;
	const struct abi_section *s = (const void *)(m.header + 1);
	for (uint32_t i = 0; i < m.header->nsections; i++) {
		TRY(section_read(&m, &s[i], bytes, size));
		if (seen & 1u << s[i].kind)
			BAD("section %s: twice", kinds[s[i].kind].name);
		seen |= 1u << s[i].kind;
	}
	if (!m.nstrings || m.strings[m.nstrings - 1])
		BAD("section STRINGS: does not end in a NUL");
	if (m.header->backend >= m.nstrings)
		BAD("the backend's name is out of range");
	TRY(image_check(&m));
	*out = m;
	return NULL;
}

uint64_t image_header_checksum(const struct abi_header *h)
{
	struct abi_header copy = *h;

	copy.header_checksum = 0;
	return hash_bytes(&copy, sizeof copy, 0);
}

struct weft_error *image_check_machine(const struct image *m)
{
	char missing[512];
	size_t used = 0;
	const struct cpu *cpu = cpu_get();

	if (m->header->machine != 0 && (int)m->header->machine != THIS_MACHINE)
		FAIL(WEFT_UNIMPLEMENTED, "artifact: made for machine %u (ELF number), this is %d",
			m->header->machine, THIS_MACHINE);
	missing[0] = 0;
	for (unsigned f = 0; f < 64; f++) {
		if (!(m->header->features >> f & 1))
			continue;
		if (f >= CPU_FEATURE_COUNT)
			FAIL(WEFT_UNIMPLEMENTED,
				"artifact: needs a processor feature unknown here (%u)", f);
		if (cpu->has[f] || used > sizeof missing - 64)
			continue;
		used += (size_t)snprintf(missing + used, sizeof missing - used, " %s",
			cpu_feature_name((enum cpu_feature)f));
	}
	if (used)
		FAIL(WEFT_FAILED_PRECONDITION, "artifact: made for a processor with%s", missing);
	if (m->header->header_checksum != image_header_checksum(m->header))
		BAD("the header's checksum is wrong, the file is damaged");
	return NULL;
}
