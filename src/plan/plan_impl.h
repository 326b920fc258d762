/* plan_impl.h -- between the files of plan/. */
#ifndef PLAN_PLAN_IMPL_H
#define PLAN_PLAN_IMPL_H
#include "plan/plan.h"

#define PLAN_MAX_RANK 64                 /* as readers take */

/* How a tensor lies in the dense buffer of another one: element (i0, i1, ...) is at
 * at + sum of i * stride.  Stride 0: broadcast. */
struct view {
	const struct node *base;
	uint32_t rank;
	int64_t dims[PLAN_MAX_RANK], strides[PLAN_MAX_RANK];
	int64_t at;
};
/* Looks through transpose, reshape, broadcast_in_dim and slice as far as strides can say it. */
void view_of(struct graph *g, const struct node *n, struct view *out);
void view_dense(struct graph *g, const struct node *n, struct view *out);
/* The listed dims as one: false when no single stride steps through them. Size 1 is skipped. */
bool view_collapse(struct graph *g, const struct view *v, uint32_t n, const uint32_t *dims,
	int64_t *extent, int64_t *stride);

/* Ops into those the cores know: convolution into OP_patches and dot_general, dot_general into
 * OP_contract with packed operands. */
const struct region *plan_lower(
	struct graph *g, const struct region *r, const struct plan_options *o);
/* n, whose sizes a tensor says, as the op whose type does; NULL: it is another, or must stay. */
const struct node *plan_lower_sized(
	struct graph *g, const struct node *n, const struct node *const *in);
/* As build_reshape, build_broadcast and build_slice, but no tensor says the sizes, symbolic ones
 * either; starts and strides are numbers. */
const struct node *plan_reshape(
	struct graph *g, const struct node *a, uint32_t rank, const int64_t *dims);
const struct node *plan_broadcast(struct graph *g, const struct node *a, uint32_t rank,
	const int64_t *dims, const int64_t *at);
const struct node *plan_slice(struct graph *g, const struct node *a, const int64_t *start,
	const int64_t *limit, const int64_t *stride);
/* An elementwise op of dense numbers, of one result, without a region. */
bool plan_is_plain_map(const struct node *n);
/* Is n a transpose by perm, of so many dims? */
bool plan_permutes(const struct node *n, uint32_t rank, const int64_t *perm);
/* Is n a constant of one number everywhere? */
bool plan_is_splat(const struct node *n);
/* By node id: does nothing but reductions come of it, through maps?  In the job's scratch. */
bool *plan_reduced(struct graph *g, const struct region *r);
/* The region in which what begins and ends transposed is computed as it lies. */
const struct region *plan_straight(struct graph *g, const struct region *r);
/* The region in which reductions of what is transposed reduce it as it lies. */
const struct region *plan_unturn(struct graph *g, const struct region *r);
/* The region in which transposes stand beside the convolutions that they lay values out for. */
const struct region *plan_meet(struct graph *g, const struct region *r);
/* r with transposes where they turn the fewest bytes for convolutions to find what they wish. */
const struct region *plan_layout(
	struct graph *g, const struct region *r, const struct plan_options *o);
const struct node *plan_lower_dot(struct graph *g, const struct node *n,
	const struct node *const *in, const struct plan_options *o);
/* The same of a grouped_dot. */
const struct node *plan_lower_grouped_dot(struct graph *g, const struct node *n,
	const struct node *const *in, const struct plan_options *o);
/* n, a map of reshapes, as the reshape of a map over longer rows; NULL: it is another. */
const struct node *plan_sink_reshape(
	struct graph *g, const struct node *n, const struct node *const *in);
/* n reduced in a form that kernels are fast at; NULL: it is. */
const struct node *plan_lower_reduce(
	struct graph *g, const struct node *n, const struct node *const *in);
