/* kernel.c -- a group of nodes as a kernel: its closed body, its inputs, its chunks, its name.
 *
 * The body is built in the graph like any region, so equal bodies are one pointer; two kernels are
 * equal when body, core and numbers are, and are then compiled once (plan.c compares). */
#include "base/hash.h"
#include "plan/plan_impl.h"
#include "plan/sums.h"
#include <stdio.h>
#include <string.h>

#define CHUNK_ELEMENTS 16384     /* of a map chunk: 64 KiB of f32 */
#define CHUNK_WEIGHT 32          /* operations an element of a map; of more a chunk has fewer */
#define CHUNK_MOST 65536
#define ROW_CHUNKS 96            /* of a row kernel: not fewer for the sake of longer ones */
#define ROW_ELEMENTS 65536       /* of such a longer one, at most */
#define SCATTER_CHUNKS 16        /* of a scatter, at most */
#define SCATTER_CUTS 4           /* in so many the first dims are cut, or where these are more */
#define JOIN_LEAST 64            /* elements: shorter runs of pieces are not worth loops each */
#define SUMS_PRODUCTS 32768      /* of vectors, of a chunk of a window's sums */
#define COLUMNS_LEAST 128        /* of a chunk that reduces along columns: a block of column.c */

struct build {
	struct graph *g;
	const struct fusion *f;
	const struct group *group;
	const struct node **now;         /* by node id: its twin in the body */
	const struct node **inputs;
	uint32_t ninputs, cap, nparams;
};

static uint32_t add_input(struct build *b, const struct node *n)
{
	if (b->ninputs == b->cap) {
		uint32_t cap = b->cap ? 2 * b->cap : 8;
		b->inputs = job_grow(graph_job(b->g), b->inputs, b->cap, cap, sizeof *b->inputs);
		b->cap = cap;
	}
	b->inputs[b->ninputs++] = n;
	return b->ninputs - 1;
}

static bool is_inside(const struct build *b, const struct node *n)
{
	return group_makes(b->group, n) || node_is_leaf(n) ||
	       (!b->f->buffer[n->id] && !node_is_step(n));
}

/* Nodes the body needs, operands first, inputs among them; the contraction ends the walk. */
static const struct node **collect(struct build *b, uint32_t *count)
{
	struct job *j = graph_job(b->g);
	uint32_t n = 0, cap = 64;
	const struct node **at = job_array(j, cap, sizeof *at);
	bool *seen = b->f->seen;
	at[n++] = b->group->root;
	seen[b->group->root->id] = true;
	for (uint32_t i = 0; i < n; i++) {
		if (!is_inside(b, at[i]) || at[i] == b->group->contract)
			continue;
		for (uint32_t k = 0; k < at[i]->nin; k++) {
			const struct node *x = at[i]->in[k];
			if (seen[x->id])
				continue;
			seen[x->id] = true;
			if (n == cap) {
				at = job_grow(j, at, cap, 2 * cap, sizeof *at);
				cap *= 2;
			}
			at[n++] = x;
		}
	}
	for (uint32_t a = 1; a < n; a++)         /* by id */
		for (uint32_t c = a; c > 0 && at[c - 1]->id > at[c]->id; c--) {
			const struct node *t = at[c];
			at[c] = at[c - 1];
			at[c - 1] = t;
		}
	for (uint32_t i = 0; i < n; i++)
		seen[at[i]->id] = false;
	*count = n;
	return at;
}

static const struct node *twin(struct build *b, const struct node *n)
{
	if (n == b->group->contract)
		return graph_parameter(b->g, 0, n->type);
	if (!is_inside(b, n)) {
		add_input(b, n);
		return graph_parameter(b->g, b->nparams++, n->type);
	}
	const struct node **in = job_array(graph_job(b->g), n->nin, sizeof *in);
	for (uint32_t k = 0; k < n->nin; k++)
		in[k] = b->now[n->in[k]->id];
	struct node_spec s = {
		.op = n->op, .nin = n->nin, .in = in, .attrs = n->attrs, .nregions = n->nregions,
		.regions = n->regions, .type = n->type, .trusted = true,
	};
	return graph_node(b->g, &s);
}

