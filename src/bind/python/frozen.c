/* frozen.c -- arguments of a graph that are constants: bound to an executable, watched at each
 * call.
 *
 * A binding is an executable with the tensors it was made of.  A call brings those tensors again,
 * so it is known which binding is meant: that of the same addresses, or a new one - two modules
 * that run the same code have one each.  A tensor that was written where it lies is an error that
 * names it; seen are its version, which most of torch's writes raise, and a few of its words, which
 * writes past torch change too.
 *
 * Everything here happens with the GIL. */
#include "bind/python/ext.h"
#include <stdlib.h>
#include <string.h>

#define BINDINGS_MOST 8          /* of a graph: the one used longest ago goes */
#define SAMPLES 8                /* words of a tensor that are compared */

struct constant {
	uint32_t argument;
	PyObject *name;
};
struct bound {
	PyObject *tensor;
	struct storage *copy;    /* dense, where the tensor is not */
	const void *data;
	size_t bytes;
	int64_t version;
	uint64_t sample;
};
struct ext_binding {
	uint32_t refs;
	struct weft_executable *x;
	struct ext_binding *next;
	uint32_t n;
	struct bound at[];
};
struct ext_frozen {
	struct ext_binding *bindings; /* the last used first */
	struct ext_frozen *next, *previous;
	uint32_t n;
	struct constant at[];
};
static struct ext_frozen *all;   /* for refresh */
static PyObject *version_name;

/* ---- looking at a tensor -------------------------------------------------------------------- */

static int64_t version_of(PyObject *tensor)
{
	PyObject *v = PyObject_GetAttr(tensor, version_name);
	int64_t n = v ? PyLong_AsLongLong(v) : -1;

	Py_XDECREF(v);
	if (PyErr_Occurred())    /* tensors of inference mode count none */
		PyErr_Clear();
	return n;
}

/* Asks for what sample_of will read: nothing else reads the tensors whose values are packed, so
 * each word is a wait for memory, and of a hundred tensors they are a tenth of a millisecond. */
static void sample_ahead(const void *data, size_t bytes)
{
	const char *p = data;

	if (bytes < sizeof(uint64_t))
		return;
	size_t last = bytes - sizeof(uint64_t);
	for (size_t k = 0; k < SAMPLES; k++)
		__builtin_prefetch(p + last / (SAMPLES - 1) * k);
	__builtin_prefetch(p + last);
}

static uint64_t sample_of(const void *data, size_t bytes)
{
	const char *p = data;
	uint64_t h = bytes, word = 0;

	if (bytes < sizeof word) {
		memcpy(&word, p, bytes);
		return h ^ word << 8;
	}
	size_t last = bytes - sizeof word;
	for (size_t k = 0; k < SAMPLES; k++) {
		memcpy(&word, p + last / (SAMPLES - 1) * k, sizeof word);
		h = (h ^ word) * 0x9E3779B97F4A7C15u;
		h ^= h >> 29;
	}
	memcpy(&word, p + last, sizeof word);
	return (h ^ word) * 0x9E3779B97F4A7C15u;
}

/* ---- bindings ------------------------------------------------------------------------------- */

static void binding_release(struct ext_binding *b)
{
	if (!b || --b->refs)
		return;
	weft_executable_release(b->x);
	for (uint32_t i = 0; i < b->n; i++) {
		Py_XDECREF(b->at[i].tensor);
		if (b->at[i].copy)
			weft_bind_table.storage_release(b->at[i].copy);
	}
	free(b);
}

static bool bound_take(
	struct bound *c, struct run_tensor *t, PyObject *tensor, const struct ext_input *in)
{
	struct dl_tensor v;
	PyObject *owned;

	if (!ext_view(tensor, &v, &owned))
		return false;
	c->tensor = tensor;
	Py_INCREF(tensor);
	c->data = v.data;
	c->bytes = ext_span(&v);
	c->version = version_of(tensor);
	c->sample = sample_of(c->data, c->bytes);
	bool good = ext_input_take(in, &v, t, NULL, &c->copy);
	Py_XDECREF(owned);
	return good;
}

