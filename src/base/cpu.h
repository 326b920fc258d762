/* cpu.h -- what this processor can really do, by cpuid, xgetbv and the kernel's word.
 *
 * A feature counts only if it is usable: the state is enabled by the operating system, and for
 * AMX the kernel granted the tiles.  The processor's name is never asked.  Any thread. */
#ifndef BASE_CPU_H
#define BASE_CPU_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cpu_feature {
	CPU_sse42, CPU_avx, CPU_f16c, CPU_fma, CPU_avx2, CPU_bmi2,
	CPU_avx512f, CPU_avx512bw, CPU_avx512cd, CPU_avx512dq, CPU_avx512vl,
	CPU_avx512vnni, CPU_avx512bf16, CPU_avx512fp16,
	CPU_amx_tile, CPU_amx_bf16, CPU_amx_int8,
	CPU_neon,
	CPU_FEATURE_COUNT
};
struct cpu {
	bool has[CPU_FEATURE_COUNT];
	char features[1024];          /* LLVM's spelling: "+avx,+avx2,..." */
	size_t l1d, l2, l3;           /* bytes, l3 of those a core shares one with; 0: unknown */
};
const struct cpu *cpu_get(void);           /* found once */
unsigned cpu_allowed(void);                /* processors of affinity mask and cgroup, at least 1 */
const char *cpu_feature_name(enum cpu_feature f);
#endif
