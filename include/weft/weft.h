/* weft.h -- the public C API of Weft, a tensor compiler and runtime.
 *
 * A client is a backend opened by name. A program is a graph read from text or built by calls
 * (weft/build.h). Compiling a program gives an executable (and always an artifact: bytes that
 * can be written to a file and loaded by a process without the compiler). Running an executable
 * takes buffers and gives buffers.
 *
 * Errors: functions that can fail return struct weft_error *, NULL on success; the caller frees it
 * with weft_error_free. Codes are PJRT's. No function prints, exits or aborts on bad input.
 * Ownership: create/open/compile/load give an object with one reference, retain adds one, release
 * takes one away; every other pointer is borrowed for the call. release and free accept NULL.
 * Threads: every object may be used from any thread at any time, except a program being built. */
#ifndef WEFT_WEFT_H
#define WEFT_WEFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define WEFT_API __attribute__((visibility("default")))
#else
#define WEFT_API
#endif

#define WEFT_VERSION_MAJOR 0
#define WEFT_VERSION_MINOR 1
#define WEFT_VERSION_PATCH 0

/* "0.1.0"; static. */
WEFT_API const char *weft_version(void);

/* ---- errors ---------------------------------------------------------------------------- */

enum weft_code { /* PJRT_Error_Code's numbers */
	WEFT_CANCELLED = 1,
	WEFT_UNKNOWN = 2,
	WEFT_INVALID_ARGUMENT = 3,
	WEFT_DEADLINE_EXCEEDED = 4,
	WEFT_NOT_FOUND = 5,
	WEFT_ALREADY_EXISTS = 6,
	WEFT_PERMISSION_DENIED = 7,
	WEFT_RESOURCE_EXHAUSTED = 8,
	WEFT_FAILED_PRECONDITION = 9,
	WEFT_ABORTED = 10,
	WEFT_OUT_OF_RANGE = 11,
	WEFT_UNIMPLEMENTED = 12,
	WEFT_INTERNAL = 13,
	WEFT_UNAVAILABLE = 14,
	WEFT_DATA_LOSS = 15,
	WEFT_UNAUTHENTICATED = 16,
};
struct weft_error;

WEFT_API enum weft_code weft_error_code(const struct weft_error *e);
/* The message, with "file:line:column: error: " in front where the input has a position.
 * Borrowed from e. */
WEFT_API const char *weft_error_text(const struct weft_error *e);
WEFT_API void weft_error_free(struct weft_error *e);

/* ---- element types --------------------------------------------------------------------- */

enum weft_dtype { /* the element types of the StableHLO specification; ir/dtype.def is the table */
	WEFT_INVALID_DTYPE = 0,
	WEFT_I1, WEFT_I2, WEFT_I4, WEFT_I8, WEFT_I16, WEFT_I32, WEFT_I64,
	WEFT_UI2, WEFT_UI4, WEFT_UI8, WEFT_UI16, WEFT_UI32, WEFT_UI64,
	WEFT_F4E2M1FN, WEFT_F6E2M3FN, WEFT_F6E3M2FN,
	WEFT_F8E3M4, WEFT_F8E4M3, WEFT_F8E4M3FN, WEFT_F8E4M3FNUZ, WEFT_F8E4M3B11FNUZ,
	WEFT_F8E5M2, WEFT_F8E5M2FNUZ, WEFT_F8E8M0FNU,
	WEFT_BF16, WEFT_F16, WEFT_TF32, WEFT_F32, WEFT_F64,
	WEFT_C64, WEFT_C128,
};
/* Bytes of one element in memory: narrower ones take a byte each; 0 for no dtype. */
WEFT_API size_t weft_dtype_size(enum weft_dtype t);
WEFT_API const char *weft_dtype_name(enum weft_dtype t);        /* "f32", "complex<f32>"; static */
WEFT_API enum weft_dtype weft_dtype_find(const char *name);     /* WEFT_INVALID_DTYPE: no such */

/* ---- client ---------------------------------------------------------------------------- */

struct weft_client;

