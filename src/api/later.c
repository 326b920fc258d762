/* later.c -- the queue of versions to compile, and the thread that does. */
#include "api/later.h"
#include "base/fork.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_WAIT_MS = 60000 };

struct later {
	struct weft_executable *x;
	struct weft_program *program;
	const struct backend *backend;
	struct later_list list;
	struct later *next;
};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct later *first, **last = &first;
static bool running;                         /* is there a thread? */
static bool closing;                         /* exit has begun */

struct compile_mode compile_mode_of(const struct weft_options *o)
{
	static const char *const names[] = {
#define COMPILE_MODE(name, ...) #name,
#include "api/compile_mode.def"
#undef COMPILE_MODE
	};
	struct compile_mode m = { 0 };
	const char *s = option_compile_mode(o), *const progressive = "progressive+",
		   *const async = "async+";
	m.progressive = !strncmp(s, progressive, strlen(progressive));
	s += m.progressive ? strlen(progressive) : 0;
	m.async = !strncmp(s, async, strlen(async));
	s += m.async ? strlen(async) : 0;
	while (m.how < HOW_COUNT && strcmp(names[m.how], s))
		m.how++;
	if (m.how == HOW_COUNT)
		BUG("option compile_mode is '%s'", s);
	return m;
}

/* ---- lists of options ----------------------------------------------------------------------- */

void later_list_free(struct later_list *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		weft_options_free(l->options[i]);
	l->n = 0;
}

/* What changes how code is optimised and not what it computes. */
static bool keeps_bits(const char *name, size_t len)
{
	static const char *const names[] = { "opt_level", "max_autotune" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == len && !memcmp(names[i], name, len))
			return true;
	return false;
}

/* "a=1;b=2" over o. */
static struct weft_error *set_over(struct weft_options *o, const char *set, size_t n)
{
	char name[32], value[32];
	for (const char *s = set, *end = set + n; s < end;) {
		size_t len = strcspn(s, ";|"), key = strcspn(s, "=");
		if (key >= len || key >= sizeof name || len - key > sizeof value ||
		    !keeps_bits(s, key))
			FAIL(WEFT_INVALID_ARGUMENT, "option progressive: '%.*s' is no setting of "
				"opt_level or max_autotune", (int)len, s);
		memcpy(name, s, key);
		name[key] = '\0';
		memcpy(value, s + key + 1, len - key - 1);
		value[len - key - 1] = '\0';
		struct weft_error *e = weft_options_set(o, name, value);
		if (e)
			return error_prefix(e, "option progressive: ");
		s += len + (s[len] == ';');
	}
	return NULL;
}

struct weft_error *option_check_versions(const char *value)
{
	struct weft_options *o;
	struct weft_error *e = NULL;
	unsigned sets = 0;
	TRY(weft_options_create(&o));
	for (size_t n; *value && !e; value += n + (value[n] == '|')) {
		n = strcspn(value, "|");
		e = ++sets > LATER_SETS_MAX
			    ? error_make(WEFT_INVALID_ARGUMENT,
				      "option progressive: more than %d sets", LATER_SETS_MAX)
			    : set_over(o, value, n);
	}
	weft_options_free(o);
	return e;
}

struct weft_error *later_list_make(
	const struct weft_options *o, bool own, bool sets, struct later_list *out)
{
	struct weft_error *e = NULL;
	const char *s = sets ? option_progressive(o) : "";
	*out = (struct later_list){ 0 };
	if (own)
		e = options_resolve(o, &out->options[out->n++]);
	while (!e && *s) {
		size_t n = strcspn(s, "|");
		e = options_resolve(o, &out->options[out->n++]);
		if (!e)
			e = set_over(out->options[out->n - 1], s, n);
		s += n + (s[n] == '|');
	}
	if (e)
		later_list_free(out);
	return e;
}

/* ---- versions ------------------------------------------------------------------------------- */

struct weft_executable *executable_now(struct weft_executable *x)
{
	struct weft_executable *better =
		atomic_load_explicit(&x->better, memory_order_acquire);
	return better ? better : x;
}

