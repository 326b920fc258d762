/* Unit tests of convolutions by windows nearly as large as the image, as gradients by weights are
 * (plan/window_wide.c): beside the interpreter.  All numbers are small integers, so that any order
 * of the sums gives the same. */
#include "unit.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

/* The image is [in, images, ...] and the windows [in, out, ...], as activations and the gradient
 * of a result are; the result [out, images, ...]. */
struct wide {
	int rank;                        /* of the space, 1 or 2 */
	int in, images, out;
	int size[2], window[2], low[2], high[2];
	int dilation;
};

/* "AxBxspace", what of it there is. */
static void dims_text(const struct wide *c, int a, int b, const int *space, char *out, size_t size)
{
	if (c->rank == 1)
		snprintf(out, size, "tensor<%dx%dx%dxf32>", a, b, space[0]);
	else
		snprintf(out, size, "tensor<%dx%dx%dx%dxf32>", a, b, space[0], space[1]);
}

static void text_of(const struct wide *c, char *text, size_t size)
{
	char x[64], k[64], y[64], pad[64];
	int places[2];

	for (int d = 0; d < c->rank; d++)
		places[d] = c->size[d] + c->low[d] + c->high[d] -
			(c->window[d] - 1) * c->dilation;
	dims_text(c, c->in, c->images, c->size, x, sizeof x);
	dims_text(c, c->in, c->out, c->window, k, sizeof k);
	dims_text(c, c->out, c->images, places, y, sizeof y);
	if (c->rank == 1)
		snprintf(pad, sizeof pad, "[[%d, %d]], rhs_dilate = [%d]", c->low[0], c->high[0],
			c->dilation);
	else
		snprintf(pad, sizeof pad, "[[%d, %d], [%d, %d]], rhs_dilate = [%d, %d]",
			c->low[0], c->high[0], c->low[1], c->high[1], c->dilation, c->dilation);
	snprintf(text, size,
		"func.func @main(%%x: %s, %%k: %s) -> %s {\n"
		"  %%c = stablehlo.convolution(%%x, %%k) dim_numbers = %s, window = {pad = %s}\n"
		"    {batch_group_count = 1 : i64, feature_group_count = 1 : i64}\n"
		"    : (%s, %s) -> %s\n"
		"  return %%c : %s\n}\n", x, k, y,
		c->rank == 1 ? "[f, b, 0]x[i, o, 0]->[f, b, 0]"
			: "[f, b, 0, 1]x[i, o, 0, 1]->[f, b, 0, 1]", pad, x, k, y, y);
}

static struct weft_buffer *buffer_of(
	struct weft_client *client, const struct wide *c, int count, const int *space, int step)
{
	int64_t dims[4] = { c->in, count, space[0], c->rank == 2 ? space[1] : 1 };
	struct weft_buffer *b;
	size_t size;
	void *data;

	CHECK_OK(weft_buffer_create(client,
		(struct weft_tensor_type){ WEFT_F32, (uint32_t)c->rank + 2, dims }, &b));
	CHECK_OK(weft_buffer_data(b, &data, &size));
	for (size_t i = 0; i < size / sizeof(float); i++)
		((float *)data)[i] = (float)(i * (size_t)step % 13) - 6;
	return b;
}

/* The result, to be freed; whether windows are copied out, unless patches is NULL. */
static float *wide_run(const struct wide *c, const char *backend, size_t *size, bool *patches)
{
	struct weft_client *client;
	struct weft_program *p;
	struct weft_executable *f;
	struct weft_buffer *in[2], *y;
	char text[1024], *explained;
	void *data;

	text_of(c, text, sizeof text);
	CHECK_OK(weft_client_open(backend, &client));
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, "conv", text, strlen(text), &p));
	CHECK_OK(weft_compile(client, p, NULL, &f));
	if (patches) {
		CHECK_OK(weft_executable_explain(f, "json", &explained));
		*patches = strstr(explained, "\"patches\"");
		weft_text_free(explained);
	}
	in[0] = buffer_of(client, c, c->images, c->size, 7);
	in[1] = buffer_of(client, c, c->out, c->window, 5);
	CHECK_OK(weft_run(f, 2, in, 1, &y));
	CHECK_OK(weft_buffer_data(y, &data, size));
	float *out = malloc(*size);
	memcpy(out, data, *size);
	weft_buffer_release(y);
	for (int i = 0; i < 2; i++)
		weft_buffer_release(in[i]);
	weft_executable_release(f);
	weft_program_release(p);
	weft_client_release(client);
	return out;
}

static void check(const struct wide *c, bool patches)
{
	size_t size, size_judge;
	bool copied;
	float *judge = wide_run(c, "interp", &size_judge, NULL);
	float *out = wide_run(c, "weft", &size, &copied);

	CHECK_INT(copied, patches);
	CHECK(size == size_judge && !memcmp(out, judge, size));
	free(judge);
	free(out);
}

void test_wide__is_the_convolution(void)
{
	static const struct wide cases[] = {
		{ 2, 1, 5, 16, { 12, 12 }, { 12, 12 }, { 1, 1 }, { 1, 1 }, 1 },
		{ 2, 3, 7, 21, { 9, 14 }, { 8, 15 }, { 2, 1 }, { 0, 3 }, 1 },
		{ 2, 1, 4, 33, { 20, 18 }, { 19, 16 }, { 0, 0 }, { 0, 0 }, 1 },  /* no pad */
		{ 2, 2, 3, 8, { 20, 18 }, { 18, 16 }, { -1, 0 }, { 1, 0 }, 1 },
		{ 2, 1, 1, 16, { 40, 40 }, { 36, 34 }, { 0, 0 }, { 0, 0 }, 1 },
		{ 2, 1, 17, 16, { 8, 9 }, { 8, 7 }, { 0, 0 }, { 0, 0 }, 1 },     /* a line */
		{ 1, 4, 6, 20, { 90, 0 }, { 88, 0 }, { 2, 0 }, { 0, 0 }, 1 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(&cases[i], false);
}

/* Places that are not side by side, and windows much narrower than the image. */
void test_wide__has_its_place(void)
{
	check(&(struct wide){ 2, 1, 5, 16, { 12, 12 }, { 5, 5 }, { 0, 0 }, { 0, 0 }, 2 }, true);
	check(&(struct wide){ 2, 1, 5, 32, { 24, 40 }, { 20, 9 }, { 0, 0 }, { 0, 0 }, 1 }, true);
}
