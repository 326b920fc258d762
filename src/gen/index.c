/* index.c -- index components over the lanes, and arithmetic that keeps them simple.
 *
 * A component knows what its lanes have in common: the step from one to the next, what the first is
 * a multiple of, and a bound.  With that, blocks of LANES consecutive elements stay consecutive
 * through transposes, slices and reshapes, and loads stay vector loads.  What cannot be kept simple
 * becomes a vector of indices.
 *
 * R1  Components are never negative where they are used; between (after a subtraction) they may be,
 *     and then max says nothing.
 * R2  Results are remembered (loop.c), so the same arithmetic gives the same LLVM value and the
 *     same element is recognised when it is asked for again.
 * R3  Dividing remembers what was divided: multiplying back gives the number itself, also when what
 *     is the same for all lanes was added to the quotient.
 * R4  The lanes of a block that divides into two quotients remember where the second begins (struct
 *     bend): what they read are two runs of memory or two numbers, not a gather. */
#include "gen/gen_impl.h"

enum { IX_ADD = 1, IX_MUL, IX_MULC, IX_DIVMOD, IX_VEC, IX_RSUB, IX_CLAMP, IX_PLUS = 50 };

static int64_t gcd(int64_t a, int64_t b)
{
	while (b) {
		int64_t t = a % b;
		a = b;
		b = t;
	}
	return a < 0 ? -a : a;
}

static int64_t sat_add(int64_t a, int64_t b)
{
	int64_t r;

	return a == INT64_MAX || b == INT64_MAX || __builtin_add_overflow(a, b, &r) ? INT64_MAX : r;
}

static int64_t sat_mul(int64_t a, int64_t b)
{
	int64_t r;

	return a == INT64_MAX || b == INT64_MAX || __builtin_mul_overflow(a, b, &r) ? INT64_MAX : r;
}

static int max_int(int a, int b)
{
	return a > b ? a : b;
}

struct ix ix_const(struct gen *g, int64_t c)
{
	return (struct ix){ .v = c64(g, c), .align = c, .max = c };
}

struct ix ix_scalar(LLVMValueRef v, int level, int64_t align, int64_t max)
{
	return (struct ix){ .v = v, .align = align, .max = max, .level = level };
}

struct ix ix_lanes(LLVMValueRef v, int level, int64_t align, int64_t max)
{
	return (struct ix){ .v = v, .step = 1, .align = align, .max = max, .level = level };
}

bool ix_is_const(const struct ix *a, int64_t *out)
{
	if (a->vec || a->step || !LLVMIsAConstantInt(a->v))
		return false;
	*out = LLVMConstIntGetSExtValue(a->v);
	return true;
}

static bool is_zero(const struct ix *a)
{
	int64_t c;

	return ix_is_const(a, &c) && c == 0;
}

static void key_of(uint64_t *key, uint64_t kind, const struct ix *a, uint64_t x, uint64_t y)
{
	key[0] = kind;
	key[1] = (uint64_t)(uintptr_t)a->v;
	key[2] = (uint64_t)a->step;
	key[3] = x;
	key[4] = y;
}

static struct ix remember(struct gen *g, uint64_t *key, struct ix r)
{
	struct ix *p = job_alloc(g->job, sizeof *p);

	*p = r;
	memo_put(g, r.level, 5, key, p);
	return r;
}

struct ix ix_vec(struct gen *g, struct ix a)
{
	uint64_t key[5];
	const struct ix *known;

	if (a.vec)
		return a;
	key_of(key, IX_VEC, &a, 0, 0);
	if ((known = memo_find(g, 5, key)))
		return *known;
	gen_at(g, a.level);
	LLVMValueRef s = g->iw == g->i64 ? a.v : LLVMBuildTrunc(g->b, a.v, g->iw, "");
	LLVMValueRef v = splat(g, s);
	if (a.step)
		v = ADD(v, MUL(lane_iota(g, g->iw), ci_like(v, a.step)));
	struct ix r = { .v = v, .align = 1, .max = a.max, .level = a.level, .vec = true };
	return remember(g, key, r);
}

