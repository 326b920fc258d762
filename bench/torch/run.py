"""Every architecture through torch.compile(backend="weft"): is it right, in how many graphs, and what ran elsewhere.

Per architecture one process, and in it a row for each of: inference or training (loss and all gradients), float32 or
bfloat16, sizes fixed or symbolic (`dynamic=True`, three sizes one after another).

A tensor is right when it is no further from what float64 gives than twice eager torch is - or eager torch with inputs and
parameters moved by a rounding, at most 32 times, which says how far a model carries one (a ReLU's input that is nearly zero
turns a gradient on or off) - or than 32 roundings of its own largest value (for gradients: of the largest of all gradients).  Where there is no float64 (operators without, masks that overflow) eager stands
for it.  Graphs, and those beyond the first size (recompiles), stand
beside those of torch's own capture alone.  "beside" are ATen operators that torch's profiler saw beside
compiled code, views and what autograd itself does left out.

    .venv/bin/python bench/torch/run.py [--mode infer train] [--dtype fp32 bf16] [--sizes static dynamic] [--jobs N] [--write] [NAME ...]
"""
from __future__ import annotations

import argparse
import contextlib
import copy
import itertools
import json
import os
import pathlib
import signal
import sys
import time
import traceback
from unittest import mock

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("WEFT_CACHE", "off")

SIZES = [(2, 24), (3, 24), (4, 40)]
MOVES = 32                                           # of eager torch, before a distance that is too large is Weft's own
# What may run beside compiled code: views, what AOTAutograd's epilogue does, what autograd does to gradients, looks for lazy
# bits in what a callback gives.
HARMLESS = {f"aten::{name}" for name in """view as_strided detach detach_ alias t transpose permute expand slice select
    unsqueeze squeeze lift_fresh copy_ _unsafe_view reshape ones_like empty_like empty_strided fill_ unbind
    new_empty_strided resolve_conj resolve_neg""".split()}

LIBRARIES = {"transformers"}                         # whose custom operators run in torch with any compiler


def load(name: str):
    """Module and inputs(batch, length); of a workload of bench/models.py only one size."""
    import architectures
    if name in architectures.ARCHITECTURES:
        return architectures.build(name)
    import models
    module, inputs, _ = models.load(("shared",))[name].build()
    return architectures.quiet(module), lambda batch, length: inputs


def names() -> list[str]:
    import architectures
    import models
    return [*architectures.ARCHITECTURES, *models.load(("shared",))]


def cast(inputs, dtype):
    return tuple(t.to(dtype) if t.is_floating_point() else t for t in inputs)


def loss_of(out):
    """One number that depends on all that a model gives."""
    import torch
    total = 0
    for t in torch.utils._pytree.tree_leaves(out):
        if t.is_floating_point() and t.dim() > 1:
            t = t.float() if t.dtype != torch.float64 else t
            t = t.flatten(0, -2)
            total = total + torch.nn.functional.cross_entropy(t, torch.arange(t.shape[0]) % t.shape[1])
    return total


def results(module, call, inputs, train: bool) -> dict:
    import torch
    if not train:
        with torch.no_grad():
            out = torch.utils._pytree.tree_leaves(call(*inputs))
        return {f"output {i}": t for i, t in enumerate(out) if isinstance(t, torch.Tensor)}
    loss = call(*inputs)
    module.zero_grad(set_to_none=True)
    loss.backward()
    return {"loss": loss.detach(), **{n: p.grad for n, p in module.named_parameters() if p.grad is not None}}


def same_kind(n: str, g, w) -> str | None:
    """What of dtype, shape and strides of g is not w's."""
    strides = n.startswith("output") and g.numel() > 1 and g.stride() != w.stride()
    if g.dtype != w.dtype or g.shape != w.shape or strides:
        return f"{n}: {g.dtype} {tuple(g.shape)} {g.stride()}, not {w.dtype} {tuple(w.shape)} {w.stride()}"
    return None


def distances(of: dict, exact: dict) -> dict:
    return {n: (t.detach().double() - exact[n]).abs().nan_to_num(posinf=0).max().item() if t.numel() else 0.0
            for n, t in of.items() if t.is_floating_point() and n in exact}


def reference(exact: dict | None, want: dict) -> dict:
    """float64's results, eager's where it has none."""
    out = {n: w.detach().double() for n, w in want.items()}
    for n, e in (exact or {}).items():
        if n in out and e.isfinite().all():
            out[n] = e.detach().double()
    return out


