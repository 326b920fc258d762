/* Unit tests of the choice between our workers and the host's threads, by planted facts: two
 * threads, regions of 200 us, ten claims by each thread that is there. */
#include "run/pool_choice.h"
#include "unit.h"
#include <string.h>

#define US INT64_C(1000)
#define MS INT64_C(1000000)

/* What goes on in the process; a region's facts follow. */
struct world {
	struct pool_choice choice;
	int64_t now, region;
	bool known;                     /* the host's threads are */
	bool working;                   /* workers get the processor */
	int64_t burned;                 /* of a region, by the host's threads; -1: those are gone */
	bool theirs;                    /* who burned it is of the host's */
	unsigned team;
	int64_t idle, claim;            /* of a region on the host's threads */
	unsigned asked;                 /* looks at the host's threads, all together */
};

static struct world world_of(bool working, bool spinning)
{
	return (struct world){ .now = MS, .region = 200 * US, .known = true, .working = working,
		.burned = spinning ? 200 * US : 0, .theirs = true, .team = 2, .claim = 10 * US };
}

static enum pool_way one(struct world *w)
{
	struct pool_fact f = { .way = WAY_own, .threads = 2, .caller_claims = 10 };

	if (choice_timed(&w->choice)) {
		f.begin = w->now;
		f.way = choice_next(&w->choice, w->now, w->known);
	}
	w->now += w->region;
	if (f.way != WAY_own)
		f.end = w->now;
	f.claims = f.way >= WAY_host || w->working ? 20 : 10;
	if (f.way == WAY_watched)
		f.burned = w->burned;
	w->asked += f.way == WAY_watched;
	if (f.way >= WAY_host) {
		f.threads = w->team;
		f.idle = w->idle;
		w->now += w->idle;
		f.end = w->now;
	}
	if (f.way == WAY_meet) {
		f.met = w->theirs;
		w->known = true;
	}
	f.known = w->known;
	choice_ran(&w->choice, &f);
	return f.way;
}

/* How many of n regions ran on the host's threads. */
static int on_host(struct world *w, int n)
{
	int host = 0;

	for (int i = 0; i < n; i++)
		host += one(w) >= WAY_host;
	return host;
}

void test_pool_choice__workers_that_work_need_no_clock(void)
{
	struct world w = world_of(true, true);

	for (int i = 0; i < 1000; i++) {
		CHECK(!choice_timed(&w.choice));
		CHECK_INT(one(&w), WAY_own);
	}
}

void test_pool_choice__one_late_region_is_none(void)
{
	struct world w = world_of(true, true);

	for (int i = 0; i < 1000; i++) {
		w.working = i % 2;
		CHECK(one(&w) != WAY_host);
	}
}

void test_pool_choice__starved_by_the_host(void)
{
	struct world w = world_of(false, true);

	CHECK_INT(one(&w), WAY_own);
	CHECK_INT(one(&w), WAY_watched);
	CHECK_INT(one(&w), WAY_host);
	CHECK_INT(on_host(&w, 1000), 1000);
}

/* A quarter of the time is enough: workers and the host's threads take turns. */
void test_pool_choice__starved_by_turns(void)
{
	struct world w = world_of(false, true);

	w.burned = 49 * US;
	CHECK_INT(on_host(&w, 200), 0);
	w.burned = 50 * US;
	w.now += 20 * MS;
	CHECK(on_host(&w, 200) > 190);
}

/* Regions in which a worker would hardly wake say nothing. */
void test_pool_choice__short_regions_are_none(void)
{
	struct world w = world_of(false, true);

	w.region = w.burned = 29 * US;
	CHECK_INT(on_host(&w, 1000), 0);
	w.region = w.burned = 30 * US;
	CHECK(on_host(&w, 1000) > 990);
}

void test_pool_choice__starved_by_another_process(void)
{
	struct world w = world_of(false, false);

	CHECK_INT(on_host(&w, 500), 0);          /* 100 ms */
	CHECK(w.asked >= 3);
	w.asked = 0;
	CHECK_INT(on_host(&w, 5000), 0);         /* a second */
	CHECK(w.asked > 0 && w.asked <= 50);
	w.burned = w.region;                     /* and then by the host */
	CHECK(on_host(&w, 200) > 90);
}

