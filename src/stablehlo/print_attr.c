/* print_attr.c -- keys of key.def back to StableHLO's attributes. */
#include "stablehlo/print_impl.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* How the value of a key is written where its kind alone does not say.
 *   enum of a dialect: its name   |   0 (none)
 *   style: i32, f32, a symbol, booleans, rows of pairs, a unit attribute */
enum style { S_plain, S_i32, S_f32, S_symbol, S_bools, S_pairs, S_unit };
static const struct {
	const char *enum_name;
	enum style style;
} styles[KEY_COUNT] = {
	[KEY_comparison_direction] = { "comparison_direction", S_plain },
	[KEY_compare_type] = { "comparison_type", S_plain },
	[KEY_fft_type] = { "fft_type", S_plain },
	[KEY_transpose_a] = { "transpose", S_plain },
	[KEY_rng_algorithm] = { "rng_algorithm", S_plain },
	[KEY_rng_distribution] = { "rng_distribution", S_plain },
	[KEY_precision_config] = { "precision", S_plain },
	[KEY_exponent_bits] = { NULL, S_i32 },
	[KEY_mantissa_bits] = { NULL, S_i32 },
	[KEY_api_version] = { NULL, S_i32 },
	[KEY_version] = { NULL, S_i32 },
	[KEY_index] = { NULL, S_i32 },
	[KEY_epsilon] = { NULL, S_f32 },
	[KEY_callee] = { NULL, S_symbol },
	[KEY_decomposition] = { NULL, S_symbol },
	[KEY_window_reversal] = { NULL, S_bools },
	[KEY_padding] = { NULL, S_pairs },
	[KEY_source_target_pairs] = { NULL, S_pairs },
	[KEY_use_global_device_ids] = { NULL, S_unit },
};

enum key key_of(enum op op, const char *name)
{
	if (op == OP_composite && !strcmp(name, "name"))
		return KEY_callee;
	if (op == OP_torch_index_select && !strcmp(name, "dim"))
		return KEY_dimension;
	return key_find(name, strlen(name));
}

const char *key_enum(enum key k)
{
	return styles[k].enum_name;
}

const char *key_type(enum key k)
{
	switch (styles[k].style) {
	case S_i32: return "i32";
	case S_f32: return "f32";
	case S_bools: return "i1";
	default: return "i64";
	}
}

static const char *key_text(enum op op, enum key k)
{
	if (op == OP_composite && k == KEY_callee)
		return "name";
	if (op == OP_torch_index_select && k == KEY_dimension)
		return "dim";
	return key_names[k];
}

const int64_t *attrs_ints(const struct attrs *a, enum key k, uint32_t *n)
{
	const struct attr *v = attrs_find(a, k);

	*n = v ? v->n : 0;
	return v ? v->ints : NULL;
}

void print_int_list(uint32_t n, const int64_t *v, struct str *out)
{
	str_addc(out, '[');
	for (uint32_t i = 0; i < n; i++)
		str_addf(out, i ? ", %" PRId64 : "%" PRId64, v[i]);
	str_addc(out, ']');
}

static const char *dialect_of(enum op op)
{
	return op_table[op].dialect == OP_C ? "chlo" : "stablehlo";
}

static void print_ints(const struct attr *a, enum style style, struct str *out)
{
	if (style == S_pairs) {
		str_add(out, "dense<");
		if (a->n)
			str_addc(out, '[');
		for (uint32_t i = 0; i + 1 < a->n; i += 2) {
			if (i)
				str_add(out, ", ");
			print_int_list(2, a->ints + i, out);
		}
		if (a->n)
			str_addc(out, ']');
		str_addf(out, "> : tensor<%ux2xi64>", a->n / 2);
		return;
	}
	str_add(out, style == S_bools ? "array<i1" : "array<i64");
	for (uint32_t i = 0; i < a->n; i++) {
		str_add(out, i ? ", " : ": ");
		if (style == S_bools)
			str_add(out, a->ints[i] ? "true" : "false");
		else
			str_addf(out, "%" PRId64, a->ints[i]);
	}
	str_addc(out, '>');
}

static void print_attr_value(const struct graph *g, const struct attr *a, enum key k, enum op op,
	struct str *out)
{
	enum style style = styles[k].style;
	float f = (float)a->f;

