/* decimal.h -- decimal floating-point literals: digits . digits, and an exponent with or without
 * sign. */
#ifndef STABLEHLO_DECIMAL_H
#define STABLEHLO_DECIMAL_H
#include <stdint.h>

/* The double nearest to the literal that begins at s, ties to even; too large ones are infinite.
 * Returns behind the literal; s where none begins there (no digit in front, or no point).  Any
 * locale. */
const char *decimal_read(const char *s, const char *end, double *out);

/* The double nearest to m 10^q. */
double decimal_value(uint64_t m, int64_t q);
#endif
