/* api_rest.c -- the code generator's pages go back to the system behind a program of many kernels
 * and behind the first, and come again. */
#include "unit.h"
#include <stdio.h>
#include <weft/weft.h>

enum { KERNELS = 12 };

/* KiB of the code generator's instructions in memory; -1: it is not open. */
static long resident_kib(void)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[1024], rights[8], of[512];
	long kib = -1, n;
	bool code = false;

	while (f && fgets(line, sizeof line, f)) {
		if (sscanf(line, "%*x-%*x %7s %*x %*s %*s %511s", rights, of) == 2)
			code = rights[2] == 'x' && strstr(of, "libweft_codegen");
		else if (code && sscanf(line, "Rss: %ld", &n) == 1)
			kib = n + (kib > 0 ? kib : 0);
	}
	if (f)
		fclose(f);
	return kib;
}

/* A program of that many kernels: exponentials of vectors, all of different lengths. */
static void compile_kernels(struct weft_client *c, int kernels, int shortest)
{
	char text[8192];
	size_t n = 0;
	struct weft_program *p = NULL;
	struct weft_executable *x = NULL;

#define ADD(...) n += (size_t)snprintf(text + n, sizeof text - n, __VA_ARGS__)
#define EACH(before, ...) \
	for (int i = 0; i < kernels; i++) { \
		ADD("%s", i ? before : ""); \
		ADD(__VA_ARGS__); \
	}
	ADD("func.func @main(");
	EACH(", ", "%%x%d: tensor<%dxf32>", i, shortest + i)
	ADD(") -> (");
	EACH(", ", "tensor<%dxf32>", shortest + i)
	ADD(") {\n");
	EACH("", "%%y%d = stablehlo.exponential %%x%d : tensor<%dxf32>\n", i, i, shortest + i)
	ADD("return ");
	EACH(", ", "%%y%d", i)
	ADD(" : ");
	EACH(", ", "tensor<%dxf32>", shortest + i)
	ADD("\n}");
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, "kernels", text, n, &p));
	CHECK_OK(weft_compile(c, p, NULL, &x));
	weft_executable_release(x);
	weft_program_release(p);
}

void test_api_rest__pages_of_the_code_generator_go_back(void)
{
	struct weft_client *c = NULL;

	setenv("WEFT_CACHE", "off", 1);
	CHECK_OK(weft_client_open("weft", &c));
	compile_kernels(c, 1, 100);
	CHECK(resident_kib() >= 0 && resident_kib() < 1024);
	compile_kernels(c, KERNELS, 200);
	CHECK(resident_kib() >= 0 && resident_kib() < 1024);
	compile_kernels(c, 1, 300);
	weft_client_release(c);
}
