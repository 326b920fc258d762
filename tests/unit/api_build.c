/* Unit tests of programs built by calls: values, attributes, regions with captures, effects,
 * errors. */
#include "unit.h"
#include <unistd.h>
#include <weft/build.h>

static struct weft_builder *start(void)
{
	struct weft_builder *b;

	CHECK_OK(weft_builder_create(&b));
	return b;
}

/* The text of the program, to be freed. */
static char *finished(struct weft_builder *b, uint32_t n, const weft_value *v)
{
	struct weft_program *p;
	char *text;

	CHECK_OK(weft_builder_finish(b, n, v, &p));
	CHECK_OK(weft_program_print(p, &text));
	weft_program_release(p);
	return text;
}

#define CHECK_HAS(text, part)                                              \
	do {                                                               \
		if (!strstr((text), (part)))                               \
			UNIT_FAIL("\"%s\" is not in\n%s", (part), (text)); \
	} while (0)

static struct weft_tensor_type tensor(enum weft_dtype t, uint32_t rank, const int64_t *dims)
{
	return (struct weft_tensor_type){ t, rank, dims };
}

void test_build_api__a_small_program(void)
{
	struct weft_builder *b = start();
	int64_t dims[] = { 4, 8 }, axis[] = { 1 };
	float zero = 0, matrix[8 * 2] = { 1 };
	weft_value x = weft_build_parameter(b, tensor(WEFT_F32, 2, dims), "x");
	weft_value w =
		weft_build_constant(b, tensor(WEFT_F32, 2, (const int64_t[]){ 8, 2 }), matrix);
	int64_t lhs[] = { 1 }, rhs[] = { 0 };
	struct weft_attr numbers[] = {
		weft_attr_ints("lhs_contracting_dimensions", 1, lhs),
		weft_attr_ints("rhs_contracting_dimensions", 1, rhs),
		weft_attr_text("precision_config", "HIGHEST, DEFAULT"),
	};
	struct weft_tensor_type out = tensor(WEFT_F32, 2, (const int64_t[]){ 4, 2 });
	struct weft_more dot = { 3, numbers, 0, NULL, 1, &out };
	weft_value y = weft_build_tanh(b, weft_build_dot_general(b, x, w, &dot));

	weft_build_region_begin(b);
	weft_value p = weft_build_parameter(b, tensor(WEFT_F32, 0, NULL), NULL);
	weft_value q = weft_build_parameter(b, tensor(WEFT_F32, 0, NULL), NULL);
	weft_value s = weft_build_add(b, p, q);
	weft_region add = weft_build_region_end(b, 1, &s);
	struct weft_attr over = weft_attr_ints("dimensions", 1, axis);
	struct weft_more reduce = { 1, &over, 1, &add, 0, NULL };
	weft_value in[] = { y, weft_build_constant(b, tensor(WEFT_F32, 0, NULL), &zero) };
	weft_value sum = weft_build_reduce(b, 2, in, &reduce);

	struct weft_tensor_type t = weft_build_type(b, sum);
	CHECK(t.dtype == WEFT_F32 && t.rank == 1 && t.dims[0] == 4);
	CHECK(!weft_builder_error(b));
	char *text = finished(b, 1, &sum);
	CHECK_HAS(text, "stablehlo.dot_general");
	CHECK_HAS(text, "stablehlo.tanh");
	CHECK_HAS(text, "-> tensor<4xf32>");
	weft_text_free(text);
}

void test_build_api__symbolic_sizes(void)
{
	struct weft_builder *b = start();
	int64_t dims[] = { -2, 3 }, other[] = { -1, 3 };
	weft_value x = weft_build_parameter(b, tensor(WEFT_F32, 2, dims), "x");
	weft_value y = weft_build_parameter(b, tensor(WEFT_F32, 2, dims), "y");
	weft_value z = weft_build_parameter(b, tensor(WEFT_F32, 2, other), "z");
	weft_value s = weft_build_multiply(b, x, y);

	CHECK(weft_build_type(b, x).dims[0] < 0);
	CHECK_INT(weft_build_type(b, x).dims[0], weft_build_type(b, y).dims[0]);
	CHECK_INT(weft_build_type(b, x).dims[0], weft_build_type(b, s).dims[0]);
	CHECK(weft_build_type(b, x).dims[0] != weft_build_type(b, z).dims[0]);
	char *text = finished(b, 1, &s);
	CHECK_HAS(text, "tensor<?x3xf32>");
	weft_text_free(text);
}

