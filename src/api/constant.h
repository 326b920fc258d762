/* constant.h -- arguments that are constants of the executable (option "constants"). */
#ifndef API_CONSTANT_H
#define API_CONSTANT_H
#include "api/api_impl.h"

/* Sets constant[i] for each argument below n that text ("0,3-5") names.  false: it is no such
 * text. */
bool constants_parse(const char *text, bool *constant, uint32_t n);

/* Sets in_call[op] for the ops that text ("convert,multiply") names; ops that only move elements
 * are none of these.  INVALID_ARGUMENT names what is no such op. */
struct weft_error *load_off_parse(const char *text, bool in_call[OP_COUNT]) BASE_MUST_USE;
#endif
