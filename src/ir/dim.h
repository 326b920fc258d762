/* dim.h -- symbolic dimensions: hash-consed expressions over symbols with ranges.
 *
 * A symbol stands for a `?` of an argument, or for the value of an integer scalar that the program
 * computes (a size defined by a step: the result of a nonzero, of a dynamic_reshape).  Arithmetic
 * folds numbers, orders operands and cancels, so equal sums are mostly equal pointers; what stays
 * undecided is a check at run time.  All functions take and give dimensions as type.h encodes them
 * and fail through the graph's job. */
#ifndef IR_DIM_H
#define IR_DIM_H
#include "ir/type.h"

struct node;

#define DIM_TYPICAL 64               /* of a symbol, where plans are weighed */

enum dim_op {
	DIM_arg,            /* dimension b of argument a of main */
	DIM_value,          /* element a of `node`, an integer tensor */
	DIM_free, /* a bare symbol (a function that is not main, a declared `?`) number a */
	DIM_number, /* a, below 0: only inside of sums and products */
	DIM_add,
	DIM_mul,
	DIM_floordiv,
	DIM_mod,
	DIM_min,
	DIM_max, /* of dimensions a and b */
};
struct dim_expr {
	enum dim_op op;
	int64_t a, b;
	const struct node *node;
	int64_t min, max;            /* what its value can be; max INT64_MAX: unbounded */
	const char *name;            /* of a symbol: "s0"; "" for others */
	double typical;              /* its value where symbols are about DIM_TYPICAL */
};
static inline bool dim_is_number(int64_t d) { return d >= 0; }
/* Longer than a dimension of anything that memory holds: a window of so many places reaches over
 * all of a symbolic one. */
#define DIM_LONGEST (INT64_C(1) << 40)
const struct dim_expr *dim_get(const struct graph *g, int64_t d);      /* d < 0 */

int64_t dim_arg(struct graph *g, int64_t arg, int64_t dim, int64_t min, int64_t max);
int64_t dim_value(struct graph *g, const struct node *n, int64_t element);
/* The same, known to be in min .. max: the first to ask says what is known. */
int64_t dim_value_in(
	struct graph *g, const struct node *n, int64_t element, int64_t min, int64_t max);
int64_t dim_free(struct graph *g, int64_t min, int64_t max);           /* a new symbol each time */
int64_t dim_add(struct graph *g, int64_t a, int64_t b);
int64_t dim_sub(struct graph *g, int64_t a, int64_t b);
int64_t dim_mul(struct graph *g, int64_t a, int64_t b);
int64_t dim_floordiv(struct graph *g, int64_t a, int64_t b);
int64_t dim_ceildiv(struct graph *g, int64_t a, int64_t b);
int64_t dim_mod(struct graph *g, int64_t a, int64_t b);
int64_t dim_min(struct graph *g, int64_t a, int64_t b);
int64_t dim_max(struct graph *g, int64_t a, int64_t b);
int64_t dim_product(struct graph *g, uint32_t n, const int64_t *d);

/* About how large: a number's value, an expression's where symbols are DIM_TYPICAL. */
double dim_typical(const struct graph *g, int64_t d);
/* Could they be equal at some size?  Numbers: equal; otherwise by their ranges. */
bool dim_may_equal(const struct graph *g, int64_t a, int64_t b);
/* Are they equal at every size, as far as can be shown? */
static inline bool dim_same(int64_t a, int64_t b) { return a == b; }

/* The size that an element of an integer tensor computes: traced through constants, sizes,
 * arithmetic and reshaping; DIM_value of that element where it cannot be. */
int64_t dim_of_node(struct graph *g, const struct node *n, int64_t element);
struct str;
void dim_print(const struct graph *g, int64_t d, struct str *out);     /* "s0*2 + 1" */
/* The same with symbols named by fn; NULL: as they are. */
typedef void dim_name_fn(void *arg, const struct dim_expr *symbol, struct str *out);
void dim_print_as(
	const struct graph *g, int64_t d, dim_name_fn *fn, void *arg, struct str *out);
#endif
