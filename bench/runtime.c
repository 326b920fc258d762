/* runtime.c -- what the runtime costs where there is little to compute, and beside others.
 *
 *     build/runtime [THREADS]      a line of JSON
 *
 *   call_ns        weft_run of x + 1 over 8 floats, its result released
 *   idle_share     of one core, used by the process during a second that begins 10 ms after a step
 *                  of all threads
 *   step_us        a step: the map over 4 M floats that `steps` repeats
 *   foreign_ratio  the same while another process keeps one of the processors busy, by the first
 *   one_cpu        threads of a call (processor time by wall time) of a process that may use one
 *                  processor
 *
 * Medians, so that what else the machine does counts little. */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <weft/weft.h>

#define CALLS 2000                       /* in a round */
#define ROUNDS 31
#define STEPS 20

struct bench {
	struct weft_client *client;
	const char *threads;
};
struct program {
	struct weft_executable *x;
	struct weft_buffer *in;
};

static void check(struct weft_error *e)
{
	if (!e)
		return;
	fprintf(stderr, "%s\n", weft_error_text(e));
	exit(1);
}

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof *v, by_size);
	return v[n / 2];
}

/* steps: how often the map is repeated, so that a step is long enough for several threads. */
static struct program program_make(const struct bench *b, int64_t n, int steps)
{
	char text[4096];
	size_t at = 0;
	struct weft_program *p;
	struct weft_options *o;
	struct program out;

	at += (size_t)snprintf(text, sizeof text,
		"func.func @main(%%v0: tensor<%lldxf32>) -> tensor<%lldxf32> {\n"
		"  %%one = stablehlo.constant dense<1.0> : tensor<%lldxf32>\n",
		(long long)n, (long long)n, (long long)n);
	for (int i = 0; i < steps; i++)
		at += (size_t)snprintf(text + at, sizeof text - at,
			"  %%v%d = stablehlo.%s %%v%d, %%one : tensor<%lldxf32>\n", i + 1,
			i % 2 ? "power" : "add", i, (long long)n);
	snprintf(text + at, sizeof text - at, "  return %%v%d : tensor<%lldxf32>\n}\n", steps,
		(long long)n);
	check(weft_program_parse(WEFT_STABLEHLO_TEXT, "runtime", text, strlen(text), &p));
	check(weft_options_create(&o));
	check(weft_options_set(o, "threads", b->threads));
	check(weft_options_set(o, "cache", "off"));
	check(weft_compile(b->client, p, o, &out.x));
	check(weft_buffer_create(
		b->client, (struct weft_tensor_type){ WEFT_F32, 1, &n }, &out.in));
	void *data;
	size_t size;
	check(weft_buffer_data(out.in, &data, &size));
	memset(data, 0, size);
	weft_options_free(o);
	weft_program_release(p);
	return out;
}

static void program_run(const struct program *p)
{
	struct weft_buffer *out;

	check(weft_run(p->x, 1, &p->in, 1, &out));
	weft_buffer_release(out);
}

static double call_ns(const struct bench *b)
{
	struct program p = program_make(b, 8, 1);
	double v[ROUNDS];

	for (int r = 0; r < ROUNDS; r++) {
		double start = seconds(CLOCK_MONOTONIC);
		for (int i = 0; i < CALLS; i++)
			program_run(&p);
		v[r] = (seconds(CLOCK_MONOTONIC) - start) / CALLS * 1e9;
	}
	return median(v, ROUNDS);
}

static double step_us(const struct program *p)
{
	double v[STEPS];

	for (int i = 0; i < STEPS; i++) {
		double start = seconds(CLOCK_MONOTONIC);
		program_run(p);
		v[i] = (seconds(CLOCK_MONOTONIC) - start) * 1e6;
	}
	return median(v, STEPS);
}

static double idle_share(const struct program *p)
{
	program_run(p);
	usleep(10000);
	double start = seconds(CLOCK_PROCESS_CPUTIME_ID);
	usleep(1000000);
	return seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
}

/* The last of the processors this process may use. */
static void stay_on_one(void)
{
	cpu_set_t set, one;
	size_t last = 0;

	sched_getaffinity(0, sizeof set, &set);
	for (size_t i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &set))
			last = i;
	CPU_ZERO(&one);
	CPU_SET(last, &one);
	sched_setaffinity(0, sizeof one, &one);
}

static double foreign_us(const struct program *p)
{
	pid_t busy = fork();

	if (!busy) {
		stay_on_one();
		for (volatile unsigned i = 0;; i++) {
		}
	}
	usleep(20000);
	double us = step_us(p);
	kill(busy, SIGKILL);
	waitpid(busy, NULL, 0);
	return us;
}

/* In a child, whose pool begins anew. */
static double one_cpu(const struct program *p)
{
	int ends[2];
	double ratio = 0;

	if (pipe(ends))
		return -1;
	pid_t child = fork();
	if (!child) {
		stay_on_one();
		double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
		for (int i = 0; i < STEPS; i++)
			program_run(p);
		ratio = (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) /
			(seconds(CLOCK_MONOTONIC) - wall);
		_exit(write(ends[1], &ratio, sizeof ratio) != sizeof ratio);
	}
	if (read(ends[0], &ratio, sizeof ratio) != sizeof ratio)
		ratio = -1;
	waitpid(child, NULL, 0);
	return ratio;
}

int main(int argc, char **argv)
{
	struct bench b = { .threads = argc > 1 ? argv[1] : "0" };

	check(weft_client_open(NULL, &b.client));
	double call = call_ns(&b);
	struct program p = program_make(&b, 4 << 20, 8);
	for (int i = 0; i < 5; i++)
		program_run(&p);
	double idle = idle_share(&p), step = step_us(&p), foreign = foreign_us(&p);
	printf("{\"call_ns\": %.0f, \"idle_share\": %.4f, \"step_us\": %.0f, "
	       "\"foreign_ratio\": %.2f, \"one_cpu\": %.2f}\n",
		call, idle, step, foreign / step, one_cpu(&p));
	return 0;
}
