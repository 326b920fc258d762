/* taps.c -- windows that are written out as a sum of products of slices (plan/lower.c, depthwise):
 * several rows of the result at a time.
 *
 * Row by row each element of the operand is read for every tap that meets it, and the vectors of a
 * tap lie across lines of the cache.  Here a vector is read once for each place along the row, and
 * is multiplied for all rows of the result that it is in a window of:
 *
 *   for row q of the operand, for tap t of a row, for row r of the result that it is of:
 *       sum[r] = sum[r] + operand[q, . + t] * weight[q - r, t]
 *
 * Each element's sum is taken in the order that the body says.  Rows are those of one image, so
 * that the same operand's rows are meant by the same number.
 *
 * Of an operand with its features last, "rows" are places side by side on a line of the image, a
 * vector has features, and the terms of one line of the window, a group, come before the next's.
 * Places go in tiles; at which of them the window meets padding is known when code is made but for
 * the image's first and last lines, so the tiles between are a loop that does not ask:
 *
 *       | p 0 1 2 3 | 4 5 6 7 | 8 9 a b | c d p |      window of 3, tiles of 4 places
 *
 * The groups of a large window are a loop, the first before it. */
#include "gen/core_impl.h"
#include <string.h>

#define TAPS_MOST 64                     /* terms */
#define TAPS_SIDE 2                      /* vectors side by side, at most */
#define GROUPS_LOOP 4                    /* lines of a window that are a loop, at least */
#define RANK_MOST 8                      /* whose are */

struct taps {
	uint32_t n, rows, side;
	const struct node *sum[TAPS_MOST];     /* of the terms up to each; [0]: the first term */
	const struct node *slice[TAPS_MOST];
	int64_t row[TAPS_MOST];                /* of the operand, each term's first */
	uint32_t group[TAPS_MOST];             /* number of each term's, from 0 on */
	const struct node *weight[TAPS_MOST];  /* slice it is multiplied by; NULL: none */
	uint32_t groups;                       /* in a loop; 0: none is */
	/* from a group to the next: places in the operand and in the weights */
	int64_t ahead[RANK_MOST], weight_ahead[RANK_MOST];
	bool turns;                            /* the code that follows is the loop's, */
	struct ix turn;                        /* whose turns this counts */
	bool lines;                            /* features are last */
	uint32_t dim;                          /* that rows are counted along */
	int64_t stride;                        /* of rows in the operand */
	uint32_t tile;                         /* rows, at most; `rows`: of that at hand */
	bool inside;                           /* it meets no padding along its line, */
	uint32_t clear;                        /* nor the line any along these dims (bits) */
	uint32_t r;                            /* the row at hand */
	struct ix base;                        /* the tile's first */
	struct ix *ix;                         /* of the space */
	struct ix at[PLAN_TAP_ROWS];           /* along the last dims but one */
	struct ix j[TAPS_SIDE];                /* and one */
	/* of each vector of each row, and how many terms are in it */
	struct val acc[PLAN_TAP_ROWS][TAPS_SIDE];
	uint32_t done[PLAN_TAP_ROWS][TAPS_SIDE];
	bool tail;                             /* the last vector has one */
	LLVMValueRef mask, count;              /* its lanes */
};

/* What a term takes a slice of, and the slice; NULL: it is none of the space's shape. */
static const struct node *slice_of(const struct gen *g, const struct node *term)
{
	const struct kernel *k = g->k;
	const struct node *x = term->op == OP_multiply ? term->in[0] : term;

	while (x->op == OP_convert)
		x = x->in[0];
	if (x->op != OP_slice || x->type->rank != k->rank ||
		memcmp(x->type->dims, k->space, k->rank * sizeof *k->space) != 0)
		return NULL;
	return x;
}

static int64_t stride_of(const struct node *slice, uint32_t d)
{
	uint32_t n;
	const int64_t *strides = node_ints(slice, KEY_strides, &n);

	return strides ? strides[d] : 1;
}

