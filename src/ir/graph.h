/* graph.h -- the graph: immutable, hash-consed nodes that live as long as it.
 *
 *   graph -- arena, types, attributes, dimensions, slots, locations
 *     func -- name, region                        main is one of them
 *       region -- a closed function: parameter types, results
 *         node -- op, operands, attributes, regions, type
 *
 * R1  Equal nodes are one: same op, operands, attributes, regions and type, same pointer.
 * R2  A node has one type.  An op with other than one result has a TYPE_results type and is taken
 *     apart by OP_result nodes (KEY_index).
 * R3  A region is closed.  Its parameters are OP_parameter nodes (KEY_index and a type, whatever
 *     the region); its body is what can be reached from its results.  What the text captured became
 *     trailing operands of the op (KEY_ncaptures of them) and trailing parameters of each of its
 *     regions.  So nothing moves into or out of a region but by building another one.
 * R4  An effect is an operand.  An op with an effect has KEY_effect, takes a token as its last
 *     operand (after the captures) and gives a token as its last result; then each of its regions
 *     takes one and gives one last too, used or not.  main's region with effects gives the last
 *     token as its last result.  The text has none of these; reader and printer add and drop them.
 * R5  id grows in the order nodes were made: operands have smaller ids than their users, so sorting
 *     by id is a topological order and, for a graph just read, the order of the text.
 * R6  Types, attributes, nodes and regions are never freed or changed before the graph is.
 *
 * Building needs a job: graph_borrow().  One job at a time; a failing job takes back what it added.
 * Reading a graph that no job borrows is safe from any thread. */
#ifndef IR_GRAPH_H
#define IR_GRAPH_H
#include "base/job.h"
#include "ir/attr.h"
#include "ir/dim.h"
#include "ir/op.h"
#include "ir/type.h"

struct region;

struct node {
	enum op op;
	uint32_t id;
	uint32_t nin, nregions;
	const struct node *const *in;
	const struct type *type;
	const struct attrs *attrs;               /* NULL: none */
	const struct region *const *regions;
	uint64_t hash;
};

struct region {
	uint32_t nparams, nresults;
	const struct type *const *params;
	const struct node *const *results;
	uint32_t id;
	uint64_t hash;
};

struct func {
	const char *name;
	bool is_private;
	const struct region *region;
	const struct attrs *const *param_attrs;  /* one entry a parameter, NULL: none */
	const struct attrs *const *result_attrs;
	const struct attrs *attrs;
	const char *const *param_names;          /* as in the text, without %, or NULL */
};

/* A late-bound constant: identity, not content, is what consing and keys see. */
enum slot_kind { SLOT_data, SLOT_file, SLOT_bound };
struct slot {
	enum slot_kind kind;
	const char *name;                        /* of the slot, or the file */
	const struct type *type;
	const void *data;                        /* SLOT_data: in the graph's arena */
	uint64_t offset, bytes;                  /* SLOT_file */
};

struct graph;
struct weft_error *graph_create(struct graph **out) BASE_MUST_USE;
void graph_retain(struct graph *g);
void graph_release(struct graph *g);

/* Lends g to j until j ends; commits what was added, or takes it back when j fails. */
void graph_borrow(struct graph *g, struct job *j);
struct job *graph_job(const struct graph *g);
struct arena *graph_arena(struct graph *g);
/* zeroed, as long as g; fails the job */
void *graph_alloc(struct graph *g, size_t size);
const char *graph_string(struct graph *g, const char *s, size_t len);    /* interned */

/* ---- nodes ---------------------------------------------------------------------------------- */

/* What a node is to be.  in[] holds operands, then captures (attrs' KEY_ncaptures), then the
 * effect's token (attrs' KEY_effect); type has the effect's token as its last result.  type NULL:
 * what the op's shape rule says; given: it must agree with the rule (a `?` agrees with anything;
 * the more precise dimension is taken).  trusted: the type is right, it was inferred for operands
 * of the same types; the rule is not asked again (it might name a size by another node that has the
 * same value). */
struct node_spec {
	enum op op;
	uint32_t nin, nregions;
	const struct node *const *in;
	const struct attrs *attrs;
	const struct region *const *regions;
	const struct type *type;
	struct place at;                         /* for messages; also recorded as a location */
	struct place attrs_at;                   /* of the attributes, or without file: at */
	bool trusted;
};
/* The node of that spec, verified against op.def; arrays are copied.  An invalid one fails the job
 * with INVALID_ARGUMENT at `at`, naming op and constraint ("gather_c7: ..."). */
