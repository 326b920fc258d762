/* ulp.c -- the sweep: every elementary function of ulp.def, as native code on every instruction set
 * level this machine runs and in the interpreter, against exact values.
 *
 *     build/ulp [--short | --arguments N] [--table FILE] [FUNCTION ...]
 *
 * A function of one element type on one level is a test, and passes when its worst error is within
 * its bound; a wrong special value (NaN, infinity, the sign of an exact zero) is an infinite error.
 * --short tries few arguments, for `make check`; N is how many of f64, and twice as many of f32,
 * beside the special ones.  --table writes the table of doc/ulp.md.  As many
 * processes as processors share the functions, most arguments first. */
#include "../unit/gen_util.h"
#include "ulp.h"
#include "weft/weft.h"
#include <sys/mman.h>
#include <sys/wait.h>

char *unit_note;

enum { BLOCK = 8192, LEVELS = ISA_COUNT + 1, INTERPRETER = ISA_COUNT };

static const struct function functions[] = {
#define ULP(op_, operands_, name_, f32_, f64_, cost_) \
	{ OP_##op_, operands_, exact_##name_, f32_, f64_, cost_ },
#include "ulp.def"
#undef ULP
};
enum { NFUNCTIONS = sizeof functions / sizeof *functions };
static const enum dtype types[] = { DTYPE_f64, DTYPE_f32, DTYPE_f16, DTYPE_bf16 };
enum { NTYPES = sizeof types / sizeof *types, NWORK = NFUNCTIONS * NTYPES };

struct worst { double ulp, a, b, got; };
struct found {
	uint64_t tried;
	struct worst level[LEVELS];
	bool done;
};
/* What the processes share. */
struct shared {
	int next;
	struct found found[NWORK];
};
struct sweep {
	const struct function *f;
	enum dtype type;
	uint64_t n;
	struct found *out;
};

static bool level_runs(int level)
{
	return level == INTERPRETER || gen_runs((enum isa)level);
}

static const char *level_name(int level)
{
	return level == INTERPRETER ? "interpreter" : isa_table[level].name;
}

static double bound_of(const struct function *f, enum dtype t)
{
	return t == DTYPE_f64 ? f->bound64 : t == DTYPE_f32 ? f->bound32 : ULP_NARROW;
}

/* |got - want| in units of want's last place.  Infinity counts as the number after the largest. */
static double ulps_off(enum dtype t, double got, mpfr_t want, mpfr_t t1, mpfr_t t2)
{
	const struct dtype_info *d = &dtype_table[t];
	int top = (1 << (d->exp - 1)), least = 2 - top - d->man;

	if (mpfr_nan_p(want) || isnan(got))
		return mpfr_nan_p(want) && isnan(got) ? 0 : INFINITY;
	if (mpfr_inf_p(want))
		return isinf(got) && (got < 0) == (mpfr_sgn(want) < 0) ? 0 : INFINITY;
	if (mpfr_zero_p(want))
		return got == 0 && !signbit(got) == !mpfr_signbit(want) ? 0 : INFINITY;
	long e = mpfr_get_exp(want);
	mpfr_set(t1, want, MPFR_RNDN);
	if (e > top) {
		mpfr_set_si_2exp(t1, mpfr_sgn(want), top, MPFR_RNDN);
		e = top;
	}
	if (isinf(got))
		mpfr_set_si_2exp(t2, got > 0 ? 1 : -1, top, MPFR_RNDN);
	else
		mpfr_set_d(t2, got, MPFR_RNDN);
	e -= d->man + 1;
	mpfr_sub(t1, t1, t2, MPFR_RNDN);
	mpfr_div_2si(t1, t1, e < least ? least : e, MPFR_RNDN);
	return fabs(mpfr_get_d(t1, MPFR_RNDN));
}

/* Entry of the kernel for a level; NULL: there is no native code. */
static abi_kernel_fn *compile_for(struct graph *g, const struct region *r, int level)
{
	const struct type *type = r->results[0]->type;
	struct kernel k = { .graph = g, .core = CORE_map, .body = r, .rank = 1,
		.space = type->dims, .outer_grain = 1, .chunks = 1, .ninputs = r->nparams,
		.noutputs = 1, .name = "ulp" };
	struct codegen_options o = { .isa = (enum isa)level, .level = 1,
		.dump = getenv("WEFT_DUMP") };
	struct codegen_code code;
	struct weft_error *error = gen_table()->compile(&k, &o, &code);

	if (error) {
		fprintf(stderr, "%s\n", weft_error_text(error));
		weft_error_free(error);
		return NULL;
	}
	void *entry = gen_map_code(&code);
	abi_kernel_fn *fn;
	memcpy(&fn, &entry, sizeof fn);
	gen_table()->code_free(&code);
	return fn;
}

static void compare_block(const struct sweep *s, const struct arguments *in, uint64_t from,
	int count, char out[LEVELS][BLOCK * 8])
{
	mpfr_t a, b, want, t1, t2;
	size_t bytes = dtype_bytes(s->type);

	mpfr_inits2(ULP_BITS, a, b, want, t1, t2, (mpfr_ptr)0);
	for (int i = 0; i < count; i++) {
		double x, y;
		arguments_at(in, from + (uint64_t)i, &x, &y);
		mpfr_set_d(a, x, MPFR_RNDN);
		mpfr_set_d(b, y, MPFR_RNDN);
		s->f->exact(want, a, b);
		for (int level = 0; level < LEVELS; level++) {
			struct worst *w = &s->out->level[level];
			if (!level_runs(level))
				continue;
			double got = dtype_load_f64(s->type, out[level] + (size_t)i * bytes);
			double off = ulps_off(s->type, got, want, t1, t2);
			if (off > w->ulp && w->ulp >= 0)
				*w = (struct worst){ off, x, y, got };
		}
	}
	mpfr_clears(a, b, want, t1, t2, (mpfr_ptr)0);
}

static void sweep_job(struct job *j, void *arg)
{
	const struct sweep *s = arg;
	struct graph *g;
	static char in[2][BLOCK * 8], out[LEVELS][BLOCK * 8];
	abi_kernel_fn *fn[LEVELS] = { NULL };
	size_t bytes = dtype_bytes(s->type);

	CHECK_OK(graph_create(&g));
	graph_borrow(g, j);
	const struct type *type = gen_type(g, s->type, 1, BLOCK), *params[] = { type, type };
	const struct node *p = graph_parameter(g, 0, type), *q = graph_parameter(g, 1, type);
	const struct node *r = s->f->operands == 2 ? build2(g, s->f->op, p, q) :
						     build1(g, s->f->op, p);
	const struct region *region = gen_region(g, (uint32_t)s->f->operands, params, 1, &r);
	for (int level = 0; level < ISA_COUNT; level++)
		if (level_runs(level) && !(fn[level] = compile_for(g, region, level)))
			s->out->level[level].ulp = -1;
	struct arguments *arguments = arguments_new(s->f, s->type, s->n);
	uint64_t n = arguments_count(arguments);
	for (uint64_t from = 0; from < n; from += BLOCK) {
		int count = n - from < BLOCK ? (int)(n - from) : BLOCK;
		for (int i = 0; i < BLOCK; i++) {
			double x, y;
			arguments_at(arguments, from + (uint64_t)(i < count ? i : 0), &x, &y);
			dtype_store_f64(s->type, in[0] + (size_t)i * bytes, x);
			dtype_store_f64(s->type, in[1] + (size_t)i * bytes, y);
		}
		for (int level = 0; level < ISA_COUNT; level++) {
			void *buffers[3] = { in[0], in[1], out[level] };
			if (s->f->operands == 1)
				buffers[1] = out[level];
			struct abi_call call = { buffers, NULL, NULL, NULL, NULL };
			if (fn[level])
				fn[level](&call, 0, 1);
		}
		struct eval_options o = { .max_bytes = 0 };
		const int64_t dims[] = { BLOCK };
		struct tensor args[2] = { { .type = type, .rank = 1, .dims = dims, .data = in[0] },
			{ .type = type, .rank = 1, .dims = dims, .data = in[1] } }, result;
		eval_region(j, g, region, &o, args, &result);
		memcpy(out[INTERPRETER], result.data, BLOCK * bytes);
		compare_block(s, arguments, from, count, out);
	}
	s->out->tried = n;
	s->out->done = true;
	arguments_free(arguments);
	graph_release(g);
}

/* One process: works until nothing is left. */
static void work(struct shared *shared, const int *order, int count, uint64_t arguments)
{
	for (;;) {
		int at = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED);
		if (at >= count)
			return;
		const struct function *f = &functions[order[at] / NTYPES];
		enum dtype t = types[order[at] % NTYPES];
		uint64_t n = t == DTYPE_f64 ? arguments : 2 * arguments;
		if (dtype_bytes(t) > 2)
			n /= (uint64_t)f->cost;
		struct sweep s = { f, t, n, &shared->found[order[at]] };
		CHECK_OK(job_run(sweep_job, &s));
		mpfr_free_cache();
	}
}

