/* run.c -- weft run, compile, explain, bench, report: a program or artifact, its inputs, its
 * results. */
#include "base/clock.h"
#include "base/mem.h"
#include "api/api.h"
#include "cli/cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	TRY(cli_constants(c, s->client, &s->exe));
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

/* "0=1,2=0": arguments and the results they become. */
static struct weft_error *state_read(const struct cli *c, const struct session *s,
	struct weft_attribute *at, uint32_t *n)
{
	const char *word = c->state ? c->state : "";
	for (*n = 0; *word && *n < s->nin; ++*n, word += *word == ',') {
		char *end, *rest;
		unsigned long argument = strtoul(word, &end, 10), result = 0;
		if (end > word && *end == '=')
			result = strtoul(end + 1, &rest, 10);
		if (end == word || *end != '=' || rest == end + 1 || (*rest && *rest != ',') ||
			argument >= s->nin || result > INT32_MAX)
			FAIL(WEFT_INVALID_ARGUMENT, "--state: expected ARG=RESULT at '%s'", word);
		at[*n] = (struct weft_attribute){ "state", (uint32_t)argument, (int32_t)result,
			s->in[argument], NULL };
		word = rest;
	}
	if (*word)
		FAIL(WEFT_INVALID_ARGUMENT, "--state: more than the program's %u arguments",
			s->nin);
	return NULL;
}

/* Runs of an instance; then s->out is as one run would leave it. */
static struct weft_error *run_instance(const struct cli *c, struct session *s,
	const struct weft_attribute *at, uint32_t n, struct weft_instance *i,
	struct weft_buffer **in, struct weft_buffer **out)
{
	uint32_t nin = 0, nout = weft_instance_outputs(i);
	for (uint32_t k = 0; k < s->nin; k++) {
		bool kept = false;
		for (uint32_t a = 0; a < n; a++)
			kept |= at[a].argument == k;
		if (!kept)
			in[nin++] = s->in[k];
	}
	for (uint64_t t = 0; t < c->times; t++) {
		for (uint32_t k = 0; k < nout; k++)
			weft_buffer_release(out[k]);
		memset(out, 0, nout * sizeof *out);
		TRY(weft_instance_run(i, nin, in, nout, out));
	}
	for (uint32_t a = 0; a < n; a++)
		TRY(weft_instance_value(i, weft_instance_name(i, a), &s->out[at[a].result]));
	for (uint32_t k = 0; k < weft_executable_outputs(s->exe); k++)
		if (!s->out[k]) {
			s->out[k] = *out;
			*out++ = NULL;
		}
	return NULL;
}

/* The program with its state, if it has any, as often as the user said. */
static struct weft_error *session_times(const struct cli *c, struct session *s)
{
	uint32_t n = weft_executable_outputs(s->exe), nstate;
	struct weft_attribute *at = mem_alloc(mem_size((size_t)s->nin + 1, sizeof *at));
	struct weft_buffer **in = mem_alloc(mem_size((size_t)s->nin + 1, sizeof *in));
	struct weft_buffer **out = mem_alloc(mem_size((size_t)n + 1, sizeof *out));
	struct weft_instance *i = NULL;
	struct weft_error *e = at && in && out ? state_read(c, s, at, &nstate)
		: error_make(WEFT_RESOURCE_EXHAUSTED, "no memory for the arguments");
	if (!e && !c->times)
		e = error_make(WEFT_INVALID_ARGUMENT, "--times: at least 1");
	if (!e)
		e = weft_instance_create(s->exe, nstate, at, &i);
	s->nout = n;
	if (!e)
		e = run_instance(c, s, at, nstate, i, in, out);
	weft_instance_release(i);
	mem_free(at);
	mem_free(in);
	cli_release(out, n);
	return e;
}

static struct weft_error *run(struct cli *c, struct session *s)
{
	TRY(session_open(c, s));
	TRY(session_times(c, s));
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

/* Steps of one kernel, numbered as in `weft explain`: a line of the table. */
struct line {
	char name[64];
	uint64_t steps, runs, total, least, cpu;
};
struct table {
	struct line at[256];
	uint32_t n;
};

static void add_line(void *arg, const struct exe_time *step)
{
	static const char *const kinds[] = { "sizes", "kernel", "copy", "library", "callback", "if",
		"while" };
	struct table *t = arg;
	uint32_t i = 0;
	char full[64];
	if (step->kind == ABI_STEP_kernel)
		snprintf(full, sizeof full, "%3u %s", step->kernel, step->name);
	else
		snprintf(full, sizeof full, "    %s%s%s", kinds[step->kind],
			*step->name ? " " : "", step->name);
	while (i < t->n && strcmp(t->at[i].name, full))
		i++;
	if (i == sizeof t->at / sizeof *t->at)
		i--;                             /* the last line takes what has no room */
	if (i == t->n)
		memcpy(t->at[t->n++].name, full, sizeof full);
	t->at[i].steps++;
	t->at[i].runs += step->runs;
	t->at[i].total += step->total_ns;
	t->at[i].least += step->least_ns;
	t->at[i].cpu += step->cpu_ns;
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
	double start = clock_seconds();
	TRY(session_open(c, s));
	double opened = clock_seconds() - start;
	uint64_t n = c->repeat ? c->repeat : 1;
	double *times = mem_alloc(mem_size(n, sizeof *times));
	if (!times)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %llu times", (unsigned long long)n);
	struct weft_error *e = NULL;
	double first = 0;
	if (c->steps)
		e = exe_times_start(api_exe(s->exe));
	for (uint64_t i = 0; i <= n && !e; i++) {
		start = clock_seconds();
		e = session_run(s);
		*(i ? &times[i - 1] : &first) = clock_seconds() - start;
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
