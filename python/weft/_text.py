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

import torch

from weft import _higher_order

DTYPES = {
    torch.bool: "i1", torch.int8: "i8", torch.int16: "i16", torch.int32: "i32", torch.int64: "i64",
    torch.uint8: "ui8", torch.uint16: "ui16", torch.uint32: "ui32", torch.uint64: "ui64",
    torch.float16: "f16", torch.bfloat16: "bf16", torch.float32: "f32", torch.float64: "f64",
    torch.complex64: "c64", torch.complex128: "c128",
    torch.float8_e4m3fn: "f8E4M3FN", torch.float8_e5m2: "f8E5M2",
    torch.float8_e4m3fnuz: "f8E4M3FNUZ", torch.float8_e5m2fnuz: "f8E5M2FNUZ",
    torch.float8_e8m0fnu: "f8E8M0FNU",
}
# Where a tensor lives; there is one place.
PLACEMENT = {"layout", "device", "pin_memory", "memory_format", "non_blocking", "generator"}
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
# Numbers that come of sizes are tensors of f64; Python's arithmetic on them:
ON_NUMBERS = {operator.truediv: "aten.div.Tensor", operator.mul: "aten.mul.Tensor", operator.add: "aten.add.Tensor",
              operator.sub: "aten.sub.Tensor", operator.pow: "aten.pow.Tensor_Tensor", operator.neg: "aten.neg.default",
              torch.sym_float: "aten._to_copy.default", torch.sym_max: "aten.maximum.default",
              torch.sym_min: "aten.minimum.default", torch._sym_sqrt: "aten.sqrt.default"}
STRIDED = {"aten.as_strided.default", "aten.as_strided_scatter.default"}
SMALL = 4096        # bytes of a constant that the text holds itself


class Unsupported(NotImplementedError):
    """This graph has something ATen text has no words for."""

    def __init__(self, what: str):
        super().__init__(what)
        self.what, self.where = what, ""

    def __str__(self) -> str:
        return self.what + self.where


def hint(v) -> int:
    """A number for a size that may be symbolic; for decisions that are checked again at run time."""
    if isinstance(v, int):
        return v
    h = v.node.hint
    if h is None:                     # a size the program computes: think of it as large
        h = v.node.expr.subs({s: 4099 for s in v.node.expr.free_symbols})
    return int(h)


def has_words(e) -> bool:
    """Can the text say this expression of sizes?"""
    return all(f.func.__name__ in ("FloorDiv", "Mod", "PythonMod", "Max", "Min", "CeilDiv", "CleanDiv")
               for f in e.atoms(torch.utils._sympy.functions.sympy.Function))


def memory_order(sizes, strides) -> tuple[int, ...] | None:
    """Dimensions from the outermost in memory to the innermost, if the tensor is dense; else None."""
    n, st = [hint(s) for s in sizes], [hint(s) for s in strides]
    if 0 in n:
        return tuple(range(len(n)))
    wide = [d for d in range(len(n)) if n[d] != 1]
    by_stride = sorted(wide, key=lambda d: -st[d])
    expect = 1
    for d in reversed(by_stride):
        if st[d] != expect:
            return None
        expect *= n[d]
    if by_stride == wide:
        return tuple(range(len(n)))
    # Dimensions of size 1 lie anywhere: each stays beside the one that follows it.
    order = []
    for d in by_stride:
        k = d
        while k > 0 and n[k - 1] == 1:
            k -= 1
        order += range(k, d + 1)
    order += [d for d in range(len(n)) if d not in order]
    return tuple(order)


