/* cache.c -- weft cache: shows and tends the cache of artifacts. */
#include "api/api.h"
#include "cli/cli.h"
#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: weft cache ACTION [options]\n"
	"  stats                 the directory, how many entries, how large\n"
	"  list                  every entry, the one used last first\n"
	"  verify                reads every entry whole; damaged ones are removed\n"
	"  prune [--size SIZE]   removes entries used longest ago until SIZE (or the limit) is "
	"kept\n"
	"  clear                 removes every entry\n"
	"  --format text|json    how it is said\n"
	"The directory: WEFT_CACHE_DIR, else $XDG_CACHE_HOME/weft, else ~/.cache/weft.\n";

/* The value of option name at argv[*i], as `name=value` or in the next word; NULL: another word. */
static const char *value(const char *name, int argc, char **argv, int *i)
{
	size_t n = strlen(name);
	if (!strncmp(argv[*i], name, n) && argv[*i][n] == '=')
		return argv[*i] + n + 1;
	return !strcmp(argv[*i], name) && *i + 1 < argc ? argv[++*i] : NULL;
}

int command_cache(int argc, char **argv)
{
	const char *action = NULL, *size = NULL, *format = "text";
	static const char *const actions[] = { "stats", "list", "verify", "prune", "clear" };
	bool known = false;
	for (int i = 0; i < argc; i++) {
		const char *v;
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs(usage, stdout);
			return CLI_OK;
		}
		if ((v = value("--size", argc, argv, &i)))
			size = v;
		else if ((v = value("--format", argc, argv, &i)))
			format = v;
		else if (argv[i][0] == '-' || action)
			return cli_usage("cache", "unexpected '%s'", argv[i]);
		else
			action = argv[i];
	}
	for (size_t i = 0; action && i < sizeof actions / sizeof *actions; i++)
		known |= !strcmp(action, actions[i]);
	if (!known)
		return cli_usage("cache",
			"expected stats, list, verify, prune or clear, found '%s'",
			action ? action : "nothing");
	if (strcmp(format, "text") && strcmp(format, "json"))
		return cli_usage("cache", "--format: expected text or json, found '%s'", format);
	char *text;
	struct weft_error *e = api_cache(action, size, !strcmp(format, "json"), &text);
	if (e && size && weft_error_code(e) == WEFT_INVALID_ARGUMENT) {
		int status = cli_usage("cache", "%s", weft_error_text(e));
		weft_error_free(e);
		return status;
	}
	if (e)
		return cli_fault(e);
	fputs(text, stdout);
	weft_text_free(text);
	return CLI_OK;
}
