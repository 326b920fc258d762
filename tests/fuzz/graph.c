/* graph.c -- libFuzzer target: random graphs of op.def's ops, native code against the interpreter.
 *
 *   make fuzz && build-fuzz/fuzz_graph -max_len=512 corpus/
 *   make check: 60 runs, seeds tests/fuzz/seeds/graph
 *
 * The bytes choose ops, operands, attributes, dtypes and the bodies of regions (graph/choose.h);
 * what an op does not take is found out by building it alone and left out.  Only ops whose results
 * are exact are chosen (elementary functions have bounds of their own; sums of floats are of small
 * whole numbers), all inputs are arguments, so that nothing is folded, and rounding is strict:
 * every result must be the interpreter's, at 1 thread and at 3.  FUZZ_REFUSED in the
 * environment makes it say what a backend or the verifier refuses.  tests/unit/fuzz_graph.c runs
 * some hundreds of graphs. */
#include "graph/choose.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* ---- building ------------------------------------------------------------------------------- */

static weft_value compare_by(struct weft_builder *b, const char *direction, weft_value x,
	weft_value y)
{
	enum dtype t = (enum dtype)weft_build_type(b, x).dtype;
	struct weft_attr a[] = { weft_attr_text("comparison_direction", direction),
		weft_attr_text("compare_type", "TOTALORDER") };
	struct weft_more more = { .nattrs = dtype_is_float(t) ? 2 : 1, .attrs = a };

	return weft_build_compare(b, x, y, &more);
}

/* The greater of two pairs: by value, of equal ones the lesser index. */
static void build_greatest(struct weft_builder *b, const weft_value *in, weft_value *out)
{
	weft_value more = compare_by(b, "GT", in[0], in[2]);
	weft_value same = compare_by(b, "EQ", in[0], in[2]);
	weft_value before = compare_by(b, "LT", in[1], in[3]);
	weft_value first = weft_build_or(b, more, weft_build_and(b, same, before));

	out[0] = weft_build_select(b, first, in[0], in[2]);
	out[1] = weft_build_select(b, first, in[1], in[3]);
}

/* Region i of the op over scalars of t[0..over). */
static weft_region build_body(struct weft_builder *b, const struct choice *c, uint32_t i,
	const struct weft_tensor_type *t)
{
	weft_value in[2 * OPERANDS], out[OPERANDS];
	uint32_t n = 1;

	weft_build_region_begin(b);
	/* a's and b's lie apart, but side by side in a comparison. */
	for (uint32_t k = 0; k < 2 * c->over; k++) {
		uint32_t of = c->body == BODY_order ? k / 2 : k % c->over;
		in[k] = weft_build_parameter(
			b, (struct weft_tensor_type){ t[of].dtype, 0, NULL }, NULL);
	}
	switch (c->body) {
	case BODY_second: out[0] = in[1]; break;
	case BODY_order: out[0] = compare_by(b, c->direction, in[0], in[1]); break;
	case BODY_greatest:
		build_greatest(b, in, out);
		n = 2;
		break;
	case BODY_window:
		if (i == 0) {
			out[0] = compare_by(b, c->direction, in[0], in[1]);
			break;
		}
		/* fall through */
	default: out[0] = weft_build(b, op_table[c->combine].text, 2, in, NULL);
	}
	return weft_build_region_end(b, n, out);
}

/* t: the operands' types. */
static weft_value build(struct weft_builder *b, const struct choice *c, const weft_value *in,
	const struct weft_tensor_type *t)
{
	struct weft_more more = { .nattrs = c->nattrs, .attrs = c->attrs,
		.nresults = c->typed, .results = &c->result };
	weft_region r[2];

	if (c->body) {
		more.nregions = c->body == BODY_window ? 2 : 1;
		more.regions = r;
		for (uint32_t i = 0; i < more.nregions; i++)
			r[i] = build_body(b, c, i, t);
	}
	return weft_build(b, op_table[c->op].text, c->nin, in, &more);
}

/* The type of a result in the first run. */
struct made {
	struct weft_tensor_type t;
	int64_t dims[RANK];
};

/* How many results an op has that has several; 1 for all others. */
static uint32_t results_of(const struct choice *c)
{
	switch (c->op) {
	case OP_sort: return c->nin;
	case OP_reduce: return c->nin / 2;
	case OP_optimization_barrier: case OP_chlo_top_k: return 2;
	default: return 1;
	}
}

