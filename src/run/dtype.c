/* dtype.c -- bytes and names of element types, all the runtime needs to know of them.
 *
 * ir/dtype.def is the table and the runtime may not see ir/: this is its column "bytes" and its
 * names, in the order of enum weft_dtype.  tests/unit/run_image.c compares the two. */
#include "run/image.h"

static const struct {
	const char *name;
	size_t size;
} table[] = {
	{ 0, 0 },
	{ "i1", 1 }, { "i2", 1 }, { "i4", 1 }, { "i8", 1 }, { "i16", 2 }, { "i32", 4 },
	{ "i64", 8 },
	{ "ui2", 1 }, { "ui4", 1 }, { "ui8", 1 }, { "ui16", 2 }, { "ui32", 4 }, { "ui64", 8 },
	{ "f4E2M1FN", 1 }, { "f6E2M3FN", 1 }, { "f6E3M2FN", 1 },
	{ "f8E3M4", 1 }, { "f8E4M3", 1 }, { "f8E4M3FN", 1 }, { "f8E4M3FNUZ", 1 },
	{ "f8E4M3B11FNUZ", 1 }, { "f8E5M2", 1 }, { "f8E5M2FNUZ", 1 }, { "f8E8M0FNU", 1 },
	{ "bf16", 2 }, { "f16", 2 }, { "tf32", 4 }, { "f32", 4 }, { "f64", 8 },
	{ "complex<f32>", 8 }, { "complex<f64>", 16 },
};
_Static_assert(sizeof table / sizeof *table == WEFT_C128 + 1, "a row for every dtype");

size_t dtype_size(uint32_t dtype)
{
	return dtype <= WEFT_C128 ? table[dtype].size : 0;
}

const char *dtype_name(uint32_t dtype)
{
	return dtype <= WEFT_C128 ? table[dtype].name : 0;
}
