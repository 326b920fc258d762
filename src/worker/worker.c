/* worker.c -- weft-worker: compiles what libweft in another process asks for, on standard input.
 *
 *   weft-worker MEMORY        a limit of so many MiB of address space; 0: none
 *
 * It is started by libweft (api/worker.h) and by nobody else. */
#include "api/api.h"
#include <stdlib.h>

int main(int argc, char **argv)
{
	return argc == 2 ? api_worker(0, strtoll(argv[1], NULL, 10)) : 2;
}
