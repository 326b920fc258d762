/* build.h -- programs built by calls: one builder an op (weft/build_ops.h, made from ir/op.def).
 *
 * 	struct weft_builder *b;
 * 	int64_t dims[] = { -1, 768 };
 * 	struct weft_tensor_type t = { WEFT_F32, 2, dims };
 * 	weft_builder_create(&b);
 * 	weft_value x = weft_build_parameter(b, t, "x"), y = weft_build_parameter(b, t, "y");
 * 	weft_value sum = weft_build_add(b, x, y);
 * 	error = weft_builder_finish(b, 1, &sum, &program);
 *
 * Ops, their operands and attributes are StableHLO's; every op is verified when it is built. The
 * first error stays in the builder: later calls do nothing and give no value (id 0), and
 * weft_builder_finish returns it. Values belong to their builder. Everything given is copied.
 * One thread a builder. */
#ifndef WEFT_BUILD_H
#define WEFT_BUILD_H

#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weft_builder;
typedef struct weft_value { uint32_t id; } weft_value;
typedef struct weft_region { uint32_t id; } weft_region;

WEFT_API struct weft_error *weft_builder_create(struct weft_builder **out);
/* Makes the program whose function main gives results, or returns the first error; either way b is
 * gone. At least one result. */
WEFT_API struct weft_error *weft_builder_finish(struct weft_builder *b, uint32_t nresults,
	const weft_value *results, struct weft_program **out);
/* Gives up what was built. */
WEFT_API void weft_builder_free(struct weft_builder *b);
/* The error so far, NULL for none; borrowed from b. */
WEFT_API const struct weft_error *weft_builder_error(const struct weft_builder *b);

/* ---- attributes ------------------------------------------------------------------------ */

enum weft_attr_kind {
	WEFT_ATTR_INT = 1, WEFT_ATTR_BOOL, WEFT_ATTR_FLOAT, WEFT_ATTR_TEXT, WEFT_ATTR_INTS,
	WEFT_ATTR_DENSE,
};
/* An attribute by its name in StableHLO; those of structured attributes (dimension numbers) by the
 * names inside of them. TEXT is for strings, keywords ("LT"; several as "HIGHEST, DEFAULT") and for
 * whatever Weft keeps as text. */
struct weft_attr {
	const char *name;
	enum weft_attr_kind kind;
	uint32_t n;                       /* ints */
	int64_t i;                        /* int, bool */
	double f;
	const void *data;                 /* text, int64_t of ints, elements of dense */
	struct weft_tensor_type type;     /* dense */
};

static inline struct weft_attr weft_attr_none_(const char *name, enum weft_attr_kind kind)
{
	struct weft_attr a;
	a.name = name;
	a.kind = kind;
	a.n = 0;
	a.i = 0;
	a.f = 0;
	a.data = NULL;
	a.type.dtype = WEFT_INVALID_DTYPE;
	a.type.rank = 0;
	a.type.dims = NULL;
	return a;
}
static inline struct weft_attr weft_attr_int(const char *name, int64_t v)
{
	struct weft_attr a = weft_attr_none_(name, WEFT_ATTR_INT);
	a.i = v;
	return a;
}
static inline struct weft_attr weft_attr_bool(const char *name, bool v)
{
	struct weft_attr a = weft_attr_none_(name, WEFT_ATTR_BOOL);
	a.i = v;
	return a;
}
static inline struct weft_attr weft_attr_float(const char *name, double v)
{
	struct weft_attr a = weft_attr_none_(name, WEFT_ATTR_FLOAT);
	a.f = v;
	return a;
}
static inline struct weft_attr weft_attr_text(const char *name, const char *v)
{
	struct weft_attr a = weft_attr_none_(name, WEFT_ATTR_TEXT);
	a.data = v;
	return a;
}
static inline struct weft_attr weft_attr_ints(const char *name, uint32_t n, const int64_t *v)
{
	struct weft_attr a = weft_attr_none_(name, WEFT_ATTR_INTS);
	a.n = n;
	a.data = v;
	return a;
}
static inline struct weft_attr weft_attr_dense(const char *name, struct weft_tensor_type type,
	const void *data)
{
	struct weft_attr a = weft_attr_none_(name, WEFT_ATTR_DENSE);
	a.type = type;
	a.data = data;
	return a;
}

/* ---- ops ------------------------------------------------------------------------------- */

/* What an op needs beside operands; NULL where it needs nothing. */
struct weft_more {
	uint32_t nattrs;
	const struct weft_attr *attrs;
	uint32_t nregions;
	const weft_region *regions;
	/* Types of the results, where the operands do not say them (convert, iota, reshape,
	 * custom_call); dtype WEFT_INVALID_DTYPE stands for a token. 0: inferred. */
	uint32_t nresults;
	const struct weft_tensor_type *results;
};

/* The op of that name ("add", "stablehlo.add", "chlo.erf"). Of an op with several results take
 * weft_build_result. */
WEFT_API weft_value weft_build(struct weft_builder *b, const char *op, uint32_t nin,
	const weft_value *in, const struct weft_more *more);
WEFT_API weft_value weft_build_result(struct weft_builder *b, weft_value v, uint32_t i);
/* Borrowed from b until it is finished; dtype WEFT_INVALID_DTYPE when v is no tensor. Symbolic
 * dimensions are below 0; equal ones are equal numbers. */
WEFT_API struct weft_tensor_type weft_build_type(const struct weft_builder *b, weft_value v);

/* The next parameter of main, or of the region being built. A dimension of -1 is symbolic and a
 * size of its own; equal numbers below -1 are one size wherever they stand. name may be NULL. */
WEFT_API weft_value weft_build_parameter(struct weft_builder *b, struct weft_tensor_type type,
	const char *name);
/* A tensor of these elements, row-major. */
WEFT_API weft_value weft_build_constant(struct weft_builder *b, struct weft_tensor_type type,
	const void *data);
/* A tensor whose elements lie in a file, from offset on; the file is read when an executable is
 * loaded, not here. */
WEFT_API weft_value weft_build_constant_file(struct weft_builder *b, struct weft_tensor_type type,
	const char *path, uint64_t offset);

/* Begins a region: what is built up to weft_build_region_end is its body. Its parameters come
 * first; values from outside may be used. Ends the innermost region; it is for one op outside of
 * it. */
WEFT_API void weft_build_region_begin(struct weft_builder *b);
WEFT_API weft_region weft_build_region_end(struct weft_builder *b, uint32_t nresults,
	const weft_value *results);

#ifdef __cplusplus
}
#endif

#include <weft/build_ops.h>

#endif