/* Do slices a and b of one operand begin at the same place but for dim d? */
static bool same_group(const struct node *a, const struct node *b, uint32_t d)
{
	uint32_t n;
	const int64_t *x = node_ints(a, KEY_start_indices, &n), *y =
		node_ints(b, KEY_start_indices, &n);

	for (uint32_t i = 0; i < n; i++)
		if (i != d && x[i] != y[i])
			return false;
	return true;
}

/* From slice a to slice b of one operand, places a dim; false: they are not alike. */
static bool slices_apart(const struct node *a, const struct node *b, int64_t *out)
{
	uint32_t n;
	const int64_t *x = node_ints(a, KEY_start_indices, &n), *y =
		node_ints(b, KEY_start_indices, &n);

	if (a->in[0] != b->in[0] || n > RANK_MOST)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		if (stride_of(a, i) != stride_of(b, i) || a->type->dims[i] != b->type->dims[i])
			return false;
		out[i] = y[i] - x[i];
	}
	return true;
}

/* The slice of weights that a term is multiplied by; NULL: something else. */
static const struct node *weight_of(const struct node *term)
{
	const struct node *x = term->op == OP_multiply ? term->in[1] : NULL;

	while (x && (x->op == OP_convert || x->op == OP_reshape || x->op == OP_broadcast_in_dim))
		x = x->in[0];
	return x && x->op == OP_slice ? x : NULL;
}

/* Are all groups as the first, a step further on each?  Then they may be a loop. */
static void taps_find_turns(struct taps *s)
{
	uint32_t groups = s->group[s->n - 1] + 1, each = s->n / groups;
	int64_t x[RANK_MOST], w[RANK_MOST];

	s->groups = 0;
	if (groups < GROUPS_LOOP || s->n % groups)
		return;
	for (uint32_t i = 0; i < s->n; i++) {
		const struct node *term = i ? s->sum[i]->in[1] : s->sum[0];
		s->weight[i] = weight_of(term);
		if (!s->weight[i] || s->group[i] != i / each || s->row[i] != s->row[i % each])
			return;
		if (i < each)
			continue;
		memset(x, 0, sizeof x);
		memset(w, 0, sizeof w);
		if (!slices_apart(s->slice[i - each], s->slice[i], x) ||
			!slices_apart(s->weight[i - each], s->weight[i], w))
			return;
		if (i == each) {
			memcpy(s->ahead, x, sizeof x);
			memcpy(s->weight_ahead, w, sizeof w);
		}
		if (memcmp(s->ahead, x, sizeof x) || memcmp(s->weight_ahead, w, sizeof w))
			return;
	}
	s->groups = groups;
}

/* Are all terms slices of whole rows of features, of lines one kind of step apart? */
static bool slices_are_lines(const struct gen *g, const struct taps *s)
{
	uint32_t last = g->k->rank - 1;
	const struct type *t = s->slice[0]->in[0]->type;
	bool several = false;

	for (uint32_t i = 0; i < s->n; i++)
		several |= s->row[i] != s->row[0];
	return several && last > 0 && t->dims[last] == g->k->space[last];
}

/* Has a chunk all or none of so many rows? */
static bool taps_together(const struct gen *g, int64_t rows)
{
	int64_t grain = g->k->outer_grain;

	if (grain >= 0 || rows == 1)
		return grain % rows == 0;
	const struct dim_expr *e = dim_get(g->k->graph, grain);
	return e->op == DIM_mul && ((e->a >= 0 && e->a % rows == 0) ||
		(e->b >= 0 && e->b % rows == 0));
}

