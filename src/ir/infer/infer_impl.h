/* infer_impl.h -- what the shape rules (this folder) share; nobody else includes it.
 *
 * A rule is handed a node_spec without captures and effect token (op.h); its regions still have
 * them: spec_body counts the declared parameters and results only.  All helpers fail the graph's
 * job at s->at; messages open with the op and the number of the constraint in the StableHLO
 * specification: "gather_c7: expected ..., found ...". */
#ifndef IR_INFER_INFER_IMPL_H
#define IR_INFER_INFER_IMPL_H
#include "base/str.h"
#include "ir/graph.h"

/* What an element may be; OR of these.  A quantised tensor is QUANT or PER_AXIS and nothing
 * else. */
enum elem_class {
	ELEM_bool = 1, ELEM_sint = 2, ELEM_uint = 4, ELEM_float = 8, ELEM_complex = 16,
	ELEM_quant = 32,             /* quantised per tensor */
	ELEM_per_axis = 64,          /* quantised per axis */
	ELEM_index = 128,            /* only where an operand holds sizes */
	ELEM_int = ELEM_sint | ELEM_uint,
	ELEM_size = ELEM_int | ELEM_index,
	ELEM_plain = ELEM_bool | ELEM_int | ELEM_float | ELEM_complex,
	ELEM_any = ELEM_plain | ELEM_quant,
	ELEM_all = ELEM_any | ELEM_per_axis,
};

/* ---- failing -------------------------------------------------------------------------------- */

/* c: the constraint's number as "c7", or NULL where the specification has none; of an op without a
 * section (constraint.def) no number is printed, so that rules can be shared. */
noreturn void spec_fail(struct graph *g, const struct node_spec *s, const char *c, const char *fmt,
	...) BASE_PRINTF(4, 5);
/* The same where an attribute alone, whatever the operands, is wrong. */
noreturn void spec_fail_attr(struct graph *g, const struct node_spec *s, const char *c,
	const char *fmt, ...) BASE_PRINTF(4, 5);
const char *spec_text(struct graph *g, const struct type *t);     /* "tensor<2x?xf32>", scratch */
/* "[0, 1]" or "[2, ?]" */
const char *spec_list(struct graph *g, uint32_t n, const int64_t *v);

/* ---- operands and attributes ---------------------------------------------------------------- */

bool spec_has(const struct node_spec *s, enum key k);
int64_t spec_int(const struct node_spec *s, enum key k, int64_t otherwise);
bool spec_bool(const struct node_spec *s, enum key k, bool otherwise);
const char *spec_str(const struct node_spec *s, enum key k, const char *otherwise);
/* NULL and *n 0 where absent or not a list of integers. */
const int64_t *spec_ints(const struct node_spec *s, enum key k, uint32_t *n);
/* The value of a key that may be absent or of another kind (then NULL). */
const struct literal *spec_dense(const struct node_spec *s, enum key k);
/* n entries: what is given under k, or n times `otherwise`; another count fails constraint c. */
const int64_t *spec_ints_n(struct graph *g, const struct node_spec *s, const char *c, enum key k,
	uint32_t n, int64_t otherwise);
/* n pairs (low, high) of KEY_padding. */
const int64_t *spec_padding(struct graph *g, const struct node_spec *s, const char *c, uint32_t n);

/* The type of declared operand i, a ranked tensor of an allowed element; NULL classes fail. */
const struct type *spec_tensor(struct graph *g, const struct node_spec *s, uint32_t i,
	unsigned classes);
/* The declared result i, or NULL: not given. */
const struct type *spec_declared(const struct node_spec *s, uint32_t i);
/* The declared results have the elements of types, quantised alike: of ops that move data. */
void spec_same_elements(struct graph *g, const struct node_spec *s, const char *c, uint32_t n,
	const struct type *const *types);
