/* linalg.c -- normalisation, linear algebra, Fourier transforms and random numbers. */
#include "ir/infer/infer_impl.h"

#include <string.h>

static int64_t *scratch(struct graph *g, uint32_t n)
{
	return job_array(graph_job(g), n ? n : 1, sizeof(int64_t));
}

/* The feature dimension of a batch norm; operands `first` to `last` are vectors of its size and
 * operand's element type. */
static uint32_t check_features(struct graph *g, const struct node_spec *s, uint32_t first,
	uint32_t last, const char *const c[])
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_float | ELEM_quant);
	int64_t d = spec_int(s, KEY_feature_index, -1);
	if (d < 0 || d >= t->rank)
		spec_fail(g, s, "c1", "expected feature_index in [0, %u), found %lld", t->rank,
			(long long)d);
	for (uint32_t i = first; i <= last; i++) {
		const struct type *v = spec_tensor(g, s, i, ELEM_float | ELEM_quant);
		if (!elem_compatible(t, v))
			spec_fail(g, s, "c2", "expected operands of one element type, found %s and "
				"%s", spec_text(g, t), spec_text(g, v));
		if (v->rank != 1 || !dims_agree(g, v->dims[0], t->dims[d]))
			spec_fail(g, s, c[i - first],
				"operand %u: expected a vector of the size of "
				"the feature dimension of %s, found %s",
				i, spec_text(g, t), spec_text(g, v));
	}
	return (uint32_t)d;
}

static const struct type *feature_vector(struct graph *g, const struct type *t, uint32_t d)
{
	int64_t bound = type_bound(t, d);
	return type_shaped(g, t, 1, &t->dims[d], &bound);
}

/* batch_norm_inference_c1 to c7. */
const struct type *infer_batch_norm_inference(struct graph *g, const struct node_spec *s)
{
	static const char *const c[] = { "c3", "c4", "c5", "c6" };
	check_features(g, s, 1, 4, c);
	spec_result_elements(g, s, "c2", 1, &s->in[0]->type);
	return spec_one(g, s, "c7", s->in[0]->type);
}

/* batch_norm_training_c1 to c7. */
const struct type *infer_batch_norm_training(struct graph *g, const struct node_spec *s)
{
	static const char *const c[] = { "c3", "c4" };
	uint32_t d = check_features(g, s, 1, 2, c);
	const struct type *t = s->in[0]->type, *v = feature_vector(g, t, d);
	const struct type *all[3] = { t, v, v };
	spec_result_elements(g, s, "c2", 3, all);
	spec_result_shape(g, s, "c5", 1, v);
	spec_result_shape(g, s, "c6", 2, v);
	return spec_results(g, s, "c7", 3, all);
}

/* batch_norm_grad_c1 to c5. */
const struct type *infer_batch_norm_grad(struct graph *g, const struct node_spec *s)
{
	static const char *const c[] = { "c5", "c4", "c4" };
	uint32_t d = check_features(g, s, 1, 3, c);
	const struct type *t = s->in[0]->type, *grad = spec_tensor(g, s, 4,
		ELEM_float | ELEM_quant);
	if (!elem_compatible(t, grad))
		spec_fail(g, s, "c2", "expected operands of one element type, found %s and %s",
			spec_text(g, t), spec_text(g, grad));
	if (!shape_compatible(g, t, grad))
		spec_fail(g, s, "c3", "expected grad_output of the operand's shape, found %s and "
			"%s", spec_text(g, t), spec_text(g, grad));
	t = type_join(g, t, grad);
	const struct type *v = feature_vector(g, t, d), *all[3] = { t, v, v };
	spec_result_elements(g, s, "c2", 3, all);
	spec_result_shape(g, s, "c3", 0, t);
	return spec_results(g, s, "c4", 3, all);
}

/* cholesky_c1 to c3. */
const struct type *infer_cholesky(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_float | ELEM_complex | ELEM_quant);
	if (t->rank < 2)
		spec_fail(g, s, "c2", "expected a rank of at least 2, found %s", spec_text(g, t));
	if (!dims_agree(g, t->dims[t->rank - 1], t->dims[t->rank - 2]))
		spec_fail(g, s, "c3", "expected square matrices, found %s", spec_text(g, t));
	return spec_one(g, s, "c1", t);
}

/* triangular_solve_c1 to c4. */
const struct type *infer_triangular_solve(struct graph *g, const struct node_spec *s)
{
	unsigned classes = ELEM_float | ELEM_complex | ELEM_quant;
	const struct type *a = spec_tensor(g, s, 0, classes), *b = spec_tensor(g, s, 1, classes);
	const char *how = spec_str(s, KEY_transpose_a, "NO_TRANSPOSE");
	if (strcmp(how, "NO_TRANSPOSE") && strcmp(how, "TRANSPOSE") && strcmp(how, "ADJOINT"))
		spec_fail(g, s, NULL, "expected transpose_a NO_TRANSPOSE, TRANSPOSE or ADJOINT, "
			"found %s", how);
	if (!elem_compatible(a, b))
		spec_fail(g, s, "c1", "expected operands of one element type, found %s and %s",
			spec_text(g, a), spec_text(g, b));
	if (a->rank < 2 || a->rank != b->rank)
		spec_fail(g, s, "c2", "expected operands of one rank of at least 2, found %s and "
			"%s", spec_text(g, a), spec_text(g, b));
	uint32_t r = a->rank;
	for (uint32_t i = 0; i + 2 < r; i++)
		if (!dims_agree(g, a->dims[i], b->dims[i]))
			spec_fail(g, s, "c3", "expected batch dimensions of one size, found %s and "
				"%s", spec_text(g, a), spec_text(g, b));
	uint32_t side = spec_bool(s, KEY_left_side, true) ? r - 2 : r - 1;
	if (!dims_agree(g, a->dims[r - 2], a->dims[r - 1])
		|| !dims_agree(g, a->dims[r - 2], b->dims[side]))
		spec_fail(g, s, "c3", "expected square matrices a that fit b, found %s and %s",
			spec_text(g, a), spec_text(g, b));
	return spec_one(g, s, "c4", b);
}

