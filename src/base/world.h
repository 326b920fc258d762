/* world.h -- processes of one program that exchange bytes: a grid of replicas by partitions, each
 * process a thread of this one (specification: Execution, parallel).
 *
 * Everything is made of one thing: a message, put by one process and taken by another.  A put never
 * waits.  A take waits until the message is there; when every process waits, none will ever come:
 * then each take fails.  Messages of one kind and channel between two processes keep their order.
 * */
#ifndef BASE_WORLD_H
#define BASE_WORLD_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world;
/* Process `id` is replica id / partitions, partition id % partitions. */
struct process {
	struct world *world;
	uint32_t replicas, partitions, id;
};
enum world_kind {
	WORLD_collective,
	WORLD_send,                 /* from anyone to anyone: a channel's */
	WORLD_feed,                 /* to whoever asks first */
};
#define WORLD_ANYONE UINT32_MAX

/* A world of n processes, each to be left once.  RESOURCE_EXHAUSTED. */
struct weft_error *world_create(uint32_t n, struct world **out) BASE_MUST_USE;
void world_free(struct world *w);                  /* no process is in it any more; NULL is fine */
/* The process comes no more: who waits for it alone fails. */
void world_leave(struct world *w);
/* Any thread.  bytes are copied. */
struct weft_error *world_put(struct world *w, enum world_kind kind, int64_t channel, uint32_t from,
	uint32_t to, const void *data, size_t bytes) BASE_MUST_USE;
/* Waits for the oldest such message.  INVALID_ARGUMENT when it has another size,
 * FAILED_PRECONDITION when it will never come.  Any thread of a process that has not left. */
struct weft_error *world_take(struct world *w, enum world_kind kind, int64_t channel, uint32_t from,
	uint32_t to, void *data, size_t bytes) BASE_MUST_USE;
/* The n members' bytes, in their order, into out, which has n * bytes; p is one of them.  Each
 * member asks for the same. */
struct weft_error *world_gather(const struct process *p, int64_t channel, uint32_t n,
	const uint32_t *members, const void *data, size_t bytes, void *out) BASE_MUST_USE;

/* Which process this thread runs; NULL: no other takes part.  Borrowed. */
const struct process *process_current(void);
void process_enter(const struct process *p);
#endif
