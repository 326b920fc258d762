/* backends.c -- weft backends: the names --backend takes. */
#include "cli/cli.h"
#include <stdio.h>
#include <weft/backend.h>

int command_backends(struct cli *c)
{
	const char *exclude = c->all ? NULL : c->exclude ? c->exclude : WEFT_BACKEND_EXCLUDED;
	char *text;

	struct weft_error *e = weft_backend_list(exclude, &text);
	if (e)
		return cli_fault(e);
	cli_print(text);
	return CLI_OK;
}
