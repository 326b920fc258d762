/* torch.c -- what the extension knows of torch, which hands it over once. */
#include "bind/python/ext.h"
#include <stdlib.h>
#include <string.h>

struct ext_torch ext_torch;

bool ext_torch_set(PyObject *args)
{
	PyObject *capsule;
	unsigned long long size, offset;
	struct ext_torch t;

	if (!PyArg_ParseTuple(args, "OOOOOOO!KKn", &capsule, &t.tensor_type, &t.parameter_type,
		    &t.plain, &t.resolve, &t.threads, &PyDict_Type, &t.forward_ad, &size, &offset,
		    &t.cdata_at))
		return false;
	memcpy(&t.storage_size, &size, sizeof t.storage_size);
	memcpy(&t.storage_offset, &offset, sizeof t.storage_offset);
	t.cdata = PyObject_GetAttrString(t.tensor_type, "_cdata");
	if (!t.cdata)
		return false;
	*(void **)(void *)&t.cdata_get = PyType_GetSlot(Py_TYPE(t.cdata), Py_tp_descr_get);
	if (!t.cdata_get) {
		PyErr_SetString(PyExc_ImportError, "weft: a tensor's _cdata is no descriptor");
		return false;
	}
	t.exchange = PyCapsule_GetPointer(capsule, "dlpack_exchange_api");
	if (!t.exchange)
		return false;
	if (t.exchange->version.major != 1 || weft_bind_table.version != BIND_VERSION) {
		PyErr_SetString(
			PyExc_ImportError, "weft: a DLPack table or a libweft of another version");
		return false;
	}
	Py_INCREF(t.tensor_type);
	Py_INCREF(t.parameter_type);
	Py_INCREF(t.plain);
	Py_INCREF(t.resolve);
	Py_INCREF(t.threads);
	Py_INCREF(t.forward_ad);
	ext_torch = t;
	return true;
}

long ext_torch_threads(void)
{
	const char *wish = getenv("WEFT_THREADS");

	if (wish && *wish)
		return 0;
	PyObject *n = PyObject_CallNoArgs(ext_torch.threads);
	long threads = n ? PyLong_AsLong(n) : -1;
	Py_XDECREF(n);
	return threads < 0 && !PyErr_Occurred() ? 0 : threads;
}