/* The terms of the sum that ends at n, from the last on; false: they are no window. */
static bool taps_of(struct gen *g, struct taps *s, const struct node *n)
{
	const struct node *terms[TAPS_MOST], *of = NULL;
	uint32_t row = s->dim, count;
	bool ordered = true;

	for (s->n = 0; s->n < TAPS_MOST; n = n->in[0]) {
		s->sum[s->n] = n;
		terms[s->n++] = n->op == OP_add ? n->in[1] : n;
		if (n->op != OP_add)
			break;
	}
	if (s->n < PLAN_LINE_TAPS || s->n == TAPS_MOST)
		return false;
	for (uint32_t i = 0; i < s->n / 2; i++) {
		const struct node *x = s->sum[i];
		s->sum[i] = s->sum[s->n - 1 - i];
		s->sum[s->n - 1 - i] = x;
	}
	for (uint32_t i = 0; i < s->n; i++) {
		const struct node *x = slice_of(g, terms[s->n - 1 - i]);
		if (!x || (of && x->in[0] != of))
			return false;
		of = x->in[0];
		s->slice[i] = x;
		s->stride = stride_of(x, row);
		s->row[i] = node_ints(x, KEY_start_indices, &count)[row];
		bool same = i && same_group(x, s->slice[i - 1], row);
		s->group[i] = i ? s->group[i - 1] + !same : 0;
		if ((i && stride_of(s->slice[i - 1], row) != s->stride) ||
			(same && s->row[i] < s->row[i - 1]))
			return false;
		ordered &= !i || s->row[i] >= s->row[i - 1];
	}
	s->lines = slices_are_lines(g, s);
	if (s->lines) {
		taps_find_turns(s);
		return taps_together(g, g->k->space[row]);
	}
	memset(s->group, 0, sizeof s->group);
	return s->n >= PLAN_TAPS && ordered && s->stride == 1 && of->op != OP_pad &&
	       s->row[s->n - 1] > s->row[0] &&
	       taps_together(g, plan_tap_rows(g->k->space[row]));
}

/* As many rows and vectors as registers hold the sums of, beside what is multiplied; false: one. */
static bool taps_fit(const struct gen *g, struct taps *s, enum dtype t)
{
	uint32_t each = LANES * (dtype_bytes(t) > 4 ? 8u : 4u) / (uint32_t)g->isa->bytes,
		 regs = (uint32_t)g->isa->regs;
	int64_t high = g->k->space[s->dim], d = g->k->space[g->k->rank - 1];

	s->rows = (uint32_t)(s->lines ? PLAN_TAP_ROWS : plan_tap_rows(high));
	while (s->rows > 1 && (s->rows + 1) * each > regs)
		for (uint32_t old = s->rows--; !s->lines && old % s->rows;)
			s->rows--;
	if (s->lines) {                          /* tiles of a line about as large as one another */
		int64_t tiles = (high + s->rows - 1) / s->rows;
		s->rows = (uint32_t)((high + tiles - 1) / tiles);
	}
	s->tile = s->rows;
	uint32_t beside = s->groups ? s->n / s->groups + 1 : 1;      /* weights of a loop's turn */
	s->side = (TAPS_SIDE * (s->rows + beside) * each < regs) ? TAPS_SIDE : 1;
	if (s->lines && d % (TAPS_SIDE * LANES) && d % LANES == 0)
		s->side = 1;
	return s->rows > 1 || s->lines;
}

bool taps_are_lines(const struct taps *s)
{
	return s->lines;
}

struct taps *taps_find(struct gen *g)
{
	const struct kernel *k = g->k;
	uint32_t n;
	const struct node **nodes = region_order(g->job, k->body, &n);
	struct taps *s = job_alloc(g->job, sizeof *s);

	if (k->rank < 2 || !k->space[0] || !k->outer_grain)
		return NULL;
	s->dim = plan_line_dim(k->rank, k->space);
	uint32_t first = s->dim ? 1 : 0;         /* what the first dim counts may be any number */
	if (static_product(k->rank - first, k->space + first) <= 0)
		return NULL;
	for (uint32_t i = n; i-- > 0;) {
		const struct type *t = nodes[i]->type;
		if (nodes[i]->op == OP_add && t->rank == k->rank && !dtype_is_complex(t->dtype) &&
			memcmp(t->dims, k->space, k->rank * sizeof *k->space) == 0 &&
			taps_of(g, s, nodes[i]))
			return taps_fit(g, s, t->dtype) ? s : NULL;
	}
	return NULL;
}