def judge(got: dict, want: dict, exact: dict, eps: float, moved) -> tuple[list, float]:
    """What is wrong, and the largest difference against eager, in parts of the largest value of its tensor; moved()
    gives results of eager torch with everything moved by a rounding, which are asked for while something is too far."""
    import torch
    if got.keys() != want.keys():
        return [f"other results: {sorted(got.keys() ^ want.keys())[:3]}"], 0.0
    size = {n: e.abs().max().item() if e.numel() else 0.0 for n, e in exact.items()}
    grads = max((v for n, v in size.items() if n != "loss" and not n.startswith("output")), default=0.0)
    wrong, largest, far = [], 0.0, {}
    mine, eager, between = distances(got, exact), distances(want, exact), distances(got, reference(None, want))
    for n, w in want.items():
        if (why := same_kind(n, got[n], w)) is not None:
            wrong.append(why)
        elif not w.is_floating_point():
            if not torch.equal(got[n], w):
                wrong.append(f"{n}: other integers")
        elif not torch.equal(got[n].isfinite(), w.isfinite()):
            wrong.append(f"{n}: not finite where eager is, or the reverse")
        else:
            scale = max(size[n], 0.0 if n == "loss" or n.startswith("output") else grads) + 1e-30
            largest = max(largest, between[n] / scale)
            if mine[n] > 2 * eager[n] + 32 * eps * scale:
                far[n] = scale
    for results_moved in moved() if far else ():
        spread = distances(results_moved, exact)
        far = {n: scale for n, scale in far.items() if mine[n] > 2 * spread[n] + 32 * eps * scale}
        if not far:
            break
    wrong += [f"{n}: {mine[n] / scale:.1e} from float64, eager {eager[n] / scale:.1e}" for n, scale in far.items()]
    return wrong, largest


def moved(module, inputs, train: bool, eps: float):
    """Results of eager torch, MOVES times, with inputs and parameters moved by half of eps: each is a neighbouring float,
    or (a power of two) itself."""
    import torch
    for seed in range(MOVES):
        twin, random = copy.deepcopy(module), torch.Generator().manual_seed(seed)
        with torch.no_grad():
            def move(t):
                sign = torch.randint(0, 2, t.shape, generator=random) * 2 - 1
                return (t.double() * (1 + eps / 2 * sign)).to(t.dtype)
            for p in twin.parameters():
                p.copy_(move(p))
            args = tuple(move(t) if t.is_floating_point() else t for t in inputs)
        yield results(twin, wrapped(twin, train), args, train)


def wrapped(module, train: bool):
    return (lambda *a: loss_of(module(*a))) if train else module


def custom(name: str) -> bool:
    """Of an operator, or of an event: whether a library beside torch brings it."""
    return name.replace("::", ".").split(".")[0] in LIBRARIES


def profiled(call, module, inputs, train: bool) -> list[str]:
    """Operators of ATen that run beside compiled code.

    What torch itself does around a graph, whatever compiles it, is marked and left out, as is what a library's custom
    operator does.  Dynamo's bytecode makes a tensor of a number that a graph takes as one (with `dynamic=True`, a float of
    the module's); AOTAutograd lays a gradient that another graph gives as it guessed that it would lie.
    """
    import torch
    from torch._functorch._aot_autograd import runtime_wrappers
    from torch.profiler import ProfilerActivity, profile, record_function
    mark = "torch around a graph"

    def marked(fn):
        def run(*args):
            with record_function(mark):
                return fn(*args)
        return run

    def beside(event) -> bool:
        while event is not None and event.name != mark and not custom(event.name):
            event = event.cpu_parent
        return event is None

    with contextlib.ExitStack() as stack:
        for owner, name in (torch, "_as_tensor_fullprec"), (runtime_wrappers, "coerce_to_expected_memory_format"):
            stack.enter_context(mock.patch.object(owner, name, marked(getattr(owner, name))))
        p = stack.enter_context(profile(activities=[ProfilerActivity.CPU]))
        results(module, call, inputs, train)
    ran = {e.name for e in p.events() if e.name.startswith("aten::") and beside(e)}
    return sorted(ran - HARMLESS)


_captured: dict = {}                                 # by backend, mode and sizes: a dtype changes no number of graphs


