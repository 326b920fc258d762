/* worker_wire.c -- what goes between a process and its worker, as bytes.
 *
 *   request   "weft" u64 size, then: name NUL value NUL of every option set, NUL, backend NUL, text
 *   reply     "weft" u64 size, then: u32 code, u32 kernels, artifact; or u32 code, u32 0, message
 *
 * Both sides are one build on one machine: numbers are as in memory. */
#include "api/worker_impl.h"
#include "base/clock.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

static const char magic[4] = "weft";
struct header {
	char magic[4];
	uint32_t unused;
	uint64_t size;
};

/* Milliseconds until `deadline` by clock_seconds(); -1: there is none. */
static int left_ms(double deadline)
{
	double left = deadline - clock_seconds();
	return deadline <= 0 ? -1 : left <= 0 ? 0 : left > 1e6 ? 1000000000 : (int)(left * 1e3) + 1;
}

static enum wire wait_for(int fd, short events, double deadline)
{
	struct pollfd p = { .fd = fd, .events = events };
	for (;;) {
		int n = poll(&p, 1, left_ms(deadline));
		if (n > 0)
			return WIRE_ok;
		if (!n)
			return WIRE_late;
		if (errno != EINTR)
			return WIRE_gone;
	}
}

static enum wire send_all(int fd, const void *bytes, size_t size, double deadline)
{
	const char *at = bytes;
	while (size) {
		enum wire w = wait_for(fd, POLLOUT, deadline);
		if (w != WIRE_ok)
			return w;
		ssize_t n = send(fd, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return WIRE_gone;
		at += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	}
	return WIRE_ok;
}

static enum wire receive_all(int fd, void *bytes, size_t size, double deadline)
{
	char *at = bytes;
	while (size) {
		enum wire w = wait_for(fd, POLLIN, deadline);
		if (w != WIRE_ok)
			return w;
		ssize_t n = recv(fd, at, size, MSG_DONTWAIT);
		if (!n || (n < 0 && errno != EINTR && errno != EAGAIN))
			return WIRE_gone;
		at += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	}
	return WIRE_ok;
}

enum wire wire_send(int fd, const void *bytes, size_t size, double deadline)
{
	struct header h = { .size = size };
	memcpy(h.magic, magic, sizeof magic);
	enum wire w = send_all(fd, &h, sizeof h, deadline);
	return w == WIRE_ok ? send_all(fd, bytes, size, deadline) : w;
}

enum wire wire_receive(int fd, void **bytes, size_t *size, double deadline)
{
	struct header h;
	enum wire w = receive_all(fd, &h, sizeof h, deadline);
	if (w != WIRE_ok)
		return w;
	if (memcmp(h.magic, magic, sizeof magic) || h.size > (uint64_t)1 << 40)
		return WIRE_gone;
	*bytes = mem_alloc((size_t)h.size + 1);
	if (!*bytes)
		return WIRE_memory;
	*size = (size_t)h.size;
	w = receive_all(fd, *bytes, *size, deadline);
	if (w != WIRE_ok)
		mem_free(*bytes);
	return w;
}

/* ---- requests ------------------------------------------------------------------------------- */

static void add_setting(void *arg, const char *name, const char *value)
{
	struct str *s = arg;
	str_add(s, name);
	str_addc(s, '\0');
	str_add(s, value);
	str_addc(s, '\0');
}

void request_write(const struct worker_job *w, struct str *out)
{
	options_each(w->options, add_setting, out);
	str_addc(out, '\0');
	str_add(out, w->backend);
	str_addc(out, '\0');
	str_add_bytes(out, w->text, w->text_size);
}

/* The text at *at and its end, which *at then is behind; NULL: none within the bytes. */
static const char *take(const char **at, const char *end)
{
	const char *s = *at, *nul = memchr(s, '\0', (size_t)(end - s));
	if (!nul)
		return NULL;
	*at = nul + 1;
	return s;
}

struct weft_error *request_read(const void *bytes, size_t size, struct request *out)
{
	const char *at = bytes, *end = at + size, *name, *value;
	*out = (struct request){ 0 };
	TRY(weft_options_create(&out->options));
	while ((name = take(&at, end)) && *name) {
		value = take(&at, end);
		if (!value)
			FAIL(WEFT_INTERNAL, "a damaged request");
		TRY(weft_options_set(out->options, name, value));
	}
	out->backend = take(&at, end);
	out->text = at;
	out->text_size = (size_t)(end - at);
	if (!name || !out->backend)
		FAIL(WEFT_INTERNAL, "a damaged request");
	return NULL;
}

static struct weft_error *compile_request(const struct request *r, void **bytes, size_t *size)
{
	const struct backend *b;
	struct weft_program *p;
	TRY(backend_open(r->backend, &b));
	TRY(weft_program_parse(WEFT_STABLEHLO_TEXT, "<program>", r->text, r->text_size, &p));
	struct weft_error *e = compile_bytes(b, p, r->options, bytes, size);
	weft_program_release(p);
	return e;
}

static void add_u32(struct str *out, uint32_t v)
{
	str_add_bytes(out, &v, sizeof v);
}

void request_serve(const void *bytes, size_t size, struct str *reply)
{
	struct request r;
	void *artifact = NULL;
	size_t artifact_size = 0;
	uint64_t before = report_kernels_so_far();
	struct weft_error *e = request_read(bytes, size, &r);
	if (!e)
		e = compile_request(&r, &artifact, &artifact_size);
	add_u32(reply, e ? weft_error_code(e) : 0);
	add_u32(reply, (uint32_t)(report_kernels_so_far() - before));
	if (e)
		str_add(reply, weft_error_text(e));
	else
		str_add_bytes(reply, artifact, artifact_size);
	weft_error_free(e);
	mem_free(artifact);
	weft_options_free(r.options);
}

struct weft_error *reply_read(const void *bytes, size_t size, struct worker_job *w)
{
	uint32_t head[2];
	if (size < sizeof head)
		FAIL(WEFT_INTERNAL, "a damaged reply of a compiling process");
	memcpy(head, bytes, sizeof head);
	const char *rest = (const char *)bytes + sizeof head;
	size -= sizeof head;
	if (head[0])
		FAIL((enum weft_code)head[0], "%.*s", (int)(size < 10000 ? size : 10000), rest);
	w->bytes = mem_alloc(size + 1);
	if (!w->bytes)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for an artifact of %zu bytes", size);
	memcpy(w->bytes, rest, size);
	w->size = size;
	w->kernels = head[1];
	return NULL;
}
