/* collective.c -- collectives, and what moves data between processes.
 *
 * The thread's process (base/world.h) says who else there is.  Every collective is a gather of
 * whole operands among its group and then work of its own: the interpreter's way to be obviously
 * right.  Reductions take the members in their order.  Without a process it is the only one: a
 * gather of one part, a reduction of one value, a permutation that keeps or drops; what needs
 * another one fails. */
#include "base/world.h"
#include "ir/eval/eval_impl.h"
#include "ir/group.h"
#include <string.h>

/* The group of this process in the call's op. */
struct group {
	const struct process *p;
	uint32_t n, me;              /* members; which of them this process is */
	const uint32_t *members;
};

static struct group group_of(struct call *c)
{
	struct group g = { .p = process_current() };

	if (!g.p)
		return g;
	struct grid grid = { g.p->replicas, g.p->partitions };
	g.members = group_members(c->e->j, c->n, grid, g.p->id, &g.n);
	while (g.me < g.n && g.members[g.me] != g.p->id)
		g.me++;
	return g;
}

static size_t bytes_of(const struct tensor *t)
{
	return (size_t)tensor_elements(t) * dtype_bytes(t->type->dtype);
}

static void dims_copy(const struct tensor *t, int64_t *out)
{
	for (uint32_t d = 0; d < t->rank; d++)
		out[d] = t->dims[d];
}

/* Every member's operand i, one after the other: as operand i with a dimension of members in
 * front. */
static struct tensor *gather(struct call *c, const struct group *g, uint32_t i)
{
	const struct tensor *a = c->in[i];
	int64_t dims[EVAL_MAX_RANK + 1] = { g->n };

	if (a->rank >= EVAL_MAX_RANK)
		eval_fail(c, WEFT_UNIMPLEMENTED, "rank over %d", EVAL_MAX_RANK - 1);
	for (uint32_t d = 0; d < a->rank; d++)
		dims[d + 1] = a->dims[d];
	struct tensor *all = eval_temp(c, a->type->dtype, a->rank + 1, dims);
	job_try(c->e->j, world_gather(g->p, node_int(c->n, KEY_channel_id, 0), g->n, g->members,
		a->data, bytes_of(a), all->data));
	return all;
}

/* ---- alone ---------------------------------------------------------------------------------- */

static void keep(struct call *c, uint32_t i)
{
	const struct tensor *a = c->in[i];
	enum dtype from = a->type->dtype, to = c->types[i]->dtype;

	if (from == to) {
		eval_view(c, i, c->in[i], a->rank, a->dims);
		return;
	}
	struct tensor *out = eval_new(c, i, a->rank, a->dims);   /* promoted */
	for (int64_t k = 0; k < tensor_elements(a); k++)
		scalar_convert(from, tensor_at(a, k), to, tensor_at(out, k));
}

static bool alone(struct call *c, const struct group *g)
{
	if (g->p)
		return false;
	if (!node_is_alone(c->n))
		eval_fail(c, WEFT_UNIMPLEMENTED, "there is one process; others are to take part");
	for (uint32_t i = 0; i < c->nout; i++)
		keep(c, i);
	return true;
}

/* ---- ids ------------------------------------------------------------------------------------ */

void eval_id(struct call *c)
{
	const struct process *p = process_current();
	uint32_t *id = eval_new(c, 0, 0, NULL)->data;

	if (p)
		*id = c->n->op == OP_replica_id ? p->id / p->partitions : p->id % p->partitions;
}

/* ---- gathers -------------------------------------------------------------------------------- */

/* Copies `part` elements a row from each of n parts, which lie `apart` elements from each other and
 * begin at `first`, side by side: out has rows of n * part elements. */
static void interleave(const struct tensor *all, int64_t n, int64_t apart, int64_t first,
	int64_t rows, int64_t stride, int64_t part, struct tensor *out)
{
	size_t size = dtype_bytes(all->type->dtype);

	for (int64_t r = 0; r < rows; r++)
		for (int64_t k = 0; k < n && part; k++)
			memcpy(tensor_at(out, (r * n + k) * part),
				tensor_at(all, k * apart + first + r * stride),
				(size_t)part * size);
}

static void product(const struct tensor *t, int64_t d, int64_t *before, int64_t *after)
{
	*before = *after = 1;
	for (uint32_t i = 0; i < t->rank; i++)
		*(i < d ? before : after) *= t->dims[i];
}

void eval_all_gather(struct call *c)
{
	struct group g = group_of(c);
	int64_t d = node_int(c->n, KEY_all_gather_dim, 0), dims[EVAL_MAX_RANK], before, after;

	for (uint32_t i = 0; !alone(c, &g) && i < c->nout; i++) {
		const struct tensor *a = c->in[i];
		struct tensor *all = gather(c, &g, i);
		dims_copy(a, dims);
		dims[d] *= g.n;
		struct tensor *out = eval_new(c, i, a->rank, dims);
		product(a, d, &before, &after);
		interleave(all, g.n, before * after, 0, before, after, after, out);
		eval_drop(c->e, all);
	}
}

