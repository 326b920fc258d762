/* main.c -- the weft command: finds the command in command.def and runs it. */
#include "cli/cli.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct command {
	const char *name, *synopsis, *doc;
	int (*run)(int argc, char **argv);
};
static const struct command commands[] = {
#define COMMAND(name, synopsis, doc) { #name, synopsis, doc, command_##name },
#include "cli/command.def"
#undef COMMAND
};
#define NCOMMANDS (sizeof commands / sizeof *commands)

static void help(FILE *to)
{
	fprintf(to, "weft %s: a tensor compiler\n\n", weft_version());
	for (size_t i = 0; i < NCOMMANDS; i++)
		fprintf(to, "  weft %-8s %-40s %s\n", commands[i].name, commands[i].synopsis,
			commands[i].doc);
	fprintf(to, "\n`weft COMMAND --help` says more.  Exit status: 0, 1 the input is at fault, "
		    "2 wrong usage.\n");
}

int cli_usage(const char *command, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fprintf(stderr, "weft %s: ", command);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "; see `weft %s --help`\n", command);
	return CLI_USAGE;
}

static void tell(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "weft: %s\n", text);
}

int main(int argc, char **argv)
{
	weft_notice_handler(tell, NULL);
	if (argc < 2) {
		help(stderr);
		return CLI_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		help(stdout);
		return CLI_OK;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("weft %s\n", weft_version());
		return CLI_OK;
	}
	for (size_t i = 0; i < NCOMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 2, argv + 2);
	fprintf(stderr, "weft: unknown command '%s'; see `weft --help`\n", argv[1]);
	return CLI_USAGE;
}
