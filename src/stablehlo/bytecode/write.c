/* write.c -- stablehlo_write: a graph's functions, regions and ops as a portable artifact.
 *
 * What the printer does with names is done with numbers (read.c says how they are given): a
 * region's nodes in the printer's order, captured parameters by the number of what they capture,
 * the implicit effect token (graph.h R4) nowhere.  An op is written in the row of vhlo.def that the
 * target version has, each attribute that the graph leaves out with its default. */
#include "stablehlo/bytecode/write_impl.h"
#include <stdlib.h>
#include <string.h>

struct writer {
	struct bc_out o;
	struct printer p;            /* knows which types are shown */
	uint32_t rows[OP_COUNT];     /* number of an op's name, plus one */
};
struct numbered {
	struct scope s;
	uint32_t *params;            /* numbers */
	uint32_t own, nvalues, nops, base;
	const char *dialect;         /* of the return where the types are MLIR's: regions of ops
				      * beside VHLO; else NULL */
	uint32_t ncasts;             /* of what is returned there: values behind the nvalues */
};

/* ---- discardable attributes ----------------------------------------------------------------- */

struct named {
	uint32_t n, cap;
	const char **names;
	uint32_t *values;
};

static void named_add(struct bc_out *o, struct named *l, const char *name, uint32_t value)
{
	if (l->n == l->cap) {
		uint32_t to = l->cap ? l->cap * 2 : 8;
		l->names = job_grow(o->j, l->names, l->cap, to, sizeof *l->names);
		l->values = job_grow(o->j, l->values, l->cap, to, sizeof *l->values);
		l->cap = to;
	}
	l->names[l->n] = name;
	l->values[l->n++] = value;
}

static bool is_field(const char *attrs, const char *name)
{
	for (struct vhlo_field f; vhlo_next(&attrs, &f);)
		if (!strcmp(f.slot->name, name))
			return true;
	return false;
}

/* But those of the op's fields.  as_text: builtin's, where an op is not VHLO's. */
static void named_discardable(struct bc_out *o, struct named *l, const struct attrs *a,
	bool as_text, const char *fields)
{
	for (uint32_t i = 0; a && i < a->n; i++)
		if (a->e[i].key == KEY_other && !is_field(fields, a->e[i].name))
			named_add(o, l, a->e[i].name,
				as_text ? out_asm(o, a->e[i].value->s)
					: out_of_text(o, a->e[i].value->s));
}

/* Ops of the check and interpreter dialects, which are custom calls here: the attributes are no
 * business of VHLO's, whose strings they would be where they are @symbols. */
static bool is_host_call(const struct node *n)
{
	const struct attr *target = attrs_find(n->attrs, KEY_call_target_name);

	return n->op == OP_custom_call && target &&
	       (!strncmp(target->s, "check.", 6) || !strncmp(target->s, "interpreter.", 12));
}

/* An attribute of a key that the op's row does not have: newer than the target, or no business of
 * VHLO's, and then kept beside. */
static void write_beside(
	struct bc_out *o, const struct node *n, const struct attr_entry *e, struct named *out)
{
	const struct vhlo_row *newest = vhlo_newest(n->op);
	const char *name = e->key == KEY_other ? e->name : key_names[e->key];
	struct vhlo_field f;

	if (vhlo_field_find(newest, e->key == KEY_algorithm ? "accumulation_type" : name, &f))
		needs(o, newest->since, job_printf(o->j, "the attribute %s", name));
	if (e->value->kind == ATTR_raw)
		named_add(o, out, name,
			is_host_call(n) ? out_asm(o, e->value->s) : out_of_text(o, e->value->s));
	else if (e->value->kind == ATTR_int)
		named_add(o, out, name, out_integer(o, DTYPE_i64, e->value->i));
	else if (e->value->kind == ATTR_bool)
		named_add(o, out, name, out_bool(o, e->value->i));
	else if (e->value->kind == ATTR_str)
		named_add(o, out, name, out_string_attr(o, e->value->s));
	else
		job_fail_at(o->j, WEFT_UNIMPLEMENTED, o->at,
			"%s: the attribute %s has no form in VHLO", o->op, name);
}

