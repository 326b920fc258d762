/* vhlo.c -- the tables of vhlo.def, looked up by name, op and version. */
#include "stablehlo/bytecode/vhlo.h"
#include "stablehlo/print_impl.h"
#include <pthread.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

const struct vhlo_type_info vhlo_types[VHLO_TYPE_COUNT] = {
#define ELEMENT(code, dtype, since) [code] = { #dtype, DTYPE_##dtype, since },
#define TYPE(code, name, since)     [code] = { #name, DTYPE_none, since },
#include "stablehlo/bytecode/vhlo.def"
};
const struct vhlo_attr_info vhlo_attrs[VHLO_COUNT] = {
#define ATTR(code, name, since)        [code] = { #name, NULL, since },
#define ENUM(code, name, since, words) [code] = { #name, words, since },
#include "stablehlo/bytecode/vhlo.def"
};
static const struct vhlo_slot slots[] = {
#define SLOT(name, stored, otherwise) { #name, VS_##stored, otherwise },
#include "stablehlo/bytecode/vhlo.def"
};
static const struct vhlo_row rows[] = {
#define VHLO(op, name, since, until, attrs) { OP_##op, name, since, until, attrs },
#include "stablehlo/bytecode/vhlo.def"
};
/* Of CHLO's ops that have attributes. */
static const char *const beside[OP_COUNT] = {
#define BESIDE(op, attrs) [OP_##op] = attrs,
#include "stablehlo/bytecode/vhlo.def"
};
static const struct {
	int since, format;
} formats[] = {
#define FORMAT(since, format) { since, format },
#include "stablehlo/bytecode/vhlo.def"
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

int vhlo_format(int version)
{
	int format = 0;

	for (size_t i = 0; i < COUNT(formats); i++)
		if (version >= formats[i].since)
			format = formats[i].format;
	return format;
}

int vhlo_version_parse(const char *text)
{
	char *end;
	long part[3] = { 0 };

	for (int i = 0; i < 3; i++) {
		if (*text < '0' || *text > '9')
			return -1;
		part[i] = strtol(text, &end, 10);
		if (part[i] > 1000000)
			return -1;
		text = end;
		if (!*text && i)
			break;
		if (i < 2 && *text++ != '.')
			return -1;
	}
	return *text || part[1] >= 100 ? -1 : V((int)part[0], (int)part[1]);
}

enum vhlo_type vhlo_type_of(enum dtype t)
{
	for (int i = 0; i < VHLO_TYPE_COUNT; i++)
		if (vhlo_types[i].name && vhlo_types[i].dtype == t)
			return (enum vhlo_type)i;
	BUG("vhlo.def has no element type %s", dtype_table[t].text);
}

/* ---- enums ---------------------------------------------------------------------------------- */

const char *vhlo_word(const char *words, uint64_t i, char *buf, size_t size)
{
	for (; *words; i--) {
		size_t n = strcspn(words, " ");
		if (!i) {
			if (n == 1 && *words == '-')
				return NULL;
			memcpy(buf, words, n < size ? n : size - 1);
			buf[n < size ? n : size - 1] = '\0';
			return buf;
		}
		words += n;
		words += *words == ' ';
	}
	return NULL;
}

int vhlo_word_number(const char *words, const char *word, size_t len)
{
	for (int i = 0; *words; i++) {
		size_t n = strcspn(words, " ");
		if (n == len && !memcmp(words, word, n))
			return i;
		words += n;
		words += *words == ' ';
	}
	return -1;
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* The newest row of each op, plus one. */
static uint16_t newest[OP_COUNT];

static void newest_fill(void)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		newest[rows[i].op] = (uint16_t)(i + 1);
}

const struct vhlo_row *vhlo_newest(enum op op)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, newest_fill);
	return newest[op] ? &rows[newest[op] - 1] : NULL;
}

const struct vhlo_row *vhlo_find(const char *name)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}

const struct vhlo_row *vhlo_row_at(enum op op, int version)
{
	const struct vhlo_row *r = vhlo_newest(op);

	for (; r && r >= rows && r->op == op; r--)
		if (r->since <= version && version <= r->until)
			return r;
	return NULL;
}

