/* print_impl.h -- what the files of the printer share.
 *
 *   print.c        module, functions, regions; names of values
 *   print_op.c     ops, by syntax.def or in generic form
 *   print_form.c   the forms no row can say
 *   print_attr.c   keys of key.def to attributes (structured ones put together again)
 *   print_value.c  types, numbers, strings, constants
 *   print_type_of.c  which type is printed */
#ifndef STABLEHLO_PRINT_IMPL_H
#define STABLEHLO_PRINT_IMPL_H
#include "stablehlo/stablehlo.h"

/* print_value.c */
void print_type(const struct graph *g, const struct type *t, struct str *out);
void print_types(const struct graph *g, uint32_t n, const struct type *const *t, struct str *out);
void print_float(enum dtype t, const void *at, struct str *out);
void print_number(enum dtype t, const void *at, struct str *out);
void print_string(const char *s, struct str *out);
/* the same of bytes that may be zero */
void print_bytes(const char *s, size_t n, struct str *out);
void print_symbol(const char *s, struct str *out);
/* of an attribute: quoted if it must be */
void print_name(const char *name, struct str *out);
/* dense<...> : type */
void print_dense(const struct graph *g, const struct type *t, bool splat, const void *data,
	struct str *out);

/* A set of keys: those already printed. */
struct key_set {
	uint64_t bits[(KEY_COUNT + 63) / 64];
};
static inline void key_add(struct key_set *s, enum key k)
{
	s->bits[k / 64] |= (uint64_t)1 << (k % 64);
}
static inline bool key_has(const struct key_set *s, enum key k)
{
	return s->bits[k / 64] >> (k % 64) & 1;
}

/* print_attr.c */
enum key key_of(enum op op, const char *name);               /* of an attribute of op in the text */
const char *key_enum(enum key k);                            /* its enum's name, or NULL */
const char *key_type(enum key k);       /* of its integers, or its float: i64, i32, i1, f32 */
enum attr_part { ATTR_ALL, ATTR_INHERENT, ATTR_DISCARDABLE };
/* before, { ... }, after with what is not in done; nothing when nothing is left. */
void print_attr_dict(struct job *j, const struct graph *g, enum op op, const struct attrs *a,
	const struct key_set *done, enum attr_part part, const char *before, const char *after,
	struct str *out);
void print_conv_numbers(const struct attrs *a, struct str *out);
void print_int_list(uint32_t n, const int64_t *v, struct str *out);     /* [1, 2] */
const int64_t *attrs_ints(const struct attrs *a, enum key k, uint32_t *n);

/* ---- regions being printed ------------------------------------------------------------------ */

struct scope {
	const struct scope *outer;
	const struct region *region;
	const struct node *const *order;
	struct scope_place {
		uint32_t id, at;
	} *sorted;                           /* where in order, by id */
	uint32_t n;
	uint32_t *number;                    /* of order[i]: %number */
	const char **params;                 /* names, without %; captures have those of outside */
};
uint32_t scope_find(const struct scope *s, const struct node *n);       /* its index in order[] */
/* How many parameters and results a function's text has: the effect token is in none. */
struct func_shape {
	uint32_t nparams, nresults;
};
struct func_shape func_shape(const struct scope *s);
struct printer {
	struct job *j;
	const struct graph *g;
	struct str *out;
	uint32_t depth, values, args;        /* next %number and %arg number */
	struct shown *shown;
	const struct func *func;
	const struct func *only;             /* the module's only function; NULL: those of g */
	bool locations;                      /* loc(...) behind every op */
	uint32_t nfiles;                     /* constants in files printed so far */
	uint32_t *files, *file_of;           /* their slots; and of slots, 1 + place in that list */
};
/* The functions that are printed. */
uint32_t printer_nfuncs(const struct printer *p);
const struct func *printer_func(const struct printer *p, uint32_t i);
/* The name of a constant in a file: its place in print_files()'s list. */
uint32_t print_file_number(struct printer *p, uint32_t slot);
/* r within outer: its order is known, names and numbers are the caller's to set. */
struct scope *scope_new(struct printer *p, const struct scope *outer, const struct region *r);
void print_newline(struct printer *p);
void print_value_name(struct printer *p, const struct scope *s, const struct node *n);
const char *new_param(struct printer *p);
/* The scope of region r of n, inside s; own parameters get new names. */
struct scope *scope_of(struct printer *p, const struct scope *s, const struct node *n, uint32_t r);
/* Ops of the scope's region and its return, each on a line one deeper. */
void print_body(struct printer *p, struct scope *s, uint32_t nresults, const char *end);

/* print_type_of.c: the type a value is printed with (less precise than its own where a call wants
 * it) */
struct shown;
void shown_find(struct printer *p);
const struct type *shown_result(
	const struct printer *p, const struct scope *s, const struct node *n, uint32_t i);
const struct type *shown_type(const struct printer *p, const struct scope *s, const struct node *v);

/* print_op.c */
/* What ends a region of op. */
const char *region_end(enum op op);
void print_op(struct printer *p, const struct scope *s, const struct node *n);
void print_operands(struct printer *p, const struct scope *s, const struct node *n, uint32_t from,
	uint32_t to);
void print_function_type(struct printer *p, const struct scope *s, const struct node *n);
void print_region(struct printer *p, const struct scope *s, const struct node *n, uint32_t r,
	bool label);
extern const char *const syntax_forms[OP_COUNT];

/* print_form.c: the parts $x of syntax.def */
void print_part(struct printer *p, const struct scope *s, const struct node *n, const char *name,
	struct key_set *done);
#endif
