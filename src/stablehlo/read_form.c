/* read_form.c -- the pretty forms, and parts of forms, that no row of syntax.def can say. */
#include "stablehlo/text_impl.h"
#include <stdlib.h>
#include <string.h>

struct t_attr *int_attr(struct parser *p, int64_t v)
{
	struct t_attr *a = attr_new(p, T_int);

	a->i = v;
	a->tname = "i64";
	a->made = true;
	return a;
}

struct t_attr *ints_attr(struct parser *p, uint32_t n, const int64_t *v)
{
	struct t_attr *a = attr_new(p, T_ints);

	a->n = n;
	a->ints = v;
	a->tname = "i64";
	a->made = true;
	return a;
}

struct t_attr *str_attr(struct parser *p, const char *s)
{
	struct t_attr *a = attr_new(p, T_string);

	a->s = s;
	return a;
}

/* Grows *v to hold n + 1. */
static void int_push(struct parser *p, int64_t **v, uint32_t *n, int64_t x)
{
	if (!(*n & (*n - 1)))
		*v = job_grow(p->j, *v, *n, *n ? *n * 2u : 1, sizeof **v);
	(*v)[(*n)++] = x;
}

uint32_t read_int_list(struct parser *p, int64_t **out)
{
	uint32_t n = 0;

	*out = NULL;
	expect(p, '[', "before a list of integers");
	if (accept(p, ']'))
		return 0;
	do {
		int64_t v = accept_word(p, "true") ? 1 : accept_word(p, "false") ? 0 : tok_int(p);
		int_push(p, out, &n, v);
	} while (accept(p, ','));
	expect(p, ']', "after a list of integers");
	return n;
}

void form_constant(struct parser *p, struct t_op *op)
{
	/* () {value = dense<..>} : () -> t, for quantised ones */
	if (accept(p, '(')) {
		expect(p, ')', "after no operands");
		if (accept(p, '<')) {
			op_attrs(p, op, read_dict(p));
			expect(p, '>', "after the properties");
		}
		if (tok_is(p, '{'))
			op_attrs(p, op, read_dict(p));
		expect(p, ':', "before the type of the op");
		op_function_type(p, op);
		return;
	}
	if (tok_is(p, '{'))
		op_attrs(p, op, read_dict(p));
	struct t_attr *a = read_attr(p);
	if (a->kind != T_dense && a->kind != T_resource)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, a->at,
			"expected dense<...> or dense_resource<...>");
	op_attr(p, op, "value", a);
	op_result_types(p, op, 1, &a->type);
}

/* [0:4, 1:8:2] */
void form_slice(struct parser *p, struct t_op *op)
{
	int64_t *from = NULL, *to = NULL, *step = NULL;
	uint32_t n = 0, m = 0, k = 0;

	expect(p, '[', "before the ranges");
	if (!tok_is(p, ']')) {
		do {
			int_push(p, &from, &n, tok_int(p));
			expect(p, ':', "between start and limit");
			int_push(p, &to, &m, tok_int(p));
			int_push(p, &step, &k, accept(p, ':') ? tok_int(p) : 1);
		} while (accept(p, ','));
	}
	expect(p, ']', "after the ranges");
	op_attr(p, op, "start_indices", ints_attr(p, n, from));
	op_attr(p, op, "limit_indices", ints_attr(p, m, to));
	op_attr(p, op, "strides", ints_attr(p, k, step));
}

/* The word behind a comma; the comma is taken only with it. */
static bool comma_word(struct parser *p, const char *word)
{
	if (!tok_is(p, ','))
		return false;
	struct token comma = p->tok;
	const char *at = p->at;
	uint32_t line = p->line;
	const char *line_start = p->line_start;
	lex(p);
	if (accept_word(p, word))
		return true;
	p->tok = comma;
	p->at = at;
	p->line = line;
	p->line_start = line_start;
	return false;
}

