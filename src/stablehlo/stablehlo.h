/* stablehlo.h -- StableHLO's text and bytecode, in and out.
 *
 * Reading takes portable artifacts (MLIR bytecode of VHLO, doc/bytecode.md), known by their first
 * bytes, and of text pretty and generic forms of StableHLO, CHLO and func, as MLIR prints them, and
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

/* Reads size bytes of text or bytecode; name stands for the file in messages (NULL: "<text>").
 * limits may be NULL.  *out has one reference.  INVALID_ARGUMENT or UNIMPLEMENTED with
 * file:line:column, of bytecode with file:offset.  Any thread. */
struct weft_error *stablehlo_read(const char *name, const char *text, size_t size,
	const struct stablehlo_limits *limits, struct graph **out) BASE_MUST_USE;

bool stablehlo_is_bytecode(const void *data, size_t size);

/* Appends g's text to *out.  RESOURCE_EXHAUSTED without memory. */
struct weft_error *stablehlo_print(const struct graph *g, struct str *out) BASE_MUST_USE;
/* The same with f, whose nodes are g's, as the only function. */
/* With loc(...) behind every op: what the program gave, else where the op was read. */
struct weft_error *stablehlo_print_locations(const struct graph *g, struct str *out) BASE_MUST_USE;
struct weft_error *stablehlo_print_func(
	const struct graph *g, const struct func *f, struct str *out) BASE_MUST_USE;

/* Appends g as a portable artifact of that version ("1.17.0"), 0.9.0 to 1.20.0, to *out.
 * INVALID_ARGUMENT for another version, and for what came after it, naming the op and the version
 * it needs; UNIMPLEMENTED for ops that have no such form.  Reads constants that lie in files. */
struct weft_error *stablehlo_write(
	const struct graph *g, const char *version, struct str *out) BASE_MUST_USE;
#endif