/* What the table shows and no bound holds.  The interpreter's sinh and cosh of f32 are CHLO's
 * definition, step by step, which loses much (native code under numerics=strict does the same); its
 * digamma of f64 is good to 2^-60 beside the terms it is a sum of, which at a zero below 0 is
 * nothing. */
static bool unbounded(const struct function *f, enum dtype t, int level)
{
	if (level != INTERPRETER)
		return false;
	if (t == DTYPE_f64)
		return f->op == OP_chlo_digamma;
	return t == DTYPE_f32 && (f->op == OP_chlo_sinh || f->op == OP_chlo_cosh);
}

static bool report(const struct function *f, enum dtype t, const struct found *r, int level)
{
	const struct worst *w = &r->level[level];
	double bound = bound_of(f, t);

	if (!r->done || w->ulp < 0) {
		printf("FAIL %s %s %s: %s\n", op_table[f->op].name, dtype_table[t].text,
			level_name(level), r->done ? "no native code" : "did not end");
		return false;
	}
	if (unbounded(f, t, level))
		bound = INFINITY;
	printf("%s %s %s %s: %.3f ULP of %g at %.17g", w->ulp <= bound ? "ok" : "FAIL",
		op_table[f->op].name, dtype_table[t].text, level_name(level), w->ulp, bound, w->a);
	if (f->operands == 2)
		printf(", %.17g", w->b);
	printf(" got %.17g\n", w->got);
	return w->ulp <= bound;
}