def is_random(n: torch.fx.Node) -> bool:
    """Does it draw numbers?  Attention does by its tags, but on a CPU it has no dropout of its own."""
    if n.target is torch.ops.higher_order.run_and_save_rng_state:
        return True
    return isinstance(n.target, torch._ops.OpOverload) and \
        torch.Tag.nondeterministic_seeded in n.target.tags and \
        n.target is not torch.ops.aten._scaled_dot_product_flash_attention_for_cpu.default


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

    def __init__(self, gm: torch.fx.GraphModule, static: frozenset[int] = frozenset(), seeded: bool = True,
                 views: tuple[dict[int, tuple], list] = ({}, [])):
        """static: the inputs that are parameters and buffers.  Not seeded: torch draws random numbers.
        views: the outputs the program need not make (_alias.py)."""
        self.gm, self.static, self.seeded = gm, static, seeded
        self.views, self.bases = views
        self.path = ""                             # of this graph in the outermost one, with a dot
        self.graphs: dict[str, list[str]] = {}     # subgraphs: their lines
        self.lines: list[str] = []
        self.symbols: dict[str, object] = {}       # name -> SymInt's node, for its range
        self.inputs: list[tuple] = []              # ("tensor", dtype, order) or ("sym",)
        self.lazy: dict[int, tuple] = {}           # inputs whose lazy bits may be others at a call
        self.outputs: list[tuple] = []
        self.extra: list[torch.Tensor] = []        # constants handed over at each call
        self.random = False
        self.names: dict[torch.fx.Node, str] = {}
        self.items: dict[tuple, str] = {}          # (node, i) -> what getitem(node, i) stands for
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
        for s in e.free_symbols:
            self.symbols.setdefault(s.name, (s, env))
        if not has_words(e):
            raise Unsupported(f"a size {e}")
        return str(e)

    def symbol_lines(self):
        for name, (s, env) in self.symbols.items():
            r = env.var_to_range.get(s)
            lo, hi = 0, "inf"
            if r is not None:
                lo = int(r.lower) if r.lower.is_Integer and r.lower > 0 else 0
                if r.upper.is_Integer and r.upper < 2 ** 62:
                    hi = int(r.upper)
            yield f"symbol {name} in {lo}..{hi}"

    def type(self, t) -> str:
        if t is None:
            return "None"
        if isinstance(t, torch.SymInt):
            return f"sym {self.expr(t)}"
        if isinstance(t, torch.SymFloat):
            return "f64[]{}"
        if not isinstance(t, torch.Tensor):
            raise Unsupported(f"a result of type {type(t).__name__}")
        if t.dtype not in DTYPES:
            raise Unsupported(str(t.dtype))
        if t.device.type not in ("cpu", "meta"):       # a state of random numbers is said to be on meta
            raise Unsupported(f"device {t.device}")
        if t.layout != torch.strided:
            raise Unsupported(str(t.layout))
        sizes = ",".join(self.expr(s) for s in t.shape)
        strides = ",".join(self.expr(s) for s in t.stride())
        return f"{DTYPES[t.dtype]}[{sizes}]{{{strides}}}"

    def number(self, v: float) -> str:
        if math.isnan(v):
            return "nan"
        if math.isinf(v):
            return "inf" if v > 0 else "-inf"
        return repr(v)

    def arg(self, a) -> str:
        if isinstance(a, torch.fx.Node):
            val = a.meta.get("val")
            if isinstance(val, torch.SymInt):
                return f"<{self.expr(val)}>"
            if isinstance(val, (int, float, bool)):
                return self.arg(val)
            if isinstance(val, torch.Tensor) or (isinstance(val, torch.SymFloat) and a in self.names):
                return "%" + self.names[a]
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
            if a not in DTYPES:
                raise Unsupported(str(a))
            return DTYPES[a]
        if isinstance(a, torch.device):
            return a.type
        if isinstance(a, (torch.layout, torch.memory_format)):
            return str(a).split(".")[-1]
        raise Unsupported(f"an argument of type {type(a).__name__}")

    def where(self, node: torch.fx.Node) -> str:
        stack = node.meta.get("nn_module_stack")
        path = ""
        if stack:
            path = next(reversed(stack.values()))[0]
            path = path.replace("L['self'].", "").replace("L['self']", "")
        line = line_of(node.meta.get("stack_trace") or "")
        both = " ".join(x for x in (path, line) if x)
        return " @ " + self.arg(both) if both else ""

    # ---- statements ----------------------------------------------------------------------------

    def print(self) -> None:
        nodes = list(self.gm.graph.nodes)
        self.find_tokens()
        index = 0
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
        for n in nodes:
            if n.op == "call_function":
                self.located(self.call, n)
            elif n.op == "output":
                self.output(n)
            elif n.op not in ("placeholder", "get_attr"):
                raise Unsupported(n.op)

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
        if isinstance(val, torch.SymInt) and not isinstance(val.node.hint, torch.SymInt):
            self.inputs.append(("sym",))
            self.lines.append(f"input %{name} : sym {self.expr(val)}")
            return
        if isinstance(val, torch.SymInt):          # stands for the ragged dimension of a nested tensor: no number
            self.inputs.append(("ignore",))
            self.lines.append(f"input %{name} : sym 0")
            return
        if isinstance(val, (int, bool)) and not isinstance(val, torch.Tensor):
            self.inputs.append(("sym",))
            self.lines.append(f"input %{name} : sym {int(val)}")
            return
        if not isinstance(val, torch.Tensor) or n in self.tokens:
            if n.users and n not in self.tokens:
                raise Unsupported(f"an input of type {type(val).__name__}")
            self.inputs.append(("ignore",))
            self.lines.append(f"input %{name} : sym 0")
            return
        if val.device.type == "meta":
            raise Unsupported("device meta")
        order = memory_order(val.shape, val.stride())
        kind = "param" if index in self.static else "user"
        line = f"input %{name} : {self.type(val)}"
        if order is not None and order != tuple(range(len(order))):
            line += f" order({','.join(map(str, order))})"
        else:
            order = None
        line += " " + kind
        if val.is_complex() or val.is_neg() or name.startswith("tangents_"):
            self.lazy[index] = (val.is_conj(), val.is_neg())
        if val.is_conj():
            line += " conj"
        if val.is_neg():
            line += " neg"
        self.inputs.append(("tensor", DTYPES[val.dtype], order))
        self.lines.append(line)

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
            self.lines.append(f"constant %{name} : {DTYPES[t.dtype]}[{sizes}] = {digits}")
            return
        t = t.resolve_conj().resolve_neg().contiguous()
        self.lines.insert(len(self.inputs), f"input %{name} : {self.type(t)} buffer")
        self.inputs.append(("tensor", DTYPES[t.dtype], None))
        self.extra.append(t)

    def call(self, n: torch.fx.Node) -> None:
        val = n.meta.get("val")
        target = n.target
        if target is operator.getitem:
            if n in self.tokens:
                return
            source = n.args[0].meta.get("val")
            if (n.args[0], n.args[1]) in self.items:    # a statement of its own
                self.names[n] = self.items[n.args[0], n.args[1]]
                return
            if isinstance(source, (tuple, list)) and isinstance(val, torch.Tensor):
                i = n.args[1] - (n.args[0] in self.shifted)
                self.lines.append(f"%{self.name(n)} : {self.type(val)} = getitem(%{self.names[n.args[0]]}, {i})")
                return
            if isinstance(val, (int, torch.SymInt)) or val is None:
                return
            raise Unsupported("getitem of " + type(source).__name__)
        if isinstance(target, torch._ops.HigherOrderOperator):
            _higher_order.call(self, n)
            return
        if not isinstance(target, torch._ops.OpOverload):
            # Arithmetic on sizes is written where it is used.
            if isinstance(val, (int, torch.SymInt, torch.SymBool)) or not n.users:
                return
            if isinstance(target, type):               # what a higher-order operator is told: no value of the program
                return
            if not isinstance(val, torch.SymFloat) or target not in ON_NUMBERS:
                raise Unsupported(getattr(target, "__name__", str(target)))
            args = [self.arg(a) for a in n.args] + ["dtype=f64"] * (target is torch.sym_float)
            self.statement(self.name(n), val, ON_NUMBERS[target], args, n)
            return
        name = str(target)
        if isinstance(val, torch.SymInt) and name == "aten._local_scalar_dense.default" and \
                val.node.expr.is_symbol:
            pass
        elif isinstance(val, (int, torch.SymInt, torch.SymBool)):
            return
        elif val is None and not n.users:
            if name == "aten._assert_scalar.default":
                self.assertion(n)
                return
            if name in ("aten.sym_constrain_range_for_size.default",
                        "aten._assert_tensor_metadata.default",
                        "aten.sym_constrain_range.default"):
                return
            if name not in CLAIMS:
                raise Unsupported(name)
        if name == "aten.copy_.default" and n.args[0].op == "placeholder" and self.writes is not None:
            self.write(n)
            return
        if target._schema.is_mutable:
            raise Unsupported(name)
        args = [self.arg(a) for a in n.args]
        if name in STRIDED:
            args[0] = self.row_major(n.args[0], name)
        if name in FACTORED and n.args[0].meta["val"].is_contiguous() and not n.args[0].meta["val"].is_complex():
            args[0] = self.before(n.args[0].meta["val"].mT, f"aten.transpose.int({args[0]}, -2, -1)")
        args += [f"{k}={self.arg(v)}" for k, v in n.kwargs.items() if k not in PLACEMENT]
        device = n.kwargs.get("device")
        if device is not None and torch.device(device).type != "cpu":
            raise Unsupported(f"device {device}")
        if str(n.meta.get("original_aten")) in PLACED:
            name = UNCHECKED.get(name, name)
        self.statement(self.name(n), val, name, args, n)

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
                       [self.truth(condition, n), self.arg(n.args[1])], n)

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

    def truth(self, val: torch.SymBool, user: torch.fx.Node) -> str:
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

    def row_major(self, n: torch.fx.Node, user: str) -> str:
        """n, or the permutation of it that lies row-major: what strides of C's are said of."""
        val = n.meta["val"]
        if val.storage_offset() or hint(val.untyped_storage().nbytes()) > hint(val.numel()) * val.element_size():
            raise Unsupported(f"{user} of a part of a tensor")
        order = memory_order(val.shape, val.stride())
        if order == tuple(range(val.dim())):
            return self.arg(n)
        if order is None or user != "aten.as_strided.default":
            raise Unsupported(f"{user} of a tensor that is not contiguous")
        return self.before(val.permute(order), f"aten.permute.default({self.arg(n)}, {list(order)})")

    def before(self, val: torch.Tensor, call: str) -> str:
        """A statement of our own, with a result like val."""
        name = f"weft_{len(self.lines)}"
        self.lines.append(f"%{name} : {self.type(val)} = {call}")
        return "%" + name

    def result(self, o, val) -> tuple[str, tuple | None, tuple | None]:
        """How tensor o is returned: the text, the order of its dimensions in memory, its strides if they are known."""
        order = memory_order(val.shape, val.stride())
        fixed = order is not None and all(isinstance(s, int) for s in (*val.shape, *val.stride()))
        word = self.arg(o)
        if order is not None and order != tuple(range(len(order))):
            word += f" order({','.join(map(str, order))})"
        else:
            order = None
        return word, order, tuple(val.stride()) if fixed else None

    def place(self, view: tuple, computed: dict[str, int], results: int) -> tuple[tuple, list[str]]:
        """A view (_alias.py) whose shape, strides and offset are numbers or (i,): result i.  Those that no view before
        has, which `computed` knows, are new results, behind so many others."""
        sizes: list[str] = []

        def number(v):
            if isinstance(v, int) or v.node.expr.is_Integer:
                return int(v)
            word = f"<{self.expr(v)}>"
            if word not in computed:
                computed[word] = results + len(sizes)
                sizes.append(word)
            return (computed[word],)

        *which, shape, strides, offset = view
        return (*which, tuple(map(number, shape)), tuple(map(number, strides)), number(offset)), sizes

    def output(self, n: torch.fx.Node) -> None:
        out = n.args[0]
        if not isinstance(out, (tuple, list)):
            raise Unsupported("an output that is no tuple")
        words = []
        results = 0
        index = {p: i for i, p in enumerate(x for x in self.gm.graph.nodes if x.op == "placeholder")}
        made: dict[torch.fx.Node, int] = {}
        computed: dict[str, int] = {}
        for i, o in enumerate(out):
            val = o.meta.get("val") if isinstance(o, torch.fx.Node) else o
            if i in self.views:
                view, sizes = self.place(self.views[i], computed, results)
                self.outputs.append(view)
                words += sizes
                results += len(sizes)
                continue
            if o in self.tokens:
                val = None
            elif isinstance(o, torch.fx.Node) and o in index:
                self.outputs.append(("input", index[o]))
                words.append(f"alias %{o.name}")
                continue
            if isinstance(val, torch.SymInt):
                self.outputs.append(("sym", results))
                words.append(f"<{self.expr(val)}>")
                results += 1
            elif isinstance(val, torch.Tensor):
                first = made.setdefault(same_tensor(o), len(self.outputs))
                if first != len(self.outputs):
                    self.outputs.append(("again", first))
                    continue
                word, order, strides = self.result(o, val)
                self.outputs.append(("tensor", results, order, strides))
                words.append(word)
                results += 1
            else:
                if val is not None and not isinstance(val, (bool, int, float, str)):
                    raise Unsupported(f"an output of type {type(val).__name__}")
                self.outputs.append(("value", val))
                words.append(self.arg(val) if not isinstance(val, str) else "None")
        for o in self.bases:
            word, order, strides = self.result(o, o.meta["val"])
            self.outputs.append(("base", results, order, strides))
            words.append(word)
            results += 1
        mutations = []
        for i, (to, word) in enumerate(sorted(self.writes.items(), key=lambda w: index[w[0]] not in self.lazy)):
            order = memory_order(to.meta["val"].shape, to.meta["val"].stride())
            order = None if order is None or order == tuple(range(len(order))) else order
            word += f" order({','.join(map(str, order))})" if order else ""
            if index[to] in self.lazy:                  # other bytes than the value's: the caller writes them
                words.append(word)
            else:
                mutations.append(f"mutate %{to.name} = {word}")
            self.outputs.append(("write", results + i, order, index[to]))
        # A symbolic size that folded to a number is no result.
        self.lines += [("return " + ", ".join(words)).rstrip(), *mutations]


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
        self.graphs, self.symbols, self.extra = outer.graphs, outer.symbols, ()
        self.lines, self.names, self.items = [], {}, {}
        self.shifted, self.tokens = set(), set()
        self.find_tokens()
        self.print()

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
                words = (self.result(o, n) for o in (out if isinstance(out, (tuple, list)) else (out,)))
                self.lines.append(("return " + ", ".join(words)).rstrip())

    def result(self, o, user: torch.fx.Node) -> str:
        val = o.meta.get("val") if isinstance(o, torch.fx.Node) else o
        return self.truth(val, user) if isinstance(val, torch.SymBool) else self.arg(o)
