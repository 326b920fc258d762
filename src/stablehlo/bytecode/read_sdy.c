/* read_sdy.c -- meshes and shardings of dialect sdy, which stand in artifacts of several devices as
 * they are: as their text, all that Weft keeps of them. */
#include "stablehlo/bytecode/bytecode_impl.h"
#include <string.h>

enum sdy_attr {
	SDY_manual_axes = 0,
	SDY_mesh_axis = 1,
	SDY_mesh = 2,
	SDY_sub_axis = 3,
	SDY_axis = 4,
	SDY_dimension = 5,
	SDY_sharding = 6,
	SDY_per_value = 7,
	SDY_dimension_mapping = 8,
	SDY_tensor_mapping = 9,
	SDY_rule = 10,
	SDY_axes = 11,
	SDY_list_of_axes = 12,
	SDY_all_to_all = 13,
	SDY_list_of_all_to_all = 14,
	SDY_sharding_unreduced = 15,
};
#define KIND(name) (1u << SDY_##name)

/* attributes of these kinds, with commas */
static void parts(struct cursor *c, struct bc_entry *e, uint32_t kinds, struct str *out)
{
	uint32_t n = take_count(c, "attributes");

	for (uint32_t i = 0; i < n; i++) {
		if (i)
			str_add(out, ", ");
		str_add(out, take_text_part(c, e, kinds));
	}
}

/* ["x"=2, "y"=4], device_ids=[0, 1] */
static void mesh(struct cursor *c, struct bc_entry *e, struct str *out)
{
	str_add(out, "<[");
	parts(c, e, KIND(mesh_axis), out);
	str_addc(out, ']');
	uint32_t n = take_count(c, "devices");
	for (uint32_t i = 0; i < n; i++)
		str_addf(out, "%s%lld", i ? ", " : ", device_ids=[", (long long)take_signed(c));
	str_add(out, n ? "]>" : ">");
}

/* {"x", ?}p1 */
static void dimension(struct cursor *c, struct bc_entry *e, struct str *out)
{
	str_addc(out, '{');
	parts(c, e, KIND(axis), out);
	if (!take_byte(c))
		str_add(out, out->len > 1 ? ", ?" : "?");
	str_addc(out, '}');
	uint64_t priority = take_varint(c);
	if (priority & 1)
		str_addf(out, "p%llu", (unsigned long long)(priority >> 1));
}

/* @mesh, [{"x"}], replicated={"y"}, unreduced={"z"} */
static void sharding(struct cursor *c, struct bc_entry *e, bool unreduced, struct str *out)
{
	static const char *const names[] = { ", replicated={", ", unreduced={" };
	const char *of = take_text_part(c, e, KIND(mesh) | SDY_PART_symbol);

	str_addf(out, "<%s, [", of[0] == '<' ? job_printf(c->f->p->j, "mesh%s", of) : of);
	parts(c, e, KIND(dimension), out);
	str_addc(out, ']');
	for (int i = 0; i < 1 + unreduced; i++) {
		struct str axes;
		str_init(&axes, c->f->p->j);
		parts(c, e, KIND(axis), &axes);
		if (axes.len)
			str_addf(out, "%s%s}", names[i], axes.text);
	}
	str_addc(out, '>');
}

/* Factors are named i to z, then z_1, z_2 ... */
static void factor(int64_t i, struct str *out)
{
	if (i < 'z' - 'i' + 1)
		str_addc(out, (char)('i' + (i < 0 ? 0 : i)));
	else
		str_addf(out, "z_%lld", (long long)(i - ('z' - 'i')));
}

static void factors(struct cursor *c, const char *between, struct str *out)
{
	uint32_t n = take_count(c, "factors");

	for (uint32_t i = 0; i < n; i++) {
		if (i)
			str_add(out, between);
		factor(take_signed(c), out);
	}
}

/* ([i, j], [j, k])->([i, k]) {i=2, j=5, k=3} reduction={j}, custom */
static void rule(struct cursor *c, struct bc_entry *e, struct str *out)
{
	static const char *const kinds[] = { "reduction", "need_replication", "permutation",
		"blocked_propagation" };
	struct str sizes, some;
	uint32_t n = take_count(c, "factors");

	str_init(&sizes, c->f->p->j);
	for (uint32_t i = 0; i < n; i++) {
		str_add(&sizes, i ? ", " : " {");
		factor(i, &sizes);
		str_addf(&sizes, "=%lld", (long long)take_signed(c));
	}
	str_add(out, "<(");
	parts(c, e, KIND(tensor_mapping), out);
	str_add(out, ")->(");
	parts(c, e, KIND(tensor_mapping), out);
	str_addf(out, ")%s%s", n ? sizes.text : "", n ? "}" : "");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		str_init(&some, c->f->p->j);
		factors(c, ", ", &some);
		if (some.len)
			str_addf(out, " %s={%s}", kinds[i], some.text);
	}
	str_add(out, take_byte(c) ? ", custom>" : ">");
}

