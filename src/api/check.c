/* check.c -- weft_check: runs programs that check themselves, chunk by chunk of their file.
 *
 * In the interpreter the checks are custom calls that run where they stand.  Another backend is
 * given the program with the compared values as its results, and they are compared here: what runs
 * is compiled code alone. */
#include "api/check.h"
#include "base/str.h"
#include "stablehlo/stablehlo.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- in the interpreter --------------------------------------------------------------------- */

struct interpretation {
	const struct graph *g;
	struct probes *probes;
};

const char *check_attr(const struct node *n, const char *name)
{
	for (uint32_t i = 0; n->attrs && i < n->attrs->n; i++)
		if (n->attrs->e[i].name && !strcmp(n->attrs->e[i].name, name))
			return n->attrs->e[i].value->s;
	return NULL;
}

static size_t bytes_of(const struct tensor *t)
{
	return (size_t)tensor_elements(t) * dtype_bytes(t->type->dtype);
}

static struct weft_error *custom(void *arg, const struct node *n, const struct tensor *in,
	uint32_t nin, struct tensor *out, uint32_t nout);

/* ---- run_parallel --------------------------------------------------------------------------- */

struct run_parallel {
	struct interpretation *r;
	const struct node *n;
	struct parallel p;
	const struct tensor *in;
	struct tensor *out;
	uint32_t nout, feed;
	struct world *world;
};
/* One process. */
struct run_one {
	struct run_parallel *all;
	uint32_t i;
};

static void interpret_process(struct job *j, void *arg)
{
	const struct run_one *one = arg;
	struct run_parallel *all = one->all;
	const struct region *r = all->p.programs[one->i]->region;
	uint32_t first_in = parallel_first(&all->p, one->i, false);
	uint32_t first_out = parallel_first(&all->p, one->i, true);
	struct eval_options o = { .custom = custom, .custom_arg = all->r };
	struct tensor *results = job_array(j, r->nresults, sizeof *results);
	struct tensor *args = job_array(j, r->nparams, sizeof *args);

	for (uint32_t i = 0; i < r->nparams; i++)
		args[i] = i < all->p.counts[one->i].nin ? all->in[first_in + i] :
			(struct tensor){ .type = r->params[i] };
	eval_region(j, all->r->g, r, &o, args, results);
	for (uint32_t i = 0; i < all->p.counts[one->i].nout; i++) {
		struct tensor *out = &all->out[first_out + i];
		if (out->type->kind != TYPE_tensor || results[i].type->kind != TYPE_tensor)
			continue;
		if (bytes_of(out) != bytes_of(&results[i]))
			job_fail(j, WEFT_INVALID_ARGUMENT,
				"interpreter.run_parallel: result %u has another size",
					first_out + i);
		if (bytes_of(out))
			memcpy(out->data, results[i].data, bytes_of(out));
	}
}

static struct weft_error *run_process(void *arg, uint32_t i)
{
	struct run_one one = { arg, i };

	return job_run(interpret_process, &one);
}

static void interpret_feed(struct job *j, void *arg)
{
	struct run_parallel *all = arg;
	const struct region *r = all->p.infeed[all->feed]->region;
	struct eval_options o = { .custom = custom, .custom_arg = all->r };
	struct tensor *results = job_array(j, r->nresults, sizeof *results);

	eval_region(j, all->r->g, r, &o, NULL, results);
	for (uint32_t i = 0; i < r->nresults; i++)
		if (results[i].type->kind == TYPE_tensor)
			job_try(j, world_put(all->world, WORLD_feed, 0, WORLD_ANYONE, WORLD_ANYONE,
				results[i].data, bytes_of(&results[i])));
}

static struct weft_error *feed(void *arg, uint32_t i, struct world *w)
{
	struct run_parallel *all = arg;

	all->feed = i;
	all->world = w;
	return job_run(interpret_feed, all);
}

static void run_grid(struct job *j, void *arg)
{
	struct run_parallel *all = arg;

	all->p = parallel_read(j, all->r->g, all->n);
	job_try(j, parallel_run(&all->p, feed, run_process, all));
}

/* ---- custom calls --------------------------------------------------------------------------- */

