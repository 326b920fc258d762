/* gen.c -- a kernel in, machine code out: the generator's one door and what all its files stand on.
 *
 * compile() is a job: it makes an LLVM context, lets the core's file emit the entry function
 * (abi_kernel_fn) into one module, has the target emit an object in memory and links that into a
 * blob.  Before: any struct kernel.  After: code without a symbol or relocation, or an error naming
 * op, dtype and kernel, and nothing left behind (but for LLVM's own fatal errors, whose context is
 * leaked because nothing in it can be trusted). */
#include "base/file.h"
#include "base/mem.h"
#include "gen/gen_impl.h"
#include <llvm-c/Analysis.h>
#include <llvm-c/ErrorHandling.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static _Thread_local struct gen *compiling;      /* for LLVM's fatal-error handler alone */

struct compile_args {
	const struct kernel *k;
	const struct codegen_options *opt;
	struct codegen_code *out;
};

noreturn void gen_fail(struct gen *g, enum weft_code code, const char *fmt, ...)
{
	va_list ap;
	char text[400];

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	job_fail(g->job, code, "kernel %s (%s): %s", g->k->name, g->isa->name, text);
}

noreturn void gen_unsupported(struct gen *g, const struct node *n, const char *what)
{
	const struct location *at = graph_location(g->k->graph, n);
	struct place place = { NULL, 0, 0 };
	const struct type *t = n->type;

	if (t->kind != TYPE_tensor)
		t = node_result_type(n, 0);
	const char *dtype = t->kind == TYPE_tensor ? dtype_table[t->dtype].text : "no tensor";
	if (n->nin && n->in[0]->type->kind == TYPE_tensor && n->in[0]->type->dtype != t->dtype)
		dtype = job_printf(
			g->job, "%s of %s", dtype, dtype_table[n->in[0]->type->dtype].text);
	if (at)
		place = (struct place){ at->file, at->line, at->column };
	job_fail_at(g->job, WEFT_UNIMPLEMENTED, place,
		"%s of %s is not lowered to native code yet%s%s (kernel %s)%s",
		op_table[n->op].text, dtype, what ? ": " : "", what ? what : "", g->k->name,
		graph_origin(g->job, g->k->graph, n));
}

/* ---- short hands ---------------------------------------------------------------------------- */

LLVMValueRef c64(struct gen *g, int64_t v)
{
	return LLVMConstInt(g->i64, (unsigned long long)v, true);
}

LLVMValueRef c32(struct gen *g, int32_t v)
{
	return LLVMConstInt(g->i32, (unsigned long long)(long long)v, true);
}

LLVMTypeRef lanes_of(LLVMTypeRef t)
{
	return LLVMVectorType(t, LANES);
}

bool is_vector(LLVMValueRef v)
{
	return LLVMGetTypeKind(LLVMTypeOf(v)) == LLVMVectorTypeKind;
}

LLVMTypeRef like(LLVMValueRef v, LLVMTypeRef elem)
{
	return is_vector(v) ? LLVMVectorType(elem, LLVMGetVectorSize(LLVMTypeOf(v))) : elem;
}

LLVMValueRef const_of(LLVMTypeRef t, LLVMValueRef scalar)
{
	LLVMValueRef all[64];

	if (LLVMGetTypeKind(t) != LLVMVectorTypeKind)
		return scalar;
	unsigned n = LLVMGetVectorSize(t);
	for (unsigned i = 0; i < n && i < 64; i++)
		all[i] = scalar;
	return LLVMConstVector(all, n);
}

static LLVMTypeRef elem_type(LLVMTypeRef t)
{
	return LLVMGetTypeKind(t) == LLVMVectorTypeKind ? LLVMGetElementType(t) : t;
}

LLVMValueRef ci_like(LLVMValueRef v, int64_t c)
{
	LLVMTypeRef t = LLVMTypeOf(v);

	return const_of(t, LLVMConstInt(elem_type(t), (unsigned long long)c, true));
}