static struct val taps_at(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	const struct taps *s = b->arg;
	uint32_t rank = g->k->rank;

	for (uint32_t r = 0; r < s->rows; r++)
		for (uint32_t v = 0; v < s->side; v++)
			if (s->done[r][v] && s->sum[s->done[r][v] - 1] == n &&
				ix[s->dim].v == s->at[r].v && ix[rank - 1].v == s->j[v].v &&
				ix[rank - 1].step == s->j[v].step)
				return s->acc[r][v];
	return value_compute(g, n, ix);
}

/* Term i's operand at the row at hand: rows of the operand are counted from the tile's first, so
 * that all rows of the result mean the same one by the same number. */
static struct val taps_slice_at(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	const struct taps *s = b->arg;
	uint32_t rank = g->k->rank, i = 0, count;
	const int64_t *start = node_ints(n, KEY_start_indices, &count);
	struct ix *to = ix_array(g, rank);

	for (uint32_t d = 0; d < rank && !s->turns; d++)      /* a loop asks there alone */
		if (ix[d].v != s->ix[d].v || ix[d].step != s->ix[d].step)
			return value_compute(g, n, ix);
	while (s->slice[i] != n)
		i++;
	for (uint32_t d = 0; d < rank; d++)
		to[d] = ix_addc(g, ix_mulc(g, ix[d], stride_of(n, d)), start[d]);
	to[s->dim] = ix_addc(g, ix_mulc(g, s->base, s->stride), s->row[i] + s->r * s->stride);
	for (uint32_t d = 0; s->turns && d < rank; d++)
		to[d] = ix_add(g, to[d], ix_mulc(g, s->turn, s->ahead[d]));
	return value_at(g, n->in[0], to);
}

static struct val taps_weight_at(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	const struct taps *s = b->arg;
	uint32_t rank = n->type->rank, count;
	const int64_t *start = node_ints(n, KEY_start_indices, &count);
	struct ix *to = ix_array(g, rank);

	if (!s->turns)
		return value_compute(g, n, ix);
	for (uint32_t d = 0; d < rank; d++) {
		to[d] = ix_addc(g, ix_mulc(g, ix[d], stride_of(n, d)), start[d]);
		to[d] = ix_add(g, to[d], ix_mulc(g, s->turn, s->weight_ahead[d]));
	}
	return value_at(g, n->in[0], to);
}

static struct val taps_pad_at(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	const struct taps *s = b->arg;

	return value_pad(g, n, ix, s->clear | (s->inside ? 1u << s->dim : 0), true);
}

static void taps_bind_one(struct gen *g, struct taps *s, const struct node *n,
	struct val (*at)(struct gen *, const struct bind *, const struct node *, const struct ix *))
{
	struct bind *b = job_alloc(g->job, sizeof *b);

	*b = (struct bind){ g->binds, n, at, s };
	g->binds = b;
}

static void taps_bind(struct gen *g, struct taps *s)
{
	const struct node *of = s->slice[0]->in[0];

	for (uint32_t i = 0; i < s->n; i++) {
		taps_bind_one(g, s, s->sum[i], taps_at);
		if (s->lines)
			taps_bind_one(g, s, s->slice[i], taps_slice_at);
		if (s->groups && s->group[i] == 1)
			taps_bind_one(g, s, s->weight[i], taps_weight_at);
	}
	if (s->lines && of->op == OP_pad)
		taps_bind_one(g, s, of, taps_pad_at);
}

/* The code that follows is of vector v of a block of `side`. */
static void taps_vector(struct gen *g, struct taps *s, uint32_t v, uint32_t side)
{
	bool tail = s->tail && v + 1 == side;

	g->tail = tail ? s->mask : NULL;
	g->tail_count = tail ? s->count : NULL;
	g->tail_level = tail && !LLVMIsConstant(s->mask) ? g->depth : 0;
	s->ix[g->k->rank - 1] = s->j[v];
}

/* The sum of vector v of row r with the next term: rounded once, but where every op is. */
static struct val taps_add(struct gen *g, struct taps *s, uint32_t r, uint32_t v)
{
	uint32_t i = s->done[r][v];
	const struct node *sum = s->sum[i], *term = i ? sum->in[1] : NULL;
	enum dtype t = sum->type->dtype;

