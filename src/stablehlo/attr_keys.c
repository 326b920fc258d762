/* attr_keys.c -- attributes as read to keys of key.def.
 *
 * Structured attributes (#stablehlo.gather<...>, channel handles, dimension numbers of
 * convolutions) are taken apart; an enum becomes its word; what no key names is kept as canonical
 * text under KEY_other. */
#include "stablehlo/bytecode/vhlo.h"
#include "stablehlo/print_impl.h"
#include "stablehlo/text_impl.h"
#include <stdio.h>
#include <string.h>

/* ---- values to kinds ------------------------------------------------------------------------ */

/* An attribute of another kind than its op takes: reported where MLIR does, at the op in generic
 * form and at the attributes in pretty form; where neither is known, at the attribute. */
static noreturn void wrong_kind(
	struct parser *p, const char *name, const struct t_attr *a, const char *what)
{
	job_fail_at(p->j, WEFT_INVALID_ARGUMENT, p->attrs_at.file ? p->attrs_at : a->at,
		"attribute '%s': expected %s, found %.60s", name, what, attr_raw_text(p, a));
}

/* The last word of #stablehlo<fft_type IFFT>, or a string or symbol; NULL: neither. */
static const char *word_of(struct parser *p, const struct t_attr *a)
{
	if (a->kind == T_string || a->kind == T_symbol)
		return a->s;
	if (a->kind != T_raw || a->s[0] != '#')
		return NULL;
	const char *open = strchr(a->s, '<'), *close = strrchr(a->s, '>');
	if (!open || !close || close[1] || memchr(open, ',', (size_t)(close - open)))
		return NULL;
	const char *from = close;
	while (from > open + 1 && from[-1] != ' ')
		from--;
	return from == close ? NULL : job_printf(p->j, "%.*s", (int)(close - from), from);
}

/* The same for the value of k: where k is of an enum, one of its words. */
static const char *keyword_of(struct parser *p, enum key k, const struct t_attr *a)
{
	const char *w = word_of(p, a);

	if (w)
		check_enum(p, key_enum(k), w, a->at);
	return w;
}

/* Is a number, or are those of a list, of the type that k's are?  Bytecode has truths as T_bool. */
static bool typed_as(const struct t_attr *a, enum key k)
{
	return a->made || !strcmp(a->kind == T_bool ? "i1" : a->tname, key_type(k));
}

static bool elements_are(const struct type *t, const char *type)
{
	return t->dtype == dtype_find(type) && !t->index && !t->quant;
}

/* Lists are array<i64: 1>, in older programs dense<1> : tensor<1xi64> or [1]. */
static const struct attr *to_ints(
	struct parser *p, enum key k, const char *name, const struct t_attr *a)
{
	bool pairs = k == KEY_padding || k == KEY_source_target_pairs;
	const char *of = job_printf(p->j, "integers of %s", key_type(k));

	if (a->kind == T_ints && typed_as(a, k) && (a->made || !pairs))
		return attr_ints(p->g, a->n, a->ints);
	if (a->kind == T_array && !pairs) {
		int64_t *v = job_array(p->j, a->n, sizeof *v);
		for (uint32_t i = 0; i < a->n; i++) {
			const struct t_attr *e = a->list[i];
			if ((e->kind != T_int && e->kind != T_bool) || !typed_as(e, k))
				wrong_kind(p, name, a, of);
			v[i] = e->i;
		}
		return attr_ints(p->g, a->n, v);
	}
	if (a->kind != T_dense || !elements_are(a->type, key_type(k)))
		wrong_kind(p, name, a, of);
	if (pairs ? a->type->rank != 2 || a->type->dims[1] != 2 : a->type->rank != 1)
		wrong_kind(p, name, a, pairs ? "rows of two" : "a list");
	int64_t n = type_elements(a->type);
	if (n > 1 << 20)
		wrong_kind(p, name, a, "fewer integers");
	size_t size = dtype_bytes(a->type->dtype);
	int64_t *v = job_array(p->j, (size_t)n, sizeof *v);
	for (int64_t i = 0; i < n; i++)
		v[i] = dtype_load_i64(a->type->dtype,
			(const char *)a->dense.data + (a->dense.splat ? 0 : (size_t)i * size));
	return attr_ints(p->g, (uint32_t)n, v);
}

