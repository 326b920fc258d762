/* contract_copy.c -- parts of R and V from where they lie into scratch, word by word, in the order
 * in which tiles read them.
 *
 * A word is what a multiply takes of a row or column at once: one element, converted, or a pair or
 * four of neighbours along k (struct contraction).  The copy's rows count words of k (panels of V,
 * R along m) or rows of R.  Lanes of the source run along whichever index has stride 1; where that
 * is not the copy's way, squares of LANES words are turned in registers.  Words beyond the part are
 * zero up to a multiple of LANES, along k where AMX will read them too. */
#include "gen/contract_impl.h"
#include <assert.h>

#define MAX_COLUMNS (PLAN_PANEL / LANES) /* vectors of a panel */
#define AHEAD 12                         /* rows that a copy fetches before it needs them */
#define LINES_AHEAD 4                    /* words of k, the same where lines are read */

/* A row of the columns, of which some of a vector's lanes are: those from `first` on, up to the
 * next row's. */
struct row_piece {
	LLVMValueRef first;              /* a lane's number; LANES or more: none is */
	LLVMValueRef shift;              /* elements between rows, before it */
};

/* Of R or V: "outer" is its index that is not k, a row or a column. */
struct copy {
	struct lanes lanes;
	struct contraction *x;
	uint32_t buffer;
	enum dtype type;
	LLVMValueRef base;               /* the part's first element */
	LLVMValueRef kn, outer;          /* elements of k, rows or columns it has */
	int64_t k_stride, outer_stride;  /* extents */
	LLVMValueRef kb;                 /* windows: the part's first k; else NULL */
	const struct share *share;       /* rows that are not turned; NULL: all of it */
	bool columns;                    /* of V */
	bool packed;                     /* V's columns lie in panels */
	bool outer_whole;                /* outer is a multiple of LANES */
	bool along_k;                    /* lanes of the source run along k, else outer */
	bool k_rows;                     /* rows of the copy count words of k, else outer */
	LLVMValueRef to;
	int64_t pitch;                   /* words of a row of the copy; 0: panels */
	/* in the loop: how many of the index that lanes do not run along there are, and which */
	LLVMValueRef rows, row, end;     /* end: rows, and those that are zero */
	LLVMValueRef square;             /* scratch: where LANES rows wait to be turned */
	bool beyond;                     /* the loop goes on to where AMX needs zeros */
	/* windows: where the row's elements lie behind base */
	LLVMValueRef window[CONTRACT_WORD];
	const struct row_piece *piece;   /* windows, of columns in rows */
};

LLVMValueRef contract_floats(
	struct gen *g, const struct contraction *x, enum dtype t, LLVMValueRef v)
{
	bool has_sign = dtype_table[t].kind == DTYPE_SINT;
	LLVMTypeRef f = like(v, g->f32);
	LLVMValueRef wide = has_sign ? LLVMBuildSExt(g->b, v, like(v, g->i32), "")
				     : LLVMBuildZExt(g->b, v, like(v, g->i32), "");

	v = LLVMBuildSIToFP(g->b, wide, f, "");
	if (x->unit == 1)
		return v;
	v = LLVMBuildLShr(g->b, BITCAST(v, like(v, g->i32)), ci_like(wide, 16), "");
	return LLVMBuildTrunc(g->b, v, like(v, g->i16), "");
}

/* LANES elements from `at` on: the accumulator's type, or of a pair's half the 16 bits, which
 * shorter integers are made. */
static LLVMValueRef elements(struct gen *g, const struct copy *c, struct ix at)
{
	LLVMValueRef p = gen_buffer(g, c->buffer);
	bool bytes = dtype_bytes(c->type) == 1;
	enum dtype type = c->x->unit == 1 || bytes ? c->type : DTYPE_ui16;
	struct val v = val_lanes(g, load_at(g, p, g->depth, type, at));

	gen_here(g);
	if (c->x->c->acc != DTYPE_i32 && dtype_is_byte(type))
		return contract_floats(g, c->x, type, v.v);
	if (c->x->unit == 2 && bytes) {
		LLVMTypeRef wide = like(v.v, g->i16);
		return dtype_table[type].kind == DTYPE_UINT ?
			LLVMBuildZExt(g->b, v.v, wide, "") : LLVMBuildSExt(g->b, v.v, wide, "");
	}
	if (c->x->bytes == 8 && dtype_bytes(c->type) < 8)
		return LLVMBuildFPExt(g->b, v.v, c->x->vec, "");
	return v.v;
}

