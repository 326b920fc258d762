/* vhlo.h -- the rows of vhlo.def, and what of them depends on nothing else.
 *
 * A version of StableHLO is V(major, minor); patches change nothing in the form. */
#ifndef STABLEHLO_BYTECODE_VHLO_H
#define STABLEHLO_BYTECODE_VHLO_H
#include "ir/graph.h"

#define V(major, minor) ((major) * 100 + (minor))
#define NOW INT32_MAX
#define DYNAMIC INT64_MIN               /* a dimension of any size, or no bound of it */
#define VHLO_OLDEST V(0, 9)
#define VHLO_NEWEST V(1, 20)

enum vhlo_type {
#define ELEMENT(code, dtype, since) VHLO_TYPE_##dtype = (code),
#define TYPE(code, name, since) VHLO_TYPE_##name = (code),
#include "stablehlo/bytecode/vhlo.def"
	VHLO_TYPE_COUNT = 64
};
enum vhlo_attr {
#define ATTR(code, name, since) VHLO_##name = (code),
#define ENUM(code, name, since, words) VHLO_##name = (code),
#include "stablehlo/bytecode/vhlo.def"
	VHLO_COUNT = 64
};

/* By code; name NULL: no such.  dtype DTYPE_none: not an element type.  words NULL: no enum. */
struct vhlo_type_info {
	const char *name;
	enum dtype dtype;
	int since;
};
struct vhlo_attr_info {
	const char *name, *words;
	int since;
};
extern const struct vhlo_type_info vhlo_types[VHLO_TYPE_COUNT];
extern const struct vhlo_attr_info vhlo_attrs[VHLO_COUNT];
enum vhlo_type vhlo_type_of(enum dtype t);           /* of an element type that is not complex */

/* Word i of an enum, in buf; NULL: no such.  And the number of a word, or -1. */
const char *vhlo_word(const char *words, uint64_t i, char *buf, size_t size);
int vhlo_word_number(const char *words, const char *word, size_t len);

/* How an attribute is stored; those from VS_api_version on are enums. */
enum vhlo_stored {
	VS_int, VS_int32, VS_f32, VS_bool, VS_string, VS_symbol, VS_ints, VS_bools, VS_pairs,
	VS_groups, VS_elements, VS_symbols, VS_precisions, VS_algorithm, VS_any,
	VS_api_version, VS_comparison_direction, VS_comparison_type, VS_fft_type, VS_rng_algorithm,
	VS_rng_distribution, VS_transpose,
};
struct vhlo_slot {
	const char *name;
	enum vhlo_stored stored;
	const char *otherwise;       /* default as text; "": none */
};
struct vhlo_row {
	enum op op;
	const char *name;            /* in dialect vhlo */
	int since, until;
	const char *attrs;
};
const struct vhlo_row *vhlo_find(const char *name);          /* NULL: no such */
const struct vhlo_row *vhlo_row_at(enum op op, int version); /* NULL: the op is not in it */
const struct vhlo_row *vhlo_newest(enum op op);
/* The attributes of an op of chlo or sdy, by name without dialect, as a row has them; NULL: no
 * such, or not supported. */
const char *beside_attrs(const char *dialect, const char *name, enum op *op);

/* The attributes of a row: *at begins as row->attrs; false behind the last. */
struct vhlo_field {
	const struct vhlo_slot *slot;
	bool optional;
};
bool vhlo_next(const char **at, struct vhlo_field *out);
/* The field of that name, or false. */
bool vhlo_field_find(const struct vhlo_row *row, const char *name, struct vhlo_field *out);

/* The entry of op's attributes that a field of VHLO is about; NULL: absent. */
const struct attr_entry *vhlo_entry(
	enum op op, const struct vhlo_slot *slot, uint32_t n, const struct attr_entry *e);
/* How many spatial or window dimensions the op with these attributes has; -1: it does not say. */
int64_t vhlo_extent(uint32_t n, const struct attr_entry *e);
/* Takes attributes that say no more than leaving them out does off e[0..n); the new n. */
uint32_t vhlo_drop_defaults(enum op op, uint32_t n, struct attr_entry *e);

int vhlo_format(int version);                        /* MLIR's bytecode format */
/* "1.13.7" or "1.13" to a version, -1: not of that form. */
int vhlo_version_parse(const char *text);
#endif
