/* linear.c -- cholesky, triangular_solve, decompositions, fft, batch normalisation.
 *
 * Textbook algorithms over complex long double, whatever the dtype, rounded once at the end.  fft
 * is base/fft.c, whose last bits programs are compared with; tests/unit/base_fft.c holds it
 * against the definition. */
#include "base/fft.h"
#include "base/linear.h"
#include "ir/custom.h"
#include "ir/eval/eval_impl.h"
#include <math.h>
#include <string.h>

typedef complex_wide wide;

static wide load(const struct tensor *t, int64_t i)
{
	return scalar_load_complex(t->type->dtype, tensor_at(t, i));
}

static void store(const struct tensor *t, int64_t i, wide v)
{
	scalar_store_complex(t->type->dtype, tensor_at(t, i),
		complex_of((double)creall(v), (double)cimagl(v)));
}

/* Room for n numbers; dropped with its tensor. */
static wide *wide_room(struct call *c, int64_t n, struct tensor **room)
{
	int64_t words = n * (int64_t)(sizeof(wide) / sizeof(double));

	*room = eval_temp(c, DTYPE_f64, 1, &words);
	return (*room)->data;
}

/* ---- cholesky ------------------------------------------------------------------------------- */

/* The factor l of the n x n matrix of a that begins at base; of a, one triangle is read. */
static void cholesky(const struct tensor *a, int64_t base, int64_t n, bool lower, wide *l)
{
	memset(l, 0, (size_t)(n * n) * sizeof *l);
	for (int64_t j = 0; j < n; j++)
		for (int64_t i = j; i < n; i++) {
			wide s = lower ? load(a, base + i * n + j)
				       : conjl(load(a, base + j * n + i));
			for (int64_t k = 0; k < j; k++)
				s -= l[i * n + k] * conjl(l[j * n + k]);
			l[i * n + j] = i == j ? wide_of(sqrtl(creall(s)), 0)
					      : s / creall(l[j * n + j]);
		}
}

void eval_cholesky(struct call *c)
{
	const struct tensor *a = c->in[0];
	struct tensor *out = eval_new_like(c, 0, a), *room;
	bool lower = node_bool(c->n, KEY_lower, false);
	int64_t n = a->dims[a->rank - 1], count = n ? tensor_elements(a) / (n * n) : 0;
	eval_check_size(c, 0, a->rank - 2, n);
	wide *l = wide_room(c, n * n, &room);

	for (int64_t m = 0; m < count; m++) {
		int64_t base = m * n * n;
		cholesky(a, base, n, lower, l);
		for (int64_t i = 0; i < n; i++)
			for (int64_t j = 0; j < n; j++)
				store(out, base + i * n + j,
					lower ? l[i * n + j] : conjl(l[j * n + i]));
	}
	eval_drop(c->e, room);
}

/* ---- triangular_solve ----------------------------------------------------------------------- */

struct triangle {
	const struct tensor *a;
	int64_t base, n;
	bool lower, transpose, adjoint, unit;
};

/* Element i, j of op(a), which is zero on the other side of the diagonal. */
static wide triangle_at(const struct triangle *t, int64_t i, int64_t j)
{
	if (i == j && t->unit)
		return 1;
	wide v = load(t->a, t->base + (t->transpose ? j * t->n + i : i * t->n + j));
	return t->adjoint ? conjl(v) : v;
}

/* Solves op(a) x = b, b and x of n elements `step` apart; forward when op(a) is lower. */
static void solve_column(const struct triangle *t, bool forward, wide *x, int64_t step)
{
	for (int64_t k = 0; k < t->n; k++) {
		int64_t i = forward ? k : t->n - 1 - k;
		wide s = x[i * step];
		for (int64_t l = 0; l < k; l++) {
			int64_t j = forward ? l : t->n - 1 - l;
			s -= triangle_at(t, i, j) * x[j * step];
		}
		x[i * step] = t->unit ? s : s / triangle_at(t, i, i);
	}
}

