/* unit_run.h -- the loop of the unit test program; included by the generated main alone.
 *
 *   unit              every test        unit START ...  those whose names begin so, with test_ or
 *                                       without; in children, one a processor at once
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
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct unit_test {
	const char *name;
	void (*run)(void);
};

/* A test may take so many seconds of processors' time; one that waits in vain, of the clock's. */
enum { UNIT_BUSY_SECONDS = 300, UNIT_SECONDS = 1200 };
enum { UNIT_SKIPPED = 77, UNIT_AT_ONCE = 16, UNIT_NOTE_SIZE = 256 };

/* Of the running test; shared with its child, so that it outlives a crash. */
char *unit_note;

struct unit_run {
	const char *program;
	char *notes;                     /* UNIT_NOTE_SIZE bytes a slot */
	struct unit_slot {
		pid_t pid;               /* 0: free */
		const char *name;
	} slots[UNIT_AT_ONCE];
	unsigned at_once, running, passed, failed, skipped;
};

static void unit_ended(struct unit_run *r, const char *name, int status, const char *note)
{
	if (status == 0) {
		r->passed++;
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == UNIT_SKIPPED) {
		printf("SKIP %s\n", name);
		r->skipped++;
	} else {
		r->failed++;
		printf("FAIL %s", name);
		if (WIFSIGNALED(status))
			printf(" (%s)", strsignal(WTERMSIG(status)));
		printf(": %s %s\n", r->program, name);
		if (*note)
			printf("  at %s\n", note);
	}
}

/* Waits until fewer than `most` tests run. */
static void unit_wait(struct unit_run *r, unsigned most)
{
	while (r->running >= most) {
		int status;
		pid_t pid = waitpid(-1, &status, 0);
		for (unsigned i = 0; pid > 0 && i < r->at_once; i++) {
			if (r->slots[i].pid != pid)
				continue;
			unit_ended(r, r->slots[i].name, status, r->notes + i * UNIT_NOTE_SIZE);
			r->slots[i].pid = 0;
			r->running--;
		}
		if (pid < 0 && errno != EINTR)
			return;
	}
}

static void unit_start(struct unit_run *r, const struct unit_test *t)
{
	unsigned i = 0;

	unit_wait(r, r->at_once);
	while (r->slots[i].pid)
		i++;
	unit_note = r->notes + i * UNIT_NOTE_SIZE;
	*unit_note = '\0';
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		const struct rlimit busy = { UNIT_BUSY_SECONDS, RLIM_INFINITY };
		setrlimit(RLIMIT_CPU, &busy);
		alarm(UNIT_SECONDS);
		t->run();
		exit(0);
	}
	if (pid < 0) {
		unit_ended(r, t->name, -1, "fork");
		return;
	}
	r->slots[i] = (struct unit_slot){ pid, t->name };
	r->running++;
}

static bool unit_wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], name, strlen(argv[i])) ||
			!strncmp(argv[i], name + strlen("test_"), strlen(argv[i])))
			return true;
	return argc < 2;
}

static int unit_run(const struct unit_test *tests, int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	struct unit_run r = { .program = argv[0] };
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	/* tests of the cache name a directory of their own */
	setenv("WEFT_CACHE", "off", 1);
	r.at_once = processors < 1 ? 1 :
		processors > UNIT_AT_ONCE ? UNIT_AT_ONCE : (unsigned)processors;
	r.notes = mmap(NULL, UNIT_AT_ONCE * UNIT_NOTE_SIZE, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r.notes == MAP_FAILED)
		return 1;
	unit_note = r.notes;
	for (const struct unit_test *t = tests; t->name; t++) {
		if (!strcmp(mode, "-l"))
			puts(t->name);
		else if (!strcmp(mode, "-d") && argc > 2 && !strcmp(argv[2], t->name))
			t->run();
		else if (mode[0] != '-' && unit_wanted(t->name, argc, argv))
			unit_start(&r, t);
	}
	if (mode[0] == '-')
		return 0;
	unit_wait(&r, 1);
	if (r.skipped)
		printf("%u skipped\n", r.skipped);
	printf("%u passed, %u failed\n", r.passed, r.failed);
	return r.failed || (argc > 1 && !r.passed);
}
#endif
