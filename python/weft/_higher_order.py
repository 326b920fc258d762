"""Higher-order operators as ATen text.

Control flow is handed over with its subgraphs (src/front/aten/lower_control.c).  What only wraps an
operator - effects, functionalized mutation, states of random generators - becomes that operator, and
what torch computes with operators of its own is traced before (expand).
"""
from __future__ import annotations

import contextlib

import torch
from torch.utils._pytree import tree_flatten, tree_map, tree_unflatten

from weft._words import PLACEMENT, Unsupported, flat


def call(p, n: torch.fx.Node) -> None:
    """n's statements, appended to those of printer p."""
    write = WRITERS.get(n.target.name())
    if write is None:
        raise Unsupported(f"higher-order operator {n.target.name()}")
    write(p, n)


def _graph(p, n: torch.fx.Node) -> str:
    return f'"{p.names[n]}"'


def _list(p, args) -> str:
    return "[" + ", ".join(map(p.arg, args)) + "]"


def _results(n: torch.fx.Node) -> tuple:
    val = n.meta["val"]
    return tuple(val) if isinstance(val, (tuple, list)) else (val,)


def _with_graphs(count: int):
    """Subgraphs first, then lists of operands."""
    def write(p, n):
        words = [_graph(p, g) for g in n.args[:count]] + [_list(p, a) for a in n.args[count:]]
        p.statement(p.name(n), _results(n), "higher_order." + n.target.name(), words, n)
    return write


def _cond(p, n):
    pred, yes, no, operands = n.args
    p.statement(p.name(n), _results(n), "higher_order.cond",
                [p.arg(pred), _graph(p, yes), _graph(p, no), _list(p, operands)], n)


def _invoke_subgraph(p, n):
    graph, identifier, *operands = n.args
    p.statement(p.name(n), _results(n), "higher_order.invoke_subgraph",
                [_graph(p, graph), p.arg(identifier), _list(p, operands)], n)


def _invoke_quant(p, n):
    """A subgraph that a user's own pass may compute in fewer bits; as it stands, a call."""
    graph, *operands = n.args
    p.statement(p.name(n), _results(n), "higher_order.invoke_subgraph",
                [_graph(p, graph), "None", _list(p, operands)], n)


def _hints_wrapper(p, n):
    """What it hints is for other compilers."""
    graph, args, kwargs = n.args
    p.statement(p.name(n), _results(n), "higher_order.invoke_subgraph",
                [_graph(p, graph), "None", _list(p, (*args, *kwargs.values()))], n)


def _with_effects(p, n):
    """Without the token: C keeps effects in the order of the text."""
    _, target, *args = n.args
    words = [p.arg(a) for a in args] + [f"{k}={p.arg(v)}" for k, v in n.kwargs.items()]
    if getattr(target, "namespace", "aten") != "aten":
        words += p.strides(args, n.kwargs)
    val = n.meta["val"][1:]
    single = isinstance(target, torch._ops.OpOverload) and len(target._schema.returns) == 1
    name = p.name(n)
    if single and isinstance(val[0], torch.Tensor):
        p.items[n, 1] = name
        val = val[0]
    p.shifted.add(n)
    known = isinstance(target, torch._ops.OpOverload)
    p.statement(name, () if val == (None,) else flat(val), str(target) if known else f"higher_order.{target.name()}", words, n)


def _auto_functionalized(p, n):
    """A mutable operator as a function: torch's own, called by the host."""
    target, words = n.args[0], [f"{k}={p.arg(v)}" for k, v in n.kwargs.items()]
    words += p.strides((), n.kwargs, offsets=True)   # it is told views of them by strides
    p.statement(p.name(n), _results(n), f"higher_order.{n.target.name()}.{target}", words, n)


STATE = 5056        # bytes of a state of torch's generator; ours is a seed in the first 8


def _drawn(p, n, name, val, seed, target, args, kwargs):
    """The overload, drawing from that seed."""
    words = [p.arg(a) for a in (*args, *kwargs.values())]
    p.statement(name, val, "weft.with_seed", [seed, f'"{target}"', "[" + ", ".join(words) + "]",
                                              "[" + ", ".join(f'"{k}"' for k in kwargs) + "]"], n)


def _placed(p, kwargs) -> dict:
    return {k: v for k, v in kwargs.items() if k not in PLACEMENT}


def _value(target, args, kwargs):
    """What the overload gives: the partitioner, which wraps it, does not note that."""
    args, kwargs = tree_map(lambda a: a.meta["val"] if isinstance(a, torch.fx.Node) else a, (tuple(args), dict(kwargs)))
    with torch._guards.detect_fake_mode(args) or contextlib.nullcontext():
        return target(*args, **kwargs)


