/* custom.c -- custom_calls: those of custom.def, of linear algebra, of claims and orders; any other
 * is the caller's (eval_options.custom).
 *
 * Where a call is an op whose attributes are operands, that op's function computes it: it is handed
 * the call's node with the values as attributes. */
#include "base/claim.h"
#include "base/order.h"
#include "base/str.h"
#include "ir/custom.h"
#include "ir/eval/eval_impl.h"
#include <stdlib.h>
#include <string.h>

static const char *target_of(const struct call *c)
{
	return node_str(c->n, KEY_call_target_name, "");
}

/* ---- values as they are, assertions --------------------------------------------------------- */

static void eval_custom_same(struct call *c)
{
	const struct type *t = c->types[0];

	for (uint32_t d = 0; t->kind == TYPE_tensor && d < t->rank; d++)
		if (t->rank != c->in[0]->rank ||
			(t->dims[d] >= 0 && t->dims[d] != c->in[0]->dims[d]))
			eval_fail(c, WEFT_UNIMPLEMENTED,
				"there is one device; @%s is about parts", target_of(c));
	eval_give(c, 0, c->in[0]);
}

static void eval_custom_sink(struct call *c)
{
	(void)c;
}

static void eval_custom_assertion(struct call *c)
{
	int64_t *numbers = job_array(c->e->j, c->nin, sizeof *numbers);

	for (uint32_t i = 1; i < c->nin; i++)
		numbers[i - 1] = eval_index(c->in[i], 0);
	job_try(c->e->j, claim_holds(*(const unsigned char *)c->in[0]->data != 0,
		attr_unquoted(c->e->j, node_other(c->n, "error_message")), c->nin - 1, numbers));
}

/* ---- exchange of slices --------------------------------------------------------------------- */

/* The row of the operand that becomes row `row` of the result; -1: it stays. */
static int64_t ragged_row(const struct call *c, int64_t row)
{
	int64_t most = c->in[0]->dims[0] - 1;

	for (int64_t i = c->in[2]->dims[0]; i-- > 0;) {
		uint64_t at = (uint64_t)row - (uint64_t)eval_index(c->in[4], i);
		int64_t from = (int64_t)(at + (uint64_t)eval_index(c->in[2], i));
		if ((int64_t)at >= 0 && (int64_t)at < eval_index(c->in[3], i))
			return from > most ? most : from < 0 ? 0 : from;
	}
	return -1;
}

static void eval_custom_ragged(struct call *c)
{
	const struct tensor *from = c->in[0], *to = c->in[1];
	size_t bytes = dtype_bytes(to->type->dtype);

	if (!custom_is_alone(c->e->j, c->n))
		eval_fail(c, WEFT_UNIMPLEMENTED, "there is one device; @%s is among several",
			target_of(c));
	for (uint32_t d = 1; d < to->rank; d++) {
		eval_check_size(c, 0, d, to->dims[d]);
		bytes *= (size_t)to->dims[d];
	}
	struct tensor *out = eval_new_like(c, 0, to);
	for (int64_t row = 0; row < to->dims[0]; row++) {
		int64_t taken = ragged_row(c, row);
		char *at = (char *)out->data + (size_t)row * bytes;
		if (taken < 0 && bytes)
			memcpy(at, (const char *)to->data + (size_t)row * bytes, bytes);
		else if (from->dims[0] && bytes)
			memcpy(at, (const char *)from->data + (size_t)taken * bytes, bytes);
	}
}

/* ---- ops whose attributes are operands ------------------------------------------------------ */

/* Computes c by fn as if it had these operands and, in the order of their keys, attributes. */
static void eval_as(struct call *c, uint32_t nin, uint32_t nattrs, struct attr_entry *e,
	eval_fn *fn)
{
	struct attrs attrs = { .n = nattrs, .e = e };
	struct node n = *c->n;
	struct call as = *c;

	n.nin = nin;
	n.attrs = &attrs;
	as.n = &n;
	as.nin = nin;
	fn(&as);
}

static void eval_custom_approx_top_k(struct call *c)
{
	const char *config = node_config(c->e->j, c->n), *d = str_option(config, "reduction_dim");
	int64_t axis = d ? strtoll(d, NULL, 10) : 0, most;

	if (c->types[0]->dims[axis] >= 0)
		most = c->types[0]->dims[axis];
	else
		most = eval_index(c->in[2 * c->nout], 0);
	if (most < 0 || most > c->in[0]->dims[axis])
		eval_fail(c, WEFT_INVALID_ARGUMENT, "k is %lld, in rows of %lld", (long long)most,
			(long long)c->in[0]->dims[axis]);
	struct attr dimension = { .kind = ATTR_int, .i = axis };
	struct attr k = { .kind = ATTR_int, .i = most };
	struct attr_entry e[] = { { KEY_dimension, NULL, &dimension }, { KEY_k, NULL, &k } };
	eval_as(c, c->nout, 2, e, eval_sort_first);
}

static void eval_custom_top_k(struct call *c)
{
	struct attr k = { .kind = ATTR_int, .i = eval_index(c->in[1], 0) };
	struct attr_entry e[] = { { KEY_k, NULL, &k } };

	eval_as(c, 1, 1, e, eval_chlo_top_k);
}

static void eval_custom_mhlo_map(struct call *c)
{
	struct node n = *c->n;
	struct call as = *c;

	n.op = custom_map_op(target_of(c));
	n.attrs = NULL;
	as.n = &n;
	eval_map(&as);
}

