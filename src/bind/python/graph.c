/* graph.c -- a compiled graph as a Python object: graph(arguments) -> results, both lists.
 *
 * It is what AOTAutograd calls, with nothing of Python around it: boxed, the constants a call needs
 * added, the seed drawn.  A call: the arguments are taken and the list cleared, views of their
 * memory checked, the run, results over Weft's own memory with the strides eager would give them.
 * Arguments that the graph writes are given to it for the results that are their new values: these
 * lie there at once where an argument is dense and aligned, and are copied there elsewhere.
 *
 * A graph whose steps are all small keeps the GIL - letting it go costs more than the work - and
 * asks nobody for a number of threads.  One call's memory is kept for the next.
 *
 * Vectorcall became part of the stable ABI in 3.12, with the layout it has had since 3.9. */
#include "bind/python/ext.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <structmember.h>

#ifndef Py_TPFLAGS_HAVE_VECTORCALL
#define Py_TPFLAGS_HAVE_VECTORCALL (1UL << 11)
#endif
typedef PyObject *vectorcall_fn(
	PyObject *self, PyObject *const *args, size_t nargs, PyObject *keywords);

enum output_kind {
	OUTPUT_TENSOR, OUTPUT_SIZE, OUTPUT_INPUT, OUTPUT_AGAIN, OUTPUT_VIEW, OUTPUT_VALUE,
	OUTPUT_WRITE
};
struct output {
	enum output_kind kind;
	uint32_t index; /* result, or input, or output before this one; of a view: any output */
	uint32_t written; /* OUTPUT_WRITE: the input */
	bool of_input; /* a view is */
	bool ordered, fixed; /* fixed: strides[] are known */
	int64_t order[EXT_MAX_RANK], strides[EXT_MAX_RANK];
	PyObject *value; /* of a view: (shape, strides, offset) */
};
/* One call's memory. */
struct frame {
	struct run_tensor *in, *out;
	int64_t (*dims)[EXT_MAX_RANK];
	int64_t *sizes;
	PyObject **held; /* arguments, and plain twins of subclasses behind them */
	struct storage **copies;
	struct ext_binding *binding;
	int at; /* the argument that is looked at, or -1 */
};
struct graph {
	PyObject_HEAD
	vectorcall_fn *call;
	PyObject *dict; /* _boxed_call: wrappers of functions copy it */
	struct weft_executable *x;
	bool small;
	uint32_t nlist; /* arguments in the list */
	uint32_t nin, nout, nresults; /* with extra ones and the seed */
	uint32_t nbases; /* the last of the nout outputs: only views of them are given */
	uint32_t nwrites; /* behind the nout outputs: inputs that are written */
	uint32_t nrun; /* of nin: what a run takes, which are not constants */
	struct ext_input *in;
	struct output *out;
	PyObject *extra; /* tuple of tensors: arguments after the list's */
	PyObject *seed; /* NULL, or called for the last argument */
	struct ext_frozen *frozen; /* NULL: no argument is a constant */
	struct frame *spare;
};

static PyObject *graph_type;
static PyObject *current_level; /* a name of ext_torch.forward_ad */

/* ---- memory of a call ----------------------------------------------------------------------- */

static struct frame *frame_new(const struct graph *c)
{
	size_t n = (size_t)c->nin + 1, m = (size_t)c->nresults + 1;
	struct frame *f = calloc(1,
		sizeof *f + m * sizeof *f->out +
			n * (sizeof *f->in + sizeof *f->dims + sizeof *f->sizes +
				    2 * sizeof *f->held + sizeof *f->copies));
	char *p = (char *)(f + 1);

	if (!f) {
		PyErr_NoMemory();
		return NULL;
	}
	f->in = (struct run_tensor *)(void *)p;
	p += n * sizeof *f->in;
	f->out = (struct run_tensor *)(void *)p;
	p += m * sizeof *f->out;
	f->dims = (int64_t(*)[EXT_MAX_RANK])(void *)p;
	p += n * sizeof *f->dims;
	f->sizes = (int64_t *)(void *)p;
	p += n * sizeof *f->sizes;
	f->held = (PyObject **)(void *)p;
	p += 2 * n * sizeof *f->held;
	f->copies = (struct storage **)(void *)p;
	return f;
}

