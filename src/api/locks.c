/* locks.c -- the short locks of this room, one for each enum api_lock, and what happens to them
 * when the process forks (base/fork.h): it takes all of them first, in the order of the enum, which
 * they nest in. */
#include "api/api_impl.h"
#include "base/fork.h"

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

FORK_KEEPS(FORK_api, fork_prepare, fork_done, fork_done)

void api_lock(enum api_lock l)
{
	pthread_mutex_lock(&locks[l]);
}

void api_unlock(enum api_lock l)
{
	pthread_mutex_unlock(&locks[l]);
}