/* Binds x anew; the new binding is the first. */
static struct ext_binding *binding_new(struct ext_frozen *z, struct weft_executable *x,
	PyObject *const *held, const struct ext_input *in)
{
	struct ext_binding *b = calloc(1, sizeof *b + z->n * sizeof *b->at);
	struct run_tensor *t = calloc((size_t)z->n + 1, sizeof *t);
	int64_t(*dims)[EXT_MAX_RANK] = calloc((size_t)z->n + 1, sizeof *dims);
	bool good = b && t && dims;

	if (!good)
		PyErr_NoMemory();
	for (uint32_t i = 0; good && i < z->n; i++) {
		uint32_t k = z->at[i].argument;
		t[i].dims = dims[i];
		b->n = i + 1;
		good = bound_take(&b->at[i], &t[i], held[k], &in[k]);
	}
	if (b)
		b->refs = 1;
	if (good) {
		struct weft_error *e = weft_bind_table.bind(x, t, z->n, &b->x);
		if (e)
			ext_raise(e);
		good = !e;
	}
	free(dims);
	free(t);
	if (!good) {
		binding_release(b);
		return NULL;
	}
	b->next = z->bindings;
	z->bindings = b;
	uint32_t count = 0;
	for (struct ext_binding **at = &z->bindings; *at;) {
		struct ext_binding *old = *at;
		if (count++ < BINDINGS_MOST) {
			at = &old->next;
			continue;
		}
		*at = old->next;
		binding_release(old);
	}
	return b;
}

static bool same_addresses(
	const struct ext_binding *b, const void *const *data)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (b->at[i].data != data[i])
			return false;
	return true;
}

/* The constant that was written since b was made; n: none. */
static uint32_t written(const struct ext_binding *b, const struct ext_frozen *z,
	PyObject *const *held)
{
	for (uint32_t i = 0; i < b->n; i++) {
		const struct bound *c = &b->at[i];
		PyObject *now = held[z->at[i].argument];
		/* another tensor over the same bytes counts for itself */
		if ((now == c->tensor && version_of(now) != c->version) ||
			sample_of(c->data, c->bytes) != c->sample)
			return i;
	}
	return b->n;
}

/* *at: the argument that has none, where an exception is set. */
static bool addresses(
	const struct ext_frozen *z, PyObject *const *held, const void **data, int *at)
{
	for (uint32_t i = 0; i < z->n; i++) {
		struct dl_tensor v;
		PyObject *owned;
		if (!ext_view(held[z->at[i].argument], &v, &owned)) {
			*at = (int)z->at[i].argument;
			return false;
		}
		data[i] = v.data;
		Py_XDECREF(owned);
	}
	return true;
}

/* The binding of these addresses, moved to the front, or NULL.  One that is not the last used and
 * whose tensors were written is no longer what it was: it goes. */
static struct ext_binding *binding_find(
	struct ext_frozen *z, PyObject *const *held, const void *const *data)
{
	for (struct ext_binding **at = &z->bindings; *at; at = &(*at)->next) {
		struct ext_binding *b = *at;
		if (!same_addresses(b, data))
			continue;
		bool last = at == &z->bindings;
		*at = b->next;
		if (!last && written(b, z, held) < b->n) {
			binding_release(b);
			return NULL;
		}
		b->next = z->bindings;
		return z->bindings = b;
	}
	return NULL;
}

