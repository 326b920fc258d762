/* gen_util.c -- see gen_util.h.  Every buffer ends at a page that may not be touched. */
#include "gen_util.h"
#include "plan/plan_impl.h"
#include "amx_emulate.h"
#include "base/cpu.h"
#include <dlfcn.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

const struct codegen_table *gen_table(void)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 64);

	CHECK(n > 0);
	path[n] = 0;
	strcpy(strrchr(path, '/') + 1, "libweft_codegen.so");
	void *lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!lib)
		UNIT_FAIL("%s", dlerror());
	const struct codegen_table *t = dlsym(lib, "weft_codegen_table");
	CHECK(t && t->version == CODEGEN_VERSION);
	return t;
}

bool gen_runs(enum isa isa)
{
	const struct cpu *cpu = cpu_get();

#if defined(__x86_64__)
	if (isa_table[isa].machine != ISA_x86_64)
		return false;
#else
	if (isa_table[isa].machine != ISA_aarch64)
		return false;
#endif
	for (int f = 0; f < CPU_FEATURE_COUNT; f++)
		if (isa_table[isa].needs >> f & 1 && !cpu->has[f])
			return false;
	return true;
}

static unsigned long emulated;

unsigned long gen_emulated(void)
{
	return emulated;
}

/* Runs here with AMX emulated. */
static bool runs_emulated(enum isa isa)
{
	return isa == ISA_LEVEL_amx && gen_runs(ISA_LEVEL_avx512bf16);
}

