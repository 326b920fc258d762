/* ir_eval.c -- the interpreter from C: limits, depth, slots, effects, memory. */
#include "base/mem.h"
#include "base/str.h"
#include "ir/eval.h"
#include "stablehlo/stablehlo.h"
#include "unit.h"

struct run {
	struct graph *g;
	struct eval_options o;
	const struct tensor *args;
	double first;                /* element 0 of result 0 */
	int64_t elements;
};

static void run(struct job *j, void *arg)
{
	struct run *r = arg;
	const struct region *m = graph_main(r->g)->region;
	struct tensor *results = job_array(j, (size_t)m->nresults + 1, sizeof *results);

	eval_region(j, r->g, m, &r->o, r->args, results);
	if (m->nresults && results[0].type->kind == TYPE_tensor) {
		r->elements = tensor_elements(&results[0]);
		r->first = dtype_load_f64(results[0].type->dtype, results[0].data);
	}
}

static struct graph *read_text(const char *text)
{
	struct graph *g;

	CHECK_OK(stablehlo_read("t", text, strlen(text), NULL, &g));
	return g;
}

void test_eval__limits_a_tensor(void)
{
	struct run r = { .o.max_bytes = 1000 };

	r.g = read_text("func.func @main() -> tensor<1000xf32> {\n"
		"%0 = stablehlo.iota dim = 0 : tensor<1000xf32>\n return %0 : tensor<1000xf32>\n}");
	CHECK_ERROR(job_run(run, &r), WEFT_RESOURCE_EXHAUSTED, "too many bytes");
	r.o.max_bytes = 4000;
	CHECK_OK(job_run(run, &r));
	CHECK_INT(r.elements, 1000);
	graph_release(r.g);
}

void test_eval__does_not_recurse_on_depth(void)
{
	struct run r = { 0 };
	struct str s;

	str_init(&s, NULL);
	str_add(&s, "func.func @main() -> tensor<2xf64> {\n%v0 = stablehlo.constant dense<1.0> : "
		    "tensor<2xf64>\n");
	for (int i = 0; i < 50000; i++)
		str_addf(&s, "%%v%d = stablehlo.add %%v%d, %%v0 : tensor<2xf64>\n", i + 1, i);
	str_add(&s, "return %v50000 : tensor<2xf64>\n}");
	r.g = read_text(s.text);
	str_fini(&s);
	CHECK_OK(job_run(run, &r));
	CHECK(r.first == 50001);
	graph_release(r.g);
}

void test_eval__checks_arguments(void)
{
	int64_t dims[1] = { 3 };
	float data[3] = { 1, 2, 3 };
	struct run r = { 0 };

	r.g = read_text("func.func @main(%a: tensor<?xf32>) -> tensor<?xf32> {\n"
		"%0 = stablehlo.negate %a : tensor<?xf32>\n return %0 : tensor<?xf32>\n}");
	struct tensor arg = { .type = graph_main(r.g)->region->params[0], .rank = 1, .dims = dims,
		.data = data };
	r.args = &arg;
	CHECK_OK(job_run(run, &r));
	CHECK(r.first == -1 && r.elements == 3);
	arg.rank = 0;
	CHECK_ERROR(job_run(run, &r), WEFT_INVALID_ARGUMENT, "rank 0");
	graph_release(r.g);
}

struct trace {
	char text[64];
};

static struct weft_error *custom(void *arg, const struct node *n, const struct tensor *in,
	uint32_t nin, struct tensor *out, uint32_t nout)
{
	struct trace *t = arg;

	(void)in, (void)nin;
	strcat(t->text, node_str(n, KEY_call_target_name, "?"));
	if (nout)
		*(float *)out[0].data = 7;
	return NULL;
}

