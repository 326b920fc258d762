"""How often sizes that change compile again: one function with dynamic=True, 20 lengths and 5 batches of every length.

A model of words takes all hundred sizes, one of images 20 batches.  Each backend is a process of its own; a row says
how many graphs Dynamo captured (1 is: never again), how many Weft compiled of them (in training 2: the backward is
one), what ran outside of compiled code, and the largest difference to eager.  Batch 1 is a number to Dynamo: with
`--one` it comes last and may be one graph more, in any backend.

    .venv/bin/python bench/torch/sweep.py [--backend weft inductor] [--mode infer train] [--one] [NAME ...]
"""
from __future__ import annotations

import argparse
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("WEFT_CACHE", "off")

NAMES = ["bert", "minilm", "gpt2", "llama", "t5", "vit", "tv-resnet18"]
WORDS = {"bert", "minilm", "gpt2", "llama", "t5"}
LENGTHS, BATCHES = [6 + 2 * i for i in range(20)], (2, 3, 4, 6, 8)


def built(name: str):
    """Module, inputs(batch, length)."""
    import architectures
    if name != "minilm":
        return architectures.build(name)
    module, make = architectures.build("bert")

    class Embedder(type(module).__mro__[-2]):            # nn.Module
        def __init__(self):
            super().__init__()
            self.encoder = module

        def forward(self, ids, mask, types):
            h = self.encoder(ids, mask, types)[0]
            m = mask.unsqueeze(-1).to(h.dtype)
            return ((h * m).sum(1) / m.sum(1).clamp(min=1e-9),)
    return Embedder(), make


def sizes(name: str, one: bool) -> list[tuple[int, int]]:
    if name not in WORDS:
        return [(b, 0) for b in [*range(2, 22), *([1] if one else [])]]
    return [*itertools.product(BATCHES, LENGTHS), *([(1, n) for n in LENGTHS] if one else [])]


def counted(backend: str, name: str, mode: str, one: bool) -> dict:
    import json as js

    import run
    import torch
    from torch._dynamo.utils import counters
    torch.set_num_threads(1)
    train = mode == "train"
    module, make = built(name)
    module.train(train)
    fn = run.wrapped(module, train)
    out = {"backend": backend, "name": name, "mode": mode, "calls": 0, "difference": 0.0}
    options = {"options": {"fallback": "allow"}} if backend == "weft" else {}
    fast = torch.compile(fn, backend=backend, dynamic=True, **options)
    for size in sizes(name, one):
        inputs = make(*size)
        state = {n: b.clone() for n, b in module.named_buffers()}
        got = run.results(module, fast, inputs, train)
        for n, b in module.named_buffers():
            b.data.copy_(state[n])
        want = run.results(module, fn, inputs, train)
        scale = max(w.abs().max().item() for w in want.values() if w.is_floating_point()) + 1e-30
        far = max((got[n] - w).abs().max().item() for n, w in want.items() if w.is_floating_point())
        out["calls"] += 1
        out["difference"] = max(out["difference"], far / scale)
    out["graphs"] = counters["stats"]["unique_graphs"]
    if backend == "weft":
        import weft
        out.update(compiled=js.loads(weft.report("json"))["graphs"], fallbacks=weft.fallbacks())
    return out


def said(r: dict) -> str:
    if "error" in r:
        return f"| {r['name']} | {r['mode']} | {r['backend']} | failed: {r['error']} | | | | |"
    fell = ", ".join(f"{k} ({v})" for k, v in r.get("fallbacks", {}).items())
    return f"| {r['name']} | {r['mode']} | {r['backend']} | {r['calls']} | {r['graphs']} | {r.get('compiled', '-')} | " \
           f"{(fell or '0') if 'fallbacks' in r else '-'} | {r['difference']:.1e} |"


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("names", nargs="*")
    p.add_argument("--backend", nargs="*", default=["weft", "inductor"])
    p.add_argument("--mode", nargs="*", default=["infer", "train"], choices=["infer", "train"])
    p.add_argument("--one", action="store_true", help="batch 1 too, after the others")
    p.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    args = p.parse_args()
    if args.child:
        print(json.dumps(counted(args.backend[0], args.names[0], args.mode[0], args.one)))
        return
    print("| model | mode | backend | sizes | graphs | compiled | outside | difference |\n|---|---|---|---:|---:|---:|---|---:|")
    bad = False
    for name, mode in itertools.product(args.names or NAMES, args.mode):
        rows = {}
        for backend in args.backend:
            with tempfile.TemporaryDirectory() as cache:
                command = [sys.executable, __file__, name, "--child", "--backend", backend, "--mode", mode]
                done = subprocess.run(command + ["--one"] * args.one, text=True, capture_output=True,
                                      env={**os.environ, "TORCHINDUCTOR_CACHE_DIR": cache})
            r = rows[backend] = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else \
                {"name": name, "mode": mode, "backend": backend, "error": done.stderr.strip().splitlines()[-1][:200]}
            print(said(r), flush=True)
        w, i = rows.get("weft", {}), rows.get("inductor", {})
        bad |= "error" in w or bool(w.get("fallbacks")) or w.get("graphs", 1) > max(i.get("graphs", 1), 1 + args.one)
    sys.exit(bad)


if __name__ == "__main__":
    main()
