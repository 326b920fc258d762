/* flags.c -- the words of a command line, by the tables command.def and flag.def; and --help. */
#include "cli/cli.h"
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command_row {
	const char *name, *operands;
	int least, most;
	const char *setting, *doc, *note;
};
static const struct command_row commands[] = {
#define COMMAND(name, operands, least, most, setting, doc, note)                                   \
	{ #name, operands, least, most, setting, doc, note },
#include "cli/command.def"
#undef COMMAND
};

enum kind { FLAG, VALUE, NUMBER, SETS };
struct flag_row {
	enum kind kind;
	const char *spelling, *what;
	const char *setting;             /* SETS: name, or NAME=VALUE */
	size_t field;                    /* others: where in struct cli */
	uint64_t start;                  /* NUMBER: its default */
	uint32_t commands;
	const char *doc;
};
#define ON(command) (1u << CLI_##command)
#define AT(field) offsetof(struct cli, field)
static const struct flag_row flags[] = {
#define FLAG(field, spelling, on, doc) { FLAG, spelling, NULL, NULL, AT(field), 0, on, doc },
#define VALUE(field, spelling, what, on, doc)                                                      \
	{ VALUE, spelling, what, NULL, AT(field), 0, on, doc },
#define NUMBER(field, spelling, start, on, doc)                                                    \
	{ NUMBER, spelling, "N", NULL, AT(field), start, on, doc },
#define SETS(spelling, what, setting, on, doc) { SETS, spelling, what, setting, 0, 0, on, doc },
#include "cli/flag.def"
#undef FLAG
#undef VALUE
#undef NUMBER
#undef SETS
};
#define NFLAGS (sizeof flags / sizeof *flags)

const char *cli_name(enum cli_command command)
{
	return commands[command].name;
}

/* ---- help ----------------------------------------------------------------------------------- */

void cli_summary(FILE *to)
{
	size_t width = 0;

	for (size_t i = 0; i < CLI_COUNT; i++)
		if (strlen(commands[i].operands) > width)
			width = strlen(commands[i].operands);
	fprintf(to, "weft %s: a tensor compiler\n\n", weft_version());
	for (size_t i = 0; i < CLI_COUNT; i++)
		fprintf(to, "  weft %-8s %-*s  %s\n", commands[i].name, (int)width,
			commands[i].operands, commands[i].doc);
	fprintf(to, "\n`weft COMMAND --help` lists a command's options.  Exit status: 0, 1 the "
		    "input is at fault, 2 wrong usage.\n");
}

static void help(enum cli_command command)
{
	const struct command_row *c = &commands[command];

	printf("usage: weft %s%s%s [options]: %s\n\n", c->name, *c->operands ? " " : "",
		c->operands, c->doc);
	for (size_t i = 0; i < NFLAGS; i++) {
		const struct flag_row *f = &flags[i];
		char left[64];
		if (!(f->commands & 1u << command))
			continue;
		snprintf(left, sizeof left, "%s%s%s", f->spelling, f->what ? " " : "",
			f->what ? f->what : "");
		printf("  %-24s%s", left, f->doc);
		if (f->kind == NUMBER && f->start < INT64_MAX)
			printf(" (default %llu)", (unsigned long long)f->start);
		printf("\n");
	}
	if (c->note)
		printf("\n%s", c->note);
}

int cli_usage(enum cli_command command, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "weft %s: ", commands[command].name);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "; see `weft %s --help`\n", commands[command].name);
	return CLI_USAGE;
}

/* ---- parsing -------------------------------------------------------------------------------- */

/* The compiler's option `name`, or NAME=VALUE where value is NULL. */
static int option_set(struct cli *c, const char *name, const char *value)
{
	char key[64];
	size_t len = value ? strlen(name) : strcspn(name, "=");

	if (!value && !name[len])
		return cli_usage(c->command, "--option: expected NAME=VALUE, found '%s'", name);
	snprintf(key, sizeof key, "%.*s", len < sizeof key ? (int)len : 0, name);
	struct weft_error *e = weft_options_set(c->options, key, value ? value : name + len + 1);
	if (!e)
		return CLI_OK;
	int status = cli_usage(c->command, "%s", weft_error_text(e));
	weft_error_free(e);
	return status;
}

