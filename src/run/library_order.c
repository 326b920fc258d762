/* library_order.c -- the step that orders rows as an unstable sort does (base/order.h). */
#include "base/order.h"
#include "run/library.h"

struct weft_error *library_order(const struct run_library_call *c)
{
	const struct run_tensor *keys = &c->in[0], *places = &c->out[0];
	struct order o;

	if (c->nin != 1 || c->nout != 1 || !keys->rank || keys->rank != places->rank ||
		keys->dtype != WEFT_I64 || places->dtype != WEFT_I64 ||
		!order_read(c->attributes, &o))
		FAIL(WEFT_INVALID_ARGUMENT, "no order \"%s\" of rows", c->attributes);
	int64_t n = keys->dims[keys->rank - 1], rows = 1;
	for (uint32_t d = 0; d + 1 < keys->rank; d++)
		rows *= keys->dims[d];
	if (places->dims[keys->rank - 1] != order_count(&o, n))
		FAIL(WEFT_INVALID_ARGUMENT, "order \"%s\" of rows of %lld", c->attributes,
			(long long)n);
	return order_run(&o, rows, n, keys->data, places->data);
}