	s->r = r;
	s->ix[s->dim] = s->at[r];
	if (!i || g->k->strict || term->op != OP_multiply || (t != DTYPE_f32 && t != DTYPE_f64))
		return value_compute(g, sum, s->ix);
	struct val c = s->acc[r][v], a = val_lanes(g, value_at(g, term->in[0], s->ix)),
		   b = val_lanes(g, value_at(g, term->in[1], s->ix));
	gen_here(g);
	c = val_lanes(g, c);
	gen_here(g);
	c.v = fma3(g, a.v, b.v, c.v);
	c.level = g->depth;
	return c;
}

/* The terms of a group of operand's row q, of all rows of the result: place by place. */
static void taps_row(struct gen *g, struct taps *s, uint32_t group, int64_t q, uint32_t side)
{
	bool any = true;

	while (any) {
		any = false;
		for (uint32_t r = 0; r < s->rows; r++) {
			uint32_t i = s->done[r][0];
			if (i == s->n || s->group[i] != group ||
				s->row[i] + (int64_t)r * s->stride != q)
				continue;
			for (uint32_t v = 0; v < side; v++) {
				taps_vector(g, s, v, side);
				s->acc[r][v] = taps_add(g, s, r, v);
				s->done[r][v]++;
			}
			any = true;
		}
	}
}

/* The terms of the group that begins with term i; where the next begins. */
static uint32_t taps_group(struct gen *g, struct taps *s, uint32_t i, uint32_t side)
{
	int64_t behind = (int64_t)(s->rows - 1) * s->stride;
	uint32_t end = i;

	while (end < s->n && s->group[end] == s->group[i])
		end++;
	for (int64_t q = s->row[i]; q <= s->row[end - 1] + behind; q++)
		taps_row(g, s, s->group[i], q, side);
	return end;
}

/* All groups but the first, in a loop. */
static void taps_turns(struct gen *g, struct taps *s, uint32_t side)
{
	struct loop *l = job_alloc(g->job, sizeof *l);

	l->ncarried = s->rows * side;
	for (uint32_t i = 0; i < l->ncarried; i++)
		l->carried[i] = val_lanes(g, s->acc[i / side][i % side]).v;
	loop_begin(g, l, c64(g, 0), c64(g, s->groups - 1), 1);
	s->turns = true;
	s->turn = ix_scalar(l->iv, l->level, 1, s->groups - 2);
	for (uint32_t i = 0; i < l->ncarried; i++)
		s->acc[i / side][i % side] = (struct val){ .v = l->carried[i],
			.level = g->depth, .lanes = true };
	taps_group(g, s, s->n / s->groups, side);
	for (uint32_t i = 0; i < l->ncarried; i++)
		l->carried[i] = s->acc[i / side][i % side].v;
	s->turns = false;
	loop_end(g, l);
	for (uint32_t i = 0; i < l->ncarried; i++) {
		s->acc[i / side][i % side] = (struct val){ .v = l->carried[i],
			.level = g->depth, .lanes = true };
		s->done[i / side][i % side] = s->n;
	}
}

/* The block whose first vector is at j, of `side` of them. */
static void taps_block(struct gen *g, struct taps *s, struct ix j, uint32_t side)
{

	memset(s->done, 0, sizeof s->done);
	for (uint32_t v = 0; v < side; v++)
		s->j[v] = ix_addc(g, j, (int64_t)v * LANES);
	for (uint32_t i = 0; i < s->n && !(s->groups && i); )
		i = taps_group(g, s, i, side);
	if (s->groups)
		taps_turns(g, s, side);
	for (uint32_t r = 0; r < s->rows; r++)
		for (uint32_t v = 0; v < side; v++) {
			taps_vector(g, s, v, side);
			s->r = r;
			s->ix[s->dim] = s->at[r];
			store_results(g, s->ix);
		}
	g->tail = NULL;
}