/* The columns are the levels; the argument is that of the worst of all native ones. */
static void write_table(FILE *file, const struct shared *shared)
{
	fputs("| function | type | bound |", file);
	for (int level = 0; level < LEVELS; level++)
		if (level_runs(level))
			fprintf(file, " %s |", level_name(level));
	fputs(" worst native error at | arguments tried |\n|---|---|---|---|---|", file);
	for (int level = 0; level < LEVELS; level++)
		if (level_runs(level))
			fputs("---|", file);
	fputc('\n', file);
	for (int i = 0; i < NWORK; i++) {
		const struct function *f = &functions[i / NTYPES];
		enum dtype t = types[i % NTYPES];
		const struct found *r = &shared->found[i];
		const struct worst *worst = &r->level[0];
		if (!r->tried)                       /* pairs of narrow floats are not swept */
			continue;
		fprintf(file, "| %s | %s | %g |", op_table[f->op].name, dtype_table[t].text,
			bound_of(f, t));
		for (int level = 0; level < LEVELS; level++) {
			if (!level_runs(level))
				continue;
			fprintf(file, " %.3f |", r->level[level].ulp);
			if (level != INTERPRETER && r->level[level].ulp > worst->ulp)
				worst = &r->level[level];
		}
		fprintf(file, f->operands == 2 ? " %a, %a |" : " %a |", worst->a, worst->b);
		fprintf(file, " %llu |\n", (unsigned long long)r->tried);
	}
}

static bool wanted(const char *name, char **names, int n)
{
	for (int i = 0; i < n; i++)
		if (strstr(name, names[i]))
			return true;
	return n == 0;
}

static int usage(void)
{
	fputs("ulp: [--short | --arguments N] [--table FILE] [FUNCTION ...]\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	uint64_t arguments = 1000000;
	const char *table = NULL;
	int order[NWORK], count = 0, passed = 0, failed = 0, at = 1;

	for (; at < argc && argv[at][0] == '-'; at++) {
		if (strcmp(argv[at], "--short") == 0)
			arguments = 2048;
		else if (strcmp(argv[at], "--arguments") == 0 && at + 1 < argc)
			arguments = strtoull(argv[++at], NULL, 10);
		else if (strcmp(argv[at], "--table") == 0 && at + 1 < argc)
			table = argv[++at];
		else
			return usage();
	}
	for (int i = 0; i < NWORK; i++) {
		const struct function *f = &functions[i / NTYPES];
		/* Pairs of narrow floats say nothing that f32's do not. */
		bool narrow_pair = f->operands == 2 && dtype_bytes(types[i % NTYPES]) == 2;
		if (!narrow_pair && wanted(op_table[f->op].name, argv + at, argc - at))
			order[count++] = i;
	}
	struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared != MAP_FAILED);
	unit_note = calloc(1, 200);
	long processes = sysconf(_SC_NPROCESSORS_ONLN);
	for (long i = 0; i < processes; i++)
		if (fork() == 0) {
			work(shared, order, count, arguments);
			_exit(0);
		}
	while (wait(NULL) > 0)
		continue;
	for (int i = 0; i < count; i++)
		for (int level = 0; level < LEVELS; level++) {
			if (!level_runs(level))
				continue;
			bool ok = report(&functions[order[i] / NTYPES], types[order[i] % NTYPES],
				&shared->found[order[i]], level);
			passed += ok;
			failed += !ok;
		}
	if (table) {
		FILE *file = fopen(table, "w");
		CHECK(file);
		write_table(file, shared);
		CHECK(fclose(file) == 0);
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
