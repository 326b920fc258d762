/* backends.c -- weft backends: the names --backend takes. */
#include "cli/cli.h"
#include <stdio.h>
#include <string.h>
#include <weft/backend.h>

static const char usage[] =
	"usage: weft backends [options]: list the backends that --backend takes\n"
	"  --all                 also those for debugging and experiments\n"
	"  --exclude TAGS        those without these tags (with commas)\n"
	"Plug-ins are files weft_backend_NAME.so in the directories of WEFT_PLUGIN_PATH.\n";

int command_backends(int argc, char **argv)
{
	const char *exclude = WEFT_BACKEND_EXCLUDED;
	char *text;
	for (int i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs(usage, stdout);
			return CLI_OK;
		}
		if (!strcmp(argv[i], "--all"))
			exclude = NULL;
		else if (!strncmp(argv[i], "--exclude=", 10))
			exclude = argv[i] + 10;
		else if (!strcmp(argv[i], "--exclude") && i + 1 < argc)
			exclude = argv[++i];
		else
			return cli_usage("backends", "unexpected '%s'", argv[i]);
	}
	struct weft_error *e = weft_backend_list(exclude, &text);
	if (e)
		return cli_fault(e);
	fputs(text, stdout);
	weft_text_free(text);
	return CLI_OK;
}
