/* emit_impl.h -- between the files that write a plan: steps (emit.c) and sizes (emit_size.c). */
#ifndef BACKEND_EMIT_IMPL_H
#define BACKEND_EMIT_IMPL_H
#include "backend/artifact.h"
#include "base/str.h"
#include "plan/plan.h"

/* The extents that a list of steps has computed; those of the lists around it hold, too, as far as
 * they are computed in front of it. */
struct known {
	const struct known *outer;
	uint32_t before;                     /* entries from this one on come behind the list */
	const struct plan_steps *list;       /* NULL: main's, or what is loaded */
	bool *ready;                         /* by value of the list: a step has computed it */
	int64_t *extent;                     /* by dimension expression: its extent, 0: none yet */
	uint32_t n;
};
struct pending {                             /* what is to be written behind main */
	const struct plan_step *step;
	uint32_t at;                         /* its record */
	uint32_t sizes;                      /* entries there are as it begins */
	const struct known *known;
	const int64_t **dims;                /* library, callback: by argument, its extents */
};
struct emit {
	struct job *job;
	const struct plan *p;
	struct artifact_writer *w;
	struct known *known;                 /* of the list being written */
	int64_t *bytes;                      /* by buffer: its extent, once that is known */
	bool *has_bytes;
	const char **origin;                 /* by dimension expression: where a symbol came from */
	uint32_t norigins;
	uint32_t sizes_done;                 /* entries covered by sizes steps so far */
	struct pending *pending;
	uint32_t npending, cap;
	uint32_t *main_at;                   /* by step of main: its record */
	uint32_t tensors;                    /* records so far */
	/* by value of the plan: a step of main has computed it */
	bool *ready;
	bool *checked;                       /* by equality of the plan */
};

/* Which extents are computed in front of a step. */
enum wanted {
	WANT_all,
	WANT_known,                          /* those made of what is known by now */
	WANT_memory,                         /* of these, bytes of buffers */
};

/* Of a list of steps within those of `outer`, of which it has the entries below `before`; NULL:
 * main's. */
struct known *emit_known(struct emit *e, const struct known *outer, uint32_t before,
	const struct plan_steps *list);
/* How messages call argument i of main. */
const char *emit_argument_name(const struct graph *g, int64_t i);

/* The entry of size d; where n of them are listed. */
int64_t emit_extent(struct emit *e, int64_t d);
uint32_t emit_extents(struct emit *e, uint32_t n, const int64_t *dims);
bool emit_is_known(const struct emit *e, int64_t d);
/* A step that computes the entries made since the last one. */
void emit_sizes_step(struct emit *e);
/* What s needs; what a branch needs of its own, as it begins. */
void emit_step_extents(struct emit *e, const struct plan_step *s, enum wanted how);
void emit_own_extents(struct emit *e, const struct plan_steps *branch);
/* Checks what a list of steps assumes of its sizes, as soon as they are known. */
void emit_check_equal(
	struct emit *e, uint32_t n, const struct dim_equality *equal, bool *checked);
/* Sizes of buffers that a step has made: symbols that nothing else defines are these. */
void emit_made(struct emit *e, uint32_t n, const struct plan_made *made);
/* The inputs' own sizes, and all that follows from them. */
void emit_prologue(struct emit *e);

#endif
