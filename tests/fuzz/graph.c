/* graph.c -- libFuzzer target: random graphs of op.def's ops, native code against the interpreter.
 *
 *   make fuzz && build-fuzz/fuzz_graph -max_len=512 corpus/
 *   make check: 60 runs, seeds tests/fuzz/seeds/graph
 *
 * The bytes choose ops, operands, attributes and dtypes; what an op does not take is found out by
 * building it alone and left out.  Only ops whose results are exact are chosen (elementary
 * functions have bounds of their own), all inputs are arguments, so that nothing is folded, and
 * rounding is strict: every result must be the interpreter's, at 1 thread and at 3.
 * tests/unit/fuzz_graph.c runs some hundreds of graphs. */
#include "ir/dtype.h"
#include "ir/op.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <weft/build.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { VALUES = 24, RANK = 4, PARAMS = 3, RESULTS = 6, MOST = 2000 };

struct source { const unsigned char *at; size_t left; };
/* One op to be tried: its operands' places in the pool and all it needs beside. */
struct choice {
	enum op op, body;            /* of the region; OP_COUNT: no region */
	uint32_t nin, in[RANK + 2], nattrs, bodies;
	bool typed;                  /* the result's type is given */
	struct weft_tensor_type result;
	int64_t dims[RANK + 1], ints[4][2 * RANK];
	struct weft_attr attrs[8];
};
struct pool {
	struct weft_builder *b;
	weft_value v[VALUES];
	struct weft_tensor_type t[VALUES];
	int64_t dims[VALUES][RANK];
	uint32_t n, nparams;
};

static uint32_t pick(struct source *s, uint32_t n)
{
	if (!s->left || !n)
		return 0;
	s->left--;
	return *s->at++ % n;
}

static noreturn void fail(const char *what, const struct weft_error *e, const char *text)
{
	fprintf(stderr, "%s: %s\n%s\n", what, e ? weft_error_text(e) : "", text ? text : "");
	abort();
}

static int64_t elements(struct weft_tensor_type t)
{
	int64_t n = 1;

	for (uint32_t d = 0; d < t.rank; d++)
		n *= t.dims[d];
	return n;
}

static bool same_shape(struct weft_tensor_type a, struct weft_tensor_type b)
{
	bool same = a.rank == b.rank;

	for (uint32_t d = 0; same && d < a.rank; d++)
		same = a.dims[d] == b.dims[d];
	return same;
}

/* A value of that dtype (WEFT_INVALID_DTYPE: any) and shape; `otherwise` where there is none. */
static uint32_t find(struct source *s, const struct pool *p, enum weft_dtype t,
	struct weft_tensor_type shape, uint32_t otherwise)
{
	uint32_t from = pick(s, p->n);

	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t k = (from + i) % p->n;
		if ((t == WEFT_INVALID_DTYPE || p->t[k].dtype == t) && same_shape(p->t[k], shape))
			return k;
	}
	return otherwise;
}

static uint32_t find_scalar(struct source *s, const struct pool *p, enum weft_dtype t)
{
	return find(s, p, t, (struct weft_tensor_type){ t, 0, NULL }, UINT32_MAX);
}

/* Is every result of op over t the one right value? */
static bool is_exact(enum op op, enum dtype t)
{
	if (dtype_is_int(t) || t == DTYPE_i1)
		return true;
	switch (op) {
	case OP_add: case OP_subtract: case OP_negate: case OP_compare: case OP_select:
	case OP_real: case OP_imag: case OP_complex: case OP_is_finite: case OP_chlo_conj:
	case OP_convert:
		return true;
	case OP_multiply: case OP_divide: case OP_chlo_square:
		/* the last one's products leave the range of f32, in which native code computes */
		return dtype_is_float(t) && t != DTYPE_f8E8M0FNU;
	case OP_sqrt: case OP_abs: case OP_ceil: case OP_floor:
	case OP_sign: case OP_round_nearest_even: case OP_round_nearest_afz: case OP_clamp:
	case OP_maximum: case OP_minimum: case OP_reduce_precision:
	case OP_chlo_is_inf: case OP_chlo_is_pos_inf: case OP_chlo_is_neg_inf:
	case OP_chlo_next_after:
		return dtype_is_float(t);
	default: return false;
	}
}

/* ---- what an op needs ----------------------------------------------------------------------- */

