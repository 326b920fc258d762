/* value.c -- the index engine: the value of a node at an index, over the lanes.
 *
 * value_at() is asked for a result and asks for what it needs: an elementwise op its operands at
 * the same index, a movement op one operand at another index, a parameter its buffer.  So
 * everything fuses by itself, only what is needed is loaded or computed, and nothing twice
 * (loop.c). */
#include "gen/control.h"
#include <string.h>

#define MAX_NESTING 6000

enum { VALUE_NODE = 100, VALUE_SPLAT };

struct ix *ix_array(struct gen *g, uint32_t n)
{
	return job_array(g->job, n + 1, sizeof(struct ix));
}

struct val val_lanes(struct gen *g, struct val v)
{
	uint64_t key[3] = { VALUE_SPLAT, (uint64_t)(uintptr_t)v.v, (uint64_t)(uintptr_t)v.im };
	const struct val *known;

	if (v.lanes)
		return v;
	if ((known = memo_find(g, 3, key)))
		return *known;
	gen_at(g, v.level);
	struct val *r = job_alloc(g->job, sizeof *r);
	*r = (struct val){ splat(g, v.v), v.im ? splat(g, v.im) : NULL, v.level, true };
	memo_put(g, v.level, 3, key, r);
	return *r;
}

static LLVMValueRef literal_part(struct gen *g, enum dtype part, const void *at)
{
	if (dtype_is_float(part))
		return LLVMConstReal(reg_type(g, part), dtype_load_f64(part, at));
	return LLVMConstInt(reg_type(g, part), (unsigned long long)dtype_load_i64(part, at), true);
}

static struct val val_of_literal(struct gen *g, enum dtype t, const void *at)
{
	enum dtype part = dtype_part(t);
	struct val v = { .v = literal_part(g, part, at) };

	if (part != t)
		v.im = literal_part(g, part, (const char *)at + dtype_bytes(part));
	return v;
}

static struct val value_const(struct gen *g, const struct node *n, const struct ix *ix)
{
	const struct literal *l = node_literal(n);

	if (!l)
		gen_fail(g, WEFT_INTERNAL, "a late-bound constant is inside of a kernel");
	if (l->splat || type_elements(n->type) == 1)
		return val_of_literal(g, n->type->dtype, l->data);
	uint64_t key[2] = { VALUE_SPLAT + 1, (uint64_t)(uintptr_t)l };
	LLVMValueRef data = memo_find(g, 2, key);
	if (!data) {
		data = gen_data(g, l->data, l->bytes,
			dtype_bytes(n->type->dtype) > 8 ? 16 : dtype_bytes(n->type->dtype));
		memo_put(g, 0, 2, key, data);
	}
	return load_at(g, data, 0, n->type->dtype, ix_linear(g, n->type->rank, n->type->dims, ix));
}

struct val value_reads(struct gen *g, uint32_t buffer, const struct type *t, const struct ix *ix)
{
	LLVMValueRef p = gen_buffer(g, buffer);

	return load_at(g, p, 0, t->dtype, ix_linear(g, t->rank, t->dims, ix));
}

/* The buffer of the body's parameter number i. */
static uint32_t parameter_buffer(const struct gen *g, uint32_t i)
{
	return g->k->core == CORE_contract || g->k->core == CORE_attention ? i + 1 : i;
}

static struct val value_parameter(struct gen *g, const struct node *n, const struct ix *ix)
{
	uint32_t index = (uint32_t)node_int(n, KEY_index, 0);
	const struct frame *f = g->frame;

	if (!f)
		return value_reads(g, parameter_buffer(g, index), n->type, ix);
	if (index < f->nvals)
		return f->place ? carried_element(g, n->type, f->vals + f->place[index], ix)
				: f->vals[index];
	uint32_t captures = node_ncaptures(f->op), first = node_noperands(f->op);
	if (index - f->nvals >= captures)
		gen_fail(g, WEFT_INTERNAL, "parameter %u of an inlined region has no value", index);
	struct pred_saved old = { g->pred, g->pred_level };
	/* A scalar is there whatever part of the region asks: it is computed once. */
	if (n->type->kind == TYPE_tensor && !n->type->rank)
		pred_restore(g, f->outer);
	g->frame = f->up;
	struct val v = value_at(g, f->op->in[first + index - f->nvals], ix);
	g->frame = f;
	pred_restore(g, old);
	return v;
}

static struct val value_iota(struct gen *g, const struct node *n, const struct ix *ix)
{
	struct ix at = ix[node_int(n, KEY_iota_dimension, 0)];
	struct val v = { .v = ix_value(g, at), .level = at.level, .lanes = !ix_uniform(&at) };
	enum dtype from = v.lanes && g->iw == g->i32 ? DTYPE_i32 : DTYPE_i64;

