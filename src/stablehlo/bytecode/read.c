/* read.c -- the ops of a portable artifact, as the tree that the text reader makes (parsed.h).
 *
 * Values are numbers.  A function's begin at 0; a region's own come behind all values of the
 * regions around it and are forgotten at its end, so that its neighbours use the numbers again.
 * An operand must be there already: regions have one block.  Everything an op means is lower.c's
 * and ir/'s. */
#include "stablehlo/bytecode/bytecode_impl.h"
#include <string.h>

/* The values that can be named, by number; NULL: not yet.  next and end are numbers of the region
 * being read. */
struct values {
	enum { AT_file, AT_module, IN_function } where;
	struct t_value **v;
	uint32_t n, cap, next, end;
};

/* An op as far as its regions, which the cursor is at. */
enum {
	HAS_attrs = 1,
	HAS_results = 2,
	HAS_operands = 4,
	HAS_successors = 8,
	HAS_regions = 16,
	HAS_use_orders = 32,
	HAS_properties = 64
};
struct op_head {
	const uint8_t *at;
	const struct bc_op_name *name;
	const char *dialect;
	struct t_attr *loc;
	struct t_attr *attrs;        /* a dictionary, or NULL */
	struct span properties;
	uint32_t nresults, nin, nregions;
	const struct type **types;
	struct t_value **in;
	bool isolated;
};

static void read_ops(struct cursor *c, struct values *s, uint64_t n);

/* ---- heads ---------------------------------------------------------------------------------- */

/* The order in which users were listed is nobody's concern here. */
static void skip_use_orders(struct cursor *c, uint32_t nvalues)
{
	uint32_t n = nvalues == 1 ? 1 : take_count(c, "orders of uses");

	for (uint32_t i = 0; i < n; i++) {
		if (nvalues != 1)
			take_index(c, nvalues, "value");
		uint64_t length = take_varint(c) >> 1;
		for (; length > 0; length--)
			take_varint(c);
	}
}

static struct t_value *take_operand(struct cursor *c, const struct values *s)
{
	const uint8_t *from = c->at;
	uint32_t i = take_index(c, s->n, "value");

	if (!s->v[i])
		bad(c->f, from, "value %u is used before it is made", i);
	return s->v[i];
}

static void take_head(struct cursor *c, const struct values *s, struct op_head *h)
{
	struct bc_file *f = c->f;
	struct job *j = f->p->j;

	*h = (struct op_head){ .at = c->at };
	h->name = &f->ops[take_index(c, f->nops, "operation")];
	h->dialect = f->dialects[h->name->dialect];
	uint8_t mask = take_byte(c);
	h->loc = take_location(c);
	if (mask & HAS_attrs) {
		const uint8_t *from = c->at;
		h->attrs = take_attr(c);
		if (h->attrs->kind != T_dict)
			bad(f, from, "expected a dictionary of attributes");
	}
	if (mask & HAS_properties)
		h->properties = f->properties[take_index(c, f->nproperties, "properties")];
	if (mask & HAS_results) {
		h->nresults = take_count(c, "results");
		h->types = job_array(j, h->nresults, sizeof *h->types);
		for (uint32_t i = 0; i < h->nresults; i++)
			h->types[i] = take_value_type(c);
	}
	if (mask & HAS_operands) {
		h->nin = take_count(c, "operands");
		h->in = job_array(j, h->nin, sizeof *h->in);
		for (uint32_t i = 0; i < h->nin; i++)
			h->in[i] = take_operand(c, s);
	}
	if (mask & HAS_successors)
		lacks(f, c->at, "successors of a block");
	if (mask & HAS_use_orders)
		skip_use_orders(c, h->nresults);
	if (mask & HAS_regions) {
		const uint8_t *from = c->at;
		uint64_t v = take_varint(c);
		h->isolated = v & 1;
		if (v >> 1 > (uint64_t)(c->end - c->at))
			bad(f, from, "%llu regions", (unsigned long long)v >> 1);
		h->nregions = (uint32_t)(v >> 1);
	}
}

