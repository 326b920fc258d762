/* check.c -- weft check: runs files that check themselves and says which hold.
 *
 * One line a file on standard output, PASS path or FAIL path: reason, flushed at once, so that a
 * runner of many files knows where a crash happened.  These are by numerics=strict, every op
 * rounded to its dtype, and decide the exit status.  Code that is compiled runs a second time by
 * numerics=default; standard error says which files hold in strict only, and counts both. */
#include "base/file.h"
#include "cli/cli.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct run {
	const struct cli *c;
	struct weft_check_counts counts;
	uint64_t passed[2];                  /* strict, default */
};

static struct weft_error *check_as(
	struct run *r, const char *path, const struct file_map *m, const char *numerics)
{
	struct weft_check_counts unused = { 0 };
	bool strict = !strcmp(numerics, "strict");

	TRY(weft_options_set(r->c->options, "numerics", numerics));
	struct weft_error *e = weft_check(r->c->backend, r->c->options, path, m->data, m->size,
		strict ? &r->counts : &unused);
	r->passed[!strict] += !e;
	return e;
}

/* One line: an error may show names of the program, which may hold any byte. */
static void say_failed(FILE *to, const char *path, const char *why)
{
	fprintf(to, "FAIL %s: ", path);
	for (const char *s = why; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			fprintf(to, "\\%02X", (unsigned)*s);
		else
			putc(*s, to);
	putc('\n', to);
}

/* False when the file fails.  It is read once: a pipe holds nothing for the second run. */
static bool check_one(struct run *r, const char *path, bool twice)
{
	struct file_map m = { 0 };
	struct weft_error *strict = file_map(path, &m), *other = NULL;
	bool read = !strict;

	if (read)
		strict = check_as(r, path, &m, "strict");
	bool holds = !strict;
	if (strict)
		say_failed(stdout, path, weft_error_text(strict));
	else
		printf("PASS %s\n", path);
	fflush(stdout);
	if (twice && read)
		other = check_as(r, path, &m, "default");
	if (other && holds) {
		fprintf(stderr, "numerics=default: ");
		say_failed(stderr, path, weft_error_text(other));
	}
	file_unmap(&m);
	weft_error_free(strict);
	weft_error_free(other);
	return holds;
}

int command_check(struct cli *c)
{
	struct run r = { .c = c };
	bool twice = !c->backend || strcmp(c->backend, "interp") != 0;
	int status = CLI_OK;

	/* native code computes it all */
	weft_error_free(weft_options_set(c->options, "passes_off", "fold"));
	weft_error_free(weft_options_set(c->options, "cache", "off"));
	for (int i = 0; i < c->nrest; i++)
		status = check_one(&r, c->rest[i], twice) ? status : CLI_FAULT;
	if (twice)
		fprintf(stderr, "strict: %" PRIu64 " of %d; default: %" PRIu64 " of %d\n",
			r.passed[0], c->nrest, r.passed[1], c->nrest);
	if (c->stats)
		fprintf(stderr,
			"kernels=%" PRIu64 " library=%" PRIu64 " folded=%" PRIu64
			" interpreted=%" PRIu64 "\n",
			r.counts.kernels, r.counts.library_calls, r.counts.folded,
			r.counts.interpreted);
	return status;
}
