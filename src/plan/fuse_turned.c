/* fuse_turned.c -- transposes that are made before what reads them (F1 of fuse.c).
 *
 * A transpose that turns rows is mostly free: a map turns it in squares, a row kernel takes rows
 * side by side as its lanes, and neither stores it.  But what goes row by row, at places that
 * indices say, reads it element by element, a cache line each; such transposes have buffers.
 *
 * T1  A gather of its rows, of a part of them or more.
 * T2  The updates of a scatter by rows, where they are made on the way.
 * T3  A reduction of rows in which others are gathered: those want their elements as lanes. */
#include "plan/fuse_impl.h"

#define ROW_LEAST 8
#define PARTS 8                          /* of a tensor: rows of one are worth turning all of it */
#define LOOK_MOST 64                     /* nodes above one that are looked at */

bool node_turns_rows(const struct node *n)
{
	uint32_t count, rank = n->type->rank;

	return n->op == OP_transpose && rank &&
	       node_ints(n, KEY_permutation, &count)[rank - 1] != (int64_t)rank - 1;
}

static bool keeps_rows(const struct node *n)
{
	const struct type *t = n->type, *from = n->nin ? n->in[0]->type : NULL;

	return n->op == OP_reshape && from->rank && t->rank &&
	       t->dims[t->rank - 1] == from->dims[from->rank - 1];
}

static void must(struct fuse *f, const struct node *n)
{
	if (!f->must[n->id])
		f->must[n->id] = "rows of it are read one by one, which lie apart";
}

/* Does gather n take whole rows? */
static bool gathers_rows(const struct fuse *f, const struct node *n)
{
	const struct type *x = n->in[0]->type, *t = n->type;
	uint32_t count;
	const int64_t *offset = node_ints(n, KEY_offset_dims, &count);

	return count && offset[count - 1] == (int64_t)t->rank - 1 &&
	       t->dims[t->rank - 1] == x->dims[x->rank - 1] &&
	       dim_typical(f->g, t->dims[t->rank - 1]) >= ROW_LEAST;
}

/* ---- T1 ------------------------------------------------------------------------------------- */

static void gathered(struct fuse *f, const struct node *n)
{
	const struct node *x = n->in[0];

	if (!gathers_rows(f, n) ||
		fuse_elements(f->g, n->type) * PARTS < fuse_elements(f->g, x->type))
		return;
	while (x->op == OP_convert || keeps_rows(x))
		x = x->in[0];
	if (node_turns_rows(x))
		must(f, x);
}

/* ---- T2, T3 --------------------------------------------------------------------------------- */

/* What is above a node, by ops that are element by element along rows. */
struct above {
	const struct node *turned[LOOK_MOST];    /* transposes that turn rows */
	uint32_t nturned, looked;
	bool gathers;                            /* rows */
};

static void look_above(struct fuse *f, const struct node *n, struct above *a)
{
	if (f->seen[n->id] == f->looks || a->looked == LOOK_MOST)
		return;
	f->seen[n->id] = f->looks;
	a->looked++;
	if (node_turns_rows(n))
		a->turned[a->nturned++] = n;
	else if (n->op == OP_gather)
		a->gathers |= gathers_rows(f, n);
	else if (keeps_rows(n) || (op_table[n->op].kind == OP_MAP && n->op != OP_map))
		for (uint32_t k = 0; k < node_noperands(n); k++)
			look_above(f, n->in[k], a);
}

static void row_by_row(struct fuse *f, const struct node *n, bool gathers)
{
	struct above a = { .gathers = gathers };

	f->looks++;
	look_above(f, n, &a);
	for (uint32_t i = 0; a.gathers && i < a.nturned; i++)
		must(f, a.turned[i]);
}

/* --------------------------------------------------------------------------------------------- */

void fuse_turned(struct fuse *f)
{
	for (uint32_t i = 0; i < f->f->count; i++) {
		const struct node *n = f->f->order[i];
		if (n->op == OP_gather)
			gathered(f, n);
		else if (n->op == OP_scatter && node_noperands(n) == 3 &&
			 fuse_scattered(n->in[2], n))
			row_by_row(f, n->in[2], true);
		else if (reduce_row(n))
			row_by_row(f, n->in[0], false);
	}
}