void later_free(struct weft_executable *x)
{
	struct weft_executable *v = atomic_load(&x->better);
	while (v) {
		struct weft_executable *older = v->older;
		weft_executable_release(v);
		v = older;
	}
}

/* Versions are kept until x goes: a call may still run in any. */
static void publish(struct weft_executable *x, struct weft_executable *v)
{
	v->older = atomic_load(&x->better);
	atomic_store_explicit(&x->better, v, memory_order_release);
}

static void compile_next(struct later *w, uint32_t i)
{
	struct weft_executable *v;
	struct weft_error *e =
		compile_version(w->backend, w->program, w->list.options[i], &v);
	if (e)
		notice("a better version was not compiled: %s", weft_error_text(e));
	pthread_mutex_lock(&lock);
	if (!e) {
		v->threads = w->x->threads;
		v->who = w->x->who;
		publish(w->x, v);
		w->x->versions++;
	} else if (!w->x->later_error) {
		w->x->later_error = e;
	} else {
		weft_error_free(e);
	}
	w->x->pending--;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static void later_end(struct later *w)
{
	weft_program_release(w->program);
	weft_executable_release(w->x);
	later_list_free(&w->list);
	mem_free(w);
}

static void *work(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&lock);
	while (first && !closing) {
		struct later *w = first;
		first = w->next;
		last = first ? last : &first;
		for (uint32_t i = 0; i < w->list.n && !closing; i++) {
			pthread_mutex_unlock(&lock);
			compile_next(w, i);
			pthread_mutex_lock(&lock);
		}
		pthread_mutex_unlock(&lock);
		later_end(w);
		pthread_mutex_lock(&lock);
	}
	running = false;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* At exit LLVM's own destructors run: what is generated in this process ends first.  Nothing else
 * is waited for: a binding's callbacks may need an interpreter that is gone. */
static void close_all(void)
{
	struct timespec step = { 0, 1000000 };
	pthread_mutex_lock(&lock);
	closing = true;
	pthread_mutex_unlock(&lock);
	compiles_close();
	for (int ms = 0; compiles_running() && ms < EXIT_WAIT_MS; ms++)
		nanosleep(&step, NULL);
}

/* ---- fork: the child has no such thread, and what it waits for never comes ------------------ */

static unsigned forks;

static void fork_prepare(void)
{
	pthread_mutex_lock(&lock);
}

static void fork_parent(void)
{
	pthread_mutex_unlock(&lock);
}

static void fork_child(void)
{
	running = false;
	first = NULL;
	last = &first;
	forks++;
	pthread_mutex_unlock(&lock);
}

FORK_KEEPS(FORK_later, fork_prepare, fork_parent, fork_child)

static void set_up(void)
{
	atexit(close_all);
}

struct weft_error *later_start(struct weft_executable *x, struct weft_program *p,
	const struct backend *b, struct later_list *l)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct later *w = mem_alloc(sizeof *w);
	pthread_t t;
	int n = 0;
	if (!w) {
		later_list_free(l);
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory to compile later");
	}
	pthread_once(&once, set_up);
	*w = (struct later){ .x = x, .program = p, .backend = b, .list = *l };
	weft_executable_retain(x);
	weft_program_retain(p);
	pthread_mutex_lock(&lock);
	x->pending += l->n;
	x->forks = forks;
	*last = w;
	last = &w->next;
	if (!running)
		n = pthread_create(&t, NULL, work, NULL);
	if (n) {                                     /* then w is all there is */
		first = NULL;
		last = &first;
		x->pending -= l->n;
	} else if (!running) {
		running = true;
		pthread_detach(t);
	}
	pthread_mutex_unlock(&lock);
	if (!n)
		return NULL;
	later_end(w);
	char why[128];
	FAIL(WEFT_RESOURCE_EXHAUSTED, "no thread to compile in: %s",
		strerror_r(n, why, sizeof why));
}

struct weft_error *weft_executable_settle(struct weft_executable *x)
{
	pthread_mutex_lock(&lock);
	while (x->pending && x->forks == forks && !closing)
		pthread_cond_wait(&changed, &lock);
	struct weft_error *e = x->later_error;
	x->later_error = NULL;
	pthread_mutex_unlock(&lock);
	return e;
}
