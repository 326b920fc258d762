/* abi.h -- what compiled code, the artifact and the runtime agree on.  Includes nothing of ours.
 *
 * AN ARTIFACT is one flat little-endian file that is used as it lies in memory:
 *
 *   +--------+-------------------+---------+---------+-----+---------+
 *   | header | section directory | section | section | ... | section |     each 64-byte aligned,
 *   +--------+-------------------+---------+---------+-----+---------+     CODE 4096-byte aligned
 *
 * A section is an array of fixed-size records (below) or bytes.  Records refer to each other by
 * index, to text by offset into STRINGS (NUL-terminated), to lists by index into INTS.
 * No record holds an address: there are no relocations.
 *
 * AN EXTENT (a dimension, a byte count, a chunk count) is an int64_t: 0 or more is the number
 * itself, below 0 is entry -1 - e of the size table, whose values are computed at each call.
 *
 * Reading checks structure (every index, offset, count), refuses what it does not understand and
 * never checks machine code. */
#ifndef ABI_ABI_H
#define ABI_ABI_H

#include <stdint.h>

#define ABI_MAGIC "WEFTART\n"
#define ABI_VERSION 2
#define ABI_LANES 16            /* lanes of every reduction, whatever the vector width: same bits */
#define ABI_ALIGN 64            /* of every buffer that steps write; but ABI_BUFFER_ANYWHERE */
#define ABI_RANK_MAX 64         /* of a tensor in the signature or in a callback */
#define ABI_DEPTH_MAX 200       /* branches and loops inside each other */

/* ---- compiled code ------------------------------------------------------------------------- */

/* What a kernel sees.  buffers: its inputs, then its outputs, in the order of its step's args.
 * sizes: the values of its symbolic extents, in the order of its step's sizes. */
struct abi_call {
	void *const *buffers;
	const int64_t *sizes;
	unsigned char *scratch;      /* of this thread; abi_kernel.scratch bytes, 64-byte aligned */
	void (*copy)(void *to, const void *from, uint64_t bytes);
	void (*fill)(void *to, int byte, uint64_t bytes);
};
/* Does chunks [first, last) of the kernel's work.  Chunks may run in any order on any thread;
 * they write disjoint bytes. */
typedef void abi_kernel_fn(const struct abi_call *call, int64_t first, int64_t last);

/* ---- file ---------------------------------------------------------------------------------- */

struct abi_header {
	char magic[8];
	uint32_t version;
	uint32_t nsections;
	uint64_t size;               /* of the whole file */
	uint64_t checksum;           /* xxh3 of everything after the header, seed 0 */
	uint64_t features;           /* bit f: needs enum cpu_feature f of base/cpu.h */
	uint32_t machine;            /* ELF's e_machine: 62 x86-64, 183 aarch64, 0: no code */
	uint32_t backend;            /* STRINGS: which backend runs it */
	uint64_t header_checksum;    /* xxh3 of the header with 0 here, seed 0 */
	uint64_t reserved;           /* 0 */
};

enum abi_section_kind {
	ABI_STRINGS = 1,             /* bytes */
	ABI_INTS = 2,                /* int64_t */
	ABI_TENSORS = 3,             /* struct abi_tensor: inputs first, then outputs; then those of
	                                slots and of library and callback steps, in any order */
	ABI_SIZES = 4,               /* struct abi_size */
	ABI_BUFFERS = 5,             /* struct abi_buffer */
	ABI_SLOTS = 6,               /* struct abi_slot */
	ABI_STEPS = 7,               /* struct abi_step */
	ABI_KERNELS = 8,             /* struct abi_kernel */
	ABI_PROGRAM = 9,             /* struct abi_program: one */
	ABI_CODE = 10,               /* bytes */
	ABI_DATA = 11,               /* bytes: contents of slots */
	ABI_EXPLAIN = 12,            /* bytes: JSON, NUL, text: what `weft explain` prints */
	ABI_TEXT = 13,               /* bytes: StableHLO text (backend interp) */
};
struct abi_section {
	uint32_t kind;
	uint32_t record;             /* bytes of a record, 1 for bytes */
	uint64_t offset, count;      /* in the file; records */
};

struct abi_program {
	uint32_t ninputs, noutputs;
	uint32_t load_steps;         /* steps [0, load_steps) run once, when constants are bound */
	uint32_t main_steps;         /* [load_steps, load_steps + main_steps) are the call; the rest
	                                are bodies of branches and loops */
	int64_t arena;               /* extent: bytes of the arena */
	uint32_t numerics;           /* 0 strict, 1 default */
	uint32_t reserved;
};

/* A dimension that only the callback knows which makes the tensor, in an owned buffer. */
#define ABI_UNKNOWN INT64_MIN

struct abi_tensor {
	uint32_t dtype;              /* enum weft_dtype */
	uint32_t rank;
	uint32_t dims;               /* INTS: rank extents, or ABI_UNKNOWN */
	uint32_t name;               /* STRINGS */
	uint32_t alias;              /* output: 1 + the input it may reuse (donation); else 0 */
	uint32_t buffer;             /* BUFFERS entry that holds it; slots: or UINT32_MAX */
};