/* Of a + b, in what they are bent: NULL, not in one way. */
static const struct bend *bend_add(struct gen *g, const struct ix *a, const struct ix *b)
{
	const struct bend *x = a->vec ? a->bend : NULL, *y = b->vec ? b->bend : NULL;

	if ((a->vec && !x) || (b->vec && !y) || (x && y && x->first != y->first) || (!x && !y))
		return NULL;
	struct bend *r = job_alloc(g->job, sizeof *r);
	*r = x ? *x : *y;
	r->step = (x ? x->step : a->step) + (y ? y->step : b->step);
	r->delta = x && y ? ADD(x->delta, y->delta) : r->delta;
	r->at = ADD(x ? x->at : a->v, y ? y->at : b->v);
	return r;
}

/* Of the sum q of a quotient and what is the same for all lanes (R3). */
static const struct split *split_add(
	struct gen *g, const struct ix *a, const struct ix *b, LLVMValueRef q)
{
	const struct ix *by = ix_uniform(a) ? a : b, *old = by == a ? b : a;

	if (!ix_uniform(by) || !old->split || old->split->q != old->v)
		return NULL;
	struct split *s = job_alloc(g->job, sizeof *s);
	*s = (struct split){ .d = old->split->d, .q = q, .r = old->split->r, .of = old->split,
		.plus = *by };
	return s;
}

struct ix ix_add(struct gen *g, struct ix a, struct ix b)
{
	const struct ix a0 = a, b0 = b;
	uint64_t key[5];
	const struct ix *known;

	if (is_zero(&a))
		return b;
	if (is_zero(&b))
		return a;
	if (a.vec || b.vec) {
		a = ix_vec(g, a);
		b = ix_vec(g, b);
	}
	key_of(key, IX_ADD, &a, (uint64_t)(uintptr_t)b.v, (uint64_t)b.step);
	if ((known = memo_find(g, 5, key)))
		return *known;
	struct ix r = { .step = a.step + b.step, .align = gcd(a.align, b.align), .vec = a.vec,
		.max = sat_add(a.max, b.max), .level = max_int(a.level, b.level) };
	gen_at(g, r.level);
	r.v = ADD(a.v, b.v);
	r.bend = bend_add(g, &a0, &b0);
	r.split = split_add(g, &a0, &b0, r.v);
	return remember(g, key, r);
}

/* A number and what was added to it. */
struct plus { struct ix a; int64_t c; };

/* What is added to a sum with a constant is added to that, so that (a + 1) + 1 is a + 2. */
struct ix ix_addc(struct gen *g, struct ix a, int64_t c)
{
	uint64_t key[5];

	key_of(key, IX_PLUS, &a, 0, 0);
	const struct plus *known = a.vec || c == 0 ? NULL : memo_find(g, 5, key);
	if (known) {
		a = known->a;
		c += known->c;
	}
	struct ix k = ix_const(g, c);
	if (c < 0)
		k.max = 0;
	struct ix r = ix_add(g, a, k);
	if (a.vec || c == 0 || LLVMIsConstant(r.v))
		return r;
	key_of(key, IX_PLUS, &r, 0, 0);
	if (!memo_find(g, 5, key)) {
		struct plus *p = job_alloc(g->job, sizeof *p);
		*p = (struct plus){ a, c };
		memo_put(g, r.level, 5, key, p);
	}
	return r;
}

struct ix ix_rsub(struct gen *g, struct ix a, struct ix b)
{
	uint64_t key[5];
	const struct ix *known;

	if (a.vec || b.vec) {
		a = ix_vec(g, a);
		b = ix_vec(g, b);
	}
	key_of(key, IX_RSUB, &a, (uint64_t)(uintptr_t)b.v, (uint64_t)b.step);
	if ((known = memo_find(g, 5, key)))
		return *known;
	struct ix r = { .step = b.step - a.step, .align = gcd(a.align, b.align), .vec = a.vec,
		.max = b.max, .level = max_int(a.level, b.level) };
	gen_at(g, r.level);
	r.v = SUB(b.v, a.v);
	return remember(g, key, r);
}

struct ix ix_mulc(struct gen *g, struct ix a, int64_t c)
{
	uint64_t key[5];
	const struct ix *known;