void eval_triangular_solve(struct call *c)
{
	const struct tensor *a = c->in[0], *b = c->in[1];
	struct tensor *out = eval_new_like(c, 0, b), *room;
	const char *how = node_str(c->n, KEY_transpose_a, "NO_TRANSPOSE");
	bool left = node_bool(c->n, KEY_left_side, true);
	int64_t rows = b->dims[b->rank - 2], cols = b->dims[b->rank - 1], size = rows * cols;
	struct triangle t = { .a = a, .n = a->dims[a->rank - 1] };

	eval_check_size(c, 0, a->rank - 2, t.n);
	eval_check_size(c, 1, b->rank - (left ? 2 : 1), t.n);
	for (uint32_t d = 0; d + 2 < a->rank; d++)
		eval_check_size(c, 1, d, a->dims[d]);
	t.lower = node_bool(c->n, KEY_lower, false);
	t.unit = node_bool(c->n, KEY_unit_diagonal, false);
	t.adjoint = !strcmp(how, "ADJOINT");
	t.transpose = t.adjoint || !strcmp(how, "TRANSPOSE");
	bool forward = t.lower != t.transpose;
	wide *x = wide_room(c, size, &room);
	for (int64_t m = 0; size && m < tensor_elements(b) / size; m++) {
		struct triangle u = t;
		u.base = m * t.n * t.n;
		for (int64_t i = 0; i < size; i++)
			x[i] = load(b, m * size + i);
		if (!left)                           /* x op(a) = b is op(a)^T x^T = b^T */
			u.transpose = !t.transpose;
		for (int64_t k = 0; k < (left ? cols : rows); k++)
			solve_column(&u, left ? forward : !forward, left ? x + k : x + k * cols,
				left ? cols : 1);
		for (int64_t i = 0; i < size; i++)
			store(out, m * size + i, x[i]);
	}
	eval_drop(c->e, room);
}

/* ---- decompositions ------------------------------------------------------------------------- */

static void convert_all(const struct tensor *from, const struct tensor *to)
{
	for (int64_t i = 0, n = tensor_elements(to); i < n; i++)
		scalar_convert(from->type->dtype, tensor_at(from, i), to->type->dtype,
			tensor_at(to, i));
}

/* t, or where it is of narrow floats room for it as f32; *room is dropped by the caller. */
static struct linear_array wide_matrix(
	struct call *c, const struct tensor *t, struct tensor **room)
{
	*room = dtype_is_narrow(t->type->dtype) ? eval_temp(c, DTYPE_f32, t->rank, t->dims) : NULL;
	return (struct linear_array){ *room ? (*room)->data : t->data, t->rank, t->dims };
}

/* c is a call of base/linear.def, and done.  Operands beyond the row's are results' sizes. */
bool eval_linear(struct call *c)
{
	const char *target = node_str(c->n, KEY_call_target_name, "");
	const struct linear_row *row = linear_find(target, strlen(target), NULL);
	struct linear_array in[LINEAR_MOST], out[LINEAR_MOST];
	struct tensor *room_in[LINEAR_MOST], *room_out[LINEAR_MOST];
	int64_t dims[EVAL_MAX_RANK];

	if (!row)
		return false;
	uint32_t nin = c->nin - custom_nshapes(c->n->attrs, c->nin);
	for (uint32_t i = 0; i < nin; i++) {
		in[i] = wide_matrix(c, c->in[i], &room_in[i]);
		if (room_in[i])
			convert_all(c->in[i], room_in[i]);
	}
	for (uint32_t i = 0; i < c->nout; i++) {
		if (!eval_static_dims(c, i, dims))
			eval_fail(c, WEFT_UNIMPLEMENTED, "a result of unknown size");
		out[i] = wide_matrix(
			c, eval_new(c, i, c->types[i]->rank, dims), &room_out[i]);
	}
	enum dtype t = c->in[0]->type->dtype;
	char kind = t == DTYPE_f64 ? 'd' : t == DTYPE_c64 ? 'c' : t == DTYPE_c128 ? 'z' : 's';
	job_try(c->e->j,
		linear_run(row, kind, node_config(c->e->j, c->n), in, out));
	for (uint32_t i = 0; i < nin; i++)
		eval_drop(c->e, room_in[i]);
	for (uint32_t i = 0; i < c->nout; i++) {
		if (room_out[i])
			convert_all(room_out[i], c->out[i]);
		eval_drop(c->e, room_out[i]);
	}
	return true;
}

