/* codegen.h -- the function table through which libweft reaches libweft_codegen (src/gen). */
#ifndef ABI_CODEGEN_H
#define ABI_CODEGEN_H
#include "abi/isa.h"
#include <stddef.h>

struct kernel;                   /* plan/plan.h */
struct weft_error;

#define CODEGEN_VERSION 2

/* A kernel's machine code: one blob of code and read-only data, relocated, position independent. */
struct codegen_code {
	unsigned char *bytes;        /* owned; codegen_table.code_free */
	size_t size, entry;          /* entry: offset of the abi_kernel_fn */
	size_t scratch;              /* bytes of scratch a thread needs */
};
struct codegen_options {
	enum isa isa;
	int level;                   /* 0: least work, 1: normal, 2: most */
	const char *dump;            /* directory for LLVM IR and assembly, or NULL */
};
struct codegen_table {
	uint32_t version;
	/* Compiles k (borrowed).  UNIMPLEMENTED names op, dtype and place; INTERNAL names the
	 * kernel.  Any thread, one LLVM context a call. */
	struct weft_error *(*compile)(const struct kernel *k, const struct codegen_options *o,
		struct codegen_code *out);
	void (*code_free)(struct codegen_code *c);
};
/* The one symbol libweft_codegen exports. */
extern const struct codegen_table weft_codegen_table __attribute__((visibility("default")));
#endif