static const struct attr *to_dense(struct parser *p, const char *name, const struct t_attr *a)
{
	char bits[16] = { 0 };
	enum dtype t;

	if (a->kind == T_dense)
		return attr_dense(p->g, a->dense.type, a->dense.splat, a->dense.data);
	if (a->kind != T_int && a->kind != T_bool && a->kind != T_float)
		wrong_kind(p, name, a, "dense<...>");
	/* chlo.constant_like has a number */
	t = a->kind == T_bool ? DTYPE_i1 : dtype_find(a->tname);
	if (t == DTYPE_none || dtype_is_float(t) != (a->kind == T_float))
		wrong_kind(p, name, a, "a number of an element type");
	if (a->kind == T_float)
		dtype_store_f64(t, bits, a->f);
	else
		dtype_store_i64(t, bits, a->i);
	return attr_dense(p->g, type_scalar(p->g, t), true, bits);
}

static const struct attr *to_list(
	struct parser *p, enum key k, const char *name, const struct t_attr *a)
{
	if (a->kind != T_array)
		wrong_kind(p, name, a, "an array");
	const struct attr **v = job_array(p->j, a->n, sizeof *v);
	for (uint32_t i = 0; i < a->n; i++) {
		const char *w = keyword_of(p, k, a->list[i]);
		if (!w)
			wrong_kind(p, name, a->list[i], "a keyword");
		v[i] = attr_str(p->g, w);
	}
	return attr_list(p->g, a->n, v);
}

static const struct attr *to_accuracy(
	struct parser *p, const char *name, const struct t_attr *a);

/* What StableHLO has as there or not. */
static bool is_unit(enum key k)
{
	return k == KEY_use_global_device_ids || k == KEY_has_dynamic_root;
}

static bool is_alias_list(const struct t_attr *a)
{
	static const char prefix[] = "#stablehlo.output_operand_alias<";
	bool is = a->kind == T_array;

	for (uint32_t i = 0; is && i < a->n; i++)
		is = a->list[i]->kind == T_raw &&
		     !strncmp(a->list[i]->s, prefix, sizeof prefix - 1);
	return is;
}

static const struct attr *to_attr(
	struct parser *p, enum key k, const char *name, const struct t_attr *a)
{
	const char *w;

	switch (key_kinds[k]) {
	case ATTR_int:
		if (a->kind != T_int || !typed_as(a, k))
			wrong_kind(p, name, a, job_printf(p->j, "an integer of %s", key_type(k)));
		return attr_int(p->g, a->i);
	case ATTR_bool:
		if (a->kind != T_bool && !(a->kind == T_unit && is_unit(k)))
			wrong_kind(p, name, a, "true or false");
		return attr_bool(p->g, a->kind == T_unit || a->i);
	case ATTR_float:
		if (a->kind != T_float || !typed_as(a, k))
			wrong_kind(p, name, a, job_printf(p->j, "a float of %s", key_type(k)));
		return attr_float(p->g, a->f);
	case ATTR_str:
		w = keyword_of(p, k, a);
		if (!w)
			wrong_kind(p, name, a, "a string or keyword");
		return attr_str(p->g, w);
	case ATTR_ints:
		return to_ints(p, k, name, a);
	case ATTR_dense:
		return to_dense(p, name, a);
	case ATTR_list:
		return to_list(p, k, name, a);
	case ATTR_type:
		if (a->kind != T_type)
			wrong_kind(p, name, a, "a type");
		return attr_type(p->g, a->type);
	case ATTR_raw:
		break;
	}
	if (k == KEY_result_accuracy)
		return to_accuracy(p, name, a);
	if (k == KEY_output_operand_aliases && !is_alias_list(a))
		wrong_kind(p, name, a, "an array of aliases");
	if (k == KEY_replica_groups && a->kind == T_dense && elements_are(a->type, key_type(k)))
		return to_dense(p, name, a);
	if (k == KEY_replica_groups &&
		(a->kind != T_raw || !strstr(a->s, "replica_group_mesh_axes")))
		wrong_kind(p, name, a, "integers of i64");
	return attr_raw(p->g, attr_raw_text(p, a));
}

/* ---- structured attributes ------------------------------------------------------------------ */

struct key_list {
	struct parser *p;
	struct attr_entry *e;
	uint32_t n, cap;
	struct attr_entry room[8];   /* most ops need no more */
};

