/* artifact.h -- writes an artifact (abi/abi.h): records are added one by one, then sealed.
 *
 *   struct artifact_writer *w = artifact_new(j, "weft");
 *   int64_t n = artifact_add_size(w, ABI_SIZE_input, 0, 1, "argument 0 ('x'), dimension 1");
 *   ... artifact_add_buffer, _tensor, _slot, _kernel, _step ...
 *   artifact_program(w)->ninputs = 1;
 *   artifact_finish(w, &bytes, &size);
 *
 * Everything is copied at once and lives in the job's scratch; a failure is the job's.  Indices
 * are given in the order of the calls.  The bytes are a function of the calls alone: equal calls
 * give equal artifacts.  run/image.c checks what is written here.  One thread, the job's. */
#ifndef BACKEND_ARTIFACT_H
#define BACKEND_ARTIFACT_H
#include "abi/abi.h"
#include "base/job.h"

struct artifact_writer;

/* backend: the name that enters the header ("weft"). */
struct artifact_writer *artifact_new(struct job *j, const char *backend);

/* Offset of text in STRINGS; equal texts are stored once; NULL and "" are offset 0. */
uint32_t artifact_add_string(struct artifact_writer *w, const char *text);

/* Index in INTS of the first of n values; a list that was added before is found again. */
uint32_t artifact_add_ints(struct artifact_writer *w, const int64_t *values, size_t n);
uint32_t artifact_add_indices(struct artifact_writer *w, const uint32_t *values, size_t n);

/* An extent: the number itself where op on known extents gives one, else -1 - entry.  Equal
 * entries are one, except loads (their bytes change), `dim`s and checks. Entries come in the order
 * of the calls, so a range for ABI_STEP_sizes is from artifact_sizes() before to artifact_sizes()
 * after. text (may be NULL) names argument and dimension. A known check that fails, a division by
 * 0 and an overflow fail the job with INVALID_ARGUMENT. */
int64_t artifact_add_size(struct artifact_writer *w, enum abi_size_op op, int64_t a, int64_t b,
	const char *text);
/* Element `element` of buffer, an integer tensor of dtype (enum weft_dtype). */
int64_t artifact_add_size_load(struct artifact_writer *w, uint32_t buffer, int64_t element,
	uint32_t dtype, const char *text);
/* An entry of its own with extent e's value. */
int64_t artifact_add_size_own(struct artifact_writer *w, int64_t e);
uint32_t artifact_sizes(const struct artifact_writer *w);       /* entries so far */
/* None of the entries so far is found again: where the next ones are computed they may not be. */
void artifact_sizes_apart(struct artifact_writer *w);

/* rank extents; name may be NULL; alias: 1 + the input an output may reuse, or 0.
 * Inputs first, then outputs, then those of slots and of library and callback steps. */
uint32_t artifact_add_tensor(struct artifact_writer *w, uint32_t dtype, uint32_t rank,
	const int64_t *dims, const char *name, uint32_t buffer, uint32_t alias);

/* Records are copied; `reserved` is ignored. */
uint32_t artifact_add_buffer(struct artifact_writer *w, const struct abi_buffer *b);
/* until the next add */
struct abi_buffer *artifact_buffer(struct artifact_writer *w, uint32_t index);
uint32_t artifact_add_step(struct artifact_writer *w, const struct abi_step *s);
/* until the next add */
struct abi_step *artifact_step(struct artifact_writer *w, uint32_t index);
uint32_t artifact_steps(const struct artifact_writer *w);

/* A slot whose bytes are stored in the artifact; a mapped file; bound by who loads it. */
uint32_t artifact_add_slot_data(struct artifact_writer *w, const char *name, uint32_t tensor,
	const void *data, uint64_t bytes);
uint32_t artifact_add_slot_file(struct artifact_writer *w, const char *path, uint32_t tensor,
	uint64_t offset, uint64_t bytes);
uint32_t artifact_add_slot_bound(struct artifact_writer *w, const char *name, uint32_t tensor,
	uint64_t bytes);

/* A kernel's code, size bytes of which the function begins at entry.  Placed 64-byte aligned. */
uint32_t artifact_add_kernel(struct artifact_writer *w, const char *name, const void *code,
	uint64_t size, uint64_t entry, uint64_t scratch);
/* enum cpu_feature bits and ELF machine that the code needs; 0, 0 without code. */
void artifact_set_machine(struct artifact_writer *w, uint32_t machine, uint64_t features);

struct abi_program *artifact_program(struct artifact_writer *w);    /* to be filled in */

/* ABI_EXPLAIN or ABI_TEXT; the last one counts. */
void artifact_set_bytes(struct artifact_writer *w, enum abi_section_kind kind, const void *bytes,
	size_t size);

/* Seals: *bytes is aligned to ABI_ALIGN and the caller's, released with mem_free. */
void artifact_finish(struct artifact_writer *w, void **bytes, size_t *size);
#endif
