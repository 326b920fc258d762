/* beside.c -- see beside.h. */
#include "beside.h"
#include "unit.h"

/* A tensor of integers from -most to most. */
static struct weft_buffer *buffer_of(
	struct weft_client *client, struct weft_tensor_type t, int step, int most)
{
	struct weft_buffer *b;
	size_t size;
	void *data;

	CHECK_OK(weft_buffer_create(client, t, &b));
	CHECK_OK(weft_buffer_data(b, &data, &size));
	for (size_t i = 0; i < size / sizeof(float); i++) {
		int n = (int)(i * (size_t)step % (size_t)(2 * most + 1));
		((float *)data)[i] = (float)(n - most);
	}
	return b;
}

/* The result, to be freed; whether the plan has this op, unless op is NULL. */
static float *run(const char *text, const struct weft_tensor_type *types, const char *backend,
	int most, const char *op, size_t *size, bool *has)
{
	struct weft_client *client;
	struct weft_program *p;
	struct weft_executable *f;
	struct weft_buffer *in[2], *y;
	char *explained;
	void *data;

	CHECK_OK(weft_client_open(backend, &client));
	CHECK_OK(weft_program_parse(WEFT_STABLEHLO_TEXT, "program", text, strlen(text), &p));
	CHECK_OK(weft_compile(client, p, NULL, &f));
	if (op) {
		CHECK_OK(weft_executable_explain(f, "json", &explained));
		*has = strstr(explained, op);
		weft_text_free(explained);
	}
	for (int i = 0; i < 2; i++)
		in[i] = buffer_of(client, types[i], 7 - 2 * i, most);
	CHECK_OK(weft_run(f, 2, in, 1, &y));
	CHECK_OK(weft_buffer_data(y, &data, size));
	float *out = malloc(*size);
	memcpy(out, data, *size);
	weft_buffer_release(y);
	for (int i = 0; i < 2; i++)
		weft_buffer_release(in[i]);
	weft_executable_release(f);
	weft_program_release(p);
	weft_client_release(client);
	return out;
}

void check_beside(const char *text, const struct weft_tensor_type *types, int most, const char *op,
	bool has)
{
	size_t size, size_judge;
	bool had;
	float *judge = run(text, types, "interp", most, NULL, &size_judge, NULL);
	float *out = run(text, types, "weft", most, op, &size, &had);

	if (op)
		CHECK_INT(had, has);
	CHECK(size == size_judge && !memcmp(out, judge, size));
	free(judge);
	free(out);
}