static struct weft_error *custom(void *arg, const struct node *n, const struct tensor *in,
	uint32_t nin, struct tensor *out, uint32_t nout)
{
	struct interpretation *r = arg;
	const char *name = node_str(n, KEY_call_target_name, "");

	if (parallel_is(n)) {
		struct run_parallel all = { .r = r, .n = n, .in = in, .out = out, .nout = nout };
		return job_run(run_grid, &all);
	}
	if ((probe_is(n) || !strcmp(name, "interpreter.print")) && nin == 1 && nout == 1) {
		memcpy(out[0].data, in[0].data, bytes_of(in));
		return probe_is(n) ? probes_add(r->probes, check_attr(n, "probe_id"), in->data,
			bytes_of(in)) : NULL;
	}
	if (!strcmp(name, "check.expect_serialized_eq") && nin == 1)
		return probes_check(r->probes, n, in->data, bytes_of(in));
	if (!check_is(n))
		FAIL(WEFT_UNIMPLEMENTED, "no custom call @%s", name);
	TRY(check_values(r->g, n, in, nin));
	for (uint32_t i = 0; i < nout; i++)
		if (out[i].type->kind == TYPE_tensor && out[i].type->dtype == DTYPE_i1)
			memset(out[i].data, 1, (size_t)tensor_elements(&out[i]));
	return NULL;
}

static void interpret(struct job *j, void *arg)
{
	struct interpretation *r = arg;
	const struct graph *g = r->g;
	const struct func *f = graph_main(g);

	if (!graph_nfuncs(g))
		return;
	if (!f)
		job_fail(j, WEFT_INVALID_ARGUMENT, "no function named main");
	if (f->region->nparams && f->region->params[0]->kind != TYPE_token)
		/* nothing to run it on: it was read and verified */
		return;
	struct eval_options o = { .custom = custom, .custom_arg = r };
	struct tensor *results = job_array(j, f->region->nresults, sizeof *results);
	eval_region(j, g, f->region, &o, NULL, results);
}

/* ---- files ---------------------------------------------------------------------------------- */

static bool only_comments(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (isspace((unsigned char)text[i]))
			continue;
		if (i + 1 >= size || text[i] != '/' || text[i + 1] != '/')
			return false;
		while (i < size && text[i] != '\n')
			i++;
	}
	return true;
}

struct check_request {
	const char *backend;
	const struct weft_options *options;
	const char *name;                    /* of the file */
	struct weft_check_counts *counts;
};

/* One module; line is the number of lines before it in the file, kept so that places are the
 * file's. */
static struct weft_error *check_chunk(const struct check_request *r, const char *text, size_t size,
	size_t line)
{
	struct str padded;
	struct graph *g;

	if (only_comments(text, size))
		return NULL;
	str_init(&padded, NULL);
	for (size_t i = 0; i < line; i++)
		str_addc(&padded, '\n');
	str_add_bytes(&padded, text, size);
	if (padded.failed) {
		str_fini(&padded);
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %zu bytes", size);
	}
	struct weft_error *e = stablehlo_read(r->name, padded.text, padded.len, NULL, &g);
	str_fini(&padded);
	if (e)
		return e;
	uint64_t before = eval_count();
	if (strcmp(r->backend, "interp")) {
		e = check_compiled(r->backend, r->options, g, r->counts);
	} else {
		struct interpretation i = { .g = g };
		e = probes_create(&i.probes);
		if (!e)
			e = job_run(interpret, &i);
		probes_free(i.probes);
		r->counts->interpreted += eval_count() - before;
	}
	graph_release(g);
	return e;
}

struct weft_error *weft_check(const char *backend, const struct weft_options *o, const char *name,
	const char *text, size_t size, struct weft_check_counts *counts)
{
	size_t start = 0, line = 0, start_line = 0;
	struct weft_check_counts own = { 0 };
	struct check_request r = { backend ? backend : "weft", o, name, counts ? counts : &own };

	for (size_t at = 0; at < size; line++) {
		const char *end = memchr(text + at, '\n', size - at);
		size_t next = end ? (size_t)(end - text) + 1 : size;
		if (memmem(text + at, next - at, "// -----", 8)) {
			TRY(check_chunk(&r, text + start, at - start, start_line));
			start = next;
			start_line = line + 1;
		}
		at = next;
	}
	return check_chunk(&r, text + start, size - start, start_line);
}
