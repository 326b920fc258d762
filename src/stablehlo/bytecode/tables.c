/* tables.c -- the tables of a file being written, and the file from them. */
#include "stablehlo/bytecode/write_impl.h"
#include <string.h>

/* ---- numbers -------------------------------------------------------------------------------- */

void put_varint(struct str *s, uint64_t v)
{
	for (int more = 0; more < 8; more++) {
		if (v >> (7 * (more + 1)))
			continue;
		v = v << (more + 1) | (uint64_t)1 << more;
		str_add_bytes(s, &v, (size_t)more + 1);
		return;
	}
	str_addc(s, 0);
	str_add_bytes(s, &v, 8);
}

void put_signed(struct str *s, int64_t v)
{
	put_varint(s, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

void put_bits(struct str *s, int width, uint64_t v)
{
	if (width <= 8)
		str_addc(s, (char)v);
	else
		put_signed(s, (int64_t)v);
}

void put_f64(struct str *s, double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof bits);
	put_bits(s, 64, bits);
}

/* ---- interning ------------------------------------------------------------------------------ */

void tables_init(struct bc_out *o)
{
	struct out_table *const all[] = { &o->strings, &o->dialects, &o->ops, &o->attrs, &o->types,
		&o->properties };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		names_init(&all[i]->index, o->j);
}

/* The key is the item's bytes behind its dialect and form, so that equal keys are equal items. */
static uint32_t intern(struct bc_out *o, struct out_table *t, uint32_t dialect, bool custom,
	const void *bytes, size_t n)
{
	const uint32_t head[2] = { dialect, custom };
	char *key = job_alloc(o->j, sizeof head + n + 1);

	memcpy(key, head, sizeof head);
	if (n)
		memcpy(key + sizeof head, bytes, n);
	const struct name_entry *e = names_find(&t->index, key, sizeof head + n);
	if (e)
		return e->count;
	names_add(&t->index, key, sizeof head + n, NULL, t->n);
	if (t->n == t->cap) {
		uint32_t to = t->cap ? t->cap * 2 : 64;
		t->items = job_grow(o->j, t->items, t->cap, to, sizeof *t->items);
		t->cap = to;
	}
	t->items[t->n] = (struct out_item){ dialect, custom, key + sizeof head, n };
	return t->n++;
}

uint32_t out_string(struct bc_out *o, const char *s, size_t n)
{
	return intern(o, &o->strings, 0, false, s, n);
}

static uint32_t out_dialect(struct bc_out *o, const char *name)
{
	return intern(o, &o->dialects, 0, false, name, strlen(name));
}

uint32_t out_op(struct bc_out *o, const char *dialect, const char *name)
{
	return intern(o, &o->ops, out_dialect(o, dialect), false, name, strlen(name));
}

uint32_t out_attr(struct bc_out *o, const char *dialect, bool custom, const struct str *body)
{
	return intern(o, &o->attrs, out_dialect(o, dialect), custom, body->text, body->len);
}

uint32_t out_type(struct bc_out *o, const char *dialect, bool custom, const struct str *body)
{
	return intern(o, &o->types, out_dialect(o, dialect), custom, body->text, body->len);
}

uint32_t out_properties(struct bc_out *o, const struct str *body)
{
	return intern(o, &o->properties, 0, false, body->text, body->len);
}

void needs(const struct bc_out *o, int since, const char *what)
{
	if (o->version >= since)
		return;
	job_fail_at(o->j, WEFT_INVALID_ARGUMENT, o->at,
		"%s%s%s needs version %d.%d.0; the target is %d.%d.0", o->op ? o->op : "",
		o->op ? ": " : "", what, since / 100, since % 100, o->version / 100,
		o->version % 100);
}

/* ---- the file ------------------------------------------------------------------------------- */

static void put_section(struct str *out, enum section id, const struct str *body)
{
	str_addc(out, (char)id);
	put_varint(out, body->len);
	str_add_bytes(out, body->text, body->len);
}

/* Runs of one dialect: number, length, then each item by put. */
static void put_groups(struct bc_out *o, const struct out_table *t, struct str *s,
	void (*put)(struct bc_out *o, const struct out_item *item, struct str *s))
{
	for (uint32_t i = 0; i < t->n;) {
		uint32_t end = i;
		while (end < t->n && t->items[end].dialect == t->items[i].dialect)
			end++;
		put_varint(s, t->items[i].dialect);
		put_varint(s, end - i);
		for (; i < end; i++)
			put(o, &t->items[i], s);
	}
}

static void put_op_name(struct bc_out *o, const struct out_item *item, struct str *s)
{
	uint32_t i = out_string(o, item->bytes, item->n);

	put_varint(s, o->format >= 5 ? i << 1 | 1 : i);      /* registered */
}

static void put_size(struct bc_out *o, const struct out_item *item, struct str *s)
{
	(void)o;
	put_varint(s, (uint64_t)item->n << 1 | item->custom);
}

static void put_dialects(struct bc_out *o, struct str *s)
{
	put_varint(s, o->dialects.n);
	for (uint32_t i = 0; i < o->dialects.n; i++) {
		const struct out_item *d = &o->dialects.items[i];
		uint64_t name = out_string(o, d->bytes, d->n);
		put_varint(s, o->format >= 1 ? name << 1 : name);    /* without a version */
	}
	if (o->format >= 4)
		put_varint(s, o->ops.n);
	put_groups(o, &o->ops, s, put_op_name);
}

static void put_bodies(const struct out_table *t, struct str *s)
{
	for (uint32_t i = 0; i < t->n; i++)
		str_add_bytes(s, t->items[i].bytes, t->items[i].n);
}

static void put_strings(struct bc_out *o, struct str *s)
{
	const struct out_table *t = &o->strings;

	put_varint(s, t->n);
	for (uint32_t i = t->n; i-- > 0;)
		put_varint(s, t->items[i].n + 1);
	for (uint32_t i = 0; i < t->n; i++) {
		str_add_bytes(s, t->items[i].bytes, t->items[i].n);
		str_addc(s, 0);
	}
}

void out_file(struct bc_out *o, const struct str *ir, struct str *out)
{
	struct str s[SECTION_COUNT];

	for (int i = 0; i < SECTION_COUNT; i++)
		str_init(&s[i], o->j);
	put_dialects(o, &s[SECTION_dialect]);
	put_varint(&s[SECTION_attr_type_offset], o->attrs.n);
	put_varint(&s[SECTION_attr_type_offset], o->types.n);
	put_groups(o, &o->attrs, &s[SECTION_attr_type_offset], put_size);
	put_groups(o, &o->types, &s[SECTION_attr_type_offset], put_size);
	put_bodies(&o->attrs, &s[SECTION_attr_type]);
	put_bodies(&o->types, &s[SECTION_attr_type]);
	put_varint(&s[SECTION_properties], o->properties.n);
	for (uint32_t i = 0; i < o->properties.n; i++) {
		put_varint(&s[SECTION_properties], o->properties.items[i].n);
		str_add_bytes(&s[SECTION_properties], o->properties.items[i].bytes,
			o->properties.items[i].n);
	}
	put_strings(o, &s[SECTION_string]);
	str_add(out, "ML\xEFR");
	put_varint(out, o->format);
	str_addf(out, "StableHLO_v%d.%d.0", o->version / 100, o->version % 100);
	str_addc(out, 0);
	put_section(out, SECTION_dialect, &s[SECTION_dialect]);
	put_section(out, SECTION_attr_type_offset, &s[SECTION_attr_type_offset]);
	put_section(out, SECTION_attr_type, &s[SECTION_attr_type]);
	put_section(out, SECTION_ir, ir);
	put_section(out, SECTION_string, &s[SECTION_string]);
	if (o->format >= 5)
		put_section(out, SECTION_properties, &s[SECTION_properties]);
}
