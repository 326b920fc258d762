/* sums.c -- CORE_sums: of two images with their features last, a sum of products for each tap of a
 * window and each feature, which is the gradient of a depthwise convolution by its weights.
 *
 *   for a part of the lines of y, a group of the window's lines, a block of features:
 *       for line of y, for line of the window there is in x:
 *           for tile of places:  y[0..tile) in registers
 *               for place q of x that the tile's windows have:
 *                   for tap t, place p of y with p * step + t * apart = q:
 *                       sum[t] = sum[t] + x[q] * y[p]
 *
 * A vector has features of one place, so each lane sums on its own, place after place whatever the
 * tile and the vector's width: the bits follow from the part alone, and parts from the shape.
 * Where a line meets padding is known when code is made: the tiles there leave these taps out, and
 * those between are a loop.  Of a line of any length, places beside padding are made one by one,
 * and what is left of the tiles between.  (The weight update of Georganas et al., Anatomy of
 * High-Performance Deep Learning Convolutions on SIMD Architectures, 2018, for one feature a
 * group.) */
#include "gen/core_impl.h"
#include "plan/sums.h"

#define TILE_MOST 8                      /* places */
#define SIDE_MOST 2                      /* vectors side by side */
#define SUMS_MOST (PLAN_SUMS_TAPS * SIDE_MOST)

struct sums {
	const struct node *n;
	struct plan_sums p;
	enum dtype t;                    /* of x and y */
	uint32_t side, tile;             /* vectors, places */
	LLVMValueRef x, y;               /* first elements of the line at hand */
	LLVMValueRef acc[SUMS_MOST];     /* [lines of the group, places, vectors] */
	LLVMValueRef part, line0, c;     /* the part, the group's first line, a feature */
	LLVMValueRef mask;               /* of the last vector's lanes; NULL: all are there */
	uint32_t count;
};

static LLVMValueRef sums_image(struct gen *g, const struct sums *s, uint32_t i)
{
	return gen_buffer(g, (uint32_t)node_int(s->n->in[i], KEY_index, 0));
}

/* The code that follows is of vector v. */
static void sums_vector(struct gen *g, const struct sums *s, uint32_t v)
{
	bool tail = s->mask && v + 1 == s->side;

	g->tail = tail ? s->mask : NULL;
	g->tail_count = tail ? c32(g, (int32_t)s->count) : NULL;
	g->tail_level = 0;
}

/* Vector v of the place whose first feature is element `at` behind p. */
static LLVMValueRef sums_load(
	struct gen *g, const struct sums *s, LLVMValueRef p, int64_t at, uint32_t v)
{
	struct ix ix = ix_lanes(c64(g, at + v * LANES), g->depth, 1, INT64_MAX);

	sums_vector(g, s, v);
	struct val x = load_at(g, p, g->depth, s->t, ix);
	g->tail = NULL;
	return x.v;
}

/* What place q of x, from the tile's first window on, is in windows of. */
static void sums_place(struct gen *g, struct sums *s, int64_t from, uint32_t places, int64_t q,
	LLVMValueRef (*y)[SIDE_MOST], LLVMValueRef *acc)
{
	const struct plan_sums *p = &s->p;
	int64_t at = from * p->step[1] - p->low[1] + q;
	LLVMValueRef x[SIDE_MOST] = { NULL };

	for (int64_t i = 0; i < places; i++) {
		int64_t t = q - i * p->step[1];
		if (t < 0 || t % p->apart[1] || t / p->apart[1] >= p->window[1])
			continue;
		for (uint32_t v = 0; v < s->side; v++) {
			LLVMValueRef *a = &acc[t / p->apart[1] * s->side + v];
			x[v] = x[v] ? x[v] : sums_load(g, s, s->x, at * p->features, v);
			*a = fma3(g, x[v], y[i][v], *a);
		}
	}
}