/* Opens the backend of that name ("weft", "interp", a plug-in's: weft/backend.h; NULL: "weft").
 * NOT_FOUND names the nearest backend; errors of loading a plug-in. */
WEFT_API struct weft_error *weft_client_open(const char *backend, struct weft_client **out);
WEFT_API void weft_client_retain(struct weft_client *c);
WEFT_API void weft_client_release(struct weft_client *c);
WEFT_API const char *weft_client_backend(const struct weft_client *c);  /* its name; borrowed */

/* ---- programs -------------------------------------------------------------------------- */

struct weft_program;

enum weft_format {
	WEFT_STABLEHLO_TEXT = 1,   /* or bytecode (doc/bytecode.md), known by its first bytes */
	WEFT_ATEN_TEXT = 2,        /* doc/aten_text.md */
};
/* Reads size bytes, verifies every op, dead ones too. name stands for the file in messages (NULL:
 * "<text>"). INVALID_ARGUMENT with file:line:column, of bytecode with file:offset; UNIMPLEMENTED
 * for what Weft lacks. */
WEFT_API struct weft_error *weft_program_parse(enum weft_format format, const char *name,
	const char *text, size_t size, struct weft_program **out);
WEFT_API void weft_program_retain(struct weft_program *p);
WEFT_API void weft_program_release(struct weft_program *p);
/* StableHLO text of p, pretty form. The caller frees it with weft_text_free. */
WEFT_API struct weft_error *weft_program_print(const struct weft_program *p, char **out);
WEFT_API void weft_text_free(char *text);
/* p as a portable artifact of StableHLO (MLIR bytecode of VHLO) for readers of version, "0.9.0" to
 * "1.20.0" (NULL: WEFT_STABLEHLO_VERSION). *size bytes, which the caller frees with weft_text_free.
 * INVALID_ARGUMENT for another version, and for what came after it: names op and version. */
#define WEFT_STABLEHLO_VERSION "1.17.0"
WEFT_API struct weft_error *weft_program_bytecode(
	const struct weft_program *p, const char *version, char **out, size_t *size);
/* *out: are a and b the same module, functions of the same names, attributes and bodies?
 * (Locations and names of values do not count.) */
WEFT_API struct weft_error *weft_program_equal(const struct weft_program *a,
	const struct weft_program *b, bool *out);

/* ---- options --------------------------------------------------------------------------- */

struct weft_options;       /* doc/options.md is the table of names, types, ranges, defaults */

WEFT_API struct weft_error *weft_options_create(struct weft_options **out);
/* What is not set comes from the environment when a program is compiled, else it is the default.
 * "mode" sets several, as torch.compile's mode= does. "-" and "_" are one in names.
 * INVALID_ARGUMENT for an unknown name (with the nearest) or a value out of range. */
WEFT_API struct weft_error *weft_options_set(struct weft_options *o, const char *name,
	const char *value);
WEFT_API void weft_options_free(struct weft_options *o);
/* Every option with type, default, variable and meaning; format "text" or "json".
 * Freed with weft_text_free. */
WEFT_API struct weft_error *weft_options_list(const char *format, char **out);

/* fn(arg, text) is called, from any thread, with what somebody should read and no call returns: a
 * value in the environment that is not used, a compiling process that crashed. Each text comes once
 * and stands in weft_report. NULL, which is the beginning: nobody is told. */
WEFT_API void weft_notice_handler(void (*fn)(void *arg, const char *text), void *arg);

/* ---- executables ----------------------------------------------------------------------- */

struct weft_executable;
struct weft_buffer;

/* A tensor of the signature. A dimension below 0 is symbolic: it may differ from call to call. */
struct weft_tensor_type {
	enum weft_dtype dtype;
	uint32_t rank;
	const int64_t *dims;
};

/* Compiles p for c's device. options may be NULL. p is borrowed and may be released at once.
 * RESOURCE_EXHAUSTED, UNIMPLEMENTED (names op, dtype and location), INTERNAL (names the kernel). */
WEFT_API struct weft_error *weft_compile(struct weft_client *c, const struct weft_program *p,
	const struct weft_options *options, struct weft_executable **out);
