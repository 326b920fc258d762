/* contract.c -- which side of a dot_general is read as scalars and which as vectors, and how both
 * lie.
 *
 * The rows side is read as it lies, whatever its strides (weights [N,K] too); the columns side
 * wants vectors of consecutive n: as it lies when n has stride 1, else packed into panels of
 * columns by a map kernel of its own, into which what computes the operand fuses.  So of the two
 * ways to turn a product the cheaper is taken: work wasted in the last panel against elements to
 * pack.  A constant against rows that lie along k is the columns: it is packed when it is bound.
 * (The scheme of Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008,
 * with one side unpacked.) */
#include "ir/build.h"
#include "plan/contract_cut.h"
#include "plan/contract_side.h"
#include "plan/conv.h"
#include <string.h>

#define SPAN_MOST 480                    /* rows of a span, whole in a block */
static void contract_add_batch(
	struct contract *c, int64_t extent, int64_t rows_stride, int64_t cols_stride)
{
	c->batch[c->nbatch] = extent;
	c->rows_batch[c->nbatch] = rows_stride;
	c->cols_batch[c->nbatch++] = cols_stride;
}

/* Batch dims of both sides, neighbours that step by one stride on both merged; side_leads gave one
 * side more than the other has, for which that is the same. */
static bool contract_batch(struct graph *g, struct contract *c, const struct side *rows,
	const struct side *cols)
{
	const struct side *more = rows->nbatch > cols->nbatch ? rows : cols;

	for (uint32_t i = 0; i < more->nbatch; i++) {
		int64_t d = more->view.dims[more->batch[i]],
			rs = i < rows->nbatch ? rows->view.strides[rows->batch[i]] : 0,
			cs = i < cols->nbatch ? cols->view.strides[cols->batch[i]] : 0;
		if (d == 1)
			continue;
		uint32_t p = c->nbatch;
		if (p && c->rows_batch[p - 1] == dim_mul(g, rs, d) &&
			c->cols_batch[p - 1] == dim_mul(g, cs, d)) {
			c->batch[p - 1] = dim_mul(g, c->batch[p - 1], d);
			c->rows_batch[p - 1] = rs;
			c->cols_batch[p - 1] = cs;
			continue;
		}
		if (p == PLAN_MAX_BATCH)
			return false;
		contract_add_batch(c, d, rs, cs);
	}
	return true;
}

/* Panels that are packed once are so in the words the level multiplies; AMX reads LANES of them at
 * a time. */
static void contract_pack_words(
	struct graph *g, struct contract *c, const struct plan_options *o)
{
	const struct isa_info *isa = &isa_table[o->isa];
	int64_t unit = contract_unit(c, isa, o->strict),
		whole = contract_has_squares(c, isa, o->strict) ? 16 : 1;
	if (unit == 1)
		return;
	c->word = (uint32_t)unit;
	c->words = dim_mul(g, dim_ceildiv(g, c->k, unit * whole), whole);
}

/* The same of the columns side s, whose integers are made what is multiplied: bytes, or 16 bits. */
static void side_pack_words(
	struct graph *g, struct side *s, struct contract *c, const struct plan_options *o)
{
	contract_pack_words(g, c, o);
	if (c->acc != DTYPE_i32)
		return;
	if (c->word == 4) {
		bool tiles = contract_has_squares(c, &isa_table[o->isa], o->strict);
		int64_t bit = dtype_is_unsigned(c->cols_type) ? 128 : -128;
		if (contract_flips(c, tiles))
			s->node = build2(g, OP_xor, s->node, build_like(g, s->node, (double)bit));
		return;
	}
	s->node = build_convert(g, s->node, DTYPE_i16);
	c->cols_type = DTYPE_i16;
}

static enum dtype contract_acc(enum dtype l, enum dtype r, enum dtype result)
{
	if (l == DTYPE_f64 && r == DTYPE_f64 && result == DTYPE_f64)
		return DTYPE_f64;
	bool narrow = dtype_is_float(l) && dtype_is_float(r) && dtype_is_float(result);
	if (narrow && l != DTYPE_f64 && r != DTYPE_f64 && result != DTYPE_f64)
		return DTYPE_f32;
	/* products of 16 bits wrap as 32 bits do; 16 bits without a sign have no such products */
	if (dtype_is_short(l) && dtype_is_short(r) && result == DTYPE_i32)
		return DTYPE_i32;
	return DTYPE_none;
}

