/* isa.c -- isa_table, one row of isa.def an entry, and the choice of the level to compile for. */
#include "base/cpu.h"
#include "base/str.h"
#include "plan/plan.h"
#include <string.h>

#define NEED(f) (1ull << CPU_##f)
#define ISA(n, mach, b, r, ro, co, tr, feat, need, ins)                                            \
	[ISA_LEVEL_##n] = { #n, ISA_##mach, b, r, ro, co, tr, feat, need, ins },
const struct isa_info isa_table[ISA_COUNT] = {
#include "abi/isa.def"
};
#undef ISA
#undef NEED

static enum isa isa_find(const char *name)
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

/* The names of the levels this machine can run. */
static void add_names(struct str *s)
{
	for (enum isa i = 0; i < ISA_COUNT; i++)
		if (isa_runs(i))
			str_addf(s, "%s%s", s->len ? ", " : "", isa_table[i].name);
}

struct weft_error *isa_choose(const char *level, enum isa *out)
{
	*out = ISA_COUNT;
	for (enum isa i = 0; i < ISA_COUNT; i++)
		if (isa_runs(i))
			*out = i;
	if (*out == ISA_COUNT)
		FAIL(WEFT_UNIMPLEMENTED, "no native code for this processor");
	if (!*level)
		return NULL;
	enum isa i = isa_find(level);
	if (i < ISA_COUNT && isa_runs(i)) {
		*out = i;
		return NULL;
	}
	struct str names;
	str_init(&names, NULL);
	add_names(&names);
	struct weft_error *e = error_make(WEFT_INVALID_ARGUMENT,
		"level '%s': %s; this machine runs %s", level,
		i < ISA_COUNT ? "it cannot run here" : "no such level",
		names.failed ? "others" : names.text);
	str_fini(&names);
	return e;
}
