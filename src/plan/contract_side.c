/* contract_side.c -- an operand of a dot_general: its dims by what they are, how it can be read,
 * and what that costs. */
#include "plan/contract_side.h"
#include "ir/build.h"
#include "plan/conv.h"
#include <math.h>
#include <string.h>

#define LEAD_LEAST 16                    /* columns or rows of each of batches that were none */
#define WORDS_WHOLE 16                   /* of packed ones, at most */
#define GROUP_COLUMNS 128                /* of a group, that a block of rows meets at a time */
#define SQUARE_RATE 200                  /* products a cycle of AMX, of words of one part */
#define LINE_BYTES 64                    /* that are multiplied at once along k */
#define LINE_END 1.5                     /* cycles that a sum of lanes takes */
#define STREAM_COST 0.015                /* cycles of an element and row, where V streams by */

static void side_measure(struct graph *g, struct side *s)
{
	bool k = view_collapse(g, &s->view, s->ncontract, s->contract, &s->k_extent, &s->k_stride);
	s->collapses =
		view_collapse(g, &s->view, s->nfree, s->free, &s->free_extent, &s->free_stride) &&
		k;
	if (s->free_extent == 1)
		s->free_stride = 1;
	s->collapses &= s->free_stride != 0 && (s->k_stride != 0 || s->k_extent == 1);
}

struct side side_of(struct graph *g, const struct node *operand, const int64_t *batch,
	uint32_t nbatch, const int64_t *contract, uint32_t ncontract)
{
	struct side s = { .node = operand, .nbatch = nbatch, .ncontract = ncontract };
	bool taken[PLAN_MAX_RANK] = { false };
	for (uint32_t i = 0; i < nbatch; i++)
		taken[s.batch[i] = (uint32_t)batch[i]] = true;
	for (uint32_t i = 0; i < ncontract; i++)
		taken[s.contract[i] = (uint32_t)contract[i]] = true;
	for (uint32_t d = 0; d < operand->type->rank; d++)
		if (!taken[d])
			s.free[s.nfree++] = d;
	view_of(g, operand, &s.view);
	side_measure(g, &s);
	return s;
}

/* The operand in the order batch, first, second, as a new dense tensor. */
static const struct node *side_transposed(
	struct graph *g, const struct side *s, bool contract_first)
{
	int64_t perm[PLAN_MAX_RANK];
	uint32_t n = 0;
	for (uint32_t i = 0; i < s->nbatch; i++)
		perm[n++] = s->batch[i];
	for (uint32_t i = 0; contract_first && i < s->ncontract; i++)
		perm[n++] = s->contract[i];
	for (uint32_t i = 0; i < s->nfree; i++)
		perm[n++] = s->free[i];
	for (uint32_t i = 0; !contract_first && i < s->ncontract; i++)
		perm[n++] = s->contract[i];
	return build_transpose(g, s->node, perm);
}

/* Makes the operand a dense tensor in the order batch, free, contract (or contract, free). */
void side_make_dense(struct graph *g, struct side *s, bool contract_first)
{
	s->node = side_transposed(g, s, contract_first);
	uint32_t at = 0;
	for (uint32_t i = 0; i < s->nbatch; i++)
		s->batch[i] = at++;
	for (uint32_t i = 0; contract_first && i < s->ncontract; i++)
		s->contract[i] = at++;
	for (uint32_t i = 0; i < s->nfree; i++)
		s->free[i] = at++;
	for (uint32_t i = 0; !contract_first && i < s->ncontract; i++)
		s->contract[i] = at++;
	view_dense(g, s->node, &s->view);
	side_measure(g, s);
}

const struct node *words_of(struct graph *g, const struct node *x, int64_t word)
{
	int64_t dims[PLAN_MAX_RANK + 1];
	uint32_t rank = x->type->rank;

	memcpy(dims, x->type->dims, rank * sizeof *dims);
	dims[rank - 1] = dim_floordiv(g, dims[rank - 1], word);
	dims[rank] = word;
	x = plan_reshape(g, x, rank + 1, dims);
	return graph_node(g, &(struct node_spec){ .op = OP_bitcast_convert, .nin = 1, .in = &x,
		.type = type_tensor(g, DTYPE_ui32, rank, dims) });
}

