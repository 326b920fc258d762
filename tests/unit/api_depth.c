/* api_depth.c -- branches and loops inside each other by way of calls are counted before calls are
 * put in place, since compiling takes memory by the square of their number, and so are ops. */
#include "base/str.h"
#include "unit.h"
#include <string.h>
#include <weft/weft.h>

static struct weft_error *compile_text(const struct str *s)
{
	struct weft_client *c = NULL;
	struct weft_program *p = NULL;
	struct weft_executable *x = NULL;

	CHECK_OK(weft_client_open("weft", &c));
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, "deep", s->text, s->len, &p));
	struct weft_error *e = weft_compile(c, p, NULL, &x);
	weft_executable_release(x);
	weft_program_release(p);
	weft_client_release(c);
	return e;
}

/* Compiles `depth` functions, each but the last calling the next one in a branch. */
static struct weft_error *compile_deep(int depth)
{
	static const char sig[] = "(%p: tensor<i1>, %x: tensor<f32>) -> tensor<f32>";
	struct str s;

	str_init(&s, NULL);
	str_addf(&s, "func.func @main%s {\n%%0 = call @f0(%%p, %%x) : (tensor<i1>, tensor<f32>) -> "
		"tensor<f32>\nreturn %%0 : tensor<f32>\n}\n", sig);
	for (int i = 0; i < depth; i++)
		str_addf(&s, "func.func private @f%d%s {\n%%0 = \"stablehlo.if\"(%%p) ({\n"
			"%%1 = func.call @f%d(%%p, %%x) : (tensor<i1>, tensor<f32>) -> "
			"tensor<f32>\nstablehlo.return %%1 : tensor<f32>\n}, {\n"
			"stablehlo.return %%x : tensor<f32>\n}) : (tensor<i1>) -> tensor<f32>\n"
			"return %%0 : tensor<f32>\n}\n", i, sig, i + 1);
	str_addf(&s, "func.func private @f%d%s {\nreturn %%x : tensor<f32>\n}\n", depth, sig);
	struct weft_error *e = compile_text(&s);
	str_fini(&s);
	return e;
}

/* `depth` functions, each but the last calling the next one twice. */
static void write_doubling(struct str *s, int depth)
{
	static const char sig[] = "(%x: tensor<f32>) -> tensor<f32>";

	str_addf(s, "func.func @main%s {\n%%0 = call @f0(%%x) : (tensor<f32>) -> tensor<f32>\n"
		"return %%0 : tensor<f32>\n}\n", sig);
	for (int i = 0; i < depth; i++)
		str_addf(s, "func.func private @f%d%s {\n%%0 = call @f%d(%%x) : (tensor<f32>) -> "
			"tensor<f32>\n%%1 = call @f%d(%%0) : (tensor<f32>) -> tensor<f32>\n"
			"return %%1 : tensor<f32>\n}\n", i, sig, i + 1, i + 1);
	str_addf(s, "func.func private @f%d%s {\n%%0 = stablehlo.sine %%x : tensor<f32>\n"
		"return %%0 : tensor<f32>\n}\n", depth, sig);
}

static struct weft_error *compile_doubling(int depth)
{
	struct str s;

	str_init(&s, NULL);
	write_doubling(&s, depth);
	struct weft_error *e = compile_text(&s);
	str_fini(&s);
	return e;
}

/* A function is compared once, not at each of its 2^70 places. */
void test_api_depth__equal_by_calls(void)
{
	struct weft_program *p[3] = { NULL };
	bool same = false;

	for (int i = 0; i < 3; i++) {
		struct str s;
		str_init(&s, NULL);
		write_doubling(&s, 70);
		if (i == 2)
			memcpy(strstr(s.text, "sine"), "tanh", 4);
		CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, "deep", s.text, s.len, &p[i]));
		str_fini(&s);
	}
	CHECK_OK(weft_program_equal(p[0], p[1], &same));
	CHECK(same);
	CHECK_OK(weft_program_equal(p[0], p[2], &same));
	CHECK(!same);
	for (int i = 0; i < 3; i++)
		weft_program_release(p[i]);
}

/* Found when they were in place: after 15 GB. */
void test_api_depth__ops_by_calls_are_bounded(void)
{
	setenv("WEFT_CACHE", "off", 1);
	CHECK_OK(compile_doubling(3));
	struct weft_error *e = compile_doubling(70);
	CHECK(e && weft_error_code(e) == WEFT_RESOURCE_EXHAUSTED);
	CHECK(e && strstr(weft_error_text(e), "ops with its calls in place"));
	weft_error_free(e);
}

void test_api_depth__branches_by_calls_are_bounded(void)
{
	setenv("WEFT_CACHE", "off", 1);
	CHECK_OK(compile_deep(20));
	struct weft_error *e = compile_deep(201);
	CHECK(e && weft_error_code(e) == WEFT_RESOURCE_EXHAUSTED);
	CHECK(e && strstr(weft_error_text(e), "more than 200 deep, by calls"));
	weft_error_free(e);
}
