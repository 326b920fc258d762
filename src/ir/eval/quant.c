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

struct tensor *quant_load(struct call *c, const struct tensor *t)
{
	const struct quant *q = t->type->quant;
	struct tensor *out = eval_temp(c, q->expressed, t->rank, t->dims);

	for (int64_t i = 0, n = tensor_elements(t); i < n; i++) {
		uint32_t k = quant_slot(q, t, i);
		double v = (double)(dtype_load_i64(t->type->dtype, tensor_at(t, i)) - q->zeros[k]);
		unsigned char scale[16];
		dtype_store_f64(q->expressed, scale, q->scales[k]);
		dtype_store_f64(
			q->expressed, tensor_at(out, i), v * dtype_load_f64(q->expressed, scale));
	}
	return out;
}

/* x / scale in the expressed type, to the nearest integer, plus the zero point, within the
 * storage. */
void quant_store(struct call *c, const struct tensor *t, struct tensor *out)
{
	const struct quant *q = out->type->quant;

	(void)c;
	for (int64_t i = 0, n = tensor_elements(t); i < n; i++) {
		uint32_t k = quant_slot(q, out, i);
		unsigned char tmp[16];
		dtype_store_f64(q->expressed, tmp, q->scales[k]);
		double scale = dtype_load_f64(q->expressed, tmp);
		dtype_store_f64(q->expressed, tmp,
			dtype_load_f64(t->type->dtype, tensor_at(t, i)) / scale);
		double v = rint(dtype_load_f64(q->expressed, tmp)) + (double)q->zeros[k];
		if (!(v >= (double)q->min))
			v = isnan(v) ? (double)q->zeros[k] : (double)q->min;
		if (v > (double)q->max)
			v = (double)q->max;
		dtype_store_i64(out->type->dtype, tensor_at(out, i), (int64_t)v);
	}
}
