/* locks.c -- the runtime's one short lock, and what happens to all locks when a process forks.
 *
 * run_lock guards lists, counters and tables, for a few instructions at a time, and is taken last.
 * Order: queue, pool, run_lock.  Before a fork all are taken in this order, so that the child finds
 * nothing half done; the child's pool and queue then begin anew. */
#include "base/fork.h"
#include "run/run_impl.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void fork_prepare(void)
{
	queue_fork_prepare();
	pool_fork_prepare();
	pthread_mutex_lock(&lock);
}

static void fork_parent(void)
{
	pthread_mutex_unlock(&lock);
	pool_fork_parent();
	queue_fork_parent();
}

static void fork_child(void)
{
	pthread_mutex_unlock(&lock);
	pool_fork_child();
	queue_fork_child();
}

FORK_KEEPS(FORK_run, fork_prepare, fork_parent, fork_child)

void run_lock(void)
{
	pthread_mutex_lock(&lock);
}

void run_unlock(void)
{
	pthread_mutex_unlock(&lock);
}
