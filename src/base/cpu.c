/* cpu.c -- the processor's features, caches and how many of it we may use.
 *
 * Method: Intel's SDM vol. 1, 13.2 and 14.3 (a feature is usable when cpuid has it and xgetbv says
 * the operating system saves its state) and, for AMX, Linux's arch_prctl: tile state must be
 * asked for before its first use, once a process; threads started later inherit it. */
#include "base/cpu.h"
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#endif

static const char *const names[CPU_FEATURE_COUNT] = { /* LLVM's spelling */
	[CPU_sse42] = "sse4.2", [CPU_avx] = "avx", [CPU_f16c] = "f16c", [CPU_fma] = "fma",
	[CPU_avx2] = "avx2", [CPU_bmi2] = "bmi2",
	[CPU_avx512f] = "avx512f", [CPU_avx512bw] = "avx512bw", [CPU_avx512cd] = "avx512cd",
	[CPU_avx512dq] = "avx512dq", [CPU_avx512vl] = "avx512vl",
	[CPU_avx512vnni] = "avx512vnni", [CPU_avx512bf16] = "avx512bf16",
	[CPU_avx512fp16] = "avx512fp16",
	[CPU_amx_tile] = "amx-tile", [CPU_amx_bf16] = "amx-bf16", [CPU_amx_int8] = "amx-int8",
	[CPU_neon] = "neon",
};

#if defined(__x86_64__)
static bool bit(unsigned word, unsigned n)
{
	return word >> n & 1;
}

static uint64_t xcr0(void)
{
	uint32_t lo, hi;

	__asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return (uint64_t)hi << 32 | lo;
}

/* Asks Linux for AMX's tile data (state component 18). */
static bool amx_granted(void)
{
	enum { REQ_XCOMP_PERM = 0x1023, TILE_DATA = 18 };

	return syscall(SYS_arch_prctl, REQ_XCOMP_PERM, TILE_DATA) == 0;
}

static void find_features(bool *has)
{
	unsigned a, b, c, d, leaf7 = 0;

	if (!__get_cpuid(1, &a, &b, &c, &d))
		return;
	uint64_t state = bit(c, 27) ? xcr0() : 0;
	bool ymm = (state & 0x6) == 0x6;
	bool zmm = ymm && (state & 0xe0) == 0xe0;
	bool tiles = (state >> 17 & 3) == 3;

	has[CPU_sse42] = bit(c, 20);
	has[CPU_avx] = ymm && bit(c, 28);
	has[CPU_f16c] = ymm && bit(c, 29);
	has[CPU_fma] = ymm && bit(c, 12);

	if (!__get_cpuid_count(7, 0, &leaf7, &b, &c, &d))
		return;
	has[CPU_avx2] = ymm && bit(b, 5);
	has[CPU_bmi2] = bit(b, 8);
	has[CPU_avx512f] = zmm && bit(b, 16);
	has[CPU_avx512dq] = zmm && bit(b, 17);
	has[CPU_avx512cd] = zmm && bit(b, 28);
	has[CPU_avx512bw] = zmm && bit(b, 30);
	has[CPU_avx512vl] = zmm && bit(b, 31);
	has[CPU_avx512vnni] = zmm && bit(c, 11);
	has[CPU_avx512fp16] = zmm && bit(d, 23);
	bool amx_bf16 = bit(d, 22), amx_tile = bit(d, 24), amx_int8 = bit(d, 25);
	if (leaf7 >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d))
		has[CPU_avx512bf16] = zmm && bit(a, 5);
	if (tiles && amx_tile && amx_granted()) {
		has[CPU_amx_tile] = true;
		has[CPU_amx_bf16] = amx_bf16;
		has[CPU_amx_int8] = amx_int8;
	}
}
#elif defined(__aarch64__)
static void find_features(bool *has)
{
	has[CPU_neon] = true;           /* part of the base architecture */
}
#else
static void find_features(bool *has)
{
	(void)has;
}
#endif

static struct cpu found;
static unsigned quota;                  /* processors the cgroup grants; 0: no limit */