	if (c == 0)
		return ix_const(g, 0);
	if (c == 1)
		return a;
	key_of(key, IX_MULC, &a, (uint64_t)c, 0);
	if ((known = memo_find(g, 5, key)))
		return *known;
	struct ix r = a;
	r.split = NULL;
	r.step = a.step * c;
	r.align = a.vec ? 1 : sat_mul(a.align, c < 0 ? -c : c);
	r.max = c < 0 ? INT64_MAX : sat_mul(a.max, c);
	gen_at(g, r.level);
	r.v = MUL(a.v, ci_like(a.v, c));
	if (a.bend) {
		struct bend *n = job_alloc(g->job, sizeof *n);
		*n = *a.bend;
		n->at = MUL(n->at, c64(g, c));
		n->step *= c;
		n->delta = MUL(n->delta, c64(g, c));
		r.bend = n;
	}
	return remember(g, key, r);
}

struct ix ix_mul(struct gen *g, struct ix a, int64_t extent)
{
	uint64_t key[5];
	const struct ix *known;

	if (extent >= 0)
		return ix_mulc(g, a, extent);
	if (is_zero(&a))
		return a;
	LLVMValueRef e = gen_extent(g, extent);
	if (a.step)
		a = ix_vec(g, a);
	key_of(key, IX_MUL, &a, (uint64_t)(uintptr_t)e, 0);
	if ((known = memo_find(g, 5, key)))
		return *known;
	struct ix r = a;
	r.split = NULL;
	r.bend = NULL;
	r.align = 1;
	r.max = INT64_MAX;
	gen_at(g, r.level);
	r.v = MUL(a.v, a.vec ? splat(g, e) : e);
	return remember(g, key, r);
}

/* ---- division ------------------------------------------------------------------------------- */

/* Do the lanes of a stay within one block of d?  They do when blocks of LANES * step fit in
 * both. */
static bool stays_in_block(const struct ix *a, int64_t d)
{
	int64_t block = a->step * LANES;

	if (a->step <= 0 || d < 0 || block > d || d % block)
		return false;
	return a->align % block == 0;
}

struct quotient { struct ix q, r; };

/* v / d, rounded down, of a v that may be below 0: lane 0 is where it lies in padding, of which
 * nothing is read, and other lanes, whose quotients follow from its, are inside. */
static LLVMValueRef divide_any(struct gen *g, LLVMValueRef v, int64_t d)
{
	int64_t turns = d < 1 << 20 ? INT64_C(1) << 40 : (INT64_C(1) << 60) / d;

	return SUB(LLVMBuildUDiv(g->b, ADD(v, c64(g, turns * d)), c64(g, d), ""), c64(g, turns));
}

/* v / d, rounded down. */
static LLVMValueRef divide_scalar(struct gen *g, LLVMValueRef v, int64_t d)
{
	return g->pred ? divide_any(g, v, d) : LLVMBuildUDiv(g->b, v, c64(g, d), "");
}

/* The component whose lanes are what b says. */
static struct ix ix_bent(struct gen *g, const struct bend *b, int level, int64_t max)
{
	struct ix x = { .v = b->at, .step = b->step, .align = 1, .max = max, .level = level };

	x = ix_vec(g, x);
	gen_at(g, level);
	LLVMValueRef more = splat(g, LLVMBuildTrunc(g->b, b->delta, g->iw, ""));
	x.v = ADD(x.v, SELECT(b->beyond, more, ci_like(more, 0)));
	x.bend = b;
	return x;
}

/* Of lanes side by side, no more than d of them, the first ones have one quotient and the others
 * the next; of lanes that are two numbers both are divided (R4). */
static struct quotient divide_bent(struct gen *g, struct ix a, int64_t d, int64_t qmax)
{
	struct bend *q = job_alloc(g->job, sizeof *q), *r = job_alloc(g->job, sizeof *r);
	LLVMValueRef e = c64(g, d);

