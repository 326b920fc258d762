/* expand_body_scatter.c -- scatter and select_and_scatter as loops (expand_body.c).
 *
 * A body is asked for what is there alone: it might not end for anything else. */
#include "ir/build.h"
#include "pass/expand_body.h"

/* ---- scatter --------------------------------------------------------------------------------- */

/* The site's first nodes are n's operands: inputs, indices, updates. */
struct scatter {
	const struct node *n;
	uint32_t count;              /* of tensors that are updated together */
	const int64_t *window, *inserted, *ib, *sb, *map;
	uint32_t nwindow, ninserted, nib, nsb, nmap;
	int64_t vector;              /* the dim of indices that holds an index, or their rank */
};

static bool among(const int64_t *list, uint32_t n, int64_t v)
{
	for (uint32_t i = 0; i < n; i++)
		if (list[i] == v)
			return true;
	return false;
}

/* Number `at` of the indices, none beyond what sums of them may hold. */
static const struct node *start_at(const struct scatter *x, const struct site *s,
	const struct node *const *at)
{
	const struct type *t = x->n->in[x->count]->type;
	const struct node *i =
		flat_take(s->g, s->at[x->count], index_join(s, t->rank, t->dims, at));

	if (t->dtype == DTYPE_ui64)
		i = build2(s->g, OP_minimum, i,
			build_scalar_int(s->g, DTYPE_ui64, INT64_MAX / 2));
	return build_convert(s->g, i, DTYPE_i64);
}

/* Where the update at u[] goes. */
static void place(const struct scatter *x, const struct site *s, const struct node *const *u,
	const struct node **to)
{
	struct graph *g = s->g;
	const struct type *t = x->n->in[0]->type, *it = x->n->in[x->count]->type,
		*ut = x->n->in[x->count + 1]->type;
	const struct node **at = job_array(graph_job(g), it->rank + 1, sizeof *at);
	uint32_t b = 0, w = 0;

	for (uint32_t d = 0; d < it->rank; d++) {
		if (d == x->vector) {
			at[d] = index_const(g, 0);
			continue;
		}
		while (b < ut->rank && among(x->window, x->nwindow, b))
			b++;
		at[d] = u[b++];
	}
	for (uint32_t d = 0; d < t->rank; d++) {
		to[d] = index_const(g, 0);
		for (uint32_t k = 0; k < x->nmap; k++) {
			if (x->map[k] != d)
				continue;
			if (x->vector < it->rank)
				at[x->vector] = index_const(g, k);
			to[d] = start_at(x, s, at);
		}
		for (uint32_t k = 0; k < x->nib; k++)
			if (x->ib[k] == d)
				to[d] = at[x->sb[k]];
		if (!among(x->inserted, x->ninserted, d) && !among(x->ib, x->nib, d))
			to[d] = build2(g, OP_add, to[d], u[x->window[w++]]);
	}
}

/* The site has the update's index in front; state: what is there. */
static void update(void *arg, const struct site *s, const struct node *i,
	const struct node *const *state, const struct node **next)
{
	const struct scatter *x = arg;
	const struct node **args = job_array(graph_job(s->g), 2 * x->count, sizeof *args);

	(void)i;
	for (uint32_t k = 0; k < x->count; k++) {
		args[k] = state[k];
		args[x->count + k] = flat_take(s->g, s->at[1 + x->count + 1 + k], s->at[0]);
	}
	body_at(s, x->n, 0, 1 + node_noperands(x->n), 2 * x->count, args, next);
}

static void scatter_turn(void *arg, const struct site *s, const struct node *i,
	const struct node *const *state, const struct node **next)
{
	const struct scatter *x = arg;
	struct job *j = graph_job(s->g);
	const struct type *t = x->n->in[0]->type, *ut = x->n->in[x->count + 1]->type;
	const struct node **u = job_array(j, ut->rank + 1, sizeof *u),
			  **to = job_array(j, t->rank + 1, sizeof *to),
			  **old = job_array(j, x->count, sizeof *old);

	index_split(s, i, ut->rank, ut->dims, u);
	place(x, s, u, to);
	const struct node *within = index_within(s, t->rank, t->dims, to);
	const struct node *at = index_join(s, t->rank, t->dims, to);
	for (uint32_t k = 0; k < x->count; k++)
		old[k] = flat_take(s->g, state[k], at);
	struct site inside = site_with(s, 1, &i);
	site_if(&inside, within, x->count, old, update, arg, next);
	for (uint32_t k = 0; k < x->count; k++)
		next[k] = flat_put(s->g, state[k], at, next[k]);
}

const struct node *body_scatter(struct graph *g, const struct node *n, uint32_t which)
{
	struct scatter x = { .n = n, .count = (node_noperands(n) - 1) / 2 };
	struct site s = site_of(g, n, 0, NULL);
	const struct node **out = job_array(graph_job(g), x.count, sizeof *out);
	const struct type *ut = n->in[x.count + 1]->type;

	x.window = node_ints(n, KEY_update_window_dims, &x.nwindow);
	x.inserted = node_ints(n, KEY_inserted_window_dims, &x.ninserted);
	x.ib = node_ints(n, KEY_input_batching_dims, &x.nib);
	x.sb = node_ints(n, KEY_scatter_indices_batching_dims, &x.nsb);
	x.map = node_ints(n, KEY_scatter_dims_to_operand_dims, &x.nmap);
	x.vector = node_int(n, KEY_index_vector_dim, 0);
	site_loop(&s, site_extent(&s, elements_of(g, ut)), x.count, s.at, scatter_turn, &x, out);
	return out[which];
}

