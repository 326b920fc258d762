/* eval.c -- the interpreter's driver: values, prepared regions, the walk over a region's nodes.
 *
 * A region is prepared once (struct plan): its nodes in order, each operand's place in that order,
 * and after which node a value is used no more.  Running it is a loop; nothing recurses but an op
 * that runs one of its regions, whose nesting the reader limits.
 *
 * 1. A value is counted and freed after its last use; what a failing job leaves is freed with it.
 * 2. A region made only of elementwise ops on scalars (the body of a reduce, a comparator) keeps
 *    its values from run to run, so running it allocates nothing.
 * 3. The effect's token is no value: order of ids is order of effects. */
#include "ir/eval/eval_impl.h"
#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

struct plan {
	struct plan *next;
	const struct region *r;
	uint32_t n;
	const struct node **order;
	uint32_t *first, *in;        /* operand i of node k is value in[first[k] + i] */
	uint32_t *die_first, *die;   /* values that die after node k: die[die_first[k] ..] */
	uint32_t *results;
	bool scalars;                /* rule 2 */
	struct tensor **kept;
};
/* Integer tensors this small stay until their region ends: dimensions may be made of them. */
enum { SIZE_TENSOR = 64 };
struct frame {
	struct frame *outer;
	const struct plan *p;
	uint32_t nargs;
	struct tensor **args, **values;
};

static eval_fn *const eval_table[OP_COUNT] = {
#define KIND_MAP(infer)        eval_map
#define KIND_LEAF(infer)       eval_##infer
#define KIND_MOVE(infer)       eval_##infer
#define KIND_REDUCE(infer)     eval_##infer
#define KIND_WINDOW(infer)     eval_##infer
#define KIND_SCATTER(infer)    eval_##infer
#define KIND_SORT(infer)       eval_##infer
#define KIND_CONTRACT(infer)   eval_##infer
#define KIND_EXPAND(infer)     eval_##infer
#define KIND_LIBRARY(infer)    eval_##infer
#define KIND_RANDOM(infer)     eval_##infer
#define KIND_CONTROL(infer)    eval_##infer
#define KIND_CUSTOM(infer)     eval_##infer
#define KIND_TUPLE(infer)      eval_##infer
#define KIND_TOKEN(infer)      eval_##infer
#define KIND_COLLECTIVE(infer) eval_##infer
#define OP(name, d, lo, hi, nr, kind, infer, flags, meaning) [OP_##name] = KIND_##kind(infer),
#include "ir/op.def"
#undef OP
};

noreturn void eval_fail(const struct call *c, enum weft_code code, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	const struct location *l = graph_location(c->e->g, c->n);
	struct place at = { l ? l->file : NULL, l ? l->line : 0, l ? l->column : 0 };
	job_fail_at(c->e->j, code, at, "%s: %s%s", op_table[c->n->op].text, text,
		graph_origin(c->e->j, c->e->g, c->n));
}

int64_t tensor_elements(const struct tensor *t)
{
	int64_t n = 1;

	for (uint32_t d = 0; d < t->rank; d++)
		n *= t->dims[d];
	return n;
}

/* ---- values ---------------------------------------------------------------------------------- */

static struct value *value_new(struct eval *e, size_t extra)
{
	struct value *v = extra > SIZE_MAX / 2 ? NULL : mem_alloc(sizeof *v + extra);

	if (!v)
		job_fail(e->j, WEFT_RESOURCE_EXHAUSTED, "no memory for %zu bytes", extra);
	v->refs = 1;
	v->next = e->live;
	if (v->next)
		v->next->prev = v;
	e->live = v;
	return v;
}

/* A tensor with room for its dims and, where wanted, its data behind it. */
static struct value *value_tensor(struct eval *e, const struct type *type, uint32_t rank,
	const int64_t *dims, size_t bytes)
{
	size_t head = (mem_size(rank, sizeof *dims) + 15) & ~(size_t)15;
	struct value *v = value_new(e, head + bytes + 16);
	int64_t *d = (int64_t *)(v + 1);

	if (rank)
		memcpy(d, dims, rank * sizeof *d);
	uintptr_t at = ((uintptr_t)(v + 1) + head + 15) & ~(uintptr_t)15;
	v->t = (struct tensor){ .type = type, .rank = rank, .dims = d, .data = (void *)at };
	v->bytes = bytes;
	return v;
}