static bool is_implicit(const struct attr_entry *e)
{
	return e->key == KEY_effect || e->key == KEY_ncaptures || e->key == KEY_slot;
}

/* The attributes of n: fields of its row in order, others by name. */
static void write_attrs(struct bc_out *o, const struct vhlo_row *row, const struct node *n,
	struct named *fields, struct named *beside)
{
	struct vhlo_field f;
	uint64_t taken[4] = { 0 };
	uint32_t count = n->attrs ? n->attrs->n : 0;

	for (const char *at = row->attrs; vhlo_next(&at, &f);) {
		const struct attr_entry *e =
			count ? vhlo_entry(n->op, f.slot, count, n->attrs->e) : NULL;
		if (e && e - n->attrs->e < 256)
			taken[(e - n->attrs->e) / 64] |= (uint64_t)1 << ((e - n->attrs->e) % 64);
		uint32_t value = write_field(o, n, f.slot);
		named_add(o, fields, f.slot->name, value);
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct attr_entry *e = &n->attrs->e[i];
		bool done =
			(i < 256 && taken[i / 64] >> (i % 64) & 1) || is_implicit(e) ||
			(e->key == KEY_algorithm && vhlo_field_find(row, "accumulation_type", &f));
		if (!done)
			write_beside(o, n, e, beside);
	}
}

/* ---- heads of ops --------------------------------------------------------------------------- */

enum { HAS_attrs = 1, HAS_results = 2, HAS_operands = 4, HAS_regions = 16, HAS_properties = 64 };

/* Name, mask, location, attributes: up to format 4 all are in the dictionary. */
static void put_head(struct bc_out *o, struct str *s, uint32_t name, unsigned mask, uint32_t loc,
	const struct named *fields, const struct named *beside)
{
	struct named all = *beside;
	bool old = o->format < 5;

	for (uint32_t i = 0; old && i < fields->n; i++)
		named_add(o, &all, fields->names[i], fields->values[i]);
	mask |= all.n ? HAS_attrs : 0;
	mask |= !old && fields->n ? HAS_properties : 0;
	put_varint(s, name);
	str_addc(s, (char)mask);
	put_varint(s, loc);
	if (all.n)
		put_varint(s, out_dictionary(o, true, all.n, all.names, all.values));
	if (mask & HAS_properties) {
		struct str body;
		str_init(&body, o->j);
		for (uint32_t i = 0; i < fields->n; i++)
			put_varint(&body, fields->values[i]);
		put_varint(s, out_properties(o, &body));
	}
}

/* The regions of functions and modules: from format 2 on in a section of their own. */
static void put_isolated(struct bc_out *o, struct str *s, const struct str *region)
{
	put_varint(s, 1 << 1 | 1);
	if (o->format >= 2) {
		str_addc(s, SECTION_ir);
		put_varint(s, region->len);
	}
	str_add_bytes(s, region->text, region->len);
}

/* ---- regions -------------------------------------------------------------------------------- */

static bool is_written(const struct node *n)
{
	return n->op != OP_parameter && n->op != OP_result && n->op != OP_token;
}

/* The node that makes a value. */
static const struct node *maker(const struct node *v)
{
	return v->op == OP_result ? v->in[0] : v;
}

/* Of a builtin type before it is cast: what an op beside VHLO gives, and a builtin region's own
 * parameters.  The next such op takes it as it is: sdy's verifier looks at who made its operand. */
static bool is_uncast(const struct numbered *s, const struct node *v)
{
	if (v->op == OP_parameter)
		return s->dialect && (uint32_t)node_int(v, KEY_index, 0) < s->own;
	return is_beside(maker(v)->op);
}

static uint32_t operand_casts(const struct numbered *s, const struct node *n)
{
	uint32_t casts = 0;

	for (uint32_t i = 0; i < node_noperands(n); i++)
		casts += !is_uncast(s, n->in[i]);
	return casts;
}

