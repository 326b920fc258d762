/* container.c -- MLIR's bytecode as a container: sections, and the tables in them.
 *
 * A file is a magic number, a format, who made it, and sections in any order; so all sections are
 * found first and their tables read in the order they need each other.  Every count is held against
 * the bytes that are left before memory is taken for it, every index against its table. */
#include "stablehlo/bytecode/bytecode_impl.h"
#include <string.h>

#define NEWEST_FORMAT 6
static const char *const section_names[SECTION_COUNT] = { "string", "dialect", "attribute and type",
	"offset", "IR", "resource", "resource offset", "dialect version", "properties" };

struct place file_place(const struct bc_file *f, const uint8_t *at)
{
	size_t offset = (size_t)(at - f->all.at);

	return (struct place){ f->p->file, offset < UINT32_MAX ? (uint32_t)offset : UINT32_MAX, 0 };
}

static noreturn void fail(const struct bc_file *f, enum weft_code code, const uint8_t *at,
	const char *fmt, va_list ap)
{
	job_throw(f->p->j, error_vmake(code, file_place(f, at), fmt, ap));
}

noreturn void bad(const struct bc_file *f, const uint8_t *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail(f, WEFT_INVALID_ARGUMENT, at, fmt, ap);
}

noreturn void lacks(const struct bc_file *f, const uint8_t *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail(f, WEFT_UNIMPLEMENTED, at, fmt, ap);
}

/* ---- cursors -------------------------------------------------------------------------------- */

struct cursor cursor_of(struct bc_file *f, struct span s)
{
	return (struct cursor){ f, s.at, s.end };
}

uint8_t take_byte(struct cursor *c)
{
	if (c->at >= c->end)
		bad(c->f, c->at, "expected a byte, found the end of what holds it");
	return *c->at++;
}

/* The trailing zeros of the first byte say how many more there are. */
uint64_t take_varint(struct cursor *c)
{
	const uint8_t *from = c->at;
	uint8_t first = take_byte(c);
	int more = first ? __builtin_ctz(first) : 8;
	uint64_t v = first;

	if (first & 1)
		return v >> 1;
	if (c->end - c->at < more)
		bad(c->f, from, "a number of %d bytes, %d are left", more + 1,
			(int)(c->end - from));
	if (more == 8) {
		memcpy(&v, c->at, 8);
		c->at += 8;
		return v;
	}
	for (int i = 1; i <= more; i++)
		v |= (uint64_t)*c->at++ << (8 * i);
	return v >> (more + 1);
}

int64_t take_signed(struct cursor *c)
{
	uint64_t v = take_varint(c);

	return (int64_t)((v >> 1) ^ (0 - (v & 1)));
}

uint32_t take_index(struct cursor *c, uint32_t n, const char *what)
{
	const uint8_t *from = c->at;
	uint64_t v = take_varint(c);

	if (v >= n)
		bad(c->f, from, "%s %llu, there are %u", what, (unsigned long long)v, n);
	return (uint32_t)v;
}

static void check_count(struct cursor *c, const uint8_t *from, uint64_t v, const char *what)
{
	uint64_t left = (uint64_t)(c->end - c->at);

	if (v > left || v > INT32_MAX)
		bad(c->f, from, "%llu %s in %llu bytes", (unsigned long long)v, what,
			(unsigned long long)left);
}

uint32_t take_count(struct cursor *c, const char *what)
{
	const uint8_t *from = c->at;
	uint64_t v = take_varint(c);

	check_count(c, from, v, what);
	return (uint32_t)v;
}

struct span take_bytes(struct cursor *c, uint64_t n, const char *what)
{
	struct span s = { c->at, c->at };

	if (n > (uint64_t)(c->end - c->at))
		bad(c->f, c->at, "%s of %llu bytes, %llu are left", what, (unsigned long long)n,
			(unsigned long long)(c->end - c->at));
	s.end = c->at += n;
	return s;
}

const char *take_string(struct cursor *c, uint32_t *len)
{
	uint32_t i = take_index(c, c->f->nstrings, "string");

	if (len)
		*len = c->f->lengths[i];
	return c->f->strings[i];
}

/* Valid UTF-8 without control characters. */
static bool is_text(const char *s, uint32_t n)
{
	const uint8_t *u = (const uint8_t *)s;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t more = u[i] < 0x80   ? 0
				: u[i] < 0xC2 ? 4
				: u[i] < 0xE0 ? 1
				: u[i] < 0xF0 ? 2
				: u[i] < 0xF5 ? 3
					      : 4;
		if (u[i] < 32 || u[i] == 127 || more == 4 || more > n - i - 1)
			return false;
		for (uint32_t k = 1; k <= more; k++)
			if ((u[i + k] & 0xC0) != 0x80)
				return false;
		i += more;
	}
	return n > 0;
}

