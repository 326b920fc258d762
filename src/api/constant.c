/* constant.c -- arguments that are constants: option "constants" read, and bound; and what of
 * them is left to the calls, option "load_off".
 *
 * An executable whose constants are not bound is a signature and an artifact; each binding loads
 * the artifact again with the constants' bytes, so that several live side by side. */
#include "api/constant.h"
#include "base/str.h"
#include "run/buffer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the option ----------------------------------------------------------------------------- */

bool constants_parse(const char *text, bool *constant, uint32_t n)
{
	for (const char *s = text; *s;) {
		char *end;
		unsigned long first = strtoul(s, &end, 10), last = first;
		if (end == s)
			return false;
		if (*end == '-') {
			s = end + 1;
			last = strtoul(s, &end, 10);
			if (end == s)
				return false;
		}
		if (last < first || last >= n || (*end && *end != ','))
			return false;
		for (unsigned long i = first; i <= last; i++)
			constant[i] = true;
		s = *end ? end + 1 : end;
		if (*end && !*s)
			return false;
	}
	return true;
}

/* What the load program may compute and the user keep out of it. */
static bool computes(enum op op)
{
	enum op_kind k = op_table[op].kind;
	enum op_dialect d = op_table[op].dialect;
	return (d == OP_S || d == OP_C) &&
	       (k == OP_MAP || k == OP_REDUCE || k == OP_WINDOW || k == OP_CONTRACT);
}

/* As a program has it, without its dialect: "add", "erf". */
static const char *name_of(enum op op)
{
	return strchr(op_table[op].text, '.') + 1;
}

static struct weft_error *not_computed(const char *name, size_t len)
{
	const char *names[OP_COUNT];
	char copy[64];
	size_t n = 0;
	for (enum op op = 0; op < OP_COUNT; op++)
		if (computes(op))
			names[n++] = name_of(op);
	snprintf(copy, sizeof copy, "%.*s", (int)len, name);
	return error_make(WEFT_INVALID_ARGUMENT, "option load_off: '%s' is no operation that "
		"computes; the nearest is '%s'", copy, str_nearest(copy, names, n));
}

struct weft_error *load_off_parse(const char *text, bool in_call[OP_COUNT])
{
	for (size_t len; *text; text += len + (text[len] == ',')) {
		bool any = false;
		len = strcspn(text, ",");
		for (enum op op = 0; op < OP_COUNT; op++) {
			if (!computes(op) || strlen(name_of(op)) != len ||
				memcmp(name_of(op), text, len) != 0)
				continue;
			any = in_call[op] = true;
			/* which is what the plan makes of them all */
			in_call[OP_contract] |= op_table[op].kind == OP_CONTRACT;
		}
		if (!any && len)
			return not_computed(text, len);
	}
	return NULL;
}

struct weft_error *option_check_ops(const char *value)
{
	bool in_call[OP_COUNT] = { false };
	return load_off_parse(value, in_call);
}

/* ---- binding -------------------------------------------------------------------------------- */

static struct weft_error *constant_check(uint32_t i, struct run_type t, const struct run_tensor *c)
{
	bool same = c->dtype == t.dtype && c->rank == t.rank;
	for (uint32_t d = 0; same && d < t.rank; d++)
		same = c->dims[d] == t.dims[d];
	if (!same)
		FAIL(WEFT_INVALID_ARGUMENT,
			"constant %u ('%s'): expected %s of rank %u, found another type or shape: "
			"%s of rank %u",
			i, t.name, weft_dtype_name(t.dtype), t.rank, weft_dtype_name(c->dtype),
			c->rank);
	return NULL;
}

static struct weft_error *slots_fill(const struct exe *x, const struct run_tensor *constants,
	uint32_t n, struct run_slot *slots)
{
	for (uint32_t i = 0; i < n; i++) {
		struct run_type t = exe_constant(x, i);
		TRY(constant_check(i, t, &constants[i]));
		size_t bytes = weft_dtype_size(t.dtype);
		for (uint32_t d = 0; d < t.rank; d++)
			bytes *= (size_t)t.dims[d];
		slots[i] = (struct run_slot){ t.name, constants[i].data, bytes,
			constants[i].storage };
	}
	return NULL;
}

struct weft_error *api_bind(struct weft_executable *x, const struct run_tensor *constants,
	uint32_t n, struct weft_executable **out)
{
	struct exe *exe = api_exe(x);
	size_t size;
	if (n != exe_constants(exe))
		FAIL(WEFT_INVALID_ARGUMENT, "expected %u constants, found %u", exe_constants(exe),
			n);
	struct run_slot *slots = mem_alloc(mem_size((size_t)n + 1, sizeof *slots));
	if (!slots)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %u constants", n);
	struct run_load load = { .slots = slots, .nslots = n,
		.threads = x->threads ? x->threads : threads_default() };
	struct weft_error *e = slots_fill(exe, constants, n, slots);
	const void *bytes = exe_artifact(exe, &size);
	if (!e)
		e = executable_open(x->backend, bytes, size, &load, out);
	mem_free(slots);
	if (e)
		return e;
	(*out)->threads = x->threads;
	(*out)->who = x->who;
	(*out)->role = x->role;
	report_add(*out, false);
	return NULL;
}

struct weft_error *weft_executable_bind(struct weft_executable *x, uint32_t n,
	struct weft_buffer *const *constants, struct weft_executable **out)
{
	struct run_tensor *t = mem_alloc(mem_size((size_t)n + 1, sizeof *t));
	struct weft_error *e = NULL;
	if (!t)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %u constants", n);
	for (uint32_t i = 0; !e && i < n; i++)
		e = buffer_wait((struct buffer *)constants[i], &t[i]);
	if (!e)
		e = api_bind(x, t, n, out);
	mem_free(t);
	return e;
}
