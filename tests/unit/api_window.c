/* Unit tests of the convolutions that gradients are: by large windows over few places, those by
 * weights (plan/window_wide.c), in groups, too (plan/window_line.c), and by turned weights,
 * those by inputs (plan/window.c); and of convolutions with three spatial dims.  Beside the
 * interpreter: all numbers are small integers, so that any order of the sums gives the same. */
#include "beside.h"
#include "plan/plan.h"
#include "unit.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

/* The image is [in, images, ...] and the windows [in, out, ...], as activations and the gradient
 * of a result are; the result [out, images, ...].  Narrow ones are of bf16, with a
 * result of f32. */
struct wide {
	int rank;                        /* of the space, 1 to 3 */
	int in, images, out;
	int size[3], window[3], low[3], high[3];
	int dilation, step;
	bool narrow;
};

/* "tensor<AxBxspacextype>". */
static void dims_text(const struct wide *c, int a, int b, const int *space, const char *type,
	char *out, size_t size)
{
	int n = snprintf(out, size, "tensor<%dx%dx", a, b);

	for (int d = 0; d < c->rank; d++)
		n += snprintf(out + n, size - (size_t)n, "%dx", space[d]);
	snprintf(out + n, size - (size_t)n, "%s>", type);
}

static void wide_window(const struct wide *c, char *out, size_t size)
{
	int n = snprintf(out, size, "pad = [");

	for (int d = 0; d < c->rank; d++)
		n += snprintf(out + n, size - (size_t)n, "%s[%d, %d]", d ? ", " : "", c->low[d],
			c->high[d]);
	n += snprintf(out + n, size - (size_t)n, "], rhs_dilate = [");
	for (int d = 0; d < c->rank; d++)
		n += snprintf(out + n, size - (size_t)n, "%s%d", d ? ", " : "", c->dilation);
	n += snprintf(out + n, size - (size_t)n, "], stride = [");
	for (int d = 0; d < c->rank; d++)
		n += snprintf(out + n, size - (size_t)n, "%s%d", d ? ", " : "", c->step);
	snprintf(out + n, size - (size_t)n, "]");
}

static void wide_text(const struct wide *c, char *text, size_t size)
{
	static const char *const space[] = { "0", "0, 1", "0, 1, 2" };
	const char *type = c->narrow ? "bf16" : "f32", *s = space[c->rank - 1];
	char all[3][64], some[2][64], window[128];
	int places[3];

	for (int d = 0; d < c->rank; d++)
		places[d] = (c->size[d] + c->low[d] + c->high[d] -
			(c->window[d] - 1) * c->dilation - 1) / c->step + 1;
	for (int i = 0; i < 3; i++) {
		const int *of = i == 0 ? c->size : i == 1 ? c->window : places;
		int a = i < 2 ? c->in : c->out, b = i == 1 ? c->out : c->images;
		dims_text(c, a, b, of, "f32", all[i], sizeof all[i]);
		if (i < 2)
			dims_text(c, a, b, of, type, some[i], sizeof some[i]);
	}
	wide_window(c, window, sizeof window);
	snprintf(text, size,
		"func.func @main(%%a: %s, %%b: %s) -> %s {\n"
		"  %%x = stablehlo.convert %%a : (%s) -> %s\n"
		"  %%k = stablehlo.convert %%b : (%s) -> %s\n"
		"  %%c = stablehlo.convolution(%%x, %%k)\n"
		"    dim_numbers = [f, b, %s]x[i, o, %s]->[f, b, %s], window = {%s}\n"
		"    {batch_group_count = 1 : i64, feature_group_count = 1 : i64}\n"
		"    : (%s, %s) -> %s\n"
		"  return %%c : %s\n}\n", all[0], all[1], all[2], all[0], some[0], all[1], some[1],
		s, s, s, window, some[0], some[1], all[2], all[2]);
}

/* Is code made with tiles of AMX? */
static bool has_tiles(void)
{
	const char *level = getenv("WEFT_ISA");
	enum isa isa;

	CHECK_OK(isa_choose(level ? level : "", &isa));
	return isa_table[isa].instr & ISA_TILES;
}

