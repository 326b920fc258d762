/* raise.c -- Weft's errors as Python's exceptions, and back. */
#include "bind/python/ext.h"
#include <stdio.h>
#include <string.h>

/* The last exception that became an error on this thread, and that error. */
static _Thread_local struct {
	const struct weft_error *error;
	PyObject *type, *value, *trace;
} kept;

static void forget(void)
{
	Py_CLEAR(kept.type);
	Py_CLEAR(kept.value);
	Py_CLEAR(kept.trace);
	kept.error = NULL;
}

struct weft_error *ext_keep_exception(enum weft_code code, const char *what)
{
	PyObject *type, *value, *trace;
	char text[1024];

	PyErr_Fetch(&type, &value, &trace);
	PyErr_NormalizeException(&type, &value, &trace);
	PyObject *s = value ? PyObject_Repr(value) : NULL;
	const char *words = s ? PyUnicode_AsUTF8AndSize(s, NULL) : NULL;
	snprintf(text, sizeof text, "%s%s", what, words ? words : "an exception");
	Py_XDECREF(s);
	PyErr_Clear();
	forget();
	kept.type = type;
	kept.value = value;
	kept.trace = trace;
	struct weft_error *e = weft_bind_table.fail(code, text);
	kept.error = e;
	return e;
}

/* Raises the exception e was made of, if it was of one on this thread; false: it was not. */
static bool raise_kept(const struct weft_error *e)
{
	bool own = e && e == kept.error;

	if (own) {
		PyErr_Restore(kept.type, kept.value, kept.trace);
		kept.type = kept.value = kept.trace = NULL;
	}
	forget();
	return own;
}

/* What torch.linalg's own functions raise; NULL: torch has no such class. */
static PyObject *linalg_error(void)
{
	PyObject *module = PyImport_ImportModule("torch._C");
	PyObject *type = module ? PyObject_GetAttrString(module, "_LinAlgError") : NULL;

	Py_XDECREF(module);
	PyErr_Clear();
	return type;
}

/* Some of torch's operators raise the one where an index is no place, some the other. */
static PyObject *index_error(void)
{
	static PyObject *type;
	PyObject *bases = type ? NULL : PyTuple_Pack(2, PyExc_IndexError, PyExc_RuntimeError);

	if (bases)
		type = PyErr_NewException("weft.IndexError", bases, NULL);
	Py_XDECREF(bases);
	Py_XINCREF(type);
	return type;
}

void ext_raise(struct weft_error *e)
{
	PyObject *type = PyExc_RuntimeError, *own = NULL;

	if (raise_kept(e)) {
		weft_error_free(e);
		return;
	}
	switch (weft_error_code(e)) {
	case WEFT_UNIMPLEMENTED: type = PyExc_NotImplementedError; break;
	case WEFT_INVALID_ARGUMENT:
	case WEFT_ALREADY_EXISTS:
	case WEFT_NOT_FOUND: type = PyExc_ValueError; break;
	case WEFT_RESOURCE_EXHAUSTED: type = PyExc_MemoryError; break;
	case WEFT_OUT_OF_RANGE: own = index_error(); break;
	case WEFT_FAILED_PRECONDITION:
		if (strstr(weft_error_text(e), "linalg.") && !strstr(weft_error_text(e), "U["))
			own = linalg_error();
		break;
	default: break;
	}
	PyErr_SetString(own ? own : type, weft_error_text(e));
	Py_XDECREF(own);
	weft_error_free(e);
}
