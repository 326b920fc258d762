/* instance.c -- executables with some of their arguments kept with them.
 *
 * An attribute is an argument's value under a name.  One with a result is a buffer the program
 * changes: it starts from a copy, and each run that succeeds puts its result in its place; the
 * copy stays for a reset.  Nothing is ever written to a value in place, so that one read out before
 * a run keeps what it held.  Runs of one instance go one after the other; instances share nothing.
 *
 * Inside, every value is row-major, as runs read and give them; one with strides is laid out by
 * them where it comes in and where it is read out.
 *
 * Names are made to differ as torch does for constants it lifts: equal values share a name; a later
 * one that is not equal gets its prefix with the next number. */
#include "api/api_impl.h"
#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct attribute {
	char *name;
	uint32_t argument;
	int32_t result;
	int64_t *strides;                    /* of start's type, or NULL: row-major */
	struct weft_buffer *start, *now;
};
struct weft_instance {
	struct weft_executable *x;
	pthread_mutex_t lock;                /* a run at a time, and what attributes hold */
	uint32_t n, nin, nout;               /* attributes; arguments and results of x */
	struct attribute *at;
	struct weft_buffer **in, **out;      /* of the run that is on */
};

/* ---- names ---------------------------------------------------------------------------------- */

static size_t prefix_of(const char *name)
{
	size_t n = strlen(name);
	while (n && name[n - 1] >= '0' && name[n - 1] <= '9')
		n--;
	return n;
}

static struct attribute *find(const struct weft_instance *i, const char *name)
{
	for (uint32_t k = 0; k < i->n; k++)
		if (!strcmp(i->at[k].name, name))
			return &i->at[k];
	return NULL;
}

/* Types before values: those of different types cannot be compared. */
static bool is_same(struct weft_buffer *a, struct weft_buffer *b)
{
	struct weft_tensor_type t = weft_buffer_type(a), u = weft_buffer_type(b);
	void *x, *y;
	size_t size;
	if (t.dtype != u.dtype || t.rank != u.rank ||
		(t.rank && memcmp(t.dims, u.dims, t.rank * sizeof *t.dims) != 0))
		return false;
	struct weft_error *e = weft_buffer_data(a, &x, &size);
	if (!e)
		e = weft_buffer_data(b, &y, &size);
	bool same = !e && (!size || !memcmp(x, y, size));
	weft_error_free(e);
	return same;
}

/* The name of an attribute that starts as `start`, unlike those before it unless both are constants
 * of one value. */
static struct weft_error *name_make(const struct weft_instance *i, const struct weft_attribute *a,
	struct weft_buffer *start, char **out)
{
	struct attribute *other = find(i, a->name);
	size_t prefix = prefix_of(a->name), size = strlen(a->name) + 24;
	unsigned long next = 0;
	if (!(*out = mem_alloc(size)))
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for attribute '%s'", a->name);
	snprintf(*out, size, "%s", a->name);
	if (!other || (other->result < 0 && a->result < 0 && is_same(other->start, start)))
		return NULL;
	for (uint32_t k = 0; k < i->n; k++) {
		const char *name = i->at[k].name;
		if (prefix_of(name) != prefix || strncmp(name, a->name, prefix) != 0)
			continue;
		unsigned long number = strtoul(name + prefix, NULL, 10);
		next = number >= next ? number + 1 : next;
	}
	snprintf(*out, size, "%.*s%lu", (int)prefix, a->name, next);
	return NULL;
}

/* ---- making --------------------------------------------------------------------------------- */

static bool fits(struct weft_tensor_type have, struct weft_tensor_type want)
{
	bool same = have.dtype == want.dtype && have.rank == want.rank;
	for (uint32_t d = 0; d < have.rank && same; d++)
		same = want.dims[d] < 0 || have.dims[d] < 0 || have.dims[d] == want.dims[d];
	return same;
}

static struct weft_error *check(const struct weft_instance *i, const struct weft_attribute *a)
{
	if (!a->name || !*a->name || !a->value)
		FAIL(WEFT_INVALID_ARGUMENT, "attribute %u has no %s", i->n,
			a->value ? "name" : "value");
	if (a->argument >= i->nin)
		FAIL(WEFT_INVALID_ARGUMENT, "attribute '%s' is argument %u of a program with %u",
			a->name, a->argument, i->nin);
	if (a->result >= (int64_t)i->nout)
		FAIL(WEFT_INVALID_ARGUMENT, "attribute '%s' becomes result %d of a program with %u",
			a->name, a->result, i->nout);
	for (uint32_t k = 0; k < i->n; k++)
		if (i->at[k].argument == a->argument ||
			(a->result >= 0 && i->at[k].result == a->result))
			FAIL(WEFT_INVALID_ARGUMENT, "attributes '%s' and '%s' are both %s %d",
				i->at[k].name, a->name,
				i->at[k].argument == a->argument ? "argument" : "result",
				i->at[k].argument == a->argument ? (int)a->argument : a->result);
	struct weft_tensor_type in = weft_executable_input(i->x, a->argument);
	if (!fits(weft_buffer_type(a->value), in))
		FAIL(WEFT_INVALID_ARGUMENT,
			"the value of attribute '%s' has not the type of argument %u", a->name,
			a->argument);
	if (a->result >= 0 && !fits(weft_executable_output(i->x, (uint32_t)a->result), in))
		FAIL(WEFT_INVALID_ARGUMENT,
			"attribute '%s' cannot become result %d: it has another type", a->name,
			a->result);
	return NULL;
}