static weft_value result_at(
	struct weft_builder *b, const struct choice *c, weft_value v, uint32_t i)
{
	return results_of(c) == 1 ? v : weft_build_result(b, v, i);
}

/* Does the op take operands of these types?  Tried alone; an error ends a builder.  The results'
 * types to made. */
static bool is_taken(const struct choice *c, const struct weft_tensor_type *t, int64_t most,
	struct made *made)
{
	struct weft_builder *b;
	weft_value in[OPERANDS], narrow[OPERANDS];
	bool fits = true;

	if (weft_builder_create(&b))
		return false;
	for (uint32_t i = 0; i < c->nin; i++) {
		in[i] = weft_build_parameter(b, t[i], NULL);
		narrow[i] = in[c->nin - 1];
	}
	weft_value v = build(b, c, in, t);
	for (uint32_t i = 0; fits && i < results_of(c); i++) {
		struct weft_tensor_type r = weft_build_type(b, result_at(b, c, v, i));
		fits = !weft_builder_error(b) && r.dtype != WEFT_INVALID_DTYPE && r.rank <= RANK &&
			(fuzz_is_symbolic(r) || fuzz_elements(r) <= most);
		for (uint32_t d = 0; fits && made && d < r.rank; d++)
			made[i].dims[d] = r.dims[d];
		if (fits && made)
			made[i].t = (struct weft_tensor_type){ r.dtype, r.rank, made[i].dims };
	}
	/* CHLO's broadcasting ops are verified for shapes only. */
	if (choice_narrow(c->op) == OP_compare)
		compare_by(b, "EQ", in[0], in[0]);
	else if (choice_narrow(c->op) != c->op && choice_narrow(c->op) != OP_select)
		weft_build(b, op_table[choice_narrow(c->op)].text, c->nin, narrow, NULL);
	fits = fits && !weft_builder_error(b);
	if (!fits && !made && getenv("FUZZ_REFUSED"))
		fprintf(stderr, "refused: %s\n", weft_error_text(weft_builder_error(b)));
	weft_builder_free(b);
	return fits;
}

/* How often each op was built, for the test that all are reached. */
static unsigned built[OP_COUNT];

static bool add_op(struct source *s, struct pool *p)
{
	struct choice c;
	struct weft_tensor_type t[OPERANDS];
	struct made made[OPERANDS];
	weft_value in[OPERANDS];

	if (!choose_op(s, p, &c))
		return false;
	for (uint32_t i = 0; i < c.nin; i++)
		t[i] = p->t[c.in[i]];
	if (!is_taken(&c, t, p->most, made) ||
		(p->symbolic && !choice_make_dynamic(s, p, &c, made[0].t)))
		return false;
	for (uint32_t i = 0; i < c.nin; i++) {
		t[i] = pool_known(p, c.in[i]);
		in[i] = p->v[c.in[i]];
	}
	if (p->symbolic && !is_taken(&c, t, p->most, NULL))
		return false;
	weft_value v = build(p->b, &c, in, t);
	for (uint32_t i = 0; i < results_of(&c); i++)
		pool_add(p, result_at(p->b, &c, v, i), made[i].t);
	built[c.op]++;
	return true;
}

/* A value of x's type: x with something done to it, or another of the pool. */
static weft_value alike(struct source *s, struct pool *p, uint32_t x)
{
	weft_value other = p->v[pool_find(s, p, p->t[x].dtype, p->t[x], x)];
	bool ordered = !dtype_is_complex((enum dtype)p->t[x].dtype);

	switch (fuzz_pick(s, 3)) {
	case 0: return weft_build_add(p->b, p->v[x], other);
	case 1: return ordered ? weft_build_maximum(p->b, p->v[x], other) : other;
	default: return other;
	}
}