	gen_at(g, a.level);
	if (a.vec) {
		*q = *r = *a.bend;
		LLVMValueRef other = ADD(a.bend->at, a.bend->delta);
		q->at = divide_scalar(g, a.bend->at, d);
		LLVMValueRef next = divide_scalar(g, other, d);
		r->at = SUB(a.bend->at, MUL(q->at, e));
		q->delta = SUB(next, q->at);
		r->delta = SUB(SUB(other, MUL(next, e)), r->at);
	} else {
		q->at = divide_scalar(g, a.v, d);
		r->at = SUB(a.v, MUL(q->at, e));
		q->first = r->first = SUB(e, r->at);
		LLVMValueRef first = splat(g, LLVMBuildTrunc(g->b, q->first, g->i32, ""));
		q->beyond = r->beyond = ICMP(UGE, lane_iota(g, g->i32), first);
		q->step = 0;
		q->delta = c64(g, r->step = 1);
		r->delta = c64(g, -d);
	}
	return (struct quotient){ ix_bent(g, q, a.level, qmax), ix_bent(g, r, a.level, d - 1) };
}

static struct quotient divide(struct gen *g, struct ix a, int64_t d)
{
	struct quotient out;
	LLVMValueRef e = gen_extent(g, d);
	int64_t qmax = d > 0 && a.max != INT64_MAX ? a.max / d : a.max;
	int64_t rmax = d > 0 ? d - 1 : a.max;
	bool whole = !a.vec && a.step && d > 0 && a.step % d == 0;

	bool bends = a.vec ? a.bend && !a.bend->step :
		a.step == 1 && d >= LANES && !stays_in_block(&a, d);
	if (bends && d > 0 && d <= INT32_MAX)
		return divide_bent(g, a, d, qmax);
	if (!a.vec && a.step && !whole && !stays_in_block(&a, d))
		a = ix_vec(g, a);
	gen_at(g, a.level);
	if (a.vec) {
		LLVMValueRef by = g->iw == g->i64 ? e : LLVMBuildTrunc(g->b, e, g->iw, "");
		LLVMValueRef q = LLVMBuildUDiv(g->b, a.v, splat(g, by), "");
		LLVMValueRef r = SUB(a.v, MUL(q, splat(g, by)));
		out.q = (struct ix){
			.v = q, .align = 1, .max = qmax, .level = a.level, .vec = true
		};
		out.r = (struct ix){
			.v = r, .align = 1, .max = rmax, .level = a.level, .vec = true
		};
		return out;
	}
	LLVMValueRef q = whole && g->pred ? divide_any(g, a.v, d) :
		LLVMBuildUDiv(g->b, a.v, e, "");
	LLVMValueRef r = SUB(a.v, MUL(q, e));
	out.q = (struct ix){ .v = q, .step = whole ? a.step / d : 0, .max = qmax, .level = a.level,
		.align = d > 0 && a.align % d == 0 ? a.align / d : 1 };
	out.r = (struct ix){ .v = r, .step = whole ? 0 : a.step, .max = rmax, .level = a.level,
		.align = d > 0 ? gcd(a.align, d) : 1 };
	if (d > 0 && a.align % d == 0)
		out.r.v = c64(g, 0), out.r.align = 0;
	return out;
}

void ix_divmod(struct gen *g, struct ix a, int64_t extent, struct ix *q, struct ix *r)
{
	uint64_t key[5];

	if (extent == 1) {
		*q = a;
		*r = ix_const(g, 0);
		return;
	}
	if (extent > 0 && a.max < extent) {
		*q = ix_const(g, 0);
		*r = a;
		return;
	}
	key_of(key, IX_DIVMOD, &a, (uint64_t)extent, 0);
	const struct quotient *known = memo_find(g, 5, key);
	if (!known) {
		struct quotient *new = job_alloc(g->job, sizeof *new);
		struct split *s = job_alloc(g->job, sizeof *s);
		*new = divide(g, a, extent);
		*s = (struct split){ .x = a, .d = extent, .q = new->q.v, .r = new->r.v };
		new->q.split = new->r.split = s;
		memo_put(g, a.level, 5, key, new);
		known = new;
	}
	*q = known->q;
	*r = known->r;
}

void ix_divmod_from(
	struct gen *g, struct ix a, int64_t least, int64_t d, struct ix *q, struct ix *r)
{
	int64_t turns = least < 0 && d > 1 ? (-least + d - 1) / d : 0;

	/* Division is unsigned: a whole number of d's is added before, as many ones taken away. */
	ix_divmod(g, ix_addc(g, a, turns * d), d, q, r);
	*q = ix_addc(g, *q, -turns);
}