const struct node *graph_node(struct graph *g, const struct node_spec *s);

const struct node *graph_parameter(struct graph *g, uint32_t index, const struct type *t);
/* The same, of a branch or loop that lies `depth` deep in others (main: 0).  Numbers are another
 * node at each depth: a size read from them (DIM_value) is named in the regions inside too, where
 * the parameter of that index is another one. */
const struct node *graph_parameter_of(
	struct graph *g, uint32_t depth, uint32_t index, const struct type *t);
/* Parameter n with another type. */
const struct node *graph_parameter_like(
	struct graph *g, const struct node *n, const struct type *t);
/* Result i of n: n itself when it has one result. */
const struct node *graph_result(struct graph *g, const struct node *n, uint32_t i);
uint32_t node_nresults(const struct node *n);                /* without the effect's token */
const struct type *node_result_type(const struct node *n, uint32_t i);
uint32_t node_ncaptures(const struct node *n);
/* Is process 0 the only one of its group in a collective's replica_groups? */
bool node_is_alone(const struct node *n);
/* Does the last dimension of a scatter's updates go to that of its results, from element 0 on? */
bool node_scatters_rows(const struct node *n);
/* How many of the first dims of a scatter's updates are the operand's: what is at an index of these
 * goes to that index.  Fewer than the operand has. */
uint32_t node_scatters_apart(const struct node *n);
/* Does it take rows of a matrix to rows, each not before that of the update before? */
bool node_scatters_sorted(const struct node *n);
/* Does it pad a flat memory behind its end (gen/part.c says what for)? */
bool node_fills_row(const struct node *n);
/* Element d of n, which holds sizes, if it is a number. */
bool node_shape_number(const struct node *n, uint32_t d, int64_t *out);
bool node_has_effect(const struct node *n);
uint32_t node_noperands(const struct node *n);               /* without captures and effect token */
/* Are its regions functions that the text names?  A printer does not write them with the op. */
static inline bool op_names_regions(enum op op)
{
	return op == OP_call || op == OP_composite || op == OP_custom_call;
}
/* Parameters and results of region r of a spec or node, without captures and effect token. */
uint32_t spec_nparams(const struct node_spec *s, uint32_t r);
uint32_t spec_nresults(const struct node_spec *s, uint32_t r);
uint32_t node_nparams(const struct node *n, uint32_t r);
uint32_t node_nregion_results(const struct node *n, uint32_t r);

/* Attributes by key; the default where absent. */
int64_t node_int(const struct node *n, enum key k, int64_t otherwise);
bool node_bool(const struct node *n, enum key k, bool otherwise);
double node_float(const struct node *n, enum key k, double otherwise);
const char *node_str(const struct node *n, enum key k, const char *otherwise);
/* A text that may be a string or, as it stood in a file, a quoted one: without quotes and escapes,
 * in j's scratch; "" where absent. */
const char *attr_unquoted(struct job *j, const struct attr *a);
const char *node_text(struct job *j, const struct node *n, enum key k);
/* Of a custom_call: its backend_config, or where that is empty the dictionary JAX writes beside it,
 * mhlo.backend_config. */
const char *attrs_config(struct job *j, const struct attrs *a);
const char *node_config(struct job *j, const struct node *n);
const int64_t *node_ints(const struct node *n, enum key k, uint32_t *count);   /* NULL, 0: absent */
/* Number i of the list; otherwise, where it has none. */
int64_t node_int_at(const struct node *n, enum key k, uint32_t i, int64_t otherwise);
/* An attribute that key.def does not know, by its name; NULL: absent. */
const struct attr *attrs_other(const struct attrs *a, const char *name);
const struct attr *node_other(const struct node *n, const char *name);
bool node_skips_holes(const struct node *n); /* torch's convolutions do: `weft.holes` */
bool node_is_unrounded(const struct node *n); /* build_unrounded's convert */
/* of a constant with content, or NULL */
const struct literal *node_literal(const struct node *n);

/* ---- regions, functions --------------------------------------------------------------------- */

const struct region *graph_region(struct graph *g, uint32_t nparams,
	const struct type *const *params, uint32_t nresults, const struct node *const *results);
/* The region's nodes, operands first (by id), parameters included; array in j's scratch. */
const struct node **region_order(struct job *j, const struct region *r, uint32_t *count);
/* The same nodes in an order that only their structure decides: each behind its operands, as a walk
 * from the results meets them.  Equal programs give it whatever graphs they are in. */
