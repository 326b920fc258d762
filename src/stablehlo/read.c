/* read.c -- stablehlo_read: one job around the reader. */
#include "stablehlo/text_impl.h"
#include <assert.h>
#include <string.h>

struct read_args {
	const char *name, *text;
	size_t size;
	const struct stablehlo_limits *limits;
	struct graph *g;
	bool outer_first, parsed;    /* parsed: the text is well formed */
};

static void read_job(struct job *j, void *arg)
{
	struct read_args *a = arg;
	struct parser p = { .j = j,
		.g = a->g,
		.text = a->text,
		.end = a->text + a->size,
		.at = a->text,
		.line = 1,
		.line_start = a->text,
		.outer_first = a->outer_first };

	graph_borrow(a->g, j);
	if (a->limits)
		p.limits = *a->limits;
	if (!p.limits.depth)
		p.limits.depth = 256;
	if (!p.limits.bytes)
		p.limits.bytes = (uint64_t)1 << 40;
	const char *name = a->name ? a->name : "<text>";
	p.file = graph_string(a->g, name, strlen(name));
	p.any_dim = dim_free(a->g, 0, INT64_MAX);
	names_init(&p.values, j);
	names_init(&p.attr_aliases, j);
	names_init(&p.type_aliases, j);
	names_init(&p.funcs, j);
	names_init(&p.resources, j);
	names_init(&p.captured, j);
	read_file(&p);
	a->parsed = true;
	lower_all(&p);
}

static struct weft_error *read_once(struct read_args *a)
{
	TRY(graph_create(&a->g));
	struct weft_error *e = job_run(read_job, a);
	if (e)
		graph_release(a->g);
	return e;
}

struct weft_error *stablehlo_read(const char *name, const char *text, size_t size,
	const struct stablehlo_limits *limits, struct graph **out)
{
	struct read_args a = { .name = name, .text = text, .size = size, .limits = limits };

	struct weft_error *e = read_once(&a);
	if (e && a.parsed && weft_error_code(e) == WEFT_INVALID_ARGUMENT) {
		a.outer_first = true;            /* again, for the fault that comes first */
		weft_error_free(e);
		e = read_once(&a);
		assert(e && "what is wrong once is wrong twice");
	}
	if (!e)
		*out = a.g;
	return e;
}
