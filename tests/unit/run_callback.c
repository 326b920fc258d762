/* Unit tests of callbacks and library functions: resolving, handing over memory, sizes that a step
 * defines, errors, the thread they run on. */
#include "run_build.h"
#include <pthread.h>

/* ---- callbacks ------------------------------------------------------------------------------ */

struct host {
	int calls, freed;
	pthread_t thread;
	char attributes[64];
	bool fail;
	bool own;                       /* hands over memory of its own */
};
static struct host host;

/* nonzero: positions of elements that are not 0, as i64. */
static struct weft_error *run_nonzero(void *arg, const struct run_tensor *in, uint32_t nin,
	struct run_tensor *out, uint32_t nout)
{
	struct host *h = arg;
	const float *v = in[0].data;
	int64_t n = 0;

	CHECK(nin == 1 && nout == 1 && out[0].dims[0] == -1 && !out[0].data);
	h->calls++;
	h->thread = pthread_self();
	if (h->fail)
		FAIL(WEFT_ABORTED, "the host would not");
	struct storage *s;
	TRY(storage_create((size_t)in[0].dims[0] * 8, &s));
	for (int64_t i = 0; i < in[0].dims[0]; i++)
		if (v[i] != 0)
			((int64_t *)s->data)[n++] = i;
	s->dims[0] = n;
	out[0].data = s->data;
	out[0].dims = s->dims;
	out[0].storage = s;
	return NULL;
}

/* double: writes where it is told, or hands over memory of its own. */
static struct weft_error *run_double(void *arg, const struct run_tensor *in, uint32_t nin,
	struct run_tensor *out, uint32_t nout)
{
	struct host *h = arg;

	CHECK(nin == 1 && nout == 1 && out[0].data && in[0].bytes == out[0].bytes);
	h->calls++;
	if (h->own) {
		TRY(storage_create(out[0].bytes + 64, &out[0].storage));
		out[0].data = (char *)out[0].storage->data + 64;
	}
	for (size_t i = 0; i < in[0].bytes / 8; i++)
		((int64_t *)out[0].data)[i] = ((int64_t *)in[0].data)[i] * 2;
	return NULL;
}

static void host_free(void *arg)
{
	((struct host *)arg)->freed++;
}

static struct weft_error *resolve(void *arg, const char *space, const char *op,
	const char *attributes, struct run_callback *out)
{
	struct host *h = arg;

	if (strcmp(space, "test") != 0)
		FAIL(WEFT_NOT_FOUND, "no namespace %s", space);
	snprintf(h->attributes, sizeof h->attributes, "%s", attributes);
	if (strcmp(op, "nonzero.default") == 0)
		*out = (struct run_callback){ run_nonzero, host_free, h };
	else if (strcmp(op, "double.out") == 0)
		*out = (struct run_callback){ run_double, host_free, h };
	else
		FAIL(WEFT_NOT_FOUND, "no such callback: %s", op);
	return NULL;
}

