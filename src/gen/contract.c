/* contract.c -- CORE_contract. */
#include "gen/gen_impl.h"

void core_contract(struct gen *g)
{
	gen_fail(g, WEFT_UNIMPLEMENTED, "core contract is not lowered yet");
}
