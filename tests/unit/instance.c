/* Unit tests of instances: arguments that are attributes, and state that runs change. */
#include "unit.h"
#include <string.h>
#include <weft/weft.h>

/* mean' = mean + x * rate; y = x - mean */
static const char program[] =
	"func.func @main(%rate: tensor<2xf32>, %x: tensor<2xf32>, %mean: tensor<2xf32>) -> "
	"(tensor<2xf32>, tensor<2xf32>) {\n"
	"  %0 = stablehlo.multiply %x, %rate : tensor<2xf32>\n"
	"  %1 = stablehlo.add %mean, %0 : tensor<2xf32>\n"
	"  %2 = stablehlo.subtract %x, %mean : tensor<2xf32>\n"
	"  return %1, %2 : tensor<2xf32>, tensor<2xf32>\n"
	"}\n";

struct fixture {
	struct weft_client *c;
	struct weft_executable *x;
	float data[3][2];
	struct weft_buffer *rate, *in, *mean;
};

static void wrap(struct fixture *f, float *data, struct weft_buffer **out)
{
	static const int64_t dims[] = { 2 };
	CHECK_OK(weft_buffer_wrap(f->c, (struct weft_tensor_type){ WEFT_F32, 1, dims }, data, NULL,
		NULL, out));
}

/* From an artifact: state is of what was loaded. */
static void set_up(struct fixture *f)
{
	struct weft_program *p = NULL;
	struct weft_executable *compiled = NULL;
	const void *bytes;
	size_t size;
	*f = (struct fixture){ .data = { { 0.5f, 2 }, { 4, 6 }, { 1, 10 } } };
	CHECK_OK(weft_client_open(NULL, &f->c));
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, NULL, program, sizeof program - 1, &p));
	CHECK_OK(weft_compile(f->c, p, NULL, &compiled));
	CHECK_OK(weft_executable_artifact(compiled, &bytes, &size));
	CHECK_OK(weft_executable_load(f->c, bytes, size, &f->x));
	weft_executable_release(compiled);
	weft_program_release(p);
	wrap(f, f->data[0], &f->rate);
	wrap(f, f->data[1], &f->in);
	wrap(f, f->data[2], &f->mean);
}

static void tear_down(struct fixture *f)
{
	weft_buffer_release(f->rate);
	weft_buffer_release(f->in);
	weft_buffer_release(f->mean);
	weft_executable_release(f->x);
	weft_client_release(f->c);
}

static void holds(struct weft_buffer *b, float first, float second)
{
	void *data;
	size_t size;
	CHECK_OK(weft_buffer_data(b, &data, &size));
	CHECK_INT(size, 2 * sizeof(float));
	CHECK(((float *)data)[0] == first);
	CHECK(((float *)data)[1] == second);
	weft_buffer_release(b);
}

static void value_is(struct weft_instance *i, const char *name, float first, float second)
{
	struct weft_buffer *b;
	CHECK_OK(weft_instance_value(i, name, &b));
	holds(b, first, second);
}

static void run(struct fixture *f, struct weft_instance *i, float first, float second)
{
	struct weft_buffer *out;
	CHECK_OK(weft_instance_run(i, 1, &f->in, 1, &out));
	holds(out, first, second);
}

void test_instance__state(void)
{
	struct fixture f;
	struct weft_instance *one, *other;
	struct weft_buffer *before;
	set_up(&f);
	const struct weft_attribute attributes[] = { { "rate", 0, -1, f.rate, NULL },
		{ "mean", 2, 0, f.mean, NULL } };
	CHECK_OK(weft_instance_create(f.x, 2, attributes, &one));
	CHECK_OK(weft_instance_create(f.x, 2, attributes, &other));
	CHECK_INT(weft_instance_inputs(one), 1);
	CHECK_INT(weft_instance_outputs(one), 1);
	run(&f, one, 3, -4);
	value_is(one, "mean", 3, 22);
	CHECK_OK(weft_instance_value(one, "mean", &before));
	run(&f, one, 1, -16);
	holds(before, 3, 22);                    /* what was read stays as it was */
	value_is(one, "mean", 5, 34);
	value_is(other, "mean", 1, 10);          /* nobody else's */
	CHECK(f.data[2][0] == 1);
	f.data[2][0] = 7;                        /* a copy was taken of what changes */
	f.data[0][0] = 1;                        /* and none of what stays */
	weft_instance_reset(one);
	value_is(one, "mean", 1, 10);
	run(&f, one, 3, -4);
	value_is(one, "mean", 5, 22);
	weft_instance_release(one);
	weft_instance_release(other);
	tear_down(&f);
}