static void dims_pair(struct parser *p, struct t_op *op, const char *left, const char *right)
{
	int64_t *v;

	expect(p, '=', "before the dimensions");
	uint32_t n = read_int_list(p, &v);
	if (n)                                   /* an empty list is none, as in #stablehlo.dot<> */
		op_attr(p, op, left, ints_attr(p, n, v));
	expect_word(p, "x");
	n = read_int_list(p, &v);
	if (n)
		op_attr(p, op, right, ints_attr(p, n, v));
}

/* , batching_dims = [0] x [0], contracting_dims = [2] x [1] */
void form_dot_dims(struct parser *p, struct t_op *op)
{
	if (comma_word(p, "batching_dims"))
		dims_pair(p, op, "lhs_batching_dimensions", "rhs_batching_dimensions");
	if (!comma_word(p, "contracting_dims"))
		expected(p, "', contracting_dims'");
	dims_pair(p, op, "lhs_contracting_dimensions", "rhs_contracting_dimensions");
}

/* , precision = [DEFAULT, HIGH] */
void form_precision(struct parser *p, struct t_op *op)
{
	if (!comma_word(p, "precision"))
		return;
	struct t_attr *a = attr_new(p, T_array);
	expect(p, '=', "before the precisions");
	expect(p, '[', "before the precisions");
	while (p->tok.kind == TOK_word) {
		a->list = job_grow(p->j, a->list, a->n, a->n + 1u, sizeof *a->list);
		a->list[a->n++] = str_attr(p, tok_text(p));
		lex(p);
		if (!accept(p, ','))
			break;
	}
	expect(p, ']', "after the precisions");
	op_attr(p, op, "precision_config", a);
}

/* , algorithm = <...> */
void form_algorithm(struct parser *p, struct t_op *op)
{
	if (!comma_word(p, "algorithm"))
		return;
	expect(p, '=', "before the algorithm");
	op_attr(p, op, "algorithm", p->tok.kind == TOK_hash ? read_attr(p) :
		read_structured(p, "#stablehlo.dot_algorithm", tok_place(p)));
}

/* e5m10 */
void form_precision_format(struct parser *p, struct t_op *op)
{
	char *w = p->tok.kind == TOK_word ? tok_text(p) : NULL, *behind = NULL;
	long e = w && w[0] == 'e' ? strtol(w + 1, &behind, 10) : -1;
	long m = behind && *behind == 'm' && behind[1] ? strtol(behind + 1, &behind, 10) : -1;

	if (!behind || *behind || e < 0 || m < 0 || e > INT32_MAX || m > INT32_MAX)
		expected(p, "a format as e5m10");
	lex(p);
	op_attr(p, op, "exponent_bits", int_attr(p, e));
	op_attr(p, op, "mantissa_bits", int_attr(p, m));
}

void form_barrier(struct parser *p, struct t_op *op)
{
	const struct type **types = NULL;
	uint32_t n = 0;

	if (tok_is(p, '{'))
		op_attrs(p, op, read_dict(p));
	if (accept(p, '(')) {
		expect(p, ')', "after no operands");
	} else {
		read_operands(p, op);
		if (tok_is(p, '{'))
			op_attrs(p, op, read_dict(p));
		expect(p, ':', "before the types");
		struct place at = tok_place(p);
		n = read_types(p, &types);
		op_check_operands(p, op, n, types, at);
	}
	op_result_types(p, op, n, types);
}

/* ---- reduce --------------------------------------------------------------------------------- */

/* reducer(%a: t, %b: t) (%c: t, %d: t) { ... }: a pair an input; the region has all lefts first. */
static void read_reducer(struct parser *p, struct t_op *op, uint32_t n)
{
	const char **names = job_array(p->j, 2u * n, sizeof *names);
	const struct type **types = job_array(p->j, 2u * n, sizeof *types);
	struct t_region *r = region_begin(p, op);

	for (uint32_t i = 0; i < n; i++) {
		expect(p, '(', "before a pair of reducer arguments");
		for (uint32_t side = 0; side < 2; side++) {
			if (p->tok.kind != TOK_value)
				expected(p, "a reducer argument");
			names[side * n + i] = tok_text(p);
			lex(p);
			expect(p, ':', "before the type of a reducer argument");
			types[side * n + i] = read_type(p);
			if (accept_word(p, "loc"))
				read_loc(p);
			if (!side)
				expect(p, ',', "in a pair of reducer arguments");
		}
		expect(p, ')', "after a pair of reducer arguments");
	}
	region_params(p, r, 2 * n, names, types);
	expect(p, '{', "before the reducer");
	region_body(p, r);
}