/* Numbers r's values from base on; nown of its parameters are its own, and where they are of
 * builtin types, casts of them come first and those of the results last. */
static struct numbered *number_region(struct writer *w, const struct scope *outer,
	const struct region *r, uint32_t nown, uint32_t base, const char *dialect)
{
	struct numbered *n = job_alloc(w->o.j, sizeof *n);

	n->s = *scope_new(&w->p, outer, r);
	n->params = job_array(w->o.j, r->nparams, sizeof *n->params);
	n->own = nown;
	n->base = base;
	n->dialect = dialect;
	for (; n->nvalues < nown; n->nvalues++)
		n->params[n->nvalues] = base + n->nvalues + (dialect ? nown : 0);
	if (dialect) {
		n->nvalues += nown;
		n->nops += nown;
	}
	for (uint32_t i = 0; i < n->s.n; i++) {
		if (!is_written(n->s.order[i]))
			continue;
		const struct node *v = n->s.order[i];
		uint32_t nresults = node_nresults(v);
		if (is_beside(v->op)) {    /* casts around it */
			uint32_t casts = operand_casts(n, v) + nresults;
			n->nvalues += casts;
			n->nops += casts;
		}
		n->s.number[i] = base + n->nvalues;
		n->nvalues += nresults;
		n->nops++;
	}
	return n;
}

static struct numbered *number(struct writer *w, const struct scope *outer, const struct region *r,
	uint32_t nown, uint32_t base)
{
	return number_region(w, outer, r, nown, base, NULL);
}

static uint32_t value_number(const struct numbered *s, const struct node *v)
{
	if (v->op == OP_parameter)
		return s->params[node_int(v, KEY_index, 0)];
	if (v->op == OP_result)
		return s->s.number[scope_find(&s->s, v->in[0])] +
		       (uint32_t)node_int(v, KEY_index, 0);
	return s->s.number[scope_find(&s->s, v)];
}

/* The number of an uncast value. */
static uint32_t uncast_number(const struct numbered *s, const struct node *v)
{
	return value_number(s, v) - (v->op == OP_parameter ? s->own : node_nresults(maker(v)));
}

static void put_values(
	struct str *out, const struct numbered *s, uint32_t n, const struct node *const *v)
{
	put_varint(out, n);
	for (uint32_t i = 0; i < n; i++)
		put_varint(out, value_number(s, v[i]));
}

static void put_cast(struct bc_out *o, struct str *out, uint32_t type, uint32_t value)
{
	const struct named none = { 0 };

	put_head(o, out, out_op(o, "builtin", "unrealized_conversion_cast"),
		HAS_results | HAS_operands, out_location(o, NULL), &none, &none);
	put_varint(out, 1);
	put_varint(out, type);
	put_varint(out, 1);
	put_varint(out, value);
}

static void write_node(
	struct writer *w, const struct numbered *s, const struct node *n, struct str *out);

/* The return of an op beside VHLO: results cast to MLIR's types. */
static void write_builtin_return(
	struct writer *w, const struct numbered *s, uint32_t nresults, struct str *out)
{
	struct bc_out *o = &w->o;
	const struct named none = { 0 };
	const struct node *const *r = s->s.region->results;
	uint32_t next = s->base + s->nvalues;

	for (uint32_t i = 0; i < nresults; i++)
		if (!is_uncast(s, r[i]))
			put_cast(o, out, type_as_text(o, shown_type(&w->p, &s->s, r[i])),
				value_number(s, r[i]));
	put_head(o, out, out_op(o, s->dialect, "return"), nresults ? HAS_operands : 0,
		out_location(o, NULL), &none, &none);
	if (nresults)
		put_varint(out, nresults);
	for (uint32_t i = 0; i < nresults; i++)
		put_varint(out, is_uncast(s, r[i]) ? uncast_number(s, r[i]) : next++);
}

static uint32_t result_casts(const struct numbered *s, uint32_t nresults)
{
	uint32_t casts = 0;

	for (uint32_t i = 0; i < nresults; i++)
		casts += !is_uncast(s, s->s.region->results[i]);
	return casts;
}