LLVMValueRef cf_like(LLVMValueRef v, double c)
{
	LLVMTypeRef t = LLVMTypeOf(v);

	return const_of(t, LLVMConstReal(elem_type(t), c));
}

LLVMValueRef splat(struct gen *g, LLVMValueRef scalar)
{
	LLVMTypeRef t = LLVMTypeOf(scalar);
	LLVMValueRef zero = LLVMConstNull(LLVMVectorType(g->i32, LANES));

	if (LLVMIsConstant(scalar))
		return const_of(lanes_of(t), scalar);
	LLVMValueRef v =
		LLVMBuildInsertElement(g->b, LLVMGetPoison(lanes_of(t)), scalar, c32(g, 0), "");
	return LLVMBuildShuffleVector(g->b, v, LLVMGetPoison(lanes_of(t)), zero, "");
}

LLVMValueRef lane_iota(struct gen *g, LLVMTypeRef elem)
{
	LLVMValueRef all[LANES];

	(void)g;
	for (unsigned i = 0; i < LANES; i++)
		all[i] = LLVMConstInt(elem, i, false);
	return LLVMConstVector(all, LANES);
}

static LLVMValueRef call_n(struct gen *g, const char *name, unsigned n, LLVMValueRef *args)
{
	LLVMTypeRef t = LLVMTypeOf(args[0]);
	unsigned id = LLVMLookupIntrinsicID(name, strlen(name));

	if (!id)
		BUG("no LLVM intrinsic %s", name);
	LLVMValueRef f = LLVMGetIntrinsicDeclaration(g->module, id, &t, 1);
	return LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, &t, 1), f, args, n, "");
}

LLVMValueRef call1(struct gen *g, const char *intrinsic, LLVMValueRef a)
{
	return call_n(g, intrinsic, 1, &a);
}

LLVMValueRef call2(struct gen *g, const char *intrinsic, LLVMValueRef a, LLVMValueRef b)
{
	return call_n(g, intrinsic, 2, (LLVMValueRef[]){ a, b });
}

LLVMValueRef call3(
	struct gen *g, const char *intrinsic, LLVMValueRef a, LLVMValueRef b, LLVMValueRef c)
{
	return call_n(g, intrinsic, 3, (LLVMValueRef[]){ a, b, c });
}

LLVMValueRef fma3(struct gen *g, LLVMValueRef a, LLVMValueRef b, LLVMValueRef c)
{
	if (g->isa->instr & ISA_FMA)
		return call3(g, "llvm.fma", a, b, c);
	return FADD(FMUL(a, b), c);
}

LLVMValueRef gep(struct gen *g, LLVMTypeRef t, LLVMValueRef p, LLVMValueRef i)
{
	return LLVMBuildGEP2(g->b, t, p, &i, 1, "");
}

LLVMValueRef gep_bytes(struct gen *g, LLVMValueRef p, int64_t bytes)
{
	return bytes ? gep(g, g->i8, p, c64(g, bytes)) : p;
}

/* ---- what the entry function sees ----------------------------------------------------------- */

/* Field i (8 bytes each) of struct abi_call, loaded at the function's entry. */
static LLVMValueRef call_field(struct gen *g, unsigned i, LLVMTypeRef t)
{
	gen_at(g, 0);
	return LLVMBuildLoad2(g->b, t, gep(g, g->i64, g->call, c64(g, i)), "");
}

LLVMValueRef gen_extent(struct gen *g, int64_t d)
{
	if (d >= 0)
		return c64(g, d);
	for (uint32_t i = 0; i < g->k->nsizes; i++) {
		if (g->k->sizes[i] != d)
			continue;
		if (!g->sizes[i]) {
			LLVMValueRef p = call_field(g, 1, g->ptr);
			g->sizes[i] =
				LLVMBuildLoad2(g->b, g->i64, gep(g, g->i64, p, c64(g, i)), "size");
		}
		return g->sizes[i];
	}
	gen_fail(g, WEFT_INTERNAL, "a symbolic extent is not among the kernel's sizes");
}

