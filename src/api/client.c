/* client.c -- version, clients, programs. */
#include "api/api_impl.h"
#include "front/aten/aten.h"
#include "stablehlo/stablehlo.h"

#define STRING_(x) #x
#define STRING(x) STRING_(x)

const char *weft_version(void)
{
	return STRING(WEFT_VERSION_MAJOR) "." STRING(WEFT_VERSION_MINOR) "." STRING(
		WEFT_VERSION_PATCH);
}

static struct weft_error *client_create(const struct backend *b, struct weft_client **out)
{
	struct weft_client *c = mem_alloc(sizeof *c);
	if (!c)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for a client");
	atomic_init(&c->refs, 1);
	c->backend = b;
	*out = c;
	return NULL;
}

struct weft_error *weft_client_open(const char *name, struct weft_client **out)
{
	const struct backend *b;
	TRY(backend_open(name ? name : "weft", &b));
	return client_create(b, out);
}

struct weft_error *weft_client_open_backend(const struct weft_backend *table,
	struct weft_client **out)
{
	const struct backend *b;
	if (!table)
		FAIL(WEFT_INVALID_ARGUMENT, "a backend is needed");
	TRY(backend_of_plugin(table, table->name ? table->name : "unnamed", &b));
	return client_create(b, out);
}

void weft_client_retain(struct weft_client *c)
{
	atomic_fetch_add(&c->refs, 1);
}

void weft_client_release(struct weft_client *c)
{
	if (c && atomic_fetch_sub(&c->refs, 1) == 1)
		mem_free(c);
}

const char *weft_client_backend(const struct weft_client *c)
{
	return c->backend->name;
}

struct weft_error *program_create(struct graph *g, struct weft_program **out)
{
	struct weft_program *p = mem_alloc(sizeof *p);
	if (!p || pthread_mutex_init(&p->lock, NULL)) {
		mem_free(p);
		graph_release(g);
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for a program");
	}
	atomic_init(&p->refs, 1);
	p->graph = g;
	*out = p;
	return NULL;
}

struct weft_error *weft_program_parse(enum weft_format format, const char *name, const char *text,
	size_t size, struct weft_program **out)
{
	struct graph *g = NULL;
	if (format == WEFT_STABLEHLO_TEXT)
		TRY(stablehlo_read(name, text, size, NULL, &g));
	else if (format == WEFT_ATEN_TEXT)
		TRY(aten_read(name, text, size, &g));
	else
		FAIL(WEFT_INVALID_ARGUMENT, "unknown format %d of a program", (int)format);
	return program_create(g, out);
}

void weft_program_retain(struct weft_program *p)
{
	atomic_fetch_add(&p->refs, 1);
}

void weft_program_release(struct weft_program *p)
{
	if (!p || atomic_fetch_sub(&p->refs, 1) != 1)
		return;
	graph_release(p->graph);
	pthread_mutex_destroy(&p->lock);
	mem_free(p);
}

/* What write makes of p's graph, by version: the caller's to free. */
typedef struct weft_error *write_fn(const struct graph *g, const char *version, struct str *out);

static struct weft_error *print_text(const struct graph *g, const char *version, struct str *out)
{
	(void)version;
	return stablehlo_print(g, out);
}

static struct weft_error *program_write(const struct weft_program *p, write_fn *write,
	const char *version, char **out, size_t *size)
{
	struct str s;
	/* the graph's, not the handle's, state */
	pthread_mutex_t *lock = (pthread_mutex_t *)&p->lock;
	str_init(&s, NULL);
	pthread_mutex_lock(lock);
	struct weft_error *e = write(p->graph, version, &s);
	pthread_mutex_unlock(lock);
	TRY(text_give(&s, e, out));
	*size = s.len;
	return NULL;
}

struct weft_error *weft_program_print(const struct weft_program *p, char **out)
{
	size_t size;
	return program_write(p, print_text, NULL, out, &size);
}

static struct weft_error *print_locations(
	const struct graph *g, const char *version, struct str *out)
{
	(void)version;
	return stablehlo_print_locations(g, out);
}

struct weft_error *api_program_print(const struct weft_program *p, bool locations, char **out)
{
	size_t size;
	return program_write(p, locations ? print_locations : print_text, NULL, out, &size);
}

struct weft_error *weft_program_bytecode(
	const struct weft_program *p, const char *version, char **out, size_t *size)
{
	return program_write(
		p, stablehlo_write, version ? version : WEFT_STABLEHLO_VERSION, out, size);
}

struct weft_error *text_give(struct str *s, struct weft_error *e, char **out)
{
	if (!e && (s->failed || !s->text))
		e = error_make(WEFT_RESOURCE_EXHAUSTED, "no memory for the text");
	if (e) {
		str_fini(s);
		return e;
	}
	*out = s->text;
	return NULL;
}

void weft_text_free(char *text)
{
	mem_free(text);
}
