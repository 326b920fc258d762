/* notice.c -- what somebody should read and no call returns: a bad value in the environment, a
 * worker that crashed.  A text is told once; all of them stand in the report. */
#include "api/api_impl.h"
#include <stdio.h>
#include <string.h>

enum { MOST = 64 };

static char *told[MOST];
static unsigned ntold;
static void (*handler)(void *arg, const char *text);
static void *handler_arg;

void weft_notice_handler(void (*fn)(void *arg, const char *text), void *arg)
{
	api_lock(LOCK_notice);
	handler = fn;
	handler_arg = arg;
	api_unlock(LOCK_notice);
}

/* Whether text is new, and keeps it. */
static bool keep_locked(const char *text)
{
	for (unsigned i = 0; i < ntold; i++)
		if (!strcmp(told[i], text))
			return false;
	char *copy = ntold < MOST ? mem_strdup(text) : NULL;
	if (copy)
		told[ntold++] = copy;
	return true;
}

void notice(const char *fmt, ...)
{
	char text[1000];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	api_lock(LOCK_notice);
	bool fresh = keep_locked(text);
	void (*fn)(void *, const char *) = handler;
	void *arg = handler_arg;
	api_unlock(LOCK_notice);
	if (fresh && fn)
		fn(arg, text);
}

void notices_add(struct str *s)
{
	api_lock(LOCK_notice);
	str_addc(s, '[');
	for (unsigned i = 0; i < ntold; i++) {
		str_add(s, i ? ", " : "");
		str_add_json(s, told[i]);
	}
	str_addc(s, ']');
	api_unlock(LOCK_notice);
}