static void key_push(struct key_list *l, enum key k, const char *name, const struct attr *value)
{
	if (!l->cap) {
		l->e = l->room;
		l->cap = sizeof l->room / sizeof *l->room;
	}
	if (l->n == l->cap) {
		l->e = job_grow(l->p->j, l->e, l->cap, l->cap * 2, sizeof *l->e);
		l->cap *= 2;
	}
	l->e[l->n++] = (struct attr_entry){ k, name, value };
}

static const char *inside(
	struct parser *p, const char *name, const struct t_attr *a, const char *prefix)
{
	size_t n = strlen(prefix);

	if (a->kind != T_raw || strncmp(a->s, prefix, n) != 0 || a->s[n] != '<')
		wrong_kind(p, name, a, job_printf(p->j, "%s<...>", prefix));
	return a->s + n + 1;
}

static const char *const channel_fields[][2] = { { "handle", "channel_id" },
	{ "type", "channel_type" }, { NULL } };
static const char *const conv_fields[][2] = { { "input_batch_dimension" },
	{ "input_feature_dimension" }, { "input_spatial_dimensions" },
	{ "kernel_input_feature_dimension" }, { "kernel_output_feature_dimension" },
	{ "kernel_spatial_dimensions" }, { "output_batch_dimension" },
	{ "output_feature_dimension" }, { "output_spatial_dimensions" }, { NULL } };

static const struct attr *to_accuracy(
	struct parser *p, const char *name, const struct t_attr *a)
{
	struct parser q = parser_of(p, a, inside(p, name, a, "#stablehlo.result_accuracy"));
	struct accuracy v;
	struct str s;

	accuracy_read(&q, &v);
	str_init(&s, p->j);
	accuracy_print(&v, &s);
	return attr_raw(p->g, s.text);
}

/* name = [1, 2], name = 3, ... > : each name is that of a key, or renamed.  A `raw` before it is
 * how dimension numbers of convolutions without letters begin. */
static void take_fields(struct key_list *l, const char *name, const struct t_attr *a,
	const char *prefix, const char *const (*names)[2])
{
	struct parser q = parser_of(l->p, a, inside(l->p, name, a, prefix));
	unsigned seen = 0;
	int64_t *v;

	accept_word(&q, "raw");
	while (!tok_is(&q, '>')) {
		size_t i = 0;
		while (names[i][0] && !tok_word(&q, names[i][0]))
			i++;
		if (!names[i][0])
			expected(&q, job_printf(q.j, "a field of %s", prefix));
		if (seen >> i & 1)
			expected(&q, job_printf(q.j, "each field once, not %s again", names[i][0]));
		seen |= 1u << i;
		const char *key = names[i][1] ? names[i][1] : names[i][0];
		enum key k = key_find(key, strlen(key));
		lex(&q);
		expect(&q, '=', "after the name of a field");
		if (key_kinds[k] == ATTR_int) {
			key_push(l, k, NULL, attr_int(q.g, tok_int(&q)));
		} else {
			uint32_t n = read_int_list(&q, &v);
			if (n)
				key_push(l, k, NULL, attr_ints(q.g, n, v));
		}
		if (!accept(&q, ','))
			break;
	}
	if (!tok_is(&q, '>'))
		expected(&q, "'>'");
	for (size_t i = 0; names == conv_fields && names[i][0]; i++) { /* 0 if absent, as in MLIR */
		enum key k = key_find(names[i][0], strlen(names[i][0]));
		if (!(seen >> i & 1) && key_kinds[k] == ATTR_int)
			key_push(l, k, NULL, attr_int(q.g, 0));
	}
	if (names == channel_fields && seen != 3)
		expected(&q, "handle and type before this");
}

static const char *const gather_fields[][2] = { { "offset_dims" }, { "collapsed_slice_dims" },
	{ "operand_batching_dims" }, { "start_indices_batching_dims" }, { "start_index_map" },
	{ "index_vector_dim" }, { NULL } };
static const char *const scatter_fields[][2] = { { "update_window_dims" },
	{ "inserted_window_dims" }, { "input_batching_dims" }, { "scatter_indices_batching_dims" },
	{ "scatter_dims_to_operand_dims" }, { "index_vector_dim" }, { NULL } };