	gen_at(g, v.level);
	return op_convert(g, from, n->type->dtype, v);
}

static struct val value_map(struct gen *g, const struct node *n, const struct ix *ix)
{
	uint32_t nin = node_noperands(n);
	struct val *in = job_array(g->job, nin + 1, sizeof *in);
	bool lanes = false;
	int level = 0;

	if (n->op == OP_map) {
		for (uint32_t i = 0; i < nin; i++)
			in[i] = value_at(g, n->in[i], ix);
		region_at(g, n, 0, nin, in, in);
		return in[0];
	}
	for (uint32_t i = 0; i < nin; i++) {
		/* rank 0 beside larger: no component is looked at */
		in[i] = value_at(g, n->in[i], ix);
		lanes |= in[i].lanes;
		level = in[i].level > level ? in[i].level : level;
	}
	for (uint32_t i = 0; i < nin && lanes; i++)
		in[i] = val_lanes(g, in[i]);
	gen_at(g, level);
	struct val r = op_map(g, n, in);
	r.level = level;
	r.lanes = lanes;
	if (n->op != OP_select)              /* gives what is rounded, and NaNs as they are */
		r.v = narrow_result(g, n->type->dtype, r.v);
	return r;
}

struct val value_compute(struct gen *g, const struct node *n, const struct ix *ix)
{
	const struct node *op = n->op == OP_result ? n->in[0] : n;
	uint32_t which = n->op == OP_result ? (uint32_t)node_int(n, KEY_index, 0) : 0;

	switch (op->op) {
	case OP_parameter: return value_parameter(g, op, ix);
	case OP_constant:
	case OP_chlo_constant: return value_const(g, op, ix);
	case OP_iota:
	case OP_dynamic_iota: return value_iota(g, op, ix);
	case OP_if:
	case OP_case: return value_branch(g, op, which, ix);
	case OP_while: return value_while(g, op, which, ix);
	case OP_optimization_barrier: return value_at(g, op->in[which], ix);
	default: break;
	}
	switch (op_table[op->op].kind) {
	case OP_MAP: return value_map(g, op, ix);
	case OP_MOVE: return value_move(g, op, ix);
	case OP_REDUCE:
	case OP_WINDOW:
	case OP_CONTRACT: return value_loop(g, op, which, ix);
	default: gen_unsupported(g, op, NULL);
	}
}

struct val value_at(struct gen *g, const struct node *n, const struct ix *given)
{
	const struct type *t = n->type;
	uint32_t rank = t->rank, k = 0;
	struct ix *ix = ix_array(g, rank);
	uint64_t *key = job_array(g->job, 5 + 3 * rank, sizeof *key);

	if (t->kind != TYPE_tensor)
		gen_unsupported(g, n, "not a tensor");
	key[k++] = VALUE_NODE;
	key[k++] = (uint64_t)(uintptr_t)n;
	key[k++] = (uint64_t)(uintptr_t)g->pred;
	key[k++] = g->frame ? g->frame->id : 0;
	for (uint32_t i = 0; i < rank; i++) {
		ix[i] = t->dims[i] == 1 ? ix_const(g, 0) : given[i];
		key[k++] = (uint64_t)(uintptr_t)ix[i].v;
		key[k++] = (uint64_t)ix[i].step * 2 + ix[i].vec;
	}
	const struct val *known = memo_find(g, k, key);
	if (known)
		return *known;
	if (++g->nesting > MAX_NESTING)
		gen_fail(g, WEFT_UNIMPLEMENTED, "operations nested deeper than %d", MAX_NESTING);
	struct val *v = job_alloc(g->job, sizeof *v);
	const struct bind *b = g->frame ? NULL : g->binds;
	while (b && b->node != n)
		b = b->up;
	*v = b ? b->at(g, b, n, ix) : value_compute(g, n, ix);
	memo_put(g, v->level, k, key, v);
	g->nesting--;
	return *v;
}

void region_at(struct gen *g, const struct node *op, uint32_t r, uint32_t nargs,
	const struct val *args, struct val *results)
{
	struct frame f = { .up = g->frame, .id = ++g->nframes, .nvals = nargs, .vals = args,
		.op = op, .outer = { g->pred, g->pred_level } };
	const struct region *body = op->regions[r];
	struct val *out = job_array(g->job, body->nresults + 1, sizeof *out);

	g->frame = &f;
	for (uint32_t i = 0; i < node_nregion_results(op, r); i++)
		out[i] = value_at(g, body->results[i], NULL);
	g->frame = f.up;
	memcpy(results, out, node_nregion_results(op, r) * sizeof *out);
}