/* One block: arguments, ops, a return of the first nresults results. */
static void write_region(
	struct writer *w, const struct numbered *s, uint32_t nresults, struct str *out)
{
	struct bc_out *o = &w->o;
	const struct named none = { 0 };
	uint32_t unknown = out_location(o, NULL);

	put_varint(out, 1);
	put_varint(out, s->nvalues + s->ncasts);
	put_varint(out, (uint64_t)(s->nops + s->ncasts + 1) << 1 | (s->own > 0));
	if (s->own) {
		put_varint(out, s->own);
		for (uint32_t i = 0; i < s->own; i++) {
			const struct type *t = s->s.region->params[i];
			uint64_t type = s->dialect ? type_as_text(o, t) : type_of_value(o, t);
			put_varint(out, o->format >= 4 ? type << 1 : type);
			if (o->format < 4)
				put_varint(out, unknown);
		}
		if (o->format >= 3)
			str_addc(out, 0);
	}
	for (uint32_t i = 0; s->dialect && i < s->own; i++)
		put_cast(o, out, type_of_value(o, s->s.region->params[i]), s->base + i);
	for (uint32_t i = 0; i < s->s.n; i++)
		if (is_written(s->s.order[i]))
			write_node(w, s, s->s.order[i], out);
	if (s->dialect) {
		write_builtin_return(w, s, nresults, out);
		return;
	}
	put_head(o, out, out_op(o, "vhlo", "return_v1"), nresults ? HAS_operands : 0, unknown,
		&none, &none);
	if (nresults)
		put_values(out, s, nresults, s->s.region->results);
}

/* Region r of n, numbered behind all values of s. */
static void write_nested(struct writer *w, const struct numbered *s, const struct node *n,
	uint32_t r, struct str *out)
{
	const struct region *region = n->regions[r];
	uint32_t ncaptures = node_ncaptures(n), nin = node_noperands(n);
	uint32_t own = region->nparams - ncaptures - node_has_effect(n);
	struct numbered *inner = number(w, &s->s, region, own, s->base + s->nvalues + s->ncasts);

	for (uint32_t i = 0; i < ncaptures; i++)
		inner->params[own + i] = value_number(s, n->in[nin + i]);
	write_region(w, inner, region->nresults - node_has_effect(n), out);
}

/* What an older form of an op cannot say, beside attributes: several operands where it had one, a
 * computation of another type than the operands'. */
static void check_row(struct bc_out *o, const struct vhlo_row *row, const struct node *n)
{
	const struct vhlo_row *newest = vhlo_newest(n->op);
	bool variadic = n->op == OP_all_gather || n->op == OP_all_reduce ||
			n->op == OP_all_to_all || n->op == OP_collective_broadcast;

	if (row != newest && variadic && node_noperands(n) != 1)
		needs(o, newest->since, "another number of operands than one");
	if (n->op == OP_composite && row != newest && n->nregions > 1)
		needs(o, newest->since, "a composite with regions");
	enum op_kind k = op_table[n->op].kind;
	bool reduces = k == OP_REDUCE || k == OP_WINDOW || k == OP_SCATTER ||
		       (k == OP_COLLECTIVE && n->nregions);
	const struct type *in = n->nin ? n->in[0]->type : NULL;
	if (reduces && o->version < V(0, 17) && n->nregions &&
		n->regions[n->nregions - 1]->nparams && in->kind == TYPE_tensor &&
		n->regions[n->nregions - 1]->params[0]->dtype != in->dtype)
		needs(o, V(0, 17), "a computation of another type than the operands");
}

/* ---- CHLO, sdy ------------------------------------------------------------------------------- */