/* ---- sizes ---------------------------------------------------------------------------------- */

static void add_size(struct job *j, struct kernel *k, int64_t d)
{
	if (d >= 0)
		return;
	for (uint32_t i = 0; i < k->nsizes; i++)
		if (k->sizes[i] == d)
			return;
	int64_t *sizes = job_array(j, k->nsizes + 1, sizeof *sizes);
	if (k->nsizes)
		memcpy(sizes, k->sizes, k->nsizes * sizeof *sizes);
	sizes[k->nsizes++] = d;
	k->sizes = sizes;
}

static void add_type_sizes(struct job *j, struct kernel *k, const struct type *t)
{
	for (uint32_t d = 0; t->kind == TYPE_tensor && d < t->rank; d++)
		add_size(j, k, t->dims[d]);
	for (uint32_t i = 0; i < t->n; i++)
		add_type_sizes(j, k, t->elem[i]);
}

static void add_contract_sizes(struct job *j, struct kernel *k, const struct contract *c)
{
	const int64_t rest[] = { c->m, c->n, c->k, c->rows_at, c->cols_at, c->rows_m, c->rows_k,
		c->cols_k, c->cols_n, c->words };
	for (unsigned i = 0; i < sizeof rest / sizeof *rest; i++)
		add_size(j, k, rest[i]);
	for (uint32_t i = 0; c->runs.run && i < PLAN_RUNS; i++) {
		add_size(j, k, c->runs.pitch[i]);
		add_size(j, k, c->runs.places[i]);
		add_size(j, k, c->runs.step[i]);
	}
	for (uint32_t i = 0; i < c->nbatch; i++) {
		add_size(j, k, c->batch[i]);
		add_size(j, k, c->rows_batch[i]);
		add_size(j, k, c->cols_batch[i]);
	}
}

static void add_sizes(struct graph *g, struct kernel *k)
{
	struct job *j = graph_job(g);
	uint32_t count;
	const struct node **order = region_order(j, k->body, &count);
	for (uint32_t i = 0; i < count; i++) {
		add_type_sizes(j, k, order[i]->type);
		if (order[i]->op != OP_patches)
			continue;
		const enum key keys[] = { KEY_window_dimensions, KEY_dimensions };
		for (unsigned n = 0; n < 2; n++) {
			uint32_t rank;
			const int64_t *dims = node_ints(order[i], keys[n], &rank);
			for (uint32_t d = 0; d < rank; d++)
				add_size(j, k, dims[d]);
		}
	}
	for (uint32_t d = 0; d < k->rank; d++)
		add_size(j, k, k->space[d]);
	if (k->core == CORE_attention)
		add_contract_sizes(j, k, &k->attention.scores);
	if (k->core == CORE_contract || k->core == CORE_attention)
		add_contract_sizes(j, k, &k->contract);
}

/* ---- chunks --------------------------------------------------------------------------------- */

/* A grain for `outer` items of `each` elements: about CHUNK_ELEMENTS a chunk, few enough chunks.
 * All are extents. */
static int64_t grain(struct graph *g, int64_t outer, int64_t each)
{
	int64_t per = dim_floordiv(g, CHUNK_ELEMENTS, dim_max(g, each, 1));
	return dim_max(g, dim_max(g, per, dim_ceildiv(g, outer, CHUNK_MOST)), 1);
}

/* Are there as many slices, of the space's size, as a window has that is written out? */
static bool slices_rows(struct graph *g, const struct kernel *k)
{
	uint32_t count, n = 0;
	const struct node **order = region_order(graph_job(g), k->body, &count);

	for (uint32_t i = 0; i < count && k->rank >= 2; i++)
		n += order[i]->op == OP_slice && order[i]->type->rank == k->rank &&
		     order[i]->type->dims[k->rank - 2] == k->space[k->rank - 2];
	return n >= PLAN_TAPS;
}

