/* print_form.c -- the parts $x of syntax.def: what read_form.c reads. */
#include "stablehlo/print_impl.h"
#include <inttypes.h>
#include <string.h>

static void dict_and_colon(struct printer *p, const struct scope *s, const struct node *n,
	const struct key_set *done)
{
	print_attr_dict(p->j, p->g, n->op, n->attrs, done, ATTR_ALL, " ", "", p->out);
	str_add(p->out, " : ");
	print_function_type(p, s, n);
}

uint32_t print_file_number(struct printer *p, uint32_t slot)
{
	if (!p->files) {
		p->files = job_array(p->j, graph_nslots(p->g), sizeof *p->files);
		p->file_of = job_array(p->j, graph_nslots(p->g), sizeof *p->file_of);
	}
	if (!p->file_of[slot]) {
		p->files[p->nfiles++] = slot;
		p->file_of[slot] = p->nfiles;
	}
	return p->file_of[slot] - 1;
}

static void part_constant(struct printer *p, const struct node *n, struct key_set *done)
{
	const struct attr *slot = attrs_find(n->attrs, KEY_slot);
	const struct literal *l = node_literal(n);

	key_add(done, KEY_value);
	print_attr_dict(p->j, p->g, n->op, n->attrs, done, ATTR_ALL, " ", "", p->out);
	str_addc(p->out, ' ');
	if (l) {
		print_dense(p->g, l->type, l->splat, l->data, p->out);
		return;
	}
	const struct slot *s = slot ? graph_slot(p->g, (uint32_t)slot->i) : NULL;
	if (s && s->kind == SLOT_data) {
		print_dense(p->g, s->type, false, s->data, p->out);
		return;
	}
	str_add(p->out, "dense_resource<");
	if (s && s->kind == SLOT_file)          /* named by print_files() */
		str_addf(p->out, "slot%u", print_file_number(p, (uint32_t)slot->i));
	else
		print_name(s ? s->name : "unknown", p->out);
	str_add(p->out, "> : ");
	print_type(p->g, n->type, p->out);
}

static void part_slice(struct printer *p, const struct node *n, struct key_set *done)
{
	uint32_t count, m, k;
	const int64_t *from = node_ints(n, KEY_start_indices, &count);
	const int64_t *to = node_ints(n, KEY_limit_indices, &m),
		      *step = node_ints(n, KEY_strides, &k);

	str_add(p->out, " [");
	for (uint32_t i = 0; i < count && i < m; i++) {
		str_addf(p->out, "%s%" PRId64 ":%" PRId64, i ? ", " : "", from[i], to[i]);
		if (i < k && step[i] != 1)
			str_addf(p->out, ":%" PRId64, step[i]);
	}
	str_addc(p->out, ']');
	key_add(done, KEY_start_indices);
	key_add(done, KEY_limit_indices);
	key_add(done, KEY_strides);
}

static void pair_of_lists(struct printer *p, const struct node *n, const char *name, enum key left,
	enum key right)
{
	uint32_t a, b;
	const int64_t *l = node_ints(n, left, &a), *r = node_ints(n, right, &b);

	str_addf(p->out, ", %s = ", name);
	print_int_list(a, l, p->out);
	str_add(p->out, " x ");
	print_int_list(b, r, p->out);
}

static void part_dot_dims(struct printer *p, const struct node *n, struct key_set *done)
{
	uint32_t a;

	node_ints(n, KEY_lhs_batching_dimensions, &a);
	if (a)
		pair_of_lists(p, n, "batching_dims", KEY_lhs_batching_dimensions,
			KEY_rhs_batching_dimensions);
	pair_of_lists(p, n, "contracting_dims", KEY_lhs_contracting_dimensions,
		KEY_rhs_contracting_dimensions);
	key_add(done, KEY_lhs_batching_dimensions);
	key_add(done, KEY_rhs_batching_dimensions);
	key_add(done, KEY_lhs_contracting_dimensions);
	key_add(done, KEY_rhs_contracting_dimensions);
}

static void part_precision(struct printer *p, const struct node *n, struct key_set *done)
{
	const struct attr *a = attrs_find(n->attrs, KEY_precision_config);

	key_add(done, KEY_precision_config);
	if (!a)
		return;
	str_add(p->out, ", precision = [");
	for (uint32_t i = 0; i < a->n; i++)
		str_addf(p->out, "%s%s", i ? ", " : "", a->list[i]->s);
	str_addc(p->out, ']');
}

static void part_algorithm(struct printer *p, const struct node *n, struct key_set *done)
{
	static const char prefix[] = "#stablehlo.dot_algorithm<";
	const struct attr *a = attrs_find(n->attrs, KEY_algorithm);

	if (!a || strncmp(a->s, prefix, sizeof prefix - 1) != 0)
		return;
	key_add(done, KEY_algorithm);
	str_addf(p->out, ", algorithm = %s", a->s + sizeof prefix - 2);
}