struct ext_binding *ext_frozen_take(struct ext_frozen *z, struct weft_executable *x,
	PyObject *const *held, const struct ext_input *in, int *at)
{
	const void *few[64], **data = z->n <= 64 ? few : malloc(z->n * sizeof *data);
	struct ext_binding *b = NULL;

	if (!data)
		return (struct ext_binding *)PyErr_NoMemory();
	b = z->bindings;
	for (uint32_t i = 0; b && i < b->n; i++)
		sample_ahead(b->at[i].data, b->at[i].bytes);
	b = NULL;
	if (addresses(z, held, data, at)) {
		b = binding_find(z, held, data);
		uint32_t i = b ? written(b, z, held) : 0;
		if (!b) {
			b = binding_new(z, x, held, in);
		} else if (i < b->n) {
			PyErr_Format(PyExc_RuntimeError,
				"weft: '%U' was written after it was frozen: weft.refresh(module) "
				"takes its new values, freezing=False follows them",
				z->at[i].name);
			b = NULL;
		}
	}
	if (data != few)
		free(data);
	if (b)
		b->refs++;
	return b;
}

struct weft_executable *ext_binding_executable(const struct ext_binding *b)
{
	return b->x;
}

void ext_binding_release(struct ext_binding *b)
{
	binding_release(b);
}

/* ---- life ----------------------------------------------------------------------------------- */

struct ext_frozen *ext_frozen_new(
	PyObject *constants, uint32_t n, struct ext_input *in, uint32_t nin)
{
	struct ext_frozen *z = calloc(1, sizeof *z + n * sizeof *z->at);

	if (!version_name)
		version_name = PyUnicode_InternFromString("_version");
	if (!z || !version_name) {
		free(z);
		return (struct ext_frozen *)PyErr_NoMemory();
	}
	z->next = all;
	if (all)
		all->previous = z;
	all = z;
	bool good = constants && PyTuple_Size(constants) == (Py_ssize_t)n;
	for (uint32_t i = 0; good && i < n; i++) {
		struct constant *c = &z->at[i];
		good = PyArg_ParseTuple(
			PyTuple_GetItem(constants, (Py_ssize_t)i), "IU", &c->argument, &c->name);
		if (!good)
			break;
		Py_INCREF(c->name);
		z->n++;
		good = c->argument < nin && in[c->argument].kind == EXT_TENSOR;
		if (good)
			in[c->argument].constant = true;
	}
	if (good)
		return z;
	if (!PyErr_Occurred())
		PyErr_SetString(PyExc_ValueError, "weft: other constants than were compiled");
	ext_frozen_free(z);
	return NULL;
}

static void bindings_free(struct ext_frozen *z)
{
	while (z->bindings) {
		struct ext_binding *b = z->bindings;
		z->bindings = b->next;
		binding_release(b);
	}
}

void ext_frozen_free(struct ext_frozen *z)
{
	if (!z)
		return;
	bindings_free(z);
	if (z->previous)
		z->previous->next = z->next;
	else
		all = z->next;
	if (z->next)
		z->next->previous = z->previous;
	for (uint32_t i = 0; i < z->n; i++)
		Py_XDECREF(z->at[i].name);
	free(z);
}

/* ---- refresh -------------------------------------------------------------------------------- */

/* ids None: any. */
static int binding_has(const struct ext_binding *b, PyObject *ids)
{
	int has = ids == Py_None;

	for (uint32_t i = 0; !has && i < b->n; i++) {
		PyObject *id = PyLong_FromVoidPtr(b->at[i].tensor);
		has = id ? PySet_Contains(ids, id) : -1;
		Py_XDECREF(id);
	}
	return has;
}

PyObject *ext_refresh(PyObject *self, PyObject *ids)
{
	struct ext_binding *gone = NULL;
	long count = 0;
	int has = 0;

	(void)self;
	for (struct ext_frozen *z = all; z; z = z->next)
		for (struct ext_binding **at = &z->bindings; *at;) {
			struct ext_binding *b = *at;
			has = has < 0 ? has : binding_has(b, ids);
			if (has <= 0) {
				at = &b->next;
				continue;
			}
			*at = b->next;
			b->next = gone;
			gone = b;
			count++;
		}
	while (gone) {           /* which may run code of tensors' */
		struct ext_binding *b = gone;
		gone = b->next;
		binding_release(b);
	}
	return has < 0 ? NULL : PyLong_FromLong(count);
}