/* {"x"}: 0->1 */
static void all_to_all(struct cursor *c, struct bc_entry *e, struct str *out)
{
	str_addc(out, '{');
	parts(c, e, KIND(axis), out);
	int64_t from = take_signed(c), to = take_signed(c);
	str_addf(out, "}: %lld->%lld", (long long)from, (long long)to);
}

/* Lists of what axes are moved by collectives, and of those that are manual. */
static const char *lists(struct cursor *c, struct bc_entry *e, uint64_t code, struct str *out)
{
	uint32_t within = code == SDY_manual_axes ? SDY_PART_string
			  : code == SDY_axes      ? KIND(axis)
			  : code == SDY_list_of_axes ? KIND(axes) : KIND(all_to_all);
	bool set = code == SDY_manual_axes || code == SDY_axes;

	if (code == SDY_all_to_all) {
		all_to_all(c, e, out);
		return "#sdy<all_to_all_param";
	}
	str_addc(out, set ? '{' : '[');
	parts(c, e, within, out);
	str_addc(out, set ? '}' : ']');
	return code == SDY_manual_axes ? "#sdy<manual_axes"
	       : code == SDY_axes      ? "#sdy<axis_ref_list"
	       : code == SDY_list_of_axes
		       ? "#sdy<list_of_axis_ref_lists"
		       : "#sdy<all_to_all_param_list";
}

/* e->part: as it stands within others; prefix: what stands before it alone. */
void sdy_attr(struct cursor *c, struct bc_entry *e, struct t_attr *a)
{
	const uint8_t *from = c->at;
	uint64_t code = take_varint(c);
	const char *prefix = "", *suffix = "";
	struct str s;

	str_init(&s, c->f->p->j);
	a->kind = T_raw;
	switch (code) {
	case SDY_mesh_axis:
		prefix = "#sdy<mesh_axis";
		print_string(take_string(c, NULL), &s);
		str_addf(&s, "=%lld", (long long)take_signed(c));
		break;
	case SDY_mesh:
		prefix = "#sdy.mesh";
		mesh(c, e, &s);
		break;
	case SDY_sub_axis:
		prefix = "#sdy<sub_axis_info";
		str_addf(&s, "(%lld)", (long long)take_signed(c));
		str_addf(&s, "%lld", (long long)take_signed(c));
		break;
	case SDY_axis: {
		prefix = "#sdy<axis_ref";
		print_string(take_string(c, NULL), &s);
		const struct t_attr *sub = take_optional_attr(c);
		const char *part = sub && sub->kind == T_raw ? sub->s : "";
		if (sub && strncmp(part, "#sdy<sub_axis_info", 18) != 0)
			bad(c->f, from, "expected a part of an axis");
		if (sub)
			str_addf(&s, ":%.*s", (int)strlen(part) - 19, part + 18);
		break;
	}
	case SDY_dimension:
		prefix = "#sdy<dimension_sharding";
		dimension(c, e, &s);
		break;
	case SDY_sharding:
	case SDY_sharding_unreduced:
		prefix = "#sdy.sharding";
		sharding(c, e, code == SDY_sharding_unreduced, &s);
		break;
	case SDY_per_value:
		prefix = "#sdy.sharding_per_value";
		str_add(&s, "<[");
		parts(c, e, KIND(sharding) | KIND(sharding_unreduced), &s);
		str_add(&s, "]>");
		break;
	case SDY_dimension_mapping:
		prefix = "#sdy<dim_mapping";
		factors(c, "", &s);
		break;
	case SDY_tensor_mapping:
		prefix = "#sdy<tensor_mapping";
		str_addc(&s, '[');
		parts(c, e, KIND(dimension_mapping), &s);
		str_addc(&s, ']');
		break;
	case SDY_rule:
		prefix = "#sdy.op_sharding_rule";
		rule(c, e, &s);
		break;
	case SDY_manual_axes:
	case SDY_axes:
	case SDY_list_of_axes:
	case SDY_all_to_all:
	case SDY_list_of_all_to_all: prefix = lists(c, e, code, &s); break;
	default:
		lacks(c->f, from, "attribute %llu of dialect sdy is not supported",
			(unsigned long long)code);
	}
	e->part = s.text;
	e->part_kind = 1u << code;
	e->weight += s.len;
	if (!strncmp(prefix, "#sdy<", 5))
		suffix = ">";
	a->s = job_printf(c->f->p->j, "%s%s%s", prefix, s.text, suffix);
}
