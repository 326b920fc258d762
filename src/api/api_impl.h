/* api_impl.h -- the objects behind the handles of weft.h, for the files of api/. */
#ifndef API_API_IMPL_H
#define API_API_IMPL_H
#include "api/api.h"
#include "backend/backend.h"
#include "ir/graph.h"
#include "pass/pass.h"
#include <pthread.h>
#include <stdatomic.h>

/* Short locks, in the order they nest in; a fork finds none held (locks.c). */
enum api_lock { LOCK_report, LOCK_codegen, LOCK_worker, LOCK_notice, LOCK_COUNT };
void api_lock(enum api_lock l);
void api_unlock(enum api_lock l);

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

/* A text that was not set is NULL. */
struct option_number {
	int64_t value;
	bool set;
};
struct user_pass;
struct weft_options {
	struct user_pass *passes;            /* user_pass.h */
#define INT(name, ...) struct option_number name;
#define BOOL(name, ...) struct option_number name;
#define STR(name, ...) char *name;
#define TEXT(name, ...) char *name;
#include "api/option.def"
#undef INT
#undef BOOL
#undef STR
#undef TEXT
};
/* o's value, or the default where o is NULL or it was not set. */
#define INT(name, ...) int64_t option_##name(const struct weft_options *o);
#define BOOL(name, ...) bool option_##name(const struct weft_options *o);
#define STR(name, ...) const char *option_##name(const struct weft_options *o);
#define TEXT(name, ...) const char *option_##name(const struct weft_options *o);
#include "api/option.def"
#undef INT
#undef BOOL
#undef STR
#undef TEXT
/* Is value one for the option?  INVALID_ARGUMENT names it and what in value is none. */
struct weft_error *option_check_passes(const char *value) BASE_MUST_USE;     /* passes.c */
struct weft_error *option_check_versions(const char *value) BASE_MUST_USE;   /* later.c */
struct weft_error *option_check_level(const char *value) BASE_MUST_USE;      /* options.c */
struct weft_error *option_check_ops(const char *value) BASE_MUST_USE;        /* constant.c */
struct weft_error *option_check_words(const char *value) BASE_MUST_USE;      /* options.c */
/* Option pool; libgomp is looked for.  FAILED_PRECONDITION: host, and it is not there. */
struct weft_error *option_who(const struct weft_options *o, enum pool_who *out) BASE_MUST_USE;
/* A copy of given (may be NULL), with what it does not set taken from the environment. */
struct weft_error *options_resolve(const struct weft_options *given,
	struct weft_options **out) BASE_MUST_USE;
/* Calls add with name and value of every option that was set. */
void options_each(const struct weft_options *o, void (*add)(void *arg, const char *, const char *),
	void *arg);
/* Calls add with name and value of every option that compiled code depends on. */
void options_key(const struct weft_options *o, void (*add)(void *arg, const char *, const char *),
	void *arg);

/* Hands s's text over to *out, the caller's to weft_text_free, unless e (taken) is an error, which
 * comes back.  RESOURCE_EXHAUSTED where there was no memory for it. */
struct weft_error *text_give(struct str *s, struct weft_error *e, char **out) BASE_MUST_USE;

/* Tells the handler of weft_notice_handler, once for each text. */
void notice(const char *fmt, ...) BASE_PRINTF(1, 2);
void notices_add(struct str *s);             /* all of them, as a JSON list */

/* What the cache did for an executable. */
enum kept_state { KEPT_loaded, KEPT_disabled, KEPT_bypassed, KEPT_hit, KEPT_miss };

struct weft_executable {
	atomic_uint refs;
	const struct backend *backend;
	struct exe *exe;
	void *state;                         /* the backend's */
	unsigned threads;                    /* option; 0: by environment at each run */
	enum pool_who who;                   /* option pool */
	const char *role;                    /* option, a literal; NULL when loaded */
	double compile_s;                    /* wall time from graph to executable; 0 when loaded */
	enum kept_state kept;                /* what the cache did for it, and why it did nothing */
	const char *kept_why;                /* a literal or NULL */
	char kept_key[65];                   /* of a hit or a miss, as the cache's entry is named */
	char name[64];
	struct weft_executable *next, *previous;     /* the report's list (report.c) */
	/* Versions compiled later (later.c): the one that runs instead, NULL: none yet; and, of
	 * versions, the one before. */
	_Atomic(struct weft_executable *) better;
	struct weft_executable *older;
	uint32_t versions, pending;          /* made, and to come */
	unsigned forks;
	struct weft_error *later_error;
};
/* Takes bytes (mem_free's), loads them and gives the executable one reference. */
struct weft_error *executable_create(const struct backend *b, void *bytes, size_t size,
	const struct weft_options *o, struct weft_executable **out) BASE_MUST_USE;

/* The same without options; bytes are copied.  load says which constants are bound. */
struct weft_error *executable_open(const struct backend *b, const void *bytes, size_t size,
	const struct run_load *load, struct weft_executable **out) BASE_MUST_USE;

/* Compiles p by the options' mode and the cache, or in this process without it to *bytes, which are
 * mem_free's; neither stands in the report.  o is resolved. */
struct weft_error *compile_version(const struct backend *b, struct weft_program *p,
	const struct weft_options *o, struct weft_executable **out) BASE_MUST_USE;
struct weft_error *compile_bytes(const struct backend *b, const struct weft_program *p,
	const struct weft_options *o, void **bytes, size_t *size) BASE_MUST_USE;

/* No program becomes code in this process from now on: compiles fail with CANCELLED. */
void compiles_close(void);
int compiles_running(void);                  /* that do just now */

/* Opens libweft_codegen at first use. */
struct weft_error *codegen_open(const struct codegen_table **out) BASE_MUST_USE;
bool codegen_is_open(void);
/* Gives memory that compiling took back to the system, the code generator's own pages included,
 * which come back where it is used again. */
void codegen_rest(void);
double codegen_load_seconds(void);           /* what opening it took; 0 while it is not */

void report_add(struct weft_executable *x, bool compiled);
void report_kernels(uint32_t n);             /* so many were just compiled */
uint64_t report_kernels_so_far(void);
void report_passes(enum pass_group g, double seconds);       /* passes of g took so long */
void report_tuned(uint32_t n);               /* so many candidates of kernels were just timed */
void report_bypass(const char *why);         /* a literal: why the cache was not asked */
void report_remove(struct weft_executable *x);
#endif
