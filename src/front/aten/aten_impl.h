/* aten_impl.h -- shared by the files of front/aten: values, the reader, the state of a lowering. */
#ifndef FRONT_ATEN_IMPL_H
#define FRONT_ATEN_IMPL_H
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

/* ---- lowering ----------------------------------------------------------------------------- */

struct lower {
	struct graph *g;
	struct job *j;
	struct reader *r;
	const struct aten_row *row; /* NULL: a callback */
	const char *name; /* the overload */
	uint32_t nargs; /* of the schema, defaults filled in */
	struct arg args[ATEN_MAX_ARGS];
	uint64_t used; /* results anyone takes */
	uint32_t nout;
	const struct type **type; /* what the text says of each result; NULL: None */
	const struct node **out; /* to fill; an unused result may stay NULL */
	bool given_up; /* this case has no lowering: it becomes a callback */
	bool native; /* a callback would not mean the same: it fails */
};
static inline void lower_give_up(struct lower *l)
{
	l->given_up = true;
}
/* Calls the row's function with checked arguments and checks what it made. */
void lower_call(struct lower *l, const struct call *c);
void lower_callback(struct lower *l, const struct call *c);

/* This case has no lowering: leaves the row's function, and the call becomes a callback. */
noreturn void lower_bail(struct lower *l);
noreturn void lower_fail(struct lower *l, const char *fmt, ...) BASE_PRINTF(2, 3);

/* Arguments by number; the schema vouches for their kinds. */
static inline const struct node *lower_tensor(const struct lower *l, uint32_t i)
{
	return l->args[i].node; /* NULL: None */
}
static inline bool lower_is_none(const struct lower *l, uint32_t i)
{
	return l->args[i].kind == ARG_none;
}
static inline bool lower_bool(const struct lower *l, uint32_t i)
{
	return l->args[i].kind == ARG_bool && l->args[i].i;
}
static inline enum dtype lower_dtype(const struct lower *l)
{
	return l->type[0]->dtype;
}
static inline bool lower_uses(const struct lower *l, uint32_t i)
{
	return l->used >> i & 1;
}
int64_t lower_int(struct lower *l, uint32_t i); /* a number; a symbol is refused */
double lower_float(struct lower *l, uint32_t i);
int64_t lower_dim(struct lower *l, uint32_t i, uint32_t rank); /* 0 .. rank - 1, negative wrapped */
int64_t lower_wrap_dim(struct lower *l, int64_t d, uint32_t rank);
/* A list of plain integers. */
const int64_t *lower_ints(struct lower *l, uint32_t i, uint32_t *n);
/* The same, n entries: a shorter one of length 1 is repeated, an empty one gives `otherwise`. */
void lower_ints_n(struct lower *l, uint32_t i, uint32_t n, int64_t otherwise, int64_t *out);
/* Dimensions of a reduction as flags; None and an empty list mean all. */
void lower_dims(struct lower *l, uint32_t i, uint32_t rank, bool *in);
/* An argument as a dimension (type.h), which may be symbolic; negative numbers are refused. */
int64_t lower_size(struct lower *l, uint32_t i);

/* A number, or a size, as a rank-0 node of dtype t. */
const struct node *lower_scalar(struct lower *l, const struct arg *a, enum dtype t);
const struct node *lower_size_node(struct lower *l, int64_t dim); /* i64 scalar */
/* dtype by torch's promotion: tensors with dimensions, then those without, then numbers. */
enum dtype lower_promote(struct lower *l, uint32_t n, const struct arg *const *a);
enum dtype lower_compute(enum dtype t); /* f32 for f16 and bf16, else t */
const struct node *lower_to(struct lower *l, const struct node *n, enum dtype t);
const struct node *lower_shape(struct lower *l, const struct node *n, const struct type *t);
const struct node *lower_full(struct lower *l, enum dtype t, const struct type *like, double v);
const struct node *lower_like(struct lower *l, const struct node *n, double v);
/* The largest (most) or the lowest value of t: a scalar. */
const struct node *lower_extreme_value(struct lower *l, enum dtype t, bool most);
const struct node *lower_cast(
	struct lower *l, const struct node *n, enum dtype t); /* to bool: != 0 */