/* Part `me` of each member's operand along split_dimension, side by side along
 * concat_dimension. */
void eval_all_to_all(struct call *c)
{
	struct group g = group_of(c);
	int64_t split = node_int(c->n, KEY_split_dimension, 0);
	int64_t concat = node_int(c->n, KEY_concat_dimension, 0);

	for (uint32_t i = 0; !alone(c, &g) && i < c->nout; i++) {
		const struct tensor *a = c->in[i];
		if (!g.n)
			eval_fail(c, WEFT_INVALID_ARGUMENT, "a process without a group");
		struct tensor *all = gather(c, &g, i);
		int64_t dims[EVAL_MAX_RANK], rows, after, before;
		dims_copy(a, dims);
		dims[split] /= g.n;
		struct tensor *mine = eval_temp(c, a->type->dtype, a->rank, dims);
		product(mine, concat, &before, &after);
		dims[concat] *= g.n;
		struct tensor *out = eval_new(c, i, a->rank, dims);
		int64_t own, rest;
		product(mine, split, &own, &rest);
		for (int64_t k = 0; k < g.n; k++) {
			interleave(all, 1, 0, tensor_elements(a) * k + rest * g.me, own,
				rest * g.n, rest, mine);
			rows = before;
			for (int64_t r = 0; r < rows && after; r++)
				memcpy(tensor_at(out, (r * g.n + k) * after),
					tensor_at(mine, r * after),
					(size_t)after * dtype_bytes(a->type->dtype));
		}
		eval_drop(c->e, mine);
		eval_drop(c->e, all);
	}
}

/* ---- reductions ----------------------------------------------------------------------------- */

/* The members' operand i reduced in their order, of the result's dtype. */
static struct tensor *reduce(struct call *c, const struct group *g, uint32_t i)
{
	const struct tensor *a = c->in[i];
	struct tensor *all = gather(c, g, i);
	struct tensor *out = eval_temp(c, c->types[i]->dtype, a->rank, a->dims);
	int64_t size = tensor_elements(a);
	enum dtype from = a->type->dtype, to = out->type->dtype;
	struct body b;

	if (c->n->op != OP_cross_replica_sum)
		body_init(c, 0, 2, &b);
	for (int64_t k = 0; k < size; k++) {
		void *at = tensor_at(out, k);
		if (from == to)
			memcpy(at, tensor_at(all, k), dtype_bytes(from));
		else
			scalar_convert(from, tensor_at(all, k), to, at);
		for (uint32_t m = 1; m < g->n; m++) {
			void *next = tensor_at(all, m * size + k);
			body_set(&b, 0, to, at);
			body_set(&b, 1, from, next);
			body_run(c, &b);
			body_get(c, &b, 0, to, at);
		}
	}
	if (c->n->op != OP_cross_replica_sum)
		body_fini(c, &b);
	eval_drop(c->e, all);
	return out;
}

static void sum(struct call *c, const struct group *g)
{
	struct tensor *all = gather(c, g, 0), *out = eval_new_like(c, 0, c->in[0]);
	size_t bytes = bytes_of(out);

	memcpy(out->data, all->data, bytes);
	for (uint32_t m = 1; m < g->n; m++) {
		struct tensor next = *out;
		next.data = (char *)all->data + m * bytes;
		scalar_map(c, OP_add, out, &next, out);
	}
	eval_drop(c->e, all);
}

void eval_all_reduce(struct call *c)
{
	struct group g = group_of(c);

	for (uint32_t i = 0; !alone(c, &g) && i < c->nout; i++) {
		struct tensor *r = reduce(c, &g, i);
		eval_view(c, i, r, r->rank, r->dims);
		eval_drop(c->e, r);
	}
}

void eval_cross_replica_sum(struct call *c)
{
	struct group g = group_of(c);

	if (!alone(c, &g))
		sum(c, &g);
}

void eval_reduce_scatter(struct call *c)
{
	struct group g = group_of(c);
	int64_t d = node_int(c->n, KEY_scatter_dimension, 0), dims[EVAL_MAX_RANK], before, after;

	if (alone(c, &g))
		return;
	if (!g.n)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "a process without a group");
	struct tensor *r = reduce(c, &g, 0);
	dims_copy(r, dims);
	dims[d] /= g.n;
	struct tensor *out = eval_new(c, 0, r->rank, dims);
	product(out, d, &before, &after);
	interleave(r, 1, 0, after * g.me, before, after * g.n, after, out);
	eval_drop(c->e, r);
}

