/* worker.c -- the pool of compiling processes, and what one of them does. */
#include "api/worker_impl.h"
#include "base/clock.h"
#include "base/stop.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct worker {
	pid_t pid;
	int fd;
	int64_t memory;                      /* its limit, MiB */
	struct worker *next;
};
static struct worker *idle;
static pid_t owner;                          /* the process whose workers these are */
static uint64_t started;

uint64_t workers_started(void)
{
	api_lock(LOCK_worker);
	uint64_t n = started;
	api_unlock(LOCK_worker);
	return n;
}

/* ---- starting and ending -------------------------------------------------------------------- */

static struct weft_error *worker_path(char *path, size_t size)
{
	Dl_info here;
	const char *(*const self)(void) = weft_version;
	void *address;
	memcpy(&address, &self, sizeof address);
	const char *slash = dladdr(address, &here) && here.dli_fname
				? strrchr(here.dli_fname, '/') : NULL;
	int dir = slash ? (int)(slash - here.dli_fname) + 1 : 0;
	int n = snprintf(path, size, "%.*sweft-worker", dir, dir ? here.dli_fname : "");
	if (n < 0 || (size_t)n >= size || access(path, X_OK))
		FAIL(WEFT_NOT_FOUND, "no weft-worker to compile in: tried %s", path);
	return NULL;
}

/* By posix_spawn; standard input is the socket, nothing else is shared. */
static struct weft_error *spawn(struct worker *w, const char *path, int fd)
{
	char memory[32], why[128];
	char *argv[] = { (char *)(uintptr_t)path, memory, NULL };
	posix_spawn_file_actions_t files;
	snprintf(memory, sizeof memory, "%lld", (long long)w->memory);
	if (posix_spawn_file_actions_init(&files))
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory to start %s", path);
	int n = posix_spawn_file_actions_adddup2(&files, fd, 0);
	for (int out = 1; out <= 2 && !n; out++)
		n = posix_spawn_file_actions_addopen(&files, out, "/dev/null", O_WRONLY, 0);
	if (!n)
		n = posix_spawn(&w->pid, path, &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	if (n)
		FAIL(WEFT_UNAVAILABLE, "%s cannot be started: %s", path,
			strerror_r(n, why, sizeof why));
	return NULL;
}

static struct weft_error *worker_start(int64_t memory, struct worker **out)
{
	char path[4096], why[128];
	int fd[2];
	TRY(worker_path(path, sizeof path));
	struct worker *w = mem_alloc(sizeof *w);
	if (!w)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for a worker");
	w->memory = memory;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd)) {
		int code = errno;
		mem_free(w);
		FAIL(WEFT_UNAVAILABLE, "no socket for a worker: %s",
			strerror_r(code, why, sizeof why));
	}
	struct weft_error *e = spawn(w, path, fd[1]);
	close(fd[1]);
	if (e) {
		close(fd[0]);
		mem_free(w);
		return e;
	}
	w->fd = fd[0];
	*out = w;
	api_lock(LOCK_worker);
	started++;
	api_unlock(LOCK_worker);
	return NULL;
}

/* Ends it, however it is; what it ended by, -1 where the host's own wait took it. */
static int worker_end(struct worker *w)
{
	int status = -1;
	close(w->fd);
	kill(w->pid, SIGKILL);
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	mem_free(w);
	return status;
}

/* After its socket closed: what it ended by. */
static int worker_reap(struct worker *w)
{
	int status = -1;
	close(w->fd);
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	mem_free(w);
	return status;
}

/* ---- the pool ------------------------------------------------------------------------------- */

/* An idle one says nothing: what can be read is its end. */
static bool is_gone(const struct worker *w)
{
	struct pollfd p = { .fd = w->fd, .events = POLLIN };
	return poll(&p, 1, 0) != 0;
}

/* An idle worker with that limit, or NULL.  Those of a process we were forked from are not ours. */
static struct worker *idle_take(int64_t memory)
{
	api_lock(LOCK_worker);
	if (owner != getpid()) {
		for (struct worker *w = idle; w; w = w->next)
			close(w->fd);
		idle = NULL;
		owner = getpid();
	}
	struct worker **at = &idle;
	while (*at && (*at)->memory != memory)
		at = &(*at)->next;
	struct worker *w = *at;
	if (w)
		*at = w->next;
	api_unlock(LOCK_worker);
	if (!w || !is_gone(w))
		return w;
	worker_reap(w);
	return idle_take(memory);
}

static void idle_put(struct worker *w)
{
	api_lock(LOCK_worker);
	w->next = idle;
	idle = w;
	api_unlock(LOCK_worker);
}

/* They see their socket close. */
void workers_dismiss(void)
{
	struct worker *w;
	api_lock(LOCK_worker);
	struct worker *all = owner == getpid() ? idle : NULL;
	idle = NULL;
	api_unlock(LOCK_worker);
	while ((w = all)) {
		all = w->next;
		worker_reap(w);
	}
}

/* ---- asking --------------------------------------------------------------------------------- */