/* A region that sees nothing outside. */
static void write_closed(struct writer *w, const struct node *n, struct str *out)
{
	const struct region *r = n->regions[0];
	uint32_t effect = node_has_effect(n);
	struct str region;

	if (node_ncaptures(n))
		job_fail_at(w->o.j, WEFT_UNIMPLEMENTED, w->o.at,
			"%s that uses values from outside has no form in portable artifacts",
			w->o.op);
	struct numbered *s = number_region(w, NULL, r, r->nparams - effect, 0,
		n->op == OP_chlo_scan ? "stablehlo" : "sdy");
	s->ncasts = result_casts(s, r->nresults - effect);
	str_init(&region, w->o.j);
	write_region(w, s, r->nresults - effect, &region);
	put_isolated(&w->o, out, &region);
}

/* Properties of an op of chlo or sdy, as MLIR's text; absent ones are stored as 0. */
static void beside_fields(struct bc_out *o, const struct node *n, const char *attrs,
	struct named *fields, struct named *beside)
{
	const struct key_set none = { { 0 } };
	const char *all_fields = attrs;
	struct vhlo_field f;
	struct str s;

	str_init(&s, o->j);
	print_attr_dict(o->j, o->g, n->op, n->attrs, &none, ATTR_ALL, "", "", &s);
	struct t_attr *all = s.len ? attr_from_text(&o->text, o->at, s.text) : NULL;
	while (vhlo_next(&attrs, &f)) {
		const struct t_attr *a = dict_find(all, f.slot->name);
		if (!a && !f.optional)
			job_fail_at(o->j, WEFT_UNIMPLEMENTED, o->at,
				"%s: the attribute %s is missing", o->op, f.slot->name);
		uint32_t v = a ? out_asm(o, attr_raw_text(&o->text, a)) : 0;
		if (o->format >= 5)
			named_add(o, fields, f.slot->name, !f.optional ? v : a ? v << 1 | 1 : 0);
		else if (a)
			named_add(o, beside, f.slot->name, v);
	}
	named_discardable(o, beside, n->attrs, true, all_fields);
}

/* How many operands and results of a scan are of each kind: as MLIR stores arrays that may be
 * sparse, these are not. */
static void scan_segments(
	struct bc_out *o, const struct node *n, struct named *fields, struct named *beside)
{
	static const char *const names[] = { "operandSegmentSizes", "resultSegmentSizes" };
	uint32_t inputs = (uint32_t)node_int(n, KEY_ninputs, 0);
	uint32_t carries = node_noperands(n) - inputs;
	uint32_t first[] = { inputs, node_nresults(n) - carries };

	for (int i = 0; i < 2; i++) {
		const char *text =
			job_printf(o->j, "array<i32: %u, %u>", first[i], carries);
		if (o->format < 5) {
			named_add(o, beside, names[i], out_asm(o, text));
			continue;
		}
		named_add(o, fields, names[i], 2 << 1);
		named_add(o, fields, names[i], first[i]);
		named_add(o, fields, names[i], carries);
	}
}

/* Casts of the operands, the op, casts of its results: numbered in this order. */
static void write_beside_op(
	struct writer *w, const struct numbered *s, const struct node *n, struct str *out)
{
	struct bc_out *o = &w->o;
	uint32_t nin = node_noperands(n), nresults = node_nresults(n);
	uint32_t op = value_number(s, n) - nresults, next = op - operand_casts(s, n);
	struct named fields = { 0 }, beside = { 0 };
	enum op same;
	const char *dialect = op_table[n->op].dialect == OP_Y ? "sdy" : "chlo";
	const char *name = op_table[n->op].text + strlen(dialect) + 1;
	const char *attrs = beside_attrs(dialect, name, &same);

