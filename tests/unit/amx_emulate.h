/* amx_emulate.h -- AMX where the processor has none: its instructions trap and are done in C. */
#ifndef UNIT_AMX_EMULATE_H
#define UNIT_AMX_EMULATE_H
#include <stdbool.h>

/* From here on this process's AMX instructions are emulated, until amx_emulate_end.  Tile state is
 * one for the process: one thread at a time. */
void amx_emulate_begin(void);
/* Puts the old handler back; how many instructions were emulated since. */
unsigned long amx_emulate_end(void);
#endif