static const struct node *contract_node(struct graph *g, const struct contract *c,
	const struct node *const *operands, const struct type *t)
{
	int64_t ints[CONTRACT_INTS];
	uint32_t nints = contract_ints(c, ints);
	const struct attr_entry e = { KEY_contract, NULL, attr_ints(g, nints, ints) };
	struct node_spec s = {
		.op = OP_contract,
		.nin = c->groups ? 3 : 2,
		.in = operands,
		.attrs = attrs_cons(g, 1, &e),
		.type = t,
	};
	return graph_node(g, &s);
}

/* Is s bytes that are made floats?  Those are read as bytes: a quarter of the memory. */
static bool side_is_bytes(const struct side *s)
{
	const struct node *x = s->view.base;

	return x->op == OP_convert && dtype_is_float(x->type->dtype) &&
	       dtype_bytes(x->type->dtype) >= 2 && dtype_is_byte(x->in[0]->type->dtype);
}

/* AMX multiplies none with floats: for many rows of bf16 they are written out as such. */
static void side_as_bytes(struct side *s, const struct side *other, const struct plan_options *o)
{
	bool many = other->free_extent < 0 || other->free_extent > CONTRACT_LINES;
	bool tiles = isa_table[o->isa].instr & ISA_TILES && many &&
		     s->view.base->type->dtype == DTYPE_bf16;

	if (side_is_bytes(s) && !tiles)
		s->view.base = s->view.base->in[0];
}

static void contract_types(struct contract *c, struct side *rows, struct side *cols,
	const struct plan_options *o)
{
	if (c->acc == DTYPE_f32)
		side_as_bytes(rows, cols, o);
	if (c->acc == DTYPE_f32 && !c->cols_packed)
		side_as_bytes(cols, rows, o);
	c->rows_type = rows->view.base->type->dtype;
	c->cols_type = (c->cols_packed ? cols->node : cols->view.base)->type->dtype;
}

/* x as it was before it was made 32 bits wide. */
static const struct node *before_widened(const struct node *x)
{
	bool widened = x->op == OP_convert && x->type->dtype == DTYPE_i32 &&
		       dtype_is_short(x->in[0]->type->dtype);

	return widened ? x->in[0] : x;
}

/* Where columns lie that are read as they are. */
static void columns_as_they_lie(struct contract *c, const struct side *cols, enum way way)
{
	c->cols_at = cols->view.at;
	c->cols_k = cols->k_stride;
	/* of one column, any step will do but that which says lanes run along n */
	c->cols_n = way != WAY_along_k	     ? 1
		    : cols->free_extent == 1 ? c->k
					     : cols->free_stride;
}

/* Is s, which is n, packed when constants are bound?  One row takes lines of it as fast as they
 * come from memory: of bytes panels do not, of floats they do no better. */
static bool side_packs_late(const struct side *s, const struct node *n, const struct side *other,
	const struct plan_options *o)
{
	bool lines = other->free_extent == 1 && side_is_lines(other, s, o);

	return other->k_stride == 1 && !side_is_bytes(s) && !lines && plan_is_late(n, o);
}

/* A product on its way to a contract. */
struct product {
	struct contract c;
	struct side lhs, rhs, *rows, *cols;
	const struct node *places;               /* where groups begin; NULL: there are none */
	int64_t group;                           /* places of one, about */
};

/* Which side are the rows; of the ragged rows of groups, those of one count. */
static void product_turn(struct graph *g, struct product *p, const struct plan_options *o)
{
	struct side lhs = p->lhs;
	struct contract *c = &p->c;

	if (c->groups == GROUPS_rows)            /* as long as lhs are the rows */
		lhs.free_extent = p->group;
	c->rows_are_lhs = false;
	double by_rhs = side_cost(g, &p->rhs, &lhs, c, o);
	c->rows_are_lhs = true;
	double by_lhs = side_cost(g, &lhs, &p->rhs, c, o);
	c->rows_are_lhs = by_lhs <= by_rhs;
	p->rows = c->rows_are_lhs ? &p->lhs : &p->rhs;
	p->cols = c->rows_are_lhs ? &p->rhs : &p->lhs;
	if (c->groups == GROUPS_rows && !c->rows_are_lhs)
		c->groups = GROUPS_cols;
}