/* `places` places of the line from number `from` on, to the sums of a line of the window.  edge:
 * some of what their windows have is padding. */
static void sums_tile(struct gen *g, struct sums *s, int64_t from, uint32_t places, bool edge,
	LLVMValueRef *acc)
{
	const struct plan_sums *p = &s->p;
	LLVMValueRef y[TILE_MOST][SIDE_MOST];
	int64_t reach = (places - 1) * p->step[1] + (p->window[1] - 1) * p->apart[1] + 1;

	gen_here(g);
	for (uint32_t i = 0; i < places; i++)
		for (uint32_t v = 0; v < s->side; v++)
			y[i][v] = sums_load(g, s, s->y, (from + i) * p->features, v);
	for (int64_t q = 0; q < reach; q++) {
		int64_t at = from * p->step[1] - p->low[1] + q;
		if (!edge || (at >= 0 && at < p->in[1]))
			sums_place(g, s, from, places, q, y, acc);
	}
}

/* Tiles [from, to) of places, one by one. */
static void sums_edge(struct gen *g, struct sums *s, int64_t from, int64_t to, LLVMValueRef *acc)
{
	for (; from < to; from += s->tile) {
		int64_t places = to - from < s->tile ? to - from : s->tile;
		sums_tile(g, s, from, (uint32_t)places, true, acc);
	}
}

/* A place of a line whose windows may meet padding anywhere: a tap that does adds nothing. */
static void sums_any(struct gen *g, struct sums *s, LLVMValueRef at, LLVMValueRef *acc)
{
	const struct plan_sums *p = &s->p;
	LLVMTypeRef t = mem_type(g, s->t);
	LLVMValueRef y[SIDE_MOST];

	gen_here(g);
	LLVMValueRef in = gen_extent(g, p->in[1]);
	LLVMValueRef line_y = gep(g, t, s->y, MUL(at, c64(g, p->features)));
	LLVMValueRef first = SUB(MUL(at, c64(g, p->step[1])), c64(g, p->low[1]));
	for (uint32_t v = 0; v < s->side; v++)
		y[v] = sums_load(g, s, line_y, 0, v);
	for (int64_t tap = 0; tap < p->window[1]; tap++) {
		LLVMValueRef q = ADD(first, c64(g, tap * p->apart[1]));
		LLVMValueRef there = ICMP(ULT, q, in);
		LLVMValueRef from = gep(g, t, s->x, MUL(q, c64(g, p->features)));
		from = SELECT(there, from, line_y);      /* something that can be read */
		for (uint32_t v = 0; v < s->side; v++) {
			LLVMValueRef *a = &acc[tap * s->side + v];
			LLVMValueRef x = sums_load(g, s, from, 0, v);
			*a = SELECT(there, fma3(g, x, y[v], *a), *a);
		}
	}
}

/* The places [from, to) of a line in a loop, whole tiles of them that meet no padding.  tile 0: one
 * by one, beside padding. */
static void sums_inner(struct gen *g, struct sums *s, LLVMValueRef from, LLVMValueRef to,
	uint32_t tile, LLVMValueRef *acc)
{
	struct loop *l = job_alloc(g->job, sizeof *l);
	LLVMValueRef x = s->x, y = s->y;
	LLVMTypeRef t = mem_type(g, s->t);

	l->ncarried = (uint32_t)s->p.window[1] * s->side;
	for (uint32_t i = 0; i < l->ncarried; i++)
		l->carried[i] = acc[i];
	loop_begin(g, l, from, to, tile ? tile : 1);
	gen_here(g);
	if (tile) {
		s->y = gep(g, t, y, MUL(l->iv, c64(g, s->p.features)));
		s->x = gep(g, t, x, MUL(l->iv, c64(g, s->p.features * s->p.step[1])));
		sums_tile(g, s, 0, tile, false, l->carried);
	} else {
		sums_any(g, s, l->iv, l->carried);
	}
	loop_end(g, l);
	for (uint32_t i = 0; i < l->ncarried; i++)
		acc[i] = l->carried[i];
	s->x = x;
	s->y = y;
}

