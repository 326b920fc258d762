/* Unit tests of weft/pass.h: passes of the user's, their groups, keys and mistakes. */
#include "api/kept.h"
#include "cache_util.h"
#include "base/mem.h"
#include <weft/pass.h>

static const char program[] =
	"func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {\n"
	"  %0 = func.call @double(%x) : (tensor<2xf32>) -> tensor<2xf32>\n"
	"  return %0 : tensor<2xf32>\n"
	"}\n"
	"func.func private @double(%x: tensor<2xf32>) -> tensor<2xf32> {\n"
	"  %0 = stablehlo.add %x, %x : tensor<2xf32>\n"
	"  return %0 : tensor<2xf32>\n"
	"}\n";

/* What a pass sees, and gives in its place. */
struct seen {
	char text[3000];
	const char *give;
	int runs;
};

static struct weft_error *look(void *arg, const char *text, size_t size, char **out)
{
	struct seen *s = arg;
	CHECK(size == strlen(text) && size < sizeof s->text);
	memcpy(s->text, text, size + 1);
	s->runs++;
	*out = (char *)(uintptr_t)s->give;
	return NULL;
}

static struct weft_error *refuse(void *arg, const char *text, size_t size, char **out)
{
	(void)arg, (void)text, (void)size, (void)out;
	return weft_error_create(WEFT_UNIMPLEMENTED, "not this one");
}

static struct weft_error *compile(
	const struct weft_pass *passes, int n, const char *mode, struct weft_executable **out)
{
	struct weft_client *c = NULL;
	struct weft_program *p = NULL;
	struct weft_options *o = NULL;
	CHECK_OK(weft_client_open(NULL, &c));
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, NULL, program, sizeof program - 1, &p));
	CHECK_OK(weft_options_create(&o));
	CHECK_OK(weft_options_set(o, "compile_mode", mode));
	for (int i = 0; i < n; i++)
		CHECK_OK(weft_options_add_pass(o, &passes[i]));
	struct weft_error *e = weft_compile(c, p, o, out);
	weft_options_free(o);
	weft_program_release(p);
	weft_client_release(c);
	return e;
}

/* What it makes of 3. */
static float run(struct weft_executable *x)
{
	float data[2] = { 3, 3 };
	const int64_t dims[] = { 2 };
	struct weft_client *c = NULL;
	struct weft_buffer *in, *out;
	void *at;
	size_t size;
	CHECK_OK(weft_client_open(NULL, &c));
	CHECK_OK(weft_buffer_wrap(c, (struct weft_tensor_type){ WEFT_F32, 1, dims }, data, NULL,
		NULL, &in));
	CHECK_OK(weft_run(x, 1, &in, 1, &out));
	CHECK_OK(weft_buffer_data(out, &at, &size));
	float v = *(float *)at;
	weft_buffer_release(in);
	weft_buffer_release(out);
	weft_client_release(c);
	return v;
}

static const char squared[] = "func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {\n"
			      "  %0 = stablehlo.multiply %x, %x : tensor<2xf32>\n"
			      "  return %0 : tensor<2xf32>\n}\n";

void test_user_pass__groups(void)
{
	static struct seen s[3];
	struct weft_pass passes[3];
	struct weft_executable *x;
	for (int i = 0; i < 3; i++)          /* added in the other order */
		passes[i] = (struct weft_pass){ "look", "look 1",
			(enum weft_pass_group)(WEFT_PASS_POST - i), look, NULL, &s[2 - i], 0 };
	CHECK_OK(compile(passes, 3, "normal", &x));
	CHECK(run(x) == 6);
	CHECK(strstr(s[0].text, "call @double"));
	CHECK(strstr(s[1].text, "stablehlo.add") && !strstr(s[1].text, "call @double"));
	CHECK(strstr(s[2].text, "stablehlo.add"));
	CHECK(s[0].runs == 1 && s[1].runs == 1 && s[2].runs == 1);
	weft_executable_release(x);
}

static uint32_t rules_fired(void)
{
	uint32_t n = 0;
	for (enum pass_rule r = 0; r < PASS_RULE_COUNT; r++)
		n += pass_count_fired(r);
	return n;
}

static const char in_regions[] =
	"func.func @main(%p: tensor<i1>, %x: tensor<2xf32>) -> tensor<2xf32> {\n"
	"  %0 = \"stablehlo.if\"(%p) ({\n"
	"    %n = stablehlo.negate %x : tensor<2xf32>\n"
	"    %m = stablehlo.negate %n : tensor<2xf32>\n"
	"    %s = stablehlo.sine %m : tensor<2xf32>\n"
	"    stablehlo.return %s : tensor<2xf32>\n"
	"  }, {\n"
	"    stablehlo.return %x : tensor<2xf32>\n"
	"  }) : (tensor<i1>) -> tensor<2xf32>\n"
	"  return %0 : tensor<2xf32>\n}\n";