/* Are there as many slices of whole rows of the last dim, the features', as such a window has? */
static bool slices_lines(struct graph *g, const struct kernel *k)
{
	uint32_t count, n = 0, last = k->rank - 1;
	const struct node **order = region_order(graph_job(g), k->body, &count);

	if (k->rank < 2)
		return false;
	uint32_t line = plan_line_dim(k->rank, k->space);
	for (uint32_t d = line ? 1 : 0; d < k->rank; d++)
		if (k->space[d] < 0)
			return false;
	for (uint32_t i = 0; i < count; i++) {
		const struct type *t = order[i]->type;
		n += order[i]->op == OP_slice && t->rank == k->rank &&
		     memcmp(t->dims, k->space, k->rank * sizeof *k->space) == 0 &&
		     order[i]->in[0]->type->dims[last] == t->dims[last] &&
		     order[i]->in[0]->type->dims[line] != t->dims[line];
	}
	return n >= PLAN_LINE_TAPS;
}

/* Rows that a chunk has all or none of. */
static int64_t rows_together(struct graph *g, const struct kernel *k)
{
	if (slices_lines(g, k))
		return k->space[plan_line_dim(k->rank, k->space)];
	return slices_rows(g, k) ? plan_tap_rows(k->space[k->rank - 2]) : 1;
}

/* The same of rows: more of them where that leaves chunks enough, since a chunk's first and last
 * rows are not overlapped with others (gen/row.c), and as many in one chunk as in another. */
static int64_t row_grain(struct graph *g, int64_t rows, int64_t each)
{
	int64_t per = grain(g, rows, each);

	if (rows <= 0 || each <= 0 || per <= 0)
		return per;
	while (rows / per >= 2 * ROW_CHUNKS && 2 * per * each <= ROW_ELEMENTS)
		per *= 2;
	int64_t chunks = (rows + per - 1) / per;
	return (rows + chunks - 1) / chunks;
}

/* The sort or scatter of k. */
static const struct node *kernel_root(const struct kernel *k)
{
	const struct node *n = k->body->results[0];
	return n->op == OP_result ? n->in[0] : n;
}

static uint32_t sort_axis(const struct node *n)
{
	int64_t axis = node_int(n, KEY_dimension, -1);
	return (uint32_t)(axis < 0 ? axis + n->in[0]->type->rank : axis);
}

/* How many elements a reduction of k reads for one that it makes, as far as sizes are known. */
static int64_t kernel_fold(struct graph *g, const struct kernel *k)
{
	uint32_t count;
	const struct node **order = region_order(graph_job(g), k->body, &count);
	int64_t most = 1;

	for (uint32_t i = 0; i < count; i++) {
		if (order[i]->op != OP_reduce && order[i]->op != OP_segment_reduce)
			continue;
		int64_t all = type_elements(order[i]->in[0]->type);
		int64_t made = type_elements(node_result_type(order[i], 0));
		if (all > 0 && made > 0 && all / made > most)
			most = all / made;
	}
	return most;
}

static bool has_segments(struct graph *g, const struct kernel *k)
{
	uint32_t count;
	const struct node **order = region_order(graph_job(g), k->body, &count);

	for (uint32_t i = 0; i < count; i++)
		if (order[i]->op == OP_segment_reduce)
			return true;
	return false;
}

/* Every chunk goes through all indices: few chunks, and one where that is most of the work.  In
 * place, with nothing to copy, the updates are all there is to share out. */