static void part_precision_format(struct printer *p, const struct node *n, struct key_set *done)
{
	str_addf(p->out, " e%" PRId64 "m%" PRId64, node_int(n, KEY_exponent_bits, 0),
		node_int(n, KEY_mantissa_bits, 0));
	key_add(done, KEY_exponent_bits);
	key_add(done, KEY_mantissa_bits);
}

static void part_barrier(struct printer *p, const struct scope *s, const struct node *n,
	struct key_set *done)
{
	uint32_t nin = node_noperands(n);

	print_attr_dict(p->j, p->g, n->op, n->attrs, done, ATTR_ALL, " ", "", p->out);
	if (!nin) {
		str_add(p->out, "()");
		return;
	}
	str_addc(p->out, ' ');
	print_operands(p, s, n, 0, nin);
	str_add(p->out, " : ");
	for (uint32_t i = 0; i < nin; i++) {
		if (i)
			str_add(p->out, ", ");
		print_type(p->g, shown_type(p, s, n->in[i]), p->out);
	}
}

/* ---- reduce, while, scan -------------------------------------------------------------------- */

/* The op f where the body is (a, b) { return f(a, b) } over the element type; OP_COUNT: another. */
static enum op applied(const struct node *n)
{
	const struct region *r = n->regions[0];

	if (node_ncaptures(n) || node_has_effect(n) || node_noperands(n) != 2 || r->nparams != 2 ||
		r->nresults != 1)
		return OP_COUNT;
	const struct node *f = r->results[0];
	const struct type *t = r->params[0], *in = n->in[0]->type;
	bool two = f->nin == 2 && op_table[f->op].kind == OP_MAP &&
		   (op_table[f->op].flags & OP_COMMUTES) && !f->attrs && f->type == t &&
		   r->params[1] == t && t->kind == TYPE_tensor && !t->rank && !t->unranked &&
		   !t->encoding && t->dtype == in->dtype && t->quant == in->quant;
	if (!two || f->in[0]->op != OP_parameter || f->in[1]->op != OP_parameter ||
		node_int(f->in[0], KEY_index, -1) != 0 || node_int(f->in[1], KEY_index, -1) != 1)
		return OP_COUNT;
	return f->op;
}

static void part_reduce(struct printer *p, const struct scope *s, const struct node *n,
	struct key_set *done)
{
	uint32_t half = node_noperands(n) / 2, nd;
	const int64_t *dims = node_ints(n, KEY_dimensions, &nd);
	enum op f = applied(n);

	for (uint32_t i = 0; i < half; i++) {
		str_add(p->out, i ? ", (" : "(");
		print_value_name(p, s, n->in[i]);
		str_add(p->out, " init: ");
		print_value_name(p, s, n->in[half + i]);
		str_addc(p->out, ')');
	}
	if (f != OP_COUNT)
		str_addf(p->out, " applies %s", op_table[f].text);
	str_add(p->out, " across dimensions = ");
	print_int_list(nd, dims, p->out);
	key_add(done, KEY_dimensions);
	dict_and_colon(p, s, n, done);
	if (f != OP_COUNT)
		return;
	p->depth++;
	print_newline(p);
	p->depth--;
	struct scope *inner = scope_of(p, s, n, 0);
	str_add(p->out, "reducer");
	for (uint32_t i = 0; i < half; i++) {
		str_addf(p->out, "(%%%s: ", inner->params[i]);
		print_type(p->g, inner->region->params[i], p->out);
		str_addf(p->out, ", %%%s: ", inner->params[half + i]);
		print_type(p->g, inner->region->params[half + i], p->out);
		str_add(p->out, ") ");
	}
	str_addc(p->out, '{');
	print_body(p, inner, inner->region->nresults - node_has_effect(n), "stablehlo.return");
	print_newline(p);
	str_addc(p->out, '}');
}

static void part_while(struct printer *p, const struct scope *s, const struct node *n,
	struct key_set *done)
{
	uint32_t nin = node_noperands(n);
	struct scope *cond = scope_of(p, s, n, 0), *body = scope_of(p, s, n, 1);

	memcpy(body->params, cond->params, nin * sizeof *body->params);      /* one name for both */
	str_addc(p->out, '(');
	for (uint32_t i = 0; i < nin; i++) {
		str_addf(p->out, "%s%%%s = ", i ? ", " : "", cond->params[i]);
		print_value_name(p, s, n->in[i]);
	}
	str_addc(p->out, ')');
	for (uint32_t i = 0; i < nin; i++) {
		str_add(p->out, i ? ", " : " : ");
		print_type(p->g, shown_type(p, s, n->in[i]), p->out);
	}
	print_attr_dict(p->j, p->g, n->op, n->attrs, done, ATTR_ALL, " attributes ", "", p->out);
	print_newline(p);
	str_add(p->out, "cond {");
	print_body(p, cond, cond->region->nresults - node_has_effect(n), "stablehlo.return");
	print_newline(p);
	str_add(p->out, "} do {");
	print_body(p, body, body->region->nresults - node_has_effect(n), "stablehlo.return");
	print_newline(p);
	str_addc(p->out, '}');
}

