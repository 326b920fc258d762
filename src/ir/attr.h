/* attr.h -- attributes of nodes: hash-consed values under the names of key.def. */
#ifndef IR_ATTR_H
#define IR_ATTR_H
#include "ir/type.h"

enum key {
	KEY_none,
#define KEY(name, kind) KEY_##name,
#include "ir/key.def"
#undef KEY
	KEY_COUNT
};
enum attr_kind {
	ATTR_int,
	ATTR_bool,
	ATTR_float,
	ATTR_str,
	ATTR_ints,
	ATTR_dense,
	ATTR_type,
	ATTR_list,
	ATTR_raw
};
extern const char *const key_names[KEY_COUNT];
extern const enum attr_kind key_kinds[KEY_COUNT];
enum key key_find(const char *name, size_t len);             /* KEY_none: no such */

/* The content of a small constant: row-major elements as in memory (dtype.h), or one when splat. */
struct literal {
	const struct type *type;
	bool splat;
	size_t bytes;
	const void *data;
};

struct attr {
	enum attr_kind kind;
	uint32_t n;                  /* ints, list */
	union {
		int64_t i;                   /* int, bool */
		double f;
	};
	/* type; of an int or float where the text gave one, else NULL */
	const struct type *type;
	const char *s;               /* str, raw: the text as it stood */
	union {
		const int64_t *ints;
		const struct attr *const *list;
	};
	const struct literal *dense;
	uint64_t hash;
};
struct attr_entry {
	enum key key;
	const char *name;            /* of KEY_other; NULL otherwise */
	const struct attr *value;
};
/* Entries sorted by key, then name; consed, so equal sets are one pointer. */
struct attrs {
	uint32_t n;
	const struct attr_entry *e;
	uint64_t hash;
};

const struct attr *attr_int(struct graph *g, int64_t v);
const struct attr *attr_bool(struct graph *g, bool v);
const struct attr *attr_float(struct graph *g, double v);
const struct attr *attr_str(struct graph *g, const char *s);
const struct attr *attr_raw(struct graph *g, const char *s);
const struct attr *attr_ints(struct graph *g, uint32_t n, const int64_t *v);
const struct attr *attr_list(struct graph *g, uint32_t n, const struct attr *const *v);
const struct attr *attr_type(struct graph *g, const struct type *t);
/* data is copied: type_bytes(type) bytes, or one element when splat. */
const struct attr *attr_dense(
	struct graph *g, const struct type *type, bool splat, const void *data);

struct job;
/* What is wrong with "#stablehlo.dot_algorithm<...>", in j's scratch; NULL: nothing. */
const char *dot_algorithm_fault(struct job *j, const char *text);

/* Sorts and conses; a key given twice (but KEY_other with another name) fails the job. */
const struct attrs *attrs_cons(struct graph *g, uint32_t n, const struct attr_entry *e);
/* NULL: absent; a may be NULL */
const struct attr *attrs_find(const struct attrs *a, enum key k);
#endif
