/* row.c -- CORE_row: rows one after the other, several passes over each.
 *
 * A reduce that needs another reduce first (the sum of exp(x - max)) is one STAGE later.  Pass p
 * goes over the row and computes all reduces of stage p + 1 at once; the last pass stores.
 *
 *   pass 0: max = max(x)      pass 1: e = exp(x - max), keep e; sum += e      pass 2: store e / sum
 *
 * R1  Element i of a row goes to lane i % LANES of the first accumulator or, in the odd ones of the
 *     pairs of whole blocks, the second; the two are added, then the lanes as 8 + 8, 4 + 4, 2 + 2,
 *     1 + 1.  The order depends on the row's length alone.  Reducers without a neutral element
 *     have one accumulator.
 * R2  What is dear and needed in more than one pass is kept in a row of the scratch.
 * R3  Where the reducer is one known op its lanes start at that op's neutral element and the
 *     initial value comes in once, at the end; otherwise they start at the initial value, which
 *     StableHLO wants to be neutral.
 * R4  Unless numerics are strict, e / sum of softmax is e times the sum's reciprocal, which is
 *     computed once a row: e is at most 1 and the sum at least that, so neither end of the range
 *     is near. */
#include "gen/core_impl.h"
#include <string.h>

#define ROW_MAX_REDUCES 24
#define ROW_MAX_PAIRED 12        /* accumulators of both sets: as many as there are registers for */
#define KEEP_COST 8
#define KEEP_MAX_BYTES (256 << 10)
#define FETCH_LEAST (1 << 20)            /* bytes of an operand whose next row is asked for */
#define FETCH_MAX_ROW (32 << 10)         /* bytes of a row: more is not there any more */

struct row_reduce {
	const struct node *op;
	uint32_t stage, n;           /* operands */
	struct val acc[8];           /* while its pass runs */
	struct val total[8];         /* afterwards */
	bool done, neutral, extreme;
	struct extreme parts;        /* in place of acc, where it is one */
	uint32_t first;              /* of its values in a set of the carried list */
};
struct kept {
	const struct node *node;
	uint32_t pass;
	LLVMValueRef at;             /* scratch */
};
struct row {
	struct lanes lanes;
	const struct node **nodes;
	uint32_t count, npasses, pass;
	uint32_t *stage, *seen;      /* by position in nodes; seen: 1 + pass */
	double *cost;
	uint32_t nreduces, nkept;
	struct row_reduce reduces[ROW_MAX_REDUCES];
	struct kept kept[16];
	struct ix *ix;               /* of the space, the row's components of this block */
	int64_t length;              /* -1: symbolic */
	LLVMValueRef carried[LOOP_MAX_CARRIED];        /* sets of accumulators: one, or two */
	uint32_t set, per_set;       /* the set at hand; values of one */
	struct ix block;             /* linear index within the row */
};

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

static double own_cost(const struct node *n)
{
	switch (n->op) {
	case OP_constant:
	case OP_iota:
	case OP_broadcast_in_dim:
	case OP_reshape:
	case OP_result: return 0;
	case OP_exponential: case OP_log: case OP_tanh: case OP_logistic: case OP_power:
	case OP_sine:
	case OP_cosine: case OP_chlo_erf: case OP_chlo_erfc: case OP_exponential_minus_one:
	case OP_log_plus_one: case OP_tan: case OP_atan2: case OP_cbrt: return 20;
	case OP_divide: case OP_sqrt: case OP_rsqrt: case OP_remainder: return 6;
	case OP_gather: case OP_transpose: case OP_dynamic_slice: return 10;
	default: return 1;
	}
}

static void row_analyse(struct gen *g, struct row *w)
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
}

static bool of_the_space(const struct gen *g, const struct node *n)
{
	const struct type *t = n->type;

	if (t->kind != TYPE_tensor || t->rank != g->k->rank)
		return false;
	for (uint32_t i = 0; i < t->rank; i++)
		if (t->dims[i] != g->k->space[i])
			return false;
	return true;
}

