/* scatter.c -- CORE_scatter. */
#include "gen/gen_impl.h"

void core_scatter(struct gen *g)
{
	gen_fail(g, WEFT_UNIMPLEMENTED, "core scatter is not lowered yet");
}
