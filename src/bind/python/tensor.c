/* tensor.c -- torch tensors as memory and back, through DLPack's exchange table, and views of them.
 *
 * The table checks almost nothing, so this does: device, element type, memory where there are
 * elements.  A tensor handed out owns one reference to Weft's storage, given back by its
 * deleter. */
#include "bind/python/ext.h"
#include <stdlib.h>
#include <string.h>

static const struct {
	enum weft_dtype dtype;
	uint8_t code, bits;
} table[] = {
	{ WEFT_I1, DL_BOOL, 8 },
	{ WEFT_I8, DL_INT, 8 },
	{ WEFT_I16, DL_INT, 16 },
	{ WEFT_I32, DL_INT, 32 },
	{ WEFT_I64, DL_INT, 64 },
	{ WEFT_UI8, DL_UINT, 8 },
	{ WEFT_UI16, DL_UINT, 16 },
	{ WEFT_UI32, DL_UINT, 32 },
	{ WEFT_UI64, DL_UINT, 64 },
	{ WEFT_F16, DL_FLOAT, 16 },
	{ WEFT_F32, DL_FLOAT, 32 },
	{ WEFT_F64, DL_FLOAT, 64 },
	{ WEFT_BF16, DL_BFLOAT, 16 },
	{ WEFT_C64, DL_COMPLEX, 64 },
	{ WEFT_C128, DL_COMPLEX, 128 },
	{ WEFT_F8E3M4, DL_F8E3M4, 8 },
	{ WEFT_F8E4M3, DL_F8E4M3, 8 },
	{ WEFT_F8E4M3B11FNUZ, DL_F8E4M3B11FNUZ, 8 },
	{ WEFT_F8E4M3FN, DL_F8E4M3FN, 8 },
	{ WEFT_F8E4M3FNUZ, DL_F8E4M3FNUZ, 8 },
	{ WEFT_F8E5M2, DL_F8E5M2, 8 },
	{ WEFT_F8E5M2FNUZ, DL_F8E5M2FNUZ, 8 },
	{ WEFT_F8E8M0FNU, DL_F8E8M0FNU, 8 },
};

enum weft_dtype ext_dtype(struct dl_dtype t)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (t.lanes == 1 && table[i].code == t.code && table[i].bits == t.bits)
			return table[i].dtype;
	return WEFT_INVALID_DTYPE;
}

bool ext_dl_dtype(enum weft_dtype t, struct dl_dtype *out)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].dtype == t) {
			*out = (struct dl_dtype){ table[i].code, table[i].bits, 1 };
			return true;
		}
	return false;
}

/* ---- out ------------------------------------------------------------------------------------- */

struct handed {
	struct dl_managed managed;
	struct storage *storage; /* NULL: borrowed memory */
	int64_t dims[]; /* shape, strides */
};

static void handed_free(struct dl_managed *m)
{
	struct handed *h = (struct handed *)m;

	weft_bind_table.storage_release(h->storage);
	free(h);
}

static PyObject *hand_over(struct storage *s, void *data, enum weft_dtype dtype, uint32_t rank,
	const int64_t *dims, const int64_t *strides)
{
	struct handed *h = malloc(sizeof *h + 2 * rank * sizeof *h->dims);
	void *object = NULL;

	if (!h) {
		weft_bind_table.storage_release(s);
		return PyErr_NoMemory();
	}
	memset(&h->managed, 0, sizeof h->managed);
	h->storage = s;
	if (rank) {
		memcpy(h->dims, dims, rank * sizeof *dims);
		memcpy(h->dims + rank, strides, rank * sizeof *strides);
	}
	h->managed.version = ext_torch.exchange->version;
	h->managed.deleter = handed_free;
	h->managed.tensor = (struct dl_tensor){
		.data = data,
		.ndim = (int32_t)rank,
		.shape = h->dims,
		.strides = h->dims + rank,
		.device = { DL_CPU, 0 },
	};
	if (!ext_dl_dtype(dtype, &h->managed.tensor.dtype)) {
		handed_free(&h->managed);
		PyErr_SetString(PyExc_NotImplementedError,
			"weft: torch has no tensors of this element type");
		return NULL;
	}
	if (ext_torch.exchange->object_from_managed(&h->managed, &object)) {
		handed_free(&h->managed);
		return NULL;
	}
	return object;
}

/* A tensor like t, which has no elements, over memory of torch's, which `out=` and resize_ may
 * grow.  Takes t. */