/* Compiles in_regions with a pass and options in pairs, NULL behind. */
static struct weft_executable *compile_regions(
	const struct weft_pass *pass, const char *backend, const char *const *settings)
{
	struct weft_client *c;
	struct weft_program *p;
	struct weft_options *o;
	struct weft_executable *x;
	CHECK_OK(weft_client_open(backend, &c));
	CHECK_OK(weft_program_parse(
		WEFT_STABLEHLO_TEXT, NULL, in_regions, sizeof in_regions - 1, &p));
	CHECK_OK(weft_options_create(&o));
	CHECK_OK(weft_options_add_pass(o, pass));
	for (; *settings; settings += 2)
		CHECK_OK(weft_options_set(o, settings[0], settings[1]));
	CHECK_OK(weft_compile(c, p, o, &x));
	weft_options_free(o);
	weft_program_release(p);
	weft_client_release(c);
	return x;
}

/* A pass that is for some roles sees all levels of a program in these, in every group, and has no
 * say in the key of the others. */
void test_user_pass__roles(void)
{
	static const char *const roles[] = { "inference", "forward", "backward" };
	cache_test_dir();
	for (int role = 0; role < 3; role++)
		for (unsigned mask = 0; mask < 8; mask++) {
			static struct seen s;
			struct weft_pass p = { "look", NULL,
				(enum weft_pass_group)(1 + mask % 3), look, NULL, &s, mask };
			const char *settings[] = { "role", roles[role], NULL };
			memset(&s, 0, sizeof s);
			struct weft_executable *x = compile_regions(&p, "weft", settings);
			bool runs = !mask || (mask >> role & 1);
			UNIT_NOTE("%s %u", roles[role], mask);
			CHECK_INT(s.runs, runs);
			CHECK(!runs || (strstr(s.text, "sine") && strstr(s.text, "stablehlo.if")));
			CHECK((x->kept == KEPT_bypassed) == runs);
			CHECK_STR(x->role, roles[role]);
			weft_executable_release(x);
		}
	CHECK_INT(cache_counted(CACHE_stored), 1);   /* the same graph in each role */
}

/* Weft's own passes go into regions, and each can be left out, or
 * their group: seen by a pass that runs after. */
void test_user_pass__own_passes_in_regions(void)
{
	static const char *const left_out[] = { "", "simplify", "post" };
	for (int off = 0; off < 3; off++) {
		static struct seen s;
		uint32_t before = rules_fired();
		const struct weft_pass look_after = { "look", "look 1", WEFT_PASS_POST, look, NULL,
			&s, 0 };
		const char *settings[] = { "passes_off", left_out[off], NULL };
		struct weft_executable *x = compile_regions(&look_after, "interp", settings);
		CHECK((rules_fired() > before) == (off == 0));
		CHECK_INT(s.runs, off < 2);          /* neither Weft's passes nor the user's */
		CHECK(off == 2 || (strstr(s.text, "negate") != NULL) == (off == 1));
		CHECK(off == 2 || strstr(s.text, "stablehlo.sine"));
		s.runs = 0;
		weft_executable_release(x);
	}
}

/* Seconds of the report. */
static double seconds_in(const char *group)
{
	char *text, key[64];
	CHECK_OK(weft_report("json", &text));
	const char *at = strstr(text, "\"passes_s\": {");
	snprintf(key, sizeof key, "\"%s\": ", group);
	at = at ? strstr(at, key) : NULL;
	CHECK(at);
	double s = strtod(at + strlen(key), NULL);
	weft_text_free(text);
	return s;
}

static struct weft_error *look_slowly(void *arg, const char *text, size_t size, char **out)
{
	nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
	return look(arg, text, size, out);
}

/* Each group has a switch, for Weft's passes and the user's, and its time is on record. */
void test_user_pass__group_switches(void)
{
	static const char *const groups[] = { "pre", "joint", "post" };
	for (int off = -1; off < 3; off++) {
		static struct seen s[3];
		struct weft_pass passes[3];
		struct weft_client *c;
		struct weft_program *p;
		struct weft_options *o;
		struct weft_executable *x;
		memset(s, 0, sizeof s);
		CHECK_OK(weft_client_open(NULL, &c));
		CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, NULL, program, sizeof program - 1,
			&p));
		CHECK_OK(weft_options_create(&o));
		for (int i = 0; i < 3; i++) {
			passes[i] = (struct weft_pass){ "look", "look 1",
				(enum weft_pass_group)(WEFT_PASS_PRE + i), look_slowly, NULL,
				&s[i], 0 };
			CHECK_OK(weft_options_add_pass(o, &passes[i]));
		}
		if (off >= 0)
			CHECK_OK(weft_options_set(o, "passes_off", groups[off]));
		weft_report_reset();
		CHECK_OK(weft_compile(c, p, o, &x));
		for (int i = 0; i < 3; i++) {
			CHECK_INT(s[i].runs, i != off);
			CHECK((seconds_in(groups[i]) >= 0.002) == (i != off));
		}
		CHECK(run(x) == 6);
		weft_executable_release(x);
		weft_options_free(o);
		weft_program_release(p);
		weft_client_release(c);
	}
}