/* memref<...>: what custom_call makes of a tensor; kept as text. */
bool is_buffer(const struct type *t);
/* Every operand is a tensor, a token or, where they are allowed, a tuple or a buffer. */
void spec_values(struct graph *g, const struct node_spec *s, bool tuples, bool buffers);
/* The declared tensor result of an op whose operands do not tell its type. */
const struct type *spec_declared_tensor(
	struct graph *g, const struct node_spec *s, unsigned classes);

/* ---- checks of lists of dimension numbers --------------------------------------------------- */

void spec_range(struct graph *g, const struct node_spec *s, const char *c, const char *what,
	uint32_t n, const int64_t *v, int64_t limit);        /* 0 <= v[i] < limit */
void spec_at_least(struct graph *g, const struct node_spec *s, const char *c, const char *what,
	uint32_t n, const int64_t *v, int64_t least);
void spec_unique(struct graph *g, const struct node_spec *s, const char *c, const char *what,
	uint32_t n, const int64_t *v, uint32_t m, const int64_t *w);   /* of both lists together */
void spec_sorted(struct graph *g, const struct node_spec *s, const char *c, const char *what,
	uint32_t n, const int64_t *v);
bool list_has(uint32_t n, const int64_t *v, int64_t x);
/* Element i of a constant of integers; false when n is none with content. */
bool node_constant_int(const struct node *n, uint32_t i, int64_t *out);

/* ---- types ---------------------------------------------------------------------------------- */

unsigned elem_class(const struct type *t);
/* of a quantised tensor, or its dtype */
enum dtype elem_expressed(const struct type *t);
bool quant_same(const struct quant *a, const struct quant *b);
/* Same element after taking expressed types; of two quantised ones the storages agree, too. */
bool elem_compatible(const struct type *a, const struct type *b);
bool elem_same(const struct type *a, const struct type *b);
bool elem_promotable(const struct type *from, const struct type *to);
bool type_is_scalar(const struct type *t);                   /* a tensor of rank 0 */
int64_t type_bound(const struct type *t, uint32_t i);        /* the number, or the bound, or -1 */
/* Could the shapes, bounds included, be one?  Unranked ones could. */
bool shape_compatible(struct graph *g, const struct type *a, const struct type *b);
bool type_compatible(struct graph *g, const struct type *a, const struct type *b);
/* The more precise of two compatible shapes on top of element and encoding of a. */
const struct type *type_join(struct graph *g, const struct type *a, const struct type *b);
/* like's element with this shape; bounds NULL or rank entries, kept for symbolic dimensions. */
const struct type *type_shaped(struct graph *g, const struct type *like, uint32_t rank,
	const int64_t *dims, const int64_t *bounds);
/* The same shape (bounds kept) and a plain element. */
const struct type *type_element(struct graph *g, const struct type *shape, enum dtype t);
/* The same shape and the element of `elem`, quantisation included. */
const struct type *type_element_of(
	struct graph *g, const struct type *shape, const struct type *elem);

/* Are elements of a and b, where one is quantised, of one quantised type?  In lists, each. */
bool type_same_quant(const struct type *a, const struct type *b);

/* May a and b be equal?  The caller takes them as equal then, which a run has to check: noted for
 * region_equalities (graph.h).  dim_may_equal() only asks. */
bool dims_agree(struct graph *g, int64_t a, int64_t b);
/* A run has to check that dimension d is `least` or more, where one of them is symbolic. */
void dim_reaches(struct graph *g, int64_t d, int64_t least);

/* A run has to check the bounds that t declares, of a value of that other type; in lists, of each
 * element. */
void type_reaches(struct graph *g, const struct type *t, const struct type *value);

/* A run has to check that dimension d is `to`, or 1. */
void dim_broadcasts(struct graph *g, int64_t d, int64_t to);

/* ---- dimensions ----------------------------------------------------------------------------- */

/* d + c for a number c of either sign; a negative result or an overflow fails constraint c. */
int64_t spec_dim_plus(
	struct graph *g, const struct node_spec *s, const char *c, int64_t d, int64_t n);