/* Values of one shape, stacked in a new dimension: pieces that kernels may store in turn. */
static bool add_stack(struct source *s, struct pool *p)
{
	uint32_t first = p->n - 1 - fuzz_pick(s, 3), n = 2 + fuzz_pick(s, 4);
	struct weft_tensor_type t = p->t[first];
	uint32_t at = t.rank - (fuzz_pick(s, 2) ? 0 : fuzz_pick(s, t.rank + 1));
	int64_t dims[RANK + 1];
	struct weft_tensor_type piece = { t.dtype, t.rank + 1, dims };
	struct weft_more more = { .nresults = 1, .results = &piece };
	weft_value in[OPERANDS];

	if (t.rank == RANK || fuzz_elements(t) * n > p->most || p->symbolic)
		return false;
	for (uint32_t d = 0; d <= t.rank; d++)
		dims[d] = d == at ? 1 : t.dims[d > at ? d - 1 : d];
	for (uint32_t i = 0; i < n; i++) {
		in[i] = i ? alike(s, p, first) : p->v[first];
		in[i] = weft_build(p->b, op_table[OP_reshape].text, 1, &in[i], &more);
	}
	struct weft_attr dimension = weft_attr_int("dimension", at);
	struct weft_more along = { .nattrs = 1, .attrs = &dimension };
	weft_value v = weft_build(p->b, op_table[OP_concatenate].text, n, in, &along);
	dims[at] = n;
	pool_add(p, v, piece);
	return true;
}

/* ---- control -------------------------------------------------------------------------------- */

static void add_ops(struct source *s, struct pool *p, uint32_t most);

/* Have a and b symbolic dimensions in the same places? */
static bool is_known_alike(const struct pool *p, uint32_t a, uint32_t b)
{
	struct weft_tensor_type s = pool_known(p, a), t = pool_known(p, b);
	bool alike = s.rank == t.rank;

	for (uint32_t d = 0; alike && d < s.rank; d++)
		alike = (s.dims[d] < 0) == (t.dims[d] < 0);
	return alike;
}

/* Ends the region that was begun: some ops, then values of these types.  Outside of it the pool is
 * as it was with n values. */
static weft_region end_region(struct source *s, struct pool *p, uint32_t n, uint32_t nresults,
	const uint32_t *like, weft_value *first)
{
	weft_value out[OPERANDS];
	uint32_t k = 0;

	p->depth++;
	add_ops(s, p, p->n + 1 + fuzz_pick(s, 5));
	p->depth--;
	if (first)
		out[k++] = *first;
	for (uint32_t i = 0; i < nresults; i++) {
		struct weft_tensor_type t = p->t[like[i]];
		/* The latest of that type: what was just computed. */
		uint32_t at = p->n - 1;
		while (p->t[at].dtype != t.dtype || !fuzz_same_shape(p->t[at], t) ||
			!is_known_alike(p, at, like[i]))
			at--;
		uint32_t other = fuzz_pick(s, 4) ? at : pool_find(s, p, t.dtype, t, at);
		out[k++] = p->v[is_known_alike(p, other, like[i]) ? other : at];
	}
	p->n = n;
	return weft_build_region_end(p->b, k, out);
}

static bool add_branches(struct source *s, struct pool *p, enum op op)
{
	uint32_t k = pool_find_scalar(s, p, op == OP_if ? WEFT_I1 : WEFT_I32);
	uint32_t n = 1 + fuzz_pick(s, 2);
	uint32_t like[2] = { fuzz_pick(s, p->n), fuzz_pick(s, p->n) }, before = p->n;
	weft_region r[3];
	struct weft_more more = { .nregions = op == OP_if ? 2 : 1 + fuzz_pick(s, 3), .regions = r };

	if (k == UINT32_MAX)
		return false;
	if (op == OP_case && fuzz_pick(s, 2))
		k = pool_small(p, k, 3, WEFT_I32);
	if (k == UINT32_MAX)
		return false;
	weft_value index = p->v[k];
	for (uint32_t i = 0; i < more.nregions; i++) {
		weft_build_region_begin(p->b);
		r[i] = end_region(s, p, before, n, like, NULL);
	}
	weft_value v = weft_build(p->b, op_table[op].text, 1, &index, &more);
	for (uint32_t i = 0; i < n; i++)
		pool_add(p, n == 1 ? v : weft_build_result(p->b, v, i), p->t[like[i]]);
	return true;
}

