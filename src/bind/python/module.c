/* module.c -- weft._C: the module; compile text, reports, options.
 *
 * The stable ABI of CPython 3.11, no torch library.  What compile() gives is graph.c's. */
#include "bind/python/ext.h"

/* ---- compiling ------------------------------------------------------------------------------ */

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

/* compile(backend, name, text, options, inputs, outputs, extra, seed, constants, passes) */
static PyObject *ext_compile(PyObject *self, PyObject *args)
{
	const char *backend, *name, *text;
	Py_ssize_t size;
	PyObject *dict, *passes = NULL, *result = NULL;
	struct ext_signature s = { .seed = Py_None };
	struct weft_options *o = NULL;
	struct weft_executable *x = NULL;
	struct weft_error *e;

	(void)self;
	if (!PyArg_ParseTuple(args, "sss#O!O!O!O!|OO!O!", &backend, &name, &text, &size,
		    &PyDict_Type, &dict, &PyTuple_Type, &s.inputs, &PyTuple_Type, &s.outputs,
		    &PyTuple_Type, &s.extra, &s.seed, &PyTuple_Type, &s.constants, &PyTuple_Type,
		    &passes))
		return NULL;
	if (read_options(dict, &o) && (!passes || ext_add_passes(o, passes))) {
		Py_BEGIN_ALLOW_THREADS e = compile_text(backend, name, text, (size_t)size, o, &x);
		Py_END_ALLOW_THREADS if (e) ext_raise(e);
		else result = ext_graph_new(x, &s);
	}
	weft_options_free(o);
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

static PyObject *ext_report_reset(PyObject *self, PyObject *args)
{
	(void)self, (void)args;
	weft_report_reset();
	Py_RETURN_NONE;
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
	struct weft_executable *x = ext_graph_executable(graph);
	if (!x)
		return NULL;
	struct weft_error *e = weft_executable_explain(x, format, &text);
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

static PyObject *ext_setup(PyObject *self, PyObject *args)
{
	(void)self;
	if (!ext_torch_set(args))
		return NULL;
	struct weft_error *e = weft_bind_table.resolver_set("", ext_resolve, NULL);
	weft_bind_table.stop_set(ext_stop);
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

static PyObject *ext_scrub(PyObject *self, PyObject *on)
{
	(void)self;
	weft_bind_table.memory_scrub(PyObject_IsTrue(on) == 1);
	Py_RETURN_NONE;
}

static PyObject *ext_version(PyObject *self, PyObject *args)
{
	(void)self;
	(void)args;
	return PyUnicode_FromString(weft_version());
}

static PyMethodDef methods[] = {
	{ "compile", ext_compile, METH_VARARGS,
		"compile(backend, name, text, options, inputs, outputs, extra, seed, constants, "
		"passes) -> Graph" },
	{ "refresh", ext_refresh, METH_O, "refresh(set of ids of tensors) -> bindings dropped" },
	{ "report", ext_report, METH_VARARGS, "report(format) -> str" },
	{ "report_reset", ext_report_reset, METH_NOARGS, "report_reset()" },
	{ "options", ext_options, METH_VARARGS, "options(format) -> str" },
	{ "notices", ext_notices, METH_O, "notices(function of a text)" },
	{ "explain", ext_explain, METH_VARARGS, "explain(graph, format) -> str" },
	{ "stablehlo", ext_stablehlo, METH_VARARGS, "stablehlo(name, text) -> str" },
	{ "warm_up", ext_warm_up, METH_NOARGS, "warm_up(): starts the threads of the pool" },
	{ "scrub", ext_scrub, METH_O,
		"scrub(on): for tests, memory that is nobody's is filled with NaN" },
	{ "setup", ext_setup, METH_VARARGS,
		"setup(exchange, Tensor, Parameter, plain, resolve, threads, forward_ad, "
		"storage_size, storage_offset)" },
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
	PyObject *m = PyModule_Create(&module);

	if (m && ext_graph_init(m) && ext_direct_init(m))
		return m;
	Py_XDECREF(m);
	return NULL;
}
