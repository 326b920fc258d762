/* scatter.c -- CORE_scatter: the inputs are copied, then the updates are taken one by one, those of
 * several inputs together, in row-major order: the specification leaves the order open, here it is
 * fixed (StableHLO, scatter).
 *
 * In place, the results are the inputs' memory and there is nothing to copy.
 *
 * A chunk is a part of the rows of the results, a row being the last dimension: it copies its rows,
 * goes through all updates in order and takes those that go there, so every element sees its
 * updates in one order whatever the threads.  Where rows of updates go to rows of the results
 * (embeddings, index_add), their elements go to different places and are taken LANES at once.
 *
 * Updates that follow each other and go to one row, as those of a bag or a segment do, are combined
 * in registers: the row is loaded before the first and stored behind the last.  Rows of a table
 * that are gathered for them, in no order a processor guesses, are asked for some updates ahead. */
#include "gen/control.h"
#include "gen/core_impl.h"
#include "gen/gen_impl.h"

#define RUN_BYTES 512            /* of a row that is kept in registers */
#define RUN_AHEAD 16             /* updates: so far ahead is asked for what they gather */

struct scatter {
	const struct node *n;
	uint32_t count;                  /* of tensors that are updated together */
	const int64_t *window, *inserted, *ib, *sb, *map;
	uint32_t nwindow, ninserted, nib, nsb, nmap;
	/* the dim of indices that holds an index; its rank: none, scalars */
	int64_t vector;
	uint32_t apart;                  /* node_scatters_apart, at most outer_dims */
	LLVMValueRef lo, hi;             /* the chunk's rows */
	struct ix *u, *to;               /* of the update at hand, and where it goes */
};

static bool among(const int64_t *list, uint32_t n, int64_t v)
{
	for (uint32_t i = 0; i < n; i++)
		if (list[i] == v)
			return true;
	return false;
}

/* Where the updates at u go in the operand. */
static void place(struct gen *g, const struct scatter *s, const struct ix *u, struct ix *to)
{
	const struct node *indices = s->n->in[s->count];
	const struct type *t = s->n->in[0]->type, *it = indices->type,
		*ut = s->n->in[s->count + 1]->type;
	struct ix *at = ix_array(g, it->rank), *batch = ix_array(g, ut->rank);
	uint32_t nbatch = 0, w = 0;

	for (uint32_t d = 0; d < ut->rank; d++)
		if (!among(s->window, s->nwindow, d))
			batch[nbatch++] = u[d];
	for (uint32_t d = 0, b = 0; d < it->rank; d++)
		at[d] = d == s->vector ? ix_const(g, 0) : batch[b++];
	for (uint32_t d = 0; d < t->rank; d++) {
		bool named = false;
		to[d] = ix_const(g, 0);
		for (uint32_t k = 0; k < s->nmap; k++) {
			if (s->map[k] != d)
				continue;
			named = true;
			if (s->vector < it->rank)
				at[s->vector] = ix_const(g, k);
			to[d] = ix_of_val(g, value_at(g, indices, at), it->dtype);
		}
		for (uint32_t k = 0; k < s->nib; k++)
			if (s->ib[k] == d)
				to[d] = at[s->sb[k]];
		if (!among(s->inserted, s->ninserted, d) && !among(s->ib, s->nib, d))
			to[d] = ix_add(g, to[d], u[s->window[w++]]);
		if (named)                       /* an index may be anything */
			to[d].max = INT64_MAX;
	}
}

static void copy_block(struct gen *g, struct lanes *l, struct ix j)
{
	const struct scatter *s = l->arg;
	const struct type *t = s->n->in[0]->type;
	struct ix *at = ix_array(g, t->rank);

	ix_delinear(g, j, t->rank, t->dims, at);
	for (uint32_t i = 0; i < s->count; i++)
		store_at(g, gen_buffer(g, g->k->ninputs + i), s->n->in[i]->type->dtype, j,
			value_at(g, s->n->in[i], at));
}

/* i1: does the update at s->u go somewhere, and that into the chunk's rows?  Of those that
 * own_updates lists a row of a matrix is the chunk's. */