/* sum' = sum + x, by rows of three. */
static const char matrices[] =
	"func.func @main(%x: tensor<2x3xf32>, %sum: tensor<2x3xf32>) -> tensor<2x3xf32> {\n"
	"  %0 = stablehlo.add %sum, %x : tensor<2x3xf32>\n"
	"  return %0 : tensor<2x3xf32>\n"
	"}\n";

static void bytes_are(struct weft_buffer *b, const float *want, size_t n)
{
	void *data;
	size_t size;
	CHECK_OK(weft_buffer_data(b, &data, &size));
	CHECK_INT(size, n * sizeof *want);
	CHECK(!memcmp(data, want, size));
	weft_buffer_release(b);
}

/* A state by columns: it starts from a copy that lies so, is read out so, and is reset. */
void test_instance__strides(void)
{
	static const int64_t dims[] = { 2, 3 }, columns[] = { 1, 2 }, gap[] = { 4, 1 },
		meets[] = { 1, 1 }, back[] = { -3, 1 };
	const struct weft_tensor_type t = { WEFT_F32, 2, dims };
	float x[] = { 1, 2, 3, 4, 5, 6 }, sum[] = { 10, 40, 20, 50, 30, 60 };
	const float once[] = { 11, 44, 22, 55, 33, 66 }, twice[] = { 12, 48, 24, 60, 36, 72 };
	struct weft_client *c;
	struct weft_program *p;
	struct weft_executable *e;
	struct weft_instance *i;
	struct weft_buffer *in, *start, *value;
	CHECK_OK(weft_client_open(NULL, &c));
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, NULL, matrices, sizeof matrices - 1, &p));
	CHECK_OK(weft_compile(c, p, NULL, &e));
	CHECK_OK(weft_buffer_wrap(c, t, x, NULL, NULL, &in));
	CHECK_OK(weft_buffer_wrap(c, t, sum, NULL, NULL, &start));
	struct weft_attribute at = { "sum", 1, 0, start, columns };
	CHECK_OK(weft_instance_create(e, 1, &at, &i));
	for (uint32_t again = 0; again < 2; again++) {
		CHECK_OK(weft_instance_value(i, "sum", &value));
		bytes_are(value, (const float[]){ 10, 40, 20, 50, 30, 60 }, 6);
		CHECK_OK(weft_instance_run(i, 1, &in, 0, NULL));
		CHECK_OK(weft_instance_value(i, "sum", &value));
		CHECK_OK(weft_instance_run(i, 1, &in, 0, NULL));
		sum[0] = 7;                      /* nobody's but the caller's */
		bytes_are(value, once, 6);
		CHECK_OK(weft_instance_value(i, "sum", &value));
		bytes_are(value, twice, 6);
		weft_instance_reset(i);
	}
	weft_instance_release(i);
	/* One that stays is read by its strides, too. */
	const struct weft_attribute stays = { "x", 0, -1, in, columns };
	CHECK_OK(weft_instance_create(e, 1, &stays, &i));
	CHECK_OK(weft_instance_run(i, 1, &in, 1, &value));
	bytes_are(value, (const float[]){ 2, 5, 8, 6, 9, 12 }, 6);
	CHECK_OK(weft_instance_value(i, "x", &value));
	bytes_are(value, x, 6);
	weft_instance_release(i);
	const int64_t *const bad[] = { gap, meets, back };
	for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
		at.strides = bad[k];
		CHECK_ERROR(weft_instance_create(e, 1, &at, &i), WEFT_INVALID_ARGUMENT,
			"the strides of attribute 'sum' leave gaps or meet");
	}
	weft_buffer_release(in);
	weft_buffer_release(start);
	weft_executable_release(e);
	weft_program_release(p);
	weft_client_release(c);
}