void eval_drop(struct eval *e, struct tensor *t)
{
	struct value *v = (struct value *)t;

	if (!v || --v->refs)
		return;
	for (uint32_t i = 0; v->kids && i < v->t.n; i++)
		eval_drop(e, &v->kids[i]->t);
	if (v->base)
		eval_drop(e, &v->base->t);
	if (v->prev)
		v->prev->next = v->next;
	else
		e->live = v->next;
	if (v->next)
		v->next->prev = v->prev;
	mem_free(v);
}

struct tensor *eval_keep(struct tensor *t)
{
	((struct value *)t)->refs++;
	return t;
}

static void eval_end(void *obj, bool failed)
{
	struct eval *e = obj;

	(void)failed;
	for (struct value *v = e->live, *next; v; v = next) {
		next = v->next;
		mem_free(v);
	}
}

/* Bytes of a tensor, checked against overflow and the limit. */
static size_t checked_bytes(struct call *c, enum dtype t, uint32_t rank, const int64_t *dims)
{
	size_t bytes = dtype_bytes(t);
	bool empty = false;

	for (uint32_t d = 0; d < rank; d++) {
		if (dims[d] < 0)
			eval_fail(c, WEFT_INVALID_ARGUMENT, "dimension %u is %lld", d,
				(long long)dims[d]);
		empty |= dims[d] == 0;
	}
	for (uint32_t d = 0; d < rank && !empty; d++)
		bytes = mem_size(bytes, (size_t)dims[d]);
	if (empty)
		return 0;
	if (bytes > INT64_MAX / 2 || (c->e->o && c->e->o->max_bytes && bytes > c->e->o->max_bytes))
		eval_fail(c, WEFT_RESOURCE_EXHAUSTED, "a tensor of too many bytes");
	return bytes;
}

/* Is size d of a value what its type says? */
static void check_dim(const struct call *c, const char *what, const struct type *t, uint32_t d,
	int64_t size)
{
	bool bounded = t->bounds && t->bounds[d] >= 0;
	int64_t says = bounded ? t->bounds[d] : t->dims[d];

	if (bounded ? size > says : dim_is_number(says) && size != says)
		eval_fail(c, WEFT_INVALID_ARGUMENT,
			"dimension %u of %s is %lld where its type says %s%lld", d, what,
			(long long)size, bounded ? "at most " : "", (long long)says);
}

static void check_dims(struct call *c, uint32_t i, uint32_t rank, const int64_t *dims)
{
	const struct type *t = c->types[i];

	if (t->unranked)
		return;
	if (t->rank != rank)
		eval_fail(c, WEFT_INTERNAL, "result of rank %u where the type says %u", rank,
			t->rank);
	for (uint32_t d = 0; d < rank; d++)
		check_dim(c, "the result", t, d, dims[d]);
	if (t->quant && t->quant->axis >= 0 && dims[t->quant->axis] != t->quant->n)
		eval_fail(c, WEFT_INVALID_ARGUMENT,
			"dimension %d of the result is %lld, its scales are %u",
			(int)t->quant->axis, (long long)dims[t->quant->axis], t->quant->n);
}

void eval_check_type(
	const struct call *c, const char *what, const struct type *t, const struct tensor *v)
{
	for (uint32_t i = 0; t->kind != TYPE_tensor && i < t->n && i < v->n; i++)
		eval_check_type(c, what, t->elem[i], &v->elem[i]);
	if (t == v->type || t->kind != TYPE_tensor || t->unranked || t->rank != v->rank)
		return;                          /* made as that type says, or of no dimensions */
	for (uint32_t d = 0; d < t->rank; d++)
		check_dim(c, what, t, d, v->dims[d]);
}

struct tensor *eval_new(struct call *c, uint32_t i, uint32_t rank, const int64_t *dims)
{
	if (c->scratch)
		return c->out[i];
	assert(c->types[i]->kind == TYPE_tensor && "a tensor result");
	check_dims(c, i, rank, dims);
	size_t bytes = checked_bytes(c, c->types[i]->dtype, rank, dims);
	c->out[i] = &value_tensor(c->e, c->types[i], rank, dims, bytes)->t;
	return c->out[i];
}

