/* lower.c -- one ATen call: match its arguments with the schema of its row, call the row's
 * function, or make the call a host callback; and the small things lowerings share.
 *
 * The declared types of the text are the meaning's second witness: a lowering may read dtype and
 * sizes of its result from them (the front end that wrote the text knows promotion), and read.c
 * compares what was made with them. */
#include "front/aten/take.h"
#include <math.h>
#include <string.h>

const struct aten_row aten_rows[] = {
#define ATEN(name, schema, nout, fn, what) { name, schema, nout, lower_##fn, what },
#include "front/aten/aten.def"
#undef ATEN
};
const uint32_t aten_nrows = sizeof aten_rows / sizeof aten_rows[0];

const struct aten_row *aten_row_find(const char *name, size_t len)
{
	for (uint32_t i = 0; i < aten_nrows; i++)
		if (!strncmp(aten_rows[i].name, name, len) && aten_rows[i].name[len] == '\0')
			return &aten_rows[i];
	return NULL;
}

void lower_bail(struct lower *l)
{
	job_give_up(l->j);
}

void lower_fail(struct lower *l, const char *fmt, ...)
{
	va_list ap;
	struct str s;
	str_init(&s, l->j);
	va_start(ap, fmt);
	struct weft_error *e =
		error_vmake(WEFT_INVALID_ARGUMENT, (struct place){ l->r->file, l->r->line, 1 },
			job_printf(l->j, "%s: %s", l->name, fmt), ap);
	va_end(ap);
	job_throw(l->j, e);
}

/* ---- schema --------------------------------------------------------------------------------- */

/* A parameter of a schema: "N alpha=1". */
struct param {
	char kind; /* T A I N B S D */
	bool list, optional; /* optional: of the whole; elem_optional: of each element */
	bool elem_optional;
	const char *name;
	size_t name_len;
	const char *value; /* its default, or NULL */
	size_t value_len;
};

static bool next_param(const char **at, struct param *p)
{
	const char *s = *at;
	while (*s == ' ' || *s == ',')
		s++;
	if (!*s)
		return false;
	*p = (struct param){ .kind = *s++ };
	p->optional = *s == '?';
	s += p->optional;
	if (*s == '[') {
		p->list = true;
		p->elem_optional = p->optional;
		s += 2;
		p->optional = *s == '?';
		s += p->optional;
	}
	s++;
	p->name = s;
	while (*s && *s != '=' && *s != ',')
		s++;
	p->name_len = (size_t)(s - p->name);
	if (*s == '=') {
		p->value = ++s;
		int depth = 0;
		while (*s && (depth || *s != ',')) {
			depth += (*s == '[') - (*s == ']');
			s++;
		}
		p->value_len = (size_t)(s - p->value);
	}
	*at = s;
	return true;
}

/* A number that the program computes, of sizes: a tensor without dimensions. */
static bool is_number(const struct arg *a)
{
	return a->kind == ARG_tensor && a->node->type->rank == 0;
}

static bool kind_fits(char kind, const struct arg *a)
{
	switch (kind) {
	case 'T': return a->kind == ARG_tensor;
	case 'A':
		if (a->kind == ARG_tensor)
			return true;
		return kind_fits('N', a);
	case 'I': return a->kind == ARG_int || a->kind == ARG_sym || a->kind == ARG_bool;
	case 'N':
		return a->kind == ARG_int || a->kind == ARG_sym || a->kind == ARG_bool ||
		       a->kind == ARG_float || a->kind == ARG_complex || is_number(a);
	case 'B': return a->kind == ARG_bool || a->kind == ARG_int;
	case 'S': return a->kind == ARG_str;
	case 'D': return a->kind == ARG_dtype;
	default: return true;
	}
}

static const char *kind_word(char kind)
{
	switch (kind) {
	case 'T': return "a tensor";
	case 'A': return "a tensor or a number";
	case 'I': return "an integer";
	case 'N': return "a number";
	case 'B': return "True or False";
	case 'S': return "a string";
	default: return "an element type";
	}
}

static void check_arg(struct lower *l, const struct param *p, const struct arg *a)
{
	int n = (int)p->name_len;
	if (a->kind == ARG_none && p->optional)
		return;
	if (!p->list) {
		if (!kind_fits(p->kind, a))
			lower_fail(l, "argument %.*s is not %s", n, p->name, kind_word(p->kind));
		return;
	}
	if (a->kind != ARG_list)
		lower_fail(l, "argument %.*s is not a list", n, p->name);
	for (uint32_t i = 0; i < a->n; i++)
		if (!kind_fits(p->kind, &a->list[i]) &&
			!(a->list[i].kind == ARG_none && p->elem_optional))
			lower_fail(l, "element %u of %.*s is not %s", i, n, p->name,
				kind_word(p->kind));
}

