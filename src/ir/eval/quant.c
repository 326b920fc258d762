/* quant.c -- quantised tensors: storage integers with scale and zero point, per tensor or axis.
 *
 * The specification gives most ops over them as dequantize, compute in the expressed type,
 * quantize; eval.c does that around every op that quant_moves does not name.  Movement, control and
 * ops with regions keep the storage as it is. */
#include "ir/eval/eval_impl.h"
#include <math.h>

bool quant_is(const struct type *t)
{
	return t->kind == TYPE_tensor && t->quant;
}

const struct type *quant_float_type(const struct call *c, const struct type *t)
{
	struct type *f = job_alloc(c->e->j, sizeof *f);

	*f = *t;
	f->dtype = t->quant->expressed;
	f->quant = NULL;
	return f;
}

/* Which scale belongs to element i: blocks of `inner` elements along the axis. */
static uint32_t quant_slot(const struct quant *q, const struct tensor *t, int64_t i)
{
	int64_t inner = 1;

	if (q->axis < 0 || q->n < 2 || (uint32_t)q->axis >= t->rank)
		return 0;
	for (uint32_t d = (uint32_t)q->axis + 1; d < t->rank; d++)
		inner *= t->dims[d];
	return (uint32_t)(i / inner % t->dims[q->axis]) % q->n;
}

static double expressed(const struct quant *q, double v)
{
	unsigned char at[16];

	dtype_store_f64(q->expressed, at, v);
	return dtype_load_f64(q->expressed, at);
}

struct tensor *quant_load(struct call *c, const struct tensor *t)
{
	const struct quant *q = t->type->quant;
	struct tensor *out = eval_temp(c, q->expressed, t->rank, t->dims);

	for (int64_t i = 0, n = tensor_elements(t); i < n; i++) {
		uint32_t k = quant_slot(q, t, i);
		double v = (double)(dtype_load_i64(t->type->dtype, tensor_at(t, i)) - q->zeros[k]);
		dtype_store_f64(q->expressed, tensor_at(out, i),
			expressed(q, v) * expressed(q, q->scales[k]));
	}
	return out;
}

static double within(double v, double min, double max)
{
	return v < min ? min : v > max ? max : v;
}

/* x / scale plus the zero point, within the storage's bounds, to the nearest integer: each in the
 * expressed type.  A NaN is the zero point. */
void quant_store(struct call *c, const struct tensor *t, struct tensor *out)
{
	const struct quant *q = out->type->quant;
	double min = (double)q->min, max = (double)q->max;

	(void)c;
	for (int64_t i = 0, n = tensor_elements(t); i < n; i++) {
		uint32_t k = quant_slot(q, out, i);
		double x = expressed(q, dtype_load_f64(t->type->dtype, tensor_at(t, i)));
		double zero = expressed(q, (double)q->zeros[k]);
		double v = expressed(q, x / expressed(q, q->scales[k]));
		v = expressed(q, v + zero);      /* infinities may meet */
		v = isnan(v) ? zero : v;
		v = rint(within(v, expressed(q, min), expressed(q, max)));
		dtype_store_i64(out->type->dtype, tensor_at(out, i), (int64_t)within(v, min, max));
	}
}
