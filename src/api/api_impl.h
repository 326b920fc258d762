/* api_impl.h -- the objects behind the handles of weft.h, for the files of api/. */
#ifndef API_API_IMPL_H
#define API_API_IMPL_H
#include "api/api.h"
#include "backend/backend.h"
#include "ir/graph.h"
#include <pthread.h>
#include <stdatomic.h>

struct weft_client {
	atomic_uint refs;
	const struct backend *backend;
};

/* The graph is one job's at a time: lock while compiling or printing. */
struct weft_program {
	atomic_uint refs;
	struct graph *graph;
	pthread_mutex_t lock;
};

/* Takes g. */
struct weft_error *program_create(struct graph *g, struct weft_program **out) BASE_MUST_USE;

struct weft_options {
#define INT(name, otherwise, least, most, of, doc) int64_t name;
#define STR(name, otherwise, values, of, doc) char *name;
#include "api/option.def"
#undef INT
#undef STR
};
/* o's value, or the default where o is NULL or the text was not set. */
#define INT(name, otherwise, least, most, of, doc)                                                 \
	int64_t option_##name(const struct weft_options *o);
#define STR(name, otherwise, values, of, doc)                                                      \
	const char *option_##name(const struct weft_options *o);
#include "api/option.def"
#undef INT
#undef STR
void options_copy_from(struct weft_options *to, const struct weft_options *from);

/* What the cache did for an executable. */
enum kept_state { KEPT_loaded, KEPT_disabled, KEPT_bypassed, KEPT_hit, KEPT_miss };

struct weft_executable {
	atomic_uint refs;
	const struct backend *backend;
	struct exe *exe;
	void *state;                         /* the backend's */
	unsigned threads;                    /* option; 0: by environment at each run */
	double compile_s;                    /* wall time from graph to executable; 0 when loaded */
	enum kept_state kept;                /* what the cache did for it, and why it did nothing */
	const char *kept_why;                /* a literal or NULL */
	char name[64];
	struct weft_executable *next, *previous;     /* the report's list (report.c) */
};
/* Takes bytes (mem_free's), loads them and gives the executable one reference. */
struct weft_error *executable_create(const struct backend *b, void *bytes, size_t size,
	const struct weft_options *o, struct weft_executable **out) BASE_MUST_USE;

/* Opens libweft_codegen at first use. */
struct weft_error *codegen_open(const struct codegen_table **out) BASE_MUST_USE;
bool codegen_is_open(void);

void report_add(struct weft_executable *x, bool compiled);
void report_kernels(uint32_t n);             /* so many were just compiled */
void report_bypass(const char *why);         /* a literal: why the cache was not asked */
void report_remove(struct weft_executable *x);
#endif