/* A line of any length: what plan_sums_inner() says is computed. */
static void sums_any_line(struct gen *g, struct sums *s, LLVMValueRef *acc)
{
	const struct plan_sums *p = &s->p;
	int64_t before = p->low[1] > 0 ? (p->low[1] + p->step[1] - 1) / p->step[1] : 0;
	int64_t behind = p->step[1] - 1 + p->low[1] - (p->window[1] - 1) * p->apart[1];

	gen_here(g);
	LLVMValueRef out = gen_extent(g, p->out[1]);
	LLVMValueRef end = ADD(gen_extent(g, p->in[1]), c64(g, behind));
	end = SELECT(ICMP(SLT, end, c64(g, 0)), c64(g, 0), end);
	LLVMValueRef last = min_signed(g, LLVMBuildUDiv(g->b, end, c64(g, p->step[1]), ""), out);
	LLVMValueRef first = min_signed(g, c64(g, before), last);
	LLVMValueRef inner = SUB(last, first);
	LLVMValueRef whole = ADD(first, SUB(inner,
		LLVMBuildURem(g->b, inner, c64(g, s->tile), "")));
	sums_inner(g, s, c64(g, 0), first, 0, acc);
	sums_inner(g, s, first, whole, s->tile, acc);
	if (s->tile > 1)
		sums_inner(g, s, whole, last, 1, acc);
	sums_inner(g, s, last, out, 0, acc);
}

/* A line of y and of x. */
static void sums_line(struct gen *g, struct sums *s, LLVMValueRef *acc)
{
	int64_t first, last;

	if (!plan_sums_knows_lines(&s->p)) {
		sums_any_line(g, s, acc);
		return;
	}
	plan_sums_inner(&s->p, &first, &last);
	last = first + (last - first) / s->tile * s->tile;
	sums_edge(g, s, 0, first, acc);
	if (first < last)
		sums_inner(g, s, c64(g, first), c64(g, last), s->tile, acc);
	sums_edge(g, s, last, s->p.out[1], acc);
}

/* Line number `line` of the group at line `at` of y, image number `image`: in a loop of one turn,
 * or of none where it is padding. */
static void sums_window_line(
	struct gen *g, struct sums *s, uint32_t line, LLVMValueRef image, LLVMValueRef at)
{
	const struct plan_sums *p = &s->p;
	struct loop *l = job_alloc(g->job, sizeof *l);
	LLVMValueRef *acc = s->acc + line * (uint32_t)p->window[1] * s->side;

	gen_here(g);
	LLVMValueRef lines = gen_extent(g, p->in[0]);
	LLVMValueRef number = ADD(s->line0, c64(g, line));
	LLVMValueRef h = ADD(MUL(at, c64(g, p->step[0])),
		SUB(MUL(number, c64(g, p->apart[0])), c64(g, p->low[0])));
	LLVMValueRef there = AND(ICMP(ULT, h, lines),
		ICMP(ULT, number, c64(g, p->window[0])));
	l->ncarried = (uint32_t)p->window[1] * s->side;
	for (uint32_t i = 0; i < l->ncarried; i++)
		l->carried[i] = acc[i];
	loop_begin(g, l, c64(g, 0), LLVMBuildZExt(g->b, there, g->i64, ""), 1);
	gen_here(g);
	LLVMValueRef place = MUL(ADD(MUL(image, lines), h), gen_extent(g, p->in[1]));
	s->x = gep(g, mem_type(g, s->t), sums_image(g, s, 0),
		ADD(MUL(place, c64(g, p->features)), s->c));
	sums_line(g, s, l->carried);
	loop_end(g, l);
	for (uint32_t i = 0; i < l->ncarried; i++)
		acc[i] = l->carried[i];
}

