/* read_type.c -- types of dialects vhlo, builtin, stablehlo and quant.
 *
 * Decoded when first asked for, once.  A type that asks for itself is an error, as is one whose
 * text would be longer than any file needs: tables share parts, texts do not. */
#include "stablehlo/bytecode/bytecode_impl.h"
#include <string.h>

#define MAX_RANK   64
#define MAX_WEIGHT (1 << 22)

uint64_t weight_add(struct bc_file *f, const uint8_t *at, uint64_t a, uint64_t b)
{
	if (a + b > MAX_WEIGHT)
		bad(f, at, "an attribute or type of more than %d parts", MAX_WEIGHT);
	return a + b;
}

const struct bc_type *take_type(struct cursor *c)
{
	return type_at(c->f, take_index(c, c->f->ntypes, "type"));
}

const struct type *take_value_type(struct cursor *c)
{
	const uint8_t *from = c->at;
	const struct bc_type *t = take_type(c);

	if (!t->value)
		bad(c->f, from, "expected the type of a value");
	return t->value;
}

static const struct bc_type *element(struct cursor *c)
{
	const uint8_t *from = c->at;
	const struct bc_type *t = take_type(c);

	if (t->dtype == DTYPE_none)
		bad(c->f, from, "expected an element type");
	return t;
}

enum dtype take_element(struct cursor *c)
{
	const uint8_t *from = c->at;
	const struct bc_type *t = element(c);

	if (t->quant)
		bad(c->f, from, "expected an element type that is not quantised");
	return t->dtype;
}

static uint32_t value_types(struct cursor *c, struct bc_type *t, const struct type ***out)
{
	uint32_t n = take_count(c, "types");
	const struct type **list = job_array(c->f->p->j, n, sizeof *list);

	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *from = c->at;
		const struct bc_type *e = take_type(c);
		if (!e->value)
			bad(c->f, from, "expected the type of a value");
		list[i] = e->value;
		t->weight = weight_add(c->f, from, t->weight, e->weight);
	}
	*out = list;
	return n;
}

static void take_list_type(struct cursor *c, struct bc_type *t, enum type_kind kind)
{
	const struct type **list;
	const uint8_t *from = c->at;
	uint32_t n = value_types(c, t, &list);
	const struct type *odd = kind == TYPE_future ? unfit_for_future(n, list) : NULL;

	if (odd)
		bad(c->f, from, "a future holds ranked tensors, not %s",
			type_text(c->f->p->j, c->f->p->g, odd));
	t->value = type_list(c->f->p->g, kind, n, list);
}

static void take_function(struct cursor *c, struct bc_type *t)
{
	t->function = true;
	t->nin = value_types(c, t, &t->in);
	t->nout = value_types(c, t, &t->out);
}

/* ---- tensors -------------------------------------------------------------------------------- */

/* The element type's part of t, and its consed twin. */
static void finish_tensor(struct cursor *c, struct bc_type *out, struct type *t)
{
	const uint8_t *from = c->at;
	const struct bc_type *e = element(c);

	t->kind = TYPE_tensor;
	t->dtype = e->dtype;
	t->quant = e->quant;
	t->index = e->index;
	out->weight = weight_add(c->f, from, out->weight, t->rank);
	type_check_size(c->f->p, t, file_place(c->f, from));
	out->value = type_cons(c->f->p->g, t);
}

static uint32_t take_shape(struct cursor *c, int64_t *dims)
{
	const uint8_t *from = c->at;
	uint32_t n = take_count(c, "dimensions");

	if (n > MAX_RANK)
		bad(c->f, from, "more than %d dimensions", MAX_RANK);
	for (uint32_t i = 0; i < n; i++) {
		from = c->at;
		dims[i] = take_signed(c);
		if (dims[i] == DYNAMIC)
			dims[i] = c->f->p->any_dim;
		else if (dims[i] < 0)
			bad(c->f, from, "a dimension of %lld", (long long)dims[i]);
	}
	return n;
}