/* The attribute `name` of an op of an old artifact, where all are in one dictionary. */
static struct t_attr *old_attr(struct op_head *h, const char *name)
{
	return dict_find(h->attrs, name);
}

/* The attributes an op must have, in order; from format 5 on they are its properties. */
static void take_fields(struct bc_file *f, struct op_head *h, uint32_t n, const char *const *names,
	struct t_attr **out)
{
	struct cursor c = cursor_of(f, h->properties);

	for (uint32_t i = 0; i < n; i++) {
		out[i] = f->format >= 5 ? take_attr(&c) : old_attr(h, names[i]);
		if (!out[i])
			bad(f, h->at, "'%s.%s' needs the attribute %s", h->dialect, h->name->name,
				names[i]);
	}
	if (f->format >= 5)
		take_end(&c, "the properties of an operation");
}

/* The dictionary without those names. */
static struct t_attr *without(
	struct bc_file *f, const struct t_attr *dict, uint32_t n, const char *const *names)
{
	struct t_attr *copy = job_alloc(f->p->j, sizeof *copy);

	*copy = *dict;
	copy->n = 0;
	copy->list = job_array(f->p->j, dict->n, sizeof *copy->list);
	copy->names = job_array(f->p->j, dict->n, sizeof *copy->names);
	for (uint32_t i = 0; i < dict->n; i++) {
		uint32_t k = 0;
		while (k < n && strcmp(names[k], dict->names[i]) != 0)
			k++;
		if (k < n)
			continue;
		copy->names[copy->n] = dict->names[i];
		copy->list[copy->n++] = dict->list[i];
	}
	return copy;
}

/* ---- regions -------------------------------------------------------------------------------- */

static void values_extend(struct bc_file *f, struct values *s, uint32_t n)
{
	if (s->n + n > s->cap) {
		uint32_t to = s->n + n + s->cap;
		s->v = job_grow(f->p->j, s->v, s->n, to, sizeof *s->v);
		s->cap = to;
	}
	s->n += n;
}

static void define(struct bc_file *f, struct values *s, const uint8_t *at, struct t_value *v)
{
	if (s->next >= s->end)
		bad(f, at, "more values in a region than were announced");
	s->v[s->next++] = v;
}

static void take_params(struct cursor *c, struct values *s, struct t_region *r)
{
	struct bc_file *f = c->f;
	const uint8_t *from = c->at;
	uint32_t n = take_count(c, "arguments of a block");
	const struct type **types = job_array(f->p->j, n, sizeof *types);
	const char **names = job_array(f->p->j, n, sizeof *names);

	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *at = c->at;
		uint64_t v = take_varint(c);
		bool located = f->format < 4 || (v & 1);
		if (f->format >= 4)
			v >>= 1;
		if (v >= f->ntypes || !type_at(f, (uint32_t)v)->value)
			bad(f, at, "expected the type of a value");
		types[i] = type_at(f, (uint32_t)v)->value;
		names[i] = job_printf(f->p->j, "arg%u", i);
		if (located)
			take_location(c);
	}
	region_params(f->p, r, n, names, types);
	for (uint32_t i = 0; i < n; i++)
		define(f, s, from, &r->params[i]);
	if (f->format >= 3 && take_byte(c))
		skip_use_orders(c, n);
}

/* False: a region without a block. */
static bool take_region(struct cursor *c, struct values *s, struct t_region *r)
{
	struct parser *p = c->f->p;
	struct t_region *around = p->region;
	const uint8_t *from = c->at;
	uint64_t blocks = take_varint(c);

	if (!blocks)
		return false;
	if (blocks > 1)
		lacks(c->f, from, "a region of more than one block");
	uint32_t nvalues = take_count(c, "values"), base = s->n, next = s->next, end = s->end;
	uint64_t v = take_varint(c);
	p->tok.line = file_place(c->f, from).line;
	enter(p);
	p->region = r;
	s->next = base;
	s->end = base + nvalues;
	values_extend(c->f, s, nvalues);
	if (v & 1)
		take_params(c, s, r);
	read_ops(c, s, v >> 1);
	if (nvalues)
		memset(s->v + base, 0, nvalues * sizeof *s->v);
	s->n = base;
	s->next = next;
	s->end = end;
	p->region = around;
	leave(p);
	return true;
}