def captured(module, fn, calls, train: bool, dynamic: bool, graphs: list[int]) -> list[int]:
    """Graphs after each call, by torch's own capture: Dynamo alone, and with AOTAutograd, whose tracing may add guards,
    where these are not graphs."""
    if set(graphs) == {1}:                           # one graph and no recompile: no capture has fewer
        return graphs
    for backend in ("eager", "aot_eager"):
        key = backend, train, dynamic
        try:
            if key not in _captured:
                _captured[key] = graphs_by(backend, module, fn, calls, train, dynamic)
        except AssertionError:                       # aot_eager cannot train nn.LSTM; Dynamo alone captures the same graphs
            return _captured["eager", train, dynamic]
        if _captured[key] == graphs:
            break
    return _captured[key]


def graphs_by(backend: str, module, fn, calls, train: bool, dynamic: bool) -> list[int]:
    import torch
    from torch._dynamo.utils import counters
    torch._dynamo.reset()
    counters.clear()
    fast, graphs = torch.compile(fn, backend=backend, dynamic=dynamic), []
    for inputs in calls:
        results(module, fast, inputs, train)
        graphs.append(counters["stats"]["unique_graphs"])
    return graphs


def row(name: str, mode: str, dtype: str, sizes: str) -> dict:
    import torch
    import weft
    from torch._dynamo.utils import counters
    train, dynamic = mode == "train", sizes == "dynamic"
    kind = {"fp32": torch.float32, "bf16": torch.bfloat16}[dtype]
    module, make = load(name)
    module = module.to(kind).train(train)
    exactly = copy.deepcopy(module).double()
    calls = [cast(make(*s), kind) for s in (SIZES if dynamic else SIZES[:1])]
    fn, out = wrapped(module, train), {"wrong": [], "difference": 0.0}
    state = {n: b.clone() for n, b in module.named_buffers()}

    def restore():
        for n, b in module.named_buffers():
            b.data.copy_(state[n])

    torch._dynamo.reset()
    counters.clear()
    before, graphs, took = weft.fallbacks(), [], 0.0
    fast = torch.compile(fn, backend="weft", dynamic=dynamic, options={"fallback": "allow"})
    for inputs in calls:
        restore()
        want = results(module, fn, inputs, train)
        try:
            exact = results(exactly, wrapped(exactly, train), cast(inputs, torch.float64), train)
        except (RuntimeError, NotImplementedError):  # an operator without float64
            exact = None
        restore()
        t0 = time.perf_counter()
        got = results(module, fast, inputs, train)
        took += time.perf_counter() - t0
        graphs.append(counters["stats"]["unique_graphs"])
        restore()
        eps = torch.finfo(kind).eps
        wrong, largest = judge(got, want, reference(exact, want), eps, lambda: moved(module, inputs, train, eps))
        out["wrong"] += wrong
        out["difference"] = max(out["difference"], largest)
    after = weft.fallbacks()
    out.update(graphs=graphs, took=took, beside=profiled(fast, module, calls[-1], train),
               fallbacks={k: v - before.get(k, 0) for k, v in after.items() if v != before.get(k, 0)})
    out["expected"] = captured(module, fn, calls, train, dynamic, graphs)
    return out


class TooLong(BaseException):
    """A row took its limit of processor time."""


def too_long(*_):
    raise TooLong("longer than --limit allows")


def torch_alone(name: str, case: tuple, limit: int) -> str:
    """What of a row's time is torch's: the first size by AOTAutograd alone, which compiles nothing, under the same limit."""
    import torch
    mode, dtype, sizes = case
    kind, train, t0 = {"fp32": torch.float32, "bf16": torch.bfloat16}[dtype], mode == "train", time.process_time()
    module, make = load(name)
    module = module.to(kind).train(train)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, limit)
        graphs_by("aot_eager", module, wrapped(module, train), [cast(make(*SIZES[0]), kind)], train, sizes == "dynamic")
    except TooLong:
        return "so is torch's tracing alone (aot_eager)"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return f"torch's tracing alone (aot_eager) takes {time.process_time() - t0:.0f} s of {limit}"


