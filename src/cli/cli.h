/* cli.h -- what the commands of `weft` share.
 *
 * A command returns the exit status: 0, 1 when the input is at fault (with a message on stderr), 2
 * for wrong usage. */
#ifndef CLI_CLI_H
#define CLI_CLI_H
#include "base/error.h"
#include "base/file.h"

enum { CLI_OK = 0, CLI_FAULT = 1, CLI_USAGE = 2 };

#define COMMAND(name, synopsis, doc) int command_##name(int argc, char **argv);
#include "cli/command.def"
#undef COMMAND

/* Options that every command takes: taken out of argv, the rest stays in order. */
struct cli {
	const char *command;
	const char *backend;         /* --backend */
	struct weft_options *options;        /* --threads, --strict, --option NAME=VALUE, ... */
	const char *out;             /* -o */
	const char *format;          /* --format: text or json */
	const char *save;            /* --save-outputs PREFIX */
	bool random, quiet, aten, steps, stats;
	uint64_t seed, repeat;
	int nrest;
	char **rest;
};
/* 0, or CLI_USAGE after a message; CLI_OK with c->command NULL when --help was printed. */
int cli_parse(struct cli *c, const char *command, int argc, char **argv);
void cli_fini(struct cli *c);
int cli_fault(struct weft_error *e);         /* prints e, frees it, gives CLI_FAULT */
int cli_usage(const char *command, const char *fmt, ...) BASE_PRINTF(2, 3);

/* The program or artifact in a file, compiled or loaded.  Artifacts are known by their first bytes,
 * ATen text by its suffix .aten or --aten. */
struct weft_error *cli_open(const struct cli *c, const char *path, struct weft_client **client,
	struct weft_executable **out) BASE_MUST_USE;

/* Inputs from files, or made from the seed; outputs to files.  arrays[] are the caller's to
 * release. */
struct weft_error *cli_inputs(const struct cli *c, struct weft_client *client,
	struct weft_executable *x, struct weft_buffer ***out, uint32_t *n) BASE_MUST_USE;
void cli_release(struct weft_buffer **buffers, uint32_t n);

/* .npy files, versions 1 to 3, C order, little endian (numpy.lib.format). */
struct weft_error *npy_read(struct weft_client *client, const char *path, enum weft_dtype want,
	struct weft_buffer **out) BASE_MUST_USE;
struct weft_error *npy_write(const char *path, struct weft_buffer *b) BASE_MUST_USE;
/* The values as text, as numpy prints them, at most `most` of them. */
void array_print(struct weft_buffer *b, uint64_t most);
#endif