/* What side_pack makes: of panels, so many columns each, and words of so many k. */
struct packing { int64_t panels, panel, words, word; };

/* t with zeros behind its dim d, `all` elements of it: of any number it is padded by as many as a
 * whole step may need, and what is too many is cut off. */
static const struct node *padded_to(
	struct graph *g, const struct node *t, uint32_t d, int64_t all, int64_t step)
{
	int64_t low[PLAN_MAX_RANK] = { 0 }, high[PLAN_MAX_RANK] = { 0 }, limit[PLAN_MAX_RANK],
		one[PLAN_MAX_RANK];
	bool any = t->type->dims[d] < 0 || all < 0;

	for (uint32_t i = 0; i < t->type->rank; i++) {
		limit[i] = t->type->dims[i];
		one[i] = 1;
	}
	high[d] = any ? step - 1 : all - limit[d];
	if (limit[d] == all)
		return t;
	limit[d] = all;
	t = build_pad(g, t, build_scalar(g, t->type->dtype, 0), low, high, low);
	return any ? plan_slice(g, t, low, limit, one) : t;
}

/* s as [batch..., n, k], or [batch..., k, n], padded with zeros to whole panels and words. */
static const struct node *side_padded(
	struct graph *g, const struct side *s, const struct packing *p, bool contract_first)
{
	int64_t dims[PLAN_MAX_RANK];
	uint32_t b = s->nbatch, n = b + contract_first, k = b + !contract_first;
	const struct node *t = side_transposed(g, s, contract_first);

	for (uint32_t i = 0; i < b; i++)
		dims[i] = s->node->type->dims[s->batch[i]];
	dims[n] = s->free_extent;
	dims[k] = s->k_extent;
	t = plan_reshape(g, t, b + 2, dims);
	t = padded_to(g, t, n, dim_mul(g, p->panels, p->panel), p->panel);
	return padded_to(g, t, k, dim_mul(g, p->words, p->word), p->word * WORDS_WHOLE);
}

/* [batch..., panels, words, panel] of what lies along k: squares of words are turned, not of
 * parts. */
static const struct node *pack_along_k(
	struct graph *g, const struct side *s, const struct packing *p)
{
	const struct node *t = side_padded(g, s, p, false);
	int64_t dims[PLAN_MAX_RANK], perm[PLAN_MAX_RANK];
	uint32_t b = s->nbatch;

	if (p->word > 1)
		t = words_of(g, t, p->word);
	for (uint32_t i = 0; i < b; i++)
		dims[perm[i] = i] = t->type->dims[i];
	dims[b] = p->panels;
	dims[b + 1] = p->panel;
	dims[b + 2] = p->words;
	perm[b] = b;
	perm[b + 1] = b + 2;
	perm[b + 2] = b + 1;
	return build_transpose(g, plan_reshape(g, t, b + 3, dims), perm);
}

/* The same of words whose parts lie in rows one below the other: vectors of them are put together.
 */
static const struct node *pack_along_n(
	struct graph *g, const struct side *s, const struct packing *p)
{
	const struct node *t = side_padded(g, s, p, true), *all = NULL;
	int64_t dims[PLAN_MAX_RANK], perm[PLAN_MAX_RANK], start[PLAN_MAX_RANK] = { 0 },
		limit[PLAN_MAX_RANK], step[PLAN_MAX_RANK], row = dim_mul(g, p->panels, p->panel);
	enum dtype part = p->word == 2 ? DTYPE_ui16 : DTYPE_ui8;
	uint32_t b = s->nbatch;

