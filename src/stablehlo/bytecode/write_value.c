/* write_value.c -- types and attributes as VHLO has them. */
#include "stablehlo/bytecode/write_impl.h"
#include <stdlib.h>
#include <string.h>

/* ---- types ---------------------------------------------------------------------------------- */

static void begin_type(struct bc_out *o, struct str *s, enum vhlo_type t)
{
	needs(o, vhlo_types[t].since, job_printf(o->j, "the type %s", vhlo_types[t].name));
	str_init(s, o->j);
	put_varint(s, t);
}

static uint32_t type_of_dtype(struct bc_out *o, enum dtype t)
{
	struct str s;

	if (dtype_is_complex(t)) {
		uint32_t part = type_of_dtype(o, dtype_part(t));
		begin_type(o, &s, VHLO_TYPE_complex);
		put_varint(&s, part);
	} else {
		begin_type(o, &s, vhlo_type_of(t));
	}
	return out_type(o, "vhlo", true, &s);
}

static uint32_t type_of_quantised(struct bc_out *o, const struct type *t)
{
	const struct quant *q = t->quant;
	struct str s;
	bool per_axis = q->axis >= 0;
	int bits = dtype_table[t->dtype].bits;
	/* signless, as StableHLO has it: the flags say which it is */
	uint32_t storage = type_of_dtype(o, dtype_find(job_printf(o->j, "i%d", bits)));
	uint32_t expressed = type_of_dtype(o, q->expressed);

	begin_type(o, &s, per_axis ? VHLO_TYPE_quantized_axis : VHLO_TYPE_quantized);
	put_varint(&s, dtype_is_signed(t->dtype));
	put_varint(&s, storage);
	put_varint(&s, expressed);
	if (per_axis) {
		put_varint(&s, (uint64_t)q->axis);
	} else {
		put_f64(&s, q->scales[0]);
		put_signed(&s, q->zeros[0]);
	}
	put_signed(&s, q->min);
	put_signed(&s, q->max);
	if (per_axis) {
		put_varint(&s, q->n);
		for (uint32_t i = 0; i < q->n; i++)
			put_f64(&s, q->scales[i]);
		put_varint(&s, q->n);
		for (uint32_t i = 0; i < q->n; i++)
			put_signed(&s, q->zeros[i]);
	}
	return out_type(o, "vhlo", true, &s);
}

static uint32_t encoding_of(struct bc_out *o, const struct type *t)
{
	struct str s;

	if (!t->bounds)
		return out_asm(o, t->encoding);
	str_init(&s, o->j);
	put_varint(&s, VHLO_extensions);
	put_varint(&s, t->rank);
	for (uint32_t i = 0; i < t->rank; i++)
		put_signed(&s, t->bounds[i] < 0 ? DYNAMIC : t->bounds[i]);
	return out_attr(o, "vhlo", true, &s);
}

static uint32_t type_of_index(struct bc_out *o)
{
	struct str s;

	begin_type(o, &s, VHLO_TYPE_index);
	return out_type(o, "vhlo", true, &s);
}

static uint32_t type_of_tensor(struct bc_out *o, const struct type *t)
{
	uint32_t element = t->quant   ? type_of_quantised(o, t)
			   : t->index ? type_of_index(o)
				      : type_of_dtype(o, t->dtype);
	bool encoded = t->bounds || t->encoding;
	uint32_t encoding = encoded ? encoding_of(o, t) : 0;
	struct str s;

	begin_type(o, &s,
		t->unranked ? VHLO_TYPE_unranked
		: encoded   ? VHLO_TYPE_tensor_encoded
			    : VHLO_TYPE_tensor);
	if (encoded)
		put_varint(&s, encoding);
	if (!t->unranked) {
		put_varint(&s, t->rank);
		for (uint32_t i = 0; i < t->rank; i++)
			put_signed(&s, t->dims[i] < 0 ? DYNAMIC : t->dims[i]);
	}
	put_varint(&s, element);
	return out_type(o, "vhlo", true, &s);
}