LLVMValueRef gen_buffer(struct gen *g, uint32_t i)
{
	if (i >= g->k->ninputs + g->k->noutputs)
		gen_fail(g, WEFT_INTERNAL, "buffer %u of %u", i, g->k->ninputs + g->k->noutputs);
	if (!g->buffers[i]) {
		LLVMValueRef p = call_field(g, 0, g->ptr);
		g->buffers[i] =
			LLVMBuildLoad2(g->b, g->ptr, gep(g, g->ptr, p, c64(g, i)), "buffer");
	}
	return g->buffers[i];
}

LLVMValueRef gen_scratch(struct gen *g, size_t bytes)
{
	size_t at = g->scratch_bytes;

	g->scratch_bytes += (bytes + 63) / 64 * 64;
	if (!g->scratch)
		g->scratch = call_field(g, 2, g->ptr);
	gen_at(g, 0);
	return gep_bytes(g, g->scratch, (int64_t)at);
}

LLVMValueRef gen_data(struct gen *g, const void *bytes, size_t n, size_t align)
{
	LLVMValueRef text = LLVMConstStringInContext2(g->llvm, bytes, n, true);
	LLVMValueRef v = LLVMAddGlobal(g->module, LLVMTypeOf(text), "data");

	LLVMSetInitializer(v, text);
	LLVMSetGlobalConstant(v, true);
	LLVMSetLinkage(v, LLVMPrivateLinkage);
	LLVMSetAlignment(v, (unsigned)align);
	return v;
}

LLVMValueRef gen_zeros(struct gen *g)
{
	static const char zeros[256];

	if (!g->zeros)
		g->zeros = gen_data(g, zeros, sizeof zeros, 64);
	return g->zeros;
}

void gen_attribute(struct gen *g, LLVMValueRef fn, const char *name)
{
	unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));

	LLVMAddAttributeAtIndex(fn, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
		LLVMCreateEnumAttribute(g->llvm, kind, 0));
}

LLVMValueRef gen_internal(struct gen *g, const char *name, LLVMTypeRef type)
{
	LLVMValueRef fn = LLVMAddFunction(g->module, name, type);

	LLVMSetLinkage(fn, LLVMInternalLinkage);
	gen_attribute(g, fn, "nounwind");
	gen_attribute(g, fn, "noinline");
	return fn;
}

static void gen_begin_function(struct gen *g, const char *name, LLVMTypeRef type, bool internal)
{
	g->fn = internal ? gen_internal(g, name, type) : LLVMAddFunction(g->module, name, type);
	gen_attribute(g, g->fn, "nounwind");
	g->entry = LLVMAppendBasicBlockInContext(g->llvm, g->fn, "entry");
	g->block = LLVMAppendBasicBlockInContext(g->llvm, g->fn, "start");
	LLVMPositionBuilderAtEnd(g->b, g->entry);
	memset(g->scope, 0, sizeof g->scope);
	g->scope[0].before = LLVMBuildBr(g->b, g->block);
	g->depth = 0;
	scope_push(g);
	g->some_buffer = g->scratch = NULL;
	memset(g->buffers, 0, (g->k->ninputs + g->k->noutputs) * sizeof *g->buffers);
	memset(g->sizes, 0, g->k->nsizes * sizeof *g->sizes);
	g->tail = g->pred = NULL;
	g->pred_level = 0;
}

void gen_end_function(struct gen *g)
{
	gen_here(g);
	store_fence(g);
	LLVMBuildRetVoid(g->b);
	g->depth = 0;
}

/* ---- compiling ------------------------------------------------------------------------------ */

