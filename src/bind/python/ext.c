/* ext.c -- weft._C: compile text, call what came of it.
 *
 * The stable ABI of CPython 3.11, no torch library.  A compiled graph is a function bound to a
 * capsule: METH_FASTCALL, since that is the fastest call the stable ABI has.
 *
 * A call: list of arguments in (the list is cleared), views of their memory checked, the run
 * without the GIL, results over Weft's own memory with the strides eager would give them. */
#include "bind/python/ext.h"
#include <stdlib.h>
#include <string.h>

struct ext_torch ext_torch;

void ext_raise(struct weft_error *e)
{
	PyObject *type = PyExc_RuntimeError;

	switch (weft_error_code(e)) {
	case WEFT_UNIMPLEMENTED: type = PyExc_NotImplementedError; break;
	case WEFT_INVALID_ARGUMENT:
	case WEFT_ALREADY_EXISTS:
	case WEFT_NOT_FOUND: type = PyExc_ValueError; break;
	case WEFT_RESOURCE_EXHAUSTED: type = PyExc_MemoryError; break;
	default: break;
	}
	PyErr_SetString(type, weft_error_text(e));
	weft_error_free(e);
}

/* ---- a compiled graph ----------------------------------------------------------------------- */

enum input_kind { INPUT_TENSOR, INPUT_SIZE, INPUT_IGNORED };
struct input {
	enum input_kind kind;
	bool ordered;
	uint32_t rank;
	enum weft_dtype dtype;
	int64_t order[EXT_MAX_RANK]; /* memory dimension k is logical dimension order[k] */
};
enum output_kind { OUTPUT_TENSOR, OUTPUT_SIZE, OUTPUT_INPUT, OUTPUT_VALUE };
struct output {
	enum output_kind kind;
	uint32_t index; /* result, or input */
	bool ordered, fixed; /* fixed: strides[] are known */
	int64_t order[EXT_MAX_RANK], strides[EXT_MAX_RANK];
	PyObject *value;
};
struct graph_call {
	struct weft_executable *x;
	uint32_t nin, nout, nresults;
	struct input *in;
	struct output *out;
};

static void graph_call_free(struct graph_call *c)
{
	if (!c)
		return;
	for (uint32_t i = 0; i < c->nout && c->out; i++)
		Py_XDECREF(c->out[i].value);
	free(c->in);
	free(c->out);
	weft_executable_release(c->x);
	free(c);
}

static void capsule_free(PyObject *capsule)
{
	graph_call_free(PyCapsule_GetPointer(capsule, "weft.graph"));
}

/* One call's memory: grows on the heap only for many arguments. */
struct frame {
	struct run_tensor *in, *out;
	int64_t (*dims)[EXT_MAX_RANK];
	int64_t *sizes;
	PyObject **held; /* arguments, and plain twins of subclasses behind them */
	struct storage **copies;
	PyObject *results;
};