static LLVMValueRef is_ours(struct gen *g, const struct scatter *s)
{
	const struct type *t = s->n->in[0]->type;
	LLVMValueRef ours = NULL;

	for (uint32_t d = 0; d < t->rank; d++) {
		int level;
		bool inside = dim_is_number(t->dims[d]) && s->to[d].max < t->dims[d];
		LLVMValueRef test = inside || s->to[d].vec || s->to[d].step ? NULL
			: ix_below(g, s->to[d], t->dims[d], &level);
		gen_here(g);
		ours = test && ours ? AND(ours, test) : test ? test : ours;
	}
	if (s->apart + 1 < t->rank) {
		LLVMValueRef row = ix_value(g, ix_linear(g, t->rank - 1, t->dims, s->to));
		gen_here(g);
		LLVMValueRef here = AND(ICMP(SGE, row, s->lo), ICMP(SLT, row, s->hi));
		ours = ours ? AND(ours, here) : here;
	}
	return ours ? ours : LLVMConstInt(g->i1, 1, false);
}

/* The element, or the lanes, at s->u. */
static void take_update(struct gen *g, const struct scatter *s)
{
	const struct type *t = s->n->in[0]->type;
	struct val *args = job_array(g->job, 2 * s->count, sizeof *args);
	struct val *next = job_array(g->job, s->count, sizeof *next);
	struct ix at = ix_linear(g, t->rank, t->dims, s->to);

	for (uint32_t k = 0; k < s->count; k++) {
		args[s->count + k] = value_at(g, s->n->in[s->count + 1 + k], s->u);
		args[k] = load_at(g, gen_buffer(g, g->k->ninputs + k), g->depth,
			s->n->in[k]->type->dtype, at);
	}
	region_at(g, s->n, 0, 2 * s->count, args, next);
	for (uint32_t k = 0; k < s->count; k++)
		store_at(g, gen_buffer(g, g->k->ninputs + k), s->n->in[k]->type->dtype, at,
			next[k]);
}

static void take_lanes(struct gen *g, struct lanes *l, struct ix j)
{
	const struct scatter *s = l->arg;
	const struct node *update = s->n->in[s->count + 1];

	s->u[update->type->rank - 1] = j;
	s->to[s->n->in[0]->type->rank - 1] = j;
	take_update(g, s);
}

/* Of the update at s->u, which is not to be taken yet. */
static void fetch_lanes(struct gen *g, struct lanes *l, struct ix j)
{
	const struct scatter *s = l->arg;
	const struct node *update = s->n->in[s->count + 1];

	s->u[update->type->rank - 1] = j;
	fetch_gathered(g, update, s->u);
}

/* An update behind e, before `end`. */
static struct ix update_ahead(struct gen *g, LLVMValueRef e, LLVMValueRef end)
{
	gen_here(g);
	e = min_signed(g, ADD(e, c64(g, RUN_AHEAD)), SUB(end, c64(g, 1)));
	return ix_scalar(e, g->depth, 1, INT64_MAX);
}

/* Asks for the row of an update behind that of the loop l, over all of them. */
static void row_ahead(struct gen *g, struct scatter *s, const struct loop *l)
{
	int64_t d = s->n->in[s->count + 1]->type->dims[1];
	const struct ix at = s->u[0];

	s->u[0] = update_ahead(g, l->iv, l->hi);
	lanes_loop(g, &(struct lanes){ .lo = c64(g, 0), .hi = gen_extent(g, d), .align = LANES,
		.max = d > 0 ? d - 1 : INT64_MAX, .whole_blocks = d > 0 && d % LANES == 0,
		.fn = fetch_lanes, .arg = s });
	gen_here(g);
	s->u[0] = at;
}

static void take_row(struct gen *g, struct scatter *s)
{
	const struct type *ut = s->n->in[s->count + 1]->type;
	int64_t d = ut->dims[ut->rank - 1];
	struct branch br;

	s->u[ut->rank - 1] = ix_const(g, 0);
	place(g, s, s->u, s->to);
	s->to[s->n->in[0]->type->rank - 1] = ix_const(g, 0);
	LLVMValueRef ours = is_ours(g, s), count = gen_extent(g, d);
	branch_begin(g, &br, ours);
	struct lanes lanes = { .lo = c64(g, 0), .hi = count, .align = LANES,
		.max = d > 0 ? d - 1 : INT64_MAX, .whole_blocks = d > 0 && d % LANES == 0,
		.fn = take_lanes, .arg = s };
	lanes_loop(g, &lanes);
	branch_end(g, &br);
}

/* The first dims of the updates, that one loop goes through: a row and, where there are others, the
 * last of these have loops of their own. */