const char *take_text_entry(struct cursor *c)
{
	const uint8_t *from = c->at;

	if (c->at >= c->end || memchr(c->at, 0, (size_t)(c->end - c->at)) != c->end - 1)
		bad(c->f, from, "an attribute or type as text does not end in its zero byte");
	c->at = c->end;
	return (const char *)from;
}

uint64_t take_bits(struct cursor *c, int width)
{
	if (width <= 8)
		return take_byte(c);
	return (uint64_t)take_signed(c);
}

double take_f64(struct cursor *c)
{
	uint64_t bits = take_bits(c, 64);
	double v;

	memcpy(&v, &bits, sizeof v);
	return v;
}

void take_end(struct cursor *c, const char *what)
{
	if (c->at < c->end)
		bad(c->f, c->at, "%lld bytes are left behind %s", (long long)(c->end - c->at),
			what);
}

/* ---- sections ------------------------------------------------------------------------------- */

struct span take_section(struct cursor *c, uint32_t *id)
{
	uint8_t head = take_byte(c);
	uint64_t size = take_varint(c);

	*id = head & 0x7F;
	if (head & 0x80) {
		const uint8_t *from = c->at;
		uint64_t align = take_varint(c);
		if (!align || align & (align - 1) || align > 1 << 20)
			bad(c->f, from, "an alignment of %llu", (unsigned long long)align);
		while ((uint64_t)(c->at - c->f->all.at) & (align - 1)) {
			from = c->at;
			if (take_byte(c) != 0xCB)
				bad(c->f, from, "expected a byte of padding, CB");
		}
	}
	return take_bytes(c, size, "a section");
}

static void find_sections(struct bc_file *f, struct cursor *c)
{
	uint32_t id;

	while (c->at < c->end) {
		const uint8_t *from = c->at;
		struct span s = take_section(c, &id);
		if (id >= SECTION_COUNT)
			bad(f, from, "section %u is unknown", id);
		if (f->sections[id].at)
			bad(f, from, "a second %s section", section_names[id]);
		f->sections[id] = s;
	}
}

static struct cursor section(struct bc_file *f, enum section id)
{
	if (!f->sections[id].at)
		bad(f, f->all.end, "the %s section is missing", section_names[id]);
	return cursor_of(f, f->sections[id]);
}

/* Lengths, last string first; then the bytes, first string first, each with its zero. */
static void read_strings(struct bc_file *f)
{
	struct cursor c = section(f, SECTION_string);
	const uint8_t *from = c.at;

	f->nstrings = take_count(&c, "strings");
	f->strings = job_array(f->p->j, f->nstrings, sizeof *f->strings);
	f->lengths = job_array(f->p->j, f->nstrings, sizeof *f->lengths);
	for (uint32_t i = f->nstrings; i-- > 0;) {
		from = c.at;
		uint64_t n = take_varint(&c);
		if (!n || n > INT32_MAX)
			bad(f, from, "a string of %llu bytes", (unsigned long long)n);
		f->lengths[i] = (uint32_t)n - 1;
	}
	for (uint32_t i = 0; i < f->nstrings; i++) {
		struct span s = take_bytes(&c, f->lengths[i] + 1u, "a string");
		if (s.end[-1])
			bad(f, s.end - 1, "a string does not end in a zero byte");
		f->strings[i] = (const char *)s.at;
	}
	take_end(&c, "the strings");
}

bool is_beside(enum op op)
{
	return op_table[op].dialect == OP_C || op_table[op].dialect == OP_Y;
}

static void find_op(struct bc_op_name *op, const char *dialect)
{
	const struct vhlo_row *row = strcmp(dialect, "vhlo") ? NULL : vhlo_find(op->name);

	op->op = row ? row->op : OP_COUNT;
	op->attrs = row ? row->attrs : NULL;
	if (!strcmp(dialect, "chlo") || !strcmp(dialect, "sdy"))
		op->attrs = beside_attrs(dialect, op->name, &op->op);
	if (!strcmp(dialect, "sdy") && !strcmp(op->name, "constant")) {
		op->op = OP_constant;
		op->attrs = "value";
	}
	if (!op->attrs)
		op->op = OP_COUNT;
}

static void read_op_names(struct bc_file *f, struct cursor *c, uint32_t most)
{
	while (c->at < c->end) {
		uint32_t dialect = take_index(c, f->ndialects, "dialect");
		uint32_t n = take_count(c, "names of operations");
		if (n > most - f->nops)
			bad(f, c->at, "more names of operations than were announced");
		for (uint32_t i = 0; i < n; i++) {
			struct bc_op_name *op = &f->ops[f->nops++];
			const uint8_t *from = c->at;
			uint64_t v = take_varint(c);
			if (f->format >= 5)
				v >>= 1;
			if (v >= f->nstrings)
				bad(f, from, "string %llu, there are %u", (unsigned long long)v,
					f->nstrings);
			op->dialect = dialect;
			op->name = f->strings[v];
			if (!is_text(op->name, f->lengths[v]))
				bad(f, from, "the name of an operation is no valid UTF-8 text");
			find_op(op, f->dialects[dialect]);
		}
	}
}