static bool frame_init(struct frame *f, const struct graph_call *c)
{
	size_t n = (size_t)c->nin + 1, m = (size_t)c->nresults + 1;
	char *p = calloc(1, n * (sizeof *f->in + sizeof *f->dims + sizeof *f->sizes +
					2 * sizeof *f->held + sizeof *f->copies) +
				    m * sizeof *f->out);

	memset(f, 0, sizeof *f);
	if (!p) {
		PyErr_NoMemory();
		return false;
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
	return true;
}

static void frame_fini(struct frame *f, const struct graph_call *c)
{
	for (uint32_t i = 0; i < 2 * c->nin; i++)
		Py_XDECREF(f->held[i]);
	for (uint32_t i = 0; i < c->nin; i++)
		weft_bind_table.storage_release(f->copies[i]);
	free(f->in);
}

static bool take_tensor(struct frame *f, const struct graph_call *c, uint32_t i)
{
	const struct input *in = &c->in[i];
	struct run_tensor *t = &f->in[i];
	struct dl_tensor v;
	const int64_t *order = in->ordered ? in->order : NULL;

	if (!ext_view(f->held[i], &v, &f->held[c->nin + i]))
		return false;
	enum weft_dtype dtype = ext_dtype(v.dtype);
	if (dtype != in->dtype || (in->ordered && (uint32_t)v.ndim != in->rank)) {
		PyErr_Format(PyExc_ValueError,
			"weft: argument %u is %s of %d dimensions, not what was compiled",
			(unsigned)i, weft_dtype_name(dtype), (int)v.ndim);
		return false;
	}
	*t = (struct run_tensor){
		.dtype = dtype, .rank = (uint32_t)v.ndim, .dims = v.shape, .data = v.data
	};
	if (order) {
		for (int32_t k = 0; k < v.ndim; k++)
			f->dims[i][k] = v.shape[order[k]];
		t->dims = f->dims[i];
	}
	if (ext_is_dense(&v, order))
		return true;
	size_t bytes = weft_dtype_size(dtype);
	for (int32_t k = 0; k < v.ndim; k++)
		bytes *= (size_t)v.shape[k];
	struct weft_error *e = weft_bind_table.storage_create(bytes, &f->copies[i]);
	if (e) {
		ext_raise(e);
		return false;
	}
	ext_copy_strided(f->copies[i]->data, &v, order);
	t->data = f->copies[i]->data;
	return true;
}

static bool take_inputs(struct frame *f, const struct graph_call *c, PyObject *list)
{
	static const int64_t none[1];

	if (!PyList_Check(list) || PyList_Size(list) != (Py_ssize_t)c->nin) {
		PyErr_Format(PyExc_ValueError, "weft: expected a list of %u arguments",
			(unsigned)c->nin);
		return false;
	}
	for (uint32_t i = 0; i < c->nin; i++) {
		f->held[i] = PyList_GetItem(list, (Py_ssize_t)i);
		Py_INCREF(f->held[i]);
	}
	if (PyList_SetSlice(list, 0, (Py_ssize_t)c->nin, NULL))
		return false;
	for (uint32_t i = 0; i < c->nin; i++) {
		if (c->in[i].kind == INPUT_TENSOR) {
			if (!take_tensor(f, c, i))
				return false;
			continue;
		}
		if (c->in[i].kind == INPUT_SIZE) {
			f->sizes[i] = PyLong_AsLongLong(f->held[i]);
			if (f->sizes[i] == -1 && PyErr_Occurred())
				return false;
		}
		f->in[i] = (struct run_tensor){
			.dtype = WEFT_I64, .dims = none, .data = &f->sizes[i]
		};
	}
	return true;
}

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

static PyObject *give_outputs(struct frame *f, const struct graph_call *c)
{
	PyObject *list = PyList_New((Py_ssize_t)c->nout);

	for (uint32_t i = 0; list && i < c->nout; i++) {
		const struct output *o = &c->out[i];
		PyObject *v = NULL;
		switch (o->kind) {
		case OUTPUT_TENSOR: v = give_tensor(&f->out[o->index], o); break;
		case OUTPUT_SIZE:
			v = PyLong_FromLongLong(*(const int64_t *)f->out[o->index].data);
			break;
		case OUTPUT_INPUT:
			v = f->held[o->index];
			Py_INCREF(v);
			break;
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
	for (uint32_t i = 0; i < c->nresults; i++) /* what was not handed over */
		weft_bind_table.storage_release(f->out[i].storage);
	return list;
}

/* graph(arguments, threads) */
static PyObject *graph_run(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
	struct graph_call *c = PyCapsule_GetPointer(self, "weft.graph");
	struct frame f;
	PyObject *results = NULL;

	if (!c)
		return NULL;
	if (nargs != 2) {
		PyErr_SetString(PyExc_TypeError,
			"weft: expected a list of arguments and a number of threads");
		return NULL;
	}
	long threads = PyLong_AsLong(args[1]);
	if (threads == -1 && PyErr_Occurred())
		return NULL;
	if (!frame_init(&f, c))
		return NULL;
	if (take_inputs(&f, c, args[0])) {
		struct weft_error *e;
		const char *wish = getenv("WEFT_THREADS");
		unsigned n = wish && *wish ? 0 : threads < 0 ? 0 : (unsigned)threads;
		Py_BEGIN_ALLOW_THREADS e =
			weft_bind_table.run(c->x, n, f.in, c->nin, f.out, c->nresults);
		Py_END_ALLOW_THREADS if (e) ext_raise(e);
		else results = give_outputs(&f, c);
	}
	frame_fini(&f, c);
	return results;
}

static PyMethodDef graph_run_def = {
	"graph",
	(PyCFunction)(void (*)(void))graph_run,
	METH_FASTCALL,
	"Runs a compiled graph: graph(list of arguments, threads) -> list.  The list is cleared.",
};

/* ---- compiling ------------------------------------------------------------------------------ */

/* A tuple of numbers into out[]; None: *given is false. */
static bool read_numbers(PyObject *o, int64_t *out, uint32_t *n, bool *given)
{
	*given = o && o != Py_None;
	if (!*given)
		return o != NULL;
	Py_ssize_t size = PyTuple_Size(o);
	if (size < 0 || size > EXT_MAX_RANK) {
		if (!PyErr_Occurred())
			PyErr_SetString(PyExc_ValueError, "weft: too many dimensions");
		return false;
	}
	*n = (uint32_t)size;
	for (Py_ssize_t i = 0; i < size; i++) {
		out[i] = PyLong_AsLongLong(PyTuple_GetItem(o, i));
		if (out[i] == -1 && PyErr_Occurred())
			return false;
	}
	return true;
}

static bool is_permutation(const int64_t *order, uint32_t n)
{
	uint64_t seen = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (order[i] < 0 || order[i] >= n || seen >> order[i] & 1)
			return false;
		seen |= 1ull << order[i];
	}
	return true;
}

/* ("tensor", dtype, order), ("sym",), ("ignore",) */
static bool read_input(PyObject *o, struct input *in)
{
	PyObject *kind = PyTuple_GetItem(o, 0);
	const char *s = kind ? PyUnicode_AsUTF8AndSize(kind, NULL) : NULL;

	if (!s)
		return false;
	in->kind = *s == 't' ? INPUT_TENSOR : *s == 's' ? INPUT_SIZE : INPUT_IGNORED;
	if (in->kind != INPUT_TENSOR)
		return true;
	const char *dtype = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(o, 1), NULL);
	if (!dtype || !read_numbers(PyTuple_GetItem(o, 2), in->order, &in->rank, &in->ordered))
		return false;
	in->dtype = !strcmp(dtype, "c64")    ? WEFT_C64
		    : !strcmp(dtype, "c128") ? WEFT_C128
					     : weft_dtype_find(dtype);
	if (in->dtype == WEFT_INVALID_DTYPE ||
		(in->ordered && !is_permutation(in->order, in->rank))) {
		PyErr_SetString(PyExc_ValueError, "weft: no such element type, or no permutation");
		return false;
	}
	return true;
}

/* ("tensor", result, order, strides), ("sym", result), ("input", i), ("value", v) */
static bool read_output(PyObject *o, const struct graph_call *c, struct output *out)
{
	PyObject *kind = PyTuple_GetItem(o, 0), *second = kind ? PyTuple_GetItem(o, 1) : NULL;
	const char *s = second ? PyUnicode_AsUTF8AndSize(kind, NULL) : NULL;
	uint32_t n = 0, m = 0;

	if (!s)
		return false;
	out->kind = *s == 't'   ? OUTPUT_TENSOR
		    : *s == 's' ? OUTPUT_SIZE
		    : *s == 'i' ? OUTPUT_INPUT
				: OUTPUT_VALUE;
	if (out->kind == OUTPUT_VALUE) {
		out->value = second;
		Py_INCREF(second);
		return true;
	}
	unsigned long i = PyLong_AsUnsignedLong(second);
	if (i >= (out->kind == OUTPUT_INPUT ? c->nin : c->nresults)) {
		if (!PyErr_Occurred())
			PyErr_SetString(PyExc_ValueError, "weft: an output that is not there");
		return false;
	}
	out->index = (uint32_t)i;
	if (out->kind != OUTPUT_TENSOR)
		return true;
	uint32_t rank = weft_executable_output(c->x, out->index).rank;
	if (!read_numbers(PyTuple_GetItem(o, 2), out->order, &n, &out->ordered) ||
		!read_numbers(PyTuple_GetItem(o, 3), out->strides, &m, &out->fixed))
		return false;
	if ((out->ordered && (n != rank || !is_permutation(out->order, n))) ||
		(out->fixed && m != rank)) {
		PyErr_SetString(PyExc_ValueError,
			"weft: order or strides of an output do not fit its rank");
		return false;
	}
	return true;
}

static bool read_signature(struct graph_call *c, PyObject *ins, PyObject *outs)
{
	Py_ssize_t nin = PyTuple_Size(ins), nout = PyTuple_Size(outs);

	if (nin < 0 || nout < 0)
		return false;
	c->nresults = weft_executable_outputs(c->x);
	if ((uint32_t)nin != weft_executable_inputs(c->x)) {
		PyErr_Format(PyExc_ValueError, "weft: %zd inputs are described, the graph has %u",
			nin, (unsigned)weft_executable_inputs(c->x));
		return false;
	}
	c->in = calloc((size_t)nin + 1, sizeof *c->in);
	c->out = calloc((size_t)nout + 1, sizeof *c->out);
	if (!c->in || !c->out) {
		PyErr_NoMemory();
		return false;
	}
	for (c->nin = 0; c->nin < nin; c->nin++)
		if (!read_input(PyTuple_GetItem(ins, (Py_ssize_t)c->nin), &c->in[c->nin]))
			return false;
	for (c->nout = 0; c->nout < nout;) {
		uint32_t i = c->nout++;
		if (!read_output(PyTuple_GetItem(outs, (Py_ssize_t)i), c, &c->out[i]))
			return false;
	}
	return true;
}

static struct weft_error *compile_text(const char *backend, const char *name, const char *text,
	size_t size, struct weft_options *o, struct weft_executable **out)
{
	struct weft_client *client = NULL;
	struct weft_program *program = NULL;
	struct weft_error *e = weft_client_open(backend, &client);

	if (!e)
		e = weft_program_parse(WEFT_ATEN_TEXT, name, text, size, &program);
	if (!e)
		e = weft_compile(client, program, o, out);
	weft_program_release(program);
	weft_client_release(client);
	return e;
}

/* Options: a dictionary of texts. */
static bool read_options(PyObject *dict, struct weft_options **out)
{
	PyObject *key, *value;
	Py_ssize_t at = 0;
	struct weft_error *e = weft_options_create(out);

	while (!e && PyDict_Next(dict, &at, &key, &value)) {
		const char *k = PyUnicode_AsUTF8AndSize(key, NULL),
			   *v = PyUnicode_AsUTF8AndSize(value, NULL);
		if (!k || !v)
			return false;
		e = weft_options_set(*out, k, v);
	}
	if (e)
		ext_raise(e);
	return !e;
}

/* compile(backend, name, text, options, inputs, outputs) -> graph */
static PyObject *ext_compile(PyObject *self, PyObject *args)
{
	const char *backend, *name, *text;
	Py_ssize_t size;
	PyObject *dict, *ins, *outs, *result = NULL;
	struct weft_options *o = NULL;
	struct weft_error *e;

	(void)self;
	if (!PyArg_ParseTuple(args, "sss#O!O!O!", &backend, &name, &text, &size, &PyDict_Type,
		    &dict, &PyTuple_Type, &ins, &PyTuple_Type, &outs))
		return NULL;
	struct graph_call *c = calloc(1, sizeof *c);
	if (!c)
		return PyErr_NoMemory();
	if (read_options(dict, &o)) {
		Py_BEGIN_ALLOW_THREADS e =
			compile_text(backend, name, text, (size_t)size, o, &c->x);
		Py_END_ALLOW_THREADS if (e) ext_raise(e);
		else if (read_signature(c, ins, outs))
		{
			PyObject *capsule = PyCapsule_New(c, "weft.graph", capsule_free);
			if (capsule) {
				c = NULL;
				result = PyCFunction_NewEx(&graph_run_def, capsule, NULL);
				Py_DECREF(capsule);
			}
		}
	}
	weft_options_free(o);
	graph_call_free(c);
	return result;
}

/* ---- the module ----------------------------------------------------------------------------- */

static PyObject *text_and_free(struct weft_error *e, char *text)
{
	if (e) {
		ext_raise(e);
		return NULL;
	}
	PyObject *s = PyUnicode_FromString(text);
	weft_text_free(text);
	return s;
}

static PyObject *ext_report(PyObject *self, PyObject *args)
{
	const char *format;
	char *text = NULL;

	(void)self;
	if (!PyArg_ParseTuple(args, "s", &format))
		return NULL;
	struct weft_error *e = weft_report(format, &text);
	return text_and_free(e, text);
}

static PyObject *ext_options(PyObject *self, PyObject *args)
{
	const char *format;
	char *text = NULL;

	(void)self;
	if (!PyArg_ParseTuple(args, "s", &format))
		return NULL;
	struct weft_error *e = weft_options_list(format, &text);
	return text_and_free(e, text);
}

/* weft's notices, told to a function that stays; from any thread. */
static void tell(void *arg, const char *text)
{
	PyGILState_STATE gil = PyGILState_Ensure();
	PyObject *type, *value, *trace;

	PyErr_Fetch(&type, &value, &trace);          /* what is under way is not ours */
	PyObject *result = PyObject_CallFunction(arg, "s", text);
	if (!result)
		PyErr_WriteUnraisable(arg);
	Py_XDECREF(result);
	PyErr_Restore(type, value, trace);
	PyGILState_Release(gil);
}

static PyObject *ext_notices(PyObject *self, PyObject *function)
{
	(void)self;
	Py_INCREF(function);
	weft_notice_handler(tell, function);
	Py_RETURN_NONE;
}

/* explain(graph, format) */
static PyObject *ext_explain(PyObject *self, PyObject *args)
{
	PyObject *graph;
	const char *format;
	char *text = NULL;

	(void)self;
	if (!PyArg_ParseTuple(args, "Os", &graph, &format))
		return NULL;
	PyObject *capsule = PyObject_GetAttrString(graph, "__self__");
	struct graph_call *c = capsule ? PyCapsule_GetPointer(capsule, "weft.graph") : NULL;
	Py_XDECREF(capsule);
	if (!c)
		return NULL;
	struct weft_error *e = weft_executable_explain(c->x, format, &text);
	return text_and_free(e, text);
}

/* StableHLO text of ATen text. */
static PyObject *ext_stablehlo(PyObject *self, PyObject *args)
{
	const char *name, *text;
	Py_ssize_t size;
	char *out = NULL;
	struct weft_program *program = NULL;

	(void)self;
	if (!PyArg_ParseTuple(args, "ss#", &name, &text, &size))
		return NULL;
	struct weft_error *e =
		weft_program_parse(WEFT_ATEN_TEXT, name, text, (size_t)size, &program);
	if (!e)
		e = weft_program_print(program, &out);
	weft_program_release(program);
	return text_and_free(e, out);
}

/* setup(exchange capsule, Tensor, Parameter, plain, resolve) */
static PyObject *ext_setup(PyObject *self, PyObject *args)
{
	PyObject *capsule;
	struct ext_torch t;

	(void)self;
	if (!PyArg_ParseTuple(args, "OOOOO", &capsule, &t.tensor_type, &t.parameter_type, &t.plain,
		    &t.resolve))
		return NULL;
	t.exchange = PyCapsule_GetPointer(capsule, "dlpack_exchange_api");
	if (!t.exchange)
		return NULL;
	if (t.exchange->version.major != 1 || weft_bind_table.version != BIND_VERSION) {
		PyErr_SetString(
			PyExc_ImportError, "weft: a DLPack table or a libweft of another version");
		return NULL;
	}
	Py_INCREF(t.tensor_type);
	Py_INCREF(t.parameter_type);
	Py_INCREF(t.plain);
	Py_INCREF(t.resolve);
	ext_torch = t;
	struct weft_error *e = weft_bind_table.resolver_set("", ext_resolve, NULL);
	if (e) {
		ext_raise(e);
		return NULL;
	}
	Py_RETURN_NONE;
}

static PyObject *ext_warm_up(PyObject *self, PyObject *args)
{
	(void)self;
	(void)args;
	Py_BEGIN_ALLOW_THREADS weft_bind_table.warm_up();
	Py_END_ALLOW_THREADS Py_RETURN_NONE;
}

static PyObject *ext_version(PyObject *self, PyObject *args)
{
	(void)self;
	(void)args;
	return PyUnicode_FromString(weft_version());
}

static PyMethodDef methods[] = {
	{ "compile", ext_compile, METH_VARARGS,
		"compile(backend, name, text, options, inputs, outputs) -> graph" },
	{ "report", ext_report, METH_VARARGS, "report(format) -> str" },
	{ "options", ext_options, METH_VARARGS, "options(format) -> str" },
	{ "notices", ext_notices, METH_O, "notices(function of a text)" },
	{ "explain", ext_explain, METH_VARARGS, "explain(graph, format) -> str" },
	{ "stablehlo", ext_stablehlo, METH_VARARGS, "stablehlo(name, text) -> str" },
	{ "warm_up", ext_warm_up, METH_NOARGS, "warm_up(): starts the threads of the pool" },
	{ "setup", ext_setup, METH_VARARGS, "setup(exchange, Tensor, Parameter, plain, resolve)" },
	{ "backend_register", ext_backend_register, METH_VARARGS,
		"backend_register(name, tags, function)" },
	{ "backend_announce", ext_backend_announce, METH_VARARGS,
		"backend_announce(name, entry point)" },
	{ "backend_lookup", ext_backend_lookup, METH_VARARGS,
		"backend_lookup(name) -> function, or None for a backend of C's" },
	{ "backend_list", ext_backend_list, METH_VARARGS, "backend_list(excluded tags) -> list" },
	{ "version", ext_version, METH_NOARGS, "version() -> str" },
	{ NULL, NULL, 0, NULL },
};
static struct PyModuleDef module = {
	PyModuleDef_HEAD_INIT,
	.m_name = "weft._C",
	.m_doc = "Weft's compiler and runtime.",
	.m_size = -1,
	.m_methods = methods,
};

PyMODINIT_FUNC PyInit__C(void);
PyMODINIT_FUNC PyInit__C(void)
{
	return PyModule_Create(&module);
}