/* ---- select_and_scatter ---------------------------------------------------------------------- */

/* The site's last operands are n's: the operand, the source, what is begun with. */
struct selection {
	const struct node *n;
	int64_t length;              /* of a window */
	const int64_t *window, *strides, *low;
};

enum { CHOSEN_ANY, CHOSEN_AT, CHOSEN_VALUE, CHOSEN };

static void keep_if(void *arg, const struct site *s, const struct node *i,
	const struct node *const *state, const struct node **next)
{
	const struct selection *x = arg;
	const struct node *const args[] = { s->at[0], s->at[1] };

	(void)i, (void)state;
	body_at(s, x->n, 0, s->n - s->nsizes - node_ncaptures(x->n), 2, args, next);
}

/* In front of the site: a candidate's place and value. */
static void candidate(void *arg, const struct site *s, const struct node *i,
	const struct node *const *state, const struct node **next)
{
	struct graph *g = s->g;
	const struct node *const two[] = { state[CHOSEN_VALUE], s->at[1] };
	const struct node *keep = build_scalar_int(g, DTYPE_i1, 0);

	(void)i;
	struct site inside = site_with(s, 2, two);
	site_if(&inside, state[CHOSEN_ANY], 1, &keep, keep_if, arg, &keep);
	next[CHOSEN_ANY] = build_scalar_int(g, DTYPE_i1, 1);
	next[CHOSEN_AT] = build_select(g, keep, state[CHOSEN_AT], s->at[0]);
	next[CHOSEN_VALUE] = build_select(g, keep, state[CHOSEN_VALUE], s->at[1]);
}

/* In front of the site: the window's number. */
static void window_turn(void *arg, const struct site *s, const struct node *i,
	const struct node *const *state, const struct node **next)
{
	const struct selection *x = arg;
	struct graph *g = s->g;
	const struct type *t = x->n->in[0]->type, *st = x->n->in[1]->type;
	const struct node **at = job_array(graph_job(g), 2 * t->rank + 1, sizeof *at);

	index_split(s, s->at[0], t->rank, st->dims, at);
	index_split(s, i, t->rank, x->window, at + t->rank);
	for (uint32_t d = 0; d < t->rank; d++) {
		const struct node *first = build2(g, OP_subtract,
			build2(g, OP_multiply, at[d], index_const(g, x->strides[d])),
			index_const(g, x->low[d]));
		at[d] = build2(g, OP_add, first, at[t->rank + d]);
	}
	const struct node *place = index_join(s, t->rank, t->dims, at);
	const struct node *const two[] = { place, flat_take(g, s->at[1], place) };
	struct site inside = site_with(s, 2, two);
	site_if(&inside, index_within(s, t->rank, t->dims, at), CHOSEN, state, candidate, arg,
		next);
}

/* In front of the site: the source's element. */
static void scatter_chosen(void *arg, const struct site *s, const struct node *i,
	const struct node *const *state, const struct node **next)
{
	const struct selection *x = arg;
	const struct node *const args[] = { state[0], s->at[0] };

	(void)i;
	body_at(s, x->n, 1, s->n - s->nsizes - node_ncaptures(x->n), 2, args, next);
}

static void selection_turn(void *arg, const struct site *s, const struct node *i,
	const struct node *const *state, const struct node **next)
{
	const struct selection *x = arg;
	struct graph *g = s->g;
	const struct node *chosen[CHOSEN] = { build_scalar_int(g, DTYPE_i1, 0), index_const(g, 0),
		build_scalar(g, x->n->in[0]->type->dtype, 0) };
	struct site inside = site_with(s, 1, &i);

	site_loop(&inside, index_const(g, x->length), CHOSEN, chosen, window_turn, arg, chosen);
	const struct node *value = flat_take(g, s->at[1], i);
	const struct node *old = flat_take(g, state[0], chosen[CHOSEN_AT]);
	inside = site_with(s, 1, &value);
	site_if(&inside, chosen[CHOSEN_ANY], 1, &old, scatter_chosen, arg, &old);
	next[0] = flat_put(g, state[0], chosen[CHOSEN_AT], old);
}

const struct node *body_select_and_scatter(struct graph *g, const struct node *n)
{
	struct selection x = { .n = n, .length = 1 };
	const struct type *t = n->in[0]->type;
	struct site s = site_of(g, n, 1, &n->type);
	int64_t *all = job_array(graph_job(g), 3 * t->rank + 1, sizeof *all);

	for (uint32_t d = 0; d < t->rank; d++) {
		all[d] = node_int_at(n, KEY_window_dimensions, d, 1);
		all[t->rank + d] = node_int_at(n, KEY_window_strides, d, 1);
		all[2 * t->rank + d] = node_int_at(n, KEY_padding, 2 * d, 0);
		x.length *= all[d];
	}
	x.window = all;
	x.strides = all + t->rank;
	x.low = all + 2 * t->rank;
	const struct node *out = flat_full(&s, n->in[2], n->type);
	site_loop(&s, site_extent(&s, elements_of(g, n->in[1]->type)), 1, &out, selection_turn,
		&x, &out);
	return out;
}