LLVMValueRef contract_elements(
	struct gen *g, struct contraction *x, bool column, struct ix at)
{
	const struct copy c = { .x = x, .buffer = column ? x->cols_buffer : x->rows_buffer,
		.type = column ? x->c->cols_type : x->c->rows_type };

	return elements(g, &c, at);
}

static struct ix scalar(struct gen *g, LLVMValueRef v)
{
	return ix_scalar(v, g->depth, 1, INT64_MAX);
}

/* elements() of lanes that are in rows, with places between that no lane is at: a vector of each
 * row, of which the lanes of that row are taken. */
static LLVMValueRef elements_at(struct gen *g, const struct copy *c, struct ix at)
{
	LLVMValueRef v = NULL, lane = lane_iota(g, g->i32);

	if (!c->kb || !c->x->c->row_all)
		return elements(g, c, at);
	for (unsigned i = 0; i < contract_row_pieces(c->x->c->row); i++) {
		const struct row_piece *p = &c->piece[i];
		LLVMValueRef e = elements(g, c, ix_add(g, at, scalar(g, p->shift)));
		gen_here(g);
		v = v ? SELECT(ICMP(SGE, lane, splat(g, p->first)), e, v) : e;
	}
	return v;
}

/* Word kw of k of the lanes' rows or columns. */
static LLVMValueRef words_along_outer(
	struct gen *g, const struct copy *c, LLVMValueRef kw, struct ix outer)
{
	const struct contraction *x = c->x;
	LLVMValueRef part[CONTRACT_WORD], stride = gen_extent(g, c->k_stride);

	gen_here(g);
	if (c->packed)
		outer.v = in_panels(g, x, outer.v, c64(g, 0), x->c->k);
	for (unsigned u = 0; u < x->unit; u++) {
		LLVMValueRef k = ADD(MUL(kw, c64(g, x->unit)), c64(g, u));
		struct pred_saved saved = { g->pred, g->pred_level };
		if (u && !x->whole_words)
			saved = pred_and(g, ICMP(SLT, k, c->kn), g->depth);
		gen_here(g);
		LLVMValueRef from = c->kb ? c->window[u] : MUL(k, stride);
		struct ix at = scalar(g, ADD(c->base, from));
		part[u] = elements_at(g, c, ix_add(g, at, outer));
		pred_restore(g, saved);
	}
	gen_here(g);
	if (x->unit == 1)
		return part[0];
	if (x->unit == CONTRACT_WORD) {
		bytes_across_k(g, part, 1, part);
		return c->columns ? bytes_flipped(g, x, part[0]) : part[0];
	}
	LLVMTypeRef word = like(part[0], x->word);
	LLVMValueRef high = LLVMBuildZExt(g->b, part[1], word, "");
	return OR(SHL(high, ci_like(high, 16)), LLVMBuildZExt(g->b, part[0], word, ""));
}

/* `n` elements of a, then of b. */
static LLVMValueRef joined(struct gen *g, LLVMValueRef a, LLVMValueRef b, int n)
{
	LLVMValueRef order[CONTRACT_WORD * LANES];

	for (int i = 0; i < 2 * n; i++)
		order[i] = c32(g, i);
	return LLVMBuildShuffleVector(g->b, a, b, LLVMConstVector(order, (unsigned)(2 * n)), "");
}

/* The lanes' words of k of one row or column, whose first element is number `row`, from element k
 * on, of which `left` are left; part by part. */
static LLVMValueRef words_in_parts(
	struct gen *g, const struct copy *c, struct ix row, LLVMValueRef k, LLVMValueRef left)
{
	const struct contraction *x = c->x;
	LLVMValueRef part[CONTRACT_WORD], tail = g->tail;
	int tail_level = g->tail_level;

