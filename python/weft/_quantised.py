"""Quantised tensors taken apart: what torch's quantisers write into graphs (quantized_decomposed), and the roundings of
training that knows of them (fake_quantize).

torch defines the first in Python, from operators Weft has; only what there looks at numbers is written anew. The second
are kernels in eager, whose order of roundings is kept: x by the inverse of a scale, to the nearest even integer, plus the
zero point, in x's own type or in f32.
"""
from __future__ import annotations

import struct
import sys

import torch

aten = torch.ops.aten
HALVES = (torch.float16, torch.bfloat16)
MODULE = "torch.ao.quantization.fx._decomposed"        # which registers the operators
EXACT = 1 << 22                                        # integers up to it, and their differences, are f32's


def loaded() -> bool:
    return MODULE in sys.modules


def _number(t, dtype=torch.float32):
    """The one number of t, as a scalar of dtype: what an operator of torch's own reads by item()."""
    return t.reshape(()).to(dtype)


def _inverse(scale):
    """1 / scale, which is Python's float in eager, as f32."""
    return (1 / _number(scale, torch.float64)).float()


# ---- to integers and back --------------------------------------------------------------------------


def quantize(x, scale, zero, low, high, dtype):
    """quantize_per_tensor by tensors."""
    from torch.ao.quantization.fx._decomposed import quantize_per_tensor_tensor_meta
    quantize_per_tensor_tensor_meta(x, scale, zero, low, high, dtype)                  # its complaints
    return (torch.round(x.float() * _inverse(scale)) + _number(zero)).clamp(low, high).to(dtype)


def quantize_between(x, scale, zero, low, high, dtype):
    """The same where the ends are tensors, too."""
    if low.numel() != 1 or high.numel() != 1 or dtype.is_floating_point:
        return NotImplemented
    ends = torch.iinfo(dtype)
    aten._assert_async.msg((low >= ends.min).all(), "quant_min out of bounds for dtype")
    aten._assert_async.msg((high <= ends.max).all(), "quant_max out of bounds for dtype")
    return quantize(x, scale, zero, _number(low), _number(high), dtype)


def dequantize(x, scale, zero, low, high, dtype, *, out_dtype=None):
    """dequantize_per_tensor by tensors: halves are rounded after each operation, which is f32's."""
    from torch.ao.quantization.fx._decomposed import dequantize_per_tensor_tensor_meta
    out = dequantize_per_tensor_tensor_meta(x, scale, zero, low, high, dtype, out_dtype=out_dtype).dtype
    wide = torch.float32 if out in HALVES else out
    return ((x.to(out).to(wide) - _number(zero, wide)).to(out).to(wide) * _number(scale, wide)).to(out)


def quantize_groups(x, scales, zeros, low, high, dtype, group_size=128):
    """quantize_per_channel_group."""
    from torch.ao.quantization.fx._decomposed import quantize_per_channel_group_meta
    quantize_per_channel_group_meta(x, scales, zeros, low, high, dtype, group_size)    # its complaints
    if scales.shape[-1] == 1 and group_size > x.shape[-1]:
        group_size = x.shape[-1]
    rows = x.reshape(-1, group_size)
    aten._assert_async.msg(~rows.isnan().any(), "to_quant must not contain NaNs")
    q = rows * (1.0 / scales.reshape(-1, 1)) + zeros.reshape(-1, 1)
    return q.round().clamp(low, high).to(dtype).reshape(x.shape)


def _ends(x, low, high):
    """The least and the largest number of x, zero among them."""
    if x.numel() == 0 or not low <= 0 <= high or low == high:
        return None
    least, most = aten.aminmax.default(x)
    return torch.minimum(least, torch.zeros_like(least)), torch.maximum(most, torch.zeros_like(most))


