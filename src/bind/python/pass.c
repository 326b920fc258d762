/* pass.c -- passes of the user's that are Python functions of a text (weft/pass.h).
 *
 * A version of the program may be compiled later, on a thread of the library's: so functions stay
 * with the process, which the caller of compile() sees to. */
#include "bind/python/ext.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text a call gave, copied; None: unchanged. */
static struct weft_error *result_text(PyObject *result, char **out)
{
	Py_ssize_t size;

	if (result == Py_None)
		return NULL;
	const char *s = PyUnicode_AsUTF8AndSize(result, &size);
	if (!s)
		return ext_keep_exception(WEFT_INVALID_ARGUMENT, "");
	if (!(*out = malloc((size_t)size + 1)))
		return weft_error_create(WEFT_RESOURCE_EXHAUSTED, "no memory for a program");
	memcpy(*out, s, (size_t)size + 1);
	return NULL;
}

static void text_free(char *text)
{
	free(text);
}

/* What it raised, with its name in front: what says it already goes on as it is, KeyboardInterrupt
 * too. */
static struct weft_error *raised(PyObject *function)
{
	PyObject *type, *value, *trace, *name;
	char what[128] = "";

	PyErr_Fetch(&type, &value, &trace);
	name = PyObject_GetAttrString(function, "__name__");
	if (name)
		snprintf(what, sizeof what, "pass '%s': ", PyUnicode_AsUTF8AndSize(name, NULL));
	Py_XDECREF(name);
	PyErr_Restore(type, value, trace);
	return ext_keep_exception(WEFT_INVALID_ARGUMENT, what);
}

static struct weft_error *run(void *function, const char *text, size_t size, char **out)
{
	PyGILState_STATE gil = PyGILState_Ensure();
	PyObject *result = PyObject_CallFunction(function, "s#", text, (Py_ssize_t)size);
	struct weft_error *e = result ? result_text(result, out) : raised(function);

	Py_XDECREF(result);
	PyGILState_Release(gil);
	return e;
}

bool ext_add_passes(struct weft_options *o, PyObject *passes)
{
	for (Py_ssize_t i = 0; i < PyTuple_Size(passes); i++) {
		struct weft_pass p = { .run = run, .free_text = text_free };
		int group;
		if (!PyArg_ParseTuple(PyTuple_GetItem(passes, i), "sziOI", &p.name, &p.identity,
			    &group, &p.arg, &p.roles))
			return false;
		p.group = (enum weft_pass_group)group;
		struct weft_error *e = weft_options_add_pass(o, &p);
		if (e) {
			ext_raise(e);
			return false;
		}
	}
	return true;
}
