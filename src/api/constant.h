/* constant.h -- arguments that are constants of the executable (option "constants"). */
#ifndef API_CONSTANT_H
#define API_CONSTANT_H
#include "api/api_impl.h"

/* Sets constant[i] for each argument below n that text ("0,3-5") names.  false: it is no such
 * text. */
bool constants_parse(const char *text, bool *constant, uint32_t n);
#endif
