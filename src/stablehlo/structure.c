/* structure.c -- the attributes #stablehlo.name<...> that are kept as text: their fields must be
 * there, of the right kind, and in StableHLO's order where it asks for one; other names are none of
 * StableHLO's.  Those that ops take apart are attr_keys.c's. */
#include "stablehlo/text_impl.h"
#include <string.h>

/* Fields: name=kind, `?` where it may be absent.
 *
 *   n  an integer       I  a list of them   s  a string   w  a word   b  true or false
 *   p  (1)2             A  any attribute    L  a list of attributes or <...> of `item` */
struct structure {
	const char *name;
	bool ordered;
	const char *fields, *item;
};
static const struct structure structures[] = {
	{ "axis_ref", false, "name=s sub_axis_info=p?", NULL },
	{ "dot_algorithm", true,
		"lhs_precision_type=w rhs_precision_type=w accumulation_type=w "
		"lhs_component_count=n rhs_component_count=n num_primitive_operations=n "
		"allow_imprecise_accumulation=b", NULL },
	{ "mesh", true, "axes=L device_ids=A?", "mesh_axis" },
	{ "mesh_axis", false, "name=s size=n", NULL },
	{ "output_operand_alias", true,
		"output_tuple_indices=I operand_index=n operand_tuple_indices=I", NULL },
	{ "replica_group_mesh_axes", false, "mesh=A axes=L", "axis_ref" },
};
/* Others, whose text is read where it is used. */
static const char elsewhere[] = " bounds channel_handle conv dot gather result_accuracy "
				"result_accuracy_mode scatter sub_axis_info type_extensions ";

static const struct structure *find(const char *name)
{
	for (size_t i = 0; i < sizeof structures / sizeof *structures; i++)
		if (!strcmp(structures[i].name, name))
			return &structures[i];
	return NULL;
}

static void read_fields(struct parser *p, const struct structure *s);

static void read_list(struct parser *p, const char *item)
{
	expect(p, '[', "before a list");
	if (accept(p, ']'))
		return;
	do {
		if (!tok_is(p, '<')) {
			read_attr(p);
			continue;
		}
		enter(p);
		lex(p);
		read_fields(p, find(item));
		expect(p, '>', "after the fields");
		leave(p);
	} while (accept(p, ','));
	expect(p, ']', "after a list");
}

static void read_value(struct parser *p, char kind, const char *item)
{
	int64_t *v;

	switch (kind) {
	case 'n': tok_int(p); return;
	case 'I': read_int_list(p, &v); return;
	case 'A': read_attr(p); return;
	case 'L': read_list(p, item); return;
	case 'p':
		expect(p, '(', "before the size in front of an axis's part");
		tok_int(p);
		expect(p, ')', "behind the size in front of an axis's part");
		tok_int(p);
		return;
	case 's':
		if (p->tok.kind != TOK_string)
			expected(p, "a string");
		break;
	case 'b':
		if (!tok_word(p, "true") && !tok_word(p, "false"))
			expected(p, "true or false");
		break;
	default:
		if (p->tok.kind != TOK_word)
			expected(p, "a word");
	}
	lex(p);
}

/* Field i of s: its name's length, or 0 behind the last. */
static size_t field_at(const struct structure *s, int i, const char **name)
{
	*name = s->fields;
	for (; i > 0 && **name; i--) {
		*name += strcspn(*name, " ");
		*name += **name == ' ';
	}
	return strcspn(*name, "=");
}

static int field_index(const struct parser *p, const struct structure *s)
{
	const char *name;
	size_t n;

	for (int i = 0; (n = field_at(s, i, &name)) != 0; i++)
		if (p->tok.kind == TOK_word && p->tok.len == n && !memcmp(p->tok.s, name, n))
			return i;
	return -1;
}

/* Up to the closing '>', which stays. */
static void read_fields(struct parser *p, const struct structure *s)
{
	unsigned seen = 0;
	const char *name;
	size_t n;

	do {
		int i = field_index(p, s);
		if (i < 0 || seen >> i & 1 || (s->ordered && seen >> i))
			expected(p, job_printf(p->j, "a field of %s", s->name));
		seen |= 1u << i;
		lex(p);
		expect(p, '=', "after the name of a field");
		n = field_at(s, i, &name);
		read_value(p, name[n + 1], s->item);
	} while (accept(p, ','));
	for (int i = 0; (n = field_at(s, i, &name)) != 0; i++)
		if (!(seen >> i & 1) && name[n + 2] != '?')
			expected(p, job_printf(p->j, "the field %.*s of %s", (int)n, name,
					     s->name));
}

void structure_check(struct parser *p, const struct t_attr *a)
{
	const char *name = a->s + strlen("#stablehlo.");
	size_t n = strcspn(name, "<");
	const struct structure *s = find(job_printf(p->j, "%.*s", (int)n, name));

	if (strncmp(a->s, "#stablehlo.", strlen("#stablehlo.")) != 0)
		return;
	if (!s && !strstr(elsewhere, job_printf(p->j, " %.*s ", (int)n, name)))
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, a->at,
			"unknown attribute '%.*s' of stablehlo", (int)n, name);
	if (!s)
		return;
	struct parser q = parser_of(p, a, name + n + 1);
	read_fields(&q, s);
	if (!tok_is(&q, '>'))
		expected(&q, "'>'");
}
