"""What torch does again and again while it captures graphs, above all those whose sizes are symbols, done once (conftest.py).
The graphs come out the same: no test asks by how much work."""
import functools
import types

import torch
from torch._functorch._aot_autograd import graph_compile
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.fx.experimental import proxy_tensor, recording, symbolic_shapes
from torch.fx.experimental.sym_node import SymNode

NUMBERS = {int, float, bool, type(None)}


def computed_once(method):
    """A product, difference or comparison of the same two sizes, while nothing is learnt about them.  The node is a new one each
    time: torch tells nodes apart."""
    compute, proxies = getattr(SymNode, method), proxy_tensor.get_proxy_mode

    @functools.wraps(compute)
    def remembered(self, other):
        env = self.shape_env
        if env is None or type(other) is not SymNode or type(self._hint) not in NUMBERS or type(other._hint) not in NUMBERS \
                or env._translation_validation_enabled or proxies() is not None:
            return compute(self, other)
        known = env.__dict__.setdefault("known_to_tests", {})
        key = (method, self._expr, other._expr, self.pytype, other.pytype, self._hint, other._hint, env._replacements_version_counter)
        if (made := known.get(key)) is None:
            node = compute(self, other)
            known[key] = node._expr, node.pytype, node._hint
            return node
        return SymNode(made[0], env, made[1], made[2])

    return remembered


def unrecorded():
    """Methods of symbolic shapes that torch wraps to record and log their calls: what is wrapped."""
    for name, fn in vars(symbolic_shapes.ShapeEnv).copy().items():
        if isinstance(fn, types.FunctionType) and hasattr(fn, "__wrapped__") and fn.__code__.co_filename == recording.__file__:
            yield name, fn.__wrapped__


def checked_once(make):
    """As torch writes a row of the cache of its fake tensors it makes a tensor from that, to see that dispatch keys are the same.
    They depend on no size: once for each kind of tensor."""
    known = set()

    @functools.wraps(make)
    def info(self, state, key, func, args, kwargs, output):
        if type(output) is not FakeTensor or not isinstance(func, torch._ops.OpOverload):
            return make(self, state, key, func, args, kwargs, output)
        kind = (output.dtype, output.layout, output.fake_device, output.requires_grad, output.is_conj(), output.is_neg(), func.is_view,
                torch._C._dispatch_key_set(output), torch.is_inference_mode_enabled())
        if kind not in known:
            made = make(self, state, key, func, args, kwargs, output)
            known.add(kind)
            return made
        self._output_from_cache_entry = lambda *_: output
        try:
            return make(self, state, key, func, args, kwargs, output)
        finally:
            del self._output_from_cache_entry

    return info


def give(patch):
    for method in "_sub _mul _eq _ne _gt _lt _le _ge _sym_max _sym_min _and_ _or_".split():
        patch.setattr(SymNode, method, computed_once(method))
    for name, fn in unrecorded():
        patch.setattr(symbolic_shapes.ShapeEnv, name, fn)
    patch.setattr(FakeTensorMode, "_get_output_info_for_cache_entry", checked_once(FakeTensorMode._get_output_info_for_cache_entry))
    # For a warning, torch looks through all arguments of every node it makes.
    patch.setattr(torch.fx.graph, "pytree", types.SimpleNamespace(**{**vars(torch.fx.graph.pytree), "tree_iter": lambda *_: ()}))
    # A collection a compile (the tests' own are rare), and graphs printed for logs that nobody reads.
    patch.setattr(torch._dynamo.config, "run_gc_after_compile", False)
    patch.setattr(graph_compile, "_log_joint_graph", lambda *_: None)
    patch.setattr(graph_compile, "_log_fw_bw_graphs", lambda *_: (None, None))
