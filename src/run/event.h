/* event.h -- a thing that happens once, perhaps with an error.  Counted.  Any thread. */
#ifndef RUN_EVENT_H
#define RUN_EVENT_H
#include "base/error.h"
#include <stdbool.h>

struct event;

struct weft_error *event_create(struct event **out) BASE_MUST_USE;
void event_retain(struct event *e);
void event_release(struct event *e);                 /* NULL is fine */
/* It has happened: takes error (NULL: all went well) and wakes who waits.  Once. */
void event_fire(struct event *e, struct weft_error *error);
bool event_ready(const struct event *e);
/* Waits; a copy of the error the event carries, NULL for success. */
struct weft_error *event_wait(struct event *e) BASE_MUST_USE;
/* A new error of the same code and text; NULL for NULL. */
struct weft_error *event_error_copy(const struct weft_error *e) BASE_MUST_USE;
#endif