static void part_scan(struct printer *p, const struct scope *s, const struct node *n,
	struct key_set *done)
{
	uint32_t nin = (uint32_t)node_int(n, KEY_ninputs, 0);

	str_addc(p->out, '(');
	print_operands(p, s, n, 0, nin);
	str_add(p->out, ") inits (");
	print_operands(p, s, n, nin, node_noperands(n));
	str_addf(p->out, ") dimension=%" PRId64, node_int(n, KEY_dimension, 0));
	key_add(done, KEY_ninputs);
	key_add(done, KEY_dimension);
	print_attr_dict(p->j, p->g, n->op, n->attrs, done, ATTR_ALL, " attributes ", "", p->out);
	str_addc(p->out, ' ');
	print_region(p, s, n, 0, true);
	str_add(p->out, " : ");
	print_function_type(p, s, n);
}

/* ---- convolution ---------------------------------------------------------------------------- */

static void window_list(struct printer *p, const struct node *n, const char *name, enum key k,
	bool *first, struct key_set *done)
{
	uint32_t count;
	const int64_t *v = node_ints(n, k, &count);

	key_add(done, k);
	if (!attrs_find(n->attrs, k))
		return;
	str_addf(p->out, "%s%s = ", *first ? "" : ", ", name);
	*first = false;
	if (k == KEY_padding) {
		str_addc(p->out, '[');
		for (uint32_t i = 0; i + 1 < count; i += 2) {
			if (i)
				str_add(p->out, ", ");
			print_int_list(2, v + i, p->out);
		}
		str_addc(p->out, ']');
	} else if (k == KEY_window_reversal) {
		for (uint32_t i = 0; i < count; i++)
			str_addf(p->out, "%s%s", i ? ", " : "[", v[i] ? "true" : "false");
		str_add(p->out, count ? "]" : "[]");
	} else {
		print_int_list(count, v, p->out);
	}
}

static void part_convolution(struct printer *p, const struct scope *s, const struct node *n,
	struct key_set *done)
{
	static const enum key numbers[] = { KEY_input_batch_dimension, KEY_input_feature_dimension,
		KEY_input_spatial_dimensions, KEY_kernel_input_feature_dimension,
		KEY_kernel_output_feature_dimension, KEY_kernel_spatial_dimensions,
		KEY_output_batch_dimension, KEY_output_feature_dimension,
		KEY_output_spatial_dimensions };
	bool first = true;

	str_addc(p->out, '(');
	print_operands(p, s, n, 0, node_noperands(n));
	str_add(p->out, ") dim_numbers = ");
	print_conv_numbers(n->attrs, p->out);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		key_add(done, numbers[i]);
	str_add(p->out, ", window = {");
	window_list(p, n, "stride", KEY_window_strides, &first, done);
	window_list(p, n, "pad", KEY_padding, &first, done);
	window_list(p, n, "lhs_dilate", KEY_lhs_dilation, &first, done);
	window_list(p, n, "rhs_dilate", KEY_rhs_dilation, &first, done);
	window_list(p, n, "reverse", KEY_window_reversal, &first, done);
	str_addc(p->out, '}');
	dict_and_colon(p, s, n, done);
}

void print_part(struct printer *p, const struct scope *s, const struct node *n, const char *name,
	struct key_set *done)
{
	if (!strcmp(name, "constant"))
		part_constant(p, n, done);
	else if (!strcmp(name, "slice"))
		part_slice(p, n, done);
	else if (!strcmp(name, "dot_dims"))
		part_dot_dims(p, n, done);
	else if (!strcmp(name, "precision"))
		part_precision(p, n, done);
	else if (!strcmp(name, "algorithm"))
		part_algorithm(p, n, done);
	else if (!strcmp(name, "precision_format"))
		part_precision_format(p, n, done);
	else if (!strcmp(name, "barrier"))
		part_barrier(p, s, n, done);
	else if (!strcmp(name, "reduce"))
		part_reduce(p, s, n, done);
	else if (!strcmp(name, "while"))
		part_while(p, s, n, done);
	else if (!strcmp(name, "scan"))
		part_scan(p, s, n, done);
	else if (!strcmp(name, "convolution"))
		part_convolution(p, s, n, done);
	else
		BUG("syntax.def names no part '%s'", name);
}
