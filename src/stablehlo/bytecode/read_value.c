/* read_value.c -- attributes and locations of dialects vhlo and builtin, as the text reader has
 * them.
 *
 * What VHLO has as structures and StableHLO's text as #stablehlo.name<...> becomes that text, so
 * that both doors give equal graphs.  Decoded when first asked for, once, as types are
 * (read_type.c). */
#include "stablehlo/bytecode/bytecode_impl.h"
#include <string.h>

#define LOCATION_DEPTH 64

struct t_attr *value_new(struct bc_file *f, enum t_kind kind, const uint8_t *at)
{
	struct t_attr *a = job_alloc(f->p->j, sizeof *a);

	a->kind = kind;
	a->at = file_place(f, at);
	return a;
}

/* Ops share attributes, and each has its text of one: all together must be in proportion to the
 * file. */
struct t_attr *take_attr(struct cursor *c)
{
	struct bc_file *f = c->f;
	const uint8_t *from = c->at;
	uint32_t i = take_index(c, f->nattrs, "attribute");
	struct t_attr *a = attr_at(f, i);

	if (a->kind == T_array || a->kind == T_dict || a->kind == T_raw)
		f->weight += f->attrs[i].weight;
	if (f->weight > ((uint64_t)1 << 24) + 256 * (uint64_t)(f->all.end - f->all.at))
		bad(f, from, "the attributes of all operations are too large together");
	return a;
}

struct t_attr *take_optional_attr(struct cursor *c)
{
	const uint8_t *from = c->at;
	uint64_t v = take_varint(c);

	if (!(v & 1))
		return NULL;
	if (v >> 1 >= c->f->nattrs)
		bad(c->f, from, "attribute %llu, there are %u", (unsigned long long)(v >> 1),
			c->f->nattrs);
	return attr_at(c->f, (uint32_t)(v >> 1));
}

/* An attribute that is a part of e's. */
static struct t_attr *take_part(struct cursor *c, struct bc_entry *e)
{
	const uint8_t *from = c->at;
	uint32_t i = take_index(c, c->f->nattrs, "attribute");
	struct t_attr *a = attr_at(c->f, i);

	e->weight = weight_add(c->f, from, e->weight, c->f->attrs[i].weight);
	return a;
}

const char *take_text_part(struct cursor *c, struct bc_entry *e, uint32_t kinds)
{
	struct cursor again = *c;
	const uint8_t *from = c->at;
	const struct t_attr *a = take_part(c, e);
	const struct bc_entry *of = &c->f->attrs[take_index(&again, c->f->nattrs, "attribute")];
	uint32_t kind = of->part_kind | (a->kind == T_symbol ? SDY_PART_symbol : 0) |
			(a->kind == T_string ? SDY_PART_string : 0);

	if (!(kind & kinds))
		bad(c->f, from, "an attribute that does not belong in one of dialect sdy");
	return of->part ? of->part : attr_raw_text(c->f->p, a);
}

static const char *take_string_attr(struct cursor *c, struct bc_entry *e, const char *what)
{
	const uint8_t *from = c->at;
	const struct t_attr *a = take_part(c, e);

	if (a->kind != T_string)
		bad(c->f, from, "expected a string, %s", what);
	return a->s;
}

/* ---- values --------------------------------------------------------------------------------- */

/* With a zero byte inside it is kept as it would be written. */
static void take_text(struct cursor *c, struct bc_entry *e, struct t_attr *a)
{
	uint32_t n;
	const char *s = take_string(c, &n);

	e->weight += n;
	a->kind = T_string;
	a->s = s;
	if (memchr(s, 0, n)) {
		struct str text;
		str_init(&text, c->f->p->j);
		print_bytes(s, n, &text);
		a->kind = T_raw;
		a->s = text.text;
	}
}

static void take_integer(struct cursor *c, struct t_attr *a)
{
	const uint8_t *from = c->at;
	const struct bc_type *t = take_type(c);
	char memory[16] = { 0 };

	a->tname = t->text;
	if (t->dtype == DTYPE_i1) {
		a->kind = T_bool;
		a->i = take_byte(c) & 1;
		return;
	}
	if (!t->text || (t->dtype != DTYPE_none && !dtype_is_int(t->dtype)) ||
		!strcmp(t->text, "none"))
		bad(c->f, from, "expected an integer type");
	a->kind = T_int;
	if (t->dtype == DTYPE_none) { /* si32, i10: a number of 64 bits holds it */
		a->i = take_signed(c);
		uint64_t digits = a->i < 0 ? 0 - (uint64_t)a->i : (uint64_t)a->i;
		if (!integer_fits(t->text, digits, a->i < 0, false))
			bad(c->f, from, "an integer out of the range of %s", t->text);
		return;
	}
	a->made = t->dtype == DTYPE_i64;     /* defaults are written so: a composite's version */
	dtype_store_i64(t->dtype, memory, (int64_t)take_bits(c, dtype_table[t->dtype].bits));
	a->i = dtype_load_i64(t->dtype, memory);
}