static int64_t *list(struct choice *c, const char *name, uint32_t n)
{
	int64_t *v = c->ints[c->nattrs % 4];

	c->attrs[c->nattrs++] = weft_attr_ints(name, n, v);
	return v;
}

static void result(struct choice *c, enum weft_dtype t, uint32_t rank)
{
	c->typed = true;
	c->result = (struct weft_tensor_type){ t, rank, c->dims };
}

static bool choose_map(struct source *s, const struct pool *p, struct choice *c)
{
	static const char *const directions[] = { "EQ", "NE", "LT", "LE", "GT", "GE" };
	struct weft_tensor_type t = p->t[c->in[0]];

	c->nin = (uint32_t)op_table[c->op].lo;
	for (uint32_t i = 1; i < c->nin; i++)
		c->in[i] = find(s, p, t.dtype, t, c->in[0]);
	switch (c->op) {
	case OP_compare:
		c->attrs[c->nattrs++] =
			weft_attr_text("comparison_direction", directions[pick(s, 6)]);
		return true;
	case OP_select:
		c->in[0] = find(s, p, WEFT_I1, t, UINT32_MAX);
		c->in[1] = find(s, p, t.dtype, t, 0);
		return c->in[0] != UINT32_MAX;
	case OP_reduce_precision:
		c->attrs[c->nattrs++] = weft_attr_int("exponent_bits", 1 + pick(s, 11));
		c->attrs[c->nattrs++] = weft_attr_int("mantissa_bits", pick(s, 52));
		return true;
	case OP_convert:
		for (uint32_t d = 0; d < t.rank; d++)
			c->dims[d] = t.dims[d];
		result(c, (enum weft_dtype)(1 + pick(s, DTYPE_COUNT - 1)), t.rank);
		return true;
	default: return c->op != OP_map;
	}
}

static bool choose_slice(struct source *s, struct weft_tensor_type t, struct choice *c)
{
	int64_t *start = list(c, "start_indices", t.rank);
	int64_t *limit = list(c, "limit_indices", t.rank);
	int64_t *step = list(c, "strides", t.rank);

	for (uint32_t d = 0; d < t.rank; d++) {
		start[d] = pick(s, (uint32_t)t.dims[d] + 1);
		limit[d] = start[d] + pick(s, (uint32_t)(t.dims[d] - start[d]) + 1);
		step[d] = 1 + pick(s, 3);
	}
	return true;
}

static bool choose_pad(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];
	int64_t *low = list(c, "edge_padding_low", t.rank);
	int64_t *high = list(c, "edge_padding_high", t.rank);
	int64_t *inside = list(c, "interior_padding", t.rank);

	c->nin = 2;
	c->in[1] = find_scalar(s, p, t.dtype);
	for (uint32_t d = 0; d < t.rank; d++) {
		low[d] = (int64_t)pick(s, 6) - 2;
		high[d] = (int64_t)pick(s, 6) - 2;
		inside[d] = pick(s, 3);
	}
	return c->in[1] != UINT32_MAX;
}

static bool choose_dynamic(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];
	uint32_t at = 1;

	if (c->op == OP_dynamic_update_slice) {
		c->in[at++] = find(s, p, t.dtype, t, c->in[0]);
	} else {
		int64_t *sizes = list(c, "slice_sizes", t.rank);
		for (uint32_t d = 0; d < t.rank; d++)
			sizes[d] = pick(s, (uint32_t)t.dims[d] + 1);
	}
	for (uint32_t d = 0; d < t.rank; d++) {
		c->in[at] = find_scalar(s, p, WEFT_I32);
		if (c->in[at++] == UINT32_MAX)
			return false;
	}
	c->nin = at;
	return true;
}

static bool choose_move(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];
	int64_t *v;

	c->nin = 1;
	switch (c->op) {
	case OP_broadcast_in_dim:
		v = list(c, "broadcast_dimensions", t.rank);
		for (uint32_t d = 0; d < t.rank; d++) {
			v[d] = d + 1;
			c->dims[d + 1] = t.dims[d] == 1 ? 1 + pick(s, 3) : t.dims[d];
		}
		c->dims[0] = 1 + pick(s, 3);
		result(c, t.dtype, t.rank + 1);
		return t.rank < RANK;
	case OP_reshape:
		c->dims[0] = 1 + pick(s, 4);
		c->dims[1] = elements(t) / c->dims[0];
		result(c, t.dtype, 2);
		return elements(t) == c->dims[0] * c->dims[1];
	case OP_transpose:
		v = list(c, "permutation", t.rank);
		for (uint32_t d = 0; d < t.rank; d++)
			v[d] = (d + 1) % t.rank;
		return t.rank > 1;
	case OP_reverse:
		list(c, "dimensions", t.rank > 0)[0] = pick(s, t.rank);
		return t.rank > 0;
	case OP_slice: return choose_slice(s, t, c);
	case OP_pad: return choose_pad(s, p, c);
	case OP_concatenate:
		c->nin = 2;
		c->in[1] = find(s, p, t.dtype, t, c->in[0]);
		c->attrs[c->nattrs++] = weft_attr_int("dimension", pick(s, t.rank));
		return t.rank > 0;
	case OP_dynamic_slice: case OP_dynamic_update_slice: return choose_dynamic(s, p, c);
	default: return false;
	}
}