/* A loop of a few turns over up to three values. */
static bool add_while(struct source *s, struct pool *p)
{
	struct weft_tensor_type count = { WEFT_I32, 0, NULL };
	uint32_t like[3], n = 1 + fuzz_pick(s, 3), k = pool_find_scalar(s, p, WEFT_I32);
	weft_region r[2];
	weft_value in[4], inside[4];

	k = pool_small(p, k, 3, WEFT_I32);
	if (k == UINT32_MAX)
		return false;
	in[0] = p->v[k];
	uint32_t before = p->n;
	for (uint32_t i = 0; i < n; i++) {
		like[i] = fuzz_pick(s, before);
		in[i + 1] = p->v[like[i]];
	}
	for (int which = 0; which < 2; which++) {
		weft_build_region_begin(p->b);
		for (uint32_t i = 0; i <= n; i++)
			inside[i] = weft_build_parameter(
				p->b, i ? pool_known(p, like[i - 1]) : count, NULL);
		weft_value limit = pool_number(p, WEFT_I32, 2 + fuzz_pick(s, 3));
		if (which == 0) {
			weft_value go = compare_by(p->b, "LT", inside[0], limit);
			r[0] = weft_build_region_end(p->b, 1, &go);
			continue;
		}
		weft_value next = weft_build_add(p->b, inside[0], pool_number(p, WEFT_I32, 1));
		for (uint32_t i = 0; i < n; i++)
			pool_add(p, inside[i + 1], p->t[like[i]]);
		r[1] = end_region(s, p, before, n, like, &next);
	}
	struct weft_more more = { .nregions = 2, .regions = r };
	weft_value v = weft_build(p->b, "stablehlo.while", n + 1, in, &more);
	for (uint32_t i = 0; i <= n; i++)
		pool_add(p, weft_build_result(p->b, v, i), i ? p->t[like[i - 1]] : count);
	return true;
}

static bool add_control(struct source *s, struct pool *p)
{
	static const enum op ops[] = { OP_if, OP_case, OP_while };
	enum op op = ops[fuzz_pick(s, 3)];

	if (p->depth > 1 || p->n + 8 > VALUES)
		return false;
	bool added = op == OP_while ? add_while(s, p) : add_branches(s, p, op);
	built[op] += added;
	p->controls += added;
	return added;
}

/* Adds until there are `most` values. */
static void add_ops(struct source *s, struct pool *p, uint32_t most)
{
	while (s->left && p->n < most && p->n < VALUES)
		if (p->wide && !fuzz_pick(s, 8))
			add_stack(s, p);
		else if (fuzz_pick(s, 12))
			add_op(s, p);
		else
			add_control(s, p);
}

static void add_parameter(struct pool *p, struct weft_tensor_type known, struct weft_tensor_type t)
{
	for (uint32_t d = 0; d < t.rank; d++)
		p->known_dims[p->n][d] = known.dims[d];
	p->known[p->n] = (struct weft_tensor_type){ t.dtype, t.rank, p->known_dims[p->n] };
	pool_add(p, weft_build_parameter(p->b, known, NULL), t);
}

/* The shape of a parameter of a wide graph: rows of one length, some of their columns or rows
 * only. */
static uint32_t wide_dims(struct source *s, int64_t *dims, const int64_t *shape)
{
	uint32_t rank = fuzz_pick(s, 4) ? 3 : 2;

	for (uint32_t d = 0; d < rank; d++)
		dims[d] = fuzz_pick(s, 6) ? shape[3 - rank + d] : 1;
	return rank;
}

static void add_parameters(struct source *s, struct pool *p)
{
	static const int64_t lengths[] = { 16, 33, 64, 77, 130, 256, 300, 1030 };
	int64_t dims[RANK], known[RANK], many = SIZES;
	int64_t shape[3] = { 0 };

	if (p->wide) {
		shape[0] = 1 + fuzz_pick(s, 3);
		shape[1] = 1 + fuzz_pick(s, 9);
		shape[2] = lengths[fuzz_pick(s, 8)];
	}
	for (uint32_t i = 0; i < PARAMS; i++) {
		enum weft_dtype t = (enum weft_dtype)(1 + fuzz_pick(s, DTYPE_COUNT - 1));
		uint32_t rank = p->wide ? wide_dims(s, dims, shape) : fuzz_pick(s, RANK);
		for (uint32_t d = 0; d < rank; d++) {
			if (!p->wide)
				dims[d] = fuzz_pick(s, 8) ? 1 + fuzz_pick(s, 9) : 17;
			known[d] = p->symbolic && fuzz_pick(s, 3) ? -1 : dims[d];
		}
		if (p->wide && fuzz_pick(s, 2))
			t = i ? WEFT_I32 : WEFT_F32;
		struct weft_tensor_type scalar = { t, 0, NULL };
		add_parameter(p, (struct weft_tensor_type){ t, rank, known },
			(struct weft_tensor_type){ t, rank, dims });
		add_parameter(p, scalar, scalar);
	}
	struct weft_tensor_type count = { WEFT_I32, 0, NULL }, sizes = { WEFT_I64, 1, &many };
	add_parameter(p, count, count);
	p->sizes = p->n;
	if (p->symbolic)
		add_parameter(p, sizes, sizes);
	p->nparams = p->n;
}