/* Do the strides lay out a tensor of that type without gaps, its dimensions in some order? */
static bool is_layout(struct weft_tensor_type t, const int64_t *strides)
{
	int64_t step = 1;
	uint32_t placed = 0;
	for (uint32_t d = 0; d < t.rank; d++)
		if (t.dims[d] == 0)
			return true;
	for (uint32_t d = 0; d < t.rank; d++)
		placed += t.dims[d] == 1;
	while (placed < t.rank) {            /* the dimension that steps by what is placed so far */
		uint32_t d = 0;
		while (d < t.rank && (t.dims[d] == 1 || strides[d] != step))
			d++;
		if (d == t.rank)
			return false;
		step *= t.dims[d];
		placed++;
	}
	return true;
}

/* Element e of a row-major tensor: where it is by the strides. */
static int64_t place(struct weft_tensor_type t, const int64_t *strides, int64_t e)
{
	int64_t at = 0;
	for (uint32_t d = t.rank; d-- > 0;) {
		at += e % t.dims[d] * strides[d];
		e /= t.dims[d];
	}
	return at;
}

/* b's elements in a new buffer: as they lie (strides NULL), row-major from where the strides say,
 * or by the strides from row-major. */
static struct weft_error *copy(
	struct weft_buffer *b, const int64_t *strides, bool to_strides, struct weft_buffer **out)
{
	struct weft_tensor_type t = weft_buffer_type(b);
	void *from, *to;
	size_t size, n = 1;
	TRY(weft_buffer_data(b, &from, &size));
	TRY(weft_buffer_create(NULL, t, out));
	struct weft_error *e = weft_buffer_data(*out, &to, &size);
	if (e || !size)
		return e;
	for (uint32_t d = 0; d < t.rank; d++)
		n *= (size_t)t.dims[d];
	size_t each = size / n;
	if (!strides)
		memcpy(to, from, size);
	for (size_t k = 0; strides && k < n; k++) {
		size_t there = (size_t)place(t, strides, (int64_t)k);
		size_t x = to_strides ? k : there, y = to_strides ? there : k;
		memcpy((char *)to + y * each, (const char *)from + x * each, each);
	}
	return NULL;
}

/* What a starts from, and its strides, in *at. */
static struct weft_error *begin(const struct weft_attribute *a, struct attribute *at)
{
	struct weft_tensor_type t = weft_buffer_type(a->value);
	if (a->strides && t.rank) {
		if (!is_layout(t, a->strides))
			FAIL(WEFT_INVALID_ARGUMENT,
				"the strides of attribute '%s' leave gaps or meet", a->name);
		at->strides = mem_alloc(mem_size(t.rank, sizeof *at->strides));
		if (!at->strides)
			FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for attribute '%s'", a->name);
		memcpy(at->strides, a->strides, t.rank * sizeof *at->strides);
	}
	if (a->result >= 0 || at->strides)
		return copy(a->value, at->strides, false, &at->start);
	at->start = a->value;
	weft_buffer_retain(at->start);
	return NULL;
}

static struct weft_error *add(struct weft_instance *i, const struct weft_attribute *a)
{
	struct attribute *at = &i->at[i->n];
	TRY(check(i, a));
	i->n++;                              /* what it holds is released with i */
	at->argument = a->argument;
	at->result = a->result;
	TRY(begin(a, at));
	i->n--;                              /* its name is chosen among those before it */
	struct weft_error *e = name_make(i, a, at->start, &at->name);
	i->n++;
	if (e)
		return e;
	at->now = at->start;
	weft_buffer_retain(at->now);
	return NULL;
}