	for (int u = 0; u < (int)x->unit; u++) {
		gen_here(g);
		struct ix at = ix_lanes(ADD(k, c64(g, u * LANES)), g->depth, LANES, INT64_MAX);
		if (tail || !x->whole_words) {
			LLVMValueRef n = LLVMBuildTrunc(
				g->b, SUB(left, c64(g, u * LANES)), g->i32, "");
			g->tail = ICMP(SLT, lane_iota(g, g->i32), splat(g, n));
			g->tail_level = g->depth;
		}
		part[u] = elements(g, c, ix_add(g, row, ix_mul(g, at, c->k_stride)));
	}
	g->tail = tail;
	g->tail_level = tail_level;
	gen_here(g);
	LLVMValueRef all = joined(g, part[0], part[1], LANES);
	if (x->unit == CONTRACT_WORD)
		all = joined(g, all, joined(g, part[2], part[3], LANES), 2 * LANES);
	return BITCAST(all, lanes_of(x->word));
}

/* The lanes' words of k of one row or column. */
static LLVMValueRef words_along_k(
	struct gen *g, const struct copy *c, LLVMValueRef outer, struct ix kw)
{
	const struct contraction *x = c->x;
	LLVMValueRef stride = gen_extent(g, c->outer_stride), v;

	gen_here(g);
	struct ix row = scalar(g, ADD(c->base, MUL(outer, stride)));
	if (x->unit == 1)
		return elements(g, c, ix_add(g, row, ix_mul(g, kw, c->k_stride)));
	LLVMValueRef k = MUL(kw.v, c64(g, x->unit)), left = SUB(c->kn, k);
	if (x->unit != CONTRACT_WORD)
		return words_in_parts(g, c, row, k, left);
	if (c->k_stride == 1) {
		LLVMValueRef p = gen_buffer(g, c->buffer);
		gen_here(g);
		p = gep(g, g->i8, p, ADD(row.v, k));
		v = bytes_along_k(g, p, g->tail || !x->whole_words ? left : NULL);
	} else {
		v = words_in_parts(g, c, row, k, left);
	}
	return c->columns ? bytes_flipped(g, x, v) : v;
}

LLVMValueRef contract_words_at(struct gen *g, struct contraction *x, bool column,
	LLVMValueRef first, LLVMValueRef kn, struct ix kw)
{
	struct copy c = { .x = x, .buffer = column ? x->cols_buffer : x->rows_buffer,
		.type = column ? x->c->cols_type : x->c->rows_type, .base = first, .kn = kn,
		.k_stride = 1, .columns = column };

	return words_along_k(g, &c, c64(g, 0), kw);
}

static LLVMValueRef words(struct gen *g, const struct copy *c, LLVMValueRef row, struct ix lanes)
{
	return c->along_k ? words_along_k(g, c, row, lanes) : words_along_outer(g, c, row, lanes);
}

static LLVMValueRef place(
	struct gen *g, const struct copy *c, LLVMValueRef row, LLVMValueRef column)
{
	LLVMValueRef i = c->pitch ? ADD(MUL(row, c64(g, c->pitch)), column) :
		in_panels(g, c->x, column, row, CONTRACT_DEPTH);

	return gep(g, c->x->word, c->to, i);
}

/* The words of a row that may be beyond the part: zero then. */
static LLVMValueRef words_or_zero(
	struct gen *g, const struct copy *c, LLVMValueRef row, struct ix lanes)
{
	gen_here(g);
	struct pred_saved saved = pred_and(g, ICMP(SLT, row, c->rows), g->depth);
	LLVMValueRef v = words(g, c, row, lanes);

	pred_restore(g, saved);
	return v;
}

static void copy_straight(struct gen *g, struct lanes *s, struct ix j)
{
	struct copy *c = (struct copy *)s;
	LLVMValueRef v = c->beyond ? words_or_zero(g, c, c->row, j) : words(g, c, c->row, j);

	gen_here(g);
	LLVMSetAlignment(LLVMBuildStore(g->b, v, place(g, c, c->row, j.v)), 64);
	if (c->along_k || c->packed)
		return;
	LLVMValueRef ahead = MUL(ADD(c->row, c64(g, AHEAD)), c64(g, c->x->unit)),
		     stride = gen_extent(g, c->k_stride), p = gen_buffer(g, c->buffer);
	gen_here(g);
	for (unsigned u = 0; u < c->x->unit; u++) {
		LLVMValueRef row = ADD(ahead, c64(g, u));
		LLVMValueRef at = ADD(ADD(c->base, j.v), MUL(row, stride));
		fetch(g, gep(g, mem_type(g, c->type), p, at), FETCH_FIRST);
	}
}