static void default_arg(struct lower *l, const struct param *p, struct arg *out)
{
	struct reader r = *l->r;
	r.at = r.line_start = p->value;
	r.end = p->value + p->value_len;
	reader_arg(&r, 0, out);
}

/* Words about where a result lives say nothing on one CPU; how operands lie is for the host. */
static bool is_placement(const char *name)
{
	static const char *const words[] = { "layout", "device", "pin_memory", "memory_format",
		"non_blocking", "generator", "weft_strides" };
	for (uint32_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (!strcmp(words[i], name))
			return true;
	return false;
}

/* A number where a tensor is asked for is one without dimensions, as torch's operators take it:
 * gradients of x * 1j conjugate 1j. */
static void number_to_tensor(struct lower *l, struct arg *a)
{
	enum dtype t = a->kind == ARG_bool      ? DTYPE_i1
		       : a->kind == ARG_float   ? DTYPE_f64
		       : a->kind == ARG_complex ? DTYPE_c128
						: DTYPE_i64;

	if (a->kind != ARG_tensor && kind_fits('N', a))
		*a = (struct arg){ .kind = ARG_tensor,
			.node = lower_scalar(l, a, t),
			.column = a->column };
}

static void match_args(struct lower *l, const struct call *c)
{
	bool taken[ATEN_MAX_ARGS] = { 0 };
	const char *at = l->row->schema;
	struct param p;
	for (uint32_t i = 0; next_param(&at, &p); i++) {
		if (i == ATEN_MAX_ARGS)
			BUG("aten.def: %s has too many parameters", l->row->name);
		const struct arg *a = NULL;
		if (i < c->n && !c->names[i]) {
			a = &c->args[i];
			taken[i] = true;
		}
		for (uint32_t k = 0; k < c->n && !a; k++)
			if (c->names[k] && strlen(c->names[k]) == p.name_len &&
				!memcmp(c->names[k], p.name, p.name_len)) {
				a = &c->args[k];
				taken[k] = true;
			}
		if (a)
			l->args[i] = *a;
		else if (p.value)
			default_arg(l, &p, &l->args[i]);
		else
			lower_fail(l, "argument %.*s is missing", (int)p.name_len, p.name);
		if (p.kind == 'T' && !p.list)
			number_to_tensor(l, &l->args[i]);
		check_arg(l, &p, &l->args[i]);
		l->nargs = i + 1;
	}
	for (uint32_t k = 0; k < c->n; k++)
		if (!taken[k] && !(c->names[k] && is_placement(c->names[k])))
			lower_fail(l, "argument %u (%s) is not in its schema", k + 1,
				c->names[k] ? c->names[k] : "positional");
}

static void lower_row(struct job *j, void *arg)
{
	struct lower *l = arg;

	(void)j;
	l->row->fn(l);
}

void lower_call(struct lower *l, const struct call *c)
{
	if (!l->row) {
		lower_callback(l, c);
		return;
	}
	match_args(l, c);
	l->native |= !strncmp(l->name, "higher_order.", 13) || !strncmp(l->name, "weft.", 5);
	uint32_t nout = (uint32_t)(l->row->nout < 0 ? -l->row->nout : l->row->nout);
	if (l->row->nout == ATEN_ANY)
		nout = l->nout;
	if (nout && l->nout != nout)
		lower_fail(l, "has %u results, the text says %u", nout, l->nout);
	for (uint32_t i = 0; i < l->nout && l->row->nout >= 0; i++)
		if (!l->type[i])
			lower_fail(l, "result %u is not None", i);
	const struct node *token = l->r->token;
	uint32_t nplaces = l->r->nplaces;
	const struct build_hand *hand = build_at_hand(l->g, NULL);
	build_at_hand(l->g, hand);
	if (!job_attempt(l->j, lower_row, l) || l->given_up) {
		l->r->token = token; /* what a callback does, it also checks */
		l->r->nplaces = nplaces;
		build_at_hand(l->g, hand);
		lower_callback(l, c);
		return;
	}
	for (uint32_t i = 0; i < l->nout; i++)
		if (!l->out[i] && l->type[i] && lower_uses(l, i)) {
			lower_callback(l, c);
			return;
		}
}

/* ---- arguments ------------------------------------------------------------------------------ */

int64_t lower_int(struct lower *l, uint32_t i)
{
	if (l->args[i].kind == ARG_sym || l->args[i].kind == ARG_complex)
		lower_bail(l);
	return l->args[i].i;
}

double lower_float(struct lower *l, uint32_t i)
{
	if (l->args[i].kind != ARG_int && l->args[i].kind != ARG_float &&
		l->args[i].kind != ARG_bool)
		lower_bail(l);
	return l->args[i].f;
}

int64_t lower_wrap_dim(struct lower *l, int64_t d, uint32_t rank)
{
	int64_t n = rank ? (int64_t)rank : 1; /* a scalar counts as one dimension */
	if (d < -n || d >= n)
		lower_fail(l, "dimension %lld is not in %lld .. %lld", (long long)d, (long long)-n,
			(long long)n - 1);
	return d < 0 ? d + n : d;
}

int64_t lower_dim(struct lower *l, uint32_t i, uint32_t rank)
{
	return lower_wrap_dim(l, lower_int(l, i), rank);
}

const int64_t *lower_ints(struct lower *l, uint32_t i, uint32_t *n)
{
	const struct arg *a = &l->args[i];
	int64_t *v = job_array(l->j, a->n ? a->n : 1, sizeof *v);
	*n = a->kind == ARG_list ? a->n : 0;
	for (uint32_t k = 0; k < *n; k++) {
		if (a->list[k].kind == ARG_sym)
			lower_bail(l);
		v[k] = a->list[k].i;
	}
	return v;
}

void lower_ints_n(struct lower *l, uint32_t i, uint32_t n, int64_t otherwise, int64_t *out)
{
	uint32_t have;
	const int64_t *v = lower_ints(l, i, &have);
	if (have > 1 && have != n)
		lower_fail(l, "argument %u has %u entries for %u dimensions", i + 1, have, n);
	for (uint32_t k = 0; k < n; k++)
		out[k] = have == 0 ? otherwise : have == 1 ? v[0] : v[k];
}

void lower_dims(struct lower *l, uint32_t i, uint32_t rank, bool *in)
{
	const struct arg *a = &l->args[i];
	memset(in, 0, ATEN_MAX_RANK * sizeof *in);
	if (a->kind == ARG_none || (a->kind == ARG_list && a->n == 0)) {
		for (uint32_t k = 0; k < rank; k++)
			in[k] = true;
		return;
	}
	uint32_t n = 1;
	int64_t one = a->i;
	const int64_t *v = &one;
	if (a->kind == ARG_list)
		v = lower_ints(l, i, &n);
	for (uint32_t k = 0; k < n; k++)
		in[lower_wrap_dim(l, v[k], rank)] = true;
}

int64_t lower_size(struct lower *l, uint32_t i)
{
	const struct arg *a = &l->args[i];
	if (a->kind != ARG_sym && a->i < 0)
		lower_fail(l, "argument %u is below zero", i + 1);
	return a->i;
}

/* ---- dtypes --------------------------------------------------------------------------------- */

enum dtype lower_compute(enum dtype t)
{
	return t == DTYPE_f16 || t == DTYPE_bf16 || (dtype_is_float(t) && dtype_bytes(t) < 2)
		       ? DTYPE_f32
		       : t;
}

static enum dtype promote_types(enum dtype a, enum dtype b)
{
	if (a == b || b == DTYPE_none)
		return a;
	if (a == DTYPE_none)
		return b;
	if (dtype_table[a].kind > dtype_table[b].kind ||
		(dtype_is_unsigned(a) && dtype_is_signed(b))) {
		enum dtype t = a;
		a = b;
		b = t;
	}
	enum dtype_class ka = dtype_table[a].kind, kb = dtype_table[b].kind;
	if (ka == DTYPE_SINT && kb == DTYPE_UINT) {
		enum dtype wide = dtype_bytes(b) == 1   ? DTYPE_i16
				  : dtype_bytes(b) == 2 ? DTYPE_i32
							: DTYPE_i64;
		return dtype_bytes(a) > dtype_bytes(wide) ? a : wide;
	}
	if (ka == DTYPE_FLOAT && kb == DTYPE_COMPLEX)
		return a == DTYPE_f64 ? DTYPE_c128 : b;
	if (ka != kb)
		return b;
	if (ka == DTYPE_FLOAT && dtype_bytes(a) == 2 && dtype_bytes(b) == 2)
		return DTYPE_f32;
	return dtype_bytes(a) > dtype_bytes(b) ? a : b;
}

/* 0 bool, 1 integer, 2 float, 3 complex */
static int category(enum dtype t)
{
	switch (dtype_table[t].kind) {
	case DTYPE_BOOL: return 0;
	case DTYPE_SINT:
	case DTYPE_UINT: return 1;
	case DTYPE_FLOAT: return 2;
	default: return 3;
	}
}

enum dtype lower_promote(struct lower *l, uint32_t n, const struct arg *const *a)
{
	enum dtype by[3] = { DTYPE_none, DTYPE_none,
		DTYPE_none }; /* dimensioned, scalars, numbers */
	(void)l;
	for (uint32_t i = 0; i < n; i++) {
		switch (a[i]->kind) {
		case ARG_tensor: {
			int k = a[i]->node->type->rank == 0;
			by[k] = promote_types(by[k], a[i]->node->type->dtype);
			break;
		}
		case ARG_bool: by[2] = promote_types(by[2], DTYPE_i1); break;
		case ARG_float: by[2] = promote_types(by[2], DTYPE_f32); break;
		case ARG_complex: by[2] = promote_types(by[2], DTYPE_c64); break;
		default: by[2] = promote_types(by[2], DTYPE_i64); break;
		}
	}
	enum dtype t = by[0];
	for (int k = 1; k < 3; k++)
		if (t == DTYPE_none)
			t = by[k];
		else if (by[k] != DTYPE_none && category(by[k]) > category(t))
			t = t == DTYPE_f64 && by[k] == DTYPE_c64 ? DTYPE_c128 : by[k];
	return t;
}

/* ---- nodes ---------------------------------------------------------------------------------- */

const struct node *lower_size_node(struct lower *l, int64_t dim)
{
	return build_dim(l->g, dim, 0, NULL);
}

const struct node *lower_scalar(struct lower *l, const struct arg *a, enum dtype t)
{
	switch (a->kind) {
	case ARG_sym: return lower_cast(l, lower_size_node(l, a->i), t);
	case ARG_tensor: return lower_cast(l, a->node, t);
	case ARG_complex:
		if (!dtype_is_complex(t))
			lower_bail(l);
		return build2(l->g, OP_complex, build_scalar(l->g, dtype_part(t), a->f),
			build_scalar(l->g, dtype_part(t), a->im));
	case ARG_float:
		if (dtype_is_int(t) && a->f == a->f && a->f > -9e18 && a->f < 9e18)
			return build_scalar_int(l->g, t, (int64_t)a->f);
		return build_scalar(l->g, t, t == DTYPE_i1 ? a->f != 0 : a->f);
	default:
		if (t == DTYPE_i1)
			return build_scalar_int(l->g, t, a->i != 0);
		if (dtype_is_int(t))
			return build_scalar_int(l->g, t, a->i);
		return build_scalar(l->g, t, (double)a->i);
	}
}

/* What a cast to t rounds: eager's floats of 8 bits without infinity hold the greatest number where
 * one is beyond it, and those that are powers of two the nearest to its magnitude, the least for
 * zero. */
static const struct node *within(struct lower *l, const struct node *n, enum dtype t)
{
	struct graph *g = l->g;

	if (t != DTYPE_f8E4M3FN && t != DTYPE_f8E8M0FNU)
		return n;
	n = lower_cast(l, n, DTYPE_f32);
	if (t == DTYPE_f8E4M3FN)
		return build3(g, OP_clamp, build_scalar(g, DTYPE_f32, -448), n,
			build_scalar(g, DTYPE_f32, 448));
	return build2(g, OP_maximum, build1(g, OP_abs, n), lower_like(l, n, ldexp(1, -127)));
}

const struct node *lower_cast(struct lower *l, const struct node *n, enum dtype t)
{
	if (n->type->dtype == t)
		return n;
	if (t == DTYPE_i1)
		return build_compare(l->g, "NE", n, lower_like(l, n, 0));
	if (dtype_is_complex(n->type->dtype) && !dtype_is_complex(t))
		n = build1(l->g, OP_real, n);
	/* A small integer is the low bits of one of 32, as eager makes it: -1.5 as uint8 is 255. */
	if (dtype_is_float(n->type->dtype) && dtype_is_int(t) && dtype_bytes(t) < 4)
		n = build_convert(l->g, n, DTYPE_i32);
	n = within(l, n, t);
	return n->type->dtype == t ? n : build_convert(l->g, n, t);
}

/* Broadcast to the shape of t. */
const struct node *lower_shape(struct lower *l, const struct node *n, const struct type *t)
{
	if (n->type->rank == t->rank) {
		bool same = true;
		for (uint32_t i = 0; i < t->rank; i++)
			same &= n->type->dims[i] == t->dims[i];
		if (same)
			return n;
	}
	if (n->type->rank > t->rank)
		lower_fail(l, "an operand of rank %u does not broadcast to rank %u", n->type->rank,
			t->rank);
	for (uint32_t i = 0; i < n->type->rank; i++) {
		int64_t from = n->type->dims[i], to = t->dims[t->rank - n->type->rank + i];
		if (from != 1 && !dim_may_equal(l->g, from, to))
			lower_fail(l, "operands do not broadcast: dimension %u of an operand", i);
	}
	return build_broadcast_to(l->g, n, t->rank, t->dims);
}

const struct node *lower_like(struct lower *l, const struct node *n, double v)
{
	return build_like(l->g, n, v);
}

const struct node *lower_like_size(struct lower *l, const struct node *n, int64_t dim, double by)
{
	if (dim_is_number(dim))
		return lower_like(l, n, (double)dim * by);
	const struct node *v = lower_size_node(l, dim);
	if (by != 1) {
		v = build_convert(l->g, v, DTYPE_f64);
		v = build2(l->g, OP_multiply, v, build_scalar(l->g, DTYPE_f64, by));
	}
	return lower_shape(l, lower_cast(l, v, n->type->dtype), n->type);
}

const struct node *lower_full(struct lower *l, enum dtype t, const struct type *like, double v)
{
	return build_full(l->g, type_tensor(l->g, t, like->rank, like->dims), v);
}

const struct node *lower_extreme_value(struct lower *l, enum dtype t, bool most)
{
	if (dtype_is_float(t))
		return build_scalar(l->g, t, most ? (double)INFINITY : -(double)INFINITY);
	int64_t least = dtype_is_unsigned(t) || t == DTYPE_i1
				? 0
				: (int64_t)(UINT64_MAX << (dtype_table[t].bits - 1));
	uint64_t ones = UINT64_MAX >> (64 - dtype_table[t].bits);
	return build_scalar_int(l->g, t,
		!most           ? least
		: t == DTYPE_i1 ? 1
		: least         ? ~least
				: (int64_t)ones);
}

const struct node *lower_behind(struct lower *l, const struct type *t)
{
	if (type_is_static(t))
		return build_constant(l->g, t, true, &(int64_t){ INT64_MAX });
	return lower_shape(l, build_scalar_int(l->g, DTYPE_i64, INT64_MAX), t);
}

const struct node *lower_cut(struct lower *l, const struct node *n, const struct type *t)
{
	int64_t zero[ATEN_MAX_RANK] = { 0 }, one[ATEN_MAX_RANK];
	bool same = true;
	for (uint32_t i = 0; i < t->rank; i++) {
		one[i] = 1;
		same &= n->type->dims[i] == t->dims[i];
	}
	return same ? n : build_slice(l->g, n, zero, t->dims, one);
}

const struct node *lower_iota(struct lower *l, const struct type *t, int64_t dim)
{
	return build_iota(l->g, t, dim);
}

const struct node *lower_reduce(
	struct lower *l, enum op op, const struct node *n, const bool *in, bool keepdim)
{
	int64_t dims[ATEN_MAX_RANK], kept[ATEN_MAX_RANK];
	uint32_t k = 0;
	for (uint32_t i = 0; i < n->type->rank; i++) {
		kept[i] = in[i] ? 1 : n->type->dims[i];
		if (in[i])
			dims[k++] = i;
	}
	const struct node *out = k ? build_reduce(l->g, op, n, k, dims) : n;
	return keepdim ? build_reshape(l->g, out, n->type->rank, kept) : out;
}

const struct node *lower_unreduce(
	struct lower *l, const struct node *n, const bool *in, const struct node *like)
{
	int64_t at[ATEN_MAX_RANK];
	uint32_t k = 0;
	if (n->type->rank == like->type->rank)
		return lower_shape(l, n, like->type);
	for (uint32_t i = 0; i < like->type->rank; i++)
		if (!in[i])
			at[k++] = i;
	return build_broadcast(l->g, n, like->type->rank, like->type->dims, at);
}

const struct node *lower_count(struct lower *l, const struct node *n, const bool *in, enum dtype t)
{
	int64_t count = 1;
	bool known = true;
	for (uint32_t i = 0; i < n->type->rank; i++)
		if (in[i] && dim_is_number(n->type->dims[i]))
			known &= !__builtin_mul_overflow(count, n->type->dims[i], &count);
		else if (in[i])
			known = false;
	if (known)
		return dtype_is_int(t) ? build_scalar_int(l->g, t, count)
				       : build_scalar(l->g, t, (double)count);
	const struct node *product = build_scalar_int(l->g, DTYPE_i64, 1);
	for (uint32_t i = 0; i < n->type->rank; i++)
		if (in[i])
			product = build2(l->g, OP_multiply, product, build_size(l->g, n, i));
	return lower_cast(l, product, t);
}

const struct node *lower_as_row(struct lower *l, const struct node *n)
{
	return n->type->rank ? n : build_reshape(l->g, n, 1, &(int64_t){ 1 });
}

const struct node *lower_flat(struct lower *l, const struct node *n)
{
	int64_t all = dim_product(l->g, n->type->rank, n->type->dims);
	return build_reshape(l->g, n, 1, &all);
}

const struct node *lower_clip(struct lower *l, const struct node *n, int64_t dim, int64_t start,
	int64_t limit, int64_t stride)
{
	int64_t at[ATEN_MAX_RANK], to[ATEN_MAX_RANK], by[ATEN_MAX_RANK];
	for (uint32_t i = 0; i < n->type->rank; i++) {
		at[i] = (int64_t)i == dim ? start : 0;
		to[i] = (int64_t)i == dim ? limit : n->type->dims[i];
		by[i] = (int64_t)i == dim ? stride : 1;
	}
	return build_slice(l->g, n, at, to, by);
}

const struct node *lower_wrap_index(
	struct lower *l, const struct node *index, const struct node *of, int64_t dim)
{
	if (place_is_known(l->r, index, of->type->dims[dim], false))
		return index;
	const struct node *size =
		build_convert(l->g, build_size(l->g, of, (uint32_t)dim), index->type->dtype);
	if (dim_is_number(of->type->dims[dim]))
		size = build_scalar_int(l->g, index->type->dtype, of->type->dims[dim]);
	const struct node *below = build_compare(l->g, "LT", index, lower_like(l, index, 0));
	const struct node *wrapped = build2(l->g, OP_add, index, lower_shape(l, size, index->type));
	return build_select(l->g, below, wrapped, index);
}

/* ---- composites ----------------------------------------------------------------------------- */

void composite_begin(struct lower *l, struct composite *c)
{
	for (uint32_t i = 0; i < c->nin; i++)
		c->inlined |= !type_is_static(c->in[i]->type);
	for (uint32_t i = 0; i < c->nin; i++)
		c->param[i] = c->inlined ? c->in[i] : graph_parameter(l->g, i, c->in[i]->type);
}

void composite_end(struct lower *l, struct composite *c, const char *name, const char *attributes,
	uint32_t nresults, const struct node *const *results, const struct node **out)
{
	const struct type *params[16];
	if (c->inlined) {
		for (uint32_t i = 0; i < nresults; i++)
			out[i] = results[i];
		return;
	}
	for (uint32_t i = 0; i < c->nin; i++)
		params[i] = c->in[i]->type;
	const struct region *body = graph_region(l->g, c->nin, params, nresults, results);
	/* The text form names the decomposition: equal ones, consed, are one function. */
	const char *impl = job_printf(l->j, "%s.impl_%u", name, body->id);
	struct func f = {
		.name = graph_string(l->g, impl, strlen(impl)), .is_private = true, .region = body
	};
	if (!graph_find_func(l->g, f.name))
		graph_add_func(l->g, &f);
	struct attr_entry e[] = {
		{ .key = KEY_composite_attributes, .value = attr_raw(l->g, attributes) },
		{ .key = KEY_decomposition, .value = attr_str(l->g, f.name) },
	};
	const struct node *n =
		build_composite(l->g, name, c->nin, c->in, attrs_cons(l->g, 2, e), body);
	for (uint32_t i = 0; i < nresults; i++)
		out[i] = graph_result(l->g, n, i);
}
