/* machine.c -- what this machine can do at most: operations a second and bytes a second.
 *
 *     build/machine [THREADS]      a line of JSON
 *
 * Operations: independent accumulators in registers and nothing else, by the widest instruction
 * there is for f32 and for bf16.  Bytes: a sum over an array (read), and a scaled copy (read and
 * written both counted), of several sizes a thread.  All threads at once, the best of many short
 * runs, so that what else the machine does counts little. */
#include "base/cpu.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS 40
#define THREADS_MOST 256
#define LEAST_BYTES (4u << 20)           /* of an array, or of how often it is gone through */
#define UNROLL _Pragma("GCC unroll 8")   /* so that accumulators are registers */

/* What one run does, `times` times: n is how often, or the elements of p and q; each: operations or
 * bytes of one of n. */
struct work {
	void (*run)(float *p, float *q, size_t n);
	size_t n;
	double each;
	unsigned times;
};

typedef float vector __attribute__((vector_size(16)));

static void f32_plain(float *p, float *q, size_t n)
{
	vector a = { 0.5f, 0.5f, 0.5f, 0.5f }, s[8];

	memset(s, 0, sizeof s);
	for (size_t i = 0; i < n; i++)
		UNROLL for (unsigned k = 0; k < 8; k++)
			s[k] = s[k] * a + a;
	for (unsigned k = 0; k < 8; k++)
		p[k] = s[k][0];
	(void)q;
}

#if defined(__x86_64__)
/* Instruction `op` of two operands into 14 accumulators. */
#define FOURTEEN(op, r)                                                                            \
	op r "0\n" op r "1\n" op r "2\n" op r "3\n" op r "4\n" op r "5\n" op r "6\n"               \
	op r "7\n" op r "8\n" op r "9\n" op r "10\n" op r "11\n" op r "12\n" op r "13\n"
#define OPERATIONS(name, op, r)                                                                    \
	static void name(float *p, float *q, size_t n)                                             \
	{                                                                                          \
		(void)p;                                                                           \
		(void)q;                                                                           \
		for (size_t i = 0; i < n; i++)                                                     \
			__asm__ volatile(FOURTEEN(op r "14, " r "15, ", r) ::                      \
				: "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",  \
				"xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13");               \
	}
OPERATIONS(f32_avx2, "vfmadd231ps ", "%%ymm")
OPERATIONS(f32_avx512, "vfmadd231ps ", "%%zmm")
OPERATIONS(bf16_avx512, "vdpbf16ps ", "%%zmm")

static void bf16_amx(float *p, float *q, size_t n)
{
	unsigned char config[64] = { 1 };

	(void)p;
	(void)q;
	for (unsigned i = 0; i < 8; i++) {
		config[16 + 2 * i] = 64;         /* bytes of a row, then rows */
		config[48 + i] = 16;
	}
	__asm__ volatile("ldtilecfg %0\ntilezero %%tmm4\ntilezero %%tmm5" ::"m"(config));
	for (size_t i = 0; i < n; i++)
		__asm__ volatile("tdpbf16ps %tmm5, %tmm4, %tmm0\ntdpbf16ps %tmm5, %tmm4, %tmm1\n"
				 "tdpbf16ps %tmm5, %tmm4, %tmm2\ntdpbf16ps %tmm5, %tmm4, %tmm3");
	__asm__ volatile("tilerelease");
}
#endif

static struct work best_f32(void)
{
	struct work w = { f32_plain, 200000, 8 * 4 * 2, 1 };

#if defined(__x86_64__)
	const bool *has = cpu_get()->has;
	if (has[CPU_fma])
		w = (struct work){ f32_avx2, 200000, 14 * 8 * 2, 1 };
	if (has[CPU_avx512f])
		w = (struct work){ f32_avx512, 200000, 14 * 16 * 2, 1 };
#endif
	return w;
}