/* The regions of an op, one after the other; isolated ones in a section, with own values. */
struct regions {
	struct cursor *c, inside;
	struct values *s, own;
	bool wrapped;
};

static void regions_begin(struct regions *r, struct cursor *c, struct values *s, bool isolated)
{
	uint32_t id;
	const uint8_t *from = c->at;

	*r = (struct regions){ .c = c, .s = s };
	if (!isolated)
		return;
	r->own.where = s->where;
	r->s = &r->own;
	r->wrapped = c->f->format >= 2;
	if (r->wrapped) {
		r->inside = cursor_of(c->f, take_section(c, &id));
		if (id != SECTION_ir)
			bad(c->f, from, "expected a section of operations");
		r->c = &r->inside;
	}
}

static void regions_end(struct regions *r)
{
	if (r->wrapped)
		take_end(r->c, "the regions of an operation");
}

/* ---- ops ------------------------------------------------------------------------------------ */

/* A dot algorithm from its fields; the type none where there is none. */
static void add_algorithm(struct bc_file *f, struct t_op *op, struct t_attr *const *part)
{
	static const char *const names[] = { "lhs_precision_type", "rhs_precision_type",
		"accumulation_type", "lhs_component_count", "rhs_component_count",
		"num_primitive_operations", "allow_imprecise_accumulation" };
	struct str s;

	if (!part[0] || (part[2]->kind == T_raw && !strcmp(part[2]->s, "none")))
		return;
	str_init(&s, f->p->j);
	str_add(&s, "#stablehlo.dot_algorithm<");
	for (int i = 0; i < 7; i++) {
		const struct t_attr *a = part[i];
		str_addf(&s, "%s%s = ", i ? ", " : "", names[i]);
		if (a->kind != (i < 3 ? T_raw : i < 6 ? T_int : T_bool))
			job_fail_at(f->p->j, WEFT_INVALID_ARGUMENT, a->at,
				"the field %s of a dot algorithm is of another kind", names[i]);
		if (i < 3)
			str_add(&s, a->s);
		else if (i < 6)
			str_addf(&s, "%lld", (long long)a->i);
		else
			str_add(&s, a->i ? "true>" : "false>");
	}
	struct t_attr *a = value_new(f, T_raw, f->all.at);
	a->at = op->at;
	a->s = s.text;
	op_attr(f->p, op, "algorithm", a);
}

/* Where a field of a dot algorithm goes in add_algorithm's list. */
static int algorithm_part(const char *name)
{
	switch (name[0]) {
	case 'l': return name[4] == 'p' ? 0 : 3;
	case 'r': return name[4] == 'p' ? 1 : 4;
	case 'n': return 5;
	default: return name[1] == 'c' ? 2 : 6;
	}
}

/* Strings that StableHLO has as @symbols. */
static struct t_attr *as_symbols(struct bc_file *f, const struct t_attr *a)
{
	struct t_attr *copy = job_alloc(f->p->j, sizeof *copy);

	*copy = *a;
	copy->list = job_array(f->p->j, a->n, sizeof *copy->list);
	for (uint32_t i = 0; i < a->n; i++) {
		copy->list[i] = job_alloc(f->p->j, sizeof **copy->list);
		*copy->list[i] = *a->list[i];
		if (copy->list[i]->kind == T_string)
			copy->list[i]->kind = T_symbol;
	}
	return copy;
}

/* Old dynamic_conv had its padding twice, the operand rules; no pairs lose their shape. */
static bool left_out(const struct t_op *op, const struct vhlo_field *field, const struct t_attr *a)
{
	if (field->slot->stored != VS_pairs)
		return false;
	return op->op == OP_dynamic_conv ||
	       (field->optional && a->kind == T_dense && !type_elements(a->type));
}