static uint32_t outer_dims(const struct scatter *s)
{
	uint32_t rank = s->n->in[s->count + 1]->type->rank - node_scatters_rows(s->n);

	return rank > 1 ? rank - 1 : rank;
}

/* Of the updates by the places of their first n dims [0, *end) are there: the chunk's lie in
 * [*first, *end), no other's go there. */
static void own_updates(struct gen *g, const struct scatter *s, uint32_t n, LLVMValueRef *first,
	LLVMValueRef *end)
{
	const struct type *t = s->n->in[0]->type, *ut = s->n->in[s->count + 1]->type;
	LLVMValueRef rows = extent_product(g, t->rank - 1 - s->apart, t->dims + s->apart);
	LLVMValueRef each = extent_product(g, n - s->apart, ut->dims + s->apart);

	gen_here(g);
	LLVMValueRef last = SUB(ADD(s->hi, rows), c64(g, 1));
	*first = MUL(LLVMBuildUDiv(g->b, s->lo, rows, ""), each);
	*end = MUL(LLVMBuildUDiv(g->b, last, rows, ""), each);
}

/* ---- runs of updates to one row -------------------------------------------------------------- */

/* Are there few enough columns for registers, of a type that these and memory hold alike? */
static bool has_runs(const struct scatter *s)
{
	const struct type *t = s->n->in[0]->type, *ut = s->n->in[s->count + 1]->type;
	size_t bytes = dtype_table[t->dtype].bits / 8;

	return node_scatters_rows(s->n) && s->count == 1 && t->rank == 2 && ut->rank == 2 &&
	       !s->apart && (bytes == 4 || bytes == 8) && !dtype_is_complex(t->dtype) &&
	       ut->dims[1] > 1 && ut->dims[1] <= (int64_t)(RUN_BYTES / bytes);
}

/* The register of the columns at j: a constant, for loops over them are unrolled. */
static LLVMValueRef *run_register(struct lanes *l, struct ix j)
{
	int64_t at = 0;

	ix_is_const(&(struct ix){ .v = j.v }, &at);
	return &l->carried[at / LANES];
}

static void run_load(struct gen *g, struct lanes *l, struct ix j)
{
	const struct scatter *s = l->arg;
	const struct type *t = s->n->in[0]->type;

	s->to[1] = j;
	struct val v = load_at(g, gen_buffer(g, g->k->ninputs), g->depth, t->dtype,
		ix_linear(g, t->rank, t->dims, s->to));
	*run_register(l, j) = val_lanes(g, v).v;
}

static void run_step(struct gen *g, struct lanes *l, struct ix j)
{
	const struct scatter *s = l->arg;
	LLVMValueRef *sum = run_register(l, j);
	struct val args[2], next;

	s->u[1] = j;
	args[1] = value_at(g, s->n->in[2], s->u);
	args[0] = (struct val){ .v = *sum, .level = g->depth, .lanes = true };
	region_at(g, s->n, 0, 2, args, &next);
	*sum = val_lanes(g, next).v;
}

static void run_store(struct gen *g, struct lanes *l, struct ix j)
{
	const struct scatter *s = l->arg;
	const struct type *t = s->n->in[0]->type;

	s->to[1] = j;
	store_at(g, gen_buffer(g, g->k->ninputs), t->dtype,
		ix_linear(g, t->rank, t->dims, s->to),
		(struct val){ .v = *run_register(l, j), .level = g->depth, .lanes = true });
}

/* fn for all columns, carrying them. */
static void run_columns(struct gen *g, struct scatter *s, LLVMValueRef *carried,
	void (*fn)(struct gen *g, struct lanes *s, struct ix j))
{
	int64_t d = s->n->in[2]->type->dims[1];

	lanes_loop(g, &(struct lanes){ .lo = c64(g, 0), .hi = c64(g, d), .align = LANES,
		.max = d - 1, .whole_blocks = d % LANES == 0, .apart = true,
		.ncarried = (uint32_t)((d + LANES - 1) / LANES), .carried = carried, .fn = fn,
		.arg = s });
}

/* The row of update e, which is there. */
static LLVMValueRef run_row(struct gen *g, struct scatter *s, LLVMValueRef e)
{
	s->u[0] = ix_scalar(e, g->depth, 1, INT64_MAX);
	s->u[1] = ix_const(g, 0);
	place(g, s, s->u, s->to);
	s->to[1] = ix_const(g, 0);
	LLVMValueRef row = ix_value(g, s->to[0]);
	gen_here(g);
	return row;
}

