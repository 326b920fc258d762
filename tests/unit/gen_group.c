/* Unit tests of products of groups in machine code (gen/contract_group.c), on every level. */
#include "gen_util.h"
#include "plan/plan_impl.h"

enum { GROUPS = 4, PLACES = 77 };

static bool places_fill(uint32_t input, void *data, const struct tensor *t)
{
	static const int64_t places[] = { 0, 5, 5, 40, PLACES };

	(void)t;
	if (input != 2)
		return false;
	memcpy(data, places, sizeof places);
	return true;
}

/* [a, b], of each group if any. */
static const struct type *matrix(
	struct graph *g, enum dtype t, int groups, int a, int b, bool turned)
{
	int64_t dims[] = { groups, turned ? b : a, turned ? a : b };

	return type_tensor(g, t, groups ? 3 : 2, groups ? dims : dims + 1);
}

struct grouped {
	enum contract_groups groups;
	enum dtype t;
	int kept, columns;
	bool turned;                     /* the matrices of groups are [columns, kept] */
	bool one;                        /* a block a row */
};

/* What a grouped product is: a ragged_dot of sizes. */
static const struct node *ragged(
	struct graph *g, const struct grouped *s, const struct node *x, const struct node *w)
{
	static const int64_t zero[1] = { 0 }, one[1] = { 1 }, most[1] = { GROUPS },
		all[1] = { GROUPS + 1 };
	const struct node *at = graph_parameter(g, 2, gen_type(g, DTYPE_i64, 1, GROUPS + 1));
	const struct node *sizes = build2(g, OP_subtract, build_slice(g, at, one, all, one),
		build_slice(g, at, zero, most, one));
	bool by_k = s->groups == GROUPS_k;
	const int64_t lhs = !by_k, rhs = by_k ? 0 : 1 + s->turned;
	const struct attr_entry attrs[] = {
		{ KEY_lhs_contracting_dimensions, NULL, attr_ints(g, 1, &lhs) },
		{ KEY_rhs_contracting_dimensions, NULL, attr_ints(g, 1, &rhs) },
		{ KEY_ragged_dims, NULL, attr_ints(g, 1, zero) },
		{ KEY_group_dims, NULL, attr_ints(g, !by_k, zero) },
	};

	return build_op(g, OP_chlo_ragged_dot, 3, (const struct node *[]){ x, w, sizes }, 4, attrs);
}

/* How rows [PLACES, kept] and matrices lie, which side is which. */
static struct contract contract_of(const struct grouped *s)
{
	int64_t kept = s->kept, columns = s->columns;
	struct contract c = { .groups = s->groups, .left = 1, .right = 1, .nbatch = 1,
		.batch = { GROUPS }, .rows_type = s->t, .cols_type = s->t,
		.acc = s->t == DTYPE_f64 ? DTYPE_f64 : DTYPE_f32, .m_block = 32,
		.rows_are_lhs = s->groups != GROUPS_cols };

	if (s->groups == GROUPS_k) {
		c.m = c.rows_k = kept;
		c.n = c.cols_k = columns;
		c.k = PLACES;
		c.rows_m = c.cols_n = 1;
		return c;
	}
	int64_t w_k = s->turned ? 1 : columns, w_n = s->turned ? kept : 1;
	c.k = kept;
	c.m = s->groups == GROUPS_rows ? PLACES : columns;
	c.n = s->groups == GROUPS_rows ? columns : PLACES;
	c.rows_m = s->groups == GROUPS_rows ? kept : w_n;
	c.rows_k = s->groups == GROUPS_rows ? 1 : w_k;
	c.cols_k = s->groups == GROUPS_rows ? w_k : 1;
	c.cols_n = s->groups == GROUPS_rows ? w_n : kept;
	*(s->groups == GROUPS_rows ? c.cols_batch : c.rows_batch) = kept * columns;
	c.n_block = s->groups == GROUPS_cols ? 32 : 0;
	if (s->one)
		c.m_block = 1;
	return c;
}

static void check(struct graph *g, struct job *j, const struct grouped *s)
{
	bool by_k = s->groups == GROUPS_k, cols = s->groups == GROUPS_cols;
	const struct type *xt = matrix(g, s->t, 0, PLACES, s->kept, false);
	const struct type *wt = by_k ? matrix(g, s->t, 0, PLACES, s->columns, false)
		: matrix(g, s->t, GROUPS, s->kept, s->columns, s->turned);
	const struct type *params[] = { cols ? wt : xt, cols ? xt : wt,
		gen_type(g, DTYPE_i64, 1, GROUPS + 1) };
	const struct node *y = ragged(g, s, graph_parameter(g, cols, xt),
		graph_parameter(g, !cols, wt));
	const struct type *body[] = { y->type, params[2] };
	const struct node *whole = build1(g, OP_negate, y),
		*end = build1(g, OP_negate, graph_parameter(g, 0, y->type));
	bool narrow = s->t == DTYPE_bf16 || s->t == DTYPE_f16;
	struct gen_case gc = { .g = g, .job = j, .core = CORE_contract,
		.tolerance = narrow ? 2e-2 : 1e-5, .low = -1, .high = 1,
		.region = gen_region(g, 3, params, 1, &whole),
		.body = gen_region(g, 2, body, 1, &end), .contract = contract_of(s),
		.fill = places_fill };

	gen_check(&gc);
}

static void all(struct graph *g, struct job *j)
{
	static const enum dtype types[] = { DTYPE_f32, DTYPE_bf16, DTYPE_f16, DTYPE_f64 };
	static const struct grouped cases[] = {
		{ GROUPS_rows, 0, 40, 64, false, false }, { GROUPS_rows, 0, 33, 45, true, false },
		{ GROUPS_rows, 0, 48, 64, true, true }, { GROUPS_rows, 0, 31, 64, false, true },
		{ GROUPS_cols, 0, 40, 64, true, false }, { GROUPS_cols, 0, 33, 45, false, false },
		{ GROUPS_k, 0, 40, 64, false, false }, { GROUPS_k, 0, 33, 45, false, false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
			struct grouped s = cases[i];
			s.t = types[t];
			UNIT_NOTE("case %zu of %s", i, dtype_table[s.t].text);
			check(g, j, &s);
		}
}

void test_gen_group__all_ways(void)
{
	gen_with_graph(all);
}