static void scatter_chunks(struct graph *g, struct kernel *k)
{
	const struct node *n = kernel_root(k);
	const struct type *t = n->in[0]->type;
	int64_t updates = type_elements(n->in[(node_noperands(n) - 1) / 2 + 1]->type);
	int64_t all = type_elements(t);

	k->outer_grain = k->chunks = 1;
	if (t->rank < 2)
		return;
	int64_t rows = dim_product(g, t->rank - 1, t->dims);
	uint32_t apart = node_scatters_apart(n);
	if (apart) {                             /* through those of its first dims alone */
		int64_t own = dim_product(g, t->rank - 1 - apart, t->dims + apart);
		k->outer_grain = dim_max(g, grain(g, rows, t->dims[t->rank - 1]),
			dim_min(g, own, dim_ceildiv(g, rows, SCATTER_CUTS)));
		k->chunks = dim_ceildiv(g, rows, k->outer_grain);
		return;
	}
	if (node_scatters_sorted(n)) {           /* through its own and few others */
		int64_t row = t->dims[1];
		if (rows > 0 && updates / rows > row)
			row = updates / rows;
		k->outer_grain = grain(g, rows, row);
		k->chunks = dim_ceildiv(g, rows, k->outer_grain);
		return;
	}
	bool few = node_scatters_rows(n) || (updates >= 0 && all / SCATTER_CHUNKS > updates);
	k->outer_grain = few ? dim_max(g, dim_ceildiv(g, rows, SCATTER_CHUNKS),
		grain(g, rows, t->dims[t->rank - 1])) : dim_max(g, rows, 1);
	if (k->in_place && updates >= 0)
		k->outer_grain = dim_max(g, k->outer_grain,
			dim_ceildiv(g, rows, updates / CHUNK_ELEMENTS + 1));
	k->chunks = dim_ceildiv(g, rows, k->outer_grain);
}

/* Some of the dims before the concatenation's; or part of one, where they are few. */
static void join_chunks(struct graph *g, struct kernel *k, int64_t fold)
{
	const struct type *t = k->joins->type;
	uint32_t d = (uint32_t)node_int(k->joins, KEY_dimension, 0);
	bool rows = d + 1 < t->rank;
	int64_t outer = dim_product(g, d, t->dims), row = rows ? t->dims[t->rank - 1] : 1;
	int64_t units = dim_product(g, t->rank - d - rows, t->dims + d);
	int64_t each = dim_mul(g, units, row);

	if (outer >= 0 && outer < 64 && (each < 0 || each > 2 * CHUNK_ELEMENTS)) {
		int64_t per = CHUNK_ELEMENTS / fold / (row > 0 ? row : DIM_TYPICAL);
		k->outer_grain = 1;
		k->inner_grain = per > 0 ? per : 1;
		k->chunks = dim_mul(g, outer, dim_ceildiv(g, units, k->inner_grain));
		return;
	}
	k->outer_grain = grain(g, outer, dim_mul(g, each, fold));
	k->chunks = dim_ceildiv(g, outer, k->outer_grain);
}

static void sort_chunks(struct graph *g, struct kernel *k)
{
	const struct node *n = kernel_root(k);
	const struct type *t = n->in[0]->type;
	uint32_t axis = sort_axis(n);
	int64_t rows = dim_mul(g, dim_product(g, axis, t->dims),
		dim_product(g, t->rank - axis - 1, t->dims + axis + 1));

	k->outer_grain = grain(g, rows, dim_mul(g, 16, dim_max(g, t->dims[axis], 64)));
	k->chunks = dim_ceildiv(g, rows, k->outer_grain);
}

/* Items of a window's sums, each of as many products. */
static void sums_chunks(struct graph *g, struct kernel *k)
{
	struct plan_sums p;

	plan_sums_of(k->body->results[0], &p);
	int64_t items = dim_mul(g, p.parts, plan_sums_items(&p));
	int64_t vectors = PLAN_SUMS_FEATURES / ABI_LANES;
	int64_t each = dim_mul(g, p.part * p.lines * p.window[1] * vectors, p.out[1]);
	k->outer_grain = dim_max(g, dim_floordiv(g, SUMS_PRODUCTS, dim_max(g, each, 1)), 1);
	k->chunks = dim_ceildiv(g, items, k->outer_grain);
}

/* As how many elements one of map k counts, which has many operations. */
static int64_t map_weight(struct graph *g, const struct kernel *k)
{
	uint32_t count;
	const struct node **order = region_order(graph_job(g), k->body, &count);
	double weight = 0;

	for (uint32_t i = 0; i < count; i++)
		if (op_table[order[i]->op].kind == OP_MAP || order[i]->op == OP_gather)
			weight += node_weight(order[i]);
	return weight > CHUNK_WEIGHT ? (int64_t)(weight / CHUNK_WEIGHT) : 1;
}

