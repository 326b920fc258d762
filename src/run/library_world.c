/* library_world.c -- what pass/exchange.c makes of collectives: bytes between processes
 * (base/world.h).  The process is the calling thread's. */
#include "base/world.h"
#include "run/library.h"
#include <stdlib.h>
#include <string.h>

static struct weft_error *who(const struct process **out)
{
	*out = process_current();
	if (!*out)
		FAIL(WEFT_FAILED_PRECONDITION,
			"a program of several processes, run as none of them");
	return NULL;
}

struct weft_error *library_replica_id(const struct run_library_call *c)
{
	const struct process *p;

	TRY(who(&p));
	*(uint32_t *)c->out[0].data = p->id / p->partitions;
	return NULL;
}

struct weft_error *library_partition_id(const struct run_library_call *c)
{
	const struct process *p;

	TRY(who(&p));
	*(uint32_t *)c->out[0].data = p->id % p->partitions;
	return NULL;
}

enum { MOST_MEMBERS = 1024 };

/* The group of process id in "0 1;2 3": its members and which of them it is; 0: in none. */
static uint32_t own_group(const char *text, uint32_t id, uint32_t *members, int32_t *me)
{
	for (;;) {
		uint32_t n = 0;
		*me = -1;
		while (*text && *text != ';') {
			char *end;
			uint32_t member = (uint32_t)strtoul(text, &end, 10);
			if (end == text || n == MOST_MEMBERS)
				return 0;
			*me = member == id ? (int32_t)n : *me;
			members[n++] = member;
			text = end;
		}
		if (*me >= 0 || !*text)
			return *me >= 0 ? n : 0;
		text++;
	}
}

struct weft_error *library_exchange(const struct run_library_call *c)
{
	uint32_t members[MOST_MEMBERS], n;
	const struct process *p;
	char *groups;
	int64_t channel = strtoll(c->attributes, &groups, 10);
	int32_t me;

	TRY(who(&p));
	n = own_group(groups, p->id, members, &me);
	for (uint32_t i = 0; i < c->nin; i++) {
		size_t got = n * c->in[i].bytes, room = c->out[i].bytes;
		if (got > room)
			FAIL(WEFT_INVALID_ARGUMENT, "an exchange among too many processes");
		TRY(world_gather(p, channel, n, members, c->in[i].data, c->in[i].bytes,
			c->out[i].data));
		if (room > got)
			memset((char *)c->out[i].data + got, 0, room - got);
	}
	memcpy(c->out[c->nin].data, &me, sizeof me);
	memcpy(c->out[c->nin + 1].data, &n, sizeof n);
	return NULL;
}

struct weft_error *library_permute(const struct run_library_call *c)
{
	const struct process *p;
	char *at;
	int64_t channel = strtoll(c->attributes, &at, 10);
	uint32_t to = WORLD_ANYONE, source = WORLD_ANYONE;

	TRY(who(&p));
	while (*at == ' ') {
		uint32_t a = (uint32_t)strtoul(at + 1, &at, 10), b;
		b = *at == '>' ? (uint32_t)strtoul(at + 1, &at, 10) : a;
		to = a == p->id ? b : to;
		source = b == p->id ? a : source;
	}
	for (uint32_t i = 0; i < c->nin; i++) {
		if (to != WORLD_ANYONE)
			TRY(world_put(p->world, WORLD_collective, channel, p->id, to,
				c->in[i].data, c->in[i].bytes));
		if (source != WORLD_ANYONE)
			TRY(world_take(p->world, WORLD_collective, channel, source, p->id,
				c->out[i].data, c->out[i].bytes));
		else if (c->out[i].bytes)
			memset(c->out[i].data, 0, c->out[i].bytes);
	}
	return NULL;
}

struct weft_error *library_send(const struct run_library_call *c)
{
	const struct process *p;

	TRY(who(&p));
	for (uint32_t i = 0; i < c->nin; i++)
		TRY(world_put(p->world, WORLD_send, strtoll(c->attributes, NULL, 10), WORLD_ANYONE,
			WORLD_ANYONE, c->in[i].data, c->in[i].bytes));
	return NULL;
}

static struct weft_error *take(const struct run_library_call *c, enum world_kind kind,
	int64_t channel)
{
	const struct process *p;

	TRY(who(&p));
	for (uint32_t i = 0; i < c->nout; i++)
		TRY(world_take(p->world, kind, channel, WORLD_ANYONE, WORLD_ANYONE,
			c->out[i].data, c->out[i].bytes));
	return NULL;
}

struct weft_error *library_recv(const struct run_library_call *c)
{
	return take(c, WORLD_send, strtoll(c->attributes, NULL, 10));
}

struct weft_error *library_infeed(const struct run_library_call *c)
{
	return take(c, WORLD_feed, 0);
}

/* Nobody outside reads it. */
struct weft_error *library_outfeed(const struct run_library_call *c)
{
	const struct process *p;

	(void)c;
	return who(&p);
}