/* May rows of n be kept?  Booleans have no memory of their own: what they are of is kept. */
static bool may_keep(const struct gen *g, const struct node *n)
{
	enum dtype t = n->type->dtype;
	return of_the_space(g, n) && !dtype_is_complex(t) && dtype_table[t].kind != DTYPE_BOOL;
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
		if (again && w->cost[i] >= KEEP_COST && w->nkept < 16 && may_keep(g, x)) {
			bool known = false;
			for (uint32_t k = 0; k < w->nkept; k++)
				known |= w->kept[k].node == x;
			if (!known)
				w->kept[w->nkept++] = (struct kept){ x, w->seen[i] - 1, NULL };
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

static void row_plan_kept(struct gen *g, struct row *w)
{
	const struct region *r = g->k->body;

	if (w->length < 0 || w->length * 8 > KEEP_MAX_BYTES)
		return;
	for (uint32_t p = 0; p <= w->npasses; p++) {
		for (uint32_t i = 0; i < w->nreduces; i++)
			for (uint32_t k = 0; w->reduces[i].stage == p + 1 && k < w->reduces[i].n;
				k++)
				row_visit(g, w, w->reduces[i].op->in[k], p);
		for (uint32_t i = 0; p == w->npasses && i < r->nresults; i++)
			if (of_the_space(g, r->results[i]))
				row_visit(g, w, r->results[i], p);
	}
	for (uint32_t i = 0; i < w->nkept; i++) {
		size_t blocks = ((size_t)w->length + LANES - 1) / LANES;
		w->kept[i].at = gen_scratch(g, blocks * LANES * 8);
	}
}

/* ---- values of their own -------------------------------------------------------------------- */

static struct val reduce_at(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	const struct row_reduce *r = b->arg;

	(void)ix;
	if (!r->done)
		gen_fail(g, WEFT_INTERNAL, "a reduction is used before its pass");
	return r->total[n->op == OP_result ? node_int(n, KEY_index, 0) : 0];
}

struct kept_at { struct row *w; struct kept *kept; };

static struct val kept_at(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	const struct kept_at *a = b->arg;
	struct row *w = a->w;
	bool here = w->pass > a->kept->pass;

	for (uint32_t i = 0; here && i < n->type->rank; i++)
		here = n->type->dims[i] == 1 ||
		       (ix[i].v == w->ix[i].v && ix[i].step == w->ix[i].step &&
			       ix[i].vec == w->ix[i].vec);
	if (!here)
		return value_compute(g, n, ix);
	LLVMTypeRef t = reg_type(g, n->type->dtype);
	struct val v = { .lanes = true, .level = w->block.level };
	gen_at(g, v.level);
	v.v = LLVMBuildLoad2(
		g->b, lanes_of(t), gep(g, t == g->i1 ? g->i8 : t, a->kept->at, w->block.v), "");
	LLVMSetAlignment(v.v, t == g->i1 ? 1 : 16);
	return v;
}

static void add_bind(struct gen *g, const struct node *n,
	struct val (*at)(struct gen *, const struct bind *, const struct node *, const struct ix *),
	void *arg)
{
	struct bind *b = job_alloc(g->job, sizeof *b);

	*b = (struct bind){ g->binds, n, at, arg };
	g->binds = b;
}

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

/* Is n e / sum(e) with e = exponential(x - max(x)) (R4)? */
static bool is_weight(const struct node *n)
{
	if (n->op != OP_divide || n->in[0]->op != OP_exponential ||
		n->type->dtype != DTYPE_f32 || n->in[0]->in[0]->op != OP_subtract)
		return false;
	const struct node *e = n->in[0], *sum = unspread(n->in[1]),
			  *max = unspread(e->in[0]->in[1]);
	return reduces_by(sum, OP_add, e) && reduces_by(max, OP_maximum, e->in[0]->in[0]);
}

static struct val weight_at(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	struct val e, sum = value_at(g, n->in[1], ix);

	(void)b;
	if (sum.lanes)
		return value_compute(g, n, ix);
	e = value_at(g, n->in[0], ix);
	gen_at(g, sum.level);
	LLVMValueRef over = FDIV(cf_like(sum.v, 1), sum.v);
	if (e.lanes)
		over = splat(g, over);
	e.level = e.level > sum.level ? e.level : sum.level;
	gen_at(g, e.level);
	e.v = FMUL(e.v, over);
	return e;
}

static void row_bind(struct gen *g, struct row *w)
{
	for (uint32_t i = 0; !g->k->strict && i < w->count; i++)
		if (is_weight(w->nodes[i]))
			add_bind(g, w->nodes[i], weight_at, NULL);
	for (uint32_t i = 0; i < w->nreduces; i++) {
		add_bind(g, w->reduces[i].op, reduce_at, &w->reduces[i]);
		for (uint32_t k = 0; k < w->count; k++)
			if (w->nodes[k]->op == OP_result && w->nodes[k]->in[0] == w->reduces[i].op)
				add_bind(g, w->nodes[k], reduce_at, &w->reduces[i]);
	}
	for (uint32_t i = 0; i < w->nkept; i++) {
		struct kept_at *a = job_alloc(g->job, sizeof *a);
		*a = (struct kept_at){ w, &w->kept[i] };
		add_bind(g, w->kept[i].node, kept_at, a);
	}
}

/* ---- accumulators --------------------------------------------------------------------------- */

/* The neutral element of a reducer that is one op of its two parameters. */
bool reducer_neutral(struct gen *g, const struct node *n, struct val *out)
{
	const struct region *r = n->regions[0];
	const struct node *x = r->results[0];
	enum dtype t = x->type->dtype, part = dtype_part(t);
	bool real = dtype_is_float(part), sign = dtype_is_signed(t);
	int bits = dtype_table[t].bits;
	LLVMTypeRef rt = reg_type(g, t);

	if (r->nresults != 1 || x->nin != 2 || x->in[0]->op != OP_parameter ||
		x->in[1]->op != OP_parameter || x->in[0] == x->in[1])
		return false;
	double f = 0, im = 0;
	int64_t i = 0;
	switch (x->op) {
	case OP_add: f = im = -0.0; break;
	case OP_multiply: f = 1, i = 1; break;
	case OP_maximum:
		f = im = -__builtin_inf();
		i = sign ? (int64_t)(0 - ((uint64_t)1 << (bits - 1))) : 0;
		break;
	case OP_minimum:
		f = im = __builtin_inf();
		i = sign ? (int64_t)(((uint64_t)1 << (bits - 1)) - 1) : -1;
		break;
	case OP_and: i = -1; break;
	case OP_or: case OP_xor: break;
	default: return false;
	}
	if (bits < 8 && !sign && i == -1)
		i = (1 << bits) - 1;
	if (dtype_table[t].kind == DTYPE_BOOL)
		i = x->op == OP_multiply || x->op == OP_minimum || x->op == OP_and;
	*out = (struct val){ .v = real ? LLVMConstReal(rt, f)
				       : LLVMConstInt(rt, (unsigned long long)i, true) };
	if (part != t)
		out->im = LLVMConstReal(rt, im);
	return true;
}

static void acc_begin(struct gen *g, struct row *w, struct row_reduce *r)
{
	r->neutral = r->n == 1 && reducer_neutral(g, r->op, &r->acc[0]);
	r->extreme = r->neutral && extreme_begin(g, r->op, &r->parts);
	r->first = w->lanes.ncarried;
	if (r->extreme) {
		for (int i = 0; i < EXTREME_PARTS; i++)
			w->carried[w->lanes.ncarried++] = r->parts.part[i];
		return;
	}
	for (uint32_t i = 0; i < r->n; i++) {
		struct val v = r->neutral ? r->acc[i] : value_at(g, r->op->in[r->n + i], NULL);
		v = val_lanes(g, v);
		w->carried[w->lanes.ncarried++] = v.v;
		r->acc[i] = v;
		if (v.im)
			w->carried[w->lanes.ncarried++] = v.im;
	}
}

/* r's values in the set at hand. */
static LLVMValueRef *acc_values(struct row *w, const struct row_reduce *r)
{
	return w->carried + w->set * w->per_set + r->first;
}

/* The carried values are r's accumulators, of the current depth. */
static void acc_load(struct gen *g, struct row *w, struct row_reduce *r)
{
	const LLVMValueRef *v = acc_values(w, r);
	uint32_t k = 0;

	for (int i = 0; r->extreme && i < EXTREME_PARTS; i++)
		r->parts.part[i] = v[k++];
	for (uint32_t i = 0; !r->extreme && i < r->n; i++) {
		r->acc[i].v = v[k++];
		if (r->acc[i].im)
			r->acc[i].im = v[k++];
		r->acc[i].level = g->depth;
	}
}

static LLVMValueRef acc_keep(struct gen *g, LLVMValueRef new, LLVMValueRef old)
{
	return g->tail ? SELECT(g->tail, new, old) : new;
}

static void extreme_row_step(struct gen *g, struct row *w, struct row_reduce *r,
	const struct ix *at)
{
	LLVMValueRef x = val_lanes(g, value_at(g, r->op->in[0], at)).v;

	gen_here(g);
	extreme_step(g, &r->parts, x);
	LLVMValueRef *v = acc_values(w, r);
	for (uint32_t i = 0; i < EXTREME_PARTS; i++)
		v[i] = acc_keep(g, r->parts.part[i], v[i]);
}

static void acc_step(struct gen *g, struct row *w, struct row_reduce *r)
{
	struct val args[16], next[8];
	const struct type *t = r->op->in[0]->type;
	struct ix *at = ix_array(g, t->rank);
	LLVMValueRef *v = acc_values(w, r);
	uint32_t k = 0;

	acc_load(g, w, r);
	ix_reshape(g, g->k->rank, g->k->space, w->ix, t->rank, t->dims, at);
	if (r->extreme) {
		extreme_row_step(g, w, r, at);
		return;
	}
	for (uint32_t i = 0; i < r->n; i++) {
		args[i] = r->acc[i];
		args[r->n + i] = value_at(g, r->op->in[i], at);
	}
	region_at(g, r->op, 0, 2 * r->n, args, next);
	for (uint32_t i = 0; i < r->n; i++) {
		next[i] = val_lanes(g, next[i]);
		gen_here(g);
		v[k++] = acc_keep(g, next[i].v, r->acc[i].v);
		if (next[i].im)
			v[k++] = acc_keep(g, next[i].im, r->acc[i].im);
	}
}

LLVMValueRef lanes_rotated(struct gen *g, LLVMValueRef v, int by)
{
	LLVMValueRef order[LANES];

	for (int i = 0; i < LANES; i++)
		order[i] = c32(g, (i + by) % LANES);
	return LLVMBuildShuffleVector(g->b, v, v, LLVMConstVector(order, LANES), "");
}

/* r's accumulators of the second set into those of the first. */
static void acc_join(struct gen *g, struct row *w, struct row_reduce *r)
{
	struct val args[2];
	struct extreme other;

	w->set = 1;
	acc_load(g, w, r);
	args[1] = r->acc[0];
	other = r->parts;
	w->set = 0;
	acc_load(g, w, r);
	args[0] = r->acc[0];
	gen_here(g);
	if (r->extreme)
		extreme_join(g, &r->parts, &other);
	else
		region_at(g, r->op, 0, 2, args, r->acc);
}

static void acc_end(struct gen *g, struct row *w, struct row_reduce *r)
{
	struct val args[16], next[8];

	if (w->lanes.pairs)
		acc_join(g, w, r);
	else
		acc_load(g, w, r);
	for (int by = LANES / 2; !r->extreme && by; by /= 2) {
		for (uint32_t i = 0; i < r->n; i++) {
			gen_here(g);
			args[i] = r->acc[i];
			args[r->n + i] = r->acc[i];
			args[r->n + i].v = lanes_rotated(g, r->acc[i].v, by);
			if (r->acc[i].im)
				args[r->n + i].im = lanes_rotated(g, r->acc[i].im, by);
		}
		region_at(g, r->op, 0, 2 * r->n, args, next);
		memcpy(r->acc, next, r->n * sizeof *next);
	}
	gen_here(g);
	if (r->extreme)
		r->total[0] = (struct val){ .v = extreme_end(g, &r->parts), .level = g->depth };
	for (uint32_t i = 0; !r->extreme && i < r->n; i++) {
		struct val v = { .level = g->depth };
		gen_here(g);
		v.v = LLVMBuildExtractElement(g->b, r->acc[i].v, c32(g, 0), "");
		if (r->acc[i].im)
			v.im = LLVMBuildExtractElement(g->b, r->acc[i].im, c32(g, 0), "");
		r->total[i] = v;
	}
	if (r->neutral) {
		args[0] = value_at(g, r->op->in[1], NULL);
		args[1] = r->total[0];
		region_at(g, r->op, 0, 2, args, r->total);
	}
	r->done = true;
}

/* ---- passes --------------------------------------------------------------------------------- */

/* Does a row of t lie where the row of the space does, of so much memory that it is in no cache? */
static bool row_fetches(const struct row *w, const struct kernel *k, const struct type *t)
{
	int64_t n = static_product(t->rank, t->dims), bytes = (int64_t)dtype_bytes(t->dtype);

	return n > 0 && n == static_product(k->rank, k->space) && n * bytes >= FETCH_LEAST &&
	       w->length * bytes <= FETCH_MAX_ROW && !dtype_is_complex(t->dtype);
}

/* Asks for the next row while this one is reduced for the last time: a processor guesses no further
 * than to the end of a page, and memory would rest until the next row begins. */
static void row_ahead(struct gen *g, const struct row *w)
{
	const struct kernel *k = g->k;

	for (uint32_t i = 0; i < k->ninputs; i++) {
		const struct type *t = k->body->params[i];
		if (!row_fetches(w, k, t))
			continue;
		LLVMValueRef p = gen_buffer(g, i);
		struct ix at = ix_linear(g, k->rank, k->space, w->ix);
		at = ix_addc(g, at, w->length);
		gen_here(g);
		fetch(g, gep(g, mem_type(g, t->dtype), p, at.v), FETCH_FIRST);
	}
}

static void row_block(struct gen *g, struct lanes *s, struct ix j)
{
	struct row *w = (struct row *)s;
	const struct kernel *k = g->k;
	const struct region *body = k->body;
	uint32_t outer = k->rank - k->row;

	w->block = j;
	w->set = s->second;
	ix_delinear(g, j, k->row, k->space + outer, w->ix + outer);
	if (w->pass + 1 == w->npasses)
		row_ahead(g, w);
	for (uint32_t i = 0; i < w->nreduces; i++)
		if (w->reduces[i].stage == w->pass + 1)
			acc_step(g, w, &w->reduces[i]);
	for (uint32_t i = 0; i < w->nkept; i++) {
		const struct kept *x = &w->kept[i];
		if (x->pass != w->pass)
			continue;
		struct val v = val_lanes(g, value_at(g, x->node, w->ix));
		LLVMTypeRef t = reg_type(g, x->node->type->dtype);
		gen_here(g);
		LLVMSetAlignment(LLVMBuildStore(g->b, v.v, gep(g, t, x->at, j.v)), 16);
	}
	if (w->pass < w->npasses)
		return;
	for (uint32_t i = 0; i < k->noutputs; i++) {
		const struct node *r = body->results[i];
		if (!of_the_space(g, r))
			continue;
		struct val v = value_at(g, r, w->ix);
		LLVMValueRef p = gen_buffer(g, k->ninputs + i);
		store_at(g, p, r->type->dtype, ix_linear(g, k->rank, k->space, w->ix), v);
	}
}

static bool pass_has_work(struct gen *g, const struct row *w)
{
	const struct region *body = g->k->body;

	for (uint32_t i = 0; i < w->nreduces; i++)
		if (w->reduces[i].stage == w->pass + 1)
			return true;
	for (uint32_t i = 0; w->pass == w->npasses && i < g->k->noutputs; i++)
		if (of_the_space(g, body->results[i]))
			return true;
	return false;
}

/* Gives the reduces of the pass a second set of accumulators where they can have one. */
static void row_pair(struct row *w)
{
	uint32_t n = w->lanes.ncarried;
	bool all = n > 0 && 2 * n <= ROW_MAX_PAIRED;

	for (uint32_t i = 0; i < w->nreduces; i++)
		all &= w->reduces[i].stage != w->pass + 1 || w->reduces[i].neutral;
	w->lanes.pairs = all;
	w->per_set = n;
	if (!all)
		return;
	memcpy(w->carried + n, w->carried, n * sizeof *w->carried);
	w->lanes.ncarried = 2 * n;
}

static void row_pass(struct gen *g, struct row *w, uint32_t pass)
{
	const struct kernel *k = g->k;

	w->pass = pass;
	if (!pass_has_work(g, w))
		return;
	w->lanes.ncarried = 0;
	w->lanes.carried = w->carried;
	w->set = 0;
	for (uint32_t i = 0; i < w->nreduces; i++)
		if (w->reduces[i].stage == pass + 1)
			acc_begin(g, w, &w->reduces[i]);
	if (w->lanes.ncarried > LOOP_MAX_CARRIED)
		gen_fail(g, WEFT_UNIMPLEMENTED, "too many reductions of one row");
	row_pair(w);
	w->lanes.lo = c64(g, 0);
	w->lanes.hi = extent_product(g, k->row, k->space + (k->rank - k->row));
	lanes_loop(g, &w->lanes);
	for (uint32_t i = 0; i < w->nreduces; i++)
		if (w->reduces[i].stage == pass + 1)
			acc_end(g, w, &w->reduces[i]);
}

/* Results of one value a row. */
static void row_store_totals(struct gen *g, struct row *w)
{
	const struct region *body = g->k->body;
	const struct kernel *k = g->k;

	for (uint32_t i = 0; i < k->noutputs; i++) {
		const struct node *r = body->results[i];
		const struct type *t = r->type;
		if (of_the_space(g, r))
			continue;
		struct ix *at = ix_array(g, t->rank);
		ix_reshape(g, k->rank - k->row, k->space, w->ix, t->rank, t->dims, at);
		struct val v = value_at(g, r, at);
		LLVMValueRef p = gen_buffer(g, k->ninputs + i);
		store_at(g, p, t->dtype, ix_linear(g, t->rank, t->dims, at), v);
	}
}

void core_row(struct gen *g)
{
	const struct kernel *k = g->k;
	struct row *w = job_alloc(g->job, sizeof *w);
	struct loop *l = job_alloc(g->job, sizeof *l);
	uint32_t outer = k->rank - k->row;
	int64_t total = static_product(outer, k->space);

	w->lanes = (struct lanes){ .fn = row_block, .align = LANES };
	w->ix = ix_array(g, k->rank);
	w->length = static_product(k->row, k->space + outer);
	w->lanes.max = w->length > 0 ? w->length - 1 : INT64_MAX;
	row_analyse(g, w);
	row_plan_kept(g, w);
	row_bind(g, w);
	LLVMValueRef rows = extent_product(g, outer, k->space);
	LLVMValueRef grain = gen_extent(g, k->outer_grain);
	gen_here(g);
	LLVMValueRef lo = MUL(LLVMGetParam(g->fn, 1), grain);
	LLVMValueRef hi = min_signed(g, MUL(LLVMGetParam(g->fn, 2), grain), rows);
	loop_begin(g, l, lo, hi, 1);
	struct ix o = ix_scalar(l->iv, g->depth, 1, total > 0 ? total - 1 : INT64_MAX);
	ix_delinear(g, o, outer, k->space, w->ix);
	for (uint32_t p = 0; p <= w->npasses; p++)
		row_pass(g, w, p);
	row_store_totals(g, w);
	loop_end(g, l);
	gen_end_function(g);
}