const struct node **region_walk(struct job *j, const struct region *r, uint32_t *count);
/* What r is once calls are in place: the most branches and loops that stand inside each other, and
 * how many nodes without parameters (at most UINT64_MAX). */
struct region_extent {
	uint32_t depth;
	uint64_t nodes;
};
struct region_extent region_extent(struct graph *g, const struct region *r);
/* A copy of r's body with its parameters replaced; results[] receives r's results.  Iterative. */
void region_inline(struct graph *g, const struct region *r, const struct node *const *args,
	const struct node **results);
/* The same; every op of the copy is also located at the text `part`, once.  NULL: not. */
void region_inline_as(struct graph *g, const struct region *r, const struct node *const *args,
	const struct node **results, const char *part);

void graph_add_func(struct graph *g, const struct func *f);  /* copied; replaces one of that name */
void graph_append_func(struct graph *g, const struct func *f);        /* no function has its name */
/* The attributes of a parameter in whose memory result i may be put: tf.aliasing_output, as JAX
 * says what may be donated. */
const struct attrs *attrs_gives(struct graph *g, uint32_t i);
/* By result of f: 1 + the parameter that says so, the first one; 0: none.  In j's scratch. */
const uint32_t *func_gives(struct job *j, const struct func *f);
uint32_t graph_nfuncs(const struct graph *g);
const struct func *graph_func(const struct graph *g, uint32_t i);
const struct func *graph_find_func(const struct graph *g, const char *name);    /* NULL: none */
const struct func *graph_main(const struct graph *g);        /* "main", or the only one, or NULL */
void graph_set_module(struct graph *g, const char *name, const struct attrs *attrs);
const char *graph_module_name(const struct graph *g);        /* NULL: none */
const struct attrs *graph_module_attrs(const struct graph *g);
uint32_t graph_nnodes(const struct graph *g);                /* ever made: ids are below it */

/* ---- slots, locations ----------------------------------------------------------------------- */

#define GRAPH_SMALL_CONSTANT 4096          /* bytes: larger constants are slots */
uint32_t graph_add_slot(struct graph *g, const struct slot *s);      /* copies *s, not its data */
const struct slot *graph_slot(const struct graph *g, uint32_t i);
uint32_t graph_nslots(const struct graph *g);

/* The text of a location that says what an op was a part of begins so, and the file is NULL: names
 * of our composites, "weft.attention", and of one in another "weft.attention/softmax". */
#define GRAPH_PART "weft."
/* Adds a location (text is interned) to n's list, unless it is its last; the list is outside of
 * hash and keys. */
void graph_locate(struct graph *g, const struct node *n, struct place at, const char *text);
struct location {
	const char *file, *text;                 /* text: front-end module path or NULL */
	/* As the program says it, what stands within loc(...); NULL: where it was read, or ours. */
	const char *given;
	uint32_t line, column;
	const struct location *next;
};
/* As l, a location of whatever node. */
void graph_locate_as(struct graph *g, const struct node *n, const struct location *l);
const struct location *graph_location(const struct graph *g, const struct node *n);
bool location_is_part(const struct location *l);
/* For messages: " loc(...)", what the program first gave of n; empty where it gave nothing. */
const char *graph_origin(struct job *j, const struct graph *g, const struct node *n);
/* Notes that n is part of that, once. */
void graph_add_part(struct graph *g, const struct node *n, const char *part);

/* ---- keys ----------------------------------------------------------------------------------- */

struct str;
/* Appends to out, as bytes, everything that compiling f depends on: the function, what it reaches,
 * its attributes and names of parameters, ranges of symbols; of slots in files and slots bound
 * later their description, never their content.  The same in every process; no location enters. */
void graph_key(struct job *j, const struct graph *g, const struct func *f, struct str *out);

/* ---- sizes a run has to check --------------------------------------------------------------- */

/* What the shape rule of node takes two dimensions to be and cannot show. */
enum dim_relation {
	DIMS_equal,
	DIMS_reach,                  /* a is b or more */
	DIMS_broadcast,              /* a is b or 1 */
};
struct dim_equality {
	enum dim_relation relation;
	int64_t a, b;
	const struct node *node;
};
/* Those of r's own nodes (those in nested regions hold only when they run), each pair once; in the
 * scratch of g's job. */
const struct dim_equality *region_equalities(
	struct graph *g, const struct region *r, uint32_t *count);

/* ---- checking ------------------------------------------------------------------------------- */

/* Our own invariants R1 to R5 and every op's verifier over all functions; a broken one is a BUG. */
void graph_verify(struct graph *g);
#endif