/* Values from outside of a region become captures, of all regions of the op. */
void test_build_api__regions_capture(void)
{
	struct weft_builder *b = start();
	struct weft_tensor_type f = tensor(WEFT_F32, 0, NULL);
	weft_value x = weft_build_parameter(b, f, "x"), y = weft_build_parameter(b, f, "y");
	struct weft_attr less = weft_attr_text("comparison_direction", "LT");
	struct weft_more lt = { 1, &less, 0, NULL, 0, NULL };
	weft_value p = weft_build_compare(b, x, y, &lt);
	weft_region r[2];

	weft_build_region_begin(b);
	weft_value v = weft_build_sine(b, y);
	r[0] = weft_build_region_end(b, 1, &v);
	weft_build_region_begin(b);
	v = weft_build_divide(b, x, y);
	r[1] = weft_build_region_end(b, 1, &v);
	struct weft_more two = { 0, NULL, 2, r, 0, NULL };
	weft_value out = weft_build_if(b, p, &two);

	CHECK(!weft_builder_error(b));
	CHECK_INT(weft_build_type(b, out).dtype, WEFT_F32);
	char *text = finished(b, 1, &out);
	CHECK_HAS(text, "stablehlo.sine");
	CHECK_HAS(text, "stablehlo.divide");
	/* Printed as captures: the regions have no arguments. */
	CHECK(!strstr(text, "^bb0"));
	weft_text_free(text);
}

void test_build_api__several_results(void)
{
	struct weft_builder *b = start();
	int64_t two = 2, dims[] = { 4, 4 };
	weft_value state = weft_build_parameter(b, tensor(WEFT_UI64, 1, &two), "state");
	struct weft_tensor_type types[] = { tensor(WEFT_UI64, 1, &two),
		tensor(WEFT_UI32, 2, dims) };
	struct weft_attr how = weft_attr_text("rng_algorithm", "THREE_FRY");
	struct weft_more more = { 1, &how, 0, NULL, 2, types };
	weft_value rng = weft_build_rng_bit_generator(b, state, &more);
	weft_value bits = weft_build_result(b, rng, 1);

	CHECK_INT(weft_build_type(b, bits).dtype, WEFT_UI32);
	CHECK_INT(weft_build_type(b, rng).dtype, WEFT_INVALID_DTYPE);
	CHECK(!weft_build_result(b, rng, 2).id);
	CHECK(weft_builder_error(b));
	weft_builder_free(b);
}

void test_build_api__effects_stay_in_order(void)
{
	struct weft_builder *b = start();
	weft_value x = weft_build_parameter(b, tensor(WEFT_F32, 0, NULL), "x");
	struct weft_attr at[] = {
		weft_attr_text("call_target_name", "say"),
		weft_attr_bool("has_side_effect", true),
	};
	struct weft_more more = { 2, at, 0, NULL, 0, NULL };

	/* The same call twice: without its token it would be one, and as it gives nothing, none. */
	weft_build_custom_call(b, 1, &x, &more);
	weft_build_custom_call(b, 1, &x, &more);
	CHECK(!weft_builder_error(b));
	char *text = finished(b, 1, &x);
	char *first = strstr(text, "@say");
	CHECK(first && strstr(first + 1, "@say"));
	weft_text_free(text);
}

void test_build_api__the_first_error_stays(void)
{
	struct weft_builder *b = start();
	int64_t four = 4, five = 5;
	weft_value x = weft_build_parameter(b, tensor(WEFT_F32, 1, &four), "x");
	weft_value y = weft_build_parameter(b, tensor(WEFT_F32, 1, &five), "y");
	weft_value bad = weft_build_add(b, x, y);
	struct weft_program *p;

	CHECK(!bad.id);
	CHECK(!weft_build_negate(b, bad).id);
	CHECK(!weft_build(b, "no such op", 1, &x, NULL).id);
	CHECK_ERROR(weft_builder_finish(b, 1, &bad, &p), WEFT_INVALID_ARGUMENT, "add");
	CHECK(!p);

	b = start();
	weft_build(b, "ad", 0, NULL, NULL);
	CHECK_ERROR(
		weft_builder_finish(b, 0, NULL, &p), WEFT_INVALID_ARGUMENT, "no op is named ad");

	b = start();
	x = weft_build_parameter(b, tensor(WEFT_F32, 1, &four), "x");
	weft_build_region_begin(b);
	y = weft_build_negate(b, x);
	weft_build_region_end(b, 1, &y);
	weft_build_abs(b, y);
	CHECK_ERROR(weft_builder_finish(b, 1, &x, &p), WEFT_INVALID_ARGUMENT,
		"a region that has ended");

	b = start();
	x = weft_build_parameter(b, tensor(WEFT_F32, 1, &four), "x");
	weft_build_region_begin(b);
	CHECK_ERROR(weft_builder_finish(b, 1, &x, &p), WEFT_INVALID_ARGUMENT, "not ended");

	b = start();
	x = weft_build_parameter(b, tensor(WEFT_F32, 1, &four), "x");
	struct weft_attr at = weft_attr_int("dimensio", 0);
	struct weft_more more = { 1, &at, 0, NULL, 0, NULL };
	weft_build_concatenate(b, 1, &x, &more);
	CHECK_ERROR(weft_builder_finish(b, 1, &x, &p), WEFT_INVALID_ARGUMENT,
		"no attribute is named dimensio");
	weft_builder_free(NULL);
}