void test_user_pass__changes_the_program(void)
{
	static const char *const modes[] = { "normal", "subprocess", "async+serialise" };
	for (int i = 0; i < 3; i++)
		for (int g = WEFT_PASS_PRE; g <= WEFT_PASS_POST; g++) {
			static struct seen s;
			struct weft_pass p = { "square", "square 1", (enum weft_pass_group)g, look,
				NULL, &s, 0 };
			struct weft_executable *x;
			s.give = squared;
			CHECK_OK(compile(&p, 1, modes[i], &x));
			CHECK(run(x) == 9);
			CHECK_OK(weft_executable_settle(x));
			CHECK(run(x) == 9);
			weft_executable_release(x);
		}
}

void test_user_pass__mistakes(void)
{
	static struct seen s;
	struct weft_pass p = { "mine", NULL, WEFT_PASS_PRE, look, NULL, &s, 0 };
	struct weft_executable *x;
	struct weft_options *o;
	s.give = "func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {\n"
		 "  %0 = stablehlo.add %x, %y : tensor<2xf32>\n";
	CHECK_ERROR(compile(&p, 1, "normal", &x), WEFT_INVALID_ARGUMENT, "<pass mine>:2:");
	s.give = "func.func @main(%x: tensor<3xf32>) -> tensor<3xf32> {\n"
		 "  return %x : tensor<3xf32>\n}\n";
	CHECK_ERROR(compile(&p, 1, "normal", &x), WEFT_INVALID_ARGUMENT,
		"pass 'mine' gives a program of another signature: expected (tensor<2xf32>) -> "
		"tensor<2xf32>, found (tensor<3xf32>) -> tensor<3xf32>");
	s.give = "func.func @main(%x: tensor<2xf32>) {\n  return\n}\n";
	CHECK_ERROR(compile(&p, 1, "normal", &x), WEFT_INVALID_ARGUMENT,
		"found (tensor<2xf32>) -> ()");
	s.give = "";
	CHECK_ERROR(compile(&p, 1, "normal", &x), WEFT_INVALID_ARGUMENT,
		"found no function main");
	s.give = "func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {\n"
		 "  %0 = stablehlo.frobnicate %x : tensor<2xf32>\n"
		 "  return %0 : tensor<2xf32>\n}\n";
	CHECK_ERROR(compile(&p, 1, "normal", &x), WEFT_INVALID_ARGUMENT,
		"<pass mine>:2:8: error: unknown operation 'stablehlo.frobnicate'");
	p.run = refuse;
	CHECK_ERROR(compile(&p, 1, "normal", &x), WEFT_UNIMPLEMENTED, "pass 'mine': not this one");
	CHECK_OK(weft_options_create(&o));
	p.group = (enum weft_pass_group)4;
	CHECK_ERROR(weft_options_add_pass(o, &p), WEFT_INVALID_ARGUMENT, "needs a name");
	p.group = WEFT_PASS_PRE;
	p.run = NULL;
	CHECK_ERROR(weft_options_add_pass(o, &p), WEFT_INVALID_ARGUMENT, "needs a name");
	p.run = look;
	p.roles = 8;
	CHECK_ERROR(weft_options_add_pass(o, &p), WEFT_INVALID_ARGUMENT, "pass 'mine': roles 8");
	weft_options_free(o);
}

/* The identity is in the key; without one nothing is kept, and the reason is said. */
void test_user_pass__identity(void)
{
	static struct seen s;
	struct weft_pass p = { "square", "square 1", WEFT_PASS_PRE, look, NULL, &s, 0 };
	struct weft_executable *x;
	static const enum kept_state want[] = { KEPT_miss, KEPT_hit, KEPT_miss, KEPT_bypassed };
	cache_test_dir();
	s.give = squared;
	for (int i = 0; i < 4; i++) {
		p.identity = i == 3 ? NULL : i == 2 ? "square 2" : "square 1";
		CHECK_OK(compile(&p, 1, "normal", &x));
		CHECK(run(x) == 9);
		CHECK_INT(x->kept, want[i]);
		CHECK(i != 3 || !strcmp(x->kept_why, "a user's pass has no identity"));
		weft_executable_release(x);
	}
	CHECK_INT(s.runs, 3);
	CHECK_OK(compile(NULL, 0, "normal", &x));
	CHECK_INT(x->kept, KEPT_miss);
	CHECK(run(x) == 6);
	weft_executable_release(x);
}
