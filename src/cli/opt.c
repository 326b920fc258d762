/* opt.c -- weft opt: reads and verifies a program and prints it, as text or as bytecode. */
#include "api/api.h"
#include "base/str.h"
#include "cli/cli.h"
#include <stdio.h>
#include <string.h>

/* The print read again must be the program p, and print the same. */
static struct weft_error *round_trip(
	const struct cli *c, const struct weft_program *p, const char *print)
{
	const char *file = c->rest[0];
	struct weft_program *again = NULL;
	char *second = NULL;
	bool same = false;
	struct weft_error *e =
		weft_program_parse(WEFT_STABLEHLO_TEXT, "<print>", print, strlen(print), &again);

	if (!e)
		e = api_program_print(again, c->locations, &second);
	if (!e && strcmp(print, second) != 0)
		e = error_make(WEFT_INTERNAL, "%s: printing again gives another text", file);
	if (!e)
		e = weft_program_equal(p, again, &same);
	if (!e && !same)
		e = error_make(WEFT_INTERNAL, "%s: reading the print gives another program", file);
	weft_text_free(second);
	weft_program_release(again);
	return e;
}

static bool wants_bytecode(const struct cli *c)
{
	return c->emit && !strcmp(c->emit, "bytecode");
}

/* Reads text, and prints it to *out, *len bytes. */
static struct weft_error *print_program(
	const struct cli *c, const char *text, size_t size, char **out, size_t *len)
{
	struct weft_program *p = NULL;
	const char *file = c->rest[0];
	struct weft_error *e = weft_program_parse(cli_format(c, file), file, text, size, &p);

	if (!e && c->passes)
		e = api_program_passes(p, c->passes);
	if (!e && wants_bytecode(c)) {
		e = weft_program_bytecode(p, c->target, out, len);
	} else if (!e && !c->verify_only) {
		e = api_program_print(p, c->locations, out);
		*len = e ? 0 : strlen(*out);
	}
	if (!e && c->round_trip)
		e = round_trip(c, p, *out);
	weft_program_release(p);
	return e;
}

/* One program; its lines are counted from the beginning of the file by empty lines in front. */
static int opt_one(
	const struct cli *c, const char *text, size_t size, size_t lines, struct str *all)
{
	struct str padded;
	char *printed = NULL;
	size_t len = 0;

	str_init(&padded, NULL);
	for (size_t i = 0; i < lines; i++)
		str_addc(&padded, '\n');
	if (lines)
		str_add_bytes(&padded, text, size);
	struct weft_error *e = print_program(
		c, lines ? padded.text : text, lines ? padded.len : size, &printed, &len);
	int status = e ? cli_fault(e) : CLI_OK;
	if (!e && !c->verify_only && !c->round_trip) {
		if (all->len)
			str_add(all, "// -----\n");
		str_add_bytes(all, printed, len);
	}
	weft_text_free(printed);
	str_fini(&padded);
	return status;
}

static const char *line_end(const char *s, const char *end)
{
	const char *nl = memchr(s, '\n', (size_t)(end - s));
	return nl ? nl + 1 : end;
}

static int opt_all(const struct cli *c, const char *text, size_t size, struct str *all)
{
	const char *end = text + size, *from = text;
	size_t line = 0, first = 0;
	int status = CLI_OK;

	if (!c->split)
		return opt_one(c, text, size, 0, all);
	for (const char *s = text; s < end; line++) {
		const char *next = line_end(s, end);
		if (memmem(s, (size_t)(next - s), "// -----", 8)) {
			status |= opt_one(c, from, (size_t)(s - from), first, all);
			from = next;
			first = line + 1;
		}
		s = next;
	}
	return status | opt_one(c, from, (size_t)(end - from), first, all);
}

int command_opt(struct cli *c)
{
	struct file_map m = { 0 };
	struct str all;

	if (c->target && !wants_bytecode(c))
		return cli_usage(c->command, "--target is for --emit bytecode");
	if (wants_bytecode(c) && (c->round_trip || c->verify_only || c->split))
		return cli_usage(c->command, "--emit bytecode goes without --round-trip, "
					     "--verify-only and --split");
	struct weft_error *e = file_map(c->rest[0], &m);
	if (e)
		return cli_fault(e);
	str_init(&all, NULL);
	int status = opt_all(c, m.data, m.size, &all);
	const char *rule;
	uint32_t times;
	for (uint32_t i = 0; c->fired && api_rule_fired(i, &rule, &times); i++)
		if (times)
			fprintf(stderr, "fired: %s %u\n", rule, times);
	if (!status && !c->verify_only && !c->round_trip) {
		if (all.failed)
			e = error_make(WEFT_RESOURCE_EXHAUSTED, "no memory for the print");
		else if (c->out)
			e = file_write_atomic(c->out, all.text, all.len);
		else
			fwrite(all.text, 1, all.len, stdout);
	}
	str_fini(&all);
	file_unmap(&m);
	return e ? cli_fault(e) : status;
}