/* ---- fft ------------------------------------------------------------------------------------ */

/* A word of fft_type, n characters. */
static enum fft_kind kind_of(const char *word, size_t n)
{
	static const char *const words[] = { "FFT", "IFFT", "RFFT", "IRFFT" };
	int kind = FFT_forward;

	while (kind < FFT_half && (strlen(words[kind]) != n || memcmp(words[kind], word, n)))
		kind++;
	return (enum fft_kind)kind;
}

/* The result, of those sizes. */
static void transform(
	struct call *c, enum fft_kind kind, bool sum, uint32_t naxes, const int64_t *dims)
{
	const struct tensor *a = c->in[0];
	enum dtype t = a->type->dtype;
	struct tensor *out = eval_new(c, 0, a->rank, dims);
	struct fft f = { .kind = kind, .sum = sum, .wide = t == DTYPE_f64 || t == DTYPE_c128,
		.rank = a->rank, .naxes = naxes, .in_dims = a->dims, .out_dims = dims };
	struct weft_error *e = fft_run(&f, tensor_at(a, 0), tensor_at(out, 0));

	if (e) {
		weft_error_free(e);
		eval_fail(c, WEFT_RESOURCE_EXHAUSTED, "no memory for a transform");
	}
}

void eval_fft_last(struct call *c)
{
	const char *how = node_text(c->e->j, c->n, KEY_backend_config);
	int64_t dims[EVAL_MAX_RANK];

	uint32_t rank = c->in[0]->rank;
	if (rank > EVAL_MAX_RANK || (c->nin < 2 && !eval_static_dims(c, 0, dims)))
		eval_fail(c, WEFT_UNIMPLEMENTED, "a result of unknown size");
	for (uint32_t d = 0; c->nin > 1 && d < rank; d++)
		dims[d] = eval_index(c->in[1], d);
	enum fft_kind kind = kind_of(how, strcspn(how, " "));
	for (uint32_t d = 0; d + 1 < rank; d++)
		eval_check_size(c, 0, d, dims[d]);
	if (kind == FFT_real)
		dims[rank - 1] = c->in[0]->dims[rank - 1] / 2 + 1;
	else
		eval_check_size(c, 0, rank - 1,
			kind == FFT_half ? dims[rank - 1] / 2 + 1 : dims[rank - 1]);
	transform(c, kind, true, 1, dims);
}

void eval_fft(struct call *c)
{
	const struct tensor *a = c->in[0];
	const char *word = node_str(c->n, KEY_fft_type, "FFT");
	uint32_t naxes, last = a->rank - 1;
	const int64_t *length = eval_ints_any(c, KEY_fft_length, &naxes);
	int64_t dims[EVAL_MAX_RANK];
	enum fft_kind kind = kind_of(word, strlen(word));

	if (!naxes || naxes > a->rank || a->rank > EVAL_MAX_RANK)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "fft_length of %u entries", naxes);
	memcpy(dims, a->dims, a->rank * sizeof *dims);
	for (uint32_t i = 0; i < naxes && (kind == FFT_half || kind == FFT_real); i++) {
		bool halved = kind == FFT_half && i + 1 == naxes && length[i];
		eval_check_size(c, 0, a->rank - naxes + i, halved ? length[i] / 2 + 1 : length[i]);
	}
	if (kind == FFT_half)
		dims[last] = length[naxes - 1];
	if (kind == FFT_real)
		dims[last] = length[naxes - 1] ? length[naxes - 1] / 2 + 1 : 0;
	transform(c, kind, node_other(c->n, "weft.sum") != NULL, naxes, dims);
}

/* ---- batch normalisation -------------------------------------------------------------------- */

struct feature {
	int64_t n, inner, per;       /* features, elements behind one, elements of one */
};

/* The features of a, operand 0; operands 1.. of n have as many elements. */
static struct feature feature_read(struct call *c, const struct tensor *a, uint32_t n)
{
	int64_t axis = node_int(c->n, KEY_feature_index, 0);
	struct feature f = { a->dims[axis], 1, 1 };

