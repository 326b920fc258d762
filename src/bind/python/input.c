/* input.c -- arguments of a compiled graph: what the program says of each, and the tensor of a call
 * as that.
 *
 * An argument is handed over where it lies if it lies as the program was compiled for: dense, in
 * some order of its dimensions, or, where it is a part of a tensor, with certain strides: the
 * program then takes its memory, from the first element to the last, as one dimension.  Else it is
 * copied into memory like that, by all threads. */
#include "bind/python/ext.h"
#include <string.h>

#define COPY_CHUNK 32768                 /* bytes, about */

/* ---- copies --------------------------------------------------------------------------------- */

/* Elements of `size` bytes between two places; strides are in bytes, the outermost dimension
 * first.  `rows` are all dimensions but the last. */
struct copying {
	char *to;
	const char *from;
	size_t size;
	uint32_t n;
	int64_t shape[EXT_MAX_RANK + 1], to_step[EXT_MAX_RANK + 1], from_step[EXT_MAX_RANK + 1];
	int64_t rows, rows_a_chunk;
};

/* A further dimension inside of those that are there, joined with the last where they nest. */
static void copying_add(struct copying *c, int64_t n, int64_t to, int64_t from)
{
	if (n == 1)
		return;
	if (c->n && c->to_step[c->n - 1] == n * to && c->from_step[c->n - 1] == n * from)
		n *= c->shape[--c->n];
	c->shape[c->n] = n;
	c->to_step[c->n] = to;
	c->from_step[c->n++] = from;
}

static void copy_row(const struct copying *c, char *to, const char *from, int64_t n, int64_t step,
	int64_t from_step)
{
	if (step == from_step && step == (int64_t)c->size) {
		memcpy(to, from, (size_t)n * c->size);
		return;
	}
	switch (c->size) {
	case 1:
		for (int64_t i = 0; i < n; i++)
			to[i * step] = from[i * from_step];
		return;
	case 2:
		for (int64_t i = 0; i < n; i++)
			memcpy(to + i * step, from + i * from_step, 2);
		return;
	case 4:
		for (int64_t i = 0; i < n; i++)
			memcpy(to + i * step, from + i * from_step, 4);
		return;
	case 8:
		for (int64_t i = 0; i < n; i++)
			memcpy(to + i * step, from + i * from_step, 8);
		return;
	default:
		for (int64_t i = 0; i < n; i++)
			memcpy(to + i * step, from + i * from_step, c->size);
	}
}

static void copy_chunks(void *arg, int64_t first, int64_t last, unsigned char *scratch)
{
	const struct copying *c = arg;
	uint32_t inner = c->n - 1;
	int64_t row = first * c->rows_a_chunk, end = last * c->rows_a_chunk;

	(void)scratch;
	for (end = end < c->rows ? end : c->rows; row < end; row++) {
		char *to = c->to;
		const char *from = c->from;
		int64_t rest = row;
		for (uint32_t k = inner; k-- > 0;) {
			to += rest % c->shape[k] * c->to_step[k];
			from += rest % c->shape[k] * c->from_step[k];
			rest /= c->shape[k];
		}
		copy_row(c, to, from, c->shape[inner], c->to_step[inner], c->from_step[inner]);
	}
}

/* x: whose threads do it; NULL: this one. */
static void copying_run(struct copying *c, const struct weft_executable *x)
{
	if (!c->n)
		copying_add(c, 2, 0, 0); /* the one element, twice */
	c->rows = 1;
	for (uint32_t k = 0; k + 1 < c->n; k++)
		c->rows *= c->shape[k];
	int64_t bytes = c->shape[c->n - 1] * (int64_t)c->size;
	c->rows_a_chunk = bytes < COPY_CHUNK ? COPY_CHUNK / bytes : 1;
	int64_t chunks = (c->rows + c->rows_a_chunk - 1) / c->rows_a_chunk;
	long threads = x && chunks > 1 ? ext_torch_threads() : -1;
	if (PyErr_Occurred()) /* the run asks again */
		PyErr_Clear();
	if (threads >= 0)
		weft_bind_table.parallel(x, (unsigned)threads, copy_chunks, c, chunks);
	else
		copy_chunks(c, 0, chunks, NULL);
}