static void put_types(struct bc_out *o, struct str *s, uint32_t n, const struct type *const *t)
{
	uint32_t *v = job_array(o->j, n, sizeof *v);

	for (uint32_t i = 0; i < n; i++)
		v[i] = type_of_value(o, t[i]);
	put_varint(s, n);
	for (uint32_t i = 0; i < n; i++)
		put_varint(s, v[i]);
}

uint32_t type_of_value(struct bc_out *o, const struct type *t)
{
	static const enum vhlo_type codes[] = { [TYPE_token] = VHLO_TYPE_token,
		[TYPE_tuple] = VHLO_TYPE_tuple,
		[TYPE_results] = VHLO_TYPE_tuple,
		[TYPE_future] = VHLO_TYPE_future };
	struct str s;

	if (t->kind == TYPE_tensor)
		return type_of_tensor(o, t);
	if (t->kind == TYPE_opaque)
		job_fail_at(o->j, WEFT_UNIMPLEMENTED, o->at, "%s: the type %s has no form in VHLO",
			o->op ? o->op : "attribute", t->encoding);
	begin_type(o, &s, codes[t->kind]);
	if (t->kind != TYPE_token)
		put_types(o, &s, t->n, t->elem);
	return out_type(o, "vhlo", true, &s);
}

uint32_t type_of_function(struct bc_out *o, uint32_t nin, const struct type *const *in,
	uint32_t nout, const struct type *const *out)
{
	struct str s;

	begin_type(o, &s, VHLO_TYPE_function);
	put_types(o, &s, nin, in);
	put_types(o, &s, nout, out);
	return out_type(o, "vhlo", true, &s);
}

uint32_t type_as_text(struct bc_out *o, const struct type *t)
{
	struct str s;

	str_init(&s, o->j);
	print_type(o->g, t, &s);
	str_addc(&s, 0);
	return out_type(o, "builtin", false, &s);
}

/* ---- plain attributes ----------------------------------------------------------------------- */

static void begin_attr(struct bc_out *o, struct str *s, enum vhlo_attr a)
{
	needs(o, vhlo_attrs[a].since, job_printf(o->j, "the attribute %s", vhlo_attrs[a].name));
	str_init(s, o->j);
	put_varint(s, a);
}

static uint32_t end_attr(struct bc_out *o, const struct str *s)
{
	return out_attr(o, "vhlo", true, s);
}

uint32_t out_asm(struct bc_out *o, const char *text)
{
	struct str s;

	str_init(&s, o->j);
	str_add(&s, text);
	str_addc(&s, 0);
	return out_attr(o, "builtin", false, &s);
}

uint32_t out_bool(struct bc_out *o, bool v)
{
	struct str s;

	begin_attr(o, &s, VHLO_boolean);
	put_varint(&s, v);
	return end_attr(o, &s);
}

uint32_t out_integer(struct bc_out *o, enum dtype t, int64_t v)
{
	uint32_t type = type_of_dtype(o, t);
	struct str s;

	begin_attr(o, &s, VHLO_integer);
	put_varint(&s, type);
	put_bits(&s, dtype_table[t].bits, (uint64_t)v);
	return end_attr(o, &s);
}

static uint32_t out_index(struct bc_out *o, int64_t v)
{
	uint32_t type = type_of_index(o);
	struct str s;

	begin_attr(o, &s, VHLO_integer);
	put_varint(&s, type);
	put_signed(&s, v);
	return end_attr(o, &s);
}

uint32_t out_float(struct bc_out *o, enum dtype t, double v)
{
	uint32_t type = type_of_dtype(o, t);
	uint64_t bits[2] = { 0 };
	struct str s;

	dtype_store_f64(t, bits, v);
	begin_attr(o, &s, VHLO_float);
	put_varint(&s, type);
	put_bits(&s, dtype_table[t].bits, bits[0]);
	return end_attr(o, &s);
}

uint32_t out_string_attr(struct bc_out *o, const char *text)
{
	struct str s;

	begin_attr(o, &s, VHLO_string);
	put_varint(&s, out_string(o, text, strlen(text)));
	return end_attr(o, &s);
}

uint32_t out_type_attr(struct bc_out *o, uint32_t type)
{
	struct str s;

	begin_attr(o, &s, VHLO_type);
	put_varint(&s, type);
	return end_attr(o, &s);
}

