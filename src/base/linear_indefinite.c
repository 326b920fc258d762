/* linear_indefinite.c -- symmetric and Hermitian matrices that are not definite: L D L^T by Bunch
 * and Kaufman's pivots (Anderson et al., "LAPACK Users' Guide", sytrf), of the lower triangle.
 *
 * D has blocks of one and two; pivots are LAPACK's, from 1, a block of two being a pair of equal
 * negative ones.  Option `hermitian`: L D L^H of a Hermitian matrix. */
#include "base/linear_impl.h"
#include "base/str.h"
#include <string.h>

typedef void sytrf_fn(const char *uplo, const int *n, void *a, const int *lda, int *pivot,
	void *work, const int *lwork, int *info, size_t);
typedef void sytrs_fn(const char *uplo, const int *n, const int *nrhs, const void *a,
	const int *lda, const int *pivot, void *b, const int *ldb, int *info, size_t);

static bool is_hermitian(const struct linear_step *s)
{
	const char *v = str_option(s->config, "hermitian");

	return v && !strncmp(v, "true", 4) && linear_is_complex(s);
}

struct weft_error *linear_sytrf(struct linear_step *s)
{
	int n = s->in[0].rows, lwork = -1, info = 0, *pivot;
	char *a, *work = NULL, first[16];
	lapack_fn *fn;

	TRY(linear_routine(s, is_hermitian(s) ? "hetrf" : "sytrf", &fn));
	TRY(linear_columns(s, 0, &a));
	TRY(linear_room(s, n, sizeof *pivot, &pivot));
	for (int turn = 0; turn < 2; turn++) {
		((sytrf_fn *)fn)("L", &n, a, &n, pivot, turn ? work : first, &lwork, &info,
			ONE_CHAR);
		if (!turn) {
			TRY(linear_asked(s, s->size, first, &lwork));
			TRY(linear_room(s, lwork, s->size, &work));
		}
	}
	linear_rows(&s->out[0], a);
	linear_put(&s->out[1], pivot);
	memcpy(s->out[2].data, &info, sizeof info);
	return NULL;
}

/* LAPACK writes where the pivots say: each in 1 .. n, or the negative of one, twice. */
static struct weft_error *check_pivots(const int *pivot, int n)
{
	for (int i = 0; i < n; i++) {
		if (pivot[i] < -n || pivot[i] > n || !pivot[i])
			FAIL(WEFT_INVALID_ARGUMENT,
				"ldl_solve: pivot %d is %d, expected 1 to %d, or a negative one",
				i, pivot[i], n);
		if (pivot[i] > 0)
			continue;
		if (i + 1 == n || pivot[i + 1] >= 0 || pivot[i + 1] < -n)
			FAIL(WEFT_INVALID_ARGUMENT, "ldl_solve: pivot %d is %d without its pair",
				i, pivot[i]);
		i++;
	}
	return NULL;
}

struct weft_error *linear_sytrs(struct linear_step *s)
{
	int n = s->in[0].rows, info = 0;
	char *a, *pivot, *b;
	lapack_fn *fn;

	if (s->in[2].rows != n)
		FAIL(WEFT_INVALID_ARGUMENT, "ldl_solve: sizes do not fit");
	TRY(linear_routine(s, is_hermitian(s) ? "hetrs" : "sytrs", &fn));
	TRY(linear_columns(s, 0, &a));
	TRY(linear_columns(s, 1, &pivot));
	TRY(check_pivots((const int *)(const void *)pivot, n));
	TRY(linear_columns(s, 2, &b));
	((sytrs_fn *)fn)("L", &n, &s->in[2].cols, a, &n, (const int *)(const void *)pivot, b, &n,
		&info, ONE_CHAR);
	linear_rows(&s->out[0], b);
	return NULL;
}