const char *beside_attrs(const char *dialect, const char *name, enum op *op)
{
	char text[64];
	int n = snprintf(text, sizeof text, "%s.%s", dialect, name);

	if (n >= (int)sizeof text)
		return NULL;
	*op = op_find(text, (size_t)n);
	if (*op == OP_COUNT)
		return NULL;
	bool sdy = op_table[*op].dialect == OP_Y;
	const char *attrs = beside[*op] ? beside[*op] : sdy ? "-" : "";
	return strcmp(attrs, "-") ? attrs : NULL;
}

static int slot_order(const void *key, const void *slot)
{
	return strcmp(key, ((const struct vhlo_slot *)slot)->name);
}

bool vhlo_next(const char **at, struct vhlo_field *out)
{
	char name[48];
	size_t n = strcspn(*at, " ");

	if (!n)
		return false;
	out->optional = (*at)[n - 1] == '?';
	memcpy(name, *at, n);
	name[n - out->optional] = '\0';
	*at += n;
	*at += **at == ' ';
	out->slot = bsearch(name, slots, COUNT(slots), sizeof *slots, slot_order);
	if (!out->slot)
		BUG("vhlo.def has no SLOT(%s), or not in its place", name);
	return true;
}

bool vhlo_field_find(const struct vhlo_row *row, const char *name, struct vhlo_field *out)
{
	for (const char *at = row->attrs; vhlo_next(&at, out);)
		if (!strcmp(out->slot->name, name))
			return true;
	return false;
}

/* ---- defaults ------------------------------------------------------------------------------- */

const struct attr_entry *vhlo_entry(
	enum op op, const struct vhlo_slot *slot, uint32_t n, const struct attr_entry *e)
{
	enum key k = key_of(op, slot->name);

	for (uint32_t i = 0; i < n; i++)
		if (k == KEY_none ? e[i].key == KEY_other && !strcmp(e[i].name, slot->name)
				  : e[i].key == k)
			return &e[i];
	return NULL;
}

int64_t vhlo_extent(uint32_t n, const struct attr_entry *e)
{
	for (uint32_t i = 0; i < n; i++)
		if (e[i].key == KEY_input_spatial_dimensions || e[i].key == KEY_window_dimensions)
			return e[i].value->n;
	return -1;
}

static bool all_are(const struct attr *a, int64_t v)
{
	for (uint32_t i = 0; i < a->n; i++)
		if (a->ints[i] != v)
			return false;
	return true;
}

static bool is_default(
	const struct vhlo_slot *s, const struct attr *a, uint32_t n, const struct attr_entry *e)
{
	bool pairs = s->stored == VS_pairs;

	switch (a->kind) {
	case ATTR_int: return a->i == strtoll(s->otherwise, NULL, 10);
	case ATTR_bool: return a->i == !strcmp(s->otherwise, "true");
	case ATTR_str: return !strcmp(a->s, strcmp(s->otherwise, "\"\"") ? s->otherwise : "");
	case ATTR_raw: return !strcmp(a->s, s->otherwise);
	case ATTR_ints:
		if (!strcmp(s->otherwise, "[]"))
			return !a->n;
		return (int64_t)a->n == vhlo_extent(n, e) * (pairs ? 2 : 1) &&
		       all_are(a, s->otherwise[0] - '0');
	case ATTR_list:
		if (a->n > 2)
			return false;
		for (uint32_t i = 0; i < a->n; i++)
			if (strcmp(a->list[i]->s, s->otherwise) != 0)
				return false;
		return true;
	default: return false;
	}
}

/* Layouts of operands and results stand together: empty ones say something beside the others. */
static bool is_needed(const struct vhlo_slot *s, uint32_t n, const struct attr_entry *e)
{
	bool operands = !strcmp(s->name, "operand_layouts");

	if (!operands && strcmp(s->name, "result_layouts") != 0)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (e[i].key == (operands ? KEY_result_layouts : KEY_operand_layouts))
			return strcmp(e[i].value->s, "[]") != 0;
	return false;
}

uint32_t vhlo_drop_defaults(enum op op, uint32_t n, struct attr_entry *e)
{
	const struct vhlo_row *row = n ? vhlo_newest(op) : NULL;
	struct vhlo_field f;

	for (const char *at = row ? row->attrs : ""; vhlo_next(&at, &f);) {
		const struct attr_entry *found =
			f.optional && *f.slot->otherwise ? vhlo_entry(op, f.slot, n, e) : NULL;
		if (found && is_default(f.slot, found->value, n, e) && !is_needed(f.slot, n, e))
			e[found - e] = e[--n];
	}
	return n;
}