	if (!attrs)
		job_fail_at(o->j, WEFT_UNIMPLEMENTED, o->at, "%s has no form in portable artifacts",
			o->op);
	for (uint32_t i = 0; i < nin; i++)
		if (!is_uncast(s, n->in[i]))
			put_cast(o, out, type_as_text(o, shown_type(&w->p, &s->s, n->in[i])),
				value_number(s, n->in[i]));
	beside_fields(o, n, attrs, &fields, &beside);
	if (n->op == OP_chlo_scan)
		scan_segments(o, n, &fields, &beside);
	put_head(o, out, out_op(o, dialect, name),
		(nresults ? HAS_results : 0) | (nin ? HAS_operands : 0) |
			(n->nregions ? HAS_regions : 0),
		out_location(o, graph_location(o->g, n)), &fields, &beside);
	if (nresults)
		put_varint(out, nresults);
	for (uint32_t i = 0; i < nresults; i++)
		put_varint(out, type_as_text(o, shown_result(&w->p, &s->s, n, i)));
	if (nin)
		put_varint(out, nin);
	for (uint32_t i = 0; i < nin; i++)
		put_varint(out, is_uncast(s, n->in[i]) ? uncast_number(s, n->in[i]) : next++);
	if (n->nregions)
		write_closed(w, n, out);
	for (uint32_t i = 0; i < nresults; i++)
		put_cast(o, out, type_of_value(o, shown_result(&w->p, &s->s, n, i)), op + i);
}

static const struct vhlo_row *row_of(struct writer *w, const struct node *n)
{
	const struct vhlo_row *row = vhlo_row_at(n->op, w->o.version), *newest = vhlo_newest(n->op);

	if (!newest)
		job_fail_at(w->o.j, WEFT_UNIMPLEMENTED, w->o.at,
			"%s has no form in portable artifacts", w->o.op);
	if (!row) {
		while (vhlo_row_at(n->op, newest->since - 1))
			newest--;
		needs(&w->o, newest->since, "the operation");
	}
	if (!w->rows[n->op])
		w->rows[n->op] = out_op(&w->o, "vhlo", row->name) + 1;
	return row;
}

static void write_node(
	struct writer *w, const struct numbered *s, const struct node *n, struct str *out)
{
	struct bc_out *o = &w->o;
	const struct location *at = graph_location(o->g, n);
	struct named fields = { 0 }, beside = { 0 };
	uint32_t nin = node_noperands(n), nresults = node_nresults(n);
	bool regions = n->nregions && !op_names_regions(n->op);

	o->at = at && at->file ? (struct place){ at->file, at->line, at->column } : o->at;
	o->op = job_printf(o->j, "'%s'", op_table[n->op].text);
	if (is_beside(n->op)) {
		write_beside_op(w, s, n, out);
		return;
	}
	const struct vhlo_row *row = row_of(w, n);
	check_row(o, row, n);
	write_attrs(o, row, n, &fields, &beside);
	put_head(o, out, w->rows[n->op] - 1,
		(nresults ? HAS_results : 0) | (nin ? HAS_operands : 0) |
			(regions ? HAS_regions : 0),
		out_location(o, at), &fields, &beside);
	if (nresults)
		put_varint(out, nresults);
	for (uint32_t i = 0; i < nresults; i++)
		put_varint(out, type_of_value(o, shown_result(&w->p, &s->s, n, i)));
	if (nin)
		put_values(out, s, nin, n->in);
	if (regions)
		put_varint(out, (uint64_t)n->nregions << 1);
	for (uint32_t i = 0; regions && i < n->nregions; i++)
		write_nested(w, s, n, i, out);
}

/* ---- functions ------------------------------------------------------------------------------ */

/* An array of a dictionary each; empty when all are. */
static uint32_t write_each(struct bc_out *o, uint32_t n, const struct attrs *const *each)
{
	uint32_t *v = job_array(o->j, n, sizeof *v);
	bool any = false;

	for (uint32_t i = 0; i < n; i++) {
		struct named l = { 0 };
		named_discardable(o, &l, each ? each[i] : NULL, false, "");
		v[i] = out_dictionary(o, false, l.n, l.names, l.values);
		any |= l.n > 0;
	}
	return out_array(o, any ? n : 0, v);
}

static void func_fields(struct bc_out *o, struct named *fields, const char *name, bool is_private,
	uint32_t type, uint32_t arg_attrs, uint32_t res_attrs)
{
	named_add(o, fields, "arg_attrs", arg_attrs);
	named_add(o, fields, "function_type", out_type_attr(o, type));
	named_add(o, fields, "res_attrs", res_attrs);
	named_add(o, fields, "sym_name", out_string_attr(o, name));
	named_add(
		o, fields, "sym_visibility", out_string_attr(o, is_private ? "private" : "public"));
}

