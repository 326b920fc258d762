/* text_impl.h -- what the files of the text reader share.
 *
 *   lexer.c        characters -> tokens, one of lookahead; positions
 *   read_type.c    types                     read_attr.c   attribute values, aliases, locations
 *   read_dense.c   constants                 read_op.c     ops, by syntax.def; their regions
 *   read_form.c    the forms no row can say  read_func.c   functions, modules
 *   attr_text.c    attribute values as text, and text within text back to values
 *   attr_keys.c    attribute values <-> keys of key.def (structured attributes taken apart)
 *   structure.c    structured attributes that are kept as text
 *   lower.c        what was read -> graph: captures, effects, sizes
 *
 * Reading has two halves.  The first makes a tree of struct t_op in the job's scratch, with every
 * value name resolved; when it is complete, what regions capture, which ops have effects and in
 * which order functions call each other is known, and the second half builds nodes. */
#ifndef STABLEHLO_TEXT_IMPL_H
#define STABLEHLO_TEXT_IMPL_H
#include "stablehlo/parsed.h"

/* Names to pointers; the newest of a name wins, and scopes are undone by names_pop. */
struct name_entry {
	const char *name;
	size_t len;
	uint64_t hash;
	void *value;
	uint32_t count;              /* of an op's results, else 1 */
	struct name_entry *chain, *below;
};
struct names {
	struct job *j;
	struct name_entry **buckets;
	uint32_t nbuckets, n;
	struct name_entry *top;
};
void names_init(struct names *t, struct job *j);
void names_add(struct names *t, const char *name, size_t len, void *value, uint32_t count);
struct name_entry *names_find(const struct names *t, const char *name, size_t len);
void names_pop(struct names *t, struct name_entry *to);

#define OP_NAMES 64
struct parser {
	struct job *j;
	struct graph *g;
	const char *file;
	const char *text, *end;
	const char *at;              /* behind tok */
	uint32_t line;
	const char *line_start;
	struct token tok;
	struct stablehlo_limits limits;
	uint32_t depth;
	int64_t any_dim;             /* stands for `?` in types as read */
	struct names values, attr_aliases, type_aliases, funcs, resources;
	struct names captured;       /* set of (op, value) */
	struct t_region *region;
	struct t_func *first, *last, *declared;      /* declared: the newest without a body */
	uint32_t nops, nvalues;
	struct place operand_at;     /* of the operand read last */
	bool outer_first;            /* an op's faults before those of its regions */
	struct place attrs_at;       /* where faults of attributes belong, or without file */
	struct t_attr *module_attrs;
	const char *module_name;
	uint32_t nkept;              /* top-level ops that are only kept, as text */
	const char **kept;
	const char *op_names[OP_NAMES];      /* read last, by their length */
};

/* read.c */
void parser_init(struct parser *p, struct job *j, struct graph *g, const char *name,
	const char *text, size_t size);

/* lexer.c */
void lex(struct parser *p);                          /* reads the next token */
void lex_rewind(struct parser *p, const char *to);   /* goes on at `to`, on the line of tok */
bool tok_is(const struct parser *p, char c);
bool tok_word(const struct parser *p, const char *word);
bool accept(struct parser *p, char c);
bool accept_word(struct parser *p, const char *word);
bool accept_arrow(struct parser *p);
void expect(struct parser *p, char c, const char *where);
void expect_word(struct parser *p, const char *word);
void expect_arrow(struct parser *p);
char *tok_text(struct parser *p);                    /* tok's name in scratch */
struct place tok_place(const struct parser *p);
int64_t tok_int(struct parser *p);                   /* takes [-]int, in range of i64 */
double tok_double(const struct token *t);             /* of a float */
noreturn void expected(struct parser *p, const char *what);
void enter(struct parser *p);                        /* one level deeper, or an error */
void leave(struct parser *p);