/* By no instruction of its own: as f32. */
static struct work best_bf16(void)
{
	struct work w = best_f32();

#if defined(__x86_64__)
	const bool *has = cpu_get()->has;
	if (has[CPU_avx512bf16])
		w = (struct work){ bf16_avx512, 200000, 14 * 32 * 2, 1 };
	if (has[CPU_amx_bf16])
		w = (struct work){ bf16_amx, 50000, 4 * 16 * 16 * 32 * 2, 1 };
#endif
	return w;
}

static void read_all(float *p, float *q, size_t n)
{
	vector s[8];

	memset(s, 0, sizeof s);
	for (size_t i = 0; i + 32 <= n; i += 32)
		UNROLL for (size_t k = 0; k < 8; k++)
			s[k] += *(const vector *)(p + i + 4 * k);
	for (size_t k = 0; k < 8; k++)
		q[k] = s[k][0];
}

static void scale_all(float *p, float *q, size_t n)
{
	vector a = { 0.5f, 0.5f, 0.5f, 0.5f };

	for (size_t i = 0; i + 16 <= n; i += 16)
		for (size_t k = 0; k < 4; k++)
			*(vector *)(q + i + 4 * k) = a * *(const vector *)(p + i + 4 * k);
}

/* ---- all threads at once -------------------------------------------------------------------- */

struct crew {
	pthread_barrier_t gate;
	const struct work *work;
	double best;                     /* seconds of the slowest thread, least of the runs */
};
struct member {
	struct crew *crew;
	bool first;
};

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *member_run(void *arg)
{
	const struct member *m = arg;
	struct crew *c = m->crew;
	const struct work *w = c->work;
	size_t bytes = (w->n * sizeof(float) + 4159) / 64 * 64;
	float *p = aligned_alloc(64, bytes), *q = aligned_alloc(64, bytes);

	if (!p || !q)
		exit(1);
	memset(p, 0, bytes);
	memset(q, 0, bytes);
	for (int run = 0; run < RUNS; run++) {
		pthread_barrier_wait(&c->gate);
		double start = seconds();
		for (unsigned i = 0; i < w->times; i++)
			w->run(p, q, w->n);
		pthread_barrier_wait(&c->gate);
		double took = seconds() - start;
		if (m->first && (run == 0 || took < c->best))
			c->best = took;
	}
	free(p);
	free(q);
	return NULL;
}

/* Of all threads together, in 10^9 a second. */
static double rate(const struct work *w, unsigned threads)
{
	struct crew c = { .work = w };
	struct member members[THREADS_MOST];
	pthread_t ids[THREADS_MOST];

	pthread_barrier_init(&c.gate, NULL, threads);
	for (unsigned i = 0; i < threads; i++) {
		members[i] = (struct member){ &c, i == 0 };
		if (i && pthread_create(&ids[i], NULL, member_run, &members[i]))
			exit(1);
	}
	member_run(&members[0]);
	for (unsigned i = 1; i < threads; i++)
		pthread_join(ids[i], NULL);
	pthread_barrier_destroy(&c.gate);
	return threads * (double)w->n * w->times * w->each / c.best * 1e-9;
}

int main(int argc, char **argv)
{
	static const size_t sizes[] = { 64 << 10, 1 << 20, 8 << 20, 64 << 20 };
	long given = argc > 1 ? strtol(argv[1], NULL, 10) : (long)cpu_allowed();
	unsigned threads = given < 1 ? 1 : given > THREADS_MOST ? THREADS_MOST : (unsigned)given;
	struct work f32 = best_f32(), bf16 = best_bf16();

	printf("{\"threads\": %u, \"f32_gflops\": %.1f, \"bf16_gflops\": %.1f", threads,
		rate(&f32, threads), rate(&bf16, threads));
	for (int scale = 0; scale < 2; scale++) {
		printf(", \"%s\": {", scale ? "scale_gb_s" : "read_gb_s");
		for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			struct work w = { scale ? scale_all : read_all, sizes[i] / sizeof(float),
				scale ? 8 : 4,
				sizes[i] < LEAST_BYTES ? LEAST_BYTES / (unsigned)sizes[i] : 1 };
			printf("%s\"%zu\": %.1f", i ? ", " : "", sizes[i], rate(&w, threads));
		}
		printf("}");
	}
	printf("}\n");
	return 0;
}
