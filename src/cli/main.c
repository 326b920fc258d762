/* main.c -- the weft command: finds the command in command.def and runs it. */
#include "cli/cli.h"
#include <stdio.h>
#include <string.h>

static int (*const commands[])(struct cli *c) = {
#define COMMAND(name, ...) command_##name,
#include "cli/command.def"
#undef COMMAND
};

static void tell(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "weft: %s\n", text);
}

static int command(enum cli_command which, int argc, char **argv)
{
	struct cli c;

	if (cli_wants_help(which, argc, argv))
		return CLI_OK;
	int status = cli_parse(&c, which, argc, argv);
	if (!status)
		status = commands[which](&c);
	cli_fini(&c);
	return status;
}

static int run(int argc, char **argv)
{
	if (argc < 2) {
		cli_summary(stderr);
		return CLI_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		cli_summary(stdout);
		return CLI_OK;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("weft %s\n", weft_version());
		return CLI_OK;
	}
	for (enum cli_command i = 0; i < CLI_COUNT; i++)
		if (!strcmp(argv[1], cli_name(i)))
			return command(i, argc - 2, argv + 2);
	fprintf(stderr, "weft: unknown command '%s'; see `weft --help`\n", argv[1]);
	return CLI_USAGE;
}

/* What was printed and did not arrive - a full disk, say - is a failure. */
int main(int argc, char **argv)
{
	weft_notice_handler(tell, NULL);
	int status = run(argc, argv);
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	fprintf(stderr, "weft: error: cannot write standard output\n");
	return status ? status : CLI_FAULT;
}
