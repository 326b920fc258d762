/* cli.h -- what the commands of `weft` share.
 *
 * A command returns the exit status: 0, 1 when the input is at fault (with a message on stderr), 2
 * for wrong usage. */
#ifndef CLI_CLI_H
#define CLI_CLI_H
#include "base/error.h"
#include "base/file.h"
#include <stdio.h>

enum { CLI_OK = 0, CLI_FAULT = 1, CLI_USAGE = 2 };

enum cli_command {
#define COMMAND(name, ...) CLI_##name,
#include "cli/command.def"
#undef COMMAND
	CLI_COUNT
};

/* A command line: an option of flag.def a field, and the other words, in order. */
struct cli {
	enum cli_command command;
	struct weft_options *options;
#define FLAG(field, ...) bool field;
#define VALUE(field, ...) const char *field;
#define NUMBER(field, ...) uint64_t field;
#define SETS(...)
#include "cli/flag.def"
#undef FLAG
#undef VALUE
#undef NUMBER
#undef SETS
	int nrest;
	char **rest;
};
#define COMMAND(name, ...) int command_##name(struct cli *c);
#include "cli/command.def"
#undef COMMAND

const char *cli_name(enum cli_command command);
/* Every command, a line each. */
void cli_summary(FILE *to);
/* Is --help or -h among the words?  Then it was printed. */
bool cli_wants_help(enum cli_command command, int argc, char **argv);
/* 0, or CLI_USAGE after a message; the words of argv stay borrowed.  cli_fini in any case. */
int cli_parse(struct cli *c, enum cli_command command, int argc, char **argv);
void cli_fini(struct cli *c);
int cli_usage(enum cli_command command, const char *fmt, ...) BASE_PRINTF(2, 3);
int cli_fault(struct weft_error *e);         /* prints e, frees it, gives CLI_FAULT */

/* Writes text to standard output and frees it by weft_text_free. */
void cli_print(char *text);
/* What the text of a program at `path` is in: ATen text by its suffix .aten or --aten. */
enum weft_format cli_format(const struct cli *c, const char *path);

/* The program or artifact in a file, compiled or loaded.  Artifacts are known by their first bytes,
 * ATen text by its suffix .aten or --aten. */
struct weft_error *cli_open(const struct cli *c, const char *path, struct weft_client **client,
	struct weft_executable **out) BASE_MUST_USE;

/* Inputs from files, or made from the seed; outputs to files.  arrays[] are the caller's to
 * release. */
struct weft_error *cli_inputs(const struct cli *c, struct weft_client *client,
	struct weft_executable *x, struct weft_buffer ***out, uint32_t *n) BASE_MUST_USE;
/* With random inputs, *x's constants too are made from the seed, and *x is bound to them. */
struct weft_error *cli_constants(const struct cli *c, struct weft_client *client,
	struct weft_executable **x) BASE_MUST_USE;
void cli_release(struct weft_buffer **buffers, uint32_t n);

/* .npy files, versions 1 to 3, C order, little endian (numpy.lib.format). */
struct weft_error *npy_read(struct weft_client *client, const char *path, enum weft_dtype want,
	struct weft_buffer **out) BASE_MUST_USE;
struct weft_error *npy_write(const char *path, struct weft_buffer *b) BASE_MUST_USE;
/* The values as text, as numpy prints them, at most `most` of them. */
void array_print(struct weft_buffer *b, uint64_t most);
#endif
