/* train.c -- trains a small network from C: Weft differentiates its loss, a loop takes the steps.
 * cc train.c $(pkg-config --cflags --libs weft) -o train && ./train */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/grad.h>

enum { POINTS = 64, WIDTH = 16, STEPS = 2000, PARAMETERS = 3, ARGUMENTS = 6 };

/* The mean square of tanh(x a + b) c - y. */
static const char loss[] =
	"func.func @main(%a: tensor<1x16xf32>, %b: tensor<16xf32>, %c: tensor<16x1xf32>,\n"
	"    %x: tensor<64x1xf32>, %y: tensor<64x1xf32>) -> tensor<f32> {\n"
	"  %0 = stablehlo.dot_general %x, %a, contracting_dims = [1] x [0]\n"
	"    : (tensor<64x1xf32>, tensor<1x16xf32>) -> tensor<64x16xf32>\n"
	"  %1 = stablehlo.broadcast_in_dim %b, dims = [1]\n"
	"    : (tensor<16xf32>) -> tensor<64x16xf32>\n"
	"  %2 = stablehlo.add %0, %1 : tensor<64x16xf32>\n"
	"  %3 = stablehlo.tanh %2 : tensor<64x16xf32>\n"
	"  %4 = stablehlo.dot_general %3, %c, contracting_dims = [1] x [0]\n"
	"    : (tensor<64x16xf32>, tensor<16x1xf32>) -> tensor<64x1xf32>\n"
	"  %5 = stablehlo.subtract %4, %y : tensor<64x1xf32>\n"
	"  %6 = stablehlo.multiply %5, %5 : tensor<64x1xf32>\n"
	"  %zero = stablehlo.constant dense<0.0> : tensor<f32>\n"
	"  %7 = stablehlo.reduce(%6 init: %zero) applies stablehlo.add across dimensions = [0, 1]\n"
	"    : (tensor<64x1xf32>, tensor<f32>) -> tensor<f32>\n"
	"  %n = stablehlo.constant dense<64.0> : tensor<f32>\n"
	"  %8 = stablehlo.divide %7, %n : tensor<f32>\n"
	"  return %8 : tensor<f32>\n"
	"}\n";

static void check(struct weft_error *e)
{
	if (e) {
		fprintf(stderr, "%s\n", weft_error_text(e));
		exit(1);
	}
}

/* The arguments of the gradient program: parameters, data, and the gradient of the loss, 1. */
static float a[WIDTH], b[WIDTH], c[WIDTH], x[POINTS], y[POINTS], one = 1;
static float *const memory[ARGUMENTS] = { a, b, c, x, y, &one };

/* A step down the gradient; the loss before it. */
static float step(struct weft_executable *gradient, struct weft_buffer **in)
{
	struct weft_buffer *out[1 + PARAMETERS];
	void *data;
	size_t size;
	check(weft_run(gradient, ARGUMENTS, in, 1 + PARAMETERS, out));
	check(weft_buffer_data(out[0], &data, &size));
	float before = *(float *)data;
	for (int p = 0; p < PARAMETERS; p++) {
		check(weft_buffer_data(out[1 + p], &data, &size));
		for (int i = 0; i < WIDTH; i++)
			memory[p][i] -= 0.1f * ((float *)data)[i];
	}
	for (int i = 0; i <= PARAMETERS; i++)
		weft_buffer_release(out[i]);
	return before;
}

int main(void)
{
	const uint32_t wrt[PARAMETERS] = { 0, 1, 2 };
	struct weft_client *client;
	struct weft_program *program, *gradient_program;
	struct weft_executable *gradient;
	struct weft_buffer *in[ARGUMENTS];
	float first = 0, last = 0;

	for (int i = 0; i < POINTS; i++) {
		x[i] = (float)i / POINTS * 2 - 1;
		y[i] = x[i] * x[i] * x[i] - x[i] / 2;
	}
	for (int i = 0; i < WIDTH; i++) {
		a[i] = (float)(i * 7 % WIDTH) / 4 - 2;
		c[i] = (float)(i * 5 % WIDTH) / 32 - 0.25f;
	}
	check(weft_client_open("weft", &client));
	check(weft_program_parse(WEFT_STABLEHLO_TEXT, "loss", loss, strlen(loss), &program));
	check(weft_program_gradient(program, PARAMETERS, wrt, &gradient_program));
	check(weft_compile(client, gradient_program, NULL, &gradient));
	for (uint32_t i = 0; i < ARGUMENTS; i++)
		check(weft_buffer_wrap(client, weft_executable_input(gradient, i), memory[i], NULL,
			NULL, &in[i]));
	for (int i = 0; i < STEPS; i++) {
		last = step(gradient, in);
		first = i ? first : last;
	}
	printf("the loss fell below a tenth: %s\n", last < first / 10 ? "yes" : "no");

	for (int i = 0; i < ARGUMENTS; i++)
		weft_buffer_release(in[i]);
	weft_executable_release(gradient);
	weft_program_release(gradient_program);
	weft_program_release(program);
	weft_client_release(client);
	return 0;
}
