/* reader.h -- a program of ATen calls as text: its arguments, rows, names; between the files that
 * read it.  lower.h is what the rows are made of. */
#ifndef FRONT_ATEN_READER_H
#define FRONT_ATEN_READER_H
#include "base/str.h"
#include "front/aten/aten.h"
#include "ir/build.h"

#define ATEN_MAX_ARGS  64
#define ATEN_MAX_DEPTH 16 /* of nested lists and graphs */
#define ATEN_MAX_EXPRESSION 64 /* of nested expressions: sizes of Swin's windows are 17 deep */
#define ATEN_MAX_RANK  64

/* ---- arguments ---------------------------------------------------------------------------- */

enum arg_kind {
	ARG_none,
	ARG_bool,
	ARG_int,
	ARG_sym,
	ARG_float,
	ARG_complex,
	ARG_str,
	ARG_dtype,
	ARG_tensor,
	ARG_list,
	ARG_word, /* a bare word Weft gives no meaning: a layout, a device */
};
struct arg {
	enum arg_kind kind;
	int64_t i; /* int, bool; of ARG_sym a dimension (type.h), below 0 */
	double f; /* float; of an int too; the real part */
	double im; /* complex */
	const char *s; /* str, word; NUL-terminated, in the job's scratch */
	enum dtype dtype;
	const struct node *node; /* tensor */
	uint32_t n; /* list */
	const struct arg *list;
	uint32_t column;
};

/* ---- rows of aten.def --------------------------------------------------------------------- */

struct lower;
typedef void lower_fn(struct lower *l);
struct aten_row {
	const char *name, *schema;
	int32_t nout; /* 0: as many as the text says; below 0: any of -nout may be None */
	lower_fn *fn;
	int what; /* handed to fn: which of a family */
};
/* nout: as many as the text says, any of which may be None. */
#define ATEN_ANY (-ATEN_MAX_ARGS)
extern const struct aten_row aten_rows[];
extern const uint32_t aten_nrows;
const struct aten_row *aten_row_find(const char *name, size_t len); /* NULL: none */

/* ---- the reader --------------------------------------------------------------------------- */

struct symbol {
	const char *name;
	size_t len;
	int64_t min, max;
	bool bound;
	int64_t dim; /* when bound */
};
/* What a %name stands for: the results of its statement. */
struct value {
	const char *name;
	size_t len;
	uint64_t used; /* results that a getitem takes; ~0: used as a whole */
	uint32_t n; /* 0: not defined yet */
	const struct node **node; /* an entry may be NULL: unused and not built */
	bool multi; /* the text gave it a list of types: only getitem may use it */
	int64_t input; /* it is input number this, else -1 */
};
/* The text of a subgraph: its lines up to its `return`. */
struct subgraph {
	const char *name;
	size_t len;
	const char *at, *end;
	uint32_t line; /* before at */
};
/* All numbers of `node` are in [0, size), or in [-size, size). */
struct known {
	const struct node *node;
	int64_t size;
	bool wraps;
};
struct reader {
	struct job *j;
	struct graph *g;
	const char *file;
	const char *at, *end; /* what is left of the statement */
	const char *line_start;
	uint32_t line;
	uint32_t nsymbols, cap_symbols;
	struct symbol *symbols;
	struct value *values; /* open addressing */
	uint32_t nvalues, cap_values;
	struct subgraph *graphs;
	uint32_t ngraphs, cap_graphs;
	uint32_t depth; /* of subgraphs in subgraphs */
	uint64_t random_offset; /* of the next random op: source order, never twice */
	const struct node *seed; /* `input ... seed`, or a region's parameter; NULL: none */
	const struct node *token; /* the last effect; NULL: none so far */
	/* of the region under construction: numbers that are places of a dimension */
	uint32_t nplaces, cap_places;
	struct known *places;
};
noreturn void reader_fail(struct reader *r, const char *fmt, ...) BASE_PRINTF(2, 3);
noreturn void reader_fail_at(struct reader *r, const char *at, const char *fmt, ...)
	BASE_PRINTF(3, 4);
void reader_space(struct reader *r);
bool reader_accept(struct reader *r, char c);
void reader_expect(struct reader *r, char c);
bool reader_word(struct reader *r, const char **s, size_t *len); /* letters, digits, _ . */
bool reader_keyword(struct reader *r, const char *word);
int64_t reader_number(struct reader *r);
struct value *reader_value(struct reader *r, const char *name, size_t len, bool make);
struct value *reader_use(struct reader *r); /* %name, defined */
/* A size: numbers and symbols under + - * // and the functions Mod, Max, Min, FloorDiv.
 * Sets *number when it is a plain integer, which may be negative; otherwise gives a dimension. */
int64_t reader_expr(struct reader *r, bool *number);
struct symbol *reader_symbol(struct reader *r, const char *s, size_t len); /* NULL: unknown */
void reader_arg(struct reader *r, uint32_t depth, struct arg *out);
/* f32[1,s0]{4,1}: dimensions to dims[], strides are checked for form and dropped. */
struct tensor_decl {
	enum dtype dtype;
	uint32_t rank;
	int64_t dims[ATEN_MAX_RANK];
	bool open[ATEN_MAX_RANK]; /* an expression with symbols not bound yet */
	const char *text[ATEN_MAX_RANK];
	size_t len[ATEN_MAX_RANK];
};
void reader_type(struct reader *r, struct tensor_decl *d);

/* ---- statements: read_node.c --------------------------------------------------------------- */

/* The next line of at .. end with something on it; the reader is set to it. */
bool reader_line(struct reader *r, const char **at, const char *end);
/* Notes which results of each statement in at .. end a getitem takes. */
void reader_note_uses(struct reader *r, const char *at, const char *end);
/* What may follow a statement, @ "location" and a comment: the location, or NULL. */
const char *reader_location(struct reader *r);
struct value *reader_new_name(struct reader *r); /* %name, not defined */
bool reader_order(struct reader *r, uint32_t rank, int64_t *order); /* order(1,0); false: absent */
struct symbol *reader_open_symbol(struct reader *r, const char *s, size_t n);
void reader_bind(struct symbol *sym, int64_t dim);
/* To the value of n, a scalar, which is in the range that the symbol has. */
void reader_bind_value(struct reader *r, struct symbol *sym, const struct node *n);
/* Is n what the text says of it?  Sizes the text names for the first time get their value. */
void reader_check(struct reader *r, const char *target, const struct tensor_decl *t,
	const struct node *n);
void reader_constant(struct reader *r);
void reader_node(struct reader *r);

/* ---- subgraphs: read_graph.c --------------------------------------------------------------- */

/* After `graph`: notes the lines up to its `return`; *at is behind them. */
void reader_add_graph(struct reader *r, const char **at, const char *end);
/* Reads subgraph `name` over these arguments (sizes as i64 scalars) into the region under
 * construction: its results, NULL for None. */
const struct node **reader_graph(struct reader *r, const char *name, uint32_t nargs,
	const struct node *const *args, uint32_t *nresults);

/* The arguments as the text gives them; names[i] is NULL for a positional one. */
struct call {
	uint32_t n;
	struct arg args[ATEN_MAX_ARGS];
	const char *names[ATEN_MAX_ARGS];
};
#endif
