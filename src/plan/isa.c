/* isa.c -- isa_table, one row of isa.def an entry, and the choice of the level to compile for. */
#include "base/cpu.h"
#include "plan/plan.h"
#include <stdlib.h>
#include <string.h>

#define NEED(f) (1ull << CPU_##f)
#define ISA(n, mach, b, r, ro, co, tr, feat, need, ins)                                            \
	[ISA_LEVEL_##n] = { #n, ISA_##mach, b, r, ro, co, tr, feat, need, ins },
const struct isa_info isa_table[ISA_COUNT] = {
#include "abi/isa.def"
};
#undef ISA
#undef NEED

enum isa isa_find(const char *name)
{
	for (enum isa i = 0; i < ISA_COUNT; i++)
		if (!strcmp(isa_table[i].name, name))
			return i;
	return ISA_COUNT;
}

static bool isa_runs(enum isa i)
{
#if defined(__x86_64__)
	const enum isa_machine here = ISA_x86_64;
#else
	const enum isa_machine here = ISA_aarch64;
#endif
	if (isa_table[i].machine != here)
		return false;
	for (unsigned f = 0; f < CPU_FEATURE_COUNT; f++)
		if ((isa_table[i].needs >> f & 1) && !cpu_get()->has[f])
			return false;
	return true;
}

enum isa isa_here(void)
{
	enum isa best = ISA_COUNT;
	for (enum isa i = 0; i < ISA_COUNT; i++)
		if (isa_runs(i))
			best = i;
	const char *lower = getenv("WEFT_ISA");
	if (lower && *lower) {
		enum isa i = isa_find(lower);
		if (i < best && isa_runs(i))
			best = i;
	}
	return best;
}