/* The stride of v's dimension d, in elements. */
static int64_t stride_of(const struct dl_tensor *v, int32_t d)
{
	int64_t dense = 1;

	if (v->strides)
		return v->strides[d];
	for (int32_t i = v->ndim; --i > d;)
		dense *= v->shape[i];
	return dense;
}

static int64_t elements_of(const struct dl_tensor *v)
{
	int64_t n = 1;

	for (int32_t k = 0; k < v->ndim; k++)
		n *= v->shape[k];
	return n;
}

static void copy_dense(void *to, const struct dl_tensor *v, const int64_t *order,
	const struct weft_executable *x)
{
	struct copying c = { .to = to, .from = v->data, .size = (size_t)(v->dtype.bits + 7) / 8 };
	int64_t step = elements_of(v) * (int64_t)c.size;

	if (!step)
		return;
	for (int32_t k = 0; k < v->ndim; k++) {
		int32_t d = order ? (int32_t)order[k] : k;
		step /= v->shape[d];
		copying_add(&c, v->shape[d], step, stride_of(v, d) * (int64_t)c.size);
	}
	copying_run(&c, x);
}

void ext_copy_strided(void *to, const struct dl_tensor *v)
{
	copy_dense(to, v, NULL, NULL);
}

/* ---- the tensor of a call ------------------------------------------------------------------- */

/* *c: memory of so many elements. */
static bool new_memory(const struct dl_tensor *v, int64_t elements, struct storage **c)
{
	struct weft_error *e = weft_bind_table.storage_create(
		(size_t)elements * ((size_t)(v->dtype.bits + 7) / 8), c);

	if (e)
		ext_raise(e);
	return !e;
}

/* The strides that the program was compiled for, of the dimensions in in->order, and how many
 * elements they span. */
static int64_t strides_wanted(const struct ext_input *in, const struct dl_tensor *v, int64_t *out)
{
	int64_t span = 1, next = 1;

	for (uint32_t k = in->nparts; k-- > 0;) {
		int64_t n = v->shape[in->order[k]];
		out[k] = in->strides[k] ? in->strides[k] : next;
		next = n * out[k];
		span += (n - 1) * out[k];
	}
	return span;
}

/* Is v of the sizes that the program was compiled for, and one place in memory along all that it
 * did not see as a dimension there?  false: exception set. */
static bool fits(const struct ext_input *in, const struct dl_tensor *v)
{
	uint64_t parts = 0;

	for (uint32_t k = 0; k < in->nparts; k++)
		parts |= 1ull << in->order[k];
	for (uint32_t d = 0; d < in->rank; d++) {
		bool same = in->sizes[d] < 0 ? v->shape[d] > 0 : v->shape[d] == in->sizes[d];
		same &= parts >> d & 1 || v->shape[d] == 1 || stride_of(v, (int32_t)d) == 0;
		if (!same) {
			PyErr_Format(PyExc_ValueError,
				"weft: dimension %u, of %lld with a stride of %lld, is not "
				"what was compiled",
				(unsigned)d, (long long)v->shape[d],
				(long long)stride_of(v, (int32_t)d));
			return false;
		}
	}
	return true;
}

/* A part of a tensor as its memory. */
static bool take_part(const struct ext_input *in, const struct dl_tensor *v, struct run_tensor *t,
	const struct weft_executable *x, struct storage **copy)
{
	int64_t strides[EXT_MAX_RANK], *dims = (int64_t *)(uintptr_t)t->dims;
	bool lies = true;

	if (!fits(in, v))
		return false;
	dims[0] = strides_wanted(in, v, strides);
	*t = (struct run_tensor){
		.dtype = in->dtype, .rank = 1, .dims = dims, .data = v->data
	};
	for (uint32_t k = 0; k < in->nparts; k++) {
		int32_t d = (int32_t)in->order[k];
		lies &= v->shape[d] == 1 || stride_of(v, d) == strides[k];
	}
	if (lies)
		return true;
	struct copying c = { .from = v->data, .size = (size_t)(v->dtype.bits + 7) / 8 };
	int64_t size = (int64_t)c.size;
	if (!new_memory(v, dims[0], copy))
		return false;
	t->data = c.to = (*copy)->data;
	for (uint32_t k = 0; k < in->nparts; k++) {
		int32_t d = (int32_t)in->order[k];
		copying_add(&c, v->shape[d], strides[k] * size, stride_of(v, d) * size);
	}
	copying_run(&c, x);
	return true;
}