	for (uint32_t i = 0; i < b; i++)
		dims[perm[i] = i] = limit[i] = t->type->dims[i];
	for (uint32_t i = 0; i < b + 2; i++)
		step[i] = 1;
	dims[b] = limit[b] = p->words;
	dims[b + 1] = dim_mul(g, row, p->word);
	t = graph_node(g, &(struct node_spec){ .op = OP_bitcast_convert, .nin = 1, .in = &t,
		.type = type_tensor(g, part, b + 2, t->type->dims) });
	t = plan_reshape(g, t, b + 2, dims);
	for (int64_t i = 0; i < p->word; i++) {
		start[b + 1] = dim_mul(g, row, i);
		limit[b + 1] = dim_mul(g, row, i + 1);
		const struct node *one = plan_slice(g, t, start, limit, step);
		one = build_convert(g, one, DTYPE_ui32);
		if (i)
			one = build2(g, OP_shift_left, one,
				build_like(g, one, (double)(i * 32 / p->word)));
		all = all ? build2(g, OP_or, all, one) : one;
	}
	dims[b + 1] = p->panels;
	dims[b + 2] = p->panel;
	perm[b] = b + 1;
	perm[b + 1] = b;
	perm[b + 2] = b + 2;
	return build_transpose(g, plan_reshape(g, all, b + 3, dims), perm);
}

const struct node *side_pack(struct graph *g, const struct side *s, const struct contract *c)
{
	struct packing p = { .panel = c->panel, .word = c->word > 1 ? c->word : 1 };
	bool across = p.word > 1 && s->collapses && s->free_stride == 1 && s->free_extent > 1;

	p.panels = dim_ceildiv(g, s->free_extent, p.panel);
	p.words = p.word > 1 ? c->words : s->k_extent;
	return across ? pack_along_n(g, s, &p) : pack_along_k(g, s, &p);
}

enum way side_way(const struct side *cols)
{
	bool windows = cols->view.base->op == OP_patches;        /* a kernel packs them */
	bool late = cols->late && cols->free_extent > 1 && cols->k_extent >= 0;
	if (windows || late || !cols->collapses)
		return WAY_packed;
	if (cols->free_stride == 1 && cols->free_extent != 1)
		return WAY_along_n;
	if (cols->k_stride == 1)
		return WAY_along_k;
	return cols->free_stride == 1 ? WAY_along_n : WAY_packed;
}

double side_typical(const struct graph *g, int64_t d)
{
	return d < 0 ? 2 * dim_typical(g, d) : (double)d;
}

/* Of a product without batch dims, lhs's free dims up to those that one stride steps through are
 * made batch dims, if it is only them that the operand would have to be copied for: an image that
 * is multiplied along its height, each channel on its own.  The other side, which may be copied for
 * each of them, must not be the larger one then. */
void side_leads(struct graph *g, struct side *lhs, const struct side *rhs)
{
	struct side s = *lhs;

	if (lhs->nbatch || lhs->collapses || lhs->view.base->op == OP_patches)
		return;
	while (!s.collapses && s.nfree > 1 && s.nbatch < PLAN_MAX_BATCH) {
		s.batch[s.nbatch++] = s.free[0];
		memmove(s.free, s.free + 1, --s.nfree * sizeof *s.free);
		side_measure(g, &s);
	}
	bool lies = s.collapses && (s.free_stride == 1 || s.k_stride == 1);
	double each = side_typical(g, s.free_extent);
	if (lies && each >= LEAD_LEAST && side_typical(g, rhs->free_extent) <= 2 * each)
		*lhs = s;
}

/* Columns that cost as many as one, at the end of `rows`: a last panel's tile is as wide as it has
 * to be, but where rows come from the second cache as long as a panel takes. */
static int64_t side_step(const struct side *rows, const struct contract *c)
{
	int64_t pitch = rows->free_stride * (int64_t)dtype_bytes(rows->node->type->dtype);
	bool apart = rows->k_stride == 1 && pitch > 0 && pitch % PLAN_WAY == 0;

	return apart ? c->panel : PLAN_NARROW;
}

/* Are both sides bytes, multiplied four at a time? */
static bool sides_are_words(
	const struct side *rows, const struct side *cols, const struct plan_options *o)
{
	const struct contract c = { .rows_type = rows->view.base->type->dtype,
		.cols_type = cols->view.base->type->dtype, .acc = DTYPE_i32 };

	return dtype_is_short(c.rows_type) && dtype_is_short(c.cols_type) &&
	       contract_unit(&c, &isa_table[o->isa], o->strict) == 4;
}

/* Are rows few and columns lines along k, as they lie, which go without a copy and without tiles
 * (gen/contract_line.c)? */
