/* plant.c -- the backend that plants errors: native code, and what the words of the option
 * `plant` say (plant.def), so that tools that look for errors, and modes that survive them, can
 * be tried.
 *
 * A word may bear a number, `compile_slow=250`, and an op, `wrong@tanh`: then it holds only for
 * programs with that op.  What is to happen when running is kept in the artifact. */
#include "backend/backend.h"
#include "base/str.h"
#include "stablehlo/stablehlo.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum plant {
#define PLANT(word, when, doc) PLANT_##word,
#include "backend/plant.def"
#undef PLANT
	PLANTS
};
enum when { WHEN_run, WHEN_compile };
static const struct {
	const char *word;
	enum when when;
} words[] = {
#define PLANT(word, when, doc) { #word, WHEN_##when },
#include "backend/plant.def"
#undef PLANT
};

static enum plant word_find(const char *text, size_t n)
{
	enum plant p = 0;
	while (p < PLANTS && (strlen(words[p].word) != n || memcmp(words[p].word, text, n)))
		p++;
	return p;
}

static void wait_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
	nanosleep(&t, NULL);
}

_Noreturn static void hang(void)
{
	for (;;)
		pause();
}

/* Until there is no more: refused where nothing would stop it before the machine does. */
static void explode(struct job *j)
{
	struct rlimit r;
	if (getrlimit(RLIMIT_AS, &r) || r.rlim_cur == RLIM_INFINITY)
		job_fail(j, WEFT_FAILED_PRECONDITION,
			"plant: compile_memory in a process without a limit on memory");
	for (;;)
		memset(job_alloc(j, 16 << 20), 1, 16 << 20);
}

static void happen(struct job *j, enum plant p, long number)
{
	switch (p) {
	case PLANT_compile_error: job_fail(j, WEFT_INTERNAL, "plant: compile_error");
	case PLANT_compile_crash: __builtin_trap();
	case PLANT_compile_hang: hang();
	case PLANT_compile_slow: wait_ms(number < 0 ? 1000 : number); break;
	case PLANT_compile_memory: explode(j); break;
	default: break;
	}
}

static bool has_op(struct job *j, struct graph *g, const char *op, size_t n)
{
	struct str text;
	str_init(&text, j);
	job_try(j, stablehlo_print(g, &text));
	return strstr(text.text, job_printf(j, "stablehlo.%.*s ", (int)n, op)) ||
	       strstr(text.text, job_printf(j, "stablehlo.%.*s\"", (int)n, op)) ||
	       strstr(text.text, job_printf(j, "chlo.%.*s ", (int)n, op));
}

/* ---- words ---------------------------------------------------------------------------------- */

/* NAME[=NUMBER][@OP]. */
struct word {
	enum plant plant;
	long number;                 /* -1: none */
	const char *op;              /* n bytes; NULL: any program */
	size_t n;
};

static bool is_op(const char *name, size_t n)
{
	char text[80];
	for (int i = 0; i < 2; i++) {
		int len = snprintf(text, sizeof text, "%s.%.*s", i ? "chlo" : "stablehlo", (int)n,
			name);
		if (len < (int)sizeof text && op_find(text, (size_t)len) != OP_COUNT)
			return true;
	}
	return false;
}

static struct weft_error *unknown(const char *name, size_t len)
{
	const char *names[PLANTS];
	for (enum plant i = 0; i < PLANTS; i++)
		names[i] = words[i].word;
	return str_unknown("option plant: unknown word", name, len, names, PLANTS);
}

static struct weft_error *word_read(const char *text, size_t n, struct word *out)
{
	const char *at = memchr(text, '@', n);
	size_t front = at ? (size_t)(at - text) : n;
	const char *equals = memchr(text, '=', front);
	size_t len = equals ? (size_t)(equals - text) : front;
	char *end;
	*out = (struct word){ word_find(text, len), -1, NULL, 0 };
	if (at) {
		out->op = at + 1;
		out->n = n - front - 1;
	}
	if (out->plant == PLANTS)
		return unknown(text, len);
	if (equals)
		out->number = strtol(equals + 1, &end, 10);
	if (equals && (end != text + front || end == equals + 1 || out->number < 0 ||
			      out->number > 86400000))
		FAIL(WEFT_INVALID_ARGUMENT, "option plant: '%.*s' bears no number", (int)len, text);
	if (at && !is_op(out->op, out->n))
		FAIL(WEFT_INVALID_ARGUMENT, "option plant: '%.*s' names no operation", (int)n,
			text);
	return NULL;
}

struct weft_error *plant_check(const char *list)
{
	struct word w;
	for (size_t n; *list; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		TRY(word_read(list, n, &w));
	}
	return NULL;
}

static void plant_word(struct job *j, struct graph *g, const struct word *w, struct str *kept)
{
	if (w->op && !has_op(j, g, w->op, w->n))
		return;
	if (words[w->plant].when == WHEN_compile)
		happen(j, w->plant, w->number);
	else
		str_addf(kept, "%s%s", kept->len ? "," : "", words[w->plant].word);
}

static const char *plant_plant(struct job *j, struct graph *g, const char *plant)
{
	struct str kept;
	struct word w;
	str_init(&kept, j);
	str_add(&kept, "");
	for (size_t n; *plant; plant += n + (plant[n] == ',')) {
		n = strcspn(plant, ",");
		job_try(j, word_read(plant, n, &w));
		plant_word(j, g, &w, &kept);
	}
	return kept.text;
}

/* ---- running -------------------------------------------------------------------------------- */

/* The words that are kept, as bits of enum plant. */
struct state {
	unsigned bits;
};

static struct weft_error *plant_prepare(const struct backend *b, struct exe *x, void **out)
{
	size_t size;
	const char *text = exe_bytes(x, ABI_TEXT, &size);
	struct state *s = mem_alloc(sizeof *s);
	if (!s)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for backend '%s'", b->name);
	for (const char *p = text, *end = text ? text + size : NULL; p < end;) {
		const char *comma = memchr(p, ',', (size_t)(end - p));
		size_t n = comma ? (size_t)(comma - p) : (size_t)(end - p);
		enum plant w = word_find(p, n);
		s->bits |= w < PLANTS ? 1u << w : 0;
		p += n + 1;
	}
	*out = s;
	return NULL;
}

static void plant_unprepare(void *state)
{
	mem_free(state);
}

static struct weft_error *plant_run(struct exe *x, void *state, const struct run_options *o,
	const struct run_tensor *in, uint32_t nin, struct run_tensor *out, uint32_t nout)
{
	unsigned bits = ((const struct state *)state)->bits;
	if (bits & 1u << PLANT_error)
		FAIL(WEFT_INTERNAL, "plant: error");
	if (bits & 1u << PLANT_crash)
		__builtin_trap();
	if (bits & 1u << PLANT_hang)
		hang();
	TRY(exe_run(x, o, in, nin, out, nout));
	if (bits & 1u << PLANT_wrong && nout && out[0].bytes)
		/* The top bit of the element below its sign: another number in every type but
		 * i1. */
		((unsigned char *)out[0].data)[weft_dtype_size(out[0].dtype) - 1] ^=
			out[0].dtype == WEFT_I1 ? 1 : 0x40;
	return NULL;
}

const struct backend backend_plant = {
	.size = sizeof(struct backend),
	.name = "plant",
	.doc = "native code with the errors that the option plant names: for testing tools",
	.stages = BACKEND_PASSES | BACKEND_PLAN | BACKEND_GEN,
	.prepare = plant_prepare,
	.unprepare = plant_unprepare,
	.run = plant_run,
	.plant = plant_plant,
};
