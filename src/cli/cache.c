/* cache.c -- weft cache: shows and tends the cache of artifacts. */
#include "api/api.h"
#include "cli/cli.h"
#include <string.h>

int command_cache(struct cli *c)
{
	bool json = c->format && !strcmp(c->format, "json");
	char *text;

	struct weft_error *e = api_cache(
		c->rest[0], c->size, c->from ? c->from : c->out, json, &text);
	if (e && !c->from && weft_error_code(e) == WEFT_INVALID_ARGUMENT) {
		int status = cli_usage(c->command, "%s", weft_error_text(e));
		weft_error_free(e);
		return status;
	}
	if (e)
		return cli_fault(e);
	cli_print(text);
	return CLI_OK;
}