/* Panels may be packed before where all that is cut of the columns is known by then. */
static bool product_packs(const struct product *p, const struct plan_options *o)
{
	bool cut = p->c.groups == GROUPS_cols || p->c.groups == GROUPS_k;
	bool numbers = p->cols->free_extent >= 0 && p->cols->k_extent >= 0;

	return !cut && (numbers || contract_has_squares(&p->c, &isa_table[o->isa], o->strict));
}

/* Does AMX multiply columns that a kernel packs before?  Its products take less time than the copy
 * of a panel beside them would, so it is made once, not by each block of rows; but where rows are
 * one block, and columns that lie along n are copied by it alone. */
static bool squares_pack(const struct graph *g, const struct contract *c,
	const struct side *rows, enum way way, const struct plan_options *o)
{
	int64_t least = way == WAY_along_n ? CONTRACT_BLOCK : CONTRACT_LINES;

	return contract_has_squares(c, &isa_table[o->isa], o->strict) &&
	       side_typical(g, rows->free_extent) > (double)least;
}

/* The product whose chunks have a part of k each, and the sum of those. */
static const struct node *product_parts(struct graph *g, struct contract *c,
	const struct node *const *operands, int64_t part, const struct type *t)
{
	const int64_t first = 0;
	int64_t dims[PLAN_MAX_RANK];

	memcpy(dims + 1, t->dims, t->rank * sizeof *dims);
	dims[0] = c->k / part;
	contract_add_batch(c, dims[0], dim_mul(g, part, c->rows_k), part * c->cols_k);
	c->k = part;
	const struct node *sums = contract_node(
		g, c, operands, type_tensor(g, c->acc, t->rank + 1, dims));
	sums = build_reduce(g, OP_add, sums, 1, &first);
	return sums->type->dtype == t->dtype ? sums : build_convert(g, sums, t->dtype);
}

static const struct node *product_node(struct graph *g, struct product *p, const struct type *t,
	const struct plan_options *o)
{
	struct contract *c = &p->c;
	struct side *rows = p->rows, *cols = p->cols;
	bool packs = product_packs(p, o);

	if (!rows->collapses)
		side_make_dense(g, rows, false);
	enum way way = side_way(cols);
	if (packs && squares_pack(g, c, rows, way, o))
		way = WAY_packed;
	c->cols_packed = way == WAY_packed && packs;
	if (way == WAY_packed && !packs)
		side_make_dense(g, cols, true);
	if (!contract_batch(g, c, rows, cols))
		return NULL;
	if (c->groups == GROUPS_k)
		contract_add_batch(c, p->places->type->dims[0] - 1, 0, 0);
	c->m = rows->free_extent;
	c->n = cols->free_extent;
	c->k = rows->k_extent;
	c->rows_at = rows->view.at;
	c->rows_m = rows->free_stride;
	c->rows_k = rows->k_stride;
	contract_types(c, rows, cols, o);
	if (!c->cols_packed)
		columns_as_they_lie(c, cols, way);
	c->cols_shared = c->cols_packed && cols->nbatch < rows->nbatch ? c->nbatch : 0;
	bool squares = contract_has_squares(c, &isa_table[o->isa], o->strict);
	int64_t part = c->groups ? 0 : contract_stream(c, o);
	contract_cut(c, p->group, o);
	if (c->cols_packed && (cols->late || squares))
		side_pack_words(g, cols, c, o);
	const struct node *operands[] = { rows->view.base,
		c->cols_packed ? side_pack(g, cols, c) : cols->view.base, p->places };
	return part ? product_parts(g, c, operands, part, t) : contract_node(g, c, operands, t);
}

/* What of p follows from its sides, of so many free dims. */
static void product_begin(struct product *p, enum dtype acc, const struct node *const *in,
	const struct plan_options *o)
{
	p->c.acc = acc;
	p->c.panel = isa_table[o->isa].cols;
	p->c.left = p->lhs.nfree;
	p->c.right = p->rhs.nfree;
	p->c.rows_type = in[0]->type->dtype;
	p->c.cols_type = in[1]->type->dtype;
}

