/* write_field.c -- the fields of VHLO's ops: a node's attributes in the forms that vhlo.def's slots
 * say, and the default of each that the node leaves out. */
#include "base/file.h"
#include "stablehlo/bytecode/write_impl.h"
#include <stdlib.h>
#include <string.h>

static const enum vhlo_attr enum_codes[] = { [VS_api_version] = VHLO_api_version,
	[VS_comparison_direction] = VHLO_comparison_direction,
	[VS_comparison_type] = VHLO_comparison_type,
	[VS_fft_type] = VHLO_fft_type,
	[VS_rng_algorithm] = VHLO_rng_algorithm,
	[VS_rng_distribution] = VHLO_rng_distribution,
	[VS_transpose] = VHLO_transpose };

/* A list of integers in the form of its slot. */
static uint32_t write_ints(struct bc_out *o, enum vhlo_stored stored, uint32_t n, const int64_t *v)
{
	int64_t dims[2] = { n, 2 };

	if (stored == VS_pairs)
		dims[0] = n / 2;
	return out_integers(
		o, stored == VS_bools ? DTYPE_i1 : DTYPE_i64, stored == VS_pairs ? 2 : 1, dims, v);
}

static uint32_t write_precisions(struct bc_out *o, uint32_t n, const char *const *words)
{
	uint32_t *v = job_array(o->j, n, sizeof *v);

	for (uint32_t i = 0; i < n; i++)
		v[i] = out_word(o, VHLO_precision, words[i], strlen(words[i]));
	return out_array(o, n, v);
}

/* A field of #stablehlo.dot_algorithm<..>; NULL: there is no algorithm. */
static uint32_t write_algorithm(struct bc_out *o, const char *text, const char *name)
{
	if (!text)
		return out_none_attr(o);
	const char *at = strstr(text, job_printf(o->j, "%s = ", name));
	if (!at)
		job_fail_at(o->j, WEFT_INVALID_ARGUMENT, o->at, "%s: the algorithm has no %s",
			o->op, name);
	at += strlen(name) + 3;
	char *value = job_printf(o->j, "%.*s", (int)strcspn(at, ",>"), at);
	char *end;
	long long v = strtoll(value, &end, 10);
	return out_of_text(o, end > value && !*end ? job_printf(o->j, "%lld : i64", v) : value);
}

static uint32_t write_default(struct bc_out *o, const struct vhlo_slot *slot, int64_t extent)
{
	const char *d = slot->otherwise;
	const char *const words[] = { d, d };
	bool pairs = slot->stored == VS_pairs;

	if (slot->stored == VS_algorithm)
		return write_algorithm(o, NULL, slot->name);
	if (!*d)
		job_fail_at(o->j, WEFT_UNIMPLEMENTED, o->at, "%s: the attribute %s is missing",
			o->op, slot->name);
	switch (slot->stored) {
	case VS_int:
	case VS_int32:
		return out_integer(
			o, slot->stored == VS_int ? DTYPE_i64 : DTYPE_i32, strtoll(d, NULL, 10));
	case VS_bool: return out_bool(o, !strcmp(d, "true"));
	case VS_string: return out_string_attr(o, "");
	case VS_ints:
	case VS_bools:
	case VS_pairs: {
		int64_t n = d[1] == '.' && extent > 0 ? extent * (pairs ? 2 : 1) : 0;
		int64_t *v = job_array(o->j, (size_t)n, sizeof *v);
		for (int64_t i = 0; i < n; i++)
			v[i] = d[0] - '0';
		return write_ints(o, slot->stored, (uint32_t)n, v);
	}
	case VS_precisions: return write_precisions(o, 2, words);
	default: break;
	}
	if (slot->stored >= VS_api_version)
		return out_word(o, enum_codes[slot->stored], d, strlen(d));
	return out_of_text(o, d);
}

/* The bytes of a constant that lies in a file are read now. */
static uint32_t write_file(struct bc_out *o, const struct slot *s)
{
	struct file_map m;

	job_try(o->j, file_map(s->name, &m));
	bool fits = s->offset <= m.size && s->bytes <= m.size - s->offset;
	void *copy = fits ? job_alloc(o->j, s->bytes + 1) : NULL;
	if (fits && s->bytes)
		memcpy(copy, (const char *)m.data + s->offset, s->bytes);
	file_unmap(&m);
	if (!fits)
		job_fail_at(o->j, WEFT_INVALID_ARGUMENT, o->at,
			"'%s' is too short for a constant in it", s->name);
	return out_tensor(o, s->type, false, copy);
}

static uint32_t write_constant(struct bc_out *o, const struct node *n)
{
	const struct literal *l = node_literal(n);
	const struct attr *index = attrs_find(n->attrs, KEY_slot);
	const struct slot *s = index ? graph_slot(o->g, (uint32_t)index->i) : NULL;

	if (l)
		return out_tensor(o, l->type, l->splat, l->data);
	if (s && s->kind == SLOT_data)
		return out_tensor(o, s->type, false, s->data);
	if (s && s->kind == SLOT_file)
		return write_file(o, s);
	job_fail_at(o->j, WEFT_INVALID_ARGUMENT, o->at,
		"the constant '%s' is bound later: bytecode needs its elements", s ? s->name : "");
}

static uint32_t write_value(struct bc_out *o, const struct vhlo_slot *slot, const struct attr *a)
{
	switch (slot->stored) {
	case VS_int: return out_integer(o, DTYPE_i64, a->i);
	case VS_int32: return out_integer(o, DTYPE_i32, a->i);
	case VS_f32: return out_float(o, DTYPE_f32, a->f);
	case VS_bool: return out_bool(o, a->i);
	case VS_string:
	case VS_symbol: return out_string_attr(o, a->s);
	case VS_ints:
	case VS_bools:
	case VS_pairs: return write_ints(o, slot->stored, a->n, a->ints);
	case VS_precisions: {
		const char **words = job_array(o->j, a->n, sizeof *words);
		for (uint32_t i = 0; i < a->n; i++)
			words[i] = a->list[i]->s;
		return write_precisions(o, a->n, words);
	}
	case VS_api_version: {
		char *word = job_printf(o->j, "%lld", (long long)a->i);
		return out_word(o, VHLO_api_version, word, strlen(word));
	}
	default: break;
	}
	if (slot->stored > VS_api_version)
		return out_word(o, enum_codes[slot->stored], a->s, strlen(a->s));
	if (a->kind == ATTR_dense)       /* replica groups */
		return out_tensor(o, a->dense->type, a->dense->splat, a->dense->data);
	if (!strcmp(slot->name, "backend_config") && a->s[0] == '{')
		needs(o, V(1, 3), "a dictionary as backend_config");
	return out_of_text(o, a->s);
}

uint32_t write_field(struct bc_out *o, const struct node *n, const struct vhlo_slot *slot)
{
	uint32_t count = n->attrs ? n->attrs->n : 0;
	const struct attr_entry *all = count ? n->attrs->e : NULL;

	if (slot->stored == VS_elements)
		return write_constant(o, n);
	if (slot->stored == VS_algorithm) {
		const struct attr *a = attrs_find(n->attrs, KEY_algorithm);
		return write_algorithm(o, a ? a->s : NULL, slot->name);
	}
	const struct attr_entry *e = vhlo_entry(n->op, slot, count, all);
	return e ? write_value(o, slot, e->value) : write_default(o, slot, vhlo_extent(count, all));
}