/* An array that MLIR may store as sparse: how many, then all of them; or how many are not 0, of how
 * many bits an index is, and each with its index below it. */
static void take_sparse(struct cursor *c, uint32_t n, int64_t *out)
{
	const uint8_t *from = c->at;
	uint64_t v = take_varint(c), count = v >> 1;
	bool sparse = v & 1;

	if (sparse ? count > n : count != n)
		bad(c->f, from, "an array of another length than %u", n);
	uint64_t bits = sparse && count ? take_varint(c) : 0;
	if (bits > 8)
		bad(c->f, from, "indices of %llu bits", (unsigned long long)bits);
	for (uint64_t i = 0; i < count; i++) {
		v = take_varint(c);
		uint64_t at = sparse ? v & ((UINT64_C(1) << bits) - 1) : i;
		if (at >= n)
			bad(c->f, from, "an index beyond an array of %u", n);
		out[at] = (int64_t)(v >> bits);
	}
}

/* Which operands and results of a scan are carried. */
static void add_segments(struct cursor *c, struct t_op *op)
{
	static const char *const names[] = { "operandSegmentSizes", "resultSegmentSizes" };

	for (int i = 0; i < 2; i++) {
		int64_t *v = job_array(c->f->p->j, 2, sizeof *v);
		take_sparse(c, 2, v);
		op_attr(c->f->p, op, names[i], ints_attr(c->f->p, 2, v));
	}
}

/* The attributes of the row, and what is left in the dictionary. */
static void add_attrs(struct bc_file *f, struct t_op *op, struct op_head *h)
{
	struct cursor c = cursor_of(f, h->properties);
	const char *names[32];
	struct t_attr *algorithm[7] = { NULL };
	struct vhlo_field field;
	uint32_t n = 0;

	for (const char *at = h->name->attrs; vhlo_next(&at, &field); n++) {
		const char *name = names[n] = field.slot->name;
		bool optional = is_beside(op->op) && field.optional;
		struct t_attr *a = f->format < 5 ? old_attr(h, name)
				   : optional    ? take_optional_attr(&c)
						 : take_attr(&c);
		if (!a)
			continue; /* an old artifact's; the op's rule may miss it */
		if (field.slot->stored == VS_algorithm)
			algorithm[algorithm_part(name)] = a;
		else if (field.slot->stored == VS_symbols && a->kind == T_array)
			op_attr(f->p, op, name, as_symbols(f, a));
		else if (!left_out(op, &field, a))
			op_attr(f->p, op, name, a);
	}
	if (f->format >= 5 && op->op == OP_chlo_scan)
		add_segments(&c, op);
	if (f->format >= 5)
		take_end(&c, "the properties of an operation");
	add_algorithm(f, op, algorithm);
	if (h->attrs)
		op_attrs(f->p, op, without(f, h->attrs, f->format < 5 ? n : 0, names));
}

static void read_return(struct bc_file *f, struct op_head *h)
{
	struct t_op *op = op_new(f->p, OP_COUNT, h->name->name, file_place(f, h->at));

	if (h->nresults || h->nregions)
		bad(f, h->at, "'%s' has results or regions", h->name->name);
	for (uint32_t i = 0; i < h->nin; i++)
		op_operand(f->p, op, h->in[i]);
	region_return(f->p, op);
}

static void read_row(struct cursor *c, struct values *s, struct op_head *h)
{
	struct bc_file *f = c->f;
	enum op known = h->name->op;
	struct t_op *op = op_new(f->p, known, op_table[known].text, file_place(f, h->at));
	struct regions regions;

	for (uint32_t i = 0; i < h->nin; i++)
		op_operand(f->p, op, h->in[i]);
	op_result_types(f->p, op, h->nresults, h->types);
	add_attrs(f, op, h);
	op->loc = h->loc;
	if (h->nregions) {
		regions_begin(&regions, c, s, h->isolated);
		for (uint32_t i = 0; i < h->nregions; i++)
			if (!take_region(regions.c, regions.s, region_begin(f->p, op)))
				bad(f, h->at, "'%s' has an empty region", op->name);
		regions_end(&regions);
	}
	op_link(f->p, op);
	op_results(f->p, op);
	for (uint32_t i = 0; i < op->nresults; i++)
		define(f, s, h->at, &op->results[i]);
}

