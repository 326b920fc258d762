/* gradient.c -- the functions of weft/grad.h.
 *
 * The gradient's region is made in p's own graph, beside p's functions (nodes are consed, so what
 * forward and backward share is there already), and leaves it as text: reading it again gives a
 * program whose symbolic sizes belong to its own arguments. */
#include "api/api_impl.h"
#include "base/str.h"
#include "pass/grad/grad.h"
#include "pass/pass.h"
#include "stablehlo/stablehlo.h"
#include <string.h>
#include <weft/grad.h>

struct gradient {
	struct graph *graph;
	uint32_t nwrt;
	const uint32_t *wrt;
	bool apart;                          /* forward and backward */
	int64_t budget;                      /* bytes kept between them */
	uint32_t nkept;                      /* results, when apart */
	int32_t *kept;
	uint64_t bytes;
	struct str text[2];                  /* the program, or forward and backward */
};

/* Which arguments are asked for. */
static const bool *read_wanted(struct job *j, const struct gradient *c, const struct region *r)
{
	bool *wanted = job_array(j, (size_t)r->nparams + 1, sizeof *wanted);
	bool any = false;
	for (uint32_t i = 0; i < r->nparams && !c->nwrt; i++)
		any |= wanted[i] = type_has_gradient(r->params[i]);
	for (uint32_t i = 0; i < c->nwrt; i++) {
		if (c->wrt[i] >= r->nparams)
			job_fail(j, WEFT_INVALID_ARGUMENT, "no argument %u: there are %u",
				c->wrt[i], r->nparams);
		if (!type_has_gradient(r->params[c->wrt[i]]))
			job_fail(j, WEFT_INVALID_ARGUMENT,
				"argument %u, a %s, has no gradient", c->wrt[i],
				type_text(j, c->graph, r->params[c->wrt[i]]));
		if (i && c->wrt[i] <= c->wrt[i - 1])
			job_fail(j, WEFT_INVALID_ARGUMENT,
				"arguments are to be given once each, in order");
		any = wanted[c->wrt[i]] = true;
	}
	if (!any)
		job_fail(j, WEFT_INVALID_ARGUMENT, "no argument has a gradient");
	return wanted;
}

static const bool *read_seeded(struct job *j, const struct region *r)
{
	bool *seeded = job_array(j, (size_t)r->nresults + 1, sizeof *seeded), any = false;
	for (uint32_t i = 0; i < r->nresults; i++)
		any |= seeded[i] = type_has_gradient(r->results[i]->type);
	if (!any)
		job_fail(j, WEFT_INVALID_ARGUMENT, "no result has a gradient");
	return seeded;
}

static void print_main(struct job *j, struct graph *g, const struct region *r, struct str *out)
{
	struct func f = { .name = "main", .region = r };
	job_try(j, stablehlo_print_func(g, &f, out));
}

static void make(struct job *j, void *arg)
{
	struct gradient *c = arg;
	struct pass_options po = { .off = NULL };
	struct graph *g = c->graph;
	graph_borrow(g, j);
	const struct func *main = graph_main(g);
	if (!main)
		job_fail(j, WEFT_INVALID_ARGUMENT, "a program without a function named main");
	const struct region *r = pass_run(g, main->region, PASS_ID_inline, &po);
	r = pass_run(g, r, PASS_ID_expand, &po);
	struct grad_request q = { r, read_wanted(j, c, r), read_seeded(j, r), true };
	const struct region *joint = region_gradient(g, &q);
	if (!c->apart) {
		print_main(j, g, joint, &c->text[0]);
		return;
	}
	bool token = r->results[r->nresults - 1]->type->kind == TYPE_token;
	struct split s;
	region_split(g, joint, r->nparams, r->nresults - token, c->budget, &s);
	print_main(j, g, s.forward, &c->text[0]);
	print_main(j, g, s.backward, &c->text[1]);
	c->nkept = s.nkept;
	c->bytes = (uint64_t)s.bytes;
	c->kept = mem_alloc((s.nkept + 1) * sizeof *c->kept);
	if (!c->kept)
		job_fail(j, WEFT_RESOURCE_EXHAUSTED, "no memory for %u numbers", s.nkept);
	memcpy(c->kept, s.kept, s.nkept * sizeof *c->kept);
}

/* Runs c under the graph's lock and reads the programs. */
static struct weft_error *run(
	struct gradient *c, const struct weft_program *p, struct weft_program *out[2])
{
	/* the graph's, not the handle's, state */
	pthread_mutex_t *lock = (pthread_mutex_t *)&p->lock;
	static const char *const names[] = { "<gradient>", "<backward>" };
	str_init(&c->text[0], NULL);
	str_init(&c->text[1], NULL);
	pthread_mutex_lock(lock);
	struct weft_error *e = job_run(make, c);
	pthread_mutex_unlock(lock);
	for (int i = 0; i < 1 + c->apart && !e; i++)
		e = weft_program_parse(WEFT_STABLEHLO_TEXT, names[i], c->text[i].text,
			c->text[i].len, &out[i]);
	str_fini(&c->text[0]);
	str_fini(&c->text[1]);
	return e;
}

struct weft_error *weft_program_gradient(const struct weft_program *p, uint32_t nwrt,
	const uint32_t *wrt, struct weft_program **out)
{
	struct gradient c = { .graph = p->graph, .nwrt = nwrt, .wrt = wrt };
	struct weft_program *made[2] = { NULL, NULL };
	TRY(run(&c, p, made));
	*out = made[0];
	return NULL;
}

struct weft_error *weft_program_training(const struct weft_program *p, uint32_t nwrt,
	const uint32_t *wrt, uint64_t budget, struct weft_training *out)
{
	struct gradient c = { .graph = p->graph, .nwrt = nwrt, .wrt = wrt, .apart = true,
		.budget = budget < INT64_MAX ? (int64_t)budget : INT64_MAX };
	struct weft_program *made[2] = { NULL, NULL };
	struct weft_error *e = run(&c, p, made);
	struct weft_training t = { made[0], made[1], c.nkept, c.kept, c.bytes };
	if (e)
		weft_training_fini(&t);
	else
		*out = t;
	return e;
}

void weft_training_fini(struct weft_training *t)
{
	if (!t)
		return;
	weft_program_release(t->forward);
	weft_program_release(t->backward);
	mem_free(t->kept);
	*t = (struct weft_training){ 0 };
}