struct weft_error *weft_instance_create(struct weft_executable *x, uint32_t n,
	const struct weft_attribute *attributes, struct weft_instance **out)
{
	struct weft_instance *i = mem_alloc(sizeof *i);
	if (!i)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for an instance");
	*i = (struct weft_instance){ .x = x, .nin = weft_executable_inputs(x),
		.nout = weft_executable_outputs(x) };
	pthread_mutex_init(&i->lock, NULL);
	weft_executable_retain(x);
	i->at = mem_alloc(mem_size((size_t)n + 1, sizeof *i->at));
	i->in = mem_alloc(mem_size((size_t)i->nin + 1, sizeof *i->in));
	i->out = mem_alloc(mem_size((size_t)i->nout + 1, sizeof *i->out));
	struct weft_error *e = NULL;
	if (!i->at || !i->in || !i->out)
		e = error_make(WEFT_RESOURCE_EXHAUSTED, "no memory for an instance");
	for (uint32_t k = 0; k < n && !e; k++)
		e = add(i, &attributes[k]);
	if (e) {
		weft_instance_release(i);
		return e;
	}
	*out = i;
	return NULL;
}

void weft_instance_release(struct weft_instance *i)
{
	if (!i)
		return;
	for (uint32_t k = 0; k < i->n; k++) {
		weft_buffer_release(i->at[k].start);
		weft_buffer_release(i->at[k].now);
		mem_free(i->at[k].strides);
		mem_free(i->at[k].name);
	}
	mem_free(i->at);
	mem_free(i->in);
	mem_free(i->out);
	weft_executable_release(i->x);
	pthread_mutex_destroy(&i->lock);
	mem_free(i);
}

/* ---- running -------------------------------------------------------------------------------- */

/* By argument (or result) of x: the attribute it is, or NULL. */
static struct attribute *attribute_at(const struct weft_instance *i, uint32_t at, bool result)
{
	for (uint32_t k = 0; k < i->n; k++)
		if (result ? i->at[k].result == (int64_t)at : i->at[k].argument == at)
			return &i->at[k];
	return NULL;
}

static void hold(struct attribute *a, struct weft_buffer *value)
{
	weft_buffer_release(a->now);
	a->now = value;
}

static struct weft_error *run_locked(struct weft_instance *i, struct weft_buffer *const *in,
	struct weft_buffer **out)
{
	for (uint32_t k = 0; k < i->nin; k++) {
		struct attribute *a = attribute_at(i, k, false);
		i->in[k] = a ? a->now : *in++;
	}
	TRY(weft_run(i->x, i->nin, i->in, i->nout, i->out));
	for (uint32_t k = 0; k < i->nout; k++) {
		struct attribute *a = attribute_at(i, k, true);
		if (a)
			hold(a, i->out[k]);
		else
			*out++ = i->out[k];
	}
	return NULL;
}

uint32_t weft_instance_inputs(const struct weft_instance *i)
{
	return i->nin - i->n;
}

uint32_t weft_instance_outputs(const struct weft_instance *i)
{
	uint32_t n = i->nout;
	for (uint32_t k = 0; k < i->n; k++)
		n -= i->at[k].result >= 0;
	return n;
}

struct weft_error *weft_instance_run(struct weft_instance *i, uint32_t nin,
	struct weft_buffer *const *in, uint32_t nout, struct weft_buffer **out)
{
	if (nin != weft_instance_inputs(i) || nout != weft_instance_outputs(i))
		FAIL(WEFT_INVALID_ARGUMENT, "expected %u inputs and %u outputs, found %u and %u",
			weft_instance_inputs(i), weft_instance_outputs(i), nin, nout);
	pthread_mutex_lock(&i->lock);
	struct weft_error *e = run_locked(i, in, out);
	pthread_mutex_unlock(&i->lock);
	return e;
}

void weft_instance_reset(struct weft_instance *i)
{
	pthread_mutex_lock(&i->lock);
	for (uint32_t k = 0; k < i->n; k++) {
		weft_buffer_retain(i->at[k].start);
		hold(&i->at[k], i->at[k].start);
	}
	pthread_mutex_unlock(&i->lock);
}

const char *weft_instance_name(const struct weft_instance *i, uint32_t k)
{
	return k < i->n ? i->at[k].name : NULL;
}

struct weft_error *weft_instance_value(
	struct weft_instance *i, const char *name, struct weft_buffer **out)
{
	const struct attribute *a = find(i, name);
	if (!a)
		FAIL(WEFT_NOT_FOUND, "no attribute is named '%s'", name);
	pthread_mutex_lock(&i->lock);
	struct weft_buffer *now = a->now;
	weft_buffer_retain(now);
	pthread_mutex_unlock(&i->lock);
	*out = a->strides ? NULL : now;
	if (!a->strides)
		return NULL;
	struct weft_error *e = copy(now, a->strides, true, out);
	weft_buffer_release(now);
	if (e) {
		weft_buffer_release(*out);
		*out = NULL;
	}
	return e;
}