void eval_check_size(const struct call *c, uint32_t i, uint32_t d, int64_t size)
{
	if (c->in[i]->dims[d] != size)
		eval_fail(c, WEFT_INVALID_ARGUMENT,
			"dimension %u of operand %u is %lld, expected %lld", d, i,
			(long long)c->in[i]->dims[d], (long long)size);
}

void eval_check_same(const struct call *c, uint32_t i, uint32_t n)
{
	const struct tensor *a = c->in[i];

	for (uint32_t k = i + 1; k < i + n; k++)
		for (uint32_t d = 0; d < a->rank && c->in[k]->rank == a->rank; d++)
			eval_check_size(c, k, d, a->dims[d]);
}

struct tensor *eval_new_like(struct call *c, uint32_t i, const struct tensor *t)
{
	return eval_new(c, i, t->rank, t->dims);
}

struct tensor *eval_temp(struct call *c, enum dtype t, uint32_t rank, const int64_t *dims)
{
	struct value *v = value_tensor(c->e, NULL, rank, dims, checked_bytes(c, t, rank, dims));

	v->own = (struct type){ .kind = TYPE_tensor, .dtype = t, .rank = rank, .dims = v->t.dims };
	v->t.type = &v->own;
	return &v->t;
}

struct tensor *eval_temp_of(
	struct call *c, const struct type *t, uint32_t rank, const int64_t *dims)
{
	return &value_tensor(c->e, t, rank, dims, checked_bytes(c, t->dtype, rank, dims))->t;
}

void eval_view(struct call *c, uint32_t i, struct tensor *t, uint32_t rank, const int64_t *dims)
{
	if (c->scratch) {
		memcpy(c->out[i]->data, t->data, dtype_bytes(t->type->dtype));
		return;
	}
	check_dims(c, i, rank, dims);
	struct value *v = value_tensor(c->e, c->types[i], rank, dims, 0);
	v->t.data = t->data;
	v->base = (struct value *)eval_keep(t);
	c->out[i] = &v->t;
}

void eval_give(struct call *c, uint32_t i, struct tensor *t)
{
	if (c->scratch)
		memcpy(c->out[i]->data, t->data, dtype_bytes(t->type->dtype));
	else
		c->out[i] = eval_keep(t);
}

struct tensor *eval_pack(struct eval *e, const struct type *type, uint32_t n, struct tensor **elem)
{
	struct value *v = value_new(e, mem_size(n, sizeof(struct tensor) + sizeof *v->kids));

	v->t = (struct tensor){ .type = type, .n = n, .elem = (struct tensor *)(v + 1) };
	v->kids = (struct value **)(v->t.elem + n);
	for (uint32_t i = 0; i < n; i++) {
		v->kids[i] = (struct value *)elem[i];
		v->t.elem[i] = *elem[i];
		eval_keep(elem[i]);
	}
	return &v->t;
}

struct tensor *eval_element(struct tensor *tuple, uint32_t i)
{
	assert(i < tuple->n && "the rule of get_tuple_element");
	return &((struct value *)tuple)->kids[i]->t;
}

/* A value over a caller's tensor, whose data is borrowed. */
static struct tensor *value_borrow(struct eval *e, const struct tensor *t)
{
	if (t->type->kind == TYPE_tensor) {
		struct value *v = value_tensor(e, t->type, t->rank, t->dims, 0);
		v->t.data = t->data;
		return &v->t;
	}
	struct tensor **elem = job_array(e->j, t->n, sizeof *elem);
	for (uint32_t i = 0; i < t->n; i++)
		elem[i] = value_borrow(e, &t->elem[i]);
	struct tensor *out = eval_pack(e, t->type, t->n, elem);
	for (uint32_t i = 0; i < t->n; i++)
		eval_drop(e, elem[i]);
	return out;
}

