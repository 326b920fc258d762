/* Unit tests of constants bound to an executable: signature, binding, what is shared, bad input. */
#include "run/memory.h"
#include "unit.h"
#include <math.h>
#include <weft/weft.h>

enum { K = 80, N = 96 };

/* Packed weights, a folded bias, any number of rows. */
static const char *const layer =
	"func.func @main(%x: tensor<?x80xf32>, %w: tensor<96x80xf32>, %b: tensor<96xf32>)\n"
	"    -> tensor<?x96xf32> {\n"
	"  %c = stablehlo.add %b, %b : tensor<96xf32>\n"
	"  %y = stablehlo.dot_general %x, %w, contracting_dims = [1] x [1]\n"
	"    : (tensor<?x80xf32>, tensor<96x80xf32>) -> tensor<?x96xf32>\n"
	"  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x80xf32>) -> tensor<i32>\n"
	"  %m = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>\n"
	"  %k = stablehlo.constant dense<[96]> : tensor<1xi32>\n"
	"  %s = stablehlo.concatenate %m, %k, dim = 0\n"
	"    : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>\n"
	"  %d = stablehlo.dynamic_broadcast_in_dim %c, %s, dims = [1]\n"
	"    : (tensor<96xf32>, tensor<2xi32>) -> tensor<?x96xf32>\n"
	"  %r = stablehlo.add %y, %d : tensor<?x96xf32>\n"
	"  return %r : tensor<?x96xf32>\n"
	"}\n";

struct layer {
	struct weft_client *client;
	struct weft_executable *plain, *frozen;
	float x[3 * K], w[N * K], b[N], out[3 * N];
};

static struct weft_executable *compile(struct weft_client *c, const char *constants)
{
	struct weft_program *p;
	struct weft_options *o;
	struct weft_executable *x;
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, "layer", layer, strlen(layer), &p));
	CHECK_OK(weft_options_create(&o));
	CHECK_OK(weft_options_set(o, "constants", constants));
	CHECK_OK(weft_compile(c, p, o, &x));
	weft_options_free(o);
	weft_program_release(p);
	return x;
}

static void layer_init(struct layer *l)
{
	CHECK_OK(weft_client_open(NULL, &l->client));
	l->plain = compile(l->client, "");
	l->frozen = compile(l->client, "1-2");
	for (int i = 0; i < 3 * K; i++)
		l->x[i] = (float)(i % 7 - 3) / 4;
	for (int i = 0; i < N * K; i++)
		l->w[i] = (float)(i % 11 - 5) / 8;
	for (int i = 0; i < N; i++)
		l->b[i] = (float)i;
}

static void layer_fini(struct layer *l)
{
	weft_executable_release(l->plain);
	weft_executable_release(l->frozen);
	weft_client_release(l->client);
}

static struct weft_buffer *wrap(
	struct layer *l, enum weft_dtype t, uint32_t rank, int64_t a, int64_t b, void *data)
{
	const int64_t dims[] = { a, b };
	struct weft_buffer *out;
	CHECK_OK(weft_buffer_wrap(
		l->client, (struct weft_tensor_type){ t, rank, dims }, data, NULL, NULL, &out));
	return out;
}

static struct weft_error *bind(struct layer *l, enum weft_dtype t, struct weft_executable **out)
{
	struct weft_buffer *c[] = { wrap(l, t, 2, N, K, l->w), wrap(l, WEFT_F32, 1, N, 0, l->b) };
	struct weft_error *e = weft_executable_bind(l->frozen, 2, c, out);
	weft_buffer_release(c[0]);
	weft_buffer_release(c[1]);
	return e;
}

/* The layer of the first `rows` rows: of x, which takes all arguments or the first alone. */
static struct weft_error *run(struct layer *l, struct weft_executable *x, int64_t rows)
{
	struct weft_buffer *in[] = { wrap(l, WEFT_F32, 2, rows, K, l->x),
		wrap(l, WEFT_F32, 2, N, K, l->w), wrap(l, WEFT_F32, 1, N, 0, l->b) };
	struct weft_buffer *out = NULL;
	void *data;
	size_t size;
	struct weft_error *e = weft_run(x, x == l->plain ? 3 : 1, in, 1, &out);
	if (!e)
		e = weft_buffer_data(out, &data, &size);
	if (!e)
		memcpy(l->out, data, size);
	weft_buffer_release(out);
	for (int i = 0; i < 3; i++)
		weft_buffer_release(in[i]);
	return e;
}

