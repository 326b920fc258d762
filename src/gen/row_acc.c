/* row_acc.c -- the accumulators of a row kernel's reductions (row.c, R1 and R3). */
#include "gen/row_impl.h"
#include <string.h>

/* The neutral element of a reducer that is one op of its two parameters. */
bool reducer_neutral(struct gen *g, const struct node *n, struct val *out)
{
	const struct region *r = n->regions[0];
	const struct node *x = r->results[0];
	enum dtype t = x->type->dtype, part = dtype_part(t);
	bool real = dtype_is_float(part), sign = dtype_is_signed(t);
	int bits = dtype_table[t].bits;
	LLVMTypeRef rt = reg_type(g, t);

	if (r->nresults != 1 || x->nin != 2 || x->in[0]->op != OP_parameter ||
		x->in[1]->op != OP_parameter || x->in[0] == x->in[1])
		return false;
	double f = 0, im = 0;
	int64_t i = 0;
	switch (x->op) {
	case OP_add: f = im = -0.0; break;
	case OP_multiply: f = 1, i = 1; break;
	case OP_maximum:
		f = im = -__builtin_inf();
		i = sign ? (int64_t)(0 - ((uint64_t)1 << (bits - 1))) : 0;
		break;
	case OP_minimum:
		f = im = __builtin_inf();
		i = sign ? (int64_t)(((uint64_t)1 << (bits - 1)) - 1) : -1;
		break;
	case OP_and: i = -1; break;
	case OP_or: case OP_xor: break;
	default: return false;
	}
	if (bits < 8 && !sign && i == -1)
		i = (1 << bits) - 1;
	if (dtype_table[t].kind == DTYPE_BOOL)
		i = x->op == OP_multiply || x->op == OP_minimum || x->op == OP_and;
	*out = (struct val){ .v = real ? LLVMConstReal(rt, f)
				       : LLVMConstInt(rt, (unsigned long long)i, true) };
	if (part != t)
		out->im = LLVMConstReal(rt, im);
	return true;
}

static void carry(struct gen *g, struct row *w, LLVMValueRef v)
{
	if (w->lanes.ncarried == LOOP_MAX_CARRIED)
		gen_fail(g, WEFT_UNIMPLEMENTED, "too many reductions of one row");
	w->carried[w->lanes.ncarried++] = v;
}

static void acc_begin(struct gen *g, struct row *w, struct row_reduce *r)
{
	r->neutral = r->n == 1 && reducer_neutral(g, r->op, &r->acc[0]);
	r->extreme = r->neutral && extreme_begin(g, r->op, &r->parts);
	r->parts.quiet = r->quiet;
	r->first[0] = w->lanes.ncarried;
	if (r->extreme) {
		for (int i = 0; i < extreme_parts(&r->parts); i++)
			carry(g, w, r->parts.part[i]);
		return;
	}
	for (uint32_t i = 0; i < r->n; i++) {
		struct val v = r->neutral ? r->acc[i] : value_at(g, r->op->in[r->n + i], NULL);
		v = val_lanes(g, v);
		carry(g, w, v.v);
		r->acc[i] = v;
		if (v.im)
			carry(g, w, v.im);
	}
}

void row_acc_begin(struct gen *g, struct row *w, uint32_t pass)
{
	uint32_t first = w->lanes.ncarried;
	bool all = true;

	for (uint32_t i = 0; i < w->nreduces; i++)
		if (w->reduces[i].stage == pass + 1) {
			acc_begin(g, w, &w->reduces[i]);
			all &= w->reduces[i].neutral;
		}
	uint32_t n = w->lanes.ncarried - first;
	bool pair = all && n > 0 && 2 * n <= ROW_MAX_PAIRED;
	for (uint32_t i = 0; i < w->nreduces; i++)
		if (w->reduces[i].stage == pass + 1) {
			w->reduces[i].paired = pair;
			w->reduces[i].first[1] = w->reduces[i].first[0] + (pair ? n : 0);
		}
	for (uint32_t i = 0; pair && i < n; i++)
		carry(g, w, w->carried[first + i]);
	w->lanes.pairs |= pair;
}

/* r's values in the set at hand. */
static LLVMValueRef *acc_values(struct row *w, const struct row_reduce *r)
{
	return w->carried + r->first[w->set];
}