/* A copy of t in the job's scratch. */
static void tensor_copy(struct job *j, const struct tensor *t, struct tensor *out)
{
	*out = *t;
	if (t->type->kind != TYPE_tensor) {
		out->elem = job_array(j, t->n, sizeof *out->elem);
		for (uint32_t i = 0; i < t->n; i++)
			tensor_copy(j, &((const struct value *)t)->kids[i]->t, &out->elem[i]);
		return;
	}
	int64_t *dims = job_array(j, t->rank, sizeof *dims);
	size_t bytes = (size_t)tensor_elements(t) * dtype_bytes(t->type->dtype);
	if (t->rank)
		memcpy(dims, t->dims, t->rank * sizeof *dims);
	out->dims = dims;
	out->data = job_alloc(j, bytes);
	if (bytes)
		memcpy(out->data, t->data, bytes);
}

/* ---- preparing a region --------------------------------------------------------------------- */

static uint32_t plan_find(const struct plan *p, const struct node *n)
{
	uint32_t lo = 0, hi = p->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (p->order[mid]->id < n->id)
			lo = mid + 1;
		else
			hi = mid;
	}
	assert(lo < p->n && p->order[lo] == n && "operands are in the region");
	return lo;
}

static bool is_scalar(const struct type *t)
{
	return t->kind == TYPE_tensor && !t->rank && !t->unranked && !t->quant;
}

static bool plan_of_scalars(const struct plan *p)
{
	for (uint32_t k = 0; k < p->n; k++) {
		const struct node *n = p->order[k];
		bool fits = (op_table[n->op].kind == OP_MAP && n->op != OP_map) ||
			    n->op == OP_parameter || (n->op == OP_constant && node_literal(n));
		if (!fits || !is_scalar(n->type) || n->nregions || node_has_effect(n))
			return false;
	}
	return true;
}

static void plan_kept(struct eval *e, struct plan *p)
{
	p->kept = job_array(e->j, p->n, sizeof *p->kept);
	for (uint32_t k = 0; k < p->n; k++)
		p->kept[k] = &value_tensor(e, p->order[k]->type, 0, NULL,
			dtype_bytes(p->order[k]->type->dtype))->t;
}

/* Which values die after which node: counted, then filled, by the node that uses them last. */
static void plan_deaths(struct eval *e, struct plan *p)
{
	uint32_t *last = job_array(e->j, p->n, sizeof *last);

	for (uint32_t k = 0; k < p->n; k++) {
		last[k] = k;
		for (uint32_t i = p->first[k]; i < p->first[k + 1]; i++)
			last[p->in[i]] = k;
	}
	for (uint32_t i = 0; i < p->r->nresults; i++)
		last[p->results[i]] = UINT32_MAX;
	p->die_first = job_array(e->j, (size_t)p->n + 2, sizeof *p->die_first);
	p->die = job_array(e->j, p->n, sizeof *p->die);
	for (uint32_t k = 0; k < p->n; k++) {
		const struct type *t = p->order[k]->type;
		if (t->kind == TYPE_tensor && dtype_is_int(t->dtype) && type_is_static(t) &&
		    type_elements(t) >= 0 && type_elements(t) <= SIZE_TENSOR)
			last[k] = UINT32_MAX;
		if (last[k] != UINT32_MAX)
			p->die_first[last[k] + 2]++;
	}
	for (uint32_t k = 1; k < p->n + 2; k++)
		p->die_first[k] += p->die_first[k - 1];
	for (uint32_t k = 0; k < p->n; k++)
		if (last[k] != UINT32_MAX)
			p->die[p->die_first[last[k] + 1]++] = k;
}

static struct plan *plan_get(struct eval *e, const struct region *r)
{
	struct plan **bucket = &e->plans[r->id % 64];

	for (struct plan *p = *bucket; p; p = p->next)
		if (p->r == r)
			return p;
	struct plan *p = job_alloc(e->j, sizeof *p);
	p->r = r;
	p->order = region_order(e->j, r, &p->n);
	p->first = job_array(e->j, (size_t)p->n + 1, sizeof *p->first);
	for (uint32_t k = 0; k < p->n; k++)
		p->first[k + 1] = p->first[k] + p->order[k]->nin;
	p->in = job_array(e->j, p->first[p->n], sizeof *p->in);
	for (uint32_t k = 0; k < p->n; k++)
		for (uint32_t i = 0; i < p->order[k]->nin; i++)
			p->in[p->first[k] + i] = plan_find(p, p->order[k]->in[i]);
	p->results = job_array(e->j, r->nresults, sizeof *p->results);
	for (uint32_t i = 0; i < r->nresults; i++)
		p->results[i] = plan_find(p, r->results[i]);
	plan_deaths(e, p);
	p->scalars = plan_of_scalars(p);
	if (p->scalars)
		plan_kept(e, p);
	p->next = *bucket;
	*bucket = p;
	e->nplans++;
	return p;
}