/* The plan has this op or not, unless it is NULL. */
static void check(const char *text, const struct weft_tensor_type *types, const char *op, bool has)
{
	check_beside(text, types, 6, op, has);
}

static void check_wide(const struct wide *c, bool patches)
{
	int64_t x[5] = { c->in, c->images, c->size[0], c->size[1], c->size[2] },
		k[5] = { c->in, c->out, c->window[0], c->window[1], c->window[2] };
	uint32_t rank = (uint32_t)c->rank + 2;
	char text[2048];

	wide_text(c, text, sizeof text);
	/* tiles multiply pairs of bf16 that are copied to where these lie */
	check(text, (struct weft_tensor_type[]){ { WEFT_F32, rank, x }, { WEFT_F32, rank, k } },
		c->narrow && has_tiles() ? NULL : "\"patches\"", patches);
}

static void check_all_wide(size_t count, const struct wide *cases, bool patches)
{
	for (size_t i = 0; i < count; i++) {
		UNIT_NOTE("case %zu", i);
		check_wide(&cases[i], patches);
	}
}

void test_wide_windows__are_the_convolution(void)
{
	static const struct wide cases[] = {
		{ 2, 1, 5, 16, { 12, 12 }, { 12, 12 }, { 1, 1 }, { 1, 1 }, 1, 1, false },
		{ 2, 3, 7, 21, { 9, 14 }, { 8, 15 }, { 2, 1 }, { 0, 3 }, 1, 1, false },
		{ 2, 1, 4, 33, { 20, 18 }, { 19, 16 }, { 0, 0 }, { 0, 0 }, 1, 1, false },
		{ 2, 2, 3, 8, { 20, 18 }, { 18, 16 }, { -1, 0 }, { 1, 0 }, 1, 1, false },
		{ 2, 1, 1, 3, { 40, 40 }, { 36, 34 }, { 0, 0 }, { 0, 0 }, 1, 1, false },
		{ 2, 1, 17, 16, { 8, 9 }, { 8, 7 }, { 0, 0 }, { 0, 0 }, 1, 1, false },
		{ 1, 4, 6, 20, { 90 }, { 88 }, { 2 }, { 0 }, 1, 1, false },
		/* parts of the sum, parts of a run */
		{ 1, 4, 2, 40, { 600 }, { 598 }, { 1 }, { 1 }, 1, 1, false },
		{ 2, 3, 2, 33, { 37, 37 }, { 35, 35 }, { 0, 0 }, { 0, 0 }, 1, 1, false },
	};

	check_all_wide(sizeof cases / sizeof *cases, cases, false);
}

/* Windows that are packed as they are multiplied, whole or some lines of them at a time. */
void test_wide_windows__large_ones_lie(void)
{
	static const struct wide cases[] = {
		{ 2, 2, 3, 20, { 70, 66 }, { 66, 64 }, { 1, 0 }, { 0, 1 }, 1, 1, false },
		{ 2, 9, 1, 33, { 68, 66 }, { 66, 63 }, { 0, 0 }, { 1, 0 }, 1, 1, false },
		{ 2, 1, 2, 5, { 130, 132 }, { 65, 64 }, { 1, 1 }, { 1, 0 }, 2, 1, true },
		{ 1, 2, 1, 7, { 4100 }, { 4098 }, { 1 }, { 2 }, 1, 1, true },
	};

	check_all_wide(sizeof cases / sizeof *cases, cases, false);
}

/* Windows with holes, as a stride's gradient has, and places apart, as that of a dilation; of
 * volumes; and of bf16, whose pairs end in the next run. */