/* Asks for what some update behind e, before `end`, is made of. */
static void run_ahead(struct gen *g, struct scatter *s, LLVMValueRef e, LLVMValueRef end)
{
	LLVMValueRef none[RUN_BYTES / 4 / LANES];

	s->u[0] = update_ahead(g, e, end);
	run_columns(g, s, none, fetch_lanes);
	gen_here(g);
}

/* The updates from e on that go to `row`; the first that does not. */
static LLVMValueRef take_run(
	struct gen *g, struct scatter *s, LLVMValueRef e, LLVMValueRef end, LLVMValueRef row)
{
	struct turns *t = job_alloc(g->job, sizeof *t);
	const struct ix to = s->to[0];
	enum dtype dtype = s->n->in[0]->type->dtype;
	uint32_t n = (uint32_t)((s->n->in[2]->type->dims[1] + LANES - 1) / LANES);

	for (uint32_t i = 0; i < n; i++)
		t->carried[1 + i] = LLVMConstNull(lanes_of(reg_type(g, dtype)));
	run_columns(g, s, t->carried + 1, run_load);
	t->ncarried = 1 + n;
	t->carried[0] = e;
	turns_begin(g, t);
	LLVMValueRef at = min_signed(g, t->carried[0], SUB(end, c64(g, 1)));
	LLVMValueRef same = ICMP(EQ, run_row(g, s, at), row);
	turns_while(g, t, AND(ICMP(SLT, t->carried[0], end), same));
	run_columns(g, s, t->carried + 1, run_step);
	gen_here(g);
	run_ahead(g, s, t->carried[0], end);
	t->carried[0] = ADD(t->carried[0], c64(g, 1));
	turns_end(g, t);
	s->to[0] = to;
	run_columns(g, s, t->carried + 1, run_store);
	gen_here(g);
	return t->carried[0];
}

/* The first of `count` sorted updates that goes to `row` or behind it. */
static LLVMValueRef run_find(
	struct gen *g, struct scatter *s, LLVMValueRef count, LLVMValueRef row)
{
	struct turns *t = job_alloc(g->job, sizeof *t);

	t->ncarried = 2;
	t->carried[0] = c64(g, 0);
	t->carried[1] = count;
	turns_begin(g, t);
	LLVMValueRef lo = t->carried[0], hi = t->carried[1];
	turns_while(g, t, ICMP(SLT, lo, hi));
	LLVMValueRef middle = LSHR(ADD(lo, hi), c64(g, 1));
	LLVMValueRef before = ICMP(SLT, run_row(g, s, middle), row);
	t->carried[0] = SELECT(before, ADD(middle, c64(g, 1)), lo);
	t->carried[1] = SELECT(before, hi, middle);
	turns_end(g, t);
	return t->carried[0];
}

static void take_runs(struct gen *g, struct scatter *s, LLVMValueRef first, LLVMValueRef end)
{
	struct turns *t = job_alloc(g->job, sizeof *t);
	struct branch br;

	t->ncarried = 1;
	t->carried[0] = first;
	turns_begin(g, t);
	turns_while(g, t, ICMP(SLT, t->carried[0], end));
	LLVMValueRef e = t->carried[0], row = run_row(g, s, e), ours = is_ours(g, s);
	gen_here(g);
	LLVMValueRef next[2] = { ADD(e, c64(g, 1)) };
	LLVMBasicBlockRef from[2] = { g->block };
	branch_begin(g, &br, ours);
	next[1] = take_run(g, s, e, end, row);
	from[1] = g->block;
	branch_end(g, &br);
	t->carried[0] = next[1];
	if (!br.always) {
		t->carried[0] = LLVMBuildPhi(g->b, g->i64, "");
		LLVMAddIncoming(t->carried[0], next, from, 2);
	}
	turns_end(g, t);
}

/* ---- the updates ----------------------------------------------------------------------------- */

static void take_at(struct gen *g, struct scatter *s, bool rows)
{
	struct branch br;

	if (rows) {
		take_row(g, s);
		return;
	}
	place(g, s, s->u, s->to);
	branch_begin(g, &br, is_ours(g, s));
	take_update(g, s);
	branch_end(g, &br);
}

