/* fp.h -- the floating-point state that kernels run in: round to nearest, denormals kept, nothing
 * trapped.  It belongs to a thread: who enters leaves with what fp_enter returned. */
#ifndef RUN_FP_H
#define RUN_FP_H
#include <stdint.h>

#if defined(__x86_64__)
static inline uint32_t fp_enter(void)
{
	uint32_t was = __builtin_ia32_stmxcsr();

	if ((was & ~0x3fu) != 0x1f80u)          /* the low six bits are sticky flags */
		__builtin_ia32_ldmxcsr(0x1f80u);
	return was;
}

static inline void fp_leave(uint32_t was)
{
	if ((was & ~0x3fu) != 0x1f80u)
		__builtin_ia32_ldmxcsr(was);
}
#elif defined(__aarch64__)
static inline uint32_t fp_enter(void)
{
	uint64_t was, none = 0;

	__asm__ volatile("mrs %0, fpcr" : "=r"(was));
	if (was)
		__asm__ volatile("msr fpcr, %0" : : "r"(none));
	return (uint32_t)was;
}

static inline void fp_leave(uint32_t was)
{
	uint64_t back = was;

	if (was)
		__asm__ volatile("msr fpcr, %0" : : "r"(back));
}
#else
static inline uint32_t fp_enter(void)
{
	return 0;
}

static inline void fp_leave(uint32_t was)
{
	(void)was;
}
#endif
#endif
