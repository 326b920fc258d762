"""torch's databases of modules, optimizers and higher-order operators in OpInfo's form.

An entry has what pair.check asks of one: dtypes, samples, and a function of a sample.  A module is
its functional call, so its parameters and buffers are inputs that are compared too; an optimizer is
three steps of it, of which each is compiled.
"""
from __future__ import annotations

import copy

import torch
from torch.testing._internal.opinfo.core import SampleInput


class Sample(SampleInput):
    """With a module, or the options of an optimizer."""


class Entry:
    """What an OpInfo says that these databases do not."""

    variant_test_name = ""
    decorators = ()
    supports_autograd = True

    def supported_backward_dtypes(self, device):
        return self.supported_dtypes(device)


class Module(Entry):
    def __init__(self, info):
        self.info, self.name = info, "nn." + info.name.removeprefix("nn.")
        self.decorators = tuple(info.decorators)

    def supported_dtypes(self, device):
        return self.info.supported_dtypes(device)

    def sample_inputs(self, device, dtype, requires_grad=False):
        for training in (True, False):
            for given in self.info.module_inputs_func(self.info, device=device, dtype=dtype,
                                                      requires_grad=requires_grad, training=training):
                if given.forward_input is None:
                    continue
                torch.manual_seed(3)
                module = self.info.module_cls(*given.constructor_input.args, **given.constructor_input.kwargs)
                module = module.to(dtype).train(training)
                if any(isinstance(p, torch.nn.parameter.UninitializedTensorMixin) for p in
                       [*module.parameters(), *module.buffers()]):
                    with torch.no_grad():
                        module(*copy.deepcopy(given.forward_input.args), **copy.deepcopy(given.forward_input.kwargs))
                state = {k: v.detach().clone().requires_grad_(v.requires_grad and requires_grad)
                         for k, v in [*module.named_parameters(), *module.named_buffers()]}
                args = given.forward_input.args
                sample = Sample(args[0] if args else None, args=args[1:], kwargs=given.forward_input.kwargs)
                sample.args = (sample.args, state)
                sample.module = module
                yield sample

    def function(self, sample):
        def fn(first, args, kwargs):
            rest, state = args
            whole = rest if first is None else (first, *rest)
            return torch.func.functional_call(sample.module, state, whole, kwargs)
        return fn


class Optimizer(Entry):
    supports_autograd = False

    def __init__(self, info):
        self.info, self.name = info, "optim." + info.optim_cls.__name__

    def supported_dtypes(self, device):
        return (torch.float32, torch.float64)

    def sample_inputs(self, device, dtype, requires_grad=False):
        for given in self.info.optim_inputs_func(device=device):
            for way in ({}, *({w: True} for w in self.info.supported_impls if w in ("foreach", "fused"))):
                if way and set(way) & set(given.kwargs):
                    continue
                torch.manual_seed(4)
                shapes = [(3, 4), (5,), (2, 3)] if self.info.optim_cls.__name__ != "Muon" else [(3, 4), (4, 2)]
                params = [torch.randn(s, dtype=dtype) for s in shapes]
                grads = [[torch.randn(s, dtype=dtype) for s in shapes] for _ in range(3)]
                sample = Sample(params, args=(grads,))
                sample.options = {**given.kwargs, **way}
                yield sample

    def function(self, sample, wrap=lambda step: step):
        cls, options = self.info.optim_cls, sample.options

        def fn(params, args, kwargs):
            params = [torch.nn.Parameter(p.clone()) for p in params]
            opt = cls(params, **{k: v.clone() if isinstance(v, torch.Tensor) else v for k, v in options.items()})
            closure = None
            if self.info.step_requires_closure:
                def closure():
                    opt.zero_grad()
                    loss = sum((p * p).sum() for p in params)
                    loss.backward()
                    return loss
            step = wrap(lambda: opt.step(closure) if closure else opt.step())
            for grads in args[0]:
                for p, g in zip(params, grads):
                    p.grad = g.clone()
                step()
            return [p.detach() for p in params]
        return fn


def modules():
    from torch.testing._internal.common_modules import module_db
    return [Module(i) for i in module_db]


def optimizers():
    from torch.testing._internal.common_optimizers import optim_db
    return [Optimizer(i) for i in optim_db]


def hops():
    from torch.testing._internal.hop_db import hop_db
    for op in hop_db:
        op.name = "hop." + op.name.removeprefix("hop.")
    return list(hop_db)