/* With the GIL, like all that touches spare: a call inside this one has a frame of its own. */
static struct frame *frame_get(struct graph *c)
{
	struct frame *f = c->spare;

	c->spare = NULL;
	return f ? f : frame_new(c);
}

static void frame_put(struct frame *f, struct graph *c)
{
	for (uint32_t i = 0; i < 2 * c->nin; i++) {
		PyObject *o = f->held[i];
		f->held[i] = NULL;
		Py_XDECREF(o);
	}
	for (uint32_t i = 0; i < c->nin; i++)
		if (f->copies[i]) {
			weft_bind_table.storage_release(f->copies[i]);
			f->copies[i] = NULL;
		}
	ext_binding_release(f->binding);
	f->binding = NULL;
	if (c->spare)
		free(f);
	else
		c->spare = f;
}

/* ---- arguments ------------------------------------------------------------------------------ */

static bool take_tensor(struct frame *f, const struct graph *c, uint32_t i, uint32_t to)
{
	const struct ext_input *in = &c->in[i];
	struct dl_tensor v;

	f->at = (int)i;
	if (!ext_view(f->held[i], &v, &f->held[c->nin + i]))
		return false;
	if (memcmp(&v.dtype, &in->dl, sizeof v.dtype) != 0 ||
		(in->ordered && (uint32_t)v.ndim != in->rank)) {
		PyErr_Format(PyExc_ValueError,
			"weft: %s of %d dimensions, not what was compiled",
			weft_dtype_name(ext_dtype(v.dtype)), (int)v.ndim);
		return false;
	}
	f->in[to].dims = f->dims[i];
	if (!ext_input_take(in, &v, &f->in[to], c->small ? NULL : c->x, &f->copies[i]))
		return false;
	f->in[to].donated = in->written && !f->copies[i];
	return true;
}

/* A call's arguments: in a list, which is cleared when they are taken, or one by one. */
struct arguments {
	PyObject *list; /* NULL: one by one */
	PyObject *const *items;
	Py_ssize_t n;
};

/* All arguments into f->held: the call's, the extra ones, the seed. */
static bool take_all(struct frame *f, const struct graph *c, const struct arguments *a)
{
	uint32_t n = c->nlist, last = c->nin - (c->seed != NULL);

	if (a->n != (Py_ssize_t)n) {
		PyErr_Format(PyExc_ValueError, "weft: expected %s%u arguments",
			a->list ? "a list of " : "", (unsigned)n);
		return false;
	}
	for (uint32_t i = 0; i < last; i++) {
		f->held[i] = i >= n ? PyTuple_GetItem(c->extra, (Py_ssize_t)(i - n))
			   : a->list ? PyList_GetItem(a->list, (Py_ssize_t)i)
				     : a->items[i];
		Py_INCREF(f->held[i]);
	}
	if (n && a->list && PyList_SetSlice(a->list, 0, (Py_ssize_t)n, NULL))
		return false;
	if (c->seed)
		f->held[last] = PyObject_CallNoArgs(c->seed);
	return !c->seed || f->held[last];
}

static bool take_inputs(struct frame *f, const struct graph *c, const struct arguments *a)
{
	static const int64_t none[1];

	if (!take_all(f, c, a))
		return false;
	for (uint32_t i = 0, to = 0; i < c->nin; i++) {
		if (c->in[i].constant)
			continue;
		if (c->in[i].kind == EXT_TENSOR) {
			if (!take_tensor(f, c, i, to++))
				return false;
			continue;
		}
		f->sizes[i] = 0;
		if (c->in[i].kind == EXT_SIZE) {
			f->sizes[i] = PyLong_AsLongLong(f->held[i]);
			if (f->sizes[i] == -1 && PyErr_Occurred())
				return false;
		}
		f->in[to++] = (struct run_tensor){
			.dtype = WEFT_I64, .dims = none, .data = &f->sizes[i]
		};
	}
	f->at = -1;
	if (c->frozen)
		f->binding = ext_frozen_take(c->frozen, c->x, f->held, c->in, &f->at);
	return !c->frozen || f->binding;
}

