/* run.c -- weft run, compile, explain, bench, report: a program or artifact, its inputs, its
 * results. */
#include "base/mem.h"
#include "api/api.h"
#include "cli/cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* An open executable with inputs and room for outputs. */
struct session {
	struct weft_client *client;
	struct weft_executable *exe;
	struct weft_buffer **in, **out;
	uint32_t nin, nout;
};

static void session_fini(struct session *s)
{
	cli_release(s->in, s->nin);
	cli_release(s->out, s->nout);
	weft_executable_release(s->exe);
	weft_client_release(s->client);
}

static struct weft_error *session_open(const struct cli *c, struct session *s)
{
	TRY(cli_open(c, c->rest[0], &s->client, &s->exe));
	TRY(cli_inputs(c, s->client, s->exe, &s->in, &s->nin));
	s->out = mem_alloc(mem_size(weft_executable_outputs(s->exe) + 1, sizeof *s->out));
	if (!s->out)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for the results");
	return NULL;
}

static struct weft_error *session_run(struct session *s)
{
	uint32_t n = weft_executable_outputs(s->exe);
	TRY(weft_run(s->exe, s->nin, s->in, n, s->out));
	s->nout = n;
	return NULL;
}

static struct weft_error *give(const struct cli *c, const struct session *s)
{
	for (uint32_t i = 0; i < s->nout; i++) {
		if (c->save) {
			char path[4096];
			snprintf(path, sizeof path, "%s%u.npy", c->save, i);
			TRY(npy_write(path, s->out[i]));
		}
		if (!c->quiet && !c->save)
			array_print(s->out[i], 64);
	}
	return NULL;
}

/* ---- the commands, each on an open session -------------------------------------------------- */

static struct weft_error *run(struct cli *c, struct session *s)
{
	TRY(session_open(c, s));
	TRY(session_run(s));
	return give(c, s);
}

static struct weft_error *compile(struct cli *c, struct session *s)
{
	const void *bytes;
	size_t size;
	TRY(cli_open(c, c->rest[0], &s->client, &s->exe));
	TRY(weft_executable_artifact(s->exe, &bytes, &size));
	return file_write_atomic(c->out, bytes, size);
}

static struct weft_error *explain(struct cli *c, struct session *s)
{
	char *text;
	TRY(cli_open(c, c->rest[0], &s->client, &s->exe));
	TRY(weft_executable_explain(s->exe, c->format, &text));
	cli_print(text);
	return NULL;
}

static struct weft_error *report(struct cli *c, struct session *s)
{
	char *text;
	c->random = true;
	TRY(session_open(c, s));
	TRY(session_run(s));
	TRY(weft_report(c->format, &text));
	cli_print(text);
	return NULL;
}

/* ---- bench ---------------------------------------------------------------------------------- */

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Steps of one kernel, numbered as in `weft explain`: a line of the table. */
struct line {
	char name[64];
	uint64_t steps, runs, total, least, cpu;
};
struct table {
	struct line at[256];
	uint32_t n;
};

static void add_line(void *arg, enum abi_step_kind kind, const char *name, uint32_t kernel,
	uint64_t runs, uint64_t total_ns, uint64_t least_ns, uint64_t cpu_ns)
{
	static const char *const kinds[] = { "sizes", "kernel", "copy", "library", "callback", "if",
		"while" };
	struct table *t = arg;
	uint32_t i = 0;
	char full[64];
	if (kind == ABI_STEP_kernel)
		snprintf(full, sizeof full, "%3u %s", kernel, name);
	else
		snprintf(full, sizeof full, "    %s%s%s", kinds[kind], *name ? " " : "", name);
	while (i < t->n && strcmp(t->at[i].name, full))
		i++;
	if (i == sizeof t->at / sizeof *t->at)
		i--;                             /* the last line takes what has no room */
	if (i == t->n)
		memcpy(t->at[t->n++].name, full, sizeof full);
	t->at[i].steps++;
	t->at[i].runs += runs;
	t->at[i].total += total_ns;
	t->at[i].least += least_ns;
	t->at[i].cpu += cpu_ns;
}

static int by_cpu(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	return x->cpu < y->cpu ? 1 : x->cpu > y->cpu ? -1 : strcmp(x->name, y->name);
}

static double us(uint64_t ns)
{
	return 1e-3 * (double)ns;
}

/* Kernels by the time all their steps take; cpu: of all threads, and so above what a clock
 * shows. */
static void print_steps(struct exe *x)
{
	static struct table t;
	uint64_t all = 0, cpu = 0;
	exe_times_each(x, add_line, &t);
	qsort(t.at, t.n, sizeof *t.at, by_cpu);
	for (uint32_t i = 0; i < t.n; i++) {
		all += t.at[i].least;
		cpu += t.at[i].cpu;
	}
	printf("%12s %12s %12s %6s %6s  kernel\n", "least cpu us", "least us", "mean us", "part",
		"steps");
	for (uint32_t i = 0; i < t.n; i++)
		printf("%12.1f %12.1f %12.1f %5.1f%% %6llu  %s\n", us(t.at[i].cpu),
			us(t.at[i].least),
			us(t.at[i].total) * (double)t.at[i].steps / (double)t.at[i].runs,
			100 * us(t.at[i].cpu) / us(cpu ? cpu : 1),
			(unsigned long long)t.at[i].steps, t.at[i].name);
	printf("%12.1f %12.1f us in all\n", us(cpu), us(all));
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static struct weft_error *bench(struct cli *c, struct session *s)
{
	c->random = true;
	double start = seconds();
	TRY(session_open(c, s));
	double opened = seconds() - start;
	uint64_t n = c->repeat ? c->repeat : 1;
	double *times = mem_alloc(mem_size(n, sizeof *times));
	if (!times)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %llu times", (unsigned long long)n);
	struct weft_error *e = NULL;
	double first = 0;
	if (c->steps)
		e = exe_times_start(api_exe(s->exe));
	for (uint64_t i = 0; i <= n && !e; i++) {
		start = seconds();
		e = session_run(s);
		*(i ? &times[i - 1] : &first) = seconds() - start;
		for (uint32_t k = 0; k < s->nout && !e; k++) {
			weft_buffer_release(s->out[k]);
			s->out[k] = NULL;
		}
		s->nout = 0;
	}
	if (!e) {
		qsort(times, n, sizeof *times, by_value);
		printf("compile %.1f ms; read, compile and make inputs %.1f ms; first call %.3f "
		       "ms; "
		       "%llu calls: least %.3f, median %.3f, most %.3f ms\n",
			1e3 * api_compile_seconds(s->exe), 1e3 * opened, 1e3 * first,
			(unsigned long long)n, 1e3 * times[0], 1e3 * times[n / 2],
			1e3 * times[n - 1]);
		if (c->steps)
			print_steps(api_exe(s->exe));
	}
	mem_free(times);
	return e;
}

/* ---- what they share ------------------------------------------------------------------------ */

static int in_session(struct cli *c, struct weft_error *(*fn)(struct cli *c, struct session *s))
{
	struct session s = { 0 };
	struct weft_error *e = fn(c, &s);
	int status = e ? cli_fault(e) : CLI_OK;

	session_fini(&s);
	return status;
}

int command_run(struct cli *c)
{
	return in_session(c, run);
}

int command_compile(struct cli *c)
{
	if (!c->out)
		return cli_usage(c->command, "-o FILE is needed");
	return in_session(c, compile);
}

int command_explain(struct cli *c)
{
	return in_session(c, explain);
}

int command_report(struct cli *c)
{
	return in_session(c, report);
}

int command_bench(struct cli *c)
{
	return in_session(c, bench);
}