void test_wide_windows__have_holes_and_depth_and_pairs(void)
{
	static const struct wide cases[] = {
		{ 2, 1, 5, 16, { 12, 12 }, { 5, 5 }, { 0, 0 }, { 0, 0 }, 2, 1, false },
		{ 2, 2, 3, 24, { 30, 31 }, { 15, 14 }, { 1, 2 }, { 1, 1 }, 2, 1, false },
		{ 2, 2, 3, 24, { 20, 21 }, { 8, 5 }, { 1, 0 }, { 2, 1 }, 2, 3, true },
		{ 1, 3, 5, 9, { 130 }, { 40 }, { 2 }, { 0 }, 3, 2, false },
		{ 3, 1, 4, 16, { 5, 12, 14 }, { 5, 12, 14 }, { 1, 1, 1 }, { 1, 1, 1 }, 1, 1,
			false },
		{ 3, 2, 3, 8, { 6, 9, 20 }, { 3, 4, 10 }, { 1, 0, 1 }, { 0, 1, 0 }, 2, 1, true },
		{ 2, 2, 7, 40, { 9, 9 }, { 7, 7 }, { 0, 0 }, { 0, 0 }, 1, 1, true },     /* odd */
		{ 2, 3, 7, 21, { 9, 14 }, { 8, 15 }, { 2, 1 }, { 0, 3 }, 1, 1, true },
		{ 1, 4, 2, 40, { 600 }, { 598 }, { 1 }, { 1 }, 1, 1, true },
	};

	check_all_wide(sizeof cases / sizeof *cases, cases, false);
}

/* Windows that are no larger than what they go over, or of short lines. */
void test_wide_windows__have_their_place(void)
{
	static const struct wide cases[] = {
		{ 2, 1, 5, 32, { 24, 40 }, { 12, 9 }, { 0, 0 }, { 0, 0 }, 1, 1, false },
		{ 2, 1, 5, 32, { 60, 5 }, { 55, 3 }, { 0, 0 }, { 0, 0 }, 1, 1, false },
	};

	check_all_wide(sizeof cases / sizeof *cases, cases, true);
}

/* x [1, in, size, size] by weights [in, out, window, window] turned along dims.  Whether what is
 * turned are windows as they lie, each a vector. */
static void check_turned(int in, int out, int size, int window, const char *dims, bool vectors)
{
	int64_t x[4] = { 1, in, size, size }, k[4] = { in, out, window, window };
	int low = window / 2, high = window - 1 - low;
	char text[1024], reversed[64];

	snprintf(text, sizeof text,
		"func.func @main(%%x: tensor<1x%dx%dx%dxf32>, %%k: tensor<%dx%dx%dx%dxf32>)\n"
		"    -> tensor<1x%dx%dx%dxf32> {\n"
		"  %%r = stablehlo.reverse %%k, dims = %s : tensor<%dx%dx%dx%dxf32>\n"
		"  %%c = stablehlo.convolution(%%x, %%r)\n"
		"    dim_numbers = [b, f, 0, 1]x[i, o, 0, 1]->[b, f, 0, 1],\n"
		"    window = {pad = [[%d, %d], [%d, %d]]}\n"
		"    {batch_group_count = 1 : i64, feature_group_count = 1 : i64}\n"
		"    : (tensor<1x%dx%dx%dxf32>, tensor<%dx%dx%dx%dxf32>)\n"
		"    -> tensor<1x%dx%dx%dxf32>\n"
		"  return %%c : tensor<1x%dx%dx%dxf32>\n}\n",
		in, size, size, in, out, window, window, out, size, size, dims, in, out, window,
		window, low, high, low, high, in, size, size, in, out, window, window, out, size,
		size, out, size, size);
	snprintf(reversed, sizeof reversed, "\"op\": \"reverse\", \"type\": \"%dx%dx%dxf32\"", in,
		out, window * window);
	check(text, (struct weft_tensor_type[]){ { WEFT_F32, 4, x }, { WEFT_F32, 4, k } },
		reversed, vectors);
}

void test_turned_windows__are_made_window_by_window(void)
{
	check_turned(7, 5, 14, 3, "[2, 3]", true);
	check_turned(3, 18, 30, 5, "[3, 2]", true);      /* more than a vector */
	check_turned(40, 40, 5, 3, "[2, 3]", true);      /* by patches */
	check_turned(16, 16, 14, 2, "[2, 3]", false);    /* too short */
	check_turned(5, 6, 14, 3, "[2]", false);
	check_turned(5, 6, 14, 3, "[1, 2, 3]", false);
}