static PyObject *of_torch(PyObject *t)
{
	PyObject *shape = PyObject_GetAttrString(t, "shape");
	PyObject *strides = shape ? PyObject_CallMethod(t, "stride", NULL) : NULL;
	PyObject *out = NULL;

	if (strides)
		out = PyObject_CallMethod(t, "new_empty_strided", "OO", shape, strides);
	Py_XDECREF(shape);
	Py_XDECREF(strides);
	Py_DECREF(t);
	return out;
}

PyObject *ext_tensor_over(struct storage *s, void *data, enum weft_dtype dtype, uint32_t rank,
	const int64_t *dims, const int64_t *strides)
{
	PyObject *t = hand_over(s, data, dtype, rank, dims, strides);

	for (uint32_t i = 0; t && i < rank; i++)
		if (!dims[i])
			return of_torch(t);
	return t;
}

PyObject *ext_tensor_borrowed(void *data, enum weft_dtype dtype, uint32_t rank, const int64_t *dims)
{
	int64_t strides[EXT_MAX_RANK], step = 1;

	for (uint32_t i = rank; i-- > 0 && i < EXT_MAX_RANK;) {
		strides[i] = step;
		step *= dims[i] ? dims[i] : 1;
	}
	return hand_over(NULL, data, dtype, rank, dims, strides);
}

/* ---- in -------------------------------------------------------------------------------------- */

size_t ext_span(const struct dl_tensor *v)
{
	size_t bytes = (size_t)(v->dtype.bits + 7) / 8, last = 0;

	for (int32_t k = 0; k < v->ndim; k++) {
		if (!v->shape[k])
			return 0;
		last += v->strides ? (size_t)((v->shape[k] - 1) * v->strides[k]) : 0;
	}
	if (v->strides)
		return bytes * (last + 1);
	for (int32_t k = 0; k < v->ndim; k++)
		bytes *= (size_t)v->shape[k];
	return bytes;
}

/* The place of object's `_cdata`.  To ask for the attribute takes .08 us in a loop and .3 to .7 us
 * in a program, which has other code in the caches.  NULL: exception set. */
static void *tensor_of(PyObject *object)
{
	if (ext_torch.cdata_at >= 0)
		return *(void **)(void *)((char *)object + ext_torch.cdata_at);
	PyObject *type = (PyObject *)Py_TYPE(object);
	PyObject *address = ext_torch.cdata_get(ext_torch.cdata, object, type);
	void *tensor = address ? PyLong_AsVoidPtr(address) : NULL;

	Py_XDECREF(address);
	return tensor;
}

/* Does the storage end behind all elements?  It need not: whoever resizes a storage leaves the
 * tensors in it as they are, and DLPack does not say how large it is. */
static bool within_storage(PyObject *object, const struct dl_tensor *v)
{
	size_t size = (size_t)(v->dtype.bits + 7) / 8, span = ext_span(v);
	void *tensor = tensor_of(object);
	int64_t bytes, first;

	if (!tensor)
		return false;
	if (ext_torch.storage_size(&tensor, &bytes) || ext_torch.storage_offset(&tensor, &first)) {
		PyErr_SetString(PyExc_ValueError, "weft: an argument has no storage");
		return false;
	}
	size_t have = (size_t)bytes, end = span + size * (size_t)first;
	if (!span || end <= have)
		return true;
	PyErr_Format(PyExc_ValueError,
		"weft: an argument needs %zu bytes of its storage, which was resized to %zu", end,
		have);
	return false;
}

bool ext_view(PyObject *object, struct dl_tensor *out, PyObject **owned)
{
	PyObject *type = (PyObject *)Py_TYPE(object);

	*owned = NULL;
	if (type != ext_torch.tensor_type && type != ext_torch.parameter_type) {
		*owned = PyObject_CallFunctionObjArgs(ext_torch.plain, object, NULL);
		if (!*owned)
			return false;
		object = *owned;
	}
	if (ext_torch.exchange->tensor_from_object(object, out))
		return false;
	if (out->device.type != DL_CPU) {
		PyErr_SetString(PyExc_ValueError, "weft: an argument is not on the CPU");
		return false;
	}
	bool empty = false;
	for (int32_t i = 0; i < out->ndim; i++)
		empty |= out->shape[i] == 0;
	if (!out->data && !empty) {
		PyErr_SetString(PyExc_ValueError,
			"weft: an argument has no memory (a fake tensor, or freed)");
		return false;
	}
	if (!within_storage(object, out))
		return false;
	if (out->ndim > EXT_MAX_RANK) {
		PyErr_SetString(PyExc_ValueError, "weft: an argument has too many dimensions");
		return false;
	}
	out->data = (char *)out->data + out->byte_offset;
	return true;
}