/* The attribute at index: bounds of dimensions, or an encoding that is kept as its text. */
static void set_encoding(struct cursor *c, uint32_t index, struct type *t)
{
	struct bc_file *f = c->f;
	const struct bc_entry *e = &f->attrs[index];
	struct t_attr *a = attr_at(f, index);

	if (a->kind != T_raw || !a->tname || strcmp(a->tname, "bounds") != 0) {
		t->encoding = attr_raw_text(f->p, a);
		return;
	}
	if (a->n != t->rank)
		bad(f, e->body.at, "bounds: expected one a dimension, %u, found %u", t->rank, a->n);
	int64_t *bounds = job_array(f->p->j, a->n, sizeof *bounds);
	bool any = false;
	for (uint32_t i = 0; i < a->n; i++) {
		bounds[i] = a->ints[i] == DYNAMIC ? -1 : a->ints[i];
		if (bounds[i] < -1 || (bounds[i] >= 0 && t->dims[i] >= 0))
			bad(f, e->body.at, "dimension %u is static and has a bound, or a wrong one",
				i);
		any |= bounds[i] >= 0;
	}
	t->bounds = any ? bounds : NULL;
}

static void take_tensor(struct cursor *c, struct bc_type *out, bool encoded)
{
	int64_t dims[MAX_RANK];
	struct type t = { .dims = dims };
	uint32_t index = 0;

	if (encoded)
		index = take_index(c, c->f->nattrs, "attribute");
	t.rank = take_shape(c, dims);
	if (encoded)
		set_encoding(c, index, &t);
	finish_tensor(c, out, &t);
}

/* A buffer is passed on, and no more. */
static void take_buffer(struct cursor *c, struct bc_type *out)
{
	int64_t dims[MAX_RANK];
	uint32_t rank = take_shape(c, dims);
	enum dtype t = take_element(c);
	struct str s;

	str_init(&s, c->f->p->j);
	str_add(&s, "memref<");
	for (uint32_t i = 0; i < rank; i++)
		str_addf(&s, dims[i] < 0 ? "?x" : "%lldx", (long long)dims[i]);
	str_addf(&s, "%s>", dtype_table[t].text);
	out->value = type_opaque(c->f->p->g, s.text);
}

/* ---- element types -------------------------------------------------------------------------- */

static void take_complex(struct cursor *c, struct bc_type *t)
{
	const uint8_t *from = c->at;
	enum dtype e = take_element(c);

	if (e != DTYPE_f32 && e != DTYPE_f64)
		bad(c->f, from, "expected the type complex of f32 or f64");
	t->dtype = e == DTYPE_f32 ? DTYPE_c64 : DTYPE_c128;
	t->text = dtype_table[t->dtype].text;
}

/* flags (bit 0: signed), storage, expressed; then for each kind its own order. */
static void take_quantised(struct cursor *c, struct bc_type *t, bool per_axis)
{
	struct quant *q = job_alloc(c->f->p->j, sizeof *q);
	const uint8_t *from = c->at;
	bool is_signed = take_varint(c) & 1;
	enum dtype storage = take_element(c);

	q->expressed = take_element(c);
	q->axis = -1;
	q->n = 1;
	if (per_axis)
		q->axis = (int32_t)take_index(c, MAX_RANK, "quantised dimension");
	double *scales = NULL;
	int64_t *zeros = NULL;
	if (!per_axis) {
		scales = job_alloc(c->f->p->j, sizeof *scales);
		zeros = job_alloc(c->f->p->j, sizeof *zeros);
		*scales = take_f64(c);
		*zeros = take_signed(c);
	}
	q->min = take_signed(c);
	q->max = take_signed(c);
	if (per_axis) {
		q->n = take_count(c, "scales");
		scales = job_array(c->f->p->j, q->n, sizeof *scales);
		for (uint32_t i = 0; i < q->n; i++)
			scales[i] = take_f64(c);
		if (take_count(c, "zero points") != q->n || !q->n)
			bad(c->f, from,
				"as many zero points as scales are needed, and one or more");
		zeros = job_array(c->f->p->j, q->n, sizeof *zeros);
		for (uint32_t i = 0; i < q->n; i++)
			zeros[i] = take_signed(c);
	}
	q->scales = scales;
	q->zeros = zeros;
	if (!quant_scales_valid(q))
		bad(c->f, from, "quantised type c6: scales are positive and finite");
	int bits = dtype_table[storage].bits;
	if (!dtype_is_int(storage) || bits > 32 || !dtype_is_float(q->expressed))
		bad(c->f, from, "expected a storage type of at most 32 bits and a float");
	/* The storage type is signless; the flags say which it is. */
	storage = dtype_find(job_printf(c->f->p->j, is_signed ? "i%d" : "ui%d", bits));
	int64_t low = is_signed ? -((int64_t)1 << (bits - 1)) : 0;
	int64_t high = is_signed ? ((int64_t)1 << (bits - 1)) - 1 : ((int64_t)1 << bits) - 1;
	if (storage == DTYPE_none || q->min < low || q->max > high || q->min >= q->max)
		bad(c->f, from, "a storage range outside of its type");
	t->dtype = storage;
	t->quant = q;
	t->weight = weight_add(c->f, from, t->weight, q->n);
}

