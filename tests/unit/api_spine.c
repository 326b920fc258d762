/* Unit tests of what is costly to change later, through the public API and native code: effects
 * keep their number and order, random ops of one tensor stay two, sizes that a step defines, one
 * artifact at several sizes, sizes that contradict each other. */
#include "api/api.h"
#include "run/run.h"
#include "unit.h"
#include <weft/weft.h>

struct program {
	struct weft_client *client;
	struct weft_executable *exe;
};

static void program_init(struct program *t, enum weft_format format, const char *text)
{
	struct weft_program *p = NULL;
	CHECK_OK(weft_client_open("weft", &t->client));
	CHECK_OK(weft_program_parse(format, "spine", text, strlen(text), &p));
	CHECK_OK(weft_compile(t->client, p, NULL, &t->exe));
	weft_program_release(p);
}

static void program_fini(struct program *t)
{
	weft_executable_release(t->exe);
	weft_client_release(t->client);
}

static struct weft_buffer *wrap(
	struct program *t, enum weft_dtype dtype, uint32_t rank, const int64_t *dims, void *data)
{
	struct weft_buffer *b = NULL;
	CHECK_OK(weft_buffer_wrap(
		t->client, (struct weft_tensor_type){ dtype, rank, dims }, data, NULL, NULL, &b));
	return b;
}

static const void *data_of(struct weft_buffer *b, size_t *size)
{
	void *data = NULL;
	CHECK_OK(weft_buffer_data(b, &data, size));
	return data;
}

/* ---- effects -------------------------------------------------------------------------------- */

/* Gives how many calls there were before, and this one. */
static struct weft_error *count_call(void *arg, const struct run_tensor *in, uint32_t nin,
	struct run_tensor *out, uint32_t nout)
{
	int *calls = arg;
	CHECK(nin == 1 && nout == 1 && out[0].data && in[0].bytes == out[0].bytes);
	*(float *)out[0].data = (float)++*calls;
	return NULL;
}

static struct weft_error *resolve(void *arg, const char *space, const char *op,
	const char *attributes, struct run_callback *out)
{
	(void)space, (void)op, (void)attributes;
	*out = (struct run_callback){ .run = count_call, .arg = arg };
	return NULL;
}

void test_effects__two_equal_calls_stay_two_in_order(void)
{
	static const char text[] =
		"func.func @main(%x: tensor<1xf32>) -> (tensor<1xf32>, tensor<1xf32>, "
		"tensor<1xf32>) {\n"
		"  %a = stablehlo.custom_call @weft.callback(%x) {backend_config = "
		"\"spine.note()\",\n"
		"    has_side_effect = true} : (tensor<1xf32>) -> tensor<1xf32>\n"
		"  %b = stablehlo.custom_call @weft.callback(%x) {backend_config = "
		"\"spine.other()\",\n"
		"    has_side_effect = true} : (tensor<1xf32>) -> tensor<1xf32>\n"
		"  %c = stablehlo.custom_call @weft.callback(%x) {backend_config = "
		"\"spine.note()\",\n"
		"    has_side_effect = true} : (tensor<1xf32>) -> tensor<1xf32>\n"
		"  return %c, %a, %b : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>\n"
		"}\n";
	static const float expected[] = { 3, 1, 2 };
	static const int64_t one = 1;
	struct program t;
	int calls = 0;
	float x = 0;

	CHECK_OK(run_resolver_set("spine", resolve, &calls));
	program_init(&t, WEFT_STABLEHLO_TEXT, text);
	struct weft_buffer *in = wrap(&t, WEFT_F32, 1, &one, &x), *out[3] = { NULL };
	CHECK_OK(weft_run(t.exe, 1, &in, 3, out));
	CHECK_INT(calls, 3);
	for (int i = 0; i < 3; i++) {
		size_t size;
		CHECK(*(const float *)data_of(out[i], &size) == expected[i]);
		weft_buffer_release(out[i]);
	}
	weft_buffer_release(in);
	program_fini(&t);
	CHECK_OK(run_resolver_set("spine", NULL, NULL));
}

