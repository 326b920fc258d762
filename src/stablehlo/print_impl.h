/* print_impl.h -- what the files of the printer share. */
#ifndef STABLEHLO_PRINT_IMPL_H
#define STABLEHLO_PRINT_IMPL_H
#include "stablehlo/stablehlo.h"

/* print_value.c */
void print_type(const struct graph *g, const struct type *t, struct str *out);
void print_types(const struct graph *g, uint32_t n, const struct type *const *t, struct str *out);
void print_float(enum dtype t, const void *at, struct str *out);
void print_string(const char *s, struct str *out);
void print_symbol(const char *s, struct str *out);
void print_name(const char *name, struct str *out);           /* of an attribute: quoted if it must be */
/* dense<...> : type */
void print_dense(const struct graph *g, const struct type *t, bool splat, const void *data,
	struct str *out);

/* print_attr.c */
struct printer;
/* The attributes of a that are not in `done` (a set of keys), as a = 1, b = 2. */
struct key_set {
	uint64_t bits[(KEY_COUNT + 63) / 64];
};
void key_add(struct key_set *s, enum key k);
bool key_has(const struct key_set *s, enum key k);
enum attr_part { ATTR_ALL, ATTR_INHERENT, ATTR_DISCARDABLE };
/* " {...}" (or " <{...}>" for inherent ones) with what is left, or nothing. */
void print_attr_dict(const struct graph *g, enum op op, const struct attrs *a,
	const struct key_set *done, enum attr_part part, struct str *out);
void print_attr_value(const struct graph *g, const struct attr *a, enum key k, enum op op,
	struct str *out);
void print_conv_numbers(const struct attrs *a, struct str *out);
void print_int_list(uint32_t n, const int64_t *v, struct str *out);
const int64_t *attrs_ints(const struct attrs *a, enum key k, uint32_t *n);
#endif
