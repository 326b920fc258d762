/* callback.c -- host callbacks: Python callables that stand for overloads without a lowering.
 *
 * The callable gets tensors over the step's memory, which are valid during the call only, and gives
 * a sequence of contiguous tensors, which are copied out. */
#include "bind/python/ext.h"
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Raises that fn gave `what`, unlike the graph; fn.where says which operator it is. */
static void wrong_result(PyObject *fn, const char *what)
{
	PyObject *where = PyObject_GetAttrString(fn, "where");

	if (where)
		PyErr_Format(PyExc_ValueError, "%S: %s than the graph says", where, what);
	Py_XDECREF(where);
}

/* Copies tensor, a result of fn, to *out, making memory where the runtime wants some. */
static bool give(PyObject *fn, PyObject *tensor, struct run_tensor *out)
{
	struct dl_tensor t;
	PyObject *owned;
	bool ok = false;

	if (!ext_view(tensor, &t, &owned))
		return false;
	int64_t elements = 1;
	for (int32_t i = 0; i < t.ndim; i++)
		elements *= t.shape[i];
	if (ext_dtype(t.dtype) != out->dtype || (uint32_t)t.ndim != out->rank) {
		wrong_result(fn, "a result of another type");
	} else if (!out->data) {
		struct storage *s;
		struct weft_error *e = weft_bind_table.storage_create(
			(size_t)elements * weft_dtype_size(out->dtype), &s);
		if (e) {
			ext_raise(e);
		} else {
			if (t.ndim)
				memcpy(s->dims, t.shape, (size_t)t.ndim * sizeof *t.shape);
			out->dims = s->dims;
			out->data = s->data;
			out->storage = s;
			ext_copy_strided(out->data, &t);
			ok = true;
		}
	} else {
		ok = true;
		for (int32_t i = 0; i < t.ndim; i++)
			ok &= t.shape[i] == out->dims[i];
		if (ok)
			ext_copy_strided(out->data, &t);
		else
			wrong_result(fn, "a result of another shape");
	}
	Py_XDECREF(owned);
	return ok;
}

static bool call(PyObject *fn, const struct run_tensor *in, uint32_t nin, struct run_tensor *out,
	uint32_t nout)
{
	PyObject *args = PyTuple_New((Py_ssize_t)nin);
	bool ok = args != NULL;

	for (uint32_t i = 0; ok && i < nin; i++) {
		PyObject *t = ext_tensor_borrowed(in[i].data, in[i].dtype, in[i].rank, in[i].dims);
		ok = t && !PyTuple_SetItem(args, (Py_ssize_t)i, t);
	}
	PyObject *results = ok ? PyObject_Call(fn, args, NULL) : NULL;
	ok = results != NULL;
	if (ok && (!PyTuple_Check(results) || PyTuple_Size(results) != (Py_ssize_t)nout)) {
		wrong_result(fn, "another number of results");
		ok = false;
	}
	for (uint32_t i = 0; ok && i < nout; i++)
		ok = give(fn, PyTuple_GetItem(results, (Py_ssize_t)i), &out[i]);
	Py_XDECREF(results);
	Py_XDECREF(args);
	return ok;
}

static struct weft_error *run(
	void *arg, const struct run_tensor *in, uint32_t nin, struct run_tensor *out, uint32_t nout)
{
	PyGILState_STATE gil = PyGILState_Ensure();
	struct weft_error *e = NULL;
	if (!call(arg, in, nin, out, nout))
		e = ext_keep_exception(WEFT_UNKNOWN, "a host callback failed: ");

	PyGILState_Release(gil);
	return e;
}

static void release(void *arg)
{
	PyGILState_STATE gil = PyGILState_Ensure();

	Py_DECREF((PyObject *)arg);
	PyGILState_Release(gil);
}

struct weft_error *ext_stop(void)
{
	struct weft_error *e = NULL;

	if (syscall(SYS_gettid) != getpid() || !Py_IsInitialized())
		return NULL;
	PyGILState_STATE gil = PyGILState_Ensure();
	if (PyErr_CheckSignals())
		e = ext_keep_exception(WEFT_CANCELLED, "interrupted: ");
	PyGILState_Release(gil);
	return e;
}

struct weft_error *ext_resolve(void *arg, const char *space, const char *op, const char *attributes,
	struct run_callback *out)
{
	PyGILState_STATE gil = PyGILState_Ensure();
	struct weft_error *e = NULL;
	PyObject *fn = PyObject_CallFunction(ext_torch.resolve, "sss", space, op, attributes);

	(void)arg;
	if (!fn)
		e = ext_keep_exception(WEFT_UNKNOWN, "a host callback was not found: ");
	else
		*out = (struct run_callback){ run, release, fn };
	PyGILState_Release(gil);
	return e;
}