/* Lets go of arguments that nobody else has, as saved activations are in a backward pass: the run
 * ends the last reference to their memory when it has read them.  Whoever has the memory in another
 * way - another tensor, a view, an array - has a reference of his own, and keeps it. */
static void give_away(struct frame *f, const struct graph *c)
{
	for (uint32_t i = 0, to = 0; i < c->nlist; i++) {
		const struct ext_input *in = &c->in[i];
		struct run_tensor *t = &f->in[to];
		to += !in->constant;
		if (in->constant || in->kind != EXT_TENSOR || in->written || in->returned ||
			f->copies[i] || f->held[c->nin + i])
			continue;
		if (t->rank)
			memmove(f->dims[i], t->dims, t->rank * sizeof *t->dims);
		t->dims = f->dims[i];
		f->copies[i] = ext_let_go(&f->held[i], t->data);
		t->given = f->copies[i] ? &f->copies[i] : NULL;
	}
}

/* ---- results -------------------------------------------------------------------------------- */

static PyObject *give_tensor(struct run_tensor *t, const struct output *o)
{
	int64_t dims[EXT_MAX_RANK], strides[EXT_MAX_RANK], step = 1;
	struct storage *s = t->storage;
	uint32_t n = t->rank;

	t->storage = NULL;
	if (n > EXT_MAX_RANK) {
		weft_bind_table.storage_release(s);
		PyErr_SetString(PyExc_ValueError, "weft: a result has too many dimensions");
		return NULL;
	}
	for (uint32_t k = n; k-- > 0;) {
		int64_t d = o->ordered ? o->order[k] : k;
		dims[d] = t->dims[k];
		strides[d] = step;
		step *= t->dims[k] ? t->dims[k] : 1;
	}
	return ext_tensor_over(s, t->data, t->dtype, n, dims, o->fixed ? o->strides : strides);
}

/* A size, or a condition of sizes. */
static PyObject *give_size(const struct run_tensor *t)
{
	return t->dtype == WEFT_I1 ? PyBool_FromLong(*(const uint8_t *)t->data)
				   : PyLong_FromLongLong(*(const int64_t *)t->data);
}

/* The outputs of list that are views, when all others are there. */
static bool give_views(PyObject *list, const struct frame *f, const struct graph *c)
{
	for (uint32_t i = 0; i < c->nout; i++) {
		const struct output *o = &c->out[i];
		if (o->kind != OUTPUT_VIEW)
			continue;
		PyObject *of = !o->of_input ? PyList_GetItem(list, (Py_ssize_t)o->index)
			: f->held[c->nin + o->index] ? f->held[c->nin + o->index]
						     : f->held[o->index];
		PyObject *v = of ? ext_view_at(of, o->value, f->out) : NULL;
		if (!v || PyList_SetItem(list, (Py_ssize_t)i, v))
			return false;
	}
	return true;
}

/* What is not in its argument's memory yet goes there; .data has a version of its own. */
static bool give_writes(struct frame *f, const struct graph *c)
{
	for (uint32_t i = c->nout; i < c->nout + c->nwrites; i++) {
		const struct output *o = &c->out[i];
		struct run_tensor *t = &f->out[o->index];
		if (!t->storage)
			continue;
		PyObject *from = give_tensor(t, o);
		PyObject *to = from ? PyObject_GetAttrString(f->held[o->written], "data") : NULL;
		PyObject *r = to ? PyObject_CallMethod(to, "copy_", "O", from) : NULL;
		Py_XDECREF(from);
		Py_XDECREF(to);
		if (!r)
			return false;
		Py_DECREF(r);
	}
	return true;
}

static bool drop_bases(PyObject *list, const struct graph *c)
{
	return !c->nbases || !PyList_SetSlice(list, (Py_ssize_t)(c->nout - c->nbases),
				     (Py_ssize_t)c->nout, NULL);
}