void test_constants__bound_run_as_arguments_do(void)
{
	struct layer l;
	struct weft_executable *x;
	float want[3 * N];
	layer_init(&l);
	CHECK_INT(weft_executable_inputs(l.frozen), 1);
	CHECK_INT(weft_executable_constants(l.frozen), 2);
	CHECK_INT(weft_executable_constants(l.plain), 0);
	CHECK_INT(weft_executable_constant(l.frozen, 0).dims[0], N);
	CHECK_INT(weft_executable_constant(l.frozen, 2).dtype, WEFT_INVALID_DTYPE);
	CHECK_ERROR(run(&l, l.frozen, 3), WEFT_FAILED_PRECONDITION, "constants are not bound");
	CHECK_OK(bind(&l, WEFT_F32, &x));
	for (int64_t rows = 1; rows <= 3; rows++) {
		CHECK_OK(run(&l, l.plain, rows));
		memcpy(want, l.out, sizeof want);
		CHECK_OK(run(&l, x, rows));
		for (int64_t i = 0; i < rows * N; i++)
			CHECK(fabsf(want[i] - l.out[i]) <= 1e-4f);
	}
	weft_executable_release(x);
	layer_fini(&l);
}

/* What was bound stays, packed panels and folded sums; binding again takes the new contents. */
void test_constants__binding_again_sees_a_change(void)
{
	struct layer l;
	struct weft_executable *x, *y;
	layer_init(&l);
	CHECK_OK(bind(&l, WEFT_F32, &x));
	CHECK_OK(run(&l, x, 1));
	float before = l.out[N - 1], w = 0;
	for (int k = 0; k < K; k++) {
		w += l.x[k];
		l.w[(N - 1) * K + k] += 1;
	}
	l.b[N - 1] += 8;
	CHECK_OK(run(&l, x, 1));
	CHECK(l.out[N - 1] == before);
	CHECK_OK(bind(&l, WEFT_F32, &y));
	CHECK_OK(run(&l, y, 1));
	CHECK(fabsf(l.out[N - 1] - (before + w + 16)) < 1e-3f);
	weft_executable_release(x);
	weft_executable_release(y);
	layer_fini(&l);
}

/* The second of two bindings of equal constants takes no memory; the first may go before it. */
void test_constants__equal_ones_are_shared(void)
{
	struct layer l;
	struct weft_executable *x, *y;
	layer_init(&l);
	size_t before = memory_stats_get().used;
	CHECK_OK(bind(&l, WEFT_F32, &x));
	size_t one = memory_stats_get().used;
	CHECK(one >= before + N * K * 4);
	CHECK_OK(bind(&l, WEFT_F32, &y));
	CHECK_INT(memory_stats_get().used, one);
	CHECK_OK(run(&l, x, 2));
	float want = l.out[N + 1];
	weft_executable_release(x);
	CHECK_OK(run(&l, y, 2));
	CHECK(l.out[N + 1] == want);
	weft_executable_release(y);
	CHECK_INT(memory_stats_get().used, before);
	layer_fini(&l);
}

void test_constants__an_artifact_keeps_none(void)
{
	struct layer l;
	struct weft_executable *x, *y = l.frozen;
	const void *bytes;
	size_t size;
	layer_init(&l);
	CHECK_OK(weft_executable_artifact(l.frozen, &bytes, &size));
	CHECK_OK(weft_executable_load(l.client, bytes, size, &y));
	weft_executable_release(l.frozen);
	l.frozen = y;
	CHECK_OK(bind(&l, WEFT_F32, &x));
	CHECK_OK(run(&l, x, 1));
	weft_executable_release(x);
	layer_fini(&l);
}

void test_constants__bad_input(void)
{
	struct layer l;
	struct weft_executable *x = NULL;
	struct weft_program *p;
	struct weft_options *o;
	static const char *const bad[] = { "3", "2-1", "a", "1,", "1-", "0 1", "-1" };
	layer_init(&l);
	CHECK_ERROR(bind(&l, WEFT_I32, &x), WEFT_INVALID_ARGUMENT, "argument 1");
	CHECK_ERROR(weft_executable_bind(l.frozen, 0, NULL, &x), WEFT_INVALID_ARGUMENT,
		"expected 2 constants");
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, "layer", layer, strlen(layer), &p));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_OK(weft_options_create(&o));
		CHECK_OK(weft_options_set(o, "constants", bad[i]));
		CHECK_ERROR(weft_compile(l.client, p, o, &x), WEFT_INVALID_ARGUMENT, "constants");
		weft_options_free(o);
	}
	CHECK_OK(weft_options_create(&o));
	CHECK_OK(weft_options_set(o, "constants", "0"));
	CHECK_ERROR(weft_compile(l.client, p, o, &x), WEFT_INVALID_ARGUMENT, "symbolic");
	weft_options_free(o);
	weft_program_release(p);
	layer_fini(&l);
}