/* Three spatial dims, in groups, with strides and dilations that differ: read where they lie. */
void test_deep_windows__are_read_where_they_lie(void)
{
	static const struct deep {
		int images, groups, in, out, size[3], window[3], stride[3], dilation[3], low, high;
	} cases[] = {
		{ 1, 1, 5, 7, { 4, 16, 18 }, { 3, 3, 3 }, { 1, 1, 1 }, { 1, 1, 1 }, 1, 1 },
		{ 2, 1, 3, 4, { 7, 20, 21 }, { 3, 2, 3 }, { 2, 2, 1 }, { 1, 1, 2 }, 1, 0 },
		{ 3, 2, 4, 6, { 6, 16, 16 }, { 2, 3, 1 }, { 1, 1, 1 }, { 2, 1, 1 }, 0, 1 },
		{ 2, 1, 4, 6, { 3, 12, 40 }, { 3, 1, 3 }, { 1, 3, 1 }, { 1, 1, 1 }, 0, 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct deep *c = &cases[i];
		int64_t x[5] = { c->images, c->groups * c->in },
			k[5] = { c->out, c->in };
		char xt[64], kt[64], yt[64], text[1024];
		int y[3];
		for (int d = 0; d < 3; d++) {
			x[2 + d] = c->size[d];
			k[2 + d] = c->window[d];
			y[d] = (c->size[d] + c->low + c->high - (c->window[d] - 1) * c->dilation[d]
				- 1) / c->stride[d] + 1;
		}
		snprintf(xt, sizeof xt, "tensor<%dx%dx%dx%dx%dxf32>", c->images,
			c->groups * c->in, c->size[0], c->size[1], c->size[2]);
		snprintf(kt, sizeof kt, "tensor<%dx%dx%dx%dx%dxf32>", c->out, c->in, c->window[0],
			c->window[1], c->window[2]);
		snprintf(yt, sizeof yt, "tensor<%dx%dx%dx%dx%dxf32>", c->images, c->out, y[0],
			y[1], y[2]);
		snprintf(text, sizeof text,
			"func.func @main(%%x: %s, %%k: %s) -> %s {\n"
			"  %%c = stablehlo.convolution(%%x, %%k)\n"
			"    dim_numbers = [b, f, 0, 1, 2]x[o, i, 0, 1, 2]->[b, f, 0, 1, 2],\n"
			"    window = {stride = [%d, %d, %d], pad = [[%d, %d], [%d, %d], [%d, %d]],"
			" rhs_dilate = [%d, %d, %d]}\n"
			"    {batch_group_count = 1 : i64, feature_group_count = %d : i64}\n"
			"    : (%s, %s) -> %s\n  return %%c : %s\n}\n", xt, kt, yt, c->stride[0],
			c->stride[1], c->stride[2], c->low, c->high, c->low, c->high, c->low,
			c->high, c->dilation[0], c->dilation[1], c->dilation[2], c->groups, xt,
			kt, yt, yt);
		check(text, (struct weft_tensor_type[]){ { WEFT_F32, 5, x }, { WEFT_F32, 5, k } },
			"\"patches\"", false);
	}
}

/* The gradient by the weights of a convolution in groups: of an image [images, groups * in, ...]
 * and the gradient of its result, [images, groups * out, ...]. */
struct grouped {
	int images, groups, in, out, size[2], window[2], stride, dilation, low, high;
};

static void check_grouped(const struct grouped *c, bool patches)
{
	int64_t x[4] = { c->images, c->groups * c->in, c->size[0], c->size[1] },
		k[4] = { c->images, c->groups * c->out };
	char text[1024];
	int y[2];

	for (int d = 0; d < 2; d++) {
		k[2 + d] = c->window[d];
		y[d] = (c->size[d] + c->low + c->high - (c->window[d] - 1) * c->dilation - 1) /
			c->stride + 1;
	}
	snprintf(text, sizeof text,
		"func.func @main(%%x: tensor<%dx%dx%dx%dxf32>, %%k: tensor<%dx%dx%dx%dxf32>)\n"
		"    -> tensor<%dx%dx%dx%dxf32> {\n"
		"  %%c = stablehlo.convolution(%%x, %%k)\n"
		"    dim_numbers = [f, b, 0, 1]x[i, o, 0, 1]->[f, b, 0, 1],\n"
		"    window = {stride = [%d, %d], pad = [[%d, %d], [%d, %d]],"
		" rhs_dilate = [%d, %d]}\n"
		"    {batch_group_count = %d : i64, feature_group_count = 1 : i64}\n"
		"    : (tensor<%dx%dx%dx%dxf32>, tensor<%dx%dx%dx%dxf32>)\n"
		"    -> tensor<%dx%dx%dx%dxf32>\n"
		"  return %%c : tensor<%dx%dx%dx%dxf32>\n}\n",
		c->images, c->groups * c->in, c->size[0], c->size[1], c->images,
		c->groups * c->out, c->window[0], c->window[1], c->groups * c->out, c->in, y[0],
		y[1], c->stride, c->stride, c->low, c->high, c->low, c->high, c->dilation,
		c->dilation, c->groups, c->images, c->groups * c->in, c->size[0], c->size[1],
		c->images, c->groups * c->out, c->window[0], c->window[1], c->groups * c->out,
		c->in, y[0], y[1], c->groups * c->out, c->in, y[0], y[1]);
	check(text, (struct weft_tensor_type[]){ { WEFT_F32, 4, x }, { WEFT_F32, 4, k } },
		"\"patches\"", patches);
}

void test_grouped_windows__are_lines(void)
{
	static const struct grouped cases[] = {
		{ 3, 5, 1, 1, { 12, 14 }, { 12, 14 }, 1, 1, 1, 1 },
		{ 1, 4, 1, 1, { 16, 13 }, { 12, 9 }, 1, 1, 1, 2 },       /* 7 x 7 */
		{ 2, 3, 1, 1, { 12, 40 }, { 10, 18 }, 1, 1, 0, 0 },      /* many a line */
		{ 2, 3, 1, 1, { 18, 17 }, { 9, 8 }, 1, 2, 0, 1 },        /* of a stride */
		{ 2, 3, 1, 1, { 15, 16 }, { 11, 12 }, 2, 1, 1, -1 },     /* of a dilation */
		{ 2, 3, 2, 4, { 11, 12 }, { 10, 12 }, 1, 1, 1, 1 },
		{ 1, 2, 8, 8, { 9, 10 }, { 9, 8 }, 1, 1, 1, 0 },
	};
	static const struct grouped other[] = {
		{ 1, 2, 9, 3, { 12, 12 }, { 12, 12 }, 1, 1, 1, 1 },      /* more columns */
		{ 3, 2, 3, 9, { 12, 12 }, { 12, 12 }, 1, 1, 1, 1 },      /* more rows: runs */
		{ 1, 3, 1, 1, { 9, 9 }, { 7, 7 }, 1, 1, 0, 0 },          /* a few taps */
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_grouped(&cases[i], false);
	check_grouped(&other[0], true);
	check_grouped(&other[1], false);
	check_grouped(&other[2], false);
}

/* The gradient by the weights of a depthwise convolution, of images with their features last. */
struct depthwise {
	int images, features, size[2], window[2], stride, apart, low;
	const char *type;
	bool first;                      /* features before places */
};

static void image_text(char *to, size_t size, const int64_t *dims)
{
	snprintf(to, size, "tensor<%dx%dx%dx%dx", (int)dims[0], (int)dims[1], (int)dims[2],
		(int)dims[3]);
}

static void image_dims(int64_t *to, const struct depthwise *c, int images, const int *places)
{
	to[0] = images;
	to[c->first ? 1 : 3] = c->features;
	to[c->first ? 2 : 1] = places[0];
	to[c->first ? 3 : 2] = places[1];
}

static void check_sums(const struct depthwise *c, bool sums)
{
	char text[2048], xt[64], kt[64], yt[64];
	int64_t dims[3][4];
	int y[2], high[2];

	for (int d = 0; d < 2; d++) {            /* the result's places; what no window reads */
		int reach = (c->window[d] - 1) * c->apart;
		y[d] = (c->size[d] + 2 * c->low - reach - 1) / c->stride + 1;
		high[d] = reach + (y[d] - 1) * c->stride + 1 - c->size[d] - c->low;
	}
	image_dims(dims[0], c, c->images, c->size);
	image_dims(dims[1], c, c->images, y);
	image_dims(dims[2], c, 1, c->window);
	image_text(xt, sizeof xt, dims[0]);
	image_text(kt, sizeof kt, dims[1]);
	image_text(yt, sizeof yt, dims[2]);
	snprintf(text, sizeof text,
		"func.func @main(%%a: %sf32>, %%b: %sf32>) -> %sf32> {\n"
		"  %%x = stablehlo.convert %%a : (%sf32>) -> %s%s>\n"
		"  %%k = stablehlo.convert %%b : (%sf32>) -> %s%s>\n"
		"  %%c = stablehlo.convolution(%%x, %%k)\n"
		"    dim_numbers = %s,\n"
		"    window = {stride = [%d, %d], pad = [[%d, %d], [%d, %d]],"
		" rhs_dilate = [%d, %d]}\n"
		"    {batch_group_count = %d : i64, feature_group_count = 1 : i64}\n"
		"    : (%s%s>, %s%s>) -> %s%s>\n"
		"  %%d = stablehlo.convert %%c : (%s%s>) -> %sf32>\n"
		"  return %%d : %sf32>\n}\n", xt, kt, yt, xt, xt, c->type, kt, kt, c->type,
		c->first ? "[f, b, 0, 1]x[i, o, 0, 1]->[b, f, 0, 1]"
			 : "[f, 0, 1, b]x[i, 0, 1, o]->[b, 0, 1, f]",
		c->apart, c->apart, c->low, high[0], c->low, high[1], c->stride, c->stride,
		c->features, xt, c->type, kt, c->type, yt, c->type, yt, c->type, yt, yt);
	check(text, (struct weft_tensor_type[]){ { WEFT_F32, 4, dims[0] },
		{ WEFT_F32, 4, dims[1] } }, "\"window_sums\"", sums);
}

void test_depthwise_windows__are_sums(void)
{
	static const struct depthwise cases[] = {
		{ 2, 32, { 9, 11 }, { 3, 3 }, 1, 1, 1, "f32", false },
		{ 3, 17, { 13, 40 }, { 3, 3 }, 2, 1, 1, "f32", false }, /* half a block */
		{ 1, 100, { 12, 12 }, { 5, 5 }, 1, 1, 2, "f32", false }, /* two groups of lines */
		{ 2, 40, { 14, 15 }, { 7, 7 }, 1, 1, 3, "f32", false },
		{ 2, 8, { 20, 21 }, { 3, 5 }, 1, 3, 4, "f32", false },
		{ 2, 16, { 5, 6 }, { 3, 3 }, 3, 2, 0, "f32", false },
		{ 7, 24, { 1, 90 }, { 1, 16 }, 1, 1, 15, "f32", false },
		{ 3, 33, { 40, 50 }, { 3, 3 }, 1, 1, 1, "f64", false }, /* several parts */
		{ 2, 24, { 3, 3 }, { 5, 5 }, 1, 1, 2, "f32", false }, /* padding all around */
		{ 1, 35, { 6, 7 }, { 3, 3 }, 1, 1, 1, "bf16", false },
		{ 3, 35, { 9, 7 }, { 3, 3 }, 1, 1, 1, "f32", true }, /* short lines, turned */
		{ 1, 16, { 9, 11 }, { 3, 3 }, 2, 1, 1, "bf16", true },
	};
	static const struct depthwise other[] = {
		{ 2, 16, { 9, 9 }, { 3, 3 }, 1, 1, 1, "f32", true },
		{ 2, 7, { 9, 9 }, { 3, 3 }, 1, 1, 1, "f32", false }, /* few features */
		{ 2, 16, { 9, 60 }, { 1, 17 }, 1, 1, 8, "f32", false }, /* a long window */
		{ 1, 16, { 3, 100 }, { 1, 3 }, 1, 40, 40, "f32", false }, /* much padding */
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		UNIT_NOTE("case %zu", i);
		check_sums(&cases[i], true);
	}
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		check_sums(&other[i], false);
}

/* Images that are padded and then cut to a known size: as they were before, where they are whole
 * but along lines and places. */
void test_depthwise_windows__of_images_that_are_cut(void)
{
	static const struct { int images, features; bool symbolic; } cases[] = {
		{ 1, 16, true }, { 1, 16, false }, { 3, 16, false }, { 1, 20, false },
	};
	static const int64_t y[4] = { 1, 17, 8, 16 };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t x[4] = { cases[i].images, 24, 12, cases[i].features };
		char text[2048], of[32], padded[32];
		snprintf(of, sizeof of, cases[i].symbolic ? "%dx?x?x%d" : "%dx24x12x%d",
			cases[i].images, cases[i].features);
		snprintf(padded, sizeof padded, cases[i].symbolic ? "%dx?x?x%d" : "%dx34x22x%d",
			cases[i].images, cases[i].features);
		snprintf(text, sizeof text,
			"func.func @main(%%x: tensor<%sxf32>, %%k: tensor<1x17x8x16xf32>)"
			" -> tensor<1x3x3x16xf32> {\n"
			"  %%z = stablehlo.constant dense<0.0> : tensor<f32>\n"
			"  %%p = stablehlo.pad %%x, %%z, low = [0, 1, 1, 0],"
			" high = [0, 9, 9, 0], interior = [0, 0, 0, 0]\n"
			"    : (tensor<%sxf32>, tensor<f32>) -> tensor<%sxf32>\n"
			"  %%s = stablehlo.slice %%p [0:1, 0:19, 0:10, 0:16]\n"
			"    : (tensor<%sxf32>) -> tensor<1x19x10x16xf32>\n"
			"  %%c = stablehlo.convolution(%%s, %%k)\n"
			"    dim_numbers = [f, 0, 1, b]x[i, 0, 1, o]->[b, 0, 1, f],"
			" window = {}\n"
			"    {batch_group_count = 16 : i64, feature_group_count = 1 : i64}\n"
			"    : (tensor<1x19x10x16xf32>, tensor<1x17x8x16xf32>)"
			" -> tensor<1x3x3x16xf32>\n"
			"  return %%c : tensor<1x3x3x16xf32>\n}\n", of, of, padded, padded);
		UNIT_NOTE("case %zu", i);
		check(text, (struct weft_tensor_type[]){ { WEFT_F32, 4, x }, { WEFT_F32, 4, y } },
			"\"window_sums\"", true);
	}
}

/* ---- features last -------------------------------------------------------------------------- */

/* Image and result are [images, ..., features]; the weights' order is that of `dims`. */
struct last {
	int images, groups, in, out;     /* features of a group */
	int size[2], window[2], low, high, stride, dilation;
	const char *dims;                /* "o, 0, 1, i": as torch's channels_last weights lie */
	bool narrow;
};

static void check_last(const struct last *c)
{
	const char *type = c->narrow ? "bf16" : "f32";
	char text[2048], image[48], kernel[48], result[48];
	bool torch = c->dims[0] == 'o';
	int k[4] = { c->groups * c->out, c->window[0], c->window[1], c->in }, y[2];
	int64_t xd[4] = { c->images, c->size[0], c->size[1], c->groups * c->in }, kd[4];

	for (int d = 0; d < 4; d++)
		kd[d] = torch ? k[d] : k[(d + 1) % 4];
	if (!torch) {
		kd[2] = k[3];
		kd[3] = k[0];
	}
	for (int d = 0; d < 2; d++)
		y[d] = (c->size[d] + c->low + c->high - (c->window[d] - 1) *
			(d ? 1 : c->dilation) - 1) / c->stride + 1;
	snprintf(image, sizeof image, "tensor<%dx%dx%dx%dx", (int)xd[0], (int)xd[1], (int)xd[2],
		(int)xd[3]);
	snprintf(kernel, sizeof kernel, "tensor<%dx%dx%dx%dx", (int)kd[0], (int)kd[1],
		(int)kd[2], (int)kd[3]);
	snprintf(result, sizeof result, "tensor<%dx%dx%dx%dx", c->images, y[0], y[1],
		c->groups * c->out);
	snprintf(text, sizeof text,
		"func.func @main(%%a: %sf32>, %%b: %sf32>) -> %s%s> {\n"
		"  %%x = stablehlo.convert %%a : (%sf32>) -> %s%s>\n"
		"  %%k = stablehlo.convert %%b : (%sf32>) -> %s%s>\n"
		"  %%c = stablehlo.convolution(%%x, %%k)\n"
		"    dim_numbers = [b, 0, 1, f]x[%s]->[b, 0, 1, f],\n"
		"    window = {stride = [%d, %d], pad = [[%d, %d], [%d, %d]],"
		" rhs_dilate = [%d, 1]}\n"
		"    {batch_group_count = 1 : i64, feature_group_count = %d : i64}\n"
		"    : (%s%s>, %s%s>) -> %s%s>\n"
		"  return %%c : %s%s>\n}\n", image, kernel, result, type, image, image, type,
		kernel, kernel, type, c->dims, c->stride, c->stride, c->low, c->high, c->low,
		c->high, c->dilation, c->groups, image, type, kernel, type, result, type, result,
		type);
	check(text, (struct weft_tensor_type[]){ { WEFT_F32, 4, xd }, { WEFT_F32, 4, kd } },
		NULL, false);
}

void test_last_windows__are_rows_by_arguments(void)
{
	static const char torch[] = "o, 0, 1, i", jax[] = "0, 1, i, o";
	static const struct last cases[] = {
		{ 1, 1, 16, 32, { 9, 11 }, { 3, 3 }, 1, 1, 1, 1, torch, false },
		{ 3, 1, 5, 40, { 13, 10 }, { 3, 2 }, 1, 0, 2, 1, torch, false },
		{ 2, 1, 24, 64, { 9, 14 }, { 3, 3 }, 2, 1, 1, 2, jax, false },
		{ 2, 1, 7, 31, { 12, 13 }, { 1, 1 }, 0, 0, 2, 1, jax, false },
		{ 1, 1, 3, 32, { 21, 20 }, { 7, 7 }, 3, 3, 2, 1, torch, false },
		{ 1, 1, 32, 32, { 5, 5 }, { 3, 3 }, 1, 1, 1, 1, torch, false },
		{ 2, 1, 6, 32, { 8, 9 }, { 3, 3 }, 1, 1, 2, 1, torch, true },
	};
	static const struct last deep[] = {
		{ 2, 37, 1, 1, { 9, 11 }, { 3, 3 }, 1, 1, 1, 1, torch, false },
		{ 1, 16, 1, 1, { 10, 23 }, { 5, 5 }, 2, 2, 2, 1, jax, false },
		{ 1, 32, 1, 1, { 7, 7 }, { 7, 7 }, 3, 3, 1, 1, torch, false },
		{ 2, 19, 1, 1, { 12, 14 }, { 3, 3 }, 2, 1, 1, 2, jax, true },
		{ 3, 20, 1, 1, { 6, 1 }, { 3, 1 }, 1, 0, 1, 1, torch, false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_last(&cases[i]);
	for (size_t i = 0; i < sizeof deep / sizeof *deep; i++)
		check_last(&deep[i]);
}