/* applies stablehlo.add: the region (a, b) { return add(a, b) }. */
static void applied_region(struct parser *p, struct t_op *op, enum op inner, const char *name,
	struct place at)
{
	static const char *const names[] = { "lhs", "rhs" };
	const struct type *in = op->in[0]->type;
	struct type t = { .kind = TYPE_tensor, .dtype = in->dtype, .quant = in->quant };
	const struct type *scalar = type_cons(p->g, &t), *two[] = { scalar, scalar };
	struct t_region *r = region_begin(p, op), *around = p->region;

	region_params(p, r, 2, names, two);
	p->region = r;
	struct t_op *o = op_new(p, inner, name, at);
	op_operand(p, o, &r->params[0]);
	op_operand(p, o, &r->params[1]);
	op_result_types(p, o, 1, &scalar);
	o->results = job_alloc(p->j, sizeof *o->results);
	*o->results = (struct t_value){ "", scalar, r, NULL, p->nvalues++, false };
	op_link(p, o);
	r->terminated = true;
	r->end = at;
	r->nresults = 1;
	r->results = job_alloc(p->j, sizeof *r->results);
	r->results[0] = o->results;
	p->region = around;
}

/* (%x init: %i), (%y init: %j) [applies op] across dimensions = [0] {..} : type [reducer ...] */
void form_reduce(struct parser *p, struct t_op *op)
{
	struct t_value **inits = NULL;
	uint32_t n = 0;
	int64_t *dims;

	do {
		expect(p, '(', "before an input");
		op_operand(p, op, read_operand(p));
		expect_word(p, "init");
		expect(p, ':', "after init");
		inits = job_grow(p->j, inits, n, n + 1u, sizeof *inits);
		inits[n++] = read_operand(p);
		expect(p, ')', "after an initial value");
	} while (accept(p, ','));
	for (uint32_t i = 0; i < n; i++)
		op_operand(p, op, inits[i]);
	enum op inner = OP_COUNT;
	const char *inner_name = NULL;
	struct place inner_at = tok_place(p);
	if (accept_word(p, "applies")) {
		inner_at = tok_place(p);
		if (p->tok.kind != TOK_word && p->tok.kind != TOK_string)
			expected(p, "an operation");
		inner_name = tok_text(p);
		inner = op_find(inner_name, strlen(inner_name));
		if (inner == OP_COUNT || op_table[inner].lo != 2 || op_table[inner].kind != OP_MAP)
			expected(p, "an operation of two operands");
		lex(p);
	}
	expect_word(p, "across");
	expect_word(p, "dimensions");
	expect(p, '=', "before the dimensions");
	uint32_t nd = read_int_list(p, &dims);
	op_attr(p, op, "dimensions", ints_attr(p, nd, dims));
	if (tok_is(p, '{'))
		op_attrs(p, op, read_dict(p));
	expect(p, ':', "before the type of the op");
	op_function_type(p, op);
	if (inner != OP_COUNT) {
		applied_region(p, op, inner, inner_name, inner_at);
	} else {
		expect_word(p, "reducer");
		read_reducer(p, op, n);
	}
}

/* ---- while, scan ---------------------------------------------------------------------------- */