static void eval_custom_mhlo_top_k(struct call *c)
{
	struct attr k = { .kind = ATTR_int, .i = c->types[0]->dims[c->types[0]->rank - 1] };
	struct attr_entry e[] = { { KEY_k, NULL, &k } };

	eval_as(c, 1, 1, e, eval_chlo_top_k);
}

static void eval_custom_random_bits(struct call *c)
{
	int64_t dims[EVAL_MAX_RANK];

	if (c->types[1]->rank > EVAL_MAX_RANK)
		eval_fail(c, WEFT_UNIMPLEMENTED, "rank over %d", EVAL_MAX_RANK);
	for (uint32_t d = 0; d < c->types[1]->rank; d++) {
		dims[d] = eval_index(c->in[1], d);
		if (dims[d] < 0)
			eval_fail(c, WEFT_INVALID_ARGUMENT, "dimension %u has size %lld", d,
				(long long)dims[d]);
	}
	eval_random_bits(c, dims);
}

static void eval_custom_reduce_window(struct call *c)
{
	static const enum key keys[5] = { KEY_window_dimensions, KEY_window_strides,
		KEY_base_dilations, KEY_window_dilations, KEY_padding };
	static const uint32_t place[5] = { 1, 0, 3, 2, 4 };      /* in the order of keys */
	struct attr values[5];
	struct attr_entry e[5];

	for (uint32_t k = 0; k < 5; k++) {
		const struct tensor *t = c->in[2 * c->nout + k];
		int64_t n = tensor_elements(t), *v = job_array(c->e->j, (size_t)n + 1, sizeof *v);
		for (int64_t i = 0; i < n; i++) {
			v[i] = eval_index(t, i);
			if (k < 4 && v[i] < 1)
				eval_fail(c, WEFT_INVALID_ARGUMENT,
					"%s of %lld, expected at least 1", key_names[keys[k]],
					(long long)v[i]);
		}
		values[k] = (struct attr){ .kind = ATTR_ints, .n = (uint32_t)n, .ints = v };
		e[place[k]] = (struct attr_entry){ keys[k], NULL, &values[k] };
	}
	eval_as(c, 2 * c->nout, 5, e, eval_reduce_window);
}

/* ---- all of them ---------------------------------------------------------------------------- */

static void run_order(struct call *c)
{
	const struct tensor *keys = c->in[0];
	int64_t dims[EVAL_MAX_RANK], rows = 1;
	struct order o;

	if (!order_read(node_text(c->e->j, c->n, KEY_backend_config), &o))
		eval_fail(c, WEFT_INVALID_ARGUMENT, "no such order");
	memcpy(dims, keys->dims, keys->rank * sizeof *dims);
	uint32_t last = keys->rank - 1;
	for (uint32_t d = 0; d < last; d++)
		rows *= dims[d];
	dims[last] = order_count(&o, keys->dims[last]);
	if (dims[last] < 0)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "a row is too short");
	struct tensor *out = eval_new(c, 0, keys->rank, dims);
	job_try(c->e->j, order_run(&o, rows, keys->dims[last], keys->data, out->data));
}

static void claim_of_indices(struct call *c)
{
	const struct tensor *in = c->in[0];
	int64_t size = c->nin > 1 ? eval_index(c->in[1], 0) : -1;

	job_try(c->e->j, claim_indices(node_text(c->e->j, c->n, KEY_backend_config), size,
		tensor_elements(in), (unsigned)dtype_bytes(in->type->dtype), in->data));
}

static bool eval_own(struct call *c)
{
	static eval_fn *const rows[] = {
#define CUSTOM(meaning, target, computations) eval_custom_##meaning,
#include "ir/custom.def"
#undef CUSTOM
	};
	int row = custom_of(c->n);

	if (row >= 0)
		rows[row](c);
	else if (!strcmp(target_of(c), "weft.claim"))
		job_try(c->e->j, claim_zero(node_text(c->e->j, c->n, KEY_backend_config),
			c->in[0]->rank, tensor_elements(c->in[0]), c->in[0]->data));
	else if (!strcmp(target_of(c), "weft.indices"))
		claim_of_indices(c);
	else if (!strcmp(target_of(c), "weft.fft"))
		eval_fft_last(c);
	else if (!strcmp(target_of(c), "weft.order"))
		run_order(c);
	else
		return false;
	return true;
}

void eval_custom_call(struct call *c)
{
	const struct eval_options *o = c->e->o;
	struct tensor *in = job_array(c->e->j, c->nin, sizeof *in);
	struct tensor *out = job_array(c->e->j, c->nout, sizeof *out);
	int64_t dims[EVAL_MAX_RANK];

	if (eval_linear(c) || eval_own(c))
		return;
	if (!o || !o->custom)
		eval_fail(c, WEFT_UNIMPLEMENTED, "no target @%s", target_of(c));
	for (uint32_t i = 0; i < c->nin; i++)
		in[i] = *c->in[i];
	for (uint32_t i = 0; i < c->nout; i++) {
		if (c->types[i]->kind != TYPE_tensor)
			c->out[i] = eval_pack(c->e, c->types[i], 0, NULL);
		else if (!eval_static_dims(c, i, dims))
			eval_fail(c, WEFT_UNIMPLEMENTED, "a result of unknown size");
		else
			eval_new(c, i, c->types[i]->rank, dims);
		out[i] = *c->out[i];
	}
	job_try(c->e->j, o->custom(o->custom_arg, c->n, in, c->nin, out, c->nout));
}