uint32_t out_none_attr(struct bc_out *o)
{
	struct str s;

	begin_type(o, &s, VHLO_TYPE_none);
	return out_type_attr(o, out_type(o, "vhlo", true, &s));
}

uint32_t out_array(struct bc_out *o, uint32_t n, const uint32_t *v)
{
	struct str s;

	begin_attr(o, &s, VHLO_array);
	put_varint(&s, n);
	for (uint32_t i = 0; i < n; i++)
		put_varint(&s, v[i]);
	return end_attr(o, &s);
}

uint32_t out_builtin_string(struct bc_out *o, const char *text)
{
	struct str s;

	str_init(&s, o->j);
	put_varint(&s, BUILTIN_string);
	put_varint(&s, out_string(o, text, strlen(text)));
	return out_attr(o, "builtin", true, &s);
}

struct item {
	const char *name;
	uint32_t value;
};

static int item_order(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->name, ((const struct item *)b)->name);
}

uint32_t out_dictionary(struct bc_out *o, bool builtin, uint32_t n, const char *const *names,
	const uint32_t *values)
{
	uint32_t *name = job_array(o->j, n, sizeof *name);
	struct item *items = job_array(o->j, n, sizeof *items);
	struct str s;

	for (uint32_t i = 0; i < n; i++)
		items[i] = (struct item){ names[i], values[i] };
	if (n)
		qsort(items, n, sizeof *items, item_order);
	for (uint32_t i = 0; i < n; i++)
		name[i] = builtin ? out_builtin_string(o, items[i].name)
				  : out_string_attr(o, items[i].name);
	str_init(&s, o->j);
	put_varint(&s, builtin ? BUILTIN_dictionary : (int)VHLO_dictionary);
	put_varint(&s, n);
	for (uint32_t i = 0; i < n; i++) {
		put_varint(&s, name[i]);
		put_varint(&s, items[i].value);
	}
	return out_attr(o, builtin ? "builtin" : "vhlo", true, &s);
}

uint32_t out_word(struct bc_out *o, enum vhlo_attr code, const char *word, size_t len)
{
	int number = vhlo_word_number(vhlo_attrs[code].words, word, len);
	struct str s;

	if (number < 0)
		job_fail_at(o->j, WEFT_UNIMPLEMENTED, o->at, "%s: '%.*s' is no %s of StableHLO",
			o->op ? o->op : "attribute", (int)len, word, vhlo_attrs[code].name);
	begin_attr(o, &s, code);
	put_varint(&s, (uint64_t)number);
	return end_attr(o, &s);
}

/* ---- tensors -------------------------------------------------------------------------------- */

/* Booleans are packed, lowest bit first; a byte of all ones or zeros is a splat. */
static void put_booleans(struct str *s, int64_t n, bool splat, const char *data)
{
	if (splat && n != 1) {
		str_addc(s, data[0] ? '\xFF' : 0);
		return;
	}
	for (int64_t i = 0; i < n; i += 8) {
		unsigned byte = 0;
		for (int64_t k = i; k < n && k < i + 8; k++)
			byte |= (unsigned)(data[k] != 0) << (k - i);
		str_addc(s, (char)byte);
	}
}

static void put_elements(struct str *s, const struct type *t, bool splat, const char *data)
{
	int64_t n = type_elements(t);
	size_t size = dtype_bytes(t->dtype), bits = dtype_table[t->dtype].bits;
	size_t bytes = (size_t)(splat ? 1 : n) * size;

	if (t->dtype == DTYPE_i1) {
		put_varint(s, splat && n != 1 ? 1 : (uint64_t)(n + 7) / 8);
		put_booleans(s, n, splat, data);
		return;
	}
	put_varint(s, bytes);
	if (bits >= 8) {
		str_add_bytes(s, data, bytes);
		return;
	}
	for (size_t i = 0; i < bytes; i++)
		str_addc(s, (char)(data[i] & ((1 << bits) - 1)));
}

