/* dtype.h -- element types; made from dtype.def.  enum dtype has the numbers of enum weft_dtype. */
#ifndef IR_DTYPE_H
#define IR_DTYPE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dtype {
	DTYPE_none,
#define DTYPE(name, ...) DTYPE_##name,
#include "ir/dtype.def"
#undef DTYPE
	DTYPE_COUNT
};
enum dtype_class { DTYPE_NOCLASS, DTYPE_BOOL, DTYPE_SINT, DTYPE_UINT, DTYPE_FLOAT, DTYPE_COMPLEX };
enum dtype_special {
	DTYPE_NONE, DTYPE_IEEE, DTYPE_FN, DTYPE_FNUZ, DTYPE_FINITE, DTYPE_E8M0
};
struct dtype_info {
	const char *text;            /* StableHLO's spelling */
	enum dtype_class kind;
	uint8_t bits, bytes, exp, man;
	int16_t bias;
	enum dtype_special special;
};
extern const struct dtype_info dtype_table[DTYPE_COUNT];

static inline size_t dtype_bytes(enum dtype t) { return dtype_table[t].bytes; }
static inline bool dtype_is_float(enum dtype t) { return dtype_table[t].kind == DTYPE_FLOAT; }
/* A float of 16 bits or fewer. */
static inline bool dtype_is_narrow(enum dtype t)
{
	return dtype_is_float(t) && dtype_bytes(t) < 4;
}
static inline bool dtype_is_complex(enum dtype t) { return dtype_table[t].kind == DTYPE_COMPLEX; }
static inline bool dtype_is_signed(enum dtype t) { return dtype_table[t].kind == DTYPE_SINT; }
static inline bool dtype_is_unsigned(enum dtype t) { return dtype_table[t].kind == DTYPE_UINT; }
static inline bool dtype_is_int(enum dtype t) { return dtype_is_signed(t) || dtype_is_unsigned(t); }
enum dtype dtype_find(const char *text);            /* DTYPE_none: no such */
enum dtype dtype_part(enum dtype t);                /* f32 of complex<f32>; t itself otherwise */

/* Scalars in memory.  Narrow floats round to nearest even, overflow as the type says (dtype.def);
 * integers wrap to their bits; sub-byte values lie sign- or zero-extended in a byte. */
double dtype_load_f64(enum dtype t, const void *at);          /* floats, integers, bool */
void dtype_store_f64(enum dtype t, void *at, double v);
/* integers and bool; ui64 keeps its bits */
int64_t dtype_load_i64(enum dtype t, const void *at);
void dtype_store_i64(enum dtype t, void *at, int64_t v);      /* into a float: rounded once */
/* The bits of a float's number, sign first, as dtype.def counts them: tf32's 19 lie above zeros. */
uint64_t dtype_code_load(enum dtype t, const void *at);
void dtype_code_store(enum dtype t, void *at, uint64_t code);
/* One element of any dtype into any other: floats to integers towards zero and saturating (NaN 0),
 * complex to real drops the imaginary part. */
void dtype_convert(enum dtype to, void *dst, enum dtype from, const void *src);
#endif