/* read_type.c */
const struct type *read_type(struct parser *p);
bool at_type(const struct parser *p);
/* At a word that is one of MLIR's types and no element type of Weft: i10, si8, f80, none. */
bool foreign_word(const struct parser *p);
/* A dtype's name, a quantised type is no dtype. */
enum dtype read_dtype(struct parser *p);
/* The size must be countable: an error at `at` where it overflows. */
void type_check_size(struct parser *p, const struct type *t, struct place at);
uint32_t read_types(struct parser *p, const struct type ***out);         /* t, t, ... */
/* The first of n types that a future may not hold, no ranked tensor; NULL: none. */
const struct type *unfit_for_future(uint32_t n, const struct type *const *t);
uint32_t read_type_parens(struct parser *p, const struct type ***out);   /* (t, t) or () */
uint32_t read_result_types(struct parser *p, const struct type ***out);  /* t or (t, t) */


/* read_attr.c */
struct t_attr *read_attr(struct parser *p);
struct t_attr *read_bare_number(struct parser *p, bool *hex);      /* hex: its digits were */
/* Is [-]digits one of that integer type?  either: of a signless type, digits of a signed or an
 * unsigned number, as text has them; else those of a signed one, as bytecode has them. */
bool integer_fits(const char *type, uint64_t digits, bool minus, bool either);
struct t_attr *read_dict(struct parser *p);                  /* {a = 1, b} */
/* A function's type as an attribute, into *a. */
void function_type_attr(struct parser *p, struct t_attr *a, uint32_t nin, const struct type **in,
	uint32_t nout, const struct type **out);
struct t_attr *read_loc(struct parser *p);                   /* behind the word loc */
struct t_attr *attr_new(struct parser *p, enum t_kind kind);
struct t_attr *dict_find(const struct t_attr *dict, const char *name);
const char *skip_balanced(struct parser *p);                 /* <...> as text, tok is '<' */
/* name<...> (tok is '<') as a raw attribute that stands at `at`, checked as it is read. */
struct t_attr *read_structured(struct parser *p, const char *name, struct place at);
void read_alias(struct parser *p);                           /* #x = ... or !x = ... */
void read_resources(struct parser *p);                       /* {-# ... #-} */

/* accuracy.c: how right an elementary function must be */
struct accuracy {
	double atol, rtol;
	int64_t ulps;
	const char *mode;            /* DEFAULT HIGHEST TOLERANCE */
};
void accuracy_read(struct parser *p, struct accuracy *out);  /* behind its first <, to > */
void accuracy_print(const struct accuracy *a, struct str *out);

/* read_dense.c */
void read_dense(struct parser *p, struct t_attr *a);         /* behind the word dense */
void dense_splat(struct parser *p, struct t_dense *d);       /* makes a uniform one a splat */
void dense_from_hex(struct parser *p, const char *hex, size_t len, const struct type *t,
	struct place at, struct t_dense *out);
/* From bytes as VHLO has them: all elements, or one for all; booleans a byte each, or packed. */
void dense_from_bytes(struct parser *p, const uint8_t *from, size_t have, const struct type *t,
	struct place at, struct t_dense *out);

/* read_op.c */
void read_op(struct parser *p);
void read_region(struct parser *p, struct t_op *op);         /* { ... }, appended to op's regions */
struct t_region *region_begin(struct parser *p, struct t_op *op);
void region_params(struct parser *p, struct t_region *r, uint32_t n, const char *const *names,
	const struct type *const *types);
void region_body(struct parser *p, struct t_region *r);      /* ops up to } */
void region_label(struct parser *p, struct t_region *r);     /* ^bb0(%a: t): */
void region_arguments(struct parser *p, struct t_region *r); /* (%a: t) */
struct t_value *read_operand(struct parser *p);
void op_operand(struct parser *p, struct t_op *op, struct t_value *v);
uint32_t read_operands(struct parser *p, struct t_op *op);   /* %a, %b ... */
void op_attr(struct parser *p, struct t_op *op, const char *name, struct t_attr *value);
void op_attrs(struct parser *p, struct t_op *op, const struct t_attr *dict);
struct t_attr *op_find_attr(const struct t_op *op, const char *name);
void op_result_types(
	struct parser *p, struct t_op *op, uint32_t n, const struct type *const *types);
