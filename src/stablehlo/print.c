/* print.c -- to come. */
#include "stablehlo/print_impl.h"
struct weft_error *stablehlo_print(const struct graph *g, struct str *out)
{
	(void)g; (void)out;
	FAIL(WEFT_UNIMPLEMENTED, "printing");
}
