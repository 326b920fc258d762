/* options.c -- weft options: the options of compiling and running. */
#include "cli/cli.h"
#include <stdio.h>
#include <string.h>

int command_options(int argc, char **argv)
{
	const char *format = "text";
	char *text;
	for (int i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs("usage: weft options [--format text|json]: list the options that "
			      "--option "
			      "NAME=VALUE sets,\ntheir variables of the environment, and the "
			      "modes\n",
				stdout);
			return CLI_OK;
		}
		if (!strncmp(argv[i], "--format=", 9))
			format = argv[i] + 9;
		else if (!strcmp(argv[i], "--format") && i + 1 < argc)
			format = argv[++i];
		else
			return cli_usage("options", "unexpected '%s'", argv[i]);
	}
	if (strcmp(format, "text") && strcmp(format, "json"))
		return cli_usage("options", "--format: expected text or json, found '%s'", format);
	struct weft_error *e = weft_options_list(format, &text);
	if (e)
		return cli_fault(e);
	fputs(text, stdout);
	weft_text_free(text);
	return CLI_OK;
}