static void take_float(struct cursor *c, struct t_attr *a)
{
	const uint8_t *from = c->at;
	const struct bc_type *t = take_type(c);

	if (!dtype_is_float(t->dtype) || t->quant)
		bad(c->f, from, "expected a floating-point type");
	uint64_t bits[2] = { take_bits(c, dtype_table[t->dtype].bits), 0 };
	a->kind = T_float;
	a->tname = t->text;
	a->f = dtype_load_f64(t->dtype, bits);
}

static void take_tensor_data(struct cursor *c, struct bc_entry *e, struct t_attr *a)
{
	const uint8_t *from = c->at;
	const struct bc_type *t = take_type(c);

	if (!t->value || t->value->kind != TYPE_tensor || t->value->unranked)
		bad(c->f, from, "a constant needs the type of a ranked tensor");
	from = c->at;
	struct span data = take_bytes(c, take_varint(c), "elements");
	a->kind = T_dense;
	a->type = t->value;
	e->weight += (uint64_t)(data.end - data.at);
	dense_from_bytes(c->f->p, data.at, (size_t)(data.end - data.at), t->value,
		file_place(c->f, from), &a->dense);
}

static void take_type_attr(struct cursor *c, struct bc_entry *e, struct t_attr *a)
{
	const uint8_t *from = c->at;
	const struct bc_type *t = take_type(c);

	e->weight = weight_add(c->f, from, e->weight, t->weight);
	a->kind = T_raw;
	if (t->function)
		function_type_attr(c->f->p, a, t->nin, t->in, t->nout, t->out);
	else if (t->text)
		a->s = t->text;
	else if (t->value)
		a->kind = T_type;
	else
		lacks(c->f, from, "a quantised element type as an attribute");
	a->type = t->value;
}

static void take_list(struct cursor *c, struct bc_entry *e, struct t_attr *a)
{
	a->kind = T_array;
	a->n = take_count(c, "attributes");
	a->list = job_array(c->f->p->j, a->n, sizeof *a->list);
	for (uint32_t i = 0; i < a->n; i++)
		a->list[i] = take_part(c, e);
}

/* named: the names are attributes as well. */
static void take_dictionary(struct cursor *c, struct bc_entry *e, struct t_attr *a)
{
	const uint8_t *from = c->at;

	a->kind = T_dict;
	a->n = take_count(c, "named attributes");
	a->list = job_array(c->f->p->j, a->n, sizeof *a->list);
	a->names = job_array(c->f->p->j, a->n, sizeof *a->names);
	for (uint32_t i = 0; i < a->n; i++) {
		from = c->at;
		a->names[i] = take_string_attr(c, e, "the name of an attribute");
		if (!*a->names[i])
			bad(c->f, from, "an attribute without a name");
		if (i && strcmp(a->names[i - 1], a->names[i]) >= 0)
			bad(c->f, from, "attribute '%s' is given twice, or out of order",
				a->names[i]);
		a->list[i] = take_part(c, e);
	}
}

/* ---- structures as text --------------------------------------------------------------------- */

void take_int_list(struct cursor *c, struct str *out)
{
	uint32_t n = take_count(c, "integers");
	int64_t *v = job_array(c->f->p->j, n, sizeof *v);

	for (uint32_t i = 0; i < n; i++)
		v[i] = take_signed(c);
	print_int_list(n, v, out);
}

static void operand_alias(struct cursor *c, struct str *out)
{
	str_add(out, "#stablehlo.output_operand_alias<output_tuple_indices = ");
	take_int_list(c, out);
	str_addf(
		out, ", operand_index = %lld, operand_tuple_indices = ", (long long)take_signed(c));
	take_int_list(c, out);
	str_addc(out, '>');
}