uint32_t out_tensor(struct bc_out *o, const struct type *t, bool splat, const void *data)
{
	uint32_t type = type_of_value(o, t);
	struct str s;

	begin_attr(o, &s, VHLO_tensor);
	put_varint(&s, type);
	put_elements(&s, t, splat, data);
	return end_attr(o, &s);
}

uint32_t out_integers(
	struct bc_out *o, enum dtype t, uint32_t rank, const int64_t *dims, const int64_t *v)
{
	const struct type type = { .kind = TYPE_tensor, .dtype = t, .rank = rank, .dims = dims };
	int64_t n = type_elements(&type);
	char *data = job_array(o->j, (size_t)n + 1, dtype_bytes(t));
	bool splat = n > 1;

	for (int64_t i = 0; i < n; i++) {
		dtype_store_i64(t, data + (size_t)i * dtype_bytes(t), v[i]);
		splat = splat && v[i] == v[0];
	}
	return out_tensor(o, &type, splat, data);
}

/* ---- what is kept as text ------------------------------------------------------------------- */

static uint32_t out_of(struct bc_out *o, const struct t_attr *a);

/* The text behind "#stablehlo.NAME<", or NULL. */
static const char *structure(const struct t_attr *a, const char *name)
{
	size_t n = strlen(name);

	return a->kind == T_raw && !strncmp(a->s, "#stablehlo.", 11) &&
			       !strncmp(a->s + 11, name, n) && a->s[11 + n] == '<'
		       ? a->s + 12 + n
		       : NULL;
}

/* The reader at the text of a structure; the caller asks for its fields. */
static struct parser structure_parser(struct bc_out *o, const char *text)
{
	struct parser p = o->text;

	p.text = p.at = text;
	p.end = text + strlen(text);
	p.line = 1;
	p.line_start = text;
	lex(&p);
	return p;
}

static bool field(struct parser *p, const char *name)
{
	if (!accept_word(p, name))
		return false;
	expect(p, '=', "after the name of a field");
	return true;
}

static void put_list(struct parser *p, struct str *s)
{
	int64_t *v;
	uint32_t n = read_int_list(p, &v);

	put_varint(s, n);
	for (uint32_t i = 0; i < n; i++)
		put_signed(s, v[i]);
}

static uint32_t out_alias(struct bc_out *o, const char *text)
{
	struct parser p = structure_parser(o, text);
	struct str s;

	begin_attr(o, &s, VHLO_operand_alias);
	if (!field(&p, "output_tuple_indices"))
		expected(&p, "output_tuple_indices");
	put_list(&p, &s);
	accept(&p, ',');
	if (!field(&p, "operand_index"))
		expected(&p, "operand_index");
	put_signed(&s, tok_int(&p));
	accept(&p, ',');
	if (!field(&p, "operand_tuple_indices"))
		expected(&p, "operand_tuple_indices");
	put_list(&p, &s);
	return end_attr(o, &s);
}

static uint32_t out_accuracy(struct bc_out *o, const char *text)
{
	struct parser p = structure_parser(o, text);
	struct accuracy a;
	struct str s;

	accuracy_read(&p, &a);
	uint32_t mode = out_word(o, VHLO_result_accuracy_mode, a.mode, strlen(a.mode));
	begin_attr(o, &s, VHLO_accuracy);
	put_f64(&s, a.atol);
	put_f64(&s, a.rtol);
	put_signed(&s, a.ulps);
	put_varint(&s, mode);
	return end_attr(o, &s);
}

/* name = "x" [, sub_axis_info = (1)2] */
static uint32_t out_axis(struct bc_out *o, const char *text)
{
	struct parser p = structure_parser(o, text);
	struct str s;
	uint32_t sub = 0;

	if (!field(&p, "name"))
		expected(&p, "the name of an axis");
	uint32_t name = out_of(o, read_attr(&p));
	bool has_sub = accept(&p, ',') && field(&p, "sub_axis_info");
	if (has_sub) {
		begin_attr(o, &s, VHLO_sub_axis);
		expect(&p, '(', "before the size in front");
		put_signed(&s, tok_int(&p));
		expect(&p, ')', "after the size in front");
		put_signed(&s, tok_int(&p));
		sub = end_attr(o, &s);
	}
	begin_attr(o, &s, VHLO_axis_ref);
	put_varint(&s, name);
	put_varint(&s, has_sub);
	if (has_sub)
		put_varint(&s, sub);
	return end_attr(o, &s);
}

