/* opt.c -- weft opt: reads and verifies a StableHLO text and prints it. */
#include "api/api.h"
#include "base/str.h"
#include "cli/cli.h"
#include <stdio.h>
#include <string.h>

static const char opt_help[] =
	"usage: weft opt FILE [options]: read and verify StableHLO text, or an ATen graph (.aten), "
	"and print it\n"
	"as StableHLO\n\n"
	"  --verify-only   print nothing\n"
	"  --round-trip    also read the print and print it again: both texts and both programs "
	"must be equal;\n"
	"                  prints nothing\n"
	"  --passes=A,B    run these passes first, in this order\n"
	"  --fired         say on stderr which rewrite rules were applied\n"
	"  --split         FILE holds several programs, separated by lines with // -----\n"
	"  -o FILE         where the print goes (default: standard output)\n";

struct opt {
	bool verify_only, round_trip, split, fired;
	const char *out, *file, *passes;
	int faults;
};

/* Reads text, prints it to *out; the print read again must be the same program and print. */
static struct weft_error *print_program(
	const struct opt *o, const char *text, size_t size, char **out)
{
	struct weft_program *p = NULL, *again = NULL;
	char *second = NULL;
	size_t len = strlen(o->file);
	bool aten = len > 5 && !strcmp(o->file + len - 5, ".aten");
	struct weft_error *e = weft_program_parse(
		aten ? WEFT_ATEN_TEXT : WEFT_STABLEHLO_TEXT, o->file, text, size, &p);

	if (!e && o->passes)
		e = api_program_passes(p, o->passes);
	if (!e && !o->verify_only)
		e = weft_program_print(p, out);
	if (!e && o->round_trip) {
		e = weft_program_parse(WEFT_STABLEHLO_TEXT, "<print>", *out, strlen(*out), &again);
		if (!e)
			e = weft_program_print(again, &second);
		if (!e && strcmp(*out, second) != 0)
			e = error_make(
				WEFT_INTERNAL, "%s: printing again gives another text", o->file);
		bool same = false;
		if (!e)
			e = weft_program_equal(p, again, &same);
		if (!e && !same)
			e = error_make(WEFT_INTERNAL, "%s: reading the print gives another program",
				o->file);
	}
	weft_text_free(second);
	weft_program_release(again);
	weft_program_release(p);
	return e;
}

/* One program; its lines are counted from the beginning of the file by empty lines in front. */
static void opt_one(struct opt *o, const char *text, size_t size, size_t lines, struct str *all)
{
	struct str padded;
	char *printed = NULL;

	str_init(&padded, NULL);
	for (size_t i = 0; i < lines; i++)
		str_addc(&padded, '\n');
	if (lines)
		str_add_bytes(&padded, text, size);
	struct weft_error *e =
		print_program(o, lines ? padded.text : text, lines ? padded.len : size, &printed);
	if (e) {
		cli_fault(e);
		o->faults++;
	} else if (!o->verify_only && !o->round_trip) {
		if (all->len)
			str_add(all, "// -----\n");
		str_add(all, printed);
	}
	weft_text_free(printed);
	str_fini(&padded);
}

static const char *line_end(const char *s, const char *end)
{
	const char *nl = memchr(s, '\n', (size_t)(end - s));
	return nl ? nl + 1 : end;
}

static void opt_all(struct opt *o, const char *text, size_t size, struct str *all)
{
	const char *end = text + size, *from = text;
	size_t line = 0, first = 0;

	if (!o->split) {
		opt_one(o, text, size, 0, all);
		return;
	}
	for (const char *s = text; s < end; line++) {
		const char *next = line_end(s, end);
		if (memmem(s, (size_t)(next - s), "// -----", 8)) {
			opt_one(o, from, (size_t)(s - from), first, all);
			from = next;
			first = line + 1;
		}
		s = next;
	}
	opt_one(o, from, (size_t)(end - from), first, all);
}

int command_opt(int argc, char **argv)
{
	struct opt o = { 0 };
	struct file_map m = { 0 };
	struct str all;

	for (int i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "--help")) {
			fputs(opt_help, stdout);
			return CLI_OK;
		}
		if (!strcmp(argv[i], "--verify-only"))
			o.verify_only = true;
		else if (!strcmp(argv[i], "--round-trip"))
			o.round_trip = true;
		else if (!strncmp(argv[i], "--passes=", 9))
			o.passes = argv[i] + 9;
		else if (!strcmp(argv[i], "--fired"))
			o.fired = true;
		else if (!strcmp(argv[i], "--split"))
			o.split = true;
		else if (!strcmp(argv[i], "-o") && i + 1 < argc)
			o.out = argv[++i];
		else if (argv[i][0] == '-' && argv[i][1])
			return cli_usage(
				"opt", "unknown option '%s', or it lacks a value", argv[i]);
		else if (o.file)
			return cli_usage("opt", "one file at a time");
		else
			o.file = argv[i];
	}
	if (!o.file)
		return cli_usage("opt", "expected a file");
	struct weft_error *e = file_map(o.file, &m);
	if (e)
		return cli_fault(e);
	str_init(&all, NULL);
	opt_all(&o, m.data, m.size, &all);
	const char *rule;
	uint32_t times;
	for (uint32_t i = 0; o.fired && api_rule_fired(i, &rule, &times); i++)
		if (times)
			fprintf(stderr, "fired: %s %u\n", rule, times);
	if (!o.faults && !o.verify_only && !o.round_trip) {
		if (all.failed)
			e = error_make(WEFT_RESOURCE_EXHAUSTED, "no memory for the print");
		else if (o.out)
			e = file_write_atomic(o.out, all.text, all.len);
		else
			fwrite(all.text, 1, all.len, stdout);
	}
	str_fini(&all);
	file_unmap(&m);
	return e ? cli_fault(e) : o.faults ? CLI_FAULT : CLI_OK;
}
