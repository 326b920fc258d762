/* worker_impl.h -- between worker.c, which starts workers and asks them, and worker_wire.c. */
#ifndef API_WORKER_IMPL_H
#define API_WORKER_IMPL_H
#include "api/worker.h"
#include "base/str.h"

enum wire {
	WIRE_ok,
	WIRE_late,                           /* the deadline passed */
	WIRE_gone,                           /* the other side closed, or sends nonsense */
	WIRE_memory,
};
/* One message; deadline by clock_seconds(), 0: none.  Received bytes are mem_free's. */
enum wire wire_send(int fd, const void *bytes, size_t size, double deadline);
enum wire wire_receive(int fd, void **bytes, size_t *size, double deadline);

struct request {
	struct weft_options *options;        /* owned */
	const char *backend, *text;
	size_t text_size;
};
void request_write(const struct worker_job *w, struct str *out);
/* On failure too out->options are the caller's to free. */
struct weft_error *request_read(
	const void *bytes, size_t size, struct request *out) BASE_MUST_USE;
/* Compiles and appends the reply. */
void request_serve(const void *bytes, size_t size, struct str *reply);
struct weft_error *reply_read(
	const void *bytes, size_t size, struct worker_job *w) BASE_MUST_USE;
#endif
