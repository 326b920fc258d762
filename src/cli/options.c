/* options.c -- weft options: the options of compiling and running. */
#include "cli/cli.h"

int command_options(struct cli *c)
{
	char *text;

	struct weft_error *e = weft_options_list(c->format ? c->format : "text", &text);
	if (e)
		return cli_fault(e);
	cli_print(text);
	return CLI_OK;
}