/* Blocks of `side` vectors of elements [lo, hi) of the rows at hand; the last may have a tail. */
static void taps_blocks(struct gen *g, struct taps *s, int64_t lo, int64_t hi, uint32_t side)
{
	struct loop *l = job_alloc(g->job, sizeof *l);
	int64_t step = (int64_t)side * LANES;

	if (lo >= hi)
		return;
	s->tail = hi % LANES;
	loop_begin(g, l, c64(g, lo), c64(g, hi), step);
	gen_here(g);
	s->count = LLVMBuildTrunc(g->b, SUB(c64(g, hi - step + LANES), l->iv), g->i32, "");
	s->mask = ICMP(ULT, lane_iota(g, g->i32), splat(g, s->count));
	struct ix j = ix_lanes(l->iv, l->level, LANES, g->k->space[g->k->rank - 1] - 1);
	if (LLVMIsAConstantInt(l->iv) && lo == 0)
		j.align = 0;
	taps_block(g, s, j, side);
	loop_end(g, l);
}

/* `rows` rows from base on, all their elements. */
static void taps_tile(struct gen *g, struct taps *s, struct ix base, uint32_t rows)
{
	int64_t d = g->k->space[g->k->rank - 1], wide = (int64_t)s->side * LANES;
	int64_t whole = d / wide * wide;

	s->rows = rows;
	s->base = base;
	for (uint32_t r = 0; r < rows; r++) {
		s->at[r] = ix_addc(g, base, r);
		s->at[r].max = g->k->space[s->dim] - 1;
	}
	taps_blocks(g, s, 0, whole, s->side);
	taps_blocks(g, s, whole, d, (uint32_t)((d - whole + LANES - 1) / LANES));
}

/* The tiles [first, last) of a line that meet no padding along it. */
static void taps_inner(const struct gen *g, const struct taps *s, int64_t *first, int64_t *last)
{
	const struct node *of = s->slice[0]->in[0];
	uint32_t row = s->dim, count;
	int64_t high = g->k->space[row], least = s->row[0], most = s->row[0];
	bool pads = of->op == OP_pad;
	int64_t low = pads ? node_ints(of, KEY_edge_padding_low, &count)[row] : 0;
	int64_t there = (pads ? of->in[0] : of)->type->dims[row];

	for (uint32_t i = 1; i < s->n; i++) {
		least = s->row[i] < least ? s->row[i] : least;
		most = s->row[i] > most ? s->row[i] : most;
	}
	*first = 0;
	*last = high / s->tile;
	if (pads && node_ints(of, KEY_interior_padding, &count)[row])
		*last = 0;
	while (*first < *last && *first * s->tile * s->stride + least < low)
		++*first;
	while (*last > *first && (*last * s->tile - 1) * s->stride + most - low >= there)
		--*last;
}

/* The line at s->ix. */
static void taps_line(struct gen *g, struct taps *s)
{
	int64_t high = g->k->space[s->dim], first, last;
	struct loop *l = job_alloc(g->job, sizeof *l);

	taps_inner(g, s, &first, &last);
	for (int64_t at = 0; at < high; at += s->tile) {
		int64_t rows = high - at < s->tile ? high - at : s->tile;
		if (at >= first * s->tile && at < last * s->tile)
			continue;
		taps_tile(g, s, ix_const(g, at), (uint32_t)rows);
	}
	if (first >= last)
		return;
	s->inside = true;
	loop_begin(g, l, c64(g, first * s->tile), c64(g, last * s->tile), s->tile);
	taps_tile(g, s, ix_scalar(l->iv, l->level, s->tile, high - 1), s->tile);
	loop_end(g, l);
	s->inside = false;
}

/* Does no window of the line at s->ix meet padding but along it?  NULL: none of any line does. */
static LLVMValueRef taps_clear(struct gen *g, const struct taps *s)
{
	const struct node *of = s->slice[0]->in[0];
	const int64_t *low, *high;
	LLVMValueRef all = NULL;
	uint32_t count;
	int level;

	if (of->op != OP_pad)
		return NULL;
	low = node_ints(of, KEY_edge_padding_low, &count);
	high = node_ints(of, KEY_edge_padding_high, &count);
	for (uint32_t i = 0; i < s->n; i++) {
		const int64_t *start = node_ints(s->slice[i], KEY_start_indices, &count);
		for (uint32_t d = 0; d < s->dim; d++) {
			struct ix at = ix_mulc(g, s->ix[d], stride_of(s->slice[i], d));
			LLVMValueRef below = low[d] || high[d] ? ix_below(g, ix_addc(g, at,
				start[d] - low[d]), of->in[0]->type->dims[d], &level) : NULL;
			gen_here(g);
			all = all && below ? AND(all, below) : below ? below : all;
		}
	}
	return all;
}

