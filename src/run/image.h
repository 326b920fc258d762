/* image.h -- a checked view of an artifact's bytes.  After image_open every index, offset, count
 * and string in it is in range, so that nobody else has to look.  Any thread. */
#ifndef RUN_IMAGE_H
#define RUN_IMAGE_H
#include "abi/abi.h"
#include "base/error.h"
#include <stddef.h>

struct image {
	const struct abi_header *header;
	const char *strings;
	const int64_t *ints;
	const struct abi_tensor *tensors;
	const struct abi_size *sizes;
	const struct abi_buffer *buffers;
	const struct abi_slot *slots;
	const struct abi_step *steps;
	const struct abi_kernel *kernels;
	const struct abi_program *program;    /* NULL: an artifact without steps (backend interp) */
	const unsigned char *code, *data;
	const char *explain, *text;           /* bytes, not terminated */
	uint32_t nstrings, nints, ntensors, nsizes, nbuffers, nslots, nsteps, nkernels;
	size_t ncode, ndata, nexplain, ntext;
};

/* Looks at size bytes, aligned to ABI_ALIGN, which the image borrows.
 * INVALID_ARGUMENT says what is wrong and where; UNIMPLEMENTED for another version, another
 * machine's code and what this runtime does not know. */
struct weft_error *image_open(const void *bytes, size_t size, struct image *out) BASE_MUST_USE;
/* FAILED_PRECONDITION names the features the code needs and this processor lacks.  Last of all the
 * header's own checksum: what changed it has a better message where it has one. */
struct weft_error *image_check_machine(const struct image *m) BASE_MUST_USE;
/* What abi_header.header_checksum must be. */
uint64_t image_header_checksum(const struct abi_header *h);

/* The second half of image_open, in check.c: what the records say of each other. */
struct weft_error *image_check(const struct image *m) BASE_MUST_USE;

/* Bytes of an element and name, 0 and NULL for no dtype.  ir/dtype.def is the table; a test
 * compares. */
size_t dtype_size(uint32_t dtype);
const char *dtype_name(uint32_t dtype);
#endif