static int number_set(struct cli *c, const struct flag_row *f, const char *text, uint64_t *out)
{
	char *end;

	errno = 0;
	unsigned long long v = strtoull(text, &end, 10);
	if (errno || end == text || *end || strchr(text, '-'))
		return cli_usage(
			c->command, "%s: expected a number, found '%s'", f->spelling, text);
	*out = v;
	return CLI_OK;
}

/* Is text one of the words of `what`, which have bars between?  Anything is where there is none. */
static bool is_one_of(const char *what, const char *text)
{
	size_t n = strlen(text);

	if (!strchr(what, '|'))
		return true;
	for (const char *s = what; s; s = strchr(s, '|') ? strchr(s, '|') + 1 : NULL)
		if (strcspn(s, "|") == n && !strncmp(s, text, n))
			return true;
	return false;
}

static int flag_take(struct cli *c, const struct flag_row *f, const char *value)
{
	void *field = (char *)c + f->field;

	switch (f->kind) {
	case FLAG: *(bool *)field = true; return CLI_OK;
	case NUMBER: return number_set(c, f, value, field);
	case SETS:
		if (!f->setting)
			return option_set(c, value, NULL);
		return option_set(c, f->setting, f->what ? value : NULL);
	case VALUE:
		if (!is_one_of(f->what, value))
			return cli_usage(c->command, "%s: expected %s, found '%s'", f->spelling,
				f->what, value);
		*(const char **)field = value;
	}
	return CLI_OK;
}

/* The option at word, as `name value` or `name=value`; *used says how many words it took. */
static int word_take(struct cli *c, const char *word, const char *next, int *used)
{
	const char *equals = word[1] == '-' ? strchr(word, '=') : NULL;
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	const char *value = equals ? equals + 1 : next;

	for (size_t i = 0; i < NFLAGS; i++) {
		const struct flag_row *f = &flags[i];
		if (strlen(f->spelling) != len || strncmp(f->spelling, word, len) ||
			!(f->commands & 1u << c->command))
			continue;
		if (equals && !f->what)
			return cli_usage(
				c->command, "option '%s' takes no value", f->spelling);
		if (f->what && !value)
			return cli_usage(c->command, "option '%s' lacks a value", f->spelling);
		*used = f->what && !equals ? 2 : 1;
		return flag_take(c, f, value);
	}
	return cli_usage(c->command, "unknown option '%.*s'", (int)len, word);
}

static int words_take(struct cli *c, int argc, char **argv)
{
	const struct command_row *row = &commands[c->command];

	for (int i = 0, used; i < argc; i += used) {
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;
		int status = CLI_OK;
		used = 1;
		if (argv[i][0] == '-' && argv[i][1])
			status = word_take(c, argv[i], next, &used);
		else
			c->rest[c->nrest++] = argv[i];
		if (status)
			return status;
	}
	if (c->nrest < row->least)
		return cli_usage(c->command, "expected %s", row->operands);
	if (c->nrest > row->most)
		return cli_usage(c->command, "unexpected '%s'", c->rest[row->most]);
	if (c->nrest && !is_one_of(row->operands, c->rest[0]))
		return cli_usage(
			c->command, "expected %s, found '%s'", row->operands, c->rest[0]);
	return CLI_OK;
}

bool cli_wants_help(enum cli_command command, int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			help(command);
			return true;
		}
	return false;
}

int cli_parse(struct cli *c, enum cli_command command, int argc, char **argv)
{
	*c = (struct cli){ .command = command, .rest = argv };
	struct weft_error *e = weft_options_create(&c->options);

	if (e)
		return cli_fault(e);
	for (size_t i = 0; i < NFLAGS; i++)
		if (flags[i].kind == NUMBER)
			*(uint64_t *)(void *)((char *)c + flags[i].field) = flags[i].start;
	if (commands[command].setting && option_set(c, commands[command].setting, NULL))
		return CLI_USAGE;
	return words_take(c, argc, argv);
}

void cli_fini(struct cli *c)
{
	weft_options_free(c->options);
}