/* name = "x", size = 2 */
static uint32_t out_mesh_axis(struct bc_out *o, const char *text)
{
	struct parser p = structure_parser(o, text);
	struct str s;

	if (!field(&p, "name"))
		expected(&p, "the name of an axis");
	uint32_t name = out_of(o, read_attr(&p));
	if (!accept(&p, ',') || !field(&p, "size"))
		expected(&p, "the size of an axis");
	begin_attr(o, &s, VHLO_mesh_axis);
	put_varint(&s, name);
	put_signed(&s, tok_int(&p));
	return end_attr(o, &s);
}

/* axes = [..] [, device_ids = ..] */
static uint32_t out_mesh(struct bc_out *o, const char *text)
{
	struct parser p = structure_parser(o, text);
	struct str s;

	if (!field(&p, "axes"))
		expected(&p, "the axes of a mesh");
	uint32_t axes = out_of(o, read_attr(&p));
	uint64_t ids = 0;
	if (accept(&p, ',') && field(&p, "device_ids"))
		ids = (uint64_t)out_of(o, read_attr(&p)) << 1 | 1;
	begin_attr(o, &s, VHLO_mesh);
	put_varint(&s, axes);
	put_varint(&s, ids);
	return end_attr(o, &s);
}

/* mesh = @m, axes = [..] */
static uint32_t out_mesh_axes(struct bc_out *o, const char *text)
{
	struct parser p = structure_parser(o, text);
	struct str s;

	if (!field(&p, "mesh"))
		expected(&p, "a mesh");
	uint32_t mesh = out_of(o, read_attr(&p));
	if (!accept(&p, ',') || !field(&p, "axes"))
		expected(&p, "axes of the mesh");
	uint32_t axes = out_of(o, read_attr(&p));
	begin_attr(o, &s, VHLO_mesh_axes);
	put_varint(&s, mesh);
	put_varint(&s, axes);
	return end_attr(o, &s);
}

/* #stablehlo<precision HIGH> */
static uint32_t out_enum(struct bc_out *o, const char *text)
{
	const char *inside = text + strlen("#stablehlo<");
	size_t n = strcspn(inside, " >");

	for (int code = 0; code < VHLO_COUNT; code++) {
		const struct vhlo_attr_info *info = &vhlo_attrs[code];
		if (!info->words || strlen(info->name) != n || memcmp(info->name, inside, n) ||
			inside[n] != ' ')
			continue;
		inside += n + 1;
		return out_word(o, (enum vhlo_attr)code, inside, strcspn(inside, ">"));
	}
	return out_asm(o, text);
}

static uint32_t out_of_raw(struct bc_out *o, const struct t_attr *a)
{
	static const struct {
		const char *name;
		uint32_t (*write)(struct bc_out *o, const char *text);
	} known[] = { { "output_operand_alias", out_alias }, { "result_accuracy", out_accuracy },
		{ "axis_ref", out_axis }, { "mesh_axis", out_mesh_axis }, { "mesh", out_mesh },
		{ "replica_group_mesh_axes", out_mesh_axes } };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const char *inside = structure(a, known[i].name);
		if (inside)
			return known[i].write(o, inside);
	}
	if (!strncmp(a->s, "#stablehlo<", 11))
		return out_enum(o, a->s);
	if (a->function) {
		const struct t_function *f = a->function;
		return out_type_attr(o, type_of_function(o, f->nin, f->in, f->nout, f->out));
	}
	enum dtype t = dtype_find(a->s);
	if (t != DTYPE_none)
		return out_type_attr(o, type_of_dtype(o, t));
	if (!strcmp(a->s, "none") && o->version >= vhlo_types[VHLO_TYPE_none].since)
		return out_none_attr(o);
	return out_asm(o, a->s);
}

