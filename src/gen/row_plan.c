/* row_plan.c -- before a row kernel's code is made: which pass computes what, what is kept for a
 * later one, and which forms of a softmax there are. */
#include "gen/row_impl.h"

#define KEEP_COST 8
#define PIPE_ROWS 8                      /* in a chunk, at least */
#define PIPE_MAX_ROW (16 << 10)          /* elements: of more, too few rows are in the cache */
#define KEEP_MAX_BYTES (256 << 10)

/* ---- analysis ------------------------------------------------------------------------------- */

static uint32_t position(const struct row *w, const struct node *n)
{
	uint32_t lo = 0, hi = w->count;          /* by id */

	while (lo + 1 < hi) {
		uint32_t mid = (lo + hi) / 2;
		if (w->nodes[mid]->id <= n->id)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

bool row_of_the_space(const struct gen *g, const struct node *n)
{
	const struct type *t = n->type;

	if (t->kind != TYPE_tensor || t->rank != g->k->rank)
		return false;
	for (uint32_t i = 0; i < t->rank; i++)
		if (t->dims[i] != g->k->space[i])
			return false;
	return true;
}

/* Does n repeat along the row what is computed once a row? */
static bool spreads_along(const struct gen *g, const struct node *n)
{
	uint32_t rank, outer = g->k->rank - g->k->row;

	if (n->op != OP_broadcast_in_dim || !row_of_the_space(g, n))
		return false;
	const int64_t *dims = node_ints(n, KEY_broadcast_dimensions, &rank);
	for (uint32_t i = 0; i < rank; i++)
		if (dims[i] >= outer && n->in[0]->type->dims[i] != 1)
			return false;
	return true;
}

/* What it takes to compute n again in a later pass over its row, beside its operands; KEEP_COST is
 * what it takes to store the row and load it. */
static double own_cost(const struct node *n)
{
	unsigned flags = op_table[n->op].flags;

	if (flags & OP_FUNCTION)
		return 20;
	if (flags & OP_DIVIDES)
		return 6;
	switch (n->op) {
	case OP_constant: case OP_iota: case OP_broadcast_in_dim: case OP_reshape: case OP_result:
		return 0;
	case OP_gather: case OP_transpose: case OP_dynamic_slice: return 10;
	default: return 1;
	}
}

/* ---- forms ---------------------------------------------------------------------------------- */

/* Through what repeats n's value along the row. */
static const struct node *unspread(const struct node *n)
{
	while (n->op == OP_broadcast_in_dim || n->op == OP_reshape)
		n = n->in[0];
	return n;
}

static bool reduces_by(const struct node *n, enum op op, const struct node *x)
{
	return n->op == OP_reduce && n->in[0] == x && n->regions[0]->results[0]->op == op &&
	       n->regions[0]->results[0]->nin == 2;
}

bool row_is_below(const struct node *n)
{
	if (n->op != OP_exponential || n->type->dtype != DTYPE_f32)
		return false;
	const struct node *less = n->in[0];
	return less->op == OP_subtract &&
	       reduces_by(unspread(less->in[1]), OP_maximum, less->in[0]);
}

bool row_is_weight(const struct node *n)
{
	return n->op == OP_divide && n->in[0]->op == OP_exponential && row_is_below(n->in[0]) &&
	       reduces_by(unspread(n->in[1]), OP_add, n->in[0]);
}


/* Is n the sum of exponential(x - max), max being the largest x? */
static bool is_sum_below(const struct node *n, const struct node *max)
{
	if (n->op != OP_reduce)
		return false;
	const struct node *e = n->in[0];
	return reduces_by(n, OP_add, e) && row_is_below(e) && unspread(e->in[0]->in[1]) == max;
}

/* ---- maxima that need not see NaN ------------------------------------------------------------ */

/* Softmax subtracts the largest x, and what comes of that is divided by the sum S of e^(x - max),
 * or has log S taken away.  A NaN in the row makes S one, whatever the maximum says of it; so the
 * maximum may skip NaN where every result that depends on it is NaN when S is:
 *
 * Q1  max is only ever subtracted from the x it is of.
 * Q2  x - max goes to exponentials, or log S is subtracted from it.
 * Q3  Every result of the kernel is made from S by ops that give NaN for NaN, or without max.
 *
 * The sign of a zero maximum may then be that of either zero as well: by Q2 it reaches an
 * exponential, or there are two zeros, S is 2 or more, and log S is taken from the zero. */
struct quiet {
	const struct node *max;
	bool *from, *nan;            /* by position: depends on max; NaN in all of a row if S is */
};

static bool gives_nan(const struct node *n)
{
	switch (n->op) {
	case OP_add: case OP_subtract: case OP_multiply: case OP_divide: case OP_negate:
	case OP_exponential: case OP_log: case OP_sqrt: case OP_rsqrt: case OP_broadcast_in_dim:
	case OP_reshape: return true;
	case OP_convert: return dtype_is_float(n->type->dtype);
	default: return reduces_by(n, OP_add, n->in[0]) && dtype_is_float(n->type->dtype);
	}
}

/* Q1, Q2 for one use of the maximum or of x - max. */
static bool quiet_use(const struct quiet *q, const struct node *user, const struct node *used)
{
	const struct node *x = q->max->in[0], *u = unspread(used);

	if (u == q->max)
		return user->op == OP_broadcast_in_dim || user->op == OP_reshape ||
		       (user->op == OP_subtract && user->in[0] == x && user->in[1] == used);
	if (used->op != OP_subtract || used->in[0] != x || unspread(used->in[1]) != q->max ||
		user->op == OP_exponential)
		return true;
	const struct node *log = user->op == OP_subtract && user->in[0] == used
		? unspread(user->in[1]) : user;
	return log->op == OP_log && is_sum_below(unspread(log->in[0]), q->max);
}

static bool is_quiet(struct gen *g, struct row *w, const struct node *max)
{
	struct quiet q = { max, job_array(g->job, w->count + 1, sizeof *q.from),
		job_array(g->job, w->count + 1, sizeof *q.nan) };
	const struct region *r = g->k->body;

	if (max->type->dtype != DTYPE_f32 || !reduces_by(max, OP_maximum, max->in[0]))
		return false;
	for (uint32_t i = 0; i < w->count; i++) {
		const struct node *n = w->nodes[i];
		bool sum = n->op == OP_reduce && is_sum_below(n, max);
		q.from[i] = n == max;
		q.nan[i] = sum;
		for (uint32_t k = 0; k < n->nin; k++) {
			uint32_t p = position(w, n->in[k]);
			q.from[i] |= q.from[p];
			q.nan[i] |= q.nan[p] && gives_nan(n);
			if (q.from[p] && !quiet_use(&q, n, n->in[k]))
				return false;
		}
	}
	for (uint32_t i = 0; i < r->nresults; i++) {
		uint32_t p = position(w, r->results[i]);
		if (q.from[p] && !q.nan[p])
			return false;
	}
	return true;
}

/* ---- passes --------------------------------------------------------------------------------- */

/* Is it worth, and can it be, that passes run on several rows at once (row.c, P1)?  Accumulators of
 * all of them are then in registers at the same time. */
static bool row_pipes(struct gen *g, const struct row *w)
{
	const struct kernel *k = g->k;
	int64_t rows = static_product(k->rank - k->row, k->space), registers = 0;

	if (w->npasses < 1 || w->npasses > ROW_MAX_PIPED || rows < PIPE_ROWS ||
		k->outer_grain < PIPE_ROWS || w->length < 0 || w->length > PIPE_MAX_ROW ||
		!row_pass_has_work(g, w, 1))
		return false;
	for (uint32_t i = 0; i < w->nreduces; i++) {
		const struct row_reduce *r = &w->reduces[i];
		enum dtype t = r->op->in[0]->type->dtype;
		if (r->n != 1 || dtype_is_complex(t))
			return false;
		int64_t parts = r->quiet || !reduces_by(r->op, OP_maximum, r->op->in[0]) ? 1 : 3;
		registers += 2 * parts * LANES * (dtype_bytes(t) > 4 ? 8 : 4) / g->isa->bytes;
	}
	return 2 * registers <= g->isa->regs;
}

void row_analyse(struct gen *g, struct row *w)
{
	w->nodes = region_order(g->job, g->k->body, &w->count);
	w->stage = job_array(g->job, w->count + 1, sizeof *w->stage);
	w->seen = job_array(g->job, w->count + 1, sizeof *w->seen);
	w->cost = job_array(g->job, w->count + 1, sizeof *w->cost);
	for (uint32_t i = 0; i < w->count; i++) {
		const struct node *n = w->nodes[i];
		w->cost[i] = own_cost(n);
		for (uint32_t k = 0; k < n->nin; k++) {
			uint32_t p = position(w, n->in[k]);
			if (w->stage[p] > w->stage[i])
				w->stage[i] = w->stage[p];
			w->cost[i] += w->cost[p];
		}
		if (spreads_along(g, n))
			w->cost[i] = 0;
		if (n->op != OP_reduce)
			continue;
		w->stage[i]++;
		w->cost[i] = 0;
		if (w->nreduces == ROW_MAX_REDUCES || node_noperands(n) > 16)
			gen_unsupported(g, n, "too many reductions of one row");
		w->reduces[w->nreduces++] = (struct row_reduce){ .op = n, .stage = w->stage[i],
			.n = node_noperands(n) / 2 };
	}
	const struct region *r = g->k->body;
	for (uint32_t i = 0; i < r->nresults; i++) {
		uint32_t s = w->stage[position(w, r->results[i])];
		w->npasses = s > w->npasses ? s : w->npasses;
	}
	for (uint32_t i = 0; i < w->nreduces; i++)
		w->reduces[i].quiet = is_quiet(g, w, w->reduces[i].op);
	w->piped = row_pipes(g, w);
}

/* May rows of n be kept?  Booleans have no memory of their own: what they are of is kept. */
static bool may_keep(const struct gen *g, const struct node *n)
{
	enum dtype t = n->type->dtype;
	return row_of_the_space(g, n) && !dtype_is_complex(t) && dtype_table[t].kind != DTYPE_BOOL;
}

/* Marks what pass p computes; what an earlier pass computed at some cost becomes kept. */
static void row_visit(struct gen *g, struct row *w, const struct node *root, uint32_t p)
{
	const struct node **stack = job_array(g->job, 2 * w->count + 16, sizeof *stack);
	bool *pushed = job_array(g->job, w->count + 1, sizeof *pushed);
	uint32_t n = 0;

	stack[n++] = root;
	while (n) {
		const struct node *x = stack[--n];
		uint32_t i = position(w, x);
		if (x->op == OP_reduce || x->op == OP_parameter)
			continue;
		bool again = w->seen[i] && w->seen[i] - 1 < p;
		if (again && w->cost[i] >= KEEP_COST && w->nkept < ROW_MAX_KEPT && may_keep(g, x)) {
			bool known = false;
			for (uint32_t k = 0; k < w->nkept; k++)
				known |= w->kept[k].node == x;
			if (!known)
				w->kept[w->nkept++] = (struct kept){ .node = x,
					.pass = w->seen[i] - 1 };
			continue;
		}
		if (!w->seen[i])
			w->seen[i] = p + 1;
		for (uint32_t k = 0; k < x->nin; k++) {
			uint32_t at = position(w, x->in[k]);
			if (!pushed[at])
				stack[n++] = x->in[k];
			pushed[at] = true;
		}
	}
}

void row_plan_kept(struct gen *g, struct row *w)
{
	const struct region *r = g->k->body;

	/* of rows of one element nothing has lanes */
	if (w->length < 2 || w->length * 8 > KEEP_MAX_BYTES)
		return;
	for (uint32_t p = 0; p <= w->npasses; p++) {
		for (uint32_t i = 0; i < w->nreduces; i++)
			for (uint32_t k = 0; w->reduces[i].stage == p + 1 && k < w->reduces[i].n;
				k++)
				row_visit(g, w, w->reduces[i].op->in[k], p);
		for (uint32_t i = 0; p == w->npasses && i < r->nresults; i++)
			if (row_of_the_space(g, r->results[i]))
				row_visit(g, w, r->results[i], p);
	}
	for (uint32_t i = 0; i < w->nkept; i++) {
		struct kept *x = &w->kept[i];
		x->bytes = (w->length + LANES - 1) / LANES * LANES * 8;
		x->rows = 1;
		while (w->piped && x->rows < (int64_t)(w->npasses - x->pass))
			x->rows *= 2;
		x->at = gen_scratch(g, (size_t)(x->rows * x->bytes));
	}
}

bool row_pass_has_work(const struct gen *g, const struct row *w, uint32_t pass)
{
	const struct region *body = g->k->body;

	for (uint32_t i = 0; i < w->nreduces; i++)
		if (w->reduces[i].stage == pass + 1)
			return true;
	for (uint32_t i = 0; pass == w->npasses && i < g->k->noutputs; i++)
		if (row_of_the_space(g, body->results[i]))
			return true;
	return false;
}