bool ext_input_take(const struct ext_input *in, const struct dl_tensor *v, struct run_tensor *t,
	const struct weft_executable *x, struct storage **copy)
{
	const int64_t *order = in->ordered ? in->order : NULL;
	int64_t *dims = (int64_t *)(uintptr_t)t->dims;

	if (in->part)
		return take_part(in, v, t, x, copy);
	*t = (struct run_tensor){
		.dtype = in->dtype, .rank = (uint32_t)v->ndim, .dims = v->shape, .data = v->data
	};
	if (order) {
		for (int32_t k = 0; k < v->ndim; k++)
			dims[k] = v->shape[order[k]];
		t->dims = dims;
	}
	if (ext_is_dense(v, order))
		return true;
	if (!new_memory(v, elements_of(v), copy))
		return false;
	t->data = (*copy)->data;
	copy_dense(t->data, v, order, x);
	return true;
}

/* ---- what the program says ------------------------------------------------------------------ */

bool ext_read_numbers(PyObject *o, int64_t *out, uint32_t *n, bool *given)
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

/* Are these n different ones of so many dimensions? */
static bool are_dimensions(const int64_t *order, uint32_t n, uint32_t of)
{
	uint64_t seen = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (order[i] < 0 || order[i] >= of || seen >> order[i] & 1)
			return false;
		seen |= 1ull << order[i];
	}
	return true;
}

bool ext_is_permutation(const int64_t *order, uint32_t n)
{
	return are_dimensions(order, n, n);
}

/* Behind the order the strides of a part of a tensor, and its sizes. */
static bool read_part(PyObject *o, struct ext_input *in)
{
	uint32_t n, nparts = in->rank;
	bool given;

	in->nparts = nparts;
	in->part = true;
	if (!ext_read_numbers(PyTuple_GetItem(o, 3), in->strides, &n, &given) ||
		!ext_read_numbers(PyTuple_GetItem(o, 4), in->sizes, &in->rank, &given))
		return false;
	given &= n == nparts && are_dimensions(in->order, nparts, in->rank);
	for (uint32_t k = 0; given && k < n; k++)
		given = in->strides[k] >= 0;
	if (!given)
		PyErr_SetString(PyExc_ValueError, "weft: no strides of a part of a tensor");
	return given;
}

bool ext_input_read(PyObject *o, struct ext_input *in)
{
	PyObject *kind = PyTuple_GetItem(o, 0);
	const char *s = kind ? PyUnicode_AsUTF8AndSize(kind, NULL) : NULL;

	if (!s)
		return false;
	in->kind = *s == 't' ? EXT_TENSOR : *s == 's' ? EXT_SIZE : EXT_IGNORED;
	if (in->kind != EXT_TENSOR)
		return true;
	const char *dtype = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(o, 1), NULL);
	if (!dtype ||
		!ext_read_numbers(PyTuple_GetItem(o, 2), in->order, &in->rank, &in->ordered))
		return false;
	in->dtype = !strcmp(dtype, "c64")    ? WEFT_C64
		    : !strcmp(dtype, "c128") ? WEFT_C128
					     : weft_dtype_find(dtype);
	if (in->ordered && PyTuple_Size(o) == 5 && !read_part(o, in))
		return false;
	if (!ext_dl_dtype(in->dtype, &in->dl) ||
		(in->ordered && !in->part && !ext_is_permutation(in->order, in->rank))) {
		PyErr_SetString(PyExc_ValueError, "weft: no such element type, or no permutation");
		return false;
	}
	return true;
}