bool side_is_lines(
	const struct side *rows, const struct side *cols, const struct plan_options *o)
{
	enum dtype t = rows->node->type->dtype;
	enum dtype acc = t == DTYPE_f64 ? t : DTYPE_f32;
	int64_t most = contract_lines_most(&isa_table[o->isa], acc);

	return rows->free_extent >= 1 && rows->free_extent <= most && rows->k_stride == 1 &&
	       cols->k_stride == 1 && side_way(cols) == WAY_along_k;
}

/* Cycles, roughly, that a product of lines costs: bytes are multiplied a line at a time, others
 * two; of those the sums of lanes count, where columns are short. */
static double line_cost(const struct side *rows, const struct side *cols, double m, double n,
	double k, const struct plan_options *o)
{
	size_t r = dtype_bytes(rows->node->type->dtype), c = dtype_bytes(cols->node->type->dtype);

	if (sides_are_words(rows, cols, o))
		return (m + 1) * n * k / LINE_BYTES;
	return (m + 1) * n * k * (double)(r > c ? r : c) / (2 * LINE_BYTES) + LINE_END * m * n;
}

/* Of AMX, whose products take so little that copies count for more: those of columns, that are made
 * words, once, those of rows that lie along m or are no whole squares, for each block of columns,
 * and C's, where its rows are the other operand's. */
static double square_cost(const struct side *rows, const struct side *cols, double m, double n,
	double k, const struct contract *c, unsigned unit)
{
	static const double copy[] = { [WAY_along_n] = 0.25, [WAY_along_k] = 0.5,
		[WAY_packed] = 1.5 };
	double high = ceil(m / SQUARE_ROWS) * SQUARE_ROWS;
	double wide = ceil(n / SQUARE_ROWS) * SQUARE_ROWS;
	double each = rows->k_stride != 1 ? 1 : high != m ? 0.2 : 0;
	double packed = cols->late ? 0 : n * k * copy[side_way(cols)];
	double turned = c->rows_are_lhs ? 0 : 0.5 * m * n;

	return high * wide * k / (SQUARE_RATE * unit) + packed + turned +
	       m * k * each * ceil(n / SQUARES_WIDE);
}

/* Are rows of floats that lie across k copied for each group of columns (gen/contract.c), as the
 * columns, which lie along k, would not be as rows? */
static bool side_copies(const struct side *rows, const struct side *cols)
{
	return dtype_is_float(rows->node->type->dtype) && rows->collapses && rows->k_stride != 1 &&
	       rows->free_stride == 1 && cols->k_stride == 1 &&
	       (rows->k_extent < 0 || rows->k_extent > PLAN_FAR_MOST);
}

/* Cycles, roughly, a product costs with rows and cols as they are: the tile's multiply-adds, and
 * what each element of the columns takes to be copied once for each block of rows, or packed; of
 * rows that lie across k, to be copied, or made words, for each group of columns. */
double side_cost(const struct graph *g, const struct side *rows, const struct side *cols,
	const struct contract *c, const struct plan_options *o)
{
	static const double copy[] = { [WAY_along_n] = 0.15, [WAY_along_k] = 0.4,
		[WAY_packed] = 1.5 };
	enum way way = side_way(cols);
	double m = side_typical(g, rows->free_extent), n = side_typical(g, cols->free_extent),
	       k = side_typical(g, rows->k_extent),
	       blocks = way == WAY_packed ? !cols->late : (m + 191) / 192;
	if (side_is_lines(rows, cols, o))
		return line_cost(rows, cols, m, n, k, o);
	if (side_streams(rows, cols, o))
		return (m + 1) * n * k * STREAM_COST;
	double dense = rows->collapses ? 0 : m * k * 1.5;
	if (contract_has_squares(c, &isa_table[o->isa], o->strict))
		return square_cost(rows, cols, m, n, k, c,
			contract_unit(c, &isa_table[o->isa], o->strict)) + dense;
	double step = (double)side_step(rows, c);
	double work = m * ceil(n / step) * step * k / 32;
	if (side_copies(rows, cols) || (sides_are_words(rows, cols, o) && rows->k_stride != 1))
		work += m * k * copy[WAY_along_k] * ceil(n / GROUP_COLUMNS);
	return work + n * k * copy[way] * blocks + dense;
}