static PyObject *give_outputs(struct frame *f, const struct graph *c)
{
	PyObject *list = PyList_New((Py_ssize_t)c->nout);

	for (uint32_t i = 0; list && i < c->nout; i++) {
		const struct output *o = &c->out[i];
		PyObject *v = NULL;
		switch (o->kind) {
		case OUTPUT_TENSOR: v = give_tensor(&f->out[o->index], o); break;
		case OUTPUT_SIZE:
			v = give_size(&f->out[o->index]);
			break;
		case OUTPUT_INPUT:
			v = f->held[o->index];
			Py_INCREF(v);
			break;
		case OUTPUT_AGAIN:
			v = PyList_GetItem(list, (Py_ssize_t)o->index);
			Py_INCREF(v);
			break;
		case OUTPUT_VIEW:
		case OUTPUT_WRITE: continue;
		case OUTPUT_VALUE:
			v = o->value;
			Py_INCREF(v);
			break;
		}
		if (!v || PyList_SetItem(list, (Py_ssize_t)i, v)) {
			Py_DECREF(list);
			list = NULL;
		}
	}
	if (list && !(give_views(list, f, c) && give_writes(f, c) && drop_bases(list, c))) {
		Py_DECREF(list);
		list = NULL;
	}
	for (uint32_t i = 0; i < c->nresults; i++) /* what was not handed over */
		weft_bind_table.storage_release(f->out[i].storage);
	return list;
}

/* ---- calling -------------------------------------------------------------------------------- */

/* false: an exception is set. */
static bool graph_run(struct graph *c, struct frame *f)
{
	struct weft_executable *x = f->binding ? ext_binding_executable(f->binding) : c->x;
	struct weft_error *e;
	PyThreadState *gil = NULL;
	long threads = 1;

	if (!c->small) {
		threads = ext_torch_threads();
		if (threads < 0)
			return false;
		gil = PyEval_SaveThread();
	}
	e = weft_bind_table.run(x, (unsigned)threads, f->in, c->nrun, f->out, c->nresults);
	if (gil)
		PyEval_RestoreThread(gil);
	if (e)
		ext_raise(e);
	return !e;
}

/* What the graph's attribute `blame` adds to the exception that is set: operator and line. */
static void blame(const struct graph *c, const struct frame *f)
{
	PyObject *type, *value, *trace, *fn = PyDict_GetItemString(c->dict, "blame");

	if (!fn)
		return;
	PyErr_Fetch(&type, &value, &trace);
	PyErr_NormalizeException(&type, &value, &trace);
	PyObject *args = PyTuple_New((Py_ssize_t)c->nlist);
	for (uint32_t i = 0; args && i < c->nlist; i++) {
		PyObject *v = f->held[i] ? f->held[i] : Py_None;
		Py_INCREF(v);
		if (PyTuple_SetItem(args, (Py_ssize_t)i, v))
			Py_CLEAR(args);
	}
	PyObject *r = args ? PyObject_CallFunction(fn, "OiO", value, f->at, args) : NULL;
	Py_XDECREF(r);
	Py_XDECREF(args);
	PyErr_Clear();
	PyErr_Restore(type, value, trace);
}

static PyObject *list_of(const struct arguments *a)
{
	PyObject *list = PyList_New(a->n);

	for (Py_ssize_t i = 0; list && i < a->n; i++) {
		Py_INCREF(a->items[i]);
		if (PyList_SetItem(list, i, a->items[i]))
			Py_CLEAR(list);
	}
	return list;
}

/* In torch's forward-mode differentiation tensors may have tangents, which no graph computes:
 * the attribute `tangents` raises where one has.  false: exception set. */
