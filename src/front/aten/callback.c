/* callback.c -- a call without a lowering: a custom_call that the host runs.
 *
 *   backend_config = "aten.histc.default(%0, 10, min=0.0) #17"
 *
 * Tensor arguments are written %i, i the operand; sizes become i64 scalars and are written <%i>.
 * Its results have the types the text gives.  Nobody knows whether it is a function, so it has an
 * effect:  it takes the token of the one before and leaves its own, and so all run, once each, in
 * the order of the text.  The line number at the end names the statement in messages. */
#include "front/aten/lower.h"
#include <math.h>
#include <string.h>

enum { MOST_OPERANDS = 64 };
struct writer {
	struct lower *l;
	struct str text;
	uint32_t nin;
	const struct node *in[MOST_OPERANDS + 1];        /* and the token */
};

static void add_operand(
	struct writer *w, const struct node *n, const char *before, const char *after)
{
	if (w->nin == MOST_OPERANDS)
		lower_fail(w->l, "more than %d tensors as arguments of a callback", MOST_OPERANDS);
	str_addf(&w->text, "%s%%%u%s", before, w->nin, after);
	w->in[w->nin++] = n;
}

static void add_string(struct writer *w, const char *s)
{
	str_addc(&w->text, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			str_addc(&w->text, '\\');
		if (*s == '\n')
			str_add(&w->text, "\\n");
		else
			str_addc(&w->text, *s);
	}
	str_addc(&w->text, '"');
}

static void add_number(struct writer *w, double v)
{
	if (isnan(v))
		str_add(&w->text, "nan");
	else if (isinf(v))
		str_add(&w->text, v < 0 ? "-inf" : "inf");
	else
		str_addf(&w->text, "%a", v);
}

static void add_arg(struct writer *w, const struct arg *a)
{
	switch (a->kind) {
	case ARG_none: str_add(&w->text, "None"); return;
	case ARG_bool: str_add(&w->text, a->i ? "True" : "False"); return;
	case ARG_int: str_addf(&w->text, "%lld", (long long)a->i); return;
	case ARG_sym: add_operand(w, lower_size_node(w->l, a->i), "<", ">"); return;
	case ARG_float: add_number(w, a->f); return;
	case ARG_complex:
		str_add(&w->text, "complex(");
		add_number(w, a->f);
		str_add(&w->text, ", ");
		add_number(w, a->im);
		str_addc(&w->text, ')');
		return;
	case ARG_str: add_string(w, a->s); return;
	case ARG_dtype:
		str_add(&w->text, dtype_is_complex(a->dtype)
					  ? a->dtype == DTYPE_c64 ? "c64" : "c128"
					  : dtype_table[a->dtype].text);
		return;
	case ARG_tensor: add_operand(w, a->node, "", ""); return;
	case ARG_word: str_add(&w->text, a->s); return;
	case ARG_list:
		str_addc(&w->text, '[');
		for (uint32_t i = 0; i < a->n; i++) {
			if (i)
				str_add(&w->text, ", ");
			add_arg(w, &a->list[i]);        /* depth is bounded by the reader */
		}
		str_addc(&w->text, ']');
		return;
	}
}

void lower_callback(struct lower *l, const struct call *c)
{
	struct writer w = { .l = l };
	if (l->native)
		job_fail(l->j, WEFT_UNIMPLEMENTED, "%s has no lowering for these sizes", l->name);
	str_init(&w.text, l->j);
	str_addf(&w.text, "%s(", l->name);
	for (uint32_t i = 0; i < c->n; i++) {
		if (i)
			str_add(&w.text, ", ");
		if (c->names[i])
			str_addf(&w.text, "%s=", c->names[i]);
		add_arg(&w, &c->args[i]);
	}
	str_addf(&w.text, ") #%u", l->r->line);
	if (!l->r->token)
		l->r->token = graph_node(l->g, &(struct node_spec){ .op = OP_token });
	w.in[w.nin++] = l->r->token;
	uint32_t n = 0;
	const struct type **types = job_array(l->j, l->nout + 1, sizeof *types);
	for (uint32_t i = 0; i < l->nout; i++)
		if (l->type[i])
			types[n++] = l->type[i];
	types[n++] = type_token(l->g);
	struct attr_entry e[] = {
		{ .key = KEY_call_target_name, .value = attr_str(l->g, "weft.callback") },
		{ .key = KEY_backend_config, .value = attr_str(l->g, w.text.text) },
		{ .key = KEY_has_side_effect, .value = attr_bool(l->g, true) },
		{ .key = KEY_effect, .value = attr_bool(l->g, true) },
	};
	struct node_spec s = { .op = OP_custom_call,
		.nin = w.nin,
		.in = w.in,
		.attrs = attrs_cons(l->g, 4, e),
		.type = n == 1 ? types[0] : type_list(l->g, TYPE_results, n, types),
		.at = { l->r->file, l->r->line, 1 } };
	const struct node *call = graph_node(l->g, &s);
	l->r->token = graph_result(l->g, call, n - 1);
	n = 0;
	for (uint32_t i = 0; i < l->nout; i++)
		if (l->type[i])
			l->out[i] = graph_result(l->g, call, n++);
}
