/* read_stablehlo.c -- attributes of dialect stablehlo itself, as they stand on a module or in the
 * types of other dialects' ops: VHLO has its own for those of its ops.
 *
 * Most are made as VHLO's are.  Those that VHLO takes apart become the text that StableHLO has for
 * them, which is read as text is. */
#include "stablehlo/bytecode/bytecode_impl.h"
#include <string.h>

/* By code: as VHLO's attribute, or a name and fields, a list of integers where a * follows. */
static const struct {
	enum vhlo_attr same;
	const char *name, *fields;
} own[] = {
	[1] = { 0, "channel_handle", "handle type" },
	[2] = { VHLO_comparison_direction, NULL, NULL },
	[3] = { VHLO_comparison_type, NULL, NULL },
	[4] = { 0, "conv",
		"input_batch_dimension input_feature_dimension input_spatial_dimensions* "
		"kernel_input_feature_dimension kernel_output_feature_dimension "
		"kernel_spatial_dimensions* output_batch_dimension output_feature_dimension "
		"output_spatial_dimensions*" },
	[5] = { 0, "dot",
		"lhs_batching_dimensions* rhs_batching_dimensions* lhs_contracting_dimensions* "
		"rhs_contracting_dimensions*" },
	[6] = { VHLO_fft_type, NULL, NULL },
	[7] = { 0, "gather",
		"offset_dims* collapsed_slice_dims* operand_batching_dims* "
		"start_indices_batching_dims* start_index_map* index_vector_dim" },
	[8] = { VHLO_precision, NULL, NULL },
	[9] = { VHLO_rng_algorithm, NULL, NULL },
	[10] = { VHLO_rng_distribution, NULL, NULL },
	[11] = { 0, "scatter",
		"update_window_dims* inserted_window_dims* input_batching_dims* "
		"scatter_indices_batching_dims* scatter_dims_to_operand_dims* index_vector_dim" },
	[12] = { VHLO_transpose, NULL, NULL },
	[13] = { VHLO_extensions, NULL, NULL },
	[14] = { VHLO_operand_alias, NULL, NULL },
	[15] = { 0, "dot_algorithm", NULL },
	[16] = { VHLO_result_accuracy_mode, NULL, NULL },
	[17] = { VHLO_accuracy, NULL, NULL },
	[18] = { VHLO_mesh_axes, NULL, NULL },
	[19] = { VHLO_sub_axis, NULL, NULL },
	[20] = { VHLO_axis_ref, NULL, NULL },
	[21] = { VHLO_mesh_axis, NULL, NULL },
	[22] = { VHLO_mesh, NULL, NULL },
};

static void fields_text(struct cursor *c, const char *fields, struct str *out)
{
	while (*fields) {
		size_t n = strcspn(fields, " *");
		str_addf(out, "%.*s = ", (int)n, fields);
		fields += n;
		if (*fields == '*') {
			take_int_list(c, out);
			fields++;
		} else {
			str_addf(out, "%lld", (long long)take_signed(c));
		}
		if (*fields == ' ') {
			str_add(out, ", ");
			fields++;
		}
	}
}

static void algorithm_text(struct cursor *c, struct str *out)
{
	static const char *const types[] = { "lhs_precision_type", "rhs_precision_type",
		"accumulation_type" };
	static const char *const counts[] = { "lhs_component_count", "rhs_component_count",
		"num_primitive_operations" };

	for (int i = 0; i < 3; i++)
		str_addf(out, "%s = %s, ", types[i], dtype_table[take_element(c)].text);
	for (int i = 0; i < 3; i++)
		str_addf(out, "%s = %lld, ", counts[i], (long long)take_signed(c));
	str_addf(out, "allow_imprecise_accumulation = %s", take_byte(c) ? "true" : "false");
}

struct t_attr *stablehlo_attr(struct cursor *c, struct bc_entry *e, struct t_attr *a)
{
	const uint8_t *from = c->at;
	uint64_t code = take_varint(c);
	struct str text;

	if (code >= sizeof own / sizeof *own || (!own[code].same && !own[code].name))
		lacks(c->f, from, "attribute %llu of dialect stablehlo is not supported",
			(unsigned long long)code);
	if (own[code].same) {
		take_structure(c, e, own[code].same, true, a);
		return a;
	}
	str_init(&text, c->f->p->j);
	str_addf(&text, "#stablehlo.%s<%s", own[code].name, code == 4 ? "raw " : "");
	if (own[code].fields)
		fields_text(c, own[code].fields, &text);
	else
		algorithm_text(c, &text);
	str_addc(&text, '>');
	e->weight += text.len;
	return attr_from_text(c->f->p, a->at, text.text);
}