def _save_state(p, n):
    out = _value(n.args[0], n.args[1:], n.kwargs)
    val = n.meta["val"] = (torch.empty(STATE, dtype=torch.uint8, device="meta"), out)
    for user in n.users:
        user.meta["val"] = val[user.args[1]]
    if not p.seeded:
        return _host(p, n, n.args[0], n.args[1:])
    name, i64 = p.name(n), torch.empty((), dtype=torch.int64)
    seed = p.before(i64, "weft.fork_seed()")
    p.items[n, 0] = p.before(val[0], f"weft.seed_state({seed})")[1:]
    p.items[n, 1] = name
    _drawn(p, n, name, val[1], seed, n.args[0], n.args[1:], _placed(p, n.kwargs))


def _with_state(p, n):
    state, target, *args = n.args
    n.meta["val"] = _value(target, args, n.kwargs)
    if not p.seeded:
        return _host(p, n, target, (state, *args))
    seed = p.before(torch.empty((), dtype=torch.int64), f"weft.state_seed({p.arg(state)})")
    _drawn(p, n, p.name(n), n.meta["val"], seed, target, args, _placed(p, n.kwargs))


def _host(p, n, target, args):
    words = [p.arg(a) for a in args] + [f"{k}={p.arg(v)}" for k, v in n.kwargs.items()] + p.strides(args, n.kwargs)
    val, name = n.meta["val"], p.name(n)
    nested = n.target is torch.ops.higher_order.run_and_save_rng_state and isinstance(val[1], (tuple, list))
    p.statement(name, (val[0], *val[1]) if nested else val, f"higher_order.{n.target.name()}.{target}", words, n)
    for results in (u for u in n.users if nested and u.args[1] == 1):   # a tuple, of which this statement gives each
        p.items[n, 1] = name
        for u in results.users:
            i = u.args[1]
            u.meta["val"] = val[1][i]
            p.items[results, i] = p.before(val[1][i], f"getitem(%{name}, {1 + i})")[1:]


# ---- what torch computes with operators of its own ----

def _dense_attention(gm, n):
    """flex_attention as torch's eager one computes it, and its arguments."""
    from torch._higher_order_ops.flex_attention import sdpa_dense
    args = tree_map(lambda a: getattr(gm, a.target) if isinstance(a, torch.fx.Node) and a.op == "get_attr" and
                    isinstance(getattr(gm, a.target), torch.fx.GraphModule) else a, n.args)
    return sdpa_dense, args


DENSE = {"flex_attention": _dense_attention}


def expand(gm: torch.fx.GraphModule, table: dict) -> torch.fx.GraphModule:
    """gm, with the operators of what is in DENSE in place of it."""
    from torch.fx.experimental.proxy_tensor import make_fx
    for n in list(gm.graph.nodes):
        dense = DENSE.get(n.target.name()) if isinstance(n.target, torch._ops.HigherOrderOperator) else None
        if dense is None:
            continue
        fn, args = dense(gm, n)
        flat, spec = tree_flatten(args)
        nodes = [a for a in flat if isinstance(a, torch.fx.Node)]

        def run(*tensors):
            given = iter(tensors)
            return fn(*tree_unflatten([next(given) if isinstance(a, torch.fx.Node) else a for a in flat], spec))

        vals = [a.meta["val"] for a in nodes]
        with torch._guards.detect_fake_mode(vals):
            inner = make_fx(torch.func.functionalize(run), table, tracing_mode="real", _allow_non_fake_inputs=True)(*vals)
        graft(gm, n, inner, nodes)
    gm.graph.eliminate_dead_code()
    return gm


def graft(gm, n: torch.fx.Node, inner: torch.fx.GraphModule, args: list) -> None:
    """inner's nodes in front of n, which they take the place of."""
    new, given = {}, iter(args)
    with gm.graph.inserting_before(n):
        for m in inner.graph.nodes:
            if m.op == "placeholder":
                new[m] = next(given)
            elif m.op == "get_attr":
                name = f"_weft_{n.name}_{m.target}".replace(".", "_")
                setattr(gm, name, getattr(inner, m.target))
                new[m] = gm.graph.create_node("get_attr", name)
                new[m].meta.update(m.meta)
            elif m.op == "output":
                results = tree_map(lambda a: new[a] if isinstance(a, torch.fx.Node) else a, m.args[0])
            else:
                new[m] = gm.graph.node_copy(m, lambda a: new[a])
                new[m].meta.setdefault("stack_trace", n.meta.get("stack_trace"))
    for user in list(n.users):
        user.replace_all_uses_with(results[user.args[1]])
        gm.graph.erase_node(user)
    gm.graph.erase_node(n)


WRITERS = {"run_and_save_rng_state": _save_state, "run_with_rng_state": _with_state, "cond": _cond, "while_loop": _with_graphs(2),
           "while_loop_stack_output": _with_graphs(2), "scan": _with_graphs(1), "map_impl": _with_graphs(1),
           "invoke_subgraph": _invoke_subgraph, "invoke_quant_packed": _invoke_quant, "hints_wrapper": _hints_wrapper, "with_effects": _with_effects,
           "auto_functionalized": _auto_functionalized, "auto_functionalized_v2": _auto_functionalized}