static void accuracy(struct cursor *c, struct bc_entry *e, struct str *out)
{
	static const char prefix[] = "#stablehlo<result_accuracy_mode ";
	struct accuracy a = { .atol = take_f64(c) };

	a.rtol = take_f64(c);
	a.ulps = take_signed(c);
	const uint8_t *from = c->at;
	if (!(a.atol >= 0 && a.rtol >= 0) || a.ulps < 0)
		bad(c->f, from, "a tolerance of result accuracy is below 0 or no number");
	const struct t_attr *mode = take_part(c, e);
	if (mode->kind != T_raw || strncmp(mode->s, prefix, sizeof prefix - 1) != 0)
		bad(c->f, from, "expected a mode of result accuracy");
	a.mode = job_printf(c->f->p->j, "%.*s", (int)(strlen(mode->s) - sizeof prefix),
		mode->s + sizeof prefix - 1);
	accuracy_print(&a, out);
}

static void attr_text(struct cursor *c, struct bc_entry *e, struct str *out)
{
	attr_print(c->f->p, take_part(c, e), out);
}

/* What may be absent; own: as StableHLO's own bytecode says it, by a byte. */
static const struct t_attr *take_maybe(struct cursor *c, struct bc_entry *e, bool own)
{
	if (own)
		return take_byte(c) ? take_part(c, e) : NULL;
	return take_optional_attr(c);
}

static void mesh_structure(
	struct cursor *c, struct bc_entry *e, enum vhlo_attr code, bool own, struct str *out)
{
	static const char sub_axis[] = "#stablehlo<sub_axis_info";
	const uint8_t *from = c->at;
	long long size;

	switch (code) {
	case VHLO_sub_axis:
		size = (long long)take_signed(c);
		str_addf(out, "%s(%lld)%lld>", sub_axis, size, (long long)take_signed(c));
		return;
	case VHLO_axis_ref:
		str_add(out, "#stablehlo.axis_ref<name = ");
		attr_text(c, e, out);
		if (own ? take_byte(c) : take_varint(c)) {
			const struct t_attr *sub = take_part(c, e);
			if (sub->kind != T_raw || strncmp(sub->s, sub_axis, sizeof sub_axis - 1))
				bad(c->f, from, "expected a part of an axis");
			const char *part = sub->s + sizeof sub_axis - 1;
			str_addf(out, ", sub_axis_info = %.*s", (int)strlen(part) - 1, part);
		}
		break;
	case VHLO_mesh_axes: {
		str_add(out, "#stablehlo.replica_group_mesh_axes<mesh = ");
		const struct t_attr *mesh = take_part(c, e);
		if (mesh->kind == T_string)
			print_symbol(mesh->s, out);
		else
			attr_print(c->f->p, mesh, out);
		str_add(out, ", axes = ");
		attr_text(c, e, out);
		break;
	}
	case VHLO_mesh_axis:
		str_add(out, "#stablehlo.mesh_axis<name = ");
		attr_text(c, e, out);
		str_addf(out, ", size = %lld", (long long)take_signed(c));
		break;
	case VHLO_mesh: {
		str_add(out, "#stablehlo.mesh<axes = ");
		attr_text(c, e, out);
		const struct t_attr *ids = take_maybe(c, e, own);
		if (ids) {
			str_add(out, ", device_ids = ");
			attr_print(c->f->p, ids, out);
		}
		break;
	}
	default: bad(c->f, from, "attribute %d of vhlo is unknown", (int)code);
	}
	str_addc(out, '>');
}

/* ---- dialects ------------------------------------------------------------------------------- */

static void take_enum(struct cursor *c, enum vhlo_attr code, const char *dialect, struct t_attr *a)
{
	const struct vhlo_attr_info *info = &vhlo_attrs[code];
	const uint8_t *from = c->at;
	uint64_t v = take_varint(c);
	char buf[32];
	const char *word = vhlo_word(info->words, v, buf, sizeof buf);

	if (!word)
		bad(c->f, from, "value %llu of %s is unknown", (unsigned long long)v, info->name);
	if (code == VHLO_api_version) { /* a number in StableHLO */
		a->kind = T_int;
		a->i = (int64_t)v;
		a->tname = "i32";
		return;
	}
	a->kind = T_raw;
	a->s = job_printf(c->f->p->j, "#%s<%s %s>", dialect, info->name, word);
}

/* CHLO has two enums of its own; they have VHLO's numbers. */
static void chlo_attr(struct cursor *c, struct t_attr *a)
{
	static const enum vhlo_attr codes[] = { VHLO_comparison_direction, VHLO_comparison_type };

	take_enum(c, codes[take_index(c, 2, "attribute of chlo")], "chlo", a);
}

