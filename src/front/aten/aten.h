/* aten.h -- the text form of ATen graphs (doc/aten_text.md), read into a graph.
 *
 * aten.def says what each overload means; one without a row becomes a host callback: a custom_call
 * of "weft.callback" whose backend_config is "overload(arguments)", its tensor arguments written
 * %0, %1 ... by operand. */
#ifndef FRONT_ATEN_ATEN_H
#define FRONT_ATEN_ATEN_H
#include "ir/graph.h"

/* Reads size bytes of ATen text.  name stands for the file in messages.  The inputs become the
 * parameters of main, one each, in order and in memory order (`order(...)` of the text); every
 * tensor of `return` becomes a result, in its memory order.
 * INVALID_ARGUMENT with file:line:column; UNIMPLEMENTED for what has no lowering nor callback. */
struct weft_error *aten_read(
	const char *name, const char *text, size_t size, struct graph **out) BASE_MUST_USE;

#endif