static bool choose_loop(struct source *s, const struct pool *p, struct choice *c)
{
	static const enum op bodies[] = { OP_maximum, OP_minimum, OP_add, OP_and, OP_xor };
	struct weft_tensor_type t = p->t[c->in[0]];
	bool exact = dtype_is_int((enum dtype)t.dtype);
	int64_t *v, n = t.rank;

	c->nin = 2;
	c->in[1] = find_scalar(s, p, t.dtype);
	c->bodies = 1;
	c->body = bodies[pick(s, exact ? 5 : 2)];
	if (c->op == OP_reduce) {
		v = list(c, "dimensions", t.rank > 0);
		v[0] = pick(s, t.rank);
		return t.rank > 0 && c->in[1] != UINT32_MAX;
	}
	static const char *const names[] = { "window_dimensions", "window_strides",
		"base_dilations" };
	for (int i = 0; i < 3; i++) {
		v = list(c, names[i], t.rank);
		for (uint32_t d = 0; d < t.rank; d++)
			v[d] = 1 + pick(s, 3);
	}
	int64_t *pads = c->ints[3], dims[] = { n, 2 };
	for (uint32_t d = 0; d < 2 * t.rank; d++)
		pads[d] = (int64_t)pick(s, 4) - 1;
	memcpy(c->dims, dims, sizeof dims);
	c->attrs[c->nattrs++] = weft_attr_dense(
		"padding", (struct weft_tensor_type){ WEFT_I64, 2, c->dims }, pads);
	return t.rank > 0 && c->in[1] != UINT32_MAX;
}

static bool choose_dot(struct source *s, const struct pool *p, struct choice *c)
{
	struct weft_tensor_type t = p->t[c->in[0]];

	c->nin = 2;
	c->in[1] = find(s, p, t.dtype, t, c->in[0]);
	if (!dtype_is_int((enum dtype)t.dtype) || t.rank < 2)
		return false;
	int64_t axis = pick(s, t.rank), batch = (axis + 1) % t.rank;
	list(c, "lhs_contracting_dimensions", 1)[0] = axis;
	list(c, "rhs_contracting_dimensions", 1)[0] = axis;
	list(c, "lhs_batching_dimensions", t.rank > 2)[0] = batch;
	list(c, "rhs_batching_dimensions", t.rank > 2)[0] = batch;
	return true;
}

static bool choose(struct source *s, const struct pool *p, struct choice *c)
{
	*c = (struct choice){ .op = (enum op)((pick(s, 256) * 256 + pick(s, 256)) % OP_COUNT),
		.body = OP_COUNT };
	c->in[0] = pick(s, p->n);
	enum dtype t = (enum dtype)p->t[c->in[0]].dtype;
	switch (op_table[c->op].kind) {
	case OP_MAP: return is_exact(c->op, t) && choose_map(s, p, c);
	case OP_MOVE: return choose_move(s, p, c);
	case OP_REDUCE: case OP_WINDOW:
		return (c->op == OP_reduce || c->op == OP_reduce_window) &&
			!dtype_is_complex(t) && choose_loop(s, p, c);
	case OP_CONTRACT: return c->op == OP_dot_general && choose_dot(s, p, c);
	default: return false;
	}
}

/* ---- building ------------------------------------------------------------------------------- */

static weft_value build(struct weft_builder *b, const struct choice *c, const weft_value *in,
	struct weft_tensor_type element)
{
	struct weft_more more = { .nattrs = c->nattrs, .attrs = c->attrs,
		.nresults = c->typed, .results = &c->result };
	weft_region r;