static bool without_tangents(const struct graph *c, const struct arguments *a)
{
	PyObject *level = PyDict_GetItemWithError(ext_torch.forward_ad, current_level);
	if (!level || PyLong_AsLong(level) < 0)
		return !PyErr_Occurred();
	PyObject *fn = PyDict_GetItemString(c->dict, "tangents"), *r = NULL;
	PyObject *list = !fn ? NULL : a->list ? PySequence_List(a->list) : list_of(a);
	if (list)
		r = PyObject_CallFunctionObjArgs(fn, list, NULL);
	Py_XDECREF(list);
	Py_XDECREF(r);
	return r || !fn;
}

static PyObject *graph_apply(struct graph *c, const struct arguments *a)
{
	if (!without_tangents(c, a))
		return NULL;
	struct frame *f = frame_get(c);
	PyObject *results = NULL;

	if (!f)
		return NULL;
	f->at = -1;
	if (take_inputs(f, c, a)) {
		if (!c->small)
			give_away(f, c);
		if (graph_run(c, f))
			results = give_outputs(f, c);
	}
	if (!results)
		blame(c, f);
	frame_put(f, c);
	return results;
}

static PyObject *wrong_call(void)
{
	PyErr_SetString(PyExc_TypeError, "weft: a graph is called with a list of arguments");
	return NULL;
}

static PyObject *graph_of_list(PyObject *self, PyObject *list)
{
	struct arguments a = { .list = list, .n = PyList_Check(list) ? PyList_Size(list) : -1 };

	return graph_apply((struct graph *)self, &a);
}

static PyObject *graph_vectorcall(
	PyObject *self, PyObject *const *args, size_t nargs, PyObject *keywords)
{
	size_t n = nargs & ~((size_t)1 << (8 * sizeof n - 1)); /* PyVectorcall_NARGS */

	if (n != 1 || (keywords && PyTuple_Size(keywords)))
		return wrong_call();
	return graph_of_list(self, args[0]);
}

static PyObject *graph_call(PyObject *self, PyObject *args, PyObject *keywords)
{
	if (PyTuple_Size(args) != 1 || (keywords && PyDict_Size(keywords)))
		return wrong_call();
	return graph_of_list(self, PyTuple_GetItem(args, 0));
}

PyObject *ext_graph_call(PyObject *graph, PyObject *const *args, Py_ssize_t nargs)
{
	struct arguments a = { .items = args, .n = nargs };

	return graph_apply((struct graph *)graph, &a);
}

bool ext_graph_is_small(PyObject *graph)
{
	return ((struct graph *)graph)->small;
}

/* ---- making --------------------------------------------------------------------------------- */

/* How many things of its kind an output may be. */
static uint32_t outputs_from(const struct graph *c, const struct output *out)
{
	return out->kind == OUTPUT_INPUT   ? c->nin
	       : out->kind == OUTPUT_AGAIN ? (uint32_t)(out - c->out)
					   : c->nresults;
}

/* ("view", "input" or "output", i, shape, strides, offset), numbers or (result,); and a dtype, if
 * it is another. */
static bool read_view(PyObject *o, const struct graph *c, Py_ssize_t nout, struct output *out)
{
	const char *of = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(o, 1), NULL);
	PyObject *index = of ? PyTuple_GetItem(o, 2) : NULL;
	unsigned long i = index ? PyLong_AsUnsignedLong(index) : 0;

	if (!index || PyErr_Occurred())
		return false;
	out->of_input = *of == 'i';
	out->index = (uint32_t)i;
	if (out->of_input && i < c->nin)
		c->in[i].returned = true;
	out->value = PyTuple_GetSlice(o, 3, 7);
	if (i >= (out->of_input ? c->nin : (unsigned long)nout) || !out->value ||
		!ext_is_place(out->value, c->nresults)) {
		PyErr_SetString(PyExc_ValueError, "weft: a view of what is not there");
		return false;
	}
	return true;
}

/* ("write", result, order, input): read_output has read the first two */
static bool read_write(PyObject *o, struct graph *c, struct output *out)
{
	PyObject *input = PyTuple_GetItem(o, 3);
	unsigned long i = input ? PyLong_AsUnsignedLong(input) : 0;

	if (!input || PyErr_Occurred())
		return false;
	if (i >= c->nlist || c->in[i].kind != EXT_TENSOR) {
		PyErr_SetString(PyExc_ValueError, "weft: a write to what is no tensor");
		return false;
	}
	out->written = (uint32_t)i;
	c->in[i].written = true;
	c->nwrites++;
	return true;
}

