/* tune.c -- "max_autotune": candidates of each contraction run in turn, the fastest is the plan's.
 *
 * A candidate is a program of one kernel.  Its operands move through memory from one run to the
 * next, so that weights come from where a model's come from; a kernel's candidates take turns, and
 * the fastest run of each counts: what else the machine does disturbs all of them alike. */
#include "api/tune.h"
#include "backend/backend.h"
#include "base/clock.h"
#include "base/cpu.h"
#include "base/mem.h"
#include "run/pool.h"
#include "run/run.h"
#include <math.h>
#include <string.h>

#define LEAST_ROUNDS 3
#define MOST_ROUNDS 15
#define KERNEL_SECONDS 0.05              /* about so long for the candidates of a kernel */
#define CLEARLY 0.97                     /* a change saves at least what is missing to 1 */
#define LEAST_MEMORY ((size_t)64 << 20)

struct trial {
	struct kernel *kernel;           /* of the plan */
	struct contract way;
	struct plan *alone;
	struct codegen_code code;
	struct weft_error *error;
	struct exe *exe;
	double seconds;                  /* of the fastest run */
};
struct tuning {
	struct tune t;
	struct job *job;
	struct trial *trials;
	uint32_t n, cap;
	struct storage *floats, *zeros;  /* what operands are made of */
	size_t at;                       /* in floats: where the next run's begin */
	uint32_t ran;
};

static void tuning_end(void *arg, bool failed)
{
	struct tuning *u = arg;

	(void)failed;
	for (uint32_t i = 0; i < u->n; i++) {
		exe_release(u->trials[i].exe);
		u->t.codegen->code_free(&u->trials[i].code);
		weft_error_free(u->trials[i].error);
	}
	storage_release(u->floats);
	storage_release(u->zeros);
}

static void list_trials(struct tuning *u, struct kernel *k)
{
	struct contract ways[PLAN_WAYS];
	uint32_t n = plan_ways(u->t.plan, k, ways);

	for (uint32_t i = 0; i < n; i++) {
		struct plan *alone = plan_alone(u->job, u->t.plan, k, &ways[i]);
		if (!alone)
			return;
		if (u->n == u->cap) {
			uint32_t cap = u->cap ? 2 * u->cap : 32;
			u->trials = job_grow(u->job, u->trials, u->cap, cap, sizeof *u->trials);
			u->cap = cap;
		}
		u->trials[u->n++] = (struct trial){ .kernel = k, .way = ways[i], .alone = alone };
	}
}

static void generate(void *arg, int64_t first, int64_t last, unsigned char *scratch)
{
	struct tuning *u = arg;

	(void)scratch;
	for (int64_t i = first; i < last; i++) {
		struct trial *r = &u->trials[i];
		r->error = u->t.codegen->compile(r->alone->kernels[0], u->t.options, &r->code);
	}
}

static bool is_float(const struct plan_buffer *b)
{
	return dtype_is_float(b->type->dtype);
}

/* What b takes where operands lie one behind the other. */
static size_t room(const struct plan_buffer *b)
{
	return ((size_t)b->bytes + ABI_ALIGN - 1) / ABI_ALIGN * ABI_ALIGN;
}

/* Bytes of the operands that are floats, or of the largest of the others. */
static size_t operand_bytes(const struct plan *p, bool floats)
{
	size_t all = 0, most = 0;

	for (uint32_t i = 0; i < p->ninputs; i++) {
		size_t n = room(&p->buffers[i]);
		if (is_float(&p->buffers[i]) != floats)
			continue;
		all += n;
		most = n > most ? n : most;
	}
	return floats ? all : most;
}

/* Bytes of 0x3c are a small number in every float dtype; whole numbers, indices too, are 0. */
static struct weft_error *make_operands(struct tuning *u)
{
	size_t floats = LEAST_MEMORY, zeros = ABI_ALIGN;

	if (2 * cpu_get()->l3 > floats)
		floats = 2 * cpu_get()->l3;
	for (uint32_t i = 0; i < u->n; i++) {
		size_t f = operand_bytes(u->trials[i].alone, true);
		size_t z = operand_bytes(u->trials[i].alone, false);
		floats = f > floats ? f : floats;
		zeros = z > zeros ? z : zeros;
	}
	TRY(storage_create(floats, &u->floats));
	TRY(storage_create(zeros, &u->zeros));
	memset(u->floats->data, 0x3c, floats);
	memset(u->zeros->data, 0, zeros);
	return NULL;
}

