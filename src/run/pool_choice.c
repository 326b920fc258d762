/* pool_choice.c -- when regions go to the host's threads, and when they come back.
 *
 * After a region of its own libgomp keeps its threads spinning on the processors our workers are
 * pinned to, for some ten milliseconds.  Meanwhile the caller runs alone, and the host's threads,
 * if they are given our region, begin it at once.  But libgomp waits for each of them, also for one
 * that another process keeps from running, where our workers' chunks are taken by others.
 *
 *        a region whose workers        the same again, timed and       once more: a thread of the
 *        did less than half of         not too short to wake them      host had the processor
 *        their part                                                     meanwhile
 *  own ------------------------> timed ------------------------> watched ------------> host
 *   ^                                                                                     |
 *   +-------------------------------------------------------------------------------------+
 *     a pause, and the host's threads sleep; or libgomp waited long for its threads, which keeps
 *     us away; or a time is over, which is a trial
 *
 * Requirements, each with a test in tests/unit/pool_choice.c:
 *  1. As long as workers do their part no clock is read and nothing changes.
 *  2. Workers starved by threads of the host: the host's.  By another process: our own, and the
 *     looks become rare.
 *  3. Threads not known to be the host's are met once before they are believed in.
 *  4. Our regions keep the host's threads spinning too, so leaving them costs that time once: a
 *     trial comes after a second, and each that finds them still at work waits twice as long.
 *  5. After a pause it costs nothing, where they sleep.
 *  6. What libgomp waits for threads, more than for the last chunks and a little, may be an eighth
 *     of the time; three milliseconds more and our workers do the work, twice as long each time. */
#include "run/pool_choice.h"

#define MS INT64_C(1000000)
#define SHORT_NS 30000                  /* to wake a worker takes as long */
#define SPIN_NS (25 * MS)               /* the host's threads sleep after */
#define PAUSE_NS (3 * MS)
#define STAY_NS (1000 * MS)
#define STAY_MOST_NS (16000 * MS)
#define LATE_NS 100000                  /* waiting as long is no loss */
#define LOST_NS (3 * MS)
#define AWAY_NS (20 * MS)
#define AWAY_MOST_NS (2560 * MS)
#define LOOK_NS (MS / 2)
#define LOOK_MOST_NS (20 * MS)          /* a look at threads we know: two calls of the system */
#define SEARCH_MOST_NS (5000 * MS)      /* at all of the process: some ten microseconds */

static int64_t twice(int64_t wait, int64_t least, int64_t most)
{
	return wait < least ? least : wait > most / 2 ? most : wait * 2;
}

static void go(struct pool_choice *c, int64_t now)
{
	if (now - c->left > STAY_NS || !c->stay)
		c->stay = STAY_NS;
	c->on_host = true;
	c->since = c->last = now;
	c->lost = c->look_wait = 0;
}

static void leave(struct pool_choice *c, int64_t now, int64_t away)
{
	c->on_host = false;
	c->look = WAY_own;
	c->left = now;
	c->look_at = now + away;
}

enum pool_way choice_next(struct pool_choice *c, int64_t now, bool known)
{
	if (c->on_host && now - c->since >= c->stay) {
		leave(c, now, SPIN_NS);
		c->stay = twice(c->stay, STAY_NS, STAY_MOST_NS);
	}
	if (c->on_host)
		return known ? WAY_host : WAY_meet;
	if (c->meet)
		return WAY_meet;
	if (now < c->look_at)
		return WAY_own;
	return c->look == WAY_timed && known ? WAY_watched : c->look;
}

bool choice_asks(const struct pool_choice *c, int64_t now)
{
	return c->on_host && now - c->last >= PAUSE_NS;
}

void choice_idle(struct pool_choice *c, int64_t now)
{
	leave(c, now, 0);
	c->stay = STAY_NS;
}

static void look_later(struct pool_choice *c, const struct pool_fact *f, int64_t least)
{
	c->look_wait = twice(c->look_wait, least, f->known ? LOOK_MOST_NS : SEARCH_MOST_NS);
	c->look_at = f->end + c->look_wait;
	c->look = WAY_timed;
}

/* Did the workers do less than half of their part? */
static bool starved(const struct pool_fact *f)
{
	int64_t threads = f->threads, theirs = f->claims - f->caller_claims;

	return f->threads > 1 && theirs * 2 * threads < f->claims * (threads - 1);
}

static void ran_own(struct pool_choice *c, const struct pool_fact *f)
{
	if (!starved(f)) {
		c->look = WAY_own;
		return;
	}
	if (c->look == WAY_own)
		c->look = WAY_timed;
	if (f->way == WAY_own || f->end - f->begin < SHORT_NS)
		return;
	if (f->way == WAY_timed)
		c->look = WAY_watched;
	else if (f->burned < (f->end - f->begin) / 4)
		look_later(c, f, LOOK_NS);
	else if (f->known)
		go(c, f->end);
	else
		c->meet = true;
}

/* The host's threads waited for more than the end of the chunks that they had claimed. */
static int64_t lost_of(const struct pool_fact *f)
{
	int64_t busy = f->end - f->begin - f->idle;
	int64_t claim = f->caller_claims ? busy / f->caller_claims : f->end - f->begin;
	int64_t lost = f->idle - 2 * claim - LATE_NS;

	return lost > 0 ? lost : 0;
}

static void ran_host(struct pool_choice *c, const struct pool_fact *f)
{
	c->lost -= (f->end - c->last) / 8;
	c->lost = (c->lost > 0 ? c->lost : 0) + lost_of(f);
	c->last = f->end;
	if (c->lost > LOST_NS || f->threads < 2) {
		c->away = f->end - c->since > STAY_NS ? AWAY_NS
						      : twice(c->away, AWAY_NS, AWAY_MOST_NS);
		leave(c, f->end, c->away);
	}
}

void choice_ran(struct pool_choice *c, const struct pool_fact *f)
{
	if (f->way == WAY_meet && c->meet) {
		c->meet = false;
		if (f->met && f->threads > 1)
			go(c, f->end);
		else
			look_later(c, f, 100 * MS);
	} else if (c->on_host && f->way >= WAY_host) {
		ran_host(c, f);
	} else if (f->way < WAY_host) {
		ran_own(c, f);
	}
}