/* y = double(nonzero(x)), by way of the arena: sizes from a callback in mid-graph. */
static void build_nonzero(struct artifact_writer *w)
{
	int64_t n = artifact_add_size(w, ABI_SIZE_input, 0, 0, "n");
	int64_t bytes = artifact_add_size(w, ABI_SIZE_mul, n, 4, NULL);
	uint32_t prologue = artifact_sizes(w);
	uint32_t in = build_buffer(w, ABI_BUFFER_input, 0, bytes, 0);
	uint32_t found = artifact_add_buffer(w, &(struct abi_buffer){ .kind = ABI_BUFFER_owned });
	int64_t m = artifact_add_size(w, ABI_SIZE_dim, found, 0, "the number of elements not 0");
	int64_t mbytes = artifact_add_size(w, ABI_SIZE_mul, m, 8, NULL);
	artifact_buffer(w, found)->bytes = mbytes;
	uint32_t temp = artifact_add_buffer(w, &(struct abi_buffer){ .kind = ABI_BUFFER_arena,
		.bytes = mbytes, .first = 3, .last = 4, .flags = ABI_BUFFER_FLOATS });
	uint32_t out = build_buffer(w, ABI_BUFFER_output, 1, mbytes, 0);
	artifact_add_tensor(w, WEFT_F32, 1, &n, "x", in, 0);
	uint32_t t[4];
	t[0] = artifact_add_tensor(w, WEFT_I64, 1, &m, "found", found, 0);
	t[1] = artifact_add_tensor(w, WEFT_I64, 1, &m, "doubled", out, 0);
	t[2] = artifact_add_tensor(w, WEFT_I64, 1, &m, NULL, temp, 0);
	t[3] = 0;

	build_sizes_step(w, 0, prologue);
	uint32_t args[2] = { in, found }, tensors[2] = { t[3], t[0] };
	struct abi_step s = build_step(w, ABI_STEP_callback, artifact_add_indices(w, tensors, 2),
		args,
		2, 1, 0);
	s.text = artifact_add_string(w, "test.nonzero.default|as=i64");
	artifact_add_step(w, &s);
	build_sizes_step(w, prologue, artifact_sizes(w) - prologue);
	uint32_t copy[2] = { found, temp };
	s = build_step(w, ABI_STEP_copy, 0, copy, 2, 1, 0);
	artifact_add_step(w, &s);
	uint32_t args2[2] = { temp, out }, tensors2[2] = { t[2], t[1] };
	s = build_step(w, ABI_STEP_callback, artifact_add_indices(w, tensors2, 2), args2, 2, 1, 0);
	s.text = artifact_add_string(w, "test.double.out");
	artifact_add_step(w, &s);
	*artifact_program(w) = (struct abi_program){ .ninputs = 1, .noutputs = 2, .main_steps = 5 };
}

static void nonzero_check(struct exe *x)
{
	float data[6] = { 0, 3, 0, 0, 1, 2 };
	int64_t dims[1] = { 6 };
	struct run_tensor in = tensor_f32(data, 1, dims), out[2];
	static const int64_t want[3] = { 1, 4, 5 };

	CHECK_OK(exe_run(x, NULL, &in, 1, out, 2));
	CHECK(out[0].rank == 1 && out[0].dims[0] == 3 && out[1].dims[0] == 3);
	for (int i = 0; i < 3; i++) {
		CHECK_INT(((int64_t *)out[0].data)[i], want[i]);
		CHECK_INT(((int64_t *)out[1].data)[i], want[i] * 2);
	}
	storage_release(out[0].storage);
	storage_release(out[1].storage);
}

static void count_step(void *arg, enum abi_step_kind kind, const char *name, uint64_t count)
{
	if (kind == ABI_STEP_callback && strcmp(name, "test.nonzero.default") == 0)
		*(uint64_t *)arg += count;
}

void test_callback__defines_a_size_in_mid_graph(void)
{
	CHECK_OK(run_resolver_set("test", resolve, &host));
	struct exe *x = build_exe(build_nonzero, NULL, NULL);
	uint64_t count = 0;

	for (int i = 0; i < 4; i++) {
		host.own = i & 1;
		nonzero_check(x);
	}
	CHECK_INT(host.calls, 8);
	CHECK(pthread_equal(host.thread, pthread_self()));
	CHECK_INT(exe_stats_get(x).callbacks, 8);
	exe_counts_each(x, count_step, &count);
	CHECK_INT(count, 4);
	exe_release(x);
	CHECK_INT(host.freed, 2);
	CHECK_INT(memory_stats_get().used, 0);
}

void test_callback__errors_end_the_call(void)
{
	CHECK_OK(run_resolver_set("", resolve, &host));
	struct exe *x = build_exe(build_nonzero, NULL, NULL);
	float data[6] = { 0 };
	int64_t dims[1] = { 6 };
	struct run_tensor in = tensor_f32(data, 1, dims), out[2];

	host.fail = true;
	CHECK_ERROR(exe_run(x, NULL, &in, 1, out, 2), WEFT_ABORTED, "the host would not");
	host.fail = false;
	nonzero_check(x);
	exe_release(x);
	CHECK_INT(memory_stats_get().used, 0);
}