/* The carried values are r's accumulators, of the current depth. */
static void acc_load(struct gen *g, struct row *w, struct row_reduce *r)
{
	const LLVMValueRef *v = acc_values(w, r);
	uint32_t k = 0;

	for (int i = 0; r->extreme && i < extreme_parts(&r->parts); i++)
		r->parts.part[i] = v[k++];
	for (uint32_t i = 0; !r->extreme && i < r->n; i++) {
		r->acc[i].v = v[k++];
		if (r->acc[i].im)
			r->acc[i].im = v[k++];
		r->acc[i].level = g->depth;
	}
}

static LLVMValueRef acc_keep(struct gen *g, LLVMValueRef new, LLVMValueRef old)
{
	return g->tail ? SELECT(g->tail, new, old) : new;
}

static void extreme_row_step(struct gen *g, struct row *w, struct row_reduce *r,
	const struct ix *at)
{
	LLVMValueRef x = val_lanes(g, value_at(g, r->op->in[0], at)).v;

	gen_here(g);
	extreme_step(g, &r->parts, x);
	LLVMValueRef *v = acc_values(w, r);
	for (int i = 0; i < extreme_parts(&r->parts); i++)
		v[i] = acc_keep(g, r->parts.part[i], v[i]);
}

void row_acc_step(struct gen *g, struct row *w, struct row_reduce *r)
{
	struct val args[16], next[8];
	const struct type *t = r->op->in[0]->type;
	struct ix *at = ix_array(g, t->rank);
	LLVMValueRef *v = acc_values(w, r);
	uint32_t k = 0;

	acc_load(g, w, r);
	ix_reshape(g, g->k->rank, g->k->space, w->ix, t->rank, t->dims, at);
	if (r->extreme) {
		extreme_row_step(g, w, r, at);
		return;
	}
	for (uint32_t i = 0; i < r->n; i++) {
		args[i] = r->acc[i];
		args[r->n + i] = value_at(g, r->op->in[i], at);
	}
	region_at(g, r->op, 0, 2 * r->n, args, next);
	for (uint32_t i = 0; i < r->n; i++) {
		next[i] = val_lanes(g, next[i]);
		gen_here(g);
		v[k++] = acc_keep(g, next[i].v, r->acc[i].v);
		if (next[i].im)
			v[k++] = acc_keep(g, next[i].im, r->acc[i].im);
	}
}

LLVMValueRef lanes_rotated(struct gen *g, LLVMValueRef v, int by)
{
	LLVMValueRef order[LANES];

	for (int i = 0; i < LANES; i++)
		order[i] = c32(g, (i + by) % LANES);
	return LLVMBuildShuffleVector(g->b, v, v, LLVMConstVector(order, LANES), "");
}

/* r's accumulators of the second set into those of the first. */
static void acc_join(struct gen *g, struct row *w, struct row_reduce *r)
{
	struct val args[2];
	struct extreme other;

	w->set = 1;
	acc_load(g, w, r);
	args[1] = r->acc[0];
	other = r->parts;
	w->set = 0;
	acc_load(g, w, r);
	args[0] = r->acc[0];
	gen_here(g);
	if (r->extreme)
		extreme_join(g, &r->parts, &other);
	else
		region_at(g, r->op, 0, 2, args, r->acc);
}

void row_acc_end(struct gen *g, struct row *w, struct row_reduce *r)
{
	struct val args[16], next[8];

	if (r->paired)
		acc_join(g, w, r);
	else
		acc_load(g, w, r);
	for (int by = LANES / 2; !r->extreme && by; by /= 2) {
		for (uint32_t i = 0; i < r->n; i++) {
			gen_here(g);
			args[i] = r->acc[i];
			args[r->n + i] = r->acc[i];
			args[r->n + i].v = lanes_rotated(g, r->acc[i].v, by);
			if (r->acc[i].im)
				args[r->n + i].im = lanes_rotated(g, r->acc[i].im, by);
		}
		region_at(g, r->op, 0, 2 * r->n, args, next);
		memcpy(r->acc, next, r->n * sizeof *next);
	}
	gen_here(g);
	if (r->extreme)
		r->total[0] = (struct val){ .v = extreme_end(g, &r->parts), .level = g->depth };
	for (uint32_t i = 0; !r->extreme && i < r->n; i++) {
		struct val v = { .level = g->depth };
		gen_here(g);
		v.v = LLVMBuildExtractElement(g->b, r->acc[i].v, c32(g, 0), "");
		if (r->acc[i].im)
			v.im = LLVMBuildExtractElement(g->b, r->acc[i].im, c32(g, 0), "");
		r->total[i] = v;
	}
	if (r->neutral) {
		args[0] = value_at(g, r->op->in[1], NULL);
		args[1] = r->total[0];
		region_at(g, r->op, 0, 2, args, r->total);
	}
	r->done = true;
}