/* fft_c1 to c5. */
const struct type *infer_fft(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_float | ELEM_complex);
	const char *how = spec_str(s, KEY_fft_type, "");
	bool real_in = !strcmp(how, "RFFT"), real_out = !strcmp(how, "IRFFT");
	if (!real_in && !real_out && strcmp(how, "FFT") && strcmp(how, "IFFT"))
		spec_fail(g, s, NULL, "expected fft_type FFT, IFFT, RFFT or IRFFT, found %s", how);
	uint32_t n;
	const int64_t *length = spec_ints(s, KEY_fft_length, &n);
	if (n < 1 || n > 3)
		spec_fail(g, s, "c3", "expected 1 to 3 entries of fft_length, found %u", n);
	if (n > t->rank)
		spec_fail(g, s, "c1", "expected at most %u entries of fft_length, found %u",
			t->rank, n);
	spec_at_least(g, s, "c3", "fft_length", n, length, 0);
	if (dtype_is_complex(t->dtype) == real_in || (real_in && t->dtype != DTYPE_f32
		&& t->dtype != DTYPE_f64))
		spec_fail(g, s, "c2", "expected %s operand for %s, found %s", real_in ? "a real" :
			"a complex", how, spec_text(g, t));
	int64_t *dims = scratch(g, t->rank);
	memcpy(dims, t->dims, t->rank * sizeof *dims);
	uint32_t last = t->rank - 1;
	for (uint32_t i = 0; i < n && (real_in || real_out); i++) {
		int64_t want = length[i];
		if (real_out && i + 1 == n)
			want = want ? want / 2 + 1 : 0;
		if (!dims_agree(g, t->dims[t->rank - n + i], want))
			spec_fail(g, s, "c4", "expected innermost dimensions that fit fft_length "
				"%s, found %s", spec_list(g, n, length), spec_text(g, t));
	}
	enum dtype e = t->dtype;
	if (real_in) {
		dims[last] = length[n - 1] ? length[n - 1] / 2 + 1 : 0;
		e = e == DTYPE_f32 ? DTYPE_c64 : DTYPE_c128;
	} else if (real_out) {
		dims[last] = length[n - 1];
		e = dtype_part(e);
	}
	const struct type *r = type_shaped(g, t, t->rank, dims, t->bounds);
	r = type_element(g, r, e);
	spec_result_elements(g, s, "c2", 1, &r);
	return spec_one(g, s, "c5", r);
}

/* rng_c1 to c3. */
const struct type *infer_rng(struct graph *g, const struct node_spec *s)
{
	const struct type *a = spec_tensor(g, s, 0, ELEM_bool | ELEM_int | ELEM_float);
	const struct type *b = spec_tensor(g, s, 1, ELEM_bool | ELEM_int | ELEM_float);
	const char *how = spec_str(s, KEY_rng_distribution, "");
	bool normal = !strcmp(how, "NORMAL");
	if (!normal && strcmp(how, "UNIFORM"))
		spec_fail(g, s, NULL, "expected rng_distribution UNIFORM or NORMAL, found %s", how);
	if (a->rank || b->rank || a->dtype != b->dtype)
		spec_fail(g, s, "c1", "expected two scalars of one type, found %s and %s",
			spec_text(g, a), spec_text(g, b));
	if (normal && !dtype_is_float(a->dtype))
		spec_fail(g, s, "c2", "expected floats for a normal distribution, found %s",
			spec_text(g, a));
	uint32_t rank = spec_shape_operand(g, s, "c3", 2, -1);
	int64_t *dims = scratch(g, rank);
	for (uint32_t i = 0; i < rank; i++)
		dims[i] = spec_size_of(g, s, "c3", 2, i);
	spec_result_elements(g, s, "c1", 1, &a);
	return spec_one(g, s, "c3", type_shaped(g, a, rank, dims, NULL));
}

/* rng_bit_generator_c1, c2. */
const struct type *infer_rng_bit_generator(struct graph *g, const struct node_spec *s)
{
	const struct type *state = spec_tensor(g, s, 0, ELEM_int | ELEM_float);
	const char *how = spec_str(s, KEY_rng_algorithm, "");
	bool three = !strcmp(how, "THREE_FRY"), philox = !strcmp(how, "PHILOX");
	if (!three && !philox && strcmp(how, "DEFAULT"))
		spec_fail(g, s, NULL, "expected rng_algorithm DEFAULT, THREE_FRY or PHILOX, found "
			"%s", how);
	int64_t n = state->rank == 1 ? state->dims[0] : -1;
	if (n >= 0 && state->dtype == DTYPE_ui64 && ((three && n != 2) || (philox && n != 2
		&& n != 3)))
		spec_fail(g, s, "c2", "expected a state of a size the algorithm takes, found %s",
			spec_text(g, state));
	const struct type *out = spec_declared(s, 1);
	if (!out || out->kind != TYPE_tensor || out->unranked
		|| !(elem_class(out) & (ELEM_int | ELEM_float)))
		spec_fail(g, s, NULL, "expected a declared output of integers or floats, found %s",
			out ? spec_text(g, out) : "none");
	const struct type *all[2] = { state, out };
	return spec_results(g, s, "c1", 2, all);
}