static void write_func(struct writer *w, const struct func *f, struct str *out)
{
	struct bc_out *o = &w->o;
	struct named fields = { 0 }, beside = { 0 };
	struct str region;

	o->op = job_printf(o->j, "'@%s'", f->name);
	o->at = (struct place){ 0 };
	struct numbered *s = number(w, NULL, f->region, 0, 0);
	struct func_shape shape = func_shape(&s->s);
	s = number(w, NULL, f->region, shape.nparams, 0);
	const struct type **results = job_array(o->j, shape.nresults, sizeof *results);
	for (uint32_t i = 0; i < shape.nresults; i++)
		results[i] = shown_type(&w->p, &s->s, f->region->results[i]);
	func_fields(o, &fields, f->name, f->is_private,
		type_of_function(o, shape.nparams, f->region->params, shape.nresults, results),
		write_each(o, shape.nparams, f->param_attrs),
		write_each(o, shape.nresults, f->result_attrs));
	named_discardable(o, &beside, f->attrs, false, "");
	put_head(o, out, out_op(o, "vhlo", "func_v1"), HAS_regions, out_location(o, NULL), &fields,
		&beside);
	str_init(&region, o->j);
	write_region(w, s, shape.nresults, &region);
	put_isolated(o, out, &region);
}

static uint32_t write_dicts(struct bc_out *o, uint32_t n, struct t_attr *const *dicts)
{
	uint32_t *v = job_array(o->j, n, sizeof *v);
	bool any = false;

	for (uint32_t i = 0; i < n; i++) {
		v[i] = dicts[i] ? out_of_text(o, attr_raw_text(&o->text, dicts[i]))
				: out_dictionary(o, false, 0, NULL, NULL);
		any |= dicts[i] && dicts[i]->n;
	}
	return out_array(o, any ? n : 0, v);
}

/* sdy.mesh @m = <["x"=2]>, as MLIR's text within its op. */
static void write_mesh(struct writer *w, const char *text, struct str *out)
{
	struct bc_out *o = &w->o;
	struct named fields = { 0 }, none = { 0 };
	const char *axes = strstr(text, " = <"), *name = strchr(text, '@');

	if (!axes || !name || axes < name || axes[strlen(axes) - 1] != '>' || name[1] == '"')
		job_fail_at(
			o->j, WEFT_UNIMPLEMENTED, o->at, "'%.60s' has no form in bytecode", text);
	name = job_printf(o->j, "%.*s", (int)(axes - name - 1), name + 1);
	named_add(o, &fields, "mesh", out_asm(o, job_printf(o->j, "#sdy.mesh%s", axes + 3)));
	named_add(o, &fields, "sym_name", out_builtin_string(o, name));
	put_head(o, out, out_op(o, "sdy", "mesh"), 0, out_location(o, NULL), &fields, &none);
}

/* A function that is only declared is kept as text: read again, and written without a block. */
static void write_declaration(struct writer *w, const char *text, struct str *out)
{
	struct bc_out *o = &w->o;
	struct named fields = { 0 }, beside = { 0 };
	struct parser p = o->text;
	struct str region;

	p.text = p.at = text;
	p.end = text + strlen(text);
	p.line = 1;
	p.line_start = text;
	names_init(&p.funcs, o->j);
	read_file(&p);
	const struct t_func *f = p.declared;
	if (!f)
		job_fail_at(o->j, WEFT_UNIMPLEMENTED, o->at, "'%.40s' has no form in VHLO", text);
	func_fields(o, &fields, f->name, true,
		type_of_function(o, f->nparams, f->param_types, f->nresults, f->result_types),
		write_dicts(o, f->nparams, f->param_attrs),
		write_dicts(o, f->nresults, f->result_attrs));
	for (uint32_t i = 0; f->attrs && i < f->attrs->n; i++)
		named_add(o, &beside, f->attrs->names[i],
			out_of_text(o, attr_raw_text(&o->text, f->attrs->list[i])));
	put_head(o, out, out_op(o, "vhlo", "func_v1"), HAS_regions, out_location(o, NULL), &fields,
		&beside);
	str_init(&region, o->j);
	put_varint(&region, 0);
	put_isolated(o, out, &region);
}

