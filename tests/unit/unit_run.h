/* unit_run.h -- the loop of the unit test program; included by the generated main alone.
 *
 *   unit              every test        unit NAME ...   those, in children too
 *   unit -l           their names       unit -d NAME    one, in this process: for a debugger */
#ifndef UNIT_UNIT_RUN_H
#define UNIT_UNIT_RUN_H
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct unit_test {
	const char *name;
	void (*run)(void);
};

enum { UNIT_SECONDS = 300, UNIT_SKIPPED = 77 };

/* Shared with the child, so that it outlives a crash. */
char *unit_note;

static int unit_status(const struct unit_test *t)
{
	int status = 0;

	*unit_note = '\0';
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		alarm(UNIT_SECONDS);
		t->run();
		exit(0);
	}
	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

static bool unit_wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return argc < 2;
}

static int unit_run(const struct unit_test *tests, int argc, char **argv)
{
	unsigned passed = 0, failed = 0, skipped = 0;
	const char *mode = argc > 1 ? argv[1] : "";

	/* tests of the cache name a directory of their own */
	setenv("WEFT_CACHE", "off", 1);
	unit_note = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (unit_note == MAP_FAILED)
		return 1;

	for (const struct unit_test *t = tests; t->name; t++) {
		if (!strcmp(mode, "-l")) {
			puts(t->name);
			continue;
		}
		if (!strcmp(mode, "-d")) {
			if (argc > 2 && !strcmp(argv[2], t->name))
				t->run();
			continue;
		}
		if (!unit_wanted(t->name, argc, argv))
			continue;
		int status = unit_status(t);
		if (status == 0) {
			passed++;
			continue;
		}
		if (WIFEXITED(status) && WEXITSTATUS(status) == UNIT_SKIPPED) {
			printf("SKIP %s\n", t->name);
			skipped++;
			continue;
		}
		failed++;
		printf("FAIL %s", t->name);
		if (WIFSIGNALED(status))
			printf(" (%s)", strsignal(WTERMSIG(status)));
		printf(": %s %s\n", argv[0], t->name);
		if (*unit_note)
			printf("  at %s\n", unit_note);
	}
	if (mode[0] == '-')
		return 0;
	if (skipped)
		printf("%u skipped\n", skipped);
	printf("%u passed, %u failed\n", passed, failed);
	return failed || (argc > 1 && !passed);
}
#endif