/* The last dim that is no row of updates is a loop of its own, so that what depends on the others
 * alone is found once. */
static void take_updates(struct gen *g, struct scatter *s)
{
	const struct type *ut = s->n->in[s->count + 1]->type;
	bool rows = node_scatters_rows(s->n);
	uint32_t outer = outer_dims(s), rank = ut->rank - rows;
	int64_t known = static_product(outer, ut->dims);
	LLVMValueRef first = c64(g, 0), end = extent_product(g, outer, ut->dims);
	struct loop *l = job_alloc(g->job, sizeof *l), *in = job_alloc(g->job, sizeof *in);

	if (s->apart)
		own_updates(g, s, outer, &first, &end);
	gen_here(g);
	if (node_scatters_sorted(s->n)) {
		first = run_find(g, s, end, s->lo);
		end = run_find(g, s, end, s->hi);
	}
	if (has_runs(s)) {
		take_runs(g, s, first, end);
		return;
	}
	loop_begin(g, l, first, end, 1);
	gen_here(g);
	ix_delinear(g, ix_scalar(l->iv, g->depth, 1, known > 0 ? known - 1 : INT64_MAX), outer,
		ut->dims, s->u);
	if (rank > outer) {
		int64_t d = ut->dims[outer];
		loop_begin(g, in, c64(g, 0), gen_extent(g, d), 1);
		s->u[outer] = ix_scalar(in->iv, in->level, 1, d > 0 ? d - 1 : INT64_MAX);
		take_at(g, s, rows);
		loop_end(g, in);
	} else {
		if (node_scatters_sorted(s->n))
			row_ahead(g, s, l);
		take_at(g, s, rows);
	}
	loop_end(g, l);
}

/* The chunk's rows, copied. */
static void copy_rows(struct gen *g, struct scatter *s)
{
	const struct type *t = s->n->in[0]->type;
	int64_t known = static_product(t->rank, t->dims), row = t->rank ? t->dims[t->rank - 1] : 1;
	LLVMValueRef each = t->rank > 1 ? gen_extent(g, row) : extent_product(g, t->rank, t->dims);
	bool whole = known > 0 && known % LANES == 0 && (t->rank < 2 || row % LANES == 0);
	struct lanes lanes = { .align = t->rank < 2 || (row > 0 && row % LANES == 0) ? LANES : 1,
		.fn = copy_block, .arg = s, .level = g->depth,
		.max = known > 0 ? known - 1 : INT64_MAX, .whole_blocks = whole };

	gen_here(g);
	lanes.lo = MUL(s->lo, each);
	lanes.hi = MUL(s->hi, each);
	lanes_loop(g, &lanes);
}

void core_scatter(struct gen *g)
{
	const struct node *first = g->k->body->results[0];
	struct scatter s = { .n = first->op == OP_result ? first->in[0] : first };

	if (s.n->op != OP_scatter)
		gen_unsupported(g, s.n, NULL);
	s.count = (node_noperands(s.n) - 1) / 2;
	s.window = node_ints(s.n, KEY_update_window_dims, &s.nwindow);
	s.inserted = node_ints(s.n, KEY_inserted_window_dims, &s.ninserted);
	s.ib = node_ints(s.n, KEY_input_batching_dims, &s.nib);
	s.sb = node_ints(s.n, KEY_scatter_indices_batching_dims, &s.nsb);
	s.map = node_ints(s.n, KEY_scatter_dims_to_operand_dims, &s.nmap);
	s.vector = node_int(s.n, KEY_index_vector_dim, 0);
	s.apart = node_scatters_apart(s.n);
	if (s.apart > outer_dims(&s))
		s.apart = outer_dims(&s);
	const struct type *t = s.n->in[0]->type;
	s.u = ix_array(g, s.n->in[s.count + 1]->type->rank);
	s.to = ix_array(g, t->rank);
	LLVMValueRef rows = t->rank > 1 ? extent_product(g, t->rank - 1, t->dims) : c64(g, 1);
	LLVMValueRef grain = gen_extent(g, g->k->outer_grain);
	gen_here(g);
	s.lo = MUL(LLVMGetParam(g->fn, 1), grain);
	s.hi = min_signed(g, MUL(LLVMGetParam(g->fn, 2), grain), rows);
	if (!g->k->in_place)
		copy_rows(g, &s);
	take_updates(g, &s);
	gen_end_function(g);
}
