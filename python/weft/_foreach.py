"""Operators over lists of tensors, taken apart: torch's tables have no decompositions of them.

Those of `_foreach_` are the operator of each element; fused optimizer steps are written out as eager's
kernels compute them (aten/src/ATen/native/cpu/Fused*Kernel.cpp), a parameter at a time, and so is GradScaler's
arithmetic (AmpGradScalerKernels.cpp).
"""
from __future__ import annotations

import torch


def _norm(x, ord=2, dtype=None):
    return torch.linalg.vector_norm(x, ord, dtype=dtype)


def _clamp(by_tensor, by_number):
    return lambda x, y: by_tensor(x, y) if isinstance(y, torch.Tensor) else by_number(x, y)


def _with_value(fn):
    return lambda x, a, b, value=1: fn(x, a, b, value=value)


def _powsum(x, ord=2, dtype=None):
    return x.abs().pow(ord).sum(dtype=dtype)


# What is not torch's function of the name without `_foreach_`.
SINGLE = {"norm": _norm, "powsum": _powsum, "copy": lambda x, y, non_blocking=False: torch.ops.aten.copy(x, y),
          "maximum": _clamp(torch.maximum, torch.clamp_min),
          "minimum": _clamp(torch.minimum, torch.clamp_max), "addcmul": _with_value(torch.addcmul),
          "addcdiv": _with_value(torch.addcdiv), "zero": torch.zeros_like, "max": lambda x: x.max()}


def _each(single):
    """fn(list or one for all, ...) -> list: argument by argument the element of a list, or the one."""
    def fn(*args, **kw):
        n = next(len(a) for a in args if isinstance(a, (list, tuple)))
        return [single(*(a[i] if isinstance(a, (list, tuple)) else a for a in args), **kw) for i in range(n)]
    return fn


def _unscaled(grads, grad_scale):
    return list(grads) if grad_scale is None else [g / grad_scale for g in grads]


def _kept(found_inf, new, old):
    """new, or old where the scaler found an infinity."""
    return new if found_inf is None else [torch.where(found_inf == 1, o, n) for n, o in zip(new, old, strict=True)]


def _adam(decoupled: bool):
    """Adam, and with decoupled weight decay AdamW."""
    def step(p, g, m, v, vmax, t, *, lr, beta1, beta2, weight_decay, eps, amsgrad, maximize):
        g = -g if maximize else g
        if weight_decay != 0 and decoupled:
            p = p * (1 - lr * weight_decay)
        elif weight_decay != 0:
            g = g + p * weight_decay
        m = torch.lerp(m, g, 1 - beta1)
        v = v * beta2 + g * g * (1 - beta2)
        vmax = torch.maximum(vmax, v) if amsgrad else None
        size = lr / (1 - beta1 ** t)
        root = (vmax if amsgrad else v).sqrt() / (1 - beta2 ** t).sqrt() + eps
        return p - size * m / root, m, v, vmax

    def fused(params, grads, ms, vs, vmaxs, steps, *, grad_scale=None, found_inf=None, amsgrad, **kw):
        gs = _unscaled(grads, grad_scale)
        new = [step(p, g, m, v, vmaxs[i] if amsgrad else None, t, amsgrad=amsgrad, **kw)
               for i, (p, g, m, v, t) in enumerate(zip(params, gs, ms, vs, steps, strict=True))]
        p, m, v, vmax = (list(column) for column in zip(*new, strict=True))
        return (_kept(found_inf, p, params), gs, _kept(found_inf, m, ms), _kept(found_inf, v, vs),
                _kept(found_inf, vmax, vmaxs) if amsgrad else list(vmaxs))
    return fused


def _sgd(params, grads, buffers, *, weight_decay, momentum, lr, dampening, nesterov, maximize, is_first_step,
         grad_scale=None, found_inf=None):
    gs = _unscaled(grads, grad_scale)
    new, bufs = [], []
    for i, (p, g) in enumerate(zip(params, gs, strict=True)):
        g = -g if maximize else g
        g = g + p * weight_decay if weight_decay != 0 else g
        if momentum != 0:
            b = g if is_first_step else buffers[i] * momentum + g * (1 - dampening)
            bufs.append(b)
            g = g + b * momentum if nesterov else b
        new.append(p - g * lr)
    return (_kept(found_inf, new, params), gs, _kept(found_inf, bufs, buffers) if momentum != 0 else list(buffers))


def _unscale(grads, found_inf, inv_scale):
    """GradScaler's, of gradients that need not be finite."""
    finite = torch.stack([g.isfinite().all() for g in grads]).all()
    return [(g * inv_scale).to(g.dtype) for g in grads], torch.where(finite, found_inf, torch.ones_like(found_inf))


def _update_scale(scale, tracker, found_inf, scale_growth_factor, scale_backoff_factor, growth_interval):
    more, found = tracker + 1, found_inf != 0
    grown = (scale.double() * scale_growth_factor).to(scale.dtype)
    due = more == growth_interval
    grown = torch.where(due & grown.isfinite(), grown, scale)
    back = (scale.double() * scale_backoff_factor).to(scale.dtype)
    return torch.where(found, back, grown), torch.where(found | due, torch.zeros_like(tracker), more)


SCALER = {"_amp_foreach_non_finite_check_and_unscale": _unscale, "_amp_update_scale": _update_scale}
FUSED = {"_fused_adam": _adam(False), "_fused_adamw": _adam(True), "_fused_sgd": _sgd}


def _names() -> list[str]:
    """Of torch's operators over lists.  Asked of the dispatcher: torch.ops.aten lists what somebody used before."""
    names = {n.split(".")[0].removeprefix("aten::") for n in torch._C._dispatch_get_all_op_names()}
    return sorted(n for n in names if n.startswith("_foreach_") and not n.endswith("_"))


def decompositions() -> dict:
    out = {getattr(getattr(torch.ops.aten, name), overload): fn
           for name, fn in FUSED.items() for overload in ("default", "tensor_lr")}
    out.update((getattr(torch.ops.aten, name).default, fn) for name, fn in SCALER.items())
    for name in _names():
        short = name.removeprefix("_foreach_")
        single = SINGLE.get(short) or getattr(torch, short, None) or getattr(torch.special, short, None)
        if single is None:
            continue
        packet = getattr(torch.ops.aten, name)
        for overload in packet.overloads():
            op = getattr(packet, overload)
            if not op._schema.is_mutable and "out" not in overload.split("_"):
                out[op] = _each(single)
    return out