	switch (a->kind) {
	case ATTR_int:
		str_addf(out, "%" PRId64 " : %s", a->i, style == S_i32 ? "i32" : "i64");
		return;
	case ATTR_bool:
		str_add(out, a->i ? "true" : "false");
		return;
	case ATTR_float:
		if (style == S_f32)
			print_float(DTYPE_f32, &f, out);
		else
			print_float(DTYPE_f64, &a->f, out);
		str_add(out, style == S_f32 ? " : f32" : " : f64");
		return;
	case ATTR_str:
		if (styles[k].enum_name)
			str_addf(out, "#%s<%s %s>", dialect_of(op), styles[k].enum_name, a->s);
		else if (style == S_symbol && op != OP_composite)
			print_symbol(a->s, out);
		else if (k == KEY_decomposition)
			print_symbol(a->s, out);
		else
			print_string(a->s, out);
		return;
	case ATTR_ints:
		print_ints(a, style, out);
		return;
	case ATTR_dense:
		if (k == KEY_value && op == OP_chlo_constant_like) {
			print_number(a->dense->type->dtype, a->dense->data, out);
			str_addf(out, " : %s", dtype_table[a->dense->type->dtype].text);
			return;
		}
		print_dense(g, a->dense->type, a->dense->splat, a->dense->data, out);
		return;
	case ATTR_type:
		print_type(g, a->type, out);
		return;
	case ATTR_list:
		str_addc(out, '[');
		for (uint32_t i = 0; i < a->n; i++) {
			if (i)
				str_add(out, ", ");
			print_attr_value(g, a->list[i], k, op, out);
		}
		str_addc(out, ']');
		return;
	case ATTR_raw:
		str_add(out, a->s);
	}
}

/* ---- structured attributes ------------------------------------------------------------------ */

/* fields: keys with the field's name; absent ones are not printed, but the type of a channel. */
struct field {
	enum key key;
	const char *name;
};
struct group {
	const char *attr, *prefix;
	struct field fields[8];
};
static const struct group gather_group = { "dimension_numbers", "#stablehlo.gather",
	{ { KEY_offset_dims, "offset_dims" }, { KEY_collapsed_slice_dims, "collapsed_slice_dims" },
		{ KEY_operand_batching_dims, "operand_batching_dims" },
		{ KEY_start_indices_batching_dims, "start_indices_batching_dims" },
		{ KEY_start_index_map, "start_index_map" },
		{ KEY_index_vector_dim, "index_vector_dim" } } };
static const struct group scatter_group = { "scatter_dimension_numbers", "#stablehlo.scatter", {
	{ KEY_update_window_dims, "update_window_dims" },
	{ KEY_inserted_window_dims, "inserted_window_dims" },
	{ KEY_input_batching_dims, "input_batching_dims" },
	{ KEY_scatter_indices_batching_dims, "scatter_indices_batching_dims" },
	{ KEY_scatter_dims_to_operand_dims, "scatter_dims_to_operand_dims" },
	{ KEY_index_vector_dim, "index_vector_dim" } } };
static const struct group dot_group = { "dot_dimension_numbers", "#stablehlo.dot", {
	{ KEY_lhs_batching_dimensions, "lhs_batching_dimensions" },
	{ KEY_rhs_batching_dimensions, "rhs_batching_dimensions" },
	{ KEY_lhs_contracting_dimensions, "lhs_contracting_dimensions" },
	{ KEY_rhs_contracting_dimensions, "rhs_contracting_dimensions" } } };
static const struct group ragged_group = { "ragged_dot_dimension_numbers", "#chlo.ragged_dot",
	{ { KEY_lhs_batching_dimensions, "lhs_batching_dimensions" },
		{ KEY_rhs_batching_dimensions, "rhs_batching_dimensions" },
		{ KEY_lhs_contracting_dimensions, "lhs_contracting_dimensions" },
		{ KEY_rhs_contracting_dimensions, "rhs_contracting_dimensions" },
		{ KEY_ragged_dims, "lhs_ragged_dimensions" },
		{ KEY_group_dims, "rhs_group_dimensions" } } };
static const struct group channel_group = { "channel_handle", "#stablehlo.channel_handle", {
	{ KEY_channel_id, "handle" }, { KEY_channel_type, "type" } } };
static const struct group conv_group = { "dimension_numbers", "#stablehlo.conv", {
	{ KEY_input_batch_dimension, "" }, { KEY_input_feature_dimension, "" },
	{ KEY_input_spatial_dimensions, "" }, { KEY_kernel_input_feature_dimension, "" },
	{ KEY_kernel_output_feature_dimension, "" }, { KEY_kernel_spatial_dimensions, "" },
	{ KEY_output_batch_dimension, "" }, { KEY_output_feature_dimension, "" } } };

static const struct group *group_of(enum op op)
{
	switch (op) {
	case OP_gather:
	case OP_dynamic_gather:
		return &gather_group;
	case OP_scatter:
		return &scatter_group;
	case OP_dot_general:
		return &dot_group;
	case OP_chlo_ragged_dot:
		return &ragged_group;
	case OP_convolution:
	case OP_dynamic_conv:
		return &conv_group;
	default:
		return op_table[op].kind == OP_COLLECTIVE ? &channel_group : NULL;
	}
}

static bool in_group(const struct group *s, enum key k)
{
	for (int i = 0; s && i < 8 && s->fields[i].name; i++)
		if (s->fields[i].key == k)
			return true;
	return s == &conv_group && k == KEY_output_spatial_dimensions;
}