static void chunks_cut(struct graph *g, struct kernel *k)
{
	if (k->core == CORE_sums) {
		sums_chunks(g, k);
		return;
	}
	if (k->core == CORE_contract || k->core == CORE_attention) {
		k->chunks = contract_chunks(g, &k->contract);
		return;
	}
	if (k->core == CORE_scatter) {
		scatter_chunks(g, k);
		return;
	}
	if (k->core == CORE_sort) {
		sort_chunks(g, k);
		return;
	}
	if (k->core == CORE_scan) {
		int64_t behind = dim_product(g, k->rank - k->axis - 1, k->space + k->axis + 1);
		int64_t items = dim_mul(g, dim_product(g, k->axis, k->space),
			dim_ceildiv(g, behind, PLAN_SCAN_COLUMNS));
		k->outer_grain = grain(g, items, dim_mul(g, k->space[k->axis],
			dim_min(g, behind, PLAN_SCAN_COLUMNS)));
		k->chunks = dim_ceildiv(g, items, k->outer_grain);
		return;
	}
	int64_t fold = k->core == CORE_map ? kernel_fold(g, k) : 1;
	if (k->joins) {
		join_chunks(g, k, fold);
		return;
	}
	if (fold > 1 && k->rank && k->space[k->rank - 1] > COLUMNS_LEAST && !has_segments(g, k)) {
		int64_t per = CHUNK_ELEMENTS / fold / COLUMNS_LEAST * COLUMNS_LEAST;
		k->outer_grain = 1;
		k->inner_grain = per > COLUMNS_LEAST ? per : COLUMNS_LEAST;
		k->chunks = dim_mul(g, dim_product(g, k->rank - 1, k->space),
			dim_ceildiv(g, k->space[k->rank - 1], k->inner_grain));
		return;
	}
	uint32_t inner = k->core == CORE_row ? k->row : k->rank ? 1 : 0;
	int64_t outer = dim_product(g, k->rank - inner, k->space);
	int64_t each = dim_product(g, inner, k->space + (k->rank - inner));
	for (uint32_t i = 0; i < k->nstacks; i++)
		each = dim_mul(g, each, k->body->results[0]->type->dims[k->stack[i]]);
	if (k->core == CORE_map && inner && outer >= 0 && outer < 64 &&
		(each < 0 || each > 2 * CHUNK_ELEMENTS)) {
		k->outer_grain = 1;
		k->inner_grain = CHUNK_ELEMENTS;
		k->chunks = dim_mul(g, outer, dim_ceildiv(g, each, CHUNK_ELEMENTS));
		return;
	}
	if (k->core == CORE_map && fold == 1)
		fold = map_weight(g, k);
	k->outer_grain = k->core == CORE_row ? row_grain(g, outer, each)
					      : grain(g, outer, dim_mul(g, each, fold));
	if (k->core == CORE_map) {
		int64_t rows = rows_together(g, k);
		k->outer_grain = dim_mul(g, dim_ceildiv(g, k->outer_grain, rows), rows);
	}
	k->chunks = dim_ceildiv(g, outer, k->outer_grain);
}

/* Nothing is gone through where every result is empty: rows are what chunks count, and there may
 * be 2^40 of nothing each. */
static void kernel_chunks(struct graph *g, struct kernel *k)
{
	int64_t all = 0;

	chunks_cut(g, k);
	for (uint32_t i = 0; i < k->body->nresults; i++) {
		const struct type *t = k->body->results[i]->type;
		if (t->kind != TYPE_tensor || t->rank < 2 || t->dims[t->rank - 1] > 0)
			return;
		all = dim_add(g, all, dim_product(g, t->rank, t->dims));
	}
	if (all <= 0)
		k->chunks = dim_min(g, k->chunks, all);
}

/* ---- results past the caches ---------------------------------------------------------------- */

#define PAST_LEAST (1 << 20)                 /* bytes of a product's result that go past them */
#define PAST_NEAR 8                          /* times what a core's own cache has is far more */

/* 0: symbolic */
static double moved_bytes(const struct type *t)
{
	int64_t n = type_bytes(t);

	return n > 0 ? (double)n : 0;
}

/* Is it a product's large result that nothing here reads, as a weight's gradient is, among others
 * of many times what a core's cache holds?  Whoever reads it does not find it near; a plain store
 * would first read each line of it, and put what is read next out of the near cache. */