static const char *const dot_fields[][2] = { { "lhs_batching_dimensions" },
	{ "rhs_batching_dimensions" }, { "lhs_contracting_dimensions" },
	{ "rhs_contracting_dimensions" }, { NULL } };
static const char *const ragged_fields[][2] = { { "lhs_batching_dimensions" },
	{ "rhs_batching_dimensions" }, { "lhs_contracting_dimensions" },
	{ "rhs_contracting_dimensions" }, { "lhs_ragged_dimensions", "ragged_dims" },
	{ "rhs_group_dimensions", "group_dims" }, { NULL } };

/* [b, 0, 1, f]: two letters and the spatial dimensions in any order. */
#define CONV_SPATIAL 64

/* A side of a convolution's dimension numbers as it is read: where each has its two letters and
 * spatial dimensions; -1: not yet. */
struct conv_side {
	const char *letters;
	int64_t found[2], spatial[CONV_SPATIAL];
	uint32_t nspatial;
};

/* The dimension at `at`: a letter, '?' for one without a meaning, or a spatial one's number. */
static void conv_dimension(
	struct parser *p, struct conv_side *c, int64_t at, struct place place)
{
	if (p->tok.kind == TOK_word && p->tok.len == 1 && strchr(c->letters, p->tok.s[0])) {
		int64_t *f = &c->found[p->tok.s[0] == c->letters[1]];
		if (*f >= 0)
			expected(p, "each letter once");
		*f = at;
		lex(p);
		return;
	}
	if (accept(p, '?'))
		return;
	int64_t d = tok_int(p);
	if (d < 0 || d >= CONV_SPATIAL || c->spatial[d] >= 0)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, place,
			"expected each spatial dimension once, from 0");
	c->spatial[d] = at;
	c->nspatial++;
}

static void conv_side(
	struct parser *p, struct t_op *op, const char *letters, const char *const *names)
{
	struct conv_side c = { .letters = letters, .found = { -1, -1 } };
	int64_t at = 0;

	for (int i = 0; i < CONV_SPATIAL; i++)
		c.spatial[i] = -1;
	struct place place = tok_place(p);
	expect(p, '[', "before dimension numbers");
	if (!tok_is(p, ']'))
		do
			conv_dimension(p, &c, at++, place);
		while (accept(p, ','));
	expect(p, ']', "after dimension numbers");
	for (uint32_t i = 0; i < c.nspatial; i++)
		if (c.spatial[i] < 0)
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, place,
				"expected each spatial dimension once, from 0");
	if (c.found[0] < 0 || c.found[1] < 0)
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, place, "expected the dimensions %c and %c",
			letters[0], letters[1]);
	int64_t *v = job_array(p->j, c.nspatial, sizeof *v);
	for (uint32_t i = 0; i < c.nspatial; i++)
		v[i] = c.spatial[i];
	op_attr(p, op, names[0], int_attr(p, c.found[0]));
	op_attr(p, op, names[1], int_attr(p, c.found[1]));
	op_attr(p, op, names[2], ints_attr(p, c.nspatial, v));
}

void read_conv_numbers(struct parser *p, struct t_op *op)
{
	static const char *const lhs[] = { "input_batch_dimension", "input_feature_dimension",
		"input_spatial_dimensions" };
	static const char *const rhs[] = { "kernel_input_feature_dimension",
		"kernel_output_feature_dimension", "kernel_spatial_dimensions" };
	static const char *const out[] = { "output_batch_dimension", "output_feature_dimension",
		"output_spatial_dimensions" };

	conv_side(p, op, "bf", lhs);
	expect_word(p, "x");
	conv_side(p, op, "io", rhs);
	expect_arrow(p);
	conv_side(p, op, "bf", out);
}

/* The type says something of send and recv alone. */
static void take_channel(struct key_list *l, enum op op, const char *name, const struct t_attr *a)
{
	uint32_t from = l->n;

	take_fields(l, name, a, "#stablehlo.channel_handle", channel_fields);
	for (uint32_t i = from; i < l->n && op != OP_send && op != OP_recv; i++)
		if (l->e[i].key == KEY_channel_type)
			l->e[i--] = l->e[--l->n];
}