/* Which spatial dimension is at that place. */
static void spatial_add(uint32_t n, const int64_t *spatial, int64_t place, struct str *out)
{
	for (uint32_t k = 0; k < n; k++)
		if (spatial[k] == place)
			str_addf(out, "%u", k);
}

static void conv_side(const struct attrs *a, enum key batch, enum key feature, enum key spatial,
	const char *letters, struct str *out)
{
	uint32_t n;
	const int64_t *v = attrs_ints(a, spatial, &n);
	const struct attr *b = attrs_find(a, batch), *f = attrs_find(a, feature);

	str_addc(out, '[');
	for (int64_t i = 0; i < (int64_t)n + 2; i++) {
		if (i)
			str_add(out, ", ");
		if (b && b->i == i)
			str_addc(out, letters[0]);
		else if (f && f->i == i)
			str_addc(out, letters[1]);
		else
			spatial_add(n, v, i, out);
	}
	str_addc(out, ']');
}

void print_conv_numbers(const struct attrs *a, struct str *out)
{
	conv_side(a, KEY_input_batch_dimension, KEY_input_feature_dimension,
		KEY_input_spatial_dimensions, "bf", out);
	str_addc(out, 'x');
	conv_side(a, KEY_kernel_input_feature_dimension, KEY_kernel_output_feature_dimension,
		KEY_kernel_spatial_dimensions, "io", out);
	str_add(out, "->");
	conv_side(a, KEY_output_batch_dimension, KEY_output_feature_dimension,
		KEY_output_spatial_dimensions, "bf", out);
}

static void print_group(const struct group *s, const struct attrs *a, struct str *out)
{
	bool first = true;

	str_addf(out, "%s<", s->prefix);
	if (s == &conv_group)
		print_conv_numbers(a, out);
	for (int i = 0; s != &conv_group && i < 8 && s->fields[i].name; i++) {
		const struct attr *v = attrs_find(a, s->fields[i].key);
		if (!v)
			continue;
		str_addf(out, "%s%s = ", first ? "" : ", ", s->fields[i].name);
		first = false;
		if (v->kind == ATTR_int)
			str_addf(out, "%" PRId64, v->i);
		else
			print_int_list(v->n, v->ints, out);
	}
	if (s == &channel_group && !attrs_find(a, KEY_channel_type))
		str_add(out, ", type = 0");
	str_addc(out, '>');
}

/* ---- dictionaries --------------------------------------------------------------------------- */

struct item {
	const char *name;
	const struct attr *value;
	const struct group *group;
	enum key key;
};

static int item_order(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->name, ((const struct item *)b)->name);
}

static bool hidden(enum key k)
{
	return k == KEY_effect || k == KEY_ncaptures || k == KEY_slot || k == KEY_module_text;
}

void print_attr_dict(struct job *j, const struct graph *g, enum op op, const struct attrs *a,
	const struct key_set *done, enum attr_part part, const char *before, const char *after,
	struct str *out)
{
	const struct group *group = op < OP_COUNT ? group_of(op) : NULL;
	struct item *items = job_array(j, a ? a->n + 1u : 1, sizeof *items);
	uint32_t n = 0;
	bool grouped = false;

	for (uint32_t i = 0; a && i < a->n; i++) {
		enum key k = a->e[i].key;
		if (hidden(k) || (k != KEY_other && done && key_has(done, k)))
			continue;
		if (part != ATTR_ALL && (k == KEY_other) != (part == ATTR_DISCARDABLE))
			continue;
		if (k != KEY_other && in_group(group, k)) {
			if (!grouped)
				items[n++] = (struct item){ group->attr, NULL, group, k };
			grouped = true;
		} else {
			items[n++] = (struct item){ k == KEY_other ? a->e[i].name : key_text(op, k),
				a->e[i].value, NULL, k };
		}
	}
	/* A gather of scalars has numbers that are all nothing, and needs the attribute. */
	if ((group == &gather_group || group == &scatter_group) && !grouped &&
		part != ATTR_DISCARDABLE)
		items[n++] = (struct item){ group->attr, NULL, group, KEY_other };
	if (!n)
		return;
	qsort(items, n, sizeof *items, item_order);
	str_addf(out, "%s{", before);
	for (uint32_t i = 0; i < n; i++) {
		const struct item *it = &items[i];
		if (i)
			str_add(out, ", ");
		print_name(it->name, out);
		if (it->value && it->value->kind == ATTR_raw && !strcmp(it->value->s, "unit"))
			continue;
		if (styles[it->key].style == S_unit && it->value && it->value->i)
			continue;
		str_add(out, " = ");
		if (it->group)
			print_group(it->group, a, out);
		else
			print_attr_value(g, it->value, it->key, op, out);
	}
	str_addf(out, "}%s", after);
}