static bool product_streams(const struct build *b, const struct kernel *k,
	const struct plan_options *o)
{
	const struct group *group = b->group;
	bool unread = b->f->unread[group->root->id] && !group->nouts && !group->unshaped;
	double bytes = moved_bytes(k->body->results[0]->type);

	return k->core == CORE_contract && unread && o->l2 && bytes > PAST_LEAST &&
	       b->f->unread_bytes - bytes >= PAST_NEAR * (double)o->l2;
}

/* Is it so much of one number, as what a table's gradient is added to? */
static bool fill_streams(const struct build *b, const struct kernel *k,
	const struct plan_options *o)
{
	return k->core == CORE_map && !b->ninputs && o->l2 &&
	       moved_bytes(k->body->results[0]->type) >= PAST_NEAR * (double)o->l2;
}

/* Does the kernel move half as much again as the shared cache holds, a good part of it results?
 * Then whoever reads these finds few of them there, and a plain store would first read each line of
 * them from memory. */
static bool kernel_streams(const struct build *b, const struct kernel *k,
	const struct plan_options *o)
{
	double in = 0, out = 0, cache = (double)o->l3;

	if (product_streams(b, k, o) || fill_streams(b, k, o))
		return true;
	if (cache <= 0 || (k->core != CORE_map && k->core != CORE_row))
		return false;
	for (uint32_t i = 0; i < b->ninputs; i++)
		in += moved_bytes(b->inputs[i]->type);
	for (uint32_t i = 0; i < k->body->nresults; i++)
		out += moved_bytes(k->body->results[i]->type);
	return in + out >= 1.5 * cache && out >= cache / 4;
}

/* ---- stacks ---------------------------------------------------------------------------------- */

/* A concatenation in the last dim. */
static bool is_in_turn(const struct node *n)
{
	return n->op == OP_concatenate && node_int(n, KEY_dimension, 0) == n->type->rank - 1;
}

bool node_is_stack(const struct node *n)
{
	int64_t d = node_int(n, KEY_dimension, 0);

	if (n->op != OP_concatenate || n->nin < 2 || n->nin > PLAN_MAX_PIECES || n->type->rank < 2)
		return false;
	for (uint32_t i = 0; i < n->nin; i++)
		if (n->in[i]->type->dims[d] != 1)
			return false;
	return !is_in_turn(n) || !dtype_is_complex(n->type->dtype);
}

/* Are n and, down to `level` operands in, all that it is of stacks in one dim a level? */
static bool stacks_to(const struct node *n, uint32_t level, const struct attrs *const *attrs)
{
	if (!node_is_stack(n) || n->attrs != attrs[0])
		return false;
	for (uint32_t i = 0; level && i < n->nin; i++)
		if (!stacks_to(n->in[i], level - 1, attrs + 1))
			return false;
	return true;
}

uint32_t node_stacks(const struct node *n)
{
	const struct attrs *attrs[PLAN_MAX_STACKS];
	const struct node *x = n;
	uint32_t levels = 0, pieces = 1;

	for (; levels < PLAN_MAX_STACKS && node_is_stack(x); x = x->in[0]) {
		attrs[levels] = x->attrs;
		for (uint32_t i = 0; i < levels; i++)
			if (attrs[i] == x->attrs)
				return levels;
		if ((pieces *= x->nin) > PLAN_MAX_PIECES || !stacks_to(n, levels, attrs))
			break;
		levels++;
		if (is_in_turn(x))
			break;
	}
	return levels;
}

static bool is_within(const struct node *n, const struct node *u, uint32_t levels)
{
	if (!levels || n == u)
		return levels != 0;
	for (uint32_t i = 0; i < n->nin; i++)
		if (is_within(n->in[i], u, levels - 1))
			return true;
	return false;
}

bool node_stacks_have(const struct node *n, const struct node *u)
{
	return is_within(n, u, node_stacks(n));
}

bool node_interleaves(const struct node *n)
{
	uint32_t levels = node_stacks(n);

	for (uint32_t i = 1; i < levels; i++)
		n = n->in[0];
	return levels && is_in_turn(n);
}