static void write_module(struct writer *w, struct str *out)
{
	struct bc_out *o = &w->o;
	const struct attrs *a = graph_module_attrs(o->g);
	const struct attr *kept = attrs_find(a, KEY_module_text);
	uint32_t nkept = kept ? kept->n : 0, nfuncs = graph_nfuncs(o->g);
	const char *name = graph_module_name(o->g);
	struct named beside = { 0 };
	struct str region, body;

	str_init(&region, o->j);
	put_varint(&region, 1);
	put_varint(&region, 0);
	put_varint(&region, (uint64_t)(nkept + nfuncs) << 1);
	for (uint32_t i = 0; i < nkept; i++)
		if (!strncmp(kept->list[i]->s, "sdy.mesh ", 9))
			write_mesh(w, kept->list[i]->s, &region);
		else
			write_declaration(w, kept->list[i]->s, &region);
	for (uint32_t i = 0; i < nfuncs; i++)
		write_func(w, graph_func(o->g, i), &region);
	o->op = NULL;
	named_discardable(o, &beside, a, true, "");
	if (name && o->format < 5)
		named_add(o, &beside, "sym_name", out_builtin_string(o, name));
	unsigned mask =
		HAS_regions | (beside.n ? HAS_attrs : 0) | (o->format >= 5 ? HAS_properties : 0);
	put_varint(out, 1 << 1);
	put_varint(out, out_op(o, "builtin", "module"));
	str_addc(out, (char)mask);
	put_varint(out, out_location(o, NULL));
	if (beside.n)
		put_varint(out, out_dictionary(o, true, beside.n, beside.names, beside.values));
	if (o->format >= 5) {            /* optional: name, visibility */
		str_init(&body, o->j);
		put_varint(&body, name ? (uint64_t)out_builtin_string(o, name) << 1 | 1 : 0);
		put_varint(&body, 0);
		put_varint(out, out_properties(o, &body));
	}
	put_isolated(o, out, &region);
}

/* ---- the file ------------------------------------------------------------------------------- */

struct write_args {
	const struct graph *g;
	struct graph *types;         /* of attributes kept as text */
	int version;
	struct str *out;
};

static void write_job(struct job *j, void *arg)
{
	struct write_args *a = arg;
	struct writer *w = job_alloc(j, sizeof *w);
	struct str ir;

	graph_borrow(a->types, j);
	w->o.j = j;
	w->o.g = a->g;
	w->o.version = a->version;
	w->o.format = (uint64_t)vhlo_format(a->version);
	parser_init(&w->o.text, j, a->types, "<attribute>", "", 0);
	w->p = (struct printer){ .j = j, .g = a->g };
	shown_find(&w->p);
	tables_init(&w->o);
	str_init(&ir, j);
	write_module(w, &ir);
	out_file(&w->o, &ir, a->out);
}

struct weft_error *stablehlo_write(const struct graph *g, const char *version, struct str *out)
{
	struct str bytes;
	struct write_args a = { .g = g, .version = vhlo_version_parse(version), .out = &bytes };

	if (a.version < VHLO_OLDEST || a.version > VHLO_NEWEST)
		FAIL(WEFT_INVALID_ARGUMENT,
			"'%s' is no version of portable artifacts: 0.9.0 to 1.20.0 are written",
			version);
	TRY(graph_create(&a.types));
	str_init(&bytes, NULL);
	struct weft_error *e = job_run(write_job, &a);
	graph_release(a.types);
	if (!e)
		str_add_bytes(out, bytes.text, bytes.len);
	if (!e && (bytes.failed || out->failed))
		e = error_make(WEFT_RESOURCE_EXHAUSTED, "no memory to write the program");
	str_fini(&bytes);
	return e;
}