def choose(x, low, high, eps, dtype):
    """choose_qparams: a scale and a zero point for all numbers of x."""
    if (ends := _ends(x, low, high)) is None:
        return NotImplemented
    scale = torch.maximum((ends[1] - ends[0]) / float(high - low), torch.full((1,), eps, dtype=torch.float32))
    zero = low - torch.round(ends[0] / scale).to(torch.int32)
    return scale.double(), zero.clamp(low, high).long()


def choose_symmetric(x, low, high, eps, dtype):
    if (ends := _ends(x, low, high)) is None:
        return NotImplemented
    most = torch.maximum(-ends[0], ends[1]) / (float(high - low) / 2)
    scale = torch.maximum(most, torch.full((1,), eps, dtype=torch.float32))
    return scale.double(), torch.full((1,), 128 if dtype == torch.uint8 else 0)


# ---- roundings of training -------------------------------------------------------------------------


def _single(v: float) -> float:
    """v as f32 has it."""
    return struct.unpack("f", struct.pack("f", v))[0]


def _fits(x, low, high) -> bool:
    return x.is_floating_point() and -EXACT <= low <= high <= EXACT


def _rounded(x, scale, zero, low, high, most, inverse=None, single=False):
    """x by the nearest of scale * (low - zero .. high - zero), and whether it is not beyond; not a number is lowest, what
    is too high is `most`.  single: numbers are scaled in f32, also f64."""
    wide = x.float() if x.dtype in HALVES else x
    q = torch.round(wide * (1 / scale if inverse is None else inverse)) + zero
    most = torch.where(q < most, high, low) if most > high else high
    y = torch.where(q > high, most, torch.where(q >= low, q, low)) - zero
    y = (y.float() if single else y) * scale
    return y.to(x.dtype), (q >= low) & (q <= high)


def fake_quantize(x, scale, zero, low, high):
    if not _fits(x, low, high) or not low <= zero <= high or _single(scale) == 0:
        return NotImplemented
    scale = _single(scale)
    return _rounded(x, scale, zero, low, high, high, _single(1 / scale), single=True)


def fake_quantize_by(x, scale, zero, enabled, low, high):
    """By parameters that are tensors, where `enabled` is not zero."""
    if not _fits(x, low, high) or any(t.numel() != 1 for t in (scale, zero, enabled)):
        return NotImplemented
    scale, zero, on = _number(scale), _number(_number(zero, torch.int32)), _number(enabled, torch.int32) != 0
    y, inside = _rounded(x, scale, zero, low, high, high, single=True)
    return torch.where(on, y, x), inside | ~on


def fake_quantize_channels(x, scale, zero, axis, low, high):
    """By a scale and a zero point for each place of a dimension.  What is above all integers of 64 bits becomes the lowest,
    as by the kernel's conversion."""
    if not _fits(x, low, high) or scale.dtype != torch.float32 or zero.dtype != torch.int32 or scale.dim() != 1 or \
            zero.dim() != 1 or not 0 <= axis < x.dim() or scale.shape != zero.shape or scale.shape[0] != x.shape[axis] or \
            scale.numel() == 0:
        return NotImplemented
    aten._assert_async.msg((zero.amin() >= low) & (zero.amax() <= high), "`zero_point` must be between `quant_min` and `quant_max`.")
    return _channels(x, scale, zero, axis, low, high)


def _channels(x, scale, zero, axis, low, high):
    shape = [-1 if d == axis else 1 for d in range(x.dim())]
    return _rounded(x, scale.reshape(shape), zero.reshape(shape).float(), low, high, 2.0 ** 63)


def _learnable(x, scale, zero, low, high, n) -> bool:
    return _fits(x, low, high) and low <= high and x.numel() != 0 and \
        all(t.dtype == torch.float32 and t.dim() < 2 and t.numel() == n for t in (scale, zero))


def learnable(x, scale, zero, low, high, factor=1.0):
    if not _learnable(x, scale, zero, low, high, 1):
        return NotImplemented
    return _rounded(x, _number(scale), _number(zero).round().clamp(low, high), low, high, high, single=True)[0]