/* (%a = %x, %b = %y) : t, u [attributes {..}] cond { .. } do { .. } */
void form_while(struct parser *p, struct t_op *op)
{
	const char **names = NULL;
	const struct type **types = NULL;
	uint32_t n = 0, m = 0;

	expect(p, '(', "before the values of the loop");
	if (!tok_is(p, ')')) {
		do {
			if (p->tok.kind != TOK_value)
				expected(p, "the name of a loop value");
			if (!(n & (n - 1)))
				names = job_grow(p->j, names, n, n ? n * 2u : 1, sizeof *names);
			names[n++] = tok_text(p);
			lex(p);
			expect(p, '=', "before an initial value");
			op_operand(p, op, read_operand(p));
		} while (accept(p, ','));
	}
	expect(p, ')', "after the values of the loop");
	struct place at = tok_place(p);
	if (accept(p, ':') && n) {
		at = tok_place(p);
		m = read_types(p, &types);
	}
	op_check_operands(p, op, m, types, at);
	op_result_types(p, op, m, types);
	if (accept_word(p, "attributes"))
		op_attrs(p, op, read_dict(p));
	for (int i = 0; i < 2; i++) {
		expect_word(p, i ? "do" : "cond");
		struct t_region *r = region_begin(p, op);
		region_params(p, r, n, names, types);
		expect(p, '{', "before a region");
		region_body(p, r);
	}
}

/* (%x) inits (%c) dimension = 0 [attributes {..}] { ^bb0(..): .. } : (..) -> (..) */
void form_scan(struct parser *p, struct t_op *op)
{
	expect(p, '(', "before the inputs");
	op_attr(p, op, "ninputs", int_attr(p, read_operands(p, op)));
	expect(p, ')', "after the inputs");
	expect_word(p, "inits");
	expect(p, '(', "before the initial values");
	read_operands(p, op);
	expect(p, ')', "after the initial values");
	expect_word(p, "dimension");
	expect(p, '=', "before the dimension");
	op_attr(p, op, "dimension", int_attr(p, tok_int(p)));
	if (accept_word(p, "attributes"))
		op_attrs(p, op, read_dict(p));
	read_region(p, op);
	expect(p, ':', "before the type of the op");
	op_function_type(p, op);
}

/* in_shardings=[..]: what generic form writes as #sdy.sharding_per_value<[..]>. */
static void manual_part(struct parser *p, struct t_op *op, const char *name, const char *before,
	const char *after)
{
	struct t_attr *a = attr_new(p, T_raw);

	expect_word(p, name);
	expect(p, '=', "after the name of an attribute");
	a->s = job_printf(p->j, "%s%s%s", before, skip_balanced(p), after);
	op_attr(p, op, name, a);
}

/* (%x) in_shardings=[..] out_shardings=[..] manual_axes={..} (%a: t) {..} {..} : (..) -> ..
 * named_computation: <"name"> in front, shardings may lack, no manual_axes. */
void form_manual(struct parser *p, struct t_op *op)
{
	bool named = op->op == OP_sdy_named_computation;

	if (named) {
		expect(p, '<', "before the name");
		op_attr(p, op, "name", read_attr(p));
		expect(p, '>', "after the name");
	}
	expect(p, '(', "before the operands");
	read_operands(p, op);
	expect(p, ')', "after the operands");
	if (!named || tok_word(p, "in_shardings"))
		manual_part(p, op, "in_shardings", "#sdy.sharding_per_value<", ">");
	if (!named || tok_word(p, "out_shardings"))
		manual_part(p, op, "out_shardings", "#sdy.sharding_per_value<", ">");
	if (!named)
		manual_part(p, op, "manual_axes", "#sdy<manual_axes", ">");
	struct t_region *r = region_begin(p, op);
	region_arguments(p, r);
	expect(p, '{', "before a region");
	region_body(p, r);
	if (tok_is(p, '{'))
		op_attrs(p, op, read_dict(p));
	expect(p, ':', "before the type of the op");
	op_function_type(p, op);
}

static void sdy_raw(struct parser *p, struct t_op *op, const char *name, const char *before)
{
	struct t_attr *a = attr_new(p, T_raw);

	a->s = job_printf(p->j, "%s%s%s", before, skip_balanced(p), before[4] == '<' ? ">" : "");
	op_attr(p, op, name, a);
}