/* n, a scatter of rows by bag, as the reduction of each bag's; NULL: it is another. */
const struct node *plan_lower_segments(
	struct graph *g, const struct node *n, const struct node *const *in);
/* The op by which n, a reduce of one operand, combines two elements; OP_COUNT: n is another node,
 * or its region no single associative op. */
enum op reduce_op(const struct node *n);
uint64_t reduce_mask(const struct node *n);  /* bit d: dim d is reduced */
/* The dim along which n, a reduce_window, combines every element with all before it; -1: it is
 * another node or window. */
int32_t scan_axis(const struct node *n);
/* Might n be a map with a loop, one that ends only for elements that exist?  The columns that pad a
 * contraction's panels hold anything. */
bool map_turns(struct job *j, const struct node *n);
/* Does n follow from constants alone (slots, arguments that o calls so)?  Then the load program
 * computes it. */
bool plan_is_late(const struct node *n, const struct plan_options *o);
/* r with constant scales of convolutions' features taken into constant weights. */
const struct region *plan_scale(
	struct graph *g, const struct region *r, const struct plan_options *o);
/* Is every element of n 0, a constant that is stretched or laid out in any way? */
bool plan_is_zeros(const struct node *n);
/* r with what is summed into zeros, and then added to a tensor, summed into that tensor. */
const struct region *plan_accumulate(struct graph *g, const struct region *r);

/* ---- update.c ---- */
/* Writes arguments with small parts replaced as updates where one of the first count results may
 * lie over it: given[], by result, 1 + the parameter, or 0; NULL: none. */
const struct region *plan_updates(
	struct graph *g, const struct region *r, uint32_t count, const uint32_t *given);
/* What x, a dynamic_update_slice or a scatter of one operand, is with a part replaced; NULL: x is
 * another node. */
const struct node *plan_updated(const struct node *x);
/* r with products of one operand by several constant weights as one. */
const struct region *plan_merge(
	struct graph *g, const struct region *r, const struct plan_options *o);
/* Cuts what follows from constants off r: *main is r with further parameters in its place, the
 * result a region of r's parameters that makes them, in order.  NULL: nothing does, *main is r. */
const struct region *plan_cut(struct graph *g, const struct region *r,
	const struct plan_options *o, const struct region **main);
/* KEY_contract of an OP_contract; of an OP_attention, the product with its values */
void contract_load(const struct node *n, struct contract *out);
/* c as numbers; how many: CONTRACT_PLAIN, one a tap, and where it has runs what they are. */
#define CONTRACT_PLAIN (3 + 3 * PLAN_MAX_BATCH + 32)
#define CONTRACT_INTS (CONTRACT_PLAIN + PLAN_MAX_TAPS + 4 * PLAN_RUNS + 3)
/* Rows of a tile of c's, of which a block has several. */
int64_t contract_tile_rows(const struct contract *c, enum isa isa, bool strict);
int64_t contract_chunks(struct graph *g, const struct contract *c);     /* extent */
uint32_t contract_ints(const struct contract *c, int64_t out[CONTRACT_INTS]);
void contract_of_ints(const int64_t *in, struct contract *out);
/* Softmaxes between two contractions become OP_attention where that is faster. */
const struct region *plan_lower_attention(
	struct graph *g, const struct region *r, const struct plan_options *o);
void attention_load(const struct node *n, struct attention *out);
/* OP_contract or OP_attention */
static inline bool node_is_product(const struct node *n)
{
	return n->op == OP_contract || n->op == OP_attention;
}