/* A cast between dialects: results are the operands. */
static void read_passed(struct bc_file *f, struct values *s, struct op_head *h)
{
	if (h->nin != h->nresults || h->nregions)
		lacks(f, h->at, "'%s.%s' with other results than operands", h->dialect,
			h->name->name);
	for (uint32_t i = 0; i < h->nresults; i++) {
		if (h->in[i]->type != h->types[i])
			lacks(f, h->at, "'%s.%s' changes a type", h->dialect, h->name->name);
		define(f, s, h->at, h->in[i]);
	}
}

/* ---- functions, modules --------------------------------------------------------------------- */

/* Dictionaries of n values; an empty array is none. */
static struct t_attr **dictionaries(
	struct bc_file *f, const struct t_attr *a, uint32_t n, const char *what)
{
	if (a->kind == T_array && !a->n)
		return job_array(f->p->j, n, sizeof(struct t_attr *));
	bool right = a->kind == T_array && a->n == n;
	for (uint32_t i = 0; right && i < n; i++)
		right = a->list[i]->kind == T_dict;
	if (!right)
		job_fail_at(f->p->j, WEFT_INVALID_ARGUMENT, a->at, "%s: expected %u dictionaries",
			what, n);
	return a->list;
}

static void read_func(struct cursor *c, struct op_head *h)
{
	static const char *const names[] = { "arg_attrs", "function_type", "res_attrs", "sym_name",
		"sym_visibility" };
	struct bc_file *f = c->f;
	struct parser *p = f->p;
	struct t_func *func = job_alloc(p->j, sizeof *func);
	struct t_attr *a[5];
	struct regions regions;

	take_fields(f, h, 5, names, a);
	const struct t_function *type = a[1]->function;
	if (!type || a[3]->kind != T_string || !*a[3]->s ||
		a[4]->kind != T_string || h->nregions != 1 || h->nin || h->nresults)
		bad(f, h->at, "a function needs a name, a type and a body");
	func->at = file_place(f, h->at);
	func->name = a[3]->s;
	func->is_private = *a[4]->s && strcmp(a[4]->s, "public") != 0;
	func->nresults = type->nout;
	func->result_types = type->out;
	func->param_attrs = dictionaries(f, a[0], type->nin, "arg_attrs");
	func->result_attrs = dictionaries(f, a[2], type->nout, "res_attrs");
	if (h->attrs)
		func->attrs = without(f, h->attrs, f->format < 5 ? 5 : 0, names);
	func_add(p, func, strlen(func->name), func->at);
	struct t_region *body = region_begin(p, NULL);
	struct values none = { .where = IN_function };
	regions_begin(&regions, c, &none, h->isolated);
	bool defined = take_region(regions.c, regions.s, body);
	regions_end(&regions);
	func_check(p, func, type->nin, defined);
	if (!defined) {
		func_declare(p, func, type->nin, type->in);
		return;
	}
	bool same = body->nparams == type->nin;
	for (uint32_t i = 0; same && i < type->nin; i++)
		same = body->params[i].type == type->in[i];
	if (!same)
		bad(f, h->at, "the body of '@%s' has other parameters than its type", func->name);
	func->body = body;
	func_link(p, func);
}

