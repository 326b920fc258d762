/* contract_line.c -- a contraction of few rows, columns along k: dot products of lines.
 *
 * Such a product, of floats or of integers, is as fast as V is read, and it is read fastest as it
 * lies: column after column, one stream.  Lanes run along k, in two vectors a row of R that take
 * turns; at the column's end the two are added, and their lanes as a row's sum's are (row.c).
 * So the bits depend on k and on how many rows there are, and the error grows with a part of k. */
#include "gen/contract_impl.h"

#define MAX_ROWS CONTRACT_LINES
#define NEAR 32768                       /* bytes of R that a column finds in the nearest cache */
#define SETS 2                           /* vectors of sums an element of C has */
#define AT_ONCE 2                        /* columns, where R is read from further away */
#define AHEAD 4096                       /* bytes of V that are on their way, and up to a column */

bool contract_is_lines(const struct gen *g, const struct contract *c)
{
	bool along_k = !c->cols_packed && c->cols_k == 1 && c->cols_n > 1 && c->rows_k == 1;
	bool few = c->m >= 1 && c->m <= contract_lines_most(g->isa, c->acc);

	return along_k && few && c->taps <= 1 && !c->row_all && !c->runs.run;
}

/* Some columns and the rows. */
struct line {
	struct lanes lanes;
	struct contraction *x;
	LLVMValueRef k;                  /* elements */
	LLVMValueRef ahead;              /* of V, from what is multiplied to what is fetched */
	uint32_t ncolumns;
	LLVMValueRef columns[AT_ONCE], rows[MAX_ROWS];    /* their first elements' numbers */
	LLVMValueRef acc[AT_ONCE * MAX_ROWS * SETS];
};

/* Where the first vector of row i and column j is. */
static uint32_t acc_at(const struct line *n, uint32_t i, uint32_t j)
{
	return (i * n->ncolumns + j) * SETS;
}

/* Asks for the words that a later turn reads of column j: beside several rows that are read, a
 * processor does not follow the columns far enough ahead. */
static void line_fetch(struct gen *g, const struct line *n, uint32_t j, struct ix k)
{
	LLVMTypeRef elem = mem_type(g, n->x->c->cols_type);
	LLVMValueRef cols = gen_buffer(g, n->x->cols_buffer);

	gen_here(g);
	LLVMValueRef at = ADD(n->columns[j], MUL(k.v, c64(g, n->x->unit)));
	fetch(g, gep(g, elem, cols, ADD(at, n->ahead)), FETCH_SECOND);
}

static void line_step(struct gen *g, struct lanes *s, struct ix k)
{
	struct line *n = (struct line *)s;
	LLVMValueRef v[AT_ONCE], r;

	for (uint32_t j = 0; j < n->ncolumns; j++) {
		v[j] = contract_words_at(g, n->x, true, n->columns[j], n->k, k);
		if (n->x->c->m > 1)
			line_fetch(g, n, j, k);
	}
	for (uint32_t i = 0; i < n->x->c->m; i++) {
		r = contract_words_at(g, n->x, false, n->rows[i], n->k, k);
		for (uint32_t j = 0; j < n->ncolumns; j++) {
			LLVMValueRef *a = &s->carried[acc_at(n, i, j) + s->second];
			gen_here(g);
			*a = tile_multiply(g, n->x, r, v[j], *a);
		}
	}
}

/* The sum of row i and column j, which is number `column` of the group, into the block. */
static void line_store(struct gen *g, struct line *n, uint32_t i, uint32_t j, LLVMValueRef column)
{
	const struct contraction *x = n->x;
	const LLVMValueRef *acc = &n->acc[acc_at(n, i, j)];

	bool whole = x->c->acc == DTYPE_i32;

	gen_here(g);
	LLVMValueRef sum = whole ? ADD(acc[0], acc[1]) : FADD(acc[0], acc[1]);
	for (int by = LANES / 2; by; by /= 2) {
		LLVMValueRef other = lanes_rotated(g, sum, by);
		sum = whole ? ADD(sum, other) : FADD(sum, other);
	}
	LLVMValueRef to = gep(g, x->acc, x->block, in_panels(g, x, column, c64(g, i), x->pad));
	LLVMBuildStore(g->b, LLVMBuildExtractElement(g->b, sum, c32(g, 0), ""), to);
}

/* All of k. */
static void line_run(struct gen *g, struct line *n)
{
	const struct contraction *x = n->x;

	n->lanes = (struct lanes){ .lo = c64(g, 0), .hi = ceil_div(g, n->k, x->unit),
		.level = g->depth, .align = LANES, .max = INT64_MAX, .pairs = true,
		.ncarried = acc_at(n, (uint32_t)x->c->m, 0), .carried = n->acc, .fn = line_step };
	n->lanes.whole_blocks = x->c->k >= 0 && x->c->k % (LANES * x->unit) == 0;
	for (uint32_t i = 0; i < n->lanes.ncarried; i++)
		n->acc[i] = LLVMConstNull(x->vec);
	lanes_loop(g, &n->lanes);
}

void lines_rows(struct gen *g, struct contraction *x)
{
	x->rows_elem = mem_type(g, x->c->rows_type);
	x->rows_m = x->c->rows_m;
}

/* Columns from one to that which is fetched beside it, `at_once` of which are multiplied. */
static int64_t columns_ahead(const struct contract *c, int64_t at_once)
{
	int64_t turn = c->cols_n * (int64_t)dtype_bytes(c->cols_type) * at_once;

	return (turn > 0 ? (AHEAD + turn - 1) / turn : 1) * at_once;
}

void lines_multiply(struct gen *g, struct contraction *x)
{
	const struct contract *c = x->c;
	struct loop *l = job_alloc(g->job, sizeof *l);
	struct line n = { .x = x, .k = gen_extent(g, c->k), .ncolumns = 1 };
	LLVMValueRef cols = batch_offset(g, x, c->cols_batch, c->cols_at),
		     rows = batch_offset(g, x, c->rows_batch, c->rows_at),
		     n_step = gen_extent(g, c->cols_n), m_step = gen_extent(g, c->rows_m);

	gen_here(g);
	for (int64_t i = 0; i < c->m; i++)
		n.rows[i] = ADD(rows, MUL(ADD(x->m0, c64(g, i)), m_step));
	LLVMValueRef first = gen_buffer(g, x->rows_buffer), once = LLVMConstInt(g->i1, 1, false);
	gen_here(g);
	bytes_sum_rows(g, x, gep(g, x->rows_elem, first, n.rows[0]), n.k, once);
	gen_here(g);
	if (c->m > 1 && c->k > NEAR / (c->m * (int64_t)dtype_bytes(c->rows_type)))
		n.ncolumns = AT_ONCE;
	n.ahead = MUL(n_step, c64(g, columns_ahead(c, n.ncolumns)));
	loop_begin(g, l, c64(g, 0), x->nv, n.ncolumns);
	gen_here(g);
	LLVMValueRef column[AT_ONCE], last = SUB(x->nv, c64(g, 1));
	for (uint32_t j = 0; j < n.ncolumns; j++) {
		/* beyond the last: that again */
		column[j] = j ? min_signed(g, ADD(l->iv, c64(g, j)), last) : l->iv;
		n.columns[j] = ADD(cols, MUL(ADD(x->n0, column[j]), n_step));
	}
	line_run(g, &n);
	for (uint32_t i = 0; i < c->m; i++)
		for (uint32_t j = 0; j < n.ncolumns; j++)
			line_store(g, &n, i, j, column[j]);
	loop_end(g, l);
}