	for (uint32_t i = 1; i < n; i++)
		eval_check_size(c, i, 0, f.n);
	for (uint32_t d = 0; d < a->rank; d++) {
		f.inner *= d > axis ? a->dims[d] : 1;
		f.per *= d != axis ? a->dims[d] : 1;
	}
	return f;
}

/* Element i of feature k. */
static int64_t feature_at(const struct feature *f, int64_t k, int64_t i)
{
	return (i / f->inner * f->n + k) * f->inner + i % f->inner;
}

static long double real(const struct tensor *t, int64_t i)
{
	return dtype_load_f64(t->type->dtype, tensor_at(t, i));
}

static void moments(const struct tensor *a, const struct feature *f, int64_t k, long double *mean,
	long double *variance)
{
	long double s = 0, v = 0;

	for (int64_t i = 0; i < f->per; i++)
		s += real(a, feature_at(f, k, i));
	*mean = s / (long double)f->per;
	for (int64_t i = 0; i < f->per; i++) {
		long double d = real(a, feature_at(f, k, i)) - *mean;
		v += d * d;
	}
	*variance = v / (long double)f->per;
}

void eval_batch_norm_inference(struct call *c)
{
	const struct tensor *a = c->in[0];
	struct tensor *out = eval_new_like(c, 0, a);
	long double eps = node_float(c->n, KEY_epsilon, 0);
	struct feature f = feature_read(c, a, 5);

	for (int64_t k = 0; k < f.n; k++) {
		long double scale = real(c->in[1], k) / sqrtl(real(c->in[4], k) + eps);
		for (int64_t i = 0; i < f.per; i++) {
			int64_t at = feature_at(&f, k, i);
			store(out, at,
				(real(a, at) - real(c->in[3], k)) * scale + real(c->in[2], k));
		}
	}
}

void eval_batch_norm_training(struct call *c)
{
	const struct tensor *a = c->in[0];
	struct feature f = feature_read(c, a, 3);
	struct tensor *out = eval_new_like(c, 0, a);
	struct tensor *m = eval_new(c, 1, 1, &f.n), *v = eval_new(c, 2, 1, &f.n);
	long double eps = node_float(c->n, KEY_epsilon, 0), mean, variance;

	for (int64_t k = 0; k < f.n; k++) {
		moments(a, &f, k, &mean, &variance);
		store(m, k, mean);
		store(v, k, variance);
		for (int64_t i = 0; i < f.per; i++) {
			int64_t at = feature_at(&f, k, i);
			store(out, at,
				(real(a, at) - mean) / sqrtl(variance + eps) * real(c->in[1], k) +
					real(c->in[2], k));
		}
	}
}

/* Operands: operand, scale, mean, variance, grad_output; results: of operand, scale, offset. */
void eval_batch_norm_grad(struct call *c)
{
	const struct tensor *a = c->in[0], *dy = c->in[4];
	struct feature f = feature_read(c, a, 4);
	struct tensor *da = eval_new_like(c, 0, a);
	struct tensor *ds = eval_new(c, 1, 1, &f.n), *db = eval_new(c, 2, 1, &f.n);
	long double eps = node_float(c->n, KEY_epsilon, 0), n = (long double)f.per;

	for (uint32_t d = 0; d < a->rank; d++)
		eval_check_size(c, 4, d, a->dims[d]);

	for (int64_t k = 0; k < f.n; k++) {
		long double mean = real(c->in[2], k), r = 1 / sqrtl(real(c->in[3], k) + eps);
		long double sum = 0, dot = 0;
		for (int64_t i = 0; i < f.per; i++) {
			int64_t at = feature_at(&f, k, i);
			sum += real(dy, at);
			dot += real(dy, at) * (real(a, at) - mean);
		}
		store(ds, k, dot * r);
		store(db, k, sum);
		for (int64_t i = 0; i < f.per; i++) {
			int64_t at = feature_at(&f, k, i);
			store(da, at, real(c->in[1], k) * r / n *
				(n * real(dy, at) - sum - (real(a, at) - mean) * r * r * dot));
		}
	}
}