/* Of a type (read_type.c), which takes the numbers; anywhere else it is its text. */
static void bounds(struct cursor *c, struct bc_entry *e, struct t_attr *a, struct str *out)
{
	uint32_t n = take_count(c, "bounds");
	int64_t *v = job_array(c->f->p->j, n, sizeof *v);

	str_add(out, "#stablehlo.bounds<");
	for (uint32_t i = 0; i < n; i++) {
		v[i] = take_signed(c);
		str_add(out, i ? ", " : "");
		if (v[i] == DYNAMIC)
			str_addc(out, '?');
		else
			str_addf(out, "%lld", (long long)v[i]);
	}
	str_addc(out, '>');
	e->weight += out->len;
	a->tname = "bounds";
	a->n = n;
	a->ints = v;
}

void take_structure(struct cursor *c, struct bc_entry *e, enum vhlo_attr code, bool own,
	struct t_attr *a)
{
	struct str text;

	str_init(&text, c->f->p->j);
	if (vhlo_attrs[code].words) {
		take_enum(c, code, "stablehlo", a);
		return;
	}
	switch (code) {
	case VHLO_extensions: bounds(c, e, a, &text); break;
	case VHLO_operand_alias: operand_alias(c, &text); break;
	case VHLO_accuracy: accuracy(c, e, &text); break;
	default: mesh_structure(c, e, code, own, &text);
	}
	a->kind = T_raw;
	a->s = text.text;
	if (code != VHLO_sub_axis && code != VHLO_extensions)
		structure_check(c->f->p, a);     /* its parts may be of any kind */
}

static void vhlo_attr(struct cursor *c, struct bc_entry *e, struct t_attr *a)
{
	const uint8_t *from = c->at;
	uint64_t code = take_varint(c);

	if (code >= VHLO_COUNT || !vhlo_attrs[code].name)
		bad(c->f, from, "attribute %llu of vhlo is unknown", (unsigned long long)code);
	switch ((enum vhlo_attr)code) {
	case VHLO_array: take_list(c, e, a); return;
	case VHLO_boolean:
		a->kind = T_bool;
		a->i = take_varint(c) != 0;
		return;
	case VHLO_dictionary: take_dictionary(c, e, a); return;
	case VHLO_float: take_float(c, a); return;
	case VHLO_integer: take_integer(c, a); return;
	case VHLO_string: take_text(c, e, a); return;
	case VHLO_tensor: take_tensor_data(c, e, a); return;
	case VHLO_type: take_type_attr(c, e, a); return;
	default: take_structure(c, e, (enum vhlo_attr)code, false, a);
	}
}

/* array<i64: 1, 2> */
static void take_small_array(struct cursor *c, struct t_attr *a)
{
	enum dtype t = take_element(c);
	const uint8_t *from = c->at;
	uint64_t n = take_varint(c);
	struct span data = take_bytes(c, take_varint(c), "elements");
	size_t size = dtype_bytes(t);

	if (n != (uint64_t)(data.end - data.at) / size || (data.end - data.at) % (ptrdiff_t)size ||
		!(dtype_is_int(t) || t == DTYPE_i1))
		lacks(c->f, from, "an array of other than integers, or of another number of bytes");
	int64_t *v = job_array(c->f->p->j, n, sizeof *v);
	for (uint64_t i = 0; i < n; i++)
		v[i] = dtype_load_i64(t, data.at + i * size);
	a->kind = T_ints;
	a->tname = dtype_table[t].text;
	a->n = (uint32_t)n;
	a->ints = v;
}

static void builtin_attr(struct cursor *c, struct bc_entry *e, struct t_attr *a)
{
	const uint8_t *from = c->at;
	uint64_t code = take_varint(c);

	switch (code) {
	case BUILTIN_array: take_list(c, e, a); return;
	case BUILTIN_dictionary: take_dictionary(c, e, a); return;
	case BUILTIN_string: take_text(c, e, a); return;
	case BUILTIN_symbol:
		a->kind = T_symbol;
		a->s = take_string_attr(c, e, "the name of a symbol");
		return;
	case BUILTIN_type: take_type_attr(c, e, a); return;
	case BUILTIN_unit: a->kind = T_unit; return;
	case BUILTIN_integer: take_integer(c, a); return;
	case BUILTIN_float: take_float(c, a); return;
	case BUILTIN_small_array: take_small_array(c, a); return;
	case BUILTIN_tensor: take_tensor_data(c, e, a); return;
	default:
		lacks(c->f, from, "attribute %llu of the builtin dialect is not supported",
			(unsigned long long)code);
	}
}