/* ---- random ops ----------------------------------------------------------------------------- */

void test_random__two_dropouts_of_one_tensor_stay_two(void)
{
	static const char text[] =
		"aten 1\n"
		"input %s : i64[] seed\n"
		"input %x : f32[256]{1} user\n"
		"%a : (f32[256]{1}, i1[256]{1}) = aten.native_dropout.default(%x, 0.5, True)\n"
		"%a0 : f32[256]{1} = getitem(%a, 0)\n"
		"%b : (f32[256]{1}, i1[256]{1}) = aten.native_dropout.default(%x, 0.5, True)\n"
		"%b0 : f32[256]{1} = getitem(%b, 0)\n"
		"return %a0, %b0\n";
	static const int64_t dims = 256;
	int64_t seed = 7;
	float x[256];
	struct program t;
	size_t size;

	for (int i = 0; i < 256; i++)
		x[i] = 1;
	program_init(&t, WEFT_ATEN_TEXT, text);
	struct weft_buffer *in[2] = { wrap(&t, WEFT_I64, 0, NULL, &seed),
		wrap(&t, WEFT_F32, 1, &dims, x) };
	struct weft_buffer *out[2] = { NULL };
	CHECK_OK(weft_run(t.exe, 2, in, 2, out));
	const float *a = data_of(out[0], &size), *b = data_of(out[1], &size);
	int differ = 0, kept = 0;
	for (int i = 0; i < 256; i++) {
		differ += a[i] != b[i];
		kept += a[i] != 0;
	}
	CHECK(differ > 64 && kept > 64 && kept < 192);
	for (int i = 0; i < 2; i++) {
		weft_buffer_release(in[i]);
		weft_buffer_release(out[i]);
	}
	program_fini(&t);
}

/* ---- sizes ---------------------------------------------------------------------------------- */

void test_sizes__nonzero_in_mid_graph(void)
{
	static const char text[] =
		"aten 1\n"
		"symbol u0 in 0..inf\n"
		"input %x : f32[6]{1} user\n"
		"%r : f32[6]{1} = aten.relu.default(%x)\n"
		"%n : i64[u0,1]{1,1} = aten.nonzero.default(%r)\n"
		"%d : i64[u0,1]{1,1} = aten.add.Tensor(%n, %n)\n"
		"%s : i64[1]{1} = aten.sum.dim_IntList(%d, [0])\n"
		"return %d, %s\n";
	static const int64_t dims = 6;
	float inputs[3][6] = {
		{ 1, -1, 2, 0, 0, 5 }, { -1, -1, 0, 0, 0, -5 }, { 1, 1, 1, 1, 1, 1 },
	};
	struct program t;
	program_init(&t, WEFT_ATEN_TEXT, text);
	for (int k = 0; k < 3; k++) {
		struct weft_buffer *in = wrap(&t, WEFT_F32, 1, &dims, inputs[k]),
				   *out[2] = { NULL };
		CHECK_OK(weft_run(t.exe, 1, &in, 2, out));
		size_t size;
		const int64_t *d = data_of(out[0], &size), *sum = data_of(out[1], &size);
		int64_t n = 0, total = 0;
		for (int64_t i = 0; i < 6; i++)
			if (inputs[k][i] > 0) {
				CHECK_INT(d[n], 2 * i);
				total += 2 * i;
				n++;
			}
		CHECK_INT(weft_buffer_type(out[0]).dims[0], n);
		CHECK_INT(*sum, total);
		weft_buffer_release(in);
		weft_buffer_release(out[0]);
		weft_buffer_release(out[1]);
	}
	program_fini(&t);
}

static const char sized[] =
	"func.func @main(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) -> tensor<?xf32> {\n"
	"  %z = stablehlo.constant dense<0.0> : tensor<f32>\n"
	"  %a = stablehlo.add %x, %y : tensor<?x4xf32>\n"
	"  %s = stablehlo.reduce(%a init: %z) applies stablehlo.add across dimensions = [1]\n"
	"    : (tensor<?x4xf32>, tensor<f32>) -> tensor<?xf32>\n"
	"  return %s : tensor<?xf32>\n"
	"}\n";