const struct node *plan_lower_dot(struct graph *g, const struct node *n,
	const struct node *const *in, const struct plan_options *o)
{
	const struct node *before[2] = { before_widened(in[0]), before_widened(in[1]) };
	if (dtype_is_short(before[0]->type->dtype) && dtype_is_short(before[1]->type->dtype))
		in = before;
	enum dtype acc = contract_acc(in[0]->type->dtype, in[1]->type->dtype, n->type->dtype);
	if (acc == DTYPE_none || in[0]->type->rank > PLAN_MAX_RANK - 4 ||
		in[1]->type->rank > PLAN_MAX_RANK - 4 || in[0]->type->quant || in[1]->type->quant)
		return NULL;
	uint32_t nb, nc;
	const int64_t *lb = node_ints(n, KEY_lhs_batching_dimensions, &nb);
	const int64_t *rb = node_ints(n, KEY_rhs_batching_dimensions, &nb);
	const int64_t *lc = node_ints(n, KEY_lhs_contracting_dimensions, &nc);
	const int64_t *rc = node_ints(n, KEY_rhs_contracting_dimensions, &nc);
	struct product p = { .lhs = side_of(g, in[0], lb, nb, lc, nc),
		.rhs = side_of(g, in[1], rb, nb, rc, nc) };
	if (p.lhs.free_extent == 0 || p.rhs.free_extent == 0 || p.lhs.k_extent == 0)
		return NULL;
	side_leads(g, &p.lhs, &p.rhs);
	product_begin(&p, acc, in, o);
	p.lhs.late = side_packs_late(&p.lhs, in[0], &p.rhs, o);
	p.rhs.late = !p.lhs.late && side_packs_late(&p.rhs, in[1], &p.lhs, o);
	product_turn(g, &p, o);
	return product_node(g, &p, n->type, o);
}

const struct node *plan_lower_grouped_dot(struct graph *g, const struct node *n,
	const struct node *const *in, const struct plan_options *o)
{
	const int64_t zero = 0;
	uint32_t one;
	const int64_t *lc = node_ints(n, KEY_lhs_contracting_dimensions, &one);
	const int64_t *rc = node_ints(n, KEY_rhs_contracting_dimensions, &one);
	const int64_t along = node_ints(n, KEY_ragged_dims, &one)[0];
	bool by_k = along == lc[0];
	const int64_t places = in[0]->type->dims[along], groups = in[2]->type->dims[0] - 1;
	enum dtype acc = contract_acc(in[0]->type->dtype, in[1]->type->dtype, n->type->dtype);
	struct product p = { .places = in[2],
		.group = dim_is_number(places) ? (places + groups - 1) / groups : 64,
		.lhs = side_of(g, in[0], NULL, 0, lc, 1),
		.rhs = side_of(g, in[1], &zero, !by_k, rc, 1) };

	if (p.group == 1 && places > CONTRACT_LINES)
		p.group = 2;                     /* some may share a matrix after all */
	p.c.groups = by_k ? GROUPS_k : GROUPS_rows;
	product_begin(&p, acc, in, o);
	p.rhs.late = !by_k && side_packs_late(&p.rhs, in[1], &p.lhs, o);
	product_turn(g, &p, o);
	return product_node(g, &p, n->type, o);
}

const struct node *plan_contract_windows(struct graph *g, const struct node *rows,
	const struct windows *w, const struct type *t, const struct plan_options *o)
{
	const struct type *x = w->x->type;
	enum dtype acc = contract_acc(rows->type->dtype, x->dtype, t->dtype);
	if (acc == DTYPE_none || rows->type->quant || x->quant)
		return NULL;
	const int64_t zero = 0, two = 2;
	struct side s = side_of(g, rows, &zero, 1, &two, 1);
	if (!s.collapses)
		side_make_dense(g, &s, false);
	struct contract c = {
		.rows_are_lhs = true,
		.m = s.free_extent,
		.n = w->n,
		.k = s.k_extent,
		.rows_at = s.view.at,
		.rows_m = s.free_stride,
		.rows_k = s.k_stride,
		.cols_k = w->feature,
		.cols_n = 1,
		.rows_type = rows->type->dtype,
		.cols_type = x->dtype,
		.acc = acc,
		.panel = isa_table[o->isa].cols,
		.taps = w->taps,
		.row = w->row,
		.row_all = w->row_all,
		.left = 1,
		.right = 2,
	};
	memcpy(c.tap, w->tap, w->taps * sizeof *c.tap);
	int64_t group = dim_mul(g, w->features, w->feature);
	if (w->images != 1)
		contract_add_batch(&c, w->images, 0, dim_mul(g, group, w->groups));
	if (w->sheets != 1)
		contract_add_batch(&c, w->sheets, 0, w->sheet);
	if (w->groups != 1)
		contract_add_batch(&c, w->groups, s.view.strides[s.batch[0]], group);
	struct contract typical = c;             /* places of any number are cut as of so many */
	if (c.n < 0)
		typical.n = w->typical;
	contract_block(&typical, o);
	c.m_block = typical.m_block;
	c.n_block = typical.n_block;
	return contract_node(g, &c, (const struct node *[]){ s.view.base, w->x }, t);
}