struct storage *ext_let_go(PyObject **object, const void *data)
{
	struct storage *s = Py_REFCNT(*object) == 1 ? weft_bind_table.storage_find(data) : NULL;
	PyObject *gone = *object;

	if (s) {
		*object = NULL;
		Py_DECREF(gone);
	}
	return s;
}

bool ext_is_dense(const struct dl_tensor *t, const int64_t *order)
{
	int64_t step = 1;

	if (!t->strides)
		return !order;
	for (int32_t i = t->ndim; i-- > 0;) {
		int64_t d = order ? order[i] : i;
		if (t->shape[d] == 0)
			return true;
		if (t->shape[d] != 1 && t->strides[d] != step)
			return false;
		step *= t->shape[d];
	}
	return true;
}

/* ---- views ----------------------------------------------------------------------------------- */

static bool is_number(PyObject *v, uint32_t nresults)
{
	unsigned long i;

	if (!PyTuple_Check(v))
		return PyLong_Check(v);
	if (PyTuple_Size(v) != 1 || !PyLong_Check(PyTuple_GetItem(v, 0)))
		return false;
	i = PyLong_AsUnsignedLong(PyTuple_GetItem(v, 0));
	return i < nresults; /* the error is ULONG_MAX */
}

static bool are_numbers(PyObject *list, uint32_t nresults)
{
	bool all = PyTuple_Check(list);

	for (Py_ssize_t i = 0; all && i < PyTuple_Size(list); i++)
		all = is_number(PyTuple_GetItem(list, i), nresults);
	return all;
}

bool ext_is_place(PyObject *place, uint32_t nresults)
{
	Py_ssize_t n = PyTuple_Size(place);

	return (n == 3 || n == 4) && are_numbers(PyTuple_GetItem(place, 0), nresults) &&
	       are_numbers(PyTuple_GetItem(place, 1), nresults) &&
	       is_number(PyTuple_GetItem(place, 2), nresults);
}

/* A new reference. */
static PyObject *number(PyObject *v, const struct run_tensor *results)
{
	if (!PyTuple_Check(v)) {
		Py_INCREF(v);
		return v;
	}
	unsigned long i = PyLong_AsUnsignedLong(PyTuple_GetItem(v, 0));
	return PyLong_FromLongLong(*(const int64_t *)results[i].data);
}

/* list itself where it is of numbers alone: a new reference. */
static PyObject *numbers(PyObject *list, const struct run_tensor *results)
{
	Py_ssize_t n = PyTuple_Size(list), sizes = 0;

	for (Py_ssize_t i = 0; i < n; i++)
		sizes += PyTuple_Check(PyTuple_GetItem(list, i));
	if (!sizes) {
		Py_INCREF(list);
		return list;
	}
	PyObject *out = PyTuple_New(n);
	for (Py_ssize_t i = 0; out && i < n; i++) {
		PyObject *v = number(PyTuple_GetItem(list, i), results);
		if (!v || PyTuple_SetItem(out, i, v)) {
			Py_DECREF(out);
			return NULL;
		}
	}
	return out;
}

/* view as that dtype.  It is no view to torch, which would make it again as one of view's dtype.
 * Takes view. */
static PyObject *of_dtype(PyObject *view, PyObject *dtype)
{
	PyObject *other = PyObject_CallMethod(view, "view", "O", dtype);
	PyObject *out = other ? PyObject_CallMethod(other, "detach", NULL) : NULL;

	Py_XDECREF(other);
	Py_DECREF(view);
	return out;
}

PyObject *ext_view_at(PyObject *of, PyObject *place, const struct run_tensor *results)
{
	PyObject *at = PyObject_CallMethod(of, "storage_offset", NULL);
	PyObject *offset = at ? number(PyTuple_GetItem(place, 2), results) : NULL;
	PyObject *shape = offset ? numbers(PyTuple_GetItem(place, 0), results) : NULL;
	PyObject *strides = shape ? numbers(PyTuple_GetItem(place, 1), results) : NULL;
	PyObject *view = NULL;

	if (strides)
		view = PyObject_CallMethod(of, "as_strided", "OOL", shape, strides,
			PyLong_AsLongLong(at) + PyLong_AsLongLong(offset));
	Py_XDECREF(at);
	Py_XDECREF(offset);
	Py_XDECREF(shape);
	Py_XDECREF(strides);
	return view && PyTuple_Size(place) == 4 ? of_dtype(view, PyTuple_GetItem(place, 3)) : view;
}