static struct t_attr *text_attr(struct cursor *c)
{
	const char *text = take_text_entry(c);

	return attr_from_text(c->f->p, file_place(c->f, (const uint8_t *)text), text);
}

struct t_attr *attr_at(struct bc_file *f, uint32_t i)
{
	struct bc_entry *e = &f->attrs[i];

	if (e->attr)
		return e->attr;
	if (e->open)
		bad(f, e->body.at, "attribute %u is a part of itself", i);
	const char *dialect = f->dialects[e->dialect];
	struct cursor c = cursor_of(f, e->body);
	struct t_attr *a = value_new(f, T_unit, c.at);
	e->open = true;
	e->weight = 1;
	f->p->tok.line = a->at.line;
	enter(f->p);
	if (!e->custom)
		a = text_attr(&c);
	else if (!strcmp(dialect, "vhlo"))
		vhlo_attr(&c, e, a);
	else if (!strcmp(dialect, "builtin"))
		builtin_attr(&c, e, a);
	else if (!strcmp(dialect, "chlo"))
		chlo_attr(&c, a);
	else if (!strcmp(dialect, "stablehlo"))
		a = stablehlo_attr(&c, e, a);
	else if (!strcmp(dialect, "sdy"))
		sdy_attr(&c, e, a);
	else
		lacks(f, e->body.at, "attributes of dialect '%s' are not supported", dialect);
	take_end(&c, "an attribute");
	leave(f->p);
	e->open = false;
	return e->attr = a;
}

/* ---- locations ------------------------------------------------------------------------------ */

static struct t_attr *location_at(struct bc_file *f, uint32_t i, int depth);

static void take_locations(struct cursor *c, struct t_attr *a, uint32_t n, int depth)
{
	a->list = job_array(c->f->p->j, n, sizeof *a->list);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = take_index(c, c->f->nattrs, "location");
		a->list[a->n++] = location_at(c->f, i, depth + 1);
	}
}

/* "f":1:2, or to where it goes: behind the file how many numbers, then line, column, and those of
 * the end or, of three numbers, its column. */
static void take_file(struct cursor *c, struct t_attr *a, bool range)
{
	struct bc_entry dummy = { 0 };
	uint64_t v[4] = { 0 };

	a->kind = T_raw;
	a->at.file = a->s = take_string_attr(c, &dummy, "the name of a file");
	uint32_t n = range ? take_count(c, "numbers") : 2;
	for (uint32_t i = 0; i < n && i < 4; i++)
		v[i] = take_varint(c);
	a->at.line = (uint32_t)v[0];
	a->at.column = (uint32_t)v[1];
	if (n == 3)
		a->tname = job_printf(c->f->p->j, " to :%u", (uint32_t)v[2]);
	if (n == 4)
		a->tname = job_printf(
			c->f->p->j, " to %u:%u", (uint32_t)v[2], (uint32_t)v[3]);
}

/* As read_loc() gives them; what refers to itself, or is too deep, is unknown. */
static struct t_attr *location_at(struct bc_file *f, uint32_t i, int depth)
{
	struct bc_entry *e = &f->attrs[i], dummy = { 0 };

	if (e->location)
		return e->location;
	struct t_attr *a = e->location = value_new(f, T_unit, e->body.at), *read = a;
	if (!e->custom || depth > LOCATION_DEPTH || strcmp(f->dialects[e->dialect], "builtin") != 0)
		return a;
	struct cursor c = cursor_of(f, e->body);
	read = value_new(f, T_array, e->body.at);
	switch (take_varint(&c)) {
	case BUILTIN_name_location:
		read->s = take_string_attr(&c, &dummy, "the name of a location");
		take_locations(&c, read, 1, depth);
		read->kind = T_string;
		if (read->list[0]->kind == T_unit)
			read->n = 0;
		break;
	case BUILTIN_fused:
	case BUILTIN_fused_with:
		read->s = "fused";
		take_locations(&c, read, take_count(&c, "locations"), depth);
		break;
	case BUILTIN_call_site:
		read->s = "callsite";
		take_locations(&c, read, 2, depth);
		break;
	case BUILTIN_file_location: take_file(&c, read, false); break;
	case BUILTIN_file_range: take_file(&c, read, true); break;
	default: return a;
	}
	*a = *read;
	return a;
}

struct t_attr *take_location(struct cursor *c)
{
	return location_at(c->f, take_index(c, c->f->nattrs, "location"), 0);
}