	if (c->bodies) {
		struct weft_tensor_type scalar = { element.dtype, 0, NULL };
		weft_build_region_begin(b);
		weft_value both[2] = { weft_build_parameter(b, scalar, NULL),
			weft_build_parameter(b, scalar, NULL) };
		weft_value v = weft_build(b, op_table[c->body].text, 2, both, NULL);
		r = weft_build_region_end(b, 1, &v);
		more.nregions = 1;
		more.regions = &r;
	}
	return weft_build(b, op_table[c->op].text, c->nin, in, &more);
}

/* Does the op take this?  Tried alone; an error ends a builder. */
static bool is_taken(const struct pool *p, const struct choice *c)
{
	struct weft_builder *b;
	weft_value in[RANK + 2];

	if (weft_builder_create(&b))
		return false;
	for (uint32_t i = 0; i < c->nin; i++)
		in[i] = weft_build_parameter(b, p->t[c->in[i]], NULL);
	weft_value v = build(b, c, in, p->t[c->in[0]]);
	struct weft_tensor_type t = weft_build_type(b, v);
	bool fits = !weft_builder_error(b) && t.dtype != WEFT_INVALID_DTYPE && t.rank <= RANK &&
		elements(t) <= MOST;
	weft_builder_free(b);
	return fits;
}

static void add_value(struct pool *p, weft_value v)
{
	struct weft_tensor_type t = weft_build_type(p->b, v);

	if (t.dtype == WEFT_INVALID_DTYPE || p->n == VALUES)
		return;
	for (uint32_t d = 0; d < t.rank; d++)
		p->dims[p->n][d] = t.dims[d];
	p->t[p->n] = (struct weft_tensor_type){ t.dtype, t.rank, p->dims[p->n] };
	p->v[p->n++] = v;
}

static void add_parameters(struct source *s, struct pool *p)
{
	int64_t dims[RANK];

	for (uint32_t i = 0; i < PARAMS; i++) {
		enum weft_dtype t = (enum weft_dtype)(1 + pick(s, DTYPE_COUNT - 1));
		uint32_t rank = pick(s, RANK);
		for (uint32_t d = 0; d < rank; d++)
			dims[d] = pick(s, 8) ? 1 + pick(s, 9) : 17;
		add_value(p, weft_build_parameter(p->b, (struct weft_tensor_type){ t, rank, dims },
			NULL));
		add_value(p, weft_build_parameter(p->b, (struct weft_tensor_type){ t, 0, NULL },
			NULL));
	}
	add_value(p, weft_build_parameter(p->b, (struct weft_tensor_type){ WEFT_I32, 0, NULL },
		NULL));
	p->nparams = p->n;
}

/* ---- running -------------------------------------------------------------------------------- */

static void fill(struct source s, enum dtype t, int64_t n, unsigned char *data)
{
	static const double odd[] = { 0, -0.0, INFINITY, -INFINITY, NAN, 1e-40, 3e38, 0.1 };
	enum dtype part = dtype_part(t);
	size_t size = dtype_bytes(part);

	for (int64_t i = 0; i < (part == t ? n : 2 * n); i++) {
		uint32_t k = pick(&s, 256) ^ (uint32_t)(i * 37 % 256);
		if (dtype_is_float(part))
			dtype_store_f64(part, data + (size_t)i * size,
				k < 240 ? (double)k / 8 - 15 : odd[k % 8]);
		else
			dtype_store_i64(part, data + (size_t)i * size, (int64_t)k - 100);
	}
}

/* The first part in which a and b differ; -1: none. */
static int64_t differs(enum dtype t, int64_t n, const unsigned char *a, const unsigned char *b)
{
	enum dtype part = dtype_part(t);
	size_t size = dtype_bytes(part);

	for (int64_t i = 0; i < (part == t ? n : 2 * n); i++) {
		const unsigned char *x = a + (size_t)i * size, *y = b + (size_t)i * size;
		if (!memcmp(x, y, size))
			continue;
		if (!dtype_is_float(part))
			return i;
		double u = dtype_load_f64(part, x), v = dtype_load_f64(part, y);
		if (u != v && !(isnan(u) && isnan(v)))
			return i;
	}
	return -1;
}