static void sums_store(struct gen *g, struct sums *s)
{
	const struct plan_sums *p = &s->p;
	int64_t taps = p->window[0] * p->window[1];

	for (uint32_t i = 0; i < p->lines; i++) {
		struct branch br;
		gen_here(g);
		LLVMValueRef number = ADD(s->line0, c64(g, i));
		branch_begin(g, &br, p->window[0] % p->lines
			? ICMP(ULT, number, c64(g, p->window[0])) : LLVMConstInt(g->i1, 1, false));
		gen_here(g);
		LLVMValueRef row = ADD(MUL(s->part, c64(g, taps)),
			MUL(number, c64(g, p->window[1])));
		for (uint32_t k = 0; k < p->window[1] * s->side; k++) {
			uint32_t v = k % s->side;
			gen_here(g);
			LLVMValueRef at = ADD(ADD(MUL(ADD(row, c64(g, k / s->side)),
				c64(g, p->features)), s->c), c64(g, v * LANES));
			sums_vector(g, s, v);
			store_at(g, gen_buffer(g, g->k->ninputs), s->n->type->dtype,
				ix_lanes(at, g->depth, 1, INT64_MAX), (struct val){
				.v = s->acc[i * p->window[1] * s->side + k], .lanes = true,
				.level = g->depth });
			g->tail = NULL;
		}
		branch_end(g, &br);
	}
}

/* The features from number c on of `side` vectors, of which the last has `count` lanes. */
static void sums_block(
	struct gen *g, struct sums *s, LLVMValueRef c, uint32_t side, uint32_t count)
{
	const struct plan_sums *p = &s->p;
	struct loop *l = job_alloc(g->job, sizeof *l);
	LLVMTypeRef t = mem_type(g, s->t);

	s->c = c;
	s->side = side;
	s->count = count;
	s->mask = count < LANES ? ICMP(ULT, lane_iota(g, g->i32), splat(g, c32(g, (int32_t)count)))
		: NULL;
	l->ncarried = (uint32_t)(p->lines * p->window[1]) * side;
	for (uint32_t i = 0; i < l->ncarried; i++)
		l->carried[i] = LLVMConstNull(lanes_of(reg_type(g, s->n->type->dtype)));
	gen_here(g);
	LLVMValueRef lines = gen_extent(g, p->out[0]);
	LLVMValueRef lo = MUL(s->part, c64(g, p->part)), hi = ADD(lo, c64(g, p->part));
	if (!type_is_static(s->n->in[1]->type))
		hi = min_signed(g, hi, MUL(gen_extent(g, s->n->in[1]->type->dims[0]), lines));
	loop_begin(g, l, lo, hi, 1);
	gen_here(g);
	LLVMValueRef image = LLVMBuildUDiv(g->b, l->iv, lines, "");
	LLVMValueRef at = SUB(l->iv, MUL(image, lines));
	LLVMValueRef line = MUL(gen_extent(g, p->out[1]), c64(g, p->features));
	LLVMValueRef y = ADD(MUL(l->iv, line), s->c);
	s->y = gep(g, t, sums_image(g, s, 1), y);
	for (uint32_t i = 0; i < l->ncarried; i++)
		s->acc[i] = l->carried[i];
	for (uint32_t i = 0; i < p->lines; i++)
		sums_window_line(g, s, i, image, at);
	for (uint32_t i = 0; i < l->ncarried; i++)
		l->carried[i] = s->acc[i];
	loop_end(g, l);
	for (uint32_t i = 0; i < l->ncarried; i++)
		s->acc[i] = l->carried[i];
	sums_store(g, s);
}

/* The features [c, c + width), PLAN_SUMS_FEATURES of them or what is left. */
static void sums_features(
	struct gen *g, struct sums *s, LLVMValueRef c, uint32_t width, uint32_t side)
{
	uint32_t each = side * LANES, whole = width / each * each, rest = width - whole;
	struct loop *l = job_alloc(g->job, sizeof *l);