/* The rows that the lanes of columns j on are in; of the last ones, that have no row of their own,
 * the last lane's, so that nothing is read behind it. */
static void find_pieces(struct gen *g, const struct copy *c, LLVMValueRef j, struct row_piece *out)
{
	const struct contract *k = c->x->c;
	LLVMValueRef at = ADD(c->x->n0, j), wide = c64(g, k->row), most = c64(g, LANES - 1);

	if (!k->row_all)
		return;
	assert(contract_row_pieces(k->row) <= PLAN_ROW_PIECES && "the plan cuts no shorter rows");
	if (g->tail)
		most = min_signed(g, most, SUB(SUB(c->outer, j), c64(g, 1)));
	LLVMValueRef row = LLVMBuildUDiv(g->b, at, wide, ""),
		     last = LLVMBuildUDiv(g->b, ADD(at, most), wide, "");
	for (unsigned i = 0; i < contract_row_pieces(k->row); i++) {
		LLVMValueRef number = ADD(row, c64(g, i)), from = SUB(MUL(number, wide), at);
		out[i].first = LLVMBuildTrunc(g->b, from, g->i32, "");
		out[i].shift = MUL(min_signed(g, number, last), c64(g, k->row_all - k->row));
	}
}

/* Where c->row's word lies in its windows, and on to the next: walk[0] counts taps, walk[1] is the
 * feature's place. */
static void windows_step(struct gen *g, struct copy *c, LLVMValueRef walk[2])
{
	LLVMValueRef stride = gen_extent(g, c->k_stride), zero = c64(g, 0);

	gen_here(g);
	for (unsigned u = 0; u < c->x->unit; u++) {
		LLVMValueRef tap = gep(g, g->i32, c->x->taps, walk[0]);
		tap = LLVMBuildLoad2(g->b, g->i32, tap, "");
		c->window[u] = ADD(walk[1], LLVMBuildSExt(g->b, tap, g->i64, ""));
		LLVMValueRef next = ADD(walk[0], c64(g, 1));
		LLVMValueRef wraps = ICMP(EQ, next, c64(g, c->x->c->taps));
		walk[0] = SELECT(wraps, zero, next);
		walk[1] = SELECT(wraps, ADD(walk[1], stride), walk[1]);
	}
}

/* n vectors of columns of windows, j and those after it, word by word.  Asks for what the next
 * panel reads: a line here and there of an image that may be larger than the second cache, which no
 * processor guesses. */
static void copy_columns(struct gen *g, struct copy *c, struct ix j, unsigned n)
{
	struct row_piece piece[MAX_COLUMNS][PLAN_ROW_PIECES];
	LLVMValueRef to[MAX_COLUMNS], feature, buffer = gen_buffer(g, c->buffer);
	LLVMValueRef taps = c64(g, c->x->c->taps), stride = gen_extent(g, c->k_stride);
	struct loop *l = job_alloc(g->job, sizeof *l);

	gen_here(g);
	for (unsigned h = 0; h < n; h++) {
		LLVMValueRef at = ADD(j.v, c64(g, h * LANES));
		find_pieces(g, c, at, piece[h]);
		to[h] = place(g, c, c64(g, 0), at);
	}
	feature = LLVMBuildUDiv(g->b, c->kb, taps, "");
	l->ncarried = 2;
	l->carried[0] = SUB(c->kb, MUL(feature, taps));
	l->carried[1] = MUL(feature, stride);
	loop_begin(g, l, c64(g, 0), c->end, 1);
	c->row = l->iv;
	windows_step(g, c, l->carried);
	for (unsigned h = 0; h < n; h++) {
		struct ix at = ix_addc(g, j, h * LANES);
		c->piece = piece[h];
		LLVMValueRef v = c->beyond ? words_or_zero(g, c, c->row, at) :
			words(g, c, c->row, at);
		gen_here(g);
		LLVMValueRef p = gep(g, c->x->word, to[h], MUL(c->row, c64(g, c->x->cols)));
		LLVMSetAlignment(LLVMBuildStore(g->b, v, p), 64);
		if (c->x->unit > 1)
			continue;
		p = ADD(ADD(c->base, c->window[0]), ADD(at.v, c64(g, c->x->cols)));
		fetch(g, gep(g, mem_type(g, c->type), buffer, p), FETCH_SECOND);
	}
	loop_end(g, l);
}

