/* fork.h -- locks and fork: FORK_KEEPS registers what becomes of a file's lock when the process
 * forks.
 *
 * A thread that holds a lock while another forks is not in the child, which then waits for that
 * lock for ever.  So every lock that outlives a call is taken before a fork and given back behind
 * it.  This is registered when the library is loaded: a lock's first use is too late for a fork
 * that is under way. */
#ifndef BASE_FORK_H
#define BASE_FORK_H

#include <pthread.h>

/* The order in which locks nest, the innermost first: prepare handlers run from the last registered
 * to the first, so a fork takes the outermost first, as everybody does.  (Priorities of
 * constructors; up to 100 they are the compiler's.) */
enum fork_order {
	FORK_run = 201,
	FORK_plugin,
	FORK_registry,
	FORK_remote,
	FORK_api,
	FORK_later,
};

/* In a file, once: prepare before a fork, parent and child behind it, each void (*)(void). */
#define FORK_KEEPS(order, prepare, parent, child) \
	__attribute__((constructor(order))) static void fork_register(void) \
	{ \
		pthread_atfork(prepare, parent, child); \
	}

/* The same of a lock with nothing else to be done. */
#define FORK_KEEPS_LOCK(order, lock) \
	static void fork_prepare(void) \
	{ \
		pthread_mutex_lock(&(lock)); \
	} \
	static void fork_done(void) \
	{ \
		pthread_mutex_unlock(&(lock)); \
	} \
	FORK_KEEPS(order, fork_prepare, fork_done, fork_done)

#endif
