/* ext.h -- shared by the files of the Python extension weft._C. */
#ifndef BIND_PYTHON_EXT_H
#define BIND_PYTHON_EXT_H
#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include "api/bind.h"
#include "bind/python/dlpack.h"
#include <Python.h>
#include <weft/backend.h>
#include <weft/pass.h>

#define EXT_MAX_RANK 32

/* torch.c */
/* Set once by setup(): the exchange table, what an exact tensor is, how to make one of a
 * subclass. */
struct ext_torch {
	const struct dl_exchange *exchange;
	PyObject *tensor_type, *parameter_type;
	PyObject *plain; /* callable: a tensor of a subclass as an exact one */
	PyObject *resolve; /* callable(space, op, attributes) -> callable or None */
	PyObject *threads; /* callable: the number of threads a run may use; 0: C looks on */
	PyObject *forward_ad; /* dict: the names of torch.autograd.forward_ad */
	/* torch's C interface (torch/csrc/inductor/aoti_torch/c/shim.h): of a tensor - the place
	 * of its `_cdata` - the bytes of its storage and its first element there; 0: no error */
	int32_t (*storage_size)(void *tensor, int64_t *bytes);
	int32_t (*storage_offset)(void *tensor, int64_t *elements);
	PyObject *cdata; /* that attribute's descriptor, asked without a look for its name */
	descrgetfunc cdata_get;
	Py_ssize_t cdata_at; /* where in a tensor's object it is read, in bytes; < 0: asked for */
};
extern struct ext_torch ext_torch;
/* From setup's arguments: exchange capsule, Tensor, Parameter, plain, resolve, threads, names of
 * forward_ad, addresses of aoti_torch_get_storage_size and aoti_torch_get_storage_offset, cdata_at.
 * false: exception set. */
bool ext_torch_set(PyObject *args);
/* The number of threads torch is set to; 0: nobody set one, or WEFT_THREADS comes before; -1:
 * exception set. */
long ext_torch_threads(void);

/* raise.c */
/* Raises NotImplementedError, ValueError, MemoryError or RuntimeError with e's text; frees e. */
void ext_raise(struct weft_error *e);
/* The exception that is set, as an error whose text begins with `what` (may be ""); ext_raise on
 * this thread raises the exception itself again. */
struct weft_error *ext_keep_exception(enum weft_code code, const char *what);

/* tensor.c */
enum weft_dtype ext_dtype(struct dl_dtype t); /* WEFT_INVALID_DTYPE: no such */
bool ext_dl_dtype(enum weft_dtype t, struct dl_dtype *out); /* false: torch has none */
/* A new reference to a torch tensor over s's bytes (s is taken) with these sizes and strides. */
PyObject *ext_tensor_over(struct storage *s, void *data, enum weft_dtype dtype, uint32_t rank,
	const int64_t *dims, const int64_t *strides);
/* The same over memory that outlives the tensor by promise. */
PyObject *ext_tensor_borrowed(
	void *data, enum weft_dtype dtype, uint32_t rank, const int64_t *dims);
/* The storage of *object's memory, which begins at data, with a reference; *object, the
 * caller's, is cleared.  NULL, and nothing done: others have the object, or its memory is not
 * Weft's. */
struct storage *ext_let_go(PyObject **object, const void *data);
/* order NULL: as they are.  Is from dense, its dimensions in that order? */
bool ext_is_dense(const struct dl_tensor *from, const int64_t *order);
/* From the first element to behind the last, whatever the strides. */
size_t ext_span(const struct dl_tensor *v);
/* A view of object, checked: on the CPU, with memory for all elements.  false: exception set.
 * *owned receives a reference that must outlive the view (NULL: object itself does). */
bool ext_view(PyObject *object, struct dl_tensor *out, PyObject **owned);
/* A view of a tensor by its place: a tuple (shape, strides, offset) of numbers, or of (i,) where
 * result i, a size, is the number. */
PyObject *ext_view_at(PyObject *of, PyObject *place, const struct run_tensor *results);
bool ext_is_place(PyObject *place, uint32_t nresults);