/* ---- shapes --------------------------------------------------------------------------------- */

/* Are q and r what dividing by d left, so that q * d + r is what was divided?  Or is q that and
 * something more (R3). */
static bool is_division(const struct ix *q, const struct ix *r, int64_t d)
{
	const struct split *s = q->split, *of = s;

	while (of && of->of)
		of = of->of;
	return s && of == r->split && s->d == d && s->q == q->v && s->r == r->v;
}

/* q * d + r, of what is_division. */
static struct ix put_together(struct gen *g, const struct ix *q, int64_t d)
{
	const struct split *s = q->split;
	struct ix plus = ix_const(g, 0);

	for (; s->of; s = s->of)
		plus = ix_add(g, plus, s->plus);
	return ix_add(g, ix_mul(g, plus, d), s->x);
}

/* What divisions took apart is put together first, whatever stands before it and whichever was
 * divided first: of (i, j, k) it may have been j and k that one number was divided into, or i and
 * j, and that number and what is left another. */
struct ix ix_linear(struct gen *g, uint32_t rank, const int64_t *dims, const struct ix *ix)
{
	struct ix x = ix_const(g, 0), part[GEN_MAX_RANK];
	/* of part i: its first dim, and the product of its dims, or the only one */
	uint32_t first[GEN_MAX_RANK + 1], n = 0;
	int64_t extent[GEN_MAX_RANK];

	for (uint32_t i = 0; i < rank; i++) {
		if (dims[i] == 1 && n)
			continue;
		part[n] = ix[i];
		first[n] = i;
		extent[n++] = dims[i];
		for (; n > 1 && is_division(&part[n - 2], &part[n - 1], extent[n - 1]); n--) {
			int64_t a = extent[n - 2], b = extent[n - 1];
			part[n - 2] = put_together(g, &part[n - 2], b);
			extent[n - 2] = a < 0 || b < 0 ? INT64_MIN : sat_mul(a, b);
		}
	}
	first[n] = rank;
	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t d = first[i]; d < first[i + 1]; d++)
			x = ix_mul(g, x, dims[d]);
		x = ix_add(g, x, part[i]);
	}
	return x;
}

void ix_delinear(struct gen *g, struct ix x, uint32_t rank, const int64_t *dims, struct ix *out)
{
	for (uint32_t i = rank; i-- > 0;) {
		bool first = true;
		for (uint32_t o = 0; o < i; o++)
			first = first && dims[o] == 1;
		if (first) {            /* nothing but ones before: what is left is the index */
			out[i] = dims[i] == 1 ? ix_const(g, 0) : x;
			x = ix_const(g, 0);
			continue;
		}
		struct ix q;
		ix_divmod(g, x, dims[i], &q, &out[i]);
		x = q;
	}
}

/* Groups of dimensions with equal products are reshaped on their own. */
void ix_reshape(struct gen *g, uint32_t rank, const int64_t *dims, const struct ix *ix,
	uint32_t to_rank, const int64_t *to_dims, struct ix *out)
{
	uint32_t a = 0, b = 0;

	while (a < rank || b < to_rank) {
		uint32_t a0 = a, b0 = b;
		if (a < rank && b < to_rank && dims[a] == to_dims[b]) {
			out[b++] = ix[a++];
			continue;
		}
		if (a < rank && dims[a] == 1) {
			a++;
			continue;
		}
		if (b < to_rank && to_dims[b] == 1) {
			out[b++] = ix_const(g, 0);
			continue;
		}
		int64_t pa = a < rank ? dims[a++] : 1, pb = b < to_rank ? to_dims[b++] : 1;
		while (pa != pb || pa < 0 || pb < 0) {
			bool left = pa >= 0 && pb >= 0 ? pa < pb : pa >= 0;
			if (left && a < rank)
				pa = pa < 0 || dims[a] < 0 ? -1 : pa * dims[a], a++;
			else if (b < to_rank)
				pb = pb < 0 || to_dims[b] < 0 ? -1 : pb * to_dims[b], b++;
			else if (a < rank)
				pa = pa < 0 || dims[a] < 0 ? -1 : pa * dims[a], a++;
			else
				break;
		}
		ix_delinear(g, ix_linear(g, a - a0, dims + a0, ix + a0), b - b0, to_dims + b0,
			out + b0);
	}
}

