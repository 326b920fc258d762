/* check.c -- weft check: runs files that check themselves and says which hold.
 *
 * One line a file, PASS path or FAIL path: reason, flushed at once, so that a runner of many files
 * knows where a crash happened.  Exit status 1 when one failed. */
#include "base/file.h"
#include "cli/cli.h"
#include <stdio.h>

static struct weft_error *check_file(const struct cli *c, const char *path)
{
	struct file_map m;

	TRY(file_map(path, &m));
	struct weft_error *e = weft_check(c->backend, c->options, path, m.data, m.size);
	file_unmap(&m);
	return e;
}

int command_check(int argc, char **argv)
{
	struct cli c;
	int status = cli_parse(&c, "check", argc, argv);

	if (!status && c.command) {
		/* Answers are compared to the ULP: every op rounds to its dtype. */
		weft_error_free(weft_options_set(c.options, "numerics", "strict"));
		weft_error_free(weft_options_set(c.options, "passes_off", "fold"));   /* native code computes it all */
		for (int i = 0; i < c.nrest; i++) {
			struct weft_error *e = check_file(&c, c.rest[i]);
			if (e)
				printf("FAIL %s: %s\n", c.rest[i], weft_error_text(e));
			else
				printf("PASS %s\n", c.rest[i]);
			fflush(stdout);
			status = e ? CLI_FAULT : status;
			weft_error_free(e);
		}
	}
	cli_fini(&c);
	return status;
}
