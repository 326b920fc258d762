/* bind.c -- the table of bind.h. */
#include "api/bind.h"

static struct weft_error *fail(enum weft_code code, const char *text)
{
	FAIL(code, "%s", text);
}

const struct bind_table weft_bind_table = {
	.version = BIND_VERSION,
	.run = api_run,
	.resolver_set = run_resolver_set,
	.storage_create = storage_create,
	.storage_release = storage_release,
	.fail = fail,
};
