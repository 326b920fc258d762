/* row.c -- CORE_row. */
#include "gen/gen_impl.h"

void core_row(struct gen *g)
{
	gen_fail(g, WEFT_UNIMPLEMENTED, "core row is not lowered yet");
}
