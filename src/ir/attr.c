/* attr.c -- attributes: consed values, and consed sets of them sorted by key. */
#include "ir/graph_impl.h"
#include <stdlib.h>
#include <string.h>

const char *const key_names[KEY_COUNT] = {
	[KEY_none] = "",
#define KEY(name, kind) [KEY_##name] = #name,
#include "ir/key.def"
#undef KEY
};
const enum attr_kind key_kinds[KEY_COUNT] = {
#define KEY(name, kind) [KEY_##name] = ATTR_##kind,
#include "ir/key.def"
#undef KEY
};

enum key key_find(const char *name, size_t len)
{
	for (int k = KEY_none + 1; k < KEY_COUNT; k++)
		if (key_names[k][0] == *name && strlen(key_names[k]) == len &&
			!memcmp(key_names[k], name, len))
			return (enum key)k;
	return KEY_none;
}

/* ---- values --------------------------------------------------------------------------------- */

static uint64_t double_bits(double d)
{
	uint64_t u;

	memcpy(&u, &d, sizeof u);
	return u;
}

static uint64_t attr_hash(const struct attr *a)
{
	uint64_t h = hash_mix((uint64_t)a->kind, a->type ? a->type->hash : 0);

	switch (a->kind) {
	case ATTR_int: case ATTR_bool:
		return hash_mix(h, (uint64_t)a->i);
	case ATTR_float:
		return hash_mix(h, double_bits(a->f));
	case ATTR_str: case ATTR_raw:
		return hash_bytes(a->s, strlen(a->s), h);
	case ATTR_ints:
		return hash_bytes(a->ints, a->n * sizeof *a->ints, h);
	case ATTR_dense:
		h = hash_mix(h, a->dense->type->hash ^ a->dense->splat);
		return hash_bytes(a->dense->data, a->dense->bytes, h);
	case ATTR_list:
		h = hash_mix(h, a->n);
		for (uint32_t i = 0; i < a->n; i++)
			h = hash_mix(h, a->list[i]->hash);
		return h;
	case ATTR_type:
		break;
	}
	return h;
}

static bool attr_eq(const void *item, const void *key)
{
	const struct attr *a = item, *b = key;

	if (a->kind != b->kind || a->type != b->type)
		return false;
	switch (a->kind) {
	case ATTR_int: case ATTR_bool:
		return a->i == b->i;
	case ATTR_float:
		return double_bits(a->f) == double_bits(b->f);
	case ATTR_str: case ATTR_raw:
		return !strcmp(a->s, b->s);
	case ATTR_ints:
		return a->n == b->n && (!a->n || !memcmp(a->ints, b->ints, a->n * sizeof *a->ints));
	case ATTR_list:
		return a->n == b->n &&
		       (!a->n || !memcmp(a->list, b->list, a->n * sizeof(*a->list)));
	case ATTR_dense:
		return a->dense->type == b->dense->type && a->dense->splat == b->dense->splat &&
		       a->dense->bytes == b->dense->bytes &&
		       (!a->dense->bytes ||
			       !memcmp(a->dense->data, b->dense->data, a->dense->bytes));
	case ATTR_type:
		break;
	}
	return true;
}

/* Only the fields of its kind are kept, so that what lies in the others does not matter. */
static void *attr_make(struct graph *g, const void *key, uint64_t hash)
{
	const struct attr *a = key;
	struct attr *c = graph_alloc(g, sizeof *c);

	c->kind = a->kind;
	c->type = a->type;
	c->hash = hash;
	switch (a->kind) {
	case ATTR_int: case ATTR_bool:
		c->i = a->i;
		break;
	case ATTR_float:
		c->f = a->f;
		break;
	case ATTR_str: case ATTR_raw:
		c->s = graph_string(g, a->s, strlen(a->s));
		break;
	case ATTR_ints:
		c->n = a->n;
		c->ints = graph_copy(g, a->ints, a->n, sizeof *a->ints);
		break;
	case ATTR_list:
		c->n = a->n;
		c->list = graph_copy(g, a->list, a->n, sizeof *a->list);
		break;
	case ATTR_dense: {
		struct literal *l = graph_copy(g, a->dense, 1, sizeof *l);
		l->data = graph_copy(g, l->data, l->bytes, 1);
		c->dense = l;
		break;
	}
	case ATTR_type:
		break;
	}
	return c;
}

static const struct attr *attr_cons(struct graph *g, const struct attr *a)
{
	return graph_cons(g, &g->attrs, attr_hash(a), attr_eq, attr_make, a);
}