void *gen_map_code(const struct codegen_code *code)
{
	unsigned char *p =
		mmap(NULL, code->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	memcpy(p, code->bytes, code->size);
	CHECK(mprotect(p, code->size, PROT_READ | PROT_EXEC) == 0);
	return p + code->entry;
}

struct graph_args { struct graph *g; void (*build)(struct graph *g, struct job *j); };

static void graph_job_run(struct job *j, void *arg)
{
	struct graph_args *a = arg;

	graph_borrow(a->g, j);
	a->build(a->g, j);
}

void gen_with_graph(void (*build)(struct graph *g, struct job *j))
{
	struct graph_args a = { .build = build };

	CHECK_OK(graph_create(&a.g));
	CHECK_OK(job_run(graph_job_run, &a));
	graph_release(a.g);
}

const struct type *gen_type(struct graph *g, enum dtype t, uint32_t rank, ...)
{
	int64_t dims[16];
	va_list ap;

	va_start(ap, rank);
	for (uint32_t i = 0; i < rank; i++)
		dims[i] = va_arg(ap, int);
	va_end(ap);
	return type_tensor(g, t, rank, dims);
}

void gen_every_begin(enum isa isa)
{
#ifdef __SANITIZE_THREAD__
	(void)isa;
	UNIT_SKIP("a thousand kernels on one thread: nothing for the thread sanitizer to see");
#elif defined __SANITIZE_ADDRESS__
	if (isa != ISA_LEVEL_sse2 && isa != ISA_LEVEL_amx)
		UNIT_SKIP("a level between: the generator does nothing here that it does not at "
			  "the lowest or the highest");
#else
	(void)isa;
#endif
}

const struct region *gen_region(struct graph *g, uint32_t nparams, const struct type *const *params,
	uint32_t nresults, const struct node *const *results)
{
	return graph_region(g, nparams, params, nresults, results);
}

/* `bytes` that end where readable memory ends. */
static void *guarded(size_t bytes)
{
	size_t page = 4096, pages = (bytes + page - 1) / page + 1;
	unsigned char *p = mmap(NULL, (pages + 1) * page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	CHECK(mprotect(p, page, PROT_NONE) == 0);
	CHECK(mprotect(p + pages * page, page, PROT_NONE) == 0);
	return p + pages * page - bytes;
}

static uint64_t seed = 12345;

static double random_unit(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (double)(seed >> 11) / 9007199254740992.0;
}

static int64_t extent_value(const struct gen_case *c, int64_t d)
{
	if (d >= 0)
		return d;
	for (uint32_t i = 0; i < c->nsizes; i++)
		if (c->dims[i] == d)
			return c->sizes[i];
	UNIT_FAIL("an extent of the case has no value");
}

static struct tensor make_tensor(const struct gen_case *c, const struct type *t)
{
	int64_t *dims = job_array(c->job, t->rank + 1, sizeof *dims);
	int64_t n = 1;

	for (uint32_t i = 0; i < t->rank; i++)
		n *= dims[i] = extent_value(c, t->dims[i]);
	size_t bytes = (size_t)n * dtype_bytes(t->dtype);
	return (struct tensor){ .type = t, .rank = t->rank, .dims = dims, .data = guarded(bytes) };
}

static void fill(const struct gen_case *c, const struct tensor *t)
{
	enum dtype part = dtype_part(t->type->dtype);
	int64_t n = tensor_elements(t) * (part == t->type->dtype ? 1 : 2);
	double low = c->low, high = c->high;

	if (low == 0 && high == 0)
		low = -4, high = 4;
	for (int64_t i = 0; i < n; i++) {
		double v = low + (high - low) * random_unit();
		void *at = (char *)t->data + (size_t)i * dtype_bytes(part);
		if (dtype_table[part].kind == DTYPE_BOOL)
			v = v > (low + high) / 2;
		if (dtype_is_unsigned(part))
			v = fabs(v);
		if (dtype_is_float(part))
			dtype_store_f64(part, at, v);
		else
			dtype_store_i64(part, at, (int64_t)v);
	}
}

static void compare(const struct gen_case *c, const char *isa, uint32_t which,
	const struct tensor *got, const struct tensor *want)
{
	enum dtype part = dtype_part(want->type->dtype);
	int64_t n = tensor_elements(want) * (part == want->type->dtype ? 1 : 2);
	bool real = dtype_is_float(part);

	for (int64_t i = 0; i < n; i++) {
		const char *a = (const char *)got->data + (size_t)i * dtype_bytes(part);
		const char *b = (const char *)want->data + (size_t)i * dtype_bytes(part);
		double x = real ? dtype_load_f64(part, a) : (double)dtype_load_i64(part, a);
		double y = real ? dtype_load_f64(part, b) : (double)dtype_load_i64(part, b);
		if (x == y || (isnan(x) && isnan(y)))
			continue;
		double scale = fabs(y) > 1 ? fabs(y) : 1;
		if (!(fabs(x - y) <= c->tolerance * scale))
			UNIT_FAIL("%s: result %u element %lld: got %.9g, the interpreter says %.9g",
				isa, which, (long long)i, x, y);
	}
}

static void run_native(const struct gen_case *c, const struct kernel *k, const struct tensor *in,
	const struct tensor *out, enum isa isa)
{
	struct codegen_options o = { .isa = isa, .level = 1, .dump = getenv("WEFT_DUMP") };
	struct codegen_code code;
	void *buffers[64];
	const struct codegen_table *t = gen_table();

	CHECK_OK(t->compile(k, &o, &code));
	for (uint32_t i = 0; i < k->ninputs; i++)
		buffers[i] = in[i].data;
	for (uint32_t i = 0; i < k->noutputs; i++)
		buffers[k->ninputs + i] = out[i].data;
	void *entry = gen_map_code(&code);
	abi_kernel_fn *fn;
	memcpy(&fn, &entry, sizeof fn);
	unsigned char *scratch = aligned_alloc(64, code.scratch + 64);
	memset(scratch, 0xff, code.scratch + 64);       /* NaN to who reads it unwritten */
	struct abi_call call = { buffers, c->sizes, scratch, NULL, NULL };
	int64_t chunks = extent_value(c, k->chunks);
	bool emulate = !gen_runs(isa);
	if (emulate)
		amx_emulate_begin();
	for (int64_t i = chunks; i-- > 0;)              /* any order will do */
		fn(&call, i, i + 1);
	if (emulate)
		emulated += amx_emulate_end();
	free(scratch);
	t->code_free(&code);
}

/* By halves of vectors the bits are those that whole ones gave. */
static void check_brief(const struct gen_case *c, struct kernel k, const struct tensor *in,
	const struct tensor *whole)
{
	struct tensor *out = job_array(c->job, k.noutputs + 1, sizeof *out);

	k.brief = true;
	for (uint32_t i = 0; i < k.noutputs; i++)
		out[i] = make_tensor(c, c->region->results[i]->type);
	run_native(c, &k, in, out, ISA_LEVEL_avx512bf16);
	for (uint32_t i = 0; i < k.noutputs; i++)
		if (memcmp(out[i].data, whole[i].data,
			(size_t)tensor_elements(&out[i]) * dtype_bytes(out[i].type->dtype)))
			UNIT_FAIL("result %u: halves of vectors give other bits", i);
}

void gen_check(const struct gen_case *c)
{
	const struct region *r = c->region;
	struct tensor *in = job_array(c->job, r->nparams + 1, sizeof *in);
	struct tensor *want = job_array(c->job, r->nresults + 1, sizeof *want);
	struct tensor *out = job_array(c->job, r->nresults + 1, sizeof *out);
	const struct type *space = r->results[0]->type;
	struct kernel k = { .graph = c->g,
		.core = c->core,
		.body = r,
		.strict = c->strict,
		.streams = c->streams,
		.rank = space->rank,
		.space = space->dims,
		.row = c->row,
		.outer_grain = c->outer_grain,
		.inner_grain = c->inner_grain,
		.ninputs = r->nparams,
		.noutputs = r->nresults,
		.nsizes = c->nsizes,
		.sizes = c->dims,
		.contract = c->contract,
		.attention = c->attention,
		.name = "test" };

	for (uint32_t i = 0; i < r->nparams; i++) {
		in[i] = make_tensor(c, r->params[i]);
		if (!c->fill || !c->fill(i, in[i].data, &in[i]))
			fill(c, &in[i]);
	}
	struct eval_options eo = { .max_bytes = 0 };
	eval_region(c->job, c->g, r, &eo, in, want);
	for (uint32_t i = 0; i < r->nresults; i++)
		if (r->results[i]->type->rank > k.rank)
			k.rank = r->results[i]->type->rank, k.space = r->results[i]->type->dims;
	if (!k.outer_grain)
		k.outer_grain = 1;
	int64_t outer = 1, inner = k.rank ? extent_value(c, k.space[k.rank - 1]) : 1;
	uint32_t last = c->core == CORE_row ? k.row : 1;
	for (uint32_t i = 0; i + last < k.rank; i++)
		outer *= extent_value(c, k.space[i]);
	k.chunks = (outer + k.outer_grain - 1) / k.outer_grain;
	if (k.inner_grain)
		k.chunks = outer * ((inner + k.inner_grain - 1) / k.inner_grain);
	if (c->body) {
		const struct contract *t = &c->contract;
		int64_t m = extent_value(c, t->m), n = extent_value(c, t->n);
		k.body = c->body;
		k.chunks = (m + t->m_block - 1) / t->m_block *
			   (t->n_block ? (n + t->n_block - 1) / t->n_block : 1);
		for (uint32_t i = 0; i < t->nbatch; i++)
			k.chunks *= extent_value(c, t->batch[i]);
		if (t->groups)
			k.chunks = contract_chunks(c->g, t);
	}
	for (int isa = (int)c->least; isa < (c->most ? (int)c->most + 1 : ISA_COUNT); isa++) {
		snprintf(k.name, sizeof k.name, "test_%s", isa_table[isa].name);
		if (!gen_runs((enum isa)isa) && !runs_emulated((enum isa)isa)) {
			/* at least it compiles */
			struct codegen_options o = {
				.isa = (enum isa)isa, .level = 1, .dump = getenv("WEFT_DUMP")
			};
			struct codegen_code code;
			CHECK_OK(gen_table()->compile(&k, &o, &code));
			gen_table()->code_free(&code);
			continue;
		}
		for (uint32_t i = 0; i < r->nresults; i++)
			out[i] = make_tensor(c, r->results[i]->type);
		run_native(c, &k, in, out, (enum isa)isa);
		for (uint32_t i = 0; i < r->nresults; i++)
			compare(c, isa_table[isa].name, i, &out[i], &want[i]);
		if (isa == ISA_LEVEL_avx512bf16)
			check_brief(c, k, in, out);
	}
}

const struct node *gen_unpack(struct graph *g, const struct node *p, int64_t k, int64_t n)
{
	const int64_t *d = p->type->dims;
	bool words = p->type->rank == 4;
	const int64_t all[] = { words ? d[1] * d[3] : d[1], d[0] * d[2] };

	p = build_transpose(g, p, words ? (int64_t[]){ 1, 3, 0, 2 } : (int64_t[]){ 1, 0, 2 });
	p = build_reshape(g, p, 2, all);
	return build_slice(g, p, (int64_t[]){ 0, 0 }, (int64_t[]){ k, n }, (int64_t[]){ 1, 1 });
}

bool gen_code_says(const struct kernel *k, enum isa isa, const char *word)
{
	char dir[] = "/tmp/weft-dump-XXXXXX", path[200], line[2000];
	bool found = false;

	CHECK(mkdtemp(dir));
	struct codegen_options o = { .isa = isa, .level = 1, .dump = dir };
	struct codegen_code code;
	CHECK_OK(gen_table()->compile(k, &o, &code));
	gen_table()->code_free(&code);
	for (int object = 0; object < 2; object++) {
		snprintf(path, sizeof path, "%s/%u_%s.%s", dir, k->number, k->name,
			object ? "o" : "ll");
		FILE *f = fopen(path, "r");
		CHECK(f);
		while (!object && fgets(line, sizeof line, f))
			found |= strstr(line, word) != NULL;
		fclose(f);
		unlink(path);
	}
	rmdir(dir);
	return found;
}
