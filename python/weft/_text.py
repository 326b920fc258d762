"""FX graphs as ATen text (doc/aten_text.md): what crosses from Python to C.

The printer says what is there and gives it no meaning: which overload does what is C's business.
Beside the text it gives what the extension needs to hand tensors over: the memory order of each
input, and what each output is.
"""
from __future__ import annotations

import functools
import math
import operator
import os
import re

import torch
from torch.utils._sympy import functions

from weft import _alias, _higher_order, _lies, _sizes
from weft._words import (PLACEMENT, Foreign, Unsupported, dtype_word, flat, foreign, has_words, hint, in_integers, is_computed,
                         is_read, is_python, memory_order, order_words, replaced, shown, turned)

# Operators whose parts index by places they made themselves, or that another looked at before; and what does not look.
PLACED = {f"aten.{name}.default" for name in ("grid_sampler_2d", "grid_sampler_3d", "grid_sampler_2d_backward",
                                              "embedding_dense_backward")}
UNCHECKED = {"aten.index.Tensor": "aten._unsafe_index.Tensor", "aten.index_put.default": "aten._unsafe_index_put.default"}
# Eager factors the transpose where that lies better and nothing is to be conjugated, and the gradient is traced for those
# factors.
FACTORED = {"aten._linalg_det.default", "aten._linalg_slogdet.default"}
# The data says how large their results are.
COUNTING = (torch.ops.aten.nonzero.default, torch.ops.aten.masked_select.default)
# Without a result: they fail the call.
CLAIMS = {"aten._linalg_check_errors.default", "aten._assert_async.msg"}
# Without a result, and true whenever the guards hold.
KNOWN_CLAIMS = {"aten.sym_constrain_range_for_size.default", "aten.sym_constrain_range.default",
                "aten._assert_tensor_metadata.default"}
# Numbers that come of sizes are tensors of f64; Python's arithmetic on them:
ON_NUMBERS = {operator.truediv: "aten.div.Tensor", operator.mul: "aten.mul.Tensor", operator.add: "aten.add.Tensor",
              operator.sub: "aten.sub.Tensor", operator.pow: "aten.pow.Tensor_Tensor", operator.neg: "aten.neg.default",
              torch.sym_float: "aten._to_copy.default", torch.sym_max: "aten.maximum.default",
              torch.sym_min: "aten.minimum.default", operator.mod: "aten.remainder.Tensor",
              **{getattr(torch, f"_sym_{name}"): f"aten.{name}.default" for name in _sizes.FUNCTIONS}}
# What makes a size of such a number, as Python's functions and in torch's expressions.
ROUNDED = {math.trunc: "aten.trunc.default", math.floor: "aten.floor.default", math.ceil: "aten.ceil.default",
           round: "aten.round.default", torch.sym_int: "aten.trunc.default", functions.TruncToInt: "aten.trunc.default",
           functions.FloorToInt: "aten.floor.default", functions.CeilToInt: "aten.ceil.default",
           functions.RoundToInt: "aten.round.default"}
STRIDED = {"aten.as_strided.default", "aten.as_strided_scatter.default"}
OWN = {"aten", "prims", "weft"}
WAIT = "_c10d_functional.wait_tensor.default"
SMALL = 4096        # bytes of a constant that the text holds itself


def is_random(n: torch.fx.Node) -> bool:
    """Does it draw numbers?  Attention does by its tags, but on a CPU it has no dropout of its own."""
    if n.target is torch.ops.higher_order.run_and_save_rng_state:
        return True
    return isinstance(n.target, torch._ops.OpOverload) and \
        torch.Tag.nondeterministic_seeded in n.target.tags and \
        n.target is not torch.ops.aten._scaled_dot_product_flash_attention_for_cpu.default


def is_there(n: torch.fx.Node) -> bool:
    """Is it the result of a collective in this program, whose step waits for it?"""
    n = n.args[0] if n.target is operator.getitem else n
    return isinstance(n.target, torch._ops.OpOverload) and n.target.namespace == "_c10d_functional"


def lying(t: torch.Tensor, offsets: bool) -> tuple[list, bool]:
    """Strides and offset of t, and whether they are others than of a tensor row by row in memory of its own."""
    at, row, turned = [*t.stride(), t.storage_offset() if offsets else 0], 1, False
    for n, s in zip(reversed(t.shape), reversed(t.stride())):
        turned |= hint(n) != 1 and hint(s) != row
        row *= hint(n)
    return at, turned or hint(at[-1]) != 0


def draws(gm: torch.fx.GraphModule) -> bool:
    """Does anything in it, or in its subgraphs, draw numbers?"""
    return any(is_random(n) for m in gm.modules() if isinstance(m, torch.fx.GraphModule) for n in m.graph.nodes)


TORCH = os.path.join(os.path.dirname(torch.__file__), "")


