/* write_impl.h -- what the files that write bytecode share.
 *
 * Strings, attributes, types, properties and names of ops are interned: equal ones are written once
 * and everything refers to them by number.  What refers to another was interned behind it, so no
 * file written here refers ahead. */
#ifndef STABLEHLO_BYTECODE_WRITE_IMPL_H
#define STABLEHLO_BYTECODE_WRITE_IMPL_H
#include "stablehlo/bytecode/bytecode_impl.h"

struct out_item {
	uint32_t dialect;
	bool custom;
	const char *bytes;
	size_t n;
};
struct out_table {
	struct names index;
	struct out_item *items;
	uint32_t n, cap;
};
struct bc_out {
	struct job *j;
	const struct graph *g;       /* being written */
	struct parser text;          /* for attributes kept as text; its types in another graph */
	int version;
	uint64_t format;
	struct place at;             /* of what is being written, for messages */
	const char *op;              /* its name */
	struct out_table strings, dialects, ops, attrs, types, properties;
};

/* tables.c */
void put_varint(struct str *s, uint64_t v);
void put_signed(struct str *s, int64_t v);
void put_bits(struct str *s, int width, uint64_t v);
void put_f64(struct str *s, double v);
void tables_init(struct bc_out *o);
uint32_t out_string(struct bc_out *o, const char *s, size_t n);
uint32_t out_op(struct bc_out *o, const char *dialect, const char *name);
uint32_t out_attr(struct bc_out *o, const char *dialect, bool custom, const struct str *body);
uint32_t out_type(struct bc_out *o, const char *dialect, bool custom, const struct str *body);
uint32_t out_properties(struct bc_out *o, const struct str *body);
/* The file: the tables and ir, the content of the IR section. */
void out_file(struct bc_out *o, const struct str *ir, struct str *out);
/* An error unless the target has what came with version since. */
void needs(const struct bc_out *o, int since, const char *what);

/* write_field.c: the number of what n's attributes say in slot, or of its default */
uint32_t write_field(struct bc_out *o, const struct node *n, const struct vhlo_slot *slot);

/* write_value.c: numbers of types and attributes */
uint32_t type_of_value(struct bc_out *o, const struct type *t);
uint32_t type_as_text(struct bc_out *o, const struct type *t);       /* MLIR's own */
uint32_t type_of_function(struct bc_out *o, uint32_t nin, const struct type *const *in,
	uint32_t nout, const struct type *const *out);
uint32_t out_asm(struct bc_out *o, const char *text);              /* assembly text, builtin's */
uint32_t out_bool(struct bc_out *o, bool v);
uint32_t out_integer(struct bc_out *o, enum dtype t, int64_t v);
uint32_t out_float(struct bc_out *o, enum dtype t, double v);
uint32_t out_string_attr(struct bc_out *o, const char *s);
uint32_t out_builtin_string(struct bc_out *o, const char *s);            /* of dialect builtin */
uint32_t out_type_attr(struct bc_out *o, uint32_t type);
uint32_t out_none_attr(struct bc_out *o);
uint32_t out_array(struct bc_out *o, uint32_t n, const uint32_t *v);
/* entries in any order, with the numbers of their values */
uint32_t out_dictionary(struct bc_out *o, bool builtin, uint32_t n, const char *const *names,
	const uint32_t *values);
uint32_t out_word(struct bc_out *o, enum vhlo_attr code, const char *word, size_t len);
uint32_t out_tensor(struct bc_out *o, const struct type *t, bool splat, const void *data);
uint32_t out_integers(struct bc_out *o, enum dtype t, uint32_t rank, const int64_t *dims,
	const int64_t *v);
/* Of a value that is kept as its text; VHLO's own form where it has one. */
uint32_t out_of_text(struct bc_out *o, const char *text);
uint32_t out_location(struct bc_out *o, const struct location *list);
#endif