/* Modules within the module are a part of it, as in text. */
static void read_module(struct cursor *c, struct op_head *h, bool outer)
{
	static const char *const names[] = { "sym_name", "sym_visibility" };
	struct bc_file *f = c->f;
	struct regions regions;
	struct values none = { .where = AT_module };
	struct cursor properties = cursor_of(f, h->properties);
	const struct t_attr *name = NULL;

	if (f->format >= 5 && h->properties.at) {
		name = take_optional_attr(&properties);
		take_optional_attr(&properties);
		take_end(&properties, "the properties of a module");
	} else if (f->format < 5) {
		name = old_attr(h, names[0]);
	}
	if (name && name->kind != T_string)
		bad(f, h->at, "the name of a module is no string");
	if (h->nregions != 1)
		bad(f, h->at, "a module has one region");
	if (outer) {
		f->p->module_name = name && *name->s ? name->s : NULL;
		f->p->module_attrs =
			h->attrs ? without(f, h->attrs, f->format < 5 ? 2 : 0, names) : NULL;
		check_dialects(f->p, f->p->module_attrs, file_place(f, h->at), "a module");
	}
	regions_begin(&regions, c, &none, h->isolated);
	take_region(regions.c, regions.s, region_begin(f->p, NULL));
	regions_end(&regions);
}

/* Kept as its text: sdy.mesh @m = <["x"=2]>. */
static void read_mesh(struct bc_file *f, struct op_head *h)
{
	static const char *const names[] = { "mesh", "sym_name" };
	struct t_attr *a[2];
	struct str s;

	take_fields(f, h, 2, names, a);
	if (a[0]->kind != T_raw || strncmp(a[0]->s, "#sdy.mesh<", 10) != 0 ||
		a[1]->kind != T_string || h->nregions)
		bad(f, h->at, "a mesh needs axes and a name");
	str_init(&s, f->p->j);
	str_add(&s, "sdy.mesh ");
	print_symbol(a[1]->s, &s);
	str_addf(&s, " = %s", a[0]->s + 9);
	module_keep(f->p, s.text);
}

/* ---- the walk ------------------------------------------------------------------------------- */

static bool is_op(const struct op_head *h, const char *dialect, const char *name)
{
	return !strcmp(h->dialect, dialect) && !strcmp(h->name->name, name);
}

/* Modules hold functions, functions hold the rest. */
static void read_one(struct cursor *c, struct values *s)
{
	struct op_head h;
	bool top = s->where != IN_function;

	take_head(c, s, &h);
	if (top && is_op(&h, "builtin", "module"))
		read_module(c, &h, s->where == AT_file);
	else if (top && is_op(&h, "vhlo", "func_v1"))
		read_func(c, &h);
	else if (top && is_op(&h, "sdy", "mesh"))
		read_mesh(c->f, &h);
	else if (!top && (is_op(&h, "vhlo", "return_v1") || is_op(&h, "sdy", "return") ||
				 is_op(&h, "stablehlo", "return")))
		read_return(c->f, &h);
	else if (!top && h.name->op != OP_COUNT)
		read_row(c, s, &h);
	else if (!top && is_op(&h, "builtin", "unrealized_conversion_cast"))
		read_passed(c->f, s, &h);
	else if (!strcmp(h.dialect, "vhlo") &&
		 (h.name->op != OP_COUNT || is_op(&h, "vhlo", "return_v1") ||
			 is_op(&h, "vhlo", "func_v1")))
		bad(c->f, h.at, "'vhlo.%s' in a wrong place", h.name->name);
	else
		lacks(c->f, h.at, "unknown operation '%s.%s'", h.dialect, h.name->name);
}

static void read_ops(struct cursor *c, struct values *s, uint64_t n)
{
	for (; n > 0; n--)
		read_one(c, s);
}

void read_bytecode(struct parser *p)
{
	struct bc_file f = { .p = p, .all = { (const uint8_t *)p->text, (const uint8_t *)p->end } };
	struct values none = { .where = AT_file };

	p->tok.column = 0;
	file_open(&f);
	if (!f.sections[SECTION_ir].at)
		bad(&f, f.all.end, "the IR section is missing");
	struct cursor c = cursor_of(&f, f.sections[SECTION_ir]);
	const uint8_t *from = c.at;
	if (take_varint(&c) != 1 << 1)
		bad(&f, from, "expected one operation, a module");
	read_ops(&c, &none, 1);
	take_end(&c, "the module");
}