/* ("tensor", result, order, strides), ("sym", result), ("input", i), ("value", v), ("view", ..);
 * ("again", i): the tensor that output i is; behind all others ("base", result, order, strides),
 * then ("write", ..) */
static bool read_output(PyObject *o, struct graph *c, Py_ssize_t nout, struct output *out)
{
	PyObject *kind = PyTuple_GetItem(o, 0), *second = kind ? PyTuple_GetItem(o, 1) : NULL;
	const char *s = second ? PyUnicode_AsUTF8AndSize(kind, NULL) : NULL;
	uint32_t n = 0, m = 0;

	if (!s)
		return false;
	c->nbases += *s == 'b';
	out->kind = *s == 't' || *s == 'b' ? OUTPUT_TENSOR
		    : *s == 's' ? OUTPUT_SIZE
		    : *s == 'i' ? OUTPUT_INPUT
		    : *s == 'a' ? OUTPUT_AGAIN
		    : *s == 'w' ? OUTPUT_WRITE
		    : s[1] == 'i' ? OUTPUT_VIEW
				  : OUTPUT_VALUE;
	if (out->kind == OUTPUT_VIEW)
		return read_view(o, c, nout, out);
	if (out->kind == OUTPUT_VALUE) {
		out->value = second;
		Py_INCREF(second);
		return true;
	}
	unsigned long i = PyLong_AsUnsignedLong(second);
	if (i >= outputs_from(c, out)) {
		if (!PyErr_Occurred())
			PyErr_SetString(PyExc_ValueError, "weft: an output that is not there");
		return false;
	}
	out->index = (uint32_t)i;
	if (out->kind == OUTPUT_INPUT)
		c->in[i].returned = true;
	if (out->kind != OUTPUT_TENSOR && out->kind != OUTPUT_WRITE)
		return true;
	uint32_t rank = weft_executable_output(c->x, out->index).rank;
	if (!ext_read_numbers(PyTuple_GetItem(o, 2), out->order, &n, &out->ordered))
		return false;
	if (out->kind == OUTPUT_TENSOR &&
		!ext_read_numbers(PyTuple_GetItem(o, 3), out->strides, &m, &out->fixed))
		return false;
	if ((out->ordered && (n != rank || !ext_is_permutation(out->order, n))) ||
		(out->fixed && m != rank)) {
		PyErr_SetString(PyExc_ValueError,
			"weft: order or strides of an output do not fit its rank");
		return false;
	}
	return out->kind == OUTPUT_TENSOR || read_write(o, c, out);
}

static bool read_signature(struct graph *c, const struct ext_signature *s)
{
	Py_ssize_t nin = PyTuple_Size(s->inputs), nout = PyTuple_Size(s->outputs);
	Py_ssize_t last = c->seed != NULL, extra = PyTuple_Size(s->extra);

	c->nresults = weft_executable_outputs(c->x);
	c->nrun = weft_executable_inputs(c->x);
	uint32_t all = c->nrun + weft_executable_constants(c->x);
	if ((uint32_t)nin != all || nin < last + extra) {
		PyErr_Format(PyExc_ValueError, "weft: %zd inputs are described, the graph has %u",
			nin, (unsigned)all);
		return false;
	}
	c->nlist = (uint32_t)(nin - last - extra);
	c->in = calloc((size_t)nin + 1, sizeof *c->in);
	c->out = calloc((size_t)nout + 1, sizeof *c->out);
	if (!c->in || !c->out) {
		PyErr_NoMemory();
		return false;
	}
	for (c->nin = 0; c->nin < nin; c->nin++)
		if (!ext_input_read(PyTuple_GetItem(s->inputs, (Py_ssize_t)c->nin), &c->in[c->nin]))
			return false;
	if (all > c->nrun) {
		c->frozen = ext_frozen_new(s->constants, all - c->nrun, c->in, all);
		if (!c->frozen)
			return false;
	}
	for (uint32_t i = 0; i < nout; i++) {
		uint32_t bases = c->nbases;
		c->nout = i + 1;
		if (!read_output(PyTuple_GetItem(s->outputs, (Py_ssize_t)i), c, nout, &c->out[i]))
			return false;
		if ((c->nwrites && c->out[i].kind != OUTPUT_WRITE) ||
			(bases && c->nbases == bases && !c->nwrites)) {
			PyErr_SetString(PyExc_ValueError,
				"weft: an output behind a base or a write");
			return false;
		}
	}
	c->nout -= c->nwrites;
	return true;
}