enum abi_size_op {
	ABI_SIZE_const,              /* a */
	ABI_SIZE_input,              /* dimension b of input a */
	ABI_SIZE_add, ABI_SIZE_sub, ABI_SIZE_mul,          /* extents a and b */
	ABI_SIZE_floordiv, ABI_SIZE_ceildiv, ABI_SIZE_mod, /* b is not 0; towards minus infinity */
	ABI_SIZE_min, ABI_SIZE_max,
	ABI_SIZE_load,               /* element b of buffer a, an integer tensor of `dtype`: a size
	                                defined by a step */
	ABI_SIZE_dim,                /* dimension b of owned buffer a, as its step made it */
	ABI_SIZE_check_eq,           /* extent a equals extent b, or the call fails with `text` */
	ABI_SIZE_check_le,           /* extent a is at most extent b, or it fails with `text` */
	ABI_SIZE_check_ge,           /* extent a is at least extent b, or it fails with `text` */
};
struct abi_size {
	uint16_t op;
	uint16_t dtype;              /* ABI_SIZE_load: enum weft_dtype of buffer a; else 0 */
	uint32_t text;               /* STRINGS: argument and dimension, for messages */
	int64_t a, b;
};

enum abi_buffer_kind {
	ABI_BUFFER_arena,            /* at `offset` in the arena */
	ABI_BUFFER_input,            /* input `index` as the caller gave it */
	ABI_BUFFER_output,           /* output `index`: memory of its own, handed to the caller */
	ABI_BUFFER_slot,             /* constant slot `index` */
	ABI_BUFFER_owned,            /* made by a step (callback, copy); freed when the call ends */
	ABI_BUFFER_alias,            /* bytes of buffer `index`, no alias, from `offset` on */
	ABI_BUFFER_persistent,       /* made by the load program, lives as long as the executable */
};
struct abi_buffer {
	uint32_t kind;
	uint32_t index;
	int64_t bytes;               /* extent */
	int64_t offset;              /* extent; in the arena, or in the buffer it is an alias of */
	uint32_t first, last;        /* main steps (0 is the first), or steps of the one branch that
	                                uses the buffer, both included, during which the bytes are
	                                alive; read where the runtime places the buffer */
	uint32_t flags;              /* ABI_BUFFER_FLOATS, ABI_BUFFER_ANYWHERE */
	uint32_t reserved;
};

/* An arena buffer whose `offset` means nothing: the runtime places it at each new size, in memory
 * beside the arena, together with all that the same sizes step makes known.  Where that is a step
 * of a branch, the memory goes back when the branch has run. */
#define ABI_BUFFER_FLOATS 1u

/* An output that may be at any address of its elements: no step that writes it asks for more. */
#define ABI_BUFFER_ANYWHERE 2u

enum abi_slot_kind { ABI_SLOT_data, ABI_SLOT_file, ABI_SLOT_bound };
struct abi_slot {
	uint32_t kind;               /* data: in DATA; file: mapped; bound: by who loads it */
	uint32_t name;               /* STRINGS: file name or name of the slot */
	uint64_t offset, bytes;
	uint32_t tensor;             /* TENSORS */
	uint32_t reserved;
};

enum abi_step_kind {
	ABI_STEP_sizes,              /* size table entries [index, index + count) */
	ABI_STEP_kernel,             /* KERNELS index, `chunks` chunks over the pool */
	ABI_STEP_copy,               /* buffer args[0] to args[1], all bytes of the first; an owned
	                                args[1] is made anew, its dimensions are `sizes` */
	ABI_STEP_library,            /* a named function of the runtime: sort, fft, lapack ...
	                                `text`: "name|attributes"; INTS at `index`: a TENSOR
	                                an arg */
	ABI_STEP_callback,           /* `text`: "namespace.op|attributes", where `op` is all
	                                between the first '.' and '|'; INTS at `index`: a
	                                TENSOR an arg */
	ABI_STEP_if,                 /* args[0]: i1 or i32 index buffer (1 or 4 bytes); INTS at
	                                `index`: `count` pairs (first step, count), a branch
	                                each; an index out of range takes the last */
	ABI_STEP_while,              /* INTS at `index`: cond first, cond count, body first, body
	                                count; args[0]: the i1 that cond writes */
};
struct abi_step {
	uint32_t kind;
	uint32_t index, count;
	uint32_t args, nargs;        /* INTS: buffer indices; inputs first */
	uint32_t noutputs;           /* of nargs, the last ones that are written */
	uint32_t sizes, nsizes;      /* INTS: extents handed to the kernel */
	int64_t chunks;              /* extent */
	uint32_t text;               /* STRINGS */
	uint32_t flags;              /* ABI_STEP_SMALL: run on the caller */
};
#define ABI_STEP_SMALL 1u

struct abi_kernel {
	uint64_t begin, bytes;       /* its code and read-only data in CODE */
	uint64_t entry;              /* offset of its first instruction in CODE */
	uint64_t scratch;            /* bytes each thread needs */
	uint32_t name;               /* STRINGS */
	uint32_t flags;
};
#endif