static void take_conv(struct key_list *l, const char *name, const struct t_attr *a)
{
	const char *s = inside(l->p, name, a, "#stablehlo.conv");

	if (!strncmp(s, "raw ", 4)) {
		take_fields(l, name, a, "#stablehlo.conv", conv_fields);
		return;
	}
	struct parser q = parser_of(l->p, a, s);
	struct t_op op = { .op = OP_convolution };
	read_conv_numbers(&q, &op);
	if (!tok_is(&q, '>'))
		expected(&q, "'>'");
	for (uint32_t i = 0; i < op.nentries; i++) {
		const char *n = op.entries[i].name;
		enum key k = key_find(n, strlen(n));
		key_push(l, k, NULL, to_attr(l->p, k, n, op.entries[i].value));
	}
}

/* ---- an op's attributes --------------------------------------------------------------------- */

static bool take_structured(
	struct key_list *l, enum op op, const char *name, const struct t_attr *a)
{
	if (!strcmp(name, "dimension_numbers") && (op == OP_gather || op == OP_dynamic_gather))
		take_fields(l, name, a, "#stablehlo.gather", gather_fields);
	else if (!strcmp(name, "dimension_numbers") &&
		 (op == OP_convolution || op == OP_dynamic_conv))
		take_conv(l, name, a);
	else if (!strcmp(name, "scatter_dimension_numbers") && op == OP_scatter)
		take_fields(l, name, a, "#stablehlo.scatter", scatter_fields);
	else if (!strcmp(name, "dot_dimension_numbers") && op == OP_dot_general)
		take_fields(l, name, a, "#stablehlo.dot", dot_fields);
	else if (!strcmp(name, "ragged_dot_dimension_numbers") && op == OP_chlo_ragged_dot)
		take_fields(l, name, a, "#chlo.ragged_dot", ragged_fields);
	else if (!strcmp(name, "channel_handle") && op_table[op].kind == OP_COLLECTIVE)
		take_channel(l, op, name, a);
	else
		return false;
	return true;
}

/* The words of an enum of StableHLO or CHLO. */
static const struct {
	const char *name, *words;
} enums[] = {
	{ "comparison_direction", " EQ NE GE GT LE LT " },
	{ "comparison_type", " NOTYPE FLOAT TOTALORDER SIGNED UNSIGNED " },
	{ "fft_type", " FFT IFFT RFFT IRFFT " },
	{ "precision", " DEFAULT HIGH HIGHEST " },
	{ "result_accuracy_mode", " DEFAULT HIGHEST TOLERANCE " },
	{ "rng_algorithm", " DEFAULT THREE_FRY PHILOX " },
	{ "rng_distribution", " UNIFORM NORMAL " },
	{ "transpose", " TRANSPOSE_INVALID NO_TRANSPOSE TRANSPOSE ADJOINT " },
};

/* Is name an enum?  Fails where word is none of its words. */
static bool is_enum(struct parser *p, const char *name, const char *word, struct place at)
{
	for (size_t i = 0; i < sizeof enums / sizeof *enums; i++) {
		if (strcmp(enums[i].name, name) != 0)
			continue;
		if (!strstr(enums[i].words, job_printf(p->j, " %s ", word)))
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, at,
				"expected a %s of%s, found '%s'", name, enums[i].words, word);
		return true;
	}
	return false;
}

void check_enum(struct parser *p, const char *name, const char *word, struct place at)
{
	if (name)
		is_enum(p, name, word, at);
}

/* #stablehlo<fft_type IFFT>; what stands in #stablehlo<...> and is no enum is a structure. */
static void check_enum_text(struct parser *p, const struct t_attr *a)
{
	const char *open = strchr(a->s, '<');
	size_t head = (size_t)(open - a->s);
	char *inner = job_printf(p->j, "%s", open + 1);
	size_t len = strspn(inner, "abcdefghijklmnopqrstuvwxyz_");
	char end = inner[len];

	if (strncmp(a->s, "#stablehlo", head) != 0 && strncmp(a->s, "#chlo", head) != 0)
		return;
	inner[strcspn(inner, ">")] = '\0';
	inner[len] = '\0';
	if (end == ' ' ? !is_enum(p, inner, inner + len + 1, a->at) : end != '<' && end != '(')
		job_fail_at(p->j, WEFT_INVALID_ARGUMENT, a->at, "unknown attribute '%s' of %.*s",
			inner, (int)head - 1, a->s + 1);
}