def learnable_channels(x, scale, zero, axis, low, high, factor=1.0):
    if not 0 <= axis < x.dim() or not _learnable(x, scale, zero, low, high, x.shape[axis]):
        return NotImplemented
    return _channels(x, scale, zero.round().clamp(low, high), axis, low, high)[0]


def _slopes(grad, x, scale, zero, low, high, factor):
    """The gradients of x, and element by element of scale and zero point; what no integer of 64 bits is, is below all."""
    inverse = 1 / scale
    q = torch.round(x * inverse) + zero
    inside, end = (q >= low) & (q <= high), torch.where((q > high) & (q < 2.0 ** 63), high - zero, low - zero)
    back = (q.clamp(low, high) - zero) * scale
    to_scale = torch.where(inside, grad * (back - x) * inverse, grad * end) * factor
    return grad * inside, to_scale, torch.where(inside, 0, -grad * scale * factor)


def learnable_backward(grad, x, scale, zero, low, high, factor=1.0):
    """The zero point is cut off here where it was rounded before, as in eager."""
    if x.dtype != torch.float32 or grad.dtype != x.dtype or not _learnable(x, scale, zero, low, high, 1):
        return NotImplemented
    zero = (_number(zero) + 0.5).clamp(low, high).trunc()
    to_x, *more = _slopes(grad, x, _number(scale), zero, low, high, factor)
    return to_x, *(t.sum().reshape(1) for t in more)


def learnable_channels_backward(grad, x, scale, zero, axis, low, high, factor=1.0):
    if x.dtype != torch.float32 or grad.dtype != x.dtype or x.dim() < 2 or not 0 <= axis < x.dim() or \
            not _learnable(x, scale, zero, low, high, x.shape[axis]):
        return NotImplemented
    shape = [-1 if d == axis else 1 for d in range(x.dim())]
    to_x, *more = _slopes(grad, x, scale.reshape(shape), zero.round().clamp(low, high).reshape(shape), low, high, factor)
    return to_x, *(t.movedim(axis, 0).flatten(1).sum(1) for t in more)


def fake_quantize_backward(grad, inside):
    return grad * inside if inside.dtype == torch.bool and inside.shape == grad.shape else NotImplemented


SMALLEST = _single(6.1e-5)                             # scale that is taken


