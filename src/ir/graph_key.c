/* graph_key.c -- what a compilation of a function depends on, as bytes.
 *
 * The bytes are a function of content only: no address, id or hash enters them, so two processes
 * that read the same program get the same bytes, and so does one that compiled it before.
 * Regions, types, symbols and slots are numbered by first use and written where they are first
 * used; nodes are written operands first, from the results down.  Whatever has a length says so
 * first, so no two graphs share their bytes.
 *
 * Locations are left out.  A slot in a file or bound later is its description: the weight is not
 * read. A slot with data of its own is its bytes' hash, since an artifact holds the bytes
 * themselves. */
#include "base/str.h"
#include "ir/graph_impl.h"
#include "ir/node_map.h"
#include <string.h>

struct key_writer {
	const struct graph *g;
	struct job *job;
	struct str *out;
	uint32_t *types, *dims, *slots, *regions; /* number by id or index, plus one; 0: not seen */
	uint32_t ntypes, ndims, nslots, nregions, cap;
	const struct region **todo;                  /* by number */
	struct node_map nodes; /* of the region at hand: its number, as a pointer */
};

static void put(struct key_writer *w, uint64_t v)
{
	unsigned char b[10];
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)                   /* LEB128: small numbers are one byte */
		b[n++] = (unsigned char)(v | 0x80);
	b[n++] = (unsigned char)v;
	str_add_bytes(w->out, b, n);
}

