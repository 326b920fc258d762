/* target.c -- LLVM's side of an ISA row: the target machine and the object file in memory.
 *
 * Triple and features come from isa.def and never from the machine we run on; the processor is
 * always LLVM's generic one.  Position independent, small code model (tiny on AArch64, whose
 * addresses are then relative to the instruction and not to its 4 KiB page). */
#include "gen/gen_impl.h"
#include <llvm-c/Target.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void targets_init(void)
{
	LLVMInitializeX86TargetInfo();
	LLVMInitializeX86Target();
	LLVMInitializeX86TargetMC();
	LLVMInitializeX86AsmPrinter();
	LLVMInitializeAArch64TargetInfo();
	LLVMInitializeAArch64Target();
	LLVMInitializeAArch64TargetMC();
	LLVMInitializeAArch64AsmPrinter();
}

void target_open(struct gen *g)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static const LLVMCodeGenOptLevel levels[] = { LLVMCodeGenLevelLess, LLVMCodeGenLevelDefault,
		LLVMCodeGenLevelAggressive };
	LLVMTargetRef target;
	char *message = NULL;
	char copy[200];

	pthread_once(&once, targets_init);
	if (LLVMGetTargetFromTriple(g->isa->triple, &target, &message)) {
		snprintf(copy, sizeof copy, "%s", message);
		LLVMDisposeMessage(message);
		gen_fail(g, WEFT_INTERNAL, "%s", copy);
	}
	bool arm = g->isa->machine == ISA_aarch64;
	g->tm = LLVMCreateTargetMachine(target, g->isa->triple, arm ? "generic" : "x86-64",
		g->isa->features, levels[g->opt->level], LLVMRelocPIC,
		arm ? LLVMCodeModelTiny : LLVMCodeModelSmall);
	LLVMSetTarget(g->module, g->isa->triple);
	LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(g->tm);
	LLVMSetModuleDataLayout(g->module, layout);
	LLVMDisposeTargetData(layout);
}

/* A processor that runs vectors of 64 bytes runs what follows slower: a kernel of 4 elements cost
 * what torch runs around it 2.2 us of 15 at each call (Xeon with AMX).  So LLVM is to take two
 * of 32 bytes, unless the kernel names instructions of 64, or tiles, itself. */
void target_halve_vectors(struct gen *g)
{
	static const struct { const char *name, *value; } want[] = {
		{ "prefer-vector-width", "256" }, { "min-legal-vector-width", "256" } };

	if (g->isa->machine != ISA_x86_64 || g->isa->bytes < 64)
		return;
	for (LLVMValueRef f = LLVMGetFirstFunction(g->module); f; f = LLVMGetNextFunction(f)) {
		size_t n;
		const char *name = LLVMGetValueName2(f, &n);
		if (LLVMIsDeclaration(f) &&
			(strstr(name, "tile") || (n > 4 && !strcmp(name + n - 4, ".512"))))
			return;          /* LLVM would look for such halves for ever */
	}
	for (LLVMValueRef f = LLVMGetFirstFunction(g->module); f; f = LLVMGetNextFunction(f))
		for (int i = 0; !LLVMIsDeclaration(f) && i < 2; i++)
			LLVMAddAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
				LLVMCreateStringAttribute(g->llvm, want[i].name,
					(unsigned)strlen(want[i].name), want[i].value,
					(unsigned)strlen(want[i].value)));
}

LLVMMemoryBufferRef target_emit(struct gen *g)
{
	LLVMMemoryBufferRef out;
	char *message = NULL;
	char copy[200];

	if (LLVMTargetMachineEmitToMemoryBuffer(g->tm, g->module, LLVMObjectFile, &message, &out)) {
		snprintf(copy, sizeof copy, "%s", message);
		LLVMDisposeMessage(message);
		gen_fail(g, WEFT_INTERNAL, "%s", copy);
	}
	return out;
}