/* ---- running -------------------------------------------------------------------------------- */

static void fill(struct source s, enum dtype t, int64_t n, unsigned char *data)
{
	static const double odd[] = { 0, -0.0, INFINITY, -INFINITY, NAN, 1e-40, 3e38, 0.1 };
	enum dtype part = dtype_part(t);
	size_t size = dtype_bytes(part);

	for (int64_t i = 0; i < (part == t ? n : 2 * n); i++) {
		uint32_t k = fuzz_pick(&s, 256) ^ (uint32_t)(i * 37 % 256);
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

/* The program for one backend; NULL: it says UNIMPLEMENTED. */
static struct weft_executable *compiled(const char *backend, const char *threads,
	const struct weft_program *program, const char *text)
{
	struct weft_client *client;
	struct weft_options *o;
	struct weft_executable *x = NULL;
	struct weft_error *e = weft_client_open(backend, &client);

	if (e || (e = weft_options_create(&o)))
		fuzz_fail(backend, e, NULL);
	if ((e = weft_options_set(o, "numerics", "strict")) ||
		(e = weft_options_set(o, "threads", threads)) ||
		(e = weft_options_set(o, "cache", "off")))
		fuzz_fail("options", e, NULL);
	e = weft_compile(client, program, o, &x);
	weft_options_free(o);
	weft_client_release(client);
	if (e && weft_error_code(e) != WEFT_UNIMPLEMENTED)
		fuzz_fail(backend, e, text);
	if (e && getenv("FUZZ_REFUSED"))
		fprintf(stderr, "%s: %s\n%s", backend, weft_error_text(e), text);
	weft_error_free(e);
	return e ? NULL : x;
}

static void compare(
	uint32_t which, struct weft_buffer *want, struct weft_buffer *got, const char *text)
{
	struct weft_tensor_type t = weft_buffer_type(want), u = weft_buffer_type(got);
	void *a, *b;
	size_t size;
	struct weft_error *e = weft_buffer_data(want, &a, &size);

	if (e || (e = weft_buffer_data(got, &b, &size)))
		fuzz_fail("a result", e, text);
	if (!fuzz_same_shape(t, u))
		fuzz_fail("native code's shape differs from the interpreter's", NULL, text);
	int64_t at = differs((enum dtype)t.dtype, fuzz_elements(t), a, b);
	enum dtype part = dtype_part((enum dtype)t.dtype);
	if (at < 0)
		return;
	const unsigned char *x = (unsigned char *)a + (size_t)at * dtype_bytes(part);
	const unsigned char *y = (unsigned char *)b + (size_t)at * dtype_bytes(part);
	bool real = dtype_is_float(part);
	fprintf(stderr, "result %u, part %lld: the interpreter %.17g, native code %.17g\n", which,
		(long long)at, real ? dtype_load_f64(part, x) : (double)dtype_load_i64(part, x),
		real ? dtype_load_f64(part, y) : (double)dtype_load_i64(part, y));
	fuzz_fail("native code differs from the interpreter", NULL, text);
}

/* One call of each backend; sure: it succeeds, else what native code computes must be right.
 * strict: native code has to refuse what the interpreter refuses, since there is no branch or loop
 * of which it could leave out a part that nobody reads. */
static void run_each(struct weft_executable *const x[3], uint32_t nin,
	struct weft_buffer *const *in, uint32_t n, bool sure, bool strict,
	const char *text)
{
	struct weft_buffer *want[RESULTS], *got[RESULTS];
	struct weft_error *wrong = weft_run(x[0], nin, in, n, want), *e;

	if (wrong && sure)
		fuzz_fail("interp", wrong, text);
	for (int k = 1; k < 3 && x[k]; k++) {
		e = weft_run(x[k], nin, in, n, got);
		if (e ? sure || weft_error_code(e) != WEFT_INVALID_ARGUMENT : wrong && strict)
			fuzz_fail(e ? "weft" : "native code takes what the interpreter refuses",
				e ? e : wrong, text);
		for (uint32_t i = 0; !e && i < n; i++) {
			if (!wrong)
				compare(i, want[i], got[i], text);
			weft_buffer_release(got[i]);
		}
		weft_error_free(e);
	}
	for (uint32_t i = 0; !wrong && i < n; i++)
		weft_buffer_release(want[i]);
	weft_error_free(wrong);
}

/* Sizes of another run: equal ones stay equal. */
static int64_t other_size(int64_t d, uint32_t how)
{
	switch (how) {
	case 0: return d;
	case 1: return 2 * d;
	case 2: return d + 1;
	case 3: return 1;
	default: return 0;
	}
}

/* The arguments of a call: of the first run's sizes, or with other ones where they are symbolic. */
static void fill_arguments(struct source s, const struct pool *p, uint32_t how,
	struct weft_client *client, struct weft_buffer **in, const char *text)
{
	for (uint32_t i = 0; i < p->nparams; i++) {
		struct weft_tensor_type t = p->t[i], known = p->known[i];
		int64_t dims[RANK], *data;
		size_t size;
		for (uint32_t d = 0; d < t.rank; d++)
			dims[d] = known.dims[d] < 0 ? other_size(t.dims[d], how) : t.dims[d];
		t.dims = dims;
		struct weft_error *e = weft_buffer_create(client, t, &in[i]);
		if (e || (e = weft_buffer_data(in[i], (void **)&data, &size)))
			fuzz_fail("inputs", e, text);
		fill(s, (enum dtype)t.dtype, fuzz_elements(t), (unsigned char *)data);
		for (uint32_t k = 0; p->symbolic && i == p->sizes && k < SIZES; k++)
			data[k] = k < p->nsizes ? other_size(p->size[k], how) : 0;
	}
}

static void run_all(struct source s, const struct weft_program *program, const struct pool *p,
	uint32_t n, const char *text)
{
	struct weft_buffer *in[VALUES];
	struct weft_executable *x[3];
	struct weft_client *client;
	struct weft_error *e = weft_client_open("weft", &client);

	if (e)
		fuzz_fail("client", e, NULL);
	for (int k = 0; k < 3; k++)
		x[k] = compiled(k ? "weft" : "interp", k < 2 ? "1" : "3", program, text);
	for (uint32_t how = 0; x[0] && how < (p->symbolic ? 5 : 1); how++) {
		fill_arguments(s, p, how, client, in, text);
		run_each(x, p->nparams, in, n, how == 0, !p->controls, text);
		for (uint32_t i = 0; i < p->nparams; i++)
			weft_buffer_release(in[i]);
	}
	weft_client_release(client);
	for (int k = 0; k < 3; k++)
		weft_executable_release(x[k]);
}

/* The program that its print is. */
static struct weft_program *reread(struct weft_program *program, const char *text)
{
	struct weft_program *again;
	struct weft_error *e =
		weft_program_parse(WEFT_STABLEHLO_TEXT, "print", text, strlen(text), &again);

	if (e)
		fuzz_fail("reading the print", e, text);
	weft_program_release(program);
	return again;
}

/* An odd last byte: a graph of which the call says the sizes; the one before it a multiple of four:
 * a wide one. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct source s = { data, size };
	bool wide = size > 1 && data[size - 2] % 4 == 0;
	struct pool p = { .symbolic = size && data[size - 1] % 2, .wide = wide,
		.most = wide ? 20000 : 2000 };
	struct weft_program *program;
	char *text;
	struct weft_error *e = weft_builder_create(&p.b);

	if (e)
		fuzz_fail("builder", e, NULL);
	add_parameters(&s, &p);
	add_ops(&s, &p, p.nparams + (p.symbolic ? 30 : 20));
	uint32_t n = p.n - p.nparams < RESULTS ? p.n - p.nparams : RESULTS;
	if (!n) {
		weft_builder_free(p.b);
		return 0;
	}
	if ((e = weft_builder_finish(p.b, n, p.v + p.n - n, &program)) ||
		(e = weft_program_print(program, &text)))
		fuzz_fail("building", e, NULL);
	if (p.symbolic && data[size - 1] / 2 % 2)
		program = reread(program, text);
	run_all((struct source){ data, size }, program, &p, n, text);
	weft_text_free(text);
	weft_program_release(program);
	return 0;
}
