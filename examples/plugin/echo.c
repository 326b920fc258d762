/* echo.c -- a backend of one's own, as a plug-in: every result is the argument of its number,
 * which is of its type (f32).
 *
 * 	cc -shared -fPIC $(pkg-config --cflags weft) echo.c -o plugins/weft_backend_echo.so
 * 	WEFT_PLUGIN_PATH=plugins weft run --backend echo program.mlir a.npy
 *
 * It needs no library of Weft's. A backend that compiles would do so in `compile`, of the
 * StableHLO text, and keep its code in the artifact; this one keeps how long the text was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/backend.h>

static struct weft_error *echo_compile(
	const struct weft_host *host, const char *text, size_t size, void **bytes, size_t *nbytes)
{
	char *kept = malloc(32);
	(void)text;
	if (!kept)
		return host->fail(WEFT_RESOURCE_EXHAUSTED, "echo: no memory");
	*nbytes = (size_t)snprintf(kept, 32, "%zu", size);
	*bytes = kept;
	return NULL;
}

static struct weft_error *echo_load(
	const struct weft_host *host, const void *bytes, size_t nbytes, void **state)
{
	(void)bytes;
	*state = calloc(1, 1);
	if (!nbytes || !*state)
		return host->fail(WEFT_INVALID_ARGUMENT, "echo: nothing to load");
	return NULL;
}

static size_t bytes_of(struct weft_tensor_type t, size_t element)
{
	for (uint32_t d = 0; d < t.rank; d++)
		element *= (size_t)t.dims[d];
	return element;
}

static struct weft_error *echo_run(const struct weft_host *host, void *state, uint32_t nin,
	const struct weft_tensor *in, uint32_t nout, struct weft_results *out)
{
	(void)state;
	for (uint32_t i = 0; i < nout; i++) {
		void *data;
		if (i >= nin)
			return host->fail(WEFT_UNIMPLEMENTED, "echo: more results than arguments");
		struct weft_error *e = host->result(out, i, in[i].type, &data);
		if (e)
			return e;
		if (in[i].type.dtype != WEFT_F32)
			return host->fail(WEFT_UNIMPLEMENTED, "echo: only f32");
		size_t n = bytes_of(in[i].type, 4);
		if (n)
			memcpy(data, in[i].data, n);
	}
	return NULL;
}

static const struct weft_backend echo = {
	.version = WEFT_BACKEND_VERSION,
	.name = "echo",
	.doc = "every result is the argument of its number",
	.compile = echo_compile,
	.compiled_free = free,
	.load = echo_load,
	.unload = free,
	.run = echo_run,
};

__attribute__((visibility("default"))) const struct weft_backend *weft_backend_plugin(
	const struct weft_host *host);
const struct weft_backend *weft_backend_plugin(const struct weft_host *host)
{
	return host->version == WEFT_BACKEND_VERSION ? &echo : NULL;
}
