/* beside.h -- programs of two tensors of f32, run natively and by the interpreter. */
#ifndef UNIT_BESIDE_H
#define UNIT_BESIDE_H
#include <stdbool.h>
#include <weft/weft.h>

/* Both give the same bits for tensors of these types, of integers from -most to most: any order of
 * sums does where these are exact.  The plan, as JSON, says op or not, unless that is NULL. */
void check_beside(const char *text, const struct weft_tensor_type *types, int most, const char *op,
	bool has);
#endif