void op_check_operands(struct parser *p, struct t_op *op, uint32_t n,
	const struct type *const *types, struct place at);
void op_function_type(struct parser *p, struct t_op *op);    /* (a, b) -> c, checked */
struct t_op *op_new(struct parser *p, enum op op, const char *name, struct place at);
void op_link(struct parser *p, struct t_op *op);
void op_results(struct parser *p, struct t_op *op);          /* values of op->types */
void region_return(struct parser *p, struct t_op *op);       /* op ends the region p is in */

/* read_form.c: forms of their own; behind the op's name */
typedef void form_fn(struct parser *p, struct t_op *op);
void check_complete(struct parser *p, struct t_op *op);
form_fn form_constant, form_reduce, form_while, form_convolution, form_scan, form_check,
	form_barrier, form_slice, form_manual, form_dot_dims, form_precision, form_algorithm,
	form_precision_format, form_sdy;
struct t_attr *ints_attr(struct parser *p, uint32_t n, const int64_t *v);
struct t_attr *int_attr(struct parser *p, int64_t v);
struct t_attr *str_attr(struct parser *p, const char *s);
uint32_t read_int_list(struct parser *p, int64_t **out);     /* [1, 2] */
/* [b, 0, f]x[0, i, o]->[b, 0, f], into attributes of op. */
void read_conv_numbers(struct parser *p, struct t_op *op);

/* read_func.c */
/* Fails at `at` where an attribute of `of` (an argument, a module) has no dialect's prefix. */
void check_dialects(
	struct parser *p, const struct t_attr *dict, struct place at, const char *of);
/* Enters f, whose name is len long, among the functions: an error when the name is taken. */
void func_add(struct parser *p, struct t_func *f, size_t len, struct place at);
void module_keep(struct parser *p, const char *text);        /* an op beside functions, as text */
/* What MLIR asks of a function as a whole. */
void func_check(struct parser *p, const struct t_func *f, uint32_t nparams, bool defined);
void func_link(struct parser *p, struct t_func *f);          /* it has a body */
/* It has none: its canonical text is kept. */
void func_declare(
	struct parser *p, struct t_func *f, uint32_t n, const struct type *const *types);
void read_file(struct parser *p);

/* attr_text.c */
void attr_print(struct parser *p, const struct t_attr *a, struct str *out);
const char *attr_raw_text(struct parser *p, const struct t_attr *a);
/* A parser over text, which is a's or stands at it, its first token read. */
struct parser parser_of(struct parser *p, const struct t_attr *a, const char *text);
/* The attribute that text, at `at`, is. */
struct t_attr *attr_from_text(struct parser *p, struct place at, const char *text);
/* text: what stands within loc(...) */
struct t_attr *loc_from_text(struct parser *p, struct place at, const char *text);
const struct type *type_from_text(struct parser *p, struct place at, const char *text);

/* attr_keys.c */
const struct attrs *keys_from(struct parser *p, const struct t_op *op, uint32_t nmore,
	const struct attr_entry *more);
const struct attrs *keys_discardable(struct parser *p, const struct t_attr *dict);
/* Fails where `word` is none of the enum's; unknown enums (or NULL) pass. */
void check_enum(struct parser *p, const char *name, const char *word, struct place at);
/* A structured attribute's fields must be its own; its text becomes the one MLIR prints. */
void check_structured(struct parser *p, struct t_attr *a);

/* structure.c: fails where #stablehlo.name<...> is none of StableHLO's, or not made as it is. */
void structure_check(struct parser *p, const struct t_attr *a);

/* location.c: notes what loc(...) said of n; loc may be NULL. */
void locate_node(struct parser *p, const struct node *n, const struct t_attr *loc);

/* lower.c */
void lower_all(struct parser *p);
#endif