WEFT_API void weft_executable_retain(struct weft_executable *x);
WEFT_API void weft_executable_release(struct weft_executable *x);

/* The artifact of x: borrowed bytes, valid as long as x. UNIMPLEMENTED where the backend has
 * none. */
WEFT_API struct weft_error *weft_executable_artifact(const struct weft_executable *x,
	const void **bytes, size_t *size);
/* Checks size bytes and makes an executable; the bytes are copied. It runs on whose threads
 * WEFT_POOL says. INVALID_ARGUMENT when damaged; FAILED_PRECONDITION: WEFT_POOL=host, and the
 * process has not loaded libgomp. */
WEFT_API struct weft_error *weft_executable_load(struct weft_client *c, const void *bytes,
	size_t size, struct weft_executable **out);

WEFT_API uint32_t weft_executable_inputs(const struct weft_executable *x);
WEFT_API uint32_t weft_executable_outputs(const struct weft_executable *x);
/* Type of input or output i; borrowed from x; dtype WEFT_INVALID_DTYPE when i is out of range. */
WEFT_API struct weft_tensor_type weft_executable_input(const struct weft_executable *x, uint32_t i);
WEFT_API struct weft_tensor_type weft_executable_output(
	const struct weft_executable *x, uint32_t i);
/* Constants of x: the arguments that option "constants" names are no inputs but bound once, before
 * the first run, which fails with FAILED_PRECONDITION until then. */
WEFT_API uint32_t weft_executable_constants(const struct weft_executable *x);
WEFT_API struct weft_tensor_type weft_executable_constant(
	const struct weft_executable *x, uint32_t i);
/* Makes of x, which stays as it is, an executable with its constants bound: what follows from them
 * alone is computed, and operands of contractions are packed, here and now; equal results are
 * shared with other executables. constants[0..n) are retained, and their contents must stay: bind
 * x again after a change. INVALID_ARGUMENT names the constant of another dtype or shape. */
WEFT_API struct weft_error *weft_executable_bind(struct weft_executable *x, uint32_t n,
	struct weft_buffer *const *constants, struct weft_executable **out);
/* Waits until no better version of x is being compiled (option compile_mode: async+ and
 * progressive+); the error of one that could not be, once: x runs on as it was. */
WEFT_API struct weft_error *weft_executable_settle(struct weft_executable *x);
/* "text" or "json" (doc/report.md): what weft explain prints. Freed with weft_text_free. */
WEFT_API struct weft_error *weft_executable_explain(const struct weft_executable *x,
	const char *format, char **out);

/* ---- buffers --------------------------------------------------------------------------- */

/* A dense row-major tensor. data is borrowed until the last reference goes, then done(arg) is
 * called (NULL: nothing). It may be misaligned. dims are copied; each is at least 0. */
WEFT_API struct weft_error *weft_buffer_wrap(struct weft_client *c, struct weft_tensor_type type,
	void *data, void (*done)(void *arg), void *arg, struct weft_buffer **out);
/* The same over memory of Weft's own, not initialised. */
WEFT_API struct weft_error *weft_buffer_create(struct weft_client *c, struct weft_tensor_type type,
	struct weft_buffer **out);
WEFT_API void weft_buffer_retain(struct weft_buffer *b);
WEFT_API void weft_buffer_release(struct weft_buffer *b);
WEFT_API struct weft_tensor_type weft_buffer_type(const struct weft_buffer *b);
/* Waits until b is ready and gives its bytes; borrowed from b. The error of the run that should
 * have made it, if that failed. */
WEFT_API struct weft_error *weft_buffer_data(struct weft_buffer *b, void **data, size_t *size);

/* ---- running --------------------------------------------------------------------------- */

struct weft_event;

/* Runs x on in[0..nin) and waits. in[] is borrowed; out[0..nout) receives new buffers, each the
 * caller's. INVALID_ARGUMENT names the argument whose dtype or shape is not the signature's and,
 * for symbolic sizes, the dimension. On error no out[] is set. Any thread. */
WEFT_API struct weft_error *weft_run(struct weft_executable *x, uint32_t nin,
	struct weft_buffer *const *in, uint32_t nout, struct weft_buffer **out);
