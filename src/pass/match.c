/* match.c -- patterns of recognise.def against nodes.
 *
 * A pattern is read where it stands, an item at a time, along with the node it is to be; an
 * alternative that fails is taken back by restoring match_state.  What is found once is not given
 * up for another way later on (no backtracking into an item), so patterns name what is most
 * particular first.
 *
 * AXES.  To say that a reduced value is used where it was reduced, and not turned, every item comes
 * with axes[]: which dimension of the whole each dimension of the node is, -1 where it has size 1.
 * Elementwise ops keep them, `~` follows them through broadcasts and reshapes, sum and max check
 * them and start anew. */
#include "pass/match.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool node_number(const struct node *n, double *out)
{
	while (n->op == OP_broadcast_in_dim || n->op == OP_dynamic_broadcast_in_dim ||
		n->op == OP_reshape)
		n = n->in[0];
	const struct literal *l = n->op == OP_constant ? node_literal(n) : NULL;
	if (!l || l->type->quant || dtype_is_complex(l->type->dtype) ||
	    !(l->splat || type_elements(l->type) == 1))
		return false;
	*out = dtype_load_f64(l->type->dtype, l->data);
	return true;
}

static bool see(struct match *m, const struct node *n)
{
	if (m->now.nseen == MATCH_MOST || n->type->kind != TYPE_tensor ||
		n->type->rank > MATCH_RANK)
		return false;
	m->seen[m->now.nseen++] = n;
	return true;
}

/* ---- through what only changes the form ----------------------------------------------------- */

static bool is_float_convert(const struct node *n)
{
	return n->op == OP_convert && !n->type->quant && dtype_is_float(n->type->dtype) &&
	       n->in[0]->type->kind == TYPE_tensor && dtype_is_float(n->in[0]->type->dtype);
}

static const struct node *strip(struct match *m, const struct node *n)
{
	while (is_float_convert(n) && see(m, n))
		n = n->in[0];
	return n;
}

/* Dims of a reshape's operand, which differ from the result's by ones alone; false: it does
 * more. */
static bool axes_of_reshape(const struct node *n, const int8_t *axes, int8_t *out)
{
	const struct type *to = n->type, *from = n->in[0]->type;
	uint32_t k = 0;
	memset(out, -1, MATCH_RANK);
	for (uint32_t d = 0; d < to->rank; d++) {
		if (to->dims[d] == 1)
			continue;
		while (k < from->rank && from->dims[k] == 1)
			k++;
		if (k == from->rank || from->dims[k] != to->dims[d])
			return false;
		out[k++] = axes[d];
	}
	while (k < from->rank && from->dims[k] == 1)
		k++;
	return k == from->rank;
}

/* `~`: the node before it was stretched; axes[] becomes that node's. */
static const struct node *along(struct match *m, const struct node *n, int8_t *axes)
{
	for (;; n = n->in[0]) {
		int8_t next[MATCH_RANK];
		uint32_t count;
		if (is_float_convert(n)) {
			memcpy(next, axes, sizeof next);
		} else if (n->op == OP_broadcast_in_dim || n->op == OP_dynamic_broadcast_in_dim) {
			const int64_t *at = node_ints(n, KEY_broadcast_dimensions, &count);
			memset(next, -1, sizeof next);
			for (uint32_t d = 0; d < count && d < MATCH_RANK; d++)
				next[d] = n->in[0]->type->dims[d] == 1 ? -1 : axes[at[d]];
		} else if (n->op != OP_reshape && n->op != OP_dynamic_reshape) {
			return n;
		} else if (!axes_of_reshape(n, axes, next)) {
			return n;
		}
		if (!see(m, n))
			return n;
		memcpy(axes, next, sizeof next);
	}
}

/* `@`: the node before it was laid out in another way. */
static const struct node *before_layout(struct match *m, const struct node *n)
{
	while (is_float_convert(n) || n->op == OP_transpose || n->op == OP_reshape ||
	       n->op == OP_dynamic_reshape || n->op == OP_broadcast_in_dim)
		if (see(m, n))
			n = n->in[0];
		else
			break;
	return n;
}

static void axes_own(int8_t *axes)
{
	for (int d = 0; d < MATCH_RANK; d++)
		axes[d] = (int8_t)d;
}

/* ---- reading patterns ----------------------------------------------------------------------- */

static const char *blank(const char *p)
{
	while (*p == ' ')
		p++;
	return p;
}

/* Where the item at p ends: at a , ) | } of its own level, or at the end. */
static const char *item_end(const char *p)
{
	for (int depth = 0; *p; p++) {
		if (*p == '(' || *p == '{')
			depth++;
		else if (depth == 0 && strchr(",)|}", *p))
			break;
		else if (*p == ')' || *p == '}')
			depth--;
	}
	return p;
}