def child(name: str, cases: list, pipe: int, threads: int, limit: int) -> None:
    import torch
    torch.set_num_threads(threads)
    torch._dynamo.config.allow_rnn = True
    signal.signal(signal.SIGVTALRM, too_long)
    with os.fdopen(pipe, "w") as f:
        for case in cases:
            try:
                signal.setitimer(signal.ITIMER_VIRTUAL, limit)
                r = row(name, *case)
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            except (Exception, TooLong) as e:    # noqa: BLE001: said in the table
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
                r = {"error": f"{type(e).__name__}: {str(e).strip()[:300]}", "trace": traceback.format_exc()[-6000:]}
                if isinstance(e, TooLong):
                    r["error"] += f"; {torch_alone(name, case, limit)}"
            f.write(json.dumps({"name": name, "mode": case[0], "dtype": case[1], "sizes": case[2], **r}) + "\n")
            f.flush()


def said(r: dict) -> str:
    what = f"| {r['name']} | {r['mode']} | {r['dtype']} | {r['sizes']} | "
    if "error" in r:
        return what + f"failed: {r['error'].splitlines()[0][:160].replace('|', '/')} |" + " |" * 5
    fell = ", ".join(f"{k} ({v})" for k, v in r["fallbacks"].items())
    return what + " | ".join([
        "yes" if not r["wrong"] else f"no: {len(r['wrong'])}: {r['wrong'][0]}", f"{r['difference']:.1e}",
        f"{r['graphs'][0]}/{r['expected'][0]}", f"{r['graphs'][-1] - r['graphs'][0]}/{r['expected'][-1] - r['expected'][0]}",
        fell or "0", ", ".join(r["beside"]) or "0"]) + " |"


def good(r: dict) -> bool:
    return "error" not in r and not r["wrong"] and all(map(custom, r["fallbacks"])) and not r["beside"] and \
        r["graphs"][-1] <= r["expected"][-1]


def measured(wanted: list[str], cases: list, jobs: int, threads: int, limit: int):
    """The rows, as they come: a forked process an architecture, so that one which dies is one row."""
    import architectures
    import torch                                     # noqa: F401: imported once, before the processes are forked
    import transformers                              # noqa: F401
    import weft                                      # noqa: F401
    waiting, running = list(wanted), {}
    while waiting or running:
        while waiting and len(running) < jobs:
            name = waiting.pop(0)
            mine = [c for c in cases if c[2] == "static" or name in architectures.ARCHITECTURES]
            read, write = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.close(read)
                status = 1
                try:
                    child(name, mine, write, threads, limit)
                    status = 0
                finally:
                    os._exit(status)
            os.close(write)
            running[pid] = (name, mine, os.fdopen(read))
        pid, status = os.wait()
        name, mine, f = running.pop(pid)
        rows = [json.loads(line) for line in f]
        yield from rows
        if len(rows) < len(mine):
            mode, dtype, sizes = mine[len(rows)]
            yield {"name": name, "mode": mode, "dtype": dtype, "sizes": sizes, "error": f"died, status {status}"}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("names", nargs="*")
    p.add_argument("--mode", nargs="*", default=["infer", "train"], choices=["infer", "train"])
    p.add_argument("--dtype", nargs="*", default=["fp32", "bf16"], choices=["fp32", "bf16"])
    p.add_argument("--sizes", nargs="*", default=["static", "dynamic"], choices=["static", "dynamic"])
    p.add_argument("--jobs", type=int, default=1, help="processes at a time")
    p.add_argument("--threads", type=int, default=2, help="of each")
    p.add_argument("--limit", type=int, default=900, help="seconds of processor time a row may take")
    p.add_argument("--out", type=pathlib.Path, help="a file that takes each row as JSON")
    p.add_argument("--write", action="store_true", help="the rows into doc/architectures.md")
    p.add_argument("--trace", action="store_true", help="with the whole error of a row that failed")
    args = p.parse_args()
    import table
    cases = list(itertools.product(args.mode, args.dtype, args.sizes))
    print("| architecture | mode | dtype | sizes | right | largest difference | graphs/torch's | recompiles/torch's | "
          "fallbacks | beside |\n|---|---|---|---|---|---:|---:|---:|---|---|")
    rows = []
    for r in measured(args.names or names(), cases, args.jobs, args.threads, args.limit):
        rows.append(r)
        print(said(r), flush=True)
        if args.trace and "trace" in r:
            print(r["trace"])
        if args.write:
            table.write([r], names())
        if args.out:
            with args.out.open("a") as f:
                f.write(json.dumps(r) + "\n")
    bad = [r for r in rows if not good(r)]
    print(f"\n{len(rows)} rows, {len(rows) - len(bad)} right in as many graphs as torch's capture with nothing elsewhere")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