const struct node *plan_contract_lines(struct graph *g, struct contract *c,
	const struct node *rows, const struct node *cols, const struct type *t,
	const struct plan_options *o)
{
	c->panel = isa_table[o->isa].cols;
	contract_block(c, o);
	return contract_node(g, c, (const struct node *[]){ rows, cols }, t);
}

const struct node *plan_contract_runs(struct graph *g, struct contract *c, const struct node *x,
	const struct node *cols, const struct type *t, const struct plan_options *o)
{
	const int64_t batch[] = { 0, 1, 2, 3 }, last = c->nbatch + 1;

	if (!c->m_block)
		contract_block(c, o);
	if (c->cols_packed)
		contract_pack_words(g, c, o);
	if (c->cols_packed && cols->type->rank == c->nbatch + 2) {
		struct side s = side_of(g, cols, batch, c->nbatch, &last, 1);
		cols = side_pack(g, &s, c);
	}
	return contract_node(g, c, (const struct node *[]){ x, cols }, t);
}

/* ---- windows as rows ------------------------------------------------------------------------ */

/* Rows of a tile, at most, that registers hold beside a panel's vectors and one scalar. */
static int64_t tile_most(const struct isa_info *isa)
{
	return (isa->regs - 1) * (isa->bytes / 4) / isa->cols - 1;
}

/* Rows of a tile by which spans are cut with the least to load and begin: a short last one has too
 * few sums to keep multipliers busy.  Spans that are shorter go whole, some in a tile. */
static int64_t span_tile(int64_t span, const struct isa_info *isa)
{
	int64_t most = tile_most(isa), best = most, least = INT64_MAX;

	if (span < (most + 1) / 2)
		return most / span * span;
	for (int64_t t = most < span ? most : span; t >= (most + 1) / 2; t--) {
		int64_t rest = span % t, cost = span / t * (t + 1);
		if (rest)
			cost += (rest < 4 ? 4 : rest) + 1;
		if (cost < least) {
			least = cost;
			best = t;
		}
	}
	return best;
}

int64_t plan_places_unit(enum dtype t, const struct plan_options *o)
{
	const struct contract c = { .rows_type = t, .cols_type = t, .acc = DTYPE_f32 };

	return contract_unit(&c, &isa_table[o->isa], o->strict);
}

bool plan_places_fit(const struct places *p, enum dtype t, const struct plan_options *o)
{
	bool pairs = plan_places_unit(t, o) > 1 && !(isa_table[o->isa].instr & ISA_TILES);

	return (t == DTYPE_f32 || (t == DTYPE_bf16 && pairs)) && p->span <= SPAN_MOST;
}

const struct node *plan_contract_places(struct graph *g, const struct places *p,
	const struct node *weights, const struct type *t, const struct plan_options *o)
{
	bool grouped = p->groups != 1;
	const int64_t zero = 0, last = grouped ? 2 : 1;
	struct side s = side_of(g, weights, &zero, grouped, &last, 1);
	struct contract c = {
		.rows_are_lhs = true,
		.cols_packed = true,
		.m = p->m,
		.n = s.free_extent,
		.k = p->k,
		.rows_m = p->step,
		.rows_k = 1,
		.rows_type = p->x->type->dtype,
		.cols_type = weights->type->dtype,
		.acc = DTYPE_f32,
		.panel = isa_table[o->isa].cols,
		.span = p->span,
		.span_pitch = p->span_pitch,
		.bands = p->bands,
		.pieces = p->pieces,
		.piece_pitch = p->piece_pitch,
		.band_pitch = p->band_pitch,
		.tile = span_tile(p->span, &isa_table[o->isa]),
		.left = t->rank - (grouped ? 4 : 2),
		.right = 1,
	};
	if (p->images != 1)
		contract_add_batch(&c, p->images, p->image, 0);
	if (p->parts != 1)
		contract_add_batch(&c, p->parts, p->part, 0);
	c.cols_shared = c.nbatch;
	if (grouped)
		contract_add_batch(&c, p->groups, p->features, 0);
	contract_block(&c, o);
	contract_pack_words(g, &c, o);
	return contract_node(g, &c, (const struct node *[]){ p->x, side_pack(g, &s, &c) }, t);
}