static void copy_column(struct gen *g, struct lanes *s, struct ix j)
{
	copy_columns(g, (struct copy *)s, j, 1);
}

/* Whole panels all columns at a time, then what is left. */
static void copy_windows(struct gen *g, struct copy *c)
{
	const struct contraction *x = c->x;
	struct loop *l = job_alloc(g->job, sizeof *l);
	unsigned n = (unsigned)(x->cols / LANES);

	gen_here(g);
	LLVMValueRef rest = LLVMBuildURem(g->b, c->outer, c64(g, x->cols), "");
	LLVMValueRef whole = SUB(c->outer, rest);
	loop_begin(g, l, c64(g, 0), whole, x->cols);
	copy_columns(g, c, ix_lanes(l->iv, g->depth, LANES, INT64_MAX), n);
	loop_end(g, l);
	if (x->c->n >= 0 && x->c->n % x->cols == 0)
		return;
	c->lanes = (struct lanes){ .lo = whole, .hi = c->outer, .max = INT64_MAX,
		.whole_blocks = c->outer_whole, .level = g->depth, .align = LANES,
		.fn = copy_column };
	lanes_loop(g, &c->lanes);
}

/* Are the source's rows along k words as they lie, and whole squares of them? */
static bool copy_is_words(const struct copy *c)
{
	const struct contraction *x = c->x;
	bool words = x->whole_words && dtype_bytes(c->type) * x->unit == x->bytes;

	return words && c->along_k && c->outer_whole && c->k_stride == 1 && c->outer_stride > 0 &&
	       c->outer_stride % x->unit == 0 && x->c->k >= 0 &&
	       x->c->k % ((int64_t)LANES * x->unit) == 0;
}

/* Are they rows of bytes, side by side, to be columns' words?  These are read a line at a time. */
static bool copy_is_lines(const struct copy *c)
{
	return c->x->unit == CONTRACT_WORD && c->columns && !c->packed && !c->along_k && !c->kb;
}

/* WORD lines of columns j on, those of word c->row of k, as words. */
static void copy_line(struct gen *g, const struct copy *c, LLVMValueRef j)
{
	LLVMValueRef stride = gen_extent(g, c->k_stride), zeros = gen_zeros(g);
	LLVMValueRef buffer = gen_buffer(g, c->buffer), v[LINE / LANES];

	gen_here(g);
	for (unsigned u = 0; u < CONTRACT_WORD; u++) {
		LLVMValueRef k = ADD(MUL(c->row, c64(g, CONTRACT_WORD)), c64(g, u));
		LLVMValueRef p = gep(g, g->i8, buffer, ADD(ADD(c->base, j), MUL(k, stride)));
		fetch(g, gep(g, g->i8, p, MUL(stride, c64(g, LINES_AHEAD * CONTRACT_WORD))),
			FETCH_SECOND);
		if (c->beyond || (u && !c->x->whole_words))
			p = SELECT(ICMP(SLT, k, c->kn), p, zeros);
		v[u] = LLVMBuildLoad2(g->b, LLVMVectorType(g->i8, LINE), p, "");
		LLVMSetAlignment(v[u], 1);
	}
	bytes_across_k(g, v, LINE / LANES, v);
	for (unsigned h = 0; h < LINE / LANES; h++) {
		LLVMValueRef to = place(g, c, c->row, ADD(j, c64(g, h * LANES)));
		LLVMSetAlignment(LLVMBuildStore(g->b, bytes_flipped(g, c->x, v[h]), to), 64);
	}
}

