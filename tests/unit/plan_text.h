/* plan_text.h -- what a program, given as text, is planned as. */
#ifndef TESTS_UNIT_PLAN_TEXT_H
#define TESTS_UNIT_PLAN_TEXT_H
#include <stdbool.h>
#include <stdint.h>

/* How many kernels a program has, into how many chunks the last one is cut, whether it is brief,
 * and how many elements the transposes give that the program is lowered to. */
struct plan_text {
	int64_t kernels, chunks, turned;
	bool brief;
};
/* Checks that text can be read and planned; of one that cannot both are 0. */
struct plan_text plan_text(const char *text);
#endif