const struct node *node_joined(const struct node *n)
{
	int64_t run = 1;

	while (n->op == OP_reshape)
		n = n->in[0];
	if (n->op != OP_concatenate || n->nin < 2)
		return NULL;
	for (int64_t d = node_int(n, KEY_dimension, 0); d < n->type->rank && run >= 0; d++)
		run = n->type->dims[d] >= 0 ? run * n->type->dims[d] : -1;
	return run < 0 || run >= JOIN_LEAST ? n : NULL;
}

/* What n's elements are of, as they lie or at other places. */
static const struct node *moved_from(const struct node *n)
{
	while (op_table[n->op].kind == OP_MOVE && n->nin == 1)
		n = n->in[0];
	return n;
}

/* Do the pieces of n have nothing to read in common?  Of the first two that is known. */
static bool reads_apart(const struct node *n)
{
	const struct node *a = moved_from(n->in[0]), *b = moved_from(n->in[1]);

	return a != b && a->op == OP_parameter && b->op == OP_parameter;
}

static void kernel_stacks(struct kernel *k, int64_t *space)
{
	const struct node *n = k->body->results[0];

	if (k->core != CORE_map || k->noutputs != 1)
		return;
	k->joins = node_joined(n);
	if (k->joins && node_is_stack(k->joins) && !reads_apart(k->joins))
		k->joins = NULL;
	if (k->joins || !node_is_stack(n))
		return;
	k->nstacks = node_stacks(n);
	for (uint32_t i = 0; i < k->nstacks; i++, n = n->in[0]) {
		k->stack[i] = (uint32_t)node_int(n, KEY_dimension, 0);
		space[k->stack[i]] = 1;
		k->rank -= is_in_turn(n);
	}
}

/* ---- the kernel ----------------------------------------------------------------------------- */

static void kernel_hash(struct kernel *k)
{
	uint64_t h = hash_mix(k->core, k->body->hash);
	h = hash_mix(h, k->body->id);
	for (uint32_t d = 0; d < k->rank; d++)
		h = hash_mix(h, (uint64_t)k->space[d]);
	const int64_t numbers[] = { k->row, k->outer_grain, k->inner_grain, k->chunks, k->strict,
		k->streams, k->nstacks, k->in_place, k->joins != NULL };
	k->hash = hash_bytes(numbers, sizeof numbers, h);
	if (k->core == CORE_contract || k->core == CORE_attention)
		k->hash = hash_bytes(&k->contract, sizeof k->contract, k->hash);
	if (k->core == CORE_attention)
		k->hash = hash_bytes(&k->attention, sizeof k->attention, k->hash);
}

/* "contract_add_tanh": the core, then the last few ops that compute. */
static void kernel_name(struct job *j, struct kernel *k)
{
	static const char *const cores[CORE_COUNT] = { "map", "row", "contract", "attention",
		"scatter", "update", "sort", "scan", "sums" };
	uint32_t count, shown = 0;
	const struct node **order = region_order(j, k->body, &count);
	size_t len = (size_t)snprintf(k->name, sizeof k->name, "%s", cores[k->core]);
	const char *last = "";
	for (uint32_t i = count; i-- > 0 && shown < 4;) {
		const struct node *n = order[i];
		enum op_kind kind = op_table[n->op].kind;
		bool telling = (kind != OP_LEAF && kind != OP_MOVE) || n->op == OP_gather ||
			       n->op == OP_patches;
		if (!telling || len + strlen(op_table[n->op].name) + 2 > sizeof k->name - 8 ||
		    !strcmp(last, op_table[n->op].name))
			continue;
		last = op_table[n->op].name;
		len += (size_t)snprintf(k->name + len, sizeof k->name - len, "_%s", last);
		shown++;
	}
}