/* ---- indices that are values ---------------------------------------------------------------- */

struct ix ix_of_val(struct gen *g, struct val v, enum dtype t)
{
	struct ix r = { .align = 1, .max = INT64_MAX, .level = v.level, .vec = v.lanes };
	LLVMTypeRef to = like(v.v, v.lanes ? g->iw : g->i64);

	if (LLVMTypeOf(v.v) == to && dtype_is_signed(t)) {
		r.v = v.v;
		return r;
	}
	uint64_t key[5] = { IX_CLAMP + 1, (uint64_t)(uintptr_t)v.v, t, 0, 0 };
	const struct ix *known = memo_find(g, 5, key);
	if (known)
		return *known;
	gen_at(g, v.level);
	unsigned from = LLVMGetIntTypeWidth(
		v.lanes ? LLVMGetElementType(LLVMTypeOf(v.v)) : LLVMTypeOf(v.v));
	unsigned into = LLVMGetIntTypeWidth(v.lanes ? g->iw : g->i64);
	if (from > into) {              /* keep what is out of range out of range: clamps follow */
		LLVMValueRef big = ci_like(v.v, INT32_MAX),
			     low = ci_like(v.v, dtype_is_signed(t) ? INT32_MIN : 0);
		LLVMValueRef c = v.v;
		if (dtype_is_signed(t))
			c = call2(g, "llvm.smin", call2(g, "llvm.smax", c, low), big);
		else
			c = call2(g, "llvm.umin", c, big);
		r.v = LLVMBuildTrunc(g->b, c, to, "");
	} else if (from < into) {
		r.v = dtype_is_signed(t) ? LLVMBuildSExt(g->b, v.v, to, "")
					 : LLVMBuildZExt(g->b, v.v, to, "");
	} else {
		r.v = v.v;
		/* above what signed holds: far out of range either way */
		if (!dtype_is_signed(t))
			r.v = call2(g, "llvm.umin", v.v,
				ci_like(v.v, from == 64 ? INT64_MAX : INT32_MAX));
	}
	return remember(g, key, r);
}

struct ix ix_clamp(struct gen *g, struct ix a, struct ix lo, struct ix hi)
{
	if (a.vec || a.step) {
		a = ix_vec(g, a);
		lo = ix_vec(g, lo);
		hi = ix_vec(g, hi);
	}
	uint64_t key[5] = { IX_CLAMP, (uint64_t)(uintptr_t)a.v, (uint64_t)(uintptr_t)lo.v,
		(uint64_t)(uintptr_t)hi.v, 0 };
	const struct ix *known = memo_find(g, 5, key);
	if (known)
		return *known;
	struct ix r = { .align = 1, .max = hi.max, .vec = a.vec,
		.level = max_int(a.level, max_int(lo.level, hi.level)) };
	gen_at(g, r.level);
	r.v = call2(g, "llvm.smin", call2(g, "llvm.smax", a.v, lo.v), hi.v);
	return remember(g, key, r);
}

LLVMValueRef ix_below(struct gen *g, struct ix a, int64_t extent, int *level)
{
	int64_t c;

	*level = a.level;
	if (ix_is_const(&a, &c) && extent >= 0 && c >= 0 && c < extent)
		return NULL;
	LLVMValueRef e = gen_extent(g, extent);
	if (a.step) {
		/* A block that begins in range and may not cross the end is in range as a whole. */
		if (a.step == 1 && extent >= 0 && extent % LANES == 0 && a.align % LANES == 0)
			a.step = 0;
		else
			a = ix_vec(g, a);
	}
	gen_at(g, a.level);
	if (a.vec && g->iw != g->i64)
		e = LLVMBuildTrunc(g->b, e, g->iw, "");
	LLVMValueRef r = ICMP(ULT, a.v, a.vec ? splat(g, e) : e);
	return LLVMIsConstant(r) && r == LLVMConstAllOnes(LLVMTypeOf(r)) ? NULL : r;
}

LLVMValueRef ix_value(struct gen *g, struct ix a)
{
	return ix_uniform(&a) ? a.v : ix_vec(g, a).v;
}