/* The same without waiting: the outputs become ready, or carry the error, when *done fires. */
WEFT_API struct weft_error *weft_run_async(struct weft_executable *x, uint32_t nin,
	struct weft_buffer *const *in, uint32_t nout, struct weft_buffer **out,
	struct weft_event **done);
/* Waits; returns a copy of the error the event carries, NULL for success. */
WEFT_API struct weft_error *weft_event_wait(struct weft_event *e);
WEFT_API bool weft_event_ready(const struct weft_event *e);
WEFT_API void weft_event_release(struct weft_event *e);

/* ---- state ----------------------------------------------------------------------------- */

/* An executable with some of its arguments kept with it, as attributes: parameters and constants,
 * and buffers that the program changes. */
struct weft_instance;

struct weft_attribute {
	const char *name;            /* copied */
	uint32_t argument;           /* of the executable, and no longer one of the instance */
	int32_t result;              /* the result that it is after a run; -1: it stays */
	struct weft_buffer *value;   /* what it starts from */
	/* How the value lies in its memory, in elements, one a dimension: its dimensions in some
	 * order, without gaps. Borrowed for the call; NULL: row-major, as any other buffer. What
	 * weft_instance_value gives lies so too. */
	const int64_t *strides;
};
/* An instance of x, which it retains. Values that stay and are row-major are retained, not copied;
 * all others are copied, so that no instance sees another's runs. A name that is there already is
 * shared where both stay and hold the same elements, else its last number is made the next free
 * one. INVALID_ARGUMENT names the attribute whose argument, result, type or strides are not x's or
 * are taken. */
WEFT_API struct weft_error *weft_instance_create(struct weft_executable *x, uint32_t n,
	const struct weft_attribute *attributes, struct weft_instance **out);
WEFT_API void weft_instance_release(struct weft_instance *i);
/* Arguments and results that are left, in the executable's order. */
WEFT_API uint32_t weft_instance_inputs(const struct weft_instance *i);
WEFT_API uint32_t weft_instance_outputs(const struct weft_instance *i);
/* As weft_run. On error no attribute has changed. Any thread; runs of one instance wait for each
 * other. */
WEFT_API struct weft_error *weft_instance_run(struct weft_instance *i, uint32_t nin,
	struct weft_buffer *const *in, uint32_t nout, struct weft_buffer **out);
/* Attributes are what they started from. Any thread. */
WEFT_API void weft_instance_reset(struct weft_instance *i);
/* The name of attribute k of those given; borrowed from i; NULL where there is none. */
WEFT_API const char *weft_instance_name(const struct weft_instance *i, uint32_t k);
/* What an attribute holds, in the strides it was given, a reference of the caller's; later runs
 * leave it as it is. NOT_FOUND. */
WEFT_API struct weft_error *weft_instance_value(struct weft_instance *i, const char *name,
	struct weft_buffer **out);

/* What a check took: steps run, ops that were evaluated while compiling, ops that the interpreter
 * ran. */
struct weft_check_counts {
	uint64_t kernels, library_calls, folded, interpreted;
};
/* Runs a StableHLO text that checks itself (its main has custom calls to check.expect_eq and the
 * like), each part between lines with "// -----" as a module of its own.  A backend that compiles
 * gets the constants of main as arguments.  A main with arguments of its own holds when it
 * compiles.  backend NULL: "weft"; options may be NULL; *counts is added to, and may be NULL.
 * INVALID_ARGUMENT at the first check that does not hold. */
WEFT_API struct weft_error *weft_check(const char *backend, const struct weft_options *options,
	const char *name, const char *text, size_t size, struct weft_check_counts *counts);

/* What this process compiled and ran so far (doc/report.md); format "text" or "json", or
 * "fallbacks": that member of "json" alone, without a text for each executable.
 * Freed with weft_text_free. */
WEFT_API struct weft_error *weft_report(const char *format, char **out);
/* `compiled_how` and `passes_s` of the report begin at 0 again. */
WEFT_API void weft_report_reset(void);

#ifdef __cplusplus
}
#endif
#endif