static void read_dialects(struct bc_file *f)
{
	struct cursor c = section(f, SECTION_dialect);
	uint32_t id;

	f->ndialects = take_count(&c, "dialects");
	f->dialects = job_array(f->p->j, f->ndialects, sizeof *f->dialects);
	for (uint32_t i = 0; i < f->ndialects; i++) {
		const uint8_t *from = c.at;
		uint64_t v = take_varint(&c);
		bool versioned = f->format >= 1 && (v & 1);
		if (f->format >= 1)
			v >>= 1;
		if (v >= f->nstrings || !is_text(f->strings[v], f->lengths[v]))
			bad(f, from, "the name of a dialect is no valid UTF-8 text");
		f->dialects[i] = f->strings[v];
		if (versioned)
			take_section(&c, &id);
	}
	uint32_t most =
		f->format >= 4 ? take_count(&c, "names of operations") : (uint32_t)(c.end - c.at);
	f->ops = job_array(f->p->j, most, sizeof *f->ops);
	read_op_names(f, &c, most);
}

/* Sizes in groups of one dialect; the bodies lie one behind the other in a section of their own. */
static void read_entries(struct cursor *c, struct cursor *bodies, uint32_t n, struct bc_entry *out)
{
	for (uint32_t i = 0; i < n;) {
		const uint8_t *from = c->at;
		uint32_t dialect = take_index(c, c->f->ndialects, "dialect");
		uint32_t k = take_count(c, "attributes or types");
		if (k > n - i)
			bad(c->f, from, "more attributes or types than were announced");
		for (; k > 0; k--, i++) {
			uint64_t v = take_varint(c);
			out[i].dialect = dialect;
			out[i].custom = v & 1;
			out[i].body = take_bytes(bodies, v >> 1, "an attribute or type");
		}
	}
}

static void read_attrs_and_types(struct bc_file *f)
{
	struct cursor c = section(f, SECTION_attr_type_offset);
	struct cursor bodies = section(f, SECTION_attr_type);
	const uint8_t *from = c.at;

	f->nattrs = take_count(&c, "attributes");
	f->ntypes = take_count(&c, "types");
	if ((uint64_t)f->nattrs + f->ntypes > (uint64_t)(c.end - c.at))
		bad(f, from, "%u attributes and %u types in %lld bytes", f->nattrs, f->ntypes,
			(long long)(c.end - c.at));
	f->attrs = job_array(f->p->j, f->nattrs, sizeof *f->attrs);
	f->types = job_array(f->p->j, f->ntypes, sizeof *f->types);
	read_entries(&c, &bodies, f->nattrs, f->attrs);
	read_entries(&c, &bodies, f->ntypes, f->types);
	take_end(&c, "the offsets");
	take_end(&bodies, "the attributes and types");
}

static void read_properties(struct bc_file *f)
{
	if (f->format < 5)
		return;
	struct cursor c = section(f, SECTION_properties);
	f->nproperties = take_count(&c, "properties");
	f->properties = job_array(f->p->j, f->nproperties, sizeof *f->properties);
	for (uint32_t i = 0; i < f->nproperties; i++)
		f->properties[i] = take_bytes(&c, take_varint(&c), "properties");
	take_end(&c, "the properties");
}

/* "StableHLO_v1.13.7" */
static void read_producer(struct bc_file *f, struct cursor *c)
{
	static const char prefix[] = "StableHLO_v";
	const uint8_t *from = c->at, *zero = memchr(c->at, 0, (size_t)(c->end - c->at));

	if (!zero || !is_text((const char *)from, (uint32_t)(zero - from)))
		bad(f, from, "the producer is no valid UTF-8 text");
	c->at = zero + 1;
	const char *text = (const char *)from;
	if (strncmp(text, prefix, sizeof prefix - 1) != 0)
		lacks(f, from, "made by '%.60s', not a portable artifact of StableHLO", text);
	f->version = vhlo_version_parse(text + sizeof prefix - 1);
	if (f->version < 0)
		bad(f, from, "'%.60s' names no version", text);
	if (f->version < VHLO_OLDEST || f->version > VHLO_NEWEST)
		lacks(f, from, "an artifact of version %.40s; versions 0.9.0 to 1.20.0 are read",
			text + sizeof prefix - 1);
}

void file_open(struct bc_file *f)
{
	struct cursor c = cursor_of(f, f->all);

	c.at += 4; /* the magic number, which brought us here */
	const uint8_t *from = c.at;
	f->format = take_varint(&c);
	if (f->format > NEWEST_FORMAT)
		lacks(f, from, "bytecode of format %llu; formats 0 to %d are read",
			(unsigned long long)f->format, NEWEST_FORMAT);
	read_producer(f, &c);
	find_sections(f, &c);
	read_strings(f);
	read_dialects(f);
	read_attrs_and_types(f);
	read_properties(f);
}