void test_eval__custom_calls_run_in_order(void)
{
	struct trace t = { "" };
	struct run r = { .o = { .custom = custom, .custom_arg = &t } };

	r.g = read_text("func.func @main() -> tensor<f32> {\n"
		"stablehlo.custom_call @b() {has_side_effect = true} : () -> ()\n"
		"%0 = stablehlo.custom_call @a() {has_side_effect = true} : () -> tensor<f32>\n"
		"stablehlo.custom_call @b() {has_side_effect = true} : () -> ()\n"
		"return %0 : tensor<f32>\n}");
	CHECK_OK(job_run(run, &r));
	CHECK_STR(t.text, "bab");
	CHECK(r.first == 7);
	r.o.custom = NULL;
	CHECK_ERROR(job_run(run, &r), WEFT_UNIMPLEMENTED, "@b");
	graph_release(r.g);
}

static const char loop[] = "func.func @main() -> tensor<4xf32> {\n"
	"%c = stablehlo.constant dense<0> : tensor<i32>\n"
	"%x = stablehlo.constant dense<1.0> : tensor<4xf32>\n"
	"%0:2 = stablehlo.while(%i = %c, %v = %x) : tensor<i32>, tensor<4xf32>\n"
	"cond {\n %n = stablehlo.constant dense<10> : tensor<i32>\n"
	"%l = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>\n"
	"stablehlo.return %l : tensor<i1>\n} do {\n"
	"%one = stablehlo.constant dense<1> : tensor<i32>\n"
	"%j = stablehlo.add %i, %one : tensor<i32>\n"
	"%w = stablehlo.add %v, %v : tensor<4xf32>\n"
	"stablehlo.return %j, %w : tensor<i32>, tensor<4xf32>\n}\n"
	"return %0#1 : tensor<4xf32>\n}";

void test_eval__survives_every_failing_allocation(void)
{
	struct run r = { 0 };
	long n = 0;

	r.g = read_text(loop);
	for (;; n++) {
		mem_fail_after = n;
		struct weft_error *e = job_run(run, &r);
		bool failed = mem_fail_after < 0 && e;
		mem_fail_after = -1;
		if (!failed) {
			CHECK_OK(e);
			break;
		}
		CHECK_INT(weft_error_code(e), WEFT_RESOURCE_EXHAUSTED);
		weft_error_free(e);
	}
	CHECK(n > 20);
	CHECK(r.first == 1024);
	graph_release(r.g);
}

static void run_for_scratch(struct job *j, void *arg)
{
	struct run *r = arg;

	run(j, r);
	r->elements = (int64_t)job_mark(j).scratch.used;
}

/* What the turns of a loop need beside their values is given back. */
void test_eval__loops_keep_no_scratch(void)
{
	static const char text[] =
		"func.func @main() -> tensor<i32> {\n"
		"%z = stablehlo.constant dense<0> : tensor<i32>\n"
		"%n = stablehlo.constant dense<TURNS> : tensor<i32>\n"
		"%r = stablehlo.while(%i = %z) : tensor<i32>\n cond {\n"
		"%c = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>\n"
		"stablehlo.return %c : tensor<i1>\n} do {\n"
		"%j = func.call @next(%i) : (tensor<i32>) -> tensor<i32>\n"
		"stablehlo.return %j : tensor<i32>\n}\nreturn %r : tensor<i32>\n}\n"
		"func.func private @next(%i: tensor<i32>) -> tensor<i32> {\n"
		"%o = stablehlo.constant dense<1> : tensor<1xi32>\n"
		"%s = stablehlo.reshape %o : (tensor<1xi32>) -> tensor<i32>\n"
		"%j = stablehlo.add %i, %s : tensor<i32>\nreturn %j : tensor<i32>\n}\n";
	int64_t bytes[2];

	for (int k = 0; k < 2; k++) {
		struct run r = { 0 };
		char *now = strdup(text);
		memcpy(strstr(now, "TURNS"), k ? "50000" : "00005", 5);
		r.g = read_text(now);
		CHECK_OK(job_run(run_for_scratch, &r));
		CHECK_INT((int64_t)r.first, k ? 50000 : 5);
		bytes[k] = r.elements;
		graph_release(r.g);
		free(now);
	}
	CHECK_INT(bytes[1], bytes[0]);
}
