/* stablehlo.h -- StableHLO's text, in and out.
 *
 * Reading takes pretty and generic forms of StableHLO, CHLO and func, as MLIR prints them, and
 * gives a graph by the rules R1 to R6 of ir/graph.h.  Printing gives text that StableHLO's own
 * parser takes; it is a fixed point from the second print on. */
#ifndef STABLEHLO_STABLEHLO_H
#define STABLEHLO_STABLEHLO_H
#include "base/str.h"
#include "ir/graph.h"

struct stablehlo_limits {
	uint32_t depth;              /* of nested regions, types, attributes; 0: 256 */
	uint64_t bytes;              /* of one constant; 0: 1 << 40 */
};

/* Reads size bytes of text; name stands for the file in messages (NULL: "<text>").  limits may be
 * NULL.  *out has one reference.  INVALID_ARGUMENT or UNIMPLEMENTED with file:line:column.  Any
 * thread. */
struct weft_error *stablehlo_read(const char *name, const char *text, size_t size,
	const struct stablehlo_limits *limits, struct graph **out) BASE_MUST_USE;

/* Appends g's text to *out.  RESOURCE_EXHAUSTED without memory. */
struct weft_error *stablehlo_print(const struct graph *g, struct str *out) BASE_MUST_USE;
/* The same with f, whose nodes are g's, as the only function. */
struct weft_error *stablehlo_print_func(
	const struct graph *g, const struct func *f, struct str *out) BASE_MUST_USE;
#endif