/* ---- running -------------------------------------------------------------------------------- */

static void parameter_check(struct call *c, const struct type *want, const struct tensor *t)
{
	if (want->kind != t->type->kind ||
		(want->kind == TYPE_tensor && want->dtype != t->type->dtype))
		eval_fail(c, WEFT_INVALID_ARGUMENT, "an argument of another type");
	if (want->kind != TYPE_tensor || want->unranked)
		return;
	if (want->rank != t->rank)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "an argument of rank %u where %u is wanted",
			t->rank, want->rank);
	eval_check_type(c, "an argument", want, t);
}

static struct tensor *token_new(struct eval *e, const struct type *type)
{
	return eval_pack(e, type, 0, NULL);
}

/* The results of c, with the effect's token where the node gives one, as the node's one value. */
static struct tensor *call_value(struct call *c)
{
	const struct type *t = c->n->type;

	if (t->kind != TYPE_results)
		return c->out[0];
	if (c->nout < t->n)
		c->out[c->nout++] = token_new(c->e, t->elem[t->n - 1]);
	struct tensor *v = eval_pack(c->e, t, t->n, c->out);
	for (uint32_t i = 0; i < t->n; i++)
		eval_drop(c->e, c->out[i]);
	return v;
}

static bool quant_any(const struct call *c)
{
	for (uint32_t i = 0; i < c->nin; i++)
		if (quant_is(c->in[i]->type))
			return true;
	for (uint32_t i = 0; i < c->nout; i++)
		if (quant_is(c->types[i]))
			return true;
	return false;
}

/* The rule of the specification for most quantised ops: dequantize, compute, quantize. */
static void call_quantised(struct call *c)
{
	struct tensor *in[16], **old_in = c->in;
	const struct type *types[16], **old_types = c->types;

	if (c->nin > 16 || c->nout > 16)
		eval_fail(c, WEFT_UNIMPLEMENTED, "more than 16 quantised operands");
	for (uint32_t i = 0; i < c->nin; i++)
		in[i] = quant_is(c->in[i]->type) ? quant_load(c, c->in[i]) : eval_keep(c->in[i]);
	for (uint32_t i = 0; i < c->nout; i++)
		types[i] = quant_is(c->types[i]) ? quant_float_type(c, c->types[i]) : c->types[i];
	c->in = in;
	c->types = types;
	eval_table[c->n->op](c);
	c->types = old_types;
	for (uint32_t i = 0; i < c->nout; i++) {
		struct tensor *t = c->out[i];
		if (!quant_is(c->types[i]))
			continue;
		quant_store(c, t, eval_new(c, i, t->rank, t->dims));
		eval_drop(c->e, t);
	}
	for (uint32_t i = 0; i < c->nin; i++)
		eval_drop(c->e, in[i]);
	c->in = old_in;
}

static void call_run(struct call *c)
{
	if (!quant_moves(c->n->op) && quant_any(c))
		call_quantised(c);
	else
		eval_table[c->n->op](c);
	/* A value that is given on may have been made by another type. */
	for (uint32_t i = 0; i < c->nout && !c->scratch; i++)
		eval_check_type(c, "the result", c->types[i], c->out[i]);
}

/* Runs one node of plan p, whose operands are in values; the result goes to values[k].  Scratch is
 * given back, or a loop would fill the memory, unless a region was prepared in it meanwhile. */
