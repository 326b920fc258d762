/* check_probe.c -- what interpreter.probe saw, for check.expect_serialized_eq.
 *
 * Compiled code has a callback in a probe's place: "check.probe" with the id as its attributes. */
#include "api/check_impl.h"
#include "base/mem.h"
#include "run/run.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct probe {
	struct probe *next;
	char *id;
	uint64_t iter;
	size_t bytes;
	unsigned char data[];
};
struct probes {
	pthread_mutex_t lock;
	struct probe *first;
};

struct weft_error *probes_create(struct probes **out)
{
	*out = mem_alloc(sizeof **out);
	if (!*out)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for probes");
	pthread_mutex_init(&(*out)->lock, NULL);
	return NULL;
}

void probes_free(struct probes *p)
{
	if (!p)
		return;
	for (struct probe *at = p->first, *next; at; at = next) {
		next = at->next;
		mem_free(at->id);
		mem_free(at);
	}
	pthread_mutex_destroy(&p->lock);
	mem_free(p);
}

struct weft_error *probes_add(struct probes *p, const char *id, const void *data, size_t bytes)
{
	struct probe *new = mem_alloc(sizeof *new + bytes);
	char *name = mem_strdup(id);

	if (!new || !name) {
		mem_free(new);
		mem_free(name);
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for a probe");
	}
	new->id = name;
	new->bytes = bytes;
	if (bytes)
		memcpy(new->data, data, bytes);
	pthread_mutex_lock(&p->lock);
	for (const struct probe *at = p->first; at; at = at->next)
		new->iter += !strcmp(at->id, id);
	new->next = p->first;
	p->first = new;
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct weft_error *probes_check(struct probes *p, const struct node *n, const void *data,
	size_t bytes)
{
	const char *id = check_text(n, "probe_id"), *iter = check_text(n, "iter");
	uint64_t at = iter ? strtoull(iter, NULL, 0) : 0;
	bool found = false;

	pthread_mutex_lock(&p->lock);
	for (const struct probe *q = p->first; q && id; q = q->next)
		found = found || (!strcmp(q->id, id) && q->iter == at && q->bytes == bytes &&
			!memcmp(q->data, data, bytes));
	pthread_mutex_unlock(&p->lock);
	if (!found)
		FAIL(WEFT_INVALID_ARGUMENT, "check.expect_serialized_eq: no such value of probe %s",
			id ? id : "");
	return NULL;
}

/* ---- compiled code -------------------------------------------------------------------------- */

static _Thread_local struct probes *probing;

void probes_enter(struct probes *p)
{
	probing = p;
}

bool probe_is(const struct node *n)
{
	return n->op == OP_custom_call &&
	       !strcmp(node_str(n, KEY_call_target_name, ""), "interpreter.probe") &&
	       node_noperands(n) == 1 && node_nresults(n) == 1 && check_text(n, "probe_id");
}

static struct weft_error *seen(void *arg, const struct run_tensor *in, uint32_t nin,
	struct run_tensor *out, uint32_t nout)
{
	if (nin != 1 || nout != 1 || !out->data || !probing)
		FAIL(WEFT_UNIMPLEMENTED, "a probe of unknown size, or outside of a check");
	size_t bytes = dtype_bytes((enum dtype)in->dtype);
	for (uint32_t d = 0; d < in->rank; d++)
		bytes *= (size_t)in->dims[d];
	if (bytes)
		memcpy(out->data, in->data, bytes);
	return probes_add(probing, arg, in->data, bytes);
}

static struct weft_error *resolve(void *arg, const char *space, const char *op,
	const char *attributes, struct run_callback *out)
{
	size_t n = strlen(attributes);
	char *id = n >= 2 && !strcmp(op, "probe") ? mem_strdup(attributes + 1) : NULL;

	(void)arg;
	if (!id)
		FAIL(WEFT_NOT_FOUND, "no callback %s.%s", space, op);
	id[n - 2] = 0;                   /* of "(id)" */
	*out = (struct run_callback){ seen, mem_free, id };
	return NULL;
}

const struct node *probes_callback(struct graph *g, const struct node *n,
	const struct node *const *in)
{
	struct job *j = graph_job(g);
	struct attr_entry *e = job_array(j, n->attrs->n + 1, sizeof *e);
	uint32_t ne = 0;

	job_try(j, run_resolver_set("check", resolve, NULL));
	for (uint32_t i = 0; i < n->attrs->n; i++)
		if (n->attrs->e[i].key != KEY_call_target_name && n->attrs->e[i].name == NULL)
			e[ne++] = n->attrs->e[i];
	e[ne++] = (struct attr_entry){ KEY_call_target_name, NULL, attr_str(g, "weft.callback") };
	e[ne++] = (struct attr_entry){ KEY_backend_config, NULL,
		attr_str(g, job_printf(j, "check.probe(%s)", check_text(n, "probe_id"))) };
	return graph_node(g, &(struct node_spec){ .op = OP_custom_call, .nin = n->nin, .in = in,
		.attrs = attrs_cons(g, ne, e), .type = n->type });
}