	l->ncarried = 0;
	if (whole) {
		loop_begin(g, l, c64(g, 0), c64(g, whole), each);
		gen_here(g);
		sums_block(g, s, ADD(c, l->iv), side, LANES);
		loop_end(g, l);
	}
	gen_here(g);
	if (rest)
		sums_block(g, s, ADD(c, c64(g, whole)), (rest + LANES - 1) / LANES,
			rest % LANES ? rest % LANES : LANES);
}

/* Item u: its part, group of lines and block of features. */
static void sums_item(struct gen *g, struct sums *s, LLVMValueRef u, uint32_t side)
{
	const struct plan_sums *p = &s->p;
	int64_t blocks = (p->features + PLAN_SUMS_FEATURES - 1) / PLAN_SUMS_FEATURES;
	uint32_t rest = (uint32_t)(p->features % PLAN_SUMS_FEATURES);
	struct branch br;

	gen_here(g);
	LLVMValueRef row = LLVMBuildUDiv(g->b, u, c64(g, blocks), "");
	LLVMValueRef block = SUB(u, MUL(row, c64(g, blocks)));
	LLVMValueRef c = MUL(block, c64(g, PLAN_SUMS_FEATURES));
	s->part = LLVMBuildUDiv(g->b, row, c64(g, p->groups), "");
	s->line0 = MUL(SUB(row, MUL(s->part, c64(g, p->groups))), c64(g, p->lines));
	if (!rest) {
		sums_features(g, s, c, PLAN_SUMS_FEATURES, side);
		return;
	}
	LLVMValueRef last = ICMP(EQ, block, c64(g, blocks - 1));
	branch_begin(g, &br, last);
	sums_features(g, s, c, rest, side);
	branch_end(g, &br);
	if (blocks == 1)
		return;
	gen_here(g);
	branch_begin(g, &br, NOT(last));
	sums_features(g, s, c, PLAN_SUMS_FEATURES, side);
	branch_end(g, &br);
}

/* As many places as registers hold beside a line's sums and what is multiplied. */
static uint32_t sums_places(const struct gen *g, const struct sums *s, uint32_t each, uint32_t side)
{
	int64_t left = g->isa->regs / each - side - s->p.window[1] * side;
	int64_t places = left / side;

	return places < 1 ? 1 : places > TILE_MOST ? TILE_MOST : (uint32_t)places;
}

void core_sums(struct gen *g)
{
	const struct kernel *k = g->k;
	const struct node *n = k->body->results[0];
	struct sums s = { .n = n, .t = n->in[0]->type->dtype };
	struct loop *l = job_alloc(g->job, sizeof *l);

	plan_sums_of(n, &s.p);
	uint32_t each = LANES * (n->type->dtype == DTYPE_f64 ? 8u : 4u) / (uint32_t)g->isa->bytes;
	uint32_t side = each == 1 ? SIDE_MOST : 1;
	s.tile = sums_places(g, &s, each, side);
	for (uint32_t i = 0; i < k->ninputs + k->noutputs; i++)
		gen_buffer(g, i);                /* loaded here, not where they are asked for */
	for (uint32_t i = 0; i < k->nsizes; i++)
		gen_extent(g, k->sizes[i]);
	gen_here(g);
	LLVMValueRef grain = gen_extent(g, k->outer_grain);
	LLVMValueRef lo = MUL(LLVMGetParam(g->fn, 1), grain);
	LLVMValueRef hi = min_signed(g, MUL(LLVMGetParam(g->fn, 2), grain),
		MUL(gen_extent(g, s.p.parts), c64(g, plan_sums_items(&s.p))));
	l->ncarried = 0;
	loop_begin(g, l, lo, hi, 1);
	sums_item(g, &s, l->iv, side);
	loop_end(g, l);
	gen_end_function(g);
}