static void node_run(struct eval *e, const struct plan *p, uint32_t k, struct tensor **values)
{
	const struct node *n = p->order[k];
	const struct type *one_type = n->type;
	struct tensor *in_small[8], *out_small[4] = { NULL };
	struct job_mark scratch = job_mark(e->j);
	uint32_t nplans = e->nplans;
	const struct type *const *types = n->type->kind == TYPE_results ? n->type->elem : &one_type;
	struct call c = {
		.e = e, .n = n, .nin = n->nin, .nout = 1, .in = in_small, .out = out_small
	};

	c.types = (const struct type **)(uintptr_t)types;
	if (n->type->kind == TYPE_results)
		c.nout = n->type->n;
	if (node_has_effect(n)) {
		c.nin--;
		if (n->type->kind == TYPE_results)
			c.nout--;
		else
			c.nout = 0;
	}
	if (c.nin > 8)
		c.in = job_array(e->j, c.nin, sizeof *c.in);
	if (c.nout > 3)
		c.out = job_array(e->j, (size_t)c.nout + 1, sizeof *c.out);
	for (uint32_t i = 0; i < c.nin; i++)
		c.in[i] = values[p->in[p->first[k] + i]];
	if (p->scalars) {
		c.scratch = true;
		c.out[0] = p->kept[k];
	}
	call_run(&c);
	values[k] =
		c.nout || n->type->kind == TYPE_results ? call_value(&c) : token_new(e, n->type);
	if (nplans == e->nplans)
		job_reset(e->j, scratch);
}

/* Of whoever runs the region: op, or where that is NULL the caller. */
static struct tensor *argument(
	struct eval *e, const struct node *op, const struct node *n, struct frame *f)
{
	int64_t i = node_int(n, KEY_index, 0);

	if (i >= f->nargs && n->type->kind == TYPE_token)
		return token_new(e, n->type);
	struct call c = { .e = e, .n = op ? op : n };
	if (i >= f->nargs)
		eval_fail(&c, WEFT_INVALID_ARGUMENT, "argument %lld is missing", (long long)i);
	parameter_check(&c, n->type, f->args[i]);
	return eval_keep(f->args[i]);
}

static void run_scalars(struct call *c, const struct plan *p, struct frame *f,
	struct tensor **results)
{
	for (uint32_t k = 0; k < p->n; k++) {
		const struct node *n = p->order[k];
		if (n->op == OP_parameter)
			memcpy(p->kept[k]->data, f->args[node_int(n, KEY_index, 0)]->data,
				dtype_bytes(n->type->dtype));
		else
			node_run(c->e, p, k, p->kept);
	}
	for (uint32_t i = 0; i < p->r->nresults; i++)
		results[i] = eval_keep(p->kept[p->results[i]]);
}

void eval_run(struct call *c, const struct region *r, uint32_t nargs, struct tensor **args,
	struct tensor **results)
{
	struct eval *e = c->e;
	struct plan *p = plan_get(e, r);
	struct frame f = { .outer = e->top, .p = p, .nargs = nargs, .args = args };

	e->ran += p->n;
	if (p->scalars) {
		run_scalars(c, p, &f, results);
		return;
	}
	struct value *room = value_new(e, mem_size(p->n, sizeof *f.values));
	f.values = (struct tensor **)(room + 1);
	e->top = &f;
	for (uint32_t k = 0; k < p->n; k++) {
		if (p->order[k]->op == OP_parameter)
			f.values[k] = argument(e, c->n, p->order[k], &f);
		else
			node_run(e, p, k, f.values);
		for (uint32_t i = k ? p->die_first[k] : 0; i < p->die_first[k + 1]; i++) {
			eval_drop(e, f.values[p->die[i]]);
			f.values[p->die[i]] = NULL;
		}
	}
	for (uint32_t i = 0; i < r->nresults; i++)
		results[i] = eval_keep(f.values[p->results[i]]);
	for (uint32_t k = 0; k < p->n; k++)
		eval_drop(e, f.values[k]);
	e->top = f.outer;
	eval_drop(e, &room->t);
}

static _Atomic uint64_t ran;