static struct weft_error *ended(int status, const struct worker *limits)
{
	if (status >= 0 && WIFSIGNALED(status))
		FAIL(WEFT_INTERNAL, "the compiling process crashed (signal %d); it might use "
			"%lld MiB (option worker_memory)", WTERMSIG(status),
			(long long)limits->memory);
	FAIL(WEFT_INTERNAL, "the compiling process ended without an answer");
}

/* e, which is taken; one about memory names the limit it met. */
static struct weft_error *with_limit(struct weft_error *e, int64_t memory)
{
	if (weft_error_code(e) != WEFT_RESOURCE_EXHAUSTED)
		return e;
	struct weft_error *named = error_make(WEFT_RESOURCE_EXHAUSTED, "%s; a compiling process "
		"may use %lld MiB (option worker_memory)", weft_error_text(e), (long long)memory);
	weft_error_free(e);
	return named;
}

static struct weft_error *take_reply(
	struct worker_job *job, void *reply, size_t size, int64_t memory)
{
	struct weft_error *e = reply_read(reply, size, job);
	mem_free(reply);
	if (!e)
		report_kernels(job->kernels);
	return e ? with_limit(e, memory) : NULL;
}

/* Until there is one, or it is late, or nobody wants it any more. */
static struct weft_error *await_reply(int fd, double deadline)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct weft_error *e = NULL;
	uint64_t asked = 1;                  /* long ago */
	while (!e && (deadline <= 0 || clock_seconds() < deadline)) {
		int n = poll(&p, 1, 100);
		if (n > 0 || (n < 0 && errno != EINTR))
			break;
		e = stop_asked(&asked);
	}
	return e;
}

/* One attempt; *again: an idle worker was found gone, which is no fault of the program. */
static struct weft_error *ask(
	struct worker_job *job, const struct str *request, bool fresh, bool *again)
{
	int64_t seconds = option_worker_seconds(job->options);
	double deadline = clock_seconds() + (double)seconds;
	struct worker limits = { .memory = option_worker_memory(job->options) };
	struct worker *w = fresh ? NULL : idle_take(limits.memory);
	bool kept = w != NULL;
	void *reply = NULL;
	size_t size = 0;
	if (!w)
		TRY(worker_start(limits.memory, &w));
	enum wire state = wire_send(w->fd, request->text, request->len, deadline);
	struct weft_error *stopped = state == WIRE_ok ? await_reply(w->fd, deadline) : NULL;
	if (stopped) {
		worker_end(w);
		return stopped;
	}
	if (state == WIRE_ok)
		state = wire_receive(w->fd, &reply, &size, deadline);
	switch (state) {
	case WIRE_ok:
		idle_put(w);
		return take_reply(job, reply, size, limits.memory);
	case WIRE_late:
		worker_end(w);
		FAIL(WEFT_DEADLINE_EXCEEDED, "compiling took longer than %lld seconds "
			"(option worker_seconds)", (long long)seconds);
	case WIRE_memory:
		worker_end(w);
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for an artifact");
	default: break;
	}
	int status = worker_reap(w);
	*again = kept && status >= 0 && WIFEXITED(status) && !WEXITSTATUS(status);
	return ended(status, &limits);
}

struct weft_error *worker_compile(struct worker_job *job)
{
	struct str request;
	bool again = false;
	str_init(&request, NULL);
	request_write(job, &request);
	if (request.failed) {
		str_fini(&request);
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory to ask a compiling process");
	}
	struct weft_error *e = ask(job, &request, false, &again);
	if (again) {
		weft_error_free(e);
		e = ask(job, &request, true, &again);
	}
	if (e && weft_error_code(e) == WEFT_INTERNAL)
		notice("%s", weft_error_text(e));
	str_fini(&request);
	return e;
}

struct weft_error *worker_compile_here(struct worker_job *job)
{
	struct str request, reply;
	str_init(&request, NULL);
	str_init(&reply, NULL);
	request_write(job, &request);
	if (!request.failed)
		request_serve(request.text, request.len, &reply);
	struct weft_error *e = request.failed || reply.failed
		? error_make(WEFT_RESOURCE_EXHAUSTED, "no memory to serialise a program")
		: reply_read(reply.text, reply.len, job);
	str_fini(&request);
	str_fini(&reply);
	return e;
}

/* ---- being one ------------------------------------------------------------------------------ */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { LIMITED = 0 };                        /* they map terabytes */
#else
enum { LIMITED = 1 };
#endif

int api_worker(int fd, int64_t memory_mib)
{
	struct rlimit limit = { (rlim_t)memory_mib << 20, (rlim_t)memory_mib << 20 };
	struct rlimit none = { 0, 0 };
	if (LIMITED && memory_mib > 0)
		setrlimit(RLIMIT_AS, &limit);
	setrlimit(RLIMIT_CORE, &none);
	for (;;) {
		void *bytes;
		size_t size;
		struct str reply;
		double until = clock_seconds() + (int)WORKER_IDLE_S;
		if (wire_receive(fd, &bytes, &size, until) != WIRE_ok)
			return 0;
		str_init(&reply, NULL);
		request_serve(bytes, size, &reply);
		mem_free(bytes);
		enum wire w = reply.failed ? WIRE_memory
			: wire_send(fd, reply.text, reply.len, 0);
		str_fini(&reply);
		if (w != WIRE_ok)
			return 1;
	}
}
