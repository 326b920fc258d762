"""Sizes that Python makes with floats, as int(n ** (1 / 3)), or as 2 ** n: its own arithmetic gives them at each call, in the steps
of the user's code, and the program takes them as numbers beside its arguments.  By doubles of Weft's own some would be others: 64 ** (1 / 3)
is less than 4 by what no error in the last bit leaves.
"""
from __future__ import annotations

import math
import operator
import re

import torch
from torch.utils._sympy import functions
from torch.utils._sympy.printers import PythonPrinter

from weft._words import in_integers, is_python

FUNCTIONS = ("sqrt", "log2", "cos", "cosh", "sin", "sinh", "tan", "tanh", "asin", "acos", "atan")
# What a graph has of Python's arithmetic of numbers, and how Python writes it.
WRITTEN = {operator.truediv: "({} / {})", operator.mul: "({} * {})", operator.add: "({} + {})", operator.sub: "({} - {})",
           operator.pow: "({} ** {})", operator.mod: "({} % {})", operator.floordiv: "({} // {})", operator.neg: "(-{})",
           torch.sym_float: "float({})", torch.sym_max: "max({}, {})", torch.sym_min: "min({}, {})", math.trunc: "math.trunc({})",
           math.floor: "math.floor({})", math.ceil: "math.ceil({})", torch.sym_int: "int({})"}
WRITTEN.update((getattr(torch, f"_sym_{name}"), f"math.{name}({{}})") for name in FUNCTIONS)
# What torch's printer of Python may call.
CALLED = {"math", "torch", "sym_float", "_sym_sqrt", "float", "int", "round", "max", "min", "abs", "trunc", "floor", "ceil", "inf",
          *FUNCTIONS}


class Sizes:
    """How the sizes of a graph's arguments give others."""

    def __init__(self, given: list):
        """given: the values of its arguments."""
        self.where: dict[str, str] = {}            # a symbol -> what reads it from the arguments a
        for i, v in enumerate(given):
            if isinstance(v, torch.SymInt):
                self.note(v, f"a[{i}]")
            elif isinstance(v, torch.Tensor):
                for d, n in enumerate(v.shape):
                    self.note(n, f"a[{i}].shape[{d}]")
        self.rows: list[tuple[str, str]] = []      # symbols that the program is given, and the words of each

    def note(self, v, words: str) -> None:
        if isinstance(v, torch.SymInt) and v.node.expr.is_Symbol and not isinstance(v.node.hint, torch.SymInt):
            self.where.setdefault(v.node.expr.name, words)

    def gives(self, e) -> bool:
        """Do the arguments say all that e, a size by a function of Python's, is made of?"""
        return is_python(e) and all(s.name in self.where for s in e.free_symbols)

    def made(self, e, env, symbol) -> None:
        """symbol is e's size, which is to be computed at the call."""
        words = words_of(e, steps(env))
        unknown = set(compile(words, "", "eval").co_names) - CALLED - set(self.where)
        if unknown:
            raise NotImplementedError(f"a size by {unknown.pop()}")
        self.rows.append((symbol.name, words))

    def program(self) -> str:
        """What appends them to arguments; "": there are none."""
        used = {name for _, words in self.rows for name in re.findall(r"\w+", words)}
        lines = [f"    {name} = {words}" for name, words in self.where.items() if name in used]
        return "\n".join(["def append(a):", *lines, f"    a += {', '.join(w for _, w in self.rows)},", ""]) if self.rows else ""


def steps(env) -> dict:
    """Of a family of graphs, forward and backward: sizes by the words of the code they come from."""
    return env.__dict__.setdefault("_weft_steps", {})


def words_of(e, known: dict) -> str:
    """An expression in Python's words: of a size whose words are known, those."""
    if e in known:
        return known[e]
    return PythonPrinter().doprint(e.xreplace({k: functions.sympy.Symbol(w, integer=True) for k, w in known.items()}))


def note(n: torch.fx.Node, e) -> None:
    """n is a size that is e: by the steps of the graph, where torch's expression may have them in another order."""
    steps(n.meta["val"].node.shape_env).setdefault(e, written(n))


def written(a) -> str:
    """A number of the graph in Python's words."""
    if not isinstance(a, torch.fx.Node):
        return repr(a)
    val = a.meta.get("val")
    if not isinstance(val, (torch.SymInt, torch.SymFloat)):
        return repr(val)
    known = steps(val.node.shape_env)
    e = in_integers(val.node.expr)
    if a.op != "call_function" or e in known or isinstance(val, torch.SymInt) and not is_python(e):
        return words_of(e, known)
    if a.target is round:
        return f"round({', '.join(map(written, a.args))})"
    return WRITTEN[a.target].format(*map(written, a.args)) if a.target in WRITTEN else words_of(e, known)


def appending(graph, program: str):
    """graph, called with the sizes behind its arguments."""
    names = {"math": math, "torch": torch}
    exec(compile(program, "<sizes>", "exec"), names)
    append = names["append"]

    def call(args):
        append(args)
        return graph(args)

    call._boxed_call = True
    return call