static void graph_dealloc(PyObject *self)
{
	struct graph *c = (struct graph *)self;
	PyTypeObject *type = Py_TYPE(self);

	for (uint32_t i = 0; i < c->nout && c->out; i++)
		Py_XDECREF(c->out[i].value);
	Py_XDECREF(c->dict);
	Py_XDECREF(c->extra);
	Py_XDECREF(c->seed);
	free(c->in);
	free(c->out);
	free(c->spare);
	ext_frozen_free(c->frozen);
	weft_executable_release(c->x);
	PyObject_Free(self);
	Py_DECREF(type);
}

PyObject *ext_graph_new(struct weft_executable *x, const struct ext_signature *s)
{
	struct graph *c = PyObject_New(struct graph, (PyTypeObject *)graph_type);

	if (!c) {
		weft_executable_release(x);
		return NULL;
	}
	memset((char *)c + sizeof(PyObject), 0, sizeof *c - sizeof(PyObject));
	c->call = graph_vectorcall;
	c->x = x;
	c->small = weft_bind_table.small(x);
	c->extra = s->extra;
	Py_INCREF(c->extra);
	if (s->seed != Py_None) {
		c->seed = s->seed;
		Py_INCREF(c->seed);
	}
	c->dict = Py_BuildValue("{s:O}", "_boxed_call", Py_True);
	if (!c->dict || !read_signature(c, s)) {
		Py_DECREF((PyObject *)c);
		return NULL;
	}
	return (PyObject *)c;
}

struct weft_executable *ext_graph_executable(PyObject *graph)
{
	if ((PyObject *)Py_TYPE(graph) == graph_type)
		return ((struct graph *)graph)->x;
	PyErr_SetString(PyExc_TypeError, "weft: expected a compiled graph");
	return NULL;
}

static PyMemberDef members[] = {
	{ "__vectorcalloffset__", T_PYSSIZET, offsetof(struct graph, call), READONLY, NULL },
	{ "__dictoffset__", T_PYSSIZET, offsetof(struct graph, dict), READONLY, NULL },
	{ NULL, 0, 0, 0, NULL },
};
static PyGetSetDef getset[] = {
	{ "__dict__", PyObject_GenericGetDict, NULL, NULL, NULL },
	{ "direct", ext_direct, NULL, "The graph, to be called with arguments one by one, or None.",
		NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};
static PyType_Slot slots[] = {
	{ Py_tp_call, (void *)(uintptr_t)graph_call },
	{ Py_tp_dealloc, (void *)(uintptr_t)graph_dealloc },
	{ Py_tp_members, members },
	{ Py_tp_getset, getset },
	{ Py_tp_doc,
		"A compiled graph: graph(list of arguments) -> list.  The list is cleared." },
	{ 0, NULL },
};
static PyType_Spec spec = {
	.name = "weft._C.Graph",
	.basicsize = sizeof(struct graph),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL |
		 Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
	.slots = slots,
};

bool ext_graph_init(PyObject *module)
{
	current_level = PyUnicode_InternFromString("_current_level");
	graph_type = current_level ? PyType_FromSpec(&spec) : NULL;
	if (!graph_type)
		return false;
	Py_INCREF(graph_type);
	if (!PyModule_AddObject(module, "Graph", graph_type))
		return true;
	Py_DECREF(graph_type);
	return false;
}
