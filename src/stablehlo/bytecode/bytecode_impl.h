/* bytecode_impl.h -- what the files of bytecode/ share.
 *
 *   vhlo.def       VHLO as tables                vhlo.c          their look-up
 *   container.c    sections and tables of a file, cursors over its bytes
 *   read_type.c    types of a file               read_value.c    attributes and locations of a file
 *   read_sdy.c     meshes and shardings
 *   read_stablehlo.c  attributes of dialect stablehlo
 *   read.c         its ops, as the text reader's tree (parsed.h), which lower.c makes a graph of
 *   tables.c       strings, attributes, types, names of ops being written; the file from them
 *   write_value.c  types and attributes of a graph as VHLO's
 *   write.c        its functions, regions and ops
 *
 * A position in messages is a byte's offset in the file. */
#ifndef STABLEHLO_BYTECODE_BYTECODE_IMPL_H
#define STABLEHLO_BYTECODE_BYTECODE_IMPL_H
#include "stablehlo/bytecode/vhlo.h"
#include "stablehlo/print_impl.h"
#include "stablehlo/text_impl.h"

enum section {
	SECTION_string, SECTION_dialect, SECTION_attr_type, SECTION_attr_type_offset, SECTION_ir,
	SECTION_resource, SECTION_resource_offset, SECTION_dialect_versions, SECTION_properties,
	SECTION_COUNT
};

/* Codes of dialect builtin: attributes, and types. */
enum builtin_attr {
	BUILTIN_array = 0, BUILTIN_dictionary = 1, BUILTIN_string = 2, BUILTIN_symbol = 4,
	BUILTIN_type = 6, BUILTIN_unit = 7, BUILTIN_integer = 8, BUILTIN_float = 9,
	BUILTIN_call_site = 10, BUILTIN_file_location = 11, BUILTIN_fused = 12,
	BUILTIN_fused_with = 13, BUILTIN_name_location = 14, BUILTIN_unknown_location = 15,
	BUILTIN_small_array = 17, BUILTIN_tensor = 18, BUILTIN_file_range = 22,
};
enum builtin_type {
	BUILTIN_TYPE_integer = 0, BUILTIN_TYPE_index = 1, BUILTIN_TYPE_function = 2,
	BUILTIN_TYPE_complex = 9, BUILTIN_TYPE_none = 12, BUILTIN_TYPE_tensor = 13,
	BUILTIN_TYPE_tensor_encoded = 14, BUILTIN_TYPE_tuple = 15, BUILTIN_TYPE_unranked = 18,
};
/* Types of dialect stablehlo. */
enum stablehlo_type { STABLEHLO_token = 0, STABLEHLO_future = 1 };
/* Types of dialect quant: per tensor, per axis. */
enum quant_type { QUANT_uniform = 4, QUANT_uniform_axis = 5 };

/* ---- a file being read ---------------------------------------------------------------------- */

struct span {
	const uint8_t *at, *end;
};
struct bc_op_name {
	uint32_t dialect;
	const char *name;
	enum op op;                  /* OP_COUNT: none of vhlo.def */
	const char *attrs;           /* as a row has them */
};
/* A type of a file: of a value, of an element, of a function, or neither (none). */
struct bc_type {
	const struct type *value;    /* tensor, tuple, token, future */
	enum dtype dtype;            /* of an element, else DTYPE_none */
	const struct quant *quant;
	const char *text;            /* of an element or none: as an attribute has it */
	bool index, function;
	uint32_t nin, nout;
	const struct type **in, **out;
	uint64_t weight;             /* how many parts its text has */
};
/* An entry of the table of attributes or types, decoded when first asked for. */
/* Beside the kinds of sdy's own, a bit each. */
#define SDY_PART_symbol (1u << 30)
#define SDY_PART_string (1u << 31)
struct bc_entry {
	uint32_t dialect;
	bool custom, open;           /* open: being decoded */
	struct span body;
	union {
		struct t_attr *attr;
		struct bc_type *type;
	};
	struct t_attr *location;
	const char *part;            /* of sdy: its text within another */
	uint32_t part_kind;          /* a bit a kind of what stands within another (read_sdy.c) */
	uint64_t weight;
};
struct bc_file {
	struct parser *p;
	struct span all, sections[SECTION_COUNT];
	int version;                 /* of StableHLO */
	uint64_t format;             /* of MLIR's bytecode */
	uint32_t nstrings, ndialects, nops, nattrs, ntypes, nproperties;
	const char **strings;        /* in the file, terminated */
	uint32_t *lengths;
	const char **dialects;
	struct bc_op_name *ops;
	struct bc_entry *attrs, *types;
	struct span *properties;
	uint64_t weight;             /* of all attributes of ops, as text */
};

