/* fuse_impl.h -- between the files fuse*.c: the walk that makes groups. */
#ifndef PLAN_FUSE_IMPL_H
#define PLAN_FUSE_IMPL_H
#include "plan/plan_impl.h"

/* A node's place in a group: how often it is computed, and which dim of the space each of its dims
 * is. */
struct member {
	struct group *group;
	double visits;
	bool mapped;
	bool apart;                      /* its neighbours in a row are asked for one by one */
	int8_t dim[PLAN_MAX_RANK];       /* -1: size 1, or the same value along the space */
	struct member *next;
};
struct fuse {
	struct graph *g;
	struct job *job;
	struct fusion *f;
	struct member **in;              /* by node id: the groups it is in */
	const struct node ***users;      /* by node id, NULL-terminated */
	/* by node id, NULL-terminated: whose numbers its sizes are; whose sizes are its numbers;
	 * both NULL: no size is read from a tensor */
	const struct node ***sizes, ***sized;
	/* by node id: why it needs a buffer (F1); NULL: it may do without */
	const char **must;
	/* by node id: between a group's root and another result of it */
	bool *covered;
	uint32_t *seen, looks;           /* by node id: the last look (fuse_share.c, S2) at it */
	const bool *banned;              /* by node id: not to be a result beside a root */
	const bool *mine;                /* by parameter: the region may write over it */
	/* by node id (fuse_update.c): written where its operand lies; a kernel's root, if any */
	bool *updates, *alone;
};

double fuse_elements(const struct graph *g, const struct type *t);   /* about; dim_typical() */
/* A reduce of one operand over its last dims by one associative op: how many dims; 0: another
 * kind. */
uint32_t reduce_row(const struct node *n);
/* Takes n, whose users are in group, into it; false: it does not fit. */
bool fuse_join(struct fuse *f, struct group *group, const struct node *n);

/* ---- fuse_place.c ---- */
bool fuse_type_fits(const struct type *t);       /* a tensor of a rank that kernels go over */
/* Is u a stack whose pieces the group's kernel makes together; a concatenation it makes piece by
 * piece? */
bool group_stacks(const struct group *group, const struct node *u);
bool group_joins(const struct group *group, const struct node *u);
/* Is n the updates that scatter u takes by rows as long as its own, each of them once?  They are
 * made on the way. */
bool fuse_scattered(const struct node *n, const struct node *u);
/* n's place in that group; NULL: it is in none. */
struct member *member_in(struct fuse *f, const struct node *n, const struct group *group);
/* n's place in a group from those of its users there.  False when no user is. */
bool member_of_users(
	struct fuse *f, const struct node *n, struct group *group, struct member *out);

/* ---- fuse_product.c ---- */
/* F4: every member of group that depends on n is element by element, or a reshape or transpose; and
 * none needs two elements of n for one of its own: all its operands come by one way. */
bool fuse_product_fits(struct fuse *f, const struct group *group, const struct node *n);
/* May n be what the kernel of a product ends with, and is it no larger than that?  Then it is made
 * there, once an element, rather than by a reader of the product each time. */
bool fuse_ends_product(const struct fuse *f, const struct node *n);

/* ---- fuse_turned.c ---- */
bool node_turns_rows(const struct node *n);      /* a transpose whose last dim was another */
/* Adds to f->must the transposes whose rows are read one by one. */
void fuse_turned(struct fuse *f);

/* ---- fuse_update.c ---- */
/* Finds the dynamic_update_slices and scatters that write where their operand lies: fills
 * f->updates, f->must and f->alone of what has to be made before. */
void fuse_updates(struct fuse *f, const struct region *r);

/* ---- fuse_share.c ---- */
/* The row of the first reduction over group's space that its root is made of; 0: there is none. */
uint32_t fuse_rows(const struct group *group, const struct node *root);
/* Makes n a result of one of groups[0..ngroups), its readers, beside that group's root; false: of
 * none. */
bool fuse_share(struct fuse *f, const struct node *n, uint32_t ngroups,
	struct group *const *groups);
/* After the walk: bans the shared results that their kernels turned out not to be able to make.
 * False: there are none. */
bool fuse_ban(const struct fuse *f, bool *banned);

/* ---- fuse_order.c ---- */
/* Fills f->sizes and f->sized. */
void fuse_sizes(struct fuse *f, const struct plan_source *s);
/* Puts the region's nodes in an order in which every group's inputs come before its root. */
void fuse_order(struct fuse *f);
#endif