/* ---- a norm behind a convolution ------------------------------------------------------------ */

static const char *const scaled_conv =
	"func.func @main(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x3x3xf32>, %b: tensor<3xf32>,\n"
	"    %s: tensor<3xf32>) -> tensor<1x3x2x2xf32> {\n"
	"  %c = stablehlo.convolution(%x, %w)\n"
	"    dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], window = {}\n"
	"    {batch_group_count = 1 : i64, feature_group_count = 1 : i64}\n"
	"    : (tensor<1x2x4x4xf32>, tensor<3x2x3x3xf32>) -> tensor<1x3x2x2xf32>\n"
	"  %bb = stablehlo.broadcast_in_dim %b, dims = [1]\n"
	"    : (tensor<3xf32>) -> tensor<1x3x2x2xf32>\n"
	"  %ss = stablehlo.broadcast_in_dim %s, dims = [1]\n"
	"    : (tensor<3xf32>) -> tensor<1x3x2x2xf32>\n"
	"  %y = stablehlo.add %c, %bb : tensor<1x3x2x2xf32>\n"
	"  %r = stablehlo.multiply %ss, %y : tensor<1x3x2x2xf32>\n"
	"  return %r : tensor<1x3x2x2xf32>\n"
	"}\n";

/* Compiles scaled_conv with constants, runs it; out[12], and how often main multiplies. */
static int scaled_conv_run(const char *constants, const char *numerics, float *out)
{
	static float x[32], w[54], b[3] = { 1, -2, 3 }, s[3] = { 2, 0.5f, -1 };
	static const int64_t xd[] = { 1, 2, 4, 4 }, wd[] = { 3, 2, 3, 3 }, vd[] = { 3 };
	const struct weft_tensor_type types[] = { { WEFT_F32, 4, xd }, { WEFT_F32, 4, wd },
		{ WEFT_F32, 1, vd }, { WEFT_F32, 1, vd } };
	float *const data[] = { x, w, b, s };
	struct weft_client *c;
	struct weft_program *p;
	struct weft_options *o;
	struct weft_executable *f, *bound = NULL;
	struct weft_buffer *in[4], *y;
	void *bytes;
	size_t size;
	char *text;
	int multiplies = 0;

	for (int i = 0; i < 54; i++)
		w[i] = (float)(i % 5 - 2);
	for (int i = 0; i < 32; i++)
		x[i] = (float)(i % 7 - 3);
	CHECK_OK(weft_client_open(NULL, &c));
	CHECK_OK(weft_program_parse(
		WEFT_STABLEHLO_TEXT, "conv", scaled_conv, strlen(scaled_conv), &p));
	CHECK_OK(weft_options_create(&o));
	CHECK_OK(weft_options_set(o, "constants", constants));
	CHECK_OK(weft_options_set(o, "numerics", numerics));
	CHECK_OK(weft_compile(c, p, o, &f));
	CHECK_OK(weft_executable_explain(f, "json", &text));
	const char *load = strstr(text, "\"load\"");
	text[load ? load - text : (ptrdiff_t)strlen(text)] = 0;
	for (const char *at = text; (at = strstr(at, "\"op\": \"multiply\"")); at++)
		multiplies++;
	weft_text_free(text);
	for (int i = 0; i < 4; i++)
		CHECK_OK(weft_buffer_wrap(c, types[i], data[i], NULL, NULL, &in[i]));
	if (*constants)
		CHECK_OK(weft_executable_bind(f, 3, in + 1, &bound));
	CHECK_OK(weft_run(bound ? bound : f, bound ? 1 : 4, in, 1, &y));
	CHECK_OK(weft_buffer_data(y, &bytes, &size));
	memcpy(out, bytes, 12 * sizeof *out);
	weft_buffer_release(y);
	for (int i = 0; i < 4; i++)
		weft_buffer_release(in[i]);
	weft_executable_release(bound);
	weft_executable_release(f);
	weft_options_free(o);
	weft_program_release(p);
	weft_client_release(c);
	return multiplies;
}

/* All numbers are small ones: any order of sums and products gives the same. */
void test_constants__scales_go_into_weights(void)
{
	float plain[12], frozen[12], strict[12];
	CHECK_INT(scaled_conv_run("", "default", plain), 1);
	CHECK_INT(scaled_conv_run("1-3", "default", frozen), 0);
	CHECK_INT(scaled_conv_run("1-3", "strict", strict), 1);
	CHECK(!memcmp(plain, frozen, sizeof plain));
	CHECK(!memcmp(plain, strict, sizeof plain));
}
