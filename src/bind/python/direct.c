/* direct.c -- a small graph called with its arguments one by one: direct(a, b, ...) -> list.
 *
 * What torch.compile's result is for a graph whose AOTAutograd wrappers would do nothing but make a
 * list of the arguments: ten frames of Python's, which take longer than a small graph.  It has
 * attributes, as functions have: torch writes and reads them. */
#include "bind/python/ext.h"
#include <stddef.h>
#include <structmember.h>

#ifndef Py_TPFLAGS_HAVE_VECTORCALL
#define Py_TPFLAGS_HAVE_VECTORCALL (1UL << 11)
#endif

struct direct {
	PyObject_HEAD
	PyObject *(*call)(PyObject *self, PyObject *const *args, size_t nargs, PyObject *keywords);
	PyObject *dict, *graph;
};

static PyObject *direct_type;

static PyObject *no_keywords(void)
{
	PyErr_SetString(PyExc_TypeError, "weft: a graph takes no keywords");
	return NULL;
}

static PyObject *direct_vectorcall(
	PyObject *self, PyObject *const *args, size_t nargs, PyObject *keywords)
{
	size_t n = nargs & ~((size_t)1 << (8 * sizeof n - 1)); /* PyVectorcall_NARGS */

	if (keywords && PyTuple_Size(keywords))
		return no_keywords();
	return ext_graph_call(((struct direct *)self)->graph, args, (Py_ssize_t)n);
}

static PyObject *direct_call(PyObject *self, PyObject *args, PyObject *keywords)
{
	Py_ssize_t n = PyTuple_Size(args);
	PyObject **items, *results;

	if (keywords && PyDict_Size(keywords))
		return no_keywords();
	items = PyMem_Malloc((size_t)(n + 1) * sizeof *items);
	if (!items)
		return PyErr_NoMemory();
	for (Py_ssize_t i = 0; i < n; i++)
		items[i] = PyTuple_GetItem(args, i);
	results = ext_graph_call(((struct direct *)self)->graph, items, n);
	PyMem_Free(items);
	return results;
}

PyObject *ext_direct(PyObject *graph, void *unused)
{
	struct direct *d;

	(void)unused;
	if (!ext_graph_is_small(graph)) {
		Py_INCREF(Py_None);
		return Py_None;
	}
	d = PyObject_GC_New(struct direct, (PyTypeObject *)direct_type);
	if (!d)
		return NULL;
	d->call = direct_vectorcall;
	d->dict = NULL;
	d->graph = graph;
	Py_INCREF(graph);
	PyObject_GC_Track((PyObject *)d);
	return (PyObject *)d;
}

static int direct_traverse(PyObject *self, visitproc visit, void *arg)
{
	Py_VISIT(Py_TYPE(self));
	Py_VISIT(((struct direct *)self)->dict);
	Py_VISIT(((struct direct *)self)->graph);
	return 0;
}

static int direct_clear(PyObject *self)
{
	Py_CLEAR(((struct direct *)self)->dict);
	return 0;
}

static void direct_dealloc(PyObject *self)
{
	PyTypeObject *type = Py_TYPE(self);

	PyObject_GC_UnTrack(self);
	direct_clear(self);
	Py_DECREF(((struct direct *)self)->graph);
	PyObject_GC_Del(self);
	Py_DECREF(type);
}

static PyMemberDef members[] = {
	{ "__vectorcalloffset__", T_PYSSIZET, offsetof(struct direct, call), READONLY, NULL },
	{ "__dictoffset__", T_PYSSIZET, offsetof(struct direct, dict), READONLY, NULL },
	{ NULL, 0, 0, 0, NULL },
};
static PyGetSetDef getset[] = {
	{ "__dict__", PyObject_GenericGetDict, NULL, NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};
static PyType_Slot slots[] = {
	{ Py_tp_call, (void *)(uintptr_t)direct_call },
	{ Py_tp_traverse, (void *)(uintptr_t)direct_traverse },
	{ Py_tp_clear, (void *)(uintptr_t)direct_clear },
	{ Py_tp_dealloc, (void *)(uintptr_t)direct_dealloc },
	{ Py_tp_members, members },
	{ Py_tp_getset, getset },
	{ Py_tp_doc, "A compiled graph called with its arguments: direct(a, b, ...) -> list." },
	{ 0, NULL },
};
static PyType_Spec spec = {
	.name = "weft._C.Direct",
	.basicsize = sizeof(struct direct),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_HAVE_GC |
		 Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
	.slots = slots,
};

bool ext_direct_init(PyObject *module)
{
	direct_type = PyType_FromSpec(&spec);
	if (!direct_type)
		return false;
	Py_INCREF(direct_type);
	if (!PyModule_AddObject(module, "Direct", direct_type))
		return true;
	Py_DECREF(direct_type);
	return false;
}