def line_of(trace: str) -> str:
    """The innermost of a trace's lines that is in none of torch's own files, or else the innermost: "model.py:7"."""
    innermost, end = "", len(trace)
    while (k := trace.rfind('File "', 0, end)) >= 0:
        f, _, rest = trace[k + 6:end].partition('", line ')
        line, end = f.rsplit("/", 1)[-1] + ":" + rest.partition(",")[0], k
        if not f.startswith(TORCH):
            return line
        innermost = innermost or line
    return innermost


class Printer:
    small = SMALL
    stating = False                                # where statements may stand, behind the inputs

    def __init__(self, gm: torch.fx.GraphModule, static: frozenset[int] = frozenset(), seeded: bool = True,
                 views: tuple[dict[int, tuple], list] = ({}, []), guarded: bool = True):
        """static: the inputs that are parameters and buffers.  Not seeded: torch draws random numbers.
        views: the outputs the program need not make (_alias.py).  Not guarded: what is expanded may come written out."""
        self.gm, self.static, self.seeded = gm, static, seeded
        self.views, self.bases = views
        self.guarded = guarded
        self.path = ""                             # of this graph in the outermost one, with a dot
        self.graphs: dict[str, list[str]] = {}     # subgraphs: their lines
        self.lines: list[str] = []
        self.symbols: dict[str, object] = {}       # name -> SymInt's node, for its range
        self.root, self.computed = self, {}        # sizes that text has no words for -> their symbols
        self.inputs: list[tuple] = []              # ("tensor", dtype, order[, strides, sizes]) or ("sym",)
        self.parts: list[tuple] = []               # inputs that are parts of memory, and how they lie
        self.lazy: dict[int, tuple] = {}           # inputs whose lazy bits may be others at a call
        self.outputs: list[tuple] = []
        self.extra: list[torch.Tensor] = []        # constants handed over at each call
        self.random = False
        self.names: dict[torch.fx.Node, str] = {}
        self.items: dict[tuple, str] = {}          # (node, i) -> what getitem(node, i) stands for
        self.lists: dict[torch.fx.Node, tuple] = {}                # getitem(node, i), a list of results -> node, i
        self.writes: dict[torch.fx.Node, torch.fx.Node] = {}       # of an input: what is written there
        self.shifted: set[torch.fx.Node] = set()   # whose first result is a token
        self.tokens: set[torch.fx.Node] = set()    # torch's own, of calls with effects: no tensors at a call
        self.print()

    @property
    def text(self) -> str:
        graphs = (line for name, lines in self.graphs.items() for line in (f"graph {name}", *lines))
        return "\n".join(["aten 1", *self.symbol_lines(), *graphs, *self.lines, ""])

    # ---- words ---------------------------------------------------------------------------------

    def expr(self, v) -> str:
        if isinstance(v, int):
            return str(v)
        return self.known(v.node.expr, v.node.shape_env)

    def words(self, e, env) -> str:
        """An expression as an argument."""
        return str(e) if e.is_Integer else f"<{self.known(e, env)}>"

    def known(self, e, env) -> str:
        """An expression of sizes, whose symbols are then declared."""
        e = in_integers(e)
        if self.computed:
            e = e.xreplace(self.computed)
        if not has_words(e):
            e = replaced(e, is_python, lambda f: self.root.made(f, env))
        if not has_words(e):
            raise Unsupported(f"a size {e}")
        for s in e.free_symbols:
            self.symbols.setdefault(s.name, (s, env))
        return str(e)

    def symbol_lines(self):
        for name, (s, env) in self.symbols.items():
            of = next((e for e, symbol in self.computed.items() if symbol == s), None)
            r = env.var_to_range.get(s) if of is None else env.bound_sympy(of)
            lo, hi = 0, "inf"
            if r is not None:
                lo = max(int(r.lower), -2 ** 62) if r.lower.is_Integer else -2 ** 62
                if r.upper.is_Integer and r.upper < 2 ** 62:
                    hi = int(r.upper)
            yield f"symbol {name} in {lo}..{hi}"

    def type(self, t) -> str:
        """The type of a value that a statement gives."""
        if t is None:
            return "None"
        if isinstance(t, torch.SymInt):
            return f"sym {self.expr(t)}"
        if isinstance(t, torch.SymBool):           # a truth that is read: torch says that a number of its own is 1
            return f"sym {self.known(t.node.expr.lhs, t.node.shape_env)}"
        if isinstance(t, torch.SymFloat):
            return "f64[]{}"
        if not isinstance(t, torch.Tensor):
            raise Unsupported(f"a result of type {type(t).__name__}")
        word = dtype_word(t.dtype)
        if t.device.type not in ("cpu", "meta"):       # a state of random numbers is said to be on meta
            raise Unsupported(f"device {t.device}")
        if t.layout != torch.strided:
            raise Unsupported(str(t.layout))
        sizes = ",".join(self.expr(s) for s in t.shape)
        try:
            strides = "{" + ",".join(self.expr(s) for s in t.stride()) + "}"
        except Unsupported:                            # they are for who reads the text
            strides = ""
        return f"{word}[{sizes}]{strides}"

    def number(self, v: float) -> str:
        if math.isnan(v):
            return "nan"
        if math.isinf(v):
            return "inf" if v > 0 else "-inf"
        return repr(v)

    def arg(self, a) -> str:
        """An operand, or an attribute of an operator."""
        if isinstance(a, torch.fx.Node):
            val = a.meta.get("val")
            if isinstance(val, torch.SymInt):
                return f"<{self.expr(val)}>"
            if isinstance(val, (int, float, bool)):
                return self.arg(val)
            if isinstance(val, torch.SymBool):
                return self.truth(val)
            if isinstance(val, torch.Tensor):
                return "%" + self.names[a]
            if isinstance(val, torch.SymFloat):
                return self.stated(a)
            raise Unsupported(f"an argument of type {type(val).__name__}")
        if a is None or isinstance(a, bool):
            return str(a)
        if isinstance(a, int):
            return str(a)
        if isinstance(a, torch.SymInt):
            return f"<{self.expr(a)}>"
        if isinstance(a, float):
            return self.number(a)
        if isinstance(a, complex):
            return f"complex({self.number(a.real)}, {self.number(a.imag)})"
        if isinstance(a, str):
            return '"' + a.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        if isinstance(a, (list, tuple)):
            return "[" + ", ".join(self.arg(x) for x in a) + "]"
        if isinstance(a, torch.dtype):
            return dtype_word(a)
        if isinstance(a, torch.device):
            return a.type
        if isinstance(a, (torch.layout, torch.memory_format)):
            return str(a).split(".")[-1]
        raise Unsupported(f"an argument of type {type(a).__name__}")

    def where(self, node: torch.fx.Node) -> str:
        """Where the model has it: its module and line, as the end of a statement."""
        stack = node.meta.get("nn_module_stack")
        path = ""
        if stack:
            path = next(reversed(stack.values()))[0]
            path = re.sub(r"^L\['(?:self|fn)'\]\.?", "", path)   # fn: the module itself is what is compiled
        line = line_of(node.meta.get("stack_trace") or "")
        if stack and not path and not line:            # a module of torch's own that is compiled itself: no line is the user's
            kind = next(reversed(stack.values()))[1]
            path = kind if isinstance(kind, str) else f"{kind.__module__}.{kind.__qualname__}"
        both = " ".join(x for x in (path, line) if x)
        return " @ " + self.arg(both) if both else ""

    # ---- statements ----------------------------------------------------------------------------

    def print(self) -> None:
        nodes = list(self.gm.graph.nodes)
        self.find_tokens()
        index = 0
        given = [n.meta.get("val") for n in nodes if n.op == "placeholder"]
        self.bound, self.sizes = _lies.symbols(given), _sizes.Sizes(given)
        sizes = [in_integers(s.node.expr) for v in given for s in (v.shape if isinstance(v, torch.Tensor) else [v])
                 if isinstance(s, torch.SymInt)]
        for e in sorted(sizes, key=is_python, reverse=True):     # those that stand alone in front of those they are in
            if not has_words(e.xreplace(self.computed)):
                self.symbol_of(e)
        for n in nodes:
            if n.op == "placeholder":
                self.located(self.placeholder, n, index)
                index += 1
        for n in nodes:
            if n.op == "get_attr" and n.users:
                self.constant(n)
        self.random = self.seeded and draws(self.gm)
        if self.random:
            self.lines.insert(len(self.inputs), "input %weft_seed : i64[]{} seed")
            self.inputs.append(("tensor", "i64", None))
        self.stating = True
        for n, lies in self.parts:
            self.show(n, lies)
        for n in nodes:
            if n.op == "call_function":
                self.located(self.call, n)
            elif n.op == "output":
                self.output(n)
            elif n.op not in ("placeholder", "get_attr"):
                raise Unsupported(n.op)
        for i, (name, _) in enumerate(self.sizes.rows, len(given)):
            self.lines.insert(i, f"input %{name} : sym {name}")
            self.inputs.insert(i, ("sym",))

    def located(self, fn, n: torch.fx.Node, *args) -> None:
        """fn(n, ...); what it has no words for is said with the operator (an input's first) and its line."""
        try:
            fn(n, *args)
        except Unsupported as e:
            n = next(iter(n.users), n) if n.op == "placeholder" else n
            at = self.where(n).removeprefix(" @ ").strip('"')
            if not e.where and n.op == "call_function":
                name = str(n.target) if isinstance(n.target, torch._ops.OperatorBase) else n.name
                e.where = f" in {name}" + (f" at {at}" if at else "")
            raise

    def find_tokens(self) -> None:
        for n in self.gm.graph.nodes:
            if n.target is torch.ops.higher_order.with_effects:
                self.tokens.add(n.args[0])
                self.tokens.update(u for u in n.users if u.target is operator.getitem and u.args[1] == 0)

    def name(self, n: torch.fx.Node) -> str:
        self.names[n] = n.name
        return n.name

    def placeholder(self, n: torch.fx.Node, index: int) -> None:
        val = n.meta.get("val")
        name = self.name(n)
        if n in self.tokens:
            self.number_input(name, "ignore", "0")
        elif isinstance(val, torch.SymInt):        # one whose hint is symbolic is a nested tensor's ragged size: no number
            ragged = isinstance(val.node.hint, torch.SymInt)
            self.number_input(name, *(("ignore", "0") if ragged else ("sym", self.expr(val))))
        elif isinstance(val, int):
            self.number_input(name, "sym", str(int(val)))
        elif isinstance(val, torch.Tensor):
            self.tensor_input(n, val, index)
        elif all(u.op == "output" for u in n.users):   # a mesh of devices, which a subclass of tensors has
            self.number_input(name, "ignore", "0")
        else:
            raise Unsupported(f"an input of type {type(val).__name__}")

    def number_input(self, name: str, kind: str, value: str) -> None:
        self.inputs.append((kind,))
        self.lines.append(f"input %{name} : sym {value}")

    def tensor_input(self, n: torch.fx.Node, val: torch.Tensor, index: int) -> None:
        name = self.names[n]
        if why := foreign(val):
            raise Foreign(f'an argument is {why}, which options={{"fallback": "allow"}} leaves to torch:')
        words = self.type(val)
        if val.is_complex() or val.is_neg() or name.startswith("tangents_"):
            self.lazy[index] = (val.is_conj(), val.is_neg())
        plain = not val.is_complex() and not val.is_neg() and index not in self.static and \
            (self.guarded or not _lies.expanded(val))
        written = any(u.target is torch.ops.aten.copy_.default and u.args[0] is n for u in n.users)
        if plain and not written and n.users and (lies := _lies.found(val, self.bound)):
            self.parts.append((n, lies))
            self.inputs.append(("tensor", dtype_word(val.dtype), *lies.given(val)))
            size = self.sized(_lies.span(lies.rows), self.env(val))
            self.lines.append(f"input %{name} : {dtype_word(val.dtype)}[{size}]{{1}} user")
            return
        order = turned(val)
        kind = "param" if index in self.static else "user"
        self.inputs.append(("tensor", dtype_word(val.dtype), order))
        self.lines.append(f"input %{name} : {words}{order_words(order)} {kind}" +
                          " conj" * val.is_conj() + " neg" * val.is_neg())

    def show(self, n: torch.fx.Node, lies: _lies.Lies) -> None:
        """The statements that make an argument of the memory that is handed over."""
        val, x = n.meta["val"], "%" + self.names[n]
        for dims, call in _lies.statements(val, lies):
            sizes = [self.sized(d, self.env(val)) for d in dims]
            name, x = x, f"%weft_{len(self.lines)}"
            args = ", ".join(s if s.isdecimal() else f"<{s}>" for s in sizes)
            self.lines.append(f"{x} : {dtype_word(val.dtype)}[{','.join(sizes)}] = " + call.format(x=name, sizes=f"[{args}]"))
        self.names[n] = x[1:]

    def env(self, t: torch.Tensor):
        return next((s.node.shape_env for s in t.shape if isinstance(s, torch.SymInt)), None)

    def sized(self, e, env) -> str:
        """A size that is a number or an expression."""
        return str(e) if isinstance(e, int) else self.known(e, env)

    def subgraph(self, path: str, gm: torch.fx.GraphModule) -> str:
        """The name under which gm's lines stand in the text."""
        if path not in self.graphs:
            self.graphs[path] = []                 # in front of what calls it, and once
            self.graphs[path] = Subgraph(self, path, gm).lines
        return path

    def constant(self, n: torch.fx.Node) -> None:
        t = self.gm
        for part in n.target.split("."):
            t = getattr(t, part)
        if isinstance(t, torch.fx.GraphModule):
            self.names[n] = self.subgraph(self.path + n.target, t)
            return
        if not isinstance(t, torch.Tensor):
            raise Unsupported(f"a constant of type {type(t).__name__}")
        name = self.name(n)
        t = t.detach()
        n.meta.setdefault("val", t)
        if t.numel() * t.element_size() <= self.small and not t.is_conj() and not t.is_neg():
            data = t.contiguous().view(-1).view(torch.uint8) if t.numel() else t
            digits = bytes(data.tolist()).hex() if t.numel() else ""
            sizes = ",".join(map(str, t.shape))
            self.lines.append(f"constant %{name} : {dtype_word(t.dtype)}[{sizes}] = {digits}")
            return
        t = t.resolve_conj().resolve_neg().contiguous()
        self.lines.insert(len(self.inputs), f"input %{name} : {self.type(t)} buffer")
        self.inputs.append(("tensor", dtype_word(t.dtype), None))
        self.extra.append(t)

    def call(self, n: torch.fx.Node) -> None:
        if n.target is operator.getitem:
            self.item(n)
        elif isinstance(n.target, torch._ops.HigherOrderOperator):
            _higher_order.call(self, n)
        elif isinstance(n.target, torch._ops.OpOverload):
            self.overload(n)
        else:
            self.arithmetic(n)

    def item(self, n: torch.fx.Node) -> None:
        """One of several results."""
        if n in self.tokens:
            return
        val, (of, i) = n.meta.get("val"), n.args
        within, (of, i) = (i, self.lists[of]) if of in self.lists else (0, (of, i))
        source = of.meta.get("val")
        if (of, i) in self.items and within == 0:  # a statement of its own
            self.names[n] = self.items[of, i]
        elif isinstance(val, (tuple, list)):       # a list among the results, of which each is one
            self.lists[n] = of, i
        elif isinstance(source, (tuple, list)) and isinstance(val, torch.Tensor):
            i = within + len(flat(source[:i])) - (of in self.shifted)
            self.lines.append(f"%{self.name(n)} : {self.type(val)} = getitem(%{self.names[of]}, {i})")
        elif not isinstance(val, (int, torch.SymInt)) and val is not None:
            raise Unsupported("getitem of " + type(source).__name__)

    def arithmetic(self, n: torch.fx.Node) -> None:
        """Python's: of sizes it is written where it is used, of numbers that come of sizes it is a tensor's."""
        val, target = n.meta.get("val"), n.target
        if isinstance(val, torch.SymInt) and is_python(e := in_integers(val.node.expr)):
            _sizes.note(n, e)
            self.rounded(n, e)
        known = isinstance(val, (int, torch.SymInt, torch.SymBool, torch.SymFloat))
        if n.users and not known and not isinstance(target, type):   # a type is what a higher-order operator is told
            raise Unsupported(getattr(target, "__name__", str(target)))

    def stated(self, n: torch.fx.Node) -> str:
        """A number that comes of sizes, as a tensor: where one is asked for."""
        if n not in self.names:
            if n.target not in ON_NUMBERS:
                raise Unsupported(getattr(n.target, "__name__", str(n.target)))
            root = n.target is operator.pow and n.args[1] == 0.5
            args = [self.arg(a) for a in n.args[:1 if root else None]] + ["dtype=f64"] * (n.target is torch.sym_float)
            self.statement(self.name(n), n.meta["val"], "aten.sqrt.default" if root else ON_NUMBERS[n.target], args, n)
        return "%" + self.names[n]

    def symbol_of(self, e):
        """The symbol of a size that the text has no words for."""
        return self.computed.setdefault(e, functions.sympy.Symbol(f"weft_n{len(self.computed)}", integer=True))

    def rounded(self, n: torch.fx.Node, e) -> None:
        """A number that is rounded to a size: where neither arithmetic of integers nor the arguments' sizes give it the program
        computes it."""
        if n.target in ROUNDED and e not in self.computed and is_computed(e) and not self.sizes.gives(e):
            self.made_whole(e, self.arg(n.args[0]), ROUNDED[n.target], self.where(n))

    def made(self, f, env):
        """The symbol of f, a size by a function of Python's; f: nothing gives it."""
        e = f.xreplace({symbol: e for e, symbol in self.computed.items()})
        if e not in self.computed and self.sizes.gives(e):
            self.sizes.made(e, env, self.symbol_of(e))
        elif e not in self.computed:
            return self.compute(f, env) if self.stating and is_computed(f) else f
        return self.computed[e]

    def made_whole(self, e, x: str, overload: str, where: str = ""):
        """The statements that make a size of x; its symbol."""
        symbol = self.symbol_of(e)
        self.lines += [f"%{symbol}_f : f64[]{{}} = {overload}({x})",
                       f"%{symbol}_i : i64[]{{}} = aten._to_copy.default(%{symbol}_f, dtype=i64)",
                       f"%{symbol}_s : sym {symbol} = aten._local_scalar_dense.default(%{symbol}_i){where}"]
        return symbol

    def compute(self, e, env):
        """A size that only doubles give, of which the graph does not say how, as a backward graph does not; itself where it is
        more than one step, which may be another than Python's."""
        f = e.args[0]
        factor, rest = f.as_coeff_Mul()
        if f.func is functions.FloatPow:
            step, of, by = "aten.sqrt.default", f.args[0], None
        elif f.func is functions.FloatTrueDiv:
            step, (of, by) = "aten.div.Tensor", f.args
        else:
            step, of, by = "aten.mul.Tensor", rest, factor
        if of.func is not functions.ToFloat or not has_words(of.args[0]) or not (by is None or by.is_Float):
            return e
        x, k = f"%weft_{len(self.lines)}", self.words(of.args[0], env)
        self.lines += [f"{x} : f64[]{{}} = aten._to_copy.default({k}, dtype=f64)",
                       f"{x}_of : f64[]{{}} = {step}({x}{'' if by is None else f', {self.number(float(by))}'})"]
        return self.made_whole(e, x + "_of", ROUNDED[e.func])

    def overload(self, n: torch.fx.Node) -> None:
        val, name = n.meta.get("val"), str(n.target)
        read = name == "aten._local_scalar_dense.default" and is_read(val)
        if isinstance(val, (int, torch.SymInt, torch.SymBool)) and not read:
            return                                 # a size, which is written where it is used
        if val is None and not n.users and name not in CLAIMS:
            self.claim(n, name)
        elif name == WAIT and is_there(n.args[0]):
            self.names[n] = self.names[n.args[0]]
        elif name == "aten.copy_.default" and n.args[0].op == "placeholder" and self.writes is not None:
            self.write(n)
        elif n.target._schema.is_mutable:
            raise Unsupported(name)
        else:
            args = self.arguments(n, name)
            if n.target.namespace not in OWN or (not self.seeded and is_random(n)):
                args += self.strides(n.args, n.kwargs)
            if str(n.meta.get("original_aten")) in PLACED:
                name = UNCHECKED.get(name, name)
            self.statement(self.name(n), flat(val), name, args, n)

    def strides(self, args, kwargs, offsets: bool = False) -> list[str]:
        """The argument that says how the tensors among these lie in eager, where not row by row: of operators that may ask,
        or that draw numbers in the order of memory.  offsets: and where they begin."""
        at: list[list] = []
        kwargs = {k: v for k, v in kwargs.items() if k not in PLACEMENT}
        torch.fx.map_arg((args, kwargs), lambda n: at.append(lying(n.meta["val"], offsets)) if
                         isinstance(n.meta.get("val"), torch.Tensor) else None)
        return [f"weft_strides={self.arg([v for v, _ in at])}"] if any(turned for _, turned in at) else []

    def claim(self, n: torch.fx.Node, name: str) -> None:
        """What has no result and is said of sizes and types alone, of which only sizes may turn out to be others."""
        if name == "aten._assert_scalar.default":
            self.assertion(n)
        elif name not in KNOWN_CLAIMS:
            raise Unsupported(name)

    def arguments(self, n: torch.fx.Node, name: str) -> list[str]:
        args = self.row_major(n, name) if name in STRIDED else [self.arg(a) for a in n.args]
        if name in FACTORED and n.args[0].meta["val"].is_contiguous() and not n.args[0].meta["val"].is_complex():
            args[0] = self.before(n.args[0].meta["val"].mT, f"aten.transpose.int({args[0]}, -2, -1)")
        args += [f"{k}={self.arg(v)}" for k, v in n.kwargs.items() if k not in PLACEMENT and name not in STRIDED]
        device = n.kwargs.get("device")
        if device is not None and torch.device(device).type != "cpu":
            raise Unsupported(f"device {device}")
        return args

    def write(self, n: torch.fx.Node) -> None:
        """An input takes a new value, which later nodes read: AOTAutograd writes them behind all else."""
        to, new = n.args[:2]
        a, b = to.meta["val"], new.meta["val"]
        word = self.arg(new)
        if a.dtype != b.dtype or a.shape != b.shape:
            word = self.before(a, f"aten.copy.default(%{self.names[to]}, {word})")
        self.names[to] = self.names[n] = word[1:]
        self.writes[to] = word

    def statement(self, name: str, val, target: str, args: list[str], n: torch.fx.Node) -> None:
        types = "()" if val is None else self.type(val) if not isinstance(val, (tuple, list)) else \
            "(" + ", ".join(self.type(v) for v in val) + ")"
        self.lines.append(f"%{name} : {types} = {target}({', '.join(args)}){self.where(n)}")

    def assertion(self, n: torch.fx.Node) -> None:
        """What the program checks of its sizes (torch._check): a condition that fails the call where it does not hold."""
        condition = n.args[0].meta.get("val") if isinstance(n.args[0], torch.fx.Node) else n.args[0]
        if not isinstance(condition, torch.SymBool) or self.holds_anyway(condition.node.expr, n.graph):
            return
        self.statement(self.name(n), None, "aten._assert_async.msg",
                       [self.truth(condition), self.arg(n.args[1])], n)

    def holds_anyway(self, e, graph: torch.fx.Graph) -> bool:
        """Is e a bound that needs no look: none below 2^62, or one of a size that an operator counts?  Of those torch itself
        says that they are not negative and not above a count, of masked_select's too small a one, before it broadcasts."""
        if type(e).__name__ not in ("LessThan", "GreaterThan", "StrictLessThan", "StrictGreaterThan"):
            return False
        if any(s.is_Integer and abs(int(s)) >= 2 ** 62 for s in e.args):
            return True
        small, large = (e.lhs, e.rhs) if type(e).__name__ in ("LessThan", "StrictLessThan") else (e.rhs, e.lhs)
        counts = {}
        for target in COUNTING:
            for u in graph.find_nodes(op="call_function", target=target):
                vals = u.meta["val"] if isinstance(u.meta["val"], (tuple, list)) else [u.meta["val"]]
                counts.update((s.node.expr, u) for v in vals for s in v.shape if isinstance(s, torch.SymInt))
        if large in counts and small.is_Integer and int(small) < ("Strict" not in type(e).__name__):
            return True
        if small not in counts:
            return False
        of = counts[small].args[0].meta["val"].numel()
        return large == (of.node.expr if isinstance(of, torch.SymInt) else of)

    def truth(self, val: torch.SymBool) -> str:
        """A condition of sizes as a tensor."""
        return self.truth_of(val.node.expr, val.node.shape_env)

    def truth_of(self, e, env) -> str:
        true = torch.empty((), dtype=torch.bool)
        kind = type(e).__name__
        if kind in ("And", "Or"):
            parts = [self.truth_of(a, env) for a in e.args]
            return functools.reduce(lambda a, b: self.before(true, f"aten.logical_{kind.lower()}.default({a}, {b})"), parts)
        if kind == "Not":
            return self.before(true, f"aten.logical_not.default({self.truth_of(e.args[0], env)})")
        if kind in ("BooleanTrue", "BooleanFalse"):
            return self.before(true, f"aten.scalar_tensor.default({kind == 'BooleanTrue'}, dtype=i1)")
        word = {"StrictLessThan": "lt", "LessThan": "le", "StrictGreaterThan": "gt", "GreaterThan": "ge",
                "Equality": "eq", "Unequality": "ne"}.get(kind)
        if word is None:
            raise Unsupported(f"a condition {e}")
        a, b = (self.words(s, env) for s in e.args)
        left = self.before(torch.empty((), dtype=torch.int64), f"aten.scalar_tensor.default({a}, dtype=i64)")
        return self.before(true, f"aten.{word}.Scalar({left}, {b})")

    def row_major(self, n: torch.fx.Node, name: str) -> list[str]:
        """The arguments of n, an operator that is told strides and an offset: these are of its first argument's memory, and C's
        of what lies row-major, which is that argument, a permutation of it, or the tensor that it is a view of."""
        given = dict(zip((a.name for a in n.target._schema.arguments), n.args), **n.kwargs)
        sizes = given["size"], given["stride"], given.get("storage_offset")
        for of in self.whole(n.args[0], name):
            val = of.meta["val"]
            order, offset = memory_order(val.shape, val.stride()), shown(val, n.args[0].meta["val"], *sizes)
            if order is None or offset is None:
                continue
            word = self.arg(of)
            if order != tuple(range(val.dim())):
                if name != "aten.as_strided.default":
                    continue
                word = self.before(val.permute(order), f"aten.permute.default({word}, {list(order)})")
            src = [self.arg(given["src"])] if "src" in given else []
            return [word, *src, *map(self.arg, sizes[:2]), self.arg(offset)]
        raise Unsupported(f"{name} of a part of a tensor")

    def whole(self, n: torch.fx.Node, name: str):
        """n, and what it is a view of, where that is only read."""
        while n is not None:
            yield n
            n = _alias.source(n) if name == "aten.as_strided.default" else None

    def before(self, val: torch.Tensor, call: str) -> str:
        """A statement of our own, with a result like val."""
        name = f"weft_{len(self.lines)}"
        self.lines.append(f"%{name} : {self.type(val)} = {call}")
        return "%" + name

    def result(self, o, val) -> tuple[str, tuple | None, tuple | None]:
        """How tensor o is returned: the text, the order of its dimensions in memory, its strides if they are known."""
        fixed = memory_order(val.shape, val.stride()) is not None and \
            all(isinstance(s, int) for s in (*val.shape, *val.stride()))
        order = turned(val)
        return self.arg(o) + order_words(order), order, tuple(val.stride()) if fixed else None

    def place(self, view: tuple, computed: dict[str, int], returned: Returned) -> tuple:
        """A view (_alias.py) whose shape, strides and offset are numbers or (i,): result i.  Those that no view before
        has, which `computed` knows, are new results."""
        def number(v):
            if isinstance(v, int) or v.node.expr.is_Integer:
                return int(v)
            word = f"<{self.expr(v)}>"
            if word not in computed:
                computed[word] = returned.add(word)
            return (computed[word],)

        word, of, which, shape, strides, offset, *dtype = view
        return (word, of, which, tuple(map(number, shape)), tuple(map(number, strides)), number(offset), *dtype)

    def output(self, n: torch.fx.Node) -> None:
        out = n.args[0]
        if not isinstance(out, (tuple, list)):
            raise Unsupported("an output that is no tuple")
        index = {p: i for i, p in enumerate(x for x in self.gm.graph.nodes if x.op == "placeholder")}
        returned = Returned()
        made: dict[torch.fx.Node, int] = {}
        computed: dict[str, int] = {}
        for i, o in enumerate(out):
            self.outputs.append(self.place(self.views[i], computed, returned) if i in self.views else
                                self.one_output(o, index, made, returned))
        for o in self.bases:
            word, order, strides = self.result(o, o.meta["val"])
            self.outputs.append(("base", returned.add(word), order, strides))
        mutations = self.written(index, returned)
        # A symbolic size that folded to a number is no result.
        self.lines += [("return " + ", ".join(returned.words)).rstrip(), *mutations]

    def one_output(self, o, index: dict[torch.fx.Node, int], made: dict[torch.fx.Node, int], returned: Returned) -> tuple:
        """What one of the graph's outputs is, its words put behind `returned`.  made: tensors and which output is each."""
        val = o.meta.get("val") if isinstance(o, torch.fx.Node) else o
        if o in self.tokens:
            val = None
        elif isinstance(o, torch.fx.Node) and o in index:
            returned.words.append(f"alias %{o.name}" if isinstance(val, (torch.Tensor, int, torch.SymInt)) else "None")
            return ("input", index[o])
        if isinstance(val, torch.SymInt) and val.node.expr.is_Integer:
            val = int(val)
        if isinstance(val, torch.SymInt):
            return ("sym", returned.add(f"<{self.expr(val)}>"))
        if isinstance(val, torch.SymBool):
            return ("sym", returned.add(self.truth(val)))
        if isinstance(val, torch.Tensor):
            first = made.setdefault(same_tensor(o), len(self.outputs))
            if first != len(self.outputs):
                return ("again", first)
            word, order, strides = self.result(o, val)
            return ("tensor", returned.add(word), order, strides)
        if val is not None and not isinstance(val, (bool, int, float, str)):
            raise Unsupported(f"an output of type {type(val).__name__}")
        returned.words.append(self.arg(val) if not isinstance(val, str) else "None")
        return ("value", val)

    def written(self, index: dict[torch.fx.Node, int], returned: Returned) -> list[str]:
        """The inputs that are written, as outputs: the statements of those the program writes.  An input whose bytes may be
        other than its value's is a result, which the caller writes."""
        mutations = []
        by_caller_first = sorted(self.writes.items(), key=lambda w: index[w[0]] not in self.lazy)
        for i, (to, word) in enumerate(by_caller_first, returned.results):
            order = turned(to.meta["val"])
            word += order_words(order)
            if index[to] in self.lazy:
                returned.words.append(word)
            else:
                mutations.append(f"mutate %{to.name} = {word}")
            self.outputs.append(("write", i, order, index[to]))
        return mutations