def _middle(least, most, low, high):
    """Ends as far from zero as the farther, where they are on both sides of it."""
    below, above = -((high - low) // 2 + 1), (high - low) // 2
    scale = torch.maximum((least / below).abs(), (most / above).abs()).double()
    both = (least < 0) & (most > 0)
    return torch.where(both, (scale * below).float(), least), torch.where(both, (scale * above).float(), most)


def _parameters(least, most, low, high, symmetric):
    """The scale (f32) and the zero point (i32) by which eager has all numbers between two ends."""
    if symmetric:
        least, most = _middle(least, most, low, high)
    least, most, steps = least.clamp(max=0), most.clamp(min=0), high - low
    scale = ((most.double() - least) / steps).float()
    scale = torch.where((scale == 0) | (1 / scale).isinf(), _single(0.1), scale)
    small, wide, larger = scale < SMALLEST, _single(SMALLEST * steps), torch.full_like(scale, SMALLEST) / scale
    scale = torch.where(small, SMALLEST, scale)
    least, most = (torch.where(small, torch.where(other == 0, end, torch.where(x == 0, x, x * larger)), x)
                   for x, other, end in ((least, most, -wide), (most, least, wide)))
    from_least, from_most = least / scale.double(), most / scale.double()
    nearer = abs(low) - from_least.abs() < abs(high) - from_most.abs()
    zero = torch.where(nearer, low - from_least, high - from_most)
    if symmetric:
        zero = torch.where((least < 0) & (most > 0), (low + high) / 2, zero)
    return scale, zero.clamp(low, high).round().to(torch.int32)


def observe(x, observing, on, least, most, scale, zero, share, low, high, axis, rows=False, symmetric=False):
    """A running average of x's ends, the parameters that follow from it, and x quantised by them: what is behind each of
    two switches stays as it was where that is off."""
    n = x.shape[0] if rows and x.dim() else 1
    if x.dtype != torch.float32 or not _fits(x, low, high) or low == high or x.numel() == 0 or (rows and axis != 0) or \
            any(t.numel() != n for t in (least, most, scale, zero)) or observing.numel() != 1 or on.numel() != 1:
        return NotImplemented
    observing, on = _number(observing, torch.int32) != 0, _number(on, torch.int32) != 0
    ends = torch.aminmax(x.flatten(1), dim=1) if rows else torch.aminmax(x)
    least, most = (torch.where(observing, torch.where(old.isinf(), new, old + _single(share) * (new - old)), old)
                   for old, new in ((old, new.reshape(old.shape)) for old, new in zip((least, most), ends)))
    new_scale, new_zero = _parameters(least, most, low, high, symmetric)
    scale = torch.where(on, new_scale.reshape(scale.shape), scale)
    zero = torch.where(on, new_zero.reshape(zero.shape).to(zero.dtype), zero)
    y, inside = _channels(x, scale, zero, axis, low, high) if rows else \
        _rounded(x, _number(scale), _number(zero), low, high, high, single=True)
    return torch.where(on, y, x), inside | ~on, least, most, scale, zero


# ---- products of few bits ----------------------------------------------------------------------------

FEW_ROWS = 8                         # up to which a packed weight is multiplied as it is, and scaled afterwards


def _block() -> tuple[int, bool]:
    """How torch packs columns on this processor: so many lie together, the second half in the bytes' upper bits."""
    of = torch.backends.cpu.get_cpu_capability()
    return 64 if of == "AVX512" else 32, of != "DEFAULT"


def _in_order(low, high, halves: bool):
    """The columns of a block from those in the bytes' lower and upper bits: halves, or every other one."""
    return torch.cat([low, high], -1) if halves else torch.stack([low, high], -1).flatten(-2)


def _sums_of_groups(x, packed, group, halves):
    """The products of x [m, k] with the integers 0 to 15 of packed [blocks, k, bytes], of each group of k: [blocks, k/group, m, columns]."""
    m, k = x.shape
    rows = x.reshape(m, k // group, group).transpose(0, 1)
    packed = packed.unflatten(1, (k // group, group))
    if m == 1:                       # as sums of one reading: nothing is unpacked to memory
        rows, half = rows.float().transpose(1, 2), packed.shape[-1]
        sums = (rows * torch.cat([(packed & 15).float(), packed.float()], -1)).sum(2, keepdim=True)
        low, both = sums[..., :half], sums[..., half:]
        return _in_order(low, (both - low) / 16, halves)
    blocks, width = packed.shape[0], 2 * packed.shape[-1]
    weight = _in_order(packed & 15, packed >> 4, halves).to(x.dtype)
    rows = rows.expand(blocks, *rows.shape).flatten(0, 1)
    return aten.bmm.dtype(rows, weight.flatten(0, 1), torch.float32).reshape(blocks, k // group, m, width)


def _int4_blocks(x, packed, group, scales, zeros, halves):
    """x [m, k] by the weight of packed [blocks, k, bytes], scales and zeros [blocks, k/group, columns]: [m, blocks * columns]."""
    m, k = x.shape
    if isinstance(m, int) and m <= FEW_ROWS:
        sums = _sums_of_groups(x, packed, group, halves)
        all = x.float().reshape(m, k // group, group).sum(2).t().unsqueeze(-1)
        scales, zeros = scales.unsqueeze(2), zeros.unsqueeze(2)
        y = (sums * scales + (zeros - 8 * scales) * all).sum(1)
    else:
        weight = _in_order(packed & 15, packed >> 4, halves).float().unflatten(1, (k // group, group))
        weight = ((weight - 8) * scales.unsqueeze(2) + zeros.unsqueeze(2)).flatten(1, 2)
        y = torch.matmul(x, weight.to(x.dtype))
    y = y.to(x.dtype)                # of one row by its strides, too
    return y.flatten().unsqueeze(0) if isinstance(m, int) and m == 1 else y.transpose(0, 1).flatten(1)


def int4_product(x, packed, group, scales_and_zeros):
    """By blocks of columns, each of which has k rows of bytes; what is left over is a narrower one, in which columns alternate."""
    (n, half), out, (block, halves) = map(int, packed.shape), [], _block()         # a weight's sizes are numbers
    x, packed = x.reshape(x.shape[0], 2 * half), packed.reshape(n, half)
    for start, stop, width in (0, n // block * block, block), (n // block * block, n, n % block):
        if start == stop:
            continue
        blocks = (stop - start) // width
        of = scales_and_zeros[:, start:stop].float().reshape(-1, blocks, width, 2).transpose(0, 1)
        bytes = packed[start:stop].reshape(blocks, 2 * half, width // 2)
        out.append(_int4_blocks(x, bytes, group, of[..., 0], of[..., 1], halves and width == block))
    return torch.cat(out, 1) if len(out) > 1 else out[0]


def scaled_product(a, b, scale_a, scale_b, bias=None, scale_result=None, out_dtype=None, use_fast_accum=False):
    """Of floats of 8 bits, which bf16 holds; a scale is a number, or one of each row or column."""
    scales = [s.reshape(()) if s.numel() == 1 else s for s in (scale_a, scale_b)]
    if any(s.dtype != torch.float32 or s.dim() not in (0, 2) for s in scales):
        return NotImplemented
    dtype = out_dtype or a.dtype
    y = aten.mm.dtype(a.to(torch.bfloat16), b.to(torch.bfloat16), torch.float32) * scales[0] * scales[1]
    if bias is not None:
        y = y + bias
    if scale_result is not None and out_dtype is not None and dtype.itemsize == 1:
        y = y * (1 / scale_result.float())
    return y.to(dtype)


def decompositions() -> dict:
    out = {aten._weight_int4pack_mm_for_cpu.default: int4_product, aten._scaled_mm.default: scaled_product,
           aten._fused_moving_avg_obs_fq_helper_functional.default: observe,
           aten.fake_quantize_per_tensor_affine_cachemask.default: fake_quantize,
           aten._fake_quantize_per_tensor_affine_cachemask_tensor_qparams.default: fake_quantize_by,
           aten.fake_quantize_per_channel_affine_cachemask.default: fake_quantize_channels,
           aten._fake_quantize_learnable_per_tensor_affine.default: learnable,
           aten._fake_quantize_learnable_per_channel_affine.default: learnable_channels,
           aten._fake_quantize_learnable_per_tensor_affine_backward.default: learnable_backward,
           aten._fake_quantize_learnable_per_channel_affine_backward.default: learnable_channels_backward,
           aten.fake_quantize_per_tensor_affine_cachemask_backward.default: fake_quantize_backward,
           aten.fake_quantize_per_channel_affine_cachemask_backward.default: fake_quantize_backward}
    if not loaded():
        return out
    theirs, ops = sys.modules[MODULE], torch.ops.quantized_decomposed
    for name in ("quantize_per_tensor", "dequantize_per_tensor", "quantize_per_channel", "dequantize_per_channel",
                 "choose_qparams_per_token", "choose_qparams_per_token_asymmetric", "quantize_per_token",
                 "dequantize_per_token", "dequantize_per_channel_group"):
        out[getattr(ops, name).default] = getattr(theirs, name)
    return {**out, ops.quantize_per_tensor.tensor: quantize, ops.quantize_per_tensor.tensor2: quantize_between,
            ops.dequantize_per_tensor.tensor: dequantize,
            ops.dequantize_per_tensor.tensor2: dequantize, ops.quantize_per_channel_group.default: quantize_groups,
            ops.choose_qparams.tensor: choose, ops.choose_qparams_symmetric.tensor: choose_symmetric,
            ops.convert_element_type.no_fuse: theirs.convert_element_type}