/* The first places of n, as many as t has. */
const struct node *lower_cut(struct lower *l, const struct node *n, const struct type *t);
/* An index behind the end of any dimension, everywhere; t is of i64. */
const struct node *lower_behind(struct lower *l, const struct type *t);
/* Argument i cast to t and broadcast to the first result's shape. */
const struct node *lower_operand(struct lower *l, uint32_t i, enum dtype t);
/* Rounded down as in eager: of floats from the remainder, so exact where a / b is not. */
const struct node *lower_floor_divide(
	struct lower *l, const struct node *a, const struct node *b);
/* n is the first result, cast to its dtype. */
void lower_finish(struct lower *l, const struct node *n);
/* n without (or with size 1 at) the reduced dimensions, back to the shape of `like`. */
const struct node *lower_unreduce(
	struct lower *l, const struct node *n, const bool *in, const struct node *like);
const struct node *lower_reduce(
	struct lower *l, enum op op, const struct node *n, const bool *in, bool keepdim);
/* How many elements are reduced, as a scalar of dtype t. */
const struct node *lower_count(struct lower *l, const struct node *n, const bool *in, enum dtype t);
const struct node *lower_clip(struct lower *l, const struct node *n, int64_t dim, int64_t start,
	int64_t limit, int64_t stride); /* slice of one dimension */
const struct node *lower_iota(struct lower *l, const struct type *t, int64_t dim);
/* n's bits as t: of another width, t has a dimension more or less (bitcast_convert). */
const struct node *lower_bits(struct lower *l, const struct node *n, const struct type *t);
/* Indices made non-negative by adding size. */
const struct node *lower_wrap_index(
	struct lower *l, const struct node *index, const struct node *of, int64_t dim);

/* ---- claims about indices: lower_claim.c, place.c ------------------------------------------- */

/* Fails the call at run time where a number of index is outside [0, size), or [-size, size) where
 * it wraps; does nothing where none can be. */
void lower_check_index(
	struct lower *l, const struct node *index, uint32_t dim, int64_t size, bool wraps);
/* Notes that all numbers of n are in [0, size), or [-size, size); that they must be. */
void place_note(struct reader *r, const struct node *n, int64_t size, bool wraps);
bool place_is_known(struct reader *r, const struct node *n, int64_t size, bool wraps);

/* ---- indexing: lower_index.c ---------------------------------------------------------------- */

/* A gather (or scatter) that takes dimensions at[0..m) of x by index and the others whole. */
struct take {
	const struct node *x;
	uint32_t m;
	int64_t at[ATEN_MAX_RANK];
	const struct node *starts; /* [batch...] when m is 1, else [batch..., m] */
	uint32_t batch; /* rank of the index */
	uint32_t first; /* where the index's dimensions go in the result */
	uint32_t nwindow; /* dimensions taken whole, and where they go in the result */
	int64_t window[ATEN_MAX_RANK];
	bool aligned; /* scatter: m is 1, starts lie as x does but along at[0] */
};
/* What scatter does with the old value and the update: the op of both, or the update alone. */
#define TAKE_REPLACES OP_result
void take_place(struct take *k); /* fills window[] */
const struct node *take_gather(struct lower *l, struct take *k);
/* updates[] lie as gather's result would. */
const struct node *take_scatter(
	struct lower *l, struct take *k, const struct node *updates, enum op op);
/* x by index along dim; the index's dimensions become result dimensions first ... */
const struct node *take_one(struct lower *l, const struct node *x, int64_t dim,
	const struct node *index, uint32_t first);
/* Coordinates [index..., rank] of an elementwise gather or scatter: iota but along dim. */
const struct node *take_coordinates(
	struct lower *l, const struct node *index, const struct node *x, int64_t dim);

/* Where x, from dimension `at` on, has a true element of mask: a row of places for each dimension
 * of the mask. */