static struct run_tensor operand(struct tuning *u, const struct plan_buffer *b)
{
	size_t bytes = room(b);
	struct run_tensor t = {
		.dtype = (enum weft_dtype)b->type->dtype,
		.rank = b->type->rank,
		.dims = b->type->dims,
		.data = u->zeros->data,
	};

	if (!is_float(b))
		return t;
	if (u->at + bytes > u->floats->size)
		u->at = 0;
	t.data = (char *)u->floats->data + u->at;
	u->at += bytes;
	return t;
}

/* One run of r; false: it cannot be run. */
static bool run(struct tuning *u, struct trial *r)
{
	const struct plan *p = r->alone;
	struct run_tensor *in = job_array(u->job, p->ninputs, sizeof *in);
	struct run_tensor *out = job_array(u->job, p->noutputs, sizeof *out);
	const struct run_options o = { .threads = u->t.threads };

	for (uint32_t i = 0; i < p->ninputs; i++)
		in[i] = operand(u, &p->buffers[i]);
	double start = clock_seconds();
	struct weft_error *e = exe_run(r->exe, &o, in, p->ninputs, out, p->noutputs);
	double took = clock_seconds() - start;
	if (e) {
		weft_error_free(e);
		return false;
	}
	for (uint32_t i = 0; i < p->noutputs; i++)
		storage_release(out[i].storage);
	if (!(r->seconds <= took))
		r->seconds = took;
	return true;
}

static struct weft_error *load(struct tuning *u, struct trial *r)
{
	const struct backend_emission out = { .name = "weft", .plan = r->alone, .code = &r->code,
		.isa = r->alone->isa };
	void *bytes;
	size_t size;

	backend_emit_plan(u->job, &out, &bytes, &size);
	struct weft_error *e = exe_load(bytes, size, NULL, &r->exe);
	mem_free(bytes);
	return e;
}

/* Runs the n ways of a kernel, its own first; false: one cannot be run. */
static bool compete(struct tuning *u, struct trial *r, uint32_t n)
{
	uint32_t rounds = LEAST_ROUNDS;

	for (uint32_t i = 0; i < n; i++) {
		struct weft_error *e = r[i].error ? NULL : load(u, &r[i]);
		bool loaded = r[i].exe;
		weft_error_free(e);
		if (!loaded)
			return false;
		r[i].seconds = INFINITY;
		if (!run(u, &r[i]))          /* the first faults pages in: not counted */
			return false;
	}
	double all = 0;
	for (uint32_t i = 0; i < n; i++) {
		all += r[i].seconds;
		r[i].seconds = INFINITY;
	}
	if (all * MOST_ROUNDS < KERNEL_SECONDS)
		rounds = MOST_ROUNDS;
	else if (all * LEAST_ROUNDS < KERNEL_SECONDS)
		rounds = (uint32_t)(KERNEL_SECONDS / all);
	for (uint32_t k = 0; k < rounds; k++)
		for (uint32_t i = 0; i < n; i++)
			if (!run(u, &r[i]))
				return false;
	u->ran += n;
	return true;
}

static void choose(struct tuning *u, struct trial *r, uint32_t n)
{
	struct trial *best = r;

	if (!compete(u, r, n))
		return;
	for (uint32_t i = 1; i < n; i++)
		if (r[i].seconds < best->seconds)
			best = &r[i];
	if (best->seconds < CLEARLY * r->seconds)
		plan_take_way(u->t.plan, r->kernel, &best->way);
}

uint32_t tune(struct job *j, const struct tune *t)
{
	struct tuning *u = job_alloc(j, sizeof *u);

	u->t = *t;
	u->job = j;
	for (uint32_t i = 0; i < t->plan->nkernels; i++)
		list_trials(u, t->plan->kernels[i]);
	if (!u->n)
		return 0;
	job_defer(j, tuning_end, u);
	struct pool_task task = { .fn = generate, .arg = u, .chunks = u->n };
	pool_parallel(pool_default_threads(), &task);
	job_try(j, make_operands(u));
	for (uint32_t i = 0, n; i < u->n; i += n) {
		for (n = 1; i + n < u->n && u->trials[i + n].kernel == u->trials[i].kernel; n++)
			;
		choose(u, &u->trials[i], n);
	}
	return u->ran;
}
