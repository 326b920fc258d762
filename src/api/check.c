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

/* What interpreter.probe saw: by its id and how often it was there before. */
struct probe {
	struct probe *next;
	const char *id;
	uint64_t iter;
	const void *data;
	size_t bytes;
};
struct interpretation {
	struct job *j;
	const struct graph *g;
	struct probe *probes;
};

static const char *attr_text(const struct node *n, const char *name)
{
	for (uint32_t i = 0; n->attrs && i < n->attrs->n; i++)
		if (n->attrs->e[i].name && !strcmp(n->attrs->e[i].name, name))
			return n->attrs->e[i].value->s;
	return NULL;
}

static void probe_add(struct interpretation *r, const char *id, const struct tensor *in, void *out)
{
	struct probe *p = job_alloc(r->j, sizeof *p);
	size_t bytes = (size_t)tensor_elements(in) * dtype_bytes(in->type->dtype);
	void *copy = job_alloc(r->j, bytes);

	memcpy(copy, in->data, bytes);
	memcpy(out, in->data, bytes);
	*p = (struct probe){ r->probes, id, 0, copy, bytes };
	for (const struct probe *q = r->probes; q; q = q->next)
		p->iter += !strcmp(q->id, id);
	r->probes = p;
}

static struct weft_error *probe_check(const struct interpretation *r, const struct node *n,
	const char *id, const struct tensor *in)
{
	const char *iter = attr_text(n, "iter");
	uint64_t at = iter ? strtoull(iter, NULL, 0) : 0;
	size_t bytes = (size_t)tensor_elements(in) * dtype_bytes(in->type->dtype);

	for (const struct probe *p = r->probes; p; p = p->next)
		if (!strcmp(p->id, id) && p->iter == at && p->bytes == bytes &&
		    !memcmp(p->data, in->data, bytes))
			return NULL;
	FAIL(WEFT_INVALID_ARGUMENT, "check.expect_serialized_eq: no such value of probe %s", id);
}

static struct weft_error *custom(void *arg, const struct node *n, const struct tensor *in,
	uint32_t nin, struct tensor *out, uint32_t nout)
{
	struct interpretation *r = arg;
	const char *name = node_str(n, KEY_call_target_name, ""), *id = attr_text(n, "probe_id");

	if (!strcmp(name, "interpreter.probe") && id && nin == 1 && nout == 1) {
		probe_add(r, id, in, out[0].data);
		return NULL;
	}
	if (!strcmp(name, "check.expect_serialized_eq") && id && nin == 1)
		return probe_check(r, n, id, in);
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
	struct graph *g = arg;
	const struct func *f = graph_main(g);

	if (!graph_nfuncs(g))
		return;
	if (!f)
		job_fail(j, WEFT_INVALID_ARGUMENT, "no function named main");
	if (f->region->nparams && f->region->params[0]->kind != TYPE_token)
		/* nothing to run it on: it was read and verified */
		return;
	struct interpretation r = { j, g, NULL };
	struct eval_options o = { .custom = custom, .custom_arg = &r };
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
		e = job_run(interpret, g);
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