/* Whole lines of the row; the first column of what is left. */
static LLVMValueRef copy_lines(struct gen *g, const struct copy *c)
{
	struct loop *l = job_alloc(g->job, sizeof *l);

	gen_here(g);
	LLVMValueRef whole = AND(c->outer, c64(g, -LINE));
	loop_begin(g, l, c64(g, 0), whole, LINE);
	copy_line(g, c, l->iv);
	loop_end(g, l);
	return whole;
}

/* LANES rows of the source from c->row on, by way of a square of them where they are converted. */
static void copy_turned(struct gen *g, struct lanes *s, struct ix j)
{
	struct copy *c = (struct copy *)s;
	bool whole = c->along_k && c->outer_whole;
	int64_t pitch = c->pitch ? c->pitch : c->x->cols;

	if (copy_is_words(c)) {
		LLVMValueRef p = gen_buffer(g, c->buffer);
		gen_here(g);
		LLVMValueRef at = ADD(c->base, MUL(c->row, c64(g, c->outer_stride)));
		at = ADD(at, MUL(j.v, c64(g, c->x->unit)));
		LLVMValueRef from = gep(g, mem_type(g, c->type), p, at);
		int64_t step = c->outer_stride / c->x->unit;
		if (c->columns && c->x->flips)
			turn_flipped_call(g, from, step, place(g, c, j.v, c->row), pitch);
		else
			turn_call(g, c->x->bytes, from, step, place(g, c, j.v, c->row), pitch);
		return;
	}
	for (unsigned i = 0; i < LANES; i++) {
		gen_here(g);
		LLVMValueRef row = ADD(c->row, c64(g, i));
		LLVMValueRef v = whole ? words(g, c, row, j) : words_or_zero(g, c, row, j);
		gen_here(g);
		LLVMValueRef to = gep(g, c->x->word, c->square, c64(g, i * LANES));
		LLVMSetAlignment(LLVMBuildStore(g->b, v, to), 64);
	}
	turn_call(g, c->x->bytes, c->square, LANES, place(g, c, j.v, c->row), pitch);
}

static void copy_run(struct gen *g, struct copy *c)
{
	const struct contraction *x = c->x;
	struct loop *l = job_alloc(g->job, sizeof *l);
	bool turned = c->along_k == c->k_rows;

	if (turned && !copy_is_words(c))
		c->square = gen_scratch(g, (size_t)LANES * LANES * x->bytes);
	gen_here(g);
	LLVMValueRef kw = ceil_div(g, c->kn, x->unit);
	c->rows = c->end = c->along_k ? c->outer : kw;
	c->beyond = x->tiles && !x->whole_tiles && c->k_rows && !c->along_k;
	if (c->beyond)
		c->end = AND(ADD(kw, c64(g, LANES - 1)), c64(g, -LANES));
	if (c->kb) {
		copy_windows(g, c);
		return;
	}
	LLVMValueRef from = c64(g, 0), end = c->end;
	c->lanes.lo = c64(g, 0);
	c->lanes.hi = c->along_k ? kw : c->outer;
	if (c->share) {
		from = c->share->lo;
		end = c->share->hi;
	}
	loop_begin(g, l, from, end, turned ? LANES : 1);
	gen_here(g);
	c->row = l->iv;
	if (copy_is_lines(c))
		c->lanes.lo = copy_lines(g, c);
	c->lanes.max = INT64_MAX;
	c->lanes.whole_blocks = c->along_k ? x->c->k >= 0 && x->c->k % (LANES * x->unit) == 0 :
		c->outer_whole;
	c->lanes.level = g->depth;
	c->lanes.align = LANES;
	c->lanes.fn = turned ? copy_turned : copy_straight;
	lanes_loop(g, &c->lanes);
	loop_end(g, l);
}