/* name=value; a sharding, a number, or for propagation_barrier a word. */
static void sdy_named(struct parser *p, struct t_op *op)
{
	static const char *const directions[] = { "NONE", "FORWARD", "BACKWARD", "BOTH" };
	const char *name = tok_text(p);

	lex(p);
	expect(p, '=', "after the name of an attribute");
	if (tok_is(p, '<')) {
		sdy_raw(p, op, name, "#sdy.sharding");
		return;
	}
	for (int i = 0; i < 4; i++)
		if (accept_word(p, directions[i])) {
			struct t_attr *a = int_attr(p, i);
			a->tname = "i32";
			op_attr(p, op, name, a);
			return;
		}
	op_attr(p, op, name, int_attr(p, tok_int(p)));
}

/* [{"x"}, {}] %a out_sharding=<..> {..} : t  |  %a <..> : t  |  %a group_id=1 : t */
void form_sdy(struct parser *p, struct t_op *op)
{
	static const struct {
		enum op op;
		const char *name, *before;
	} axes[] = {
		{ OP_sdy_all_gather, "gathering_axes", "#sdy<list_of_axis_ref_lists" },
		{ OP_sdy_all_slice, "slicing_axes", "#sdy<list_of_axis_ref_lists" },
		{ OP_sdy_reduce_scatter, "reduce_scatter_axes", "#sdy<list_of_axis_ref_lists" },
		{ OP_sdy_sharded_to_unreduced, "axes", "#sdy<list_of_axis_ref_lists" },
		{ OP_sdy_all_to_all, "params", "#sdy<all_to_all_param_list" },
		{ OP_sdy_all_reduce, "reduction_axes", "#sdy<axis_ref_list" },
		{ OP_sdy_replicated_to_unreduced, "axes", "#sdy<axis_ref_list" },
	};
	const struct type *type;

	for (size_t i = 0; i < sizeof axes / sizeof *axes; i++)
		if (axes[i].op == op->op && (tok_is(p, '[') || tok_is(p, '{')))
			sdy_raw(p, op, axes[i].name, axes[i].before);
	op_operand(p, op, read_operand(p));
	if (tok_is(p, '<'))
		sdy_raw(p, op, "sharding", "#sdy.sharding");
	while (p->tok.kind == TOK_word)
		sdy_named(p, op);
	op->attrs_at = tok_place(p);
	if (tok_is(p, '{'))
		op_attrs(p, op, read_dict(p));
	struct place at = tok_place(p);
	expect(p, ':', "before the type");
	type = read_type(p);
	op_check_operands(p, op, 1, &type, at);
	op_result_types(p, op, op->op != OP_sdy_sharding_group, &type);
}

/* ---- convolution ---------------------------------------------------------------------------- */

static void window_padding(struct parser *p, struct t_op *op)
{
	int64_t *flat = NULL, *pair;
	uint32_t n = 0;

	expect(p, '[', "before the padding");
	if (!tok_is(p, ']')) {
		do {
			struct place at = tok_place(p);
			if (read_int_list(p, &pair) != 2)
				job_fail_at(
					p->j, WEFT_INVALID_ARGUMENT, at, "expected [low, high]");
			int_push(p, &flat, &n, pair[0]);
			int_push(p, &flat, &n, pair[1]);
		} while (accept(p, ','));
	}
	expect(p, ']', "after the padding");
	op_attr(p, op, "padding", ints_attr(p, n, flat));
}

/* {stride = [..], pad = [[..]], lhs_dilate = [..], rhs_dilate = [..], reverse = [..]} */
static void read_window(struct parser *p, struct t_op *op)
{
	static const char *const names[][2] = { { "stride", "window_strides" },
		{ "lhs_dilate", "lhs_dilation" }, { "rhs_dilate", "rhs_dilation" },
		{ "reverse", "window_reversal" } };
	int64_t *v;

	expect(p, '{', "before the window");
	while (!tok_is(p, '}')) {
		struct place at = tok_place(p);
		if (accept_word(p, "pad")) {
			expect(p, '=', "after pad");
			window_padding(p, op);
		} else {
			size_t i = 0;
			while (i < 4 && !tok_word(p, names[i][0]))
				i++;
			if (i == 4)
				job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at,
					"expected stride, pad, lhs_dilate, rhs_dilate or reverse");
			lex(p);
			expect(p, '=', "after the name of a window attribute");
			uint32_t n = read_int_list(p, &v);
			op_attr(p, op, names[i][1], ints_attr(p, n, v));
		}
		if (!accept(p, ','))
			break;
	}
	expect(p, '}', "after the window");
}