static void gen_undo(void *obj, bool failed)
{
	struct gen *g = obj;

	(void)failed;
	compiling = NULL;
	if (g->leaked)
		return;
	if (g->object)
		LLVMDisposeMemoryBuffer(g->object);
	if (g->b)
		LLVMDisposeBuilder(g->b);
	if (g->module)
		LLVMDisposeModule(g->module);
	if (g->tm)
		LLVMDisposeTargetMachine(g->tm);
	if (g->llvm)
		LLVMContextDispose(g->llvm);
}

static void on_fatal_error(const char *reason)
{
	struct gen *g = compiling;

	if (!g)
		return;
	g->leaked = true;
	compiling = NULL;
	gen_fail(g, WEFT_INTERNAL, "LLVM: %s", reason);
}

static void on_diagnostic(LLVMDiagnosticInfoRef info, void *arg)
{
	struct gen *g = arg;

	if (LLVMGetDiagInfoSeverity(info) != LLVMDSError)
		return;
	char *text = LLVMGetDiagInfoDescription(info);
	char copy[300];
	snprintf(copy, sizeof copy, "%s", text);
	LLVMDisposeMessage(text);
	on_fatal_error(copy);
	(void)g;
}

/* General index vectors are i32 lanes when no tensor of the kernel can need more. */
static bool type_is_wide(const struct type *t)
{
	if (t->kind != TYPE_tensor)
		return false;
	int64_t n = type_elements(t);
	return n < 0 || n >= (int64_t)1 << 29;
}

/* The same of all results of a node. */
static bool results_are_wide(const struct type *t)
{
	if (t->kind != TYPE_results)
		return type_is_wide(t);
	for (uint32_t e = 0; e < t->n; e++)
		if (type_is_wide(t->elem[e]))
			return true;
	return false;
}

static bool kernel_is_wide(struct gen *g)
{
	const struct region *r = g->k->body;
	uint32_t n;
	const struct node **nodes = region_order(g->job, r, &n);

	for (uint32_t i = 0; i < n; i++)
		if (results_are_wide(nodes[i]->type))
			return true;
	return false;
}

static void gen_open(struct gen *g)
{
	g->llvm = LLVMContextCreate();
	LLVMContextSetDiagnosticHandler(g->llvm, on_diagnostic, g);
	g->module = LLVMModuleCreateWithNameInContext(g->k->name, g->llvm);
	g->b = LLVMCreateBuilderInContext(g->llvm);
	g->i1 = LLVMInt1TypeInContext(g->llvm);
	g->i8 = LLVMInt8TypeInContext(g->llvm);
	g->i16 = LLVMInt16TypeInContext(g->llvm);
	g->i32 = LLVMInt32TypeInContext(g->llvm);
	g->i64 = LLVMInt64TypeInContext(g->llvm);
	g->f16 = LLVMHalfTypeInContext(g->llvm);
	g->f32 = LLVMFloatTypeInContext(g->llvm);
	g->f64 = LLVMDoubleTypeInContext(g->llvm);
	g->ptr = LLVMPointerTypeInContext(g->llvm, 0);
	g->none = LLVMVoidTypeInContext(g->llvm);
	g->iw = kernel_is_wide(g) ? g->i64 : g->i32;
	bool x86 = g->isa->machine == ISA_x86_64;
	bool wide = x86 && g->isa->bytes == 64;
	g->can.gathers = wide;
	g->can.masks[4] = g->can.masks[8] = x86 && g->isa->bytes >= 32;
	g->can.masks[1] = g->can.masks[2] = wide;
	target_open(g);
}

static struct weft_error *dump(struct gen *g, const char *suffix, const char *text, size_t n)
{
	mkdir(g->opt->dump, 0777); /* where it cannot be, the file's error says so */
	return file_write_atomic(
		job_printf(g->job, "%s/%u_%s.%s", g->opt->dump, g->k->number, g->k->name, suffix),
		text, n);
}

