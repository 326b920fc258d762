"""Which operator, on which of the user's lines: what an error of a compiled graph says beside its cause.

A graph keeps its text packed; it is read when a call fails, so that calls pay nothing.
"""
from __future__ import annotations

import functools
import math
import re
import zlib

import torch

WORD = re.compile(r"%([\w.]+)")
TENSOR = re.compile(r"([a-z]\w*)\[([^\]]*)\]")
CLAIM = re.compile(r"(?:aten\S+: )?(.*) \(line (\d+)\)$", re.S)     # of base/claim.h
READ = re.compile(r"<graph>:(\d+):\d+: (?:error: )?(.*)", re.S)
PLACE = re.compile(r' @ "((?:[^"\\]|\\.)*)"$')


def place(line: str) -> str:
    """The operator of a statement and where the user wrote it: "aten.mul.Tensor at model.py:7"."""
    where = PLACE.search(line)
    name = PLACE.sub("", line).partition(" = ")[2].partition("(")[0]
    return f"{name} at {where[1]}" if where else name


def place_of(text: str, line: int) -> str:
    """The same of a line by its number, from 1."""
    lines = text.split("\n")
    return place(lines[line - 1]) if 0 < line <= len(lines) else ""


def say(error: BaseException, text: str) -> None:
    """Makes text what the error says; one whose arguments are others keeps them and gets a note."""
    if error.args and isinstance(error.args[0], str):
        error.args = (text, *error.args[1:])
    elif hasattr(error, "add_note"):
        error.add_note(text)


def locate(error: BaseException, where: str) -> None:
    if where:
        say(error, f"{where}: {error.args[0] if error.args else type(error).__name__}")


def reader(lines: list[str], name: str) -> str:
    """The first statement that reads %name, or what shows it (_lies.py)."""
    for line in lines:
        if not line.startswith(("input ", "constant ", "return")):
            made, _, call = line.partition(" = ")
            if name in WORD.findall(call):
                if made.startswith("%weft_") and " @ " not in call:
                    name = WORD.search(made)[1]
                    continue
                return place(line)
    return ""


def sizes(inputs: list[str], args) -> dict:
    """The symbols' values at this call."""
    values = {"FloorDiv": lambda a, b: a // b, "CleanDiv": lambda a, b: a // b, "CeilDiv": lambda a, b: -(-a // b),
              "Mod": lambda a, b: a % b, "PythonMod": lambda a, b: a % b, "Max": max, "Min": min}
    for line, a in zip(inputs, args):
        declared = line.partition(" : ")[2]
        if declared.startswith("sym ") and declared[4:].isidentifier():
            values[declared[4:]] = a
        elif (m := TENSOR.match(declared)) and isinstance(a, torch.Tensor):
            for d, n in zip(m[2].split(","), a.shape):
                if d.strip().isidentifier():
                    values[d.strip()] = n
    return values


def largest(lines: list[str], values: dict) -> str:
    """The statement whose result takes most memory, and what that is."""
    most, where = 0, ""
    for line in lines:
        if line.startswith(("input ", "constant ", "return")) or "=" not in line:
            continue
        for dtype, dims in TENSOR.findall(line.partition(" = ")[0]):
            try:
                shape = [int(eval(d, {"__builtins__": {}}, values)) for d in dims.split(",") if d.strip()]
            except Exception:                          # of a size that the program computes
                continue
            n = math.prod(shape) * int(re.sub(r"\D", "", dtype[:3]) or 8)
            if n > most:
                most, where = n, f"{place(line)}, of {dtype}{shape}, takes most"
    return where


def batched(a) -> bool:
    """By torch.autograd: is_grads_batched, jacobian(vectorize=True).  torch.func's vmap never calls a graph with its own."""
    return isinstance(a, torch.Tensor) and torch._C._functorch.is_legacy_batchedtensor(a)


def blame(packed: bytes, error: BaseException, index: int, args: tuple) -> None:
    """Adds to an error of a call what it is about: argument `index`, or -1."""
    lines = zlib.decompress(packed).decode().split("\n")
    main = max((i + 1 for i, line in enumerate(lines) if line.startswith("return")
                and any(x.startswith("input ") for x in lines[i:])), default=0)
    inputs = [line for line in lines[main:] if line.startswith("input ")]
    what = str(error).split("\nException raised from ")[0]    # torch's own has a C++ stack behind it
    if 0 <= index < len(inputs):
        name = WORD.search(inputs[index])[1]
        if index < len(args) and batched(args[index]):
            what = ("is a batch of gradients (is_grads_batched, vectorize=True), which compiled code does not take "
                    "(torch.func.jacrev inside of the compiled function is compiled)")
        user = reader(lines, name)
        of = f"argument {index} (%{name}" + (f", read by {user})" if user else ")")
        say(error, f"weft: {of}: {what.removeprefix('weft: ')}")
    elif m := CLAIM.match(what):
        where = place(lines[int(m[2]) - 1])
        if isinstance(error, IndexError):
            say(error, f"weft: {where}: {m[1]}")
        else:                                          # eager's words, which name the operator as the user does
            say(error, m[1] + (f" ({where.partition(' at ')[2]})" if " at " in where else ""))
    elif (isinstance(error, MemoryError) and "no memory for " in what) or "the size overflows" in what:
        where = largest(lines, sizes(inputs, args))
        say(error, f"weft: {what.removeprefix('weft: ')}" + (f"; {where}" if where else ""))


def in_compile(error: BaseException, text: str) -> None:
    """Has an error of a compile say the operator and the user's line for the line of the graph's text."""
    m = READ.match(str(error))
    if m and (where := place_of(text, int(m[1]))):
        say(error, f"weft: {where}: {m[2].removeprefix(where.partition(' at ')[0] + ': ')}")


def give(graph, text: str) -> None:
    """What graph's calls ask when they fail, and in forward-mode differentiation."""
    packed = zlib.compress(text.encode(), 1)
    graph.blame, graph.tangents = functools.partial(blame, packed), functools.partial(no_tangents, packed)


def no_tangents(packed: bytes, args: list) -> None:
    """Raises where an argument has a tangent of torch.autograd.forward_ad, which its results would silently lack."""
    for i, a in enumerate(args):
        if isinstance(a, torch.Tensor) and torch.autograd.forward_ad.unpack_dual(a).tangent is not None:
            error = NotImplementedError("has a forward-mode tangent, which compiled code does not carry "
                                        "(torch.func.jvp does, inside of the compiled function or around it)")
            blame(packed, error, i, tuple(args))
            raise error