void test_sizes__one_artifact_runs_at_several(void)
{
	struct program t;
	const void *bytes;
	size_t size;
	float x[400], y[400];

	program_init(&t, WEFT_STABLEHLO_TEXT, sized);
	CHECK_OK(weft_executable_artifact(t.exe, &bytes, &size));
	struct weft_executable *loaded = NULL;
	CHECK_OK(weft_executable_load(t.client, bytes, size, &loaded));
	for (int i = 0; i < 400; i++) {
		x[i] = (float)i;
		y[i] = 1;
	}
	for (int64_t rows = 1; rows <= 100; rows = rows * 7 + 2) {
		const int64_t dims[] = { rows, 4 };
		struct weft_buffer *in[2] = { wrap(&t, WEFT_F32, 2, dims, x),
			wrap(&t, WEFT_F32, 2, dims, y) };
		struct weft_buffer *out = NULL;
		CHECK_OK(weft_run(loaded, 2, in, 1, &out));
		CHECK_INT(weft_buffer_type(out).dims[0], rows);
		const float *s = data_of(out, &size);
		for (int64_t i = 0; i < rows; i++)
			CHECK(s[i] == (float)(16 * i + 10));
		weft_buffer_release(out);
		weft_buffer_release(in[0]);
		weft_buffer_release(in[1]);
	}
	weft_executable_release(loaded);
	program_fini(&t);
}

void test_sizes__that_contradict_are_named(void)
{
	static const int64_t three[] = { 3, 4 }, two[] = { 2, 4 }, wide[] = { 3, 5 };
	float data[16] = { 0 };
	struct program t;

	program_init(&t, WEFT_STABLEHLO_TEXT, sized);
	struct weft_buffer *a = wrap(&t, WEFT_F32, 2, three, data),
			   *b = wrap(&t, WEFT_F32, 2, two, data);
	struct weft_buffer *c = wrap(&t, WEFT_F32, 2, wide, data), *out = NULL;
	struct weft_buffer *pair[] = { a, b }, *late[] = { a, c };
	struct weft_error *e = weft_run(t.exe, 2, pair, 1, &out);
	CHECK(e && !out && weft_error_code(e) == WEFT_INVALID_ARGUMENT);
	CHECK(strstr(weft_error_text(e), "dimension 0 of argument 1"));
	weft_error_free(e);
	e = weft_run(t.exe, 2, late, 1, &out);
	CHECK(e && !out && weft_error_code(e) == WEFT_INVALID_ARGUMENT);
	CHECK(strstr(weft_error_text(e), "argument 1") &&
		strstr(weft_error_text(e), "dimension 1"));
	weft_error_free(e);
	weft_buffer_release(a);
	weft_buffer_release(b);
	weft_buffer_release(c);
	program_fini(&t);
}

static bool small_of(const char *backend, const char *dims)
{
	struct weft_client *c = NULL;
	struct weft_program *p = NULL;
	struct weft_executable *x = NULL;
	char text[256];

	snprintf(text, sizeof text,
		"func.func @main(%%x: tensor<%sxf32>) -> tensor<%sxf32> {\n"
		"  %%0 = stablehlo.add %%x, %%x : tensor<%sxf32>\n"
		"  return %%0 : tensor<%sxf32>\n}\n",
		dims, dims, dims, dims);
	CHECK_OK(weft_client_open(backend, &c));
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, NULL, text, strlen(text), &p));
	CHECK_OK(weft_compile(c, p, NULL, &x));
	bool small = api_small(x);
	weft_executable_release(x);
	weft_program_release(p);
	weft_client_release(c);
	return small;
}

/* What a binding may run without letting go of its lock: known to be short, so of known sizes. */
void test_api__small_calls(void)
{
	CHECK(small_of("weft", "8"));
	CHECK(!small_of("weft", "1000000"));
	CHECK(!small_of("weft", "?"));
	CHECK(!small_of("interp", "8"));
}
