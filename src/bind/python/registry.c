/* registry.c -- the table of backends for Python: functions of Python's under names of the one
 * table.
 *
 * The table keeps a reference to every function and entry point for good.  An entry point is
 * loaded by weft._registry.load, with the GIL, whoever looks the name up; where that is Python,
 * its exception goes through as it is. */
#include "bind/python/ext.h"
#include <string.h>

static _Thread_local bool asked_by_python;

PyObject *ext_backend_register(PyObject *self, PyObject *args)
{
	const char *name, *tags;
	PyObject *function;

	(void)self;
	if (!PyArg_ParseTuple(args, "ssO", &name, &tags, &function))
		return NULL;
	struct weft_error *e = weft_bind_table.backend_register(name, tags, function);
	if (e) {
		ext_raise(e);
		return NULL;
	}
	Py_INCREF(function);
	Py_RETURN_NONE;
}

/* The pending exception as an error. */
static struct weft_error *error_of_exception(void)
{
	PyObject *type, *value, *trace;

	PyErr_Fetch(&type, &value, &trace);
	PyErr_NormalizeException(&type, &value, &trace);
	PyObject *text = value ? PyObject_Str(value) : NULL;
	const char *s = text ? PyUnicode_AsUTF8AndSize(text, NULL) : NULL;
	struct weft_error *e = weft_bind_table.fail(
		WEFT_FAILED_PRECONDITION, s ? s : "an entry point cannot be loaded");
	Py_XDECREF(text);
	if (asked_by_python) {
		PyErr_Restore(type, value, trace);
		return e;
	}
	PyErr_Clear();
	Py_XDECREF(type);
	Py_XDECREF(value);
	Py_XDECREF(trace);
	return e;
}

static struct weft_error *load(void *entry, void **function, char **path)
{
	PyGILState_STATE gil = PyGILState_Ensure();
	struct weft_error *e = NULL;
	PyObject *module = PyImport_ImportModule("weft._registry");
	PyObject *found =
		module ? PyObject_CallMethod(module, "load", "O", (PyObject *)entry) : NULL;

	Py_XDECREF(module);
	if (!found) {
		e = error_of_exception();
	} else if (PyUnicode_Check(found)) {
		const char *text = PyUnicode_AsUTF8AndSize(found, NULL);
		*path = text ? weft_bind_table.text_copy(text) : NULL;
		Py_DECREF(found);
		if (!*path)
			e = weft_bind_table.fail(
				WEFT_INVALID_ARGUMENT, "the path of a plug-in is no text");
		PyErr_Clear();
	} else {
		*function = found;           /* the table's */
	}
	PyGILState_Release(gil);
	return e;
}

PyObject *ext_backend_announce(PyObject *self, PyObject *args)
{
	const char *name;
	PyObject *entry;

	(void)self;
	if (!PyArg_ParseTuple(args, "sO", &name, &entry))
		return NULL;
	Py_INCREF(entry);
	struct weft_error *e = weft_bind_table.backend_announce(name, load, entry);
	if (e) {
		Py_DECREF(entry);
		ext_raise(e);
		return NULL;
	}
	Py_RETURN_NONE;
}

PyObject *ext_backend_lookup(PyObject *self, PyObject *args)
{
	const char *name;
	void *function = NULL;

	(void)self;
	if (!PyArg_ParseTuple(args, "s", &name))
		return NULL;
	asked_by_python = true;
	struct weft_error *e = weft_bind_table.backend_lookup(name, &function);
	asked_by_python = false;
	if (e && PyErr_Occurred()) {
		weft_error_free(e);
		return NULL;
	}
	if (e && weft_error_code(e) == WEFT_NOT_FOUND &&
		!strncmp(weft_error_text(e), "no backend", 10)) {
		PyErr_SetString(PyExc_KeyError, weft_error_text(e));
		weft_error_free(e);
		return NULL;
	}
	if (e) {
		ext_raise(e);
		return NULL;
	}
	PyObject *o = function ? function : Py_None;
	Py_INCREF(o);
	return o;
}

PyObject *ext_backend_list(PyObject *self, PyObject *args)
{
	const char *exclude;
	char *text;

	(void)self;
	if (!PyArg_ParseTuple(args, "s", &exclude))
		return NULL;
	struct weft_error *e = weft_backend_list(exclude, &text);
	if (e) {
		ext_raise(e);
		return NULL;
	}
	PyObject *all = PyUnicode_FromString(text), *list = NULL;
	weft_text_free(text);
	if (all)
		list = PyObject_CallMethod(all, "split", NULL);
	Py_XDECREF(all);
	return list;
}
