/* library.c -- the table of the runtime's own library functions, and their attributes: words with a
 * space between, as plan/library.c writes them. */
#include "run/library.h"
#include <string.h>

static const struct {
	const char *name;
	run_library_fn *fn;
} table[] = {
	{ "weft.assert", library_assert },
	{ "weft.cholesky", library_cholesky },
	{ "weft.claim", library_claim },
	{ "weft.exchange", library_exchange },
	{ "weft.fft", library_fft },
	{ "weft.indices", library_indices },
	{ "weft.infeed", library_infeed },
	{ "weft.linear", library_linear },
	{ "weft.order", library_order },
	{ "weft.outfeed", library_outfeed },
	{ "weft.partition_id", library_partition_id },
	{ "weft.permute", library_permute },
	{ "weft.recv", library_recv },
	{ "weft.replica_id", library_replica_id },
	{ "weft.rng", library_rng },
	{ "weft.rng_bit_generator", library_rng_bit_generator },
	{ "weft.send", library_send },
	{ "weft.triangular_solve", library_triangular_solve },
};

run_library_fn *library_find(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strlen(table[i].name) == n && !memcmp(table[i].name, name, n))
			return table[i].fn;
	return NULL;
}

bool library_claims(run_library_fn *fn)
{
	return fn == library_assert || fn == library_claim || fn == library_indices;
}

bool library_word(const struct run_library_call *c, unsigned i, const char *w)
{
	const char *at = c->attributes;

	for (; i && *at; at++)
		i -= *at == ' ';
	size_t n = strlen(w);
	return !i && !strncmp(at, w, n) && (at[n] == ' ' || !at[n]);
}

int64_t run_elements(const struct run_tensor *t)
{
	int64_t n = 1;

	for (uint32_t d = 0; d < t->rank; d++)
		n *= t->dims[d];
	return n;
}