static struct weft_error *knows_nothing(void *arg, const char *space, const char *op,
	const char *attributes, struct run_callback *out)
{
	(void)arg;
	(void)attributes;
	(void)out;
	FAIL(WEFT_NOT_FOUND, "nobody knows %s.%s", space, op);
}

void test_callback__is_resolved_at_load(void)
{
	struct built b = build(build_nonzero);
	struct exe *x;

	CHECK_ERROR(exe_load(b.bytes, b.size, NULL, &x), WEFT_FAILED_PRECONDITION,
		"nobody resolves the callback 'test.nonzero.default'");
	CHECK_OK(run_resolver_set("test", knows_nothing, NULL));
	CHECK_ERROR(exe_load(b.bytes, b.size, NULL, &x), WEFT_NOT_FOUND,
		"nobody knows test.nonzero.default");
	CHECK_OK(run_resolver_set("", resolve, &host));          /* asked next */
	CHECK_OK(exe_load(b.bytes, b.size, NULL, &x));
	CHECK_STR(host.attributes, "");                          /* of the last one, double */
	exe_release(x);
	CHECK_OK(run_resolver_set("", NULL, NULL));
	CHECK_OK(run_resolver_set("test", NULL, NULL));
	CHECK_ERROR(exe_load(b.bytes, b.size, NULL, &x), WEFT_FAILED_PRECONDITION,
		"nobody resolves");
	mem_free(b.bytes);
}

/* y = nonzero(x), handed on as the result: nobody but the callback knows its size. */
static void build_unknown(struct artifact_writer *w)
{
	int64_t six = 6, unknown = ABI_UNKNOWN;
	uint32_t in = build_buffer(w, ABI_BUFFER_input, 0, 24, 0);
	uint32_t found = build_buffer(w, ABI_BUFFER_owned, 0, 0, 0);
	uint32_t args[2] = { in, found }, tensors[2] = { 0, 1 };

	artifact_add_tensor(w, WEFT_F32, 1, &six, "x", in, 0);
	artifact_add_tensor(w, WEFT_I64, 1, &unknown, "found", found, 0);
	artifact_add_tensor(w, WEFT_I64, 1, &unknown, "again", found, 0);
	struct abi_step s = build_step(w, ABI_STEP_callback, artifact_add_indices(w, tensors, 2),
		args,
		2, 1, 0);
	s.text = artifact_add_string(w, "test.nonzero.default");
	artifact_add_step(w, &s);
	*artifact_program(w) = (struct abi_program){ .ninputs = 1, .noutputs = 2, .main_steps = 1 };
}

void test_callback__result_of_unknown_size(void)
{
	CHECK_OK(run_resolver_set("test", resolve, &host));
	struct exe *x = build_exe(build_unknown, NULL, NULL);
	float data[6] = { 0, 3, 0, 0, 1, 2 };
	int64_t dims[1] = { 6 };
	struct run_tensor in = tensor_f32(data, 1, dims), out[2];

	CHECK_OK(exe_run(x, NULL, &in, 1, out, 2));
	for (int i = 0; i < 2; i++) {
		CHECK(out[i].dims[0] == 3 && out[i].bytes == 24);
		CHECK_INT(((int64_t *)out[i].data)[1], 4);
	}
	CHECK(out[0].data != out[1].data);
	storage_release(out[0].storage);
	storage_release(out[1].storage);
	exe_release(x);
	CHECK_INT(memory_stats_get().used, 0);
}

/* What a callback hands over must be what the plan says. */
static struct weft_error *run_wrong(void *arg, const struct run_tensor *in, uint32_t nin,
	struct run_tensor *out, uint32_t nout)
{
	int *how = arg;
	struct storage *s = NULL;