static bool match_item(struct match *m, const char *p, const struct node *n, const int8_t *axes);

static bool match_either(struct match *m, const char *p, const struct node *n, const int8_t *axes)
{
	const struct match_state before = m->now;
	for (; *p == '{' || *p == '|'; p = item_end(p)) {
		p++;
		if (match_item(m, p, n, axes))
			return true;
		m->now = before;
	}
	return false;
}

/* ---- numbers -------------------------------------------------------------------------------- */

static bool is_number(const struct node *n, double v)
{
	double x;
	while (n->op == OP_convert || n->op == OP_broadcast_in_dim ||
		n->op == OP_dynamic_broadcast_in_dim || n->op == OP_reshape)
		n = n->in[0];
	if (!node_number(n, &x))
		return false;
	if (isnan(v) || isinf(v))
		return isnan(v) ? isnan(x) : x == v;
	const struct dtype_info *t = &dtype_table[n->type->dtype];
	return fabs(x - v) <= (t->kind == DTYPE_FLOAT ? ldexp(fabs(v), 1 - t->man) : 0);
}

/* How many elements one sum had; below 0: not known yet, 0: nothing was summed. */
static int64_t reduced_count(const struct match *m)
{
	int64_t dims[MATCH_RANK];
	uint32_t n = 0;
	for (uint32_t d = 0; m->now.reduced >> d; d++)
		if (m->now.reduced >> d & 1)
			dims[n++] = m->now.whole->dims[d];
	return n ? dim_product(m->g, n, dims) : 0;
}

static bool match_count(const struct match *m, bool inverse, const struct node *n)
{
	int64_t count = reduced_count(m);
	if (count <= 0)
		return count < 0;
	return is_number(n, inverse ? 1 / (double)count : (double)count);
}

/* ---- ops ------------------------------------------------------------------------------------ */

static bool plain_reduce(const struct node *n, enum op op)
{
	double init;
	if (n->op != OP_reduce || n->nin != 2 || n->type->kind != TYPE_tensor ||
		!node_number(n->in[1], &init))
		return false;
	const struct node *body = n->regions[0]->results[0];
	return body->op == op && body->in[0]->op == OP_parameter &&
	       body->in[1]->op == OP_parameter && body->in[0] != body->in[1] &&
	       (op == OP_add ? init == 0 : init == -HUGE_VAL);
}

static bool match_reduce(
	struct match *m, enum op op, const char *p, const struct node *n, const int8_t *axes)
{
	if (!plain_reduce(n, op))
		return false;
	const struct type *x = n->in[0]->type, *whole = m->now.whole;
	uint32_t count, reduced = 0, k = 0;
	const int64_t *dims = node_ints(n, KEY_dimensions, &count);
	if (x->rank != whole->rank || memcmp(x->dims, whole->dims, x->rank * sizeof *x->dims))
		return false;
	for (uint32_t i = 0; i < count; i++)
		reduced |= 1u << dims[i];
	for (uint32_t d = 0; d < x->rank; d++)
		if (!(reduced >> d & 1)) {
			if (x->dims[d] != 1 && axes[k] != (int8_t)d)
				return false;
			k++;
		}
	if (!reduced || (m->now.reduced && m->now.reduced != reduced) || !see(m, n))
		return false;
	m->now.reduced = reduced;
	int8_t own[MATCH_RANK];
	axes_own(own);
	return match_item(m, p, n->in[0], own);
}

/* Does what dot_general n takes from operand i in each sum have as many elements as a row? */
static bool sums_rows(struct match *m, const struct node *n, uint32_t i)
{
	int64_t extents[MATCH_RANK];
	uint32_t count;
	const int64_t *at = node_ints(n,
		i ? KEY_rhs_contracting_dimensions : KEY_lhs_contracting_dimensions, &count);
	for (uint32_t d = 0; d < count && d < MATCH_RANK; d++)
		extents[d] = n->in[i]->type->dims[at[d]];
	return !m->now.rows || dim_product(m->g, count, extents) == m->now.rows;
}

static bool match_args(
	struct match *m, const char *p, const struct node *n, const int8_t *axes, bool swap)
{
	for (uint32_t i = 0; i < n->nin; i++) {
		const struct node *x = n->in[swap && i < 2 ? 1 - i : i];
		if (x->type->kind != TYPE_tensor ||
			(x->type->rank && x->type->rank != n->type->rank))
			return false;
		if (!match_item(m, p, x, axes))
			return false;
		p = item_end(p);
		if (*p == ',')
			p++;
	}
	return *p == ')';
}