/* input.c */
enum ext_input_kind { EXT_TENSOR, EXT_SIZE, EXT_IGNORED };
struct ext_input {
	enum ext_input_kind kind;
	bool ordered, constant;
	bool written; /* the graph gives it a new value */
	bool returned; /* it is, or a view of it is, an output */
	bool part; /* of a tensor, whose memory is the program's argument */
	uint32_t rank, nparts;
	enum weft_dtype dtype;
	struct dl_dtype dl;
	/* memory dimension k is logical dimension order[k], of all or, of a part, of the nparts
	 * that differ in place: its stride is strides[k], or 0: as many as the next ones take */
	int64_t order[EXT_MAX_RANK], strides[EXT_MAX_RANK];
	int64_t sizes[EXT_MAX_RANK]; /* of a part; -1: any */
};
/* What a program says of an argument, as in a signature.  false: exception set. */
bool ext_input_read(PyObject *o, struct ext_input *in);
/* What v shows as the program's argument: *t, whose dims are v's or, where the order is another or
 * it is a part, written to t->dims; where v does not lie as the program reads it *copy is a copy
 * that does, made by x's threads (NULL: by this one).  false: exception set. */
bool ext_input_take(const struct ext_input *in, const struct dl_tensor *v, struct run_tensor *t,
	const struct weft_executable *x, struct storage **copy);
/* Row-major copy of a strided tensor. */
void ext_copy_strided(void *to, const struct dl_tensor *from);
/* A tuple of numbers into out[]; None: *given is false. */
bool ext_read_numbers(PyObject *o, int64_t *out, uint32_t *n, bool *given);
bool ext_is_permutation(const int64_t *order, uint32_t n);

/* graph.c */
struct ext_signature {
	/* tuples: inputs are ("tensor", dtype, order), ("tensor", dtype, order, strides, sizes),
	 * ("sym",), ("ignore",); outputs are
	 * ("tensor", result, order, strides), ("sym", result), ("input", i), ("value", v) and
	 * others (graph.c) */
	PyObject *inputs, *outputs;
	PyObject *extra; /* tuple of tensors that are arguments after those of a call */
	PyObject *seed; /* None, or called for one argument more at each call */
	PyObject *constants; /* tuple of (argument, name): bound, not handed over */
};
/* The type weft._C.Graph.  false: exception set. */
bool ext_graph_init(PyObject *module);
/* graph of these arguments: a new list, or NULL and an exception. */
PyObject *ext_graph_call(PyObject *graph, PyObject *const *args, Py_ssize_t nargs);
/* Are all its steps small? */
bool ext_graph_is_small(PyObject *graph);
/* A new callable around x (taken), or NULL and an exception where s does not describe it. */
PyObject *ext_graph_new(struct weft_executable *x, const struct ext_signature *s);
/* Borrowed; NULL and an exception: it is none. */
struct weft_executable *ext_graph_executable(PyObject *graph);

/* direct.c: the type weft._C.Direct.  false: exception set. */
bool ext_direct_init(PyObject *module);
/* Getter of Graph.direct: a new Direct, or None where the graph is not small. */
PyObject *ext_direct(PyObject *graph, void *unused);

/* frozen.c: arguments that are constants */
struct ext_frozen;
struct ext_binding;
/* constants: n of them, as in a signature, in order; marks them in in[0..nin).  NULL: exception
 * set. */
struct ext_frozen *ext_frozen_new(
	PyObject *constants, uint32_t n, struct ext_input *in, uint32_t nin);
void ext_frozen_free(struct ext_frozen *z); /* NULL is fine */
/* The binding of x for these arguments, made at need, with a reference.  NULL and an exception:
 * a constant was written, and it is named, or has no memory: *at is its argument then. */
struct ext_binding *ext_frozen_take(struct ext_frozen *z, struct weft_executable *x,
	PyObject *const *held, const struct ext_input *in, int *at);
struct weft_executable *ext_binding_executable(const struct ext_binding *b);
void ext_binding_release(struct ext_binding *b); /* NULL is fine */
/* Method of the module: bindings of tensors with these ids are made again at the next call. */
PyObject *ext_refresh(PyObject *self, PyObject *ids);

/* registry.c: methods of the module */
PyObject *ext_backend_register(PyObject *self, PyObject *args);
PyObject *ext_backend_announce(PyObject *self, PyObject *args);
PyObject *ext_backend_lookup(PyObject *self, PyObject *args);
PyObject *ext_backend_list(PyObject *self, PyObject *args);

/* pass.c: adds tuples (name, identity or None, group, function of a text) to o.  The functions are
 * borrowed for as long as the process lives.  false: exception set. */
bool ext_add_passes(struct weft_options *o, PyObject *passes);

/* callback.c */
/* Of base/stop.h: has the user interrupted the main thread, which runs Python's handlers alone?
 * The exception is kept. */
struct weft_error *ext_stop(void);
struct weft_error *ext_resolve(void *arg, const char *space, const char *op, const char *attributes,
	struct run_callback *out);
#endif
