/* old.c -- a plug-in written for another version of weft/backend.h. */
#include <weft/backend.h>

static struct weft_error *old_run(const struct weft_host *host, void *state, uint32_t nin,
	const struct weft_tensor *in, uint32_t nout, struct weft_results *out)
{
	(void)state, (void)nin, (void)in, (void)nout, (void)out;
	return host->fail(WEFT_INTERNAL, "old");
}

static const struct weft_backend old = {
	.version = WEFT_BACKEND_VERSION + 1, .name = "old", .run = old_run
};

__attribute__((visibility("default"))) const struct weft_backend *weft_backend_plugin(
	const struct weft_host *host);
const struct weft_backend *weft_backend_plugin(const struct weft_host *host)
{
	(void)host;
	return &old;
}