void mask_indices(struct lower *l, const struct node *mask, const struct node *x, uint32_t at,
	const struct node **index);

/* ---- matrices, the last two dimensions: lower_linalg.c --------------------------------------- */

/* Argument i, of sizes known and numbers that LAPACK has; else the call becomes a callback. */
const struct node *matrix_argument(struct lower *l, uint32_t i);
const struct node *matrix_turned(struct lower *l, const struct node *a);
const struct node *matrix_conj(struct lower *l, const struct node *a);
const struct node *matrix_times(struct lower *l, const struct node *a, const struct node *b);
/* Of a's shape: row number compared with column number; a where mask, else a number. */
const struct node *matrix_triangle(struct lower *l, const struct node *a, const char *how);
const struct node *matrix_masked(
	struct lower *l, const struct node *a, const struct node *mask, double otherwise);
const struct node *matrix_unit(struct lower *l, const struct node *a);     /* one like a */
/* The first n rows, zeros below the diagonal. */
const struct node *matrix_upper(struct lower *l, const struct node *a, int64_t n);
/* A call of base/linear.def; config may be NULL. */
void matrix_decomposed(struct lower *l, const char *target, const char *config, uint32_t nin,
	const struct node *const *in, uint32_t nout, const struct type *const *types,
	const struct node **out);

/* Of lower_polynomial.c. */
enum polynomial {
	POLYNOMIAL_chebyshev_t,
	POLYNOMIAL_chebyshev_u,
	POLYNOMIAL_chebyshev_v,
	POLYNOMIAL_chebyshev_w,
	POLYNOMIAL_hermite_h,
	POLYNOMIAL_hermite_he,
	POLYNOMIAL_laguerre_l,
	POLYNOMIAL_legendre_p,
	POLYNOMIAL_shifted = 16, /* a flag */
};
/* Maps of lower_resample.c: how a dimension's places become others. */
enum resample {
	RESAMPLE_average,
	RESAMPLE_nearest,
	RESAMPLE_nearest_exact,
	RESAMPLE_linear,
	RESAMPLE_cubic,
	RESAMPLE_linear_smooth, /* antialiased */
	RESAMPLE_cubic_smooth,
	RESAMPLE_replicate, /* padding by the border */
	RESAMPLE_kinds = 15,
	RESAMPLE_backward = 16, /* a flag: the gradient */
};

const struct node *lower_prefix_sum(struct lower *l, const struct node *x, int64_t dim);
const struct node *lower_prefix_most(struct lower *l, const struct node *x, int64_t dim);
/* n, or a scalar as a row of one. */
const struct node *lower_as_row(struct lower *l, const struct node *n);
/* All elements of n as one row. */
const struct node *lower_flat(struct lower *l, const struct node *n);
/* The indices (i64) that sort x along dim. */
const struct node *lower_argsort(struct lower *l, const struct node *x, int64_t dim);

static inline struct attr_entry lower_attr_ints(
	struct lower *l, enum key k, uint32_t n, const int64_t *v)
{
	return (struct attr_entry){ .key = k, .value = attr_ints(l->g, n, v) };
}
static inline struct attr_entry lower_attr_int(struct lower *l, enum key k, int64_t v)
{
	return (struct attr_entry){ .key = k, .value = attr_int(l->g, v) };
}

/* A composite under construction: in[] are its operands, the body is built over param[], and out[]
 * of composite_end are its results.  With symbolic sizes there is none, and param[] is in[]: a
 * closed body has no way to the sizes of main's parameters. */
struct composite {
	uint32_t nin;
	bool inlined;
	const struct node *in[16];
	const struct node *param[16];
};
void composite_begin(struct lower *l, struct composite *c);
void composite_end(struct lower *l, struct composite *c, const char *name, const char *attributes,
	uint32_t nresults, const struct node *const *results, const struct node **out);

#define ATEN(name, schema, nout, fn, what) lower_fn lower_##fn;
#include "front/aten/aten.def"
#undef ATEN
#endif