/* Batch, feature and n spatial dimensions: each of the n + 2 is one of them. */
static bool is_conv_side(const struct attrs *a, enum key batch, enum key feature, enum key spatial)
{
	const struct attr *b = attrs_find(a, batch), *f = attrs_find(a, feature);
	const struct attr *s = attrs_find(a, spatial);
	int64_t n = s ? s->n : 0;
	uint64_t seen = 0;

	for (int64_t i = 0; i < n + 2 && n <= 62; i++) {
		int64_t d = i < n ? s->ints[i] : i == n ? (b ? b->i : 0) : (f ? f->i : 0);
		if (d < 0 || d >= n + 2)
			return false;
		seen |= (uint64_t)1 << d;
	}
	return n <= 62 && seen == UINT64_MAX >> (62 - n);
}

static bool conv_text(struct key_list *l, struct str *out)
{
	const struct attrs *a = attrs_cons(l->p->g, l->n, l->e);

	if (!is_conv_side(a, KEY_input_batch_dimension, KEY_input_feature_dimension,
		    KEY_input_spatial_dimensions) ||
		!is_conv_side(a, KEY_kernel_input_feature_dimension,
			KEY_kernel_output_feature_dimension, KEY_kernel_spatial_dimensions) ||
		!is_conv_side(a, KEY_output_batch_dimension, KEY_output_feature_dimension,
			KEY_output_spatial_dimensions))
		return false;
	print_conv_numbers(a, out);
	return true;
}

/* In the order of fields; without what is nothing, but of channels. */
static void fields_text(
	const struct key_list *l, const char *const (*fields)[2], struct str *out)
{
	const char *comma = "";

	for (size_t i = 0; fields[i][0]; i++) {
		const char *name = fields[i][1] ? fields[i][1] : fields[i][0];
		enum key k = key_find(name, strlen(name));
		const struct attr *v = NULL;
		for (uint32_t n = 0; n < l->n; n++)
			v = l->e[n].key == k ? l->e[n].value : v;
		if (!v || (v->kind == ATTR_int && !v->i && fields != channel_fields))
			continue;
		str_addf(out, "%s%s = ", comma, fields[i][0]);
		comma = ", ";
		if (v->kind == ATTR_int)
			str_addf(out, "%lld", (long long)v->i);
		else
			print_int_list(v->n, v->ints, out);
	}
}

void check_structured(struct parser *p, struct t_attr *a)
{
	static const struct {
		const char *prefix;
		const char *const (*fields)[2];
	} known[] = { { "#stablehlo.gather", gather_fields },
		{ "#stablehlo.scatter", scatter_fields }, { "#stablehlo.dot", dot_fields },
		{ "#stablehlo.channel_handle", channel_fields },
		{ "#chlo.ragged_dot", ragged_fields }, { "#stablehlo.conv", NULL } };
	struct key_list l = { .p = p };
	size_t len = strcspn(a->s, "<");
	struct str text;

	check_enum_text(p, a);
	structure_check(p, a);
	if (!strncmp(a->s, "#stablehlo.result_accuracy<", 27)) {
		struct parser q = parser_of(p, a, a->s + 27);
		struct accuracy v;
		accuracy_read(&q, &v);
	}
	if (!strncmp(a->s, "#stablehlo.dot_algorithm<", 25)) {
		const char *fault = dot_algorithm_fault(p->j, a->s);
		if (fault)
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, a->at, "%s", fault);
	}
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strlen(known[i].prefix) != len || strncmp(a->s, known[i].prefix, len) != 0)
			continue;
		str_init(&text, p->j);
		str_addf(&text, "%s<", known[i].prefix);
		if (known[i].fields) {
			take_fields(&l, known[i].prefix, a, known[i].prefix, known[i].fields);
			fields_text(&l, known[i].fields, &text);
		} else {
			take_conv(&l, known[i].prefix, a);
			if (!conv_text(&l, &text))
				return;
			if (!strncmp(a->s + len, "<raw ", 5))
				a->source.text = NULL;   /* it is read another way */
		}
		str_addc(&text, '>');
		a->s = text.text;
	}
}