/* ---- one to others -------------------------------------------------------------------------- */

/* Which member is the root for operand i: the first, or what the last operand says. */
static uint32_t root_of(struct call *c, const struct group *g, uint32_t i)
{
	if (!node_bool(c->n, KEY_has_dynamic_root, false))
		return 0;
	int64_t root = eval_index(c->in[group_operands(c->n)], i);
	if (root < 0 || root >= g->n)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "root %lld of a group of %u", (long long)root,
			g->n);
	return (uint32_t)root;
}

void eval_collective_broadcast(struct call *c)
{
	struct group g = group_of(c);

	for (uint32_t i = 0; !alone(c, &g) && i < c->nout; i++) {
		struct tensor *out = eval_new_like(c, i, c->in[i]);
		if (!g.n)
			continue;                /* in no group: zeros */
		struct tensor *all = gather(c, &g, i);
		size_t bytes = bytes_of(out);
		memcpy(out->data, (char *)all->data + bytes * root_of(c, &g, i), bytes);
		eval_drop(c->e, all);
	}
}

/* The root gets the reduction, the others zeros. */
void eval_collective_reduce(struct call *c)
{
	struct group g = group_of(c);

	for (uint32_t i = 0; !alone(c, &g) && i < c->nout; i++) {
		struct tensor *r = reduce(c, &g, i);
		if (g.me != root_of(c, &g, i))
			memset(r->data, 0, bytes_of(r));
		eval_view(c, i, r, r->rank, r->dims);
		eval_drop(c->e, r);
	}
}

/* A process gets what a pair sends it, or zeros.  (Alone it is process 0.) */
void eval_collective_permute(struct call *c)
{
	const struct process *p = process_current();
	struct grid grid = { p ? p->replicas : UINT16_MAX, p ? p->partitions : 1 };
	uint32_t id = p ? p->id : 0, to, from;
	int64_t channel = node_int(c->n, KEY_channel_id, 0);

	if (!p && channel > 0)
		grid = (struct grid){ 1, UINT16_MAX };
	group_pair(c->e->j, c->n, grid, id, &to, &from);
	for (uint32_t i = 0; i < c->nout; i++) {
		const struct tensor *a = c->in[i];
		if (from == id) {
			keep(c, i);
			continue;
		}
		struct tensor *out = eval_new_like(c, i, a);
		if (p && to != GROUP_NOBODY)
			job_try(c->e->j, world_put(p->world, WORLD_collective, channel, id, to,
				a->data, bytes_of(a)));
		if (p && from != GROUP_NOBODY)
			job_try(c->e->j, world_take(p->world, WORLD_collective, channel, from, id,
				out->data, bytes_of(a)));
	}
}

/* ---- in, out, point to point ---------------------------------------------------------------- */

static const struct process *outside(struct call *c)
{
	if (!process_current())
		eval_fail(c, WEFT_UNIMPLEMENTED, "there is no one to exchange data with");
	return process_current();
}

/* The results are tensors that a message of that kind brings, one each, and a token. */
static void take_results(struct call *c, enum world_kind kind, int64_t channel)
{
	const struct process *p = outside(c);
	int64_t dims[EVAL_MAX_RANK];

	for (uint32_t i = 0; i < c->nout; i++) {
		if (c->types[i]->kind != TYPE_tensor) {
			c->out[i] = eval_pack(c->e, c->types[i], 0, NULL);
			continue;
		}
		if (!eval_static_dims(c, i, dims))
			eval_fail(c, WEFT_UNIMPLEMENTED, "a result of unknown size");
		struct tensor *out = eval_new(c, i, c->types[i]->rank, dims);
		job_try(c->e->j, world_take(p->world, kind, channel, WORLD_ANYONE, WORLD_ANYONE,
			out->data, bytes_of(out)));
	}
}

void eval_infeed(struct call *c)
{
	take_results(c, WORLD_feed, 0);
}

void eval_recv(struct call *c)
{
	take_results(c, WORLD_send, node_int(c->n, KEY_channel_id, 0));
}

/* Nobody outside reads it. */
void eval_outfeed(struct call *c)
{
	outside(c);
	c->out[0] = eval_pack(c->e, c->types[0], 0, NULL);
}

void eval_send(struct call *c)
{
	const struct process *p = outside(c);

	for (uint32_t i = 0; i < c->nin; i++)
		if (c->in[i]->type->kind == TYPE_tensor)
			job_try(c->e->j, world_put(p->world, WORLD_send,
				node_int(c->n, KEY_channel_id, 0), WORLD_ANYONE, WORLD_ANYONE,
				c->in[i]->data, bytes_of(c->in[i])));
	c->out[0] = eval_pack(c->e, c->types[0], 0, NULL);
}