/* A number of a type that VHLO lacks stays text. */
static uint32_t out_of_number(struct bc_out *o, const struct t_attr *a)
{
	enum dtype t = dtype_find(a->tname);

	if (a->kind == T_float && dtype_is_float(t))
		return out_float(o, t, a->f);
	if (a->kind == T_int && dtype_is_int(t))
		return out_integer(o, t, a->i);
	if (a->kind == T_int && !strcmp(a->tname, "index"))
		return out_index(o, a->i);
	return out_asm(o, attr_raw_text(&o->text, a));
}

static uint32_t out_of(struct bc_out *o, const struct t_attr *a)
{
	uint32_t *v = job_array(o->j, a->n, sizeof *v);
	int64_t n = a->n;

	switch (a->kind) {
	case T_int:
	case T_float: return out_of_number(o, a);
	case T_bool: return out_bool(o, a->i);
	case T_string:
	case T_symbol: return out_string_attr(o, a->s);
	case T_type: return out_type_attr(o, type_of_value(o, a->type));
	case T_array:
		for (uint32_t i = 0; i < a->n; i++)
			v[i] = out_of(o, a->list[i]);
		return out_array(o, a->n, v);
	case T_dict:
		for (uint32_t i = 0; i < a->n; i++)
			v[i] = out_of(o, a->list[i]);
		return out_dictionary(o, false, a->n, a->names, v);
	case T_ints:
		if (!strcmp(a->tname, "i64") || !strcmp(a->tname, "i1"))
			return out_integers(o, dtype_find(a->tname), 1, &n, a->ints);
		break;
	case T_dense: return out_tensor(o, a->type, a->dense.splat, a->dense.data);
	case T_raw: return out_of_raw(o, a);
	case T_unit:
	case T_resource: break;
	}
	return out_asm(o, attr_raw_text(&o->text, a));
}

uint32_t out_of_text(struct bc_out *o, const char *text)
{
	return out_of(o, attr_from_text(&o->text, o->at, text));
}

/* ---- locations ------------------------------------------------------------------------------ */

static uint32_t out_place(struct bc_out *o, const struct t_attr *a)
{
	struct str s;

	str_init(&s, o->j);
	if (a->kind == T_raw) {
		uint32_t file = out_builtin_string(o, a->at.file);
		put_varint(&s, BUILTIN_file_location);
		put_varint(&s, file);
		put_varint(&s, a->at.line);
		put_varint(&s, a->at.column);
	} else {
		put_varint(&s, BUILTIN_unknown_location);
	}
	return out_attr(o, "builtin", true, &s);
}

static uint32_t out_loc(struct bc_out *o, const struct t_attr *a)
{
	const struct t_attr unknown = { .kind = T_unit };
	struct str s;

	if (a->kind != T_string && a->kind != T_array)
		return out_place(o, a);
	bool name = a->kind == T_string, site = !name && !strcmp(a->s, "callsite");
	uint32_t count = name ? 1 : a->n;
	uint32_t *part = job_array(o->j, count, sizeof *part);
	for (uint32_t i = 0; i < count; i++)
		part[i] = out_loc(o, i < a->n ? a->list[i] : &unknown);
	uint32_t text = name ? out_builtin_string(o, a->s) : 0;
	str_init(&s, o->j);
	put_varint(&s, name ? BUILTIN_name_location : site ? BUILTIN_call_site : BUILTIN_fused);
	if (name)
		put_varint(&s, text);
	else if (!site)
		put_varint(&s, count);
	for (uint32_t i = 0; i < count; i++)
		put_varint(&s, part[i]);
	return out_attr(o, "builtin", true, &s);
}

/* Where the program says the op is from, of ranges their start, of fused ones without metadata;
 * where it was read is nobody else's business. */
uint32_t out_location(struct bc_out *o, const struct location *list)
{
	struct t_attr all = { .kind = T_array, .s = "fused" };
	uint32_t count = 0;

	for (const struct location *l = list; l; l = l->next)
		count += l->given != NULL;
	all.list = job_array(o->j, count, sizeof *all.list);
	for (const struct location *l = list; l; l = l->next)
		if (l->given)
			all.list[all.n++] = loc_from_text(&o->text, o->at, l->given);
	const struct t_attr unknown = { .kind = T_unit };
	return out_loc(o, !count ? &unknown : count == 1 ? all.list[0] : &all);
}