void test_build_api__a_weight_in_a_file(void)
{
	struct weft_builder *b = start();
	int64_t dims[] = { 1 << 15, 1 << 14 };
	weft_value w = weft_build_constant_file(b, tensor(WEFT_F32, 2, dims), "no such file", 4096);
	weft_value y = weft_build_negate(b, w);
	struct weft_program *p;

	/* The text says where it lies, and reads back as it is; nobody opened the file. */
	char *text, *again;
	CHECK_OK(weft_builder_finish(b, 1, &y, &p));
	CHECK_OK(weft_program_print(p, &text));
	CHECK_HAS(text, "slot0: \"file:4096:no such file\"");
	weft_program_release(p);
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, NULL, text, strlen(text), &p));
	CHECK_OK(weft_program_print(p, &again));
	CHECK_STR(again, text);
	weft_text_free(text);
	weft_text_free(again);
	weft_program_release(p);
}

/* ---- what was built runs -------------------------------------------------------------------- */

/* Runs the program of one result in the interpreter over f32 inputs; out has room for n
 * elements. */
static void run(struct weft_builder *b, weft_value result, uint32_t nin,
	const struct weft_tensor_type *types, float *const *in, float *out, size_t n)
{
	struct weft_client *c;
	struct weft_program *p;
	struct weft_executable *x;
	struct weft_buffer *args[4], *res;
	void *data;
	size_t size;

	CHECK_OK(weft_client_open("interp", &c));
	CHECK_OK(weft_builder_finish(b, 1, &result, &p));
	CHECK_OK(weft_compile(c, p, NULL, &x));
	weft_program_release(p);
	for (uint32_t i = 0; i < nin; i++)
		CHECK_OK(weft_buffer_wrap(c, types[i], in[i], NULL, NULL, &args[i]));
	CHECK_OK(weft_run(x, nin, args, 1, &res));
	CHECK_OK(weft_buffer_data(res, &data, &size));
	CHECK_INT(size, n * sizeof(float));
	memcpy(out, data, size);
	weft_buffer_release(res);
	for (uint32_t i = 0; i < nin; i++)
		weft_buffer_release(args[i]);
	weft_executable_release(x);
	weft_client_release(c);
}

void test_build_api__branches_compute(void)
{
	struct weft_tensor_type f[] = { tensor(WEFT_F32, 0, NULL), tensor(WEFT_F32, 0, NULL) };
	struct weft_attr less = weft_attr_text("comparison_direction", "LT");
	struct weft_more lt = { 1, &less, 0, NULL, 0, NULL };

	for (int i = 0; i < 2; i++) {
		struct weft_builder *b = start();
		weft_value x = weft_build_parameter(b, f[0], "x");
		weft_value y = weft_build_parameter(b, f[1], "y");
		weft_value p = weft_build_compare(b, x, y, &lt), v;
		weft_region r[2];
		weft_build_region_begin(b);
		v = weft_build_subtract(b, y, x);
		r[0] = weft_build_region_end(b, 1, &v);
		weft_build_region_begin(b);
		v = weft_build_divide(b, x, y);
		r[1] = weft_build_region_end(b, 1, &v);
		struct weft_more two = { 0, NULL, 2, r, 0, NULL };
		float vx = i ? 6 : 1, vy = 4, out, *in[] = { &vx, &vy };
		run(b, weft_build_if(b, p, &two), 2, f, in, &out, 1);
		CHECK(out == (i ? 1.5f : 3.0f));
	}
}

void test_build_api__a_constant_file_is_read_when_it_runs(void)
{
	char path[] = "/tmp/weft-constant-XXXXXX";
	int fd = mkstemp(path);
	int64_t n = 2000;
	static float data[2048], out[2000], one[2000];
	struct weft_tensor_type t = tensor(WEFT_F32, 1, &n);

	for (int i = 0; i < 2048; i++)
		data[i] = (float)i;
	for (int i = 0; i < 2000; i++)
		one[i] = 1;
	CHECK(fd >= 0 && write(fd, data, sizeof data) == sizeof data);
	struct weft_builder *b = start();
	weft_value x = weft_build_parameter(b, t, "x");
	weft_value w = weft_build_constant_file(b, t, path, 16 * sizeof(float));
	float *in[] = { one };
	run(b, weft_build_add(b, x, w), 1, &t, in, out, 2000);
	unlink(path);
	for (int i = 0; i < 2000; i++)
		CHECK(out[i] == (float)(i + 17));
}
