/* isa.h -- the rows of isa.def.  Generator and heuristics read these and nothing else of a
 * machine. */
#ifndef ABI_ISA_H
#define ABI_ISA_H
#include <stdint.h>

enum isa_instr {
	ISA_SQRT = 1, ISA_FMA = 2, ISA_ROUND = 4, ISA_F16C = 8,
	ISA_BF16 = 16,               /* products of pairs of bf16 added to f32 */
	ISA_TILES = 32,              /* the same, and of four bytes, of tiles (AMX) */
	ISA_PAIRS = 128,             /* products of pairs of 16-bit integers added to 32 bits */
	ISA_SCALE = 64,              /* a * 2^k, rounded once, of whole registers of f32 */
	ISA_LOOKUP = 256,            /* each lane one of 32 floats, in two registers */
	/* products of four bytes, of which one side's have a sign, added to 32 bits */
	ISA_BYTES = 512,
};
enum isa_machine { ISA_x86_64 = 62, ISA_aarch64 = 183 };        /* ELF's e_machine */

enum isa {
#define ISA(name, ...) ISA_LEVEL_##name,
#include "abi/isa.def"
#undef ISA
	ISA_COUNT
};
struct isa_info {
	const char *name;
	enum isa_machine machine;
	uint32_t bytes, regs, rows, cols;
	const char *triple, *features;
	uint64_t needs;              /* bit f: enum cpu_feature f of base/cpu.h */
	uint32_t instr;              /* enum isa_instr */
};
/* Defined where cpu features are known (plan/isa.c), since abi includes nothing of ours. */
extern const struct isa_info isa_table[ISA_COUNT];
#endif
