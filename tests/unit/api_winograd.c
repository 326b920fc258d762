/* Unit tests of convolutions by 3 x 3 windows, which take fewer products (plan/winograd.c): by
 * constant weights beside the same by their arguments, by arguments of many places beside strict.
 * All numbers are small ones, and what Winograd's way makes of them are small multiples of 1/4: any
 * order of sums and products gives the same. */
#include "unit.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

struct conv {
	int64_t images, in, out, height, width, low, high;
	bool last;                       /* features are */
	bool turned;                     /* the windows are */
	int64_t holes[2];                /* between two taps a dim */
};

static void text_of(const struct conv *c, char *text, size_t size)
{
	const int64_t *holes = c->holes;
	int64_t h = c->height + c->low + c->high - 2 - 2 * holes[0];
	int64_t w = c->width + c->low + c->high - 2 - 2 * holes[1];
	char x[64], k[64], y[64];

	snprintf(k, sizeof k, c->last ? "tensor<3x3x%dx%dxf32>" : "tensor<%dx%dx3x3xf32>",
		(int)(c->last ? c->in : c->out), (int)(c->last ? c->out : c->in));
	if (c->last) {
		snprintf(x, sizeof x, "tensor<%dx%dx%dx%dxf32>", (int)c->images, (int)c->height,
			(int)c->width, (int)c->in);
		snprintf(y, sizeof y, "tensor<%dx%dx%dx%dxf32>", (int)c->images, (int)h, (int)w,
			(int)c->out);
	} else {
		snprintf(x, sizeof x, "tensor<%dx%dx%dx%dxf32>", (int)c->images, (int)c->in,
			(int)c->height, (int)c->width);
		snprintf(y, sizeof y, "tensor<%dx%dx%dx%dxf32>", (int)c->images, (int)c->out,
			(int)h, (int)w);
	}
	snprintf(text, size,
		"func.func @main(%%x: %s, %%w: %s) -> %s {\n"
		"  %%c = stablehlo.convolution(%%x, %%w) dim_numbers = %s,\n"
		"    window = {pad = [[%d, %d], [%d, %d]],\n"
		"      rhs_dilate = [%d, %d], reverse = [%d, %d]}\n"
		"    {batch_group_count = 1 : i64, feature_group_count = 1 : i64}\n"
		"    : (%s, %s) -> %s\n"
		"  return %%c : %s\n}\n", x, k, y,
		c->last ? "[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]"
			: "[b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1]",
		(int)c->low, (int)c->high, (int)c->low, (int)c->high, 1 + (int)holes[0],
		1 + (int)holes[1], c->turned, c->turned, x, k, y, y);
}

/* The result, to be freed, and how many products of two matrices of 16 each there are. */
static float *conv_run(const struct conv *c, const char *constants, const char *numerics,
	size_t *size, int *products)
{
	int64_t xd[] = { c->images, c->in, c->height, c->width }, wd[] = { c->out, c->in, 3, 3 };
	if (c->last) {
		memcpy(xd, (int64_t[]){ c->images, c->height, c->width, c->in }, sizeof xd);
		memcpy(wd, (int64_t[]){ 3, 3, c->in, c->out }, sizeof wd);
	}
	size_t nx = (size_t)(xd[0] * xd[1] * xd[2] * xd[3]),
	       nw = (size_t)(wd[0] * wd[1] * wd[2] * wd[3]);
	float *x = malloc(nx * sizeof *x), *w = malloc(nw * sizeof *w), *out;
	struct weft_client *client;
	struct weft_program *p;
	struct weft_options *o;
	struct weft_executable *f, *bound = NULL;
	struct weft_buffer *in[2], *y;
	char text[1024], *explained;
	void *data;

	for (size_t i = 0; i < nx; i++)
		x[i] = (float)(i * 7 % 13) - 6;
	for (size_t i = 0; i < nw; i++)
		w[i] = (float)(i * 5 % 7) - 3;
	text_of(c, text, sizeof text);
	CHECK_OK(weft_client_open(NULL, &client));
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, "conv", text, strlen(text), &p));
	CHECK_OK(weft_options_create(&o));
	CHECK_OK(weft_options_set(o, "constants", constants));
	CHECK_OK(weft_options_set(o, "numerics", numerics));
	CHECK_OK(weft_compile(client, p, o, &f));
	CHECK_OK(weft_executable_explain(f, "json", &explained));
	*products = 0;
	char *load = strstr(explained, "\"load\"");
	if (load)
		*load = 0;
	static const char product[] = "\"op\": \"contract\", \"type\": \"16x";
	for (const char *at = explained; (at = strstr(at, product)); at++)
		++*products;
	weft_text_free(explained);
	CHECK_OK(weft_buffer_wrap(client, (struct weft_tensor_type){ WEFT_F32, 4, xd }, x, NULL,
		NULL, &in[0]));
	CHECK_OK(weft_buffer_wrap(client, (struct weft_tensor_type){ WEFT_F32, 4, wd }, w, NULL,
		NULL, &in[1]));
	if (*constants)
		CHECK_OK(weft_executable_bind(f, 1, in + 1, &bound));
	CHECK_OK(weft_run(bound ? bound : f, bound ? 1 : 2, in, 1, &y));
	CHECK_OK(weft_buffer_data(y, &data, size));
	out = malloc(*size);
	memcpy(out, data, *size);
	weft_buffer_release(y);
	for (int i = 0; i < 2; i++)
		weft_buffer_release(in[i]);
	weft_executable_release(bound);
	weft_executable_release(f);
	weft_options_free(o);
	weft_program_release(p);
	weft_client_release(client);
	free(x);
	free(w);
	return out;
}