/* container.c.  A cursor never leaves [at, end). */
struct cursor {
	struct bc_file *f;
	const uint8_t *at, *end;
};
void file_open(struct bc_file *f);
noreturn void bad(const struct bc_file *f, const uint8_t *at, const char *fmt, ...)
	BASE_PRINTF(3, 4);
noreturn void lacks(const struct bc_file *f, const uint8_t *at, const char *fmt, ...)
	BASE_PRINTF(3, 4);           /* UNIMPLEMENTED */
struct place file_place(const struct bc_file *f, const uint8_t *at);
struct cursor cursor_of(struct bc_file *f, struct span s);
uint8_t take_byte(struct cursor *c);
uint64_t take_varint(struct cursor *c);
int64_t take_signed(struct cursor *c);
/* An index below n of the table of `what`. */
uint32_t take_index(struct cursor *c, uint32_t n, const char *what);
/* A number of items that take a byte or more each. */
uint32_t take_count(struct cursor *c, const char *what);
struct span take_bytes(struct cursor *c, uint64_t n, const char *what);
const char *take_string(struct cursor *c, uint32_t *len);    /* by index; len may be NULL */
const char *take_text_entry(struct cursor *c);               /* assembly text, to the end */
uint64_t take_bits(struct cursor *c, int width);             /* an integer of <= 64 bits */
double take_f64(struct cursor *c);
void take_end(struct cursor *c, const char *what);           /* nothing may be left */
/* A section, with its header; the id, and where it lies. */
struct span take_section(struct cursor *c, uint32_t *id);

/* read_type.c */
const struct bc_type *type_at(struct bc_file *f, uint32_t i);
const struct bc_type *take_type(struct cursor *c);
const struct type *take_value_type(struct cursor *c);
enum dtype take_element(struct cursor *c);           /* a type that is a plain element */

/* read_value.c */
struct t_attr *attr_at(struct bc_file *f, uint32_t i);
struct t_attr *take_attr(struct cursor *c);
struct t_attr *take_optional_attr(struct cursor *c); /* or NULL */
struct t_attr *take_location(struct cursor *c);      /* as lower.c has them; NULL: unknown */
struct t_attr *value_new(struct bc_file *f, enum t_kind kind, const uint8_t *at);
bool is_beside(enum op op);
uint64_t weight_add(struct bc_file *f, const uint8_t *at, uint64_t a, uint64_t b);

/* The text of an attribute that is a part of e's, of these kinds: bits 1 << enum sdy_attr and
 * SDY_PART_*. */
const char *take_text_part(struct cursor *c, struct bc_entry *e, uint32_t kinds);

/* An attribute of VHLO that is an enum or made of parts, behind its code: into *a, StableHLO's.
 * own: dialect stablehlo's, whose bodies differ in how they say that a part is absent. */
void take_structure(struct cursor *c, struct bc_entry *e, enum vhlo_attr code, bool own,
	struct t_attr *a);
void take_int_list(struct cursor *c, struct str *out);       /* [1, 2] */

/* read_stablehlo.c: into *a, or another in its place. */
struct t_attr *stablehlo_attr(struct cursor *c, struct bc_entry *e, struct t_attr *a);

/* read_sdy.c */
void sdy_attr(struct cursor *c, struct bc_entry *e, struct t_attr *a);

/* read.c */
void read_bytecode(struct parser *p);
#endif