static void put_int(struct key_writer *w, int64_t v)
{
	put(w, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}

static void put_bytes(struct key_writer *w, const void *p, size_t n)
{
	put(w, n);
	str_add_bytes(w->out, p, n);
}

static void put_text(struct key_writer *w, const char *s)
{
	put(w, s != NULL);
	if (s)
		put_bytes(w, s, strlen(s));
}

/* The number of an id, and whether it was seen before. */
static bool put_number(struct key_writer *w, uint32_t *table, uint32_t *count, uint32_t id)
{
	bool seen = table[id] != 0;

	if (!seen)
		table[id] = ++*count;
	put(w, table[id]);
	return seen;
}

/* Expressions are few and shallow, sums of hundreds of symbols aside. */
static void put_dim(struct key_writer *w, int64_t d, int depth)
{
	put_int(w, d >= 0 ? d : -1);
	if (d >= 0 || put_number(w, w->dims, &w->ndims, (uint32_t)(-1 - d)))
		return;
	if (depth > 10000)
		job_fail(w->job, WEFT_RESOURCE_EXHAUSTED,
			"the size of a dimension is too complicated");
	const struct dim_expr *e = dim_get(w->g, d);
	put(w, (uint64_t)e->op);
	put_int(w, e->min);
	put_int(w, e->max);
	switch (e->op) {
	case DIM_free:
		break;
	case DIM_arg: case DIM_number:
		put_int(w, e->a);
		put_int(w, e->b);
		break;
	case DIM_value:
		put_int(w, e->a);
		put(w, (uint64_t)(uintptr_t)node_map_get(&w->nodes, e->node));
		break;
	default:
		put_dim(w, e->a, depth + 1);
		put_dim(w, e->b, depth + 1);
	}
}

static void put_quant(struct key_writer *w, const struct quant *q)
{
	put_text(w, dtype_table[q->expressed].text);
	put_int(w, q->min);
	put_int(w, q->max);
	put_int(w, q->axis);
	put_bytes(w, q->scales, q->n * sizeof *q->scales);
	put_bytes(w, q->zeros, q->n * sizeof *q->zeros);
}

static void put_type(struct key_writer *w, const struct type *t)
{
	if (put_number(w, w->types, &w->ntypes, t->id))
		return;
	put(w, (uint64_t)t->kind);
	put_text(w, dtype_table[t->dtype].text);
	put(w, t->unranked);
	put(w, t->rank);
	for (uint32_t i = 0; i < t->rank; i++)
		put_dim(w, t->dims[i], 0);
	put(w, t->bounds != NULL);
	for (uint32_t i = 0; t->bounds && i < t->rank; i++)
		put_int(w, t->bounds[i]);
	put(w, t->quant != NULL);
	if (t->quant)
		put_quant(w, t->quant);
	put_text(w, t->encoding);
	put(w, t->n);
	for (uint32_t i = 0; i < t->n; i++)
		put_type(w, t->elem[i]);
}

static void put_attr(struct key_writer *w, const struct attr *a)
{
	put(w, (uint64_t)a->kind);
	put(w, a->type != NULL);
	if (a->type)
		put_type(w, a->type);
	switch (a->kind) {
	case ATTR_int: case ATTR_bool: put_int(w, a->i); break;
	case ATTR_float: put_bytes(w, &a->f, sizeof a->f); break;
	case ATTR_str: case ATTR_raw: put_text(w, a->s); break;
	case ATTR_ints: put_bytes(w, a->ints, a->n * sizeof *a->ints); break;
	case ATTR_dense:
		put_type(w, a->dense->type);
		put(w, a->dense->splat);
		put_bytes(w, a->dense->data, a->dense->bytes);
		break;
	case ATTR_list:
		put(w, a->n);
		for (uint32_t i = 0; i < a->n; i++)
			put_attr(w, a->list[i]);
		break;
	case ATTR_type: break;
	}
}

static void put_slot(struct key_writer *w, uint32_t i)
{
	if (i >= w->g->now.nslots || put_number(w, w->slots, &w->nslots, i))
		return;
	const struct slot *s = w->g->slots[i];
	put(w, (uint64_t)s->kind);
	put_text(w, s->name);
	put_type(w, s->type);
	put(w, s->offset);
	put(w, s->bytes);
	if (s->kind == SLOT_data) {
		int64_t bytes = type_bytes(s->type);
		uint64_t h[2] = { 0, 0 };
		for (int k = 0; k < 2 && bytes > 0; k++)
			h[k] = hash_bytes(s->data, (size_t)bytes, (uint64_t)k + 1);
		put_bytes(w, h, sizeof h);
	}
}

static void put_attrs(struct key_writer *w, const struct attrs *a)
{
	put(w, a ? a->n : 0);
	for (uint32_t i = 0; a && i < a->n; i++) {
		const struct attr_entry *e = &a->e[i];
		put_text(w, key_names[e->key]);
		put_text(w, e->name);
		if (e->key == KEY_slot)
			put_slot(w, (uint32_t)e->value->i);
		else
			put_attr(w, e->value);
	}
}

static void put_region(struct key_writer *w, const struct region *r)
{
	if (put_number(w, w->regions, &w->nregions, r->id))
		return;
	if (w->nregions > w->cap) {
		uint32_t cap = w->cap ? w->cap * 2 : 16;
		w->todo = job_grow(w->job, w->todo, w->cap, cap, sizeof *w->todo);
		w->cap = cap;
	}
	w->todo[w->nregions - 1] = r;
}

static void put_node(struct key_writer *w, const struct node *n)
{
	put_text(w, op_table[n->op].name);
	put(w, n->nin);
	for (uint32_t i = 0; i < n->nin; i++)
		put(w, (uint64_t)(uintptr_t)node_map_get(&w->nodes, n->in[i]));
	put_type(w, n->type);
	put_attrs(w, n->attrs);
	put(w, n->nregions);
	for (uint32_t i = 0; i < n->nregions; i++)
		put_region(w, n->regions[i]);
	uintptr_t number = (uintptr_t)w->nodes.used + 1;
	node_map_set(&w->nodes, n, (const void *)number);
}

/* n and what it needs, operands first: a walk with a stack of its own. */
struct key_frame {
	const struct node *n;
	uint32_t next;
};
struct key_stack {
	struct key_frame *v;
	uint32_t n, cap;
};

static void key_push(struct key_writer *w, struct key_stack *s, const struct node *n)
{
	if (s->n == s->cap) {
		uint32_t cap = s->cap ? s->cap * 2 : 64;
		s->v = job_grow(w->job, s->v, s->cap, cap, sizeof *s->v);
		s->cap = cap;
	}
	s->v[s->n++] = (struct key_frame){ n, 0 };
}

static void put_nodes(struct key_writer *w, struct key_stack *s, const struct node *root)
{
	if (!node_map_get(&w->nodes, root))
		key_push(w, s, root);
	while (s->n) {
		struct key_frame *f = &s->v[s->n - 1];
		const struct node *n = f->n;
		if (f->next < n->nin) {
			const struct node *in = n->in[f->next++];
			if (!node_map_get(&w->nodes, in))
				key_push(w, s, in);
			continue;
		}
		s->n--;
		if (!node_map_get(&w->nodes, n))
			put_node(w, n);
	}
}

static void put_body(struct key_writer *w, const struct region *r)
{
	struct key_stack stack = { NULL, 0, 0 };

	node_map_init(&w->nodes, w->job);
	put(w, r->nparams);
	for (uint32_t i = 0; i < r->nparams; i++)
		put_type(w, r->params[i]);
	for (uint32_t i = 0; i < r->nresults; i++)
		put_nodes(w, &stack, r->results[i]);
	put(w, r->nresults);
	for (uint32_t i = 0; i < r->nresults; i++)
		put(w, (uint64_t)(uintptr_t)node_map_get(&w->nodes, r->results[i]));
}

void graph_key(struct job *j, const struct graph *g, const struct func *f, struct str *out)
{
	struct key_writer w = { .g = g, .job = j, .out = out };
	const struct region *r = f->region;

	w.types = job_array(j, (size_t)g->now.ntypes + 1, sizeof *w.types);
	w.dims = job_array(j, (size_t)g->now.ndims + 1, sizeof *w.dims);
	w.slots = job_array(j, (size_t)g->now.nslots + 1, sizeof *w.slots);
	w.regions = job_array(j, (size_t)g->now.nregions + 1, sizeof *w.regions);
	node_map_init(&w.nodes, j);
	put_attrs(&w, g->now.module_attrs);
	put_attrs(&w, f->attrs);
	for (uint32_t i = 0; i < r->nparams; i++) {
		put_attrs(&w, f->param_attrs ? f->param_attrs[i] : NULL);
		put_text(&w, f->param_names ? f->param_names[i] : NULL);
	}
	for (uint32_t i = 0; i < r->nresults; i++)
		put_attrs(&w, f->result_attrs ? f->result_attrs[i] : NULL);
	put_region(&w, r);
	for (uint32_t i = 0; i < w.nregions; i++)
		put_body(&w, w.todo[i]);
}