/* The line at s->ix, of which no window meets padding but along it.  Its place has a number of this
 * branch: what follows from that alone is not read before it. */
static void taps_line_clear(struct gen *g, struct taps *s)
{
	struct ix *before = s->ix;

	s->ix = ix_array(g, g->k->rank);
	memcpy(s->ix, before, g->k->rank * sizeof *s->ix);
	for (uint32_t d = 0; d < s->dim; d++) {
		int64_t c;
		if (ix_is_const(&s->ix[d], &c))
			continue;
		gen_here(g);
		LLVMValueRef v = LLVMBuildFreeze(g->b, s->ix[d].v, "");
		s->ix[d] = ix_scalar(v, g->depth, s->ix[d].align, s->ix[d].max);
	}
	s->clear = (1u << s->dim) - 1;
	taps_line(g, s);
	s->clear = 0;
	s->ix = before;
}

/* The line at s->ix, by code that asks what is padding and, where no window of it meets any but
 * along it, code that does not. */
static void taps_line_either(struct gen *g, struct taps *s)
{
	const struct node *of = s->slice[0]->in[0];
	const int64_t *interior;
	LLVMValueRef clear = taps_clear(g, s);
	struct branch br;
	uint32_t count;

	if (clear && LLVMIsConstant(clear))
		clear = NULL;
	interior = clear ? node_ints(of, KEY_interior_padding, &count) : NULL;
	for (uint32_t d = 0; interior && d < count; d++)
		if (interior[d])
			clear = NULL;
	if (clear) {
		branch_begin(g, &br, clear);
		taps_line_clear(g, s);
		branch_end(g, &br);
		gen_here(g);
		branch_begin(g, &br, NOT(clear));
	}
	taps_line(g, s);
	if (clear)
		branch_end(g, &br);
}

/* Lines of images, of whole ones of which rows [lo, hi) are. */
static void taps_lines(struct gen *g, struct taps *s, LLVMValueRef lo, LLVMValueRef hi)
{
	const struct kernel *k = g->k;
	struct loop *l = job_alloc(g->job, sizeof *l);
	int64_t high = k->space[s->dim], total = static_product(s->dim, k->space);

	gen_here(g);
	lo = LLVMBuildUDiv(g->b, lo, c64(g, high), "");
	hi = LLVMBuildUDiv(g->b, hi, c64(g, high), "");
	loop_begin(g, l, lo, hi, 1);
	struct ix o = ix_scalar(l->iv, g->depth, 1, total > 0 ? total - 1 : INT64_MAX);
	ix_delinear(g, o, s->dim, k->space, s->ix);
	for (uint32_t d = s->dim + 1; d < k->rank - 1; d++)
		s->ix[d] = ix_const(g, 0);
	taps_line_either(g, s);
	loop_end(g, l);
}

void taps_rows(struct gen *g, struct taps *s, LLVMValueRef lo, LLVMValueRef hi)
{
	const struct kernel *k = g->k;
	struct loop *l = job_alloc(g->job, sizeof *l);
	int64_t total = static_product(k->rank - 1, k->space);

	s->ix = ix_array(g, k->rank);
	taps_bind(g, s);
	if (s->lines) {
		taps_lines(g, s, lo, hi);
		return;
	}
	loop_begin(g, l, lo, hi, s->rows);
	struct ix o = ix_scalar(l->iv, g->depth, s->rows, total > 0 ? total - 1 : INT64_MAX);
	ix_delinear(g, o, k->rank - 1, k->space, s->ix);
	taps_tile(g, s, s->ix[s->dim], s->rows);
	loop_end(g, l);
}