/* Of one dimension; strides and dilations are at least 1 (checked before). */
struct window {
	int64_t size, stride, low, high, base, dilation;
};
/* The number of its places in a dimension of size d; w is of numbers, its size at least 1. */
int64_t spec_windows(struct graph *g, const struct node_spec *s, const char *c, int64_t d,
	const struct window *w);
/* The same where each entry of w is a term of sizes as d is (dim.h), its size at least 0. */
int64_t spec_places(struct graph *g, int64_t d, const struct window *w);

/* ---- results -------------------------------------------------------------------------------- */

/* Joins what the rule says with what is declared (s->type), and checks sizes. */
const struct type *spec_results(struct graph *g, const struct node_spec *s, const char *c,
	uint32_t n, const struct type *const *types);
/* Where count, elements and shapes of results have constraints of their own: before spec_results,
 * which finds what is left. */
void spec_result_count(struct graph *g, const struct node_spec *s, const char *c, uint32_t n);
void spec_result_elements(struct graph *g, const struct node_spec *s, const char *c, uint32_t n,
	const struct type *const *types);
void spec_result_shape(struct graph *g, const struct node_spec *s, const char *c, uint32_t i,
	const struct type *t);
const struct type *spec_one(struct graph *g, const struct node_spec *s, const char *c,
	const struct type *t);
/* The constraints of quantised element types and of sizes that any type has to hold. */
void spec_check_type(struct graph *g, const struct node_spec *s, const struct type *t);

/* ---- regions -------------------------------------------------------------------------------- */

/* Region i with `nparams` declared parameters and nresults results (-1: any number), captures and
 * token put aside. */
struct body {
	const struct region *r;
	uint32_t nparams, nresults;
};
struct body spec_body(struct graph *g, const struct node_spec *s, uint32_t i, const char *c,
	int64_t nparams, int64_t nresults);
/* What a reduction gives its body: n inputs and as many initial values. */
struct reducer {
	uint32_t region;
	const char *c;               /* the constraint on the body */
	/* the one broken by initial values whose type is neither the input's nor promotable */
	const char *init;
	uint32_t n;
	const struct type *const *inputs, *const *inits;
	uint32_t nkept;              /* dimensions that stay, of which the body may take tensors */
	const int64_t *kept;
};
/* The body of r: (E.., E..) -> E.. over scalars; input and initial elements must be promotable to
 * E.  out[i] receives type i of the body's results. */
void spec_reducer(struct graph *g, const struct node_spec *s, const struct reducer *r,
	const struct type **out);

/* A body over scalars like those of the n types, two in turn of each, that gives one i1. */
void spec_predicate(struct graph *g, const struct node_spec *s, uint32_t region, const char *c,
	uint32_t n, const struct type *const *types);

/* ---- shared by families --------------------------------------------------------------------- */

/* Direction and type of a comparison of elements like t's. */
void spec_compare(struct graph *g, const struct node_spec *s, const struct type *t);
/* A static vector of integers that holds n sizes (n -1: any number); gives how many. */
uint32_t spec_shape_operand(struct graph *g, const struct node_spec *s, const char *c, uint32_t i,
	int64_t n);
/* Element i of operand `operand` as a size; a negative constant fails constraint c. */
int64_t spec_size_of(struct graph *g, const struct node_spec *s, const char *c, uint32_t operand,
	uint32_t i);
/* The rule of a custom_call's target, if custom.def has it, and what operands say of its results'
 * shapes; makes the declared types of the n results precise. */
void spec_custom(struct graph *g, const struct node_spec *s, const char *target, uint32_t n,
	const struct type **types);
/* KEY_precision_config: at most two of DEFAULT, HIGH, HIGHEST. */
void spec_precision(struct graph *g, const struct node_spec *s, const char *c);
/* Elements of a contraction or convolution: plain, quantised or hybrid; result NULL: not declared.
 * dot_general_c13 to c20, convolution_c27 to c34. */
void spec_quant_contract(struct graph *g, const struct node_spec *s, const struct type *lhs,
	const struct type *rhs, const struct type *result);
#endif