/* ---- dialects ------------------------------------------------------------------------------- */

static void vhlo_type(struct cursor *c, struct bc_type *t)
{
	const uint8_t *from = c->at;
	uint64_t code = take_varint(c);
	struct type shape = { .unranked = true };

	if (code >= VHLO_TYPE_COUNT || !vhlo_types[code].name)
		bad(c->f, from, "type %llu of vhlo is unknown", (unsigned long long)code);
	if (vhlo_types[code].dtype != DTYPE_none) {
		t->dtype = vhlo_types[code].dtype;
		t->text = dtype_table[t->dtype].text;
		return;
	}
	switch ((enum vhlo_type)code) {
	case VHLO_TYPE_complex: take_complex(c, t); return;
	case VHLO_TYPE_function: take_function(c, t); return;
	case VHLO_TYPE_index:
		t->dtype = DTYPE_i64;
		t->index = true;
		t->text = "index";
		return;
	case VHLO_TYPE_tensor:
	case VHLO_TYPE_tensor_encoded: take_tensor(c, t, code == VHLO_TYPE_tensor_encoded); return;
	case VHLO_TYPE_token: t->value = type_token(c->f->p->g); return;
	case VHLO_TYPE_tuple: take_list_type(c, t, TYPE_tuple); return;
	case VHLO_TYPE_future: take_list_type(c, t, TYPE_future); return;
	case VHLO_TYPE_quantized:
	case VHLO_TYPE_quantized_axis:
		take_quantised(c, t, code == VHLO_TYPE_quantized_axis);
		return;
	case VHLO_TYPE_unranked: finish_tensor(c, t, &shape); return;
	case VHLO_TYPE_none: t->text = "none"; return;
	case VHLO_TYPE_buffer: take_buffer(c, t); return;
	default:
		lacks(c->f, from, "values of the type %s are not supported", vhlo_types[code].name);
	}
}