static bool match_dot(struct match *m, const char *p, const struct node *n)
{
	if (n->op != OP_dot_general || !see(m, n))
		return false;
	const struct match_state before = m->now;
	int8_t own[MATCH_RANK];
	axes_own(own);
	for (uint32_t i = 0; i < 2; i++) {
		if (match_item(m, p, n->in[i], own) && sums_rows(m, n, i) &&
		    match_item(m, item_end(p) + 1, n->in[1 - i], own))
			return true;
		m->now = before;
	}
	return false;
}

static bool match_op(struct match *m, const char *p, const struct node *n, const int8_t *axes)
{
	size_t len = strcspn(p, "(");
	const char *args = p + len + 1;
	if (len == 3 && !memcmp(p, "sum", 3))
		return match_reduce(m, OP_add, args, n, axes);
	if (len == 3 && !memcmp(p, "max", 3))
		return match_reduce(m, OP_maximum, args, n, axes);
	if (len == 3 && !memcmp(p, "dot", 3))
		return match_dot(m, args, n);
	const struct op_info *op = &op_table[n->op];
	if (strlen(op->name) != len || memcmp(op->name, p, len) || n->nregions || !see(m, n))
		return false;
	const struct match_state before = m->now;
	if (match_args(m, args, n, axes, false))
		return true;
	m->now = before;
	return op->flags & OP_COMMUTES && match_args(m, args, n, axes, true);
}

/* ---- parts ---------------------------------------------------------------------------------- */

static const struct {
	const char *name, *pattern;
} parts[] = {
#define PART(name, pattern) { #name, pattern },
#define FORM(...)
#include "pass/recognise.def"
#undef PART
#undef FORM
};

static bool match_part(struct match *m, const char *p, const struct node *n, const int8_t *axes)
{
	size_t len = strcspn(p, ",)|} ");
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strlen(parts[i].name) == len && !memcmp(parts[i].name, p, len))
			return match_item(m, parts[i].pattern, n, axes);
	BUG("a pattern names no part of recognise.def");
}

/* ---- items ---------------------------------------------------------------------------------- */

/* A letter under `~` stands for what varies along the summed dimensions only: a scale, not a
 * gate. */
static bool varies_along_row(const struct match *m, const struct node *n, const int8_t *axes)
{
	double number;
	for (uint32_t d = 0; m->now.reduced && !node_number(n, &number) && d < n->type->rank; d++)
		if (n->type->dims[d] != 1 && (axes[d] < 0 || !(m->now.reduced >> axes[d] & 1)))
			return false;
	return true;
}

static bool match_name(struct match *m, char letter, const struct node *n)
{
	const struct node **named = &m->now.named[letter - 'a'];
	if (!*named)
		*named = n;
	return *named == n;
}

static bool match_laid_out(struct match *m, const char *p, const struct node *n)
{
	const struct type *whole = m->now.whole;
	uint32_t reduced = m->now.reduced;
	int8_t own[MATCH_RANK];
	n = before_layout(m, n);
	axes_own(own);
	m->now.whole = n->type;
	m->now.reduced = 0;
	if (!match_item(m, p, n, own))
		return false;
	if (m->now.reduced)
		m->now.rows = reduced_count(m);
	m->now.whole = whole;
	m->now.reduced = reduced;
	return true;
}

static bool match_item(struct match *m, const char *p, const struct node *n, const int8_t *axes)
{
	int8_t inner[MATCH_RANK];
	p = blank(p);
	if (n->type->kind != TYPE_tensor || n->type->rank > MATCH_RANK)
		return false;
	switch (*p) {
	case '{':
		return match_either(m, p, n, axes);
	case '@':
		return match_laid_out(m, p + 1, n);
	case '#': case '%':
		return match_count(m, *p == '%', n);
	case '~':
		memcpy(inner, axes, sizeof inner);
		n = along(m, n, inner);
		p = blank(p + 1);
		if (islower((unsigned char)p[0]) && strchr(",)|}", p[1]) &&
			!varies_along_row(m, n, inner))
			return false;
		return match_item(m, p, n, inner);
	default:
		break;
	}
	if (*p == '-' || isdigit((unsigned char)*p) || !strncmp(p, "nan", 3))
		return is_number(n, strtod(p, NULL));
	if (isupper((unsigned char)*p))
		return match_part(m, p, n, axes);
	n = strip(m, n);
	if (p[1] == '=')
		return match_name(m, *p, n) && match_item(m, p + 2, n, axes);
	if (!p[1] || strchr(",)|} ", p[1]))
		return match_name(m, *p, n);
	return match_op(m, p, n, axes);
}

bool match_node(struct match *m, const char *pattern, const struct node *root)
{
	int8_t own[MATCH_RANK];
	if (root->type->kind != TYPE_tensor || root->type->rank > MATCH_RANK)
		return false;
	m->now = (struct match_state){ .whole = root->type };
	axes_own(own);
	return match_item(m, pattern, root, own);
}