class Returned:
    """The words behind `return`, some of which are results of the program."""

    def __init__(self):
        self.words: list[str] = []
        self.results = 0

    def add(self, word: str) -> int:
        """A result, whose number is given."""
        self.words.append(word)
        self.results += 1
        return self.results - 1


def same_tensor(n: torch.fx.Node) -> torch.fx.Node:
    """The node whose tensor n is: all of it, by the same strides."""
    while n.op == "call_function" and str(n.target) in ("aten.alias.default", "aten.detach.default"):
        if n.args[0].op == "placeholder":
            break                                      # a result of its own
        n = n.args[0]
    return n


class Subgraph(Printer):
    """A graph that a higher-order operator calls: its lines from `input` to `return`."""

    small = 1 << 20
    writes = None                                  # only arguments of the whole are written

    def __init__(self, outer: Printer, path: str, gm: torch.fx.GraphModule):
        self.gm, self.seeded, self.path, self.views, self.bases = gm, outer.seeded, path + ".", {}, []
        self.graphs, self.symbols, self.computed, self.extra = outer.graphs, outer.symbols, outer.computed, ()
        self.root = outer.root
        self.lines, self.names, self.items, self.lists = [], {}, {}, {}
        self.shifted, self.tokens = set(), set()
        self.find_tokens()
        self.print()

    def rounded(self, n: torch.fx.Node, e) -> None:
        """What the arguments' sizes give is computed outside."""

    def print(self) -> None:
        for n in self.gm.graph.nodes:
            if n.op == "placeholder":
                val = n.meta.get("val")
                number = isinstance(val, (int, torch.SymInt))
                self.lines.append(f"input %{self.name(n)} : " + ("sym " + self.expr(val) if number else self.type(val)))
            elif n.op == "get_attr":
                self.constant(n)
            elif n.op == "call_function":
                self.located(self.call, n)
            elif n.op == "output":
                out = n.args[0]
                words = (self.result(o) for o in (out if isinstance(out, (tuple, list)) else (out,)))
                self.lines.append(("return " + ", ".join(words)).rstrip())

    def result(self, o) -> str:
        val = o.meta.get("val") if isinstance(o, torch.fx.Node) else o
        return self.truth(val) if isinstance(val, torch.SymBool) else self.arg(o)