/* Builtin types stand in builtin attributes, and where other dialects are mixed in. */
static void builtin_type(struct cursor *c, struct bc_type *t)
{
	static const char *const floats[] = { [3] = "bf16", "f16", "f32", "f64", "f80", "f128",
		[21] = "tf32", "f8E5M2", "f8E4M3", "f8E4M3FN", "f8E5M2FNUZ", "f8E4M3FNUZ",
		"f8E4M3B11FNUZ", "f8E3M4", "f4E2M1FN", "f6E2M3FN", "f6E3M2FN", "f8E8M0FNU" };
	const uint8_t *from = c->at;
	uint64_t code = take_varint(c), v;
	struct type shape = { .unranked = true };

	if (code < sizeof floats / sizeof *floats && floats[code]) {
		t->text = floats[code];
		t->dtype = dtype_find(t->text);
		return;
	}
	switch (code) {
	case BUILTIN_TYPE_integer:
		v = take_varint(c);
		if ((v & 3) == 3 || v >> 2 == 0 || v >> 2 > 64)
			bad(c->f, from, "an integer type of %llu bits",
				(unsigned long long)(v >> 2));
		t->text = job_printf(c->f->p->j, "%si%u", (const char *[]){ "", "s", "u" }[v & 3],
			(unsigned)(v >> 2));
		t->dtype = dtype_find(t->text);
		return;
	case BUILTIN_TYPE_index:
		t->dtype = DTYPE_i64;
		t->index = true;
		t->text = "index";
		return;
	case BUILTIN_TYPE_function: take_function(c, t); return;
	case BUILTIN_TYPE_complex: take_complex(c, t); return;
	case BUILTIN_TYPE_none: t->text = "none"; return;
	case BUILTIN_TYPE_tensor:
	case BUILTIN_TYPE_tensor_encoded:
		take_tensor(c, t, code == BUILTIN_TYPE_tensor_encoded);
		return;
	case BUILTIN_TYPE_tuple: take_list_type(c, t, TYPE_tuple); return;
	case BUILTIN_TYPE_unranked: finish_tensor(c, t, &shape); return;
	default:
		lacks(c->f, from, "type %llu of the builtin dialect is not supported",
			(unsigned long long)code);
	}
}

/* In attributes that VHLO has no form for. */
static void stablehlo_type(struct cursor *c, struct bc_type *t)
{
	const uint8_t *from = c->at;
	uint64_t code = take_varint(c);

	if (code == STABLEHLO_token)
		t->value = type_token(c->f->p->g);
	else if (code == STABLEHLO_future)
		take_list_type(c, t, TYPE_future);
	else
		lacks(c->f, from, "type %llu of dialect stablehlo is not supported",
			(unsigned long long)code);
}

/* Of quantised operands and results of CHLO's ops; the bodies are VHLO's. */
static void quant_type(struct cursor *c, struct bc_type *t)
{
	const uint8_t *from = c->at;
	uint64_t code = take_varint(c);

	if (code != QUANT_uniform && code != QUANT_uniform_axis)
		lacks(c->f, from, "type %llu of the quant dialect is not supported",
			(unsigned long long)code);
	take_quantised(c, t, code == QUANT_uniform_axis);
}

/* Assembly text, which ends in a zero byte: what the builtin dialect has no code for. */
static void text_type(struct cursor *c, struct bc_type *t)
{
	const char *text = take_text_entry(c);
	enum dtype e = dtype_find(text);

	t->weight = 1 + strlen(text);
	if (e != DTYPE_none) {
		t->dtype = e;
		t->text = text;
		return;
	}
	t->value = type_from_text(c->f->p, file_place(c->f, (const uint8_t *)text), text);
}

const struct bc_type *type_at(struct bc_file *f, uint32_t i)
{
	struct bc_entry *e = &f->types[i];

	if (e->type)
		return e->type;
	if (e->open)
		bad(f, e->body.at, "type %u is a part of itself", i);
	const char *dialect = f->dialects[e->dialect];
	struct cursor c = cursor_of(f, e->body);
	struct bc_type *t = job_alloc(f->p->j, sizeof *t);
	e->open = true;
	t->weight = 1;
	f->p->tok.line = file_place(f, e->body.at).line;
	enter(f->p);
	if (!e->custom)
		text_type(&c, t);
	else if (!strcmp(dialect, "vhlo"))
		vhlo_type(&c, t);
	else if (!strcmp(dialect, "builtin"))
		builtin_type(&c, t);
	else if (!strcmp(dialect, "stablehlo"))
		stablehlo_type(&c, t);
	else if (!strcmp(dialect, "quant"))
		quant_type(&c, t);
	else
		lacks(f, e->body.at, "types of dialect '%s' are not supported", dialect);
	take_end(&c, "a type");
	leave(f->p);
	e->open = false;
	return e->type = t;
}