	(void)in;
	(void)nin;
	CHECK_INT(nout, 1);
	if (*how == 0)
		return NULL;                                     /* no memory */
	TRY(storage_create(16, &s));
	/* larger than its memory; below 0 */
	s->dims[0] = *how == 1 ? 3 : *how == 2 ? -1 : 2;
	out[0].data = *how == 3 ? (char *)s->data + 8 : s->data;
	out[0].dims = s->dims;
	out[0].storage = s;
	return NULL;
}

static struct weft_error *resolve_wrong(void *arg, const char *space, const char *op,
	const char *attributes, struct run_callback *out)
{
	(void)space;
	(void)attributes;
	if (strcmp(op, "nonzero.default") == 0)
		*out = (struct run_callback){ run_wrong, NULL, arg };
	else
		*out = (struct run_callback){ run_double, NULL, &host };
	return NULL;
}

void test_callback__wrong_results_are_errors(void)
{
	int how = 0;
	float data[6] = { 0 };
	int64_t dims[1] = { 6 };
	struct run_tensor in = tensor_f32(data, 1, dims), out[2];

	CHECK_OK(run_resolver_set("test", resolve_wrong, &how));
	struct exe *x = build_exe(build_nonzero, NULL, NULL);
	for (how = 0; how < 4; how++)
		CHECK_ERROR(exe_run(x, NULL, &in, 1, out, 2), WEFT_INTERNAL,
			"callback 'test.nonzero.default");
	exe_release(x);
	CHECK_INT(memory_stats_get().used, 0);
}

/* ---- library functions ---------------------------------------------------------------------- */

static struct weft_error *library_reverse(const struct run_library_call *c)
{
	CHECK(c->nin == 1 && c->nout == 1 && c->in[0].rank == 1 && c->nsizes == 1 &&
		c->threads == 2);
	if (strcmp(c->attributes, "down") != 0)
		FAIL(WEFT_INVALID_ARGUMENT, "reverse: which way?");
	for (int64_t i = 0, n = c->sizes[0]; i < n; i++)
		((float *)c->out[0].data)[i] = ((const float *)c->in[0].data)[n - 1 - i];
	return NULL;
}

static void build_reverse(struct artifact_writer *w)
{
	int64_t four = 4;
	uint32_t in = build_buffer(w, ABI_BUFFER_input, 0, 16, 0);
	uint32_t out = build_buffer(w, ABI_BUFFER_output, 0, 16, 0);
	uint32_t args[2] = { in, out }, tensors[2];

	tensors[0] = artifact_add_tensor(w, WEFT_F32, 1, &four, NULL, in, 0);
	tensors[1] = artifact_add_tensor(w, WEFT_F32, 1, &four, NULL, out, 0);
	struct abi_step s = build_step(w, ABI_STEP_library, artifact_add_indices(w, tensors, 2),
		args, 2,
		1, 0);
	s.text = artifact_add_string(w, "reverse|down");
	s.sizes = artifact_add_ints(w, &four, 1);
	s.nsizes = 1;
	artifact_add_step(w, &s);
	*artifact_program(w) = (struct abi_program){ .ninputs = 1, .noutputs = 1, .main_steps = 1 };
}

void test_library__function_by_name(void)
{
	struct built b = build(build_reverse);
	float data[4] = { 1, 2, 3, 4 };
	int64_t dims[1] = { 4 };
	struct run_tensor in = tensor_f32(data, 1, dims), out;
	struct exe *x;

	CHECK_ERROR(exe_load(b.bytes, b.size, NULL, &x), WEFT_FAILED_PRECONDITION, "reverse");
	CHECK_OK(run_library_set("reverse", library_reverse));
	CHECK_OK(exe_load(b.bytes, b.size, NULL, &x));
	CHECK_OK(exe_run(x, &(struct run_options){ .threads = 2 }, &in, 1, &out, 1));
	CHECK(((float *)out.data)[0] == 4 && ((float *)out.data)[3] == 1);
	storage_release(out.storage);
	CHECK_INT(exe_stats_get(x).library_calls, 1);
	exe_release(x);
	mem_free(b.bytes);
}
