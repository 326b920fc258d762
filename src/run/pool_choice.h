/* pool_choice.h -- whose threads run the next region of a caller: the pool's workers, or the
 * host's, which are those of the process's libgomp.
 *
 * A decision by observed facts alone: no clock, thread or memory is touched here.  One a calling
 * thread, zeroed at first. */
#ifndef RUN_POOL_CHOICE_H
#define RUN_POOL_CHOICE_H
#include <stdbool.h>
#include <stdint.h>

enum pool_way {
	WAY_own,                /* our workers */
	WAY_timed,              /* our workers; the clock is read */
	WAY_watched,            /* our workers; also what threads of the host worked meanwhile */
	WAY_host,
	WAY_meet                /* the host's threads, who say who they are */
};

/* What was seen of a region.  Times in ns, of one clock that never goes back. */
struct pool_fact {
	enum pool_way way;
	int64_t begin, end;     /* of WAY_own: unknown */
	unsigned threads;       /* that were asked for; of the host's those that came */
	int64_t claims;         /* how often threads claimed chunks, all together */
	int64_t caller_claims;
	/* WAY_watched: processor time of that thread of the host which had most; are those known
	 * to be the host's? (else they are all threads of the process that are not ours) */
	int64_t burned;
	bool known;
	bool met;               /* WAY_meet: it was one of them */
	int64_t idle;           /* of the host: the caller had no chunk left and waited */
};

struct pool_choice {
	bool on_host;
	enum pool_way look;     /* how the next region on our workers is looked at */
	bool meet;              /* the next one is WAY_meet */
	int64_t look_at;        /* not before */
	int64_t look_wait;      /* before the next look, doubled by each in vain */
	int64_t since, left;    /* when it went to the host's threads, and came from there last */
	int64_t stay;           /* how long it stays there */
	int64_t last;           /* when the last region there ended */
	int64_t lost;           /* what waiting there has cost, less an eighth of the time since */
	int64_t away;           /* how long it keeps away after that was too much */
};

/* Does the next region need a clock?  It does not as long as workers do their part. */
static inline bool choice_timed(const struct pool_choice *c)
{
	return c->on_host || c->meet || c->look != WAY_own;
}

/* How the next region is run, with the clock at now.  Are the host's threads known? */
enum pool_way choice_next(struct pool_choice *c, int64_t now, bool known);

/* Before choice_next, with the clock at now: was there a pause so long that the host's threads are
 * to be asked whether they work?  Where they do not: choice_idle. */
bool choice_asks(const struct pool_choice *c, int64_t now);
void choice_idle(struct pool_choice *c, int64_t now);

/* How a region went. */
void choice_ran(struct pool_choice *c, const struct pool_fact *f);
#endif
