/* read.c -- stablehlo_read: one job around the reader. */
#include "stablehlo/text_impl.h"
#include <string.h>

struct read_args {
	const char *name, *text;
	size_t size;
	const struct stablehlo_limits *limits;
	struct graph *g;
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
		.line_start = a->text };

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
	lower_all(&p);
}

struct weft_error *stablehlo_read(const char *name, const char *text, size_t size,
	const struct stablehlo_limits *limits, struct graph **out)
{
	struct read_args a = { .name = name, .text = text, .size = size, .limits = limits };

	TRY(graph_create(&a.g));
	struct weft_error *e = job_run(read_job, &a);
	if (e) {
		graph_release(a.g);
		return e;
	}
	*out = a.g;
	return NULL;
}
