/* locks.c -- the short locks of this room, one for each enum api_lock, and what happens to them
 * when the process forks.
 *
 * A thread that holds one while another forks is not in the child: without care the child's next
 * report, or compile, waits for it for ever.  So a fork takes all of them first, in the order of
 * the enum, which is the order they nest in; the runtime's (run/locks.c), which nest inside these,
 * registered before and are taken after: prepare handlers run from the last to the first. */
#include "api/api_impl.h"

static pthread_mutex_t locks[LOCK_COUNT] = {
	[LOCK_report] = PTHREAD_MUTEX_INITIALIZER,
	[LOCK_codegen] = PTHREAD_MUTEX_INITIALIZER,
	[LOCK_worker] = PTHREAD_MUTEX_INITIALIZER,
	[LOCK_notice] = PTHREAD_MUTEX_INITIALIZER,
};

static void fork_prepare(void)
{
	for (enum api_lock l = 0; l < LOCK_COUNT; l++)
		pthread_mutex_lock(&locks[l]);
}

static void fork_done(void)
{
	for (enum api_lock l = LOCK_COUNT; l-- > 0;)
		pthread_mutex_unlock(&locks[l]);
}

static void set_up(void)
{
	pthread_atfork(fork_prepare, fork_done, fork_done);
}

void api_lock(enum api_lock l)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, set_up);
	pthread_mutex_lock(&locks[l]);
}

void api_unlock(enum api_lock l)
{
	pthread_mutex_unlock(&locks[l]);
}
