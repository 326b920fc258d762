/* inputs.c -- inputs and constants of a command's program, from files or made from a seed. */
#include "base/mem.h"
#include "cli/cli.h"
#include <string.h>

static uint64_t random_next(uint64_t *s)     /* splitmix64 (Steele, Lea and Flood, 2014) */
{
	uint64_t z = *s += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* Floats in [-1, 1), other bit patterns would mostly be NaNs; booleans; integers 0 and 1: many are
 * indices, of tables with as few as two entries. */
static void fill(enum weft_dtype t, void *data, size_t n, uint64_t *seed)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t r = random_next(seed);
		float f = (float)((double)(r >> 11) * 0x1p-52 - 1);
		uint32_t bits;
		memcpy(&bits, &f, sizeof bits);
		switch (t) {
		case WEFT_F32: memcpy((char *)data + 4 * i, &f, 4); break;
		case WEFT_F64: memcpy((char *)data + 8 * i, &(double){ f }, 8); break;
		case WEFT_C64: memcpy((char *)data + 8 * i, (float[]){ f, -f }, 8); break;
		case WEFT_C128: memcpy((char *)data + 16 * i, (double[]){ f, -f }, 16); break;
		case WEFT_BF16:
			memcpy((char *)data + 2 * i, &(uint16_t){ (uint16_t)(bits >> 16) }, 2);
			break;
		case WEFT_F16: memcpy((char *)data + 2 * i,
			&(uint16_t){ (uint16_t)((r & 0x8000) | 0x3000 | (r & 0x3ff)) }, 2); break;
		case WEFT_I1: ((unsigned char *)data)[i] = r & 1; break;
		default: {
			size_t size = weft_dtype_size(t);
			uint64_t v = r & 1;
			memcpy((char *)data + size * i, &v, size);
		}
		}
	}
}

static struct weft_error *random_input(struct weft_client *client, struct weft_tensor_type t,
	uint64_t *seed, struct weft_buffer **out)
{
	int64_t dims[64];
	size_t size;
	void *data;
	for (uint32_t d = 0; d < t.rank && d < 64; d++)
		dims[d] = t.dims[d] < 0 ? 8 : t.dims[d];         /* a symbolic size: 8 */
	t.dims = dims;
	TRY(weft_buffer_create(client, t, out));
	TRY(weft_buffer_data(*out, &data, &size));
	fill(t.dtype, data, size / weft_dtype_size(t.dtype), seed);
	return NULL;
}

struct weft_error *cli_inputs(const struct cli *c, struct weft_client *client,
	struct weft_executable *x, struct weft_buffer ***out, uint32_t *n)
{
	uint32_t want = weft_executable_inputs(x), files = (uint32_t)c->nrest - 1;
	uint64_t seed = c->seed;
	struct weft_error *e = NULL;
	if (files > want || (files < want && !c->random))
		FAIL(WEFT_INVALID_ARGUMENT, "expected %u inputs, found %u%s", want, files,
			files < want ? " (--random-inputs makes them)" : "");
	struct weft_buffer **in = mem_alloc(mem_size(want + 1, sizeof *in));
	if (!in)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %u inputs", want);
	for (uint32_t i = 0; i < want && !e; i++) {
		struct weft_tensor_type t = weft_executable_input(x, i);
		e = i < files ? npy_read(client, c->rest[1 + i], t.dtype, &in[i]) :
			random_input(client, t, &seed, &in[i]);
	}
	if (e) {
		cli_release(in, want);
		return e;
	}
	*out = in;
	*n = want;
	return NULL;
}

/* *x bound to constants[0..n), which it retains. */
static struct weft_error *bind(
	struct weft_executable **x, uint32_t n, struct weft_buffer *const *constants)
{
	struct weft_executable *bound;
	TRY(weft_executable_bind(*x, n, constants, &bound));
	weft_executable_release(*x);
	*x = bound;
	return NULL;
}

struct weft_error *cli_constants(
	const struct cli *c, struct weft_client *client, struct weft_executable **x)
{
	uint32_t n = weft_executable_constants(*x);
	uint64_t seed = ~c->seed;
	struct weft_error *e = NULL;
	if (!n || !c->random)
		return NULL;
	struct weft_buffer **made = mem_alloc(mem_size(n, sizeof *made));
	if (!made)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %u constants", n);
	for (uint32_t i = 0; i < n && !e; i++)
		e = random_input(client, weft_executable_constant(*x, i), &seed, &made[i]);
	if (!e)
		e = bind(x, n, made);
	cli_release(made, n);
	return e;
}

void cli_release(struct weft_buffer **buffers, uint32_t n)
{
	for (uint32_t i = 0; buffers && i < n; i++)
		weft_buffer_release(buffers[i]);
	mem_free(buffers);
}