/* (%x, %w) dim_numbers = [b, 0, f]x[0, i, o]->[b, 0, f], window = {..} {..} : type */
void form_convolution(struct parser *p, struct t_op *op)
{
	expect(p, '(', "before the operands");
	read_operands(p, op);
	expect(p, ')', "after the operands");
	expect_word(p, "dim_numbers");
	expect(p, '=', "before the dimension numbers");
	read_conv_numbers(p, op);
	expect(p, ',', "after the dimension numbers");
	expect_word(p, "window");
	expect(p, '=', "before the window");
	read_window(p, op);
	op->attrs_at = tok_place(p);
	if (tok_is(p, '{'))
		op_attrs(p, op, read_dict(p));
	expect(p, ':', "before the type of the op");
	op_function_type(p, op);
}

/* ---- check, interpreter --------------------------------------------------------------------- */

/* A constant operand of an op that writes it as an attribute: a constant before the op. */
static struct t_value *constant_before(struct parser *p, struct t_attr *value)
{
	struct t_op *c = op_new(p, OP_constant, "stablehlo.constant", value->at);

	op_attr(p, c, "value", value);
	op_result_types(p, c, 1, &value->type);
	c->results = job_alloc(p->j, sizeof *c->results);
	*c->results = (struct t_value){ "", value->type, p->region, NULL, p->nvalues++, false };
	op_link(p, c);
	return c->results;
}

static void default_number(struct parser *p, struct t_op *op, const char *name, double f, int64_t i)
{
	struct t_attr *a;

	if (op_find_attr(op, name))
		return;
	a = attr_new(p, f != 0 ? T_float : T_int);
	a->at = op->at;
	a->tname = f != 0 ? "f64" : "ui64";
	if (f != 0)
		a->f = f;
	else
		a->i = i;
	op_attr(p, op, name, a);
}

/* What a check leaves unsaid, said: a custom call of that name has other defaults.  The constant it
 * compares with becomes an operand. */
void check_complete(struct parser *p, struct t_op *op)
{
	for (uint32_t i = 0; i < op->nentries; i++) {
		struct t_attr *a = op->entries[i].value;
		if (strcmp(op->entries[i].name, "value") != 0 || a->kind != T_dense)
			continue;
		op_operand(p, op, constant_before(p, a));
		op->entries[i] = op->entries[--op->nentries];
		break;
	}
	if (!strncmp(op->name, "check.expect_almost_eq", 22))
		default_number(p, op, "tolerance", 1e-4, 0);
	if (!strcmp(op->name, "check.expect_close"))
		default_number(p, op, "max_ulp_difference", 0, 1);
}

/* %a, dense<..> : t {..}  |  %a, %b, name = value : t [, t]  |  %a, probe_id = ".." {..} : t
 *  |  %a {..} : t */
void form_check(struct parser *p, struct t_op *op)
{
	const struct type **types;

	read_operands(p, op);
	if (accept(p, ',') && tok_word(p, "dense")) {
		op_operand(p, op, constant_before(p, read_attr(p)));
	} else if (p->tok.kind == TOK_word) {
		do {
			if (p->tok.kind != TOK_word)
				expected(p, "the name of an attribute");
			const char *name = tok_text(p);
			bool hex;
			lex(p);
			expect(p, '=', "after the name of an attribute");
			op_attr(p, op, name,
				p->tok.kind == TOK_string ? read_attr(p)
							  : read_bare_number(p, &hex));
		} while (accept(p, ','));
	}
	if (tok_is(p, '{'))
		op_attrs(p, op, read_dict(p));
	if (accept(p, ':'))
		read_types(p, &types);
	if (tok_is(p, '{'))
		op_attrs(p, op, read_dict(p));
	if (!strncmp(op->name, "interpreter.p", 13) && op->nin == 1)
		op_result_types(p, op, 1, &op->in[0]->type);
}