static void dump_module(struct gen *g)
{
	char *text = LLVMPrintModuleToString(g->module);
	struct weft_error *e = dump(g, "ll", text, strlen(text));

	LLVMDisposeMessage(text);
	job_try(g->job, e);
}

static void dump_object(struct gen *g, LLVMMemoryBufferRef object)
{
	job_try(g->job, dump(g, "o", LLVMGetBufferStart(object), LLVMGetBufferSize(object)));
}

static void gen_verify(struct gen *g)
{
	char *message = NULL;
	bool bad = LLVMVerifyModule(g->module, LLVMReturnStatusAction, &message);
	char copy[300];

	snprintf(copy, sizeof copy, "%s", message ? message : "");
	LLVMDisposeMessage(message);
	if (bad)
		gen_fail(g, WEFT_INTERNAL, "invalid LLVM IR: %s", copy);
}

static void compile_job(struct job *j, void *arg)
{
	const struct compile_args *a = arg;
	struct gen *g = job_alloc(j, sizeof *g);

	*g = (struct gen){ .job = j, .k = a->k, .opt = a->opt, .isa = &isa_table[a->opt->isa] };
	g->buffers = job_array(j, g->k->ninputs + g->k->noutputs + 1, sizeof *g->buffers);
	g->sizes = job_array(j, g->k->nsizes + 1, sizeof *g->sizes);
	job_defer(j, gen_undo, g);
	compiling = g;
	gen_open(g);
	LLVMTypeRef params[] = { g->ptr, g->i64, g->i64 };
	gen_begin_function(g, "kernel", LLVMFunctionType(g->none, params, 3, false), false);
	g->call = LLVMGetParam(g->fn, 0);
	switch (g->k->core) {
	case CORE_map: case CORE_update: core_map(g); break;
	case CORE_row: core_row(g); break;
	case CORE_contract: core_contract(g); break;
	case CORE_attention: core_attention(g); break;
	case CORE_scatter: core_scatter(g); break;
	case CORE_sort: core_sort(g); break;
	case CORE_scan: core_scan(g); break;
	case CORE_sums: core_sums(g); break;
	default: gen_fail(g, WEFT_UNIMPLEMENTED, "core %d is not lowered yet", (int)g->k->core);
	}
	if (g->k->brief)
		target_halve_vectors(g);
	if (g->opt->dump)
		dump_module(g);
#ifndef NDEBUG
	gen_verify(g);
#endif
	LLVMMemoryBufferRef object = g->object = target_emit(g);
	if (g->opt->dump)
		dump_object(g, object);
	link_object(g, LLVMGetBufferStart(object), LLVMGetBufferSize(object), "kernel", a->out);
	a->out->scratch = g->scratch_bytes;
}

static struct weft_error *compile(const struct kernel *k, const struct codegen_options *o,
	struct codegen_code *out)
{
	struct compile_args a = { k, o, out };

	*out = (struct codegen_code){ .bytes = NULL };
	LLVMInstallFatalErrorHandler(on_fatal_error);
	struct weft_error *e = job_run(compile_job, &a);
	if (e) {
		mem_free(out->bytes);
		*out = (struct codegen_code){ .bytes = NULL };
	}
	return e;
}

/* What LLVM registers to be destroyed at exit (Makefile: --wrap), which is not: a thread may be
 * generating code then, and the library is never closed before. */
int __wrap___cxa_atexit(void (*fn)(void *), void *arg, void *library);
int __wrap___cxa_atexit(void (*fn)(void *), void *arg, void *library)
{
	(void)fn, (void)arg, (void)library;
	return 0;
}

static void code_free(struct codegen_code *c)
{
	mem_free(c->bytes);
	*c = (struct codegen_code){ .bytes = NULL };
}

__attribute__((visibility("default"))) const struct codegen_table weft_codegen_table = {
	CODEGEN_VERSION, compile, code_free
};