#define GROUP_OUTS 8                         /* results beside the root, at most */
/* One kernel to be: its root, core, space and members (fuse.c). */
struct group {
	const struct node *root;
	enum core core;
	uint32_t rank, row;
	uint32_t hint;                   /* of a CORE_map that may become one: its row; else 0 */
	/* the root is a reshape and the space its operand's: the kernel's result is that operand,
	 * which lies as the root does */
	bool unshaped;
	int64_t space[PLAN_MAX_RANK];
	/* the OP_contract of a CORE_contract, the OP_attention of a CORE_attention */
	const struct node *contract;
	uint32_t nmembers, cap;
	const struct node **members;             /* any order; the root is one */
	double weight;                           /* of recomputed work an element, so far */
	bool has_reduce;
	const char *ends;
	/* results beside the root: members, their buffers are the kernel's, too */
	uint32_t nouts;
	const struct node *outs[GROUP_OUTS];
};
struct fusion {
	uint32_t ngroups, cap;
	struct group **groups;
	const struct node **order;               /* of the region, as kernels can be run */
	uint32_t count;
	bool *buffer;                            /* by node id: has a buffer of its own */
	bool *unread;                            /* by node id: a result that nothing reads */
	double unread_bytes;                     /* of all those of known sizes */
	struct group **root_of;                  /* by node id: the group that writes it */
	const struct node **twin;                /* by node id, in plan_kernel(): the body's */
	bool *seen;                              /* by node id, within collect() */
};
/* Of s->region.  mine: by parameter of it, may kernels write over it?  NULL: over none. */
struct fusion *plan_fuse(struct graph *g, const struct plan_source *s, const bool *mine);
/* Adds the tensors that dims of t are read from, each once, to out[0..*n). */
void plan_values(struct graph *g, const struct type *t, uint32_t *n, const struct node **out);
/* Is n a result of the group's kernel? */
bool group_makes(const struct group *group, const struct node *n);
bool node_is_step(const struct node *n);     /* a step of its own: control, library, callback */
double node_weight(const struct node *n);    /* operations an element, roughly; 0: it only moves */
/* a small constant, or one number broadcast: repeated in every kernel */
bool node_is_leaf(const struct node *n);

/* A concatenation of few pieces, each 1 long: a kernel whose root it is makes the elements of all
 * pieces together (struct kernel). */
bool node_is_stack(const struct node *n);
/* Levels of stacks, from n on, each in one dim of its own, the last dim's at most the innermost. */
uint32_t node_stacks(const struct node *n);
bool node_stacks_have(const struct node *n, const struct node *u);
bool node_interleaves(const struct node *n); /* is the innermost of n's stacks in the last dim? */
#define JOIN_MOST 128                        /* operands of a concatenation, of one kernel */
/* The concatenation that a kernel which makes nothing but n, it or a reshape of it, makes piece by
 * piece; NULL: n is none, or not worth it. */
const struct node *node_joined(const struct node *n);

/* The text of the library step that computes n, in j's scratch; NULL: none does. */
const char *plan_library(struct job *j, const struct node *n);

/* By node id: the place in f->order of the last kernel or step that reads the node's buffer;
 * UINT32_MAX: it is a result of r. */
const uint32_t *plan_last_reads(
	struct job *j, const struct region *r, const struct fusion *f);

/* The kernel of a group and the nodes whose buffers are its inputs, in the order of its arguments.
 * in_place: of a scatter, its results lie where its inputs do. */
struct kernel *plan_kernel(struct graph *g, const struct fusion *f, const struct group *group,
	const struct plan_options *o, bool in_place, uint32_t *ninputs,
	const struct node ***inputs);
/* Main's steps in an order in which less memory is in use, what the rules of order.c say being
 * kept; wish[] as of plan_over. */
void plan_order(struct job *j, struct plan *p, const uint32_t *wish);
/* Results of maps that lie where an operand died become aliases of its buffer. */
void plan_in_place(struct job *j, struct plan *p);
/* By output: 1 + the input wish[] says, where it may be written over, else 0. */
const uint32_t *plan_over(struct job *j, struct plan *p, const uint32_t *wish);
/* Offsets of the arena's buffers: no two overlap while both are alive.  Returns the arena's
 * bytes. */
int64_t plan_place(struct job *j, uint32_t n, struct plan_buffer *buffers);
#endif