static void check(const struct conv *c, const char *numerics, int products)
{
	size_t size, frozen_size;
	int unused, made;
	float *plain = conv_run(c, "", numerics, &size, &unused);
	float *frozen = conv_run(c, "1", numerics, &frozen_size, &made);

	CHECK_INT(unused, 0);
	CHECK_INT(made, products);
	CHECK(size == frozen_size && !memcmp(plain, frozen, size));
	free(plain);
	free(frozen);
}

void test_winograd__is_the_convolution(void)
{
	static const struct conv cases[] = {
		{ 1, 32, 48, 8, 8, 1, 1, false, false, { 0, 0 } },
		/* odd: squares half outside */
		{ 2, 35, 33, 7, 10, 1, 1, false, false, { 0, 0 } },
		{ 3, 32, 32, 9, 5, 2, 0, false, false, { 0, 0 } },
		{ 1, 32, 64, 12, 11, 0, 0, false, true, { 0, 0 } },
		{ 1, 40, 32, 12, 11, 0, -1, false, false, { 0, 0 } },
		{ 2, 32, 36, 8, 6, 1, 1, true, false, { 0, 0 } },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(&cases[i], "default", 1);
}

/* Places of a square as far apart as taps are; not where squares would be half outside. */
void test_winograd__has_holes(void)
{
	static const struct { struct conv c; int products; } cases[] = {
		{ { 1, 32, 48, 12, 8, 2, 2, false, false, { 1, 1 } }, 1 },
		{ { 1, 35, 33, 11, 9, 2, 2, true, false, { 1, 0 } }, 1 },
		{ { 1, 32, 40, 7, 15, 1, 2, false, true, { 0, 2 } }, 1 },
		{ { 1, 40, 32, 11, 9, 4, 3, true, false, { 2, 3 } }, 1 },
		{ { 1, 32, 48, 9, 9, 3, 3, false, false, { 2, 2 } }, 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t size, strict_size;
		int none;
		check(&cases[i].c, "default", cases[i].products);
		float *frozen = conv_run(&cases[i].c, "1", "default", &size, &none);
		float *strict = conv_run(&cases[i].c, "", "strict", &strict_size, &none);
		CHECK_INT(none, 0);
		CHECK(size == strict_size && !memcmp(frozen, strict, size));
		free(frozen);
		free(strict);
	}
}

/* Where numbers are to be those of the ops as they are, and where there is little to save. */
void test_winograd__has_its_place(void)
{
	check(&(struct conv){ 1, 32, 48, 8, 8, 1, 1, false, false, { 0, 0 } }, "strict", 0);
	check(&(struct conv){ 1, 16, 48, 8, 8, 1, 1, false, false, { 0, 0 } }, "default", 0);
	check(&(struct conv){ 1, 32, 48, 4, 6, 1, 1, false, false, { 0, 0 } }, "default", 0);
}

/* Weights that are no constants: their 16 numbers are a product of the call, for squares enough. */
void test_winograd__makes_weights_in_the_call(void)
{
	static const struct { struct conv c; int products; } cases[] = {
		{ { 1, 32, 48, 14, 14, 1, 1, false, false, { 0, 0 } }, 2 },
		/* as a gradient has it */
		{ { 2, 35, 33, 13, 9, 1, 1, false, true, { 0, 0 } }, 2 },
		{ { 1, 40, 32, 15, 18, 0, 0, true, false, { 0, 0 } }, 2 },
		{ { 1, 32, 48, 12, 12, 1, 1, false, false, { 0, 0 } }, 0 },
		/* what is written and read is too much for a cache */
		{ { 1, 32, 32, 94, 94, 0, 0, false, false, { 0, 0 } }, 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t size, strict_size;
		int made, none;
		float *y = conv_run(&cases[i].c, "", "default", &size, &made);
		float *strict = conv_run(&cases[i].c, "", "strict", &strict_size, &none);
		CHECK_INT(made, cases[i].products);
		CHECK_INT(none, 0);
		CHECK(size == strict_size && !memcmp(y, strict, size));
		free(y);
		free(strict);
	}
}