/* Keys that text cannot give: Weft's own, or those an attribute is taken apart into. */
static bool reserved(enum key k)
{
	return k == KEY_none || k == KEY_other || k == KEY_effect || k == KEY_ncaptures ||
	       k == KEY_slot || k == KEY_module_text || k == KEY_region_depth;
}

/* How many operands of a scan are inputs, the others are carries, and so are its results. */
static bool take_segments(
	struct key_list *l, const struct t_op *op, const char *name, const struct t_attr *a)
{
	bool operands = !strcmp(name, "operandSegmentSizes");
	if (op->op != OP_chlo_scan || (!operands && strcmp(name, "resultSegmentSizes") != 0))
		return false;
	if (a->kind != T_ints || a->n != 2)
		wrong_kind(l->p, name, a, "two integers");
	if (operands && (a->ints[0] < 0 || a->ints[1] < 0 || a->ints[0] + a->ints[1] != op->nin))
		job_fail_at(l->p->j, WEFT_INVALID_ARGUMENT, op->at,
			"'%s' has %u operands, operandSegmentSizes says others", op->name, op->nin);
	if (operands)
		key_push(l, KEY_ninputs, NULL, attr_int(l->p->g, a->ints[0]));
	return true;
}

static void take(
	struct key_list *l, const struct t_op *op, const char *name, const struct t_attr *a)
{
	enum key k = key_of(op->op, name);

	if (take_structured(l, op->op, name, a) || take_segments(l, op, name, a))
		return;
	if (reserved(k) || (op->op == OP_custom_call && k == KEY_value))
		key_push(l, KEY_other, name, attr_raw(l->p->g, attr_raw_text(l->p, a)));
	else
		key_push(l, k, NULL, to_attr(l->p, k, name, a));
}

static void check_twice(struct key_list *l, struct place at)
{
	for (uint32_t i = 0; i < l->n && l->n < 1000; i++)
		for (uint32_t k = 0; k < i; k++)
			if (l->e[i].key == l->e[k].key && l->e[i].key != KEY_other)
				job_fail_at(l->p->j, WEFT_INVALID_ARGUMENT, at,
					"attribute '%s' is given twice", key_names[l->e[i].key]);
}

/* Pretty forms and bytecode have structured attributes taken apart. */
static bool is_structured(const char *name)
{
	return strstr(name, "dimension_numbers") || !strcmp(name, "channel_handle");
}

static void check_required(struct parser *p, const struct t_op *op)
{
	static const char *const required[OP_COUNT] = {
#define REQUIRED(name, attributes) [OP_##name] = attributes,
#include "stablehlo/required.def"
#undef REQUIRED
	};

	for (const char *s = required[op->op]; s && *s; s += strcspn(s, " "), s += *s == ' ') {
		char name[64];
		snprintf(name, sizeof name, "%.*s", (int)strcspn(s, " "), s);
		if ((op->generic || !is_structured(name)) && !op_find_attr(op, name))
			job_fail_at(p->j, WEFT_INVALID_ARGUMENT, op->at,
				"'%s' needs the attribute %s", op->name, name);
	}
}

const struct attrs *keys_from(struct parser *p, const struct t_op *op, uint32_t nmore,
	const struct attr_entry *more)
{
	struct key_list l = { .p = p };
	bool slot = false;

	check_required(p, op);
	p->attrs_at = op->generic ? op->at : op->attrs_at;

	for (uint32_t i = 0; i < nmore; i++) {
		key_push(&l, more[i].key, more[i].name, more[i].value);
		slot |= more[i].key == KEY_slot;
	}
	for (uint32_t i = 0; i < op->nentries; i++)
		if (!slot || strcmp(op->entries[i].name, "value") != 0)
			take(&l, op, op->entries[i].name, op->entries[i].value);
	check_twice(&l, op->at);
	p->attrs_at = (struct place){ NULL, 0, 0 };
	l.n = vhlo_drop_defaults(op->op, l.n, l.e);
	return attrs_cons(p->g, l.n, l.e);
}

const struct attrs *keys_discardable(struct parser *p, const struct t_attr *dict)
{
	struct key_list l = { .p = p };

	for (uint32_t i = 0; dict && i < dict->n; i++)
		key_push(&l, KEY_other, dict->names[i],
			attr_raw(p->g, attr_raw_text(p, dict->list[i])));
	return l.n ? attrs_cons(p->g, l.n, l.e) : NULL;
}