void test_pool_choice__strangers_are_met_once(void)
{
	struct world w = world_of(false, true);

	w.known = false;
	w.theirs = false;
	CHECK_INT(one(&w), WAY_own);
	CHECK_INT(one(&w), WAY_timed);
	CHECK_INT(one(&w), WAY_watched);
	CHECK_INT(one(&w), WAY_meet);
	w.burned = 0;                            /* who has been met does nothing */
	CHECK_INT(on_host(&w, 10000), 0);
	w.known = false;
	w.theirs = true;
	w.burned = w.region;
	CHECK(on_host(&w, 200) > 90);
	CHECK(w.known);
}

/* A search through all threads of the process that finds none comes every five seconds at last. */
void test_pool_choice__searches_become_rare(void)
{
	struct world w = world_of(false, false);

	w.known = false;
	on_host(&w, 100000);                     /* 20 s */
	CHECK(w.asked >= 10);
	w.asked = 0;
	on_host(&w, 100000);
	CHECK(w.asked >= 3 && w.asked <= 5);
}

void test_pool_choice__back_after_a_pause(void)
{
	struct world w = world_of(false, true);

	CHECK_INT(on_host(&w, 10), 8);
	CHECK(!choice_asks(&w.choice, w.now + 2 * MS));
	CHECK(choice_asks(&w.choice, w.now + 3 * MS));
	w.now += 3 * MS;                         /* they still work: nothing is told */
	CHECK_INT(one(&w), WAY_host);
	CHECK(!choice_asks(&w.choice, w.now));
	w.now += 50 * MS;
	choice_idle(&w.choice, w.now);
	w.working = true;
	CHECK_INT(on_host(&w, 1000), 0);
	CHECK(!choice_timed(&w.choice));
}

/* Without a pause a trial comes after a second, and lasts while our own regions' threads spin. */
void test_pool_choice__trial_that_succeeds(void)
{
	struct world w = world_of(false, true);
	int64_t spun = 0;

	on_host(&w, 2);
	CHECK_INT(on_host(&w, 5000), 5000);      /* a second */
	for (int i = 0; i < 1000; i++) {
		enum pool_way way = one(&w);
		CHECK(way < WAY_host);
		spun += w.region;
		w.working = spun >= 20 * MS;
		w.burned = w.working ? 0 : w.region;
	}
	CHECK(!choice_timed(&w.choice));
}

void test_pool_choice__trials_that_fail_become_rare(void)
{
	struct world w = world_of(false, true);
	int before = 0, own = 0;

	on_host(&w, 2);
	for (int s = 0; s < 64; s++) {
		own = 5000 - on_host(&w, 5000);
		if (own)
			before++;
		CHECK(own < 140);
	}
	CHECK_INT(before, 7);                    /* after 1, 2, 4, 8, 16, 16 and 16 s */
}

/* libgomp waits a slice of another process's time for its thread, at every fourth region. */
static int beside_another(struct world *w, int n)
{
	int host = 0;

	for (int i = 0; i < n; i++) {
		w->idle = i % 4 ? 0 : 4 * MS;
		host += one(w) >= WAY_host;
	}
	return host;
}

void test_pool_choice__host_waits_for_its_threads(void)
{
	struct world w = world_of(false, true);
	int first, later;

	first = beside_another(&w, 500);         /* 100 ms */
	CHECK(first > 0 && first <= 12);
	beside_another(&w, 50000);               /* ten seconds */
	later = beside_another(&w, 25000);       /* five */
	CHECK(later > 0 && later <= 8);
	w.burned = 0;                            /* it was no spinning of theirs after all */
	CHECK_INT(beside_another(&w, 5000), 0);
}

/* Neither is the end of claimed chunks a loss, nor now and then a little. */
void test_pool_choice__waits_that_are_none(void)
{
	struct world w = world_of(false, true);

	w.idle = 140 * US;                       /* two chunks, of 20 us, and 100 us */
	CHECK_INT(on_host(&w, 2500), 2498);
	w = world_of(false, true);
	for (int i = 0; i < 4000; i++) {
		w.idle = i % 100 ? 0 : 2 * MS;
		if (i > 2)
			CHECK(one(&w) >= WAY_host);
		else
			one(&w);
	}
}

/* Where torch was told to use one thread. */
void test_pool_choice__host_without_threads(void)
{
	struct world w = world_of(false, true);

	on_host(&w, 10);
	w.team = 1;
	CHECK_INT(on_host(&w, 1), 1);
	CHECK_INT(on_host(&w, 90), 0);
	w.known = false;                         /* these are gone */
	w.burned = -1;
	CHECK_INT(on_host(&w, 1000), 0);
}
