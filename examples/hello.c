/* hello.c -- compiles a StableHLO program and runs it: the whole of Weft's C API in one page.
 * cc hello.c $(pkg-config --cflags --libs weft) -o hello && ./hello */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

static const char text[] =
	"func.func @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2xf32> {\n"
	"  %0 = stablehlo.dot_general %x, %y, contracting_dims = [1] x [0]\n"
	"    : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2xf32>\n"
	"  return %0 : tensor<2xf32>\n"
	"}\n";

static void check(struct weft_error *e)
{
	if (e) {
		fprintf(stderr, "%s\n", weft_error_text(e));
		exit(1);
	}
}

int main(void)
{
	float x[] = { 1, 2, 3, 4, 5, 6 }, y[] = { 1, 10, 100 };
	struct weft_tensor_type xt = { WEFT_F32, 2, (const int64_t[]){ 2, 3 } };
	struct weft_tensor_type yt = { WEFT_F32, 1, (const int64_t[]){ 3 } };
	struct weft_client *client;
	struct weft_program *program;
	struct weft_executable *executable;
	struct weft_buffer *in[2], *out;
	void *data;
	size_t size;

	check(weft_client_open("weft", &client));
	check(weft_program_parse(WEFT_STABLEHLO_TEXT, "hello", text, strlen(text), &program));
	check(weft_compile(client, program, NULL, &executable));
	check(weft_buffer_wrap(client, xt, x, NULL, NULL, &in[0]));
	check(weft_buffer_wrap(client, yt, y, NULL, NULL, &in[1]));
	check(weft_run(executable, 2, in, 1, &out));
	check(weft_buffer_data(out, &data, &size));
	printf("%g %g\n", (double)((float *)data)[0], (double)((float *)data)[1]);

	weft_buffer_release(out);
	weft_buffer_release(in[0]);
	weft_buffer_release(in[1]);
	weft_executable_release(executable);
	weft_program_release(program);
	weft_client_release(client);
	return 0;
}
