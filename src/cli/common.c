/* common.c -- what commands share: failing, opening programs and artifacts. */
#include "cli/cli.h"
#include <stdio.h>
#include <string.h>

int cli_fault(struct weft_error *e)
{
	const char *text = weft_error_text(e);
	fprintf(stderr, strstr(text, "error: ") ? "%s\n" : "error: %s\n", text);
	weft_error_free(e);
	return CLI_FAULT;
}

static bool ends_with(const char *s, const char *end)
{
	size_t a = strlen(s), b = strlen(end);
	return a >= b && !strcmp(s + a - b, end);
}

void cli_print(char *text)
{
	fputs(text, stdout);
	weft_text_free(text);
}

enum weft_format cli_format(const struct cli *c, const char *path)
{
	return c->aten || ends_with(path, ".aten") ? WEFT_ATEN_TEXT : WEFT_STABLEHLO_TEXT;
}

/* e with the file's name in front. */
static struct weft_error *at_file(const char *path, struct weft_error *e)
{
	if (!e)
		return NULL;
	struct weft_error *named = error_make_at(
		weft_error_code(e), (struct place){ path, 0, 0 }, "%s", weft_error_text(e));
	weft_error_free(e);
	return named;
}

static struct weft_error *open_bytes(const struct cli *c, const char *path, const void *data,
	size_t size, struct weft_client *client, struct weft_executable **out)
{
	if (ends_with(path, ".weft") || (size >= 8 && !memcmp(data, "WEFTART\n", 8)))
		return at_file(path, weft_executable_load(client, data, size, out));
	struct weft_program *p;
	TRY(weft_program_parse(cli_format(c, path), path, data, size, &p));
	struct weft_error *e = weft_compile(client, p, c->options, out);
	weft_program_release(p);
	return e;
}

struct weft_error *cli_open(const struct cli *c, const char *path, struct weft_client **client,
	struct weft_executable **out)
{
	struct file_map m = { 0 };
	TRY(weft_client_open(c->backend, client));
	struct weft_error *e = file_map(path, &m);
	if (!e)
		e = open_bytes(c, path, m.data, m.size, *client, out);
	file_unmap(&m);
	if (e) {
		weft_client_release(*client);
		*client = NULL;
	}
	return e;
}