static size_t cache_size(int name)
{
	long n = sysconf(name);

	return n > 0 ? (size_t)n : 0;
}

/* First line of a small file; false when there is none. */
static bool read_line(const char *path, char *buf, int size)
{
	FILE *f = fopen(path, "re");

	if (!f)
		return false;
	bool ok = fgets(buf, size, f) != NULL;
	fclose(f);
	return ok;
}

/* Bytes of the third-level cache that this process's cores share: the C library counts those of a
 * whole package together. */
static size_t shared_cache_size(void)
{
	char line[64];
	unsigned long kib = 0;

	if (read_line("/sys/devices/system/cpu/cpu0/cache/index3/size", line, sizeof line))
		kib = strtoul(line, NULL, 10);
	return kib ? (size_t)kib << 10 : cache_size(_SC_LEVEL3_CACHE_SIZE);
}

static void find_cpu(void)
{
	size_t at = 0;

	find_features(found.has);
	for (int f = 0; f < CPU_FEATURE_COUNT; f++)
		if (found.has[f])
			at += (size_t)snprintf(found.features + at, sizeof found.features - at,
				"%s+%s", at ? "," : "", names[f]);
	found.l1d = cache_size(_SC_LEVEL1_DCACHE_SIZE);
	found.l2 = cache_size(_SC_LEVEL2_CACHE_SIZE);
	found.l3 = shared_cache_size();
}

const struct cpu *cpu_get(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, find_cpu);
	return &found;
}

static void quota_take(long long us, long long period)
{
	if (us <= 0 || period <= 0)
		return;
	long long n = (us + period - 1) / period;
	if (n >= 1 && n < 1 << 16 && (!quota || n < quota))
		quota = (unsigned)n;
}

/* cgroup v2 says "max 100000" or "200000 100000"; v1 has a file for each number. */
static void quota_read(const char *dir)
{
	char path[1280], line[64];
	long long us, period;

	snprintf(path, sizeof path, "%s/cpu.max", dir);
	if (read_line(path, line, sizeof line)) {
		if (sscanf(line, "%lld %lld", &us, &period) == 2)
			quota_take(us, period);
		return;
	}
	snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", dir);
	if (!read_line(path, line, sizeof line))
		return;
	us = strtoll(line, NULL, 10);
	snprintf(path, sizeof path, "%s/cpu.cfs_period_us", dir);
	if (read_line(path, line, sizeof line))
		quota_take(us, strtoll(line, NULL, 10));
}

/* The limits of our own group and of those around it. */
static void find_quota(void)
{
	char line[512], dir[1024];
	FILE *f = fopen("/proc/self/cgroup", "re");

	quota_read("/sys/fs/cgroup");
	quota_read("/sys/fs/cgroup/cpu");
	if (!f)
		return;
	while (fgets(line, sizeof line, f)) {
		char *group = strchr(line, ':');
		char *path = group ? strchr(group + 1, ':') : NULL;
		if (!path)
			continue;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		const char *root = group[1] ? "/sys/fs/cgroup/cpu" : "/sys/fs/cgroup";
		if (group[1] && !strstr(group, "cpu"))
			continue;
		for (char *end; (end = strrchr(path, '/')) && path[1]; *end = '\0') {
			snprintf(dir, sizeof dir, "%s%s", root, path);
			quota_read(dir);
		}
	}
	fclose(f);
}

unsigned cpu_allowed(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static const cpu_set_t none;
	cpu_set_t sets[8];              /* 8192 processors */
	unsigned n = 1;

	pthread_once(&once, find_quota);
	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
		sets[i] = none;
	if (!sched_getaffinity(0, sizeof sets, sets))
		n = (unsigned)CPU_COUNT_S(sizeof sets, sets);
	if (quota && quota < n)
		n = quota;
	return n ? n : 1;
}

const char *cpu_feature_name(enum cpu_feature f)
{
	return (unsigned)f < CPU_FEATURE_COUNT ? names[f] : "?";
}