const struct attr *attr_int(struct graph *g, int64_t v)
{
	return attr_cons(g, &(struct attr){ .kind = ATTR_int, .i = v });
}

const struct attr *attr_bool(struct graph *g, bool v)
{
	return attr_cons(g, &(struct attr){ .kind = ATTR_bool, .i = v });
}

const struct attr *attr_float(struct graph *g, double v)
{
	return attr_cons(g, &(struct attr){ .kind = ATTR_float, .f = v });
}

const struct attr *attr_str(struct graph *g, const char *s)
{
	return attr_cons(g, &(struct attr){ .kind = ATTR_str, .s = s });
}

const struct attr *attr_raw(struct graph *g, const char *s)
{
	return attr_cons(g, &(struct attr){ .kind = ATTR_raw, .s = s });
}

const struct attr *attr_ints(struct graph *g, uint32_t n, const int64_t *v)
{
	return attr_cons(g, &(struct attr){ .kind = ATTR_ints, .n = n, .ints = v });
}

const struct attr *attr_list(struct graph *g, uint32_t n, const struct attr *const *v)
{
	return attr_cons(g, &(struct attr){ .kind = ATTR_list, .n = n, .list = v });
}

const struct attr *attr_type(struct graph *g, const struct type *t)
{
	return attr_cons(g, &(struct attr){ .kind = ATTR_type, .type = t });
}

const struct attr *attr_dense(
	struct graph *g, const struct type *type, bool splat, const void *data)
{
	int64_t bytes = splat ? (int64_t)dtype_bytes(type->dtype) : type_bytes(type);

	if (bytes < 0)
		job_fail(graph_job(g), WEFT_INVALID_ARGUMENT,
			"a literal needs a shape of known size that fits in memory");
	struct literal l = { type, splat, (size_t)bytes, data };
	return attr_cons(g, &(struct attr){ .kind = ATTR_dense, .dense = &l });
}

/* ---- sets ----------------------------------------------------------------------------------- */

static int entry_compare(const void *one, const void *other)
{
	const struct attr_entry *a = one, *b = other;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (!a->name || !b->name)
		return !!a->name - !!b->name;
	return strcmp(a->name, b->name);
}

static bool attrs_eq(const void *item, const void *key)
{
	const struct attrs *a = item, *b = key;

	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (a->e[i].key != b->e[i].key || a->e[i].value != b->e[i].value ||
				a->e[i].name != b->e[i].name)   /* both are interned */
			return false;
	return true;
}

static void *attrs_make(struct graph *g, const void *key, uint64_t hash)
{
	const struct attrs *a = key;
	struct attrs *c = graph_alloc(g, sizeof *c + mem_size(a->n, sizeof *a->e));
	struct attr_entry *e = (struct attr_entry *)(c + 1);

	*c = (struct attrs){ a->n, e, hash };
	if (a->n)
		memcpy(e, a->e, a->n * sizeof *e);
	return c;
}

const struct attrs *attrs_cons(struct graph *g, uint32_t n, const struct attr_entry *e)
{
	struct attr_entry few[16], *sorted = few;
	uint64_t h = n;

	if (n > sizeof few / sizeof few[0])
		sorted = job_array(graph_job(g), n, sizeof *sorted);
	for (uint32_t i = 0; i < n; i++) {      /* most sets are small: sorted by insertion */
		struct attr_entry x = e[i];
		uint32_t at = i;
		x.name = x.name ? graph_string(g, x.name, strlen(x.name)) : NULL;
		for (; sorted == few && at && entry_compare(&sorted[at - 1], &x) > 0; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = x;
	}
	if (sorted != few)
		qsort(sorted, n, sizeof *sorted, entry_compare);
	for (uint32_t i = 0; i < n; i++) {
		if (i && !entry_compare(&sorted[i - 1], &sorted[i]))
			job_fail(graph_job(g), WEFT_INVALID_ARGUMENT, "attribute %s is given twice",
				sorted[i].name ? sorted[i].name : key_names[sorted[i].key]);
		h = hash_mix(h, (uint64_t)sorted[i].key);
		if (sorted[i].name)
			h = hash_bytes(sorted[i].name, strlen(sorted[i].name), h);
		h = hash_mix(h, sorted[i].value->hash);
	}
	return graph_cons(
		g, &g->attr_sets, h, attrs_eq, attrs_make, &(struct attrs){ n, sorted, 0 });
}

const struct attr *attrs_find(const struct attrs *a, enum key k)
{
	for (uint32_t i = 0; a && i < a->n && a->e[i].key <= k; i++)
		if (a->e[i].key == k)
			return a->e[i].value;
	return NULL;
}