void copy_group(struct gen *g, struct contraction *x, LLVMValueRef kb, LLVMValueRef kn)
{
	const struct contract *c = x->c;
	LLVMValueRef at;
	struct copy copy = { .x = x, .buffer = x->cols_buffer, .type = c->cols_type, .kn = kn,
		.outer = x->nv, .to = x->panels, .packed = c->cols_packed, .columns = true,
		.k_rows = true };

	copy.outer_stride = c->cols_packed || !c->cols_n ? 1 : c->cols_n;
	copy.k_stride = c->cols_packed ? x->cols : c->cols_k;
	copy.along_k = copy.outer_stride != 1;
	copy.outer_whole = c->n >= 0 && c->n % LANES == 0;
	LLVMValueRef n_step = gen_extent(g, copy.outer_stride),
		     k_step = gen_extent(g, copy.k_stride);
	if (c->cols_packed) {
		LLVMValueRef k = gen_extent(g, c->k), n = gen_extent(g, c->n);
		gen_here(g);
		at = ADD(MUL(x->batch, ceil_div(g, n, x->cols)),
			LLVMBuildUDiv(g->b, x->n0, c64(g, x->cols), ""));
		at = MUL(ADD(MUL(at, k), kb), c64(g, x->cols));
	} else {
		at = batch_offset(g, x, c->cols_batch, c->cols_at);
		at = ADD(at, MUL(x->n0, n_step));
		if (x->taps)
			copy.kb = kb;
		else
			at = ADD(at, MUL(kb, k_step));
	}
	copy.base = at;
	copy_run(g, &copy);
}

static void copy_rows_share(struct gen *g, struct contraction *x, LLVMValueRef first,
	LLVMValueRef kn, const struct share *share)
{
	const struct contract *c = x->c;
	struct copy copy = { .x = x, .buffer = x->rows_buffer, .type = c->rows_type,
		.base = first, .kn = kn, .outer = x->mrows, .k_stride = c->rows_k,
		.outer_stride = c->rows_m, .to = x->rows_copy, .share = share };

	copy.k_rows = x->rows_k != 1;
	copy.pitch = copy.k_rows ? x->rows_k : x->rows_m;
	copy.along_k = c->rows_k == 1 || c->rows_m != 1;
	copy.outer_whole = c->m >= 0 && c->m % LANES == 0 && c->m_block % LANES == 0;
	copy_run(g, &copy);
}

void copy_rows(struct gen *g, struct contraction *x, LLVMValueRef first, LLVMValueRef kn)
{
	copy_rows_share(g, x, first, kn, NULL);
}

/* The same of rows that have CONTRACT_SUM elements of k. */
static void copy_whole(struct gen *g, struct contraction *x, LLVMValueRef first,
	const struct share *share)
{
	LLVMValueRef p = gen_buffer(g, x->rows_buffer), rows_m = gen_extent(g, x->c->rows_m);
	LLVMTypeRef t = mem_type(g, x->c->rows_type);
	struct loop *l = job_alloc(g->job, sizeof *l);

	loop_begin(g, l, share->lo, share->hi, 1);
	gen_here(g);
	LLVMValueRef from = gep(g, t, p, ADD(first, MUL(l->iv, rows_m)));
	LLVMValueRef to = gep(g, t, x->rows_copy, MUL(l->iv, c64(g, x->rows_m)));
	for (int i = 0; i < CONTRACT_SUM; i += LANES) {
		LLVMValueRef v = LLVMBuildLoad2(g->b, x->vec, gep(g, t, from, c64(g, i)), "");
		LLVMSetAlignment(v, x->bytes);
		LLVMSetAlignment(LLVMBuildStore(g->b, v, gep(g, t, to, c64(g, i))), 64);
	}
	loop_end(g, l);
}

void copy_strip(struct gen *g, struct contraction *x, LLVMValueRef first, LLVMValueRef kn,
	const struct share *share)
{
	struct share some = *share;
	struct branch b;

	if (x->c->k % CONTRACT_SUM == 0) {
		copy_whole(g, x, first, share);
		return;
	}
	gen_here(g);
	LLVMValueRef whole = ICMP(EQ, kn, c64(g, CONTRACT_SUM));
	branch_begin(g, &b, whole);
	copy_whole(g, x, first, share);
	branch_end(g, &b);
	gen_here(g);
	some.hi = SELECT(whole, share->lo, share->hi);
	copy_rows_share(g, x, first, kn, &some);
}