void test_instance__names(void)
{
	struct fixture f;
	struct weft_instance *i;
	float same[] = { 0.5f, 2 };
	struct weft_buffer *copy;
	set_up(&f);
	wrap(&f, same, &copy);
	const struct weft_attribute equal[] = { { "_tensor_constant4", 0, -1, f.rate, NULL },
		{ "_tensor_constant4", 1, -1, copy, NULL },
		{ "_tensor_constant4", 2, -1, f.mean, NULL } };
	CHECK_OK(weft_instance_create(f.x, 3, equal, &i));
	CHECK_STR(weft_instance_name(i, 1), "_tensor_constant4");
	CHECK_STR(weft_instance_name(i, 2), "_tensor_constant5");
	CHECK(!weft_instance_name(i, 3));
	value_is(i, "_tensor_constant5", 1, 10);
	weft_instance_release(i);
	/* The largest number there is and one. */
	const struct weft_attribute numbers[] = { { "_tensor_constant9", 0, -1, f.rate, NULL },
		{ "_tensor_constant4", 1, -1, copy, NULL },
		{ "_tensor_constant4", 2, -1, f.mean, NULL } };
	CHECK_OK(weft_instance_create(f.x, 3, numbers, &i));
	CHECK_STR(weft_instance_name(i, 1), "_tensor_constant4");
	CHECK_STR(weft_instance_name(i, 2), "_tensor_constant10");
	weft_instance_release(i);
	/* What a run changes is nobody else's, whatever it starts from. */
	const struct weft_attribute changes[] = { { "c", 0, -1, f.rate, NULL },
		{ "c", 2, 0, copy, NULL } };
	CHECK_OK(weft_instance_create(f.x, 2, changes, &i));
	CHECK_STR(weft_instance_name(i, 1), "c1");
	weft_instance_release(i);
	weft_buffer_release(copy);
	tear_down(&f);
}

void test_instance__bad_attributes(void)
{
	struct fixture f;
	struct weft_instance *i;
	struct weft_buffer *none;
	set_up(&f);
	const struct {
		struct weft_attribute at[2];
		const char *text;
	} bad[] = {
		{ { { "", 0, -1, f.rate, NULL } }, "attribute 0 has no name" },
		{ { { "a", 0, -1, NULL, NULL } }, "attribute 0 has no value" },
		{ { { "a", 3, -1, f.rate, NULL } },
			"attribute 'a' is argument 3 of a program with 3" },
		{ { { "a", 0, 2, f.rate, NULL } },
			"attribute 'a' becomes result 2 of a program with 2" },
		{ { { "a", 0, -1, f.rate, NULL }, { "b", 0, -1, f.rate, NULL } },
			"attributes 'a' and 'b' are both argument 0" },
		{ { { "a", 0, 1, f.rate, NULL }, { "b", 1, 1, f.rate, NULL } },
			"attributes 'a' and 'b' are both result 1" },
	};
	for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
		CHECK_ERROR(weft_instance_create(f.x, bad[k].at[1].name ? 2 : 1, bad[k].at, &i),
			WEFT_INVALID_ARGUMENT, bad[k].text);
	const struct weft_attribute at = { "rate", 0, -1, f.rate, NULL };
	CHECK_OK(weft_instance_create(f.x, 1, &at, &i));
	CHECK_ERROR(weft_instance_value(i, "rates", &none), WEFT_NOT_FOUND,
		"no attribute is named 'rates'");
	CHECK_ERROR(weft_instance_run(i, 1, &f.in, 2, &none), WEFT_INVALID_ARGUMENT,
		"expected 2 inputs and 2 outputs, found 1 and 2");
	weft_instance_release(i);
	tear_down(&f);
}
