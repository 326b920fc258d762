/* sink.c -- reshapes go behind the maps that follow them, where that leaves longer rows.
 *
 * A group norm is over [images, groups, features of a group, places], what reads it over [images,
 * features, lines, columns]: with the reshape between them in the middle of a kernel its rows are
 * those of the image, too short for vectors, and no reduction along them is part of it.
 *
 *     f(reshape(x), reshape(y), 2)  becomes  reshape(f(x, y, 2))
 *
 * Maps are element by element, so the bits are the same. */
#include "ir/build.h"
#include "plan/plan_impl.h"

static bool is_tensor(const struct type *t)
{
	return t->kind == TYPE_tensor && t->rank && type_is_static(t) && !t->quant;
}

/* The type of what x, an operand of a map, reshapes; NULL: it is no reshape of rows made longer
 * by a map. */
static const struct type *sink_from(const struct node *x)
{
	if (x->op != OP_reshape || op_table[x->in[0]->op].kind != OP_MAP || x->in[0]->nregions)
		return NULL;
	const struct type *to = x->type, *from = x->in[0]->type;
	if (!is_tensor(to) || !is_tensor(from))
		return NULL;
	return from->dims[from->rank - 1] > to->dims[to->rank - 1] ? from : NULL;
}

/* Operand x with the dims of from; NULL: it would have to be moved. */
static const struct node *sink_operand(
	struct graph *g, const struct node *x, const struct type *from)
{
	const struct type *own = sink_from(x);

	if (own && type_same_dims(own, from))
		return x->in[0];
	if (x->type->rank == 0)                  /* select's predicate, clamp's bounds */
		return x;
	if (x->op == OP_broadcast_in_dim && x->in[0]->type->rank == 0)
		return build_broadcast(g, x->in[0], from->rank, from->dims, NULL);
	return x->op == OP_parameter ? build_reshape(g, x, from->rank, from->dims) : NULL;
}

const struct node *plan_sink_reshape(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	const struct node *moved[4];
	const struct type *from = NULL;

	if (op_table[n->op].kind != OP_MAP || n->op == OP_map || n->nregions || !n->nin ||
		n->nin > sizeof moved / sizeof *moved || !is_tensor(n->type))
		return NULL;
	for (uint32_t i = 0; i < n->nin && !from; i++)
		from = sink_from(in[i]);
	if (!from)
		return NULL;
	for (uint32_t i = 0; i < n->nin; i++) {
		if (in[i]->type->rank && !type_same_dims(in[i]->type, n->type))
			return NULL;
		moved[i] = sink_operand(g, in[i], from);
		if (!moved[i])
			return NULL;
	}
	const struct node *y = graph_node(g, &(struct node_spec){
		.op = n->op, .nin = n->nin, .in = moved, .attrs = n->attrs,
		.type = type_tensor(g, n->type->dtype, from->rank, from->dims) });
	return build_reshape(g, y, n->type->rank, n->type->dims);
}
