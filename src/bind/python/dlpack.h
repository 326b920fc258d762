/* dlpack.h -- the C structs of DLPack 1.3 (tensors between libraries) and its exchange table, as
 * their layout is specified; written for this project. */
#ifndef BIND_PYTHON_DLPACK_H
#define BIND_PYTHON_DLPACK_H
#include <stdint.h>

enum dl_device { DL_CPU = 1 };
enum dl_code {
	DL_INT = 0,
	DL_UINT = 1,
	DL_FLOAT = 2,
	DL_BFLOAT = 4,
	DL_COMPLEX = 5,
	DL_BOOL = 6,
	DL_F8E3M4 = 7,
	DL_F8E4M3 = 8,
	DL_F8E4M3B11FNUZ = 9,
	DL_F8E4M3FN = 10,
	DL_F8E4M3FNUZ = 11,
	DL_F8E5M2 = 12,
	DL_F8E5M2FNUZ = 13,
	DL_F8E8M0FNU = 14,
};
struct dl_version {
	uint32_t major, minor;
};
struct dl_dtype {
	uint8_t code, bits;
	uint16_t lanes;
};
struct dl_tensor {
	void *data;
	struct {
		int32_t type, id;
	} device;
	int32_t ndim;
	struct dl_dtype dtype;
	int64_t *shape;
	int64_t *strides; /* in elements; NULL: row-major */
	uint64_t byte_offset;
};
struct dl_managed {
	struct dl_version version;
	void *context;
	void (*deleter)(struct dl_managed *self);
	uint64_t flags;
	struct dl_tensor tensor;
};
/* What torch.Tensor.__dlpack_c_exchange_api__ points to.  Functions return 0, or -1 with a Python
 * exception set. */
struct dl_exchange {
	struct dl_version version;
	struct dl_exchange *previous;
	int (*allocate)(struct dl_tensor *prototype, struct dl_managed **out, void *error_context,
		void (*set_error)(void *error_context, const char *kind, const char *message));
	int (*managed_from_object)(void *object, struct dl_managed **out);
	int (*object_from_managed)(struct dl_managed *tensor, void **out_object);
	int (*tensor_from_object)(void *object, struct dl_tensor *out); /* borrowed from object */
	int (*current_stream)(int32_t device_type, int32_t device_id, void **out);
};
#endif
