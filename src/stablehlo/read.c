/* read.c -- stablehlo_read: one job around the readers of text and of bytecode. */
#include "stablehlo/bytecode/bytecode_impl.h"
#include <assert.h>
#include <string.h>

struct read_args {
	const char *name, *text;
	size_t size;
	const struct stablehlo_limits *limits;
	struct graph *g;
	bool outer_first, parsed;    /* parsed: the text is well formed */
};

void parser_init(struct parser *p, struct job *j, struct graph *g, const char *name,
	const char *text, size_t size)
{
	*p = (struct parser){ .j = j,
		.g = g,
		.text = text,
		.end = text + size,
		.at = text,
		.line = 1,
		.line_start = text,
		.limits = { .depth = 256, .bytes = (uint64_t)1 << 40 } };
	p->file = graph_string(g, name, strlen(name));
	p->any_dim = dim_free(g, 0, INT64_MAX);
	names_init(&p->values, j);
	names_init(&p->attr_aliases, j);
	names_init(&p->type_aliases, j);
	names_init(&p->funcs, j);
	names_init(&p->resources, j);
	names_init(&p->captured, j);
}

static void read_job(struct job *j, void *arg)
{
	struct read_args *a = arg;
	struct parser p;

	graph_borrow(a->g, j);
	parser_init(&p, j, a->g, a->name ? a->name : "<text>", a->text, a->size);
	p.outer_first = a->outer_first;
	if (a->limits && a->limits->depth)
		p.limits.depth = a->limits->depth;
	if (a->limits && a->limits->bytes)
		p.limits.bytes = a->limits->bytes;
	if (stablehlo_is_bytecode(a->text, a->size))
		read_bytecode(&p);
	else
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

bool stablehlo_is_bytecode(const void *data, size_t size)
{
	return size >= 4 && !memcmp(data, "ML\xEFR", 4);
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
