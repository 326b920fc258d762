"""Host callbacks: overloads without a lowering, run by eager torch.

C hands over the call as text, "aten.histc.default" and "(%0, 10, min=0x0p+0) #17"; here it becomes a
function of its tensor operands.
"""
from __future__ import annotations

import contextlib
import re
import threading

import torch
from torch.utils._pytree import tree_leaves

from weft import _blame, _counts, _words

DTYPES = {v: k for k, v in _words.DTYPES.items()}
TOKEN = re.compile(r'\s*(?:(%\d+)|(<%\d+>)|("(?:[^"\\]|\\.)*")|'
                   r'(-?(?:0x[0-9a-f.]+p[+-]?\d+|inf|\d+))|([A-Za-z_][\w.]*)|(.))')


_thread = threading.local()


@contextlib.contextmanager
def compiling(fallback: str, text: str = ""):
    """What a compilation of text on this thread does about callbacks: "allow", "warn" or "error"."""
    before = getattr(_thread, "fallback", "warn"), getattr(_thread, "text", "")
    _thread.fallback, _thread.text, _thread.refused = fallback, text, None
    try:
        yield
    finally:
        _thread.fallback, _thread.text = before


def refused() -> str | None:
    """What this thread's compilation refused to leave to torch, and where it stands."""
    return _thread.refused


class Parser:
    def __init__(self, text: str):
        self.tokens = TOKEN.findall(text)
        self.at = 0

    def peek(self) -> tuple:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("",) * 6

    def punct(self, c: str) -> bool:
        if self.peek()[5] == c:
            self.at += 1
            return True
        return False

    def value(self):
        """A function of the operands, or a constant."""
        operand, size, string, number, word, other = self.peek()
        self.at += 1
        if operand:
            i = int(operand[1:])
            return lambda ts: ts[i]
        if size:
            i = int(size[2:-1])
            return lambda ts: int(ts[i])
        if string:
            s = string[1:-1].replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
            return lambda ts: s
        if number:
            if number.lstrip("-").startswith("0x"):
                v = float.fromhex(number)
            else:
                v = float(number) if "inf" in number else int(number)
            return lambda ts: v
        if word == "complex" and self.punct("("):
            real, _, imaginary = self.value(), self.punct(","), self.value()
            self.punct(")")
            return lambda ts: complex(real(ts), imaginary(ts))
        if word:
            w = {"None": None, "True": True, "False": False, "nan": float("nan")}.get(word, word)
            w = DTYPES.get(w, w) if isinstance(w, str) else w
            if w == "cpu":
                w = torch.device("cpu")
            return lambda ts: w
        if other == "[":
            items = []
            while not self.punct("]"):
                items.append(self.value())
                self.punct(",")
            return lambda ts: [f(ts) for f in items]
        raise ValueError(f"a callback's arguments are not understood: {other!r}")

    def call(self):
        args, kwargs = [], {}
        if not self.punct("("):
            raise ValueError("a callback without arguments")
        while not self.punct(")"):
            word = self.peek()[4]
            if word and self.at + 1 < len(self.tokens) and self.tokens[self.at + 1][5] == "=":
                self.at += 2
                kwargs[word] = self.value()
            else:
                args.append(self.value())
            self.punct(",")
        return args, kwargs


def operator(name: str) -> str:
    """What a callback's name says of the operator: "higher_order.auto_functionalized_v2.my.op.default" is my.op."""
    return name.split(".", 2)[2] if name.startswith("higher_order.") and name.count(".") > 1 else name


def find(name: str):
    """The overload of that name, "aten.add.Tensor"."""
    target = torch.ops
    for part in name.split("."):
        target = getattr(target, part)
    return target


def may_keep(name: str) -> bool:
    """Whether the operator may keep its arguments beyond the call, as a user's may and torch's kernels do not: it gets
    copies, since the memory of a step's operands is soon another's."""
    return not name.startswith(("aten.", "prims."))


def kind(t: torch.Tensor) -> str:
    return f"{t.dtype}, {t.layout}, on {t.device}"


def lay(t: torch.Tensor, strides: list[int], offset: int) -> torch.Tensor:
    """t in memory of its own, by these strides from that offset on."""
    if t.stride() == tuple(strides) and t.storage_offset() == offset:
        return t
    once = [1 if s == 0 else n for n, s in zip(t.shape, strides)]
    length = offset + 1 + sum((n - 1) * s for n, s in zip(once, strides)) if t.numel() else offset
    memory = t.new_empty(length)
    if t.numel():
        memory.as_strided(once, strides, offset).copy_(t[tuple(slice(0, n) for n in once)])
    return memory.as_strided(t.shape, strides, offset)


def resolve(space: str, op: str, attributes: str):
    """The function that runs space.op with these arguments."""
    parser = Parser(attributes)
    operands = [int(t[0][1:]) for t in parser.tokens if t[0]]
    args, kwargs = parser.call()
    strides = kwargs.pop("weft_strides", None)       # of each operand in eager, and its offset
    wrapper, _, rest = op.partition(".")
    if space == "higher_order":                      # of an operator, whose name follows
        name, target = rest or f"{space}.{op}", getattr(torch.ops.higher_order, wrapper)
        if rest:
            inner = find(rest)
            args.insert(wrapper == "run_with_rng_state", lambda ts: inner)
    else:
        name = f"{space}.{op}"
        target = find(name)
        for a in target._schema.arguments[len(args):]:   # what the text leaves out: a generator
            if a.name not in kwargs and not a.has_default_value():
                kwargs[a.name] = lambda ts: None
    fallback, line = getattr(_thread, "fallback", "warn"), attributes.rpartition("#")[2]
    where = _blame.place_of(getattr(_thread, "text", ""), int(line)) if line.isdigit() else ""
    where = f"{name} at {where.partition(' at ')[2]}" if " at " in where else name
    if fallback == "error":
        _thread.refused = f'{where} has no lowering, and option fallback is "error"'
        raise NotImplementedError(_thread.refused)
    if fallback == "warn":
        _counts.warn_once(name, f"weft: {name} has no lowering and runs in eager torch "
                                "(counted in weft.report())")

    later = space == "_c10d_functional"              # torch gives the result before it is there
    keeps = may_keep(name) and (not later or op.startswith("wait_tensor"))      # which gives its argument

    def run(*tensors):
        if keeps:
            tensors = tuple(t.clone() for t in tensors)
        try:
            with torch.no_grad():
                if strides:
                    at, tensors = strides(tensors), list(tensors)
                    for i, (*steps, offset) in zip(operands, at, strict=True):
                        tensors[i] = lay(tensors[i], steps, offset)
                out = target(*(f(tensors) for f in args), **{k: f(tensors) for k, f in kwargs.items()})
        except Exception as e:
            _blame.locate(e, where)
            raise
        out = [t if isinstance(t, torch.Tensor) else torch.tensor(t) for t in tree_leaves(out) if t is not None]
        for t in out:
            if t.device.type != "cpu" or t.layout is not torch.strided or t.is_quantized:
                raise ValueError(f"{where}: a result that is no dense memory on the CPU: {kind(t)}")
            if later:
                torch.ops._c10d_functional.wait_tensor(t)
        return tuple(t.detach().resolve_conj().resolve_neg() for t in out)

    run.where = where
    return run