void eval_region(struct job *j, const struct graph *g, const struct region *r,
	const struct eval_options *o, const struct tensor *args, struct tensor *results)
{
	struct eval *e = job_alloc(j, sizeof *e);
	struct call c = { .e = e };
	uint32_t nargs = 0, nresults = r->nresults;

	*e = (struct eval){ .j = j, .g = g, .o = o };
	job_defer(j, eval_end, e);
	while (nargs < r->nparams && r->params[nargs]->kind != TYPE_token)
		nargs++;
	/* a token among the others is given by the caller */
	if (nargs + 1 < r->nparams)
		nargs = r->nparams;
	struct tensor **in = job_array(j, r->nparams, sizeof *in);
	struct tensor **out = job_array(j, nresults, sizeof *out);
	for (uint32_t i = 0; i < nargs; i++)
		in[i] = value_borrow(e, &args[i]);
	eval_run(&c, r, nargs, in, out);
	for (uint32_t i = 0; i < nresults; i++)
		tensor_copy(j, out[i], &results[i]);
	atomic_fetch_add_explicit(&ran, e->ran, memory_order_relaxed);
	eval_end(e, false);
	e->live = NULL;
}

uint64_t eval_count(void)
{
	return atomic_load_explicit(&ran, memory_order_relaxed);
}

/* ---- what ops ask --------------------------------------------------------------------------- */

int64_t eval_index(const struct tensor *t, int64_t i)
{
	int64_t v = dtype_load_i64(t->type->dtype, tensor_at(t, i));

	return v < 0 && dtype_is_unsigned(t->type->dtype) ? INT64_MAX : v;
}

const int64_t *eval_ints_any(const struct call *c, enum key k, uint32_t *n)
{
	return node_ints(c->n, k, n);
}

const int64_t *eval_ints(const struct call *c, enum key k, uint32_t n)
{
	uint32_t have;
	const int64_t *v = node_ints(c->n, k, &have);

	if (have != n)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "%s has %u entries, wanted %u", key_names[k],
			have, n);
	return v;
}

static const struct frame *frame_outermost(const struct eval *e)
{
	const struct frame *f = e->top;

	while (f && f->outer)
		f = f->outer;
	return f;
}

static bool dim_value_now(const struct eval *e, const struct dim_expr *x, int64_t *out)
{
	for (const struct frame *f = e->top; f; f = f->outer)
		for (uint32_t k = 0; k < f->p->n; k++)
			if (f->p->order[k] == x->node && f->values[k] &&
				x->a < tensor_elements(f->values[k])) {
				*out = eval_index(f->values[k], x->a);
				return true;
			}
	return false;
}

static int64_t floordiv(int64_t a, int64_t b)
{
	return b == 0 ? 0 : a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* False: d depends on a symbol that has no value here. Expressions nest no deeper than the
 * dimension arithmetic of the program. */
static bool dim_now(const struct eval *e, int64_t d, int depth, int64_t *out)
{
	int64_t a, b;

	if (dim_is_number(d)) {
		*out = d;
		return true;
	}
	const struct dim_expr *x = dim_get(e->g, d);
	const struct frame *f = frame_outermost(e);
	if (depth > 1000 || x->op == DIM_free)
		return false;
	if (x->op == DIM_value)
		return dim_value_now(e, x, out);
	if (x->op == DIM_arg) {
		const struct func *m = graph_main(e->g);
		if (!f || !m || f->p->r != m->region || x->a >= f->nargs ||
			x->b >= f->args[x->a]->rank)
			return false;
		*out = f->args[x->a]->dims[x->b];
		return true;
	}
	if (!dim_now(e, x->a, depth + 1, &a) || !dim_now(e, x->b, depth + 1, &b))
		return false;
	switch (x->op) {
	case DIM_add: *out = a + b; return true;
	case DIM_mul: *out = a * b; return true;
	case DIM_floordiv: *out = floordiv(a, b); return true;
	case DIM_mod: *out = b ? a - floordiv(a, b) * b : 0; return true;
	case DIM_min: *out = a < b ? a : b; return true;
	case DIM_max: *out = a > b ? a : b; return true;
	default: return false;
	}
}

bool eval_static_dims(const struct call *c, uint32_t i, int64_t *dims)
{
	const struct type *t = c->types[i];

	if (t->unranked)
		return false;
	for (uint32_t d = 0; d < t->rank; d++)
		if (!dim_now(c->e, t->dims[d], 0, &dims[d]))
			return false;
	return true;
}