/* The scores of an attention, from the body's parameter 1 and what else they are made of. */
static const struct node *build_scores(struct build *b, const struct node *attention)
{
	const struct region *r = attention->regions[0];
	const struct node **args = job_array(graph_job(b->g), r->nparams, sizeof *args), *scores;

	args[0] = graph_parameter(b->g, 1, r->params[0]);
	for (uint32_t i = 1; i < r->nparams; i++) {
		const struct node *x = attention->in[2 + i];
		add_input(b, x);
		args[i] = graph_parameter(b->g, b->nparams++, x->type);
	}
	region_inline(b->g, r, args, &scores);
	return scores;
}

/* What the body computes, the root's results first; with room for one more. */
static const struct node **build_results(struct build *b, uint32_t *n)
{
	const struct group *group = b->group;
	const struct node *made = group->unshaped ? group->root->in[0] : group->root;
	const struct node *root = b->now[made->id];
	uint32_t own = node_nresults(root);
	const struct node **results =
		job_array(graph_job(b->g), own + group->nouts + 1, sizeof *results);

	for (uint32_t i = 0; i < own; i++)
		results[i] = root->type->kind == TYPE_results ? graph_result(b->g, root, i) : root;
	for (uint32_t i = 0; i < group->nouts; i++)
		results[own + i] = b->now[group->outs[i]->id];
	*n = own + group->nouts;
	return results;
}

/* What the body is given: a product, scores, then inputs. */
static const struct type **param_types(const struct build *b, const struct node *product,
	const struct node *scores)
{
	uint32_t first = !product ? 0 : !scores ? 1 : 2;
	const struct type **params = job_array(graph_job(b->g), b->nparams, sizeof *params);

	if (product)
		params[0] = product->type;
	if (scores)
		params[1] = product->regions[0]->params[0];
	for (uint32_t i = first; i < b->nparams; i++)
		params[i] = b->inputs[i + (product != NULL)]->type;
	return params;
}

struct kernel *plan_kernel(struct graph *g, const struct fusion *f, const struct group *group,
	const struct plan_options *o, bool in_place, uint32_t *ninputs,
	const struct node ***inputs)
{
	struct job *j = graph_job(g);
	struct build b = { .g = g, .f = f, .group = group };
	struct kernel *k = job_alloc(j, sizeof *k);
	uint32_t count;
	b.now = f->twin;
	const struct node *product = group->contract, *scores = NULL;
	if (product) {
		uint32_t sides = product->op == OP_attention ? 3 : product->nin;
		while (b.ninputs < sides)
			add_input(&b, product->in[b.ninputs]);
		b.nparams = sides - 1;
		contract_load(product, &k->contract);
		if (product->op == OP_attention) {
			attention_load(product, &k->attention);
			scores = build_scores(&b, product);
		}
	}
	const struct node **order = collect(&b, &count);
	for (uint32_t i = 0; i < count; i++)
		if (order[i] == group->contract)
			b.now[order[i]->id] = twin(&b, order[i]);
	for (uint32_t i = 0; i < count; i++)
		if (order[i] != group->contract)
			b.now[order[i]->id] = twin(&b, order[i]);

	const struct type **params = param_types(&b, product, scores);
	uint32_t nresults;
	const struct node **results = build_results(&b, &nresults);
	results[nresults] = scores;
	for (uint32_t i = 0; i < count; i++)
		b.now[order[i]->id] = NULL;
	k->graph = g;
	k->core = group->core;
	k->body = graph_region(g, b.nparams, params, nresults + (scores != NULL), results);
	k->strict = o->strict;
	k->in_place = in_place;
	k->rank = group->contract ? 0 : group->rank;
	int64_t *space = job_array(j, k->rank, sizeof *space);
	if (k->rank)
		memcpy(space, group->space, k->rank * sizeof *space);
	k->space = space;
	k->row = group->core == CORE_row ? group->row : 0;
	k->axis = group->core == CORE_scan ? (uint32_t)scan_axis(group->root) : 0;
	k->ninputs = b.ninputs;
	k->noutputs = nresults + (group->core == CORE_sort);
	kernel_stacks(k, space);
	add_sizes(g, k);
	kernel_chunks(g, k);
	k->streams = kernel_streams(&b, k, o);
	add_size(j, k, k->outer_grain);
	kernel_name(j, k);
	kernel_hash(k);
	*ninputs = b.ninputs;
	*inputs = b.inputs;
	return k;
}
