/* Unit tests of option.def as C options and environment, and of notices. */
#include "api/api_impl.h"
#include "unit.h"
#include <weft/weft.h>

struct told {
	unsigned n;
	char last[1000];
};

static void tell(void *arg, const char *text)
{
	struct told *t = arg;
	t->n++;
	snprintf(t->last, sizeof t->last, "%s", text);
}

static struct weft_options *resolved(const struct weft_options *given)
{
	struct weft_options *o;
	CHECK_OK(options_resolve(given, &o));
	return o;
}

void test_options__defaults(void)
{
	struct weft_options *o = resolved(NULL);
	CHECK_INT(option_opt_level(o), 1);
	CHECK_INT(option_opt_level(NULL), 1);
	CHECK_STR(option_numerics(o), "default");
	CHECK(!option_verify(o) && !option_max_autotune(o));
	weft_options_free(o);
}

void test_options__environment(void)
{
	struct weft_options *o, *r;
	setenv("WEFT_OPT_LEVEL", "2", 1);
	setenv("WEFT_NUMERICS", "strict", 1);
	setenv("WEFT_VERIFY", "", 1);
	r = resolved(NULL);
	CHECK_INT(option_opt_level(r), 2);
	CHECK_STR(option_numerics(r), "strict");
	CHECK(!option_verify(r));
	weft_options_free(r);
	CHECK_OK(weft_options_create(&o));
	CHECK_OK(weft_options_set(o, "opt-level", "0"));
	CHECK_OK(weft_options_set(o, "numerics", "default"));
	r = resolved(o);                     /* what is set wins */
	CHECK_INT(option_opt_level(r), 0);
	CHECK_STR(option_numerics(r), "default");
	weft_options_free(r);
	weft_options_free(o);
}

void test_options__bad_environment_is_said_once(void)
{
	struct told told = { 0 };
	weft_notice_handler(tell, &told);
	setenv("WEFT_NUMERICS", "loose", 1);
	for (int i = 0; i < 3; i++) {
		struct weft_options *r = resolved(NULL);
		CHECK_STR(option_numerics(r), "default");
		weft_options_free(r);
	}
	CHECK_INT(told.n, 1);
	CHECK(strstr(told.last, "WEFT_NUMERICS") && strstr(told.last, "default|strict") &&
		strstr(told.last, "'loose'"));
	CHECK(!getenv("WEFT_NUMERICS"));
	setenv("WEFT_NUMERICS", "loose", 1);         /* again: the same text is not said twice */
	weft_options_free(resolved(NULL));
	CHECK_INT(told.n, 1);
	weft_notice_handler(NULL, NULL);
	setenv("WEFT_NUMERICS", "tight", 1);
	weft_options_free(resolved(NULL));
	CHECK_INT(told.n, 1);
}

void test_options__bad_texts_of_the_environment(void)
{
	struct told told = { 0 };
	weft_notice_handler(tell, &told);
	setenv("WEFT_PASSES_OFF", "fodl", 1);
	setenv("WEFT_PROGRESSIVE", "best", 1);
	setenv("WEFT_PLANT", "crush", 1);
	struct weft_options *o = resolved(NULL);
	CHECK_STR(option_passes_off(o), "");
	CHECK_STR(option_progressive(o), "max_autotune=1");
	CHECK_STR(option_plant(o), "");
	CHECK_INT(told.n, 3);
	CHECK(strstr(told.last, "WEFT_PLANT is not used: option plant: unknown word 'crush'; the "
				"nearest is 'crash', of wrong, error, crash, hang, compile_error"));
	CHECK(!getenv("WEFT_PASSES_OFF") && !getenv("WEFT_PROGRESSIVE") && !getenv("WEFT_PLANT"));
	weft_options_free(o);
	weft_notice_handler(NULL, NULL);
}

void test_options__modes(void)
{
	struct weft_options *o;
	CHECK_OK(weft_options_create(&o));
	CHECK_OK(weft_options_set(o, "mode", "max-autotune"));
	CHECK(option_max_autotune(o));
	CHECK_OK(weft_options_set(o, "mode", "lite"));
	CHECK_INT(option_opt_level(o), 0);
	CHECK_STR(option_passes_off(o), "fold,simplify,recognise");
	CHECK_OK(weft_options_set(o, "mode", "reduce-overhead"));
	CHECK_ERROR(weft_options_set(o, "mode", "fastest"), WEFT_INVALID_ARGUMENT,
		"Unrecognized mode=fastest, should be one of: default, lite, reduce-overhead, "
		"max-autotune-no-cudagraphs, max-autotune");
	weft_options_free(o);
}

void test_options__bad_values(void)
{
	static const char *const bad[][2] = { { "opt_level", "" }, { "opt_level", "1x" },
		{ "opt_level", "-1" }, { "opt_level", "99999999999999999999" }, { "verify", "yes" },
		{ "cache", "ON" }, { "numerics", "default|strict" }, { "numerics", "" },
		{ "passes_off", "fodl" }, { "passes_off", "fold, simplify" },
		{ "progressive", "best" }, { "progressive", "max_autotune=7" },
		{ "plant", "wrong,crush" }, { "plant", "hang=x" } };
	struct weft_options *o;
	CHECK_OK(weft_options_create(&o));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_ERROR(weft_options_set(o, bad[i][0], bad[i][1]), WEFT_INVALID_ARGUMENT,
			bad[i][0]);
	CHECK_ERROR(weft_options_set(o, "passes_off", "fold,reconise"), WEFT_INVALID_ARGUMENT,
		"option passes_off: unknown pass 'reconise'; the nearest is 'recognise', of "
		"inline, quantise, ");
	CHECK_OK(weft_options_set(o, "passes_off", ",fold,,simplify,"));
	CHECK_ERROR(weft_options_set(o, "passes", ""), WEFT_INVALID_ARGUMENT, "'passes_off'");
	CHECK_ERROR(weft_options_set(o, "", ""), WEFT_INVALID_ARGUMENT, "unknown option ''");
	CHECK_ERROR(weft_options_set(o, NULL, ""), WEFT_INVALID_ARGUMENT, "needed");
	CHECK_INT(option_opt_level(o), 1);
	weft_options_free(o);
}

static void count_rows(void *arg, const char *name, const char *value)
{
	CHECK(name && value);
	CHECK(strcmp(name, "threads") && strcmp(name, "dump") && strcmp(name, "cache"));
	++*(unsigned *)arg;
}

void test_options__key_has_what_code_depends_on(void)
{
	unsigned n = 0;
	options_key(NULL, count_rows, &n);
	CHECK(n >= 4);
}