/* Results of the program by one backend; false: it says UNIMPLEMENTED. */
static bool run(const char *backend, const char *threads, const struct weft_program *program,
	const struct pool *p, struct weft_buffer *const *in, uint32_t n, struct weft_buffer **out,
	const char *text)
{
	struct weft_client *client;
	struct weft_options *o;
	struct weft_executable *x;
	struct weft_error *e = weft_client_open(backend, &client);

	if (e || (e = weft_options_create(&o)))
		fail(backend, e, NULL);
	if ((e = weft_options_set(o, "numerics", "strict")) ||
		(e = weft_options_set(o, "threads", threads)) ||
		(e = weft_options_set(o, "cache", "off")))
		fail("options", e, NULL);
	e = weft_compile(client, program, o, &x);
	weft_options_free(o);
	weft_client_release(client);
	if (e && weft_error_code(e) == WEFT_UNIMPLEMENTED) {
		weft_error_free(e);
		return false;
	}
	if (e || (e = weft_run(x, p->nparams, in, n, out)))
		fail(backend, e, text);
	weft_executable_release(x);
	return true;
}

static void compare(
	uint32_t which, struct weft_buffer *want, struct weft_buffer *got, const char *text)
{
	struct weft_tensor_type t = weft_buffer_type(want);
	void *a, *b;
	size_t size;
	struct weft_error *e = weft_buffer_data(want, &a, &size);

	if (e || (e = weft_buffer_data(got, &b, &size)))
		fail("a result", e, text);
	int64_t at = differs((enum dtype)t.dtype, elements(t), a, b);
	enum dtype part = dtype_part((enum dtype)t.dtype);
	if (at < 0)
		return;
	const unsigned char *x = (unsigned char *)a + (size_t)at * dtype_bytes(part);
	const unsigned char *y = (unsigned char *)b + (size_t)at * dtype_bytes(part);
	bool real = dtype_is_float(part);
	fprintf(stderr, "result %u, part %lld: the interpreter %.17g, native code %.17g\n", which,
		(long long)at, real ? dtype_load_f64(part, x) : (double)dtype_load_i64(part, x),
		real ? dtype_load_f64(part, y) : (double)dtype_load_i64(part, y));
	fail("native code differs from the interpreter", NULL, text);
}

static void run_all(struct source s, const struct weft_program *program, const struct pool *p,
	uint32_t n, const char *text)
{
	struct weft_buffer *in[VALUES], *want[RESULTS], *got[RESULTS];
	struct weft_client *client;
	struct weft_error *e = weft_client_open("weft", &client);

	for (uint32_t i = 0; i < p->nparams && !e; i++) {
		void *data;
		size_t size;
		e = weft_buffer_create(client, p->t[i], &in[i]);
		if (!e)
			e = weft_buffer_data(in[i], &data, &size);
		if (!e)
			fill(s, (enum dtype)p->t[i].dtype, elements(p->t[i]), data);
	}
	if (e)
		fail("inputs", e, text);
	weft_client_release(client);
	bool ran = run("interp", "1", program, p, in, n, want, text);
	for (int threads = 1; ran && threads <= 3; threads += 2) {
		if (!run("weft", threads == 1 ? "1" : "3", program, p, in, n, got, text))
			break;
		for (uint32_t i = 0; i < n; i++) {
			compare(i, want[i], got[i], text);
			weft_buffer_release(got[i]);
		}
	}
	for (uint32_t i = 0; ran && i < n; i++)
		weft_buffer_release(want[i]);
	for (uint32_t i = 0; i < p->nparams; i++)
		weft_buffer_release(in[i]);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct source s = { data, size };
	struct pool p = { .n = 0 };
	struct choice c;
	struct weft_program *program;
	char *text;
	struct weft_error *e = weft_builder_create(&p.b);

	if (e)
		fail("builder", e, NULL);
	add_parameters(&s, &p);
	while (s.left && p.n < VALUES) {
		weft_value in[RANK + 2];
		if (!choose(&s, &p, &c) || !is_taken(&p, &c))
			continue;
		for (uint32_t i = 0; i < c.nin; i++)
			in[i] = p.v[c.in[i]];
		add_value(&p, build(p.b, &c, in, p.t[c.in[0]]));
	}
	uint32_t n = p.n - p.nparams < RESULTS ? p.n - p.nparams : RESULTS;
	if (!n) {
		weft_builder_free(p.b);
		return 0;
	}
	if ((e = weft_builder_finish(p.b, n, p.v + p.n - n, &program)) ||
		(e = weft_program_print(program, &text)))
		fail("building", e, NULL);
	run_all((struct source){ data, size }, program, &p, n, text);
	weft_text_free(text);
	weft_program_release(program);
	return 0;
}
